"""Files that cannot be read or written: nothing is lost in silence."""

import json
import os
import resource
import subprocess
import unittest

from cli_test import ENVIRONMENT, EXPECTED, SCENARIOS, USAGE, CliTest, main, recorded

WINDOW = SCENARIOS / "window.json"
NO_SPACE = "No space left on device"
MUCH = {"cadran": 1, "tasks": [{"name": "a", "do": [
    {"repeat": "forever", "do": [{"print": "x"}, {"sleep": 1}]}]}]}


@unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
class Full(CliTest):
    def test_standard_output(self):
        with open("/dev/full", "w") as full:
            self.expect(ENVIRONMENT, "run", WINDOW, stdout=full,
                        err=f"cadran: standard output: {NO_SPACE}\n")

    def test_standard_output_that_never_ends(self):
        self.write("much.json", MUCH)
        with open("/dev/full", "w") as full:
            self.expect(ENVIRONMENT, "run", "much.json", stdout=full,
                        err=f"cadran: standard output: {NO_SPACE}\n")

    def test_standard_output_of_a_table(self):
        self.expect(EXPECTED, "run", "--trace", "t", WINDOW)
        with open("/dev/full", "w") as full:
            self.expect(ENVIRONMENT, "table", "t", stdout=full,
                        err=f"cadran table: standard output: {NO_SPACE}\n")

    def test_trace(self):
        process = self.expect(ENVIRONMENT, "run", "--trace", "/dev/full", WINDOW)
        self.assertEqual(process.err, f"cadran: /dev/full: {NO_SPACE}\n")
        self.assertTrue(recorded("seed-window")[0].startswith(process.out))

    def test_packed_trace(self):
        for end in ("gz", "zst"):
            (self.folder / f"t.{end}").symlink_to("/dev/full")
            self.expect(ENVIRONMENT, "run", "--trace", f"t.{end}", WINDOW,
                        err=f"cadran: t.{end}: {NO_SPACE}\n")

    def test_trace_of_a_run_that_never_ends(self):
        self.write("much.json", MUCH)
        self.expect(ENVIRONMENT, "run", "--trace", "/dev/full", "much.json",
                    err=f"cadran: /dev/full: {NO_SPACE}\n")

    def test_trace_that_goes_on_after_its_failure(self):
        """Tasks are created before the loop's first turn: nothing stops the run in between."""
        self.write("crowd.json", {"cadran": 1, "tasks": [{"name": "t{i}", "count": 30000, "do": []}]})
        self.expect(ENVIRONMENT, "run", "--trace", "/dev/full", "crowd.json",
                    err=f"cadran: /dev/full: {NO_SPACE}\n")

    def test_report(self):
        self.expect(ENVIRONMENT, "run", "--report", "/dev/full", WINDOW,
                    out=recorded("seed-window")[0],
                    err=f"cadran: /dev/full: {NO_SPACE}\noutcome complete at 5 s\n")

    def test_the_report_tells_what_became_of_the_trace(self):
        self.expect(ENVIRONMENT, "run", "--trace", "/dev/full", "--report", "report", WINDOW)
        report = json.loads((self.folder / "report").read_text())
        self.assertEqual((report["outcome"], report["status"], report["reason"]),
                         ("broken", ENVIRONMENT, f"/dev/full: {NO_SPACE}"))


class Closed(CliTest):
    def test_a_reader_that_goes_away(self):
        self.write("much.json", MUCH)
        process = self.start("run", "much.json")
        self.assertEqual(process.stdout.readline(), "x\n")
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        self.assertEqual((process.wait(60), err),
                         (ENVIRONMENT, "cadran: standard output: Broken pipe\n"))

    def test_a_reader_of_the_trace_that_goes_away(self):
        self.write("much.json", MUCH)
        read, write = os.pipe()
        process = self.start("run", "--trace", f"/dev/fd/{write}", "much.json",
                             stdout=subprocess.DEVNULL, pass_fds=[write])
        os.close(write)
        self.assertEqual(os.read(read, 3), b'[{"')
        os.close(read)
        self.finish(process)
        self.check(process, ENVIRONMENT)
        self.assertRegex(process.err, r"\Acadran: /dev/fd/\d+: Broken pipe\n\Z")

    def test_a_trace_through_a_pipe_is_whole(self):
        self.expect(EXPECTED, "run", "--trace", "t", WINDOW)
        read, write = os.pipe()
        process = self.start("run", "--trace", f"/dev/fd/{write}", WINDOW, pass_fds=[write])
        os.close(write)
        with open(read, "rb") as pipe:
            self.assertEqual(pipe.read(), (self.folder / "t").read_bytes())
        self.check(self.finish(process), EXPECTED)

    def test_no_standard_output_at_all(self):
        self.expect(ENVIRONMENT, "run", "--trace", "t", WINDOW, stdout=None,
                    preexec_fn=lambda: os.close(1),
                    err="cadran: standard output: Bad file descriptor\n")
        self.assertEqual((self.folder / "t").read_text()[:3], '[{"')

    def test_no_standard_error_at_all(self):
        self.expect(EXPECTED, "run", "--trace", "t", WINDOW, stderr=None,
                    preexec_fn=lambda: os.close(2))
        self.assertTrue((self.folder / "t").read_text().endswith("}\n]\n"))

    def test_no_standard_input_at_all(self):
        self.expect(USAGE, "run", "-", stdin=None, preexec_fn=lambda: os.close(0), out="",
                    err="<stdin>: cannot be read: Bad file descriptor\n")


class Unwritable(CliTest):
    """What cannot even be begun is told before the run, which would be lost."""

    def test_trace_and_report(self):
        (self.folder / "folder").mkdir()
        for option in ("--trace", "--report"):
            for path, reason in (("missing/file", "No such file or directory"),
                                 ("folder", "Is a directory")):
                with self.subTest([option, path]):
                    self.expect(ENVIRONMENT, "run", option, path, WINDOW, out="",
                                err=f"cadran: {path}: {reason}\n")

    def test_a_refused_scenario_leaves_the_old_trace_and_report(self):
        for name in ("trace", "report"):
            self.write(name, "precious")
        self.write("bad.json", {"cadran": 2})
        self.cadran("run", "--trace", "trace", "--report", "report", "bad.json")
        for name in ("trace", "report"):
            self.assertEqual((self.folder / name).read_text(), "precious")

    def test_a_table_needs_no_file(self):
        self.expect(EXPECTED, "run", "--table", WINDOW,
                    env=os.environ | {"TMPDIR": str(self.folder / "missing")})


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


class TooLarge(CliTest):
    """The signal that comes with it ends nothing: SIGXFSZ is an error like others."""

    def test_a_trace_and_a_report(self):
        for name, left in ("t", 1000), ("t.gz", None), ("t.zst", None):
            process = self.expect(ENVIRONMENT, "run", "--trace", name, "--report", "r", WINDOW,
                                  preexec_fn=small_files, err=f"cadran: {name}: File too large\n")
            self.assertEqual(process.returncode, ENVIRONMENT)
            self.assertEqual(json.loads((self.folder / "r").read_text())["status"], 3)
            if left:
                self.assertEqual((self.folder / name).stat().st_size, left)


class Unreadable(CliTest):
    @unittest.skipUnless(os.path.exists("/proc/self/mem"), "needs a file that cannot be read")
    def test_a_disk_that_fails_is_no_fault_of_who_names_the_file(self):
        self.expect(ENVIRONMENT, "run", "/proc/self/mem",
                    err="/proc/self/mem: cannot be read: Input/output error\n")
        self.expect(USAGE, "run", "none.json",
                    err="none.json: cannot be read: No such file or directory\n")


class Apart(CliTest):
    """No file takes the place of another that the same command reads or writes."""

    def setUp(self):
        super().setUp()
        self.scenario = WINDOW.read_text()
        self.write("w.json", self.scenario)
        (self.folder / "d").mkdir()
        (self.folder / "d" / "link").symlink_to("../zz")
        os.link(self.folder / "w.json", self.folder / "d" / "hard")

    def refused(self, *arguments, what, **options):
        process = self.expect(USAGE, "run", *arguments, **options)
        self.assertRegex(process.err, rf"\Acadran: --\w+ \S+ would overwrite {what}; give it another "
                                      r"name\n\Z")
        self.assertEqual((self.folder / "w.json").read_text(), self.scenario)
        self.assertFalse((self.folder / "zz").exists())
        self.assertTrue((self.folder / "d" / "link").is_symlink())

    def test_the_trace_and_the_report(self):
        for other in "zz", "./zz", "d/../zz", "d/link", str(self.folder / "zz"):
            for trace, report in ("zz", other), (other, "zz"):
                self.refused("--trace", trace, "--report", report, "w.json", what="the trace")

    def test_the_scenario(self):
        for option in "--trace", "--report":
            for path in "w.json", "d/../w.json", "d/hard":
                self.refused(option, path, "w.json", what="the scenario")
            with open(self.folder / "w.json") as given:
                self.refused(option, "w.json", "-", stdin=given, what="the scenario")

    def test_where_the_lines_go(self):
        with open(self.folder / "f", "w") as file:
            self.refused("--trace", "f", "w.json", stdout=file, what="standard output")
            self.refused("--trace", "/dev/stdout", "w.json", stdout=file, what="standard output")
        self.assertEqual((self.folder / "f").read_text(), "")

    def test_what_loses_nothing_is_none(self):
        with open("/dev/null", "w") as null:
            self.expect(EXPECTED, "run", "--trace", "/dev/null", "--report", "/dev/null", "w.json",
                        stdout=null)

    def test_the_old_report_stays_until_the_new_one_is_whole(self):
        self.write("r", "precious")
        self.write("forever.json", MUCH)
        process = self.start("run", "--clock", "real", "--report", "r", "forever.json")
        process.stdout.readline()
        self.assertEqual((self.folder / "r").read_text(), "precious")
        process.kill()
        self.finish(process)
        self.assertEqual((self.folder / "r").read_text(), "precious")

    @unittest.skipUnless("CADRAN_VIEW" in os.environ, "needs the viewer")
    def test_a_picture_and_its_trace(self):
        view = os.path.abspath(os.environ["CADRAN_VIEW"])
        self.expect(EXPECTED, "run", "--trace", "t", "w.json")
        whole = (self.folder / "t").read_bytes()
        os.link(self.folder / "t", self.folder / "t2")
        for picture in "t", "./t", "t2":
            process = subprocess.run([view, "--png", picture, "t"], cwd=self.folder, text=True,
                                     capture_output=True)
            self.assertEqual((process.returncode, process.stderr),
                             (2, "cadran-view: --png would overwrite the trace; give it another "
                                 "name\n"))
            self.assertEqual((self.folder / "t").read_bytes(), whole)

    @unittest.skipUnless("CADRAN_VIEW" in os.environ, "needs the viewer")
    def test_a_picture_that_cannot_be_whole_is_not_left(self):
        view = os.path.abspath(os.environ["CADRAN_VIEW"])
        self.expect(EXPECTED, "run", "--trace", "t", "w.json")
        process = subprocess.run([view, "--png", "p.png", "t"], cwd=self.folder, text=True,
                                 capture_output=True, preexec_fn=small_files)
        self.assertEqual((process.returncode, process.stderr),
                         (3, "cadran-view: p.png: File too large\n"))
        self.assertEqual(sorted(path.name for path in self.folder.glob("p.png*")), [])


    @unittest.skipUnless("CADRAN_VIEW" in os.environ, "needs the viewer")
    def test_a_table_that_would_be_too_long_is_no_picture_of_something_else(self):
        view = os.path.abspath(os.environ["CADRAN_VIEW"])
        self.expect(EXPECTED, "run", "--trace", "t", "w.json")
        process = subprocess.run([view, "--png", "p.png", "--table", "--interval", "1ns", "t"], cwd=self.folder,
                                 text=True, capture_output=True)
        self.assertEqual((process.returncode, process.stderr),
                         (2, "cadran-view: --table: that would be too many rows: choose a longer --interval\n"))
        self.assertFalse((self.folder / "p.png").exists())

    @unittest.skipUnless("CADRAN_VIEW" in os.environ, "needs the viewer")
    def test_what_comes_through_a_pipe_without_an_end_fills_no_disk(self):
        """A disk of its own, of 4 MB, where the viewer keeps what it reads twice."""
        view = os.path.abspath(os.environ["CADRAN_VIEW"])
        script = 'mount -t tmpfs -o size=4m none /tmp && { echo "["; yes "$1"; } | { "$0" --png - -; echo $? >&2; }'
        event = '{"name":"x","ph":"X","ts":1,"dur":1,"pid":1,"tid":1},'
        process = subprocess.run(["unshare", "--mount", "sh", "-c", script, view, event], cwd="/", text=True,
                                 capture_output=True, timeout=60)
        if process.returncode != 0:
            self.skipTest("no disk can be mounted here")
        self.assertEqual(process.stderr,
                         "cadran-view: <stdin>: what comes through the pipe cannot be kept for a second reading: it takes "
                         "more than half of the free disk\n3\n")


class Links(CliTest):
    """What is written through a symbolic link leaves the link."""

    def setUp(self):
        super().setUp()
        self.expect(EXPECTED, "run", "--trace", "t", WINDOW)
        (self.folder / "d").mkdir()

    def commands(self, name):
        yield "run", "--report", name, WINDOW
        for form in ["text", "json", "html"] + ["sqlite"] * ("CADRAN_SQLITE" in os.environ):
            yield "export", "--format", form, "--output", name, "t"

    def test_that_lead_to_what_is_not_there_yet(self):
        link, target = self.folder / "d" / "link", self.folder / "new"
        (self.folder / "d" / "first").symlink_to("../new")
        link.symlink_to("first")
        for command in self.commands("d/link"):
            self.expect(EXPECTED, *command)
            self.assertTrue(link.is_symlink() and target.is_file() and not target.is_symlink(), command)
            target.unlink()

    def test_that_lead_nowhere(self):
        link = self.folder / "link"
        for to in "/proc/self/fd/77", "missing/file", "link":
            link.symlink_to(to)
            for command in self.commands("link"):
                process = self.cadran(*command)
                self.assertEqual((process.returncode, link.is_symlink()), (ENVIRONMENT, True), command)
                self.assertRegex(process.err, "cadran[a-z ]*: link: ")
            link.unlink()

    def test_that_lead_to_a_file_that_was_removed(self):
        for command in self.commands("link"):
            with open(self.folder / "gone", "w+") as gone:
                (self.folder / "gone").unlink()
                (self.folder / "link").unlink(missing_ok=True)
                (self.folder / "link").symlink_to(f"/proc/self/fd/{gone.fileno()}")
                before = sorted(os.listdir(self.folder))
                self.cadran(*command, pass_fds=[gone.fileno()])
                self.assertEqual(sorted(os.listdir(self.folder)), before, command)
                self.assertTrue((self.folder / "link").is_symlink())


class Report(CliTest):
    """It is JSON, whatever has got into it."""

    def test_bytes_that_are_no_text(self):
        name = os.fsdecode(b"s\xff.json")
        (self.folder / name).write_text(json.dumps(
            {"cadran": 1, "tasks": [{"name": "t", "do": [{"raise": "ValueError",
                                                          "message": "\u00e9" * 300}]}]}))
        self.cadran("run", "--report", "r", name)
        report = json.loads((self.folder / "r").read_bytes().decode())
        self.assertIn("s\ufffd.json:1:", json.dumps(report, ensure_ascii=False))


if __name__ == "__main__":
    main()
