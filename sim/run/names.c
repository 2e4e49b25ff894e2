/* Names, looked up when a step runs. */
#include "run/names.h"

#include <string.h>

#include "base/memory.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/objects.h"
#include "run/values.h"

/* What a name stands for; borrowed. */
static int find(run_job *job, const prog_target *target, expr_value *value) {
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

int run_take(run_job *job, const prog_target *target, expr_value *value) {
    if (target->expression != NULL)
        return run_evaluate(job, target->expression, value);
    int error = find(job, target, value);
    (void)expr_value_ref(*value);
    return error;
}

bool run_names_object(const run_machine *machine, expr_value value) {
    if (!expr_is_string(value))
        return false;
    const expr_string *name = expr_to_string(value);
    return base_symbols_find(&machine->program->object_names, name->text, name->sequence.length) !=
           BASE_NO_SYMBOL;
}

int run_raise_type(const run_job *job, enum run_lack lack, expr_value value, const char *verb) {
    static const char *const formats[] = {
        [RUN_LACKS_METHOD] = "'%s' object has no attribute '%s'",
        [RUN_LACKS_AWAIT] = "object %s can't be used in '%s' expression",
        [RUN_LACKS_FUTURE] = "An asyncio.Future, a coroutine or an awaitable is required",
    };
    expr_error error;
    int code = lack == RUN_LACKS_METHOD ? PROG_EXCEPTION_CODE(PROG_EXCEPTION_ATTRIBUTE) : CAD_ETYPE;
    if (run_names_object(job->machine, value))
        (void)expr_error_set(&error, code, "'%.80s' is a text; {%.80s} passes the object",
                             expr_to_string(value)->text, expr_to_string(value)->text);
    else
        (void)expr_error_set(&error, code, formats[lack], expr_value_type_name(value), verb);
    return prog_raise(error.code, error.message);
}

int run_value_future(const run_job *job, expr_value value, enum run_lack lack, const char *verb,
                     cad_future **future) {
    *future = NULL;
    if (expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_FUTURE) {
        *future = expr_to_pointer(value);
        return 0;
    }
    const run_instance *instance = run_object_of(job->machine, value);
    if (instance != NULL && instance->object->type == PROG_FUTURE) {
        *future = instance->primitive;
        return 0;
    }
    return run_raise_type(job, lack, value, verb);
}

int run_find_future(run_job *job, const prog_target *target, enum run_lack lack, const char *verb,
                    cad_future **future) {
    bool computed = target->expression != NULL;
    expr_value value;
    *future = NULL;
    int error = computed ? run_take(job, target, &value) : find(job, target, &value);
    if (error == 0)
        error = run_value_future(job, value, lack, verb, future);
    if (computed)
        expr_value_unref(value);
    return error;
}

/* --- Several futures ------------------------------------------------------------------------- */

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

static int add_future(run_job *job, expr_value value, enum run_many many, run_futures *futures) {
    cad_future *future;
    enum run_lack lack = many == RUN_WAIT ? RUN_LACKS_METHOD : RUN_LACKS_FUTURE;
    int error = run_value_future(job, value, lack, "add_done_callback", &future);
    if (error != 0 || (many != RUN_GATHER && contains(futures, future)))
        return error;
    if (futures->values != EXPR_NONE)
        expr_list_put(futures->values, futures->count, expr_value_ref(value));
    futures->items[futures->count++] = cad_future_ref(future);
    return 0;
}

static int allocate(size_t count, bool keep, run_futures **futures) {
    *futures = run_futures_new(count + 1);
    if (*futures == NULL)
        return CAD_ENOMEM;
    if (!keep || expr_list_blank(count, &(*futures)->values) == 0)
        return 0;
    expr_value_unref(expr_reference(PROG_KIND_FUTURES, *futures));
    *futures = NULL;
    return CAD_ENOMEM;
}

/* The futures on success, else nothing. */
static int finish(int error, run_futures *futures, run_futures **out) {
    *out = error == 0 ? futures : NULL;
    if (error != 0)
        expr_value_unref(expr_reference(PROG_KIND_FUTURES, futures));
    return error;
}

int run_list_futures(run_job *job, expr_value value, enum run_many many, bool keep,
                     run_futures **out) {
    static const char *const formats[] = {
        [RUN_GATHER] = "asyncio.tasks.gather() argument after * must be an iterable, not %s",
        [RUN_WAIT] = "expect a list of futures, not %s",
        [RUN_EACH] = "expects an iterable of awaitables, not %s",
    };
    expr_error error;
    run_futures *futures;
    *out = NULL;
    if (!expr_is_list(value))
        return prog_raise(
            expr_error_set(&error, CAD_ETYPE, formats[many], expr_value_type_name(value)),
            error.message);
    const expr_list *list = expr_to_list(value);
    int result = allocate(list->sequence.length, keep, &futures);
    if (result != 0)
        return result;
    for (uint32_t i = 0; i < list->sequence.length && result == 0; i++)
        result = add_future(job, list->items[i], many, futures);
    return finish(result, futures, out);
}

static int find_listed(run_job *job, const expr_expression *expression, enum run_many many,
                       bool keep, run_futures **out) {
    expr_value list;
    *out = NULL;
    int error = run_evaluate(job, expression, &list);
    if (error == 0)
        error = run_list_futures(job, list, many, keep, out);
    expr_value_unref(list);
    return error;
}

int run_find_futures(run_job *job, const prog_targets *targets, enum run_many many, bool keep,
                     run_futures **out) {
    run_futures *futures;
    *out = NULL;
    if (targets->list != NULL)
        return find_listed(job, targets->list, many, keep, out);
    int error = allocate(targets->count, keep, &futures);
    if (error != 0)
        return error;
    for (uint32_t i = 0; i < targets->count && error == 0; i++) {
        expr_value value;
        error = run_take(job, &targets->items[i], &value);
        if (error == 0)
            error = add_future(job, value, many, futures);
        expr_value_unref(value);
    }
    return finish(error, futures, out);
}

int run_value_object(const run_job *job, expr_value value, const char *verb, uint32_t accepts,
                     const prog_object **object, run_instance **instance) {
    *instance = run_object_of(job->machine, value);
    *object = *instance != NULL ? (*instance)->object : NULL;
    if (*object != NULL && (accepts & prog_object_sets((*object)->type)) != 0)
        return 0;
    return run_raise_type(job, RUN_LACKS_METHOD, value, verb);
}

/* Apart, so that what most steps do stays small. */
static __attribute__((noinline)) int find_unknown_object(run_job *job, const prog_instruction *in,
                                                         uint32_t accepts,
                                                         const prog_object **object,
                                                         run_instance **instance) {
    expr_value value;
    *object = NULL;
    *instance = NULL;
    int error = run_take(job, in->operands[0].target, &value);
    if (error == 0)
        error = run_value_object(job, value, in->operation->name, accepts, object, instance);
    if (error == 0 && in->operands[0].target->kept)
        run_store(job, job->top->body->scratch, expr_value_ref(value));
    expr_value_unref(value);
    return error;
}

int run_find_object(run_job *job, const prog_instruction *in, uint32_t accepts,
                    const prog_object **object, run_instance **instance) {
    const prog_target *target = in->operands[0].target;
    if (target->slot == PROG_NO_SLOT && target->object != NULL) { /* of a type that was checked */
        *object = target->object;
        *instance = &job->machine->objects[target->object->index];
        return 0;
    }
    return find_unknown_object(job, in, accepts, object, instance);
}

int run_find_instance(run_job *job, const prog_instruction *in, enum prog_object_type type,
                      run_instance **instance) {
    const prog_object *object;
    return run_find_object(job, in, PROG_IS(type), &object, instance);
}

run_instance *run_found_object(const run_job *job, const prog_instruction *in) {
    const prog_target *target = in->operands[0].target;
    if (!target->kept)
        return &job->machine->objects[target->object->index];
    return run_object_of(job->machine, job->top->locals[job->top->body->scratch]);
}

/* A job that the task which runs does; or a callback. */
static run_holder holder_of(run_job *job) {
    const cad_task *task = cad_current_task();
    return task != NULL ? (run_holder){cad_task_id(task), &job->frame.taken} : (run_holder){0};
}

void run_note_taken(run_job *job, run_instance *instance, const prog_instruction *in) {
    run_machine *machine = job->machine;
    run_holds_take(&machine->holds, run_held_of(instance), holder_of(job),
                   (uint32_t)(in - machine->program->code));
}

void run_note_given(run_job *job, run_instance *instance) {
    run_holds_give(&job->machine->holds, run_held_of(instance), holder_of(job));
}

bool run_is_task(const cad_future *future) {
    cad_object_info info;
    cad_object_describe(future, &info);
    return strcmp(info.type, "Task") == 0;
}
