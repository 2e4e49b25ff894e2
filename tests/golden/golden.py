"""golden.py check|update: whether the traces of virtual runs are still the same, byte for byte.

A trace depends on nothing but the scenario and the options: not on the compiler, the build or the
machine. SHA256SUMS has a line for each run: the trace's SHA-256, and what `cadran run` is given.
window.trace.json is the whole trace of the first, so that one can read what has changed.

CADRAN is the program's path.
"""

import difflib
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
SUMS = FOLDER / "SHA256SUMS"
WINDOW = FOLDER / "window.trace.json"
TIMES, WINDOW_TIMES = 3, 50
PROGRAM = os.path.abspath(os.environ["CADRAN"])


def trace_of(arguments, path):
    process = subprocess.run([PROGRAM, "run", "--trace", path, *arguments.split()],
                             cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, timeout=60)
    if process.returncode > 1:
        sys.exit(f"cadran run {arguments}: status {process.returncode}\n{process.stderr}")
    return path.read_bytes()


def print_difference(trace):
    """The first lines of the window's that are not as they were."""
    old, new = WINDOW.read_text().splitlines(), trace.decode().splitlines()
    for line in list(difflib.unified_diff(old, new, "as it was", "as it is", "", "", 1, ""))[:40]:
        print("   ", line)


def main():
    update = sys.argv[1:] == ["update"]
    if not update and sys.argv[1:] != ["check"]:
        sys.exit(__doc__)
    lines, changed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "trace"
        for number, line in enumerate(SUMS.read_text().splitlines()):
            recorded, arguments = line.split(maxsplit=1)
            times = 1 if update else TIMES if number else WINDOW_TIMES
            for _ in range(times):
                trace = trace_of(arguments, path)
                found = hashlib.sha256(trace).hexdigest()
                if found != recorded:
                    break
            lines.append(f"{found}  {arguments}\n")
            if found != recorded:
                changed += 1
                print(f"{arguments}: another trace")
            if number == 0 and trace != WINDOW.read_bytes():
                print_difference(trace)
                changed += found == recorded
            if number == 0 and update:
                WINDOW.write_bytes(trace)
    if update:
        SUMS.write_text("".join(lines))
    print(f"{changed} of {len(lines)} have changed")
    if changed and not update:
        print("If that is meant: script/golden --update")
    sys.exit(bool(changed) and not update)


main()
