/* viewer.h - the program cadran-view, which is installed beside this one. */
#ifndef CLI_VIEWER_H
#define CLI_VIEWER_H

/* Becomes the viewer, with these arguments, of which the first is the viewer's to be set, and the
 * last NULL. Returns where there is none, after a message: a
 * status. */
int cli_become_viewer(char **argv);

/* Runs the viewer, alike, and waits for it. Returns its exit status; CLI_STATUS_ENVIRONMENT, after
 * a message, where it had none. */
int cli_run_viewer(char **argv);

#endif
