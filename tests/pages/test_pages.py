"""That pages.py notices a link, and a name, that nothing is behind, and a test without a row."""

import pathlib
import tempfile
import unittest

import pages


class Pages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("engine/loop.c", "#include <zlib.h>\n"
                   "/* See engine/timer.c, timer.h, zlib.h and asyncio/tasks.py; but no p.c. */\n")
        self.write("engine/timer.c", "")
        self.write("engine/timer.h", "")
        self.write("script/test", "")
        self.write("docs/page.md", "# A page\n\n## One: part\n")

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def assert_found(self, check, *found):
        self.assertEqual(sorted(set(check(self.root))), sorted(found))

    def test_what_is_there_is_fine(self):
        self.write("README.md", "[page](docs/page.md#one-part) [all](docs) [here](#title) `t*.h`\n"
                   "[out](https://example.org) `script/test` `engine/NAME.c` `cc own.c`\n\n# Title\n"
                   "```\n[no](link)\nscript/test\n```\n")
        self.assert_found(pages.dead_links)
        self.assert_found(pages.unknown_names)

    def test_dead_links(self):
        self.write("docs/README.md", "[a](page.md#two) [b](gone.md) [c](../engine/gone.c) [d](#no)\n")
        self.assert_found(pages.dead_links, *(
            f"docs/README.md: the link {link} leads nowhere"
            for link in ("page.md#two", "gone.md", "../engine/gone.c", "#no")))

    def test_names_of_files_that_are_gone(self):
        self.write("README.md", "`gone.c`, `engine/gone/`, `script/test`\n\n```\n$ script/gone it\n```\n")
        self.write("engine/wait.h", "/* As in engine/gone.h and\n * gone.md. */ // own.c\n")
        self.assert_found(pages.unknown_names, *(
            f"{where} is no file of the tree"
            for where in ("README.md: gone.c", "README.md: engine/gone/", "README.md: script/gone",
                          "engine/wait.h: engine/gone.h", "engine/wait.h: gone.md")))

    def test_programs_that_no_row_names(self):
        self.write("tests/README.md", "| failing | look at |\n| `test_lock`, `test_viz_*` | x |\n"
                   "| `other` | `test_loop` |\n")
        for name in ("test_lock", "viz/test_viz_draw", "test_loop", "support/play"):
            self.write(f"tests/{name}.c", "")
        self.assert_found(pages.tests_without_row, "tests/README.md: test_loop is in no row")


if __name__ == "__main__":
    unittest.main()
