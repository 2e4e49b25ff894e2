"""The sample workflows of docs/ci: their steps, as they stand in the files, are run in a fresh clone as the
services run them - no terminal, CI set, their variables, each step in a shell that ends at the first
error."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

from cli_test import PROGRAM, ROOT, SCENARIOS, CliTest

WORKFLOWS = ROOT / "docs" / "ci"
VIEWER = os.environ.get("CADRAN_VIEW")
# What the services' images have, or the workflow needs for itself.
OF_THE_SERVICE = {"ca-certificates", "git"}


def indent(line):
    return len(line) - len(line.lstrip())


def block(lines, at):
    """The text of a block that begins behind line `at`, which ends with "|"."""
    depth = indent(lines[at])
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or indent(lines[end]) > depth):
        end += 1
    inner = lines[at + 1:end]
    least = min(indent(line) for line in inner if line.strip())
    return "\n".join(line[least:] for line in inner)


def github_steps():
    """Names of steps to what they run."""
    lines = (WORKFLOWS / "github.yml").read_text().splitlines()
    steps, name = {}, None
    for at, line in enumerate(lines):
        if match := re.fullmatch(r"\s*- name: (.*)", line):
            name = match[1]
        elif match := re.fullmatch(r"\s*run: (.*)", line):
            steps[name] = block(lines, at) if match[1] == "|" else match[1]
    return steps


def gitlab_scripts(part):
    """What a list of the job runs, one after the other."""
    lines = (WORKFLOWS / "gitlab.yml").read_text().splitlines()
    inner = block([line + "|" if line == f"  {part}:" else line for line in lines],
                  lines.index(f"  {part}:")).splitlines()
    found = []
    for at, line in enumerate(inner):
        if line == "- |":
            found.append(block(inner, at))
        elif line.startswith("- "):
            rest = [more.strip() for more in inner[at + 1:]]
            count = next((i for i, more in enumerate(inner[at + 1:]) if not more.startswith("  ")), len(rest))
            found.append(" ".join([line[2:], *rest[:count]]))
    return found


class Workflows(CliTest):
    """A project whose branch `change` makes a window narrower, golden and all."""

    def setUp(self):
        super().setUp()
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("GIT", "CI", "CADRAN"))}
        self.environment |= {"HOME": str(self.folder / "home"), "CI": "true", "GIT_CONFIG_GLOBAL": os.devnull,
                             "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
                             "GIT_COMMITTER_EMAIL": "a@b"}
        work = self.folder / "work"
        (work / "scenarios" / "more").mkdir(parents=True)
        for name in ("window", "ticks"):
            for end in (".json", ".trace.json"):
                shutil.copy(SCENARIOS / f"{name}{end}", work / "scenarios" / "more")
        self.git(work, "init", "--quiet", "--initial-branch=main")
        self.commit(work)
        self.git(work, "checkout", "--quiet", "-b", "change")
        self.narrow(work)
        self.run_in(work, [PROGRAM, "accept", "--all", "scenarios"], CI="")
        self.commit(work)
        self.clone = self.folder / "clone"
        self.git(self.folder, "clone", "--quiet", "--no-local", "--depth", "1", "--branch", "change", f"file://{work}", "clone")
        self.work = work

    def narrow(self, work):
        path = work / "scenarios" / "more" / "window.json"
        text = path.read_text()
        self.assertRegex(text, r'"width": 4\b')
        path.write_text(re.sub(r'"width": 4\b', '"width": 3', text))
        self.run_in(work, [PROGRAM, "test", "scenarios"], status=1, CI="")

    def run_in(self, folder, command, status=0, **more):
        done = subprocess.run(command, cwd=folder, env=self.environment | more, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def git(self, folder, *arguments):
        return self.run_in(folder, ["git", *arguments]).strip()

    def commit(self, work):
        self.git(work, "add", "-A")
        self.git(work, "commit", "--quiet", "-m", "all")

    def install(self, prefix):
        """Where the workflow has it built to."""
        (prefix / "bin").mkdir(parents=True)
        for program in filter(None, (PROGRAM, VIEWER)):
            (prefix / "bin" / pathlib.Path(program).name).symlink_to(program)

    def check_packages(self, text):
        known = set(re.findall(r"[a-z][a-z0-9.+-]+", (ROOT / "script" / "bootstrap").read_text()))
        wanted = re.findall(r"(?<=\s)[a-z][a-z0-9.+-]+", text.partition("--no-install-recommends")[2])
        self.assertGreater(len(wanted), 10)
        self.assertLessEqual(set(wanted), known | OF_THE_SERVICE)

    def check_pictures(self):
        if VIEWER:
            pictures = list((self.clone / "pictures").iterdir())
            self.assertEqual([each.name for each in pictures], ["scenarios-more-window.svg"])
            self.assertIn("First root: queue window has maxsize 3, not maxsize 4", pictures[0].read_text())


class GitHub(Workflows):
    def setUp(self):
        super().setUp()
        self.install(self.folder / "home" / "cadran")
        self.steps = github_steps()
        self.summary = self.folder / "summary.md"
        self.of_service = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(self.summary),
                           "GITHUB_OUTPUT": str(self.folder / "output"), "GITHUB_BASE_REF": "main",
                           "GITHUB_WORKSPACE": str(self.clone)}

    def step(self, name, status=0):
        return self.run_in(self.clone, ["bash", "-e", "-c", self.steps[name]], status, **self.of_service)

    def test_what_passes(self):
        self.assertNotIn("::error", self.step("Test the scenarios"))
        self.assertIn("2 passed", self.summary.read_text())

    def test_what_fails_is_annotated(self):
        self.clone.joinpath("scenarios", "more", "window.json").write_text('{"cadran": 1')
        said = self.step("Test the scenarios", status=1)
        self.assertIn("::error file=scenarios/more/window.json,line=1", said)
        self.assertIn("failed", self.summary.read_text())
        self.assertEqual([path for path in self.clone.rglob("*.new.json")], [])  # nothing is written under CI

    @unittest.skipUnless(VIEWER, "no viewer")
    def test_pictures_of_what_a_request_changes(self):
        self.step("Draw what has changed")
        self.check_pictures()

    def test_packages_are_those_of_bootstrap(self):
        self.check_packages(self.steps["What it is built from, and runs with"])

    def test_it_builds_what_there_is(self):
        """Options that the build has; the build itself takes minutes, and is the tests' own."""
        for option in re.findall(r"-D([A-Z_]+)=", self.steps["Build cadran"]):
            self.assertIn(option, (ROOT / "CMakeLists.txt").read_text())


class GitLab(Workflows):
    def setUp(self):
        super().setUp()
        self.install(self.clone / "cadran")

    def shell(self, part, status=0, **more):
        """A part of the job, as the runner makes a script of it; without what it installs."""
        scripts = [each for each in gitlab_scripts(part) if not each.startswith("apt-get")]
        script = "set -eo pipefail\n" + "\n".join(scripts)
        return self.run_in(self.clone, ["bash", "-c", script], status, GITLAB_CI="true", **more)

    def test_what_passes(self):
        self.shell("before_script")  # it is there already, as from the cache
        self.shell("script")
        root = xml.etree.ElementTree.parse(self.clone / "scenarios.xml").getroot()
        self.assertEqual(len(list(root.iter("testcase"))), 2)

    def test_a_failure_leaves_the_report(self):
        self.clone.joinpath("scenarios", "more", "window.json").write_text('{"cadran": 1')
        self.shell("script", status=1)
        root = xml.etree.ElementTree.parse(self.clone / "scenarios.xml").getroot()
        self.assertEqual(len(list(root.iter("error"))), 1)
        self.assertIn("window.json:1", self.shell("after_script"))

    @unittest.skipUnless(VIEWER, "no viewer")
    def test_pictures_of_what_a_request_changes(self):
        base = self.git(self.work, "rev-parse", "main")
        self.shell("after_script", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        self.check_pictures()

    def test_packages_are_those_of_bootstrap(self):
        self.check_packages(" ".join(each for each in gitlab_scripts("before_script")
                                     if each.startswith("apt-get install")))


if __name__ == "__main__":
    unittest.main()
