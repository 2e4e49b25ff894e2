"""The page of a run, in a browser: drawn, pointed at, gone through by keys."""

import re

from browser import ENTER, ESCAPE, SHIFT
from page_test import EVIL, ROOT, SCENARIOS, PageTest, main

WINDOW = SCENARIOS / "window.json"
COLOURS_OF = """
const canvas = document.querySelector(arguments[0]), pen = canvas.getContext("2d");
const {data} = pen.getImageData(0, 0, canvas.width, canvas.height), seen = {};
for (let i = 0; i < data.length; i += 4) {
  const key = [data[i], data[i + 1], data[i + 2]].map(v => v.toString(16).padStart(2, "0")).join("");
  seen[key] = (seen[key] || 0) + 1;
}
return seen;"""
LANES = "return document.querySelector('.lanes').getBoundingClientRect().toJSON()"


class Drawn(PageTest):
    def test_a_run_is_drawn_and_asks_for_nothing(self):
        self.trace_of(WINDOW)
        page = self.page_of()
        css = (ROOT / "sim" / "page" / "assets" / "page.css").read_text(encoding="utf-8").lower()
        grounds, spans = (re.search(rf"--{role}: light-dark\(#(\w+), #(\w+)\)", css).groups()
                          for role in ("background", "span-0"))
        for dark, ground, span in zip((False, True), grounds, spans):
            with self.subTest(dark=dark), self.browse_again(dark=dark) as browser:
                browser.open(page)
                colours = browser.run(COLOURS_OF, ".lanes canvas")
                self.assertGreater(colours[ground], 50_000)
                self.assertGreater(colours[span], 2000)
                self.assertEqual(browser.requests(), [page.resolve().as_uri()])
                self.assertEqual(browser.complaints(), [])
                self.assertEqual(browser.text("h1"), "window")
                self.assertIn("5 s", browser.text(".figures"))
                self.assertEqual(browser.run("return document.querySelectorAll('tbody tr').length"),
                                 1 + 8)

    def browse_again(self, **options):
        profile = self.folder / "profile"
        if profile.exists():
            profile.rename(self.folder / f"profile-{len(list(self.folder.iterdir()))}")
        return self.browse(**options)

    def test_ten_thousand_events_are_there_soon(self):
        self.trace_of({"objects": {"q": {"type": "queue", "maxsize": 4}}, "tasks": [
            {"name": "job{i}", "count": 40, "do": [{"repeat": 18, "do": [
                {"put": "q"}, {"span": "work {i % 7}", "do": [{"sleep": "i % 5 + 1"}]},
                {"get": "q"}]}]}]})
        self.assertGreater((self.folder / "trace").read_bytes().count(b"\n"), 10_000)
        page = self.page_of()
        with self.browse() as browser:
            browser.open(page)
            # Within a second where a machine has nothing else to do.
            self.assertLess(int(browser.run("return document.documentElement.dataset.drawn")), 5000)
            self.assertNotIn("too much", browser.text("main"))
            self.assertRegex(browser.text(".legend"), r"of \d+ wakes those of what is selected are drawn")
            browser.press("w")
            browser.run("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            self.assertIn("→ wakes", browser.text(".legend"))

    def test_a_larger_run_says_what_is_missing(self):
        self.trace_of({"tasks": [{"name": "t{i}", "count": 30, "do": [
            {"repeat": 3000, "do": [{"sleep": 1}]}]}]})
        with self.browse() as browser:
            browser.open(self.page_of())
            self.assertRegex(browser.text(".notice"), r"[\d,]+ events are too much for a page: "
                                                      r"this one has 0 to [\d.,]+ s of 3,000 s\.")

    def test_what_a_stranger_says_is_shown_and_not_done(self):
        tasks = [{"name": name.replace("{", "{{"), "do": [
            {"span": name.replace("{", "{{"), "do": [{"sleep": 1}]}, {"put": "q"},
            {"print": name.replace("{", "{{")}]} for name in EVIL]
        self.trace_of({"objects": {"q": {"type": "queue", "maxsize": 1}}, "tasks": tasks})
        with self.browse() as browser:
            browser.open(self.page_of())
            self.assertEqual(browser.complaints(), [])
            self.assertEqual(browser.run("return document.title"), "scenario")
            self.assertEqual(browser.run("return document.querySelectorAll('img, iframe').length"), 0)
            shown = browser.text("main")
            for name in EVIL[:4]:
                self.assertIn(name, shown)
            self.assertNotRegex(shown, "[\u202a-\u202e\u2066-\u2069]")

    def test_a_deadlock_says_who_waits_for_what(self):
        self.trace_of(SCENARIOS / "dining-philosophers.json")
        with self.browse() as browser:
            browser.open(self.page_of())
            self.assertRegex(browser.text(".notice.bad"),
                             r"deadlock at .*: philosopher0 waits for lock forks\[1\], held by philosopher1")


class Used(PageTest):
    def setUp(self):
        super().setUp()
        self.trace_of(WINDOW)
        opened = self.browse()
        self.browser = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)
        self.browser.open(self.page_of())

    def marked(self):
        return self.browser.run("return document.querySelector('.chart').dataset.marked || null")

    def place(self, lane, seconds):
        """The place in the window of a time on a lane: the view is of five seconds."""
        box = self.browser.run(LANES)
        left = self.browser.run("return 24 + Math.ceil((() => { const pen = document.createElement("
                                "'canvas').getContext('2d'); pen.font = document.querySelector("
                                "'.lanes canvas').getContext('2d').font; return Math.max(36, "
                                "pen.measureText('job7').width, pen.measureText('loop').width); })())")
        return (box["x"] + left + (box["width"] - left - 16) * seconds / 5,
                box["y"] + 4 + 26 * lane + 11)

    def test_a_click_tells_what_a_bar_is(self):
        self.browser.point(*self.place(5, .5), click=True)
        self.assertEqual(self.marked(), "put window in job4")
        details = self.browser.text(".details")
        for words in ("put window", "wait", "for 1 s", "ended by job0"):
            self.assertIn(words, details)
        self.browser.point(*self.place(1, 4), click=True)
        self.assertIsNone(self.marked())

    def test_pointing_tells_it_too(self):
        self.browser.point(*self.place(6, 2))
        self.assertIn("job5 - duration 3", self.browser.text("#tip"))

    def test_by_keys_alone(self):
        self.browser.run("document.querySelector('.lanes').focus()")
        self.browser.press("j")
        self.assertEqual(self.marked(), "job0 - duration 1 in job0")
        self.browser.press("j", "j", "j", "j")
        self.assertEqual(self.marked(), "put window in job4")
        self.browser.press("<")
        self.assertEqual(self.marked(), "job0 - duration 1 in job0")
        self.browser.press(">", "n")
        self.assertEqual(self.marked(), "job4 - duration 2 in job4")
        before = self.browser.run("return document.querySelector('.chosen').offsetWidth")
        self.browser.press(ENTER)
        after = self.browser.run("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame("
                                 "() => done(document.querySelector('.chosen').offsetWidth))))")
        self.assertGreater(after, before * 1.2)
        self.browser.press("f", ESCAPE)
        self.assertIsNone(self.marked())

    def test_the_keys_are_listed_and_the_theme_changes(self):
        ground = "return getComputedStyle(document.body).backgroundColor"
        self.assertEqual(self.browser.run(ground), "rgb(255, 255, 255)")
        self.browser.press("t")
        self.assertEqual(self.browser.run(ground), "rgb(15, 19, 25)")
        self.assertGreater(self.browser.run(COLOURS_OF, ".lanes canvas")["0f1319"], 50_000)
        self.browser.click("#theme")
        self.assertEqual(self.browser.run(ground), "rgb(255, 255, 255)")
        self.browser.press(SHIFT + "?")
        self.assertTrue(self.browser.run("return document.getElementById('help').open"))
        self.browser.press(ESCAPE)
        self.assertFalse(self.browser.run("return document.getElementById('help').open"))

    def test_everything_that_can_be_clicked_has_a_name(self):
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('button')].filter(one => "
            "!(one.getAttribute('aria-label') || one.textContent.trim())).length"), 0)


if __name__ == "__main__":
    main()
