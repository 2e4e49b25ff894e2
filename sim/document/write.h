/* write.h - JSON, written value by value.
 *
 *     doc_writer writer = {0};
 *     doc_write_open(&writer, NULL, '{');
 *     doc_write_whole(&writer, "tasks", 8);
 *     doc_write_close(&writer, '}');
 *     ... doc_write_failed(&writer), writer.text ...
 *     base_buffer_free(&writer.text);
 *
 * `key` is that of a member; NULL in an array, and for the document itself.
 */
#ifndef DOCUMENT_WRITE_H
#define DOCUMENT_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* Zeroed, it is at the beginning. */
typedef struct doc_writer {
    base_buffer text;
    unsigned depth;
    bool more;     /* something stands before in the same array or object */
    bool embedded; /* for a page of HTML: without white space, in ASCII, and without < > & */
    int error;
} doc_writer;

void doc_write_open(doc_writer *writer, const char *key, char bracket);
void doc_write_close(doc_writer *writer, char bracket);
void doc_write_text(doc_writer *writer, const char *key, const char *text);
void doc_write_whole(doc_writer *writer, const char *key, int64_t value);
/* A finite number. */
void doc_write_number(doc_writer *writer, const char *key, double value);
void doc_write_truth(doc_writer *writer, const char *key, bool value);

/* Whether memory ran out; the text is not whole then. */
static inline bool doc_write_failed(const doc_writer *writer) {
    return writer->error != 0;
}

#endif
