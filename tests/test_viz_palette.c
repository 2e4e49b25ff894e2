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
#include <stdbool.h>

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

struct lab {
    double l, a, b;
};

static double lab_part(double t) {
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIELAB, as seen in daylight (D65). */
static struct lab lab_of(struct linear seen) {
    struct linear c = {fmin(fmax(seen.r, 0), 1), fmin(fmax(seen.g, 0), 1),
                       fmin(fmax(seen.b, 0), 1)};
    double x = lab_part((0.4124564 * c.r + 0.3575761 * c.g + 0.1804375 * c.b) / 0.95047);
    double y = lab_part(0.2126729 * c.r + 0.7151522 * c.g + 0.0721750 * c.b);
    double z = lab_part((0.0193339 * c.r + 0.1191920 * c.g + 0.9503041 * c.b) / 1.08883);
    return (struct lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double radians(double degrees) {
    return degrees * acos(-1) / 180;
}

static double hue_of(double a, double b) {
    double hue = atan2(b, a) / radians(1);
    return a == 0 && b == 0 ? 0 : hue < 0 ? hue + 360 : hue;
}

/* CIEDE2000 (Sharma, Wu and Dalal 2005): 1 can just be seen. */
static double distance(struct lab one, struct lab two) {
    double mean = (hypot(one.a, one.b) + hypot(two.a, two.b)) / 2;
    double g = 0.5 * (1 - sqrt(pow(mean, 7) / (pow(mean, 7) + pow(25, 7))));
    one.a *= 1 + g;
    two.a *= 1 + g;
    double c1 = hypot(one.a, one.b);
    double c2 = hypot(two.a, two.b);
    double h1 = hue_of(one.a, one.b);
    double h2 = hue_of(two.a, two.b);
    bool grey = c1 * c2 == 0;
    double dh = h2 - h1;
    dh = grey ? 0 : dh > 180 ? dh - 360 : dh < -180 ? dh + 360 : dh;
    double hue = h1 + h2;
    if (!grey)
        hue = fabs(h1 - h2) <= 180 ? hue / 2 : hue < 360 ? (hue + 360) / 2 : (hue - 360) / 2;
    double l = (one.l + two.l) / 2 - 50;
    double c = (c1 + c2) / 2;
    double t = 1 - 0.17 * cos(radians(hue - 30)) + 0.24 * cos(radians(2 * hue)) +
               0.32 * cos(radians(3 * hue + 6)) - 0.20 * cos(radians(4 * hue - 63));
    double turn = 60 * exp(-pow((hue - 275) / 25, 2));
    double dl = (two.l - one.l) / (1 + 0.015 * l * l / sqrt(20 + l * l));
    double dc = (c2 - c1) / (1 + 0.045 * c);
    double dhue = 2 * sqrt(c1 * c2) * sin(radians(dh / 2)) / (1 + 0.015 * c * t);
    double rotated =
        -sin(radians(turn)) * 2 * sqrt(pow(c, 7) / (pow(c, 7) + pow(25, 7))) * dc * dhue;
    return sqrt(dl * dl + dc * dc + dhue * dhue + rotated);
}

/* Pairs that the paper gives. */
static void test_palette__the_distance_is_ciede2000(void **state) {
    (void)state;
    static const struct {
        struct lab one, two;
        double distance;
    } pairs[] = {{{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
                 {{50, 2.5, 0}, {73, 25, -18}, 27.1492},
                 {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
                 {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
                 {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_true(fabs(distance(pairs[i].one, pairs[i].two) - pairs[i].distance) < 0.0001);
}

static void check_apart(enum viz_theme theme, int a, int b, enum eyes all) {
    for (enum eyes eyes = EYES_ALL; eyes < all; eyes++) {
        double found = distance(lab_of(seen_by(eyes, colour_of(theme, a))),
                                lab_of(seen_by(eyes, colour_of(theme, b))));
        double least = eyes == EYES_TRITAN ? 8 : 10;
        if (found < least)
            print_error("theme %d, eyes %d: roles %d and %d are %.1f apart\n", theme, eyes, a, b,
                        found);
        assert_true(found >= least);
    }
}

/* Whatever can stand side by side in a lane; what is no span is told apart by its shape, too, and
 * so by the few whom blue and yellow fail. */
static void test_palette__what_can_touch_differs_for_all_eyes(void **state) {
    (void)state;
    static const int others[] = {VIZ_WAIT,  VIZ_SLEEP_EDGE, VIZ_RUN,
                                 VIZ_SLEEP, VIZ_ALERT,      VIZ_BACKGROUND};
    for (enum viz_theme theme = VIZ_DARK; theme < VIZ_THEME_COUNT; theme++) {
        for (int i = 0; i < VIZ_COLOUR_COUNT; i++) {
            for (int k = 0; k < i; k++)
                check_apart(theme, VIZ_SPAN_FIRST + i, VIZ_SPAN_FIRST + k, EYES_COUNT);
            for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
                check_apart(theme, VIZ_SPAN_FIRST + i, others[k], EYES_TRITAN);
        }
        check_apart(theme, VIZ_WAIT, VIZ_SLEEP, EYES_TRITAN);
        check_apart(theme, VIZ_WAIT, VIZ_SLEEP_EDGE, EYES_TRITAN);
        check_apart(theme, VIZ_WAIT, VIZ_RUN, EYES_TRITAN);
        check_apart(theme, VIZ_SLEEP_EDGE, VIZ_RUN, EYES_TRITAN);
        check_apart(theme, VIZ_ALERT, VIZ_WAIT, EYES_TRITAN);
        check_apart(theme, VIZ_ALERT, VIZ_RUN, EYES_TRITAN);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_palette__text_can_be_read),
        cmocka_unit_test(test_palette__shapes_stand_out),
        cmocka_unit_test(test_palette__the_distance_is_ciede2000),
        cmocka_unit_test(test_palette__what_can_touch_differs_for_all_eyes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
