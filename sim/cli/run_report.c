/* --report: the result of a run as JSON. */
#include "cli/run_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "document/write.h"
#include "program/exceptions.h"

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

/* The expression that raised it, and the part of that. */
static void add_part(doc_writer *writer, const cli_report *report, const expr_part *part) {
    base_buffer text = {0};
    int error = doc_string_append(report->program->document, part->string, &text);
    if (error == 0) {
        doc_write_text(writer, "expression", text.data);
        text.data[part->at + part->length] = '\0';
        doc_write_text(writer, "part", text.data + part->at);
    } else {
        writer->error = error;
    }
    base_buffer_free(&text);
}

static void add_members(doc_writer *writer, const cli_report *report,
                        const cad_exception *exception, int depth, size_t *told);

/* A member of a group, as it is told on standard error, too. */
static void add_member(doc_writer *writer, const cli_report *report, const cad_exception *member,
                       int depth, size_t *told) {
    base_buffer what = {0};
    uint32_t place;
    const char *task = run_raised_in(member, &place);
    int error = prog_error_show(report->program, cad_exception_code(member), member, &what);
    if (error != 0)
        writer->error = error;
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "what", what.data != NULL ? what.data : "");
    if (task != NULL)
        doc_write_text(writer, "raised_in", task);
    add_place(writer, report, place);
    if (cad_exception_notes(member)[0] != '\0')
        doc_write_text(writer, "note", cad_exception_notes(member));
    add_members(writer, report, member, depth + 1, told);
    doc_write_close(writer, '}');
    base_buffer_free(&what);
}

/* Those of an exception that is a group; *told of its whole were before. */
static void add_members(doc_writer *writer, const cli_report *report,
                        const cad_exception *exception, int depth, size_t *told) {
    size_t count = exception != NULL ? cad_exception_count(exception) : 0, i = 0;
    if (count == 0)
        return;
    doc_write_open(writer, "members", '[');
    for (; i < count && depth < RUN_DEPTH_TOLD && *told < RUN_MEMBERS_TOLD; i++) {
        ++*told;
        add_member(writer, report, cad_exception_at(exception, i), depth, told);
    }
    doc_write_close(writer, ']');
    if (i < count)
        doc_write_whole(writer, "more_members", (int64_t)(count - i));
}

static void add_failure(doc_writer *writer, const cli_report *report, const run_failure *failure) {
    size_t told = 0;
    doc_write_open(writer, NULL, '{');
    if (failure->who == NULL || failure->what == NULL) {
        writer->error = CAD_ENOMEM; /* it could not be kept */
    } else {
        doc_write_text(writer, "who", failure->who);
        doc_write_text(writer, "what", failure->what);
    }
    if (failure->raised_in != NULL)
        doc_write_text(writer, "raised_in", failure->raised_in);
    add_place(writer, report, failure->place);
    if (failure->part != NULL)
        add_part(writer, report, failure->part);
    if (failure->note != NULL)
        doc_write_text(writer, "note", failure->note);
    add_members(writer, report, failure->exception, 0, &told);
    doc_write_close(writer, '}');
}

static void add_failures(doc_writer *writer, const cli_report *report) {
    const run_result *result = report->result;
    doc_write_open(writer, "failures", '[');
    for (size_t i = 0; i < result->failure_count && i < RUN_FAILURES_KEPT; i++)
        add_failure(writer, report, &result->failures[i]);
    doc_write_close(writer, ']');
    doc_write_whole(writer, "failure_count", (int64_t)result->failure_count);
}

/* --- Who waits for what ---------------------------------------------------------------------- */

static void add_parties(doc_writer *writer, const cli_report *report, const char *key,
                        const run_wait *wait) {
    const run_parties *const lists[] = {&wait->living, &wait->ended};
    doc_write_open(writer, key, '[');
    for (size_t list = 0; list < 2; list++)
        for (size_t i = 0; i < lists[list]->kept; i++) {
            const run_party *party = &lists[list]->items[i];
            doc_write_open(writer, NULL, '{');
            doc_write_text(writer, "name", party->name);
            if (wait->relation != RUN_AWAITED)
                doc_write_truth(writer, "ended", party->ended);
            if (party->error != NULL)
                doc_write_text(writer, "error", party->error);
            if (party->units > 1)
                doc_write_whole(writer, "times", (int64_t)party->units);
            if (party->step != NULL)
                doc_write_text(writer, "step", party->step);
            add_place(writer, report, party->place);
            doc_write_close(writer, '}');
        }
    doc_write_close(writer, ']');
    uint64_t count = wait->living.count + wait->ended.count;
    size_t kept = wait->living.kept + wait->ended.kept;
    if (count > kept)
        doc_write_whole(writer, "more", (int64_t)(count - kept));
}

static void add_others(doc_writer *writer, const cli_report *report, const run_wait *wait) {
    static const char *const keys[] = {[RUN_HOLDERS] = "holders",
                                       [RUN_TAKERS] = "takers",
                                       [RUN_AWAITED] = "awaits",
                                       [RUN_WAKERS] = "wakers",
                                       [RUN_MIGHT_WAKE] = "might_wake"};
    if (wait->relation == RUN_NOBODY)
        return;
    if (wait->relation == RUN_HOLDERS) {
        bool lives = wait->living.kept > 0;
        const run_party *first = lives ? &wait->living.items[0] : &wait->ended.items[0];
        doc_write_text(writer, "held_by", first->name);
        doc_write_truth(writer, "holder_ended", !lives);
    }
    add_parties(writer, report, keys[wait->relation], wait);
    if (wait->of > 0)
        doc_write_whole(writer, "of", (int64_t)wait->of);
    if (wait->relation == RUN_AWAITED && wait->of > 0)
        doc_write_whole(writer, "done", (int64_t)wait->done);
}

/* In the words of the report on standard error. */
static void add_words(doc_writer *writer, const run_wait *wait) {
    base_buffer words = {0};
    int error = run_wait_words(wait, &words);
    if (error == 0)
        doc_write_text(writer, "words", words.data);
    else
        writer->error = error;
    base_buffer_free(&words);
}

/* The futures that are awaited with others: who could set them. */
static void add_futures(doc_writer *writer, const cli_report *report, const run_wait *wait) {
    if (wait->member_count == 0)
        return;
    doc_write_open(writer, "futures", '[');
    for (size_t i = 0; i < wait->member_count; i++) {
        doc_write_open(writer, NULL, '{');
        doc_write_text(writer, "name", wait->members[i].object);
        add_words(writer, &wait->members[i]);
        add_others(writer, report, &wait->members[i]);
        doc_write_close(writer, '}');
    }
    doc_write_close(writer, ']');
}

static void add_wait_times(doc_writer *writer, const run_wait *wait) {
    if (wait->verb == NULL)
        return;
    doc_write_whole(writer, "since_ns", wait->since_ns);
    if (wait->until_ns != CAD_NEVER)
        doc_write_whole(writer, "until_ns", wait->until_ns);
}

static void add_wait(doc_writer *writer, const cli_report *report, const run_wait *wait) {
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "task", wait->task);
    if (wait->verb != NULL)
        doc_write_text(writer, "verb", wait->verb);
    if (wait->step != NULL)
        doc_write_text(writer, "step", wait->step);
    add_place(writer, report, wait->place);
    if (wait->type != NULL) {
        doc_write_open(writer, "waits_for", '{');
        doc_write_text(writer, "type", wait->type);
        doc_write_text(writer, "name", wait->object);
        doc_write_close(writer, '}');
    }
    if (wait->standing == RUN_WAITS)
        add_words(writer, wait);
    add_others(writer, report, wait);
    add_futures(writer, report, wait);
    add_wait_times(writer, wait);
    if (wait->circle != 0) {
        doc_write_whole(writer, "circle", wait->circle);
        doc_write_text(writer, "next", wait->next);
    }
    if (wait->behind != 0)
        doc_write_whole(writer, "waits_for_circle", wait->behind);
    doc_write_close(writer, '}');
}

static void add_list(doc_writer *writer, const cli_report *report, const char *key,
                     const run_wait_list *list) {
    doc_write_open(writer, key, '[');
    for (size_t i = 0; i < list->count; i++)
        add_wait(writer, report, &list->items[i]);
    doc_write_close(writer, ']');
}

static void add_waits(doc_writer *writer, const cli_report *report) {
    const run_waits *waits = &report->result->waits;
    if (waits->task_count == 0)
        return;
    doc_write_open(writer, report->result->outcome == RUN_DEADLOCK ? "deadlock" : "unfinished",
                   '{');
    add_list(writer, report, "tasks", &waits->tasks);
    doc_write_whole(writer, "more_tasks", (int64_t)waits->tasks.left_out);
    doc_write_open(writer, "cycles", '[');
    for (size_t i = 0; i < waits->ring_count; i++)
        add_list(writer, report, NULL, &waits->rings[i]);
    doc_write_close(writer, ']');
    doc_write_whole(writer, "more_cycles", (int64_t)waits->more_rings);
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
    add_waits(writer, report);
    add_failures(writer, report);
    doc_write_close(writer, '}');
}

static bool cannot_write(const char *path, int reason) {
    (void)cli_failed("cadran", "%s: %s", path, strerror(reason));
    return false;
}

bool cli_open_report(struct base_replacement *file, const char *path) {
    int error = base_replace_open(file, path);
    return error == 0 || cannot_write(path, error);
}

bool cli_write_report(const cli_report *report, const char *path, struct base_replacement *file) {
    doc_writer writer = {0};
    fill(&writer, report);
    bool whole = !doc_write_failed(&writer);
    if (whole)
        (void)fprintf(file->stream, "%s\n", writer.text.data);
    base_buffer_free(&writer.text);
    int error = whole ? base_replace_finish(file) : ENOMEM;
    return error == 0 || cannot_write(path, error);
}
