"""golden.py check|update: whether the traces of virtual runs are still the same, byte for byte.

A trace depends on nothing but the scenario and the options: not on the compiler, the build or the
machine. Each NAME.json of scenarios/ has its own beside it, NAME.trace.json, so that one can read
what has changed. SHA256SUMS has a line for each other run: the trace's SHA-256, and what `cadran run`
is given.

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
SCENARIOS = ROOT / "scenarios"
SUMS = FOLDER / "SHA256SUMS"
TIMES = 3
OFTEN, OFTEN_TIMES = "window.json", 50
PROGRAM = os.path.abspath(os.environ["CADRAN"])


def traces_of(arguments, path, times):
    """The trace of each of so many runs."""
    for _ in range(times):
        process = subprocess.run([PROGRAM, "run", "--trace", path, *arguments.split()],
                                 cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True, timeout=60)
        if process.returncode > 1:
            sys.exit(f"cadran run {arguments}: status {process.returncode}\n{process.stderr}")
        yield path.read_bytes()


def first_other(recorded, traces):
    """The first trace that is not what is recorded, None where none is."""
    return next((trace for trace in traces if trace != recorded), None)


def print_difference(old, new):
    lines = difflib.unified_diff(old.decode().splitlines(), new.decode().splitlines(),
                                 "as it was", "as it is", "", "", 1, "")
    for line in list(lines)[:40]:
        print("   ", line)


def scenarios():
    return [path for path in sorted(SCENARIOS.glob("*.json"))
            if path.name != "schema.json" and not path.name.endswith(".trace.json")]


def go_through_scenarios(update, path):
    """Returns how many have another trace than is recorded, or none."""
    changed = 0
    for scenario in scenarios():
        golden = scenario.with_suffix(".trace.json")
        recorded = golden.read_bytes() if golden.exists() else b""
        times = OFTEN_TIMES if scenario.name == OFTEN else TIMES
        other = first_other(recorded, traces_of(f"scenarios/{scenario.name}", path, times))
        if other is None:
            continue
        changed += 1
        print(f"{scenario.name}: another trace")
        print_difference(recorded, other)
        if update:
            golden.write_bytes(other)
    return changed


def go_through_sums(update, path):
    changed, lines = 0, []
    for line in SUMS.read_text().splitlines():
        recorded, arguments = line.split(maxsplit=1)
        found = (hashlib.sha256(trace).hexdigest() for trace in traces_of(arguments, path, TIMES))
        other = first_other(recorded, found)
        lines.append(f"{other or recorded}  {arguments}\n")
        if other:
            changed += 1
            print(f"{arguments}: another trace")
    if update:
        SUMS.write_text("".join(lines))
    return changed


def main():
    update = sys.argv[1:] == ["update"]
    if not update and sys.argv[1:] != ["check"]:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "trace"
        changed = go_through_scenarios(update, path) + go_through_sums(update, path)
    print(f"{changed} have changed")
    if changed and not update:
        print("If that is meant: script/golden --update")
    sys.exit(bool(changed) and not update)


main()
