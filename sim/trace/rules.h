/* trace/rules.h - holds a trace of ours to the rules of docs/trace-format.md, line by line, before
 * anyone takes what the line says. Private to the reader.
 *
 * The rules go by the table of kinds: whose track an event stands on, what begins and what ends.
 * They keep what is open, and no event: a name for each track that has one and whose task has not
 * ended, or has but lately, the slices that are open on it, the wakes of which the end is to come;
 * and of each task that has begun, a bit.
 */
#ifndef TRACE_RULES_H
#define TRACE_RULES_H

#include "base/map.h"
#include "trace/kinds.h"
#include "trace/scan.h"

enum { TRACE_FAULT_SIZE = 400 };

/* Of how many tasks that have ended the names are kept. */
enum { TRACE_RULES_ENDED = 256 };

/* The begin of a wake. */
struct trace_half_wake {
    uint64_t id;
    uint64_t line;
    int64_t time_ns;
    int64_t pid;
    int64_t tid;
};

/* All zero: no event has come. */
struct trace_rules {
    char fault[TRACE_FAULT_SIZE]; /* what is wrong, and in which line */
    uint64_t fault_line;

    /* Of the end of a wake that was taken last: how it began, and whether what it ended is the
     * wait without length that came last on its track, and not the one that is open. */
    struct trace_half_wake wake;
    bool ends_point;

    uint64_t line; /* of the event at hand */
    int64_t time_ns;
    uint64_t last_wake_id;
    struct trace_half_wake *half_wakes;
    size_t half_wake_count;
    size_t half_wake_capacity;
    struct base_map half_wakes_by_id;
    struct trace_rules_process *processes;
    size_t process_count;
    size_t process_capacity;
    struct base_map processes_by_pid;
    struct trace_rules_lane *lanes;
    size_t lane_count;
    size_t lane_capacity;
    uint32_t free_lane; /* the first one, plus 1; 0: none is free */
    uint32_t last_lane;
    struct trace_rules_slice *slices; /* [0] is not used */
    size_t slice_count;               /* ever taken at a time */
    size_t slice_capacity;
    uint32_t free_slice;               /* 0: none is */
    uint32_t ended[TRACE_RULES_ENDED]; /* lanes of tasks that have ended, in a ring */
    uint64_t ended_count;
    char *scratch;
    size_t scratch_capacity;
};

/* The next event, of the kind that was found. 0; CAD_EINVAL: it breaks a rule, as `fault` says; or
 * CAD_ENOMEM. */
int trace_rules_take(struct trace_rules *rules, struct trace_found_kind found,
                     const struct trace_raw_event *event, uint64_t line);

/* After the last event of a trace that is not cut short. 0 or CAD_EINVAL. */
int trace_rules_end(struct trace_rules *rules);

void trace_rules_free(struct trace_rules *rules);

#endif
