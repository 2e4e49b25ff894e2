/* Reading a trace into the model that table, viewer and the rest work on. */
#include "bench.h"
#include "trace/reader.h"

static int bench_read(struct bench_run *run)
{
    char message[SIM_TRACE_MESSAGE_SIZE];
    struct sim_trace *trace;
    bench_start(run);
    int error = sim_trace_read(run->file, &trace, message);
    bench_stop(run);
    if (error != 0)
        return bench_fail("bench-reader", message);
    run->items = (int64_t)trace->event_count;
    run->bytes = (int64_t)sim_trace_memory(trace);
    bool whole = trace->complete && trace->warning_count == 0;
    sim_trace_free(trace);
    return whole ? 0 : bench_fail(run->file, "the trace is not whole");
}

int main(int argc, char **argv)
{
    static const struct bench benches[] = {
        {.name = "read", .run = bench_read, .takes_file = 1},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
