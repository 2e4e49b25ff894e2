/* objects.h - the primitives of a run, each with the numbers that say over time what it holds: a
 * queue's size, a lock's owner, who stands outside.
 */
#ifndef VIZ_OBJECTS_H
#define VIZ_OBJECTS_H

#include "model.h"
#include "trace/state.h"

/* Gets a model's objects ready. 0, or CAD_ENOMEM: then, too, they are to be freed. */
int viz_objects_make(struct viz_model *model);
void viz_objects_free(struct viz_model *model);

/* When: at the end of a time after the model's origin, or, with a state, at an event of that time.
 */
struct viz_when {
    int64_t time_ns;
    const struct trace_state *state; /* NULL: none */
};

/* What one holds then, in few words: "3/4, 2 wait", "job2". */
void viz_object_value(const struct viz_model *model, uint32_t object, const struct viz_when *when,
                      char *out, size_t size);
/* The lane of who holds it at a time; TRACE_NO_INDEX: nobody, or it is nobody's to hold. */
uint32_t viz_object_owner(const struct viz_model *model, uint32_t object, int64_t time_ns);

#endif
