/* Adds up what runs had otherwise than the model, and judges. */
#include "drift/drift.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "drift/measure.h"
#include "drift/order.h"
#include "drift/pairs.h"
#include "drift/rows.h"

struct drift {
    struct drift_settings settings;
    struct drift_rows rows;
    struct drift_samples late, own, machine;
    double mean_spans; /* added up over the runs */
    struct drift_result result;
    struct drift_row *made;
    struct drift_suggestion *suggestions;
};

int drift_new(const struct drift_settings *settings, struct drift **out) {
    struct drift *drift = base_zalloc(1, sizeof *drift);
    *out = drift;
    if (drift == NULL)
        return CAD_ENOMEM;
    drift->settings = *settings;
    drift->result.tolerance = settings->tolerance;
    if (drift_rows_init(&drift->rows))
        return 0;
    drift_free(drift);
    *out = NULL;
    return CAD_ENOMEM;
}

void drift_free(struct drift *drift) {
    if (drift == NULL)
        return;
    drift_rows_free(&drift->rows);
    drift_samples_free(&drift->late);
    drift_samples_free(&drift->own);
    drift_samples_free(&drift->machine);
    base_free(drift->made);
    base_free(drift->suggestions);
    base_free(drift);
}

/* --- A run ----------------------------------------------------------------------------------- */

static bool add_lateness(struct drift *drift, const struct drift_lateness *lateness) {
    bool fine = !lateness->no_memory;
    drift->result.late.known = true;
    for (size_t i = 0; i < lateness->count && fine; i++) {
        const struct drift_look *look = &lateness->looks[i];
        int64_t late_ns = look->now_ns - look->due_ns;
        fine = drift_samples_add(&drift->late, late_ns) &&
               drift_samples_add(&drift->own, look->own_ns) &&
               drift_samples_add(&drift->machine, late_ns - look->own_ns);
    }
    return fine;
}

/* That the model sleeps inside of a span says how long the span is: what is really done meanwhile
 * need not be a sleep. */
static bool counts(const struct cmp_result *compared, const struct cmp_difference *difference) {
    const struct cmp_event *event = &difference->event[cmp_side_of(difference)];
    bool wait = event->kind == TRACE_WAIT_BEGIN || event->kind == TRACE_WAIT_END;
    return drift_is_of_model(event->kind) &&
           !(wait && drift_is_duration(cmp_text(compared, event->name)));
}

static void add_singles(struct drift *drift, const struct cmp_result *compared) {
    for (size_t i = 0; i < cmp_difference_count(compared); i++) {
        const struct cmp_difference *difference = cmp_difference_at(compared, i);
        drift->result.otherwise += difference->kind == CMP_OUTCOME;
        if (!counts(compared, difference))
            continue;
        drift->result.missing += difference->kind == CMP_MISSING;
        drift->result.added += difference->kind == CMP_NEW;
    }
}

static void add_effect(struct drift *drift, const struct cmp_effect *effect) {
    struct drift_result *result = &drift->result;
    bool first = result->runs == 0;
    uint64_t most = effect->max_spans[CMP_B];
    int64_t end_ns = effect->makespan_ns[CMP_B];
    result->concurrency.predicted = effect->max_spans[CMP_A];
    result->concurrency.predicted_mean = effect->mean_spans[CMP_A];
    drift->mean_spans += effect->mean_spans[CMP_B];
    if (first || most < result->concurrency.least)
        result->concurrency.least = most;
    if (first || most > result->concurrency.most)
        result->concurrency.most = most;
    result->makespan.predicted_ns = effect->makespan_ns[CMP_A];
    if (first || end_ns < result->makespan.least_ns)
        result->makespan.least_ns = end_ns;
    if (first || end_ns > result->makespan.most_ns)
        result->makespan.most_ns = end_ns;
}

static int add_compared(struct drift *drift, const struct cmp_result *compared,
                        struct drift_pairs *pairs) {
    const struct cmp_tolerance *tolerance = &drift->settings.tolerance;
    drift_pairs_sort(pairs);
    int error = drift_rows_add(&drift->rows, compared, pairs, tolerance);
    if (error == 0)
        error = drift_check_order(compared, pairs, tolerance->time_ns, drift->rows.strings,
                                  &drift->result.order);
    if (error == 0 && pairs->lateness != NULL && !add_lateness(drift, pairs->lateness))
        error = CAD_ENOMEM;
    if (error != 0)
        return error;
    add_singles(drift, compared);
    add_effect(drift, cmp_effect(compared));
    drift->result.runs++;
    return 0;
}

int drift_add(struct drift *drift, const struct cmp_source sources[CMP_SIDES],
              const struct drift_lateness *lateness, char message[CMP_MESSAGE_SIZE]) {
    struct drift_pairs pairs;
    struct cmp_result *compared;
    drift_pairs_init(&pairs, lateness);
    /* However far off the times are, they are no reason not to know an event again. */
    const struct cmp_settings settings = {.level = CMP_LEVEL_CAUSES,
                                          .tolerance = {.time_ns = CAD_NEVER / 4},
                                          .read_equal = true,
                                          .pairs = &pairs.taker};
    int error = cmp_compare(sources, &settings, &compared, message);
    if (error == 0) {
        const char *warning = cmp_warning(compared, CMP_B);
        error = add_compared(drift, compared, &pairs);
        snprintf(message, CMP_MESSAGE_SIZE, "%s",
                 error != 0        ? "out of memory"
                 : warning != NULL ? warning
                                   : "");
    }
    cmp_free(compared);
    drift_pairs_free(&pairs);
    return error;
}

/* --- All of them ----------------------------------------------------------------------------- */

static bool all_rows_hold(const struct drift_result *result) {
    for (size_t i = 0; i < result->row_count; i++)
        if (!result->rows[i].holds)
            return false;
    return true;
}

/* Only what does not hold needs a judge, and a busy machine is none. */
static enum drift_verdict judge(const struct drift_result *result) {
    bool holds = result->missing == 0 && result->added == 0 && result->otherwise == 0 &&
                 result->order.by_cause == 0 && result->order.by_time == 0 && all_rows_hold(result);
    if (holds)
        return DRIFT_HOLDS;
    bool busy = result->late.known && result->late.machine.p95_ns > result->tolerance.time_ns;
    return busy ? DRIFT_BUSY : DRIFT_DIFFERS;
}

const struct drift_result *drift_conclude(struct drift *drift) {
    struct drift_result *result = &drift->result;
    drift->made = drift_rows_make(&drift->rows);
    drift->suggestions =
        drift_suggest(&drift->rows, &drift->settings.tolerance, &result->suggestion_count);
    if (drift->made == NULL || drift->suggestions == NULL)
        return NULL;
    result->rows = drift->made;
    result->row_count = drift->rows.count;
    result->suggestions = drift->suggestions;
    result->late.all = drift_measure(&drift->late);
    result->late.own = drift_measure(&drift->own);
    result->late.machine = drift_measure(&drift->machine);
    if (result->runs > 0)
        result->concurrency.mean = drift->mean_spans / (double)result->runs;
    result->verdict = judge(result);
    return result;
}
