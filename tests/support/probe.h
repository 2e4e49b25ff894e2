/* probe.h - the state of a loop in words: asked of the engine itself, and as it was rebuilt from a
 * trace. Where the trace tells all, both are the same text. */
#ifndef PROBE_H
#define PROBE_H

#include <stdio.h>

#include "cadran.h"
#include "trace/state.h"

struct probe_names;

/* What only the program knows. */
struct probe_program {
    void *context;
    /* How an item of a queue reads. */
    const char *(*item_text)(void *context, void *item);
    /* Adds the variables of a task, or the program's own where that is NULL: their names and
     * values; NULL: there are none. */
    void (*variables)(void *context, const cad_task *task, struct probe_names *names);
};

/* Variables, to be said by name. */
enum { PROBE_NAMES_MAX = 64 };
struct probe_names {
    size_t count;
    char texts[PROBE_NAMES_MAX][128]; /* "name=value" */
};
void probe_add_name(struct probe_names *names, const char *name, const char *value);

/* The ready queue; each task that has not ended, with its variables; each object that the trace has
 * been told of, with its state, who waits for it, and the items of a queue. */
void probe_loop(FILE *out, cad_loop *loop, const struct probe_program *program);
void probe_state(FILE *out, const struct trace_state *state);

#endif
