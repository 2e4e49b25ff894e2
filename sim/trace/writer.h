/* trace/writer.h - writes events to a file, a line each: docs/trace-format.md.
 *
 * It knows nothing of loops and tasks: it takes any events, in their order, from a stream
 * (stream.h, which has the functions for a program that wants a trace of its loop) or from a
 * reader, and writes them by the table of kinds (event.h). Beside a megabyte of buffers it keeps
 * nothing.
 */
#ifndef TRACE_WRITER_H
#define TRACE_WRITER_H

#include "trace/event.h"

struct trace_writer;

/* Creates the file, or empties it. One whose name ends in .gz or .zst is packed by gzip or zstd, in
 * the thread that writes. SIGPIPE stays away from the program. `live`: what it has taken
 * is in the file a second later, whatever becomes of the program. 0, CAD_ESYSTEM with errno where
 * the file cannot be opened, or CAD_ENOMEM; *writer is NULL then. */
int trace_writer_open(const char *path, bool live, struct trace_writer **writer);

/* To be given events, the header first. take() returns CAD_ESYSTEM when writing has failed; end()
 * too, with errno: then the file is not whole. */
struct trace_consumer *trace_writer_consumer(struct trace_writer *writer);

/* Of a live writer: what it has taken is in the file in some milliseconds already. */
void trace_writer_soon(struct trace_writer *writer);

/* Takes NULL. A writer whose consumer was not ended leaves its file as if cut short. */
void trace_writer_free(struct trace_writer *writer);

#endif
