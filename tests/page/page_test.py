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


def main():
    """Of tests with a browser: a line in their place where there is none, unless CI is set."""
    if not browser.is_there():
        print("left out: chromium and chromedriver are not there (script/bootstrap --test)")
        raise SystemExit(1 if os.environ.get("CI", "") not in ("", "0", "false") else 77)
    unittest.main(verbosity=1)
