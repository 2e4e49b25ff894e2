#include "internal.h"

/* A heap of four children a node: half the levels of a binary one, and the four deadlines that a
 * level compares are neighbours in memory. */
enum { ARITY = 4 };

typedef struct cad__timer_slot slot;

static bool before(const slot *a, const slot *b) {
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns
                                            : a->sequence < b->sequence;
}

static void put(cad__timers *timers, size_t at, slot value) {
    timers->slots[at] = value;
    value.timer->place = at + 1;
}

static void sift_up(cad__timers *timers, size_t at, slot value) {
    while (at > 0) {
        size_t parent = (at - 1) / ARITY;
        if (!before(&value, &timers->slots[parent]))
            break;
        put(timers, at, timers->slots[parent]);
        at = parent;
    }
    put(timers, at, value);
}

static void sift_down(cad__timers *timers, size_t at, slot value) {
    for (;;) {
        size_t child = at * ARITY + 1, end = child + ARITY, best = child;
        if (child >= timers->count)
            break;
        if (end > timers->count)
            end = timers->count;
        while (++child < end)
            if (before(&timers->slots[child], &timers->slots[best]))
                best = child;
        if (!before(&timers->slots[best], &value))
            break;
        put(timers, at, timers->slots[best]);
        at = best;
    }
    put(timers, at, value);
}

static void remove_at(cad__timers *timers, size_t at) {
    timers->slots[at].timer->place = 0;
    slot last = timers->slots[--timers->count];
    if (at == timers->count)
        return;
    if (at > 0 && before(&last, &timers->slots[(at - 1) / ARITY]))
        sift_up(timers, at, last);
    else
        sift_down(timers, at, last);
}

int cad__timer_start(cad_loop *loop, cad__timer *timer, int64_t deadline_ns) {
    cad__timers *timers = &loop->timers;
    assert(timer->place == 0);
    if (timers->count == timers->capacity) {
        size_t capacity = timers->capacity > 0 ? timers->capacity * 2 : 64;
        slot *slots = cad_realloc(timers->slots, capacity * sizeof *slots);
        if (slots == NULL)
            return CAD_ENOMEM;
        timers->slots = slots;
        timers->capacity = capacity;
    }
    slot value = {deadline_ns, timers->next_sequence++, timer};
    sift_up(timers, timers->count++, value);
    return 0;
}

void cad__timer_cancel(cad_loop *loop, cad__timer *timer) {
    if (timer->place > 0)
        remove_at(&loop->timers, timer->place - 1);
    else if (cad__linked(&timer->entry.link))
        cad__unlink(&timer->entry.link);
}

int64_t cad__timers_next(const cad_loop *loop) {
    return loop->timers.count > 0 ? loop->timers.slots[0].deadline_ns : CAD_NEVER;
}

int64_t cad__timers_fire(cad_loop *loop, int64_t now_ns) {
    cad__timers *timers = &loop->timers;
    int64_t last_ns = INT64_MIN;
    while (timers->count > 0 && timers->slots[0].deadline_ns <= now_ns) {
        cad__timer *timer = timers->slots[0].timer;
        last_ns = timers->slots[0].deadline_ns;
        remove_at(timers, 0);
        cad__ready(loop, &timer->entry);
    }
    return last_ns;
}
