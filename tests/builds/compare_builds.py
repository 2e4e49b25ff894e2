#!/usr/bin/env python3
"""Plays random documents on several builds of cadran, each twice, and compares all that they say.

    compare_builds.py --builds PATH PATH ... [--seconds N | --count N] [--first SEED] [--keep FOLDER]

Output, messages, trace, report and exit status have to be the same, byte for byte: what differs
depends on memory that nobody has written, on an address, or on how it was compiled. At the first
document that does it says what differs, keeps it in FOLDER (the current one) and exits with 1.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))

import random_programs  # noqa: E402  (beside the recorded cases)
from spliced_programs import program as spliced  # noqa: E402

LIMIT = 60  # seconds for one run
LIMITS = ["--max-steps", "200000", "--max-tasks", "20000", "--max-still", "100000"]
FILES = ["trace", "report"]
STILL_RUNNING = re.compile(rb"^still running after .*\n", re.M)  # of the wall's clock, not the run's
LEAST_RUN = .5  # of the documents; where fewer are valid the comparison says little


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", nargs="+", required=True, metavar="PATH",
                        help="the commands to compare")
    parser.add_argument("--seconds", type=float, help="for how long")
    parser.add_argument("--count", type=int, help="how many documents")
    parser.add_argument("--first", type=int, help="the seed of the first (default: a random one)")
    parser.add_argument("--keep", type=Path, default=Path(), help="where what differs is kept")
    options = parser.parse_args()
    if options.first is None:
        options.first = random.randrange(10 ** 9)
    return options


def document(seed):
    families = sorted(random_programs.FAMILIES)
    if seed % 4 == 0:
        return random_programs.program(families[seed // 4 % len(families)], seed)
    return spliced(seed)


def play(cadran, folder, detail):
    """All that a run says."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    command = [cadran, "run", *LIMITS, "--trace", "trace", "--report", "report", "s.json"]
    if detail:
        command.insert(2, "--detail")
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return {"exit status": f"no end in {LIMIT} s"}
    said = {"exit status": run.returncode, "output": run.stdout, "messages": STILL_RUNNING.sub(b"", run.stderr)}
    for name in FILES:
        path = folder / name
        said[name] = path.read_bytes() if path.exists() else None
    return said


def first_difference(one, other):
    """The line of two texts at which they part."""
    if not isinstance(one, bytes) or not isinstance(other, bytes):
        return f"  {one!r}\n  {other!r}"
    lines = one.splitlines(), other.splitlines()
    at = next((i for i, pair in enumerate(zip(*lines)) if pair[0] != pair[1]),
              min(map(len, lines)))
    shown = [text[at][:300] if at < len(text) else b"(the end)" for text in lines]
    return f"line {at + 1}\n  {shown[0]!r}\n  {shown[1]!r}"


def differs(options, folder, seed):
    """What is not the same, in words; "": all is. And whether it ran."""
    detail = seed % 2 == 1
    first = None
    for build in options.builds * 2:
        said = play(build, folder, detail)
        if first is None:
            first = said
        for what, text in first.items():
            if said.get(what) != text:
                return f"{build}: {what}: {first_difference(text, said.get(what))}", True
        if said["exit status"] not in (0, 1, 2):
            return f"{build}: exit status {said['exit status']}: {said.get('messages')!r}", True
    return "", first["exit status"] != 2


def main():
    options = arguments()
    options.builds = [os.path.abspath(build) for build in options.builds]
    end = time.monotonic() + options.seconds if options.seconds else None
    played = ran = 0
    with tempfile.TemporaryDirectory(prefix="cadran-builds-") as name:
        folder = Path(name)
        while played != options.count and (end is None or time.monotonic() < end):
            seed = options.first + played
            text = json.dumps(document(seed), indent=1)
            (folder / "s.json").write_text(text, encoding="utf-8")
            what, valid = differs(options, folder, seed)
            if what:
                kept = options.keep / f"differs-{seed}.json"
                kept.write_text(text, encoding="utf-8")
                print(f"seed {seed}, kept as {kept}\n{what}")
                return 1
            played += 1
            ran += valid
    print(f"{played} documents from seed {options.first}, {ran} of them valid: no difference")
    return 0 if ran >= LEAST_RUN * played else 1


if __name__ == "__main__":
    sys.exit(main())
