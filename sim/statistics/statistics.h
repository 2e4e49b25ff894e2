/* statistics.h - what a run comes to: where the time of each task went, how each primitive was
 * used.
 *
 * A collector takes the events of a run, from a trace or straight from the stream, and has the
 * statistics once all have come:
 *
 *     struct stat_collector *collector = stat_collector_new();
 *     trace_read_events(path, stat_collector_consumer(collector), &complete, message);
 *     const struct stat_run *run = stat_collector_run(collector);
 *     ... stat_write_text(run, file) ... stat_write_json(run, &writer) ...
 *     stat_collector_free(collector);
 *
 * Times are whole nanoseconds, as the trace has them, and sums of them are exact. A task's life is
 * divided into parts (enum stat_part): at each moment it is in one of them, so that they add up to
 * the life. So do a task's waits to the part that it waited.
 *
 * Texts are numbers, for which stat_text() gives the text; 0 is "". A run is of one process, that
 * of the first event.
 */
#ifndef STATISTICS_STATISTICS_H
#define STATISTICS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "document/write.h"
#include "trace/event.h"

#define STAT_NO_INDEX UINT32_MAX

/* What a task does at a moment: the first of these that is the case. */
#define STAT_PARTS(X)                                                                              \
    X(STAT_WAITING, waiting, "it waits for something that is not only time")                       \
    X(STAT_READY, ready, "woken or made, and its turn has not come")                               \
    X(STAT_WORKING, working, "it has a span open; time that passes inside one is its work")        \
    X(STAT_SLEEPING, sleeping, "it sleeps outside of a span")                                      \
    X(STAT_COMPUTING, computing, "it keeps the loop busy outside of a span")

enum stat_part {
#define STAT_X(constant, name, meaning) constant,
    STAT_PARTS(STAT_X)
#undef STAT_X
        STAT_PART_COUNT
};

/* How each is called, in the JSON and in SQL. */
extern const char *const stat_part_names[STAT_PART_COUNT];

/* The waits of one task for one thing; sleeps are none. */
struct stat_wait {
    uint32_t task;   /* by index */
    uint32_t name;   /* as the trace calls it: "put window", "await job3" */
    uint64_t object; /* 0: none */
    uint64_t count;  /* those without length, too */
    int64_t total_ns;
    int64_t longest_ns;
    uint32_t next; /* of the same task; STAT_NO_INDEX: the last */
};

struct stat_task {
    int64_t tid;
    uint32_t name;
    uint32_t outcome; /* 0: the trace ends before the task does */
    uint32_t error;
    int64_t begin_ns, end_ns;
    int64_t parts_ns[STAT_PART_COUNT];
    uint64_t spans;      /* that it began */
    uint32_t first_wait; /* into stat_run.waits; STAT_NO_INDEX: none */
    uint32_t last_wait;
};

/* The longest of the waits for an object, the first of those where there are several. */
struct stat_longest {
    uint32_t task; /* by index; STAT_NO_INDEX: none had a length */
    uint32_t name; /* of the wait */
    int64_t begin_ns, length_ns;
};

/* How full an object was: the size of a queue, how many permits of a semaphore are taken, 1 while a
 * lock is held, an event is set, a future done; who waits at a barrier; tasks of a group. */
struct stat_object {
    uint64_t id;
    uint32_t type, name;
    int64_t begin_ns, end_ns; /* from when to when it was there */
    int64_t capacity;         /* of the level, above 0; 0: it has none */
    double level_ns;          /* the level, times how long it was so */
    int64_t peak;
    int64_t full_ns;      /* how long the level was the capacity or more */
    int64_t empty_ns;     /* how long it was 0 */
    uint64_t served;      /* how often what the object is for was done: stat_served_word() */
    uint64_t waits;       /* those without length, too */
    int64_t waited_ns;    /* by all who waited */
    int64_t contended_ns; /* how long anybody waited */
    struct stat_longest longest;
};

/* A connection, an end of a pipe, or a program that ran. */
struct stat_lane {
    int64_t tid;
    int64_t by;       /* the track of the task that opened or started it; 0: none did */
    uint32_t object;  /* by index; it is named as that; STAT_NO_INDEX: the trace does not have it */
    uint32_t what;    /* "connection", "pipe, read", a program */
    uint32_t outcome; /* 0: it was closed, or has ended, or the trace was cut short before that */
    uint32_t error;   /* that a connection was lost with */
    int64_t begin_ns, end_ns;
    uint64_t received, sent; /* bytes */
    int64_t result;          /* a program's, -N after signal N, where has_result says so */
    bool has_result, open;
};

struct stat_run {
    uint32_t scenario, clock;
    uint32_t outcome; /* 0: the trace was cut short */
    int64_t seed;
    bool detailed;
    int64_t end_ns; /* how long the run took, or the part of it that counts */

    struct stat_task *tasks; /* in the order of their creation */
    size_t task_count;
    struct stat_wait *waits;
    size_t wait_kind_count;
    struct stat_object *objects; /* in the order of their creation */
    size_t object_count;
    struct stat_lane *lanes; /* in the order of their begin */
    size_t lane_count;

    /* Over all tasks. A sum beyond 292 years counts as that. */
    int64_t life_ns;
    int64_t parts_ns[STAT_PART_COUNT];
    uint64_t span_count, wait_count, wake_count;
    uint64_t at_work_peak; /* most tasks that were working at once, for any length of time */
    uint64_t event_count;

    struct base_strings *strings; /* private: stat_text() */
};

struct stat_collector;

/* NULL: no memory. */
struct stat_collector *stat_collector_new(void);
void stat_collector_free(struct stat_collector *collector); /* takes NULL */

/* Before the first event: only what happens from one time to another counts, both included. Times
 * are cut to that, and so are the lives of tasks and objects; what begins, ends or is done at no
 * length counts where it does so within, a wait where any of it lies within. */
void stat_collector_limit(struct stat_collector *collector, int64_t from_ns, int64_t to_ns);

/* To be given the events of a run. Its functions return 0 or CAD_ENOMEM. */
struct trace_consumer *stat_collector_consumer(struct stat_collector *collector);

/* As long as the collector; not before the end of the events. */
const struct stat_run *stat_collector_run(const struct stat_collector *collector);

const char *stat_text(const struct stat_run *run, uint32_t text);

/* What `served` counts for objects of that type: "taken out", "acquired"; NULL: nothing. */
const char *stat_served_word(const char *type);

/* --- Ratios, of 0 where there is nothing to divide by ----------------------------------------- */

/* Tasks at work, on average over the run. */
double stat_at_work_mean(const struct stat_run *run);
/* The level, on average over the object's life; and as a share of its capacity. */
double stat_object_level(const struct stat_object *object);
double stat_object_utilisation(const struct stat_object *object);
/* `served` in a second of the run. */
double stat_object_throughput(const struct stat_run *run, const struct stat_object *object);
/* The share of the object's life in which anybody waited for it. */
double stat_object_contention(const struct stat_object *object);

/* --- Written out ------------------------------------------------------------------------------ */

enum { STAT_TEXT_ROWS = 40 }; /* of each list, that stat_write_text() tells one by one */

/* For people: the run, its primitives, its connections and programs, its tasks; of more than
 * STAT_TEXT_ROWS those that waited longest, or moved most, and how many more there are. 0 or
 * CAD_ENOMEM. The caller checks the file for errors. */
int stat_write_text(const struct stat_run *run, FILE *file);

/* For programs, as docs/export.md has it: one value of the document that is being written. */
void stat_write_json(const struct stat_run *run, doc_writer *writer, const char *key);
/* Parts of it: the run, one of its primitives, one of its lanes. */
void stat_write_run_json(const struct stat_run *run, doc_writer *writer, const char *key);
void stat_write_object_json(const struct stat_run *run, doc_writer *writer,
                            const struct stat_object *object);
void stat_write_lane_json(const struct stat_run *run, doc_writer *writer,
                          const struct stat_lane *lane);

#endif
