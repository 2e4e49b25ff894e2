/* The streams of random numbers of a run. */
#include "run/draws.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "run/machine.h"

/* How many tasks of that name the same creator has made before. */
static int next_ordinal(run_machine *machine, uint64_t parent, const char *name,
                        uint64_t *ordinal) {
    base_buffer *key = &machine->line;
    bool added;
    base_buffer_clear(key);
    if (base_buffer_append(key, (const char *)&parent, sizeof parent) != 0 ||
        base_buffer_append(key, name, strlen(name)) != 0)
        return CAD_ENOMEM;
    uint32_t number = base_symbols_add(&machine->ordinals, key->data, key->length, &added);
    if (number == BASE_NO_SYMBOL)
        return CAD_ENOMEM;
    if (added) {
        uint64_t *counts =
            base_grown(machine->ordinal_counts, number, &machine->ordinal_capacity, sizeof *counts);
        if (counts == NULL)
            return CAD_ENOMEM;
        machine->ordinal_counts = counts;
        counts[number] = 0;
    }
    *ordinal = machine->ordinal_counts[number]++;
    return 0;
}

int run_draws_start(run_machine *machine, uint64_t parent, const char *name, run_draws *draws) {
    uint64_t ordinal;
    int error = next_ordinal(machine, parent, name, &ordinal);
    if (error != 0)
        return error;
    draws->identity = expr_random_identity(parent, name, strlen(name), ordinal);
    expr_random_start(&draws->random, (uint64_t)machine->result.seed, draws->identity);
    return 0;
}
