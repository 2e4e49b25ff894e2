/* The playhead: by which keys it goes where, and what is shown of the instant that it stands in. */
#include "viz/viz_test.h"

#include "actions_play.h"
#include "actions_travel.h"
#include "input.h"
#include "tab_state.h"
#include "trace/reader.h"
#include "travel.h"

#include <stdio.h>
#include <string.h>

struct journey {
    struct stage stage;
    struct trace_timeline *timeline;
};

/* Of the sample. */
static void set_out(struct journey *journey, int width, int height) {
    static const struct viz_moment nowhere = {.given = false};
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    stage_open(&journey->stage, width, height);
    journey->timeline = trace_timeline_new();
    assert_non_null(journey->timeline);
    assert_int_equal(
        trace_read_events_memory("sample", journey->stage.sample.text, journey->stage.sample.length,
                                 trace_timeline_consumer(journey->timeline), &complete, message),
        0);
    char fault[VIZ_TRAVEL_FAULT];
    assert_true(viz_start_travel(&journey->stage.state, journey->timeline, &nowhere, fault));
}

static void begin(struct journey *journey, const char *options, const char *scenario, int width,
                  int height) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", SAMPLE_SCENARIOS, scenario);
    sample_scenario(&journey->stage.sample, options, path);
    set_out(journey, width, height);
}

static void end(struct journey *journey) {
    stage_close(&journey->stage);
    trace_timeline_free(journey->timeline);
}

static void press(struct journey *journey, const char *input) {
    assert_int_equal(viz_input_key(&journey->stage.state, input), VIZ_REDRAW);
    stage_update(&journey->stage);
}

static const struct viz_travel *travel(const struct journey *journey) {
    return &journey->stage.state.travel;
}

static enum trace_kind kind_at;
static int keep_kind(struct trace_consumer *consumer, const struct trace_event *event) {
    (void)consumer;
    kind_at = event->kind;
    return 0;
}

static enum trace_kind kind_of(const struct journey *journey) {
    struct trace_consumer consumer = {.take = keep_kind};
    uint64_t ordinal = travel(journey)->ordinal;
    assert_int_equal(trace_timeline_tell(journey->timeline, ordinal, ordinal, &consumer), 0);
    return kind_at;
}

static bool panel_has(const struct journey *journey, const char *text) {
    base_buffer copy = {0};
    assert_int_equal(viz_panel_copy(&journey->stage.state.panel, &copy), 0);
    bool has = copy.length > 0 && strstr(copy.data, text) != NULL;
    base_buffer_free(&copy);
    return has;
}

static void test_travel__an_event_on_and_back(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    press(&journey, ".");
    assert_true(travel(&journey)->ordinal > 0);
    assert_non_null(journey.stage.state.ui.panel);
    uint64_t ordinal = travel(&journey)->ordinal;
    press(&journey, ".");
    assert_int_equal(travel(&journey)->ordinal, ordinal + 1);
    press(&journey, ",");
    press(&journey, ",");
    assert_int_equal(travel(&journey)->ordinal, ordinal - 1);
    press(&journey, "Ctrl+Home");
    press(&journey, ",");
    assert_int_equal(travel(&journey)->ordinal, 1);
    press(&journey, "Ctrl+End");
    press(&journey, ".");
    assert_int_equal(travel(&journey)->ordinal, trace_timeline_end(journey.timeline));
    press(&journey, "Escape");
    assert_int_equal(travel(&journey)->ordinal, 0);
    end(&journey);
}

/* As many steps as there are turns, and each of them ends one. */
static void test_travel__turns_at_one_instant_are_steps(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    press(&journey, ".");
    press(&journey, "Ctrl+Home");
    int steps = 0, at_zero = 0;
    for (uint64_t before = 0; travel(&journey)->ordinal != before; steps++) {
        before = travel(&journey)->ordinal;
        press(&journey, "Ctrl+Right");
        at_zero += travel(&journey)->time_ns == 0;
        if (travel(&journey)->ordinal != before)
            assert_int_equal(kind_of(&journey), TRACE_TURN_END);
    }
    assert_true(at_zero >= 8); /* eight tasks have had a turn each */
    while (--steps > 0)
        press(&journey, "Ctrl+Left");
    assert_int_equal(travel(&journey)->time_ns, 0);
    press(&journey, "Ctrl+.");
    assert_int_equal(kind_of(&journey), TRACE_ITERATION);
    end(&journey);
}

static void test_travel__from_a_value_to_who_set_it(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    (void)viz_go_to_time(&journey.stage.state, 2500000000);
    stage_update(&journey.stage);
    do
        press(&journey, "E");
    while (travel(&journey)->chosen.kind != TRACE_SUBJECT_ITEMS);
    press(&journey, "U");
    assert_int_equal(kind_of(&journey), TRACE_OPERATION);
    assert_int_equal(travel(&journey)->time_ns, 2000000000);
    uint64_t at_two = travel(&journey)->ordinal;
    press(&journey, "Shift+U");
    assert_int_equal(kind_of(&journey), TRACE_OPERATION);
    assert_int_equal(travel(&journey)->time_ns, 3000000000);
    press(&journey, "U");
    assert_int_equal(travel(&journey)->ordinal, at_two);
    end(&journey);
}

static void test_travel__steps_of_the_selected_task(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    (void)viz_go_to_time(&journey.stage.state, 500000000);
    journey.stage.state.ui.selected = (struct viz_id){
        .kind = VIZ_ID_LANE, .index = viz_lane_of_tid(journey.stage.state.model, 6)};
    press(&journey, "Shift+Right"); /* job4 is woken */
    assert_int_equal(travel(&journey)->time_ns, 1000000000);
    assert_int_equal(kind_of(&journey), TRACE_READY_JOIN);
    press(&journey, "Shift+Right");
    assert_int_equal(kind_of(&journey), TRACE_TURN_BEGIN);
    press(&journey, "Shift+Left");
    press(&journey, "Shift+Left"); /* it began to wait */
    assert_int_equal(kind_of(&journey), TRACE_PARK);
    assert_int_equal(travel(&journey)->time_ns, 0);
    end(&journey);
}

static void test_travel__without_details_it_says_what_is_missing(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--seed 7 --set width=2", "window.json", 1200, 700);
    (void)viz_go_to_time(&journey.stage.state, 500000000);
    stage_update(&journey.stage);
    assert_true(panel_has(&journey, "no details"));
    assert_true(panel_has(
        &journey, "cadran run --detail --trace detailed.json --seed 7 --set width=2 SCENARIO"));
    assert_true(panel_has(&journey, "waits: put window"));
    assert_false(panel_has(&journey, "items\t"));
    int64_t before_ns = travel(&journey)->time_ns;
    press(&journey, "Ctrl+Right");
    assert_true(travel(&journey)->time_ns > before_ns);
    press(&journey, "Ctrl+Left");
    assert_int_equal(travel(&journey)->time_ns, before_ns);
    end(&journey);
}

/* The cells of the band follow each other, and the pressed one is gone to. */
static void test_travel__the_instant_is_spread_out(void **state) {
    (void)state;
    static const int widths[] = {700, 1280, 3840};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct journey journey;
        struct viz_input input = {0};
        begin(&journey, "--detail", "window.json", widths[i], 700);
        (void)viz_go_to_time(&journey.stage.state, 1000000000);
        stage_update(&journey.stage);
        const struct viz_state *seen = &journey.stage.state;
        const struct viz_rect *band = &seen->frame.instant;
        assert_true(band->h > 0 && band->y == seen->frame.axis.y + seen->frame.axis.h);
        struct viz_id before = {.kind = VIZ_ID_NOTHING};
        int cells = 0, pressed = 0;
        for (int x = band->x; x < band->x + band->w; x++) {
            struct viz_id id = stage_hit(&journey.stage, x, band->y + band->h / 2);
            if (id.kind != VIZ_ID_STEP || (before.kind == VIZ_ID_STEP && id.index == before.index))
                continue;
            assert_true(before.kind == VIZ_ID_NOTHING || id.index > before.index);
            before = id;
            pressed = ++cells == 2 ? x + 1 : pressed;
        }
        assert_true(cells >= 5);
        uint32_t wanted = stage_hit(&journey.stage, pressed, band->y + band->h / 2).index;
        viz_input_move(&input, &journey.stage.state, pressed, band->y + band->h / 2);
        viz_input_press(&input, &journey.stage.state, pressed, band->y + band->h / 2, false, false);
        viz_input_release(&input, &journey.stage.state);
        assert_int_equal(travel(&journey)->ordinal, wanted);
        end(&journey);
    }
}

static void test_travel__the_axis_is_pressed(void **state) {
    (void)state;
    struct journey journey;
    struct viz_input input = {0};
    begin(&journey, "--detail", "window.json", 1200, 700);
    struct viz_state *seen = &journey.stage.state;
    int x = (int)viz_x_of(&seen->frame, &seen->view, 2.5e9);
    viz_input_press(&input, seen, x, seen->frame.axis.y + 3, false, false);
    assert_int_equal(travel(&journey)->time_ns, 2000000000);
    viz_input_move(&input, seen, (int)viz_x_of(&seen->frame, &seen->view, 4.5e9),
                   seen->frame.axis.y + 3);
    viz_input_release(&input, seen);
    assert_int_equal(travel(&journey)->time_ns, 4000000000);
    stage_update(&journey.stage);
    /* The line stands at its time. */
    int wanted = (int)viz_x_of(&seen->frame, &seen->view, 4e9), found = 0;
    for (size_t i = 0; i < seen->scene.count; i++) {
        const struct viz_prim *prim = &seen->scene.prims[i];
        bool line = prim->kind == VIZ_FILL && prim->role == VIZ_ACCENT && prim->alpha == 255 &&
                    prim->at.w == 2 && prim->at.h > 300;
        found += line && prim->at.x >= wanted - 1 && prim->at.x <= wanted + 1;
    }
    assert_int_equal(found, 1);
    end(&journey);
}

static void test_travel__events_are_listed_and_filtered(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    (void)viz_go_to_time(&journey.stage.state, 1000000000);
    press(&journey, "L");
    assert_true(panel_has(&journey, "all events"));
    assert_true(panel_has(&journey, "turn end"));
    uint64_t first = travel(&journey)->ordinal;
    press(&journey, ",");
    assert_int_equal(travel(&journey)->ordinal, first - 1);
    assert_true(panel_has(&journey, "all events"));
    journey.stage.state.ui.selected = (struct viz_id){
        .kind = VIZ_ID_LANE, .index = viz_lane_of_tid(journey.stage.state.model, 6)};
    press(&journey, "L");
    assert_true(panel_has(&journey, "job4: span job4 - duration 2 begins"));
    assert_false(panel_has(&journey, "job5: span"));
    press(&journey, "L");
    assert_true(panel_has(&journey, "window, size 4"));
    assert_false(panel_has(&journey, "turn end"));
    press(&journey, "Shift+L");
    press(&journey, "Shift+L");
    assert_true(panel_has(&journey, "turn end"));
    end(&journey);
}

static void test_travel__of_an_event_at_a_time(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    const struct viz_moment moment = {
        .given = true, .timed = true, .time_ns = 1000000000, .number = 3};
    char fault[VIZ_TRAVEL_FAULT];
    assert_true(viz_start_travel(&journey.stage.state, journey.timeline, &moment, fault));
    stage_update(&journey.stage);
    assert_int_equal(travel(&journey)->ordinal, travel(&journey)->first + 2);
    assert_true(panel_has(&journey, "1 s, event 3 of "));
    end(&journey);
}

/* What the trace does not have is said, and the playhead is as near as can be. */
static void test_travel__beyond_the_end(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    struct viz_state *shown = &journey.stage.state;
    char fault[VIZ_TRAVEL_FAULT];
    struct viz_moment moment = {.given = true, .timed = true, .time_ns = INT64_C(9000000000)};
    assert_false(viz_start_travel(shown, journey.timeline, &moment, fault));
    assert_string_equal(fault, "--at is beyond the end of the trace, 5 s");
    assert_int_equal(travel(&journey)->ordinal, trace_timeline_end(journey.timeline));
    moment = (struct viz_moment){.given = true, .timed = true, .number = 1000000};
    assert_false(viz_start_travel(shown, journey.timeline, &moment, fault));
    assert_int_equal(strncmp(fault, "--step: there are ", 18), 0);
    moment = (struct viz_moment){.given = true, .number = 1000000};
    assert_false(viz_start_travel(shown, journey.timeline, &moment, fault));
    assert_int_equal(strncmp(fault, "--step: the trace has ", 22), 0);
    moment.number = trace_timeline_end(journey.timeline);
    assert_true(viz_start_travel(shown, journey.timeline, &moment, fault));
    end(&journey);
}

/* A name has its room beside the swatch of what its task does. */
static void test_travel__names_are_whole_beside_their_states(void **state) {
    (void)state;
    struct journey journey;
    sample_run(&journey.stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'heartbeat-of-all', 'do': [{'sleep': 1}]}]}");
    set_out(&journey, 1200, 700);
    (void)viz_go_to_time(&journey.stage.state, SAMPLE_SECOND / 2);
    stage_update(&journey.stage);
    assert_non_null(stage_text(&journey.stage, "heartbeat-of-all"));
    end(&journey);
}

static bool begins_a_text(const struct journey *journey, const char *begin) {
    const struct viz_scene *scene = &journey->stage.state.scene;
    bool found = false;
    for (size_t i = 0; i < scene->count; i++)
        found |= scene->prims[i].kind == VIZ_TEXT_AT &&
                 strncmp(scene->text + scene->prims[i].text, begin, strlen(begin)) == 0;
    return found;
}

/* At 1 s the window is full, and four stand outside; of what the events of that time change is
 * there what the one at hand has: at the first four still wait. */
static void test_travel__objects_are_what_they_are_at_the_event(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1280, 800);
    journey.stage.state.ui.objects = true;
    (void)viz_go_to_time(&journey.stage.state, SAMPLE_SECOND);
    stage_update(&journey.stage);
    assert_true(begins_a_text(&journey, "4/4, 2"));
    (void)viz_go_to_event(&journey.stage.state, travel(&journey)->first);
    stage_update(&journey.stage);
    assert_true(begins_a_text(&journey, "4/4, 4"));
    end(&journey);
}

/* Also where there is no playhead yet. */
static void test_travel__to_the_last_event_at_once(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1200, 700);
    press(&journey, "Escape");
    press(&journey, "Ctrl+End");
    assert_int_equal(travel(&journey)->ordinal, trace_timeline_end(journey.timeline));
    end(&journey);
}

/* A comma stays with the word before it, also where that is a link and the comma is not. */
static void test_travel__no_line_begins_with_a_comma(void **state) {
    (void)state;
    size_t commas = 0;
    for (int length = 1; length < 12; length++) {
        struct journey journey;
        sample_run(&journey.stage.sample, "--detail",
                   "{'cadran': 1, 'objects': {'q': {'type': 'queue'}}, 'tasks': ["
                   "{'name': '%.*s{i}', 'count': 40, 'do': [{'get': 'q'}]}]}",
                   length, "waiterwaiter");
        set_out(&journey, 1000, 600);
        (void)viz_go_to_event(&journey.stage.state, trace_timeline_end(journey.timeline));
        stage_update(&journey.stage);
        const struct viz_scene *scene = &journey.stage.state.scene;
        for (size_t i = 1; i < scene->count; i++) {
            const struct viz_prim *prim = &scene->prims[i];
            if (prim->kind != VIZ_TEXT_AT || prim->shows.kind != VIZ_ID_PANEL ||
                scene->text[prim->text] != ',')
                continue;
            commas++;
            assert_int_equal(prim->at.y, scene->prims[i - 1].at.y);
        }
        end(&journey);
    }
    assert_true(commas > 0);
}

/* Beside the names stands what tasks do there, and the panel counts as the strip does. */
static void test_travel__names_tell_what_tasks_do(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1280, 800);
    assert_null(stage_text(&journey.stage, "works"));
    (void)viz_go_to_time(&journey.stage.state, SAMPLE_SECOND / 2);
    stage_update(&journey.stage);
    size_t swatches = 0, coloured = 0;
    for (size_t i = 0; i < journey.stage.state.scene.count; i++) {
        const struct viz_prim *prim = &journey.stage.state.scene.prims[i];
        swatches += prim->kind == VIZ_STROKE && prim->at.x < journey.stage.state.frame.names.w &&
                    prim->shows.kind == VIZ_ID_LANE;
        /* In the colour of the span that is open: of 1, 2, 3 and again 1 s. */
        static const char *const names[] = {"job0", "job1", "job2", "job3"};
        for (uint32_t k = 0; k < 4; k++)
            coloured += prim->kind == VIZ_STROKE && prim->shows.kind == VIZ_ID_LANE &&
                        prim->shows.index == viz_find_lane(journey.stage.state.model, names[k]) &&
                        prim->at.x < journey.stage.state.frame.names.w &&
                        prim->role == VIZ_SPAN_EDGE_FIRST + (int)(k % 3);
    }
    assert_int_equal(swatches, 8);
    assert_int_equal(coloured, 4);
    const struct viz_prim *word = stage_text(&journey.stage, "works");
    assert_non_null(word);
    assert_true(word->at.x < journey.stage.state.frame.names.w);
    assert_true(panel_has(&journey, "8 tasks: 4 wait, 4 sleep; 4 at work"));
    (void)viz_go_to_event(&journey.stage.state, trace_timeline_end(journey.timeline));
    stage_update(&journey.stage);
    assert_null(stage_text(&journey.stage, "at work"));
    assert_non_null(stage_text(&journey.stage, "ended"));
    end(&journey);
}

/* Five seconds at once a second, with what instants take besides; it does not go back, skips
 * nothing that is an instant, and stops at the end. */
static void test_travel__plays_to_the_end(void **state) {
    (void)state;
    struct journey journey;
    begin(&journey, "--detail", "window.json", 1280, 800);
    press(&journey, ".");
    press(&journey, "Ctrl+Home");
    press(&journey, "Space");
    assert_true(journey.stage.state.ui.playing);
    const int64_t frame_ns = 16000000;
    int64_t took_ns = 0, time_ns = 0;
    int instants = 0;
    while (journey.stage.state.ui.playing && took_ns < 60 * SAMPLE_SECOND) {
        uint64_t before = travel(&journey)->ordinal;
        assert_int_equal(viz_play_on(&journey.stage.state, frame_ns), VIZ_REDRAW);
        stage_update(&journey.stage);
        took_ns += frame_ns;
        assert_true(travel(&journey)->ordinal >= before);
        assert_true(travel(&journey)->line_ns >= travel(&journey)->time_ns);
        instants += travel(&journey)->time_ns != time_ns;
        time_ns = travel(&journey)->time_ns;
    }
    assert_int_equal(travel(&journey)->ordinal, trace_timeline_end(journey.timeline));
    assert_int_equal(instants, 5);
    assert_uint_in_range(took_ns, 5 * SAMPLE_SECOND, 8 * SAMPLE_SECOND);
    /* At the end it begins anew, and at another speed. */
    press(&journey, "Space");
    assert_int_equal(travel(&journey)->ordinal, 1);
    double speed = journey.stage.state.ui.speed;
    press(&journey, "+");
    assert_true(journey.stage.state.ui.speed == 2 * speed);
    press(&journey, "-");
    press(&journey, "Space");
    assert_false(journey.stage.state.ui.playing);
    assert_int_equal(viz_play_on(&journey.stage.state, frame_ns), 0);
    end(&journey);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_travel__an_event_on_and_back),
        cmocka_unit_test(test_travel__turns_at_one_instant_are_steps),
        cmocka_unit_test(test_travel__from_a_value_to_who_set_it),
        cmocka_unit_test(test_travel__steps_of_the_selected_task),
        cmocka_unit_test(test_travel__without_details_it_says_what_is_missing),
        cmocka_unit_test(test_travel__the_instant_is_spread_out),
        cmocka_unit_test(test_travel__the_axis_is_pressed),
        cmocka_unit_test(test_travel__events_are_listed_and_filtered),
        cmocka_unit_test(test_travel__of_an_event_at_a_time),
        cmocka_unit_test(test_travel__beyond_the_end),
        cmocka_unit_test(test_travel__names_are_whole_beside_their_states),
        cmocka_unit_test(test_travel__objects_are_what_they_are_at_the_event),
        cmocka_unit_test(test_travel__to_the_last_event_at_once),
        cmocka_unit_test(test_travel__no_line_begins_with_a_comma),
        cmocka_unit_test(test_travel__names_tell_what_tasks_do),
        cmocka_unit_test(test_travel__plays_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
