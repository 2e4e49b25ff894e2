/* why/path.h - the longest way through a run: which work, sleeps and turns, one after the other,
 * its length is made of.
 *
 * It is found backwards, from the last thing that happened: before a task's turn was its wait, and
 * where a task ended that, what that one did before; where nobody did, the wait itself, which time
 * ended, a limit, a thread, or the world. Before a task's first turn is who made it. So its pieces
 * touch, each begins where the one before it ends, the first at 0; and they add up to the moment to
 * which they lead, to the nanosecond.
 */
#ifndef WHY_PATH_H
#define WHY_PATH_H

#include "why/why.h"

/* What a task does in a piece: the constant, its word in JSON, and what it says. */
#define WHY_PIECES(X)                                                                              \
    X(WHY_WORKS, "work", "it has a span open, in which time passes")                               \
    X(WHY_COMPUTES, "compute", "it keeps the loop busy outside of a span")                         \
    X(WHY_SLEEPS, "sleep", "it sleeps outside of a span")                                          \
    X(WHY_READY, "ready", "it is due, woken or made, and its turn has not come")                   \
    X(WHY_ABROAD, "outside", "it waits for a thread, a callback or the world outside")             \
    X(WHY_UNBEGUN, "before", "it has not begun: its start comes later, or a callback makes it")    \
    X(WHY_LIMITED, "limit", "it waits until a time limit ends that")                               \
    X(WHY_STAYS, "stays", "it waits, and the run ends first")                                      \
    X(WHY_CLOSES, "loop", "no task is left, and the loop goes on")

enum why_piece_kind {
#define WHY_X(constant, word, meaning) constant,
    WHY_PIECES(WHY_X)
#undef WHY_X
        WHY_PIECE_COUNT
};
extern const char *const why_piece_words[WHY_PIECE_COUNT];

/* How what a task did at the end of a piece led to the next one. */
#define WHY_LEADS(X)                                                                               \
    X(WHY_GOES_ON, "goes on", "the same task goes on")                                             \
    X(WHY_WAKES, "wakes", "it ends the wait of the next task")                                     \
    X(WHY_MAKES, "makes", "it makes the next task")                                                \
    X(WHY_CANCELS, "cancels", "it cancels the next task")                                          \
    X(WHY_ENDS_RUN, "ends the run of",                                                             \
      "it was the last that the run was for; the next is cancelled")

enum why_lead {
#define WHY_X(constant, word, meaning) constant,
    WHY_LEADS(WHY_X)
#undef WHY_X
        WHY_LEAD_COUNT
};
extern const char *const why_lead_words[WHY_LEAD_COUNT];

struct why_piece {
    uint8_t kind;    /* enum why_piece_kind */
    uint8_t lead;    /* enum why_lead, to the next piece */
    uint32_t task;   /* WHY_NONE: of none */
    uint32_t span;   /* that it is in; WHY_NONE */
    uint32_t wait;   /* that it is, or that its end led out of, where `lead` says so; WHY_NONE */
    uint32_t led;    /* the wait of the next task that the end of this piece ended; WHY_NONE */
    uint32_t behind; /* of `ready`: who kept the loop busy for most of it; WHY_NONE */
    int64_t begin_ns, end_ns;
};

/* In the order of time. All zero: empty. */
struct why_path {
    struct why_piece *pieces;
    size_t count;
    size_t capacity; /* private */
    bool ends;       /* it leads to the end of a run whose tasks had all ended: the makespan */
};

/* To the end of the run. 0 or CAD_ENOMEM. */
int why_find_path(const struct why_run *run, struct why_path *path);
/* To where a task is at an event, at that time: behind all that it did before. */
int why_find_path_to(const struct why_run *run, uint32_t task, uint64_t ordinal, int64_t time_ns,
                     struct why_path *path);
/* To what a task does at a time: to the end of the wait that led to it, or that it is in; where
 * that did not end, to its beginning; without one, to that time itself. */
int why_find_path_at(const struct why_run *run, uint32_t task, int64_t time_ns,
                     struct why_path *path);
void why_path_free(struct why_path *path);

/* What a task's part of it comes to; in the order in which the tasks were made. */
struct why_share {
    uint32_t task; /* WHY_NONE: of none */
    int64_t time_ns;
};
/* `shares` has room for path->count. Returns how many there are. */
size_t why_path_shares(const struct why_path *path, struct why_share *shares);

/* How long it is in a kind. */
int64_t why_path_time_of(const struct why_path *path, enum why_piece_kind kind);

#endif
