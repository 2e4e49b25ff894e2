"""Each header of sim/ and engine/ stands alone, and all of sim/ stand together in any order."""

import graphlib
import os
import random
import re
import subprocess
import unittest

from layers import ENGINE, SIM, engine_headers, sources

COMMAND = [os.environ["CADRAN_CC"], "-std=c11", "-D_DEFAULT_SOURCE", "-D_POSIX_C_SOURCE=200809L",
           "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{SIM}", f"-I{ENGINE}",
           "-x", "c", "-"]


class Headers(unittest.TestCase):
    def setUp(self):
        self.headers = sources({".h"})

    def assert_compiles(self, headers):
        text = "".join(f'#include "{name}"\n' for name in headers)
        done = subprocess.run(COMMAND, input=text, text=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_alone(self):
        for name in self.headers:
            with self.subTest(name):
                self.assert_compiles([name])

    @staticmethod
    def engine_includes():
        return {path.name: re.findall(r'#include "(\w+\.h)"', path.read_text(encoding="utf-8"))
                for path in ENGINE.glob("*.h")}

    def test_those_of_the_engine_know_none_below_them_in_the_table(self):
        listed = engine_headers()
        self.assertGreater(len(listed), 15)
        includes = self.engine_includes()
        for i, name in enumerate(listed):
            self.assertEqual(set(includes[name]) & set(listed[i:]), set(), name)

    def test_those_of_the_engine(self):
        includes = self.engine_includes()
        for name in graphlib.TopologicalSorter(includes).static_order():  # which no circle has
            with self.subTest(name):
                self.assert_compiles([name])

    def test_together(self):
        self.assert_compiles(self.headers)
        self.assert_compiles(reversed(self.headers))
        for seed in range(5):
            with self.subTest(seed=seed):
                self.assert_compiles(random.Random(seed).sample(self.headers, len(self.headers)))

    def test_each_file_begins_with_what_it_is_for(self):
        paths = [SIM / name for name in sources({".c", ".h"})] + list(ENGINE.glob("*.[ch]"))
        for path in paths:
            with self.subTest(path.name):
                self.assertTrue(path.read_text(encoding="utf-8").startswith("/* "))

    def test_guards_tell_headers_apart(self):
        guards = {}
        for name in self.headers:
            first = (SIM / name).read_text(encoding="utf-8").split("#ifndef ")[1].split()[0]
            self.assertNotIn(first, guards, name)
            guards[first] = name


if __name__ == "__main__":
    unittest.main()
