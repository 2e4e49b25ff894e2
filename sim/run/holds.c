/* Who has taken what: one record for each that is held, in two lists, its object's and its task's,
 * so that neither many holders nor many objects make taking and giving back slow. */
#include "run/holds.h"

#include <string.h>

#include "base/memory.h"

/* --- Objects --------------------------------------------------------------------------------- */

static uint32_t find_object(const run_holds *holds, const void *object) {
    return base_map_get(&holds->by_object, (uintptr_t)object);
}

/* Its number; RUN_NO_HOLD: no memory. */
static uint32_t make_object(run_holds *holds, const void *object) {
    uint32_t number = find_object(holds, object);
    if (number != UINT32_MAX)
        return number;
    if (!base_grow(&holds->objects, &holds->object_capacity, holds->object_count,
                   sizeof *holds->objects) ||
        !base_map_put(&holds->by_object, (uintptr_t)object, (uint32_t)holds->object_count))
        return RUN_NO_HOLD;
    holds->objects[holds->object_count] = (run_held_object){RUN_NO_HOLD, RUN_NO_HOLD, 0};
    return (uint32_t)holds->object_count++;
}

const run_held_object *run_holds_of(const run_holds *holds, const void *object) {
    uint32_t number = find_object(holds, object);
    return number != UINT32_MAX ? &holds->objects[number] : NULL;
}

/* --- Lists ----------------------------------------------------------------------------------- */

static void join_object(run_holds *holds, uint32_t number, uint32_t object) {
    run_held_object *of = &holds->objects[object];
    run_hold *hold = &holds->items[number];
    hold->object = object;
    hold->next_of_object = RUN_NO_HOLD;
    hold->previous_of_object = of->last;
    if (of->last != RUN_NO_HOLD)
        holds->items[of->last].next_of_object = number;
    else
        of->first = number;
    of->last = number;
}

static void leave_object(run_holds *holds, const run_hold *hold) {
    run_held_object *of = &holds->objects[hold->object];
    if (hold->next_of_object != RUN_NO_HOLD)
        holds->items[hold->next_of_object].previous_of_object = hold->previous_of_object;
    else
        of->last = hold->previous_of_object;
    if (hold->previous_of_object != RUN_NO_HOLD)
        holds->items[hold->previous_of_object].next_of_object = hold->next_of_object;
    else
        of->first = hold->next_of_object;
}

/* False: no memory. */
static bool join_task(run_holds *holds, uint32_t number) {
    run_hold *hold = &holds->items[number];
    hold->previous_of_task = RUN_NO_HOLD;
    hold->next_of_task = base_map_get(&holds->by_task, hold->task);
    if (!base_map_put(&holds->by_task, hold->task, number))
        return false;
    if (hold->next_of_task != RUN_NO_HOLD)
        holds->items[hold->next_of_task].previous_of_task = number;
    return true;
}

static void leave_task(run_holds *holds, const run_hold *hold) {
    if (hold->next_of_task != RUN_NO_HOLD)
        holds->items[hold->next_of_task].previous_of_task = hold->previous_of_task;
    if (hold->previous_of_task != RUN_NO_HOLD)
        holds->items[hold->previous_of_task].next_of_task = hold->next_of_task;
    else
        base_map_remove(&holds->by_task, hold->task);
    /* For which there is room: where the other one was. */
    if (hold->previous_of_task == RUN_NO_HOLD && hold->next_of_task != RUN_NO_HOLD)
        (void)base_map_put(&holds->by_task, hold->task, hold->next_of_task);
}

/* --- Records --------------------------------------------------------------------------------- */

/* A record that nobody has; RUN_NO_HOLD: no memory. */
static uint32_t take_free(run_holds *holds) {
    if (holds->free != 0) {
        uint32_t number = holds->free - 1;
        holds->free = holds->items[number].next_of_object;
        return number;
    }
    if (holds->used >= RUN_NO_HOLD - 1 ||
        !base_grow(&holds->items, &holds->capacity, holds->used, sizeof *holds->items))
        return RUN_NO_HOLD;
    return (uint32_t)holds->used++;
}

static void give_free(run_holds *holds, uint32_t number) {
    base_free(holds->items[number].name);
    holds->items[number].name = NULL;
    holds->items[number].next_of_object = holds->free;
    holds->free = number + 1;
}

static void drop(run_holds *holds, uint32_t number) {
    const run_hold *hold = &holds->items[number];
    leave_object(holds, hold);
    if (!hold->ended)
        leave_task(holds, hold);
    give_free(holds, number);
    holds->count--;
}

/* The one that is given back. */
static uint32_t choose(const run_holds *holds, uint32_t object, uint64_t task) {
    uint32_t number = base_map_get(&holds->by_task, task);
    while (number != RUN_NO_HOLD && holds->items[number].object != object)
        number = holds->items[number].next_of_task;
    return number != RUN_NO_HOLD ? number : holds->objects[object].first;
}

/* --- Taking and giving ----------------------------------------------------------------------- */

void run_holds_take(run_holds *holds, const void *address, uint64_t task, uint32_t pc) {
    uint32_t object = make_object(holds, address);
    if (object == RUN_NO_HOLD)
        return;
    if (holds->objects[object].surplus > 0) {
        holds->objects[object].surplus--;
        return;
    }
    uint32_t number = take_free(holds);
    if (number == RUN_NO_HOLD)
        return;
    holds->items[number] = (run_hold){.task = task, .pc = pc};
    if (!join_task(holds, number)) {
        give_free(holds, number);
        return;
    }
    join_object(holds, number, object);
    holds->count++;
}

void run_holds_give(run_holds *holds, const void *address, uint64_t task) {
    uint32_t object = make_object(holds, address);
    if (object == RUN_NO_HOLD)
        return;
    uint32_t number = choose(holds, object, task);
    if (number != RUN_NO_HOLD)
        drop(holds, number);
    else
        holds->objects[object].surplus++;
}

void run_holds_end(run_holds *holds, const cad_task *task, int code) {
    uint32_t number = base_map_get(&holds->by_task, cad_task_id(task));
    base_map_remove(&holds->by_task, cad_task_id(task));
    while (number != RUN_NO_HOLD) {
        run_hold *hold = &holds->items[number];
        const char *name = cad_task_name(task);
        hold->ended = true;
        hold->code = code;
        hold->name = base_strndup(name, strlen(name));
        number = hold->next_of_task;
    }
}

void run_holds_free(run_holds *holds) {
    for (size_t i = 0; i < holds->used; i++)
        base_free(holds->items[i].name);
    base_free(holds->items);
    base_free(holds->objects);
    base_map_free(&holds->by_object);
    base_map_free(&holds->by_task);
    *holds = (run_holds){0};
}
