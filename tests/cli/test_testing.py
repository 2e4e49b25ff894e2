"""`cadran test`: what is found, what fails and why, and what is left for somebody to accept."""

import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import time
import unittest

from cli_test import EXPECTED, PROGRAM, ROOT, SCENARIOS, UNEXPECTED, USAGE, CliTest, main

LONG = {"tasks": [{"name": "t", "do": [{"repeat": 10 ** 9, "do": [{"let": {"i": "1"}}]}]}]}


def scenario(text="hello", delay=1, **more):
    return {"cadran": 1, "tasks": [{"name": "t", "do": [{"sleep": delay}, {"print": text}]}]} | more


class TestingTest(CliTest):
    """Outside CI, but for those that say that they are in it."""

    def cadran_test(self, *arguments, ci=None, status=None, **options):
        environment = {key: value for key, value in os.environ.items()
                       if key != "CI" and not key.startswith("GITHUB_")}
        if ci is not None:
            environment["CI"] = ci
        done = self.cadran("test", *arguments, env=environment | options.pop("env", {}), **options)
        if status is not None:
            self.check(done, status)
        return done

    def results(self, *arguments, **options):
        done = self.cadran_test("--format", "json", *arguments, **options)
        return {row["path"]: row for row in json.loads(done.out)["scenarios"]}

    def reasons(self, *arguments, **options):
        return {path: row["reasons"] for path, row in self.results(*arguments, **options).items()}

    def keep(self, *names):
        """What was left becomes the golden."""
        for name in names:
            (self.folder / f"{name}.trace.new.json").rename(self.folder / f"{name}.trace.json")

    def names(self):
        return sorted(path.relative_to(self.folder).as_posix()
                      for path in self.folder.rglob("*") if path.is_file())


class Found(TestingTest):
    def test_in_directories_and_below(self):
        for name in ("a.json", "b/c.json", "b/d/e.json", ".git/f.json", "b/.g.json"):
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(scenario()))
        self.write("schema.json", {"properties": {"cadran": 1}, "$comment": "\"cadran\": 1"})
        self.write("list.json", [scenario()])
        self.write("notes.txt", "cadran")
        self.write("package.json", '{"x": {"cadran": 1}, "y": "\\"cadran\\":"}')
        self.assertEqual(list(self.reasons()), ["a.json", "b/c.json", "b/d/e.json"])
        self.assertEqual(list(self.reasons("b")), ["b/c.json", "b/d/e.json"])
        self.assertEqual(list(self.reasons("./b/", "b/c.json", "a.json", "a.trace.json")),
                         ["a.json", "b/c.json", "b/d/e.json"])
        self.assertEqual(json.loads(self.cadran_test("--format", "json").out)["left_out"], 3)

    def test_they_are_listed_and_not_run(self):
        for name in ("b.json", "a/c.json"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(json.dumps(scenario()))
        self.write("alone.trace.json", "[]")
        before = self.names()
        done = self.cadran_test("--list", status=EXPECTED)
        self.assertEqual(done.out, "a/c.json\nalone.json\nb.json\n")
        self.assertEqual(self.names(), before)

    def test_one_that_is_broken_is_found(self):
        text = json.dumps(scenario())
        self.write("a.json", text[:-1])
        self.write("b.json", text.replace("[", "", 1))
        self.write("c.json", text.replace('"t"', '"t'))
        self.assertEqual(self.reasons(), {name: ["fault"] for name in ("a.json", "b.json", "c.json")})

    def test_what_may_not_be_read_fails_alone(self):
        for name in "a", "hidden", "open":
            self.write(f"{name}.json", scenario())
        (self.folder / "closed").mkdir()
        self.reasons()
        self.keep("a", "open")
        for name in "hidden.json", "closed":
            (self.folder / name).chmod(0)
        self.addCleanup((self.folder / "closed").chmod, 0o700)
        # who may read everything may not without its capabilities
        may_all = os.access(self.folder / "closed", os.R_OK)
        without = ["setpriv", "--bounding-set", "-all"] if may_all else []
        done = subprocess.run([*without, PROGRAM, "test", "--format", "json"], cwd=self.folder, capture_output=True,
                              stdin=subprocess.DEVNULL, check=False)
        if may_all and not done.stdout:
            self.skipTest("capabilities cannot be put down here")
        rows = {row["path"]: row for row in json.loads(done.stdout)["scenarios"]}
        self.assertEqual({path: row["reasons"] for path, row in rows.items()},
                         {"a.json": [], "closed": ["fault"], "hidden.json": ["fault"], "open.json": []})
        for name in "closed", "hidden.json":
            self.assertEqual(rows[name]["details"], f"{name}: cannot be read: Permission denied\n")
        self.assertEqual(done.returncode, UNEXPECTED)

    def test_a_file_that_is_named_is_one(self):
        self.write("data.json", {"x": 1})
        row = self.results("data.json")["data.json"]
        self.assertEqual(row["reasons"], ["fault"])
        self.assertIn('missing member "cadran"', row["details"])

    def test_nothing_is_no_success(self):
        self.write("data.json", {"x": 1})
        said = self.cadran_test(status=USAGE)
        self.assertIn("no scenario is there", said.err)
        said = self.cadran_test("nowhere.json", status=USAGE)
        self.assertEqual(said.err, "cadran test: nowhere.json: No such file or directory\n")

    def test_a_link_to_a_directory_is_not_followed(self):
        self.write("a.json", scenario())
        (self.folder / "loop").symlink_to(self.folder)
        (self.folder / "b.json").symlink_to("a.json")
        self.assertEqual(list(self.reasons()), ["a.json", "b.json"])


class Judged(TestingTest):
    def test_the_first_time_a_golden_is_left(self):
        self.write("a.json", scenario())
        said = self.cadran_test(status=UNEXPECTED).out
        self.assertIn("FAIL  a.json: there is no golden yet\n", said)
        self.assertIn("cadran accept a.json", said)
        self.assertEqual(self.names(), ["a.json", "a.trace.new.json"])
        self.assertEqual((self.folder / "a.trace.new.json").read_bytes(), self.trace_of("a.json"))
        self.keep("a")
        self.assertRegex(self.cadran_test(status=EXPECTED).out,
                         r"\Aok    a\.json\n1 scenario passed in [0-9.]+ s\n\Z")

    def trace_of(self, name):
        path = self.folder / "trace.tmp"
        self.cadran("run", "--trace", path, name)
        trace = path.read_bytes()
        path.unlink()
        return trace

    def test_another_trace_is_left_until_it_is_the_golden_again(self):
        self.write("a.json", scenario())
        self.cadran_test()
        self.keep("a")
        golden = (self.folder / "a.trace.json").read_bytes()
        self.write("a.json", scenario(delay=2))
        self.assertEqual(self.reasons(), {"a.json": ["golden"]})
        self.assertEqual((self.folder / "a.trace.new.json").read_bytes(), self.trace_of("a.json"))
        self.assertEqual((self.folder / "a.trace.json").read_bytes(), golden)
        self.write("a.json", scenario())
        self.cadran_test(status=EXPECTED)
        self.assertEqual(self.names(), ["a.json", "a.trace.json"])

    def test_in_ci_nothing_is_written(self):
        self.write("new.json", scenario())
        self.write("other.json", scenario())
        self.write("same.json", scenario())
        self.cadran_test()
        self.keep("other", "same")
        (self.folder / "new.trace.new.json").unlink()
        (self.folder / "same.trace.new.json").write_text("old")
        self.write("other.json", scenario(delay=2))
        before = {name: (self.folder / name).read_bytes() for name in self.names()}
        for ci in ("true", "1", "yes", "False"):
            said = self.cadran_test(ci=ci, status=UNEXPECTED).out
            self.assertNotIn("cadran accept", said)
            self.assertEqual({name: (self.folder / name).read_bytes() for name in self.names()},
                             before)
        for ci in ("", "0", "false"):
            (self.folder / "new.trace.new.json").unlink(missing_ok=True)
            self.assertIn("cadran accept", self.cadran_test(ci=ci, status=UNEXPECTED).out)
            self.assertIn("new.trace.new.json", self.names())

    def test_expectations(self):
        self.write("good.json", scenario(expect={"golden": False, "stdout": ["hello"]}))
        self.write("bad.json", scenario(expect={"golden": False, "stdout": ["bye"],
                                                "makespan": 2}))
        self.write("stuck.json", {"cadran": 1, "objects": {"q": {"type": "queue"}}, "tasks": [
            {"name": "t", "do": [{"get": "q"}]}], "expect": {"golden": False}})
        self.write("fine.json", {"cadran": 1, "objects": {"q": {"type": "queue"}}, "tasks": [
            {"name": "t", "do": [{"get": "q"}]}], "expect": {"golden": False,
                                                             "outcome": "deadlock"}})
        self.write("table.json", {"cadran": 1, "tasks": [{"name": "t", "do": [{"sequence": "a"}]}],
                                  "expect": {"golden": False, "table": ["| 0-1 |   |"]}})
        rows = self.results(status=UNEXPECTED)
        self.assertEqual({path: row["reasons"] for path, row in rows.items()},
                         {"bad.json": ["expect"], "fine.json": [], "good.json": [],
                          "stuck.json": ["expect"], "table.json": ["expect"]})
        self.assertEqual(rows["bad.json"]["sentence"], "2 expectations are not met")
        self.assertIn("/expect/stdout: expected line 1 \"bye\", found \"hello\"",
                      rows["bad.json"]["details"])
        self.assertEqual(rows["bad.json"]["line"], 1)
        self.assertGreater(rows["bad.json"]["column"], 1)
        self.assertEqual(rows["stuck.json"]["sentence"], "outcome deadlock")
        self.assertIn("t waits for queue q", rows["stuck.json"]["details"])
        self.assertIn("expected the row | 0-1 |", rows["table.json"]["details"])
        self.assertEqual([name for name in self.names() if "trace" in name], [])

    def test_what_ends_badly_is_told_how_to_be_expected(self):
        document = {"cadran": 1, "tasks": [{"name": "t", "do": [{"raise": "Bad"}]}],
                    "expect": {"golden": False}}
        self.write("a.json", document)
        row = self.results(status=UNEXPECTED)["a.json"]
        self.assertEqual(row["sentence"], "outcome failed")
        advice = row["details"].splitlines()[-1].removeprefix("if that is meant: ")
        document["expect"] |= json.loads("{" + advice + "}")["expect"]
        self.write("a.json", document)
        self.cadran_test(status=EXPECTED)

    def test_what_acts_on_the_world_outside_is_skipped(self):
        self.write("exec.json", {"cadran": 1, "tasks": [
            {"name": "t", "do": [{"exec": ["touch", "made"]}]}]})
        self.write("signal.json", {"cadran": 1, "tasks": [
            {"name": "t", "do": [{"on_signal": "SIGUSR1", "do": [{"print": "it came"}]},
                                 {"raise_signal": "SIGUSR1"}, {"sleep": "50ms"}]}],
            "expect": {"stdout": ["it came"]}})
        said = self.cadran_test(status=EXPECTED).out
        for name in ("exec", "signal"):
            self.assertIn(f"skip  {name}.json: it acts on the world outside; "
                          "try cadran run --clock real\n", said)
        self.assertRegex(said, r"\n0 scenarios passed, 2 skipped, in [0-9.]+ s\n\Z")
        self.assertEqual(self.reasons("--clock", "real", status=EXPECTED),
                         {"exec.json": ["skipped"], "signal.json": []})
        self.assertEqual(self.names(), ["exec.json", "signal.json"])

    def test_goldens_that_nobody_wants(self):
        self.write("a.json", scenario(expect={"golden": False}))
        self.write("a.trace.json", "[]")
        self.write("gone.trace.json", "[]")
        self.write("schema.json", {})
        self.write("schema.trace.json", "[]")
        self.assertEqual(self.reasons(), {"a.json": ["unwanted"], "gone.trace.json": ["alone"],
                                          "schema.trace.json": ["alone"]})
        self.assertEqual(self.reasons("gone.trace.json"), {"gone.trace.json": ["alone"]})

    def test_the_page_takes_the_place_of_no_scenario_and_of_no_trace(self):
        (self.folder / "s").mkdir()
        self.write("s/a.json", scenario())
        os.symlink("s/a.json", self.folder / "link")
        os.link(self.folder / "s/a.json", self.folder / "hard")
        for name in "s/a.json", "link", "hard", "s/a.trace.json", "s/a.trace.new.json":
            done = self.cadran_test("--html", name, "s", status=USAGE)
            self.assertEqual((done.out, done.err),
                             ("", f"cadran test: --html {name} would overwrite a scenario, or a trace "
                                  "beside one; give it another name\n"))
            self.assertEqual(json.loads((self.folder / "s/a.json").read_text()), scenario())
            self.assertEqual(self.names(), ["hard", "link", "s/a.json"])

    def test_what_cannot_be_read(self):
        self.write("a.json", scenario())
        (self.folder / "a.trace.json").mkdir()
        row = self.results()["a.json"]
        self.assertEqual(row["reasons"], ["trouble"])
        self.assertEqual(row["sentence"], "a.trace.json: Is a directory")

    def test_runs_are_repeated(self):
        self.write("a.json", scenario(expect={"golden": False}))
        self.write("dice.json", (SCENARIOS.parent / "tests/golden/dice.json").read_text())
        self.cadran_test()
        self.keep("dice")
        self.cadran_test("--repeat", 20, status=EXPECTED)

    def test_under_the_real_clock_times_may_differ_by_what_is_tolerated(self):
        steps = [{"repeat": 3, "do": [{"sleep": "20ms"}, {"put": "q", "value": "1"}]}]
        document = {"cadran": 1, "objects": {"q": {"type": "queue", "maxsize": 1}},
                    "tasks": [{"name": "p", "do": steps},
                              {"name": "c", "do": [{"repeat": 3, "do": [{"get": "q"}]}]}],
                    "expect": {"tolerance": 20}}
        self.write("a.json", document)
        self.cadran_test()
        self.keep("a")
        self.cadran_test("--clock", "real", "--repeat", 2, status=EXPECTED)
        steps[0]["repeat"] = 4
        self.write("a.json", document)
        self.assertEqual(self.reasons("--clock", "real"), {"a.json": ["golden"]})
        self.assertNotIn("a.trace.new.json", self.names())
        document["expect"]["tolerance"] = 0  # which no two real runs keep to
        self.write("a.json", document)
        row = {"reasons": ["busy"]}  # until a moment comes in which the machine is in time
        for _ in range(50):
            if row["reasons"] == ["busy"]:
                row = self.results("--clock", "real", "--repeat", 2)["a.json"]
        self.assertEqual(row["reasons"], ["golden", "varies"])
        self.assertRegex(row["sentence"], r"\Arun 2 is not the first one: \w+ .*")

    def test_a_machine_that_was_late_itself_judges_nobody(self):
        """Here it stops the process that runs a scenario, for longer than times may differ."""
        self.write("a.json", {"cadran": 1, "tasks": [{"name": "a", "do": [
            {"repeat": 150, "do": [{"sleep": "20ms"}]}]}]})
        self.cadran_test()
        self.keep("a")
        process = self.start("test", "--clock", "real", "--format", "json", "a.json")
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not children.read_text().split():
            self.assertIsNone(process.poll())
        worker = int(children.read_text().split()[0])
        time.sleep(0.5)  # it is in the middle of three seconds
        os.kill(worker, signal.SIGSTOP)
        time.sleep(0.3)
        os.kill(worker, signal.SIGCONT)
        self.check(self.finish(process), EXPECTED)
        row = json.loads(process.out)["scenarios"][0]
        self.assertEqual(row["reasons"], ["busy"])
        self.assertRegex(row["sentence"], r"\Athe machine was too busy to judge: it made the loop late "
                                          r"by up to \d+ ms \(a waits \(sleep\) .*\)\Z")

    def test_results_come_in_their_order(self):
        names = [f"s{i:03}.json" for i in range(60)]
        for i, name in enumerate(names):
            self.write(name, scenario(str(i), expect={"golden": False, "stdout": [str(i)]}))
        for workers in (1, 2, 7):
            said = self.cadran_test("-j", workers, status=EXPECTED).out
            self.assertEqual(said.splitlines()[:-1], [f"ok    {name}" for name in names])


class Strangers(TestingTest):
    """A tree that somebody else has made: nothing of it leads a new trace elsewhere, or is waited for."""

    def test_what_stands_where_a_new_trace_goes(self):
        self.write("a.json", scenario())
        self.write("precious", "precious")
        new = self.folder / "a.trace.new.json"
        for stand in (lambda: new.symlink_to("precious"), lambda: new.symlink_to("not-there"),
                      lambda: new.symlink_to("a.trace.new.json"), lambda: os.mkfifo(new)):
            stand()
            self.assertEqual(self.reasons(), {"a.json": ["missing"]})
            self.assertTrue(new.is_file() and not new.is_symlink())
            self.assertEqual((self.folder / "precious").read_text(), "precious")
            self.assertFalse((self.folder / "not-there").exists())
            new.unlink()

    def test_a_golden_that_is_no_file(self):
        self.write("a.json", scenario())
        golden = self.folder / "a.trace.json"
        os.mkfifo(golden)
        self.assertIn("a.trace.json: Invalid argument", self.cadran_test(status=UNEXPECTED).out)
        golden.unlink()
        golden.symlink_to("/dev/zero")
        self.assertIn("a.trace.json: Invalid argument", self.cadran_test(status=UNEXPECTED).out)


@unittest.skipIf(shutil.which("ctest") is None, "needs CMake")
class InCTest(TestingTest):
    """cadran_add_scenarios(), whatever the scenarios are called."""

    NAMES = ["-x", "a[b", "c]d", "e;f", "g$h", "i\"j", "k\\l", " m", "n${o}", "p(q)", "#r", "@s@", "t\\;u"]

    def test_names_of_all_kinds(self):
        for name in self.NAMES:
            self.write(f"{name}.json", scenario())
        self.cadran_test()
        self.keep(*self.NAMES)
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(odd NONE)\n"
                   f"enable_testing()\nset(CADRAN_EXECUTABLE [==[{PROGRAM}]==])\n"
                   f"include([==[{ROOT}/cmake/CadranScenarios.cmake]==])\ncadran_add_scenarios(odd)\n")
        for command in ["cmake", "-S", ".", "-B", "b"], ["ctest", "--test-dir", "b"]:
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"out of {len(self.NAMES)}\n", done.stdout)


class Lost(TestingTest):
    def children(self, process):
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == process.pid:
                found.append(int(path.parent.name))
        return found

    def lose(self, number):
        """Of three scenarios the second is long; its process gets the signal."""
        for name in ("a", "c"):
            self.write(f"{name}.json", scenario(expect={"golden": False}))
        self.write("b.json", {"cadran": 1, "expect": {"golden": False}} | LONG)
        process = self.start("test", "-j", "1", "--format", "json")
        end = time.monotonic() + 30
        while not (busy := [child for child in self.children(process) if self.seconds(child) > .2]):
            self.assertLess(time.monotonic(), end)
            time.sleep(.05)
        os.kill(busy[0], number)
        self.check(self.finish(process), UNEXPECTED)
        return {row["path"]: row for row in json.loads(process.out)["scenarios"]}

    def seconds(self, child):
        fields = pathlib.Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) / os.sysconf("SC_CLK_TCK")

    def test_a_crash_fails_one(self):
        rows = self.lose(signal.SIGSEGV)
        self.assertEqual([row["reasons"] for row in rows.values()], [[], ["crash"], []])
        self.assertRegex(rows["b.json"]["sentence"], "its process (was ended by signal 11|ended)")

    def test_what_takes_too_long_fails_one(self):
        for name in ("a", "c"):
            self.write(f"{name}.json", scenario(expect={"golden": False}))
        self.write("b.json", {"cadran": 1, "expect": {"golden": False}} | LONG)
        rows = self.results("--timeout", "2s")
        self.assertEqual([row["reasons"] for row in rows.values()], [[], ["timeout"], []])
        self.assertEqual(rows["b.json"]["sentence"], "it took longer than 2 s (--timeout)")

    def test_a_terminal_shows_how_far_it_is(self):
        self.write("a.json", scenario(expect={"golden": False}))
        self.write("b.json", {"cadran": 1, "expect": {"golden": False}} | LONG)
        terminal, other = pty.openpty()
        self.addCleanup(os.close, terminal)
        self.addCleanup(os.close, other)
        process = self.start("test", "--timeout", "2s", stderr=other)
        said, end = "", time.monotonic() + 30
        while process.poll() is None or select.select([terminal], [], [], 0)[0]:
            self.assertLess(time.monotonic(), end)
            if select.select([terminal], [], [], .1)[0]:
                said += os.read(terminal, 4096).decode()
        self.finish(process)
        self.assertIn("\r\x1b[K1 of 2, 0 failed; b.json", said)
        self.assertTrue(said.endswith("\r\x1b[K"), said)  # nothing of it stays

    def test_who_is_interrupted_leaves_nobody_behind(self):
        self.write("b.json", {"cadran": 1, "expect": {"golden": False}} | LONG)
        process = self.start("test")
        end = time.monotonic() + 30
        while not (children := self.children(process)):
            self.assertLess(time.monotonic(), end)
            time.sleep(.05)
        process.send_signal(signal.SIGTERM)
        self.finish(process)
        while any(pathlib.Path(f"/proc/{child}/exe").exists() for child in children):
            self.assertLess(time.monotonic(), end)
            time.sleep(.05)


if __name__ == "__main__":
    main()
