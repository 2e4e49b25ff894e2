/* why/why.h - why a run went as it did: what ended each wait, who was before it, the longest way
 * through the run, and what a look at all of it would find.
 *
 * A collector takes the events of a run, from a trace or straight from the stream, and has its
 * history once all have come:
 *
 *     struct why_collector *collector = why_collector_new();
 *     trace_read_events(path, why_collector_consumer(collector), &complete, message);
 *     const struct why_run *run = why_collector_run(collector);
 *     ... why_find_path() (path.h), why_find_findings() (doctor.h), why_say_...() (say.h) ...
 *     why_collector_free(collector);
 *
 * Of a task's life there are its waits, one after the other, and its spans. Between two waits it is
 * its turn, or it is ready: what keeps the loop busy is in `turns`, and the rest of that time the
 * task was due, woken or made, and did not run.
 *
 * The order of events says what came before what, also within one time: `ordinal` counts them. A
 * wait's begin is told when time moves on (trace/event.h), so that within one time it may come
 * behind what it came before; ends stand where they happened.
 *
 * Texts are numbers, for which why_text() gives the text; 0 is "". Tasks, waits and so on are
 * indices; WHY_NONE points nowhere. A run is of one process, that of the first event.
 */
#ifndef WHY_WHY_H
#define WHY_WHY_H

#include "trace/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHY_NONE UINT32_MAX
#define WHY_NEVER INT64_MAX

/* How a wait came to its end: the constant, its word in JSON, and what it says. */
#define WHY_ENDS(X)                                                                                \
    X(WHY_WOKEN, "woken", "a task woke it")                                                        \
    X(WHY_TIMER, "timer", "the time until which it waited had come")                               \
    X(WHY_TIMEOUT, "timeout", "a time limit of the task passed")                                   \
    X(WHY_CANCELLED, "cancelled", "the task was cancelled")                                        \
    X(WHY_CLOSED, "closed", "the run was over but for such tasks, which the loop cancelled")       \
    X(WHY_OUTSIDE, "outside", "a callback of the loop, a thread or the world outside ended it")    \
    X(WHY_PENDING, "pending", "the run, or the trace, ended first")

enum why_end {
#define WHY_X(constant, word, meaning) constant,
    WHY_ENDS(WHY_X)
#undef WHY_X
        WHY_END_COUNT
};
extern const char *const why_end_words[WHY_END_COUNT];

struct why_wait {
    uint32_t task;
    uint32_t name;   /* "put window", "sleep" */
    uint32_t object; /* that it waits for */
    uint32_t awaits; /* the task that it waits for */
    uint32_t owner;  /* the task that held the object when it began */
    uint32_t by;     /* the task that woke it, or cancelled it */
    uint32_t change; /* the object's last one before it: how it stood when it began */
    uint32_t stuck;  /* of a wait that is pending: what the trace says of it, into why_run.stucks */
    uint32_t ahead;  /* how many waited for the same, and had come before it */
    uint32_t before; /* the last of these */
    uint32_t place;  /* in why_run.task_waits */
    int64_t begin_ns, end_ns;
    int64_t until_ns; /* when it would have ended by itself; WHY_NEVER */
    uint64_t begin_ordinal, end_ordinal;
    uint64_t by_ordinal;              /* of the event with which `by` ended it */
    int64_t slack_ns;                 /* by how much it could end later: slack.h */
    uint32_t acts_before, acts_after; /* what the task had done when it began, and when it ended */
    uint8_t end;                      /* enum why_end */
    bool sleeps;                      /* it waits for nothing but time */
};

/* What the trace says of a wait that was pending when the run ended. */
struct why_stuck {
    uint32_t where, step, why, taken; /* texts */
    uint32_t circle;                  /* from 1; 0: it stands in none */
    uint32_t next;                    /* the task of it that it waits for */
};

struct why_span {
    uint32_t task;
    uint32_t name;
    uint32_t outer; /* the span around it */
    int64_t begin_ns, end_ns;
    uint64_t begin_ordinal, end_ordinal; /* end 0: it was open when the trace ended */
    int64_t slack_ns;                    /* as a wait's */
};

/* A task, or a callback, keeps the loop busy. They are in the order of time. */
struct why_turn {
    uint32_t task; /* WHY_NONE: of no task */
    int64_t begin_ns, end_ns;
};

/* A task was woken, or made, and its turn came only later. In the order of their ends. */
struct why_ready {
    uint32_t task;
    int64_t begin_ns, end_ns;
};

struct why_task {
    int64_t tid;
    uint32_t name;
    uint32_t number;                  /* how many of that name were made before it */
    uint32_t by;                      /* who made it */
    uint32_t outcome, error, message; /* texts; outcome 0: the trace ends before the task does */
    int64_t begin_ns, end_ns;
    uint64_t begin_ordinal, end_ordinal; /* end 0: it has not ended */
    uint32_t first_wait, wait_count;     /* into why_run.task_waits */
    uint32_t first_span, span_count;     /* into why_run.task_spans */
    uint32_t first_deed, deed_count;     /* into why_run.task_deeds */
};

struct why_object {
    uint64_t id;
    uint32_t type, name;
    uint32_t number; /* how many of that name and type were made before it */
    int64_t maxsize; /* of a queue; 0: none */
    uint32_t last_change;
    uint32_t condition; /* of the lock of a condition: that; WHY_NONE */
};

/* An object's state from an event on. What an object has depends on its type: keys (texts) and
 * values, field_count of them from why_run.fields[first_field] on. */
struct why_change {
    uint32_t object;
    uint32_t previous; /* of the same object */
    uint32_t first_field, field_count;
    int64_t time_ns;
    uint64_t ordinal;
    uint32_t by; /* who did it; WHY_NONE: no task, but the loop */
};

struct why_field {
    uint32_t key;
    int64_t value;
};

struct why_run {
    uint32_t scenario;
    uint32_t outcome; /* 0: the trace was cut short */
    int64_t end_ns;
    uint64_t end_ordinal; /* of the last event */
    bool real;            /* of the real clock */

    struct why_task *tasks; /* in the order of their creation */
    size_t task_count;
    struct why_wait *waits; /* in the order of their begin */
    size_t wait_count;
    struct why_stuck *stucks;
    size_t stuck_count;
    struct why_span *spans; /* likewise */
    size_t span_count;
    uint32_t *task_waits; /* waits, task by task, in their order */
    uint32_t *task_spans; /* spans, likewise */
    uint32_t *task_deeds; /* waits that the task ended, task by task, in the order of that */
    struct why_turn *turns;
    size_t turn_count;
    struct why_ready *readies;
    size_t ready_count;
    struct why_object *objects; /* in the order of their creation */
    size_t object_count;
    struct why_change *changes; /* in the order of events */
    size_t change_count;
    struct why_field *fields;
    size_t field_count;

    struct base_strings *strings; /* private: why_text() */
};

struct why_collector;

/* NULL: no memory. */
struct why_collector *why_collector_new(void);
void why_collector_free(struct why_collector *collector); /* takes NULL */

/* To be given the events of a run. Its functions return 0, CAD_ENOMEM, or CAD_EINVAL where it is no
 * run of this project's: what another program wrote keeps none of the rules that all that follows
 * stands on. */
struct trace_consumer *why_collector_consumer(struct why_collector *collector);
bool why_collector_is_foreign(const struct why_collector *collector);

/* As long as the collector; not before the end of the events. */
struct why_run *why_collector_run(struct why_collector *collector);

const char *why_text(const struct why_run *run, uint32_t text);

/* A task by its track, or by its name: "job1", of several the first; "job1 #2", the second. An
 * object by its name, likewise. WHY_NONE: there is none. */
uint32_t why_find_task(const struct why_run *run, int64_t tid);
uint32_t why_find_task_named(const struct why_run *run, const char *name);
uint32_t why_find_object_named(const struct why_run *run, const char *name);

/* The wait of a task that had begun, at the latest, at a time: the last of these; WHY_NONE. */
uint32_t why_wait_at(const struct why_run *run, uint32_t task, int64_t time_ns);
/* The last one of those that is for more than time: what a task waits for, or waited for before
 * what it does then; WHY_NONE. */
uint32_t why_wait_that_led(const struct why_run *run, uint32_t task, int64_t time_ns);
/* The wait for more than time that took longest, of those that have ended; of equal ones the first;
 * `object`: of those for that one; WHY_NONE: of all. WHY_NONE: there is none. */
uint32_t why_longest_wait(const struct why_run *run, uint32_t object);
/* Whether a wait is one for that object, and goes on at that time. */
bool why_stands_at(const struct why_run *run, uint32_t wait, uint32_t object, int64_t time_ns);
/* The last wait of a task that had ended before an event, and the last span. */
uint32_t why_wait_before(const struct why_run *run, uint32_t task, uint64_t ordinal);
uint32_t why_span_before(const struct why_run *run, uint32_t task, uint64_t ordinal);
/* The first wait that a task ended at an event, or after it: its place in why_run.task_deeds, which
 * may be behind the last. */
uint32_t why_deed_from(const struct why_run *run, uint32_t task, uint64_t ordinal);
/* The event at which the first wait of a task that ends after an event does; UINT64_MAX: none. What
 * the task does before that it does in the same stretch. */
uint64_t why_next_pause(const struct why_run *run, uint32_t task, uint64_t ordinal);
/* The innermost span of a task that is open just before a time, and since when it has been, or none
 * has; and the one that is open just after a time. */
uint32_t why_span_until(const struct why_run *run, uint32_t task, int64_t time_ns,
                        int64_t *since_ns);
uint32_t why_span_from(const struct why_run *run, uint32_t task, int64_t time_ns);
/* The first turn that ends after a time; turn_count where none does. */
size_t why_turn_from(const struct why_run *run, int64_t time_ns);
/* Who kept the loop busy for most of a stretch of time, `but` one task; of equal ones the first;
 * WHY_NONE. */
uint32_t why_who_ran(const struct why_run *run, uint32_t but, int64_t begin_ns, int64_t end_ns);
/* Whether a task keeps the loop busy just after a time. */
bool why_runs_at(const struct why_run *run, uint32_t task, int64_t time_ns);
/* The last change of an object at or before a time; WHY_NONE. */
uint32_t why_change_at(const struct why_run *run, uint32_t object, int64_t time_ns);
/* A field of a change by its key; `otherwise` where it has none. */
int64_t why_field_of(const struct why_run *run, uint32_t change, const char *key,
                     int64_t otherwise);

#endif
