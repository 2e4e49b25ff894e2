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
#include "expression/text.h"

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

static expr_value locals[LOCALS];
static expr_random stream;

/* The names a, b, c, d are task variables; a has a number, b text, c None, d nothing. */
static int resolve(const expr_scope *scope, const char *name, size_t length, bool behind,
                   expr_name *found) {
    (void)scope;
    CHECK(expr_is_name(name, length));
    if (behind || length != 1 || name[0] < 'a' || name[0] >= 'a' + LOCALS)
        return CAD_EKEY;
    *found = (expr_name){.kind = EXPR_NAME_LOCAL, .slot = (uint32_t)(name[0] - 'a')};
    return 0;
}

static void suggest(const expr_scope *scope, base_suggestion *suggestion) {
    (void)scope;
    base_suggestion_offer(suggestion, "duration");
}

static const expr_scope scope = {.resolve = resolve, .suggest = suggest};

static void check_result(int code, const expr_error *error) {
    CHECK(code == 0 || (code == error->code && strlen(error->message) > 0));
}

static void evaluate(const expr_expression *expression) {
    expr_env env = {.locals = locals, .random = &stream};
    expr_error error = {0};
    expr_value value, constant;
    int code = expr_evaluate(expression, &env, &value, &error);
    check_result(code, &error);
    CHECK(code == 0 || value == EXPR_NONE);
    if (code == 0 && expr_constant(expression, &constant))
        CHECK(value == constant);
    expr_value_unref(value);
}

static void append(const expr_text *text) {
    expr_env env = {.locals = locals, .random = &stream};
    expr_error error = {0};
    base_buffer buffer = {0};
    int code = expr_text_append(text, &env, &buffer, &error);
    check_result(code, &error);
    base_buffer_free(&buffer);
}

static void report(void *context, size_t offset, size_t length, const char *message) {
    CHECK(offset <= *(size_t *)context && length <= *(size_t *)context - offset);
    CHECK(strlen(message) > 0);
}

static void try_expression(const char *text, size_t size) {
    expr_expression *expression;
    int code = expr_compile(text, size, &scope, report, &size, &expression);
    CHECK(code == 0 || code == CAD_EINVAL);
    CHECK((code == 0) == (expression != NULL));
    if (code == 0)
        evaluate(expression);
    expr_free(expression);
}

static void walk(const doc_node *node) {
    expr_expression *expression;
    expr_text *text;
    doc_node child;
    CHECK(doc_node_offset(node) < node->document->size);
    CHECK(doc_node_key_offset(node) <= doc_node_offset(node));
    if (expr_from_node(node, &scope, &expression) == 0)
        evaluate(expression);
    expr_free(expression);
    if (expr_text_from_node(node, &scope, &text) == 0)
        append(text);
    expr_text_free(text);
    for (bool more = doc_node_first(node, &child); more; more = doc_node_next(&child)) {
        CHECK(doc_node_offset(&child) > doc_node_offset(node));
        walk(&child);
    }
}

static void try_document(const char *text, size_t size) {
    doc_document *document;
    base_buffer buffer = {0};
    int code = doc_parse("fuzz", text, size, &document);
    CHECK(code == 0 || code == CAD_EINVAL);
    if (code == 0) {
        doc_node root = doc_root(document);
        walk(&root);
    }
    CHECK(code == 0 || doc_status(document) == CAD_EINVAL);
    CHECK(doc_format_faults(document, &buffer) == 0);
    CHECK((buffer.length > 0) == (doc_status(document) != 0));
    base_buffer_free(&buffer);
    doc_free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    expr_random_start(&stream, 0, 0);
    locals[0] = expr_number(2.5);
    CHECK(expr_string_new("ab", 2, &locals[1]) == 0);
    locals[2] = EXPR_NONE;
    locals[3] = EXPR_UNSET;
    if (size > 0 && data[0] == '=')
        try_expression((const char *)data + 1, size - 1);
    else
        try_document((const char *)data, size);
    expr_value_unref(locals[1]);
    return 0;
}
