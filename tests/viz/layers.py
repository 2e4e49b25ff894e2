"""The viewer's arrows point one way: a file uses, at link level, what is in its own layer or in one
below, and those up to `input` know no SDL, neither by their symbols nor by what they include.

    layers.py VIZ ARCHIVE...    VIZ is the folder of the sources
"""

import pathlib
import re
import subprocess
import sys

# From the bottom up.
LAYERS = [
    "axis bookmarks density history measure palette panel texts view",
    "arrange at_work band busy colour counters group_cells groups map model loading objects search shares steps tabular wakes",
    "pair",
    "choice describe document options order range reasons scene travel two",
    "headline svg tab_events tab_range tab_state tab_why",
    "tabs",
    "hit layout layout_beside layout_chosen layout_dense layout_details layout_group_marks layout_groups layout_labels layout_notice layout_objects layout_pair "
    "layout_panels layout_pins layout_range layout_ring layout_rows layout_runs layout_search layout_side layout_states layout_table layout_time layout_travel "
    "layout_trunks layout_wakes layout_way",
    "state",
    "saved",
    "actions_lanes actions_pair actions_range actions_table actions_travel",
    "actions_play",
    "actions",
    "input",
    "raster room",
    "typesetter",
    "stencils",
    "draw",
    "canvas",
    "events image",
    "window",
]
WITHOUT_SDL = LAYERS.index("input") + 1
SDL = re.compile(r"^(SDL_|Fc|png_|pango_|cairo_|g_)[A-Za-z]")
SDL_HEADER = re.compile(r'^#include [<"](SDL|fontconfig|pango|cairo|png)', re.MULTILINE)

LAYER = {name: level for level, names in enumerate(LAYERS) for name in names.split()}


def symbols(archives):
    """What each file defines, and what it uses."""
    defined, used = {}, {}
    for archive in archives:
        listed = subprocess.run(["nm", "-A", "-P", "-g", archive], check=True, capture_output=True,
                                text=True).stdout
        for line in listed.splitlines():
            file, symbol, kind = re.match(r".*\[(\w+)\.c\.o\]: (\S+) (\w)", line).groups()
            (used if kind == "U" else defined).setdefault(file, set()).add(symbol)
    return defined, used


def headers(source, folder, seen):
    """A file and all of the folder's headers that it includes."""
    if source in seen or not source.exists():
        return seen
    seen.add(source)
    for name in re.findall(r'^#include "(\w+\.h)"', source.read_text(encoding="utf-8"),
                           re.MULTILINE):
        headers(folder / name, folder, seen)
    return seen


def faults(folder, archives):
    defined, used = symbols(archives)
    home = {symbol: file for file, names in defined.items() for symbol in names}
    for file in sorted(defined.keys() | used.keys()):
        if file not in LAYER:
            yield f"{file}.c is in no layer"
            continue
        free = LAYER[file] < WITHOUT_SDL
        for symbol in sorted(used.get(file, ())):
            if symbol in home and LAYER.get(home[symbol], 0) > LAYER[file]:
                yield f"{file}.c uses {symbol}, of {home[symbol]}.c above it"
            if free and SDL.match(symbol):
                yield f"{file}.c uses {symbol}"
        for header in headers(folder / f"{file}.c", folder, set()) if free else ():
            if SDL_HEADER.search(header.read_text(encoding="utf-8")):
                yield f"{file}.c includes what {header.name} does"
    for file in sorted(LAYER.keys() - defined.keys()):
        yield f"{file} is not there"


def main():
    folder, *archives = sys.argv[1:]
    found = list(faults(pathlib.Path(folder), archives))
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)


main()
