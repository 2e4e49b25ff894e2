/* command.h - what every subcommand does alike: it reads its command line by a table, says what is
 * wrong, and ends with a status.
 *
 *     static const cli_command command = {
 *         .name = "cadran table",
 *         .usage = "[options] TRACE",
 *         .about = "Prints who worked when.\n",
 *         .options = options,
 *         .operand = "trace",
 *         .wanted = CLI_ONE,
 *     };
 *
 *     int cli_cmd_table(int argc, char **argv) {
 *         struct arguments arguments = {...the defaults...};
 *         cli_operands trace;
 *         int status;
 *         if (!cli_begin(&command, &arguments, argc, argv, &trace, &status))
 *             return status;
 *         ...
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/options.h"

/* The exit statuses of all commands; of several the worst, which is the largest, counts. */
enum cli_status {
    CLI_STATUS_EXPECTED = 0,
    CLI_STATUS_UNEXPECTED = 1,
    CLI_STATUS_USAGE = 2,       /* bad usage or bad input: nothing was run */
    CLI_STATUS_ENVIRONMENT = 3, /* a file could not be written whole, no memory */
};

/* How many operands there are to be: what stands on the command line and is no option. */
enum cli_wanted { CLI_ANY, CLI_ONE, CLI_SOME };

typedef struct cli_command {
    const char *name;           /* as messages call it: "cadran table" */
    const char *usage;          /* what follows the name: "[options] TRACE" */
    const char *about;          /* what it does; lines, each with its line break */
    const char *notes;          /* what its help says after the options, alike; NULL: nothing */
    const base_option *options; /* NULL: it has none but --help */
    const char *operand;        /* what an operand is: "trace"; NULL: what is wanted is CLI_ANY */
    const char *otherwise;      /* the operand where none is given; NULL: none */
    enum cli_wanted wanted;
} cli_command;

typedef struct cli_operands {
    const char *const *items;
    size_t count;
} cli_operands;

/* Reads a command line: `arguments`, a struct with its defaults, is filled by the table of options;
 * the operands and all texts are argv's. False where that was all, and *status is the command's: it
 * was asked for its help, or something is wrong, and a message has said what. */
bool cli_begin(const cli_command *command, void *arguments, int argc, char **argv,
               cli_operands *operands, int *status);

/* The end of every command, which main() calls: what was printed is written, and the status is what
 * the command's was, or, where that failed, CLI_STATUS_ENVIRONMENT after a message. */
int cli_end(const char *name, int status);

/* Messages on standard error, a line with the command's name before it. They return the status that
 * goes with them. */
int cli_wrong(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
int cli_failed(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
int cli_no_memory(const char *name);
/* ... to answer for a trace, which is read. */
int cli_no_memory_for(const char *name, const char *path);
/* That of reading a file, which has failed with `error`, and left `message`, and errno where that
 * is CAD_ESYSTEM. */
int cli_unread(const char *name, int error, const char *message);

void cli_warn(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
