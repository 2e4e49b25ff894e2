"""Engines with one change each: the first root names what was changed, at the right moment."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from changes import CHANGES  # noqa: E402
from engines import Engines  # noqa: E402

PROGRAM = os.environ["CADRAN"]
SCREEN = 40, 80  # lines, columns


def record(program, document, trace, *options):
    done = subprocess.run([program, "run", *options, "--trace", trace, document],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, text=True)
    if done.returncode not in (0, 1):
        raise AssertionError(f"{program}: {done.returncode}: {done.stderr}")


def diff(*arguments):
    return subprocess.run([PROGRAM, "diff", *arguments], capture_output=True, text=True, check=False)


class Planted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="cadran-planted-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        engines = Engines(cls.folder)
        cls.programs = [engines.build(number, change.file, change.old, change.new)
                        for number, change in enumerate(CHANGES)]

    def record_both(self, number, *options):
        """The traces of a change's scenario on both engines."""
        document = self.folder / f"{number}.json"
        document.write_text(json.dumps({"cadran": 1, "name": "planted"} | CHANGES[number].scenario))
        traces = self.folder / "a.trace.json", self.folder / "b.trace.json"
        record(PROGRAM, document, traces[0], *options)
        record(self.programs[number], document, traces[1], *options)
        return traces

    def check(self, number, *options):
        change = CHANGES[number]
        traces = self.record_both(number, *options)
        found = json.loads(diff("--format", "json", *traces).stdout)
        self.assertFalse(found["same"])
        root = found["differences"][found["roots"][0]]
        times = [root[side]["time_ns"] for side in "ab" if side in root]
        self.assertEqual(min(times) / 1e9, change.at, root["sentence"])
        said = root["sentence"] + " " + root.get("span", "")
        for names in change.names:
            names = (names,) if isinstance(names, str) else names
            self.assertTrue(any(name in said for name in names), f"{names}: {said}")
        self.check_screen(diff(*traces).stdout)

    def check_screen(self, text):
        lines = text.split("\n")[:-1]
        self.assertLessEqual(len(lines), SCREEN[0], text)
        self.assertLessEqual(max(map(len, lines[2:])), SCREEN[1], text)

    def test_first_root_names_what_was_changed(self):
        for number, change in enumerate(CHANGES):
            with self.subTest(change.title):
                self.check(number)

    def test_with_details(self):
        for number, change in enumerate(CHANGES):
            with self.subTest(change.title):
                self.check(number, "--detail")


if __name__ == "__main__":
    unittest.main()
