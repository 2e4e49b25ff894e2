"""cadran why: sums, and that of a second count; what it answers, and what stands out."""

import json
import sys
import unittest

from cli_test import CASES, EXPECTED, ROOT, SCENARIOS, SHARE, USAGE, CliTest, main
from longest_way import Graph

sys.path.insert(0, str(ROOT / "tests" / "conformance"))
import random_programs  # noqa: E402

CASES_MORE = ROOT / "tests" / "conformance" / "more"


def task(name, *steps, **more):
    return {"name": name, "do": list(steps)} | more


class WhyTest(CliTest):
    def record(self, document, *options):
        """The trace of a document, or of a scenario's file; None where nothing was run."""
        if isinstance(document, dict):
            document = self.write("scenario.json", {"cadran": 1, "name": "runs"} | document)
        path = self.folder / "trace"
        path.unlink(missing_ok=True)
        self.cadran("run", "--max-time", "1000", *options, "--trace", path, document)
        return path if path.exists() else None

    def why(self, trace, *arguments):
        return json.loads(self.expect(EXPECTED, "why", "--format", "json", trace, *arguments,
                                      err="").out)

    def said(self, trace, *arguments):
        """The text, as one line."""
        return " ".join(self.expect(EXPECTED, "why", trace, *arguments, err="").out.split())

    def found(self, document, *options):
        """{kind: sentence} of what stands out."""
        told = self.why(self.record(document, *options))["findings"]
        return {finding["kind"]: finding["text"] for finding in told}


class Sums(WhyTest):
    def check_way(self, trace):
        """The pieces touch, and add up; where all tasks ended, to what the graph says."""
        told = self.why(trace, "--critical")
        pieces, graph = told["pieces"], Graph(trace)
        self.assertEqual(sum(p["end_ns"] - p["begin_ns"] for p in pieces), told["run_end_ns"])
        if pieces:
            self.assertEqual(pieces[0]["begin_ns"], 0)
            self.assertEqual(pieces[-1]["end_ns"], told["run_end_ns"])
        for one, next_one in zip(pieces, pieces[1:]):
            self.assertEqual(one["end_ns"], next_one["begin_ns"])
            if one.get("lead") is None and next_one["kind"] != "loop":
                self.assertEqual(one.get("tid"), next_one.get("tid"))
        self.assertEqual(graph.longest_to(), graph.times)  # the graph explains all of it
        slacks = {(span["tid"], span["name"], span["begin_ns"], span["end_ns"]): span["slack_ns"]
                  for span in told["spans"] if "slack_ns" in span}
        self.assertEqual(slacks, graph.slacks())
        self.assertEqual(told["is_makespan"], graph.whole)
        return told, graph

    def check_pieces(self, told):
        """What is on the way has no slack."""
        for piece in told["pieces"]:
            if piece["kind"] != "work" or not told["is_makespan"]:
                continue
            spans = [span for span in told["spans"] if span["tid"] == piece["tid"]
                     and span["name"] == piece["span"]
                     and span["begin_ns"] <= piece["begin_ns"] and piece["end_ns"] <= span["end_ns"]]
            self.assertTrue(spans, piece)
            if all(span["end_ns"] == piece["end_ns"] for span in spans):
                self.assertIn(0, [span["slack_ns"] for span in spans], piece)

    def test_scenarios(self):
        traces = sorted([*SCENARIOS.glob("*.trace.json"), *SCENARIOS.glob("examples/*.trace.json")])
        self.assertGreater(len(traces), 90)
        for trace in traces:
            with self.subTest(trace.name):
                told, _ = self.check_way(trace)
                self.check_pieces(told)

    def test_conformance_cases(self):
        cases = sorted([*CASES.glob("*.json"), *CASES_MORE.glob("*.json")])
        whole = 0
        for case in cases[::SHARE]:
            with self.subTest(case.name):
                trace = self.record(case, "-q")
                if trace is not None:
                    told, graph = self.check_way(trace)
                    whole += graph.whole
        self.assertGreater(whole, 150 // SHARE)

    def test_random_programs(self):
        for family in sorted(random_programs.FAMILIES):
            for seed in range(900, 906, SHARE):
                with self.subTest(family=family, seed=seed):
                    document = random_programs.program(family, seed)
                    told, _ = self.check_way(self.record(document, "-q"))
                    self.check_pieces(told)

    def test_every_path_of_small_runs(self):
        """The longest of all paths, looked at one by one, is the makespan."""
        small = 0
        for trace in sorted(SCENARIOS.glob("*.trace.json")):
            graph = Graph(trace)
            paths = graph.all_paths(20000) if graph.whole else None
            if paths:
                small += 1
                self.assertEqual(max(paths), graph.makespan(), trace.name)
        self.assertGreater(small, 10)

    def test_details_change_nothing(self):
        for name in ("window", "pipeline", "thundering-herd", "crawler", "worker-pool"):
            with self.subTest(name):
                plain = self.why(SCENARIOS / f"{name}.trace.json", "--critical")
                detailed = self.record(SCENARIOS / f"{name}.json", "--detail")
                self.assertEqual(self.why(detailed, "--critical"), plain)

    def test_a_real_run(self):
        """Time ready and not run is a kind of its own, and all of it adds up."""
        trace = self.record({"tasks": [
            task("busy", {"compute": "120ms"}),
            task("late", {"sleep": "10ms"}, {"span": "work", "do": [{"compute": "5ms"}]})]},
            "--clock", "real")
        told = self.why(trace, "--critical")
        pieces = told["pieces"]
        self.assertEqual(sum(p["end_ns"] - p["begin_ns"] for p in pieces), told["run_end_ns"])
        ready = sum(p["end_ns"] - p["begin_ns"] for p in pieces if p["kind"] == "ready")
        self.assertGreater(ready, 100_000_000)
        self.assertIn("busy", [p.get("behind") for p in pieces])
        self.assertIn("late", [p.get("task") for p in pieces if p["kind"] == "work"])


    def test_a_start_that_comes_later(self):
        """Who has not begun is not ready; who is late, because the loop was busy, is."""
        trace = self.record({"tasks": [
            task("busy", {"compute": "1s"}),
            task("later", {"span": "work", "do": [{"sleep": "1s"}]}, start="3s")]})
        pieces = self.why(trace, "--critical")["pieces"]
        self.assertEqual([(p["kind"], p["begin_ns"], p["end_ns"]) for p in pieces],
                         [("before", 0, 3_000_000_000), ("work", 3_000_000_000, 4_000_000_000)])
        self.assertIn("later has not begun yet", self.said(trace, "--critical"))
        trace = self.record({"tasks": [
            task("busy", {"sleep": "1s"}, {"compute": "1s"}),
            task("later", {"span": "work", "do": [{"sleep": "1s"}]}, start="1500ms")]})
        self.assertEqual([(p["kind"], p["end_ns"], p.get("behind"))
                          for p in self.why(trace, "--critical")["pieces"]],
                         [("before", 1_000_000_000, None), ("ready", 2_000_000_000, "busy"),
                          ("work", 3_000_000_000, None)])


class Answers(WhyTest):
    def test_waits_for_the_world(self):
        """A process is waited for by its name, and so are a stream's bytes."""
        trace = self.record({"tasks": [task(
            "boss", {"exec": ["sh", "-c", "sleep 0.05; echo hi; sleep 0.1"], "stdout": "pipe", "as": "p"},
            {"readline": "p"}, {"wait": "p"})]}, "--clock", "real", "--allow-exec")
        said = self.said(trace, "boss")
        self.assertRegex(said, r"for a line from stream stdout of process \d+, until it came")
        self.assertRegex(said, r"for process process-\d+ to end, which it did at")

    def test_why_a_job_started_then(self):
        said = self.said(SCENARIOS / "window.trace.json", "job7", "--at", "3")
        self.assertIn('At 3 s job7 is at "job7 - duration 2", from 3 s to 5 s.', said)
        self.assertIn("waited 3 s for room in queue window, full: 4 of 4, which job2 made at 3 s; "
                      "before it in the line were job4, job5 and job6.", said)
        self.assertIn('job2 works at "job2 - duration 3", and wakes job7 by making room in queue '
                      "window", said)

    def test_how_many_were_before_it(self):
        trace = self.record(SCENARIOS / "window.json", "--set", "jobs=20", "--set", "width=2")
        self.assertIn("before it in the line were 10 others, the last job9, job10 and job11",
                      self.said(trace, "job12"))
        trace = self.record(SCENARIOS / "window.json", "--set", "jobs=20", "--set", "width=8")
        self.assertIn("before it in the line were 4 others, the last job9, job10 and job11",
                      self.said(trace, "job12"))

    def test_where_the_time_went(self):
        said = self.said(SCENARIOS / "window.trace.json", "--critical")
        self.assertIn("5 s = job2 3 s + job7 2 s: 5 s work.", said)
        self.assertIn('"job3 - duration 1" of job3 could end 1 s later than 1 s', said)

    def test_who_had_the_lock(self):
        said = self.said(SCENARIOS / "dining-philosophers.trace.json")
        self.assertIn("3 tasks wait for one another since 1.2 s: philosopher0 waits since 0.4 s: "
                      "lock forks[1], held by philosopher1;", said)
        told = self.why(SCENARIOS / "dining-philosophers.trace.json", "forks[1]", "--at", "1")
        self.assertIn("lock forks[1]: held by philosopher1, 1 waits", told["text"])
        self.assertEqual([wait["text"].split()[0] for wait in told["waiters"]], ["philosopher0"])

    def test_a_wait_that_nobody_ended_is_told_once(self):
        trace = SCENARIOS / "dining-philosophers.trace.json"
        self.assertRegex(self.said(trace, "philosopher0"),
                         r" for lock forks\[1\], held by philosopher1; taken by philosopher1 at "
                         r"\S+ \S+ \(with\)")
        self.assertEqual(self.said(trace, "philosopher0").count("forks[1]"), 1)

    def test_what_nobody_ended_names_it_once(self):
        """Of every kind of object, in the words of the run's report."""
        kinds = {"event": ({}, {"wait": "it"}, "event it, which no step sets"),
                 "condition": ({}, {"with": "it", "do": [{"wait": "it"}]},
                               "condition it, which no step notifies"),
                 "queue": ({}, {"get": "it"}, "queue it, empty, which no step puts into"),
                 "barrier": ({"parties": 2}, {"wait": "it"},
                             "barrier it: 1 of 2, which nobody comes to any more"),
                 "future": ({}, {"await": "it"}, "future it, which no step sets")}
        for kind, (more, step, words) in kinds.items():
            with self.subTest(kind):
                trace = self.record({"objects": {"it": {"type": kind} | more},
                                     "tasks": [task("stuck", step)]})
                self.assertTrue(self.said(trace, "stuck").endswith(f"waits since 0 s for {words}"))

    def test_who_could_have_ended_it(self):
        trace = self.record({"objects": {"go": {"type": "event"}}, "tasks": [
            task("main", {"await": "waiter"}, {"set": "go"}), task("waiter", {"wait": "go"})]})
        self.assertRegex(self.said(trace, "waiter"), r"waits since 0 s for event go, which only "
                         r"main sets; up to main at \S+ \S+ \(set\)$")

    def test_who_cancelled_it(self):
        """A cancel wakes who waits; that is no item put, and no permit released."""
        for wait in ({"get": "q"}, {"sleep": 9}, {"acquire": "s"}, {"wait": "e"}):
            for clock in ("virtual", "real"):
                with self.subTest(wait=wait, clock=clock):
                    trace = self.record({
                        "objects": {"q": {"type": "queue"}, "e": {"type": "event"},
                                    "s": {"type": "semaphore", "value": 0}},
                        "tasks": [task("boss", {"sleep": "10ms"}, {"cancel": "victim"}),
                                  task("victim", wait)]}, "--clock", clock)
                    self.assertIn("until boss cancelled it", self.said(trace, "victim"))
                    ended = [w["ended"] for w in self.why(trace, "victim")["waits"]]
                    self.assertEqual(ended, ["cancelled"])

    def test_a_cancel_that_takes_its_time(self):
        """Who waits for a task that cleans up goes on when that has ended: it was woken by it."""
        trace = self.record({
            "coroutines": {"clean": {"do": [{"try": [{"sleep": 9}], "finally": [{"sleep": 2}]}]}},
            "tasks": [task("boss", {"sleep": 1}, {"cancel": "parent"}),
                      task("parent", {"spawn": "clean", "name": "child", "as": "t"},
                           {"await": "t"})]})
        self.assertEqual([(w["ended"], w["by"], w["end_ns"])
                          for w in self.why(trace, "parent")["waits"]],
                         [("woken", "child", 3_000_000_000)])

    def test_who_released_a_lock(self):
        holders = [task("a{i}", {"with": "l", "do": [{"sleep": 1}]}, count=3)]
        trace = self.record({"objects": {"l": {"type": "lock"}}, "tasks": holders})
        self.assertIn("waited 1 s for lock l, held by a0 until 1 s", self.said(trace, "a1"))
        self.assertIn("waited 2 s for lock l, held by a0 then, and released by a1 at 2 s; before "
                      "it in the line was a1", self.said(trace, "a2"))

    def test_who_changed_a_queue(self):
        document = {"objects": {"q": {"type": "queue"}}, "tasks": [
            task("idler", {"sleep": 1}),
            task("maker", {"sleep": "100ms"}, {"put": "q", "value": 1}, {"sleep": 1}),
            task("other", {"sleep": "200ms"})]}
        said = self.said(self.record(document), "q")
        self.assertIn("it changed last at 0.1 s, by maker.", said)
        said = self.said(self.record(document, "--detail"), "q")
        self.assertIn("it changed last at 0.1 s, by maker.", said)

    def test_who_did_it_agrees_with_the_details(self):
        """Who changed an object is told without details, too."""
        for family in sorted(random_programs.FAMILIES):
            for seed in range(700, 704, SHARE):
                document = random_programs.program(family, seed)
                names = [name for name in document.get("objects", {})]
                for name in names:
                    with self.subTest(family=family, seed=seed, name=name):
                        self.check_changers(document, name)

    def check_changers(self, document, name):
        detailed = self.answered(self.record(document, "--detail"), name)
        plain = self.answered(self.record(document), name)
        if plain is None or detailed is None:
            return
        self.assertEqual([change["state"].items() & other["state"].items() == change["state"].items()
                          for change, other in zip(plain, detailed)], [True] * len(plain))
        for change, other in zip(plain, detailed):
            self.assertEqual(other.get("by"), change.get("by"), change)

    def answered(self, trace, name):
        """The object's changes, the first first, where its state is one: details add fields."""
        done = self.cadran("why", "--format", "json", "--all", trace, name)
        if done.returncode != EXPECTED:
            return None
        told = json.loads(done.out)
        if "changes" not in told or told["type"] == "queue":
            return None
        return told["changes"][::-1]

    def test_a_screen(self):
        for trace in sorted(SCENARIOS.glob("*.trace.json")):
            for arguments in ([], ["--critical"]):
                with self.subTest(trace.name, arguments=arguments):
                    lines = self.expect(EXPECTED, "why", trace, *arguments, err="").out.splitlines()
                    self.assertLessEqual(len(lines), 40)
                    self.assertLessEqual(max(map(len, lines)), 80)

    def test_of_several_of_one_name(self):
        trace = self.record({"tasks": [task("a", {"sleep": 1}), task("b", {"spawn": "c", "name": "a"})],
                             "coroutines": {"c": {"do": [{"sleep": 2}]}}})
        self.assertIn("a, from 0 s to 1 s", self.said(trace, "a"))
        self.assertIn("a #2, made by b, from 0 s to 2 s", self.said(trace, "a #2"))
        self.expect(USAGE, "why", trace, "a #3", out="",
                    err=f'cadran why: {trace} has no task and no object "a #3"\n')

    def test_usage(self):
        trace = SCENARIOS / "window.trace.json"
        for arguments, message in (
                ([], "no trace is named"), ([trace, "job1", "job2"], "one trace, and one task"),
                ([trace, "--at", "1"], "--at is for a task or an object"),
                ([trace, "job1", "--critical"], "--critical is about the whole run"),
                ([trace, "job1", "--at", "6"], "--at is a time after the end of the run, 5 s")):
            with self.subTest(arguments):
                done = self.expect(USAGE, "why", *arguments, out="")
                self.assertIn(message, done.err)

    def test_other_traces(self):
        self.write("foreign", [{"ph": "X", "ts": 1, "dur": 2, "pid": 1, "tid": 1, "name": "a"}])
        self.expect(USAGE, "why", "foreign", out="",
                    err="cadran why: foreign: another program's trace, which has no tasks and "
                        "primitives; cadran view shows it\n")
        whole = (SCENARIOS / "window.trace.json").read_text().splitlines(keepends=True)
        for lines in range(1, len(whole), 7):
            self.write("cut", "".join(whole[:lines]))
            for arguments in ([], ["--critical"]):
                self.assertIn(self.cadran("why", "cut", *arguments).returncode, (EXPECTED, USAGE))


class StandsOut(WhyTest):
    def test_the_loop_was_busy(self):
        document = {"tasks": [task("pulse", {"sleep": "50ms"}), task("hash", {"compute": "200ms"})]}
        self.assertIn("hash kept the loop busy for 200 ms, from 0 s on: pulse, whose time had come, "
                      "had its turn 150 ms late", self.found(document)["busy"])
        document["tasks"][0]["do"][0]["sleep"] = "200ms"
        self.assertEqual(self.found(document), {})

    def herd(self, count):
        return {"objects": {"l": {"type": "lock"}}, "tasks": [
            task("a{i}", {"with": "l", "do": [{"sleep": "10ms"}]}, count=count)]}

    def test_who_computes_polls_nothing(self):
        """A task that does some work every 50 ms is a clock, not a loop that looks."""
        for clock in ("virtual", "real"):
            document = {"tasks": [task("ui", {"repeat": 8, "do": [{"sleep": "20ms"},
                                                                  {"compute": "2ms"}]})]}
            self.assertEqual(self.found(document, "--clock", clock), {})

    def test_who_failed_first(self):
        document = {"coroutines": {"step": {"params": ["n"], "do": [
            {"sleep": "n"}, {"if": "n == 2", "then": [{"raise": "ValueError", "message": "bad row"}]}]}},
            "tasks": [task("main", {"task_group": [
                {"spawn": "step", "name": f"step{n}", "args": {"n": n}} for n in (1, 2, 3)]})]}
        self.assertEqual(self.found(document)["failed"],
                         'step2 failed at 2 s with ValueError: "bad row"; after it 1 more did')
        document["tasks"][0] = task("main", {"try": document["tasks"][0]["do"],
                                             "except": {"ExceptionGroup": []}})
        self.assertEqual(self.found(document), {})  # it was seen to

    def test_who_waits_for_the_same_is_told_once(self):
        document = {"objects": {"go": {"type": "event"}},
                    "tasks": [task("w{i}", {"sleep": "i"}, {"wait": "go"}, count=7)]}
        told = self.why(self.record(document))["findings"]
        self.assertEqual([(f["kind"], f["count"], f["text"]) for f in told],
                         [("left", 7, "7 tasks wait for event go, which no step sets: w0, w1, w2 and "
                                      "4 more, the first since 0 s")])

    def test_the_longest_wait_and_what_comes_next(self):
        trace = self.record({"objects": {"l": {"type": "lock"}}, "tasks": [
            task("a", {"with": "l", "do": [{"span": "x", "do": [{"sleep": 2}]}]}),
            task("b", {"with": "l", "do": [{"span": "y", "do": [{"sleep": 1}]}]}),
            task("c", {"span": "z", "do": [{"sleep": 1}]})]})
        self.assertIn("The longest wait: b waited 2 s for lock l, held by a until 2 s.",
                      self.said(trace))
        self.assertEqual(self.why(trace)["longest_wait"]["end_ns"], 2_000_000_000)
        self.assertIn("it changes next at 2 s, by a.", self.said(trace, "l", "--at", "1"))
        self.assertIn('began "z", up to 1 s; slack 2 s', self.said(trace, "c"))
        self.assertIn('began "x", up to 2 s; no slack', self.said(trace, "a"))

    def test_a_convoy(self):
        self.assertIn("up to 3 tasks stood one behind the other at lock l from 0 s to 0.03 s",
                      self.found(self.herd(4))["convoy"])
        self.assertEqual(self.found(self.herd(3)), {})

    def test_lost_races(self):
        sentence = self.found(SCENARIOS / "thundering-herd.json")["in vain"]
        self.assertIn("worker1, woken by boss at 0.2 s, waited at condition bell again at once",
                      sentence)
        self.assertIn("13 of 17 wake-ups", sentence)
        self.assertEqual(self.found(SCENARIOS / "bounded-buffer.json"), {})

    def test_a_loop_that_polls(self):
        document = {"tasks": [task("poller", {"repeat": 10, "do": [{"sleep": "10ms"}]}),
                              task("worker", {"sleep": "100ms"})]}
        self.assertIn("poller looked 10 times, every 10 ms from 0 s to 0.1 s",
                      self.found(document)["polls"])
        document["tasks"][0]["do"][0]["do"].append({"print": "tick"})
        self.assertEqual(self.found(document), {})

    def test_a_time_limit_all_but_over(self):
        def limited(sleep):
            return {"tasks": [task("slow", {"sleep": sleep}),
                              task("waiter", {"wait": ["slow"], "timeout": 1})]}
        self.assertIn("a time limit of waiter was over but for 50 ms",
                      self.found(limited("950ms"))["nearly"])
        self.assertEqual(self.found(limited("500ms")), {})

    def test_who_starves(self):
        """Who waits by a condition for three at once is passed by those who want one."""
        def greedy(name, wanted, at, times):
            return task(name, {"sleep": at}, {"repeat": times, "do": [
                {"with": "c", "do": [
                    {"while": f"free < {wanted}", "do": [{"wait": "c"}]},
                    {"assign": {"free": f"free - {wanted}"}}]},
                {"span": "uses", "do": [{"sleep": "100ms"}]},
                {"with": "c", "do": [{"assign": {"free": f"free + {wanted}"}},
                                     {"notify_all": "c"}]},
                {"sleep": "1ms"}]})
        document = {"vars": {"free": 3}, "objects": {"c": {"type": "condition"}}, "tasks": [
            greedy("small0", 1, "0ms", 8), greedy("small1", 1, "30ms", 8),
            greedy("small2", 1, "60ms", 8), greedy("small3", 1, "70ms", 8),
            greedy("large", 3, "10ms", 1)]}
        self.assertIn("large stood at condition c", self.found(document).get("starved", ""))
        self.assertNotIn("starved", self.found(SCENARIOS / "window.json"))

    def test_deadlocks(self):
        self.assertIn("3 tasks wait for one another",
                      self.found(SCENARIOS / "dining-philosophers.json")["deadlock"])
        left = self.found(SCENARIOS / "lost-notify.json")
        self.assertIn("trusts waits since 0.5 s for condition bell, which nobody notifies any more", left["left"])
        own = self.found({"objects": {"l": {"type": "lock"}},
                          "tasks": [task("one", {"acquire": "l"}, {"acquire": "l"})]})
        self.assertIn("a task waits for itself: one waits since 0 s: lock l, held by one",
                      own["deadlock"])

    def test_scenarios(self):
        """What stands out in them is what they are there for."""
        told = {}
        for trace in sorted(SCENARIOS.glob("*.trace.json")):
            told[trace.name.split(".")[0]] = {finding["kind"] for finding in
                                              self.why(trace)["findings"]}
        for name, kinds in {"blocked-loop": {"busy"}, "dining-philosophers": {"deadlock"},
                            "lost-notify": {"left"}, "machine-shop": {"in vain"},
                            "thundering-herd": {"in vain"}, "warehouse": {"in vain"},
                            "window-lock": {"convoy"}}.items():
            self.assertEqual(told.pop(name), kinds, name)
        quiet = [name for name, kinds in told.items() if not kinds]
        self.assertGreaterEqual(len(quiet), 34)
        for name in ("bounded-buffer", "connection-pool", "crawler", "gas-station", "philosophers",
                     "pipeline", "producer-consumer", "rate-limiter", "ticks", "timeout", "watchdog",
                     "window", "window-semaphore"):
            self.assertIn(name, quiet)


if __name__ == "__main__":
    main()
