/* How a row's time is spent, against a walk over all of its bars. */
#include "viz_test.h"

#include "shares.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The part of a bar between two times. */
static double part_of(const struct viz_bar *bar, double from_ns, double to_ns) {
    double begin = fmax((double)bar->begin_ns, from_ns);
    double end = fmin((double)bar->end_ns, to_ns);
    return end > begin ? end - begin : 0;
}

static struct viz_shares walk(const struct viz_model *model, const struct viz_row *row,
                              double from_ns, double to_ns) {
    struct viz_shares shares = {{0}};
    uint32_t end = row->first_bar + row->bar_count;
    for (uint32_t i = row->first_bar; i < end; i++)
        shares.ns[model->bars[i].look] += part_of(&model->bars[i], from_ns, to_ns);
    end = row->first_overlay + row->overlay_count;
    for (uint32_t i = row->first_overlay; i < end; i++) {
        double inside = part_of(&model->bars[i], from_ns, to_ns);
        shares.ns[VIZ_LOOK_SPAN] -= inside;
        shares.ns[VIZ_LOOK_WAIT] += inside;
    }
    return shares;
}

static double between(double low, double high) {
    return low + (high - low) * (rand() / (RAND_MAX + 1.0));
}

/* Any two times, also beyond the ends, within one nanosecond, and at the edges of bars. */
static void check_rows(const struct viz_model *model) {
    double end_ns = (double)model->end_ns;
    for (size_t r = 0; r < model->row_count; r++) {
        const struct viz_row *row = &model->rows[r];
        for (int tried = 0; tried < 300; tried++) {
            double from = between(-0.1 * end_ns, 1.1 * end_ns);
            double to = from + between(0, tried % 3 == 0 ? 3 : end_ns / (1 + tried % 50));
            if (tried % 4 == 0 && row->bar_count > 0) {
                from =
                    (double)model->bars[row->first_bar + (uint32_t)tried % row->bar_count].begin_ns;
                to = floor(to);
                to = to > from ? to : from + 1;
            }
            struct viz_shares found = viz_shares_of_row(model, row, from, to);
            struct viz_shares expected = walk(model, row, from, to);
            for (int look = 0; look < VIZ_LOOK_COUNT; look++)
                assert_true(fabs(found.ns[look] - expected.ns[look]) < 1e-3);
        }
    }
}

static void test_shares__are_those_of_a_walk(void **state) {
    (void)state;
    void (*const samples[])(struct sample *) = {sample_window, sample_deadlock};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct sample sample;
        samples[i](&sample);
        check_rows(sample.model);
        sample_free(&sample);
    }
    struct sample sample;
    sample_busy(&sample, 3000, 1000);
    check_rows(sample.model);
    sample_free(&sample);
}

/* Waits, sleeps and moments inside spans that are inside spans. */
static void test_shares__waits_inside_spans_are_no_work(void **state) {
    (void)state;
    struct sample sample;
    sample_run(&sample, "",
               "{'cadran': 1, 'objects': {'l': {'type': 'lock'}}, 'tasks': [{'name': 't{i}',"
               " 'count': 3, 'do': [{'span': 'outer', 'do': [{'repeat': 60, 'do': ["
               "  {'sleep': 'uniform(0, 0.01)'}, {'span': 'inner', 'do': []},"
               "  {'with': 'l', 'do': [{'span': 'held', 'do': [{'sleep': 0.002}]}]}]}]}]}]}");
    check_rows(sample.model);
    /* All of the outer span that is not waited away is work, and the map of it says so. */
    const struct viz_lane *lane = &sample.model->lanes[0];
    struct viz_shares all = viz_shares_of_row(sample.model, &sample.model->rows[lane->first_row], 0,
                                              (double)sample.model->end_ns);
    assert_true(lane->wait_ns > 0);
    assert_true(all.ns[VIZ_LOOK_WAIT] == (double)lane->wait_ns);
    assert_true(all.ns[VIZ_LOOK_SPAN] == (double)lane->work_ns);
    sample_free(&sample);
}

/* Twenty lanes of 73 years, which are as many as a trace can have: all of them together are more
 * than fits. */
static void test_shares__of_lanes_that_are_too_long_together(void **state) {
    (void)state;
    enum { LANES = 20, BARS = 100 };
    static char text[LANES * BARS * 80];
    size_t length = (size_t)sprintf(text, "[");
    for (int lane = 0; lane < LANES; lane++)
        for (int bar = 0; bar < BARS; bar++)
            length += (size_t)sprintf(text + length,
                                      "%s{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%d0000000000000,"
                                      "\"dur\":20000000000000}",
                                      length > 1 ? ",\n" : "", lane + 1, 2 * bar + 1);
    sprintf(text + length, "]");
    struct sample sample;
    sample_text(&sample, text);
    for (uint32_t lane = 0; lane < sample.model->lane_count; lane++) {
        const struct viz_row *row = &sample.model->rows[sample.model->lanes[lane].first_row];
        struct viz_shares all = viz_shares_of_bars(sample.model, row->first_bar, row->bar_count);
        assert_true(all.ns[VIZ_LOOK_SPAN] == (double)(row->bar_count * INT64_C(20000000000000000)));
    }
    sample_free(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares__are_those_of_a_walk),
        cmocka_unit_test(test_shares__waits_inside_spans_are_no_work),
        cmocka_unit_test(test_shares__of_lanes_that_are_too_long_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
