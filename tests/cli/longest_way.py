"""The longest way through a run and the slack of its spans, counted a second time: from the lines of a
trace, as a graph whose longest path is looked for. Nothing here is as sim/why does it: that goes
backwards from the end, this forwards from the beginning.

A node is a place in a task where something happened. What lies between two places of a task takes as long
as it took, but for a wait that another task ended: that is over when it has begun and the other one has
come to where it ended it. The longest path to each node must be as long as it was until there.
"""

import json


class Graph:
    def __init__(self, path):
        self.edges_to = []  # of each node: (node, length) pairs that it comes after
        self.times = []
        self.ends = []      # nodes at which tasks end
        self.spans = []     # (task's track, name, begin, end, node)
        self.whole = True   # all tasks have ended
        self.last = {}      # of each track: its last node
        self.read(path)

    # --- Nodes ----------------------------------------------------------------------------------

    def add(self, time, *edges):
        self.edges_to.append(list(edges))
        self.times.append(time)
        return len(self.times) - 1

    def go_on(self, track, time):
        """The task comes to another place, by what takes time."""
        before = self.last[track]
        self.last[track] = self.add(time, (before, time - self.times[before]))
        return self.last[track]

    def wait(self, track, begin, time, cause):
        """It waits, and what has that node ends that; or nobody does, and the wait takes its time."""
        if cause is None:
            return self.go_on(track, time)
        start = self.go_on(track, begin)
        self.last[track] = self.add(time, (start, 0), (cause, 0))
        return self.last[track]

    # --- Events ---------------------------------------------------------------------------------

    def read(self, path):
        self.waits, self.open_spans, self.causes, self.cancels = {}, {}, {}, {}
        self.ended = self.wake = self.point = None
        now = -1
        for event in json.loads(path.read_text()):
            if event["ph"] == "M":
                continue
            time = round(event["ts"] * 1000)
            if time > now:
                self.ended, now = None, time
            self.take(event, event["tid"], time)

    def take(self, event, track, time):
        what = event["ph"], event["cat"]
        if what == ("B", "task"):
            by = event.get("args", {}).get("by_tid")
            cause = self.go_on(by, time) if by else None
            self.last[track] = self.add(time, (cause, 0)) if by else self.add(time, (None, time))
            self.open_spans[track] = []
        elif what == ("E", "task"):
            self.end_task(event, track, time)
        elif what == ("B", "span"):
            self.open_spans[track].append(time)
        elif what == ("E", "span"):
            begin = self.open_spans[track].pop()
            if event["args"].get("outcome") != "pending":
                self.spans.append((track, event["name"], begin, time, self.go_on(track, time)))
        elif what == ("i", "signal"):
            self.ended = None
        elif what[1] in ("wait", "wake", "cancel", "timeout"):
            self.take_wait(event, what, track, time)

    def end_task(self, event, track, time):
        if event["args"]["outcome"] == "pending":
            self.whole = False
            return
        self.ended = self.go_on(track, time)
        self.ends.append(self.ended)

    def take_wait(self, event, what, track, time):
        if what == ("B", "wait"):
            self.waits[track] = time
            self.causes.pop(track, None)
            self.cancels.pop(track, None)
        elif what == ("i", "wait"):
            self.point = track, self.go_on(track, time)
        elif what == ("s", "wake"):
            self.wake = self.go_on(track, time) if track in self.last else None
        elif what == ("f", "wake"):
            if track in self.waits:
                self.causes[track] = self.wake
            elif self.wake is not None and self.point is not None and self.point[0] == track:
                self.edges_to[self.point[1]].append((self.wake, 0))
        elif what == ("i", "cancel"):
            by = event.get("args", {}).get("by_tid")
            node = self.go_on(by, time) if by else self.ended
            if track in self.waits and self.cancels.get(track) != "timeout":
                self.cancels[track] = node
        elif what == ("i", "timeout"):
            self.cancels[track] = "timeout"
        elif what == ("E", "wait"):
            self.end_wait(event, track, time)

    def end_wait(self, event, track, time):
        begin = self.waits.pop(track)
        cancel = self.cancels.get(track)
        cause = self.causes.get(track, cancel if cancel != "timeout" else None)
        if event.get("args", {}).get("outcome") != "pending":
            self.wait(track, begin, time, cause)

    # --- Paths ----------------------------------------------------------------------------------

    def longest_to(self):
        """Of each node. Edges go from an earlier node to a later one."""
        found = []
        for edges in self.edges_to:
            found.append(max(length + (0 if node is None else found[node]) for node, length in edges))
        return found

    def longest_from(self):
        """Of each node, to the end of any task; None where no end is after it."""
        found = [None] * len(self.times)
        for node in self.ends:
            found[node] = 0
        for node in reversed(range(len(self.times))):
            for before, length in self.edges_to[node]:
                if before is not None and found[node] is not None:
                    found[before] = max(found[before] or 0, found[node] + length)
        return found

    def makespan(self):
        return max((self.times[node] for node in self.ends), default=0)

    def all_paths(self, limit):
        """The length of every path from the beginning to an end, one by one; None: too many."""
        lengths = []

        def follow(node, length):
            if len(lengths) > limit:
                return
            if node is None:
                lengths.append(length)
                return
            for before, more in self.edges_to[node]:
                follow(before, length + more)

        for node in self.ends:
            follow(node, 0)
        return lengths if len(lengths) <= limit else None

    def slacks(self):
        """{(track, name, begin, end): slack} of the spans; no slack where no end is after one."""
        if not self.whole:
            return {}
        after, whole = self.longest_from(), self.makespan()
        return {span[:4]: whole - self.times[span[4]] - after[span[4]] for span in self.spans
                if after[span[4]] is not None}
