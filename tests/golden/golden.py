"""golden.py check|update: whether the traces of virtual runs are still the same, byte for byte.

A trace depends on nothing but the scenario and the options: not on the compiler, the build or the
machine. SHA256SUMS has a line for each run: the trace's SHA-256, and what `cadran run` is given. Those
of scenarios/, without options, are kept whole, beside the scenarios: `cadran test` looks at them.

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
SUMS = FOLDER / "SHA256SUMS"
TIMES = 3
PROGRAM = os.path.abspath(os.environ["CADRAN"])


def digests_of(arguments, path, times):
    """The trace's, of each of so many runs."""
    for _ in range(times):
        process = subprocess.run([PROGRAM, "run", "--trace", path, *arguments.split()],
                                 cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True, timeout=60)
        if process.returncode > 1:
            sys.exit(f"cadran run {arguments}: status {process.returncode}\n{process.stderr}")
        yield hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    update = sys.argv[1:] == ["update"]
    if not update and sys.argv[1:] != ["check"]:
        sys.exit(__doc__)
    lines, changed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "trace"
        for line in SUMS.read_text().splitlines():
            recorded, arguments = line.split(maxsplit=1)
            found = next((digest for digest in digests_of(arguments, path, TIMES)
                          if digest != recorded), recorded)
            lines.append(f"{found}  {arguments}\n")
            if found != recorded:
                changed += 1
                print(f"{arguments}: another trace")
    if update:
        SUMS.write_text("".join(lines))
    print(f"{changed} of {len(lines)} have changed")
    if changed and not update:
        print("If that is meant: script/golden --update")
    sys.exit(bool(changed) and not update)


main()
