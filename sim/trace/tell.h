/* trace/tell.h - what the two halves of a stream have in common: the engine's events (sink.c) and
 * the program's (stream.c). Private to the stream.
 */
#ifndef TRACE_TELL_H
#define TRACE_TELL_H

#include "trace/alive.h"
#include "trace/held.h"
#include "trace/lanes.h"
#include "trace/names.h"
#include "trace/stream.h"

#include <string.h>

/* For what happens seldom, in functions that are called for each event: where it is inlined the
 * others pay for its registers. */
#define TRACE_SELDOM __attribute__((noinline, cold))

/* All powers of two. The engine's words are fewer, and so are its types. */
enum { TRACE_WORDS = 128, TRACE_THINGS = 64, TRACE_LAYOUTS = 64 };

/* A word that the engine uses for its objects - a type, a key of its state - is a literal, and so
 * found by its address. */
struct trace_word {
    const char *address;
    char as_key[TRACE_NAME_PADDING]; /* `"size":` */
    uint8_t length;                  /* of the word itself, which stands behind the first quote */
    bool is_owner;
};

static inline struct trace_string trace_word_text(const struct trace_word *word) {
    return (struct trace_string){word->as_key + 1, word->length};
}

static inline struct trace_string trace_word_key(const struct trace_word *word) {
    return (struct trace_string){word->as_key, word->length + sizeof "\"\":" - 1};
}

/* Which fields of a type's objects are told when they change: all objects of a type have the same.
 */
struct trace_layout {
    const char *type;
    size_t count;
    size_t owner; /* which of them is the number of a task; `count` or more: none */
    struct trace_field fields[TRACE_FIELDS_MAX]; /* numbers: of the object that was told of last */
    size_t sources[TRACE_FIELDS_MAX];            /* where they are in cad_object_info.fields */
};

/* What an object is called, or a wait for it, and its type: found by the wait's verb and the
 * object's number, so that it need not be put together each time. It holds one use of the name. */
struct trace_thing {
    const char *verb; /* a literal; NULL: the object itself */
    const char *type;
    uint64_t object; /* 0: a wait for none, such as a sleep */
    uint32_t name;   /* 0: not in use */
};

/* Bytes of a value that are told: of a longer one its beginning, and what tells it from others. */
enum { TRACE_VALUE_MOST = 1000, TRACE_VALUE_SIZE = TRACE_VALUE_MOST + 64 };

struct trace_stream {
    cad_trace_sink sink;
    cad_loop *loop;                    /* NULL: not attached, or no more */
    cad_wait_hook wait_hook;           /* of a live trace: before the loop sleeps */
    const struct trace_header *header; /* until it is attached */
    struct trace_field *overrides;     /* room for those of the header */
    struct trace_consumer *first;
    struct trace_consumer **last;
    struct trace_writer *writer; /* the one of trace_stream_write(); NULL */
    int failure;                 /* 0: none */
    const char *message;         /* what it is; NULL: no memory */

    struct trace_event event; /* the one that is being put together */
    struct trace_field fields[TRACE_FIELDS_MAX];
    int64_t now_ns; /* the time of the last one */
    uint64_t wakes;
    struct trace_word words[TRACE_WORDS];
    struct trace_thing things[TRACE_THINGS];
    struct trace_layout layouts[TRACE_LAYOUTS];

    struct trace_alive_tasks tasks;
    struct trace_names names;
    struct trace_held held;
    struct trace_lanes lanes;
    uint32_t run; /* name of the run slice that is open; 0: none */

    uint32_t scenario; /* a name */
    const char *(*error_name)(void *context, int code);
    void *error_name_context;
    char value[TRACE_VALUE_SIZE]; /* a long one, as it is told */
    const char *(*item_text)(void *context, void *item);
    void *item_text_context;
    void (*on_failure)(void *arg);
    void *on_failure_arg;
    void (*on_end)(void *arg);
    void *on_end_arg;
};

/* The functions that the engine calls; `context` is the stream. */
extern const cad_trace_sink trace_sink;

/* --- Failure --------------------------------------------------------------------------------- */

TRACE_SELDOM void trace_fail_of(struct trace_stream *stream, const struct trace_consumer *consumer,
                                int code);
TRACE_SELDOM void trace_no_memory(struct trace_stream *stream);

/* --- Putting an event together --------------------------------------------------------------- */

static inline struct trace_string trace_string_of(const char *text) {
    return (struct trace_string){text, strlen(text)};
}

#define TRACE_LITERAL(text) ((struct trace_string){text, sizeof(text) - 1})

static inline int64_t trace_tid_of(const cad_task *task) {
    return task == NULL ? TRACE_LOOP_TID : (int64_t)cad_task_id(task) + TRACE_LOOP_TID;
}

static inline int64_t trace_lane_of(uint64_t object) {
    return TRACE_LANE_TID + (int64_t)object;
}

/* An event at the present time, without arguments. Between this and trace_event_tell() it is put
 * together. */
static inline struct trace_event *trace_event_begin(struct trace_stream *stream,
                                                    enum trace_kind kind, int64_t tid,
                                                    struct trace_string name) {
    struct trace_event *event = &stream->event;
    event->kind = kind;
    event->phase = trace_kinds[kind].phase;
    if (event->phase != 'M') /* which has no time in a file, and is of that before it */
        event->time_ns = stream->now_ns;
    event->tid = tid;
    event->id = 0;
    event->name = name;
    event->name_is_plain = false;
    event->present = 0;
    return event;
}

/* The same with a name that is open. */
static inline struct trace_event *
trace_event_open(struct trace_stream *stream, enum trace_kind kind, int64_t tid, uint32_t name) {
    const struct trace_name *entry = &stream->names.entries[name];
    struct trace_event *event =
        trace_event_begin(stream, kind, tid, (struct trace_string){entry->text, entry->length});
    event->name_is_plain = entry->plain;
    return event;
}

static inline void trace_event_number(struct trace_event *event, enum trace_argument_index argument,
                                      int64_t number) {
    event->args[argument].number = number;
    event->present |= UINT64_C(1) << argument;
}

/* A trace tells no later time than this, 73 years: nothing that can be read is nearer to the end of
 * int64_t. */
#define TRACE_LATEST_NS (INT64_C(73) * 365 * 24 * 3600 * CAD_SECOND)

/* Until when something lasts, where it ends by itself: not CAD_NEVER. What is later than can be
 * told is told as the latest: no run gets so far. */
static inline void trace_event_until(struct trace_event *event, int64_t until_ns) {
    if (until_ns != CAD_NEVER)
        trace_event_number(event, TRACE_ARG_UNTIL,
                           until_ns < TRACE_LATEST_NS ? until_ns : TRACE_LATEST_NS);
}

static inline void trace_event_string(struct trace_event *event, enum trace_argument_index argument,
                                      struct trace_string text) {
    event->args[argument].text = text;
    event->present |= UINT64_C(1) << argument;
}

static inline void trace_event_text(struct trace_event *event, enum trace_argument_index argument,
                                    const char *text) {
    trace_event_string(event, argument, trace_string_of(text));
}

/* The value of a variable, or an item: of a long one no more than its beginning. */
void trace_event_value(struct trace_stream *stream, struct trace_event *event, const char *text);

static inline void trace_event_outcome(struct trace_event *event, const char *outcome) {
    if (outcome != NULL)
        trace_event_text(event, TRACE_ARG_OUTCOME, outcome);
}

/* A name as it is asked for most: for a moment. */
struct trace_task_name {
    char text[128];
};

static inline struct trace_string trace_name_of(const cad_task *task,
                                                struct trace_task_name *name) {
    int length = cad_task_copy_name(task, name->text, sizeof name->text);
    if (length < (int)sizeof name->text)
        return (struct trace_string){name->text, (size_t)length};
    return trace_string_of(cad_task_name(task));
}

/* The name with which it began. */
static inline struct trace_string trace_name_of_alive(const struct trace_alive *alive,
                                                      struct trace_task_name *name) {
    if (alive->name_length > 0)
        return (struct trace_string){alive->name, alive->name_length};
    return trace_name_of(alive->task, name);
}

/* A task, by its name and its track. `name` is there until the event is told. */
static inline void trace_event_task(struct trace_event *event, enum trace_argument_index argument,
                                    const cad_task *task, struct trace_task_name *name) {
    if (task == NULL)
        return;
    trace_event_number(event, argument, trace_tid_of(task));
    trace_event_string(event, argument, trace_name_of(task, name));
}

static inline void trace_event_track(struct trace_event *event, const cad_task *task) {
    if (task != NULL)
        trace_event_number(event, TRACE_ARG_TASK, trace_tid_of(task));
}

/* Hands the event to all who listen. */
static inline void trace_event_tell(struct trace_stream *stream) {
    stream->event.ordinal++;
    for (struct trace_consumer *each = stream->first; each != NULL; each = each->next) {
        int error = each->take(each, &stream->event);
        if (__builtin_expect(error != 0, 0))
            trace_fail_of(stream, each, error);
    }
}

/* What explains a wait. */
void trace_event_wait(struct trace_stream *stream, const struct trace_held_begin *begun);

/* --- Words of the engine's ------------------------------------------------------------------- */

const struct trace_word *trace_word_of(struct trace_stream *stream, const char *text);
struct trace_string trace_string_of_word(struct trace_stream *stream, const char *text);

static inline bool trace_thing_is(const struct trace_thing *thing, const char *verb,
                                  uint64_t object) {
    return thing->object == object && thing->verb == verb && thing->name != 0;
}

/* There are two places for each thing, the second one beside the first: the few that a scenario has
 * would else get into each other's way where the addresses of words happen to be so. This is for
 * one that is not at the first: where it is, or is to be. */
struct trace_thing *trace_thing_beside(struct trace_stream *stream, struct trace_thing *first,
                                       const char *verb, uint64_t object);

/* The first place of a thing, where it is as a rule. */
static inline struct trace_thing *trace_thing_first(struct trace_stream *stream, const char *verb,
                                                    uint64_t object) {
    uint64_t mixed = ((uintptr_t)verb + object) * UINT64_C(0x9E3779B97F4A7C15);
    return &stream->things[mixed >> 32 & (TRACE_THINGS - 1)];
}

/* Makes it there, of the object or, NULL, of none. */
void trace_make_thing(struct trace_stream *stream, struct trace_thing *thing, const char *verb,
                      const cad_object_info *info);
/* The object has another name. */
void trace_forget_things(struct trace_stream *stream, uint64_t object);

/* --- Time ------------------------------------------------------------------------------------ */

/* What each event begins with; false where nothing is told any more. The engine may tell of the
 * past after the program has told of the present: time never goes back. */
bool trace_go_on(struct trace_stream *stream, int64_t now_ns);
/* The same where it is known that time is moving on: what is held has a length. */
bool trace_move_on(struct trace_stream *stream, int64_t now_ns);

/* Holds a begin back. Where there are too many already, they are told: their number is bounded,
 * and one of them that turns out to have no length is a slice without length. */
struct trace_held_begin *trace_hold(struct trace_stream *stream);
uint32_t trace_slot_of(const struct trace_stream *stream, const struct trace_held_begin *begun);

/* --- What is open ---------------------------------------------------------------------------- */
/* `outcome` may be NULL. */

void trace_tell_track(struct trace_stream *stream, int64_t tid, struct trace_string name);
void trace_tell_spans(struct trace_stream *stream);
void trace_end_wait(struct trace_stream *stream, struct trace_alive *alive, const char *outcome);
/* A wait that ends when it began. */
void trace_point_wait(struct trace_stream *stream, struct trace_alive *alive);
void trace_forget_wait(struct trace_stream *stream, struct trace_alive *alive);
void trace_end_ready(struct trace_stream *stream, struct trace_alive *alive, const char *outcome);
void trace_end_span(struct trace_stream *stream, struct trace_alive *alive, const char *outcome);
/* All that a task has open inside its own slice. */
void trace_end_inner(struct trace_stream *stream, struct trace_alive *alive, const char *outcome);
void trace_end_run(struct trace_stream *stream, const char *outcome);

#endif
