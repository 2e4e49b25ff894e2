/* Names, looked up when a step runs. */
#include "run/names.h"

#include <string.h>

#include "base/memory.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/values.h"

int run_find(run_job *job, const prog_target *target, expr_value *value) {
    if (target->slot != PROG_NO_SLOT) {
        *value = job->top->locals[target->slot];
        if (*value != EXPR_UNSET)
            return 0;
    }
    *value = EXPR_NONE;
    if (target->object != NULL)
        *value = expr_reference(PROG_KIND_OBJECT, target->object);
    else if (target->task != BASE_NO_SYMBOL)
        *value = job->machine->tasks[target->task];
    return *value != EXPR_NONE ? 0 : prog_raise(CAD_EKEY, target->name);
}

int run_raise_type(enum run_lack lack, expr_value value, const char *verb) {
    static const char *const formats[] = {
        [RUN_LACKS_METHOD] = "'%s' object has no attribute '%s'",
        [RUN_LACKS_AWAIT] = "object %s can't be used in '%s' expression",
        [RUN_LACKS_FUTURE] = "An asyncio.Future, a coroutine or an awaitable is required",
    };
    expr_error error;
    int code = lack == RUN_LACKS_METHOD ? PROG_EXCEPTION_CODE(PROG_EXCEPTION_ATTRIBUTE) : CAD_ETYPE;
    (void)expr_error_set(&error, code, formats[lack], expr_value_type_name(value), verb);
    return prog_raise(error.code, error.message);
}

int run_find_future(run_job *job, const prog_target *target, enum run_lack lack, const char *verb,
                    cad_future **future) {
    expr_value value;
    *future = NULL;
    int error = run_find(job, target, &value);
    if (error != 0)
        return error;
    if (expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_FUTURE) {
        *future = expr_to_pointer(value);
        return 0;
    }
    if (expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_OBJECT) {
        const prog_object *object = expr_to_pointer(value);
        *future = job->machine->objects[object->index].primitive;
        if (object->type == PROG_FUTURE)
            return 0;
    }
    return run_raise_type(lack, value, verb);
}

run_futures *run_futures_new(size_t room) {
    run_futures *futures = base_zalloc(1, sizeof *futures + room * sizeof(cad_future *));
    if (futures != NULL)
        futures->references = 1;
    return futures;
}

static bool contains(const run_futures *futures, const cad_future *future) {
    for (uint32_t i = 0; i < futures->count; i++)
        if (futures->items[i] == future)
            return true;
    return false;
}

int run_find_futures(run_job *job, const prog_targets *targets, bool once, run_futures **out) {
    run_futures *futures = run_futures_new((size_t)targets->count + 1);
    *out = NULL;
    if (futures == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < targets->count; i++) {
        cad_future *future;
        int error = run_find_future(job, &targets->items[i], RUN_LACKS_FUTURE, "", &future);
        if (error != 0) {
            expr_value_unref(expr_reference(PROG_KIND_FUTURES, futures));
            return error;
        }
        if (!once || !contains(futures, future))
            futures->items[futures->count++] = cad_future_ref(future);
    }
    *out = futures;
    return 0;
}

int run_find_object(run_job *job, const prog_instruction *in, uint32_t accepts,
                    const prog_object **object, run_instance **instance) {
    const prog_target *target = in->operands[0].target;
    expr_value value;
    if (target->slot == PROG_NO_SLOT && target->object != NULL) { /* of a type that was checked */
        *object = target->object;
        *instance = &job->machine->objects[target->object->index];
        return 0;
    }
    *object = NULL;
    *instance = NULL;
    int error = run_find(job, target, &value);
    if (error != 0)
        return error;
    if (expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_OBJECT) {
        *object = expr_to_pointer(value);
        *instance = &job->machine->objects[(*object)->index];
        if ((accepts & prog_object_sets((*object)->type)) != 0)
            return 0;
    }
    return run_raise_type(RUN_LACKS_METHOD, value, in->operation->name);
}

const void *run_held_by(const prog_object *object, const run_instance *instance) {
    if (object->type == PROG_CONDITION)
        return cad_condition_lock(instance->primitive);
    return instance->primitive;
}

static uint64_t running_task(void) {
    const cad_task *task = cad_current_task();
    return task != NULL ? cad_task_id(task) : 0;
}

void run_note_taken(run_job *job, const void *held, const prog_instruction *in) {
    run_machine *machine = job->machine;
    run_holds_take(&machine->holds, held, running_task(), (uint32_t)(in - machine->program->code));
}

void run_note_given(run_job *job, const void *held) {
    run_holds_give(&job->machine->holds, held, running_task());
}

bool run_is_task(const cad_future *future) {
    cad_object_info info;
    cad_object_describe(future, &info);
    return strcmp(info.type, "Task") == 0;
}
