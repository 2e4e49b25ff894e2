/* JUnit's XML, as Jenkins' xUnit plugin has it in a schema: a suite a directory, whose name is
 * therefore its alone. */
#include "suite/format.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cadran.h"

/* The text is clean. In an attribute a newline would be read as a space. */
static void put_xml(const char *text, FILE *file) {
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", file);
            break;
        case '<':
            fputs("&lt;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        case '"':
            fputs("&quot;", file);
            break;
        default:
            fputc(*text, file);
        }
    }
}

/* The length of the directory's name, without the slash behind it; 0: this one. */
static size_t directory_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
}

static void put_directory(const char *path, FILE *file) {
    size_t length = directory_of(path);
    char *name = base_strndup(length > 0 ? path : ".", length > 0 ? length : 1);
    put_xml(name != NULL ? name : "", file);
    base_free(name);
}

static bool same_directory(const char *a, const char *b) {
    size_t length = directory_of(a);
    return length == directory_of(b) && memcmp(a, b, length) == 0;
}

/* An error is that there is nothing to judge. */
static bool is_error(const suite_result *result) {
    const uint32_t judged = UINT32_C(1) << SUITE_UNMET | UINT32_C(1) << SUITE_DIFFERS |
                            UINT32_C(1) << SUITE_MISSING | UINT32_C(1) << SUITE_UNWANTED |
                            UINT32_C(1) << SUITE_ALONE | UINT32_C(1) << SUITE_VARIES |
                            UINT32_C(1) << SUITE_SKIPPED | UINT32_C(1) << SUITE_BUSY;
    return (result->reasons & ~judged) != 0;
}

struct counts {
    size_t tests, failures, errors;
    int64_t took_ns;
};

static void count(const suite_result *result, struct counts *counts) {
    counts->tests++;
    counts->errors += is_error(result);
    counts->failures += suite_failed(result) && !is_error(result);
    counts->took_ns += result->took_ns;
}

static void put_counts(const struct counts *counts, FILE *out) {
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\">\n", counts->tests,
            counts->failures, counts->errors, (double)counts->took_ns / 1e9);
}

static void put_failure(const suite_session *session, size_t number) {
    const suite_result *result = &session->results[number];
    const char *element = is_error(result) ? "error" : "failure";
    char *command = suite_accept_command(session, number);
    int reason = 0;
    while ((result->reasons >> reason & 1) == 0)
        reason++;
    fprintf(session->out, "\n      <%s type=\"%s\" message=\"", element,
            suite_reason_words[reason]);
    put_xml(suite_text(&result->sentence), session->out);
    fputs("\">", session->out);
    put_xml(suite_text(&result->details), session->out);
    if (command != NULL) {
        fputs("if this is meant: ", session->out);
        put_xml(command, session->out);
    }
    fprintf(session->out, "</%s>\n    ", element);
    base_free(command);
}

static void put_skip(const suite_session *session, size_t number) {
    fputs("<skipped message=\"", session->out);
    put_xml(suite_text(&session->results[number].sentence), session->out);
    fputs("\"/>", session->out);
}

static void put_case(const suite_session *session, size_t number) {
    const suite_result *result = &session->results[number];
    const char *path = session->list->items[number].shown;
    const char *slash = strrchr(path, '/');
    fputs("    <testcase name=\"", session->out);
    put_xml(slash != NULL ? slash + 1 : path, session->out);
    fputs("\" classname=\"", session->out);
    put_directory(path, session->out);
    fprintf(session->out, "\" time=\"%.3f\">", (double)result->took_ns / 1e9);
    if (suite_failed(result))
        put_failure(session, number);
    else if (suite_skipped(result))
        put_skip(session, number);
    fputs("</testcase>\n", session->out);
}

static int by_directory(const void *a, const void *b) {
    const char *one = (*(const suite_found *const *)a)->shown;
    const char *other = (*(const suite_found *const *)b)->shown;
    size_t length = directory_of(one), other_length = directory_of(other);
    int order = memcmp(one, other, length < other_length ? length : other_length);
    if (order == 0 && length != other_length)
        order = length < other_length ? -1 : 1;
    return order != 0 ? order : strcmp(one, other);
}

/* Those of one directory, of which the list has `tests`. */
static void put_suite(const suite_session *session, const suite_found *const *items, size_t tests) {
    const suite_found *all = session->list->items;
    struct counts counts = {0};
    for (size_t i = 0; i < tests; i++)
        count(&session->results[items[i] - all], &counts);
    fputs("  <testsuite name=\"", session->out);
    put_directory(items[0]->shown, session->out);
    fputc('"', session->out);
    put_counts(&counts, session->out);
    for (size_t i = 0; i < tests; i++)
        put_case(session, (size_t)(items[i] - all));
    fputs("  </testsuite>\n", session->out);
}

static void put_suites(const suite_session *session, const suite_found **items) {
    size_t tests = session->list->count, next;
    for (size_t i = 0; i < tests; i++)
        items[i] = &session->list->items[i];
    qsort(items, tests, sizeof *items, by_directory);
    for (size_t first = 0; first < tests; first = next) {
        for (next = first + 1; next < tests; next++)
            if (!same_directory(items[first]->shown, items[next]->shown))
                break;
        put_suite(session, items + first, next - first);
    }
}

static int end(const suite_session *session) {
    const suite_list *list = session->list;
    const suite_found **items = base_zalloc(list->count, sizeof *items);
    struct counts counts = {0};
    if (items == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < list->count; i++)
        count(&session->results[i], &counts);
    counts.took_ns = session->took_ns;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cadran test\"",
          session->out);
    put_counts(&counts, session->out);
    put_suites(session, items);
    fputs("</testsuites>\n", session->out);
    base_free(items);
    return 0;
}

const suite_format suite_format_junit = {.name = "junit", .end = end};
