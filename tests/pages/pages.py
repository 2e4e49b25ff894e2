#!/usr/bin/env python3
"""Holds the pages of a tree, its .md files, to what there is.

    pages.py links ROOT    every link leads to a file or a folder, and to a heading that it has
    pages.py names ROOT    every file that is named, in a page or in a comment, is one of the tree
    pages.py tests ROOT    every program of the tests is in the table of tests/README.md
"""
import fnmatch
import pathlib
import re
import sys

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")


def pages(root):
    return [path for path in sorted(root.rglob("*.md")) if not is_built(path.relative_to(root))]


def is_built(path):
    return path.parts[0].startswith(("build", "."))


# --- Links ------------------------------------------------------------------------------------

def anchors(page):
    """What can stand behind the # of a link to a page."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def is_dead(page, link):
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)


def dead_links(root):
    for page in pages(root):
        text = CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if not re.match(r"[a-z]+:", link) and is_dead(page, link):
                yield f"{page.relative_to(root)}: the link {link} leads nowhere"


# --- Names ------------------------------------------------------------------------------------

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# One of a letter is an example.
NAME = re.compile(r"(?<![\w/.<{$-])(?:[\w*.-]+/)*[\w*.-]{2,}\.(?:c|h|py|md)\b(?![\w/(])")
ELSEWHERE = re.compile(r"asyncio/\w+\.py")  # CPython's


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = [str(path) for path in (path.relative_to(root) for path in root.rglob("*"))
                      if not is_built(path)]
        tops = {path.split("/")[0] for path in self.files if "/" in path}
        self.below_a_top = re.compile(rf"(?<![\w/.<{{$-])(?:{'|'.join(sorted(tops))})/[\w*./-]+")

    def has(self, name):
        """Whether there is such a file or folder; NAME stands for any name, as * does. A program of
        the tests is named without its .c."""
        name = re.sub(r"\b[A-Z]+\b", "*", name.rstrip("/."))
        return any(fnmatch.fnmatchcase(path, pattern) for path in self.files
                   for pattern in (name, f"*/{name}", f"{name}.c"))

    def named_in_page(self, text):
        for block in FENCE.findall(text):
            yield from self.below_a_top.findall(block)
        for code in CODE.findall(FENCE.sub("", text)):
            if NAME.fullmatch(code[1:-1]) or self.below_a_top.match(code[1:-1]):
                yield from (*NAME.findall(code), *self.below_a_top.findall(code))

    def named_in_source(self, text):
        """But for the headers of other libraries, where the file includes them."""
        others = re.findall(r"^#include <(.+)>$", text, re.MULTILINE)
        for comment in COMMENT.findall(text):
            for name in (*NAME.findall(comment), *self.below_a_top.findall(comment)):
                if name not in others:
                    yield name

    def unknown(self, path, names):
        for name in names:
            if not ELSEWHERE.fullmatch(name) and not self.has(name):
                yield f"{path.relative_to(self.root)}: {name} is no file of the tree"


def unknown_names(root):
    tree = Tree(root)
    for page in pages(root):
        yield from tree.unknown(page, tree.named_in_page(page.read_text(encoding="utf-8")))
    for source in sorted(root.rglob("*.[ch]")):
        if not is_built(source.relative_to(root)):
            text = source.read_text(encoding="utf-8")
            yield from tree.unknown(source, tree.named_in_source(text))


# --- Tests ------------------------------------------------------------------------------------

def tests_without_row(root):
    """The table says where a failing test points; its first column has names, and patterns."""
    page = root / "tests" / "README.md"
    rows = re.findall(r"^\|([^|\n]*)\|", page.read_text(encoding="utf-8"), re.MULTILINE)
    patterns = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    for source in (root / "tests").rglob("test_*.c"):
        if not any(fnmatch.fnmatchcase(source.stem, pattern) for pattern in patterns):
            yield f"tests/README.md: {source.stem} is in no row"


def main():
    checks = {"links": dead_links, "names": unknown_names, "tests": tests_without_row}
    if len(sys.argv) != 3 or sys.argv[1] not in checks:
        sys.exit(__doc__)
    found = sorted(set(checks[sys.argv[1]](pathlib.Path(sys.argv[2]))))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
