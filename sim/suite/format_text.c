/* For people: a line each, then what failed and why, so that the end of it is on the screen. */
#include "suite/format.h"

#include "base/memory.h"

/* Lines of a screen that all failures share, and the least that one gets of them; the failures that
 * are told in full. */
enum { SCREEN = 32, LEAST = 8, TOLD = 20 };

static void one(const suite_session *session, size_t number) {
    const suite_result *result = &session->results[number];
    const char *path = session->list->items[number].shown;
    if (suite_passed(result))
        fprintf(session->out, "ok    %s\n", path);
    else
        fprintf(session->out, "FAIL  %s: %s\n", path, suite_text(&result->sentence));
}

static void tell(const suite_session *session, size_t number, size_t lines) {
    const suite_result *result = &session->results[number];
    char *command = suite_accept_command(session, number);
    fprintf(session->out, "\n%s: %s\n", session->list->items[number].shown,
            suite_text(&result->sentence));
    suite_print_lines(suite_text(&result->details), "    ", lines, session->out);
    if (command != NULL)
        fprintf(session->out, "    if this is meant: %s\n", command);
    base_free(command);
}

static int end(const suite_session *session) {
    size_t told = 0;
    size_t lines = session->failed > 0 ? SCREEN / session->failed : 0;
    for (size_t i = 0; i < session->list->count && told < TOLD; i++) {
        if (suite_passed(&session->results[i]))
            continue;
        tell(session, i, lines > LEAST ? lines : LEAST);
        told++;
    }
    if (session->failed > told)
        fprintf(session->out, "\n... and %zu failures more, named above\n", session->failed - told);
    fputs(session->failed > 0 ? "\n" : "", session->out);
    suite_print_sum(session, session->out);
    fputc('\n', session->out);
    return 0;
}

const suite_format suite_format_text = {.name = "text", .one = one, .end = end};
