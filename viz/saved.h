/* saved.h - what somebody chose to see of a trace, in a file beside it: docs/viewer.md has the
 * format.
 *
 * It is written whole or not at all, and never over a file that is none of these. What is read is
 * checked as a whole first: of a damaged file nothing is taken, and all stays as it was.
 */
#ifndef VIZ_SAVED_H
#define VIZ_SAVED_H

#include "state.h"

#include "document/document.h"

enum { VIZ_SAVED_VERSION = 1, VIZ_SAVED_MESSAGE = 512 };

/* The file beside a trace: trace.json.gz -> trace.view.json. False where it does not fit. */
bool viz_saved_path(const char *trace, char *path, size_t size);

/* 0; CAD_EINVAL: there is another file; CAD_ESYSTEM, CAD_ENOMEM. Else than 0 there is a message.
 */
int viz_saved_write(const struct viz_state *state, const char *path,
                    char message[VIZ_SAVED_MESSAGE]);
/* Takes all that it says; what it does not say stays. The state has been placed. 0; CAD_EINVAL: it
 * is damaged, or no such file; CAD_ESYSTEM, CAD_ENOMEM; with a message. */
int viz_saved_read(struct viz_state *state, const char *path, char message[VIZ_SAVED_MESSAGE]);

#endif
