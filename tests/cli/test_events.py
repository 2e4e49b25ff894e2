"""What is in a trace: objects and their states, arrows and slices as other programs read them,
details; and what a run that is killed leaves."""

import json
import re
import signal

from cli_test import CASES, ROOT, SCENARIOS, CliTest, main

# One of each kind of program, beside the scenarios.
SOME_CASES = ["barrier-3.json", "callback-1.json", "condition-1.json", "gather-1.json",
              "group-1.json", "mix-1.json", "queue-1.json"]

ARROW = {"cadran": 1, "objects": {"e": {"type": "event"}},
         "tasks": [{"name": "waiter", "do": [{"wait": "e"}]},
                   {"name": "setter", "do": [{"sleep": 2}, {"log": "now"}, {"set": "e"}]}]}
QUEUE_OF_ONE = {"cadran": 1, "objects": {"q": {"type": "queue", "maxsize": 1}},
                "tasks": [{"name": "p", "do": [{"put": "q"}, {"put": "q"}, {"sleep": 4}]},
                          {"name": "c", "do": [{"get": "q"}]}]}
LINE_FOR_A_LOCK = {"cadran": 1, "objects": {"l": {"type": "lock"}},
                   "tasks": [{"name": "holder", "do": [{"acquire": "l"}, {"sleep": 10},
                                                       {"release": "l"}]},
                             {"name": "w{i}", "count": 3,
                              "do": [{"with": "l", "do": [{"sleep": 0}]}]}]}
SEMAPHORE = {"cadran": 1, "objects": {"s": {"type": "semaphore", "value": 3}},
             "tasks": [{"name": "t", "do": [{"sleep": 5}, {"acquire": "s"}, {"sleep": 5},
                                            {"release": "s"}]}]}
CONDITION = {"cadran": 1, "objects": {"c": {"type": "condition"}},
             "tasks": [{"name": "w", "do": [{"with": "c", "do": [{"wait": "c"}]}]},
                       {"name": "n", "do": [{"sleep": 1},
                                            {"with": "c", "do": [{"notify": "c"}, {"sleep": 1}]}]}]}
THREE_OBJECTS = {"cadran": 1,
                 "objects": {"q": {"type": "queue", "maxsize": 4}, "e": {"type": "event"},
                             "s": {"type": "semaphore", "value": 3}},
                 "tasks": [{"name": "a", "do": [{"put": "q", "value": "tea"}, {"sleep": 1},
                                                {"get": "q"}]}]}


class Events(CliTest):
    def events_of(self, document, *options):
        """The events of a run of a document, or of a file."""
        if isinstance(document, dict):
            self.write("s.json", document)
            document = "s.json"
        self.cadran("run", "--trace", "t", *options, document)
        return json.loads((self.folder / "t").read_text())

    def of_many(self):
        """(name, events) of many programs."""
        files = sorted(SCENARIOS.glob("*.json")) + sorted((SCENARIOS / "examples").glob("*.json"))
        for path in files + [CASES / name for name in SOME_CASES]:
            if path.name != "schema.json" and not path.name.endswith(".trace.json"):
                yield path.name, self.events_of(path)


class Objects(Events):
    def states(self, events, key, number=1):
        return [event["args"][key] for event in events
                if event["ph"] == "C" and event.get("id") == str(number)]

    def test_each_is_declared_with_its_constants_and_its_first_state(self):
        events = self.events_of(THREE_OBJECTS)
        declared = {event["name"]: event["args"] for event in events
                    if event["ph"] == "i" and event["cat"] == "object"}
        self.assertEqual(declared, {"q": {"object": 1, "type": "queue", "maxsize": 4, "order": 0},
                                    "e": {"object": 2, "type": "event"},
                                    "s": {"object": 3, "type": "semaphore"}})
        self.assertEqual(self.states(events, "size", 1), [0, 1, 0])
        self.assertEqual(self.states(events, "set", 2), [0])
        self.assertEqual(self.states(events, "value", 3), [3])

    def test_a_counter_has_a_first_value(self):
        self.assertEqual(self.states(self.events_of(SEMAPHORE), "value"), [3, 2, 3])

    def test_who_comes_to_wait_is_counted_and_who_leaves(self):
        waiters = self.states(self.events_of(LINE_FOR_A_LOCK), "waiters")
        self.assertEqual([count for i, count in enumerate(waiters)
                          if i == 0 or count != waiters[i - 1]], [0, 1, 2, 3, 2, 1, 0])

    def test_a_condition_and_its_lock_are_two_series(self):
        series = {(event["name"], event["id"]): set(event["args"])
                  for event in self.events_of(CONDITION) if event["ph"] == "C"}
        self.assertEqual(series, {("c", "1"): {"waiters"},
                                  ("c.lock", "2"): {"locked", "owner", "waiters"}})

    def test_a_wait_names_what_it_is_for(self):
        waits = [event["args"] for event in self.events_of(QUEUE_OF_ONE)
                 if event.get("cat") == "wait" and event["name"] == "put q"]
        self.assertEqual([args["object"] for args in waits], [1])


class OtherPrograms(Events):
    """The shape by which Perfetto, catapult and speedscope show what happened."""

    def test_an_instant_stands_before_each_end_of_an_arrow(self):
        arrows = 0
        for name, events in self.of_many():
            for before, event in zip(events, events[1:]):
                if event["ph"] not in "sf":
                    continue
                arrows += 1
                with self.subTest(name, id=event["id"], ph=event["ph"]):
                    self.assertEqual((before["ph"], before["tid"], before["ts"], before["s"]),
                                     ("i", event["tid"], event["ts"], "t"))
                    self.assertIn((before["cat"], before["name"] if before["cat"] == "wake" else ""),
                                  [("wake", "wakes" if event["ph"] == "s" else "woken"),
                                   ("wait", "")])
        self.assertGreater(arrows, 200)

    def test_a_task_ends_behind_whom_its_end_wakes(self):
        events = self.events_of({"cadran": 1, "tasks": [
            {"name": "worker", "do": [{"sleep": 1}]},
            {"name": "boss", "do": [{"await": "worker"}, {"sleep": 1}]}]})
        told = [event["ph"] for event in events
                if event.get("tid") == 2 and event.get("cat") in ("wake", "task")]
        self.assertEqual(told, ["B", "i", "s", "E"])

    def test_the_arrow_of_a_set_event(self):
        arrow = [(event["ph"], event["tid"], event["ts"])
                 for event in self.events_of(ARROW) if event["ph"] in "sf"]
        self.assertEqual(arrow, [("s", 3, 2e6), ("f", 2, 2e6)])

    def check_slices(self, events):
        """Those of a track that meet can be told apart by their times and arguments alone."""
        open_slices, ended = {}, {}
        for event in events:
            track = event.get("tid")
            if event["ph"] == "B":
                open_slices.setdefault(track, []).append(event)
                last = ended.get(track)
                if last is not None and last["ts"] == event["ts"]:
                    self.assertNotEqual((last["name"], last.get("args")),
                                        (event["name"], event.get("args")))
            elif event["ph"] == "E":
                begin = open_slices[track].pop()
                self.assertNotEqual(begin.get("args"), event.get("args"), event)
                pending = event.get("args", {}).get("outcome") == "pending"
                if event["cat"] in ("wait", "span", "ready", "run") and not pending:
                    self.assertGreater(event["ts"], begin["ts"], event)
                ended[track] = event

    def test_slices_have_a_length_and_their_ends_are_no_begins(self):
        for name, events in self.of_many():
            with self.subTest(name):
                self.check_slices(events)
        self.check_slices(self.events_of(QUEUE_OF_ONE))

    def test_a_wait_without_length_is_an_instant_and_carries_its_arrow(self):
        events = self.events_of(QUEUE_OF_ONE)
        at = next(i for i, event in enumerate(events)
                  if event["ph"] == "i" and event["cat"] == "wait")
        self.assertEqual(events[at]["name"], "put q")
        self.assertEqual([event["ph"] for event in events[at - 2:at + 2]], ["i", "s", "i", "f"])


class Details(Events):
    # The categories of the kinds that the documentation marks so.
    DETAILS = set(re.findall(r"(?m)^\| `.` \| `(\w+)` \|.*\| \*detail\*: ",
                             (ROOT / "docs" / "trace-format.md").read_text(encoding="utf-8")))

    def test_they_are_told_to_who_asks_for_them(self):
        document = THREE_OBJECTS | {"vars": {"n": 1}}
        document["tasks"] = [{"name": "a", "do": document["tasks"][0]["do"] + [
            {"assign": {"n": "n + 1"}}, {"let": {"m": "n * 2"}}]}]
        plain = self.events_of(document)
        self.assertLess({"turn", "operation"}, self.DETAILS)
        self.assertFalse(self.DETAILS & {event.get("cat") for event in plain})
        self.assertNotIn("detail", plain[0]["args"])
        events = self.events_of(document, "--detail")
        self.assertEqual(events[0]["args"]["detail"], 1)
        operations = [(event["name"], event["args"]) for event in events
                      if event.get("cat") == "operation"]
        self.assertEqual(operations, [
            ("put", {"object": 1, "move": "in", "value": "tea", "place": 0}),
            ("get", {"object": 1, "move": "out", "value": "tea", "place": 0})])
        variables = [(event["tid"], event["name"], event["args"]["value"]) for event in events
                     if event.get("cat") == "variable" and "args" in event]
        self.assertEqual(variables, [(1, "n", "1"), (2, "i", "0"), (1, "n", "2"),
                                     (2, "m", "4")])
        turns = [event["name"] for event in events if event.get("cat") == "turn"]
        self.assertEqual(turns.count("begin"), turns.count("end"))
        self.assertGreater(turns.count("begin"), 3)

    def test_the_rest_is_the_same_with_them(self):
        plain = self.events_of(SCENARIOS / "window.json")[1:]
        detailed = self.events_of(SCENARIOS / "window.json", "--detail")[1:]
        self.assertEqual([event for event in detailed if event.get("cat") not in self.DETAILS
                          and "joiners" not in event.get("args", {})],
                         [event for event in plain if event["ph"] != "C" or event["cat"] == "span"])


class Killed(Events):
    TICKS = {"cadran": 1, "tasks": [{"name": "t", "do": [
        {"repeat": 100, "do": [{"print": "tick"}, {"sleep": "100ms"}]}]}]}

    def test_all_but_the_last_second_is_in_the_file(self):
        self.write("ticks.json", self.TICKS)
        for name in ("t", "t.gz"):
            with self.subTest(name):
                process = self.start("run", "--clock", "real", "--trace", name, "ticks.json")
                shown = sum(process.stdout.readline() == "tick\n" for _ in range(25))
                process.kill()
                self.finish(process)
                self.assertEqual(process.returncode, -signal.SIGKILL)
                shown += process.out.count("tick")
                table = self.cadran("table", "--format", "json", name)
                self.assertIn("cut short", table.err)
                if name == "t":
                    ticks = (self.folder / name).read_text().count('"name":"tick"')
                    self.assertGreaterEqual(ticks, shown - 10)
                    self.assertGreater(ticks, 5)


class Ended(Events):
    TICKS = Killed.TICKS

    def test_other_signals_end_a_run_as_an_interrupt_does(self):
        self.write("ticks.json", self.TICKS | {"on_interrupt": [{"print": "bye"}]})
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number.name):
                process = self.start("run", "--clock", "real", "--trace", "t", "--report", "r",
                                     "ticks.json")
                self.wait_for_handler(process, number)
                process.send_signal(number)
                self.finish(process)
                self.assertEqual(process.returncode, -number)
                self.assertTrue(process.out.endswith("bye\n"), process.out)
                self.assertRegex(process.err, r"outcome interrupted at [0-9.]+ s\n\Z")
                events = json.loads((self.folder / "t").read_text())
                self.assertIn(("signal", number.name),
                              [(event.get("cat"), event["name"]) for event in events])
                self.assertEqual(json.loads((self.folder / "r").read_text())["outcome"],
                                 "interrupted")


if __name__ == "__main__":
    main()
