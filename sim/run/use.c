/* What steps use: values, names, output. */
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "run/machine.h"
#include "trace/stream.h"

/* --- Expressions ----------------------------------------------------------------------------- */

int run_raise(int code, const char *message) {
    cad_exception *exception = message != NULL ? cad_exception_new(code, message) : NULL;
    if (message != NULL && exception == NULL)
        return CAD_ENOMEM;
    return cad_raise_exception(code, exception);
}

static int raise_error(const expr_error *error) {
    return error->code == CAD_ENOMEM ? CAD_ENOMEM : run_raise(error->code, error->message);
}

/* A task by its name. */
static int find_task(const expr_env *env, uint32_t slot, expr_value *value, expr_error *error) {
    const run_machine *machine = env->context;
    (void)error;
    if (machine->tasks[slot] == EXPR_NONE)
        return CAD_EKEY;
    *value = expr_value_ref(machine->tasks[slot]);
    return 0;
}

static expr_env env_of(const run_job *job) {
    run_machine *machine = job->machine;
    return (expr_env){.locals = job->top->locals,
                      .globals = machine->globals,
                      .random = job->draws != NULL ? &job->draws->random : NULL,
                      .context = machine,
                      .late = find_task};
}

int run_evaluate(run_job *job, const expr_expression *expression, expr_value *value) {
    expr_error error;
    if (expr_constant(expression, value)) {
        (void)expr_value_ref(*value);
        return 0;
    }
    expr_env env = env_of(job);
    if (expr_evaluate(expression, &env, value, &error) != 0)
        return raise_error(&error);
    return 0;
}

int run_evaluate_globally(run_machine *machine, const expr_expression *expression,
                          expr_value *value) {
    expr_error error;
    expr_env env = {.globals = machine->globals,
                    .random = &machine->draws.random,
                    .context = machine,
                    .late = find_task};
    return expr_evaluate(expression, &env, value, &error);
}

int run_evaluate_duration(run_job *job, const expr_expression *expression, int64_t *nanoseconds) {
    expr_value value;
    expr_error error;
    int result = run_evaluate(job, expression, &value);
    if (result == 0 && expr_value_nanoseconds(value, nanoseconds, &error) != 0)
        result = raise_error(&error);
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
        result = raise_error(&error);
    expr_value_unref(value);
    return result;
}

int run_evaluate_whole(run_job *job, const expr_expression *expression, const char *what,
                       int64_t *whole) {
    expr_value value;
    expr_error error;
    int result = run_evaluate(job, expression, &value);
    if (result == 0 && expr_value_whole(value, what, whole, &error) != 0)
        result = raise_error(&error);
    expr_value_unref(value);
    return result;
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
    return expr_text_evaluate(text, &env, value, &error) != 0 ? raise_error(&error) : 0;
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
    return expr_text_append(text, &env, buffer, &error) != 0 ? raise_error(&error) : 0;
}

/* --- Names ----------------------------------------------------------------------------------- */

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
    return *value != EXPR_NONE ? 0 : run_raise(CAD_EKEY, target->name);
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
    return raise_error(&error);
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
        if ((accepts & PROG_IS((*object)->type)) != 0)
            return 0;
    }
    return run_raise_type(RUN_LACKS_METHOD, value, in->operation->name);
}

/* --- References ------------------------------------------------------------------------------ */

static const char *future_type_name(const void *pointer) {
    return run_is_task(pointer) ? "Task" : "Future";
}

static void future_ref(void *pointer) {
    (void)cad_future_ref(pointer);
}

static void future_unref(void *pointer) {
    cad_future_unref(pointer);
}

static int future_show(const void *pointer, base_buffer *buffer) {
    return base_buffer_format(buffer, "<Task %s>", cad_task_name(pointer));
}

static const char *object_type_name(const void *pointer) {
    static const char *const names[] = {"Queue",     "Lock",    "Event", "Condition",
                                        "Semaphore", "Barrier", "Future"};
    return names[((const prog_object *)pointer)->type];
}

static int object_show(const void *pointer, base_buffer *buffer) {
    const prog_object *object = pointer;
    return base_buffer_format(buffer, "<%s %s>", object_type_name(object), object->name);
}

static const char *handle_type_name(const void *pointer) {
    (void)pointer;
    return "Handle";
}

static void handle_ref(void *pointer) {
    run_callback_ref(pointer);
}

static void handle_unref(void *pointer) {
    run_callback_unref(pointer);
}

static int handle_show(const void *pointer, base_buffer *buffer) {
    (void)pointer;
    return base_buffer_append(buffer, "<Handle>", strlen("<Handle>"));
}

static void exception_ref(void *pointer) {
    (void)cad_exception_ref(pointer);
}

static void exception_unref(void *pointer) {
    cad_exception_unref(pointer);
}

static void futures_ref(void *pointer) {
    ((run_futures *)pointer)->references++;
}

static void futures_unref(void *pointer) {
    run_futures *futures = pointer;
    if (--futures->references > 0)
        return;
    for (uint32_t i = 0; i < futures->count; i++)
        cad_future_unref(futures->items[i]);
    base_free(futures);
}

void run_references_start(void) {
    static const expr_reference_kind kinds[] = {
        [PROG_KIND_OBJECT] = {object_type_name, NULL, NULL, object_show},
        [PROG_KIND_FUTURE] = {future_type_name, future_ref, future_unref, future_show},
        [PROG_KIND_HANDLE] = {handle_type_name, handle_ref, handle_unref, handle_show},
        [PROG_KIND_EXCEPTION] = {NULL, exception_ref, exception_unref, NULL},
        [PROG_KIND_FUTURES] = {NULL, futures_ref, futures_unref, NULL},
    };
    expr_reference_kinds(kinds, sizeof kinds / sizeof *kinds);
}

bool run_is_task(const cad_future *future) {
    cad_object_info info;
    cad_object_describe(future, &info);
    return strcmp(info.type, "Task") == 0;
}

/* --- Output ---------------------------------------------------------------------------------- */

static int print_line(run_machine *machine, const base_buffer *line) {
    const prog_program *program = machine->program;
    run_speak(machine);
    run_lines_add(machine->options->lines, line->data, line->length);
    if (machine->trace != NULL)
        trace_stream_print(machine->trace, cad_loop_time(machine->loop), cad_current_task(),
                           line->data);
    if (machine->options->lines->error != 0)
        return run_machine_stop(machine, RUN_BROKEN, "standard output: %s",
                                strerror(machine->options->lines->error));
    if (program->expect.lines == NULL && program->expect.order_count == 0)
        return 0;
    return base_buffer_append(&machine->printed, line->data, line->length + 1);
}

int run_print(run_machine *machine) {
    return print_line(machine, &machine->text);
}

/* `2s + 013ms `, and the mark. */
static int put_elapsed(base_buffer *line, int64_t elapsed_ns, const char *mark) {
    uint64_t seconds = (uint64_t)(elapsed_ns / CAD_SECOND);
    uint64_t milliseconds = (uint64_t)(elapsed_ns % CAD_SECOND / CAD_MILLISECOND);
    int error = base_buffer_append_uint(line, seconds, 1);
    if (error == 0)
        error = base_buffer_append(line, "s + ", 4);
    if (error == 0)
        error = base_buffer_append_uint(line, milliseconds, 3);
    if (error == 0)
        error = base_buffer_append(line, "ms ", 3);
    return error != 0 ? error : base_buffer_append(line, mark, strlen(mark));
}

int run_log(run_machine *machine, const char *mark) {
    base_buffer *line = &machine->line;
    base_buffer_clear(line);
    int error = put_elapsed(line, cad_loop_time(machine->loop) - machine->zero_ns, mark);
    if (error == 0)
        error = base_buffer_append(line, machine->text.data, machine->text.length);
    return error != 0 ? error : print_line(machine, line);
}

void run_span_begin(run_job *job) {
    run_machine *machine = job->machine;
    if (++machine->spans_open > machine->spans_most)
        machine->spans_most = machine->spans_open;
    if (machine->trace != NULL)
        trace_stream_span_begin(machine->trace, cad_loop_time(machine->loop), cad_current_task(),
                                machine->text.data);
}

void run_span_end(run_job *job) {
    run_machine *machine = job->machine;
    machine->spans_open--;
    if (machine->trace != NULL)
        trace_stream_span_end(machine->trace, cad_loop_time(machine->loop), cad_current_task());
}

/* --- Time ------------------------------------------------------------------------------------ */

int64_t run_deadline(const run_machine *machine, int64_t delay_ns) {
    int64_t now_ns = cad_loop_time(machine->loop);
    return delay_ns > 0 && now_ns > CAD_NEVER - delay_ns ? CAD_NEVER : now_ns + delay_ns;
}
