#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view.h"

#include <math.h>

static const struct viz_extent five_seconds = {.end_ns = 5e9, .rows = 100, .visible_rows = 20};

static void test_view__fit_shows_everything_with_air(void **state) {
    (void)state;
    struct viz_view view;
    viz_view_fit(&view, &five_seconds);
    assert_true(viz_view_shows_all_time(&view, &five_seconds));
    assert_true(view.begin_ns < 0 && view.begin_ns > -0.2e9);
    assert_true(view.begin_ns + view.length_ns > 5e9 && view.length_ns < 5.5e9);
    assert_true(view.first_row == 0);
}

static void test_view__zoom_keeps_the_anchor(void **state) {
    (void)state;
    for (double anchor = 0.2; anchor < 0.9; anchor += 0.1) {
        struct viz_view view;
        viz_view_fit(&view, &five_seconds);
        double at = view.begin_ns + anchor * view.length_ns;
        for (int i = 0; i < 60; i++) {
            viz_view_zoom(&view, &five_seconds, anchor, 0.8);
            assert_true(fabs(view.begin_ns + anchor * view.length_ns - at) < 0.01);
        }
        /* As deep as it goes. */
        for (int i = 0; i < 60; i++)
            viz_view_zoom(&view, &five_seconds, anchor, 0.8);
        assert_true(view.length_ns == VIZ_LENGTH_MIN_NS);
        assert_true(fabs(view.begin_ns + anchor * view.length_ns - at) < 0.01);
        for (int i = 0; i < 200; i++)
            viz_view_zoom(&view, &five_seconds, anchor, 1.25);
        assert_true(viz_view_shows_all_time(&view, &five_seconds));
    }
}

static void test_view__pan_stops_where_there_is_nothing_more(void **state) {
    (void)state;
    struct viz_view view;
    viz_view_fit(&view, &five_seconds);
    viz_view_zoom(&view, &five_seconds, 0.5, 0.1);
    double length = view.length_ns;
    for (int i = 0; i < 100; i++)
        viz_view_pan(&view, &five_seconds, -1);
    assert_true(view.begin_ns < 0 && view.begin_ns + length > 0.3 * length);
    for (int i = 0; i < 100; i++)
        viz_view_pan(&view, &five_seconds, 1);
    assert_true(view.begin_ns < 5e9 - 0.3 * length && view.begin_ns + length > 5e9);
    assert_true(view.length_ns == length);
}

static void test_view__scroll_stops_at_the_first_and_last_row(void **state) {
    (void)state;
    struct viz_view view;
    viz_view_fit(&view, &five_seconds);
    viz_view_scroll(&view, &five_seconds, -3);
    assert_true(view.first_row == 0);
    viz_view_scroll(&view, &five_seconds, 1000);
    assert_true(view.first_row == 80);
    struct viz_extent few = {.end_ns = 5e9, .rows = 3, .visible_rows = 20};
    viz_view_clamp(&view, &few);
    assert_true(view.first_row == 0);
}

static void test_view__show_takes_times_in_either_order(void **state) {
    (void)state;
    struct viz_view view;
    viz_view_fit(&view, &five_seconds);
    viz_view_show(&view, &five_seconds, 3e9, 2e9);
    assert_true(view.begin_ns == 2e9 && view.length_ns == 1e9);
    viz_view_show(&view, &five_seconds, 2e9, 2e9);
    assert_true(view.length_ns == VIZ_LENGTH_MIN_NS);
    assert_true(view.begin_ns < 2e9 && view.begin_ns + view.length_ns > 2e9);
}

static void test_view__reveal_moves_only_as_far_as_needed(void **state) {
    (void)state;
    struct viz_view view;
    viz_view_fit(&view, &five_seconds);
    viz_view_show(&view, &five_seconds, 1e9, 2e9);
    viz_view_reveal(&view, &five_seconds, 5, 1.2e9, 1.8e9);
    assert_true(view.begin_ns == 1e9 && view.first_row == 0);
    viz_view_reveal(&view, &five_seconds, 50, 3e9, 3.1e9);
    assert_true(view.begin_ns < 3e9 && view.begin_ns + view.length_ns > 3.1e9);
    assert_true(view.first_row == 31);
    viz_view_reveal(&view, &five_seconds, 30, 3e9, 3.1e9);
    assert_true(view.first_row == 30);
}

static void test_view__a_trace_without_length_can_be_shown(void **state) {
    (void)state;
    struct viz_extent nothing = {.end_ns = 0, .rows = 1, .visible_rows = 20};
    struct viz_view view;
    viz_view_fit(&view, &nothing);
    assert_true(view.length_ns > 0);
    viz_view_zoom(&view, &nothing, 0.5, 0.5);
    viz_view_pan(&view, &nothing, 1);
    assert_true(isfinite(view.begin_ns) && view.length_ns > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_view__fit_shows_everything_with_air),
        cmocka_unit_test(test_view__zoom_keeps_the_anchor),
        cmocka_unit_test(test_view__pan_stops_where_there_is_nothing_more),
        cmocka_unit_test(test_view__scroll_stops_at_the_first_and_last_row),
        cmocka_unit_test(test_view__show_takes_times_in_either_order),
        cmocka_unit_test(test_view__reveal_moves_only_as_far_as_needed),
        cmocka_unit_test(test_view__a_trace_without_length_can_be_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
