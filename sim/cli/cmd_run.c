/* cadran run: runs scenarios. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run.h"
#include "cli/viewer.h"
#include "run/leave.h"

/* --- Values ---------------------------------------------------------------------------------- */

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

static bool take_env(void *target, const base_option *option, char *list,
                     char message[BASE_OPTIONS_MESSAGE]) {
    run_leave *leave = base_option_field(target, option);
    if (list != NULL && list[0] == '\0')
        return base_option_refuse(option, "variables, such as MODE,HOME", list, message);
    leave->env = list == NULL;
    leave->variables = list;
    return true;
}

/* What is none would allow nothing, and be missed only when a step is refused. */
static bool are_addresses(const char *list) {
    for (const char *word = list;; word++) {
        size_t size = strcspn(word, ",");
        if (!run_is_address(word, size))
            return false;
        word += size;
        if (*word == '\0')
            return true;
    }
}

static bool take_net(void *target, const base_option *option, char *list,
                     char message[BASE_OPTIONS_MESSAGE]) {
    run_leave *leave = base_option_field(target, option);
    if (list != NULL && !are_addresses(list))
        return base_option_refuse(option, "addresses, such as 127.0.0.1:8080 or [::1]:8080", list,
                                  message);
    leave->net = true;
    leave->hosts = list;
    return true;
}

/* What is no folder is another option, or a word that stands in its place by mistake. */
static bool take_folder(void *target, const base_option *option, char *path,
                        char message[BASE_OPTIONS_MESSAGE]) {
    run_leave *leave = base_option_field(target, option);
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return base_option_refuse(option, "a folder that is there", path, message);
    leave->folder = path;
    return true;
}

/* --- Options --------------------------------------------------------------------------------- */

static const base_option options[] = {
    {.name = "clock",
     .help = "virtual (default): no waiting, exact times; real: a second takes a\nsecond",
     BASE_WORD(cli_run_options, machine.real, cli_clock_words)},
    {.name = "trace",
     .argument = "FILE",
     .help = "write the run's trace, for cadran table, cadran view and Perfetto;\npacked where its "
             "name ends in .gz or .zst",
     .take = take_file,
     BASE_FIELD(cli_run_options, trace_path)},
    {.name = "detail",
     .help = "... with each turn of the loop and each operation, too",
     BASE_FLAG(cli_run_options, detail)},
    {.name = "view",
     .help = "... and have the viewer show it as it is written",
     BASE_FLAG(cli_run_options, view)},
    {.name = "report",
     .argument = "FILE",
     .help = "write what became of the run, as JSON",
     .take = take_file,
     BASE_FIELD(cli_run_options, report_path)},
    {.name = "q",
     .help = "say nothing of runs that are as expected",
     BASE_FLAG(cli_run_options, quiet)},
    {.name = "raw",
     .help = "let what tasks print reach a terminal with its control characters",
     BASE_FLAG(cli_run_options, raw)},
    {.name = "table",
     .help = "print the sequencing table on standard error",
     BASE_FLAG(cli_run_options, table)},
    CLI_SEED(cli_run_options, machine),
    CLI_SET(cli_run_options, machine),
    CLI_UNTIL(cli_run_options, machine),
    {.name = "slow",
     .argument = "TIME",
     .help = "name tasks that keep the loop busy for longer",
     BASE_TIME(cli_run_options, machine.slow_ns)},
    {.name = "max-steps",
     .argument = "N",
     .help = "end the run after so many steps (default 10000000000)",
     BASE_WHOLE(cli_run_options, machine.max_steps),
     .least = 1,
     .most = INT64_MAX},
    {.name = "max-still",
     .argument = "N",
     .help = "... while the clock stands still (default 500000000)",
     BASE_WHOLE(cli_run_options, machine.max_still),
     .least = 1,
     .most = INT64_MAX},
    {.name = "max-tasks",
     .argument = "N",
     .help = "... when more tasks are created (default 1000000000)",
     BASE_WHOLE(cli_run_options, machine.max_tasks),
     .least = 1,
     .most = INT64_MAX},
    {.name = "max-time",
     .argument = "TIME",
     .help = "... when the loop's time goes beyond (default: 70 years, the most)",
     BASE_TIME(cli_run_options, machine.max_time_ns)},
    {.name = "max-memory",
     .argument = "SIZE",
     .help = "... when more is needed, such as 512M (default: 3/4 of what there is)",
     BASE_SIZE(cli_run_options, max_memory)},
    {.name = "allow-exec",
     .argument = "[=PROGRAM,...]",
     .help = "under the real clock: let steps start programs, these or any",
     .take = take_exec,
     BASE_FIELD(cli_run_options, machine.leave)},
    {.name = "allow-env",
     .argument = "[=NAME,...]",
     .help = "... set these variables, or any, for programs that are named",
     .take = take_env,
     BASE_FIELD(cli_run_options, machine.leave)},
    {.name = "allow-net",
     .argument = "[=HOST:PORT,...]",
     .help = "... listen and connect there, by default on this machine",
     .take = take_net,
     BASE_FIELD(cli_run_options, machine.leave)},
    {.name = "allow-unix",
     .argument = "DIR",
     .help = "... make and use sockets in that folder",
     .take = take_folder,
     BASE_FIELD(cli_run_options, machine.leave)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran run",
    .usage = "[options] SCENARIO...",
    .about = "Runs scenarios, JSON documents (- is standard input), one after the other. Standard "
             "output\n"
             "is what their tasks print; outcomes and all reports go to standard error.\n",
    .options = options,
    .notes =
        "TIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min. N is a whole number: 100, "
        "2e9.\n"
        "Of an option that is given twice the last one counts; a FILE is given once.\n"
        "\n"
        "Exit status: 0 as expected (without \"expect\": complete, stopped or interrupted), 1 "
        "not as\n"
        "expected, 2 bad usage or a bad scenario, 3 the environment failed; of several the "
        "worst.\n",
    .operand = "scenario",
    .wanted = CLI_SOME,
};

static int run(const cli_run_options *chosen, const cli_operands *scenarios) {
    if (scenarios->count > 1 && (chosen->trace_path != NULL || chosen->report_path != NULL))
        return cli_wrong(command.name, "--trace and --report are of one scenario: name one alone");
    if (chosen->detail && chosen->trace_path == NULL)
        return cli_wrong(command.name, "--detail is of a trace: give --trace FILE, too");
    if (chosen->view && chosen->trace_path == NULL)
        return cli_wrong(command.name, "--view shows a trace: give --trace FILE, too");
    if (chosen->machine.max_time_ns > RUN_MAX_TIME_NS)
        return cli_wrong(command.name,
                         "--max-time is 70 years at most: no trace tells a later time");
    int missing = chosen->view ? cli_start_viewer(chosen->trace_path) : 0;
    if (missing != 0)
        return cli_viewer_is_missing(missing);
    return cli_run(chosen, scenarios->items, scenarios->count);
}

int cli_cmd_run(int argc, char **argv) {
    cli_run_options chosen;
    cli_operands scenarios;
    int status;
    cli_run_defaults(&chosen);
    if (cli_begin(&command, &chosen, argc, argv, &scenarios, &status))
        status = run(&chosen, &scenarios);
    cli_free_overrides(&chosen.machine);
    return status;
}
