/* process.h - what a process does once, before it loads its first program. After that it can load
 * and run as many as it likes, one after the other or in threads: what a run changes is its own.
 */
#ifndef RUN_PROCESS_H
#define RUN_PROCESS_H

#include <stdint.h>

#include "program/program.h"

/* Everything that allocates, the engine included, does so through base_set_allocator()'s hook from
 * now on, and gets at most `max_memory` bytes in all; BASE_UNLIMITED leaves the hook as it is. */
void run_process_start(uint64_t max_memory);

/* The program that runs on this thread from now on: its own exceptions are shown by their names. */
void run_process_program(const prog_program *program);

#endif
