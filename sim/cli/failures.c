/* What failed, as a page. A trace that is not the golden is not kept in CI, so the scenario is run
 * once more, which leaves the same one. */
#include "cli/failures.h"

#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "cli/page.h"
#include "suite/files.h"

enum { SHOWN_MOST = 200 }; /* failures with timelines; the others are told in words */

/* One section, while its scenario runs. */
struct section {
    struct page *page;
    const suite_found *scenario;
    base_buffer text;
    int status;
    bool added;
};

/* Reasons after which there is a run to show. */
static bool has_run(const suite_result *result) {
    const uint32_t after = UINT32_C(1) << SUITE_UNMET | UINT32_C(1) << SUITE_DIFFERS |
                           UINT32_C(1) << SUITE_MISSING | UINT32_C(1) << SUITE_UNWANTED;
    return result->reasons != 0 && (result->reasons & ~after) == 0;
}

static int add_pair(struct section *section, const char *golden, const suite_bytes *bytes,
                    const suite_bytes *trace) {
    const struct cmp_source sources[CMP_SIDES] = {
        {.name = golden, .data = bytes->data, .size = bytes->size},
        {.name = "this run", .data = trace->data, .size = trace->size},
    };
    const struct cmp_settings settings = {.level = CMP_LEVEL_BYTES};
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    int error = cmp_compare(sources, &settings, &result, message);
    if (error != 0) /* the golden is no trace: what is said of the failure says so */
        return error == CAD_ENOMEM ? error : 0;
    section->status = cli_add_comparison("cadran test", section->page, section->scenario->shown,
                                         section->text.data, result);
    section->added = section->status == CLI_STATUS_EXPECTED;
    cmp_free(result);
    return 0;
}

static int add_alone(struct section *section, const suite_bytes *trace) {
    const struct cli_trace source = {.name = "this run", .data = trace->data, .size = trace->size};
    section->status = cli_add_run("cadran test", section->page, section->scenario->shown,
                                  section->text.data, &source);
    section->added = section->status == CLI_STATUS_EXPECTED;
    return 0;
}

/* The scenario has run. */
static int show_run(const suite_trial *trial, void *context) {
    struct section *section = context;
    suite_bytes trace, bytes;
    char *golden = suite_beside(trial->path, SUITE_GOLDEN);
    if (golden == NULL)
        return CAD_ENOMEM;
    int error = 0;
    if (suite_bytes_own(trial->stage->trace[0], &trace) == 0) {
        if (suite_bytes_load(golden, &bytes) == 0) {
            error = add_pair(section, golden, &bytes, &trace);
            suite_bytes_free(&bytes);
        } else if (trace.size > 0) {
            error = add_alone(section, &trace);
        }
        suite_bytes_free(&trace);
    }
    base_free(golden);
    return error;
}

static int add_failure(struct page *page, suite_stage *stage, const suite_rules *rules,
                       const suite_found *scenario, const suite_result *result, bool shown) {
    struct section section = {.page = page, .scenario = scenario};
    suite_result again = {0};
    int error = base_buffer_format(&section.text, "%s\n\n%s", suite_text(&result->sentence),
                                   suite_text(&result->details));
    if (error == 0 && shown && has_run(result))
        error = suite_try(stage, rules->language, scenario->path, &again, show_run, &section);
    if (error == 0 && section.status != CLI_STATUS_EXPECTED)
        error = CAD_ENOMEM;
    if (error == 0 && !section.added)
        error = page_add_text(page, scenario->shown, section.text.data);
    suite_result_free(&again);
    base_buffer_free(&section.text);
    return error;
}

static int add_failures(struct page *page, const suite_session *session, const suite_rules *rules) {
    suite_stage stage = {.traces = true};
    size_t shown = 0;
    int error = 0;
    for (size_t i = 0; i < session->list->count && error == 0; i++) {
        const suite_result *result = &session->results[i];
        if (!suite_failed(result))
            continue;
        bool room = !rules->real && shown++ < SHOWN_MOST;
        error = add_failure(page, &stage, rules, &session->list->items[i], result, room);
    }
    return error;
}

int cli_write_failures(const suite_session *session, const suite_rules *rules, FILE *file) {
    size_t shown = session->failed < SHOWN_MOST ? session->failed : SHOWN_MOST;
    base_buffer title = {0};
    int error = base_buffer_format(&title, "%zu of %zu scenarios failed", session->failed,
                                   session->list->count);
    struct page *page = error == 0 ? page_new(title.data, 2 * shown) : NULL;
    error = page == NULL ? CAD_ENOMEM : add_failures(page, session, rules);
    if (error == 0)
        error = page_write(page, file);
    if (error != 0)
        (void)cli_no_memory("cadran test: --html");
    page_free(page);
    base_buffer_free(&title);
    return error == 0 ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}
