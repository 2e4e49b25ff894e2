"""What is said about documents that are wrong: faults.txt has them all.

test_faults.py --update writes there what is said now.
"""

import pathlib
import subprocess
import sys

from cli_test import PROGRAM, USAGE, CliTest, main

TABLE = pathlib.Path(__file__).with_name("faults.txt")
NAME = "<stdin>:"


def said_about(document):
    process = subprocess.run([PROGRAM, "run", "-"], input=document, capture_output=True,
                             text=True, timeout=60)
    return process.returncode, process.stdout, process.stderr


def as_lines(message):
    """As in the table: a message, or a line of an excerpt, in a line."""
    return ["> " + line.removeprefix(NAME) for line in message.splitlines()]


def entries(text):
    """Each document, with the lines that follow it."""
    document, lines = None, []
    for line in text.splitlines():
        if line.startswith(">") and document is not None:
            lines.append(line)
            continue
        if document is not None:
            yield document, lines
        comment = line.startswith("#") or not line
        document, lines = (None, []) if comment else (line, [])
    if document is not None:
        yield document, lines


def update():
    result = []
    for line in TABLE.read_text().splitlines():
        if line.startswith(">"):
            continue
        result.append(line)
        if line and not line.startswith("#"):
            result += as_lines(said_about(line)[2])
    TABLE.write_text("\n".join(result) + "\n")


class Faults(CliTest):
    def test_each_is_told_with_its_place_and_what_to_do(self):
        count = 0
        for document, lines in entries(TABLE.read_text()):
            with self.subTest(document):
                status, out, err = said_about(document)
                self.assertEqual((status, out), (USAGE, ""), err)
                self.assertEqual(as_lines(err), lines)
                count += 1
        self.assertGreater(count, 40)

    def test_all_of_a_document_are_told_in_one_go_in_their_order(self):
        text = '{"cadran": 1, "nmae": "x",\n"tasks": [\n'
        text += ",\n".join('{"name": "t%d", "do": [{"slepe": 1}, {"sleep": "x +"}]}' % i
                           for i in range(10)) + "]}"
        err = self.expect(USAGE, "run", "-", given=text, out="").err
        places = [tuple(map(int, line.split(":")[1:3])) for line in err.splitlines()
                  if line.startswith(NAME)]
        self.assertEqual(len(places), 31, err)
        self.assertEqual(places, sorted(places))

    def test_of_very_many_the_rest_is_counted(self):
        text = '{"cadran": 1, "tasks": [%s]}' % ", ".join(["{}"] * 1000)
        lines = self.expect(USAGE, "run", "-", given=text, out="").err.splitlines()
        self.assertEqual(len(lines), 101)
        self.assertRegex(lines[-1], "1900 more")

    def test_nesting_and_size_have_limits(self):
        deep = "[" * 100000 + "]" * 100000
        self.assertRegex(self.expect(USAGE, "run", "-", given=deep, out="").err, "(?i)deep")
        steps = '{"repeat": 1, "do": [' * 2000 + "]}" * 2000
        self.expect(USAGE, "run", "-", out="",
                    given='{"cadran": 1, "tasks": [{"name": "a", "do": [%s]}]}' % steps)
        expression = "(" * 5000 + "1" + ")" * 5000
        self.assertRegex(self.expect(
            USAGE, "run", "-", given='{"cadran": 1, "vars": {"a": "%s"}}' % expression, out="").err,
            "(?i)deep|nest")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        main()
