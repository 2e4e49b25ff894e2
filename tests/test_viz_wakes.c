/* Which wakes a bar caused, against a walk over all of them. */
#include "viz/viz_test.h"

#include "wakes.h"

#include <stdio.h>
#include <string.h>

/* Whether a slice is another one, or inside it. */
static bool is_within(const struct trace_model *trace, uint32_t slice, uint32_t outer) {
    for (; slice != TRACE_NO_INDEX; slice = trace->slices[slice].parent)
        if (slice == outer)
            return true;
    return false;
}

static bool is_by(const struct viz_model *model, uint32_t index, const struct trace_wake *wake) {
    const struct viz_bar *bar = &model->bars[index];
    uint32_t lane = model->rows[viz_row_of_bar(model, index)].lane;
    return wake->from_track == model->lanes[lane].track &&
           wake->from_ns >= bar->begin_ns + model->origin_ns &&
           wake->from_ns <= bar->end_ns + model->origin_ns &&
           (model->trace->version == 0 || is_within(model->trace, wake->from_slice, bar->slice));
}

/* How many were found; each of those that are listed is the next one of the walk. */
static size_t check_bar(const struct viz_model *model, uint32_t bar, size_t limit) {
    enum { MOST = 64 };
    uint32_t wakes[MOST];
    assert_true(limit <= MOST);
    size_t found = viz_wakes_by(model, bar, wakes, limit);
    size_t count = 0;
    for (size_t i = 0; i < model->trace->wake_count; i++) {
        if (!is_by(model, bar, &model->trace->wakes[i]))
            continue;
        if (count < limit)
            assert_int_equal(wakes[count], i);
        count++;
    }
    assert_int_equal(found, count);
    return count;
}

/* How many wakes all bars together caused. */
static size_t check_bars(const struct sample *sample) {
    static const size_t limits[] = {0, 1, 3, 64};
    size_t sum = 0;
    for (uint32_t bar = 0; bar < sample->model->bar_count; bar++)
        for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
            sum += check_bar(sample->model, bar, limits[i]);
    return sum;
}

/* Locks that are released within spans that are inside of spans. */
static void test_wakes__are_those_of_a_walk(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'objects': {'db': {'type': 'lock'}}, 'tasks': [{'name': 't{i}',"
               " 'count': 4, 'do': [{'repeat': 20, 'do': [{'span': 'request', 'do': ["
               "  {'acquire': 'db'}, {'span': 'query', 'do': [{'sleep': 'uniform(0, 0.01)'}]},"
               "  {'span': 'give back', 'do': [{'release': 'db'}]},"
               "  {'span': 'update', 'do': [{'sleep': 0.001}]}]}]}]}]}");
    assert_true(check_bars(&sample) > 0);
    sample_free(&sample);
    sample_relay(&sample, 20);
    assert_int_equal(check_bars(&sample), 0);
    sample_free(&sample);
}

/* Of three lanes, each of which wakes the others, several at one time and at the bars' edges. */
static void test_wakes__of_another_program_are_those_of_a_walk(void **state) {
    (void)state;
    enum { WAKES = 90 };
    static char text[WAKES * 300];
    size_t length = (size_t)sprintf(text, "[");
    for (int i = 0; i < 9; i++)
        length += (size_t)sprintf(text + length,
                                  "{'ph':'X','pid':1,'tid':%d,'ts':%d,'dur':10,'name':'s%d'},\n",
                                  i % 3 + 1, i / 3 * 12, i);
    for (int i = 0; i < WAKES; i++)
        length += (size_t)sprintf(
            text + length,
            "{'ph':'s','cat':'wake','name':'w','id':%d,'pid':1,'tid':%d,'ts':%d},\n"
            "{'ph':'f','bp':'e','cat':'wake','name':'w','id':%d,'pid':1,'tid':%d,'ts':%d}%s",
            i + 1, i % 3 + 1, i / 5 * 2, i + 1, (i + 1) % 3 + 1, i / 5 * 2 + 1,
            i + 1 < WAKES ? ",\n" : "]");
    struct sample sample;
    sample_text(&sample, text);
    assert_int_equal(sample.trace->wake_count, WAKES);
    assert_true(check_bars(&sample) > 0);
    sample_free(&sample);
}

static uint32_t find_bar(const struct viz_model *model, const char *name) {
    uint32_t at = 0;
    while (at < model->bar_count && strcmp(viz_bar_name(model, &model->bars[at]), name) != 0)
        at++;
    assert_true(at < model->bar_count);
    return at;
}

/* All at one time, 1 s: query ends, the lock is released, update begins. */
static void test_wakes__are_those_between_a_spans_begin_and_end(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'objects': {'db': {'type': 'lock'}}, 'tasks': ["
               " {'name': 'first', 'do': [{'span': 'request', 'do': [{'acquire': 'db'},"
               "  {'span': 'query', 'do': [{'sleep': 1}]}, {'release': 'db'},"
               "  {'span': 'update', 'do': [{'sleep': 1}]}]}]},"
               " {'name': 'second', 'do': [{'acquire': 'db'}, {'span': 'after', 'do': []}]}]}");
    const struct viz_model *model = sample.model;
    uint32_t wakes[4];
    assert_int_equal(viz_wakes_by(model, find_bar(model, "query"), wakes, 4), 0);
    assert_int_equal(viz_wakes_by(model, find_bar(model, "update"), wakes, 4), 0);
    assert_int_equal(viz_wakes_by(model, find_bar(model, "acquire db"), wakes, 4), 0);
    assert_int_equal(viz_wakes_by(model, find_bar(model, "request"), wakes, 0), 1);
    assert_int_equal(viz_wakes_by(model, find_bar(model, "request"), wakes, 4), 1);
    const struct trace_wake *wake = &sample.trace->wakes[wakes[0]];
    assert_int_equal(model->lane_of_track[wake->to_track], 1);
    assert_int_equal(wake->from_ns, SAMPLE_SECOND);
    sample_free(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wakes__are_those_of_a_walk),
        cmocka_unit_test(test_wakes__of_another_program_are_those_of_a_walk),
        cmocka_unit_test(test_wakes__are_those_between_a_spans_begin_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
