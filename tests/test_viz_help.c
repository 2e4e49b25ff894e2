/* The list of keys in the viewer and the one in its documentation are one list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_page(void) {
    FILE *file = fopen(VIEWER_PAGE, "rb");
    assert_non_null(file);
    char *text = malloc(1 << 16);
    assert_non_null(text);
    size_t length = fread(text, 1, (1 << 16) - 1, file);
    text[length] = '\0';
    assert_true(length > 1000 && feof(file));
    fclose(file);
    return text;
}

static void test_help__is_in_the_documentation(void **state) {
    (void)state;
    char *page = read_page();
    for (size_t i = 0; i < viz_help_count; i++) {
        if (strstr(page, viz_help[i].text) == NULL)
            print_error("not in the page: %s\n", viz_help[i].text);
        assert_non_null(strstr(page, viz_help[i].text));
    }
    free(page);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_help__is_in_the_documentation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
