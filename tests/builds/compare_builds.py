#!/usr/bin/env python3
"""Lets several builds of cadran do the same, each twice, and compares all that they say.

    compare_builds.py --builds PATH PATH ... [--only documents|traces] [--seconds N | --count N]
                      [--first SEED] [--keep FOLDER]

In turn a random document is run, and a mutated trace goes through the commands that read one, the viewer's
picture among them where a build has it. Output, messages, files and exit status have to be the same, byte
for byte: what differs depends on memory that nobody has written, on an address, or on how it was compiled.
Every status is one that a command may have, what is to be JSON is JSON, and no text obeys a trace's control
characters. At the first input that does otherwise it says what is wrong, keeps it in FOLDER (the current
one) and exits with 1.
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

import mutated_traces  # noqa: E402
import random_programs  # noqa: E402  (beside the recorded cases)
from spliced_programs import program as spliced  # noqa: E402

LIMIT = 60  # seconds for one command
LIMITS = ["--max-steps", "200000", "--max-tasks", "20000", "--max-still", "100000"]
STILL_RUNNING = re.compile(rb"^still running after .*\n", re.M)  # of the wall's clock, not the run's
LEAKS = Path(__file__).resolve().parents[1] / "viz" / "leaks.supp"
ENVIRONMENT = os.environ | {"LSAN_OPTIONS": f"suppressions={LEAKS}:print_suppressions=0",
                            "ASAN_OPTIONS": "exitcode=99"}
LEAST_RUN = .5  # of the documents; where fewer are valid the comparison says little
LEAST_READ = .3  # of the traces
# What a terminal would obey.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# What is done with a trace t, of which o is the golden, n is a task's or an object's name.
READING = [
    ["table", "t"], ["table", "--format", "text", "t"], ["table", "--format", "csv", "t"],
    ["table", "--format", "json", "--transpose", "t"], ["table", "--step", "10ms", "--tasks", "*1", "t"],
    ["export", "t"], ["export", "--format", "json", "t"], ["export", "--format", "markdown", "t"],
    ["export", "--format", "csv", "--transpose", "t"], ["export", "--format", "html", "t"],
    ["export", "--format", "html", "--from", "1s", "--to", "2s", "--output", "out", "t"],
    ["export", "--format", "sqlite", "--output", "out", "t"],
    ["why", "t"], ["why", "--all", "t"], ["why", "--critical", "--all", "t"],
    ["why", "--format", "json", "--all", "t"], ["why", "--format", "json", "--critical", "t"],
    ["why", "--all", "t", "n"], ["why", "--at", "1s", "t", "n"], ["why", "--format", "json", "t", "n"],
    ["diff", "t", "o"], ["diff", "--all", "o", "t"], ["diff", "--level", "order", "t", "o"],
    ["diff", "--level", "causes", "--format", "json", "o", "t"], ["diff", "--format", "markdown", "t", "o"],
    ["diff", "--format", "json", "--all", "--tolerance", "5%", "t", "o"], ["diff", "--format", "html", "o", "t"],
    ["diff", "--tolerance", "10ms", "t", "t"],
    ["view", "--svg", "out", "t"], ["view", "--svg", "out", "--panel", "--critical-path", "--objects", "t"],
    ["view", "--svg", "out", "--at", "1s", "--objects", "t"], ["view", "--svg", "out", "o", "t"],
    ["view", "--svg", "out", "--size", "97x61", "--from", "1s", "t"], ["view", "--svg", "out", "--select", "n", "t"],
]
READINGS = 5  # of them for one trace


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", nargs="+", required=True, metavar="PATH",
                        help="the commands to compare")
    parser.add_argument("--seconds", type=float, help="for how long")
    parser.add_argument("--count", type=int, help="how many of each")
    parser.add_argument("--only", choices=["documents", "traces"], help="what is tried (default: both)")
    parser.add_argument("--first", type=int, help="the seed of the first (default: a random one)")
    parser.add_argument("--keep", type=Path, default=Path(), help="where what is wrong is kept")
    options = parser.parse_args()
    if options.first is None:
        options.first = random.randrange(10 ** 9)
    return options


def document(seed):
    families = sorted(random_programs.FAMILIES)
    if seed % 4 == 0:
        return random_programs.program(families[seed // 4 % len(families)], seed)
    return spliced(seed)


def play(build, folder, arguments, files):
    """All that a command says, and leaves in files."""
    for name in files:
        (folder / name).unlink(missing_ok=True)
    viewer = arguments[0] == "view"
    program = build.with_name("cadran-view") if viewer else build
    try:
        run = subprocess.run([program, *arguments[viewer:]], cwd=folder, capture_output=True, timeout=LIMIT,
                             stdin=subprocess.DEVNULL, env=ENVIRONMENT, check=False)
    except subprocess.TimeoutExpired:
        return {"exit status": f"no end in {LIMIT} s"}
    said = {"exit status": run.returncode, "output": run.stdout, "messages": STILL_RUNNING.sub(b"", run.stderr)}
    for name in files:
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


def unfit(arguments, said):
    """What is wrong with it by itself, in words; "": nothing."""
    if said["exit status"] not in (0, 1, 2):
        return f"exit status {said['exit status']}: {said.get('messages')!r}"
    told = [said["messages"]]
    if arguments[0] in ("table", "export", "why", "diff"):
        if "json" in arguments:
            try:
                json.loads(said["output"] or b"null")
            except ValueError as error:
                return f"the output is no JSON: {error}"
        elif "html" not in arguments:
            told.append(said["output"].replace(b"\r\n", b"\n") if "csv" in arguments else said["output"])
    for text in told:
        obeyed = OBEYED.search(text.decode("utf-8", "replace"))
        if obeyed:
            return f"{obeyed.group()!r} comes out: {text[max(0, obeyed.start() - 100):][:300]!r}"
    return ""


def try_command(options, folder, arguments, files):
    """What differs or is unfit, in words; "": nothing. And the exit status."""
    first = None
    for build in options.builds * 2:
        said = play(build, folder, arguments, files)
        first = first or said
        for what, text in first.items():
            if said.get(what) != text:
                return f"{build}: {what}: {first_difference(text, said.get(what))}", 3
    return unfit(arguments, first), first["exit status"]


def try_document(options, folder, seed):
    """What is wrong with how a document is run, in words; whether it is valid; the document."""
    text = json.dumps(document(seed), indent=1).encode()
    (folder / "s.json").write_bytes(text)
    command = ["run", *["--detail"] * (seed % 2), *LIMITS, "--trace", "trace", "--report", "report", "s.json"]
    what, status = try_command(options, folder, command, ["trace", "report"])
    return what, status != 2, text


def name_in(trace, seed):
    """One of the names in a trace, as an argument."""
    names = re.findall(rb'"name":"((?:[^"\\]|\\.)*)"', trace)
    if not names:
        return "n"
    try:
        name = json.loads(b'"' + random.Random(seed).choice(names) + b'"')
    except ValueError:
        return "n"
    return name.replace("\0", "").encode("utf-8", "replace")


def try_trace(options, folder, seed):
    """The same of a trace, and of the commands that read it."""
    trace = mutated_traces.trace(seed)
    (folder / "t").write_bytes(trace)
    (folder / "o").write_bytes(mutated_traces.plain(seed))
    viewers = all(build.with_name("cadran-view").exists() for build in options.builds)
    commands = [command for command in READING if viewers or command[0] != "view"]
    read = False
    for command in random.Random(seed).sample(commands, READINGS):
        arguments = [name_in(trace, seed) if part == "n" else part for part in command]
        what, status = try_command(options, folder, arguments, ["out"])
        if what:
            return f"{arguments}: {what}", True, trace
        read = read or status < 2
    return "", read, trace


WORKS = {"documents": (try_document, LEAST_RUN, "valid"), "traces": (try_trace, LEAST_READ, "read")}


def main():
    options = arguments()
    options.builds = [Path(os.path.abspath(build)) for build in options.builds]
    end = time.monotonic() + options.seconds if options.seconds else None
    works = [options.only] if options.only else list(WORKS)
    tried, good = dict.fromkeys(works, 0), dict.fromkeys(works, 0)
    seed = options.first
    with tempfile.TemporaryDirectory(prefix="cadran-builds-") as name:
        while seed - options.first != options.count and (end is None or time.monotonic() < end):
            for work in works:
                what, fit, given = WORKS[work][0](options, Path(name), seed)
                if what:
                    kept = options.keep / f"differs-{work}-{seed}.json"
                    kept.write_bytes(given)
                    print(f"seed {seed}, kept as {kept}\n{what}")
                    return 1
                tried[work] += 1
                good[work] += fit
            seed += 1
    for work in works:
        print(f"{tried[work]} {work} from seed {options.first}, {good[work]} of them {WORKS[work][2]}: "
              "no difference")
    return 0 if all(good[work] >= WORKS[work][1] * tried[work] for work in works) else 1


if __name__ == "__main__":
    sys.exit(main())
