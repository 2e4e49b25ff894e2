"""cadran test --html: the page of all that failed, as a file and in a browser."""

from browser import SHIFT
from page_test import DiffTest, main


class Shown(DiffTest):
    def test_failures_are_gone_through(self):
        page = self.failures_of()
        with self.browse() as opened:
            opened.open(page)
            self.assertEqual(opened.text("h1"), "3 of 4 scenarios failed")
            names = opened.run("return [...document.querySelectorAll('nav button')].map(b => b.textContent)")
            self.assertEqual(names, ["broken.json", "moved.json", "unmet.json"])
            self.assertIn("unknown step", opened.text("pre.notice"))
            opened.click("nav button:nth-child(2)")
            self.assertEqual(opened.run("return document.querySelectorAll('.chart').length"), 2)
            opened.press("d")
            self.assertTrue(all(opened.run("return [...document.querySelectorAll('.chart')].map("
                                           "chart => chart.dataset.marked)")))
            opened.click("nav button:nth-child(3)")
            self.assertEqual(opened.run("return document.querySelectorAll('.chart').length"), 2)
            opened.press(SHIFT + "D", "t")
            self.assertEqual((opened.complaints(), opened.requests()), ([], [page.resolve().as_uri()]))


if __name__ == "__main__":
    main()
