"""The programs of one build, and the peers: how they are run, and what a run says."""
import contextlib
import json
import os
import re
import shutil
import subprocess

import peers
import works

NOT_ASKED_FOR = "not asked for"
PRODUCTS = ("cadran", "cadran-view")  # which measure nothing themselves
PROBE_JOBS = 20_000  # how many events a job makes is seen from so many


class Fault(Exception):
    """A benchmark failed, or did something else than its work."""


class Skip(Exception):
    """A benchmark cannot run here; the text says why."""


class Sample:
    """What one run cost. process: the process as a whole; inside: what the program measured."""

    def __init__(self, entry, process, inside):
        self.peak_bytes = process["peak_bytes"]
        self.items = inside["items"]
        self.end_ns = inside.get("end_ns")
        self.result_bytes = inside.get("bytes")
        self.trace_bytes = inside.get("trace_bytes")
        self.time_ns = {"inside": inside.get("wall_ns"), "process": process["wall_ns"],
                        "cpu": process["cpu_ns"],
                        "inside-cpu": inside.get("cpu_ns")}[entry.clock]


class Programs:
    """build: a built tree; scratch: a folder for what comes and goes; chosen: the names of the
    peers to run, or None for all; strict: a program of the build that is missing is a fault."""

    def __init__(self, build, scratch, chosen=None, strict=False):
        self.build, self.scratch = os.path.abspath(build), scratch
        self.chosen, self.strict = chosen, strict
        self.prepared = {}
        self.traces = {}

    def tool(self, name):
        """The command of a program of the build, or of a peer, and what it adds to the
        environment. Raises Skip."""
        if name not in self.prepared:
            try:
                self.prepared[name] = self.prepare(name)
            except (Skip, peers.Absent) as absent:
                self.prepared[name] = Skip(str(absent))
            except subprocess.CalledProcessError as failure:
                self.prepared[name] = Fault(f"it does not compile: {failure}")
        if isinstance(self.prepared[name], (Skip, Fault)):
            raise self.prepared[name]
        return self.prepared[name]

    def prepare(self, name):
        if name in peers.PEERS:
            if self.chosen is not None and name not in self.chosen:
                raise Skip(NOT_ASKED_FOR)
            peer = peers.PEERS[name]
            return peer.prepare(self.build), peer.environment
        folder = "bin" if name in PRODUCTS else "bench"
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

    def path(self, name):
        return os.path.join(self.scratch, name)

    def command(self, entry, items, parameter, variables):
        """The command line of an entry, and its environment. A trace that it writes is
        run.trace.json; one that it reads has so many events."""
        command, environment = self.tool(entry.tool)
        if entry.file == "export" and entry.tool == "cadran":
            return [*command, "export", "--format", entry.name, "--output", self.path("exported"),
                    self.trace_of(items)], environment
        if entry.file == "suite" and entry.tool == "cadran":
            return [*command, "test", self.suite_of(items)], environment
        if entry.file == "pair" and entry.tool == "cadran":
            return [*command, entry.name, *self.pair_of(items)], environment
        if entry.file == "picture":
            return [*command, "--png", self.path("picture.png"), "--size", "1600x900",
                    self.trace_of(items)], environment
        if entry.tool == "cadran":
            command = [*command, "run", "--report", self.path("report.json")]
            if entry.file == "write":
                command += ["--trace", self.path("run.trace.json")]
            for name, value in zip(variables, (items, parameter)):
                command += ["--set", f"{name}={value}"]
            return [*command, works.scenario_path(entry.name)], environment
        arguments = [entry.name, items, parameter]
        if entry.file == "write":
            arguments = [entry.name, self.path("run.trace.json"), items, parameter]
        elif entry.file == "export":
            arguments = [entry.name, self.path("exported"), items]
        elif entry.file == "suite":
            arguments = [entry.name, self.suite_of(items)]
        elif entry.file == "read":
            arguments = [entry.name, self.trace_of(items)]
        arguments = [str(argument) for argument in arguments if argument is not None]
        return [*command, *arguments], environment

    def run(self, entry, items, parameter=None, variables=("items",)):
        """Runs an entry's program once and returns its Sample."""
        command, environment = self.command(entry, items, parameter, variables)
        written = {"write": "run.trace.json", "export": "exported"}.get(entry.file)
        if written:  # freeing the last one's pages is not this one's work
            with contextlib.suppress(FileNotFoundError):
                os.remove(self.path(written))
        process, output = self.measure(command, environment)
        try:
            inside = self.outcome(entry, items) if entry.tool in PRODUCTS else json.loads(output)
        except ValueError:
            raise Fault(f"{' '.join(command)}: printed {output!r}") from None
        if entry.file == "write":
            inside["trace_bytes"] = os.path.getsize(self.path("run.trace.json"))
        return Sample(entry, process, inside)

    def outcome(self, entry, items):
        if entry.file not in (None, "write"):
            return {"items": items}
        with open(self.path("report.json"), encoding="utf-8") as file:
            report = json.load(file)
        if report["outcome"] != "complete":
            raise Fault(f"{entry.name}: the outcome is {report['outcome']}")
        return {"items": items, "end_ns": report["end_ns"]}

    def measure(self, command, environment):
        """What the process cost, and what it printed."""
        measured = self.path("measured.json")
        run = subprocess.run([*self.tool("bench-measure")[0], measured, *command], text=True,
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={**os.environ, **environment})
        if run.returncode != 0:
            raise Fault(f"{' '.join(command)}: exit status {run.returncode}\n{run.stderr}")
        with open(measured, encoding="utf-8") as file:
            return json.load(file), run.stdout

    def instructions(self, entry, items, parameter, variables):
        """How many instructions a run executes, counted by valgrind: hardly any noise."""
        command, environment = self.command(entry, items, parameter, variables)
        run = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                              "--cachegrind-out-file=/dev/null", *command], text=True,
                             check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env={**os.environ, **environment})
        counted = re.search(r"I\s+refs:\s+([0-9,]+)", run.stderr)
        if run.returncode == 0 and counted:
            return int(counted[1].replace(",", ""))
        raise Fault(f"valgrind {' '.join(command)}: exit status {run.returncode}\n{run.stderr}")

    def trace_of(self, events):
        """The file of a window's trace of about so many events."""
        if events not in self.traces:
            writer = works.Entry("ours", "bench-trace", "write", file="write")
            self.run(writer, PROBE_JOBS)
            with open(self.path("run.trace.json"), "rb") as file:
                each = sum(1 for _ in file) / PROBE_JOBS
            self.run(writer, max(1, round(events / each)))
            kept = self.path(f"{events}.trace.json")
            os.replace(self.path("run.trace.json"), kept)
            self.traces[events] = kept
        return self.traces[events]

    def pair_of(self, events):
        """That file, and another one of the same bytes."""
        copy = self.path(f"{events}.copy.json")
        if not os.path.exists(copy):
            shutil.copyfile(self.trace_of(events), copy)
        return self.trace_of(events), copy

    def suite_of(self, count):
        """A folder of so many scenarios, windows of some jobs, with their goldens."""
        folder = self.path(f"suite-{count}")
        if not os.path.isdir(folder):
            os.mkdir(folder)
            with open(works.scenario_path("window"), encoding="utf-8") as file:
                window = json.load(file)
            for number in range(count):
                window["vars"] |= {"jobs": 4 + number % 12, "width": 4}
                with open(os.path.join(folder, f"{number}.json"), "w", encoding="utf-8") as file:
                    json.dump(window, file, indent=2)
            cadran, environment = self.tool("cadran")
            for arguments in (["test", folder], ["accept", "--all", folder]):
                subprocess.run([*cadran, *arguments], check=False, stdout=subprocess.DEVNULL,
                               env={**os.environ, **environment, "CI": ""})
        return folder
