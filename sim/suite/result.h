/* suite/result.h - what a test of one scenario has come to.
 */
#ifndef SUITE_RESULT_H
#define SUITE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* Why a scenario does not pass: a constant, its word in JSON and the like, and what it means. */
#define SUITE_REASONS(X)                                                                           \
    X(SUITE_FAULTY, "fault", "the scenario is wrong: nothing was run")                             \
    X(SUITE_UNMET, "expect", "the run is not as `expect` says, or ended badly")                    \
    X(SUITE_DIFFERS, "golden", "the trace is not the golden")                                      \
    X(SUITE_MISSING, "missing", "there is no golden yet")                                          \
    X(SUITE_UNWANTED, "unwanted", "there is a golden, and `expect` says that none is kept")        \
    X(SUITE_ALONE, "alone", "there is a golden, and no scenario")                                  \
    X(SUITE_VARIES, "varies", "a second run was not the same (`--repeat`)")                        \
    X(SUITE_CRASH, "crash", "the run ended the process that it was in")                            \
    X(SUITE_TIMEOUT, "timeout", "the test took longer than it may")                                \
    X(SUITE_SKIPPED, "skipped", "no failure: it acts on the world outside, and was not run")       \
    X(SUITE_BUSY, "busy", "no failure: the machine was too busy to judge (`--clock real`)")        \
    X(SUITE_TROUBLE, "trouble", "something else failed: a file, memory")

enum suite_reason {
#define SUITE_X(constant, word, meaning) constant,
    SUITE_REASONS(SUITE_X)
#undef SUITE_X
        SUITE_REASON_COUNT
};

extern const char *const suite_reason_words[SUITE_REASON_COUNT];

/* Zeroed, it is one that has passed. Its texts are its own. */
typedef struct suite_result {
    uint32_t reasons; /* a bit each, by number; 0: it has passed */
    uint32_t line;    /* in the scenario, of the first thing that is wrong there; 0: of none */
    uint32_t column;
    bool form;            /* of a trace that is not the golden: it tells the same, in other bytes */
    int64_t took_ns;      /* on the wall's clock */
    base_buffer sentence; /* why it has not passed, in a line */
    base_buffer details;  /* ... in full: lines, each with its newline */
    base_buffer new_trace; /* the path of the trace that waits to be accepted */
} suite_result;

void suite_result_free(suite_result *result);

static inline bool suite_passed(const suite_result *result) {
    return result->reasons == 0;
}

/* It was not run, or not judged, and that is no failure. */
static inline bool suite_skipped(const suite_result *result) {
    return result->reasons == UINT32_C(1) << SUITE_SKIPPED || result->reasons == UINT32_C(1)
                                                                                     << SUITE_BUSY;
}

static inline bool suite_failed(const suite_result *result) {
    return !suite_passed(result) && !suite_skipped(result);
}

/* "" for an empty one. */
static inline const char *suite_text(const base_buffer *text) {
    return text->data != NULL ? text->data : "";
}

/* The computer was too late, by that much, for what was found to be a failure. 0 or CAD_ENOMEM. */
int suite_excuse(suite_result *result, int64_t late_ns);

/* Notes a reason, with a part of the sentence, as printf() does it. 0 or CAD_ENOMEM. */
int suite_fail(suite_result *result, enum suite_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
