/* cadran check: says what is wrong with scenarios. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/run.h"

struct arguments {
    bool quiet;
};

static const base_option options[] = {
    {.name = "q",
     .help = "say nothing of scenarios that are fine",
     BASE_FLAG(struct arguments, quiet)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran check",
    .usage = "[-q] SCENARIO...",
    .about =
        "Says what is wrong with scenarios (- is standard input), as cadran run does before it "
        "runs\n"
        "them, and runs none.\n",
    .options = options,
    .notes =
        "Exit status: 0 all are fine, 2 bad usage or a bad scenario, 3 the environment failed.\n",
    .operand = "scenario",
    .wanted = CLI_SOME,
};

int cli_cmd_check(int argc, char **argv) {
    struct arguments chosen = {0};
    cli_operands scenarios;
    int status;
    if (!cli_begin(&command, &chosen, argc, argv, &scenarios, &status))
        return status;
    return cli_check(scenarios.items, scenarios.count, chosen.quiet);
}
