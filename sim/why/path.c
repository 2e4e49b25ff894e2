/* The longest way, backwards. A place on it is a task, an event - all that the task did before that
 * is still to be looked at - and a time. From place to place the event goes back, so that it comes
 * to an end; time never goes forward. */
#include "why/path.h"

#include "base/memory.h"
#include "cadran.h"

#include <stdlib.h>

const char *const why_piece_words[WHY_PIECE_COUNT] = {
#define WHY_X(constant, word, meaning) [constant] = word,
    WHY_PIECES(WHY_X)
#undef WHY_X
};

const char *const why_lead_words[WHY_LEAD_COUNT] = {
#define WHY_X(constant, word, meaning) [constant] = word,
    WHY_LEADS(WHY_X)
#undef WHY_X
};

struct walk {
    const struct why_run *run;
    struct why_path *path; /* from the end to the beginning, as yet */
    uint32_t task;
    uint64_t ordinal;
    int64_t time_ns;
    enum why_lead lead; /* from the piece that comes next to the one before */
    uint32_t led;
    bool visited; /* the task has a piece since the walk came to it */
    int error;
};

/* --- Pieces --------------------------------------------------------------------------------- */

static bool goes_on(const struct why_piece *earlier, const struct why_piece *later) {
    return earlier->task == later->task && earlier->kind == later->kind &&
           earlier->span == later->span && earlier->behind == later->behind &&
           earlier->lead == WHY_GOES_ON && later->wait == earlier->wait;
}

/* Adds what the task did from a time on, up to where the walk is. */
static void add_piece(struct walk *walk, enum why_piece_kind kind, int64_t begin_ns,
                      struct why_piece piece) {
    struct why_path *path = walk->path;
    piece.kind = (uint8_t)kind;
    piece.lead = (uint8_t)walk->lead;
    piece.led = walk->led;
    piece.task = walk->task;
    piece.begin_ns = begin_ns;
    piece.end_ns = walk->time_ns;
    walk->time_ns = begin_ns;
    walk->lead = WHY_GOES_ON;
    walk->led = WHY_NONE;
    walk->visited = true;
    if (path->count > 0 && goes_on(&piece, &path->pieces[path->count - 1])) {
        path->pieces[path->count - 1].begin_ns = begin_ns;
        return;
    }
    if (!base_grow(&path->pieces, &path->capacity, path->count, sizeof *path->pieces)) {
        walk->error = CAD_ENOMEM;
        return;
    }
    path->pieces[path->count++] = piece;
}

static const struct why_piece nothing = {.span = WHY_NONE, .wait = WHY_NONE, .behind = WHY_NONE};

static void add_ready(struct walk *walk, int64_t begin_ns) {
    struct why_piece piece = nothing;
    if (begin_ns >= walk->time_ns)
        return;
    piece.behind = why_who_ran(walk->run, walk->task, begin_ns, walk->time_ns);
    add_piece(walk, WHY_READY, begin_ns, piece);
}

/* It keeps the loop busy: in spans, and between them. */
static void add_run(struct walk *walk, int64_t begin_ns) {
    while (begin_ns < walk->time_ns && walk->error == 0) {
        struct why_piece piece = nothing;
        int64_t since_ns;
        piece.span = why_span_until(walk->run, walk->task, walk->time_ns, &since_ns);
        add_piece(walk, piece.span != WHY_NONE ? WHY_WORKS : WHY_COMPUTES,
                  since_ns > begin_ns ? since_ns : begin_ns, piece);
    }
}

/* What happened from the end of one wait, or from the task's beginning, up to where the walk is:
 * it ran, or it was ready. */
static void add_turns(struct walk *walk, int64_t since_ns) {
    const struct why_run *run = walk->run;
    size_t first = why_turn_from(run, since_ns), last = first;
    while (last < run->turn_count && run->turns[last].begin_ns < walk->time_ns)
        last++;
    for (; last > first && walk->error == 0; last--) {
        const struct why_turn *turn = &run->turns[last - 1];
        if (turn->task != walk->task || turn->begin_ns >= walk->time_ns)
            continue;
        add_ready(walk, turn->end_ns > since_ns ? turn->end_ns : since_ns);
        add_run(walk, turn->begin_ns > since_ns ? turn->begin_ns : since_ns);
    }
    add_ready(walk, since_ns);
}

/* --- Steps ---------------------------------------------------------------------------------- */

static void go_to(struct walk *walk, uint32_t task, uint64_t ordinal, enum why_lead lead,
                  uint32_t led) {
    if (!walk->visited) /* it passed on at once what came to it */
        add_piece(walk, WHY_COMPUTES, walk->time_ns, nothing);
    walk->task = task;
    walk->ordinal = ordinal;
    walk->lead = lead;
    walk->led = led;
    walk->visited = false;
}

static enum why_piece_kind kind_of(const struct why_wait *wait, uint32_t span) {
    if (wait->sleeps)
        return span != WHY_NONE ? WHY_WORKS : WHY_SLEEPS;
    if (wait->end == WHY_PENDING)
        return WHY_STAYS;
    return wait->end == WHY_OUTSIDE ? WHY_ABROAD : WHY_LIMITED;
}

/* A wait that no task ended is itself a piece, and the way goes on before it. What comes after its
 * time, because the loop was busy, is another one. */
static void add_wait(struct walk *walk, uint32_t number) {
    const struct why_run *run = walk->run;
    const struct why_wait *wait = &run->waits[number];
    struct why_piece piece = nothing;
    if (wait->end == WHY_TIMER && wait->until_ns < wait->end_ns)
        add_ready(walk, wait->until_ns > wait->begin_ns ? wait->until_ns : wait->begin_ns);
    int64_t since_ns;
    if (wait->sleeps)
        piece.span = why_span_until(run, walk->task, walk->time_ns, &since_ns);
    else
        piece.wait = number;
    if (wait->begin_ns < walk->time_ns)
        add_piece(walk, kind_of(wait, piece.span), wait->begin_ns, piece);
    walk->ordinal = wait->end_ordinal;
}

static void step_over_wait(struct walk *walk, uint32_t number) {
    const struct why_wait *wait = &walk->run->waits[number];
    if (wait->by != WHY_NONE)
        go_to(walk, wait->by, wait->by_ordinal,
              wait->end == WHY_WOKEN    ? WHY_WAKES
              : wait->end == WHY_CLOSED ? WHY_ENDS_RUN
                                        : WHY_CANCELS,
              number);
    else
        add_wait(walk, number);
}

/* Since when the loop had no pause up to a time, but for what lies between two turns. */
static int64_t busy_since(const struct why_run *run, int64_t time_ns) {
    int64_t pause_ns = run->real ? CAD_SECOND / 10000 : 0;
    for (size_t i = why_turn_from(run, time_ns - 1) + 1; i > 0; i--) {
        if (i > run->turn_count || run->turns[i - 1].begin_ns >= time_ns)
            continue;
        if (run->turns[i - 1].end_ns < time_ns - pause_ns)
            break;
        time_ns = run->turns[i - 1].begin_ns;
    }
    return time_ns <= pause_ns ? 0 : time_ns;
}

/* Before the first turn of a task: who made it. The scenario's own are there from the beginning,
 * but for those whose start comes later, which the loop makes then, or as soon as it is free. */
static bool step_over_birth(struct walk *walk) {
    const struct why_task *task = &walk->run->tasks[walk->task];
    if (task->by == WHY_NONE) {
        add_ready(walk, busy_since(walk->run, walk->time_ns));
        if (walk->time_ns > 0)
            add_piece(walk, WHY_UNBEGUN, 0, nothing);
        return false;
    }
    go_to(walk, task->by, task->begin_ordinal, WHY_MAKES, WHY_NONE);
    return true;
}

static void reverse(struct why_path *path) {
    for (size_t i = 0; i < path->count / 2; i++) {
        struct why_piece piece = path->pieces[i];
        path->pieces[i] = path->pieces[path->count - 1 - i];
        path->pieces[path->count - 1 - i] = piece;
    }
}

static int walk_back(struct walk *walk) {
    const struct why_run *run = walk->run;
    for (bool more = true; more && walk->error == 0;) {
        uint32_t wait = why_wait_before(run, walk->task, walk->ordinal);
        add_turns(walk,
                  wait != WHY_NONE ? run->waits[wait].end_ns : run->tasks[walk->task].begin_ns);
        if (wait != WHY_NONE)
            step_over_wait(walk, wait);
        else
            more = step_over_birth(walk);
    }
    if (!walk->visited && walk->error == 0)
        add_piece(walk, WHY_COMPUTES, walk->time_ns, nothing);
    reverse(walk->path);
    return walk->error;
}

/* --- From where ----------------------------------------------------------------------------- */

int why_find_path_to(const struct why_run *run, uint32_t task, uint64_t ordinal, int64_t time_ns,
                     struct why_path *path) {
    struct walk walk = {.run = run,
                        .path = path,
                        .task = task,
                        .ordinal = ordinal,
                        .time_ns = time_ns,
                        .led = WHY_NONE};
    *path = (struct why_path){0};
    return walk_back(&walk);
}

int why_find_path_at(const struct why_run *run, uint32_t task, int64_t time_ns,
                     struct why_path *path) {
    uint32_t led = why_wait_that_led(run, task, time_ns), last = why_wait_at(run, task, time_ns);
    if (led != WHY_NONE && run->waits[led].end_ordinal != 0)
        return why_find_path_to(run, task, run->waits[led].end_ordinal + 1, run->waits[led].end_ns,
                                path);
    if (last == WHY_NONE)
        return why_find_path_to(run, task, run->end_ordinal + 1, time_ns, path);
    const struct why_wait *wait = &run->waits[last];
    bool inside = wait->end_ordinal == 0 || wait->end_ns > time_ns;
    return why_find_path_to(run, task, inside ? wait->begin_ordinal : wait->end_ordinal + 1,
                            inside ? wait->begin_ns : time_ns, path);
}

/* The task that ended last; WHY_NONE. */
static uint32_t last_ended(const struct why_run *run) {
    uint32_t last = WHY_NONE;
    for (uint32_t i = 0; i < run->task_count; i++)
        if (run->tasks[i].end_ordinal != 0 &&
            (last == WHY_NONE || run->tasks[i].end_ordinal > run->tasks[last].end_ordinal))
            last = i;
    return last;
}

/* Of the tasks that had not ended the one that was the last to do something: to begin the wait that
 * it is in, or that does not wait; WHY_NONE. */
static uint32_t last_left(const struct why_run *run) {
    uint32_t last = WHY_NONE;
    uint64_t last_ordinal = 0;
    for (uint32_t i = 0; i < run->task_count; i++) {
        const struct why_task *task = &run->tasks[i];
        if (task->end_ordinal != 0)
            continue;
        uint64_t ordinal = run->end_ordinal;
        if (task->wait_count > 0) {
            const struct why_wait *wait =
                &run->waits[run->task_waits[task->first_wait + task->wait_count - 1]];
            if (wait->end == WHY_PENDING)
                ordinal = wait->begin_ordinal;
        }
        if (last == WHY_NONE || ordinal > last_ordinal) {
            last = i;
            last_ordinal = ordinal;
        }
    }
    return last;
}

/* The wait that a task is in when the run ends comes first. */
static void add_pending(struct walk *walk) {
    const struct why_task *task = &walk->run->tasks[walk->task];
    if (task->wait_count == 0)
        return;
    uint32_t wait = walk->run->task_waits[task->first_wait + task->wait_count - 1];
    if (walk->run->waits[wait].end != WHY_PENDING)
        return;
    add_wait(walk, wait);
    walk->ordinal = walk->run->waits[wait].begin_ordinal;
}

int why_find_path(const struct why_run *run, struct why_path *path) {
    uint32_t left = last_left(run), ended = last_ended(run);
    struct walk walk = {.run = run,
                        .path = path,
                        .task = WHY_NONE,
                        .ordinal = run->end_ordinal + 1,
                        .time_ns = run->end_ns,
                        .led = WHY_NONE};
    *path = (struct why_path){.ends = left == WHY_NONE && run->outcome != 0};
    if (left == WHY_NONE && ended == WHY_NONE) {
        if (run->end_ns > 0)
            add_piece(&walk, WHY_CLOSES, 0, nothing);
        return walk.error;
    }
    if (left != WHY_NONE) {
        walk.task = left;
        add_pending(&walk);
    } else {
        if (run->tasks[ended].end_ns < run->end_ns)
            add_piece(&walk, WHY_CLOSES, run->tasks[ended].end_ns, nothing);
        walk.task = ended;
        walk.visited = false;
    }
    return walk.error != 0 ? walk.error : walk_back(&walk);
}

void why_path_free(struct why_path *path) {
    base_free(path->pieces);
    *path = (struct why_path){0};
}

/* --- What it comes to ----------------------------------------------------------------------- */

static int by_task(const void *left, const void *right) {
    const struct why_share *a = left, *b = right;
    return a->task < b->task ? -1 : a->task > b->task;
}

size_t why_path_shares(const struct why_path *path, struct why_share *shares) {
    size_t count = 0;
    for (size_t i = 0; i < path->count; i++)
        shares[i] = (struct why_share){path->pieces[i].task,
                                       path->pieces[i].end_ns - path->pieces[i].begin_ns};
    if (path->count > 1)
        qsort(shares, path->count, sizeof *shares, by_task);
    for (size_t i = 0; i < path->count; i++) {
        if (shares[i].time_ns == 0)
            continue;
        if (count > 0 && shares[count - 1].task == shares[i].task)
            shares[count - 1].time_ns += shares[i].time_ns;
        else
            shares[count++] = shares[i];
    }
    return count;
}

int64_t why_path_time_of(const struct why_path *path, enum why_piece_kind kind) {
    int64_t time_ns = 0;
    for (size_t i = 0; i < path->count; i++)
        if (path->pieces[i].kind == kind)
            time_ns += path->pieces[i].end_ns - path->pieces[i].begin_ns;
    return time_ns;
}
