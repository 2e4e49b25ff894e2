/* What one task waits for, as a report has it. */
#include "run/survey_parts.h"

#include <string.h>

#include "base/memory.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/names.h"
#include "run/timeout.h"
#include "wait/words.h"

static char *copy(const char *text) {
    return base_strndup(text, strlen(text));
}

/* `future f`; a task by its name alone. */
static char *name_future(const cad_future *future) {
    cad_object_info info;
    if (run_is_task(future))
        return copy(cad_task_name(future));
    base_buffer text = {0};
    cad_object_describe(future, &info);
    (void)base_buffer_format(&text, "%s %s", info.type, info.name);
    return text.data;
}

static bool describe_party(const run_survey *self, const run_taker *who, run_party *to) {
    *to = (run_party){.units = who->units, .step = who->step, .place = who->place};
    const run_hold *record = who->record;
    if (record != NULL && record->ended)
        to->name = copy(record->name != NULL ? record->name : "a task");
    else if (record != NULL && record->task == 0)
        to->name = copy("a callback");
    else
        to->name = name_future(who->future);
    to->ended =
        (record != NULL && record->ended) || (who->future != NULL && cad_future_done(who->future));
    if (to->name == NULL || record == NULL || !record->ended || record->code == 0)
        return to->name != NULL;
    to->error = copy(prog_error_name(self->machine->program, record->code));
    return to->error != NULL;
}

/* Some that are beside each other, of which the first are kept. */
static bool describe_parties(const run_survey *self, const run_taker *who, uint32_t count,
                             uint64_t units, run_parties *to) {
    to->count = count;
    to->units = units;
    while (to->kept < count && to->kept < RUN_PARTIES_KEPT) {
        to->kept++;
        if (!describe_party(self, &who[to->kept - 1], &to->items[to->kept - 1]))
            return false;
    }
    return true;
}

static int64_t field(const cad_object_info *info, const char *key) {
    for (size_t i = 0; i < info->count; i++)
        if (strcmp(info->fields[i].key, key) == 0)
            return info->fields[i].value;
    return 0;
}

/* How what it waits for stands, and what became of the notify that it waits for. False: no memory.
 */
static bool describe_state(const cad_wait_info *info, const cad_object_info *object,
                           run_wait *wait) {
    base_buffer state = {0}, lost = {0};
    int error = wait_append_state(&state, info, object);
    if (error == 0)
        error = wait_append_lost(&lost, info);
    wait->state = state.data;
    wait->lost = lost.data;
    return error == 0;
}

/* The object, by its name; what is no object of the document's has none. */
static bool describe_object(const cad_wait_info *info, run_wait *wait) {
    cad_object_info object = {0};
    if (info->follows != NULL || info->object == NULL || run_survey_in_thread(info))
        return true;
    if (info->task != NULL) {
        wait->type = "task";
        wait->object = copy(cad_task_name(info->task));
        return wait->object != NULL;
    }
    cad_object_describe(info->object, &object);
    wait->type = object.type;
    wait->object = copy(object.name);
    return wait->object != NULL && describe_state(info, &object, wait);
}

/* How many units there are of a semaphore: what is left, and what was taken. */
static uint64_t units_of(const run_thing *what) {
    cad_object_info info;
    cad_object_describe(what->key, &info);
    if (strcmp(info.type, "semaphore") != 0)
        return 0;
    uint64_t units = (uint64_t)field(&info, "value") + what->units[0] + what->units[1];
    uint64_t surplus = what->held != NULL ? what->held->surplus : 0;
    return units > surplus ? units - surplus : 0;
}

/* What those do who end a wait for it. */
static const prog_deed *deed_of(const run_thing *what) {
    const prog_deed *deed = prog_object_kinds[what->type].deeds;
    while (deed->line != NULL && strcmp(deed->line, what->line) != 0)
        deed++;
    return deed;
}

/* Where nobody is left who could end a wait: the steps that would. */
static void describe_deed(const run_survey *self, const run_thing *what, run_wait *wait) {
    const prog_program *program = self->machine->program;
    wait->deed = deed_of(what);
    for (size_t i = 0; i < program->flow.waker_count && what->count == 0; i++) {
        const prog_waker *waker = &program->flow.wakers[i];
        bool loose = what->passed && !run_survey_is_fixed(waker);
        if (!run_survey_may_wake(waker, what) || !(run_survey_names(self, waker, what) || loose))
            continue;
        if (wait->step_count < RUN_STEPS_KEPT)
            wait->steps[wait->step_count++] =
                (run_deed_step){waker->step->operation.name, program->code[waker->pc].place};
        else
            wait->more_steps++;
    }
}

/* By each step the first task that may come to it. False: no memory. */
static bool describe_might_wake(const run_survey *self, const run_thing *what, run_wait *wait) {
    const prog_program *program = self->machine->program;
    uint32_t before = WAIT_NO_NODE;
    wait->relation = RUN_MIGHT_WAKE;
    wait->deed = deed_of(what);
    for (size_t i = 0; i < program->flow.waker_count; i++) {
        const prog_waker *waker = &program->flow.wakers[i];
        uint32_t first = self->loose[i].first;
        if (!run_survey_might_wake(self, i, what) || first == before)
            continue;
        before = first;
        wait->living.count += self->loose[i].count;
        if (wait->living.kept == RUN_PARTIES_KEPT)
            continue;
        run_party *party = &wait->living.items[wait->living.kept++];
        *party = (run_party){.name = copy(cad_task_name(self->tasks[first])),
                             .step = waker->step->operation.name,
                             .place = program->code[waker->pc].place};
        if (party->name == NULL)
            return false;
    }
    return true;
}

/* Who has it, or could end the wait for it. False: no memory. */
static bool describe_relation(const run_survey *self, const run_thing *what, run_wait *wait) {
    if (what->relation == RUN_MIGHT_WAKE)
        return describe_might_wake(self, what, wait);
    if (what->relation == RUN_WAKERS)
        describe_deed(self, what, wait);
    else if (what->count == 0)
        return true;
    wait->relation = what->relation;
    if (what->relation == RUN_HOLDERS)
        wait->of = units_of(what);
    const run_taker *who = &self->parties[what->first];
    return describe_parties(self, who, what->living, what->units[0], &wait->living) &&
           describe_parties(self, who + what->living, what->count - what->living, what->units[1],
                            &wait->ended);
}

/* A future of those that a task awaits: who could set it. False: no memory. */
static bool describe_member(const run_survey *self, const run_thing *what, run_wait *wait) {
    run_wait *member = &wait->members[wait->member_count++];
    cad_object_info object;
    cad_object_describe(what->object, &object);
    *member = (run_wait){.until_ns = CAD_NEVER, .verb = wait->verb, .type = object.type};
    member->object = copy(object.name);
    return member->object != NULL && describe_relation(self, what, member);
}

/* The futures among the first of those that a task awaits, where there is something to say of them.
 * False: no memory. */
static bool describe_futures(const run_survey *self, const run_thing *what, run_wait *wait) {
    for (size_t i = 0; i < wait->living.kept; i++) {
        const run_taker *who = &self->parties[what->first + i];
        uint32_t number =
            who->task == WAIT_NO_NODE ? run_survey_thing_of(self, who->future) : UINT32_MAX;
        if (number == UINT32_MAX || self->things[number].relation == RUN_NOBODY)
            continue;
        if (wait->members == NULL)
            wait->members = base_zalloc(wait->living.kept - i, sizeof *wait->members);
        if (wait->members == NULL || !describe_member(self, &self->things[number], wait))
            return false;
    }
    return true;
}

static bool describe_others(const run_survey *self, uint32_t number, run_wait *wait) {
    uint32_t target = self->targets[number];
    if (target == WAIT_NO_NODE || target < self->count)
        return true;
    const run_thing *what = &self->things[target - self->count];
    return describe_relation(self, what, wait) &&
           (what->relation != RUN_AWAITED || describe_futures(self, what, wait));
}

/* How many are awaited: of a task group, those that have ended are not known any more; a shield has
 * one. */
static void describe_members(const run_survey *self, const cad_wait_info *info, uint32_t number,
                             run_wait *wait) {
    if (info->follows == NULL || strcmp(wait->verb, "task_group") == 0 ||
        strcmp(wait->verb, "shield") == 0)
        return;
    wait->of = self->things[self->targets[number] - self->count].members;
    wait->done = self->things[self->targets[number] - self->count].done;
}

static bool describe_circle(const run_survey *self, uint32_t number, run_wait *wait) {
    wait->circle = self->circles.stands_in[number];
    wait->on_ring = self->on_ring[number];
    wait->behind = self->circles.waits_for[number];
    const cad_task *next = run_survey_next(self, number);
    if (next == NULL)
        return true;
    wait->circle_size = self->sizes[wait->circle - 1];
    wait->next = copy(cad_task_name(next));
    return wait->next != NULL;
}

/* At an instruction: where it waits, or where it was stopped. */
static void describe_place(const run_survey *self, const run_job *job, run_wait *wait) {
    wait->place = DOC_NOWHERE;
    if (job->top == NULL)
        return;
    uint32_t pc = wait->standing == RUN_HALTED ? job->top->pc : job->top->pc - 1;
    const prog_instruction *in = &self->machine->program->code[pc];
    wait->place = in->place;
    if (wait->standing != RUN_HALTED)
        wait->step = in->operation->name; /* of one that waits it is the step's verb */
}

/* It waits for nothing but its time. */
static bool is_sleep(const cad_wait_info *info) {
    return info->until_ns != CAD_NEVER && info->object == NULL && info->follows == NULL;
}

/* False where it does not wait. */
static bool describe_standing(const run_survey *self, const cad_task *task, cad_wait_info *info,
                              run_wait *wait) {
    bool waits = cad_task_waiting(task, info);
    if (run_survey_job_of(task)->top == NULL)
        wait->standing = RUN_NOT_BEGUN;
    else if (!waits)
        wait->standing = RUN_READY;
    else if (info->object == self->machine->never)
        wait->standing = RUN_HALTED;
    else
        wait->standing = is_sleep(info) ? RUN_SLEEPS : RUN_WAITS;
    return wait->standing == RUN_SLEEPS || wait->standing == RUN_WAITS;
}

uint64_t run_survey_rounds_of(const run_survey *self, const run_job *job) {
    const prog_flow *flow = &self->machine->program->flow;
    for (size_t i = 0; i < flow->retry_count; i++)
        if (flow->retries[i].pc == job->top->pc - 1)
            return (uint64_t)expr_to_double(job->top->locals[flow->retries[i].slot]);
    return 0;
}

/* The condition to which a lock belongs. False: no memory. */
static bool describe_owner(const run_survey *self, uint32_t number, run_wait *wait) {
    uint32_t target = self->targets[number];
    if (target == WAIT_NO_NODE || target < self->count)
        return true;
    const run_instance *condition = self->things[target - self->count].condition;
    if (condition == NULL || strcmp(wait->type, "lock") != 0)
        return true;
    cad_object_info info;
    cad_object_describe(condition->primitive, &info);
    wait->owner = copy(info.name);
    return wait->owner != NULL;
}

bool run_survey_describe(const run_survey *self, uint32_t number, run_wait *wait) {
    const cad_task *task = self->tasks[number];
    cad_wait_info info;
    *wait = (run_wait){.until_ns = CAD_NEVER};
    bool waits = describe_standing(self, task, &info, wait);
    describe_place(self, run_survey_job_of(task), wait);
    wait->task = copy(cad_task_name(task));
    bool fine = wait->task != NULL && describe_circle(self, number, wait);
    if (fine && waits) {
        wait->verb = info.verb;
        wait->since_ns = info.since_ns;
        wait->until_ns = run_survey_until_of(self, task, &info);
        wait->notified = run_survey_rounds_of(self, run_survey_job_of(task));
        fine = describe_object(&info, wait) && describe_owner(self, number, wait) &&
               describe_others(self, number, wait);
        describe_members(self, &info, number, wait);
    }
    if (!fine)
        run_wait_clear(wait);
    return fine;
}
