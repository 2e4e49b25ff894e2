/* What the loop tells a trace sink, and when.
 *
 * `ready` and `run` events are left out where their length is zero, which is known only when
 * time has moved. So each event first looks at the clock: if it has moved since the last event,
 * what was still open then is begun first, with the time that it was then. */
#include <string.h>

#include "clock.h"
#include "trace.h"
#include "waiter.h"

/* Who does what is told. */
static const cad_task *culprit(const cad_loop *loop) {
    return loop->current != NULL ? loop->current : loop->cause;
}

/* --- Objects are told of before events refer to them ------------------------------------------ */

/* What the sink wants to know of an object. */
static void describe(const cad__object *object, cad_object_info *info) {
    cad__object_describe(object, object->loop->tells_details, info);
}

static void declare(struct cad__tracer *tracer, cad__object *object) {
    cad_object_info info;
    object->traced = true;
    if (tracer->sink->object_new == NULL)
        return;
    describe(object, &info);
    tracer->sink->object_new(tracer->sink->context, tracer->last_ns, &info, culprit(object->loop));
}

static bool has_lane(const cad__object *object) {
    return object->type->lane != NULL && object->type->lane(object) != NULL;
}

/* Those made since the last event. */
static void declare_fresh(cad_loop *loop) {
    struct cad__tracer *tracer = loop->trace;
    cad__object *object = tracer->fresh;
    tracer->fresh = NULL;
    for (cad__link *link = &object->all; link != &loop->objects; link = link->next) {
        object = CAD__CONTAINER(link, cad__object, all);
        if (object->type->traced == CAD__TRACED_ALWAYS && !object->traced)
            declare(tracer, object);
    }
}

/* Those that are there when the sink begins to listen. */
static void declare_existing(cad_loop *loop) {
    for (cad__link *link = loop->objects.next; link != &loop->objects; link = link->next) {
        cad__object *object = CAD__CONTAINER(link, cad__object, all);
        bool used = object->name != NULL || cad_waiters(object) > 0 || has_lane(object);
        if (object->type->traced == CAD__TRACED_ALWAYS ||
            (object->type->traced == CAD__TRACED_WHEN_USED && used))
            declare(loop->trace, object);
        if (has_lane(object))
            cad__trace_lane_begin(object);
    }
}

void cad_loop_set_trace(cad_loop *loop, const cad_trace_sink *sink) {
    loop->tracer = (struct cad__tracer){.sink = sink, .last_ns = cad_loop_time(loop)};
    loop->tells_details = sink != NULL && sink->detail;
    loop->trace = sink != NULL ? &loop->tracer : NULL;
    /* What another sink was told is nothing to this one. */
    for (cad__link *link = loop->tasks.next; link != &loop->tasks; link = link->next) {
        cad__object *object = CAD__CONTAINER(link, cad__object, all);
        CAD__CONTAINER(object, cad_future, object)->ready_traced = false;
    }
    for (cad__link *link = loop->objects.next; link != &loop->objects; link = link->next)
        CAD__CONTAINER(link, cad__object, all)->traced =
            CAD__CONTAINER(link, cad__object, all)->lane = false;
    if (sink != NULL)
        declare_existing(loop);
}

const cad_trace_sink *cad_loop_trace(const cad_loop *loop) {
    return loop->tracer.sink;
}

/* --- Time ------------------------------------------------------------------------------------- */

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

/* Whether the program's own code has the turn of such an entry. */
static bool runs(enum cad__entry_kind kind) {
    switch (kind) {
    case CAD__ENTRY_TASK:
    case CAD__ENTRY_CALLBACK:
    case CAD__ENTRY_POSTED:
    case CAD__ENTRY_DONE_CALLBACK:
        return true;
    default:
        return false;
    }
}

/* Time has moved: what was open until now is begun with the time that it was then. */
static void move_on(cad_loop *loop, int64_t now_ns) {
    struct cad__tracer *tracer = loop->trace;
    begin_ready(tracer, &loop->batch);
    begin_ready(tracer, &loop->ready);
    if (tracer->in_turn && runs(tracer->turn) && !tracer->run_open) {
        tracer->run_open = true;
        if (tracer->sink->run_begin != NULL)
            tracer->sink->run_begin(tracer->sink->context, tracer->last_ns, tracer->runs);
    }
    tracer->last_ns = now_ns;
}

/* What few events have to do first: most are told of at the time of the one before. Kept out of
 * tick(), which would else save its registers and make room for an object's description each time.
 */
static CAD__APART int64_t catch_up(cad_loop *loop, int64_t now_ns) {
    struct cad__tracer *tracer = loop->trace;
    if (tracer->fresh != NULL)
        declare_fresh(loop);
    if (now_ns != tracer->last_ns)
        move_on(loop, now_ns);
    return now_ns;
}

/* Whether there is anything to catch up with. */
CAD__INLINE bool is_new(const struct cad__tracer *tracer, int64_t now_ns) {
    return __builtin_expect(tracer->fresh != NULL || now_ns != tracer->last_ns, 0);
}

/* The time of an event. */
static inline int64_t tick(cad_loop *loop) {
    int64_t now_ns = cad__clock_time(loop);
    return is_new(loop->trace, now_ns) ? catch_up(loop, now_ns) : now_ns;
}

/* --- Tasks ------------------------------------------------------------------------------------ */

/* What a task waits for, where that is no task. */
static cad__object *object_of(const cad_wait_info *wait) {
    return wait->task == NULL ? (cad__object *)(uintptr_t)wait->object : NULL;
}

static bool is_field(const cad__object *object, const char *key) {
    cad_object_info info;
    describe(object, &info);
    for (size_t i = 0; i < info.count; i++)
        if (strcmp(info.fields[i].key, key) == 0)
            return true;
    return false;
}

/* Whether the length of a line is a part of the object's state that the sink wants: it is for all
 * objects of a type or for none, and is asked at each wait, so the answer is kept. */
static bool tells_line(struct cad__tracer *tracer, const cad__object *object, const char *line) {
    if (line == NULL || !object->traced)
        return false;
    uintptr_t mixed = ((uintptr_t)line ^ (uintptr_t)object->type) >> 3;
    struct cad__told_line *told = &tracer->lines[mixed % CAD__TOLD_LINES];
    if (told->line != line || told->type != object->type)
        *told = (struct cad__told_line){object->type, line, is_field(object, line)};
    return told->told;
}

/* An object has changed by what a task did. */
static void tell_change(cad__object *object, const cad_task *by) {
    struct cad__tracer *tracer = object->loop->trace;
    cad_object_info info;
    int64_t now_ns = tick(object->loop);
    if (tracer->changed == object)
        tracer->changed = NULL;
    if (!object->traced || tracer->sink->object == NULL)
        return;
    describe(object, &info);
    tracer->sink->object(tracer->sink->context, now_ns, &info, by);
}

void cad__trace_object(cad__object *object) {
    tell_change(object, culprit(object->loop));
}

/* Tells of the change that was put off. */
static inline void settle(cad_loop *loop) {
    if (__builtin_expect(loop->trace->changed != NULL, 0))
        tell_change(loop->trace->changed, loop->trace->changer);
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

static CAD__APART void wait_began(cad_task *task) {
    const cad_trace_sink *sink = task->object.loop->trace->sink;
    cad_wait_info info;
    int64_t now_ns = tick(task->object.loop);
    if (!cad_task_waiting(task, &info))
        return;
    cad__object *object = object_of(&info);
    if (object != NULL && object->type->traced == CAD__TRACED_WHEN_USED && !object->traced)
        declare(task->object.loop->trace, object);
    if (sink->wait_begin != NULL)
        sink->wait_begin(sink->context, now_ns, task, &info);
    if (object != NULL && tells_line(task->object.loop->trace, object, info.line))
        cad__trace_object(object);
}

static CAD__APART void wake_from(struct cad__tracer *tracer, int64_t now_ns, cad_task *task) {
    cad_object_info from;
    describe(tracer->source, &from);
    tracer->sink->wake_from(tracer->sink->context, now_ns, task, &from);
}

void cad__trace_wake(cad_task *task) {
    cad_loop *loop = task->object.loop;
    const cad_trace_sink *sink = loop->trace->sink;
    int64_t now_ns = tick(loop);
    if (loop->trace->source != NULL && sink->wake_from != NULL)
        wake_from(loop->trace, now_ns, task);
    else if (sink->wake != NULL)
        sink->wake(sink->context, now_ns, task, culprit(loop));
}

void cad__trace_cancel(cad_task *task, const cad_exception *exception) {
    cad_loop *loop = task->object.loop;
    const cad_trace_sink *sink = loop->trace->sink;
    const char *message = exception != NULL ? cad_exception_message(exception) : NULL;
    int64_t now_ns = tick(loop);
    if (sink->cancel != NULL)
        sink->cancel(sink->context, now_ns, task, culprit(loop), message);
}

/* --- The ready queue ------------------------------------------------------------------------- */

static cad_ready_info describe_entry(const cad__entry *entry) {
    return (cad_ready_info){.kind = cad__entry_name(entry), .task = cad__entry_task(entry)};
}

/* Of the details. */
static CAD__APART void join(cad_loop *loop, const cad__entry *entry) {
    const cad_trace_sink *sink = loop->trace->sink;
    if (sink->ready_join == NULL)
        return;
    cad_ready_info info = describe_entry(entry);
    sink->ready_join(sink->context, tick(loop), &info, culprit(loop));
}

void cad__trace_ready(cad_loop *loop, cad__entry *entry) {
    join(loop, entry);
    cad__append(&loop->ready, &entry->link);
}

void cad__trace_join_all(cad_loop *loop, const cad__link *entries) {
    for (cad__link *link = entries->next; link != entries; link = link->next) {
        cad__entry *entry = CAD__CONTAINER(link, cad__entry, link);
        if (entry->kind == CAD__ENTRY_TASK)
            cad__trace_wake(&cad__entry_owner(entry)->future);
        if (loop->tells_details)
            join(loop, entry);
    }
}

/* How many entries have their turns before this one. */
static size_t place_of(cad_loop *loop, const cad__entry *entry) {
    cad__link *const queues[] = {&loop->batch, &loop->ready};
    size_t place = 0;
    for (int i = 0; i < 2; i++)
        for (cad__link *link = queues[i]->next; link != queues[i]; link = link->next, place++)
            if (link == &entry->link)
                return place;
    return place;
}

void cad__trace_leave(cad_loop *loop, const cad__entry *entry) {
    const cad_trace_sink *sink = loop->trace->sink;
    if (sink->ready_leave == NULL)
        return;
    cad_ready_info info = describe_entry(entry);
    sink->ready_leave(sink->context, tick(loop), &info, place_of(loop, entry));
}

void cad__trace_iteration(cad_loop *loop) {
    struct cad__tracer *tracer = loop->trace;
    const cad_trace_sink *sink = tracer->sink;
    if (sink->iteration == NULL)
        return;
    sink->iteration(sink->context, tick(loop), ++tracer->iterations);
}

static CAD__APART void end_ready(struct cad__tracer *tracer, int64_t now_ns, cad_task *task) {
    task->ready_traced = false;
    if (tracer->sink->ready_end != NULL)
        tracer->sink->ready_end(tracer->sink->context, now_ns, task);
}

/* Most turns begin and end at one time: nothing is told of them but the details. What is told else
 * is in functions of their own, so that the others need not save the registers for it. */

static CAD__APART void tell_turn(cad_loop *loop, const cad__entry *entry) {
    const cad_trace_sink *sink = loop->trace->sink;
    if (sink->turn_begin == NULL)
        return;
    cad_ready_info info = describe_entry(entry);
    sink->turn_begin(sink->context, tick(loop), &info);
}

CAD__INLINE void begin_turn(struct cad__tracer *tracer, const cad__entry *entry, cad_task *task) {
    tracer->in_turn = true;
    tracer->turn = entry->kind;
    tracer->runs = task;
}

/* With all that may have to be told. */
static CAD__APART void begin_told_turn(cad_loop *loop, const cad__entry *entry, cad_task *task) {
    int64_t now_ns = tick(loop); /* of what was before */
    begin_turn(loop->trace, entry, task);
    if (task != NULL && task->ready_traced)
        end_ready(loop->trace, now_ns, task);
    if (loop->tells_details)
        tell_turn(loop, entry);
}

void cad__trace_turn_begin(cad_loop *loop, cad__entry *entry) {
    struct cad__tracer *tracer = loop->trace;
    cad_task *task = entry->kind == CAD__ENTRY_TASK ? &cad__entry_owner(entry)->future : NULL;
    bool ready = task != NULL && task->ready_traced;
    if (ready || loop->tells_details || is_new(tracer, cad__clock_time(loop)))
        begin_told_turn(loop, entry, task);
    else
        begin_turn(tracer, entry, task);
}

static CAD__APART void end_run(struct cad__tracer *tracer, int64_t now_ns) {
    tracer->run_open = false;
    if (tracer->sink->run_end != NULL)
        tracer->sink->run_end(tracer->sink->context, now_ns, tracer->runs);
}

static CAD__APART void end_told_turn(cad_loop *loop) {
    struct cad__tracer *tracer = loop->trace;
    settle(loop);
    int64_t now_ns = tick(loop);
    if (tracer->run_open)
        end_run(tracer, now_ns);
    tracer->in_turn = false;
    if (loop->tells_details && tracer->sink->turn_end != NULL)
        tracer->sink->turn_end(tracer->sink->context, now_ns);
}

void cad__trace_turn_end(cad_loop *loop) {
    struct cad__tracer *tracer = loop->trace;
    if (!tracer->in_turn)
        return;
    bool told = tracer->changed != NULL || tracer->run_open || loop->tells_details;
    if (told || is_new(tracer, cad__clock_time(loop)))
        end_told_turn(loop);
    else
        tracer->in_turn = false;
}

void cad__trace_turn_passes(cad_loop *loop, const cad_task *task) {
    struct cad__tracer *tracer = loop->trace;
    settle(loop);
    int64_t now_ns = tick(loop);
    if (tracer->run_open)
        end_run(tracer, now_ns);
    tracer->runs = task;
}

/* --- Objects -------------------------------------------------------------------------------- */

void cad__trace_new(cad__object *object) {
    struct cad__tracer *tracer = object->loop->trace;
    if (tracer->fresh == NULL && object->type->traced == CAD__TRACED_ALWAYS)
        tracer->fresh = object;
}

void cad__trace_name(cad__object *object) {
    struct cad__tracer *tracer = object->loop->trace;
    cad_object_info info;
    if (!object->traced) {
        if (object->type->traced == CAD__TRACED_WHEN_USED) {
            (void)tick(object->loop);
            declare(tracer, object);
        }
        return;
    }
    int64_t now_ns = tick(object->loop);
    if (tracer->sink->object_name == NULL)
        return;
    describe(object, &info);
    tracer->sink->object_name(tracer->sink->context, now_ns, &info, culprit(object->loop));
}

void cad__trace_free(cad__object *object) {
    struct cad__tracer *tracer = object->loop->trace;
    cad_object_info info;
    if (tracer->fresh == object) {
        cad__link *next = object->all.next;
        bool last = next == &object->loop->objects;
        tracer->fresh = last ? NULL : CAD__CONTAINER(next, cad__object, all);
    }
    if (tracer->changed == object)
        tracer->changed = NULL;
    cad__trace_lane_end(object, 0, 0, NULL);
    if (!object->traced || !object->loop->tells_details || tracer->sink->object_end == NULL)
        return;
    int64_t now_ns = tick(object->loop);
    describe(object, &info);
    tracer->sink->object_end(tracer->sink->context, now_ns, &info);
}

void cad__trace_unpark(cad__task *task) {
    cad_loop *loop = task->future.object.loop;
    const char *line;
    cad__object *object = cad__parked_at(task, &line);
    if (object == NULL || object == loop->trace->changed || !tells_line(loop->trace, object, line))
        return;
    settle(loop);
    loop->trace->changed = object;
    loop->trace->changer = loop->current; /* who is there to the end of the turn */
}

/* --- Lanes ------------------------------------------------------------------------------------ */

void cad__trace_lane_begin(cad__object *object) {
    cad_loop *loop = object->loop;
    const cad_trace_sink *sink = loop->trace->sink;
    cad_object_info info;
    int64_t now_ns = tick(loop);
    if (!object->traced)
        declare(loop->trace, object);
    object->lane = true;
    if (sink->lane_begin == NULL)
        return;
    describe(object, &info);
    sink->lane_begin(sink->context, now_ns, &info, culprit(loop));
}

void cad__trace_lane_end(cad__object *object, int result, int code,
                         const cad_exception *exception) {
    const cad_trace_sink *sink = object->loop->trace->sink;
    cad_object_info info;
    if (!object->lane)
        return;
    int64_t now_ns = tick(object->loop);
    object->lane = false;
    if (sink->lane_end == NULL)
        return;
    describe(object, &info);
    sink->lane_end(sink->context, now_ns, &info, result, code, exception);
}

void cad__trace_data(cad__object *object, bool received, size_t size) {
    const cad_trace_sink *sink = object->loop->trace->sink;
    cad_object_info info;
    if (!object->lane || sink->data == NULL)
        return;
    int64_t now_ns = tick(object->loop);
    describe(object, &info);
    sink->data(sink->context, now_ns, &info, received, size);
}

void cad__trace_source(cad_loop *loop, cad__object *object) {
    loop->trace->source = object != NULL && object->lane ? object : NULL;
}

/* --- Operations ------------------------------------------------------------------------------- */

void cad__trace_item(cad__object *queue, const char *verb, int result, enum cad_item_move move,
                     void *item, size_t place) {
    cad_loop *loop = queue->loop;
    const cad_trace_sink *sink = loop->trace->sink;
    if (sink->operation == NULL)
        return;
    int64_t now_ns = tick(loop);
    if (!queue->traced)
        return;
    const cad_operation_info info = {.verb = verb,
                                     .object = queue,
                                     .object_id = queue->id,
                                     .task = loop->current,
                                     .result = result,
                                     .move = move,
                                     .item = item,
                                     .place = place};
    sink->operation(sink->context, now_ns, &info);
}

void cad__trace_operation(cad__object *object, const char *verb, int result) {
    cad__trace_item(object, verb, result, CAD_ITEM_STAYS, NULL, 0);
}

/* With details, what has come of it. */
static CAD__APART int poll_and_tell(cad__task *task) {
    const cad__operation *operation = task->wait.operation;
    cad__object *object = task->wait.object;
    /* Of others the last reference may be given back meanwhile. */
    bool tells = !operation->tells && object != NULL && object->type->traced == CAD__TRACED_ALWAYS;
    int result = operation->poll(&task->future);
    if (tells && result != CAD_PENDING)
        cad__trace_operation(object, operation->verb, result);
    return result;
}

int cad__trace_poll(cad__task *task) {
    cad_loop *loop = task->future.object.loop;
    int result =
        loop->tells_details ? poll_and_tell(task) : task->wait.operation->poll(&task->future);
    settle(loop);
    if (result == CAD_PENDING)
        wait_began(&task->future);
    return result;
}

int64_t cad__trace_time(cad_loop *loop) {
    return tick(loop);
}
