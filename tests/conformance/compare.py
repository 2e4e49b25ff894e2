#!/usr/bin/env python3
"""Plays random programs on CPython's asyncio and on cadran, and compares what they print.

    compare.py --cadran PATH [--count N] [--first SEED] [--family F] [--keep FOLDER]
    compare.py --cadran PATH SCENARIO...

Without --family the programs are of all families in turn. At the first that differs it prints the
first line of the difference, keeps the program in FOLDER (the current one) and exits with 1. With
scenarios it plays these in place of random programs.
Under another Python than 3.13, whose behaviour is the reference, it exits with 77; and with random
programs from 3.13.2 on, which tells a task group later of the end of an eager task.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

VERSION = (3, 13)
CHANGED = (3, 13, 2)
LIMIT = 30  # seconds for one program


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cadran", required=True, help="the command to compare")
    parser.add_argument("--count", type=int, default=100, help="how many programs")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first")
    parser.add_argument("--family", choices=sorted(FAMILIES), help="of this family only")
    parser.add_argument("scenarios", nargs="*", type=Path, help="in place of random programs")
    parser.add_argument("--keep", type=Path, default=Path(), help="where what differs is kept")
    return parser.parse_args()


def played(cadran, scenario):
    """What cadran prints, and the last line that it tells."""
    try:
        run = subprocess.run([cadran, "run", scenario], capture_output=True, text=True,
                             timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return [f"no end in {LIMIT} s"]
    told = run.stderr.strip().splitlines() or [f"exit status {run.returncode}"]
    return [*run.stdout.splitlines(), in_nanoseconds(told[-1])]


def in_nanoseconds(told):
    """An outcome as the recorded cases have it; any other line as it is."""
    outcome = re.fullmatch(r"(outcome \w+ at )([\d.]+) s", told)
    return f"{outcome[1]}{int(Decimal(outcome[2]) * 10**9)}" if outcome else told


def first_difference(expected, got):
    for i in range(max(len(expected), len(got))):
        here = [lines[i] if i < len(lines) else "(nothing)" for lines in (expected, got)]
        if here[0] != here[1]:
            return f"line {i + 1}\n  CPython: {here[0]}\n  cadran:  {here[1]}"
    return None


def compare_scenarios(options):
    """Returns the exit status."""
    for scenario in options.scenarios:
        expected = play(json.loads(scenario.read_text(encoding="utf-8"))).splitlines()
        difference = first_difference(expected, played(options.cadran, scenario))
        if difference:
            print(f"{scenario} differs: {difference}")
            return 1
    print(f"{len(options.scenarios)} scenarios, no difference")
    return 0


def compare(options, scenario):
    """Returns the exit status."""
    families = [options.family] if options.family else list(FAMILIES)
    lines = refused = 0
    for i in range(options.count):
        family, seed = families[i % len(families)], options.first + i
        document = program(family, seed)
        scenario.write_text(json.dumps(document, indent=1), encoding="utf-8")
        try:
            expected = play(document).splitlines()
        except Refused as reason:
            print(f"{family} {seed}: not played: {reason}")
            refused += 1
            continue
        lines += len(expected)
        difference = first_difference(expected, played(options.cadran, scenario))
        if difference:
            kept = options.keep / f"{family}-{seed}.json"
            kept.write_bytes(scenario.read_bytes())
            print(f"{family} {seed} differs, kept as {kept}: {difference}")
            return 1
    print(f"{options.count - refused} programs, {lines} lines, no difference")
    return 1 if refused else 0


def main():
    options = arguments()
    if options.scenarios:
        return compare_scenarios(options)
    if sys.version_info >= CHANGED:
        print(f"CPython {'.'.join(map(str, CHANGED))} changed task groups: skipped")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        return compare(options, Path(folder) / "scenario.json")


if sys.version_info[:2] != VERSION:
    print(f"not CPython {'.'.join(map(str, VERSION))}: skipped")
    sys.exit(77)

from random_programs import FAMILIES, program  # noqa: E402
from reference import Refused, play  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
