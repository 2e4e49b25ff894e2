/* drift/drift.h - how far reality is from a model: a scenario's run under the virtual clock, held
 * against runs of the same program under the real one.
 *
 *     struct drift_settings settings = {.tolerance = {.time_ns = DRIFT_TOLERANCE_NS}};
 *     struct drift *drift;
 *     int error = drift_new(&settings, &drift);
 *     ... of each run: drift_add(drift, sources, &lateness, message) ...
 *     const struct drift_result *result = drift_conclude(drift);
 *     ... result->verdict ...; drift_print_text(result, &text); drift_print_json(result, &writer)
 *     drift_free(drift);
 *
 * Events of the two runs are matched as the comparison of traces matches them (compare/compare.h).
 * Where it is known how late the loop of a real run was, a time of that run is taken apart: what
 * time it would have been on a computer that had nothing else to do, which is the model's to
 * predict, and what the computer added, which is nobody's.
 */
#ifndef DRIFT_DRIFT_H
#define DRIFT_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "compare/compare.h"
#include "document/write.h"
#include "drift/lateness.h"

#define DRIFT_TOLERANCE_NS (10 * CAD_MILLISECOND)

/* What is said of a model: the constant, its word in JSON, what it says. */
#define DRIFT_VERDICTS(X)                                                                          \
    X(DRIFT_HOLDS, "holds", "the model predicts the runs")                                         \
    X(DRIFT_DIFFERS, "differs", "the runs are not as the model says")                              \
    X(DRIFT_BUSY, "busy", "the machine was too busy to judge")

enum drift_verdict {
#define DRIFT_X(constant, word, meaning) constant,
    DRIFT_VERDICTS(DRIFT_X)
#undef DRIFT_X
};

struct drift_settings {
    struct cmp_tolerance
        tolerance; /* of a length; what is further apart than its time has an order */
};

/* By how much something was off, many times. */
struct drift_measure {
    uint64_t count;
    double mean_ns;
    int64_t p95_ns;   /* so much or less, in 95 of 100 cases, whatever the sign */
    int64_t worst_ns; /* with its sign */
};

/* Spans or waits of one name, where numbers in it stand for any. */
struct drift_row {
    const char *name; /* "fetch #", "acquire lock-#", "sleep of job#" */
    bool is_wait;
    int64_t least_ns, most_ns;  /* as they were predicted */
    struct drift_measure real;  /* by how much longer they were */
    struct drift_measure model; /* ... without what the computer added */
    uint64_t beyond;            /* of the model's, those beyond the tolerance */
    bool holds;                 /* no more than one of twenty is */
};

/* A duration that would have predicted the runs. */
struct drift_suggestion {
    char name[64]; /* a variable's */
    const char *what;
    int64_t predicted_ns, real_ns;
};

/* The first event was to come before the second, and did not. */
struct drift_inversion {
    const char *first, *second; /* in words: "job4: acquire window ends" */
    int64_t predicted_ns[2], real_ns[2];
    bool by_cause; /* else by time alone */
};

enum { DRIFT_INVERSIONS_KEPT = 5 };

struct drift_order {
    uint64_t events;            /* that were held against all before them */
    uint64_t by_cause, by_time; /* how many came before one that was to come first */
    struct drift_inversion kept[DRIFT_INVERSIONS_KEPT];
    size_t kept_count;
};

/* How late the loop was at its looks at the clock. */
struct drift_late {
    bool known;
    struct drift_measure all, own, machine; /* the first is the sum of the others, look by look */
};

struct drift_result {
    enum drift_verdict verdict;
    uint64_t runs;
    struct cmp_tolerance tolerance;
    uint64_t missing;   /* events of the model that a run lacks */
    uint64_t added;     /* events of a run that the model lacks */
    uint64_t otherwise; /* those of both that end in another way */
    const struct drift_row *rows;
    size_t row_count;
    const struct drift_suggestion *suggestions;
    size_t suggestion_count;
    struct drift_order order;
    struct drift_late late;
    struct {
        uint64_t predicted, least, most; /* spans open at once when most were */
        double predicted_mean, mean;
    } concurrency;
    struct {
        int64_t predicted_ns, least_ns, most_ns;
    } makespan;
};

struct drift;

/* 0 or CAD_ENOMEM. */
int drift_new(const struct drift_settings *settings, struct drift **drift);
void drift_free(struct drift *drift); /* takes NULL */

/* Adds a run: side A is the model's trace, the same each time; side B the real one. lateness NULL:
 * it is not known. As cmp_compare(); on success the message is what was wrong with the real trace,
 * such as that it was cut short, or "". */
int drift_add(struct drift *drift, const struct cmp_source sources[CMP_SIDES],
              const struct drift_lateness *lateness, char message[CMP_MESSAGE_SIZE]);

/* After the last run. It lives as long as `drift`; NULL: no memory. */
const struct drift_result *drift_conclude(struct drift *drift);

/* Append what was found, and the durations that would have predicted the runs, as `vars` to paste.
 * 0 or CAD_ENOMEM. */
int drift_print_text(const struct drift_result *result, base_buffer *text);
int drift_print_suggestions(const struct drift_result *result, base_buffer *text);
/* One object; the writer says whether memory ran out. */
void drift_print_json(const struct drift_result *result, doc_writer *writer);

#endif
