/* trace/output.h - a file that JSON is written to: no printf, and two buffers, of which one is
 * filled while a thread writes the other. A trace that fits into the first needs no thread.
 *
 * The first failure is remembered, and nothing is written after it, so that a caller asks once,
 * at the end. Private to the writer.
 */
#ifndef SIM_TRACE_OUTPUT_H
#define SIM_TRACE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    SIM_OUTPUT_SIZE = 512 * 1024, /* of each buffer */
    SIM_OUTPUT_ROOM_MAX = 1024, /* the most that sim_output_room() gives */
    SIM_UINT_DIGITS_MAX = 20,
    SIM_TIME_DIGITS_MAX = 24,
};

struct sim_output {
    char *buffer;
    char *at; /* where the next byte goes */
    int fd;
    int error; /* errno of the first failure; 0: none */
    struct sim_behind *behind; /* the thread; NULL until it is needed */
};

/* Creates or empties the file. 0, or an errno value. */
int sim_output_open(struct sim_output *output, const char *path);

/* Writes out what is buffered and closes the file. 0, or the errno value of the first failure
 * since it was opened. */
int sim_output_close(struct sim_output *output);

/* Drops what is buffered and frees everything. */
void sim_output_free(struct sim_output *output);

/* Hands the buffer over to be written, and takes the other one. */
void sim_output_flush(struct sim_output *output);

/* Bytes as they are, of any length. */
void sim_output_bytes(struct sim_output *output, const char *bytes, size_t length);

/* A text as what stands between the quotes of a JSON string. */
void sim_output_text(struct sim_output *output, const char *text);

/* The same into memory: returns the length; `to` has room for 6 bytes for each byte of text. */
size_t sim_output_escape(char *to, const char *text, size_t length);

/* Makes room for `size` bytes, at most SIM_OUTPUT_ROOM_MAX, and returns where they go. The caller
 * stores the place after the last one in output->at. */
static inline char *sim_output_room(struct sim_output *output, size_t size) {
    if ((size_t)(output->buffer + SIM_OUTPUT_SIZE - output->at) < size)
        sim_output_flush(output);
    return output->at;
}

/* A literal, copied; its length is known to the compiler. */
#define SIM_PUT(at, literal)                                                                       \
    (memcpy((at), (literal), sizeof(literal) - 1), (at) + sizeof(literal) - 1)

/* Both return the place after the last digit. A time is microseconds with three decimals. */
char *sim_put_uint(char *at, uint64_t value);
char *sim_put_int(char *at, int64_t value);
char *sim_put_time(char *at, int64_t time_ns);

#endif
