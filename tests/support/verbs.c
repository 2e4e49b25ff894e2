/* The statements of a play: each calls what it is named after. */
#include "stage.h"

/* --- Names and words ------------------------------------------------------------------------- */

named *stage_find(const char *name) {
    for (int i = 0; i < stage.name_count; i++)
        if (strcmp(stage.names[i].name, name) == 0)
            return &stage.names[i];
    return NULL;
}

void stage_introduce(const char *name, enum kind kind, void *object) {
    named *entry = stage_find(name);
    if (entry == NULL) {
        if (stage.name_count == NAMES)
            FAULT("too many names");
        entry = &stage.names[stage.name_count++];
    }
    *entry = (named){name, kind, object};
}

const char *statement_word(const statement *s, int index) {
    if (index >= s->count)
        FAULT("\"%s\" wants more words", s->verb->name);
    return s->words[index];
}

static named *operand(const statement *s) {
    named *entry = stage_find(statement_word(s, 0));
    if (entry == NULL || entry->object == NULL)
        FAULT("\"%s %s\": no such object", s->verb->name, s->words[0]);
    return entry;
}

static void *object(const statement *s, int index, enum kind kind) {
    named *entry = stage_find(statement_word(s, index));
    if (entry == NULL || entry->object == NULL || entry->kind != kind)
        FAULT("\"%s %s\": no such object, or of another type", s->verb->name, s->words[index]);
    return entry->object;
}

/* The futures that the words from `first` on name. */
static size_t futures(const statement *s, int first, cad_future **list) {
    for (int i = first; i < s->count; i++)
        list[i - first] = object(s, i, FUTURE);
    return (size_t)(s->count - first);
}

static int64_t whole(const statement *s, int index) {
    return strtoll(statement_word(s, index), NULL, 10);
}

static void *item(const statement *s, int index) {
    return (void *)(intptr_t)whole(s, index);
}

static int64_t seconds(const statement *s, int index) {
    if (strcmp(statement_word(s, index), "-") == 0)
        return CAD_NEVER;
    return (int64_t)(strtod(s->words[index], NULL) * 1e9);
}

static int error_named(const char *name) {
#define X(code, value, python, text)                                                               \
    if (strcmp(name, python) == 0)                                                                 \
        return code;
    CAD_ERRORS(X)
#undef X
    FAULT("no error is named %s", name);
}

static const routine *routine_named(const char *name) {
    for (int i = 0; i < stage.routine_count; i++)
        if (strcmp(stage.routines[i].name, name) == 0)
            return &stage.routines[i];
    FAULT("no routine is named %s", name);
}

/* --- Verbs: locks, events, conditions, semaphores, barriers ---------------------------------- */

#define VERB(name) static int name(actor *self, const statement *s)
#define UNUSED (void)self, (void)s

VERB(v_acquire) {
    UNUSED;
    named *on = operand(s);
    switch (on->kind) {
    case SEMAPHORE:
        return cad_semaphore_acquire(on->object);
    case CONDITION:
        return cad_lock_acquire(cad_condition_lock(on->object));
    default:
        return cad_lock_acquire(object(s, 0, LOCK));
    }
}

VERB(v_release) {
    UNUSED;
    named *on = operand(s);
    switch (on->kind) {
    case SEMAPHORE:
        return cad_semaphore_release(on->object);
    case CONDITION:
        return cad_lock_release(cad_condition_lock(on->object));
    default:
        return cad_lock_release(object(s, 0, LOCK));
    }
}

VERB(v_locked) {
    UNUSED;
    named *on = operand(s);
    switch (on->kind) {
    case SEMAPHORE:
        return cad_semaphore_locked(on->object);
    case CONDITION:
        return cad_lock_locked(cad_condition_lock(on->object));
    default:
        return cad_lock_locked(object(s, 0, LOCK));
    }
}

VERB(v_value) {
    UNUSED;
    return (int)cad_semaphore_value(object(s, 0, SEMAPHORE));
}

VERB(v_wait) {
    UNUSED;
    named *on = operand(s);
    return on->kind == EVENT ? cad_event_wait(on->object)
                             : cad_condition_wait(object(s, 0, CONDITION));
}

VERB(v_set) {
    UNUSED;
    cad_event_set(object(s, 0, EVENT));
    return 0;
}

VERB(v_clear) {
    UNUSED;
    cad_event_clear(object(s, 0, EVENT));
    return 0;
}

VERB(v_is_set) {
    UNUSED;
    return cad_event_is_set(object(s, 0, EVENT));
}

/* A level below zero makes the predicate fail. */
static int level_reached(void *arg) {
    if (stage.level < 0)
        return cad_raise(CAD_EINVAL, "level");
    return stage.level >= (intptr_t)arg;
}

VERB(v_wait_for) {
    UNUSED;
    return cad_condition_wait_for(object(s, 0, CONDITION), level_reached, item(s, 1));
}

VERB(v_level) {
    UNUSED;
    stage.level = whole(s, 0);
    return 0;
}

VERB(v_notify) {
    UNUSED;
    return cad_condition_notify(object(s, 0, CONDITION), (size_t)whole(s, 1));
}

VERB(v_notify_all) {
    UNUSED;
    return cad_condition_notify_all(object(s, 0, CONDITION));
}

VERB(v_pass) {
    UNUSED;
    return cad_barrier_wait(object(s, 0, BARRIER));
}

VERB(v_reset) {
    UNUSED;
    return cad_barrier_reset(object(s, 0, BARRIER));
}

VERB(v_abort) {
    UNUSED;
    return cad_barrier_abort(object(s, 0, BARRIER));
}

VERB(v_n_waiting) {
    UNUSED;
    return (int)cad_barrier_n_waiting(object(s, 0, BARRIER));
}

VERB(v_broken) {
    UNUSED;
    return cad_barrier_broken(object(s, 0, BARRIER));
}

/* --- Verbs: queues --------------------------------------------------------------------------- */

VERB(v_put) {
    UNUSED;
    return cad_queue_put(object(s, 0, QUEUE), item(s, 1));
}

VERB(v_put_nowait) {
    UNUSED;
    return cad_queue_put_nowait(object(s, 0, QUEUE), item(s, 1));
}

VERB(v_get) {
    return cad_queue_get(object(s, 0, QUEUE), &self->value);
}

VERB(v_get_nowait) {
    return cad_queue_get_nowait(object(s, 0, QUEUE), &self->value);
}

VERB(v_task_done) {
    UNUSED;
    return cad_queue_task_done(object(s, 0, QUEUE));
}

VERB(v_join) {
    UNUSED;
    return cad_queue_join(object(s, 0, QUEUE));
}

VERB(v_shutdown) {
    UNUSED;
    cad_queue_shutdown(object(s, 0, QUEUE), s->count > 1, NULL);
    return 0;
}

VERB(v_size) {
    UNUSED;
    return (int)cad_queue_size(object(s, 0, QUEUE));
}

VERB(v_full) {
    UNUSED;
    return cad_queue_full(object(s, 0, QUEUE));
}

VERB(v_empty) {
    UNUSED;
    return cad_queue_empty(object(s, 0, QUEUE));
}

VERB(v_unfinished) {
    UNUSED;
    return (int)cad_queue_unfinished(object(s, 0, QUEUE));
}

/* --- Verbs: futures and tasks ---------------------------------------------------------------- */

VERB(v_await) {
    return cad_await(object(s, 0, FUTURE), &self->value);
}

VERB(v_set_result) {
    UNUSED;
    return cad_future_set_result(object(s, 0, FUTURE), item(s, 1));
}

VERB(v_set_exception) {
    UNUSED;
    int code = error_named(statement_word(s, 1));
    cad_exception *exception = s->count > 2 ? cad_exception_new(code, s->words[2]) : NULL;
    int error = cad_future_set_exception(object(s, 0, FUTURE), code, exception);
    cad_exception_unref(exception);
    return error;
}

VERB(v_result) {
    return cad_future_result(object(s, 0, FUTURE), &self->value);
}

VERB(v_exception) {
    UNUSED;
    cad_exception *exception;
    int code = cad_future_exception(object(s, 0, FUTURE), &exception);
    if (code == 0 || code == CAD_ESTATE)
        return code;
    return cad_raise_exception(code, cad_exception_ref(exception));
}

VERB(v_done) {
    UNUSED;
    return cad_future_done(object(s, 0, FUTURE));
}

VERB(v_cancelled) {
    UNUSED;
    named *on = operand(s);
    return on->kind == HANDLE ? cad_handle_cancelled(on->object)
                              : cad_future_cancelled(object(s, 0, FUTURE));
}

VERB(v_cancel) {
    UNUSED;
    named *on = operand(s);
    if (on->kind == HANDLE) {
        cad_handle_cancel(on->object);
        return 0;
    }
    int taken = cad_future_cancel(object(s, 0, FUTURE), s->count > 1 ? s->words[1] : NULL);
    return taken < 0 ? taken : 0;
}

/* cancel(), and whether the request was taken. */
VERB(v_try_cancel) {
    UNUSED;
    return cad_future_cancel(object(s, 0, FUTURE), NULL);
}

VERB(v_uncancel) {
    UNUSED;
    return cad_task_uncancel(object(s, 0, FUTURE));
}

VERB(v_cancelling) {
    UNUSED;
    return cad_task_cancelling(object(s, 0, FUTURE));
}

VERB(v_sleep) {
    UNUSED;
    return cad_sleep(seconds(s, 0));
}

VERB(v_compute) {
    UNUSED;
    cad_compute(seconds(s, 0));
    return 0;
}

static void no_work(void *arg) {
    (void)arg;
}

VERB(v_to_thread) {
    UNUSED;
    return cad_to_thread(no_work, NULL, seconds(s, 0));
}

VERB(v_log) {
    UNUSED;
    note("%s %s", self->name, statement_word(s, 0));
    return 0;
}

VERB(v_time) {
    UNUSED;
    return (int)(cad_loop_time(test_loop) / CAD_SECOND);
}

VERB(v_raise) {
    UNUSED;
    return cad_raise(error_named(statement_word(s, 0)), s->count > 1 ? s->words[1] : NULL);
}

VERB(v_return) {
    self->at = self->routine->count;
    return cad_return(item(s, 0));
}

VERB(v_stop) {
    UNUSED;
    cad_loop_stop(test_loop);
    return 0;
}

VERB(v_catch) {
    if (s->count == 0 || self->error == error_named(s->words[0]))
        actor_fail(self, 0, NULL);
    return 0;
}

/* --- Verbs: what combines tasks -------------------------------------------------------------- */

static int gather(const statement *s, bool return_exceptions) {
    cad_future *list[WORDS], *outer;
    size_t count = futures(s, 1, list);
    int error = cad_gather(test_loop, list, count, return_exceptions, &outer);
    if (error == 0)
        stage_introduce(statement_word(s, 0), FUTURE, outer);
    return error;
}

VERB(v_gather) {
    UNUSED;
    return gather(s, false);
}

VERB(v_gather_all) {
    UNUSED;
    return gather(s, true);
}

VERB(v_shield) {
    UNUSED;
    cad_future *outer;
    int error = cad_shield(object(s, 1, FUTURE), &outer);
    if (error == 0)
        stage_introduce(statement_word(s, 0), FUTURE, outer);
    return error;
}

static int wait_when(const statement *s, enum cad_return_when when) {
    cad_future *list[WORDS];
    size_t count = futures(s, 1, list);
    return cad_wait(list, count, when, seconds(s, 0));
}

VERB(v_wait_all) {
    UNUSED;
    return wait_when(s, CAD_ALL_COMPLETED);
}

VERB(v_wait_first) {
    UNUSED;
    return wait_when(s, CAD_FIRST_COMPLETED);
}

VERB(v_wait_exception) {
    UNUSED;
    return wait_when(s, CAD_FIRST_EXCEPTION);
}

VERB(v_within) {
    return cad_wait_for(object(s, 1, FUTURE), seconds(s, 0), &self->value);
}

VERB(v_as_completed) {
    UNUSED;
    cad_future *list[WORDS];
    cad_as_completed *iterator;
    size_t count = futures(s, 2, list);
    int error = cad_as_completed_new(test_loop, list, count, seconds(s, 1), &iterator);
    if (error == 0)
        stage_introduce(statement_word(s, 0), AS_COMPLETED, iterator);
    return error;
}

VERB(v_next) {
    return cad_as_completed_next(object(s, 0, AS_COMPLETED), &self->value);
}

VERB(v_timeout) {
    UNUSED;
    cad_timeout *scope;
    int error = cad_timeout_enter(seconds(s, 1), &scope);
    if (error == 0)
        stage_introduce(statement_word(s, 0), TIMEOUT, scope);
    return error;
}

VERB(v_timeout_at) {
    UNUSED;
    cad_timeout *scope;
    int error = cad_timeout_enter_at(seconds(s, 1), &scope);
    if (error == 0)
        stage_introduce(statement_word(s, 0), TIMEOUT, scope);
    return error;
}

VERB(v_reschedule) {
    UNUSED;
    return cad_timeout_reschedule(object(s, 0, TIMEOUT), seconds(s, 1));
}

VERB(v_when) {
    UNUSED;
    return (int)(cad_timeout_when(object(s, 0, TIMEOUT)) / CAD_SECOND);
}

VERB(v_expired) {
    UNUSED;
    return cad_timeout_expired(object(s, 0, TIMEOUT));
}

VERB(v_group) {
    UNUSED;
    cad_task_group *group;
    int error = cad_task_group_enter(&group);
    if (error == 0)
        stage_introduce(statement_word(s, 0), GROUP, group);
    return error;
}

/* The exception that it is left with is what went with the error, in the place where the library
 * looks for it. */
VERB(v_leave) {
    named *on = operand(s);
    void *scope = on->object;
    int error = self->error;
    on->object = on->kind == TIMEOUT ? NULL : scope;
    if (error != 0)
        (void)cad_raise_exception(error, cad_exception_ref(self->exception));
    return on->kind == TIMEOUT ? cad_timeout_leave(scope, error)
                               : cad_task_group_leave(object(s, 0, GROUP), error);
}

/* --- Verbs that start a routine -------------------------------------------------------------- */

VERB(v_spawn) {
    UNUSED;
    return actor_create(statement_word(s, s->count - 1), routine_named(statement_word(s, 0)), NULL,
                        false);
}

VERB(v_spawn_eager) {
    UNUSED;
    return actor_create(statement_word(s, s->count - 1), routine_named(statement_word(s, 0)), NULL,
                        true);
}

VERB(v_create) {
    UNUSED;
    return actor_create(statement_word(s, s->count - 1), routine_named(statement_word(s, 1)),
                        object(s, 0, GROUP), false);
}

VERB(v_create_eager) {
    UNUSED;
    return actor_create(statement_word(s, s->count - 1), routine_named(statement_word(s, 1)),
                        object(s, 0, GROUP), true);
}

static void call(void *arg) {
    actor_call(arg);
}

static void done_call(cad_future *future, void *arg) {
    (void)future;
    call(arg);
}

static void *callback(const statement *s, int index) {
    return (void *)(uintptr_t)routine_named(statement_word(s, index));
}

static int keep_handle(const statement *s, int error, cad_handle *handle) {
    if (error == 0)
        stage_introduce(statement_word(s, 0), HANDLE, handle);
    return error;
}

VERB(v_call_soon) {
    UNUSED;
    cad_handle *handle;
    int error = cad_call_soon(test_loop, call, callback(s, 1), &handle);
    return keep_handle(s, error, handle);
}

VERB(v_call_later) {
    UNUSED;
    cad_handle *handle;
    int error = cad_call_later(test_loop, seconds(s, 1), call, callback(s, 2), &handle);
    return keep_handle(s, error, handle);
}

VERB(v_call_at) {
    UNUSED;
    cad_handle *handle;
    int error = cad_call_at(test_loop, seconds(s, 1), call, callback(s, 2), &handle);
    return keep_handle(s, error, handle);
}

VERB(v_on_done) {
    UNUSED;
    return cad_future_add_done_callback(object(s, 0, FUTURE), done_call, callback(s, 1));
}

VERB(v_off_done) {
    UNUSED;
    return cad_future_remove_done_callback(object(s, 0, FUTURE), done_call, callback(s, 1));
}

/* --- The table ------------------------------------------------------------------------------- */

static const verb verbs[] = {
    {"acquire", v_acquire, WAITS, ALL},
    {"release", v_release, QUIET, ALL},
    {"locked", v_locked, ASKS, ALL},
    {"value", v_value, ASKS, ALL},
    {"wait", v_wait, WAITS, ALL},
    {"set", v_set, QUIET, ALL},
    {"clear", v_clear, QUIET, ALL},
    {"is_set", v_is_set, ASKS, ALL},
    {"wait_for", v_wait_for, WAITS, ALL},
    {"level", v_level, QUIET, ALL},
    {"notify", v_notify, QUIET, ALL},
    {"notify_all", v_notify_all, QUIET, ALL},
    {"pass", v_pass, ASKS, ALL},
    {"reset", v_reset, WAITS, ALL},
    {"abort", v_abort, WAITS, ALL},
    {"n_waiting", v_n_waiting, ASKS, ALL},
    {"broken", v_broken, ASKS, ALL},
    {"put", v_put, WAITS, ALL},
    {"put_nowait", v_put_nowait, QUIET, ALL},
    {"get", v_get, GIVES, ALL},
    {"get_nowait", v_get_nowait, GIVES, ALL},
    {"task_done", v_task_done, QUIET, ALL},
    {"join", v_join, WAITS, ALL},
    {"shutdown", v_shutdown, QUIET, ALL},
    {"size", v_size, ASKS, ALL},
    {"full", v_full, ASKS, ALL},
    {"empty", v_empty, ASKS, ALL},
    {"unfinished", v_unfinished, ASKS, ALL},
    {"await", v_await, GIVES, ALL},
    {"set_result", v_set_result, QUIET, ALL},
    {"set_exception", v_set_exception, QUIET, ALL},
    {"result", v_result, GIVES, ALL},
    {"exception", v_exception, WAITS, ALL},
    {"done", v_done, ASKS, ALL},
    {"cancelled", v_cancelled, ASKS, ALL},
    {"cancel", v_cancel, QUIET, ALL},
    {"try_cancel", v_try_cancel, ASKS, ALL},
    {"uncancel", v_uncancel, ASKS, ALL},
    {"cancelling", v_cancelling, ASKS, ALL},
    {"sleep", v_sleep, QUIET, ALL},
    {"compute", v_compute, QUIET, ALL},
    {"to_thread", v_to_thread, WAITS, ALL},
    {"log", v_log, QUIET, ALL},
    {"time", v_time, ASKS, ALL},
    {"raise", v_raise, QUIET, ALL},
    {"catch", v_catch, QUIET, ALL},
    {"return", v_return, QUIET, ALL},
    {"stop", v_stop, QUIET, ALL},
    {"gather", v_gather, QUIET, NEW_FIRST},
    {"gather_all", v_gather_all, QUIET, NEW_FIRST},
    {"shield", v_shield, QUIET, NEW_FIRST},
    {"wait_all", v_wait_all, ASKS, ALL},
    {"wait_first", v_wait_first, ASKS, ALL},
    {"wait_exception", v_wait_exception, ASKS, ALL},
    {"within", v_within, GIVES, ALL},
    {"as_completed", v_as_completed, QUIET, NEW_FIRST},
    {"next", v_next, GIVES, ALL},
    {"timeout", v_timeout, QUIET, NEW_FIRST},
    {"timeout_at", v_timeout_at, QUIET, NEW_FIRST},
    {"reschedule", v_reschedule, QUIET, ALL},
    {"when", v_when, ASKS, ALL},
    {"expired", v_expired, ASKS, ALL},
    {"group", v_group, QUIET, NEW_FIRST},
    {"leave", v_leave, WAITS, ALL},
    {"spawn", v_spawn, QUIET, NONE},
    {"spawn_eager", v_spawn_eager, QUIET, NONE},
    {"create", v_create, QUIET, FIRST_ONLY},
    {"create_eager", v_create_eager, QUIET, FIRST_ONLY},
    {"call_soon", v_call_soon, QUIET, NEW_FIRST},
    {"call_later", v_call_later, QUIET, NEW_FIRST},
    {"call_at", v_call_at, QUIET, NEW_FIRST},
    {"on_done", v_on_done, QUIET, ALL},
    {"off_done", v_off_done, ASKS, ALL},
};

const verb *verb_named(const char *name) {
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    FAULT("no statement is named %s", name);
}
