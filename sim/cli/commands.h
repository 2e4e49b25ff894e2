/* commands.h - the subcommands of the program cadran, one file each: cmd_<name>.c.
 *
 * argv[0] is the subcommand's name. Each reads its command line by cli_begin(), and returns an enum
 * cli_status (command.h); what it has printed main() writes out.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

/* A row each: the name, and what `cadran --help` says of it. */
#define CLI_COMMANDS(X)                                                                            \
    X(run, "run scenarios")                                                                        \
    X(check, "say what is wrong with scenarios, without running them")                             \
    X(test, "run scenarios as tests, against their golden traces")                                 \
    X(accept, "make new traces the goldens")                                                       \
    X(review, "go through new traces on a terminal")                                               \
    X(table, "print a trace's job-sequencing table: who worked when")                              \
    X(diff, "compare two traces: what differs, and where that began")                              \
    X(why, "why a task waited, where the time of a run went, what stands out in it")               \
    X(export, "write statistics or the table of a trace, for people and other programs")           \
    X(compare, "how far real runs are from what the virtual clock predicts")                       \
    X(view, "show a trace as a timeline, in a window or as a picture")

#define CLI_X(name, summary) int cli_cmd_##name(int argc, char **argv);
CLI_COMMANDS(CLI_X)
#undef CLI_X

#endif
