"""scenarios/schema.json: what the parser takes is valid, and what is invalid it refuses."""

import copy
import json
import pathlib
import sys

from reference_test import (ROOT, SCENARIOS, ReferenceTest, examples, main, run, scenarios,
                            tables)

import page  # beside the program that writes it

try:
    import jsonschema
except ImportError:
    print("skipped: Python's jsonschema is not installed (Debian: python3-jsonschema)")
    sys.exit(77)

SCHEMA = json.loads((SCENARIOS / "schema.json").read_text(encoding="utf-8"))
FAULTY = json.loads(pathlib.Path(__file__).with_name("faulty.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

# What the examples of the table speak of.
STAGE = {
    "cadran": 1,
    "vars": {"count": 0},
    "objects": {"queue": {"type": "queue", "maxsize": 1}, "barrier": {"type": "barrier"},
                **{kind: {"type": kind} for kind in ("lock", "event", "condition", "future",
                                                     "semaphore")}},
    "coroutines": {"double": {"params": ["n"], "do": [{"return": "{2 * n}"}]},
                   "serve": {"params": ["connection"], "do": [{"close": "connection"}]}},
    "protocols": {"echo": {"data_received": [{"write": "transport", "data": "{data}"}]}},
}


def faults(document):
    return [f"{list(error.absolute_path)}: {error.message[:200]}"
            for error in VALIDATOR.iter_errors(document)]


def conformance():
    return sorted((ROOT / "tests" / "conformance").glob("*/*.json"))


class Valid(ReferenceTest):
    def check(self, paths):
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path.name):
                self.assertEqual(faults(json.loads(path.read_text(encoding="utf-8"))), [])

    def test_the_schema_itself(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_every_scenario(self):
        self.check(scenarios())

    def test_every_example(self):
        self.check(examples())

    def test_every_case_of_conformance(self):
        self.check(conformance())

    def test_the_example_that_an_editor_shows_for_each_step(self):
        for step in tables()["steps"]:
            document = {**STAGE, "tasks": [{"name": "a", "do": step["example"]}]}
            with self.subTest(step["verb"]):
                self.assertEqual(faults(document), [])
                process = run(document, *page.options_for(document, tables()))
                self.assertEqual(process.returncode, 0, process.stderr)


    def test_comments_in_every_object(self):
        def commented(value):
            if isinstance(value, list):
                return [commented(item) for item in value]
            if isinstance(value, dict):
                return {"//": {"why": []}, **{key: commented(item) for key, item in value.items()}}
            return value

        for path in scenarios():
            with self.subTest(path.name):
                document = commented(json.loads(path.read_text(encoding="utf-8")))
                self.assertEqual(faults(document), [])
        self.assertEqual(run(document).returncode, 0)


class Invalid(ReferenceTest):
    def test_what_is_faulty(self):
        for name, document in FAULTY["documents"].items():
            with self.subTest(name):
                self.assertNotEqual(faults(document), [], "the schema takes it")
                self.assertEqual(run(document).returncode, 2, "the parser takes it")

    def test_a_step_without_a_required_member(self):
        for step in tables()["steps"]:
            for member in step["members"]:
                if not member["required"] or member["name"] is None:
                    continue
                steps = copy.deepcopy(step["example"])
                for part in self.with_verb(steps, step["verb"]):
                    part.pop(member["name"], None)
                document = {**STAGE, "tasks": [{"name": "a", "do": steps}]}
                with self.subTest(step["verb"], member=member["name"]):
                    self.assertNotEqual(faults(document), [])
                    self.assertEqual(run(document).returncode, 2)

    def with_verb(self, value, verb):
        """All steps with that verb, however deep."""
        if isinstance(value, dict):
            if verb in value:
                yield value
            value = list(value.values())
        for part in value if isinstance(value, list) else []:
            yield from self.with_verb(part, verb)

    def test_every_step_that_may_wait_in_setup(self):
        for step in tables()["steps"]:
            if step["waits"] == "never":
                continue
            document = {**STAGE, "setup": step["example"]}
            with self.subTest(step["verb"]):
                if step["waits"] != "some":  # that depends on what it names
                    self.assertNotEqual(faults(document), [])
                self.assertEqual(run(document).returncode, 2)


if __name__ == "__main__":
    main()
