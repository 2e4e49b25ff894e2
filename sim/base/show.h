/* show.h - text of strangers on somebody's terminal.
 *
 * A document, a trace or a file's name may hold characters that a terminal obeys: they set its
 * title, clear it, or turn around what stands beside them; and a line break forges a line of ours.
 * Every message that quotes anything goes through these functions, which write such characters as
 * JSON would (`\u001b`, `\n`), and a byte that is no UTF-8 as `\xff`.
 */
#ifndef BASE_SHOW_H
#define BASE_SHOW_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buffer.h"

/* The longest escape that stands for one character, and its '\0'. */
#define BASE_SHOWN_SIZE 16

/* Where the next piece of `text` ends that is shown as it is; *escape is then what is written in
 * the place of the character behind it, and *taken the length of that; *taken is 0 at the end.
 * `lines`: line breaks and tabs are the text's own. */
size_t base_shown_piece(const char *text, size_t length, bool lines, char escape[BASE_SHOWN_SIZE],
                        size_t *taken);

/* Appends it as it is shown; of text that may have lines, with them. 0 or CAD_ENOMEM. */
int base_buffer_append_shown(base_buffer *buffer, const char *text, size_t length);
int base_buffer_append_shown_lines(base_buffer *buffer, const char *text, size_t length);

/* The same in quotes; of more than `most` bytes the characters that are within them, and "...". */
int base_buffer_append_quoted(base_buffer *buffer, const char *text, size_t most);

/* Writes it as it is shown; needs no memory. */
void base_show(FILE *file, const char *text, size_t length);

/* One line, as printf() makes it, and its line break: whatever has got into it, it stays one. Where
 * there is no memory for a long one it is cut. */
void base_show_line(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* With `before`, a colon and a space before it; NULL: nothing. */
void base_show_message(FILE *file, const char *before, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#endif
