/* trace/writer.h - writes a run's trace while it happens.
 *
 * The writer is a sink for the engine's events (cad_loop_set_trace), and takes what only the
 * scenario knows - spans, printed lines, signals - by functions of its own. It streams: beside
 * a megabyte of buffers it keeps 16 bytes for each task that is alive, and the names of what is
 * open.
 *
 *     struct trace_header header = {.scenario = "window", .clock = "virtual",
 *                                       .until_ns = CAD_NEVER};
 *     struct trace_writer *writer;
 *     int error = trace_writer_open("window.trace", &header, &writer);
 *     if (error == 0) {
 *         cad_loop_set_trace(loop, trace_writer_sink(writer));
 *         ... cad_loop_run(loop) ...
 *         error = trace_writer_close(writer, cad_loop_time(loop), "complete");
 *         if (error != 0)
 *             fprintf(stderr, "cadran: %s\n", trace_writer_failure(writer));
 *         cad_loop_free(loop);
 *         trace_writer_free(writer);
 *     }
 *
 * No call fails while the run goes on: the first failure (no space, a closed pipe, no memory) is
 * remembered, nothing is written after it, and close returns it. What was written until then
 * stays readable. A time before that of the last event counts as that: time never goes back in a
 * trace. All texts are borrowed for the call, are escaped as JSON wants it, and need
 * not be valid UTF-8: a byte that is not is written as U+FFFD.
 */
#ifndef TRACE_WRITER_H
#define TRACE_WRITER_H

#include "cadran.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_writer;

/* A variable of the scenario that the command line changed (--set name=value). */
struct trace_override {
    const char *name;
    const char *value; /* as it was given */
};

/* What the first line says. */
struct trace_header {
    const char *scenario; /* its name */
    const char *clock;    /* "virtual" or "real" */
    int64_t seed;
    const struct trace_override *overrides; /* NULL where there are none */
    size_t override_count;
    int64_t until_ns;    /* the loop time at which the run is to stop; CAD_NEVER: left out */
    const char *started; /* when, in ISO 8601; NULL under the virtual clock: left out */
    const char *host;    /* where; NULL under the virtual clock: left out */
};

/* Creates the file, or empties it, and writes the header. One whose name ends in .gz or .zst is
 * packed by gzip or zstd, in the thread that writes. SIGPIPE stays away from the program.
 * CAD_ESYSTEM with errno where the file cannot be opened; CAD_ENOMEM. *writer is NULL then. */
int trace_writer_open(const char *path, const struct trace_header *header,
                      struct trace_writer **writer);

/* The sink for cad_loop_set_trace(), before the first task is created: the writer is to know all
 * of them. Lives as long as the writer. */
const cad_trace_sink *trace_writer_sink(struct trace_writer *writer);

/* How errors of the scenario's own (CAD_EUSER and below) are called: name() gives the text for a
 * code, or NULL for the engine's word, cad_error_name(). */
void trace_writer_set_error_names(struct trace_writer *writer,
                                  const char *(*name)(void *context, int code), void *context);

/* Calls fn(arg) once, from inside the call that found it, when writing has failed for the first
 * time: the place to stop the loop. */
void trace_writer_on_failure(struct trace_writer *writer, void (*fn)(void *arg), void *arg);

/* What only the scenario knows. `task` NULL: the loop itself (setup, callbacks, handlers). */

/* A span of `task` (not NULL) begins, inside those that it has open. */
void trace_writer_span_begin(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                             const char *name);
/* The innermost open span of `task` ends. */
void trace_writer_span_end(struct trace_writer *writer, int64_t now_ns, const cad_task *task);
/* One line of output, without its newline. */
void trace_writer_print(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                        const char *line);
/* A signal came: "SIGINT". `task` is the one that it was sent to; NULL: the program. */
void trace_writer_signal(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                         const char *signal);
/* A timeout of the scenario's own; those of the engine come by the sink. `name` such as
 * "timeout". */
void trace_writer_timeout(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                          const char *name);
/* An error that was reported: an exception that nobody retrieved, or that left a callback.
 * `error` is its Python name. `message` and `where` (a place in the document) may be NULL. */
void trace_writer_error(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                        const char *error, const char *message, const char *where);
/* A fault that the scenario injects begins or ends: "partition", ... `detail` may be NULL. */
void trace_writer_fault(struct trace_writer *writer, int64_t now_ns, const char *fault,
                        const char *detail);

/* Has what was told until now put into the file, at once or soon, so that it is there if the
 * program is killed. A packed file is the larger for it, by some ten bytes a time, and its bytes
 * tell when it was called. */
void trace_writer_flush(struct trace_writer *writer);

/* Ends what is still open, marked as pending, and the loop's slice with the run's outcome
 * ("complete", "deadlock", ...; NULL: not known); ends the file and closes it. The tasks that
 * have not ended must still exist, and the sink must not be called any more, so detach it
 * (cad_loop_set_trace(loop, NULL)) where the loop lives on. Returns 0, CAD_ESYSTEM (with errno)
 * or CAD_ENOMEM: then the trace is not whole. */
int trace_writer_close(struct trace_writer *writer, int64_t now_ns, const char *outcome);

/* What went wrong, with the file's path: "t.json: No space left on device". NULL while nothing
 * did. Lives as long as the writer. */
const char *trace_writer_failure(const struct trace_writer *writer);

/* Takes NULL. A writer that was not closed leaves its file as if cut short. */
void trace_writer_free(struct trace_writer *writer);

#endif
