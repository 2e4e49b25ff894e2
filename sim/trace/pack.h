/* trace/pack.h - a file that bytes go into, as they are or compressed. Private to the trace's
 * output: whoever writes, the run's thread or the one behind it, does so by these, one at a time.
 */
#ifndef TRACE_PACK_H
#define TRACE_PACK_H

#include <stddef.h>

enum trace_packing {
    TRACE_PACKING_NONE,
    TRACE_PACKING_GZIP,
    TRACE_PACKING_ZSTD,
};

struct trace_pack;

/* By the end of the file's name: ".gz", ".zst". */
enum trace_packing trace_packing_of(const char *path);

/* `fd` stays the caller's. What comes out for the same bytes and flushes is the same on every
 * machine with the same version of zlib or libzstd. 0 or an errno value, as all of these. */
int trace_pack_new(int fd, enum trace_packing packing, struct trace_pack **pack);
void trace_pack_free(struct trace_pack *pack); /* takes NULL */

int trace_pack_write(struct trace_pack *pack, const char *bytes, size_t length);

/* Writes what is held back for the sake of compression: who reads the file then finds all that was
 * written. It makes the file a little larger, by some ten bytes a time. */
int trace_pack_flush(struct trace_pack *pack);

/* Writes what ends the file; nothing may be written after it. */
int trace_pack_finish(struct trace_pack *pack);

#endif
