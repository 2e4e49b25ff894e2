"""The layers of sim/, as docs/architecture.md lists them."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"
ENGINE = ROOT / "engine"
PAGE = ROOT / "docs" / "architecture.md"


def layers():
    """From the table of the page: {folder: (prefix, folders that it may use)}, in its order."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| `(\w+)` \| `(\w+_)` \| [^|]* \|([^|]*)\|", line)
        if row:
            found[row[1]] = (row[2], re.findall(r"`(\w+)`", row[3]))
    return found


def engine_headers():
    """From its table: the headers of engine/, those first that know none of the others."""
    section = PAGE.read_text(encoding="utf-8").split("### The headers of engine/")[1]
    rows = re.findall(r"(?m)^\| (`.+?) \|", section.split("###")[0])
    return [name for row in rows for name in re.findall(r"`(\w+\.h)`", row)]


def sources(ends):
    """The files of the layers, from sim/: "base/map.h"."""
    return [path.relative_to(SIM).as_posix() for folder in layers()
            for path in sorted((SIM / folder).glob("*")) if path.suffix in ends]


def folder_of(name):
    return name.split("/")[0]
