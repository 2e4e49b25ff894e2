/* Text of strangers: what a terminal would obey is written out. */
#include "base/show.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { LINE_SIZE = 1024 };

/* As JSON writes it; beyond the first plane as one number, which is easier to look up than two. */
static void escape_character(uint32_t code, char escape[BASE_SHOWN_SIZE]) {
    const char *letter = strchr("\bb\ff\nn\rr\tt", (int)code);
    if (code != 0 && code < 0x20 && letter != NULL)
        (void)snprintf(escape, BASE_SHOWN_SIZE, "\\%c", letter[1]);
    else
        (void)snprintf(escape, BASE_SHOWN_SIZE, "\\u%04x", (unsigned)code);
}

size_t base_shown_piece(const char *text, size_t length, bool lines, char escape[BASE_SHOWN_SIZE],
                        size_t *taken) {
    for (size_t at = 0; at < length; at += *taken) {
        const unsigned char *byte = (const unsigned char *)text + at;
        *taken = base_utf8_length(byte, length - at);
        if (*taken == 0) {
            *taken = 1;
            (void)snprintf(escape, BASE_SHOWN_SIZE, "\\x%02x", *byte);
            return at;
        }
        uint32_t code = base_utf8_decode(text + at, *taken);
        if (base_is_control(code) && !(lines && (code == '\n' || code == '\t'))) {
            escape_character(code, escape);
            return at;
        }
    }
    *taken = 0;
    return length;
}

static int append(base_buffer *buffer, const char *text, size_t length, bool lines) {
    char escape[BASE_SHOWN_SIZE];
    size_t taken, before = buffer->length;
    int error;
    do {
        size_t piece = base_shown_piece(text, length, lines, escape, &taken);
        error = base_buffer_append(buffer, text, piece);
        if (error == 0 && taken > 0)
            error = base_buffer_append(buffer, escape, strlen(escape));
        text += piece + taken;
        length -= piece + taken;
    } while (taken > 0 && error == 0);
    if (error != 0 && buffer->data != NULL) {
        buffer->length = before;
        buffer->data[before] = '\0';
    }
    return error;
}

int base_buffer_append_shown(base_buffer *buffer, const char *text, size_t length) {
    return append(buffer, text, length, false);
}

int base_buffer_append_shown_lines(base_buffer *buffer, const char *text, size_t length) {
    return append(buffer, text, length, true);
}

int base_buffer_append_quoted(base_buffer *buffer, const char *text, size_t most) {
    size_t length = strlen(text), cut = length < most ? length : most;
    while (cut > 0 && cut < length && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--; /* not inside a character */
    int error = base_buffer_append(buffer, "\"", 1);
    if (error == 0)
        error = base_buffer_append_shown(buffer, text, cut);
    const char *end = cut < length ? "...\"" : "\"";
    return error != 0 ? error : base_buffer_append(buffer, end, strlen(end));
}

/* What is written in one piece, as far as it fits: standard error has no buffer of its own, and
 * lines of several programs, or of threads, are to stay lines. */
struct sheet {
    FILE *file;
    size_t length;
    char text[2 * LINE_SIZE];
};

static void put(struct sheet *sheet, const char *text, size_t length) {
    if (length > sizeof sheet->text - sheet->length) {
        (void)fwrite(sheet->text, 1, sheet->length, sheet->file);
        sheet->length = 0;
    }
    if (length > sizeof sheet->text) {
        (void)fwrite(text, 1, length, sheet->file);
    } else {
        memcpy(sheet->text + sheet->length, text, length);
        sheet->length += length;
    }
}

static void put_shown(struct sheet *sheet, const char *text, size_t length) {
    char escape[BASE_SHOWN_SIZE];
    size_t taken;
    do {
        size_t piece = base_shown_piece(text, length, false, escape, &taken);
        put(sheet, text, piece);
        if (taken > 0)
            put(sheet, escape, strlen(escape));
        text += piece + taken;
        length -= piece + taken;
    } while (taken > 0);
}

static void finish(struct sheet *sheet) {
    (void)fwrite(sheet->text, 1, sheet->length, sheet->file);
}

void base_show(FILE *file, const char *text, size_t length) {
    struct sheet sheet = {.file = file};
    put_shown(&sheet, text, length);
    finish(&sheet);
}

void base_show_message(FILE *file, const char *before, const char *format, va_list arguments) {
    char small[LINE_SIZE], *line = small;
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(small, sizeof small, format, arguments);
    if (length >= LINE_SIZE) {
        char *large = base_alloc((size_t)length + 1);
        if (large != NULL) {
            (void)vsnprintf(large, (size_t)length + 1, format, again);
            line = large;
        } else {
            length = LINE_SIZE - 1;
        }
    }
    va_end(again);
    struct sheet sheet = {.file = file};
    if (before != NULL) {
        put_shown(&sheet, before, strlen(before));
        put(&sheet, ": ", 2);
    }
    put_shown(&sheet, line, length > 0 ? (size_t)length : 0);
    put(&sheet, "\n", 1);
    finish(&sheet);
    if (line != small)
        base_free(line);
}

void base_show_line(FILE *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    base_show_message(file, NULL, format, arguments);
    va_end(arguments);
}
