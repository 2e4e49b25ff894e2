/* trace/subject.h - what of a run's state can change, as things that one can ask for: who changed
 * this last, and who will next (timeline.h)?
 */
#ifndef TRACE_SUBJECT_H
#define TRACE_SUBJECT_H

#include "trace/state.h"

enum trace_subject_kind {
    TRACE_SUBJECT_NOTHING,
    TRACE_SUBJECT_OUTCOME,   /* of the run */
    TRACE_SUBJECT_ITERATION, /* of the loop */
    TRACE_SUBJECT_TURN,      /* whose turn it is */
    TRACE_SUBJECT_READY,     /* the ready queue */
    TRACE_SUBJECT_TASK,      /* what a task is doing; of: its track */
    TRACE_SUBJECT_AWAITED,   /* who awaits a task; of: its track */
    TRACE_SUBJECT_VARIABLE,  /* of: the task's track, or the loop's; key: the name */
    TRACE_SUBJECT_FIELD,     /* of: an object's id; key: the field's */
    TRACE_SUBJECT_LINE,      /* of: an object's id; key: the line's name */
    TRACE_SUBJECT_ITEMS,     /* of: a queue's id */
    TRACE_SUBJECT_KIND_COUNT
};

struct trace_subject {
    enum trace_subject_kind kind;
    uint32_t key; /* the number of a text of the state's */
    uint64_t of;
};

/* A number that is another one behind each event that changes the subject. */
uint64_t trace_subject_value(const struct trace_state *state, struct trace_subject subject);

/* Calls `found` for all that an event may change in a state, once or more often. The texts of the
 * event must be the state's already. */
void trace_subjects_of(const struct trace_state *state, const struct trace_event *event,
                       void (*found)(void *context, struct trace_subject subject), void *context);

/* A number for a subject; that two have the same is unlikely. */
uint64_t trace_subject_hash(struct trace_subject subject);

#endif
