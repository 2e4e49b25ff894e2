/* Events that are put together, what is held back of them, and what is open.
 *
 * Whether a wait or a span has a length is known only when time moves on, or when it ends. Until
 * then its begin is held back (held.h). So each event first looks at the clock (`trace_go_on`): if
 * it has moved since the last one, what is held is told, with the time that it was then. */
#include "trace/tell.h"

#include <assert.h>
#include <stdio.h>

/* --- Failure --------------------------------------------------------------------------------- */

static void fail(struct trace_stream *stream, int code, const char *message) {
    if (stream->failure != 0)
        return;
    stream->failure = code;
    stream->message = message;
    if (stream->on_failure != NULL)
        stream->on_failure(stream->on_failure_arg);
}

void trace_fail_of(struct trace_stream *stream, const struct trace_consumer *consumer, int code) {
    if (stream->failure == 0) /* the first message stays: one more would take its place */
        fail(stream, code, consumer->failure != NULL ? consumer->failure(consumer) : NULL);
}

void trace_no_memory(struct trace_stream *stream) {
    fail(stream, CAD_ENOMEM, NULL);
}

/* --- Words ----------------------------------------------------------------------------------- */

/* Of a table with room to spare, which is not sized for words that are no literals. */
const struct trace_word *trace_word_of(struct trace_stream *stream, const char *text) {
    uint64_t mixed = (uintptr_t)text * UINT64_C(0x9E3779B97F4A7C15) >> 32;
    struct trace_word *word = &stream->words[mixed & (TRACE_WORDS - 1)];
    for (size_t step = 1; word->address != text; step++) {
        if (word->address == NULL) {
            size_t length = strlen(text);
            assert(length + sizeof "\"\":" <= sizeof word->as_key && step < TRACE_WORDS);
            *word = (struct trace_word){
                .address = text, .length = (uint8_t)length, .is_owner = strcmp(text, "owner") == 0};
            (void)snprintf(word->as_key, sizeof word->as_key, "\"%s\":", text);
            break;
        }
        word = &stream->words[(mixed + step) & (TRACE_WORDS - 1)];
    }
    return word;
}

struct trace_string trace_string_of_word(struct trace_stream *stream, const char *text) {
    return trace_word_text(trace_word_of(stream, text));
}

static void drop_thing(struct trace_stream *stream, struct trace_thing *thing) {
    if (thing->name != 0)
        trace_names_drop(&stream->names, thing->name);
    thing->name = 0;
}

void trace_make_thing(struct trace_stream *stream, struct trace_thing *thing, const char *verb,
                      const cad_object_info *info) {
    const char *object = info != NULL ? info->name : NULL;
    drop_thing(stream, thing);
    uint32_t name = verb != NULL ? trace_names_use(&stream->names, verb, object)
                                 : trace_names_use(&stream->names, object, NULL);
    if (name == 0)
        trace_no_memory(stream);
    else if (info != NULL)
        *thing = (struct trace_thing){verb, info->type, info->id, name};
    else
        *thing = (struct trace_thing){.verb = verb, .name = name};
}

struct trace_thing *trace_thing_beside(struct trace_stream *stream, struct trace_thing *first,
                                       const char *verb, uint64_t object) {
    struct trace_thing *second = &stream->things[(first - stream->things) ^ 1];
    bool is_free = first->name != 0 && second->name == 0;
    return is_free || trace_thing_is(second, verb, object) ? second : first;
}

/* It has another name. */
void trace_forget_things(struct trace_stream *stream, uint64_t object) {
    for (size_t i = 0; i < TRACE_THINGS; i++)
        if (stream->things[i].object == object)
            drop_thing(stream, &stream->things[i]);
}

/* --- What is held back ----------------------------------------------------------------------- */

/* What explains a wait. */
void trace_event_wait(struct trace_stream *stream, const struct trace_held_begin *begun) {
    struct trace_event *event = &stream->event;
    if (begun->type != NULL) {
        trace_event_number(event, TRACE_ARG_OBJECT, (int64_t)begun->alive->object);
        trace_event_string(event, TRACE_ARG_TYPE, trace_string_of_word(stream, begun->type));
    }
    if (begun->owner != 0) {
        const struct trace_name *owner = &stream->names.entries[begun->owner];
        trace_event_number(event, TRACE_ARG_OWNER, begun->other_tid);
        trace_event_string(event, TRACE_ARG_OWNER,
                           (struct trace_string){owner->text, owner->length});
    } else if (begun->other_tid != 0) {
        trace_event_number(event, TRACE_ARG_TASK, begun->other_tid);
    }
    trace_event_until(event, begun->until_ns);
}

static void tell_wait(struct trace_stream *stream, const struct trace_held_begin *begun) {
    struct trace_alive *alive = begun->alive;
    trace_event_open(stream, TRACE_WAIT_BEGIN, trace_tid_of(alive->task), alive->wait);
    trace_event_wait(stream, begun);
    trace_event_tell(stream);
    alive->held = 0;
}

static void tell_span(struct trace_stream *stream, const struct trace_held_begin *begun) {
    struct trace_open_span *span = &stream->tasks.spans[begun->span];
    span->held = 0;
    trace_event_open(stream, TRACE_SPAN_BEGIN, trace_tid_of(begun->alive->task), span->name);
    trace_event_tell(stream);
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

struct trace_held_begin *trace_hold(struct trace_stream *stream) {
    if (stream->held.count == TRACE_HELD_MAX)
        tell_held(stream);
    return &stream->held.begins[stream->held.count++];
}

uint32_t trace_slot_of(const struct trace_stream *stream, const struct trace_held_begin *begun) {
    return (uint32_t)(begun - stream->held.begins);
}

static void drop_held(struct trace_stream *stream, uint32_t slot) {
    struct trace_held_begin *begun = &stream->held.begins[slot];
    begun->alive = NULL;
    if (begun->owner != 0)
        trace_names_drop(&stream->names, begun->owner);
}

bool trace_go_on(struct trace_stream *stream, int64_t now_ns) {
    if (now_ns > stream->now_ns) {
        if (stream->held.count > 0)
            tell_held(stream);
        stream->now_ns = now_ns;
    }
    return stream->failure == 0;
}

/* `ready` and `run` are told once it is known that they have a length: time is moving on. */
bool trace_move_on(struct trace_stream *stream, int64_t now_ns) {
    if (!trace_go_on(stream, now_ns))
        return false;
    tell_held(stream);
    return stream->failure == 0;
}

/* --- What is open ---------------------------------------------------------------------------- */

void trace_tell_spans(struct trace_stream *stream) {
    struct trace_event *event =
        trace_event_begin(stream, TRACE_SPANS, TRACE_LOOP_TID, TRACE_LITERAL(TRACE_SPANS_NAME));
    stream->fields[0] = (struct trace_field){.key = TRACE_LITERAL(TRACE_SPANS_KEY),
                                             .number = (int64_t)stream->tasks.open_spans};
    event->field_count = 1;
    event->present = TRACE_A(STATE);
    trace_event_tell(stream);
}

void trace_end_wait(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    trace_event_outcome(
        trace_event_open(stream, TRACE_WAIT_END, trace_tid_of(alive->task), alive->wait), outcome);
    trace_event_tell(stream);
}

/* A wait that ends when it began. */
void trace_point_wait(struct trace_stream *stream, struct trace_alive *alive) {
    struct trace_event *event =
        trace_event_open(stream, TRACE_WAIT_POINT, trace_tid_of(alive->task), alive->wait);
    if (alive->object != 0)
        trace_event_number(event, TRACE_ARG_OBJECT, (int64_t)alive->object);
    trace_event_tell(stream);
    drop_held(stream, alive->slot);
    alive->held = 0;
}

void trace_forget_wait(struct trace_stream *stream, struct trace_alive *alive) {
    trace_names_drop(&stream->names, alive->wait);
    alive->wait = 0;
}

void trace_end_ready(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    trace_event_outcome(trace_event_begin(stream, TRACE_READY_END, trace_tid_of(alive->task),
                                          TRACE_LITERAL("ready")),
                        outcome);
    trace_event_tell(stream);
    alive->ready = 0;
}

void trace_end_span(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    struct trace_open_span span = trace_alive_pop_span(&stream->tasks, alive);
    enum trace_kind kind = span.held ? TRACE_SPAN_POINT : TRACE_SPAN_END;
    struct trace_event *event =
        trace_event_open(stream, kind, trace_tid_of(alive->task), span.name);
    if (span.held)
        drop_held(stream, span.slot);
    else
        trace_event_outcome(event, outcome);
    trace_event_tell(stream);
    trace_names_drop(&stream->names, span.name);
    trace_tell_spans(stream);
}

/* All that a task has open inside its own slice. */
void trace_end_inner(struct trace_stream *stream, struct trace_alive *alive, const char *outcome) {
    if (alive->ready)
        trace_end_ready(stream, alive, outcome);
    if (alive->wait != 0) {
        if (alive->held)
            trace_point_wait(stream, alive);
        else
            trace_end_wait(stream, alive, outcome);
        trace_forget_wait(stream, alive);
    }
    while (alive->span != 0)
        trace_end_span(stream, alive, outcome);
}

void trace_end_run(struct trace_stream *stream, const char *outcome) {
    trace_event_outcome(trace_event_open(stream, TRACE_RUN_END, TRACE_LOOP_TID, stream->run),
                        outcome);
    trace_event_tell(stream);
    trace_names_drop(&stream->names, stream->run);
    stream->run = 0;
}

void trace_tell_track(struct trace_stream *stream, int64_t tid, struct trace_string name) {
    trace_event_string(
        trace_event_begin(stream, TRACE_THREAD_NAME, tid, TRACE_LITERAL("thread_name")),
        TRACE_ARG_NAME, name);
    trace_event_tell(stream);
    trace_event_number(
        trace_event_begin(stream, TRACE_THREAD_SORT, tid, TRACE_LITERAL("thread_sort_index")),
        TRACE_ARG_SORT_INDEX, tid);
    trace_event_tell(stream);
}
