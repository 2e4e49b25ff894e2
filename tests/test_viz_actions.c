/* The table of actions, and what keys and mouse make of a state: all of it without a window. */
#include "viz/viz_test.h"

#include "input.h"

#include <math.h>
#include <string.h>

static void test_actions__every_input_means_one_thing(void **state) {
    (void)state;
    struct viz_trigger seen[256];
    size_t count = 0;
    for (size_t i = 0; i < viz_action_count; i++) {
        const struct viz_action *action = &viz_actions[i];
        assert_true(action->name[0] != '\0' && action->help[0] != '\0');
        assert_non_null(action->act);
        assert_non_null(action->triggers[0].input);
        assert_false(action->triggers[0].also);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(viz_actions[k].name, action->name);
        for (int k = 0; k < VIZ_TRIGGERS_MAX && action->triggers[k].input != NULL; k++) {
            for (size_t s = 0; s < count; s++) /* some mean another thing now and then */
                assert_true(seen[s].when != action->triggers[k].when ||
                            strcmp(seen[s].input, action->triggers[k].input) != 0);
            seen[count++] = action->triggers[k];
        }
    }
}

/* A sign is looked up by what is typed, and with Ctrl or Alt nothing is: on a keyboard where it is
 * behind Shift or AltGr it cannot be had so. It is never the way that the list names. */
static void test_actions__no_sign_needs_a_modifier(void **state) {
    (void)state;
    for (size_t i = 0; i < viz_action_count; i++)
        for (int k = 0; k < VIZ_TRIGGERS_MAX && viz_actions[i].triggers[k].input != NULL; k++) {
            const struct viz_trigger *trigger = &viz_actions[i].triggers[k];
            size_t length = strlen(trigger->input);
            char last = trigger->input[length - 1];
            bool letter = (last >= 'A' && last <= 'Z') || (last >= 'a' && last <= 'z') ||
                          (last >= '0' && last <= '9');
            if (length > 1 && !letter && !trigger->also)
                fail_msg("%s: %s", viz_actions[i].name, trigger->input);
        }
}

/* Whatever is pressed, in whatever order, everything stays in its bounds. */
static void press_at_random(struct stage *stage) {
    uint32_t random = 1;
    for (int step = 0; step < 2000; step++) {
        random = random * 1664525 + 1013904223;
        const struct viz_action *action = &viz_actions[(random >> 8) % viz_action_count];
        const struct viz_trigger *trigger = &action->triggers[(random >> 20) % VIZ_TRIGGERS_MAX];
        if (trigger->input == NULL || !viz_is_meant(&stage->state, trigger->when))
            continue;
        unsigned flags = viz_input_key(&stage->state, trigger->input);
        unsigned wanted = strcmp(action->name, "quit") == 0     ? VIZ_QUIT
                          : strcmp(action->name, "copy") == 0   ? VIZ_REDRAW | VIZ_COPY
                          : strcmp(action->name, "reload") == 0 ? VIZ_REDRAW | VIZ_RELOAD
                          : strcmp(action->name, "save") == 0   ? VIZ_REDRAW | VIZ_SAVE
                                                                : VIZ_REDRAW;
        assert_int_equal(flags, wanted);
        if (step % 10 == 0)
            stage_update(stage);
        assert_true(stage->state.view.length_ns >= VIZ_LENGTH_MIN_NS);
        assert_true(stage->state.view.first_row >= 0);
    }
    assert_int_equal(viz_input_key(&stage->state, "Ctrl+Alt+F13"), 0);
}

static void test_actions__all_of_them_leave_a_picture(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 900, 500);
    press_at_random(&stage);
    stage_close(&stage);
}

static void test_actions__all_of_them_leave_a_picture_of_two_runs(void **state) {
    (void)state;
    struct stage stage;
    struct sample_pair both;
    sample_window(&both.before);
    sample_lanes(&both.after, 3); /* another program: all lanes are of one run alone */
    sample_compare(&both);
    stage.sample = both.after;
    stage_open(&stage, 900, 500);
    press_at_random(&stage);
    viz_state_close(&stage.state);
    sample_pair_free(&both);
}

static void test_actions__inputs_are_listed(void **state) {
    (void)state;
    for (size_t i = 0; i < viz_action_count; i++) {
        char inputs[VIZ_INPUTS_SIZE];
        viz_action_inputs(&viz_actions[i], inputs);
        if (strcmp(viz_actions[i].name, "zoom") == 0)
            assert_string_equal(inputs, "Ctrl+wheel, pinch, +, -");
        assert_true(strlen(inputs) < VIZ_INPUTS_SIZE - 1);
    }
}

static void test_input__a_press_is_a_click_or_a_drag(void **state) {
    (void)state;
    struct stage stage;
    struct viz_input input = {0};
    sample_window(&stage.sample);
    stage_open(&stage, 900, 500);
    int x = (int)viz_x_of(&stage.state.frame, &stage.state.view, 0.5e9);
    int y = stage.state.frame.lanes.y + (int)(0.5 * stage.state.frame.row_px);
    viz_input_key(&stage.state, "+");
    double begin_ns = stage.state.view.begin_ns;
    viz_input_move(&input, &stage.state, x, y);
    viz_input_press(&input, &stage.state, x, y, false, false);
    viz_input_move(&input, &stage.state, x + 2, y); /* a hand is not that steady */
    viz_input_release(&input, &stage.state);
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_BAR);
    assert_true(stage.state.view.begin_ns == begin_ns);

    viz_input_press(&input, &stage.state, x, y, false, false);
    viz_input_move(&input, &stage.state, x - 40, y);
    viz_input_release(&input, &stage.state);
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_BAR);
    double moved = stage.state.view.length_ns * 40 / stage.state.frame.lanes.w;
    assert_true(fabs(stage.state.view.begin_ns - begin_ns - moved) < moved / 100);

    viz_input_press(&input, &stage.state, x, y, true, false); /* a double click */
    assert_int_equal(viz_input_release(&input, &stage.state), 0);
    stage_close(&stage);
}

/* Points at the arrow from job2 to job7, which crosses the lane of job3 after its end. */
static void point_at_arrow(struct stage *stage, struct viz_input *input) {
    size_t last = 0;
    for (size_t i = 0; (i = stage_find(stage, i, VIZ_ARROW_RIGHT, -1)) != SIZE_MAX; i++)
        last = i;
    const struct viz_rect *head = &stage->state.scene.prims[last].at;
    int x = head->x + head->w;
    int y = stage->state.frame.lanes.y + (int)(3.5 * stage->state.frame.row_px);
    for (int at = x - 40; at <= x && stage->state.ui.hover.kind != VIZ_ID_WAKE; at++)
        viz_input_move(input, &stage->state, at, y);
    assert_int_equal(stage->state.ui.hover.kind, VIZ_ID_WAKE);
}

static void test_input__what_the_scene_shows_can_be_pointed_at(void **state) {
    (void)state;
    struct stage stage;
    struct viz_input input = {0};
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    const struct viz_rect *title = &stage_text(&stage, "window")->at;
    viz_input_move(&input, &stage.state, title->x + 3, title->y + 3);
    assert_int_equal(stage.state.ui.hover.kind, VIZ_ID_TRACE);
    stage_update(&stage);
    assert_non_null(stage_text(&stage, "sample.json"));
    point_at_arrow(&stage, &input);
    stage_update(&stage);
    assert_non_null(stage_text(&stage, "ends"));
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_ACCENT), 1);
    viz_input_leave(&stage.state);
    assert_int_equal(stage.state.ui.hover.kind, VIZ_ID_NOTHING);
    stage_close(&stage);
}

static void test_input__remarks_and_what_the_loop_printed_can_be_pointed_at(void **state) {
    (void)state;
    struct stage stage;
    struct viz_input input = {0};
    sample_window(&stage.sample);
    sample_cut(&stage.sample, "\n]");
    stage_open(&stage, 1280, 720);
    const struct viz_state *now = &stage.state;
    size_t remark = SIZE_MAX;
    size_t zero = SIZE_MAX;
    for (size_t i = 0; i < now->scene.count; i++) {
        const struct viz_prim *prim = &now->scene.prims[i];
        if (prim->shows.kind == VIZ_ID_REMARK)
            remark = i;
        if (prim->kind == VIZ_DOT && prim->at.y < now->frame.lanes.y)
            zero = i;
    }
    assert_true(remark != SIZE_MAX && zero != SIZE_MAX);
    struct viz_rect dot = now->scene.prims[zero].at;
    struct viz_rect text = now->scene.prims[remark].at;
    viz_input_move(&input, &stage.state, dot.x + 1, dot.y + 1);
    stage_update(&stage);
    assert_non_null(stage_text(&stage, "---------- zero"));
    viz_input_move(&input, &stage.state, text.x + 1, text.y + 1);
    stage_update(&stage);
    assert_non_null(stage_text(&stage, "Warnings"));
    stage_close(&stage);
}

/* What is under a pointer that rests is known by the picture that is shown, not by the last one. */
static void test_input__a_picture_that_moves_takes_what_is_pointed_at_along(void **state) {
    (void)state;
    struct stage stage;
    struct viz_input input = {0};
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    point_at_arrow(&stage, &input);
    viz_view_show(&stage.state.view, &stage.state.frame.extent, 3.2e9, 3.4e9);
    stage_update(&stage);
    assert_int_not_equal(stage.state.ui.hover.kind, VIZ_ID_WAKE);
    assert_null(stage_text(&stage, "ends"));
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions__every_input_means_one_thing),
        cmocka_unit_test(test_actions__no_sign_needs_a_modifier),
        cmocka_unit_test(test_actions__all_of_them_leave_a_picture),
        cmocka_unit_test(test_actions__all_of_them_leave_a_picture_of_two_runs),
        cmocka_unit_test(test_actions__inputs_are_listed),
        cmocka_unit_test(test_input__a_press_is_a_click_or_a_drag),
        cmocka_unit_test(test_input__what_the_scene_shows_can_be_pointed_at),
        cmocka_unit_test(test_input__remarks_and_what_the_loop_printed_can_be_pointed_at),
        cmocka_unit_test(test_input__a_picture_that_moves_takes_what_is_pointed_at_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
