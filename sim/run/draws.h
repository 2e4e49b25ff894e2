/* draws.h - random numbers: a stream for each task.
 */
#ifndef RUN_DRAWS_H
#define RUN_DRAWS_H

#include "expression/random.h"

struct run_machine;

/* What a task draws its random numbers from. */
typedef struct run_draws {
    uint64_t identity;
    expr_random random;
} run_draws;

/* The stream of a task called `name` that `parent` creates; counts the tasks of that name. 0 or
 * CAD_ENOMEM. */
int run_draws_start(struct run_machine *machine, uint64_t parent, const char *name,
                    run_draws *draws);

#endif
