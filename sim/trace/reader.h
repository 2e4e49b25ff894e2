/* trace/reader.h - reads a trace file, event by event or into a model.
 *
 * Traces of this project are held to the rules of docs/trace-format.md. Other programs' Trace
 * Event files are read as far as they go, and what was left out is listed in the model.
 */
#ifndef TRACE_READER_H
#define TRACE_READER_H

#include "trace/event.h"
#include "trace/model.h"

#include <stdatomic.h>
#include <stddef.h>

/* The longest event, and the deepest nesting inside one, that are read. */
#define TRACE_EVENT_SIZE_MAX ((size_t)16 << 20)
#define TRACE_EVENT_DEPTH_MAX 64

enum { TRACE_MESSAGE_SIZE = 512 };

/* What a path is called in messages: "<stdin>" where it is "-", for standard input. */
const char *trace_path_name(const char *path);

/* Reads a file, or standard input. A file that is cut short, at whatever byte, is read up to there:
 * the trace is then not complete, and has a warning that says so.
 *   0            *trace is the caller's, to be freed with trace_model_free()
 *   CAD_ESYSTEM  the file cannot be read
 *   CAD_EINVAL   it is no trace, or breaks a rule
 *   CAD_ENOMEM   no memory
 * On failure *trace is NULL, and message says what is wrong, where, and what to do:
 * "file:line: ..." */
int trace_read(const char *path, struct trace_model **trace, char message[TRACE_MESSAGE_SIZE]);

/* What others may know of a reading that goes on in a thread, and tell it. All zero at first. */
struct trace_progress {
    _Atomic uint64_t bytes; /* of the file that have been read */
    _Atomic bool stops;     /* set by others: it ends with CAD_ECANCELLED */
    uint64_t most;          /* after so many it ends as if the file were cut short; 0: never */
};
int trace_read_watched(const char *path, struct trace_progress *progress,
                       struct trace_model **trace, char message[TRACE_MESSAGE_SIZE]);

/* Gives each event of a trace to the consumer, in the order of the file, with its line and ordinal,
 * as it was told to whoever wrote it; and then the end. An event of a kind that the table does not
 * have, as all of another program's, is TRACE_UNKNOWN. An event of a trace of ours comes only when
 * it keeps the rules. Nothing is kept but the event at hand, and what the rules ask for of all that
 * is open (rules.h).
 *
 * As trace_read(); and what take() or end() of the consumer returned, with the consumer's words as
 * the message. *complete is false where the file is cut short; the message then says where. */
int trace_read_events(const char *path, struct trace_consumer *consumer, bool *complete,
                      char message[TRACE_MESSAGE_SIZE]);

/* Reads a piece at a time, for who reads two side by side. Path, or name and data, the consumer and
 * the message are borrowed until trace_reading_close(), which says in the message what the code
 * alone does not. As trace_read_events(); *reading is NULL on failure. */
struct trace_reading;
int trace_reading_open(const char *path, struct trace_consumer *consumer,
                       struct trace_reading **reading, char message[TRACE_MESSAGE_SIZE]);
int trace_reading_open_memory(const char *name, const char *data, size_t size,
                              struct trace_consumer *consumer, struct trace_reading **reading,
                              char message[TRACE_MESSAGE_SIZE]);
/* Gives the events of the next piece, some thousand or none. *more is false after the last one. */
int trace_reading_go_on(struct trace_reading *reading, bool *more);
void trace_reading_close(struct trace_reading *reading); /* takes NULL */

/* trace_read() and trace_read_events() from memory; `name` stands for the file in messages. */
int trace_read_memory(const char *name, const char *data, size_t size, struct trace_model **trace,
                      char message[TRACE_MESSAGE_SIZE]);
int trace_read_events_memory(const char *name, const char *data, size_t size,
                             struct trace_consumer *consumer, bool *complete,
                             char message[TRACE_MESSAGE_SIZE]);

#endif
