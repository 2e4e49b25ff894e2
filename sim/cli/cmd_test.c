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
#include "base/options.h"
#include "base/quantity.h"
#include "base/replace.h"
#include "base/show.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/options.h"
#include "cli/run.h"
#include "run/process.h"
#include "steps/language.h"
#include "suite/session.h"

enum { REPEAT_MOST = 1000000, WIDTH = 100, LINES = 32 };

static const suite_format *const formats[] = {&suite_format_text, &suite_format_tap,
                                              &suite_format_junit, &suite_format_github,
                                              &suite_format_json};

/* --- Options --------------------------------------------------------------------------------- */

static bool take_format(void *target, const base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(text, formats[i]->name) == 0) {
            *(const suite_format **)base_option_field(target, option) = formats[i];
            return true;
        }
    }
    return base_option_refuse(option, "text, tap, junit, github or json", text, message);
}

static bool take_count(void *target, const base_option *option, char *text, int64_t most,
                       char message[BASE_OPTIONS_MESSAGE]) {
    int64_t whole;
    char wanted[48];
    (void)snprintf(wanted, sizeof wanted, "a whole number from 1 to %lld", (long long)most);
    if (!base_whole_read(text, &whole) || whole < 1 || whole > most)
        return base_option_refuse(option, wanted, text, message);
    *(unsigned *)base_option_field(target, option) = (unsigned)whole;
    return true;
}

static bool take_workers(void *target, const base_option *option, char *text,
                         char message[BASE_OPTIONS_MESSAGE]) {
    return take_count(target, option, text, CLI_WORKERS_MOST, message);
}

static bool take_repeat(void *target, const base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]) {
    return take_count(target, option, text, REPEAT_MOST, message);
}

/* What is asked for. */
struct arguments {
    suite_options suite;
    bool list;        /* the scenarios are printed, and not run */
    const char *html; /* the file of the page of failures; NULL: none */
};

static const base_option options[] = {
    {"j", "N", "so many processes at a time (default: the processors)", take_workers,
     offsetof(struct arguments, suite.workers)},
    {"format", "FORMAT", "text (default), tap, junit, github or json", take_format,
     offsetof(struct arguments, suite.format)},
    {"clock", "virtual|real",
     "virtual (default), or real: a second takes a second, and times may\ndiffer from the "
     "golden's by what expect tolerates",
     cli_take_clock, offsetof(struct arguments, suite.rules.real)},
    {"repeat", "N", "run each so many times: all have to be the same", take_repeat,
     offsetof(struct arguments, suite.rules.repeat)},
    {"timeout", "TIME", "how long one scenario may take (default 60s)", base_take_time,
     offsetof(struct arguments, suite.limit_ns)},
    {"list", NULL, "print which scenarios there are, a line each, and run none", base_take_flag,
     offsetof(struct arguments, list)},
    {"html", "FILE", "write a page of all failures, with their timelines, to FILE",
     base_take_output, offsetof(struct arguments, html)},
    {.name = NULL},
};

static int print_help(void) {
    fputs("usage: cadran test [options] [PATH...]\n"
          "\n"
          "Runs scenarios as tests: each has to be as its \"expect\" says, and its trace the one "
          "that is\n"
          "kept beside it, NAME.trace.json. A PATH is a scenario, or a directory in which all are "
          "found\n"
          "(default: this one).\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\n"
          "A trace that is new, or another one, is left as NAME.trace.new.json, for cadran "
          "accept, unless\n"
          "the variable CI is set.\n"
          "\n"
          "Exit status: 0 all have passed, 1 some have not, 2 bad usage, or no scenario, 3 the\n"
          "environment failed.\n",
          stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}

/* --- The tests ------------------------------------------------------------------------------- */

static int say(int status, const char *message) {
    base_show_line(stderr, "cadran test: %s", message);
    return status;
}

static int refuse(int error, const char *culprit) {
    if (error == CAD_ENOMEM)
        return say(CLI_STATUS_ENVIRONMENT, "out of memory");
    int reason = errno;
    base_show_line(stderr, "cadran test: %s%s%s", culprit != NULL ? culprit : "",
                   culprit != NULL ? ": " : "", strerror(reason));
    return CLI_STATUS_ENVIRONMENT;
}

static int nothing_found(const suite_list *list) {
    base_show_line(
        stderr,
        "cadran test: no scenario is there: a file NAME.json with a member \"cadran\"; %zu "
        "other%s .json",
        list->left_out, list->left_out == 1 ? " is" : "s are");
    return CLI_STATUS_USAGE;
}

static int refuse_page(const char *html) {
    base_show_line(stderr,
                   "cadran test: --html %s would overwrite a scenario, or a trace beside one; give "
                   "it another name",
                   html);
    return CLI_STATUS_USAGE;
}

static int print_list(const suite_list *list) {
    for (size_t i = 0; i < list->count; i++)
        puts(list->items[i].path);
    return fflush(stdout) == 0 && !ferror(stdout) ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
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

static int test(struct arguments *chosen, const char *const *paths, size_t count) {
    suite_list list = {0};
    char *culprit = NULL;
    int status;
    int error = suite_find(paths, count, &list, &culprit);
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
    base_show_line(stderr, "cadran test: %s: %s", path, strerror(reason));
    return CLI_STATUS_ENVIRONMENT;
}

/* The tests, and the page of what has failed, which is there whole or not at all. */
static int test_with_page(struct arguments *chosen, const char *const *paths, size_t count) {
    struct failures failures = {.rules = &chosen->suite.rules};
    int reason = base_replace_open(&failures.file, chosen->html);
    if (reason != 0)
        return cannot_write(chosen->html, reason);
    chosen->suite.after = write_failures;
    chosen->suite.context = &failures;
    int status = test(chosen, paths, count);
    if (failures.written)
        reason = base_replace_finish(&failures.file);
    else if (status == CLI_STATUS_EXPECTED || status == CLI_STATUS_UNEXPECTED)
        status = CLI_STATUS_ENVIRONMENT; /* after its message */
    base_replace_drop(&failures.file);
    return reason != 0 ? cannot_write(chosen->html, reason) : status;
}

int cli_cmd_test(int argc, char **argv) {
    static const char *const here[] = {"."};
    struct arguments chosen = {
        .suite = {.rules = {.language = &step_language,
                            .repeat = 1,
                            .writes = !base_in_ci(),
                            .width = WIDTH,
                            .lines = LINES},
                  .workers = cli_processors(),
                  .limit_ns = CLI_TEST_LIMIT_NS,
                  .format = &suite_format_text,
                  .out = stdout,
                  .progress = isatty(STDERR_FILENO) == 1 ? stderr : NULL},
    };
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran test", options, &chosen, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return say(CLI_STATUS_USAGE, message);
    case BASE_OPTIONS_FINE:
        break;
    }
    if (chosen.suite.rules.real)
        chosen.suite.rules.writes = false;
    run_process_start(base_limit_default() / chosen.suite.workers);
    const char *const *paths = first == argc ? here : (const char *const *)(argv + first);
    size_t count = first == argc ? 1 : (size_t)(argc - first);
    return chosen.html == NULL || chosen.list ? test(&chosen, paths, count)
                                              : test_with_page(&chosen, paths, count);
}
