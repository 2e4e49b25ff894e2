"""Pages as files: how large, what is in them, what could do harm."""

import base64
import hashlib
import json
import re
import subprocess
import unittest

from page_test import EVIL, OVERHEAD, PROGRAM, ROOT, SCENARIOS, PageTest, data_of

WINDOW = SCENARIOS / "window.json"


class Files(PageTest):
    def test_all_of_a_small_run_is_in_it(self):
        self.trace_of(WINDOW)
        data, _ = data_of(self.page_of().read_text(encoding="utf-8"))
        run, = json.loads(data)["sections"][0]["runs"]
        self.assertEqual([len(run[list_]) for list_ in ("lanes", "bars", "wakes", "marks")],
                         [9 * 12, 20 * 8, 4 * 5, 17 * 5])
        self.assertEqual((run["begin"], run["end"], run["from"], run["to"]),
                         (0, 5_000_000_000, 0, 5_000_000_000))
        self.assertEqual(run["statistics"]["primitives"][0]["served"], 8)

    def test_beside_its_data_it_is_small(self):
        self.trace_of(WINDOW)
        _, rest = data_of(self.page_of().read_text(encoding="utf-8"))
        self.assertLess(len(rest), OVERHEAD)

    def test_it_asks_for_nothing(self):
        self.trace_of(WINDOW)
        _, rest = data_of(self.page_of().read_text(encoding="utf-8"))
        self.assertEqual(re.findall(r"(?i)https?:|//[a-z]|url\(|@import|\bsrc=|\bhref=|fetch\(|XMLHttp"
                                    r"|WebSocket|import\(|innerHTML|\beval\(", re.sub(
                                        r"/\*.*?\*/", "", rest, flags=re.S)), [])

    def test_its_policy_names_what_is_carried_out(self):
        self.trace_of(WINDOW)
        page = self.page_of().read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
        self.assertTrue(policy.startswith("default-src 'none'; "), policy)
        for tag in ("script", "style"):
            content, = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            self.assertIn(f"{tag}-src 'sha256-{digest}'", policy)
        self.assertNotIn("unsafe", policy)

    def test_a_strangers_names_are_data(self):
        for name in EVIL:
            with self.subTest(name):
                text = name.replace("{", "{{")
                self.trace_of({"name": text, "objects": {"l": {"type": "lock"}}, "tasks": [
                    {"name": text, "do": [{"print": text}, {"span": text, "do": [{"sleep": 1}]},
                                          {"raise": "ValueError", "message": text}]}]})
                page = self.page_of().read_text(encoding="utf-8")
                data, rest = data_of(page)
                self.assertNotRegex(data, "[<>&\x7f-\U0010ffff]")
                self.assertEqual(rest.count("<script"), 2)
                shown = re.sub("[\u0080-\u009f\u2028-\u202e\u2066-\u2069]", "\ufffd", name)
                self.assertIn(shown, json.loads(data)["texts"])

    def test_a_large_run_is_cut_to_what_there_is_room_for(self):
        for jobs, rounds in ((30, 3000), (30_000, 1)):
            with self.subTest(jobs=jobs):
                self.trace_of({"objects": {"q": {"type": "queue", "maxsize": 3}}, "tasks": [
                    {"name": "t{i}", "count": jobs, "do": [{"repeat": rounds, "do": [
                        {"put": "q"}, {"sleep": 1}, {"get": "q"}]}]}]})
                page = self.page_of().read_text(encoding="utf-8")
                run, = json.loads(data_of(page)[0])["sections"][0]["runs"]
                items = len(run["bars"]) / 8 + len(run["lanes"]) / 12
                self.assertLessEqual(items, 20_000)
                self.assertGreater(items, 10_000)
                self.assertLess(len(page), 4_000_000)
                if jobs == 30:
                    self.assertEqual((run["from"], run["lanes_left"]), (0, 0))
                    self.assertLess(run["to"], run["end"])
                else:
                    self.assertEqual((run["from"], run["to"]), (0, run["end"]))
                    self.assertEqual(run["lanes_left"], jobs - len(run["lanes"]) / 12)

    def test_a_stretch(self):
        self.trace_of(WINDOW)
        page = self.page_of("trace", "--from", "1.5", "--to", "2500ms")
        run, = json.loads(data_of(page.read_text())[0])["sections"][0]["runs"]
        self.assertEqual((run["from"], run["to"]), (1_500_000_000, 2_500_000_000))
        self.assertEqual(sorted({run["lanes"][i] for i in range(0, len(run["lanes"]), 12)}),
                         [3, 4, 6, 7, 8, 9])
        self.page_of("trace", "--from", "9")
        self.cadran("export", "--format", "html", "--from", "2", "--to", "1", "trace", status=(2,))

    def test_other_programs_traces(self):
        (self.folder / "foreign").write_text(json.dumps([
            {"ph": "X", "pid": 1, "tid": 1, "ts": 5, "dur": 5, "name": "work", "args": {"n": 1}},
            {"ph": "i", "pid": 1, "tid": 1, "ts": 7, "name": "mark", "s": "t"}]), encoding="utf-8")
        run, = json.loads(data_of(self.page_of("foreign").read_text())[0])["sections"][0]["runs"]
        self.assertEqual((len(run["bars"]), len(run["marks"])), (8, 5))
        self.assertNotIn("statistics", run)

    def test_standard_input(self):
        trace = self.trace_of(WINDOW).read_bytes()
        page = self.page_of().read_text()
        done = subprocess.run([PROGRAM, "export", "--format", "html", "-"], input=trace,
                              capture_output=True, check=True)
        self.assertEqual(done.stdout.decode().replace("<stdin>", "trace").replace(
            "\\u003cstdin\\u003e", "trace"), page)


class Colours(unittest.TestCase):
    """One palette: the viewer's."""

    def test_those_of_the_viewer(self):
        palette = (ROOT / "viz" / "palette.c").read_text(encoding="utf-8")
        css = (ROOT / "sim" / "page" / "assets" / "page.css").read_text(encoding="utf-8")
        themes = [dict(re.findall(r"\[VIZ_(\w+(?: \+ \d)?)\] = HEX\(0x(\w{6})\)", part))
                  for part in palette.split("[VIZ_LIGHT]")]
        told = {role: (light, dark) for role, light, dark in
                re.findall(r"--([\w-]+): light-dark\(#(\w{6}), #(\w{6})\)", css)}
        def role_of(name):
            return re.sub(r"_first \+ ", "-", name.lower()).replace("_", "-")
        self.assertEqual(told, {role_of(name): (themes[1][name], dark)
                                for name, dark in themes[0].items()})


if __name__ == "__main__":
    unittest.main()
