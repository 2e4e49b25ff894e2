/* A test's failures as a page of HTML. */
#include "cli/failures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cadran.h"
#include "cli/page.h"
#include "compare/compare.h"

/* Of so many failures at most there are timelines: each is a part of what a page may hold. */
enum { TIMELINES = 30 };

bool cli_failures_open(cli_failures *failures, const char *path) {
    const char *directory = getenv("TMPDIR");
    if (directory == NULL || directory[0] == '\0')
        directory = "/tmp";
    *failures = (cli_failures){.path = path, .file = fopen(path, "w")};
    if (failures->file == NULL) {
        fprintf(stderr, "cadran test: %s: %s\n", path, strerror(errno));
        return false;
    }
    (void)snprintf(failures->copies, sizeof failures->copies, "%s/cadran-test-XXXXXX", directory);
    if (mkdtemp(failures->copies) != NULL)
        return true;
    fprintf(stderr, "cadran test: %s: %s\n", failures->copies, strerror(errno));
    (void)fclose(failures->file);
    return false;
}

/* The text of a failure: what the details have no other words for comes first. */
static int write_text(const suite_result *result, base_buffer *text) {
    return base_buffer_format(text, "%s\n\n%s", suite_text(&result->sentence),
                              suite_text(&result->details));
}

static int add_comparison(struct page *page, const char *name, const char *text,
                          const struct cmp_source sources[CMP_SIDES]) {
    const struct cmp_settings settings = {.level = CMP_LEVEL_BYTES};
    char message[CMP_MESSAGE_SIZE];
    struct cmp_result *result;
    if (cmp_compare(sources, &settings, &result, message) != 0)
        return page_add_text(page, name, text); /* which says why */
    enum cli_status status = cli_add_comparison("cadran test", page, name, text, result);
    cmp_free(result);
    return status == CLI_STATUS_EXPECTED ? 0 : CAD_ENOMEM;
}

static int add_failure(struct page *page, const suite_session *session, size_t number,
                       bool timelines) {
    const suite_found *scenario = &session->list->items[number];
    const suite_result *result = &session->results[number];
    base_buffer text = {0};
    char *golden = suite_beside(scenario->path, SUITE_GOLDEN);
    int error = golden == NULL ? CAD_ENOMEM : write_text(result, &text);
    if (error == 0 && timelines && result->kept.length > 0) {
        const struct cmp_source sources[CMP_SIDES] = {
            {.path = golden}, {.path = suite_text(&result->kept), .name = "this run"}};
        error = add_comparison(page, scenario->shown, text.data, sources);
    } else if (error == 0) {
        error = page_add_text(page, scenario->shown, text.data);
    }
    base_free(golden);
    base_buffer_free(&text);
    return error;
}

static int fill(struct page *page, const suite_session *session) {
    base_buffer sum = {0};
    size_t told = 0;
    int error = session->failed > 0
                    ? 0
                    : base_buffer_format(&sum, "%zu of %zu scenarios passed\n",
                                         session->list->count, session->list->count);
    if (error == 0 && session->failed == 0)
        error = page_add_text(page, "all scenarios", sum.data);
    for (size_t i = 0; error == 0 && i < session->list->count; i++) {
        if (suite_passed(&session->results[i]))
            continue;
        error = add_failure(page, session, i, told < TIMELINES);
        told += session->results[i].kept.length > 0;
    }
    base_buffer_free(&sum);
    return error;
}

int cli_failures_write(void *context, const suite_session *session) {
    cli_failures *failures = context;
    size_t timelines = 0;
    for (size_t i = 0; i < session->list->count && timelines < TIMELINES; i++)
        timelines += session->results[i].kept.length > 0;
    struct page *page = page_new("cadran test", CMP_SIDES * (timelines + 1));
    int error = page == NULL ? CAD_ENOMEM : fill(page, session);
    if (error == 0)
        error = page_write(page, failures->file);
    page_free(page);
    for (size_t i = 0; i < session->list->count; i++)
        if (session->results[i].kept.length > 0)
            (void)unlink(suite_text(&session->results[i].kept));
    return error;
}

bool cli_failures_close(cli_failures *failures) {
    bool fine = !ferror(failures->file);
    (void)rmdir(failures->copies);
    if (fclose(failures->file) != 0)
        fine = false;
    if (!fine)
        fprintf(stderr, "cadran test: %s: %s\n", failures->path, strerror(errno));
    return fine;
}
