/* water.h - how much may be unsent before a protocol is told to pause.
 */
#ifndef CADRAN_WATER_H
#define CADRAN_WATER_H

#include <stddef.h>
#include <stdint.h>

/* set_write_buffer_limits(): CAD_DEFAULT is asyncio's None. 0, or CAD_EINVAL, and both stay. */
int cad__water_marks(int64_t high, int64_t low, size_t *high_mark, size_t *low_mark);

#endif
