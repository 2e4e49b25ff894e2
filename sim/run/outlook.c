/* What remains of a coroutine is what stands behind its next instruction, and all of a loop that it
 * is in; of what it calls or spawns from there, everything. */
#include "run/outlook.h"

#include "base/memory.h"

typedef struct search {
    const prog_program *program;
    bool *met;                /* by body */
    const prog_body **bodies; /* those that are met, and not gone through yet */
    size_t open;
    run_prospect *found;
    size_t capacity;
} search;

static bool add_wakers(search *self, uint32_t from, uint32_t to) {
    const prog_flow *flow = &self->program->flow;
    run_prospect *found = self->found;
    for (size_t i = 0; i < flow->waker_count; i++) {
        if (flow->wakers[i].pc < from || flow->wakers[i].pc >= to)
            continue;
        if (!base_grow(&found->wakers, &self->capacity, found->count, sizeof *found->wakers))
            return false;
        found->wakers[found->count++] = (uint32_t)i;
    }
    return true;
}

static void meet(search *self, const prog_body *body) {
    size_t number = (size_t)(body - self->program->bodies);
    if (self->met[number])
        return;
    self->met[number] = true;
    self->bodies[self->open++] = body;
}

static bool go_through(search *self, uint32_t from, uint32_t to) {
    const prog_flow *flow = &self->program->flow;
    for (size_t i = 0; i < flow->start_count; i++)
        if (flow->starts[i].pc >= from && flow->starts[i].pc < to)
            meet(self, flow->starts[i].body);
    return add_wakers(self, from, to);
}

/* Where the outermost loop begins that `pc` stands in. */
static uint32_t round_of(const prog_flow *flow, uint32_t pc) {
    uint32_t from = pc;
    for (size_t i = 0; i < flow->round_count; i++)
        if (flow->rounds[i].from <= pc && pc < flow->rounds[i].to && flow->rounds[i].from < from)
            from = flow->rounds[i].from;
    return from;
}

static bool find(search *self, const prog_body *body, uint32_t pc) {
    bool fine = go_through(self, round_of(&self->program->flow, pc), body->end);
    while (fine && self->open > 0) {
        const prog_body *next = self->bodies[--self->open];
        fine = go_through(self, next->entry, next->end);
    }
    return fine;
}

const run_prospect *run_outlook_from(run_outlook *outlook, const prog_body *body, uint32_t pc) {
    const prog_program *program = outlook->program;
    uint32_t number = base_map_get(&outlook->by_pc, pc);
    if (number != UINT32_MAX)
        return &outlook->prospects[number];
    if (!base_grow(&outlook->prospects, &outlook->capacity, outlook->count,
                   sizeof *outlook->prospects) ||
        !base_map_put(&outlook->by_pc, pc, (uint32_t)outlook->count))
        return NULL;
    run_prospect *found = &outlook->prospects[outlook->count++];
    *found = (run_prospect){0};
    search self = {.program = program,
                   .met = base_zalloc(program->body_count + 1, sizeof *self.met),
                   .bodies = base_alloc((program->body_count + 1) * sizeof *self.bodies),
                   .found = found};
    bool fine = self.met != NULL && self.bodies != NULL && find(&self, body, pc);
    base_free(self.met);
    base_free(self.bodies);
    return fine ? found : NULL;
}

void run_outlook_free(run_outlook *outlook) {
    for (size_t i = 0; i < outlook->count; i++)
        base_free(outlook->prospects[i].wakers);
    base_free(outlook->prospects);
    base_map_free(&outlook->by_pc);
}
