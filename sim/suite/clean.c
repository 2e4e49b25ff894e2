/* What may stand in a text for any reader. */
#include "suite/clean.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "cadran.h"

/* Controls, and what XML takes for no character. */
static bool is_printed(uint32_t code) {
    return code == '\t' || code == '\n' ||
           (code >= 0x20 && (code < 0x7F || code > 0x9F) && code != 0xFFFE && code != 0xFFFF);
}

int suite_clean(const char *text, size_t length, base_buffer *to) {
    size_t begin = 0, at = 0;
    int error = base_buffer_append(to, "", 0);
    while (error == 0 && at < length) {
        size_t size = base_utf8_length((const unsigned char *)text + at, length - at);
        if (size > 0 && is_printed(base_utf8_decode(text + at, size))) {
            at += size;
            continue;
        }
        error = base_buffer_append(to, text + begin, at - begin);
        if (error == 0)
            error = base_buffer_append(to, BASE_REPLACEMENT, strlen(BASE_REPLACEMENT));
        at += size > 0 ? size : 1;
        begin = at;
    }
    return error == 0 ? base_buffer_append(to, text + begin, at - begin) : error;
}

int suite_quote(const char *name, base_buffer *to) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+=:,@%";
    if (name[0] != '\0' && strspn(name, plain) == strlen(name))
        return base_buffer_append(to, name, strlen(name));
    int error = base_buffer_append(to, "'", 1);
    for (; error == 0 && *name != '\0'; name++)
        error =
            *name == '\'' ? base_buffer_append(to, "'\\''", 4) : base_buffer_append(to, name, 1);
    return error == 0 ? base_buffer_append(to, "'", 1) : error;
}
