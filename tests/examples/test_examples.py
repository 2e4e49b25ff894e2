"""The example programs, each with the peer that people would use: netcat, telnet, curl, ab, wrk, a
PostgreSQL, a Redis, an sshd, all of them on loopback.

    test_examples.py PROGRAM NAME

runs the tests of one; it is skipped (status 77) where a peer is not installed.
"""

import contextlib
import getpass
import json
import os
import pathlib
import pty
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, NAME = sys.argv[1:3]
HTTP_SERVER = os.path.join(os.environ["EXAMPLES"], "example-http-server")
PATIENCE = 60


def free_port():
    """One that the system gives nobody who leaves the choice to it: tests that run meanwhile do."""
    while True:
        with socket.socket() as listener, contextlib.suppress(OSError):
            port = random.randrange(10000, 32768)
            listener.bind(("127.0.0.1", port))
            return port


def need(*programs):
    for program in programs:
        if shutil.which(program) is None and not os.path.exists(program):
            raise unittest.SkipTest(f"there is no {program} here")


def wait_until(what, seconds=PATIENCE):
    """Until what() gives something: that."""
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError("it does not come")
        time.sleep(0.01)
    return found


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except ConnectionRefusedError:
        return False


class ExampleTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cadran-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *command, **options):
        process = subprocess.Popen(list(map(str, command)), cwd=self.folder, **options)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        return process

    def run_command(self, *command, status=0, given=b"", **options):
        """What it prints."""
        process = subprocess.run(list(map(str, command)), input=given, cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 timeout=PATIENCE, **options)
        text = process.stdout.decode(errors="replace")
        self.assertEqual(process.returncode, status, text)
        return text

    def serve(self, program):
        """Starts a server of the examples; its port. At the end of the test, when its clients have
        gone, it has the descriptors that it began with; asked to stop it ends well, and has said
        nothing."""
        process = self.start(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        port = int(process.stdout.readline())
        self.addCleanup(self.stop, process, self.descriptors(process))
        return port

    def stop(self, process, descriptors):
        wait_until(lambda: self.descriptors(process) == descriptors)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, said), (0, b""))

    @staticmethod
    def descriptors(process):
        return sorted(os.listdir(f"/proc/{process.pid}/fd"), key=int)

    def connect(self, port):
        peer = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.addCleanup(peer.close)
        return peer


class FirstServer(ExampleTest):
    def test_netcat(self):
        need("nc")
        port = free_port()
        process = self.start(PROGRAM, port)
        wait_until(lambda: answers(port))
        self.assertEqual(self.run_command("nc", "-N", "127.0.0.1", port, given=b"hello\nyou"),
                         "hello\nyou")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 0)


class Echo(ExampleTest):
    def test_netcat_gets_back_what_it_sends(self):
        need("nc")
        port = self.serve(PROGRAM)
        text = "".join(f"line {i}\n" for i in range(100_000))
        self.assertEqual(self.run_command("nc", "-N", "127.0.0.1", port, given=text.encode()), text)

    def test_two_at_once(self):
        port = self.serve(PROGRAM)
        one, other = self.connect(port), self.connect(port)
        for peer, text in ((one, b"one"), (other, b"other"), (one, b"again")):
            peer.sendall(text)
            self.assertEqual(peer.recv(len(text), socket.MSG_WAITALL), text)

    def test_a_reset_ends_that_connection_alone(self):
        port = self.serve(PROGRAM)
        one, other = self.connect(port), self.connect(port)
        one.sendall(b"x")
        one.recv(1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        one.close()
        other.sendall(b"still there")
        self.assertEqual(other.recv(11, socket.MSG_WAITALL), b"still there")


class EchoProtocol(Echo):
    """The same, by callbacks."""

    def test_who_does_not_read_is_not_read_from(self):
        port = self.serve(PROGRAM)
        peer = self.connect(port)
        peer.setblocking(False)
        sent = 0
        with self.assertRaises(BlockingIOError):
            while sent < 100_000_000:
                sent += peer.send(b"x" * 65536)
                time.sleep(0.0005)
        peer.setblocking(True)
        got = 0
        while got < sent:
            got += len(peer.recv(1 << 20))


class Chat(ExampleTest):
    def enter(self, port, name):
        peer = self.connect(port)
        peer.sendall(name + b"\n")
        return peer, peer.makefile("rb")

    def test_all_others_hear_what_one_says(self):
        port = self.serve(PROGRAM)
        ann, at_ann = self.enter(port, b"ann")
        bob, at_bob = self.enter(port, b"bob")
        self.assertEqual(at_ann.readline(), b"bob has come\n")
        eve, at_eve = self.enter(port, b"eve")
        for lines in (at_ann, at_bob):
            self.assertEqual(lines.readline(), b"eve has come\n")
        ann.sendall(b"hello\nyou\n")
        for lines in (at_bob, at_eve):
            self.assertEqual(lines.readline() + lines.readline(), b"ann: hello\nann: you\n")
        bob.shutdown(socket.SHUT_WR)
        for lines in (at_ann, at_eve):
            self.assertEqual(lines.readline(), b"bob has gone\n")
        self.assertEqual(at_bob.readline(), b"")

    def test_who_does_not_read_holds_nobody_up(self):
        port = self.serve(PROGRAM)
        ann, at_ann = self.enter(port, b"ann")
        slow, at_slow = self.enter(port, b"slow")
        self.assertEqual(at_ann.readline(), b"slow has come\n")
        bob, at_bob = self.enter(port, b"bob")
        self.assertEqual(at_ann.readline() + at_slow.readline(), b"bob has come\n" * 2)
        long = b"x" * 50_000 + b"\n"
        for _ in range(500):  # 25 MB, far more than is kept for one who does not read
            ann.sendall(long)
            self.assertEqual(at_bob.readline(), b"ann: " + long)
        got = [at_slow.readline() for _ in range(50)]
        ann.sendall(b"now\n")
        while got[-1] != b"ann: now\n":
            got.append(at_slow.readline())
        left_out = [int(line.split()[0][1:]) for line in got if line.endswith(b"left out)\n")]
        self.assertEqual(got.count(b"ann: " + long) + sum(left_out), 500)
        self.assertGreater(sum(left_out), 100)

    def test_netcat(self):
        need("nc")
        port = self.serve(PROGRAM)
        _, at_ann = self.enter(port, b"ann")
        said = self.run_command("nc", "-N", "127.0.0.1", port, given=b"nick\nhello\n")
        self.assertEqual(said, "")
        self.assertEqual([at_ann.readline() for _ in range(3)],
                         [b"nick has come\n", b"nick: hello\n", b"nick has gone\n"])


class Proxy(ExampleTest):
    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        process = self.start(PROGRAM, self.listener.getsockname()[1], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        self.port = int(process.stdout.readline())
        self.addCleanup(self.stop, process, self.descriptors(process))
        self.addCleanup(self.listener.close)  # first, with those that nobody has accepted

    def accept(self):
        peer, _ = self.listener.accept()
        self.addCleanup(peer.close)
        return peer

    def test_both_directions_and_their_ends(self):
        near = self.connect(self.port)
        far = self.accept()
        near.sendall(b"there")
        self.assertEqual(far.recv(5, socket.MSG_WAITALL), b"there")
        near.shutdown(socket.SHUT_WR)
        self.assertEqual(far.recv(1), b"")
        far.sendall(b"and back")
        far.close()
        self.assertEqual(near.recv(9, socket.MSG_WAITALL), b"and back")

    def test_four_at_a_time(self):
        clients = [self.connect(self.port) for _ in range(6)]
        beyond = [self.accept() for _ in range(4)]
        self.listener.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            self.listener.accept()
        self.listener.settimeout(PATIENCE)
        clients[0].close()
        beyond[0].close()
        self.accept().close()

    def test_a_slow_reader_slows_the_sender_down(self):
        near, far = self.connect(self.port), self.accept()
        near.setblocking(False)
        sent = 0
        with self.assertRaises(BlockingIOError):
            while sent < 100_000_000:
                sent += near.send(b"x" * 65536)
                time.sleep(0.0005)
        self.assertLess(sent, 50_000_000)
        got = 0
        while got < sent:
            got += len(far.recv(1 << 20))


class Supervisor(ExampleTest):
    def test_all_run_so_many_at_once_and_what_crashes_again(self):
        (self.folder / "running").mkdir()
        script = ("touch running/{}; ls running | wc -l >>counts; sleep 0.05; rm running/{}; "
                  "test -e crashed{} && exit 0; touch crashed{}; test {} != 3 || kill -9 $$; "
                  "test {} != 5")
        said = self.run_command(PROGRAM, 4, 12, "sh", "-c", script)
        counts = list(map(int, (self.folder / "counts").read_text().split()))
        self.assertEqual(max(counts), 4)
        self.assertEqual(len(counts), 14)
        self.assertCountEqual(said.splitlines(),
                              ["job3: signal 9, again", "job5: exit 1, again"]
                              + [f"job{i}: exit 0" for i in range(12)])
        trace = json.loads((self.folder / "supervisor.trace.json").read_text())
        lanes = [event for event in trace if event.get("cat") == "lane" and event["ph"] == "E"]
        self.assertEqual([event["name"] for event in lanes], ["sh"] * 14)
        self.assertEqual(sorted(event["args"]["result"] for event in lanes if "args" in event),
                         [-9, 1])

    def test_what_always_crashes_is_given_up(self):
        said = self.run_command(PROGRAM, 1, 1, "sh", "-c", "exit 7", status=1)
        self.assertEqual(said.splitlines(),
                         ["job0: exit 7, again"] * 3 + ["job0: exit 7, given up"])

    def test_ctrl_c_kills_what_runs(self):
        process = self.start(PROGRAM, 2, 4, "sh", "-c", "echo $$ >>pids; sleep 1000 & wait")
        pids = wait_until(lambda: (self.folder / "pids").exists()
                          and len(found := (self.folder / "pids").read_text().split()) == 2 and found)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 1)
        for pid in pids:  # each is the leader of a group
            wait_until(lambda: not self.group_runs(int(pid)))

    @staticmethod
    def group_runs(leader):
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, group = path.read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(group) == leader and state not in "ZX":
                return True
        return False

    def test_a_program_that_is_not_there(self):
        said = self.run_command(PROGRAM, 1, 1, "./missing", status=0)
        self.assertIn("No such file", said)


class Telnet(ExampleTest):
    def test_a_telnet_client_on_a_terminal(self):
        need("telnet")
        port = self.serve(PROGRAM)
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "vt100"
            os.execvp("telnet", ["telnet", "127.0.0.1", str(port)])
        self.addCleanup(os.close, terminal)
        self.size(terminal, 40, 132)
        said = self.talk(terminal, [b"> ", b"> ", b"> "], [b"help\n", b"terminal\n", b"bye\n"])
        _, status = os.waitpid(pid, 0)
        self.assertRegex(said, rb"(?s)type help, or bye.*size      of your window.*(?i:vt100).*bye")

    @staticmethod
    def size(terminal, rows, columns):
        import fcntl
        import struct
        import termios
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def talk(self, terminal, prompts, lines):
        said = b""
        at = 0
        while True:
            self.assertTrue(select.select([terminal], [], [], PATIENCE)[0], said)
            try:
                some = os.read(terminal, 4096)
            except OSError:  # the other side of the terminal is gone
                return said
            if not some:
                return said
            said += some
            if lines and said.find(prompts[0], at) >= 0:
                at = len(said)
                prompts.pop(0)
                os.write(terminal, lines.pop(0))

    def test_options_lines_and_what_is_too_long(self):
        port = self.serve(PROGRAM)
        peer = self.connect(port)
        peer.sendall(b"\xff\xfb\x1f\xff\xfa\x1f\x00\x64\x00\x28\xff\xf0si")
        peer.sendall(b"ze\r\n" + b"x" * 100_000 + b"\r\nbye\r\n")
        said = b"".join(iter(lambda: peer.recv(4096), b""))
        self.assertIn(b"100 x 40\r\n", said)
        self.assertTrue(said.endswith(b"bye\r\n"))


class HttpServer(ExampleTest):
    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def setUp(self):
        super().setUp()
        self.port = self.serve(PROGRAM)

    def talk(self, text):
        peer = self.connect(self.port)
        peer.sendall(text)
        peer.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: peer.recv(65536), b""))

    def test_curl(self):
        need("curl")
        self.assertEqual(self.run_command("curl", "-s", self.url("/")), "hello\n")
        body = "x" * 1_000_000
        self.assertEqual(self.run_command("curl", "-s", "--data-binary", "@-", self.url("/echo"),
                                          given=body.encode()), body)
        self.assertEqual(self.run_command("curl", "-s", "-H", "Transfer-Encoding: chunked",
                                          "--data-binary", "@-", self.url("/echo"),
                                          given=b"in chunks"), "in chunks")
        head = self.run_command("curl", "-s", "-I", self.url("/"))
        self.assertTrue(head.startswith("HTTP/1.1 200 OK\r\n") and "Content-Length: 6" in head, head)
        self.assertIn("404", self.run_command("curl", "-si", self.url("/missing")))
        too_large = self.run_command("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                                     "-H", "Expect:", "--data-binary", "@-", self.url("/echo"),
                                     given=b"x" * 1_100_000)
        self.assertEqual(too_large, "413")
        two = self.run_command("curl", "-sv", self.url("/"), self.url("/"))
        self.assertRegex(two, "Re-using existing (http: )?connection")

    def test_requests_that_come_together_are_answered_in_their_order(self):
        said = self.talk(b"GET /sleep HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"
                         b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nlast")
        self.assertEqual(re.findall(rb"\r\n\r\n(\w+)", said), [b"slept", b"hello", b"last"])

    def test_what_is_no_request(self):
        self.assertTrue(self.talk(b"GET\0 / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400 "))
        self.assertTrue(self.talk(b"GET /" + b"x" * 2000 + b" HTTP/1.1\r\n\r\n").startswith(
            b"HTTP/1.1 414 "))
        self.assertEqual(self.talk(b"GET / HT"), b"")

    def test_ab_and_wrk(self):
        need("ab", "wrk")
        said = self.run_command("ab", "-q", "-n", 2000, "-c", 10, "-k", self.url("/"))
        self.assertRegex(said, r"Complete requests: +2000\n")
        self.assertRegex(said, r"Failed requests: +0\n")
        said = self.run_command("ab", "-q", "-n", 500, "-c", 10, self.url("/"))
        self.assertRegex(said, r"Failed requests: +0\n")
        said = self.run_command("wrk", "-d", "1s", "-c", 20, "-t", 2, self.url("/"))
        self.assertNotRegex(said, r"Socket errors|Non-2xx")
        self.assertRegex(said, r"[1-9]\d* requests in")


class HttpClient(ExampleTest):
    def setUp(self):
        super().setUp()
        self.port = self.serve(HTTP_SERVER)

    def ask(self, *targets, status=0):
        return self.run_command(PROGRAM, self.port, *targets, status=status).splitlines()

    def test_pages(self):
        self.assertCountEqual(self.ask("/", "/missing", "/sleep"),
                              ["200 6 /", "404 22 /missing", "200 6 /sleep"])

    def test_four_at_a_time(self):
        begin = time.monotonic()
        self.assertEqual(self.ask(*["/sleep"] * 12), ["200 6 /sleep"] * 12)
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)

    def test_nobody_answers(self):
        said = self.run_command(PROGRAM, free_port(), "/", status=1)
        self.assertEqual(said, "/: Connection refused\n")


class Curl(ExampleTest):
    def setUp(self):
        super().setUp()
        self.port = self.serve(HTTP_SERVER)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def test_pages(self):
        paths = ["/", "/missing"] + ["/sleep"] * 10
        said = self.run_command(PROGRAM, *map(self.url, paths))
        self.assertCountEqual(said.splitlines(),
                              [f"200 6 {self.url('/')}", f"404 22 {self.url('/missing')}"]
                              + [f"200 6 {self.url('/sleep')}"] * 10)

    def test_one_that_fails_fails_no_other(self):
        nobody = f"http://127.0.0.1:{free_port()}/"
        said = self.run_command(PROGRAM, nobody, self.url("/"), status=1)
        self.assertIn(f"200 6 {self.url('/')}", said)
        self.assertRegex(said, re.escape(nobody) + ": Could( not|n't) connect to server")


class Postgres(ExampleTest):
    def test_fifty_queries_four_at_a_time(self):
        need("pg_virtualenv")
        said = self.run_command("pg_virtualenv", PROGRAM)
        self.assertIn("50 queries, 4 at a time, sum 2450\n", said)

    def test_no_server(self):
        said = self.run_command(PROGRAM, f"host=127.0.0.1 port={free_port()}", status=1)
        self.assertIn("Connection refused", said)


class Redis(ExampleTest):
    def test_fifty_commands(self):
        need("redis-server")
        port = free_port()
        self.start("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
                   "--dir", self.folder, stdout=subprocess.DEVNULL)
        wait_until(lambda: answers(port))
        self.assertEqual(self.run_command(PROGRAM, port), "50 commands, counted to 50\n")

    def test_no_server(self):
        self.assertIn("Connection refused", self.run_command(PROGRAM, free_port(), status=1))


class Ssh(ExampleTest):
    CONFIG = """
        ListenAddress 127.0.0.1
        HostKey {folder}/host
        AuthorizedKeysFile {folder}/user.pub
        PidFile none
        StrictModes no
        UsePAM no
        PermitRootLogin prohibit-password
        HostKeyAlgorithms +ssh-rsa
        PubkeyAcceptedAlgorithms +ssh-rsa
    """

    def start_sshd(self):
        need("/usr/sbin/sshd", "ssh-keygen")
        for name in ("host", "user"):
            self.run_command("ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", name)
        (self.folder / "config").write_text(self.CONFIG.format(folder=self.folder))
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)  # it asks for that
        port = free_port()
        with open(self.folder / "log", "wb") as log:
            self.start("/usr/sbin/sshd", "-D", "-e", "-p", port, "-f", self.folder / "config",
                       stderr=log)
        wait_until(lambda: answers(port))
        return port

    def test_a_command(self):
        port = self.start_sshd()
        ask = (PROGRAM, port, getpass.getuser(), "user")
        self.assertEqual(self.run_command(*ask, "echo hello; exit 3", status=3), "hello\n")
        self.assertEqual(len(self.run_command(*ask, "head -c 1000000 /dev/zero | tr '\\0' x")),
                         1_000_000)

    def test_no_server(self):
        said = self.run_command(PROGRAM, free_port(), "me", "key", "true", status=1)
        self.assertEqual(said, "example-ssh: Connection refused\n")


if __name__ == "__main__":
    case = globals()["".join(part.capitalize() for part in NAME.split("-"))]
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    outcome = unittest.TextTestRunner(verbosity=1).run(tests)
    if not outcome.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if outcome.skipped else 0)
