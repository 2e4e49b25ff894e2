/* JSON, a value a line. */
#include "document/write.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"

static void put(doc_writer *writer, const char *text, size_t length) {
    if (writer->error == 0)
        writer->error = base_buffer_append(&writer->text, text, length);
}

static void put_string(doc_writer *writer, const char *text) {
    put(writer, "\"", 1);
    while (*text != '\0') {
        size_t plain = 0;
        while ((unsigned char)text[plain] >= ' ' && text[plain] != '"' && text[plain] != '\\')
            plain++;
        put(writer, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        if (writer->error == 0 && (unsigned char)*text < ' ')
            writer->error = base_buffer_format(&writer->text, "\\u%04x", (unsigned)*text);
        else if (writer->error == 0)
            writer->error = base_buffer_format(&writer->text, "\\%c", *text);
        text++;
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
