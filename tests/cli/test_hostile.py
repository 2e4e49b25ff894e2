"""What strangers and narrow machines do to who only reads: each command ends, and says why."""

import os
import pathlib
import unittest

from cli_test import ENVIRONMENT, EXPECTED, PROGRAM, CliTest, main

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
                self.assertRegex(process.err, "memory")


if __name__ == "__main__":
    main()
