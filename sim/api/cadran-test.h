/* cadran-test.h - coroutines in a unit test: they run under the virtual clock, and what they did is
 * held to a trace that is kept in the repository, the golden.
 *
 * In a test of cmocka, whose header comes first:
 *
 *     static int start(cad_loop *loop, void *arg)
 *     {
 *         return cad_task_create(loop, worker, arg, NULL, NULL);
 *     }
 *
 *     static void test_pool(void **state)
 *     {
 *         cad_assert_golden("golden/pool.trace.json", start, *state);
 *     }
 *
 * A golden that is not there yet, or another one, fails the test, and the failure says in words
 * what the run did otherwise, and where that began. The run's own trace is then left beside the
 * golden, as `golden/pool.trace.new.json`; who wants it moves it over the golden. Where the
 * variable CI is set to anything but empty, `0` or `false`, nothing is written.
 *
 * The functions are in libcadran-trace. The conventions of cadran.h hold here, too.
 */
#ifndef CADRAN_TEST_H
#define CADRAN_TEST_H

#include "cadran-trace.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the objects and the tasks of a run; 0, or an error, which fails the test. */
typedef int cad_test_start(cad_loop *loop, void *arg);

/* All members may be 0. */
typedef struct cad_test_options {
    int result; /* what cad_loop_run() has to return: 0, or CAD_EDEADLOCK for a run that gets stuck
                 */
    cad_trace_options trace; /* without a name it is called as its file. With `detail` a failure
                                shows the state just before the first difference, and the files are
                                larger */
} cad_test_options;

/* Runs what start(loop, arg) makes in a loop of its own, under the virtual clock, and compares its
 * trace with the golden, byte by byte. `options` may be NULL.
 *
 * NULL where they are the same; else what is wrong, in lines, to be freed with cad_test_free(). A
 * run that does not end never returns: the loop's limit of time is start()'s to set
 * (cad_loop_set_limit()). asyncio has nothing of the kind. */
CAD_API char *cad_test_golden(const char *golden, cad_test_start *start, void *arg,
                              const cad_test_options *options);
CAD_API void cad_test_free(char *text); /* takes NULL */

/* The same as an assertion of cmocka: prints what is wrong, and fails the test. */
#define cad_assert_golden(golden, start, arg) cad_assert_golden_with(golden, start, arg, NULL)
#define cad_assert_golden_with(golden, start, arg, options)                                        \
    do {                                                                                           \
        char *cad_wrong_ = cad_test_golden(golden, start, arg, options);                           \
        if (cad_wrong_ != NULL) {                                                                  \
            print_error("%s", cad_wrong_);                                                         \
            cad_test_free(cad_wrong_);                                                             \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
