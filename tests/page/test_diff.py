"""The page of two runs, in a browser: a difference is marked in both."""

from browser import SHIFT
from page_test import DiffTest, main, work

BOX = """
const chart = document.querySelectorAll('.chart')[arguments[0]], mark = chart.querySelector('.chosen');
const lanes = chart.querySelector('.lanes').getBoundingClientRect(), box = mark.getBoundingClientRect();
return mark.hidden ? null : {x: box.x - lanes.x, y: box.y - lanes.y, width: box.width, height: box.height,
  inside: box.x >= lanes.x - 4 && box.right <= lanes.right + 4 && box.y >= lanes.y - 4 &&
          box.bottom <= lanes.bottom + 4};"""
MARKED = "return [...document.querySelectorAll('.chart')].map(chart => chart.dataset.marked || null)"
LINES = "return [...document.querySelectorAll('.when')].map(line => !line.hidden)"
DRAWN = """return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""


class Shown(DiffTest):
    def test_a_click_marks_a_difference_in_both(self):
        page = self.compare(work(1), work(1.25))
        with self.browse() as opened:
            opened.open(page)
            opened.click("[data-difference='0']")
            opened.run(DRAWN)
            self.assertEqual(opened.run(MARKED), ["sleep in job1", "sleep in job1"])
            one, other = opened.run(BOX, 0), opened.run(BOX, 1)
            self.assertTrue(one["inside"] and other["inside"], (one, other))
            self.assertAlmostEqual(one["x"], other["x"], delta=1)
            self.assertAlmostEqual((other["width"] - 6) / (one["width"] - 6), 1.25, delta=.02)
            self.assertEqual(opened.run(LINES), [True, True])
            self.assertEqual(opened.run("return document.querySelectorAll('[aria-current=true]').length"), 1)
            self.assertIn("1.25 s, not 1 s", opened.text(".details"))
            self.assertEqual((opened.complaints(), opened.requests()), ([], [page.resolve().as_uri()]))
            # What follows from it is behind a fold; one of that is marked, too.
            opened.click("details.follow summary")
            opened.click("[data-difference='1']")
            self.assertTrue(all(opened.run(MARKED)))

    def test_what_only_one_has(self):
        more = {"name": "late", "do": [{"sleep": 1}, {"print": "here"}]}
        with self.browse() as opened:
            opened.open(self.compare(work(1), work(1, [more])))
            opened.click("[data-difference='0']")
            opened.run(DRAWN)
            marked = opened.run(MARKED)
            self.assertRegex(marked[0], "^at ")
            self.assertIn("late", marked[1])
            self.assertIsNone(opened.run(BOX, 0))
            self.assertIsNotNone(opened.run(BOX, 1))
            self.assertIn("only in B", opened.text(".details"))

    def test_by_keys_alone(self):
        with self.browse() as opened:
            opened.open(self.compare(work(1), work(1.25)))
            current = "return document.querySelector('[aria-current=true]').dataset.difference"
            opened.press("d")
            self.assertEqual(opened.run(current), "0")
            opened.click("details.follow summary")
            opened.press("d", "d")
            self.assertEqual(opened.run(current), "2")
            opened.press(SHIFT + "D")
            self.assertEqual(opened.run(current), "1")
            self.assertTrue(all(opened.run(MARKED)))

    def test_a_mark_far_away_is_brought_into_view(self):
        def chain(last):
            return {"tasks": [{"name": "t", "do": [
                {"repeat": 2000, "do": [{"span": "s", "do": [{"sleep": 1}]}]},
                {"span": "last", "do": [{"sleep": last}]}]},
                *({"name": f"idle{i}", "do": [{"sleep": 1}]} for i in range(60))]}
        with self.browse() as opened:
            opened.open(self.compare(chain(1), chain(2)))
            opened.click("[data-difference='0']")
            opened.run(DRAWN)
            for side in (0, 1):
                box = opened.run(BOX, side)
                self.assertTrue(box["inside"], box)
                self.assertGreater(box["width"], 12)

    def test_equal_runs_say_so(self):
        with self.browse() as opened:
            opened.open(self.compare(work(1), work(1)))
            self.assertIn("No difference", opened.text(".differences"))


if __name__ == "__main__":
    main()
