"""That the generators notice where the page, the schema and the parser disagree."""

import copy

from reference_test import CADRAN, PAGE, ReferenceTest, main, tables

import man
import page
import schema


class Drift(ReferenceTest):
    """Each test changes a table as a change of the parser would."""

    @classmethod
    def setUpClass(cls):
        cls.known = tables()
        cls.text = PAGE.read_text(encoding="utf-8")

    def setUp(self):
        self.tables = copy.deepcopy(self.known)

    def assert_noticed(self):
        self.assertNotEqual(schema.text(self.tables), schema.text(self.known))

    def assert_refused(self, name):
        with self.assertRaisesRegex(SystemExit, name):
            page.text(self.text, self.tables, CADRAN)

    def test_a_new_step_needs_an_example(self):
        step = copy.deepcopy(self.tables["steps"][0])
        step["verb"] = "snooze"
        self.tables["steps"].append(step)
        self.assert_noticed()
        self.assert_refused("examples: snooze")

    def test_a_new_step_is_in_the_man_page(self):
        self.tables["steps"][0]["verb"] = "snooze"
        self.assertIn("\n.It \"\\&\\fBsnooze\\fR\"\n", man.text(self.text, self.tables))

    def test_an_example_needs_its_step(self):
        del self.tables["steps"][0]
        self.assert_noticed()
        self.assert_refused("examples: sleep")

    def test_a_new_member_of_a_step(self):
        self.tables["steps"][0]["members"].append(
            {"name": "gently", "kind": "flag", "required": False, "accepts": None, "summary": None})
        self.assert_noticed()
        self.assertIn("- `gently` (optional): ", page.REGIONS["time steps"](self.tables, CADRAN))

    def test_a_kind_of_member_that_nobody_described(self):
        self.tables["steps"][0]["members"][0]["kind"] = "colour"
        with self.assertRaises(KeyError):
            schema.text(self.tables)

    def test_a_new_member_of_each_part_of_the_document(self):
        for part in self.tables["parts"]:
            changed = copy.deepcopy(self.tables)
            changed["parts"][part].append({"name": "extra", "required": False})
            with self.subTest(part), self.assertRaisesRegex(SystemExit, f"{part}: extra"):
                schema.text(changed)

    def test_a_member_of_each_part_that_is_gone(self):
        for part, rows in self.tables["parts"].items():
            changed = copy.deepcopy(self.tables)
            gone = changed["parts"][part].pop(0)["name"]
            with self.subTest(part), self.assertRaisesRegex(SystemExit, part) as caught:
                schema.text(changed)
            self.assertIn(gone, str(caught.exception), rows)

    def test_a_new_function(self):
        self.tables["functions"].append({"name": "sum", "least": 1, "most": 2, "takes": None})
        self.assert_refused("functions: sum")

    def test_a_new_outcome(self):
        self.tables["outcomes"].append("bored")
        self.assert_noticed()
        self.assert_refused("outcomes: bored")

    def test_a_new_family_of_steps(self):
        self.tables["steps"][0]["family"] = "elsewhere"
        self.assert_refused("families of steps: elsewhere")

    def test_a_link_that_leads_nowhere(self):
        self.text += "\n[there](#nowhere)\n"
        self.assert_refused("nowhere")

    def test_a_part_of_the_page_that_is_gone(self):
        self.text = self.text.replace("<!-- generated: outcomes -->", "")
        self.assert_refused("outcomes")


if __name__ == "__main__":
    main()
