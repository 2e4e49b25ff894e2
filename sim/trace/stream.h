/* trace/stream.h - tells what happens in a loop as events (event.h), to all who want them.
 *
 * A program that wants a trace of its own loop needs a stream alone:
 *
 *     struct trace_header header = {.scenario = "ticks", .clock = "virtual",
 *                                   .until_ns = CAD_NEVER};
 *     struct trace_stream *trace;
 *     int error = trace_stream_open("ticks.trace.json", &header, &trace);
 *     if (error == 0) {
 *         trace_stream_attach(trace, loop);
 *         ... cad_loop_run(loop) ...
 *         error = trace_stream_close(trace, cad_loop_time(loop), "complete");
 *         if (error != 0)
 *             fprintf(stderr, "%s\n", trace_stream_failure(trace));
 *     }
 *     trace_stream_free(trace);
 *
 * The stream is a sink of the engine's (cad_loop_set_trace), and takes what only the program knows
 * - spans, printed lines, signals, variables - by functions of its own. It streams: beside a
 * bounded amount it keeps 40 bytes for each task that is alive, and the names of what is open.
 *
 * No call fails while the run goes on: the first failure (no space, a closed pipe, no memory) is
 * remembered, nothing is told after it, and close returns it. What was written until then stays
 * readable. A time before that of the last event counts as that: time never goes back in a trace.
 * All texts are borrowed for the call, and need not be valid UTF-8.
 */
#ifndef TRACE_STREAM_H
#define TRACE_STREAM_H

#include "cadran.h"
#include "trace/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_stream;

/* A variable of the scenario that the command line changed (--set name=value). */
struct trace_override {
    const char *name;
    const char *value; /* as it was given */
};

/* What the first line says, and what is told at all. */
struct trace_header {
    const char *scenario; /* its name */
    const char *clock;    /* "virtual" or "real" */
    int64_t seed;
    const struct trace_override *overrides; /* NULL where there are none */
    size_t override_count;
    int64_t until_ns;    /* the loop time at which the run is to stop; CAD_NEVER: left out */
    const char *started; /* when, in ISO 8601; NULL under the virtual clock: left out */
    const char *host;    /* where; NULL under the virtual clock: left out */
    bool detail;         /* tell the kinds that are marked DETAIL, too */
    bool live;           /* what has happened is in the file when the loop sleeps, or a second
                            later, whatever becomes of the program; for runs that take time */
};

/* --- Making ---------------------------------------------------------------------------------- */

/* A stream that nobody listens to yet. The header is borrowed until trace_stream_attach() has
 * returned. 0 or CAD_ENOMEM; *stream is NULL then. */
int trace_stream_new(const struct trace_header *header, struct trace_stream **stream);

/* One more who listens, before the first event. It must be there until the stream is freed, which
 * does not free it. */
void trace_stream_add(struct trace_stream *stream, struct trace_consumer *consumer);

/* Creates the file, or empties it, and writes the events to it. 0; CAD_ESYSTEM with errno where it
 * cannot be opened; CAD_ENOMEM. Once. */
int trace_stream_write(struct trace_stream *stream, const char *path);

/* A stream that is written to a file: the first and the last of these three. *stream is NULL when
 * it fails. */
int trace_stream_open(const char *path, const struct trace_header *header,
                      struct trace_stream **stream);

/* How errors of the program's own (CAD_EUSER and below) are called: name() gives the text for a
 * code, or NULL for the engine's word, cad_error_name(). */
void trace_stream_set_error_names(struct trace_stream *stream,
                                  const char *(*name)(void *context, int code), void *context);

/* How an item of a queue reads, for details: a text that is there until the next call, or NULL. */
void trace_stream_set_item_texts(struct trace_stream *stream,
                                 const char *(*text)(void *context, void *item), void *context);

/* Calls fn(arg) once, from inside the call that found it, when telling has failed for the first
 * time: the place to stop the loop. */
void trace_stream_on_failure(struct trace_stream *stream, void (*fn)(void *arg), void *arg);

/* Calls fn(arg) when the loop is about to be freed: the place to close the stream, which may be
 * freed there, too. */
void trace_stream_on_end(struct trace_stream *stream, void (*fn)(void *arg), void *arg);

/* Tells the first events, and from then on what happens in the loop; what is there already is told
 * of now. Once, and nothing but the above before it. The loop must be there until the stream is
 * closed or freed. */
void trace_stream_attach(struct trace_stream *stream, cad_loop *loop);

/* The stream that is attached to the loop; NULL: none is. */
struct trace_stream *trace_stream_of(const cad_loop *loop);

/* --- What only the program knows -------------------------------------------------------------- */
/* `task` NULL: the loop itself (setup, callbacks, handlers). */

/* A span of `task` (not NULL) begins, inside those that it has open. */
void trace_stream_span_begin(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                             const char *name);
/* The innermost open span of `task` ends. */
void trace_stream_span_end(struct trace_stream *stream, int64_t now_ns, const cad_task *task);
/* Whether `task` (not NULL) has a span open that the stream knows. */
bool trace_stream_in_span(const struct trace_stream *stream, const cad_task *task);
/* One line of output, without its newline. */
void trace_stream_print(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                        const char *line);
/* A signal came: "SIGINT". `task` is the one that it was sent to; NULL: the program. */
void trace_stream_signal(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                         const char *signal);
/* An error that was reported: an exception that nobody retrieved, or that left a callback.
 * `error` is its Python name. `message` and `where` (a place in the document) may be NULL. */
void trace_stream_error(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                        const char *error, const char *message, const char *where);
/* A fault that the program injects begins or ends: "partition", ... `detail` may be NULL. */
void trace_stream_fault(struct trace_stream *stream, int64_t now_ns, const char *fault,
                        const char *detail);
/* A variable has a new value, or, where it is NULL, none any more; of the program's own where
 * `task` is NULL. A detail: to be asked for before a text is made that nobody wants. */
bool trace_stream_has_detail(const struct trace_stream *stream);
void trace_stream_variable(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                           const char *name, const char *value);

/* Why a task waits that has not ended when the run does. Each may be NULL, and 0. */
struct trace_pending {
    const char *where;    /* a place in the document ... */
    const char *step;     /* ... and the verb that stands there */
    const char *why;      /* what it waits for, and who has that */
    const char *taken;    /* ... and where those have taken it */
    uint64_t circle;      /* the number of the circle in which it stands ... */
    const cad_task *next; /* ... and the task there that it waits for */
    int64_t until_ns;     /* when it would have ended by itself; CAD_NEVER */
};

/* Ends a task, marked as pending, and what it has open: for those who know more of it than the
 * stream, before it is closed. Nothing is told of the task after that. */
void trace_stream_end_pending(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                              const struct trace_pending *pending);

/* --- The end ---------------------------------------------------------------------------------- */

/* Listens to the loop no more; ends what is still open, marked as pending, and the loop's slice
 * with the run's outcome ("complete", "deadlock", ...; NULL: not known); and lets those who listen
 * end: the file is closed. The tasks that have not ended must still exist. Returns 0, or the first
 * failure: CAD_ESYSTEM (with errno), CAD_ENOMEM, or what a consumer returned; then the trace is
 * not whole. */
int trace_stream_close(struct trace_stream *stream, int64_t now_ns, const char *outcome);

/* What went wrong, with the file's path: "t.json: No space left on device". NULL while nothing
 * did. Lives as long as the stream. */
const char *trace_stream_failure(const struct trace_stream *stream);

/* Takes NULL. A stream that was not closed leaves its file as if cut short. */
void trace_stream_free(struct trace_stream *stream);

#endif
