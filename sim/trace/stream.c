/* From what the engine and the program tell to events, in an order that every reader understands.
 *
 * The engine tells of a begin when it happens, but whether a wait or a span has a length is known
 * only when time moves on, or when it ends. Until then its begin is held back (held.h). So each
 * event first looks at the clock (`go_on`): if it has moved since the last one, what is held is
 * told, with the time that it was then. */
#include "trace/stream.h"

#include "base/memory.h"
#include "trace/alive.h"
#include "trace/held.h"
#include "trace/names.h"
#include "trace/writer.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Both powers of two. The engine's words are fewer. */
enum { WORDS = 128, THINGS = 64, LAYOUTS = 16 };

/* A word that the engine uses for its objects - a type, a key of its state - is a literal, and so
 * found by its address. The copy may be read to its end. */
struct word {
    const char *address;
    char text[TRACE_NAME_PADDING];
    uint8_t length;
    bool is_owner;
};

/* Which fields of a type's objects are told when they change: all objects of a type have the same.
 */
struct layout {
    const char *type;
    size_t count;
    struct {
        const struct word *key;
        size_t index; /* in cad_object_info.fields */
    } fields[TRACE_FIELDS_MAX];
};

/* What an object is called, or a wait for it, and its type: found by the wait's verb and the
 * object's number, so that it need not be put together each time. It holds one use of the name. */
struct thing {
    const char *verb; /* NULL: the object itself */
    const char *type;
    uint64_t object; /* 0: not in use */
    uint32_t name;
};

struct trace_stream {
    cad_trace_sink sink;
    cad_loop *loop;                    /* NULL: not attached, or no more */
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
    struct word words[WORDS];
    struct thing things[THINGS];
    struct layout layouts[LAYOUTS];

    struct trace_alive_tasks tasks;
    struct trace_names names;
    struct trace_held held;
    uint32_t run; /* name of the run slice that is open; 0: none */

    uint32_t scenario; /* a name */
    const char *(*error_name)(void *context, int code);
    void *error_name_context;
    const char *(*item_text)(void *context, void *item);
    void *item_text_context;
    void (*on_failure)(void *arg);
    void *on_failure_arg;
};

/* --- Failure --------------------------------------------------------------------------------- */

static void fail(struct trace_stream *stream, int code, const char *message) {
    if (stream->failure != 0)
        return;
    stream->failure = code;
    stream->message = message;
    if (stream->on_failure != NULL)
        stream->on_failure(stream->on_failure_arg);
}

static void fail_of(struct trace_stream *stream, const struct trace_consumer *consumer, int code) {
    fail(stream, code, consumer->failure != NULL ? consumer->failure(consumer) : NULL);
}

static void no_memory(struct trace_stream *stream) {
    fail(stream, CAD_ENOMEM, NULL);
}

/* --- Events ---------------------------------------------------------------------------------- */

static struct trace_string string_of(const char *text) {
    return (struct trace_string){text, strlen(text)};
}

#define LITERAL(text) ((struct trace_string){text, sizeof(text) - 1})

static int64_t tid_of(const cad_task *task) {
    return task == NULL ? TRACE_LOOP_TID : (int64_t)cad_task_id(task) + TRACE_LOOP_TID;
}

/* An event at the present time, without arguments. Between this and tell() it is put together. */
static struct trace_event *begin(struct trace_stream *stream, enum trace_kind kind, int64_t tid,
                                 struct trace_string name) {
    struct trace_event *event = &stream->event;
    event->kind = kind;
    event->phase = trace_kinds[kind].phase;
    event->time_ns = stream->now_ns;
    event->tid = tid;
    event->id = 0;
    event->name = name;
    event->name_is_plain = false;
    event->present = 0;
    return event;
}

static void tell(struct trace_stream *stream) {
    struct trace_event *event = &stream->event;
    event->ordinal++;
    for (struct trace_consumer *each = stream->first; each != NULL; each = each->next) {
        int error = each->take(each, event);
        if (error != 0)
            fail_of(stream, each, error);
    }
}

/* The same with a name that is open. */
static struct trace_event *begin_open(struct trace_stream *stream, enum trace_kind kind,
                                      int64_t tid, uint32_t name) {
    const struct trace_name *entry = &stream->names.entries[name];
    struct trace_event *event =
        begin(stream, kind, tid, (struct trace_string){entry->text, entry->length});
    event->name_is_plain = entry->plain;
    return event;
}

static void put_number(struct trace_event *event, enum trace_argument_index argument,
                       int64_t number) {
    event->args[argument].number = number;
    event->present |= UINT64_C(1) << argument;
}

static void put_string(struct trace_event *event, enum trace_argument_index argument,
                       struct trace_string text) {
    event->args[argument].text = text;
    event->present |= UINT64_C(1) << argument;
}

static void put_text(struct trace_event *event, enum trace_argument_index argument,
                     const char *text) {
    put_string(event, argument, string_of(text));
}

static void put_outcome(struct trace_event *event, const char *outcome) {
    if (outcome != NULL)
        put_text(event, TRACE_ARG_OUTCOME, outcome);
}

/* A name as it is asked for most: for a moment. */
typedef struct task_name {
    char text[128];
} task_name;

static struct trace_string name_of(const cad_task *task, task_name *name) {
    int length = cad_task_copy_name(task, name->text, sizeof name->text);
    if (length < (int)sizeof name->text)
        return (struct trace_string){name->text, (size_t)length};
    return string_of(cad_task_name(task));
}

/* A task, by its name and its track. `name` is there until the event is told. */
static void put_task(struct trace_event *event, enum trace_argument_index argument,
                     const cad_task *task, task_name *name) {
    if (task == NULL)
        return;
    put_number(event, argument, tid_of(task));
    put_string(event, argument, name_of(task, name));
}

static void put_track(struct trace_event *event, const cad_task *task) {
    if (task != NULL)
        put_number(event, TRACE_ARG_TASK, tid_of(task));
}

/* Of a table with room to spare, which is not sized for words that are no literals. */
static const struct word *word_of(struct trace_stream *stream, const char *text) {
    uint64_t mixed = (uintptr_t)text * UINT64_C(0x9E3779B97F4A7C15) >> 32;
    struct word *word = &stream->words[mixed & (WORDS - 1)];
    for (size_t step = 1; word->address != text; step++) {
        if (word->address == NULL) {
            size_t length = strlen(text);
            assert(length < sizeof word->text && step < WORDS);
            *word = (struct word){
                .address = text, .length = (uint8_t)length, .is_owner = strcmp(text, "owner") == 0};
            memcpy(word->text, text, length);
            break;
        }
        word = &stream->words[(mixed + step) & (WORDS - 1)];
    }
    return word;
}

static struct trace_string string_of_word(struct trace_stream *stream, const char *text) {
    const struct word *word = word_of(stream, text);
    return (struct trace_string){word->text, word->length};
}

static void drop_thing(struct trace_stream *stream, struct thing *thing) {
    if (thing->object != 0)
        trace_names_drop(&stream->names, thing->name);
    thing->object = 0;
}

static void make_thing(struct trace_stream *stream, struct thing *thing, const char *verb,
                       const cad_object_info *info) {
    drop_thing(stream, thing);
    uint32_t name = verb != NULL ? trace_names_use(&stream->names, verb, info->name)
                                 : trace_names_use(&stream->names, info->name, NULL);
    if (name == 0)
        no_memory(stream);
    else
        *thing = (struct thing){verb, info->type, info->id, name};
}

static struct thing *thing_at(struct trace_stream *stream, const char *verb, uint64_t object) {
    uint64_t mixed = ((uintptr_t)verb + object) * UINT64_C(0x9E3779B97F4A7C15);
    return &stream->things[mixed >> 32 & (THINGS - 1)];
}

/* It has another name. */
static void forget_things(struct trace_stream *stream, uint64_t object) {
    for (size_t i = 0; i < THINGS; i++)
        if (stream->things[i].object == object)
            drop_thing(stream, &stream->things[i]);
}

/* --- What is held back ----------------------------------------------------------------------- */

/* What explains a wait. */
static void put_wait(struct trace_stream *stream, const struct trace_held_begin *begun) {
    struct trace_event *event = &stream->event;
    if (begun->type != NULL) {
        put_number(event, TRACE_ARG_OBJECT, (int64_t)begun->alive->object);
        put_string(event, TRACE_ARG_TYPE, string_of_word(stream, begun->type));
    }
    if (begun->owner != 0) {
        const struct trace_name *owner = &stream->names.entries[begun->owner];
        put_number(event, TRACE_ARG_OWNER, begun->other_tid);
        put_string(event, TRACE_ARG_OWNER, (struct trace_string){owner->text, owner->length});
    } else if (begun->other_tid != 0) {
        put_number(event, TRACE_ARG_TASK, begun->other_tid);
    }
    if (begun->until_ns != CAD_NEVER)
        put_number(event, TRACE_ARG_UNTIL, begun->until_ns);
}

static void tell_wait(struct trace_stream *stream, const struct trace_held_begin *begun) {
    struct trace_alive *alive = begun->alive;
    begin_open(stream, TRACE_WAIT_BEGIN, tid_of(alive->task), alive->wait);
    put_wait(stream, begun);
    tell(stream);
    alive->held = 0;
}

static void tell_span(struct trace_stream *stream, const struct trace_held_begin *begun) {
    struct trace_open_span *span = &stream->tasks.spans[begun->span];
    span->held = 0;
    begin_open(stream, TRACE_SPAN_BEGIN, tid_of(begun->alive->task), span->name);
    tell(stream);
}

/* Time moves on: what is held has a length. */
static void tell_held(struct trace_stream *stream) {
    for (size_t i = 0; i < stream->held.count; i++) {
        const struct trace_held_begin *begun = &stream->held.begins[i];
        if (begun->alive == NULL || stream->failure != 0)
            continue;
        if (begun->span != 0)
            tell_span(stream, begun);
        else
            tell_wait(stream, begun);
        if (begun->owner != 0)
            trace_names_drop(&stream->names, begun->owner);
    }
    stream->held.count = 0;
}

/* Holds a begin back. Where there are too many already, they are told: their number is bounded,
 * and one of them that turns out to have no length is a slice without length. */
static struct trace_held_begin *hold(struct trace_stream *stream) {
    if (stream->held.count == TRACE_HELD_MAX)
        tell_held(stream);
    return &stream->held.begins[stream->held.count++];
}

static uint32_t slot_of(const struct trace_stream *stream, const struct trace_held_begin *begun) {
    return (uint32_t)(begun - stream->held.begins);
}

static void drop_held(struct trace_stream *stream, uint32_t slot) {
    struct trace_held_begin *begun = &stream->held.begins[slot];
    begun->alive = NULL;
    if (begun->owner != 0)
        trace_names_drop(&stream->names, begun->owner);
}

/* What each event begins with; false where nothing is told any more. The engine may tell of the
 * past after the program has told of the present: time never goes back. */
static bool go_on(struct trace_stream *stream, int64_t now_ns) {
    if (now_ns > stream->now_ns) {
        if (stream->held.count > 0)
            tell_held(stream);
        stream->now_ns = now_ns;
    }
    return stream->failure == 0;
}

/* --- What is open ---------------------------------------------------------------------------- */

static void tell_spans(struct trace_stream *stream) {
    struct trace_event *event =
        begin(stream, TRACE_SPANS, TRACE_LOOP_TID, LITERAL(TRACE_SPANS_NAME));
    stream->fields[0] = (struct trace_field){.key = LITERAL(TRACE_SPANS_KEY),
                                             .number = (int64_t)stream->tasks.open_spans};
    event->field_count = 1;
    event->present = TRACE_A(STATE);
    tell(stream);
}

static void end_wait(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    put_outcome(begin_open(stream, TRACE_WAIT_END, tid_of(alive->task), alive->wait), outcome);
    tell(stream);
}

/* A wait that ends when it began. */
static void point_wait(struct trace_stream *stream, struct trace_alive *alive) {
    struct trace_event *event =
        begin_open(stream, TRACE_WAIT_POINT, tid_of(alive->task), alive->wait);
    if (alive->object != 0)
        put_number(event, TRACE_ARG_OBJECT, (int64_t)alive->object);
    tell(stream);
    drop_held(stream, alive->slot);
    alive->held = 0;
}

static void forget_wait(struct trace_stream *stream, struct trace_alive *alive) {
    trace_names_drop(&stream->names, alive->wait);
    alive->wait = 0;
}

static void end_ready(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    put_outcome(begin(stream, TRACE_READY_END, tid_of(alive->task), LITERAL("ready")), outcome);
    tell(stream);
    alive->ready = 0;
}

static void end_span(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    struct trace_open_span span = trace_alive_pop_span(&stream->tasks, alive);
    enum trace_kind kind = span.held ? TRACE_SPAN_POINT : TRACE_SPAN_END;
    struct trace_event *event = begin_open(stream, kind, tid_of(alive->task), span.name);
    if (span.held)
        drop_held(stream, span.slot);
    else
        put_outcome(event, outcome);
    tell(stream);
    trace_names_drop(&stream->names, span.name);
    tell_spans(stream);
}

/* All that a task has open inside its own slice. */
static void end_inner(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    if (alive->ready)
        end_ready(stream, alive, outcome);
    if (alive->wait != 0) {
        if (alive->held)
            point_wait(stream, alive);
        else
            end_wait(stream, alive, outcome);
        forget_wait(stream, alive);
    }
    while (alive->span != 0)
        end_span(stream, alive, outcome);
}

static void end_run(struct trace_stream *stream, const char *outcome) {
    put_outcome(begin_open(stream, TRACE_RUN_END, TRACE_LOOP_TID, stream->run), outcome);
    tell(stream);
    trace_names_drop(&stream->names, stream->run);
    stream->run = 0;
}

/* --- The sink: tasks ------------------------------------------------------------------------- */

static void tell_track(struct trace_stream *stream, int64_t tid, struct trace_string name) {
    put_string(begin(stream, TRACE_THREAD_NAME, tid, LITERAL("thread_name")), TRACE_ARG_NAME, name);
    tell(stream);
    put_number(begin(stream, TRACE_THREAD_SORT, tid, LITERAL("thread_sort_index")),
               TRACE_ARG_SORT_INDEX, tid);
    tell(stream);
}

static void on_task_begin(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    if (!trace_alive_add(&stream->tasks, task)) {
        no_memory(stream);
        return;
    }
    task_name buffer, by_name;
    struct trace_string name = name_of(task, &buffer);
    tell_track(stream, tid_of(task), name);
    put_task(begin(stream, TRACE_TASK_BEGIN, tid_of(task), name), TRACE_ARG_BY, by, &by_name);
    tell(stream);
}

static const char *name_of_error(const struct trace_stream *stream, int code) {
    const char *name = NULL;
    if (stream->error_name != NULL)
        name = stream->error_name(stream->error_name_context, code);
    return name != NULL ? name : cad_error_name(code);
}

static void on_task_end(void *context, int64_t now_ns, const cad_task *task, int code,
                        const cad_exception *exception) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    end_inner(stream, trace_alive_find(&stream->tasks, task), NULL);
    task_name buffer;
    struct trace_event *event = begin(stream, TRACE_TASK_END, tid_of(task), name_of(task, &buffer));
    if (code == 0) {
        put_string(event, TRACE_ARG_OUTCOME, LITERAL("returned"));
    } else if (code == CAD_ECANCELLED) {
        put_string(event, TRACE_ARG_OUTCOME, LITERAL("cancelled"));
    } else {
        put_string(event, TRACE_ARG_OUTCOME, LITERAL("failed"));
        put_text(event, TRACE_ARG_ERROR, name_of_error(stream, code));
    }
    const char *message = exception == NULL ? "" : cad_exception_message(exception);
    if (message[0] != '\0')
        put_text(event, TRACE_ARG_MESSAGE, message);
    tell(stream);
    trace_alive_remove(&stream->tasks, task);
}

static void on_cancel(void *context, int64_t now_ns, const cad_task *task, const cad_task *by,
                      const char *message) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    task_name by_name;
    struct trace_event *event = begin(stream, TRACE_CANCEL, tid_of(task), LITERAL("cancel"));
    put_task(event, TRACE_ARG_BY, by, &by_name);
    if (message != NULL)
        put_text(event, TRACE_ARG_MESSAGE, message);
    tell(stream);
}

static void on_timeout(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    begin(stream, TRACE_TIMEOUT, tid_of(task), LITERAL("timeout"));
    tell(stream);
}

/* --- The sink: waits ------------------------------------------------------------------------- */

/* The name of a wait, with a use of its own; 0: no memory. */
static uint32_t name_wait(struct trace_stream *stream, const cad_wait_info *wait,
                          const char **type) {
    task_name awaited;
    if (wait->task != NULL)
        return trace_names_use(&stream->names, wait->verb, name_of(wait->task, &awaited).text);
    if (wait->object_id == 0)
        return trace_names_use(&stream->names, wait->verb, NULL);
    struct thing *thing = thing_at(stream, wait->verb, wait->object_id);
    if (thing->object != wait->object_id || thing->verb != wait->verb) {
        cad_object_info info;
        cad_object_describe(wait->object, &info);
        make_thing(stream, thing, wait->verb, &info);
    }
    *type = thing->type;
    return thing->object != 0 ? trace_names_use_again(&stream->names, thing->name) : 0;
}

/* Who holds the object, or is awaited. False: no memory. */
static bool note_task(struct trace_stream *stream, const cad_wait_info *wait,
                      struct trace_held_begin *begun) {
    task_name owner;
    if (wait->holder != NULL) {
        begun->owner = trace_names_use(&stream->names, name_of(wait->holder, &owner).text, NULL);
        begun->other_tid = tid_of(wait->holder);
        return begun->owner != 0;
    }
    if (wait->task != NULL)
        begun->other_tid = tid_of(wait->task);
    return true;
}

static void tell_park(struct trace_stream *stream, const struct trace_alive *alive,
                      const struct trace_held_begin *begun, const char *line) {
    struct trace_event *event = begin_open(stream, TRACE_PARK, tid_of(alive->task), alive->wait);
    put_wait(stream, begun);
    if (line != NULL)
        put_string(event, TRACE_ARG_LINE, string_of_word(stream, line));
    tell(stream);
}

static void on_wait_begin(void *context, int64_t now_ns, const cad_task *task,
                          const cad_wait_info *wait) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait == 0 && !alive->ready);

    struct trace_held_begin *begun = hold(stream);
    *begun = (struct trace_held_begin){.alive = alive, .until_ns = wait->until_ns};
    alive->wait = name_wait(stream, wait, &begun->type);
    alive->object = wait->object_id & TRACE_ALIVE_OBJECT_MAX;
    alive->held = 1;
    alive->slot = slot_of(stream, begun) & (TRACE_HELD_MAX - 1U);
    if (alive->wait == 0 || !note_task(stream, wait, begun)) {
        no_memory(stream);
        return;
    }
    if (stream->sink.detail)
        tell_park(stream, alive, begun, wait->line);
}

/* The arrow's ends, with the instants that make other programs show it as it is: they bind an end
 * to the innermost slice at its place, and take for the cause the slice that began first. An
 * instant is a slice to them, which is there at that moment alone. */
static void tell_wakes(struct trace_stream *stream, const cad_task *by, uint64_t object) {
    struct trace_event *event = begin(stream, TRACE_WAKES, tid_of(by), LITERAL("wakes"));
    if (object != 0)
        put_number(event, TRACE_ARG_OBJECT, (int64_t)object);
    tell(stream);
    begin(stream, TRACE_WAKE_BEGIN, tid_of(by), LITERAL("wake"))->id = ++stream->wakes;
    tell(stream);
}

static void on_wake(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait != 0);
    bool has_length = !alive->held;
    if (by != NULL) /* nobody wakes who wakes by a timer, or from outside */
        tell_wakes(stream, by, alive->object);
    if (!has_length) {
        point_wait(stream, alive);
    } else if (by != NULL) {
        begin(stream, TRACE_WOKEN, tid_of(task), LITERAL("woken"));
        tell(stream);
    }
    if (by != NULL) {
        begin(stream, TRACE_WAKE_END, tid_of(task), LITERAL("wake"))->id = stream->wakes;
        tell(stream);
    }
    if (has_length)
        end_wait(stream, alive, NULL);
    forget_wait(stream, alive);
}

/* --- The sink: who runs ---------------------------------------------------------------------- */

/* `ready` and `run` are told once it is known that they have a length: time is moving on. */
static bool go_on_to_move(struct trace_stream *stream, int64_t now_ns) {
    if (!go_on(stream, now_ns))
        return false;
    tell_held(stream);
    return stream->failure == 0;
}

static void on_ready_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!go_on_to_move(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    alive->ready = 1;
    begin(stream, TRACE_READY_BEGIN, tid_of(task), LITERAL("ready"));
    tell(stream);
}

static void on_ready_end(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->ready);
    end_ready(stream, alive, NULL);
}

static void on_run_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!go_on_to_move(stream, now_ns))
        return;
    assert(stream->run == 0);
    task_name buffer;
    const char *name = task == NULL ? "callback" : name_of(task, &buffer).text;
    stream->run = trace_names_use(&stream->names, name, NULL);
    if (stream->run == 0) {
        no_memory(stream);
        return;
    }
    put_track(begin_open(stream, TRACE_RUN_BEGIN, TRACE_LOOP_TID, stream->run), task);
    tell(stream);
}

static void on_run_end(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    (void)task; /* it may have ended meanwhile */
    if (!go_on(stream, now_ns))
        return;
    assert(stream->run != 0);
    end_run(stream, NULL);
}

/* --- The sink: objects ----------------------------------------------------------------------- */

/* Readers know tracks, not the engine's numbers of tasks; 0 stands for nobody in both. */
static void put_field(struct trace_field *field, const struct word *key, int64_t value) {
    field->key = (struct trace_string){key->text, key->length};
    field->key_is_plain = true;
    field->number = key->is_owner && value != 0 ? value + TRACE_LOOP_TID : value;
}

static void put_constants(struct trace_stream *stream, const cad_object_info *info) {
    struct trace_event *event = &stream->event;
    event->field_count = 0;
    for (size_t i = 0; i < info->count; i++)
        if (info->fields[i].constant)
            put_field(&stream->fields[event->field_count++], word_of(stream, info->fields[i].key),
                      info->fields[i].value);
    if (event->field_count > 0)
        event->present |= TRACE_A(STATE);
}

static void make_layout(struct trace_stream *stream, struct layout *layout,
                        const cad_object_info *info) {
    *layout = (struct layout){.type = info->type};
    for (size_t i = 0; i < info->count; i++) {
        if (info->fields[i].constant || (info->fields[i].detail && !stream->sink.detail))
            continue;
        size_t at = layout->count++;
        layout->fields[at].key = word_of(stream, info->fields[i].key);
        layout->fields[at].index = i;
    }
}

static const struct layout *layout_of(struct trace_stream *stream, const cad_object_info *info) {
    uint64_t mixed = (uintptr_t)info->type * UINT64_C(0x9E3779B97F4A7C15);
    struct layout *layout = &stream->layouts[mixed >> 32 & (LAYOUTS - 1)];
    if (layout->type != info->type)
        make_layout(stream, layout, info);
    return layout;
}

static void tell_state(struct trace_stream *stream, const cad_object_info *info) {
    struct thing *thing = thing_at(stream, NULL, info->id);
    if (thing->object != info->id || thing->verb != NULL)
        make_thing(stream, thing, NULL, info);
    if (stream->failure != 0)
        return;
    begin_open(stream, TRACE_STATE, TRACE_LOOP_TID, thing->name)->id = info->id;
    const struct layout *layout = layout_of(stream, info);
    for (size_t i = 0; i < layout->count; i++)
        put_field(&stream->fields[i], layout->fields[i].key,
                  info->fields[layout->fields[i].index].value);
    stream->event.field_count = layout->count;
    stream->event.present = TRACE_A(STATE);
    if (layout->count > 0)
        tell(stream);
}

static void on_object(void *context, int64_t now_ns, const cad_object_info *info) {
    struct trace_stream *stream = context;
    if (go_on(stream, now_ns))
        tell_state(stream, info);
}

static void tell_object(struct trace_stream *stream, const cad_object_info *info) {
    struct trace_event *event = begin(stream, TRACE_OBJECT, TRACE_LOOP_TID, string_of(info->name));
    put_number(event, TRACE_ARG_OBJECT, (int64_t)info->id);
    put_string(event, TRACE_ARG_TYPE, string_of_word(stream, info->type));
    put_constants(stream, info);
    tell(stream);
}

static void on_object_new(void *context, int64_t now_ns, const cad_object_info *info) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    tell_object(stream, info);
    tell_state(stream, info);
}

static void on_object_name(void *context, int64_t now_ns, const cad_object_info *info) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    forget_things(stream, info->id);
    tell_object(stream, info);
}

static void on_object_end(void *context, int64_t now_ns, const cad_object_info *info) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    struct trace_event *event =
        begin(stream, TRACE_OBJECT_END, TRACE_LOOP_TID, string_of(info->name));
    put_number(event, TRACE_ARG_OBJECT, (int64_t)info->id);
    tell(stream);
}

/* --- The sink: details ----------------------------------------------------------------------- */

/* An event of the ready queue, about an entry or about none. */
static struct trace_event *begin_turn(struct trace_stream *stream, enum trace_kind kind,
                                      const cad_ready_info *entry) {
    struct trace_event *event =
        begin(stream, kind, TRACE_LOOP_TID, string_of(trace_kinds[kind].name));
    if (entry != NULL) {
        put_string(event, TRACE_ARG_ENTRY, string_of_word(stream, entry->kind));
        put_track(event, entry->task);
    }
    return event;
}

static void on_ready_join(void *context, int64_t now_ns, const cad_ready_info *entry,
                          const cad_task *by) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    task_name by_name;
    put_task(begin_turn(stream, TRACE_READY_JOIN, entry), TRACE_ARG_BY, by, &by_name);
    tell(stream);
}

static void on_ready_leave(void *context, int64_t now_ns, const cad_ready_info *entry,
                           size_t place) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    put_number(begin_turn(stream, TRACE_READY_LEAVE, entry), TRACE_ARG_PLACE, (int64_t)place);
    tell(stream);
}

static void on_iteration(void *context, int64_t now_ns, uint64_t number) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    put_number(begin_turn(stream, TRACE_ITERATION, NULL), TRACE_ARG_NUMBER, (int64_t)number);
    tell(stream);
}

static void on_turn_begin(void *context, int64_t now_ns, const cad_ready_info *entry) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    begin_turn(stream, TRACE_TURN_BEGIN, entry);
    tell(stream);
}

static void on_turn_end(void *context, int64_t now_ns) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    begin_turn(stream, TRACE_TURN_END, NULL);
    tell(stream);
}

/* The item that an operation moves. */
static void put_item(const struct trace_stream *stream, struct trace_event *event,
                     const cad_operation_info *operation) {
    static const char *const moves[] = {
        [CAD_ITEM_IN] = "in", [CAD_ITEM_OUT] = "out", [CAD_ITEMS_ALL_OUT] = "all out"};
    const char *text = NULL;
    put_text(event, TRACE_ARG_MOVE, moves[operation->move]);
    if (operation->move == CAD_ITEMS_ALL_OUT)
        return;
    put_number(event, TRACE_ARG_PLACE, (int64_t)operation->place);
    if (stream->item_text != NULL)
        text = stream->item_text(stream->item_text_context, operation->item);
    if (text != NULL)
        put_text(event, TRACE_ARG_VALUE, text);
}

static void on_operation(void *context, int64_t now_ns, const cad_operation_info *operation) {
    struct trace_stream *stream = context;
    if (!go_on(stream, now_ns))
        return;
    struct trace_event *event =
        begin(stream, TRACE_OPERATION, tid_of(operation->task), string_of(operation->verb));
    if (operation->object_id != 0)
        put_number(event, TRACE_ARG_OBJECT, (int64_t)operation->object_id);
    if (operation->result < 0)
        put_text(event, TRACE_ARG_ERROR, name_of_error(stream, operation->result));
    else if (operation->result > 0)
        put_number(event, TRACE_ARG_RESULT, operation->result);
    if (operation->move != CAD_ITEM_STAYS)
        put_item(stream, event, operation);
    tell(stream);
}

static const cad_trace_sink sink = {
    .task_begin = on_task_begin,
    .task_end = on_task_end,
    .wait_begin = on_wait_begin,
    .wake = on_wake,
    .ready_begin = on_ready_begin,
    .ready_end = on_ready_end,
    .run_begin = on_run_begin,
    .run_end = on_run_end,
    .cancel = on_cancel,
    .timeout = on_timeout,
    .object_new = on_object_new,
    .object_name = on_object_name,
    .object = on_object,
    .object_end = on_object_end,
    .ready_join = on_ready_join,
    .ready_leave = on_ready_leave,
    .iteration = on_iteration,
    .turn_begin = on_turn_begin,
    .turn_end = on_turn_end,
    .operation = on_operation,
};

/* --- Making ---------------------------------------------------------------------------------- */

int trace_stream_new(const struct trace_header *header, struct trace_stream **result) {
    struct trace_stream *stream = base_zalloc(1, sizeof *stream);
    *result = stream;
    if (stream == NULL)
        return CAD_ENOMEM;
    stream->header = header;
    stream->last = &stream->first;
    stream->sink = sink;
    stream->sink.context = stream;
    stream->sink.detail = header->detail;
    stream->event.pid = 1;
    stream->event.fields = stream->fields;
    stream->overrides = base_zalloc(header->override_count + 1, sizeof *stream->overrides);
    stream->scenario = trace_names_use(&stream->names, header->scenario, NULL);
    if (stream->overrides != NULL && stream->scenario != 0)
        return 0;
    trace_stream_free(stream);
    *result = NULL;
    return CAD_ENOMEM;
}

void trace_stream_add(struct trace_stream *stream, struct trace_consumer *consumer) {
    assert(stream->event.ordinal == 0);
    consumer->next = NULL;
    *stream->last = consumer;
    stream->last = &consumer->next;
}

int trace_stream_write(struct trace_stream *stream, const char *path) {
    assert(stream->writer == NULL);
    int error = trace_writer_open(path, stream->header->live, &stream->writer);
    if (error == 0)
        trace_stream_add(stream, trace_writer_consumer(stream->writer));
    return error;
}

int trace_stream_open(const char *path, const struct trace_header *header,
                      struct trace_stream **stream) {
    int error = trace_stream_new(header, stream);
    if (error != 0)
        return error;
    error = trace_stream_write(*stream, path);
    if (error != 0) {
        int reason = errno;
        trace_stream_free(*stream);
        *stream = NULL;
        errno = reason;
    }
    return error;
}

void trace_stream_set_error_names(struct trace_stream *stream,
                                  const char *(*name)(void *context, int code), void *context) {
    stream->error_name = name;
    stream->error_name_context = context;
}

void trace_stream_set_item_texts(struct trace_stream *stream,
                                 const char *(*text)(void *context, void *item), void *context) {
    stream->item_text = text;
    stream->item_text_context = context;
}

void trace_stream_on_failure(struct trace_stream *stream, void (*fn)(void *arg), void *arg) {
    stream->on_failure = fn;
    stream->on_failure_arg = arg;
}

static void put_overrides(struct trace_stream *stream, const struct trace_header *header) {
    struct trace_event *event = &stream->event;
    for (size_t i = 0; i < header->override_count; i++)
        stream->overrides[i] = (struct trace_field){.key = string_of(header->overrides[i].name),
                                                    .text = string_of(header->overrides[i].value)};
    event->fields = stream->overrides;
    event->field_count = header->override_count;
    event->present |= TRACE_A(SET);
}

static void tell_header(struct trace_stream *stream, const struct trace_header *header) {
    struct trace_event *event = begin(stream, TRACE_HEADER, 0, LITERAL("cadran"));
    put_number(event, TRACE_ARG_VERSION, TRACE_VERSION);
    put_text(event, TRACE_ARG_SCENARIO, header->scenario);
    put_text(event, TRACE_ARG_CLOCK, header->clock);
    put_number(event, TRACE_ARG_SEED, header->seed);
    if (header->override_count > 0)
        put_overrides(stream, header);
    if (header->detail)
        put_number(event, TRACE_ARG_DETAILED, 1);
    if (header->until_ns != CAD_NEVER)
        put_number(event, TRACE_ARG_UNTIL, header->until_ns);
    if (header->started != NULL)
        put_text(event, TRACE_ARG_STARTED, header->started);
    if (header->host != NULL)
        put_text(event, TRACE_ARG_HOST, header->host);
    tell(stream);
    event->fields = stream->fields;
}

/* The first lines. The loop began at 0, whenever it is listened to. */
static void tell_beginning(struct trace_stream *stream, const struct trace_header *header) {
    tell_header(stream, header);
    put_text(begin(stream, TRACE_PROCESS_NAME, 0, LITERAL("process_name")), TRACE_ARG_NAME,
             header->scenario);
    tell(stream);
    tell_track(stream, TRACE_LOOP_TID, LITERAL("loop"));
    begin_open(stream, TRACE_LOOP_BEGIN, TRACE_LOOP_TID, stream->scenario);
    tell(stream);
}

/* Of a loop that has run already, its tasks and what they wait for. */
static void tell_tasks(struct trace_stream *stream, cad_loop *loop) {
    int64_t now_ns = cad_loop_time(loop);
    cad_wait_info wait;
    for (cad_task *task = cad_loop_first_task(loop); task != NULL;
         task = cad_loop_next_task(loop, task)) {
        on_task_begin(stream, now_ns, task, NULL);
        if (cad_task_waiting(task, &wait))
            on_wait_begin(stream, now_ns, task, &wait);
    }
}

void trace_stream_attach(struct trace_stream *stream, cad_loop *loop) {
    assert(stream->loop == NULL && stream->event.ordinal == 0);
    stream->loop = loop;
    tell_beginning(stream, stream->header);
    stream->header = NULL;
    cad_loop_set_trace(loop, &stream->sink);
    tell_tasks(stream, loop);
}

/* --- What only the program knows -------------------------------------------------------------- */

void trace_stream_span_begin(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                             const char *name) {
    if (!go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    struct trace_held_begin *begun = hold(stream);
    *begun = (struct trace_held_begin){.alive = NULL};
    uint32_t number = trace_names_use(&stream->names, name, NULL);
    if (number == 0 || !trace_alive_push_span(&stream->tasks, alive, number)) {
        no_memory(stream);
        return;
    }
    *begun = (struct trace_held_begin){.alive = alive, .span = alive->span};
    struct trace_open_span *span = &stream->tasks.spans[alive->span];
    span->held = 1;
    span->slot = slot_of(stream, begun) & (TRACE_HELD_MAX - 1U);
    tell_spans(stream);
}

void trace_stream_span_end(struct trace_stream *stream, int64_t now_ns, const cad_task *task) {
    if (!go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->span != 0 && alive->wait == 0 && !alive->ready);
    end_span(stream, alive, NULL);
}

void trace_stream_print(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                        const char *line) {
    if (!go_on(stream, now_ns))
        return;
    begin(stream, TRACE_PRINT, tid_of(task), string_of(line));
    tell(stream);
}

void trace_stream_signal(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                         const char *signal) {
    if (!go_on(stream, now_ns))
        return;
    begin(stream, TRACE_SIGNAL, tid_of(task), string_of(signal));
    tell(stream);
}

void trace_stream_error(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                        const char *error, const char *message, const char *where) {
    if (!go_on(stream, now_ns))
        return;
    struct trace_event *event = begin(stream, TRACE_ERROR, tid_of(task), string_of(error));
    if (message != NULL)
        put_text(event, TRACE_ARG_MESSAGE, message);
    if (where != NULL)
        put_text(event, TRACE_ARG_WHERE, where);
    tell(stream);
}

void trace_stream_fault(struct trace_stream *stream, int64_t now_ns, const char *fault,
                        const char *detail) {
    if (!go_on(stream, now_ns))
        return;
    struct trace_event *event = begin(stream, TRACE_FAULT, TRACE_LOOP_TID, string_of(fault));
    if (detail != NULL)
        put_text(event, TRACE_ARG_FAULT, detail);
    tell(stream);
}

bool trace_stream_has_detail(const struct trace_stream *stream) {
    return stream->sink.detail;
}

void trace_stream_variable(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                           const char *name, const char *value) {
    if (!go_on(stream, now_ns))
        return;
    struct trace_event *event = begin(stream, TRACE_VARIABLE, tid_of(task), string_of(name));
    if (value != NULL)
        put_text(event, TRACE_ARG_VALUE, value);
    tell(stream);
}

/* --- The end ---------------------------------------------------------------------------------- */

static void end_tasks(struct trace_stream *stream) {
    struct trace_alive *alive = NULL;
    for (uint64_t id = 0; stream->failure == 0; id = cad_task_id(alive->task) + 1) {
        alive = trace_alive_next(&stream->tasks, id);
        if (alive == NULL)
            return;
        end_inner(stream, alive, "pending");
        task_name buffer;
        put_outcome(
            begin(stream, TRACE_TASK_END, tid_of(alive->task), name_of(alive->task, &buffer)),
            "pending");
        tell(stream);
    }
}

/* What has begun just now is open all the same. */
static void end_all(struct trace_stream *stream, int64_t now_ns, const char *outcome) {
    if (go_on_to_move(stream, now_ns))
        end_tasks(stream);
    if (stream->failure == 0 && stream->run != 0)
        end_run(stream, "pending");
    if (stream->failure != 0)
        return;
    put_outcome(begin_open(stream, TRACE_LOOP_END, TRACE_LOOP_TID, stream->scenario), outcome);
    tell(stream);
}

int trace_stream_close(struct trace_stream *stream, int64_t now_ns, const char *outcome) {
    assert(stream->loop != NULL);
    cad_loop_set_trace(stream->loop, NULL);
    stream->loop = NULL;
    end_all(stream, now_ns, outcome);
    bool complete = stream->failure == 0;
    int reason = 0;
    for (struct trace_consumer *each = stream->first; each != NULL; each = each->next) {
        int error = each->end != NULL ? each->end(each, complete) : 0;
        if (error != 0 && reason == 0)
            reason = errno;
        if (error != 0)
            fail_of(stream, each, error);
    }
    errno = reason;
    return stream->failure;
}

const char *trace_stream_failure(const struct trace_stream *stream) {
    if (stream->failure == 0)
        return NULL;
    return stream->message != NULL ? stream->message : "out of memory";
}

void trace_stream_free(struct trace_stream *stream) {
    if (stream == NULL)
        return;
    if (stream->loop != NULL)
        cad_loop_set_trace(stream->loop, NULL);
    trace_writer_free(stream->writer);
    trace_alive_free(&stream->tasks);
    trace_names_free(&stream->names);
    base_free(stream->overrides);
    base_free(stream);
}
