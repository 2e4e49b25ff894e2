"""cadran diff of runs in which things are called otherwise, and nothing else is: that is told, and is
no difference. Every golden trace, and the trace of every conformance case, is written anew under
other names: one task's or object's, all of them, with the texts that name them and without."""

import json
import re
import unittest

from cli_test import CASES, SCENARIOS, CliTest

SAME = 0

def word(name):
    """Where a name is a word of a text."""
    before = r"(?<![A-Za-z])" if name[0].isalpha() else r"(?<!\d)" if name[0].isdigit() else ""
    after = r"(?![A-Za-z])" if name[-1].isalpha() else r"(?!\d)" if name[-1].isdigit() else ""
    return before + re.escape(name) + after


class Trace:
    """Events, and who is in them."""

    def __init__(self, text):
        self.events = json.loads(text)
        self.tasks, self.objects = {}, {}
        for event in self.events:
            if event["ph"] == "B" and event.get("cat") == "task":
                self.tasks[event["tid"]] = event["name"]
            if event["ph"] == "i" and event.get("cat") == "object":
                self.objects.setdefault(event["args"]["object"], event["name"])

    def renamed(self, tasks, objects, texts):
        """The same under other names: numbers to names. texts: those that name them, too."""
        names = {self.tasks[tid]: name for tid, name in tasks.items()}
        names |= {self.objects[number]: name for number, name in objects.items()}
        found = re.compile("|".join(word(name) for name in sorted(names, key=len, reverse=True)))

        def replaced(text):
            return found.sub(lambda match: names[match[0]], text)

        def change(event):
            event = event | {"args": dict(event.get("args", {}))}
            args, cat = event["args"], event.get("cat")
            if event["tid"] in tasks and (event["name"] == "thread_name" or cat == "task"):
                if cat == "task":
                    event["name"] = tasks[event["tid"]]
                else:
                    args["name"] = tasks[event["tid"]]
            elif cat == "object":
                event["name"] = objects.get(args.get("object") or int(event["id"]), event["name"])
            elif cat in ("wait", "park"):
                verb, space, rest = event["name"].partition(" ")
                event["name"] = verb + space + replaced(rest)
            elif cat in ("print", "span") and texts:
                event["name"] = replaced(event["name"])
            for key in "by", "owner", "next":
                if args.get(f"{key}_tid") in tasks:
                    args[key] = tasks[args[f"{key}_tid"]]
            for key in "message", "why", "taken":
                if texts and key in args:
                    args[key] = replaced(args[key])
            if not args and event["ph"] != "E":
                del event["args"]
            return event
        return [event if "tid" not in event else change(event) for event in self.events]


def other(number, name):
    """Another name, of another kind for each."""
    return (f"maker {number}", f"x{number}x", f"{name}-{number} (new)", f"n\u00e9{number}")[number % 4]


class RenamesTest(CliTest):
    def record(self, name, document):
        self.write(f"{name}.scenario.json", {"cadran": 1, "name": "runs"} | document)
        done = self.cadran("run", "--trace", f"{name}.json", f"{name}.scenario.json")
        self.assertIn(done.returncode, (0, 1), done.err)

    def hold(self, document, changes, renamed, roots):
        """What is renamed in B, and what its roots say, when texts stand for others in the document."""
        text = json.dumps(document)
        for before, after in changes:
            self.assertIn(before, text)
            text = text.replace(before, after)
        self.record("a", document)
        self.record("b", json.loads(text))
        found = json.loads(self.cadran("diff", "--format", "json", "a.json", "b.json").out)
        names = [(each["a"]["name"], each["b"]["name"])
                 for table in ("tasks", "objects") for each in found[table] if "a" in each and "b" in each]
        self.assertEqual([each for each in names if each[0] != each[1]], renamed)
        said = [found["differences"][root]["sentence"] for root in found["roots"]]
        self.assertEqual(said, roots)
        return found


def task(name, *steps, **more):
    return {"name": name, "do": list(steps)} | more


class Together(RenamesTest):
    """Tasks that work together, of which some are renamed; and something else is changed or not."""

    PAIR = {"objects": {"q": {"type": "queue", "maxsize": 2}, "l": {"type": "lock"}}, "tasks": [
        task("p", {"repeat": 4, "do": [{"sequence": "make", "delay": 0.1}, {"put": "q"}]}),
        task("c", {"repeat": 4, "do": [{"get": "q"},
                                       {"with": "l", "do": [{"sequence": "use", "delay": 0.2}]}]})]}
    MAKER = ('"name": "p"', '"name": "maker"')
    EATER = ('"name": "c"', '"name": "eater"')
    LINE = ('"q"', '"line"')
    FAMILY = {"objects": {"w": {"type": "semaphore", "value": 2}}, "tasks": [
        task("worker{i}", {"with": "w", "do": [{"span": "{i} works", "do": [{"sleep": "i + 1"}]}]},
             {"print": "worker{i} done"}, count=4),
        task("main", {"await": "worker0"}, {"await": "worker3"})]}
    SPAWNED = {"tasks": [task("main", {"spawn": "fetch", "args": {"n": 1}, "as": "a"},
                              {"spawn": "fetch", "args": {"n": 3}, "as": "b"}, {"gather": ["a", "b"]})],
               "coroutines": {"fetch": {"params": ["n"], "do": [
                   {"span": "fetch {n}", "do": [{"sleep": "n"}]}]}}}
    HOLDER = {"objects": {"l": {"type": "lock"}}, "tasks": [
        task("holder", {"acquire": "l"}, {"sleep": 1}, {"raise": "Boom", "message": "holder failed"}),
        task("waiter", {"acquire": "l"})]}

    def test_one_of_a_pair(self):
        found = self.hold(self.PAIR, [self.MAKER], [("p", "maker")], [])
        self.assertEqual(found["level"], "order")

    def test_all_of_them(self):
        self.hold(self.PAIR, [self.MAKER, self.EATER, self.LINE],
                  [("p", "maker"), ("c", "eater"), ("q", "line")], [])

    def test_an_object(self):
        self.hold(self.PAIR, [self.LINE], [("q", "line")], [])

    def test_a_family(self):
        self.hold(self.FAMILY, [("worker", "job")],
                  [(f"worker{i}", f"job{i}") for i in range(4)], [])

    def test_a_family_that_is_counted_from_one(self):
        self.hold(self.FAMILY, [("worker{i}", "worker{i + 1}"), ("worker3", "worker4"),
                                ("worker0", "worker1")],
                  [(f"worker{i}", f"worker{i + 1}") for i in range(4)], [])

    def test_a_coroutine_and_who_spawns_it(self):
        self.hold(self.SPAWNED, [("fetch", "load"), ('"main"', '"boss"')],
                  [("main", "boss"), ("fetch-1", "load-1"), ("fetch-2", "load-2")], [])

    def test_who_holds_a_lock_and_is_in_messages(self):
        self.hold(self.HOLDER, [("holder", "keeper"), ('"l"', '"mutex"')],
                  [("holder", "keeper"), ("l", "mutex")], [])

    def test_and_a_step_is_slower(self):
        self.hold(self.PAIR, [self.MAKER, ('"delay": 0.1', '"delay": 0.101')], [("p", "maker")],
                  ["maker waits (sleep) for 101 ms, not 100 ms (+1%)"])
        self.hold(self.SPAWNED, [("fetch", "load"), ('"sleep": "n"', '"sleep": "n * 2"')],
                  [("fetch-1", "load-1"), ("fetch-2", "load-2")],
                  ["load-1 waits (sleep) for 2 s, not 1 s (+100%)",
                   "load-2 waits (sleep) for 6 s, not 3 s (+100%)"])

    def test_and_a_primitive_is_another(self):
        self.hold(self.PAIR, [self.MAKER, self.LINE, ('"maxsize": 2', '"maxsize": 1')],
                  [("p", "maker"), ("q", "line")], ["queue line has maxsize 1, not maxsize 2"])
        self.hold(self.FAMILY, [("worker", "job"), ('"value": 2', '"value": 1')],
                  [(f"worker{i}", f"job{i}") for i in range(4)],
                  ["semaphore w has value 1, not value 2"])

    def test_and_a_step_is_added(self):
        self.hold(self.PAIR, [self.MAKER, ('{"put": "q"}]}', '{"put": "q"}]}, {"sleep": 1}')],
                  [("p", "maker")], ["only B: maker waits (sleep)"])

    def test_and_what_it_says_is_another_thing(self):
        self.hold(self.PAIR, [self.MAKER, ('"make"', '"build"')], [("p", "maker")],
                  ['maker prints "0s + 000ms >>> build", not "0s + 000ms >>> make"'])

    def test_others_in_their_place_are_no_renames(self):
        one = {"tasks": [task("a", {"span": "x", "do": [{"sleep": 1}]}), task("b", {"sleep": 2})]}
        self.hold(one, [(json.dumps(one["tasks"][0]), json.dumps(
            task("z", {"print": "1"}, {"sleep": 1}, {"print": "2"}, {"sleep": 3}, {"print": "3"})))],
            [], ["only A: a is created", "only B: z is created"])


class Everything(RenamesTest):
    def compare(self, trace, tasks, objects, texts):
        self.write("b.json", json.dumps(trace.renamed(tasks, objects, texts)))
        done = self.cadran("diff", "--level", "order", "--format", "json", "a.json", "b.json")
        self.assertEqual(done.err, "")
        found = json.loads(done.out)
        said = [each["sentence"] for each in found["differences"][:3]]
        self.assertEqual((done.returncode, said), (SAME, []))
        for table, names in (found["tasks"], tasks), (found["objects"], objects):
            for each in table:
                now = names.get(each["a"]["number"], each["a"]["name"])
                self.assertEqual(each["b"]["name"], now)

    def look(self, title, text):
        trace = Trace(text)
        self.write("a.json", text)
        tasks = {tid: other(tid, name) for tid, name in trace.tasks.items()}
        objects = {number: other(number + 1, name) for number, name in trace.objects.items()}
        some = [tid for tid in tasks if len(tasks) <= 3 or tid % 7 == 2]
        changes = [({tid: tasks[tid]}, {}) for tid in some] + [(tasks, {})]
        if objects:
            changes += [({}, objects), (tasks, objects)]
        for number, (some_tasks, some_objects) in enumerate(changes):
            if some_tasks or some_objects:
                with self.subTest(title, tasks=some_tasks, objects=some_objects):
                    self.compare(trace, some_tasks, some_objects, number % 2 == 0)

    def test_goldens(self):
        goldens = sorted(SCENARIOS.glob("*.trace.json"))
        self.assertGreater(len(goldens), 40)
        for golden in goldens:
            self.look(golden.name, golden.read_text())

    def test_conformance_cases(self):
        for number, case in enumerate(sorted(CASES.glob("*.json"))):
            if number % 4 == 0:
                self.cadran("run", "--trace", "case.json", case)
                self.look(case.name, (self.folder / "case.json").read_text())


if __name__ == "__main__":
    unittest.main()
