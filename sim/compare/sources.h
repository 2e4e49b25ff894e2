/* compare/sources.h - the sources of a comparison: their bytes, and their events. Private to the
 * comparison.
 */
#ifndef CMP_SOURCES_H
#define CMP_SOURCES_H

#include "cadran.h"
#include "compare/result.h"

/* Keeps what can be read but once, standard input and pipes, in memory. As cmp_compare(). */
int cmp_keep_input(struct cmp_result *result, char message[CMP_MESSAGE_SIZE]);

/* Whether both are the same bytes, or, where one is packed, the same when unpacked:
 * result->bytes_equal. As cmp_compare(). */
int cmp_compare_bytes(struct cmp_result *result, char message[CMP_MESSAGE_SIZE]);

/* *same: whether both begin with so many lines that are the same; false also where they are packed.
 * As cmp_compare(). */
int cmp_share_lines(const struct cmp_result *result, uint64_t lines, bool *same,
                    char message[CMP_MESSAGE_SIZE]);

/* For consumers that want no more: what their take() returns then, and cmp_read_source() does. */
#define CMP_REACHED CAD_ECANCELLED

#endif
