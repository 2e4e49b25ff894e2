/* Who waits for whom. A task waits for one thing: another task, or something that others have - a
 * lock, a semaphore, the items of a queue that is joined - or that follows them: a gather, say.
 * Such a thing is a node of its own between those who wait and those who have it, so that a
 * thousand who wait for what a thousand hold are two thousand edges, and not a million.
 *
 * Who holds a semaphore the engine does not know. It shows where the tasks stand: in which blocks
 * of `with`; what was acquired step by step is in machine->holds. */
#include "run/survey.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/interpreter.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/outlook.h"
#include "run/timeout.h"
#include "wait/circles.h"
#include "wait/words.h"

/* Who has a thing. */
typedef struct party {
    uint32_t task;            /* its number here; WAIT_NO_NODE: it has ended, or is a future */
    const cad_future *future; /* what is awaited, or holds it; NULL where a record names it */
    const run_hold *record;
    uint64_t id; /* of who has taken it, cad_task_id(); 0: a callback */
    uint64_t units;
    const char *step;
    uint32_t place;
} party;

typedef struct thing {
    const void *key;    /* the object; or what cad_followed() takes */
    const void *object; /* NULL: it is none */
    const char *line;   /* which of the object's lines; NULL: it has one */
    enum prog_object_type type;
    bool passed;                   /* variables may hold it, or they alone do */
    const run_instance *condition; /* whose own lock it is; NULL */
    bool woken;                    /* nobody has it: the parties are those who could end the wait */
    enum run_relation relation;
    const cad_task *holder; /* of a lock: nobody else holds it */
    const run_held *held;   /* of an object: what was acquired step by step; NULL */
    uint32_t first, count;  /* of survey.parties: those that live come first */
    uint32_t room;
    uint64_t members, done; /* of what follows others */
    uint32_t living;        /* of count; the others have ended, and are behind these */
    uint64_t units[2];      /* that these and those have taken */
} thing;

struct run_survey {
    run_machine *machine;
    uint32_t count; /* of tasks */
    const cad_task **tasks;
    uint32_t *targets; /* by task: the node that it waits for; WAIT_NO_NODE */
    thing *things;
    size_t thing_count, thing_capacity;
    struct base_map by_key; /* in things */
    party *parties;
    uint32_t party_count;
    struct base_map by_taker; /* in parties: the one of a task that has taken of a thing */
    bool deadlock;            /* nothing happens any more but what the tasks do */
    run_outlook outlook;
    bool *loose; /* by waker of the program: a task may come to it that names its object by a
                    variable */
    bool no_memory;
    wait_circles circles;
    uint32_t *firsts; /* by circle */
    uint32_t *sizes;  /* by circle, of tasks */
    bool *on_ring;    /* by task: it is on the way from the first of its circle back to that */
};

/* --- Tasks ----------------------------------------------------------------------------------- */

static bool list_tasks(run_survey *self) {
    size_t capacity = 0, count = 0;
    for (cad_task *task = cad_loop_first_task(self->machine->loop); task != NULL;
         task = cad_loop_next_task(self->machine->loop, task)) {
        if (count >= WAIT_NO_NODE / 2 ||
            !base_grow(&self->tasks, &capacity, count, sizeof *self->tasks))
            return false;
        self->tasks[count++] = task;
    }
    self->count = (uint32_t)count;
    return true;
}

/* The number of a task, which is among those that have not ended; else WAIT_NO_NODE. Their ids
 * rise.
 */
static uint32_t number_of(const run_survey *self, uint64_t id) {
    uint32_t low = 0, high = self->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cad_task_id(self->tasks[middle]) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < self->count && cad_task_id(self->tasks[low]) == id ? low : WAIT_NO_NODE;
}

static const run_job *job_of(const cad_task *task) {
    return cad_task_state((cad_task *)(uintptr_t)task);
}

/* --- Things ---------------------------------------------------------------------------------- */

/* The lines of a queue are things of their own. It is known by its joiners, who wait for what
 * others have. */
static const char *const lines[] = {"joiners", "getters", "putters"};
enum { LINES = sizeof lines / sizeof *lines };

static const void *key_of(const void *object, const char *line) {
    size_t i = LINES - 1;
    while (i > 0 && (line == NULL || strcmp(lines[i], line) != 0))
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
    *key = key_of(wait->object, wait->line);
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

/* Its number; WAIT_NO_NODE: no memory. */
static uint32_t make_thing(run_survey *self, const cad_wait_info *wait, const void *key,
                           enum run_relation relation) {
    uint32_t number = base_map_get(&self->by_key, (uintptr_t)key);
    if (number != UINT32_MAX)
        return number;
    if (!base_grow(&self->things, &self->thing_capacity, self->thing_count, sizeof *self->things) ||
        !base_map_put(&self->by_key, (uintptr_t)key, (uint32_t)self->thing_count))
        return WAIT_NO_NODE;
    thing *made = &self->things[self->thing_count];
    *made = (thing){.key = key, .relation = relation, .holder = wait->holder};
    if (relation != RUN_AWAITED) {
        made->object = wait->object;
        made->line = wait->line;
        made->type = type_of(wait->object);
        made->passed = true; /* until it is found among those that the document names */
    }
    return (uint32_t)self->thing_count++;
}

/* What each task waits for. */
static bool find_targets(run_survey *self) {
    cad_wait_info wait;
    self->targets = base_alloc(((size_t)self->count + 1) * sizeof *self->targets);
    if (self->targets == NULL)
        return false;
    for (uint32_t i = 0; i < self->count; i++) {
        const void *key;
        self->targets[i] = WAIT_NO_NODE;
        if (!cad_task_waiting(self->tasks[i], &wait))
            continue;
        enum run_relation relation = relation_of(&wait, &key);
        if (wait.task != NULL) {
            self->targets[i] = number_of(self, cad_task_id(wait.task));
        } else if (relation != RUN_NOBODY) {
            uint32_t number = make_thing(self, &wait, key, relation);
            if (number == WAIT_NO_NODE)
                return false;
            self->targets[i] = self->count + number;
        }
    }
    return true;
}

static void find_held(run_survey *self, run_instance *instance) {
    if (instance->primitive == NULL) /* a list of others */
        return;
    for (size_t i = 0; i < LINES && !instance->reference.counted; i++) {
        const void *key = key_of(instance->primitive, lines[i]);
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

typedef void note(run_survey *self, thing *what, const party *who);

static void count_party(run_survey *self, thing *what, const party *who) {
    (void)self;
    (void)who;
    what->room++;
}

/* The one of who has taken of that thing before; NULL: there is none. What the map says is looked
 * at: two may have one key. */
static party *party_before(run_survey *self, const thing *what, const party *who, uint64_t key) {
    uint32_t number = base_map_get(&self->by_taker, key);
    if (number == UINT32_MAX || number < what->first || number - what->first >= what->count)
        return NULL;
    return self->parties[number].id == who->id ? &self->parties[number] : NULL;
}

static void add_party(run_survey *self, thing *what, const party *who) {
    bool lives = who->task != WAIT_NO_NODE || what->relation == RUN_AWAITED;
    bool has_id =
        who->task != WAIT_NO_NODE || what->relation != RUN_AWAITED; /* a future has none */
    uint64_t key = ((uint64_t)(what - self->things) << 32) ^ who->id;
    party *before = has_id ? party_before(self, what, who, key) : NULL;
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
static bool holds_it(const thing *what, uint64_t task) {
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
         &(party){.task = task,
                  .future = self->tasks[task],
                  .id = cad_task_id(self->tasks[task]),
                  .units = 1,
                  .step = "with",
                  .place = block->place});
}

/* The blocks that a task stands in, of each of its coroutines. */
static void visit_blocks(run_survey *self, uint32_t task, note *take) {
    const run_job *job = job_of(self->tasks[task]);
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
static void visit_records(run_survey *self, thing *what, bool ended, note *take) {
    const run_holds *holds = &self->machine->holds;
    const prog_instruction *code = self->machine->program->code;
    run_hold_number number = what->held != NULL ? what->held->first : 0;
    for (; number != 0; number = holds->items[number].next_of_object) {
        const run_hold *hold = &holds->items[number];
        uint32_t task = hold->ended ? WAIT_NO_NODE : number_of(self, hold->task);
        if (hold->units == 0 || hold->ended != ended || !holds_it(what, hold->task))
            continue;
        const prog_instruction *in = &code[hold->pc];
        take(self, what,
             &(party){.task = task,
                      .future = task != WAIT_NO_NODE ? self->tasks[task] : NULL,
                      .record = hold,
                      .id = hold->task,
                      .units = hold->units,
                      .step = in->operation->name,
                      .place = in->place});
    }
}

/* Of whoever holds a lock that no step has acquired. */
static void visit_holder(run_survey *self, thing *what, note *take) {
    if (what->holder == NULL || what->count > 0)
        return;
    take(self, what,
         &(party){.task = number_of(self, cad_task_id(what->holder)),
                  .future = what->holder,
                  .id = cad_task_id(what->holder),
                  .units = 1,
                  .place = DOC_NOWHERE});
}

struct visit {
    run_survey *survey;
    thing *what;
    note *take;
};

static void visit_followed(cad_future *future, void *arg) {
    const struct visit *visit = arg;
    bool done = cad_future_done(future);
    visit->what->members++;
    visit->what->done += done;
    if (done)
        return;
    uint32_t task =
        run_is_task(future) ? number_of(visit->survey, cad_task_id(future)) : WAIT_NO_NODE;
    visit->take(visit->survey, visit->what,
                &(party){.task = task,
                         .future = future,
                         .id = task != WAIT_NO_NODE ? cad_task_id(future) : 0,
                         .units = 1,
                         .place = DOC_NOWHERE});
}

/* --- Who could end a wait that is for nothing which anybody has ------------------------------- */

static bool may_wake(const prog_waker *waker, const thing *what) {
    const char *line = waker->step->line;
    return (waker->step->wakes & PROG_IS(what->type)) != 0 &&
           (line == NULL || strcmp(line, what->line) == 0);
}

/* Whether it is one object, and always that. */
static bool is_fixed(const prog_waker *waker) {
    return waker->target->object != NULL && waker->target->slot == PROG_NO_SLOT;
}

static bool names(const run_survey *self, const prog_waker *waker, const thing *what) {
    const prog_object *object = waker->target->object;
    return object != NULL &&
           key_of(self->machine->objects[object->index].primitive, what->line) == what->key;
}

/* Who waits for it, too, ends no wait for it. */
static void visit_waker(run_survey *self, const prog_waker *waker, uint32_t task, note *take) {
    const run_instance *instance = &self->machine->objects[waker->target->object->index];
    for (size_t i = 0; i < LINES; i++) {
        const void *key = key_of(instance->primitive, lines[i]);
        uint32_t number = base_map_get(&self->by_key, (uintptr_t)key);
        if (number == UINT32_MAX || self->targets[task] == self->count + number ||
            !self->things[number].woken || !may_wake(waker, &self->things[number]))
            continue;
        take(self, &self->things[number],
             &(party){.task = task,
                      .future = self->tasks[task],
                      .id = cad_task_id(self->tasks[task]),
                      .step = waker->step->operation.name,
                      .place = self->machine->program->code[waker->pc].place});
    }
}

static void visit_prospect(run_survey *self, const run_prospect *prospect, uint32_t task,
                           note *take) {
    for (uint32_t i = 0; i < prospect->count; i++) {
        uint32_t number = prospect->wakers[i];
        const prog_waker *waker = &self->machine->program->flow.wakers[number];
        if (waker->target->object != NULL)
            visit_waker(self, waker, task, take);
        self->loose[number] |= !is_fixed(waker);
    }
}

static void visit_wakers(run_survey *self, uint32_t task, note *take) {
    const run_job *job = job_of(self->tasks[task]);
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
        thing *what = &self->things[i];
        what->woken = self->deadlock && what->relation != RUN_AWAITED && what->count == 0 &&
                      what->type != PROG_OBJECT_TYPES && what->object != self->machine->never;
    }
}

/* Whether a task might wake those who wait for it without that the document says so. */
static bool is_loose(const run_survey *self, const thing *what) {
    const prog_flow *flow = &self->machine->program->flow;
    for (size_t i = 0; i < flow->waker_count && what->passed; i++)
        if (self->loose[i] && may_wake(&flow->wakers[i], what))
            return true;
    return false;
}

/* Nothing is said of what is not known. */
static void settle_woken(run_survey *self) {
    for (size_t i = 0; i < self->thing_count; i++) {
        thing *what = &self->things[i];
        bool known = what->woken && !is_loose(self, what);
        if (what->woken)
            what->relation = known ? RUN_WAKERS : RUN_NOBODY;
        else if (what->relation == RUN_WAKERS)
            what->relation = RUN_NOBODY;
        if (what->relation == RUN_NOBODY)
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

static bool find_parties(run_survey *self) {
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
    visit_all(self, add_party);
    settle_woken(self);
    return !self->no_memory;
}

/* --- Circles --------------------------------------------------------------------------------- */

/* False where it does not wait; also where it was stopped in the middle, when the run was. */
static bool waiting(const run_survey *self, const cad_task *task, cad_wait_info *wait) {
    return cad_task_waiting(task, wait) && wait->object != self->machine->never;
}

/* What it waits for is its own: nobody else has a name for it. */
static bool is_in_thread(const cad_wait_info *wait) {
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

/* When a wait ends by itself. */
static int64_t until_of(const run_survey *self, const cad_task *task, const cad_wait_info *wait) {
    const run_job *job = job_of(task);
    int64_t until_ns = wait->until_ns;
    for (const run_frame *frame = job->top; frame != NULL; frame = run_frame_caller(job, frame)) {
        int64_t frame_ns = frame_until(self->machine->program, frame);
        until_ns = frame_ns < until_ns ? frame_ns : until_ns;
    }
    return until_ns;
}

/* Whether a task goes on by itself, or may. */
static bool goes_on(const run_survey *self, const cad_task *task) {
    cad_wait_info wait;
    return !waiting(self, task, &wait) || until_of(self, task, &wait) != CAD_NEVER ||
           is_in_thread(&wait);
}

static uint32_t fill_edges(const run_survey *self, uint32_t *first, uint32_t *targets) {
    uint32_t count = 0, nodes = self->count + (uint32_t)self->thing_count;
    for (uint32_t node = 0; node < nodes; node++) {
        first[node] = count;
        if (node < self->count) {
            if (self->targets[node] != WAIT_NO_NODE)
                targets[count++] = self->targets[node];
            continue;
        }
        const thing *what = &self->things[node - self->count];
        for (uint32_t i = 0; i < what->count; i++)
            if (self->parties[what->first + i].task != WAIT_NO_NODE)
                targets[count++] = self->parties[what->first + i].task;
    }
    first[nodes] = count;
    return count;
}

/* The task of a circle that one which stands in it waits for. */
static uint32_t next_of(const run_survey *self, uint32_t number) {
    uint32_t node = self->circles.next[number];
    return node < self->count ? node : self->circles.next[node];
}

static bool list_rings(run_survey *self) {
    self->firsts = base_zalloc((size_t)self->circles.count + 1, sizeof *self->firsts);
    self->sizes = base_zalloc((size_t)self->circles.count + 1, sizeof *self->sizes);
    self->on_ring = base_zalloc((size_t)self->count + 1, sizeof *self->on_ring);
    if (self->firsts == NULL || self->sizes == NULL || self->on_ring == NULL)
        return false;
    for (uint32_t i = self->count; i-- > 0;) {
        uint32_t circle = self->circles.stands_in[i];
        if (circle == 0)
            continue;
        self->firsts[circle - 1] = i;
        self->sizes[circle - 1]++;
    }
    for (uint32_t i = 0; i < self->circles.count; i++)
        for (uint32_t task = self->firsts[i]; !self->on_ring[task]; task = next_of(self, task))
            self->on_ring[task] = true;
    return true;
}

static bool find_circles(run_survey *self) {
    uint32_t nodes = self->count + (uint32_t)self->thing_count, parties = 0;
    for (size_t i = 0; i < self->thing_count; i++)
        parties += self->things[i].count;
    uint32_t *first = base_alloc(((size_t)nodes + 1) * sizeof *first);
    uint32_t *targets = base_alloc(((size_t)self->count + parties + 1) * sizeof *targets);
    bool *going = base_zalloc((size_t)nodes + 1, sizeof *going);
    bool fine = first != NULL && targets != NULL && going != NULL;
    if (fine) {
        (void)fill_edges(self, first, targets);
        for (uint32_t i = 0; i < self->count && !self->deadlock; i++)
            going[i] = goes_on(self, self->tasks[i]);
        fine = wait_circles_find(&self->circles, &(wait_graph){nodes, first, targets, going});
    }
    base_free(first);
    base_free(targets);
    base_free(going);
    return fine && list_rings(self);
}

run_survey *run_survey_new(run_machine *machine, bool deadlock) {
    run_survey *self = base_zalloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->machine = machine;
    self->deadlock = deadlock;
    if (list_tasks(self) && find_targets(self) && find_parties(self) && find_circles(self))
        return self;
    run_survey_free(self);
    return NULL;
}

void run_survey_free(run_survey *self) {
    if (self == NULL)
        return;
    base_free(self->tasks);
    base_free(self->targets);
    base_free(self->things);
    base_map_free(&self->by_key);
    base_map_free(&self->by_taker);
    run_outlook_free(&self->outlook);
    base_free(self->loose);
    base_free(self->parties);
    base_free(self->firsts);
    base_free(self->sizes);
    base_free(self->on_ring);
    wait_circles_free(&self->circles);
    base_free(self);
}

/* --- What is asked --------------------------------------------------------------------------- */

uint32_t run_survey_count(const run_survey *self) {
    return self->count;
}

const cad_task *run_survey_task(const run_survey *self, uint32_t number) {
    return self->tasks[number];
}

const cad_task *run_survey_next(const run_survey *self, uint32_t number) {
    return self->circles.stands_in[number] != 0 ? self->tasks[next_of(self, number)] : NULL;
}

/* --- One task, in words ---------------------------------------------------------------------- */

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

static bool describe_party(const run_survey *self, const party *who, run_party *to) {
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
static bool describe_parties(const run_survey *self, const party *who, uint32_t count,
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
    if (info->follows != NULL || info->object == NULL || is_in_thread(info))
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
static uint64_t units_of(const thing *what) {
    cad_object_info info;
    cad_object_describe(what->key, &info);
    if (strcmp(info.type, "semaphore") != 0)
        return 0;
    uint64_t units = (uint64_t)field(&info, "value") + what->units[0] + what->units[1];
    uint64_t surplus = what->held != NULL ? what->held->surplus : 0;
    return units > surplus ? units - surplus : 0;
}

/* What those do who end a wait for it. */
static const run_deed *deed_of(const thing *what) {
    static const run_deed deeds[PROG_OBJECT_TYPES] = {
        [PROG_EVENT] = {"sets", "set"},
        [PROG_CONDITION] = {"notifies", "notify"},
        [PROG_SEMAPHORE] = {"releases", "release"},
        [PROG_BARRIER] = {"comes to", "come to"},
        [PROG_FUTURE] = {"sets", "set"},
    };
    static const run_deed of_queue[LINES] = {{"calls task_done for", "call task_done for"},
                                             {"puts into", "put into"},
                                             {"gets from", "get from"}};
    if (what->type != PROG_QUEUE)
        return &deeds[what->type];
    return &of_queue[(const char *)what->key - (const char *)what->object];
}

/* Where nobody is left who could end a wait: the steps that would. */
static void describe_deed(const run_survey *self, const thing *what, run_wait *wait) {
    const prog_program *program = self->machine->program;
    wait->deed = deed_of(what);
    for (size_t i = 0; i < program->flow.waker_count && what->count == 0; i++) {
        const prog_waker *waker = &program->flow.wakers[i];
        bool loose = what->passed && !is_fixed(waker);
        if (!may_wake(waker, what) || !(names(self, waker, what) || loose))
            continue;
        if (wait->step_count < RUN_STEPS_KEPT)
            wait->steps[wait->step_count++] =
                (run_deed_step){waker->step->operation.name, program->code[waker->pc].place};
        else
            wait->more_steps++;
    }
}

static bool describe_others(const run_survey *self, uint32_t number, run_wait *wait) {
    uint32_t target = self->targets[number];
    if (target == WAIT_NO_NODE || target < self->count)
        return true;
    const thing *what = &self->things[target - self->count];
    if (what->relation == RUN_WAKERS)
        describe_deed(self, what, wait);
    else if (what->count == 0)
        return true;
    wait->relation = what->relation;
    if (what->relation == RUN_HOLDERS)
        wait->of = units_of(what);
    const party *who = &self->parties[what->first];
    return describe_parties(self, who, what->living, what->units[0], &wait->living) &&
           describe_parties(self, who + what->living, what->count - what->living, what->units[1],
                            &wait->ended);
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
    if (job_of(task)->top == NULL)
        wait->standing = RUN_NOT_BEGUN;
    else if (!waits)
        wait->standing = RUN_READY;
    else if (info->object == self->machine->never)
        wait->standing = RUN_HALTED;
    else
        wait->standing = is_sleep(info) ? RUN_SLEEPS : RUN_WAITS;
    return wait->standing == RUN_SLEEPS || wait->standing == RUN_WAITS;
}

/* How often a condition did not hold at which a task waits. */
static uint64_t rounds_of(const run_survey *self, const run_job *job) {
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
    describe_place(self, job_of(task), wait);
    wait->task = copy(cad_task_name(task));
    bool fine = wait->task != NULL && describe_circle(self, number, wait);
    if (fine && waits) {
        wait->verb = info.verb;
        wait->since_ns = info.since_ns;
        wait->until_ns = until_of(self, task, &info);
        wait->notified = rounds_of(self, job_of(task));
        fine = describe_object(&info, wait) && describe_owner(self, number, wait) &&
               describe_others(self, number, wait);
        describe_members(self, &info, number, wait);
    }
    if (!fine)
        run_wait_clear(wait);
    return fine;
}

/* --- What is kept ---------------------------------------------------------------------------- */

static void keep(const run_survey *self, uint32_t number, size_t most, run_wait_list *list) {
    run_wait *items = NULL;
    if (list->count < most)
        items = base_grown(list->items, list->count, &list->capacity, sizeof *items);
    if (items != NULL)
        list->items = items;
    if (items != NULL && run_survey_describe(self, number, &items[list->count]))
        list->count++;
    else
        list->left_out++;
}

/* --- Those who stand alike ------------------------------------------------------------------- */

/* What two have in common of whom the same is said. */
typedef struct likeness {
    uint32_t target, pc, circle, behind;
    uint64_t notified;
    int64_t since_ns, until_ns;
    const char *verb; /* NULL: it does not wait */
    bool on_ring;
} likeness;

static likeness likeness_of(const run_survey *self, uint32_t number) {
    cad_wait_info info;
    const cad_task *task = self->tasks[number];
    const run_job *job = job_of(task);
    likeness like = {.target = self->targets[number],
                     .pc = job->top != NULL ? job->top->pc : PROG_NO_PC,
                     .circle = self->circles.stands_in[number],
                     .behind = self->circles.waits_for[number],
                     .on_ring = self->on_ring[number]};
    if (!waiting(self, task, &info))
        return like;
    like.verb = info.verb;
    like.since_ns = info.since_ns;
    like.until_ns = until_of(self, task, &info);
    like.notified = rounds_of(self, job);
    return like;
}

static bool same_likeness(const likeness *a, const likeness *b) {
    return a->target == b->target && a->pc == b->pc && a->circle == b->circle &&
           a->behind == b->behind && a->notified == b->notified && a->since_ns == b->since_ns &&
           a->until_ns == b->until_ns && a->verb == b->verb && a->on_ring == b->on_ring;
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    return (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15) >> 7;
}

static uint64_t hash_likeness(const likeness *like) {
    uint64_t hash = mix(like->target, like->pc);
    hash = mix(hash, (uint64_t)like->since_ns);
    hash = mix(hash, (uint64_t)like->until_ns);
    return mix(mix(hash, like->notified), like->behind);
}

/* Whether `name` is the one that comes after: `worker-9`, `worker-10`. */
static bool follows_on(const char *before, const char *name) {
    size_t letters = strlen(before);
    while (letters > 0 && before[letters - 1] >= '0' && before[letters - 1] <= '9')
        letters--;
    if (before[letters] == '\0' || strncmp(before, name, letters) != 0)
        return false;
    char *end;
    unsigned long long number = strtoull(before + letters, NULL, 10);
    return name[letters] >= '0' && name[letters] <= '9' &&
           strtoull(name + letters, &end, 10) == number + 1 && *end == '\0';
}

static bool join_group(run_wait_group *group, const char *name) {
    char *last = copy(name);
    char *kept = last != NULL && group->kept < RUN_PARTIES_KEPT ? copy(name) : NULL;
    if (last == NULL || (kept == NULL && group->kept < RUN_PARTIES_KEPT)) {
        base_free(last);
        return false;
    }
    group->in_row = group->last == NULL || (group->in_row && follows_on(group->last, name));
    base_free(group->last);
    group->last = last;
    if (kept != NULL)
        group->names[group->kept++] = kept;
    group->count++;
    return true;
}

static bool open_group(const run_survey *self, uint32_t number, run_wait_groups *groups) {
    run_wait_group *items =
        base_grown(groups->items, groups->count, &groups->capacity, sizeof *items);
    if (items == NULL)
        return false;
    groups->items = items;
    run_wait_group *group = &items[groups->count];
    *group = (run_wait_group){0};
    if (!run_survey_describe(self, number, &group->wait))
        return false;
    groups->count++;
    return true;
}

/* In a group of those who are like it, or of its own. */
static void keep_in_group(const run_survey *self, uint32_t number, struct base_map *by_hash,
                          likeness likes[], run_wait_groups *groups) {
    likeness like = likeness_of(self, number);
    uint64_t hash = hash_likeness(&like);
    uint32_t found = base_map_get(by_hash, hash);
    if (found != UINT32_MAX && !same_likeness(&likes[found], &like))
        found = UINT32_MAX;
    if (found == UINT32_MAX && groups->count < RUN_WAITS_KEPT && open_group(self, number, groups)) {
        found = (uint32_t)groups->count - 1;
        likes[found] = like;
        (void)base_map_put(by_hash, hash, found);
    }
    if (found == UINT32_MAX ||
        !join_group(&groups->items[found], cad_task_name(self->tasks[number])))
        groups->left_out++;
}

static void keep_groups(const run_survey *self, run_wait_groups *groups) {
    struct base_map by_hash = {0};
    likeness likes[RUN_WAITS_KEPT];
    for (uint32_t i = 0; i < self->count; i++)
        keep_in_group(self, i, &by_hash, likes, groups);
    base_map_free(&by_hash);
}

static void keep_ring(const run_survey *self, uint32_t circle, run_wait_list *ring) {
    uint32_t first = self->firsts[circle], task = first;
    do {
        keep(self, task, RUN_RING_KEPT, ring);
        task = next_of(self, task);
    } while (task != first);
}

void run_survey_keep(const run_survey *self, run_waits *waits) {
    waits->task_count = self->count;
    for (uint32_t i = 0; i < self->count; i++)
        keep(self, i, RUN_WAITS_KEPT, &waits->tasks);
    keep_groups(self, &waits->groups);
    for (uint32_t i = 0; i < self->circles.count; i++) {
        if (waits->ring_count == RUN_CIRCLES_KEPT)
            break;
        keep_ring(self, i, &waits->rings[waits->ring_count]);
        waits->ring_count += waits->rings[waits->ring_count].count > 0;
    }
    waits->more_rings = self->circles.count - waits->ring_count;
}
