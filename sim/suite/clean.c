/* What may stand in a text for any reader. */
#include "suite/clean.h"

#include <string.h>

#include "base/show.h"

int suite_clean(const char *text, size_t length, base_buffer *to) {
    char escape[BASE_SHOWN_SIZE];
    size_t taken;
    int error;
    do {
        size_t piece = base_shown_piece(text, length, true, escape, &taken);
        error = base_buffer_append(to, text, piece);
        if (error == 0 && taken > 0)
            error = base_buffer_append(to, escape, strlen(escape));
        text += piece + taken;
        length -= piece + taken;
    } while (error == 0 && taken > 0);
    return error;
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
