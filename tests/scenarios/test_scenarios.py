"""The scenarios of scenarios/: each is whole. That they run as they expect is held by `cadran test`
(scenarios_pass), that asyncio runs them so, too, by scenarios_on_cpython.
"""

import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
PICTURES = SCENARIOS / "pictures"
GOLDEN = ".trace.json"
LARGEST = 30_000  # bytes of a picture: the page shows all of them
ENTRY = re.compile(r"^### ([\w-]+)\n\n\[\1\.json\]\(\1\.json\): [^.]+\.\n\n"
                   r"!\[[^]]+\]\(pictures/\1\.png\)\n\n\*Look:\* .+?\.\n(?:\n|\Z)",
                   re.MULTILINE | re.DOTALL)


def scenarios():
    return [path for path in sorted(SCENARIOS.glob("*.json"))
            if path.name != "schema.json" and not path.name.endswith(GOLDEN)]


NAMES = [path.stem for path in scenarios()]


class Scenarios(unittest.TestCase):
    maxDiff = None

    def test_there_are_some(self):
        self.assertGreaterEqual(len(NAMES), 25)

    def test_each_says_what_it_shows_and_expects(self):
        for path in scenarios():
            document = json.loads(path.read_text(encoding="utf-8"))
            with self.subTest(path.name):
                self.assertEqual(document["$schema"], "schema.json")
                self.assertEqual(document["name"], path.stem)
                self.assertTrue(document["description"])
                self.assertTrue(document["expect"].keys() - {"outcome"}, "more than how it ends")

    def test_each_has_its_golden_and_its_picture_and_no_other_has(self):
        goldens = [path.name.removesuffix(GOLDEN) for path in SCENARIOS.glob("*" + GOLDEN)]
        self.assertCountEqual(goldens, NAMES)
        self.assertCountEqual([path.stem for path in PICTURES.iterdir()], NAMES)

    def test_the_pictures_are_small(self):
        for path in PICTURES.iterdir():
            with self.subTest(path.name):
                self.assertLess(path.stat().st_size, LARGEST)

    def test_the_index_shows_each_and_says_what_to_look_at(self):
        index = (SCENARIOS / "README.md").read_text(encoding="utf-8")
        self.assertCountEqual([match[1] for match in ENTRY.finditer(index)], NAMES)
        self.assertEqual(len(re.findall("^### ", index, re.MULTILINE)), len(NAMES))


if __name__ == "__main__":
    unittest.main(verbosity=1)
