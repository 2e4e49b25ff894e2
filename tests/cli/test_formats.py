"""The formats of `cadran test`, as their readers take them; scenarios and names of files are such
as to break out of each."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

from cli_test import UNEXPECTED, CliTest, main

SCHEMA = pathlib.Path(__file__).with_name("junit.xsd")
PRINTED = ("]]> & <b> \"' \u0001\u001b[31m \\ # TODO %0A\n::error::x\n...\n---\n  \n\ttab: - x "
           "\uffff ü")


def scenario(text, wanted):
    return {"cadran": 1, "tasks": [{"name": "t", "do": [{"print": text.replace("{", "{{")}]}],
            "expect": {"golden": False, "stdout": [wanted]}}


class FormatTest(CliTest):
    def setUp(self):
        super().setUp()
        self.environment = {key: value for key, value in os.environ.items()
                            if key != "CI" and not key.startswith("GITHUB_")}
        self.names = ["a b.json", "c#d # TODO x.json", 'e"f<g>&h.json', "i\\j.json",
                      "k%l,m::n.json", "o\x01p.json", "q/r.json", "q/s/t.json", "q-u/r.json",
                      "ü.json"]
        for name in self.names:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(json.dumps(scenario(PRINTED, "x" + PRINTED)))
        self.write("fine.json", scenario("x", "x"))
        self.write("new.json", scenario("x", "x") | {"expect": {}})
        self.write("broken.json", '{"cadran": 1')
        with open(os.fsencode(self.folder) + b"/\xff.json", "w", encoding="utf-8") as file:
            file.write((self.folder / "fine.json").read_text())
        self.write("outside.json", {"cadran": 1, "tasks": [
            {"name": "t", "do": [{"exec": ["true"]}]}]})
        self.count, self.fine = len(self.names) + 5, 3  # one of them is skipped

    def said(self, form, **environment):
        done = self.cadran("test", "--format", form, env=self.environment | environment, text=False)
        self.assertEqual((done.returncode, done.err), (UNEXPECTED, b""))
        return done.out.decode()  # it is UTF-8

    def read_by(self, program, *arguments, given):
        if shutil.which(program) is None:
            self.skipTest(f"no {program}")
        return subprocess.run([program, *arguments], input=given, capture_output=True, text=True,
                              check=False)

    def assert_clean(self, text):
        self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


class Text(FormatTest):
    def test_nothing_reaches_the_terminal_that_is_not_text(self):
        said = self.said("text")
        self.assert_clean(said)
        self.assertIn("FAIL  o\\u0001p.json: 1 expectation is not met", said)
        self.assertIn("cadran accept new.json", said)


class Tap(FormatTest):
    def test_each_scenario_is_a_test(self):
        lines = self.said("tap").splitlines()
        self.assertEqual(lines[:2], ["TAP version 13", f"1..{self.count}"])
        tests = [line for line in lines[2:] if line[0] != " "]
        self.assertEqual(len(tests), self.count)
        for number, line in enumerate(tests, 1):
            self.assertRegex(line, rf"\A(not )?ok {number} - ")
        self.assertIn("c\\\\u0023d \\\\u0023 TODO x.json", "\n".join(tests))
        directives = [line.partition("#")[2] for line in tests if "#" in line]
        self.assertEqual(len(directives), 1)  # of the one that is skipped
        self.assertTrue(directives[0].startswith(" SKIP "))
        value = r"([0-9.]+|\"([^\"\\]|\\.)*\"|\[[a-z, ]+\])"
        for line in lines[2:]:
            if line[0] == " ":
                self.assertRegex(line, rf"\A  (---|\.\.\.|[a-z_]+: {value})\Z")
        self.assert_clean("\n".join(lines))

    def test_prove_reads_it(self):
        (self.folder / "all.tap").write_text(self.said("tap"))
        done = self.read_by("prove", str(self.folder / "all.tap"), given="")
        self.assertIn(f"Failed {self.count - self.fine}/{self.count} subtests", done.stdout)
        self.assertNotIn("Parse errors", done.stdout)

    def test_tappy_reads_it(self):
        (self.folder / "all.tap").write_text(self.said("tap"))
        done = self.read_by("tappy", str(self.folder / "all.tap"), given="")
        self.assertIn(f"Ran {self.count} tests", done.stderr + done.stdout)
        self.assertIn(f"failures={self.count - self.fine}, skipped=1)", done.stderr + done.stdout)

    def test_details_are_what_json_says(self):
        rows = {row["path"]: row for row in json.loads(self.said("json"))["scenarios"]}
        said = self.said("tap")
        details = [json.loads(text) for text in re.findall(r'(?m)^  details: (".*")$', said)]
        self.assertEqual(details, [row["details"] for row in rows.values() if row.get("details")])


class JUnit(FormatTest):
    def test_it_is_within_the_schema(self):
        said = self.said("junit")
        done = self.read_by("xmllint", "--noout", "--schema", str(SCHEMA), "-", given=said)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_says_what_json_says(self):
        rows = {row["path"]: row for row in json.loads(self.said("json"))["scenarios"]}
        root = xml.etree.ElementTree.fromstring(self.said("junit"))
        self.assertEqual(root.get("tests"), str(self.count))
        self.assertEqual(int(root.get("failures")) + int(root.get("errors")),
                         self.count - self.fine)
        self.assertEqual(root.get("errors"), "1")
        self.assertEqual([suite.get("name") for suite in root], [".", "q", "q-u", "q/s"])
        for suite in root:
            self.assertEqual(suite.get("tests"), str(len(suite)))
            for case in suite:
                directory = suite.get("name")
                path = case.get("name") if directory == "." else f"{directory}/{case.get('name')}"
                row = rows.pop(path)
                self.assertEqual(len(case) == 0, row["passed"])
                self.assertEqual([reason.tag for reason in case] == ["skipped"],
                                 row["reasons"] == ["skipped"])
                for reason in case:
                    self.assertEqual(reason.get("message"), row["sentence"])
                    self.assertIn(row["details"], reason.text or "")
        self.assertEqual(rows, {})


class GitHub(FormatTest):
    def test_annotations(self):
        said = self.said("github")
        token = re.match(r"::stop-commands::(\S+)\n", said)[1]
        log, commands = said.split(f"\n::{token}::\n")
        self.assertNotIn(token, log.split("\n", 1)[1])
        lines = commands.splitlines()
        self.assertEqual(len(lines), 10)
        for line in lines[:9]:
            self.assertRegex(line, r"\A::error file=[^:,]+,line=[0-9]+(,col=[0-9]+)?,"
                                   r"title=cadran test::.+\Z")
        self.assertEqual(lines[9], f"::error title=cadran test::{self.count - self.fine - 9} more "
                                   f"of {self.count} scenarios failed; the log and the summary "
                                   "name them")
        self.assertIn("file=k%25l%2Cm%3A%3An.json,line=1,col=", commands)
        self.assert_clean(commands)

    def test_few_failures_are_all_told(self):
        for name in self.names[:-8]:
            (self.folder / name).unlink()
        self.assertEqual(self.said("github").count("::error file="), 9)
        (self.folder / "broken.json").unlink()
        said = self.said("github")
        self.assertEqual(said.count("\n::error file="), 9)

    def test_paths_are_those_of_the_repository(self):
        said = self.said("github", GITHUB_WORKSPACE=str(self.folder.parent.resolve()))
        self.assertIn(f"::error file={self.folder.name}/a b.json,line=1", said)

    def test_the_summary(self):
        summary = self.folder / "summary.md"
        summary.write_text("before\n")
        self.said("github", GITHUB_STEP_SUMMARY=str(summary))
        text = summary.read_text()
        self.assertTrue(text.startswith("before\n### cadran test: 2 passed, 12 failed, 1 skipped\n"), text)
        self.assertEqual(text.count("<details>"), 12)
        self.assertNotIn("<b>", text)
        self.assert_clean(text)

    def test_a_summary_is_below_a_mebibyte(self):
        summary = self.folder / "summary.md"
        text = "&" * 4000
        for i in range(80):
            self.write(f"z{i:02}.json", scenario(text, "x" + text))
        self.said("github", GITHUB_STEP_SUMMARY=str(summary))
        self.assertLess(summary.stat().st_size, 1 << 20)
        self.assertGreater(summary.stat().st_size, 900000)
        self.assertRegex(summary.read_text(), r"\.\.\. and [0-9]+ more, which the log names\n\Z")


if __name__ == "__main__":
    main()
