/* model.h - a trace, arranged for drawing: lanes of rows of bars.
 *
 * A lane is a task (or the loop, or another program's thread). Its first row holds its spans and
 * what it waits for between them; a span inside a span is one row further down. Bars of a row
 * follow each other and do not overlap, so that what is visible is found by bisection, whatever
 * the length of the trace. A wait inside a span is an overlay of the span's row.
 *
 * Times are nanoseconds after the model's origin: the loop's start for a trace of this project,
 * the first event for another program's.
 *
 * The model borrows the trace, which must outlive it. It changes by viz_model_colour() only.
 */
#ifndef VIZ_MODEL_H
#define VIZ_MODEL_H

#include "axis.h"
#include "density.h"
#include "identity.h"
#include "trace/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum viz_look {
    VIZ_LOOK_SPAN,  /* at work */
    VIZ_LOOK_SLEEP, /* waits for time to pass, outside a span */
    VIZ_LOOK_WAIT,  /* waits for somebody else */
    VIZ_LOOK_READY, /* woken, not yet running */
    VIZ_LOOK_RUN, /* a task keeps the loop busy: on the loop's lane, and outside spans on its own */
    VIZ_LOOK_LANE, /* on a lane of its own: a connection is open, a program runs */
    VIZ_LOOK_COUNT
};

enum {
    VIZ_BAR_OPEN = 1,    /* the trace ends before the bar does */
    VIZ_BAR_PENDING = 2, /* the run ended before it did: a wait that nobody ended */
    VIZ_BAR_OWN = 4,     /* of VIZ_LOOK_RUN: on the lane of the task whose turn it is */
};

struct viz_bar {
    int64_t begin_ns;
    int64_t end_ns;
    uint32_t slice; /* into trace_model.slices */
    uint8_t look;   /* enum viz_look */
    uint8_t colour; /* of a span: 0 to VIZ_COLOUR_COUNT - 1 */
    uint8_t flags;  /* VIZ_BAR_... */
};

struct viz_row {
    uint32_t lane;
    uint32_t first_bar; /* into viz_model.bars */
    uint32_t bar_count;
    uint32_t first_overlay; /* into viz_model.bars, too */
    uint32_t overlay_count;
};

struct viz_lane {
    int64_t begin_ns; /* of its life */
    int64_t end_ns;
    int64_t work_ns; /* at work: see at_work.h */
    int64_t wait_ns; /* waiting for somebody else, in spans or not */
    uint32_t track;  /* into trace_model.tracks */
    uint32_t first_row;
    uint32_t row_count;  /* at least 1 */
    uint32_t first_mark; /* into viz_model.marks */
    uint32_t mark_count;
    uint16_t
        span_prefix; /* bytes: what the names of its spans, or of its waits, begin with alike, */
    uint16_t wait_prefix; /* up to the end of a word */
};

/* What is drawn of an instant. */
enum viz_mark {
    VIZ_MARK_NONE,    /* nothing: arrows, counters or details say it */
    VIZ_MARK_DOT,     /* a line of output, or what another program notes */
    VIZ_MARK_DIAMOND, /* something that happened to the task */
};

/* Instants of a category that are not drawn, and that nothing else says. */
struct viz_hidden {
    uint8_t category; /* enum trace_category */
    size_t count;
};

enum { VIZ_HIDDEN_MAX = 8, VIZ_HIDDEN_SIZE = 256 };

/* What the colour of a span says. */
enum viz_colouring {
    VIZ_COLOUR_BY_DURATION, /* how long it took */
    VIZ_COLOUR_BY_NAME,     /* what it is called */
    VIZ_COLOUR_BY_LANE,     /* whose it is */
    VIZ_COLOURING_COUNT
};

enum { VIZ_COLOUR_COUNT = 6 };

struct viz_legend {
    char text[VIZ_TIME_SIZE];
};

/* A primitive of the run, and which counters say what of it; TRACE_NO_INDEX: none does. */
struct viz_object {
    int64_t id;
    uint32_t name;
    char type_text[32];
    uint32_t level;      /* what it holds: a queue's size, a semaphore's value, ... */
    uint32_t outside;    /* how many wait for it */
    uint32_t below;      /* a queue's getters */
    uint32_t owner;      /* the track of who holds it */
    double limit;        /* maxsize, bound, parties; -1: none */
    double waited_ns;    /* by all who stood outside */
    double contended_ns; /* while anyone did */
    bool changes;
};

enum { VIZ_WIDEST_COUNT = 3 };

struct viz_model {
    const struct trace_model *trace;
    char *path;            /* where the trace came from */
    const char *file_name; /* without its folder: the end of the path */
    int64_t origin_ns;
    int64_t end_ns;

    struct viz_lane *lanes;
    size_t lane_count;
    struct viz_row *rows;
    size_t row_count;
    struct viz_bar *bars;
    size_t bar_count;
    struct viz_sums *sums;   /* private: shares.h */
    uint32_t *lane_of_track; /* TRACE_NO_INDEX: not shown */

    size_t task_count;
    bool deadlocked;                   /* the run ended because nothing could go on */
    bool looks[VIZ_LOOK_COUNT];        /* which of them there are */
    uint32_t widest[VIZ_WIDEST_COUNT]; /* the lanes with the longest names; TRACE_NO_INDEX */
    uint32_t *marks;                   /* instants that are drawn, lane by lane */
    size_t mark_count;
    size_t lane_mark_count; /* those after them are of no lane; by time */
    struct viz_hidden hidden[VIZ_HIDDEN_MAX];
    size_t hidden_count;
    uint32_t *signals; /* instants that concern the whole program, by time */
    size_t signal_count;
    uint32_t *wakes; /* private, as the next: wakes.h */
    uint32_t *wake_ends;
    struct trace_counter at_work; /* how many tasks are: in the place of the trace's open spans */
    struct viz_range **counter_ranges; /* private, as the next: counters.h */
    struct viz_counter_of *counters_by_object;
    struct viz_density density; /* for the map */

    struct viz_object *objects; /* see objects.h */
    size_t object_count;

    struct viz_pair *pair; /* the two runs that this is one of: pair.h; NULL: it is alone */

    enum viz_colouring colouring;
    struct viz_legend legend[VIZ_COLOUR_COUNT]; /* by colour */
    int legend_count;                           /* 0: colours say nothing that fits a legend */
};

/* 0, or CAD_ENOMEM. `path` is where the trace came from, copied. Frees with viz_model_free(). */
int viz_model_new(const struct trace_model *trace, const char *path, struct viz_model **model);
/* The same of some tracks alone: those that are `shown`, one for each. */
int viz_model_new_of(const struct trace_model *trace, const char *path, const bool *shown,
                     struct viz_model **model);
/* Takes NULL. */
void viz_model_free(struct viz_model *model);

/* Gives every span its colour again, and makes the legend. */
void viz_model_colour(struct viz_model *model, enum viz_colouring colouring);

/* Copies a text, cut at a whole character of UTF-8 where it does not fit. */
void viz_copy_text(char *out, size_t size, const char *text);

/* What a slice looks like; negative: it is not drawn. `sleep` is the number of that text. */
int viz_look_of(const struct trace_slice *slice, uint32_t sleep);

/* The scenario's name; the file's for another program's trace. */
const char *viz_model_title(const struct viz_model *model);
enum viz_mark viz_mark_of(uint8_t category);
/* "12,034 turn, 300 park": instants that are not drawn, by category; "" where there are none. */
void viz_hidden_text(const struct viz_model *model, char out[VIZ_HIDDEN_SIZE]);

/* "process / task" where there are several processes, else "task". Cut at a whole character when
 * it does not fit. */
void viz_lane_name(const struct viz_model *model, uint32_t lane, char *out, size_t size);
/* The first lane of that name; TRACE_NO_INDEX. */
uint32_t viz_find_lane(const struct viz_model *model, const char *name);
/* The name of a lane that is near to one that no lane has; NULL: none is. */
const char *viz_near_lane(const struct viz_model *model, const char *name);
const char *viz_bar_name(const struct viz_model *model, const struct viz_bar *bar);

/* The row that a bar is in. */
uint32_t viz_row_of_bar(const struct viz_model *model, uint32_t bar);
/* The lane that something belongs to; TRACE_NO_INDEX where it belongs to none. */
uint32_t viz_lane_of(const struct viz_model *model, struct viz_id id);

/* The first bar among `count` of them, from bars[first] on, that ends at or after a time; first +
 * count where none does. */
uint32_t viz_bar_from(const struct viz_model *model, uint32_t first, uint32_t count,
                      int64_t time_ns);
/* The same, where it is most likely near bars[first + guess]. */
uint32_t viz_bar_near(const struct viz_model *model, uint32_t first, uint32_t count, uint32_t guess,
                      int64_t time_ns);
/* The first of a lane's marks at or after a time, and the end of them: both into viz_model.marks.
 * TRACE_NO_INDEX in a lane's place: those of no lane. */
size_t viz_mark_from(const struct viz_model *model, uint32_t lane, double time_ns, size_t *end);

#endif
