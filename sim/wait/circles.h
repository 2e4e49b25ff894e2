/* circles.h - the circles in a graph of who waits for whom.
 */
#ifndef WAIT_CIRCLES_H
#define WAIT_CIRCLES_H

#include <stdbool.h>
#include <stdint.h>

#define WAIT_NO_NODE UINT32_MAX

/* What each node waits for: from targets[first[node]] up to targets[first[node + 1]]. */
typedef struct wait_graph {
    uint32_t count;
    const uint32_t *first;
    const uint32_t *targets;
    const bool
        *goes_on; /* by node: it does not wait for good, and nothing that waits for it does */
} wait_graph;

/* By node. A circle is all that wait for one another, through as many ways as there are. */
typedef struct wait_circles {
    uint32_t count;
    uint32_t *stands_in; /* the number of its circle, from 1 in the order of their first nodes; 0 */
    uint32_t *waits_for; /* of a node in none, the circle that it comes to; 0: none */
    uint32_t *next;      /* of a node in one, a node of it that it waits for. From the first node of
                            a circle on they lead back to it, by as few as can be */
} wait_circles;

/* Takes time and memory in proportion to nodes and targets. False: no memory; nothing is kept. */
bool wait_circles_find(wait_circles *circles, const wait_graph *graph);
void wait_circles_free(wait_circles *circles);

#endif
