"""The man pages, as a terminal shows them."""

import re
import shutil
import subprocess
import sys

from reference_test import MANUAL, PAGE, ReferenceTest, main, tables


def show(page):
    """A page as text, and what groff has to say about it."""
    shown = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", "-P-c", "-P-bou", str(page)],
                           capture_output=True, text=True, check=True)
    return shown.stdout, shown.stderr


class ManPages(ReferenceTest):
    def test_groff_finds_no_fault_in_any(self):
        for page in MANUAL.iterdir():
            with self.subTest(page.name):
                self.assertEqual(show(page)[1], "")

    def test_each_names_only_others_that_there_are(self):
        for page in MANUAL.iterdir():
            for name, section in re.findall(r"^\.Xr (\S+) (\d)", page.read_text(), re.MULTILINE):
                with self.subTest(page.name):
                    self.assertTrue((MANUAL / f"{name}.{section}").exists(), name)


class Scenario(ReferenceTest):
    @classmethod
    def setUpClass(cls):
        cls.shown = show(MANUAL / "cadran-scenario.5")[0]
        cls.margin = re.search(r"^NAME\n( +)", cls.shown, re.MULTILINE)[1]  # by groff

    def test_every_step_has_an_item(self):
        for step in tables()["steps"]:
            self.assertRegex(self.shown, rf"(?m)^{self.margin}{step['verb']}(  |$)")

    def test_documents_and_what_they_print_are_shown_to_the_letter(self):
        by_hand = re.sub(r"<!-- generated: \w+ steps -->.*?<!-- end -->", "",
                         PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
        blocks = re.findall(r"^```\w*\n(.*?)^```$", by_hand, re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 10)
        for block in blocks:
            indented = "".join(f"{self.margin}      {line}\n" for line in block.splitlines())
            self.assertIn(indented, self.shown)

    def test_no_mark_of_the_page_is_left(self):
        text = re.sub(rf"^{self.margin}      .*$", "", self.shown, flags=re.MULTILINE)  # but for documents
        self.assertNotRegex(text, r"`|\]\(|<!--|^#|^\|")


if __name__ == "__main__":
    if shutil.which("groff") is None:
        print("groff is not here")
        sys.exit(77)
    main()
