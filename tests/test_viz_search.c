/* Searching: what each kind of term finds, against a walk; and the field. */
#include "viz/viz_test.h"

#include "input.h"
#include "search.h"

#include <stdio.h>
#include <string.h>

static void search_for(struct viz_search *search, const struct viz_model *model, const char *text) {
    viz_search_clear(search);
    assert_int_equal(viz_search_type(search, model, text), 0);
}

static size_t count_of(const struct sample *sample, const char *text) {
    struct viz_search search = {0};
    search_for(&search, sample->model, text);
    assert_null(search.fault);
    size_t count = search.count;
    for (size_t i = 1; i < count; i++)
        assert_true(viz_found_ns(sample->model, search.found[i - 1]) <=
                    viz_found_ns(sample->model, search.found[i]));
    viz_search_clear(&search);
    return count;
}

/* Eight jobs, of which four wait for the window; the spans are of 1, 2 and 3 s. */
static void test_search__terms(void **state) {
    (void)state;
    struct sample sample;
    sample_window(&sample);
    assert_int_equal(count_of(&sample, "duration"), 8);
    assert_int_equal(count_of(&sample, "DURATION <3s"), 6);
    assert_int_equal(count_of(&sample, "wait:window"), 4);
    assert_int_equal(count_of(&sample, "wait:lock"), 0);
    assert_int_equal(count_of(&sample, "by:job*"), 4);
    assert_int_equal(count_of(&sample, "name:job?"), 8);
    assert_int_equal(count_of(&sample, "name:job[0-3]"), 4);
    assert_int_equal(count_of(&sample, "name:job1 duration"), 1);
    assert_int_equal(count_of(&sample, "state:returned"), 8);
    assert_int_equal(count_of(&sample, "state:failed"), 0);
    assert_int_equal(count_of(&sample, ">2s duration"), 2);
    assert_int_equal(count_of(&sample, ""), 0);
    /* The job's own lane, and its span. */
    assert_int_equal(count_of(&sample, "job7"), 2);
    sample_free(&sample);
}

static void test_search__what_cannot_be_read_is_told(void **state) {
    (void)state;
    static const char *const texts[] = {">", "<soon", "state:odd",
                                        "a b c d e f g h i j k l m n o p q"};
    struct sample sample;
    sample_window(&sample);
    struct viz_search search = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        search_for(&search, sample.model, texts[i]);
        assert_non_null(search.fault);
        assert_int_equal(search.count, 0);
    }
    viz_search_clear(&search);
    sample_free(&sample);
}

static void test_search__the_field_takes_what_is_typed(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    assert_false(viz_input_is_text(&stage.state));
    viz_input_key(&stage.state, "/");
    assert_true(viz_input_is_text(&stage.state));
    static const char *const typed[] = {"w", "a", "i", "t", ":", "\xC3\xA9"};
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        viz_input_text(&stage.state, typed[i]);
    stage_update(&stage);
    assert_non_null(stage_text(&stage, "nothing found"));
    viz_input_key(&stage.state, "Backspace");
    viz_input_text(&stage.state, "win");
    assert_string_equal(stage.state.search.text, "wait:win");
    stage_update(&stage);
    assert_non_null(stage_text(&stage, "4 found"));
    for (int i = 1; i <= 5; i++) {
        char text[32];
        viz_input_key(&stage.state, "Return");
        stage_update(&stage);
        snprintf(text, sizeof text, "%d of 4", i % 4 == 0 ? 4 : i % 4);
        assert_non_null(stage_text(&stage, text));
        assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_BAR);
        assert_int_equal(stage.sample.model->bars[stage.state.ui.selected.index].look,
                         VIZ_LOOK_WAIT);
    }
    viz_input_key(&stage.state, "Shift+Return");
    assert_int_equal(stage.state.search.at, 4);
    assert_false(viz_input_is_text(&stage.state)); /* letters are keys again */
    viz_input_key(&stage.state, "Escape");
    assert_null(stage.state.ui.search);
    assert_int_equal(stage.state.ui.selected.kind, VIZ_ID_BAR);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search__terms),
        cmocka_unit_test(test_search__what_cannot_be_read_is_told),
        cmocka_unit_test(test_search__the_field_takes_what_is_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
