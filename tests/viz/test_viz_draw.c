/* What becomes pixels: SDL's software renderer, without a display. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 200, HEIGHT = 100 };

struct easel {
    SDL_Surface *surface;
    SDL_Renderer *renderer;
    struct viz_typesetter *typesetter;
    struct viz_drawer *drawer;
    struct viz_measure measure;
    struct viz_scene scene;
};

static void open_easel(struct easel *easel) {
    char message[VIZ_MESSAGE_SIZE];
    *easel = (struct easel){0};
    easel->surface = SDL_CreateRGBSurfaceWithFormat(0, WIDTH, HEIGHT, 32, SDL_PIXELFORMAT_ARGB8888);
    easel->renderer = SDL_CreateSoftwareRenderer(easel->surface);
    assert_non_null(easel->renderer);
    assert_int_equal(viz_typesetter_new(NULL, 1, &easel->typesetter, message), 0);
    easel->drawer = viz_drawer_new(easel->renderer, easel->typesetter);
    assert_non_null(easel->drawer);
    viz_typesetter_measure(easel->typesetter, &easel->measure);
    viz_scene_begin(&easel->scene, WIDTH, HEIGHT, &easel->measure);
}

static void close_easel(struct easel *easel) {
    viz_scene_free(&easel->scene);
    viz_drawer_free(easel->drawer);
    viz_typesetter_free(easel->typesetter);
    SDL_DestroyRenderer(easel->renderer);
    SDL_FreeSurface(easel->surface);
}

/* Paints the scene; how many pixels of a rectangle are not the background's. */
static int count_painted(struct easel *easel, struct viz_rect at) {
    int count = 0;
    SDL_SetRenderDrawColor(easel->renderer, 0, 0, 0, 255);
    SDL_RenderClear(easel->renderer);
    viz_draw(easel->drawer, &easel->scene, VIZ_LIGHT);
    for (int y = at.y; y < at.y + at.h; y++)
        for (int x = at.x; x < at.x + at.w; x++) {
            const char *row = (const char *)easel->surface->pixels + y * easel->surface->pitch;
            uint32_t pixel;
            memcpy(&pixel, row + 4 * x, sizeof pixel);
            count += (pixel & 0xFFFFFF) != 0;
        }
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draw__no_text_is_dropped_where_there_are_very_many),
        cmocka_unit_test(test_draw__nothing_is_painted_outside_a_clip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
