/* For people: a line each, then what failed and why, so that the end of it is on the screen. */
#include "suite/format.h"

#include <stdbool.h>

#include "base/memory.h"

/* Lines of a screen that all failures share, and the least that one gets of them; the failures that
 * are told in full; the commands that are printed for those of which there is nothing to tell. */
enum { SCREEN = 32, LEAST = 8, TOLD = 20, COMMANDS = 10 };

static void one(const suite_session *session, size_t number) {
    const suite_result *result = &session->results[number];
    const char *path = session->list->items[number].shown;
    if (suite_passed(result))
        fprintf(session->out, "ok    %s\n", path);
    else
        fprintf(session->out, "%s  %s: %s\n", suite_skipped(result) ? "skip" : "FAIL", path,
                suite_text(&result->sentence));
}

static void tell(const suite_session *session, size_t number, size_t lines) {
    const suite_result *result = &session->results[number];
    char *command = suite_accept_command(session, number);
    fprintf(session->out, "\n%s: %s\n", session->list->items[number].shown,
            suite_text(&result->sentence));
    bool cut = suite_print_lines(suite_text(&result->details), "    ", lines, session->out);
    if (cut && command != NULL)
        fputs("    all of it: cadran review\n", session->out);
    if (command != NULL)
        fprintf(session->out, "    if this is meant: %s\n", command);
    base_free(command);
}

/* Whether there is more to it than its line above. */
static bool has_details(const suite_session *session, size_t number) {
    return session->results[number].details.length > 0;
}

static void tell_all(const suite_session *session) {
    size_t count = 0, told = 0;
    for (size_t i = 0; i < session->list->count; i++)
        count += has_details(session, i);
    size_t lines = count > 0 ? SCREEN / count : 0;
    for (size_t i = 0; i < session->list->count && told < TOLD; i++) {
        if (!has_details(session, i))
            continue;
        tell(session, i, lines > LEAST ? lines : LEAST);
        told++;
    }
    if (count > told)
        fprintf(session->out, "\n... and %zu failures more, named above\n", count - told);
}

/* New traces of which there is nothing to tell: there was no golden, or it has another form. */
static void list_commands(const suite_session *session) {
    size_t count = 0;
    for (size_t i = 0; i < session->list->count; i++) {
        char *command = has_details(session, i) ? NULL : suite_accept_command(session, i);
        if (command == NULL)
            continue;
        if (count == 0)
            fputs("\nTo keep what these runs have left as their goldens:\n", session->out);
        if (count < COMMANDS)
            fprintf(session->out, "    %s\n", command);
        base_free(command);
        count++;
    }
    if (count > COMMANDS)
        fprintf(session->out, "    ... and %zu more; all of them: cadran accept --all\n",
                count - COMMANDS);
}

static int end(const suite_session *session) {
    tell_all(session);
    list_commands(session);
    if (session->failed > 0)
        fputc('\n', session->out);
    suite_print_sum(session, session->out);
    fputc('\n', session->out);
    return 0;
}

const suite_format suite_format_text = {.name = "text", .one = one, .end = end};
