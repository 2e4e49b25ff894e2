/* table/collect.h - listens to the events of a run and keeps what its table needs: for each task
 * its name, its life and its outermost spans.
 */
#ifndef TABLE_COLLECT_H
#define TABLE_COLLECT_H

#include "table/table.h"
#include "trace/event.h"

struct table_collector;

/* NULL: no memory. */
struct table_collector *table_collector_new(void);
void table_collector_free(struct table_collector *collector); /* takes NULL */

/* To be given the events of a run. take() returns CAD_ENOMEM. */
struct trace_consumer *table_collector_consumer(struct table_collector *collector);

/* How long the run has taken so far: the time of the last event that came. */
int64_t table_collector_end_ns(const struct table_collector *collector);

/* As table_fill() does from a trace of these events, once all have come. 0 or CAD_ENOMEM. */
int table_collector_fill(const struct table_collector *collector, struct table *table);

#endif
