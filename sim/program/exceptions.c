/* Exceptions: Python's, the scenario's own, and what they say. */
#include "program/exceptions.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

static const prog_exception_type built_in[] = {
#define PROG_X(name, text, parent, code) {text, parent, code},
    PROG_EXCEPTIONS(PROG_X)
#undef PROG_X
};

int prog_exceptions_start(prog_program *program, size_t *capacity) {
    for (uint32_t i = 0; i < PROG_EXCEPTIONS_BUILT_IN; i++) {
        const char *name = built_in[i].name;
        prog_exception_type *types = base_grown(program->exceptions, i, capacity, sizeof *types);
        if (types == NULL)
            return CAD_ENOMEM;
        program->exceptions = types;
        if (base_symbols_add(&program->exception_names, name, strlen(name), NULL) != i)
            return CAD_ENOMEM;
        types[i] = built_in[i];
        if (types[i].code == 0)
            types[i].code = PROG_EXCEPTION_CODE(i);
    }
    return 0;
}

/* The number of the exception with a code. */
static uint32_t exception_of(const prog_program *program, int code) {
    uint32_t index = (uint32_t)(CAD_EUSER - code);
    if (code <= CAD_EUSER && index < program->exception_names.count)
        return index;
    for (uint32_t i = 0; i < PROG_EXCEPTIONS_BUILT_IN; i++)
        if (built_in[i].code == code)
            return i;
    return PROG_EXCEPTION;
}

const char *prog_error_name(const prog_program *program, int code) {
    if (code <= CAD_EUSER)
        return program->exceptions[exception_of(program, code)].name;
    return cad_error_name(code);
}

bool prog_is_kind_of(const prog_program *program, uint32_t exception, uint32_t of) {
    if (of == PROG_ANY_EXCEPTION)
        of = PROG_EXCEPTION;
    if (of == PROG_EXCEPTION_BASE_GROUP && exception == PROG_EXCEPTION_GROUP)
        return true; /* the one that is a kind of two */
    while (exception != of) {
        if (exception == PROG_EXCEPTION_BASE_EXCEPTION)
            return false;
        exception = program->exceptions[exception].parent;
    }
    return true;
}

bool prog_catches(const prog_program *program, uint32_t exception, int code) {
    return prog_is_kind_of(program, exception_of(program, code), exception);
}

int prog_raise(int code, const char *message) {
    cad_exception *exception = message != NULL ? cad_exception_new(code, message) : NULL;
    if (message != NULL && exception == NULL)
        return CAD_ENOMEM;
    return cad_raise_exception(code, exception);
}

/* --- What they say --------------------------------------------------------------------------- */

int prog_error_text(int code, const cad_exception *exception, base_buffer *buffer) {
    if (exception == NULL)
        return base_buffer_append(buffer, "", 0);
    const char *message = cad_exception_message(exception);
    if (code == CAD_EKEY && message[0] != '\0')
        return expr_repr_text(message, strlen(message), buffer);
    return base_buffer_append(buffer, message, strlen(message));
}

int prog_error_show(const prog_program *program, int code, const cad_exception *exception,
                    base_buffer *buffer) {
    const char *name = prog_error_name(program, code);
    int error = base_buffer_append(buffer, name, strlen(name));
    size_t length = buffer->length;
    if (error == 0)
        error = base_buffer_append(buffer, ": ", 2);
    if (error == 0)
        error = prog_error_text(code, exception, buffer);
    if (error == 0 && buffer->length == length + 2) { /* no text, no colon */
        buffer->length = length;
        buffer->data[length] = '\0';
    }
    return error;
}
