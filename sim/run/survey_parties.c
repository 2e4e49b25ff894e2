/* Who has what tasks wait for, or could end the wait.
 *
 * Who holds a semaphore the engine does not know. It shows where the tasks stand: in which blocks
 * of `with`; what was acquired step by step is in machine->holds. */
#include "run/survey_parts.h"

#include <string.h>

#include "base/memory.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/objects.h"

/* --- What objects keep of who has acquired them ---------------------------------------------- */

static void find_held(run_survey *self, run_instance *instance) {
    if (instance->primitive == NULL) /* a list of others */
        return;
    for (size_t i = 0; i < RUN_SURVEY_LINES && !instance->reference.counted; i++) {
        const void *key = run_survey_key_of(instance->primitive, run_survey_lines[i]);
        uint32_t line = base_map_get(&self->by_key, (uintptr_t)key);
        if (line != UINT32_MAX)
            self->things[line].passed = instance->object->passed;
    }
    uint32_t number = base_map_get(&self->by_key, (uintptr_t)run_primitive_held(instance));
    if (number == UINT32_MAX)
        return;
    self->things[number].held = run_held_of(instance);
    if (run_has_own_lock(instance))
        self->things[number].condition = instance;
}

/* Of each thing that is an object, what that keeps of who has acquired it. */
static void find_all_held(run_survey *self) {
    for (size_t i = 0; i < self->machine->program->object_names.count; i++)
        find_held(self, &self->machine->objects[i]);
    for (run_instance *made = self->machine->made; made != NULL; made = made->next)
        find_held(self, made);
}

/* --- Who has them: counted first, and noted when there is room ------------------------------- */

typedef void note(run_survey *self, run_thing *what, const run_taker *who);

static void count_party(run_survey *self, run_thing *what, const run_taker *who) {
    (void)self;
    (void)who;
    what->room++;
}

/* The one of who has taken of that thing before; NULL: there is none. What the map says is looked
 * at: two may have one key. */
static run_taker *party_before(run_survey *self, const run_thing *what, const run_taker *who,
                               uint64_t key) {
    uint32_t number = base_map_get(&self->by_taker, key);
    if (number == UINT32_MAX || number < what->first || number - what->first >= what->count)
        return NULL;
    return self->parties[number].id == who->id ? &self->parties[number] : NULL;
}

static void add_party(run_survey *self, run_thing *what, const run_taker *who) {
    bool lives = who->task != WAIT_NO_NODE || what->relation == RUN_AWAITED;
    bool has_id =
        who->task != WAIT_NO_NODE || what->relation != RUN_AWAITED; /* a future has none */
    uint64_t key = ((uint64_t)(what - self->things) << 32) ^ who->id;
    run_taker *before = has_id ? party_before(self, what, who, key) : NULL;
    what->units[!lives] += who->units;
    if (before != NULL) {
        before->units += who->units;
        return;
    }
    uint32_t number = what->first + what->count++;
    self->parties[number] = *who;
    what->living += lives;
    if (has_id) /* where there is no memory for it, who has taken two is named twice */
        (void)base_map_put(&self->by_taker, key, number);
}

/* Who else seems to hold a lock has given it up for the time of a Condition.wait(). */
static bool holds_it(const run_thing *what, uint64_t task) {
    return what->holder == NULL || cad_task_id(what->holder) == task;
}

static void visit_block(run_survey *self, const run_frame *frame, const prog_block *block,
                        uint32_t task, note *take) {
    if (!block->holds) /* it may have no slot of its own */
        return;
    const run_instance *instance = run_object_of(self->machine, frame->locals[block->slot]);
    if (instance == NULL)
        return;
    uint32_t number = base_map_get(&self->by_key, (uintptr_t)run_primitive_held(instance));
    if (number == UINT32_MAX || !holds_it(&self->things[number], cad_task_id(self->tasks[task])))
        return;
    take(self, &self->things[number],
         &(run_taker){.task = task,
                      .future = self->tasks[task],
                      .id = cad_task_id(self->tasks[task]),
                      .units = 1,
                      .step = "with",
                      .place = block->place});
}

/* The blocks that a task stands in, of each of its coroutines. */
static void visit_blocks(run_survey *self, uint32_t task, note *take) {
    const run_job *job = run_survey_job_of(self->tasks[task]);
    const prog_program *program = self->machine->program;
    for (const run_frame *frame = job->top; frame != NULL; frame = run_frame_caller(job, frame)) {
        if (frame->pc == frame->body->entry)
            continue;
        uint32_t block = program->code[frame->pc - 1].block;
        for (; block != PROG_NO_BLOCK; block = program->blocks[block].parent)
            visit_block(self, frame, &program->blocks[block], task, take);
    }
}

/* What was acquired step by step: by tasks that have ended, or by those that have not. */
static void visit_records(run_survey *self, run_thing *what, bool ended, note *take) {
    const run_holds *holds = &self->machine->holds;
    const prog_instruction *code = self->machine->program->code;
    run_hold_number number = what->held != NULL ? what->held->first : 0;
    for (; number != 0; number = holds->items[number].next_of_object) {
        const run_hold *hold = &holds->items[number];
        uint32_t task = hold->ended ? WAIT_NO_NODE : run_survey_number_of(self, hold->task);
        if (hold->units == 0 || hold->ended != ended || !holds_it(what, hold->task))
            continue;
        const prog_instruction *in = &code[hold->pc];
        take(self, what,
             &(run_taker){.task = task,
                          .future = task != WAIT_NO_NODE ? self->tasks[task] : NULL,
                          .record = hold,
                          .id = hold->task,
                          .units = hold->units,
                          .step = in->operation->name,
                          .place = in->place});
    }
}

/* Of whoever holds a lock that no step has acquired. */
static void visit_holder(run_survey *self, run_thing *what, note *take) {
    if (what->holder == NULL || what->count > 0)
        return;
    take(self, what,
         &(run_taker){.task = run_survey_number_of(self, cad_task_id(what->holder)),
                      .future = what->holder,
                      .id = cad_task_id(what->holder),
                      .units = 1,
                      .place = DOC_NOWHERE});
}

struct visit {
    run_survey *survey;
    run_thing *what;
    note *take;
};

static void visit_followed(cad_future *future, void *arg) {
    const struct visit *visit = arg;
    bool done = cad_future_done(future);
    visit->what->members++;
    visit->what->done += done;
    if (done)
        return;
    uint32_t task = run_is_task(future) ? run_survey_number_of(visit->survey, cad_task_id(future))
                                        : WAIT_NO_NODE;
    visit->take(visit->survey, visit->what,
                &(run_taker){.task = task,
                             .future = future,
                             .id = task != WAIT_NO_NODE ? cad_task_id(future) : 0,
                             .units = 1,
                             .place = DOC_NOWHERE});
}

/* --- Who could end a wait that is for nothing which anybody has ------------------------------- */

bool run_survey_may_wake(const prog_waker *waker, const run_thing *what) {
    const char *line = waker->step->line;
    return (waker->step->wakes & PROG_IS(what->type)) != 0 &&
           (line == NULL || strcmp(line, what->line) == 0);
}

bool run_survey_is_fixed(const prog_waker *waker) {
    return waker->target->object != NULL && waker->target->slot == PROG_NO_SLOT;
}

bool run_survey_names(const run_survey *self, const prog_waker *waker, const run_thing *what) {
    const prog_object *object = waker->target->object;
    return object != NULL && run_survey_key_of(self->machine->objects[object->index].primitive,
                                               what->line) == what->key;
}

/* Who waits for it, too, ends no wait for it. */
static void visit_waker(run_survey *self, const prog_waker *waker, uint32_t task, note *take) {
    const run_instance *instance = &self->machine->objects[waker->target->object->index];
    for (size_t i = 0; i < RUN_SURVEY_LINES; i++) {
        const void *key = run_survey_key_of(instance->primitive, run_survey_lines[i]);
        uint32_t number = base_map_get(&self->by_key, (uintptr_t)key);
        if (number == UINT32_MAX || self->targets[task] == self->count + number ||
            !self->things[number].woken || !run_survey_may_wake(waker, &self->things[number]))
            continue;
        take(self, &self->things[number],
             &(run_taker){.task = task,
                          .future = self->tasks[task],
                          .id = cad_task_id(self->tasks[task]),
                          .step = waker->step->operation.name,
                          .place = self->machine->program->code[waker->pc].place});
    }
}

/* Twice where it is in several coroutines. */
static void note_loose(run_loose *loose, uint32_t task) {
    if (loose->count == 0)
        *loose = (run_loose){task, task, 1};
    else if (loose->last != task)
        *loose = (run_loose){loose->first, task, loose->count + 1};
}

static void visit_prospect(run_survey *self, const run_prospect *prospect, uint32_t task,
                           note *take) {
    for (uint32_t i = 0; i < prospect->count; i++) {
        uint32_t number = prospect->wakers[i];
        const prog_waker *waker = &self->machine->program->flow.wakers[number];
        if (waker->target->object != NULL)
            visit_waker(self, waker, task, take);
        if (!run_survey_is_fixed(waker))
            note_loose(&self->loose[number], task);
    }
}

static void visit_wakers(run_survey *self, uint32_t task, note *take) {
    const run_job *job = run_survey_job_of(self->tasks[task]);
    for (const run_frame *frame = job->top; frame != NULL; frame = run_frame_caller(job, frame)) {
        const run_prospect *prospect = run_outlook_from(&self->outlook, frame->body, frame->pc);
        self->no_memory |= prospect == NULL;
        if (prospect != NULL)
            visit_prospect(self, prospect, task, take);
    }
}

/* Where nobody has a thing, those are looked for who could end the wait. */
static void choose_woken(run_survey *self) {
    for (size_t i = 0; i < self->thing_count; i++) {
        run_thing *what = &self->things[i];
        what->woken = self->deadlock && what->relation != RUN_AWAITED && what->count == 0 &&
                      what->type != PROG_OBJECT_TYPES && what->object != self->machine->never;
    }
}

/* Whether a task might wake those who wait for it without that the document says so. */
bool run_survey_might_wake(const run_survey *self, size_t waker, const run_thing *what) {
    const run_loose *loose = &self->loose[waker];
    uint32_t node = self->count + (uint32_t)(what - self->things);
    return loose->count > 0 && what->passed &&
           run_survey_may_wake(&self->machine->program->flow.wakers[waker], what) &&
           (loose->count > 1 || self->targets[loose->first] != node);
}

static bool is_loose(const run_survey *self, const run_thing *what) {
    const prog_flow *flow = &self->machine->program->flow;
    for (size_t i = 0; i < flow->waker_count; i++)
        if (run_survey_might_wake(self, i, what))
            return true;
    return false;
}

/* Nobody is who might do it, for a circle: a variable may hold another. */
static void settle_woken(run_survey *self) {
    for (size_t i = 0; i < self->thing_count; i++) {
        run_thing *what = &self->things[i];
        bool known = what->woken && !is_loose(self, what);
        if (what->woken)
            what->relation = known ? RUN_WAKERS : RUN_MIGHT_WAKE;
        else if (what->relation == RUN_WAKERS)
            what->relation = RUN_NOBODY;
        if (what->relation == RUN_NOBODY || what->relation == RUN_MIGHT_WAKE)
            what->count = what->living = 0;
    }
}

/* --- All of them ----------------------------------------------------------------------------- */

static void visit_all(run_survey *self, note *take) {
    for (size_t i = 0; i < self->thing_count; i++) {
        struct visit visit = {self, &self->things[i], take};
        self->things[i].members = self->things[i].done = 0;
        if (self->things[i].relation == RUN_AWAITED)
            cad_followed(self->things[i].key, visit_followed, &visit);
        else
            visit_records(self, &self->things[i], false, take);
    }
    for (uint32_t i = 0; i < self->count; i++)
        visit_blocks(self, i, take);
    for (size_t i = 0; i < self->thing_count; i++) {
        if (self->things[i].relation == RUN_AWAITED)
            continue;
        visit_records(self, &self->things[i], true, take);
        visit_holder(self, &self->things[i], take);
    }
    choose_woken(self);
    for (uint32_t i = 0; i < self->count && self->deadlock; i++)
        visit_wakers(self, i, take);
}

bool run_survey_find_parties(run_survey *self) {
    uint64_t room = 0;
    self->outlook.program = self->machine->program;
    self->loose = base_zalloc(self->machine->program->flow.waker_count + 1, sizeof *self->loose);
    if (self->loose == NULL)
        return false;
    find_all_held(self);
    visit_all(self, count_party);
    for (size_t i = 0; i < self->thing_count; i++) {
        self->things[i].first = (uint32_t)room;
        room += self->things[i].room;
    }
    if (room >= WAIT_NO_NODE)
        return false;
    self->parties = base_alloc(((size_t)room + 1) * sizeof *self->parties);
    if (self->parties == NULL)
        return false;
    memset(self->loose, 0, self->machine->program->flow.waker_count * sizeof *self->loose);
    visit_all(self, add_party);
    settle_woken(self);
    return !self->no_memory;
}
