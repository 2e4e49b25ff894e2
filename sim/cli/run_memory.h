/* run_memory.h - the limit of memory: counts what the library and the runner allocate.
 */
#ifndef CLI_RUN_MEMORY_H
#define CLI_RUN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Three quarters of the machine's memory. */
uint64_t cli_memory_default(void);

/* From now on allocations beyond `bytes` in all fail. Before the first allocation. */
void cli_memory_limit(uint64_t bytes);

/* Points at whether one has failed for that reason. */
const bool *cli_memory_used_up(void);

#endif
