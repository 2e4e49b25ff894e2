/* Text of strangers, as it is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/show.h"

static void assert_quoted(const char *text, size_t most, const char *quoted) {
    base_buffer buffer = {0};
    assert_int_equal(base_buffer_append_quoted(&buffer, text, most), 0);
    assert_string_equal(buffer.data, quoted);
    base_buffer_free(&buffer);
}

static void test_show__quotes_are_cut_between_characters(void **state) {
    (void)state;
    assert_quoted("", 4, "\"\"");
    assert_quoted("four", 4, "\"four\"");
    assert_quoted("fives", 4, "\"five...\"");
    assert_quoted("abc\xC3\xA9", 5, "\"abc\xC3\xA9\"");
    assert_quoted("abc\xC3\xA9", 4, "\"abc...\"");
    assert_quoted("\xF0\x9F\x90\x8D!", 3, "\"...\"");
}

static void test_show__quotes_are_obeyed_by_no_terminal(void **state) {
    (void)state;
    assert_quoted("a\nb\x1B[2J", 60, "\"a\\nb\\u001b[2J\"");
    assert_quoted("\xFF", 60, "\"\\xff\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_show__quotes_are_cut_between_characters),
        cmocka_unit_test(test_show__quotes_are_obeyed_by_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
