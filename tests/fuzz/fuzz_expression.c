/* Documents, and every string of them as an expression and as text: nothing that is read may crash,
 * leak, or be taken for JSON when it is not.
 *
 * An input that begins with "=" is one expression alone, so that the fuzzer need not find its way
 * through JSON first.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cadran.h"
#include "scenario/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A fault of the program under test: unlike assert() it is there in every build. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

enum { LOCALS = 4 };

static sim_value locals[LOCALS];
static sim_random stream;

/* The names a, b, c, d are task variables; a has a number, b text, c None, d nothing. */
static int resolve(const sim_scope *scope, const char *name, size_t length, bool behind,
                   sim_name *found) {
    (void)scope;
    CHECK(sim_is_name(name, length));
    if (behind || length != 1 || name[0] < 'a' || name[0] >= 'a' + LOCALS)
        return CAD_EKEY;
    *found = (sim_name){.kind = SIM_NAME_LOCAL, .slot = (uint32_t)(name[0] - 'a')};
    return 0;
}

static void suggest(const sim_scope *scope, sim_suggestion *suggestion) {
    (void)scope;
    sim_suggestion_offer(suggestion, "duration");
}

static const sim_scope scope = {.resolve = resolve, .suggest = suggest};

static void check_result(int code, const sim_error *error) {
    CHECK(code == 0 || (code == error->code && strlen(error->message) > 0));
}

static void evaluate(const sim_expression *expression) {
    sim_env env = {.locals = locals, .random = &stream};
    sim_error error = {0};
    sim_value value, constant;
    int code = sim_expression_evaluate(expression, &env, &value, &error);
    check_result(code, &error);
    CHECK(code == 0 || value == SIM_NONE);
    if (code == 0 && sim_expression_constant(expression, &constant))
        CHECK(value == constant);
    sim_value_unref(value);
}

static void append(const sim_text *text) {
    sim_env env = {.locals = locals, .random = &stream};
    sim_error error = {0};
    sim_buffer buffer = {0};
    int code = sim_text_append(text, &env, &buffer, &error);
    check_result(code, &error);
    sim_buffer_free(&buffer);
}

static void report(void *context, size_t offset, size_t length, const char *message) {
    CHECK(offset <= *(size_t *)context && length <= *(size_t *)context - offset);
    CHECK(strlen(message) > 0);
}

static void try_expression(const char *text, size_t size) {
    sim_expression *expression;
    int code = sim_expression_compile(text, size, &scope, report, &size, &expression);
    CHECK(code == 0 || code == CAD_EINVAL);
    CHECK((code == 0) == (expression != NULL));
    if (code == 0)
        evaluate(expression);
    sim_expression_free(expression);
}

static void walk(const sim_node *node) {
    sim_expression *expression;
    sim_text *text;
    sim_node child;
    CHECK(sim_node_offset(node) < node->document->size);
    CHECK(sim_node_key_offset(node) <= sim_node_offset(node));
    if (sim_expression_from_node(node, &scope, &expression) == 0)
        evaluate(expression);
    sim_expression_free(expression);
    if (sim_text_from_node(node, &scope, &text) == 0)
        append(text);
    sim_text_free(text);
    for (bool more = sim_node_first(node, &child); more; more = sim_node_next(&child)) {
        CHECK(sim_node_offset(&child) > sim_node_offset(node));
        walk(&child);
    }
}

static void try_document(const char *text, size_t size) {
    sim_document *document;
    sim_buffer buffer = {0};
    int code = sim_document_parse("fuzz", text, size, &document);
    CHECK(code == 0 || code == CAD_EINVAL);
    if (code == 0) {
        sim_node root = sim_document_root(document);
        walk(&root);
    }
    CHECK(code == 0 || sim_document_status(document) == CAD_EINVAL);
    CHECK(sim_document_format_faults(document, &buffer) == 0);
    CHECK((buffer.length > 0) == (sim_document_status(document) != 0));
    sim_buffer_free(&buffer);
    sim_document_free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sim_random_start(&stream, 0, 0);
    locals[0] = sim_number(2.5);
    CHECK(sim_string_new("ab", 2, &locals[1]) == 0);
    locals[2] = SIM_NONE;
    locals[3] = SIM_UNSET;
    if (size > 0 && data[0] == '=')
        try_expression((const char *)data + 1, size - 1);
    else
        try_document((const char *)data, size);
    sim_value_unref(locals[1]);
    return 0;
}
