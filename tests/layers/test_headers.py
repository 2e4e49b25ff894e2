"""Each header of sim/ stands alone, and all stand together in any order."""

import os
import random
import subprocess
import unittest

from layers import ROOT, SIM, sources

COMMAND = [os.environ["CADRAN_CC"], "-std=c11", "-D_DEFAULT_SOURCE", "-D_POSIX_C_SOURCE=200809L",
           "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{SIM}", f"-I{ROOT / 'engine'}",
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

    def test_together(self):
        self.assert_compiles(self.headers)
        self.assert_compiles(reversed(self.headers))
        for seed in range(5):
            with self.subTest(seed=seed):
                self.assert_compiles(random.Random(seed).sample(self.headers, len(self.headers)))

    def test_each_file_begins_with_what_it_is_for(self):
        for name in sources({".c", ".h"}):
            with self.subTest(name):
                self.assertTrue((SIM / name).read_text(encoding="utf-8").startswith("/* "))

    def test_guards_tell_headers_apart(self):
        guards = {}
        for name in self.headers:
            first = (SIM / name).read_text(encoding="utf-8").split("#ifndef ")[1].split()[0]
            self.assertNotIn(first, guards, name)
            guards[first] = name


if __name__ == "__main__":
    unittest.main()
