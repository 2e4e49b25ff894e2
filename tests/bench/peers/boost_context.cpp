// A peer: Boost.Context, bare coroutines. There is no scheduler: who runs next is named.
#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <memory>
#include <utility>

#include "../bench.h"

namespace context = boost::context;

// Main and a fiber take turns. An item: one gives way, the other runs.
static int bench_switch(bench_run *run)
{
    int64_t done = 0;
    context::fiber other{[&](context::fiber &&caller) {
        while (done < run->items) {
            done++;
            caller = std::move(caller).resume();
        }
        return std::move(caller);
    }};
    bench_start(run);
    while (done < run->items) {
        done++;
        other = std::move(other).resume();
    }
    bench_stop(run);
    return 0;
}

// A fiber that runs and ends at once, on a stack from a pool.
static int bench_create(bench_run *run)
{
    int64_t done = 0;
    context::pooled_fixedsize_stack stacks(64 * 1024);
    bench_start(run);
    for (int64_t i = 0; i < run->items; i++) {
        context::fiber fiber{std::allocator_arg, stacks, [&](context::fiber &&caller) {
                                 done++;
                                 return std::move(caller);
                             }};
        std::move(fiber).resume();
    }
    bench_stop(run);
    return done == run->items ? 0 : bench_fail("boost_context", "the work was not done");
}

int main(int argc, char **argv)
{
    static const bench benches[] = {
        {"switch", bench_switch, 0, 0, nullptr},
        {"create", bench_create, 0, 0, nullptr},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
