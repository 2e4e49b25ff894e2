/* compare/compare.h - what two runs did differently, and where that began.
 *
 * Two traces of this project are compared event by event. Events have an identity that survives
 * change: a task is its name and how many of that name its creator made before it; an event in it
 * is its kind, what it is about (an object, a task, the name of a span), and how many of those came
 * before in that task. A run is a graph of causes: order within a task, creation, wake-ups, order
 * of operations on one primitive. Time alone makes no edge. A difference is a root when nothing
 * that it depends on differs; every other one is a consequence of a root. docs/compare.md has all
 * of this in words.
 *
 *     const struct cmp_source sources[2] = {{.path = "a.trace.json"}, {.path = "b.trace.json"}};
 *     struct cmp_settings settings = {.level = CMP_LEVEL_BYTES};
 *     struct cmp_result *result;
 *     char message[CMP_MESSAGE_SIZE];
 *     int error = cmp_compare(sources, &settings, &result, message);
 *     if (error == 0 && !cmp_same(result))
 *         for (size_t i = 0; i < cmp_root_count(result); i++)
 *             ... cmp_sentence(result, cmp_root_at(result, i), &text) ...
 *     cmp_free(result);
 *
 * The first of the two runs is side 0, A: what is expected, or was before. The second is side 1, B.
 * Pairs of anything are arrays of two, by side.
 */
#ifndef CMP_COMPARE_H
#define CMP_COMPARE_H

#include "base/buffer.h"
#include "base/options.h"
#include "cadran.h"
#include "document/write.h"
#include "trace/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_model;
struct trace_state;

enum { CMP_A, CMP_B, CMP_SIDES };
enum { CMP_MESSAGE_SIZE = 512 };

/* The message where memory ran out. */
#define CMP_NO_MEMORY "not enough memory to compare the two"

/* An index that points nowhere. */
#define CMP_NOBODY UINT32_MAX
/* A time that there is none of. */
#define CMP_NO_TIME INT64_MIN

/* How much alike two runs are, from the strictest down: the constant, its word on a command line,
 * and what it says. */
#define CMP_LEVELS(X)                                                                              \
    X(CMP_LEVEL_BYTES, "bytes", "the same bytes")                                                  \
    X(CMP_LEVEL_ORDER, "order", "the same causes, order and times")                                \
    X(CMP_LEVEL_CAUSES, "causes", "the same causes")                                               \
    X(CMP_LEVEL_NOTHING, "nothing", "other causes")

enum cmp_level {
#define CMP_X(constant, word, meaning) constant,
    CMP_LEVELS(CMP_X)
#undef CMP_X
        CMP_LEVEL_COUNT
};

/* How a difference is one: the constant, its word in JSON, and what it says. */
#define CMP_KINDS(X)                                                                               \
    X(CMP_MISSING, "missing", "only A has the event")                                              \
    X(CMP_NEW, "new", "only B has it")                                                             \
    X(CMP_LATER, "later", "B has it later")                                                        \
    X(CMP_EARLIER, "earlier", "B has it earlier")                                                  \
    X(CMP_LONGER, "longer", "a span or a wait takes longer in B")                                  \
    X(CMP_SHORTER, "shorter", "it takes less time in B")                                           \
    X(CMP_WAITS, "waits", "the task waits for another thing, or for another holder of it")         \
    X(CMP_WAKES, "wakes", "the task wakes another task")                                           \
    X(CMP_WOKEN, "woken", "the task is woken, made or cancelled by another one")                   \
    X(CMP_ORDER, "order", "tasks come to a primitive, or a task to its steps, in another order")   \
    X(CMP_STATE, "state", "an object is in another state")                                         \
    X(CMP_OUTCOME, "outcome", "it ends in another way")                                            \
    X(CMP_TEXT, "text", "it says something else")

enum cmp_kind {
#define CMP_X(constant, word, meaning) constant,
    CMP_KINDS(CMP_X)
#undef CMP_X
        CMP_KIND_COUNT
};

/* The words of the tables above. */
extern const char *const cmp_level_words[CMP_LEVEL_COUNT];
extern const char *const cmp_kind_words[CMP_KIND_COUNT];

/* --- What is asked -------------------------------------------------------------------------- */

/* By how much a time may differ: by so much, or by this share of it, whichever is more. All zero:
 * not at all. */
struct cmp_tolerance {
    int64_t time_ns;
    double share; /* 0.05: 5% */
};

/* "5ms" or "5%". False where it is neither. */
bool cmp_tolerance_read(const char *text, struct cmp_tolerance *tolerance);

/* For the length of the spans of one name. What follows such a span is measured from its end. */
struct cmp_span_tolerance {
    const char *span;
    struct cmp_tolerance tolerance;
};

/* What a command line says of them: that for all, and those for the spans of one name. */
enum { CMP_SPANS_MAX = 64 };
struct cmp_tolerances {
    struct cmp_tolerance all;
    struct cmp_span_tolerance spans[CMP_SPANS_MAX];
    size_t span_count;
    bool given; /* one for all */
};

/* An option's value, as base_option_take: "5ms", "5%", or either for the spans of one name:
 * "load=5%". The name may have a sign of equality in it; what follows has none. It fills a struct
 * cmp_tolerances. */
bool cmp_take_tolerance(void *target, const struct base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]);

struct cmp_event;

/* Who wants to know each event that both runs have, whether or not it differs. */
struct cmp_pairs {
    /* The comparison begins; also anew, when things are found to have been renamed. */
    void (*start)(struct cmp_pairs *pairs);
    /* One, event[CMP_A] and event[CMP_B]. 0 or CAD_ENOMEM. */
    int (*pair)(struct cmp_pairs *pairs, const struct cmp_event *event);
};

struct cmp_settings {
    enum cmp_level level; /* down to which the two are to be the same; not NOTHING */
    struct cmp_tolerance tolerance;
    struct cmp_tolerance
        real; /* that in its place where a run has the real clock; none: it stays */
    const struct cmp_span_tolerance *spans; /* borrowed until the result is there */
    size_t span_count;
    struct cmp_pairs *pairs; /* NULL: nobody wants to know them */
    bool read_equal; /* read files that are equal, too: for their tasks, objects and effects */
};

/* A trace: a file, which may be packed, "-" for standard input; or, where path is NULL, memory,
 * which may be packed, too, and is borrowed until the result is freed. */
struct cmp_source {
    const char *path;
    const char *name; /* what messages and headings call it; NULL: the path */
    const char *data;
    size_t size;
};

/* By how much a run under the real clock may be late and nobody asks: that is told. */
#define CMP_REAL_TOLERANCE_NS (10 * CAD_MILLISECOND)

/* Has a comparison keep to tolerances, which are there as long as that. */
static inline void cmp_keep_to(struct cmp_settings *settings,
                               const struct cmp_tolerances *tolerances) {
    settings->tolerance = tolerances->all;
    settings->spans = tolerances->spans;
    settings->span_count = tolerances->span_count;
}

/* --- The comparison ------------------------------------------------------------------------- */

struct cmp_result;

/* Compares. Of equal files only the bytes are compared.
 *   0            *result is the caller's, to be freed with cmp_free()
 *   CAD_ESYSTEM  a file cannot be read
 *   CAD_EINVAL   it is no trace of this project's, one of another version, or breaks a rule
 *   CAD_ENOMEM   no memory
 * On failure *result is NULL, and message says what is wrong, where, and what to do:
 * "file:line: ..." */
int cmp_compare(const struct cmp_source sources[CMP_SIDES], const struct cmp_settings *settings,
                struct cmp_result **result, char message[CMP_MESSAGE_SIZE]);
void cmp_free(struct cmp_result *result); /* takes NULL */

/* Whether the two are the same at the level that was asked for, and the strictest level at which
 * they are. */
bool cmp_same(const struct cmp_result *result);
/* The tolerance for all that was kept to. */
struct cmp_tolerance cmp_kept_to(const struct cmp_result *result);
enum cmp_level cmp_level(const struct cmp_result *result);
/* What the sources are called. */
const char *cmp_name(const struct cmp_result *result, int side);
/* What could be read but once, a pipe, and was kept; data NULL: it is a file, or memory. */
struct cmp_source cmp_kept(const struct cmp_result *result, int side);
/* Whether that run had the real clock. */
bool cmp_is_real(const struct cmp_result *result, int side);
/* What was wrong with reading one, such as that it was cut short; NULL: nothing. */
const char *cmp_warning(const struct cmp_result *result, int side);

/* Texts are numbers; 0 is "". */
const char *cmp_text(const struct cmp_result *result, uint32_t text);

/* --- Tasks and objects ---------------------------------------------------------------------- */

/* A task, or an object, on both sides. One that has the same history under another name, or much
 * the same, is one that was renamed. */
struct cmp_thing {
    uint32_t name[CMP_SIDES];    /* text; that of the other side where this one does not have it */
    uint32_t ordinal[CMP_SIDES]; /* how many of that name came before it in that run */
    uint64_t number[CMP_SIDES];  /* a task's track, an object's number; 0: not on that side */
    uint32_t type;               /* of an object, "queue"; of a task "" */
    uint32_t creator;            /* a task, by index; CMP_NOBODY: the run itself */
    uint32_t differences;        /* those that concern it */
    bool unnamed;                /* an object that is called by its type and number: "future-7" */
};

static inline bool cmp_is_renamed(const struct cmp_thing *thing) {
    return thing->number[CMP_A] != 0 && thing->number[CMP_B] != 0 && !thing->unnamed &&
           thing->name[CMP_A] != thing->name[CMP_B];
}

/* The loop itself is task 0; the others are in the order in which the first side that has them made
 * them. */
size_t cmp_task_count(const struct cmp_result *result);
const struct cmp_thing *cmp_task_at(const struct cmp_result *result, size_t index);
size_t cmp_object_count(const struct cmp_result *result);
const struct cmp_thing *cmp_object_at(const struct cmp_result *result, size_t index);
/* The index of a task by its track, of an object by its number; CMP_NOBODY. */
uint32_t cmp_find_task(const struct cmp_result *result, int side, int64_t tid);
uint32_t cmp_find_object(const struct cmp_result *result, int side, uint64_t number);

/* --- Differences ---------------------------------------------------------------------------- */

/* An event of one side. */
struct cmp_event {
    uint64_t ordinal; /* in its trace; 0: this side does not have it */
    uint64_t line;
    int64_t time_ns;
    int64_t begin_ns; /* of the end of a span or wait, when it began; else CMP_NO_TIME */
    int64_t
        until_ns; /* of the end of a wait, when it would have ended by itself; else CMP_NO_TIME */
    enum trace_kind kind; /* a wait or span without length is one that begins, and ends */
    uint32_t task;        /* by index; 0: the loop */
    uint32_t object;      /* by index; CMP_NOBODY: none */
    uint32_t other;       /* the task that it wakes, or is woken, made, cancelled by, or that holds
                             the object; of CMP_ORDER, who comes first; CMP_NOBODY: none */
    uint32_t name;        /* text: of a span or wait; a printed line; of an error */
    uint32_t words;       /* text: outcome, message, state of an object; what else it says */
};

struct cmp_difference {
    enum cmp_kind kind;
    uint32_t root;              /* the difference that it follows from, by index; itself: a root */
    uint32_t consequences;      /* of a root: how many follow from it */
    uint32_t span;              /* text: the innermost span that the task has open there; 0: none */
    uint64_t before[CMP_SIDES]; /* the ordinal of the event up to which each side had come */
    struct cmp_event event[CMP_SIDES];
};

/* In the order of time, and of equal times in that of the causes. */
size_t cmp_difference_count(const struct cmp_result *result);
const struct cmp_difference *cmp_difference_at(const struct cmp_result *result, size_t index);
/* Roots alone, in the same order: the index of each as a difference. */
size_t cmp_root_count(const struct cmp_result *result);
uint32_t cmp_root_at(const struct cmp_result *result, size_t index);
static inline bool cmp_is_root(const struct cmp_result *result, uint32_t difference) {
    return cmp_difference_at(result, difference)->root == difference;
}
/* The side that has the event, A where both do. */
static inline int cmp_side_of(const struct cmp_difference *difference) {
    return difference->event[CMP_A].ordinal != 0 ? CMP_A : CMP_B;
}

/* Unrelated events that stand in another order at one instant: no difference in causes. How many
 * instants have some, and the first two events that do; NULL: none. */
uint64_t cmp_swap_count(const struct cmp_result *result);
const struct cmp_difference *cmp_first_swap(const struct cmp_result *result);

/* Appends what a difference is, in a sentence without its end: "job0 wakes job7 by window, not
 * job4". 0 or CAD_ENOMEM. */
int cmp_sentence(const struct cmp_result *result, const struct cmp_difference *difference,
                 base_buffer *text);

/* --- What it meant -------------------------------------------------------------------------- */

struct cmp_effect {
    int64_t makespan_ns[CMP_SIDES];
    uint64_t max_spans[CMP_SIDES]; /* open at a time: concurrency */
    double mean_spans[CMP_SIDES];
};
const struct cmp_effect *cmp_effect(const struct cmp_result *result);

/* Waits for an object; by its index. */
struct cmp_waits {
    uint64_t count[CMP_SIDES];
    int64_t total_ns[CMP_SIDES];
    int64_t longest_ns[CMP_SIDES];
};
const struct cmp_waits *cmp_waits(const struct cmp_result *result, size_t object);

/* The state of a side just before a difference: before the event there that the other side does not
 * have, or has otherwise; the trace is read again up to there. It is the caller's. Whether the
 * trace tells all of it says trace_state_now(). As cmp_compare(). */
int cmp_state_before(const struct cmp_result *result, uint32_t difference, int side,
                     struct trace_state **state, char message[CMP_MESSAGE_SIZE]);

/* Reads a side once more, for who shows it: its events, as trace_read_events(), and as a model, as
 * trace_read(). The message is empty, or a warning, where nothing fails. */
int cmp_read_source(const struct cmp_result *result, int side, struct trace_consumer *consumer,
                    char message[CMP_MESSAGE_SIZE]);
int cmp_read_model(const struct cmp_result *result, int side, struct trace_model **trace,
                   char message[CMP_MESSAGE_SIZE]);

/* --- In words ------------------------------------------------------------------------------- */

struct cmp_layout {
    unsigned width; /* columns; 0: as wide as it comes */
    unsigned lines; /* 0: as many as there are */
    bool all;       /* every root and every consequence, each in its line */
    bool brief;     /* the roots alone, without heading, state and effects */
};

/* Append the whole comparison. As cmp_compare(). */
int cmp_print_text(const struct cmp_result *result, const struct cmp_layout *layout,
                   base_buffer *out, char message[CMP_MESSAGE_SIZE]);
int cmp_print_markdown(const struct cmp_result *result, base_buffer *out,
                       char message[CMP_MESSAGE_SIZE]);
/* As one value, with that key in an object. That memory ran out says the writer, too. */
int cmp_write_json(const struct cmp_result *result, doc_writer *out, const char *key,
                   char message[CMP_MESSAGE_SIZE]);

#endif
