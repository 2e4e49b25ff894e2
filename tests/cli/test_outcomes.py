"""How a run ends badly, and what is said about it; what it was expected to do, and did not."""

import subprocess

from cli_test import EXPECTED, SCENARIOS, UNEXPECTED, CliTest, main

FAILS = {"name": "a", "do": [{"raise": "ValueError", "message": "no"}]}
SLEEPS = {"name": "a", "do": [{"span": "s", "do": [{"sleep": 1}]}]}


class Deadlock(CliTest):
    def stuck(self, document, *lines, at=0):
        process = self.run_document(document)
        report = [f"deadlock at {at}s: nothing can wake the tasks that remain", *lines,
                  f"outcome deadlock at {at}000000000\n".replace(" 0000000000", " 0")]
        self.check(process, UNEXPECTED, "", "\n".join(report))

    def test_two_tasks_that_hold_what_the_other_wants(self):
        def job(first, second):
            return [{"with": first, "do": [{"sleep": 1}, {"with": second, "do": []}]}]
        self.stuck({"objects": {"a": {"type": "lock"}, "b": {"type": "lock"}},
                    "tasks": [{"name": "job1", "do": job("a", "b")},
                              {"name": "job2", "do": job("b", "a")}]},
                   "  job1 waits for lock b, held by job2 (acquire, since 1s)",
                   "  job2 waits for lock a, held by job1 (acquire, since 1s)",
                   "  cycle: job1 waits for lock b, held by job2, which waits for lock a, held by "
                   "job1", at=1)

    def test_tasks_that_await_each_other(self):
        self.stuck({"tasks": [{"name": "x", "do": [{"sleep": 0}, {"await": "y"}]},
                              {"name": "y", "do": [{"await": "z"}]},
                              {"name": "z", "do": [{"await": "x"}]}]},
                   "  x waits for y (await, since 0s)",
                   "  y waits for z (await, since 0s)",
                   "  z waits for x (await, since 0s)",
                   "  cycle: x waits for y, which waits for z, which waits for x")

    def test_what_nobody_will_do(self):
        self.stuck({"objects": {"e": {"type": "event"}, "q": {"type": "queue", "maxsize": 1},
                                "f": {"type": "future"}, "b": {"type": "barrier", "parties": 2},
                                "s": {"type": "semaphore", "value": 0}, "l": {"type": "lock"},
                                "c": {"type": "condition"}},
                    "tasks": [{"name": "t1", "do": [{"wait": "e"}]},
                              {"name": "t2", "do": [{"put": "q"}, {"put": "q"}]},
                              {"name": "t3", "do": [{"await": "f"}]},
                              {"name": "t4", "do": [{"wait": "b"}]},
                              {"name": "t5", "do": [{"acquire": "s"}]},
                              {"name": "t6", "do": [{"acquire": "l"}]},
                              {"name": "t7", "do": [{"sleep": 2}, {"acquire": "l"}]},
                              {"name": "t8", "do": [{"with": "c", "do": [{"wait": "c"}]}]},
                              {"name": "t9", "do": [{"join": "q"}]}]},
                   "  t1 waits for event e (wait, since 0s)",
                   "  t2 waits for queue q (put, since 0s)",
                   "  t3 waits for future f (await, since 0s)",
                   "  t4 waits for barrier b (wait, since 0s)",
                   "  t5 waits for semaphore s (acquire, since 0s)",
                   "  t7 waits for lock l, held by t6, which has ended (acquire, since 2s)",
                   "  t8 waits for condition c (wait, since 0s)",
                   "  t9 waits for queue q (join, since 0s)", at=2)

    def test_many_tasks_are_counted(self):
        process = self.run_document({"objects": {"e": {"type": "event"}},
                                     "tasks": [{"name": "t{i}", "count": 1000,
                                                "do": [{"wait": "e"}]}]})
        lines = self.check(process, UNEXPECTED, "").err.splitlines()
        self.assertEqual(len(lines), 53)
        self.assertEqual(lines[-2], "  ... and 950 more tasks")


class Failures(CliTest):
    def lines(self, document, status=UNEXPECTED):
        return self.check(self.run_document(document), status).err.splitlines()

    def test_an_exception_that_nobody_retrieves_is_told_with_its_place(self):
        line, outcome = self.lines({"tasks": [{"name": "a", "do": [
            {"try": [{"sleep": 1}, {"raise": "ValueError", "message": "no {1 + 1}"}],
             "finally": []}]}]})
        self.assertRegex(line, r"\Ascenario.json:1:\d+: /tasks/0/do/0/try/1: exception never "
                               r"retrieved in task a: ValueError: no 2\Z")
        self.assertEqual(outcome, "outcome failed at 1000000000")

    def test_what_was_printed_before_stands_before_it(self):
        self.write("scenario.json", {"cadran": 1, "tasks": [
            {"name": "a", "do": [{"print": "before"}, {"raise": "ValueError"}]}]})
        process = self.cadran("run", "scenario.json", stderr=subprocess.STDOUT)
        self.assertEqual(process.out, "before\n"
                         "scenario.json:1:67: /tasks/0/do/1: exception never retrieved in task a: "
                         "ValueError\noutcome failed at 0\n")

    def test_the_place_is_where_it_began_not_where_it_passed(self):
        line, _ = self.lines({"coroutines": {"deep": {"do": [{"let": {"x": "1 / 0"}}]}},
                              "tasks": [{"name": "a", "do": [{"call": "deep"}]}]})
        self.assertRegex(line, r"/coroutines/deep/do/0: exception never retrieved in task a: "
                               r"ZeroDivisionError: division by zero\Z")

    def test_a_retrieved_one_is_no_failure(self):
        document = {"tasks": [FAILS, {"name": "b", "do": [
            {"try": [{"await": "a"}], "except": {"ValueError": [{"print": "{error}"}]}}]}]}
        self.check(self.run_document(document), EXPECTED, "no\n", "outcome complete at 0\n")

    def test_a_group_shows_its_members(self):
        lines = self.lines({"coroutines": {
            "w": {"params": ["n"], "do": [{"raise": "Own", "message": "{n}"}]}},
            "tasks": [{"name": "a", "do": [{"task_group": [
                {"spawn": "w", "args": {"n": 1}}, {"spawn": "w", "args": {"n": 2}}]}]}]})
        self.assertRegex(lines[0], "ExceptionGroup: unhandled errors in a TaskGroup "
                                   r"\(2 sub-exceptions\)\Z")
        self.assertEqual(lines[1:], ["    - Own: 1", "    - Own: 2", "outcome failed at 0"])

    def test_callbacks_setup_and_the_end(self):
        line, outcome = self.lines({"tasks": [{"name": "a", "do": [
            {"call_soon": [{"raise": "KeyError", "message": "k"}]}, {"sleep": 1},
            {"print": "the loop goes on"}]}]})
        self.assertRegex(line, r": /tasks/0/do/0/call_soon/0: exception in a callback: "
                               r"KeyError: 'k'\Z")
        self.assertEqual(outcome, "outcome failed at 1000000000")
        line, outcome = self.lines({"setup": [{"raise": "ValueError"}],
                                    "tasks": [{"name": "a", "do": [{"print": "never"}]}]})
        self.assertRegex(line, r": /setup/0: exception in setup: ValueError\Z")
        self.assertEqual(outcome, "outcome failed at 0")

    def test_a_callback_that_comes_when_its_timeout_has_been_left(self):
        line, _ = self.lines({"tasks": [{"name": "a", "do": [
            {"timeout": 1, "do": [{"call_later": 2, "do": [{"reschedule": 1}]}]},
            {"timeout": 9, "do": [{"sleep": 5}]},
            {"try": [{"raise": "ValueError"}], "except": {"*": [{"sleep": 1}]}}]}]})
        self.assertRegex(line, r"/do/0/do/0/do/0: exception in a callback: "
                               r"RuntimeError: reschedule: the timeout has been left\Z")

    def test_very_many_are_counted(self):
        lines = self.lines({"tasks": [FAILS | {"name": "a{i}", "count": 1000}]})
        self.assertEqual(len(lines), 22)
        self.assertEqual(lines[-2:], ["... and 980 more exceptions",
                                      "outcome failed at 0"])


class Expectations(CliTest):
    """Each is met, and then missed with a message."""

    def misses(self, document, expect, *messages):
        process = self.check(self.run_document(document | {"expect": expect}), UNEXPECTED)
        said = [line.split(": ", 1)[1] for line in process.err.splitlines()
                if line.startswith("scenario.json") and "/expect/" in line]
        self.assertEqual(said, list(messages))

    def meets(self, document, expect):
        self.check(self.run_document(document | {"expect": expect}), EXPECTED)

    def test_outcome(self):
        self.meets({"tasks": [FAILS]}, {"outcome": "failed"})
        self.meets({"tasks": [SLEEPS], "until": 0.5}, {"outcome": "stopped"})
        self.meets({"objects": {"e": {"type": "event"}},
                    "tasks": [{"name": "a", "do": [{"wait": "e"}]}]}, {"outcome": "deadlock"})
        self.misses({"tasks": [FAILS]}, {"outcome": "complete"},
                    '/expect/outcome: expected "complete", found "failed"')
        self.misses({}, {"outcome": "deadlock"},
                    '/expect/outcome: expected "deadlock", found "complete"')

    def test_an_outcome_that_is_not_expected_need_still_be_a_good_one(self):
        self.check(self.run_document({"tasks": [FAILS], "expect": {"makespan": 0}}), UNEXPECTED)

    def test_makespan(self):
        document = {"tasks": [SLEEPS]}
        for makespan in (1, "2 / 2", {"min": 1}, {"max": 1}, {"min": 0.5, "max": "1500ms"}):
            self.meets(document, {"makespan": makespan})
        self.misses(document, {"makespan": 5}, "/expect/makespan: expected 5 s, found 1 s")
        self.misses(document, {"makespan": {"min": 2}},
                    "/expect/makespan/min: expected at least 2 s, found 1 s")
        self.misses(document, {"makespan": {"min": 0, "max": "500ms"}},
                    "/expect/makespan/max: expected at most 0.5 s, found 1 s")

    def test_max_concurrent(self):
        document = {"tasks": [SLEEPS | {"name": "a{i}", "count": 3}]}
        self.meets(document, {"max_concurrent": 3})
        self.misses(document, {"max_concurrent": 2}, "/expect/max_concurrent: expected 2, found 3")

    def test_stdout(self):
        document = {"tasks": [{"name": "a", "do": [{"print": "x"}, {"print": "y"}]}]}
        self.meets(document, {"stdout": ["x", "y"]})
        self.meets({}, {"stdout": []})
        self.misses(document, {"stdout": ["x", "z"]},
                    '/expect/stdout: expected line 2 "z", found "y"')
        self.misses(document, {"stdout": ["x"]},
                    '/expect/stdout: expected the end after line 1, found "y"')
        self.misses(document, {"stdout": ["x", "y", "z"]},
                    '/expect/stdout: expected line 3 "z", found the end')

    def test_order(self):
        document = {"tasks": [{"name": "a", "do": [{"print": "x"}, {"print": "y"}]}]}
        self.meets(document, {"order": [["x", "y"]]})
        self.misses(document, {"order": [["y", "x"], ["x", "y"], ["x", "q"]]},
                    '/expect/order/0: "y" was printed in line 2, not before "x" in line 1',
                    '/expect/order/2: "q" was never printed')

    def test_always(self):
        document = {"vars": {"n": 0}, "tasks": [{"name": "a", "do": [
            {"sleep": 1}, {"assign": {"n": 5}}, {"sleep": 1}, {"assign": {"n": 0}}]}]}
        self.meets(document, {"always": ["n < 6", "n >= 0"]})
        self.misses(document, {"always": ["n < 6", "n < 3"]},
                    '/expect/always/1: "n < 3" did not hold at 1 s')

    def test_tasks(self):
        document = {"tasks": [SLEEPS, {"name": "b", "do": [{"cancel": "a"}]},
                              FAILS | {"name": "c"}], "until": 10}
        self.misses(document, {"tasks": {"a": "cancelled", "b": "returned", "c": "failed"}})
        self.misses(document, {"tasks": {"a": "returned", "b": "cancelled"}},
                    '/expect/tasks/a: expected "returned", found "cancelled"',
                    '/expect/tasks/b: expected "cancelled", found "returned"')

    def test_table(self):
        document = {"tasks": [SLEEPS]}
        self.meets(document, {"table": ["|     | a (1) |", "|-----|-------|", "| 0-1 | `*` |"]})
        self.misses(document, {"table": ["| | a (1) |", "|---|---|", "| 0-1 |   |"]},
                    "/expect/table: expected the row | 0-1 |   |, found | 0-1 | `*`   |")

    def test_all_that_is_not_met_is_told_at_once(self):
        self.misses({"tasks": [SLEEPS]},
                    {"outcome": "failed", "makespan": 2, "max_concurrent": 2, "stdout": ["x"]},
                    '/expect/outcome: expected "failed", found "complete"',
                    "/expect/makespan: expected 2 s, found 1 s",
                    "/expect/max_concurrent: expected 2, found 1",
                    '/expect/stdout: expected line 1 "x", found the end')

    def test_with_another_setting_an_expectation_may_not_be_met(self):
        self.check(self.cadran("run", "--set", "jobs=100", SCENARIOS / "window.json"), EXPECTED)


if __name__ == "__main__":
    main()
