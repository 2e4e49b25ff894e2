/* sample.h - traces for the viewer's tests, which the program writes: a scenario is run, and its
 * trace is read by the real reader.
 */
#ifndef VIZ_SAMPLE_H
#define VIZ_SAMPLE_H

#include "model.h"
#include "pair.h"

#include <stddef.h>
#include <stdint.h>

#define SAMPLE_SECOND INT64_C(1000000000)

struct sample {
    char *text; /* the trace as it was written */
    size_t length;
    struct trace_model *trace;
    struct viz_model *model;
};

/* Two runs that are compared. */
struct sample_pair {
    struct sample before;
    struct sample after;
    struct cmp_result *result;
    struct viz_pair *pair;
};

/* Compares the two samples, and makes a pair of them. */
void sample_compare(struct sample_pair *both);
void sample_pair_free(struct sample_pair *both);

/* Runs a scenario under the virtual clock, reads its trace, makes the model; what cannot be read
 * fails the test. The document is a format as printf's, in which quotes are single ones; `options`
 * are those of `cadran run`. */
void sample_run(struct sample *sample, const char *options, const char *document, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a file of the project's scenarios. */
void sample_scenario(struct sample *sample, const char *options, const char *file);
/* The same trace again, as if it had been cut short before a text. */
void sample_cut(struct sample *sample, const char *text);
/* The same trace again, with one text in place of another, of the same length, wherever it stands.
 */
void sample_replace(struct sample *sample, const char *text, const char *other);
/* Another program's trace, or what no run writes; quotes are single ones. */
void sample_text(struct sample *sample, const char *text);
void sample_free(struct sample *sample);

/* Eight jobs, at most four at a time; 5 s. */
void sample_window(struct sample *sample);
/* Two tasks, each with a lock that the other waits for, until the end. */
void sample_deadlock(struct sample *sample);
/* So many spans on one lane, each as long as the sleep after it. */
void sample_busy(struct sample *sample, int spans, int64_t length_ns);
/* A relay: in each second two tasks work, and at its end wake the two of the next one. */
void sample_relay(struct sample *sample, int seconds);
/* So many lanes of one span each. */
void sample_lanes(struct sample *sample, int lanes);

#endif
