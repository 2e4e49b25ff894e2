#include "viz/viz_test.h"

#include "cadran.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_inside(const struct viz_rect *inner, const struct viz_rect *outer) {
    return inner->x >= outer->x && inner->y >= outer->y &&
           inner->x + inner->w <= outer->x + outer->w && inner->y + inner->h <= outer->y + outer->h;
}

static void test_layout__bars_are_where_their_times_are(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    size_t found = 0;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->kind != VIZ_FILL || prim->role < VIZ_SPAN_FIRST ||
            prim->role >= VIZ_SPAN_FIRST + VIZ_COLOUR_COUNT ||
            prim->at.y >= stage.state.frame.footer.y)
            continue;
        found++;
        double begin = viz_time_at(&stage.state.frame, &stage.state.view, prim->at.x) / 1e9;
        double end =
            viz_time_at(&stage.state.frame, &stage.state.view, prim->at.x + prim->at.w) / 1e9;
        assert_true(fabs(begin - round(begin)) < 0.01);
        assert_true(fabs(end - begin - (prim->role - VIZ_SPAN_FIRST + 1)) < 0.01);
        assert_true(is_inside(&prim->at, &stage.state.frame.lanes));
    }
    assert_int_equal(found, 8);
    stage_close(&stage);
}

static void test_layout__a_wait_is_told_apart_without_colour(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    /* Four waits and their swatch in the legend are hatched; no span is. */
    assert_int_equal(stage_count(&stage, VIZ_HATCH, -1), 5);
    size_t hatch = stage_find(&stage, 0, VIZ_HATCH, VIZ_WAIT);
    size_t span = stage_find(&stage, 0, VIZ_FILL, VIZ_SPAN_FIRST);
    assert_true(stage.state.scene.prims[hatch].at.h < stage.state.scene.prims[span].at.h);
    stage_close(&stage);
}

/* What made it as long as it is stands behind its clock, where there is room; a deadlock has no
 * makespan. */
static void test_layout__header_explains_the_makespan(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    stage_explain(&stage, SAMPLE_SCENARIOS "/window.trace.json");
    stage_update(&stage);
    const struct viz_prim *line = stage_text(
        &stage, "5 s = job2 3 s + job7 2 s; 32 % of the tasks' time is waiting for queue window");
    assert_non_null(line);
    assert_true(is_inside(&line->at, &stage.state.frame.header));
    const struct viz_prim *clock = stage_text(&stage, "Virtual clock  \xC2\xB7  seed 7");
    assert_true(line->at.x > clock->at.x + clock->at.w && line->at.y == clock->at.y);
    /* Where both have no room it stands alone, and whole: a figure gives way first. */
    stage.state.frame.width = 880;
    stage_update(&stage);
    assert_non_null(stage_text(
        &stage, "5 s = job2 3 s + job7 2 s; 32 % of the tasks' time is waiting for queue window"));
    assert_null(stage_text(&stage, "Virtual clock  \xC2\xB7  seed 7"));
    assert_null(stage_text(&stage, "Events"));
    assert_non_null(stage_text(&stage, "Tasks"));
    stage_close(&stage);

    sample_scenario(&stage.sample, "", SAMPLE_SCENARIOS "/dining-philosophers.json");
    stage_open(&stage, 1280, 720);
    stage_explain(&stage, SAMPLE_SCENARIOS "/dining-philosophers.trace.json");
    stage_update(&stage);
    assert_non_null(stage.state.ui.headline);
    assert_non_null(strstr(stage.state.ui.headline, "3 tasks wait for one another since "));
    assert_non_null(strstr(stage.state.ui.headline, "held by philosopher1"));
    stage_close(&stage);
}

/* Eight tasks fill the picture that is asked for. */
static void test_layout__few_lanes_have_tall_rows(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1920, 1080);
    const struct viz_frame *frame = &stage.state.frame;
    assert_true(frame->row_px * 8 > frame->lanes.h * 0.85);
    stage_close(&stage);
}

static void test_layout__header_says_what_the_run_was(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    static const char *const texts[] = {"window",
                                        "Virtual clock  \xC2\xB7  seed 7",
                                        "complete",
                                        "Makespan",
                                        "5 s",
                                        "Most at work",
                                        "4",
                                        "Tasks",
                                        "8",
                                        "At work",
                                        "job7",
                                        "put window",
                                        "Span of",
                                        "waits",
                                        "job5 - duration 3"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (stage_text(&stage, texts[i]) == NULL)
            print_error("missing: %s\n", texts[i]);
        assert_non_null(stage_text(&stage, texts[i]));
    }
    stage_close(&stage);
}

static void test_layout__labels_are_inside_beside_or_shortened(void **state) {
    (void)state;
    struct stage stage;
    static const char book[] = "a label that is as long as a book, and then so much longer that "
                               "no bar of this trace could ever have it whole";
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'worker', 'do': ["
               " {'span': 'fits', 'do': [{'sleep': '1us'}]}, {'sleep': '4us'},"
               " {'span': '%s', 'do': [{'sleep': '3us'}]},"
               " {'span': 'hidden', 'do': [{'sleep': '10ns'}]},"
               " {'span': 'last', 'do': [{'sleep': '1990ns'}]}]},"
               " {'name': 'other', 'start': '2us', 'do': ["
               " {'span': 'stands beside its bar', 'do': [{'sleep': '100ns'}]}]}]}",
               book);
    stage_open(&stage, 1280, 400);

    const struct viz_prim *fits = stage_text(&stage, "fits");
    assert_int_equal(fits->role, VIZ_INK);
    const struct viz_prim *beside = stage_text(&stage, "stands beside its bar");
    assert_int_equal(beside->role, VIZ_TEXT);
    assert_true(beside->at.x > viz_x_of(&stage.state.frame, &stage.state.view, 2100));
    assert_null(stage_text(&stage, book));
    assert_null(stage_text(&stage, "hidden"));
    size_t ellipsis = 0;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        const char *text = stage.state.scene.text + prim->text;
        if (prim->kind != VIZ_TEXT_AT || strncmp(text, "a label", 7) != 0)
            continue;
        ellipsis += strstr(text, "\xE2\x80\xA6") != NULL;
        double right = prim->at.x + (double)(strlen(text) - 2) * (double)STAGE_LETTER;
        assert_true(right <= viz_x_of(&stage.state.frame, &stage.state.view, 8000));
    }
    assert_int_equal(ellipsis, 1);
    stage_close(&stage);
}

static void test_layout__zero_and_short_slices_can_be_seen_and_hit(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'worker', 'do': ["
               " {'compute': '500us'}, {'span': 'zero', 'do': []}, {'compute': '500us'}]}]}");
    stage_open(&stage, 1280, 400);
    size_t edge = stage_find(&stage, 0, VIZ_FILL, VIZ_SPAN_EDGE_FIRST);
    assert_true(edge != SIZE_MAX);
    const struct viz_rect *at = &stage.state.scene.prims[edge].at;
    assert_int_equal(at->w, 2);
    for (int off = -3; off <= 3; off++) {
        struct viz_id id = stage_hit(&stage, at->x + off, at->y + at->h / 2);
        assert_int_equal(id.kind, VIZ_ID_BAR);
        assert_string_equal(viz_bar_name(stage.sample.model, &stage.sample.model->bars[id.index]),
                            "zero");
    }
    stage_close(&stage);
}

/* How much of the lanes' rows the fills of a role cover, 1 for all of the trace's length. */
static double covered_by(const struct stage *stage, int role, double *beyond) {
    const struct viz_frame *frame = &stage->state.frame;
    double begin = viz_x_of(frame, &stage->state.view, 0);
    double end = viz_x_of(frame, &stage->state.view, (double)stage->sample.model->end_ns);
    double area = 0;
    *beyond = 0;
    for (size_t at = stage_find(stage, 0, VIZ_FILL, role); at != SIZE_MAX;
         at = stage_find(stage, at + 1, VIZ_FILL, role)) {
        const struct viz_prim *prim = &stage->state.scene.prims[at];
        if (prim->shows.kind != VIZ_ID_BARS)
            continue; /* the legend's */
        area += prim->at.w * prim->at.h * prim->alpha / 255.0;
        *beyond = fmax(*beyond, fmax(begin - prim->at.x, prim->at.x + prim->at.w - end));
    }
    return area / (end - begin) / floor(frame->row_px - 5 - (frame->row_px - 20) * 0.34);
}

/* Merged marks are shares of time, in any window: half of the time is work, and the rest is sleep,
 * drawn lower. There are as many as pixels need, whatever the length of the trace. */
static void test_layout__merged_marks_are_shares_of_time(void **state) {
    (void)state;
    struct stage stage;
    sample_busy(&stage.sample, 200000, 1000);
    stage_open(&stage, 1280, 720);
    static const int widths[] = {640, 1280, 1283, 1920, 3840};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        viz_state_place(&stage.state, widths[i], 720);
        assert_int_equal(viz_state_lay_out(&stage.state), 0);
        assert_true(stage.state.scene.count < 1000 + 2 * (size_t)widths[i]);
        double beyond;
        double work = covered_by(&stage, VIZ_SPAN_FIRST, &beyond);
        assert_true(fabs(work - 0.5) < 0.02 && beyond < 4);
        double sleep = covered_by(&stage, VIZ_SLEEP, &beyond);
        assert_true(fabs(sleep - 0.5 * 0.62) < 0.03 && beyond < 4);
    }
    stage_close(&stage);
}

/* What works little does not look busy, be the window wide or narrow. */
static void test_layout__a_lane_that_hardly_works_looks_idle(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'poller', 'do': [{'repeat': 400, 'do': ["
               " {'sleep': 20}, {'span': 'poll', 'do': [{'sleep': 0.005}]}]}]}]}");
    stage_open(&stage, 1280, 720);
    for (int width = 500; width <= 4000; width += 350) {
        viz_state_place(&stage.state, width, 720);
        assert_int_equal(viz_state_lay_out(&stage.state), 0);
        double beyond;
        assert_true(covered_by(&stage, VIZ_SPAN_FIRST, &beyond) < 0.02);
    }
    stage_close(&stage);
}

static void test_layout__a_long_bar_after_short_ones_is_whole(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'tasks': [{'name': 'worker', 'do': ["
               " {'repeat': 100, 'do': [{'span': 'tiny', 'do': [{'sleep': '1ns'}]}]},"
               " {'span': 'long', 'do': [{'sleep': '999900ns'}]}]}]}");
    stage_open(&stage, 1280, 400);
    int widest = 0;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->kind == VIZ_FILL && prim->role >= VIZ_SPAN_FIRST && prim->at.w > widest)
            widest = prim->at.w;
    }
    double whole = viz_x_of(&stage.state.frame, &stage.state.view, 1e6) -
                   viz_x_of(&stage.state.frame, &stage.state.view, 0);
    assert_true(widest >= whole - 4);
    assert_non_null(stage_text(&stage, "long"));
    stage_close(&stage);
}

static void test_layout__names_are_there_for_the_lanes_in_view_only(void **state) {
    (void)state;
    struct stage stage;
    sample_lanes(&stage.sample, 500);
    stage_open(&stage, 1000, 600);
    stage.state.view.row_units = 20;
    stage_update(&stage);
    assert_non_null(stage_text(&stage, "task-0"));
    assert_null(stage_text(&stage, "task-400"));
    assert_true(stage.state.frame.minimap.h > 0);
    assert_int_equal(stage_count(&stage, VIZ_DENSITY, -1), 1);
    viz_view_scroll(&stage.state.view, &stage.state.frame.extent, 395);
    stage_update(&stage);
    assert_null(stage_text(&stage, "task-0"));
    assert_non_null(stage_text(&stage, "task-400"));
    stage_close(&stage);
}

/* At first look, and by F, every lane is there, be they few or many. */
static void test_layout__all_lanes_are_in_view_at_first(void **state) {
    (void)state;
    static const int lanes[] = {8, 200, 2000, 20000};
    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++) {
        struct stage stage;
        sample_lanes(&stage.sample, lanes[i]);
        stage_open(&stage, 800, 600);
        const struct viz_frame *frame = &stage.state.frame;
        assert_true(frame->extent.visible_rows >= lanes[i] - 0.01);
        assert_int_equal(frame->minimap.h, 0);
        if (lanes[i] > 8) /* they fill the window */
            assert_true(frame->row_px * lanes[i] > 0.98 * frame->lanes.h);
        assert_non_null(stage_text(&stage, "task-0"));
        stage.state.view.row_units = 30;
        viz_act(&stage.state, "F", NULL);
        stage_update(&stage);
        assert_true(frame->extent.visible_rows >= lanes[i] - 0.01);
        stage_close(&stage);
    }
}

/* Where rows are lower than can be drawn, a cell is a mixture of what its rows do. */
static void test_layout__dense_lanes_are_a_mixture(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'go': {'type': 'event'}}, 'tasks': ["
               " {'name': 'half{i}', 'count': 2000, 'do': [{'if': 'i %% 2 == 0',"
               "  'then': [{'span': 'work', 'do': [{'sleep': 10}]}],"
               "  'else': [{'wait': 'go'}]}]},"
               " {'name': 'opener', 'do': [{'sleep': 10}, {'set': 'go'}]}]}");
    stage_open(&stage, 1000, 600);
    assert_int_equal(stage_count(&stage, VIZ_DENSITY, -1), 1);
    const struct viz_density *density = &stage.state.scene.dense;
    size_t work = 0;
    size_t wait = 0;
    for (size_t level = 0; level < (size_t)density->levels; level++) {
        work = density->roles[level] == VIZ_SPAN_FIRST ? level : work;
        wait = density->roles[level] == VIZ_WAIT ? level : wait;
    }
    /* Half of it is work; waits, above it, are hatched, and seen so much less from afar. */
    double works = 0;
    double waits = 0;
    for (int row = 0; row < density->rows; row++) {
        const uint8_t *cell = viz_density_cell(density, density->columns / 2, row);
        double above = cell[wait] / 255.0;
        waits += above / density->rows;
        works += cell[work] / 255.0 * (1 - above) / density->rows;
    }
    assert_true(fabs(waits - 0.5 * 0.35) < 0.01 && fabs(works - 0.5) < 0.01);
    /* The same view makes the same cells, and makes them once. */
    unsigned changes = density->changes;
    stage_update(&stage);
    assert_int_equal(density->changes, changes);
    viz_view_zoom(&stage.state.view, &stage.state.frame.extent, 0.5, 0.5);
    stage_update(&stage);
    assert_int_equal(density->changes, changes + 1);
    /* A double click goes to where it can be read. */
    stage.state.ui.pointer = true;
    stage.state.ui.x = 500;
    stage.state.ui.y = 300;
    viz_state_point(&stage.state);
    double row =
        stage.state.view.first_row + (300 - stage.state.frame.lanes.y) / stage.state.frame.row_px;
    viz_act(&stage.state, "Z", NULL);
    stage_update(&stage);
    assert_true(stage.state.frame.row_px >= VIZ_ROW_LEGIBLE);
    assert_true(stage.state.view.first_row <= row &&
                row <= stage.state.view.first_row + stage.state.frame.extent.visible_rows);
    stage_close(&stage);
}

static void test_layout__low_rows_leave_names_out_rather_than_overlap(void **state) {
    (void)state;
    struct stage stage;
    sample_lanes(&stage.sample, 500);
    stage_open(&stage, 1000, 600);
    stage.state.view.row_units = 4;
    stage_update(&stage);
    assert_true(stage.state.frame.row_px < 6);
    int before = -STAGE_LINE;
    int names = 0;
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->kind != VIZ_TEXT_AT || prim->at.x >= stage.state.frame.names.w ||
            strncmp(stage.state.scene.text + prim->text, "task-", 5) != 0)
            continue;
        assert_true(prim->at.y >= before + STAGE_LINE - 2);
        before = prim->at.y;
        names++;
    }
    assert_true(names > 10);
    stage_close(&stage);
}

static void test_layout__wakes_are_arrows_into_the_woken(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_WAKE), 4);
    stage.state.ui.wakes = VIZ_WAKES_OFF;
    stage_update(&stage);
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_WAKE), 0);
    /* What is under the pointer shows its own, whatever is set. */
    int x = (int)viz_x_of(&stage.state.frame, &stage.state.view, 0.5e9);
    int y = stage.state.frame.lanes.y + (int)(4.5 * stage.state.frame.row_px);
    stage.state.ui.hover = stage_hit(&stage, x, y);
    stage.state.ui.pointer = true;
    stage.state.ui.x = x;
    stage.state.ui.y = y;
    stage_update(&stage);
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_ACCENT), 1);
    assert_non_null(stage_text(&stage, "woken by"));
    assert_non_null(stage_text(&stage, "queue"));
    stage_close(&stage);
}

/* What is selected stays what stands out, wherever the pointer is; what that is on has its arrows,
 * too. */
static void test_layout__the_pointer_does_not_outrank_the_selection(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    const struct viz_frame *frame = &stage.state.frame;
    int x = (int)viz_x_of(frame, &stage.state.view, 0.5e9);
    int y = frame->lanes.y + (int)(4.5 * frame->row_px);
    stage.state.ui.selected = stage_hit(&stage, x, y); /* the wait of job4 */
    stage.state.ui.pointer = true;
    stage.state.ui.x = x;
    stage.state.ui.y = frame->lanes.y + (int)(5.5 * frame->row_px); /* that of job5 */
    stage_update(&stage);
    assert_int_equal(stage.state.ui.hover.kind, VIZ_ID_BAR);
    assert_false(viz_same_id(stage.state.ui.hover, stage.state.ui.selected));
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_ACCENT), 2);
    int lit = 0; /* the lane of what is selected, and no other */
    for (size_t i = 0; i < stage.state.scene.count; i++) {
        const struct viz_prim *prim = &stage.state.scene.prims[i];
        if (prim->kind != VIZ_FILL || prim->role != VIZ_HIGHLIGHT || prim->at.h < frame->row_px - 2)
            continue;
        assert_true(prim->at.y <= y && prim->at.y + prim->at.h >= y);
        lit++;
    }
    assert_true(lit > 0);
    stage_close(&stage);
}

/* Where there are too many, those that ended the longest waits are drawn, and it is said how many
 * there are; a taller window never shows fewer. */
static void test_layout__of_many_wakes_the_longest_waits_are_shown(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'start': {'type': 'event'}, 'late': {'type': 'event'}},"
               " 'tasks': [{'name': 'starter', 'do': [{'sleep': 1}, {'set': 'start'}, {'sleep': 1},"
               "  {'set': 'late'}]},"
               " {'name': 'runner{i}', 'count': 100, 'do': [{'wait': 'start'}]},"
               " {'name': 'longer{i}', 'count': 10, 'do': [{'wait': 'late'}]}]}");
    stage_open(&stage, 1280, 3000);
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_WAKE), 48);
    assert_non_null(stage_text(&stage, "48 of 110 wakes shown"));
    size_t late = 0;
    for (size_t at = 0; (at = stage_find(&stage, at, VIZ_ARROW_RIGHT, VIZ_WAKE)) != SIZE_MAX; at++)
        late += stage.state.scene.prims[at].at.x > 1000;
    assert_int_equal(late, 10);
    stage.state.ui.wakes = VIZ_WAKES_ALL;
    stage_update(&stage);
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_WAKE), 110);
    assert_null(stage_text(&stage, "48 of 110 wakes shown"));
    stage_close(&stage);
}

/* What is shortened loses what its neighbours share first, and never its end. */
static void test_layout__labels_keep_what_tells_them_apart(void **state) {
    (void)state;
    struct stage stage;
    sample_run(
        &stage.sample, "",
        "{'cadran': 1, 'tasks': [{'name': 'worker', 'do': [{'repeat': 9, 'index': 'k', 'do': ["
        "  {'sequence': 'request of customer {k}', 'delay': 1}]}]},"
        " {'name': 'job5', 'do': [{'sequence': 'job5 - duration', 'delay': 1}, {'sleep': 8}]},"
        " {'name': 'other', 'do': [{'sequence': 'a name as long as the others are', 'delay': 1},"
        "  {'sequence': 'something else that is long', 'delay': 8}]}]}");
    stage_open(&stage, 1000, 300);
    assert_null(stage_text(&stage, "request of customer 3"));
    for (int k = 0; k < 9; k++) {
        char label[32];
        snprintf(label, sizeof label, "\xE2\x80\xA6%d", k);
        assert_non_null(stage_text(&stage, label));
    }
    assert_non_null(stage_text(&stage, "\xE2\x80\xA6"
                                       "duration"));
    bool found = false;
    for (size_t at = 0; (at = stage_find(&stage, at, VIZ_TEXT_AT, -1)) != SIZE_MAX; at++) {
        const char *text = stage.state.scene.text + stage.state.scene.prims[at].text;
        found = found || (strncmp(text, "a n", 3) == 0 && strstr(text, "\xE2\x80\xA6"
                                                                       " are") != NULL);
    }
    assert_true(found);
    stage_close(&stage);
}

/* A relay's arrows begin at whole seconds, two at each, where the lane that they come from has a
 * bar that ends then: to the pixel, down to bars of a few. */
static void test_layout__arrows_start_at_their_times(void **state) {
    (void)state;
    static const int seconds[] = {20, 50, 70, 200};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        struct stage stage;
        sample_relay(&stage.sample, seconds[i]);
        stage_open(&stage, 1280, 720);
        stage.state.view.row_units = 20;
        stage_update(&stage);
        const struct viz_frame *frame = &stage.state.frame;
        size_t starts = 0;
        for (size_t at = 0; (at = stage_find(&stage, at, VIZ_DOT, VIZ_WAKE)) != SIZE_MAX; at++) {
            const struct viz_rect *dot = &stage.state.scene.prims[at].at;
            double row = (dot->y + dot->h / 2 - frame->lanes.y) / frame->row_px;
            double end_ns = (double)(((int64_t)row / 2 + 1) * SAMPLE_SECOND);
            double x = viz_x_of(frame, &stage.state.view, end_ns);
            assert_true(fabs(dot->x + dot->w / 2 - x) <= 1);
            starts++;
        }
        assert_true(starts > 10);
        stage_close(&stage);
    }
}

/* One task wakes three in one instant: their arrows go down one column, where that instant is, and
 * none of them lies beside it; each points at the end of the wait that it ends. */
static void test_layout__wakes_of_one_instant_share_a_trunk(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'start': {'type': 'event'}}, 'tasks': ["
               " {'name': 'starter', 'do': [{'span': 'prepare', 'do': [{'sleep': 1}]},"
               "  {'set': 'start'}]},"
               " {'name': 'runner{i}', 'count': 3, 'do': [{'wait': 'start'},"
               "  {'span': 'run', 'do': [{'sleep': 1}]}]}]}");
    stage_open(&stage, 1280, 720);
    int x = (int)lround(viz_x_of(&stage.state.frame, &stage.state.view, 1e9));
    size_t trunks = 0;
    for (size_t i = 0; (i = stage_find(&stage, i, VIZ_FILL, VIZ_WAKE)) != SIZE_MAX; i++) {
        assert_int_equal(stage.state.scene.prims[i].at.x, x);
        assert_int_equal(stage.state.scene.prims[i].at.w, 1);
        trunks++;
    }
    assert_int_equal(trunks, 3);
    size_t heads = 0;
    for (size_t i = 0; (i = stage_find(&stage, i, VIZ_ARROW_RIGHT, VIZ_WAKE)) != SIZE_MAX; i++) {
        const struct viz_rect *head = &stage.state.scene.prims[i].at;
        assert_int_equal(head->x + head->w, x);
        heads++;
    }
    assert_int_equal(heads, 3);
    stage_close(&stage);
}

static void test_layout__most_at_work_counts_tasks(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'db': {'type': 'lock'}}, 'tasks': ["
               " {'name': 'job{i}', 'count': 5, 'do': [{'span': 'request', 'do': ["
               "  {'with': 'db', 'do': [{'span': 'query', 'do': [{'sleep': 1}]}]}]}]}]}");
    stage_open(&stage, 1280, 720);
    const struct viz_prim *name = stage_text(&stage, "Most at work");
    assert_non_null(name);
    assert_non_null(stage_text(&stage, "max 1"));
    size_t value = (size_t)(name - stage.state.scene.prims) + 1;
    assert_string_equal(stage.state.scene.text + stage.state.scene.prims[value].text, "1");
    stage_close(&stage);
}

static void test_layout__stuck_waits_stand_out(void **state) {
    (void)state;
    struct stage stage;
    sample_deadlock(&stage.sample);
    stage_open(&stage, 1280, 400);
    assert_non_null(stage_text(&stage, "deadlock"));
    assert_int_equal(stage_count(&stage, VIZ_HATCH, VIZ_ALERT), 2);
    /* The one that began at the very end, too. */
    const struct viz_prim *label = stage_text(&stage, "acquire a");
    assert_non_null(label);
    assert_int_equal(label->role, VIZ_ALERT);
    struct viz_id id = stage_hit(&stage, label->at.x, label->at.y + 4);
    assert_int_equal(id.kind, VIZ_ID_BAR);
    assert_string_equal(viz_bar_name(stage.sample.model, &stage.sample.model->bars[id.index]),
                        "acquire a");
    stage_close(&stage);
}

static void test_layout__details_are_told_in_words(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'a': {'type': 'lock'}}, 'tasks': ["
               " {'name': 'other', 'do': [{'acquire': 'a'}, {'sleep': 1}, {'release': 'a'}]},"
               " {'name': 'worker', 'do': [{'acquire': 'a'}, {'raise': 'ValueError'}]}]}");
    stage_open(&stage, 1000, 400);
    /* A sleep, a wait for somebody else, and the name of who failed. */
    static const struct {
        int lane;
        bool chart;
        const char *name;
        const char *value;
    } places[] = {{0, true, "until", "1 s"},
                  {1, true, "held by", "other"},
                  {1, false, "error", "ValueError"}};
    stage.state.ui.pointer = true;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct viz_frame *frame = &stage.state.frame;
        stage.state.ui.x = places[i].chart ? frame->lanes.x + 200 : 20;
        stage.state.ui.y = frame->lanes.y + (int)((places[i].lane + 0.5) * frame->row_px);
        stage_update(&stage);
        assert_null(stage_text(&stage, "owner_tid"));
        assert_non_null(stage_text(&stage, places[i].name));
        assert_non_null(stage_text(&stage, places[i].value));
    }
    assert_int_equal(stage_count(&stage, VIZ_CROSS, VIZ_ALERT), 1);
    stage_close(&stage);
}

static void test_layout__the_strip_shows_what_changes(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "",
               "{'cadran': 1, 'objects': {'q': {'type': 'queue', 'maxsize': 4},"
               "  'a': {'type': 'lock'}}, 'tasks': ["
               " {'name': 'x', 'do': [{'acquire': 'a'}, {'put': 'q'}, {'sleep': 1},"
               "  {'put': 'q'}, {'sleep': 1}, {'release': 'a'}]},"
               " {'name': 'y', 'do': [{'acquire': 'a'}]}]}");
    stage_open(&stage, 1000, 400);
    /* Who holds a lock is no number, and one that stays the same no picture. */
    const struct trace_model *trace = stage.sample.trace;
    size_t shown = 0;
    uint32_t first = stage.state.ui.counter;
    do {
        const struct trace_counter *counter = &trace->counters[stage.state.ui.counter];
        assert_string_not_equal(trace_text(trace, counter->key), "owner");
        assert_true(counter->min < counter->max);
        stage_update(&stage);
        shown += stage_text(&stage, "q size") != NULL && stage_text(&stage, "max 2") != NULL;
        viz_act(&stage.state, "O", NULL);
    } while (stage.state.ui.counter != first);
    assert_int_equal(shown, 1);
    stage_close(&stage);

    sample_run(&stage.sample, "", "{'cadran': 1, 'tasks': [{'name': 'x', 'do': [{'sleep': 1}]}]}");
    stage_open(&stage, 1000, 400);
    assert_int_equal(stage.state.ui.counter, TRACE_NO_INDEX);
    assert_int_equal(stage.state.frame.strip.h, 0);
    stage_close(&stage);
}

static void test_layout__no_size_and_no_view_breaks_it(void **state) {
    (void)state;
    static const int sizes[][2] = {{64, 64}, {100, 300}, {300, 100}, {400, 300}, {3840, 2160}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct stage stage;
        sample_window(&stage.sample);
        stage_open(&stage, sizes[i][0], sizes[i][1]);
        stage.state.ui.pointer = true;
        viz_act(&stage.state, "?", NULL);
        for (int k = 0; k < 30; k++) {
            stage.state.scale = k % 2 == 0 ? 1 : 2.5;
            stage.state.ui.x = sizes[i][0] * k / 30;
            stage.state.ui.y = sizes[i][1] * k / 30;
            stage.state.ui.hover = stage_hit(&stage, stage.state.ui.x, stage.state.ui.y);
            stage_update(&stage);
            viz_view_zoom(&stage.state.view, &stage.state.frame.extent, k / 30.0, 0.5);
            struct viz_rect all = {0, 0, stage.state.frame.width, stage.state.frame.height};
            assert_true(is_inside(&stage.state.frame.header, &all));
            assert_true(stage.state.frame.lanes.h > 0 && stage.state.frame.lanes.w > 0);
        }
        stage_close(&stage);
    }
}

/* The list of keys is whole: no line of it is cut, and none beyond the edge; in a small window they
 * are cut, and there are as many. */
static void test_layout__the_list_of_keys_cuts_nothing(void **state) {
    (void)state;
    static const int sizes[][2] = {{1280, 720}, {1920, 1080}, {800, 600}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct stage stage;
        sample_window(&stage.sample);
        stage_open(&stage, sizes[i][0], sizes[i][1]);
        viz_act(&stage.state, "?", NULL);
        stage_update(&stage);
        struct viz_rect all = {0, 0, sizes[i][0], sizes[i][1]};
        size_t lines = 0;
        for (size_t k = 0; k < stage.state.scene.count; k++) {
            const struct viz_prim *prim = &stage.state.scene.prims[k];
            if (prim->kind != VIZ_TEXT_AT || prim->shows.kind != VIZ_ID_ACTION)
                continue;
            assert_true(i == 2 ||
                        strstr(stage.state.scene.text + prim->text, "\xE2\x80\xA6") == NULL);
            assert_true(is_inside(&prim->at, &all));
            lines++;
        }
        assert_true(lines >= 2 * stage.state.ui.help->count);
        stage_close(&stage);
    }
}

static void test_layout__nothing_is_said_to_be_nothing(void **state) {
    (void)state;
    struct stage stage;
    sample_run(&stage.sample, "", "{'cadran': 1, 'tasks': []}");
    stage_open(&stage, 800, 500);
    assert_non_null(stage_text(&stage, "Nothing happened in this trace"));
    struct viz_id id = stage_hit(&stage, 400, 250);
    assert_int_equal(id.kind, VIZ_ID_NOTHING);
    stage_close(&stage);
}

static void test_layout__what_cannot_be_shown_is_not_said_to_be_nothing(void **state) {
    (void)state;
    struct stage stage;
    sample_text(&stage.sample, "[{'ph':'P','ts':1},{'ph':'v','ts':1}]");
    stage_open(&stage, 1000, 500);
    assert_non_null(
        stage_text(&stage, "2 warnings: sample:1: samples (ph P) are left out: 1 of them"));
    assert_null(stage_text(&stage, "Nothing happened in this trace"));
    assert_non_null(stage_text(&stage, "Nothing in this trace can be shown"));
    stage_close(&stage);
}

static void test_layout__what_was_cut_short_is_not_said_to_be_well_formed(void **state) {
    (void)state;
    struct stage stage;
    sample_text(&stage.sample, "[");
    stage_open(&stage, 1000, 500);
    assert_non_null(stage_text(&stage, "It was cut short before anything happened."));
    assert_null(stage_text(&stage, "Nothing happened in this trace"));
    stage_close(&stage);
}

static void test_layout__neighbours_are_stepped_through(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    const struct viz_model *model = stage.sample.model;
    struct viz_id lane = {.kind = VIZ_ID_LANE, .index = 4};
    struct viz_id wait = viz_next_bar(model, lane, 1);
    assert_string_equal(viz_bar_name(model, &model->bars[wait.index]), "put window");
    struct viz_id span = viz_next_bar(model, wait, 1);
    assert_string_equal(viz_bar_name(model, &model->bars[span.index]), "job4 - duration 2");
    struct viz_id end = viz_next_bar(model, span, 1);
    assert_true(viz_same_id(span, end));
    struct viz_id back = viz_next_bar(model, span, -1);
    assert_true(viz_same_id(back, wait));
    stage_close(&stage);
}

static int letters(void *context, enum viz_font font, const char *text, size_t length) {
    (void)context;
    (void)font;
    int count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count * 10;
}

static void test_layout__texts_are_shortened_at_whole_characters(void **state) {
    (void)state;
    struct viz_measure measure = {.width = letters};
    char out[64];
    assert_int_equal(viz_elide(&measure, VIZ_FONT_BODY, "short", 100, false, out, sizeof out), 50);
    assert_string_equal(out, "short");
    assert_int_equal(viz_elide(&measure, VIZ_FONT_BODY, "shortened", 60, false, out, sizeof out),
                     60);
    assert_string_equal(out, "short\xE2\x80\xA6");
    viz_elide(&measure, VIZ_FONT_BODY, "a-long-name-of-job-17", 130, true, out, sizeof out);
    assert_string_equal(out, "a-lon\xE2\x80\xA6"
                             "-job-17");
    viz_elide(&measure, VIZ_FONT_BODY, "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 30, false, out,
              sizeof out);
    assert_string_equal(out, "\xC3\xA9\xC3\xA9\xE2\x80\xA6");
    assert_int_equal(viz_elide(&measure, VIZ_FONT_BODY, "nothing", 35, false, out, sizeof out), 0);
    assert_string_equal(out, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout__bars_are_where_their_times_are),
        cmocka_unit_test(test_layout__a_wait_is_told_apart_without_colour),
        cmocka_unit_test(test_layout__header_explains_the_makespan),
        cmocka_unit_test(test_layout__few_lanes_have_tall_rows),
        cmocka_unit_test(test_layout__header_says_what_the_run_was),
        cmocka_unit_test(test_layout__labels_are_inside_beside_or_shortened),
        cmocka_unit_test(test_layout__zero_and_short_slices_can_be_seen_and_hit),
        cmocka_unit_test(test_layout__merged_marks_are_shares_of_time),
        cmocka_unit_test(test_layout__a_lane_that_hardly_works_looks_idle),
        cmocka_unit_test(test_layout__all_lanes_are_in_view_at_first),
        cmocka_unit_test(test_layout__dense_lanes_are_a_mixture),
        cmocka_unit_test(test_layout__a_long_bar_after_short_ones_is_whole),
        cmocka_unit_test(test_layout__names_are_there_for_the_lanes_in_view_only),
        cmocka_unit_test(test_layout__low_rows_leave_names_out_rather_than_overlap),
        cmocka_unit_test(test_layout__wakes_are_arrows_into_the_woken),
        cmocka_unit_test(test_layout__the_pointer_does_not_outrank_the_selection),
        cmocka_unit_test(test_layout__labels_keep_what_tells_them_apart),
        cmocka_unit_test(test_layout__arrows_start_at_their_times),
        cmocka_unit_test(test_layout__of_many_wakes_the_longest_waits_are_shown),
        cmocka_unit_test(test_layout__wakes_of_one_instant_share_a_trunk),
        cmocka_unit_test(test_layout__most_at_work_counts_tasks),
        cmocka_unit_test(test_layout__stuck_waits_stand_out),
        cmocka_unit_test(test_layout__details_are_told_in_words),
        cmocka_unit_test(test_layout__the_strip_shows_what_changes),
        cmocka_unit_test(test_layout__no_size_and_no_view_breaks_it),
        cmocka_unit_test(test_layout__the_list_of_keys_cuts_nothing),
        cmocka_unit_test(test_layout__nothing_is_said_to_be_nothing),
        cmocka_unit_test(test_layout__what_cannot_be_shown_is_not_said_to_be_nothing),
        cmocka_unit_test(test_layout__what_was_cut_short_is_not_said_to_be_well_formed),
        cmocka_unit_test(test_layout__neighbours_are_stepped_through),
        cmocka_unit_test(test_layout__texts_are_shortened_at_whole_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
