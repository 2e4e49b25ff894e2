/* Which lanes are shown: filters, groups, folding, order, pins. */
#include "viz/viz_test.h"

#include "band.h"
#include "describe.h"
#include "input.h"
#include "shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Twelve workers that take turns at two places, and three readers; the boss makes four helpers. */
static void open_crew(struct stage *stage, int width, int height) {
    sample_run(&stage->sample, "",
               "{'cadran': 1, 'name': 'crew', 'objects': {'place': {'type': 'semaphore',"
               " 'value': 2}}, 'coroutines': {'help': {'params': ['k'], 'do':"
               "  [{'span': 'help {k}', 'do': [{'sleep': '10ms'}]}]}}, 'tasks': ["
               " {'name': 'worker{i}', 'count': 12, 'do': [{'with': 'place', 'do':"
               "  [{'span': 'work', 'do': [{'sleep': '(12 - i) * 100ms'}]}]}]},"
               " {'name': 'reader-{i}', 'count': 3, 'do': [{'span': 'read', 'do':"
               "  [{'sleep': 1}, {'with': 'place', 'do': []}]}]},"
               " {'name': 'boss', 'do': [{'spawn': 'help', 'name': 'helper{k}', 'count': 4,"
               "  'index': 'k', 'args': {'k': '{k}'}, 'as': 'all'}, {'gather': 'all'}]}]}");
    stage_open(stage, width, height);
}

static void press(struct stage *stage, const char *key) {
    assert_int_equal(viz_input_key(&stage->state, key), VIZ_REDRAW);
    stage_update(stage);
}

static void filter(struct stage *stage, const char *text) {
    press(stage, "/");
    viz_input_text(&stage->state, text);
    press(stage, "Ctrl+Return");
}

static uint32_t lane_named(const struct stage *stage, const char *name) {
    uint32_t lane = viz_find_lane(stage->sample.model, name);
    assert_int_not_equal(lane, TRACE_NO_INDEX);
    return lane;
}

static uint32_t place_of(const struct stage *stage, const char *name) {
    uint32_t lane = lane_named(stage, name);
    return viz_place_of_row(stage->state.frame.arrangement,
                            stage->sample.model->lanes[lane].first_row);
}

/* The middle of a place, beside the lanes. */
static int middle_of(const struct stage *stage, uint32_t place) {
    const struct viz_frame *frame = &stage->state.frame;
    return frame->lanes.y + (int)((place + 0.5 - stage->state.view.first_row) * frame->row_px);
}

static void click(struct stage *stage, int x, int y) {
    struct viz_input input = {.drag = NULL};
    viz_input_move(&input, &stage->state, x, y);
    viz_input_press(&input, &stage->state, x, y, false, false);
    viz_input_release(&input, &stage->state);
    stage_update(stage);
}

/* --- Groups --------------------------------------------------------------------------------- */

static void test_lanes__families_of_names_are_folded(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    assert_null(stage.state.frame.arrangement);
    press(&stage, "G");
    const struct viz_arrangement *arrangement = stage.state.frame.arrangement;
    assert_int_equal(arrangement->group_count, 3);
    assert_string_equal(viz_group_name(arrangement, 0), "worker*");
    assert_int_equal(arrangement->groups[0].count, 12);
    assert_string_equal(viz_group_name(arrangement, 1), "reader-*");
    assert_string_equal(viz_group_name(arrangement, 2), "helper*");
    assert_int_equal(arrangement->count, 4); /* and the boss */
    assert_int_equal(place_of(&stage, "worker11"), 0);
    assert_non_null(stage_text(&stage, "worker*"));
    assert_non_null(stage_text(&stage, "boss"));
    assert_null(stage_text(&stage, "worker3"));
    assert_non_null(stage_text(&stage, "3 groups by name"));
    stage_close(&stage);
}

static void test_lanes__groups_are_of_parents_and_of_work_too(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    press(&stage, "G");
    press(&stage, "G");
    const struct viz_arrangement *arrangement = stage.state.frame.arrangement;
    assert_int_equal(arrangement->group_count, 2);
    assert_string_equal(viz_group_name(arrangement, 0), "");
    assert_int_equal(arrangement->groups[0].count, 16);
    assert_string_equal(viz_group_name(arrangement, 1), "boss");
    assert_non_null(stage_text(&stage, "by boss"));
    press(&stage, "G");
    arrangement = stage.state.frame.arrangement;
    assert_int_equal(arrangement->group_count, 3); /* "help *", of all helpers */
    assert_string_equal(viz_group_name(arrangement, 2), "help *");
    press(&stage, "G");
    assert_null(stage.state.frame.arrangement);
    press(&stage, "Shift+G");
    assert_int_equal(stage.state.choice.grouping, VIZ_GROUPING_WORK);
    stage_close(&stage);
}

static void test_lanes__a_click_and_keys_unfold(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    press(&stage, "G");
    click(&stage, 20, middle_of(&stage, 1)); /* the readers */
    const struct viz_arrangement *arrangement = stage.state.frame.arrangement;
    assert_false(arrangement->groups[1].folded);
    assert_int_equal(arrangement->count, 7);
    assert_int_equal(place_of(&stage, "reader-1"), 3);
    assert_non_null(stage_text(&stage, "reader-1"));
    stage.state.ui.pointer = false;
    stage.state.ui.selected =
        (struct viz_id){.kind = VIZ_ID_LANE, .index = lane_named(&stage, "reader-2")};
    press(&stage, "X");
    assert_int_equal(stage.state.frame.arrangement->count, 4);
    press(&stage, "Shift+X");
    assert_int_equal(stage.state.frame.arrangement->count, 23); /* with none open all are opened */
    stage_close(&stage);
}

static void test_lanes__all_groups_fold_and_unfold_at_once(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    press(&stage, "G");
    press(&stage, "Shift+X");
    assert_int_equal(stage.state.frame.arrangement->count, 20 + 3);
    press(&stage, "Shift+X");
    assert_int_equal(stage.state.frame.arrangement->count, 4);
    stage_close(&stage);
}

/* In a folded group one that failed is seen, at its time, and how many did; so are waits that
 * nobody will end. */
static void test_lanes__a_folded_group_hides_no_failure(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': ["
               " {'name': 'w{i}', 'count': 40, 'do': [{'sleep': '1 + i'},"
               "  {'if': 'i == 7 or i > 37', 'then': [{'raise': 'ValueError'}]}]},"
               " {'name': 'main', 'do': [{'sleep': 50}]}]}");
    stage_open(&stage, 1280, 720);
    press(&stage, "G");
    const struct viz_group *group = &stage.state.frame.arrangement->groups[0];
    assert_true(group->folded);
    assert_int_equal(group->failed, 3);
    assert_int_equal(stage_count(&stage, VIZ_CROSS, VIZ_ALERT), 1 + 2);
    const struct viz_prim *number = stage_text(&stage, "2"); /* the last two are one mark */
    assert_non_null(number);
    assert_int_equal(number->role, VIZ_ALERT);
    assert_non_null(stage_text(&stage, "3"));
    size_t at = stage_find(&stage, 0, VIZ_CROSS, VIZ_ALERT);
    int x = (int)viz_x_of(&stage.state.frame, &stage.state.view, 8.0 * SAMPLE_SECOND);
    assert_true(abs(stage.state.scene.prims[at].at.x - x) <= 2);
    assert_int_equal(stage.state.scene.prims[at].shows.kind, VIZ_ID_GROUP);
    press(&stage, "Shift+X"); /* unfolded each lane has its own, and the head its number */
    assert_int_equal(stage_count(&stage, VIZ_CROSS, VIZ_ALERT), 3 + 1);
    stage_close(&stage);
}

static void test_lanes__a_folded_group_hides_no_wait_without_an_end(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'go': {'type': 'event'}}, 'tasks': ["
               " {'name': 'w{i}', 'count': 9, 'do': [{'sleep': 1},"
               "  {'if': 'i %% 3 == 0', 'then': [{'wait': 'go'}]}]},"
               " {'name': 'main', 'do': [{'sleep': 2}]}]}");
    stage_open(&stage, 1280, 720);
    press(&stage, "G");
    assert_int_equal(stage.state.frame.arrangement->groups[0].stuck, 3);
    const struct viz_prim *words = stage_text(&stage, "3 wait");
    assert_non_null(words);
    assert_true(words->at.x > viz_x_of(&stage.state.frame, &stage.state.view,
                                       (double)stage.sample.model->end_ns));
    assert_non_null(stage_text(&stage, "3"));
    stage_close(&stage);
}

/* Where names have no room their lanes give way: a head is what says that there is a group. */
static void test_lanes__heads_of_open_groups_have_their_names(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': ["
               " {'name': 'first{i}', 'count': 41, 'do': [{'sleep': 1}]},"
               " {'name': 'next{i}', 'count': 43, 'do': [{'sleep': 1}]},"
               " {'name': 'last{i}', 'count': 44, 'do': [{'sleep': 1}]}]}");
    stage_open(&stage, 1280, 720);
    press(&stage, "G");
    press(&stage, "Shift+X");
    press(&stage, "F");
    assert_true(stage.state.frame.row_px < (double)STAGE_LINE);
    static const char *const heads[] = {"first*", "next*", "last*"};
    for (int i = 0; i < 3; i++)
        assert_non_null(stage_text(&stage, heads[i]));
    stage_close(&stage);
}

/* A cell of a folded group is, to a float's precision, what its lanes do then. */
static void test_lanes__a_folded_group_shows_shares_of_time(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    press(&stage, "G");
    const struct viz_model *model = stage.sample.model;
    const struct viz_arrangement *arrangement = stage.state.frame.arrangement;
    const struct viz_band *band = &stage.state.scene.groups[0].band;
    const struct viz_group *group = &arrangement->groups[0];
    assert_int_equal(stage.state.scene.groups[0].group, 0);
    for (int x = 0; x < band->columns; x++) {
        double from_ns = band->begin_ns + x * band->cell_ns;
        struct viz_shares all = {{0}};
        for (uint32_t i = 0; i < group->count; i++) {
            const struct viz_lane *lane = &model->lanes[arrangement->lanes[group->first + i]];
            struct viz_shares one = viz_shares_of_row(model, &model->rows[lane->first_row], from_ns,
                                                      from_ns + band->cell_ns);
            for (int look = 0; look < VIZ_LOOK_COUNT; look++)
                all.ns[look] += one.ns[look] / band->cell_ns / group->count;
        }
        double work = 0;
        for (int k = 0; k < VIZ_COLOUR_COUNT; k++)
            work += (double)band->shares[x][k];
        assert_true(fabs(work - all.ns[VIZ_LOOK_SPAN]) < 1e-4);
        assert_true(fabs((double)band->shares[x][VIZ_BAND_WAITS] - all.ns[VIZ_LOOK_WAIT]) < 1e-4);
    }
    /* What it shows is the group's, and moving the pointer makes it no more. */
    const float *before = band->shares[0];
    stage_update(&stage);
    assert_ptr_equal(before, stage.state.scene.groups[0].band.shares[0]);
    const struct viz_frame *frame = &stage.state.frame;
    struct viz_id id = stage_hit(&stage, frame->lanes.x + frame->lanes.w / 3, middle_of(&stage, 0));
    assert_int_equal(id.kind, VIZ_ID_GROUP);
    struct viz_description said;
    assert_true(viz_describe_arranged(model, arrangement, id, &said));
    assert_string_equal(said.heading, "worker*");
    assert_string_equal(said.facts[0].value, "12");
    stage_close(&stage);
}

/* --- The filter ----------------------------------------------------------------------------- */

static void test_lanes__a_filter_hides_and_says_how_many(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    filter(&stage, "name:reader-*");
    assert_null(stage.state.ui.search);
    assert_int_equal(stage.state.frame.arrangement->count, 3);
    assert_non_null(stage_text(&stage, "Only name:reader-*  \xC2\xB7  17 of 20 lanes hidden"));
    assert_int_equal(place_of(&stage, "boss"), TRACE_NO_INDEX);
    press(&stage, "Ctrl+Return"); /* with nothing searched for all are back */
    assert_null(stage.state.frame.arrangement);
    filter(&stage, "wait:place");
    assert_int_equal(stage.state.frame.arrangement->lane_count, 10 + 3); /* two did not wait */
    press(&stage, "G");
    press(&stage, "R");
    press(&stage, "Shift+F");
    assert_null(stage.state.frame.arrangement);
    filter(&stage, "nobody");
    assert_int_equal(stage.state.frame.arrangement->count, 0);
    assert_non_null(stage_text(&stage, "Only nobody  \xC2\xB7  20 of 20 lanes hidden"));
    assert_non_null(stage_text(&stage, "No lane has what the filter asks for"));
    press(&stage, "N"); /* whatever is pressed there */
    press(&stage, "J");
    filter(&stage, "state:asleep"); /* is no state: the search says so, and stays open */
    assert_string_equal(stage.state.choice.filter, "nobody");
    assert_non_null(stage.state.ui.search);
    stage_close(&stage);
}

static void test_lanes__the_words_have_a_cross(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    stage.state.ui.interactive = true;
    filter(&stage, "reader");
    press(&stage, "R");
    const struct viz_prim *text = stage_text(&stage, "Order: by start");
    assert_non_null(text);
    click(&stage, text->at.x + 1, text->at.y + 1);
    assert_int_equal(stage.state.choice.ordering, VIZ_ORDERING_TRACE);
    text = stage_text(&stage, "Only reader  \xC2\xB7  17 of 20 lanes hidden");
    click(&stage, text->at.x + 1, text->at.y + 1);
    assert_null(stage.state.frame.arrangement);
    assert_int_equal(stage.state.frame.chosen.h, 0);
    stage_close(&stage);
}

/* What is gone to can be seen: in a group that was folded, or behind the filter. */
static void test_lanes__what_is_gone_to_is_shown(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    press(&stage, "G");
    press(&stage, "/");
    viz_input_text(&stage.state, "name:worker7");
    press(&stage, "Return");
    assert_false(stage.state.frame.arrangement->groups[0].folded);
    assert_int_equal(stage.state.ui.selected.index, lane_named(&stage, "worker7"));
    press(&stage, "Escape");
    filter(&stage, "reader");
    press(&stage, "/");
    viz_input_text(&stage.state, "name:worker7");
    press(&stage, "Return");
    assert_string_equal(stage.state.choice.filter, "");
    assert_int_equal(place_of(&stage, "worker7"), 1 + 7);
    stage_close(&stage);
}

/* --- Order ---------------------------------------------------------------------------------- */

static void test_lanes__are_ordered(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    const struct viz_model *model = stage.sample.model;
    for (int i = 1; i < VIZ_ORDERING_COUNT; i++) {
        press(&stage, "R");
        const struct viz_arrangement *arrangement = stage.state.frame.arrangement;
        assert_int_equal(stage.state.choice.ordering, i);
        assert_int_equal(arrangement->lane_count, model->lane_count);
        for (size_t k = 1; k < arrangement->lane_count; k++) {
            uint32_t above = arrangement->lanes[k - 1];
            uint32_t below = arrangement->lanes[k];
            const struct viz_lane *a = &model->lanes[above];
            const struct viz_lane *b = &model->lanes[below];
            int64_t more = i == VIZ_ORDERING_WAITED   ? a->wait_ns - b->wait_ns
                           : i == VIZ_ORDERING_WORKED ? a->work_ns - b->work_ns
                           : i == VIZ_ORDERING_DURATION
                               ? a->end_ns - a->begin_ns - b->end_ns + b->begin_ns
                               : 1;
            assert_true(more > 0 || (more == 0 && above < below)); /* equal ones stay */
        }
    }
    press(&stage, "R");
    assert_null(stage.state.frame.arrangement);
    press(&stage, "Shift+R");
    assert_int_equal(stage.state.choice.ordering, VIZ_ORDERING_CRITICAL);
    stage.state.choice.ordering = VIZ_ORDERING_NAME;
    (void)viz_state_arrange(&stage.state);
    assert_int_equal(place_of(&stage, "boss"), 0);
    assert_int_equal(place_of(&stage, "worker2") + 8, place_of(&stage, "worker10"));
    stage_close(&stage);
}

/* From lane to lane as they stand. */
static void test_lanes__one_goes_through_them_as_they_stand(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    press(&stage, "G");
    press(&stage, "J"); /* the only lane with a place of its own */
    assert_int_equal(stage.state.ui.selected.index, lane_named(&stage, "boss"));
    press(&stage, "J");
    assert_int_equal(stage.state.ui.selected.index, lane_named(&stage, "boss"));
    assert_int_equal(stage.state.frame.arrangement->count, 4);
    stage_close(&stage);
}

/* --- Pins ----------------------------------------------------------------------------------- */

static void test_lanes__pins_stay_at_the_top(void **state) {
    (void)state;
    struct stage stage;
    open_crew(&stage, 1280, 720);
    stage.state.ui.selected =
        (struct viz_id){.kind = VIZ_ID_LANE, .index = lane_named(&stage, "boss")};
    press(&stage, "B");
    const struct viz_frame *frame = &stage.state.frame;
    assert_true(frame->pins.h > 0);
    assert_int_equal(frame->pins.y + frame->pins.h, frame->lanes.y);
    int y = frame->pins.y + frame->pins.h / 2;
    struct viz_id id = stage_hit(&stage, 20, y);
    assert_int_equal(id.kind, VIZ_ID_LANE);
    assert_int_equal(id.index, lane_named(&stage, "boss"));
    id = stage_hit(&stage, frame->lanes.x + 20, y);
    assert_int_equal(viz_lane_of(stage.sample.model, id), lane_named(&stage, "boss"));
    /* Whatever hides the others. */
    filter(&stage, "reader");
    assert_int_equal(stage_hit(&stage, 20, stage.state.frame.pins.y + 10).index,
                     lane_named(&stage, "boss"));
    press(&stage, "B");
    assert_int_equal(stage.state.frame.pins.h, 0);
    stage_close(&stage);
}

/* --- Low rows and the map ------------------------------------------------------------------- */

static void test_lanes__thousands_are_grouped_and_filtered(void **state) {
    (void)state;
    struct stage stage;
    sample_lanes(&stage.sample, 3000);
    stage_open(&stage, 1280, 720);
    assert_int_equal(stage_count(&stage, VIZ_DENSITY, -1), 1);
    press(&stage, "G");
    assert_int_equal(stage.state.frame.arrangement->group_count, 1);
    assert_int_equal(stage_count(&stage, VIZ_DENSITY, -1), 0);
    press(&stage, "Shift+X");
    assert_int_equal(stage_count(&stage, VIZ_DENSITY, -1), 1);
    assert_int_equal(stage.state.scene.dense_source.arranged,
                     stage.state.choice.arrangement.changes);
    filter(&stage, "name:task-1*");
    assert_int_equal(stage.state.frame.arrangement->lane_count, 1111);
    press(&stage, "]"); /* not all can be seen: the map is of those that are shown */
    for (int i = 0; i < 30; i++)
        press(&stage, "]");
    assert_true(stage.state.frame.minimap.h > 0);
    assert_int_equal(stage.state.scene.densities[0]->rows, 48);
    assert_ptr_equal(stage.state.scene.densities[0], &stage.state.choice.arrangement.map);
    stage_close(&stage);
}

/* Adds a row to an empty band, and settles it. */
static void fill_band(struct viz_band *band, const struct viz_model *model, size_t row) {
    viz_band_add_row(band, model, &model->rows[row]);
    viz_band_settle(band);
    viz_band_spread(band);
}

/* Of a band that has been used before nothing stays. */
static void test_lanes__a_band_that_was_cleared_is_as_a_new_one(void **state) {
    (void)state;
    enum { COLUMNS = 90 };
    struct sample sample;
    sample_window(&sample);
    double all_ns = (double)sample.model->end_ns;
    for (int part = 1; part <= 16; part *= 2) {
        struct viz_band used, fresh;
        double begin_ns = part > 1 ? all_ns / 3 : -all_ns / 10;
        double cell_ns = 1.2 * all_ns / part / (double)COLUMNS;
        assert_true(viz_band_open(&used, COLUMNS, begin_ns, cell_ns));
        for (size_t row = 0; row < sample.model->row_count; row++) {
            assert_true(viz_band_open(&fresh, COLUMNS, begin_ns, cell_ns));
            viz_band_clear(&used);
            fill_band(&used, sample.model, row);
            fill_band(&fresh, sample.model, row);
            assert_memory_equal(used.shares, fresh.shares, COLUMNS * sizeof *used.shares);
            viz_band_close(&fresh);
        }
        viz_band_close(&used);
    }
    sample_free(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lanes__families_of_names_are_folded),
        cmocka_unit_test(test_lanes__groups_are_of_parents_and_of_work_too),
        cmocka_unit_test(test_lanes__a_click_and_keys_unfold),
        cmocka_unit_test(test_lanes__all_groups_fold_and_unfold_at_once),
        cmocka_unit_test(test_lanes__heads_of_open_groups_have_their_names),
        cmocka_unit_test(test_lanes__a_folded_group_shows_shares_of_time),
        cmocka_unit_test(test_lanes__a_band_that_was_cleared_is_as_a_new_one),
        cmocka_unit_test(test_lanes__a_folded_group_hides_no_failure),
        cmocka_unit_test(test_lanes__a_folded_group_hides_no_wait_without_an_end),
        cmocka_unit_test(test_lanes__a_filter_hides_and_says_how_many),
        cmocka_unit_test(test_lanes__the_words_have_a_cross),
        cmocka_unit_test(test_lanes__what_is_gone_to_is_shown),
        cmocka_unit_test(test_lanes__are_ordered),
        cmocka_unit_test(test_lanes__one_goes_through_them_as_they_stand),
        cmocka_unit_test(test_lanes__pins_stay_at_the_top),
        cmocka_unit_test(test_lanes__thousands_are_grouped_and_filtered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
