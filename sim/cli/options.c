/* Options that several commands have. */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"

const char *const cli_clock_words[2] = {[false] = "virtual", [true] = "real"};

bool cli_take_seed(void *target, const base_option *option, char *text,
                   char message[BASE_OPTIONS_MESSAGE]) {
    run_machine_options *machine = base_option_field(target, option);
    machine->seed_given = true;
    return base_whole_read(text, &machine->seed) ||
           base_option_refuse(option, "a whole number", text, message);
}

bool cli_take_until(void *target, const base_option *option, char *text,
                    char message[BASE_OPTIONS_MESSAGE]) {
    run_machine_options *machine = base_option_field(target, option);
    machine->until_given = true;
    return base_time_read(text, &machine->until_ns) ||
           base_option_refuse(option, "a time, such as 3.5 or 250ms", text, message);
}

/* The argument is split where it is. The memory is none of the hook's, which is set later. */
bool cli_take_override(void *target, const base_option *option, char *text,
                       char message[BASE_OPTIONS_MESSAGE]) {
    run_machine_options *machine = base_option_field(target, option);
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                       "--%s wants NAME=VALUE, such as jobs=100, not \"%s\"", option->name, text);
        return false;
    }
    size_t size = (machine->override_count + 1) * sizeof *machine->overrides;
    run_override *overrides = realloc(machine->overrides, size);
    if (overrides == NULL) {
        (void)snprintf(message, BASE_OPTIONS_MESSAGE, "out of memory");
        return false;
    }
    *equals = '\0';
    machine->overrides = overrides;
    machine->overrides[machine->override_count++] = (run_override){text, equals + 1};
    return true;
}

void cli_free_overrides(run_machine_options *machine) {
    free(machine->overrides);
}

unsigned cli_processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > CLI_WORKERS_MOST ? CLI_WORKERS_MOST : (unsigned)count;
}
