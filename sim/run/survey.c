/* Who waits for whom: the graph of tasks and things, and its circles. */
#include "run/survey_parts.h"

#include "base/memory.h"
#include "wait/tasks.h"

/* --- Circles --------------------------------------------------------------------------------- */

/* Whether a task goes on by itself, or may. */
static bool goes_on(const run_survey *self, const cad_task *task) {
    cad_wait_info wait;
    return !run_survey_waiting(self, task, &wait) ||
           run_survey_until_of(self, task, &wait) != CAD_NEVER || run_survey_in_thread(&wait);
}

/* Of one that has a thing, or is awaited. */
static uint32_t node_of(const run_survey *self, const run_thing *what, const run_taker *who) {
    if (who->task != WAIT_NO_NODE || what->relation != RUN_AWAITED)
        return who->task;
    uint32_t number = run_survey_thing_of(self, who->future);
    return number != UINT32_MAX ? self->count + number : WAIT_NO_NODE;
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
        const run_thing *what = &self->things[node - self->count];
        for (uint32_t i = 0; i < what->count; i++) {
            uint32_t target = node_of(self, what, &self->parties[what->first + i]);
            if (target != WAIT_NO_NODE)
                targets[count++] = target;
        }
    }
    first[nodes] = count;
    return count;
}

uint32_t run_survey_next_of(const run_survey *self, uint32_t number) {
    uint32_t node = self->circles.next[number];
    while (node >= self->count)
        node = self->circles.next[node];
    return node;
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
        for (uint32_t task = self->firsts[i]; !self->on_ring[task];
             task = run_survey_next_of(self, task))
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
    if (wait_list_tasks(machine->loop, &self->tasks, &self->count) &&
        run_survey_find_targets(self) && run_survey_find_parties(self) && find_circles(self))
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
    return self->circles.stands_in[number] != 0 ? self->tasks[run_survey_next_of(self, number)]
                                                : NULL;
}
