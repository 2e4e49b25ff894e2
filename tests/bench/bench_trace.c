/* The trace by itself: writing one without a scenario, and reading one into the model that the
 * table and the viewer work on. */
#include "bench.h"
#include "trace/reader.h"
#include "trace/stream.h"
#include "window.h"

/* Jobs go through a window that is `parameter` wide, and the trace of that is written to the file.
 * Measured is all of it; an item is a job. */
static int bench_write(struct bench_run *run) {
    struct trace_header header = {.scenario = "window", .clock = "virtual", .until_ns = CAD_NEVER};
    struct trace_stream *stream;
    cad_loop *loop = NULL;
    bench_start(run);
    int error = trace_stream_open(run->file, &header, &stream);
    if (error == 0)
        error = cad_loop_new(cad_virtual_driver(), &loop);
    if (error == 0) {
        trace_stream_attach(stream, loop);
        error = run_window(loop, run->items, run->parameter);
        run->end_ns = cad_loop_time(loop);
    }
    if (error == 0)
        error = trace_stream_close(stream, run->end_ns, "complete");
    trace_stream_free(stream);
    cad_loop_free(loop);
    bench_stop(run);
    return error == 0 ? 0 : bench_fail(run->file, cad_error_text(error));
}

static int bench_read(struct bench_run *run) {
    char message[TRACE_MESSAGE_SIZE];
    struct trace_model *trace;
    bench_start(run);
    int error = trace_read(run->file, &trace, message);
    bench_stop(run);
    if (error != 0)
        return bench_fail("bench-trace", message);
    run->items = (int64_t)trace->event_count;
    run->bytes = (int64_t)trace_model_memory(trace);
    bool whole = trace->complete && trace->warning_count == 0;
    trace_model_free(trace);
    return whole ? 0 : bench_fail(run->file, "the trace is not whole");
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {
        {.name = "write", .run = bench_write, .parameter = 1000, .takes_file = 1},
        {.name = "read", .run = bench_read, .takes_file = 1},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
