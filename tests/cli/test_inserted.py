"""cadran diff where one step was put before another one: a sleep, at any place of any scenario and of any
conformance case. The first root is that sleep: of the task that sleeps, at the time at which it begins to."""

import copy
import json
import random
import unittest

from cli_test import CASES, SCENARIOS, CliTest

# As no step of theirs sleeps.
SLEEP = 0.0137
STEPS = ("do", "try", "else", "finally", "then", "task_group")


def blocks(value, path=()):
    """The paths of all lists of steps."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from blocks(member, path + (key,))
    elif isinstance(value, list):
        steps = value and all(isinstance(each, dict) for each in value)
        if steps and path and (path[-1] in STEPS or path[-2:-1] == ("except",)):
            yield path
        for number, member in enumerate(value):
            yield from blocks(member, path + (number,))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def places(document):
    """Where a step can be put."""
    for top in "tasks", "coroutines":
        for path in blocks(document.get(top, {}), (top,)):
            for number in range(len(at(document, path)) + 1):
                yield path, number


def documents(folder):
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text())
        if not path.name.endswith(".trace.json") and "tasks" in document:
            document.pop("expect", None)
            document.pop("$schema", None)
            document.setdefault("name", path.stem)
            yield document


class Inserted(CliTest):
    def record(self, name, document, *options):
        self.write("scenario.json", document)
        done = self.cadran("run", "-q", *options, "--trace", name, "scenario.json")
        return done.returncode in (0, 1)

    def sleepers(self):
        """Who sleeps so long first in B: their names, each with the time in microseconds."""
        names, found = {}, set()
        for event in json.loads((self.folder / "b").read_text()):
            if event["ph"] != "B" or event["cat"] not in ("task", "wait"):
                continue
            if event["cat"] == "task":
                names[event["tid"]] = event["name"]
                continue
            until = event.get("args", {}).get("until", 0)
            if event["name"] != "sleep" or round((until - event["ts"]) / 1e6, 9) != SLEEP:
                continue
            if found and event["ts"] not in {time for _, time in found}:
                break
            found.add((names[event["tid"]], event["ts"]))
        return found

    def first_root(self):
        """What it says; and who sleeps from when, if that is what it is."""
        found = json.loads(self.cadran("diff", "--format", "json", "a", "b").out)
        if not found["roots"]:
            return "no difference", None
        root = found["differences"][found["roots"][0]]
        event = root.get("b", {})
        if event.get("name") != "sleep":
            return root["sentence"], None
        time_ns = event.get("begin_ns", event["time_ns"])
        return root["sentence"], (found["tasks"][event["task"]]["b"]["name"], time_ns / 1000)

    def look(self, document, path, number, *options):
        """None: nobody comes to that place. Else whether it is found, and what is said."""
        changed = copy.deepcopy(document)
        at(changed, path).insert(number, {"sleep": SLEEP})
        if not self.record("b", changed, *options):
            return None
        expected = self.sleepers()
        if not expected:
            return None
        said, sleeper = self.first_root()
        return sleeper in expected, f"{document['name']} {path} {number}: {said}; not {expected}"

    def hold(self, folders, at_most, *options):
        """At so many places of each; no more than two in a hundred may be told otherwise: a callback
        that is made later, or what is made by another task, seems to come from nothing."""
        choose = random.Random(10)
        looked, wrong = 0, []
        for folder in folders:
            for document in documents(folder):
                if not self.record("a", document, *options):
                    continue
                found = list(places(document))
                for path, number in choose.sample(found, min(at_most, len(found))):
                    result = self.look(document, path, number, *options)
                    if result is None:
                        continue
                    looked += 1
                    if not result[0]:
                        wrong.append(result[1])
        self.assertGreater(looked, 50)
        self.assertLessEqual(len(wrong), looked // 50, "\n".join(wrong))

    def test_a_sleep_more(self):
        self.hold([SCENARIOS, SCENARIOS / "examples", CASES], 1)

    def test_with_details(self):
        self.hold([SCENARIOS, SCENARIOS / "examples"], 2, "--detail")


if __name__ == "__main__":
    unittest.main()
