/* cadran review: goes through new traces on a terminal. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/show.h"
#include "cli/commands.h"
#include "cli/review.h"
#include "cli/run.h"
#include "cli/screen.h"
#include "cli/waiting.h"

static const base_option options[] = {{.name = NULL}};

static int print_help(void) {
    fputs("usage: cadran review [PATH...]\n"
          "\n"
          "Goes through the traces that cadran test has left, NAME.trace.new.json, one by one: "
          "shows\n"
          "what each changes, to be accepted, rejected (it is removed) or skipped. A PATH is a\n"
          "scenario, or a directory (default: this one).\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\n"
          "Keys: a accept, r reject, s skip, v view all of it, u undo, q quit.\n",
          stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}

static int say(int status, const char *message) {
    base_show_line(stderr, "cadran review: %s", message);
    return status;
}

static int review(const cli_waiting *waiting) {
    base_buffer done = {0};
    if (!cli_screen_open())
        return say(CLI_STATUS_USAGE, "it needs a terminal");
    bool fine = cli_review(waiting, &done);
    cli_screen_close();
    if (fine)
        fputs(suite_text(&done), stdout);
    base_buffer_free(&done);
    return fine ? CLI_STATUS_EXPECTED : say(CLI_STATUS_ENVIRONMENT, "out of memory");
}

/* What is said of each is as wide as the terminal. */
static int run(const char *const *names, size_t count) {
    unsigned columns, rows;
    cli_waiting waiting;
    cli_screen_size(&columns, &rows);
    int status = cli_waiting_find("cadran review", names, count, true, columns, &waiting);
    if (status == CLI_STATUS_EXPECTED && waiting.list.count == 0)
        puts("nothing waits to be accepted");
    else if (status == CLI_STATUS_EXPECTED)
        status = review(&waiting);
    cli_waiting_free(&waiting);
    return status;
}

int cli_cmd_review(int argc, char **argv) {
    static const char *const here[] = {"."};
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran review", options, NULL, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return say(CLI_STATUS_USAGE, message);
    case BASE_OPTIONS_FINE:
        break;
    }
    if (first == argc)
        return run(here, 1);
    return run((const char *const *)(argv + first), (size_t)(argc - first));
}
