/* outputs.h - the files that a command writes are no others of its files.
 */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

enum { CLI_OUTPUTS = 4 }; /* at most, of one command */

/* One that is to be written. */
typedef struct cli_output {
    const char *option;
    const char *what; /* "the trace" */
    const char *path; /* NULL: none is wanted */
} cli_output;

/* Whether each is a file of its own: not `input`, which is read ("-": standard input) and called
 * `input_what`, not another output, not where the command's own lines go. What is open counts, not
 * what it is called; a file that is not there yet is made for as long as that takes. Where it is
 * false a message on standard error, which begins with `command`, has said why. At most CLI_OUTPUTS
 * of them. */
bool cli_outputs_are_apart(const char *command, const char *input, const char *input_what,
                           const cli_output *outputs, size_t count);

#endif
