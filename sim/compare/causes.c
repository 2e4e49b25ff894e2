/* What an event depends on, and what that carries on.
 *
 * The graph of causes is never built. Each task and each object carries the difference that has
 * touched it, if any has, from event to event; what a task creates or wakes is touched by what has
 * touched the task. A difference is a root when it is found at an event that nothing has touched.
 *
 * Where a trace does not say who did something - who changed an object's state, which is told of
 * the object alone; who had asked for a callback of the loop - whoever did it has another event at
 * the same time, before it. So it counts as touched when any event of its time and side has been:
 * rather that than a root that is none. */
#include "compare/match.h"

#include <string.h>

static uint32_t of_task(const struct cmp_match *match, uint32_t task) {
    return task == CMP_NOBODY ? 0 : match->result->things.tasks.carriers[task].cause;
}

/* Whether the trace does not say who did it. */
static bool is_by_somebody(const struct cmp_record *record) {
    return record->task == 0 || (record->kind == TRACE_CANCEL && record->other == CMP_NOBODY);
}

uint32_t cmp_cause_of(const struct cmp_match *match, int side, const struct cmp_record *record) {
    const struct cmp_result *result = match->result;
    const struct cmp_walk *walk = &match->walk[side];
    uint32_t cause = of_task(match, record->task);
    if (cause == 0 && cmp_has_maker(record))
        cause = of_task(match, record->other);
    if (cause == 0 && record->kind == TRACE_WAIT_END)
        cause = of_task(match, record->awaited);
    if (cause == 0 && record->object != CMP_NOBODY)
        cause = result->things.objects.carriers[record->object].cause;
    if (cause == 0 && walk->busy_ns == record->time_ns)
        cause = walk->busy_cause;
    if (cause == 0 && is_by_somebody(record) && walk->instant_ns == record->time_ns)
        cause = walk->cause;
    if (cause == 0 && record->task == 0 && record->kind != TRACE_STATE && result->count > 0)
        cause = 1;
    return cause;
}

static void touch_task(struct cmp_match *match, uint32_t task, uint32_t cause) {
    if (task != CMP_NOBODY && task != 0 && of_task(match, task) == 0)
        match->result->things.tasks.carriers[task].cause = cause;
}

void cmp_touch_busy(struct cmp_match *match, int side, int64_t time_ns, uint32_t cause) {
    struct cmp_walk *walk = &match->walk[side];
    if (walk->busy_cause != 0 && walk->busy_ns == time_ns)
        return;
    walk->busy_ns = time_ns;
    walk->busy_cause = cause;
}

void cmp_touch(struct cmp_match *match, int side, const struct cmp_record *record, uint32_t cause,
               bool both) {
    struct cmp_walk *walk = &match->walk[side];
    struct cmp_table *objects = &match->result->things.objects;
    touch_task(match, record->task, cause);
    if (record->kind == TRACE_RUN_END)
        cmp_touch_busy(match, side, record->time_ns, cause);
    if (record->kind == TRACE_WAKES || (both && cmp_has_maker(record)))
        touch_task(match, record->other, cause);
    if (record->object != CMP_NOBODY && objects->carriers[record->object].cause == 0)
        objects->carriers[record->object].cause = cause;
    if (walk->instant_ns != record->time_ns) {
        walk->instant_ns = record->time_ns;
        walk->cause = 0;
    }
    if (walk->cause == 0)
        walk->cause = cause;
}

/* --- Times ---------------------------------------------------------------------------------- */

static int64_t allowed(const struct cmp_tolerance *tolerance, int64_t of_ns) {
    int64_t share_ns = (int64_t)(tolerance->share * (double)of_ns);
    return share_ns > tolerance->time_ns ? share_ns : tolerance->time_ns;
}

static int64_t distance(int64_t a, int64_t b) {
    return a < b ? b - a : a - b;
}

/* How much the span that is open may be longer or shorter, up to this event. */
static int64_t allowed_by_span(const struct cmp_match *match, const struct cmp_record *record) {
    const struct cmp_settings *settings = match->settings;
    if (record->span == 0)
        return 0;
    const char *name = base_strings_text(match->result->things.strings, record->span);
    for (size_t i = 0; i < settings->span_count; i++)
        if (strcmp(name, settings->spans[i].span) == 0)
            return allowed(&settings->spans[i].tolerance, record->time_ns - record->span_begin_ns);
    return 0;
}

int64_t cmp_allowed(const struct cmp_match *match, int64_t time_ns) {
    return allowed(&match->settings->tolerance, time_ns);
}

bool cmp_is_in_time(struct cmp_match *match, const struct cmp_record *a,
                    const struct cmp_record *b) {
    const struct cmp_settings *settings = match->settings;
    int64_t later_ns = b->time_ns - a->time_ns;
    if (later_ns == 0 && settings->span_count == 0)
        return true;
    int64_t allowed_ns = cmp_allowed(match, a->time_ns);
    if (settings->span_count == 0)
        return distance(later_ns, 0) <= allowed_ns;
    struct cmp_table *tasks = &match->result->things.tasks;
    struct cmp_walk *walk = &match->walk[CMP_A];
    /* The shift of whoever it depends on; where that is not known, of what was before it. */
    int64_t shift_ns = a->task == 0 ? walk->shift_ns : tasks->carriers[a->task].shift_ns;
    if (a->kind == TRACE_WAIT_END && a->other != CMP_NOBODY)
        shift_ns = tasks->carriers[a->other].shift_ns;
    if (a->kind == TRACE_TASK_BEGIN && a->other != CMP_NOBODY)
        shift_ns = tasks->carriers[a->other].shift_ns;
    int64_t more_ns = allowed_by_span(match, a);
    bool fits =
        distance(later_ns, shift_ns) <= allowed_ns + more_ns || distance(later_ns, 0) <= allowed_ns;
    walk->shift_ns = fits && distance(later_ns, 0) > allowed_ns ? later_ns : shift_ns;
    if (a->task != 0)
        tasks->carriers[a->task].shift_ns = walk->shift_ns;
    return fits;
}
