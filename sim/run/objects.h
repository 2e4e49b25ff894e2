/* run/objects.h - the objects of a run: how one is made, named, and freed.
 */
#ifndef RUN_OBJECTS_H
#define RUN_OBJECTS_H

#include "run/machine.h"

/* Makes the primitive of an object, by that name. CAD_ENOMEM. */
int run_object_create(run_machine *machine, const prog_object *object, int64_t size,
                      run_instance *lock, const char *name, void **primitive);

/* `lock` is what a condition was given by a step, which it keeps; NULL: it has the document's, or
 * its own. The same as a value, which is freed when nobody has it any more: a future, or an
 * instance. */
int run_object_new(run_machine *machine, const prog_object *object, int64_t size,
                   run_instance *lock, const char *name, expr_value *value);

/* A value for something outside, which is freed by its kind's free() when nobody has it any more;
 * at once where there is no memory for the value. `object` lives for ever. */
int run_instance_new(run_machine *machine, const prog_object *object, void *primitive,
                     expr_value *value);

/* The member that says how large an object of the type is; NULL: none does. */
const prog_object_member *run_object_size(enum prog_object_type type);

void run_instance_unref(run_instance *instance);

/* Empties the queues among the counted ones: what is in a queue may be what holds it. */
void run_objects_empty(run_machine *machine);

/* What a queue does with an item that nobody will get. */
void run_drop_item(void *item);

/* The primitive that a task holds which has acquired an object: its own, or a condition's lock. */
const void *run_primitive_held(const run_instance *instance);
/* What is known of who holds that: with an object of the document, where that is the lock. */
run_held *run_held_of(run_instance *instance);

/* The object that a value stands for; NULL: none. */
run_instance *run_object_of(const run_machine *machine, expr_value value);

/* Whether it is a condition that shares no lock with others. */
bool run_has_own_lock(const run_instance *instance);

#endif
