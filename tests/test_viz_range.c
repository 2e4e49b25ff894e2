/* What is chosen of the time: ranges and their statistics, marks; and the view that is saved. */
#include "viz/viz_test.h"

#include "cadran.h"
#include "input.h"
#include "saved.h"
#include "tab_range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of a test's files. */
static char folder[] = "/tmp/cadran-range-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state) {
    char command[256];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void path_of(const char *name, char *path) {
    snprintf(path, 256, "%s/%s", folder, name);
}

static void write_file(const char *path, const char *text, size_t length) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static char *read_file(const char *path) {
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    assert_int_equal(fclose(file), 0);
    text[length] = '\0';
    return text;
}

/* A sample whose trace is in a file, from where statistics read it again. */
static void open_file(struct stage *stage, void (*make)(struct sample *sample)) {
    char path[256];
    path_of("trace.json", path);
    make(&stage->sample);
    write_file(path, stage->sample.text, stage->sample.length);
    viz_model_free(stage->sample.model);
    assert_int_equal(viz_model_new(stage->sample.trace, path, &stage->sample.model), 0);
    stage_open(stage, 1280, 720);
}

static void press(struct stage *stage, const char *key) {
    assert_int_equal(viz_input_key(&stage->state, key), VIZ_REDRAW);
    stage_update(stage);
}

/* --- Statistics ----------------------------------------------------------------------------- */

static void write_statistics(const struct stat_run *run, base_buffer *out) {
    doc_writer writer = {0};
    assert_non_null(run);
    stat_write_json(run, &writer, NULL);
    assert_false(doc_write_failed(&writer));
    *out = writer.text;
}

/* What `cadran export --format json` prints of the trace. */
static const char *exported(void) {
    static char out[1 << 20];
    char command[1024];
    snprintf(command, sizeof command, "'%s' export --format json '%s/trace.json'", SAMPLE_CADRAN,
             folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t length = fread(out, 1, sizeof out - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    out[length > 0 ? length - 1 : 0] = '\0'; /* the last newline */
    return out;
}

/* A range that is the whole trace has the statistics that are exported, to the nanosecond. */
static void test_range__all_of_it_is_what_is_exported(void **state) {
    static void (*const samples[])(struct sample *) = {sample_window, sample_deadlock};
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct stage stage;
        base_buffer text;
        open_file(&stage, samples[i]);
        viz_range_set(&stage.state.range, stage.sample.model, -5e9, 1e18);
        assert_int_equal(stage.state.range.to_ns, stage.sample.model->end_ns);
        write_statistics(viz_range_statistics(&stage.state.range, stage.sample.model), &text);
        assert_string_equal(text.data, exported());
        base_buffer_free(&text);
        stage_close(&stage);
    }
}

/* Ranges that touch come to the whole: no nanosecond is lost or counted twice. */
static void test_range__parts_add_up(void **state) {
    (void)state;
    struct stage stage;
    open_file(&stage, sample_window);
    struct viz_model *model = stage.sample.model;
    struct viz_range range = {.given = false};
    int64_t whole[STAT_PART_COUNT], waited[2] = {0};
    memcpy(whole, viz_range_statistics(&range, model)->parts_ns, sizeof whole);
    for (size_t i = 0; i < viz_range_statistics(&range, model)->object_count; i++)
        waited[0] += viz_range_statistics(&range, model)->objects[i].waited_ns;
    for (int piece = 0; piece < 7; piece++) {
        viz_range_set(&range, model, (double)(model->end_ns * piece / 7),
                      (double)(model->end_ns * (piece + 1) / 7));
        const struct stat_run *run = viz_range_statistics(&range, model);
        assert_int_equal(run->end_ns, range.to_ns - range.from_ns);
        int64_t parts = 0;
        for (int part = 0; part < STAT_PART_COUNT; part++) {
            whole[part] -= run->parts_ns[part];
            parts += run->parts_ns[part];
        }
        assert_int_equal(parts, run->life_ns);
        for (size_t i = 0; i < run->object_count; i++)
            waited[1] += run->objects[i].waited_ns;
        assert_true(run->at_work_peak <= 4);
        assert_true(stat_at_work_mean(run) <= (double)run->at_work_peak);
    }
    for (int part = 0; part < STAT_PART_COUNT; part++)
        assert_int_equal(whole[part], 0);
    assert_int_equal(waited[0], waited[1]);
    viz_range_drop(&range);
    stage_close(&stage);
}

/* --- Choosing ------------------------------------------------------------------------------- */

static void drag(struct stage *stage, int from, int to, int y) {
    struct viz_input input = {.drag = NULL};
    viz_input_move(&input, &stage->state, from, y);
    viz_input_press(&input, &stage->state, from, y, false, true);
    viz_input_move(&input, &stage->state, to, y);
    viz_input_release(&input, &stage->state);
    stage_update(stage);
}

static void test_range__is_dragged_and_keeps_to_edges(void **state) {
    (void)state;
    struct stage stage;
    open_file(&stage, sample_window);
    const struct viz_frame *frame = &stage.state.frame;
    struct viz_view before = stage.state.view;
    const struct viz_bar *bar = &stage.sample.model->bars[0];
    int x0 = (int)viz_x_of(frame, &before, (double)bar->begin_ns);
    int x1 = (int)viz_x_of(frame, &before, (double)bar->end_ns);
    drag(&stage, x0 + 3, x1 - 3, frame->lanes.y + (int)(frame->row_px / 2));
    assert_true(stage.state.range.given);
    assert_int_equal(stage.state.range.from_ns, bar->begin_ns);
    assert_int_equal(stage.state.range.to_ns, bar->end_ns);
    assert_true(stage.state.view.length_ns == before.length_ns); /* it is not zoomed to */
    assert_non_null(stage_text(&stage, "range"));
    press(&stage, "Return");
    assert_true(fabs(stage.state.view.length_ns - (double)(bar->end_ns - bar->begin_ns)) < 1);
    press(&stage, "Escape");
    assert_false(stage.state.range.given);
    stage_close(&stage);
}

static void test_range__is_chosen_by_keys(void **state) {
    (void)state;
    struct stage stage;
    open_file(&stage, sample_window);
    stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_BAR, .index = 0};
    const struct viz_bar *bar = &stage.sample.model->bars[0];
    press(&stage, "S");
    assert_int_equal(stage.state.range.to_ns, bar->end_ns);
    press(&stage, "Escape");
    stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_BAR, .index = 1};
    bar = &stage.sample.model->bars[1];
    press(&stage, "A");
    assert_int_equal(stage.state.range.from_ns, bar->begin_ns);
    assert_int_equal(stage.state.range.to_ns, stage.sample.model->end_ns);
    press(&stage, "Shift+A");
    assert_int_equal(stage.state.range.to_ns, bar->end_ns);
    stage_close(&stage);
}

/* --- Marks ---------------------------------------------------------------------------------- */

static void test_range__marks_have_notes(void **state) {
    (void)state;
    struct stage stage;
    open_file(&stage, sample_window);
    stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_BAR, .index = 0};
    press(&stage, "M");
    assert_true(viz_input_is_text(&stage.state));
    viz_input_text(&stage.state, "here it ");
    viz_input_text(&stage.state, "begin\xC3\xA4");
    press(&stage, "Backspace");
    press(&stage, "Return");
    assert_false(viz_input_is_text(&stage.state));
    assert_string_equal(stage.state.bookmarks.list[0].note, "here it begin");
    assert_non_null(stage_text(&stage, "here it begin"));
    press(&stage, "M"); /* the same one */
    assert_int_equal(stage.state.bookmarks.count, 1);
    press(&stage, "Escape");
    viz_range_set(&stage.state.range, stage.sample.model, 2e9, 3e9);
    press(&stage, "M");
    viz_input_text(&stage.state, "late");
    press(&stage, "Return");
    assert_int_equal(stage.state.bookmarks.count, 2);
    assert_int_equal(stage.state.bookmarks.list[1].to_ns, 3000000000);
    press(&stage, "Ctrl+M");
    assert_non_null(stage_text(&stage, "late"));
    stage.state.ui.selected = (struct viz_id){.kind = VIZ_ID_NOTHING};
    for (int i = 0; i < 6; i++)
        press(&stage, "+"); /* so that the view can move */
    press(&stage, "Alt+Left");
    assert_int_equal(stage.state.bookmark_ns, 2000000000);
    press(&stage, "Alt+Left");
    assert_int_equal(stage.state.bookmark_ns, stage.state.bookmarks.list[0].from_ns);
    press(&stage, "Alt+Right");
    assert_int_equal(stage.state.bookmark_ns, 2000000000);
    press(&stage, "Shift+M");
    assert_int_equal(stage.state.bookmarks.count, 1);
    stage_close(&stage);
}

static void test_range__a_note_that_is_too_long_is_cut(void **state) {
    (void)state;
    struct viz_bookmarks bookmarks = {.count = 0};
    assert_int_equal(viz_bookmark_add(&bookmarks, 5, 5, "b"), 0);
    assert_int_equal(viz_bookmark_add(&bookmarks, 1, 1, "a\nline"), 0);
    assert_string_equal(bookmarks.list[0].note, "a line");
    for (int i = 0; i < 400; i++)
        viz_note_type(&bookmarks.list[1], "\xE2\x82\xAC");
    assert_int_equal(strlen(bookmarks.list[1].note), 199 / 3 * 3 + 1 - (199 % 3 == 0));
    assert_int_equal(viz_bookmark_near(&bookmarks, 3.5, 2), 1);
    assert_int_equal(viz_bookmark_near(&bookmarks, 3, 1), VIZ_NO_BOOKMARK);
    viz_bookmarks_free(&bookmarks);
}

/* --- The saved view ------------------------------------------------------------------------- */

static void test_saved__lies_beside_the_trace(void **state) {
    static const char *const names[][2] = {{"a/window.json", "a/window.view.json"},
                                           {"a/window.trace.json.gz", "a/window.trace.view.json"},
                                           {"a.b/run", "a.b/run.view.json"},
                                           {"x/.json", "x/.json.view.json"},
                                           {"t.json.zst", "t.view.json"}};
    char path[256];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(viz_saved_path(names[i][0], path, sizeof path));
        assert_string_equal(path, names[i][1]);
    }
    assert_false(viz_saved_path("a-name-that-does-not-fit", path, 12));
}

static void choose_much(struct stage *stage) {
    viz_choice_filter(&stage->state.choice, "job");
    stage->state.choice.grouping = VIZ_GROUPING_NAME;
    stage->state.choice.ordering = VIZ_ORDERING_WAITED;
    viz_fold(&stage->state.choice.folds, "job*", false);
    viz_choice_pin(&stage->state.choice, 2);
    (void)viz_state_arrange(&stage->state);
    viz_bookmark_add(&stage->state.bookmarks, 1000000001, 1000000001, "\"one\" \xE2\x82\xAC");
    viz_range_set(&stage->state.range, stage->sample.model, 5e8, 1e9);
    stage->state.ui.objects = true;
    stage->state.ui.wakes = VIZ_WAKES_OFF;
    viz_model_colour(stage->sample.model, VIZ_COLOUR_BY_LANE);
    viz_view_show(&stage->state.view, &stage->state.frame.extent, 1e9, 2e9);
    stage_update(stage);
}

/* What is saved comes back, and is written again byte by byte. */
static void test_saved__comes_back(void **state) {
    (void)state;
    struct stage stage;
    char path[256], other[256], message[VIZ_SAVED_MESSAGE];
    path_of("trace.view.json", path);
    path_of("again.view.json", other);
    open_file(&stage, sample_window);
    choose_much(&stage);
    assert_int_equal(viz_saved_write(&stage.state, path, message), 0);
    stage_close(&stage);
    open_file(&stage, sample_window);
    assert_int_equal(viz_saved_read(&stage.state, path, message), 0);
    stage_update(&stage);
    assert_true(stage.state.view.begin_ns == 1e9 && stage.state.view.length_ns == 1e9);
    assert_string_equal(stage.state.choice.filter, "job");
    assert_false(stage.state.frame.arrangement->groups[0].folded);
    assert_int_equal(stage.state.choice.pins[0], 2);
    assert_int_equal(stage.state.bookmarks.list[0].from_ns, 1000000001);
    assert_int_equal(stage.state.range.to_ns, 1000000000);
    assert_int_equal(stage.sample.model->colouring, VIZ_COLOUR_BY_LANE);
    assert_true(stage.state.ui.objects);
    assert_int_equal(viz_saved_write(&stage.state, other, message), 0);
    char *first = strdup(read_file(path));
    assert_string_equal(first, read_file(other));
    free(first);
    assert_int_equal(viz_saved_write(&stage.state, path, message), 0); /* over its own kind */
    stage_close(&stage);
}

/* Of a damaged file nothing is taken, and nothing is lost. */
static void test_saved__a_damaged_file_is_a_message(void **state) {
    static const char *const damaged[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"cadran_view\": 2}",
        "{\"cadran_view\": 1, \"fliter\": \"a\"}",
        "{\"cadran_view\": 1, \"filter\": \"state:asleep\"}",
        "{\"cadran_view\": 1, \"group\": \"colour\"}",
        "{\"cadran_view\": 1, \"from_ns\": 5, \"to_ns\": 5}",
        "{\"cadran_view\": 1, \"marks\": [{\"from_ns\": 5}]}",
        "{\"cadran_view\": 1, \"marks\": [{\"from_ns\": 5, \"to_ns\": 4}]}",
        "{\"cadran_view\": 1, \"marks\": {}}",
        "{\"cadran_view\": 1, \"pins\": [\"job3\"]}",
        "{\"cadran_view\": 1, \"pins\": [{\"lane\": 3}]}",
        "{\"cadran_view\": 1, \"folds\": [1]}",
        "{\"cadran_view\": 1, \"range\": {\"from_ns\": 0.5, \"to_ns\": 4}}",
        "{\"cadran_view\": 1, \"objects\": 1}"};
    (void)state;
    struct stage stage;
    char path[256], message[VIZ_SAVED_MESSAGE];
    path_of("damaged.view.json", path);
    open_file(&stage, sample_window);
    choose_much(&stage);
    struct viz_view view = stage.state.view;
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        write_file(path, damaged[i], strlen(damaged[i]));
        message[0] = '\0';
        assert_int_equal(viz_saved_read(&stage.state, path, message), CAD_EINVAL);
        assert_non_null(strstr(message, "damaged.view.json"));
        assert_string_equal(stage.state.choice.filter, "job");
        assert_int_equal(stage.state.bookmarks.count, 1);
        assert_memory_equal(&view, &stage.state.view, sizeof view);
    }
    path_of("nowhere.view.json", path);
    assert_int_equal(viz_saved_read(&stage.state, path, message), CAD_EINVAL);
    assert_non_null(strstr(message, "nowhere.view.json"));
    stage_close(&stage);
}

/* Another program's file stays as it is, whatever it is; what is there stays where writing fails.
 */
static void test_saved__nothing_else_is_written_over(void **state) {
    static const char *const foreign[] = {"my notes\n", "{\"version\": 1}", "[1]", ""};
    (void)state;
    struct stage stage;
    char path[256], message[VIZ_SAVED_MESSAGE];
    path_of("foreign.view.json", path);
    open_file(&stage, sample_window);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        write_file(path, foreign[i], strlen(foreign[i]));
        assert_int_equal(viz_saved_write(&stage.state, path, message), CAD_EINVAL);
        assert_non_null(strstr(message, "is no saved view"));
        assert_string_equal(read_file(path), foreign[i]);
    }
    path_of("no-folder/x.view.json", path);
    assert_int_equal(viz_saved_write(&stage.state, path, message), CAD_ESYSTEM);
    assert_non_null(strstr(message, "no-folder"));
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_range__all_of_it_is_what_is_exported),
        cmocka_unit_test(test_range__parts_add_up),
        cmocka_unit_test(test_range__is_dragged_and_keeps_to_edges),
        cmocka_unit_test(test_range__is_chosen_by_keys),
        cmocka_unit_test(test_range__marks_have_notes),
        cmocka_unit_test(test_range__a_note_that_is_too_long_is_cut),
        cmocka_unit_test(test_saved__lies_beside_the_trace),
        cmocka_unit_test(test_saved__comes_back),
        cmocka_unit_test(test_saved__a_damaged_file_is_a_message),
        cmocka_unit_test(test_saved__nothing_else_is_written_over),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
