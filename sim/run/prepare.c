/* Evaluates what is known before the run, and makes the objects. */
#include "run/prepare.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/objects.h"
#include "run/values.h"

#define MOST (INT64_C(1) << 53)

static int fault(run_machine *machine, uint32_t place, const char *message) {
    return doc_faults_add(&machine->program->document->faults, place, NULL, message);
}

static int evaluate(run_machine *machine, const expr_expression *expression, uint32_t place,
                    expr_value *value) {
    expr_env env = {.world = &machine->world, .random = &machine->draws.random};
    expr_error error;
    if (expr_evaluate(expression, &env, value, &error) == 0)
        return 0;
    return error.code == CAD_ENOMEM ? CAD_ENOMEM : fault(machine, place, error.message);
}

static int evaluate_whole(run_machine *machine, const prog_setting *setting, const char *what,
                          int64_t least, int64_t most, int64_t *whole) {
    expr_value value;
    expr_error error;
    char message[160];
    int result = evaluate(machine, setting->value, setting->place, &value);
    if (result != 0)
        return result;
    result = expr_value_whole(value, what, whole, &error);
    expr_value_unref(value);
    if (result != 0)
        return fault(machine, setting->place, error.message);
    if (*whole >= least && *whole <= most)
        return 0;
    if (most == MOST)
        (void)snprintf(message, sizeof message, "%s must be at least %lld, not %lld", what,
                       (long long)least, (long long)*whole);
    else
        (void)snprintf(message, sizeof message, "%s must be from %lld to %lld, not %lld", what,
                       (long long)least, (long long)most, (long long)*whole);
    return fault(machine, setting->place, message);
}

static int evaluate_time(run_machine *machine, const prog_setting *setting, const char *what,
                         int64_t *time_ns) {
    expr_value value;
    expr_error error;
    char message[80];
    int result = evaluate(machine, setting->value, setting->place, &value);
    if (result != 0)
        return result;
    result = expr_value_nanoseconds(value, time_ns, &error);
    expr_value_unref(value);
    if (result != 0)
        return fault(machine, setting->place, error.message);
    if (*time_ns >= 0)
        return 0;
    (void)snprintf(message, sizeof message, "%s must not be negative", what);
    return fault(machine, setting->place, message);
}

/* The first error that is not 0 stands; no memory before all. */
static int both(int a, int b) {
    return a == 0 || b == CAD_ENOMEM ? b : a;
}

/* --- Variables ------------------------------------------------------------------------------- */

/* What an override's expression is compiled against: the variables before it. */
typedef struct earlier {
    const prog_program *program;
    uint32_t count;
} earlier;

static int resolve(const expr_scope *scope, const char *name, size_t length, bool behind,
                   expr_name *found) {
    const earlier *known = scope->context;
    uint32_t slot = base_symbols_find(&known->program->global_names, name, length);
    (void)behind;
    if (slot >= known->count)
        return CAD_EKEY;
    *found = (expr_name){.kind = EXPR_NAME_GLOBAL, .slot = slot};
    return 0;
}

static void suggest(const expr_scope *scope, base_suggestion *suggestion) {
    const earlier *known = scope->context;
    for (uint32_t i = 0; i < known->count; i++)
        base_suggestion_offer(suggestion, base_symbols_name(&known->program->global_names, i));
}

typedef struct override_report {
    run_machine *machine;
    const run_override *override;
} override_report;

static void report_override(void *context, size_t offset, size_t length, const char *message) {
    const override_report *report = context;
    const run_override *override = report->override;
    const doc_excerpt excerpt = {override->value, strlen(override->value), offset, length};
    char text[300];
    (void)snprintf(text, sizeof text, "cannot set \"%s\": %s", override->name, message);
    (void)doc_faults_add(&report->machine->program->document->faults, DOC_NOWHERE, &excerpt, text);
}

static int evaluate_override(run_machine *machine, const run_override *override, uint32_t slot) {
    earlier known = {machine->program, slot};
    expr_scope scope = {.context = &known, .resolve = resolve, .suggest = suggest};
    override_report report = {machine, override};
    expr_expression *expression;
    int error = expr_compile(override->value, strlen(override->value), &scope, report_override,
                             &report, &expression);
    if (error != 0)
        return error;
    error = evaluate(machine, expression, DOC_NOWHERE, &machine->globals[slot]);
    expr_free(expression);
    return error;
}

/* The last one for a variable counts; NULL: there is none. */
static const run_override *find_override(const run_machine *machine, const char *name) {
    const run_machine_options *options = machine->options;
    for (size_t i = options->override_count; i-- > 0;)
        if (strcmp(options->overrides[i].name, name) == 0)
            return &options->overrides[i];
    return NULL;
}

static int check_override(run_machine *machine, const char *name) {
    const base_symbols *names = &machine->program->global_names;
    base_suggestion suggestion;
    char message[300];
    if (base_symbols_find(names, name, strlen(name)) != BASE_NO_SYMBOL)
        return 0;
    base_suggestion_start(&suggestion, name, strlen(name));
    base_symbols_suggest(names, &suggestion);
    (void)snprintf(
        message, sizeof message, "cannot set \"%s\": the scenario has no such variable%s%s%s", name,
        suggestion.best != NULL ? "; did you mean \"" : "",
        suggestion.best != NULL ? suggestion.best : "", suggestion.best != NULL ? "\"?" : "");
    return fault(machine, DOC_NOWHERE, message);
}

int run_prepare_variables(run_machine *machine) {
    const prog_program *program = machine->program;
    int error = 0;
    for (size_t i = 0; i < machine->options->override_count; i++)
        error = both(error, check_override(machine, machine->options->overrides[i].name));
    for (uint32_t i = 0; i < program->global_names.count; i++) {
        const prog_setting *variable = &program->variables[i];
        const run_override *override =
            find_override(machine, base_symbols_name(&program->global_names, i));
        error = both(error, override != NULL ? evaluate_override(machine, override, i)
                                             : evaluate(machine, variable->value, variable->place,
                                                        &machine->globals[i]));
    }
    return error;
}

/* --- Objects --------------------------------------------------------------------------------- */

/* A list of them: forks[0], forks[1], ... */
static int prepare_list(run_machine *machine, const prog_object *object, int64_t size) {
    int64_t count = 0;
    int error = evaluate_whole(machine, &object->count, "count", 0, EXPR_LIST_MAX_ITEMS, &count);
    if (error == 0)
        error = expr_list_blank((size_t)count, &machine->globals[object->list]);
    for (int64_t i = 0; i < count && error == 0; i++) {
        expr_value item;
        base_buffer_clear(&machine->text);
        error = base_buffer_format(&machine->text, "%s[%lld]", object->name, (long long)i);
        if (error == 0)
            error = run_object_new(machine, object, size, NULL, machine->text.data, &item);
        if (error == 0)
            expr_list_put(machine->globals[object->list], (size_t)i, item);
    }
    return error;
}

static int prepare_object(run_machine *machine, const prog_object *object) {
    const prog_object_member *member = run_object_size(object->type);
    int64_t size = prog_object_kinds[object->type].size;
    run_instance *instance = &machine->objects[object->index];
    int error = 0;
    if (object->size.value != NULL)
        error = evaluate_whole(machine, &object->size, member->name, member->least, MOST, &size);
    if (error != 0)
        return error;
    if (object->count.value != NULL)
        return prepare_list(machine, object, size);
    instance->object = object;
    instance->machine = machine;
    return run_object_create(machine, object, size, NULL, object->name, &instance->primitive);
}

int run_prepare_objects(run_machine *machine) {
    const prog_program *program = machine->program;
    int error = 0;
    for (size_t i = 0; i < program->object_names.count && error != CAD_ENOMEM; i++)
        error = both(error, prepare_object(machine, &program->objects[i]));
    if (error != 0)
        return error;
    machine->never = cad_future_new(machine->loop);
    return machine->never != NULL ? 0 : CAD_ENOMEM;
}

/* --- The rest -------------------------------------------------------------------------------- */

static int prepare_expect(run_machine *machine) {
    const prog_expect *expect = &machine->program->expect;
    int error = 0;
    machine->tolerance_ns = 50 * CAD_MILLISECOND;
    machine->makespan_most_ns = CAD_NEVER;
    if (expect->makespan_least.value != NULL)
        error = both(error, evaluate_time(machine, &expect->makespan_least, "makespan",
                                          &machine->makespan_least_ns));
    if (expect->makespan_most.value != NULL)
        error = both(error, evaluate_time(machine, &expect->makespan_most, "makespan",
                                          &machine->makespan_most_ns));
    if (expect->tolerance.value != NULL)
        error = both(
            error, evaluate_time(machine, &expect->tolerance, "tolerance", &machine->tolerance_ns));
    if (expect->max_concurrent.value != NULL)
        error = both(error, evaluate_whole(machine, &expect->max_concurrent, "max_concurrent", 0,
                                           MOST, &machine->max_concurrent));
    return error;
}

static int prepare_count(run_machine *machine, const prog_task_spec *spec, int64_t *count) {
    *count = 1;
    if (spec->count.value == NULL)
        return 0;
    int error = evaluate_whole(machine, &spec->count, "count", 0, MOST, count);
    if (error == 0 && spec->main && *count != 1)
        error = fault(machine, spec->count.place, "the main task is one; its count must be 1");
    return error;
}

int run_prepare_settings(run_machine *machine) {
    const prog_program *program = machine->program;
    int64_t threads = 4;
    int error = prepare_expect(machine);
    for (size_t i = 0; i < program->task_count; i++)
        error = both(error, prepare_count(machine, &program->tasks[i], &machine->counts[i]));
    for (size_t i = 0; i < program->signal_count; i++)
        error = both(error, evaluate_time(machine, &program->signals[i].at, "a time",
                                          &machine->signals[i].at_ns));
    machine->until_ns = CAD_NEVER;
    if (machine->options->until_given)
        machine->until_ns = machine->options->until_ns;
    else if (program->until.value != NULL)
        error = both(error, evaluate_time(machine, &program->until, "until", &machine->until_ns));
    if (program->threads.value != NULL)
        error =
            both(error, evaluate_whole(machine, &program->threads, "threads", 1, 1024, &threads));
    if (error == 0)
        cad_loop_set_threads(machine->loop, (unsigned)threads);
    return error;
}
