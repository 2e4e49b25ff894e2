/* Rows of primitives: what they hold at which time, and where it is drawn. */
#include "viz/viz_test.h"

#include "describe.h"
#include "input.h"
#include "objects.h"

#include <stdio.h>
#include <string.h>

static void open_scenario(struct stage *stage, const char *name, int width, int height) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", SAMPLE_SCENARIOS, name);
    sample_scenario(&stage->sample, "", path);
    stage_open(stage, width, height);
    stage->state.ui.objects = true;
    stage_update(stage);
}

static const char *value(const struct stage *stage, uint32_t object, double seconds) {
    static char said[160];
    viz_object_value(stage->state.model, object,
                     &(struct viz_when){.time_ns = (int64_t)(seconds * 1e9)}, said, sizeof said);
    return said;
}

static void test_objects__what_a_queue_holds(void **state) {
    (void)state;
    struct stage stage;
    struct viz_description said;
    open_scenario(&stage, "window.json", 1200, 700);
    const struct viz_model *model = stage.state.model;
    assert_int_equal(model->object_count, 1);
    assert_true(model->objects[0].limit == 4);
    assert_string_equal(value(&stage, 0, 0.5), "4/4, 4 wait");
    assert_string_equal(value(&stage, 0, 2.5), "4/4, 1 waits");
    assert_string_equal(value(&stage, 0, 5), "0/4");
    /* Two waited 1 s, one 2 s, one 3 s. */
    assert_true(model->objects[0].waited_ns == 7e9);
    assert_true(viz_describe(model, (struct viz_id){.kind = VIZ_ID_OBJECT}, &said));
    assert_string_equal(said.heading, "queue window");
    stage_close(&stage);
}

/* An owner's bar begins and ends at the times at which it had the lock. */
static void test_objects__whose_a_lock_is(void **state) {
    (void)state;
    static const int widths[] = {800, 1920, 3840};
    static const double begins[] = {0, 1, 3, 6};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct stage stage;
        open_scenario(&stage, "window-lock.json", widths[i], 700);
        const struct viz_state *seen = &stage.state;
        assert_string_equal(value(&stage, 0, 0.5), "job0, 3 wait");
        assert_string_equal(value(&stage, 0, 6.5), "job3");
        size_t found = 0;
        for (size_t k = 0; k < seen->scene.count; k++) {
            const struct viz_prim *prim = &seen->scene.prims[k];
            bool bar = prim->shows.kind == VIZ_ID_OBJECT && prim->kind == VIZ_FILL &&
                       prim->role >= VIZ_SPAN_FIRST && prim->role < VIZ_SPAN_EDGE_FIRST;
            if (!bar)
                continue;
            double wanted = viz_x_of(&seen->frame, &seen->view, begins[found] * 1e9);
            assert_true(prim->at.x >= wanted - 1.01 && prim->at.x <= wanted + 1.01);
            found++;
        }
        assert_int_equal(found, 4);
        stage_close(&stage);
    }
}

static void test_objects__are_shown_and_stepped_through(void **state) {
    (void)state;
    struct stage stage;
    open_scenario(&stage, "connection-pool.json", 1000, 420);
    const struct viz_rect *rows = &stage.state.frame.objects;
    assert_true(rows->h > 0 && rows->y + rows->h <= stage.state.frame.footer.y);
    assert_true(stage.state.frame.lanes.y + stage.state.frame.lanes.h <= rows->y);
    struct viz_id first = stage_hit(&stage, rows->x + 5, rows->y + rows->h - 10);
    assert_int_equal(first.kind, VIZ_ID_OBJECT);
    viz_input_key(&stage.state, "Alt+O");
    stage_update(&stage);
    struct viz_id next = stage_hit(&stage, rows->x + 5, rows->y + rows->h - 10);
    assert_int_not_equal(first.index, next.index);
    viz_input_key(&stage.state, "Alt+Shift+O");
    viz_input_key(&stage.state, "Shift+O");
    stage_update(&stage);
    assert_int_equal(stage.state.frame.objects.h, 0);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects__what_a_queue_holds),
        cmocka_unit_test(test_objects__whose_a_lock_is),
        cmocka_unit_test(test_objects__are_shown_and_stepped_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
