/* The trace by itself: writing one without a scenario, reading one into the model that the table
 * and the viewer work on, and comparing it with one that is the same, or differs from its middle
 * on. */
#include "bench.h"
#include "compare/compare.h"
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

/* --- Comparing ------------------------------------------------------------------------------ */

static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *data = NULL;
    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (*size = (size_t)ftell(file)) > 0) {
        data = malloc(*size + 1);
        rewind(file);
        if (data != NULL && fread(data, 1, *size, file) == *size)
            data[*size] = '\0';
    }
    fclose(file);
    return data;
}

/* Some task in the middle ends in another way: one root, on which what it has woken depends. */
static bool change_middle(char *data, size_t size) {
    char *found = strstr(data + size / 2, "returned");
    if (found != NULL)
        memcpy(found, "finished", 8);
    return found != NULL;
}

static int64_t count_lines(const char *data) {
    int64_t lines = 0;
    for (; (data = strchr(data, '\n')) != NULL; data++)
        lines++;
    return lines;
}

/* `parameter` 1: they differ. */
static int bench_diff(struct bench_run *run) {
    size_t size = 0;
    char *data = read_file(run->file, &size);
    bool ready = data != NULL && (run->parameter == 0 || change_middle(data, size));
    if (!ready)
        return bench_fail(run->file, "cannot be read, or changed");
    const struct cmp_source sources[CMP_SIDES] = {{.path = run->file},
                                                  {.data = data, .size = size}};
    const struct cmp_settings settings = {.level = CMP_LEVEL_BYTES};
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    bench_start(run);
    int error = cmp_compare(sources, &settings, &result, message);
    bench_stop(run);
    if (error != 0)
        return bench_fail("bench-trace", message);
    run->items = count_lines(data);
    bool found = cmp_root_count(result) == (size_t)run->parameter;
    cmp_free(result);
    free(data);
    return found ? 0 : bench_fail(run->file, "another number of roots");
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {
        {.name = "write", .run = bench_write, .parameter = 1000, .takes_file = 1},
        {.name = "read", .run = bench_read, .takes_file = 1},
        {.name = "equal", .run = bench_diff, .parameter = 0, .takes_file = 1},
        {.name = "diff", .run = bench_diff, .parameter = 1, .takes_file = 1},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
