/* pointer.h - a scope of the engine's in a hidden slot. To value.c an aligned pointer is one of
 * those that are not counted: it is neither kept alive nor freed by the slot.
 */
#ifndef STEPS_POINTER_H
#define STEPS_POINTER_H

#include "run/job.h"
#include "run/values.h"

/* What was in the slot before, a sequence's text for example, is dropped. */
static inline void step_store_pointer(run_job *job, uint32_t slot, void *pointer) {
    run_store(job, slot, (expr_value)(uintptr_t)pointer);
}

static inline void *step_stored_pointer(const run_job *job, uint32_t slot) {
    return (void *)(uintptr_t)job->top->locals[slot];
}

#endif
