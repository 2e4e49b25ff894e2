"""The real clock: programs whose times come from timers alone, from threads and computations that
last as long as they say, have the order of the virtual clock, on an idle machine and a busy one."""

import concurrent.futures
import os
import random
import re
import subprocess
import sys

from cli_test import CASES, OUTCOME, PROGRAM, SCENARIOS, CliTest, main

PROGRAMS = 60
AT_ONCE = 8
UNTIL = "400ms"  # what is kept, of the cases that take longer
DELAYS = ["1ms", "1ms", "2ms", "3ms", "5ms", "10ms", "10ms", "20ms", "0.01ms", "1.01ms"]

CALL_LATER_TWICE = {"cadran": 1, "tasks": [
    {"name": "a", "do": [{"sleep": 0.1}, {"call_later": 0.1, "do": [{"print": "first"}]}]},
    {"name": "b", "do": [{"sleep": 0.1}, {"sleep": 0.1}, {"print": "second"}, {"sleep": 0.1}]}]}
TEN_MICROSECONDS = {"cadran": 1, "tasks": [
    {"name": "a", "do": [{"sleep": "100ms"}, {"sleep": "100ms"}, {"print": "a"}]},
    {"name": "b", "do": [{"sleep": "100.02ms"}, {"sleep": "99.99ms"}, {"print": "b"}]}]}
ZERO_TIMEOUT = {"cadran": 1, "objects": {"f": {"type": "future"}}, "tasks": [
    {"name": "x", "do": [{"sleep": "10ms"}, {"wait": ["f"], "timeout": 0}, {"sleep": "10ms"},
                         {"print": "x"}]},
    {"name": "y", "do": [{"sleep": "15ms"}, {"sleep": "5ms"}, {"print": "y"}]}]}
NOW = {"cadran": 1, "tasks": [
    {"name": "a", "do": [{"sleep": "5ms"}, {"call_at": "now() + 0.01", "do": [{"print": "a"}]},
                         {"sleep": "20ms"}]},
    {"name": "b", "do": [{"sleep": "15ms"}, {"print": "b at {now()}"}]}]}
# Ten thousand at one time take longer than it is from there to the next.
MANY = {"cadran": 1, "coroutines": {"one": {"params": ["k"], "do": [
    {"sleep": 0.1}, {"sleep": 0.1}, {"if": "k % 1000 == 0", "then": [{"print": "one {k}"}]}]}},
    "tasks": [
        {"name": "one{i}", "count": 10000, "index": "i", "call": "one", "args": {"k": "i"}},
        {"name": "tick", "do": [{"repeat": 40, "do": [{"sleep": "5.001ms"},
                                                       {"print": "tick at {now()}"}]}]}]}


class Program:
    """A random one, full of ties."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = 0
        self.names = 0

    def delay(self):
        return self.random.choice([0, *DELAYS])

    def line(self, what):
        self.lines += 1
        return {"print": f"{{me}} {what} {self.lines}"}

    def steps(self, depth, count):
        return [step for _ in range(count) for step in self.step(depth)]

    def spawned(self):
        self.names += 1
        name = f"worker{self.names}"
        delay = self.random.choice([0, 0.001, 0.005, 0.01])
        return name, {"spawn": "worker", "args": {"delay": delay}, "as": name}

    def caught(self, *steps):
        return [{"try": list(steps), "except": {"*": [self.line("caught {error}")]}}]

    def step(self, depth):
        kinds = [self.sleeps, self.repeats, self.calls, self.calls_at, self.threads, self.computes,
                 self.puts, self.gets, self.reschedules, self.waits]
        if depth > 0:
            kinds += [self.in_time, self.in_group, self.locked]
        return self.random.choice(kinds)(depth - 1)

    def sleeps(self, _):
        return [{"sleep": self.delay()}, self.line("slept")]

    def repeats(self, _):
        return [{"repeat": 4, "do": [{"sleep": self.random.choice(DELAYS)}, self.line("tick")]}]

    def calls(self, _):
        return [{"call_later": self.delay(), "do": [
            self.line("called"), {"call_later": self.delay(), "do": [self.line("again")]}]}]

    def calls_at(self, _):
        when = self.random.choice(["0.01", "0.02", "now() + 0.01"])
        return [{"call_at": when, "do": [self.line("called at")]}]

    def threads(self, _):
        return [{"to_thread": self.random.choice(DELAYS)}, self.line("worked")]

    def computes(self, _):
        return [{"compute": self.random.choice(DELAYS)}, self.line("computed")]

    def puts(self, _):
        return [{"put": "queue", "value": 1}, self.line("put")]

    def gets(self, _):
        return self.caught({"timeout": self.delay(), "do": [{"get": "queue"}, self.line("got")]})

    def reschedules(self, _):
        return self.caught({"timeout": self.delay(), "do": [
            {"sleep": self.delay()}, {"reschedule": self.delay()}, {"sleep": self.delay()}]})

    def waits(self, _):
        name, spawn = self.spawned()
        return [spawn, {"wait": [name], "timeout": self.delay()}, self.line("waited"),
                {"await": name}]

    def in_time(self, depth):
        return self.caught({"timeout": self.delay(), "do": self.steps(depth, 2)})

    def in_group(self, depth):
        spawns = [self.spawned()[1], self.spawned()[1]]
        return self.caught({"task_group": spawns + self.steps(depth, 1)}, self.line("group"))

    def locked(self, depth):
        return [{"with": "lock", "do": self.steps(depth, 2)}]

    def task(self, number):
        return {"name": f"t{number}", "let": {"me": f"'t{number}'"},
                "start": self.random.choice([0, 0, "5ms", "10ms"]),
                "do": self.steps(2, self.random.randint(2, 5)) + [self.line("ends")]}

    def document(self):
        tasks = [self.task(number) for number in range(self.random.randint(3, 7))]
        worker = {"params": ["delay"], "do": [{"sleep": "delay"}, {"print": "worker {delay}"},
                                              {"sleep": "delay"}]}
        return {"cadran": 1, "threads": self.random.randint(1, 3), "tasks": tasks,
                "objects": {"queue": {"type": "queue"}, "lock": {"type": "lock"}},
                "coroutines": {"worker": worker}}


def lines(scenario, clock):
    """What it prints, but for the times, which `log` puts first; and how it ends, but for when."""
    process = subprocess.run(
        [PROGRAM, "run", "--clock", clock, "--until", UNTIL, scenario], capture_output=True,
        text=True, stdin=subprocess.DEVNULL, timeout=100, check=False)
    printed = re.sub(r"^\d+s \+ \d{3}ms ", "", process.stdout, flags=re.MULTILINE)
    outcome = re.search(OUTCOME + r"\Z", process.stderr)
    return printed + outcome[1]


class RealOrder(CliTest):
    def setUp(self):
        super().setUp()
        documents = [CALL_LATER_TWICE, TEN_MICROSECONDS, ZERO_TIMEOUT, NOW, MANY]
        documents += [Program(seed).document() for seed in range(PROGRAMS)]
        self.scenarios = [self.write(f"{number}.json", document)
                          for number, document in enumerate(documents)]
        for family in "thread", "callback", "mix":
            self.scenarios += sorted(CASES.glob(f"{family}-*.json"))[::4]
        self.scenarios.append(SCENARIOS / "rate-limiter.json")

    def check(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            virtual = pool.map(lambda scenario: lines(scenario, "virtual"), self.scenarios)
            real = pool.map(lambda scenario: lines(scenario, "real"), self.scenarios)
            for scenario, wanted, found in zip(self.scenarios, virtual, real, strict=True):
                with self.subTest(scenario=scenario.name):
                    self.assertEqual(found, wanted)

    def test_on_this_machine(self):
        self.check()

    def test_on_a_busy_machine(self):
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                for _ in range((os.cpu_count() or 1) + 2)]
        try:
            self.check()
        finally:
            for process in busy:
                process.kill()
                process.wait()


if __name__ == "__main__":
    main()
