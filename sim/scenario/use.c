/* What steps use: values, names, output. */
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/exceptions.h"
#include "scenario/machine.h"
#include "trace/writer.h"

/* --- Expressions ----------------------------------------------------------------------------- */

int sim_raise(int code, const char *message) {
    cad_exception *exception = message != NULL ? cad_exception_new(code, message) : NULL;
    if (message != NULL && exception == NULL)
        return CAD_ENOMEM;
    return cad_raise_exception(code, exception);
}

static int raise_error(const sim_error *error) {
    return error->code == CAD_ENOMEM ? CAD_ENOMEM : sim_raise(error->code, error->message);
}

/* A task by its name. */
static int find_task(const sim_env *env, uint32_t slot, sim_value *value, sim_error *error) {
    const sim_machine *machine = env->context;
    (void)error;
    if (machine->tasks[slot] == SIM_NONE)
        return CAD_EKEY;
    *value = sim_value_ref(machine->tasks[slot]);
    return 0;
}

static sim_env env_of(const sim_job *job) {
    sim_machine *machine = job->machine;
    return (sim_env){.locals = job->top->locals,
                     .globals = machine->globals,
                     .random = job->draws != NULL ? &job->draws->random : NULL,
                     .context = machine,
                     .late = find_task};
}

int sim_evaluate(sim_job *job, const sim_expression *expression, sim_value *value) {
    sim_error error;
    if (sim_expression_constant(expression, value)) {
        (void)sim_value_ref(*value);
        return 0;
    }
    sim_env env = env_of(job);
    if (sim_expression_evaluate(expression, &env, value, &error) != 0)
        return raise_error(&error);
    return 0;
}

int sim_evaluate_globally(sim_machine *machine, const sim_expression *expression,
                          sim_value *value) {
    sim_error error;
    sim_env env = {.globals = machine->globals,
                   .random = &machine->draws.random,
                   .context = machine,
                   .late = find_task};
    return sim_expression_evaluate(expression, &env, value, &error);
}

int sim_evaluate_duration(sim_job *job, const sim_expression *expression, int64_t *nanoseconds) {
    sim_value value;
    sim_error error;
    int result = sim_evaluate(job, expression, &value);
    if (result == 0 && sim_value_nanoseconds(value, nanoseconds, &error) != 0)
        result = raise_error(&error);
    sim_value_unref(value);
    return result;
}

int sim_evaluate_limit(sim_job *job, const sim_expression *expression, int64_t *nanoseconds) {
    sim_value value = SIM_NONE;
    sim_error error;
    int result = expression != NULL ? sim_evaluate(job, expression, &value) : 0;
    if (value == SIM_NONE)
        *nanoseconds = CAD_NEVER;
    else if (sim_value_nanoseconds(value, nanoseconds, &error) != 0)
        result = raise_error(&error);
    sim_value_unref(value);
    return result;
}

int sim_evaluate_whole(sim_job *job, const sim_expression *expression, const char *what,
                       int64_t *whole) {
    sim_value value;
    sim_error error;
    int result = sim_evaluate(job, expression, &value);
    if (result == 0 && sim_value_whole(value, what, whole, &error) != 0)
        result = raise_error(&error);
    sim_value_unref(value);
    return result;
}

int sim_evaluate_text(sim_job *job, const sim_text *text, sim_value *value) {
    sim_error error;
    *value = SIM_NONE;
    if (text == NULL)
        return 0;
    if (sim_text_constant(text, value)) {
        (void)sim_value_ref(*value);
        return 0;
    }
    sim_env env = env_of(job);
    return sim_text_evaluate(text, &env, value, &error) != 0 ? raise_error(&error) : 0;
}

int sim_evaluate_arguments(sim_job *job, const sim_arguments *arguments, sim_value *locals) {
    for (uint32_t i = 0; i < arguments->count; i++) {
        sim_value value;
        int error = sim_evaluate_text(job, arguments->items[i].value, &value);
        if (error != 0)
            return error;
        locals[arguments->items[i].slot] = value;
    }
    return 0;
}

int sim_say(sim_job *job, const sim_text *text) {
    return sim_say_into(job, text, &job->machine->text);
}

int sim_say_into(sim_job *job, const sim_text *text, sim_buffer *buffer) {
    sim_error error;
    sim_buffer_clear(buffer);
    if (sim_buffer_append(buffer, "", 0) != 0)
        return CAD_ENOMEM;
    sim_env env = env_of(job);
    return sim_text_append(text, &env, buffer, &error) != 0 ? raise_error(&error) : 0;
}

/* --- Names ----------------------------------------------------------------------------------- */

int sim_find(sim_job *job, const sim_target *target, sim_value *value) {
    if (target->slot != SIM_NO_SLOT) {
        *value = job->top->locals[target->slot];
        if (*value != SIM_UNSET)
            return 0;
    }
    *value = SIM_NONE;
    if (target->object != NULL)
        *value = sim_reference(SIM_KIND_OBJECT, target->object);
    else if (target->task != SIM_NO_SYMBOL)
        *value = job->machine->tasks[target->task];
    return *value != SIM_NONE ? 0 : sim_raise(CAD_EKEY, target->name);
}

int sim_raise_type(enum sim_lack lack, sim_value value, const char *verb) {
    static const char *const formats[] = {
        [SIM_LACKS_METHOD] = "'%s' object has no attribute '%s'",
        [SIM_LACKS_AWAIT] = "object %s can't be used in '%s' expression",
        [SIM_LACKS_FUTURE] = "An asyncio.Future, a coroutine or an awaitable is required",
    };
    sim_error error;
    int code = lack == SIM_LACKS_METHOD ? SIM_EXCEPTION_CODE(SIM_EXCEPTION_ATTRIBUTE) : CAD_ETYPE;
    (void)sim_error_set(&error, code, formats[lack], sim_value_type_name(value), verb);
    return raise_error(&error);
}

int sim_find_future(sim_job *job, const sim_target *target, enum sim_lack lack, const char *verb,
                    cad_future **future) {
    sim_value value;
    *future = NULL;
    int error = sim_find(job, target, &value);
    if (error != 0)
        return error;
    if (sim_is_reference(value) && sim_to_kind(value) == SIM_KIND_FUTURE) {
        *future = sim_to_pointer(value);
        return 0;
    }
    if (sim_is_reference(value) && sim_to_kind(value) == SIM_KIND_OBJECT) {
        const sim_object *object = sim_to_pointer(value);
        *future = job->machine->objects[object->index].primitive;
        if (object->type == SIM_FUTURE)
            return 0;
    }
    return sim_raise_type(lack, value, verb);
}

sim_futures *sim_futures_new(size_t room) {
    sim_futures *futures = sim_zalloc(1, sizeof *futures + room * sizeof(cad_future *));
    if (futures != NULL)
        futures->references = 1;
    return futures;
}

static bool contains(const sim_futures *futures, const cad_future *future) {
    for (uint32_t i = 0; i < futures->count; i++)
        if (futures->items[i] == future)
            return true;
    return false;
}

int sim_find_futures(sim_job *job, const sim_targets *targets, bool once, sim_futures **out) {
    sim_futures *futures = sim_futures_new((size_t)targets->count + 1);
    *out = NULL;
    if (futures == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < targets->count; i++) {
        cad_future *future;
        int error = sim_find_future(job, &targets->items[i], SIM_LACKS_FUTURE, "", &future);
        if (error != 0) {
            sim_value_unref(sim_reference(SIM_KIND_FUTURES, futures));
            return error;
        }
        if (!once || !contains(futures, future))
            futures->items[futures->count++] = cad_future_ref(future);
    }
    *out = futures;
    return 0;
}

int sim_find_object(sim_job *job, const sim_instruction *in, uint32_t accepts,
                    const sim_object **object, sim_instance **instance) {
    const sim_target *target = in->operands[0].target;
    sim_value value;
    if (target->slot == SIM_NO_SLOT && target->object != NULL) { /* of a type that was checked */
        *object = target->object;
        *instance = &job->machine->objects[target->object->index];
        return 0;
    }
    *object = NULL;
    *instance = NULL;
    int error = sim_find(job, target, &value);
    if (error != 0)
        return error;
    if (sim_is_reference(value) && sim_to_kind(value) == SIM_KIND_OBJECT) {
        *object = sim_to_pointer(value);
        *instance = &job->machine->objects[(*object)->index];
        if ((accepts & SIM_IS((*object)->type)) != 0)
            return 0;
    }
    return sim_raise_type(SIM_LACKS_METHOD, value, in->operation->name);
}

/* --- References ------------------------------------------------------------------------------ */

static const char *future_type_name(const void *pointer) {
    return sim_is_task(pointer) ? "Task" : "Future";
}

static void future_ref(void *pointer) {
    (void)cad_future_ref(pointer);
}

static void future_unref(void *pointer) {
    cad_future_unref(pointer);
}

static int future_show(const void *pointer, sim_buffer *buffer) {
    return sim_buffer_format(buffer, "<Task %s>", cad_task_name(pointer));
}

static const char *object_type_name(const void *pointer) {
    static const char *const names[] = {"Queue",     "Lock",    "Event", "Condition",
                                        "Semaphore", "Barrier", "Future"};
    return names[((const sim_object *)pointer)->type];
}

static int object_show(const void *pointer, sim_buffer *buffer) {
    const sim_object *object = pointer;
    return sim_buffer_format(buffer, "<%s %s>", object_type_name(object), object->name);
}

static const char *handle_type_name(const void *pointer) {
    (void)pointer;
    return "Handle";
}

static void handle_ref(void *pointer) {
    sim_callback_ref(pointer);
}

static void handle_unref(void *pointer) {
    sim_callback_unref(pointer);
}

static int handle_show(const void *pointer, sim_buffer *buffer) {
    (void)pointer;
    return sim_buffer_append(buffer, "<Handle>", strlen("<Handle>"));
}

static void exception_ref(void *pointer) {
    (void)cad_exception_ref(pointer);
}

static void exception_unref(void *pointer) {
    cad_exception_unref(pointer);
}

static void futures_ref(void *pointer) {
    ((sim_futures *)pointer)->references++;
}

static void futures_unref(void *pointer) {
    sim_futures *futures = pointer;
    if (--futures->references > 0)
        return;
    for (uint32_t i = 0; i < futures->count; i++)
        cad_future_unref(futures->items[i]);
    sim_free(futures);
}

void sim_references_start(void) {
    static const sim_reference_kind kinds[] = {
        [SIM_KIND_OBJECT] = {object_type_name, NULL, NULL, object_show},
        [SIM_KIND_FUTURE] = {future_type_name, future_ref, future_unref, future_show},
        [SIM_KIND_HANDLE] = {handle_type_name, handle_ref, handle_unref, handle_show},
        [SIM_KIND_EXCEPTION] = {NULL, exception_ref, exception_unref, NULL},
        [SIM_KIND_FUTURES] = {NULL, futures_ref, futures_unref, NULL},
    };
    sim_reference_kinds(kinds, sizeof kinds / sizeof *kinds);
}

bool sim_is_task(const cad_future *future) {
    cad_object_info info;
    cad_object_describe(future, &info);
    return strcmp(info.type, "Task") == 0;
}

/* --- Output ---------------------------------------------------------------------------------- */

static int print_line(sim_machine *machine, const sim_buffer *line) {
    const sim_program *program = machine->program;
    sim_speak(machine);
    sim_lines_add(machine->options->lines, line->data, line->length);
    if (machine->writer != NULL)
        trace_writer_print(machine->writer, cad_loop_time(machine->loop), cad_current_task(),
                           line->data);
    if (machine->options->lines->error != 0)
        return sim_machine_stop(machine, SIM_BROKEN, "standard output: %s",
                                strerror(machine->options->lines->error));
    if (program->expect.lines == NULL && program->expect.order_count == 0)
        return 0;
    return sim_buffer_append(&machine->printed, line->data, line->length + 1);
}

int sim_print(sim_machine *machine) {
    return print_line(machine, &machine->text);
}

/* `2s + 013ms `, and the mark. */
static int put_elapsed(sim_buffer *line, int64_t elapsed_ns, const char *mark) {
    uint64_t seconds = (uint64_t)(elapsed_ns / CAD_SECOND);
    uint64_t milliseconds = (uint64_t)(elapsed_ns % CAD_SECOND / CAD_MILLISECOND);
    int error = sim_buffer_append_uint(line, seconds, 1);
    if (error == 0)
        error = sim_buffer_append(line, "s + ", 4);
    if (error == 0)
        error = sim_buffer_append_uint(line, milliseconds, 3);
    if (error == 0)
        error = sim_buffer_append(line, "ms ", 3);
    return error != 0 ? error : sim_buffer_append(line, mark, strlen(mark));
}

int sim_log(sim_machine *machine, const char *mark) {
    sim_buffer *line = &machine->line;
    sim_buffer_clear(line);
    int error = put_elapsed(line, cad_loop_time(machine->loop) - machine->zero_ns, mark);
    if (error == 0)
        error = sim_buffer_append(line, machine->text.data, machine->text.length);
    return error != 0 ? error : print_line(machine, line);
}

void sim_span_begin(sim_job *job) {
    sim_machine *machine = job->machine;
    if (++machine->spans_open > machine->spans_most)
        machine->spans_most = machine->spans_open;
    if (machine->writer != NULL)
        trace_writer_span_begin(machine->writer, cad_loop_time(machine->loop), cad_current_task(),
                                machine->text.data);
}

void sim_span_end(sim_job *job) {
    sim_machine *machine = job->machine;
    machine->spans_open--;
    if (machine->writer != NULL)
        trace_writer_span_end(machine->writer, cad_loop_time(machine->loop), cad_current_task());
}

/* --- Time ------------------------------------------------------------------------------------ */

int64_t sim_deadline(const sim_machine *machine, int64_t delay_ns) {
    int64_t now_ns = cad_loop_time(machine->loop);
    return delay_ns > 0 && now_ns > CAD_NEVER - delay_ns ? CAD_NEVER : now_ns + delay_ns;
}
