"""The statistics of a trace, computed another way than sim/statistics/ does: from intervals, cut at
every moment at which anything changes."""

import collections
import fractions

PARTS = ("waiting", "ready", "working", "sleeping", "computing")
LEVELS = {  # type: (field, capacity, what is served, its direction)
    "queue": ("size", "maxsize", "size", -1),
    "lock": ("locked", 1, "locked", 1),
    "semaphore": ("value", "bound", "value", -1),
    "event": ("set", 1, "set", 1),
    "condition": ("waiters", 0, "waiters", -1),
    "barrier": ("n_waiting", "parties", "n_waiting", -1),
    "future": ("done", 1, "done", 1),
    "task_group": ("tasks", 0, "tasks", -1),
    "server": ("connections", 0, "connections", 1),
}


def ns(event):
    """Three decimals of a microsecond: exact as a whole number, in whatever form it was read."""
    return round(fractions.Fraction(repr(event["ts"])) * 1000)


class Task:
    def __init__(self, name, begin):
        self.name, self.begin, self.end = name, begin, None
        self.slices = []  # (category, name, object, begin, end)
        self.open = []
        self.points = []  # waits without length: (name, object)
        self.spans = 0

    def parts(self):
        cuts = sorted({self.begin, self.end, *(min(t, self.end) for s in self.slices for t in s[3:])})
        parts, working = dict.fromkeys(PARTS, 0), []
        slices = sorted((s for s in self.slices if s[3] < self.end), key=lambda s: s[3])
        active, at = [], 0
        for begin, end in zip(cuts, cuts[1:]):
            while at < len(slices) and slices[at][3] <= begin:
                active.append(slices[at])
                at += 1
            active = [s for s in active if s[4] > begin]
            part = self.part(active)
            parts[part] += end - begin
            if part == "working":
                working.append((begin, end))
        return parts, working

    @staticmethod
    def part(active):
        kinds = {"sleep" if s[:2] == ("wait", "sleep") else s[0] for s in active}
        for kind, part in (("wait", "waiting"), ("ready", "ready"), ("span", "working"),
                           ("sleep", "sleeping"), ("run", "computing")):
            if kind in kinds:
                return part
        return "ready"


def union(intervals):
    """How long any of them goes on."""
    total, reached = 0, None
    for begin, end in sorted(intervals):
        if reached is None or begin > reached:
            total, reached = total + end - begin, end
        elif end > reached:
            total, reached = total + end - reached, end
    return total


def peak(intervals):
    changes = collections.Counter()
    for begin, end in intervals:
        changes[begin] += 1
        changes[end] -= 1
    most = now = 0
    for time in sorted(changes):
        now += changes[time]
        most = max(most, now)
    return most


def read(events):
    """(tasks by track, objects by number, when the run ended)"""
    tasks, objects, runs, now = {}, {}, [], 0
    for event in events:
        if "ts" not in event:
            continue
        now, cat, phase = ns(event), event.get("cat"), event["ph"]
        args, task = event.get("args", {}), tasks.get(event["tid"])
        if (phase, cat) == ("B", "task"):
            tasks[event["tid"]] = Task(event["name"], now)
        elif (phase, cat) == ("E", "task"):
            task.end = now
        elif (phase, cat) == ("B", "run"):
            runs.append((tasks.get(args.get("task_tid")), now))
        elif (phase, cat) == ("E", "run"):
            runner, since = runs.pop()
            if runner is not None:
                runner.slices.append(("run", event["name"], None, since, now))
        elif cat in ("span", "wait", "ready") and phase == "B":
            task.open.append((cat, event["name"], args.get("object"), now))
            task.spans += cat == "span"
        elif cat in ("span", "wait", "ready") and phase == "E":
            task.slices.append((*task.open.pop(), now))
        elif (phase, cat) == ("i", "span"):
            task.spans += 1
        elif (phase, cat) == ("i", "wait") and event["name"] != "sleep":
            task.points.append((event["name"], args.get("object")))
        elif (phase, cat) == ("i", "object"):
            objects.setdefault(args["object"], {"made": now, "states": [], **args})
            objects[args["object"]]["name"] = event["name"]
        elif (phase, cat) == ("C", "object"):
            objects[int(event["id"])]["states"].append((now, args))
    return tasks, objects, now


def lanes(events):
    """As --format json tells of them; the names of objects are the last ones."""
    declared = {event["args"]["object"]: (event["name"], event["args"]["type"]) for event in events
                if (event.get("cat"), event["ph"]) == ("object", "i")}
    told = {}
    for event in events:
        args = event.get("args", {})
        if (event.get("cat"), event["ph"]) == ("lane", "B"):
            told[event["tid"]] = {
                "tid": event["tid"], "object": args["object"], "name": declared[args["object"]][0],
                "what": event["name"], "begin_ns": ns(event), "received": 0, "sent": 0,
                **({"by_tid": args["by_tid"]} if "by_tid" in args else {})}
        elif event.get("cat") == "lane":
            lane = told[event["tid"]]
            lane |= {"end_ns": ns(event)} | {key: args[key] for key in ("outcome", "error") if key in args}
            if declared[lane["object"]][1] == "process" and "outcome" not in args:
                lane["result"] = args.get("result", 0)
        elif event.get("cat") == "data":
            told[event["tid"]][event["name"]] += args["bytes"]
    return list(told.values())


def statistics_of_object(number, made, tasks, end):
    waits = [(begin, stop, tid, name) for tid, task in tasks.items()
             for cat, name, object_, begin, stop in task.slices
             if cat == "wait" and object_ == number]
    points = sum(object_ == number for task in tasks.values() for _, object_ in task.points)
    result = {
        "object": number, "type": made["type"], "name": made["name"], "begin_ns": made["made"],
        "end_ns": end, "waits": len(waits) + points,
        "waited_ns": sum(stop - begin for begin, stop, *_ in waits),
        "contended_ns": union((begin, stop) for begin, stop, *_ in waits),
    }
    longest = max((stop - begin for begin, stop, *_ in waits), default=0)
    if longest > 0:
        result["longest_ns"] = longest
    if made["type"] in LEVELS:
        result |= levels(made, end)
    return result


def levels(made, end):
    level, capacity, served, direction = LEVELS[made["type"]]
    states = made["states"]
    if isinstance(capacity, str):
        capacity = max(made.get(capacity, 0), 0)
        if made["type"] == "semaphore" and capacity == 0 and states:
            capacity = states[0][1]["value"]
    area = full = empty = most = 0
    for (since, state), until in zip(states, [time for time, _ in states[1:]] + [end]):
        value = state[level]
        if made["type"] == "semaphore":
            value = max(capacity - value, 0)
        area += value * (until - since)
        full += (until - since) * (0 < capacity <= value)
        empty += (until - since) * (value == 0)
        most = max(most, value) if until > since else most
    steps = [0] * (direction > 0) + [state[served] for _, state in states]
    life = end - made["made"]
    result = {
        "level_mean": area / life if life else 0, "level_peak": most, "empty_ns": empty,
    }
    if made["type"] != "semaphore":  # whose permits are handed on, too
        result["served"] = sum(max((b - a) * direction, 0) for a, b in zip(steps, steps[1:]))
    return result | ({"capacity": capacity, "full_ns": full} if capacity > 0 else {})


def statistics(events):
    """What tests compare of --format json, in the same names."""
    tasks, objects, end = read(events)
    told, working = [], []
    for tid, task in tasks.items():
        parts, at_work = task.parts()
        working += at_work
        waits = {}
        for cat, name, object_, begin, stop in task.slices:
            if cat == "wait" and name != "sleep":
                waits.setdefault((name, object_), []).append(stop - begin)
        for point in task.points:
            waits.setdefault(point, []).append(0)
        told.append({"name": task.name, "tid": tid, "begin_ns": task.begin, "end_ns": task.end,
                     **{f"{part}_ns": time for part, time in parts.items()}, "spans": task.spans,
                     "waits": {key: (len(list_), sum(list_), max(list_))
                               for key, list_ in waits.items()}})
    return {"length_ns": end, "at_work_peak": peak(working), "tasks": told, "lanes": lanes(events),
            "primitives": [statistics_of_object(number, made, tasks, end)
                           for number, made in objects.items()]}
