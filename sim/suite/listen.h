/* suite/listen.h - who listens to a run: the file of its trace, and the table of who worked when.
 */
#ifndef SUITE_LISTEN_H
#define SUITE_LISTEN_H

#include <stdbool.h>

#include "run/run.h"
#include "table/collect.h"

/* What is wanted of a run, beside its result. */
typedef struct suite_wanted {
    const char *trace_path; /* NULL: no trace is kept */
    bool detail;            /* the trace tells all that happens, not only what people look at */
    bool table;             /* what a table is made of is collected */
} suite_wanted;

/* Zeroed, it is nobody. */
typedef struct suite_listeners {
    struct trace_stream *trace;    /* NULL: nobody */
    struct table_collector *table; /* NULL: nobody wants one */
} suite_listeners;

/* Has the run told to whoever is to listen, before it begins. `settings` are those of the machine.
 * 0, CAD_ENOMEM, or CAD_ESYSTEM with errno where the trace's file cannot be opened;
 * suite_stop_listening() is due in any case, and not before the run is over. */
int suite_listen(run_machine *machine, const run_machine_options *settings,
                 const suite_wanted *wanted, suite_listeners *listeners);
void suite_stop_listening(suite_listeners *listeners);

#endif
