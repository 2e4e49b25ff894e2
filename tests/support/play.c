#include "play.h"

#include "stage.h"

struct stage stage;

static const char *const mode_names[] = {
    [COROUTINES] = "coroutines", [STEP_MACHINES] = "step machines", [BY_TURNS] = "both by turns"};

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
        assert_uint_in_range(end, 0, sizeof line - 1);
    }
    note("%s %s", self->name, line);
}

void actor_fail(actor *self, int error, cad_exception *exception) {
    cad_exception *old = self->exception;
    self->error = error;
    self->exception = cad_exception_ref(exception);
    cad_exception_unref(old);
}

static bool is(const statement *s, const char *name) {
    return strcmp(s->verb->name, name) == 0;
}

static bool skipped(const actor *self, const statement *s) {
    if (is(s, "leave")) {
        const named *scope = stage_find(statement_word(s, 0));
        return scope == NULL || scope->object == NULL;
    }
    return self->error != 0 && !s->always && !is(s, "catch");
}

/* A statement whose object could not be made, because memory was short. */
static bool starved(const statement *s) {
    enum references words = s->verb->references;
    int first = words == NEW_FIRST, end = words == NONE ? 0 : words == FIRST_ONLY ? 1 : s->count;
    for (int i = first; i < end; i++)
        for (int k = 0; k < stage.known_count; k++) {
            const named *entry = stage_find(s->words[i]);
            if (strcmp(s->words[i], stage.known[k]) == 0 &&
                (entry == NULL || entry->object == NULL))
                return true;
        }
    return false;
}

static void finished(actor *self, const statement *s, int result) {
    const char *name = s->verb->name;
    if (is(s, "leave")) {
        stage_find(statement_word(s, 0))->object = NULL;
        if (result == 0)
            actor_fail(self, 0, NULL);
    }
    if (result < 0) {
        actor_fail(self, result, cad_error_exception());
        if (!is(s, "raise"))
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
        result = starved(s) ? CAD_ENOMEM : s->verb->run(self, s);
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

static int run_coroutine(void *arg) {
    return act(arg, 0);
}

static int run_step(void *state, int result) {
    return act(*(actor **)state, result);
}

static int init_step(cad_task *task, void *state, void *arg) {
    (void)task;
    *(actor **)state = arg;
    return 0;
}

static const cad_step_type step_type = {.state_size = sizeof(actor *), .step = run_step};

int actor_create(const char *name, const routine *of, cad_task_group *group, bool eager) {
    actor *self = new_actor(name, of);
    cad_task_options options = {.name = name,
                                .group = group,
                                .eager_start = eager ? CAD_EAGER_ON : CAD_EAGER_OFF,
                                .init = init_step,
                                .init_arg = self};
    cad_task *task;
    int error;
    int number = stage.tasks++;
    if (stage.mode == COROUTINES || (stage.mode == BY_TURNS && number % 2 == 0)) {
        error = cad_task_create(test_loop, run_coroutine, self, &options, &task);
    } else {
        error = cad_step_create(test_loop, &step_type, &options, &task);
    }
    if (error == 0)
        stage_introduce(name, FUTURE, task);
    return error;
}

void actor_call(const routine *of) {
    (void)act(new_actor(of->name, of), 0);
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
    if (strncmp(line, "only here:", 10) == 0)
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
    char type[16], argument[16] = "0"; /* as long as sscanf() is told below */
    char *name = keep(line);
    if (sscanf(line, "%15s %15s %15s", type, name, argument) < 2)
        FAULT("no object: %s", line);
    size_t number = strtoul(argument, NULL, 10);
    if (strcmp(type, "lock") == 0)
        stage_introduce(name, LOCK, cad_lock_new(test_loop));
    else if (strcmp(type, "event") == 0)
        stage_introduce(name, EVENT, cad_event_new(test_loop));
    else if (strcmp(type, "future") == 0)
        stage_introduce(name, FUTURE, cad_future_new(test_loop));
    else if (strcmp(type, "condition") == 0)
        stage_introduce(name, CONDITION,
                        cad_condition_new(
                            test_loop, stage_find(argument) ? stage_find(argument)->object : NULL));
    else if (strcmp(type, "semaphore") == 0)
        stage_introduce(name, SEMAPHORE, cad_semaphore_new(test_loop, number));
    else if (strcmp(type, "bounded") == 0)
        stage_introduce(name, SEMAPHORE, cad_bounded_semaphore_new(test_loop, number));
    else if (strcmp(type, "barrier") == 0)
        stage_introduce(name, BARRIER, cad_barrier_new(test_loop, number));
    else if (strcmp(type, "queue") == 0)
        stage_introduce(name, QUEUE, cad_queue_new(test_loop, number));
    else if (strcmp(type, "lifo") == 0)
        stage_introduce(name, QUEUE, cad_lifo_queue_new(test_loop, number));
    else if (strcmp(type, "priority") == 0)
        stage_introduce(name, QUEUE, cad_priority_queue_new(test_loop, number, smaller));
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

/* Builds the stage, and plays up to the end of the run; what it returned. */
static int run(enum mode mode, size_t failing) {
    stage.mode = mode;
    stage.level = stage.tasks = 0;
    stage.used = stage.script_size;
    count_blocks();
    note_clear();
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &test_loop), 0);
    cad_loop_set_exception_handler(test_loop, ignore_unretrieved, NULL);
    for (int i = 0; i < stage.object_count; i++)
        make_object(stage.objects[i]);
    for (int i = 0; i < stage.routine_count; i++)
        if (stage.routines[i].started)
            assert_int_equal(actor_create(stage.routines[i].name, &stage.routines[i], NULL, false),
                             0);
    fail_block(failing);
    return cad_loop_run(test_loop);
}

static void clean_up(enum mode mode, size_t failing) {
    give_back();
    cad_loop_free(test_loop);
    test_loop = NULL;
    free_actors();
    size_t left = blocks_live();
    if (left == 0)
        return;
    print_error("as %s, %zu blocks have not been freed", mode_names[mode], left);
    if (failing > 0)
        print_error(" when allocation %zu failed", failing);
    print_error("\n");
    _fail(stage.file, stage.line);
}

static void play_once(enum mode mode) {
    char end[64], time[32];
    int result = run(mode, 0);
    snprintf(end, sizeof end, "%s at %s\n", outcome(result),
             seconds_text(time, cad_loop_time(test_loop)));
    stage.known_count = stage.name_count;
    for (int i = 0; i < stage.name_count; i++)
        stage.known[i] = stage.names[i].name;
    clean_up(mode, 0);
    size_t length = strlen(noted());
    if (strncmp(stage.expected, noted(), length) == 0 && strcmp(stage.expected + length, end) == 0)
        return;
    print_error("as %s, ", mode_names[mode]);
    print_log("expected", stage.expected);
    print_log("found", noted());
    print_error("%s", end);
    _fail(stage.file, stage.line);
}

/* Each allocation of the run fails once. What happens then is not compared, but nothing may be
 * lost: the loop goes on, and everything is freed. */
static void starve(enum mode mode) {
    for (size_t failing = 1;; failing++) {
        (void)run(mode, failing);
        bool reached = block_failed();
        clean_up(mode, failing);
        if (!reached)
            return;
    }
}

void play(const char *file, int line, const char *const *lines) {
    memset(&stage, 0, sizeof stage);
    stage.file = file;
    stage.line = line;
    for (; *lines != NULL; lines++)
        read_line(*lines);
    stage.script_size = stage.used;
    for (int mode = 0; mode < MODES; mode++)
        play_once((enum mode)mode);
    for (int mode = 0; mode < BY_TURNS; mode++)
        starve((enum mode)mode);
}
