/* Where names stand: of bars, of lanes, of the strip. */
#include "viz/viz_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool meet(const struct viz_rect *a, const struct viz_rect *b) {
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* Each arrow of a small ring has a column of its own, in a small picture, too. */
static void test_labels__arrows_of_a_ring_lie_apart(void **state) {
    (void)state;
    struct stage stage;
    int columns[8], count = 0;
    sample_scenario(&stage.sample, "", SAMPLE_SCENARIOS "/dining-philosophers.json");
    stage_open(&stage, 800, 600);
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->kind != VIZ_FILL || prim->role != VIZ_ALERT || prim->at.w > 4 ||
            prim->at.h < stage.state.frame.row_px / 2)
            continue;
        for (int k = 0; k < count; k++)
            assert_true(abs(columns[k] - prim->at.x) >= 7);
        columns[count++] = prim->at.x;
    }
    assert_int_equal(count, 3);
    stage_close(&stage);
}

/* Each holder of a ring is named beside its arrow, that of who closed the ring, too. */
static void test_labels__holders_of_a_ring_are_named(void **state) {
    (void)state;
    struct stage stage;
    bool named[3] = {false};
    sample_scenario(&stage.sample, "", SAMPLE_SCENARIOS "/dining-philosophers.json");
    stage_open(&stage, 1280, 760);
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        int number;
        if (prim->kind == VIZ_TEXT_AT && prim->role == VIZ_ALERT &&
            sscanf(stage.state.scene.text + prim->text, "philosopher%d", &number) == 1)
            named[number] = true;
    }
    assert_true(named[0] && named[1] && named[2]);
    stage_close(&stage);
}

/* The widest names are whole where little room is for all else, too. */
static void test_labels__names_of_lanes_are_whole_in_low_pictures(void **state) {
    (void)state;
    struct stage stage;
    sample_scenario(&stage.sample, "", SAMPLE_SCENARIOS "/dining-philosophers.json");
    stage_open(&stage, 900, 260);
    assert_true(stage.state.frame.compact);
    size_t whole = 0;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        whole += prim->kind == VIZ_TEXT_AT && prim->at.x < stage.state.frame.names.w &&
                 strncmp(stage.state.scene.text + prim->text, "philosopher", 11) == 0;
    }
    assert_int_equal(whole, 3);
    stage_close(&stage);
}

/* Behind its cross, and behind the name of what it was at, stands why a task failed. */
static void test_labels__failures_say_why(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': ["
               " {'name': 'a', 'do': [{'span': 'short', 'do': [{'sleep': 0.02},"
               "  {'raise': 'ValueError', 'message': 'out of stock'}]}]},"
               " {'name': 'b', 'do': [{'sleep': 1}, {'raise': 'KeyError'}]},"
               " {'name': 'c', 'do': [{'sleep': 4}]}]}");
    stage_open(&stage, 1000, 480);
    const struct viz_prim *name = stage_text(&stage, "short");
    const struct viz_prim *why = stage_text(&stage, "ValueError: out of stock");
    size_t cross = stage_find(&stage, 0, VIZ_CROSS, VIZ_ALERT);
    assert_non_null(name);
    assert_non_null(why);
    assert_int_equal(why->shows.kind, VIZ_ID_INSTANT);
    const struct viz_rect *sign = &stage.state.scene.prims[cross].at;
    assert_true(name->at.x > sign->x + sign->w);
    assert_true(why->at.x > name->at.x + name->at.w);
    assert_non_null(stage_text(&stage, "KeyError"));
    stage_close(&stage);
}

/* Everybody waits from the very end on: there the ring's arrows are, and the names of the waits. */
static void test_labels__leave_the_heads_of_a_ring_alone(void **state) {
    (void)state;
    struct stage stage;
    sample_scenario(&stage.sample, "--detail --set ordered=False",
                    SAMPLE_SCENARIOS "/philosophers.json");
    stage_open(&stage, 1000, 480);
    const struct viz_scene *scene = &stage.state.scene;
    size_t heads = 0;
    for (size_t head = stage_find(&stage, 0, VIZ_ARROW_RIGHT, VIZ_ALERT); head != SIZE_MAX;
         head = stage_find(&stage, head + 1, VIZ_ARROW_RIGHT, VIZ_ALERT)) {
        heads++;
        for (size_t i = 0; i < scene->count; i++)
            if (scene->prims[i].kind == VIZ_TEXT_AT ||
                (i > head && scene->prims[i].kind == VIZ_FILL &&
                 scene->prims[i].at.y > stage.state.frame.lanes.y))
                assert_false(meet(&scene->prims[head].at, &scene->prims[i].at));
    }
    assert_int_equal(heads, 5);
    stage_close(&stage);
}

/* A span that begins with a wait is named where it works first, for as long as the name takes; one
 * that only waits on its wait. */
static void test_labels__spans_that_begin_with_a_wait_have_their_names(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'gate': {'type': 'event'}}, 'tasks': ["
               " {'name': 'a', 'do': [{'span': 'first waits', 'do': ["
               "  {'wait': 'gate'}, {'sleep': 2}]}]},"
               " {'name': 'b', 'do': [{'span': 'only waits', 'do': [{'wait': 'gate'}]}]},"
               " {'name': 'c', 'do': [{'sleep': 2}, {'set': 'gate'}]}]}");
    stage_open(&stage, 1000, 480);
    const struct viz_prim *works = stage_text(&stage, "first waits");
    assert_non_null(works);
    assert_true(works->at.x >= viz_x_of(&stage.state.frame, &stage.state.view, 2e9));
    assert_non_null(stage_text(&stage, "wait gate"));
    const struct viz_prim *waits = stage_text(&stage, "only waits  \xC2\xB7  wait gate");
    assert_non_null(waits);
    assert_true(waits->at.x < viz_x_of(&stage.state.frame, &stage.state.view, 1e9));
    stage_close(&stage);
}

/* A wait too short for a name does not take the place of a longer one. */
static void test_labels__a_short_wait_leaves_the_name_to_a_long_one(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'one': {'type': 'event'}, 'two': {'type': 'event'}},"
               " 'tasks': ["
               " {'name': 'a', 'do': [{'span': 'waits', 'do': [{'wait': 'one'}, {'wait': 'two'}]},"
               "  {'span': 'next', 'do': [{'sleep': 2}]}]},"
               " {'name': 'b', 'do': [{'sleep': 0.1}, {'set': 'one'}, {'sleep': 2},"
               "  {'set': 'two'}]}]}");
    stage_open(&stage, 1000, 480);
    const struct viz_prim *name = stage_text(&stage, "waits  \xC2\xB7  wait two");
    assert_non_null(name);
    assert_true(name->at.x >= viz_x_of(&stage.state.frame, &stage.state.view, 0.1e9));
    stage_close(&stage);
}

/* Whether what a text stands on was painted after an arrow. */
static bool has_ground(const struct viz_scene *scene, size_t arrow, size_t text) {
    const struct viz_rect *at = &scene->prims[text].at;
    for (size_t i = arrow + 1; i < text; i++) {
        const struct viz_prim *prim = &scene->prims[i];
        if (prim->kind == VIZ_FILL && viz_same_id(prim->shows, scene->prims[text].shows) &&
            prim->at.x <= at->x && prim->at.x + prim->at.w >= at->x + at->w &&
            prim->at.y <= at->y + 2 && prim->at.y + prim->at.h >= at->y + at->h - 2)
            return true;
    }
    return false;
}

/* Names that an arrow runs through: each has a ground above it. How many there are. */
static size_t check_crossed(const struct viz_scene *scene) {
    size_t crossed = 0;
    for (size_t i = 0; i < scene->count; i++)
        for (size_t text = i + 1; text < scene->count; text++) {
            const struct viz_prim *arrow = &scene->prims[i];
            if (arrow->kind != VIZ_FILL || arrow->shows.kind != VIZ_ID_WAKE ||
                scene->prims[text].kind != VIZ_TEXT_AT ||
                scene->prims[text].shows.kind != VIZ_ID_BAR ||
                !meet(&arrow->at, &scene->prims[text].at))
                continue;
            assert_true(has_ground(scene, i, text));
            crossed++;
        }
    return crossed;
}

/* In bars and beside them. */
static void test_labels__no_arrow_runs_through_a_name(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    for (int width = 500; width <= 640; width += 20) {
        stage_open(&stage, width, 600);
        assert_true(check_crossed(&stage.state.scene) > 0);
        viz_state_close(&stage.state);
    }
    sample_free(&stage.sample);
}

/* Turns that touch are named inside or not at all: a name behind the last would be that of all. */
static void test_labels__of_turns_none_stands_behind(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'w{i}', 'count': 4, 'do': [{'compute': '10ms'}]},"
               " {'name': 'long', 'do': [{'sleep': 4}]}]}");
    stage_open(&stage, 1000, 480);
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        const char *text = stage.state.scene.text + prim->text;
        if (prim->kind == VIZ_TEXT_AT && strcmp(text, "w3") == 0)
            assert_true(prim->at.x < stage.state.frame.lanes.x);
    }
    stage_close(&stage);
}

/* A bar that is too short for an outline may lie in two cells: it has one name. */
static void test_labels__a_short_span_is_named_once(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': ["
               " {'name': 'w{i}', 'count': 12, 'do': [{'sleep': 'i * 0.013'},"
               "  {'span': 'log', 'do': [{'sleep': 0.01}]}]},"
               " {'name': 'long', 'do': [{'sleep': 4}]}]}");
    stage_open(&stage, 1000, 480);
    int named[12] = {0};
    const struct viz_model *model = stage.sample.model;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->kind == VIZ_TEXT_AT && prim->shows.kind == VIZ_ID_BAR &&
            strcmp(stage.state.scene.text + prim->text, "log") == 0)
            named[viz_lane_of(model, prim->shows)]++;
    }
    for (int i = 0; i < 12; i++)
        assert_int_equal(named[i], 1);
    stage_close(&stage);
}

static const char *text_of_remark(const struct stage *stage) {
    const struct viz_scene *scene = &stage->state.scene;
    for (size_t i = 0; i < scene->count; i++)
        if (scene->prims[i].kind == VIZ_TEXT_AT && scene->prims[i].shows.kind == VIZ_ID_REMARK)
            return scene->text + scene->prims[i].text;
    return "";
}

/* What the colours mean comes before the whole of what is not drawn, whose numbers are not cut. */
static void test_labels__the_legend_is_whole_in_a_small_window(void **state) {
    (void)state;
    static const int widths[] = {430, 500};
    for (int i = 0; i < 2; i++) {
        struct stage stage;
        sample_scenario(&stage.sample, "--detail", SAMPLE_SCENARIOS "/window.json");
        stage_open(&stage, widths[i], 480);
        for (int k = 0; k < stage.sample.model->legend_count; k++)
            assert_non_null(stage_text(&stage, stage.sample.model->legend[k].text));
        if (widths[i] == 500)
            assert_string_equal(text_of_remark(&stage), "not drawn: 124 turn, \xE2\x80\xA6");
        stage_close(&stage);
    }
}

/* What keeps the loop busy outside of a span is on its task's lane, too. */
static void test_labels__computing_is_on_the_lane_of_who_computes(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'one', 'do': ["
               " {'compute': 1}, {'span': 'work', 'do': [{'compute': 1}]}, {'compute': 1}]},"
               " {'name': 'two', 'do': [{'sleep': 2}, {'compute': 2}]}]}");
    stage_open(&stage, 1000, 480);
    const struct viz_model *model = stage.sample.model;
    static const int64_t begins[] = {0, 2};
    int found = 0;
    for (uint32_t i = 0; i < model->bar_count; i++) {
        const struct viz_bar *bar = &model->bars[i];
        uint32_t lane = viz_lane_of(model, (struct viz_id){.kind = VIZ_ID_BAR, .index = i});
        if ((bar->flags & VIZ_BAR_OWN) == 0 || lane != viz_find_lane(model, "one"))
            continue;
        assert_int_equal(bar->begin_ns, begins[found] * SAMPLE_SECOND);
        assert_int_equal(bar->end_ns, (begins[found] + 1) * SAMPLE_SECOND);
        found++;
    }
    assert_int_equal(found, 2);
    assert_non_null(stage_text(&stage, "computes"));
    stage_close(&stage);
}

static void test_labels__the_lane_that_is_meant_has_its_name(void **state) {
    (void)state;
    struct stage stage;
    sample_lanes(&stage.sample, 100);
    stage_open(&stage, 1000, 480);
    char name[64];
    for (uint32_t lane = 0; lane < 100; lane += 7) {
        stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_LANE, .index = lane};
        stage_update(&stage);
        viz_lane_name(stage.sample.model, lane, name, sizeof name);
        const struct viz_prim *own = stage_text(&stage, name);
        assert_non_null(own);
        for (size_t i = 0; i < stage.state.scene.count; i++) {
            const struct viz_prim *prim = &stage.state.scene.prims[i];
            if (prim != own && prim->kind == VIZ_TEXT_AT && prim->shows.kind == VIZ_ID_LANE &&
                prim->at.x == own->at.x)
                assert_true(abs(prim->at.y - own->at.y) >= STAGE_LINE - 1);
        }
    }
    stage_close(&stage);
}

static void test_labels__the_strip_says_what_it_shows(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 480);
    stage.state.ui.counter = viz_next_counter(stage.sample.model, stage.state.ui.counter);
    stage_update(&stage);
    assert_null(stage_text(&stage, "window si\xE2\x80\xA6"));
    bool whole = stage_text(&stage, "window size") != NULL;
    assert_true(whole ||
                (stage_text(&stage, "window") != NULL && stage_text(&stage, "max size 4") != NULL));
    stage_close(&stage);
}

/* Who selects an object sees which waits are for it. */
static void test_labels__waits_for_what_is_selected_are_lit(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    size_t before = stage_count(&stage, VIZ_STROKE, VIZ_ACCENT);
    stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_OBJECT, .index = 0};
    stage_update(&stage);
    assert_int_equal(stage_count(&stage, VIZ_STROKE, VIZ_ACCENT), before + 4);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels__holders_of_a_ring_are_named),
        cmocka_unit_test(test_labels__failures_say_why),
        cmocka_unit_test(test_labels__names_of_lanes_are_whole_in_low_pictures),
        cmocka_unit_test(test_labels__leave_the_heads_of_a_ring_alone),
        cmocka_unit_test(test_labels__arrows_of_a_ring_lie_apart),
        cmocka_unit_test(test_labels__spans_that_begin_with_a_wait_have_their_names),
        cmocka_unit_test(test_labels__a_short_wait_leaves_the_name_to_a_long_one),
        cmocka_unit_test(test_labels__no_arrow_runs_through_a_name),
        cmocka_unit_test(test_labels__of_turns_none_stands_behind),
        cmocka_unit_test(test_labels__a_short_span_is_named_once),
        cmocka_unit_test(test_labels__the_legend_is_whole_in_a_small_window),
        cmocka_unit_test(test_labels__computing_is_on_the_lane_of_who_computes),
        cmocka_unit_test(test_labels__the_lane_that_is_meant_has_its_name),
        cmocka_unit_test(test_labels__the_strip_says_what_it_shows),
        cmocka_unit_test(test_labels__waits_for_what_is_selected_are_lit),
    };
    return cmocka_run_group_tests_name("viz_labels", tests, NULL, NULL);
}
