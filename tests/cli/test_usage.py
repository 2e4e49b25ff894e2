"""What the command line takes, and what it says to what it does not take."""

import os
import re
import unittest

from cli_test import ENVIRONMENT, EXPECTED, ROOT, SCENARIOS, USAGE, CliTest, main

WINDOW = SCENARIOS / "window.json"
VIEW = "CADRAN_VIEW" in os.environ  # the viewer was built


class Help(CliTest):
    def test_each_command_has_a_help(self):
        for arguments in (["--help"], ["-h"], ["help"], ["run", "--help"], ["run", "-h"],
                          ["help", "run"], ["table", "--help"], ["table", "-h"]):
            with self.subTest(arguments):
                said = self.expect(EXPECTED, *arguments, err="").out
                self.assertTrue(said.startswith("usage: cadran "), said)
                self.assertLessEqual(max(map(len, said.splitlines())), 100)

    def test_help_names_every_command(self):
        said = self.cadran("--help").out
        for command in ("run", "test", "accept", "review", "table", "view"):
            self.assertRegex(said, rf"(?m)^  {command} +\w")

    def test_help_of_run_names_every_option_and_status(self):
        said = self.cadran("run", "--help").out
        for option in ("clock virtual|real", "trace FILE", "report FILE", "table", "seed N",
                       "set NAME=VALUE", "until TIME", "slow TIME", "max-steps N", "max-still N",
                       "max-tasks N", "max-time TIME", "max-memory SIZE"):
            self.assertRegex(said, rf"(?m)^  --{option.replace('|', '[|]')} ")
        self.assertIn("Exit status: 0", said)

    def test_manual_pages_name_every_option(self):
        commands = re.findall(r"(?m)^  ([a-z]+) +\w", self.cadran("--help").out)
        self.assertGreater(len(commands), 2)
        for command in ([name] for name in commands):
            with self.subTest(command):
                if command == ["view"] and "CADRAN_VIEW" not in os.environ:
                    self.skipTest("the viewer was not built")
                said = self.expect(EXPECTED, *command, "--help", err="").out
                page = (ROOT / "docs" / "man" / f"cadran-{command[0]}.1").read_text()
                offered = set(re.findall(r"(?m)^  --([a-z-]+)", said)) - {"help", "version"}
                told = set(re.findall(r"Fl -([a-z-]+)",
                                      "".join(re.findall(r"(?m)^\.(?:It|Op) .*$", page))))
                self.assertEqual(told - {"help", "version"}, offered)

    def test_the_manual_page_of_all_names_every_command(self):
        page = (ROOT / "docs" / "man" / "cadran.1").read_text()
        commands = re.findall(r"(?m)^  ([a-z]+) +\w", self.cadran("--help").out)
        self.assertEqual(re.findall(r"(?m)^\.It Cm (\w+)$", page), commands)

    def test_version(self):
        self.assertRegex(self.expect(EXPECTED, "--version", err="").out,
                         r"\Acadran \d+\.\d+\.\d+\n\Z")

    def test_without_arguments_the_help_is_an_error(self):
        said = self.expect(USAGE, out="")
        self.assertEqual(said.err, self.cadran("--help").out)

    def test_help_that_cannot_be_written(self):
        for arguments in (["--help"], ["--version"], ["run", "--help"], ["table", "--help"]):
            with self.subTest(arguments), open("/dev/full", "w") as full:
                self.expect(ENVIRONMENT, *arguments, stdout=full)


class Mistakes(CliTest):
    def test_each_is_told_in_a_line(self):
        for arguments, message in (
            (["rnu"], 'cadran: unknown command "rnu"; did you mean "run"?'),
            (["frobnicate"], 'cadran: unknown command "frobnicate"; see cadran --help'),
            (["--verison"], 'cadran: unknown option "--verison"; did you mean "--version"?'),
            (["run"], "cadran run: no scenario is named; see cadran run --help"),
            (["run", "a", "b", "--trace", "t"],
             "cadran run: --trace and --report are of one scenario: name one alone"),
            (["check"], "cadran check: no scenario is named; see cadran check --help"),
            (["run", "--trcae", "t", WINDOW],
             'cadran run: unknown option "--trcae"; did you mean "--trace"?'),
            (["run", "--verbose", WINDOW],
             'cadran run: unknown option "--verbose"; see cadran run --help'),
            (["why", "--trace", "t"],
             'cadran why: unknown option "--trace", which is of cadran run, compare: cadran run '
             "--trace FILE"),
            (["run", "--step=1", WINDOW],
             'cadran run: unknown option "--step=1", which is of cadran table, export'
             + (", view" if VIEW else "") + ": cadran table --step TIME"),
            (["run", "-j4", WINDOW],
             'cadran run: unknown option "-j", which is of cadran test: cadran test -j N'),
            (["table", "--set", "jobs=1", "t"],
             'cadran table: unknown option "--set", which is of cadran run, compare: cadran run '
             "--set NAME=VALUE"),
            (["--max-steps", "3", WINDOW],
             'cadran: unknown option "--max-steps", which is of cadran run: cadran run --max-steps N'),
            (["run", "--version", WINDOW],
             'cadran run: unknown option "--version", which is of cadran'
             + (", view" if VIEW else "") + ": cadran --version"),
            (["test", "--accept"],
             'cadran test: unknown option "--accept"; there is the command cadran accept'),
            (["run", "--jobs=3", WINDOW],
             'cadran run: unknown option "--jobs=3"; a variable is set by --set jobs=3'),
            (["validate", WINDOW], 'cadran: unknown command "validate"; did you mean "check"?'),
            (["hlep"], 'cadran: unknown command "hlep"; did you mean "help"?'),
            (["none.json"], 'cadran: "none.json" is no command, and no file; see cadran --help'),
            (["run", "-x", WINDOW], 'cadran run: unknown option "-x"; see cadran run --help'),
            (["run", "-xq", WINDOW], 'cadran run: unknown option "-x"; see cadran run --help'),
            (["run", "-trace", "t", WINDOW], 'cadran run: unknown option "-trace"; did you mean "--trace"?'),
            (["run", "--table=yes", WINDOW], 'cadran run: "--table=yes": --table takes no value'),
            (["run", WINDOW, "jobs=2"],
             'cadran run: there is no file "jobs=2"; a variable is set by --set jobs=2'),
            (["run", "."], 'cadran run: . is a folder; "cadran test" runs all scenarios in one'),
            (["check", WINDOW, "."], 'cadran check: . is a folder; "cadran test" runs all scenarios in one'),
            (["test", "--timeout", "0"],
             'cadran test: --timeout wants a time above 0, such as 0.5 or 250ms, not "0"'),
            (["export", "--step", "1", "t"], "cadran export: --step, --tolerance and --transpose are of the "
             "table: --format markdown or csv"),
            (["export", "--format", "csv", "--from", "1", "t"],
             "cadran export: --from and --to are of a page and of a picture: --format html or svg"),
            (["table", WINDOW], f'cadran table: {WINDOW}:1: this is a scenario, and no trace: "cadran run '
             '--trace FILE" runs it, and leaves one'),
            (["diff", WINDOW, WINDOW], f'cadran diff: {WINDOW}:1: this is a scenario, and no trace: "cadran '
             'run --trace FILE" runs it, and leaves one'),
            (["run", "-qx", WINDOW], 'cadran run: unknown option "-x"; see cadran run --help'),
            (["run", WINDOW, "--trace"], 'cadran run: a value is missing after "--trace"'),
            (["run", "--trace", "-", WINDOW],
             'cadran run: --trace wants a file, not "-": standard output is for what the tasks '
             "print (./- is a file of that name)"),
            (["run", "--report", "-", WINDOW],
             'cadran run: --report wants a file, not "-": standard output is for what the tasks '
             "print (./- is a file of that name)"),
            (["run", "--clock", "sundial", WINDOW],
             'cadran run: --clock wants virtual or real, not "sundial"'),
            (["run", "--seed", "many", WINDOW],
             'cadran run: --seed wants a whole number, not "many"'),
            (["run", "--seed", "1.5", WINDOW],
             'cadran run: --seed wants a whole number, not "1.5"'),
            (["run", "--until", "noon", WINDOW],
             'cadran run: --until wants a time, such as 3.5 or 250ms, not "noon"'),
            (["run", "--until", "-1", WINDOW],
             'cadran run: --until wants a time, such as 3.5 or 250ms, not "-1"'),
            (["run", "--slow", "", WINDOW],
             'cadran run: --slow wants a time, such as 3.5 or 250ms, not ""'),
            (["run", "--max-time", "1 s", WINDOW],
             'cadran run: --max-time wants a time, such as 3.5 or 250ms, not "1 s"'),
            (["run", "--max-steps", "0", WINDOW],
             'cadran run: --max-steps wants a whole number above 0, not "0"'),
            (["run", "--max-still", "x", WINDOW],
             'cadran run: --max-still wants a whole number above 0, not "x"'),
            (["run", "--max-tasks", "-1", WINDOW],
             'cadran run: --max-tasks wants a whole number above 0, not "-1"'),
            (["run", "--max-memory", "lots", WINDOW],
             'cadran run: --max-memory wants a size, such as 512M or 4G, not "lots"'),
            (["run", "--max-memory", "99999999999999999999", WINDOW],
             "cadran run: --max-memory wants a size, such as 512M or 4G, not "
             '"99999999999999999999"'),
            (["run", "--until", "2*3", WINDOW],
             'cadran run: --until wants a time, such as 3.5 or 250ms, not "2*3"'),
            (["run", "--detail", WINDOW],
             "cadran run: --detail is of a trace: give --trace FILE, too"),
            (["run", "--view", WINDOW],
             "cadran run: --view shows a trace: give --trace FILE, too"),
            (["run", "--trace", "a", "--seed", "1", "--trace=b", WINDOW],
             'cadran run: --trace is given twice, "a" and "b", and one file is written'),
            (["run", "--report", "a", "--report", "a", WINDOW],
             'cadran run: --report is given twice, "a" and "a", and one file is written'),
            (["run", "--set", "jobs", WINDOW],
             'cadran run: --set wants NAME=VALUE, such as jobs=100, not "jobs"'),
            (["run", "--set", "=1", WINDOW],
             'cadran run: --set wants NAME=VALUE, such as jobs=100, not "=1"'),
            (["table"], "cadran table: no trace is named; see cadran table --help"),
            (["table", "a", "b"], "cadran table: one trace at a time; see cadran table --help"),
            (["table", "--fast", "a"],
             'cadran table: unknown option "--fast"; see cadran table --help'),
            (["table", "--csv", "a"],
             'cadran table: unknown option "--csv"; did you mean "--format csv"?'),
            (["export", "-o", "x", "a"],
             'cadran export: unknown option "-o"; did you mean "--output"?'),
            (["run", "--quiet", WINDOW],
             'cadran run: unknown option "--quiet"; did you mean "-q"?'),
            ([WINDOW], f'cadran: "{WINDOW}" is a file; a command stands before it, as in cadran '
             f"run {WINDOW}"),
            (["why", "job7", WINDOW],
             f"cadran why: the trace comes first: cadran why {WINDOW} job7"),
            (["table", "--format", "xml", "a"],
             'cadran table: --format wants markdown, text, csv or json, not "xml"'),
            (["diff", "--level", "times", "a", "b"],
             'cadran diff: --level wants bytes, order or causes, not "times"'),
            (["test", "-j", "0"],
             'cadran test: -j wants a whole number from 1 to 256, not "0"'),
            (["compare", "--runs", "10001", WINDOW],
             'cadran compare: --runs wants a whole number from 1 to 10000, not "10001"'),
            (["compare", "--trace", self.folder, WINDOW],
             f"cadran compare: {self.folder}: Is a directory"),
            (["compare", "--trace", "none", WINDOW],
             "cadran compare: none: No such file or directory"),
            (["table", "--step", "0", "a"],
             'cadran table: --step wants a time above 0, such as 0.5 or 250ms, not "0"'),
        ):
            with self.subTest(arguments):
                self.expect(USAGE, *arguments, out="", err=message + "\n")

    @unittest.skipUnless(VIEW, "the viewer was not built")
    def test_an_option_of_the_viewer_and_one_that_it_lacks(self):
        self.expect(USAGE, "run", "--select", "job1", WINDOW, out="",
                    err='cadran run: unknown option "--select", which is of cadran view: cadran view '
                        "--select TASK\n")
        self.expect(USAGE, "view", "--clock", "real", "t", out="",
                    err='cadran-view: unknown option "--clock", which is of cadran run, test: cadran '
                        "run --clock virtual|real\n")

    def test_all_options_of_all_commands_are_listed(self):
        said = self.expect(EXPECTED, "--options", err="").out
        for command in re.findall(r"(?m)^  ([a-z]+) +\w", self.cadran("--help").out):
            if command != "view" or VIEW:
                self.assertIn(command + "\n" + self.cadran(command, "--options").out, said)

    def test_of_an_option_that_is_given_twice_the_last_counts(self):
        once = self.expect(EXPECTED, "run", "--until", "2", "--set", "width=2", WINDOW)
        self.expect(EXPECTED, "run", "--until", "9", "--set", "width=3", "--until", "2", "--set",
                    "width=2", WINDOW, out=once.out, err=once.err)

    def test_a_variable_that_is_set_must_be_one(self):
        for setting, message in (
            ("jbos=1", 'cannot set "jbos": the scenario has no such variable; did you mean "jobs"?\n'),
            ("frob=1", 'cannot set "frob": the scenario has no such variable\n'),
            ("jobs=", 'cannot set "jobs": the expression is empty\n'),
            ("jobs=1+", 'cannot set "jobs": expected a value, but the expression ends here\n'
                        "    1+\n      ^\n"),
            ("jobs=width", 'cannot set "jobs": unknown name "width"\n    width\n    ^~~~~\n'),
        ):
            with self.subTest(setting):
                self.expect(USAGE, "run", "--set", setting, WINDOW, out="",
                            err=f"{WINDOW}: {message}")

    def test_a_variable_that_is_set_to_what_cannot_be(self):
        self.expect(USAGE, "run", "--set", "jobs=-1", WINDOW, out="",
                    err=f"{WINDOW}:11:34: /tasks/0/count: count must be at least 0, not -1\n"
                        f"{WINDOW}:21:33: /expect/max_concurrent: max_concurrent must be at "
                        "least 0, not -1\n")


class FullDisks(CliTest):
    """What cannot be written: a message, and the status of the environment."""

    def test_each_command(self):
        self.expect(EXPECTED, "run", "--trace", "t", WINDOW)
        self.expect(EXPECTED, "run", "--set", "width=2", "--trace", "u", WINDOW)
        for arguments in (["diff", "t", "t"], ["diff", "t", "u"], ["table", "t"], ["export", "t"],
                          ["diff", "--format", "html", "t", "u"], ["check", WINDOW],
                          ["test", "--list", SCENARIOS], ["export", "--format", "html", "t"],
                          ["compare", "--trace", "t", WINDOW]):
            with self.subTest(arguments), open("/dev/full", "w") as full:
                self.assertRegex(self.expect(ENVIRONMENT, *arguments, stdout=full).err,
                                 rf"(?m)^cadran {arguments[0]}: standard output: "
                                 r"(No space left on device|not all of it could be written)$")


class Files(CliTest):
    def test_what_is_no_scenario(self):
        (self.folder / "empty.json").touch()
        (self.folder / "binary.json").write_bytes(bytes(range(256)))
        for name, message in (
            ("missing.json", "missing.json: cannot be read: No such file or directory\n"),
            ("empty.json", "empty.json:1:1: the document is empty\n"),
        ):
            with self.subTest(name):
                self.expect(USAGE, "run", name, out="", err=message)
        self.assertIn("binary.json:1:1: ", self.expect(USAGE, "run", "binary.json", out="").err)

    def test_a_trace_is_no_scenario(self):
        for name, message in (
            ("t.json", 't.json:1:1: this is a trace of a run, and no scenario; "cadran view", '
                       '"table", "diff" and "export" read it\n'),
            ("t.gz", "t.gz:1:1: the file is packed, by gzip or zstd, as traces may be; what is read "
                     "here is text\n"),
            ("t.zst", "t.zst:1:1: the file is packed, by gzip or zstd, as traces may be; what is "
                      "read here is text\n"),
        ):
            self.expect(EXPECTED, "run", "--trace", name, WINDOW)
            for command in "run", "check", "compare":
                with self.subTest(name, command=command):
                    self.expect(USAGE, command, name, out="", err=message)

    def test_standard_input_is_a_scenario(self):
        self.expect(EXPECTED, "run", "-", given='{"cadran": 1, "setup": [{"print": "here"}]}',
                    out="here\n", err="outcome complete at 0 s\n")
        self.expect(USAGE, "run", "-", given="", out="", err="<stdin>:1:1: the document is empty\n")

    def test_after_two_dashes_all_is_a_name(self):
        self.expect(USAGE, "run", "--", "--table", out="",
                    err="--table: cannot be read: No such file or directory\n")

    def test_an_unreadable_scenario(self):
        path = self.write("secret.json", {"cadran": 1})
        path.chmod(0)
        try:
            path.open().close()
        except PermissionError:
            self.expect(USAGE, "run", path.name, out="",
                        err="secret.json: cannot be read: Permission denied\n")
        else:
            raise unittest.SkipTest("this user may read everything")

    def test_no_trace(self):
        self.expect(USAGE, "table", "missing", out="",
                    err="cadran table: missing: No such file or directory\n")
        self.write("text", "Dear diary\n")
        self.assertRegex(self.expect(USAGE, "table", "text", out="").err,
                         r"\Acadran table: text:1: .+\n\Z")


if __name__ == "__main__":
    main()
