/* cadran run: runs scenarios. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "base/quantity.h"
#include "base/show.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run.h"

struct arguments {
    cli_run_options run;
};

/* --- Values ---------------------------------------------------------------------------------- */

static bool take_limit(void *target, const base_option *option, char *text,
                       char message[BASE_OPTIONS_MESSAGE]) {
    int64_t whole;
    if (!base_whole_read(text, &whole) || whole < 1)
        return base_option_refuse(option, "a whole number above 0", text, message);
    *(uint64_t *)base_option_field(target, option) = (uint64_t)whole;
    return true;
}

static bool take_size(void *target, const base_option *option, char *text,
                      char message[BASE_OPTIONS_MESSAGE]) {
    return base_size_read(text, base_option_field(target, option)) ||
           base_option_refuse(option, "a size, such as 512M or 4G", text, message);
}

/* What takes "-" for a file's name would leave one of that name behind. */
static bool take_file(void *target, const base_option *option, char *text,
                      char message[BASE_OPTIONS_MESSAGE]) {
    if (strcmp(text, "-") != 0)
        return base_take_output(target, option, text, message);
    (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                   "--%s wants a file, not \"-\": standard output is for what the tasks print (./- "
                   "is a file of that name)",
                   option->name);
    return false;
}

/* Given twice, the last one counts, as everywhere: without a list it allows all. */
static bool take_exec(void *target, const base_option *option, char *list,
                      char message[BASE_OPTIONS_MESSAGE]) {
    run_leave *leave = base_option_field(target, option);
    if (list != NULL && list[0] == '\0')
        return base_option_refuse(option, "programs, such as cat,sort", list, message);
    leave->exec = true;
    leave->programs = list;
    return true;
}

static bool take_net(void *target, const base_option *option, char *list,
                     char message[BASE_OPTIONS_MESSAGE]) {
    run_leave *leave = base_option_field(target, option);
    if (list != NULL && list[0] == '\0')
        return base_option_refuse(option, "addresses, such as 127.0.0.1:8080", list, message);
    leave->net = true;
    leave->hosts = list;
    return true;
}

static bool take_folder(void *target, const base_option *option, char *folder,
                        char message[BASE_OPTIONS_MESSAGE]) {
    run_leave *leave = base_option_field(target, option);
    leave->folder = folder;
    return folder[0] != '\0' || base_option_refuse(option, "a folder", folder, message);
}

/* --- Options --------------------------------------------------------------------------------- */

#define RUN(field) offsetof(struct arguments, run.field)

static const base_option options[] = {
    {"clock", "virtual|real",
     "virtual (default): no waiting, exact times; real: a second takes a\nsecond", cli_take_clock,
     RUN(machine.real)},
    {"trace", "FILE",
     "write the run's trace, for cadran table, cadran view and Perfetto;\npacked where its name "
     "ends in .gz or .zst",
     take_file, RUN(trace_path)},
    {"detail", NULL, "... with each turn of the loop and each operation, too", base_take_flag,
     RUN(detail)},
    {"report", "FILE", "write what became of the run, as JSON", take_file, RUN(report_path)},
    {"q", NULL, "say nothing of runs that are as expected", base_take_flag, RUN(quiet)},
    {"raw", NULL, "let what tasks print reach a terminal with its control characters",
     base_take_flag, RUN(raw)},
    {"table", NULL, "print the sequencing table on standard error", base_take_flag, RUN(table)},
    {"seed", "N", "the seed of random draws", cli_take_seed, RUN(machine)},
    {"set", "NAME=VALUE", "give a scenario variable another value, an expression; may be\nrepeated",
     cli_take_override, RUN(machine)},
    {"until", "TIME", "stop the run at that time", cli_take_until, RUN(machine)},
    {"slow", "TIME", "name tasks that keep the loop busy for longer", base_take_time,
     RUN(machine.slow_ns)},
    {"max-steps", "N", "end the run after so many steps (default 10000000000)", take_limit,
     RUN(machine.max_steps)},
    {"max-still", "N", "... while the clock stands still (default 500000000)", take_limit,
     RUN(machine.max_still)},
    {"max-tasks", "N", "... when more tasks are created (default 1000000000)", take_limit,
     RUN(machine.max_tasks)},
    {"max-time", "TIME", "... when the loop's time goes beyond (default: 100 years)",
     base_take_time, RUN(machine.max_time_ns)},
    {"max-memory", "SIZE", "... when more is needed, such as 512M (default: 3/4 of what there is)",
     take_size, RUN(max_memory)},
    {"allow-exec", "[=PROGRAM,...]", "under the real clock: let steps start programs, these or any",
     take_exec, RUN(machine.leave)},
    {"allow-net", "[=HOST:PORT,...]", "... listen and connect there, by default on this machine",
     take_net, RUN(machine.leave)},
    {"allow-unix", "DIR", "... make and use sockets in that folder", take_folder,
     RUN(machine.leave)},
    {.name = NULL},
};

static int print_help(void) {
    fputs("usage: cadran run [options] SCENARIO...\n"
          "\n"
          "Runs scenarios, JSON documents (- is standard input), one after the other. Standard "
          "output\n"
          "is what their tasks print; outcomes and all reports go to standard error.\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\n"
          "TIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min. N is a whole number: 100, "
          "2e9.\n"
          "Of an option that is given twice the last one counts; a FILE is given once.\n"
          "\n"
          "Exit status: 0 as expected (without \"expect\": complete, stopped or interrupted), 1 "
          "not as\n"
          "expected, 2 bad usage or a bad scenario, 3 the environment failed; of several the "
          "worst.\n",
          stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}

static int wrong(const char *message) {
    base_show_line(stderr, "cadran run: %s", message);
    return CLI_STATUS_USAGE;
}

/* Reads the arguments, and does what they say. */
static int run(int argc, char **argv, struct arguments *arguments) {
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran run", options, arguments, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return wrong(message);
    case BASE_OPTIONS_FINE:
        break;
    }
    size_t count = (size_t)(argc - first);
    if (count == 0)
        return wrong("no scenario is named; see cadran run --help");
    if (count > 1 && (arguments->run.trace_path != NULL || arguments->run.report_path != NULL))
        return wrong("--trace and --report are of one scenario: name one alone");
    if (arguments->run.detail && arguments->run.trace_path == NULL)
        return wrong("--detail is of a trace: give --trace FILE, too");
    return cli_run(&arguments->run, (const char *const *)(argv + first), count);
}

int cli_cmd_run(int argc, char **argv) {
    struct arguments arguments = {0};
    cli_run_defaults(&arguments.run);
    run_override *overrides = calloc((size_t)argc, sizeof *overrides);
    arguments.run.machine.overrides = overrides; /* more than there are arguments for */
    if (overrides == NULL) {
        fputs("cadran run: out of memory\n", stderr);
        return CLI_STATUS_ENVIRONMENT;
    }
    int status = run(argc, argv, &arguments);
    free(overrides);
    return status;
}
