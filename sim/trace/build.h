/* trace/build.h - makes a model out of events, one after the other. Private to the trace.
 *
 * build.c has what all traces share, own.c takes a trace of ours, which keeps the rules of
 * rules.h, foreign.c makes the best of another program's (with foreign_pair.c and foreign_place.c),
 * and arrange.c puts what has come into order.
 */
#ifndef TRACE_BUILD_H
#define TRACE_BUILD_H

#include "base/map.h"
#include "trace/model.h"
#include "trace/rules.h"
#include "trace/scan.h"

/* What is known of a track while the events come in; beside its trace_track. */
struct trace_lane {
    uint32_t open;  /* its innermost open slice; TRACE_NO_INDEX: none */
    uint32_t point; /* the wait without length that came last; TRACE_NO_INDEX: none has */
};

/* One event of another program's trace, kept until all are there. */
struct trace_foreign_event;

struct trace_builder {
    struct trace_model *trace;
    const char *file; /* for messages */
    char *message;    /* TRACE_MESSAGE_SIZE */
    uint64_t line;    /* of the event at hand */
    bool own;

    size_t process_capacity;
    size_t track_capacity;
    size_t lane_capacity;
    size_t slice_capacity;
    size_t slice_track_capacity;
    size_t wake_capacity;
    size_t instant_capacity;
    size_t declaration_capacity;
    size_t counter_capacity;
    size_t *sample_capacities; /* one a counter */
    size_t sample_capacities_capacity;
    size_t warning_capacity;
    size_t remark_capacity;

    struct trace_lane *lanes;
    uint32_t *slice_tracks; /* of each slice, its track */
    struct base_map processes;
    uint32_t *track_slots; /* a hash table of track numbers plus 1 */
    size_t track_slot_count;
    uint32_t last_track;
    struct base_map counters;   /* by a mix of process, name and key */
    struct base_map half_wakes; /* by id, the slice that a wake began in, where there is one */
    uint32_t first_counter;     /* of the last event that had some; the next one may be like it */
    char *scratch;
    size_t scratch_size;

    /* foreign.c */
    struct trace_foreign_event *foreign;
    size_t foreign_count;
    size_t foreign_capacity;
    struct base_map async_tracks; /* by the number of their key */
};

/* Begins a model. 0 or CAD_ENOMEM; trace_build_drop() is due in any case. */
int trace_build_start(struct trace_builder *builder, const char *file, char *message);

/* What the first event says: whose trace it is, and of which version. 0, CAD_EINVAL or CAD_ENOMEM.
 */
int trace_build_header(struct trace_builder *builder, const struct trace_raw_event *event);

/* Takes one event, of the kind that was found; one of a trace of ours has been held to the rules.
 * 0, CAD_EINVAL or CAD_ENOMEM. */
int trace_build_event(struct trace_builder *builder, const struct trace_rules *rules,
                      struct trace_found_kind found, const struct trace_raw_event *event);

/* Leaves out what stands in the place of an event; it is refused in a trace of ours. `what` as for
 * trace_build_leave_out(). 0, CAD_EINVAL or CAD_ENOMEM. */
int trace_build_unread(struct trace_builder *builder, const char *what);

/* After the last event. The trace is the caller's then. 0, CAD_EINVAL or CAD_ENOMEM. */
int trace_build_finish(struct trace_builder *builder, bool complete, struct trace_model **trace);

/* Frees what is left. */
void trace_build_drop(struct trace_builder *builder);

/* --- Between build.c, arrange.c, own.c and foreign.c ---------------------------------------- */

/* Puts tracks, slices and instants into the order that model.h promises. 0 or CAD_ENOMEM. */
int trace_arrange(struct trace_builder *builder);

/* Refuses the trace: "file:line: ..." goes to the message. Returns CAD_EINVAL. */
int trace_build_refuse(struct trace_builder *builder, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int trace_build_warn(struct trace_builder *builder, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Counts one more of a kind: `what` says what became of it ("... are left out"). 0 or CAD_ENOMEM.
 */
int trace_build_remark(struct trace_builder *builder, uint64_t line, const char *what);
/* The same where it is left out: "samples (ph P)". */
int trace_build_leave_out(struct trace_builder *builder, uint64_t line, const char *what);

/* The number of a text that is written as a JSON string, of arguments ("{...}"; 0 for none and
 * for {}). TRACE_NO_INDEX: no memory. */
uint32_t trace_build_text(struct trace_builder *builder, struct trace_raw text);
uint32_t trace_build_args(struct trace_builder *builder, struct trace_raw args);
/* A text that is most probably the one with the number `likely`. */
uint32_t trace_build_text_like(struct trace_builder *builder, struct trace_raw text,
                               uint32_t likely);

/* Its number, made where it is new. TRACE_NO_INDEX: no memory. */
uint32_t trace_build_process(struct trace_builder *builder, const struct trace_raw_event *event);
/* A tid that is a text gets a number of its own. False: no memory. */
bool trace_build_tid(struct trace_builder *builder, const struct trace_raw_event *event,
                     int64_t *tid);
/* `name` 0: after its tid, until there is another. */
uint32_t trace_build_track(struct trace_builder *builder, uint32_t process, int64_t tid,
                           enum trace_track_kind kind, uint32_t name);

/* Each 0 or CAD_ENOMEM, and CAD_EINVAL where there are too many. */
int trace_build_slice(struct trace_builder *builder, uint32_t track,
                      const struct trace_slice *slice);
int trace_build_wake(struct trace_builder *builder, const struct trace_wake *wake);
int trace_build_declaration(struct trace_builder *builder,
                            const struct trace_declaration *declaration);
int trace_build_instant(struct trace_builder *builder, const struct trace_instant *instant);
/* All numbers of a counter's arguments, each into its own counter. `object`: whose; 0: nobody's. */
int trace_build_counters(struct trace_builder *builder, uint32_t process, int64_t object,
                         uint32_t name, struct trace_members members, int64_t time_ns);
/* Names and the order of processes and threads; other metadata means nothing to the model. */
int trace_build_metadata(struct trace_builder *builder, const struct trace_raw_event *event);
/* A member of an object's text, where it is a text: its number; 0 where there is none;
 * TRACE_NO_INDEX: no memory. */
uint32_t trace_build_text_member(struct trace_builder *builder, struct trace_raw object,
                                 const char *name);

/* A category by its text, made where it is new. Negative: an error. */
int trace_build_category(struct trace_builder *builder, struct trace_raw text, int first);

int trace_own_event(struct trace_builder *builder, const struct trace_rules *rules,
                    struct trace_found_kind found, const struct trace_raw_event *event);
void trace_own_finish(struct trace_builder *builder);
int trace_foreign_event(struct trace_builder *builder, const struct trace_raw_event *event);
int trace_foreign_finish(struct trace_builder *builder);

#endif
