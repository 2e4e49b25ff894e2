/* cad_trace_open() and what belongs to it: a stream of events (trace/stream.h) of a program's own
 * loop, which ends with the loop at the latest. */
#include "api/cadran-trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "api/waits.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "trace/stream.h"

struct cad_trace {
    cad_loop *loop;
    struct trace_stream *stream;
    char *path;
    char *name;
    cad_trace_options options;
};

/* --- Opening --------------------------------------------------------------------------------- */

static void free_trace(cad_trace *trace) {
    if (trace == NULL)
        return;
    trace_stream_free(trace->stream);
    base_free(trace->path);
    base_free(trace->name);
    base_free(trace);
}

/* What is before the extensions, and behind the folder: `pool` of `out/pool.trace.json.gz`. */
static char *name_of_file(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t length = strcspn(name, ".");
    return base_strndup(name, length > 0 ? length : strlen(name));
}

static const char *name_error(void *context, int code) {
    const cad_trace *trace = context;
    return trace->options.error_name(code, trace->options.arg);
}

static const char *text_item(void *context, void *item) {
    const cad_trace *trace = context;
    return trace->options.item_text(item, trace->options.arg);
}

static void end_with_loop(void *context);

static int attach(cad_trace *trace) {
    bool real = !cad_loop_is_virtual(trace->loop);
    struct trace_header header = {.scenario = trace->name,
                                  .clock = real ? "real" : "virtual",
                                  .until_ns = CAD_NEVER,
                                  .detail = trace->options.detail,
                                  .live = real};
    char started[40];
    struct utsname host;
    time_t now = time(NULL);
    struct tm date; /* one's own: loops of other threads open theirs, too */
    if (real && strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &date)) > 0)
        header.started = started;
    if (real && uname(&host) == 0)
        header.host = host.nodename;
    int error = trace_stream_open(trace->path, &header, &trace->stream);
    if (error != 0)
        return error;
    if (trace->options.error_name != NULL)
        trace_stream_set_error_names(trace->stream, name_error, trace);
    if (trace->options.item_text != NULL)
        trace_stream_set_item_texts(trace->stream, text_item, trace);
    trace_stream_on_end(trace->stream, end_with_loop, trace);
    trace_stream_attach(trace->stream, trace->loop);
    return 0;
}

/* An error with a text about a file; errno stays what it is. */
static int raise_about(int code, const char *path, const char *what) {
    int reason = errno;
    base_buffer text = {0};
    if (base_buffer_format(&text, "%s: %s", path, what) != 0)
        code = CAD_ENOMEM;
    code = cad_raise(code, text.data);
    base_buffer_free(&text);
    errno = reason;
    return code;
}

int cad_trace_open(cad_loop *loop, const char *path, const cad_trace_options *options,
                   cad_trace **result) {
    if (result != NULL)
        *result = NULL;
    if (cad_loop_trace(loop) != NULL)
        return raise_about(CAD_ERUNTIME, path, "the loop is traced already");
    cad_trace *trace = base_zalloc(1, sizeof *trace);
    if (trace == NULL)
        return cad_raise(CAD_ENOMEM, NULL);
    trace->loop = loop;
    if (options != NULL)
        trace->options = *options;
    const char *name = trace->options.name;
    trace->path = base_strndup(path, strlen(path));
    trace->name = name != NULL ? base_strndup(name, strlen(name)) : name_of_file(path);
    int error = trace->path != NULL && trace->name != NULL ? attach(trace) : CAD_ENOMEM;
    if (error != 0) {
        free_trace(trace);
        return error == CAD_ESYSTEM ? raise_about(error, path, strerror(errno))
                                    : cad_raise(error, NULL);
    }
    if (result != NULL)
        *result = trace;
    return 0;
}

/* --- Closing --------------------------------------------------------------------------------- */

/* One task that has not ended, with what it waits for. */
static void end_task(const cad_trace *trace, const cad__waits *waits, uint32_t number,
                     base_buffer *why) {
    const cad_task *task = waits->tasks[number];
    struct trace_pending pending = {.circle = waits->circles.stands_in[number],
                                    .until_ns = CAD_NEVER};
    cad_wait_info wait;
    base_buffer_clear(why);
    bool sleeps = !cad_task_waiting(task, &wait) || strcmp(wait.verb, "sleep") == 0;
    if (!sleeps && cad__waits_words(&wait, why) == 0)
        pending.why = why->data;
    if (!sleeps)
        pending.until_ns = wait.until_ns;
    if (pending.circle != 0)
        pending.next = waits->tasks[cad__waits_next(waits, number)];
    trace_stream_end_pending(trace->stream, cad_loop_time(trace->loop), task, &pending);
}

/* Where there is no memory for it, they are ended without a word. */
static void end_tasks(const cad_trace *trace) {
    cad__waits waits;
    base_buffer why = {0};
    if (!cad__waits_find(&waits, trace->loop))
        return;
    for (uint32_t i = 0; i < waits.count; i++)
        end_task(trace, &waits, i, &why);
    base_buffer_free(&why);
    cad__waits_free(&waits);
}

static const char *outcome_of(int result) {
    switch (result) {
    case 0:
        return "complete";
    case CAD_EDEADLOCK:
        return "deadlock";
    case CAD_EINTERRUPTED:
        return "interrupted";
    case CAD_ETIMEDOUT:
        return "limit";
    default: /* it was stopped, or is under way */
        return "stopped";
    }
}

static int end(const cad_trace *trace) {
    end_tasks(trace);
    return trace_stream_close(trace->stream, cad_loop_time(trace->loop),
                              outcome_of(cad_loop_result(trace->loop)));
}

int cad_trace_close(cad_trace *trace) {
    if (trace == NULL)
        return 0;
    int error = end(trace);
    if (error == CAD_ESYSTEM || error == CAD_ENOMEM) {
        int reason = errno;
        error = cad_raise(error, trace_stream_failure(trace->stream));
        errno = reason;
    }
    free_trace(trace);
    return error;
}

static void end_with_loop(void *context) {
    cad_trace *trace = context;
    if (end(trace) != 0)
        fprintf(stderr, "cadran: %s\n", trace_stream_failure(trace->stream));
    free_trace(trace);
}

/* --- What only the program knows ------------------------------------------------------------- */

/* The stream of the running loop, in a task of it; NULL: it has none. */
static struct trace_stream *stream_of_task(const char *function) {
    if (cad_current_task() == NULL) {
        fprintf(stderr, "cadran-trace.h: %s(): called outside a task\n", function);
        abort();
    }
    return trace_stream_of(cad_running_loop());
}

void cad_span_begin(const char *name) {
    struct trace_stream *stream = stream_of_task(__func__);
    if (stream != NULL)
        trace_stream_span_begin(stream, cad_loop_time(cad_running_loop()), cad_current_task(),
                                name);
}

void cad_span_end(void) {
    struct trace_stream *stream = stream_of_task(__func__);
    if (stream != NULL && trace_stream_in_span(stream, cad_current_task()))
        trace_stream_span_end(stream, cad_loop_time(cad_running_loop()), cad_current_task());
}

void cad_trace_print(const char *line) {
    cad_loop *loop = cad_running_loop();
    struct trace_stream *stream = loop != NULL ? trace_stream_of(loop) : NULL;
    if (stream != NULL)
        trace_stream_print(stream, cad_loop_time(loop), cad_current_task(), line);
}
