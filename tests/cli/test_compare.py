"""cadran compare: the logic on traces made under the virtual clock, whose drift is known to the
nanosecond; and real runs, with bounds that a busy machine meets, too."""

import json
import signal
import time

from cli_test import ENVIRONMENT, EXPECTED, SCENARIOS, UNEXPECTED, USAGE, CliTest, main

MS = 1_000_000

# Two jobs, one after the other through a lock; and one that sleeps beside them.
SHOP = {
    "cadran": 1, "name": "shop",
    "vars": {"cut": "200ms", "nap": "300ms", "second": "0s", "extra": 0},
    "objects": {"chair": {"type": "lock"}},
    "tasks": [
        {"name": "guest{i}", "count": 2, "do": [
            {"sleep": "second if i == 0 else 0"},
            {"with": "chair", "do": [{"span": "cut {i}", "do": [{"sleep": "cut"}]}]}]},
        {"name": "sleeper", "do": [{"sleep": "nap"}, {"log": "awake"}]},
        {"name": "extra{i}", "count": "extra", "do": [{"span": "more", "do": [{"sleep": 1}]}]}],
}


class Compare(CliTest):
    def setUp(self):
        super().setUp()
        self.scenario = self.write("shop.json", SHOP)

    def real(self, *settings):
        """A trace of another run of the shop, to be taken for a real one."""
        arguments = [word for setting in settings for word in ("--set", setting)]
        self.cadran("run", "--trace", "real.json", *arguments, self.scenario)
        return "real.json"

    def compared(self, status, *arguments, scenario=None):
        """What is found, as a document."""
        process = self.expect(status, "compare", "--format", "json", *arguments,
                              scenario or self.scenario)
        self.assertEqual(process.err, "")
        return json.loads(process.out)

    def row(self, found, name):
        return next(row for row in found["rows"] if row["name"] == name)


class Lengths(Compare):
    def test_the_same_run_is_as_predicted(self):
        found = self.compared(EXPECTED, "--trace", self.real())
        self.assertEqual((found["verdict"], found["runs"], found["missing"], found["added"]),
                         ("holds", 1, 0, 0))
        self.assertEqual([(row["name"], row["type"], row["count"], row["predicted_least_ns"],
                           row["predicted_most_ns"], row["drift"]["worst_ns"])
                          for row in found["rows"]],
                         [("cut #", "span", 2, 200 * MS, 200 * MS, 0),
                          ("acquire chair", "wait", 1, 200 * MS, 200 * MS, 0),
                          ("sleep of sleeper", "wait", 1, 300 * MS, 300 * MS, 0)])
        self.assertEqual((found["order"]["against_causes"], found["order"]["against_time"]), (0, 0))
        self.assertGreater(found["order"]["events"], 10)
        self.assertEqual(found["suggestions"], [])
        self.assertNotIn("loop", found)

    def test_a_span_that_takes_longer_and_the_waits_for_it(self):
        found = self.compared(UNEXPECTED, "--trace", self.real("cut=0.25"))
        self.assertEqual(found["verdict"], "differs")
        off = {"mean_ns": 50 * MS, "p95_ns": 50 * MS, "worst_ns": 50 * MS}
        for name, count in (("cut #", 2), ("acquire chair", 1)):
            row = self.row(found, name)
            self.assertEqual((row["drift"], row["model"], row["beyond"], row["holds"]),
                             (off, off, count, False))
        self.assertTrue(self.row(found, "sleep of sleeper")["holds"])
        self.assertEqual(found["makespan"], {"predicted_ns": 400 * MS, "least_ns": 500 * MS,
                                             "most_ns": 500 * MS})

    def test_one_that_takes_less_is_off_as_well(self):
        row = self.row(self.compared(UNEXPECTED, "--trace", self.real("cut=0.15")), "cut #")
        self.assertEqual(row["drift"], {"mean_ns": -50 * MS, "p95_ns": 50 * MS,
                                        "worst_ns": -50 * MS})

    def test_within_the_tolerance(self):
        trace = self.real("cut=0.25")
        for tolerance, status in (("50ms", EXPECTED), ("49ms", UNEXPECTED), ("25%", EXPECTED),
                                  ("24%", UNEXPECTED)):
            with self.subTest(tolerance):
                self.compared(status, "--tolerance", tolerance, "--trace", trace)

    def test_what_others_do_in_a_span_is_none_of_its_duration(self):
        document = {"cadran": 1, "vars": {"own": 0.1, "other": 0.2},
                    "objects": {"done": {"type": "event"}},
                    "tasks": [{"name": "a", "do": [{"span": "both", "do": [
                        {"wait": "done"}, {"sleep": "own"}]}]},
                              {"name": "b", "do": [{"sleep": "other"}, {"set": "done"}]}]}
        scenario = self.write("both.json", document)
        self.cadran("run", "--trace", "real.json", "--set", "other=0.5", "--set", "own=0.15", scenario)
        found = self.compared(UNEXPECTED, "--trace", "real.json", scenario=scenario)
        self.assertEqual(self.row(found, "both")["drift"]["mean_ns"], 350 * MS)
        self.assertEqual([(one["variable"], one["name"], one["predicted_ns"], one["real_ns"])
                          for one in found["suggestions"]],
                         [("sleep_of_b", "sleep of b", 200 * MS, 500 * MS),
                          ("both", "both", 100 * MS, 150 * MS)])


class Order(Compare):
    def test_what_is_further_apart_than_the_tolerance_has_an_order(self):
        trace = self.real("nap=0.15")  # it was to wake after the first cut, and wakes before
        found = self.compared(UNEXPECTED, "--tolerance", "90ms", "--trace", trace)["order"]
        self.assertEqual(found["against_causes"], 0)
        self.assertGreater(found["against_time"], 0)
        first = found["inversions"][0]
        self.assertEqual((first["second"], first["against"], first["second_predicted_ns"],
                          first["second_real_ns"]),
                         ("sleeper: sleep ends", "time", 300 * MS, 150 * MS))
        self.assertEqual(first["first_real_ns"], 200 * MS)

    def test_a_tie_has_none(self):
        found = self.compared(UNEXPECTED, "--tolerance", "100ms", "--trace", self.real("nap=0.15"))
        self.assertEqual((found["order"]["against_time"], found["order"]["inversions"]), (0, []))

    def test_who_comes_first_to_a_primitive_is_a_cause(self):
        found = self.compared(UNEXPECTED, "--trace", self.real("second=0.001"))
        self.assertGreater(found["order"]["against_causes"] + found["missing"], 0)


class Events(Compare):
    def test_what_does_not_happen_and_what_was_not_predicted(self):
        self.assertGreater(self.compared(UNEXPECTED, "--trace", self.real("extra=1"))["added"], 0)
        found = self.compared(UNEXPECTED, "--trace", self.real(), "--set", "extra=1")
        self.assertGreater(found["missing"], 0)
        self.assertEqual(found["added"], 0)

    def test_a_trace_that_was_cut_short(self):
        path = self.folder / self.real()
        path.write_text(path.read_text()[:-500])
        process = self.expect(UNEXPECTED, "compare", "--trace", path, self.scenario)
        self.assertIn("cadran compare: warning: ", process.err)
        self.assertIn("cut short", process.err)

    def test_tasks_of_other_names(self):
        document = {"cadran": 1, "vars": {"who": "'guest'", "nap": 1}, "tasks": [
            {"name": "{who}{i}", "count": 2, "do": [{"span": "naps", "do": [{"sleep": "nap + i"}]}]}]}
        scenario = self.write("names.json", document)
        self.cadran("run", "--trace", "real.json", "--set", "who='visitor'", "--set", "nap=2", scenario)
        found = self.compared(UNEXPECTED, "--trace", "real.json", scenario=scenario)
        self.assertEqual((found["missing"], found["added"]), (0, 0))
        row = self.row(found, "naps")
        self.assertEqual((row["count"], row["drift"]["mean_ns"]), (2, 1000 * MS))

    def test_what_ends_otherwise(self):
        document = {"cadran": 1, "vars": {"fails": "False"}, "tasks": [{"name": "a", "do": [
            {"sleep": 1}, {"if": "fails", "then": [{"raise": "ValueError"}]}]}]}
        scenario = self.write("fails.json", document)
        self.cadran("run", "--trace", "real.json", "--set", "fails=True", scenario)
        found = self.compared(UNEXPECTED, "--trace", "real.json", scenario=scenario)
        self.assertGreater(found["otherwise"], 0)

    def test_concurrency(self):
        found = self.compared(UNEXPECTED, "--trace", self.real("extra=1"))["concurrency"]
        self.assertEqual((found["predicted"], found["least"], found["most"]), (1, 2, 2))
        self.assertEqual((found["predicted_mean"], found["mean"]), (1, 1.4))


class Suggestions(Compare):
    def test_they_are_vars_to_paste(self):
        process = self.expect(UNEXPECTED, "compare", "--suggest", "--trace", self.real("cut=0.25"),
                              self.scenario)
        text, _, meaning = process.out.partition("}\n")
        self.assertEqual(json.loads("{" + text + "}}"), {"vars": {"cut": "250ms"}})
        self.assertEqual(meaning, "cut: cut #, predicted 200 ms\n")

    def test_pasted_they_predict_the_run(self):
        trace = self.real("cut=0.2501234", "nap=0.5")
        process = self.expect(UNEXPECTED, "compare", "--suggest", "--trace", trace, self.scenario)
        suggested = json.loads("{" + process.out.partition("}\n")[0] + "}}")["vars"]
        self.compared(EXPECTED, "--tolerance", "1us", "--trace", trace,
                      "--set", f"cut={suggested['cut']}",
                      "--set", f"nap={suggested['sleep_of_sleeper']}")

    def test_lengths_that_are_drawn_have_no_variable(self):
        for count, suggested in ((16, 16), (17, 0)):
            document = {"cadran": 1, "vars": {"by": 0}, "tasks": [
                {"name": "t{i}", "count": count, "do": [
                    {"span": "draws", "do": [{"sleep": "uniform(1, 2) + by"}]}]}]}
            scenario = self.write("draws.json", document)
            self.cadran("run", "--trace", "real.json", "--set", "by=1", scenario)
            found = self.compared(UNEXPECTED, "--trace", "real.json", scenario=scenario)
            self.assertEqual(len(found["suggestions"]), suggested)

    def test_where_there_are_none(self):
        self.expect(EXPECTED, "compare", "--suggest", "--trace", self.real(), self.scenario,
                    out="the durations that are there have predicted the runs\n")


class Text(Compare):
    def test_it_is_for_a_terminal(self):
        process = self.expect(UNEXPECTED, "compare", "--trace", self.real("cut=0.25", "nap=0.15"),
                              self.scenario)
        self.assertEqual(max(map(len, process.out.splitlines())) <= 90, True)
        for words in ("the runs are not as the model says (1 run, tolerance 10 ms)",
                      "cut #", "+50.0 ms", "order        not kept: ", "comes before ",
                      "makespan     predicted 400 ms, off by +100 ms",
                      "how late it was the trace does not say"):
            self.assertIn(words, process.out)


class Usage(Compare):
    def test_faults(self):
        self.expect(USAGE, "compare", err="cadran compare: no scenario is named; "
                                          "see cadran compare --help\n")
        for option, value in (("--runs", "0"), ("--tolerance", "x"), ("--format", "xml"),
                              ("--set", "x")):
            self.assertIn(option, self.expect(USAGE, "compare", option, value, self.scenario).err)
        self.assertIn("missing.json", self.expect(USAGE, "compare", "missing.json").err)
        self.assertIn("unknown name", self.expect(USAGE, "compare", "--set", "cut=x",
                                                  self.scenario).err)

    def test_a_trace_that_is_none(self):
        self.write("none.json", "[]")
        self.assertIn("none.json", self.expect(USAGE, "compare", "--trace", "none.json",
                                               self.scenario).err)
        self.assertIn("gone.json", self.expect(USAGE, "compare", "--trace", "gone.json",
                                               self.scenario).err)


class Real(Compare):
    """What the machine adds is not the model's: the verdict is the same on a busy one."""

    def test_each_kind_of_duration_is_predicted(self):
        for name in ("worker-pool", "event-loop", "request-reply"):
            with self.subTest(name):
                found = self.compared(EXPECTED, "--runs", 2, scenario=SCENARIOS / f"{name}.json")
                self.assertEqual((found["verdict"], found["runs"]), ("holds", 2))
                self.assertEqual((found["missing"], found["added"]), (0, 0))
                order = found["order"]
                self.assertEqual((order["against_causes"], order["against_time"]), (0, 0))
                self.assertGreaterEqual(found["makespan"]["least_ns"],
                                        found["makespan"]["predicted_ns"])

    def test_how_late_the_loop_was(self):
        loop = self.compared(EXPECTED, "--runs", 1)["loop"]
        self.assertGreater(loop["looks"], 5)
        for part in ("own_work", "machine"):
            self.assertGreaterEqual(loop[part]["mean_ns"], 0)
            self.assertLessEqual(loop[part]["worst_ns"], loop["late"]["worst_ns"])
        self.assertAlmostEqual(loop["own_work"]["mean_ns"] + loop["machine"]["mean_ns"],
                               loop["late"]["mean_ns"], delta=1)

    def test_work_that_the_model_says_takes_no_time(self):
        """It is the model's fault, unless the machine had too much else to do to say so."""
        count = {"repeat": 2000000, "index": "k", "do": [{"let": {"x": "k * 2 + 1"}}]}
        heavy = self.write("heavy.json", {"cadran": 1, "tasks": [
            {"name": "a", "do": [{"span": "counts", "do": [count]}]}]})
        process = self.cadran("compare", "--runs", 1, "--tolerance", "1ms", "--format", "json", heavy)
        found = json.loads(process.out)
        self.assertIn((found["verdict"], process.returncode), (("differs", 1), ("busy", 0)))
        self.assertGreater(self.row(found, "counts")["model"]["mean_ns"], MS)

    def test_an_interrupt(self):
        """Of those that come before the real run, and so before it can be told, none is heeded."""
        process = self.start("compare", "--set", "nap=60", self.scenario,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(1)
        self.finish(process)
        self.assertEqual((process.returncode, process.out, process.err),
                         (ENVIRONMENT, "", "cadran compare: interrupted\n"))


if __name__ == "__main__":
    main()
