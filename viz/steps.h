/* steps.h - reads the events of a trace for the playhead, beside what shows the trace meanwhile.
 *
 *     struct viz_steps *steps = viz_steps_read(path);
 *     ... until viz_steps_are_read(steps) ...
 *     struct trace_timeline *timeline = viz_steps_timeline(steps);
 *     viz_steps_free(steps);
 */
#ifndef VIZ_STEPS_H
#define VIZ_STEPS_H

#include "trace/reader.h"
#include "trace/timeline.h"

#include <stdbool.h>

struct viz_steps;

/* Begins to read a file, in a thread of its own. NULL: no memory, or no thread. */
struct viz_steps *viz_steps_read(const char *path);
/* Takes NULL, and whatever is not read yet is not read any more. */
void viz_steps_free(struct viz_steps *steps);

bool viz_steps_are_read(const struct viz_steps *steps);
/* Waits for the end. NULL where the file could not be read, which the message says. */
struct trace_timeline *viz_steps_timeline(struct viz_steps *steps,
                                          char message[TRACE_MESSAGE_SIZE]);

#endif
