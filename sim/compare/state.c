/* The state of a run just before a difference: its trace is read again, up to there. */
#include "trace/state.h"
#include "cadran.h"
#include "compare/compare.h"
#include "compare/sources.h"

#include <stdio.h>

/* Takes the events before one. */
struct part {
    struct trace_consumer consumer;
    struct trace_state *state;
    uint64_t before;
};

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct part *part = (struct part *)(void *)consumer;
    return event->ordinal >= part->before ? CMP_REACHED : trace_state_take(part->state, event);
}

int cmp_state_before(const struct cmp_result *result, uint32_t difference, int side,
                     struct trace_state **state, char message[CMP_MESSAGE_SIZE]) {
    struct part part = {.consumer = {.take = take},
                        .state = trace_state_new(),
                        .before = result->differences[difference].before[side]};
    *state = NULL;
    int error =
        part.state == NULL ? CAD_ENOMEM : cmp_read_source(result, side, &part.consumer, message);
    if (error == 0 || error == CMP_REACHED) {
        *state = part.state;
        return 0;
    }
    if (error == CAD_ENOMEM)
        snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    trace_state_free(part.state);
    return error;
}
