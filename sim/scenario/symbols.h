/* symbols.h - names as small numbers: the first that is added is 0, the next new one 1, ...
 */
#ifndef SIM_SCENARIO_SYMBOLS_H
#define SIM_SCENARIO_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/fault.h"

#define SIM_NO_SYMBOL UINT32_MAX

/* Zeroed, it is empty. */
typedef struct sim_symbols {
    struct sim_symbol *list; /* in the order of their numbers */
    uint32_t *buckets;
    size_t count;
    size_t capacity;
    size_t bucket_count; /* a power of two, or 0 */
} sim_symbols;

/* The number of a name; SIM_NO_SYMBOL when it is not there. */
uint32_t sim_symbols_find(const sim_symbols *symbols, const char *name, size_t length);

/* The number of a name, which is copied and added if it is not there yet; *added, which may be
 * NULL, tells. SIM_NO_SYMBOL when memory runs out. */
uint32_t sim_symbols_add(sim_symbols *symbols, const char *name, size_t length, bool *added);

/* The name with a number below `count`; ends in '\0', and lives as long as the symbols. */
const char *sim_symbols_name(const sim_symbols *symbols, uint32_t number);

/* Offers each name. */
void sim_symbols_suggest(const sim_symbols *symbols, sim_suggestion *suggestion);

void sim_symbols_free(sim_symbols *symbols);

#endif
