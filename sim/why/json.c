/* Answers for programs. Sentences are there, too, as the text has them. */
#include "why/report.h"

#include "cadran.h"
#include "why/doctor.h"
#include "why/path.h"
#include "why/say.h"
#include "why/slack.h"

#include <string.h>

struct sheet {
    struct why_run *run;
    doc_writer *writer;
    struct why_said said;
    int error;
};

/* The first failure is the one that counts. */
static void note(struct sheet *sheet, int error) {
    sheet->error = sheet->error != 0 ? sheet->error : error;
}

/* --- Values --------------------------------------------------------------------------------- */

/* What has been said is a member. */
static void write_said(struct sheet *sheet, const char *key) {
    if (sheet->said.error != 0)
        sheet->error = sheet->said.error;
    else
        doc_write_text(sheet->writer, key,
                       sheet->said.text.length > 0 ? sheet->said.text.data : "");
    why_said_clear(&sheet->said);
}

static void write_text(struct sheet *sheet, const char *key, uint32_t text) {
    if (text != 0)
        doc_write_text(sheet->writer, key, why_text(sheet->run, text));
}

/* A task by its name, and by its track: names may be there twice. */
static void write_task(struct sheet *sheet, const char *key, const char *track_key, uint32_t task) {
    if (task == WHY_NONE)
        return;
    doc_write_text(sheet->writer, key, why_text(sheet->run, sheet->run->tasks[task].name));
    doc_write_whole(sheet->writer, track_key, sheet->run->tasks[task].tid);
}

static void write_object(struct sheet *sheet, uint32_t object) {
    if (object == WHY_NONE)
        return;
    doc_write_text(sheet->writer, "object", why_text(sheet->run, sheet->run->objects[object].name));
    doc_write_whole(sheet->writer, "object_number", (int64_t)sheet->run->objects[object].id);
}

static void write_slack(struct sheet *sheet, int64_t slack_ns) {
    if (slack_ns != WHY_FREE)
        doc_write_whole(sheet->writer, "slack_ns", slack_ns);
}

static void write_stretch(struct sheet *sheet, int64_t begin_ns, int64_t end_ns) {
    doc_write_whole(sheet->writer, "begin_ns", begin_ns);
    doc_write_whole(sheet->writer, "end_ns", end_ns);
}

/* --- Waits and spans ------------------------------------------------------------------------ */

static void write_wait(struct sheet *sheet, const char *key, uint32_t number) {
    const struct why_wait *wait = &sheet->run->waits[number];
    doc_writer *writer = sheet->writer;
    doc_write_open(writer, key, '{');
    doc_write_text(writer, "name", why_text(sheet->run, wait->name));
    write_stretch(sheet, wait->begin_ns, wait->end_ns);
    doc_write_text(writer, "ended", why_end_words[wait->end]);
    write_task(sheet, "by", "by_tid", wait->by);
    write_task(sheet, "held_by", "held_by_tid", wait->owner);
    write_task(sheet, "awaits", "awaits_tid", wait->awaits);
    write_object(sheet, wait->object);
    if (wait->until_ns != WHY_NEVER)
        doc_write_whole(writer, "until_ns", wait->until_ns);
    doc_write_whole(writer, "ahead", wait->ahead);
    write_slack(sheet, wait->slack_ns);
    if (wait->stuck != WHY_NONE) {
        const struct why_stuck *stuck = &sheet->run->stucks[wait->stuck];
        write_text(sheet, "where", stuck->where);
        write_text(sheet, "why", stuck->why);
        write_text(sheet, "taken", stuck->taken);
        if (stuck->circle != 0)
            doc_write_whole(writer, "circle", stuck->circle);
        write_task(sheet, "next", "next_tid", stuck->next);
    }
    why_say_wait(&sheet->said, number);
    write_said(sheet, "text");
    doc_write_close(writer, '}');
}

static void write_span(struct sheet *sheet, uint32_t number) {
    const struct why_span *span = &sheet->run->spans[number];
    doc_write_open(sheet->writer, NULL, '{');
    doc_write_text(sheet->writer, "name", why_text(sheet->run, span->name));
    write_task(sheet, "task", "tid", span->task);
    write_stretch(sheet, span->begin_ns, span->end_ns);
    write_slack(sheet, span->slack_ns);
    doc_write_close(sheet->writer, '}');
}

/* --- The longest way ------------------------------------------------------------------------ */

static void write_piece(struct sheet *sheet, const struct why_path *path, size_t index) {
    const struct why_piece *piece = &path->pieces[index];
    doc_writer *writer = sheet->writer;
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "kind", why_piece_words[piece->kind]);
    write_stretch(sheet, piece->begin_ns, piece->end_ns);
    write_task(sheet, "task", "tid", piece->task);
    if (piece->span != WHY_NONE)
        doc_write_text(writer, "span", why_text(sheet->run, sheet->run->spans[piece->span].name));
    write_task(sheet, "behind", "behind_tid", piece->behind);
    if (index + 1 < path->count && piece->lead != WHY_GOES_ON) {
        doc_write_text(writer, "lead", why_lead_words[piece->lead]);
        why_say_lead(&sheet->said, piece, path->pieces[index + 1].task);
        write_said(sheet, "lead_text");
    }
    why_say_piece(&sheet->said, piece);
    write_said(sheet, "text");
    doc_write_close(writer, '}');
}

static void write_pieces(struct sheet *sheet, const char *key, const struct why_path *path) {
    doc_write_open(sheet->writer, key, '[');
    for (size_t i = 0; i < path->count && sheet->error == 0; i++)
        write_piece(sheet, path, i);
    doc_write_close(sheet->writer, ']');
}

static void write_path(struct sheet *sheet) {
    struct why_path path;
    note(sheet, why_find_path(sheet->run, &path));
    doc_write_truth(sheet->writer, "is_makespan", path.ends);
    write_pieces(sheet, "pieces", &path);
    why_path_free(&path);
    doc_write_open(sheet->writer, "spans", '[');
    for (uint32_t i = 0; i < sheet->run->span_count; i++)
        write_span(sheet, i);
    doc_write_close(sheet->writer, ']');
}

/* --- Tasks and objects ---------------------------------------------------------------------- */

static void write_life(struct sheet *sheet, uint32_t task) {
    const struct why_run *run = sheet->run;
    const struct why_task *lived = &run->tasks[task];
    write_task(sheet, "task", "tid", task);
    write_task(sheet, "by", "by_tid", lived->by);
    write_stretch(sheet, lived->begin_ns, lived->end_ns);
    write_text(sheet, "outcome", lived->outcome);
    write_text(sheet, "error", lived->error);
    write_text(sheet, "message", lived->message);
    why_say_life(&sheet->said, task);
    write_said(sheet, "text");
    doc_write_open(sheet->writer, "waits", '[');
    for (uint32_t i = 0; i < lived->wait_count; i++)
        write_wait(sheet, NULL, run->task_waits[lived->first_wait + i]);
    doc_write_close(sheet->writer, ']');
    doc_write_open(sheet->writer, "spans", '[');
    for (uint32_t i = 0; i < lived->span_count; i++)
        write_span(sheet, run->task_spans[lived->first_span + i]);
    doc_write_close(sheet->writer, ']');
}

static void write_change(struct sheet *sheet, const char *key, uint32_t change) {
    const struct why_run *run = sheet->run;
    const struct why_change *found = &run->changes[change];
    doc_write_open(sheet->writer, key, '{');
    doc_write_whole(sheet->writer, "at_ns", found->time_ns);
    doc_write_open(sheet->writer, "state", '{');
    for (uint32_t i = 0; i < found->field_count; i++) {
        const struct why_field *field = &run->fields[found->first_field + i];
        doc_write_whole(sheet->writer, why_text(run, field->key), field->value);
    }
    doc_write_close(sheet->writer, '}');
    write_task(sheet, "by", "by_tid", found->by);
    doc_write_close(sheet->writer, '}');
}

static void write_object_at(struct sheet *sheet, uint32_t object, int64_t time_ns) {
    const struct why_run *run = sheet->run;
    uint32_t change = why_change_at(run, object, time_ns);
    write_object(sheet, object);
    doc_write_text(sheet->writer, "type", why_text(run, run->objects[object].type));
    doc_write_whole(sheet->writer, "at_ns", time_ns);
    why_say_object_at(&sheet->said, object, time_ns);
    write_said(sheet, "text");
    doc_write_open(sheet->writer, "waiters", '[');
    for (uint32_t i = 0; i < run->wait_count; i++)
        if (why_stands_at(run, i, object, time_ns))
            write_wait(sheet, NULL, i);
    doc_write_close(sheet->writer, ']');
    doc_write_open(sheet->writer, "changes", '[');
    for (; change != WHY_NONE; change = run->changes[change].previous)
        write_change(sheet, NULL, change);
    doc_write_close(sheet->writer, ']');
}

static void write_moment(struct sheet *sheet, uint32_t task, int64_t time_ns) {
    struct why_path path = {0};
    uint32_t wait = why_wait_that_led(sheet->run, task, time_ns);
    write_task(sheet, "task", "tid", task);
    doc_write_whole(sheet->writer, "at_ns", time_ns);
    why_say_at(&sheet->said, task, time_ns);
    write_said(sheet, "text");
    if (wait != WHY_NONE)
        write_wait(sheet, "wait", wait);
    note(sheet, why_find_path_at(sheet->run, task, time_ns, &path));
    write_pieces(sheet, "pieces", &path);
    why_path_free(&path);
}

/* --- The run -------------------------------------------------------------------------------- */

static void write_finding(struct sheet *sheet, const struct why_finding *finding) {
    doc_writer *writer = sheet->writer;
    doc_write_open(writer, NULL, '{');
    doc_write_text(writer, "kind", why_finding_words[finding->kind]);
    write_task(sheet, "task", "tid", finding->task);
    write_task(sheet, "other", "other_tid", finding->other);
    write_object(sheet, finding->object);
    write_stretch(sheet, finding->begin_ns, finding->end_ns);
    if (finding->kind == WHY_FAILED || finding->kind == WHY_LEFT)
        doc_write_whole(writer, "count", (int64_t)finding->count);
    why_say_finding(&sheet->said, finding);
    write_said(sheet, "text");
    doc_write_close(writer, '}');
}

static void write_findings(struct sheet *sheet) {
    struct why_findings findings;
    note(sheet, why_find_findings(sheet->run, &findings));
    doc_write_open(sheet->writer, "findings", '[');
    for (size_t i = 0; i < findings.count && sheet->error == 0; i++)
        write_finding(sheet, &findings.items[i]);
    doc_write_close(sheet->writer, ']');
    why_findings_free(&findings);
}

int why_write_json(struct why_run *run, const struct why_question *question, doc_writer *writer) {
    struct sheet sheet = {.run = run, .writer = writer, .said = {.run = run}};
    int error = why_find_slack(run);
    if (error != 0)
        return error;
    doc_write_open(writer, NULL, '{');
    write_text(&sheet, "scenario", run->scenario);
    write_text(&sheet, "run_outcome", run->outcome);
    doc_write_whole(writer, "run_end_ns", run->end_ns);
    switch (question->topic) {
    case WHY_ABOUT_RUN:
        if (why_longest_wait(run, WHY_NONE) != WHY_NONE)
            write_wait(&sheet, "longest_wait", why_longest_wait(run, WHY_NONE));
        write_findings(&sheet);
        break;
    case WHY_ABOUT_PATH:
        write_path(&sheet);
        break;
    case WHY_ABOUT_TASK:
        if (question->time_ns == WHY_NO_TIME)
            write_life(&sheet, question->index);
        else
            write_moment(&sheet, question->index, question->time_ns);
        break;
    case WHY_ABOUT_OBJECT:
        write_object_at(&sheet, question->index,
                        question->time_ns == WHY_NO_TIME ? run->end_ns : question->time_ns);
        break;
    }
    doc_write_close(writer, '}');
    why_said_free(&sheet.said);
    return sheet.error != 0 ? sheet.error : sheet.said.error;
}
