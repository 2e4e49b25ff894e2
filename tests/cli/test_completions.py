"""Completions: what bash offers after words of a command line, and what the shells make of a line that
is typed into them, with its tab."""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import time
import unittest

from cli_test import PROGRAM, CliTest, main

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "completions"
SCRIPT = FOLDER / "cadran.bash"


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
        self.assertEqual(self.offered("run", "--clock", "="), ["virtual", "real"])
        self.assertEqual(self.offered("run", "--clock", "=", "r"), ["real"])

    def test_help_is_of_a_command(self):
        self.assertEqual(self.offered("help", "ru"), ["run"])

    def test_files(self):
        self.write("one.json", {})
        self.assertEqual(self.offered("run", "on"), ["one.json"])
        self.assertEqual(self.offered("run", "--trace", "on"), ["one.json"])
        (self.folder / "onward").mkdir()
        self.assertEqual(self.offered("run", "--allow-unix", "on"), ["onward"])


class Shell:
    """One that somebody types into."""

    def __init__(self, command, start, folder):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.environ |= {"TERM": "dumb", "HOME": str(folder), "PATH": f"{pathlib.Path(PROGRAM).parent}:{os.environ['PATH']}"}
            os.execvp(command[0], command)
        self.said = ""
        self.type(start + "; echo re''ady\r")
        self.wait_for("ready")

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, text):
        """Reads until the shell has said it, and returns all that it said since the last time."""
        end = time.monotonic() + 60
        while text not in self.said:
            assert time.monotonic() < end, f"no {text!r} in {self.said!r}"
            if select.select([self.terminal], [], [], 1)[0]:
                self.said += os.read(self.terminal, 65536).decode(errors="replace")
        before, _, self.said = self.said.partition(text)
        return before

    def completed(self, line):
        """The words of the line when its last one was completed. What is typed behind the tab is read
        when that is done; Ctrl-A goes to the beginning of the line."""
        self.type(line + "\t\x01printf '<%s>' \x05; echo do''ne\r")
        said = self.wait_for("done")
        return said[said.rindex("<cadran"):].split(">")[0:-1]

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)


class Typed(CliTest):
    """The same in each shell that is there."""

    LINES = {
        "cadran ru": ["cadran", "run"],
        "cadran help ru": ["cadran", "help", "run"],
        "cadran run wind": ["cadran", "run", "window.json"],
        "cadran run my": ["cadran", "run", "my file.json"],
        "cadran run --det": ["cadran", "run", "--detail"],
        "cadran run --clock v": ["cadran", "run", "--clock", "virtual"],
        "cadran run --clock=v": ["cadran", "run", "--clock=virtual"],
        "cadran run --trace wind": ["cadran", "run", "--trace", "window.json"],
        "cadran run --clock real wind": ["cadran", "run", "--clock", "real", "window.json"],
        "cadran diff --level=c": ["cadran", "diff", "--level=causes"],
        "cadran run --allow-unix s": ["cadran", "run", "--allow-unix", "sockets/"],
    }

    def lines(self, command, start):
        if shutil.which(command[0]) is None:
            self.skipTest(f"no {command[0]}")
        for name in "window.json", "my file.json", "sand.json":
            self.write(name, {})
        (self.folder / "sockets").mkdir()
        shell = Shell(command, start, self.folder)
        self.addCleanup(shell.end)
        for line, words in self.LINES.items():
            with self.subTest(line):
                found = [word.rstrip("/") for word in shell.completed(line)]
                self.assertEqual(found, ["<" + word.rstrip("/") for word in words])

    def test_bash(self):
        self.lines(["bash", "--norc", "--noprofile", "-i"], f"source '{SCRIPT}'")

    def test_zsh(self):
        self.lines(["zsh", "-f", "-i"], f"fpath=('{FOLDER}' $fpath); autoload -U compinit; compinit -u -D")

    def test_fish(self):
        self.lines(["fish", "--no-config", "-i"], f"source '{FOLDER}/cadran.fish'")


if __name__ == "__main__":
    main()
