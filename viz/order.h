/* order.h - lanes in another order than the trace's. Equal ones stay in that.
 */
#ifndef VIZ_ORDER_H
#define VIZ_ORDER_H

#include "reasons.h"

enum viz_ordering {
    VIZ_ORDERING_TRACE,    /* as they were made */
    VIZ_ORDERING_START,    /* who begins to work first */
    VIZ_ORDERING_NAME,     /* job2 before job10 */
    VIZ_ORDERING_DURATION, /* the longest life first */
    VIZ_ORDERING_WAITED,   /* who waited longest for others first */
    VIZ_ORDERING_WORKED,   /* who was at work longest first */
    VIZ_ORDERING_CRITICAL, /* who has most of the longest way through the run first */
    VIZ_ORDERING_COUNT
};

/* As they are asked for on the command line, and saved: "trace", "start", ... */
extern const char *const viz_ordering_words[VIZ_ORDERING_COUNT];

/* Fills `order` with all lanes of a model. The longest way is read where it is asked for; where
 * there is none, nobody has a part of it. 0 or CAD_ENOMEM. */
int viz_order(const struct viz_model *model, struct viz_reasons *reasons,
              enum viz_ordering ordering, uint32_t *order);

#endif
