#!/usr/bin/env python3
"""Plays the scripts of the engine's tests on CPython's own asyncio, and compares.

    play.py [--show] FILE.c ...     --show: print what asyncio does, for writing a test

The scripts are the strings in PLAY(...); play.h says what they mean. CPython 3.13 is the version
whose behaviour they hold, up to 3.13.1 (3.13.2 changed eager tasks in a TaskGroup); under another one
it exits with 77.
"""
import asyncio
import builtins
import inspect
import re
import sys
from pathlib import Path

from virtual_loop import Deadlock, OrderedSet, VirtualLoop, order_timers

NS = 1_000_000_000


order_timers()


def quantity(ns):
    return f"{ns / NS:.9f}".rstrip("0").rstrip(".")


def duration(word):
    return None if word == "-" else int(float(word) * NS)


def describe(error):
    members = getattr(error, "exceptions", ())
    inside = " ".join(f"{type(e).__name__}({e})" for e in members)
    return f"{type(error).__name__}({error})" + (f"[{inside}]" if inside else "")


def error_class(name):
    for scope in (asyncio, builtins):
        if hasattr(scope, name):
            return getattr(scope, name)
    raise SystemExit(f"no exception is named {name}")


class Stage:
    def __init__(self, lines):
        self.log, self.moment = [], None
        self.routines, self.objects = {}, {}
        self.level, self.live = 0, 0
        self.loop = VirtualLoop()
        self.loop.set_task_factory(self.make_task)
        self.loop.set_exception_handler(lambda loop, context: None)
        asyncio.set_event_loop(self.loop)
        # Primitives of asyncio's take the loop when they first wait; futures at once.
        self.started = []
        for line in lines:
            if ":" in line:
                name, body = line.split(":", 1)
                name = name.strip()
                if not name.startswith("~"):
                    self.started.append(name)
                self.routines[name.lstrip("~")] = [s.split() for s in body.split(";")]
            else:
                self.make(*line.split())

    def make(self, kind, name, argument="0"):
        number = int(argument) if argument.isdigit() else 0
        makers = {
            "lock": asyncio.Lock, "event": asyncio.Event, "future": self.loop.create_future,
            "condition": lambda: asyncio.Condition(self.objects.get(argument)),
            "semaphore": lambda: asyncio.Semaphore(number),
            "bounded": lambda: asyncio.BoundedSemaphore(number),
            "barrier": lambda: asyncio.Barrier(number),
            "queue": lambda: asyncio.Queue(number), "lifo": lambda: asyncio.LifoQueue(number),
            "priority": lambda: asyncio.PriorityQueue(number),
        }
        self.objects[name] = makers[kind]()

    def note(self, what):
        if self.moment == self.loop.now:
            self.log[-1] += ", " + what
        else:
            self.moment = self.loop.now
            self.log.append(f"{quantity(self.moment)}: {what}")

    def make_task(self, loop, coroutine, **options):
        return asyncio.Task(coroutine, loop=loop, eager_start=self.eager, **options)

    def create(self, routine, name, factory=None, eager=False):
        coroutine = Actor(self, routine, name).play()
        self.eager = eager
        try:
            task = (factory or self.loop.create_task)(coroutine, name=name)
        except RuntimeError:
            coroutine.close()
            raise
        if not task.done():  # it started eagerly
            self.live += 1
            task.add_done_callback(self.ended)
        self.objects[name] = task

    def ended(self, _):
        self.live -= 1
        if self.live == 0:
            self.loop.stop()

    def run(self):
        outcome = "complete"
        for name in self.started:
            self.create(name, name)
        try:
            self.loop.run_forever()
            if self.live:
                outcome = "stopped"
        except Deadlock:
            outcome = "deadlock"
        return self.log + [f"{outcome} at {quantity(self.loop.now)}"]


# How a success is logged: with the number, with the value if there is one, or as such.
ASKS = set("locked value is_set pass n_waiting broken size full empty unfinished done cancelled "
           "try_cancel uncancel cancelling time wait_all wait_first wait_exception when expired "
           "off_done".split())
GIVES = set("get get_nowait await result within next".split())
WAITS = set("acquire wait wait_for reset abort put join exception to_thread leave".split())


class Actor:
    def __init__(self, stage, routine, name):
        self.stage, self.routine, self.name = stage, routine, name
        self.error = None
        self.done = False
        self.returned = None

    async def play(self):
        for verb, *words in self.stage.routines[self.routine]:
            always = verb.startswith("!") or verb in ("leave", "catch")
            verb = verb.lstrip("!")
            if self.done or (self.error and not always):
                continue
            if verb == "leave" and self.stage.objects.get(words[0]) is None:
                continue
            try:
                value = getattr(self, "do_" + verb)(*words)
                if inspect.isawaitable(value):
                    value = await value
            except GeneratorExit:
                raise
            except BaseException as error:
                self.error = error
                if verb != "raise":
                    self.say(f"{verb}!{describe(error)}")
                continue
            if verb in ASKS:
                self.say(f"{verb}={int(value)}")
            elif verb in GIVES and isinstance(value, int) and value:
                self.say(f"{verb}={value}")
            elif verb in GIVES | WAITS:
                self.say(verb)
        if self.error:
            self.say(f"ends!{describe(self.error)}")
            raise self.error
        return self.returned

    def say(self, what):
        self.stage.note(f"{self.name} {what}")

    def of(self, name):
        return self.stage.objects[name]

    def keep(self, name, thing):
        self.stage.objects[name] = thing

    def all(self, names):
        return [self.of(name) for name in names]

    # --- locks, events, conditions, semaphores, barriers
    def do_acquire(self, x): return self.of(x).acquire()
    def do_release(self, x): self.of(x).release()
    def do_locked(self, x): return self.of(x).locked()
    def do_value(self, x): return self.of(x)._value
    def do_wait(self, x): return self.of(x).wait()
    def do_set(self, x): self.of(x).set()
    def do_clear(self, x): self.of(x).clear()
    def do_is_set(self, x): return self.of(x).is_set()
    def do_level(self, n): self.stage.level = int(n)
    def do_notify(self, x, n): self.of(x).notify(int(n))
    def do_notify_all(self, x): self.of(x).notify_all()
    def do_pass(self, x): return self.of(x).wait()
    def do_reset(self, x): return self.of(x).reset()
    def do_abort(self, x): return self.of(x).abort()
    def do_n_waiting(self, x): return self.of(x).n_waiting
    def do_broken(self, x): return self.of(x).broken

    def do_wait_for(self, x, n):
        def reached():
            if self.stage.level < 0:
                raise ValueError("level")
            return self.stage.level >= int(n)
        return self.of(x).wait_for(reached)

    # --- queues
    def do_put(self, x, n): return self.of(x).put(int(n))
    def do_put_nowait(self, x, n): self.of(x).put_nowait(int(n))
    def do_get(self, x): return self.of(x).get()
    def do_get_nowait(self, x): return self.of(x).get_nowait()
    def do_task_done(self, x): self.of(x).task_done()
    def do_join(self, x): return self.of(x).join()
    def do_shutdown(self, x, now=None): self.of(x).shutdown(immediate=now is not None)
    def do_size(self, x): return self.of(x).qsize()
    def do_full(self, x): return self.of(x).full()
    def do_empty(self, x): return self.of(x).empty()
    def do_unfinished(self, x): return self.of(x)._unfinished_tasks

    # --- futures and tasks
    async def do_await(self, x): return await self.of(x)
    def do_set_result(self, x, n): self.of(x).set_result(int(n))
    def do_result(self, x): return self.of(x).result()
    def do_done(self, x): return self.of(x).done()
    def do_cancelled(self, x): return self.of(x).cancelled()
    def do_try_cancel(self, x): return self.of(x).cancel()
    def do_uncancel(self, x): return self.of(x).uncancel()
    def do_cancelling(self, x): return self.of(x).cancelling()
    def do_sleep(self, t): return asyncio.sleep(duration(t))
    def do_log(self, what): self.say(what)
    def do_time(self): return self.stage.loop.now // NS
    def do_stop(self): self.stage.loop.stop()

    def do_set_exception(self, x, name, *message):
        self.of(x).set_exception(error_class(name)(*message))

    def do_exception(self, x):
        error = self.of(x).exception()
        if error:
            raise error

    def do_cancel(self, x, message=None):
        if isinstance(self.of(x), asyncio.Handle):
            self.of(x).cancel()
        else:
            self.of(x).cancel(message)

    def do_compute(self, t):
        self.stage.loop.now += duration(t)

    def do_raise(self, name, *message):
        raise error_class(name)(*message)

    def do_catch(self, name=None):
        if name is None or (self.error and type(self.error) is error_class(name)):
            self.error = None

    def do_return(self, n):
        self.returned, self.done = int(n), True

    # --- what combines tasks
    def do_gather(self, x, *names): self.keep(x, asyncio.gather(*self.all(names)))
    def do_shield(self, x, name): self.keep(x, asyncio.shield(self.of(name)))
    def do_timeout(self, x, t): return self.enter(x, asyncio.timeout(duration(t)))
    def do_timeout_at(self, x, t): return self.enter(x, asyncio.timeout_at(duration(t)))
    def do_reschedule(self, x, t): self.of(x).reschedule(duration(t))
    def do_when(self, x): return self.of(x).when() // NS
    def do_expired(self, x): return self.of(x).expired()
    def do_within(self, t, x): return asyncio.wait_for(self.of(x), duration(t))
    def do_wait_all(self, t, *names): return self.wait(asyncio.ALL_COMPLETED, t, names)
    def do_wait_first(self, t, *names): return self.wait(asyncio.FIRST_COMPLETED, t, names)
    def do_wait_exception(self, t, *names): return self.wait(asyncio.FIRST_EXCEPTION, t, names)

    def do_gather_all(self, x, *names):
        self.keep(x, asyncio.gather(*self.all(names), return_exceptions=True))

    async def wait(self, when, t, names):
        done, _ = await asyncio.wait(self.all(names), timeout=duration(t), return_when=when)
        return len(done)

    def do_as_completed(self, x, t, *names):
        # It subscribes to the futures when the first coroutine is asked for.
        waits = asyncio.as_completed(self.all(names), timeout=duration(t))
        first = list(waits)
        self.keep(x, iter(first))

    def do_next(self, x):
        return next(self.of(x))

    async def enter(self, name, scope):
        await scope.__aenter__()
        self.keep(name, scope)

    def do_group(self, name):
        group = asyncio.TaskGroup()
        group._tasks = OrderedSet()
        return self.enter(name, group)

    async def do_leave(self, name):
        scope, error = self.of(name), self.error
        if not isinstance(scope, asyncio.TaskGroup):
            self.keep(name, None)
        try:
            await scope.__aexit__(type(error) if error else None, error, None)
        finally:
            self.keep(name, None)
        if error:
            raise error

    # --- what starts a routine
    def do_spawn(self, routine, name=None):
        self.stage.create(routine, name or routine)

    def do_spawn_eager(self, routine, name=None):
        self.stage.create(routine, name or routine, eager=True)

    def do_create_eager(self, group, routine, name=None):
        self.stage.create(routine, name or routine, self.of(group).create_task, eager=True)

    def do_create(self, group, routine, name=None):
        self.stage.create(routine, name or routine, self.of(group).create_task)

    def call(self, routine, *_):
        try:
            Actor(self.stage, routine, routine).play().send(None)
        except BaseException:
            pass  # StopIteration is its end; an error has been logged

    def do_call_soon(self, x, routine):
        self.keep(x, self.stage.loop.call_soon(self.call, routine))

    def do_call_later(self, x, t, routine):
        self.keep(x, self.stage.loop.call_later(duration(t), self.call, routine))

    def do_call_at(self, x, t, routine):
        self.keep(x, self.stage.loop.call_at(duration(t), self.call, routine))

    def callback(self, routine):
        key = f"({routine})"
        if key not in self.stage.objects:
            self.keep(key, lambda future: self.call(routine))
        return self.of(key)

    def do_on_done(self, x, routine): self.of(x).add_done_callback(self.callback(routine))

    def do_off_done(self, x, routine):
        return self.of(x).remove_done_callback(self.callback(routine))


# --- the scripts in a test's source

STRING = r'"(?:[^"\\]|\\.)*"'
SCRIPT = re.compile(rf"PLAY\(((?:\s|,|{STRING})*)\)")


def scripts(path):
    """The name of the test, and the lines, of each PLAY(...) in a file."""
    source = path.read_text(encoding="utf-8")
    for match in SCRIPT.finditer(source):
        name = re.findall(r"static void (test_\w+)", source[:match.start()])[-1]
        lines = []
        for part in re.findall(rf"{STRING}(?:\s*{STRING})*", match[1]):
            lines.append("".join(text[1:-1] for text in re.findall(STRING, part)))
        yield name, lines


def check(path, name, lines, show):
    """Plays it; None where it is not for asyncio, else whether it is right."""
    if any(line.startswith("only here:") for line in lines):
        return None
    expected = [line[2:] for line in lines if line.startswith("= ")]
    stage = Stage([line for line in lines if not line.startswith("= ")])
    found = stage.run()
    if show:
        print(f"{name}")
        for line in found:
            print(f'         "= {line}",')
    elif found != expected:
        print(f"{path.name}: {name}: asyncio does otherwise. Expected:", *expected,
              "asyncio:", *found, sep="\n  ")
    keep.append(stage)
    return found == expected


keep = []  # what is pending is not to be collected, and logged about, in the middle of another


def main():
    arguments = sys.argv[1:]
    show = "--show" in arguments
    if not (3, 13) <= sys.version_info < (3, 13, 2):
        print("needs CPython 3.13.0 or 3.13.1: later ones tell a task group of an eager task's end later")
        sys.exit(77)
    played = failed = 0
    for path in (Path(argument) for argument in arguments if argument != "--show"):
        for name, lines in scripts(path):
            right = check(path, name, lines, show)
            played += right is not None
            failed += right is False
    print(f"{played} scripts played on Python {sys.version.split()[0]}, {failed} differ")
    sys.stdout.flush()
    import os
    os._exit(1 if failed and not show else 0)


if __name__ == "__main__":
    main()
