/* What the engine tells, as events. */
#include "trace/tell.h"

#include <assert.h>

/* --- The sink: tasks ------------------------------------------------------------------------- */

static void on_task_begin(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_task_name buffer, by_name;
    struct trace_string name = trace_name_of(task, &buffer);
    if (!trace_alive_add(&stream->tasks, task, name.text, name.length)) {
        trace_no_memory(stream);
        return;
    }
    trace_tell_track(stream, trace_tid_of(task), name);
    trace_event_task(trace_event_begin(stream, TRACE_TASK_BEGIN, trace_tid_of(task), name),
                     TRACE_ARG_BY, by, &by_name);
    trace_event_tell(stream);
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
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    trace_end_inner(stream, alive, NULL);
    struct trace_task_name buffer;
    struct trace_event *event = trace_event_begin(stream, TRACE_TASK_END, trace_tid_of(task),
                                                  trace_name_of_alive(alive, &buffer));
    if (code == 0) {
        trace_event_string(event, TRACE_ARG_OUTCOME, TRACE_LITERAL("returned"));
    } else if (code == CAD_ECANCELLED) {
        trace_event_string(event, TRACE_ARG_OUTCOME, TRACE_LITERAL("cancelled"));
    } else {
        trace_event_string(event, TRACE_ARG_OUTCOME, TRACE_LITERAL("failed"));
        trace_event_text(event, TRACE_ARG_ERROR, name_of_error(stream, code));
    }
    const char *message = exception == NULL ? "" : cad_exception_message(exception);
    if (message[0] != '\0')
        trace_event_text(event, TRACE_ARG_MESSAGE, message);
    trace_event_tell(stream);
    trace_alive_remove(&stream->tasks, task);
}

static void on_cancel(void *context, int64_t now_ns, const cad_task *task, const cad_task *by,
                      const char *message) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_task_name by_name;
    struct trace_event *event =
        trace_event_begin(stream, TRACE_CANCEL, trace_tid_of(task), TRACE_LITERAL("cancel"));
    trace_event_task(event, TRACE_ARG_BY, by, &by_name);
    if (message != NULL)
        trace_event_text(event, TRACE_ARG_MESSAGE, message);
    trace_event_tell(stream);
}

static void on_timeout(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    trace_event_begin(stream, TRACE_TIMEOUT, trace_tid_of(task), TRACE_LITERAL("timeout"));
    trace_event_tell(stream);
}

/* --- The sink: waits ------------------------------------------------------------------------- */

/* Of a wait that is not at its first place: it is made, where it is not at its second one. */
TRACE_SELDOM static struct trace_thing *
find_wait(struct trace_stream *stream, struct trace_thing *first, const cad_wait_info *wait) {
    struct trace_thing *thing = trace_thing_beside(stream, first, wait->verb, wait->object_id);
    cad_object_info info;
    if (trace_thing_is(thing, wait->verb, wait->object_id))
        return thing;
    if (wait->object_id != 0)
        cad_object_describe(wait->object, &info);
    trace_make_thing(stream, thing, wait->verb, wait->object_id != 0 ? &info : NULL);
    return thing;
}

/* The name of a wait for a task. This and the next one are apart for the room that they need. */
static __attribute__((noinline)) uint32_t name_await(struct trace_stream *stream,
                                                     const cad_wait_info *wait) {
    struct trace_task_name awaited;
    return trace_names_use(&stream->names, wait->verb, trace_name_of(wait->task, &awaited).text);
}

static __attribute__((noinline)) uint32_t name_holder(struct trace_stream *stream,
                                                      const cad_task *holder) {
    struct trace_task_name name;
    return trace_names_use(&stream->names, trace_name_of(holder, &name).text, NULL);
}

/* The name of a wait, with a use of its own; 0: no memory. */
static uint32_t name_wait(struct trace_stream *stream, const cad_wait_info *wait,
                          const char **type) {
    if (wait->task != NULL)
        return name_await(stream, wait);
    struct trace_thing *thing = trace_thing_first(stream, wait->verb, wait->object_id);
    if (!trace_thing_is(thing, wait->verb, wait->object_id)) {
        thing = find_wait(stream, thing, wait);
        if (thing->name == 0)
            return 0;
    }
    *type = thing->type;
    return trace_names_use_again(&stream->names, thing->name);
}

/* Who holds the object, or is awaited. False: no memory. */
static bool note_task(struct trace_stream *stream, const cad_wait_info *wait,
                      struct trace_held_begin *begun) {
    if (wait->holder != NULL) {
        begun->owner = name_holder(stream, wait->holder);
        begun->other_tid = trace_tid_of(wait->holder);
        return begun->owner != 0;
    }
    if (wait->task != NULL)
        begun->other_tid = trace_tid_of(wait->task);
    return true;
}

static void tell_park(struct trace_stream *stream, const struct trace_alive *alive,
                      const struct trace_held_begin *begun, const char *line) {
    struct trace_event *event =
        trace_event_open(stream, TRACE_PARK, trace_tid_of(alive->task), alive->wait);
    trace_event_wait(stream, begun);
    if (line != NULL)
        trace_event_string(event, TRACE_ARG_LINE, trace_string_of_word(stream, line));
    trace_event_tell(stream);
}

static void on_wait_begin(void *context, int64_t now_ns, const cad_task *task,
                          const cad_wait_info *wait) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait == 0 && !alive->ready);

    struct trace_held_begin *begun = trace_hold(stream);
    *begun = (struct trace_held_begin){.alive = alive, .until_ns = wait->until_ns};
    alive->wait = name_wait(stream, wait, &begun->type);
    alive->object = wait->object_id & TRACE_ALIVE_OBJECT_MAX;
    alive->held = 1;
    alive->slot = trace_slot_of(stream, begun) & (TRACE_HELD_MAX - 1U);
    if (alive->wait == 0 || !note_task(stream, wait, begun)) {
        trace_no_memory(stream);
        return;
    }
    if (stream->sink.detail)
        tell_park(stream, alive, begun, wait->line);
}

/* The arrow's ends, with the instants that make other programs show it as it is: they bind an end
 * to the innermost slice at its place, and take for the cause the slice that began first. An
 * instant is a slice to them, which is there at that moment alone. */
static void tell_wakes(struct trace_stream *stream, int64_t from, uint64_t object) {
    struct trace_event *event =
        trace_event_begin(stream, TRACE_WAKES, from, TRACE_LITERAL("wakes"));
    if (object != 0)
        trace_event_number(event, TRACE_ARG_OBJECT, (int64_t)object);
    trace_event_tell(stream);
    trace_event_begin(stream, TRACE_WAKE_BEGIN, from, TRACE_LITERAL("wake"))->id = ++stream->wakes;
    trace_event_tell(stream);
}

enum { FROM_OUTSIDE = 0 }; /* nobody wakes who wakes by a timer, or from outside */

/* `from` is the track of what ended the wait. */
static void end_wait(struct trace_stream *stream, const cad_task *task, int64_t from) {
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait != 0);
    bool has_length = !alive->held;
    if (from != FROM_OUTSIDE)
        tell_wakes(stream, from, alive->object);
    if (!has_length) {
        trace_point_wait(stream, alive);
    } else if (from != FROM_OUTSIDE) {
        trace_event_begin(stream, TRACE_WOKEN, trace_tid_of(task), TRACE_LITERAL("woken"));
        trace_event_tell(stream);
    }
    if (from != FROM_OUTSIDE) {
        trace_event_begin(stream, TRACE_WAKE_END, trace_tid_of(task), TRACE_LITERAL("wake"))->id =
            stream->wakes;
        trace_event_tell(stream);
    }
    if (has_length)
        trace_end_wait(stream, alive, NULL);
    trace_forget_wait(stream, alive);
}

static void on_wake(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct trace_stream *stream = context;
    if (trace_go_on(stream, now_ns))
        end_wait(stream, task, by != NULL ? trace_tid_of(by) : FROM_OUTSIDE);
}

static void on_wake_from(void *context, int64_t now_ns, const cad_task *task,
                         const cad_object_info *from) {
    struct trace_stream *stream = context;
    if (trace_go_on(stream, now_ns))
        end_wait(stream, task, trace_lane_of(from->id));
}

/* --- The sink: who runs ---------------------------------------------------------------------- */

static void on_ready_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!trace_move_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    alive->ready = 1;
    trace_event_begin(stream, TRACE_READY_BEGIN, trace_tid_of(task), TRACE_LITERAL("ready"));
    trace_event_tell(stream);
}

static void on_ready_end(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->ready);
    trace_end_ready(stream, alive, NULL);
}

static void on_run_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    if (!trace_move_on(stream, now_ns))
        return;
    assert(stream->run == 0);
    struct trace_task_name buffer;
    const char *name = task == NULL ? "callback" : trace_name_of(task, &buffer).text;
    stream->run = trace_names_use(&stream->names, name, NULL);
    if (stream->run == 0) {
        trace_no_memory(stream);
        return;
    }
    trace_event_track(trace_event_open(stream, TRACE_RUN_BEGIN, TRACE_LOOP_TID, stream->run), task);
    trace_event_tell(stream);
}

static void on_run_end(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_stream *stream = context;
    (void)task; /* it may have ended meanwhile */
    if (!trace_go_on(stream, now_ns))
        return;
    assert(stream->run != 0);
    trace_end_run(stream, NULL);
}

/* --- The sink: objects ----------------------------------------------------------------------- */

/* Readers know tracks, not the engine's numbers of tasks; 0 stands for nobody in both. */
static int64_t track_of_owner(int64_t task) {
    return task != 0 ? task + TRACE_LOOP_TID : 0;
}

static struct trace_field field_of_word(const struct trace_word *word) {
    return (struct trace_field){.key = trace_word_text(word), .written_key = trace_word_key(word)};
}

static void put_constants(struct trace_stream *stream, const cad_object_info *info) {
    struct trace_event *event = &stream->event;
    event->field_count = 0;
    for (size_t i = 0; i < info->count; i++) {
        if (!info->fields[i].constant)
            continue;
        const struct trace_word *key = trace_word_of(stream, info->fields[i].key);
        struct trace_field *field = &stream->fields[event->field_count++];
        *field = field_of_word(key);
        field->number =
            key->is_owner ? track_of_owner(info->fields[i].value) : info->fields[i].value;
    }
    if (event->field_count > 0)
        event->present |= TRACE_A(STATE);
}

TRACE_SELDOM static void make_layout(struct trace_stream *stream, struct trace_layout *layout,
                                     const cad_object_info *info) {
    size_t owner = TRACE_FIELDS_MAX;
    *layout = (struct trace_layout){.type = info->type};
    for (size_t i = 0; i < info->count; i++) {
        if (info->fields[i].constant || (info->fields[i].detail && !stream->sink.detail))
            continue;
        size_t at = layout->count++;
        const struct trace_word *key = trace_word_of(stream, info->fields[i].key);
        layout->fields[at] = field_of_word(key);
        layout->sources[at] = i;
        if (key->is_owner)
            owner = at;
    }
    layout->owner = owner;
}

/* Of a table with room to spare, as that of the words. */
static struct trace_layout *layout_of(struct trace_stream *stream, const cad_object_info *info) {
    uint64_t mixed = (uintptr_t)info->type * UINT64_C(0x9E3779B97F4A7C15) >> 32;
    struct trace_layout *layout = &stream->layouts[mixed & (TRACE_LAYOUTS - 1)];
    for (size_t step = 1; layout->type != info->type; step++) {
        if (layout->type == NULL) {
            make_layout(stream, layout, info);
            break;
        }
        assert(step < TRACE_LAYOUTS);
        layout = &stream->layouts[(mixed + step) & (TRACE_LAYOUTS - 1)];
    }
    return layout;
}

/* Of an object that is not at its first place, as above. */
TRACE_SELDOM static struct trace_thing *
find_object(struct trace_stream *stream, struct trace_thing *first, const cad_object_info *info) {
    struct trace_thing *thing = trace_thing_beside(stream, first, NULL, info->id);
    if (!trace_thing_is(thing, NULL, info->id))
        trace_make_thing(stream, thing, NULL, info);
    return thing;
}

static void tell_state(struct trace_stream *stream, const cad_object_info *info, int64_t tid) {
    struct trace_thing *thing = trace_thing_first(stream, NULL, info->id);
    if (!trace_thing_is(thing, NULL, info->id)) {
        thing = find_object(stream, thing, info);
        if (thing->name == 0)
            return;
    }
    struct trace_layout *layout = layout_of(stream, info);
    if (layout->count == 0)
        return;
    struct trace_event *event = trace_event_open(stream, TRACE_STATE, tid, thing->name);
    for (size_t i = 0; i < layout->count; i++)
        layout->fields[i].number = info->fields[layout->sources[i]].value;
    if (layout->owner < layout->count)
        layout->fields[layout->owner].number = track_of_owner(layout->fields[layout->owner].number);
    event->id = info->id;
    event->fields = layout->fields;
    event->field_count = layout->count;
    event->present = TRACE_A(STATE);
    trace_event_tell(stream);
    event->fields = stream->fields;
}

static void on_object(void *context, int64_t now_ns, const cad_object_info *info,
                      const cad_task *by) {
    struct trace_stream *stream = context;
    if (trace_go_on(stream, now_ns))
        tell_state(stream, info, trace_tid_of(by));
}

static void tell_object(struct trace_stream *stream, const cad_object_info *info, int64_t tid) {
    struct trace_event *event =
        trace_event_begin(stream, TRACE_OBJECT, tid, trace_string_of(info->name));
    trace_event_number(event, TRACE_ARG_OBJECT, (int64_t)info->id);
    trace_event_string(event, TRACE_ARG_TYPE, trace_string_of_word(stream, info->type));
    put_constants(stream, info);
    trace_event_tell(stream);
}

static void on_object_new(void *context, int64_t now_ns, const cad_object_info *info,
                          const cad_task *by) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    tell_object(stream, info, trace_tid_of(by));
    tell_state(stream, info, trace_tid_of(by));
}

static void on_object_name(void *context, int64_t now_ns, const cad_object_info *info,
                           const cad_task *by) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    trace_forget_things(stream, info->id);
    tell_object(stream, info, trace_tid_of(by));
    if (trace_lanes_has(&stream->lanes, info->id))
        trace_tell_track(stream, trace_lane_of(info->id), trace_string_of(info->name));
}

static void on_object_end(void *context, int64_t now_ns, const cad_object_info *info) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_event *event =
        trace_event_begin(stream, TRACE_OBJECT_END, TRACE_LOOP_TID, trace_string_of(info->name));
    trace_event_number(event, TRACE_ARG_OBJECT, (int64_t)info->id);
    trace_event_tell(stream);
}

/* --- The sink: lanes ------------------------------------------------------------------------- */

static void on_lane_begin(void *context, int64_t now_ns, const cad_object_info *info,
                          const cad_task *by) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    uint32_t name = trace_names_use(&stream->names, info->lane, NULL);
    if (name == 0 || !trace_lanes_add(&stream->lanes, info->id, name)) {
        trace_no_memory(stream);
        return;
    }
    struct trace_task_name by_name;
    int64_t lane = trace_lane_of(info->id);
    trace_tell_track(stream, lane, trace_string_of(info->name));
    struct trace_event *event = trace_event_open(stream, TRACE_LANE_BEGIN, lane, name);
    trace_event_number(event, TRACE_ARG_OBJECT, (int64_t)info->id);
    trace_event_task(event, TRACE_ARG_BY, by, &by_name);
    trace_event_tell(stream);
}

static void on_lane_end(void *context, int64_t now_ns, const cad_object_info *info, int result,
                        int code, const cad_exception *exception) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    uint32_t name = trace_lanes_remove(&stream->lanes, info->id);
    if (name == 0)
        return;
    struct trace_event *event =
        trace_event_open(stream, TRACE_LANE_END, trace_lane_of(info->id), name);
    if (result != 0)
        trace_event_number(event, TRACE_ARG_RESULT, result);
    if (code != 0) {
        trace_event_string(event, TRACE_ARG_OUTCOME, TRACE_LITERAL("failed"));
        trace_event_text(event, TRACE_ARG_ERROR, name_of_error(stream, code));
    }
    const char *message = exception == NULL ? "" : cad_exception_message(exception);
    if (message[0] != '\0')
        trace_event_text(event, TRACE_ARG_MESSAGE, message);
    trace_event_tell(stream);
    trace_names_drop(&stream->names, name);
}

static void on_data(void *context, int64_t now_ns, const cad_object_info *info, bool received,
                    size_t size) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_event *event =
        trace_event_begin(stream, TRACE_DATA, trace_lane_of(info->id),
                          received ? TRACE_LITERAL("received") : TRACE_LITERAL("sent"));
    trace_event_number(event, TRACE_ARG_SIZE, (int64_t)size);
    trace_event_tell(stream);
}

/* --- The sink: details ----------------------------------------------------------------------- */

/* An event of the ready queue, about an entry or about none. */
static struct trace_event *begin_turn(struct trace_stream *stream, enum trace_kind kind,
                                      const cad_ready_info *entry) {
    struct trace_event *event =
        trace_event_begin(stream, kind, TRACE_LOOP_TID, trace_string_of(trace_kinds[kind].name));
    if (entry != NULL) {
        trace_event_string(event, TRACE_ARG_ENTRY, trace_string_of_word(stream, entry->kind));
        trace_event_track(event, entry->task);
    }
    return event;
}

static void on_ready_join(void *context, int64_t now_ns, const cad_ready_info *entry,
                          const cad_task *by) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_task_name by_name;
    trace_event_task(begin_turn(stream, TRACE_READY_JOIN, entry), TRACE_ARG_BY, by, &by_name);
    trace_event_tell(stream);
}

static void on_ready_leave(void *context, int64_t now_ns, const cad_ready_info *entry,
                           size_t place) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    trace_event_number(begin_turn(stream, TRACE_READY_LEAVE, entry), TRACE_ARG_PLACE,
                       (int64_t)place);
    trace_event_tell(stream);
}

static void on_iteration(void *context, int64_t now_ns, uint64_t number) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    trace_event_number(begin_turn(stream, TRACE_ITERATION, NULL), TRACE_ARG_NUMBER,
                       (int64_t)number);
    trace_event_tell(stream);
}

static void on_turn_begin(void *context, int64_t now_ns, const cad_ready_info *entry) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    begin_turn(stream, TRACE_TURN_BEGIN, entry);
    trace_event_tell(stream);
}

static void on_turn_end(void *context, int64_t now_ns) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    begin_turn(stream, TRACE_TURN_END, NULL);
    trace_event_tell(stream);
}

/* The item that an operation moves. */
static void put_item(struct trace_stream *stream, struct trace_event *event,
                     const cad_operation_info *operation) {
    static const char *const moves[] = {
        [CAD_ITEM_IN] = "in", [CAD_ITEM_OUT] = "out", [CAD_ITEMS_ALL_OUT] = "all out"};
    const char *text = NULL;
    trace_event_text(event, TRACE_ARG_MOVE, moves[operation->move]);
    if (operation->move == CAD_ITEMS_ALL_OUT)
        return;
    trace_event_number(event, TRACE_ARG_PLACE, (int64_t)operation->place);
    if (stream->item_text != NULL)
        text = stream->item_text(stream->item_text_context, operation->item);
    if (text != NULL)
        trace_event_value(stream, event, text);
}

static void on_operation(void *context, int64_t now_ns, const cad_operation_info *operation) {
    struct trace_stream *stream = context;
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_event *event = trace_event_begin(
        stream, TRACE_OPERATION, trace_tid_of(operation->task), trace_string_of(operation->verb));
    if (operation->object_id != 0)
        trace_event_number(event, TRACE_ARG_OBJECT, (int64_t)operation->object_id);
    if (operation->result < 0)
        trace_event_text(event, TRACE_ARG_ERROR, name_of_error(stream, operation->result));
    else if (operation->result > 0)
        trace_event_number(event, TRACE_ARG_RESULT, operation->result);
    if (operation->move != CAD_ITEM_STAYS)
        put_item(stream, event, operation);
    trace_event_tell(stream);
}

/* --- The sink: the loop ---------------------------------------------------------------------- */

static void on_end(void *context) {
    const struct trace_stream *stream = context;
    if (stream->on_end != NULL)
        stream->on_end(stream->on_end_arg);
}

const cad_trace_sink trace_sink = {
    .end = on_end,
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
    .lane_begin = on_lane_begin,
    .lane_end = on_lane_end,
    .data = on_data,
    .wake_from = on_wake_from,
    .ready_join = on_ready_join,
    .ready_leave = on_ready_leave,
    .iteration = on_iteration,
    .turn_begin = on_turn_begin,
    .turn_end = on_turn_end,
    .operation = on_operation,
};
