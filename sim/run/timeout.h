/* timeout.h - a timeout that a variable holds, which may outlive its block.
 */
#ifndef RUN_TIMEOUT_H
#define RUN_TIMEOUT_H

#include "cadran.h"
#include "expression/value.h"

/* asyncio's Timeout. */
typedef struct run_timeout {
    uint32_t references;
    cad_timeout *scope; /* NULL: its block has been left, and the rest is how it was then: */
    bool expired;
    int64_t when_ns;
} run_timeout;

/* With one reference. NULL: no memory. */
run_timeout *run_timeout_new(cad_timeout *scope);
run_timeout *run_timeout_ref(run_timeout *timeout);
void run_timeout_unref(run_timeout *timeout);

/* What a timeout has in its hidden slot: the scope, or where a variable holds it the run_timeout.
 */
cad_timeout *run_timeout_scope(expr_value value);

/* The scope is about to be left. */
void run_timeout_leave(run_timeout *timeout);
/* Timeout.expired(), Timeout.when(), the latter in loop time; CAD_NEVER. */
bool run_timeout_expired(const run_timeout *timeout);
int64_t run_timeout_when(const run_timeout *timeout);

#endif
