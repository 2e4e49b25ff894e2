"""README's first tour: each command of it that cadran alone can do says what stands below it there. And all
commands of all pages: there are such commands, with such options."""

import itertools
import os
import re
import shlex
import unittest

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


def shown():
    """Each command line that a page shows, behind a "$" or indented: the page's name, and its words."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")),
             *sorted((ROOT / "docs" / "man").iterdir())]
    for page in pages:
        text = page.read_text(encoding="utf-8").replace("\\-", "-").replace("\\(aq", "'")
        for line in re.findall(r"(?m)^(?: *\$ |    )(?:time )?(?:build/bin/)?cadran (.*)$", text):
            words = list(itertools.takewhile(lambda word: word not in ("|", ">", "<", ";", "&&"),
                                             shlex.split(line, comments=True)))
            yield page.name, words


class Pages(CliTest):
    def options(self, command):
        return set(re.findall(r"(?m)^(-\S+)", self.cadran(command, "--options").out)) | {"-h"}

    @unittest.skipUnless("CADRAN_VIEW" in os.environ, "the viewer was not built")
    def test_commands_and_options_are_there(self):
        known, count = {}, 0
        for page, (command, *words) in shown():
            if command in ("--help", "--version", "help"):
                continue
            options = known.setdefault(command, self.options(command))
            with self.subTest(page, command=command):
                used = {word.split("=")[0] for word in words if word.startswith("-") and word != "-"}
                self.assertLessEqual(used, options, words)
                count += 1
        self.assertGreater(count, 50)


if __name__ == "__main__":
    main()
