"""Who calls whom: the arrows between the folders of sim/ and between the files of each."""

import os
import posixpath
import re
import subprocess
import unittest

from layers import SIM, folder_of, layers, sources

# Files of one folder that may use each other, and why they are files.
CIRCLES = [
    # A file is read as what it says it is, and both kinds of reader end in the one builder, which
    # asks them for what only they know.
    {"trace/build", "trace/foreign", "trace/foreign_pair", "trace/foreign_place", "trace/own"},
    # An event is read a member at a time, and members by the scanner.
    {"trace/scan", "trace/scan_event"},
    # A value may be a list, and a list holds values.
    {"expression/sequence", "expression/value"},
]

# Headers that are not in a folder of sim/: the engine's, what is installed beside it, what the build
# makes of the page's assets.
BESIDE = {"cadran.h", "cadran-trace.h", "page_assets.h"}


def read_objects():
    """({symbol: file that defines it}, {file: symbols that it uses}); a file is "base/map"."""
    with open(os.environ["CADRAN_OBJECTS"], encoding="utf-8") as file:
        paths = file.read().split()
    names = {path: posixpath.normpath(re.search(r"\.dir/(.+)\.c\.o$", path)[1]) for path in paths}
    defined, used = {}, {name: set() for name in names.values()}
    table = subprocess.run([os.environ["CADRAN_NM"], "-g", "-A", *paths], check=True, text=True,
                           capture_output=True).stdout
    for line in table.splitlines():
        path, _, rest = line.partition(":")
        kind, symbol = rest.split()[-2:]
        if kind in "Uwv":  # the small ones: weak, and perhaps not there
            used[names[path]].add(symbol)
        else:
            defined[symbol] = names[path]
    return defined, used


def circles(arrows):
    """The sets of two and more that reach one another: Tarjan's strongly connected components."""
    number, low, stack, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in arrows.get(node, ()):
            if other not in number:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == number[node]:
            circle = stack[stack.index(node):]
            del stack[-len(circle):]
            if len(circle) > 1:
                found.append(sorted(circle))

    for node in list(arrows):
        if node not in number:
            visit(node)
    return sorted(found)


class Links(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.layers = layers()
        cls.defined, cls.used = read_objects()
        cls.arrows = {name: {cls.defined[symbol] for symbol in symbols if symbol in cls.defined}
                      - {name} for name, symbols in cls.used.items()}

    def test_every_file_is_linked(self):
        self.assertEqual(sorted(self.used), sorted(name[:-2] for name in sources({".c"})))

    def test_a_layer_uses_those_above_it_in_the_table(self):
        above = []
        for folder, (_, uses) in self.layers.items():
            self.assertLessEqual(set(uses), set(above), folder)
            above.append(folder)

    def assert_listed(self, arrows):
        for name, other in arrows:
            pair = folder_of(name), folder_of(other)
            if pair[0] != pair[1]:
                self.assertIn(pair[1], self.layers[pair[0]][1], f"{name} uses {other}")

    def test_arrows_between_folders_are_listed(self):
        self.assert_listed((name, other) for name, others in sorted(self.arrows.items())
                           for other in sorted(others))

    def test_a_listed_arrow_is_there(self):
        """By a call; or by a header, of which types alone are used."""
        there = {(folder_of(name), folder_of(other)) for name, others in self.arrows.items()
                 for other in others}
        there |= {(folder_of(name), folder_of(other)) for name, other in self.headers()}
        for folder, (_, uses) in self.layers.items():
            self.assertEqual([other for other in uses if (folder, other) not in there], [], folder)

    def test_files_that_use_each_other_are_named_here(self):
        for circle in circles(self.arrows):
            self.assertTrue(any(allowed.issuperset(circle) for allowed in CIRCLES), circle)

    def test_names_begin_with_the_prefix_of_their_folder(self):
        wrong = {f"{name}.c: {symbol}" for symbol, name in self.defined.items()
                 if not symbol.startswith(self.layers[folder_of(name)][0]) and symbol != "main"}
        self.assertEqual(wrong, set())

    def test_a_row_is_listed(self):
        """A verb in the list of the language, a command in the table of the program."""
        wanted = set().union(*self.used.values())
        rows = {symbol for symbol in self.defined if symbol.startswith(("step_", "cli_cmd_"))}
        self.assertGreater(len(rows), 50)
        self.assertEqual(rows - wanted, {"step_language"} - wanted)

    @staticmethod
    def included(name):
        return re.findall(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"',
                          (SIM / name).read_text(encoding="utf-8"), re.M)

    def headers(self):
        return [(name, other) for name in sources({".c", ".h"}) for other in self.included(name)
                if other not in BESIDE]

    def test_headers_are_named_from_sim(self):
        """So that no arrow hides in a name; and of the engine they include what programs do."""
        names = set(sources({".h"}))
        self.assertEqual([pair for pair in self.headers() if pair[1] not in names], [])

    def test_of_the_engine_what_programs_see(self):
        """At link level: no function of its own, and no driver's."""
        own = {(name, symbol) for name, symbols in self.used.items() for symbol in symbols
               if symbol.startswith("cad__") and symbol not in self.defined}
        self.assertEqual(own, set())

    def test_headers_come_from_listed_folders(self):
        self.assert_listed(self.headers())

    def test_the_command_line_knows_no_machine_from_inside(self):
        """It gets a result, and says what it wants to know by the functions of run.h."""
        def headers_of(name, seen):
            for other in self.included(name):
                if other not in seen and other not in BESIDE:
                    seen.add(other)
                    headers_of(other, seen)
            return seen

        for name in sources({".c"}):
            if folder_of(name) == "cli":
                self.assertNotIn("run/machine.h", headers_of(name, set()), name)


if __name__ == "__main__":
    unittest.main()
