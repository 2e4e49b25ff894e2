#include "scenario/functions.h"

#include "scenario/machine.h"

/* --- Arguments ------------------------------------------------------------------------------- */

/* The object of one type that a value stands for, or NULL and the error. */
static void *object(const sim_env *env, sim_value value, enum sim_object_type type,
                    const char *function, sim_error *error) {
    const sim_machine *machine = env->context;
    static const char *const words[] = {"a queue",     "a lock",    "an event", "a condition",
                                        "a semaphore", "a barrier", "a future"};
    if (sim_is_reference(value) && sim_to_kind(value) == SIM_KIND_OBJECT) {
        const sim_object *found = sim_to_pointer(value);
        void *primitive = machine->objects[found->index].primitive;
        if (found->type == type && primitive != NULL)
            return primitive;
        if (found->type == type) {
            (void)sim_error_set(error, CAD_ERUNTIME, "%s(): \"%s\" does not exist yet", function,
                                found->name);
            return NULL;
        }
    }
    (void)sim_error_set(error, CAD_ETYPE, "%s() takes %s, not %s", function, words[type],
                        sim_value_type_name(value));
    return NULL;
}

/* A task, or a future of the document. */
static cad_future *future(const sim_env *env, sim_value value, const char *function,
                          sim_error *error) {
    if (sim_is_reference(value) && sim_to_kind(value) == SIM_KIND_FUTURE)
        return sim_to_pointer(value);
    return object(env, value, SIM_FUTURE, function, error);
}

/* What every function of one object looks like. */
#define ASK(name, kind, type, expression)                                                          \
    static int name(const sim_env *env, const sim_value *arguments, size_t count,                  \
                    sim_value *result, sim_error *error) {                                         \
        (void)count;                                                                               \
        type *of = object(env, arguments[0], kind, #name, error);                                  \
        if (of == NULL)                                                                            \
            return error->code;                                                                    \
        *result = expression;                                                                      \
        return 0;                                                                                  \
    }

/* --- Queues, semaphores, events, barriers ---------------------------------------------------- */

ASK(qsize, SIM_QUEUE, cad_queue, sim_number((double)cad_queue_size(of)))
ASK(maxsize, SIM_QUEUE, cad_queue, sim_number((double)cad_queue_maxsize(of)))
ASK(full, SIM_QUEUE, cad_queue, sim_boolean(cad_queue_full(of)))
ASK(empty, SIM_QUEUE, cad_queue, sim_boolean(cad_queue_empty(of)))
ASK(unfinished, SIM_QUEUE, cad_queue, sim_number((double)cad_queue_unfinished(of)))
ASK(value, SIM_SEMAPHORE, cad_semaphore, sim_number((double)cad_semaphore_value(of)))
ASK(is_set, SIM_EVENT, cad_event, sim_boolean(cad_event_is_set(of)))
ASK(n_waiting, SIM_BARRIER, cad_barrier, sim_number((double)cad_barrier_n_waiting(of)))
ASK(parties, SIM_BARRIER, cad_barrier, sim_number((double)cad_barrier_parties(of)))
ASK(broken, SIM_BARRIER, cad_barrier, sim_boolean(cad_barrier_broken(of)))

static int locked(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
                  sim_error *error) {
    enum sim_object_type type = SIM_LOCK;
    (void)count;
    if (sim_is_reference(arguments[0]) && sim_to_kind(arguments[0]) == SIM_KIND_OBJECT)
        type = ((const sim_object *)sim_to_pointer(arguments[0]))->type;
    if (type != SIM_SEMAPHORE && type != SIM_CONDITION)
        type = SIM_LOCK;
    void *of = object(env, arguments[0], type, "locked", error);
    if (of == NULL)
        return error->code;
    if (type == SIM_SEMAPHORE)
        *result = sim_boolean(cad_semaphore_locked(of));
    else
        *result = sim_boolean(cad_lock_locked(type == SIM_LOCK ? of : cad_condition_lock(of)));
    return 0;
}

/* --- Tasks ----------------------------------------------------------------------------------- */

static int done(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
                sim_error *error) {
    (void)count;
    const cad_future *of = future(env, arguments[0], "done", error);
    if (of == NULL)
        return error->code;
    *result = sim_boolean(cad_future_done(of));
    return 0;
}

static int cancelled(const sim_env *env, const sim_value *arguments, size_t count,
                     sim_value *result, sim_error *error) {
    (void)count;
    const cad_future *of = future(env, arguments[0], "cancelled", error);
    if (of == NULL)
        return error->code;
    *result = sim_boolean(cad_future_cancelled(of));
    return 0;
}

static int cancelling(const sim_env *env, const sim_value *arguments, size_t count,
                      sim_value *result, sim_error *error) {
    (void)count;
    const cad_future *of = future(env, arguments[0], "cancelling", error);
    if (of == NULL)
        return error->code;
    if (!sim_is_task(of))
        return sim_error_set(error, CAD_ETYPE, "cancelling() takes a task, not Future");
    *result = sim_number(cad_task_cancelling(of));
    return 0;
}

/* --- The rest -------------------------------------------------------------------------------- */

static int now(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
               sim_error *error) {
    const sim_machine *machine = env->context;
    (void)arguments;
    (void)count;
    (void)error;
    int64_t now_ns = machine->loop != NULL ? cad_loop_time(machine->loop) : 0;
    *result = sim_number((double)now_ns / 1e9);
    return 0;
}

static int waiters(const sim_env *env, const sim_value *arguments, size_t count, sim_value *result,
                   sim_error *error) {
    const sim_machine *machine = env->context;
    const void *of = NULL;
    (void)count;
    if (sim_is_reference(arguments[0]) && sim_to_kind(arguments[0]) == SIM_KIND_FUTURE)
        of = sim_to_pointer(arguments[0]);
    else if (sim_is_reference(arguments[0]) && sim_to_kind(arguments[0]) == SIM_KIND_OBJECT)
        of = machine->objects[((const sim_object *)sim_to_pointer(arguments[0]))->index].primitive;
    if (of == NULL)
        return sim_error_set(error, CAD_ETYPE, "waiters() takes an object or a task, not %s",
                             sim_value_type_name(arguments[0]));
    *result = sim_number((double)cad_waiters(of));
    return 0;
}

#define ANY_OBJECT                                                                                 \
    (SIM_IS(SIM_QUEUE) | SIM_IS(SIM_LOCK) | SIM_IS(SIM_EVENT) | SIM_IS(SIM_CONDITION) |            \
     SIM_IS(SIM_SEMAPHORE) | SIM_IS(SIM_BARRIER) | SIM_AWAITABLE)
#define LOCKABLE (SIM_IS(SIM_LOCK) | SIM_IS(SIM_SEMAPHORE) | SIM_IS(SIM_CONDITION))

const sim_function sim_functions[] = {
    {"now", 0, 0, 0, NULL, now},
    {"qsize", 1, 1, SIM_IS(SIM_QUEUE), "a queue", qsize},
    {"maxsize", 1, 1, SIM_IS(SIM_QUEUE), "a queue", maxsize},
    {"full", 1, 1, SIM_IS(SIM_QUEUE), "a queue", full},
    {"empty", 1, 1, SIM_IS(SIM_QUEUE), "a queue", empty},
    {"unfinished", 1, 1, SIM_IS(SIM_QUEUE), "a queue", unfinished},
    {"locked", 1, 1, LOCKABLE, "a lock, a semaphore or a condition", locked},
    {"value", 1, 1, SIM_IS(SIM_SEMAPHORE), "a semaphore", value},
    {"is_set", 1, 1, SIM_IS(SIM_EVENT), "an event", is_set},
    {"n_waiting", 1, 1, SIM_IS(SIM_BARRIER), "a barrier", n_waiting},
    {"parties", 1, 1, SIM_IS(SIM_BARRIER), "a barrier", parties},
    {"broken", 1, 1, SIM_IS(SIM_BARRIER), "a barrier", broken},
    {"done", 1, 1, SIM_AWAITABLE, "a task or a future", done},
    {"cancelled", 1, 1, SIM_AWAITABLE, "a task or a future", cancelled},
    {"cancelling", 1, 1, SIM_IS(SIM_TASK), "a task", cancelling},
    {"waiters", 1, 1, ANY_OBJECT, "an object or a task", waiters},
};
const size_t sim_function_count = sizeof sim_functions / sizeof *sim_functions;
