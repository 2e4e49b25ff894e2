"""Traces as Perfetto's importer reads them: a model of its rules, which was held against the importer
itself (docs/trace-format.md says with which figures).

The rules are those of its trace processor at ec5d16b14b (August 2026), by file:

- trace_sorter: events are taken by time, those of one time in the file's order.
- slice_tracker: a track is a stack. What begins on it takes off what has ended: all that ended
  before, and of what ends at this very time all but instants that an instant follows. So an
  instant stays on top of its track until something else comes there. An E ends the innermost B
  that is open of its name and category, and takes off instants first. 512 slices lie on each
  other, and more are lost.
- flow_tracker: s, and f with "bp":"e", bind to what is on top of their track. The arrow leads from the
  one of the two that began first.
- json_trace_parser: a counter is a series for each name, key and id, where the id is a text; one
  that is a number does not count.
"""

import json

from cli_test import CASES, SCENARIOS, CliTest, main

MAX_DEPTH = 512

CROWD = {"cadran": 1, "objects": {"e": {"type": "event"}},
         "tasks": [{"name": "w{i}", "count": 600, "do": [{"wait": "e"}, {"sleep": 1}]},
                   {"name": "setter", "do": [{"sleep": 1}, {"set": "e"}, {"sleep": 1}]}]}


TWO_QUEUES = {"cadran": 1, "objects": {"p": {"type": "queue"}, "q": {"type": "queue"}},
              "tasks": [{"name": "putter", "do": [{"put": "p"}, {"sleep": 1}, {"put": "q"}]}]}


class Perfetto:
    """What a trace is to it. A slice is its first event, with "end"; an instant is one, too."""

    def __init__(self, events):
        self.errors, self.slices, self.arrows = [], [], []
        self.series = {}
        self.stacks, self.flows = {}, {}
        timed = [event for event in events if event["ph"] != "M"]
        for event in sorted(timed, key=lambda event: event["ts"]):
            self.take(event, self.stacks.setdefault((event["pid"], event["tid"]), []))

    def take(self, event, stack):
        if event["ph"] == "B":
            self.push(stack, {"event": event, "begin": event["ts"], "end": None})
        elif event["ph"] == "i":
            self.push(stack, {"event": event, "begin": event["ts"], "end": event["ts"]})
        elif event["ph"] == "E":
            self.end(stack, event)
        elif event["ph"] == "C":
            of = event["id"] if isinstance(event.get("id"), str) else None
            for key in event["args"]:
                self.series.setdefault((event["name"], of, key), set()).add(event.get("id"))
        elif not stack:
            self.errors.append(("an end of an arrow on an empty track", event))
        elif event["ph"] == "s":
            self.flows[event["cat"], event["name"], event["id"]] = stack[-1]
        else:
            assert event["bp"] == "e"
            ends = [self.flows[event["cat"], event["name"], event["id"]], stack[-1]]
            self.arrows.append((event["id"], *sorted(ends, key=lambda end: end["begin"])))

    def take_off(self, stack, now, is_instant):
        inside_open = False
        for item in reversed(stack[:]):
            if item["end"] is None:
                inside_open = True
            elif inside_open:
                if now > item["end"]:
                    self.errors.append(("goes on after what is around it", item["event"]))
            elif item["end"] < now or not (is_instant and item["begin"] == item["end"]):
                stack.remove(item)

    def push(self, stack, item):
        self.take_off(stack, item["begin"], item["end"] is not None)
        if len(stack) >= MAX_DEPTH:
            self.errors.append(("too deep", item["event"]))
            return
        item["parent"] = stack[-1]["event"] if stack else None
        stack.append(item)
        self.slices.append(item)

    def end(self, stack, event):
        self.take_off(stack, event["ts"], False)
        for item in reversed(stack):
            first = item["event"]
            if item["end"] is None and (first["cat"], first["name"]) == (event["cat"], event["name"]):
                item["end"] = event["ts"]
                if item is stack[-1]:
                    stack.pop()
                return
        self.errors.append(("ends nothing", event))


def paired(events):
    """The slices as the file means them: the B, its end, and the B around it."""
    stacks, slices = {}, []
    for event in events:
        stack = stacks.setdefault(event.get("tid"), [])
        if event["ph"] == "B":
            stack.append(event)
        elif event["ph"] == "E":
            begin = stack.pop()
            slices.append((id(begin), event["ts"], id(stack[-1]) if stack else None))
    return sorted(slices)


def ends_of_arrows(events):
    """Of each arrow the two instants that are meant for it: those before its s and its f."""
    ends = {}
    for before, event in zip(events, events[1:]):
        if event["ph"] in "sf":
            ends.setdefault(event["id"], []).append(before)
    return ends


class Readers(CliTest):
    def read(self, document, *options):
        self.cadran("run", "--trace", "t.json", *options, document)
        return json.loads((self.folder / "t.json").read_text())

    def check_arrows(self, events, seen):
        meant = ends_of_arrows(events)
        self.assertEqual(sorted(meant), sorted(number for number, _, _ in seen.arrows))
        for number, *ends in seen.arrows:
            self.assertEqual([end["event"] for end in ends], meant[number])
            for end, event in zip(ends, meant[number]):
                self.assertIs(end["event"], event)

    def check(self, events):
        seen = Perfetto(events)
        self.assertEqual(seen.errors, [])
        self.assertEqual(sorted((id(item["event"]), item["end"],
                                 id(item["parent"]) if item["parent"] else None)
                                for item in seen.slices if item["event"]["ph"] == "B"),
                         paired(events))
        self.check_arrows(events, seen)
        for series, objects in seen.series.items():
            self.assertEqual(len(objects), 1, series)
        return len(seen.arrows)

    def test_all_is_what_the_file_says(self):
        arrows = 0
        files = [*SCENARIOS.glob("*.json"), *(SCENARIOS / "examples").glob("*.json"),
                 *CASES.glob("*-1.json")]
        for path in sorted(files):
            if path.name == "schema.json" or path.name.endswith(".trace.json"):
                continue
            for options in ((), ("--detail",)):
                with self.subTest(path.name, options=options):
                    arrows += self.check(self.read(path, *options))
        self.assertGreater(arrows, 500)

    def test_two_objects_of_one_name_are_two_series(self):
        """As a program in C may have them: here one of them is given the other's name."""
        self.write("two.json", TWO_QUEUES)
        events = self.read("two.json")
        for event in events:
            if event.get("cat") == "object":
                event["name"] = "q"
        self.check(events)
        sizes = {series[:2] for series in Perfetto(events).series if series[2] == "size"}
        self.assertEqual(sizes, {("q", "1"), ("q", "2")})
        self.write("renamed.json", events)
        told = json.loads(self.cadran("export", "--format", "json", "renamed.json").out)
        self.assertEqual([(made["object"], made["name"]) for made in told["primitives"]],
                         [(1, "q"), (2, "q")])

    def test_arrows_from_more_instants_than_lie_on_each_other(self):
        self.write("crowd.json", CROWD)
        events = self.read("crowd.json")
        seen = Perfetto(events)
        self.assertEqual({what for what, _ in seen.errors}, {"too deep"})
        self.assertEqual(len(seen.arrows), 600)
        meant = ends_of_arrows(events)
        for number, begin, end in seen.arrows:
            wakes, woken = meant[number]
            self.assertIs(end["event"], woken)
            self.assertEqual([begin["event"][key] for key in ("name", "tid", "ts")],
                             [wakes[key] for key in ("name", "tid", "ts")])


if __name__ == "__main__":
    main()
