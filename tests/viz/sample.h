/* sample.h - traces for the viewer's tests, written line by line and read by the real reader. */
#ifndef VIZ_SAMPLE_H
#define VIZ_SAMPLE_H

#include "model.h"

#include <stddef.h>
#include <stdint.h>

#define SAMPLE_SECOND INT64_C(1000000000)

struct sample {
    char *text;
    size_t length;
    size_t capacity;
    const char *scenario;
    int64_t next_wake;
    struct trace_model *trace;
    struct viz_model *model;
};

/* Begins a trace of ours: its header and the loop's track. */
void sample_begin(struct sample *sample, const char *scenario);
/* A task, with its track's number (2, 3, ...), alive from a time on. */
void sample_task(struct sample *sample, int tid, int64_t time_ns, const char *name);
/* A B or E. `args` is JSON text without its braces, or NULL. */
void sample_slice(struct sample *sample, char phase, int tid, int64_t time_ns, const char *category,
                  const char *name, const char *args);
/* One track wakes another, and ends its wait. */
void sample_wake(struct sample *sample, int from, int to, int64_t time_ns, const char *wait);
void sample_instant(struct sample *sample, int tid, int64_t time_ns, const char *category,
                    const char *name);
/* A number of an object's, or, with "spans" and "open", the open spans. */
void sample_counter(struct sample *sample, int64_t time_ns, const char *name, const char *key,
                    int value);
/* Ends the loop's slice with an outcome, reads the trace, makes the model. A trace that cannot be
 * read fails the test. */
void sample_end(struct sample *sample, int64_t time_ns, const char *outcome);
/* Reads a text that another program may have written. */
void sample_foreign(struct sample *sample, const char *text);
/* Reads what there is, without an end. */
void sample_cut(struct sample *sample);
void sample_free(struct sample *sample);

/* Eight jobs, at most four at a time; 5 s. */
void sample_window(struct sample *sample);
/* Two tasks, each with a lock that the other waits for, until the end. */
void sample_deadlock(struct sample *sample);
/* So many spans on one lane, each as long as the gap after it. */
void sample_busy(struct sample *sample, int spans, int64_t length_ns);
/* A relay: in each second two tasks work, and at its end wake the two of the next one. */
void sample_relay(struct sample *sample, int seconds);
/* So many lanes of one span each. */
void sample_lanes(struct sample *sample, int lanes);

#endif
