"""A peer: CPython's asyncio; with uvloop in place of its loop where PEER_UVLOOP is set."""
import asyncio
import os
import random
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


peer.main({
    "window": (bench_window, 1000),
    "sleeps": (bench_sleeps, 10000),
    "switch": (bench_switch, 0),
    "callbacks": (bench_callbacks, 0),
    "create": (bench_create, 0),
    "queue": (bench_queue, 0),
    "sleepers": (bench_sleepers, 1000),
})
