/* The rules by which a run is looked at. */
#include "why/doctor.h"

#include "base/map.h"
#include "base/memory.h"
#include "cadran.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A turn of this length is what asyncio's debug mode calls slow; who waits for less than half of it
 * is not held up. */
#define SLOW_NS (100 * CAD_MILLISECOND)
#define HELD_UP_NS (SLOW_NS / 2)

enum {
    OVERTAKEN_LEAST = 3, /* so many came later and went first: it starves */
    CONVOY_LEAST = 3,    /* so many stand at a lock at once */
    POLLS_LEAST = 5,     /* so many sleeps in a row, with nothing between them */
    BUSY_PART = 100,     /* of a sleep: who is busy for more after it does something */
    NEARLY_PART = 10,    /* the tenth part of a time limit was left, or less */
};

const char *const why_finding_words[WHY_FINDING_COUNT] = {
#define WHY_X(constant, word, meaning) [constant] = word,
    WHY_FINDINGS(WHY_X)
#undef WHY_X
};

struct doctor {
    const struct why_run *run;
    struct why_findings *findings;
    int error;
};

static void report(struct doctor *doctor, struct why_finding finding) {
    struct why_findings *findings = doctor->findings;
    if (!base_grow(&findings->items, &findings->capacity, findings->count, sizeof *findings->items))
        doctor->error = CAD_ENOMEM;
    else
        findings->items[findings->count++] = finding;
}

static struct why_finding about(enum why_finding_kind kind) {
    return (struct why_finding){.kind = (uint8_t)kind,
                                .task = WHY_NONE,
                                .other = WHY_NONE,
                                .object = WHY_NONE,
                                .wait = WHY_NONE};
}

static bool is_of_type(const struct why_run *run, uint32_t object, const char *type) {
    return object != WHY_NONE && strcmp(why_text(run, run->objects[object].type), type) == 0;
}

/* --- Failures ------------------------------------------------------------------------------- */

/* The first of them: others may have failed because it did. */
static void look_for_failures(struct doctor *doctor) {
    const struct why_run *run = doctor->run;
    struct why_finding finding = about(WHY_FAILED);
    if (run->outcome == 0 || strcmp(why_text(run, run->outcome), "complete") == 0)
        return;
    for (uint32_t i = 0; i < run->task_count; i++) {
        const struct why_task *task = &run->tasks[i];
        if (strcmp(why_text(run, task->outcome), "failed") != 0)
            continue;
        finding.count++;
        if (finding.task == WHY_NONE || task->end_ordinal < run->tasks[finding.task].end_ordinal)
            finding.task = i;
    }
    if (finding.count == 0)
        return;
    finding.begin_ns = finding.end_ns = run->tasks[finding.task].end_ns;
    report(doctor, finding);
}

/* --- Deadlocks ------------------------------------------------------------------------------ */

/* A wait that stands in no circle. Those of which the run says the same are one finding, which the
 * map has by these words. */
static void add_left(struct doctor *doctor, struct base_map *known, uint32_t number) {
    const struct why_run *run = doctor->run;
    const struct why_wait *wait = &run->waits[number];
    uint32_t why = run->stucks[wait->stuck].why;
    uint32_t same = why != 0 ? base_map_get(known, why) : UINT32_MAX;
    if (same != UINT32_MAX) {
        doctor->findings->items[same].count++;
        return;
    }
    struct why_finding finding = about(WHY_LEFT);
    finding.task = wait->task;
    finding.object = wait->object;
    finding.wait = number;
    finding.begin_ns = wait->begin_ns;
    finding.end_ns = wait->end_ns;
    finding.count = 1;
    report(doctor, finding);
    if (doctor->error == 0 && why != 0 &&
        !base_map_put(known, why, (uint32_t)doctor->findings->count - 1))
        doctor->error = CAD_ENOMEM;
}

/* The circle that a wait is the first of. */
static void add_circle(struct doctor *doctor, uint32_t number) {
    const struct why_run *run = doctor->run;
    const struct why_wait *wait = &run->waits[number];
    uint32_t circle = run->stucks[wait->stuck].circle;
    struct why_finding finding = about(WHY_DEADLOCK);
    finding.task = wait->task;
    finding.object = wait->object;
    finding.wait = number;
    finding.begin_ns = wait->begin_ns;
    finding.end_ns = wait->end_ns;
    for (uint32_t k = number; k < run->wait_count; k++) {
        const struct why_wait *other = &run->waits[k];
        bool in = other->stuck != WHY_NONE && run->stucks[other->stuck].circle == circle;
        finding.count += in;
        if (in && other->begin_ns > finding.begin_ns)
            finding.begin_ns = other->begin_ns; /* it is closed by the last that begins */
    }
    report(doctor, finding);
}

/* One for each circle, at the first wait of it; and those that stand in none. */
static void look_for_deadlocks(struct doctor *doctor) {
    const struct why_run *run = doctor->run;
    uint32_t circles = 0;
    struct base_map known = {0};
    if (strcmp(why_text(run, run->outcome), "deadlock") != 0)
        return;
    for (uint32_t i = 0; i < run->wait_count && doctor->error == 0; i++) {
        const struct why_wait *wait = &run->waits[i];
        uint32_t circle = wait->stuck != WHY_NONE ? run->stucks[wait->stuck].circle : 0;
        if (wait->stuck == WHY_NONE || wait->sleeps)
            continue;
        if (circle == 0)
            add_left(doctor, &known, i);
        else if (circle > circles)
            add_circle(doctor, i);
        circles = circle > circles ? circle : circles;
    }
    base_map_free(&known);
}

/* --- A busy loop ---------------------------------------------------------------------------- */

/* A task whose time had come, and whose turn came later: the turn that it waited for the most. */
static void blame_turn(const struct why_run *run, struct why_finding *slow, uint32_t task,
                       int64_t begin_ns, int64_t end_ns) {
    for (size_t i = why_turn_from(run, begin_ns);
         i < run->turn_count && run->turns[i].begin_ns < end_ns; i++) {
        const struct why_turn *turn = &run->turns[i];
        int64_t from_ns = turn->begin_ns > begin_ns ? turn->begin_ns : begin_ns;
        int64_t to_ns = turn->end_ns < end_ns ? turn->end_ns : end_ns;
        if (turn->task == WHY_NONE || turn->task == task ||
            turn->end_ns - turn->begin_ns < SLOW_NS || to_ns - from_ns < HELD_UP_NS)
            continue;
        struct why_finding *finding = &slow[turn->task];
        finding->of++;
        if (to_ns - from_ns <= finding->length_ns)
            continue;
        finding->length_ns = to_ns - from_ns;
        finding->other = task;
        finding->begin_ns = turn->begin_ns;
        finding->end_ns = turn->end_ns;
    }
}

/* One for each task that does it: the turn for which somebody waited the longest. */
static void look_for_busy_turns(struct doctor *doctor) {
    const struct why_run *run = doctor->run;
    struct why_finding *slow = base_zalloc(run->task_count, sizeof *slow);
    if (slow == NULL) {
        doctor->error = CAD_ENOMEM;
        return;
    }
    for (size_t i = 0; i < run->task_count; i++)
        slow[i] = about(WHY_BUSY);
    for (size_t i = 0; i < run->wait_count; i++) {
        const struct why_wait *wait = &run->waits[i];
        if (wait->end == WHY_TIMER && wait->end_ns - wait->until_ns >= HELD_UP_NS)
            blame_turn(run, slow, wait->task, wait->until_ns, wait->end_ns);
    }
    for (size_t i = 0; i < run->ready_count; i++)
        if (run->readies[i].end_ns - run->readies[i].begin_ns >= HELD_UP_NS)
            blame_turn(run, slow, run->readies[i].task, run->readies[i].begin_ns,
                       run->readies[i].end_ns);
    for (size_t i = 0; i < run->turn_count; i++) {
        const struct why_turn *turn = &run->turns[i];
        if (turn->task != WHY_NONE && turn->end_ns - turn->begin_ns >= SLOW_NS)
            slow[turn->task].count++;
    }
    for (uint32_t i = 0; i < run->task_count && doctor->error == 0; i++) {
        slow[i].task = i;
        if (slow[i].length_ns > 0)
            report(doctor, slow[i]);
    }
    base_free(slow);
}

/* --- Waits that are one --------------------------------------------------------------------- */

/* Woken, and back in the same line at once, without having done anything that shows: the next wait
 * of the task; WHY_NONE. */
static uint32_t again(const struct why_run *run, uint32_t number) {
    const struct why_wait *wait = &run->waits[number];
    const struct why_task *task = &run->tasks[wait->task];
    if (wait->end != WHY_WOKEN || wait->place + 1 == task->first_wait + task->wait_count)
        return WHY_NONE;
    uint32_t next = run->task_waits[wait->place + 1];
    const struct why_wait *other = &run->waits[next];
    bool same = other->object == wait->object && other->name == wait->name;
    bool idle = other->acts_before == wait->acts_after;
    return same && idle && (run->real || other->begin_ns == wait->end_ns) ? next : WHY_NONE;
}

/* --- Lines ---------------------------------------------------------------------------------- */

/* Waits for objects, sorted: those for one object by one word stand together, and there in the
 * order in which they ended; those that did not end are last. */
struct lines {
    uint32_t *waits;
    uint32_t *roots; /* of each wait, by index, the first of those that are one with it */
    size_t count;
};

/* For qsort(), which hands nothing down. */
struct line_key {
    uint64_t line, end;
    uint32_t wait;
};

static int by_line(const void *left, const void *right) {
    const struct line_key *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end ? 1 : a->wait < b->wait ? -1 : 1;
}

static uint64_t line_of(const struct why_wait *wait) {
    return (uint64_t)wait->object << 32 | wait->name;
}

static bool sort_lines(const struct why_run *run, struct lines *lines) {
    struct line_key *keys = base_alloc(run->wait_count * sizeof *keys);
    lines->waits = base_alloc(run->wait_count * sizeof *lines->waits);
    lines->roots = base_alloc(run->wait_count * sizeof *lines->roots);
    bool fine = keys != NULL && lines->waits != NULL && lines->roots != NULL;
    for (uint32_t i = 0; fine && i < run->wait_count; i++)
        lines->roots[i] = i;
    for (uint32_t i = 0; fine && i < run->wait_count; i++) {
        const struct why_wait *wait = &run->waits[i];
        uint32_t next = again(run, i);
        if (next != WHY_NONE)
            lines->roots[next] = lines->roots[i];
        if (wait->object != WHY_NONE)
            keys[lines->count++] = (struct line_key){
                line_of(wait), wait->end_ordinal != 0 ? wait->end_ordinal : UINT64_MAX, i};
    }
    if (fine)
        qsort(keys, lines->count, sizeof *keys, by_line);
    for (size_t i = 0; fine && i < lines->count; i++)
        lines->waits[i] = keys[i].wait;
    base_free(keys);
    return fine;
}

/* Where the line that begins at a place ends. */
static size_t end_of_line(const struct why_run *run, const struct lines *lines, size_t first) {
    size_t end = first + 1;
    while (end < lines->count &&
           line_of(&run->waits[lines->waits[end]]) == line_of(&run->waits[lines->waits[first]]))
        end++;
    return end;
}

/* --- Who lost the race ---------------------------------------------------------------------- */

/* Of those that one task woke at one time, some go on, and others wait again at once. */
static void look_for_lost_races(struct doctor *doctor, const struct lines *lines, size_t first,
                                size_t end) {
    const struct why_run *run = doctor->run;
    struct why_finding finding = about(WHY_IN_VAIN);
    for (size_t from = first, to; from < end; from = to) {
        const struct why_wait *woken = &run->waits[lines->waits[from]];
        uint64_t in_vain = 0;
        uint32_t loser = WHY_NONE;
        for (to = from; to < end; to++) {
            const struct why_wait *wait = &run->waits[lines->waits[to]];
            if (wait->end != WHY_WOKEN || wait->by != woken->by || wait->end_ns != woken->end_ns)
                break;
            if (again(run, lines->waits[to]) == WHY_NONE)
                continue;
            in_vain++;
            loser = loser == WHY_NONE ? lines->waits[to] : loser;
        }
        finding.of += to - from;
        to += to == from; /* a wait that ended otherwise */
        if (in_vain == 0 || in_vain == to - from)
            continue;
        finding.count += in_vain;
        if (finding.wait == WHY_NONE)
            finding.wait = loser;
    }
    if (finding.count == 0)
        return;
    const struct why_wait *example = &run->waits[finding.wait];
    finding.task = example->task;
    finding.other = example->by;
    finding.object = example->object;
    finding.begin_ns = finding.end_ns = example->end_ns;
    report(doctor, finding);
}

/* --- Who starves ---------------------------------------------------------------------------- */

/* How many of those that have gone came later than each: sums over ranks, as a Fenwick tree. */
struct ranks {
    uint32_t *sums; /* from 1 */
    uint32_t count;
};

static void count_rank(struct ranks *ranks, uint32_t rank) {
    for (uint32_t at = rank + 1; at <= ranks->count; at += at & (0 - at))
        ranks->sums[at]++;
}

static uint32_t count_up_to(const struct ranks *ranks, uint32_t rank) {
    uint32_t sum = 0;
    for (uint32_t at = rank + 1; at > 0; at -= at & (0 - at))
        sum += ranks->sums[at];
    return sum;
}

struct arrival {
    uint32_t root;
    uint32_t place; /* in the line, in the order in which they went */
};

static int by_root(const void *left, const void *right) {
    const struct arrival *a = left, *b = right;
    return a->root < b->root ? -1 : a->root > b->root;
}

/* Those of a line that went on, or still wait: a wait in vain is a part of the one after it. */
static uint32_t list_arrivals(const struct why_run *run, const struct lines *lines, size_t first,
                              size_t end, struct arrival *arrivals) {
    uint32_t count = 0;
    for (size_t i = first; i < end; i++) {
        const struct why_wait *wait = &run->waits[lines->waits[i]];
        bool served = wait->end == WHY_WOKEN && again(run, lines->waits[i]) == WHY_NONE;
        if (served || wait->end == WHY_PENDING)
            arrivals[count++] =
                (struct arrival){lines->roots[lines->waits[i]], (uint32_t)(i - first)};
    }
    return count;
}

/* The one of a line that most of those overtook who came later. `ranks`, `arrivals` and `went` have
 * room for the line. */
static void find_overtaken(const struct why_run *run, const struct lines *lines, size_t first,
                           struct ranks *ranks, const uint32_t *went, size_t size,
                           struct why_finding *finding) {
    uint32_t gone = 0;
    for (uint32_t place = 0; place < size; place++) {
        uint32_t number = lines->waits[first + place];
        if (went[place] == WHY_NONE)
            continue;
        uint32_t later = gone - count_up_to(ranks, went[place]);
        if (later > finding->count) {
            finding->count = later;
            finding->wait = number;
        }
        if (run->waits[number].end != WHY_WOKEN)
            continue;
        count_rank(ranks, went[place]);
        gone++;
    }
}

static void look_for_starved(struct doctor *doctor, const struct lines *lines, size_t first,
                             size_t end) {
    const struct why_run *run = doctor->run;
    size_t size = end - first;
    struct arrival *arrivals = base_alloc(size * sizeof *arrivals);
    struct ranks ranks = {base_zalloc(size + 1, sizeof *ranks.sums), 0};
    uint32_t *went = base_alloc(size * sizeof *went); /* by place: the rank of who went there */
    struct why_finding finding = about(WHY_STARVED);
    if (arrivals != NULL && ranks.sums != NULL && went != NULL) {
        ranks.count = list_arrivals(run, lines, first, end, arrivals);
        qsort(arrivals, ranks.count, sizeof *arrivals, by_root);
        for (size_t i = 0; i < size; i++)
            went[i] = WHY_NONE;
        for (uint32_t i = 0; i < ranks.count; i++)
            went[arrivals[i].place] = i;
        find_overtaken(run, lines, first, &ranks, went, size, &finding);
    } else {
        doctor->error = CAD_ENOMEM;
    }
    base_free(arrivals);
    base_free(ranks.sums);
    base_free(went);
    if (doctor->error != 0 || finding.count < OVERTAKEN_LEAST)
        return;
    const struct why_wait *wait = &run->waits[finding.wait];
    finding.task = wait->task;
    finding.object = wait->object;
    finding.begin_ns = run->waits[lines->roots[finding.wait]].begin_ns;
    finding.end_ns = wait->end_ns;
    finding.length_ns = finding.end_ns - finding.begin_ns;
    report(doctor, finding);
}

/* --- Convoys -------------------------------------------------------------------------------- */

/* The stretch of time in which most stood at a lock at once; lengths without a gap are one. */
static void look_for_convoys(struct doctor *doctor) {
    const struct why_run *run = doctor->run;
    struct why_finding *best = base_alloc(2 * run->object_count * sizeof *best);
    struct why_finding *open = best == NULL ? NULL : best + run->object_count;
    if (best == NULL) {
        doctor->error = CAD_ENOMEM;
        return;
    }
    for (uint32_t i = 0; i < run->object_count; i++)
        best[i] = open[i] = about(WHY_CONVOY);
    for (uint32_t i = 0; i < run->wait_count; i++) { /* in the order of their begin */
        const struct why_wait *wait = &run->waits[i];
        if (!is_of_type(run, wait->object, "lock") || wait->end_ns == wait->begin_ns)
            continue;
        struct why_finding *now = &open[wait->object];
        if (now->wait == WHY_NONE || wait->begin_ns >= now->end_ns) {
            *now = about(WHY_CONVOY);
            now->object = wait->object;
            now->wait = i;
            now->task = wait->owner;
            now->begin_ns = now->end_ns = wait->begin_ns;
        }
        if (wait->ahead + 1 > now->count)
            now->count = wait->ahead + 1;
        if (wait->end_ns > now->end_ns)
            now->end_ns = wait->end_ns;
        now->of++;
        now->length_ns += wait->end_ns - wait->begin_ns;
        if (now->count >= CONVOY_LEAST && now->length_ns > best[wait->object].length_ns)
            best[wait->object] = *now;
    }
    for (uint32_t i = 0; i < run->object_count && doctor->error == 0; i++)
        if (best[i].count >= CONVOY_LEAST)
            report(doctor, best[i]);
    base_free(best);
}

/* --- Polls ---------------------------------------------------------------------------------- */

/* Whether a task changed anything from one event to another. */
static bool changes_between(const struct why_run *run, uint32_t task, uint64_t from, uint64_t to) {
    size_t low = 0, high = run->change_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->changes[middle].ordinal <= from)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < run->change_count && run->changes[low].ordinal < to; low++)
        if (run->changes[low].by == task)
            return true;
    return false;
}

/* Whether a task, between two sleeps of one length, did nothing that shows: nor kept the loop busy,
 * for more than the hundredth part of them. */
static bool is_idle_between(const struct why_run *run, const struct why_wait *first,
                            const struct why_wait *second) {
    int64_t since_ns;
    bool sleeps = first->sleeps && second->sleeps && first->end == WHY_TIMER &&
                  second->end == WHY_TIMER && first->end_ns > first->begin_ns;
    return sleeps && first->acts_after == second->acts_before &&
           second->begin_ns - first->end_ns <= (first->until_ns - first->begin_ns) / BUSY_PART &&
           first->until_ns - first->begin_ns == second->until_ns - second->begin_ns &&
           why_span_until(run, first->task, first->end_ns, &since_ns) == WHY_NONE &&
           !changes_between(run, first->task, first->end_ordinal, second->begin_ordinal);
}

/* The longest row of such sleeps of a task. */
static void look_for_polls(struct doctor *doctor, uint32_t task) {
    const struct why_run *run = doctor->run;
    const uint32_t *waits = run->task_waits + run->tasks[task].first_wait;
    uint32_t count = run->tasks[task].wait_count, best = 0, best_from = 0;
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && is_idle_between(run, &run->waits[waits[to - 1]],
                                                          &run->waits[waits[to]]);)
            to++;
        if (to - from > best) {
            best = to - from;
            best_from = from;
        }
    }
    if (best < POLLS_LEAST)
        return;
    struct why_finding finding = about(WHY_POLLS);
    const struct why_wait *first = &run->waits[waits[best_from]];
    finding.task = task;
    finding.wait = waits[best_from];
    finding.count = best;
    finding.begin_ns = first->begin_ns;
    finding.end_ns = run->waits[waits[best_from + best - 1]].end_ns;
    finding.length_ns = first->until_ns - first->begin_ns;
    report(doctor, finding);
}

/* --- Time limits ---------------------------------------------------------------------------- */

/* Those of which the least part was left, one for each task. */
static void look_for_near_limits(struct doctor *doctor, uint32_t task) {
    const struct why_run *run = doctor->run;
    const uint32_t *waits = run->task_waits + run->tasks[task].first_wait;
    struct why_finding finding = about(WHY_NEARLY);
    for (uint32_t i = 0; i < run->tasks[task].wait_count; i++) {
        const struct why_wait *wait = &run->waits[waits[i]];
        if (wait->sleeps || wait->end != WHY_WOKEN || wait->until_ns == WHY_NEVER)
            continue;
        int64_t left_ns = wait->until_ns - wait->end_ns;
        if (left_ns < 0 || left_ns > (wait->until_ns - wait->begin_ns) / NEARLY_PART)
            continue;
        finding.count++;
        if (finding.wait != WHY_NONE && left_ns >= finding.length_ns)
            continue;
        finding.task = task;
        finding.wait = waits[i];
        finding.object = wait->object;
        finding.begin_ns = wait->begin_ns;
        finding.end_ns = wait->end_ns;
        finding.length_ns = left_ns;
    }
    if (finding.count > 0)
        report(doctor, finding);
}

/* --- The whole ------------------------------------------------------------------------------ */

static int by_kind(const void *left, const void *right) {
    const struct why_finding *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->length_ns != b->length_ns)
        return a->length_ns > b->length_ns ? -1 : 1;
    return a->wait < b->wait ? -1 : a->wait > b->wait ? 1 : a->task < b->task ? -1 : 1;
}

static void look_at_lines(struct doctor *doctor) {
    struct lines lines = {0};
    if (!sort_lines(doctor->run, &lines))
        doctor->error = CAD_ENOMEM;
    for (size_t first = 0; first < lines.count && doctor->error == 0;) {
        size_t end = end_of_line(doctor->run, &lines, first);
        look_for_starved(doctor, &lines, first, end);
        if (is_of_type(doctor->run, doctor->run->waits[lines.waits[first]].object, "condition"))
            look_for_lost_races(doctor, &lines, first, end);
        first = end;
    }
    base_free(lines.waits);
    base_free(lines.roots);
}

int why_find_findings(const struct why_run *run, struct why_findings *findings) {
    struct doctor doctor = {.run = run, .findings = findings};
    *findings = (struct why_findings){0};
    look_for_failures(&doctor);
    look_for_deadlocks(&doctor);
    look_for_busy_turns(&doctor);
    look_at_lines(&doctor);
    look_for_convoys(&doctor);
    for (uint32_t i = 0; i < run->task_count && doctor.error == 0; i++) {
        look_for_polls(&doctor, i);
        look_for_near_limits(&doctor, i);
    }
    if (findings->count > 1)
        qsort(findings->items, findings->count, sizeof *findings->items, by_kind);
    return doctor.error;
}

void why_findings_free(struct why_findings *findings) {
    base_free(findings->items);
    *findings = (struct why_findings){0};
}
