/* Many scenarios in a few processes; what is said of them comes in their order. */
#include "suite/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cadran.h"
#include "suite/answer.h"
#include "suite/pool.h"

#define REDRAW_NS (CAD_SECOND / 10)

struct run {
    suite_session session;
    const suite_options *options;
    suite_stage stage; /* in a worker: its own */
    bool *done;        /* by the list */
    size_t done_count;
    size_t told; /* of the list: all before it */
    int64_t began_ns;
    int64_t drawn_ns; /* when the line of progress was last drawn */
    bool drawn;       /* it is there */
    int error;
};

/* --- Progress -------------------------------------------------------------------------------- */

static void hide_progress(struct run *run) {
    if (!run->drawn)
        return;
    fputs("\r\033[K", run->options->progress);
    (void)fflush(run->options->progress);
    run->drawn = false;
}

/* The first that is not done: what all others wait for. */
static void draw_progress(struct run *run) {
    FILE *file = run->options->progress;
    int64_t now_ns = base_clock_ns();
    if (file == NULL || now_ns - run->drawn_ns < REDRAW_NS || run->told == run->session.list->count)
        return;
    fprintf(file, "\r\033[K%zu of %zu, %zu failed; %.40s", run->done_count,
            run->session.list->count, run->session.failed,
            run->session.list->items[run->told].shown);
    (void)fflush(file);
    run->drawn = true;
    run->drawn_ns = now_ns;
}

static void idle(void *context) {
    draw_progress(context);
}

static enum suite_worker work(void *context, size_t job, base_buffer *answer) {
    struct run *run = context;
    suite_result result = {0};
    int error =
        suite_judge(&run->stage, &run->options->rules, &run->session.list->items[job], &result);
    return suite_give(&result, error, answer);
}

/* --- Here ------------------------------------------------------------------------------------ */

static void done(void *context, size_t job, const suite_answer *answer) {
    struct run *run = context;
    suite_session *session = &run->session;
    suite_result *result = &session->results[job];
    int error = suite_take(answer, run->options->limit_ns, result);
    if (error != 0)
        run->error = error;
    run->done[job] = true;
    run->done_count++;
    session->failed += suite_failed(result);
    session->skipped += suite_skipped(result);
    if (run->told < session->list->count && run->done[run->told])
        hide_progress(run);
    for (; run->told < session->list->count && run->done[run->told]; run->told++)
        if (run->options->format->one != NULL)
            run->options->format->one(session, run->told);
    draw_progress(run);
}

/* The directory that this one is in its repository. */
static char *find_where(void) {
    const char *workspace = getenv("GITHUB_WORKSPACE");
    char *here = getcwd(NULL, 0);
    base_buffer where = {0};
    size_t length = workspace != NULL ? strlen(workspace) : 0;
    bool inside =
        here != NULL && length > 0 && strncmp(here, workspace, length) == 0 && here[length] == '/';
    int error = inside ? base_buffer_format(&where, "%s/", here + length + 1)
                       : base_buffer_append(&where, "", 0);
    free(here);
    return error == 0 ? where.data : NULL;
}

static int run_all(struct run *run) {
    const suite_options *options = run->options;
    const suite_pool pool = {.jobs = run->session.list->count,
                             .workers = options->workers,
                             .limit_ns = options->limit_ns,
                             .context = run,
                             .work = work,
                             .done = done,
                             .idle = idle};
    run->began_ns = run->drawn_ns = base_clock_ns();
    if (options->format->begin != NULL)
        options->format->begin(&run->session);
    (void)fflush(options->out);
    int error = suite_pool_run(&pool);
    hide_progress(run);
    run->session.took_ns = base_clock_ns() - run->began_ns;
    if (error == 0)
        error = run->error;
    if (error == 0 && options->format->end != NULL)
        error = options->format->end(&run->session);
    if (error == 0 && options->after != NULL)
        options->after(options->context, &run->session);
    if (error == 0 && (fflush(options->out) != 0 || ferror(options->out)))
        error = CAD_ESYSTEM;
    return error;
}

int suite_run(const suite_options *options, const suite_list *list, size_t *failed) {
    struct run run = {.options = options,
                      .stage = {.real = options->rules.real, .traces = options->rules.repeat > 1}};
    char *where = find_where();
    run.session = (suite_session){.list = list,
                                  .results = base_zalloc(list->count, sizeof(suite_result)),
                                  .writes = options->rules.writes,
                                  .where = where,
                                  .out = options->out};
    (void)snprintf(run.session.token, sizeof run.session.token, "cadran-%ld-%lld", (long)getpid(),
                   (long long)base_clock_ns());
    run.done = base_zalloc(list->count, sizeof *run.done);
    int error = CAD_ENOMEM;
    if (where != NULL && run.session.results != NULL && run.done != NULL)
        error = run_all(&run);
    int reason = errno;
    *failed = run.session.failed;
    for (size_t i = 0; run.session.results != NULL && i < list->count; i++)
        suite_result_free(&run.session.results[i]);
    base_free(run.session.results);
    base_free(run.done);
    base_free(where);
    errno = reason;
    return error;
}
