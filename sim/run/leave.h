/* run/leave.h - what the command line gives a run leave for. */
#ifndef RUN_LEAVE_H
#define RUN_LEAVE_H

#include <stddef.h>

#include "run/settings.h"

/* Whether a word of --allow-net is where one may connect and listen: an address or a name, with
 * a port or without. */
bool run_is_address(const char *word, size_t size);

/* Whether a program of that name may be started. */
bool run_may_exec(const run_leave *leave, const char *program);
/* ... that variable set for it. Where any program may be started any variable may be set; where
 * only some may, those that change nothing but words and widths, and run_leave.variables. */
bool run_may_set(const run_leave *leave, const char *variable);
/* ... that host reached, or listened at; at some port where it is PROG_ANY_PORT. */
bool run_may_reach(const run_leave *leave, const char *host, int port);
/* ... the socket at that path made or used. */
bool run_may_use(const run_leave *leave, const char *path);

/* What is told to who may not reach that host; NULL: nothing. */
const char *run_host_advice(const char *host);

#endif
