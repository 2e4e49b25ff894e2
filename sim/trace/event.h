/* trace/event.h - what the writer and the reader of a trace agree on.
 *
 * docs/trace-format.md says what each category and each argument means. Whoever changes
 * something here changes that page too, and raises TRACE_VERSION by the rule given there.
 */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

/* The "trace" member of the header line. */
#define TRACE_VERSION 1

/* The tracks of one process: the loop, then the tasks in the order of their creation. */
#define TRACE_LOOP_TID 1

/* Every category: its constant and how it is written. */
#define TRACE_CATEGORIES(X)                                                                        \
    X(TRACE_CATEGORY_OTHER, "other")                                                               \
    X(TRACE_CATEGORY_LOOP, "loop")                                                                 \
    X(TRACE_CATEGORY_TASK, "task")                                                                 \
    X(TRACE_CATEGORY_WAIT, "wait")                                                                 \
    X(TRACE_CATEGORY_READY, "ready")                                                               \
    X(TRACE_CATEGORY_RUN, "run")                                                                   \
    X(TRACE_CATEGORY_SPAN, "span")                                                                 \
    X(TRACE_CATEGORY_WAKE, "wake")                                                                 \
    X(TRACE_CATEGORY_PRINT, "print")                                                               \
    X(TRACE_CATEGORY_SIGNAL, "signal")                                                             \
    X(TRACE_CATEGORY_CANCEL, "cancel")                                                             \
    X(TRACE_CATEGORY_TIMEOUT, "timeout")                                                           \
    X(TRACE_CATEGORY_ERROR, "error")                                                               \
    X(TRACE_CATEGORY_FAULT, "fault")                                                               \
    X(TRACE_CATEGORY_OBJECT, "object")

enum trace_category {
#define TRACE_X(constant, text) constant,
    TRACE_CATEGORIES(TRACE_X)
#undef TRACE_X
        TRACE_CATEGORY_COUNT
};

/* The counter of open spans, an event of category "object". */
#define TRACE_SPANS_NAME "spans"
#define TRACE_SPANS_KEY "open"

#endif
