"""What a stranger's document can do to the terminal of who runs it: nothing.

Each text of many documents gets characters in it that a terminal would obey, alone and wherever the
same text stands, so that names stay names. None of them may come out, whatever is said of it."""

import json
import os
import pty
import re
import unittest

from cli_test import EXPECTED, ROOT, CliTest, main

# A title, a clear screen, C1, what turns the direction, and a line that would look like ours.
EVIL = "\x1b]0;x\x07\x1b[2J\x9b1m\u202e\u2066\u2028\noutcome complete at 0 s\n\x7f"

OBEYED = {chr(code) for code in [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F,
                                 *range(0x2028, 0x202F), *range(0x2066, 0x206A)]} - {"\n"}

# Failures, a deadlock of each kind, groups, expectations that do not hold, a slow turn.
DOCUMENTS = [
    {"cadran": 1, "objects": {"a": {"type": "lock"}, "b": {"type": "lock"}},
     "tasks": [{"name": "one", "do": [{"with": "a", "do": [{"sleep": 1}, {"acquire": "b"}]}]},
               {"name": "two", "do": [{"with": "b", "do": [{"sleep": 1}, {"acquire": "a"}]}]}]},
    {"cadran": 1, "objects": {"q": {"type": "queue", "maxsize": 1}, "f": {"type": "future"}},
     "coroutines": {"worker": {"params": ["n"], "do": [{"put": "q"}, {"put": "q"}]}},
     "tasks": [{"name": "main", "do": [{"spawn": "worker", "args": {"n": 1}, "name": "child"},
                                       {"await": "f"}]}]},
    {"cadran": 1, "tasks": [{"name": "main", "do": [
        {"task_group": [{"spawn": [{"raise": "ValueError", "message": "bad"}], "name": "x"},
                        {"spawn": [{"raise": "KeyError", "message": "worse"}], "name": "y"}]}]}]},
    {"cadran": 1, "tasks": [{"name": "t", "do": [{"span": "s", "do": [{"sleep": 1}]},
                                                 {"print": "p"}, {"compute": 2}]}],
     "expect": {"outcome": "complete", "makespan": 9, "tasks": {"t": "cancelled"},
                "lines": ["q"], "order": ["r"], "table": ["| 0-1 |", "| u |"]}},
]


def texts_of(node, found):
    """All member names and texts of a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            found.add(name)
            texts_of(value, found)
    elif isinstance(node, list):
        for value in node:
            texts_of(value, found)
    elif isinstance(node, str):
        found.add(node)
    return found


def changed(node, text, other):
    if isinstance(node, dict):
        return {other if name == text else name: changed(value, text, other)
                for name, value in node.items()}
    if isinstance(node, list):
        return [changed(value, text, other) for value in node]
    return other if node == text else node


class Strangers(CliTest):
    def check_said(self, said, why):
        self.assertEqual(sorted(OBEYED & set(said)), [], f"{why}\n{said!r}")
        ours = [line for line in said.split("\n") if line == "outcome complete at 0 s"]
        self.assertEqual(ours, [], f"a forged line: {why}\n{said!r}")

    def look(self, document, why):
        self.write("s.json", document)
        trace = self.folder / "t"
        trace.unlink(missing_ok=True)
        run = self.cadran("run", "--slow", "1", "--table", "--trace", "t", "--report", "r", "s.json")
        self.check_said(run.err, why)
        if (self.folder / "r").exists() and run.returncode < 2:
            json.loads((self.folder / "r").read_text())
        if trace.exists():
            for options in [], ["--format", "csv"]:
                table = self.cadran("table", *options, "t")
                self.check_said(table.out + table.err, f"{why}: the table")

    def test_the_name_of_a_trace(self):
        self.write("s.json", DOCUMENTS[3])
        for text in "{", "x", '{"traceEvents":[]}':
            (self.folder / EVIL).write_text(text)
            for name in EVIL, EVIL + "none":
                for command in ["table"], ["diff", "s.json"], ["export"], ["compare", "s.json", "--trace"]:
                    with self.subTest(command=command[0], text=text, name=name):
                        self.check_said(self.cadran(*command, name).err, command[0])

    def test_the_names_of_traces_that_are_read(self):
        self.write("s.json", DOCUMENTS[1])
        self.cadran("run", "--trace", "a", "s.json")
        name = EVIL.replace("/", "") + ".json"
        (self.folder / name).write_bytes((self.folder / "a").read_bytes().replace(b"1000", b"2000"))
        for command in (["table"], ["export"], ["why"], ["diff", "a"], ["diff", "--all", "--format", "markdown", "a"],
                        ["export", "--output", name], ["diff", "--level", "order", name]):
            said = self.cadran(*command, name)
            self.check_said(said.out + said.err, command)

    def test_a_document(self):
        for document in DOCUMENTS:
            for text in sorted(texts_of(document, set())):
                self.look(changed(document, text, text[:1] + EVIL + text[1:]), (document, text))

    def test_a_comparison(self):
        """The same program with other names: renames, objects, states, what is printed."""
        plain = {"cadran": 1, "objects": {"lock": {"type": "lock"}}, "tasks": [
            {"name": "one", "do": [{"with": "lock", "do": [{"span": "work", "do": [{"sleep": 1}]}]},
                                   {"print": "told"}]},
            {"name": "two", "do": [{"with": "lock", "do": [{"sleep": 1}]}]}]}
        self.write("s.json", plain)
        self.expect(EXPECTED, "run", "--detail", "--trace", "a", "s.json")
        for text in "one", "lock", "work", "told", "two":
            self.write("s.json", changed(plain, text, text[:1] + EVIL + text[1:]))
            self.cadran("run", "--detail", "--trace", "b", "s.json")
            for options in [], ["--all"], ["--format", "markdown"]:
                said = self.cadran("diff", *options, "a", "b")
                self.check_said(said.out + said.err, (text, options))

    def test_a_trace(self):
        """Whatever stands in it, a word of the format's own, too, through all that reads one."""
        for document in DOCUMENTS[:2]:
            self.write("s.json", document)
            self.cadran("run", "--detail", "--trace", "a", "s.json")
            events = json.loads((self.folder / "a").read_text())
            for text in sorted(texts_of(events, set()) - {"M", "B", "E", "i", "C", "s", "f"}):
                self.write("b", changed(events, text, text[:1] + EVIL + text[1:]))
                for command in (["table"], ["export"], ["why", "--all"], ["why", "--critical", "--all"],
                                ["why", "--all", "b", "main"], ["diff", "--all", "a"],
                                ["diff", "--format", "markdown", "a"]):
                    said = self.cadran(*command, *["b"] * ("b" not in command))
                    self.check_said(said.out + said.err, (command, text))

    def test_an_expression(self):
        for expression in "'%s' + 1", "%s", "x['%s']", "f('%s')", "{%s}":
            expression = expression % EVIL
            self.look({"cadran": 1, "vars": {"x": expression}, "tasks": []}, expression)
            self.look({"cadran": 1, "tasks": [{"name": "t", "do": [{"sleep": expression}]}]},
                      expression)

    def test_a_damaged_document(self):
        whole = json.dumps(DOCUMENTS[0], ensure_ascii=False)
        for at in range(0, len(whole), 7):
            (self.folder / "s.json").write_text(whole[:at] + EVIL + whole[at:])
            self.check_said(self.cadran("run", "s.json").err, at)

    def test_names_of_files(self):
        name = "s" + EVIL.replace("/", "") + ".json"
        self.write(name, DOCUMENTS[0])
        self.check_said(self.cadran("run", name).err, "a scenario")
        self.check_said(self.cadran("run", "none" + name).err, "none")
        self.check_said(self.cadran("table", name).err, "no trace")
        self.check_said(self.cadran(EVIL).err, "a command")
        self.check_said(self.cadran("run", "--" + EVIL).err, "an option")
        self.check_said(self.cadran("run", "--clock", EVIL, name).err, "a clock")
        self.check_said(self.cadran("run", "--set", f"{EVIL}=1", name).err, "a variable")


class Messages(unittest.TestCase):
    def test_all_go_by_the_function_that_shows(self):
        for folder in "sim", "viz":
            for path in sorted((ROOT / folder).rglob("*.c")):
                if path.parent.name not in {"generate", "api"}:
                    texts = re.findall(r"fprintf\(stderr,[^;]*%[.*\d]*s[^;]*;", path.read_text())
                    self.assertEqual(texts, [], f"{path}: base_show_line() (base/show.h) is for that")


class Pieces(CliTest):
    @unittest.skipUnless(hasattr(os, "O_DIRECT"), "needs pipes of packets")
    def test_a_message_is_written_at_once(self):
        """So that it stays one line where others write, too."""
        read, write = os.pipe2(os.O_DIRECT)
        process = self.start("table", "none\x1b.json", stderr=write)
        os.close(write)
        self.assertEqual(os.read(read, 4096),
                         b"cadran table: none\\u001b.json: No such file or directory\n")
        os.close(read)
        process.communicate()


class Terminal(CliTest):
    """What tasks print is theirs; to a terminal it is shown all the same."""

    def printed(self, *options):
        self.write("s.json", {"cadran": 1, "tasks": [
            {"name": "t", "do": [{"print": "a\x1b[2J\tb\nc\u202e"}]}]})
        leader, follower = pty.openpty()
        process = self.start("run", *options, "s.json", stdout=follower)
        os.close(follower)
        out = b""
        while True:
            try:
                piece = os.read(leader, 4096)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            out += piece
        os.close(leader)
        self.finish(process)
        self.assertEqual(process.returncode, EXPECTED, process.err)
        return out.decode().replace("\r\n", "\n")

    def test_it_is_shown(self):
        self.assertEqual(self.printed(), "a\\u001b[2J\tb\nc\\u202e\n")

    def test_unless_it_is_wanted_raw(self):
        self.assertEqual(self.printed("--raw"), "a\x1b[2J\tb\nc\u202e\n")

    def test_a_file_gets_it_as_it_is(self):
        self.write("s.json", {"cadran": 1, "tasks": [{"name": "t", "do": [{"print": "\x1b[2J"}]}]})
        self.expect(EXPECTED, "run", "s.json", out="\x1b[2J\n")


if __name__ == "__main__":
    main()
