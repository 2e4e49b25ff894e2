/* limit.h - how much memory the whole process may take by way of the hook.
 */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define BASE_UNLIMITED UINT64_MAX

/* Three quarters of the computer's memory, or of what control groups allow, such as a container's.
 */
uint64_t base_limit_default(void);

/* From now on what would make it more than `bytes` in all is refused, as if there were no memory;
 * what libraries take for themselves, and stacks, do not count. An eighth of it, 1 MiB at most, is
 * kept until something has been refused: with that a run which the limit stops can be ended, and
 * its trace written whole. Takes over the hook, before the first allocation. BASE_UNLIMITED does
 * nothing. */
void base_limit_memory(uint64_t bytes);

/* Whether something has been refused for that reason. */
bool base_limit_reached(void);

/* What a message about want of memory ends with: "; the limit is 12288 MiB, by what this machine or
 * its container has" where the default limit is what refused it, else nothing. */
const char *base_limit_note(void);

#endif
