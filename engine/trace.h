/* trace.h - what the loop's parts have to tell a trace sink.
 */
#ifndef CADRAN_TRACE_H
#define CADRAN_TRACE_H

#include "compiler.h"
#include "loop.h"

typedef struct cad__task cad__task; /* task.h */

/* The callers of these look first whether anybody listens, which is all that it costs then. */
#define CAD__TRACE(loop, call)                                                                     \
    do {                                                                                           \
        if (__builtin_expect((loop)->trace != NULL, 0))                                            \
            call;                                                                                  \
    } while (0)

/* The same of what only those are told who ask for details. */
#define CAD__TRACE_DETAIL(loop, call)                                                              \
    do {                                                                                           \
        if (__builtin_expect((loop)->tells_details, 0))                                            \
            call;                                                                                  \
    } while (0)

CAD__APART void cad__trace_task_begin(cad_task *task);
CAD__APART void cad__trace_task_end(cad_task *task, int code, const cad_exception *exception);
CAD__APART void cad__trace_wake(cad_task *task);
/* All of a list are about to join the ready queue, in their order. Tasks among them are woken. */
CAD__APART void cad__trace_join_all(cad_loop *loop, const cad__link *entries);
/* Details: an entry becomes the last one of the ready queue; is about to be taken out of it before
 * its turn; an iteration begins. */
CAD__APART void cad__trace_ready(cad_loop *loop, cad__entry *entry);
CAD__APART void cad__trace_leave(cad_loop *loop, const cad__entry *entry);
CAD__APART void cad__trace_iteration(cad_loop *loop);
/* An entry has been taken from the ready queue for its turn. */
CAD__APART void cad__trace_turn_begin(cad_loop *loop, cad__entry *entry);
/* The turn is over; nothing where none has begun. */
CAD__APART void cad__trace_turn_end(cad_loop *loop);
/* Inside a turn another task begins to run, or the one whose turn it is goes on; NULL: a callback.
 */
CAD__APART void cad__trace_turn_passes(cad_loop *loop, const cad_task *task);
CAD__APART void cad__trace_cancel(cad_task *task, const cad_exception *exception);
/* An object has been made: it is told of with the next event, by when it may have a name. */
CAD__APART void cad__trace_new(cad__object *object);
/* It has been given a name. */
CAD__APART void cad__trace_name(cad__object *object);
/* It is about to be freed. */
CAD__APART void cad__trace_free(cad__object *object);
/* Its state has changed. */
CAD__APART void cad__trace_object(cad__object *object);
/* What has a lane is there; and is over. */
CAD__APART void cad__trace_lane_begin(cad__object *object);
CAD__APART void cad__trace_lane_end(cad__object *object, int result, int code,
                                    const cad_exception *exception);
/* Bytes have come, or gone, by its lane. */
CAD__APART void cad__trace_data(cad__object *object, bool received, size_t size);
/* What comes by its lane is why tasks are woken, until this is called with NULL. */
CAD__APART void cad__trace_source(cad_loop *loop, cad__object *object);
/* The task is leaving the line that it stands in: the object has changed, and is told of with what
 * else the same operation changes. */
CAD__APART void cad__trace_unpark(cad__task *task);
/* operation->poll(), and its result. */
CAD__APART int cad__trace_poll(cad__task *task);
/* A detail: an operation on a primitive has come to its result. */
CAD__APART void cad__trace_operation(cad__object *object, const char *verb, int result);
/* The same, of one that gives or takes an item. */
CAD__APART void cad__trace_item(cad__object *queue, const char *verb, int result,
                                enum cad_item_move move, void *item, size_t place);
/* The time of the next event. Where the clock has moved while something ran, what was open before
 * is told now: before anything else is, also by a program that adds events of its own. */
CAD__APART int64_t cad__trace_time(cad_loop *loop);

/* Tells an event that needs nothing else: calls the sink's function `event`, if it has one. */
#define CAD__TELL(loop, event, ...)                                                                \
    do {                                                                                           \
        if (__builtin_expect((loop)->trace != NULL && (loop)->trace->sink->event != NULL, 0)) {    \
            const cad_trace_sink *cad__sink = (loop)->trace->sink;                                 \
            cad__sink->event(cad__sink->context, cad__trace_time(loop), __VA_ARGS__);              \
        }                                                                                          \
    } while (0)

/* A primitive's state has changed. */
#define CAD__CHANGED(primitive)                                                                    \
    CAD__TRACE((primitive)->object.loop, cad__trace_object(&(primitive)->object))

/* Returns the result of an operation that does not wait; `object` is the primitive's. */
static inline int cad__did(cad__object *object, const char *verb, int result) {
    CAD__TRACE_DETAIL(object->loop, cad__trace_operation(object, verb, result));
    return result;
}

#endif
