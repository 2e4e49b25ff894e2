"""Connections and programs in traces: a lane each, what comes and goes on it, its bytes as counters, and
arrows from it to who waited."""

import json

from cli_test import EXPECTED, CliTest, main

LANE = 1000000000
ECHO = {
    "cadran": 1,
    "coroutines": {
        "echo": {"params": ["c"], "do": [
            {"readline": "c", "as": "line"},
            {"while": "line", "do": [{"write": "c", "data": "{line}"}, {"drain": "c"},
                                     {"readline": "c", "as": "line"}]},
            {"close": "c"}]}},
    "tasks": [{"name": "client", "do": [
        {"start_server": "echo", "port": 0, "as": "s"},
        {"let": {"p": "port(s)"}}, {"open_connection": "p", "as": "c"},
        {"for": "n", "in": "range(3)", "do": [
            {"sleep": 0.01}, {"write": "c", "data": "hello {n}\n"}, {"readline": "c", "as": "x"}]},
        {"close": "c"}, {"wait_closed": "c"}, {"close": "s"}, {"wait_closed": "s"}]}],
}
PROGRAM = {
    "cadran": 1,
    "tasks": [{"name": "main", "do": [
        {"exec": ["sh", "-c", "cat; exit 3"], "stdin": "pipe", "stdout": "pipe", "as": "p"},
        {"write": "p", "data": "hello\n"}, {"readline": "p", "as": "x"},
        {"write_eof": "p"}, {"wait": "p", "as": "code"}, {"print": "{x}{code}"}]}],
}


class Lanes(CliTest):
    def events(self, document, *options):
        self.write("s.json", document)
        self.expect(EXPECTED, "run", "--clock", "real", *options, "--trace", "t.json", "s.json")
        with open(self.folder / "t.json", encoding="utf-8") as file:
            return json.load(file)

    @staticmethod
    def of(events, category, phase):
        return [event for event in events if (event.get("cat"), event["ph"]) == (category, phase)]

    def test_both_ends_of_a_connection(self):
        events = self.events(ECHO, "--allow-net")
        begun = self.of(events, "lane", "B")
        self.assertEqual([event["name"] for event in begun], ["connection"] * 2)
        self.assertEqual([event["tid"] for event in begun],
                         [LANE + event["args"]["object"] for event in begun])
        self.assertCountEqual([event["tid"] for event in self.of(events, "lane", "E")],
                              [event["tid"] for event in begun])
        for tid in (event["tid"] for event in begun):
            data = [(event["name"], event["args"]["bytes"])
                    for event in self.of(events, "data", "i") if event["tid"] == tid]
            self.assertCountEqual(data, [("sent", 8), ("received", 8)] * 3)

    def test_a_byte_is_in_flight_and_then_readable(self):
        events = self.events(ECHO, "--allow-net")
        lanes = [event["args"]["object"] for event in self.of(events, "lane", "B")]
        states = [(int(event["id"]), event["args"]) for event in self.of(events, "object", "C")
                  if int(event["id"]) in lanes]
        for object in lanes:
            self.assertEqual(max(state["in_flight"] for id, state in states if id == object), 8)
            self.assertEqual(max(state["readable"] for id, state in states if id == object), 8)
            last = [state for id, state in states if id == object][-1]
            self.assertEqual(last, {"readable": 0, "unsent": 0, "in_flight": 0})

    def test_what_comes_wakes_who_reads(self):
        events = self.events(ECHO, "--allow-net")
        begins = {event["id"]: event["tid"] for event in self.of(events, "wake", "s")}
        woken = [tid for tid in begins.values() if tid > LANE]
        self.assertGreaterEqual(len(woken), 6)  # three lines there, three back; and the ends

    def test_a_program_and_its_pipes(self):
        events = self.events(PROGRAM, "--allow-exec")
        names = [event["name"] for event in self.of(events, "lane", "B")]
        self.assertCountEqual(names, ["sh", "pipe, written", "pipe, read"])
        end = next(event for event in self.of(events, "lane", "E") if event["name"] == "sh")
        self.assertEqual(end["args"], {"result": 3})
        begins = [event["tid"] for event in self.of(events, "wake", "s")]
        self.assertIn(end["tid"], begins)

    def test_what_the_run_leaves_open_is_pending(self):
        events = self.events({"cadran": 1, "tasks": [{"name": "main", "do": [
            {"exec": ["sleep", "1000"], "as": "p"}]}]}, "--allow-exec")
        end, = self.of(events, "lane", "E")
        self.assertEqual(end["args"], {"outcome": "pending"})

    def test_every_reader_takes_it(self):
        self.events(ECHO, "--allow-net", "--detail")
        for command in (("table",), ("export", "--output", "o.html", "--format", "html"),
                        ("export", "--output", "o.sqlite", "--format", "sqlite"),
                        ("export",), ("diff", "t.json")):
            process = self.cadran(*command, "t.json")
            self.assertEqual(process.returncode, EXPECTED, process.err)


if __name__ == "__main__":
    main()
