"""What the tests of the reference share: the project's files, and a way to run a document."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
EXAMPLES = SCENARIOS / "examples"
PAGE = ROOT / "docs" / "scenarios.md"
MANUAL = ROOT / "docs" / "man"

CADRAN = os.environ["CADRAN"]
LANGUAGE = os.environ["CADRAN_LANGUAGE"]

sys.path.insert(0, str(ROOT / "sim" / "generate"))


def tables():
    """What the parser works by."""
    return json.loads(subprocess.run([LANGUAGE], check=True, capture_output=True).stdout)


def run(document, *options):
    """Runs a document, a text or what JSON makes one of; returns the finished process."""
    text = document if isinstance(document, str) else json.dumps(document)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "example.json").write_text(text, encoding="utf-8")
        return subprocess.run([CADRAN, "run", *options, "example.json"], cwd=folder, text=True,
                              capture_output=True, check=False, timeout=60)


def scenarios():
    """The project's scenarios, to be run by who reads them."""
    return [path for path in sorted(SCENARIOS.glob("*.json"))
            if path.name != "schema.json" and not path.name.endswith(".trace.json")]


def examples():
    """Those of the steps, without their traces."""
    return [path for path in sorted(EXAMPLES.rglob("*.json"))
            if not path.name.endswith(".trace.json")]


class ReferenceTest(unittest.TestCase):
    maxDiff = None


def main():
    unittest.main(verbosity=1)
