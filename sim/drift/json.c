/* What was found, as JSON: docs/drift.md has what each member says. */
#include "drift/drift.h"

static const char *const verdict_words[] = {
#define DRIFT_X(constant, word, meaning) [constant] = word,
    DRIFT_VERDICTS(DRIFT_X)
#undef DRIFT_X
};

static void put_measure(doc_writer *writer, const char *key, const struct drift_measure *measure) {
    doc_write_open(writer, key, '{');
    doc_write_number(writer, "mean_ns", measure->mean_ns);
    doc_write_whole(writer, "p95_ns", measure->p95_ns);
    doc_write_whole(writer, "worst_ns", measure->worst_ns);
    doc_write_close(writer, '}');
}

static void put_rows(doc_writer *writer, const struct drift_result *result) {
    doc_write_open(writer, "rows", '[');
    for (size_t i = 0; i < result->row_count; i++) {
        const struct drift_row *row = &result->rows[i];
        doc_write_open(writer, NULL, '{');
        doc_write_text(writer, "name", row->name);
        doc_write_text(writer, "type", row->is_wait ? "wait" : "span");
        doc_write_whole(writer, "count", (int64_t)row->real.count);
        doc_write_whole(writer, "predicted_least_ns", row->least_ns);
        doc_write_whole(writer, "predicted_most_ns", row->most_ns);
        put_measure(writer, "drift", &row->real);
        put_measure(writer, "model", &row->model);
        doc_write_whole(writer, "beyond", (int64_t)row->beyond);
        doc_write_truth(writer, "holds", row->holds);
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
}

static void put_order(doc_writer *writer, const struct drift_order *order) {
    doc_write_open(writer, "order", '{');
    doc_write_whole(writer, "events", (int64_t)order->events);
    doc_write_whole(writer, "against_causes", (int64_t)order->by_cause);
    doc_write_whole(writer, "against_time", (int64_t)order->by_time);
    doc_write_open(writer, "inversions", '[');
    for (size_t i = 0; i < order->kept_count; i++) {
        const struct drift_inversion *kept = &order->kept[i];
        doc_write_open(writer, NULL, '{');
        doc_write_text(writer, "first", kept->first);
        doc_write_text(writer, "second", kept->second);
        doc_write_text(writer, "against", kept->by_cause ? "cause" : "time");
        doc_write_whole(writer, "first_predicted_ns", kept->predicted_ns[0]);
        doc_write_whole(writer, "second_predicted_ns", kept->predicted_ns[1]);
        doc_write_whole(writer, "first_real_ns", kept->real_ns[0]);
        doc_write_whole(writer, "second_real_ns", kept->real_ns[1]);
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
    doc_write_close(writer, '}');
}

static void put_late(doc_writer *writer, const struct drift_late *late) {
    if (!late->known)
        return;
    doc_write_open(writer, "loop", '{');
    doc_write_whole(writer, "looks", (int64_t)late->all.count);
    put_measure(writer, "late", &late->all);
    put_measure(writer, "own_work", &late->own);
    put_measure(writer, "machine", &late->machine);
    doc_write_close(writer, '}');
}

static void put_whole(doc_writer *writer, const struct drift_result *result) {
    doc_write_open(writer, "concurrency", '{');
    doc_write_whole(writer, "predicted", (int64_t)result->concurrency.predicted);
    doc_write_whole(writer, "least", (int64_t)result->concurrency.least);
    doc_write_whole(writer, "most", (int64_t)result->concurrency.most);
    doc_write_number(writer, "predicted_mean", result->concurrency.predicted_mean);
    doc_write_number(writer, "mean", result->concurrency.mean);
    doc_write_close(writer, '}');
    doc_write_open(writer, "makespan", '{');
    doc_write_whole(writer, "predicted_ns", result->makespan.predicted_ns);
    doc_write_whole(writer, "least_ns", result->makespan.least_ns);
    doc_write_whole(writer, "most_ns", result->makespan.most_ns);
    doc_write_close(writer, '}');
}

static void put_suggestions(doc_writer *writer, const struct drift_result *result) {
    doc_write_open(writer, "suggestions", '[');
    for (size_t i = 0; i < result->suggestion_count; i++) {
        const struct drift_suggestion *suggestion = &result->suggestions[i];
        doc_write_open(writer, NULL, '{');
        doc_write_text(writer, "variable", suggestion->name);
        doc_write_text(writer, "name", suggestion->what);
        doc_write_whole(writer, "predicted_ns", suggestion->predicted_ns);
        doc_write_whole(writer, "real_ns", suggestion->real_ns);
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
}

void drift_print_json(const struct drift_result *result, doc_writer *writer) {
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "verdict", verdict_words[result->verdict]);
    doc_write_whole(writer, "runs", (int64_t)result->runs);
    doc_write_whole(writer, "tolerance_ns", result->tolerance.time_ns);
    doc_write_number(writer, "tolerance_share", result->tolerance.share);
    doc_write_whole(writer, "missing", (int64_t)result->missing);
    doc_write_whole(writer, "added", (int64_t)result->added);
    doc_write_whole(writer, "otherwise", (int64_t)result->otherwise);
    put_rows(writer, result);
    put_order(writer, &result->order);
    put_whole(writer, result);
    put_late(writer, &result->late);
    put_suggestions(writer, result);
    doc_write_close(writer, '}');
}
