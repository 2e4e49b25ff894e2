"""Traces, and what the other commands make of them."""

import csv
import gzip
import io
import json
import os
import struct
import subprocess
import unittest

from cli_test import ENVIRONMENT, EXPECTED, SCENARIOS, USAGE, CliTest, main

WINDOW = SCENARIOS / "window.json"
DURATIONS = [1, 2, 3, 1, 2, 3, 1, 2]
STARS = ["****....", ".**.**..", "..*.***.", ".....*.*", ".......*"]
TABLE = """\
|     | job0 (1) | job1 (2) | job2 (3) | job3 (1) | job4 (2) | job5 (3) | job6 (1) | job7 (2) |
|-----|----------|----------|----------|----------|----------|----------|----------|----------|
| 0-1 | `*`      | `*`      | `*`      | `*`      |          |          |          |          |
| 1-2 |          | `*`      | `*`      |          | `*`      | `*`      |          |          |
| 2-3 |          |          | `*`      |          | `*`      | `*`      | `*`      |          |
| 3-4 |          |          |          |          |          | `*`      |          | `*`      |
| 4-5 |          |          |          |          |          |          |          | `*`      |
"""


class OfTheWindow(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(EXPECTED, "run", "--trace", "trace", WINDOW)
        self.trace = (self.folder / "trace").read_bytes()


class Freed(CliTest):
    def test_a_condition_goes_before_its_lock(self):
        """What is freed is described once more: a condition, by its lock."""
        new = {"new": {"type": "condition"}, "as": "c"}
        task = {"name": "a", "do": [new, {"with": "c", "do": [{"let": {"c": 0}}, {"sleep": 1}]}]}
        document = self.folder / "freed.json"
        document.write_text(json.dumps({"cadran": 1, "tasks": [task]}), encoding="utf-8")
        self.expect(EXPECTED, "run", "--detail", "--trace", "trace", document)
        events = json.loads((self.folder / "trace").read_bytes())
        self.assertEqual([event["name"] for event in events if event.get("cat") == "freed"],
                         ["condition-1", "condition-1.lock"])


class Format(OfTheWindow):
    def test_it_is_json_with_an_event_in_each_line(self):
        events = json.loads(self.trace)
        lines = self.trace.decode().splitlines()
        self.assertEqual([json.loads(line.strip("[],") if line[0] != "[" else line[1:-1])
                          for line in lines[:-1]], events[:len(lines) - 1])
        self.assertTrue(self.trace.startswith(b'[{"ph":"M","pid":1,"name":"cadran","args":'
                                              b'{"trace":2,"scenario":"window","clock":"virtual",'
                                              b'"seed":0'))
        self.assertTrue(self.trace.endswith(b"}\n]\n"), self.trace[-20:])

    def test_slices_nest_and_time_never_goes_back(self):
        now, stacks = 0, {}
        for event in json.loads(self.trace):
            self.assertIn(event["ph"], "MBEsfiC")
            if event["ph"] == "M":
                continue
            self.assertGreaterEqual(event["ts"], now)
            now = event["ts"]
            stack = stacks.setdefault(event.get("tid"), [])
            if event["ph"] == "B":
                stack.append((event["cat"], event["name"]))
            elif event["ph"] == "E":
                self.assertEqual(stack.pop(), (event["cat"], event["name"]))
        self.assertFalse(any(stacks.values()), stacks)

    def test_every_wake_has_both_ends(self):
        ends = {"s": [], "f": []}
        for event in json.loads(self.trace):
            if event["ph"] in ends:
                ends[event["ph"]].append(event["id"])
        self.assertTrue(ends["s"])
        self.assertEqual(sorted(ends["s"]), sorted(ends["f"]))
        self.assertEqual(len(set(ends["s"])), len(ends["s"]))

    def test_the_header_names_what_a_run_was_started_with(self):
        self.expect(EXPECTED, "run", "--trace", "t", "--seed", 5, "--set", "jobs=2", "--until",
                    "2.5", WINDOW)
        header = json.loads((self.folder / "t").read_text())[0]["args"]
        self.assertEqual((header["seed"], header["clock"], header["set"], header["until"]),
                         (5, "virtual", {"jobs": "2"}, 2500000.0))


class Unfinished(CliTest):
    """Why a task waits that has not ended stands at the end of its wait."""

    STUCK = {"cadran": 1, "name": "table", "objects": {"a": {"type": "lock"}, "b": {"type": "lock"}},
             "tasks": [{"name": name, "do": [{"with": first, "do": [
                 {"sleep": 1}, {"with": second, "do": []}]}]}
                 for name, first, second in (("Ann", "a", "b"), ("Bob", "b", "a"))]
             + [{"name": "Eve", "do": [{"gather": ["Ann", "Bob"]}]}]}

    def ends(self, *options, name="stuck.json"):
        self.write(name, self.STUCK)
        self.cadran("run", "--trace", "trace", *options, name)
        self.expect(EXPECTED, "table", "trace", out=None, err=None)
        events = json.loads((self.folder / "trace").read_text())
        names = {event["tid"]: event["name"] for event in events if event.get("cat") == "task"}
        return {names[event["tid"]]: event["args"] for event in events
                if event["ph"] == "E" and event["cat"] == "wait"
                and event.get("args", {}).get("outcome") == "pending"}

    def test_a_long_value_is_told_by_its_beginning(self):
        """At each step that hands it on, of variables and of items; what differs is told apart."""
        (self.folder / "long.json").write_text(json.dumps({
            "cadran": 1, "vars": {"long": "'\u00e4' * 100000"}, "objects": {"q": {"type": "queue"}},
            "tasks": [{"name": "a", "do": [
                {"put": "q", "value": "{long}"}, {"put": "q", "value": "{long}b"},
                {"get": "q", "as": "x"}, {"get": "q", "as": "y"}]}]}))
        self.expect(EXPECTED, "run", "--detail", "--trace", "long.trace", "long.json")
        trace = (self.folder / "long.trace").read_bytes()
        self.assertLess(len(trace), 20000)
        values = [event["args"]["value"] for event in json.loads(trace)
                  if "value" in event.get("args", {}) and "\u00e4" in event["args"]["value"]]
        self.assertEqual(len(values), 7)
        self.assertEqual(len(set(values)), 2)
        for value in values:
            self.assertRegex(value, r"\A'?\u00e4{499,500}\.\.\. \(20000[0-9] bytes, [0-9a-f]{16}\)\Z")

    def test_who_waits_for_whom_and_where(self):
        ends = self.ends()
        self.assertEqual(ends["Ann"], {
            "outcome": "pending", "where": "table:1:159: /tasks/0/do/0/do/1", "step": "with",
            "why": "lock b, held by Bob", "taken": "Bob at table:1:211: /tasks/1/do/0 (with)",
            "circle": 1, "next": "Bob", "next_tid": 3})
        self.assertEqual((ends["Bob"]["circle"], ends["Bob"]["next"]), (1, "Ann"))
        self.assertEqual(ends["Eve"]["why"], "Ann and Bob (gather of 2, 0 done)")
        self.assertNotIn("circle", ends["Eve"])

    def test_also_of_a_run_that_is_ended(self):
        for options in (["--until", "0.5"], ["--max-time", "0.5"]):
            with self.subTest(options):
                ends = self.ends(*options)
                self.assertEqual(ends["Ann"]["step"], "sleep")
                self.assertEqual(ends["Eve"]["why"], "Ann and Bob (gather of 2, 0 done)")

    def test_it_is_the_same_wherever_the_document_lies(self):
        (self.folder / "deep").mkdir()
        self.STUCK["tasks"].append({"name": "x", "do": [{"raise": "ValueError"}]})
        try:
            self.ends()
            one = (self.folder / "trace").read_bytes()
            self.ends(name="deep/other.json")
        finally:
            self.STUCK["tasks"].pop()
        self.assertEqual((self.folder / "trace").read_bytes(), one)
        self.assertIn(b'"where":"table:1:', one)


class Cut(OfTheWindow):
    def test_anywhere_it_is_read_up_to_there_with_a_warning(self):
        whole = len(self.trace) - len(b"\n]\n")
        for size in sorted({*range(1, 8), *range(90, 110), *range(8, whole, whole // 40),
                            *range(whole - 5, whole)}):
            with self.subTest(size=size):
                (self.folder / "cut").write_bytes(self.trace[:size])
                process = self.expect(EXPECTED, "table", "cut")
                self.assertIn(f": cut short at byte {size}: this is what its first ", process.err)
                self.assertTrue(process.err.startswith("cadran table: warning: cut:"), process.err)

    def test_of_nothing_there_is_nothing_to_read(self):
        for text in (b"", b"\n", b"\xef\xbb\xbf"):
            (self.folder / "cut").write_bytes(text)
            process = self.expect(USAGE, "table", "cut", out="")
            self.assertRegex(process.err, r"\Acadran table: cut:\d: not a trace: there is nothing")

    def test_the_table_shows_what_is_there(self):
        at = self.trace.index(b'"ts":2000000.000')
        (self.folder / "cut").write_bytes(self.trace[:at])
        rows = self.expect(EXPECTED, "table", "--format", "csv", "cut").out.splitlines()
        self.assertEqual(rows[1].split(",")[1:5], ["*"] * 4)

    def test_one_that_is_broken_is_refused_with_the_line(self):
        lines = self.trace.splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if b'"ph":"B"' in line and b'"tid":4' in line)
        for broken, says in (
            (lines[:at] + lines[at + 1:], "trace.broken:"),
            (lines[:at] + [lines[at].replace(b'"ph":"B"', b'"ph":"Q"')] + lines[at + 1:],
             f"trace.broken:{at + 1}:"),
        ):
            (self.folder / "trace.broken").write_bytes(b"".join(broken))
            process = self.expect(USAGE, "table", "trace.broken", out="")
            self.assertRegex(process.err, rf"\Acadran table: {says}")


class Packed(OfTheWindow):
    def test_only_what_is_packed_needs_the_library(self):
        for end, library in ("gz", "libz.so.1"), ("zst", "libzstd.so.1"):
            self.expect(EXPECTED, "run", "--trace", f"t.{end}", WINDOW)
            (self.folder / library).write_bytes(b"")
        without = {"env": os.environ | {"LD_LIBRARY_PATH": str(self.folder)}}
        for name in "t.gz", "t.zst":
            said = f"{name}: Can not access a needed shared library\n"
            self.expect(USAGE, "table", name, out="", err=f"cadran table: {said}", **without)
            self.expect(ENVIRONMENT, "run", "--trace", f"new.{name}", WINDOW,
                        err=f"cadran: new.{said}", **without)
        self.expect(EXPECTED, "run", "--trace", "t", WINDOW, **without)
        self.expect(EXPECTED, "table", "t", out=TABLE, err="", **without)

    def test_it_is_by_its_name_and_read_whatever_its_name(self):
        for end, packing, unpack in (("gz", "gzip", gzip.decompress), ("zst", "zstd", None)):
            self.expect(EXPECTED, "run", "--trace", f"t.{end}", WINDOW)
            packed = (self.folder / f"t.{end}").read_bytes()
            self.assertLess(len(packed), len(self.trace) / 4)
            if unpack is not None:
                self.assertEqual(unpack(packed), self.trace)
            self.expect(EXPECTED, "table", f"t.{end}", out=TABLE, err="")
            (self.folder / "other").write_bytes(packed)
            self.expect(EXPECTED, "table", "other", out=TABLE, err="")
            with open(self.folder / "other", "rb") as packed_input:
                self.expect(EXPECTED, "table", "-", stdin=packed_input, out=TABLE, err="")
            (self.folder / "cut").write_bytes(packed[:12])
            self.expect(USAGE, "table", "cut", out="",
                        err="cadran table: cut:1: cut short at byte 12: nothing of what "
                            f"{packing} has packed can be read\n")
            (self.folder / "cut").write_bytes(packed[:-2])
            self.assertRegex(self.expect(EXPECTED, "table", "cut").err,
                             r"\Acadran table: warning: cut:\d+: cut short at byte \d+ \(byte ")

    def test_one_that_is_damaged_is_refused_with_the_place(self):
        self.expect(EXPECTED, "run", "--trace", "t.gz", WINDOW)
        packed = bytearray((self.folder / "t.gz").read_bytes())
        packed[len(packed) // 2] ^= 255
        (self.folder / "t.gz").write_bytes(packed)
        self.assertRegex(self.expect(USAGE, "table", "t.gz", out="").err,
                         r"\Acadran table: t\.gz:\d+: packed by gzip, and damaged at byte \d+: ")


class Foreign(CliTest):
    def test_what_is_left_out_is_said_by_kind(self):
        (self.folder / "t").write_text('[{"ph":"P","ts":1},{"ph":"P","ts":2},\n'
                                       '{"ph":"X","ts":1,"dur":1,"cat":null,"name":"x"}]')
        self.expect(EXPECTED, "table", "t",
                    err="cadran table: warning: t:1: samples (ph P) are left out: 2 of them\n"
                        "cadran table: warning: t: no tasks\n")


class Table(OfTheWindow):
    def test_markdown_is_the_default_and_well_aligned(self):
        self.expect(EXPECTED, "table", "trace", out=TABLE, err="")
        self.expect(EXPECTED, "table", "--format", "markdown", "trace", out=TABLE, err="")

    def test_csv(self):
        out = self.expect(EXPECTED, "table", "--format", "csv", "trace", err="").out
        header, *rows = csv.reader(io.StringIO(out))
        self.assertEqual(header, [""] + [f"job{i} ({d})" for i, d in enumerate(DURATIONS)])
        self.assertEqual([row[0] for row in rows], [f"{i}-{i + 1}" for i in range(5)])
        self.assertEqual(["".join(cell or "." for cell in row[1:]) for row in rows],
                         STARS)

    def test_json(self):
        table = json.loads(self.expect(EXPECTED, "table", "--format", "json", "trace", err="").out)
        self.assertEqual([(c["name"], c["duration"]) for c in table["columns"]],
                         [(f"job{i}", d) for i, d in enumerate(DURATIONS)])
        self.assertEqual(["".join("*" if works else "." for works in row["works"])
                          for row in table["rows"]], STARS)

    def test_text(self):
        lines = self.expect(EXPECTED, "table", "--format", "text", "trace", err="").out.splitlines()
        self.assertEqual(len(lines), 6)
        self.assertEqual([line.count("*") for line in lines[1:]],
                         [row.count("*") for row in STARS])
        self.assertNotIn("|", lines[0])

    def test_transposed(self):
        out = self.expect(EXPECTED, "table", "--transpose", "--format", "csv", "trace", err="").out
        header, *rows = csv.reader(io.StringIO(out))
        self.assertEqual(header, [""] + [f"{i}-{i + 1}" for i in range(5)])
        self.assertEqual(["".join(row[i] or "." for row in rows) for i in range(1, 6)],
                         STARS)

    def test_step(self):
        out = self.expect(EXPECTED, "table", "--step", "500ms", "--format", "csv", "trace").out
        rows = [row[0] for row in csv.reader(io.StringIO(out))]
        self.assertEqual(rows[1:4], ["0-0.5", "0.5-1", "1-1.5"])
        self.assertEqual(len(rows), 11)

    def test_it_is_what_run_prints(self):
        process = self.cadran("run", "--table", WINDOW)
        self.assertEqual(process.err, TABLE + "outcome complete at 5 s\n")

    def test_from_standard_input(self):
        self.expect(EXPECTED, "table", "-", given=self.trace.decode(), out=TABLE, err="")
        with open(self.folder / "trace") as trace:
            self.expect(EXPECTED, "table", "-", stdin=trace, out=TABLE, err="")

    def test_from_a_pipe_that_brings_it_in_pieces(self):
        """Of more than the reader's buffer, which is refilled where an event is cut."""
        self.expect(EXPECTED, "run", "--set", "jobs=1000", "--trace", "long", WINDOW)
        long = (self.folder / "long").read_bytes()
        self.assertGreater(len(long), 3 << 18)
        process = self.start("table", "-", stdin=subprocess.PIPE, text=False)
        for at in range(0, len(long), 9973):
            process.stdin.write(long[at:at + 9973])
            process.stdin.flush()
        self.assertEqual(self.check(self.finish(process), EXPECTED).out,
                         self.cadran("table", "long", text=False).out)

    def test_standard_input_that_is_none_or_cut_short(self):
        self.expect(USAGE, "table", "-", given="no trace", out="",
                    err="cadran table: <stdin>:1: not a trace: a Trace Event file is JSON, and "
                        "begins with '[' or '{'\n")
        self.expect(USAGE, "table", "-", stdin=None, preexec_fn=lambda: os.close(0), out="",
                    err="cadran table: <stdin>: Bad file descriptor\n")
        self.assertRegex(
            self.expect(EXPECTED, "table", "-", given=self.trace.decode()[:2000]).err,
            r"\Acadran table: warning: <stdin>:\d+: cut short at byte 2000: ")
        self.assertIn("warning: <stdin>: no tasks",
                      self.expect(EXPECTED, "table", "-", given="[]").err)

    def test_from_a_run_as_it_goes_on(self):
        read, write = os.pipe()
        run = self.start("run", "--trace", f"/dev/fd/{write}", WINDOW, pass_fds=[write])
        os.close(write)
        with open(read) as pipe:
            self.expect(EXPECTED, "table", "-", stdin=pipe, out=TABLE, err="")
        self.check(self.finish(run), EXPECTED)

    def test_too_many_rows(self):
        self.assertIn("choose a larger --step",
                      self.expect(USAGE, "table", "--step", "1ns", "trace", out="").err)


@unittest.skipUnless("CADRAN_VIEW" in os.environ, "the viewer is not built")
class View(OfTheWindow):
    def test_a_picture_without_a_display(self):
        self.expect(EXPECTED, "view", "--png", "picture.png", "--size", "640x400", "trace",
                    env={k: v for k, v in os.environ.items()
                         if k not in ("DISPLAY", "WAYLAND_DISPLAY")})
        picture = (self.folder / "picture.png").read_bytes()
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(struct.unpack(">II", picture[16:24]), (640, 400))

    def test_a_picture_of_standard_input_is_the_same(self):
        self.expect(EXPECTED, "view", "--png", "file.png", "--size", "640x400", "trace")
        self.expect(EXPECTED, "view", "--png", "stdin.png", "--size", "640x400", "-",
                    given=self.trace.decode(), out="", err="")
        self.assertEqual((self.folder / "file.png").read_bytes(),
                         (self.folder / "stdin.png").read_bytes())
        self.assertIn("<stdin>", self.expect(USAGE, "view", "--png", "p.png", "-", given="no",
                                             out="").err)

    def test_a_picture_of_a_packed_trace_is_the_same(self):
        self.expect(EXPECTED, "run", "--trace", "trace.zst", WINDOW)
        (self.folder / "packed").mkdir()
        (self.folder / "trace.zst").rename(self.folder / "packed" / "trace")
        for trace, picture in (("trace", "p.png"), ("packed/trace", "q.png")):
            self.expect(EXPECTED, "view", "--png", picture, "--size", "640x400", trace, err="")
        self.assertEqual((self.folder / "p.png").read_bytes(),
                         (self.folder / "q.png").read_bytes())

    def test_what_is_left_out_is_said_by_kind(self):
        (self.folder / "t").write_text('[{"ph":"P","ts":1},{"ph":"i","ts":1,"name":"x"}]')
        self.expect(EXPECTED, "view", "--png", "p.png", "t",
                    err="cadran-view: warning: t:1: samples (ph P) are left out: 1 of them\n")

    def test_help(self):
        self.assertIn("usage: cadran", self.expect(EXPECTED, "view", "--help").out)

    def test_a_trace_that_is_none(self):
        self.expect(USAGE, "view", "--png", "p.png", "missing", out="")


if __name__ == "__main__":
    main()
