/* Holds the trace of a scenario against its golden. */
#include "suite/judge.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cadran.h"
#include "suite/explain.h"
#include "suite/files.h"

/* --- The golden ------------------------------------------------------------------------------ */

/* Leaves the trace beside its golden, for somebody to accept. */
static int leave_new(const suite_trial *trial, const suite_bytes *trace) {
    char *path = suite_beside(trial->path, SUITE_NEW);
    if (path == NULL)
        return CAD_ENOMEM;
    int reason = suite_write_whole(path, trace);
    int error = reason != 0 ? suite_note_file(trial, path, reason)
                            : base_buffer_append(&trial->result->new_trace, path, strlen(path));
    base_free(path);
    return error;
}

/* What was left once, and is no longer of interest. */
static int remove_new(const suite_trial *trial) {
    char *path = suite_beside(trial->path, SUITE_NEW);
    if (path == NULL)
        return CAD_ENOMEM;
    int error = 0;
    if (unlink(path) != 0 && errno != ENOENT)
        error = suite_note_file(trial, path, errno);
    base_free(path);
    return error;
}

/* How alike two traces of the scenario are, under the clock that it runs by; and in words what is
 * not. 0 or CAD_ENOMEM. */
static int explain(const suite_trial *trial, const suite_rules *rules, suite_pair *pair,
                   enum suite_likeness *likeness, base_buffer *sentence) {
    pair->timed = trial->stage->real;
    pair->tolerance_ns = trial->stage->tolerance_ns;
    pair->width = rules->width;
    pair->lines = rules->lines;
    *likeness = SUITE_ALIKE;
    if (suite_bytes_same(pair->golden, pair->trace))
        return 0;
    return suite_explain(pair, likeness, sentence, &trial->result->details);
}

static int compare(const suite_trial *trial, const suite_rules *rules, const char *path,
                   const suite_bytes *golden, const suite_bytes *trace) {
    base_buffer sentence = {0};
    enum suite_likeness likeness;
    suite_pair pair = {.golden = golden, .trace = trace, .names = {path, "this run"}};
    int error = explain(trial, rules, &pair, &likeness, &sentence);
    if (error == 0 && likeness != SUITE_ALIKE)
        error = suite_fail(trial->result, SUITE_DIFFERS, "%s", suite_text(&sentence));
    trial->result->form = likeness == SUITE_OTHER_FORM;
    base_buffer_free(&sentence);
    if (error != 0 || !rules->writes)
        return error;
    return likeness == SUITE_ALIKE ? remove_new(trial) : leave_new(trial, trace);
}

static int check_golden(const suite_trial *trial, const suite_rules *rules, const char *path,
                        const suite_bytes *trace) {
    suite_bytes golden;
    int reason = suite_bytes_load(path, &golden);
    bool wanted = trial->program->expect.golden;
    bool possible = trial->program->outside_count == 0; /* by the virtual clock */
    int error = 0;
    if (reason != 0 && reason != ENOENT)
        return suite_note_file(trial, path, reason);
    if (reason == 0 && !wanted)
        error = suite_fail(trial->result, SUITE_UNWANTED,
                           "%s is there, and expect says \"golden\": false", path);
    else if (reason == 0)
        error = compare(trial, rules, path, &golden, trace);
    else if (wanted && possible)
        error = suite_fail(trial->result, SUITE_MISSING, "there is no golden yet");
    if (error == 0 && reason == ENOENT && wanted && rules->writes)
        error = leave_new(trial, trace);
    suite_bytes_free(&golden);
    return error;
}

/* --- One scenario ---------------------------------------------------------------------------- */

static int compare_runs(const suite_trial *trial, const suite_rules *rules, unsigned number,
                        const suite_bytes *first, const suite_bytes *other) {
    char name[32];
    base_buffer sentence = {0};
    enum suite_likeness likeness;
    (void)snprintf(name, sizeof name, "run %u", number);
    suite_pair pair = {.golden = first, .trace = other, .names = {"the first run", name}};
    int error = explain(trial, rules, &pair, &likeness, &sentence);
    if (error == 0 && likeness != SUITE_ALIKE)
        error = suite_fail(trial->result, SUITE_VARIES, "%s is not the first one: %s", name,
                           suite_text(&sentence));
    base_buffer_free(&sentence);
    return error;
}

/* The other runs: under the virtual clock they write the same bytes. */
static int repeat(const suite_trial *trial, const suite_rules *rules, const suite_bytes *trace) {
    const uint32_t varies = UINT32_C(1) << SUITE_VARIES;
    suite_trial again = *trial;
    int error = 0;
    again.report = NULL;
    for (unsigned i = 2; error == 0 && i <= rules->repeat; i++) {
        suite_bytes other;
        error = suite_trial_run(&again, 1);
        if (error != 0)
            return error;
        int reason = suite_bytes_own(trial->stage->trace[1], &other);
        if (reason != 0)
            return suite_note_file(trial, "the trace", reason);
        error = compare_runs(trial, rules, i, trace, &other);
        suite_bytes_free(&other);
        if ((trial->result->reasons & varies) != 0)
            return error;
    }
    return error;
}

static int judge_trace(const suite_trial *trial, void *context) {
    const suite_rules *rules = context;
    suite_bytes trace;
    char *golden = suite_beside(trial->path, SUITE_GOLDEN);
    int reason = suite_bytes_own(trial->stage->trace[0], &trace);
    int error = golden != NULL ? 0 : CAD_ENOMEM;
    if (error == 0 && reason != 0)
        error = suite_note_file(trial, "the trace", reason);
    if (error == 0 && reason == 0)
        error = repeat(trial, rules, &trace);
    if (error == 0 && reason == 0)
        error = check_golden(trial, rules, golden, &trace);
    suite_bytes_free(&trace);
    base_free(golden);
    return error;
}

int suite_judge(suite_stage *stage, const suite_rules *rules, const suite_found *scenario,
                suite_result *result) {
    int64_t begin_ns = base_clock_ns();
    int error = scenario->alone ? suite_fail(result, SUITE_ALONE, "a golden without a scenario")
                                : suite_try(stage, rules->language, scenario->path, result,
                                            judge_trace, (void *)(uintptr_t)rules);
    result->took_ns = base_clock_ns() - begin_ns;
    return error;
}
