/* world_test.h - what the tests of the world outside stand on: a loop under the real clock, and an
 * account of what it leaves behind: descriptors, children, and every allocation.
 */
#ifndef WORLD_TEST_H
#define WORLD_TEST_H

#include "engine_test.h"

/* The loop of the running test. */
extern cad_loop *world_loop;

/* Group fixture: opens what stays open in a process from its first loop on. */
int world_test_begin(void **state);
/* Fixtures of each test. */
int world_test_setup(void **state);
int world_test_teardown(void **state);

/* A line of a test list. */
#define WORLD_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, world_test_setup, world_test_teardown)

/* Runs a coroutine as the first task, until all have ended; it ends without an error. */
void world_run(cad_coroutine *fn, void *arg);

/* Those that this process has, and those that the count itself needs. */
int count_descriptors(void);
/* Zombies, too. */
bool has_children(void);

#endif
