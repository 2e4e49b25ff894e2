/* The timers of a loop: a heap of deadlines, apart from what they are the deadlines of.
 *
 * What is moved about is 16 bytes a timer and nothing else. A heap that told each timer where it
 * is would touch a task, somewhere in memory, at every step. So a slot has a number in place of
 * a pointer, a table says which timer that is, and a cancel, which cannot find its slot, only takes
 * the timer out of the table. The slot goes when it comes to the top, or with all others like it
 * when they are half of the heap.
 *
 * From that follows what must be kept true:
 *   - The first slot is never a cancelled one. `first_ns` is its deadline, until which the loop
 *     sleeps: it would wake for nothing, and not know that a program with nothing to wait for is
 *     deadlocked.
 *   - A number is free only when its slot has gone. Until then it cannot be given to another timer,
 *     which the old slot would fire.
 *   - `order` holds a sequence above the number, so that one comparison puts equal deadlines in the
 *     order of their creation. When the sequence has run out, once in four thousand million timers,
 *     all that are there are counted anew. */
#include <stdlib.h>
#include <string.h>

#include "coroutine.h"
#include "timer.h"

/* Four children a node: half the levels of a binary heap, and the four deadlines that a level
 * compares are one line of the cache, since the first child of the first slot begins one. */
enum { ARITY = 4, LINE = 64, FIRST_CAPACITY = 64, FEW = 32 };

typedef struct cad__timer_slot slot;

_Static_assert(ARITY * sizeof(slot) == LINE, "the children of a slot fill a line");

/* Without a branch: which of two is first is anybody's guess, the processor's too. */
static inline bool before(const slot *a, const slot *b) {
    bool same = a->deadline_ns == b->deadline_ns;
    return (a->deadline_ns < b->deadline_ns) | (same & (a->order < b->order));
}

static const slot *first_of(const slot *slots, size_t count) {
    const slot *first = slots;
    for (const slot *other = slots + 1; other < slots + count; other++)
        if (before(other, first))
            first = other;
    return first;
}

/* The same of four, as most are. */
static inline const slot *first_of_four(const slot *slots) {
    const slot *left = slots + before(&slots[1], &slots[0]);
    const slot *right = slots + 2 + before(&slots[3], &slots[2]);
    return before(right, left) ? right : left;
}

static uint32_t number_of(const slot *of) {
    return (uint32_t)of->order;
}

static cad__timer *timer_of(const cad__timers *timers, const slot *of) {
    return timers->table[number_of(of)].timer;
}

/* --- The heap --------------------------------------------------------------------------------- */

static void sift_up(slot *slots, size_t at, slot value) {
    while (at > 0) {
        size_t parent = (at - 1) / ARITY;
        if (!before(&value, &slots[parent]))
            break;
        slots[at] = slots[parent];
        at = parent;
    }
    slots[at] = value;
}

/* One of these four lines is wanted next. */
CAD__INLINE void fetch_children(const slot *slots, size_t count, size_t of_four) {
    size_t child = of_four * ARITY + 1;
    if (child + ARITY * ARITY <= count)
        for (size_t i = 0; i < ARITY; i++)
            __builtin_prefetch(&slots[child + i * ARITY]);
}

static void sift_down(slot *slots, size_t count, size_t at, slot value) {
    for (;;) {
        size_t child = at * ARITY + 1;
        const slot *first;
        if (child + ARITY <= count) {
            fetch_children(slots, count, child);
            first = first_of_four(&slots[child]);
        } else if (child < count) {
            first = first_of(&slots[child], count - child);
        } else {
            break;
        }
        if (!before(first, &value))
            break;
        slots[at] = *first;
        at = (size_t)(first - slots);
    }
    slots[at] = value;
}

static void note_first(cad__timers *timers) {
    timers->first_ns = timers->count > 0 ? timers->slots[0].deadline_ns : CAD_NEVER;
}

static void give_number_back(cad__timers *timers, uint32_t number) {
    timers->table[number].next_free = timers->free_number;
    timers->free_number = number;
}

/* Takes out the first slot: what was last sinks from the top. The next slot may be a cancelled one.
 */
static void pop(cad__timers *timers) {
    give_number_back(timers, number_of(&timers->slots[0]));
    slot last = timers->slots[--timers->count];
    if (timers->count > 0)
        sift_down(timers->slots, timers->count, 0, last);
}

/* --- Slots whose timers are cancelled ------------------------------------------------------- */

static void drop_first_cancelled(cad__timers *timers) {
    while (timers->count > 0 && timer_of(timers, &timers->slots[0]) == NULL) {
        pop(timers);
        timers->cancelled--;
    }
    note_first(timers);
}

/* Goes over the heap once and makes a new one of what is left, from the last parent upwards:
 * linear, and paid for by as many cancels before. */
static void drop_all_cancelled(cad__timers *timers) {
    size_t kept = 0;
    for (size_t i = 0; i < timers->count; i++) {
        if (timer_of(timers, &timers->slots[i]) != NULL)
            timers->slots[kept++] = timers->slots[i];
        else
            give_number_back(timers, number_of(&timers->slots[i]));
    }
    timers->count = kept;
    timers->cancelled = 0;
    for (size_t parents = kept > 1 ? (kept - 2) / ARITY + 1 : 0; parents-- > 0;)
        sift_down(timers->slots, kept, parents, timers->slots[parents]);
    note_first(timers);
}

/* --- Room ------------------------------------------------------------------------------------- */

/* One block: the slots, then the table. */
static int grow(cad__timers *timers) {
    size_t capacity = timers->capacity > 0 ? timers->capacity * 2 : FIRST_CAPACITY;
    if (capacity > UINT32_MAX)
        return CAD_ENOMEM;
    size_t slots_size = 2 * LINE + capacity * sizeof(slot);
    char *block = cad_realloc(NULL, slots_size + capacity * sizeof *timers->table);
    if (block == NULL)
        return CAD_ENOMEM;
    /* The second slot begins a line. */
    uintptr_t line = ((uintptr_t)block + sizeof(slot) + LINE - 1) / LINE * LINE;
    slot *slots = (slot *)(void *)(block + (line - (uintptr_t)block)) - 1;
    union cad__timer_entry *table = (void *)(block + slots_size);
    if (timers->count > 0)
        memcpy(slots, timers->slots, timers->count * sizeof *slots);
    if (timers->used > 0)
        memcpy(table, timers->table, timers->used * sizeof *table);
    cad__free(timers->block);
    timers->block = block;
    timers->slots = slots;
    timers->table = table;
    timers->capacity = capacity;
    return 0;
}

static int compare(const void *a, const void *b) {
    return before(a, b) ? -1 : 1;
}

/* After four thousand million timers: those that are left are counted anew, in their order. */
static void restart_sequence(cad__timers *timers) {
    qsort(timers->slots, timers->count, sizeof(slot), compare); /* which is a heap, too */
    for (size_t i = 0; i < timers->count; i++)
        timers->slots[i].order = (uint64_t)i << 32 | number_of(&timers->slots[i]);
    timers->next_sequence = (uint32_t)timers->count;
}

static uint32_t take_number(cad__timers *timers) {
    uint32_t number = timers->free_number;
    if (number == CAD__TIMER_NONE)
        return timers->used++;
    timers->free_number = timers->table[number].next_free;
    return number;
}

/* --- Timers ----------------------------------------------------------------------------------- */

void cad__timers_init(cad__timers *timers) {
    *timers = (cad__timers){.first_ns = CAD_NEVER, .free_number = CAD__TIMER_NONE};
}

void cad__timers_clear(cad__timers *timers) {
    cad__free(timers->block);
    cad__timers_init(timers);
}

int cad__timer_start(cad_loop *loop, cad__timer *timer, int64_t deadline_ns) {
    cad__timers *timers = &loop->timers;
    assert(!timer->running);
    if (timers->count == timers->capacity) {
        int error = grow(timers);
        if (error != 0)
            return error;
    }
    if (timers->next_sequence == UINT32_MAX)
        restart_sequence(timers);
    timer->number = take_number(timers);
    timer->running = true;
    timers->table[timer->number].timer = timer;
    slot value = {deadline_ns, (uint64_t)timers->next_sequence++ << 32 | timer->number};
    sift_up(timers->slots, timers->count++, value);
    if (deadline_ns < timers->first_ns)
        timers->first_ns = deadline_ns;
    return 0;
}

/* Seldom: it had just fired. */
CAD__APART static void leave_ready_queue(cad_loop *loop, cad__timer *timer) {
    CAD__TRACE_DETAIL(loop, cad__trace_leave(loop, &timer->entry));
    cad__unlink(&timer->entry.link);
}

CAD__APART static void cancel_running(cad__timers *timers, cad__timer *timer) {
    timer->running = false;
    timers->table[timer->number].timer = NULL;
    timers->cancelled++;
    if (timer->number == number_of(&timers->slots[0]))
        drop_first_cancelled(timers);
    else if (timers->cancelled > FEW && timers->cancelled > timers->count / 2)
        drop_all_cancelled(timers);
}

/* Most are neither: every task has one. */
void cad__timer_cancel(cad_loop *loop, cad__timer *timer) {
    if (timer->running)
        cancel_running(&loop->timers, timer);
    else if (cad__linked(&timer->entry.link))
        leave_ready_queue(loop, timer);
}

/* What the next two timers are about, which may be anywhere in memory, is fetched while this one's
 * runs: of the second the task, of the first, whose task has come by then, the stack. */
CAD__INLINE void fetch_next(const cad__timers *timers) {
    if (timers->count <= ARITY)
        return;
    const cad__timer *second = timer_of(timers, first_of_four(&timers->slots[1]));
    if (second != NULL)
        cad__task_fetch(&second->entry);
    const cad__timer *first = timer_of(timers, &timers->slots[0]);
    if (first->entry.kind == CAD__ENTRY_TIMER)
        cad__coroutine_fetch(cad__entry_owner(&first->entry));
}

void cad__timers_fire(cad_loop *loop, int64_t now_ns) {
    cad__timers *timers = &loop->timers;
    while (timers->first_ns <= now_ns && timers->count > 0) {
        cad__timer *timer = timer_of(timers, &timers->slots[0]);
        timer->running = false;
        pop(timers);
        drop_first_cancelled(timers);
        cad__ready(loop, &timer->entry);
        fetch_next(timers);
    }
}
