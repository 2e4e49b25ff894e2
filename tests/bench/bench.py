#!/usr/bin/env python3
"""Runs the benchmarks and prints one table: script/bench builds, and calls this.

Each program is a process of its own, started by bench-measure. The programs of a work take turns,
so that a machine that grows slower or faster meanwhile does so for all of them. Figures are
medians; the spread is half the distance between the fastest and the slowest run.
"""
import argparse
import fnmatch
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing is left in the source tree

import frames  # noqa: E402
import machine  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402
import works  # noqa: E402
from programs import Fault, Programs, Skip  # noqa: E402

RUNS = {"full": 5, "quick": 3, "tiny": 1}
PATIENCE_S = 20  # a peer that has taken so long is not run again


def say(text):
    print(text, file=sys.stderr, flush=True)


def available_bytes():
    with open("/proc/meminfo", encoding="ascii") as meminfo:
        for line in meminfo:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0


def parameter_of(work, entry, size):
    return entry.fixed if entry.fixed is not None else work.parameter[size]


# --- works ----------------------------------------------------------------------------------

class Series:
    """The runs of one entry of a work."""

    def __init__(self, programs, work, entry, options):
        self.programs, self.work, self.entry = programs, work, entry
        share = 1.0 if options.whole else entry.share
        self.items = max(1, round(work.items[options.size] * share))
        self.parameter = parameter_of(work, entry, options.size)
        self.samples, self.spent_s = [], 0.0
        self.base_bytes = None
        self.skipped, self.failed = None, None

    def sample(self, items):
        return self.programs.run(self.entry, items, self.parameter, self.work.variables)

    def run_once(self):
        if self.skipped or self.failed:
            return
        if self.entry.kind != "ours" and self.spent_s > PATIENCE_S:
            return
        began = time.monotonic()
        try:
            if self.work.memory and self.base_bytes is None:
                self.base_bytes = self.sample(1).peak_bytes  # with next to nothing to do
            self.samples.append(self.sample(self.items))
        except Skip as skip:
            self.skipped = str(skip)
        except Fault as fault:
            self.failed = str(fault)
        self.spent_s += time.monotonic() - began

    def result(self, first):
        """For the table and the JSON. `first`: the result of the work's first entry, or None."""
        result = {"program": self.programs.title(self.entry), "kind": self.entry.kind}
        if self.skipped:
            return {**result, "skipped": self.skipped}
        if self.failed:
            return {**result, "failed": self.failed}
        items = self.samples[0].items
        each = [sample.time_ns / sample.items for sample in self.samples]
        median = statistics.median(each)
        peak = statistics.median(sample.peak_bytes for sample in self.samples)
        result.update(items=items, ns=median, spread=(max(each) - min(each)) / 2 / median,
                      runs_ns=each, peak_bytes=peak)
        if self.work.memory:
            result["bytes"] = (peak - self.base_bytes) / items
            if self.samples[0].result_bytes is not None:
                result["result_bytes"] = self.samples[0].result_bytes / items
        if self.samples[0].trace_bytes is not None:
            result["trace_bytes"] = self.samples[0].trace_bytes
        if first is None:
            result["ratio"] = 1.0
        elif "ns" in first:
            result["ratio"] = median / first["ns"]
        return result


def check_end(programs, series):
    """The virtual time at the end must be what the floor says for as many items: who does
    something else is not measured."""
    floor = works.floor("window", "")
    for one in series:
        if not one.samples or one.failed or one.entry.kind == "floor":
            continue
        try:
            expected = programs.run(floor, one.samples[0].items, one.parameter).end_ns
        except (Fault, Skip) as failure:
            one.failed = f"cannot be checked: {failure}"
            continue
        for sample in one.samples:
            if sample.end_ns != expected:
                one.failed = (f"ended at {sample.end_ns} ns and not at {expected} ns: it did "
                              "something else")


def reach(work, results):
    """What is to be reached, and whether it was."""
    ours = results[0]
    goals = []
    if "ns" not in ours:
        return goals
    if work.reach_ns:
        goals.append({"what": "time", "limit": work.reach_ns, "value": ours["ns"]})
    if work.reach_bytes:
        value = ours.get("result_bytes", ours.get("bytes"))
        goals.append({"what": "memory", "limit": work.reach_bytes, "value": value})
    if work.reach_ratio and "ns" in results[1]:
        goals.append({"what": "ratio", "limit": work.reach_ratio,
                      "value": ours["ns"] / results[1]["ns"],
                      "extra_bytes": ours["peak_bytes"] - results[1]["peak_bytes"]})
    for goal in goals:
        goal["reached"] = goal["value"] <= goal["limit"]
    return goals


def measure_work(programs, work, options):
    series = [Series(programs, work, entry, options) for entry in work.entries]
    for _ in range(options.runs * work.often):
        for one in series:
            one.run_once()
    if work.checked:
        check_end(programs, series)
    results = []
    for one in series:
        results.append(one.result(results[0] if results else None))
    names = {"items": f"{work.items[options.size]:,}",
             "parameter": f"{work.parameter[options.size] or 0:,}"}
    return {"name": work.name, "title": work.title.format(**names), "unit": work.unit,
            "programs": results, "reach": reach(work, results) if options.size == "full" else []}


# --- scaling and corners --------------------------------------------------------------------

def scaling_runs(jobs, options):
    """Few jobs take less time than the program's start, which has to be taken off: the fewer they
    are, the more runs it takes to see them."""
    if options.size == "tiny":
        return 1
    return max(2 if jobs > 10**6 else min(options.runs, 3), min(41, 300_000 // jobs))


def measure_scaling_point(programs, entry, jobs, options):
    """Cost and memory per job; what a single job costs, which is the process's start, is taken
    off, and measured in turns with it."""
    variables, width = works.WINDOW["variables"], works.SCALING_WIDTH
    base, samples = [], []
    for _ in range(scaling_runs(jobs, options)):
        base.append(programs.run(entry, 1, width, variables))
        samples.append(programs.run(entry, jobs, width, variables))
    base_ns = statistics.median(sample.time_ns for sample in base)
    base_bytes = statistics.median(sample.peak_bytes for sample in base)
    times = [max(0, sample.time_ns - base_ns) / jobs for sample in samples]
    low, middle, high = (statistics.quantiles(times, method="inclusive") if len(times) > 1
                         else times * 3)
    peak = statistics.median(sample.peak_bytes for sample in samples)
    return {"jobs": jobs, "runs": len(samples), "ns": middle, "ns_low": low, "ns_high": high,
            "bytes": (peak - base_bytes) / jobs, "peak_bytes": peak}


def measure_scaling_entry(programs, entry, options):
    points, left_out = [], []
    for jobs in works.SCALING[options.size]:
        if jobs * works.SCALING_BYTES_EACH > available_bytes():
            left_out.append(jobs)
        else:
            points.append(measure_scaling_point(programs, entry, jobs, options))
    return {"program": programs.title(entry), "points": points, "left_out": left_out}


def measure_scaling(programs, options):
    results = []
    for entry in works.SCALING_ENTRIES:
        try:
            results.append(measure_scaling_entry(programs, entry, options))
        except Skip as skip:
            results.append({"program": programs.title(entry), "skipped": str(skip)})
        except Fault as fault:
            results.append({"program": programs.title(entry), "failed": str(fault)})
    return results


def measure_corner(programs, name, options):
    """The best of some runs at either size: only growth counts here, and noise only adds. So what
    seems to grow is run again, as on a busy machine a run may be stopped for as long as it takes."""
    entry = works.Entry("ours", "bench-corners", name)
    few = works.CORNER_SIZES[options.size]
    sizes = (few, few * works.CORNER_FACTOR)
    result = {"name": name, "title": works.CORNERS[name], "items": sizes}
    costs = []
    try:
        for items in sizes:
            samples = [programs.run(entry, items) for _ in range(min(options.runs + 1, 3))]
            costs.append(min(sample.time_ns / sample.items for sample in samples))
        for _ in range(8):
            if costs[1] / costs[0] > works.CORNER_LIMIT:
                sample = programs.run(entry, sizes[1])
                costs[1] = min(costs[1], sample.time_ns / sample.items)
    except (Fault, Skip) as failure:
        return {**result, "failed": str(failure)}
    growth = costs[1] / costs[0]
    return {**result, "ns": costs, "growth": growth, "flat": growth <= works.CORNER_LIMIT}


# --- pictures -------------------------------------------------------------------------------

def measure_frames(programs, options):
    try:
        return frames.measure(programs, options.size)
    except Skip as skip:
        return [{"skipped": str(skip)}]
    except Fault as fault:
        return [{"failed": str(fault)}]


# --- instructions ---------------------------------------------------------------------------

INSTRUCTIONS_ITEMS = (20_000, 60_000)


def count_instructions(programs, work, entry):
    """Instructions per item: the difference between two sizes, so that a process's start and end
    do not count."""
    parameter = parameter_of(work, entry, "quick")
    few, many = INSTRUCTIONS_ITEMS
    counts = [programs.instructions(entry, items, parameter, work.variables)
              for items in (few, many)]
    return (counts[1] - counts[0]) / (many - few)


def measure_instructions(programs, chosen):
    """For our programs and the floors: a row (work, program, count, unit) each."""
    rows = []
    for work in chosen:
        for entry in work.entries:
            if entry.kind == "peer":
                continue
            say(f"  {work.name}: {programs.title(entry)}")
            try:
                count = count_instructions(programs, work, entry)
                rows.append((work.name, programs.title(entry), count, work.unit))
            except Skip:
                continue
    return rows


# --- the command line -----------------------------------------------------------------------

def at_least_one(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text}")
    return int(text)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measures Cadran beside its peers, and prints one table.")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick",
                        help="smaller sizes, fewer runs: about a minute")
    parser.add_argument("--tiny", dest="size", action="store_const", const="tiny",
                        help="hardly any work: whether everything runs, not how fast")
    parser.add_argument("--only", metavar="PATTERN", action="append",
                        help="only works whose name matches (see --list); may be repeated")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument("--peers", action="store_true", help="first install the peers, with apt")
    parser.add_argument("--peer", metavar="NAME", action="append",
                        help=f"only this peer, or none ({', '.join(peers.PEERS)}); may be repeated")
    parser.add_argument("--whole", action="store_true",
                        help="slow peers do as much work as ours (minutes, and gigabytes)")
    parser.add_argument("--runs", type=at_least_one, metavar="N", help="how many runs of each")
    parser.add_argument("--json", metavar="FILE", help="keep all figures")
    parser.add_argument("--against", metavar="FILE", help="compare with figures kept earlier")
    parser.add_argument("--instructions", action="store_true",
                        help="count instructions per item with valgrind, in place of time")
    parser.add_argument("--strict", action="store_true",
                        help="fail where one of the project's own programs is missing")
    parser.add_argument("--build", metavar="DIR", default="build", help="a built tree")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--load", type=float, metavar="LOAD", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.size = options.size or "full"
    options.runs = options.runs or RUNS[options.size]
    if options.json and not may_write(options.json):
        parser.error(f"--json {options.json}: cannot be written")
    for name in options.peer or ():
        if name not in peers.PEERS and name != "none":
            parser.error(f"no peer {name}")
    options.all = [work.name for work in works.WORKS] + ["frames", "scaling", "corners"]
    options.chosen = [name for name in options.all if wanted(options, name)]
    if not options.chosen:
        parser.error(f"nothing matches {' or '.join(options.only)}: --list says what there is")
    return options


def may_write(path):
    """Asked before minutes of measuring, and without leaving a file behind."""
    if os.path.exists(path):
        return not os.path.isdir(path) and os.access(path, os.W_OK)
    return os.access(os.path.dirname(os.path.abspath(path)), os.W_OK)


def wanted(options, name):
    return any(fnmatch.fnmatch(name, pattern) or pattern in name
               for pattern in options.only or ["*"])


def measure_all(programs, options, result):
    """Everything that was asked for, into the result as it comes; said on standard error."""
    for work in works.WORKS:
        if work.name in options.chosen:
            say(f"  {work.name}")
            result["works"].append(measure_work(programs, work, options))
    if "frames" in options.chosen:
        say("  frames")
        result["frames"] = measure_frames(programs, options)
    if "scaling" in options.chosen:
        say("  scaling")
        result["scaling"] = measure_scaling(programs, options)
    if "corners" in options.chosen:
        say("  corners")
        for name in works.CORNERS:
            result["corners"].append(measure_corner(programs, name, options))


def measure(programs, options):
    """All figures, and what they were measured on."""
    description = machine.describe(options.build, options.load)
    for line in machine.warnings(description):
        say(line)
    result = {"cadran_bench": 1, "sizes": options.size, "runs": options.runs,
              "scaling_width": works.SCALING_WIDTH, "machine": description,
              "works": [], "frames": [], "scaling": [], "corners": []}
    try:
        measure_all(programs, options, result)
    except KeyboardInterrupt:
        result["interrupted"] = True  # what there is by now is shown
    description["load_after"] = os.getloadavg()[0]
    return result


def read_earlier(options):
    with open(options.against, encoding="utf-8") as file:
        try:
            earlier = json.load(file)
        except ValueError:
            earlier = None
    if not isinstance(earlier, dict) or "cadran_bench" not in earlier:
        raise Fault(f"{options.against}: was not kept by script/bench --json")
    if earlier["sizes"] != options.size:
        raise Fault(f"{options.against}: has the sizes \"{earlier['sizes']}\", and this run would "
                    f"have \"{options.size}\": they say nothing about one another")
    return earlier


def failures(result):
    """Where something did not do its work, or costs grow as they must not."""
    programs = [program for work in result["works"] for program in work["programs"]]
    return [row for row in programs + result["frames"] + result["scaling"] + result["corners"]
            if "failed" in row or not row.get("flat", True)]


def main():
    options = parse_arguments()
    if options.list:
        print("\n".join(options.all))
        return 0
    earlier = None
    if options.against:
        earlier = read_earlier(options)
    if options.check:
        return 0
    if options.peers:
        peers.install(say)
    with tempfile.TemporaryDirectory(dir=os.path.join(options.build, "bench")) as scratch:
        programs = Programs(options.build, scratch, options.peer, options.strict)
        if options.instructions:
            chosen = [work for work in works.WORKS if work.name in options.chosen]
            print(report.instructions(measure_instructions(programs, chosen)))
            return 0
        result = measure(programs, options)
    print(report.table(result, earlier))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
    if "interrupted" in result:
        say("bench: interrupted; what was not measured is not there")
        return 130
    return 1 if failures(result) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Fault, OSError, ValueError, subprocess.CalledProcessError) as fault:
        say(f"bench: {fault}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
