/* What is said about a run that does not go well. */
#include "run/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/quantity.h"
#include "base/show.h"
#include "program/exceptions.h"
#include "run/names.h"
#include "run/parts.h"
#include "trace/stream.h"

/* --- Words ----------------------------------------------------------------------------------- */

/* `1.5 s`; the caller's buffer is returned. */
static const char *show_time(int64_t time_ns, char text[BASE_TIME_TEXT]) {
    base_time_write(time_ns, false, text);
    return text;
}

static void format_place(const run_machine *machine, uint32_t place, base_buffer *buffer) {
    if (place != DOC_NOWHERE)
        (void)doc_format_place(machine->program->document, place, buffer);
}

FILE *run_begin_report(const run_machine *machine) {
    if (machine->options->report == NULL)
        return NULL;
    run_speak(machine);
    (void)run_lines_flush(machine->options->lines);
    return machine->options->report;
}

/* --- Failures -------------------------------------------------------------------------------- */

/* One, as it is told. */
struct failure {
    const char *how;  /* "exception in" */
    const char *who;  /* "task b" */
    const char *from; /* the task where it was raised, where that is another one; NULL */
    const char *what;
    const cad_exception *exception; /* NULL */
    const char *note;               /* what the words leave out, lines; "" */
    const expr_part *part;          /* of an expression, which raised it; NULL */
    uint32_t place;
};

static char *copy(const char *text) {
    return text != NULL ? base_strndup(text, strlen(text)) : NULL;
}

static void keep_failure(run_machine *machine, const struct failure *failure) {
    if (machine->result.failure_count++ >= RUN_FAILURES_KEPT)
        return;
    machine->result.failures[machine->result.failure_count - 1] = (run_failure){
        .who = copy(failure->who),
        .raised_in = copy(failure->from),
        .what = copy(failure->what),
        .note = failure->note[0] != '\0' ? copy(failure->note) : NULL,
        .place = failure->place,
        .part = failure->part,
        .exception = cad_exception_ref((cad_exception *)(uintptr_t)failure->exception),
    };
}

/* With its place by the scenario's name: a trace is the same wherever the document lies. */
static void trace_failure(run_machine *machine, const cad_task *task, int code,
                          const cad_exception *exception, uint32_t place) {
    const prog_program *program = machine->program;
    base_buffer where = {0};
    if (machine->trace == NULL)
        return;
    if (place != DOC_NOWHERE)
        (void)doc_format_place_in(program->document, program->name, place, &where);
    trace_stream_error(machine->trace, cad_loop_time(machine->loop), task,
                       prog_error_name(program, code),
                       exception != NULL ? cad_exception_message(exception) : NULL, where.data);
    base_buffer_free(&where);
}

/* Line by line. */
static void report_note(const char *note, int indent, FILE *report) {
    while (note[0] != '\0') {
        size_t length = strcspn(note, "\n");
        base_show_line(report, "    %*s%.*s", indent, "", (int)length, note);
        note += length + (note[length] == '\n');
    }
}

/* The expression, a mark below the part of it that failed, and what is to be said of that. */
static void report_part(const run_machine *machine, const expr_part *part, const char *note,
                        FILE *report) {
    base_buffer text = {0}, lines = {0};
    if (part != NULL && doc_string_append(machine->program->document, part->string, &text) == 0 &&
        doc_excerpt_format(&(doc_excerpt){text.data, text.length, part->at, part->length},
                           &lines) == 0)
        (void)fwrite(lines.data, 1, lines.length, report);
    report_note(note, 0, report);
    base_buffer_free(&text);
    base_buffer_free(&lines);
}

/* `ValueError: 1 (task w-1, scenario.json:1:20: /coroutines/w/do/0)`. */
static void report_member(const run_machine *machine, const cad_exception *member, int depth,
                          FILE *report) {
    base_buffer text = {0}, where = {0};
    uint32_t place;
    const char *task = run_raised_in(member, &place);
    (void)prog_error_show(machine->program, cad_exception_code(member), member, &text);
    format_place(machine, place, &where);
    const char *said = text.data != NULL ? text.data : "";
    if (task != NULL)
        base_show_line(report, "    %*s- %s (task %s, %s)", depth * 2, "", said, task,
                       where.data != NULL ? where.data : "somewhere");
    else
        base_show_line(report, "    %*s- %s", depth * 2, "", said);
    report_note(cad_exception_notes(member), depth * 2 + 2, report);
    base_buffer_free(&text);
    base_buffer_free(&where);
}

/* The members of an ExceptionGroup, each on a line of its own; *told of them were before. */
static void report_members(const run_machine *machine, const cad_exception *exception, int depth,
                           size_t *told, FILE *report) {
    size_t count = exception != NULL && depth < RUN_DEPTH_TOLD ? cad_exception_count(exception) : 0;
    for (size_t i = 0; i < count; i++) {
        const cad_exception *member = cad_exception_at(exception, i);
        if ((*told)++ >= RUN_MEMBERS_TOLD) {
            base_show_line(report, "    %*s... and %zu more", depth * 2, "", count - i);
            return;
        }
        report_member(machine, member, depth, report);
        report_members(machine, member, depth + 1, told, report);
    }
}

/* `scenario.json:1:20: /tasks/0/do/0: exception in task a, raised in task b: ValueError: 1`. */
static void report_failure(run_machine *machine, const struct failure *failure) {
    base_buffer where = {0};
    size_t told = 0;
    FILE *report = run_begin_report(machine);
    if (report == NULL)
        return;
    format_place(machine, failure->place, &where);
    base_show_line(report, "%s%s%s %s%s%s: %s", where.data != NULL ? where.data : "",
                   where.data != NULL ? ": " : "", failure->how, failure->who,
                   failure->from != NULL ? ", raised in task " : "",
                   failure->from != NULL ? failure->from : "", failure->what);
    report_part(machine, failure->part, failure->note, report);
    report_members(machine, failure->exception, 0, &told, report);
    base_buffer_free(&where);
}

/* The task that an exception comes from, where that is not the one that it is told of. */
static const char *other_task(const cad_task *task, const cad_exception *exception) {
    uint32_t place;
    const char *from = exception != NULL ? run_raised_in(exception, &place) : NULL;
    bool same = from != NULL && task != NULL && strcmp(from, cad_task_name(task)) == 0;
    return same ? NULL : from;
}

void run_note_failure(run_machine *machine, const cad_task *task, const char *how, const char *who,
                      int code, const cad_exception *exception, uint32_t at) {
    base_buffer what = {0};
    if (exception != NULL && cad_exception_code(exception) != code)
        exception = NULL;
    (void)prog_error_show(machine->program, code, exception, &what);
    const struct failure failure = {
        .how = how,
        .who = who,
        .from = other_task(task, exception),
        .what = what.data != NULL ? what.data : "an exception",
        .exception = exception,
        .note = cad_exception_notes(exception),
        .place = run_place_of(machine, at),
        .part = run_part_of(machine, at),
    };
    keep_failure(machine, &failure);
    trace_failure(machine, task, code, exception, failure.place);
    if (machine->result.failure_count <= RUN_FAILURES_KEPT)
        report_failure(machine, &failure);
    base_buffer_free(&what);
}

void run_note_end(run_machine *machine, const char *who, run_job *job, int result) {
    if (result < 0 && result != CAD_PENDING)
        run_note_failure(machine, NULL, "exception in", who, result, cad_error_exception(),
                         job->frame.pc);
}

void run_note_task(run_machine *machine, cad_task *task, const char *how, int code,
                   const cad_exception *exception) {
    const run_job *job = cad_task_state(task);
    base_buffer who = {0};
    (void)base_buffer_format(&who, "task %s", cad_task_name(task));
    run_note_failure(machine, task, how, who.data != NULL ? who.data : "a task", code, exception,
                     job->frame.pc);
    base_buffer_free(&who);
}

void run_note_unretrieved(cad_future *future, int code, const cad_exception *exception,
                          void *context) {
    if (run_is_task(future)) /* a future of the document may fail without anybody asking */
        run_note_task(context, future, "exception never retrieved in", code, exception);
}

/* --- Slow turns ------------------------------------------------------------------------------ */

void run_note_slow(run_machine *machine, uint32_t from, int64_t busy_ns) {
    const cad_task *task = cad_current_task();
    char busy[BASE_TIME_TEXT], at[BASE_TIME_TEXT];
    base_buffer where = {0};
    FILE *report = run_begin_report(machine);
    if (report == NULL)
        return;
    uint32_t pc = machine->busiest != PROG_NO_PC ? machine->busiest : from;
    format_place(machine, run_place_of(machine, pc), &where);
    base_show_line(report, "%s%sslow: %s%s kept the loop busy for %s, until %s",
                   where.data != NULL ? where.data : "", where.data != NULL ? ": " : "",
                   task != NULL ? "task " : "a callback", task != NULL ? cad_task_name(task) : "",
                   show_time(busy_ns, busy), show_time(cad_loop_time(machine->loop), at));
    base_buffer_free(&where);
}

/* --- Limits ---------------------------------------------------------------------------------- */

static const char *running_body(const run_machine *machine) {
    if (cad_running_loop() != NULL)
        return "a callback";
    return machine->ending ? "on_interrupt" : "setup";
}

void run_note_running(const run_job *job, uint32_t pc) {
    run_machine *machine = job->machine;
    const cad_task *task = cad_current_task();
    base_buffer who = {0}, where = {0};
    (void)base_buffer_format(&who, "%s%s", task != NULL ? "task " : "",
                             task != NULL ? cad_task_name(task) : running_body(machine));
    machine->result.running = who.data;
    machine->result.running_place = run_place_of(machine, pc);
    FILE *report = run_begin_report(machine);
    if (report == NULL)
        return;
    format_place(machine, machine->result.running_place, &where);
    base_show_line(report, "%s: still running: %s", where.data != NULL ? where.data : "somewhere",
                   who.data != NULL ? who.data : "a task");
    base_buffer_free(&where);
}
