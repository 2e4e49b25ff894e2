"""The lists of keys in the documentation are made from the viewer's table of actions.

    keys.py --check PROGRAM    says which page is not current, with status 1
    keys.py --write PROGRAM    makes them so

PROGRAM is cadran-keys. What stands between `generated: keys` and `end`, each in a comment of the
page's language, is the list.
"""

import pathlib
import re
import subprocess
import sys

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
PAGES = {
    DOCS / "viewer.md": ("markdown", "<!-- generated: keys -->\n", "<!-- end -->\n"),
    DOCS / "man" / "cadran-view.1": ("mdoc", ".\\\" generated: keys\n", ".\\\" end\n"),
}


def current(text, form, start, end, program):
    """A page's text with the list as it is to be."""
    made = subprocess.run([program, form], check=True, capture_output=True, text=True).stdout
    region = re.compile(f"({re.escape(start)}).*?({re.escape(end)})", re.DOTALL)
    changed, count = region.subn(lambda match: match[1] + made + match[2], text)
    if count != 1:
        sys.exit(f"keys.py: {count} times {start.strip()!r} and {end.strip()!r} instead of once")
    return changed


def main():
    action, program = sys.argv[1:]
    stale = []
    for page, place in PAGES.items():
        text = page.read_text(encoding="utf-8")
        made = current(text, *place, program)
        if made != text:
            stale.append(page.name)
            if action == "--write":
                page.write_text(made, encoding="utf-8")
    if stale and action == "--check":
        sys.exit(f"not current: {', '.join(stale)}; `cmake --build build --target reference` mends it")


main()
