/* cadran test: runs scenarios as tests. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ci.h"
#include "base/identity.h"
#include "base/limit.h"
#include "base/memory.h"
#include "base/replace.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/options.h"
#include "run/process.h"
#include "steps/language.h"
#include "suite/session.h"

enum { REPEAT_MOST = 1000000, WIDTH = 100, LINES = 32 };

enum format { FORMAT_TEXT, FORMAT_TAP, FORMAT_JUNIT, FORMAT_GITHUB, FORMAT_JSON };

static const suite_format *const printers[] = {[FORMAT_TEXT] = &suite_format_text,
                                               [FORMAT_TAP] = &suite_format_tap,
                                               [FORMAT_JUNIT] = &suite_format_junit,
                                               [FORMAT_GITHUB] = &suite_format_github,
                                               [FORMAT_JSON] = &suite_format_json};

/* --- Options --------------------------------------------------------------------------------- */

static const char *const formats[] = {[FORMAT_TEXT] = "text",
                                      [FORMAT_TAP] = "tap",
                                      [FORMAT_JUNIT] = "junit",
                                      [FORMAT_GITHUB] = "github",
                                      [FORMAT_JSON] = "json"};

/* What is asked for. */
struct arguments {
    suite_options suite;
    enum format format;
    bool list;        /* the scenarios are printed, and not run */
    const char *html; /* the file of the page of failures; NULL: none */
};

static const base_option options[] = {
    {.name = "j",
     .argument = "N",
     .help = "so many processes at a time (default: the processors)",
     BASE_WHOLE(struct arguments, suite.workers),
     .least = 1,
     .most = CLI_WORKERS_MOST},
    {.name = "format", .help = "text is the default", BASE_WORD(struct arguments, format, formats)},
    {.name = "clock",
     .help = "virtual (default), or real: a second takes a second, and times may\ndiffer from the "
             "golden's by what expect tolerates",
     BASE_WORD(struct arguments, suite.rules.real, cli_clock_words)},
    {.name = "repeat",
     .argument = "N",
     .help = "run each so many times: all have to be the same",
     BASE_WHOLE(struct arguments, suite.rules.repeat),
     .least = 1,
     .most = REPEAT_MOST},
    {.name = "timeout",
     .argument = "TIME",
     .help = "how long one scenario may take (default 60s)",
     BASE_TIME(struct arguments, suite.limit_ns),
     .least = 1},
    {.name = "list",
     .help = "print which scenarios there are, a line each, and run none",
     BASE_FLAG(struct arguments, list)},
    {.name = "html",
     .argument = "FILE",
     .help = "write a page of all failures, with their timelines, to FILE",
     BASE_OUTPUT(struct arguments, html)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran test",
    .usage = "[options] [PATH...]",
    .about =
        "Runs scenarios as tests: each has to be as its \"expect\" says, and its trace the one "
        "that is\n"
        "kept beside it, NAME.trace.json. A PATH is a scenario, or a directory in which all "
        "are found\n"
        "(default: this one).\n",
    .options = options,
    .notes = "A trace that is new, or another one, is left as NAME.trace.new.json, for cadran "
             "accept, unless\n"
             "the variable CI is set.\n"
             "\n"
             "Exit status: 0 all have passed, 1 some have not, 2 bad usage, or no scenario, 3 the\n"
             "environment failed.\n",
    .otherwise = ".",
};

/* --- The tests ------------------------------------------------------------------------------- */

static int refuse(int error, const char *culprit) {
    if (error == CAD_ENOMEM)
        return cli_no_memory(command.name);
    return cli_failed(command.name, "%s%s%s", culprit != NULL ? culprit : "",
                      culprit != NULL ? ": " : "", strerror(errno));
}

static int nothing_found(const suite_list *list) {
    return cli_wrong(
        command.name,
        "no scenario is there: a file NAME.json with a member \"cadran\"; %zu other%s .json",
        list->left_out, list->left_out == 1 ? " is" : "s are");
}

static int refuse_page(const char *html) {
    return cli_wrong(command.name,
                     "--html %s would overwrite a scenario, or a trace beside one; give it another "
                     "name",
                     html);
}

static int print_list(const suite_list *list) {
    for (size_t i = 0; i < list->count; i++)
        puts(list->items[i].path);
    return CLI_STATUS_EXPECTED;
}

/* Whether the page would take the place of the scenario, or of a trace beside it. */
static bool is_beside(const suite_found *scenario, struct base_identity page) {
    static const char *const ends[] = {SUITE_GOLDEN, SUITE_NEW};
    bool found = base_is_one_file(base_identity_of(scenario->path), page);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !found; i++) {
        char *name = suite_beside(scenario->path, ends[i]);
        found = name != NULL && base_is_one_file(base_identity_of(name), page);
        base_free(name);
    }
    return found;
}

/* What is open counts, not what it is called: so the page is made for as long as that takes. */
static bool overwrites(const char *html, const suite_list *list) {
    bool found = false;
    bool made = base_make_file(html);
    struct base_identity page = base_identity_of(html);
    for (size_t i = 0; i < list->count && !found; i++)
        found = is_beside(&list->items[i], page);
    if (made)
        base_unmake_file(html);
    return found;
}

static int test_list(suite_options *chosen, const suite_list *list) {
    size_t failed = 0;
    if (chosen->workers > list->count)
        chosen->workers = (unsigned)list->count;
    int error = suite_run(chosen, list, &failed);
    if (error != 0)
        return refuse(error, NULL);
    return failed == 0 ? CLI_STATUS_EXPECTED : CLI_STATUS_UNEXPECTED;
}

static int test(struct arguments *chosen, const cli_operands *paths) {
    suite_list list = {0};
    char *culprit = NULL;
    int status;
    int error = suite_find(paths->items, paths->count, &list, &culprit);
    if (error != 0) {
        status = refuse(error, culprit);
        if (error == CAD_ESYSTEM)
            status = CLI_STATUS_USAGE;
    } else if (list.count == 0) {
        status = nothing_found(&list);
    } else if (chosen->list) {
        status = print_list(&list);
    } else if (chosen->html != NULL && overwrites(chosen->html, &list)) {
        status = refuse_page(chosen->html);
    } else {
        status = test_list(&chosen->suite, &list);
    }
    base_free(culprit);
    suite_list_free(&list);
    return status;
}

/* --- The page of failures -------------------------------------------------------------------- */

struct failures {
    const suite_rules *rules;
    struct base_replacement file;
    bool written;
};

static void write_failures(void *context, const suite_session *session) {
    struct failures *failures = context;
    failures->written =
        cli_write_failures(session, failures->rules, failures->file.stream) == CLI_STATUS_EXPECTED;
}

static int cannot_write(const char *path, int reason) {
    return cli_failed(command.name, "%s: %s", path, strerror(reason));
}

/* The tests, and the page of what has failed, which is there whole or not at all. */
static int test_with_page(struct arguments *chosen, const cli_operands *paths) {
    struct failures failures = {.rules = &chosen->suite.rules};
    int reason = base_replace_open(&failures.file, chosen->html);
    if (reason != 0)
        return cannot_write(chosen->html, reason);
    chosen->suite.after = write_failures;
    chosen->suite.context = &failures;
    int status = test(chosen, paths);
    if (failures.written)
        reason = base_replace_finish(&failures.file);
    else if (status == CLI_STATUS_EXPECTED || status == CLI_STATUS_UNEXPECTED)
        status = CLI_STATUS_ENVIRONMENT; /* after its message */
    base_replace_drop(&failures.file);
    return reason != 0 ? cannot_write(chosen->html, reason) : status;
}

int cli_cmd_test(int argc, char **argv) {
    struct arguments chosen = {
        .suite = {.rules = {.language = &step_language,
                            .repeat = 1,
                            .writes = !base_in_ci(),
                            .width = WIDTH,
                            .lines = LINES},
                  .workers = cli_processors(),
                  .limit_ns = CLI_TEST_LIMIT_NS,
                  .out = stdout,
                  .progress = isatty(STDERR_FILENO) == 1 ? stderr : NULL},
    };
    cli_operands paths;
    int status;
    if (!cli_begin(&command, &chosen, argc, argv, &paths, &status))
        return status;
    chosen.suite.format = printers[chosen.format];
    if (chosen.suite.rules.real)
        chosen.suite.rules.writes = false;
    run_process_start(base_limit_default() / chosen.suite.workers);
    return chosen.html == NULL || chosen.list ? test(&chosen, &paths)
                                              : test_with_page(&chosen, &paths);
}
