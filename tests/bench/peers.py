"""The peers: other people's tools that do the same work, where they are installed.

Each is a small program in peers/ that takes the arguments of bench.h. What needs compiling is
compiled here, because none of these is a dependency of the project.
"""
import os
import shutil
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")


class Absent(Exception):
    """The peer is not installed; the text says what is missing."""


class Peer:
    """title: as the table names it; packages: the Debian packages, with alternatives as tuples."""

    def __init__(self, name, title, packages=()):
        self.name, self.title, self.packages = name, title, packages
        self.environment = {}

    def prepare(self, build):
        """Makes it ready to run and returns its command; raises Absent."""
        raise NotImplementedError


def succeeds(command, stdin=""):
    try:
        return subprocess.run(command, input=stdin, text=True, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def up_to_date(program, *sources):
    return os.path.exists(program) and all(
        os.path.getmtime(program) >= os.path.getmtime(source) for source in sources)


def compile_program(program, source, command):
    """A peer that is there but does not compile is a fault, and not skipped."""
    header = os.path.join(os.path.dirname(HERE), "bench.h")
    if not up_to_date(program, source, header):
        os.makedirs(os.path.dirname(program), exist_ok=True)
        subprocess.run(command, check=True)
    return [program]


class CompiledPeer(Peer):
    def __init__(self, name, title, packages, source, header, libraries):
        super().__init__(name, title, packages)
        self.source, self.header, self.libraries = source, header, libraries

    def prepare(self, build):
        cplusplus = self.source.endswith(".cpp")
        compiler = shutil.which("c++" if cplusplus else "cc")
        if compiler is None:
            raise Absent("no C++ compiler" if cplusplus else "no C compiler")
        options = ["-x", "c++", "-std=c++17"] if cplusplus else ["-x", "c", "-std=gnu11"]
        if not succeeds([compiler, *options, "-E", "-"], f"#include <{self.header}>\n"):
            raise Absent(f"no {self.header}")
        program = os.path.join(build, "bench", "peers", self.name)
        source = os.path.join(HERE, self.source)
        return compile_program(program, source, [
            compiler, *options, "-O3", "-DNDEBUG", "-o", program, source, *self.libraries])


class GoPeer(Peer):
    def prepare(self, build):
        go = shutil.which("go")
        if go is None:
            raise Absent("no go")
        program = os.path.join(build, "bench", "peers", self.name)
        source = os.path.join(HERE, "peer.go")
        return compile_program(program, source, [go, "build", "-o", program, source])


class PythonPeer(Peer):
    """Runs on Debian's Python where that has the module, else on the one that runs this."""

    def __init__(self, name, title, packages, source, module, environment=None):
        super().__init__(name, title, packages)
        self.source, self.module = source, module
        self.environment = environment or {}

    def prepare(self, build):
        self.environment["BENCH_CLIENT"] = os.path.join(os.path.abspath(build), "bench",
                                                        "bench-client")
        for python in ("/usr/bin/python3", sys.executable):
            if succeeds([python, "-c", f"import {self.module}"]):
                return [python, "-B", os.path.join(HERE, self.source)]
        raise Absent(f"no Python module {self.module}")


PEERS = {peer.name: peer for peer in (
    PythonPeer("asyncio", "CPython asyncio", ("python3",), "asyncio_peer.py", "asyncio"),
    PythonPeer("uvloop", "asyncio on uvloop", ("python3-uvloop",), "asyncio_peer.py", "uvloop",
               {"PEER_UVLOOP": "1"}),
    PythonPeer("simpy", "SimPy", (("python3-simpy3", "python3-simpy"),), "simpy_peer.py", "simpy"),
    CompiledPeer("simgrid", "SimGrid", ("libsimgrid-dev", "g++"), "simgrid.cpp",
                 "simgrid/s4u.hpp", ["-lsimgrid"]),
    GoPeer("go", "Go", ("golang-go",)),
    CompiledPeer("st", "State Threads", ("libst-dev",), "state_threads.c", "st.h", ["-lst"]),
    CompiledPeer("boost", "Boost.Context", ("libboost-context-dev", "g++"), "boost_context.cpp",
                 "boost/context/fiber.hpp", ["-lboost_context"]),
)}


# --- installing -----------------------------------------------------------------------------

def installed(package):
    status = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], text=True,
                            check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return status.stdout == "installed"


def known(package):
    policy = subprocess.run(["apt-cache", "policy", package], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return "Candidate:" in policy and "Candidate: (none)" not in policy


def choose(alternatives):
    """The package to have, of several that would do; None where this system knows none."""
    if isinstance(alternatives, str):
        alternatives = (alternatives,)
    return next((p for p in alternatives if installed(p)), None) \
        or next((p for p in alternatives if known(p)), None)


def install(say):
    """Installs with apt what the peers need; says what it cannot install, and goes on."""
    if shutil.which("apt-get") is None:
        say("No apt-get here: the peers that are installed are measured, the others are skipped.")
        return
    root = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run([*root, "apt-get", "update", "-qq"], check=False)
    wanted = []
    for peer in PEERS.values():
        for alternatives in peer.packages:
            package = choose(alternatives)
            if package is None:
                say(f"{peer.title}: this system has no package {alternatives}.")
            elif not installed(package) and package not in wanted:
                wanted.append(package)
    if wanted:
        say("Installing " + " ".join(wanted))
        command = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y",
                   "-qq", "--no-install-recommends", *wanted]
        if subprocess.run(command, check=False).returncode != 0:
            say("apt-get could not install all of them (see above); going on with what is there.")
