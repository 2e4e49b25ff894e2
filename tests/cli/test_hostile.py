"""What strangers and narrow machines do to who only reads: each command ends, and says why."""

import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest
import zlib

from cli_test import ENVIRONMENT, EXPECTED, PROGRAM, SCENARIOS, UNEXPECTED, USAGE, CliTest, main

VIEW = os.environ.get("CADRAN_VIEW")
GROUPS = pathlib.Path("/sys/fs/cgroup")
MEBIBYTE = 1 << 20


def is_sanitized():
    return b"__asan_init" in pathlib.Path(PROGRAM).read_bytes()


def new_group(name, limit):
    """A control group for memory, of either version; None where this machine lets nobody make one."""
    for folder, file in ((GROUPS / "memory", "memory.limit_in_bytes"), (GROUPS, "memory.max")):
        group = folder / name
        if not (folder / "cgroup.procs").exists():
            continue
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / file).write_text(str(limit))
            return group
        except OSError:
            group.rmdir()
    return None


@unittest.skipIf(is_sanitized(), "the sanitizers' own memory is much more than what is allowed")
class Group(CliTest):
    """A group of the kernel kills without a word who takes more than it allows."""

    LIMIT = 32 * MEBIBYTE

    def setUp(self):
        super().setUp()
        self.group = new_group(f"cadran-test-{os.getpid()}", self.LIMIT)
        if self.group is None:
            self.skipTest("no group for memory can be made")
        self.addCleanup(self.group.rmdir)

    def within(self, *arguments, **options):
        def enter():
            (self.group / "cgroup.procs").write_text(str(os.getpid()))
        return self.cadran(*arguments, preexec_fn=enter, **options)

    def test_a_run_ends_by_itself(self):
        self.write("hungry.json", {"cadran": 1, "objects": {"q": {"type": "queue"}}, "tasks": [
            {"name": "a", "do": [{"repeat": "forever", "do": [{"put": "q", "value": "x" * 100}]}]}]})
        process = self.within("run", "hungry.json")
        self.assertIn("limit: there is no more memory (--max-memory)\n", process.err)

    def test_so_do_those_who_read_a_trace(self):
        self.write("crowd.json", {"cadran": 1, "vars": {"late": 0}, "tasks": [
            {"name": "task of a crowd {i}", "count": 100000, "do": [{"sleep": "i + late"}]}]})
        self.expect(EXPECTED, "run", "-q", "--trace", "crowd", "crowd.json")
        self.expect(EXPECTED, "run", "-q", "--trace", "other", "--set", "late=1", "crowd.json")
        reading = [("table", "crowd"), ("why", "crowd"), ("export", "crowd"),
                   ("diff", "crowd", "other"), ("export", "--format", "html", "crowd")]
        if VIEW:
            reading.append(("view", "--png", "picture", "crowd"))
        for command in reading:
            with self.subTest(command=command):
                process = self.within(*command)
                self.assertEqual(process.returncode, ENVIRONMENT, process.err)
                self.assertRegex(process.err, "memory.*; the limit is 24 MiB, by what this machine or its "
                                              "container has\n")


class Bomb(CliTest):
    """Few bytes that are packed so that gigabytes come out are not read to their end."""

    FREE = 256 * MEBIBYTE

    def setUp(self):
        super().setUp()
        trace = (SCENARIOS / "window.trace.json").read_bytes()
        packer = zlib.compressobj(1, wbits=31)
        with (self.folder / "bomb").open("wb") as file:
            file.write(packer.compress(trace[:-3]))
            for _ in range(self.FREE // MEBIBYTE + 1):
                file.write(packer.compress(b" " * MEBIBYTE))
            file.write(packer.compress(trace[-3:]))
            file.write(packer.flush())

    def test_whoever_reads_them_says_so(self):
        (self.folder / "other").write_bytes((self.folder / "bomb").read_bytes()[:-1])
        commands = [("table", "bomb"), ("export", "bomb"), ("diff", "bomb", "other")]
        if VIEW:
            commands.append(("view", "--png", "picture", "bomb"))
        for command in commands:
            with self.subTest(command=command):
                process = self.expect(USAGE, *command)
                self.assertRegex(process.err, r"bomb:\d+: packed by gzip, and suspiciously tight: its first \d+ bytes "
                                              r"are \d+ unpacked; unpack it yourself to read it all the same\n\Z")


class Sparse(CliTest):
    """A file of gigabytes that nobody wrote."""

    def test_what_is_no_trace_is_not_compared(self):
        with self.write("zeroes", "").open("r+") as file:
            file.truncate(1 << 40)
        (self.folder / "other").symlink_to("zeroes")
        process = self.expect(USAGE, "diff", "zeroes", "other")
        self.assertIn("zeroes:1: not a trace: ", process.err)

    def test_a_trace_is_its_own_equal(self):
        trace = (SCENARIOS / "window.trace.json").read_text()
        with self.write("long", trace[:trace.index("\n", 100)]).open("r+") as file:
            file.truncate(1 << 40)
        os.link(self.folder / "long", self.folder / "other")
        self.assertIn("The same bytes.", self.expect(EXPECTED, "diff", "long", "other").out)


@unittest.skipIf(is_sanitized(), "times are the sanitizers' own")
class Growth(CliTest):
    """What is four times as large takes four times as long, and not sixteen times."""

    def seconds(self, status, *arguments):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.expect(status, *arguments)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def grows_as_it_should(self, status, size, prepare, *arguments):
        prepare(size)
        small = self.seconds(status, *arguments)
        prepare(4 * size)
        self.assertLess(self.seconds(status, *arguments), 10 * small + 0.5)

    def test_names_that_are_near(self):
        def prepare(size):
            self.write("s.json", {"cadran": 1, "objects": {f"event{i}": {"type": "event"} for i in range(size)},
                                  "tasks": [{"name": "a", "do": [{"wait": f"event{i}x"} for i in range(size)]}]})
        self.grows_as_it_should(USAGE, 2000, prepare, "check", "s.json")

    def test_tasks_that_each_wait_for_something_else(self):
        """The state before the first difference names the kinds of waits that there are."""
        def prepare(size):
            for name, depth in ("a", size), ("b", size + 10):
                self.write("s.json", {"cadran": 1, "coroutines": {"c": {"params": ["k"], "do": [
                    {"if": "k > 0", "then": [{"spawn": "c", "args": {"k": "{k - 1}"}, "as": "x"}, {"await": "x"}]}]}},
                    "tasks": [{"name": "a", "call": "c", "args": {"k": depth}}]})
                self.expect(EXPECTED, "run", "-q", "--trace", name, "s.json")
        self.grows_as_it_should(UNEXPECTED, 12000, prepare, "diff", "a", "b")

    @unittest.skipUnless(VIEW, "no viewer was built")
    def test_bars_of_many_objects(self):
        def prepare(size):
            self.write("s.json", {"cadran": 1, "objects": {"f": {"type": "lock", "count": size}}, "tasks": [
                {"name": "p{i}", "count": size, "do": [{"with": "f[i]", "do": [
                    {"sleep": 1}, {"with": f"f[(i + 1) % {size}]", "do": []}]}]}]})
            self.expect(UNEXPECTED, "run", "-q", "--trace", "t", "s.json")
        self.grows_as_it_should(EXPECTED, 4000, prepare, "view", "--svg", "picture", "t")


class Meanwhile(CliTest):
    """Files that others change while they are read."""

    def test_a_trace_that_is_shortened_is_another_one(self):
        trace = (SCENARIOS / "window.trace.json").read_text()
        for name in ("a", "b"):
            with self.write(name, trace[:trace.index("\n", 100)]).open("r+") as file:
                file.truncate(4 << 30)
        process = self.start("diff", "a", "b")
        time.sleep(0.3)
        os.truncate(self.folder / "b", 1)
        self.finish(process)
        self.assertIn(process.returncode, (UNEXPECTED, USAGE), process.err)
        self.assertNotEqual(process.err, "")


@unittest.skipUnless(VIEW, "no viewer was built")
class Pipe(CliTest):
    """A named pipe where a trace is expected."""

    def setUp(self):
        super().setUp()
        os.mkfifo(self.folder / "pipe")

    def test_a_window_that_waits_for_one_can_be_ended(self):
        process = self.start("view", "pipe", env=os.environ | {"SDL_VIDEODRIVER": "dummy"})
        time.sleep(0.5)
        process.terminate()
        self.finish(process)
        self.assertEqual(process.returncode, -signal.SIGTERM)

    def test_its_trace_is_read_twice(self):
        process = self.start("view", "--png", "picture", "--at", "1s", "pipe")
        (self.folder / "pipe").write_bytes((SCENARIOS / "window.trace.json").read_bytes())
        self.check(self.finish(process), EXPECTED, err="")
        self.assertTrue((self.folder / "picture").read_bytes().startswith(b"\x89PNG"))


class FarFuture(CliTest):
    """What a run writes can be read, however late it is."""

    def test_times_near_the_end_of_what_a_number_holds(self):
        for step in ({"sleep": 9.2e9}, {"sleep": 2.4e9}, {"sleep": 2.2e9}, {"compute": 9.2e9},
                     {"sleep": "uniform(9.1e9, 9.2e9)"}, {"timeout": 9.2e9, "do": [{"sleep": 2}]}):
            with self.subTest(step=step):
                self.write("late.json", {"cadran": 1, "tasks": [{"name": "a", "do": [step]}]})
                for more in ((), ("--detail",), ("--until", 4e9)):
                    process = self.cadran("run", "--trace", "trace", *more, "late.json")
                    self.assertIn(process.returncode, (EXPECTED, UNEXPECTED), process.err)
                    for command in ("table", "why", "export"):
                        self.expect(EXPECTED, command, "trace")

    def test_no_run_goes_beyond_what_a_trace_tells(self):
        self.expect(USAGE, "run", "--max-time", 2.5e9, SCENARIOS / "window.json",
                    err="cadran run: --max-time is 70 years at most: no trace tells a later time\n")


class Names(CliTest):
    """A name that is HTML is none where a table in Markdown is shown."""

    def test_in_a_table(self):
        self.write("html.json", {"cadran": 1, "tasks": [{"name": "<script>", "do": [{"sleep": 1}]}]})
        self.expect(EXPECTED, "run", "-q", "--trace", "trace", "html.json")
        self.assertIn("| \\<script> (1) |", self.expect(EXPECTED, "table", "trace").out)
        for form in ("text", "csv"):
            self.assertIn("<script>", self.expect(EXPECTED, "table", "--format", form, "trace").out)


class Endless(CliTest):
    """What has no end, and is no trace, is not kept until there is no room for it."""

    def test_a_device_and_a_pipe(self):
        trace = SCENARIOS / "window.trace.json"
        commands = [("diff", trace), ("compare", SCENARIOS / "window.json", "--trace")]
        if VIEW:
            commands.append(("view", "--png", "picture"))
        for command in commands:
            with self.subTest(command=command):
                with open("/dev/zero", "rb") as zero:
                    process = self.cadran(*command, "-", stdin=zero)
                self.assertEqual(process.returncode, USAGE)
                self.assertIn("not a trace", process.err)
                lines = subprocess.Popen("yes", stdout=subprocess.PIPE)
                process = self.cadran(*command, "-", stdin=lines.stdout)
                lines.stdout.close()
                lines.wait()
                self.assertEqual(process.returncode, USAGE)
                self.assertIn("not a trace", process.err)


@unittest.skipUnless(VIEW, "no viewer was built")
@unittest.skipIf(is_sanitized(), "the sanitizers take addresses without end")
class Narrow(CliTest):
    """Libraries that draw end the process where they get no memory: they are asked for none then."""

    def test_a_picture_is_whole_or_refused(self):
        for mebibytes in range(70, 391, 10):
            limit = mebibytes * MEBIBYTE
            process = self.cadran(
                "view", "--png", "picture", SCENARIOS / "window.trace.json",
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
            if process.returncode == EXPECTED:
                self.assertTrue((self.folder / "picture").read_bytes().startswith(b"\x89PNG"))
                (self.folder / "picture").unlink()
                continue
            self.assertEqual(process.returncode, ENVIRONMENT, (mebibytes, process.err))
            self.assertRegex(process.err, r"memory .*\n\Z")
            self.assertFalse((self.folder / "picture").exists())


@unittest.skipUnless(VIEW, "no viewer was built")
class Crowded(CliTest):
    """What is many times there takes as many times as long, not the square of it."""

    def test_arguments_of_an_event(self):
        self.write("trace", '[{"name":"x","ph":"X","ts":0,"dur":1,"pid":1,"tid":1,"args":{'
                   + '"k":1,' * 500000 + '"k":2}}]')
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        self.expect(EXPECTED, "view", "--svg", "picture", "trace")
        spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        self.assertLess(spent, 15 if is_sanitized() else 3)


if __name__ == "__main__":
    main()
