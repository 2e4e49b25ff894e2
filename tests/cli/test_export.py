"""cadran export: what it writes, where, and that its figures are those of the trace."""

import collections
import contextlib
import csv
import io
import json
import os
import re
import resource
import signal
import sqlite3
import stat
import subprocess
import time
import unittest

from cli_test import CASES, ENVIRONMENT, EXPECTED, ROOT, SCENARIOS, SHARE, USAGE, CliTest, main
from test_lanes import ECHO, PROGRAM
from trace_statistics import PARTS, statistics

WINDOW = SCENARIOS / "window.json"
LEFT = {"cadran": 1, "tasks": [{"name": "main", "do": [
    {"exec": ["sleep", "1000"], "stdin": "pipe", "as": "p"}, {"write": "p", "data": "abc"}]}]}
LOST = {"cadran": 1, "tasks": [{"name": "main", "do": [
    {"exec": ["sh", "-c", "exec <&-; kill -9 $$"], "stdin": "pipe", "as": "p"}, {"sleep": 0.1},
    {"try": [{"write": "p", "data": "abc"}, {"drain": "p"}], "except": {"OSError": []}},
    {"wait": "p", "as": "code"}]}]}
WORLD = {"echo": (ECHO, "--allow-net"), "program": (PROGRAM, "--allow-exec"),
         "left": (LEFT, "--allow-exec"), "lost": (LOST, "--allow-exec")}
DATABASES = os.environ.get("CADRAN_SQLITE") == "yes"
TEXT = """\
window, virtual clock, seed 0: complete

makespan 5 s
tasks    8: 8 spans, 4 waits, 4 wakes
at work  3.00 on average, 4 at most

primitives
  queue window: 75.0 % used, 3.00 of 4 on average; 8 taken out, 1.6 a second
    4 waits, somebody waits 60.0 % of the time; longest wait 3 s: job7, put window from 0

task     ended  life  working  waiting  ready  sleeping  computing  waited for
job0  returned   1 s      1 s        -      -         -          -
job1  returned   2 s      2 s        -      -         -          -
job2  returned   3 s      3 s        -      -         -          -
job3  returned   1 s      1 s        -      -         -          -
job4  returned   3 s      2 s      1 s      -         -          -  put window 1 s
job5  returned   4 s      3 s      1 s      -         -          -  put window 1 s
job6  returned   3 s      1 s      2 s      -         -          -  put window 2 s
job7  returned   5 s      2 s      3 s      -         -          -  put window 3 s
all             22 s     15 s      7 s      -         -          -
"""


class ExportTest(CliTest):
    def trace_of(self, document, *options):
        """The trace of a run, whatever becomes of it."""
        self.cadran("run", *options, "--trace", "trace", document)
        return self.folder / "trace"

    def trace_of_world(self, name):
        """That of a run of WORLD."""
        document, allowed = WORLD[name]
        return self.trace_of(self.write(f"{name}.json", document), "--clock", "real", allowed)

    def json_of(self, path="trace"):
        return json.loads(self.expect(EXPECTED, "export", "--format", "json", path, err="").out)


class Statistics(ExportTest):
    def check_sums(self, told):
        run = told["run"]
        for task in told["tasks"]:
            self.assertEqual(sum(task[f"{part}_ns"] for part in PARTS), task["life_ns"], task)
            self.assertEqual(task["life_ns"], task["end_ns"] - task["begin_ns"])
            self.assertEqual(sum(wait["total_ns"] for wait in task["waits"]), task["waiting_ns"])
        for key in ["life_ns", "spans", *(f"{part}_ns" for part in PARTS)]:
            self.assertEqual(sum(task[key] for task in told["tasks"]), run[key], key)
        if run["length_ns"] > 0:
            self.assertAlmostEqual(run["at_work_mean"] * run["length_ns"], run["working_ns"],
                                   delta=1)

    def check_against_trace(self, told, trace):
        own = statistics(json.loads(trace.read_bytes()))
        self.assertEqual((told["run"]["length_ns"], told["run"]["at_work_peak"]),
                         (own["length_ns"], own["at_work_peak"]))
        for task in told["tasks"]:
            task["waits"] = {(wait["for"], wait.get("object")):
                             (wait["count"], wait["total_ns"], wait["longest_ns"])
                             for wait in task["waits"]}
        for list_ in ("tasks", "primitives"):
            self.assertEqual(len(told[list_]), len(own[list_]))
            for one, other in zip(told[list_], own[list_]):
                self.assertEqual("longest_wait" in one, "longest_ns" in other)
                if "longest_ns" in other:
                    self.assertEqual(one["longest_wait"]["length_ns"], other.pop("longest_ns"))
                self.assertAlmostEqual(one.get("level_mean", 0), other.pop("level_mean", 0))
                self.assertEqual({key: one.get(key) for key in other}, other)
        self.assertEqual(told["lanes"], own["lanes"])

    def test_every_trace_of_the_tree(self):
        """The parts of a life add up to it; and another way of counting comes to the same."""
        documents = [*SCENARIOS.glob("*.json"), *(SCENARIOS / "examples").glob("*.json"),
                     *CASES.glob("*.json"), *(CASES.parent / "more").glob("*.json")]
        traces = 0
        for document in sorted(documents)[::SHARE]:
            with self.subTest(document.name):
                trace = self.folder / "trace"
                trace.unlink(missing_ok=True)
                self.trace_of(document)
                if not trace.exists():  # no scenario, or one that is refused
                    continue
                traces += 1
                told = self.json_of(trace)
                self.check_sums(told)
                self.check_against_trace(told, trace)
        self.assertGreater(traces, 250 // SHARE)

    def test_a_detailed_trace_has_the_same(self):
        plain = self.trace_of(SCENARIOS / "dining-philosophers.json") and self.json_of()
        self.assertEqual(self.trace_of(SCENARIOS / "dining-philosophers.json", "--detail")
                         and self.json_of(), plain)

    def test_what_was_acquired(self):
        """As a detailed trace tells it one by one: handed on, with waits in vain, from the start."""
        names = "bank", "connection-pool", "rate-limiter", "window-semaphore"
        documents = [*CASES.glob("semaphore-*.json"), *(SCENARIOS / f"{name}.json" for name in names)]
        types = {"semaphore"}, {"semaphore", "lock"}  # a condition takes its lock back silently
        for document in sorted(documents):
            with self.subTest(document.name):
                events = json.loads(self.trace_of(document, "--detail").read_bytes())
                acquired = collections.Counter(
                    event["args"]["object"] for event in events
                    if event.get("cat") == "operation" and event["name"] == "acquire"
                    and "error" not in event["args"])
                self.trace_of(document)
                for one in self.json_of()["primitives"]:
                    if one["type"] in types[document.stem in names]:
                        self.assertEqual(one["served"], acquired[one["object"]], one)

    def test_under_the_real_clock(self):
        document = {"cadran": 1, "objects": {"l": {"type": "lock"}}, "tasks": [
            {"name": "t{i}", "count": 3, "do": [
                {"with": "l", "do": [{"span": "work", "do": [{"sleep": "5ms"}]}]},
                {"compute": "3ms"}]}]}
        trace = self.trace_of(self.write("real.json", document), "--clock", "real")
        told = self.json_of()
        self.check_sums(told)
        self.assertGreater(told["run"]["computing_ns"], 8_000_000)
        self.assertGreater(told["run"]["ready_ns"], 0)
        self.check_against_trace(told, trace)

    def test_connections_and_programs(self):
        for name in WORLD:
            with self.subTest(name):
                trace = self.trace_of_world(name)
                told = self.json_of()
                self.check_sums(told)
                self.check_against_trace(told, trace)
                self.assertEqual(len(told["lanes"]), 3 if name == "program" else 2)
        self.trace_of_world("program")
        said = self.expect(EXPECTED, "export", "trace", err="").out
        self.assertRegex(said, r"\nconnections and programs\n(  .*\n){3}\n")
        self.assertRegex(said, r"\n  pipe, read stdout of process \d+: [\d.]+ \w+ from [\d.]+ \w+, "
                               r"6 bytes received\n")
        self.assertRegex(said, r"\n  sh process-\d+: [^,\n]+, result 3\n")
        self.assertNotRegex(said, r"\n  stream stdin of process \d+\n")  # nobody waited for it
        self.trace_of_world("left")
        said = self.expect(EXPECTED, "export", "trace", err="").out
        self.assertRegex(said, r"\n  sleep process-\d+: [^,\n]+, not ended\n")
        self.assertRegex(said, r"\n  pipe, written [^,\n]+: [^,\n]+, 3 bytes sent, not ended\n")

    def test_of_many_connections_those_with_most_bytes(self):
        self.trace_of(self.write("many.json", {"cadran": 1, "tasks": [{"name": "main", "do": [
            {"for": "i", "in": "range(45)", "do": [
                {"exec": ["true"], "as": "p"}, {"wait": "p"}]}]}]}),
            "--clock", "real", "--allow-exec")
        said = self.expect(EXPECTED, "export", "trace", err="").out
        self.assertIn("\n  and 5 on which less came and went: --format json has all\n", said)
        self.assertEqual(len(self.json_of()["lanes"]), 45)

    def test_for_people(self):
        self.trace_of(WINDOW)
        self.expect(EXPECTED, "export", "trace", out=TEXT, err="")

    def test_what_has_not_ended(self):
        wait = {"name": "w", "do": [{"acquire": "l"}, {"acquire": "l"}]}
        self.trace_of(self.write("scenario.json", {"cadran": 1, "objects": {"l": {"type": "lock"}},
                                                "tasks": [wait, {"name": "s", "do": [{"sleep": 2}]}]}))
        said = self.expect(EXPECTED, "export", "trace", err="").out
        self.assertIn("scenario, virtual clock, seed 0: deadlock\n\nended at 2 s\n", said)
        self.assertRegex(said, r"longest wait 2 s: w, acquire l from 0\n")
        self.assertRegex(said, r"(?m)^w +pending ")

    def test_many_tasks(self):
        self.trace_of(WINDOW, "--set", "jobs=100")
        said = self.expect(EXPECTED, "export", "trace", err="").out
        self.assertIn("and 60 tasks that waited less: --format json has all\n", said)
        self.assertEqual(len(self.json_of()["tasks"]), 100)

    def test_a_trace_that_was_cut_short(self):
        trace = self.trace_of(WINDOW).read_bytes()
        self.write("cut", trace[:len(trace) * 3 // 4].decode())
        done = self.expect(EXPECTED, "export", "--format", "json", "cut")
        self.assertIn("cadran export: warning: cut:", done.err)
        told = json.loads(done.out)
        self.assertNotIn("outcome", told["run"])
        self.check_sums(told)
        self.assertIn(": cut short\n", self.expect(EXPECTED, "export", "cut").out)

    def test_names_reach_no_terminal_as_commands(self):
        name = "a\x1b[31m\x9b2J\u202eb\u2066"
        self.trace_of(self.write("evil.json", {"cadran": 1, "objects": {"l": {"type": "lock"}},
                                               "tasks": [{"name": name, "do": [{"acquire": "l"}]}]}))
        for format in ("text", "markdown", "csv"):
            said = self.expect(EXPECTED, "export", "--format", format, "trace").out
            self.assertIn("a [31m 2J b ", said)
        self.assertEqual(self.json_of()["tasks"][0]["name"], name)


class Table(ExportTest):
    def test_it_is_that_of_cadran_table(self):
        for clock in ("virtual", "real"):
            self.trace_of(WINDOW, "--clock", clock, "--set", "jobs=2")
            for format in ("markdown", "csv"):
                for more in ([], ["--step", "0.5"], ["--transpose"], ["--tolerance", "1s"]):
                    table = self.cadran("table", "--format", format, *more, "trace").out
                    self.expect(EXPECTED, "export", "--format", format, *more, "trace", out=table,
                                err="")

    def test_its_interval_fits_the_run_as_there(self):
        for step in 0.001, 0.3, 59, 5000:
            self.trace_of(self.write("long.json", {"cadran": 1, "tasks": [
                {"name": "t", "do": [{"span": "s", "do": [{"sleep": step}]}, {"sleep": step}]}]}))
            table = self.cadran("table", "--format", "csv", "trace").out
            self.expect(EXPECTED, "export", "--format", "csv", "trace", out=table)

    def test_a_spreadsheet_takes_no_formula(self):
        names = ["=1+2", "+1", "-1", "@SUM(1)", "=a,\"b\"", "plain", "'=1"]
        document = {"cadran": 1, "tasks": [{"name": name.replace("{", "{{"), "do": [
            {"span": "s", "do": [{"sleep": 1}]}]} for name in names]}
        self.trace_of(self.write("formulas.json", document))
        for transpose in ([], ["--transpose"]):
            for command in ("table", "export"):
                said = self.expect(EXPECTED, command, "--format", "csv", *transpose, "trace").out
                rows = list(csv.reader(io.StringIO(said)))
                heads = [row[0] for row in rows[1:]] if transpose else rows[0][1:]
                self.assertEqual(heads, [("'" if name[0] in "=+-@" else "") + name + " (1)"
                                         for name in names])
                self.assertNotRegex(said, r"(?m)(^|,)\"?[=+@-]")


@unittest.skipUnless(DATABASES, "built without SQLite")
class Database(ExportTest):
    """The questions of docs/export.md, as they stand there."""

    def setUp(self):
        super().setUp()
        page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
        self.questions = re.findall(r"```sql\n(.*?)```", page, re.S)
        self.assertEqual(len(self.questions), 12)

    def ask(self, trace="trace"):
        """The answers to all of them, and the statistics."""
        path = self.folder / "run.db"
        self.expect(EXPECTED, "export", "--format", "sqlite", "--output", path, trace, out="", err="")
        with contextlib.closing(sqlite3.connect(path)) as database:
            self.database = {table: list(database.execute(f"SELECT * FROM {table}"))
                             for table in ("spans", "waits", "wakes", "counters", "events", "lanes", "data")}
            return [list(database.execute(question)) for question in self.questions], \
                self.json_of(trace)

    def test_it_says_that_sqlite_is_not_there(self):
        self.trace_of(WINDOW)
        (self.folder / "libsqlite3.so.0").write_bytes(b"")
        environment = os.environ | {"LD_LIBRARY_PATH": str(self.folder)}
        said = self.cadran("export", "--format", "sqlite", "--output", "run.db", "trace",
                           env=environment)
        self.check(said, ENVIRONMENT, out="")
        self.assertIn("SQLite is not there: ", said.err)
        self.assertFalse((self.folder / "run.db").exists())

    def check_tasks(self, answers, told):
        run, tasks = told["run"], told["tasks"]
        self.assertEqual(answers[0], [(run["length_ns"], run.get("outcome"))])
        waited = {task["tid"]: task["waiting_ns"] for task in tasks if task["waits"]}
        self.assertEqual([(tid, ns) for tid, _, ns in answers[1]],
                         sorted(waited.items(), key=lambda row: (-row[1], row[0])))
        self.assertEqual(sorted(answers[2], key=str), sorted(
            ((task["tid"], wait["for"], wait.get("object"), wait["count"], wait["total_ns"],
              wait["longest_ns"]) for task in tasks for wait in task["waits"]), key=str))
        self.assertAlmostEqual(answers[8][0][0] or 0, run["at_work_mean"])
        self.assertEqual(sum(count for *_, count in answers[9]), run["wakes"])

    def check_primitives(self, answers, told):
        primitives = {one["object"]: one for one in told["primitives"]}
        of = lambda *types: {number for number, one in primitives.items() if one["type"] in types}
        self.assertEqual({object_: (task, begin, length) for object_, task, begin, length in answers[3]},
                         {number: tuple(one["longest_wait"][key]
                                        for key in ("tid", "begin_ns", "length_ns"))
                          for number, one in primitives.items() if "longest_wait" in one})
        self.assertEqual({number: ns for number, ns in answers[4] if ns},
                         {number: one["contended_ns"] for number, one in primitives.items()
                          if one["contended_ns"]})
        self.assertEqual(dict(answers[5]), {number: primitives[number]["full_ns"]
                                            for number in of("queue")
                                            if "capacity" in primitives[number]})
        for number, count, rate in answers[6]:
            self.assertEqual(count, primitives[number]["served"])
            self.assertAlmostEqual(rate or 0, primitives[number]["per_second"])
        self.assertEqual(sum(count for _, count, _ in answers[6]),
                         sum(primitives[number]["served"] for number in of("queue")))
        self.assertEqual({number for number, _ in answers[7]}, of("lock"))
        for number, share in answers[7]:
            self.assertAlmostEqual(share or 0, primitives[number]["utilisation"])

    def check_lanes(self, answers, told):
        names = lambda lane: (lane["name"], lane["what"])
        self.assertEqual(answers[10], sorted(
            ((lane["tid"], *names(lane), lane["received"], lane["sent"], lane.get("outcome"),
              lane.get("error")) for lane in told["lanes"])))
        types = {one["object"]: one["type"] for one in told["primitives"]}
        self.assertEqual(answers[11], [
            (*names(lane), lane["end_ns"] - lane["begin_ns"], lane.get("result"))
            for lane in told["lanes"] if types[lane["object"]] == "process"])
        self.assertEqual({row[0]: row[3] for row in self.database["lanes"]},
                         {lane["tid"]: lane["by_tid"] for lane in told["lanes"] if "by_tid" in lane}
                         | {lane["tid"]: None for lane in told["lanes"] if "by_tid" not in lane})

    def test_connections_and_programs(self):
        for name in WORLD:
            with self.subTest(name):
                self.trace_of_world(name)
                answers, told = self.ask()
                self.check_tasks(answers, told)
                self.check_primitives(answers, told)
                self.check_lanes(answers, told)
                self.assertGreater(len(self.database["data"]) + (name == "lost"), 0)
                lanes = {row[0] for row in self.database["lanes"]}
                tasks = {task["tid"] for task in told["tasks"]}
                self.assertLessEqual({row[2] for row in self.database["wakes"]}, lanes | tasks)

    def test_the_answers_are_those_of_the_statistics(self):
        documents = [*SCENARIOS.glob("*.json"), *(SCENARIOS / "examples").glob("*.json"),
                     *sorted(CASES.glob("*.json"))[::10]]
        traces = 0
        for document in documents:
            with self.subTest(document.name):
                (self.folder / "trace").unlink(missing_ok=True)
                if self.trace_of(document).exists():
                    traces += 1
                    answers, told = self.ask()
                    self.check_tasks(answers, told)
                    self.check_primitives(answers, told)
        self.assertGreater(traces, 80)

    def test_every_span_and_wait_of_the_trace(self):
        trace = self.trace_of(SCENARIOS / "supervisor.json")
        self.ask()
        events = json.loads(trace.read_bytes())
        ends = [event for event in events if event.get("cat") in ("span", "wait") and
                event["ph"] in "Ei"]
        self.assertEqual(len(self.database["spans"]) + len(self.database["waits"]), len(ends))
        self.assertEqual(len(self.database["wakes"]), sum(event["ph"] == "f" for event in events))
        lines = [event["name"] for event in events if event.get("cat") == "print"]
        self.assertEqual([row[3] for row in self.database["events"] if row[2] == "print"], lines)
        waits = {row[0]: row for row in self.database["waits"]}
        for _, time, _, task, wait in self.database["wakes"]:
            self.assertEqual((waits[wait][1], waits[wait][8]), (task, time))

    def test_a_trace_that_was_cut_short(self):
        trace = self.trace_of(WINDOW).read_bytes()
        at = trace.index(b'"ts":2000000')
        self.write("cut", trace[:at].decode())
        self.expect(EXPECTED, "export", "--format", "sqlite", "--output", "run.db", "cut", out="")
        told = json.loads(self.cadran("export", "--format", "json", "cut").out)
        with contextlib.closing(sqlite3.connect(self.folder / "run.db")) as database:
            self.check_tasks([list(database.execute(question)) for question in self.questions],
                             told)

    def test_where_it_cannot_be_written(self):
        self.trace_of(WINDOW)
        message = "cadran export: a database is a file: give --output FILE, too\n"
        for output in ([], ["--output", "/dev/stdout"]):
            self.expect(USAGE, "export", "--format", "sqlite", *output, "trace", out="", err=message)
        self.write("run.db", "before")
        self.write("worse", "[]]")
        self.expect(USAGE, "export", "--format", "sqlite", "--output", "run.db", "worse", out="")
        self.assertEqual((self.folder / "run.db").read_text(), "before")
        done = self.expect(ENVIRONMENT, "export", "--format", "sqlite", "--output", "run.db",
                           "trace", out="", restore_signals=False,
                           preexec_fn=lambda: resource.setrlimit(
                               resource.RLIMIT_FSIZE, (8192, 8192)))
        self.assertRegex(done.err, r"\Acadran export: run\.db: SQLite: .+\n\Z")
        self.assertEqual((self.folder / "run.db").read_text(), "before")
        self.assertEqual(sorted(os.listdir(self.folder)), ["run.db", "trace", "worse"])


class Output(ExportTest):
    def setUp(self):
        super().setUp()
        self.trace_of(WINDOW)

    def test_a_file(self):
        self.expect(EXPECTED, "export", "--output", "out", "trace", out="", err="")
        self.assertEqual((self.folder / "out").read_text(), TEXT)
        umask = os.umask(0)
        os.umask(umask)
        self.assertEqual(stat.S_IMODE((self.folder / "out").stat().st_mode), 0o666 & ~umask)

    def test_it_is_whole_or_not_there(self):
        self.write("out", "before")
        os.chmod(self.folder / "out", 0o640)
        self.write("bad", "[]]")
        self.expect(USAGE, "export", "--output", "out", "bad", out="")
        self.assertEqual((self.folder / "out").read_text(), "before")
        self.expect(USAGE, "export", "--output", "new", "bad", out="")
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad", "out", "trace"])
        self.expect(EXPECTED, "export", "--output", "out", "trace", out="", err="")
        self.assertEqual((self.folder / "out").read_text(), TEXT)
        self.assertEqual(stat.S_IMODE((self.folder / "out").stat().st_mode), 0o640)

    def test_a_link_stays_one(self):
        self.write("real", "before")
        os.symlink("real", self.folder / "link")
        self.expect(EXPECTED, "export", "--output", "link", "trace", out="", err="")
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertEqual((self.folder / "real").read_text(), TEXT)

    def test_it_does_not_take_the_place_of_the_trace(self):
        trace = (self.folder / "trace").read_bytes()
        os.symlink("trace", self.folder / "link")
        os.link(self.folder / "trace", self.folder / "hard")
        for name in "trace", "./trace", "link", "hard":
            err = f"cadran export: --output {name} would overwrite the trace; give it another name\n"
            self.expect(USAGE, "export", "--output", name, "trace", out="", err=err)
            with open(self.folder / "trace") as given:
                self.expect(USAGE, "export", "--output", name, "-", stdin=given, out="", err=err)
        self.assertEqual((self.folder / "trace").read_bytes(), trace)

    def interrupt(self, form, number):
        """In the middle of one, whose trace does not come to its end."""
        process = self.start("export", "--format", form, "--output", "out", "-",
                             stdin=subprocess.PIPE)
        end = time.monotonic() + 60
        while not list(self.folder.glob("out.*")) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(len(list(self.folder.glob("out.*"))), 1)
        process.send_signal(number)
        self.check(self.finish(process), -number, "", "")

    def test_a_signal_leaves_nothing_half_written(self):
        self.write("out", "before")
        for form in ("text", "sqlite", "html") if DATABASES else ("text", "html"):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE,
                           signal.SIGXCPU, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2):
                with self.subTest(form=form, number=number):
                    self.interrupt(form, number)
                    self.assertEqual(sorted(os.listdir(self.folder)), ["out", "trace"])
                    self.assertEqual((self.folder / "out").read_text(), "before")

    def test_where_it_cannot_be_written(self):
        self.expect(ENVIRONMENT, "export", "--output", "no/such/folder", "trace", out="",
                    err="cadran export: no/such/folder: No such file or directory\n")
        self.expect(ENVIRONMENT, "export", "--output", "/dev/full", "trace", out="",
                    err="cadran export: /dev/full: No space left on device\n")
        with open("/dev/full", "w") as full:
            self.expect(ENVIRONMENT, "export", "trace", stdout=full,
                        err="cadran export: standard output: No space left on device\n")

    def test_the_reason_is_told_of_a_large_one_too(self):
        """That is not known any more when it ends."""
        self.expect(ENVIRONMENT, "export", "--format", "html", "--output", "/dev/full", "trace",
                    out="", err="cadran export: /dev/full: No space left on device\n")
        self.expect(ENVIRONMENT, "export", "--format", "html", "--output", "out", "trace", out="",
                    err="cadran export: out: File too large\n",
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)))
        self.assertEqual(os.listdir(self.folder), ["trace"])

    def test_what_is_no_file_is_written_to(self):
        self.expect(EXPECTED, "export", "--output", "/dev/stdout", "trace", out=TEXT, err="")

    def test_from_standard_input(self):
        self.expect(EXPECTED, "export", "-", given=(self.folder / "trace").read_text(), out=TEXT,
                    err="")

    def test_other_programs_traces_are_refused(self):
        self.write("foreign", [{"ph": "X", "pid": 1, "tid": 1, "ts": 0, "dur": 5, "name": "a"}])
        self.expect(USAGE, "export", "foreign", out="",
                    err="cadran export: foreign: another program's trace, which has no tasks and "
                        "primitives; cadran view shows it\n")


if __name__ == "__main__":
    main()
