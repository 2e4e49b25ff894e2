#!/usr/bin/env python3
"""Writes scenarios/schema.json, the generated parts of docs/scenarios.md and docs/trace-format.md,
and the man page that is made of the first, or checks them.

    reference.py --write|--check CADRAN-LANGUAGE CADRAN

The first program prints the tables that the parser works by; the second one runs the examples
whose output the page shows.
"""
import difflib
import json
import pathlib
import subprocess
import sys

import events
import man
import page
import schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "scenarios" / "schema.json"
PAGE = ROOT / "docs" / "scenarios.md"
TRACES = ROOT / "docs" / "trace-format.md"
MAN = ROOT / "docs" / "man" / "cadran-scenario.5"


def generated(language, cadran):
    tables = json.loads(subprocess.run([language], check=True, capture_output=True).stdout)
    made = page.text(PAGE.read_text(encoding="utf-8"), tables, cadran)
    traces = events.text(TRACES.read_text(encoding="utf-8"), tables)
    return {SCHEMA: schema.text(tables), PAGE: made, MAN: man.text(made, tables), TRACES: traces}


def difference(path, wanted):
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    name = str(path.relative_to(ROOT))
    return list(difflib.unified_diff(found.splitlines(), wanted.splitlines(), name,
                                     f"{name}, made anew", lineterm="", n=1))


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("--write", "--check"):
        sys.exit(__doc__)
    status = 0
    for path, wanted in generated(*sys.argv[2:]).items():
        lines = difference(path, wanted)
        if sys.argv[1] == "--write":
            path.write_text(wanted, encoding="utf-8")
        elif lines:
            status = 1
            print(*lines[:60], sep="\n")
            print(f"{path.relative_to(ROOT)} is not what the program's tables make of it; "
                  "cmake --build build --target reference writes it anew")
    return status


if __name__ == "__main__":
    sys.exit(main())
