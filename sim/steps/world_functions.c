/* What expressions ask of texts that are data, and of what is outside. */
#include "steps/world_functions.h"

#include <math.h>
#include <string.h>

#include "program/kinds.h"
#include "run/machine.h"
#include "run/objects.h"

/* --- Texts ----------------------------------------------------------------------------------- */

/* In a program that acts on the world outside a text is data, and counts in bytes. */
int step_len(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
             expr_error *error) {
    const run_machine *machine = env->world->context;
    size_t length;
    (void)count;
    if (machine->program->outside_count > 0 && expr_is_string(arguments[0])) {
        *result = expr_number(expr_to_sequence(arguments[0])->length);
        return 0;
    }
    int code = expr_value_length(arguments[0], &length, error);
    if (code == 0)
        *result = expr_number((double)length);
    return code;
}

static bool is_space(char byte) {
    return byte != '\0' && strchr(" \t\n\r\v\f\x1c\x1d\x1e\x1f", byte) != NULL;
}

static int text_of(expr_value value, const char *function, const expr_string **text,
                   expr_error *error) {
    if (!expr_is_string(value))
        return expr_error_set(error, CAD_ETYPE, "%s() takes a text, not %s", function,
                              expr_value_type_name(value));
    *text = expr_to_string(value);
    return 0;
}

int step_strip(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
               expr_error *error) {
    const expr_string *text = NULL;
    (void)env;
    (void)count;
    int code = text_of(arguments[0], "strip", &text, error);
    if (code != 0)
        return code;
    size_t from = 0, to = text->sequence.length;
    while (from < to && is_space(text->text[from]))
        from++;
    while (to > from && is_space(text->text[to - 1]))
        to--;
    return expr_string_new(text->text + from, to - from, result) != 0 ? expr_error_memory(error)
                                                                      : 0;
}

static int no_number(const expr_string *text, expr_error *error) {
    return expr_error_set(error, CAD_EINVAL, "invalid literal for int() with base 10: '%.100s'",
                          text->text);
}

/* Digits, with single underscores between them, as Python takes them. */
static int read_int(const expr_string *text, expr_value *result, expr_error *error) {
    const char *at = text->text, *end = at + text->sequence.length;
    double number = 0;
    bool digit = false;
    while (at < end && is_space(*at))
        at++;
    while (end > at && is_space(end[-1]))
        end--;
    bool negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    for (; at < end; at++) {
        bool joins = *at == '_' && digit && at + 1 < end;
        if (!joins && (*at < '0' || *at > '9'))
            return no_number(text, error);
        if (!joins)
            number = number * 10 + (*at - '0');
        digit = !joins;
    }
    if (!digit)
        return no_number(text, error);
    *result = expr_number(negative ? -number : number);
    return 0;
}

int step_int(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
             expr_error *error) {
    const expr_string *text = NULL;
    (void)env;
    (void)count;
    if (expr_is_boolean(arguments[0]) || expr_is_number(arguments[0])) {
        double number = expr_is_boolean(arguments[0]) ? arguments[0] == EXPR_TRUE
                                                      : expr_to_double(arguments[0]);
        if (!isfinite(number))
            return expr_error_set(error, CAD_EOVERFLOW, "cannot convert float infinity to integer");
        *result = expr_number(trunc(number));
        return 0;
    }
    int code = text_of(arguments[0], "int", &text, error);
    return code != 0 ? code : read_int(text, result, error);
}

/* --- Processes ------------------------------------------------------------------------------- */

static const cad_process *process(const expr_env *env, expr_value value, const char *function,
                                  expr_error *error) {
    const run_instance *found = run_object_of(env->world->context, value);
    if (found != NULL && found->object->type == PROG_PROCESS)
        return found->primitive;
    (void)expr_error_set(error, CAD_ETYPE, "%s() takes a process, not %s", function,
                         expr_value_type_name(value));
    return NULL;
}

int step_returncode(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    const cad_process *of = process(env, arguments[0], "returncode", error);
    int code;
    (void)count;
    if (of == NULL)
        return error->code;
    *result = cad_process_returncode(of, &code) ? expr_number(code) : EXPR_NONE;
    return 0;
}

int step_pid(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
             expr_error *error) {
    const cad_process *of = process(env, arguments[0], "pid", error);
    (void)count;
    if (of == NULL)
        return error->code;
    *result = expr_number(cad_process_pid(of));
    return 0;
}

/* --- Streams --------------------------------------------------------------------------------- */

/* A connection; of a process the one that is read, or written; NULL and the error. `instance` may
 * be NULL. */
static cad_stream *stream_of(const run_instance *instance, expr_value value, const char *function,
                             const char *takes, bool read, expr_error *error) {
    if (instance != NULL && instance->object->type == PROG_CONNECTION)
        return instance->primitive;
    if (instance == NULL || instance->object->type != PROG_PROCESS) {
        (void)expr_error_set(error, CAD_ETYPE, "%s() takes %s, not %s", function, takes,
                             expr_value_type_name(value));
        return NULL;
    }
    const cad_process *of = instance->primitive;
    cad_stream *found = read ? cad_process_stdout(of) : cad_process_stdin(of);
    if (found == NULL)
        (void)expr_error_set(error, CAD_EINVAL, "not a pipe");
    return found;
}

int step_at_eof(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
                expr_error *error) {
    const run_instance *found = run_object_of(env->world->context, arguments[0]);
    const cad_stream *of =
        stream_of(found, arguments[0], "at_eof", "a connection or a process", true, error);
    (void)count;
    if (of == NULL)
        return error->code;
    *result = expr_boolean(cad_stream_at_eof(of));
    return 0;
}

static const char *const any_of_them = "a connection, a process or a transport";

int step_is_closing(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    const run_instance *found = run_object_of(env->world->context, arguments[0]);
    enum prog_object_type type = found != NULL ? found->object->type : PROG_OBJECT_TYPES;
    const cad_stream *of;
    (void)count;
    if (type == PROG_TRANSPORT)
        *result = expr_boolean(cad_transport_is_closing(found->primitive));
    else if (type == PROG_ENDPOINT)
        *result = expr_boolean(cad_endpoint_is_closing(found->primitive));
    else if ((of = stream_of(found, arguments[0], "is_closing", any_of_them, false, error)) != NULL)
        *result = expr_boolean(cad_stream_is_closing(of));
    else
        return error->code;
    return 0;
}

int step_buffered(const expr_env *env, const expr_value *arguments, size_t count,
                  expr_value *result, expr_error *error) {
    const run_instance *found = run_object_of(env->world->context, arguments[0]);
    enum prog_object_type type = found != NULL ? found->object->type : PROG_OBJECT_TYPES;
    const cad_stream *of;
    (void)count;
    if (type == PROG_TRANSPORT)
        *result = expr_number((double)cad_transport_get_write_buffer_size(found->primitive));
    else if (type == PROG_ENDPOINT)
        *result = expr_number((double)cad_endpoint_get_write_buffer_size(found->primitive));
    else if ((of = stream_of(found, arguments[0], "buffered", any_of_them, false, error)) != NULL)
        *result = expr_number((double)cad_stream_buffered(of));
    else
        return error->code;
    return 0;
}

/* --- Transports ------------------------------------------------------------------------------ */

int step_is_reading(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    const run_instance *found = run_object_of(env->world->context, arguments[0]);
    (void)count;
    if (found == NULL || found->object->type != PROG_TRANSPORT)
        return expr_error_set(error, CAD_ETYPE, "is_reading() takes a transport, not %s",
                              expr_value_type_name(arguments[0]));
    *result = expr_boolean(cad_transport_is_reading(found->primitive));
    return 0;
}

/* --- Servers --------------------------------------------------------------------------------- */

int step_port(const expr_env *env, const expr_value *arguments, size_t count, expr_value *result,
              expr_error *error) {
    const run_instance *found = run_object_of(env->world->context, arguments[0]);
    enum prog_object_type type = found != NULL ? found->object->type : PROG_OBJECT_TYPES;
    (void)count;
    if (type == PROG_SERVER)
        *result = expr_number(cad_server_port(found->primitive));
    else if (type == PROG_CONNECTION)
        *result = expr_number(cad_stream_port(found->primitive));
    else if (type == PROG_TRANSPORT)
        *result = expr_number(cad_transport_port(found->primitive));
    else if (type == PROG_ENDPOINT)
        *result = expr_number(cad_endpoint_port(found->primitive));
    else
        return expr_error_set(error, CAD_ETYPE,
                              "port() takes a server, a connection or a transport, not %s",
                              expr_value_type_name(arguments[0]));
    return 0;
}

int step_is_serving(const expr_env *env, const expr_value *arguments, size_t count,
                    expr_value *result, expr_error *error) {
    const run_instance *found = run_object_of(env->world->context, arguments[0]);
    (void)count;
    if (found == NULL || found->object->type != PROG_SERVER)
        return expr_error_set(error, CAD_ETYPE, "is_serving() takes a server, not %s",
                              expr_value_type_name(arguments[0]));
    *result = expr_boolean(cad_server_is_serving(found->primitive));
    return 0;
}
