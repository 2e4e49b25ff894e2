"""A long silent run says on a terminal how far it is, and takes that back before it says more."""

import os
import pty
import re
import select
import signal
import time

from cli_test import EXPECTED, CliTest, main

SILENT = {"tasks": [{"name": "t", "do": [{"repeat": "forever", "do": [{"sleep": 1}]}]}],
          "on_interrupt": [{"print": "bye"}]}
LINE = re.compile(r"[0-9.]+ s of virtual time, 1 task, [0-9]+ steps")


class Progress(CliTest):
    def follow(self, process, terminal, wanted, seconds=30):
        """What is said on the terminal until it matches."""
        said, end = "", time.monotonic() + seconds
        while not re.search(wanted, said):
            left = end - time.monotonic()
            self.assertGreater(left, 0, f"no {wanted} in {said!r}")
            if select.select([terminal], [], [], left)[0]:
                try:
                    said += os.read(terminal, 4096).decode()
                except OSError:  # the other end is closed
                    break
        return said

    def on_terminal(self, *options, **how):
        terminal, other = pty.openpty()
        self.addCleanup(os.close, terminal)
        self.write("silent.json", {"cadran": 1} | SILENT)
        process = self.start("run", *options, "silent.json", stderr=other, **how)
        os.close(other)
        return process, terminal

    def test_a_silent_run_shows_where_it_is(self):
        process, terminal = self.on_terminal()
        said = self.follow(process, terminal, LINE)
        self.assertRegex(said, LINE)
        process.send_signal(signal.SIGINT)
        said = self.follow(process, terminal, "outcome interrupted")
        self.finish(process)
        self.assertEqual(process.returncode, EXPECTED)
        self.assertEqual(process.out, "bye\n")
        self.assertRegex(said, r"\r\x1b\[Koutcome interrupted at [0-9.]+ s\r\n$")

    def test_a_short_run_shows_nothing(self):
        process, terminal = self.on_terminal("--until", "10")
        said = self.follow(process, terminal, "outcome stopped at 10 s\r\n")
        self.finish(process)
        self.assertTrue(said.startswith("stopped at 10 s: 1 task has not ended\r\n"), said)

    def test_nothing_is_shown_where_nobody_watches(self):
        self.write("silent.json", {"cadran": 1} | SILENT)
        process = self.start("run", "silent.json")
        self.wait_for_handler(process)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        self.finish(process)
        self.assertRegex(process.err, r"^outcome interrupted at [0-9.]+ s\n$")

    def test_a_run_that_goes_on_says_so_once_also_in_a_file(self):
        noisy = [{"repeat": "forever", "do": [{"sleep": 1}, {"print": "tick"}]}]
        self.write("noisy.json", {"cadran": 1, "tasks": [{"name": "t{i}", "count": 7, "do": noisy}]})
        with open(self.folder / "said", "w+") as said, open(os.devnull, "w") as nowhere:
            process = self.start("run", "noisy.json", stdout=nowhere, stderr=said)
            self.wait_until(lambda: (self.folder / "said").stat().st_size > 0)
            time.sleep(2)  # in which it is not said again
            process.send_signal(signal.SIGINT)
            process.wait(60)
            said.seek(0)
            self.assertRegex(said.read(), r"^still running after 3 s, at [0-9.]+ s of virtual time; "
                             r"alive: t0, t1, t2, t3, t4 and 2 more\. [^\n]*\n"
                             r"outcome interrupted at [0-9.]+ s\n$")


if __name__ == "__main__":
    main()
