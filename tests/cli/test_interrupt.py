"""Ctrl-C at any moment: tasks stop, on_interrupt runs, the trace is whole."""

import json
import os
import random
import re
import signal
import subprocess
import time

from cli_test import CASES, EXPECTED, OUTCOME, UNEXPECTED, CliTest, main, recorded

WINDOW = CASES / "seed-window.json"  # which expects nothing that comes late
BYE = {"on_interrupt": [{"print": "bye"}]}


class Interrupt(CliTest):
    def interrupt(self, process, after):
        """Sends SIGINT so many seconds after the first output."""
        first = os.read(process.stdout.fileno(), 4096).decode()
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        self.finish(process)
        process.out = first + process.out
        return process

    def check_trace(self, name):
        events = json.loads((self.folder / name).read_text())
        self.assertIn({"ph": "i", "name": "SIGINT"},
                      [{key: event.get(key) for key in ("ph", "name")} for event in events])
        process = self.expect(EXPECTED, "table", name)
        self.assertNotIn("cut short", process.err)
        return process.out


class RealClock(Interrupt):
    def test_at_any_moment(self):
        whole = recorded("seed-window")[0]
        for moment in [0] + [random.uniform(0, 0.5) for _ in range(4)]:
            with self.subTest(moment=moment):
                process = self.interrupt(
                    self.start("run", "--clock", "real", "--trace", "t", WINDOW), moment)
                self.check(process, EXPECTED)
                outcome, end = re.fullmatch(OUTCOME, process.err).groups()
                self.assertEqual(outcome, "interrupted")
                self.assertLess(float(end), moment + 3)
                *lines, bye = process.out.splitlines()
                self.assertEqual(bye, "bye")
                self.assertEqual([line.split("ms ")[-1] for line in lines],
                                 [line.split("ms ")[-1] for line in whole.splitlines()[:len(lines)]])
                self.check_trace("t")

    def test_in_work_that_is_only_simulated(self):
        """Blocking work is a sleep, on the loop's thread or on a worker; nobody waits for its end."""
        for main in False, True:
            for work in {"compute": 600}, {"to_thread": 600}:
                with self.subTest(work=work, main=main):
                    task = {"name": "t", "do": [{"print": "begins"},
                                                {"try": [work], "finally": [{"print": "cleans"}]},
                                                {"print": "after"}]}
                    self.write("s.json", {"cadran": 1, "tasks": [task | ({"main": True} if main
                                                                         else {})]})
                    process = self.interrupt(self.start("run", "--clock", "real", "s.json"), 0.2)
                    outcome, end = re.search(OUTCOME + r"\Z", process.err).groups()
                    self.assertEqual(outcome, "interrupted")
                    self.assertLess(float(end), 300)
                    if main: # is cancelled where it waits, as asyncio.run() does it
                        self.assertIn("cleans", process.out)
                    if not main or "to_thread" in work:
                        self.assertNotIn("after", process.out)

    def test_while_the_program_starts(self):
        """So early that nothing watches yet, or later: it ends as a program does, or whole."""
        for moment in (0, 0.002, 0.005, 0.01, 0.02, 0.05):
            with self.subTest(moment=moment):
                process = self.start("run", "--clock", "real", WINDOW)
                time.sleep(moment)
                process.send_signal(signal.SIGINT)
                self.finish(process)
                self.assertIn(process.returncode, (EXPECTED, -signal.SIGINT), process.err)
                if process.returncode == EXPECTED:
                    self.assertTrue(process.out.endswith("bye\n"), process.out)
                    self.assertIn("outcome interrupted at ", process.err)

    def test_while_a_task_keeps_the_loop_busy(self):
        self.write("busy.json", {"cadran": 1, "tasks": [{"name": "a", "do": [
            {"print": "busy"}, {"repeat": "forever", "do": []}]}]} | BYE)
        process = self.interrupt(self.start("run", "--clock", "real", "--max-still", 10**15,
                                            "--trace", "t", "busy.json"), 0.1)
        self.check(process, EXPECTED, "busy\nbye\n")
        self.check_trace("t")

    def test_while_each_step_takes_long(self):
        """What goes through a million items is a long step: before 65,536 of them a signal is seen."""
        self.write("long.json", {"cadran": 1, "tasks": [{"name": "a", "do": [
            {"let": {"x": "range(1000000)"}}, {"print": "long"},
            {"repeat": "forever", "do": [{"let": {"y": "x + x"}}]}]}]} | BYE)
        process = self.interrupt(self.start("run", "--clock", "real", "--max-still", 10**15,
                                            "long.json"), 0.1)
        self.check(process, EXPECTED, "long\nbye\n")

    def test_while_workers_work(self):
        self.write("work.json", {"cadran": 1, "tasks": [{"name": "a{i}", "count": 3, "do": [
            {"print": "work"}, {"to_thread": 0.5}]}]} | BYE)
        self.check(self.interrupt(self.start("run", "--clock", "real", "work.json"), 0.1),
                   EXPECTED, "work\nwork\nwork\nbye\n")

    def test_the_second_ends_the_program_at_once(self):
        self.write("stubborn.json", {
            "cadran": 1, "tasks": [{"name": "a", "do": [{"print": "here"}, {"sleep": 60}]}],
            "on_interrupt": [{"repeat": "forever", "do": []}]})
        for second in (signal.SIGINT, signal.SIGTERM):
            process = self.start("run", "--clock", "real", "--max-still", 10**15, "--report", "r.json",
                                 "stubborn.json")
            self.assertEqual(os.read(process.stdout.fileno(), 4096), b"here\n")
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            self.assertIsNone(process.poll())
            process.send_signal(second)
            self.assertEqual(self.finish(process).returncode, -second)
            self.assertEqual(os.listdir(self.folder), ["stubborn.json"])  # the report is not whole

    def test_an_expected_interrupt_is_success_and_another_outcome_is_not(self):
        document = {"cadran": 1, "tasks": [{"name": "a", "do": [{"print": "x"}, {"sleep": 60}]}]}
        for outcome, status in (("interrupted", EXPECTED), ("complete", UNEXPECTED)):
            self.write("wait.json", document | {"expect": {"outcome": outcome}})
            self.check(self.interrupt(self.start("run", "--clock", "real", "wait.json"), 0), status)


class MainTask(Interrupt):
    """Under the real clock: SIGINT cancels it, as asyncio.run() has it."""

    def main_task(self, *steps, others=()):
        task = {"name": "m", "main": True, "do": [{"print": "here"}, *steps]}
        self.write("main.json", {"cadran": 1, "tasks": [task, *others]} | BYE)
        return self.interrupt(self.start("run", "--clock", "real", "main.json"), 0.1)

    def test_which_ends_by_it(self):
        other = {"name": "w", "do": [{"try": [{"sleep": 60}], "finally": [{"print": "w"}]}]}
        process = self.main_task({"try": [{"sleep": 60}], "finally": [{"print": "m"}]},
                                 others=[other])
        self.check(process, EXPECTED, "here\nm\nw\nbye\n")
        self.assertRegex(process.err, r"\Aoutcome interrupted at [0-9.]+ s\n\Z")

    def test_which_goes_on(self):
        process = self.main_task({"try": [{"sleep": 60}], "except": {"CancelledError": [
            {"sleep": 0.1}, {"print": "on"}]}})
        self.check(process, EXPECTED, "here\non\n")
        self.assertRegex(process.err, r"\Aoutcome complete at [0-9.]+ s\n\Z")

    def test_which_stands_in_a_circle_of_awaits(self):
        process = self.main_task({"await": "o"}, others=[
            {"name": "o", "do": [{"await": "m"}]}, {"name": "w", "do": [{"sleep": 60}]}])
        self.check(process, EXPECTED, "here\nbye\n")
        self.assertIn("\noutcome interrupted at ", process.err)


class VirtualClock(Interrupt):
    def stop(self, document, *options, first="", after=0.2):
        """Of a run whose first line comes with its last; so the moment is counted otherwise."""
        self.write("endless.json", {"cadran": 1} | document | BYE)
        process = self.start("run", "--max-still", 10**15, *options, "endless.json")
        self.wait_for_handler(process)
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        self.check(self.finish(process), EXPECTED, first + "bye\n")
        self.assertRegex(process.err, r"\Aoutcome interrupted at [0-9.]+ s\n\Z")

    def test_of_an_endless_loop(self):
        self.stop({"tasks": [{"name": "a", "do": [
            {"print": "x"}, {"sleep": 1}, {"repeat": "forever", "do": []}]}]}, "--trace", "t",
            first="x\n")
        self.check_trace("t")

    def test_of_an_endless_loop_in_setup(self):
        self.stop({"setup": [{"repeat": "forever", "do": []}]})

    def test_of_tasks_that_never_end(self):
        self.stop({"tasks": [{"name": "a", "do": [{"repeat": "forever", "do": [{"sleep": 1}]}]}]})
        self.stop({"tasks": [{"name": "a", "do": [{"repeat": "forever", "do": [{"sleep": 0}]}]}]})

    def test_of_tasks_that_print_without_end(self):
        self.write("talk.json", {"cadran": 1, "tasks": [{"name": "a", "do": [
            {"repeat": "forever", "do": [{"print": "x"}, {"sleep": 1}]}]}]} | BYE)
        process = self.start("run", "talk.json", stdout=subprocess.DEVNULL)
        self.wait_for_handler(process)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        self.check(self.finish(process), EXPECTED)


if __name__ == "__main__":
    main()
