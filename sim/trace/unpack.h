/* trace/unpack.h - the bytes of a trace, from a file or from memory, unpacked where they are
 * compressed. Which they are is seen by how they begin, whatever the file is called. Private to the
 * reader.
 *
 * What it takes of memory does not depend on how much is packed how tightly. But who reads what
 * comes out does: a few kilobytes can be packed so that gigabytes come out. So beyond
 * TRACE_UNPACKED_FREE bytes no more than TRACE_UNPACKED_MOST for each packed one are given.
 */
#ifndef TRACE_UNPACK_H
#define TRACE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs are packed to a twentieth or a fortieth; where the clock stands still in all of a run, more.
 */
#define TRACE_UNPACKED_FREE ((uint64_t)256 << 20)
#define TRACE_UNPACKED_MOST 200

struct trace_source;

/* Whether a trace, packed or not, may have this as its first byte. Who keeps what can be read but
 * once asks, so that what has no end and is no trace is not kept until there is no room. */
bool trace_may_begin(char first);

/* From a file descriptor, which stays the caller's, or, where it is -1, from memory. NULL: no
 * memory. */
struct trace_source *trace_source_new(int fd, const char *memory, size_t size);
void trace_source_free(struct trace_source *source); /* takes NULL */

/* The next bytes, at most `size`; *got is 0 at the end, and only there.
 *   0
 *   CAD_ESYSTEM  the file cannot be read; errno says why
 *   CAD_EINVAL   what is packed is damaged, or too much; trace_source_fault() says how
 *   CAD_ENOMEM   no memory */
int trace_source_read(struct trace_source *source, char *to, size_t size, size_t *got);

/* "damaged at byte 1234: invalid block type". */
const char *trace_source_fault(const struct trace_source *source);

/* How it is packed: "gzip", "zstd"; NULL where it is not. */
const char *trace_source_packing(const struct trace_source *source);

/* After the end: whether the file ends before what is packed in it does. */
bool trace_source_is_cut(const struct trace_source *source);

/* How many bytes of the file have been taken. */
uint64_t trace_source_offset(const struct trace_source *source);

#endif
