"""`cadran accept` and `cadran review`: new traces become goldens, or not."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from cli_test import EXPECTED, PROGRAM, UNEXPECTED, USAGE, CliTest, main


def scenario(text="hello", delay=1, **more):
    return {"cadran": 1, "tasks": [{"name": "t", "do": [{"sleep": delay}, {"print": text}]}]} | more


class AcceptTest(CliTest):
    def setUp(self):
        super().setUp()
        self.environment = {key: value for key, value in os.environ.items() if key != "CI"}

    def make(self, *names, **more):
        for name in names:
            self.write(f"{name}.json", scenario(name, **more))
        self.cadran("test", env=self.environment)

    def bytes_of(self, name):
        path = self.folder / name
        return path.read_bytes() if path.exists() else None

    def files(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


class Accept(AcceptTest):
    def test_just_those_that_are_named(self):
        self.make("a", "b", "c", "d")
        new = {name: self.bytes_of(f"{name}.trace.new.json") for name in "abcd"}
        self.expect(EXPECTED, "accept", "a.json", "c", "./d.trace.new.json",
                    out="accepted a.json: the first golden\naccepted c.json: the first golden\n"
                        "accepted d.json: the first golden\n3 of 3 accepted\n")
        for name in "acd":
            self.assertEqual(self.bytes_of(f"{name}.trace.json"), new[name])
            self.assertIsNone(self.bytes_of(f"{name}.trace.new.json"))
        self.assertIsNone(self.bytes_of("b.trace.json"))
        self.assertEqual(self.bytes_of("b.trace.new.json"), new["b"])

    def test_all(self):
        (self.folder / "x").mkdir()
        self.write("x/a.json", scenario())
        self.make("b", "c")
        said = self.expect(EXPECTED, "accept", "--all", "x").out
        self.assertEqual(said, "accepted x/a.json: the first golden\n1 of 1 accepted\n")
        said = self.expect(EXPECTED, "accept", "--all").out
        self.assertEqual(said, "accepted b.json: the first golden\n"
                               "accepted c.json: the first golden\n2 of 2 accepted\n")
        self.expect(EXPECTED, "accept", "--all", out="nothing waits to be accepted\n")
        self.expect(EXPECTED, "test", env=self.environment)

    def test_it_says_what_changes(self):
        self.make("a")
        self.expect(EXPECTED, "accept", "a")
        self.make("a", delay=2)
        said = self.expect(EXPECTED, "accept", "a").out
        self.assertRegex(said, r"\Aaccepted a\.json: t .*2 s.*1 s.*\n1 of 1 accepted\n\Z")

    def test_of_another_version_of_the_scenario(self):
        self.make("a", "b")
        self.expect(EXPECTED, "accept", "--all")
        self.make("a", delay=2)
        before = self.files()
        for change in (scenario("a", 3), scenario("other", 2), scenario("a", 1), {"cadran": 1},
                       "{", None):
            (self.folder / "a.json").unlink(missing_ok=True)
            if change is not None:
                self.write("a.json", change)
            said = self.expect(UNEXPECTED, "accept", "--all").out
            self.assertTrue(said.startswith("refused a.json: "), said)
            after = self.files()
            self.assertEqual(after["a.trace.json"], before["a.trace.json"])
            self.assertEqual(after["a.trace.new.json"], before["a.trace.new.json"])
        self.write("a.json", scenario("a", 2, description="another text, the same run"))
        self.expect(EXPECTED, "accept", "a")

    def test_of_a_scenario_that_is_gone(self):
        self.make("a")
        (self.folder / "a.json").unlink()
        self.expect(UNEXPECTED, "accept", "--all", out="refused a.json: its scenario is not there "
                                                       "any more\n0 of 1 accepted\n")

    def test_one_that_was_changed_by_hand(self):
        self.make("a")
        path = self.folder / "a.trace.new.json"
        whole = path.read_bytes()
        for trace in (whole[:-20], whole.replace(b"1000000", b"1000001"), b"", whole + b"\n"):
            path.write_bytes(trace)
            self.expect(UNEXPECTED, "accept", "a")
            self.assertIsNone(self.bytes_of("a.trace.json"))

    def test_what_is_not_as_expected_can_be_kept(self):
        self.make("a", expect={"makespan": 7})
        self.expect(EXPECTED, "accept", "a")

    def test_the_form_alone(self):
        self.make("a", "b")
        self.expect(EXPECTED, "accept", "--all")
        golden = self.folder / "a.trace.json"
        text = golden.read_text()
        golden.write_text(text.replace('"ph":"B","ts":', '"ph":"B", "ts":'))
        self.write("b.json", scenario("b", 2))
        said = self.cadran("test", env=self.environment).out
        self.assertIn("a.json: the trace differs from the golden in its form alone", said)
        said = self.expect(UNEXPECTED, "accept", "--form", "--all").out
        self.assertRegex(said, r"\Aaccepted a\.json: .*form alone\nleft b\.json: .*\n"
                               r"1 of 2 accepted\n\Z")
        self.assertEqual(golden.read_text(), text)

    def test_a_golden_that_cannot_be_written_stays(self):
        self.make("a")
        self.expect(EXPECTED, "accept", "a")
        self.make("a", delay=2)
        before = self.files()
        if os.geteuid() == 0:
            self.skipTest("nothing is forbidden to root")
        self.folder.chmod(0o500)
        self.addCleanup(self.folder.chmod, 0o700)
        self.assertIn("refused a.json: Permission denied", self.expect(UNEXPECTED, "accept", "a").out)
        self.assertEqual(self.files(), before)

    def test_usage(self):
        self.make("a")
        said = self.expect(USAGE, "accept")
        self.assertIn("name the scenarios, or give --all", said.err)
        said = self.expect(USAGE, "accept", ".")
        self.assertIn("is a directory; --all takes all that is in it", said.err)
        self.expect(UNEXPECTED, "accept", "nowhere",
                    out="refused nowhere.json: there is no such scenario\n0 of 1 accepted\n")


class Terminal:
    """A program on a terminal of 80 x 24."""

    def __init__(self, test, *arguments):
        self.test = test
        self.master, self.other = pty.openpty()
        test.addCleanup(os.close, self.master)
        test.addCleanup(os.close, self.other)
        fcntl.ioctl(self.other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self.other)
        self.all = b""
        self.process = subprocess.Popen(
            [PROGRAM, *arguments], stdin=self.other, stdout=self.other, stderr=self.other,
            cwd=test.folder, env=test.environment, preexec_fn=os.setpgrp)
        test.addCleanup(self.process.kill)

    def read_until(self, wanted, seconds=30):
        """What comes until it matches; the escapes are gone."""
        said, end = b"", time.monotonic() + seconds
        while not re.search(wanted, said.decode()):
            self.test.assertGreater(end, time.monotonic(), f"no {wanted!r} in {said!r}")
            if select.select([self.master], [], [], .05)[0]:
                said += os.read(self.master, 65536)
        self.all += said
        return said.decode()

    def page(self, key=None, wanted=r"quit.*\x1b\[J|v back.*\x1b\[J"):
        """The page after a key: its lines."""
        if key is not None:
            os.write(self.master, key.encode())
        said = self.read_until(wanted).rsplit("\x1b[H", 1)[1]
        lines = re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", said).replace("\r", "").split("\n")
        self.test.assertLessEqual(len(lines), 24)
        self.test.assertLessEqual(max(map(len, lines)), 80)
        return lines

    def end(self, key=None):
        if key is not None:
            os.write(self.master, key.encode())
        said = self.read_until(r"\x1b\[\?1049l")
        self.process.wait(30)
        while select.select([self.master], [], [], .1)[0]:
            said += os.read(self.master, 65536).decode()
        self.test.assertEqual(termios.tcgetattr(self.other), self.before)
        return said.rsplit("\x1b[?1049l", 1)[1].replace("\r", "")


class Asks(AcceptTest):
    def test_one_by_one(self):
        self.make("a", "b", "c", "d")
        terminal = Terminal(self, "accept")
        for name, answer in (("a", "y\n"), ("b", "n\n"), ("c", "\n"), ("d", "q\n")):
            terminal.read_until(rf"{name}\.json: the first golden\r\naccept it\? \[y/N/q\] ")
            os.write(terminal.master, answer.encode())
        terminal.read_until("1 of 4 accepted")
        self.assertEqual(terminal.process.wait(30), UNEXPECTED)
        self.assertEqual([name for name in "abcd" if self.bytes_of(f"{name}.trace.json")], ["a"])


class Review(AcceptTest):
    def setUp(self):
        super().setUp()
        self.make("a", "b", "c")
        self.expect(EXPECTED, "accept", "a")
        self.make("a", delay=2)

    def test_from_one_to_the_next(self):
        new = self.files()
        terminal = Terminal(self, "review")
        page = terminal.page()
        self.assertEqual(page[0], "1 of 3  a.json")
        self.assertRegex(page[2], "^t .*2 s.*1 s")
        self.assertEqual(page[-2], "0 accepted, 0 rejected, 0 skipped, 3 to go")
        self.assertEqual(page[-1], "a accept   r reject   s skip   v view   u undo   q quit")
        page = terminal.page("a")
        self.assertEqual(page[0], "2 of 3  b.json")
        self.assertEqual(page[-2], "1 accepted, 0 rejected, 0 skipped, 2 to go")
        self.assertEqual(self.bytes_of("a.trace.json"), new["a.trace.new.json"])
        self.assertEqual(terminal.page("r")[0], "3 of 3  c.json")
        self.assertIsNone(self.bytes_of("b.trace.new.json"))
        self.assertEqual(terminal.page("s")[0], "all are decided")
        said = terminal.end("q")
        self.assertRegex(said, r"\Aaccepted a\.json: t .*\nrejected b\.json: the first golden\n"
                               r"skipped c\.json: the first golden\n\Z")
        self.assertEqual(terminal.process.returncode, EXPECTED)
        self.assertEqual(sorted(self.files()), ["a.json", "a.trace.json", "b.json", "c.json",
                                                "c.trace.new.json"])

    def test_undo(self):
        before = self.files()
        terminal = Terminal(self, "review")
        terminal.page()
        self.assertIn("there is nothing to undo", terminal.page("u")[-2])
        for key in ("a", "a", "r"):
            terminal.page(key)
        self.assertNotEqual(self.files(), before)
        for name in ("3 of 3  c.json", "2 of 3  b.json", "1 of 3  a.json"):
            self.assertEqual(terminal.page("u")[0], name)
        self.assertEqual(self.files(), before)
        self.assertEqual(terminal.end("q"), "3 more wait\n")

    def test_view(self):
        terminal = Terminal(self, "review")
        terminal.page()
        page = terminal.page("v")
        self.assertEqual(page[0], "1 of 3  a.json")
        self.assertIn("v back", page[-1])
        for key in ("j", "k", " ", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1bOH", "\x1b[F"):
            self.assertIn("v back", terminal.page(key)[-1])
        self.assertIn("q quit", terminal.page("q")[-1])
        terminal.end("q")

    def test_one_that_cannot_be_accepted(self):
        self.write("a.json", scenario("a", 5))
        before = self.files()
        terminal = Terminal(self, "review", "a.json")
        self.assertIn("cannot be accepted: ", terminal.page()[2])
        self.assertIn("it cannot be accepted", terminal.page("a")[-2])
        terminal.end("q")
        self.assertEqual(self.files(), before)

    def test_the_terminal_is_as_before_after_a_signal(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number):
                terminal = Terminal(self, "review")
                terminal.page()
                self.assertNotEqual(termios.tcgetattr(terminal.other), terminal.before)
                terminal.process.send_signal(number)
                terminal.end()
                self.assertEqual(terminal.process.returncode, -number)

    def test_it_can_be_stopped_and_gone_on_with(self):
        terminal = Terminal(self, "review")
        terminal.page()
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.read_until(r"\x1b\[\?1049l")
        os.waitpid(terminal.process.pid, os.WUNTRACED)
        self.assertEqual(termios.tcgetattr(terminal.other), terminal.before)
        terminal.process.send_signal(signal.SIGCONT)
        self.assertEqual(terminal.page()[0], "1 of 3  a.json")
        terminal.end("q")

    def test_another_size(self):
        terminal = Terminal(self, "review")
        terminal.page()
        fcntl.ioctl(terminal.other, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 40, 0, 0))
        terminal.process.send_signal(signal.SIGWINCH)
        page = terminal.page(wanted=r"v view.*\x1b\[J")
        self.assertEqual(len(page), 10)
        self.assertLessEqual(max(map(len, page)), 40)
        terminal.end("q")

    def test_a_size_that_holds_no_page(self):
        for rows, columns in ((1, 1), (2, 3), (5, 20), (7, 200)):
            with self.subTest(rows=rows, columns=columns):
                terminal = Terminal(self, "review")
                terminal.page()
                fcntl.ioctl(terminal.other, termios.TIOCSWINSZ,
                            struct.pack("HHHH", rows, columns, 0, 0))
                terminal.process.send_signal(signal.SIGWINCH)
                terminal.page(wanted=r"\x1b\[J")
                terminal.end("q")

    def test_control_d_ends_it(self):
        terminal = Terminal(self, "review")
        terminal.page()
        self.assertEqual(terminal.end("\x04"), "3 more wait\n")

    def test_without_a_terminal(self):
        said = self.expect(USAGE, "review")
        self.assertIn("it needs a terminal", said.err)


if __name__ == "__main__":
    main()
