/* run/world_protocol.h - protocols of a run: the steps that transports and endpoints call.
 *
 * Those that return an int return 0 or an error, and have then raised it.
 */
#ifndef RUN_WORLD_PROTOCOL_H
#define RUN_WORLD_PROTOCOL_H

#include "run/job.h"

/* Starts a server: each connection has a protocol of its own. */
int run_serve_protocol(run_job *job, const prog_serve *serve, expr_value *server);

/* The protocol that a connection is to have, and its arguments. */
typedef struct run_protocol_call {
    const prog_body *body;
    const prog_arguments *arguments;
} run_protocol_call;

/* Begins to connect: CAD_PENDING, or what cad_create_connection() returns. At the end, whatever it
 * is, run_finish_protocol() takes it: on success the value of its transport, else the result. */
int run_connect_protocol(run_job *job, run_protocol_call call, const expr_text *host,
                         const expr_expression *port);
int run_connect_protocol_unix(run_job *job, run_protocol_call call, const expr_text *path);
int run_finish_protocol(run_job *job, int result, expr_value *transport);

/* Makes an endpoint for datagrams: `port` is its own, `to` that of a fixed peer; one of them may be
 * NULL. */
int run_open_endpoint(run_job *job, run_protocol_call call, const expr_text *host,
                      const expr_expression *port, const expr_expression *to, expr_value *endpoint);

/* All of them go. */
void run_protocols_drop(run_machine *machine);

#endif
