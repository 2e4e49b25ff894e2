/* What the primitives of a picture say of themselves. */
#include "viz/viz_test.h"

#include <string.h>

static const struct viz_prim *prims_of(const struct stage *stage, size_t *count) {
    *count = stage->state.scene.count;
    return stage->state.scene.prims;
}

/* How many primitives show something of a kind. */
static size_t count_shown(const struct stage *stage, enum viz_id_kind kind) {
    size_t count;
    size_t shown = 0;
    const struct viz_prim *prims = prims_of(stage, &count);
    for (size_t i = 0; i < count; i++)
        shown += prims[i].shows.kind == kind;
    return shown;
}

/* How many primitives show this one. */
static size_t count_of(const struct stage *stage, struct viz_id id) {
    size_t count, shown = 0;
    const struct viz_prim *prims = prims_of(stage, &count);
    for (size_t i = 0; i < count; i++)
        shown += viz_same_id(prims[i].shows, id);
    return shown;
}

static void test_scene__primitives_say_what_they_show(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    const struct viz_model *model = stage.sample.model;
    bool bars[64] = {false};
    size_t count;
    const struct viz_prim *prims = prims_of(&stage, &count);
    assert_uint_in_range(model->bar_count, 12, 64);
    for (size_t i = 0; i < count; i++) {
        struct viz_id id = prims[i].shows;
        if (id.kind == VIZ_ID_BAR)
            bars[id.index] = true;
        if (prims[i].kind == VIZ_TEXT_AT && id.kind == VIZ_ID_LANE) {
            char name[32];
            viz_lane_name(model, id.index, name, sizeof name);
            assert_string_equal(stage.state.scene.text + prims[i].text, name);
        }
    }
    for (size_t i = 0; i < model->bar_count; i++)
        assert_true(bars[i]);
    assert_int_equal(stage_count(&stage, VIZ_ARROW_RIGHT, VIZ_WAKE),
                     stage.sample.trace->wake_count);
    assert_int_equal(count_shown(&stage, VIZ_ID_WAKE), 3 * stage.sample.trace->wake_count);
    assert_int_equal(count_shown(&stage, VIZ_ID_INSTANT), stage.sample.trace->instant_count);
    assert_true(count_shown(&stage, VIZ_ID_COUNTER) > 3);
    assert_int_equal(count_shown(&stage, VIZ_ID_COLOUR), 3 * 3);
    assert_int_equal(count_shown(&stage, VIZ_ID_LOOK), 4);
    assert_true(count_shown(&stage, VIZ_ID_TRACE) > 6);
    assert_int_equal(count_shown(&stage, VIZ_ID_ACTION), 0);
    viz_act(&stage.state, "?", NULL);
    stage_update(&stage);
    for (size_t i = 0; i < viz_action_count; i++) /* what to press, what that does: lines of each */
        assert_true(
            count_of(&stage, (struct viz_id){.kind = VIZ_ID_ACTION, .index = (uint32_t)i}) >= 2);
    stage_close(&stage);
}

static bool same(struct viz_prim a, struct viz_prim b) {
    return viz_same_id(a.shows, b.shows);
}

/* Bars that share a mark: every one of them is shown by one mark, which is a stack of levels. */
static void test_scene__merged_bars_are_counted(void **state) {
    (void)state;
    struct stage stage;
    sample_busy(&stage.sample, 20000, 1000);
    stage_open(&stage, 1280, 720);
    size_t count;
    size_t bars = 0;
    uint32_t next = 0;
    const struct viz_prim *prims = prims_of(&stage, &count);
    for (size_t i = 0; i < count; i++) {
        if (prims[i].shows.kind != VIZ_ID_BARS || (i > 0 && same(prims[i], prims[i - 1])))
            continue;
        assert_int_equal(prims[i].shows.index, next);
        next += prims[i].shows.more;
        bars += prims[i].shows.more;
    }
    assert_int_equal(bars, stage.sample.model->bar_count);
    stage_close(&stage);
}

static void test_scene__what_is_drawn_is_what_is_hit(void **state) {
    (void)state;
    static void (*const samples[])(struct sample *) = {sample_window, sample_deadlock};
    for (size_t s = 0; s < 2; s++) {
        struct stage stage;
        samples[s](&stage.sample);
        stage_open(&stage, 1280, 720);
        size_t count;
        size_t tried = 0;
        const struct viz_prim *prims = prims_of(&stage, &count);
        for (size_t i = 0; i < count; i++) {
            const struct viz_rect *at = &prims[i].at;
            int x = at->x + at->w / 2;
            int y = at->y + at->h / 2;
            struct viz_id drawn = viz_scene_at(&stage.state.scene, x, y);
            if (drawn.kind != VIZ_ID_BAR || !viz_contains(&stage.state.frame.lanes, x, y))
                continue;
            assert_true(viz_same_id(stage_hit(&stage, x, y), drawn));
            tried++;
        }
        assert_true(tried > 4);
        stage_close(&stage);
    }
}

static void test_scene__texts_fill_their_rectangles(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    size_t count;
    size_t anchored[3] = {0};
    const struct viz_prim *prims = prims_of(&stage, &count);
    for (size_t i = 0; i < count; i++) {
        if (prims[i].kind != VIZ_TEXT_AT)
            continue;
        const char *text = stage.state.scene.text + prims[i].text;
        assert_int_equal(prims[i].at.w,
                         viz_width(&stage.state.measure, (enum viz_font)prims[i].font, text));
        assert_int_equal(prims[i].at.h, STAGE_LINE);
        anchored[prims[i].align]++;
    }
    assert_true(anchored[VIZ_LEFT] > 20 && anchored[VIZ_CENTRE] >= 3 && anchored[VIZ_RIGHT] >= 8);
    /* The last figure ends where its name does, at the right. */
    const struct viz_rect *name = &stage_text(&stage, "Makespan")->at;
    assert_int_equal(name->x + name->w, stage.state.frame.width - 16);
    stage_close(&stage);
}

static void test_scene__a_clip_hides_from_the_pointer_too(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    struct viz_scene scene = {0};
    viz_scene_begin(&scene, 100, 100, &stage.state.measure);
    viz_shows(&scene, VIZ_ID_MAP, 0);
    viz_clip(&scene, &(struct viz_rect){0, 0, 50, 100});
    viz_fill(&scene, VIZ_TEXT, (struct viz_rect){0, 0, 100, 100});
    viz_shows(&scene, VIZ_ID_NOTHING, 0);
    viz_fill(&scene, VIZ_TEXT, (struct viz_rect){0, 0, 100, 100});
    viz_clip(&scene, NULL);
    viz_clip(&scene, NULL);
    assert_int_equal(scene.clip_count, 3); /* the picture's, one, and the picture's again */
    assert_int_equal(viz_scene_at(&scene, 49, 5).kind, VIZ_ID_MAP);
    assert_int_equal(viz_scene_at(&scene, 50, 5).kind, VIZ_ID_NOTHING);
    viz_scene_free(&scene);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scene__primitives_say_what_they_show),
        cmocka_unit_test(test_scene__merged_bars_are_counted),
        cmocka_unit_test(test_scene__what_is_drawn_is_what_is_hit),
        cmocka_unit_test(test_scene__texts_fill_their_rectangles),
        cmocka_unit_test(test_scene__a_clip_hides_from_the_pointer_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
