#!/usr/bin/env python3
"""Draws what a job costs over the number of jobs: script/plot-bench FILE [SVG].

FILE is what script/bench --json keeps. Both axes are logarithmic, so a cost that stays the same
is a level line, and that of a quadratic program rises as steeply as the dotted guide.
"""
import json
import math
import os
import sys
from xml.etree import ElementTree
from xml.sax.saxutils import escape

PICTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "..", "..", "docs", "images", "scaling.svg")

WIDTH, HEIGHT = 1040, 476
PANEL_WIDTH, PANEL_HEIGHT = 400, 280
PANEL_TOP = 118
PANEL_LEFT = (76, 588)

# The background is drawn, so that the picture is the same on light and on dark pages.
PAPER, INK, FAINT, GRID = "#fcfcfb", "#1f2328", "#656d76", "#e4e7eb"
COLOURS = ("#0b62d6", "#0f8a5f")
PEER = "#9a6700"
FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\""
# Keeps what is written legible where it crosses a line.
HALO = f'stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def duration(ns):
    for limit, unit, scale in ((1e3, "ns", 1), (1e6, "µs", 1e3), (1e9, "ms", 1e6)):
        if ns < limit * 0.9995:
            return f"{digits(ns / scale)} {unit}"
    return f"{digits(ns / 1e9)} s"


def size(count):
    for limit, unit, scale in ((1e3, "B", 1), (1e6, "kB", 1e3), (1e9, "MB", 1e6)):
        if count < limit * 0.9995:
            return f"{digits(count / scale)} {unit}"
    return f"{digits(count / 1e9)} GB"


def digits(number):
    if number >= 99.5:
        return f"{number:.0f}"
    return f"{number:.1f}".removesuffix(".0") if number >= 9.95 else f"{number:.2g}"


class Panel:
    """One diagram: its axes, and what is drawn into them."""

    def __init__(self, left, title, form, jobs, values):
        self.left, self.title, self.form = left, title, form
        self.x0, self.x1 = math.log10(min(jobs)) - 0.3, math.log10(max(jobs)) + 0.3
        self.y0 = math.log10(min(values)) - 0.55  # room for what is written below a line
        self.y1 = max(math.log10(max(values)) + 0.4, self.y0 + 2)
        self.parts = []

    def x(self, jobs):
        return self.left + (math.log10(jobs) - self.x0) / (self.x1 - self.x0) * PANEL_WIDTH

    def y(self, value):
        share = (math.log10(value) - self.y0) / (self.y1 - self.y0)
        return PANEL_TOP + (1 - share) * PANEL_HEIGHT

    def text(self, x, y, text, size_px=13, colour=FAINT, anchor="start", weight="400"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size_px}" fill="{colour}" '
                          f'text-anchor="{anchor}" font-weight="{weight}" {HALO}>'
                          f'{escape(text)}</text>')

    def line(self, x1, y1, x2, y2, colour, more=""):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                          f'stroke="{colour}" {more}/>')

    def axes(self):
        right, bottom = self.left + PANEL_WIDTH, PANEL_TOP + PANEL_HEIGHT
        self.text(self.left, PANEL_TOP - 16, self.title, 15, INK, weight="600")
        for power in range(math.floor(self.y0), math.ceil(self.y1)):
            for value in (10.0 ** power, 2 * 10.0 ** power, 5 * 10.0 ** power):
                if self.y0 < math.log10(value) < self.y1:
                    y = self.y(value)
                    self.line(self.left, y, right, y, GRID)
                    self.text(self.left - 8, y + 4.5, self.form(value), anchor="end")
        for power in range(math.ceil(self.x0), math.floor(self.x1) + 1):
            x = self.x(10.0 ** power)
            self.line(x, bottom, x, bottom + 5, FAINT)
            self.text(x, bottom + 22, "10" + str(power).translate(SUPERSCRIPTS), anchor="middle")
        self.line(self.left, bottom, right, bottom, FAINT)
        self.text(self.left + PANEL_WIDTH / 2, bottom + 42, "jobs", anchor="middle")

    def guide(self, jobs, value):
        """Where the line from here would go if the program were quadratic."""
        decades = min(self.y1 - 0.1 - math.log10(value), self.x1 - math.log10(jobs))
        x, y = self.x(jobs * 10 ** decades), self.y(value * 10 ** decades)
        self.line(self.x(jobs), self.y(value), x, y, FAINT,
                  'stroke-dasharray="1 5" stroke-width="2" stroke-linecap="round"')
        self.text(x - 14, y + 8, "if it were quadratic", 12, anchor="end")

    def series(self, points, colour, label, above):
        """points: jobs, value, least, most."""
        shift = -11 if above else 20
        path = " ".join(f"{self.x(jobs):.1f},{self.y(value):.1f}" for jobs, value, *_ in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                          'stroke-width="2.5" stroke-linejoin="round"/>')
        for jobs, value, least, most in points:
            x, y = self.x(jobs), self.y(value)
            self.line(x, self.y(least), x, self.y(most), colour, 'stroke-width="1.5"')
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" '
                              f'stroke="{PAPER}" stroke-width="1.5"/>')
            edge = min(y, self.y(most)) if above else max(y, self.y(least))
            self.text(x, edge + shift, self.form(value), 12, colour, "middle")
        middle = points[len(points) // 2]
        edge = self.y(middle[3]) - 29 if above else self.y(middle[2]) + 38
        self.text(self.x(middle[0]), edge, label, 13, colour, "middle", "600")

    def peers(self, peers):
        """Marks, with their names in a column beside them, a line of text apart."""
        column = max((self.x(jobs) for jobs, *_ in peers), default=0) + 14
        last = -math.inf
        for jobs, value, label in sorted(peers, key=lambda peer: -peer[1]):
            x, y = self.x(jobs), self.y(value)
            last = max(y + 4.5, last + 15)
            self.text(column, last, f"{label}  {self.form(value)}", 12, PEER)
            self.parts.append(f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" '
                              f'fill="{PEER}" transform="rotate(45 {x:.1f} {y:.1f})"/>')


def peers_of(result, key):
    """The programs of others that did the window: jobs, value, name. For memory without those
    that hold only the jobs in the window."""
    for work in result["works"]:
        if work["name"] == "window":
            return [(p["items"], p[key], p["program"].split(",")[0]) for p in work["programs"]
                    if p["kind"] == "peer" and p.get(key, 0) > 0
                    and not (key == "bytes" and ", only" in p["program"])]
    return []


def lines_of(programs, key, low, high):
    """For each program its points: jobs, value, least, most. Memory begins with ten thousand
    jobs: a thousand weigh less than the program that runs them."""
    most = max(point["jobs"] for program in programs for point in program["points"])
    first = 10**4 if key == "bytes" and most > 10**4 else 0
    return [[(p["jobs"], *(max(1, p[k]) for k in (key, low, high)))
             for p in program["points"] if p["jobs"] >= first] for program in programs]


def draw_panel(result, left, title, form, key, low, high):
    programs = [p for p in result["scaling"] if p.get("points")]
    peers = peers_of(result, key)
    jobs = [point["jobs"] for program in programs for point in program["points"]]
    lines = lines_of(programs, key, low, high)
    values = [point[1] for line in lines for point in line] + [peer[1] for peer in peers]
    panel = Panel(left, title, form, jobs, values)
    panel.axes()
    if key == "ns":
        panel.guide(*lines[0][0][:2])
    for number, (program, line) in enumerate(zip(programs, lines)):
        panel.series(line, COLOURS[number % len(COLOURS)], program["program"], number == 0)
    panel.peers(peers)
    return panel.parts


def draw(result):
    machine = result["machine"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" {FONT}>',
        "<title>Time and memory per job, over the number of jobs</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="{PAPER}"/>',
        f'<text x="28" y="42" font-size="20" font-weight="650" fill="{INK}">'
        "What a job costs, over the number of jobs</text>",
        f'<text x="28" y="66" font-size="13" fill="{FAINT}">'
        + escape(f"The window, {works_width(result)} jobs wide, under the virtual clock. "
                 f"{machine['cpu']}, {compiler(machine)}. Bars: the middle half of the runs.")
        + "</text>",
    ]
    parts += draw_panel(result, PANEL_LEFT[0], "Time per job", duration, "ns", "ns_low", "ns_high")
    parts += draw_panel(result, PANEL_LEFT[1], "Memory per job", size, "bytes", "bytes", "bytes")
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def works_width(result):
    return f"{result.get('scaling_width', 1000):,}"


def compiler(machine):
    """"gcc (Debian 12.2.0-14) 12.2.0" is more than a caption wants to know."""
    words = machine["compiler"].split()
    return f"{words[0]} {words[-1]}" if words else "unknown compiler"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: script/plot-bench FILE [SVG]")
    with open(sys.argv[1], encoding="utf-8") as file:
        result = json.load(file)
    scaling = result.get("scaling", ()) if isinstance(result, dict) else ()
    if not any(program.get("points") for program in scaling):
        sys.exit(f"{sys.argv[1]}: has no scaling: keep one with script/bench --only scaling "
                 "--only window --json FILE")
    path = sys.argv[2] if len(sys.argv) == 3 else PICTURE
    picture = draw(result)
    ElementTree.fromstring(picture)  # a picture that no browser would show is not written
    with open(path, "w", encoding="utf-8") as file:
        file.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
