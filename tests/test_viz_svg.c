/* What is written as SVG has every primitive of the scene, in its order and at its place, with what
 * it shows. With the variable CADRAN_VIEW_SHOTS set to a folder, the pictures are kept.
 */
#include "viz/viz_test.h"

#include "svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *svg_of(const struct stage *stage, const char *name) {
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    const struct viz_svg svg = {.scene = &stage->state.scene,
                                .model = stage->sample.model,
                                .theme = stage->state.theme,
                                .adapts = true};
    assert_true(viz_svg_write(&svg, file));
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

/* The attributes that say where a primitive is. */
static void place_of(const struct viz_scene *scene, const struct viz_prim *prim, char *out,
                     size_t size) {
    const struct viz_rect *at = &prim->at;
    double half = prim->line / 2.0;
    switch ((enum viz_prim_kind)prim->kind) {
    case VIZ_FILL:
        snprintf(out, size, "<rect class=\"c%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"",
                 prim->role, at->x, at->y, at->w, at->h);
        break;
    case VIZ_STROKE:
        snprintf(out, size, "<rect class=\"s%d\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\"",
                 prim->role, at->x + half, at->y + half, at->w - 2 * half, at->h - 2 * half);
        break;
    case VIZ_HATCH:
        snprintf(out, size, "translate(%d %d)\" width=\"%d\" height=\"%d\" fill=\"url(#h%d-%d)\"",
                 at->x, at->y, at->w, at->h, prim->role, prim->period);
        break;
    case VIZ_TEXT_AT:
        snprintf(out, size, "x=\"%g\" y=\"%d\" textLength=\"%d\"",
                 at->x + at->w * prim->align / 2.0,
                 at->y + scene->measure->types[prim->font].ascent, at->w);
        break;
    case VIZ_ARROW_RIGHT:
    case VIZ_CROSS:
        snprintf(out, size, "d=\"M%d %dl%d ", at->x, at->y, at->w);
        break;
    case VIZ_DIAMOND:
        snprintf(out, size, "d=\"M%d %g", at->x, at->y + at->h / 2.0);
        break;
    case VIZ_DOT:
        snprintf(out, size, "cx=\"%g\" cy=\"%g\" r=\"%g\"", at->x + at->w / 2.0,
                 at->y + at->h / 2.0, at->w / 2.0);
        break;
    default:
        snprintf(out, size, "<g class=\"density\">");
        break;
    }
}

/* The element of each primitive, one after the other; each clip, and the groups end. */
static void check_places(const struct stage *stage, const char *svg) {
    const struct viz_scene *scene = &stage->state.scene;
    const char *at = svg;
    for (size_t i = 0; i < scene->count; i++) {
        char place[256];
        place_of(scene, &scene->prims[i], place, sizeof place);
        const char *found = strstr(at, place);
        if (found == NULL)
            print_error("primitive %zu: no %s\n", i, place);
        assert_non_null(found);
        at = found + strlen(place);
    }
    assert_int_equal(count_of(svg, "<clipPath"), scene->clip_count);
    assert_int_equal(count_of(svg, "<text "), stage_count(stage, VIZ_TEXT_AT, -1));
    assert_int_equal(count_of(svg, "<g "), count_of(svg, "</g>"));
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
        check_places(&stage, svg);
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
    check_places(&stage, svg);
    /* As busy everywhere: a stretch of all of the width for rows that are alike. */
    size_t map = stage_find(&stage, 0, VIZ_DENSITY, -1);
    const struct viz_prim *prim = &stage.state.scene.prims[map];
    assert_int_equal(prim->shows.kind, VIZ_ID_MAP);
    const char *group = strstr(svg, "<g class=\"map\"");
    assert_non_null(group);
    char stretch[128];
    snprintf(stretch, sizeof stretch, "M%d %dh%dv", prim->at.x, prim->at.y, prim->at.w);
    assert_non_null(strstr(group, stretch));
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
        int role, x, y, w, h;
        const char *rect = strstr(at, "</title>\n");
        assert_non_null(rect);
        assert_int_equal(sscanf(at, "<g class=\"bar\" data-index=\"%u\"", &index), 1);
        const struct viz_bar *bar = &model->bars[index];
        if (bar->look != VIZ_LOOK_SPAN ||
            sscanf(rect,
                   "</title>\n<rect class=\"c%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"",
                   &role, &x, &y, &w, &h) != 5)
            continue; /* a label */
        double begin_ns = viz_time_at(&stage.state.frame, &stage.state.view, x);
        double end_ns = viz_time_at(&stage.state.frame, &stage.state.view, x + w);
        assert_true(fabs(begin_ns - (double)bar->begin_ns) < 1e7);
        assert_true(fabs(end_ns - (double)bar->end_ns) < 1e7);
        assert_int_equal(role, VIZ_SPAN_FIRST + bar->colour);
        struct viz_id id = stage_hit(&stage, x + w / 2, y + h / 2);
        assert_true(id.kind == VIZ_ID_BAR && id.index == index);
        found++;
    }
    assert_int_equal(found, 8);
    free(svg);
    stage_close(&stage);
}

static void test_svg__tells_details_and_both_themes(void **state) {
    (void)state;
    struct stage stage;
    sample_window(&stage.sample);
    stage_open(&stage, 1280, 720);
    char *svg = svg_of(&stage, "window");
    assert_non_null(strstr(svg, "<title>job4 - duration 2\nspan of: job4\nfrom: 1 s\n"));
    assert_non_null(strstr(svg, "@media(prefers-color-scheme:light){"));
    struct viz_colour dark = viz_palette(VIZ_DARK, VIZ_TEXT);
    struct viz_colour light = viz_palette(VIZ_LIGHT, VIZ_TEXT);
    char rules[2][64];
    snprintf(rules[0], sizeof rules[0], ".c%d{fill:#%02x%02x%02x}", VIZ_TEXT, dark.r, dark.g,
             dark.b);
    snprintf(rules[1], sizeof rules[1], ".c%d{fill:#%02x%02x%02x}", VIZ_TEXT, light.r, light.g,
             light.b);
    assert_non_null(strstr(svg, rules[0]));
    assert_non_null(strstr(strstr(svg, "@media"), rules[1]));
    free(svg);
    stage_close(&stage);
}

/* Each character that a text has is one that XML has, too, and none is obeyed. */
static void test_svg__shows_what_xml_forbids(void **state) {
    (void)state;
    struct stage stage;
    sample_text(
        &stage.sample,
        "[{'ph':'M','pid':1,'tid':1,'name':'thread_name',"
        "'args':{'name':'<b>&amp;\\u0007\\u202ex\\ufffe'}},"
        "{'ph':'X','pid':1,'tid':1,'ts':0,'dur':5000,'name':'a]]>\\u001b[31m  b','cat':'c'}]");
    stage_open(&stage, 1000, 400);
    char *svg = svg_of(&stage, "strange");
    assert_non_null(strstr(svg, ">&lt;b&gt;&amp;amp;\xEF\xBF\xBD\xEF\xBF\xBD"
                                "x\xEF\xBF\xBD</text>"));
    assert_non_null(strstr(svg, ">a]]&gt;\xEF\xBF\xBD[31m  b</text>"));
    for (const char *at = svg; *at != '\0'; at++)
        assert_true((unsigned char)*at >= ' ' || *at == '\n');
    free(svg);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_svg__has_every_primitive_of_every_picture),
        cmocka_unit_test(test_svg__has_the_map),
        cmocka_unit_test(test_svg__bars_are_found_by_their_identity),
        cmocka_unit_test(test_svg__tells_details_and_both_themes),
        cmocka_unit_test(test_svg__shows_what_xml_forbids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
