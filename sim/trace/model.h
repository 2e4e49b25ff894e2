/* trace/model.h - a trace in memory, for the viewer, the table and whatever else reads one.
 *
 * trace_read() (reader.h) makes a model. It does not change afterwards: everything here is
 * to be read, and belongs to the trace until trace_model_free(). Times are nanoseconds; in a trace
 * of this project they count from the loop's start, in another program's from wherever it says.
 *
 * A track is a lane: the loop, a task, another program's thread. Each has slices (from, to, and
 * what), which nest. Texts are numbers that trace_text() turns into strings, so that equal
 * texts are equal numbers. An index that points nowhere is TRACE_NO_INDEX.
 */
#ifndef TRACE_MODEL_H
#define TRACE_MODEL_H

#include "trace/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_NO_INDEX UINT32_MAX

enum trace_track_kind {
    TRACE_TRACK_THREAD, /* another program's thread, or a track of ours without a task */
    TRACE_TRACK_ASYNC,  /* another program's asynchronous events with one id */
    TRACE_TRACK_LOOP,   /* the loop of a trace of ours */
    TRACE_TRACK_TASK,   /* a task of a trace of ours */
};

/* How a task ended. */
enum trace_outcome {
    TRACE_OUTCOME_UNKNOWN, /* not a task, or the trace was cut short before its end */
    TRACE_OUTCOME_RETURNED,
    TRACE_OUTCOME_FAILED,
    TRACE_OUTCOME_CANCELLED,
    TRACE_OUTCOME_PENDING, /* it had not ended when the run did */
};

/* A simulated host, or another program's process. */
struct trace_process {
    int64_t pid;
    int64_t sort_index;
    uint32_t name;
};

struct trace_track {
    int64_t tid;
    int64_t sort_index;
    int64_t begin_ns; /* of its slices, or, where it has none, of its instants */
    int64_t end_ns;   /* likewise; both 0 where it has neither */
    uint32_t process;
    uint32_t name;
    uint32_t first_slice; /* its slices follow each other in trace_model.slices */
    uint32_t slice_count;
    uint32_t first_instant; /* into trace_model.track_instants */
    uint32_t instant_count;
    uint16_t depth;  /* of its deepest slice, plus 1; 0: no slices */
    uint8_t kind;    /* enum trace_track_kind */
    uint8_t outcome; /* enum trace_outcome */
};

enum {
    TRACE_SLICE_OPEN = 1,    /* the trace ends before the slice does; end_ns is the trace's end */
    TRACE_SLICE_PENDING = 2, /* the run ended before what the slice stands for did */
};

/* The slices of a track are in the order of their begin, an outer one before those inside it. */
struct trace_slice {
    int64_t begin_ns;
    int64_t end_ns;
    uint32_t name;
    uint32_t args;     /* of its begin: JSON text "{...}", 0: none; see trace_args_next() */
    uint32_t end_args; /* of its end, likewise */
    uint32_t parent;   /* the slice around it, by index; TRACE_NO_INDEX at depth 0 */
    uint32_t wake;     /* of a wait: the wake that ended it; else TRACE_NO_INDEX */
    uint16_t depth;
    uint8_t category; /* enum trace_category, or above: see trace_category_text() */
    uint8_t flags;    /* TRACE_SLICE_... */
};

/* Who woke whom; another program's flow events. In the order of their end. */
struct trace_wake {
    int64_t from_ns;
    int64_t to_ns;
    uint32_t from_track;
    uint32_t to_track;
    uint32_t from_slice; /* the innermost of its track that was open then; TRACE_NO_INDEX: none, or
                            not known, as in another program's trace */
    uint32_t wait;       /* the slice that it ended; TRACE_NO_INDEX where it ended none */
    uint32_t name;
};

/* A line of output, a signal, a cancellation, ... In the order of time. */
struct trace_instant {
    int64_t time_ns;
    uint32_t track;
    uint32_t name; /* of a print: the line */
    uint32_t args;
    uint8_t category;
};

/* An object of a trace of ours is made, or has another name: its number, type and constants are in
 * the arguments. */
struct trace_declaration {
    uint32_t name;
    uint32_t args;
};

/* From this time on, until the next sample. */
struct trace_sample {
    int64_t time_ns;
    double value;
};

/* One number over time: a queue's size, a semaphore's value, the open spans. */
struct trace_counter {
    int64_t object; /* its number in a trace of ours; 0: not of an object */
    uint32_t process;
    uint32_t name; /* the object's: "window" */
    uint32_t key;  /* what of it: "size" */
    double min;
    double max;
    struct trace_sample *samples; /* by time; equal neighbours are left out */
    size_t sample_count;
};

/* What of another program's trace is not in the model, or not as it was: one a kind. Each is one of
 * the warnings, too. */
struct trace_remark {
    uint32_t what;  /* "samples (ph P) are left out" */
    uint64_t count; /* how often */
    uint64_t line;  /* where for the first time */
};

struct trace_model {
    /* The header line. version 0: another program's trace, and no header. */
    uint32_t version;
    uint32_t scenario; /* its name */
    uint32_t clock;    /* "virtual" or "real" */
    uint32_t header;   /* all of its arguments, for trace_args_next() */
    uint32_t outcome;  /* the run's: "complete", "deadlock", ...; 0 where it is not known */
    int64_t seed;

    bool complete;    /* false: the file was cut short, and this is what there was */
    int64_t begin_ns; /* the first event's time; 0 in a trace of ours */
    int64_t end_ns;   /* the last event's time */
    uint64_t event_count;

    struct trace_process *processes; /* in the order of their appearance */
    size_t process_count;
    struct trace_track *tracks; /* in the order of process, sort_index, appearance */
    size_t track_count;
    struct trace_slice *slices; /* in the order of their tracks */
    size_t slice_count;
    struct trace_wake *wakes;
    size_t wake_count;
    struct trace_instant *instants;
    size_t instant_count;
    uint32_t *track_instants; /* indices into instants, in the order of their tracks */
    struct trace_declaration *declarations; /* in the order in which they were told */
    size_t declaration_count;
    struct trace_counter *counters;
    size_t counter_count;
    uint32_t open_spans; /* the counter of open spans, by index; TRACE_NO_INDEX: no spans */
    uint32_t max_open_spans;

    char **warnings; /* lines for the user, without "warning:" and without newline */
    size_t warning_count;
    struct trace_remark *remarks;
    size_t remark_count;

    struct base_strings *strings; /* private: trace_text() */
    uint32_t *categories;         /* private: trace_category_text() */
    size_t category_count;
};

/* Takes NULL. */
void trace_model_free(struct trace_model *trace);

/* A text of the trace: valid UTF-8, never NULL; 0 is "". */
const char *trace_text(const struct trace_model *trace, uint32_t text);
/* Its length in bytes. */
size_t trace_text_length(const struct trace_model *trace, uint32_t text);
/* The number of a text; TRACE_NO_INDEX when the trace does not have it. */
uint32_t trace_find_text(const struct trace_model *trace, const char *text);

/* How a category is written; never NULL. */
const char *trace_category_text(const struct trace_model *trace, uint8_t category);

/* The bytes of memory that the trace takes. */
size_t trace_model_memory(const struct trace_model *trace);

/* The track with this pid and tid, by index, or TRACE_NO_INDEX. */
uint32_t trace_find_track(const struct trace_model *trace, int64_t pid, int64_t tid);

/* The first slice of a track, by index, that begins at or after a time; one past the track's last
 * where none does. */
uint32_t trace_slice_from(const struct trace_model *trace, uint32_t track, int64_t time_ns);

/* How many of a counter's samples are at or before a time. */
size_t trace_samples_until(const struct trace_counter *counter, int64_t time_ns);
/* The value of a counter at a time: that of the last sample at or before it; 0 before the
 * first. */
double trace_counter_at(const struct trace_counter *counter, int64_t time_ns);

/* One member of an "args" object. Both point into the trace's text, and are not terminated. */
struct trace_arg {
    const char *key; /* as it is written: between its quotes, with its escapes */
    size_t key_length;
    const char *value; /* as it is written: 12, "text", {...} */
    size_t value_length;
};

/* What is left of an object's text, of which one member is taken after the other:
 *
 *     struct trace_args left = trace_args_of(trace, slice->args);
 *     struct trace_arg arg;
 *     while (trace_args_next(&left, &arg))
 *
 * False after the last member. */
struct trace_args {
    const char *at, *end;
};
struct trace_args trace_args_of(const struct trace_model *trace, uint32_t args);
bool trace_args_next(struct trace_args *left, struct trace_arg *arg);

/* A value for people: a string without its quotes and escapes, anything else as it is written.
 * Cut at a whole character when it does not fit into size bytes. Returns the length. */
size_t trace_arg_decode(const struct trace_arg *arg, char *buffer, size_t size);

/* A member by name: false when there is none (or, for a number, when it is not one). */
bool trace_arg_text(const struct trace_model *trace, uint32_t args, const char *key, char *buffer,
                    size_t size);
bool trace_arg_number(const struct trace_model *trace, uint32_t args, const char *key,
                      double *number);

#endif
