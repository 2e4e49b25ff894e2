/* commands.h - the subcommands of the program cadran, one file each: cmd_<name>.c.
 *
 * argv[0] is the subcommand's name. Each returns the program's exit status: 0 as expected, 1 not
 * as expected, 2 bad usage or bad input, 3 the environment failed.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

int cli_cmd_run(int argc, char **argv);
int cli_cmd_table(int argc, char **argv);
int cli_cmd_view(int argc, char **argv);

#endif
