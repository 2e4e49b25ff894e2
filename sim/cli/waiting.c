/* Finds new traces, and looks at them. */
#include "cli/waiting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limit.h"
#include "base/memory.h"
#include "cadran.h"
#include "cli/command.h"
#include "cli/options.h"
#include "run/process.h"
#include "steps/language.h"
#include "suite/accept.h"

/* As of a test that nobody says more of. */
static int look_at(const char *command, unsigned width, cli_waiting *waiting) {
    const suite_look look = {.language = &step_language,
                             .workers = cli_processors(),
                             .limit_ns = CLI_TEST_LIMIT_NS,
                             .width = width};
    waiting->results = base_zalloc(waiting->list.count, sizeof *waiting->results);
    int error = waiting->results == NULL ? CAD_ENOMEM
                                         : suite_look_at(&look, &waiting->list, waiting->results);
    if (error == 0)
        return CLI_STATUS_EXPECTED;
    return error == CAD_ENOMEM ? cli_no_memory(command)
                               : cli_failed(command, "%s", strerror(errno));
}

static int refuse(const char *command, int error, const char *culprit) {
    if (error == CAD_ENOMEM)
        return cli_no_memory(command);
    return cli_wrong(command, "%s: %s", culprit != NULL ? culprit : "", strerror(errno));
}

int cli_waiting_find(const char *command, const char *const *names, size_t count, bool all,
                     unsigned width, cli_waiting *waiting) {
    char *culprit = NULL;
    struct stat status;
    *waiting = (cli_waiting){0};
    for (size_t i = 0; i < count && !all; i++) {
        if (stat(names[i], &status) != 0 || !S_ISDIR(status.st_mode))
            continue;
        return cli_wrong(command, "%s is a directory; --all takes all that is in it", names[i]);
    }
    run_process_start(base_limit_default() / cli_processors());
    int error = suite_find_new(names, count, &waiting->list, &culprit);
    int answer = error != 0 ? refuse(command, error, culprit) : look_at(command, width, waiting);
    base_free(culprit);
    return answer;
}

void cli_waiting_free(cli_waiting *waiting) {
    for (size_t i = 0; waiting->results != NULL && i < waiting->list.count; i++)
        suite_result_free(&waiting->results[i]);
    base_free(waiting->results);
    suite_list_free(&waiting->list);
}
