/* --report: the result of a run as JSON. */
#include "cli/run_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "document/write.h"

/* A place in the document, if there is one. */
static void add_place(doc_writer *writer, const cli_report *report, uint32_t place) {
    base_buffer where = {0};
    if (place == DOC_NOWHERE)
        return;
    int error = doc_format_place(report->program->document, place, &where);
    if (error == 0)
        doc_write_text(writer, "where", where.data);
    else
        writer->error = error;
    base_buffer_free(&where);
}

static void add_failures(doc_writer *writer, const cli_report *report) {
    const run_result *result = report->result;
    doc_write_open(writer, "failures", '[');
    for (size_t i = 0; i < result->failure_count && i < RUN_FAILURES_KEPT; i++) {
        const run_failure *failure = &result->failures[i];
        doc_write_open(writer, NULL, '{');
        if (failure->who == NULL || failure->what == NULL) {
            writer->error = CAD_ENOMEM; /* it could not be kept */
        } else {
            doc_write_text(writer, "who", failure->who);
            doc_write_text(writer, "what", failure->what);
        }
        add_place(writer, report, failure->place);
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
    doc_write_whole(writer, "failure_count", (int64_t)result->failure_count);
}

/* --- Deadlock -------------------------------------------------------------------------------- */

static void add_wait(doc_writer *writer, const run_stuck *stuck) {
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "task", stuck->task);
    doc_write_text(writer, "verb", stuck->verb);
    if (stuck->type != NULL) {
        doc_write_open(writer, "waits_for", '{');
        doc_write_text(writer, "type", stuck->type);
        doc_write_text(writer, "name", stuck->object);
        doc_write_close(writer, '}');
    }
    if (stuck->holder != NULL) {
        doc_write_text(writer, "held_by", stuck->holder);
        doc_write_truth(writer, "holder_ended", stuck->holder_ended);
    }
    doc_write_whole(writer, "since_ns", stuck->since_ns);
    doc_write_close(writer, '}');
}

static void add_waits(doc_writer *writer, const char *key, const run_stuck_list *list) {
    doc_write_open(writer, key, '[');
    for (size_t i = 0; i < list->count; i++)
        add_wait(writer, &list->items[i]);
    doc_write_close(writer, ']');
}

static void add_deadlock(doc_writer *writer, const run_deadlock *deadlock) {
    if (deadlock->task_count == 0)
        return;
    doc_write_open(writer, "deadlock", '{');
    add_waits(writer, "tasks", &deadlock->tasks);
    doc_write_whole(writer, "more_tasks", (int64_t)(deadlock->task_count - deadlock->tasks.count));
    doc_write_open(writer, "cycles", '[');
    for (size_t i = 0; i < deadlock->cycle_count; i++)
        add_waits(writer, NULL, &deadlock->cycles[i]);
    doc_write_close(writer, ']');
    doc_write_close(writer, '}');
}

/* --- Limits ---------------------------------------------------------------------------------- */

const char *cli_limit_option(enum run_limit limit) {
    static const char *const options[] = {
        [RUN_LIMIT_NONE] = "",
        [RUN_LIMIT_STEPS] = " (--max-steps)",
        [RUN_LIMIT_STILL] = " (--max-still)",
        [RUN_LIMIT_TASKS] = " (--max-tasks)",
        [RUN_LIMIT_TIME] = " (--max-time)",
        [RUN_LIMIT_MEMORY] = " (--max-memory)",
    };
    return options[limit];
}

static void add_reason(doc_writer *writer, const run_result *result) {
    char text[sizeof result->reason + 32];
    (void)snprintf(text, sizeof text, "%s%s", result->reason, cli_limit_option(result->limit));
    if (text[0] != '\0')
        doc_write_text(writer, "reason", text);
}

static void add_running(doc_writer *writer, const cli_report *report) {
    if (report->result->running == NULL)
        return;
    doc_write_open(writer, "still_running", '{');
    doc_write_text(writer, "who", report->result->running);
    add_place(writer, report, report->result->running_place);
    doc_write_close(writer, '}');
}

/* --- The whole ------------------------------------------------------------------------------- */

static void fill(doc_writer *writer, const cli_report *report) {
    const run_result *result = report->result;
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "scenario", report->program->name);
    doc_write_text(writer, "clock", report->real ? "real" : "virtual");
    doc_write_whole(writer, "seed", result->seed);
    doc_write_text(writer, "outcome", run_outcome_name(result->outcome));
    add_reason(writer, result);
    doc_write_whole(writer, "end_ns", result->end_ns);
    doc_write_whole(writer, "status", report->status);
    doc_write_truth(writer, "as_expected", report->status == 0);
    doc_write_whole(writer, "unmet_expectations", (int64_t)report->unmet);
    doc_write_whole(writer, "tasks", (int64_t)result->task_count);
    doc_write_whole(writer, "tasks_pending", (int64_t)result->pending_count);
    doc_write_whole(writer, "steps", (int64_t)result->steps);
    doc_write_whole(writer, "max_concurrent", (int64_t)result->spans_most);
    add_running(writer, report);
    add_deadlock(writer, &result->deadlock);
    add_failures(writer, report);
    doc_write_close(writer, '}');
}

FILE *cli_open_report(const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        fprintf(stderr, "cadran: %s: %s\n", path, strerror(errno));
    return file;
}

bool cli_write_report(const cli_report *report, const char *path, FILE *file) {
    doc_writer writer = {0};
    fill(&writer, report);
    bool whole = !doc_write_failed(&writer);
    bool fine = whole && fprintf(file, "%s\n", writer.text.data) > 0;
    int reason = errno;
    if (fclose(file) != 0 && fine) {
        reason = errno;
        fine = false;
    }
    if (!fine)
        fprintf(stderr, "cadran: %s: %s\n", path, whole ? strerror(reason) : "out of memory");
    base_buffer_free(&writer.text);
    return fine;
}
