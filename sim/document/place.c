/* From offsets to lines, columns and pointers. */
#include "document/place.h"

#include <string.h>

#include "cadran.h"

void doc_locator_start(doc_locator *locator, const char *text) {
    locator->text = text;
    locator->line = 1;
    locator->column = 1;
    locator->counted = 0;
    locator->at = 0;
    locator->depth = 0;
}

static void count_lines(doc_locator *locator, size_t offset) {
    for (; locator->counted < offset; locator->counted++) {
        unsigned char c = (unsigned char)locator->text[locator->counted];
        if (c == '\n') {
            locator->line++;
            locator->column = 1;
        } else if ((c & 0xc0) != 0x80) {
            locator->column++;
        }
    }
}

/* Whether the string that has just been found is a key: one that a colon follows. */
static bool is_key(const char *text, size_t end) {
    return text[doc_json_skip_space(text, end)] == ':';
}

/* Follows the text's structure until the token that contains `offset`, or begins after it. */
static void follow(doc_locator *locator, size_t offset) {
    const char *text = locator->text;
    for (;;) {
        size_t at = doc_json_skip_space(text, locator->at);
        struct doc_locator_level *level =
            locator->depth > 0 ? &locator->levels[locator->depth - 1] : NULL;
        if (at > offset || text[at] == '\0')
            return;
        if (text[at] == '{' || text[at] == '[') {
            if (at == offset)
                return;
            locator->levels[locator->depth].object = text[at] == '{';
            locator->levels[locator->depth++].place = 0;
        } else if (text[at] == '}' || text[at] == ']') {
            locator->depth--;
        } else if (text[at] == ',') {
            if (level != NULL && !level->object)
                level->place++;
        } else if (text[at] != ':') {
            size_t end = doc_json_skip_scalar(text, at);
            if (level != NULL && level->object && text[at] == '"' && is_key(text, end))
                level->place = at;
            if (end > offset)
                return;
            locator->at = end;
            continue;
        }
        locator->at = at + 1;
    }
}

void doc_locator_seek(doc_locator *locator, size_t offset, bool json) {
    count_lines(locator, offset);
    if (json)
        follow(locator, offset);
}

/* Appends one key, read from its quote on. */
static int append_key(const char *quote, base_buffer *buffer) {
    int error = 0;
    for (const char *raw = quote + 1; *raw != '"' && error == 0;) {
        char utf8[4];
        size_t length;
        size_t used = doc_json_character(raw, utf8, &length);
        if (length == 1 && utf8[0] == '~')
            error = base_buffer_append(buffer, "~0", 2);
        else if (length == 1 && utf8[0] == '/')
            error = base_buffer_append(buffer, "~1", 2);
        else if (length == 1 && (unsigned char)utf8[0] < 0x20)
            error = base_buffer_append(buffer, raw, used);
        else
            error = base_buffer_append(buffer, utf8, length);
        raw += used;
    }
    return error;
}

int doc_locator_pointer(const doc_locator *locator, base_buffer *buffer) {
    int error = 0;
    for (size_t i = 0; i < locator->depth && error == 0; i++) {
        const struct doc_locator_level *level = &locator->levels[i];
        if (level->object && level->place == 0)
            break; /* between the brace and the first key */
        if (level->object) {
            error = base_buffer_append(buffer, "/", 1);
            if (error == 0)
                error = append_key(locator->text + level->place, buffer);
        } else {
            error = base_buffer_format(buffer, "/%zu", level->place);
        }
    }
    return error;
}
