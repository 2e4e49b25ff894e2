/* Holds both themes to contrast that can be read, and to colours that colour-blind eyes tell
 * apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model.h"
#include "palette.h"

#include <math.h>

struct linear {
    double r, g, b;
};

static double linear_of(uint8_t value) {
    double part = value / 255.0;
    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static struct linear colour_of(enum viz_theme theme, int role) {
    struct viz_colour colour = viz_palette(theme, role);
    return (struct linear){linear_of(colour.r), linear_of(colour.g), linear_of(colour.b)};
}

/* WCAG 2: (lighter + 0.05) / (darker + 0.05), of relative luminances. */
static double contrast(struct linear a, struct linear b) {
    double x = 0.2126 * a.r + 0.7152 * a.g + 0.0722 * a.b;
    double y = 0.2126 * b.r + 0.7152 * b.g + 0.0722 * b.b;
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static void check_contrast(enum viz_theme theme, int a, int b, double least) {
    double found = contrast(colour_of(theme, a), colour_of(theme, b));
    if (found < least)
        print_error("theme %d: roles %d and %d have a contrast of %.2f\n", theme, a, b, found);
    assert_true(found >= least);
}

static void test_palette__text_can_be_read(void **state) {
    (void)state;
    static const int grounds[] = {VIZ_BACKGROUND, VIZ_PANEL, VIZ_OUTSIDE,
                                  VIZ_HIGHLIGHT,  VIZ_TIP,   VIZ_WAIT_FILL};
    for (enum viz_theme theme = VIZ_DARK; theme < VIZ_THEME_COUNT; theme++) {
        for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
            check_contrast(theme, VIZ_TEXT, grounds[i], 10);
            check_contrast(theme, VIZ_MUTED, grounds[i], 4.5);
            check_contrast(theme, VIZ_ALERT, grounds[i], 4.5);
        }
        check_contrast(theme, VIZ_TEXT, VIZ_SLEEP, 7);
        check_contrast(theme, VIZ_BACKGROUND, VIZ_RUN, 4.5);
        for (int i = 0; i < VIZ_COLOUR_COUNT; i++)
            check_contrast(theme, VIZ_INK, VIZ_SPAN_FIRST + i, 4.5);
    }
}

static void test_palette__shapes_stand_out(void **state) {
    (void)state;
    for (enum viz_theme theme = VIZ_DARK; theme < VIZ_THEME_COUNT; theme++) {
        static const int shapes[] = {VIZ_WAIT, VIZ_SLEEP_EDGE, VIZ_STRIP, VIZ_WAKE, VIZ_MARK};
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            check_contrast(theme, shapes[i], VIZ_BACKGROUND, 3);
        for (int i = 0; i < VIZ_COLOUR_COUNT; i++)
            check_contrast(theme, VIZ_SPAN_EDGE_FIRST + i, VIZ_BACKGROUND, 3);
    }
}

/* How eyes without one kind of cone see a colour (Machado, Oliveira and Fernandes 2009). */
enum eyes { EYES_ALL, EYES_PROTAN, EYES_DEUTAN, EYES_TRITAN, EYES_COUNT };

static struct linear seen_by(enum eyes eyes, struct linear c) {
    static const double matrices[EYES_COUNT][3][3] = {
        [EYES_ALL] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        [EYES_PROTAN] = {{0.152286, 1.052583, -0.204868},
                         {0.114503, 0.786281, 0.099216},
                         {-0.003882, -0.048116, 1.051998}},
        [EYES_DEUTAN] = {{0.367322, 0.860646, -0.227968},
                         {0.280085, 0.672501, 0.047413},
                         {-0.011820, 0.042940, 0.968881}},
        [EYES_TRITAN] = {{1.255528, -0.076749, -0.178779},
                         {-0.078411, 0.930809, 0.147602},
                         {0.004733, 0.691367, 0.303900}}};
    const double(*m)[3] = matrices[eyes];
    return (struct linear){m[0][0] * c.r + m[0][1] * c.g + m[0][2] * c.b,
                           m[1][0] * c.r + m[1][1] * c.g + m[1][2] * c.b,
                           m[2][0] * c.r + m[2][1] * c.g + m[2][2] * c.b};
}

/* Distance in Oklab, times 100: about 2 can just be told apart side by side. */
static double distance(struct linear a, struct linear b) {
    struct linear colours[2] = {a, b};
    double lab[2][3];
    for (int i = 0; i < 2; i++) {
        struct linear c = {fmax(colours[i].r, 0), fmax(colours[i].g, 0), fmax(colours[i].b, 0)};
        double l = cbrt(0.4122214708 * c.r + 0.5363325363 * c.g + 0.0514459929 * c.b);
        double m = cbrt(0.2119034982 * c.r + 0.6806995451 * c.g + 0.1073969566 * c.b);
        double s = cbrt(0.0883024619 * c.r + 0.2817188376 * c.g + 0.6299787005 * c.b);
        lab[i][0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
        lab[i][1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
        lab[i][2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
    }
    return 100 * hypot(hypot(lab[0][0] - lab[1][0], lab[0][1] - lab[1][1]), lab[0][2] - lab[1][2]);
}

static void test_palette__spans_differ_for_all_eyes(void **state) {
    (void)state;
    for (enum viz_theme theme = VIZ_DARK; theme < VIZ_THEME_COUNT; theme++)
        for (enum eyes eyes = EYES_ALL; eyes < EYES_COUNT; eyes++)
            for (int i = 0; i < VIZ_COLOUR_COUNT; i++)
                for (int k = 0; k < i; k++) {
                    struct linear a = seen_by(eyes, colour_of(theme, VIZ_SPAN_FIRST + i));
                    struct linear b = seen_by(eyes, colour_of(theme, VIZ_SPAN_FIRST + k));
                    double found = distance(a, b);
                    if (found < 6.5)
                        print_error("theme %d, eyes %d: colours %d and %d are %.1f apart\n", theme,
                                    eyes, k, i, found);
                    assert_true(found >= 6.5);
                }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_palette__text_can_be_read),
        cmocka_unit_test(test_palette__shapes_stand_out),
        cmocka_unit_test(test_palette__spans_differ_for_all_eyes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
