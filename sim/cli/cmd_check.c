/* cadran check: says what is wrong with scenarios. */
#include <stdio.h>

#include "base/options.h"
#include "base/show.h"
#include "cli/commands.h"
#include "cli/run.h"

struct arguments {
    bool quiet;
};

static const base_option options[] = {
    {"q", NULL, "say nothing of scenarios that are fine", base_take_flag,
     offsetof(struct arguments, quiet)},
    {.name = NULL},
};

static int print_help(void) {
    fputs("usage: cadran check [-q] SCENARIO...\n"
          "\n"
          "Says what is wrong with scenarios (- is standard input), as cadran run does before it "
          "runs\n"
          "them, and runs none.\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\n"
          "Exit status: 0 all are fine, 2 bad usage or a bad scenario, 3 the environment failed.\n",
          stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}

static int wrong(const char *message) {
    base_show_line(stderr, "cadran check: %s", message);
    return CLI_STATUS_USAGE;
}

int cli_cmd_check(int argc, char **argv) {
    struct arguments chosen = {0};
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran check", options, &chosen, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return wrong(message);
    case BASE_OPTIONS_FINE:
        break;
    }
    if (first == argc)
        return wrong("no scenario is named; see cadran check --help");
    return cli_check((const char *const *)(argv + first), (size_t)(argc - first), chosen.quiet);
}
