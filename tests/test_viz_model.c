#include "viz/viz_test.h"

#include "cadran.h"
#include "counters.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct viz_bar *bars_of(const struct viz_model *model, uint32_t lane, uint32_t row,
                                     uint32_t *count) {
    const struct viz_row *found = &model->rows[model->lanes[lane].first_row + row];
    *count = found->bar_count;
    return &model->bars[found->first_bar];
}

static void test_model__window_has_a_lane_a_job(void **state) {
    (void)state;
    struct sample sample;
    sample_window(&sample);
    const struct viz_model *model = sample.model;
    assert_int_equal(model->lane_count, 8);
    assert_int_equal(model->task_count, 8);
    assert_int_equal(model->row_count, 8);
    assert_int_equal(model->end_ns, 5 * SAMPLE_SECOND);
    assert_string_equal(viz_model_title(model), "window");
    uint32_t count;
    const struct viz_bar *bars = bars_of(model, 4, 0, &count);
    assert_int_equal(count, 2);
    assert_int_equal(bars[0].look, VIZ_LOOK_WAIT);
    assert_string_equal(viz_bar_name(model, &bars[0]), "put window");
    assert_int_equal(bars[1].look, VIZ_LOOK_SPAN);
    assert_int_equal(bars[1].begin_ns, SAMPLE_SECOND);
    assert_int_equal(bars[1].end_ns, 3 * SAMPLE_SECOND);
    assert_int_equal(model->lanes[4].work_ns, 2 * SAMPLE_SECOND);
    assert_int_equal(model->lanes[4].wait_ns, SAMPLE_SECOND);
    char name[64];
    viz_lane_name(model, 7, name, sizeof name);
    assert_string_equal(name, "job7");
    viz_lane_name(model, 7, name, 3);
    assert_string_equal(name, "jo");
    sample_free(&sample);
}

static void test_model__durations_are_classes(void **state) {
    (void)state;
    struct sample sample;
    sample_window(&sample);
    struct viz_model *model = sample.model;
    assert_int_equal(model->legend_count, 3);
    assert_string_equal(model->legend[0].text, "1 s");
    assert_string_equal(model->legend[1].text, "2 s");
    assert_string_equal(model->legend[2].text, "3 s");
    uint32_t count;
    for (uint32_t lane = 0; lane < 8; lane++) {
        const struct viz_bar *bars = bars_of(model, lane, 0, &count);
        assert_int_equal(bars[count - 1].colour, lane % 3);
    }
    viz_model_colour(model, VIZ_COLOUR_BY_LANE);
    assert_int_equal(model->legend_count, 0);
    assert_int_equal(bars_of(model, 5, 0, &count)[1].colour, 5);
    viz_model_colour(model, VIZ_COLOUR_BY_NAME); /* eight names, six colours */
    assert_int_equal(model->legend_count, 0);
    sample_free(&sample);
}

/* Spans one after the other, of these lengths. */
static void spans(struct sample *sample, const int64_t *lengths_ns, int count) {
    char steps[4096];
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        length += (size_t)snprintf(steps + length, sizeof steps - length,
                                   "%s{'span': 'work', 'do': [{'sleep': '%" PRId64 "ns'}]}",
                                   i > 0 ? ", " : "", lengths_ns[i]);
        assert_true(length < sizeof steps);
    }
    sample_run(sample, "", "{'cadran': 1, 'tasks': [{'name': 'worker', 'do': [%s]}]}", steps);
}

/* The same trace, as if it were of a run under the real clock. */
static void set_clock_real(struct sample *sample, const struct sample *exact) {
    char *text = malloc(exact->length + 1);
    assert_non_null(text);
    memcpy(text, exact->text, exact->length + 1);
    char *clock = strstr(text, "\"virtual\"");
    assert_non_null(clock);
    memcpy(clock, "\"real\"   ", strlen("\"virtual\""));
    sample_text(sample, text);
    free(text);
}

static void test_model__jitter_makes_no_class(void **state) {
    (void)state;
    static const int64_t lengths[] = {1000300000, 999800000,  1002000000,
                                      2000400000, 2003100000, 1999990000};
    struct sample exact;
    struct sample sample;
    spans(&exact, lengths, 6);
    assert_int_equal(exact.model->legend_count, 6); /* under the virtual clock there is none */
    assert_string_equal(exact.model->legend[0].text, "999.8 ms");
    set_clock_real(&sample, &exact);
    assert_int_equal(sample.model->legend_count, 2);
    assert_string_equal(sample.model->legend[0].text, "1 s");
    assert_string_equal(sample.model->legend[1].text, "2 s");
    sample_free(&sample);
    sample_free(&exact);
}

static void test_model__short_durations_are_classes_too(void **state) {
    (void)state;
    static const int64_t lengths[] = {10000, 20000, 40000, 80000, 10000, 40000};
    struct sample exact;
    struct sample sample;
    spans(&exact, lengths, 6);
    static const char *const texts[] = {"10 \xC2\xB5s", "20 \xC2\xB5s", "40 \xC2\xB5s",
                                        "80 \xC2\xB5s"};
    static const uint8_t colours[] = {0, 1, 2, 3, 0, 2};
    assert_int_equal(exact.model->legend_count, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(exact.model->legend[i].text, texts[i]);
    for (int i = 0; i < 6; i++)
        assert_int_equal(exact.model->bars[i].colour, colours[i]);
    /* By a real clock they are less apart than it is sure of: one class, which says its range. */
    set_clock_real(&sample, &exact);
    assert_int_equal(sample.model->legend_count, 1);
    assert_string_equal(sample.model->legend[0].text, "10 \xC2\xB5s to 80 \xC2\xB5s");
    sample_free(&sample);
    sample_free(&exact);
}

static void test_model__many_durations_are_ranges(void **state) {
    (void)state;
    int64_t lengths[40];
    int64_t length = 1000;
    for (int i = 0; i < 40; i++, length += length / 3)
        lengths[i] = length;
    struct sample sample;
    spans(&sample, lengths, 40);
    const struct viz_model *model = sample.model;
    assert_uint_in_range(model->legend_count, 2, VIZ_COLOUR_COUNT);
    assert_memory_equal(model->legend[0].text, "below ", 6);
    assert_memory_equal(model->legend[model->legend_count - 1].text, "from ", 5);
    uint8_t before = 0;
    for (size_t i = 0; i < model->bar_count; i++) {
        assert_true(model->bars[i].colour >= before);
        before = model->bars[i].colour;
    }
    assert_int_equal(before, model->legend_count - 1);
    sample_free(&sample);
}

static void test_model__lengths_of_zero_and_of_centuries_have_a_class(void **state) {
    (void)state;
    static const int64_t lengths[] = {0, 1, 9, 10, 99, 100, INT64_C(1000000000000000000)};
    struct sample sample;
    spans(&sample, lengths, 7);
    assert_uint_in_range(sample.model->legend_count, 2, VIZ_COLOUR_COUNT);
    sample_free(&sample);
}

static void test_model__nested_spans_have_rows_and_waits_in_them_overlays(void **state) {
    (void)state;
    struct sample sample;
    sample_run(
        &sample, "",
        "{'cadran': 1, 'objects': {'a': {'type': 'lock'}}, 'tasks': ["
        " {'name': 'worker', 'do': ["
        "  {'span': 'outer', 'do': ["
        "   {'sleep': '1us'},"
        "   {'span': 'inner', 'do': [{'sleep': '1us'}, {'acquire': 'a'}, {'sleep': '1us'}]},"
        "   {'sleep': '3us'}]},"
        "  {'sleep': '1us'}]},"
        " {'name': 'other', 'do': [{'acquire': 'a'}, {'sleep': '3us'}, {'release': 'a'}]}]}");
    const struct viz_model *model = sample.model;
    assert_int_equal(model->lanes[0].row_count, 2);
    uint32_t count;
    const struct viz_bar *outer = bars_of(model, 0, 0, &count);
    assert_int_equal(count, 2); /* the span, and the sleep after it */
    assert_int_equal(outer[0].look, VIZ_LOOK_SPAN);
    assert_int_equal(outer[1].look, VIZ_LOOK_SLEEP);
    const struct viz_bar *inner = bars_of(model, 0, 1, &count);
    assert_int_equal(count, 1);
    assert_string_equal(viz_bar_name(model, inner), "inner");
    assert_int_equal(model->rows[0].overlay_count, 0); /* a sleep is the span's work */
    assert_int_equal(model->rows[1].overlay_count, 1);
    assert_int_equal(model->bars[model->rows[1].first_overlay].begin_ns, 2000);
    assert_int_equal(model->lanes[0].work_ns, 6000); /* less what it waits */
    sample_free(&sample);
}

static void test_model__the_loop_has_a_lane_only_where_it_was_busy(void **state) {
    (void)state;
    for (int busy = 0; busy < 2; busy++) {
        struct sample sample;
        sample_run(&sample, "",
                   "{'cadran': 1, 'tasks': [{'name': 'worker', 'do': ["
                   " {'sleep': '1us'}, {'compute': '%dns'}]}]}",
                   busy * 500);
        assert_int_equal(sample.model->lane_count, 1 + busy);
        assert_int_equal(sample.model->looks[VIZ_LOOK_RUN], busy);
        sample_free(&sample);
    }
}

static void test_model__who_is_woken_while_the_loop_is_busy_is_ready(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'sleeper', 'do': [{'sleep': '1us'}]},"
               " {'name': 'cruncher', 'do': [{'sleep': '1us'}, {'compute': '3us'}]},"
               " {'name': 'late', 'do': [{'sleep': '1us'}]}]}");
    assert_true(sample.model->looks[VIZ_LOOK_READY]);
    uint32_t count;
    const struct viz_bar *bars = bars_of(sample.model, 3, 0, &count); /* the loop's is the first */
    assert_int_equal(count, 2);
    assert_int_equal(bars[1].look, VIZ_LOOK_READY);
    assert_int_equal(bars[1].begin_ns, 1000);
    assert_int_equal(bars[1].end_ns, 4000);
    sample_free(&sample);
}

static void test_model__bars_are_found_by_time(void **state) {
    (void)state;
    struct sample sample;
    sample_busy(&sample, 1000, 500); /* work from 0 to 500, sleep to 1000, ... */
    const struct viz_model *model = sample.model;
    const struct viz_row *row = &model->rows[0];
    assert_int_equal(row->bar_count, 2000);
    assert_int_equal(viz_bar_from(model, row->first_bar, row->bar_count, -5), row->first_bar);
    assert_int_equal(viz_bar_from(model, row->first_bar, row->bar_count, 500), row->first_bar);
    assert_int_equal(viz_bar_from(model, row->first_bar, row->bar_count, 501), row->first_bar + 1);
    assert_int_equal(viz_bar_from(model, row->first_bar, row->bar_count, 2000000),
                     row->first_bar + 2000);
    sample_free(&sample);
}

/* The largest value between two times, sample by sample; with the sign -1 the least, negated. */
static double slow_most(const struct trace_counter *counter, int64_t from, int64_t to, int sign) {
    double most = -INFINITY;
    double before = 0;
    int seen = 0;
    for (size_t i = 0; i < counter->sample_count; i++) {
        const struct trace_sample *sample = &counter->samples[i];
        if (sample->time_ns < from)
            before = sign * sample->value;
        seen |= sample->time_ns == from;
        if (sample->time_ns >= from && sample->time_ns <= to)
            most = fmax(most, sign * sample->value);
    }
    return seen ? most : fmax(most, before);
}

static void test_model__counters_give_their_range_in_any_stretch(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'objects': {'q': {'type': 'queue'}}, 'tasks': [{'name': 'x', 'do': ["
               " {'repeat': 1000, 'do': ["
               "  {'let': {'n': 'randint(0, 9)'}},"
               "  {'while': 'qsize(q) < n', 'do': [{'put_nowait': 'q'}]},"
               "  {'while': 'qsize(q) > n', 'do': [{'get_nowait': 'q'}]},"
               "  {'sleep': '10ns'}]}]}]}");
    uint32_t index = 0;
    while (strcmp(trace_text(sample.trace, sample.trace->counters[index].key), "size") != 0)
        index++;
    const struct trace_counter *counter = &sample.trace->counters[index];
    assert_true(counter->sample_count > 500);
    uint32_t random = 1;
    for (int i = 0; i < 2000; i++) {
        random = random * 1664525 + 1013904223;
        int64_t from = random >> 8 & 8191;
        random = random * 1664525 + 1013904223;
        int64_t to = from + (random >> 8 & 2047);
        double least;
        double most;
        viz_counter_range(sample.model, index, from, to, &least, &most);
        assert_true(most == slow_most(counter, from, to, 1));
        assert_true(least == -slow_most(counter, from, to, -1));
    }
    sample_free(&sample);
}

static double at_work_at(const struct sample *sample, int64_t time_ns) {
    return trace_counter_at(viz_counter(sample->model, sample->trace->open_spans), time_ns);
}

/* Three tasks and six spans, of which never more than two are at work. */
static void test_model__at_work_are_tasks_that_do_not_wait(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'objects': {'db': {'type': 'lock'}}, 'tasks': ["
               " {'name': 'job{i}', 'count': 3, 'do': [{'span': 'request {i}', 'do': ["
               "  {'with': 'db', 'do': [{'span': 'query', 'do': [{'sleep': '1s'}]}]},"
               "  {'sleep': '500ms'}]}]}]}");
    static const struct {
        int64_t time_ms;
        int at_work;
    } times[] = {{0, 1},    {600, 1},  {1000, 2}, {1499, 2},
                 {1500, 1}, {2200, 2}, {3200, 1}, {3500, 0}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        assert_int_equal(at_work_at(&sample, times[i].time_ms * 1000000), times[i].at_work);
    assert_int_equal(viz_counter(sample.model, sample.trace->open_spans)->max, 2);
    for (uint32_t lane = 0; lane < 3; lane++)
        assert_int_equal(sample.model->lanes[lane].work_ns, 3 * SAMPLE_SECOND / 2);
    sample_free(&sample);
}

/* At 1 s nine tasks have a span open, one after the other, and at no time two. */
static void test_model__a_peak_without_length_is_none(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'tasks': ["
               " {'name': 'first', 'do': [{'span': 'a', 'do': [{'sleep': 1}]}]},"
               " {'name': 'short{i}', 'count': 8, 'do': [{'sleep': 1}, {'span': 'b', 'do': []}]},"
               " {'name': 'last', 'do': [{'sleep': 1}, {'span': 'c', 'do': [{'sleep': 1}]}]}]}");
    const struct trace_counter *counter = viz_counter(sample.model, sample.trace->open_spans);
    assert_int_equal(counter->max, 1);
    assert_int_equal(counter->sample_count, 2); /* from 0 on one, from 2 s on none */
    double least;
    double most;
    viz_counter_range(sample.model, sample.trace->open_spans, 0, SAMPLE_SECOND, &least, &most);
    assert_true(least == 1 && most == 1);
    sample_free(&sample);
}

/* A queue that is filled and emptied within one instant was full, and one that is emptied and
 * filled again was empty. */
static void test_model__what_holds_for_an_instant_counts(void **state) {
    (void)state;
    struct sample sample;
    sample_run(
        &sample, "",
        "{'cadran': 1, 'objects': {'q': {'type': 'queue'}}, 'tasks': [{'name': 'x', 'do': ["
        " {'put_nowait': 'q'}, {'put_nowait': 'q'}, {'sleep': 1},"
        " {'repeat': 5, 'do': [{'put_nowait': 'q'}]}, {'repeat': 7, 'do': [{'get_nowait': 'q'}]},"
        " {'put_nowait': 'q'}, {'sleep': 1}]}]}");
    uint32_t index = 0;
    while (strcmp(trace_text(sample.trace, sample.trace->counters[index].key), "size") != 0)
        index++;
    double least;
    double most;
    viz_counter_range(sample.model, index, SAMPLE_SECOND, SAMPLE_SECOND + 1, &least, &most);
    assert_true(least == 0 && most == 7);
    viz_counter_range(sample.model, index, SAMPLE_SECOND + 1, 2 * SAMPLE_SECOND, &least, &most);
    assert_true(least == 1 && most == 1);
    sample_free(&sample);
}

static void test_model__density_is_high_where_there_is_work(void **state) {
    (void)state;
    struct sample sample;
    sample_window(&sample);
    const struct viz_density *density = &sample.model->density;
    assert_int_equal(density->rows, 8);
    int second = density->columns / 5;
    /* job7: waits until 3, works until 5. */
    const uint8_t *cells = density->cells + 7 * density->columns;
    assert_true(cells[second] > 0 && cells[second] < 128);
    assert_int_equal(cells[4 * second], 255);
    /* job0: works until 1. */
    assert_int_equal(density->cells[second / 2], 255);
    assert_int_equal(density->cells[2 * second], 0);
    sample_free(&sample);
}

/* Each step of a run, as details tell them: in lanes of one task, nothing else would be seen. */
static void test_model__instants_that_are_no_marks_are_counted(void **state) {
    (void)state;
    struct sample sample;
    sample_text(&sample,
                "[{'ph':'M','pid':1,'name':'cadran','args':{'trace':2,'scenario':'steps',"
                "'clock':'virtual','seed':0}},"
                "{'ph':'B','ts':0.000,'pid':1,'tid':1,'cat':'loop','name':'steps'},"
                "{'ph':'i','ts':0.000,'pid':1,'tid':1,'cat':'turn','name':'iteration','s':'t',"
                "'args':{'number':1}},"
                "{'ph':'i','ts':0.000,'pid':1,'tid':1,'cat':'print','name':'setup','s':'t'},"
                "{'ph':'B','ts':0.000,'pid':1,'tid':2,'cat':'task','name':'a'},"
                "{'ph':'i','ts':0.000,'pid':1,'tid':2,'cat':'object','name':'lock','s':'t',"
                "'args':{'object':1,'type':'lock'}},"
                "{'ph':'i','ts':0.000,'pid':1,'tid':2,'cat':'operation','name':'acquire','s':'t'},"
                "{'ph':'i','ts':1.000,'pid':1,'tid':2,'cat':'wake','name':'wakes','s':'t'},"
                "{'ph':'i','ts':1.000,'pid':1,'tid':2,'cat':'operation','name':'release','s':'t'},"
                "{'ph':'i','ts':1.000,'pid':1,'tid':2,'cat':'timeout','name':'timeout','s':'t'},"
                "{'ph':'E','ts':2.000,'pid':1,'tid':2,'cat':'task','name':'a',"
                "'args':{'outcome':'returned'}},"
                "{'ph':'E','ts':2.000,'pid':1,'tid':1,'cat':'loop','name':'steps'}]");
    const struct viz_model *model = sample.model;
    assert_int_equal(model->lane_count, 1);
    assert_int_equal(model->lanes[0].mark_count, 1);
    assert_int_equal(model->mark_count, 2);
    size_t end;
    size_t at = viz_mark_from(model, 0, 1000, &end);
    assert_int_equal(end - at, 1);
    assert_int_equal(sample.trace->instants[model->marks[at]].category, TRACE_CATEGORY_TIMEOUT);
    /* What the loop printed is of no lane. */
    at = viz_mark_from(model, TRACE_NO_INDEX, -1, &end);
    assert_int_equal(end - at, 1);
    assert_int_equal(sample.trace->instants[model->marks[at]].category, TRACE_CATEGORY_PRINT);
    char hidden[VIZ_HIDDEN_SIZE];
    viz_hidden_text(model, hidden);
    assert_string_equal(hidden, "1 turn, 2 operation");
    sample_free(&sample);
}

static void test_model__every_level_of_spans_has_a_row(void **state) {
    (void)state;
    enum { LEVELS = 200 };
    char text[32768];
    size_t length = (size_t)snprintf(text, sizeof text, "[");
    for (int i = 0; i < LEVELS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s{'ph':'X','ts':%d,'dur':%d,'pid':1,'tid':1,'name':'level'}",
                                   i > 0 ? "," : "", i, 2 * (LEVELS - i));
    snprintf(text + length, sizeof text - length, "]");
    struct sample sample;
    sample_text(&sample, text);
    assert_int_equal(sample.model->row_count, LEVELS);
    assert_int_equal(sample.model->bar_count, LEVELS);
    sample_free(&sample);
}

static void test_model__a_trace_of_nothing_is_a_model_of_nothing(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "", "{'cadran': 1, 'tasks': []}");
    assert_int_equal(sample.model->lane_count, 0);
    assert_int_equal(sample.model->row_count, 0);
    assert_int_equal(sample.model->end_ns, 0);
    sample_free(&sample);
}

static void test_model__what_was_open_at_a_cut_is_marked(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'worker', 'do': ["
               " {'sleep': '1us'}, {'span': 'work', 'do': [{'sleep': '4us'},"
               "  {'print': 'still here'}, {'sleep': '4us'}, {'print': 'not any more'}]}]}]}");
    sample_cut(&sample, ",\n{\"ph\":\"E\",\"ts\":9.000");
    assert_int_equal(sample.model->bar_count, 2);
    assert_int_equal(sample.model->bars[0].flags, 0);
    assert_int_equal(sample.model->bars[1].flags, VIZ_BAR_OPEN);
    assert_int_equal(sample.model->bars[1].end_ns, 5000);
    sample_free(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model__window_has_a_lane_a_job),
        cmocka_unit_test(test_model__durations_are_classes),
        cmocka_unit_test(test_model__jitter_makes_no_class),
        cmocka_unit_test(test_model__short_durations_are_classes_too),
        cmocka_unit_test(test_model__many_durations_are_ranges),
        cmocka_unit_test(test_model__lengths_of_zero_and_of_centuries_have_a_class),
        cmocka_unit_test(test_model__nested_spans_have_rows_and_waits_in_them_overlays),
        cmocka_unit_test(test_model__the_loop_has_a_lane_only_where_it_was_busy),
        cmocka_unit_test(test_model__who_is_woken_while_the_loop_is_busy_is_ready),
        cmocka_unit_test(test_model__bars_are_found_by_time),
        cmocka_unit_test(test_model__counters_give_their_range_in_any_stretch),
        cmocka_unit_test(test_model__at_work_are_tasks_that_do_not_wait),
        cmocka_unit_test(test_model__a_peak_without_length_is_none),
        cmocka_unit_test(test_model__what_holds_for_an_instant_counts),
        cmocka_unit_test(test_model__density_is_high_where_there_is_work),
        cmocka_unit_test(test_model__instants_that_are_no_marks_are_counted),
        cmocka_unit_test(test_model__every_level_of_spans_has_a_row),
        cmocka_unit_test(test_model__a_trace_of_nothing_is_a_model_of_nothing),
        cmocka_unit_test(test_model__what_was_open_at_a_cut_is_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
