/* trace/event.h - one event of a trace, and the table of all kinds of them.
 *
 * What happens in a run is told as events, one after the other: `struct trace_event`. Who tells
 * them and who takes them know nothing of each other:
 *
 *     loop and scenario -> a stream -> one consumer or several: the file (writer.h), the table,
 *     a trace's file    -> reader.h -> a comparison, the state of the run, the viewer's model
 *
 * In a file an event is a line. `TRACE_KINDS` says of each kind how that line looks, and what it
 * means: phase, category, track, name, arguments. Stream, writer, checker, state and documentation
 * go by that table, so that a new event is a row of it, and a function of the stream that tells
 * it. `TRACE_ARGUMENTS` says of each argument its key in the file and its type; an argument means
 * the same in all kinds that have it, and has its place in `event->args` by its constant, whatever
 * the kind. So that whoever takes an event reads
 *
 *     case TRACE_WAIT_BEGIN:
 *         if (trace_has(event, TRACE_ARG_OWNER))
 *             ... event->args[TRACE_ARG_OWNER].number, the owner's track ...
 *
 * A begin and its end are two kinds: they have different arguments, and whoever follows a run does
 * different things for them.
 *
 * Order. Time never goes back; events of one time are in the order in which they happened, which
 * `ordinal` counts. Kinds that are marked DETAIL are told only to those who ask for them
 * (trace_header.detail); without them a trace has what people look at, with them all that is
 * needed to know the state of the run after each turn of the loop.
 *
 * Objects. An object (a queue, a lock, ...) is declared by a TRACE_OBJECT when it is made, with its
 * number, type, name and constants; a TRACE_STATE with its first state follows. The number stands
 * for it from then on: in its further TRACE_STATEs, in waits, wakes and operations. What an object
 * has for a state depends on its type, so it comes as `fields`: keys and numbers.
 *
 * docs/trace-format.md has the tables of this file, which a test compares, and the rule by which
 * TRACE_VERSION is raised.
 */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The "trace" member of the header line. */
#define TRACE_VERSION 2

/* The tracks of one process: the loop, then the tasks in the order of their creation. A task's
 * track is its number in the engine plus this one. */
#define TRACE_LOOP_TID 1
/* Behind all tasks, the lanes of connections and programs: an object's is its number plus this one.
 */
#define TRACE_LANE_TID INT64_C(1000000000)

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
    X(TRACE_CATEGORY_OBJECT, "object")                                                             \
    X(TRACE_CATEGORY_FREED, "freed")                                                               \
    X(TRACE_CATEGORY_TURN, "turn")                                                                 \
    X(TRACE_CATEGORY_PARK, "park")                                                                 \
    X(TRACE_CATEGORY_OPERATION, "operation")                                                       \
    X(TRACE_CATEGORY_VARIABLE, "variable")                                                         \
    X(TRACE_CATEGORY_LANE, "lane")                                                                 \
    X(TRACE_CATEGORY_DATA, "data")

enum trace_category {
#define TRACE_X(constant, text) constant,
    TRACE_CATEGORIES(TRACE_X)
#undef TRACE_X
        TRACE_CATEGORY_COUNT
};

/* The counter of open spans, an event of category "object". */
#define TRACE_SPANS_NAME "spans"
#define TRACE_SPANS_KEY "open"

/* --- Arguments ------------------------------------------------------------------------------- */

/* What an argument is, where it is in struct trace_argument, and how it is written. */
enum trace_type {
    TRACE_TYPE_TEXT,    /* text:    "key":"text" */
    TRACE_TYPE_INTEGER, /* number:  "key":12 */
    TRACE_TYPE_TIME,    /* number, ns: "key":1500.000, microseconds */
    TRACE_TYPE_TRACK,   /* number, a task's track: "key":3 */
    TRACE_TYPE_TASK,    /* number, the track, and text, the name: "key":"job1","key_tid":3 */
    TRACE_TYPE_OBJECT,  /* number, an object's: "key":7 */
    TRACE_TYPE_STATE,   /* fields, numbers: "size":3,"putters":0, beside the other arguments */
    TRACE_TYPE_TEXTS,   /* fields, texts: "key":{"width":"2"} */
};

/* Every argument, in the order in which they are written: its constant, key and type, and what it
 * says. */
#define TRACE_ARGUMENTS(X)                                                                         \
    X(TRACE_ARG_VERSION, "trace", INTEGER, "version of this format")                               \
    X(TRACE_ARG_SCENARIO, "scenario", TEXT, "the scenario's name")                                 \
    X(TRACE_ARG_CLOCK, "clock", TEXT, "`virtual` or `real`")                                       \
    X(TRACE_ARG_SEED, "seed", INTEGER, "the seed that was used")                                   \
    X(TRACE_ARG_SET, "set", TEXTS,                                                                 \
      "what was given other values: names and values, as they were given")                         \
    X(TRACE_ARG_DETAILED, "detail", INTEGER, "1: the trace has the events marked *detail*")        \
    X(TRACE_ARG_NAME, "name", TEXT, "the name of a process or track")                              \
    X(TRACE_ARG_SORT_INDEX, "sort_index", INTEGER, "where a track stands among the others")        \
    X(TRACE_ARG_OBJECT, "object", OBJECT, "number of an object")                                   \
    X(TRACE_ARG_TYPE, "type", TEXT, "its type: `queue`, `lock`, ...")                              \
    X(TRACE_ARG_STATE, "", STATE, "what it has for a state, or for constants; see below")          \
    X(TRACE_ARG_TASK, "task_tid", TRACK, "track of the task that is run, awaited or made ready")   \
    X(TRACE_ARG_OWNER, "owner", TASK, "name and track of the task that holds the object")          \
    X(TRACE_ARG_BY, "by", TASK, "name and track of the task that did it")                          \
    X(TRACE_ARG_UNTIL, "until", TIME, "when the wait, or the run, ends by itself")                 \
    X(TRACE_ARG_STARTED, "started", TEXT, "date and time of the start, ISO 8601; real clock only") \
    X(TRACE_ARG_HOST, "host", TEXT, "the machine's name; real clock only")                         \
    X(TRACE_ARG_OUTCOME, "outcome", TEXT, "how it ended; see below")                               \
    X(TRACE_ARG_ERROR, "error", TEXT,                                                              \
      "what a task or an operation failed with: an exception's name")                              \
    X(TRACE_ARG_MESSAGE, "message", TEXT, "the text that came with it")                            \
    X(TRACE_ARG_WHERE, "where", TEXT,                                                              \
      "place in the document, by the scenario's name: `name:line:column: /json/pointer`")          \
    X(TRACE_ARG_STEP, "step", TEXT, "verb of the step at which the task waits")                    \
    X(TRACE_ARG_WHY, "why", TEXT, "what it waits for, and who has that, in words")                 \
    X(TRACE_ARG_TAKEN, "taken", TEXT, "who has it, and at which step and place that was taken")    \
    X(TRACE_ARG_CIRCLE, "circle", INTEGER,                                                         \
      "number of the circle of tasks that wait for one another in which it stands, from 1")        \
    X(TRACE_ARG_NEXT, "next", TASK, "name and track of the task of that circle that it waits for") \
    X(TRACE_ARG_FAULT, "fault", TEXT, "more about the fault")                                      \
    X(TRACE_ARG_LINE, "line", TEXT,                                                                \
      "which line of the object's the task stands in: `putters`, ...")                             \
    X(TRACE_ARG_ENTRY, "entry", TEXT,                                                              \
      "kind of an entry of the ready queue: `step` of a task, `callback`, ...")                    \
    X(TRACE_ARG_NUMBER, "number", INTEGER, "which iteration of the loop, from 1")                  \
    X(TRACE_ARG_RESULT, "result", INTEGER,                                                         \
      "what an operation returned, or a program; left out where that is 0 or an error")            \
    X(TRACE_ARG_MOVE, "move", TEXT,                                                                \
      "what became of an item: `in`, `out`; `all out`: of all of them")                            \
    X(TRACE_ARG_VALUE, "value", TEXT,                                                              \
      "the item, or the variable's value, as a text; see below for long ones")                     \
    X(TRACE_ARG_PLACE, "place", INTEGER,                                                           \
      "from 0: where an item is put, or was; where an entry was")                                  \
    X(TRACE_ARG_SIZE, "bytes", INTEGER, "how many")

enum trace_argument_index {
#define TRACE_X(constant, key, type, meaning) constant,
    TRACE_ARGUMENTS(TRACE_X)
#undef TRACE_X
        TRACE_ARG_COUNT
};

/* --- Kinds ----------------------------------------------------------------------------------- */

/* Whose track an event stands on. */
enum trace_place {
    TRACE_ON_NONE, /* it is about the process, or names its track itself */
    TRACE_ON_LOOP,
    TRACE_ON_TASK,
    TRACE_ON_LANE, /* a connection's, or a program's */
    TRACE_ON_ANY,  /* the task's that it concerns; the loop's where it concerns none */
};

/* What is special about a kind. */
enum trace_mark {
    TRACE_USUAL,
    TRACE_DETAIL, /* it is told only to those who ask for details */
    TRACE_BRACES, /* it has "args" in the file even where they are empty: docs/trace-format.md */
};

/* What an event does to the state of the run (state.h). */
enum trace_effect {
    TRACE_EFFECT_STATE, /* it changes it */
    TRACE_EFFECT_NONE,  /* it is told for people alone, or for other programs */
};

#define TRACE_A(argument) (UINT64_C(1) << TRACE_ARG_##argument)

/* Every kind: its constant; phase, category, track, mark and effect; its name in the file, NULL
 * where it differs from event to event; the arguments that it always has, as a set, and those that
 * it may have; what it means, and, where the name differs, what that is. Phase and category tell
 * them apart, and the name where it is given.
 *
 * Slices have a length. A wait or a span that ends at the time at which it began is no pair of B
 * and E, but an instant, TRACE_WAIT_POINT or TRACE_SPAN_POINT, that stands where it ended. So a
 * begin comes into the trace when time moves on: behind all that happened at its time, and before
 * all that happened later. A TRACE_PARK, of the details, stands where the wait began. */
#define TRACE_KINDS(X)                                                                             \
    X(TRACE_HEADER, 'M', OTHER, NONE, USUAL, STATE, "cadran",                                      \
      TRACE_A(VERSION) | TRACE_A(SCENARIO) | TRACE_A(CLOCK) | TRACE_A(SEED),                       \
      TRACE_A(SET) | TRACE_A(DETAILED) | TRACE_A(UNTIL) | TRACE_A(STARTED) | TRACE_A(HOST),        \
      "the first line: which run this is")                                                         \
    X(TRACE_PROCESS_NAME, 'M', OTHER, NONE, USUAL, NONE, "process_name", TRACE_A(NAME), 0,         \
      "the name of a process: the scenario's")                                                     \
    X(TRACE_THREAD_NAME, 'M', OTHER, ANY, USUAL, NONE, "thread_name", TRACE_A(NAME), 0,            \
      "the name of a track, before its first event")                                               \
    X(TRACE_THREAD_SORT, 'M', OTHER, ANY, USUAL, NONE, "thread_sort_index", TRACE_A(SORT_INDEX),   \
      0, "keeps the tracks in the order of creation")                                              \
    X(TRACE_LOOP_BEGIN, 'B', LOOP, LOOP, USUAL, STATE, NULL, 0, 0,                                 \
      "the run begins; the scenario's name")                                                       \
    X(TRACE_LOOP_END, 'E', LOOP, LOOP, USUAL, STATE, NULL, 0, TRACE_A(OUTCOME), "the run ends")    \
    X(TRACE_RUN_BEGIN, 'B', RUN, LOOP, USUAL, STATE, NULL, 0, TRACE_A(TASK),                       \
      "this keeps the loop busy: the task's name, `callback`; left out where its length is zero")  \
    X(TRACE_RUN_END, 'E', RUN, LOOP, USUAL, STATE, NULL, 0, TRACE_A(OUTCOME), "it no longer does") \
    X(TRACE_TASK_BEGIN, 'B', TASK, TASK, USUAL, STATE, NULL, 0, TRACE_A(BY),                       \
      "a task is created; its name; `by` is left out for the scenario's own tasks")                \
    X(TRACE_TASK_END, 'E', TASK, TASK, USUAL, STATE, NULL, TRACE_A(OUTCOME),                       \
      TRACE_A(ERROR) | TRACE_A(MESSAGE), "it ends")                                                \
    X(TRACE_SPAN_BEGIN, 'B', SPAN, TASK, USUAL, STATE, NULL, 0, 0,                                 \
      "a `span` or `sequence` step begins: the task works; as the scenario names it")              \
    X(TRACE_SPAN_END, 'E', SPAN, TASK, BRACES, STATE, NULL, 0, TRACE_A(OUTCOME), "it ends")        \
    X(TRACE_SPAN_POINT, 'i', SPAN, TASK, USUAL, NONE, NULL, 0, 0,                                  \
      "a span without length; its name")                                                           \
    X(TRACE_WAIT_BEGIN, 'B', WAIT, TASK, BRACES, STATE, NULL, 0,                                   \
      TRACE_A(OBJECT) | TRACE_A(TYPE) | TRACE_A(OWNER) | TRACE_A(TASK) | TRACE_A(UNTIL),           \
      "the task waits: asyncio's word and the object, `put window`, `sleep`, `await job3`")        \
    X(TRACE_WAIT_END, 'E', WAIT, TASK, USUAL, STATE, NULL, 0,                                      \
      TRACE_A(OUTCOME) | TRACE_A(WHERE) | TRACE_A(STEP) | TRACE_A(WHY) | TRACE_A(TAKEN) |          \
          TRACE_A(CIRCLE) | TRACE_A(NEXT) | TRACE_A(UNTIL),                                        \
      "it no longer does; or the run ends first: all but `outcome` says why")                      \
    X(TRACE_WAIT_POINT, 'i', WAIT, TASK, USUAL, NONE, NULL, 0, TRACE_A(OBJECT),                    \
      "a wait without length; named as the others are")                                            \
    X(TRACE_READY_BEGIN, 'B', READY, TASK, USUAL, STATE, "ready", 0, 0,                            \
      "woken, and not running yet; left out where its length is zero")                             \
    X(TRACE_READY_END, 'E', READY, TASK, BRACES, STATE, "ready", 0, TRACE_A(OUTCOME),              \
      "its turn is there")                                                                         \
    X(TRACE_WAKES, 'i', WAKE, ANY, USUAL, NONE, "wakes", 0, TRACE_A(OBJECT),                       \
      "this ends the wait of a task: what the arrow begins at in other programs")                  \
    X(TRACE_WAKE_BEGIN, 's', WAKE, ANY, USUAL, NONE, "wake", 0, 0,                                 \
      "where the arrow begins, from the task that ended a wait, or the lane by which came what "   \
      "did")                                                                                       \
    X(TRACE_WOKEN, 'i', WAKE, TASK, USUAL, NONE, "woken", 0, 0,                                    \
      "the wait of this task is ended: what the arrow ends at in other programs; left out after "  \
      "a `wait` instant, which serves as well")                                                    \
    X(TRACE_WAKE_END, 'f', WAKE, TASK, USUAL, NONE, "wake", 0, 0,                                  \
      "where it ends, before the end of the wait")                                                 \
    X(TRACE_PRINT, 'i', PRINT, ANY, USUAL, NONE, NULL, 0, 0, "the line of output")                 \
    X(TRACE_SIGNAL, 'i', SIGNAL, ANY, USUAL, NONE, NULL, 0, 0, "a signal came: `SIGINT`, ...")     \
    X(TRACE_CANCEL, 'i', CANCEL, TASK, USUAL, NONE, "cancel", 0, TRACE_A(BY) | TRACE_A(MESSAGE),   \
      "this task was asked to cancel")                                                             \
    X(TRACE_TIMEOUT, 'i', TIMEOUT, ANY, USUAL, NONE, NULL, 0, 0,                                   \
      "`timeout`: a deadline of this task has passed")                                             \
    X(TRACE_ERROR, 'i', ERROR, ANY, USUAL, NONE, NULL, 0, TRACE_A(MESSAGE) | TRACE_A(WHERE),       \
      "name of an exception that was reported, because nobody retrieved it or it left a callback") \
    X(TRACE_FAULT, 'i', FAULT, ANY, USUAL, NONE, NULL, 0, TRACE_A(FAULT),                          \
      "name of a fault that the scenario injects")                                                 \
    X(TRACE_OBJECT, 'i', OBJECT, ANY, USUAL, STATE, NULL, TRACE_A(OBJECT) | TRACE_A(TYPE),         \
      TRACE_A(STATE), "an object is made, or has a new name: its name; its constants")             \
    X(TRACE_STATE, 'C', OBJECT, ANY, USUAL, STATE, NULL, TRACE_A(STATE), 0,                        \
      "the state of an object, when it is made and when it has changed, on the track of who "      \
      "changed it; the object's name, and its number, as a text, as `id`")                         \
    X(TRACE_SPANS, 'C', SPAN, LOOP, USUAL, NONE, "spans", TRACE_A(STATE), 0,                       \
      "how many spans are open")                                                                   \
    X(TRACE_OBJECT_END, 'i', FREED, ANY, DETAIL, STATE, NULL, TRACE_A(OBJECT), 0,                  \
      "an object is freed; its name")                                                              \
    X(TRACE_READY_JOIN, 'i', TURN, LOOP, DETAIL, STATE, "join", TRACE_A(ENTRY),                    \
      TRACE_A(TASK) | TRACE_A(BY), "an entry becomes the last one of the ready queue")             \
    X(TRACE_READY_LEAVE, 'i', TURN, LOOP, DETAIL, STATE, "leave", TRACE_A(ENTRY) | TRACE_A(PLACE), \
      TRACE_A(TASK), "an entry of the ready queue is taken back before its turn")                  \
    X(TRACE_ITERATION, 'i', TURN, LOOP, DETAIL, STATE, "iteration", TRACE_A(NUMBER), 0,            \
      "an iteration of the loop begins: the turns of all that are in the ready queue now")         \
    X(TRACE_TURN_BEGIN, 'i', TURN, LOOP, DETAIL, STATE, "begin", TRACE_A(ENTRY), TRACE_A(TASK),    \
      "the turn of the first entry begins, which leaves the queue")                                \
    X(TRACE_TURN_END, 'i', TURN, LOOP, DETAIL, STATE, "end", 0, 0, "it ends")                      \
    X(TRACE_PARK, 'i', PARK, TASK, DETAIL, STATE, NULL, 0,                                         \
      TRACE_A(OBJECT) | TRACE_A(TYPE) | TRACE_A(OWNER) | TRACE_A(TASK) | TRACE_A(UNTIL) |          \
          TRACE_A(LINE),                                                                           \
      "the task begins to wait; named as the wait is")                                             \
    X(TRACE_OPERATION, 'i', OPERATION, ANY, DETAIL, STATE, NULL, 0,                                \
      TRACE_A(OBJECT) | TRACE_A(ERROR) | TRACE_A(RESULT) | TRACE_A(MOVE) | TRACE_A(VALUE) |        \
          TRACE_A(PLACE),                                                                          \
      "an operation on an object has come to its result: asyncio's word for it; whose it is says " \
      "the track")                                                                                 \
    X(TRACE_VARIABLE, 'i', VARIABLE, ANY, DETAIL, STATE, NULL, 0, TRACE_A(VALUE),                  \
      "a variable has a new value, or without one is gone; its name; on the loop's track the "     \
      "scenario's own")                                                                            \
    X(TRACE_LANE_BEGIN, 'B', LANE, LANE, USUAL, NONE, NULL, TRACE_A(OBJECT), TRACE_A(BY),          \
      "a connection, or one end of a pipe, is there, or a program runs: which of them; the lane "  \
      "is named as the object")                                                                    \
    X(TRACE_LANE_END, 'E', LANE, LANE, USUAL, NONE, NULL, 0,                                       \
      TRACE_A(OUTCOME) | TRACE_A(ERROR) | TRACE_A(MESSAGE) | TRACE_A(RESULT),                      \
      "it is lost, given up, or has ended; `result`: the program's, -N after signal N")            \
    X(TRACE_DATA, 'i', DATA, LANE, USUAL, NONE, NULL, TRACE_A(SIZE), 0,                            \
      "`received`: bytes have come; `sent`: the system has taken them")

enum trace_kind {
    TRACE_UNKNOWN, /* another program's, or a later version's; read only */
#define TRACE_X(constant, phase, category, place, mark, effect, name, required, optional, meaning) \
    constant,
    TRACE_KINDS(TRACE_X)
#undef TRACE_X
        TRACE_KIND_COUNT
};

/* A row of each table. */
struct trace_kind_row {
    const char *name; /* NULL: differs from event to event */
    const char *meaning;
    uint64_t arguments; /* TRACE_A(...) of each */
    uint64_t required;  /* those of them that every event of the kind has */
    uint8_t category;   /* enum trace_category; OTHER of metadata, which has none */
    uint8_t place;      /* enum trace_place */
    uint8_t mark;       /* enum trace_mark */
    uint8_t effect;     /* enum trace_effect */
    char phase;
};
extern const struct trace_kind_row trace_kinds[TRACE_KIND_COUNT];

/* Whether events of that kind change the state of the run, and not only where it is. */
static inline bool trace_changes_state(enum trace_kind kind) {
    return kind != TRACE_UNKNOWN && trace_kinds[kind].effect == TRACE_EFFECT_STATE;
}

struct trace_argument_row {
    const char *key;
    size_t key_length;
    const char *meaning;
    enum trace_type type;
};
extern const struct trace_argument_row trace_arguments[TRACE_ARG_COUNT];

/* How each category is written. */
extern const char *const trace_categories[TRACE_CATEGORY_COUNT];

/* --- One event ------------------------------------------------------------------------------- */

/* The most fields that an event of TRACE_TYPE_STATE has. */
enum { TRACE_FIELDS_MAX = 8, TRACE_NAME_PADDING = 32 };

/* UTF-8 without escapes; not terminated. NULL: there is none. */
struct trace_string {
    const char *text;
    size_t length;
};

/* By its type, one of them or both. */
struct trace_argument {
    int64_t number;
    struct trace_string text;
};

/* A key that depends on what it is about: an object's state, a variable's name. */
struct trace_field {
    struct trace_string key;
    struct trace_string written_key; /* `"key":`, and may be read as trace_event.name may where
                                        that is plain; NULL: as the key is to be written */
    struct trace_string text;        /* of TRACE_TYPE_TEXTS */
    int64_t number;                  /* of TRACE_TYPE_STATE */
};

/* All that it points to is borrowed: it is there as long as the call that hands the event over. */
struct trace_event {
    enum trace_kind kind;
    char phase;       /* the kind's; of TRACE_UNKNOWN, as it was read */
    int64_t time_ns;  /* since the loop's start; metadata: of the event before it */
    int64_t pid;      /* a simulated host, from 1 */
    int64_t tid;      /* the track; 0: none */
    uint64_t id;      /* of a wake, its number; of a TRACE_STATE, the object's; 0: none */
    uint64_t ordinal; /* 1, 2, ... over all events of the stream or file, metadata included */
    uint64_t line;    /* of the file that it was read from; 0: it was not */
    struct trace_string name;
    bool name_is_plain;           /* it needs no escape in JSON, and may be read to the end of the
                                     last TRACE_NAME_PADDING bytes that it begins */
    struct trace_string category; /* of TRACE_UNKNOWN, as it was read */
    struct trace_string source;   /* "args" as they were read, with their braces; NULL: none */

    uint64_t present; /* TRACE_A(...) of those in args, or, of STATE and TEXTS, in fields */
    struct trace_argument args[TRACE_ARG_COUNT];
    const struct trace_field *fields;
    size_t field_count;
};

static inline bool trace_has(const struct trace_event *event, enum trace_argument_index argument) {
    return (event->present >> argument & 1) != 0;
}

/* Who takes events; begins a struct of its own, which the functions get back. */
struct trace_consumer {
    /* 0; or a negative code, after which it is given no more. */
    int (*take)(struct trace_consumer *consumer, const struct trace_event *event);
    /* After the last event, also where take() has failed; 0 or a negative code. NULL: nothing.
     * `complete`: there were no more; false: they were cut short. */
    int (*end)(struct trace_consumer *consumer, bool complete);
    /* What has failed, in words, there as long as the consumer; NULL: it is the code alone. */
    const char *(*failure)(const struct trace_consumer *consumer);
    struct trace_consumer *next; /* belongs to who hands out the events */
};

#endif
