"""What the tests of pages share: runs, their pages, a browser."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import browser

PROGRAM = os.path.abspath(os.environ["CADRAN"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
OVERHEAD = 300 * 1024  # the most that a page may have beside its data

# Nothing in them may be carried out, and all of it is shown as it stands.
EVIL = ["</script><script>document.title = 'hacked'</script>", "<img src=x onerror=\"document.title = 'hacked'\">",
        "'\"><svg onload=document.title='hacked'>", "&lt;b&gt;&amp;", "a\u202eb\u2066c\u009b\u2028d", "<!--"]


def data_of(page):
    """The data of a page, as text, and what is around it."""
    match = re.fullmatch(r'(.*<script type="application/json" id="data">)(.*?)(</script>.*)', page, re.S)
    return match[2], match[1] + match[3]


class PageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cadran-page-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def cadran(self, *arguments, status=(0,)):
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, check=False)
        self.assertIn(done.returncode, status, done.stderr)
        return done

    def trace_of(self, document, *options, name="trace"):
        """The trace of a run, whatever becomes of it."""
        if isinstance(document, dict):
            path = self.folder / f"{name}.scenario.json"
            path.write_text(json.dumps({"cadran": 1} | document), encoding="utf-8")
            document = path
        self.cadran("run", *options, "--trace", name, document, status=(0, 1))
        return self.folder / name

    def page_of(self, trace="trace", *options):
        page = self.folder / "page.html"
        self.cadran("export", "--format", "html", "--output", page, *options, trace)
        return page

    def browse(self, **options):
        profile = self.folder / "profile"
        profile.mkdir()
        return contextlib.closing(browser.Browser(profile, **options))


def work(seconds, more=()):
    """Three jobs that share a lock; the second works so long."""
    return {"objects": {"l": {"type": "lock"}}, "tasks": [
        {"name": f"job{i}", "do": [{"with": "l", "do": [
            {"span": f"work {i}", "do": [{"sleep": seconds if i == 1 else 1}]}]}]}
        for i in range(3)] + list(more)}


class DiffTest(PageTest):
    def compare(self, one, other, *options):
        """The page of the difference of two documents."""
        self.trace_of(one, name="a")
        self.trace_of(other, name="b")
        page = self.folder / "diff.html"
        page.write_text(self.cadran("diff", "--format", "html", *options, "a", "b",
                                    status=(0, 1)).stdout, encoding="utf-8")
        return page

    def failures_of(self):
        """The page of four tests, of which three fail: as in CI, nothing is left beside the goldens."""
        suite = self.folder / "suite"
        suite.mkdir()
        documents = {"fine": work(1), "moved": work(1), "unmet": work(1)}
        for name, document in documents.items():
            (suite / f"{name}.json").write_text(json.dumps({"cadran": 1} | document), encoding="utf-8")
            self.cadran("run", "--trace", suite / f"{name}.trace.json", suite / f"{name}.json")
        moved = {"cadran": 1} | work(1.25)
        (suite / "moved.json").write_text(json.dumps(moved), encoding="utf-8")
        unmet = {"cadran": 1} | work(1) | {"expect": {"outcome": "deadlock"}}
        (suite / "unmet.json").write_text(json.dumps(unmet), encoding="utf-8")
        (suite / "broken.json").write_text('{"cadran": 1, "tasks": [{"name": "t", "do": [{"slep": 1}]}]}',
                                           encoding="utf-8")
        before = sorted(path.name for path in suite.iterdir())
        subprocess.run([PROGRAM, "test", "--html", self.folder / "failures.html", "."], cwd=suite,
                       env=os.environ | {"CI": "true"}, capture_output=True, check=False)
        self.assertEqual(sorted(path.name for path in suite.iterdir()), before)
        return self.folder / "failures.html"

    def section_of(self, page):
        section, = json.loads(data_of(page.read_text(encoding="utf-8"))[0])["sections"]
        return section


def main():
    """Of tests with a browser: a line in their place where there is none, unless CI is set."""
    if not browser.is_there():
        print("left out: chromium and chromedriver are not there (script/bootstrap --test)")
        raise SystemExit(1 if os.environ.get("CI", "") not in ("", "0", "false") else 77)
    unittest.main(verbosity=1)
