/* The panel at the right: where it is, what it says, and the way back from where its links lead. */
#include "viz/viz_test.h"

#include "input.h"
#include "layout_side.h"
#include "tabs.h"

#include <string.h>

static void click(struct stage *stage, int x, int y) {
    struct viz_input input = {.pressed = false};
    viz_input_move(&input, &stage->state, x, y);
    viz_input_press(&input, &stage->state, x, y, false, false);
    viz_input_release(&input, &stage->state);
    stage_update(stage);
}

/* A point inside the first span of the chart. */
static void first_span(const struct stage *stage, int *x, int *y) {
    for (size_t i = 0; i < stage->state.scene.count; i++) {
        const struct viz_prim *prim = &stage->state.scene.prims[i];
        if (prim->shows.kind != VIZ_ID_BAR || prim->at.w < 4)
            continue;
        *x = prim->at.x + prim->at.w / 2;
        *y = prim->at.y + prim->at.h / 2;
        return;
    }
    fail();
}

static void test_panel__is_pushed_in_where_there_is_room(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 600);
    int chart = stage.state.frame.lanes.w;
    assert_int_equal(stage.state.frame.panel.w, 0);
    viz_input_key(&stage.state, "I");
    stage_update(&stage);
    const struct viz_frame *frame = &stage.state.frame;
    assert_int_equal(frame->panel.w, 300);
    assert_int_equal(frame->panel.x, 700);
    assert_int_equal(frame->lanes.w, chart - 300);
    assert_int_equal(frame->panel.y, frame->header.h);
    assert_int_equal(frame->panel.y + frame->panel.h, frame->footer.y);
    viz_state_place(&stage.state, 800, 600);
    assert_int_equal(frame->lanes.x + frame->lanes.w, 800); /* it covers the chart */
    viz_input_key(&stage.state, "Escape");
    assert_int_equal(frame->panel.w, 0);
    stage_close(&stage);
}

static void test_panel__says_what_is_clicked(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 600);
    int x;
    int y;
    first_span(&stage, &x, &y);
    click(&stage, x, y);
    assert_non_null(stage.state.ui.panel);
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_BAR);
    assert_non_null(stage_text(&stage, "job0 - duration 1"));
    assert_non_null(stage_text(&stage, "span"));
    base_buffer text = {0};
    assert_int_equal(viz_panel_copy(&stage.state.panel, &text), 0);
    assert_non_null(strstr(text.data, "span: job0 - duration 1\n"));
    base_buffer_free(&text);
    stage_close(&stage);
}

/* What is under the panel is not meant by a click on it. */
static void test_panel__covers_what_is_under_it(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 800, 600);
    viz_input_key(&stage.state, "I");
    stage_update(&stage);
    const struct viz_rect *panel = &stage.state.frame.panel;
    for (int y = panel->y + 40; y < panel->y + panel->h; y += 7) {
        uint8_t kind = stage_hit(&stage, panel->x + 150, y).kind;
        assert_true(kind == VIZ_ID_PANEL || kind == VIZ_ID_LINK);
    }
    stage_close(&stage);
}

static void test_panel__the_way_back(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 600);
    struct viz_state *shown = &stage.state;
    const uint32_t bars[] = {0, 3, 5};
    for (size_t i = 0; i < 3; i++) {
        viz_state_remember(shown);
        shown->ui.selected = (struct viz_id){.kind = VIZ_ID_BAR, .index = bars[i]};
        shown->view.begin_ns = (double)i;
    }
    viz_input_key(shown, "Backspace");
    assert_int_equal(shown->ui.selected.index, 3);
    viz_input_key(shown, "Backspace");
    assert_int_equal(shown->ui.selected.index, 0);
    viz_input_key(shown, "Shift+Backspace");
    viz_input_key(shown, "Shift+Backspace");
    viz_input_key(shown, "Shift+Backspace"); /* no further */
    assert_int_equal(shown->ui.selected.index, 5);
    viz_input_key(shown, "Backspace");
    viz_state_remember(shown); /* another way from here: what was after it is gone */
    viz_input_key(shown, "Shift+Backspace");
    assert_int_equal(shown->ui.selected.index, 3);
    for (uint32_t i = 0; i < 2 * VIZ_HISTORY_MAX; i++) {
        viz_state_remember(shown);
        shown->ui.selected = (struct viz_id){.kind = VIZ_ID_BAR, .index = i % 7};
    }
    size_t steps = 0;
    while (viz_state_go_back(shown, false))
        steps++;
    assert_int_equal(steps, VIZ_HISTORY_MAX);
    stage_close(&stage);
}

/* However narrow, all of a text is on its lines, none of which is wider than the panel. */
static void test_panel__breaks_lines(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 600);
    viz_input_key(&stage.state, "I");
    static const char *const words = "averyveryveryveryveryveryveryveryverylongword and some short "
                                     "ones \xC3\xA4\xC3\xB6\xC3\xBC, one by one, up to here";
    for (int width = 60; width < 320; width += 13) {
        struct viz_frame frame = stage.state.frame;
        frame.panel.w = width;
        struct viz_panel panel = {0};
        viz_panel_open(&panel, VIZ_BLOCK_TEXT);
        viz_panel_say(&panel, words);
        viz_panel_row(&panel, "name", words);
        assert_int_equal(panel.error, 0);
        int room = frame.panel.h - 34;
        int over = viz_panel_overflow(&frame, &stage.state.measure, &panel);
        frame.panel.h = 34;
        assert_true(viz_panel_overflow(&frame, &stage.state.measure, &panel) > 2 * STAGE_LINE);
        assert_true(over == 0 || over < 80 * room);
        viz_panel_free(&panel);
    }
    stage_close(&stage);
}

static void test_panel__scrolls_as_far_as_its_text(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 300);
    viz_input_key(&stage.state, "I");
    stage_update(&stage);
    stage.state.ui.pointer = true;
    stage.state.ui.x = 900;
    stage.state.ui.y = 150;
    for (int i = 0; i < 100; i++)
        viz_input_turn(&stage.state, "wheel", 0, -1);
    int most = viz_panel_overflow(&stage.state.frame, &stage.state.measure, &stage.state.panel);
    assert_int_equal(stage.state.ui.panel_scroll, most);
    viz_input_turn(&stage.state, "wheel", 0, 1000);
    assert_int_equal(stage.state.ui.panel_scroll, 0);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_panel__is_pushed_in_where_there_is_room),
        cmocka_unit_test(test_panel__says_what_is_clicked),
        cmocka_unit_test(test_panel__covers_what_is_under_it),
        cmocka_unit_test(test_panel__the_way_back),
        cmocka_unit_test(test_panel__breaks_lines),
        cmocka_unit_test(test_panel__scrolls_as_far_as_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
