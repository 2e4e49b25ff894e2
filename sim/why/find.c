/* What is where in a run: by bisection, as its lists are in order. */
#include "why/why.h"

#include "base/strings.h"

#include <stdlib.h>
#include <string.h>

const char *why_text(const struct why_run *run, uint32_t text) {
    return base_strings_text(run->strings, text);
}

/* --- By name -------------------------------------------------------------------------------- */

/* Splits "job1 #2" into the text of "job1" and 1; a name without a number is the first. */
static uint32_t read_name(const struct why_run *run, const char *name, uint32_t *number) {
    uint32_t text = base_strings_find(run->strings, name, strlen(name));
    const char *sign = strrchr(name, '#');
    *number = 0;
    if (text != UINT32_MAX || sign == NULL || sign == name || sign[-1] != ' ')
        return text;
    char *rest;
    unsigned long count = strtoul(sign + 1, &rest, 10);
    if (*rest != '\0' || count == 0 || count > UINT32_MAX)
        return UINT32_MAX;
    *number = (uint32_t)(count - 1);
    return base_strings_find(run->strings, name, (size_t)(sign - 1 - name));
}

uint32_t why_find_task_named(const struct why_run *run, const char *name) {
    uint32_t number;
    uint32_t text = read_name(run, name, &number);
    for (uint32_t i = 0; text != UINT32_MAX && i < run->task_count; i++)
        if (run->tasks[i].name == text && run->tasks[i].number == number)
            return i;
    return WHY_NONE;
}

uint32_t why_find_object_named(const struct why_run *run, const char *name) {
    uint32_t number;
    uint32_t text = read_name(run, name, &number);
    for (uint32_t i = 0; text != UINT32_MAX && i < run->object_count; i++)
        if (run->objects[i].name == text && run->objects[i].number == number)
            return i;
    return WHY_NONE;
}

uint32_t why_find_task(const struct why_run *run, int64_t tid) {
    size_t from = 0, to = run->task_count;
    while (from < to) { /* tracks count up in the order of creation */
        size_t middle = from + (to - from) / 2;
        if (run->tasks[middle].tid < tid)
            from = middle + 1;
        else
            to = middle;
    }
    return from < run->task_count && run->tasks[from].tid == tid ? (uint32_t)from : WHY_NONE;
}

/* --- By time and order ---------------------------------------------------------------------- */

uint32_t why_wait_at(const struct why_run *run, uint32_t task, int64_t time_ns) {
    const uint32_t *waits = run->task_waits + run->tasks[task].first_wait;
    uint32_t from = 0, to = run->tasks[task].wait_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (run->waits[waits[middle]].begin_ns <= time_ns)
            from = middle + 1;
        else
            to = middle;
    }
    return from == 0 ? WHY_NONE : waits[from - 1];
}

uint32_t why_wait_that_led(const struct why_run *run, uint32_t task, int64_t time_ns) {
    uint32_t wait = why_wait_at(run, task, time_ns);
    while (wait != WHY_NONE && run->waits[wait].sleeps)
        wait = run->waits[wait].place > run->tasks[task].first_wait
                   ? run->task_waits[run->waits[wait].place - 1]
                   : WHY_NONE;
    return wait;
}

uint32_t why_longest_wait(const struct why_run *run) {
    uint32_t longest = WHY_NONE;
    int64_t most_ns = 0;
    for (uint32_t i = 0; i < run->wait_count; i++) {
        const struct why_wait *wait = &run->waits[i];
        int64_t length_ns = wait->end_ns - wait->begin_ns;
        if (wait->sleeps || wait->end == WHY_PENDING || length_ns <= most_ns)
            continue;
        longest = i;
        most_ns = length_ns;
    }
    return longest;
}

bool why_stands_at(const struct why_run *run, uint32_t wait, uint32_t object, int64_t time_ns) {
    const struct why_wait *found = &run->waits[wait];
    return found->object == object && found->begin_ns <= time_ns &&
           (found->end_ns > time_ns || found->end == WHY_PENDING);
}

/* A wait that is pending has not ended before anything. */
uint32_t why_wait_before(const struct why_run *run, uint32_t task, uint64_t ordinal) {
    const uint32_t *waits = run->task_waits + run->tasks[task].first_wait;
    uint32_t from = 0, to = run->tasks[task].wait_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        uint64_t end = run->waits[waits[middle]].end_ordinal;
        if (end != 0 && end < ordinal)
            from = middle + 1;
        else
            to = middle;
    }
    return from == 0 ? WHY_NONE : waits[from - 1];
}

uint32_t why_deed_from(const struct why_run *run, uint32_t task, uint64_t ordinal) {
    uint32_t from = run->tasks[task].first_deed, to = from + run->tasks[task].deed_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (run->waits[run->task_deeds[middle]].by_ordinal < ordinal)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

uint64_t why_next_pause(const struct why_run *run, uint32_t task, uint64_t ordinal) {
    uint32_t wait = why_wait_before(run, task, ordinal);
    const struct why_task *found = &run->tasks[task];
    uint32_t place = wait == WHY_NONE ? found->first_wait : run->waits[wait].place + 1;
    if (place == found->first_wait + found->wait_count)
        return UINT64_MAX;
    uint64_t end = run->waits[run->task_waits[place]].end_ordinal;
    return end == 0 ? UINT64_MAX : end;
}

/* How many of a task's spans had begun before a time, or with `also`, at it, too. */
static uint32_t spans_begun(const struct why_run *run, uint32_t task, int64_t time_ns, bool also) {
    const uint32_t *spans = run->task_spans + run->tasks[task].first_span;
    uint32_t from = 0, to = run->tasks[task].span_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int64_t begin_ns = run->spans[spans[middle]].begin_ns;
        if (begin_ns < time_ns || (also && begin_ns == time_ns))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Those that are open are among the last one that has begun and those around it; so is the one that
 * ended last. */
uint32_t why_span_until(const struct why_run *run, uint32_t task, int64_t time_ns,
                        int64_t *since_ns) {
    uint32_t begun = spans_begun(run, task, time_ns, false);
    uint32_t span =
        begun == 0 ? WHY_NONE : run->task_spans[run->tasks[task].first_span + begun - 1];
    *since_ns = run->tasks[task].begin_ns;
    for (; span != WHY_NONE && run->spans[span].end_ns < time_ns; span = run->spans[span].outer)
        *since_ns = run->spans[span].end_ns;
    if (span != WHY_NONE && run->spans[span].begin_ns > *since_ns)
        *since_ns = run->spans[span].begin_ns;
    return span;
}

uint32_t why_span_from(const struct why_run *run, uint32_t task, int64_t time_ns) {
    uint32_t begun = spans_begun(run, task, time_ns, true);
    uint32_t span =
        begun == 0 ? WHY_NONE : run->task_spans[run->tasks[task].first_span + begun - 1];
    while (span != WHY_NONE && run->spans[span].end_ns <= time_ns)
        span = run->spans[span].outer;
    return span;
}

/* Spans end in another order than they begin: of those around the last one that had begun the
 * outermost that has ended did so last, and of their neighbours all ended before they began. */
uint32_t why_span_before(const struct why_run *run, uint32_t task, uint64_t ordinal) {
    const uint32_t *spans = run->task_spans + run->tasks[task].first_span;
    uint32_t from = 0, to = run->tasks[task].span_count, last = WHY_NONE;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (run->spans[spans[middle]].begin_ordinal < ordinal)
            from = middle + 1;
        else
            to = middle;
    }
    for (uint32_t i = from; i > 0 && last == WHY_NONE; i--)
        for (uint32_t span = spans[i - 1]; span != WHY_NONE; span = run->spans[span].outer)
            if (run->spans[span].end_ordinal != 0 && run->spans[span].end_ordinal < ordinal)
                last = span;
    return last;
}

size_t why_turn_from(const struct why_run *run, int64_t time_ns) {
    size_t from = 0, to = run->turn_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (run->turns[middle].end_ns <= time_ns)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

uint32_t why_who_ran(const struct why_run *run, uint32_t but, int64_t begin_ns, int64_t end_ns) {
    uint32_t who = WHY_NONE;
    int64_t most_ns = 0;
    for (size_t i = why_turn_from(run, begin_ns);
         i < run->turn_count && run->turns[i].begin_ns < end_ns; i++) {
        const struct why_turn *turn = &run->turns[i];
        int64_t from_ns = turn->begin_ns > begin_ns ? turn->begin_ns : begin_ns;
        int64_t to_ns = turn->end_ns < end_ns ? turn->end_ns : end_ns;
        if (turn->task != but && turn->task != WHY_NONE && to_ns - from_ns > most_ns) {
            most_ns = to_ns - from_ns;
            who = turn->task;
        }
    }
    return who;
}

bool why_runs_at(const struct why_run *run, uint32_t task, int64_t time_ns) {
    size_t turn = why_turn_from(run, time_ns);
    return turn < run->turn_count && run->turns[turn].task == task &&
           run->turns[turn].begin_ns <= time_ns;
}

uint32_t why_change_at(const struct why_run *run, uint32_t object, int64_t time_ns) {
    uint32_t change = run->objects[object].last_change;
    while (change != WHY_NONE && run->changes[change].time_ns > time_ns)
        change = run->changes[change].previous;
    return change;
}

int64_t why_field_of(const struct why_run *run, uint32_t change, const char *key,
                     int64_t otherwise) {
    if (change == WHY_NONE)
        return otherwise;
    const struct why_change *found = &run->changes[change];
    for (uint32_t i = 0; i < found->field_count; i++) {
        const struct why_field *field = &run->fields[found->first_field + i];
        if (strcmp(why_text(run, field->key), key) == 0)
            return field->value;
    }
    return otherwise;
}
