/* Who has taken what: one record for each that is held - or for several of them, where one step of
 * a task takes again and again what nobody gives back - in two lists, its object's and its task's,
 * so that neither many holders nor many objects make taking and giving back slow.
 *
 * Where all of a record has been given back, and the object has no other, it stays where it is,
 * with no units: the same step mostly takes again, and then finds it at once. */
#include "run/holds.h"

#include <string.h>

#include "base/memory.h"

/* --- Lists ----------------------------------------------------------------------------------- */

static void join_object(run_holds *holds, run_hold_number number, run_held *object) {
    run_hold *hold = &holds->items[number];
    hold->object = object;
    hold->next_of_object = 0;
    hold->previous_of_object = object->last;
    if (object->last != 0)
        holds->items[object->last].next_of_object = number;
    else
        object->first = number;
    object->last = number;
}

static void leave_object(run_holds *holds, const run_hold *hold) {
    if (hold->next_of_object != 0)
        holds->items[hold->next_of_object].previous_of_object = hold->previous_of_object;
    else
        hold->object->last = hold->previous_of_object;
    if (hold->previous_of_object != 0)
        holds->items[hold->previous_of_object].next_of_object = hold->next_of_object;
    else
        hold->object->first = hold->next_of_object;
}

static void join_task(run_holds *holds, run_hold_number number, run_hold_number *of_task) {
    run_hold *hold = &holds->items[number];
    hold->of_task = of_task;
    if (of_task == NULL)
        return;
    hold->next_of_task = *of_task;
    if (*of_task != 0)
        holds->items[*of_task].previous_of_task = number;
    *of_task = number;
}

static void leave_task(run_holds *holds, const run_hold *hold) {
    if (hold->of_task == NULL)
        return;
    if (hold->next_of_task != 0)
        holds->items[hold->next_of_task].previous_of_task = hold->previous_of_task;
    if (hold->previous_of_task != 0)
        holds->items[hold->previous_of_task].next_of_task = hold->next_of_task;
    else
        *hold->of_task = hold->next_of_task;
}

/* --- Records --------------------------------------------------------------------------------- */

/* One that nobody has; 0: no memory. */
static run_hold_number take_free(run_holds *holds) {
    run_hold_number number = holds->free;
    if (number != 0) {
        holds->free = holds->items[number].next_of_object;
        return number;
    }
    if (holds->used == 0)
        holds->used = 1;
    if (holds->used >= UINT32_MAX ||
        !base_grow(&holds->items, &holds->capacity, holds->used, sizeof *holds->items))
        return 0;
    return (run_hold_number)holds->used++;
}

static void drop(run_holds *holds, run_hold_number number) {
    run_hold *hold = &holds->items[number];
    leave_object(holds, hold);
    leave_task(holds, hold);
    base_free(hold->name);
    hold->name = NULL;
    hold->next_of_object = holds->free;
    holds->free = number;
}

/* The one that is given back; 0, or one without units: none is. */
static run_hold_number choose(const run_holds *holds, const run_held *object, run_holder holder) {
    if (object->first == object->last)
        return object->first;
    run_hold_number number = holder.of_task != NULL ? *holder.of_task : 0;
    while (number != 0 && holds->items[number].object != object)
        number = holds->items[number].next_of_task;
    return number != 0 ? number : object->first;
}

/* --- Taking and giving ----------------------------------------------------------------------- */

static bool is_by(const run_hold *hold, const run_held *object, uint64_t task, uint32_t pc) {
    return hold->object == object && hold->task == task && hold->pc == pc;
}

/* Far enough for who takes from several queues in turn, and near enough for who holds very many
 * locks. */
enum { LOOKED_AT = 32 };

/* The record of the same step of the same task, to which one more is added; 0: none. Looked for
 * among what the object was last taken by, and the task has last taken. */
static run_hold_number taken_before(const run_holds *holds, const run_held *object,
                                    run_holder holder, uint32_t pc) {
    run_hold_number number = object->last;
    if (number == 0)
        return 0;
    if (is_by(&holds->items[number], object, holder.task, pc))
        return number;
    number = holder.of_task != NULL ? *holder.of_task : 0;
    for (int i = 0; i < LOOKED_AT && number != 0; i++) {
        if (is_by(&holds->items[number], object, holder.task, pc))
            return number;
        number = holds->items[number].next_of_task;
    }
    return 0;
}

void run_holds_take(run_holds *holds, run_held *object, run_holder holder, uint32_t pc) {
    if (object->surplus > 0) {
        object->surplus--;
        return;
    }
    run_hold_number number = taken_before(holds, object, holder, pc);
    if (number != 0) {
        holds->items[number].units++;
        return;
    }
    if (object->last != 0 && holds->items[object->last].units == 0)
        drop(holds, object->last);
    number = take_free(holds);
    if (number == 0)
        return;
    holds->items[number] = (run_hold){.task = holder.task, .pc = pc, .units = 1};
    join_object(holds, number, object);
    join_task(holds, number, holder.of_task);
}

void run_holds_give(run_holds *holds, run_held *object, run_holder holder) {
    run_hold_number number = choose(holds, object, holder);
    if (number == 0 || holds->items[number].units == 0)
        object->surplus++;
    else if (--holds->items[number].units == 0 && object->first != object->last)
        drop(holds, number);
}

void run_holds_forget(run_holds *holds, run_held *object) {
    while (holds->items != NULL && object->first != 0)
        drop(holds, object->first);
}

static void outlive(run_hold *hold, const cad_task *task, int code) {
    const char *name = cad_task_name(task);
    hold->ended = true;
    hold->code = code;
    hold->name = base_strndup(name, strlen(name));
}

void run_holds_end(run_holds *holds, run_hold_number *of_task, const cad_task *task, int code) {
    run_hold_number number = *of_task;
    *of_task = 0;
    while (number != 0) {
        run_hold *hold = &holds->items[number];
        run_hold_number next = hold->next_of_task;
        hold->of_task = NULL;
        if (hold->units > 0)
            outlive(hold, task, code);
        else
            drop(holds, number);
        number = next;
    }
}

void run_holds_free(run_holds *holds) {
    for (size_t i = 1; i < holds->used; i++)
        base_free(holds->items[i].name);
    base_free(holds->items);
    *holds = (run_holds){0};
}
