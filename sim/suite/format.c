/* What several formats say. */
#include "suite/format.h"

#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "suite/quote.h"

char *suite_accept_command(const suite_session *session, size_t number) {
    base_buffer command = {0};
    if (session->results[number].new_trace.length == 0)
        return NULL;
    if (base_buffer_format(&command, "cadran accept ") == 0 &&
        suite_quote(session->list->items[number].shown, &command) == 0)
        return command.data;
    base_buffer_free(&command);
    return NULL;
}

void suite_print_sum(const suite_session *session, FILE *file) {
    size_t count = session->list->count, passed = count - session->skipped;
    if (session->failed == 0)
        fprintf(file, "%zu scenario%s passed", passed, base_plural(passed));
    else
        fprintf(file, "%zu of %zu scenario%s failed", session->failed, count, base_plural(count));
    if (session->skipped > 0)
        fprintf(file, ", %zu skipped", session->skipped);
    const char *before = session->failed > 0 || session->skipped > 0 ? ", in" : " in";
    fprintf(file, "%s %.2f s", before, (double)session->took_ns / 1e9);
}

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

bool suite_print_lines(const char *text, const char *before, size_t most, FILE *file) {
    size_t lines = count_lines(text);
    size_t shown = most == 0 || lines <= most ? lines : most - 1;
    for (size_t i = 0; i < shown; i++) {
        size_t length = strcspn(text, "\n");
        fprintf(file, "%s%.*s\n", length > 0 ? before : "", (int)length, text);
        text += length + 1;
    }
    if (shown < lines)
        fprintf(file, "%s... and %zu lines more\n", before, lines - shown);
    return shown < lines;
}
