"""cadran diff of runs in which something was added or moved that nothing else depends on: no root but
that, in any scenario."""

import copy
import json
import unittest

from cli_test import SCENARIOS, CliTest

STRANGER = {"name": "stranger", "do": [{"repeat": 3, "do": [
    {"sleep": 0.013}, {"span": "strange", "do": [{"sleep": 0.1}]}]}]}


def reverse(document, member):
    """The same objects, or coroutines, in another order; None: there are not two."""
    if len(document.get(member, {})) < 2:
        return None
    return document | {member: dict(reversed(list(document[member].items())))}


def changes(document):
    """Each with what its root names; None: it has none."""
    tasks, objects = document["tasks"], document.get("objects", {})
    for place in {0, len(tasks) // 2, len(tasks)}:
        yield f"task {place}", document | {"tasks": [*tasks[:place], STRANGER, *tasks[place:]]}, "stranger"
    unused = {"unused": {"type": "queue"}}
    yield "object first", document | {"objects": unused | objects}, "unused"
    yield "object last", document | {"objects": objects | unused}, "unused"
    yield "name", document | {"name": "another name"}, None
    yield "variable", document | {"vars": document.get("vars", {}) | {"unused": 5}}, None
    yield "objects", reverse(document, "objects"), None
    yield "coroutines", reverse(document, "coroutines"), None


class Harmless(CliTest):
    def record(self, name, document):
        self.write("scenario.json", document)
        done = self.cadran("run", "-q", "--trace", name, "scenario.json")
        return done.returncode in (0, 1)

    def look(self, document):
        self.assertTrue(self.record("a", document))
        for title, changed, named in changes(document):
            if changed is None or not self.record("b", copy.deepcopy(changed)):
                continue
            with self.subTest(document["name"], change=title):
                done = self.cadran("diff", "--format", "json", "--level", "causes", "a", "b")
                found = json.loads(done.out)
                said = [found["differences"][root]["sentence"] for root in found["roots"]]
                self.assertLessEqual(len(said), 1 if named else 0, said)
                for sentence in said:
                    self.assertIn(named, sentence)

    def test_scenarios(self):
        looked = 0
        for path in sorted(SCENARIOS.glob("*.json")):
            document = json.loads(path.read_text())
            if path.name.endswith(".trace.json") or "tasks" not in document:
                continue
            document.pop("expect", None)
            document.pop("$schema", None)
            document.setdefault("name", path.stem)
            self.look(document)
            looked += 1
        self.assertGreater(looked, 30)


if __name__ == "__main__":
    unittest.main()
