/* outlook.h - which waits the tasks that are left may still end: what stands in the steps that they
 * can come to.
 */
#ifndef RUN_OUTLOOK_H
#define RUN_OUTLOOK_H

#include "base/map.h"
#include "program/program.h"

/* Numbers of wakers, in prog_flow.wakers: those that a coroutine may come to. */
typedef struct run_prospect {
    uint32_t *wakers;
    uint32_t count;
} run_prospect;

typedef struct run_outlook {
    const prog_program *program;
    struct base_map by_pc; /* in prospects */
    run_prospect *prospects;
    size_t count, capacity;
} run_outlook;

/* What a coroutine may come to whose next instruction is `pc`, and the tasks that it then makes: by
 * what the steps say, whatever their conditions. Found once for each instruction, in the time of a
 * look through the program. NULL: no memory. */
const run_prospect *run_outlook_from(run_outlook *outlook, const prog_body *body, uint32_t pc);

void run_outlook_free(run_outlook *outlook);

#endif
