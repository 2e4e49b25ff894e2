/* GitHub Actions: the log as people read it, annotations at the files, and a summary of the step.
 *
 * GitHub shows ten annotations of a kind for a step, and no summary beyond a mebibyte. A line of a
 * log that begins with `::` is a command to the runner, wherever it comes from; so the log is put
 * where no commands are looked for: until a word that nobody in it knows.
 */
#include "suite/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"

enum {
    ANNOTATIONS = 9, /* beside the one that counts the rest */
    SUMMARY_MOST = 1000 * 1000,
    SUMMARY_LINES = 40, /* of one failure's details */
};

/* --- Annotations ----------------------------------------------------------------------------- */

static void put_escaped(const char *text, bool property, FILE *file) {
    for (; *text != '\0'; text++) {
        if (*text == '%' || *text == '\n' || (property && (*text == ':' || *text == ',')))
            fprintf(file, "%%%02X", (unsigned)(unsigned char)*text);
        else
            fputc(*text, file);
    }
}

static void annotate(const suite_session *session, size_t number) {
    const suite_result *result = &session->results[number];
    char *command = suite_accept_command(session, number);
    FILE *out = session->out;
    fputs("::error file=", out);
    put_escaped(session->where, true, out);
    put_escaped(session->list->items[number].shown, true, out);
    fprintf(out, ",line=%u", result->line > 0 ? result->line : 1);
    if (result->column > 0)
        fprintf(out, ",col=%u", result->column);
    fputs(",title=cadran test::", out);
    put_escaped(suite_text(&result->sentence), false, out);
    put_escaped("\n", false, out);
    put_escaped(suite_text(&result->details), false, out);
    if (command != NULL) {
        fputs("if this is meant: ", out);
        put_escaped(command, false, out);
    }
    fputc('\n', out);
    base_free(command);
}

static void annotate_all(const suite_session *session) {
    size_t told = 0;
    for (size_t i = 0; i < session->list->count && told < ANNOTATIONS; i++) {
        if (!suite_failed(&session->results[i]))
            continue;
        annotate(session, i);
        told++;
    }
    if (session->failed > told)
        fprintf(session->out,
                "::error title=cadran test::%zu more of %zu scenarios failed; the log and the "
                "summary name them\n",
                session->failed - told, session->list->count);
}

/* --- The summary ----------------------------------------------------------------------------- */

static int put_html(base_buffer *to, const char *text, size_t length) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < length; i++) {
        const char *escape = text[i] == '&' ? "&amp;" : text[i] == '<' ? "&lt;" : NULL;
        error = escape != NULL ? base_buffer_append(to, escape, strlen(escape))
                               : base_buffer_append(to, text + i, 1);
    }
    return error;
}

/* A failure, to be unfolded; its details up to so many lines. */
static int summarize_one(const suite_session *session, size_t number, base_buffer *to) {
    const suite_result *result = &session->results[number];
    const char *path = session->list->items[number].shown;
    const char *details = suite_text(&result->details), *end = details;
    for (int line = 0; line < SUMMARY_LINES && *end != '\0'; line++) {
        end += strcspn(end, "\n");
        end += *end == '\n';
    }
    int error = base_buffer_format(to, "<details><summary><code>");
    if (error == 0)
        error = put_html(to, path, strlen(path));
    if (error == 0)
        error = base_buffer_format(to, "</code>: ");
    if (error == 0)
        error = put_html(to, suite_text(&result->sentence), result->sentence.length);
    if (error == 0)
        error = base_buffer_format(to, "</summary>\n<pre>\n");
    if (error == 0)
        error = put_html(to, details, (size_t)(end - details));
    if (error == 0)
        error = base_buffer_format(to, "%s</pre>\n</details>\n\n", *end != '\0' ? "...\n" : "");
    return error;
}

static int summarize(const suite_session *session, base_buffer *to) {
    base_buffer one = {0};
    size_t told = 0;
    size_t passed = session->list->count - session->failed - session->skipped;
    int error =
        base_buffer_format(to, "### cadran test: %zu passed, %zu failed", passed, session->failed);
    if (error == 0 && session->skipped > 0)
        error = base_buffer_format(to, ", %zu skipped", session->skipped);
    if (error == 0)
        error = base_buffer_format(to, "\n\n");
    for (size_t i = 0; error == 0 && i < session->list->count; i++) {
        if (!suite_failed(&session->results[i]))
            continue;
        base_buffer_clear(&one);
        error = summarize_one(session, i, &one);
        if (error != 0 || to->length + one.length > SUMMARY_MOST)
            break;
        error = base_buffer_append(to, one.data, one.length);
        told++;
    }
    if (error == 0 && told < session->failed)
        error = base_buffer_format(to, "... and %zu more, which the log names\n",
                                   session->failed - told);
    base_buffer_free(&one);
    return error;
}

/* 0, CAD_ENOMEM, or CAD_ESYSTEM with errno. */
static int write_summary(const suite_session *session, const char *path) {
    base_buffer text = {0};
    int error = summarize(session, &text);
    FILE *file = error == 0 ? fopen(path, "a") : NULL;
    if (error == 0 && file == NULL)
        error = CAD_ESYSTEM;
    if (file != NULL) {
        fputs(text.data, file);
        if (fclose(file) != 0)
            error = CAD_ESYSTEM;
    }
    int reason = errno;
    base_buffer_free(&text);
    errno = reason;
    return error;
}

/* --- The whole ------------------------------------------------------------------------------- */

static void begin(const suite_session *session) {
    fprintf(session->out, "::stop-commands::%s\n", session->token);
}

static void one(const suite_session *session, size_t number) {
    suite_format_text.one(session, number);
}

static int end(const suite_session *session) {
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    (void)suite_format_text.end(session); /* which does not fail */
    fprintf(session->out, "::%s::\n", session->token);
    annotate_all(session);
    return path != NULL && path[0] != '\0' ? write_summary(session, path) : 0;
}

const suite_format suite_format_github = {.name = "github", .begin = begin, .one = one, .end = end};
