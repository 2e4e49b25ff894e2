/* Options that several commands have. */
#include "cli/options.h"

#include <string.h>
#include <unistd.h>

bool cli_take_clock(void *target, const base_option *option, char *text,
                    char message[BASE_OPTIONS_MESSAGE]) {
    bool real = strcmp(text, "real") == 0;
    *(bool *)base_option_field(target, option) = real;
    if (real || strcmp(text, "virtual") == 0)
        return true;
    (void)snprintf(message, BASE_OPTIONS_MESSAGE, "--%s is virtual or real, not \"%s\"",
                   option->name, text);
    return false;
}

unsigned cli_processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > CLI_WORKERS_MOST ? CLI_WORKERS_MOST : (unsigned)count;
}
