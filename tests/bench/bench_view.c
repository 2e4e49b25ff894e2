/* How long pictures take in the viewer: a path of zooms, moves and scrolls through a trace, drawn
 * into memory, picture by picture.
 *
 *     bench-view TRACE [WIDTHxHEIGHT [FRAMES [MS]]]
 *
 * prints what the file takes to be read and arranged, the first picture, the processor time of the
 * path's pictures and the memory beside the file's size, as one line of JSON. With MS it fails
 * where more than one picture in a hundred takes longer. Two builds that print the same number of
 * the pictures have drawn the same ones. The state of the loop at random events comes last.
 */
#include "bench.h"
#include "cadran.h"

#include "actions.h"
#include "actions_travel.h"
#include "canvas.h"
#include "input.h"
#include "loading.h"
#include "options.h"
#include "steps.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEEKS = 200 };

/* Of so many pictures one is summed up. */
enum { SUMMED = 8 };

struct path {
    struct viz_canvas canvas;
    struct viz_raster raster;
    int64_t *times_ns;
    size_t count;
    uint64_t sum; /* of the pictures: FNV-1a of their pixels */
};

static int64_t cpu_ns(void) {
    return bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int64_t resident_bytes(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL)
        return 0;
    int got = fscanf(file, "%*s %ld", &pages);
    (void)fclose(file);
    return got == 1 ? pages * sysconf(_SC_PAGESIZE) : 0;
}

static int by_time(const void *a, const void *b) {
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

/* --- The path ------------------------------------------------------------------------------- */

/* In eight parts, each of which begins with all of the trace: zooms to several places, moves there,
 * rows that become higher, scrolling, and back. */
static void go_on(struct viz_state *state, size_t frame, size_t frames) {
    size_t part = frames / 8 > 0 ? frames / 8 : 1;
    size_t at = frame % part;
    double place = 0.1 + 0.1 * (double)(frame / part);
    state->ui.pointer = true;
    state->ui.x = state->frame.lanes.x + (int)(place * state->frame.lanes.w);
    state->ui.y = state->frame.lanes.y + (int)(place * state->frame.lanes.h);
    if (at == 0) {
        (void)viz_input_key(state, "F");
    } else if (at < part * 2 / 5) {
        (void)viz_input_turn(state, "Ctrl+wheel", 0, 1);
    } else if (at < part * 3 / 5) {
        (void)viz_input_key(state, "Right");
    } else if (at < part * 4 / 5) {
        (void)viz_input_key(state, at % 4 == 0 ? "]" : "PageDown");
    } else {
        (void)viz_input_turn(state, "Ctrl+wheel", 0, -2);
    }
    viz_state_place(state, state->frame.width, state->frame.height);
}

static int paint(struct path *path) {
    int64_t from_ns = cpu_ns();
    int error = viz_canvas_paint(&path->canvas, &path->raster);
    path->times_ns[path->count++] = cpu_ns() - from_ns;
    size_t pixels = (size_t)path->raster.width * (size_t)path->raster.height;
    for (size_t i = 0; i < pixels && path->count % SUMMED == 0; i++)
        path->sum = (path->sum ^ path->raster.pixels[i]) * UINT64_C(1099511628211);
    return error;
}

static int walk(struct path *path, size_t frames) {
    int error = paint(path);
    int64_t first_ns = path->times_ns[0];
    path->count = 0;
    for (size_t i = 0; i < frames && error == 0; i++) {
        go_on(&path->canvas.state, i, frames);
        error = paint(path);
    }
    qsort(path->times_ns, path->count, sizeof *path->times_ns, by_time);
    printf("\"first_picture_ms\":%.1f,\"frames\":%zu,\"median_ms\":%.1f,\"99_ms\":%.1f,"
           "\"worst_ms\":%.1f,\"pictures\":\"%016" PRIx64 "\"",
           (double)first_ns / 1e6, path->count, (double)path->times_ns[path->count / 2] / 1e6,
           (double)path->times_ns[path->count * 99 / 100] / 1e6,
           (double)path->times_ns[path->count - 1] / 1e6, path->sum);
    return error;
}

/* --- Everything ----------------------------------------------------------------------------- */

static int draw(struct viz_model *model, int width, int height, size_t frames, double *slow_ms) {
    char message[VIZ_MESSAGE_SIZE] = "no memory";
    struct path path = {
        .raster = {calloc((size_t)width * (size_t)height, 4), width, height, (size_t)width},
        .times_ns = calloc(frames + 2, sizeof *path.times_ns)};
    int error = path.raster.pixels != NULL && path.times_ns != NULL ? 0 : CAD_ENOMEM;
    if (error == 0)
        error = viz_canvas_open(&path.canvas, model, NULL, height > 1500 ? 2 : 1, message);
    if (error == 0) {
        viz_state_place(&path.canvas.state, width, height);
        error = walk(&path, frames);
        *slow_ms = (double)path.times_ns[path.count * 99 / 100] / 1e6;
        viz_canvas_close(&path.canvas);
    }
    free(path.raster.pixels);
    free(path.times_ns);
    return error == 0 ? 0 : bench_fail("bench-view", message);
}

/* Any event of the run, in no order. */
static void seek(struct trace_timeline *timeline) {
    uint64_t end = trace_timeline_end(timeline), random = 1;
    int64_t worst_ns = 0, all_ns = 0;
    for (int i = 0; i < SEEKS && end > 0; i++) {
        const struct trace_state *state;
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        int64_t from_ns = cpu_ns();
        (void)trace_timeline_seek(timeline, 1 + (random >> 16) % end, &state);
        int64_t took_ns = cpu_ns() - from_ns;
        worst_ns = took_ns > worst_ns ? took_ns : worst_ns;
        all_ns += took_ns;
    }
    printf(",\"state_bytes_an_event\":%.1f,\"seek_ms\":%.2f,\"worst_seek_ms\":%.2f",
           (double)trace_timeline_memory(timeline) / (double)(end > 0 ? end : 1),
           (double)all_ns / 1e6 / (double)SEEKS, (double)worst_ns / 1e6);
}

static int seek_in(const char *path) {
    char message[TRACE_MESSAGE_SIZE] = "";
    struct viz_steps *steps = viz_steps_read(path);
    struct trace_timeline *timeline = steps != NULL ? viz_steps_timeline(steps, message) : NULL;
    if (timeline != NULL)
        seek(timeline);
    viz_steps_free(steps);
    return timeline != NULL ? 0 : bench_fail("bench-view", message);
}

int main(int argc, char **argv) {
    int width = 1920, height = 1080;
    size_t frames = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 1000;
    double most_ms = argc > 4 ? strtod(argv[4], NULL) : INFINITY, slow_ms = 0;
    char message[TRACE_MESSAGE_SIZE];
    struct trace_model *trace;
    struct viz_model *model = NULL;
    struct stat status;
    if (argc < 2 || frames < 1 || (argc > 2 && !viz_parse_size(argv[2], &width, &height)))
        return bench_fail("bench-view", "TRACE [WIDTHxHEIGHT [FRAMES [MS]]]");
    int64_t before = resident_bytes(), from_ns = cpu_ns();
    if (trace_read(argv[1], &trace, message) != 0)
        return bench_fail("bench-view", message);
    int64_t read_ns = cpu_ns() - from_ns;
    if (viz_model_new(trace, argv[1], &model) != 0 || stat(argv[1], &status) != 0)
        return bench_fail("bench-view", "out of memory");
    printf("{\"events\":%" PRIu64 ",\"read_s\":%.2f,\"arranged_s\":%.2f,\"bytes_an_event\":%.1f,",
           trace->event_count, (double)read_ns / 1e9, (double)(cpu_ns() - from_ns) / 1e9,
           (double)(resident_bytes() - before) / (double)(trace->event_count + 1));
    int failed = draw(model, width, height, frames, &slow_ms);
    if (failed == 0 && trace->version > 0)
        failed = seek_in(argv[1]);
    puts("}");
    viz_model_free(model);
    trace_model_free(trace);
    if (failed == 0 && slow_ms > most_ms)
        failed = bench_fail("bench-view", "pictures take longer than that");
    return failed;
}
