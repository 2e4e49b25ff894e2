"""A peer: CPython's asyncio; with uvloop in place of its loop where PEER_UVLOOP is set."""
import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

import peer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
from virtual_loop import VirtualLoop  # noqa: E402

SECOND = 1_000_000_000


def real_loop():
    if "PEER_UVLOOP" in os.environ:
        import uvloop
        return uvloop.new_event_loop()
    return asyncio.new_event_loop()


def complete(loop, tasks):
    async def main():
        await asyncio.gather(*tasks)
    loop.run_until_complete(main())


def bench_window(run):
    async def job(number, window):
        await window.put(number)
        await asyncio.sleep((number % 3 + 1) * SECOND)
        await window.get()
        run.done += 1

    run.start()
    loop = VirtualLoop()
    window = asyncio.Queue(run.parameter)
    tasks = [loop.create_task(job(number, window)) for number in range(run.items)]
    complete(loop, tasks)
    run.stop()
    run.end_ns = loop.now


def bench_sleeps(run):
    async def sleeper(count):
        for _ in range(count):
            await asyncio.sleep(random.randint(1, 1_000_000))
            run.done += 1

    loop = VirtualLoop()
    each, rest = divmod(run.items, run.parameter)
    tasks = [loop.create_task(sleeper(each + (i < rest))) for i in range(run.parameter)]
    run.start()
    complete(loop, tasks)
    run.stop()


def bench_switch(run):
    async def turns():
        while run.done < run.items:
            run.done += 1
            await asyncio.sleep(0)

    loop = real_loop()
    tasks = [loop.create_task(turns()) for _ in range(2)]
    run.start()
    complete(loop, tasks)
    run.stop()


def bench_callbacks(run):
    def again():
        run.done += 1
        if run.done < run.items:
            loop.call_soon(again)
        else:
            loop.stop()

    loop = real_loop()
    loop.call_soon(again)
    run.start()
    loop.run_forever()
    run.stop()


def bench_create(run):
    async def count_one():
        run.done += 1

    async def create():
        for _ in range(run.items):
            asyncio.create_task(count_one())
            await asyncio.sleep(0)

    loop = real_loop()
    run.start()
    loop.run_until_complete(create())
    run.stop()


def bench_queue(run):
    async def produce(queue):
        for i in range(1, run.items + 1):
            await queue.put(i)

    async def consume(queue):
        while run.done < run.items:
            if await queue.get() == run.done + 1:
                run.done += 1

    loop = real_loop()
    queue = asyncio.Queue(1)
    tasks = [loop.create_task(produce(queue)), loop.create_task(consume(queue))]
    run.start()
    complete(loop, tasks)
    run.stop()


def bench_sleepers(run):
    async def nap(delay):
        await asyncio.sleep(delay)
        run.done += 1

    random.seed(1)
    run.start()
    loop = real_loop()
    shortest = run.parameter / 1000
    tasks = [loop.create_task(nap(random.uniform(shortest, 2 * shortest)))
             for _ in range(run.items)]
    complete(loop, tasks)
    loop.close()
    run.stop()


class Echo(asyncio.Protocol):
    """By protocol callbacks."""

    def __init__(self, run, over):
        self.run, self.over = run, over

    def connection_made(self, transport):
        self.transport = transport
        self.run.open += 1

    def data_received(self, data):
        self.run.bytes += len(data)
        self.transport.write(data)

    def connection_lost(self, error):
        self.run.open -= 1
        if self.run.open == 0:
            self.over.set()


async def serve_connections(run, listen):
    """From the first connection of bench-client to the last; `listen` gives a server."""
    run.open = run.bytes = 0
    over = asyncio.Event()
    server = await listen(over)
    port = server.sockets[0].getsockname()[1]
    run.start()
    client = subprocess.Popen([os.environ["BENCH_CLIENT"], str(port), str(run.items),
                               str(run.parameter)])
    await over.wait()
    run.stop()
    server.close()
    if client.wait() == 0:
        run.done = run.bytes // 1024


def bench_echo(run):
    async def listen(over):
        return await asyncio.get_running_loop().create_server(
            lambda: Echo(run, over), "127.0.0.1", 0)
    real_loop().run_until_complete(serve_connections(run, listen))


def bench_echo_streams(run):
    async def echo(reader, writer, over):
        run.open += 1
        while data := await reader.read(65536):
            run.bytes += len(data)
            writer.write(data)
            await writer.drain()
        writer.close()
        run.open -= 1
        if run.open == 0:
            over.set()

    async def listen(over):
        return await asyncio.start_server(lambda r, w: echo(r, w, over), "127.0.0.1", 0)
    real_loop().run_until_complete(serve_connections(run, listen))


peer.main({
    "window": (bench_window, 1000),
    "sleeps": (bench_sleeps, 10000),
    "switch": (bench_switch, 0),
    "callbacks": (bench_callbacks, 0),
    "create": (bench_create, 0),
    "queue": (bench_queue, 0),
    "sleepers": (bench_sleepers, 1000),
    "echo": (bench_echo, 10),
    "echo-streams": (bench_echo_streams, 10),
})
