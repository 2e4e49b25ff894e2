/* compare/words.h - what is found, in words. Private to the comparison.
 */
#ifndef CMP_WORDS_H
#define CMP_WORDS_H

#include "compare/compare.h"

/* Appends to a buffer. The first failure is remembered, and nothing is appended after it. */
struct cmp_writer {
    base_buffer *out;
    int error; /* 0 or CAD_ENOMEM */
};

void cmp_write(struct cmp_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void cmp_write_bytes(struct cmp_writer *writer, const char *text, size_t length);
/* A name or a text of a run: nothing in it ends the line, or is obeyed by a terminal (base/show.h).
 */
void cmp_write_shown(struct cmp_writer *writer, const char *text, size_t length);

/* "1.25 s"; "250 ms", "12.5 us" below a second where `small`. */
void cmp_write_time(struct cmp_writer *writer, int64_t time_ns, bool small);
/* "+120 ms", "-3 us" */
void cmp_write_change(struct cmp_writer *writer, int64_t change_ns);
/* "job1"; the second of that name: "job1 #2" */
void cmp_write_task(struct cmp_writer *writer, const struct cmp_result *result, uint32_t task,
                    int side);
/* "queue window" */
void cmp_write_object(struct cmp_writer *writer, const struct cmp_result *result, uint32_t object,
                      int side);
/* What happens: "job1 waits (put window)". */
void cmp_write_event(struct cmp_writer *writer, const struct cmp_result *result,
                     const struct cmp_event *event, int side);
/* cmp_sentence() */
void cmp_write_sentence(struct cmp_writer *writer, const struct cmp_result *result,
                        const struct cmp_difference *difference);

#endif
