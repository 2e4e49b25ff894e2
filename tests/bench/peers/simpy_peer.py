"""A peer: SimPy, a simulator whose processes are Python's generators."""
import random

import simpy

import peer


def bench_window(run):
    def job(number, env, window):
        yield window.put(number)
        yield env.timeout(number % 3 + 1)
        yield window.get()
        run.done += 1

    run.start()
    env = simpy.Environment()
    window = simpy.Store(env, capacity=run.parameter)
    for number in range(run.items):
        env.process(job(number, env, window))
    env.run()
    run.stop()
    run.end_ns = env.now * 1_000_000_000


def bench_sleeps(run):
    def sleeper(env, count):
        for _ in range(count):
            yield env.timeout(random.randint(1, 1_000_000))
            run.done += 1

    env = simpy.Environment()
    each, rest = divmod(run.items, run.parameter)
    for i in range(run.parameter):
        env.process(sleeper(env, each + (i < rest)))
    run.start()
    env.run()
    run.stop()


def bench_queue(run):
    def produce(store):
        for i in range(1, run.items + 1):
            yield store.put(i)

    def consume(store):
        while run.done < run.items:
            if (yield store.get()) == run.done + 1:
                run.done += 1

    env = simpy.Environment()
    store = simpy.Store(env, capacity=1)
    env.process(produce(store))
    env.process(consume(store))
    run.start()
    env.run()
    run.stop()


peer.main({
    "window": (bench_window, 1000),
    "sleeps": (bench_sleeps, 10000),
    "queue": (bench_queue, 0),
})
