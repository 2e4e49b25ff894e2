/* A loop under the real clock, and what it leaves behind. */
#include "world_test.h"

#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>

cad_loop *world_loop;
static int descriptors_before;

int count_descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

bool has_children(void) {
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

int world_test_begin(void **state) {
    (void)state;
    int error = cad_loop_new(cad_uv_driver(), &world_loop);
    cad_loop_free(world_loop);
    return error;
}

int world_test_setup(void **state) {
    (void)state;
    count_blocks();
    descriptors_before = count_descriptors();
    return cad_loop_new(cad_uv_driver(), &world_loop);
}

int world_test_teardown(void **state) {
    (void)state;
    cad_loop_free(world_loop);
    (void)cad_raise(CAD_EUSER, NULL); /* lets go of the last error outside tasks */
    assert_int_equal(count_descriptors(), descriptors_before);
    assert_false(has_children());
    assert_int_equal(blocks_live(), 0);
    return 0;
}

void world_run(cad_coroutine *fn, void *arg) {
    cad_task *task;
    assert_int_equal(cad_task_create(world_loop, fn, arg, NULL, &task), 0);
    assert_int_equal(cad_loop_run(world_loop), 0);
    assert_int_equal(cad_future_result(task, NULL), 0);
    cad_future_unref(task);
}
