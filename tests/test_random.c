/* Random draws: the same everywhere, apart for each task, and distributed as they should be. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expression/random.h"

#define DRAWS 200000

static expr_random stream_of(uint64_t seed, const char *name) {
    expr_random random;
    expr_random_start(&random, seed, expr_random_identity(0, name, strlen(name), 0));
    return random;
}

/* --- The same everywhere --------------------------------------------------------------------- */

/* xoshiro256** 1.0 from the state 1, 2, 3, 4, as its authors' program prints it. */
static void test_random__the_generator_is_the_published_one(void **state) {
    static const uint64_t expected[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    expr_random random = {{1, 2, 3, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(expr_random_next(&random) == expected[i]);
}

/* SplitMix64 from 0 fills the state: its first outputs are published, too. */
static void test_random__the_seed_is_spread_over_the_state(void **state) {
    expr_random random;
    (void)state;
    expr_random_start(&random, 0, UINT64_C(0xe220a8397b1dcdaf)); /* the first output from 0 */
    assert_true(random.state[0] == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(random.state[1] == UINT64_C(0x6e789e6aa1b965f4));
    assert_true(random.state[2] == UINT64_C(0x06c45d188009454f));
    assert_true(random.state[3] == UINT64_C(0xf88bb8a8724c81ec));
}

static void test_random__draws_are_golden(void **state) {
    (void)state;
    expr_random random = stream_of(42, "job3");
    static const int64_t dice[] = {6, 2, 4, 3, 1, 3, 3, 2};
    assert_true(expr_random_unit(&random) == 0.14522925095873884);
    assert_true(expr_random_unit(&random) == 0.7969618910720352);
    assert_true(expr_random_unit(&random) == 0.22564819488911148);
    assert_true(expr_random_uniform(&random, 1, 2) == 1.7582159519569256);
    assert_true(expr_random_uniform(&random, 1, 2) == 1.4055204730139281);
    for (size_t i = 0; i < sizeof dice / sizeof *dice; i++)
        assert_true(expr_random_integer(&random, 1, 6) == dice[i]);
    assert_true(expr_random_normal(&random, 10, 2) == 10.772792850600467);
    assert_true(expr_random_normal(&random, 10, 2) == 6.4197384475054005);
    assert_true(expr_random_normal(&random, 10, 2) == 6.80021358597154);
    assert_true(expr_random_exponential(&random, 3) == 3.8507017569649626);
    assert_true(expr_random_exponential(&random, 3) == 4.753154887205135);
    assert_true(expr_random_exponential(&random, 3) == 0.16430782113757034);
}

/* --- Apart for each task --------------------------------------------------------------------- */

static void test_random__identities_differ(void **state) {
    (void)state;
    uint64_t a = expr_random_identity(0, "worker", 6, 0);
    assert_true(a == expr_random_identity(0, "worker-1", 6, 0));
    assert_true(a != expr_random_identity(0, "worker", 6, 1));
    assert_true(a != expr_random_identity(0, "workes", 6, 0));
    assert_true(a != expr_random_identity(1, "worker", 6, 0));
    assert_true(a != expr_random_identity(a, "worker", 6, 0));
    assert_true(expr_random_identity(0, "", 0, 0) != 0);
}

static void test_random__streams_of_near_seeds_and_names_are_apart(void **state) {
    static const char *const names[] = {"job0", "job1", "job2"};
    (void)state;
    double sums[9] = {0};
    expr_random streams[9];
    for (size_t i = 0; i < 9; i++)
        streams[i] = stream_of(i / 3, names[i % 3]);
    /* Were two alike, their products would sum up to a third. */
    for (int n = 0; n < 10000; n++) {
        double first = expr_random_unit(&streams[0]) - 0.5;
        for (size_t i = 1; i < 9; i++)
            sums[i] += first * (expr_random_unit(&streams[i]) - 0.5);
    }
    for (size_t i = 1; i < 9; i++)
        assert_true(fabs(sums[i] / 10000) < 0.004); /* five standard deviations */
}

/* --- Distributed as they should be ----------------------------------------------------------- */

typedef double draw(expr_random *random);

/* The mean, and the mean square of the distance from `centre`. */
static void moments(draw *next, double centre, double *mean, double *square) {
    expr_random random = stream_of(7, "moments");
    *mean = *square = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = next(&random);
        *mean += x / DRAWS;
        *square += (x - centre) * (x - centre) / DRAWS;
    }
}

static double next_uniform(expr_random *random) {
    return expr_random_uniform(random, 2, 6);
}

static double next_normal(expr_random *random) {
    return expr_random_normal(random, 10, 2);
}

static double next_exponential(expr_random *random) {
    return expr_random_exponential(random, 3);
}

/* Bounds are five standard deviations of what is measured. */
static void test_random__means_and_variances(void **state) {
    double mean, square;
    (void)state;
    moments(next_uniform, 4, &mean, &square);
    assert_true(fabs(mean - 4) < 5 * sqrt(16.0 / 12 / DRAWS));
    assert_true(fabs(square - 16.0 / 12) < 5 * sqrt(256.0 / 180 / DRAWS));
    moments(next_normal, 10, &mean, &square);
    assert_true(fabs(mean - 10) < 5 * sqrt(4.0 / DRAWS));
    assert_true(fabs(square - 4) < 5 * sqrt(2 * 16.0 / DRAWS));
    moments(next_exponential, 3, &mean, &square);
    assert_true(fabs(mean - 3) < 5 * sqrt(9.0 / DRAWS));
    assert_true(fabs(square - 9) < 5 * sqrt(8 * 81.0 / DRAWS));
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov's distance between what is drawn and what should be; 1.95 is reached by chance once
 * in a thousand times. */
static void expect_distribution(draw *next, double (*probability)(double)) {
    expr_random random = stream_of(11, "distribution");
    double *drawn = malloc(DRAWS * sizeof *drawn);
    assert_non_null(drawn);
    for (int i = 0; i < DRAWS; i++)
        drawn[i] = next(&random);
    qsort(drawn, DRAWS, sizeof *drawn, compare);
    double distance = 0;
    for (int i = 0; i < DRAWS; i++) {
        double p = probability(drawn[i]);
        distance = fmax(distance, fmax(fabs(p - (double)i / DRAWS), fabs(p - (i + 1.0) / DRAWS)));
    }
    free(drawn);
    assert_true(distance * sqrt(DRAWS) < 1.95);
}

static double normal_probability(double x) {
    return erfc((10 - x) / 2 / sqrt(2)) / 2;
}

static double exponential_probability(double x) {
    return 1 - exp(-x / 3);
}

static double uniform_probability(double x) {
    return (x - 2) / 4;
}

static void test_random__distributions(void **state) {
    (void)state;
    expect_distribution(next_uniform, uniform_probability);
    expect_distribution(next_normal, normal_probability);
    expect_distribution(next_exponential, exponential_probability);
}

static void test_random__each_whole_number_is_as_likely(void **state) {
    enum { SIDES = 6 };
    int counts[SIDES] = {0};
    double chi_square = 0;
    (void)state;
    expr_random random = stream_of(3, "dice");
    for (int i = 0; i < DRAWS; i++) {
        int64_t side = expr_random_integer(&random, 1, SIDES);
        assert_true(side >= 1 && side <= SIDES);
        counts[side - 1]++;
    }
    for (int i = 0; i < SIDES; i++) {
        double expected = DRAWS / (double)SIDES;
        chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    assert_true(chi_square < 20.5); /* once in a thousand times, with five degrees of freedom */
}

/* A range just above half of all numbers is where a plain remainder would be most uneven. */
static void test_random__wide_ranges_are_not_biased(void **state) {
    int64_t a = -(INT64_C(1) << 62), b = INT64_C(1) << 62;
    int low = 0;
    (void)state;
    expr_random random = stream_of(5, "wide");
    for (int i = 0; i < DRAWS; i++) {
        int64_t n = expr_random_integer(&random, a, b);
        assert_true(n >= a && n <= b);
        low += n < 0;
    }
    assert_true(abs(low - DRAWS / 2) < 5 * sqrt(DRAWS / 4.0));
    assert_true(expr_random_integer(&random, 9, 9) == 9);
    (void)expr_random_integer(&random, INT64_MIN, INT64_MAX);
}

static void test_random__bounds(void **state) {
    (void)state;
    expr_random random = stream_of(13, "bounds");
    for (int i = 0; i < DRAWS; i++) {
        double unit = expr_random_unit(&random);
        assert_true(unit >= 0 && unit < 1);
        assert_true(expr_random_exponential(&random, 1) >= 0);
        assert_true(isfinite(expr_random_normal(&random, 0, 1)));
    }
    assert_true(expr_random_uniform(&random, 5, 5) == 5);
    assert_true(expr_random_normal(&random, 5, 0) == 5);
    assert_true(expr_random_exponential(&random, 0) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random__the_generator_is_the_published_one),
        cmocka_unit_test(test_random__the_seed_is_spread_over_the_state),
        cmocka_unit_test(test_random__draws_are_golden),
        cmocka_unit_test(test_random__identities_differ),
        cmocka_unit_test(test_random__streams_of_near_seeds_and_names_are_apart),
        cmocka_unit_test(test_random__means_and_variances),
        cmocka_unit_test(test_random__distributions),
        cmocka_unit_test(test_random__each_whole_number_is_as_likely),
        cmocka_unit_test(test_random__wide_ranges_are_not_biased),
        cmocka_unit_test(test_random__bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
