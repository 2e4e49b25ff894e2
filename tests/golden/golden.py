"""golden.py check|update: whether the traces of virtual runs are still the same, byte for byte.

A trace depends on nothing but the scenario and the options: not on the compiler, the build or the
machine. Each NAME.json of scenarios/ has its own beside it, NAME.trace.json, to which `cadran test`
holds it. SHA256SUMS has a line for each run that takes options, or whose trace nobody reads: the
trace's SHA-256, and what `cadran run` is given.

CADRAN is the program's path.
"""

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
OFTEN = 20
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


def cadran(*arguments, **environment):
    return subprocess.run([PROGRAM, *arguments], cwd=ROOT, env=os.environ | environment,
                          check=False).returncode


def go_through_scenarios(update):
    """By cadran test. Returns whether there is another trace than is recorded, or none."""
    names = [path.relative_to(ROOT) for path in sorted(SCENARIOS.glob("*.json"))
             if path.name != "schema.json" and ".trace." not in path.name]
    failed = cadran("test", "--repeat", str(OFTEN), *names, CI="" if update else "1")
    new = [name for name in names if (ROOT / name).with_suffix(".trace.new.json").exists()]
    return cadran("accept", *new) != 0 if update and new else failed != 0


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
        changed = go_through_scenarios(update) + go_through_sums(update, path)
    if changed and not update:
        print("If that is meant: script/golden --update")
    sys.exit(bool(changed) and not update)


main()
