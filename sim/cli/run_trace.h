/* run_trace.h - the sequencing table of a trace that a run has just written.
 */
#ifndef CLI_RUN_TRACE_H
#define CLI_RUN_TRACE_H

#include <stdbool.h>

/* The table as Markdown, to be freed with free(). `real`: the trace has a real clock's jitter.
 * False after a message on standard error. */
bool cli_table_of_trace(const char *path, bool real, char **text);

#endif
