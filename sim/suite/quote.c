/* Names of files, for a shell. */
#include "suite/quote.h"

#include <string.h>

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
