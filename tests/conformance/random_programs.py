"""Makes random scenarios, by family: program(FAMILY, SEED) is a document, the same at each call.

They use the language where asyncio's order is hard to guess: what is cancelled while it ends,
groups in limits, handlers that swallow. All that they do is finite, or cut off by `until`.
"""
import random

EXCEPT_ORDER = ["CancelledError", "TimeoutError", "ExceptionGroup", "Boom", "*"]
CONDITIONS = ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]


def without_dead(names):
    """The branches of a try that can run: a document with others is refused."""
    takers = {"KeyError": {"LookupError"}, "TimeoutError": {"OSError"}}
    kept = []
    for name in names:
        all_but_cancelled = {"*", "Exception"} if name != "CancelledError" else set()
        if not (takers.get(name, set()) | all_but_cancelled) & set(kept):
            kept.append(name)
    return kept


def coroutine(params, *steps):
    return {"params": params, "do": list(steps)}


def boom(message):
    return {"raise": "Boom", "message": message}


class Program:
    """What all families draw with. The lines are numbered, so that each names its step."""

    PAUSES = [0, 0, "10ms", "10ms", "20ms", "30ms", "50ms"]

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = 0

    def log(self, what, more=""):
        self.lines += 1
        return {"log": f"{{me}} {what} #{self.lines}{more}"}

    def chance(self, probability):
        return self.random.random() < probability

    def one_of(self, choices):
        return self.random.choice(choices)

    def pause(self):
        return self.one_of(self.PAUSES)

    def sleep(self):
        return {"sleep": self.pause()}

    def several(self, step, most, *args):
        """The steps of up to `most` calls, in a row."""
        return [each for _ in range(self.random.randint(1, most)) for each in step(*args)]


class Tasks(Program):
    """Tasks that cancel, limit, group and wait for one another; eager ones where allowed."""

    EAGER = True

    def __init__(self, seed):
        super().__init__(seed)
        self.names = [f"t{i}" for i in range(self.random.randint(3, 6))]
        self.variables = 0

    def guard(self, body, what):
        names = self.random.sample(["CancelledError", "TimeoutError", "ExceptionGroup", "*"],
                                   self.random.randint(1, 4))
        handlers = {}
        for name in sorted(names, key=EXCEPT_ORDER.index):
            handlers[name] = [self.log(f"{what} {name}", " {error}")]
            if self.chance(.4):
                handlers[name].append({"raise": True})
        step = {"try": body, "except": handlers}
        if self.chance(.3):
            step["finally"] = [self.log(f"{what} finally")]
            if self.chance(.3):
                step["finally"].append(self.sleep())
        return [step]

    def spawn(self, name):
        kinds = ["worker", "failing", "stubborn", "selfcancel"]
        if self.EAGER:
            kinds += ["nest", "locky", "quick", "quickfail"]
        step = {"spawn": self.one_of(kinds), "as": name,
                "args": {"d": self.one_of([0, .01, .02, .03])}}
        if self.EAGER and self.chance(.45):
            step["eager_start"] = self.chance(.66)
        return step

    def futures(self):
        """Steps that create some, and their names: perhaps an object's, perhaps one twice."""
        self.variables += 1
        names = [f"v{self.variables}_{i}" for i in range(self.random.randint(1, 3))]
        steps = [self.spawn(name) for name in names]
        if self.chance(.3):
            names.append("f")
        if self.chance(.2):
            names.append(self.one_of(names))
        if self.chance(.4):
            steps.append(self.sleep())
        if self.chance(.15):
            steps.append({"cancel": self.one_of(names), "message": "early"})
        return steps, names

    def steps(self, depth, most=4):
        return self.several(self.step, most, depth)

    def step(self, depth):
        if depth <= 0 or self.chance(.3):
            return self.simple_step()
        return self.one_of([
            self.timeout, self.timeout, self.group, self.group, self.group, self.gather,
            self.wait, self.as_completed, self.condition, self.semaphore, self.await_one,
            self.await_object, self.nested])(depth)

    def simple_step(self):
        other = self.one_of(self.names)
        kind = self.random.randint(0, 13)
        if kind <= 3:
            return [self.sleep(), self.log("slept")]
        if kind == 4:
            step = {"cancel": other}
            if self.chance(.7):
                step["message"] = self.one_of(["m1", "m2"])
            return [step]
        if kind == 5:
            return [{"uncancel": other}]
        if kind == 6:
            if self.chance(.5):
                return [{"cancel": other}, {"uncancel": other}]
            return [self.log("cancelling", f" {{cancelling({other})}}")]
        if kind == 7:
            body = [{"notify": "c", "n": self.random.randint(1, 2)}]
            if self.chance(.5):
                body.append({"cancel": other, "message": "late"})
            return [{"with": "c", "do": body}]
        if kind == 8:
            return [{"release": "s"}]
        if kind == 9:
            return [{"release": "s"}, {"release": "s"}, {"cancel": other}]
        if kind == 10:
            return [{"set_result": "f", "value": 1}] if self.chance(.3) else [{"sleep": 0}]
        if kind == 11:
            return [{"assign": {"level": "level + 1"}},
                    {"with": "c", "do": [{"notify_all": "c"}]}]
        if kind == 12:
            return [boom("planned")] if self.chance(.3) else [self.log("on")]
        return [{"with": "l", "do": [self.sleep(), self.log("locked")]}]

    def timeout(self, depth):
        limited = {"timeout": self.pause(), "do": self.steps(depth - 1)}
        return self.guard([limited, self.log("in time")], "timeout")

    def group(self, depth):
        count = self.random.randint(0, 3)
        body = [self.spawn(f"g{self.lines}_{i}") for i in range(count)]
        if self.chance(.7):
            body += self.steps(depth - 1)
        return self.guard([{"task_group": body}, self.log("group done")], "group")

    def gather(self, _):
        steps, names = self.futures()
        step, results = {"gather": names}, []
        if self.chance(.5):
            results = [f"x{self.variables}_{i}" for i in range(len(names))]
            step |= {"return_exceptions": True, "as": results}
        shown = "".join(f" {{{result}}}" for result in results)
        return steps + self.guard([step, self.log("gathered", shown)], "gather")

    def wait(self, _):
        steps, names = self.futures()
        count = f"w{self.variables}"
        step = {"wait": names, "return_when": self.one_of(CONDITIONS), "as": count}
        if self.chance(.5):
            step["timeout"] = self.pause()
        return steps + self.guard([step, self.log("waited", f" {{{count}}}")], "wait")

    def as_completed(self, _):
        steps, names = self.futures()
        result = f"y{self.variables}"
        body = [self.log("next", f" {{{result}}}")]
        return steps + self.guard([{"as_completed": names, "as": result, "do": body}], "each")

    def condition(self, _):
        waiting = {"wait": "c"}
        if self.chance(.4):
            waiting = {"wait_for": "c", "until": f"level > {self.random.randint(0, 2)}"}
        return self.guard([{"with": "c", "do": [waiting, self.log("notified")]}], "cond")

    def semaphore(self, depth):
        return self.guard([{"with": "s", "do": self.steps(depth - 1, 1)}], "sem")

    def await_one(self, _):
        steps, names = self.futures()
        result = f"z{self.variables}"
        awaiting = {self.one_of(["await", "shield"]): names[0], "as": result}
        return steps + self.guard([awaiting, self.log("got", f" {{{result}}}")], "await")

    def await_object(self, _):
        return self.guard([self.one_of([{"await": "f"}, {"wait": "e"}])], "fut")

    def nested(self, depth):
        return self.guard(self.steps(depth - 1), "try")

    def boss(self):
        """Ends what still waits after a while."""
        steps = [{"sleep": "100ms"}]
        for name in self.names:
            if self.chance(.3):
                steps.append({"with": "c", "do": [{"notify": "c"}]})
            elif self.chance(.7):
                steps.append({"cancel": name, "message": "end"})
        return {"name": "boss", "let": {"me": "'boss'"}, "do": [*steps, {"set": "e"}]}

    def document(self):
        tasks = [{"name": name, "let": {"me": f"'{name}'"},
                  "do": self.steps(3) + self.steps(3) + [self.log("ends")]}
                 for name in self.names]
        return {
            "cadran": 1, "eager_tasks": self.EAGER and self.chance(.5), "threads": 1,
            "vars": {"level": 0},
            "objects": {
                "l": {"type": "lock"}, "e": {"type": "event"}, "c": {"type": "condition"},
                "s": {"type": "semaphore", "value": self.random.randint(0, 2)},
                "f": {"type": "future"}},
            "coroutines": {
                "worker": coroutine(["d"], {"log": "worker {d}"}, {"sleep": "d"},
                                    {"return": "{d}"}),
                "failing": coroutine(["d"], {"sleep": "d"}, {"log": "failing {d}"},
                                     boom("planned")),
                "stubborn": coroutine(
                    ["d"],
                    {"try": [{"sleep": "d"}, {"sleep": "d"}],
                     "except": {"CancelledError": [{"log": "no {error}"}, {"sleep": "d"}]}},
                    {"return": "2"}),
                "selfcancel": coroutine(["d"], {"sleep": "d"},
                                        {"raise": "CancelledError", "message": "own"}),
                "quick": coroutine(["d"], {"log": "quick {d}"}, {"return": "{d}"}),
                "quickfail": coroutine(["d"], {"log": "quickfail {d}"}, boom("at once")),
                "nest": coroutine(
                    ["d"], {"log": "nest"},
                    {"spawn": "worker", "args": {"d": "{d}"}, "as": "inner"},
                    {"log": "nest {done(inner)}"}, {"if": "d", "then": [{"await": "inner"}]},
                    {"log": "nested"}),
                "locky": coroutine(
                    ["d"],
                    {"with": "l",
                     "do": [{"log": "locky"}, {"if": "d", "then": [{"sleep": "d"}]}]},
                    {"acquire": "s"}, {"release": "s"})},
            "tasks": [*tasks, self.boss()]}


class Main(Tasks):
    """The same with a main task: what asyncio.run() does with the others once it has ended."""

    EAGER = False

    def last_step(self, me):
        kind = self.random.randint(0, 9)
        if kind <= 1:
            return [self.sleep(), self.log_of(me, "still")]
        if kind == 9:
            return [{"to_thread": self.one_of([.01, .03, .2])}, self.log_of(me, "worked")]
        if kind == 2:
            return {"spawn": "worker", "args": {"d": self.one_of([0, .01])}},
        if kind == 3:
            return {"spawn": "hop", "args": {}},
        if kind == 4:
            return {"call_soon": [self.log_of(me, "callback"),
                                  {"call_soon": [self.log_of(me, "callback again")]}]},
        if kind == 5:
            return {"call_later": self.one_of([0, .01]), "do": [self.log_of(me, "later")]},
        if kind == 6:
            return [boom("at the end")]
        return [{self.one_of(["cancel", "await"]): self.one_of(self.names)}]

    @staticmethod
    def log_of(me, what):
        return {"log": f"{me} {what}"}

    def background(self, me):
        beat = [{"sleep": self.one_of(["10ms", "30ms", .007])}]
        if self.chance(.3):
            beat.append(self.log_of(me, "beats"))
        ending = [self.log_of(me, "finally")]
        for _ in range(self.random.randint(0, 3)):
            ending += self.last_step(me)
        step = {"try": [{"repeat": "forever", "do": beat}], "finally": ending}
        if self.chance(.3):
            swallow = [self.log_of(me, "swallows {error}")]
            if self.chance(.5):
                swallow.append({"sleep": "20ms"})
            step = {"try": [step], "except": {"CancelledError": swallow}}
        return {"name": me, "let": {"me": f"'{me}'"}, "do": [step, self.log_of(me, "ends")]}

    def document(self):
        document = super().document()
        document["until"] = .5
        tasks = document["tasks"]
        main = self.one_of(tasks)
        main["main"] = True
        for i in range(self.random.randint(0, 3)):
            tasks.insert(self.random.randint(0, len(tasks)), self.background(f"bg{i}"))
        hops = {"repeat": 9, "index": "k", "do": [{"log": "hop {k}"}, {"sleep": 0}]}
        document["coroutines"]["hop"] = coroutine([], hops)
        if self.chance(.3):
            document["signals"] = [
                {"at": self.one_of([.01, .02, .025, .05, .1]), "signal": "SIGINT"}
                for _ in range(self.random.randint(1, 3))]
        if self.chance(.5):
            document["on_interrupt"] = [{"log": "bye"}]
        if self.chance(.3):
            main["do"].append({"call_soon": [{"log": "soon"}, {"call_soon": [{"log": "then"}]}]})
        return document


class Star(Program):
    """except*: groups in groups, split and raised again."""

    RAISED = ["ValueError", "TypeError", "KeyError", "Mine", "Other", "CancelledError",
              "TimeoutError"]
    CAUGHT = [*RAISED, "LookupError", "OSError", "Exception", "*"]

    def log(self, what, more=""):
        self.lines += 1
        return {"log": f"#{self.lines} {what}{more}"}

    def raising(self):
        step = {"raise": self.one_of(self.RAISED)}
        if self.chance(.7):
            step["message"] = self.one_of(["a", "b"])
        return step

    def spawn(self, depth):
        name = self.one_of(["fail", "fail", "fail", "nested"] if depth > 0 else ["fail"])
        args = {"k": self.random.randint(0, 6), "d": self.one_of([0, 0, .01, .02]),
                "n": depth - 1}
        step = {"spawn": name, "args": args}
        if self.chance(.15):
            step["eager_start"] = True
        return step

    def body(self, depth):
        kind = self.random.random()
        if kind < .25:
            return [self.raising()]
        if kind < .75:
            group = [self.spawn(depth) for _ in range(self.random.randint(1, 4))]
            if self.chance(.3):
                group.append({"sleep": .01})
            if self.chance(.2):
                group.append(self.raising())
            return [{"task_group": group}]
        if kind < .85 and depth > 0:
            return [self.attempt(depth - 1)]
        return [{"sleep": self.one_of([0, .01])}, self.log("fine")]

    def branch(self, depth):
        steps = [self.log("{error} | {e} | {type(e)}")]
        kind = self.random.random()
        if kind < .2:
            steps.append({"raise": True})
        elif kind < .35:
            steps.append(self.raising())
        elif kind < .45:
            steps.append({"sleep": self.one_of([0, .01, .02])})
        elif kind < .55 and depth > 0:
            steps.append(self.attempt(depth - 1))
        elif kind < .7:
            first = "{type(exceptions(e)[0])} {exceptions(e)[0]}"
            steps.append({"try": [self.log(f"{{len(exceptions(e))}} {first}")],
                          "except": {"*": [self.log("no group")]}})
        elif kind < .78:
            steps.append({"try": [{"raise": True}],
                          "except": {"ValueError": [self.log("v")],
                                     "ExceptionGroup": [self.log("group")],
                                     "*": [self.log("star")]}})
        return steps

    def attempt(self, depth):
        star = self.chance(.8)
        names = self.random.sample(self.CAUGHT, self.random.randint(1, 4))
        if not star:
            names.sort(key=lambda name: name == "*")  # what takes all comes last
        names = without_dead(names)
        step = {"try": self.body(depth), "as": "e"}
        step["except*" if star else "except"] = {name: self.branch(depth) for name in names}
        if self.chance(.2):
            step["finally"] = [self.log("finally")]
        return step

    def outermost(self):
        shown = {"try": [{"log": "{len(exceptions(o))}"},
                         {"log": "{type(exceptions(o)[0])} {exceptions(o)[0]}"}],
                 "except": {"*": []}}
        caught = {"BaseException": [{"log": "out {type(o)} {o}"}, shown]}
        return [{"try": [self.attempt(2)], "as": "o", "except": caught}]

    def document(self):
        params = ["k", "d", "n"]
        fail = [{"if": f"k == {i}", "then": [{"raise": name, "message": "m"}]}
                for i, name in enumerate(self.RAISED)]
        same = {"k": "{k}", "d": "{d}", "n": 0}
        group = [{"spawn": "nested", "args": {"k": "{k}", "d": "{d}", "n": "{n - 1}"}},
                 {"spawn": "fail", "args": {"k": "{(k + 1) % 7}", "d": "{d}", "n": 0}},
                 {"spawn": "fail", "args": same}]
        nested = {"if": "n > 0", "then": [{"task_group": group}],
                  "else": [{"call": "fail", "args": same}]}
        tasks = [{"name": f"t{i}", "do": self.several(self.outermost, 3)}
                 for i in range(self.random.randint(1, 3))]
        canceller = [{"sleep": self.one_of([.005, .01, .015])}, {"cancel": "t0", "message": "c"}]
        return {"cadran": 1,
                "coroutines": {"fail": coroutine(params, {"sleep": "d"}, *fail),
                               "nested": coroutine(params, nested)},
                "tasks": [*tasks, {"name": "x", "do": canceller}]}


class Lists(Program):
    """Loops and what leaves them, lists, tasks by number."""

    PAUSES = [0, 0, "10ms", "10ms", "20ms", "30ms"]

    def __init__(self, seed):
        super().__init__(seed)
        self.calls = False

    def steps(self, depth, in_loop):
        return self.several(self.step, 3, depth, in_loop)

    def leave(self, in_loop):
        if not in_loop:
            return []
        when = self.one_of(["True", "n in (1, 3)", "n in [0, 2]"])
        return [{"if": when, "then": [{self.one_of(["break", "continue"]): True}]}]

    def guard(self, *body):
        return {"try": list(body),
                "except": {"CancelledError": [self.log("c", " {error}")],
                           "TimeoutError": [self.log("t")],
                           "ExceptionGroup": [self.log("g", " {error}")],
                           "*": [self.log("e", " {error}")]}}

    def spawn(self):
        return {"spawn": self.one_of(["work", "fail"]), "as": "tasks", "index": "i",
                "count": self.one_of([0, 1, 2, 3, "len(l) % 4", "len(l)%3"]),
                "args": {"d": self.one_of(["{i}", "{3 - i}", "{1}"]), "v": ["{me}", "{i}"]}}

    def step(self, depth, in_loop):
        if depth <= 0 or self.chance(.25):
            return self.simple_step(in_loop)
        kinds = [self.for_each, self.repeat, self.loop, self.attempt, self.attempt, self.hold,
                 self.timeout, self.group, self.as_completed, self.gather, self.wait]
        if self.calls:
            kinds.append(self.call)
        return self.one_of(kinds)(depth, in_loop)

    def simple_step(self, in_loop):
        kind = self.random.randint(0, 8)
        if kind <= 1:
            return [self.sleep()]
        if kind == 3:
            changed = self.one_of(["l + [n]", "[n] + l", "l[1:]", "[l[:3]]", "(l * 2)[:30]",
                                   "l[:6]", "l[:2]"])
            return [{"let": {"n": "n + 1", "l": changed}}, self.log("l", " {l[:8]} {len(l)}")]
        if kind == 2:
            return [{"let": {"n, x": self.one_of(["(n, l)", "[n + 1, n]", "l[:2]", "'ab'", "n",
                                                  "(n, 1, 2)"])}}, self.log("pair", " {n} {x}")]
        if kind == 4:
            targets = ["me_task", "other", "tasks", "tasks[:1]", "tasks[-2:]"]
            if self.chance(.6):
                return [{"cancel": self.one_of(targets)}]
            return [self.log("done", " {done(other)}")]
        if kind == 5:
            values = [[1, "{me}"], [2, "{n}"], "{[len(l) % 3, me]}", "{[n, l]}"]
            return [{"put_nowait": "q", "value": self.one_of(values)}, self.log("put")]
        if kind == 6:
            return [{"try": [{"get_nowait": "q", "as": "item"},
                             self.log("got", " {item} {item[0]}")],
                     "except": {"QueueEmpty": [self.log("empty")],
                                "TypeError": [self.log("type", " {error}")]}}]
        if kind == 7 and self.chance(.5):
            return [{"raise": "Boom", "message": "{l[:3]}"}]
        return self.leave(in_loop) or [self.log("on")]

    def for_each(self, depth, _):
        source = self.one_of(["range(3)", "l[:4]", "'ab'", [1, "n", ["n"]], "(n, 2)",
                              "tasks[:0]", "range(len(l) % 4)"])
        if self.chance(.2):
            return [{"for": ["x", "y"], "in": self.one_of(["[(n, 1), [2, 3]]", "['ab', (4, 5), n]"]),
                     "do": self.steps(depth - 1, True)}, self.log("pairs", " {x} {y}")]
        return [{"for": self.one_of(["x", "n", "y"]), "in": source,
                 "do": self.steps(depth - 1, True)}, self.log("for", " {n} {x}")]

    def repeat(self, depth, _):
        return [{"repeat": self.random.randint(1, 3), "index": "k",
                 "do": self.steps(depth - 1, True)}, self.log("rep", " {k}")]

    def loop(self, depth, _):
        counter = f"w{depth}"  # a loop in this one has another, or they might never end
        body = [{"let": {counter: f"{counter} + 1"}}, *self.steps(depth - 1, True)]
        return [{"let": {counter: 0}}, {"while": f"{counter} < 3", "do": body},
                self.log("while")]

    def attempt(self, depth, in_loop):
        handlers = {}
        names = self.random.sample(EXCEPT_ORDER, self.random.randint(1, 4))
        for name in sorted(names, key=EXCEPT_ORDER.index):
            handlers[name] = [self.log(f"exc {name}", " {error}")]
            if self.chance(.4):
                handlers[name] += self.leave(in_loop)
            if self.chance(.2):
                handlers[name].append({"raise": True})
        step = {"try": self.steps(depth - 1, in_loop), "except": handlers}
        if self.chance(.5):
            step["finally"] = [self.log("finally")]
            if self.chance(.4):
                step["finally"].append(self.sleep())
            if self.chance(.35):
                step["finally"] += self.leave(in_loop)
        return [step]

    def hold(self, depth, in_loop):
        what = "lock" if self.chance(.3) else "sem"
        return [{"with": what, "do": self.steps(depth - 1, in_loop)}]

    def timeout(self, depth, in_loop):
        limit = self.one_of(["5ms", "15ms", "25ms"])
        return [self.guard({"timeout": limit, "do": self.steps(depth - 1, in_loop)})]

    def group(self, depth, in_loop):
        body = [self.spawn(), *self.steps(depth - 1, in_loop)]
        return [self.guard({"task_group": body}, self.log("group"))]

    def as_completed(self, depth, _):
        which = self.one_of(["tasks", "tasks[:2]", "tasks + [other]"])
        body = [self.log("each", " {res}"), *self.steps(depth - 1, True)]
        return [self.spawn(), self.guard({"as_completed": which, "as": "res", "do": body})]

    def gather(self, _, __):
        step = {"gather": self.one_of(["tasks", "tasks[1:]", "[other] + tasks", "tasks * 2"]),
                "as": "all"}
        if self.chance(.6):
            step["return_exceptions"] = True
        return [self.spawn(), self.guard(step, self.log("all", " {all}"))]

    def wait(self, _, __):
        step = {"wait": self.one_of(["tasks", "tasks[:2]", "tasks + [other]"]),
                "return_when": self.one_of(CONDITIONS), "as": ["done", "pending"]}
        if self.chance(.4):
            step["timeout"] = self.pause()
        after = self.random.randint(0, 2)
        steps = [self.spawn(), self.guard(step, self.log("wait", " {len(done)} {len(pending)}"))]
        if after == 1:
            steps[-1]["try"].append({"cancel": "pending", "message": "rest"})
        if after == 2:
            result = self.guard({"await": "t", "as": "res"}, self.log("res", " {res}"))
            steps[-1]["try"].append({"for": "t", "in": "done", "do": [result, *self.leave(True)]})
        return steps

    def call(self, _, __):
        args = {"l": "{l[:3]}", "n": "{n}", "other": "{other}", "me": "{me}",
                "me_task": "{me_task}"}
        return [{"call": "sub", "args": args, "as": "n2"}, self.log("called", " {n2}")]

    def document(self):
        names = [f"t{i}" for i in range(self.random.randint(2, 4))]
        empty = {"x": 0, "k": 0, "tasks": "[]", "item": "[0]"}
        sub = [{"let": empty}, *self.steps(2, False), {"return": "{[n, l]}"}]
        self.calls = True
        tasks = []
        for name in names:
            other = self.one_of([each for each in names if each != name])
            tasks.append({"name": name, "do": [
                {"let": {"me": f"'{name}'"}}, {"sleep": 0},
                {"let": {"other": other, "me_task": name}}, {"let": {"l": "[1, 2]", "n": 0}},
                {"let": empty}, self.guard(*self.steps(4, False), *self.steps(4, False)),
                self.log("end")]})
        return {
            "cadran": 1, "until": 5,
            "objects": {"q": {"type": "queue", "order": self.one_of(["priority", "fifo"])},
                        "lock": {"type": "lock"}, "sem": {"type": "semaphore", "value": 2}},
            "coroutines": {
                "work": coroutine(["d", "v"], {"sleep": "d * 10ms"}, {"return": "{v}"}),
                "fail": coroutine(
                    ["d", "v"], {"sleep": "d * 10ms"},
                    {"if": "d == 2", "then": [{"raise": "Boom", "message": "v {v}"}]},
                    {"return": "{(d, v)}"}),
                "sub": coroutine(["l", "n", "other", "me", "me_task"], *sub)},
            "tasks": tasks}


class Objects(Program):
    """Objects by number, and those that a task makes while it runs and hands to others."""

    PAUSES = [0, 0, "10ms", "20ms", "30ms", .005]

    def __init__(self, seed):
        super().__init__(seed)
        self.names = [f"t{i}" for i in range(self.random.randint(2, 5))]

    def numbered(self, objects):
        return f"{objects}[{self.one_of(['i % n', '(i + 1) % n', '0', 'n - 1', '-1'])}]"

    def guard(self, *body):
        cancelled = [self.log("cancelled", " {error}")]
        if self.chance(.5):
            cancelled.append({"raise": True})
        return {"try": list(body),
                "except": {"CancelledError": cancelled, "TimeoutError": [self.log("late")],
                           "*": [self.log("error", " {error}")]}}

    def limited(self, *body):
        return self.guard({"timeout": self.pause(), "do": list(body)})

    def steps(self, depth):
        return self.several(self.step, 3, depth) if depth > 0 else [self.sleep()]

    def step(self, depth):
        kind = self.random.randint(0, 15)
        if kind == 0:
            return [self.sleep(), self.log("slept")]
        if kind == 1:
            lock = self.numbered("locks")
            return [self.limited({"with": lock, "do": self.steps(depth - 1)})]
        if kind == 2:
            body = [self.log("locked", " {locked(locks[0])} {locked(locks[n - 1])}"),
                    *self.steps(depth - 1)]
            return [self.guard({"with": self.numbered("locks"), "do": body})]
        if kind == 3:
            return [{"new": {"type": "future"}, "as": "f"},
                    {"put": "inbox", "value": ["{me}", "{f}"]},
                    self.guard({"await": "f", "as": "x"}, self.log("got", " {x}"))]
        if kind == 4:
            answer = self.one_of([
                {"set_result": "req[1]", "value": "{len(req)}"}, {"cancel": "req[1]"},
                {"set_exception": "req[1]", "exception": "Boom", "message": "no {req[0]}"}])
            return [self.limited({"get": "inbox", "as": "req"}, self.log("serves", " {req[0]}"),
                                 self.sleep(), answer)]
        if kind == 5:
            return [{"new": {"type": "lock"}, "as": "own"},
                    {"assign": {"keyed": "keyed + [own]"}}]
        if kind == 6:
            body = [self.log("keyed"), self.sleep()]
            return [{"if": "len(keyed) > 0",
                     "then": [self.limited({"with": "keyed[-1]", "do": body})]}]
        if kind == 7:
            return [{"assign": {"keyed": "keyed[1:]"}}]
        if kind == 8:
            return [self.limited({"get": self.numbered("queues"), "as": "item"},
                                 self.log("item", " {item}"))]
        if kind == 9:
            return [self.limited({"put": self.numbered("queues"), "value": "{me}"},
                                 self.log("put", " {qsize(queues[0])}"))]
        if kind == 10:
            puts = {"repeat": 3, "index": "j", "do": [{"put": "q", "value": "{j}"}]}
            return [{"new": {"type": "queue", "maxsize": "i + 1"}, "as": "q"},
                    self.limited(puts), self.log("own queue", " {qsize(q)} {full(q)}")]
        if kind == 11:
            return [self.limited({"wait": self.numbered("events")})]
        if kind == 12:
            return [{self.one_of(["set", "clear"]): self.numbered("events")}, self.log("event")]
        if kind == 13:
            body = [self.log("sem", " {value(sem)}"), *self.steps(depth - 1)]
            return [{"new": {"type": "semaphore", "value": "n - 1"}, "as": "sem"},
                    self.guard({"with": "sem", "do": body})]
        if kind == 14:
            return [{"cancel": self.one_of(self.names), "message": "m"}]
        return [self.log("on", " {len(locks)} {len(keyed)}")]

    def document(self):
        tasks = [{"name": name, "let": {"me": f"'{name}'", "i": str(k)},
                  "do": self.steps(3) + self.steps(2) + [self.log("ends")]}
                 for k, name in enumerate(self.names)]
        if self.chance(.4):
            self.one_of(tasks)["main"] = True
        return {"cadran": 1, "until": .4,
                "vars": {"n": self.random.randint(1, 4), "keyed": "[1][1:]"},
                "objects": {"locks": {"type": "lock", "count": "n"},
                            "queues": {"type": "queue", "maxsize": 1, "count": "n"},
                            "events": {"type": "event", "count": "n"},
                            "inbox": {"type": "queue"}},
                "tasks": tasks}


FAMILIES = {"tasks": Tasks, "main": Main, "star": Star, "lists": Lists, "objects": Objects}


def program(family, seed):
    return FAMILIES[family](f"{family} {seed}").document()
