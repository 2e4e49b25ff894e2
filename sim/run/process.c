/* What a process does once: memory, and what references mean. */
#include "run/process.h"

#include <string.h>

#include "base/buffer.h"
#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "document/hooks.h"
#include "program/exceptions.h"
#include "program/kinds.h"
#include "run/callback.h"
#include "run/names.h"
#include "run/objects.h"
#include "run/timeout.h"

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
    cad_object_info info;
    cad_object_describe(pointer, &info);
    return base_buffer_format(buffer, "<%s %s>", future_type_name(pointer), info.name);
}

/* NULL: an object of the document. */
static run_instance *instance_of(const void *pointer) {
    const prog_reference *reference = pointer;
    return reference->counted ? (run_instance *)(uintptr_t)pointer : NULL;
}

static const char *object_type_name(const void *pointer) {
    const run_instance *instance = instance_of(pointer);
    const prog_object *object = instance != NULL ? instance->object : pointer;
    return prog_object_kinds[object->type].python;
}

static void object_ref(void *pointer) {
    run_instance *instance = instance_of(pointer);
    if (instance != NULL)
        instance->references++;
}

static void object_unref(void *pointer) {
    run_instance *instance = instance_of(pointer);
    if (instance != NULL)
        run_instance_unref(instance);
}

static int object_show(const void *pointer, base_buffer *buffer) {
    const run_instance *instance = instance_of(pointer);
    cad_object_info info;
    const char *name;
    if (instance != NULL) {
        cad_object_describe(instance->primitive, &info);
        name = info.name;
    } else {
        name = ((const prog_object *)pointer)->name;
    }
    return base_buffer_format(buffer, "<%s %s>", object_type_name(pointer), name);
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

/* Whose exceptions the codes of a scenario's own are. */
static _Thread_local const prog_program *running;

void run_process_program(const prog_program *program) {
    running = program;
}

static const char *exception_type_name(const void *pointer) {
    int code = cad_exception_code(pointer);
    return running != NULL ? prog_error_name(running, code) : cad_error_name(code);
}

static int exception_show(const void *pointer, base_buffer *buffer) {
    return prog_error_text(cad_exception_code(pointer), pointer, buffer);
}

/* The text of a group ends with how many members it has, which is no part of what made it. */
static size_t own_length(const char *message, size_t members) {
    const char *count = members > 0 ? strrchr(message, '(') : NULL;
    return count != NULL && count > message ? (size_t)(count - message) - 1 : strlen(message);
}

/* `ValueError('no')`, `ExceptionGroup('both', [ValueError('no'), TypeError()])`. */
static int exception_repr(const void *pointer, base_buffer *buffer) {
    const char *message = cad_exception_message(pointer);
    size_t members = cad_exception_count(pointer);
    int error = base_buffer_format(buffer, "%s(", exception_type_name(pointer));
    if (error == 0 && (message[0] != '\0' || members > 0))
        error = expr_repr_text(message, own_length(message, members), buffer);
    for (size_t i = 0; i < members && error == 0; i++) {
        error = base_buffer_format(buffer, "%s", i == 0 ? ", [" : ", ");
        if (error == 0)
            error = exception_repr(cad_exception_at(pointer, i), buffer);
    }
    if (error == 0 && members > 0)
        error = base_buffer_format(buffer, "]");
    return error != 0 ? error : base_buffer_format(buffer, ")");
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
    expr_value_unref(futures->values);
    base_free(futures);
}

static const char *timeout_type_name(const void *pointer) {
    (void)pointer;
    return "Timeout";
}

static void timeout_ref(void *pointer) {
    (void)run_timeout_ref(pointer);
}

static void timeout_unref(void *pointer) {
    run_timeout_unref(pointer);
}

static int timeout_show(const void *pointer, base_buffer *buffer) {
    (void)pointer;
    return base_buffer_append(buffer, "<Timeout>", strlen("<Timeout>"));
}

static const expr_reference_kind kinds[] = {
    [PROG_KIND_OBJECT] = {object_type_name, object_ref, object_unref, object_show, NULL},
    [PROG_KIND_FUTURE] = {future_type_name, future_ref, future_unref, future_show, NULL},
    [PROG_KIND_HANDLE] = {handle_type_name, handle_ref, handle_unref, handle_show, NULL},
    [PROG_KIND_EXCEPTION] = {exception_type_name, exception_ref, exception_unref, exception_show,
                             exception_repr},
    [PROG_KIND_TIMEOUT] = {timeout_type_name, timeout_ref, timeout_unref, timeout_show, NULL},
    [PROG_KIND_FUTURES] = {NULL, futures_ref, futures_unref, NULL, NULL},
};

/* --- The process ----------------------------------------------------------------------------- */

void run_process_start(uint64_t max_memory) {
    base_limit_memory(max_memory);
    cad_set_allocator(base_hook, NULL);
    doc_json_hooks();
    expr_reference_kinds(kinds, sizeof kinds / sizeof *kinds);
}
