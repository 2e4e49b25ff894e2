/* What an event may change, and how to see that it has. */
#include "trace/subject.h"

#include <string.h>

#include "base/strings.h"

/* The last steps of MurmurHash3, by which each bit of a number comes to matter for all. */
static uint64_t mix(uint64_t sum, uint64_t number) {
    sum = (sum ^ number) * UINT64_C(0xff51afd7ed558ccd);
    sum = (sum ^ sum >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return sum ^ sum >> 33;
}

uint64_t trace_subject_hash(struct trace_subject subject) {
    return mix(mix(subject.of, subject.key), subject.kind);
}

/* --- Values ----------------------------------------------------------------------------------- */

static uint64_t value_of_task(const struct trace_state_task *task) {
    if (task == NULL)
        return 0;
    uint64_t sum = mix(mix((uint64_t)task->doing, (uint64_t)task->since_ns), task->wait);
    return mix(mix(sum, task->object), task->outcome);
}

static uint64_t value_of_line(const struct trace_line *line) {
    return mix(mix(line->count, (uint64_t)line->first), (uint64_t)line->last);
}

static uint64_t value_of_variable(const struct trace_state *state, struct trace_subject subject) {
    const struct trace_state_variable *variable = NULL;
    while ((variable = trace_state_next_variable(state, (int64_t)subject.of, variable)) != NULL)
        if (variable->name == subject.key)
            return (uint64_t)variable->value + 1;
    return 0;
}

static uint64_t value_of_object(const struct trace_state *state, struct trace_subject subject) {
    const struct trace_state_object *object = trace_state_object(state, subject.of);
    if (object == NULL)
        return 0;
    if (subject.kind == TRACE_SUBJECT_ITEMS)
        return trace_state_items(object) + 1;
    if (subject.kind == TRACE_SUBJECT_FIELD) {
        for (uint32_t i = 0; i < object->field_count; i++)
            if (object->fields[i].key == subject.key)
                return mix(1, (uint64_t)object->fields[i].value);
        return 0;
    }
    for (uint32_t i = 0; i < object->line_count; i++)
        if (object->lines[i].name == subject.key)
            return value_of_line(&object->lines[i]);
    return 0; /* as of one in which nobody stands */
}

uint64_t trace_subject_value(const struct trace_state *state, struct trace_subject subject) {
    const struct trace_now *now = trace_state_now(state);
    const struct trace_state_task *task;
    switch (subject.kind) {
    case TRACE_SUBJECT_OUTCOME:
        return now->outcome;
    case TRACE_SUBJECT_ITERATION:
        return now->iteration;
    case TRACE_SUBJECT_TURN:
        return now->in_turn ? mix(mix(1, now->turn.kind), (uint64_t)now->turn.task) : 0;
    case TRACE_SUBJECT_READY: /* an event adds one or takes one */
        return now->ready;
    case TRACE_SUBJECT_TASK:
        return value_of_task(trace_state_task(state, (int64_t)subject.of));
    case TRACE_SUBJECT_AWAITED:
        task = trace_state_task(state, (int64_t)subject.of);
        return task != NULL ? value_of_line(&task->waiters) : 0;
    case TRACE_SUBJECT_VARIABLE:
        return value_of_variable(state, subject);
    case TRACE_SUBJECT_FIELD:
    case TRACE_SUBJECT_LINE:
    case TRACE_SUBJECT_ITEMS:
        return value_of_object(state, subject);
    default:
        return 0;
    }
}

/* --- Of an event ------------------------------------------------------------------------------ */

struct finding {
    const struct trace_state *state;
    void (*found)(void *context, struct trace_subject subject);
    void *context;
};

static void tell(const struct finding *finding, enum trace_subject_kind kind, uint64_t of,
                 uint32_t key) {
    finding->found(finding->context, (struct trace_subject){.kind = kind, .key = key, .of = of});
}

static uint32_t number_of(const struct finding *finding, struct trace_string text) {
    return base_strings_find(trace_state_strings(finding->state), text.text, text.length);
}

static void tell_object(const struct finding *finding, uint64_t id) {
    const struct trace_state_object *object = trace_state_object(finding->state, id);
    if (object == NULL)
        return;
    for (uint32_t i = 0; i < object->field_count; i++)
        tell(finding, TRACE_SUBJECT_FIELD, id, object->fields[i].key);
    for (uint32_t i = 0; i < object->line_count; i++)
        tell(finding, TRACE_SUBJECT_LINE, id, object->lines[i].name);
    tell(finding, TRACE_SUBJECT_ITEMS, id, 0);
}

/* The task, and the line in which it stands. */
static void tell_task(const struct finding *finding, int64_t tid) {
    tell(finding, TRACE_SUBJECT_TASK, (uint64_t)tid, 0);
    const struct trace_state_task *task = trace_state_task(finding->state, tid);
    if (task == NULL)
        return;
    if (task->awaits != 0)
        tell(finding, TRACE_SUBJECT_AWAITED, (uint64_t)task->awaits, 0);
    else if (task->object != 0)
        tell(finding, TRACE_SUBJECT_LINE, task->object, task->line);
}

static void tell_end(const struct finding *finding, int64_t tid) {
    const struct trace_state_variable *variable = NULL;
    tell_task(finding, tid);
    if (tid == TRACE_LOOP_TID)
        return;
    while ((variable = trace_state_next_variable(finding->state, tid, variable)) != NULL)
        tell(finding, TRACE_SUBJECT_VARIABLE, (uint64_t)tid, variable->name);
}

/* The line in which the task will stand: whichever, where the trace does not name it. */
static void tell_wait(const struct finding *finding, const struct trace_event *event) {
    static const char *const lines[] = {"waiters", "putters", "getters", "joiners"};
    tell_task(finding, event->tid);
    if (trace_has(event, TRACE_ARG_TASK))
        tell(finding, TRACE_SUBJECT_AWAITED, (uint64_t)event->args[TRACE_ARG_TASK].number, 0);
    if (!trace_has(event, TRACE_ARG_OBJECT))
        return;
    uint64_t id = (uint64_t)event->args[TRACE_ARG_OBJECT].number;
    if (trace_has(event, TRACE_ARG_LINE))
        tell(finding, TRACE_SUBJECT_LINE, id, number_of(finding, event->args[TRACE_ARG_LINE].text));
    else
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
            tell(finding, TRACE_SUBJECT_LINE, id,
                 number_of(finding, (struct trace_string){lines[i], strlen(lines[i])}));
}

static void tell_fields(const struct finding *finding, const struct trace_event *event,
                        uint64_t id) {
    for (size_t i = 0; i < event->field_count; i++)
        tell(finding, TRACE_SUBJECT_FIELD, id, number_of(finding, event->fields[i].key));
}

void trace_subjects_of(const struct trace_state *state, const struct trace_event *event,
                       void (*found)(void *context, struct trace_subject subject), void *context) {
    const struct finding finding = {state, found, context};
    const struct trace_now *now = trace_state_now(state);
    int64_t task = trace_has(event, TRACE_ARG_TASK) ? event->args[TRACE_ARG_TASK].number : 0;
    uint64_t id =
        trace_has(event, TRACE_ARG_OBJECT) ? (uint64_t)event->args[TRACE_ARG_OBJECT].number : 0;
    switch (event->kind) {
    case TRACE_LOOP_END:
        tell(&finding, TRACE_SUBJECT_OUTCOME, 0, 0);
        break;
    case TRACE_ITERATION:
        tell(&finding, TRACE_SUBJECT_ITERATION, 0, 0);
        break;
    case TRACE_TURN_BEGIN:
    case TRACE_RUN_BEGIN:
    case TRACE_READY_JOIN:
    case TRACE_READY_LEAVE:
        tell(&finding, TRACE_SUBJECT_READY, 0, 0);
        tell(&finding, TRACE_SUBJECT_TURN, 0, 0);
        tell_task(&finding, task);
        break;
    case TRACE_TURN_END:
    case TRACE_RUN_END:
        tell(&finding, TRACE_SUBJECT_TURN, 0, 0);
        tell_task(&finding, now->turn.task);
        break;
    case TRACE_WAIT_BEGIN:
    case TRACE_PARK:
        tell_wait(&finding, event);
        break;
    case TRACE_OBJECT:
        tell_fields(&finding, event, id);
        tell(&finding, TRACE_SUBJECT_ITEMS, id, 0);
        break;
    case TRACE_STATE:
        tell_fields(&finding, event, event->id);
        break;
    case TRACE_OBJECT_END:
        tell_object(&finding, id);
        break;
    case TRACE_OPERATION:
        tell(&finding, TRACE_SUBJECT_ITEMS, id, 0);
        break;
    case TRACE_VARIABLE:
        tell(&finding, TRACE_SUBJECT_VARIABLE, (uint64_t)event->tid,
             number_of(&finding, event->name));
        break;
    default:
        if (event->tid != 0 && trace_changes_state(event->kind))
            tell_end(&finding, event->tid);
    }
}
