#!/usr/bin/env python3
"""Runs a scenario on CPython's own asyncio, on its real loop: sockets, processes, signals.

    reference_world.py SCENARIO.json    standard output: what the tasks print
                                        last line of standard error: outcome NAME

The interpreter is reference.py's; what is here replaces its virtual clock by the ordinary loop and
adds the steps that act on the world outside. Time is real. The cases of world/ were recorded with
CPython 3.13. Needs Linux, and nothing else.
"""
import asyncio
import json
import os
import signal
import socket
import sys
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import reference as ref  # noqa: E402

ref_sync_step, ref_wait_step, ref_expression = ref.sync_step, ref.wait_step, ref.expression
PIPE, NULL = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL


# --- the real clock ---------------------------------------------------------------------

class RealLoop(asyncio.SelectorEventLoop):
    """The ordinary loop, with a time that begins at 0."""

    origin = 0.0

    def time(self):
        return super().time() - self.origin

    @property
    def now(self):
        return self.time()

    @now.setter
    def now(self, until):  # `compute` sets it: the loop is busy until then
        time.sleep(max(0.0, until - self.time()))


ref.VirtualLoop = RealLoop
ref.to_ns = float


# --- text is UTF-8 ----------------------------------------------------------------------

def encode(text):
    return ref.show(text).encode("utf-8", "surrogateescape")


def decode(data):
    """Bytes that are no UTF-8 stay in the text as they are (in Python: lone surrogates)."""
    return bytes(data).decode("utf-8", "surrogateescape")


def whole_text(value):
    """Halves of a character that have met become the character."""
    return decode(encode(value)) if isinstance(value, str) else value


ref.expression = lambda text, world, local: whole_text(ref_expression(text, world, local))


# --- exceptions -------------------------------------------------------------------------

for error in (OSError, EOFError, ConnectionAbortedError, FileNotFoundError, PermissionError,
              ProcessLookupError, FileExistsError, NotADirectoryError,
              asyncio.IncompleteReadError, asyncio.LimitOverrunError):
    ref.KNOWN.setdefault(error.__name__, error)


def in_its_own_words(error):
    """An error of the system says what the system calls it, without numbers and addresses."""
    if isinstance(error, ProcessLookupError) and not error.args:
        return ProcessLookupError("No such process")
    if isinstance(error, OSError) and error.errno:
        return type(error)(os.strerror(error.errno))
    return error


# --- what steps act on ------------------------------------------------------------------

class Connection:
    """A stream: asyncio's reader and writer."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer


def writer(x):
    return x.writer if isinstance(x, Connection) else \
        x.stdin if isinstance(x, asyncio.subprocess.Process) else x


def transport(x):
    w = writer(x)
    return w.transport if isinstance(w, asyncio.StreamWriter) else w


def reader(x, step):
    found = x.reader if isinstance(x, Connection) else \
        x.stderr if step.get("stream") == "stderr" else x.stdout
    if found is None:
        raise ValueError("not a pipe")
    return found


def port(x):
    sock = x.sockets[0] if isinstance(x, asyncio.base_events.Server) else \
        transport(x).get_extra_info("socket")
    return sock.getsockname()[1]


class Protocol(asyncio.Protocol):
    """A protocol of the document; each connection has variables of its own."""

    def __init__(self, world, name, args):
        self.world, self.spec, self.local = world, world.document["protocols"][name], dict(args)

    def handle(self, event, **values):
        self.local.update(values)
        try:
            ref.sync_steps(self.spec.get(event, []), self.world, self.local)
        except ref.Return as result:
            return result.value

    def connection_made(self, transport):
        self.world.kept.append(transport)
        self.handle("connection_made", transport=transport)

    def data_received(self, data):
        self.handle("data_received", data=decode(data))

    def eof_received(self):
        return self.handle("eof_received")

    def connection_lost(self, exc):
        self.handle("connection_lost", error=exc and ref.show(in_its_own_words(exc)))

    def pause_writing(self):
        self.handle("pause_writing")

    def resume_writing(self):
        self.handle("resume_writing")

    def datagram_received(self, data, addr):
        self.handle("datagram_received", data=decode(data), sender=addr[1])

    def error_received(self, exc):
        self.handle("error_received", error=ref.show(in_its_own_words(exc)))


class World(ref.World):
    def __init__(self, document):
        super().__init__(document)
        self.loop.origin = time.monotonic()
        self.kept, self.processes, self.paths = [], [], []
        self.functions.update({
            "now": self.loop.time, "len": lambda x: len(encode(x)), "int": int,
            "strip": lambda x: x.strip(), "port": port,
            "pid": lambda p: p.pid, "returncode": lambda p: p.returncode,
            "at_eof": lambda c: reader(c, {}).at_eof(),
            "is_closing": lambda c: transport(c).is_closing(),
            "is_reading": lambda c: transport(c).is_reading(),
            "is_serving": lambda s: s.is_serving(),
            "buffered": lambda c: transport(c).get_write_buffer_size(),
        })

    def emit(self, line):
        sys.stdout.write(encode(line).decode("utf-8", "replace") + "\n")

    def log(self, line):
        elapsed = int((self.loop.now - self.zero) * 1000)
        self.emit(f"{elapsed // 1000}s + {elapsed % 1000:03d}ms {line}")

    def report(self, _, context):
        message = context["message"]
        self.callback_failed |= message.startswith(
            ("Exception in callback", "Fatal error: protocol.", "protocol."))

    def deliver(self, name):
        signal.raise_signal(getattr(signal, name))

    def serve(self, name, args):
        """A server's handler: a task for each connection, named as `spawn` names it."""
        def connected(r, w):
            self.spawned[name] = self.spawned.get(name, 0) + 1
            first = self.document["coroutines"][name]["params"][0]
            connection = Connection(r, w)
            self.kept.append(connection)
            task = self.create(ref.coroutine(self, name, {first: connection, **args}),
                               f"{name}-{self.spawned[name]}")
            task.add_done_callback(lambda t: self.handler_ended(t, w))
        return connected

    def handler_ended(self, task, w):
        if task.cancelled() or task._exception is not None:
            w.transport.close()

    def clean(self):
        for p in self.processes:
            if p.returncode is None:
                try:
                    os.kill(p.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        for path in self.paths:
            if os.path.exists(path):
                os.remove(path)


# --- steps ------------------------------------------------------------------------------

def data_of(step, world, local, key="data"):
    if "size" in step:
        return b"x" * int(ref.number(step["size"], world, local))
    return encode(ref.text(step[key], world, local))


def number_of(signal_name):
    return getattr(signal, signal_name)


def write(x, step, world, local):
    writer(x).write(data_of(step, world, local))


def limits(x, step, world, local):
    of = {k: int(ref.number(step[k], world, local)) for k in ("high", "low") if k in step}
    transport(x).set_write_buffer_limits(**of)


def sendto(x, step, world, local):
    to = (host(step, world, local), int(ref.number(step["to"], world, local))) if "to" in step else None
    x.sendto(data_of(step, world, local), to)


def send(process, number):
    if process.returncode is not None:
        raise ProcessLookupError
    process.send_signal(number)


SYNC = {
    "write": write,
    "write_eof": lambda x, *_: writer(x).write_eof(),
    "close": lambda x, *_: writer(x).close(),
    "abort": lambda x, *_: transport(x).abort(),
    "close_clients": lambda x, *_: x.close_clients(),
    "abort_clients": lambda x, *_: x.abort_clients(),
    "pause_reading": lambda x, *_: transport(x).pause_reading(),
    "resume_reading": lambda x, *_: transport(x).resume_reading(),
    "set_write_buffer_limits": limits,
    "sendto": sendto,
    "send_signal": lambda x, step, *_: send(x, number_of(step["signal"])),
    "terminate": lambda x, *_: send(x, signal.SIGTERM),
    "kill": lambda x, *_: send(x, signal.SIGKILL),
}


def sync_step(step, world, local, group):
    if "on_signal" in step:
        world.loop.add_signal_handler(number_of(step["on_signal"]),
                                      ref.sync_steps, step["do"], world, local)
        return True
    if "remove_signal_handler" in step:
        ref.store(step, world.loop.remove_signal_handler(number_of(step["remove_signal_handler"])), local)
        return True
    if "raise_signal" in step:
        signal.raise_signal(number_of(step["raise_signal"]))
        return True
    for verb, act in SYNC.items():
        if verb in step:
            x = world.find(step[verb], local)
            if isinstance(x, asyncio.Barrier):
                return False
            try:
                act(x, step, world, local)
            except OSError as error:
                raise in_its_own_words(error) from None
            return True
    return ref_sync_step(step, world, local, group)


def host(step, world, local):
    name = ref.show(ref.text(step.get("host", "127.0.0.1"), world, local))
    return "127.0.0.1" if name == "localhost" else name


def whole_number(key):
    return lambda step, world, local: int(ref.number(step[key], world, local))


port_in, to_in, n_in = whole_number("port"), whole_number("to"), whole_number("n")


def arguments(step, world, local):
    return {k: ref.text(v, world, local) for k, v in step.get("args", {}).items()}


def limit_of(step, world, local):
    return {"limit": int(ref.number(step["limit"], world, local))} if "limit" in step else {}


def path_of(step, world, local, key="path"):
    return ref.show(ref.text(step[key], world, local))


async def start_unix_server(step, world, local):
    handler, path = world.serve(step["start_unix_server"], arguments(step, world, local)), path_of(step, world, local)
    server = await asyncio.start_unix_server(handler, path, **limit_of(step, world, local))
    world.paths.append(path)
    return server


async def start_server(step, world, local):
    handler = world.serve(step["start_server"], arguments(step, world, local))
    more = limit_of(step, world, local)
    return await asyncio.start_server(handler, host(step, world, local),
                                      port_in(step, world, local), **more)


async def open_connection(step, world, local):
    to = int(ref.number(step["open_connection"], world, local))
    return Connection(*await asyncio.open_connection(host(step, world, local), to, **limit_of(step, world, local)))


async def open_unix_connection(step, world, local):
    path = path_of(step, world, local, "open_unix_connection")
    return Connection(*await asyncio.open_unix_connection(path, **limit_of(step, world, local)))


def protocols_of(step, world, local, verb):
    args = arguments(step, world, local)
    return lambda: Protocol(world, step[verb], args)


async def create_server(step, world, local):
    return await world.loop.create_server(protocols_of(step, world, local, "create_server"),
                                          host(step, world, local), port_in(step, world, local))


async def create_unix_server(step, world, local):
    path = path_of(step, world, local)
    server = await world.loop.create_unix_server(protocols_of(step, world, local, "create_unix_server"), path)
    world.paths.append(path)
    return server


async def create_connection(step, world, local):
    made = await world.loop.create_connection(protocols_of(step, world, local, "create_connection"),
                                              host(step, world, local), port_in(step, world, local))
    return made[0]


async def create_unix_connection(step, world, local):
    factory = protocols_of(step, world, local, "create_unix_connection")
    return (await world.loop.create_unix_connection(factory, path_of(step, world, local)))[0]


async def create_datagram_endpoint(step, world, local):
    args, at = arguments(step, world, local), host(step, world, local)
    made = await world.loop.create_datagram_endpoint(
        lambda: Protocol(world, step["create_datagram_endpoint"], args),
        local_addr=(at, port_in(step, world, local)) if "port" in step else None,
        remote_addr=(at, to_in(step, world, local)) if "to" in step else None)
    return made[0]


async def execute(step, world, local):
    say = lambda value: ref.show(ref.text(value, world, local))
    kinds = {"pipe": PIPE, "null": NULL, "stdout": asyncio.subprocess.STDOUT, "inherit": None}
    more = limit_of(step, world, local)
    if "env" in step:
        more["env"] = {k: say(v) for k, v in step["env"].items()}
    if "cwd" in step:
        more["cwd"] = say(step["cwd"])
    sys.stdout.flush()
    p = await asyncio.create_subprocess_exec(
        *(say(a) for a in step["exec"]), stdin=kinds[step.get("stdin", "null")],
        stdout=kinds[step.get("stdout", "inherit")], stderr=kinds[step.get("stderr", "inherit")], **more)
    world.processes.append(p)
    return p


async def communicate(step, world, local):
    p = world.find(step["communicate"], local)
    given = data_of(step, world, local, "input") if "input" in step or "size" in step else None
    if given is not None and p.stdin is None:
        raise ValueError("not a pipe")
    results = [None if r is None else decode(r) for r in await p.communicate(given)]
    for name, value in zip(step.get("as", []), results):
        local[name] = value


async def wait(x):
    """Ends with the process, whoever else holds its pipes (gh-119710, mended after 3.13.0)."""
    protocol = x._protocol
    if not hasattr(protocol, "ended"):
        protocol.ended = asyncio.Event()
        old = protocol.process_exited
        protocol.process_exited = lambda: (old(), protocol.ended.set())
    if x.returncode is None:
        await protocol.ended.wait()
    return x.returncode


async def close_waited(x):
    await (x.wait_closed() if isinstance(x, asyncio.base_events.Server) else writer(x).wait_closed())


AWAITED = {act.__name__: act for act in (
    start_server, start_unix_server, open_connection, open_unix_connection, create_server, create_unix_server,
    create_connection, create_unix_connection, create_datagram_endpoint)}
AWAITED["exec"] = execute


async def read(verb, step, world, local):
    r = reader(world.find(step[verb], local), step)
    if verb == "read":
        return await r.read(n_in(step, world, local) if "n" in step else -1)
    if verb == "readline":
        return await r.readline()
    if verb == "readexactly":
        return await r.readexactly(n_in(step, world, local))
    return await r.readuntil(encode(ref.text(step.get("separator", "\n"), world, local)))


async def wait_step(step, world, local, group):
    try:
        for verb, act in AWAITED.items():
            if verb in step:
                ref.store(step, await act(step, world, local), local)
                return
        for verb in ("read", "readline", "readexactly", "readuntil"):
            if verb in step:
                ref.store(step, decode(await read(verb, step, world, local)), local)
                return
        if "communicate" in step:
            return await communicate(step, world, local)
        if "drain" in step:
            return await writer(world.find(step["drain"], local)).drain()
        if "wait_closed" in step:
            return await close_waited(world.find(step["wait_closed"], local))
    except OSError as error:
        raise in_its_own_words(error) from None
    if "wait" in step and isinstance(step["wait"], str):
        x = world.find(step["wait"], local)
        if isinstance(x, asyncio.subprocess.Process):
            ref.store(step, await wait(x), local)
            return
    if "try" in step and "except" in step:  # what an exception carries, as variables
        step = dict(step, **{"except": {k: [{"carried!": True}, *v] for k, v in step["except"].items()}})
    if "carried!" in step:
        error = local["error!"]
        if isinstance(error, asyncio.IncompleteReadError):
            local["partial"] = decode(error.partial)
        if isinstance(error, asyncio.LimitOverrunError):
            local["consumed"] = error.consumed
        return
    await ref_wait_step(step, world, local, group)


ref.sync_step, ref.wait_step = sync_step, wait_step


def main():
    warnings.simplefilter("ignore")
    socket.setdefaulttimeout(None)
    with open(sys.argv[1], encoding="utf-8") as file:
        world = World(json.load(file))
    outcome = world.run()
    world.clean()
    sys.stdout.flush()
    print(f"outcome {outcome}", file=sys.stderr, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
