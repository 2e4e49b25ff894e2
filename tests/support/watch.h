/* watch.h - follows a run through its detailed trace, and compares, after each turn of the loop,
 * the state that is rebuilt from it with the engine's own, asked directly (probe.h).
 *
 *     struct watch *watch = watch_new("a name", &program);
 *     watch_listen(watch, stream);
 *     ... trace_stream_attach(stream, loop), watch->loop = loop, and the run ...
 *     bool fine = watch_end(watch);
 *     watch_free(watch);
 */
#ifndef WATCH_H
#define WATCH_H

#include "support/probe.h"
#include "support/shown.h"
#include "trace/stream.h"
#include "trace/timeline.h"

enum { WATCH_SHOWN = 40 };

struct watch {
    struct trace_consumer consumer;
    const char *name;
    const struct probe_program *program;
    cad_loop *loop;          /* to be set before it runs */
    enum trace_kind without; /* events of this kind are kept from the state; TRACE_UNKNOWN: none */
    bool quiet;              /* what differs is not said */

    struct trace_state *state;
    struct trace_timeline *timeline;
    char file[32]; /* what is written of it */
    size_t turns;  /* that were compared */
    bool differs;
    struct watch_text {
        FILE *file;
        char *bytes;
        size_t size;
    } asked, rebuilt;
    struct watch_moment *moments; /* what the state was after each turn */
    size_t capacity;
    struct shown_moment shown[WATCH_SHOWN]; /* some of them, which are compared as they are shown */
    size_t shown_count;
    uint64_t random;
};

/* Ends the program where there is no memory. Name and program are borrowed. */
struct watch *watch_new(const char *name, const struct probe_program *program);
/* Before the stream is attached. */
void watch_listen(struct watch *watch, struct trace_stream *stream);
/* After the run: whether all was the same, and is the same again where a timeline goes to turns in
 * any order, by the events as they came and as they are read from the file. Says what was not. */
bool watch_end(struct watch *watch);
void watch_free(struct watch *watch);

#endif
