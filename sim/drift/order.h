/* drift/order.h - whether events come in the model's order. Private to the layer.
 */
#ifndef DRIFT_ORDER_H
#define DRIFT_ORDER_H

#include "base/strings.h"
#include "drift/drift.h"
#include "drift/pairs.h"

/* Holds the events of a run, whose pairs are in the model's order, against those before them, and
 * adds to *order. Its texts are put among the strings. 0 or CAD_ENOMEM. */
int drift_check_order(const struct cmp_result *compared, struct drift_pairs *pairs,
                      int64_t tolerance_ns, struct base_strings *strings,
                      struct drift_order *order);

#endif
