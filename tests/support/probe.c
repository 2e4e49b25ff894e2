/* Walks a loop through the engine's own lists, and a state through the functions of its own: two
 * ways to one text, which have nothing in common but how it is put. */
#include "support/probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"
#include "trace/event.h"

/* All lines that there are, in the order in which they are said. */
static const char *const lines[] = {"getters", "putters",  "joiners",
                                    "waiters", "entering", "cancelling"};
enum { LINES = sizeof lines / sizeof *lines };

void probe_add_name(struct probe_names *names, const char *name, const char *value) {
    if (names->count < PROBE_NAMES_MAX)
        (void)snprintf(names->texts[names->count++], sizeof names->texts[0], "%s=%s", name, value);
}

static int compare(const void *a, const void *b) {
    return strcmp(a, b);
}

static void say_names(FILE *out, struct probe_names *names) {
    qsort(names->texts, names->count, sizeof names->texts[0], compare);
    for (size_t i = 0; i < names->count; i++)
        fprintf(out, " {%s}", names->texts[i]);
    fputs("\n", out);
}

/* --- The engine ------------------------------------------------------------------------------- */

static int tid_of(const cad_task *task) {
    return task != NULL ? (int)cad_task_id(task) + TRACE_LOOP_TID : 0;
}

static size_t length_of(const cad__link *list) {
    size_t length = 0;
    for (const cad__link *link = list->next; link != list; link = link->next)
        length++;
    return length;
}

static void say_entries(FILE *out, const cad__link *list) {
    for (const cad__link *link = list->next; link != list; link = link->next) {
        const cad__entry *entry = CAD__CONTAINER(link, const cad__entry, link);
        fprintf(out, " %s:%d", cad__entry_name(entry), tid_of(cad__entry_task(entry)));
    }
}

static cad__task *task_at(const cad__link *link) {
    const cad__object *object = CAD__CONTAINER(link, const cad__object, all);
    return CAD__CONTAINER(object, cad__task, future.object);
}

static void say_wait(FILE *out, const cad_wait_info *wait) {
    cad_object_info info = {.name = ""};
    if (wait->task != NULL)
        info.name = cad_task_name(wait->task);
    else if (wait->object != NULL)
        cad_object_describe(wait->object, &info);
    fprintf(out, "waits %s%s%s, object %d, task %d", wait->verb, wait->object != NULL ? " " : "",
            info.name, (int)wait->object_id, tid_of(wait->task));
    if (wait->until_ns != CAD_NEVER)
        fprintf(out, ", until %" PRId64, wait->until_ns);
}

/* Those who await a future. */
static void say_awaiting(FILE *out, const cad_future *future) {
    const char *before = " waiters";
    const cad__link *list = &future->callbacks;
    for (const cad__link *link = list->next; link != list; link = link->next) {
        const cad__entry *entry = CAD__CONTAINER(link, const cad__entry, link);
        if (entry->kind != CAD__ENTRY_TASK)
            continue;
        fprintf(out, "%s %d", before, tid_of(cad__entry_task(entry)));
        before = "";
    }
}

static void say_variables(FILE *out, const struct probe_program *program, const cad_task *task) {
    struct probe_names names = {.count = 0};
    if (program->variables != NULL)
        program->variables(program->context, task, &names);
    say_names(out, &names);
}

static void say_task(FILE *out, const struct probe_program *program, cad__task *task) {
    cad_wait_info wait;
    const cad__entry *entry = &task->timer.entry;
    fprintf(out, "task %d %s ", tid_of(&task->future), cad_task_name(&task->future));
    if (cad_task_waiting(&task->future, &wait))
        say_wait(out, &wait);
    else
        fputs(cad__linked(&entry->link) && entry->kind == CAD__ENTRY_TASK ? "ready" : "runs", out);
    say_awaiting(out, &task->future);
    say_variables(out, program, &task->future);
}

/* The line of that name, if somebody stands in it. */
static void say_line(FILE *out, cad_loop *loop, const cad__object *object, const char *name) {
    for (cad__link *link = loop->tasks.next; link != &loop->tasks; link = link->next) {
        const cad__task *task = task_at(link);
        cad_wait_info wait;
        if (!cad_task_waiting(&task->future, &wait) || wait.object != object || wait.line == NULL ||
            strcmp(wait.line, name) != 0)
            continue;
        fprintf(out, " %s", name);
        const cad__link *list = &task->wait.waiters->list;
        for (const cad__link *place = list->next; place != list; place = place->next) {
            const cad__task *one = CAD__CONTAINER(place, const cad__task, wait.link);
            if (one->wait.state == CAD__WAIT_PARKED)
                fprintf(out, " %d", tid_of(&one->future));
        }
        return;
    }
}

static void say_items(FILE *out, const struct probe_program *program, const cad_queue *queue) {
    for (size_t i = 0; i < queue->count; i++)
        fprintf(out, " [%s]", program->item_text(program->context, *cad__queue_at(queue, i)));
}

static void say_fields(FILE *out, const cad_object_info *info, bool constant) {
    for (size_t i = 0; i < info->count; i++) {
        bool task = strcmp(info->fields[i].key, "owner") == 0 && info->fields[i].value != 0;
        if (info->fields[i].constant == constant)
            fprintf(out, " %s=%d", info->fields[i].key,
                    (int)info->fields[i].value + (task ? TRACE_LOOP_TID : 0));
    }
}

static void say_object(FILE *out, const struct probe_program *program, cad__object *object) {
    cad_object_info info;
    cad_object_describe(object, &info);
    fprintf(out, "object %d %s %s", (int)info.id, info.type, info.name);
    say_fields(out, &info, true);
    say_fields(out, &info, false);
    if (object->type->cancel != NULL)
        say_awaiting(out, CAD__CONTAINER(object, cad_future, object));
    for (int i = 0; i < LINES; i++)
        say_line(out, object->loop, object, lines[i]);
    if (strcmp(info.type, "queue") == 0)
        say_items(out, program, CAD__CONTAINER(object, cad_queue, object));
    fputs("\n", out);
}

void probe_loop(FILE *out, cad_loop *loop, const struct probe_program *program) {
    fprintf(out, "ready, %zu in this iteration:", length_of(&loop->batch));
    say_entries(out, &loop->batch);
    say_entries(out, &loop->ready);
    say_variables(out, program, NULL);
    for (cad__link *link = loop->tasks.next; link != &loop->tasks; link = link->next)
        if (!cad_future_done(&task_at(link)->future))
            say_task(out, program, task_at(link));
    for (cad__link *link = loop->objects.next; link != &loop->objects; link = link->next) {
        cad__object *object = CAD__CONTAINER(link, cad__object, all);
        if (object->traced)
            say_object(out, program, object);
    }
}

/* --- The state -------------------------------------------------------------------------------- */

static const char *text_of(const struct trace_state *state, uint32_t text) {
    return trace_state_text(state, text);
}

static void tell_line(FILE *out, const struct trace_state *state, const struct trace_line *line) {
    if (line->count == 0)
        return;
    fprintf(out, " %s", text_of(state, line->name));
    for (int64_t tid = line->first; tid != 0; tid = trace_state_task(state, tid)->behind)
        fprintf(out, " %d", (int)tid);
}

static void tell_variables(FILE *out, const struct trace_state *state, int64_t tid) {
    struct probe_names names = {.count = 0};
    const struct trace_state_variable *variable = NULL;
    while ((variable = trace_state_next_variable(state, tid, variable)) != NULL)
        probe_add_name(&names, text_of(state, variable->name), text_of(state, variable->value));
    say_names(out, &names);
}

static void tell_task(FILE *out, const struct trace_state *state,
                      const struct trace_state_task *task) {
    fprintf(out, "task %d %s ", (int)task->tid, text_of(state, task->name));
    switch (task->doing) {
    case TRACE_DOING_WAITS:
    case TRACE_DOING_SLEEPS:
        fprintf(out, "waits %s, object %d, task %d", text_of(state, task->wait), (int)task->object,
                (int)task->awaits);
        if (task->until_ns != INT64_MAX)
            fprintf(out, ", until %" PRId64, task->until_ns);
        break;
    default:
        fputs(task->doing == TRACE_DOING_READY  ? "ready"
              : task->doing == TRACE_DOING_RUNS ? "runs"
                                                : "does what?",
              out);
    }
    tell_line(out, state, &task->waiters);
    tell_variables(out, state, task->tid);
}

static void tell_object(FILE *out, const struct trace_state *state,
                        const struct trace_state_object *object) {
    fprintf(out, "object %d %s %s", (int)object->id, text_of(state, object->type),
            text_of(state, object->name));
    for (uint32_t i = 0; i < object->field_count; i++)
        fprintf(out, " %s=%d", text_of(state, object->fields[i].key), (int)object->fields[i].value);
    for (int i = 0; i < LINES; i++)
        for (uint32_t k = 0; k < object->line_count; k++)
            if (strcmp(text_of(state, object->lines[k].name), lines[i]) == 0)
                tell_line(out, state, &object->lines[k]);
    for (uint64_t i = 0; i < trace_state_items(object); i++)
        fprintf(out, " [%s]", text_of(state, trace_state_item(object, i)));
    fputs("\n", out);
}

void probe_state(FILE *out, const struct trace_state *state) {
    const struct trace_now *now = trace_state_now(state);
    fprintf(out, "ready, %d in this iteration:", (int)now->batch);
    for (uint64_t i = 0; i < now->ready; i++) {
        struct trace_state_entry entry = trace_state_ready(state, i);
        fprintf(out, " %s:%d", text_of(state, entry.kind), (int)entry.task);
    }
    tell_variables(out, state, TRACE_LOOP_TID);
    for (int64_t tid = TRACE_LOOP_TID + 1; tid <= TRACE_LOOP_TID + (int64_t)now->tasks; tid++) {
        const struct trace_state_task *task = trace_state_task(state, tid);
        if (task != NULL && task->doing != TRACE_DOING_ENDED)
            tell_task(out, state, task);
    }
    /* The engine has them in the order in which they were made. */
    const struct trace_state_object *object = NULL;
    uint64_t last = 0;
    while ((object = trace_state_next_object(state, object)) != NULL)
        last = object->id > last ? object->id : last;
    for (uint64_t id = 1; id <= last; id++)
        if ((object = trace_state_object(state, id)) != NULL)
            tell_object(out, state, object);
}
