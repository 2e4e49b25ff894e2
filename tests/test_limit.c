/* The limit of memory: whatever its size, and whatever the sizes of the blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/cgroup.h"
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

/* --- Control groups -------------------------------------------------------------------------- */

static char folder[] = "/tmp/cadran-cgroup-XXXXXX";

static const char *put(const char *name, const char *text) {
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void make(const char *name) {
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void test_limit__of_control_groups(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    make("a");
    make("a/b");
    make("memory");
    make("memory/c");
    make("unified");
    make("unified/a");
    assert_true(base_cgroup_memory("/nowhere", folder) == UINT64_MAX);
    assert_true(base_cgroup_memory(put("self", "0::/a/b\n"), folder) == UINT64_MAX);
    (void)put("a/b/memory.max", "max\n");
    (void)put("a/memory.max", "4000000000\n"); /* of the group around it */
    assert_int_equal(base_cgroup_memory(put("self", "1:cpu:/x\n0::/a/b\n"), folder), 4000000000);
    (void)put("a/b/memory.max", "1000000\n");
    assert_int_equal(base_cgroup_memory(put("self", "0::/a/b\n"), folder), 1000000);
    assert_int_equal(base_cgroup_memory(put("self", "0::/a\n"), folder), 4000000000);
    (void)put("memory.max", "2000000\n"); /* a container's own root */
    assert_int_equal(base_cgroup_memory(put("self", "0::/\n"), folder), 2000000);
    (void)put("memory/c/memory.limit_in_bytes", "3000\n");
    assert_int_equal(base_cgroup_memory(put("self", "4:memory:/c\n0::/\n"), folder), 3000);
    assert_int_equal(base_cgroup_memory(put("self", "4:cpu,memory,pids:/c\n"), folder), 3000);
    assert_true(base_cgroup_memory(put("self", "4:cpu,memory2:/c\n"), folder) == UINT64_MAX);
    (void)put("a/memory.high", "900000\n"); /* slowed down there, until nothing goes on */
    assert_int_equal(base_cgroup_memory(put("self", "0::/a/b\n"), folder), 900000);
    (void)put("unified/a/memory.max", "800000\n"); /* version 2 beside version 1 */
    assert_int_equal(base_cgroup_memory(put("self", "0::/a/b\n"), folder), 800000);
    assert_true(base_cgroup_memory(put("self", "nonsense\n0:x\n"), folder) == UINT64_MAX);
}

static int remove_folder(void **state) {
    static const char *const names[] = {"a/b/memory.max",
                                        "a/memory.max",
                                        "memory.max",
                                        "memory/c/memory.limit_in_bytes",
                                        "a/memory.high",
                                        "unified/a/memory.max",
                                        "self",
                                        "a/b",
                                        "a",
                                        "memory/c",
                                        "memory",
                                        "unified/a",
                                        "unified",
                                        ""};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit__of_any_size_is_kept),
        cmocka_unit_test(test_limit__is_for_what_grows),
        cmocka_unit_test_teardown(test_limit__of_control_groups, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
