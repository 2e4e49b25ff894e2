/* loading.h - reads a trace and arranges it for drawing, in a thread of its own, so that a window
 * can be there before. Of a large file its beginning comes first, as a trace that is cut short.
 */
#ifndef VIZ_LOADING_H
#define VIZ_LOADING_H

#include "model.h"
#include "trace/reader.h"

#include <stdbool.h>

/* What has been read; both are whose it was given to. */
struct viz_loaded {
    struct trace_model *trace;
    struct viz_model *model;
    bool whole; /* else it is the beginning of a file that is being read on */
};

/* Standard input from its beginning, where it is a file. */
#define VIZ_INPUT_PATH "/dev/fd/0"
/* The path by which the trace of a model is read again: also where it came from standard input. */
const char *viz_path_again(const char *path);

struct viz_loading;

/* NULL: no memory, or no thread. */
struct viz_loading *viz_loading_begin(const char *path);
/* Takes NULL. It is not read on. */
void viz_loading_free(struct viz_loading *loading);

/* How much of the file has been read, from 0 to 1. */
double viz_loading_progress(const struct viz_loading *loading);
/* What has come since the last call; false: nothing has. */
bool viz_loading_take(struct viz_loading *loading, struct viz_loaded *loaded);
/* Nothing more will come. 0, or an error, with a message. */
bool viz_loading_is_over(struct viz_loading *loading, int *error, char message[TRACE_MESSAGE_SIZE]);

/* Frees what was read, and makes it empty. */
void viz_loaded_free(struct viz_loaded *loaded);
/* A trace in which nothing is: for a window that waits for one. 0 or CAD_ENOMEM. */
int viz_loaded_nothing(const char *path, struct viz_loaded *loaded);

#endif
