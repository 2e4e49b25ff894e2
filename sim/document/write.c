/* JSON, a value a line. */
#include "document/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

static void put(doc_writer *writer, const char *text, size_t length) {
    if (writer->error == 0)
        writer->error = base_buffer_append(&writer->text, text, length);
}

static size_t plain_length(const char *text) {
    size_t plain = 0;
    while ((unsigned char)text[plain] >= ' ' && (unsigned char)text[plain] < 0x80 &&
           text[plain] != '"' && text[plain] != '\\')
        plain++;
    return plain;
}

/* One character as it stands in a string, whose length is returned; what is no UTF-8, and would
 * make the whole no JSON, gets a character in its place. */
static size_t put_character(doc_writer *writer, const char *text) {
    unsigned char first = (unsigned char)*text;
    size_t length = base_utf8_length((const unsigned char *)text, strnlen(text, 4));
    char escape[8];
    if (length == 0) {
        put(writer, BASE_REPLACEMENT, strlen(BASE_REPLACEMENT));
        return 1;
    }
    if (length > 1) {
        put(writer, text, length);
        return length;
    }
    if (first == '"' || first == '\\')
        (void)snprintf(escape, sizeof escape, "\\%c", first);
    else
        (void)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)first);
    put(writer, escape, strlen(escape));
    return 1;
}

static void put_string(doc_writer *writer, const char *text) {
    put(writer, "\"", 1);
    while (*text != '\0') {
        size_t plain = plain_length(text);
        put(writer, text, plain);
        text += plain;
        if (*text != '\0')
            text += put_character(writer, text);
    }
    put(writer, "\"", 1);
}

static void new_line(doc_writer *writer) {
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
        put(writer, ": ", 2);
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
