/* Prints the tables that the parser works by, as one JSON object: the parts of a document,
 * steps, objects, functions, exceptions, outcomes; and those of a trace's events. reference.py
 * makes the schema and the tables of the documentation of it. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expression/expression.h"
#include "program/exceptions.h"
#include "program/fields.h"
#include "program/kinds.h"
#include "program/signals.h"
#include "run/result.h"
#include "steps/language.h"
#include "trace/event.h"

static const char *const families[PROG_FAMILIES] = {
    [PROG_FAMILY_TIME] = "time",
    [PROG_FAMILY_CONTROL] = "control",
    [PROG_FAMILY_PRIMITIVES] = "primitives",
    [PROG_FAMILY_TASKS] = "tasks",
    [PROG_FAMILY_OUTSIDE] = "outside",
};

static const char *const waitings[] = {
    [PROG_NEVER_WAITS] = "never",
    [PROG_MAY_WAIT] = "may",
    [PROG_WAITS_FOR_SOME] = "some",
    [PROG_ENDS_COROUTINE] = "ends",
};

static const char *const kinds[] = {
    [PROG_MEMBER_DURATION] = "duration",
    [PROG_MEMBER_LIMIT] = "limit",
    [PROG_MEMBER_COUNT] = "count",
    [PROG_MEMBER_PORT] = "count",
    [PROG_MEMBER_REPEAT] = "repeat",
    [PROG_MEMBER_CONDITION] = "condition",
    [PROG_MEMBER_ITEMS] = "items",
    [PROG_MEMBER_TEXT] = "text",
    [PROG_MEMBER_VALUE] = "value",
    [PROG_MEMBER_OBJECT] = "object",
    [PROG_MEMBER_TARGET] = "target",
    [PROG_MEMBER_TARGETS] = "targets",
    [PROG_MEMBER_WAIT] = "wait",
    [PROG_MEMBER_VARIABLE] = "variable",
    [PROG_MEMBER_VARIABLES] = "variables",
    [PROG_MEMBER_PARTS] = "parts",
    [PROG_MEMBER_BINDINGS] = "bindings",
    [PROG_MEMBER_ASSIGNMENTS] = "assignments",
    [PROG_MEMBER_COROUTINE] = "coroutine",
    [PROG_MEMBER_SPAWN] = "spawn",
    [PROG_MEMBER_SERVE] = "serve",
    [PROG_MEMBER_SIMULATE] = "simulate",
    [PROG_MEMBER_PROTOCOL] = "protocol",
    [PROG_MEMBER_ARGUMENTS] = "arguments",
    [PROG_MEMBER_EXCEPTION] = "exception",
    [PROG_MEMBER_RAISE] = "raise",
    [PROG_MEMBER_HANDLERS] = "handlers",
    [PROG_MEMBER_STEPS] = "steps",
    [PROG_MEMBER_CALLBACK] = "callback",
    [PROG_MEMBER_TRUE] = "true",
    [PROG_MEMBER_FLAG] = "flag",
    [PROG_MEMBER_RETURN_WHEN] = "return_when",
    [PROG_MEMBER_HANDLED_SIGNAL] = "handled_signal",
    [PROG_MEMBER_SIGNAL] = "signal",
    [PROG_MEMBER_ARGV] = "argv",
    [PROG_MEMBER_ENV] = "env",
    [PROG_MEMBER_STDIN] = "stdin",
    [PROG_MEMBER_STDOUT] = "stdout",
    [PROG_MEMBER_STDERR] = "stderr",
    [PROG_MEMBER_OUTPUT] = "output",
};

static const char *const object_kinds[] = {
    [PROG_OBJECT_MEMBER_COUNT] = "count",
    [PROG_OBJECT_MEMBER_ORDER] = "order",
    [PROG_OBJECT_MEMBER_FLAG] = "flag",
    [PROG_OBJECT_MEMBER_LOCK] = "lock",
};

static const char *const places[] = {
    [TRACE_ON_NONE] = "",     [TRACE_ON_LOOP] = "loop", [TRACE_ON_TASK] = "task",
    [TRACE_ON_LANE] = "lane", [TRACE_ON_ANY] = "any",
};

static const char *const types[] = {
    [TRACE_TYPE_TEXT] = "text",   [TRACE_TYPE_INTEGER] = "integer", [TRACE_TYPE_TIME] = "time",
    [TRACE_TYPE_TRACK] = "track", [TRACE_TYPE_TASK] = "task",       [TRACE_TYPE_OBJECT] = "object",
    [TRACE_TYPE_STATE] = "state", [TRACE_TYPE_TEXTS] = "texts",
};

/* --- JSON ------------------------------------------------------------------------------------ */

static void *need(void *pointer) {
    if (pointer == NULL) {
        fputs("language: out of memory\n", stderr);
        exit(3);
    }
    return pointer;
}

static cJSON *add_object(cJSON *list) {
    cJSON *object = need(cJSON_CreateObject());
    (void)cJSON_AddItemToArray(list, object);
    return object;
}

static cJSON *add_array(cJSON *object, const char *name) {
    return need(cJSON_AddArrayToObject(object, name));
}

/* NULL becomes null. */
static void add_text(cJSON *object, const char *name, const char *text) {
    (void)need(text != NULL ? cJSON_AddStringToObject(object, name, text)
                            : cJSON_AddNullToObject(object, name));
}

static void add_number(cJSON *object, const char *name, double number) {
    (void)need(cJSON_AddNumberToObject(object, name, number));
}

/* --- The tables ------------------------------------------------------------------------------ */

static void add_members(cJSON *object, const prog_member *member) {
    cJSON *list = add_array(object, "members");
    for (; member->kind != PROG_MEMBER_NONE; member++) {
        base_buffer accepts = {0};
        cJSON *row = add_object(list);
        add_text(row, "name", member->name);
        add_text(row, "kind", kinds[member->kind]);
        (void)need(cJSON_AddBoolToObject(row, "required", member->required));
        prog_describe_types(member->accepts, &accepts);
        add_text(row, "accepts", accepts.data);
        add_text(row, "summary", member->summary);
        base_buffer_free(&accepts);
    }
}

static void add_steps(cJSON *root) {
    cJSON *list = add_array(root, "steps");
    for (size_t i = 0; i < step_language.step_count; i++) {
        const prog_step *step = step_language.steps[i];
        cJSON *row = add_object(list);
        cJSON *example = cJSON_Parse(step->example);
        if (example == NULL) {
            fprintf(stderr, "language: the example of \"%s\" is no JSON\n", step->operation.name);
            exit(1);
        }
        add_text(row, "verb", step->operation.name);
        add_text(row, "family", families[step->family]);
        add_text(row, "waits", waitings[step->waiting]);
        add_text(row, "python", step->python);
        add_text(row, "summary", step->summary);
        (void)cJSON_AddItemToObject(row, "example", example);
        add_members(row, step->members);
    }
}

static void add_objects(cJSON *root) {
    cJSON *list = add_array(root, "objects");
    for (size_t i = 0; i < PROG_OBJECT_TYPES; i++) {
        const prog_object_kind *kind = &prog_object_kinds[i];
        if (kind->create == NULL)
            continue;
        cJSON *row = add_object(list);
        add_text(row, "type", kind->name);
        add_text(row, "python", kind->calls);
        cJSON *members = add_array(row, "members");
        for (const prog_object_member *member = kind->members; member->name != NULL; member++) {
            cJSON *item = add_object(members);
            add_text(item, "name", member->name);
            add_text(item, "kind", object_kinds[member->kind]);
            add_number(item, "least", (double)member->least);
            add_text(item, "summary", member->summary);
        }
    }
}

static bool is_listed(const cJSON *list, const char *name) {
    const cJSON *row;
    cJSON_ArrayForEach(row, list) {
        if (strcmp(cJSON_GetObjectItem(row, "name")->valuestring, name) == 0)
            return true;
    }
    return false;
}

/* One of the language's that takes the place of a built-in one is there already. */
static void add_functions(cJSON *list, const expr_function *function, const expr_function *end) {
    for (; function != end && function->name != NULL; function++) {
        if (is_listed(list, function->name))
            continue;
        cJSON *row = add_object(list);
        add_text(row, "name", function->name);
        add_number(row, "least", function->least);
        add_number(row, "most", function->most);
        add_text(row, "takes", function->expects);
    }
}

static void add_exceptions(cJSON *root) {
    static const struct {
        const char *name;
        enum prog_exception parent;
    } rows[] = {
#define PROG_X(name, text, parent, code) {text, parent},
        PROG_EXCEPTIONS(PROG_X)
#undef PROG_X
    };
    cJSON *list = add_array(root, "exceptions");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *row = add_object(list);
        add_text(row, "name", rows[i].name);
        add_text(row, "parent", rows[i].parent != i ? rows[rows[i].parent].name : NULL);
    }
}

/* All, and those that a handler can be for. */
static void add_signals(cJSON *root) {
    cJSON *all = add_array(root, "signals"), *some = add_array(root, "handled_signals");
    const char *name;
    bool handled;
    for (size_t i = 0; (name = prog_signal_at(i, &handled)) != NULL; i++) {
        (void)cJSON_AddItemToArray(all, need(cJSON_CreateString(name)));
        if (handled)
            (void)cJSON_AddItemToArray(some, need(cJSON_CreateString(name)));
    }
}

static void add_outcomes(cJSON *root) {
    cJSON *list = add_array(root, "outcomes");
    for (int outcome = RUN_COMPLETE; outcome < RUN_BROKEN; outcome++) {
        const char *name = run_outcome_name((enum run_outcome)outcome);
        (void)cJSON_AddItemToArray(list, need(cJSON_CreateString(name)));
    }
}

static void add_part(cJSON *parts, const char *name, const prog_field *field) {
    cJSON *list = add_array(parts, name);
    for (; field->name != NULL; field++) {
        cJSON *row = add_object(list);
        add_text(row, "name", field->name);
        (void)need(cJSON_AddBoolToObject(row, "required", field->presence == PROG_FIELD_MUST));
    }
}

static void add_parts(cJSON *root) {
    cJSON *parts = need(cJSON_AddObjectToObject(root, "parts"));
    add_part(parts, "document", prog_document_fields);
    add_part(parts, "task", prog_task_fields);
    add_part(parts, "coroutine", prog_coroutine_fields);
    add_part(parts, "protocol", prog_protocol_fields);
    add_part(parts, "signal", prog_signal_fields);
    add_part(parts, "expect", prog_expect_fields);
}

/* --- Events ---------------------------------------------------------------------------------- */

static void add_keys(cJSON *row, const char *name, uint64_t set) {
    cJSON *list = add_array(row, name);
    for (int i = 0; i < TRACE_ARG_COUNT; i++)
        if ((set >> i & 1) != 0)
            (void)cJSON_AddItemToArray(list, need(cJSON_CreateString(trace_arguments[i].key)));
}

static void add_events(cJSON *root) {
    cJSON *list = add_array(root, "events");
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++) {
        const struct trace_kind_row *from = &trace_kinds[kind];
        const char phase[] = {from->phase, '\0'};
        cJSON *row = add_object(list);
        add_text(row, "phase", phase);
        add_text(row, "category", from->phase != 'M' ? trace_categories[from->category] : NULL);
        add_text(row, "name", from->name);
        add_text(row, "place", places[from->place]);
        add_keys(row, "has", from->required);
        add_keys(row, "may_have", from->arguments & ~from->required);
        (void)need(cJSON_AddBoolToObject(row, "detail", from->mark == TRACE_DETAIL));
        add_text(row, "meaning", from->meaning);
    }
}

static void add_arguments(cJSON *root) {
    cJSON *list = add_array(root, "arguments");
    for (int i = 0; i < TRACE_ARG_COUNT; i++) {
        cJSON *row = add_object(list);
        add_text(row, "key", trace_arguments[i].key);
        add_text(row, "type", types[trace_arguments[i].type]);
        add_text(row, "meaning", trace_arguments[i].meaning);
    }
}

int main(void) {
    cJSON *root = need(cJSON_CreateObject());
    add_parts(root);
    add_steps(root);
    add_objects(root);
    cJSON *functions = add_array(root, "functions");
    add_functions(functions, expr_builtin_functions, &expr_builtin_functions[expr_builtin_count]);
    add_functions(functions, step_language.functions, NULL);
    add_exceptions(root);
    add_signals(root);
    add_outcomes(root);
    add_events(root);
    add_arguments(root);
    char *text = need(cJSON_Print(root));
    bool fine = puts(text) >= 0 && fflush(stdout) == 0;
    cJSON_free(text);
    cJSON_Delete(root);
    return fine ? 0 : 3;
}
