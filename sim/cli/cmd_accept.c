/* cadran accept: new traces become the goldens. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/waiting.h"
#include "suite/accept.h"

struct arguments {
    bool all;
    bool form;
};

static const base_option options[] = {
    {.name = "all",
     .help = "all that wait in this directory, or in those that are named",
     BASE_FLAG(struct arguments, all)},
    {.name = "form",
     .help = "only those that differ in their bytes, and not in what they tell",
     BASE_FLAG(struct arguments, form)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran accept",
    .usage = "[options] [NAME...]",
    .about =
        "Makes the traces that cadran test has left, NAME.trace.new.json, the goldens of their\n"
        "scenarios, and says what that changes. A NAME is a scenario. Without one it asks.\n",
    .options = options,
    .notes = "A trace that was made from another version of its scenario is refused.\n"
             "\n"
             "Exit status: 0 all that were to be are accepted, 1 some are not, 2 bad usage, 3 the\n"
             "environment failed.\n",
};

/* --- One ------------------------------------------------------------------------------------- */

enum answer { YES, NO, QUIT };

static enum answer ask(const char *path, const char *sentence) {
    char line[64];
    printf("%s: %s\naccept it? [y/N/q] ", path, sentence);
    (void)fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL || line[0] == 'q')
        return QUIT;
    return line[0] == 'y' || line[0] == 'Y' ? YES : NO;
}

/* Whether it is the golden now. */
static bool accept(const suite_found *scenario, const suite_result *result, bool form_alone) {
    const char *sentence = suite_text(&result->sentence);
    if (!suite_passed(result)) {
        printf("refused %s: %s\n", scenario->shown, sentence);
        return false;
    }
    if (form_alone && !result->form) {
        printf("left %s: %s\n", scenario->shown, sentence);
        return false;
    }
    int reason = suite_accept(scenario->path);
    if (reason != 0)
        printf("refused %s: %s\n", scenario->shown, strerror(reason));
    else
        printf("accepted %s: %s\n", scenario->shown, sentence);
    return reason == 0;
}

/* --- All ------------------------------------------------------------------------------------- */

static int conclude(size_t accepted, size_t count) {
    printf("%zu of %zu accepted\n", accepted, count);
    return accepted == count ? CLI_STATUS_EXPECTED : CLI_STATUS_UNEXPECTED;
}

static int accept_all(const cli_waiting *waiting, bool form_alone, bool asks) {
    size_t accepted = 0, count = waiting->list.count;
    for (size_t i = 0; i < count; i++) {
        const suite_found *scenario = &waiting->list.items[i];
        const suite_result *result = &waiting->results[i];
        enum answer answer = YES;
        if (asks && suite_passed(result))
            answer = ask(scenario->shown, suite_text(&result->sentence));
        if (answer == QUIT)
            break;
        if (answer == YES)
            accepted += accept(scenario, result, form_alone);
    }
    return conclude(accepted, count);
}

static int run(const struct arguments *arguments, const cli_operands *names) {
    static const char *const here[] = {"."};
    bool named = names->count > 0, asks = !named && !arguments->all;
    if (asks && (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1))
        return cli_wrong(command.name,
                         "name the scenarios, or give --all; it asks on a terminal alone");
    cli_waiting waiting;
    int status = cli_waiting_find(command.name, named ? names->items : here,
                                  named ? names->count : 1, arguments->all || asks, 0, &waiting);
    if (status == CLI_STATUS_EXPECTED && waiting.list.count == 0)
        puts("nothing waits to be accepted");
    else if (status == CLI_STATUS_EXPECTED)
        status = accept_all(&waiting, arguments->form, asks);
    cli_waiting_free(&waiting);
    return status;
}

int cli_cmd_accept(int argc, char **argv) {
    struct arguments arguments = {0};
    cli_operands names;
    int status;
    if (!cli_begin(&command, &arguments, argc, argv, &names, &status))
        return status;
    return run(&arguments, &names);
}
