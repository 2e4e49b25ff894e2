"""docs/scenarios.md and scenarios/README.md, read as somebody would who tries what they say."""

import json
import re

from reference_test import PAGE, ReferenceTest, examples, main, run, tables

import page  # beside the program that writes it

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```json\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(heading):
    """The page from a heading up to the next one of its level or above."""
    level = heading.split(" ")[0]
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", TEXT,
                      re.MULTILINE | re.DOTALL)
    return match[1]


def first_column(text):
    """The names that the rows of a table begin with."""
    return re.findall(r"^\| `(\w+)", text, re.MULTILINE)


class Examples(ReferenceTest):
    def test_each_prints_what_stands_below_it(self):
        for document, shown in EXAMPLE.findall(TEXT):
            with self.subTest(document):
                options = page.options_for(json.loads(document), tables())
                process = run(document, *options)
                printed = process.stdout + process.stderr
                self.assertEqual(page.without_end(printed) if options else printed, shown)

    def test_no_document_stands_without_what_it_prints(self):
        self.assertEqual(len(EXAMPLE.findall(TEXT)), TEXT.count("```json\n"))

    def test_those_of_the_steps_are_the_files(self):
        for step in tables()["steps"]:
            document = page.example_path(step).read_text(encoding="utf-8")
            shown = EXAMPLE.findall(section(f"#### `{step['verb']}`"))
            self.assertEqual([text for text, _ in shown], [document])

    def test_each_uses_the_step_that_it_is_about(self):
        def verbs(value):
            parts = value if isinstance(value, list) else value.values()
            inner = [part for part in parts if isinstance(part, (list, dict))]
            keys = set(value) if isinstance(value, dict) else set()
            return keys.union(*(verbs(part) for part in inner))

        for path in examples():
            document = json.loads(path.read_text(encoding="utf-8"))
            self.assertIn(path.stem, verbs(document), path.name)


class Names(ReferenceTest):
    """That nothing is missing, and nothing is there that the parser does not know."""

    def test_of_steps(self):
        verbs = [step["verb"] for step in tables()["steps"]]
        self.assertEqual(re.findall(r"^#### `(\w+)`$", section("## Steps"), re.MULTILINE), verbs)
        self.assertEqual(re.findall(r"\[`(\w+)`\]", section("## Steps").split("\n### ")[0]), verbs)

    def test_of_their_members(self):
        for step in tables()["steps"]:
            members = [member["name"] or step["verb"] for member in step["members"]]
            shown = re.findall(r"^- `([\w*]+)`[: ]", section(f"#### `{step['verb']}`"), re.MULTILINE)
            self.assertEqual(shown, members)

    def test_of_objects(self):
        kinds = tables()["objects"]
        shown = section("### Objects")
        self.assertEqual(first_column(shown), [kind["type"] for kind in kinds])
        for kind in kinds:
            cell = re.search(rf"^\| `{kind['type']}` \| ([^|]*) \|", shown, re.MULTILINE)[1]
            members = [line.split("`")[1] for line in cell.split("<br>") if line]
            self.assertEqual(members, [member["name"] for member in kind["members"]])

    def test_of_functions(self):
        names = [row["name"] for row in tables()["functions"]]
        self.assertCountEqual(first_column(section("### Functions")), names)

    def test_of_outcomes(self):
        shown = section("## Outcomes").split("| exit status |")[0]
        self.assertEqual(first_column(shown), tables()["outcomes"])

    def test_of_exceptions(self):
        names = [row["name"] for row in tables()["exceptions"]]
        shown = section("### Variables and control").rsplit("<!-- generated: exceptions -->", 1)[1]
        self.assertCountEqual(re.findall(r"^ *(\w+)$", shown.split("```")[1], re.MULTILINE), names)

    def test_of_units(self):
        shown = dict(re.findall(r"`(\w+)` \| ([0-9.]+) \|", section("### Expressions")))
        refused = run({"cadran": 1, "vars": {"x": "1parsec"}}).stderr
        known = re.search(r"units are ([\w, ]+)", refused)[1].split(", ")
        self.assertCountEqual(shown, known)
        for unit, seconds in shown.items():
            document = {"cadran": 1, "setup": [{"print": f"{{1{unit} == {seconds}}}"}]}
            self.assertEqual(run(document).stdout, "True\n", unit)

    def test_of_what_is_not_there_yet(self):
        shown = section("## What is not there yet").split("```")[0]
        for name in re.findall(r"`(\w+)`", shown):
            step = {"network": {"network": {}}, "host": {"tasks": [{"name": "a", "host": "h", "do": []}]}}
            document = step.get(name, {"tasks": [{"name": "a", "do": [{name: 1}]}]})
            self.assertIn(f'"{name}" is not supported yet', run({"cadran": 1, **document}).stderr)


if __name__ == "__main__":
    main()
