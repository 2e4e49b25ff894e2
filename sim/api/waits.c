/* Who waits for whom: a task waits for one other, or for something that follows others - a gather,
 * a wait, a task group -, which is a node of its own, so that a thousand who await a gather of a
 * thousand are two thousand edges. */
#include "api/waits.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "wait/tasks.h"
#include "wait/words.h"

/* --- Nodes and edges ------------------------------------------------------------------------- */

static uint32_t number_of(const cad__waits *self, const cad_task *task) {
    return wait_number_of(self->tasks, self->count, cad_task_id(task));
}

/* The node of what follows others; WAIT_NO_NODE: no memory. */
static uint32_t follow(cad__waits *self, const void *follows) {
    uint32_t number = base_map_get(&self->by_follows, (uintptr_t)follows);
    if (number == UINT32_MAX) {
        number = self->follow_count; /* there is room for one a task */
        if (!base_map_put(&self->by_follows, (uintptr_t)follows, number))
            return WAIT_NO_NODE;
        self->follows[self->follow_count++] = follows;
    }
    return self->count + number;
}

static bool find_targets(cad__waits *self) {
    cad_wait_info wait;
    self->targets = base_alloc(((size_t)self->count + 1) * sizeof *self->targets);
    self->follows = base_alloc(((size_t)self->count + 1) * sizeof *self->follows);
    if (self->targets == NULL || self->follows == NULL)
        return false;
    for (uint32_t i = 0; i < self->count; i++) {
        self->targets[i] = WAIT_NO_NODE;
        if (!cad_task_waiting(self->tasks[i], &wait))
            continue;
        if (wait.follows != NULL) {
            self->targets[i] = follow(self, wait.follows);
            if (self->targets[i] == WAIT_NO_NODE)
                return false;
        } else if (wait.task != NULL || wait.holder != NULL) {
            self->targets[i] = number_of(self, wait.task != NULL ? wait.task : wait.holder);
        }
    }
    return true;
}

static bool is_task(const cad_future *future) {
    cad_object_info info;
    cad_object_describe(future, &info);
    return strcmp(info.type, "Task") == 0;
}

/* The edges, counted first and noted when there is room. */
struct edges {
    const cad__waits *waits;
    uint32_t *targets; /* NULL: they are counted */
    uint32_t count;
};

static void add_edge(struct edges *edges, uint32_t target) {
    if (target == WAIT_NO_NODE)
        return;
    if (edges->targets != NULL)
        edges->targets[edges->count] = target;
    edges->count++;
}

static void visit_followed(cad_future *future, void *arg) {
    struct edges *edges = arg;
    if (!cad_future_done(future) && is_task(future))
        add_edge(edges, number_of(edges->waits, future));
}

static void fill_edges(struct edges *edges, uint32_t *first) {
    const cad__waits *waits = edges->waits;
    for (uint32_t i = 0; i < waits->count; i++) {
        first[i] = edges->count;
        add_edge(edges, waits->targets[i]);
    }
    for (uint32_t i = 0; i < waits->follow_count; i++) {
        first[waits->count + i] = edges->count;
        cad_followed(waits->follows[i], visit_followed, edges);
    }
    first[waits->count + waits->follow_count] = edges->count;
}

/* --- Circles --------------------------------------------------------------------------------- */

/* Whether a task goes on by itself, or may. */
static bool goes_on(const cad_task *task) {
    cad_wait_info wait;
    return !cad_task_waiting(task, &wait) || wait.until_ns != CAD_NEVER ||
           strcmp(wait.verb, "to_thread") == 0;
}

static bool search(cad__waits *self, struct edges *edges, uint32_t *first, bool *going) {
    uint32_t nodes = self->count + self->follow_count;
    fill_edges(edges, first);
    edges->targets = base_alloc(((size_t)edges->count + 1) * sizeof *edges->targets);
    if (edges->targets == NULL)
        return false;
    edges->count = 0;
    fill_edges(edges, first);
    for (uint32_t i = 0; i < self->count; i++)
        going[i] = goes_on(self->tasks[i]);
    return wait_circles_find(&self->circles, &(wait_graph){nodes, first, edges->targets, going});
}

static bool find_circles(cad__waits *self) {
    size_t nodes = (size_t)self->count + self->follow_count;
    struct edges edges = {.waits = self};
    uint32_t *first = base_alloc((nodes + 1) * sizeof *first);
    bool *going = base_zalloc(nodes + 1, sizeof *going);
    bool fine = first != NULL && going != NULL && search(self, &edges, first, going);
    base_free(first);
    base_free(going);
    base_free(edges.targets);
    if (!fine)
        return false;
    self->firsts = base_alloc(((size_t)self->circles.count + 1) * sizeof *self->firsts);
    for (uint32_t i = self->count; self->firsts != NULL && i-- > 0;)
        self->firsts[self->circles.stands_in[i]] = i;
    return self->firsts != NULL;
}

bool cad__waits_find(cad__waits *self, cad_loop *loop) {
    *self = (cad__waits){.loop = loop};
    if (wait_list_tasks(loop, &self->tasks, &self->count) && find_targets(self) &&
        find_circles(self))
        return true;
    cad__waits_free(self);
    return false;
}

void cad__waits_free(cad__waits *self) {
    base_free(self->tasks);
    base_free(self->targets);
    base_free(self->follows);
    base_map_free(&self->by_follows);
    wait_circles_free(&self->circles);
    base_free(self->firsts);
    *self = (cad__waits){0};
}

uint32_t cad__waits_next(const cad__waits *self, uint32_t number) {
    uint32_t node = self->circles.next[number];
    return node < self->count ? node : self->circles.next[node];
}

/* --- Words ----------------------------------------------------------------------------------- */

enum { NAMED = 5 };

/* Those that are awaited, and not done. */
struct awaited {
    base_buffer *text;
    uint64_t members, done;
    int error;
};

static void name_awaited(cad_future *future, void *arg) {
    struct awaited *awaited = arg;
    uint64_t named = awaited->members++ - awaited->done;
    cad_object_info info;
    if (cad_future_done(future)) {
        awaited->done++;
        return;
    }
    if (awaited->error != 0 || named >= NAMED)
        return;
    cad_object_describe(future, &info);
    awaited->error = base_buffer_format(awaited->text, "%s%s%s", named > 0 ? ", " : "",
                                        is_task(future) ? "" : "future ", info.name);
}

/* `a, b and 7 more (gather of 10, 1 done)`; of a task group those that are done are not known. */
static int append_awaited(const cad_wait_info *wait, base_buffer *text) {
    struct awaited awaited = {.text = text};
    cad_followed(wait->follows, name_awaited, &awaited);
    int error = awaited.error;
    uint64_t left = awaited.members - awaited.done;
    if (error == 0 && left > NAMED)
        error = base_buffer_format(text, " and %" PRIu64 " more", left - NAMED);
    if (error != 0)
        return error;
    if (strcmp(wait->verb, "task_group") == 0)
        return base_buffer_format(text, " (task group)");
    if (strcmp(wait->verb, "shield") == 0)
        return base_buffer_format(text, " (shield)");
    return base_buffer_format(text, " (%s of %" PRIu64 ", %" PRIu64 " done)", wait->verb,
                              awaited.members, awaited.done);
}

static int append_object(const cad_wait_info *wait, base_buffer *text) {
    cad_object_info object;
    cad_object_describe(wait->object, &object);
    int error =
        base_buffer_format(text, "%s%s %s", strcmp(wait->verb, "join") == 0 ? "join of " : "",
                           object.type, object.name);
    if (error == 0)
        error = wait_append_state(text, wait, &object);
    if (error == 0 && wait->holder != NULL)
        error = base_buffer_format(text, ", held by %s", cad_task_name(wait->holder));
    base_buffer lost = {0};
    if (error == 0)
        error = wait_append_lost(&lost, wait);
    if (error == 0 && lost.length > 0)
        error = base_buffer_format(text, ": %s", lost.data);
    base_buffer_free(&lost);
    return error;
}

int cad__waits_words(const cad_wait_info *wait, base_buffer *text) {
    if (wait->follows != NULL)
        return append_awaited(wait, text);
    if (wait->task != NULL)
        return base_buffer_format(text, "%s", cad_task_name(wait->task));
    if (strcmp(wait->verb, "to_thread") == 0)
        return base_buffer_format(text, "work in a thread");
    if (wait->object == NULL)
        return base_buffer_format(text, "%s", wait->verb);
    return append_object(wait, text);
}
