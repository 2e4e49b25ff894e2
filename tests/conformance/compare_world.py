#!/usr/bin/env python3
"""Plays random programs that act on the world outside on CPython's asyncio, with real sockets, programs
and signals, and on cadran, and compares what each side of each connection prints, and the outcomes.

    compare_world.py --cadran PATH [--count N] [--first SEED] [--family F] [--times N] [--keep FOLDER]

Without --family the programs are of all families in turn. Each is played once on asyncio and --times
times on cadran. One that differs is played again on both: on a starved machine what is only ordered by
time may change places. One that differs twice is told, with the first line of the difference, and kept
in FOLDER (the current one); the exit status is 1 then. Under another Python than 3.13 it is 77.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = (3, 13)
LIMIT = 20  # seconds for one program
HERE = Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cadran", required=True, type=os.path.abspath, help="the command to compare")
    parser.add_argument("--count", type=int, default=20, help="how many programs")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first")
    parser.add_argument("--times", type=int, default=1, help="how often each is played on cadran")
    parser.add_argument("--family", choices=sorted(FAMILIES), help="of this family only")
    parser.add_argument("--keep", type=Path, default=Path(), help="where what differs is kept")
    return parser.parse_args()


def played(command, scenario):
    """What each side prints, by its name, and the outcome."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = subprocess.run([*command, scenario], cwd=folder, capture_output=True, text=True,
                                 stdin=subprocess.DEVNULL, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired as error:
            return {"outcome": [f"no end in {LIMIT} s", *(error.stdout or b"").decode().splitlines()[-3:]]}
    told = [line for line in run.stderr.splitlines() if line.startswith("outcome ")]
    sides = {"outcome": [" ".join(told[-1].split()[:2]) if told else f"exit status {run.returncode}",
                         *([] if told else run.stderr.splitlines()[-3:])]}
    for line in run.stdout.splitlines():
        sides.setdefault(line.split()[0], []).append(line)
    return sides


def first_difference(expected, got):
    for side in sorted({*expected, *got}):
        here, there = expected.get(side, []), got.get(side, [])
        for i in range(max(len(here), len(there))):
            lines = [part[i] if i < len(part) else "(nothing)" for part in (here, there)]
            if lines[0] != lines[1]:
                return f"{side}, line {i + 1}\n  CPython: {lines[0]}\n  cadran:  {lines[1]}"
    return None


def differs(options, scenario):
    """How it differs, and how many lines there were."""
    reference = [sys.executable, "-B", HERE / "reference_world.py"]
    cadran = [options.cadran, "run", "--clock", "real", "--allow-exec", "--allow-net", "--allow-unix=."]
    expected = played(reference, scenario)
    for _ in range(options.times):
        difference = first_difference(expected, played(cadran, scenario))
        if difference:
            return difference, 0
    return None, sum(map(len, expected.values()))


def compare(options, scenario):
    """Returns the exit status."""
    families = [options.family] if options.family else list(FAMILIES)
    lines = wrong = again = 0
    for i in range(options.count):
        family, seed = families[i % len(families)], options.first + i
        scenario.write_text(json.dumps(program(family, seed), indent=1), encoding="utf-8")
        difference, count = differs(options, scenario)
        if difference:
            again += 1
            difference, count = differs(options, scenario)
        lines += count
        if difference:
            kept = options.keep / f"{family}-{seed}.json"
            kept.write_bytes(scenario.read_bytes())
            print(f"{family} {seed} differs, kept as {kept}: {difference}", flush=True)
            wrong += 1
    print(f"{options.count} programs, {options.times} times each, {lines} lines, {wrong} differ "
          f"({again} were played again)")
    return 1 if wrong else 0


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        return compare(options, Path(folder) / "scenario.json")


if sys.version_info[:2] != VERSION:
    print(f"not CPython {'.'.join(map(str, VERSION))}: skipped")
    sys.exit(77)

from random_world import FAMILIES, program  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
