/* JSON, a value a line. */
#include "document/write.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

static void put(doc_writer *writer, const char *text, size_t length) {
    if (writer->error == 0)
        writer->error = base_buffer_append(&writer->text, text, length);
}

/* Whether a byte stands for itself between quotes. In a page of HTML, no "</script>" ends the data,
 * and no character that an editor obeys is in the file. */
static bool is_plain(const doc_writer *writer, unsigned char byte) {
    if (byte < ' ' || byte >= 0x80 || byte == '"' || byte == '\\')
        return false;
    return !writer->embedded || (byte < 0x7F && strchr("<>&", byte) == NULL);
}

static void put_unit(doc_writer *writer, unsigned unit) {
    if (writer->error == 0)
        writer->error = base_buffer_format(&writer->text, "\\u%04x", unit);
}

/* One character that does not stand for itself, or is no ASCII; returns its length. A byte that is
 * no UTF-8, which would make the whole no JSON, gets a character in its place. */
static size_t put_escaped(doc_writer *writer, const char *text) {
    unsigned char byte = (unsigned char)*text;
    if (byte == '"' || byte == '\\') {
        if (writer->error == 0)
            writer->error = base_buffer_format(&writer->text, "\\%c", byte);
        return 1;
    }
    size_t length = base_utf8_length((const unsigned char *)text, strlen(text));
    if (length == 0) {
        put_unit(writer, 0xFFFD);
        return 1;
    }
    if (length > 1 && !writer->embedded) {
        put(writer, text, length);
        return length;
    }
    uint32_t code = base_utf8_decode(text, length);
    if (code >= 0x10000) {
        put_unit(writer, 0xD800 + ((code - 0x10000) >> 10));
        code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    put_unit(writer, code);
    return length;
}

static void put_string(doc_writer *writer, const char *text) {
    put(writer, "\"", 1);
    while (*text != '\0') {
        size_t plain = 0;
        while (text[plain] != '\0' && is_plain(writer, (unsigned char)text[plain]))
            plain++;
        put(writer, text, plain);
        text += plain;
        if (*text != '\0')
            text += put_escaped(writer, text);
    }
    put(writer, "\"", 1);
}

static void new_line(doc_writer *writer) {
    if (writer->embedded)
        return;
    put(writer, "\n", 1);
    for (unsigned i = 0; i < writer->depth; i++)
        put(writer, "\t", 1);
}

/* What stands before a value. */
static void begin(doc_writer *writer, const char *key) {
    if (writer->more)
        put(writer, ",", 1);
    if (writer->depth > 0)
        new_line(writer);
    if (key != NULL) {
        put_string(writer, key);
        put(writer, ": ", writer->embedded ? 1 : 2);
    }
    writer->more = true;
}

void doc_write_open(doc_writer *writer, const char *key, char bracket) {
    begin(writer, key);
    put(writer, &bracket, 1);
    writer->depth++;
    writer->more = false;
}

void doc_write_close(doc_writer *writer, char bracket) {
    writer->depth--;
    if (writer->more)
        new_line(writer);
    put(writer, &bracket, 1);
    writer->more = true;
}

void doc_write_text(doc_writer *writer, const char *key, const char *text) {
    begin(writer, key);
    put_string(writer, text);
}

void doc_write_whole(doc_writer *writer, const char *key, int64_t value) {
    begin(writer, key);
    if (writer->error == 0)
        writer->error = base_buffer_format(&writer->text, "%" PRId64, value);
}

void doc_write_number(doc_writer *writer, const char *key, double value) {
    char text[BASE_NUMBER_TEXT];
    begin(writer, key);
    put(writer, text, base_number_format(value, text));
}

void doc_write_truth(doc_writer *writer, const char *key, bool value) {
    begin(writer, key);
    put(writer, value ? "true" : "false", value ? 4 : 5);
}
