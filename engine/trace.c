/* What the loop tells a trace sink, and when.
 *
 * `ready` and `run` events are left out where their length is zero, which is known only when
 * time has moved. So each event first looks at the clock: if it has moved since the last event,
 * what was still open then is begun first, with the time that it was then. */
#include "internal.h"

void cad_loop_set_trace(cad_loop *loop, const cad_trace_sink *sink) {
    loop->tracer = (struct cad__tracer){.sink = sink, .last_ns = cad_loop_time(loop)};
    loop->trace = sink != NULL ? &loop->tracer : NULL;
    /* What another sink was told is nothing to this one. */
    for (cad__link *link = loop->tasks.next; link != &loop->tasks; link = link->next) {
        cad__object *object = CAD__CONTAINER(link, cad__object, all);
        CAD__CONTAINER(object, cad_future, object)->ready_traced = false;
    }
}

/* The task whose turn an entry is; NULL where it is something else's. */
static cad__task *ready_task(cad__link *link) {
    cad__entry *entry = CAD__CONTAINER(link, cad__entry, link);
    return entry->kind == CAD__ENTRY_TASK ? cad__entry_owner(entry) : NULL;
}

/* Begins `ready` for the tasks made ready since the last look: they are behind those that have
 * begun it. */
static void begin_ready(struct cad__tracer *tracer, cad__link *queue) {
    cad__link *from = queue;
    while (from->prev != queue) {
        cad__task *task = ready_task(from->prev);
        if (task != NULL && task->future.ready_traced)
            break;
        from = from->prev;
    }
    for (; from != queue; from = from->next) {
        cad__task *task = ready_task(from);
        if (task == NULL)
            continue;
        task->future.ready_traced = true;
        if (tracer->sink->ready_begin != NULL)
            tracer->sink->ready_begin(tracer->sink->context, tracer->last_ns, &task->future);
    }
}

/* The time of an event. */
static int64_t tick(cad_loop *loop) {
    struct cad__tracer *tracer = loop->trace;
    int64_t now_ns = cad_loop_time(loop);
    if (now_ns == tracer->last_ns)
        return now_ns;
    begin_ready(tracer, &loop->batch);
    begin_ready(tracer, &loop->ready);
    if (tracer->running && !tracer->run_open) {
        tracer->run_open = true;
        if (tracer->sink->run_begin != NULL)
            tracer->sink->run_begin(tracer->sink->context, tracer->last_ns, tracer->runs);
    }
    tracer->last_ns = now_ns;
    return now_ns;
}

static const cad_task *culprit(const cad_loop *loop) {
    return loop->current != NULL ? loop->current : loop->cause;
}

void cad__trace_task_begin(cad_task *task) {
    cad_loop *loop = task->object.loop;
    const cad_trace_sink *sink = loop->trace->sink;
    int64_t now_ns = tick(loop);
    if (sink->task_begin != NULL)
        sink->task_begin(sink->context, now_ns, task, culprit(loop));
}

void cad__trace_task_end(cad_task *task, int code, const cad_exception *exception) {
    cad_loop *loop = task->object.loop;
    const cad_trace_sink *sink = loop->trace->sink;
    int64_t now_ns = tick(loop);
    if (sink->task_end != NULL)
        sink->task_end(sink->context, now_ns, task, code, exception);
}

void cad__trace_wait(cad_task *task) {
    const cad_trace_sink *sink = task->object.loop->trace->sink;
    cad_wait_info info;
    int64_t now_ns = tick(task->object.loop);
    if (sink->wait_begin != NULL && cad_task_waiting(task, &info))
        sink->wait_begin(sink->context, now_ns, task, &info);
}

void cad__trace_wake(cad_task *task) {
    cad_loop *loop = task->object.loop;
    const cad_trace_sink *sink = loop->trace->sink;
    int64_t now_ns = tick(loop);
    if (sink->wake != NULL)
        sink->wake(sink->context, now_ns, task, culprit(loop));
}

void cad__trace_run_begin(cad_loop *loop, cad_task *task) {
    struct cad__tracer *tracer = loop->trace;
    int64_t now_ns = tick(loop);
    tracer->running = true;
    tracer->run_open = false;
    tracer->runs = task;
    if (task == NULL || !task->ready_traced)
        return;
    task->ready_traced = false;
    if (tracer->sink->ready_end != NULL)
        tracer->sink->ready_end(tracer->sink->context, now_ns, task);
}

void cad__trace_run_end(cad_loop *loop) {
    struct cad__tracer *tracer = loop->trace;
    int64_t now_ns = tick(loop);
    if (tracer->run_open && tracer->sink->run_end != NULL)
        tracer->sink->run_end(tracer->sink->context, now_ns, tracer->runs);
    tracer->running = tracer->run_open = false;
}

void cad__trace_cancel(cad_task *task, const cad_exception *exception) {
    cad_loop *loop = task->object.loop;
    const cad_trace_sink *sink = loop->trace->sink;
    const char *message = exception != NULL ? cad_exception_message(exception) : NULL;
    int64_t now_ns = tick(loop);
    if (sink->cancel != NULL)
        sink->cancel(sink->context, now_ns, task, culprit(loop), message);
}

void cad__trace_timeout(cad_task *task) {
    const cad_trace_sink *sink = task->object.loop->trace->sink;
    int64_t now_ns = tick(task->object.loop);
    if (sink->timeout != NULL)
        sink->timeout(sink->context, now_ns, task);
}

void cad__trace_object(cad__object *object) {
    const cad_trace_sink *sink = object->loop->trace->sink;
    cad_object_info info;
    if (sink->object == NULL || object->id == 0)
        return;
    int64_t now_ns = tick(object->loop);
    cad_object_describe(object, &info);
    sink->object(sink->context, now_ns, &info);
}

void cad__trace_time(cad_loop *loop) {
    (void)tick(loop);
}
