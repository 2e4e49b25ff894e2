/* What was found, for people: a sentence, a table of what was off, what there is to say of order,
 * concurrency and the loop. */
#include "drift/drift.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cadran.h"

enum { NAME_WIDTH = 22, TIME_SIZE = 32 };

/* --- Times ----------------------------------------------------------------------------------- */

static const struct unit {
    int64_t ns;
    const char *name;
} units[] = {{CAD_SECOND, "s"}, {CAD_MILLISECOND, "ms"}, {CAD_MICROSECOND, "us"}, {1, "ns"}};

static const struct unit *unit_of(int64_t time_ns) {
    const struct unit *unit = units;
    while (unit->ns > 1 && time_ns < unit->ns)
        unit++;
    return unit;
}

/* A length as somebody wrote it: "1.5 s", "250 ms". */
static const char *length_text(int64_t time_ns, char text[TIME_SIZE]) {
    const struct unit *unit = unit_of(time_ns);
    if (time_ns == 0)
        return "0 s";
    snprintf(text, TIME_SIZE, "%.4g %s", (double)time_ns / (double)unit->ns, unit->name);
    return text;
}

/* Three digits of it: "+1.23 ms", "-45.6 us"; without the sign where it has none. */
static const char *measured_text(int64_t time_ns, bool sign, char text[TIME_SIZE]) {
    int64_t size_ns = time_ns < 0 ? -time_ns : time_ns;
    const struct unit *unit = unit_of(size_ns);
    double value = (double)size_ns / (double)unit->ns;
    int digits = unit->ns == 1 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    snprintf(text, TIME_SIZE, "%s%.*f %s",
             !sign         ? ""
             : time_ns < 0 ? "-"
                           : "+",
             digits, value, unit->name);
    return text;
}

/* "10 ms", "5%", or what is more of both. */
static int put_tolerance(base_buffer *text, const struct cmp_tolerance *tolerance) {
    char time[TIME_SIZE];
    bool both = tolerance->share > 0 && tolerance->time_ns > 0;
    int error = 0;
    if (tolerance->share > 0)
        error = base_buffer_format(text, "%.4g%%%s", tolerance->share * 100, both ? " or " : "");
    if (error == 0 && (both || tolerance->share == 0))
        error = base_buffer_format(text, "%s", length_text(tolerance->time_ns, time));
    return error;
}

/* --- The head -------------------------------------------------------------------------------- */

static const char *const verdict_meanings[] = {
#define DRIFT_X(constant, word, meaning) [constant] = meaning,
    DRIFT_VERDICTS(DRIFT_X)
#undef DRIFT_X
};

static int put_head(const struct drift_result *result, base_buffer *text) {
    int error = base_buffer_format(text, "%s (%" PRIu64 " run%s, tolerance ",
                                   verdict_meanings[result->verdict], result->runs,
                                   base_plural(result->runs));
    if (error == 0)
        error = put_tolerance(text, &result->tolerance);
    return error == 0 ? base_buffer_append(text, ")\n", 2) : error;
}

/* --- What was off ---------------------------------------------------------------------------- */

/* A name, cut at its width with a sign that it is; columns count, not bytes. */
static int put_name(base_buffer *text, const char *name) {
    size_t columns = 0, length = 0;
    for (; name[length] != '\0' && columns <= NAME_WIDTH; length++)
        columns += ((unsigned char)name[length] & 0xc0) != 0x80;
    bool cut = columns > NAME_WIDTH;
    while (cut && ((unsigned char)name[--length] & 0xc0) == 0x80)
        continue;
    int padding = cut ? 0 : NAME_WIDTH - (int)columns;
    return base_buffer_format(text, "%.*s%s%*s", (int)length, name, cut ? "~" : " ", padding, "");
}

static int put_measure(base_buffer *text, const struct drift_measure *measure) {
    char mean[TIME_SIZE], p95[TIME_SIZE], worst[TIME_SIZE];
    return base_buffer_format(
        text, " %9s %8s %9s", measured_text((int64_t)measure->mean_ns, true, mean),
        measured_text(measure->p95_ns, false, p95), measured_text(measure->worst_ns, true, worst));
}

static int put_row(const struct drift_row *row, base_buffer *text) {
    char least[TIME_SIZE], most[TIME_SIZE], range[2 * TIME_SIZE + 4];
    bool one = row->least_ns == row->most_ns;
    snprintf(range, sizeof range, "%s%s%s", length_text(row->least_ns, least), one ? "" : " .. ",
             one ? "" : length_text(row->most_ns, most));
    int error = put_name(text, row->name);
    if (error == 0)
        error = base_buffer_format(text, "%5" PRIu64 "  %-16s", row->real.count, range);
    if (error == 0)
        error = put_measure(text, &row->real);
    if (error == 0)
        error = base_buffer_format(text, " %8s%s", measured_text(row->model.p95_ns, false, least),
                                   row->holds ? "" : "  !");
    return error == 0 ? base_buffer_append(text, "\n", 1) : error;
}

/* The last column is what is left of the p95 where what the computer added is not counted. */
static int put_columns(base_buffer *text, const char *what) {
    return base_buffer_format(text, "\n%-*s %5s  %-16s %9s %8s %9s %8s\n", NAME_WIDTH, what, "n",
                              "predicted", "off: mean", "p95", "worst", "model's");
}

static int put_rows(const struct drift_result *result, base_buffer *text) {
    int error = 0;
    for (int waits = 0; waits < 2 && error == 0; waits++) {
        bool any = false;
        for (size_t i = 0; i < result->row_count && error == 0; i++) {
            if (result->rows[i].is_wait != (waits == 1))
                continue;
            if (!any)
                error = put_columns(text, waits ? "waits" : "spans");
            any = true;
            if (error == 0)
                error = put_row(&result->rows[i], text);
        }
    }
    return error == 0 ? base_buffer_append(text, "\n", 1) : error;
}

/* --- What there is to say of the rest -------------------------------------------------------- */

static int put_events(const struct drift_result *result, base_buffer *text) {
    if (result->missing == 0 && result->added == 0 && result->otherwise == 0)
        return 0;
    return base_buffer_format(text,
                              "events       %" PRIu64 " of the model do not happen, %" PRIu64
                              " happen that are none of it, %" PRIu64
                              " end\n             otherwise: cadran diff tells which\n",
                              result->missing, result->added, result->otherwise);
}

static int put_inversion(const struct drift_inversion *kept, base_buffer *text) {
    char time[4][TIME_SIZE];
    return base_buffer_format(
        text, "    %s (%s, predicted %s)\n    comes before %s (%s, predicted %s)%s\n", kept->second,
        length_text(kept->real_ns[1], time[0]), length_text(kept->predicted_ns[1], time[1]),
        kept->first, length_text(kept->real_ns[0], time[2]),
        length_text(kept->predicted_ns[0], time[3]), kept->by_cause ? ", which is its cause" : "");
}

static int put_order(const struct drift_order *order, base_buffer *text) {
    uint64_t inverted = order->by_cause + order->by_time;
    if (inverted == 0)
        return base_buffer_format(text, "order        kept, by %" PRIu64 " event%s\n",
                                  order->events, base_plural(order->events));
    int error = base_buffer_format(text,
                                   "order        not kept: %" PRIu64 " of %" PRIu64
                                   " events come before one that was to come first\n",
                                   inverted, order->events);
    for (size_t i = 0; i < order->kept_count && error == 0; i++)
        error = put_inversion(&order->kept[i], text);
    return error;
}

static int put_whole(const struct drift_result *result, base_buffer *text) {
    char time[3][TIME_SIZE];
    int error = base_buffer_format(text,
                                   "concurrency  at most %" PRIu64 ", predicted %" PRIu64
                                   "; mean %.2f, predicted %.2f\n",
                                   result->concurrency.most, result->concurrency.predicted,
                                   result->concurrency.mean, result->concurrency.predicted_mean);
    if (error != 0)
        return error;
    int64_t predicted_ns = result->makespan.predicted_ns;
    bool one = result->makespan.least_ns == result->makespan.most_ns;
    return base_buffer_format(
        text, "makespan     predicted %s, off by %s%s%s\n", length_text(predicted_ns, time[0]),
        measured_text(result->makespan.least_ns - predicted_ns, true, time[1]), one ? "" : " .. ",
        one ? "" : measured_text(result->makespan.most_ns - predicted_ns, true, time[2]));
}

static int put_lateness(base_buffer *text, const char *what, const struct drift_measure *measure) {
    char mean[TIME_SIZE], p95[TIME_SIZE], worst[TIME_SIZE];
    return base_buffer_format(text, "%-28s mean %s, p95 %s, worst %s\n", what,
                              measured_text((int64_t)measure->mean_ns, false, mean),
                              measured_text(measure->p95_ns, false, p95),
                              measured_text(measure->worst_ns, false, worst));
}

static int put_late(const struct drift_late *late, base_buffer *text) {
    if (!late->known)
        return base_buffer_format(text, "loop         how late it was the trace does not say: all "
                                        "that is off counts as the model's\n");
    int error = put_lateness(text, "loop         late", &late->all);
    if (error == 0)
        error = put_lateness(text, "             by its work", &late->own);
    return error == 0 ? put_lateness(text, "             by the machine", &late->machine) : error;
}

int drift_print_text(const struct drift_result *result, base_buffer *text) {
    int error = put_head(result, text);
    if (error == 0)
        error = put_rows(result, text);
    if (error == 0)
        error = put_events(result, text);
    if (error == 0)
        error = put_order(&result->order, text);
    if (error == 0)
        error = put_whole(result, text);
    return error == 0 ? put_late(&result->late, text) : error;
}

/* --- Suggestions ----------------------------------------------------------------------------- */

static int put_variable(const struct drift_suggestion *suggestion, bool last, base_buffer *text) {
    int64_t us = suggestion->real_ns / CAD_MICROSECOND;
    bool whole = us % 1000 == 0;
    return base_buffer_format(text, "  \"%s\": \"%" PRId64 "%s\"%s\n", suggestion->name,
                              whole ? us / 1000 : us, whole ? "ms" : "us", last ? "" : ",");
}

int drift_print_suggestions(const struct drift_result *result, base_buffer *text) {
    size_t count = result->suggestion_count;
    if (count == 0)
        return base_buffer_format(text, "the durations that are there have predicted the runs\n");
    int error = base_buffer_format(text, "\"vars\": {\n");
    for (size_t i = 0; i < count && error == 0; i++)
        error = put_variable(&result->suggestions[i], i + 1 == count, text);
    if (error == 0)
        error = base_buffer_append(text, "}\n", 2);
    for (size_t i = 0; i < count && error == 0; i++) {
        const struct drift_suggestion *suggestion = &result->suggestions[i];
        char predicted[TIME_SIZE];
        error =
            base_buffer_format(text, "%s: %s, predicted %s\n", suggestion->name, suggestion->what,
                               length_text(suggestion->predicted_ns, predicted));
    }
    return error;
}
