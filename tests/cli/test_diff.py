"""cadran diff: levels, roots, renames, swaps, formats, faults, and git."""

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import unittest

from cli_test import CASES, PROGRAM, ROOT, SCENARIOS, CliTest

sys.path.insert(0, str(ROOT / "tests" / "conformance"))
import random_programs  # noqa: E402

SAME, DIFFERENT, TROUBLE = range(3)


def task(name, *steps, **more):
    return {"name": name, "do": list(steps)} | more


class DiffTest(CliTest):
    def record(self, name, document, *options):
        """The trace of a document, whatever comes of the run."""
        path = self.folder / f"{name}.trace.json"
        self.write("scenario.json", {"cadran": 1, "name": "runs"} | document)
        done = self.cadran("run", *options, "--trace", path, "scenario.json")
        self.assertIn(done.returncode, (0, 1), done.err)
        return path

    def diff(self, a, b, *options, status=DIFFERENT):
        """What is said of two traces, as JSON."""
        done = self.expect(status, "diff", "--format", "json", *options, a, b, err="")
        return json.loads(done.out)

    def of_tasks(self, a, b, *options, status=DIFFERENT, **more):
        return self.diff(self.record("a", {"tasks": a} | more), self.record("b", {"tasks": b} | more),
                         *options, status=status)

    def sentences(self, found):
        return [found["differences"][root]["sentence"] for root in found["roots"]]


class Levels(DiffTest):
    def test_the_same_file(self):
        trace = self.record("a", {"tasks": [task("one", {"sleep": 1})]})
        other = self.folder / "b"
        shutil.copy(trace, other)
        self.expect(SAME, "diff", trace, other, out=f"A  {trace}\nB  {other}\nThe same bytes.\n",
                    err="")

    def test_packed_in_another_way(self):
        trace = self.record("a", {"tasks": [task("one", {"sleep": 1})]})
        for level in (1, 9):
            packed = self.folder / f"{level}.gz"
            packed.write_bytes(gzip.compress(trace.read_bytes(), level))
            self.assertEqual(self.diff(trace, packed, status=SAME)["level"], "bytes")
            again = self.folder / f"{level}-again.gz"
            again.write_bytes(gzip.compress(trace.read_bytes(), 5))
            self.assertEqual(self.diff(packed, again, status=SAME)["level"], "bytes")

    def test_another_form(self):
        trace = self.record("a", {"tasks": [task("one", {"sleep": 1})]})
        other = self.write("b.json", json.dumps(json.loads(trace.read_text()), indent=1))
        self.assertEqual(self.diff(trace, other)["level"], "order")
        self.diff(trace, other, "--level", "order", status=SAME)

    def test_details_are_no_difference(self):
        for name in ("window", "bounded-buffer", "background-worker"):
            document = json.loads((SCENARIOS / f"{name}.json").read_text())
            with self.subTest(name):
                found = self.diff(self.record("a", document),
                                  self.record("b", document, "--detail"))
                self.assertEqual((found["level"], found["differences"]), ("order", []))

    def test_times_within_a_tolerance(self):
        a, b = [task("one", {"sleep": 1})], [task("one", {"sleep": 1.01})]
        self.assertEqual(self.of_tasks(a, b, "--level", "order")["level"], "causes")
        self.of_tasks(a, b, "--level", "causes", status=SAME)
        self.of_tasks(a, b, "--level", "order", "--tolerance", "10ms", status=SAME)
        self.of_tasks(a, b, "--level", "order", "--tolerance", "1%", status=SAME)
        self.of_tasks(a, b, "--level", "order", "--tolerance", "9ms")
        self.of_tasks(a, b, "--level", "order", "--tolerance", "0.9%")

    def test_a_tolerance_for_one_span(self):
        def steps(load):
            return [task("one", {"span": "load", "do": [{"sleep": load}]},
                         {"span": "store", "do": [{"sleep": 1}]})]
        order = "--level", "order", "--tolerance"
        self.of_tasks(steps(1), steps(1.05), *order, "load=5%", status=SAME)
        self.of_tasks(steps(1), steps(1.05), *order, "load=60ms", status=SAME)
        self.of_tasks(steps(1), steps(1.05), *order, "load=40ms")
        self.of_tasks(steps(1), steps(1.05), *order, "store=5%")

    def test_a_line_that_says_the_time(self):
        steps = [{"sleep": 1}, {"log": "done"}]
        found = self.of_tasks([task("one", *steps)],
                              [task("one", {"sleep": 0.5}, *steps)], "--level", "causes")
        self.assertNotIn("text", {each["kind"] for each in found["differences"]})


class Partners(DiffTest):
    """What is held against each other is of one task and of one kind."""

    def hold(self, found):
        self.assertTrue(found["differences"])
        for each in found["differences"]:
            if "a" in each and "b" in each:
                self.assertEqual(*((each[side]["task"], each[side]["cat"]) for side in "ab"),
                                 each["sentence"])

    def test_each_task_waits_for_an_object_of_its_number(self):
        def tasks(second):
            return [{"name": "w{i}", "count": 4, "let": {"after": ["1", second, "3", "4"]},
                     "do": [{"sleep": "after[i]"}, {"wait": "e[i]"}]},
                    task("setter", {"sleep": 9}, {"for": "k", "in": "range(4)", "do": [{"set": "e[k]"}]})]
        found = self.of_tasks(tasks("2"), tasks("4.5"), objects={"e": {"type": "event", "count": 4}})
        self.hold(found)
        self.assertEqual(self.sentences(found), ["w1 waits (sleep) for 4.5 s, not 2 s (+125%)"])

    def test_a_wait_and_a_span_at_different_places(self):
        def one(at, *steps):
            lines = [{"log": str(i)} for i in range(6)]
            return [task("one", *lines[:at], *steps, *lines[at:], {"sleep": 2})]
        for a in range(6):
            for b in range(6):
                with self.subTest(a=a, b=b):
                    self.hold(self.of_tasks(one(a, {"sleep": 1}),
                                            one(b, {"span": "x", "do": [{"log": "s"}]})))


class Harmless(DiffTest):
    """What changes nothing that matters has no root."""

    WORK = [task("a", {"span": "a", "do": [{"sleep": 1}]}, {"put": "q", "value": 1}),
            task("b", {"span": "b", "do": [{"sleep": 2}]}, {"get": "q"}),
            task("c", {"repeat": 3, "do": [{"sleep": 1}, {"log": "c"}]})]
    OBJECTS = {"q": {"type": "queue"}}

    def hold(self, b, roots, **more):
        found = self.of_tasks(self.WORK, b, objects=self.OBJECTS, **more)
        self.assertEqual(self.sentences(found), roots)
        return found

    def test_a_task_more_at_the_end(self):
        self.hold(self.WORK + [task("d", {"sleep": 1})], ["only B: d is created"])

    def test_a_task_more_at_the_beginning(self):
        self.hold([task("d", {"sleep": 1})] + self.WORK, ["only B: d is created"])

    def test_a_task_less(self):
        self.hold(self.WORK[:2], ["only A: c is created"])

    def test_a_task_that_is_renamed(self):
        b = json.loads(json.dumps(self.WORK).replace('"c"', '"see"'))
        found = self.hold(b, [])
        self.assertEqual(found["level"], "order")
        names = [(each["a"]["name"], each["b"]["name"]) for each in found["tasks"]]
        self.assertIn(("c", "see"), names)

    def test_one_that_others_know_is_renamed(self):
        def tasks(name):
            return [task("main", {"spawn": "work", "name": name, "as": "t"}, {"await": "t"},
                         {"log": "over"})]
        work = {"work": {"do": [{"spawn": "inner", "as": "u"}, {"await": "u"}]},
                "inner": {"do": [{"sleep": 1}]}}
        found = self.of_tasks(tasks("first"), tasks("second"), coroutines=work)
        self.assertEqual((found["level"], found["differences"]), ("order", []))

    def test_unrelated_tasks_that_swap(self):
        a, b, c = self.WORK
        found = self.hold([c, a, b], [])
        self.assertEqual(found["level"], "causes")
        self.assertGreater(found["swaps"]["count"], 0)
        self.of_tasks(self.WORK, [c, a, b], "--level", "causes", objects=self.OBJECTS, status=SAME)


class Long(DiffTest):
    def test_names_of_a_hundred_thousand_letters(self):
        """A line is broken in a time that goes with its length, not with the square of it."""
        def document(seconds):
            queue = "q" * 100000
            return {"objects": {queue: {"type": "queue", "maxsize": 1}}, "tasks": [
                task("n" * 100000 + "{i}", {"repeat": 3, "do": [
                    {"put": queue}, {"sleep": seconds}, {"get": queue}]}, count=4)]}
        a, b = self.record("a", document(1)), self.record("b", document(1.5))
        process = self.finish(self.start("diff", "--all", a, b))
        self.assertEqual(process.returncode, DIFFERENT)


class Roots(DiffTest):
    def test_others_are_consequences(self):
        def steps(seconds):
            return [task("a", {"span": "work", "do": [{"sleep": seconds}]}, {"set": "e"}),
                    task("b", {"wait": "e"}, {"log": "b"}), task("c", {"sleep": 5}, {"log": "c"})]
        found = self.of_tasks(steps(1), steps(2), objects={"e": {"type": "event"}})
        self.assertEqual(self.sentences(found), ["a waits (sleep) for 2 s, not 1 s (+100%)"])
        root = found["differences"][0]
        self.assertEqual((root["kind"], root["span"]), ("longer", "work"))
        self.assertEqual(root["consequences"], len(found["differences"]) - 1)

    def test_another_order_at_a_primitive(self):
        def steps(*names):
            return [task(name, {"sleep": 1}, {"acquire": "m"}, {"sleep": 1}, {"release": "m"})
                    for name in names]
        lock = {"m": {"type": "lock"}}
        first = task("first", {"acquire": "m"}, {"sleep": 3}, {"release": "m"})
        found = self.of_tasks([first, *steps("a", "b")], [first, *steps("b", "a")], objects=lock)
        self.assertEqual(self.sentences(found), ["b comes to lock m first, not a"])
        self.assertEqual(found["differences"][0]["kind"], "order")

    def test_who_cancels_is_not_told_where_the_run_ends(self):
        """What a main task leaves is cancelled when it ends: that is no root."""
        def document(seconds):
            return [task("boss", {"sleep": seconds}, main=True),
                    task("server", {"while": "True", "do": [{"sleep": 10}]})]
        found = self.of_tasks(document(3), document(2))
        self.assertEqual(self.sentences(found), ["boss waits (sleep) for 2 s, not 3 s (-33.3%)"])

    def test_another_thing_is_waited_for(self):
        def steps(name):
            return [task("a", {"get": name}), task("b", {"sleep": 1}, {"put": name, "value": 1})]
        queues = {"p": {"type": "queue"}, "q": {"type": "queue"}}
        found = self.of_tasks(steps("p"), steps("q"), objects=queues)
        self.assertIn("a waits (get q), not (get p)", self.sentences(found))

    def test_a_sleep_more_before_a_wait(self):
        def tasks(first):
            return [task("early", *first, {"wait": "b"}), task("late", {"sleep": 1}, {"wait": "b"})]
        objects = {"b": {"type": "barrier", "parties": 2}}
        for a, b, side in (([], [{"sleep": 0.5}], "B"), ([{"sleep": 0.5}], [], "A")):
            found = self.of_tasks(tasks(a), tasks(b), objects=objects)
            self.assertEqual(self.sentences(found), [f"only {side}: early waits (sleep)"])

    def test_a_sleep_more_before_a_wait_and_one_after_it(self):
        """The one that is more is not the later one come earlier."""
        def tasks(first):
            return [task("early", *first, {"wait": "b"}, {"sleep": 1}),
                    task("late", {"sleep": 1}, {"wait": "b"})]
        objects = {"b": {"type": "barrier", "parties": 2}}
        more = [{"sleep": 0.5}]
        for a, b, side in (([], more, "B"), (more, [], "A")):
            found = self.of_tasks(tasks(a), tasks(b), objects=objects)
            self.assertEqual(self.sentences(found), [f"only {side}: early waits (sleep)"])

    def test_a_sleep_more_before_each_step_that_waits(self):
        """And one behind it: of every kind of wait, put in and taken away."""
        maker = task("maker", {"repeat": 4, "do": [{"sleep": 1}, {"put": "q", "value": 1}, {"set": "e"}]})
        steps = {
            "get": [{"get": "q"}],
            "wait": [{"wait": "e"}],
            "await": [{"spawn": "work", "as": "t"}, {"await": "t"}],
            "timeout": [{"spawn": "work", "as": "t"},
                        {"try": [{"timeout": 0.5, "do": [{"await": "t"}]}],
                         "except": {"TimeoutError": [{"log": "late"}]}}],
            "acquire": [{"acquire": "l"}, {"release": "l"}],
            "again": [{"repeat": 3, "do": [{"get": "q"}, {"sleep": 0.2}]}],
        }
        more = {"sleep": 0.0137}
        for name, waits in steps.items():
            for at in range(len(waits) + 1):
                def run(*put):
                    return {"objects": {"q": {"type": "queue"}, "e": {"type": "event"}, "l": {"type": "lock"}},
                            "coroutines": {"work": {"do": [{"sleep": 1}]}},
                            "tasks": [task("m", *waits[:at], *put, *waits[at:], {"sleep": 0.2}, {"log": "x"}),
                                      maker]}
                traces = self.record("a", run()), self.record("b", run(more))
                for side, pair in ("B", traces), ("A", traces[::-1]):
                    with self.subTest(name, at=at, side=side):
                        self.assertEqual(self.sentences(self.diff(*pair)), [f"only {side}: m waits (sleep)"])

    def test_work_that_keeps_the_loop_busy_longer(self):
        """All that is late by that, of whoever, is a consequence."""
        def tasks(length):
            return [task("busy", {"compute": length}, {"print": "done"}),
                    *(task(f"other{i}", {"sleep": 0.01 * i}, {"print": "here"}) for i in range(4))]
        found = self.of_tasks(tasks(0.02), tasks(0.05))
        self.assertEqual(self.sentences(found),
                         ["busy keeps the loop busy for 50 ms, not 20 ms (+150%)"])

    def test_a_thread_that_takes_longer(self):
        found = self.of_tasks([task("a", {"to_thread": 0.1}, {"print": "x"})],
                              [task("a", {"to_thread": 0.2}, {"print": "x"})])
        self.assertEqual(len(found["roots"]), 1)
        self.assertIn("a waits (to_thread", self.sentences(found)[0])

    def test_another_outcome(self):
        found = self.of_tasks([task("a", {"sleep": 1})],
                              [task("a", {"sleep": 1}, {"raise": "Boom", "message": "no"})])
        self.assertEqual(self.sentences(found), ["a ends as failed: Boom: no, not as returned"])

    def test_a_task_that_fails_before_it_does_something(self):
        rest = [{"print": "x"}, {"put": "q", "value": "1"}, {"sleep": 2}]
        failing = {"raise": "Boom", "message": "no"}
        for before, after in (rest, [failing, *rest]), ([{"span": "s", "do": rest}],
                                                        [{"span": "s", "do": [failing, *rest]}]):
            found = self.of_tasks([task("b", {"await": "a"}), task("a", *before)],
                                  [task("b", {"await": "a"}), task("a", *after)],
                                  objects={"q": {"type": "queue"}})
            self.assertEqual(self.sentences(found), ["a ends as failed: Boom: no, not as returned"])

    def test_who_fails_by_it_is_on_the_screen(self):
        traces = []
        for name, seconds in ("a", 1), ("b", 0.5):
            traces.append(self.record(name, {"cadran": 1, "name": "x", "tasks": [
                task("slow", {"sleep": seconds}),
                task("user", {"sleep": 0.7}, {"if": "done(slow)", "then": [
                    {"raise": "Early", "message": "it is there"}]})]}))
        text = self.cadran("diff", *traces).out
        self.assertIn("slow waits (sleep) for 500 ms, not 1 s", text)
        self.assertIn("  at 0.7 s: user ends as failed: Early: it is there, not as returned\n", text)

    def test_another_text(self):
        found = self.of_tasks([task("a", {"print": "x"})], [task("a", {"print": "y"})])
        self.assertEqual(self.sentences(found), ['a prints "y", not "x"'])

    def test_an_object_that_nothing_declared(self):
        golden = SCENARIOS / "readers-writers.trace.json"
        text = golden.read_text()
        odd = self.folder / "odd.json"
        declared = '"args":{"object":2,"type":"lock"'
        self.assertIn(declared, text)
        odd.write_text(text.replace(declared, '"args":{"object":1000000001,"type":"lock"'))
        for form in ("text", "json", "markdown", "html"):
            with self.subTest(form):
                self.expect(DIFFERENT, "diff", "--format", form, odd, golden)
        self.assertIn("an object has locked 0", json.dumps(self.diff(odd, golden)))

    def test_the_state_before_is_whole_with_details(self):
        def document(value):
            return {"objects": {"q": {"type": "queue"}},
                    "tasks": [task("a", {"let": {"n": 7}}, {"put": "q", "value": "apple"},
                                   {"sleep": 1}, {"print": value})]}
        found = self.diff(self.record("a", document("x"), "--detail"),
                          self.record("b", document("y"), "--detail"))
        state = "\n".join(found["state_a"])
        self.assertEqual(found["state_a"], found["state_b"])
        for part in ("items apple", "running: a", "ready queue: empty", "n 7"):
            self.assertIn(part, state)

    def test_what_would_tell_more(self):
        traces = [self.record(name, {"tasks": [task("a", {"print": name})]}) for name in "ab"]
        self.assertIn("cadran run --detail", self.cadran("diff", *traces).out)
        traces = [self.record(name, {"tasks": [task("a", {"print": name})]}, "--detail")
                  for name in "ab"]
        self.assertNotIn("cadran run --detail", self.cadran("diff", *traces).out)


class Mutations(DiffTest):
    """Random programs, of which one step is changed: nothing before it is a root."""

    def sleeps(self, node):
        if isinstance(node, dict):
            if "sleep" in node and isinstance(node["sleep"], str):
                yield node
            node = list(node.values())
        if isinstance(node, list):
            for each in node:
                yield from self.sleeps(each)

    def test_one_sleep_is_longer(self):
        compared = 0
        for family in sorted(random_programs.FAMILIES):
            for seed in range(8):
                document = random_programs.program(family, seed)
                other = json.loads(json.dumps(document))
                sleeps = list(self.sleeps(other))
                if not sleeps:
                    continue
                random.Random(seed).choice(sleeps)["sleep"] = "77ms"
                with self.subTest(family=family, seed=seed):
                    compared += self.compare(document, other)
        self.assertGreater(compared, 15)

    def compare(self, document, other):
        a, b = self.record("a", document, "--detail"), self.record("b", other, "--detail")
        if a.read_bytes() == b.read_bytes():
            return False
        found = self.diff(a, b)
        if not found["roots"]: # places in the document alone
            self.assertEqual(found["level"], "order")
            return False
        root = found["differences"][found["roots"][0]]
        lines = [path.read_text().split("\n") for path in (a, b)]
        same = next(i for i, pair in enumerate(zip(*lines)) if pair[0] != pair[1])
        time = min(root[side]["time_ns"] for side in "ab" if side in root)
        first = min(json.loads(each[same].rstrip(","))["ts"] for each in lines)
        self.assertGreaterEqual(time / 1000, first)
        for each in found["differences"]:
            self.assertEqual(found["differences"][each["root"]]["root"], each["root"])
        self.assertEqual(self.diff(b, a)["level"], found["level"])
        return True


class Faults(DiffTest):
    def refuse(self, words, *arguments):
        done = self.expect(TROUBLE, "diff", *arguments, out="")
        self.assertIn(words, done.err)

    def test_what_cannot_be_compared(self):
        trace = self.record("a", {"tasks": [task("a", {"sleep": 1})]})
        text = trace.read_text()
        old = self.write("old.json", text.replace('"trace":2', '"trace":1'))
        damaged = self.write("damaged.json", text.replace('"ts":1000000.000', '"ts":-1.000', 1))
        foreign = self.write("foreign.json", '[{"ph":"i","ts":1,"pid":1,"tid":1,"name":"x"}]')
        empty = self.write("empty.json", "")
        self.refuse("old.json:1: version 1 of the trace format", trace, old)
        self.refuse("damaged.json:", damaged, trace)
        self.refuse("another program's trace", trace, foreign)
        self.refuse("nothing in it", empty, trace)
        self.refuse("No such file", trace, "nowhere")
        self.refuse("two traces are compared", trace)
        self.refuse("--level wants", "--level", "some", trace, trace)
        for wrong in "much", "=5%", "=", "load=":
            self.refuse("--tolerance wants", "--tolerance", wrong, trace, trace)

    def test_one_that_is_cut_short(self):
        trace = self.record("a", {"tasks": [task("a", {"sleep": 1}, {"log": "x"})]})
        cut = self.write("cut.json", "\n".join(trace.read_text().split("\n")[:-6]) + "\n")
        done = self.expect(DIFFERENT, "diff", trace, cut)
        self.assertIn("warning: ", done.err)
        self.assertIn("cut short", done.err)

    def test_standard_input(self):
        trace = self.record("a", {"tasks": [task("a", {"sleep": 1})]})
        other = self.record("b", {"tasks": [task("a", {"sleep": 2})]})
        done = self.check(self.cadran("diff", "-", other, given=trace.read_text()), DIFFERENT)
        self.assertIn("A  <stdin>", done.out)
        self.check(self.cadran("diff", trace, "-", given=trace.read_text()), SAME)


class Real(DiffTest):
    def test_what_compares_two_runs_of_the_real_clock(self):
        document = {"cadran": 1, "name": "x", "tasks": [task("a", {"sleep": 0.01}, {"sleep": 0.01})]}
        traces = [self.record(name, document, "--clock", "real") for name in "ab"]
        text = self.expect(DIFFERENT, "diff", *traces, err="").out
        self.assertIn("No run under the real clock has the times of another: to compare beside them, "
                      "--level order --tolerance 20ms.", " ".join(text.split()))
        self.expect(SAME, "diff", "--level", "order", "--tolerance", "10s", *traces, err="")
        text = self.cadran("diff", "--tolerance", "10s", *traces).out
        self.assertNotIn("No run", text)


class Shown(DiffTest):
    def setUp(self):
        super().setUp()
        document = json.loads((SCENARIOS / "window.json").read_text())
        self.traces = (self.record("a", document),
                       self.record("b", document, "--set", "width=3"))

    def test_a_screen(self):
        lines = self.expect(DIFFERENT, "diff", *self.traces, err="").out.split("\n")
        self.assertLessEqual(len(lines), 40)
        self.assertLessEqual(max(map(len, lines[2:])), 80)

    def test_all(self):
        found = self.diff(*self.traces)
        text = self.expect(DIFFERENT, "diff", "--all", *self.traces, err="").out
        joined = " ".join(text.split())
        for each in found["differences"]:
            self.assertIn(" ".join(each["sentence"].split()), joined)

    def test_markdown(self):
        text = self.expect(DIFFERENT, "diff", "--format", "markdown", *self.traces, err="").out
        self.assertTrue(text.startswith("### "))
        self.assertIn("queue window has maxsize 3, not maxsize 4", text)
        self.assertEqual(text.count("<details>"), text.count("</details>"))


@unittest.skipUnless(shutil.which("git"), "git is not installed")
class Git(DiffTest):
    """As docs/compare.md says to set it up, in a repository of its own."""

    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.tree.mkdir()
        self.git("init", "-q")
        self.git("config", "diff.cadran.command", f"'{PROGRAM}' diff")
        (self.tree / ".gitattributes").write_text("*.trace.json diff=cadran\n")

    def git(self, *arguments):
        environment = os.environ | {
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"}
        done = subprocess.run(["git", *arguments], cwd=self.tree, env=environment, check=True,
                              capture_output=True, text=True)
        return done.stdout

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def put(self, seconds):
        trace = self.record("made", {"tasks": [task("a", {"sleep": seconds})]})
        shutil.copy(trace, self.tree / "run.trace.json")

    def test_diff_and_log(self):
        self.put(1)
        self.commit("one")
        self.put(2)
        sentence = "a waits (sleep) for 2 s, not 1 s (+100%)"
        said = self.git("diff")
        self.assertIn("A  a/run.trace.json", said)
        self.assertIn(sentence, said)
        self.commit("two")
        said = self.git("log", "-p", "--ext-diff")
        self.assertIn(sentence, said)
        self.assertIn("trace run.trace.json is new", said)
        (self.tree / "run.trace.json").unlink()
        self.assertIn("trace run.trace.json is deleted", self.git("diff"))

    def test_a_path_that_was_renamed(self):
        self.put(1)
        self.commit("one")
        (self.tree / "run.trace.json").rename(self.tree / "other.trace.json")
        self.git("add", "-A")
        self.assertEqual(self.git("diff", "--cached", "-M", "--stat").count("=>"), 1)
        self.git("diff", "--cached", "-M")

    def test_one_that_is_not_merged(self):
        self.put(1)
        self.commit("one")
        branch = self.git("branch", "--show-current").strip()
        self.git("checkout", "-q", "-b", "side")
        self.put(2)
        self.commit("two")
        self.git("checkout", "-q", branch)
        self.put(3)
        self.commit("three")
        with self.assertRaises(subprocess.CalledProcessError):
            self.git("merge", "side")
        self.assertIn("run.trace.json is not merged", self.git("diff", "--cached"))


if __name__ == "__main__":
    unittest.main()
