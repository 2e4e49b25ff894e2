/* A second renderer gets by with the scene alone: what it writes has every primitive, where it is,
 * with what it shows. With the variable CADRAN_VIEW_SHOTS set to a folder, the pictures are kept.
 */
#include "viz/viz_test.h"

#include "viz/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *svg_of(const struct stage *stage, const char *name) {
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    svg_write(file, &stage->state.scene, stage->state.theme);
    assert_int_equal(fclose(file), 0);
    const char *folder = getenv("CADRAN_VIEW_SHOTS");
    if (folder != NULL) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s.svg", folder, name);
        file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, length, file), length);
        assert_int_equal(fclose(file), 0);
    }
    return text;
}

/* How often a text occurs. */
static size_t count_of(const char *text, const char *what) {
    size_t count = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

/* The same number of things, of every kind. */
static void check_counts(const struct stage *stage, const char *svg) {
    assert_int_equal(count_of(svg, "\n<g class="), stage->state.scene.count);
    assert_int_equal(count_of(svg, "</g>\n"), stage->state.scene.count);
    assert_int_equal(count_of(svg, "<clipPath"), stage->state.scene.clip_count);
    static const struct {
        enum viz_prim_kind kind;
        const char *element;
    } kinds[] = {{VIZ_TEXT_AT, "<text"},
                 {VIZ_HATCH, "<pattern"},
                 {VIZ_STROKE, "fill=\"none\""},
                 {VIZ_DOT, "<circle"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_int_equal(count_of(svg, kinds[i].element),
                         stage_count(stage, (int)kinds[i].kind, -1));
}

static void test_svg__has_every_primitive_of_every_picture(void **state) {
    (void)state;
    static const struct {
        const char *name;
        void (*make)(struct sample *sample);
        int width;
        int height;
        bool help;
    } pictures[] = {{"window", sample_window, 1280, 720, false},
                    {"small", sample_window, 400, 300, false},
                    {"keys", sample_window, 1000, 640, true},
                    {"deadlock", sample_deadlock, 1000, 400, false}};
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        struct stage stage;
        pictures[i].make(&stage.sample);
        stage_open(&stage, pictures[i].width, pictures[i].height);
        if (pictures[i].help)
            viz_act(&stage.state, "?", NULL);
        stage_update(&stage);
        char *svg = svg_of(&stage, pictures[i].name);
        check_counts(&stage, svg);
        free(svg);
        stage_close(&stage);
    }
}

static void test_svg__has_the_map(void **state) {
    (void)state;
    struct stage stage;
    sample_lanes(&stage.sample, 300);
    stage_open(&stage, 1000, 600);
    stage.state.view.row_units = 20;
    stage_update(&stage);
    stage.state.theme = VIZ_LIGHT;
    char *svg = svg_of(&stage, "lanes");
    check_counts(&stage, svg);
    /* As busy everywhere: one stretch for each row of its pixels. */
    size_t map = stage_find(&stage, 0, VIZ_DENSITY, -1);
    assert_int_equal(stage.state.scene.prims[map].shows.kind, VIZ_ID_MAP);
    int rows = stage.state.scene.prims[map].at.h;
    assert_int_equal(count_of(svg, "height=\"1\" opacity="), rows);
    free(svg);
    stage_close(&stage);
}

/* The times of a bar that the SVG says something of, from its pixels. */
static void test_svg__bars_are_found_by_their_identity(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    char *svg = svg_of(&stage, "window");
    const struct viz_model *model = stage.sample.model;
    size_t found = 0;
    for (const char *at = strstr(svg, "<g class=\"bar\""); at != NULL;
         at = strstr(at + 1, "<g class=\"bar\"")) {
        unsigned index;
        int x, y, w, h;
        const char *rect = strstr(at, "><rect x=");
        if (rect == NULL || rect > strchr(at, '\n') ||
            sscanf(at, "<g class=\"bar\" data-index=\"%u\"", &index) != 1 ||
            sscanf(rect, "><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", &x, &y, &w, &h) !=
                4)
            continue;
        const struct viz_bar *bar = &model->bars[index];
        if (bar->look != VIZ_LOOK_SPAN || strstr(rect, "fill=\"none\"") < strchr(rect, '\n'))
            continue;
        double begin_ns = viz_time_at(&stage.state.frame, &stage.state.view, x);
        double end_ns = viz_time_at(&stage.state.frame, &stage.state.view, x + w);
        assert_true(fabs(begin_ns - (double)bar->begin_ns) < 1e7);
        assert_true(fabs(end_ns - (double)bar->end_ns) < 1e7);
        struct viz_id id = stage_hit(&stage, x + w / 2, y + h / 2);
        assert_true(id.kind == VIZ_ID_BAR && id.index == index);
        found++;
    }
    assert_int_equal(found, 8);
    free(svg);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_svg__has_every_primitive_of_every_picture),
        cmocka_unit_test(test_svg__has_the_map),
        cmocka_unit_test(test_svg__bars_are_found_by_their_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
