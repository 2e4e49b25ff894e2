/* viewer.h - the program cadran-view, which is installed beside this one.
 */
#ifndef CLI_VIEWER_H
#define CLI_VIEWER_H

/* Becomes the viewer, with these arguments but for the first; returns only where that fails, with
 * errno. */
void cli_become_viewer(char **argv);

/* Starts it beside this program, which goes on: it follows a trace. 0; or an errno. */
int cli_start_viewer(const char *trace);

/* Runs it, with these arguments but for the first, and waits for it. Returns its exit status;
 * CLI_STATUS_ENVIRONMENT, after a message, where it had none. */
int cli_run_viewer(char **argv);

/* Says on standard error that there is none, and why. Returns the status for that. */
int cli_viewer_is_missing(int reason);

#endif
