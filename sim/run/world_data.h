/* run/world_data.h - what travels between a run and the world outside: bytes, as texts.
 *
 * Those that return an int return 0 or an error, and have then raised it.
 */
#ifndef RUN_WORLD_DATA_H
#define RUN_WORLD_DATA_H

#include "run/job.h"

/* Where a read of the engine's puts what it gets, while a task waits for it. It is the machine's,
 * so that nothing is left of a task that is dropped meanwhile. NULL: no memory. */
typedef struct run_read {
    cad_bytes bytes[2];
    struct run_read *next, *previous;
} run_read;
run_read *run_read_begin(run_machine *machine);
/* What it got, as a text; CAD_ENOMEM. */
int run_read_text(const run_read *read, size_t which, expr_value *text);
/* Gives it back. */
void run_read_end(run_machine *machine, run_read *read);
/* Frees all of them; the loop is gone. */
void run_reads_free(run_machine *machine);

/* What a step sends, in machine->text: a text's bytes, or `size` times an x. One of them is there.
 */
int run_data(run_job *job, const expr_text *text, const expr_expression *size);

/* Shows a text that may be no UTF-8, as it was cut somewhere: each part of it that is none becomes
 * one U+FFFD, in the buffer itself. 0 or CAD_ENOMEM. */
int run_show_cut(base_buffer *text);

#endif
