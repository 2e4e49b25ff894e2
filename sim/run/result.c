/* What became of a run. */
#include "run/result.h"

#include "base/memory.h"

const char *run_outcome_name(enum run_outcome outcome) {
    return outcome == RUN_BROKEN ? "broken" : prog_outcome_names[outcome];
}

const char *run_raised_in(const cad_exception *exception, uint32_t *place) {
    uint64_t origin = DOC_NOWHERE;
    const char *task = cad_exception_origin(exception, &origin);
    *place = (uint32_t)origin;
    return task != NULL && task[0] != '\0' ? task : NULL;
}

void run_result_clear(run_result *result) {
    for (size_t i = 0; i < RUN_FAILURES_KEPT; i++) {
        base_free(result->failures[i].who);
        base_free(result->failures[i].raised_in);
        base_free(result->failures[i].what);
        cad_exception_unref(result->failures[i].exception);
        base_free(result->failures[i].note);
    }
    run_waits_clear(&result->waits);
    base_free(result->running);
}
