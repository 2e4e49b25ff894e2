/* Texts of the world, in the fonts that are installed: DejaVu Sans has Arabic and Hebrew letters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "typesetter.h"

#include <SDL.h>
#include <string.h>

static struct viz_typesetter *typesetter_of(double scale) {
    char message[VIZ_MESSAGE_SIZE];
    struct viz_typesetter *typesetter;
    assert_int_equal(viz_typesetter_new(NULL, scale, &typesetter, message), 0);
    return typesetter;
}

static SDL_Surface *render(struct viz_typesetter *typesetter, const char *text) {
    SDL_Surface *colours;
    SDL_Surface *letters = viz_typesetter_render(typesetter, VIZ_FONT_TITLE, text, &colours);
    assert_non_null(letters);
    SDL_FreeSurface(colours);
    return letters;
}

static int width_of(struct viz_typesetter *typesetter, const char *text) {
    struct viz_measure measure;
    viz_typesetter_measure(typesetter, &measure);
    return viz_width(&measure, VIZ_FONT_TITLE, text);
}

static uint32_t pixel_at(const SDL_Surface *surface, int x, int y) {
    uint32_t pixel;
    memcpy(&pixel, (const char *)surface->pixels + y * surface->pitch + 4 * x, sizeof pixel);
    return pixel;
}

/* How many pixels of the first or the last `columns` columns differ. */
static int differing(const SDL_Surface *a, const SDL_Surface *b, int columns, bool last) {
    int count = 0;
    for (int y = 0; y < a->h; y++)
        for (int x = 0; x < columns; x++)
            count +=
                pixel_at(a, last ? a->w - 1 - x : x, y) != pixel_at(b, last ? b->w - 1 - x : x, y);
    return count;
}

/* A width is what a picture of the text takes, and the line's height is the font's. */
static void test_typesetter__measures_what_it_renders(void **state) {
    (void)state;
    static const char *const texts[] = {"job5 - duration 3", "1.000 s",
                                        "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D"};
    for (int scale = 1; scale <= 3; scale++) {
        struct viz_typesetter *typesetter = typesetter_of(scale);
        struct viz_measure measure;
        viz_typesetter_measure(typesetter, &measure);
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            SDL_Surface *surface = render(typesetter, texts[i]);
            assert_int_equal(surface->w, width_of(typesetter, texts[i]));
            assert_int_equal(surface->h, measure.types[VIZ_FONT_TITLE].height);
            SDL_FreeSurface(surface);
        }
        assert_true(measure.types[VIZ_FONT_TITLE].size == 20 * scale);
        viz_typesetter_free(typesetter);
    }
}

/* Arabic letters are joined, and in that take less room than alone: boxes in their place would not.
 */
static void test_typesetter__letters_of_other_fonts_are_shaped(void **state) {
    (void)state;
    struct viz_typesetter *typesetter = typesetter_of(1);
    int joined = width_of(typesetter, "\xD8\xB3\xD9\x84\xD8\xA7\xD9\x85");
    int alone = width_of(typesetter, "\xD8\xB3") + width_of(typesetter, "\xD9\x84") +
                width_of(typesetter, "\xD8\xA7") + width_of(typesetter, "\xD9\x85");
    assert_true(joined > 0 && joined < alone - 5);
    viz_typesetter_free(typesetter);
}

/* The first letter of a Hebrew word is at its right, that of a Latin one at its left. */
static void test_typesetter__scripts_run_in_their_direction(void **state) {
    (void)state;
    struct viz_typesetter *typesetter = typesetter_of(2);
    SDL_Surface *word = render(typesetter, "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D");
    SDL_Surface *first = render(typesetter, "\xD7\xA9");
    assert_int_equal(differing(word, first, first->w - 4, true), 0);
    assert_true(differing(word, first, first->w - 4, false) > 10);
    SDL_FreeSurface(word);
    SDL_FreeSurface(first);
    word = render(typesetter, "HOME");
    first = render(typesetter, "H");
    assert_int_equal(differing(word, first, first->w - 4, false), 0);
    SDL_FreeSurface(word);
    SDL_FreeSurface(first);
    viz_typesetter_free(typesetter);
}

/* Coloured letters are apart from those that are painted in the colour of the text. */
static void test_typesetter__emoji_keep_their_colours(void **state) {
    (void)state;
    struct viz_typesetter *typesetter = typesetter_of(2);
    SDL_Surface *colours;
    SDL_Surface *letters =
        viz_typesetter_render(typesetter, VIZ_FONT_TITLE, "go \xF0\x9F\x9A\x80", &colours);
    assert_non_null(letters);
    if (colours == NULL) {
        SDL_FreeSurface(letters);
        viz_typesetter_free(typesetter);
        skip(); /* no such font is installed */
    }
    int coloured = 0;
    int both = 0;
    for (int y = 0; y < letters->h; y++)
        for (int x = 0; x < letters->w; x++) {
            uint32_t letter = pixel_at(letters, x, y);
            uint32_t own = pixel_at(colours, x, y);
            assert_true(letter >> 24 == 0 || (letter & 0xFFFFFF) == 0xFFFFFF);
            coloured += own >> 24 > 128 && (own & 0xFFFFFF) != 0xFFFFFF;
            both += letter >> 24 != 0 && own >> 24 != 0;
        }
    assert_true(coloured > 50);
    assert_int_equal(both, 0);
    SDL_FreeSurface(letters);
    SDL_FreeSurface(colours);
    viz_typesetter_free(typesetter);
}

static void test_typesetter__a_file_that_is_no_font_is_named(void **state) {
    (void)state;
    char message[VIZ_MESSAGE_SIZE];
    struct viz_typesetter *typesetter;
    assert_true(viz_typesetter_new("/dev/null", 1, &typesetter, message) != 0);
    assert_string_equal(message, "the font /dev/null cannot be opened");
    assert_null(typesetter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typesetter__measures_what_it_renders),
        cmocka_unit_test(test_typesetter__letters_of_other_fonts_are_shaped),
        cmocka_unit_test(test_typesetter__scripts_run_in_their_direction),
        cmocka_unit_test(test_typesetter__emoji_keep_their_colours),
        cmocka_unit_test(test_typesetter__a_file_that_is_no_font_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
