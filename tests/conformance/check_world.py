#!/usr/bin/env python3
"""Holds an implementation against recorded cases.

    check_world.py [-n TIMES] [-j JOBS] [-t LIMIT] FOLDER_OR_CASE... -- COMMAND...

COMMAND is run with the case's path as its last argument, each time in an empty folder, without
input. What it prints, then `outcome NAME` from the last line of its standard error (a time
after it is left out), must be what NAME.expected has. Example:
    check_world.py world -- cadran run --clock real
"""
import argparse
import concurrent.futures
import glob
import os
import shutil
import subprocess
import sys
import tempfile


def run(command, case, limit):
    with tempfile.TemporaryDirectory() as folder:
        try:
            p = subprocess.run([*command, os.path.abspath(case)], cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit)
        except subprocess.TimeoutExpired as error:
            return (error.stdout or b"").decode("utf-8", "replace") + "(no end)\n"
    said = [l for l in p.stderr.decode("utf-8", "replace").split("\n") if l.startswith("outcome ")]
    ended = " ".join(said[-1].split()[:2]) if said else f"(no outcome, exit status {p.returncode})"
    return p.stdout.decode("utf-8", "replace") + ended + "\n"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("-n", type=int, default=1)
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("-t", type=float, default=30)
    parser.add_argument("cases", nargs="+")
    split = sys.argv.index("--")
    options, command = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1:]
    found = shutil.which(command[0])
    command[0] = os.path.abspath(found) if found else command[0]
    command = [command[0]] + [os.path.abspath(a) if os.path.exists(a) else a for a in command[1:]]
    cases = []
    for path in options.cases:
        cases += sorted(glob.glob(os.path.join(path, "*.json"))) if os.path.isdir(path) else [path]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for case, got in zip(cases * options.n, pool.map(lambda c: run(command, c, options.t), cases * options.n)):
            with open(case[:-5] + ".expected", encoding="utf-8") as file:
                expected = file.read()
            if got != expected:
                failed += 1
                print(f"{case}\n--- expected\n{expected}--- got\n{got}", end="")
    print(f"{len(cases) * options.n - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
