#include "play.h"

#include "engine_test.h"

enum {
    WORDS = 8,
    STATEMENTS = 32,
    ROUTINES = 24,
    NAMES = 48,
    NAME_SIZE = 16,
    TEXT_SIZE = 16 * 1024
};

typedef struct actor actor;
typedef struct verb verb;

typedef struct statement {
    const verb *verb;
    const char *words[WORDS]; /* after the verb */
    int count;
    bool always;
} statement;

typedef struct routine {
    const char *name;
    statement statements[STATEMENTS];
    int count;
    bool started; /* a task of its own from the beginning */
} routine;

enum kind {
    LOCK,
    EVENT,
    CONDITION,
    SEMAPHORE,
    BARRIER,
    QUEUE,
    FUTURE, /* and tasks */
    TIMEOUT,
    GROUP,
    AS_COMPLETED,
    HANDLE
};

typedef struct named {
    const char *name;
    enum kind kind;
    void *object; /* NULL: no longer there */
} named;

enum mode { COROUTINES, STEP_MACHINES, BY_TURNS, MODES };

static const char *const mode_names[] = {"coroutines", "step machines", "both by turns"};

/* The play that runs. */
static struct {
    const char *file;
    int line;
    char text[TEXT_SIZE]; /* the script, cut into words */
    size_t used;
    routine routines[ROUTINES];
    int routine_count;
    named names[NAMES];
    int name_count;
    const char *objects[NAMES];
    int object_count;
    char expected[TEXT_SIZE];
    actor *actors;
    enum mode mode;
    int tasks;     /* created so far */
    int64_t level; /* what wait_for looks at */
} stage;

/* Who carries out a routine: a task's, or for a moment a callback's. */
struct actor {
    actor *next;
    const char *name;
    const routine *routine;
    const statement *current; /* the one that waits */
    int at;
    int error; /* that skips the statements; 0: none */
    cad_exception *exception;
    void *value; /* where get and await put what they give */
    bool returned;
};

struct verb {
    const char *name;
    int (*run)(actor *self, const statement *s);
    enum {
        QUIET,
        WAITS,
        GIVES,
        ASKS
    } log; /* its success: unlogged; logged; with the value that
             it gives, if any; with the number it returns */
};

#define FAULT(...)                                                                                 \
    do {                                                                                           \
        print_error("%s:%d: ", stage.file, stage.line);                                            \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
        abort();                                                                                   \
    } while (0)

/* --- Names and words ------------------------------------------------------------------------- */

static named *find(const char *name) {
    for (int i = 0; i < stage.name_count; i++)
        if (strcmp(stage.names[i].name, name) == 0)
            return &stage.names[i];
    return NULL;
}

static void introduce(const char *name, enum kind kind, void *object) {
    named *entry = find(name);
    if (entry == NULL) {
        if (stage.name_count == NAMES)
            FAULT("too many names");
        entry = &stage.names[stage.name_count++];
    }
    *entry = (named){name, kind, object};
}

static const char *word(const statement *s, int index) {
    if (index >= s->count)
        FAULT("\"%s\" wants more words", s->verb->name);
    return s->words[index];
}

static named *operand(const statement *s) {
    named *entry = find(word(s, 0));
    if (entry == NULL || entry->object == NULL)
        FAULT("\"%s %s\": no such object", s->verb->name, s->words[0]);
    return entry;
}

static void *object(const statement *s, int index, enum kind kind) {
    named *entry = find(word(s, index));
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
    return strtoll(word(s, index), NULL, 10);
}

static void *item(const statement *s, int index) {
    return (void *)(intptr_t)whole(s, index);
}

static int64_t seconds(const statement *s, int index) {
    if (strcmp(word(s, index), "-") == 0)
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
    int code = error_named(word(s, 1));
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
    note("%s %s", self->name, word(s, 0));
    return 0;
}

VERB(v_time) {
    UNUSED;
    return (int)(cad_loop_time(test_loop) / CAD_SECOND);
}

VERB(v_raise) {
    UNUSED;
    return cad_raise(error_named(word(s, 0)), s->count > 1 ? s->words[1] : NULL);
}

VERB(v_return) {
    self->returned = true;
    self->at = self->routine->count;
    return cad_return(item(s, 0));
}

VERB(v_stop) {
    UNUSED;
    cad_loop_stop(test_loop);
    return 0;
}

/* --- Verbs: what combines tasks -------------------------------------------------------------- */

static int gather(const statement *s, bool return_exceptions) {
    cad_future *list[WORDS], *outer;
    size_t count = futures(s, 1, list);
    int error = cad_gather(test_loop, list, count, return_exceptions, &outer);
    if (error == 0)
        introduce(word(s, 0), FUTURE, outer);
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
        introduce(word(s, 0), FUTURE, outer);
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
        introduce(word(s, 0), AS_COMPLETED, iterator);
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
        introduce(word(s, 0), TIMEOUT, scope);
    return error;
}

VERB(v_timeout_at) {
    UNUSED;
    cad_timeout *scope;
    int error = cad_timeout_enter_at(seconds(s, 1), &scope);
    if (error == 0)
        introduce(word(s, 0), TIMEOUT, scope);
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
        introduce(word(s, 0), GROUP, group);
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

/* --- Carrying out a routine ------------------------------------------------------------------ */

static void note_error(const actor *self, const char *what, int code, cad_exception *exception) {
    char line[1024];
    const char *message = exception != NULL ? cad_exception_message(exception) : "";
    int end = snprintf(line, sizeof line, "%s!%s(%s)", what, cad_error_name(code), message);
    size_t count = exception != NULL ? cad_exception_count(exception) : 0;
    for (size_t i = 0; i < count; i++) {
        const cad_exception *member = cad_exception_at(exception, i);
        end += snprintf(line + end, sizeof line - (size_t)end, "%s%s(%s)%s", i == 0 ? "[" : " ",
                        cad_error_name(cad_exception_code(member)), cad_exception_message(member),
                        i + 1 == count ? "]" : "");
        assert_in_range(end, 0, sizeof line - 1);
    }
    note("%s %s", self->name, line);
}

static void fail_with(actor *self, int error, cad_exception *exception) {
    cad_exception *old = self->exception;
    self->error = error;
    self->exception = cad_exception_ref(exception);
    cad_exception_unref(old);
}

static bool is(const statement *s, int (*run)(actor *self, const statement *s)) {
    return s->verb->run == run;
}

VERB(v_catch) {
    if (s->count == 0 || self->error == error_named(s->words[0]))
        fail_with(self, 0, NULL);
    return 0;
}

static bool skipped(const actor *self, const statement *s) {
    if (is(s, v_leave)) {
        const named *scope = find(word(s, 0));
        return scope == NULL || scope->object == NULL;
    }
    return self->error != 0 && !s->always && !is(s, v_catch);
}

static void finished(actor *self, const statement *s, int result) {
    const char *name = s->verb->name;
    if (is(s, v_leave)) {
        find(word(s, 0))->object = NULL;
        if (result == 0)
            fail_with(self, 0, NULL);
    }
    if (result < 0) {
        fail_with(self, result, cad_error_exception());
        if (!is(s, v_raise))
            note_error(self, name, result, self->exception);
    } else if (s->verb->log == ASKS) {
        note("%s %s=%d", self->name, name, result);
    } else if (s->verb->log == GIVES && self->value != NULL) {
        note("%s %s=%d", self->name, name, (int)(intptr_t)self->value);
    } else if (s->verb->log != QUIET) {
        note("%s %s", self->name, name);
    }
}

/* The step of a step machine, and the whole of a coroutine: there nothing is ever pending. */
static int act(actor *self, int result) {
    if (self->current != NULL)
        finished(self, self->current, result);
    self->current = NULL;
    while (self->at < self->routine->count) {
        const statement *s = &self->routine->statements[self->at++];
        if (skipped(self, s))
            continue;
        self->value = NULL;
        result = s->verb->run(self, s);
        if (result == CAD_PENDING) {
            self->current = s;
            return CAD_PENDING;
        }
        finished(self, s, result);
    }
    if (self->error == 0)
        return 0;
    note_error(self, "ends", self->error, self->exception);
    return cad_raise_exception(self->error, cad_exception_ref(self->exception));
}

static actor *new_actor(const char *name, const routine *of) {
    actor *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->name = name;
    self->routine = of;
    self->next = stage.actors;
    stage.actors = self;
    return self;
}

/* --- Verbs that start a routine -------------------------------------------------------------- */

static int run_coroutine(void *arg) {
    return act(arg, 0);
}

static int run_step(void *state, int result) {
    return act(*(actor **)state, result);
}

static const cad_step_type step_type = {.state_size = sizeof(actor *), .step = run_step};

static int create(const char *name, const routine *of, cad_task_group *group) {
    cad_task_options options = {.name = name, .group = group};
    actor *self = new_actor(name, of);
    cad_task *task;
    int error;
    int number = stage.tasks++;
    if (stage.mode == COROUTINES || (stage.mode == BY_TURNS && number % 2 == 0)) {
        error = cad_task_create(test_loop, run_coroutine, self, &options, &task);
    } else {
        error = cad_step_create(test_loop, &step_type, &options, &task);
        if (error == 0)
            *(actor **)cad_task_state(task) = self;
    }
    if (error == 0)
        introduce(name, FUTURE, task);
    return error;
}

VERB(v_spawn) {
    UNUSED;
    return create(word(s, s->count - 1), routine_named(word(s, 0)), NULL);
}

VERB(v_create) {
    UNUSED;
    return create(word(s, s->count - 1), routine_named(word(s, 1)), object(s, 0, GROUP));
}

static void call(void *arg) {
    const routine *of = arg;
    (void)act(new_actor(of->name, of), 0);
}

static void done_call(cad_future *future, void *arg) {
    (void)future;
    call(arg);
}

static void *callback(const statement *s, int index) {
    return (void *)(uintptr_t)routine_named(word(s, index));
}

static int keep_handle(const statement *s, int error, cad_handle *handle) {
    if (error == 0)
        introduce(word(s, 0), HANDLE, handle);
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
    {"acquire", v_acquire, WAITS},
    {"release", v_release, QUIET},
    {"locked", v_locked, ASKS},
    {"value", v_value, ASKS},
    {"wait", v_wait, WAITS},
    {"set", v_set, QUIET},
    {"clear", v_clear, QUIET},
    {"is_set", v_is_set, ASKS},
    {"wait_for", v_wait_for, WAITS},
    {"level", v_level, QUIET},
    {"notify", v_notify, QUIET},
    {"notify_all", v_notify_all, QUIET},
    {"pass", v_pass, ASKS},
    {"reset", v_reset, WAITS},
    {"abort", v_abort, WAITS},
    {"n_waiting", v_n_waiting, ASKS},
    {"broken", v_broken, ASKS},
    {"put", v_put, WAITS},
    {"put_nowait", v_put_nowait, QUIET},
    {"get", v_get, GIVES},
    {"get_nowait", v_get_nowait, GIVES},
    {"task_done", v_task_done, QUIET},
    {"join", v_join, WAITS},
    {"shutdown", v_shutdown, QUIET},
    {"size", v_size, ASKS},
    {"full", v_full, ASKS},
    {"empty", v_empty, ASKS},
    {"unfinished", v_unfinished, ASKS},
    {"await", v_await, GIVES},
    {"set_result", v_set_result, QUIET},
    {"set_exception", v_set_exception, QUIET},
    {"result", v_result, GIVES},
    {"exception", v_exception, WAITS},
    {"done", v_done, ASKS},
    {"cancelled", v_cancelled, ASKS},
    {"cancel", v_cancel, QUIET},
    {"try_cancel", v_try_cancel, ASKS},
    {"uncancel", v_uncancel, ASKS},
    {"cancelling", v_cancelling, ASKS},
    {"sleep", v_sleep, QUIET},
    {"compute", v_compute, QUIET},
    {"to_thread", v_to_thread, WAITS},
    {"log", v_log, QUIET},
    {"time", v_time, ASKS},
    {"raise", v_raise, QUIET},
    {"catch", v_catch, QUIET},
    {"return", v_return, QUIET},
    {"stop", v_stop, QUIET},
    {"gather", v_gather, QUIET},
    {"gather_all", v_gather_all, QUIET},
    {"shield", v_shield, QUIET},
    {"wait_all", v_wait_all, ASKS},
    {"wait_first", v_wait_first, ASKS},
    {"wait_exception", v_wait_exception, ASKS},
    {"within", v_within, GIVES},
    {"as_completed", v_as_completed, QUIET},
    {"next", v_next, GIVES},
    {"timeout", v_timeout, QUIET},
    {"timeout_at", v_timeout_at, QUIET},
    {"reschedule", v_reschedule, QUIET},
    {"when", v_when, ASKS},
    {"expired", v_expired, ASKS},
    {"group", v_group, QUIET},
    {"leave", v_leave, WAITS},
    {"spawn", v_spawn, QUIET},
    {"create", v_create, QUIET},
    {"call_soon", v_call_soon, QUIET},
    {"call_later", v_call_later, QUIET},
    {"call_at", v_call_at, QUIET},
    {"on_done", v_on_done, QUIET},
    {"off_done", v_off_done, ASKS},
};

static const verb *verb_named(const char *name) {
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    FAULT("no statement is named %s", name);
}

/* --- Reading the script ---------------------------------------------------------------------- */

static char *keep(const char *line) {
    size_t size = strlen(line) + 1;
    if (size > TEXT_SIZE - stage.used)
        FAULT("too long a script");
    char *copy = memcpy(stage.text + stage.used, line, size);
    stage.used += size;
    return copy;
}

static void read_statement(routine *into, char *text) {
    char *rest, *name = strtok_r(text, " ", &rest);
    if (name == NULL)
        FAULT("an empty statement in %s", into->name);
    if (into->count == STATEMENTS)
        FAULT("too many statements in %s", into->name);
    statement *s = &into->statements[into->count++];
    s->always = name[0] == '!';
    s->verb = verb_named(name + s->always);
    for (char *next; (next = strtok_r(NULL, " ", &rest)) != NULL;) {
        if (s->count == WORDS)
            FAULT("too many words after %s", s->verb->name);
        s->words[s->count++] = next;
    }
}

static void read_routine(char *line, char *colon) {
    if (stage.routine_count == ROUTINES)
        FAULT("too many routines");
    routine *next = &stage.routines[stage.routine_count++];
    *colon = '\0';
    next->started = line[0] != '~';
    next->name = line + !next->started;
    char *rest;
    for (char *text = strtok_r(colon + 1, ";", &rest); text != NULL;
         text = strtok_r(NULL, ";", &rest))
        read_statement(next, text);
}

static void read_line(const char *line) {
    size_t length = strlen(stage.expected);
    if (strncmp(line, "= ", 2) == 0) {
        snprintf(stage.expected + length, TEXT_SIZE - length, "%s\n", line + 2);
        return;
    }
    if (strncmp(line, "python ", 7) == 0 || strncmp(line, "only here:", 10) == 0)
        return;
    char *copy = keep(line), *colon = strchr(copy, ':');
    if (colon != NULL)
        read_routine(copy, colon);
    else
        stage.objects[stage.object_count++] = copy;
}

/* --- Objects --------------------------------------------------------------------------------- */

static int smaller(const void *a, const void *b) {
    return (intptr_t)a < (intptr_t)b;
}

static void make_object(const char *line) {
    char type[NAME_SIZE], argument[NAME_SIZE] = "0";
    char *name = keep(line);
    if (sscanf(line, "%15s %15s %15s", type, name, argument) < 2)
        FAULT("no object: %s", line);
    size_t number = strtoul(argument, NULL, 10);
    if (strcmp(type, "lock") == 0)
        introduce(name, LOCK, cad_lock_new(test_loop));
    else if (strcmp(type, "event") == 0)
        introduce(name, EVENT, cad_event_new(test_loop));
    else if (strcmp(type, "future") == 0)
        introduce(name, FUTURE, cad_future_new(test_loop));
    else if (strcmp(type, "condition") == 0)
        introduce(name, CONDITION,
                  cad_condition_new(test_loop, find(argument) ? find(argument)->object : NULL));
    else if (strcmp(type, "semaphore") == 0)
        introduce(name, SEMAPHORE, cad_semaphore_new(test_loop, number));
    else if (strcmp(type, "bounded") == 0)
        introduce(name, SEMAPHORE, cad_bounded_semaphore_new(test_loop, number));
    else if (strcmp(type, "barrier") == 0)
        introduce(name, BARRIER, cad_barrier_new(test_loop, number));
    else if (strcmp(type, "queue") == 0)
        introduce(name, QUEUE, cad_queue_new(test_loop, number));
    else if (strcmp(type, "lifo") == 0)
        introduce(name, QUEUE, cad_lifo_queue_new(test_loop, number));
    else if (strcmp(type, "priority") == 0)
        introduce(name, QUEUE, cad_priority_queue_new(test_loop, number, smaller));
    else
        FAULT("no type of object is named %s", type);
}

/* --- Playing --------------------------------------------------------------------------------- */

static void give_back(void) {
    for (int i = 0; i < stage.name_count; i++) {
        named *entry = &stage.names[i];
        if (entry->kind == FUTURE)
            cad_future_unref(entry->object);
        else if (entry->kind == HANDLE)
            cad_handle_unref(entry->object);
    }
    stage.name_count = 0;
}

static void free_actors(void) {
    while (stage.actors != NULL) {
        actor *first = stage.actors;
        stage.actors = first->next;
        cad_exception_unref(first->exception);
        free(first);
    }
}

static const char *outcome(int result) {
    switch (result) {
    case 0:
        return "complete";
    case CAD_EDEADLOCK:
        return "deadlock";
    case CAD_ESTOPPED:
        return "stopped";
    default:
        return cad_error_name(result);
    }
}

static void play_once(enum mode mode) {
    char end[64], time[32];
    stage.mode = mode;
    stage.level = stage.tasks = 0;
    count_blocks();
    note_clear();
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &test_loop), 0);
    for (int i = 0; i < stage.object_count; i++)
        make_object(stage.objects[i]);
    for (int i = 0; i < stage.routine_count; i++)
        if (stage.routines[i].started)
            assert_int_equal(create(stage.routines[i].name, &stage.routines[i], NULL), 0);
    int result = cad_loop_run(test_loop);
    snprintf(end, sizeof end, "%s at %s\n", outcome(result),
             seconds_text(time, cad_loop_time(test_loop)));
    give_back();
    cad_loop_free(test_loop);
    test_loop = NULL;
    free_actors();
    size_t left = blocks_live();

    size_t length = strlen(noted());
    if (strncmp(stage.expected, noted(), length) != 0 ||
        strcmp(stage.expected + length, end) != 0) {
        print_error("as %s, ", mode_names[mode]);
        print_log("expected", stage.expected);
        print_log("found", noted());
        print_error("%s", end);
        _fail(stage.file, stage.line);
    }
    if (left > 0) {
        print_error("as %s, %zu blocks have not been freed\n", mode_names[mode], left);
        _fail(stage.file, stage.line);
    }
}

void play(const char *file, int line, const char *const *lines) {
    memset(&stage, 0, sizeof stage);
    stage.file = file;
    stage.line = line;
    for (; *lines != NULL; lines++)
        read_line(*lines);
    size_t used = stage.used;
    for (int mode = 0; mode < MODES; mode++) {
        stage.used = used;
        play_once((enum mode)mode);
    }
}
