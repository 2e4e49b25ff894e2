/* The limit of memory: whatever its size, and whatever the sizes of the blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/limit.h"
#include "base/memory.h"

enum { BLOCKS = 4096 };

static void *blocks[BLOCKS];

/* Takes blocks until one is refused; returns how many bytes were asked for. */
static size_t fill(size_t size) {
    size_t count = 0;
    while (count < BLOCKS && (blocks[count] = base_alloc(size)) != NULL)
        count++;
    assert_true(count < BLOCKS);
    for (size_t i = 0; i < count; i++)
        base_free(blocks[i]);
    return count * size;
}

static void test_limit__of_any_size_is_kept(void **state) {
    (void)state;
    for (uint64_t bytes = 20000; bytes < 20100; bytes++) {
        base_limit_memory(bytes);
        for (size_t size = 9; size < 2000; size = size * 3 / 2) {
            size_t taken = fill(size);
            assert_true(taken <= bytes);
            assert_true(taken > bytes / 8); /* what is freed does not count */
        }
        assert_true(base_limit_reached());
    }
}

static void test_limit__is_for_what_grows(void **state) {
    (void)state;
    base_limit_memory(20000);
    char *text = base_alloc(12000);
    assert_non_null(text);
    memset(text, 'x', 12000);
    assert_null(base_realloc(text, 40000));
    assert_int_equal(text[11999], 'x'); /* it is as it was */
    text = base_realloc(text, 100);
    assert_non_null(text);
    char *other = base_alloc(12000);
    assert_non_null(other);
    base_free(other);
    base_free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit__of_any_size_is_kept),
        cmocka_unit_test(test_limit__is_for_what_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
