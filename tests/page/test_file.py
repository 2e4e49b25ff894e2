"""Pages as files: how large, what is in them, what could do harm."""

import base64
import hashlib
import json
import re
import subprocess
import unittest

from page_test import EVIL, OVERHEAD, PROGRAM, ROOT, SCENARIOS, DiffTest, PageTest, data_of, work

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

    def test_connections_and_programs_are_in_it(self):
        self.trace_of({"tasks": [{"name": "main", "do": [
            {"exec": ["sh", "-c", "cat; exit 3"], "stdin": "pipe", "stdout": "pipe", "as": "p"},
            {"write": "p", "data": "hello"}, {"write_eof": "p"}, {"read": "p", "as": "x"},
            {"wait": "p"}]}]}, "--clock", "real", "--allow-exec")
        data = json.loads(data_of(self.page_of().read_text(encoding="utf-8"))[0])
        run, = data["sections"][0]["runs"]
        rows = lambda list_, width: [run[list_][at:at + width] for at in range(0, len(run[list_]), width)]
        word = lambda number: data["texts"][number]
        lanes = [word(row[1]) for row in rows("lanes", 12)]
        bars = {word(row[5]): (row[1], word(row[7]), lanes[row[0]]) for row in rows("bars", 8)}
        self.assertEqual(bars["sh"][:2], (5, "result 3"))
        self.assertRegex(bars["sh"][2], r"\Aprocess-\d+\Z")
        self.assertEqual(bars["pipe, read"][0], 5)
        moved = [(word(row[3]), word(row[4])) for row in rows("marks", 5) if word(row[2]) == "data"]
        self.assertEqual(moved, [("sent", "5"), ("received", "5")])
        told = {lane["what"]: lane for lane in run["statistics"]["lanes"]}
        self.assertEqual((told["sh"]["result"], told["pipe, read"]["received"]), (3, 5))

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


class Differences(DiffTest):
    def test_the_place_of_a_difference_on_both_sides(self):
        page = self.compare(work(1), work(1.25))
        section = self.section_of(page)
        texts = json.loads(data_of(page.read_text(encoding="utf-8"))[0])["texts"]
        self.assertEqual(section["roots"], 1)
        kind, root, follow, sentence, time_a, lane_a, bar_a, _, time_b, lane_b, bar_b, _ = \
            section["differences"][:12]
        self.assertEqual((texts[kind], root), ("longer", 0))
        self.assertGreater(follow, 0)
        self.assertIn("1.25 s, not 1 s", texts[sentence])
        for run, lane, bar, length in zip(section["runs"], (lane_a, lane_b), (bar_a, bar_b),
                                          (1_000_000_000, 1_250_000_000)):
            self.assertEqual(texts[run["lanes"][12 * lane + 1]], "job1")
            of_lane, _, _, begin, told, name, _, _ = run["bars"][8 * bar:8 * bar + 8]
            self.assertEqual((of_lane, begin, told, texts[name]),
                             (lane, 1_000_000_000, length, "sleep"))

    def test_equal_runs(self):
        page = self.compare(work(1), work(1))
        self.assertEqual(self.section_of(page)["differences"], [])

    def test_a_large_run_is_there_around_its_first_root(self):
        def busy(seconds):
            return {"tasks": [{"name": "t{i}", "count": 20, "let": {"n": 0}, "do": [
                {"repeat": 3000, "do": [{"let": {"n": "n + 1"}}, {"span": "s", "do": [
                    {"sleep": f"{seconds} if i == 7 and n == 2000 else 1"}]}]}]}]}
        section = self.section_of(self.compare(busy(1), busy(1.5)))
        self.assertEqual(section["roots"], 1)
        *_, time_a, lane_a, bar_a, mark_a, time_b, lane_b, bar_b, mark_b = section["differences"][:12]
        for run, time, bar in zip(section["runs"], (time_a, time_b), (bar_a, bar_b)):
            self.assertGreater(run["from"], run["begin"])
            self.assertLess(run["to"], run["end"])
            self.assertTrue(run["from"] < time < run["to"], (run["from"], time, run["to"]))
            self.assertGreaterEqual(bar, 0)
            self.assertLessEqual(len(run["bars"]) / 8, 20_000)


class Failures(DiffTest):
    def test_all_of_a_run_of_tests(self):
        page = self.failures_of().read_text(encoding="utf-8")
        data, rest = data_of(page)
        data = json.loads(data)
        self.assertIn("<title>3 of 4 scenarios failed</title>", rest)
        told = [(data["texts"][section["name"]], len(section.get("runs", ())), section.get("roots"))
                for section in data["sections"]]
        self.assertEqual(told, [("broken.json", 0, None), ("moved.json", 2, 1), ("unmet.json", 2, 0)])
        for section, words in zip(data["sections"], ("unknown step", "1.25 s, not 1 s", "expect")):
            lines = data["texts"][section["text"]]
            self.assertIn(words, lines)
            self.assertGreater(lines.count("\n"), 2)
            self.assertNotIn("\ufffd", lines)

    def test_where_nothing_fails(self):
        self.trace_of(work(1), name="fine.trace.json")
        (self.folder / "fine.trace.json.scenario.json").rename(self.folder / "fine.json")
        self.cadran("run", "--trace", "fine.trace.json", "fine.json")
        self.cadran("test", "--html", "page.html", "fine.json")
        data, rest = data_of((self.folder / "page.html").read_text(encoding="utf-8"))
        self.assertEqual(json.loads(data)["sections"], [])
        self.assertIn("<title>0 of 1 scenarios failed</title>", rest)

    def test_where_it_cannot_be_written(self):
        self.trace_of(work(1))
        done = self.cadran("test", "--html", "no/such/folder", "trace.scenario.json", status=(3,))
        self.assertIn("cadran test: no/such/folder: No such file or directory", done.stderr)


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
