/* Circles of who waits for whom, beside a search that tries every way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wait/circles.h"

enum { NODES = 9, ROUNDS = 20000, LONG = 1000000 };

struct drawn {
    uint32_t first[NODES + 1];
    uint32_t targets[NODES * NODES];
    bool goes_on[NODES];
    bool comes_to[NODES][NODES]; /* by one target or more */
    wait_graph graph;
};

static uint64_t draw(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void draw_graph(struct drawn *drawn, uint64_t *seed) {
    uint32_t count = 0, percent = 5 + (uint32_t)(draw(seed) % 25);
    *drawn = (struct drawn){0};
    for (uint32_t node = 0; node < NODES; node++) {
        drawn->first[node] = count;
        drawn->goes_on[node] = draw(seed) % 100 < 5;
        for (uint32_t target = 0; target < NODES; target++)
            if (draw(seed) % 100 < percent) {
                drawn->targets[count++] = target;
                drawn->comes_to[node][target] = true;
            }
    }
    drawn->first[NODES] = count;
    drawn->graph = (wait_graph){NODES, drawn->first, drawn->targets, drawn->goes_on};
    for (uint32_t by = 0; by < NODES; by++)
        for (uint32_t from = 0; from < NODES; from++)
            for (uint32_t to = 0; to < NODES; to++)
                drawn->comes_to[from][to] |= drawn->comes_to[from][by] && drawn->comes_to[by][to];
}

/* Whether it waits for good, as far as it can be seen. */
static bool is_stuck(const struct drawn *drawn, uint32_t node) {
    bool stuck = !drawn->goes_on[node];
    for (uint32_t other = 0; other < NODES; other++)
        stuck &= !(drawn->comes_to[node][other] && drawn->goes_on[other]);
    return stuck;
}

static bool in_circle(const struct drawn *drawn, uint32_t node) {
    return drawn->comes_to[node][node] && is_stuck(drawn, node);
}

static bool is_target(const struct drawn *drawn, uint32_t node, uint32_t target) {
    for (uint32_t i = drawn->first[node]; i < drawn->first[node + 1]; i++)
        if (drawn->targets[i] == target)
            return true;
    return false;
}

static void check_node(const struct drawn *drawn, const wait_circles *circles, uint32_t node) {
    uint32_t circle = circles->stands_in[node];
    bool behind = false;
    assert_int_equal(circle != 0, in_circle(drawn, node));
    for (uint32_t other = 0; other < NODES; other++) {
        bool together = drawn->comes_to[node][other] && drawn->comes_to[other][node];
        if (circle != 0 && in_circle(drawn, other))
            assert_int_equal(circles->stands_in[other] == circle, together);
        behind |= circle == 0 && drawn->comes_to[node][other] && in_circle(drawn, other);
    }
    assert_int_equal(circles->waits_for[node] != 0, behind);
    if (circle == 0)
        return;
    assert_true(is_target(drawn, node, circles->next[node]));
    assert_int_equal(circles->stands_in[circles->next[node]], circle);
}

/* From the first node of a circle the ring leads back to it. */
static void check_rings(const wait_circles *circles) {
    uint32_t met = 0;
    for (uint32_t node = 0; node < NODES; node++) {
        if (circles->stands_in[node] != met + 1)
            continue;
        met++;
        uint32_t at = node, steps = 0;
        do
            at = circles->next[at];
        while (at != node && ++steps <= NODES);
        assert_int_equal(at, node);
    }
    assert_int_equal(met, circles->count);
}

static void test_circles__are_all_that_wait_for_one_another(void **state) {
    uint64_t seed = 1;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct drawn drawn;
        wait_circles circles;
        draw_graph(&drawn, &seed);
        assert_true(wait_circles_find(&circles, &drawn.graph));
        for (uint32_t node = 0; node < NODES; node++)
            check_node(&drawn, &circles, node);
        check_rings(&circles);
        wait_circles_free(&circles);
    }
}

/* One ring of a million: neither a stack nor time is too short for it. */
static void test_circles__may_be_as_long_as_there_are_tasks(void **state) {
    uint32_t *first = malloc((LONG + 1) * sizeof *first);
    uint32_t *targets = malloc(LONG * sizeof *targets);
    bool *goes_on = calloc(LONG, sizeof *goes_on);
    wait_circles circles;
    (void)state;
    assert_true(first != NULL && targets != NULL && goes_on != NULL);
    for (uint32_t node = 0; node < LONG; node++) {
        first[node] = node;
        targets[node] = (node + 1) % LONG;
    }
    first[LONG] = LONG;
    assert_true(wait_circles_find(&circles, &(wait_graph){LONG, first, targets, goes_on}));
    assert_int_equal(circles.count, 1);
    assert_int_equal(circles.stands_in[LONG - 1], 1);
    wait_circles_free(&circles);
    free(first);
    free(targets);
    free(goes_on);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_circles__are_all_that_wait_for_one_another),
        cmocka_unit_test(test_circles__may_be_as_long_as_there_are_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
