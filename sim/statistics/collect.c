/* Follows the events of a run, and adds up where its time goes.
 *
 * Each task is in one part of its life at a time, from `since_ns` on. What may change that - a
 * span, a wait, its turn - first settles: the time until now goes to the part that it was in. The
 * begin of a wait comes behind all that else happened at its time, so that within one instant a
 * task may seem to do what it does not; no time passes there, and a peak of tasks at work is
 * counted only when it does. */
#include "statistics/statistics.h"

#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/strings.h"
#include "base/text.h"
#include "cadran.h"
#include "statistics/lanes.h"
#include "statistics/level.h"
#include "trace/keep.h"

const char *const stat_part_names[STAT_PART_COUNT] = {
#define STAT_X(constant, name, meaning) [constant] = #name,
    STAT_PARTS(STAT_X)
#undef STAT_X
};

/* Where a task is, beside its stat_task. */
struct course {
    int64_t since_ns; /* accounted for until then */
    int64_t wait_ns;  /* when its wait began */
    uint32_t wait;    /* into run.waits; STAT_NO_INDEX: it waits for nothing, or sleeps */
    uint32_t object;  /* that it waits for, by index */
    uint32_t spans;   /* that are open */
    bool alive, waits, sleeps, ready, runs;
    bool at_work;   /* counted in at_work */
    bool cancelled; /* since its last wait began or ended */
};

/* An object, beside its stat_object. */
struct object_course {
    struct stat_level level;
    int64_t contended_since_ns;
    uint64_t waiting; /* tasks that wait for it */
    bool gone;
};

struct stat_collector {
    struct trace_consumer consumer;
    struct stat_run run;
    size_t task_capacity, wait_capacity, object_capacity;
    struct course *courses;
    size_t course_capacity;
    struct object_course *object_courses;
    size_t object_course_capacity;
    struct base_map by_tid, by_object; /* of tasks and of objects */
    struct stat_lanes lanes;
    struct base_map by_wait; /* a hash of task, name and object: of waits */
    int64_t from_ns, to_ns;  /* what happens outside does not count */
    int64_t now_ns;          /* within that */
    bool within;             /* the event at hand is */
    int64_t pid;             /* 0: no event has come */
    uint64_t at_work;
    uint32_t sleep;   /* the text "sleep" */
    uint32_t running; /* the task that keeps the loop busy; STAT_NO_INDEX */
};

/* --- Time ----------------------------------------------------------------------------------- */

static void add_time(int64_t *sum, int64_t time_ns) {
    if (__builtin_add_overflow(*sum, time_ns, sum))
        *sum = INT64_MAX;
}

static enum stat_part part_of(const struct course *course) {
    if (course->waits)
        return STAT_WAITING;
    if (course->ready)
        return STAT_READY;
    if (course->spans > 0)
        return STAT_WORKING;
    if (course->sleeps)
        return STAT_SLEEPING;
    return course->runs ? STAT_COMPUTING : STAT_READY;
}

/* The time until now belongs to what the task has been doing. */
static void settle(struct stat_collector *collector, uint32_t task) {
    struct course *course = &collector->courses[task];
    if (!course->alive)
        return;
    int64_t passed_ns = collector->now_ns - course->since_ns;
    collector->run.tasks[task].parts_ns[part_of(course)] += passed_ns;
    course->since_ns = collector->now_ns;
}

/* What the task is doing has changed. */
static void recount(struct stat_collector *collector, uint32_t task) {
    struct course *course = &collector->courses[task];
    bool at_work = course->alive && part_of(course) == STAT_WORKING;
    collector->at_work += (uint64_t)at_work - (uint64_t)course->at_work;
    course->at_work = at_work;
}

/* All that happened at one time has been told when the next event is later. Outside of what counts
 * no time passes. */
static void move_on(struct stat_collector *collector, int64_t time_ns) {
    collector->within = collector->from_ns <= time_ns && time_ns <= collector->to_ns;
    if (time_ns < collector->from_ns)
        time_ns = collector->from_ns;
    if (time_ns > collector->to_ns)
        time_ns = collector->to_ns;
    if (time_ns <= collector->now_ns)
        return;
    if (collector->at_work > collector->run.at_work_peak)
        collector->run.at_work_peak = collector->at_work;
    collector->now_ns = time_ns;
}

/* --- Tasks ------------------------------------------------------------------------------------ */

/* STAT_NO_INDEX: the task began before anybody listened. */
static uint32_t task_of(const struct stat_collector *collector, int64_t tid) {
    return base_map_get(&collector->by_tid, (uint64_t)tid);
}

static int begin_task(struct stat_collector *collector, const struct trace_event *event) {
    struct stat_run *run = &collector->run;
    uint32_t task = (uint32_t)run->task_count;
    struct stat_task begun = {.tid = event->tid,
                              .begin_ns = collector->now_ns,
                              .end_ns = collector->now_ns,
                              .first_wait = STAT_NO_INDEX,
                              .last_wait = STAT_NO_INDEX};
    if (task == STAT_NO_INDEX || !trace_keep_text(run->strings, event->name, &begun.name) ||
        !base_grow(&run->tasks, &collector->task_capacity, task, sizeof *run->tasks) ||
        !base_grow(&collector->courses, &collector->course_capacity, task,
                   sizeof *collector->courses) ||
        !base_map_put(&collector->by_tid, (uint64_t)event->tid, task))
        return CAD_ENOMEM;
    run->tasks[task] = begun;
    collector->courses[task] = (struct course){.since_ns = collector->now_ns,
                                               .wait = STAT_NO_INDEX,
                                               .object = STAT_NO_INDEX,
                                               .alive = true};
    run->task_count++;
    return 0;
}

static void end_life(struct stat_collector *collector, uint32_t task) {
    settle(collector, task);
    collector->run.tasks[task].end_ns = collector->now_ns;
    collector->courses[task].alive = false;
    recount(collector, task);
}

static int end_task(struct stat_collector *collector, uint32_t task,
                    const struct trace_event *event) {
    struct stat_task *ended = &collector->run.tasks[task];
    end_life(collector, task);
    return trace_keep_argument(collector->run.strings, event, TRACE_ARG_OUTCOME, &ended->outcome) &&
                   trace_keep_argument(collector->run.strings, event, TRACE_ARG_ERROR,
                                       &ended->error)
               ? 0
               : CAD_ENOMEM;
}

/* --- Waits ---------------------------------------------------------------------------------- */

/* The entry of what a task waits for; STAT_NO_INDEX: no memory. The map's keys are hashes: of two
 * with the same the later is at the next that is free. */
static uint32_t wait_of(struct stat_collector *collector, uint32_t task, uint32_t name,
                        uint64_t object) {
    struct stat_run *run = &collector->run;
    struct stat_task *waiter = &run->tasks[task];
    uint64_t key = base_mix(base_mix((uint64_t)task << 32 | name, object), 0);
    uint32_t found;
    while ((found = base_map_get(&collector->by_wait, key)) != UINT32_MAX) {
        const struct stat_wait *wait = &run->waits[found];
        if (wait->task == task && wait->name == name && wait->object == object)
            return found;
        key++;
    }
    uint32_t number = (uint32_t)run->wait_kind_count;
    if (number == STAT_NO_INDEX ||
        !base_grow(&run->waits, &collector->wait_capacity, number, sizeof *run->waits) ||
        !base_map_put(&collector->by_wait, key, number))
        return STAT_NO_INDEX;
    run->waits[number] =
        (struct stat_wait){.task = task, .name = name, .object = object, .next = STAT_NO_INDEX};
    if (waiter->first_wait == STAT_NO_INDEX)
        waiter->first_wait = number;
    else
        run->waits[waiter->last_wait].next = number;
    waiter->last_wait = number;
    run->wait_kind_count++;
    return number;
}

static uint64_t object_in(const struct trace_event *event) {
    return trace_has(event, TRACE_ARG_OBJECT) ? (uint64_t)event->args[TRACE_ARG_OBJECT].number : 0;
}

/* By index; STAT_NO_INDEX: there is none. */
static uint32_t object_of(const struct stat_collector *collector, uint64_t id) {
    return id == 0 ? STAT_NO_INDEX : base_map_get(&collector->by_object, id);
}

/* A task more, or one less, waits for an object. */
static void count_waiter(struct stat_collector *collector, uint32_t object, int change) {
    if (object == STAT_NO_INDEX)
        return;
    struct object_course *course = &collector->object_courses[object];
    int64_t *contended_ns = &collector->run.objects[object].contended_ns;
    if (course->waiting > 0)
        *contended_ns += collector->now_ns - course->contended_since_ns;
    course->contended_since_ns = collector->now_ns;
    course->waiting += (uint64_t)change;
}

/* A wait of that kind, with a length or without. */
static void count_wait(struct stat_collector *collector, uint32_t wait, uint32_t object,
                       int64_t begin_ns, int64_t length_ns) {
    struct stat_run *run = &collector->run;
    struct stat_wait *kind = &run->waits[wait];
    if (!collector->within && length_ns == 0)
        return;
    run->wait_count++;
    kind->count++;
    kind->total_ns += length_ns;
    if (length_ns > kind->longest_ns)
        kind->longest_ns = length_ns;
    if (object == STAT_NO_INDEX)
        return;
    struct stat_object *waited = &run->objects[object];
    waited->waits++;
    add_time(&waited->waited_ns, length_ns);
    if (length_ns > waited->longest.length_ns)
        waited->longest = (struct stat_longest){kind->task, kind->name, begin_ns, length_ns};
}

static int begin_wait(struct stat_collector *collector, uint32_t task,
                      const struct trace_event *event) {
    struct course *course = &collector->courses[task];
    uint32_t name;
    if (!trace_keep_text(collector->run.strings, event->name, &name))
        return CAD_ENOMEM;
    settle(collector, task);
    course->wait_ns = collector->now_ns;
    course->cancelled = false;
    if (name == collector->sleep) {
        course->sleeps = true;
    } else {
        uint64_t object = object_in(event);
        course->wait = wait_of(collector, task, name, object);
        if (course->wait == STAT_NO_INDEX)
            return CAD_ENOMEM;
        course->waits = true;
        course->object = object_of(collector, object);
        count_waiter(collector, course->object, 1);
    }
    recount(collector, task);
    return 0;
}

/* A wait for an object is over, and not only because the run is: what was waited for has been got,
 * or the wait was cancelled. */
static void serve(struct stat_collector *collector, uint32_t task, uint32_t object) {
    bool *cancelled = &collector->courses[task].cancelled;
    if (object != STAT_NO_INDEX && collector->within && !*cancelled)
        stat_level_take_wait(&collector->object_courses[object].level,
                             &collector->run.objects[object]);
    *cancelled = false;
}

static void end_wait(struct stat_collector *collector, uint32_t task) {
    struct course *course = &collector->courses[task];
    settle(collector, task);
    if (course->waits) {
        count_waiter(collector, course->object, -1);
        count_wait(collector, course->wait, course->object, course->wait_ns,
                   collector->now_ns - course->wait_ns);
    }
    course->waits = course->sleeps = false;
    course->object = course->wait = STAT_NO_INDEX;
    recount(collector, task);
}

static int take_wait_point(struct stat_collector *collector, uint32_t task,
                           const struct trace_event *event) {
    uint32_t name, wait;
    if (!trace_keep_text(collector->run.strings, event->name, &name))
        return CAD_ENOMEM;
    if (name == collector->sleep)
        return 0;
    wait = wait_of(collector, task, name, object_in(event));
    if (wait == STAT_NO_INDEX)
        return CAD_ENOMEM;
    uint32_t object = object_of(collector, object_in(event));
    count_wait(collector, wait, object, collector->now_ns, 0);
    serve(collector, task, object);
    return 0;
}

/* --- Spans and turns ------------------------------------------------------------------------ */

static void count_span(struct stat_collector *collector, uint32_t task) {
    collector->run.span_count += collector->within;
    collector->run.tasks[task].spans += collector->within;
}

static void change_spans(struct stat_collector *collector, uint32_t task, int change) {
    settle(collector, task);
    collector->courses[task].spans += (uint32_t)change;
    recount(collector, task);
}

static void set_ready(struct stat_collector *collector, uint32_t task, bool ready) {
    settle(collector, task);
    collector->courses[task].ready = ready;
    recount(collector, task);
}

static void set_running(struct stat_collector *collector, uint32_t task, bool runs) {
    collector->running = runs ? task : STAT_NO_INDEX;
    if (task == STAT_NO_INDEX)
        return;
    settle(collector, task);
    collector->courses[task].runs = runs;
}

static int take_task_event(struct stat_collector *collector, const struct trace_event *event) {
    uint32_t task = task_of(collector, event->tid);
    if (task == STAT_NO_INDEX)
        return 0;
    switch (event->kind) {
    case TRACE_TASK_END:
        return end_task(collector, task, event);
    case TRACE_SPAN_BEGIN:
        count_span(collector, task);
        change_spans(collector, task, 1);
        return 0;
    case TRACE_SPAN_END:
        change_spans(collector, task, -1);
        return 0;
    case TRACE_SPAN_POINT:
        count_span(collector, task);
        return 0;
    case TRACE_WAIT_BEGIN:
        return begin_wait(collector, task, event);
    case TRACE_WAIT_END:
        if (!trace_has(event, TRACE_ARG_OUTCOME))
            serve(collector, task, collector->courses[task].object);
        end_wait(collector, task);
        return 0;
    case TRACE_CANCEL:
        collector->courses[task].cancelled = true;
        return 0;
    case TRACE_WAIT_POINT:
        return take_wait_point(collector, task, event);
    case TRACE_READY_BEGIN:
    case TRACE_READY_END:
        set_ready(collector, task, event->kind == TRACE_READY_BEGIN);
        return 0;
    default:
        return 0;
    }
}

/* --- Objects -------------------------------------------------------------------------------- */

/* An object is made; or one that there is has another name. */
static int take_object(struct stat_collector *collector, const struct trace_event *event) {
    struct stat_run *run = &collector->run;
    uint64_t id = object_in(event);
    uint32_t number = object_of(collector, id);
    uint32_t name;
    if (!trace_keep_text(run->strings, event->name, &name))
        return CAD_ENOMEM;
    if (number != STAT_NO_INDEX) {
        run->objects[number].name = name;
        return 0;
    }
    number = (uint32_t)run->object_count;
    if (number == STAT_NO_INDEX ||
        !base_grow(&run->objects, &collector->object_capacity, number, sizeof *run->objects) ||
        !base_grow(&collector->object_courses, &collector->object_course_capacity, number,
                   sizeof *collector->object_courses) ||
        !base_map_put(&collector->by_object, id, number))
        return CAD_ENOMEM;
    struct stat_object *object = &run->objects[number];
    *object = (struct stat_object){.id = id,
                                   .name = name,
                                   .begin_ns = collector->now_ns,
                                   .end_ns = collector->now_ns,
                                   .longest = {.task = STAT_NO_INDEX}};
    collector->object_courses[number] = (struct object_course){.waiting = 0};
    stat_level_begin(&collector->object_courses[number].level, object, event);
    run->object_count++;
    return trace_keep_argument(run->strings, event, TRACE_ARG_TYPE, &object->type) ? 0 : CAD_ENOMEM;
}

static void end_object(struct stat_collector *collector, uint32_t number) {
    struct stat_object *object = &collector->run.objects[number];
    struct object_course *course = &collector->object_courses[number];
    if (course->gone)
        return;
    course->gone = true;
    count_waiter(collector, number, 0);
    stat_level_settle(&course->level, object, collector->now_ns);
    object->end_ns = collector->now_ns;
}

static void take_state(struct stat_collector *collector, const struct trace_event *event) {
    uint32_t number = object_of(collector, event->id);
    if (number == STAT_NO_INDEX)
        return;
    struct stat_object *object = &collector->run.objects[number];
    uint64_t served = object->served;
    stat_level_take(&collector->object_courses[number].level, object, event, collector->now_ns);
    if (!collector->within)
        object->served = served;
}

static void take_object_end(struct stat_collector *collector, const struct trace_event *event) {
    uint32_t number = object_of(collector, object_in(event));
    if (number != STAT_NO_INDEX)
        end_object(collector, number);
}

static int take_lane(struct stat_collector *collector, const struct trace_event *event) {
    const struct stat_lane_event told = {.event = event,
                                         .now_ns = collector->now_ns,
                                         .within = collector->within,
                                         .object = object_of(collector, object_in(event))};
    return stat_lanes_take(&collector->lanes, &collector->run, &told);
}

/* --- The run -------------------------------------------------------------------------------- */

static int take_header(struct stat_collector *collector, const struct trace_event *event) {
    struct stat_run *run = &collector->run;
    run->seed = event->args[TRACE_ARG_SEED].number;
    run->detailed = trace_has(event, TRACE_ARG_DETAILED);
    return trace_keep_argument(run->strings, event, TRACE_ARG_SCENARIO, &run->scenario) &&
                   trace_keep_argument(run->strings, event, TRACE_ARG_CLOCK, &run->clock)
               ? 0
               : CAD_ENOMEM;
}

static int take_loop_event(struct stat_collector *collector, const struct trace_event *event) {
    switch (event->kind) {
    case TRACE_HEADER:
        return take_header(collector, event);
    case TRACE_LOOP_END:
        return trace_keep_argument(collector->run.strings, event, TRACE_ARG_OUTCOME,
                                   &collector->run.outcome)
                   ? 0
                   : CAD_ENOMEM;
    case TRACE_RUN_BEGIN:
        set_running(collector,
                    trace_has(event, TRACE_ARG_TASK)
                        ? task_of(collector, event->args[TRACE_ARG_TASK].number)
                        : STAT_NO_INDEX,
                    true);
        return 0;
    case TRACE_RUN_END:
        set_running(collector, collector->running, false);
        return 0;
    case TRACE_WAKE_END:
        collector->run.wake_count += collector->within;
        return 0;
    case TRACE_OBJECT:
        return take_object(collector, event);
    case TRACE_OBJECT_END:
        take_object_end(collector, event);
        return 0;
    case TRACE_STATE:
        take_state(collector, event);
        return 0;
    case TRACE_TASK_BEGIN:
        return begin_task(collector, event);
    case TRACE_LANE_BEGIN:
    case TRACE_LANE_END:
    case TRACE_DATA:
        return take_lane(collector, event);
    default:
        return take_task_event(collector, event);
    }
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct stat_collector *collector = (struct stat_collector *)(void *)consumer;
    if (collector->pid == 0)
        collector->pid = event->pid;
    if (event->pid != collector->pid)
        return 0;
    move_on(collector, event->time_ns);
    collector->run.event_count += collector->within;
    return take_loop_event(collector, event);
}

/* In a trace that was cut short, what is open ends where the trace does. */
static int end(struct trace_consumer *consumer, bool complete) {
    struct stat_collector *collector = (struct stat_collector *)(void *)consumer;
    struct stat_run *run = &collector->run;
    (void)complete;
    run->end_ns = collector->now_ns - collector->from_ns;
    for (uint32_t i = 0; i < run->task_count; i++) {
        if (collector->courses[i].waits)
            end_wait(collector, i);
        if (collector->courses[i].alive)
            end_life(collector, i);
        add_time(&run->life_ns, run->tasks[i].end_ns - run->tasks[i].begin_ns);
        for (int part = 0; part < STAT_PART_COUNT; part++)
            add_time(&run->parts_ns[part], run->tasks[i].parts_ns[part]);
    }
    for (uint32_t i = 0; i < run->object_count; i++)
        end_object(collector, i);
    stat_lanes_end(run, collector->now_ns);
    return 0;
}

/* --- Life and result ------------------------------------------------------------------------ */

struct stat_collector *stat_collector_new(void) {
    static const char sleep[] = "sleep";
    struct stat_collector *collector = base_zalloc(1, sizeof *collector);
    if (collector == NULL)
        return NULL;
    collector->consumer.take = take;
    collector->consumer.end = end;
    collector->running = STAT_NO_INDEX;
    collector->to_ns = INT64_MAX;
    collector->run.strings = base_strings_new();
    if (collector->run.strings != NULL)
        collector->sleep = base_strings_add(collector->run.strings, sleep, sizeof sleep - 1);
    if (collector->run.strings == NULL || collector->sleep == UINT32_MAX) {
        stat_collector_free(collector);
        return NULL;
    }
    return collector;
}

void stat_collector_free(struct stat_collector *collector) {
    if (collector == NULL)
        return;
    base_free(collector->run.tasks);
    base_free(collector->run.waits);
    base_free(collector->run.objects);
    base_free(collector->run.lanes);
    base_free(collector->courses);
    base_free(collector->object_courses);
    base_map_free(&collector->by_tid);
    base_map_free(&collector->by_object);
    base_map_free(&collector->by_wait);
    stat_lanes_free(&collector->lanes);
    base_strings_free(collector->run.strings);
    base_free(collector);
}

void stat_collector_limit(struct stat_collector *collector, int64_t from_ns, int64_t to_ns) {
    collector->from_ns = collector->now_ns = from_ns;
    collector->to_ns = to_ns;
}

struct trace_consumer *stat_collector_consumer(struct stat_collector *collector) {
    return &collector->consumer;
}

const struct stat_run *stat_collector_run(const struct stat_collector *collector) {
    return &collector->run;
}
