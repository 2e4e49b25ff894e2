/* A filter of sixteen bits a number, three of which are the number's. */
#include "trace/sieve.h"

#include "base/memory.h"

enum { BITS = 16, PROBES = 3, FIRST_CAPACITY = 256 };

/* --- Numbers ---------------------------------------------------------------------------------- */

static void insert(struct trace_sifted *sifted, uint64_t number) {
    size_t at = number & (sifted->capacity - 1);
    while (sifted->numbers[at] != 0 && sifted->numbers[at] != number)
        at = (at + 1) & (sifted->capacity - 1);
    sifted->count += sifted->numbers[at] == 0;
    sifted->numbers[at] = number;
}

static bool grow(struct trace_sifted *sifted) {
    struct trace_sifted grown = {.capacity =
                                     sifted->capacity > 0 ? 2 * sifted->capacity : FIRST_CAPACITY};
    grown.numbers = base_zalloc(grown.capacity, sizeof *grown.numbers);
    if (grown.numbers == NULL)
        return false;
    for (size_t i = 0; i < sifted->capacity; i++)
        if (sifted->numbers[i] != 0)
            insert(&grown, sifted->numbers[i]);
    base_free(sifted->numbers);
    *sifted = grown;
    return true;
}

bool trace_sifted_add(struct trace_sifted *sifted, uint64_t number) {
    if (2 * (sifted->count + 1) > sifted->capacity && !grow(sifted))
        return false;
    insert(sifted, number != 0 ? number : 1);
    return true;
}

void trace_sifted_free(struct trace_sifted *sifted) {
    base_free(sifted->numbers);
    *sifted = (struct trace_sifted){0};
}

/* --- The sieve -------------------------------------------------------------------------------- */

static uint32_t bit_of(const struct trace_sieve *sieve, uint64_t number, int probe) {
    return (uint32_t)((number >> (21 * probe)) % sieve->bits);
}

bool trace_sifted_seal(struct trace_sifted *sifted, struct trace_sieve *sieve) {
    size_t bytes = sifted->count * BITS / 8 + 8;
    *sieve = (struct trace_sieve){base_zalloc(1, bytes), (uint32_t)(8 * bytes)};
    if (sieve->bytes == NULL)
        return false;
    for (size_t i = 0; i < sifted->capacity; i++) {
        for (int probe = 0; probe < PROBES && sifted->numbers[i] != 0; probe++) {
            uint32_t bit = bit_of(sieve, sifted->numbers[i], probe);
            sieve->bytes[bit / 8] |= (unsigned char)(1 << bit % 8);
        }
        sifted->numbers[i] = 0;
    }
    sifted->count = 0;
    return true;
}

bool trace_sieve_may_have(const struct trace_sieve *sieve, uint64_t number) {
    bool may = true;
    if (number == 0)
        number = 1;
    for (int probe = 0; probe < PROBES && sieve->bytes != NULL && may; probe++) {
        uint32_t bit = bit_of(sieve, number, probe);
        may = (sieve->bytes[bit / 8] >> bit % 8 & 1) != 0;
    }
    return may;
}

void trace_sieve_free(struct trace_sieve *sieve) {
    base_free(sieve->bytes);
    *sieve = (struct trace_sieve){0};
}
