"""Pictures as SVG: who draws them puts every bar where the PNG has it.

The positions are read: those in the file, those of edges between colours in what rsvg-convert draws of
it and in the PNG, and, where CADRAN_BROWSER is set, those that Chromium gives the elements.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "page"))
import browser

CADRAN = os.path.abspath(os.environ["CADRAN"])
VIEW = os.path.abspath(os.environ["CADRAN_VIEW"])
SCENARIOS = pathlib.Path(__file__).resolve().parents[2] / "scenarios"
SVG = "{http://www.w3.org/2000/svg}"
LARGEST = 2_000_000  # bytes of a thousand tasks

MANY = {"cadran": 1, "name": "many", "objects": {"places": {"type": "semaphore", "value": 50}},
        "tasks": [{"name": "task-{i}", "count": 1000,
                   "do": [{"with": "places", "do": [{"span": "task-{i}", "do": [{"sleep": "1 + i % 7"}]}]}]}]}


def unfilter(kind, line, above, step):
    """A row of a PNG, from its differences to the row above and to the pixel before."""
    for i, byte in enumerate(line) if kind != 0 else ():
        a = line[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
        line[i] = (byte + (0, a, b, (a + b) // 2, nearest)[kind]) & 255


def pixels_of(path):
    """The rows of a PNG, each a list of (red, green, blue)."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if name == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        elif name == b"IDAT":
            packed += body
        at += length + 12
    assert depth == 8
    step = {2: 3, 6: 4}[colour]
    plain, rows, above = zlib.decompress(packed), [], bytearray(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        line = bytearray(plain[start + 1:start + 1 + width * step])
        unfilter(plain[start], line, above, step)
        rows.append([tuple(line[x:x + 3]) for x in range(0, len(line), step)])
        above = line
    return rows


def bars_of(root):
    """The rectangles of bars, as x, y, width, height, once each."""
    found = []
    for group in root.iter(SVG + "g"):
        rect = group.find(SVG + "rect")
        text = group.find(SVG + "text")
        if group.get("class") in ("bar", "bars", "old-bar") and rect is not None and text is None and rect.get("x"):
            found.append(tuple(float(rect.get(name)) for name in ("x", "y", "width", "height")))
    return found


class Pictures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cadran-svg-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_in(self, *command):
        return subprocess.run([str(part) for part in command], cwd=self.folder, check=True, capture_output=True)

    def trace_of(self, scenario):
        subprocess.run([CADRAN, "run", "-q", "--trace", "trace", str(scenario)], cwd=self.folder, check=False,
                       capture_output=True)
        return self.folder / "trace"

    def draw(self, trace, *options):
        """Both pictures of a trace, or of two: the SVG as a tree, and the PNG's file."""
        self.run_in(VIEW, "--svg", "a.svg", "--png", "a.png", trace, *options)
        return ElementTree.parse(self.folder / "a.svg").getroot(), self.folder / "a.png"


class Places(Pictures):
    def has_edge(self, rows, x, y):
        """Whether colours change within a pixel of a column."""
        row = rows[y]
        near = [row[at] for at in range(max(0, x - 2), min(len(row), x + 2))]
        return any(max(abs(p - q) for p, q in zip(a, b)) > 12 for a, b in zip(near, near[1:]))

    def check_edges(self, root, png):
        self.run_in("rsvg-convert", "-o", "drawn.png", "a.svg")
        pictures = {"PNG": pixels_of(png), "rsvg-convert": pixels_of(self.folder / "drawn.png")}
        sizes = {(len(rows), len(rows[0])) for rows in pictures.values()}
        self.assertEqual(len(sizes), 1)
        width = int(root.get("width"))
        edges = 0
        for x, y, w, h in bars_of(root):
            for edge in (x, x + w):
                line = int(y + h * 3 / 4)
                if not 110 < edge < width - 4 or line >= len(pictures["PNG"]):
                    continue
                edges += 1
                for name, rows in pictures.items():
                    self.assertTrue(self.has_edge(rows, int(edge), line), (name, edge, line))
        return edges

    @unittest.skipUnless(shutil.which("rsvg-convert"), "rsvg-convert is not there")
    def test_every_bar_is_where_the_png_has_it(self):
        for name, options, least in (("window", [], 16), ("window", ["--theme", "light", "--scale", "1.5"], 16),
                                     ("dining-philosophers", ["--theme", "light", "--to", "0.8"], 5)):
            with self.subTest(name=name, options=options):
                root, png = self.draw(self.trace_of(SCENARIOS / f"{name}.json"), "--size", "640x400", *options)
                self.assertGreaterEqual(self.check_edges(root, png), least)
        trace = self.trace_of(SCENARIOS / "window.json")
        for size in ("331x257", "800x600", "1280x720"):
            with self.subTest(size=size):
                root, png = self.draw(trace, "--size", size)
                self.assertGreaterEqual(self.check_edges(root, png), 16)

    @unittest.skipUnless(shutil.which("rsvg-convert"), "rsvg-convert is not there")
    def test_ghosts_are_where_the_png_has_them(self):
        self.trace_of(SCENARIOS / "window.json").rename(self.folder / "before")
        subprocess.run([CADRAN, "run", "-q", "--trace", "after", "--set", "width=3", str(SCENARIOS / "window.json")],
                       cwd=self.folder, check=False, capture_output=True)
        root, png = self.draw("before", "after", "--size", "640x400")
        self.assertGreaterEqual(self.check_edges(root, png), 30)

    def test_a_thousand_tasks_are_small(self):
        (self.folder / "many.json").write_text(json.dumps(MANY), encoding="utf-8")
        trace = self.trace_of("many.json")
        for size in ("1280x720", "1280x16384"):
            root, _ = self.draw(trace, "--size", size)
            self.assertLess((self.folder / "a.svg").stat().st_size, LARGEST)
        names = [text.text for text in root.iter(SVG + "text")]
        self.assertIn("task-0", names)
        self.assertIn("task-700", names)

    def test_standard_output(self):
        trace = self.trace_of(SCENARIOS / "window.json")
        self.draw(trace)
        printed = self.run_in(VIEW, "--svg", "-", trace).stdout
        self.assertEqual(printed, (self.folder / "a.svg").read_bytes())

    def test_export_is_the_same_picture(self):
        trace = self.trace_of(SCENARIOS / "window.json")
        self.draw(trace, "--from", "1", "--to", "3")
        stretch = ["--from", "1", "--to", "3"]
        printed = self.run_in(CADRAN, "export", "--format", "svg", *stretch, trace).stdout
        self.run_in(CADRAN, "export", "--format", "svg", "--output", "b.svg", *stretch, trace)
        self.assertEqual(printed, (self.folder / "a.svg").read_bytes())
        self.assertEqual(printed, (self.folder / "b.svg").read_bytes())

    def test_one_theme_where_one_is_asked_for(self):
        trace = self.trace_of(SCENARIOS / "window.json")
        self.assertIn(b"prefers-color-scheme", self.run_in(VIEW, "--svg", "-", trace).stdout)
        self.assertNotIn(b"prefers-color-scheme",
                         self.run_in(VIEW, "--svg", "-", "--theme", "light", trace).stdout)


@unittest.skipUnless(os.environ.get("CADRAN_BROWSER") and browser.is_there(), "no browser")
class Shown(Pictures):
    BOXES = """return [...document.querySelectorAll(arguments[0])].map(element => {
                 const box = element.getBoundingClientRect()
                 return [box.x, box.y, box.width, box.height]
               })"""

    def test_chromium_places_bars_and_texts(self):
        root, _ = self.draw(self.trace_of(SCENARIOS / "window.json"))
        wanted = bars_of(root)
        profile = self.folder / "profile"
        profile.mkdir()
        with contextlib.closing(browser.Browser(profile)) as shown:
            shown.open(self.folder / "a.svg")
            boxes = shown.run(self.BOXES, ".bar > rect:first-of-type, .bars > rect:first-of-type")
            for bar in wanted:
                self.assertTrue(any(max(abs(p - q) for p, q in zip(bar, box)) < 0.51 for box in boxes), bar)
            self.check_texts(shown, root)
            # Where the font is another one, texts still take the place that they were given.
            text = (self.folder / "a.svg").read_text(encoding="utf-8")
            (self.folder / "b.svg").write_text(re.sub("font-family=\"[^\"]*\"", 'font-family="DejaVu Sans Mono"',
                                                      text), encoding="utf-8")
            shown.open(self.folder / "b.svg")
            self.check_texts(shown, root)
            self.assertEqual(shown.complaints(), [])

    def check_texts(self, shown, root):
        boxes = shown.run(self.BOXES, "text")
        texts = list(root.iter(SVG + "text"))
        self.assertEqual(len(boxes), len(texts))
        for box, text in zip(boxes, texts):
            width = float(text.get("textLength"))
            anchor = text.get("class").split()[2:]
            left = float(text.get("x")) - width * {"m": 0.5, "e": 1}.get("".join(anchor), 0)
            self.assertAlmostEqual(box[2], width, delta=2, msg=text.text)
            self.assertAlmostEqual(box[0], left, delta=2, msg=text.text)


if __name__ == "__main__":
    unittest.main()
