/* The panel at the right: where it is, what it says, and the way back from where its links lead. */
#include "viz/viz_test.h"

#include "input.h"
#include "layout_side.h"
#include "tabs.h"

#include <math.h>
#include <stdio.h>
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
    viz_state_place(&stage.state, 800,
                    600); /* else it stands below the chart: nothing is covered */
    assert_int_equal(frame->lanes.x + frame->lanes.w, 800);
    assert_int_equal(frame->panel.w, 800);
    assert_true(frame->panel.h > 150);
    assert_true(frame->lanes.h > 150);
    assert_int_equal(frame->lanes.y + frame->lanes.h, frame->panel.y);
    assert_int_equal(frame->panel.y + frame->panel.h, frame->footer.y);
    viz_input_key(&stage.state, "Escape");
    assert_int_equal(frame->panel.w, 0);
    stage_close(&stage);
}

static void test_panel__says_what_is_clicked(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 600);
    int x = 0;
    int y = 0;
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

/* Objects are links: from the run's longest wait to the queue, and how that stands. */
static void test_panel__objects_are_links(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 900);
    stage_explain(&stage, SAMPLE_SCENARIOS "/window.trace.json");
    viz_input_key(&stage.state, "I");
    stage_update(&stage);
    base_buffer text = {0};
    assert_int_equal(viz_panel_copy(&stage.state.panel, &text), 0);
    assert_non_null(strstr(text.data, "job7 waited 3 s for room in queue window"));
    const struct viz_prim *link = stage_text(&stage, "queue window");
    assert_non_null(link);
    click(&stage, link->at.x + 3, link->at.y + 3);
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_OBJECT);
    base_buffer_clear(&text);
    assert_int_equal(viz_panel_copy(&stage.state.panel, &text), 0);
    assert_non_null(strstr(text.data, "at 5 s, queue window: empty; it changed last at 5 s, by "));
    assert_non_null(strstr(text.data, "The longest wait"));
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

/* A number and its unit stay on one line, whatever the width. */
static void test_panel__keeps_units_with_their_numbers(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 600);
    viz_input_key(&stage.state, "I");
    for (int width = 90; width < 320; width += 7) {
        struct viz_panel *panel = &stage.state.panel;
        viz_panel_clear(panel);
        viz_panel_open(panel, VIZ_BLOCK_TEXT);
        viz_panel_say(panel, "waited 12 s behind it, 250 ms of that ready, 40 % in all, 3 min ago");
        stage.state.frame.panel.w = width;
        viz_layout(&stage.state.scene, stage.sample.model, &stage.state.view, &stage.state.frame,
                   &stage.state.ui, &stage.state.measure);
        for (size_t i = 0; i < stage.state.scene.count; i++) {
            const struct viz_prim *prim = &stage.state.scene.prims[i];
            if (prim->kind != VIZ_TEXT_AT || prim->shows.kind != VIZ_ID_PANEL)
                continue;
            const char *text = stage.state.scene.text + prim->text;
            size_t length = strlen(text);
            assert_true(length == 0 || text[length - 1] < '0' || text[length - 1] > '9');
        }
    }
    stage_close(&stage);
}

/* What is measured of a text, by the measure of the stage. */
struct counting {
    struct viz_measure measure;
    size_t bytes;
};

static int count_width(void *context, enum viz_font font, const char *text, size_t length) {
    struct counting *counting = context;
    counting->bytes += length;
    return counting->measure.width(counting->measure.context, font, text, length);
}

/* A word of many lines: each measures what one can hold, not all that comes. */
static void test_panel__breaks_a_very_long_word(void **state) {
    (void)state;
    enum { LENGTH = 100000 };
    static char word[LENGTH + 1];
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1000, 600);
    viz_input_key(&stage.state, "I");
    memset(word, 'a', LENGTH);
    struct counting counting = {.measure = stage.state.measure};
    struct viz_measure measure = stage.state.measure;
    measure.context = &counting;
    measure.width = count_width;
    struct viz_panel panel = {0};
    viz_panel_open(&panel, VIZ_BLOCK_TEXT);
    viz_panel_say(&panel, word);
    assert_int_equal(panel.error, 0);
    struct viz_frame frame = stage.state.frame;
    frame.panel.w = 300;
    assert_true(viz_panel_overflow(&frame, &measure, &panel) > 1000 * STAGE_LINE);
    assert_true(counting.bytes < (size_t)100 * LENGTH);
    viz_panel_free(&panel);
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

/* --- Why ------------------------------------------------------------------------------------ */

/* The golden of a scenario, with its reasons at hand. */
static void open_why(struct stage *stage, const char *name) {
    char scenario[512];
    static char trace[512];
    (void)snprintf(scenario, sizeof scenario, "%s/%s.json", SAMPLE_SCENARIOS, name);
    (void)snprintf(trace, sizeof trace, "%s/%s.trace.json", SAMPLE_SCENARIOS, name);
    sample_scenario(&stage->sample, "", scenario);
    stage_open(stage, 1400, 800);
    stage_explain(stage, trace);
}

static const char *panel_text(struct stage *stage, base_buffer *text) {
    base_buffer_clear(text);
    viz_state_open_panel(&stage->state, true);
    assert_int_equal(viz_panel_copy(&stage->state.panel, text), 0);
    return text->data;
}

static void select_lane(struct stage *stage, const char *name) {
    uint32_t lane = viz_find_lane(stage->state.model, name);
    assert_int_not_equal(lane, TRACE_NO_INDEX);
    stage->state.ui.selected = (struct viz_id){.kind = VIZ_ID_LANE, .index = lane};
}

/* The bar before or after the selected lane's first one. */
static void select_bar(struct stage *stage, const char *lane, int number) {
    select_lane(stage, lane);
    for (int i = 0; i <= number; i++)
        viz_input_key(&stage->state, "N");
    assert_int_equal(stage->state.ui.selected.kind, VIZ_ID_BAR);
}

static const char *selected_name(const struct stage *stage) {
    assert_int_equal(stage->state.ui.selected.kind, VIZ_ID_BAR);
    return viz_bar_name(stage->state.model,
                        &stage->state.model->bars[stage->state.ui.selected.index]);
}

static void test_why__sentences(void **state) {
    (void)state;
    struct stage stage;
    base_buffer text = {0};
    open_why(&stage, "window");
    select_bar(&stage, "job7", 0);
    assert_non_null(
        strstr(panel_text(&stage, &text),
               "job7 waited 3 s for room in queue window, full: 4 of 4, which job2 made "
               "at 3 s; before it in the line were job4, job5 and job6"));
    select_bar(&stage, "job7", 1);
    assert_non_null(
        strstr(panel_text(&stage, &text), "job7 began it at 3 s: it waited 3 s for room"));
    assert_non_null(strstr(text.data, "slack: none"));
    select_bar(&stage, "job2", 0);
    assert_non_null(strstr(panel_text(&stage, &text), "Effects\njob7 waited 3 s"));
    select_lane(&stage, "job7");
    assert_non_null(strstr(panel_text(&stage, &text), "Its longest waits\nwaited 3 s for room"));
    stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_NOTHING};
    assert_non_null(strstr(panel_text(&stage, &text), "5 s = job2 3 s + job7 2 s"));
    base_buffer_free(&text);
    stage_close(&stage);
}

static void test_why__findings_are_listed(void **state) {
    (void)state;
    struct stage stage;
    base_buffer text = {0};
    open_why(&stage, "thundering-herd");
    assert_non_null(strstr(panel_text(&stage, &text), "13 of 17 wake-ups there"));
    stage_close(&stage);
    open_why(&stage, "dining-philosophers");
    assert_non_null(strstr(panel_text(&stage, &text), "3 tasks wait for one another since 1.2 s"));
    base_buffer_free(&text);
    stage_close(&stage);
}

/* Each link leads to what it names, and Backspace back. */
static void test_why__links_are_followed(void **state) {
    (void)state;
    struct stage stage;
    open_why(&stage, "window");
    select_bar(&stage, "job7", 0);
    struct viz_id wait = stage.state.ui.selected;
    viz_state_open_panel(&stage.state, true);
    stage_update(&stage);
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->shows.kind == VIZ_ID_LINK && prim->kind == VIZ_TEXT_AT &&
            strcmp(stage.state.scene.text + prim->text, "job2") == 0)
            at = at == SIZE_MAX ? i : at;
    }
    assert_int_not_equal(at, SIZE_MAX);
    struct viz_rect place = stage.state.scene.prims[at].at;
    click(&stage, place.x + place.w / 2, place.y + place.h / 2);
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_LANE);
    assert_int_equal(stage.state.ui.selected.index, viz_find_lane(stage.state.model, "job2"));
    viz_input_key(&stage.state, "Backspace");
    assert_true(viz_same_id(stage.state.ui.selected, wait));
    stage_close(&stage);
}

static void test_why__cause_and_effect(void **state) {
    (void)state;
    struct stage stage;
    open_why(&stage, "window");
    select_bar(&stage, "job7", 1);
    viz_input_key(&stage.state, "<");
    assert_string_equal(selected_name(&stage), "put window"); /* what it waited for before */
    viz_input_key(&stage.state, "<");
    assert_string_equal(selected_name(&stage), "job2 - duration 3"); /* who let it go on */
    viz_input_key(&stage.state, ">");
    assert_string_equal(selected_name(&stage), "put window");
    viz_input_key(&stage.state, ">");
    assert_string_equal(selected_name(&stage), "job7 - duration 2");
    viz_input_key(&stage.state, "J");
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_LANE);
    stage_close(&stage);
}

static void test_why__every_wait_and_span_has_its_bar(void **state) {
    (void)state;
    static const char *const names[] = {"window", "pipeline", "crawler", "dining-philosophers"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct stage stage;
        open_why(&stage, names[i]);
        assert_true(viz_reasons_read(&stage.state.reasons));
        const struct viz_model *model = stage.state.model;
        const struct why_run *run = stage.state.reasons.run;
        for (uint32_t bar = 0; bar < model->bar_count; bar++) {
            struct viz_id id = {.kind = VIZ_ID_BAR, .index = bar};
            uint32_t wait = viz_wait_of_bar(model, run, bar),
                     span = viz_span_of_bar(model, run, bar);
            uint8_t category = model->trace->slices[model->bars[bar].slice].category;
            if (category == TRACE_CATEGORY_WAIT)
                assert_true(viz_same_id(viz_bar_of_wait(model, run, wait), id));
            if (category == TRACE_CATEGORY_SPAN)
                assert_string_equal(why_text(run, run->spans[span].name),
                                    viz_bar_name(model, &model->bars[bar]));
        }
        stage_close(&stage);
    }
}

/* The thread's stretches touch, from the beginning to the end. */
static void test_why__the_longest_way_is_drawn(void **state) {
    (void)state;
    struct stage stage;
    open_why(&stage, "window");
    size_t before = stage_count(&stage, VIZ_FILL, VIZ_ACCENT);
    viz_input_key(&stage.state, "Y");
    stage_update(&stage);
    const struct viz_frame *frame = &stage.state.frame;
    int from = 0, to = 0;
    size_t threads = 0;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->role != VIZ_ACCENT || prim->kind != VIZ_FILL ||
            !viz_contains(&frame->lanes, prim->at.x, prim->at.y))
            continue;
        from = threads++ == 0 ? prim->at.x : from;
        to = prim->at.x + prim->at.w > to ? prim->at.x + prim->at.w : to;
    }
    assert_int_equal(threads, before + 3); /* two pieces, and the step between them */
    assert_int_equal(from, (int)lround(viz_x_of(frame, &stage.state.view, 0)));
    assert_int_equal(to, (int)lround(viz_x_of(frame, &stage.state.view, 5e9)));
    viz_input_key(&stage.state, "Y");
    stage_update(&stage);
    assert_int_equal(stage_count(&stage, VIZ_FILL, VIZ_ACCENT), before);
    stage_close(&stage);
}

/* A deadlock's circle: an arrow from each that waits to the lane of who has what it waits for. */
static void test_why__the_ring_is_drawn(void **state) {
    (void)state;
    struct stage stage;
    open_why(&stage, "dining-philosophers");
    size_t arrows = 0;
    bool reached[3] = {false};
    const struct viz_frame *frame = &stage.state.frame;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->kind != VIZ_ARROW_RIGHT || prim->role != VIZ_ALERT)
            continue;
        arrows++;
        assert_true(prim->at.x > viz_x_of(frame, &stage.state.view, 1.2e9));
        int lane = (int)((prim->at.y + prim->at.h / 2 - frame->lanes.y) / frame->row_px);
        assert_uint_in_range(lane, 0, 2);
        reached[lane] = true;
    }
    assert_int_equal(arrows, 3);
    assert_true(reached[0] && reached[1] && reached[2]);
    assert_non_null(stage_text(&stage, "Still since")); /* it has no makespan */
    assert_null(stage_text(&stage, "Makespan"));
    stage_close(&stage);
}

static void test_why__begins_as_asked(void **state) {
    (void)state;
    struct stage stage;
    open_why(&stage, "window");
    assert_int_equal(
        viz_state_begin(&stage.state, &(struct viz_start){.way = true, .task = "job3"}), 0);
    assert_non_null(stage.state.ui.panel);
    assert_non_null(stage.state.ui.way);
    assert_int_equal(viz_state_begin(&stage.state, &(struct viz_start){.task = "job9"}),
                     CAD_EINVAL);
    stage_close(&stage);
    open_why(&stage, "window");
    stage_explain(&stage, "/nowhere");
    assert_int_equal(viz_state_begin(&stage.state, &(struct viz_start){.way = true}), CAD_EINVAL);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_panel__is_pushed_in_where_there_is_room),
        cmocka_unit_test(test_panel__says_what_is_clicked),
        cmocka_unit_test(test_panel__objects_are_links),
        cmocka_unit_test(test_panel__covers_what_is_under_it),
        cmocka_unit_test(test_panel__the_way_back),
        cmocka_unit_test(test_panel__breaks_lines),
        cmocka_unit_test(test_panel__keeps_units_with_their_numbers),
        cmocka_unit_test(test_panel__breaks_a_very_long_word),
        cmocka_unit_test(test_panel__scrolls_as_far_as_its_text),
        cmocka_unit_test(test_why__sentences),
        cmocka_unit_test(test_why__findings_are_listed),
        cmocka_unit_test(test_why__links_are_followed),
        cmocka_unit_test(test_why__cause_and_effect),
        cmocka_unit_test(test_why__every_wait_and_span_has_its_bar),
        cmocka_unit_test(test_why__the_longest_way_is_drawn),
        cmocka_unit_test(test_why__the_ring_is_drawn),
        cmocka_unit_test(test_why__begins_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
