/* What becomes pixels, without a display. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 200, HEIGHT = 100 };

struct easel {
    uint32_t pixels[WIDTH * HEIGHT];
    struct viz_typesetter *typesetter;
    struct viz_drawer *drawer;
    struct viz_measure measure;
    struct viz_scene scene;
};

static void open_easel(struct easel *easel) {
    char message[VIZ_MESSAGE_SIZE];
    *easel = (struct easel){0};
    assert_int_equal(viz_typesetter_new(NULL, 1, &easel->typesetter, message), 0);
    easel->drawer = viz_drawer_new(easel->typesetter);
    assert_non_null(easel->drawer);
    viz_typesetter_measure(easel->typesetter, &easel->measure);
    viz_scene_begin(&easel->scene, WIDTH, HEIGHT, &easel->measure);
}

static void close_easel(struct easel *easel) {
    viz_scene_free(&easel->scene);
    viz_drawer_free(easel->drawer);
    viz_typesetter_free(easel->typesetter);
}

/* Paints the scene; how many pixels of a rectangle are not the background's. */
static int count_painted(struct easel *easel, struct viz_rect at) {
    int count = 0;
    const struct viz_raster raster = {easel->pixels, WIDTH, HEIGHT, WIDTH};
    memset(easel->pixels, 0, sizeof easel->pixels);
    assert_true(viz_draw(easel->drawer, &easel->scene, VIZ_LIGHT, &raster));
    for (int y = at.y; y < at.y + at.h; y++)
        for (int x = at.x; x < at.x + at.w; x++)
            count += (easel->pixels[y * WIDTH + x] & 0xFFFFFF) != 0;
    return count;
}

/* More than are kept from one picture to the next, or for one. */
static void test_draw__no_text_is_dropped_where_there_are_very_many(void **state) {
    (void)state;
    struct easel easel;
    open_easel(&easel);
    for (int i = 0; i < 10000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        viz_text(&easel.scene, VIZ_FONT_BODY, VIZ_BACKGROUND, 2, 2, text);
    }
    viz_text(&easel.scene, VIZ_FONT_BODY, VIZ_BACKGROUND, 100, 50, "the last");
    for (int picture = 0; picture < 2; picture++)
        assert_true(count_painted(&easel, (struct viz_rect){100, 50, 60, 20}) > 50);
    close_easel(&easel);
}

static void test_draw__nothing_is_painted_outside_a_clip(void **state) {
    (void)state;
    struct easel easel;
    open_easel(&easel);
    viz_clip(&easel.scene, &(struct viz_rect){10, 10, 20, 20});
    viz_fill(&easel.scene, VIZ_BACKGROUND, (struct viz_rect){0, 0, WIDTH, HEIGHT});
    viz_clip(&easel.scene, NULL);
    viz_fill(&easel.scene, VIZ_BACKGROUND, (struct viz_rect){100, 0, 5, 4});
    assert_int_equal(count_painted(&easel, (struct viz_rect){0, 0, WIDTH, HEIGHT}),
                     20 * 20 + 5 * 4);
    close_easel(&easel);
}

/* A byte painted over another. */
static uint32_t blended(uint32_t below, uint32_t colour, uint32_t alpha) {
    uint32_t pixel = 0;
    for (int shift = 0; shift < 32; shift += 8)
        pixel |=
            ((colour >> shift & 0xFF) * alpha / 255 + (below >> shift & 0xFF) * (255 - alpha) / 255)
            << shift;
    return pixel;
}

/* Of a size of several bands, the last one not whole; all opacities, widths and edges. */
static void test_draw__each_pixel_is_what_is_painted_there_in_order(void **state) {
    (void)state;
    enum { WIDE = 3001, HIGH = 300, FILLS = 600 };
    struct easel easel;
    open_easel(&easel);
    viz_scene_begin(&easel.scene, WIDE, HIGH, &easel.measure);
    uint32_t *expected = calloc((size_t)WIDE * HIGH, sizeof *expected);
    const struct viz_raster raster = {calloc((size_t)WIDE * HIGH, sizeof *expected), WIDE, HIGH,
                                      WIDE};
    assert_true(expected != NULL && raster.pixels != NULL);
    for (int i = 0; i < FILLS; i++) {
        int role = i * 7 % VIZ_ROLE_COUNT;
        struct viz_rect at = {i * 37 % WIDE - 9, i * 17 % HIGH - 9, i * i % 200 + 1, i % 190 + 1};
        viz_fill_alpha(&easel.scene, role, i % 256, at);
        for (int y = at.y; y < at.y + at.h; y++)
            for (int x = at.x; x < at.x + at.w; x++)
                if (x >= 0 && x < WIDE && y >= 0 && y < HIGH)
                    expected[y * WIDE + x] =
                        blended(expected[y * WIDE + x], viz_palette_pixel(VIZ_DARK, role),
                                (uint32_t)(i % 256));
    }
    assert_true(viz_draw(easel.drawer, &easel.scene, VIZ_DARK, &raster));
    assert_memory_equal(raster.pixels, expected, (size_t)WIDE * HIGH * sizeof *expected);
    free(expected);
    free(raster.pixels);
    close_easel(&easel);
}

/* A cell after cells that are like it, or like it but for one level; where a pixel is one, or
 * a part of one; short and long runs, between edges or without any. */
static void test_draw__each_pixel_of_a_density_is_its_cells(void **state) {
    (void)state;
    enum { COLUMNS = 50, ROWS = 20, LEVELS = 3 };
    static const int times[] = {1, 2, 3, 1, 2, 3};
    uint8_t cells[ROWS][COLUMNS][LEVELS];
    uint64_t edges[ROWS] = {0};
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLUMNS; x++)
            for (int level = 0; level < LEVELS; level++)
                cells[y][x][level] = (uint8_t)((x + y) / (4 + 3 * level) * 77 % 256 * (y % 3 != 0));
    for (size_t y = 0; y < ROWS; y++)
        for (size_t x = 0; x < COLUMNS; x++)
            if (x == 0 || memcmp(cells[y][x], cells[y][x - 1], LEVELS) != 0)
                viz_edges_set(&edges[y], x);
    struct viz_density density = {.columns = COLUMNS,
                                  .rows = ROWS,
                                  .levels = LEVELS,
                                  .roles = {VIZ_RUN, VIZ_SLEEP, VIZ_WAIT},
                                  .cells = &cells[0][0][0]};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct easel easel;
        open_easel(&easel);
        density.edges = i < 3 ? NULL : edges;
        const struct viz_raster raster = {easel.pixels, WIDTH, HEIGHT, WIDTH};
        viz_add_density(&easel.scene, &density,
                        (struct viz_rect){0, 0, COLUMNS * times[i], ROWS * times[i]});
        assert_true(viz_draw(easel.drawer, &easel.scene, VIZ_DARK, &raster));
        for (int y = 0; y < ROWS * times[i]; y++)
            for (int x = 0; x < COLUMNS * times[i]; x++) {
                uint32_t pixel = 0;
                for (int level = 0; level < LEVELS; level++)
                    pixel = blended(pixel, viz_palette_pixel(VIZ_DARK, density.roles[level]),
                                    cells[y / times[i]][x / times[i]][level]);
                assert_int_equal(easel.pixels[y * WIDTH + x], pixel);
            }
        close_easel(&easel);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draw__no_text_is_dropped_where_there_are_very_many),
        cmocka_unit_test(test_draw__nothing_is_painted_outside_a_clip),
        cmocka_unit_test(test_draw__each_pixel_is_what_is_painted_there_in_order),
        cmocka_unit_test(test_draw__each_pixel_of_a_density_is_its_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
