/* api/waits.h - who waits for whom in a loop, as far as the engine knows it. Private to the
 * library.
 */
#ifndef API_WAITS_H
#define API_WAITS_H

#include "base/buffer.h"
#include "base/map.h"
#include "cadran.h"
#include "wait/circles.h"

/* Of the present: true until the loop runs again. */
typedef struct cad__waits {
    cad_loop *loop;
    uint32_t count;         /* of tasks that have not ended, in the order of their creation */
    const cad_task **tasks; /* these */
    uint32_t *targets;      /* by task: the node that it waits for; WAIT_NO_NODE */
    const void **follows;   /* the nodes behind the tasks': what is awaited that follows others */
    uint32_t follow_count;
    struct base_map by_follows; /* in these */
    wait_circles circles;
    uint32_t *firsts; /* by circle, from 1: its first task */
} cad__waits;

/* Looks at all tasks of the loop. False: no memory; there is nothing to free then. */
bool cad__waits_find(cad__waits *waits, cad_loop *loop);
void cad__waits_free(cad__waits *waits);

/* Of a task that stands in a circle, the number of the one there that it waits for. */
uint32_t cad__waits_next(const cad__waits *waits, uint32_t number);

/* Appends what a task waits for, and who has that: `lock a, held by job1`. 0 or CAD_ENOMEM. */
int cad__waits_words(const cad_wait_info *wait, base_buffer *text);

#endif
