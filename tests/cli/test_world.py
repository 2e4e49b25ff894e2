"""The world outside: what a run may do there, and what is left of it."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest

from cli_test import EXPECTED, PROGRAM, UNEXPECTED, USAGE, CliTest, main

REAL = ("run", "--clock", "real")


def scenario(*steps, **parts):
    return {"cadran": 1, "tasks": [{"name": "a", "do": list(steps)}], **parts}


def drawn(text):
    """The same text, which is known only when the step runs."""
    return f"{{'{text}' if now() >= 0 else ''}}"


class Leave(CliTest):
    """A scenario may be a stranger's."""

    def refused(self, document, *options):
        self.write("s.json", document)
        process = self.expect(USAGE, *REAL, *options, "s.json", out="")
        self.assertNotIn("outcome", process.err)
        return process.err

    def test_a_program_is_not_started_without_it(self):
        file = self.folder / "made"
        document = scenario({"print": "first"}, {"exec": ["touch", str(file)]}, {"exec": ["ls"]})
        self.assertEqual(
            self.refused(document),
            'FILE:1:PLACE: /tasks/0/do/1: "exec" starts a program, which this run may not; '
            "--allow-exec allows it\n"
            'FILE:1:PLACE: /tasks/0/do/2: "exec" starts a program, which this run may not; '
            "--allow-exec allows it\n".replace("FILE", "s.json").replace("PLACE", "%d")
            % tuple(self.places(document)))
        self.assertFalse(file.exists())

    def places(self, document):
        """Where the steps begin."""
        text = (self.folder / "s.json").read_text()
        at = [i + 1 for i in range(len(text)) if text.startswith('{"exec"', i)]
        return at

    def test_only_programs_that_are_named_are_started(self):
        document = scenario({"exec": ["echo", "x"]}, {"exec": ["printf", "x"]})
        self.assertIn('"exec" starts "printf", which is none of the programs that --allow-exec names',
                      self.refused(document, "--allow-exec=echo,cat"))
        self.expect(EXPECTED, *REAL, "--allow-exec=echo,printf", "s.json")

    def test_a_name_that_is_made_while_it_runs_is_refused_then(self):
        self.write("s.json", scenario(
            {"let": {"name": "'printf'"}},
            {"try": [{"exec": ["{name}", "x"]}], "except": {"PermissionError": [{"print": "{error}"}]}}))
        self.expect(EXPECTED, *REAL, "--allow-exec=echo", "s.json",
                    out='"printf" is none of the programs that --allow-exec names\n')

    def test_a_name_means_what_it_means_to_the_run(self):
        impostor = self.folder / "echo"
        impostor.write_text("#!/bin/sh\nprintf 'an impostor\\n'\n")
        impostor.chmod(0o755)
        self.write("s.json", scenario({"exec": ["echo", "x"], "env": {"PATH": str(self.folder)}, "as": "p"},
                                      {"wait": "p"}))
        self.expect(EXPECTED, *REAL, "--allow-exec=echo", "--allow-env=PATH", "s.json", out="x\n")
        self.expect(EXPECTED, *REAL, "--allow-exec", "s.json", out="an impostor\n")

    def test_nor_does_its_folder_make_another_of_a_name(self):
        """Where PATH, or the name that is allowed, is a path from here."""
        for folder, says in (".", "the one"), ("elsewhere", "an impostor"):
            (self.folder / folder).mkdir(exist_ok=True)
            (self.folder / folder / "tool").write_text(f"#!/bin/sh\necho {says}\n")
            (self.folder / folder / "tool").chmod(0o755)
        for name, path in ("tool", f".:{os.environ['PATH']}"), ("./tool", os.environ["PATH"]):
            with self.subTest(name=name):
                self.write("s.json", scenario({"exec": [name], "cwd": "elsewhere", "as": "p"},
                                              {"wait": "p"}))
                self.expect(EXPECTED, *REAL, f"--allow-exec={name}", "s.json", out="the one\n",
                            env=os.environ | {"PATH": path})

    def test_nor_does_its_environment_make_another_of_it(self):
        """Where only some programs may run, a variable that could make one run another's code is refused
        before anything runs: each one but those that are known to do no such thing."""
        for name in ("LD_PRELOAD", "GCONV_PATH", "BASH_ENV", "ENV", "PYTHONPATH", "PERL5OPT", "NODE_OPTIONS",
                     "GIT_SSH_COMMAND", "PAGER", "PATH", "HOME", "BASH_FUNC_echo%%", "LANGUAGE", "LANG "):
            with self.subTest(name=name):
                document = scenario({"print": "first"},
                                    {"exec": ["echo", "x"], "env": {"LC_ALL": "C", name: "./evil"}})
                self.assertIn(f'/tasks/0/do/1: "exec" sets "{name}", by which a program may be made to run '
                              f"another's code; --allow-env={name} allows it",
                              self.refused(document, "--allow-exec=echo"))
                self.refused(document, "--allow-exec=echo", "--allow-env=OTHER")

    def test_variables_that_are_harmless_or_named_are_set(self):
        say = ["sh", "-c", 'echo "$LC_TIME $TZ $COLUMNS $MODE $HOME"']
        self.write("s.json", scenario(
            {"exec": say, "env": {"LC_TIME": "C", "TZ": "UTC", "COLUMNS": "70"}, "as": "p"}, {"wait": "p"}))
        self.expect(EXPECTED, *REAL, "--allow-exec=sh", "s.json", out="C UTC 70  \n")
        self.write("s.json", scenario(
            {"exec": say, "env": {"TZ": "UTC", "MODE": "test", "HOME": "/h"}, "as": "p"}, {"wait": "p"}))
        for leave in ("--allow-exec=sh", "--allow-env=HOME,MODE"), ("--allow-exec=sh", "--allow-env"), \
                     ("--allow-exec",):
            self.expect(EXPECTED, *REAL, *leave, "s.json", out=" UTC  test /h\n")
        process = self.expect(USAGE, *REAL, "--allow-env=", "s.json")
        self.assertEqual(process.err,
                         'cadran run: --allow-env wants variables, such as MODE,HOME, not ""\n')

    def test_what_cannot_be_started_is_named(self):
        self.write("s.json", scenario(
            {"try": [{"exec": ["nowhere"]}], "except": {"FileNotFoundError": [{"print": "{error}"}]}},
            {"exec": ["true"], "cwd": "no/such/folder"}))
        process = self.expect(UNEXPECTED, *REAL, "--allow-exec", "s.json", out="No such file or directory\n")
        self.assertIn('FileNotFoundError: No such file or directory\n    starting "true" in the folder '
                      '"no/such/folder"\n', process.err)
        self.write("s.json", scenario({"exec": ["sort -n"], "as": "p"}))
        self.assertIn('\n    starting "sort -n"; each argument is an item of its own\n',
                      self.expect(UNEXPECTED, *REAL, "--allow-exec", "s.json").err)
        self.write("s.json", scenario({"exec": ["true"], "as": "p"}, {"read": "p", "stream": "stderr", "as": "x"}))
        self.assertIn('ValueError: not a pipe\n    stderr of the process is none: in its "exec" '
                      '"stderr": "pipe" makes it one\n',
                      self.expect(UNEXPECTED, *REAL, "--allow-exec", "s.json").err)

    def test_where_it_could_not_connect_or_listen_is_named(self):
        serve = {"coroutines": {"serve": {"params": ["c"], "do": []}}}
        for step, says in (({"open_connection": 9}, "connecting to 127.0.0.1, port 9"),
                           ({"open_unix_connection": "none.sock"}, 'connecting to "none.sock"'),
                           ({"start_unix_server": "serve", "path": "no/s"}, None),
                           ({"start_unix_server": "serve", "path": "s.json"}, 'listening at "s.json"')):
            self.write("s.json", scenario(step, **serve))
            process = self.expect(UNEXPECTED, *REAL, "--allow-net", "--allow-unix=.", "s.json")
            if says is not None:
                self.assertIn(f"\n    {says}\n", process.err)

    def test_a_host_and_its_port_are_two_members(self):
        self.assertIn('uses "127.0.0.1:80:9", which is not what --allow-net allows; "host" is a host alone: the port '
                      'is a member of its own\n',
                      self.refused(scenario({"open_connection": 9, "host": "127.0.0.1:80"}), "--allow-net"))
        self.write("s.json", scenario({"open_connection": 9, "host": drawn("127.0.0.1:80")}))
        self.assertIn('"127.0.0.1:80:9" is not what --allow-net allows\n    "host" is a host alone: the port is a '
                      'member of its own\n', self.expect(UNEXPECTED, *REAL, "--allow-net", "s.json").err)
        self.write("s.json", scenario(
            {"call": "c", "args": {"at": "127.0.0.1:80"}},
            coroutines={"c": {"params": ["at"], "do": [{"open_connection": "at"}]}}))
        self.assertIn("port must be a number, not the text '127.0.0.1:80'; at is the text '127.0.0.1:80', passed at "
                      "scenario:1:", (said := self.expect(UNEXPECTED, *REAL, "--allow-net", "s.json").err))
        self.assertIn('; an argument that is no text stands in braces, as in "{8007}"; a host is a member of its own, '
                      '"host"\n', said)

    def test_the_network_is_not_used_without_it(self):
        serve = {"coroutines": {"serve": {"params": ["c"], "do": []}}, "protocols": {"p": {}}}
        for step in ({"start_server": "serve", "port": 0}, {"open_connection": 9},
                     {"create_server": "p", "port": 0}, {"create_connection": "p", "port": 9},
                     {"create_datagram_endpoint": "p", "port": 0}):
            self.assertIn("uses the network, which this run may not; --allow-net allows it",
                          self.refused(scenario(step, **serve), "--allow-exec", "--allow-unix=."))
        for step in ({"start_unix_server": "serve", "path": "s"}, {"open_unix_connection": "s"},
                     {"create_unix_server": "p", "path": "s"}, {"create_unix_connection": "p", "path": "s"}):
            self.assertIn("makes or uses a file, which this run may not; --allow-unix=DIR allows it there",
                          self.refused(scenario(step, **serve), "--allow-exec", "--allow-net"))

    def test_what_stands_in_a_program_s_place_is_for_a_world_to_come(self):
        worker = {"coroutines": {"worker": {"params": ["pipes"], "do": []}, "none": {"do": []}}}
        step = {"exec": ["echo", "real"], "simulate": "worker", "as": "p"}
        self.write("s.json", scenario(step, {"wait": "p"}, **worker))
        self.expect(EXPECTED, *REAL, "--allow-exec", "s.json", out="real\n")
        self.assertIn("a simulated one is to come", self.expect(USAGE, "run", "s.json", out="").err)
        self.assertIn("needs a parameter, for its pipes",
                      self.refused(scenario({**step, "simulate": "none"}, **worker), "--allow-exec"))

    def test_datagrams_go_where_it_is_allowed(self):
        def send(**where):
            return {"try": [{"sendto": "d", "data": "x", "to": 9, **where}, {"print": "sent"}],
                    "except": {"PermissionError": [{"print": "{error}"}]}}
        self.write("s.json", scenario({"create_datagram_endpoint": "p", "port": 0, "as": "d"},
                                      send(), send(host=drawn("10.0.0.1")), protocols={"p": {}}))
        self.expect(EXPECTED, *REAL, "--allow-net", "s.json",
                    out='sent\n"10.0.0.1:9" is not what --allow-net allows\n')

    def test_the_host_of_an_endpoint_is_evaluated_once(self):
        """Else a second draw is bound to the first one's port, which nobody has allowed."""
        said = []
        for more in {}, {"to": 9}:
            self.write("s.json", scenario({"create_datagram_endpoint": "p", "port": 0, **more,
                                           "host": "127.0.0.{randint(1, 9)}", "as": "d"},
                                          {"print": "{randint(1, 1000000)}"}, {"close": "d"}, protocols={"p": {}}))
            said.append(self.expect(EXPECTED, *REAL, "--allow-net", "s.json").out)
        self.assertEqual(*said)

    def test_only_addresses_that_are_named_are_reached(self):
        def attempt(**where):
            return {"try": [{"open_connection": 9, **where}, {"print": "connected"}],
                    "except": {"PermissionError": [{"print": "{error}"}],
                               "ConnectionRefusedError": [{"print": "refused"}]}}
        self.write("s.json", scenario(attempt(), attempt(host="localhost"), attempt(host=drawn("10.0.0.1"))))
        self.expect(EXPECTED, *REAL, "--allow-net", "s.json",
                    out='refused\nrefused\n"10.0.0.1:9" is not what --allow-net allows\n')
        self.write("s.json", scenario(attempt(host=drawn("127.0.0.1")), attempt(host="127.0.0.2")))
        self.expect(EXPECTED, *REAL, "--allow-net=127.0.0.1:8,127.0.0.2", "s.json",
                    out='"127.0.0.1:9" is not what --allow-net allows\nrefused\n')

    def test_where_no_expression_goes_is_refused_before_the_run(self):
        steps = {"open_connection": {"open_connection": 9},
                 "start_server": {"start_server": "serve", "port": 9, "as": "s"},
                 "create_server": {"create_server": "p", "port": 9, "as": "s"},
                 "create_connection": {"create_connection": "p", "port": 9},
                 "create_datagram_endpoint": {"create_datagram_endpoint": "p", "port": 8, "to": 9, "as": "d"}}
        parts = {"protocols": {"p": {}}, "coroutines": {"serve": {"params": ["c"], "do": []}}}
        for name, step in steps.items():
            document = scenario({"print": "first"}, {"try": [step], "except": {"OSError": []}}, **parts)
            self.assertIn(f'/tasks/0/do/1/try/0: "{name}" uses "127.0.0.1:9", which is not what --allow-net allows\n',
                          self.refused(document, "--allow-net=127.0.0.1:8"))
            step["host"] = "10.0.0.1"
            self.assertIn(f'"{name}" uses "10.0.0.1:', self.refused(document, "--allow-net"))
            self.expect(EXPECTED, "check", "s.json")  # what is allowed is not known there
        elsewhere = scenario({"print": "first"}, {"open_connection": "9 if now() >= 0 else 8", "host": "10.0.0.1"})
        self.assertIn('uses "10.0.0.1", which is not', self.refused(elsewhere, "--allow-net"))
        (self.folder / "in").mkdir()
        for step in ({"start_unix_server": "serve", "path": "s", "as": "s"}, {"open_unix_connection": "in/../s"},
                     {"create_unix_server": "p", "path": "none/s", "as": "s"},
                     {"create_unix_connection": "p", "path": "/s"}):
            self.assertIn('", which is not in the folder that --allow-unix names\n',
                          self.refused(scenario({"print": "first"}, step, **parts), "--allow-unix=in"))

    def test_what_is_not_there_yet_is_where_its_folder_is(self):
        (self.folder / "in").mkdir()
        self.write("s.json", scenario(*(
            {"try": [{"open_unix_connection": drawn(path)}], "except": {"OSError": [{"print": "{error}"}]}}
            for path in ("in/none", "in/none/s", "in/none/../../s", "none/s"))))
        missing = "No such file or directory\n"
        self.expect(EXPECTED, *REAL, "--allow-unix=in", "s.json",
                    out=3 * missing + '"none/s" is not in the folder that --allow-unix names\n')

    def test_a_list_names_addresses(self):
        """What is none would allow nothing, and be missed only when a step is refused."""
        self.write("s.json", scenario({"sleep": 0}))
        for word in ("", ":80", "*:80", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:80-90", "::1,",
                     "example.org/80", "[::1", "[::1]80", "[]", ",127.0.0.1", "127.0.0.1:-1", "127.0.0.1:000080"):
            self.expect(USAGE, *REAL, f"--allow-net={word}", "s.json", out="",
                        err="cadran run: --allow-net wants addresses, such as 127.0.0.1:8080 or [::1]:8080, "
                            f'not "{word}"\n')
        for word in ("127.0.0.1", "localhost:0", "::1", "[::1]:65535,10.0.0.1:80,[::1]", "example.org:80"):
            self.expect(EXPECTED, *REAL, f"--allow-net={word}", "s.json")

    def test_this_machine_is_known_by_its_numbers(self):
        """A name, and another way to write an address, may be anybody's."""
        strange = ("127.example.org", "127.0.0.1.example.org", "0.0.0.0", "::", "0", "127.1", "2130706433",
                   "0x7f.0.0.1", "127.0.0.01", "LOCALHOST", "localhost.", "::ffff:10.0.0.1", "::127.0.0.1", "[::1]",
                   " 127.0.0.1", "")
        steps = [{"try": [{"open_connection": 9, "host": drawn(host)}, {"print": "connected"}],
                  "except": {"PermissionError": [{"print": "no"}], "OSError": [{"print": "tried"}]}}
                 for host in (*strange, "127.0.0.1", "127.9.9.9", "::1", "0:0::1", "::ffff:127.0.0.1")]
        self.write("s.json", scenario(*steps))
        self.expect(EXPECTED, *REAL, "--allow-net", "s.json", out="no\n" * len(strange) + "tried\n" * 5)

    def test_addresses_of_ipv6_stand_in_brackets_where_a_port_follows(self):
        def attempts(leave, *hosts):
            self.write("s.json", scenario(*(
                {"try": [{"open_connection": 9, "host": drawn(host)}, {"print": "connected"}],
                 "except": {"PermissionError": [{"print": "no"}], "OSError": [{"print": "tried"}]}}
                for host in hosts)))
            return self.expect(EXPECTED, *REAL, f"--allow-net={leave}", "s.json").out.split()
        self.assertEqual(attempts("[::1]:9", "::1", "::1:9"), ["tried", "no"])
        self.assertEqual(attempts("[::1]:8", "::1"), ["no"])
        self.assertEqual(attempts("[::1],127.0.0.1:8", "::1", "127.0.0.1"), ["tried", "no"])
        self.assertEqual(attempts("::1", "::1"), ["tried"])
        self.assertEqual(attempts("::1:9", "::1"), ["no"])  # an address of its own

    def test_files_are_made_in_the_folder_alone(self):
        (self.folder / "in").mkdir()
        (self.folder / "out").symlink_to("/")
        def attempt(path):
            return {"try": [{"start_unix_server": "serve", "path": drawn(path), "as": "s"}, {"print": "serves"},
                            {"close": "s"}],
                    "except": {"PermissionError": [{"print": "{error}"}]}}
        self.write("s.json", scenario(*map(attempt, ("in/s", "s", "in/../s", "out/s")),
                                      coroutines={"serve": {"params": ["c"], "do": []}}))
        self.expect(EXPECTED, *REAL, "--allow-unix=in", "s.json",
                    out="serves\n" + "".join(f'"{path}" is not in the folder that --allow-unix names\n'
                                             for path in ("s", "in/../s", "out/s")))
        self.assertEqual(list((self.folder / "in").iterdir()), [])

    def test_the_folder_is_one(self):
        """Not the option, the file or the word that stands in its place by mistake."""
        self.write("s.json", scenario({"sleep": 0}))
        for word in ("--allow-net", "-", "s.json", "nowhere", ""):
            self.expect(USAGE, *REAL, "--allow-unix", word, "s.json", out="",
                        err=f'cadran run: --allow-unix wants a folder that is there, not "{word}"\n')
        self.expect(EXPECTED, *REAL, "--allow-unix", ".", "s.json")

    def test_a_link_in_the_folder_does_not_lead_out_of_it(self):
        """Where somebody else listens, say the daemon of a container's."""
        (self.folder / "in").mkdir()
        (self.folder / "in" / "link").symlink_to(self.folder / "s.sock")
        (self.folder / "in" / "own").symlink_to("t.sock")
        self.write("s.json", scenario(
            {"start_unix_server": "serve", "path": "in/t.sock", "as": "t"},
            {"open_unix_connection": "in/own", "as": "c"}, {"print": "own"},
            *({"try": [{"open_unix_connection": drawn(path), "as": "c"}, {"print": "connected"}],
               "except": {"PermissionError": [{"print": "{error}"}]}} for path in ("in/link", "in/..", "")),
            coroutines={"serve": {"params": ["c"], "do": []}}))
        with socket.socket(socket.AF_UNIX) as daemon:
            daemon.bind(str(self.folder / "s.sock"))
            daemon.listen()
            self.expect(EXPECTED, *REAL, "--allow-unix=in", "s.json", out="own\n" + "".join(
                f'"{path}" is not in the folder that --allow-unix names\n' for path in ("in/link", "in/..", "")))

    def test_an_empty_list(self):
        process = self.expect(USAGE, *REAL, "--allow-exec=", "s.json")
        self.assertEqual(process.err, 'cadran run: --allow-exec wants programs, such as cat,sort, not ""\n')

    def test_a_simulated_world_has_none(self):
        self.write("s.json", scenario({"sleep": 1}, {"exec": ["ls"]}, {"exec": ["ls"]}))
        process = self.expect(USAGE, "run", "--allow-exec", "s.json", out="")
        self.assertEqual(process.err.count("\n"), 1)
        self.assertIn('/tasks/0/do/1: "exec" acts on the world outside, and needs the real one '
                      "(--clock real); a simulated one is to come", process.err)

    @unittest.skipUnless(shutil.which("strace"), "there is no strace")
    def test_a_stranger_makes_no_call_for_network_or_programs(self):
        self.write("s.json", scenario({"print": "x"}, {"exec": ["ls"]}))
        self.write("t.json", scenario({"print": "x"}, {"sleep": 0.01}, {"to_thread": 0.01}))
        for name in ("s.json", "t.json"):
            log = self.folder / "log"
            traced = subprocess.run(
                ["strace", "-f", "-qq", "-o", log, "-e", "trace=%network,execve,execveat,fork,vfork",
                 PROGRAM, *REAL, self.folder / name], stdin=subprocess.DEVNULL, capture_output=True,
                check=False)
            if "ptrace" in traced.stderr.decode():
                self.skipTest("no process may be traced here")
            calls = [line for line in log.read_text().splitlines() if "+++" not in line and "---" not in line]
            self.assertEqual(len(calls), 1, calls)  # its own start


class End(CliTest):
    def test_what_still_runs_is_killed_with_what_it_started(self):
        self.write("s.json", scenario({"exec": ["sh", "-c", "sleep 60 & echo $! $$; wait"],
                                       "stdout": "pipe", "as": "p"},
                                      {"readline": "p", "as": "x"}, {"print": "{strip(x)}"}))
        process = self.expect(EXPECTED, *REAL, "--allow-exec", "s.json")
        for pid in map(int, process.out.split()):
            self.assert_gone(pid)

    def test_what_an_ended_program_has_left_behind_is_killed(self):
        self.write("s.json", scenario({"exec": ["sh", "-c", "sleep 60 & echo $!; exit 3"],
                                       "stdout": "pipe", "as": "p"},
                                      {"wait": "p", "as": "code"}, {"readline": "p", "as": "x"}, {"print": "{strip(x)}"}))
        process = self.expect(EXPECTED, *REAL, "--allow-exec", "s.json")
        self.assertFalse(pathlib.Path(f"/proc/{process.out.strip()}").exists())

    def assert_gone(self, pid):
        """It is somebody else's to reap, if it was not the run's own child."""
        stat = pathlib.Path(f"/proc/{pid}/stat")
        for _ in range(2000):
            try:
                if ") Z " in stat.read_text():
                    return
            except (FileNotFoundError, ProcessLookupError):
                return
            time.sleep(0.001)
        self.fail(f"{pid} still runs: {stat.read_text()}")

    def test_an_interrupt_ends_its_children_too(self):
        self.write("s.json", scenario({"exec": ["sh", "-c", "echo $$; sleep 60"], "stdout": "pipe", "as": "p"},
                                      {"readline": "p", "as": "x"}, {"print": "{strip(x)}"}, {"wait": "p"}))
        process = self.start(*REAL, "--allow-exec", "s.json")
        pid = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGINT)
        self.finish(process)
        self.assertIn("outcome interrupted", process.err)
        self.assert_gone(pid)

    def test_a_process_that_nobody_has_any_more_goes_on(self):
        """Its variable gets another value; it ends by itself."""
        file = self.folder / "made"
        self.write("s.json", scenario({"exec": ["sh", "-c", "read x; touch made"], "stdin": "pipe", "as": "p"},
                                      {"write": "p", "data": "go\n"}, {"let": {"p": "0"}},
                                      {"exec": ["sh", "-c", "until test -e made; do sleep 0.01; done"], "as": "q"},
                                      {"wait": "q", "as": "code"}, {"print": "{code}"}))
        self.expect(EXPECTED, *REAL, "--allow-exec", "s.json", out="0\n")
        self.assertTrue(file.exists())

    def test_who_waits_for_a_process_is_told_where_a_limit_ends_the_run(self):
        self.write("s.json", scenario({"exec": ["sleep", "60"], "as": "p"}, {"wait": "p"}, until=0.05))
        process = self.expect(EXPECTED, *REAL, "--allow-exec", "s.json")
        self.assertRegex(process.err, r"a waits for process process-\d+\s+[^\n]*\(wait")


class Connections(CliTest):
    def test_who_is_killed_is_a_reset_or_an_end_for_the_other(self):
        """A real peer: the run goes on."""
        self.write("server.json", {
            "cadran": 1, "objects": {"over": {"type": "event"}},
            "coroutines": {"serve": {"params": ["c"], "do": [
                {"print": "connected"},
                {"try": [{"repeat": "forever", "do": [{"write": "c", "size": 100000}, {"drain": "c"}]}],
                 "except": {"ConnectionError": [{"print": "lost"}]}}, {"set": "over"}]}},
            "tasks": [{"name": "main", "do": [
                {"start_server": "serve", "port": 0, "as": "s"}, {"print": "{port(s)}"}, {"wait": "over"},
                {"close": "s"}, {"wait_closed": "s"}]}]})
        server = self.start(*REAL, "--allow-net", "server.json")
        port = int(server.stdout.readline())
        client = subprocess.Popen(["python3", "-c", f"import socket; s = socket.create_connection(('127.0.0.1', {port})); "
                                   "s.recv(1); print(flush=True); s.recv(10**9); import time; time.sleep(60)"],
                                  stdout=subprocess.PIPE)
        client.stdout.readline()
        client.kill()
        client.communicate()
        self.finish(server)
        self.assertEqual(server.out, "connected\nlost\n")
        self.assertIn("outcome complete", server.err)

    def test_the_file_of_a_server_goes_with_the_run(self):
        self.write("s.json", scenario({"start_unix_server": "serve", "path": "s.sock", "as": "s"}, {"raise": "Oops"},
                                      coroutines={"serve": {"params": ["c"], "do": []}}))
        self.expect(UNEXPECTED, *REAL, "--allow-unix=.", "s.json")
        self.assertFalse((self.folder / "s.sock").exists())


class Handlers(CliTest):
    def test_one_that_fails_is_named(self):
        self.write("s.json", scenario({"on_signal": "SIGUSR1", "do": [{"raise": "Oops", "message": "no"}]},
                                      {"raise_signal": "SIGUSR1"}, {"sleep": 0.02}, {"print": "end"}))
        process = self.expect(UNEXPECTED, *REAL, "s.json", out="end\n")
        self.assertIn("exception in a signal handler: Oops: no", process.err)
        self.assertIn("outcome failed", process.err)

    def test_one_for_the_interrupt_takes_its_place(self):
        self.write("s.json", scenario({"on_signal": "SIGINT", "do": [{"set": "asked"}]}, {"print": "ready"},
                                      {"wait": "asked"}, {"print": "in good order"},
                                      objects={"asked": {"type": "event"}}))
        process = self.start(*REAL, "s.json")
        self.assertEqual(process.stdout.readline(), "ready\n")
        os.kill(process.pid, signal.SIGINT)
        self.finish(process)
        self.assertEqual(process.out, "in good order\n")
        self.assertIn("outcome complete", process.err)

    def test_a_signal_without_one_does_what_it_does_to_a_process(self):
        self.write("s.json", scenario({"raise_signal": "SIGUSR1"}, {"print": "never"}))
        process = self.finish(self.start(*REAL, "s.json"))
        self.assertEqual(process.returncode, -signal.SIGUSR1)


class Data(CliTest):
    def test_is_text_whose_cut_characters_travel_unchanged(self):
        self.write("s.json", scenario(
            {"exec": ["printf", "\u00e9\u20ac"], "stdout": "pipe", "as": "p"},
            {"readexactly": "p", "n": 1, "as": "x"}, {"readexactly": "p", "n": 3, "as": "y"},
            {"read": "p", "as": "z"}, {"print": "{x}|{y}|{z}|{len(x)}|{len(y)}"}, {"print": "{x + y + z}"},
            {"exec": ["od", "-An", "-tx1"], "stdin": "pipe", "stdout": "pipe", "as": "q"},
            {"communicate": "q", "input": "{y}", "as": ["out", "err"]}, {"print": "{strip(out)}"}))
        self.expect(EXPECTED, *REAL, "--allow-exec", "s.json",
                    out="\ufffd|\ufffd\ufffd|\ufffd|1|3\n\u00e9\u20ac\na9 e2 82\n")

    def test_numbers_of_texts(self):
        self.write("s.json", scenario(
            {"on_signal": "SIGUSR1", "do": []},
            {"print": "{int(' 42\n')} {int('-1_000')} {int(3.9)} {int(-3.9)} {strip('\ta b \n')}|"},
            {"try": [{"print": "{int('4x')}"}], "except": {"ValueError": [{"print": "{error}"}]}},
            {"try": [{"print": "{strip(1)}"}], "except": {"TypeError": [{"print": "{error}"}]}}))
        self.expect(EXPECTED, *REAL, "s.json",
                    out="42 -1000 3 -3 a b|\ninvalid literal for int() with base 10: '4x'\n"
                        "strip() takes a text, not int\n")


class Protocols(CliTest):
    """What a step calls in its middle."""

    def limited(self, protocols, *steps):
        self.write("s.json", scenario(*steps, protocols=protocols))
        process = self.cadran(*REAL, "--allow-net", "--max-steps", "500", "s.json")
        self.assertIn("limit: 500 steps were run (--max-steps)", process.err)
        return process

    def test_a_limit_holds_in_the_middle_of_a_write(self):
        process = self.limited(
            {"pours": {"pause_writing": [{"while": "True", "do": [{"let": {"x": "1"}}]}]},
             "holds": {"connection_made": [{"pause_reading": "transport"}]}},
            {"create_server": "holds", "port": 0, "as": "s"},
            {"create_connection": "pours", "port": "port(s)", "as": "t"},
            {"write": "t", "size": 30000000}, {"print": "never"})
        self.assertNotIn("never", process.out)

    def test_what_an_error_s_steps_send_may_fail_without_end(self):
        process = self.limited(
            {"p": {"error_received": [{"print": "{error}"}, {"sendto": "transport", "size": 70000}]}},
            {"create_datagram_endpoint": "p", "port": 0, "as": "d"},
            {"create_datagram_endpoint": "p", "to": "port(d)", "as": "e"}, {"sendto": "e", "size": 70000})
        self.assertGreater(process.out.count("OSError: Message too long\n"), 100)

    def test_none_of_them_waits_at_a_barrier(self):
        self.write("s.json", scenario(
            {"create_server": "p", "port": 0, "args": {"x": "{b}"}, "as": "s"},
            {"open_connection": "port(s)", "as": "c"}, {"sleep": 0.05}, {"close": "c"}, {"close": "s"},
            {"wait_closed": "s"}, objects={"b": {"type": "barrier", "parties": 2}},
            protocols={"p": {"params": ["x"], "connection_made": [{"abort": "x"}]}}))
        self.assertIn("exception in a protocol: RuntimeError: abort() of a barrier may wait",
                      self.expect(UNEXPECTED, *REAL, "--allow-net", "s.json").err)

    def test_a_connection_has_a_name_for_what_was_lost(self):
        """A transport is a value, also when its connection is lost."""
        self.write("s.json", scenario(
            {"create_server": "p", "port": 0, "as": "s"},
            {"create_connection": "p", "port": "port(s)", "as": "t"}, {"abort": "t"}, {"sleep": 0.02},
            {"write": "t", "data": "dropped"}, {"close": "t"}, {"resume_reading": "t"},
            {"print": "{is_closing(t)} {is_reading(t)} {buffered(t)} {port(t)}"},
            protocols={"p": {}}))
        self.expect(EXPECTED, *REAL, "--allow-net", "s.json", out="True False 0 0\n")


if __name__ == "__main__":
    main()
