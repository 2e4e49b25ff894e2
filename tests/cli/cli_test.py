"""Runs the program as people run it, and looks at all that it says.

The environment names the programs: CADRAN, and CADRAN_VIEW where the viewer was built.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest
from decimal import Decimal

PROGRAM = os.path.abspath(os.environ["CADRAN"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
CASES = ROOT / "tests" / "conformance" / "cases"

# A line that the wall's clock decides: it says nothing of the run.
STILL_RUNNING = re.compile(r"(?m)^still running after 3 s, .*\n")

# Tests of very many runs make one of so many.
SHARE = int(os.environ.get("CADRAN_SHARE", 1))

EXPECTED, UNEXPECTED, USAGE, ENVIRONMENT = range(4)  # the exit statuses


# The last line of a run, with the seconds at which it ended.
OUTCOME = r"outcome (\w+) at ([0-9.]+) s\n"


def recorded(case):
    """What CPython printed for a case; and the outcome line, which the case has in nanoseconds."""
    text = (CASES / f"{case}.expected").read_text()
    printed, outcome, end_ns = re.fullmatch(r"((?:.*\n)*)(outcome \w+) at (\d+)\n", text).groups()
    return printed, f"{outcome} at {Decimal(end_ns).scaleb(-9).normalize():f} s\n"


class CliTest(unittest.TestCase):
    """Each test has a folder of its own, which is also where the program runs."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cadran-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, content):
        """Makes a file: text as it is, anything else as JSON."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def start(self, *arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "text": True, "cwd": self.folder} | options
        return subprocess.Popen([PROGRAM, *map(str, arguments)], **options)

    def wait_until(self, what, seconds=60):
        """Until what() is true."""
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end, "it does not come")
            time.sleep(0.01)

    def wait_for_handler(self, process, number=signal.SIGINT):
        """Until the program is so far that it has a handler for that signal."""
        def caught():
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            return int(re.search(r"SigCgt:\t(\w+)", status)[1], 16) >> (number - 1) & 1
        self.wait_until(caught)

    def finish(self, process, given=None, timeout=60):
        """Waits for the end; adds what was said to the process."""
        try:
            process.out, process.err = process.communicate(given, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.fail(f"still running after {timeout} s: {process.args}")
        if isinstance(process.err, str):
            process.err = STILL_RUNNING.sub("", process.err)
        return process

    def cadran(self, *arguments, given=None, **options):
        if given is not None:
            options["stdin"] = subprocess.PIPE
        return self.finish(self.start(*arguments, **options), given)

    def check(self, process, status, out=None, err=None):
        """The status, and what was said where that is given: all of it."""
        said = f"{process.args}\n{process.out or ''}{process.err or ''}"
        self.assertEqual(process.returncode, status, said)
        if out is not None:
            self.assertEqual(process.out, out, said)
        if err is not None:
            self.assertEqual(process.err, err, said)
        return process

    def expect(self, status, *arguments, out=None, err=None, **options):
        return self.check(self.cadran(*arguments, **options), status, out, err)

    def run_document(self, document, *options, **how):
        """Runs a document, a dictionary, as scenario.json."""
        self.write("scenario.json", {"cadran": 1} | document)
        return self.cadran("run", *options, "scenario.json", **how)


def main():
    unittest.main(verbosity=1)
