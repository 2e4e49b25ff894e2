#!/usr/bin/env python3
"""Runs a scenario on CPython's own asyncio under a virtual clock.

    reference.py SCENARIO.json      standard output: what the tasks print
                                    last line of standard error: outcome NAME at NANOSECONDS
    reference.py FOLDER ...         compares each NAME.json with what NAME.expected recorded
    reference.py --record FOLDER    writes NAME.expected for each NAME.json

It is the reference for what the scenario language means (docs/scenarios.md): the primitives are
asyncio's, unchanged. Time is counted in whole nanoseconds, and timers due at the same instant fire
in the order of their creation. It knows no network, no processes and no random draws. Needs
CPython 3.13, whose behaviour the cases hold, and nothing else.
"""
import asyncio
import asyncio.format_helpers
import asyncio.runners
import inspect
import io
import json
import math
import os
import re
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import plain_values  # noqa: E402
from virtual_loop import Deadlock, OrderedSet, VirtualLoop, order_timers  # noqa: E402

NS = 1_000_000_000
LIMIT = 30  # seconds for one scenario of a folder


# --- where asyncio leaves the order to chance ---------------------------------------------------

def keep_order():
    """wait() and as_completed() put futures into sets; here they keep the order of the list, so
    that those that are done already come in a defined order. And a failing callback's repr, which
    takes exponential time where handles are among its arguments, is cut short."""
    tasks = asyncio.tasks
    tasks.set = tasks.OrderedSet = OrderedSet
    for name in ("_AsCompletedIterator", "as_completed"):
        if not hasattr(tasks, name):
            continue
        source = inspect.getsource(getattr(tasks, name))
        changed = re.sub(r"\{(ensure_future\((\w+), loop=loop\)) for (\w+) in set\((\w+)\)\}",
                         r"OrderedSet(\1 for \3 in set(\4))", source)
        if changed != source:
            exec(compile(changed, f"asyncio.tasks.{name}", "exec"), tasks.__dict__)
    asyncio.as_completed = tasks.as_completed
    asyncio.format_helpers._format_callback_source = lambda *args, **options: "callback"


keep_order()
order_timers()


class Stopped(Exception):
    """`until` has come before the main task or the last of the others ended."""


def to_ns(seconds):
    return int(round(float(seconds) * NS))


# --- values and expressions ---------------------------------------------------------------------

CALL = re.compile(
    r"\b([a-z_]+)\((?<!in\()(?<!not\()(?<!and\()(?<!or\()(?<!if\()(?<!else\()")


def show_other(value):
    if isinstance(value, BaseException):
        text = str(value)
        return f"{name_of(value)}: {text}" if text else name_of(value)
    return f"<Task {value.get_name()}>" if isinstance(value, asyncio.Task) else str(value)


def show(value):
    return plain_values.show(value, show_other)


class Env(dict):
    """Names as an expression sees them: task variables, then scenario variables, objects, tasks."""

    def __init__(self, world, local):
        super().__init__(local)
        self.world = world

    def __missing__(self, name):
        if name.startswith("call_"):
            return self.world.functions[name[5:]]
        for scope in (self.world.vars, self.world.objects, self.world.named, self.world.functions):
            if name in scope:
                return scope[name]
        raise NameError(f"unknown name {name!r}")


def expression(text, world, local):
    code = plain_values.without_units(text.strip())
    code = CALL.sub(r"call_\1(", code)  # a variable may have the name of a function
    return eval(code, {"__builtins__": {}}, Env(world, local))


def number(value, world, local):
    if isinstance(value, list):
        return [number(item, world, local) for item in value]
    return expression(value, world, local) if isinstance(value, str) else value


def text(value, world, local):
    """Interpolates; a string that is one {expression} keeps its value's type."""
    if isinstance(value, list):
        return [text(item, world, local) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith("{") and value.endswith("}") and not value.startswith("{{") \
            and "{" not in value[1:] and "}" not in value[:-1]:
        return expression(value[1:-1], world, local)
    parts, i = [], 0
    while i < len(value):
        c = value[i]
        if value[i:i + 2] in ("{{", "}}"):
            parts.append(c)
            i += 2
        elif c == "{":
            end = value.index("}", i)
            parts.append(show(expression(value[i + 1:end], world, local)))
            i = end + 1
        else:
            parts.append(c)
            i += 1
    return "".join(parts)


# --- exceptions ---------------------------------------------------------------------------------

KNOWN = {
    "CancelledError": asyncio.CancelledError, "TimeoutError": TimeoutError,
    "QueueFull": asyncio.QueueFull, "QueueEmpty": asyncio.QueueEmpty,
    "BrokenBarrierError": asyncio.BrokenBarrierError,
    "InvalidStateError": asyncio.InvalidStateError,
    "ValueError": ValueError, "RuntimeError": RuntimeError, "KeyError": KeyError,
    "ConnectionError": ConnectionError, "ConnectionResetError": ConnectionResetError,
    "ConnectionRefusedError": ConnectionRefusedError, "BrokenPipeError": BrokenPipeError,
    "ExceptionGroup": ExceptionGroup, "TypeError": TypeError,
    "ZeroDivisionError": ZeroDivisionError, "IndexError": IndexError,
    "BaseException": BaseException, "Exception": Exception,
    "BaseExceptionGroup": BaseExceptionGroup, "RecursionError": RecursionError,
    "LookupError": LookupError, "OSError": OSError, "ArithmeticError": ArithmeticError,
    "AssertionError": AssertionError, "QueueShutDown": getattr(asyncio, "QueueShutDown", None),
}


def exception_class(name):
    if name not in KNOWN:
        KNOWN[name] = type(name, (Exception,), {})
    return KNOWN[name]


def name_of(error):
    return type(error).__name__


class Held:
    """An exception in a variable: printing it shows str() of it."""

    def __init__(self, error):
        self.error = error

    def __str__(self):
        return str(self.error)


STARS = {}


def star_of(count):
    """A try with so many branches of except*; a branch that returns True raises its part again."""
    if count not in STARS:
        lines = ["async def star(body, types, branches):", "    try:", "        await body()"]
        for i in range(count):
            lines += [f"    except* types[{i}] as e:", f"        if await branches[{i}](e):",
                      "            raise"]
        scope = {}
        exec("\n".join(lines), scope)
        STARS[count] = scope["star"]
    return STARS[count]


async def run_star(step, nested, local):
    def runner(steps):
        async def run(error):
            before = error.__traceback__, error.__context__, error.__cause__
            try:
                await handle(step, steps, error, nested, local)
            except BaseException as raised:
                if raised is not error:
                    raise
                error.__traceback__, error.__context__, error.__cause__ = before
                return True
            return False
        return run
    types = [Exception if name == "*" else exception_class(name) for name in step["except*"]]
    branches = [runner(steps) for steps in step["except*"].values()]
    left = None

    async def body():
        nonlocal left
        try:
            await nested(step["try"])
        except Leave as leave:  # not for BaseException to take
            left = leave

    await star_of(len(types))(body, types, branches)
    if left:
        raise left


async def handle(step, steps, error, nested, local):
    saved = local.get("error!"), local.get("error")
    local["error!"], local["error"] = error, str(error)
    if "as" in step:
        local[step["as"]] = Held(error)
    try:
        await nested(steps)
    finally:
        local["error!"], local["error"] = saved
        if "as" in step:
            local.pop(step["as"], None)


class Leave(BaseException):
    """Carries a return, a break or a continue out of nested steps."""


class Return(Leave):
    """Carries a coroutine's value out of its nested steps."""

    def __init__(self, value):
        self.value = value


class Break(Leave):
    pass


class Continue(Leave):
    pass


async def each_round(rounds, world, local, group, steps):
    """The steps of a loop, once for each of the rounds, each of which sets variables."""
    for begin in rounds:
        begin()
        try:
            await run_steps(steps, world, local, group)
        except Continue:
            continue
        except Break:
            break


# --- the world a scenario runs in ---------------------------------------------------------------

class WorkerPool:
    """Blocking work: `size` workers, first come first served."""

    def __init__(self, loop, size):
        self.loop, self.idle, self.waiting = loop, size, []
        self.size, self.all_idle = size, None

    def submit(self, duration):
        work = (self.loop.create_future(), duration)
        if self.idle:
            self.start(work)
        else:
            self.waiting.append(work)
        return work[0]

    def start(self, work):
        self.idle -= 1
        self.loop.call_later(work[1], self.complete, work[0])

    def complete(self, future):
        self.idle += 1
        if not future.done():
            future.set_result(None)
        while self.waiting and self.idle:
            work = self.waiting.pop(0)
            if not work[0].cancelled():
                self.start(work)
        if self.all_idle and not self.busy():
            self.all_idle.set_result(None)

    def busy(self):
        return self.idle < self.size

    def joined(self):
        """What shutdown_default_executor() waits for in an executor of threads."""
        self.all_idle = self.loop.create_future()
        return self.all_idle


QUEUES = {"fifo": asyncio.Queue, "lifo": asyncio.LifoQueue, "priority": asyncio.PriorityQueue}


def waiters_of(thing):
    """How many wait for an object."""
    return len([one for one in (getattr(thing, "_waiters", None) or ()) if not one.done()])


class World:
    def __init__(self, document):
        self.document = document
        self.loop = VirtualLoop()
        self.loop.set_task_factory(self.make_task)
        self.eager = self.eager_started = False
        asyncio.set_event_loop(self.loop)
        self.vars, self.objects, self.named = {}, {}, {}
        self.functions = {
            "min": min, "max": max, "abs": abs, "round": round,
            "floor": math.floor, "ceil": math.ceil, "len": len, "str": show,
            "range": lambda *bounds: list(range(*bounds)),
            "now": lambda: self.loop.now / NS,
            "expired": lambda scope: scope.expired(),
            "when": lambda scope: None if scope.when() is None else scope.when() / NS,
            "current_task": asyncio.current_task,
            "get_name": lambda *task: (task[0] if task else asyncio.current_task()).get_name(),
            "type": lambda x: name_of(x.error if isinstance(x, Held) else x),
            "exceptions": lambda x: tuple(Held(error) for error in x.error.exceptions),
            "qsize": lambda q: q.qsize(), "full": lambda q: q.full(), "empty": lambda q: q.empty(),
            "locked": lambda x: x.locked(), "value": lambda s: s._value,
            "is_set": lambda e: e.is_set(), "n_waiting": lambda b: b.n_waiting,
            "broken": lambda b: b.broken, "parties": lambda b: b.parties,
            "maxsize": lambda q: q.maxsize, "unfinished": lambda q: q._unfinished_tasks,
            "done": lambda t: t.done(), "cancelled": lambda t: t.cancelled(),
            "cancelling": lambda t: t.cancelling(),
            "waiters": waiters_of,
        }
        self.zero = 0
        self.spawned, self.live, self.tasks = {}, 0, []
        self.handlers = {}
        self.callback_failed = False
        self.early = None
        specs = document.get("tasks", [])
        self.has_main = any(spec.get("main") for spec in specs)
        self.main, self.main_runs, self.interrupts = None, False, 0
        self.loop.set_exception_handler(self.report)
        for name, value in document.get("vars", {}).items():
            self.vars[name] = number(value, self, {})
        self.pool = WorkerPool(self.loop, int(document.get("threads", 4)))
        for name, spec in document.get("objects", {}).items():
            if "count" in spec:
                count = int(number(spec["count"], self, {}))
                self.objects[name] = [self.make(spec, {}) for _ in range(count)]
            else:
                self.objects[name] = self.make(spec, {})

    def make(self, spec, local):
        def of(key, default):
            return int(number(spec.get(key, default), self, local))

        kind = spec["type"]
        if kind == "queue":
            return QUEUES[spec.get("order", "fifo")](of("maxsize", 0))
        if kind == "semaphore":
            bounded = spec.get("bounded")
            return (asyncio.BoundedSemaphore if bounded else asyncio.Semaphore)(of("value", 1))
        if kind == "condition":
            return asyncio.Condition(self.find(spec["lock"], local) if "lock" in spec else None)
        if kind == "barrier":
            return asyncio.Barrier(of("parties", 1))
        if kind == "future":
            return self.loop.create_future()
        return {"lock": asyncio.Lock, "event": asyncio.Event}[kind]()

    def report(self, _, context):
        self.callback_failed |= context["message"].startswith("Exception in callback")

    def emit(self, line):
        sys.stdout.write(line + "\n")

    def log(self, line):
        elapsed = self.loop.now - self.zero
        self.emit(f"{elapsed // NS}s + {elapsed % NS // 1_000_000:03d}ms {line}")

    def find(self, name, local):
        """An object, a task or a handle, by name."""
        if name in local:
            return local[name]
        for scope in (self.vars, self.objects, self.named):
            if name in scope:
                return scope[name]
        if name.isidentifier():
            raise KeyError(name)
        return expression(name, self, local)

    def create(self, coroutine, name, factory=None, eager=None):
        """`live` is one more afterwards, unless the task has ended: it started eagerly then."""
        self.eager = self.document.get("eager_tasks", False) if eager is None else eager
        task = (factory or self.loop.create_task)(self.registered(coroutine, name), name=name)
        self.named.setdefault(name, task)
        if not self.eager_started:
            self.named[name] = task
        self.tasks.append(task)
        if not self.has_main and not task.done():
            self.live += 1
            task.add_done_callback(self.ended)
        return task

    async def registered(self, coroutine, name):
        """Its name stands for it as soon as it runs, which can be before its creator has it."""
        self.named[name] = asyncio.current_task()
        return await coroutine

    def make_task(self, loop, coroutine, **options):
        eager, self.eager = self.eager, False
        self.eager_started = eager and loop.is_running()
        return asyncio.Task(coroutine, loop=loop, eager_start=eager, **options)

    def begin(self, spec, name, local):
        task = self.create(self.body(spec, local), name)
        if spec.get("main"):
            self.main = task
        if not self.has_main:
            self.ended(None)  # it has counted until now

    def ended(self, _):
        self.live -= 1
        if self.live == 0:
            self.loop.stop()

    def plan(self):
        """The tasks of the document, each with its name and its variables."""
        for spec in self.document.get("tasks", []):
            for i in range(int(number(spec.get("count", 1), self, {}))):
                local = {spec.get("index", "i"): i}
                for name, value in spec.get("let", {}).items():
                    local[name] = number(value, self, local)
                yield spec, text(spec["name"], self, local), local

    def run(self):
        plan = list(self.plan())
        self.live = len(plan)  # those that are not created yet count, too
        sync_steps(self.document.get("setup", []), self, {})
        if not isinstance(self.document.get("until", "complete"), str):
            self.loop.call_at(to_ns(self.document["until"]), self.stop_early)
        for spec in self.document.get("signals", []):
            self.loop.call_at(to_ns(spec["at"]), self.deliver, spec["signal"])
        for spec, name, local in plan:
            if "start" in spec:
                at = to_ns(number(spec["start"], self, local))
                self.loop.call_at(at, self.begin, spec, name, local)
            else:
                self.begin(spec, name, local)
        raised = None
        try:
            if self.has_main:
                raised = self.run_main()
            elif self.live:
                self.loop.run_forever()
                if self.early:
                    raise Stopped
        except Deadlock:
            return "deadlock"
        except Stopped:
            return self.early
        except KeyboardInterrupt as error:
            raised = error
        if isinstance(raised, KeyboardInterrupt):
            sync_steps(self.document.get("on_interrupt", []), self, {})
            return "interrupted"
        failed = any(t.done() and not t.cancelled() and t._log_traceback for t in self.tasks)
        return "failed" if raised or failed or self.callback_failed else "complete"

    def run_main(self):
        """What asyncio.run() does with its task, and with those that remain after it; returns what
        the task raised. A run that `until` stops is left as it stands."""
        asyncio.tasks.all_tasks = lambda loop: [task for task in self.tasks if not task.done()]
        raised = None
        self.main_runs = True
        try:
            try:
                self.loop.run_until_complete(self.main)
            except asyncio.CancelledError:
                if self.interrupts > 0 and self.main.uncancel() == 0:
                    raise KeyboardInterrupt from None
                raise
            finally:
                self.main_runs = False
        except Deadlock:
            raise
        except BaseException as error:
            if self.early and not self.main.done():
                raise Stopped from None
            raised = error
        try:
            asyncio.runners._cancel_all_tasks(self.loop)
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            if self.pool.busy():
                self.loop.run_until_complete(self.pool.joined())
        except RuntimeError:
            if self.early:
                raise Stopped from None
            raise
        return raised

    def stop_early(self):
        self.early = "stopped"
        self.loop.stop()

    def deliver(self, name):
        if name in self.handlers:
            steps, local = self.handlers[name]
            sync_steps(steps, self, local)
            return
        if self.main_runs:
            self.interrupts += 1
            if self.interrupts == 1 and not self.main.done():
                self.main.cancel()
                self.loop.call_soon_threadsafe(lambda: None)
                return
        raise KeyboardInterrupt

    def body(self, spec, local):
        if "call" in spec:
            args = {k: text(v, self, local) for k, v in spec.get("args", {}).items()}
            return coroutine(self, spec["call"], args)
        return whole(spec["do"], self, local)


def coroutine(world, name, args):
    return whole(world.document["coroutines"][name]["do"], world, dict(args))


async def whole(steps, world, local):
    try:
        await run_steps(steps, world, local, None)
    except Return as result:
        return result.value


# --- steps --------------------------------------------------------------------------------------

def sync_steps(steps, world, local):
    """Runs steps where none may wait: setup, callbacks, signal handlers."""
    running = run_steps(steps, world, local, None)
    try:
        running.send(None)
    except StopIteration:
        return
    running.close()
    raise RuntimeError("a step that waits cannot stand here")


def put(scope, names, value):
    """Gives a variable a value, or several their parts, as Python's own `a, b = value` does."""
    if isinstance(names, str) and "," not in names:
        scope[names] = value
        return
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
    parts = [f"part{i}" for i in range(len(names))]
    taken = {"value": value}
    exec(f"{', '.join(parts)}, = value" if len(parts) == 1 else f"{', '.join(parts)} = value", taken)
    scope.update((name, taken[part]) for name, part in zip(names, parts))


def store(step, value, local):
    if "as" in step:
        put(local, step["as"], value)


def spawn_one(step, world, local, group):
    name = step["spawn"]
    world.spawned[name] = world.spawned.get(name, 0) + 1
    label = f"{name}-{world.spawned[name]}"
    if "name" in step:
        label = show(text(step["name"], world, local))
    args = {key: text(value, world, local) for key, value in step.get("args", {}).items()}
    return world.create(coroutine(world, name, args), label, group and group.create_task,
                        step.get("eager_start"))


def spawn_all(step, world, local, group):
    """The task, or with a count the list of tasks."""
    if "count" not in step:
        return spawn_one(step, world, local, group)
    tasks = []
    for k in range(number(step["count"], world, local)):
        if "index" in step:
            local[step["index"]] = k
        tasks.append(spawn_one(step, world, local, group))
    return tasks


def sync_step(step, world, local, group):
    """Runs a step that never waits; False where the step may wait."""
    def find(key):
        return world.find(step[key], local)

    def say(value):
        return show(text(value, world, local))

    if "new" in step:
        store(step, world.make(step["new"], local), local)
    elif "print" in step:
        world.emit(say(step["print"]))
    elif "log" in step:
        world.log(say(step["log"]))
    elif "start_timer" in step:
        world.emit("---------- zero")
        world.zero = world.loop.now
    elif "compute" in step:
        world.loop.now += to_ns(number(step["compute"], world, local))
    elif "let" in step:
        for name, value in step["let"].items():
            put(local, name, number(value, world, local))
    elif "assign" in step:
        for name, value in step["assign"].items():
            put(world.vars, name, number(value, world, local))
    elif "put_nowait" in step:
        find("put_nowait").put_nowait(text(step.get("value"), world, local))
    elif "get_nowait" in step:
        store(step, find("get_nowait").get_nowait(), local)
    elif "shutdown" in step:
        find("shutdown").shutdown(bool(step.get("immediate")))
    elif "task_done" in step:
        find("task_done").task_done()
    elif "release" in step:
        find("release").release()
    elif "set" in step:
        find("set").set()
    elif "clear" in step:
        find("clear").clear()
    elif "notify" in step:
        find("notify").notify(int(number(step.get("n", 1), world, local)))
    elif "notify_all" in step:
        find("notify_all").notify_all()
    elif "set_result" in step:
        find("set_result").set_result(text(step.get("value"), world, local))
    elif "set_exception" in step:
        error = exception_class(step["exception"])
        message = step.get("message")
        find("set_exception").set_exception(error(say(message)) if message else error())
    elif "cancel" in step:
        message = step.get("message")
        found = find("cancel")
        for target in found if isinstance(found, (list, tuple)) else [found]:
            target.cancel(say(message)) if message else target.cancel()
    elif "spawn" in step:
        store(step, spawn_all(step, world, local, group), local)
    elif "call_soon" in step:
        store(step, world.loop.call_soon(sync_steps, step["call_soon"], world, local), local)
    elif "call_later" in step:
        delay = to_ns(number(step["call_later"], world, local))
        store(step, world.loop.call_later(delay, sync_steps, step["do"], world, local), local)
    elif "call_at" in step:
        when = to_ns(number(step["call_at"], world, local))
        store(step, world.loop.call_at(when, sync_steps, step["do"], world, local), local)
    elif "uncancel" in step:
        find("uncancel").uncancel()
    elif "on_signal" in step:
        world.handlers[step["on_signal"]] = (step["do"], local)
    elif "reschedule" in step:
        limit = number(step["reschedule"], world, local)
        scope = world.find(step["scope"], local) if "scope" in step else local["timeout!"]
        scope.reschedule(None if limit is None else world.loop.now + to_ns(limit))
    elif "raise" in step:
        if step["raise"] is True:
            raise local["error!"]
        error = exception_class(step["raise"])
        message = step.get("message")
        raise error(say(message)) if message else error()
    elif "break" in step:
        raise Break
    elif "continue" in step:
        raise Continue
    elif "return" in step:
        raise Return(text(step["return"], world, local))
    else:
        return False
    return True


def futures_of(names, world, local):
    """The futures that a list names, or those of the list that an expression gives."""
    if isinstance(names, str):
        return number(names, world, local)
    return [world.find(name, local) for name in names]


def futures_to_wait_for(wait, world, local):
    """The futures, or None where an event, a condition or a barrier is what is waited for."""
    if isinstance(wait, list):
        return futures_of(wait, world, local)
    found = world.find(wait, local)
    return found if isinstance(found, (list, tuple, asyncio.Future)) else None


def branch(handlers, error):
    names = [cls.__name__ for cls in type(error).__mro__]
    for key, steps in handlers.items():
        if key in names or (key == "*" and isinstance(error, Exception)):
            return steps
    return None


async def run_steps(steps, world, local, group):
    for step in steps:
        if not sync_step(step, world, local, group):
            await wait_step(step, world, local, group)


async def each_completed(step, nested, world, local):
    limit = number(step.get("timeout"), world, local)
    futures = futures_of(step["as_completed"], world, local)
    completed = asyncio.as_completed(futures, timeout=None if limit is None else to_ns(limit))

    async def one_round():
        try:
            await nested(step["do"])
        except Continue:
            return True
        except Break:
            return False
        return True

    if "task" not in step:
        for next_done in completed:
            store(step, await next_done, local)
            if not await one_round():
                break
        return
    async for task in completed:
        local[step["task"]] = task
        if "as" in step:
            put(local, step["as"], await task)
        if not await one_round():
            break


async def limited(timeout, step, key, nested, world, local):
    limit = number(step[key], world, local)
    async with timeout(None if limit is None else to_ns(limit)) as scope:
        outer, local["timeout!"] = local.get("timeout!"), scope
        store(step, scope, local)
        try:
            await nested(step["do"])
        finally:
            local["timeout!"] = outer


async def wait_step(step, world, local, group):
    def find(key):
        return world.find(step[key], local)

    def nested(steps):
        return run_steps(steps, world, local, group)

    if "sleep" in step:
        await asyncio.sleep(to_ns(number(step["sleep"], world, local)))
    elif "sequence" in step:
        label = show(text(step["sequence"], world, local))
        world.log(f">>> {label}")
        await asyncio.sleep(to_ns(number(step.get("delay", 1), world, local)))
        world.log(f"<<< {label}")
    elif "to_thread" in step:
        await world.pool.submit(to_ns(number(step["to_thread"], world, local)))
    elif "span" in step:
        await nested(step["do"])
    elif "if" in step:
        await nested(step.get("then" if number(step["if"], world, local) else "else", []))
    elif "while" in step:
        def rounds():
            while number(step["while"], world, local):
                yield lambda: None
        await each_round(rounds(), world, local, group, step["do"])
    elif "repeat" in step:
        count = step["repeat"]
        limit = math.inf if count == "forever" else number(count, world, local)

        def rounds():
            k = 0
            while k < limit:
                def begin():
                    if "index" in step:
                        local[step["index"]] = k
                yield begin
                k += 1
        await each_round(rounds(), world, local, group, step["do"])
    elif "for" in step:
        def rounds():
            for item in number(step["in"], world, local):
                yield lambda: put(local, step["for"], item)
        await each_round(rounds(), world, local, group, step["do"])
    elif "try" in step:
        try:
            try:
                if "except*" in step:
                    await run_star(step, nested, local)
                else:
                    await nested(step["try"])
            except Leave:
                raise
            except BaseException as error:
                steps = branch(step.get("except", {}), error)
                if steps is None:
                    raise
                await handle(step, steps, error, nested, local)
        finally:
            await nested(step.get("finally", []))
    elif "call" in step:
        args = {k: text(v, world, local) for k, v in step.get("args", {}).items()}
        store(step, await coroutine(world, step["call"], args), local)
    elif "put" in step:
        await find("put").put(text(step.get("value"), world, local))
    elif "get" in step:
        store(step, await find("get").get(), local)
    elif "join" in step:
        await find("join").join()
    elif "acquire" in step:
        store(step, await find("acquire").acquire(), local)
    elif "with" in step:
        async with find("with"):
            await nested(step["do"])
    elif "wait" in step and (
            futures := futures_to_wait_for(step["wait"], world, local)) is not None:
        timeout = step.get("timeout")
        done, pending = await asyncio.wait(
            futures, return_when=step.get("return_when", "ALL_COMPLETED"),
            timeout=None if timeout is None else to_ns(number(timeout, world, local)))
        if isinstance(step.get("as"), list):
            ordered = list(dict.fromkeys(futures))
            local[step["as"][0]] = [future for future in ordered if future in done]
            local[step["as"][1]] = [future for future in ordered if future in pending]
        else:
            store(step, len(done), local)
    elif "wait" in step:
        store(step, await find("wait").wait(), local)
    elif "wait_for" in step:
        def holds():
            return number(step["until"], world, local)
        store(step, await find("wait_for").wait_for(holds), local)
    elif "reset" in step:
        await find("reset").reset()
    elif "abort" in step:
        await find("abort").abort()
    elif "await" in step:
        store(step, await find("await"), local)
    elif "shield" in step:
        store(step, await asyncio.shield(find("shield")), local)
    elif "gather" in step:
        results = await asyncio.gather(*futures_of(step["gather"], world, local),
                                       return_exceptions=bool(step.get("return_exceptions")))
        if isinstance(step.get("as"), str):
            local[step["as"]] = [value if not isinstance(value, BaseException) else show(value)
                                 for value in results]
            return
        for name, value in zip(step.get("as", []), results):
            local[name] = value
    elif "as_completed" in step:
        await each_completed(step, nested, world, local)
    elif "timeout_at" in step:
        await limited(asyncio.timeout_at, step, "timeout_at", nested, world, local)
    elif "timeout" in step:
        await limited(asyncio.timeout, step, "timeout", nested, world, local)
    elif "task_group" in step:
        returned = None
        inner = asyncio.TaskGroup()
        inner._tasks = OrderedSet()
        async with inner:
            try:
                await run_steps(step["task_group"], world, local, inner)
            except Leave as result:  # a return leaves the block in order: the group is awaited
                returned = result
        if returned:
            raise returned
    else:
        raise ValueError(f"unknown step {step}")


# --- playing ------------------------------------------------------------------------------------


class Refused(Exception):
    """The scenario is none that can be played here."""


def play(document):
    """What it prints, and the line of its outcome; in a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(LIMIT)
        sys.stdout, sys.stderr = io.StringIO(), open(os.devnull, "w", encoding="utf-8")
        try:
            world = World(document)
            outcome = world.run()
            told = f"{sys.stdout.getvalue()}outcome {outcome} at {world.loop.now}\n"
        except BaseException as error:
            told = f"refused {error!r}\n"
        with os.fdopen(writer, "w", encoding="utf-8") as file:
            file.write(told)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as file:
        told = file.read()
    os.waitpid(child, 0)
    last = told.splitlines()[-1] if told else "refused: it does not end"
    if not last.startswith("outcome "):
        raise Refused(last)
    return told


def without_comment(members):
    """An object of a document, without what it says in comments."""
    return {key: value for key, value in members if key != "//"}


def read(scenario):
    return json.loads(scenario.read_text(encoding="utf-8"), object_pairs_hook=without_comment)


def play_folders(folders, record):
    """Compares what is recorded in them, or records it; returns how many differ."""
    count = different = 0
    for scenario in sorted(path for folder in folders for path in Path(folder).glob("*.json")):
        expected = scenario.with_suffix(".expected")
        count += 1
        try:
            told = play(read(scenario))
        except Refused as refused:
            told = str(refused)
        if record and not told.startswith("refused"):
            expected.write_text(told, encoding="utf-8")
        elif not expected.exists() or told != expected.read_text(encoding="utf-8"):
            print(f"{scenario}: differs" if expected.exists() else f"{scenario}: {told}")
            different += 1
    print(f"{count - different} of {count} {'recorded' if record else 'equal'}")
    return different


def main():
    names = sys.argv[1:]
    record = names[:1] == ["--record"]
    if record:
        del names[0]
    if not names:
        sys.exit(__doc__)
    if all(Path(name).is_dir() for name in names):
        sys.exit(1 if play_folders(names, record) else 0)
    world = World(read(Path(names[0])))
    outcome = world.run()
    sys.stdout.flush()
    print(f"outcome {outcome} at {world.loop.now}", file=sys.stderr, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
