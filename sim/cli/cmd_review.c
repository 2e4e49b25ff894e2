/* cadran review: goes through new traces on a terminal. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/review.h"
#include "cli/screen.h"
#include "cli/waiting.h"

static const cli_command command = {
    .name = "cadran review",
    .usage = "[PATH...]",
    .about = "Goes through the traces that cadran test has left, NAME.trace.new.json, one by one: "
             "shows\n"
             "what each changes, to be accepted, rejected (it is removed) or skipped. A PATH is a\n"
             "scenario, or a directory (default: this one).\n",
    .notes = "Keys: a accept, r reject, s skip, v view all of it, u undo, q quit.\n",
    .otherwise = ".",
};

static int review(const cli_waiting *waiting) {
    base_buffer done = {0};
    if (!cli_screen_open())
        return cli_wrong(command.name, "it needs a terminal");
    bool fine = cli_review(waiting, &done);
    cli_screen_close();
    if (fine)
        fputs(suite_text(&done), stdout);
    base_buffer_free(&done);
    return fine ? CLI_STATUS_EXPECTED : cli_no_memory(command.name);
}

/* What is said of each is as wide as the terminal. */
static int run(const cli_operands *paths) {
    unsigned columns, rows;
    cli_waiting waiting;
    cli_screen_size(&columns, &rows);
    int status =
        cli_waiting_find(command.name, paths->items, paths->count, true, columns, &waiting);
    if (status == CLI_STATUS_EXPECTED && waiting.list.count == 0)
        puts("nothing waits to be accepted");
    else if (status == CLI_STATUS_EXPECTED)
        status = review(&waiting);
    cli_waiting_free(&waiting);
    return status;
}

int cli_cmd_review(int argc, char **argv) {
    cli_operands paths;
    int status;
    if (!cli_begin(&command, NULL, argc, argv, &paths, &status))
        return status;
    return run(&paths);
}
