/* TAP. What it says is the same in versions 13 and 14; the header is that of 13, because Perl's
 * prove takes no other. Of YAML there is only what all readers know, each thing in a line of its
 * own that begins with its key: Perl takes a list of strings for one of maps, others a line without
 * a colon for a mistake. */
#include "suite/format.h"

#include "base/memory.h"

static void begin(const suite_session *session) {
    fprintf(session->out, "TAP version 13\n1..%zu\n", session->list->count);
}

/* In version 14 a backslash escapes. What begins a directive stands as characters do that cannot be
 * shown: not all readers know that it may be escaped, and a name with "# TODO" in it would be a
 * failure that is expected. */
static void put_description(const char *text, FILE *file) {
    for (; *text != '\0'; text++) {
        if (*text == '#')
            fputs("\\\\u0023", file);
        else if (*text == '\\')
            fputs("\\\\", file);
        else
            fputc(*text == '\n' || *text == '\t' ? ' ' : *text, file);
    }
}

/* In double quotes of YAML; the text is clean. */
static void put_member(const char *key, const char *text, FILE *file) {
    fprintf(file, "  %s: \"", key);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', file);
        if (*text == '\n' || *text == '\t')
            fputs(*text == '\n' ? "\\n" : "\\t", file);
        else
            fputc(*text, file);
    }
    fputs("\"\n", file);
}

static void put_reasons(const suite_result *result, FILE *file) {
    const char *before = "";
    fputs("  reasons: [", file);
    for (int i = 0; i < SUITE_REASON_COUNT; i++) {
        if ((result->reasons >> i & 1) == 0)
            continue;
        fprintf(file, "%s%s", before, suite_reason_words[i]);
        before = ", ";
    }
    fputs("]\n", file);
}

static void one(const suite_session *session, size_t number) {
    const suite_result *result = &session->results[number];
    char *command = suite_accept_command(session, number);
    FILE *out = session->out;
    fprintf(out, "%sok %zu - ", suite_failed(result) ? "not " : "", number + 1);
    put_description(session->list->items[number].shown, out);
    if (suite_skipped(result)) {
        fputs(" # SKIP ", out);
        put_description(suite_text(&result->sentence), out);
    }
    fputs("\n  ---\n", out);
    fprintf(out, "  duration_ms: %.3f\n", (double)result->took_ns / 1e6);
    if (suite_failed(result)) {
        put_member("message", suite_text(&result->sentence), out);
        put_reasons(result, out);
        put_member("file", session->list->items[number].shown, out);
        if (result->line > 0)
            fprintf(out, "  line: %u\n  column: %u\n", result->line, result->column);
        if (command != NULL)
            put_member("accept", command, out);
        if (result->details.length > 0)
            put_member("details", suite_text(&result->details), out);
    }
    fputs("  ...\n", out);
    base_free(command);
}

const suite_format suite_format_tap = {.name = "tap", .begin = begin, .one = one};
