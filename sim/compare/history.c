/* Takes the events of a run, gives each the identity by which the other run's is found, and keeps
 * them in a row until they have been compared.
 *
 * Some are put together: a wake is three lines or four in the file and one record here, whose
 * `other` is who is woken; a wait or a span without length, one line, is two, its begin and its
 * end, as it would be with a length. And some are left out: what people or other programs need
 * and others tell as well (the counter of spans), and the turns of the loop, which are counted
 * through the whole run, so that one turn more would be a difference in all that follow. */
#include "compare/history.h"

#include "base/digits.h"
#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "trace/reader.h"

#include <string.h>

/* --- The row -------------------------------------------------------------------------------- */

void cmp_history_drop(struct cmp_history *history, size_t count) {
    history->first += count;
    history->count -= count;
    history->number += count;
    if (history->count == 0) {
        history->first = 0;
        history->texts_begin += history->texts.length;
        base_buffer_clear(&history->texts);
    } else if (history->first > history->count) {
        uint64_t text = cmp_record_at(history, history->number)->text;
        size_t gone = (size_t)(text - history->texts_begin);
        memmove(history->records, history->records + history->first,
                history->count * sizeof *history->records);
        if (gone < history->texts.length) /* else there may be no text at all, nor memory for any */
            memmove(history->texts.data, history->texts.data + gone, history->texts.length - gone);
        history->texts.length -= gone;
        history->texts_begin = text;
        history->first = 0;
    }
}

static struct cmp_record *new_record(struct cmp_history *history, const struct trace_event *event,
                                     enum trace_kind kind, uint32_t task) {
    if (!base_grow(&history->records, &history->capacity, history->first + history->count,
                   sizeof *history->records))
        return NULL;
    struct cmp_record *record = &history->records[history->first + history->count++];
    *record = (struct cmp_record){
        .class = base_mix((uint64_t)kind << 32 | task, 0),
        .ordinal = event->ordinal,
        .line = event->line,
        .time_ns = event->time_ns,
        .begin_ns = CMP_NO_TIME,
        .until_ns = CMP_NO_TIME,
        .text = history->texts_begin + history->texts.length,
        .task = task,
        .object = CMP_NOBODY,
        .other = CMP_NOBODY,
        .jumped = CMP_NOBODY,
        .awaited = CMP_NOBODY,
        .kind = (uint8_t)kind,
    };
    return record;
}

/* All texts of a record are put there before the next record is made: the name first. */
static int put_name(struct cmp_history *history, struct cmp_record *record,
                    struct trace_string text) {
    record->name_length = (uint32_t)text.length;
    return base_buffer_append(&history->texts, text.text, text.length);
}

static int put_words(struct cmp_history *history, struct cmp_record *record,
                     struct trace_string text) {
    if (text.length == 0)
        return 0;
    record->words_length += (uint32_t)text.length;
    return base_buffer_append(&history->texts, text.text, text.length);
}

struct trace_string cmp_record_name(const struct cmp_history *history,
                                    const struct cmp_record *record) {
    if (record->name_length == 0)
        return (struct trace_string){"", 0};
    return (struct trace_string){history->texts.data + (record->text - history->texts_begin),
                                 record->name_length};
}

struct trace_string cmp_record_words(const struct cmp_history *history,
                                     const struct cmp_record *record) {
    if (record->words_length == 0)
        return (struct trace_string){"", 0};
    return (struct trace_string){history->texts.data + (record->text - history->texts_begin) +
                                     record->name_length,
                                 record->words_length};
}

/* --- Tasks that are alive ------------------------------------------------------------------- */

/* The task of a track; the loop where it is none's. */
static uint32_t task_of(const struct cmp_history *history, const struct trace_event *event,
                        int64_t tid) {
    uint32_t task = cmp_find(&history->things->tasks, history->side, cmp_track_of(event, tid));
    return task == CMP_NOBODY ? 0 : task;
}

/* NULL: it is none, or has ended. */
static struct cmp_alive *alive_at(struct cmp_history *history, const struct trace_event *event) {
    uint64_t track = cmp_track_of(event, event->tid);
    if (track != history->last_track) {
        history->last_track = track;
        history->last_alive = base_map_get(&history->alive, track);
    }
    return history->last_alive == UINT32_MAX ? NULL : &history->tasks[history->last_alive];
}

static struct cmp_alive *new_alive(struct cmp_history *history, const struct trace_event *event) {
    uint32_t index = history->free_task;
    if (index != 0) {
        history->free_task = history->tasks[index - 1].task;
    } else if (base_grow(&history->tasks, &history->task_capacity, history->task_count,
                         sizeof *history->tasks)) {
        index = (uint32_t)++history->task_count;
    } else {
        return NULL;
    }
    if (!base_map_put(&history->alive, cmp_track_of(event, event->tid), index - 1))
        return NULL;
    history->last_track = 0;
    struct cmp_alive *alive = &history->tasks[index - 1];
    *alive = (struct cmp_alive){
        .wait_object = CMP_NOBODY, .waker = CMP_NOBODY, .cancel_ns = CMP_NO_TIME};
    return alive;
}

static void drop_alive(struct cmp_history *history, const struct trace_event *event,
                       struct cmp_alive *alive) {
    base_map_remove(&history->alive, cmp_track_of(event, event->tid));
    history->last_track = 0;
    alive->task = history->free_task;
    history->free_task = (uint32_t)(alive - history->tasks) + 1;
}

static bool push_span(struct cmp_history *history, struct cmp_alive *alive,
                      struct cmp_open_span span) {
    uint32_t index = history->free_span;
    if (index != 0) {
        history->free_span = history->spans[index].outer;
    } else {
        if (history->span_count == 0)
            history->span_count = 1;
        if (!base_grow(&history->spans, &history->span_capacity, history->span_count,
                       sizeof *history->spans))
            return false;
        index = (uint32_t)history->span_count++;
    }
    span.outer = alive->span;
    history->spans[index] = span;
    alive->span = index;
    return true;
}

static struct cmp_open_span pop_span(struct cmp_history *history, struct cmp_alive *alive) {
    struct cmp_open_span *span = &history->spans[alive->span];
    struct cmp_open_span popped = *span;
    span->outer = history->free_span;
    history->free_span = alive->span;
    alive->span = popped.outer;
    return popped;
}

/* --- Records -------------------------------------------------------------------------------- */

/* A record on the track of the event, in the span that its task has open. One that has ended still
 * wakes those that wait for its end. */
static struct cmp_record *on_track(struct cmp_history *history, const struct trace_event *event,
                                   enum trace_kind kind) {
    const struct cmp_alive *alive = alive_at(history, event);
    uint32_t task = alive == NULL ? task_of(history, event, event->tid) : alive->task;
    struct cmp_record *record = new_record(history, event, kind, task);
    if (record != NULL && alive != NULL && alive->span != 0) {
        record->span = history->spans[alive->span].name;
        record->span_begin_ns = history->spans[alive->span].begin_ns;
    }
    return record;
}

static struct trace_string text_of(const struct trace_event *event,
                                   enum trace_argument_index argument) {
    return trace_has(event, argument) ? event->args[argument].text : (struct trace_string){"", 0};
}

static uint32_t object_of(const struct cmp_history *history, const struct trace_event *event) {
    if (!trace_has(event, TRACE_ARG_OBJECT))
        return CMP_NOBODY;
    return cmp_find(&history->things->objects, history->side,
                    (uint64_t)event->args[TRACE_ARG_OBJECT].number);
}

static uint32_t other_of(const struct cmp_history *history, const struct trace_event *event,
                         enum trace_argument_index argument) {
    return trace_has(event, argument) ? task_of(history, event, event->args[argument].number)
                                      : CMP_NOBODY;
}

/* "put" of "put window". */
static struct trace_string verb_of(struct trace_string name) {
    const char *space = memchr(name.text, ' ', name.length);
    return space == NULL ? name : (struct trace_string){name.text, (size_t)(space - name.text)};
}

static uint64_t hash_said(const struct cmp_history *history, uint64_t seed,
                          struct trace_string text) {
    return cmp_hash_said(history->things, history->side, seed, text);
}

/* Where the steps of its task have been aligned, a record is found by its pair, and not by
 * counting. It is the last one, and begins something or takes no time; of what has a length the end
 * follows its begin. */
static void find_pair(struct cmp_history *history, struct cmp_record *record) {
    const struct cmp_steps *steps = history->steps;
    if (steps == NULL)
        return;
    while (history->step < steps->count && steps->list[history->step].ordinal < record->ordinal)
        history->step++;
    if (history->step == steps->count || steps->list[history->step].ordinal != record->ordinal)
        return;
    uint32_t pair = steps->list[history->step].pair;
    record->alone = pair == CMP_NO_PAIR;
    record->class = record->alone ? base_mix(base_mix(record->ordinal, 0), (uint64_t)history->side)
                                  : base_mix(base_mix(pair, 0), CMP_SIDES);
}

/* A kind, of a task, and of a thing that it is about. */
static uint64_t class_of(enum trace_kind kind, uint32_t task, uint32_t thing) {
    return base_mix(base_mix((uint64_t)kind << 32 | task, 0), (uint64_t)thing + 1);
}

static int on_task_begin(struct cmp_history *history, const struct trace_event *event) {
    uint32_t by = other_of(history, event, TRACE_ARG_BY);
    uint32_t task = cmp_add_task(history->things, history->side, cmp_track_of(event, event->tid),
                                 event->name, by);
    struct cmp_alive *alive = new_alive(history, event);
    if (task == CMP_NOBODY || alive == NULL)
        return CAD_ENOMEM;
    alive->task = task;
    struct cmp_record *record = new_record(history, event, TRACE_TASK_BEGIN, task);
    if (record == NULL)
        return CAD_ENOMEM;
    record->other = by;
    return 0;
}

/* How a task or an operation ended: "failed: ValueError: text". */
static int put_outcome(struct cmp_history *history, struct cmp_record *record,
                       const struct trace_event *event) {
    static const enum trace_argument_index parts[] = {TRACE_ARG_OUTCOME, TRACE_ARG_ERROR,
                                                      TRACE_ARG_MESSAGE};
    int error = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && error == 0; i++) {
        struct trace_string part = text_of(event, parts[i]);
        if (part.length == 0)
            continue;
        if (record->words_length > 0)
            error = put_words(history, record, (struct trace_string){": ", 2});
        if (error == 0)
            error = put_words(history, record, part);
        record->said = hash_said(history, record->said + i, part);
    }
    return error;
}

static int on_task_end(struct cmp_history *history, const struct trace_event *event) {
    struct cmp_alive *alive = alive_at(history, event);
    struct cmp_record *record = on_track(history, event, TRACE_TASK_END);
    if (record == NULL)
        return CAD_ENOMEM;
    if (alive != NULL)
        drop_alive(history, event, alive);
    return put_outcome(history, record, event);
}

static int span_begins(struct cmp_history *history, const struct trace_event *event,
                       struct cmp_alive *alive) {
    struct cmp_record *record = on_track(history, event, TRACE_SPAN_BEGIN);
    if (record == NULL)
        return CAD_ENOMEM;
    record->class = hash_said(history, record->class, event->name);
    find_pair(history, record);
    uint32_t name =
        base_strings_add(history->things->strings, event->name.text, event->name.length);
    struct cmp_open_span span = {
        .class = record->class, .begin_ns = event->time_ns, .name = name, .alone = record->alone};
    if (name == UINT32_MAX || !push_span(history, alive, span))
        return CAD_ENOMEM;
    return put_name(history, record, event->name);
}

static int span_ends(struct cmp_history *history, const struct trace_event *event,
                     struct cmp_alive *alive) {
    struct cmp_record *record = on_track(history, event, TRACE_SPAN_END);
    if (record == NULL)
        return CAD_ENOMEM;
    struct cmp_open_span span = pop_span(history, alive);
    record->class = base_mix(span.class, 1);
    record->alone = span.alone;
    record->begin_ns = span.begin_ns;
    int error = put_name(history, record, event->name);
    return error == 0 ? put_outcome(history, record, event) : error;
}

static int wait_begins(struct cmp_history *history, const struct trace_event *event,
                       struct cmp_alive *alive) {
    struct cmp_record *record = on_track(history, event, TRACE_WAIT_BEGIN);
    if (record == NULL)
        return CAD_ENOMEM;
    record->object = object_of(history, event);
    record->other = other_of(history, event, TRACE_ARG_OWNER);
    bool sleeps = event->name.length == 5 && memcmp(event->name.text, "sleep", 5) == 0;
    if (trace_has(event, TRACE_ARG_UNTIL))
        record->until_ns = event->args[TRACE_ARG_UNTIL].number;
    else if (sleeps && alive->cancel_ns != event->time_ns)
        record->until_ns = event->time_ns; /* sleep(0) */
    if (record->object != CMP_NOBODY)
        record->class =
            cmp_hash(class_of(TRACE_WAIT_BEGIN, alive->task, record->object), verb_of(event->name));
    else
        record->class = hash_said(history, record->class, event->name); /* "await job1" */
    find_pair(history, record);
    alive->wait_class = record->class;
    alive->alone = record->alone;
    alive->wait_ns = event->time_ns;
    alive->until_ns = record->until_ns;
    alive->wait_object = record->object;
    alive->awaited = record->awaited = other_of(history, event, TRACE_ARG_TASK);
    alive->waker = CMP_NOBODY;
    alive->waits = true;
    alive->wait_name = 0;
    if (record->object == CMP_NOBODY && !sleeps)
        alive->wait_name =
            base_strings_add(history->things->strings, event->name.text, event->name.length);
    return alive->wait_name == UINT32_MAX ? CAD_ENOMEM : put_name(history, record, event->name);
}

/* How long a wait was counts as the wait for its object. */
static void count_wait(struct cmp_history *history, const struct cmp_record *record) {
    if (record->object == CMP_NOBODY)
        return;
    struct cmp_waits *waits = &history->things->objects.waits[record->object];
    int64_t length_ns = record->time_ns - record->begin_ns;
    waits->count[history->side]++;
    waits->total_ns[history->side] += length_ns;
    if (length_ns > waits->longest_ns[history->side])
        waits->longest_ns[history->side] = length_ns;
}

static int wait_ends(struct cmp_history *history, const struct trace_event *event,
                     struct cmp_alive *alive) {
    struct cmp_record *record = on_track(history, event, TRACE_WAIT_END);
    if (record == NULL)
        return CAD_ENOMEM;
    record->class = base_mix(alive->wait_class, 1);
    record->alone = alive->alone;
    record->begin_ns = alive->wait_ns;
    record->until_ns = alive->until_ns;
    record->object = alive->wait_object;
    record->awaited = alive->awaited;
    record->other = alive->waker;
    alive->waits = false;
    alive->point = CMP_NO_RECORD;
    count_wait(history, record);
    int error = put_name(history, record, event->name);
    return error == 0 ? put_outcome(history, record, event) : error;
}

static bool is_slice(enum trace_kind kind) {
    return kind == TRACE_SPAN_BEGIN || kind == TRACE_SPAN_END || kind == TRACE_SPAN_POINT ||
           kind == TRACE_WAIT_BEGIN || kind == TRACE_WAIT_END || kind == TRACE_WAIT_POINT;
}

/* Of what has no length, both. */
static int on_slice(struct cmp_history *history, const struct trace_event *event) {
    struct cmp_alive *alive = alive_at(history, event);
    int error = 0;
    if (alive == NULL)
        return 0;
    switch (event->kind) {
    case TRACE_SPAN_BEGIN:
        return span_begins(history, event, alive);
    case TRACE_SPAN_END:
        return span_ends(history, event, alive);
    case TRACE_SPAN_POINT:
        error = span_begins(history, event, alive);
        return error == 0 ? span_ends(history, event, alive) : error;
    case TRACE_WAIT_BEGIN:
        return wait_begins(history, event, alive);
    case TRACE_WAIT_END:
        return wait_ends(history, event, alive);
    default: /* TRACE_WAIT_POINT */
        error = wait_begins(history, event, alive);
        if (error == 0)
            error = wait_ends(history, event, alive);
        alive->point = cmp_behind_last(history) - 1;
        return error;
    }
}

static int on_wakes(struct cmp_history *history, const struct trace_event *event) {
    struct cmp_record *record = on_track(history, event, TRACE_WAKES);
    if (record == NULL)
        return CAD_ENOMEM;
    record->object = object_of(history, event);
    record->class = class_of(TRACE_WAKES, record->task, record->object);
    history->wake = cmp_behind_last(history) - 1;
    return 0;
}

static bool is_there(const struct cmp_history *history, uint64_t number) {
    return number >= history->number && number < cmp_behind_last(history);
}

/* Of a wake by no object, which wait it ends. Nothing else was recorded since it began. */
static int name_wake(struct cmp_history *history, struct cmp_record *wake,
                     const struct cmp_alive *alive) {
    bool named = alive->waits && alive->wait_name != 0 && wake->object == CMP_NOBODY &&
                 history->wake + 1 == cmp_behind_last(history);
    return named ? put_name(history, wake, cmp_string(history->things, alive->wait_name)) : 0;
}

/* Who is woken, and by whom. The wait that it ends may have been told already. */
static int on_wake_end(struct cmp_history *history, const struct trace_event *event) {
    struct cmp_alive *alive = alive_at(history, event);
    if (alive == NULL || !is_there(history, history->wake))
        return 0;
    struct cmp_record *wake = cmp_record_at(history, history->wake);
    wake->other = alive->task;
    if (alive->waits)
        alive->waker = wake->task;
    else if (is_there(history, alive->point))
        cmp_record_at(history, alive->point)->other = wake->task;
    return name_wake(history, wake, alive);
}

/* An instant with a text for a name, and perhaps more words. */
static int on_text(struct cmp_history *history, const struct trace_event *event) {
    struct cmp_record *record = on_track(history, event, event->kind);
    if (record == NULL)
        return CAD_ENOMEM;
    struct trace_string more =
        text_of(event, event->kind == TRACE_FAULT ? TRACE_ARG_FAULT : TRACE_ARG_MESSAGE);
    record->other = other_of(history, event, TRACE_ARG_BY);
    struct cmp_alive *alive = event->kind == TRACE_CANCEL ? alive_at(history, event) : NULL;
    if (alive != NULL)
        alive->cancel_ns = event->time_ns;
    record->said = hash_said(history, hash_said(history, 1, event->name), more);
    int error = put_name(history, record, event->name);
    return error == 0 ? put_words(history, record, more) : error;
}

/* --- Objects -------------------------------------------------------------------------------- */

/* One member of a state: "size 3"; what stands for a task or an object in the name of that. */
static int put_field(struct cmp_history *history, struct cmp_record *record,
                     const struct trace_event *event, const struct trace_field *field) {
    const struct cmp_things *things = history->things;
    char number[BASE_DIGITS_ROOM];
    const char *end = base_put_int(number, field->number);
    struct trace_string value = {number, (size_t)(end - number)};
    uint64_t meant = (uint64_t)field->number;
    uint32_t thing = CMP_NOBODY;
    const struct cmp_table *table = NULL;
    if (cmp_key_is(field, "owner") && field->number != 0) {
        table = &things->tasks;
        thing = task_of(history, event, field->number);
    } else if (cmp_key_is(field, "lock")) {
        table = &things->objects;
        thing = cmp_find(table, history->side, (uint64_t)field->number);
    }
    if (table != NULL && thing != CMP_NOBODY) {
        uint32_t name = table->things[thing].name[history->side];
        meant = thing;
        value = (struct trace_string){base_strings_text(things->strings, name),
                                      base_strings_length(things->strings, name)};
    }
    record->said = base_mix(cmp_hash(record->said, field->key), meant);
    int error =
        record->words_length == 0 ? 0 : put_words(history, record, (struct trace_string){", ", 2});
    if (error == 0)
        error = put_words(history, record, field->key);
    if (error == 0)
        error = put_words(history, record, (struct trace_string){" ", 1});
    return error == 0 ? put_words(history, record, value) : error;
}

static int put_fields(struct cmp_history *history, struct cmp_record *record,
                      const struct trace_event *event) {
    int error = 0;
    for (size_t i = 0; i < event->field_count && error == 0; i++)
        if (!history->leaves_details || !cmp_is_detail(&event->fields[i]))
            error = put_field(history, record, event, &event->fields[i]);
    return error;
}

/* One that is known already has another name from now on, and stays who it is. */
static int on_object(struct cmp_history *history, const struct trace_event *event) {
    uint32_t object = object_of(history, event);
    bool known = object != CMP_NOBODY;
    if (!known)
        object = cmp_add_object(
            history->things, history->side, (uint64_t)event->args[TRACE_ARG_OBJECT].number,
            event->name, text_of(event, TRACE_ARG_TYPE), task_of(history, event, event->tid));
    struct cmp_record *record = on_track(history, event, TRACE_OBJECT);
    if (object == CMP_NOBODY || record == NULL)
        return CAD_ENOMEM;
    record->object = object;
    record->class = class_of(TRACE_OBJECT, record->task, object);
    if (known)
        record->said = hash_said(history, record->said, event->name);
    int error = put_name(history, record, event->name);
    return error == 0 ? put_fields(history, record, event) : error;
}

/* Without the details a state may be the one before once more. */
static int leave_repeated(struct cmp_history *history, const struct cmp_record *record) {
    uint32_t object = record->object;
    while (history->state_count <= object) {
        if (!base_grow(&history->states, &history->state_capacity, history->state_count,
                       sizeof *history->states))
            return CAD_ENOMEM;
        history->states[history->state_count++] = 0;
    }
    if (history->states[object] == record->said)
        history->count--;
    else
        history->states[object] = record->said;
    return 0;
}

static int on_state(struct cmp_history *history, const struct trace_event *event) {
    uint32_t object = cmp_find(&history->things->objects, history->side, event->id);
    struct cmp_record *record = on_track(history, event, TRACE_STATE);
    if (record == NULL)
        return CAD_ENOMEM;
    record->object = object;
    record->class = class_of(TRACE_STATE, record->task, object);
    int error = put_fields(history, record, event);
    if (error == 0 && history->leaves_details && object != CMP_NOBODY)
        error = leave_repeated(history, record);
    return error;
}

/* Details: what an operation came to, and a variable's value. */
static int on_operation(struct cmp_history *history, const struct trace_event *event) {
    struct cmp_record *record = on_track(history, event, event->kind);
    if (record == NULL)
        return CAD_ENOMEM;
    record->object = object_of(history, event);
    record->class =
        hash_said(history, class_of(event->kind, record->task, record->object), event->name);
    struct trace_string words = text_of(event, TRACE_ARG_ERROR);
    if (words.length == 0)
        words = text_of(event, TRACE_ARG_VALUE);
    record->said = hash_said(history, cmp_hash(2, text_of(event, TRACE_ARG_MOVE)), words);
    record->said = base_mix(record->said, trace_has(event, TRACE_ARG_RESULT)
                                              ? (uint64_t)event->args[TRACE_ARG_RESULT].number
                                              : 0);
    int error = put_name(history, record, event->name);
    return error == 0 ? put_words(history, record, words) : error;
}

static void on_spans(struct cmp_history *history, const struct trace_event *event) {
    history->span_time +=
        (double)history->open_spans * (double)(event->time_ns - history->spans_since_ns);
    history->spans_since_ns = event->time_ns;
    history->open_spans = event->field_count > 0 ? (uint64_t)event->fields[0].number : 0;
    if (history->open_spans > history->max_spans)
        history->max_spans = history->open_spans;
}

/* --- The loop ------------------------------------------------------------------------------- */

static int on_loop(struct cmp_history *history, const struct trace_event *event) {
    struct cmp_record *record = new_record(history, event, event->kind, 0);
    if (record == NULL)
        return CAD_ENOMEM;
    if (event->kind == TRACE_LOOP_END)
        record->begin_ns = 0;
    return put_outcome(history, record, event);
}

/* Who keeps the loop busy. */
static int on_run(struct cmp_history *history, const struct trace_event *event) {
    if (history->leaves_runs)
        return 0;
    uint32_t task = event->kind == TRACE_RUN_BEGIN ? other_of(history, event, TRACE_ARG_TASK)
                                                   : history->running;
    if (task == CMP_NOBODY)
        task = 0;
    struct cmp_record *record = new_record(history, event, event->kind, task);
    if (record == NULL)
        return CAD_ENOMEM;
    if (event->kind == TRACE_RUN_BEGIN) {
        history->running = task;
        history->running_ns = event->time_ns;
        return 0;
    }
    record->begin_ns = history->running_ns;
    return put_outcome(history, record, event);
}

/* Makes the records of an event. */
static int take_event(struct cmp_history *history, const struct trace_event *event) {
    switch (event->kind) {
    case TRACE_LOOP_BEGIN:
    case TRACE_LOOP_END:
        return on_loop(history, event);
    case TRACE_RUN_BEGIN:
    case TRACE_RUN_END:
        return on_run(history, event);
    case TRACE_TASK_BEGIN:
        return on_task_begin(history, event);
    case TRACE_TASK_END:
        return on_task_end(history, event);
    case TRACE_SPAN_BEGIN:
    case TRACE_SPAN_END:
    case TRACE_SPAN_POINT:
    case TRACE_WAIT_BEGIN:
    case TRACE_WAIT_END:
    case TRACE_WAIT_POINT:
        return on_slice(history, event);
    case TRACE_WAKES:
        return on_wakes(history, event);
    case TRACE_WAKE_END:
        return on_wake_end(history, event);
    case TRACE_PRINT:
    case TRACE_SIGNAL:
    case TRACE_CANCEL:
    case TRACE_TIMEOUT:
    case TRACE_ERROR:
    case TRACE_FAULT:
        return on_text(history, event);
    case TRACE_OBJECT:
        return on_object(history, event);
    case TRACE_STATE:
        return on_state(history, event);
    case TRACE_SPANS:
        on_spans(history, event);
        return 0;
    case TRACE_OPERATION:
    case TRACE_VARIABLE:
        return history->leaves_details ? 0 : on_operation(history, event);
    default:
        return 0;
    }
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct cmp_history *history = (struct cmp_history *)(void *)consumer;
    history->time_ns = event->time_ns;
    history->ordinal = event->ordinal;
    uint64_t behind = cmp_behind_last(history);
    int error = take_event(history, event);
    if (error == 0 && behind < cmp_behind_last(history) && !is_slice(event->kind))
        find_pair(history, cmp_record_at(history, behind));
    return error;
}

void cmp_history_init(struct cmp_history *history, int side, struct cmp_things *things) {
    *history = (struct cmp_history){
        .consumer = {.take = take}, .side = side, .things = things, .number = 1};
}

void cmp_history_free(struct cmp_history *history) {
    base_free(history->records);
    base_buffer_free(&history->texts);
    base_map_free(&history->alive);
    base_free(history->tasks);
    base_free(history->spans);
    base_free(history->states);
    trace_reading_close(history->reading);
}
