/* stream.h - streams, for those who make them: processes, connections, servers.
 */
#ifndef CADRAN_STREAM_H
#define CADRAN_STREAM_H

#include "transport.h"

#define CAD__STREAM_LIMIT ((size_t)64 * 1024) /* asyncio's */

/* A stream over a descriptor, which it takes over, also on failure. `limit`: 0: the default. */
int cad__stream_new(cad_loop *loop, enum cad__transport_kind kind, int descriptor, size_t limit,
                    cad_stream **stream);
/* Its transport belongs to the group from now on. */
void cad__stream_join(cad_stream *stream, cad__transports *group);
/* At once, with what it has: it was never used. Takes NULL. */
void cad__stream_destroy(cad_stream *stream);

/* For polls of operations that gather all that a stream has to give: like read() up to the end, but
 * of several streams at once. From gather() on it takes as much as comes. await_end() parks the
 * task until its end, CAD_PENDING; when that has come it is 0, or the stream's error; CAD_ERUNTIME
 * where another task reads it. take() moves all that has come into `bytes`; drop() ends it without,
 * also in the middle. */
int cad__stream_gather(cad_stream *stream);
int cad__stream_await_end(cad_task *task, cad_stream *stream);
int cad__stream_take(cad_stream *stream, cad_bytes *bytes);
void cad__stream_drop(cad_task *task, cad_stream *stream);

#endif
