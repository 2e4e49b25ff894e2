"""docs/network.md: each scenario of the page does what the page says."""

import json
import os
import re
import signal
import socket
import textwrap

from cli_test import EXPECTED, ROOT, CliTest, main

PAGE = (ROOT / "docs" / "network.md").read_text(encoding="utf-8")
REAL = ("run", "--clock", "real")


def scenarios():
    """Those of the page, as they stand there."""
    blocks = re.findall(r"(?:^    .*\n|^\n)+", PAGE, re.MULTILINE)
    found = [textwrap.dedent(part) for block in blocks for part in re.split(r"\n(?=    \$)", block)]
    return [json.loads(text) for text in found if text.strip().startswith('{')]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


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

    def test_the_window(self):
        _, window, _ = scenarios()
        self.write("window.json", window)
        process = self.expect(EXPECTED, *REAL, "--allow-exec", "--table", "window.json")
        self.assertIn("outcome complete", process.err)


if __name__ == "__main__":
    main()
