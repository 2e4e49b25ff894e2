/* The job-sequencing table in the window: it is the one that `cadran table` prints, and follows
 * what one looks at. */
#include "viz/viz_test.h"

#include "input.h"
#include "painter.h"

#include <stdlib.h>
#include <string.h>

static void press(struct stage *stage, const char *input) {
    assert_int_equal(viz_input_key(&stage->state, input), VIZ_REDRAW);
    stage_update(stage);
}

static size_t count_texts(const struct stage *stage, const char *text) {
    size_t count = 0;
    for (size_t i = 0; i < stage->state.scene.count; i++) {
        const struct viz_prim *prim = &stage->state.scene.prims[i];
        count +=
            prim->kind == VIZ_TEXT_AT && strcmp(stage->state.scene.text + prim->text, text) == 0;
    }
    return count;
}

/* Every star of the table is drawn where its job and its interval are, and there are no others. */
static void check_stars(const struct stage *stage) {
    const struct viz_tabular *tabular = &stage->state.tabular;
    const struct viz_frame *frame = &stage->state.frame;
    double column_px = frame->cells.w / tabular->visible_columns;
    double row_px = frame->cells.h / tabular->visible_rows;
    size_t stars = 0;
    for (int64_t row = 0; row < table_row_count(tabular->table); row++)
        for (size_t column = 0; column < table_column_count(tabular->table); column++)
            stars += table_cell(tabular->table, row, column);
    for (size_t i = 0; i < stage->state.scene.count; i++) {
        const struct viz_prim *prim = &stage->state.scene.prims[i];
        if (prim->kind != VIZ_TEXT_AT || strcmp(stage->state.scene.text + prim->text, "*") != 0)
            continue;
        int64_t row = (int64_t)((prim->at.y + prim->at.h / 2 - frame->cells.y) / row_px);
        size_t column = (size_t)((prim->at.x + prim->at.w / 2 - frame->cells.x) / column_px);
        assert_true(table_cell(tabular->table, row, column));
        stars--;
    }
    assert_int_equal(stars, 0);
}

static void test_table__is_that_of_cadran_table(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    press(&stage, "Tab");
    assert_int_equal(table_row_count(stage.state.tabular.table), 5);
    assert_int_equal(count_texts(&stage, "*"), 15);
    assert_non_null(stage_text(&stage, "0-1"));
    assert_non_null(stage_text(&stage, "4-5"));
    assert_non_null(stage_text(&stage, "job7"));
    check_stars(&stage);
    /* Four jobs wait, for one, one, two and three intervals. */
    assert_int_equal(stage_count(&stage, VIZ_HATCH, VIZ_WAIT), 7 + 1);
    press(&stage, "]");
    assert_int_equal(stage.state.tabular.step_ns, SAMPLE_SECOND / 2);
    assert_non_null(stage_text(&stage, "0.5-1"));
    check_stars(&stage);
    press(&stage, "F");
    assert_int_equal(stage.state.tabular.step_ns, SAMPLE_SECOND);
    press(&stage, "Tab");
    assert_null(stage_text(&stage, "0-1"));
    assert_int_equal(stage.state.frame.table.h, 0);
    stage_close(&stage);
}

/* To the right there goes no time: no line through the pointer says one. */
static void test_table__no_time_stands_at_the_pointer(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    struct viz_input input = {.pressed = false};
    viz_input_move(&input, &stage.state, 700, 400);
    stage_update(&stage);
    assert_int_not_equal(stage_find(&stage, 0, VIZ_FILL, VIZ_ACCENT), SIZE_MAX);
    press(&stage, "Tab");
    assert_int_equal(stage_find(&stage, 0, VIZ_FILL, VIZ_ACCENT), SIZE_MAX);
    stage_close(&stage);
}

/* Of more jobs than there are pixels the corner says how many are not seen; names are whole. */
static void test_table__says_how_many_jobs_are_not_seen(void **state) {
    (void)state;
    struct stage stage;
    sample_scenario(&stage.sample, "--set jobs=2000 --set width=200",
                    SAMPLE_SCENARIOS "/window.json");
    stage_open(&stage, 1280, 720);
    press(&stage, "Tab");
    char text[64];
    snprintf(text, sizeof text, "+%d jobs", 2000 - stage.state.frame.cells.w);
    assert_non_null(stage_text(&stage, text));
    assert_non_null(stage_text(&stage, "job0"));
    const struct viz_scene *scene = &stage.state.scene;
    for (size_t i = 0; i < scene->count; i++) {
        const char *name = scene->text + scene->prims[i].text;
        if (scene->prims[i].kind == VIZ_TEXT_AT && strncmp(name, "job", 3) == 0)
            assert_int_not_equal(viz_find_lane(stage.sample.model, name), TRACE_NO_INDEX);
    }
    stage_close(&stage);
}

/* Work for a part of an interval is as high as that part, where in it the work begins. */
static void test_table__cells_are_full_in_proportion(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'a', 'do': ["
               " {'sleep': '500ms'}, {'span': 'half', 'do': [{'sleep': '500ms'}]},"
               " {'span': 'whole', 'do': [{'sleep': 1}]}]}]}");
    stage_open(&stage, 1280, 720);
    press(&stage, "Tab");
    int found = 0;
    int heights[2] = {0};
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        bool cell = prim->kind == VIZ_FILL && prim->alpha == 255 && prim->radius == 0 &&
                    prim->role >= VIZ_SPAN_FIRST && prim->role < VIZ_SPAN_EDGE_FIRST &&
                    prim->at.y < stage.state.frame.footer.y;
        if (cell && found < 2)
            heights[found++] = prim->at.h;
    }
    assert_int_equal(found, 2);
    assert_true(abs(heights[1] - 2 * heights[0]) <= 2);
    stage_close(&stage);
}

/* 2,000 columns are all there; one that is selected has its name, and keys go on from there. */
static void test_table__has_room_for_two_thousand(void **state) {
    (void)state;
    struct stage stage;
    sample_lanes(&stage.sample, 2000);
    stage_open(&stage, 1280, 720);
    stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_LANE, .index = 1700};
    press(&stage, "Tab");
    char name[64];
    viz_lane_name(stage.sample.model, 1700, name, sizeof name);
    assert_non_null(stage_text(&stage, name));
    press(&stage, "J");
    viz_lane_name(stage.sample.model, 1701, name, sizeof name);
    assert_non_null(stage_text(&stage, name));
    press(&stage, "Home");
    press(&stage, "Right");
    press(&stage, "PageDown");
    press(&stage, "End");
    stage_close(&stage);
}

/* What is pointed at in a cell is the job's bar, and a click selects it. */
static void test_table__cells_can_be_hit(void **state) {
    (void)state;
    struct stage stage;
    struct viz_input input = {0};
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    press(&stage, "Tab");
    const struct viz_rect *cells = &stage.state.frame.cells;
    double column_px = cells->w / stage.state.tabular.visible_columns;
    double row_px = cells->h / stage.state.tabular.visible_rows;
    int x = cells->x + (int)(5.5 * column_px), y = cells->y + (int)(2.3 * row_px);
    (void)viz_input_press(&input, &stage.state, x, y, false, false);
    (void)viz_input_move(&input, &stage.state, x, y);
    (void)viz_input_release(&input, &stage.state);
    stage_update(&stage);
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_BAR);
    assert_string_equal(
        viz_bar_name(stage.sample.model, &stage.sample.model->bars[stage.state.ui.selected.index]),
        "job5 - duration 3");
    stage_close(&stage);
}

static void test_table__nothing_and_no_size_break_it(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "", "{'cadran': 1, 'tasks': []}");
    stage_open(&stage, 64, 64);
    press(&stage, "Tab");
    press(&stage, "I");
    press(&stage, "[");
    press(&stage, "+");
    stage_close(&stage);
    sample_run(
        &stage.sample, "",
        "{'cadran': 1, 'tasks': [{'name': 'a', 'do': [{'sleep': 2}]}, {'name': 'b', 'do': []}]}");
    stage_open(&stage, 200, 900);
    press(&stage, "Tab");
    assert_true(stage.state.tabular.lives);
    for (int i = 0; i < 40; i++)
        press(&stage, i < 20 ? "]" : "[");
    stage_close(&stage);
}

static void test_table__steps(void **state) {
    (void)state;
    static const int64_t steps[] = {1, 2, 5, 10, 20, 50, 100};
    for (size_t i = 0; i + 1 < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(viz_tabular_other_step(steps[i], false), steps[i + 1]);
        assert_int_equal(viz_tabular_other_step(steps[i + 1], true), steps[i]);
    }
    assert_int_equal(viz_tabular_other_step(1, true), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table__is_that_of_cadran_table),
        cmocka_unit_test(test_table__no_time_stands_at_the_pointer),
        cmocka_unit_test(test_table__says_how_many_jobs_are_not_seen),
        cmocka_unit_test(test_table__cells_are_full_in_proportion),
        cmocka_unit_test(test_table__has_room_for_two_thousand),
        cmocka_unit_test(test_table__cells_can_be_hit),
        cmocka_unit_test(test_table__nothing_and_no_size_break_it),
        cmocka_unit_test(test_table__steps),
    };
    return cmocka_run_group_tests_name("viz_table", tests, NULL, NULL);
}
