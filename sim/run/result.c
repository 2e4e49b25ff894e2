/* What became of a run. */
#include "run/result.h"

#include "base/memory.h"

const char *run_outcome_name(enum run_outcome outcome) {
    return outcome == RUN_BROKEN ? "broken" : prog_outcome_names[outcome];
}

void run_result_clear(run_result *result) {
    for (size_t i = 0; i < RUN_FAILURES_KEPT; i++) {
        base_free(result->failures[i].who);
        base_free(result->failures[i].what);
        base_free(result->failures[i].note);
    }
    run_waits_clear(&result->waits);
    base_free(result->running);
}
