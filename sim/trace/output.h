/* trace/output.h - a file that JSON is written to: no printf, and a ring of buffers, of which one
 * is filled while a thread writes those before it. A trace that fits into the first needs no
 * thread; one that is live has it from the start, and it also writes, twice a second and
 * when it is asked, what there is of the buffer that is being filled. Where no thread can be had,
 * who fills the buffers writes them, and when it is asked what there is.
 *
 * What is written goes through a place, `at`, that the caller holds while it puts an event together
 * and commits when it is done. Whoever takes room, or writes a text or bytes, has
 * TRACE_OUTPUT_ROOM behind the place that it gets back: enough for all that an event says between
 * two texts, so that nothing else needs to look whether it fits.
 *
 * The first failure is remembered, and nothing is written after it, so that a caller asks once,
 * at the end. Private to the writer.
 */
#ifndef TRACE_OUTPUT_H
#define TRACE_OUTPUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

enum {
    TRACE_OUTPUT_SIZE = 128 * 1024, /* of what is written at a time: whole pages of the file */
    TRACE_OUTPUT_ROOM = 1024,
    TRACE_OUTPUT_SLACK = 4096, /* behind what is written of each buffer: its overflow */
};

struct trace_output {
    char *buffer;            /* the one that is being filled */
    _Atomic(char *) at;      /* where the next byte goes; all before it is to be written */
    char *end;               /* of the buffer, with its slack */
    char *ring;              /* all buffers, one behind the other */
    size_t written;          /* bytes of the buffer that are in the file already */
    struct trace_pack *pack; /* what the file is written by */
    int fd;
    pid_t process;               /* which writes: a fork of it has no thread, and the same file */
    bool live;                   /* what is committed is in the file soon */
    bool alone;                  /* no thread can be had: who fills the buffers writes them */
    int error;                   /* errno of the first failure; 0: none */
    struct trace_behind *behind; /* the thread; NULL until it is needed */
};

/* Creates or empties the file, whose name says whether it is packed (pack.h). `live`: what is
 * committed is in it within a second. 0, or an errno value. */
int trace_output_open(struct trace_output *output, const char *path, bool live);

/* Writes out what is buffered and closes the file; in a process that was forked since it was opened
 * it does the second alone, and all that was put is dropped: the file is the other's. 0, or the
 * errno value of the first failure since it was opened. */
int trace_output_close(struct trace_output *output);

/* Drops what is buffered and frees everything. */
void trace_output_free(struct trace_output *output);

/* Hands the buffer, which is full, over to be written, and returns where to go on in the next. */
char *trace_output_hand_over(struct trace_output *output, char *at);

/* What is committed is to be in the file soon, in some milliseconds: for a pause in which nothing
 * more may come. Of an output that is live; costs next to nothing when it is called often. */
void trace_output_soon(struct trace_output *output);

/* At least `size` bytes, at most TRACE_OUTPUT_SLACK, behind the place that it returns. */
static inline char *trace_output_room(struct trace_output *output, char *at, size_t size) {
    return (size_t)(output->end - at) < size ? trace_output_hand_over(output, at) : at;
}

/* What is before `at` is whole. False where writing has failed: the output tells what it met when
 * it handed a buffer over. */
static inline bool trace_output_commit(struct trace_output *output, char *at) {
    atomic_store_explicit(&output->at, at, memory_order_release);
    return output->error == 0;
}

static inline char *trace_output_at(const struct trace_output *output) {
    return atomic_load_explicit(&output->at, memory_order_relaxed);
}

/* A text of any length as what stands between the quotes of a JSON string. */
char *trace_output_text(struct trace_output *output, char *at, const char *text, size_t length);

/* The same into memory: returns the length; `to` has room for 6 bytes for each byte of text. */
size_t trace_output_escape(char *to, const char *text, size_t length);

static inline char *trace_put_bytes(char *at, const char *bytes, size_t length) {
    memcpy(at, bytes, length);
    return at + length;
}

/* A literal, copied; its length is known to the compiler. */
#define TRACE_PUT(at, literal) trace_put_bytes(at, literal, sizeof(literal) - 1)

#endif
