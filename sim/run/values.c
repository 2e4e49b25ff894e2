/* Expressions and texts, evaluated for a job. */
#include "run/values.h"

#include <string.h>

#include "base/buffer.h"
#include "program/exceptions.h"
#include "run/parts.h"

/* The error that is being raised began there, where that is in the document. */
static void began_in_part(const run_job *job, const expr_part *part) {
    if (part != NULL && part->string != DOC_NOWHERE)
        job->machine->origin = run_part_number(job->machine, part);
}

/* With what there is beyond Python's words: a note, and the part of the expression. */
static int raise_error(const run_job *job, const expr_error *error) {
    if (error->code == CAD_ENOMEM)
        return CAD_ENOMEM;
    int code = prog_raise(error->code, error->message);
    if (code == CAD_ENOMEM)
        return code;
    if (error->note[0] != '\0') /* without memory there is none */
        (void)cad_exception_add_note(cad_error_exception(), error->note);
    began_in_part(job, error->part);
    return code;
}

/* An error of what was made of an expression's value is one of all of it. */
static int raise_value_error(const run_job *job, const expr_expression *expression,
                             expr_error *error) {
    error->part = expr_whole(expression);
    return raise_error(job, error);
}

/* --- What is no number ------------------------------------------------------------------------ */

/* How much of a text a message shows: all, or a part that ends between two characters. */
static int shown(const expr_string *text) {
    enum { SHOWN = 40 };
    int length = (int)text->sequence.length;
    if (length <= SHOWN)
        return length;
    for (length = SHOWN; ((unsigned char)text->text[length] & 0xc0) == 0x80;)
        length--;
    return length;
}

/* Whether an argument can be the text that a parameter has. */
static bool may_be(const prog_arguments *arguments, uint32_t slot, expr_value text) {
    expr_value value;
    for (uint32_t i = 0; i < arguments->count; i++)
        if (arguments->items[i].slot == slot)
            return !expr_text_constant(arguments->items[i].value, &value) ||
                   expr_value_equal(value, text) == 1;
    return false;
}

/* Where the task that runs was given it, where only one place can have: a step that starts such
 * tasks, or a row of `tasks`. DOC_NOWHERE: that is not known. */
static uint32_t find_start(const run_job *job, uint32_t slot) {
    const prog_program *program = job->machine->program;
    const prog_body *body = job->top->body;
    expr_value text = job->top->locals[slot];
    uint32_t place = DOC_NOWHERE, count = 0;
    for (size_t i = 0; i < program->flow.start_count; i++) {
        const prog_start *start = &program->flow.starts[i];
        if (start->body != body || !may_be(start->arguments, slot, text))
            continue;
        place = program->code[start->pc].place;
        count++;
    }
    for (size_t i = 0; i < program->task_count; i++) {
        const prog_task_spec *spec = &program->tasks[i];
        if (spec->call != body || !may_be(spec->arguments, slot, text))
            continue;
        place = spec->place;
        count++;
    }
    return count == 1 ? place : DOC_NOWHERE;
}

/* Where a parameter of the coroutine that runs was given: by the scenario's name, as a message is
 * the same wherever the document lies. */
static void append_call(const run_job *job, uint32_t slot, base_buffer *message) {
    const prog_program *program = job->machine->program;
    const run_frame *caller = run_frame_caller(job, job->top);
    uint32_t place = caller != NULL ? program->code[caller->pc - 1].place : find_start(job, slot);
    if (place == DOC_NOWHERE)
        return;
    (void)base_buffer_format(message, ", passed at ");
    (void)doc_format_place_in(program->document, program->name, place, message);
}

/* The variable by which a text came in, most likely an argument without its braces. */
static void append_variable(const run_job *job, uint32_t slot, base_buffer *message) {
    const prog_body *body = job->top->body;
    const expr_string *text = expr_to_string(job->top->locals[slot]);
    (void)base_buffer_format(message, "; %s is the text '%.*s'",
                             base_symbols_name(&body->variables, slot), shown(text), text->text);
    if (slot < body->parameters)
        append_call(job, slot, message);
}

/* How an argument is written that is none; of a port also where its host stands. */
static const char *advise(const char *what) {
    if (strcmp(what, "a time") == 0)
        return "as in \"{100ms}\"";
    if (strcmp(what, "port") == 0)
        return "as in \"{8007}\"; a host is a member of its own, \"host\"";
    return "as in \"{3}\"";
}

/* A text where a number belongs: which, who had it, and how an argument is none. */
static int raise_text(const run_job *job, const expr_expression *expression, expr_value value,
                      const char *what, const expr_error *error) {
    base_buffer message = {0};
    uint32_t slot;
    const expr_string *text = expr_to_string(value);
    (void)base_buffer_format(&message, "%s must be a number, not the text '%.*s'", what,
                             shown(text), text->text);
    if (expr_reads_text(expression, job->top->locals, &slot))
        append_variable(job, slot, &message);
    (void)base_buffer_format(&message, "; an argument that is no text stands in braces, %s",
                             advise(what));
    int code = message.data != NULL ? prog_raise(error->code, message.data) : CAD_ENOMEM;
    base_buffer_free(&message);
    if (code != CAD_ENOMEM)
        began_in_part(job, expr_whole(expression));
    return code;
}

static int raise_no_number(const run_job *job, const expr_expression *expression, expr_value value,
                           const char *what, expr_error *error) {
    return expr_is_string(value) && error->code == CAD_ETYPE && job->top != NULL
               ? raise_text(job, expression, value, what, error)
               : raise_value_error(job, expression, error);
}

/* --- Evaluating ------------------------------------------------------------------------------- */

/* A task by its name. */
static int find_task(const expr_env *env, uint32_t slot, expr_value *value, expr_error *error) {
    const run_machine *machine = env->world->context;
    (void)error;
    if (machine->tasks[slot] == EXPR_NONE)
        return CAD_EKEY;
    *value = expr_value_ref(machine->tasks[slot]);
    return 0;
}

static void note_costs(const expr_env *env, size_t items) {
    run_machine *machine = env->world->context;
    run_gauge_costs(&machine->gauge, items);
}

void run_values_begin(run_machine *machine) {
    machine->world = (expr_world){
        .globals = machine->globals, .context = machine, .late = find_task, .costs = note_costs};
}

static expr_env env_of(const run_job *job) {
    return (expr_env){.world = &job->machine->world,
                      .locals = job->top->locals,
                      .random = job->draws != NULL ? &job->draws->random : NULL};
}

int run_evaluate(run_job *job, const expr_expression *expression, expr_value *value) {
    expr_error error;
    if (expr_constant(expression, value)) {
        (void)expr_value_ref(*value);
        return 0;
    }
    expr_env env = env_of(job);
    if (expr_evaluate(expression, &env, value, &error) != 0)
        return raise_error(job, &error);
    return 0;
}

int run_evaluate_globally(run_machine *machine, const expr_expression *expression,
                          expr_value *value) {
    expr_error error;
    expr_env env = {.world = &machine->world, .random = &machine->draws.random};
    return expr_evaluate(expression, &env, value, &error);
}

int run_evaluate_duration(run_job *job, const expr_expression *expression, int64_t *nanoseconds) {
    expr_value value;
    expr_error error;
    int result = run_evaluate(job, expression, &value);
    if (result == 0 && expr_value_nanoseconds(value, nanoseconds, &error) != 0)
        result = raise_no_number(job, expression, value, "a time", &error);
    expr_value_unref(value);
    return result;
}

int run_evaluate_limit(run_job *job, const expr_expression *expression, int64_t *nanoseconds) {
    expr_value value = EXPR_NONE;
    expr_error error;
    int result = expression != NULL ? run_evaluate(job, expression, &value) : 0;
    if (value == EXPR_NONE)
        *nanoseconds = CAD_NEVER;
    else if (expr_value_nanoseconds(value, nanoseconds, &error) != 0)
        result = raise_no_number(job, expression, value, "a time", &error);
    expr_value_unref(value);
    return result;
}

int run_evaluate_whole(run_job *job, const expr_expression *expression, const char *what,
                       int64_t *whole) {
    expr_value value;
    expr_error error;
    int result = run_evaluate(job, expression, &value);
    if (result == 0 && expr_value_whole(value, what, whole, &error) != 0)
        result = raise_no_number(job, expression, value, what, &error);
    expr_value_unref(value);
    return result;
}

int run_evaluate_items(run_job *job, const expr_expression *expression, expr_value *list) {
    expr_value value;
    expr_error error;
    int result = run_evaluate(job, expression, &value);
    *list = EXPR_NONE;
    if (result == 0 && expr_value_items(value, list, &error) != 0)
        result = raise_value_error(job, expression, &error);
    expr_value_unref(value);
    return result;
}

int run_unpack(run_job *job, expr_value value, const prog_slots *slots, run_storing *store) {
    expr_error error;
    expr_value list;
    if (expr_value_parts(value, slots->count, &list, &error) != 0)
        return raise_error(job, &error);
    for (uint32_t i = 0; i < slots->count; i++)
        store(job, slots->items[i], expr_value_ref(expr_to_list(list)->items[i]));
    expr_value_unref(list);
    return 0;
}

int run_bind(run_job *job, const prog_bindings *bindings, run_storing *store) {
    for (uint32_t i = 0; i < bindings->count; i++) {
        const prog_binding *binding = &bindings->items[i];
        expr_value value;
        int error = run_evaluate(job, binding->expression, &value);
        if (error == 0 && binding->parts != NULL) {
            error = run_unpack(job, value, binding->parts, store);
            expr_value_unref(value);
        } else if (error == 0) {
            store(job, binding->slot, value);
        }
        if (error != 0)
            return error;
    }
    return 0;
}

int run_evaluate_text(run_job *job, const expr_text *text, expr_value *value) {
    expr_error error;
    *value = EXPR_NONE;
    if (text == NULL)
        return 0;
    if (expr_text_constant(text, value)) {
        (void)expr_value_ref(*value);
        return 0;
    }
    expr_env env = env_of(job);
    return expr_text_evaluate(text, &env, value, &error) != 0 ? raise_error(job, &error) : 0;
}

int run_evaluate_arguments(run_job *job, const prog_arguments *arguments, expr_value *locals) {
    for (uint32_t i = 0; i < arguments->count; i++) {
        expr_value value;
        int error = run_evaluate_text(job, arguments->items[i].value, &value);
        if (error != 0)
            return error;
        locals[arguments->items[i].slot] = value;
    }
    return 0;
}

int run_say(run_job *job, const expr_text *text) {
    return run_say_into(job, text, &job->machine->text);
}

int run_say_into(run_job *job, const expr_text *text, base_buffer *buffer) {
    expr_error error;
    base_buffer_clear(buffer);
    if (base_buffer_append(buffer, "", 0) != 0)
        return CAD_ENOMEM;
    expr_env env = env_of(job);
    return expr_text_append(text, &env, buffer, &error) != 0 ? raise_error(job, &error) : 0;
}
