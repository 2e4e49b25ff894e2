/* What became of a run. */
#include "run/result.h"

#include "base/memory.h"

const char *run_outcome_name(enum run_outcome outcome) {
    static const char *const names[] = {
        [RUN_COMPLETE] = "complete",       [RUN_FAILED] = "failed",   [RUN_DEADLOCK] = "deadlock",
        [RUN_INTERRUPTED] = "interrupted", [RUN_STOPPED] = "stopped", [RUN_LIMIT] = "limit",
        [RUN_BROKEN] = "broken",
    };
    return names[outcome];
}

void run_result_clear(run_result *result) {
    for (size_t i = 0; i < RUN_FAILURES_KEPT; i++) {
        base_free(result->failures[i].who);
        base_free(result->failures[i].what);
    }
    run_waits_clear(&result->waits);
    base_free(result->running);
}
