"""Runs under the virtual clock: what they print, and what the options do."""

import json
import re

from cli_test import (CASES, ENVIRONMENT, EXPECTED, SCENARIOS, UNEXPECTED, USAGE, CliTest, main,
                      recorded)

WINDOW = SCENARIOS / "window.json"
TICKS = SCENARIOS / "ticks.json"
ENDLESS = {"tasks": [{"name": "a", "do": [{"repeat": "forever", "do": []}]}]}


class Programs(CliTest):
    def test_window_and_ticks_print_what_asyncio_prints(self):
        for scenario, case in ((WINDOW, "seed-window"), (CASES / "seed-window.json", "seed-window"),
                               (TICKS, "seed-ticks"), (CASES / "seed-ticks.json", "seed-ticks")):
            out, outcome = recorded(case)
            with self.subTest(scenario):
                self.expect(EXPECTED, "run", scenario, out=out, err=outcome)

    def test_the_window_by_a_semaphore_prints_the_same(self):
        self.expect(EXPECTED, "run", SCENARIOS / "window-semaphore.json",
                    out=recorded("seed-window")[0], err="outcome complete at 5 s\n")

    def test_the_window_by_a_lock_lets_one_after_another_through(self):
        lines = ["---------- zero"]
        now = 0
        for i, duration in enumerate((1, 2, 3, 1)):
            lines.append(f"{now}s + 000ms >>> job{i} - duration {duration}")
            now += duration
            lines.append(f"{now}s + 000ms <<< job{i} - duration {duration}")
        self.expect(EXPECTED, "run", SCENARIOS / "window-lock.json", out="\n".join(lines) + "\n",
                    err="outcome complete at 7 s\n")

    def test_a_scenario_without_tasks_is_complete_at_once(self):
        self.check(self.run_document({}), EXPECTED, "", "outcome complete at 0 s\n")


class Several(CliTest):
    def setUp(self):
        super().setUp()
        for name, steps in (("fine", [{"print": "fine"}]), ("bad", [{"raise": "Mine"}]),
                            ("wrong", [{"slepe": 1}])):
            self.write(f"{name}.json", {"cadran": 1, "tasks": [{"name": "t", "do": steps}]})

    def test_one_after_the_other(self):
        done = self.cadran("run", "fine.json", "bad.json", "fine.json")
        self.assertEqual((done.returncode, done.out), (UNEXPECTED, "fine\nfine\n"))
        self.assertEqual([line for line in done.err.splitlines() if line.startswith("---")],
                         ["--- fine.json", "--- bad.json", "--- fine.json"])
        self.assertEqual(self.cadran("run", "fine.json", "wrong.json", "bad.json").returncode, USAGE)

    def test_quiet(self):
        self.check(self.cadran("run", "-q", "fine.json", "fine.json"), EXPECTED,
                   out="fine\nfine\n", err="")
        done = self.cadran("run", "-q", "fine.json", "bad.json")
        self.assertEqual(done.returncode, UNEXPECTED)
        self.assertIn("never retrieved in task t: Mine\noutcome failed", done.err)

    def test_checked_and_not_run(self):
        self.check(self.cadran("check", "fine.json", "bad.json"), EXPECTED,
                   out="fine.json: no faults\nbad.json: no faults\n", err="")
        self.check(self.cadran("check", "-q", "fine.json"), EXPECTED, out="", err="")
        self.write("world.json", {"cadran": 1, "tasks": [{"name": "a", "do": [{"exec": ["ls"]}]}]})
        self.check(self.cadran("check", "world.json"), EXPECTED, out="world.json: no faults\n", err="")
        done = self.cadran("check", "fine.json", "wrong.json", "absent.json")
        self.assertEqual((done.returncode, done.out), (USAGE, "fine.json: no faults\n"))
        self.assertIn("wrong.json:1:", done.err)
        self.assertIn("absent.json: cannot be read", done.err)

    def test_what_is_computed_is_checked_too(self):
        self.write("size.json", {"cadran": 1, "vars": {"n": 0},
                                 "objects": {"b": {"type": "barrier", "parties": "n"}}})
        run, check = self.cadran("run", "size.json"), self.cadran("check", "size.json")
        self.assertEqual((check.returncode, check.err), (USAGE, run.err))


class Options(CliTest):
    def test_set_replaces_what_the_document_says(self):
        out = self.expect(EXPECTED, "run", "--set", "jobs=3", WINDOW,
                          err="outcome complete at 3 s\n").out
        self.assertEqual(out.count(">>>"), 3)

    def test_set_takes_expressions_over_what_is_set_before_in_the_document(self):
        self.expect(EXPECTED, "run", "--set", "width=jobs // 4", "--set", "jobs=4 * 2", WINDOW,
                    err="outcome complete at 8 s\n")

    def test_of_two_settings_the_last_counts(self):
        self.expect(EXPECTED, "run", "--set", "jobs=8", "--set", "jobs=1", WINDOW,
                    err="outcome complete at 1 s\n")

    def test_until_stops_the_run(self):
        for time in ("2.5", "2500ms", "2.5e0s"):
            process = self.cadran("run", "--until", time, WINDOW)
            self.assertEqual(process.returncode, EXPECTED)
            self.assertRegex(process.err, r"\Astopped at 2.5 s: 5 tasks have not ended\n  job2 sleeps"
                             r" until 3 s\n[\s\S]*\noutcome stopped at 2.5 s\n\Z")
            self.assertTrue(recorded("seed-window")[0].startswith(process.out))

    def test_until_a_time_that_the_run_does_not_reach(self):
        self.expect(EXPECTED, "run", "--until", "1min", WINDOW,
                    err="outcome complete at 5 s\n")

    def test_table_goes_to_standard_error(self):
        process = self.expect(EXPECTED, "run", "--table", WINDOW, out=recorded("seed-window")[0])
        *table, outcome = process.err.splitlines()
        self.assertEqual(len(table), 7)
        self.assertTrue(all(line.startswith("|") for line in table), process.err)
        self.assertEqual(outcome, "outcome complete at 5 s")

    MANY = {"tasks": [{"name": "job{i}", "count": 3000,
                       "do": [{"sleep": "i"}, {"span": "s", "do": [{"sleep": 1}]}]}]}

    def test_of_a_table_that_nobody_could_read_a_part_is_printed(self):
        process = self.run_document(self.MANY, "--table", "--trace", "t")
        lines = process.err.splitlines()
        self.assertEqual(len(lines), 2 + 2000 + 1 + 1)
        self.assertEqual(lines[0].count("|"), 202)
        self.assertEqual(lines[-2], "... and 2800 more tasks, 1000 more intervals: keep a trace, and "
                                    "choose with cadran table --tasks and --step")
        table = self.expect(EXPECTED, "table", "--step", "1", "t")
        self.assertEqual(len(table.out.splitlines()), 2 + 2000)
        self.assertEqual(table.err, "cadran table: warning: 2800 of 3000 tasks and 1000 of 3000 "
                                    "intervals are left out: choose with --tasks 'job*' or a larger "
                                    "--step, or take all with --format csv\n")
        self.expect(EXPECTED, "table", "--tasks", "job1?", "--step", "11s", "--format", "csv", "t",
                    err="", out="," + ",".join(f"job{i} (1)" for i in range(10, 20)) +
                    "\n0-11,*,,,,,,,,,\n11-22,,*,*,*,*,*,*,*,*,*\n")

    def test_of_a_table_with_many_tasks_the_cell_that_differs_is_told(self):
        rows = ["| 0-1 | * |" + "|" * 98 + "*|", "| 1-2 | |"]
        process = self.run_document({"tasks": [{"name": "job{i}", "count": 100, "do": [
            {"span": "s", "do": [{"sleep": "1 if i else 2"}]}]}], "expect": {"table": rows}})
        self.check(process, UNEXPECTED, err=
                   'scenario.json:1:139: /expect/table: expected the row 0-1 to have "" in column 3, '
                   '"job1 (1)", found "*"\noutcome complete at 2 s\n')

    def test_slow_names_the_task_and_its_longest_step(self):
        document = {"tasks": [
            {"name": "a", "do": [{"sleep": 1}, {"compute": "10ms"}, {"compute": 0.3},
                                 {"print": "x"}]},
            {"name": "b", "do": [{"compute": "100ms"}]}]}
        self.write("slow.json", {"cadran": 1} | document)
        self.assertRegex(self.expect(EXPECTED, "run", "--slow", "100ms", "slow.json", out="x\n").err,
                         r"\Aslow.json:1:\d+: /tasks/0/do/2: slow: task a kept the loop busy for "
                         r"0.31 s, until 1.31 s\noutcome complete at 1.31 s\n\Z")
        self.expect(EXPECTED, "run", "--slow", "310ms", "slow.json",
                    err="outcome complete at 1.31 s\n")

    def test_slow_names_callbacks_too(self):
        process = self.run_document(
            {"setup": [{"call_later": 1, "do": [{"compute": 2}]}],
             "tasks": [{"name": "a", "do": [{"sleep": 5}]}]}, "--slow", "1")
        self.check(process, EXPECTED)
        self.assertIn("/setup/0/do/0: slow: a callback kept the loop busy for 2 s, until 3 s\n",
                      process.err)


class Seeds(CliTest):
    DOCUMENT = {"cadran": 1, "tasks": [{"name": "a{i}", "count": 3, "do": [
        {"repeat": 3, "do": [{"sleep": "exponential(1)"}, {"print": "{i} {randint(1, 6)}"}]}]}]}

    def run_with(self, *options):
        trace = self.folder / "trace"
        self.write("dice.json", self.DOCUMENT)
        process = self.expect(EXPECTED, "run", "--trace", trace, *options, "dice.json")
        return process.out, process.err, trace.read_bytes()

    def test_the_same_seed_is_the_same_run(self):
        for options in ([], ["--seed", 7], ["--seed", -7]):
            self.assertEqual(self.run_with(*options), self.run_with(*options))

    def test_another_seed_is_another_run(self):
        runs = [self.run_with("--seed", seed) for seed in (0, 1, 2, -1)]
        self.assertEqual(len({out for out, _, _ in runs}), 4)
        self.assertEqual(len({err for _, err, _ in runs}), 4)

    def test_the_option_goes_before_the_document(self):
        plain = self.run_with("--seed", 5)
        self.DOCUMENT = self.DOCUMENT | {"seed": 5}
        self.assertEqual(self.run_with(), plain)
        self.assertNotEqual(self.run_with("--seed", 6), plain)

    def test_a_callback_of_a_callback_draws_from_its_task_though_that_has_ended(self):
        """Its stream is kept, and nobody else's is used up: what is made meanwhile takes no place
        in memory that the callback still reads."""
        def lines_of(do):
            process = self.run_document({
                "coroutines": {"w": {"do": [{"sleep": 5}, {"print": "w {uniform(0, 1)}"}]}},
                "tasks": [{"name": "t", "do": do},
                          {"name": "maker", "do": [{"sleep": 1},
                                                   {"repeat": 3, "do": [{"spawn": "w"}]},
                                                   {"sleep": 9}]}]})
            return self.check(process, EXPECTED).out.splitlines()
        draw = {"print": "t {uniform(0, 1)}"}
        plain = lines_of([draw])
        for depth in range(1, 4):
            step = {"call_later": 2, "do": [draw]}
            for _ in range(depth):
                step = {"call_soon": [step]}
            self.assertEqual(lines_of([step]), plain)


class Limits(CliTest):
    def stop(self, document, *options, reason, end=0, out=None, running=""):
        """`running`: the pointer and the name of what a limit has caught; None: whatever it was."""
        process = self.check(self.run_document(document, *options), UNEXPECTED, out)
        said = re.sub(r"(?m)^scenario\.json:1:\d+: (.*: still running: )", r"\1", process.err)
        if running is None:
            running = said[:said.index("limit: ")]
            self.assertLessEqual(running.count("\n"), 1, said)
        self.assertEqual(said, f"{running}limit: {reason}\noutcome limit at {end} s\n")

    def test_steps(self):
        self.stop(ENDLESS, "--max-steps", 1000, reason="1000 steps were run (--max-steps)",
                  running="/tasks/0/do/0: still running: task a\n")

    def test_an_endless_loop_ends_by_itself_and_soon(self):
        self.stop(ENDLESS, "--max-still", 1000000,
                  reason="1000000 steps were run while the clock stood still (--max-still)",
                  running="/tasks/0/do/0: still running: task a\n")
        document = {"tasks": [
            {"name": "waits", "do": [{"sleep": 1}]},
            {"name": "a{i}", "do": [{"repeat": "forever", "do": [{"sleep": 0}]}]}]}
        self.stop(document, "--max-still", 100000,
                  reason="100000 steps were run while the clock stood still (--max-still)",
                  running="/tasks/1/do/0: still running: task a0\n"
                          "limit at 0 s: 2 tasks have not ended\n"
                          "  waits sleeps until 1 s\n"
                          "    since 0 s, at scenario.json:1:50 (sleep)\n")

    def test_an_endless_loop_is_named_with_its_line(self):
        self.write("loop.json", """{"cadran": 1, "tasks": [
  {"name": "b", "do": [
    {"call_soon": [
      {"while": "True", "do": []}]},
    {"sleep": 1}]}]}""")
        self.expect(UNEXPECTED, "run", "--max-still", 1000, "loop.json",
                    err="loop.json:4:7: /tasks/0/do/0/call_soon/0: still running: a callback\n"
                        "limit at 0 s: 1 task has not ended\n"
                        "  b sleeps until 1 s\n"
                        "    since 0 s, at loop.json:5:5 (sleep)\n"
                        "limit: 1000 steps were run while the clock stood still (--max-still)\n"
                        "outcome limit at 0 s\n")

    def test_an_endless_loop_in_setup(self):
        self.stop({"setup": ENDLESS["tasks"][0]["do"]}, "--max-still", 1000,
                  reason="1000 steps were run while the clock stood still (--max-still)",
                  running="/setup/0: still running: setup\n")

    def test_an_endless_loop_in_on_interrupt(self):
        self.stop({"tasks": [{"name": "a", "do": [{"sleep": 9}]}],
                   "signals": [{"at": 1, "signal": "SIGINT"}],
                   "on_interrupt": ENDLESS["tasks"][0]["do"]}, "--max-steps", 1000, end=1,
                  reason="1000 steps were run (--max-steps)",
                  running="/on_interrupt/0: still running: on_interrupt\n"
                          "limit at 1 s: 1 task has not ended\n"
                          "  a sleeps until 9 s\n"
                          "    since 0 s, at scenario.json:1:46 (sleep)\n")

    def test_a_loop_in_which_time_passes_does_not_stand_still(self):
        process = self.run_document({"tasks": [{"name": "a", "do": [
            {"repeat": 100000, "do": [{"sleep": "1ns"}]}]}]}, "--max-still", 70000)
        self.check(process, EXPECTED, "", "outcome complete at 0.0001 s\n")

    def test_time(self):
        forever = {"tasks": [{"name": "a", "do": [
            {"repeat": "forever", "do": [{"print": "."}, {"sleep": 1}]}]}]}
        self.stop(forever, "--max-time", 2.5, end=2, out=".\n.\n.\n",
                  reason="2.5 seconds of the loop's time were not enough (--max-time)",
                  running="limit at 2 s: 1 task has not ended\n"
                          "  a sleeps until 3 s\n"
                          "    since 2 s, at scenario.json:1:91 (sleep)\n")

    def test_time_that_is_computed_away(self):
        for clock, time in ("virtual", "10"), ("real", "100ms"):
            process = self.run_document({"tasks": [{"name": "t", "do": [{"compute": 9e9},
                                                                        {"print": "after"}]}]},
                                        "--clock", clock, "--max-time", time)
            self.check(process, UNEXPECTED, out="")
            self.assertEqual(process.err.splitlines()[0],
                             "scenario.json:1:46: /tasks/0/do/0: still running: task t")

    def test_memory_names_who_wanted_it(self):
        for most, do in ("5M", [{"repeat": "forever", "do": [{"let": {"x": "'a' * 9000000"}}]}]), \
                        ("4G", [{"let": {"x": "'a' * 70000000"}}]):
            process = self.run_document({"tasks": [{"name": "t", "do": do}]}, "--max-memory", most)
            self.assertRegex(process.err, r"\Ascenario.json:1:\d+: /tasks/0/do/0(/\S+)?: still "
                                          r"running: task t\n")

    def test_tasks(self):
        self.stop({"tasks": [{"name": "a{i}", "count": 100, "do": []}]}, "--max-tasks", 99,
                  reason="more than 99 tasks were created (--max-tasks)")
        self.stop({"coroutines": {"w": {"do": [{"spawn": "w"}, {"spawn": "w"}]}},
                   "tasks": [{"name": "a", "call": "w"}]}, "--max-tasks", 1000,
                  reason="more than 1000 tasks were created (--max-tasks)")

    def test_memory(self):
        crowd = {"tasks": [{"name": "a{i}", "count": 1000000, "do": [{"sleep": 1}]}]}
        self.stop(crowd, "--max-memory", "2M", reason="there is no more memory (--max-memory)")

    def test_memory_of_any_size(self):
        document = {"objects": {"q": {"type": "queue"}}, "tasks": [
            {"name": "t", "let": {"s": "'xxxxxxxxxxxxxxxxxxx'"},
             "do": [{"repeat": "forever", "do": [
                 {"let": {"x": "s + 'y'"}}, {"put": "q", "value": "{x}"}]}]}]}
        for size in range(2000600, 2000616):
            with self.subTest(size=size):
                self.stop(document, "--max-memory", size, running=None,
                          reason="there is no more memory (--max-memory)")
        for size in [*range(4000600, 4000616, 5), "5M", "6M", "20000608"]:
            with self.subTest("the trace is whole", size=size):
                self.stop(document, "--max-memory", size, "--trace", "trace", running=None,
                          reason="there is no more memory (--max-memory)")
                self.assertTrue((self.folder / "trace").read_bytes().endswith(b"\n]\n"))

    def test_memory_for_what_is_taken_for_good(self):
        takes = {"repeat": 100000, "do": [{"put": "q"}, {"get": "q"}]}
        self.write("s.json", {"cadran": 1, "objects": {"q": {"type": "queue"}},
                              "tasks": [{"name": "t", "do": [takes, {"join": "q"}]}]})
        process = self.cadran("run", "--max-memory", "2M", "s.json")
        self.assertIn("100000 items unfinished", process.err)

    def test_memory_for_what_is_taken_for_good_in_turn(self):
        """From several queues, by several tasks."""
        takes = {"repeat": 50000, "do": [{"put": "p"}, {"put": "q"}, {"get": "p"}, {"get": "q"}]}
        self.write("s.json", {"cadran": 1, "objects": {"p": {"type": "queue"}, "q": {"type": "queue"}},
                              "tasks": [{"name": "t{i}", "count": 2, "do": [takes]},
                                        {"name": "j", "do": [{"sleep": 1}, {"join": "p"}]}]})
        process = self.cadran("run", "--max-memory", "2M", "s.json")
        self.assertIn("100000 items unfinished", process.err)

    def test_memory_that_ends_anywhere(self):
        """While the document is read, the run goes on, or the results are written."""
        statuses = set()
        for size in [*range(1, 160, 4), *range(160, 4000, 240)]:
            with self.subTest(size=size):
                process = self.cadran("run", "--max-memory", f"{size}K", "--trace", "trace",
                                      "--report", "report", "--table", WINDOW)
                statuses.add(process.returncode)
                if process.returncode == EXPECTED:
                    self.assertTrue(process.err.endswith("outcome complete at 5 s\n"))
                elif process.returncode == UNEXPECTED:
                    self.assertIn("limit: there is no more memory (--max-memory)\n", process.err)
                else:
                    self.check(process, ENVIRONMENT)
                    self.assertIn("memory", process.err)
        self.assertLessEqual({EXPECTED, ENVIRONMENT}, statuses)

    def test_a_limit_is_no_interrupt(self):
        document = ENDLESS | {"on_interrupt": [{"print": "bye"}]}
        self.stop(document, "--max-steps", 10, out="", reason="10 steps were run (--max-steps)",
                  running="/tasks/0/do/0: still running: task a\n")
        document["tasks"] = [{"name": "a", "do": [{"sleep": 10}]}]
        self.stop(document, "--max-time", 5, out="",
                  reason="5 seconds of the loop's time were not enough (--max-time)",
                  running="limit at 0 s: 1 task has not ended\n"
                          "  a sleeps until 10 s\n"
                          "    since 0 s, at scenario.json:1:46 (sleep)\n")

    def test_a_limit_can_be_what_is_expected(self):
        self.check(self.run_document(ENDLESS | {"expect": {"outcome": "limit"}}, "--max-steps", 10),
                   EXPECTED)

    def test_the_trace_of_a_run_that_a_limit_ended_is_whole(self):
        for option in (["--max-steps", "40"], ["--max-time", "2"], ["--max-tasks", "4"],
                       ["--max-still", "9"]):
            with self.subTest(option):
                self.expect(UNEXPECTED, "run", "--trace", "t", *option, WINDOW)
                events = json.loads((self.folder / "t").read_text())
                self.assertEqual(events[-1]["ph"], "E")
                self.assertNotIn("cut short", self.expect(EXPECTED, "table", "t").err)


class Report(CliTest):
    def report(self, *arguments, status=EXPECTED):
        self.expect(status, "run", "--report", "report.json", *arguments)
        return json.loads((self.folder / "report.json").read_text())

    def test_of_a_run_as_expected(self):
        self.assertEqual(
            {key: value for key, value in self.report(WINDOW).items() if key != "steps"},
            {"scenario": "window", "clock": "virtual", "seed": 0, "outcome": "complete",
             "end_ns": 5000000000, "status": 0, "as_expected": True, "unmet_expectations": 0,
             "tasks": 8, "tasks_pending": 0, "max_concurrent": 4, "failures": [],
             "failure_count": 0})

    def test_of_a_run_that_was_stopped(self):
        report = self.report("--until", "1.5", "--seed", 9007199254740992, WINDOW)
        self.assertEqual(report["outcome"], "stopped")
        self.assertEqual(report["end_ns"], 1500000000)
        self.assertEqual(report["seed"], 9007199254740992)
        self.assertEqual(report["tasks_pending"], 6)

    def test_of_a_run_that_failed(self):
        self.write("fail.json", {"cadran": 1, "tasks": [
            {"name": "a", "do": [{"sleep": 1}, {"raise": "ValueError", "message": "no"}]}],
            "expect": {"makespan": 2}})
        report = self.report("fail.json", status=UNEXPECTED)
        place = report["failures"][0].pop("where")
        self.assertRegex(place, r"\Afail.json:1:\d+: /tasks/0/do/1\Z")
        self.assertEqual(report["failures"], [{"who": "task a", "what": "ValueError: no"}])
        self.assertEqual([report[key] for key in ("outcome", "status", "as_expected",
                                                  "unmet_expectations", "failure_count")],
                         ["failed", 1, False, 1, 1])

    def test_of_a_run_that_a_limit_ended(self):
        report = self.report("--max-steps", "10", WINDOW, status=UNEXPECTED)
        self.assertEqual(report["outcome"], "limit")
        self.assertEqual(report["reason"], "10 steps were run (--max-steps)")
        self.assertEqual(report["steps"], 10)
        self.assertRegex(report["still_running"].pop("where"), r"window.json:\d+:\d+: /tasks/0/do/")
        self.assertRegex(report["still_running"].pop("who"), r"\Atask job\d\Z")
        self.assertNotIn("still_running", self.report("--until", "1.5", WINDOW))

    def deadlock(self, document):
        self.write("stuck.json", {"cadran": 1} | document)
        report = self.report("stuck.json", status=UNEXPECTED)
        self.assertEqual(report["outcome"], "deadlock")
        text = re.sub(r'"stuck.json:1:\d+: ', '"', json.dumps(report["deadlock"]))
        return json.loads(text)

    def test_of_a_deadlock_with_a_cycle_of_locks(self):
        def job(first, second):
            return [{"with": first, "do": [{"sleep": 1}, {"with": second, "do": []}]}]

        def waits(task, number, lock, holder, other):
            return {"task": task, "verb": "acquire", "step": "with",
                    "where": f"/tasks/{number}/do/0/do/1", "since_ns": 1000000000,
                    "waits_for": {"type": "lock", "name": lock},
                    "words": f"lock {lock}, held by {holder}",
                    "held_by": holder, "holder_ended": False,
                    "holders": [{"name": holder, "ended": False, "step": "with",
                                 "where": f"/tasks/{other}/do/0"}],
                    "circle": 1, "next": holder}
        one, two = waits("job1", 0, "b", "job2", 1), waits("job2", 1, "a", "job1", 0)
        self.assertEqual(
            self.deadlock({"objects": {"a": {"type": "lock"}, "b": {"type": "lock"}},
                           "tasks": [{"name": "job1", "do": job("a", "b")},
                                     {"name": "job2", "do": job("b", "a")}]}),
            {"tasks": [one, two], "more_tasks": 0, "cycles": [[one, two]], "more_cycles": 0})

    def test_of_a_deadlock_that_others_wait_for(self):
        """Who waits for a cycle is no part of it; who has ended never lets go."""
        def awaits(task, other, **more):
            return {"task": task, "verb": "await", "step": "await", "since_ns": 0,
                    "waits_for": {"type": "task", "name": other}, "words": other, **more}
        y = {"name": "y", "do": [{"await": "z"}]}
        z = {"name": "z", "do": [{"await": "y"}]}
        in_y = awaits("y", "z", where="/tasks/1/do/0", circle=1, next="z")
        in_z = awaits("z", "y", where="/tasks/2/do/0", circle=1, next="y")
        self.assertEqual(
            self.deadlock({"objects": {"l": {"type": "lock"}},
                           "tasks": [{"name": "x", "do": [{"sleep": 0}, {"await": "y"}]}, y, z,
                                     {"name": "gone", "do": [{"acquire": "l"}]},
                                     {"name": "w", "do": [{"sleep": 2}, {"acquire": "l"}]}]}),
            {"tasks": [awaits("x", "y", where="/tasks/0/do/1", waits_for_circle=1), in_y, in_z,
                       {"task": "w", "verb": "acquire", "step": "acquire", "where": "/tasks/4/do/1",
                        "since_ns": 2000000000, "waits_for": {"type": "lock", "name": "l"},
                        "words": "lock l, held by gone, which has ended",
                        "held_by": "gone", "holder_ended": True,
                        "holders": [{"name": "gone", "ended": True, "step": "acquire",
                                     "where": "/tasks/3/do/0"}]}],
             "more_tasks": 0, "cycles": [[in_y, in_z]], "more_cycles": 0})

    def test_of_what_is_awaited_and_taken(self):
        gather, join, _ = self.deadlock({"objects": {"q": {"type": "queue"}}, "tasks": [
            {"name": "m", "do": [{"gather": ["n", "w"]}]},
            {"name": "n", "do": [{"put": "q"}, {"put": "q"}, {"join": "q"}]},
            {"name": "w", "do": [{"get": "q"}, {"await": "m"}]}]})["tasks"]
        self.assertEqual((gather["awaits"], gather["of"], gather["done"]),
                         ([{"name": "n"}, {"name": "w"}], 2, 0))
        self.assertNotIn("waits_for", gather)
        self.assertEqual(join["takers"], [{"name": "w", "ended": False, "step": "get",
                                           "where": "/tasks/2/do/0"}])

    def test_of_who_could_end_a_wait(self):
        getter, other, _ = self.deadlock({
            "objects": {"q": {"type": "queue"}, "e": {"type": "event"}}, "tasks": [
                {"name": "g", "do": [{"get": "q"}]}, {"name": "w", "do": [{"wait": "e"}]},
                {"name": "p", "do": [{"await": "g"}, {"put": "q"}]}]})["tasks"]
        self.assertEqual(getter["wakers"], [{"name": "p", "ended": False, "step": "put",
                                             "where": "/tasks/2/do/1"}])
        self.assertEqual((getter["circle"], getter["next"]), (1, "p"))
        self.assertEqual(getter["words"], "queue q, empty, which only p puts into")
        self.assertEqual(other["wakers"], [])

    def test_of_a_wait_that_ends_by_itself(self):
        self.write("ended.json", {"cadran": 1, "objects": {"e": {"type": "event"}}, "tasks": [
            {"name": "a", "do": [{"timeout": 5, "do": [{"wait": "e"}]}]}]})
        task, = self.report("--until", "2", "--trace", "t", "ended.json")["unfinished"]["tasks"]
        self.assertEqual(task["until_ns"], 5000000000)
        end, = [event for event in json.loads((self.folder / "t").read_text()) if event["ph"] == "E"
                and "until" in event.get("args", {})]
        self.assertEqual((end["args"]["outcome"], end["args"]["until"]), ("pending", 5000000))

    def test_of_a_run_that_is_ended(self):
        self.write("ended.json", {"cadran": 1, "tasks": [{"name": "a", "do": [{"sleep": 9}]}]})
        report = self.report("--until", "5", "ended.json")
        self.assertNotIn("deadlock", report)
        self.assertEqual([(task["task"], task["verb"], task["until_ns"])
                          for task in report["unfinished"]["tasks"]], [("a", "sleep", 9000000000)])

    def test_of_a_deadlock_of_very_many(self):
        deadlock = self.deadlock({"objects": {"e": {"type": "event"}}, "tasks": [
            {"name": "t{i}", "count": 1000, "do": [{"wait": "e"}]}]})
        self.assertEqual([task["task"] for task in deadlock["tasks"]],
                         [f"t{i}" for i in range(50)])
        self.assertEqual((deadlock["more_tasks"], deadlock["cycles"]), (950, []))

    def test_of_very_many_failures_some_are_kept(self):
        self.write("many.json", {"cadran": 1, "tasks": [
            {"name": "a{i}", "count": 1000, "do": [{"raise": "ValueError"}]}]})
        report = self.report("many.json", status=UNEXPECTED)
        self.assertEqual(report["failure_count"], 1000)
        self.assertEqual(len(report["failures"]), 20)


if __name__ == "__main__":
    main()
