/* What expressions ask a run: times, sizes, states of objects and tasks. */
#include "steps/functions.h"

#include <string.h>

#include "base/memory.h"
#include "program/exceptions.h"
#include "program/groups.h"
#include "program/kinds.h"
#include "run/machine.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/timeout.h"
#include "steps/world_functions.h"

/* --- Arguments ------------------------------------------------------------------------------- */

/* The object of one type that a value stands for, or NULL and the error. */
static void *object(const expr_env *env, expr_value value, enum prog_object_type type,
                    const char *function, expr_error *error) {
    const run_machine *machine = env->world->context;
    char word[32];
    const run_instance *found = run_object_of(machine, value);
    if (found != NULL && found->primitive == NULL) { /* asked for a size before the run */
        const prog_object *later = expr_to_pointer(value);
        (void)expr_error_set(error, CAD_ERUNTIME, "%s(): \"%s\" does not exist yet", function,
                             later->name);
        return NULL;
    }
    if (found != NULL && found->object->type == type)
        return found->primitive;
    if (run_names_object(machine, value))
        (void)expr_error_set(error, CAD_ETYPE,
                             "%s() takes %s; '%.80s' is a text; {%.80s} passes the object",
                             function, prog_object_word(type, word), expr_to_string(value)->text,
                             expr_to_string(value)->text);
    else
        (void)expr_error_set(error, CAD_ETYPE, "%s() takes %s, not %s", function,
                             prog_object_word(type, word), expr_value_type_name(value));
    return NULL;
}

/* A task, or a future of the document. */
static cad_future *future(const expr_env *env, expr_value value, const char *function,
                          expr_error *error) {
    if (expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_FUTURE)
        return expr_to_pointer(value);
    return object(env, value, PROG_FUTURE, function, error);
}

/* What every function of one object looks like. */
#define ASK(name, kind, type, expression)                                                          \
    static int name(const expr_env *env, const expr_value *arguments, size_t count,                \
                    expr_value *result, expr_error *error) {                                       \
        (void)count;                                                                               \
        type *of = object(env, arguments[0], kind, #name, error);                                  \
        if (of == NULL)                                                                            \
            return error->code;                                                                    \
        *result = expression;                                                                      \
        return 0;                                                                                  \
    }

/* --- Queues, semaphores, events, barriers ---------------------------------------------------- */

ASK(qsize, PROG_QUEUE, cad_queue, expr_number((double)cad_queue_size(of)))
ASK(maxsize, PROG_QUEUE, cad_queue, expr_number((double)cad_queue_maxsize(of)))
ASK(full, PROG_QUEUE, cad_queue, expr_boolean(cad_queue_full(of)))
ASK(empty, PROG_QUEUE, cad_queue, expr_boolean(cad_queue_empty(of)))
ASK(unfinished, PROG_QUEUE, cad_queue, expr_number((double)cad_queue_unfinished(of)))
ASK(value, PROG_SEMAPHORE, cad_semaphore, expr_number((double)cad_semaphore_value(of)))
ASK(is_set, PROG_EVENT, cad_event, expr_boolean(cad_event_is_set(of)))
ASK(n_waiting, PROG_BARRIER, cad_barrier, expr_number((double)cad_barrier_n_waiting(of)))
ASK(parties, PROG_BARRIER, cad_barrier, expr_number((double)cad_barrier_parties(of)))
ASK(broken, PROG_BARRIER, cad_barrier, expr_boolean(cad_barrier_broken(of)))

static int locked(const expr_env *env, const expr_value *arguments, size_t count,
                  expr_value *result, expr_error *error) {
    enum prog_object_type type = PROG_LOCK;
    (void)count;
    const run_instance *found = run_object_of(env->world->context, arguments[0]);
    if (found != NULL && found->object != NULL)
        type = found->object->type;
    if (type != PROG_SEMAPHORE && type != PROG_CONDITION)
        type = PROG_LOCK;
    void *of = object(env, arguments[0], type, "locked", error);
    if (of == NULL)
        return error->code;
    if (type == PROG_SEMAPHORE)
        *result = expr_boolean(cad_semaphore_locked(of));
    else
        *result = expr_boolean(cad_lock_locked(type == PROG_LOCK ? of : cad_condition_lock(of)));
    return 0;
}

/* --- Tasks ----------------------------------------------------------------------------------- */

static int done(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
                expr_error *error) {
    (void)count;
    const cad_future *of = future(env, arguments[0], "done", error);
    if (of == NULL)
        return error->code;
    *result = expr_boolean(cad_future_done(of));
    return 0;
}

static int cancelled(const expr_env *env, const expr_value *arguments, size_t count,
                     expr_value *result, expr_error *error) {
    (void)count;
    const cad_future *of = future(env, arguments[0], "cancelled", error);
    if (of == NULL)
        return error->code;
    *result = expr_boolean(cad_future_cancelled(of));
    return 0;
}

static int cancelling(const expr_env *env, const expr_value *arguments, size_t count,
                      expr_value *result, expr_error *error) {
    (void)count;
    const cad_future *of = future(env, arguments[0], "cancelling", error);
    if (of == NULL)
        return error->code;
    if (!run_is_task(of))
        return expr_error_set(error, CAD_ETYPE, "cancelling() takes a task, not Future");
    *result = expr_number(cad_task_cancelling(of));
    return 0;
}

static int current_task(const expr_env *env, const expr_value *arguments, size_t count,
                        expr_value *result, expr_error *error) {
    (void)env;
    (void)arguments;
    (void)count;
    if (cad_running_loop() == NULL)
        return expr_error_set(error, CAD_ERUNTIME, "no running event loop");
    cad_task *task = cad_current_task();
    *result = task != NULL ? expr_reference(PROG_KIND_FUTURE, cad_future_ref(task)) : EXPR_NONE;
    return 0;
}

static int get_name(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    const cad_future *of = cad_current_task();
    if (count > 0)
        of = future(env, arguments[0], "get_name", error);
    else if (of == NULL)
        return expr_error_set(error, CAD_ERUNTIME, "get_name(): no task runs");
    if (of == NULL)
        return error->code;
    if (!run_is_task(of))
        return expr_error_set(error, CAD_ETYPE, "get_name() takes a task, not Future");
    const char *name = cad_task_name(of);
    return expr_string_new(name, strlen(name), result) != 0 ? expr_error_memory(error) : 0;
}

static const run_timeout *timeout(expr_value value, const char *function, expr_error *error) {
    if (expr_is_reference(value) && expr_to_kind(value) == PROG_KIND_TIMEOUT)
        return expr_to_pointer(value);
    (void)expr_error_set(error, CAD_ETYPE, "%s() takes a timeout, not %s", function,
                         expr_value_type_name(value));
    return NULL;
}

static int expired(const expr_env *env, const expr_value *arguments, size_t count,
                   expr_value *result, expr_error *error) {
    (void)env;
    (void)count;
    const run_timeout *of = timeout(arguments[0], "expired", error);
    if (of == NULL)
        return error->code;
    *result = expr_boolean(run_timeout_expired(of));
    return 0;
}

static int when(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
                expr_error *error) {
    (void)env;
    (void)count;
    const run_timeout *of = timeout(arguments[0], "when", error);
    if (of == NULL)
        return error->code;
    int64_t when_ns = run_timeout_when(of);
    *result = when_ns != CAD_NEVER ? expr_number((double)when_ns / 1e9) : EXPR_NONE;
    return 0;
}

/* --- Exceptions ------------------------------------------------------------------------------ */

static int type(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
                expr_error *error) {
    const run_machine *machine = env->world->context;
    const char *name = expr_value_type_name(arguments[0]);
    (void)count;
    if (expr_is_reference(arguments[0]) && expr_to_kind(arguments[0]) == PROG_KIND_EXCEPTION)
        name = prog_error_name(machine->program, cad_exception_code(expr_to_pointer(arguments[0])));
    return expr_string_new(name, strlen(name), result) != 0 ? expr_error_memory(error) : 0;
}

static int exceptions(const expr_env *env, const expr_value *arguments, size_t count,
                      expr_value *result, expr_error *error) {
    cad_exception *group = NULL;
    (void)env;
    (void)count;
    if (expr_is_reference(arguments[0]) && expr_to_kind(arguments[0]) == PROG_KIND_EXCEPTION)
        group = expr_to_pointer(arguments[0]);
    if (group == NULL || !prog_is_group(group))
        return expr_error_set(error, PROG_EXCEPTION_CODE(PROG_EXCEPTION_ATTRIBUTE),
                              "'%s' object has no attribute 'exceptions'",
                              expr_value_type_name(arguments[0]));
    size_t members = cad_exception_count(group);
    expr_value *items = base_alloc(members * sizeof *items);
    if (items == NULL)
        return expr_error_memory(error);
    for (size_t i = 0; i < members; i++) /* the list takes references of its own */
        items[i] = expr_reference(PROG_KIND_EXCEPTION, cad_exception_at(group, i));
    int code = expr_list_new(EXPR_TUPLE, items, members, result);
    base_free(items);
    return code != 0 ? expr_error_memory(error) : 0;
}

/* --- The rest -------------------------------------------------------------------------------- */

static int now(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
               expr_error *error) {
    const run_machine *machine = env->world->context;
    (void)arguments;
    (void)count;
    (void)error;
    int64_t now_ns = machine->loop != NULL ? cad_loop_deadline(machine->loop, 0) : 0;
    *result = expr_float((double)now_ns / 1e9);
    return 0;
}

static int waiters(const expr_env *env, const expr_value *arguments, size_t count,
                   expr_value *result, expr_error *error) {
    const run_instance *found;
    const void *of = NULL;
    (void)count;
    if (expr_is_reference(arguments[0]) && expr_to_kind(arguments[0]) == PROG_KIND_FUTURE)
        of = expr_to_pointer(arguments[0]);
    else if ((found = run_object_of(env->world->context, arguments[0])) != NULL)
        of = found->primitive;
    if (of == NULL)
        return expr_error_set(error, CAD_ETYPE, "waiters() takes an object or a task, not %s",
                              expr_value_type_name(arguments[0]));
    *result = expr_number((double)cad_waiters(of));
    return 0;
}

#define STREAMS (PROG_IS(PROG_CONNECTION) | PROG_IS(PROG_PROCESS))
#define TRANSPORTS (PROG_IS(PROG_TRANSPORT) | PROG_IS(PROG_ENDPOINT))
#define PORTS (PROG_IS(PROG_SERVER) | PROG_IS(PROG_CONNECTION) | TRANSPORTS)
#define ANY_OBJECT (PROG_DECLARED | PROG_AWAITABLE)

const expr_function step_functions[] = {
    {"now", 0, 0, 0, NULL, now},
    {"qsize", 1, 1, PROG_IS(PROG_QUEUE), "a queue", qsize},
    {"maxsize", 1, 1, PROG_IS(PROG_QUEUE), "a queue", maxsize},
    {"full", 1, 1, PROG_IS(PROG_QUEUE), "a queue", full},
    {"empty", 1, 1, PROG_IS(PROG_QUEUE), "a queue", empty},
    {"unfinished", 1, 1, PROG_IS(PROG_QUEUE), "a queue", unfinished},
    {"locked", 1, 1, PROG_HOLDABLE, "a lock, a semaphore or a condition", locked},
    {"value", 1, 1, PROG_IS(PROG_SEMAPHORE), "a semaphore", value},
    {"is_set", 1, 1, PROG_IS(PROG_EVENT), "an event", is_set},
    {"n_waiting", 1, 1, PROG_IS(PROG_BARRIER), "a barrier", n_waiting},
    {"parties", 1, 1, PROG_IS(PROG_BARRIER), "a barrier", parties},
    {"broken", 1, 1, PROG_IS(PROG_BARRIER), "a barrier", broken},
    {"done", 1, 1, PROG_AWAITABLE, "a task or a future", done},
    {"cancelled", 1, 1, PROG_AWAITABLE, "a task or a future", cancelled},
    {"cancelling", 1, 1, PROG_IS(PROG_TASK), "a task", cancelling},
    {"expired", 1, 1, PROG_IS(PROG_TIMEOUT), "a timeout", expired},
    {"when", 1, 1, PROG_IS(PROG_TIMEOUT), "a timeout", when},
    {"current_task", 0, 0, 0, NULL, current_task},
    {"get_name", 0, 1, PROG_IS(PROG_TASK), "a task", get_name},
    {"type", 1, 1, 0, NULL, type},
    {"exceptions", 1, 1, 0, NULL, exceptions},
    {"waiters", 1, 1, ANY_OBJECT, "an object or a task", waiters},
    {"len", 1, 1, 0, NULL, step_len},
    {"strip", 1, 1, 0, NULL, step_strip},
    {"int", 1, 1, 0, NULL, step_int},
    {"returncode", 1, 1, PROG_IS(PROG_PROCESS), "a process", step_returncode},
    {"pid", 1, 1, PROG_IS(PROG_PROCESS), "a process", step_pid},
    {"at_eof", 1, 1, STREAMS, "a connection or a process", step_at_eof},
    {"is_closing", 1, 1, STREAMS | TRANSPORTS, "a connection, a process or a transport",
     step_is_closing},
    {"is_reading", 1, 1, PROG_IS(PROG_TRANSPORT), "a transport", step_is_reading},
    {"buffered", 1, 1, STREAMS | TRANSPORTS, "a connection, a process or a transport",
     step_buffered},
    {"port", 1, 1, PORTS, "a server, a connection or a transport", step_port},
    {"is_serving", 1, 1, PROG_IS(PROG_SERVER), "a server", step_is_serving},
    {.name = NULL},
};
