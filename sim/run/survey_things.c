/* The tasks that have not ended, and what each waits for. */
#include "run/survey_parts.h"

#include <string.h>

#include "base/memory.h"
#include "program/kinds.h"
#include "run/names.h"
#include "run/timeout.h"
#include "wait/tasks.h"

/* --- Tasks ----------------------------------------------------------------------------------- */

uint32_t run_survey_number_of(const run_survey *self, uint64_t id) {
    return wait_number_of(self->tasks, self->count, id);
}

const run_job *run_survey_job_of(const cad_task *task) {
    return cad_task_state((cad_task *)(uintptr_t)task);
}

/* --- Things ---------------------------------------------------------------------------------- */

const char *const run_survey_lines[RUN_SURVEY_LINES] = {"joiners", "getters", "putters"};

const void *run_survey_key_of(const void *object, const char *line) {
    size_t i = RUN_SURVEY_LINES - 1;
    while (i > 0 && (line == NULL || strcmp(run_survey_lines[i], line) != 0))
        i--;
    return (const char *)object + i;
}

/* What others are to a task that waits so; *key is what they have, or what follows them. */
static enum run_relation relation_of(const cad_wait_info *wait, const void **key) {
    cad_object_info info;
    *key = wait->follows != NULL ? wait->follows : wait->object;
    if (wait->follows != NULL)
        return RUN_AWAITED;
    if (wait->object == NULL || wait->task != NULL)
        return RUN_NOBODY;
    *key = run_survey_key_of(wait->object, wait->line);
    cad_object_describe(wait->object, &info);
    if (strcmp(info.type, "lock") == 0 || strcmp(info.type, "semaphore") == 0)
        return RUN_HOLDERS;
    return strcmp(wait->verb, "join") == 0 ? RUN_TAKERS : RUN_WAKERS;
}

/* PROG_OBJECT_TYPES: no primitive. */
static enum prog_object_type type_of(const void *object) {
    cad_object_info info;
    uint32_t type = 0;
    cad_object_describe(object, &info);
    while (type < PROG_TASK && strcmp(prog_object_kinds[type].name, info.type) != 0)
        type++;
    return type < PROG_TASK ? (enum prog_object_type)type : PROG_OBJECT_TYPES;
}

/* The number of such a thing, which is made where it is new; WAIT_NO_NODE: no memory. */
static uint32_t make_thing(run_survey *self, run_thing what) {
    uint32_t number = base_map_get(&self->by_key, (uintptr_t)what.key);
    if (number != UINT32_MAX)
        return number;
    if (!base_grow(&self->things, &self->thing_capacity, self->thing_count, sizeof *self->things) ||
        !base_map_put(&self->by_key, (uintptr_t)what.key, (uint32_t)self->thing_count))
        return WAIT_NO_NODE;
    what.type = what.object != NULL ? type_of(what.object) : PROG_OBJECT_TYPES;
    what.passed = what.object != NULL; /* until it is found among those that the document names */
    self->things[self->thing_count] = what;
    return (uint32_t)self->thing_count++;
}

/* A future among those that are awaited together, which somebody may set. */
static void make_followed(cad_future *future, void *arg) {
    run_survey *self = arg;
    if (cad_future_done(future) || run_is_task(future))
        return;
    run_thing what = {
        .key = run_survey_key_of(future, NULL), .object = future, .relation = RUN_WAKERS};
    self->no_memory |= make_thing(self, what) == WAIT_NO_NODE;
}

static uint32_t make_target(run_survey *self, const cad_wait_info *wait) {
    run_thing what = {.holder = wait->holder};
    what.relation = relation_of(wait, &what.key);
    if (wait->task != NULL)
        return run_survey_number_of(self, cad_task_id(wait->task));
    if (what.relation == RUN_NOBODY)
        return WAIT_NO_NODE;
    if (what.relation == RUN_AWAITED) {
        cad_followed(what.key, make_followed, self);
    } else {
        what.object = wait->object;
        what.line = wait->line;
    }
    uint32_t number = make_thing(self, what);
    self->no_memory |= number == WAIT_NO_NODE;
    return number != WAIT_NO_NODE ? self->count + number : WAIT_NO_NODE;
}

uint32_t run_survey_thing_of(const run_survey *self, const cad_future *future) {
    return base_map_get(&self->by_key, (uintptr_t)run_survey_key_of(future, NULL));
}

bool run_survey_find_targets(run_survey *self) {
    cad_wait_info wait;
    self->targets = base_alloc(((size_t)self->count + 1) * sizeof *self->targets);
    if (self->targets == NULL)
        return false;
    for (uint32_t i = 0; i < self->count; i++)
        self->targets[i] =
            cad_task_waiting(self->tasks[i], &wait) ? make_target(self, &wait) : WAIT_NO_NODE;
    return !self->no_memory;
}

/* --- Until when ------------------------------------------------------------------------------ */

bool run_survey_waiting(const run_survey *self, const cad_task *task, cad_wait_info *wait) {
    return cad_task_waiting(task, wait) && wait->object != self->machine->never;
}

bool run_survey_in_thread(const cad_wait_info *wait) {
    return strcmp(wait->verb, "to_thread") == 0;
}

/* When the first of the timeouts around a coroutine's step expires. */
static int64_t frame_until(const prog_program *program, const run_frame *frame) {
    int64_t until_ns = CAD_NEVER;
    uint32_t block =
        frame->pc != frame->body->entry ? program->code[frame->pc - 1].block : PROG_NO_BLOCK;
    for (; block != PROG_NO_BLOCK; block = program->blocks[block].parent) {
        if (!program->blocks[block].limits)
            continue;
        const cad_timeout *scope = run_timeout_scope(frame->locals[program->blocks[block].slot]);
        if (scope != NULL && !cad_timeout_expired(scope) && cad_timeout_when(scope) < until_ns)
            until_ns = cad_timeout_when(scope);
    }
    return until_ns;
}

int64_t run_survey_until_of(const run_survey *self, const cad_task *task,
                            const cad_wait_info *wait) {
    const run_job *job = run_survey_job_of(task);
    int64_t until_ns = wait->until_ns;
    for (const run_frame *frame = job->top; frame != NULL; frame = run_frame_caller(job, frame)) {
        int64_t frame_ns = frame_until(self->machine->program, frame);
        until_ns = frame_ns < until_ns ? frame_ns : until_ns;
    }
    return until_ns;
}
