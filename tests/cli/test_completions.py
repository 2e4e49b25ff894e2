"""Completions of bash: what is offered after words of a command line."""

import pathlib
import shutil
import subprocess
import unittest

from cli_test import PROGRAM, CliTest, main

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "completions" / "cadran.bash"


@unittest.skipUnless(shutil.which("bash"), "no bash")
class Completions(CliTest):
    def offered(self, *words):
        words = [PROGRAM, *words]
        script = (f'source "{SCRIPT}"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cadran; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", *words], cwd=self.folder, text=True,
                              capture_output=True, check=True, timeout=60)
        return done.stdout.split()

    def test_commands(self):
        self.assertEqual(self.offered("ru"), ["run"])
        everything = self.offered("")
        help_lines = self.cadran("--help").out.splitlines()
        for line in help_lines:
            if line.startswith("  ") and line[2].isalpha():
                self.assertIn(line.split()[0], everything)

    def test_options_are_those_of_the_command(self):
        self.assertEqual(self.offered("run", "--tr"), ["--trace"])
        self.assertEqual(self.offered("table", "--tr"), ["--transpose"])
        self.assertIn("-q", self.offered("check", "-"))
        self.assertIn("--help", self.offered("run", "--h"))

    def test_all_options_are_offered(self):
        """What may have a value, and what has a long list of them, too."""
        for command in ("run", "test", "accept", "review", "table", "diff", "export", "why", "compare"):
            told = self.cadran(command, "--help").out
            named = {line.split()[0].split("[")[0].rstrip(",") for line in told.splitlines()
                     if line.startswith("  -")}
            with self.subTest(command):
                self.assertEqual(set(self.offered(command, "-")), named)

    def test_values(self):
        self.assertEqual(self.offered("run", "--clock", ""), ["virtual", "real"])
        self.assertEqual(self.offered("run", "--seed", ""), [])
        self.assertEqual(self.offered("export", "--format", "m"), ["markdown"])
        self.assertEqual(self.offered("diff", "--level", ""), ["bytes", "order", "causes"])

    def test_files(self):
        self.write("one.json", {})
        self.assertEqual(self.offered("run", "on"), ["one.json"])
        self.assertEqual(self.offered("run", "--trace", "on"), ["one.json"])


if __name__ == "__main__":
    main()
