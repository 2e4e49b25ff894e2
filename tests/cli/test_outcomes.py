"""How a run ends badly, and what is said about it; what it was expected to do, and did not."""

import json
import re
import subprocess
import time

from cli_test import EXPECTED, SCENARIOS, UNEXPECTED, CliTest, main

FAILS = {"name": "a", "do": [{"raise": "ValueError", "message": "no"}]}
SLEEPS = {"name": "a", "do": [{"span": "s", "do": [{"sleep": 1}]}]}


LOCK, EVENT, FUTURE, CONDITION = ({"type": name} for name in
                                  ("lock", "event", "future", "condition"))


def task(name, *steps, **more):
    return {"name": name, "do": list(steps), **more}


def holding(what, *steps):
    return {"with": what, "do": list(steps)}


class Unfinished(CliTest):
    """Who waits for whom, in the words of the report. Places are `.`, which other tests hold."""

    def report(self, document, *arguments):
        process = self.run_document(document, *arguments)
        text = re.sub(r"\n {6}(?: {2})?(?! )", " ", process.err)
        self.assertTrue(all(len(line) <= 80 for line in process.err.splitlines()
                            if line.startswith(" ")), process.err)
        return re.sub(r"scenario\.json:\d+:\d+", ".", text).splitlines()

    def unfinished(self, tasks, *lines, objects=None, coroutines=None, **more):
        """Everything between the first line and the last."""
        document = {"objects": objects or {}, "coroutines": coroutines or {}, "tasks": tasks}
        report = self.report(document | more)
        self.assertRegex(report[0],
                         r"^deadlock at [\d.]+ s: nothing can wake the tasks that remain$")
        self.assertRegex(report[-1], r"^outcome deadlock at [\d.]+ s$")
        self.assertEqual(report[1:-1], list(lines))


class Circles(Unfinished):
    def test_two_tasks_that_hold_what_the_other_wants(self):
        self.unfinished(
            [task("Ann", holding("fork", {"sleep": 1}, holding("knife"))),
             task("Bob", holding("knife", {"sleep": 2}, holding("fork"))),
             task("Eve", {"await": "Bob"}), task("Joe", {"wait": "e"})],
            "circle: Ann -> Bob -> Ann",
            "  Ann waits for lock knife, held by Bob",
            "    since 1 s, at . (with)",
            "    Bob took it at . (with)",
            "  Bob waits for lock fork, held by Ann",
            "    since 2 s, at . (with)",
            "    Ann took it at . (with)",
            "waiting for a circle:",
            "  Eve waits for Bob",
            "    since 0 s, at . (await)",
            "beside that:",
            "  Joe waits for event e, which no step sets",
            "    since 0 s, at . (wait)",
            objects={"fork": LOCK, "knife": LOCK, "e": EVENT})

    def test_a_task_that_holds_it_already(self):
        self.unfinished([task("a", holding("l", {"acquire": "l"}))],
                        "circle: a -> a",
                        "  a waits for lock l, held by a",
                        "    since 0 s, at . (acquire)",
                        "    a took it at . (with)", objects={"l": LOCK})

    def test_tasks_that_await_each_other(self):
        self.unfinished([task("x", {"sleep": 0}, {"await": "y"}), task("y", {"await": "z"}),
                         task("z", {"shield": "x"})],
                        "circle: x -> y -> z -> x",
                        "  x waits for y",
                        "    since 0 s, at . (await)",
                        "  y waits for z",
                        "    since 0 s, at . (await)",
                        "  z waits for x (shield)",
                        "    since 0 s, at . (shield)")

    def test_through_a_semaphore_that_many_hold(self):
        self.unfinished(
            [task("multi{i}", holding("s", {"sleep": 1}, {"call": "inner"}), count=3)],
            "circle: multi0 -> multi0; also in it: multi1, multi2",
            "  multi0 waits for semaphore s, held by multi0, multi1, multi2 (3 of 3)",
            "    since 1 s, at . (with)",
            "    multi0, multi1, multi2 took it at . (with)",
            "  multi1 and multi2 wait for semaphore s, held by multi0, multi1, multi2 (3 of 3)",
            "    since 1 s, at . (with)",
            objects={"s": {"type": "semaphore", "value": 3}},
            coroutines={"inner": {"do": [holding("s")]}})

    def test_through_a_task_group(self):
        self.unfinished([task("m", holding("l", {"task_group": [{"spawn": "kid"}]}))],
                        "circle: m -> kid-1 -> m",
                        "  m waits for kid-1 (task group)",
                        "    since 0 s, at . (task_group)",
                        "  kid-1 waits for lock l, held by m",
                        "    since 0 s, at . (with)",
                        "    m took it at . (with)",
                        objects={"l": LOCK}, coroutines={"kid": {"do": [holding("l")]}})

    def test_through_a_call(self):
        self.unfinished(
            [task("m", {"call": "outer"})],
            "circle: m -> kid-1 -> m",
            "  m waits for kid-1",
            "    since 0 s, at . (await)",
            "  kid-1 waits for lock l, held by m",
            "    since 0 s, at . (with)",
            "    m took it at . (with)", objects={"l": LOCK},
            coroutines={"outer": {"do": [holding("l", {"call": "inner"})]},
                        "inner": {"do": [{"spawn": "kid", "as": "t"}, {"await": "t"}]},
                        "kid": {"do": [holding("l")]}})

    def test_through_gather_wait_and_as_completed(self):
        for step, words in (({"gather": ["b", "c"]}, "gather"), ({"wait": ["b", "c"]}, "wait"),
                            ({"as_completed": ["b", "c"], "do": []}, "as_completed")):
            with self.subTest(words):
                self.unfinished([task("a", step), task("b", {"await": "a"}),
                                 task("c", {"sleep": 1})],
                                "circle: a -> b -> a",
                                f"  a waits for b ({words} of 2, 1 done)",
                                f"    since "
                                f"{1 if words == 'as_completed' else 0} s, at . ({words})",
                                "  b waits for a",
                                "    since 0 s, at . (await)")

    def test_through_several_at_once(self):
        """Who stands in a circle by another way than the shortest stands in it, too."""
        self.unfinished([task("a", {"sleep": 0}, {"gather": ["b", "c"]}),
                         task("b", {"await": "a"}), task("c", {"await": "d"}),
                         task("d", {"await": "a"}), task("e", {"await": "c"})],
                        "circle: a -> b -> a; also in it: c, d",
                        "  a waits for b and c (gather of 2, 0 done)",
                        "    since 0 s, at . (gather)",
                        "  b waits for a",
                        "    since 0 s, at . (await)",
                        "  c waits for d",
                        "    since 0 s, at . (await)",
                        "  d waits for a",
                        "    since 0 s, at . (await)",
                        "waiting for a circle:",
                        "  e waits for c",
                        "    since 0 s, at . (await)")

    def test_through_the_items_of_a_queue_that_is_joined(self):
        self.unfinished([task("boss", {"put": "q"}, {"put": "q"}, {"join": "q"}),
                         task("w", {"get": "q"}, {"await": "boss"}, {"task_done": "q"})],
                        "circle: boss -> w -> boss",
                        "  boss waits for join of queue q: 2 items unfinished, 1 in it, taken by w",
                        "    since 0 s, at . (join)",
                        "    w took an item at . (get)",
                        "  w waits for boss",
                        "    since 0 s, at . (await)",
                        objects={"q": {"type": "queue"}})

    def test_of_very_many_some_are_told(self):
        circles = [pair for i in range(7) for pair in
                   (task(f"a{i}", {"await": f"b{i}"}), task(f"b{i}", {"await": f"a{i}"}))]
        lines = self.report({"tasks": circles})
        self.assertEqual(sum(line.startswith("circle: ") for line in lines), 5)
        self.assertIn("... and 2 more circles", lines)


class Holders(Unfinished):
    def test_who_has_ended_is_named_as_such(self):
        self.unfinished([task("leak{i}", {"acquire": "s"}, count=2),
                         task("w", {"sleep": 1}, holding("s"))],
                        "  w waits for semaphore s, held by leak0, leak1, which have ended "
                        "(2 of 2)",
                        "    since 1 s, at . (with)",
                        "    leak0, leak1 took it at . (acquire)",
                        objects={"s": {"type": "semaphore", "value": 2}})

    def test_who_has_taken_several_is_named_once(self):
        """Also where it has ended, and where others have taken some in between."""
        self.unfinished([task("leak{i}", {"acquire": "s"}, {"sleep": 0}, {"acquire": "s"}, count=2),
                         task("h", {"acquire": "s"}, {"sleep": 0}, {"acquire": "s"}, {"wait": "e"}),
                         task("w", {"sleep": 1}, {"acquire": "s"})],
                        "  h waits for event e, which no step sets",
                        "    since 0 s, at . (wait)",
                        "  w waits for semaphore s, held by h (2 times) (2 of 6) and by leak0 "
                        "(2 times), leak1 (2 times), which have ended (4 of 6)",
                        "    since 1 s, at . (acquire)",
                        "    h took it at . (acquire)", "    leak0, leak1 took it at . (acquire)",
                        objects={"s": {"type": "semaphore", "value": 6}, "e": EVENT})

    def test_whose_items_are_unfinished_is_named_once(self):
        self.unfinished([task("boss", {"repeat": 4, "do": [{"put": "q"}]}, {"join": "q"}),
                         task("w{i}", {"repeat": 2, "do": [{"get": "q"}, {"sleep": 0}]}, count=2)],
                        "  boss waits for join of queue q: 4 items unfinished, 0 in it, taken by "
                        "w0 (2 times), w1 (2 times), which have ended",
                        "    since 0 s, at . (join)",
                        "    w0, w1 took an item at . (get)",
                        objects={"q": {"type": "queue"}})

    def test_who_lives_and_who_has_ended(self):
        self.unfinished([task("leak", {"acquire": "s"}), task("h", holding("s", {"wait": "e"})),
                         task("w", {"sleep": 1}, {"acquire": "s"})],
                        "  h waits for event e, which no step sets",
                        "    since 0 s, at . (wait)",
                        "  w waits for semaphore s, held by h (1 of 2) and by leak, which has ended "
                        "(1 of 2)",
                        "    since 1 s, at . (acquire)",
                        "    h took it at . (with)", "    leak took it at . (acquire)",
                        objects={"s": {"type": "semaphore", "value": 2}, "e": EVENT})

    def test_with_what_it_has_ended(self):
        self.unfinished([task("a", {"acquire": "l"}, {"sleep": 9}),
                         task("c", {"sleep": 1}, {"cancel": "a"}),
                         task("b", {"sleep": 2}, holding("l"))],
                        "  b waits for lock l, held by a, which has ended",
                        "    since 2 s, at . (with)",
                        "    a took it at . (acquire) and ended with CancelledError",
                        objects={"l": LOCK})

    def test_what_was_given_back_is_held_by_nobody(self):
        """By the same task or by another one; a semaphore that is a signal nobody holds."""
        self.unfinished([task("a", {"acquire": "s"}, {"release": "s"}, {"acquire": "s"}),
                         task("b", {"sleep": 1}, {"release": "s"}, {"sleep": 1}, {"acquire": "s"},
                              {"acquire": "s"}),
                         task("p", {"release": "signal"}),
                         task("c", {"acquire": "signal"}, {"acquire": "signal"})],
                        "circle: b -> b",
                        "  b waits for semaphore s, held by b (1 of 1)",
                        "    since 2 s, at . (acquire)",
                        "    b took it at . (acquire)",
                        "beside that:",
                        "  c waits for semaphore signal, which nobody releases any more",
                        "    since 0 s, at . (acquire)",
                        "    the step that releases it: . (release)",
                        objects={"s": {"type": "semaphore", "value": 1},
                                 "signal": {"type": "semaphore", "value": 0}})

    def test_of_a_condition_it_is_the_lock(self):
        self.unfinished([task("h", {"acquire": "c"}, {"wait": "e"}),
                         task("w", {"sleep": 1}, holding("c", {"notify": "c"}))],
                        "  h waits for event e, which no step sets",
                        "    since 0 s, at . (wait)",
                        "  w waits for the lock of condition c, held by h",
                        "    since 1 s, at . (with)",
                        "    h took it at . (acquire)", objects={"c": CONDITION, "e": EVENT})

    def test_who_waits_for_a_condition_does_not_hold_its_lock(self):
        self.unfinished([task("w", holding("c", {"wait": "c"})),
                         task("h", {"sleep": 1}, {"acquire": "c"}, {"wait": "e"}),
                         task("x", {"sleep": 2}, holding("c"))],
                        "  w waits for condition c, which no step notifies",
                        "    since 0 s, at . (wait)",
                        "  h waits for event e, which no step sets",
                        "    since 1 s, at . (wait)",
                        "  x waits for the lock of condition c, held by h",
                        "    since 2 s, at . (with)",
                        "    h took it at . (acquire)", objects={"c": CONDITION, "e": EVENT})

    def test_of_many_five_are_named(self):
        lines = self.report({"objects": {"s": {"type": "semaphore", "value": 100}, "e": EVENT},
                             "tasks": [task("w", {"sleep": 1}, holding("s")),
                                       task("h{i}", holding("s", {"wait": "e"}), count=100)]})
        self.assertEqual(lines[1], "  w waits for semaphore s, held by h0, h1, h2, h3, h4 and 95 "
                                   "more (100 of 100)",
                                   "    since 1 s, at . (with)")


class Awaited(Unfinished):
    def test_the_names_of_what_is_awaited(self):
        self.unfinished([task("main", {"spawn": "fine", "as": "a"}, {"spawn": "stuck", "as": "b"},
                              {"spawn": "stuck", "as": "c"}, {"gather": ["a", "b", "c"]})],
                        "  main waits for stuck-1 and stuck-2 (gather of 3, 1 done)",
                        "    since 0 s, at . (gather)",
                        "  stuck-1 and stuck-2 wait for event e, which no step sets",
                        "    since 0 s, at . (wait)", objects={"e": EVENT},
                        coroutines={"fine": {"do": [{"sleep": 1}]},
                                    "stuck": {"do": [{"wait": "e"}]}})

    def test_futures_among_them(self):
        self.unfinished([task("m", {"await": "f"}), task("n", {"gather": ["m", "f"]})],
                        "  m waits for future f, which no step sets",
                        "    since 0 s, at . (await)",
                        "  n waits for m and future f (gather of 2, 0 done)",
                        "    since 0 s, at . (gather)",
                        "    future f, which no step sets", objects={"f": FUTURE})

    def test_many_are_counted(self):
        lines = self.report({"objects": {"e": EVENT}, "tasks": [
            task("m", {"gather": [f"w{i}" for i in range(100)]}),
            task("w{i}", {"wait": "e"}, count=100)]})
        self.assertEqual(lines[1], "  m waits for w0, w1, w2, w3, w4 and 95 more "
                                   "(gather of 100, 0 done)")
        self.assertEqual(lines[3:-1], ["  w0 to w99 wait for event e, which no step sets",
                                       "    since 0 s, at . (wait)"])


class States(Unfinished):
    def test_what_nobody_will_do(self):
        self.unfinished([task("t1", {"wait": "e"}), task("t2", {"put": "q"}, {"put": "q"}),
                         task("t3", {"await": "f"}), task("t4", {"wait": "b"}, count=2),
                         task("t5", {"acquire": "s"}), task("t8", holding("c", {"wait": "c"})),
                         task("t9", holding("c", {"wait_for": "c", "until": "1 > 2"})),
                         task("t10", {"join": "q"}), task("t11", {"get": "r"})],
                        "  t1 waits for event e, which no step sets",
                        "    since 0 s, at . (wait)",
                        "  t2 waits for queue q, full: 1 of 1, which no step gets from",
                        "    since 0 s, at . (put)",
                        "  t3 waits for future f, which no step sets",
                        "    since 0 s, at . (await)",
                        "  t4 and t4 wait for barrier b: 2 of 3, which nobody comes to any more",
                        "    since 0 s, at . (wait)",
                        "    the step that comes to it: . (wait)",
                        "  t5 waits for semaphore s, which no step releases",
                        "    since 0 s, at . (acquire)",
                        "  t8 waits for condition c, which no step notifies",
                        "    since 0 s, at . (wait)",
                        "  t9 waits for condition c, which no step notifies",
                        "    since 0 s, at . (wait_for)",
                        "  t10 waits for join of queue q: 1 item unfinished, 1 in it, which no step "
                        "calls task_done for",
                        "    since 0 s, at . (join)",
                        "  t11 waits for queue r, empty, which no step puts into",
                        "    since 0 s, at . (get)",
                        objects={"e": EVENT, "q": {"type": "queue", "maxsize": 1}, "f": FUTURE,
                                 "b": {"type": "barrier", "parties": 3}, "c": CONDITION,
                                 "s": {"type": "semaphore", "value": 0}, "r": {"type": "queue"}})

    def test_a_worker_that_died_with_an_item(self):
        lines = self.report({"objects": {"q": {"type": "queue"}}, "tasks": [
            task("boss", {"repeat": 3, "do": [{"put": "q"}]}, {"join": "q"}),
            task("worker", {"get": "q"}, {"task_done": "q"}, {"get": "q"},
                 {"raise": "ValueError"})]})
        self.assertIn("  boss waits for join of queue q: 2 items unfinished, 1 in it, taken by "
                      "worker, which has ended", lines)
        self.assertIn("    worker took an item at . (get) and ended with ValueError", lines)

    def test_many_tasks_are_counted(self):
        lines = self.report({"objects": {"e": EVENT},
                             "tasks": [task("t{i}", {"wait": "e"}, count=1000)]})
        self.assertEqual(lines[1:-1], ["  t0 to t999 wait for event e, which no step sets",
                                       "    since 0 s, at . (wait)"])

    def test_many_that_stand_apart_are_counted(self):
        lines = self.report({"objects": {"e": EVENT}, "tasks": [
            task("t{i}", {"sleep": "i"}, {"wait": "e"}, count=1000)]})
        self.assertEqual(len(lines), 103)
        self.assertEqual(lines[-2], "  ... and 950 more tasks")

    def test_those_that_stand_alike_are_named(self):
        """In a row, or the first of them."""
        for name, said in (("t{i}", "t0 to t5 wait"), ("t{i + 8}", "t8 to t13 wait"),
                           ("t{i * 2}", "t0, t2, t4, t6, t8 and 1 more wait"),
                           ("{'abcdef'[i]}", "a, b, c, d, e and 1 more wait")):
            lines = self.report({"objects": {"e": EVENT},
                                 "tasks": [task(name, {"wait": "e"}, count=6)]})
            self.assertEqual(lines[1], f"  {said} for event e, which no step sets")


class Lost(Unfinished):
    """A notify that nobody could use."""

    def test_one_that_went_to_a_task_that_was_cancelled_in_that_instant(self):
        self.unfinished([task("a", holding("c", {"wait": "c"})),
                         task("n", {"sleep": 1}, holding("c", {"notify": "c"}), {"cancel": "a"}),
                         task("w", {"sleep": 2}, holding("c", {"wait": "c"}))],
                        "  w waits for condition c, which nobody notifies any more: the last "
                        "notify, at 1 s, went to a, which was cancelled in that instant",
                        "    since 2 s, at . (wait)",
                        "    the step that notifies it: . (notify)", objects={"c": CONDITION})

    def test_one_that_came_too_early(self):
        self.unfinished([task("n", holding("c", {"notify": "c"})),
                         task("w", {"sleep": 1}, holding("c", {"wait": "c"}))],
                        "  w waits for condition c, which nobody notifies any more: the last "
                        "notify, at 0 s, came while nobody waited",
                        "    since 1 s, at . (wait)",
                        "    the step that notifies it: . (notify)", objects={"c": CONDITION})

    def test_one_that_was_passed_on_is_not(self):
        """Nor one before the last that was of use."""
        self.unfinished([task("e", holding("c", {"notify": "c"})),
                         task("a", {"sleep": 1}, holding("c", {"wait": "c"})),
                         task("b", {"sleep": 1}, holding("c", {"wait": "c"})),
                         task("n", {"sleep": 2}, holding("c", {"notify": "c"}), {"cancel": "a"}),
                         task("w", {"sleep": 3}, holding("c", {"wait": "c"}))],
                        "  w waits for condition c, which nobody notifies any more",
                        "    since 3 s, at . (wait)",
                        "    steps that notify it: . (notify), . (notify)",
                        objects={"c": CONDITION})

    def test_an_event_that_was_cleared(self):
        self.unfinished([task("p", {"sleep": 1}, {"set": "e"}, {"sleep": 1}, {"clear": "e"}),
                         task("w", {"sleep": 3}, {"wait": "e"})],
                        "  w waits for event e, which nobody sets any more: the last set, at 1 s, "
                        "was cleared at 2 s",
                        "    since 3 s, at . (wait)",
                        "    the step that sets it: . (set)", objects={"e": EVENT})

    def test_a_put_that_was_cancelled_when_there_was_room(self):
        self.unfinished([task("p", {"put": "q"}, {"put": "q"}),
                         task("g", {"sleep": 1}, {"get": "q"}, {"cancel": "p"}, {"get": "q"})],
                        "  g waits for queue q, empty, which nobody puts into any more: p, woken at "
                        "1 s to put, was cancelled in that instant",
                        "    since 1 s, at . (get)",
                        "    steps that put into it: . (put), . (put)",
                        objects={"q": {"type": "queue", "maxsize": 1}})

    def test_a_get_that_was_cancelled_when_there_was_an_item(self):
        tasks = [task("g", {"get": "q"}, {"task_done": "q"}),
                 task("p", {"sleep": 1}, {"put": "q"}, {"cancel": "g"}, {"join": "q"})]
        self.unfinished(tasks,
                        "  p waits for join of queue q: 1 item unfinished, 1 in it, which nobody "
                        "calls task_done for any more: g, woken at 1 s to get, was cancelled in that "
                        "instant",
                        "    since 1 s, at . (join)",
                        "    the step that calls task_done for it: . (task_done)",
                        objects={"q": {"type": "queue"}})

    def test_a_put_or_get_that_another_did_then_is_not(self):
        for first in ("g", "h"):
            tasks = [task("g", {"get": "q"}), task("h", {"get": "q"}),
                     task("p", {"sleep": 1}, {"put": "q"}, {"cancel": first}, {"join": "q"})]
            report = self.report({"objects": {"q": {"type": "queue"}}, "tasks": tasks})
            self.assertNotIn("instant", "".join(report))

    def test_who_was_cancelled_at_a_barrier(self):
        self.unfinished([task("a", {"wait": "b"}), task("b", {"wait": "b"}),
                         task("c", {"sleep": 1}, {"cancel": "a"}, {"sleep": 0}, {"wait": "b"})],
                        "  b waits for barrier b: 2 of 3, which nobody comes to any more: a, which "
                        "waited there, was cancelled at 1 s",
                        "    since 1 s, at . (wait)",
                        "    steps that come to it: . (wait), . (wait), . (wait)",
                        "  c waits for barrier b: 2 of 3, which nobody comes to any more: a, which "
                        "waited there, was cancelled at 1 s",
                        "    since 1 s, at . (wait)",
                        objects={"b": {"type": "barrier", "parties": 3}})

    def test_notified_in_vain(self):
        self.unfinished([task("w", holding("c", {"wait_for": "c", "until": "n > 2"})),
                         task("m", {"repeat": 2, "do": [
                             {"sleep": 1}, holding("c", {"assign": {"n": "n + 1"}},
                                                   {"notify_all": "c"})]})],
                        "  w waits for condition c, which nobody notifies any more: notified 2 "
                        "times, its \"until\" is still false",
                        "    since 2 s, at . (wait_for)",
                        "    the step that notifies it: . (notify_all)",
                        objects={"c": CONDITION}, vars={"n": 0})


class Wakers(Unfinished):
    """Nobody has what is waited for: who could end the wait, by the steps that are left."""

    QUEUES = {"a": {"type": "queue", "maxsize": 1}, "b": {"type": "queue", "maxsize": 1}}

    def test_two_that_put_and_never_come_to_get(self):
        self.unfinished([task("m", {"put": "a"}, {"put": "a"}, {"get": "b"}),
                         task("n", {"put": "b"}, {"put": "b"}, {"get": "a"})],
                        "circle: m -> n -> m",
                        "  m waits for queue a, full: 1 of 1, which only n gets from",
                        "    since 0 s, at . (put)",
                        "    n gets from it at . (get)",
                        "  n waits for queue b, full: 1 of 1, which only m gets from",
                        "    since 0 s, at . (put)",
                        "    m gets from it at . (get)", objects=self.QUEUES)

    def test_round_a_loop_it_comes_back(self):
        self.unfinished([task("m", {"repeat": 3, "do": [{"get": "a"}, {"put": "b"}, {"put": "b"}]}),
                         task("n", {"put": "a"}, {"repeat": 2, "do": [{"put": "a"}]}, {"get": "b"})],
                        "circle: m -> n -> m",
                        "  m waits for queue b, full: 1 of 1, which only n gets from",
                        "    since 0 s, at . (put)",
                        "    n gets from it at . (get)",
                        "  n waits for queue a, full: 1 of 1, which only m gets from",
                        "    since 0 s, at . (put)",
                        "    m gets from it at . (get)", objects=self.QUEUES)

    def test_what_is_behind_it_does_not_come_back(self):
        self.unfinished([task("m", {"wait": "e"}), task("n", {"set": "e"}, {"clear": "e"},
                                                        {"await": "f"})],
                        "  n waits for future f, which no step sets",
                        "    since 0 s, at . (await)", objects={"e": EVENT, "f": FUTURE})

    def test_by_what_it_calls_and_spawns(self):
        for how in ("call", "spawn"):
            self.unfinished([task("m", {"await": "f"}), task("n", {"await": "m"}, {how: "outer"})],
                            "circle: m -> n -> m",
                            "  m waits for future f, which only n sets",
                            "    since 0 s, at . (await)",
                            "    n sets it at . (set_result)",
                            "  n waits for m",
                            "    since 0 s, at . (await)", objects={"f": FUTURE},
                            coroutines={"outer": {"do": [{"call": "inner"}]},
                                        "inner": {"do": [{"set_result": "f"}]}})

    def test_who_waits_for_the_same_is_none(self):
        self.unfinished([task("w{i}", {"repeat": 2, "do": [{"get": "a"}, {"put": "a"}]}, count=2)],
                        "  w0 and w1 wait for queue a, empty, which nobody puts into any more",
                        "    since 0 s, at . (get)",
                        "    the step that puts into it: . (put)", objects=self.QUEUES)

    def test_several(self):
        self.unfinished([task("m", {"await": "f"}), task("a", {"await": "m"}, {"set_result": "f"}),
                         task("b", {"await": "m"}, {"cancel": "f"})],
                        "circle: m -> a -> m; also in it: b",
                        "  m waits for future f, which only a and b set",
                        "    since 0 s, at . (await)",
                        "    a sets it at . (set_result)",
                        "    b sets it at . (cancel)",
                        "  a waits for m",
                        "    since 0 s, at . (await)",
                        "  b waits for m",
                        "    since 0 s, at . (await)", objects={"f": FUTURE})

    def test_of_futures_that_are_awaited_with_others(self):
        """The circle goes through what follows them, and each says who could set it."""
        objects = {"f": FUTURE, "g": FUTURE, "l": {"type": "lock"}}
        setter = task("b", {"sleep": 1}, {"with": "l", "do": [{"set_result": "f"}]})
        waits = {"shield": ("f", "future f (shield)"), "gather": (["f"], "future f (gather of 1, 0 done)"),
                 "wait": (["f"], "future f (wait of 1, 0 done)")}
        for verb, (what, words) in waits.items():
            self.unfinished([task("a", {"with": "l", "do": [{verb: what}]}), setter],
                            "circle: a -> b -> a",
                            f"  a waits for {words}",
                            f"    since 0 s, at . ({verb})",
                            "    future f, which only b sets",
                            "    b sets it at . (set_result)",
                            "  b waits for lock l, held by a",
                            "    since 1 s, at . (with)",
                            "    a took it at . (with)", objects=objects)
        self.unfinished([task("a", {"gather": ["f", "c", "g"]}), task("c", {"await": "a"})],
                        "circle: a -> c -> a",
                        "  a waits for future f, c and future g (gather of 3, 0 done)",
                        "    since 0 s, at . (gather)",
                        "    future f, which no step sets",
                        "    future g, which no step sets",
                        "  c waits for a",
                        "    since 0 s, at . (await)", objects=objects)

    def test_who_might_where_a_variable_may_hold_it(self):
        """Until nobody is left who has one."""
        coroutines = {"sets": {"params": ["x"], "do": [{"await": "m"}, {"set": "x"}]}}
        start = {"spawn": "sets", "args": {"x": "{e}"}}
        self.unfinished([task("m", start, {"wait": "e"})],
                        "  m waits for event e, which only sets-1 might set",
                        "    since 0 s, at . (wait)",
                        "    sets-1 might set it at . (set)",
                        "  sets-1 waits for m",
                        "    since 0 s, at . (await)",
                        objects={"e": EVENT}, coroutines=coroutines)
        coroutines["sets"]["do"][0] = {"return": None}
        self.unfinished([task("m", start, {"wait": "e"})],
                        "  m waits for event e, which nobody sets any more",
                        "    since 0 s, at . (wait)",
                        "    the step that sets it: . (set)",
                        objects={"e": EVENT}, coroutines=coroutines)

    def test_objects_of_a_run(self):
        self.unfinished([task("c", {"new": {"type": "future"}, "as": "f"},
                              {"put": "q", "value": "{f}"}, {"await": "f"}),
                         task("s", {"get": "q", "as": "f"})],
                        "  c waits for future future-1, which no step sets",
                        "    since 0 s, at . (await)", objects={"q": {"type": "queue"}})

    def test_a_server_that_forgot_a_reply(self):
        self.unfinished([task("c", {"new": {"type": "future"}, "as": "f"},
                              {"put": "q", "value": "{f}"}, {"await": "f"}),
                         task("s", {"repeat": "forever", "do": [
                             {"get": "q", "as": "f"}, {"if": "now() > 0", "then": [{"set_result": "f"}]}]})],
                        "  c waits for future future-1, which only s might set",
                        "    since 0 s, at . (await)",
                        "    s might set it at . (set_result)",
                        "  s waits for queue q, empty, which nobody puts into any more",
                        "    since 0 s, at . (get)",
                        "    the step that puts into it: . (put)", objects={"q": {"type": "queue"}})

    def test_a_report_that_is_no_deadlock_says_nothing(self):
        lines = self.report({"until": 1, "objects": {"e": EVENT}, "tasks": [task("m", {"wait": "e"}),
                                                                             task("n", {"sleep": 9})]})
        self.assertEqual(lines[1], "  m waits for event e")


class Large(Unfinished):
    def test_of_very_many_tasks_that_wait_for_very_many(self):
        """A thousand hold what a hundred thousand wait for: their product is nothing that is done."""
        start = time.monotonic()
        lines = self.report({"objects": {"s": {"type": "semaphore", "value": 1000}, "e": EVENT},
                             "tasks": [task("w{i}", {"sleep": 1}, holding("s"), count=100000),
                                       task("h{i}", holding("s", {"wait": "e"}), count=1000)]},
                            "--trace", "trace")
        self.assertLess(time.monotonic() - start, 60)
        self.assertIn("held by h0, h1, h2, h3, h4 and 995 more (1000 of 1000)", lines[1])
        self.assertEqual(lines[-3:-1], ["  h0 to h999 wait for event e, which no step sets",
                                        "    since 0 s, at . (wait)"])


class Ended(Unfinished):
    """The same words for runs that are ended."""

    TASKS = [task("a", holding("l", {"sleep": 1000})), task("b", {"sleep": 1}, holding("l")),
             task("d", {"repeat": "forever", "do": [{"sleep": 2}]}),
             task("x", {"await": "y"}), task("y", {"await": "x"})]
    LINES = ["circle: x -> y -> x",
             "  x waits for y",
             "    since 0 s, at . (await)",
             "  y waits for x",
             "    since 0 s, at . (await)",
             "beside that:",
             "  a sleeps until 1000 s",
             "    since 0 s, at . (sleep)",
             "  b waits for lock l, held by a",
             "    since 1 s, at . (with)",
             "    a took it at . (with)",
             "  d sleeps until 6 s",
             "    since 4 s, at . (sleep)"]

    def ended(self, *arguments, tasks=None):
        return self.report({"objects": {"l": LOCK}, "tasks": tasks or self.TASKS}, *arguments)

    def test_by_a_time(self):
        self.assertEqual(self.ended("--max-time", "5"),
                         ["limit at 4 s: 5 tasks have not ended", *self.LINES,
                          "limit: 5 seconds of the loop's time were not enough (--max-time)",
                          "outcome limit at 4 s"])
        self.assertEqual(self.ended("--until", "5"),
                         ["stopped at 5 s: 5 tasks have not ended", *self.LINES,
                          "outcome stopped at 5 s"])

    def test_work_in_a_thread(self):
        self.assertEqual(self.ended("--max-time", "5", tasks=[
            task("m", {"to_thread": 100}), task("n", {"await": "m"})])[1:3],
            ["  m waits for work in a thread",
             "    since 0 s, at . (to_thread)"])

    def test_by_steps(self):
        lines = self.ended("--max-steps", "100", tasks=[
            task("a", {"wait": ["spins"]}), task("spins", {"repeat": "forever", "do": []})])
        self.assertRegex(lines[0], r"still running: task spins$")
        self.assertEqual(lines[1:5], ["limit at 0 s: 2 tasks have not ended",
                                      "  a waits for spins (wait of 1, 0 done)",
                                      "    since 0 s, at . (wait)",
                                      "limit: 100 steps were run (--max-steps)"])


class Limited(Unfinished):
    """Waits that end by themselves."""

    def words(self, *steps):
        lines = self.report({"until": 1, "objects": {"e": EVENT},
                             "coroutines": {"inner": {"do": [{"wait": "e"}]}},
                             "tasks": [task("m", *steps), task("n", {"wait": "e"})]})
        return lines[1]

    def test_by_the_first_of_their_timeouts(self):
        self.assertEqual(self.words({"timeout": 5, "do": [{"wait": "e"}]}),
                         "  m waits for event e, until 5 s at most")
        self.assertEqual(self.words({"timeout": 5, "do": [{"timeout": 9, "do": [{"wait": "e"}]}]}),
                         "  m waits for event e, until 5 s at most")
        self.assertEqual(self.words({"timeout": 5, "do": [{"call": "inner"}]}),
                         "  m waits for event e, until 5 s at most")
        self.assertEqual(self.words({"timeout": None, "as": "t", "do": [
            {"reschedule": 7}, {"wait": "e"}]}), "  m waits for event e, until 7 s at most")

    def test_by_their_own(self):
        self.assertEqual(self.words({"wait": ["n"], "timeout": 3}),
                         "  m waits for n (wait of 1, 0 done), until 3 s at most")
        self.assertEqual(self.words({"as_completed": ["n"], "timeout": 4, "do": []}),
                         "  m waits for n (as_completed of 1, 0 done), until 4 s at most")
        self.assertEqual(self.words({"timeout": 2, "do": [{"wait": ["n"], "timeout": 3}]}),
                         "  m waits for n (wait of 1, 0 done), until 2 s at most")

    def test_they_are_in_no_circle(self):
        lines = self.report({"until": 1, "tasks": [task("a", {"timeout": 5, "do": [{"await": "b"}]}),
                                                   task("b", {"await": "a"})]})
        self.assertEqual(lines[0], "stopped at 1 s: 2 tasks have not ended")
        self.assertFalse([line for line in lines if line.startswith("circle")])


class Failures(CliTest):
    def lines(self, document, status=UNEXPECTED, options=()):
        return self.check(self.run_document(document, *options), status).err.splitlines()

    def test_an_exception_that_nobody_retrieves_is_told_with_its_place(self):
        line, outcome = self.lines({"tasks": [{"name": "a", "do": [
            {"try": [{"sleep": 1}, {"raise": "ValueError", "message": "no {1 + 1}"}],
             "finally": []}]}]})
        self.assertRegex(line, r"\Ascenario.json:1:\d+: /tasks/0/do/0/try/1: exception never "
                               r"retrieved in task a: ValueError: no 2\Z")
        self.assertEqual(outcome, "outcome failed at 1 s")

    def test_what_was_printed_before_stands_before_it(self):
        self.write("scenario.json", {"cadran": 1, "tasks": [
            {"name": "a", "do": [{"print": "before"}, {"raise": "ValueError"}]}]})
        process = self.cadran("run", "scenario.json", stderr=subprocess.STDOUT)
        self.assertEqual(process.out, "before\n"
                         "scenario.json:1:67: /tasks/0/do/1: exception never retrieved in task a: "
                         "ValueError\noutcome failed at 0 s\n")

    def test_the_place_is_where_it_began_not_where_it_passed(self):
        line, *_ = self.lines({"coroutines": {"deep": {"do": [{"let": {"x": "1 / 0"}}]}},
                               "tasks": [{"name": "a", "do": [{"call": "deep"}]}]})
        self.assertRegex(line, r"/coroutines/deep/do/0/let/x: exception never retrieved in task a: "
                               r"ZeroDivisionError: division by zero\Z")

    def expression(self, step, **members):
        """What is said of a step's expression that fails, but for the first line's beginning."""
        first, *lines, _ = self.lines({"tasks": [{"name": "a", **members, "do": [step]}]})
        self.assertRegex(first, r"\Ascenario.json:1:\d+: /tasks/0/do/0/\S+: "
                                r"exception never retrieved in task a: ")
        return [first.partition("task a: ")[2], *lines]

    def test_an_expression_shows_its_part_and_what_was_in_it(self):
        self.assertEqual(
            self.expression({"print": "\u00e9 {xs[n + 1]} {n}"}, let={"xs": "[1, 2]", "n": 3}),
            ["IndexError: list index out of range",
             "    \u00e9 {xs[n + 1]} {n}",
             "       ^~~~~~~~~",
             "    xs is [1, 2], n is 3; the last of 2 has the index 1"])
        self.assertEqual(
            self.expression({"let": {"y": "2 * (a + 1) if a else 1"}}, let={"a": "'x'"}),
            ['TypeError: can only concatenate str (not "int") to str',
             "    2 * (a + 1) if a else 1",
             "         ^~~~~",
             "    a is 'x'",
             "    str() makes a text of a number, int() and float() a number of a text; an "
             'argument that is no text stands in braces, as in "{3}"'])
        self.assertEqual(
            self.expression({"if": "0 < n <= none < 7", "then": []}, let={"n": 3, "none": "None"}),
            ["TypeError: '<=' not supported between instances of 'int' and 'NoneType'",
             "    0 < n <= none < 7",
             "        ^~~~~~~~~",
             "    n is 3, none is None",
             '    None comes of a coroutine without "return", a "put" or a future without a value'])

    def test_a_variable_without_a_value(self):
        self.assertEqual(
            self.expression({"let": {"y": "n * 2", "n": "1"}}),
            ["NameError: unknown name 'n'", "    n * 2", "    ^",
             "    no step on the way here has given it a value"])

    def test_the_members_of_a_group_say_what_was_in_their_expressions(self):
        lines = self.lines({"coroutines": {"w": {"params": ["n"], "do": [{"let": {"x": "1 / n"}}]}},
                            "tasks": [{"name": "a", "do": [
                                {"task_group": [{"spawn": "w", "args": {"n": 0}}]}]}]})
        self.assertEqual(lines[1:3], ["    - ZeroDivisionError: division by zero (task w-1, "
                                      "scenario.json:1:75: /coroutines/w/do/0/let/x)",
                                      "      n is 0"])

    def test_a_report_has_the_expression(self):
        self.run_document({"tasks": [{"name": "a", "let": {"n": 0}, "do": [
            {"try": [{"sleep": "1 + 3 / n"}], "finally": [{"sleep": 1}]}]}]}, "--report", "r.json")
        failure, = json.loads((self.folder / "r.json").read_text(encoding="utf-8"))["failures"]
        self.assertRegex(failure.pop("where"), r":1:\d+: /tasks/0/do/0/try/0/sleep\Z")
        self.assertEqual(failure, {"who": "task a", "what": "ZeroDivisionError: division by zero",
                                   "expression": "1 + 3 / n", "part": "3 / n", "note": "n is 0"})

    def test_a_retrieved_one_is_no_failure(self):
        document = {"tasks": [FAILS, {"name": "b", "do": [
            {"try": [{"await": "a"}], "except": {"ValueError": [{"print": "{error}"}]}}]}]}
        self.check(self.run_document(document), EXPECTED, "no\n", "outcome complete at 0 s\n")

    def test_a_group_shows_its_members(self):
        lines = self.lines({"coroutines": {
            "w": {"params": ["n"], "do": [{"raise": "Own", "message": "{n}"}]}},
            "tasks": [{"name": "a", "do": [{"task_group": [
                {"spawn": "w", "args": {"n": 1}}, {"spawn": "w", "args": {"n": 2}}]}]}]})
        self.assertRegex(lines[0], "ExceptionGroup: unhandled errors in a TaskGroup "
                                   r"\(2 sub-exceptions\)\Z")
        place = "scenario.json:1:60: /coroutines/w/do/0"
        self.assertEqual(lines[1:], [f"    - Own: 1 (task w-1, {place})",
                                     f"    - Own: 2 (task w-2, {place})", "outcome failed at 0 s"])

    def test_whoever_passes_it_on_it_comes_from_the_task_that_raised_it(self):
        bad = {"do": [{"sleep": 1}, {"raise": "ValueError"}]}
        place = r"/coroutines/bad/do/1"
        for steps in ([{"await": "t"}], [{"gather": ["t"]}], [{"shield": "t"}],
                      [{"try": [{"await": "t"}], "finally": [{"sleep": 1}]}],
                      [{"try": [{"await": "t"}], "except": {"ValueError": [{"raise": True}]}}],
                      [{"as_completed": ["t"], "as": "r", "do": [{"print": "{r}"}]}],
                      [{"spawn": "between", "args": {"t": "{t}"}, "as": "u"}, {"await": "u"}]):
            line, outcome = self.lines({
                "coroutines": {"bad": bad, "between": {"params": ["t"], "do": [{"await": "t"}]}},
                "tasks": [{"name": "main", "do": [{"spawn": "bad", "as": "t"}, *steps]}]})
            with self.subTest(steps):
                self.assertRegex(line, rf": {place}: exception never retrieved in task main, "
                                       r"raised in task bad-1: ValueError\Z")

    def test_of_a_future_it_comes_from_whoever_awaits_it(self):
        first, second, _ = self.lines({
            "objects": {"f": {"type": "future"}},
            "tasks": [{"name": "a", "do": [{"await": "f"}]}, {"name": "b", "do": [{"await": "f"}]},
                      {"name": "c", "do": [{"set_exception": "f", "exception": "KeyError"}]}]})
        self.assertRegex(first, r": /tasks/0/do/0: exception never retrieved in task a: KeyError\Z")
        self.assertRegex(second, r": /tasks/1/do/0: exception never retrieved in task b: KeyError\Z")

    def test_members_of_members_are_told_in_the_report_too(self):
        inner = [{"task_group": [{"spawn": "w", "args": {"n": 2}}]}]
        self.lines({"coroutines": {
            "w": {"params": ["n"], "do": [{"raise": "Own", "message": "{n}"}]}, "v": {"do": inner}},
            "tasks": [{"name": "a", "do": [{"task_group": [{"spawn": "v"}]}]}]},
            options=["--report", "report"])
        failure, = json.loads((self.folder / "report").read_text())["failures"]
        group = "ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)"
        where = re.compile(r"scenario\.json:1:\d+: ")
        shown = json.loads(where.sub("", json.dumps(failure)))
        self.assertEqual(shown, {"who": "task a", "what": group, "where": "/tasks/0/do/0", "members": [
            {"what": group, "raised_in": "v-1", "where": "/coroutines/v/do/0", "members": [
                {"what": "Own: 2", "raised_in": "w-1", "where": "/coroutines/w/do/0"}]}]})

    def test_callbacks_setup_and_the_end(self):
        line, outcome = self.lines({"tasks": [{"name": "a", "do": [
            {"call_soon": [{"raise": "KeyError", "message": "k"}]}, {"sleep": 1},
            {"print": "the loop goes on"}]}]})
        self.assertRegex(line, r": /tasks/0/do/0/call_soon/0: exception in a callback: "
                               r"KeyError: 'k'\Z")
        self.assertEqual(outcome, "outcome failed at 1 s")
        line, outcome = self.lines({"setup": [{"raise": "ValueError"}],
                                    "tasks": [{"name": "a", "do": [{"print": "never"}]}]})
        self.assertRegex(line, r": /setup/0: exception in setup: ValueError\Z")
        self.assertEqual(outcome, "outcome failed at 0 s")

    def test_a_callback_that_comes_when_its_timeout_has_been_left(self):
        line, _ = self.lines({"tasks": [{"name": "a", "do": [
            {"timeout": 1, "do": [{"call_later": 2, "do": [{"reschedule": 1}]}]},
            {"timeout": 9, "do": [{"sleep": 5}]},
            {"try": [{"raise": "ValueError"}], "except": {"*": [{"sleep": 1}]}}]}]})
        self.assertRegex(line, r"/do/0/do/0/do/0: exception in a callback: "
                               r"RuntimeError: reschedule: the timeout has been left\Z")

    def test_very_many_are_counted(self):
        lines = self.lines({"tasks": [FAILS | {"name": "a{i}", "count": 1000}]})
        self.assertEqual(len(lines), 22)
        self.assertEqual(lines[-2:], ["... and 980 more exceptions",
                                      "outcome failed at 0 s"])


class Expectations(CliTest):
    """Each is met, and then missed with a message."""

    def misses(self, document, expect, *messages):
        process = self.check(self.run_document(document | {"expect": expect}), UNEXPECTED)
        said = [line.split(": ", 1)[1] for line in process.err.splitlines()
                if line.startswith("scenario.json") and "/expect/" in line]
        self.assertEqual(said, list(messages))

    def meets(self, document, expect):
        self.check(self.run_document(document | {"expect": expect}), EXPECTED)

    def test_outcome(self):
        self.meets({"tasks": [FAILS]}, {"outcome": "failed"})
        self.meets({"tasks": [SLEEPS], "until": 0.5}, {"outcome": "stopped"})
        self.meets({"objects": {"e": {"type": "event"}},
                    "tasks": [{"name": "a", "do": [{"wait": "e"}]}]}, {"outcome": "deadlock"})
        self.misses({"tasks": [FAILS]}, {"outcome": "complete"},
                    '/expect/outcome: expected "complete", found "failed"')
        self.misses({}, {"outcome": "deadlock"},
                    '/expect/outcome: expected "deadlock", found "complete"')

    def test_an_outcome_that_is_not_expected_need_still_be_a_good_one(self):
        self.check(self.run_document({"tasks": [FAILS], "expect": {"makespan": 0}}), UNEXPECTED)

    def test_makespan(self):
        document = {"tasks": [SLEEPS]}
        for makespan in (1, "2 / 2", {"min": 1}, {"max": 1}, {"min": 0.5, "max": "1500ms"}):
            self.meets(document, {"makespan": makespan})
        self.misses(document, {"makespan": 5}, "/expect/makespan: expected 5 s, found 1 s")
        self.misses(document, {"makespan": {"min": 2}},
                    "/expect/makespan/min: expected at least 2 s, found 1 s")
        self.misses(document, {"makespan": {"min": 0, "max": "500ms"}},
                    "/expect/makespan/max: expected at most 0.5 s, found 1 s")

    def test_max_concurrent(self):
        document = {"tasks": [SLEEPS | {"name": "a{i}", "count": 3}]}
        self.meets(document, {"max_concurrent": 3})
        self.misses(document, {"max_concurrent": 2}, "/expect/max_concurrent: expected 2, found 3")

    def test_stdout(self):
        document = {"tasks": [{"name": "a", "do": [{"print": "x"}, {"print": "y"}]}]}
        self.meets(document, {"stdout": ["x", "y"]})
        self.meets({}, {"stdout": []})
        self.misses(document, {"stdout": ["x", "z"]},
                    '/expect/stdout: expected line 2 "z", found "y"')
        self.misses(document, {"stdout": ["x"]},
                    '/expect/stdout: expected the end after line 1, found "y"')
        self.misses(document, {"stdout": ["x", "y", "z"]},
                    '/expect/stdout: expected line 3 "z", found the end')

    def test_order(self):
        document = {"tasks": [{"name": "a", "do": [{"print": "x"}, {"print": "y"}]}]}
        self.meets(document, {"order": [["x", "y"]]})
        self.misses(document, {"order": [["y", "x"], ["x", "y"], ["x", "q"]]},
                    '/expect/order/0: "y" was printed in line 2, not before "x" in line 1',
                    '/expect/order/2: "q" was never printed')

    def test_always(self):
        document = {"vars": {"n": 0}, "tasks": [{"name": "a", "do": [
            {"sleep": 1}, {"assign": {"n": 5}}, {"sleep": 1}, {"assign": {"n": 0}}]}]}
        self.meets(document, {"always": ["n < 6", "n >= 0"]})
        self.misses(document, {"always": ["n < 6", "n < 3"]},
                    '/expect/always/1: "n < 3" did not hold at 1 s')

    def test_tasks(self):
        document = {"tasks": [SLEEPS, {"name": "b", "do": [{"cancel": "a"}]},
                              FAILS | {"name": "c"}], "until": 10}
        self.misses(document, {"tasks": {"a": "cancelled", "b": "returned", "c": "failed"}})
        self.misses(document, {"tasks": {"a": "returned", "b": "cancelled"}},
                    '/expect/tasks/a: expected "returned", found "cancelled"',
                    '/expect/tasks/b: expected "cancelled", found "returned"')

    def test_table(self):
        document = {"tasks": [SLEEPS]}
        self.meets(document, {"table": ["|     | a (1) |", "|-----|-------|", "| 0-1 | `*` |"]})
        self.misses(document, {"table": ["| | a (1) |", "|---|---|", "| 0-1 |   |"]},
                    "/expect/table: expected the row | 0-1 |   |, found | 0-1 | `*` |")

    def test_all_that_is_not_met_is_told_at_once(self):
        self.misses({"tasks": [SLEEPS]},
                    {"outcome": "failed", "makespan": 2, "max_concurrent": 2, "stdout": ["x"]},
                    '/expect/outcome: expected "failed", found "complete"',
                    "/expect/makespan: expected 2 s, found 1 s",
                    "/expect/max_concurrent: expected 2, found 1",
                    '/expect/stdout: expected line 1 "x", found the end')

    def test_with_another_setting_an_expectation_may_not_be_met(self):
        self.check(self.cadran("run", "--set", "jobs=100", SCENARIOS / "window.json"), EXPECTED)


if __name__ == "__main__":
    main()
