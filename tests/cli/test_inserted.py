"""cadran diff where one step was put before another one, at any place of any scenario and of any
conformance case: a sleep, or one that fails. The first root is that sleep: of the task that sleeps, at the
time at which it begins to; or the end of the task that fails, with its error."""

import copy
import json
import random
import unittest

from cli_test import CASES, SCENARIOS, CliTest

# As no step of theirs sleeps.
SLEEP = 0.0137
FAILURE = {"raise": "Planted", "message": "by hand"}
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

    def insert(self, document, path, number, step, *options):
        """Whether it runs."""
        changed = copy.deepcopy(document)
        at(changed, path).insert(number, step)
        return self.record("b", changed, *options)

    def look_for_failure(self, document, path, number, *options):
        """As look_for_sleep()."""
        if not self.insert(document, path, number, FAILURE, *options):
            return None
        ends = [event for event in json.loads((self.folder / "b").read_text())
                if event["ph"] == "E" and event.get("args", {}).get("error") == FAILURE["raise"]]
        if not ends:
            return None
        said, _ = self.first_root()
        return FAILURE["raise"] in said, f"{document['name']} {path} {number}: {said}"

    def look_for_sleep(self, document, path, number, *options):
        """None: nobody comes to that place. Else whether it is found, and what is said."""
        if not self.insert(document, path, number, {"sleep": SLEEP}, *options):
            return None
        expected = self.sleepers()
        if not expected:
            return None
        said, sleeper = self.first_root()
        return sleeper in expected, f"{document['name']} {path} {number}: {said}; not {expected}"

    def hold(self, look, folders, at_most, share, *options):
        """At so many places of each; no more than one of `share` may be told otherwise."""
        choose = random.Random(10)
        looked, wrong = 0, []
        for folder in folders:
            for document in documents(folder):
                if not self.record("a", document, *options):
                    continue
                found = list(places(document))
                for path, number in choose.sample(found, min(at_most, len(found))):
                    result = look(document, path, number, *options)
                    if result is None:
                        continue
                    looked += 1
                    if not result[0]:
                        wrong.append(result[1])
        self.assertGreater(looked, 50)
        self.assertLessEqual(len(wrong), looked // share, "\n".join(wrong))

    def test_a_sleep_more(self):
        """A callback that is made later, or what is made by another task, seems to come from nothing."""
        self.hold(self.look_for_sleep, [SCENARIOS, SCENARIOS / "examples", CASES], 1, 50)

    def test_with_details(self):
        self.hold(self.look_for_sleep, [SCENARIOS, SCENARIOS / "examples"], 2, 50, "--detail")

    def test_a_failure(self):
        """One that runs the steps of a `finally`, or leaves a lock, does that before it ends."""
        self.hold(self.look_for_failure, [SCENARIOS, SCENARIOS / "examples", CASES], 1, 12)


if __name__ == "__main__":
    unittest.main()
