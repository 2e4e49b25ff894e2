/* Tarjan's strongly connected components, without recursion: a chain of tasks that wait for one
 * another may be as long as there are tasks. */
#include "wait/circles.h"

#include "base/memory.h"

typedef struct search {
    const wait_graph *graph;
    wait_circles *circles;
    uint32_t *index;     /* by node: when it was entered, from 1; 0: not yet */
    uint32_t *low;       /* by node: the first that is known to be in one component with it */
    uint32_t *at;        /* by node: the target that is next */
    uint32_t *component; /* by node, once it is known; WAIT_NO_NODE */
    uint32_t *open;      /* nodes whose component is not known, in the order of entering */
    uint32_t *path;      /* nodes that were entered and not left */
    uint32_t open_count, depth, entered;
    uint32_t component_count;
    struct component {
        uint32_t circle;  /* while searching: 1 where it is one; then its number */
        uint32_t reaches; /* a component that is a circle; WAIT_NO_NODE */
        bool goes_on;
    } * components;
} search;

/* --- Components ------------------------------------------------------------------------------ */

static void enter(search *self, uint32_t node) {
    self->index[node] = self->low[node] = ++self->entered;
    self->at[node] = self->graph->first[node];
    self->open[self->open_count++] = node;
    self->path[self->depth++] = node;
}

/* What a component's node waits for says what the component is. */
static void look_at(search *self, struct component *component, uint32_t number, uint32_t node) {
    const wait_graph *graph = self->graph;
    component->goes_on |= graph->goes_on[node];
    for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
        uint32_t other = self->component[graph->targets[i]];
        if (other == number) {
            component->circle = 1;
            continue;
        }
        component->goes_on |= self->components[other].goes_on;
        if (component->reaches == WAIT_NO_NODE)
            component->reaches = self->components[other].reaches;
    }
}

/* `node` is the first of a component, which has all that is open from there on. */
static void close_component(search *self, uint32_t node) {
    uint32_t number = self->component_count++, from = self->open_count;
    struct component *component = &self->components[number];
    *component = (struct component){.reaches = WAIT_NO_NODE};
    do
        self->component[self->open[--from]] = number;
    while (self->open[from] != node);
    for (uint32_t i = from; i < self->open_count; i++)
        look_at(self, component, number, self->open[i]);
    if (component->goes_on)
        component->circle = 0;
    if (component->circle != 0)
        component->reaches = number;
    self->open_count = from;
}

static void take_target(search *self, uint32_t node) {
    uint32_t target = self->graph->targets[self->at[node]++];
    if (self->index[target] == 0)
        enter(self, target);
    else if (self->component[target] == WAIT_NO_NODE && self->index[target] < self->low[node])
        self->low[node] = self->index[target];
}

static void leave(search *self, uint32_t node) {
    if (self->low[node] == self->index[node])
        close_component(self, node);
    if (--self->depth == 0)
        return;
    uint32_t outer = self->path[self->depth - 1];
    if (self->low[node] < self->low[outer])
        self->low[outer] = self->low[node];
}

static void search_from(search *self, uint32_t root) {
    enter(self, root);
    while (self->depth > 0) {
        uint32_t node = self->path[self->depth - 1];
        if (self->at[node] < self->graph->first[node + 1])
            take_target(self, node);
        else
            leave(self, node);
    }
}

/* --- Rings ----------------------------------------------------------------------------------- */

/* The nodes of a circle, breadth first from one of them: the shortest way back to it. Who is on no
 * ring waits for whom it was looked at for. `open` is the queue, `low` says who led to a node. */
static void find_ring(search *self, uint32_t first) {
    const wait_graph *graph = self->graph;
    uint32_t *next = self->circles->next, *queue = self->open, *from = self->low;
    uint32_t circle = self->component[first], last = WAIT_NO_NODE, head = 0, tail = 0;
    queue[tail++] = first;
    from[first] = WAIT_NO_NODE;
    while (head < tail) {
        uint32_t node = queue[head++];
        for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
            uint32_t target = graph->targets[i];
            if (self->component[target] != circle)
                continue;
            if (target == first && last == WAIT_NO_NODE)
                last = node;
            if (next[node] == WAIT_NO_NODE)
                next[node] = target;
            if (target != first && self->at[target] != WAIT_NO_NODE) {
                self->at[target] = WAIT_NO_NODE; /* it has been met */
                from[target] = node;
                queue[tail++] = target;
            }
        }
    }
    for (uint32_t node = last, after = first; node != WAIT_NO_NODE; node = from[node]) {
        next[node] = after;
        after = node;
    }
}

/* --- The whole ------------------------------------------------------------------------------- */

static void number_circles(search *self) {
    wait_circles *circles = self->circles;
    for (uint32_t node = 0; node < self->graph->count; node++) {
        struct component *component = &self->components[self->component[node]];
        if (component->circle == 0 || circles->stands_in[node] != 0)
            continue;
        if (component->circle == 1) { /* numbers begin behind what marks one, for now */
            component->circle = ++circles->count + 1;
            find_ring(self, node);
        }
        circles->stands_in[node] = component->circle - 1;
    }
    for (uint32_t node = 0; node < self->graph->count; node++) {
        uint32_t reached = self->components[self->component[node]].reaches;
        if (circles->stands_in[node] == 0 && reached != WAIT_NO_NODE)
            circles->waits_for[node] = self->components[reached].circle - 1;
    }
}

static uint32_t *numbers(uint32_t count, uint32_t value) {
    uint32_t *array = base_alloc((size_t)count * sizeof *array);
    for (uint32_t i = 0; array != NULL && i < count; i++)
        array[i] = value;
    return array;
}

static bool start(search *self) {
    uint32_t count = self->graph->count;
    wait_circles *circles = self->circles;
    self->index = numbers(count, 0);
    self->low = numbers(count, 0);
    self->at = numbers(count, 0);
    self->component = numbers(count, WAIT_NO_NODE);
    self->open = numbers(count, 0);
    self->path = numbers(count, 0);
    self->components = base_zalloc((size_t)count + 1, sizeof *self->components);
    circles->stands_in = numbers(count, 0);
    circles->waits_for = numbers(count, 0);
    circles->next = numbers(count, WAIT_NO_NODE);
    return self->index != NULL && self->low != NULL && self->at != NULL &&
           self->component != NULL && self->open != NULL && self->path != NULL &&
           self->components != NULL && circles->stands_in != NULL && circles->waits_for != NULL &&
           circles->next != NULL;
}

bool wait_circles_find(wait_circles *circles, const wait_graph *graph) {
    search self = {.graph = graph, .circles = circles};
    *circles = (wait_circles){0};
    bool fine = start(&self);
    for (uint32_t node = 0; fine && node < graph->count; node++)
        if (self.index[node] == 0)
            search_from(&self, node);
    if (fine)
        number_circles(&self);
    else
        wait_circles_free(circles);
    base_free(self.index);
    base_free(self.low);
    base_free(self.at);
    base_free(self.component);
    base_free(self.open);
    base_free(self.path);
    base_free(self.components);
    return fine;
}

void wait_circles_free(wait_circles *circles) {
    base_free(circles->stands_in);
    base_free(circles->waits_for);
    base_free(circles->next);
    *circles = (wait_circles){0};
}
