/* What the program tells, as events; and the life of a stream. */
#include "trace/stream.h"

#include "base/memory.h"
#include "trace/tell.h"
#include "trace/writer.h"

#include <assert.h>
#include <errno.h>

/* --- Making ---------------------------------------------------------------------------------- */

int trace_stream_new(const struct trace_header *header, struct trace_stream **result) {
    struct trace_stream *stream = base_zalloc(1, sizeof *stream);
    *result = stream;
    if (stream == NULL)
        return CAD_ENOMEM;
    stream->header = header;
    stream->last = &stream->first;
    stream->sink = trace_sink;
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

void trace_stream_on_end(struct trace_stream *stream, void (*fn)(void *arg), void *arg) {
    stream->on_end = fn;
    stream->on_end_arg = arg;
}

static void put_overrides(struct trace_stream *stream, const struct trace_header *header) {
    struct trace_event *event = &stream->event;
    for (size_t i = 0; i < header->override_count; i++)
        stream->overrides[i] =
            (struct trace_field){.key = trace_string_of(header->overrides[i].name),
                                 .text = trace_string_of(header->overrides[i].value)};
    event->fields = stream->overrides;
    event->field_count = header->override_count;
    event->present |= TRACE_A(SET);
}

static void tell_header(struct trace_stream *stream, const struct trace_header *header) {
    struct trace_event *event = trace_event_begin(stream, TRACE_HEADER, 0, TRACE_LITERAL("cadran"));
    trace_event_number(event, TRACE_ARG_VERSION, TRACE_VERSION);
    trace_event_text(event, TRACE_ARG_SCENARIO, header->scenario);
    trace_event_text(event, TRACE_ARG_CLOCK, header->clock);
    trace_event_number(event, TRACE_ARG_SEED, header->seed);
    if (header->override_count > 0)
        put_overrides(stream, header);
    if (header->detail)
        trace_event_number(event, TRACE_ARG_DETAILED, 1);
    trace_event_until(event, header->until_ns);
    if (header->started != NULL)
        trace_event_text(event, TRACE_ARG_STARTED, header->started);
    if (header->host != NULL)
        trace_event_text(event, TRACE_ARG_HOST, header->host);
    trace_event_tell(stream);
    event->fields = stream->fields;
}

/* The first lines. The loop began at 0, whenever it is listened to. */
static void tell_beginning(struct trace_stream *stream, const struct trace_header *header) {
    tell_header(stream, header);
    trace_event_text(
        trace_event_begin(stream, TRACE_PROCESS_NAME, 0, TRACE_LITERAL("process_name")),
        TRACE_ARG_NAME, header->scenario);
    trace_event_tell(stream);
    trace_tell_track(stream, TRACE_LOOP_TID, TRACE_LITERAL("loop"));
    trace_event_open(stream, TRACE_LOOP_BEGIN, TRACE_LOOP_TID, stream->scenario);
    trace_event_tell(stream);
}

/* Of a loop that has run already, its tasks and what they wait for. */
static void tell_tasks(struct trace_stream *stream, cad_loop *loop) {
    int64_t now_ns = cad_loop_time(loop);
    cad_wait_info wait;
    for (cad_task *task = cad_loop_first_task(loop); task != NULL;
         task = cad_loop_next_task(loop, task)) {
        stream->sink.task_begin(stream, now_ns, task, NULL);
        if (cad_task_waiting(task, &wait))
            stream->sink.wait_begin(stream, now_ns, task, &wait);
    }
}

/* The loop sleeps, so that time moves on: what began just now has a length. */
static void write_before_wait(cad_wait_hook *hook, int64_t until_ns) {
    struct trace_stream *stream =
        (struct trace_stream *)(void *)((char *)hook - offsetof(struct trace_stream, wait_hook));
    (void)until_ns;
    if (trace_move_on(stream, stream->now_ns) && stream->writer != NULL)
        trace_writer_soon(stream->writer);
}

static void detach(struct trace_stream *stream) {
    cad_loop_set_trace(stream->loop, NULL);
    cad_loop_remove_wait_hook(stream->loop, &stream->wait_hook);
    stream->loop = NULL;
}

void trace_stream_attach(struct trace_stream *stream, cad_loop *loop) {
    assert(stream->loop == NULL && stream->event.ordinal == 0);
    stream->loop = loop;
    tell_beginning(stream, stream->header);
    stream->wait_hook.before_wait = write_before_wait;
    if (stream->header->live)
        cad_loop_add_wait_hook(loop, &stream->wait_hook);
    stream->header = NULL;
    cad_loop_set_trace(loop, &stream->sink);
    tell_tasks(stream, loop);
}

struct trace_stream *trace_stream_of(const cad_loop *loop) {
    const cad_trace_sink *sink = cad_loop_trace(loop);
    return sink != NULL && sink->end == trace_sink.end ? sink->context : NULL;
}

/* --- What only the program knows -------------------------------------------------------------- */

void trace_stream_span_begin(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                             const char *name) {
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    struct trace_held_begin *begun = trace_hold(stream);
    *begun = (struct trace_held_begin){.alive = NULL};
    uint32_t number = trace_names_use(&stream->names, name, NULL);
    if (number == 0 || !trace_alive_push_span(&stream->tasks, alive, number)) {
        trace_no_memory(stream);
        return;
    }
    *begun = (struct trace_held_begin){.alive = alive, .span = alive->span};
    struct trace_open_span *span = &stream->tasks.spans[alive->span];
    span->held = 1;
    span->slot = trace_slot_of(stream, begun) & (TRACE_HELD_MAX - 1U);
    trace_tell_spans(stream);
}

void trace_stream_span_end(struct trace_stream *stream, int64_t now_ns, const cad_task *task) {
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    assert(alive->span != 0 && alive->wait == 0 && !alive->ready);
    trace_end_span(stream, alive, NULL);
}

bool trace_stream_in_span(const struct trace_stream *stream, const cad_task *task) {
    return stream->failure == 0 && trace_alive_find(&stream->tasks, task)->span != 0;
}

void trace_stream_print(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                        const char *line) {
    if (!trace_go_on(stream, now_ns))
        return;
    trace_event_begin(stream, TRACE_PRINT, trace_tid_of(task), trace_string_of(line));
    trace_event_tell(stream);
}

void trace_stream_signal(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                         const char *signal) {
    if (!trace_go_on(stream, now_ns))
        return;
    trace_event_begin(stream, TRACE_SIGNAL, trace_tid_of(task), trace_string_of(signal));
    trace_event_tell(stream);
}

void trace_stream_error(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                        const char *error, const char *message, const char *where) {
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_event *event =
        trace_event_begin(stream, TRACE_ERROR, trace_tid_of(task), trace_string_of(error));
    if (message != NULL)
        trace_event_text(event, TRACE_ARG_MESSAGE, message);
    if (where != NULL)
        trace_event_text(event, TRACE_ARG_WHERE, where);
    trace_event_tell(stream);
}

void trace_stream_fault(struct trace_stream *stream, int64_t now_ns, const char *fault,
                        const char *detail) {
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_event *event =
        trace_event_begin(stream, TRACE_FAULT, TRACE_LOOP_TID, trace_string_of(fault));
    if (detail != NULL)
        trace_event_text(event, TRACE_ARG_FAULT, detail);
    trace_event_tell(stream);
}

bool trace_stream_has_detail(const struct trace_stream *stream) {
    return stream->sink.detail;
}

void trace_stream_variable(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                           const char *name, const char *value) {
    if (!trace_go_on(stream, now_ns))
        return;
    struct trace_event *event =
        trace_event_begin(stream, TRACE_VARIABLE, trace_tid_of(task), trace_string_of(name));
    if (value != NULL)
        trace_event_value(stream, event, value);
    trace_event_tell(stream);
}

/* --- The end ---------------------------------------------------------------------------------- */

static void end_task(struct trace_stream *stream, struct trace_alive *alive) {
    trace_end_inner(stream, alive, "pending");
    struct trace_task_name buffer;
    trace_event_outcome(trace_event_begin(stream, TRACE_TASK_END, trace_tid_of(alive->task),
                                          trace_name_of_alive(alive, &buffer)),
                        "pending");
    trace_event_tell(stream);
}

static void put_text(struct trace_event *event, enum trace_argument_index argument,
                     const char *text) {
    if (text != NULL)
        trace_event_text(event, argument, text);
}

static void end_wait_for_good(struct trace_stream *stream, struct trace_alive *alive,
                              const struct trace_pending *pending) {
    struct trace_task_name next;
    struct trace_event *event =
        trace_event_open(stream, TRACE_WAIT_END, trace_tid_of(alive->task), alive->wait);
    trace_event_outcome(event, "pending");
    put_text(event, TRACE_ARG_WHERE, pending->where);
    put_text(event, TRACE_ARG_STEP, pending->step);
    put_text(event, TRACE_ARG_WHY, pending->why);
    put_text(event, TRACE_ARG_TAKEN, pending->taken);
    if (pending->circle != 0)
        trace_event_number(event, TRACE_ARG_CIRCLE, (int64_t)pending->circle);
    trace_event_task(event, TRACE_ARG_NEXT, pending->next, &next);
    trace_event_until(event, pending->until_ns);
    trace_event_tell(stream);
    trace_forget_wait(stream, alive);
}

void trace_stream_end_pending(struct trace_stream *stream, int64_t now_ns, const cad_task *task,
                              const struct trace_pending *pending) {
    if (!trace_move_on(stream, now_ns))
        return;
    struct trace_alive *alive = trace_alive_find(&stream->tasks, task);
    if (alive->wait != 0)
        end_wait_for_good(stream, alive, pending);
    end_task(stream, alive);
    trace_alive_remove(&stream->tasks, task);
}

static void end_tasks(struct trace_stream *stream) {
    struct trace_alive *alive = NULL;
    for (uint64_t id = 0; stream->failure == 0; id = cad_task_id(alive->task) + 1) {
        alive = trace_alive_next(&stream->tasks, id);
        if (alive == NULL)
            return;
        end_task(stream, alive);
    }
}

static void end_lanes(struct trace_stream *stream) {
    for (size_t i = 0; i < stream->lanes.count && stream->failure == 0; i++) {
        const struct trace_open_lane *lane = &stream->lanes.open[i];
        trace_event_outcome(
            trace_event_open(stream, TRACE_LANE_END, trace_lane_of(lane->object), lane->name),
            "pending");
        trace_event_tell(stream);
    }
}

/* What has begun just now is open all the same. */
static void end_all(struct trace_stream *stream, int64_t now_ns, const char *outcome) {
    if (trace_move_on(stream, now_ns))
        end_tasks(stream);
    if (stream->failure == 0 && stream->run != 0)
        trace_end_run(stream, "pending");
    end_lanes(stream);
    if (stream->failure != 0)
        return;
    trace_event_outcome(trace_event_open(stream, TRACE_LOOP_END, TRACE_LOOP_TID, stream->scenario),
                        outcome);
    trace_event_tell(stream);
}

int trace_stream_close(struct trace_stream *stream, int64_t now_ns, const char *outcome) {
    assert(stream->loop != NULL);
    detach(stream);
    end_all(stream, now_ns, outcome);
    bool complete = stream->failure == 0;
    int reason = 0;
    for (struct trace_consumer *each = stream->first; each != NULL; each = each->next) {
        int error = each->end != NULL ? each->end(each, complete) : 0;
        if (error != 0 && reason == 0)
            reason = errno;
        if (error != 0)
            trace_fail_of(stream, each, error);
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
        detach(stream);
    trace_writer_free(stream->writer);
    trace_alive_free(&stream->tasks);
    trace_names_free(&stream->names);
    trace_lanes_free(&stream->lanes);
    base_free(stream->overrides);
    base_free(stream);
}
