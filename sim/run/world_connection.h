/* run/world_connection.h - servers of a run, and connections.
 */
#ifndef RUN_WORLD_CONNECTION_H
#define RUN_WORLD_CONNECTION_H

#include "run/job.h"

/* Those that return an int return 0 or an error, and have then raised it. */

/* What a server does with each connection: the machine's. */
typedef struct run_service {
    run_machine *machine;
    const prog_body *body;
    struct run_service *next; /* in run_machine.services */
    expr_value arguments[];   /* of body->parameters; of a coroutine the first is the connection's
                                 place */
} run_service;
int run_service_new(run_job *job, const prog_serve *serve, run_service **service);

/* Starts a server: for each connection its coroutine runs as a task. */
int run_serve(run_job *job, const prog_serve *serve, expr_value *server);

/* Begins to connect: CAD_PENDING, or what cad_open_connection() returns; the stream is in job->item
 * when that is over. */
int run_connect(run_job *job, const expr_text *host, const expr_expression *port,
                const expr_expression *limit);
int run_connect_unix(run_job *job, const expr_text *path, const expr_expression *limit);
/* The value of a connection that was made. */
int run_connection_value(run_machine *machine, cad_stream *stream, expr_value *value);
/* The same of a server, whoever serves its connections. */
int run_server_value(run_machine *machine, cad_server *server, expr_value *value);

/* What servers do, and what has not ended of that: all goes. */
void run_connections_drop(run_machine *machine);

#endif
