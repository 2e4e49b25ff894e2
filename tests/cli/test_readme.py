"""README's first tour: each command of it that cadran alone can do says what stands below it there."""

import re
import shlex

from cli_test import EXPECTED, ROOT, UNEXPECTED, CliTest, main

BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$")
MINE = re.compile(r"build/bin/cadran (run|table|why|diff) .*")
LONG = "tests/bench/"  # takes its half a second and 300 MB


def commands():
    """Each, with the lines that follow it."""
    for block in BLOCK.findall((ROOT / "README.md").read_text()):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, *lines = part.splitlines()
            if MINE.fullmatch(command) and LONG not in command:
                yield shlex.split(command)[1:], lines


class Readme(CliTest):
    def test_commands_say_what_stands_below_them(self):
        (self.folder / "scenarios").symlink_to(ROOT / "scenarios")
        told = 0
        for arguments, lines in commands():
            with self.subTest(arguments):
                done = self.cadran(*arguments)
                said = done.err + done.out if "deadlock" in done.err else done.out
                self.assertIn(done.returncode, (EXPECTED, UNEXPECTED), done.err)
                pattern = ".*".join(re.escape(part) for part in "\n".join(lines).split("\n..."))
                self.assertRegex(said, rf"(?s)\A{pattern}")
                told += bool(lines)
        self.assertGreaterEqual(told, 5)


if __name__ == "__main__":
    main()
