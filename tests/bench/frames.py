"""How long the viewer's pictures take, on the way of zooms and moves that bench-view goes through a
trace, by the processor's time: what else the machine does counts little."""
import json
import os
import subprocess

import traces
import works
from programs import Fault

PICTURES = {"full": 1000, "quick": 200, "tiny": 10}
# Of a hundred pictures one may take longer than its size allows, and none longer than the last.
SCREENS = {"1920x1080": 12, "3840x2160": 16}
WORST_MS = 33

# A name, what is drawn, and how many of them by size.
PATHS = (
    ("tasks-8", "window", "{:,} tasks", (8, 8, 8)),
    ("tasks-many", "window", "{:,} tasks", (100_000, 10_000, 100)),
    ("lane", "lane", "{:,} events in one lane", (10_000_000, 1_000_000, 1000)),
    ("dense", "dense", "{:,} events in 40 lanes", (9_000_000, 900_000, 1000)),
    ("arrows", "arrows", "{:,} arrows", (1_000_000, 100_000, 1000)),
)


def write_trace(programs, kind, count, path):
    if kind != "window":
        traces.write(path, kind, count)
        return
    writer = works.scenario("window", file="write")
    programs.run(writer, count, min(count // 2, 1000), works.WINDOW["variables"])
    os.replace(programs.path("run.trace.json"), path)


def draw(programs, path, screen, pictures):
    """What bench-view says of a trace."""
    command, environment = programs.tool("bench-view")
    run = subprocess.run([*command, path, screen, str(pictures)], check=False, text=True,
                         capture_output=True, env={**os.environ, **environment})
    if run.returncode != 0:
        raise Fault(f"bench-view: {run.stderr.strip()}")
    return json.loads(run.stdout)


def measure(programs, size):
    """A row for each trace and size of a picture. Raises Fault and Skip."""
    rows = []
    for name, kind, title, counts in PATHS:
        count = counts[works.SIZES.index(size)]
        path = programs.path(f"{name}.trace.json")
        write_trace(programs, kind, count, path)
        for screen, limit_ms in SCREENS.items():
            said = draw(programs, path, screen, PICTURES[size])
            reached = said["99_ms"] <= limit_ms and said["worst_ms"] <= WORST_MS
            rows.append({"name": name, "title": title.format(count), "screen": screen,
                         "limit_ms": limit_ms, "reached": reached, **said})
        os.remove(path)
    return rows
