/* What every subcommand does alike, from its command line to its status. */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/limit.h"
#include "base/show.h"
#include "cadran.h"

/* --- Messages -------------------------------------------------------------------------------- */

int cli_wrong(const char *name, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    base_show_message(stderr, name, format, arguments);
    va_end(arguments);
    return CLI_STATUS_USAGE;
}

int cli_failed(const char *name, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    base_show_message(stderr, name, format, arguments);
    va_end(arguments);
    return CLI_STATUS_ENVIRONMENT;
}

void cli_warn(const char *name, const char *format, ...) {
    char before[64];
    va_list arguments;
    (void)snprintf(before, sizeof before, "%s: warning", name);
    va_start(arguments, format);
    base_show_message(stderr, before, format, arguments);
    va_end(arguments);
}

int cli_no_memory(const char *name) {
    return cli_failed(name, "out of memory%s", base_limit_note());
}

int cli_no_memory_for(const char *name, const char *path) {
    return cli_failed(name, "%s: not enough memory for what is asked of it%s", path,
                      base_limit_note());
}

/* Whether the computer is at fault, and not who named the file. */
static bool is_environment(int reason) {
    return reason == EMFILE || reason == ENFILE || reason == ENOMEM || reason == EIO;
}

int cli_unread(const char *name, int error, const char *message) {
    if (error == CAD_ENOMEM)
        return cli_failed(name, "%s%s", message, base_limit_note());
    return error == CAD_ESYSTEM && is_environment(errno) ? cli_failed(name, "%s", message)
                                                         : cli_wrong(name, "%s", message);
}

/* --- The command line ------------------------------------------------------------------------ */

static const base_option no_options[] = {{.name = NULL}};

static void print_help(const cli_command *command, const base_option *options) {
    printf("usage: %s %s\n\n%s\n", command->name, command->usage, command->about);
    base_options_help(options, stdout);
    if (command->notes != NULL)
        printf("\n%s", command->notes);
}

/* Whether there are as many as there are to be; else a message has said what is wrong. */
static bool count_operands(const cli_command *command, size_t count) {
    if (count == 0 && command->wanted != CLI_ANY)
        (void)cli_wrong(command->name, "no %s is named; see %s --help", command->operand,
                        command->name);
    else if (count > 1 && command->wanted == CLI_ONE)
        (void)cli_wrong(command->name, "one %s at a time; see %s --help", command->operand,
                        command->name);
    else
        return true;
    return false;
}

bool cli_begin(const cli_command *command, void *arguments, int argc, char **argv,
               cli_operands *operands, int *status) {
    const base_option *options = command->options != NULL ? command->options : no_options;
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    *status = CLI_STATUS_EXPECTED;
    switch (base_options_read(command->name, options, arguments, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        print_help(command, options);
        return false;
    case BASE_OPTIONS_LIST:
        base_options_list(options, stdout);
        return false;
    case BASE_OPTIONS_WRONG:
        *status = cli_wrong(command->name, "%s", message);
        return false;
    case BASE_OPTIONS_FINE:
        break;
    }
    *operands = (cli_operands){(const char *const *)(argv + first), (size_t)(argc - first)};
    if (operands->count == 0 && command->otherwise != NULL)
        *operands = (cli_operands){&command->otherwise, 1};
    if (count_operands(command, operands->count))
        return true;
    *status = CLI_STATUS_USAGE;
    return false;
}

/* --- The end --------------------------------------------------------------------------------- */

int cli_end(const char *name, int status) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return cli_failed(name, "standard output: %s",
                      errno != 0 ? strerror(errno) : "not all of it could be written");
}
