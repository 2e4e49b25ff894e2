// A peer: SimGrid, a simulator whose actors are coroutines in C++.
#include <simgrid/s4u.hpp>

#include "../bench.h"

namespace s4u = simgrid::s4u;

static s4u::Host *make_host()
{
    auto *zone = s4u::create_full_zone("zone");
    auto *host = zone->create_host("host", 1e9);
    zone->seal();
    return host;
}

static int finish(bench_run *run, s4u::Engine &engine, int64_t done)
{
    run->end_ns = static_cast<int64_t>(engine.get_clock() * 1e9 + 0.5);
    return done == run->items ? 0 : bench_fail("simgrid", "the work was not done");
}

static s4u::Engine *the_engine;

// The window. Only jobs inside it exist: a million actors at once need a million stacks.
static int bench_window(bench_run *run)
{
    int64_t done = 0;
    bench_start(run);
    auto *host = make_host();
    auto window = s4u::Semaphore::create(static_cast<unsigned>(run->parameter));
    s4u::Actor::create("creator", host, [&] {
        for (int64_t i = 0; i < run->items; i++) {
            window->acquire();
            s4u::Actor::create("job", host, [&, i] {
                s4u::this_actor::sleep_for(static_cast<double>(i % 3 + 1));
                window->release();
                done++;
            });
        }
    });
    the_engine->run();
    bench_stop(run);
    return finish(run, *the_engine, done);
}

static int bench_sleeps(bench_run *run)
{
    int64_t done = 0;
    auto *host = make_host();
    for (int64_t task = 0; task < run->parameter; task++) {
        int64_t sleeps = run->items / run->parameter + (task < run->items % run->parameter);
        s4u::Actor::create("sleeper", host, [&done, task, sleeps] {
            uint64_t random = UINT64_C(0x9E3779B97F4A7C15) * static_cast<uint64_t>(task + 1);
            for (int64_t i = 0; i < sleeps; i++) {
                s4u::this_actor::sleep_for(
                    static_cast<double>(1 + bench_random(&random) % 1000000) * 1e-9);
                done++;
            }
        });
    }
    bench_start(run);
    the_engine->run();
    bench_stop(run);
    return finish(run, *the_engine, done);
}

int main(int argc, char **argv)
{
    static const bench benches[] = {
        {"window", bench_window, 1000, 0, nullptr},
        {"sleeps", bench_sleeps, 10000, 0, nullptr},
    };
    char name[] = "simgrid", stack[] = "--cfg=contexts/stack-size:64";
    char quiet[] = "--log=root.threshold:error";
    char *options[] = {name, stack, quiet, nullptr};
    int count = 3;
    s4u::Engine engine(&count, options);
    the_engine = &engine;
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
