/* Text with expressions inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "expression/text.h"
#include "run/process.h"
#include "support/memory_test.h"

static expr_value locals[2];
static expr_env env = {.locals = locals};

static int resolve(const expr_scope *scope, const char *name, size_t length, bool behind,
                   expr_name *found) {
    (void)scope;
    if (behind || length != 1 || (name[0] != 'i' && name[0] != 's'))
        return CAD_EKEY;
    *found = (expr_name){.kind = EXPR_NAME_LOCAL, .slot = name[0] == 's'};
    return 0;
}

static void suggest(const expr_scope *scope, base_suggestion *suggestion) {
    (void)scope;
    base_suggestion_offer(suggestion, "duration");
}

static const expr_scope scope = {.resolve = resolve, .suggest = suggest};

static int setup(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    run_process_start(BASE_UNLIMITED);
    locals[0] = expr_number(3);
    return expr_string_new("x}y", 3, &locals[1]);
}

static int teardown(void **state) {
    (void)state;
    expr_value_unref(locals[1]);
    assert_int_equal(memory_live(), 0);
    return 0;
}

static char faults[1000];

static void report(void *context, size_t start, size_t length, size_t at, size_t marked,
                   const char *message) {
    size_t used = strlen(faults);
    (void)context;
    snprintf(faults + used, sizeof faults - used, "%s[%zu+%zu] %zu+%zu: %s", used > 0 ? "\n" : "",
             start, length, at, marked, message);
}

static int compile(const char *text, expr_text **result) {
    faults[0] = '\0';
    return expr_text_compile(text, strlen(text), &scope, report, NULL, result);
}

/* The type of the value and what printing it shows: "str: x". */
static const char *evaluate(const char *source) {
    static char shown[300];
    expr_text *text;
    expr_value value;
    expr_error error;
    base_buffer buffer = {0};
    if (compile(source, &text) != 0)
        return faults;
    int code = expr_text_evaluate(text, &env, &value, &error);
    if (code != 0) {
        snprintf(shown, sizeof shown, "!%s", error.message);
    } else {
        assert_int_equal(expr_value_show(value, &buffer), 0);
        snprintf(shown, sizeof shown, "%s: %s", expr_value_type_name(value), buffer.data);
        base_buffer_clear(&buffer);
        assert_int_equal(base_buffer_append(&buffer, "> ", 2), 0);
        assert_int_equal(expr_text_append(text, &env, &buffer, &error), 0);
        assert_string_equal(buffer.data + 2, strchr(shown, ' ') + 1);
    }
    base_buffer_free(&buffer);
    expr_value_unref(value);
    expr_text_free(text);
    return shown;
}

static void expect(const char *const (*cases)[2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(evaluate(cases[i][0]), cases[i][1]) != 0)
            fail_msg("%s\n  gives    %s\n  expected %s", cases[i][0], evaluate(cases[i][0]),
                     cases[i][1]);
    }
}

static void test_text__expressions_are_replaced(void **state) {
    static const char *const cases[][2] = {
        {"job{i}", "str: job3"},
        {"{i} of {i * 2}", "str: 3 of 6"},
        {"{i}{i}", "str: 33"},
        {" {i}", "str:  3"},
        {"{i} ", "str: 3 "},
        {"{ i + 1 }!", "str: 4!"},
        {"{s}: {i / 4}, {i > 2}, {None}", "str: x}y: 0.75, True, None"},
        {"plain", "str: plain"},
        {"", "str: "},
        {"caf\xc3\xa9 {'\xc3\xa9'}", "str: caf\xc3\xa9 \xc3\xa9"},
    };
    (void)state;
    expect(cases, sizeof cases / sizeof *cases);
}

static void test_text__one_expression_keeps_its_type(void **state) {
    static const char *const cases[][2] = {
        {"{i}", "int: 3"},          {"{i / 2}", "float: 1.5"},
        {"{i == 3}", "bool: True"}, {"{None}", "NoneType: None"},
        {"{s}", "str: x}y"},        {"{'{}'}", "str: {}"},
    };
    (void)state;
    expect(cases, sizeof cases / sizeof *cases);
}

static void test_text__braces(void **state) {
    static const char *const cases[][2] = {
        {"{{", "str: {"},
        {"}}", "str: }"},
        {"{{i}}", "str: {i}"},
        {"{{{i}}}", "str: {3}"},
        {"{{{{i}}}}", "str: {{i}}"},
        {"a }} b", "str: a } b"},
        {"a } b", "[0+5] 2+1: this \"}\" closes nothing; a brace itself is written \"}}\""},
        {"{i}}", "[0+4] 3+1: this \"}\" closes nothing; a brace itself is written \"}}\""},
        {"{i}}}", "str: 3}"},
        {"{'}'}", "str: }"},
        {"{\"}\" + '}'}", "str: }}"},
        {"{'it\\'s}'}", "str: it's}"},
    };
    (void)state;
    expect(cases, sizeof cases / sizeof *cases);
}

static void test_text__faults(void **state) {
    static const char *const cases[][2] = {
        {"a {i", "[0+4] 2+1: this \"{\" is not closed; a brace itself is written \"{{\""},
        {"{}", "[0+2] 0+2: nothing stands between the braces; braces themselves are written "
               "\"{{\" and \"}}\""},
        {"a { }", "[0+5] 2+3: nothing stands between the braces; braces themselves are written "
                  "\"{{\" and \"}}\""},
        {"n {j + k}", "[3+5] 3+1: unknown name \"j\"\n[3+5] 7+1: unknown name \"k\""},
        {"{i +} {duratoin}", "[1+3] 4+0: expected a value, but the expression ends here\n"
                             "[7+8] 7+8: unknown name \"duratoin\"; did you mean \"duration\"?"},
        {"{it's}", "[1+4] 3+1: the text that begins here is not closed"},
        {"{i:.2f}", "[1+5] 2+1: \":\" has no meaning here; for so many decimals write round(x, 2)"},
        {"{{i}", "[0+4] 3+1: this \"}\" closes nothing; a brace itself is written \"}}\""},
        {"{ {i} }", "[0+7] 0+1: this \"{\" is not closed; a brace itself is written \"{{\""},
        {"{i {j}", "[0+6] 0+1: this \"{\" is not closed; a brace itself is written \"{{\"\n"
                   "[4+1] 4+1: unknown name \"j\""},
    };
    (void)state;
    expect(cases, sizeof cases / sizeof *cases);
}

static void test_text__a_whole_number_is_padded_with_zeros(void **state) {
    (void)state;
    base_buffer buffer = {0};
    assert_int_equal(base_buffer_append_uint(&buffer, 0, 1), 0);
    assert_int_equal(base_buffer_append_uint(&buffer, 7, 3), 0);
    assert_int_equal(base_buffer_append_uint(&buffer, 1234, 3), 0);
    assert_int_equal(base_buffer_append_uint(&buffer, 12345678, 8), 0);
    assert_int_equal(base_buffer_append_uint(&buffer, 9, 8), 0);
    assert_int_equal(base_buffer_append_uint(&buffer, UINT64_MAX, 1), 0);
    assert_string_equal(buffer.data, "000712341234567800000009"
                                     "18446744073709551615");
    base_buffer_free(&buffer);
}

static void test_text__an_error_leaves_the_buffer_as_it_was(void **state) {
    expr_text *text;
    expr_error error;
    expr_value value;
    base_buffer buffer = {0};
    (void)state;
    assert_int_equal(compile("a {i} b {1 / 0}", &text), 0);
    assert_int_equal(expr_text_append(text, &env, &buffer, &error), CAD_EZERODIVISION);
    assert_int_equal(buffer.length, 0);
    assert_int_equal(base_buffer_append(&buffer, "kept", 4), 0);
    assert_int_equal(expr_text_append(text, &env, &buffer, &error), CAD_EZERODIVISION);
    assert_string_equal(buffer.data, "kept");
    assert_int_equal(expr_text_evaluate(text, &env, &value, &error), CAD_EZERODIVISION);
    assert_true(value == EXPR_NONE);
    assert_string_equal(error.message, "division by zero");
    base_buffer_free(&buffer);
    expr_text_free(text);
}

static void test_text__tells_what_is_constant_and_what_draws(void **state) {
    static const struct {
        const char *text;
        bool constant, draws;
    } cases[] = {
        {"plain", true, false}, {"", true, false},      {"{2 * 3}", true, false},
        {"{i}", false, false},  {"a{i}", false, false}, {"{uniform(0, 1)} {i}", false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expr_text *text;
        expr_value value;
        assert_int_equal(compile(cases[i].text, &text), 0);
        assert_int_equal(expr_text_constant(text, &value), cases[i].constant);
        assert_int_equal(expr_text_draws(text), cases[i].draws);
        expr_text_free(text);
    }
}

static void test_text__from_a_document(void **state) {
    static const char json[] =
        "[1.5, true, null, \"a{i}\", \"{i}\", [1, \"{i}\"], \"\\u00e9 {1 +}\",\n"
        "[\"{\"], {}]";
    static const char *const types[] = {"float", "bool", "NoneType", "str", "int", "list"};
    doc_document *document;
    base_buffer buffer = {0};
    doc_node node;
    (void)state;
    assert_int_equal(doc_parse("s.json", json, strlen(json), &document), 0);
    doc_node root = doc_root(document);
    assert_true(doc_node_first(&root, &node));
    for (size_t i = 0; i < 9; i++, doc_node_next(&node)) {
        expr_text *text;
        expr_value value;
        expr_error error;
        int code = expr_text_from_node(&node, &scope, &text);
        assert_int_equal(code, i < 6 ? 0 : CAD_EINVAL);
        if (code == 0) {
            assert_int_equal(expr_text_evaluate(text, &env, &value, &error), 0);
            assert_string_equal(expr_value_type_name(value), types[i]);
            expr_value_unref(value);
        }
        expr_text_free(text);
    }
    assert_int_equal(doc_format_faults(document, &buffer), 0);
    assert_string_equal(
        buffer.data,
        "s.json:1:58: /6: expected a value, but the expression ends here\n"
        "    1 +\n"
        "       ^\n"
        "s.json:2:3: /7/0: this \"{\" is not closed; a brace itself is written \"{{\"\n"
        "    {\n"
        "    ^\n"
        "s.json:2:8: /8: expected text, a number, true, false, null or an array, found an "
        "object; what has several parts is an array\n");
    base_buffer_free(&buffer);
    doc_free(document);
}

static void test_text__from_a_value_takes_no_notice_of_braces(void **state) {
    expr_text *text;
    expr_value value, string;
    expr_error error;
    (void)state;
    assert_int_equal(expr_string_new("{i}", 3, &string), 0);
    assert_int_equal(expr_text_from_value(string, &text), 0);
    assert_int_equal(expr_text_evaluate(text, &env, &value, &error), 0);
    assert_true(value == string);
    expr_value_unref(value);
    expr_value_unref(string);
    expr_text_free(text);
}

static void test_text__survives_each_allocation_that_fails(void **state) {
    (void)state;
    size_t before = memory_live();
    size_t n = 1;
    for (; memory_fail(n); n++) {
        expr_text *text;
        expr_value value = EXPR_NONE;
        expr_error error;
        int code = compile("a {i} b {s + s} {'c'}", &text);
        if (code == 0)
            code = expr_text_evaluate(text, &env, &value, &error);
        assert_int_equal(code, memory_failed() ? CAD_ENOMEM : 0);
        expr_value_unref(value);
        expr_text_free(text);
        assert_int_equal(memory_live(), before);
    }
    assert_true(n > 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_text__expressions_are_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text__one_expression_keeps_its_type, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text__braces, setup, teardown),
        cmocka_unit_test(test_text__a_whole_number_is_padded_with_zeros),
        cmocka_unit_test_setup_teardown(test_text__faults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text__an_error_leaves_the_buffer_as_it_was, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_text__tells_what_is_constant_and_what_draws, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_text__from_a_document, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text__from_a_value_takes_no_notice_of_braces, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_text__survives_each_allocation_that_fails, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
