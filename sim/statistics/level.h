/* level.h - how full an object is over time, whatever its type: a table says which of its fields
 * tells it. Private to the collector. */
#ifndef STATISTICS_LEVEL_H
#define STATISTICS_LEVEL_H

#include "statistics/statistics.h"

struct stat_level_row;

struct stat_level {
    const struct stat_level_row *row; /* NULL: of a type that has none */
    bool known;                       /* a first state was told */
    int64_t level;
    int64_t counted; /* the field that `served` goes by */
    int64_t since_ns;
    bool handed_on; /* somebody waits for a permit, and gets the next one */
};

/* From the event that declares the object. */
void stat_level_begin(struct stat_level *level, struct stat_object *object,
                      const struct trace_event *event);
/* From a TRACE_STATE of the object. */
void stat_level_take(struct stat_level *level, struct stat_object *object,
                     const struct trace_event *event, int64_t now_ns);
/* Somebody has waited for it, and has got it. */
void stat_level_take_wait(const struct stat_level *level, struct stat_object *object);
/* The object has what it had until now. */
void stat_level_settle(struct stat_level *level, struct stat_object *object, int64_t now_ns);

#endif
