"""What is measured: the works, their sizes, who does them, and what is to be reached."""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = ("full", "quick", "tiny")


class Entry:
    """One program that does a work.

    kind     "ours", "floor" or "peer"
    tool     a program of the build ("bench-engine", "cadran"), or a peer's name
    title    as the table names it; for a peer its own title, and this goes behind it
    name     the benchmark's name for that program; for cadran the scenario
    share    the part of the work's items that it does: slow peers do fewer, and the figures are
             per item. Costs that grow faster than the work thereby count in the peer's favour.
    clock    "inside": what the program itself measured; "process": the whole process by the
             clock; "cpu": the whole process's processor time, with that of the programs that it
             has waited for; "inside-cpu": its own, as the program itself measured it
    fixed    a parameter that stands in place of the work's own
    file     "write": it writes a trace; "read": it reads one; "pair": it reads two that are the
             same; "picture": it draws one; "export": it makes another file of one, in the format
             `name`; "suite": it goes through a folder of scenarios with goldens
    """

    def __init__(self, kind, tool, name, title="", share=1.0, clock="inside", fixed=None,
                 file=None):
        self.kind, self.tool, self.name, self.title = kind, tool, name, title
        self.share, self.clock, self.fixed, self.file = share, clock, fixed, file


class Work:
    """items and parameter: for each of SIZES; `variables`: what a scenario calls the two.

    reach_ns, reach_bytes   what is to be reached, per item, by our first entry
    reach_ratio             at most so many times the cost of our second entry
    memory                  whether memory per item says something
    checked                 whether the virtual time at the end must be the floor's
    often                   how many times more runs than others it wants
    """

    def __init__(self, name, title, unit, items, entries, parameter=None, variables=("items",),
                 reach_ns=None, reach_bytes=None, reach_ratio=None, memory=False, checked=False,
                 often=1):
        self.name, self.title, self.unit, self.entries = name, title, unit, entries
        self.items = dict(zip(SIZES, items))
        self.parameter = dict(zip(SIZES, parameter or (None,) * 3))
        self.variables, self.memory, self.checked = variables, memory, checked
        self.often = often
        self.reach_ns, self.reach_bytes, self.reach_ratio = reach_ns, reach_bytes, reach_ratio


def scenario(name, **options):
    return Entry("ours", "cadran", name, clock="process", **options)


def engine(name, title, **options):
    return Entry("ours", "bench-engine", name, title, **options)


def floor(name, title, **options):
    return Entry("floor", "bench-floor", name, title, **options)


def peer(tool, name, title="", **options):
    return Entry("peer", tool, name, title, **options)


def network(name, title, **options):
    return Entry("ours", "bench-network", name, title, clock="inside-cpu", **options)


def network_floor(name, title, **options):
    return Entry("floor", "bench-network-floor", name, title, clock="inside-cpu", **options)


WINDOW = {"items": (1_000_000, 100_000, 300), "parameter": (1000, 1000, 20),
          "variables": ("jobs", "width")}

TRACE_BYTES_EACH = 1533  # of a job of the window

WORKS = (
    Work("window", "window: {items} jobs, width {parameter}, from a scenario", "job", **WINDOW,
         reach_ns=600, reach_bytes=300, memory=True, checked=True, entries=(
             scenario("window", title="cadran run"),
             engine("window", "C step machines"),
             floor("window", "heap of callbacks"),
             peer("simgrid", "window", "only the jobs in the window", share=0.1),
             peer("asyncio", "window", "virtual clock", share=0.05),
             peer("simpy", "window", share=0.05))),
    Work("window-trace", "the same, writing its trace", "job", **WINDOW,
         reach_ratio=3, memory=True, checked=True, often=2, entries=(
             scenario("window", title="cadran run --trace", file="write"),
             scenario("window", title="cadran run"),
             Entry("ours", "bench-trace", "write", "C step machines, with the writer",
                   file="write"),
             engine("window", "C step machines"),
             floor("write", "write() of as many bytes", fixed=TRACE_BYTES_EACH, file="write"))),
    Work("sleeps", "{parameter} tasks that sleep short random times", "event",
         items=(1_000_000, 200_000, 1000), parameter=(10_000, 10_000, 20),
         variables=("sleeps", "tasks"), reach_ns=250, entries=(
             scenario("sleeps", title="cadran run"),
             floor("sleeps", "heap of callbacks"),
             peer("simgrid", "sleeps", share=0.2),
             peer("simpy", "sleeps", share=0.2),
             peer("asyncio", "sleeps", "virtual clock", share=0.2))),
    Work("sleeps-c", "the same from C", "event",
         items=(1_000_000, 200_000, 1000), parameter=(10_000, 10_000, 20), reach_ns=300, entries=(
             engine("sleeps", "coroutines"),
             engine("sleeps-steps", "step machines"),
             floor("sleeps", "heap of callbacks"))),
    Work("switch", "switch between two coroutines, through the ready queue", "switch",
         items=(10_000_000, 1_000_000, 1000), reach_ns=20, entries=(
             engine("switch", "coroutines"),
             floor("switch", "ring of callbacks"),
             peer("boost", "switch", "no ready queue"),
             peer("st", "switch"),
             peer("go", "switch", "Gosched", share=0.5),
             peer("asyncio", "switch", share=0.02),
             peer("uvloop", "switch", share=0.02))),
    Work("callbacks", "a callback that schedules itself with call_soon()", "callback",
         items=(10_000_000, 1_000_000, 1000), entries=(
             engine("callbacks", "cad_call_soon()"),
             floor("switch", "ring of callbacks"),
             peer("asyncio", "callbacks", share=0.02),
             peer("uvloop", "callbacks", share=0.02))),
    Work("create", "create and end a coroutine", "coroutine",
         items=(3_000_000, 500_000, 1000), reach_ns=80, entries=(
             engine("create", "coroutines, one at a time", fixed=1),
             engine("create", "coroutines, a hundred at a time", fixed=100),
             floor("create", "ring of callbacks, allocated"),
             peer("boost", "create", "no ready queue"),
             peer("st", "create"),
             peer("go", "create", share=0.5),
             peer("asyncio", "create", share=0.02),
             peer("uvloop", "create", share=0.02))),
    Work("loops", "a new loop with eight tasks, as a test makes one", "loop",
         items=(200_000, 20_000, 100), reach_ratio=5, entries=(
             engine("loops", "coroutines"),
             engine("loops-steps", "step machines"))),
    Work("queue", "queue of size one: an item from producer to consumer", "item",
         items=(5_000_000, 500_000, 1000), reach_ns=60, entries=(
             engine("queue", "coroutines"),
             floor("queue", "ring of callbacks"),
             peer("st", "queue", "condition variables"),
             peer("go", "queue", "channel", share=0.5),
             peer("asyncio", "queue", share=0.02),
             peer("uvloop", "queue", share=0.02),
             peer("simpy", "queue", share=0.02))),
    Work("sleepers", "{items} sleepers under the real clock, processor time", "sleeper",
         items=(1_000_000, 100_000, 300), parameter=(1000, 300, 5),
         reach_ns=1500, reach_bytes=350, memory=True, entries=(
             engine("sleepers", "step machines", clock="cpu"),
             floor("sleepers", "raw uv_timer", clock="cpu"),
             peer("go", "sleepers", clock="cpu"),
             peer("asyncio", "sleepers", clock="cpu", share=0.1),
             peer("uvloop", "sleepers", clock="cpu", share=0.1))),
    Work("echo", "echo of 1 KiB over {parameter} connections, by callbacks: processor time of the "
         "server", "round trip", items=(200_000, 50_000, 300), parameter=(10, 10, 3),
         reach_ratio=1.05, often=2, entries=(
             network("echo", "callbacks"),
             network_floor("echo", "raw libuv"),
             peer("asyncio", "echo", "Protocol", clock="inside-cpu", share=0.25),
             peer("uvloop", "echo", "Protocol", clock="inside-cpu", share=0.5))),
    Work("echo-streams", "the same by streams, a coroutine for each connection", "round trip",
         items=(200_000, 50_000, 300), parameter=(10, 10, 3), reach_ratio=1.15, often=2, entries=(
             network("echo-streams", "streams in coroutines"),
             network_floor("echo", "raw libuv"),
             peer("asyncio", "echo-streams", "streams", clock="inside-cpu", share=0.25),
             peer("uvloop", "echo-streams", "streams", clock="inside-cpu", share=0.5))),
    Work("connections", "{items} open connections, by callbacks", "connection",
         items=(10_000, 2_000, 50), reach_bytes=1024, memory=True, entries=(
             network("hold", "callbacks"),)),
    Work("connections-coroutines", "the same, a coroutine for each", "connection",
         items=(10_000, 2_000, 50), reach_bytes=8192, memory=True, entries=(
             network("hold-coroutines", "coroutines"),)),
    Work("pour", "{items} MiB through a stream: processor time of who reads", "MiB",
         items=(1024, 256, 4), reach_ratio=1 / 0.9, entries=(
             network("pour", "a stream in a coroutine"),
             network_floor("pour", "raw libuv"))),
    Work("programs", "{items} programs, {parameter} at a time: processor time, with theirs",
         "program", items=(1000, 300, 10), parameter=(8, 8, 2), reach_ratio=1.2, often=2, entries=(
             Entry("ours", "bench-network", "programs", "coroutines and a semaphore", clock="cpu"),
             Entry("floor", "bench-network-floor", "programs", "posix_spawn() and wait()",
                   clock="cpu"))),
    Work("read", "reading a trace of {items} events into the model", "event",
         items=(1_000_000, 100_000, 1000), reach_ns=250, reach_bytes=64, memory=True, entries=(
             Entry("ours", "bench-trace", "read", "trace_read()", file="read"),
             floor("scan", "a look at every byte", file="read"),
             Entry("peer", "bench-cjson", "lines", "cJSON, line by line", file="read"),
             Entry("peer", "bench-cjson", "whole", "cJSON, the whole file", file="read"))),
    Work("diff", "comparing a trace of {items} events with one that differs from its middle on",
         "event", items=(1_000_000, 100_000, 1000), reach_ns=2000, entries=(
             Entry("ours", "bench-trace", "diff", "cmp_compare(), one root", file="read"),
             Entry("ours", "bench-trace", "read", "trace_read() of one", file="read"),
             Entry("ours", "bench-trace", "equal", "cmp_compare() of equal ones", file="read"),
             floor("scan", "a look at every byte", file="read"))),
    Work("equal", "telling that two traces of {items} events are the same", "event",
         items=(1_000_000, 100_000, 1000), reach_ratio=2.5, entries=(
             Entry("ours", "cadran", "diff", "cadran diff", clock="process", file="pair"),
             floor("scan", "a look at every byte of one", file="read"))),
    Work("view", "the first picture of a trace of {items} events", "event",
         items=(1_000_000, 100_000, 1000), reach_ratio=2, entries=(
             Entry("ours", "cadran-view", "picture", "cadran-view --png", clock="process",
                   file="picture"),
             Entry("ours", "bench-trace", "read", "trace_read()", file="read"))),
    Work("export", "making a database of a trace of {items} events", "event",
         items=(1_000_000, 100_000, 1000), reach_ns=3000, reach_ratio=4, entries=(
             Entry("ours", "cadran", "sqlite", "cadran export --format sqlite", clock="process",
                   file="export"),
             Entry("floor", "bench-sqlite", "rows", "SQLite alone: as many rows",
                   clock="process", file="export"))),
    Work("suite", "testing {items} small scenarios, each with its golden", "scenario",
         items=(1000, 1000, 20), reach_ns=250_000, reach_ratio=10, entries=(
             Entry("ours", "cadran", "test", "cadran test", clock="process", file="suite"),
             floor("files", "a look at every file", file="suite"))),
    Work("scenario-switch", "steps of scenarios: two tasks that take turns", "switch",
         items=(2_000_000, 200_000, 1000), entries=(scenario("switch", title="cadran run"),)),
    Work("scenario-spawn", "steps of scenarios: spawn a task and await it", "task",
         items=(1_000_000, 100_000, 1000), entries=(scenario("spawn", title="cadran run"),)),
    Work("scenario-queue", "steps of scenarios: an item through a queue of size one", "item",
         items=(1_000_000, 100_000, 1000), entries=(scenario("queue", title="cadran run"),)),
)

# Cost and memory per job, over the number of jobs.
SCALING = {
    "full": (10**3, 10**4, 10**5, 10**6, 10**7),
    "quick": (10**3, 10**4, 10**5),
    "tiny": (100, 1000),
}
SCALING_WIDTH = 1000
SCALING_ENTRIES = (
    scenario("window", title="cadran run"),
    engine("window", "C step machines"),
)
SCALING_BYTES_EACH = 800  # what a job may need at most, to see whether a size fits into memory

# Costs of an item at two sizes, the second a hundred times the first.
CORNER_SIZES = {"full": 10**4, "quick": 3000, "tiny": 100}
CORNER_FACTOR = 100
# A cost per item that grows by more than this is quadratic: that would be a hundred times. Caches
# that the larger size does not fit into account for less than ten.
CORNER_LIMIT = 25
CORNERS = {
    "queue": "getters of one queue, woken by as many puts",
    "semaphore": "tasks at one semaphore, each released",
    "event": "tasks at one event, set once",
    "condition": "tasks at one condition, notify_all",
    "future": "tasks that await one future",
    "lock": "tasks in line for one lock",
    "barrier": "parties of one barrier",
    "cancel-queue": "getters of one queue, cancelled from the middle outwards",
    "cancel-semaphore": "tasks at a semaphore, cancelled from the middle outwards",
    "cancel-sleep": "sleepers, cancelled from the middle outwards",
    "instant": "timers due at the same instant",
    "timeouts": "timeout scopes, left before they expire",
    "gather": "tasks in one gather",
    "wait": "tasks in one wait",
    "as-completed": "tasks taken as they complete",
}


def scenario_path(name):
    return os.path.join(HERE, "scenarios", name + ".json")
