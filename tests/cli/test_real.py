"""The real clock: the same lines in the same order as under the virtual one, at about its times."""

import json
import re

from cli_test import EXPECTED, OUTCOME, SCENARIOS, CliTest, main, recorded

LATE_MS = 250  # generous: what a busy machine may add; a quiet one adds a millisecond or two
TABLE_MS = 40  # a run that is later has another table
TRIES = 5


class RealClock(CliTest):
    def test_the_window(self):
        """Five seconds. Its table is that of a virtual run, in one of some tries: a busy machine may
        be late by more than a table forgives."""
        late = TABLE_MS
        for _ in range(TRIES):
            if late >= TABLE_MS:
                late = self.run_window()

    def run_window(self):
        """By how much one of its lines was late."""
        scenario = SCENARIOS / "window.json"
        process = self.expect(EXPECTED, "run", "--clock", "real", "--trace", "real", "--report",
                              "report", "--table", scenario)
        late = max(self.check_line(line, virtual) for line, virtual in
                   zip(process.out.splitlines(), recorded("seed-window")[0].splitlines(),
                       strict=True))
        report = json.loads((self.folder / "report").read_text())
        self.assertEqual((report["clock"], report["outcome"]), ("real", "complete"))
        self.assertTrue(5e9 <= report["end_ns"] < 5e9 + LATE_MS * 1e6, report)
        if late < TABLE_MS:
            self.check_table(scenario, process)
        return late

    def check_line(self, line, virtual):
        pattern = r"(\d+)s \+ (\d{3})ms (.*)"
        if not re.fullmatch(pattern, virtual):
            self.assertEqual(line, virtual)
            return 0
        seconds, millis, text = re.fullmatch(pattern, line).groups()
        wanted_seconds, wanted_millis, wanted_text = re.fullmatch(pattern, virtual).groups()
        late = 1000 * (int(seconds) - int(wanted_seconds)) + int(millis) - int(wanted_millis)
        self.assertEqual(text, wanted_text)
        self.assertTrue(0 <= late < LATE_MS, line)
        return late

    def check_table(self, scenario, process):
        """That of the real run's trace is that of a virtual one, as is the one that it printed."""
        self.expect(EXPECTED, "run", "--trace", "virtual", scenario)
        table = self.expect(EXPECTED, "table", "virtual").out
        self.expect(EXPECTED, "table", "real", out=table, err="")
        self.assertTrue(process.err.startswith(table), process.err)

    def test_the_ticks(self):
        """Three and a half seconds; the scenario's own interrupt is a signal that is raised."""
        process = self.expect(EXPECTED, "run", "--clock", "real", SCENARIOS / "ticks.json",
                              out=recorded("seed-ticks")[0])
        end = float(re.fullmatch(OUTCOME, process.err)[2])
        self.assertTrue(3.5 <= end < 3.5 + LATE_MS / 1e3, end)

    def test_the_header_of_its_trace_says_when_and_where(self):
        self.write("short.json", {"cadran": 1, "tasks": [{"name": "a", "do": [{"sleep": 0.01}]}]})
        self.expect(EXPECTED, "run", "--clock", "real", "--trace", "t", "short.json")
        header = json.loads((self.folder / "t").read_text())[0]["args"]
        self.assertEqual(header["clock"], "real")
        self.assertRegex(header["started"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertTrue(header["host"])

    def test_until(self):
        self.write("long.json", {"cadran": 1, "tasks": [{"name": "a", "do": [{"sleep": 60}]}]})
        process = self.expect(EXPECTED, "run", "--clock", "real", "--until", "100ms", "long.json")
        end = float(re.fullmatch(r"stopped at 0\.1\d* s: 1 task has not ended\n  a sleeps until "
                                 r"[\s\S]*\n" + OUTCOME, process.err)[2])
        self.assertTrue(.1 <= end < .1 + LATE_MS / 1e3, end)

    def test_limits(self):
        self.write("long.json", {"cadran": 1, "tasks": [{"name": "a", "do": [{"sleep": 60}]}],
                                 "expect": {"outcome": "limit"}})
        process = self.expect(EXPECTED, "run", "--clock", "real", "--max-time", "100ms",
                              "long.json")
        self.assertIn("limit: 0.1 seconds of the loop's time were not enough", process.err)

    def test_what_has_happened_is_in_the_trace_when_the_loop_sleeps(self):
        self.write("sleep.json", {"cadran": 1, "tasks": [{"name": "a", "do": [
            {"print": "here"}, {"sleep": 60}]}]})
        for name in "t", "t.gz", "t.zst":
            process = self.start("run", "--clock", "real", "--trace", name, "sleep.json")
            self.assertEqual(process.stdout.readline(), "here\n")
            self.wait_until((self.folder / name).read_bytes)
            if name == "t":
                self.wait_until(lambda: '"name":"sleep"' in (self.folder / "t").read_text())
            process.kill()
            self.finish(process)
            table = self.expect(EXPECTED, "table", name)
            self.assertRegex(table.err, "cut short at byte")
            if name == "t":
                self.assertRegex((self.folder / name).read_text(),
                                 r'"ph":"B".*"cat":"wait","name":"sleep"')

    def test_what_is_printed_is_seen_at_once(self):
        self.write("talk.json", {"cadran": 1, "tasks": [{"name": "a", "do": [
            {"print": "here"}, {"sleep": 60}]}]})
        process = self.start("run", "--clock", "real", "talk.json")
        self.assertEqual(process.stdout.readline(), "here\n")
        process.kill()
        self.finish(process)


if __name__ == "__main__":
    main()
