/* trace/state.h - the state of a run, rebuilt from its events.
 *
 * A state takes the events of a trace one after the other, from the reader or straight from the
 * stream, and is at each of them what the loop and its objects were at that moment: the ready queue
 * in order, what each task is doing, the items of each queue, owners, waiters in order, values,
 * variables.
 *
 *     struct trace_state *state = trace_state_new();
 *     for each event
 *         error = trace_state_take(state, event);
 *     for (uint64_t i = 0; i < trace_state_now(state)->ready; i++)
 *         ... trace_state_ready(state, i)->task ...
 *     trace_state_free(state);
 *
 * A trace without details does not tell all of this. What it does not tell is not there (the ready
 * queue, items, variables), or is said not to be known: a task that does not wait is
 * TRACE_DOING_SOMETHING, ready or running, where nothing says which. Waiters are in the order in
 * which their waits are told.
 *
 * Texts are numbers, for which trace_state_text() gives the text; 0 is "". What functions return is
 * there until the state changes. A state follows one process, that of the first event.
 *
 * A copy costs next to nothing, and then what has changed in one of the two since (vector.h):
 * timeline.h keeps a copy every so many events, to be at any event at once.
 */
#ifndef TRACE_STATE_H
#define TRACE_STATE_H

#include "trace/event.h"
#include "trace/vector.h"

struct trace_state;
struct base_strings;

enum trace_doing {
    TRACE_DOING_NOTHING,   /* there is no such task */
    TRACE_DOING_SOMETHING, /* it is ready or runs: the trace does not say which */
    TRACE_DOING_READY,     /* woken, or made; its turn has not come yet */
    TRACE_DOING_RUNS,
    TRACE_DOING_WAITS,
    TRACE_DOING_SLEEPS,
    TRACE_DOING_ENDED,
    TRACE_DOING_COUNT
};

/* Tasks that wait for one thing: the first came first. The others are behind it, each by the
 * `behind` of the one before. */
struct trace_line {
    uint32_t name;       /* "putters", "waiters", ... */
    int64_t first, last; /* tracks; 0: nobody */
    uint64_t count;
};

struct trace_state_task {
    int64_t tid; /* its track */
    uint32_t name;
    enum trace_doing doing;
    int64_t since_ns; /* since when it does it */
    uint32_t spans;   /* that it has open */
    /* While it waits or sleeps: */
    uint32_t wait;    /* as the wait is called: "put window" */
    uint64_t object;  /* the object that it waits for; 0: none */
    int64_t awaits;   /* the task that it awaits; 0: none */
    int64_t until_ns; /* when the wait ends by itself; INT64_MAX */
    uint32_t line;    /* which line it stands in; 0: none */
    int64_t before, behind;
    /* When it has ended: */
    uint32_t outcome, error, message;

    struct trace_line waiters; /* who awaits it */
    uint32_t variables;        /* the first; 0: none */
};

enum { TRACE_STATE_LINES = 3 };

struct trace_state_object {
    uint64_t id;
    uint32_t type, name;
    uint32_t field_count;
    struct trace_state_field {
        uint32_t key;
        bool constant;
        int64_t value;
    } fields[TRACE_FIELDS_MAX];
    uint32_t line_count;
    struct trace_line lines[TRACE_STATE_LINES]; /* those that somebody has stood in */
    struct trace_vector items;                  /* for trace_state_item() */
    uint64_t next, previous;                    /* ids, in the order in which they were told of */
};

/* An entry of the ready queue. */
struct trace_state_entry {
    uint32_t kind; /* "task", "callback", ... */
    int64_t task;  /* the track of the task that it is about; 0: none */
};

struct trace_state_variable {
    uint32_t name, value;
    uint32_t next; /* 0: the last */
};

/* Where the run is. */
struct trace_now {
    uint64_t ordinal; /* of the last event; 0: none yet */
    int64_t time_ns;
    bool detailed; /* the trace has details */
    bool doubtful; /* the events do not fit together: some are missing */
    uint64_t iteration;
    uint64_t ready; /* entries of the ready queue, */
    uint64_t batch; /* and how many of them have their turns in this iteration */
    bool in_turn;
    struct trace_state_entry turn; /* whose turn it is */
    uint64_t tasks;                /* that were ever made */
    uint64_t doing[TRACE_DOING_COUNT];
    uint64_t at_work; /* tasks with a span open that neither wait nor are ready */
    uint32_t outcome; /* of the run; 0: it goes on */
};

/* NULL: no memory. */
struct trace_state *trace_state_new(void);
struct trace_state *trace_state_copy(const struct trace_state *state);
void trace_state_free(struct trace_state *state); /* takes NULL */

/* 0; CAD_ENOMEM: then the state is between two events, and no longer of use. */
int trace_state_take(struct trace_state *state, const struct trace_event *event);

const struct trace_now *trace_state_now(const struct trace_state *state);
const char *trace_state_text(const struct trace_state *state, uint32_t text);
/* All texts of the state and its copies, for whoever keeps texts beside them. */
struct base_strings *trace_state_strings(const struct trace_state *state);
/* The bytes of memory of this state and of all its copies, each once, but for texts. */
size_t trace_state_memory(const struct trace_state *state);
/* About what this one would take if it shared nothing. */
size_t trace_state_memory_alone(const struct trace_state *state);

/* A task by its track, from TRACE_LOOP_TID + 1 on; NULL where there is none. */
const struct trace_state_task *trace_state_task(const struct trace_state *state, int64_t tid);
/* An entry of the ready queue: 0 is the next to have its turn. */
struct trace_state_entry trace_state_ready(const struct trace_state *state, uint64_t place);
/* An object; NULL where there is none. The one after `object` in the order in which they were told
 * of, the first where that is NULL; NULL after the last. */
const struct trace_state_object *trace_state_object(const struct trace_state *state, uint64_t id);
const struct trace_state_object *trace_state_next_object(const struct trace_state *state,
                                                         const struct trace_state_object *object);
/* The value of a field by its key; `otherwise` where the object has none. */
int64_t trace_state_field(const struct trace_state *state, const struct trace_state_object *object,
                          const char *key, int64_t otherwise);
/* The items of a queue: in the order in which they came; of a PriorityQueue, in the list that heapq
 * keeps. */
uint64_t trace_state_items(const struct trace_state_object *object);
uint32_t trace_state_item(const struct trace_state_object *object, uint64_t index);
/* The variables of a task, or of the scenario where tid is TRACE_LOOP_TID, the one after
 * `variable`, the first where that is NULL; NULL after the last. */
const struct trace_state_variable *
trace_state_next_variable(const struct trace_state *state, int64_t tid,
                          const struct trace_state_variable *variable);

#endif
