/* Hashes of texts: nobody can choose texts that all have one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"

/* Two texts of two words that meet in one state where hashes begin with `begin`. */
static void collide(uint64_t begin, char a[16], char b[16]) {
    const uint64_t first_a = UINT64_C(0x6161616161616161), first_b = UINT64_C(0x6262626262626262);
    uint64_t second_a = base_mix(begin, first_a), second_b = base_mix(begin, first_b);
    memcpy(a, &first_a, sizeof first_a);
    memcpy(a + 8, &second_a, sizeof second_a);
    memcpy(b, &first_b, sizeof first_b);
    memcpy(b + 8, &second_b, sizeof second_b);
}

static void test_hash__nobody_can_choose_texts_that_have_one(void **state) {
    (void)state;
    char a[16], b[16];
    collide(base_mix(base_hash_key(), 16), a, b);
    assert_int_equal(base_hash(a, 16), base_hash(b, 16)); /* who knows the key can */
    const uint64_t guesses[] = {16, base_mix(0, 16), base_mix(1, 16), 0};
    for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++) {
        collide(guesses[i], a, b);
        assert_int_not_equal(base_hash(a, 16), base_hash(b, 16));
    }
    assert_int_equal(base_hash("a text of more than a word", 26),
                     base_hash("a text of more than a word", 26));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__nobody_can_choose_texts_that_have_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
