#!/usr/bin/env python3
"""Lets each allocation, and each call of the system, of whole programs fail in turn.

    inject.py --cadran PATH --preload LIBRARY [--most N] [--only WORK] [--seed N] [--jobs N]

What is run are the works below: a run with everything that it can leave, under both clocks, and what
reads or writes traces. A first run of each says how it goes, how many allocations it makes and which
calls of the system. Then it is run again and again, and each time another one fails: an allocation by
itself, an allocation and all after it, a call with each of the errors that it may have. --most N draws so
many of them for each work, and --seed which.

However it fails,
- the program ends, by itself, with a status of its own: no crash, and no wait for ever;
- where the status is that of the first run, so are the output and all files: nothing was lost in silence;
- otherwise a message says what went wrong, and each file is whole, or as it was before, or is seen to be
  no whole one: a trace that stops in the middle.

Needs strace. Exit status 0: all held; 1: something did not, which is told; 77: there is no strace, or it
may not trace here.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

TIMEOUT = 20
BEFORE = "what was there before\n"

SCENARIO = {
    "cadran": 1, "name": "injected",
    "objects": {"window": {"type": "queue", "maxsize": 2}, "l": {"type": "lock"}},
    "coroutines": {"work": {"params": ["n"], "do": [
        {"with": "l", "do": [{"sequence": "s{n}", "delay": "5ms"}]}, {"return": "n * 2"}]}},
    "tasks": [
        {"name": "job{i}", "count": 3, "do": [
            {"put": "window", "value": "{i}"}, {"span": "span {i}", "do": [{"sleep": "(i + 1) * 5ms"}]},
            {"get": "window"}, {"log": "job{i}"}]},
        {"name": "all", "do": [
            {"to_thread": "2ms"}, {"spawn": "work", "count": 2, "index": "n", "args": {"n": "{n}"},
                                   "as": "w"},
            {"gather": "w", "as": "r"}, {"print": "{r}"}]}]}

# The same with other names, and with what was inserted: what a comparison has to see through.
CHANGED = {**SCENARIO, "tasks": [
    {"name": "first", "do": [{"sleep": "1ms"}]},
    {**SCENARIO["tasks"][0], "name": "worker{i}",
     "do": [{"span": "new", "do": [{"sleep": "2ms"}]}, *SCENARIO["tasks"][0]["do"]]},
    SCENARIO["tasks"][1]]}

# name: the arguments; the files that it leaves, and those of them that grow while it works. `test`, `diff`
# and `renamed` have something to tell, and end with 1.
WORKS = {
    "run": (["run", "s.json", "--trace", "t.json", "--detail", "--report", "r.json", "--table"],
            ["t.json", "r.json"], ["t.json"]),
    "real": (["run", "s.json", "--clock", "real", "--trace", "t.zst", "--report", "r.json", "--table"],
             ["t.zst", "r.json"], ["t.zst"]),
    "table": (["table", "a.json"], [], []),
    "markdown": (["export", "a.json", "--format", "markdown", "--output", "a.md"], ["a.md"], []),
    "html": (["export", "a.json", "--format", "html", "--output", "a.html"], ["a.html"], []),
    "sqlite": (["export", "a.json", "--format", "sqlite", "--output", "a.db"], ["a.db"], []),
    "view": (["view", "a.json", "--png", "a.png", "--size", "400x300"], ["a.png"], []),
    "groups": (["view", "a.json", "--svg", "a.svg", "--group", "name", "--objects", "--panel", "--critical-path"],
               ["a.svg"], []),
    "pair": (["view", "a.json", "c.json", "--png", "a.png", "--size", "400x300"], ["a.png"], []),
    "why": (["why", "a.json", "--all"], [], []),
    "path": (["why", "a.json", "--critical", "--format", "json"], [], []),
    "statistics": (["export", "a.json", "--format", "json", "--output", "a.st"], ["a.st"], []),
    "renamed": (["diff", "a.json", "c.json", "--all", "--format", "markdown"], [], []),
    "test": (["test", "g.json", "-j", "2", "--format", "tap"], ["g.trace.new.json"],
             ["g.trace.new.json"]),
    "accept": (["accept", "g.json"], ["g.trace.json"], []),
    "diff": (["diff", "a.json", "b.json"], [], []),
    "compare": (["compare", "s.json"], [], []),
}

OPTIONAL = ("view", "groups", "pair", "sqlite")  # a build may be without
TIMED = ("real", "compare", "test")  # they have another output each time
# What draws stands on libraries that end where they get no memory: there Cadran's own allocations fail.
OWN = dict.fromkeys(("view", "groups", "pair"), {"CADRAN_FAIL_OWN": "1"})
# Their calls of the system are those of another work.
ALLOCATIONS_ALONE = ("groups", "pair")

# Calls of the system, and the errors that each is given. What is not here has no error that could be
# met, or only the C library hears of it. EINTR is no failure, and changes nothing; reads and writes do
# not have it, as no handler of Cadran's lets it through.
ERRORS = {
    "openat": ["EMFILE", "EACCES"], "read": ["EIO"], "pread64": ["EIO"],
    "write": ["ENOSPC", "EIO"], "pwrite64": ["ENOSPC"], "writev": ["ENOSPC"],
    "fsync": ["EIO"], "fdatasync": ["EIO"], "rename": ["EIO"], "renameat2": ["EIO"], "unlink": ["EACCES"],
    "mmap": ["ENOMEM"], "mprotect": ["ENOMEM"], "munmap": ["ENOMEM"], "clone3": ["EAGAIN"],
    "clone": ["EAGAIN"], "fork": ["EAGAIN"], "vfork": ["EAGAIN"], "pipe2": ["EMFILE"],
    "epoll_create1": ["EMFILE"], "epoll_ctl": ["ENOMEM"], "epoll_wait": ["EINTR"], "eventfd2": ["EMFILE"],
    "fstat": ["EIO"], "newfstatat": ["EIO"], "statx": ["EIO"], "lseek": ["EINVAL"], "ftruncate": ["EIO"],
    "fchmod": ["EPERM"], "fcntl": ["EINVAL"], "dup": ["EMFILE"], "dup2": ["EMFILE"], "getcwd": ["ENOENT"],
    "readlink": ["EACCES"], "ioctl": ["ENOTTY"], "socket": ["EMFILE"], "socketpair": ["EMFILE"],
    "getdents64": ["EIO"], "ppoll": ["EINTR"], "poll": ["EINTR"], "memfd_create": ["EMFILE"],
    "sched_getaffinity": ["ENOSYS"], "getrandom": ["ENOSYS"],
}

Outcome = collections.namedtuple("Outcome", "status out err files left")


class Work:
    """One command line, its first run, and what is to fail."""

    def __init__(self, name, options, template):
        self.name, self.options, self.template = name, options, template
        self.arguments, self.files, self.growing = WORKS[name]
        self.whole = self.run([], {})
        self.steady = name not in TIMED

    def run(self, prefix, environment):
        with tempfile.TemporaryDirectory(dir=self.options.folder) as folder:
            folder = Path(folder)
            shutil.copytree(self.template, folder, dirs_exist_ok=True)
            for name in self.files:
                if not (folder / name).exists():
                    (folder / name).write_text(BEFORE, encoding="utf-8")
            command = [*prefix, self.options.cadran, *self.arguments]
            try:
                process = subprocess.run(command, cwd=folder, capture_output=True, timeout=TIMEOUT,
                                         env=os.environ | environment, stdin=subprocess.DEVNULL,
                                         check=False)
            except subprocess.TimeoutExpired:
                return Outcome("no end", b"", b"", {}, [])
            files = {name: (folder / name).read_bytes() if (folder / name).exists() else None
                     for name in self.files}
            left = {path.name for path in folder.iterdir()} - \
                {path.name for path in self.template.iterdir()} - set(self.files)
            return Outcome(process.returncode, process.stdout, process.stderr, files, sorted(left))

    def allocations(self):
        counted = Path(self.options.folder) / f"{self.name}.count"
        self.run([], {"LD_PRELOAD": self.options.preload, "CADRAN_COUNT_ALLOCATIONS": str(counted)} |
                 OWN.get(self.name, {}))
        return int(counted.read_text(encoding="ascii"))

    def calls(self):
        """Numbers of calls of the system, by name, but for the loader's."""
        log = Path(self.options.folder) / f"{self.name}.strace"
        self.run(["strace", "-f", "-qq", "-o", str(log)], {})
        calls = re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE)
        numbers, counts, loading = collections.defaultdict(list), collections.Counter(), False
        for name in calls:
            counts[name] += 1
            loading = name == "execve" or loading
            if name in ERRORS and not loading:
                numbers[name].append(counts[name])
            loading = loading and name != "munmap"  # the loader ends with that of its cache
        return numbers

    def failures(self):
        """What is to fail: how it is called, the prefix, the environment, whether it is a failure."""
        for number in range(1, self.allocations() + 1):
            base = {"LD_PRELOAD": self.options.preload,
                    "CADRAN_FAIL_ALLOCATION": str(number)} | OWN.get(self.name, {})
            yield f"allocation {number}", [], base, True
            yield f"allocations from {number}", [], base | {"CADRAN_FAIL_ALLOCATION_ON": "1"}, True
        calls = {} if self.name in ALLOCATIONS_ALONE else self.calls()
        for name, numbers in sorted(calls.items()):
            for number in numbers:
                for error in ERRORS[name]:
                    yield (f"{name} {number} {error}",
                           ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
                            f"inject={name}:error={error}:when={number}"], {}, error != "EINTR")

    def judge(self, outcome, fails):
        """What is wrong with how it went; None: nothing."""
        if outcome.status == "no end" or outcome.status < 0 or outcome.status > 127:
            return None if self.is_libuvs(outcome) else f"ended with {outcome.status}"
        if outcome.left:
            return f"left {outcome.left}"
        if outcome.status == self.whole.status:
            return self.compare(outcome)
        if not fails:
            return f"status {outcome.status}, not {self.whole.status}"
        if outcome.status == 127 and b"error while loading shared libraries" in outcome.err:
            return None  # the loader, which comes again for what a library loads
        if outcome.status not in (1, 2, 3):
            return f"status {outcome.status}"
        if not outcome.err.strip() and not outcome.out.strip():
            return f"status {outcome.status} without a word"
        return self.look_at_files(outcome)

    def is_libuvs(self, outcome):
        """libuv ends the process, without a word, where it can have no memory for its table of
        descriptors, none for its signals, or no answer from epoll_ctl(). An assertion of Cadran's
        says what it is."""
        aborted = outcome.status in (-signal.SIGABRT, 128 + signal.SIGABRT)
        return (aborted and self.name in ("real", "compare") and not outcome.err.strip() and
                self.look_at_files(outcome) is None)

    def compare(self, outcome):
        if self.steady and outcome.out != self.whole.out:
            return "another output, and no word of it"
        for name in self.files:
            whole = self.whole.files[name]
            if self.steady and outcome.files[name] != whole:
                return f"another {name}, and no word of it"
            if outcome.files[name] is None or not self.is_whole(name, outcome.files[name]):
                return f"{name} is not whole, and no word of it"
        return None

    def is_whole(self, name, content):
        """Whether it looks whole to who reads it: a trace may say itself that it is of a broken run."""
        if name in self.growing and b'"outcome":"broken"' in content:
            return False
        if name.endswith("json"):
            try:
                json.loads(content)
                return True
            except ValueError:
                return False
        if name.endswith(".zst"):
            with tempfile.NamedTemporaryFile(dir=self.options.folder, suffix=".zst") as file:
                file.write(content)
                file.flush()
                read = subprocess.run([self.options.cadran, "table", file.name], capture_output=True,
                                      check=False)
                return read.returncode == 0 and not read.stderr
        return content == self.whole.files[name]

    def before(self, name):
        there = self.template / name
        return there.read_bytes() if there.exists() else BEFORE.encode()

    def look_at_files(self, outcome):
        for name, content in outcome.files.items():
            if content in (None, self.before(name), self.whole.files[name]):
                continue
            if name in self.growing and not self.is_whole(name, content):
                continue
            if not self.steady and self.is_whole(name, content):
                continue
            if name == "r.json" and self.is_whole(name, content):
                continue  # a report of what went wrong
            return f"{name} looks whole, and is not: {content[:60]!r} ... {content[-60:]!r}"
        return None


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cadran", required=True, type=os.path.abspath)
    parser.add_argument("--preload", required=True, type=os.path.abspath)
    parser.add_argument("--most", type=int, help="so many of each work")
    parser.add_argument("--only", action="append", choices=sorted(WORKS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    return parser.parse_args()


def may_trace():
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True,
                          check=False).returncode == 0


def prepare(given, folder):
    """The files that the works begin with."""
    template = folder / "template"
    template.mkdir()
    (template / "s.json").write_text(json.dumps(SCENARIO), encoding="utf-8")
    (template / "n.json").write_text(json.dumps(CHANGED), encoding="utf-8")
    for name, change in (("a.json", ["s.json"]), ("b.json", ["s.json", "--seed", "2"]), ("c.json", ["n.json"])):
        subprocess.run([given.cadran, "run", "--trace", name, *change], cwd=template, capture_output=True,
                       check=True)
    for tasks, command in ((1, ["run", "--trace", "g.trace.json", "g.json"]), (2, ["test", "g.json"])):
        (template / "g.json").write_text(json.dumps({**SCENARIO, "tasks": SCENARIO["tasks"][:tasks]}),
                                         encoding="utf-8")
        subprocess.run([given.cadran, *command], cwd=template, capture_output=True, check=False)
    return template


def try_work(work, given, pool):
    if work.whole.status != (1 if work.name in ("test", "diff", "renamed") else 0):
        print(f"{work.name}: cannot be done here: {work.whole.err.decode(errors='replace').strip()}")
        return 0, work.name not in OPTIONAL
    tried = list(work.failures())
    if given.most is not None and given.most < len(tried):
        tried = random.Random(given.seed).sample(tried, given.most)
    outcomes = pool.map(lambda failure: work.run(failure[1], failure[2]), tried)
    wrong = []
    for (what, _, _, fails), outcome in zip(tried, outcomes):
        said = work.judge(outcome, fails)
        if said is not None:
            wrong.append(f"{work.name}: {what}: {said}\n    {outcome.err[:300]!r}")
    print(f"{work.name}: {len(tried)} failures, {len(wrong)} not as they should be", flush=True)
    for line in wrong:
        print(line, flush=True)
    return len(tried), len(wrong)


def main():
    os.environ.pop("CI", None)  # there `cadran test` writes no new traces
    given = options()
    if not may_trace():
        print("strace cannot be used here: skipped")
        return 77
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        given.folder = folder
        template = prepare(given, Path(folder))
        counts = [try_work(Work(name, given, template), given, pool)
                  for name in given.only or WORKS]
    print(f"{sum(tried for tried, _ in counts)} failures, {sum(wrong for _, wrong in counts)} not as "
          "they should be")
    return 1 if any(wrong for _, wrong in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
