/* What a step looks like, for a message about one that lacks something. */
#include "program/shape.h"

#include <string.h>

#include "base/buffer.h"
#include "document/document.h"

/* A value of each kind, as it is written. */
static const char *const samples[] = {
    [PROG_MEMBER_DURATION] = "\"200ms\"",
    [PROG_MEMBER_LIMIT] = "\"200ms\"",
    [PROG_MEMBER_COUNT] = "3",
    [PROG_MEMBER_PORT] = "8080",
    [PROG_MEMBER_REPEAT] = "3",
    [PROG_MEMBER_CONDITION] = "\"x > 0\"",
    [PROG_MEMBER_ITEMS] = "\"range(3)\"",
    [PROG_MEMBER_TEXT] = "\"text\"",
    [PROG_MEMBER_VALUE] = "1",
    [PROG_MEMBER_TARGET] = "\"NAME\"",
    [PROG_MEMBER_TARGETS] = "[\"NAME\"]",
    [PROG_MEMBER_WAIT] = "\"NAME\"",
    [PROG_MEMBER_OBJECT] = "{\"type\": \"lock\"}",
    [PROG_MEMBER_VARIABLE] = "\"x\"",
    [PROG_MEMBER_VARIABLES] = "\"x\"",
    [PROG_MEMBER_PARTS] = "\"x\"",
    [PROG_MEMBER_BINDINGS] = "{\"x\": 1}",
    [PROG_MEMBER_ASSIGNMENTS] = "{\"x\": 1}",
    [PROG_MEMBER_COROUTINE] = "\"NAME\"",
    [PROG_MEMBER_SPAWN] = "\"NAME\"",
    [PROG_MEMBER_SERVE] = "\"NAME\"",
    [PROG_MEMBER_SIMULATE] = "\"NAME\"",
    [PROG_MEMBER_PROTOCOL] = "\"NAME\"",
    [PROG_MEMBER_ARGUMENTS] = "{\"x\": 1}",
    [PROG_MEMBER_EXCEPTION] = "\"ValueError\"",
    [PROG_MEMBER_RAISE] = "\"ValueError\"",
    [PROG_MEMBER_HANDLERS] = "{\"ValueError\": [...]}",
    [PROG_MEMBER_STEPS] = "[...]",
    [PROG_MEMBER_CALLBACK] = "[...]",
    [PROG_MEMBER_TRUE] = "true",
    [PROG_MEMBER_FLAG] = "true",
    [PROG_MEMBER_RETURN_WHEN] = "\"FIRST_COMPLETED\"",
    [PROG_MEMBER_HANDLED_SIGNAL] = "\"SIGUSR1\"",
    [PROG_MEMBER_SIGNAL] = "\"SIGUSR1\"",
    [PROG_MEMBER_ARGV] = "[\"cat\", \"file\"]",
    [PROG_MEMBER_ENV] = "{\"NAME\": \"text\"}",
    [PROG_MEMBER_STDIN] = "\"pipe\"",
    [PROG_MEMBER_STDOUT] = "\"pipe\"",
    [PROG_MEMBER_STDERR] = "\"pipe\"",
    [PROG_MEMBER_OUTPUT] = "\"stdout\"",
};

/* `{"for": "x", "in": "range(3)", "do": [...]}`: the verb, what it needs, and the member `with`. */
static void append_shape(const prog_step *step, const char *with, base_buffer *buffer) {
    const char *before = "{";
    for (const prog_member *member = step->members; member->kind != PROG_MEMBER_NONE; member++) {
        const char *name = member->name != NULL ? member->name : step->operation.name;
        if (!member->required && member->name != NULL && strcmp(name, with) != 0)
            continue;
        (void)base_buffer_format(buffer, "%s\"%s\": %s", before, name, samples[member->kind]);
        before = ", ";
    }
    (void)base_buffer_format(buffer, "}");
}

void prog_fault_missing(const doc_node *node, const prog_step *step, const char *name) {
    base_buffer shape = {0};
    append_shape(step, name, &shape);
    (void)doc_node_fault(node, "missing member \"%s\" of step \"%s\", as in %s", name,
                         step->operation.name, shape.data != NULL ? shape.data : "its reference");
    base_buffer_free(&shape);
}
