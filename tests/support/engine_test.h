/* engine_test.h - what the tests of the engine stand on: a loop under the virtual clock, a log of
 * what happened at which time, and an account of every allocation.
 *
 * A test runs between engine_test_setup() and engine_test_teardown() (cmocka fixtures): teardown
 * frees the loop and fails if a byte of what the library allocated is left. */
#ifndef ENGINE_TEST_H
#define ENGINE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cadran.h"

/* The loop of the running test. */
extern cad_loop *test_loop;

int engine_test_setup(void **state);
int engine_test_teardown(void **state);

/* An exception handler that says nothing: what the loop of a test begins with. */
void ignore_unretrieved(cad_future *future, int code, const cad_exception *exception, void *arg);

/* A line of a test list. */
#define ENGINE_TEST(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, engine_test_setup, engine_test_teardown)

/* From now on the library's allocations are counted; blocks_live() is what has not been freed. */
void count_blocks(void);
size_t blocks_live(void);
/* Makes the `number`th allocation from now on fail, 1 being the next; 0: none. */
void fail_block(size_t number);
/* Whether that allocation has been asked for. */
bool block_failed(void);

/* Adds "what" (printf) to the log, under the loop's present time: entries of the same instant
 * share a line, as "1: a acquire, b acquire". Times are seconds, with as many decimals as they
 * need. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Forgets the log. */
void note_clear(void);
/* The log so far, a line an instant, each ended by a newline. */
const char *noted(void);

/* Asserts that the log is these lines (strings), and no others. */
#define HAPPENED(...) happened(__FILE__, __LINE__, (const char *const[]){__VA_ARGS__, NULL})
void happened(const char *file, int line, const char *const *lines);

/* Prints a log under its title, line by line: cmocka cuts what is longer than a kilobyte. */
void print_log(const char *title, const char *log);

/* Seconds, as text: "1", "0.5". Writes at most 32 bytes and returns `text`. */
char *seconds_text(char *text, int64_t ns);

#endif
