/* Takes the events of a run and keeps what explains it: waits and what ended them, spans, turns,
 * and the states of objects. */
#include "why/why.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"
#include "trace/keep.h"

#include <stdlib.h>
#include <string.h>

const char *const why_end_words[WHY_END_COUNT] = {
#define WHY_X(constant, word, meaning) [constant] = word,
    WHY_ENDS(WHY_X)
#undef WHY_X
};

/* Where a task is, beside its why_task. */
struct course {
    uint32_t wait; /* the one that it is in, or the last; WHY_NONE: none yet */
    uint32_t span; /* the innermost open one */
    uint32_t acts; /* what others can see that it did */
    bool waits;
    /* What has come to the task while it waits, until the wait ends: */
    uint8_t end; /* enum why_end; WHY_OUTSIDE: nothing has */
    uint32_t by;
    uint64_t by_ordinal;
    int64_t ready_ns;      /* since when it is ready */
    uint64_t park_ordinal; /* where its next wait began, in a trace with details; 0 */
};

/* Those that wait for one thing, in the order of their coming. */
struct line {
    uint32_t last;
    uint32_t count;
};

struct why_collector {
    struct trace_consumer consumer;
    struct why_run run;
    size_t task_capacity, wait_capacity, stuck_capacity, span_capacity, turn_capacity,
        ready_capacity;
    size_t object_capacity, change_capacity, field_capacity;
    struct course *courses;
    size_t course_capacity;
    struct line *lines;
    size_t line_count, line_capacity;
    struct base_map by_tid, by_object;
    struct base_map by_line; /* object and name of the wait: of lines */
    struct base_map named;   /* how often a name was given: of tasks; with the type, of objects */
    int64_t now_ns, pid;     /* pid 0: no event has come */
    bool foreign;            /* what came first was no run's header */
    uint32_t sleep;          /* the text "sleep" */
    uint32_t turn;           /* in turns: what keeps the loop busy; WHY_NONE */
    uint64_t wake_id, wake_ordinal; /* the last arrow that has begun, and by whom */
    uint32_t waker;
    uint32_t cancelled; /* who was, while nothing but wakes has happened since; WHY_NONE */
    uint32_t ended;     /* the task that has ended at this time, before any signal */
    uint64_t ended_ordinal;
};

/* --- Texts and things ----------------------------------------------------------------------- */

static uint32_t task_of(const struct why_collector *collector, int64_t tid) {
    return base_map_get(&collector->by_tid, (uint64_t)tid);
}

/* The task that an argument names; WHY_NONE. */
static uint32_t task_in(const struct why_collector *collector, const struct trace_event *event,
                        enum trace_argument_index argument) {
    return trace_has(event, argument) ? task_of(collector, event->args[argument].number) : WHY_NONE;
}

static uint32_t object_in(const struct why_collector *collector, const struct trace_event *event) {
    return trace_has(event, TRACE_ARG_OBJECT)
               ? base_map_get(&collector->by_object, (uint64_t)event->args[TRACE_ARG_OBJECT].number)
               : WHY_NONE;
}

/* How many things of that key there were before. False: no memory. */
static bool count_name(struct why_collector *collector, uint64_t key, uint32_t *before) {
    uint32_t count = base_map_get(&collector->named, key);
    *before = count == UINT32_MAX ? 0 : count;
    return base_map_put(&collector->named, key, *before + 1);
}

/* A task does something that shows. */
static void act(struct why_collector *collector, uint32_t task) {
    if (task != WHY_NONE)
        collector->courses[task].acts++;
}

/* --- Tasks ---------------------------------------------------------------------------------- */

static int begin_task(struct why_collector *collector, const struct trace_event *event) {
    struct why_run *run = &collector->run;
    uint32_t task = (uint32_t)run->task_count;
    struct why_task begun = {.tid = event->tid,
                             .by = task_in(collector, event, TRACE_ARG_BY),
                             .begin_ns = event->time_ns,
                             .end_ns = event->time_ns,
                             .begin_ordinal = event->ordinal};
    if (task == WHY_NONE || !trace_keep_text(run->strings, event->name, &begun.name) ||
        !count_name(collector, begun.name, &begun.number) ||
        !base_grow(&run->tasks, &collector->task_capacity, task, sizeof *run->tasks) ||
        !base_grow(&collector->courses, &collector->course_capacity, task,
                   sizeof *collector->courses) ||
        !base_map_put(&collector->by_tid, (uint64_t)event->tid, task))
        return CAD_ENOMEM;
    run->tasks[task] = begun;
    collector->courses[task] =
        (struct course){.wait = WHY_NONE, .span = WHY_NONE, .end = WHY_OUTSIDE, .by = WHY_NONE};
    run->task_count++;
    act(collector, begun.by);
    return 0;
}

static int end_task(struct why_collector *collector, uint32_t task,
                    const struct trace_event *event) {
    struct why_task *ended = &collector->run.tasks[task];
    ended->end_ns = event->time_ns;
    if (!trace_keep_argument(collector->run.strings, event, TRACE_ARG_OUTCOME, &ended->outcome) ||
        !trace_keep_argument(collector->run.strings, event, TRACE_ARG_ERROR, &ended->error) ||
        !trace_keep_argument(collector->run.strings, event, TRACE_ARG_MESSAGE, &ended->message))
        return CAD_ENOMEM;
    if (strcmp(why_text(&collector->run, ended->outcome), "pending") == 0)
        return 0;
    ended->end_ordinal = collector->ended_ordinal = event->ordinal;
    collector->ended = task;
    act(collector, task);
    return 0;
}

/* --- Waits ---------------------------------------------------------------------------------- */

/* The line of those who wait so for an object; NULL: no memory. */
static struct line *line_of(struct why_collector *collector, uint32_t object, uint32_t name) {
    uint64_t key = (uint64_t)object << 32 | name;
    uint32_t found = base_map_get(&collector->by_line, key);
    if (found != UINT32_MAX)
        return &collector->lines[found];
    if (!base_grow(&collector->lines, &collector->line_capacity, collector->line_count,
                   sizeof *collector->lines) ||
        !base_map_put(&collector->by_line, key, (uint32_t)collector->line_count))
        return NULL;
    struct line *line = &collector->lines[collector->line_count++];
    *line = (struct line){.last = WHY_NONE};
    return line;
}

static bool stand_in_line(struct why_collector *collector, struct why_wait *wait, uint32_t number) {
    if (wait->object == WHY_NONE)
        return true;
    struct line *line = line_of(collector, wait->object, wait->name);
    if (line == NULL)
        return false;
    wait->ahead = line->count++;
    wait->before = line->last;
    line->last = number;
    return true;
}

/* A wait, added to those of its task; WHY_NONE: no memory. */
static uint32_t add_wait(struct why_collector *collector, uint32_t task,
                         const struct trace_event *event) {
    struct why_run *run = &collector->run;
    struct course *course = &collector->courses[task];
    uint32_t number = (uint32_t)run->wait_count;
    struct why_wait wait = {
        .task = task,
        .object = object_in(collector, event),
        .awaits = task_in(collector, event, TRACE_ARG_TASK),
        .owner = task_in(collector, event, TRACE_ARG_OWNER),
        .by = WHY_NONE,
        .change = WHY_NONE,
        .stuck = WHY_NONE,
        .before = WHY_NONE,
        .begin_ns = event->time_ns,
        .until_ns =
            trace_has(event, TRACE_ARG_UNTIL) ? event->args[TRACE_ARG_UNTIL].number : WHY_NEVER,
        .begin_ordinal = course->park_ordinal != 0 ? course->park_ordinal : event->ordinal,
        .acts_before = course->acts,
        .end = WHY_PENDING};
    if (number == WHY_NONE || !trace_keep_text(run->strings, event->name, &wait.name) ||
        !base_grow(&run->waits, &collector->wait_capacity, number, sizeof *run->waits))
        return WHY_NONE;
    wait.sleeps = wait.name == collector->sleep;
    if (wait.object != WHY_NONE)
        wait.change = run->objects[wait.object].last_change;
    run->waits[number] = wait;
    run->wait_count++;
    run->tasks[task].wait_count++;
    course->wait = number;
    course->park_ordinal = 0;
    return number;
}

static int begin_wait(struct why_collector *collector, uint32_t task,
                      const struct trace_event *event) {
    uint32_t number = add_wait(collector, task, event);
    if (number == WHY_NONE)
        return CAD_ENOMEM;
    collector->courses[task].waits = true;
    return stand_in_line(collector, &collector->run.waits[number], number) ? 0 : CAD_ENOMEM;
}

static enum why_end end_of(const struct course *course, const struct why_wait *wait) {
    if (course->end != WHY_OUTSIDE)
        return (enum why_end)course->end;
    return wait->until_ns <= wait->end_ns ? WHY_TIMER : WHY_OUTSIDE;
}

/* A wait has ended, by what came to the task meanwhile. */
static void settle_wait(struct why_collector *collector, uint32_t task,
                        const struct trace_event *event) {
    struct course *course = &collector->courses[task];
    struct why_wait *wait = &collector->run.waits[course->wait];
    wait->end_ns = event->time_ns;
    wait->end_ordinal = event->ordinal;
    wait->end = (uint8_t)end_of(course, wait);
    wait->by = course->by;
    wait->by_ordinal = course->by_ordinal;
    wait->acts_after = course->acts;
    course->waits = false;
    course->end = WHY_OUTSIDE;
    course->by = WHY_NONE;
}

/* The run ended first. */
static int keep_stuck(struct why_collector *collector, struct why_wait *wait,
                      const struct trace_event *event) {
    struct why_run *run = &collector->run;
    struct why_stuck stuck = {.circle = trace_has(event, TRACE_ARG_CIRCLE)
                                            ? (uint32_t)event->args[TRACE_ARG_CIRCLE].number
                                            : 0,
                              .next = task_in(collector, event, TRACE_ARG_NEXT)};
    if (!trace_keep_argument(run->strings, event, TRACE_ARG_WHERE, &stuck.where) ||
        !trace_keep_argument(run->strings, event, TRACE_ARG_STEP, &stuck.step) ||
        !trace_keep_argument(run->strings, event, TRACE_ARG_WHY, &stuck.why) ||
        !trace_keep_argument(run->strings, event, TRACE_ARG_TAKEN, &stuck.taken) ||
        !base_grow(&run->stucks, &collector->stuck_capacity, run->stuck_count, sizeof *run->stucks))
        return CAD_ENOMEM;
    wait->stuck = (uint32_t)run->stuck_count;
    run->stucks[run->stuck_count++] = stuck;
    return 0;
}

static bool is_pending(const struct trace_event *event) {
    static const char pending[] = "pending";
    const struct trace_string *outcome = &event->args[TRACE_ARG_OUTCOME].text;
    return trace_has(event, TRACE_ARG_OUTCOME) && outcome->length == sizeof pending - 1 &&
           memcmp(outcome->text, pending, sizeof pending - 1) == 0;
}

static int end_wait(struct why_collector *collector, uint32_t task,
                    const struct trace_event *event) {
    struct course *course = &collector->courses[task];
    if (!course->waits)
        return 0;
    struct why_wait *wait = &collector->run.waits[course->wait];
    if (trace_has(event, TRACE_ARG_UNTIL))
        wait->until_ns = event->args[TRACE_ARG_UNTIL].number;
    if (wait->object != WHY_NONE) {
        struct line *line = line_of(collector, wait->object, wait->name);
        if (line == NULL)
            return CAD_ENOMEM;
        line->count--;
    }
    if (is_pending(event)) {
        wait->end_ns = event->time_ns;
        wait->acts_after = course->acts;
        course->waits = false;
        return keep_stuck(collector, wait, event);
    }
    settle_wait(collector, task, event);
    return 0;
}

/* A wait without length. An arrow that ends it comes right behind it. */
static int take_point(struct why_collector *collector, uint32_t task,
                      const struct trace_event *event) {
    if (add_wait(collector, task, event) == WHY_NONE)
        return CAD_ENOMEM;
    settle_wait(collector, task, event);
    return 0;
}

/* --- What ends waits ------------------------------------------------------------------------ */

static void begin_wake(struct why_collector *collector, const struct trace_event *event) {
    collector->wake_id = event->id;
    collector->wake_ordinal = event->ordinal;
    collector->waker = task_of(collector, event->tid);
    act(collector, collector->waker);
}

/* Who is cancelled is woken by that, right behind it, where it waits for no task; where it waits
 * for one, the wait goes on until that has ended. */
static void end_wake(struct why_collector *collector, uint32_t task,
                     const struct trace_event *event) {
    struct course *course = &collector->courses[task];
    if (event->id != collector->wake_id || collector->waker == WHY_NONE ||
        collector->cancelled == task)
        return;
    if (course->waits) {
        course->end = WHY_WOKEN;
        course->by = collector->waker;
        course->by_ordinal = collector->wake_ordinal;
    } else if (course->wait != WHY_NONE) {
        struct why_wait *point = &collector->run.waits[course->wait];
        point->end = WHY_WOKEN;
        point->by = collector->waker;
        point->by_ordinal = collector->wake_ordinal;
    }
}

/* It ends the wait that the task is in, should nobody wake it first. Where nobody is said to have
 * done it, and a task has just ended, that was the last one that the run was for: the loop cancels
 * what is left. */
static void take_cancel(struct why_collector *collector, uint32_t task,
                        const struct trace_event *event) {
    struct course *course = &collector->courses[task];
    uint32_t by = task_in(collector, event, TRACE_ARG_BY);
    collector->cancelled = WHY_NONE;
    act(collector, by);
    if (!course->waits || course->end == WHY_TIMEOUT || course->end == WHY_WOKEN)
        return;
    bool closes = by == WHY_NONE && collector->ended != WHY_NONE;
    course->end = closes ? WHY_CLOSED : WHY_CANCELLED;
    course->by = closes ? collector->ended : by;
    course->by_ordinal = closes ? collector->ended_ordinal : event->ordinal;
    collector->cancelled = course->end == WHY_CANCELLED ? task : WHY_NONE;
}

static void take_timeout(struct why_collector *collector, uint32_t task) {
    struct course *course = &collector->courses[task];
    if (course->waits && course->end != WHY_WOKEN)
        course->end = WHY_TIMEOUT;
}

/* --- Spans and turns ------------------------------------------------------------------------ */

static int begin_span(struct why_collector *collector, uint32_t task,
                      const struct trace_event *event) {
    struct why_run *run = &collector->run;
    struct course *course = &collector->courses[task];
    uint32_t number = (uint32_t)run->span_count;
    struct why_span span = {.task = task,
                            .outer = course->span,
                            .begin_ns = event->time_ns,
                            .begin_ordinal = event->ordinal};
    if (number == WHY_NONE || !trace_keep_text(run->strings, event->name, &span.name) ||
        !base_grow(&run->spans, &collector->span_capacity, number, sizeof *run->spans))
        return CAD_ENOMEM;
    run->spans[number] = span;
    run->span_count++;
    run->tasks[task].span_count++;
    course->span = number;
    course->acts++;
    return 0;
}

static void end_span(struct why_collector *collector, uint32_t task,
                     const struct trace_event *event) {
    struct course *course = &collector->courses[task];
    if (course->span == WHY_NONE)
        return;
    struct why_span *span = &collector->run.spans[course->span];
    span->end_ns = event->time_ns;
    course->span = span->outer;
    if (is_pending(event))
        return;
    span->end_ordinal = event->ordinal;
    act(collector, task);
}

static int begin_turn(struct why_collector *collector, const struct trace_event *event) {
    struct why_run *run = &collector->run;
    if (!base_grow(&run->turns, &collector->turn_capacity, run->turn_count, sizeof *run->turns))
        return CAD_ENOMEM;
    collector->turn = (uint32_t)run->turn_count;
    run->turns[run->turn_count++] =
        (struct why_turn){.task = task_in(collector, event, TRACE_ARG_TASK),
                          .begin_ns = event->time_ns,
                          .end_ns = event->time_ns};
    return 0;
}

static void end_turn(struct why_collector *collector, const struct trace_event *event) {
    if (collector->turn == WHY_NONE)
        return;
    collector->run.turns[collector->turn].end_ns = event->time_ns;
    collector->turn = WHY_NONE;
}

static int end_ready(struct why_collector *collector, uint32_t task,
                     const struct trace_event *event) {
    struct why_run *run = &collector->run;
    if (!base_grow(&run->readies, &collector->ready_capacity, run->ready_count,
                   sizeof *run->readies))
        return CAD_ENOMEM;
    run->readies[run->ready_count++] =
        (struct why_ready){task, collector->courses[task].ready_ns, event->time_ns};
    return 0;
}

static int take_task_event(struct why_collector *collector, const struct trace_event *event) {
    uint32_t task = task_of(collector, event->tid);
    if (task == WHY_NONE)
        return 0;
    switch (event->kind) {
    case TRACE_TASK_END:
        return end_task(collector, task, event);
    case TRACE_SPAN_BEGIN:
        return begin_span(collector, task, event);
    case TRACE_SPAN_END:
        end_span(collector, task, event);
        return 0;
    case TRACE_WAIT_BEGIN:
        return begin_wait(collector, task, event);
    case TRACE_WAIT_END:
        return end_wait(collector, task, event);
    case TRACE_WAIT_POINT:
        return take_point(collector, task, event);
    case TRACE_READY_BEGIN:
        collector->courses[task].ready_ns = event->time_ns;
        return 0;
    case TRACE_READY_END:
        return end_ready(collector, task, event);
    case TRACE_WAKE_END:
        end_wake(collector, task, event);
        return 0;
    case TRACE_CANCEL:
        take_cancel(collector, task, event);
        return 0;
    case TRACE_TIMEOUT:
        take_timeout(collector, task);
        return 0;
    case TRACE_PARK:
        collector->courses[task].park_ordinal = event->ordinal;
        return 0;
    case TRACE_SPAN_POINT:
    case TRACE_PRINT:
        act(collector, task);
        return 0;
    case TRACE_OPERATION:
        collector->courses[task].acts += trace_has(event, TRACE_ARG_MOVE);
        return 0;
    default:
        return 0;
    }
}

/* --- Objects -------------------------------------------------------------------------------- */

static int64_t field_in(const struct trace_event *event, const char *key) {
    size_t length = strlen(key);
    for (size_t i = 0; i < event->field_count; i++) {
        const struct trace_field *field = &event->fields[i];
        if (field->key.length == length && memcmp(field->key.text, key, length) == 0)
            return field->number;
    }
    return 0;
}

/* An object is made; or one that there is has another name. */
static int take_object(struct why_collector *collector, const struct trace_event *event) {
    struct why_run *run = &collector->run;
    uint32_t known = object_in(collector, event), number = (uint32_t)run->object_count;
    struct why_object object = {.id = (uint64_t)event->args[TRACE_ARG_OBJECT].number,
                                .maxsize = field_in(event, "maxsize"),
                                .last_change = WHY_NONE};
    if (!trace_keep_text(run->strings, event->name, &object.name) ||
        !trace_keep_argument(run->strings, event, TRACE_ARG_TYPE, &object.type))
        return CAD_ENOMEM;
    if (known != WHY_NONE) {
        run->objects[known].name = object.name;
        return 0;
    }
    uint64_t key = (uint64_t)object.type << 32 | object.name;
    if (number == WHY_NONE || !count_name(collector, key, &object.number) ||
        !base_grow(&run->objects, &collector->object_capacity, number, sizeof *run->objects) ||
        !base_map_put(&collector->by_object, object.id, number))
        return CAD_ENOMEM;
    run->objects[number] = object;
    run->object_count++;
    return 0;
}

static bool keep_fields(struct why_collector *collector, const struct trace_event *event) {
    struct why_run *run = &collector->run;
    for (size_t i = 0; i < event->field_count; i++) {
        struct why_field field = {.value = event->fields[i].number};
        if (!trace_keep_text(run->strings, event->fields[i].key, &field.key) ||
            !base_grow(&run->fields, &collector->field_capacity, run->field_count,
                       sizeof *run->fields))
            return false;
        run->fields[run->field_count++] = field;
    }
    return true;
}

static int take_state(struct why_collector *collector, const struct trace_event *event) {
    struct why_run *run = &collector->run;
    uint32_t object = base_map_get(&collector->by_object, event->id);
    if (object == UINT32_MAX)
        return 0;
    struct why_change change = {.object = object,
                                .previous = run->objects[object].last_change,
                                .first_field = (uint32_t)run->field_count,
                                .time_ns = event->time_ns,
                                .ordinal = event->ordinal,
                                .by = task_of(collector, event->tid)};
    if (!keep_fields(collector, event) || !base_grow(&run->changes, &collector->change_capacity,
                                                     run->change_count, sizeof *run->changes))
        return CAD_ENOMEM;
    change.field_count = (uint32_t)run->field_count - change.first_field;
    run->objects[object].last_change = (uint32_t)run->change_count;
    run->changes[run->change_count++] = change;
    return 0;
}

/* --- The run -------------------------------------------------------------------------------- */

static int take_header(struct why_collector *collector, const struct trace_event *event) {
    static const char real[] = "real";
    struct why_run *run = &collector->run;
    const struct trace_string *clock = &event->args[TRACE_ARG_CLOCK].text;
    run->real = clock->length == sizeof real - 1 && memcmp(clock->text, real, clock->length) == 0;
    return trace_keep_argument(run->strings, event, TRACE_ARG_SCENARIO, &run->scenario)
               ? 0
               : CAD_ENOMEM;
}

/* What an arrow is by is told before it, and holds until something else happens. */
static void follow_waker(struct why_collector *collector, const struct trace_event *event) {
    switch (event->kind) {
    case TRACE_WAKES:
        collector->waker = task_of(collector, event->tid);
        break;
    case TRACE_WAKE_BEGIN:
    case TRACE_WOKEN:
    case TRACE_WAKE_END:
    case TRACE_WAIT_END:
    case TRACE_WAIT_POINT:
        break;
    case TRACE_CANCEL:
        break;
    default:
        collector->cancelled = WHY_NONE;
        break;
    }
}

static int take_loop_event(struct why_collector *collector, const struct trace_event *event) {
    switch (event->kind) {
    case TRACE_HEADER:
        return take_header(collector, event);
    case TRACE_LOOP_END:
        return trace_keep_argument(collector->run.strings, event, TRACE_ARG_OUTCOME,
                                   &collector->run.outcome)
                   ? 0
                   : CAD_ENOMEM;
    case TRACE_RUN_BEGIN:
        return begin_turn(collector, event);
    case TRACE_RUN_END:
        end_turn(collector, event);
        return 0;
    case TRACE_SIGNAL:
        collector->ended = WHY_NONE;
        return 0;
    case TRACE_WAKE_BEGIN:
        begin_wake(collector, event);
        return 0;
    case TRACE_OBJECT:
        return take_object(collector, event);
    case TRACE_STATE:
        return take_state(collector, event);
    case TRACE_TASK_BEGIN:
        return begin_task(collector, event);
    default:
        return take_task_event(collector, event);
    }
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct why_collector *collector = (struct why_collector *)(void *)consumer;
    collector->foreign |= collector->pid == 0 && event->kind != TRACE_HEADER;
    if (collector->foreign)
        return CAD_EINVAL;
    collector->pid = collector->pid == 0 ? event->pid : collector->pid;
    if (event->pid != collector->pid)
        return 0;
    if (event->time_ns > collector->now_ns)
        collector->ended = WHY_NONE;
    collector->now_ns = event->time_ns;
    collector->run.end_ordinal = event->ordinal;
    int error = take_loop_event(collector, event);
    follow_waker(collector, event);
    return error;
}

/* --- The end -------------------------------------------------------------------------------- */

/* The tasks' waits and spans, each list task by task. */
static bool group_by_task(struct why_run *run) {
    uint32_t waits = 0, spans = 0;
    run->task_waits = base_alloc(run->wait_count * sizeof *run->task_waits);
    run->task_spans = base_alloc(run->span_count * sizeof *run->task_spans);
    if (run->task_waits == NULL || run->task_spans == NULL)
        return false;
    for (size_t i = 0; i < run->task_count; i++) {
        struct why_task *task = &run->tasks[i];
        task->first_wait = waits;
        task->first_span = spans;
        waits += task->wait_count;
        spans += task->span_count;
        task->wait_count = task->span_count = 0;
    }
    for (uint32_t i = 0; i < run->wait_count; i++) {
        struct why_task *task = &run->tasks[run->waits[i].task];
        run->waits[i].place = task->first_wait + task->wait_count++;
        run->task_waits[run->waits[i].place] = i;
    }
    for (uint32_t i = 0; i < run->span_count; i++) {
        struct why_task *task = &run->tasks[run->spans[i].task];
        run->task_spans[task->first_span + task->span_count++] = i;
    }
    return true;
}

struct deed {
    uint64_t ordinal;
    uint32_t task, wait;
};

static int by_task(const void *left, const void *right) {
    const struct deed *a = left, *b = right;
    if (a->task != b->task)
        return a->task < b->task ? -1 : 1;
    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    return a->wait < b->wait ? -1 : a->wait > b->wait;
}

/* The waits that each task ended, task by task, in their order. */
static bool list_deeds(struct why_run *run) {
    struct deed *deeds = base_alloc(run->wait_count * sizeof *deeds);
    size_t count = 0;
    run->task_deeds = base_alloc(run->wait_count * sizeof *run->task_deeds);
    bool fine = deeds != NULL && run->task_deeds != NULL;
    for (uint32_t i = 0; fine && i < run->wait_count; i++) {
        const struct why_wait *wait = &run->waits[i];
        if (wait->by == WHY_NONE)
            continue;
        run->tasks[wait->by].deed_count++;
        deeds[count++] = (struct deed){wait->by_ordinal, wait->by, i};
    }
    if (count > 0)
        qsort(deeds, count, sizeof *deeds, by_task);
    for (size_t i = 0; i < count; i++)
        run->task_deeds[i] = deeds[i].wait;
    uint32_t first = 0;
    for (size_t i = 0; fine && i < run->task_count; i++) {
        run->tasks[i].first_deed = first;
        first += run->tasks[i].deed_count;
    }
    base_free(deeds);
    return fine;
}

static const char *failure(const struct trace_consumer *consumer) {
    const struct why_collector *collector = (const struct why_collector *)(const void *)consumer;
    return collector->foreign
               ? "another program's trace, which has no tasks and primitives; cadran view shows it"
               : NULL;
}

/* In a trace that was cut short, what is open is so until its end. */
static int end(struct trace_consumer *consumer, bool complete) {
    struct why_collector *collector = (struct why_collector *)(void *)consumer;
    struct why_run *run = &collector->run;
    (void)complete;
    run->end_ns = collector->now_ns;
    if (!group_by_task(run) || !list_deeds(run))
        return CAD_ENOMEM;
    for (size_t i = 0; i < run->task_count; i++) {
        const struct course *course = &collector->courses[i];
        if (run->tasks[i].outcome == 0)
            run->tasks[i].end_ns = run->end_ns;
        if (course->waits)
            run->waits[course->wait].end_ns = run->end_ns;
        for (uint32_t span = course->span; span != WHY_NONE; span = run->spans[span].outer)
            run->spans[span].end_ns = run->end_ns;
    }
    if (collector->turn != WHY_NONE)
        run->turns[collector->turn].end_ns = run->end_ns;
    return 0;
}

/* --- Life ----------------------------------------------------------------------------------- */

struct why_collector *why_collector_new(void) {
    static const char sleep[] = "sleep";
    struct why_collector *collector = base_zalloc(1, sizeof *collector);
    if (collector == NULL)
        return NULL;
    collector->consumer.take = take;
    collector->consumer.end = end;
    collector->consumer.failure = failure;
    collector->turn = collector->waker = WHY_NONE;
    collector->cancelled = WHY_NONE;
    collector->ended = WHY_NONE;
    collector->run.strings = base_strings_new();
    if (collector->run.strings != NULL)
        collector->sleep = base_strings_add(collector->run.strings, sleep, sizeof sleep - 1);
    if (collector->run.strings == NULL || collector->sleep == UINT32_MAX) {
        why_collector_free(collector);
        return NULL;
    }
    return collector;
}

static void free_run(struct why_run *run) {
    base_free(run->tasks);
    base_free(run->waits);
    base_free(run->stucks);
    base_free(run->spans);
    base_free(run->task_waits);
    base_free(run->task_spans);
    base_free(run->task_deeds);
    base_free(run->turns);
    base_free(run->readies);
    base_free(run->objects);
    base_free(run->changes);
    base_free(run->fields);
    base_strings_free(run->strings);
}

void why_collector_free(struct why_collector *collector) {
    if (collector == NULL)
        return;
    free_run(&collector->run);
    base_free(collector->courses);
    base_free(collector->lines);
    base_map_free(&collector->by_tid);
    base_map_free(&collector->by_object);
    base_map_free(&collector->by_line);
    base_map_free(&collector->named);
    base_free(collector);
}

struct trace_consumer *why_collector_consumer(struct why_collector *collector) {
    return &collector->consumer;
}

bool why_collector_is_foreign(const struct why_collector *collector) {
    return collector->foreign;
}

struct why_run *why_collector_run(struct why_collector *collector) {
    return &collector->run;
}
