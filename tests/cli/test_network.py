"""docs/network.md: each scenario of the page does what the page says."""

import contextlib
import json
import os
import random
import re
import signal
import socket
import struct
import textwrap

from cli_test import EXPECTED, ROOT, SCENARIOS, CliTest, main

PAGE = (ROOT / "docs" / "network.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "engine" / "examples"
REAL = ("run", "--clock", "real")


def scenarios():
    """Those of the page, as they stand there."""
    blocks = re.findall(r"(?:^    .*\n|^\n)+", PAGE, re.MULTILINE)
    found = [textwrap.dedent(part) for block in blocks for part in re.split(r"\n(?=    \$)", block)]
    return [json.loads(text) for text in found if text.strip().startswith('{')]


def free_port():
    """One that the system gives nobody who leaves the choice to it: tests that run meanwhile do."""
    while True:
        with socket.socket() as listener, contextlib.suppress(OSError):
            port = random.randrange(10000, 32768)
            listener.bind(("127.0.0.1", port))
            return port


class Page(CliTest):
    def start_server(self, document, *ports):
        """Runs one of the page's at other ports; waits until it listens."""
        text = json.dumps(document)
        for old, new in ports:
            text = text.replace(f": {old}", f": {new}")
        path = self.write(f"{ports[-1][1]}.json", text)
        process = self.start(*REAL, "--allow-net", path.name)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        while True:
            try:
                socket.create_connection(("127.0.0.1", ports[-1][1])).close()
                return process
            except ConnectionRefusedError:
                self.assertIsNone(process.poll())

    def talk(self, port, text):
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.sendall(text)
            peer.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: peer.recv(65536), b""))

    def test_the_server_and_the_proxy_before_it(self):
        echo, _, proxy = scenarios()
        behind, before = free_port(), free_port()
        server = self.start_server(echo, (8007, behind))
        self.start_server(proxy, (8007, behind), (8008, before))
        for port in (behind, before):
            for _ in range(6):  # more than the window has places
                self.assertEqual(self.talk(port, b"hello\nagain\n"), b"hello\nagain\n")
        os.kill(server.pid, signal.SIGTERM)
        self.finish(server)
        self.assertIn("outcome complete", server.err)

    def test_the_proxy_survives_its_clients_and_its_server(self):
        """More of them are killed than the window has places; and for one there is no server."""
        echo, _, proxy = scenarios()
        behind, before = free_port(), free_port()
        process = self.start_server(proxy, (8007, behind), (8008, before))
        self.assertEqual(self.talk(before, b""), b"")
        self.start_server(echo, (8007, behind))
        for _ in range(6):
            with socket.create_connection(("127.0.0.1", before)) as client:
                client.sendall(b"hello\n")
                self.assertEqual(client.recv(6), b"hello\n")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.assertEqual(self.talk(before, b"after\n"), b"after\n")
        os.kill(process.pid, signal.SIGTERM)
        self.finish(process)
        self.assertIn("outcome complete", process.err)

    def test_the_window(self):
        _, window, _ = scenarios()
        self.write("window.json", window)
        process = self.expect(EXPECTED, *REAL, "--allow-exec", "--table", "window.json")
        self.assertIn("outcome complete", process.err)


class Programs(CliTest):
    def test_what_the_page_shows_of_c_is_what_the_examples_have(self):
        sources = [path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.c")]
        blocks = [textwrap.dedent(block).strip("\n")
                  for block in re.findall(r"(?:^    .*\n|^\n)+", PAGE, re.MULTILINE)]
        shown = [block for block in blocks if block.startswith(("static", "#include"))]
        self.assertEqual(len(shown), 4)
        for block in shown:
            with self.subTest(block.splitlines()[0]):
                self.assertTrue(any(block in source for source in sources))


class Scenarios(CliTest):
    """Those of scenarios/world, each of which says what must come out of it."""

    def test_each(self):
        paths = sorted((SCENARIOS / "world").glob("*.json"))
        self.assertEqual(len(paths), 4)
        for path in paths:
            with self.subTest(path.name):
                document = json.loads(path.read_text(encoding="utf-8"))
                self.assertEqual(document["name"], path.stem)
                self.assertTrue(document["description"])
                process = self.expect(EXPECTED, *REAL, "--allow-net", "--allow-exec", "--trace",
                                      "t.json", path)
                self.assertIn("outcome complete", process.err)
                trace = json.loads((self.folder / "t.json").read_text())
                self.assertTrue(any(event.get("cat") == "lane" for event in trace))

    def test_they_are_skipped_where_nothing_is_allowed(self):
        process = self.expect(EXPECTED, "test", SCENARIOS / "world")
        self.assertIn("4 skipped", process.out + process.err)


if __name__ == "__main__":
    main()
