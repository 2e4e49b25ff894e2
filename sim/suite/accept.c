/* Looks at new traces, and makes goldens of them. */
#include "suite/accept.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cadran.h"
#include "suite/answer.h"
#include "suite/explain.h"
#include "suite/files.h"
#include "suite/pool.h"
#include "suite/trial.h"

/* All that are looked at. */
struct view {
    const suite_look *look;
    const suite_list *list;
    suite_result *results;
    suite_stage stage; /* in a worker: its own */
    int error;
};

/* Of one: its two files, and what is in them. */
struct files {
    char *golden_path, *new_path;
    suite_bytes golden, fresh;
};

static void close_files(struct files *files) {
    base_free(files->golden_path);
    base_free(files->new_path);
    suite_bytes_free(&files->golden);
    suite_bytes_free(&files->fresh);
}

/* --- In a worker ----------------------------------------------------------------------------- */

/* The new trace against the golden; there need not be one. */
static int describe(const struct view *view, const struct files *files, suite_result *result) {
    const suite_pair pair = {.golden = &files->golden,
                             .trace = &files->fresh,
                             .names = {files->golden_path, files->new_path},
                             .width = view->look->width};
    enum suite_likeness likeness;
    if (files->golden.data == NULL)
        return base_buffer_format(&result->sentence, "the first golden");
    int error = suite_explain(&pair, &likeness, &result->sentence, &result->details);
    if (error == 0 && likeness == SUITE_ALIKE)
        error = base_buffer_format(&result->sentence, "it is the golden already");
    result->form = likeness == SUITE_OTHER_FORM || likeness == SUITE_ALIKE;
    return error;
}

/* What the scenario leaves now has to be the new trace. That a run is not as `expect` says is no
 * reason against it: it may be what is to be kept. */
static int check(const suite_trial *trial, void *context) {
    const struct files *files = context;
    suite_bytes now;
    trial->result->reasons &= ~(UINT32_C(1) << SUITE_UNMET);
    base_buffer_clear(&trial->result->sentence);
    int reason = suite_bytes_own(trial->stage->trace[0], &now);
    if (reason != 0)
        return suite_note_file(trial, "the trace", reason);
    bool same = suite_bytes_same(&now, &files->fresh);
    suite_bytes_free(&now);
    if (same)
        return 0;
    return suite_fail(trial->result, SUITE_VARIES,
                      "it is not what the scenario leaves now, but of another version of it; run "
                      "cadran test again");
}

static int load(struct files *files, const suite_found *scenario, suite_result *result) {
    files->golden_path = suite_beside(scenario->path, SUITE_GOLDEN);
    files->new_path = suite_beside(scenario->path, SUITE_NEW);
    if (files->golden_path == NULL || files->new_path == NULL)
        return CAD_ENOMEM;
    int reason = suite_bytes_load(files->new_path, &files->fresh);
    if (reason == ENOENT)
        return suite_fail(result, SUITE_MISSING,
                          access(scenario->path, F_OK) == 0
                              ? "no new trace waits: cadran test leaves one where it differs"
                              : "there is no such scenario");
    if (reason != 0)
        return suite_fail(result, SUITE_TROUBLE, "%s: %s", files->new_path, strerror(reason));
    if (access(scenario->path, F_OK) != 0)
        return suite_fail(result, SUITE_ALONE, "its scenario is not there any more");
    reason = suite_bytes_load(files->golden_path, &files->golden);
    if (reason != 0 && reason != ENOENT)
        return suite_fail(result, SUITE_TROUBLE, "%s: %s", files->golden_path, strerror(reason));
    return 0;
}

static int look_at_one(struct view *view, const suite_found *scenario, suite_result *result) {
    struct files files = {0};
    int error = load(&files, scenario, result);
    if (error == 0 && suite_passed(result))
        error =
            suite_try(&view->stage, view->look->language, scenario->path, result, check, &files);
    if (error == 0 && suite_passed(result))
        error = describe(view, &files, result);
    close_files(&files);
    return error;
}

static enum suite_worker work(void *context, size_t job, base_buffer *answer) {
    struct view *view = context;
    suite_result result = {0};
    int error = look_at_one(view, &view->list->items[job], &result);
    return suite_give(&result, error, answer);
}

/* --- Here ------------------------------------------------------------------------------------ */

static void done(void *context, size_t job, const suite_answer *answer) {
    struct view *view = context;
    int error = suite_take(answer, view->look->limit_ns, &view->results[job]);
    if (error != 0)
        view->error = error;
}

int suite_look_at(const suite_look *look, const suite_list *list, suite_result *results) {
    struct view view = {.look = look, .list = list, .results = results, .stage = {.traces = true}};
    const suite_pool pool = {.jobs = list->count,
                             .workers = look->workers,
                             .limit_ns = look->limit_ns,
                             .context = &view,
                             .work = work,
                             .done = done};
    int error = suite_pool_run(&pool);
    return error == 0 ? view.error : error;
}

int suite_accept(const char *scenario) {
    char *golden = suite_beside(scenario, SUITE_GOLDEN), *fresh = suite_beside(scenario, SUITE_NEW);
    int reason = golden != NULL && fresh != NULL ? suite_replace(golden, fresh) : ENOMEM;
    base_free(golden);
    base_free(fresh);
    return reason;
}

int suite_reject(const char *scenario) {
    char *fresh = suite_beside(scenario, SUITE_NEW);
    int reason = fresh == NULL ? ENOMEM : unlink(fresh) != 0 ? errno : 0;
    base_free(fresh);
    return reason;
}
