/* asyncio.Event. */
#include "waiter.h"

struct cad_event {
    cad__object object;
    cad__waiters waiters;
    bool set, cleared;          /* the latter: it has been set, and is not any more */
    int64_t set_ns, cleared_ns; /* when that was last */
};

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_event *event = CAD__CONTAINER(object, const cad_event, object);
    info->count = 2;
    info->fields[0] = (cad_object_field){.key = "set", .value = event->set};
    info->fields[1] = (cad_object_field){.key = "waiters", .value = (int64_t)event->waiters.count};
}

static size_t waiters(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_event, object)->waiters.count;
}

static bool lost(const cad__object *object, const char *line, cad_lost_info *info) {
    const cad_event *event = CAD__CONTAINER(object, const cad_event, object);
    (void)line;
    *info =
        (cad_lost_info){.verb = "set", .when_ns = event->set_ns, .undone_ns = event->cleared_ns};
    return event->cleared;
}

static const cad__type event_type = {
    .name = "event",
    .traced = CAD__TRACED_ALWAYS,
    .describe = describe,
    .waiters = waiters,
    .lost = lost,
};

cad_event *cad_event_new(cad_loop *loop) {
    cad_event *event = cad__object_new(loop, &event_type, sizeof *event);
    if (event != NULL)
        cad__waiters_init(&event->waiters);
    return event;
}

void cad_event_free(cad_event *event) {
    cad__object *object = event != NULL ? &event->object : NULL;
    CAD__ASSERT_UNUSED(object, &event_type);
    cad__object_free(object);
}

/* Who was woken has seen the event set, also when it has been cleared since. */
static int wait_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_event *event = wait->object;
    if (wait->phase++ == 0 && !event->set)
        return cad__park(task, &event->waiters);
    return wait->error;
}

static const cad__operation wait_operation = {.verb = "wait", .poll = wait_poll};

int cad_event_wait(cad_event *event) {
    return cad__begin(cad__current_wait(), &wait_operation, event);
}

void cad_event_set(cad_event *event) {
    cad__did(&event->object, "set", 0);
    if (event->set)
        return;
    event->set = true;
    event->cleared = false;
    event->set_ns = event->object.loop->due_ns;
    cad__wake_all(&event->waiters);
    CAD__CHANGED(event);
}

void cad_event_clear(cad_event *event) {
    cad__did(&event->object, "clear", 0);
    if (!event->set)
        return;
    event->set = false;
    event->cleared = true;
    event->cleared_ns = event->object.loop->due_ns;
    CAD__CHANGED(event);
}

bool cad_event_is_set(const cad_event *event) {
    return event->set;
}
