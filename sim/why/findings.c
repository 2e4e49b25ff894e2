/* What is found, in words. */
#include "why/doctor.h"

#include <inttypes.h>

/* " from 0.15 s to 1 s" */
static void say_stretch(struct why_said *said, const struct why_finding *finding) {
    why_say(said, " from ");
    why_say_moment(said, finding->begin_ns);
    why_say(said, " to ");
    why_say_moment(said, finding->end_ns);
}

static void say_failed(struct why_said *said, const struct why_finding *finding) {
    const struct why_task *task = &said->run->tasks[finding->task];
    why_say_task(said, finding->task);
    why_say(said, " failed at ");
    why_say_moment(said, finding->end_ns);
    if (task->error != 0) {
        why_say(said, " with ");
        why_say_text(said, task->error);
    }
    if (task->message != 0) {
        why_say(said, ": ");
        why_say_quoted(said, task->message);
    }
    if (finding->count > 1)
        why_say(said, "; after it %" PRIu64 " more did", finding->count - 1);
}

/* The first few who wait in the same words as one. */
static void say_same(struct why_said *said, uint32_t wait, uint64_t count) {
    enum { SHOWN = 3 };
    const struct why_run *run = said->run;
    uint32_t why = run->stucks[run->waits[wait].stuck].why;
    uint64_t shown = 0;
    for (uint32_t i = wait; i < run->wait_count && shown < SHOWN; i++) {
        uint32_t stuck = run->waits[i].stuck;
        if (stuck == WHY_NONE || run->stucks[stuck].why != why || run->stucks[stuck].circle != 0)
            continue;
        why_say(said, "%s", shown == 0 ? ": " : shown + 1 == count ? " and " : ", ");
        why_say_task(said, run->waits[i].task);
        shown++;
    }
    if (count > shown)
        why_say(said, " and %" PRIu64 " more", count - shown);
}

static void say_left(struct why_said *said, const struct why_finding *finding) {
    if (finding->count == 1) {
        why_say_wait(said, finding->wait);
        return;
    }
    why_say(said, "%" PRIu64 " tasks wait ", finding->count);
    why_say_stuck(said, finding->wait);
    say_same(said, finding->wait, finding->count);
    why_say(said, ", the first since ");
    why_say_moment(said, finding->begin_ns);
}

static void say_busy(struct why_said *said, const struct why_finding *finding) {
    why_say_task(said, finding->task);
    why_say(said, " kept the loop busy for ");
    why_say_length(said, finding->end_ns - finding->begin_ns);
    why_say(said, ", from ");
    why_say_moment(said, finding->begin_ns);
    why_say(said, " on: ");
    why_say_task(said, finding->other);
    why_say(said, ", whose time had come, had its turn ");
    why_say_length(said, finding->length_ns);
    why_say(said, " late");
    if (finding->count > 1)
        why_say(said, "; it has %" PRIu64 " turns of 100 ms or more", finding->count);
}

static void say_starved(struct why_said *said, const struct why_finding *finding) {
    why_say_task(said, finding->task);
    why_say(said, " stood at ");
    why_say_object(said, finding->object);
    say_stretch(said, finding);
    why_say(said, ", and %" PRIu64 " who came later went before it", finding->count);
}

static void say_convoy(struct why_said *said, const struct why_finding *finding) {
    why_say(said, "up to %" PRIu64 " tasks stood one behind the other at ", finding->count);
    why_say_object(said, finding->object);
    say_stretch(said, finding);
    why_say(said, ": %" PRIu64 " waits, ", finding->of);
    why_say_length(said, finding->length_ns);
    why_say(said, " in all");
    if (finding->task != WHY_NONE) {
        why_say(said, "; it began when ");
        why_say_task(said, finding->task);
        why_say(said, " had it");
    }
}

static void say_in_vain(struct why_said *said, const struct why_finding *finding) {
    why_say_task(said, finding->task);
    why_say(said, ", woken by ");
    why_say_task(said, finding->other);
    why_say(said, " at ");
    why_say_moment(said, finding->begin_ns);
    why_say(said, ", waited at ");
    why_say_object(said, finding->object);
    why_say(said, " again at once, and another that was woken with it went on");
    why_say(said, "; so it was with %" PRIu64 " of %" PRIu64 " wake-ups there", finding->count,
            finding->of);
}

static void say_polls(struct why_said *said, const struct why_finding *finding) {
    why_say_task(said, finding->task);
    why_say(said, " looked %" PRIu64 " times, every ", finding->count);
    why_say_length(said, finding->length_ns);
    say_stretch(said, finding);
    why_say(said, ", and did nothing between: what it waits for could wake it");
}

static void say_nearly(struct why_said *said, const struct why_finding *finding) {
    why_say(said, "a time limit of ");
    why_say_task(said, finding->task);
    why_say(said, " was over but for ");
    why_say_length(said, finding->length_ns);
    why_say(said, ": it ");
    why_say_waited(said, finding->wait);
}

/* The wait of the task that a wait of a circle is for; WHY_NONE: the trace does not say. */
static uint32_t next_of_ring(const struct why_run *run, uint32_t wait) {
    uint32_t task = run->stucks[run->waits[wait].stuck].next;
    if (task == WHY_NONE || run->tasks[task].wait_count == 0)
        return WHY_NONE;
    uint32_t next = run->task_waits[run->tasks[task].first_wait + run->tasks[task].wait_count - 1];
    return run->waits[next].stuck != WHY_NONE ? next : WHY_NONE;
}

/* Round the circle, from its first wait. */
static void say_deadlock(struct why_said *said, const struct why_finding *finding) {
    const struct why_run *run = said->run;
    uint32_t first = finding->wait, at = first;
    if (finding->count == 1) {
        why_say(said, "a task waits for itself: ");
    } else {
        why_say(said, "%" PRIu64 " tasks wait for one another since ", finding->count);
        why_say_moment(said, finding->begin_ns);
        why_say(said, ": ");
    }
    for (uint64_t i = 0; i < finding->count; i++) {
        if (i > 0)
            why_say(said, "; ");
        why_say_ring(said, at);
        at = next_of_ring(run, at);
        if (at == WHY_NONE || at == first)
            break;
    }
}

void why_say_finding(struct why_said *said, const struct why_finding *finding) {
    switch ((enum why_finding_kind)finding->kind) {
    case WHY_DEADLOCK:
        say_deadlock(said, finding);
        break;
    case WHY_FAILED:
        say_failed(said, finding);
        break;
    case WHY_LEFT:
        say_left(said, finding);
        break;
    case WHY_BUSY:
        say_busy(said, finding);
        break;
    case WHY_STARVED:
        say_starved(said, finding);
        break;
    case WHY_CONVOY:
        say_convoy(said, finding);
        break;
    case WHY_IN_VAIN:
        say_in_vain(said, finding);
        break;
    case WHY_POLLS:
        say_polls(said, finding);
        break;
    default:
        say_nearly(said, finding);
        break;
    }
}
