/* Documents: JSON taken strictly, faults in words, places, and the walk through them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "document/document.h"
#include "run/process.h"
#include "support/memory_test.h"

static int setup(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    run_process_start(BASE_UNLIMITED);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    assert_int_equal(memory_live(), 0);
    return 0;
}

/* What the document's faults print; to be freed with the buffer. */
static const char *format(doc_document *document, base_buffer *buffer) {
    base_buffer_clear(buffer);
    assert_int_equal(doc_format_faults(document, buffer), 0);
    return buffer->length > 0 ? buffer->data : "";
}

static doc_document *parse(const char *text) {
    doc_document *document;
    int error = doc_parse("s.json", text, strlen(text), &document);
    if (error != 0) {
        doc_print_faults(document, stdout);
        fail_msg("%s: error %d", text, error);
    }
    return document;
}

/* --- Syntax ---------------------------------------------------------------------------------- */

static void test_document__json_is_taken(void **state) {
    static const char *const texts[] = {
        "{}",
        "[]",
        "0",
        "-0.5e-3",
        " \t\r\n null \n",
        "[true,false,null,\"\"]",
        "{\"a\":{\"b\":[{},[],[[]]]}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"",
        "\"\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
        "[1E5,1e+5,123456789012345678901234567890]",
        "{\"\": 1, \" \": 2}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        doc_document *document = parse(texts[i]);
        assert_int_equal(doc_status(document), 0);
        doc_free(document);
    }
}

/* A comment is nowhere: first, last, alone, twice, and whatever is in it. */
static void test_document__comments_are_in_no_object(void **state) {
    static const char text[] = "{\"//\": [{\"a\": 0}], \"a\": {\"//\": 1}, \"//\": null,\n"
                               " \"b\": [{\"//\": \"x\", \"c\": 2}], \"//\": {\"//\": 3}}";
    doc_document *document = parse(text);
    doc_node root = doc_root(document), a, b, item;
    const char *key = NULL;
    (void)state;
    assert_int_equal(doc_node_count(&root), 2);
    assert_true(doc_node_first(&root, &a));
    key = doc_node_key(&a);
    assert_string_equal(key, "a");
    assert_int_equal(doc_node_count(&a), 0);
    assert_false(doc_node_first(&a, &item));
    b = a;
    assert_true(doc_node_next(&b));
    assert_string_equal(doc_node_key(&b), "b");
    assert_true(doc_node_first(&b, &item));
    assert_int_equal(doc_node_count(&item), 1);
    assert_false(doc_node_next(&b));
    assert_int_equal(doc_status(document), 0);
    doc_free(document);
}

/* Of any length: cJSON alone reads up to 63 characters. */
static void test_document__long_numbers(void **state) {
    static const char text[] =
        "[1.0000000000000000000000000000000000000000000000000000000000000000000000000001,\n"
        "\"1111111111111111111111111111111111111111111111111111111111111111111111111111\",\n"
        "-0.000000000000000000000000000000000000000000000000000000000000000000000000125E+80,\n"
        "123456789012345678901234567890123456789012345678901234567890123456789012345678901, 5]";
    static const double numbers[] = {1, 0, -1.25e7, 1.2345678901234568e80, 5};
    doc_document *document;
    doc_node item;
    double number;
    (void)state;
    assert_int_equal(doc_parse("s.json", text, strlen(text), &document), 0);
    doc_node root = doc_root(document);
    assert_true(doc_node_first(&root, &item));
    for (size_t i = 0; i < 5; i++, doc_node_next(&item)) {
        if (i == 1) {
            assert_int_equal(strlen(item.item->text), 76);
            continue;
        }
        assert_int_equal(doc_node_number(&item, &number), 0);
        assert_true(number == numbers[i]);
        assert_int_equal(item.item->floats, i == 0 || i == 2);
    }
    doc_free(document);
}

static void test_document__syntax_faults_are_in_words(void **state) {
    static const struct {
        const char *text;
        const char *fault;
    } cases[] = {
        {"", "1:1: the document is empty"},
        {" \n ", "2:2: the document is empty"},
        {"{\"a\": [1, 2,]}", "1:12: trailing comma: no value follows before \"]\""},
        {"{\"a\": 1,\n}", "1:8: trailing comma: no member follows before \"}\""},
        {"[1 2]", "1:4: expected \",\" or \"]\", found a number: is a comma missing?"},
        {"{\"a\": 1\n \"b\": 2}",
         "2:2: expected \",\" or \"}\", found a string: is a comma missing?"},
        {"{\"a\" 1}", "1:6: expected \":\" and a value after the key, found a number"},
        {"{\"a\" = 1}", "1:6: between a key and its value stands \":\", not \"=\""},
        {"{\"a\": 1; \"b\": 2}", "1:8: members are separated by \",\", not \";\""},
        {"[1; 2]", "1:3: values are separated by \",\", not \";\""},
        {"{'a': 1}", "1:2: a string is written between double quotes, not single ones"},
        {"['a']", "1:2: a string is written between double quotes, not single ones"},
        {"[\xe2\x80\x9c"
         "a\xe2\x80\x9d]",
         "1:2: a string is written between straight quotes, not typographic ones"},
        {"{a: 1}", "1:2: a key stands in double quotes: write \"a\""},
        {"{1: 1}", "1:2: a key stands in double quotes: write \"1\""},
        {"{\"a\": abc}", "1:7: text stands in double quotes: write \"abc\""},
        {"{\"a\": True}", "1:7: in JSON \"True\" is written true"},
        {"{\"a\": None}", "1:7: in JSON \"None\" is written null"},
        {"{\"a\": ture}", "1:7: unknown word \"ture\"; did you mean true?"},
        {"{\"a\": NaN}", "1:7: JSON has no number \"NaN\""},
        {"[// one\n1]", "1:2: JSON has no comments; a member \"//\" is one: {\"//\": \"words\"}"},
        {"# one\n{}", "1:1: JSON has no comments; a member \"//\" is one: {\"//\": \"words\"}"},
        {"{} /* end */", "1:4: the document is complete before this: found \"/\""},
        {"{} {}", "1:4: the document is complete before this: found an object"},
        {"[1, 2}", "1:6: \"]\" closes the array that begins on line 1, found \"}\""},
        {"{\n\"a\": [\n1", "3:2: the document ends here, but the array that begins on line 2 is "
                           "not closed"},
        {"[", "1:2: the document ends here, but the array that begins on line 1 is not closed"},
        {"{\"a\":", "1:6: the document ends here, but the object that begins on line 1 is not "
                    "closed"},
        {"]", "1:1: this is no JSON: it begins with \"]\", and not with \"{\""},
        {"a: 1", "1:1: this is no JSON: it begins with \"a\", and not with \"{\""},
        {"-\n", "1:1: this is no JSON: it begins with \"-\", and not with \"{\""},
        {"[\"a\"b]",
         "1:5: the string ends before this: found \"b\"; a double quote inside a string is "
         "written \\\""},
        {"[a + b, 1]", "1:2: text stands in double quotes: write \"a + b\""},
        {"[1,\xc2\xa0"
         "2]",
         "1:4: the character U+00A0 stands here, which looks like a space or like "
         "nothing: take it out"},
        {"\xe2\x80\x8b{}",
         "1:1: the character U+200B stands here, which looks like a space or like "
         "nothing: take it out"},
        {"[,]", "1:2: expected a value, found \",\""},
        {"{,}", "1:2: expected a key in double quotes, or \"}\", found \",\""},
        {"[01]", "1:2: a number does not begin with zeros"},
        {"[-01]", "1:2: a number does not begin with zeros"},
        {"[+1]", "1:2: a number does not begin with \"+\""},
        {"[.5]", "1:2: a number begins with a digit: write 0.5, not .5"},
        {"[1.]", "1:2: a decimal point is followed by a digit: write 1.0, not 1."},
        {"[1e]", "1:2: the exponent of a number has at least one digit: write 1e3"},
        {"[-]", "1:2: a minus sign is followed by a digit"},
        {"[0x10]", "1:2: JSON has decimal numbers only"},
        {"[5s]", "1:2: text that begins with a number stands in quotes, too: \"5s\""},
        {"[\"abc]", "1:2: the string that begins here is not closed"},
        {"[\"abc\n\"]", "1:2: the string that begins here is not closed on its line (a line break "
                        "inside a string is written \\n)"},
        {"[\"a\tb\"]", "1:4: the control character U+0009 in a string is written \\u0009"},
        {"[\"\\q\"]", "1:3: \"\\q\" means nothing; a backslash itself is written \"\\\\\""},
        {"[\"\\", "1:3: a backslash itself is written \"\\\\\""},
        {"[\"\\u00g0\"]", "1:3: \\u is followed by four hexadecimal digits, as in \"\\u00e9\""},
        {"[\"\\u0000\"]", "1:3: \\u0000 cannot stand in text"},
        {"[\"\xc3\xa9\\ud800\"]",
         "1:4: \\ud800 is one half of a pair, and the other half is missing"},
        {"[\"\\udc00\"]", "1:3: \\udc00 is one half of a pair, and the other half is missing"},
        {"[\"\\ud800\\u0041\"]",
         "1:3: \\ud800 is one half of a pair, and the other half is missing"},
        {"[1]\x01", "1:4: the document is complete before this: found the control character "
                    "U+0001"},
        {"\xef\xbb\xbf{}",
         "1:1: the file begins with a byte order mark; save it as UTF-8 without one"},
        {"\xff\xfe{", "1:1: the file is UTF-16, or UTF-32; save it as UTF-8"},
        {"[\"\xc3\xa9\xff\"]", "1:4: the byte 0xff here is not UTF-8; save the file as UTF-8"},
        {"[\"\xc0\x80\"]", "1:3: the byte 0xc0 here is not UTF-8; save the file as UTF-8"},
        {"[\"\xed\xa0\x80\"]", "1:3: the byte 0xed here is not UTF-8; save the file as UTF-8"},
        {"[\"\xf4\x90\x80\x80\"]", "1:3: the byte 0xf4 here is not UTF-8; save the file as UTF-8"},
        {"[\"\xe2\x82\"]", "1:3: the byte 0xe2 here is not UTF-8; save the file as UTF-8"},
    };
    base_buffer buffer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        doc_document *document;
        char expected[300];
        const char *text = cases[i].text;
        assert_int_equal(doc_parse("s.json", text, strlen(text), &document), CAD_EINVAL);
        snprintf(expected, sizeof expected, "s.json:%s\n", cases[i].fault);
        if (strcmp(format(document, &buffer), expected) != 0)
            fail_msg("%s\n  gives    %s  expected %s", text, buffer.data, expected);
        doc_free(document);
    }
    base_buffer_free(&buffer);
}

static void expect_fault(const char *text, size_t size, const char *expected) {
    doc_document *document;
    base_buffer buffer = {0};
    assert_int_equal(doc_parse("s.json", text, size, &document), CAD_EINVAL);
    assert_string_equal(format(document, &buffer), expected);
    base_buffer_free(&buffer);
    doc_free(document);
}

static void test_document__limits_are_faults(void **state) {
    (void)state;
    char nested[2 * (DOC_MAX_DEPTH + 1)];
    memset(nested, '[', DOC_MAX_DEPTH + 1);
    memset(nested + DOC_MAX_DEPTH + 1, ']', DOC_MAX_DEPTH + 1);
    expect_fault(nested, sizeof nested,
                 "s.json:1:201: arrays and objects are nested more than 200 deep\n");
    doc_document *document;
    assert_int_equal(doc_parse("s.json", nested + 1, sizeof nested - 2, &document), 0);
    doc_free(document);

    size_t size = DOC_MAX_BYTES + 1;
    char *large = malloc(size);
    assert_non_null(large);
    memset(large, ' ', size);
    expect_fault(large, size, "s.json: the document is larger than 64 MiB\n");
    memset(large, '1', 10000000);
    for (size_t i = 1; i < 10000000; i += 2)
        large[i] = ',';
    large[0] = '[';
    large[1] = '1';
    expect_fault(large, 10000000, "s.json:1:8000001: the document has more than 4000000 values\n");
    free(large);
    expect_fault("[\"a\0b\"]", 7,
                 "s.json:1:4: a zero byte stands here; save the file as UTF-8 text\n");
}

static void test_document__numbers_too_large_are_a_fault(void **state) {
    (void)state;
    doc_document *document = parse("{\"a\": 1e309, \"b\": -1e999, \"c\": 1e308}");
    base_buffer buffer = {0};
    assert_int_equal(doc_status(document), CAD_EINVAL);
    assert_string_equal(format(document, &buffer),
                        "s.json:1:7: /a: the number is too large for a double (about 1.8e308)\n"
                        "s.json:1:19: /b: the number is too large for a double (about 1.8e308)\n");
    base_buffer_free(&buffer);
    doc_free(document);
}

/* --- Keys that stand twice ------------------------------------------------------------------- */

static void test_document__a_key_that_stands_twice_is_a_fault(void **state) {
    (void)state;
    doc_document *document = parse("{\"a\": 1,\n \"b\": {\"x\": 1, \"y\": 2, \"x\": 3},\n"
                                   " \"a\": 2, \"\\u0061\": 3, \"A\": 4}");
    base_buffer buffer = {0};
    assert_int_equal(doc_status(document), CAD_EINVAL);
    assert_string_equal(format(document, &buffer),
                        "s.json:2:24: /b/x: the key \"x\" stands twice, first on line 2\n"
                        "s.json:3:2: /a: the key \"a\" stands twice, first on line 1\n"
                        "s.json:3:10: /a: the key \"a\" stands twice, first on line 1\n");
    base_buffer_free(&buffer);
    doc_free(document);
}

/* An object of very many members is checked in no time; the test would run into its time limit. */
static void test_document__very_many_keys_take_little_time(void **state) {
    enum { KEYS = 200000 };
    (void)state;
    base_buffer text = {0};
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(
            base_buffer_format(&text, "%s\"k%d\": %d", i == 0 ? "{" : ",\n", i % (KEYS - 1), i), 0);
    assert_int_equal(base_buffer_append(&text, "}", 1), 0);
    doc_document *document = parse(text.data);
    base_buffer buffer = {0};
    assert_non_null(strstr(format(document, &buffer), ": /k0: the key \"k0\" stands twice"));
    base_buffer_free(&buffer);
    doc_free(document);
    base_buffer_free(&text);
}

/* --- Places ---------------------------------------------------------------------------------- */

static void append_place(const doc_node *node, bool key, base_buffer *out) {
    uint32_t offset = key ? doc_node_key_offset(node) : doc_node_offset(node);
    assert_int_equal(doc_format_place(node->document, offset, out), 0);
    assert_int_equal(base_buffer_append(out, "\n", 1), 0);
}

static void append_all_places(const doc_node *node, base_buffer *out) {
    doc_node child;
    if (doc_node_key(node) != NULL)
        append_place(node, true, out);
    append_place(node, false, out);
    for (bool more = doc_node_first(node, &child); more; more = doc_node_next(&child))
        append_all_places(&child, out);
}

static void test_document__every_value_and_key_has_its_place(void **state) {
    static const char text[] =
        "\n{ \"a\" : 1, \"b\\\"\" :\t[ [], {\"c\": \"x\\\"y\"} , -1.5e3],\n"
        "  \"\xc3\xa9\": {\"~/\": true}, \"\": null, \"\\n\\u00e9\": [0]\n}\n";
    static const char expected[] = "s.json:2:1\n"
                                   "s.json:2:3: /a\n"
                                   "s.json:2:9: /a\n"
                                   "s.json:2:12: /b\"\n"
                                   "s.json:2:20: /b\"\n"
                                   "s.json:2:22: /b\"/0\n"
                                   "s.json:2:26: /b\"/1\n"
                                   "s.json:2:27: /b\"/1/c\n"
                                   "s.json:2:32: /b\"/1/c\n"
                                   "s.json:2:42: /b\"/2\n"
                                   "s.json:3:3: /\xc3\xa9\n"
                                   "s.json:3:8: /\xc3\xa9\n"
                                   "s.json:3:9: /\xc3\xa9/~0~1\n"
                                   "s.json:3:15: /\xc3\xa9/~0~1\n"
                                   "s.json:3:22: /\n"
                                   "s.json:3:26: /\n"
                                   "s.json:3:32: /\\n\xc3\xa9\n"
                                   "s.json:3:44: /\\n\xc3\xa9\n"
                                   "s.json:3:45: /\\n\xc3\xa9/0\n";
    (void)state;
    doc_document *document = parse(text);
    doc_node root = doc_root(document);
    base_buffer out = {0};
    append_all_places(&root, &out);
    assert_string_equal(out.data, expected);
    base_buffer_free(&out);
    doc_free(document);
}

/* --- The walk -------------------------------------------------------------------------------- */

static void test_document__members_and_children(void **state) {
    (void)state;
    doc_document *document = parse("{\"a\": [1, 2, 3], \"A\": null, \"b\": \"x\"}");
    doc_node root = doc_root(document);
    doc_node member, child;
    assert_int_equal(doc_node_type(&root), DOC_OBJECT);
    assert_int_equal(doc_node_count(&root), 3);
    assert_true(doc_node_member(&root, "A", &member));
    assert_int_equal(doc_node_type(&member), DOC_NULL);
    assert_string_equal(doc_node_key(&member), "A");
    assert_false(doc_node_member(&root, "c", &member));
    assert_true(doc_node_member(&root, "a", &member));
    double sum = 0, number;
    for (bool more = doc_node_first(&member, &child); more; more = doc_node_next(&child)) {
        assert_null(doc_node_key(&child));
        assert_int_equal(doc_node_number(&child, &number), 0);
        sum = sum * 10 + number;
    }
    assert_true(sum == 123);
    assert_false(doc_node_member(&member, "a", &child)); /* an array has none */
    assert_true(doc_node_member(&root, "b", &member));
    assert_false(doc_node_first(&member, &child));
    assert_int_equal(doc_node_count(&member), 0);
    doc_free(document);
}

static void test_document__checks_say_what_was_found(void **state) {
    static const char text[] =
        "{\"number\": 1.5, \"text\": \"fifp\", \"list\": [], \"flag\": false,\n"
        "\"object\": {\"dealy\": 1, \"do\": 2, \"zzz\": 3}, \"none\": null}";
    static const char *const members[] = {"delay", "do", "index"};
    static const char *const orders[] = {"fifo", "lifo", "priority"};
    (void)state;
    doc_document *document = parse(text);
    doc_node root = doc_root(document);
    doc_node number, string, list, flag, object, none, missing;
    const char *value;
    double real = 0;
    int64_t whole = 0;
    bool truth = true;
    size_t index = 9;
    assert_int_equal(doc_node_require(&root, "number", "{}", &number), 0);
    assert_int_equal(doc_node_require(&root, "text", "{}", &string), 0);
    assert_int_equal(doc_node_require(&root, "list", "{}", &list), 0);
    assert_int_equal(doc_node_require(&root, "flag", "{}", &flag), 0);
    assert_int_equal(doc_node_require(&root, "object", "{}", &object), 0);
    assert_int_equal(doc_node_require(&root, "none", "{}", &none), 0);

    assert_int_equal(doc_node_number(&number, &real), 0);
    assert_true(real == 1.5);
    assert_int_equal(doc_node_string(&string, &value), 0);
    assert_string_equal(value, "fifp");
    assert_int_equal(doc_node_array(&list, "[1]"), 0);
    assert_int_equal(doc_node_boolean(&flag, &truth), 0);
    assert_false(truth);
    assert_int_equal(doc_node_object(&object, "{}"), 0);
    assert_int_equal(doc_status(document), 0);

    assert_int_equal(doc_node_require(&root, "tasks", "{}", &missing), CAD_EINVAL);
    assert_int_equal(doc_node_object(&number, "{\"x\": 1}"), CAD_EINVAL);
    assert_int_equal(doc_node_whole(&number, 0, 10, &whole), CAD_EINVAL);
    assert_int_equal(doc_node_array(&string, "[1]"), CAD_EINVAL);
    assert_int_equal(doc_node_choice(&string, "order", orders, 3, &index), CAD_EINVAL);
    assert_int_equal(doc_node_string(&list, &value), CAD_EINVAL);
    assert_int_equal(doc_node_number(&flag, &real), CAD_EINVAL);
    assert_int_equal(doc_node_whole(&flag, 0, 10, &whole), CAD_EINVAL);
    assert_int_equal(doc_node_boolean(&none, &truth), CAD_EINVAL);
    assert_int_equal(doc_node_only(&object, members, 3, 3, NULL), CAD_EINVAL);

    base_buffer buffer = {0};
    assert_string_equal(
        format(document, &buffer),
        "s.json:1:1: missing member \"tasks\", as in {}\n"
        "s.json:1:12: /number: expected an object, such as {\"x\": 1}, found a number\n"
        "s.json:1:12: /number: expected a whole number, found 1.5\n"
        "s.json:1:25: /text: expected an array, such as [1], found a string\n"
        "s.json:1:25: /text: unknown order \"fifp\"; did you mean \"fifo\"?\n"
        "s.json:1:41: /list: expected a string, found an array\n"
        "s.json:1:53: /flag: expected a number, found a boolean\n"
        "s.json:1:53: /flag: expected a whole number, found a boolean\n"
        "s.json:2:12: /object/dealy: unknown member \"dealy\"; did you mean \"delay\"?\n"
        "s.json:2:33: /object/zzz: unknown member \"zzz\": expected \"delay\", \"do\" or "
        "\"index\"\n"
        "s.json:2:52: /none: expected true or false, found null\n");
    base_buffer_free(&buffer);
    doc_free(document);
}

static void test_document__whole_numbers_and_choices_within_bounds(void **state) {
    static const char *const orders[] = {"fifo", "lifo", "priority"};
    (void)state;
    doc_document *document = parse("[5, 5.0, -1, 11, 1e15, \"lifo\", \"other\"]");
    doc_node root = doc_root(document);
    doc_node item;
    int64_t whole;
    size_t index;
    assert_true(doc_node_first(&root, &item));
    assert_int_equal(doc_node_whole(&item, 0, 10, &whole), 0);
    assert_int_equal(whole, 5);
    assert_true(doc_node_next(&item));
    assert_int_equal(doc_node_whole(&item, 5, 5, &whole), 0);
    assert_true(doc_node_next(&item));
    assert_int_equal(doc_node_whole(&item, 0, 10, &whole), CAD_EINVAL);
    assert_true(doc_node_next(&item));
    assert_int_equal(doc_node_whole(&item, 0, 10, &whole), CAD_EINVAL);
    assert_true(doc_node_next(&item));
    assert_int_equal(doc_node_whole(&item, 0, INT64_C(1) << 53, &whole), 0);
    assert_true(whole == INT64_C(1000000000000000));
    assert_true(doc_node_next(&item));
    assert_int_equal(doc_node_choice(&item, "order", orders, 3, &index), 0);
    assert_int_equal(index, 1);
    assert_true(doc_node_next(&item));
    assert_int_equal(doc_node_choice(&item, "order", orders, 3, &index), CAD_EINVAL);
    assert_false(doc_node_next(&item));
    base_buffer buffer = {0};
    assert_string_equal(
        format(document, &buffer),
        "s.json:1:10: /2: expected a whole number from 0 to 10, found -1\n"
        "s.json:1:14: /3: expected a whole number from 0 to 10, found 11\n"
        "s.json:1:32: /6: unknown order \"other\": expected \"fifo\", \"lifo\" or \"priority\"\n");
    base_buffer_free(&buffer);
    doc_free(document);
}

/* --- Files ----------------------------------------------------------------------------------- */

static void test_document__is_read_from_a_file(void **state) {
    char path[] = "/tmp/cadran-test-XXXXXX";
    (void)state;
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "{\"a\": }", 7), 7);
    close(descriptor);
    doc_document *document;
    base_buffer buffer = {0};
    char expected[100];
    assert_int_equal(doc_load(path, &document), CAD_EINVAL);
    snprintf(expected, sizeof expected, "%s:1:7: expected a value, found \"}\"\n", path);
    assert_string_equal(format(document, &buffer), expected);
    doc_free(document);
    unlink(path);

    assert_int_equal(doc_load(path, &document), CAD_EINVAL);
    snprintf(expected, sizeof expected, "%s: cannot be read: No such file or directory\n", path);
    assert_string_equal(format(document, &buffer), expected);
    doc_free(document);
    assert_int_equal(doc_load("/", &document), CAD_EINVAL);
    assert_string_equal(format(document, &buffer), "/: cannot be read: Is a directory\n");
    doc_free(document);
    base_buffer_free(&buffer);
}

static void test_document__survives_each_allocation_that_fails(void **state) {
    static const char text[] = "{\"a\": [1, \"x\", {\"b\": null}], \"a\": 2, \"c\": 1e999}";
    (void)state;
    size_t n = 1;
    for (; memory_fail(n); n++) {
        doc_document *document;
        base_buffer buffer = {0};
        int error = doc_parse("s.json", text, strlen(text), &document);
        if (error == 0)
            error = doc_format_faults(document, &buffer);
        assert_int_equal(error, memory_failed() ? CAD_ENOMEM : 0);
        base_buffer_free(&buffer);
        doc_free(document);
        assert_int_equal(memory_live(), 0);
    }
    assert_true(n > 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_document__json_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__comments_are_in_no_object, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__long_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__syntax_faults_are_in_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__limits_are_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__numbers_too_large_are_a_fault, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_document__a_key_that_stands_twice_is_a_fault, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_document__very_many_keys_take_little_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_document__every_value_and_key_has_its_place, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_document__members_and_children, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__checks_say_what_was_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__whole_numbers_and_choices_within_bounds,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__is_read_from_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document__survives_each_allocation_that_fails, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
