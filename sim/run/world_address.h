/* run/world_address.h - where steps connect and listen, and whether they may.
 *
 * Each returns 0 or an error, and has then raised it.
 */
#ifndef RUN_WORLD_ADDRESS_H
#define RUN_WORLD_ADDRESS_H

#include "run/job.h"

/* The host (NULL: 127.0.0.1), in machine->text, and the port, where the command line allows both.
 */
int run_evaluate_address(run_job *job, const expr_text *host, const expr_expression *port,
                         int *number);
/* The same for two ports of one host, either of which may be NULL: its number stays. */
int run_evaluate_ends(run_job *job, const expr_text *host, const expr_expression *const ports[2],
                      int numbers[2]);
/* A path, in machine->text, in the folder that the command line allows. */
int run_evaluate_path(run_job *job, const expr_text *path);
/* One or the other: where a server listens. */
int run_evaluate_place(run_job *job, const prog_serve *serve, int *port);

#endif
