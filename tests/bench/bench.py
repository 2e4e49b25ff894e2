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
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing is left in the source tree

import machine  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402
import works  # noqa: E402

RUNS = {"full": 5, "quick": 3, "tiny": 1}
PROBE_JOBS = 20_000  # how many events a job makes is seen from so many
PATIENCE_S = 20  # a peer that has taken so long is not run again


class Fault(Exception):
    """A benchmark failed, or did something else than its work."""


class Skip(Exception):
    """A benchmark cannot run here; the text says why."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def available_bytes():
    with open("/proc/meminfo", encoding="ascii") as meminfo:
        for line in meminfo:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0


# --- one run --------------------------------------------------------------------------------

class Sample:
    """What one run cost."""

    def __init__(self, entry, process, inside):
        self.peak_bytes = process["peak_bytes"]
        self.items = inside["items"]
        self.end_ns = inside.get("end_ns")
        self.result_bytes = inside.get("bytes")
        self.time_ns = {"inside": inside.get("wall_ns"), "process": process["wall_ns"],
                        "cpu": process["cpu_ns"]}[entry.clock]


class Bench:
    """The programs of one build, ready to be run."""

    def __init__(self, options, scratch):
        self.build = os.path.abspath(options.build)
        self.size = options.size
        self.chosen_peers = options.peer
        self.strict = options.strict
        self.scratch = scratch
        self.prepared = {}
        self.traces = {}

    def tool(self, name):
        """The command of a program of the build, or of a peer, and what it adds to the
        environment."""
        if name not in self.prepared:
            try:
                self.prepared[name] = self.prepare(name)
            except (Skip, peers.Absent) as absent:
                self.prepared[name] = Skip(str(absent))
        if isinstance(self.prepared[name], Skip):
            raise self.prepared[name]
        return self.prepared[name]

    def prepare(self, name):
        if name in peers.PEERS:
            if self.chosen_peers is not None and name not in self.chosen_peers:
                raise Skip("not asked for")
            peer = peers.PEERS[name]
            return peer.prepare(self.build), peer.environment
        folder = "bin" if name == "cadran" else "bench"
        program = os.path.join(self.build, folder, name)
        if not os.access(program, os.X_OK):
            if self.strict:
                raise Fault(f"no program {program}")
            raise Skip(f"no program {folder}/{name}")
        return [program], {}

    def title(self, entry):
        if entry.tool not in peers.PEERS:
            return entry.title
        title = peers.PEERS[entry.tool].title
        return f"{title}, {entry.title}" if entry.title else title

    def run(self, entry, items, parameter=None, variables=("items",), file=None):
        """Runs an entry's program once and returns its Sample."""
        command, environment = self.tool(entry.tool)
        if entry.tool == "cadran":
            return self.run_scenario(entry, command, dict(zip(variables, (items, parameter))))
        arguments = [str(argument) for argument in (entry.name, file, items, parameter)
                     if argument is not None]
        process, output = self.measure([*command, *arguments], environment)
        try:
            inside = json.loads(output)
        except ValueError:
            raise Fault(f"{entry.tool} {' '.join(arguments)}: printed {output!r}") from None
        return Sample(entry, process, inside)

    def run_scenario(self, entry, command, variables):
        result = os.path.join(self.scratch, "report.json")
        command = [*command, "run", "--report", result]
        if entry.trace:
            command += ["--trace", os.path.join(self.scratch, "run.trace.json")]
        for name, value in variables.items():
            command += ["--set", f"{name}={value}"]
        process, _ = self.measure([*command, works.scenario_path(entry.name)], {})
        with open(result, encoding="utf-8") as file:
            run = json.load(file)
        if run["outcome"] != "complete":
            raise Fault(f"{entry.name}: the outcome is {run['outcome']}")
        items = next(iter(variables.values()))
        return Sample(entry, process, {"items": items, "end_ns": run["end_ns"]})

    def measure(self, command, environment):
        """What the process cost, and what it printed."""
        measured = os.path.join(self.scratch, "measured.json")
        run = subprocess.run([*self.tool("bench-measure")[0], measured, *command], text=True,
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={**os.environ, **environment})
        if run.returncode != 0:
            raise Fault(f"{' '.join(command)}: exit status {run.returncode}\n{run.stderr}")
        with open(measured, encoding="utf-8") as file:
            return json.load(file), run.stdout

    def instructions(self, entry, items, parameter, variables):
        """How many instructions a run executes, counted by valgrind: hardly any noise."""
        command, environment = self.tool(entry.tool)
        if entry.tool == "cadran":
            arguments = ["run", works.scenario_path(entry.name)]
            for name, value in zip(variables, (items, parameter)):
                arguments += ["--set", f"{name}={value}"]
        else:
            arguments = [entry.name, str(items)]
            arguments += [str(parameter)] if parameter is not None else []
        run = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                              "--cachegrind-out-file=/dev/null", *command, *arguments], text=True,
                             check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env={**os.environ, **environment})
        counted = re.search(r"I\s+refs:\s+([0-9,]+)", run.stderr)
        if run.returncode == 0 and counted:
            return int(counted[1].replace(",", ""))
        raise Fault(f"valgrind {' '.join(command)}: exit status {run.returncode}\n{run.stderr}")

    def trace_of(self, items):
        """A window's trace of about so many events: its file."""
        if items not in self.traces:
            path = os.path.join(self.scratch, f"{items}.trace.json")
            writer = works.Entry("ours", "bench-trace", "write")
            self.run(writer, PROBE_JOBS, file=path)
            with open(path, "rb") as file:
                each = sum(1 for _ in file) / PROBE_JOBS
            self.run(writer, max(1, round(items / each)), file=path)
            self.traces[items] = path
        return self.traces[items]


# --- works ----------------------------------------------------------------------------------

class Series:
    """The runs of one entry."""

    def __init__(self, bench, work, entry, whole):
        self.bench, self.work, self.entry = bench, work, entry
        self.share = 1.0 if whole else entry.share
        self.items = max(1, round(work.items[bench.size] * self.share))
        self.parameter = entry.fixed if entry.fixed is not None else work.parameter[bench.size]
        self.samples, self.spent_s = [], 0.0
        self.base_bytes = None
        self.skipped = None

    def sample(self, items=None):
        items = items or self.items
        if self.work.name == "read":
            return self.bench.run(self.entry, None, file=self.bench.trace_of(items))
        file = None
        if self.entry.tool == "bench-trace":
            file = os.path.join(self.bench.scratch, "run.trace.json")
        return self.bench.run(self.entry, items, self.parameter, self.work.variables, file)

    def run_once(self):
        if self.skipped or (self.entry.kind != "ours" and self.spent_s > PATIENCE_S):
            return
        began = time.monotonic()
        try:
            if self.work.memory and self.base_bytes is None:
                self.base_bytes = self.sample(1).peak_bytes  # with next to nothing to do
            self.samples.append(self.sample())
        except Skip as skip:
            self.skipped = str(skip)
        self.spent_s += time.monotonic() - began

    def result(self, first):
        """For the table and the JSON. `first`: the result of the work's first entry."""
        result = {"program": self.bench.title(self.entry), "kind": self.entry.kind}
        if self.skipped:
            return {**result, "skipped": self.skipped}
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
        if first is None:
            result["ratio"] = 1.0
        elif "ns" in first:
            result["ratio"] = median / first["ns"]
        return result


def check_end(bench, series):
    """The virtual time at the end must be what the floor says for as many items: who does
    something else is not measured."""
    floor = works.floor("window", "")
    for one in series:
        if not one.samples:
            continue
        expected = bench.run(floor, one.samples[0].items, one.parameter).end_ns
        for sample in one.samples:
            if sample.end_ns != expected:
                raise Fault(f"{bench.title(one.entry)}: ended at {sample.end_ns} ns and not at "
                            f"{expected} ns: it did something else")


def reach(work, results):
    """What is to be reached, and whether it was: (what, limit, value, reached)."""
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
                      "value": ours["ns"] / results[1]["ns"]})
    for goal in goals:
        goal["reached"] = goal["value"] <= goal["limit"]
    return goals


def measure_work(bench, work, runs, whole):
    series = [Series(bench, work, entry, whole) for entry in work.entries]
    for _ in range(runs):
        for one in series:
            one.run_once()
    if work.checked:
        check_end(bench, series)
    results = []
    for one in series:
        results.append(one.result(results[0] if results else None))
    names = {"items": f"{work.items[bench.size]:,}",
             "parameter": f"{work.parameter[bench.size] or 0:,}"}
    return {"name": work.name, "title": work.title.format(**names), "unit": work.unit,
            "programs": results, "reach": reach(work, results) if bench.size == "full" else []}


# --- scaling and corners --------------------------------------------------------------------

def measure_scaling_entry(bench, entry, runs):
    """Cost and memory per job over the number of jobs; what one job costs, which is the process's
    start, is taken off."""
    variables = works.WINDOW["variables"]
    base = [bench.run(entry, 1, works.SCALING_WIDTH, variables) for _ in range(max(runs, 3))]
    base_ns = statistics.median(sample.time_ns for sample in base)
    base_bytes = statistics.median(sample.peak_bytes for sample in base)
    points, left_out = [], []
    for jobs in works.SCALING[bench.size]:
        if jobs * works.SCALING_BYTES_EACH > available_bytes():
            left_out.append(jobs)
            continue
        samples = [bench.run(entry, jobs, works.SCALING_WIDTH, variables)
                   for _ in range(runs if jobs <= 10**6 else min(runs, 2))]
        times = [max(0, sample.time_ns - base_ns) / jobs for sample in samples]
        peak = statistics.median(sample.peak_bytes for sample in samples)
        points.append({"jobs": jobs, "ns": statistics.median(times),
                       "ns_min": min(times), "ns_max": max(times),
                       "bytes": (peak - base_bytes) / jobs, "peak_bytes": peak})
    return {"program": bench.title(entry), "points": points, "left_out": left_out}


def measure_scaling(bench, runs):
    results = []
    for entry in works.SCALING_ENTRIES:
        try:
            results.append(measure_scaling_entry(bench, entry, runs))
        except Skip as skip:
            results.append({"program": bench.title(entry), "skipped": str(skip)})
    return results


def measure_corner(bench, name, runs):
    entry = works.Entry("ours", "bench-corners", name)
    few = works.CORNER_SIZES[bench.size]
    costs = []
    for items in (few, few * works.CORNER_FACTOR):
        samples = [bench.run(entry, items) for _ in range(runs)]
        costs.append(min(sample.time_ns / sample.items for sample in samples))
    growth = costs[1] / costs[0]
    return {"name": name, "title": works.CORNERS[name], "items": [few, few * works.CORNER_FACTOR],
            "ns": costs, "growth": growth, "flat": growth <= works.CORNER_LIMIT}


# --- instructions ---------------------------------------------------------------------------

def count_instructions(bench, work, entry):
    """Instructions per item: the difference between two sizes, so that a process's start and end
    do not count."""
    parameter = entry.fixed if entry.fixed is not None else work.parameter["quick"]
    if entry.name == "sleepers":
        parameter = 20
    few, many = 20_000, 60_000
    counts = [bench.instructions(entry, items, parameter, work.variables)
              for items in (few, many)]
    return (counts[1] - counts[0]) / (many - few)


def measure_instructions(bench, chosen):
    rows = []
    for work in chosen:
        for entry in work.entries:
            if entry.kind == "peer" or work.name in ("read", "window-trace"):
                continue
            try:
                rows.append((work.name, bench.title(entry), count_instructions(bench, work, entry),
                             work.unit))
            except Skip:
                continue
    return rows


# --- the command line -----------------------------------------------------------------------

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
    parser.add_argument("--runs", type=int, metavar="N", help="how many runs of each")
    parser.add_argument("--json", metavar="FILE", help="keep all figures")
    parser.add_argument("--against", metavar="FILE", help="compare with figures kept earlier")
    parser.add_argument("--instructions", action="store_true",
                        help="count instructions per item with valgrind, in place of time")
    parser.add_argument("--strict", action="store_true",
                        help="fail where one of the project's own programs is missing")
    parser.add_argument("--build", metavar="DIR", default="build", help="a built tree")
    options = parser.parse_args()
    options.size = options.size or "full"
    options.runs = options.runs or RUNS[options.size]
    for name in options.peer or ():
        if name not in peers.PEERS and name != "none":
            parser.error(f"no peer {name}")
    return options


def wanted(options, name):
    patterns = options.only or ["*"]
    return any(fnmatch.fnmatch(name, pattern) or pattern in name for pattern in patterns)


def measure_all(bench, options):
    """Everything that was asked for, said on standard error as it goes."""
    result = {"works": [], "scaling": [], "corners": []}
    for work in works.WORKS:
        if wanted(options, work.name):
            say(f"  {work.name}")
            result["works"].append(measure_work(bench, work, options.runs, options.whole))
    if wanted(options, "scaling"):
        say("  scaling")
        result["scaling"] = measure_scaling(bench, min(options.runs, 3))
    if wanted(options, "corners"):
        for name in works.CORNERS:
            say(f"  corners: {name}")
            result["corners"].append(measure_corner(bench, name, min(options.runs + 1, 3)))
    return result


def main():
    options = parse_arguments()
    if options.list:
        print("\n".join([work.name for work in works.WORKS] + ["scaling", "corners"]))
        return 0
    if options.peers:
        peers.install(say)
    with tempfile.TemporaryDirectory(dir=os.path.join(options.build, "bench")) as scratch:
        bench = Bench(options, scratch)
        if options.instructions:
            chosen = [work for work in works.WORKS if wanted(options, work.name)]
            print(report.instructions(measure_instructions(bench, chosen)))
            return 0
        result = {"cadran_bench": 1, "sizes": options.size, "runs": options.runs,
                  "machine": machine.describe(options.build)}
        for line in machine.warnings(result["machine"]):
            say(line)
        result.update(measure_all(bench, options))
    result["machine"]["load_after"] = os.getloadavg()[0]
    earlier = None
    if options.against:
        with open(options.against, encoding="utf-8") as file:
            earlier = json.load(file)
    print(report.table(result, earlier))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
    return 0 if all(corner["flat"] for corner in result["corners"]) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Fault, OSError, subprocess.CalledProcessError) as fault:
        say(f"bench: {fault}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
