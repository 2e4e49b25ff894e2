/* trace/event.h - what the writer and the reader of a trace agree on.
 *
 * docs/trace-format.md says what each category and each argument means. Whoever changes
 * something here changes that page too, and raises SIM_TRACE_VERSION by the rule given there.
 */
#ifndef SIM_TRACE_EVENT_H
#define SIM_TRACE_EVENT_H

/* The "trace" member of the header line. */
#define SIM_TRACE_VERSION 1

/* The tracks of one process: the loop, then the tasks in the order of their creation. */
#define SIM_TRACE_LOOP_TID 1

/* Every category: its constant and how it is written. */
#define SIM_CATEGORIES(X)                                                                          \
    X(SIM_CATEGORY_OTHER, "other")                                                                 \
    X(SIM_CATEGORY_LOOP, "loop")                                                                   \
    X(SIM_CATEGORY_TASK, "task")                                                                   \
    X(SIM_CATEGORY_WAIT, "wait")                                                                   \
    X(SIM_CATEGORY_READY, "ready")                                                                 \
    X(SIM_CATEGORY_RUN, "run")                                                                     \
    X(SIM_CATEGORY_SPAN, "span")                                                                   \
    X(SIM_CATEGORY_WAKE, "wake")                                                                   \
    X(SIM_CATEGORY_PRINT, "print")                                                                 \
    X(SIM_CATEGORY_SIGNAL, "signal")                                                               \
    X(SIM_CATEGORY_CANCEL, "cancel")                                                               \
    X(SIM_CATEGORY_TIMEOUT, "timeout")                                                             \
    X(SIM_CATEGORY_ERROR, "error")                                                                 \
    X(SIM_CATEGORY_FAULT, "fault")                                                                 \
    X(SIM_CATEGORY_OBJECT, "object")

enum sim_category {
#define SIM_X(constant, text) constant,
    SIM_CATEGORIES(SIM_X)
#undef SIM_X
        SIM_CATEGORY_COUNT
};

/* The counter of open spans, an event of category "object". */
#define SIM_TRACE_SPANS_NAME "spans"
#define SIM_TRACE_SPANS_KEY "open"

#endif
