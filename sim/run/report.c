/* What is said about a run that does not go well. */
#include "run/report.h"
#include "program/exceptions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "run/names.h"
#include "trace/stream.h"

/* --- Words ----------------------------------------------------------------------------------- */

#define TIME_TEXT (BASE_NUMBER_TEXT + 1)

/* `1.5s`; the caller's buffer is returned. */
static const char *show_time(int64_t time_ns, char text[TIME_TEXT]) {
    size_t length = base_number_format((double)time_ns / 1e9, text);
    text[length] = 's';
    text[length + 1] = '\0';
    return text;
}

static uint32_t place_of(const run_machine *machine, uint32_t pc) {
    return pc < machine->program->code_count ? machine->program->code[pc].place : DOC_NOWHERE;
}

static void format_place(const run_machine *machine, uint32_t place, base_buffer *buffer) {
    if (place != DOC_NOWHERE)
        (void)doc_format_place(machine->program->document, place, buffer);
}

/* Where to say it; NULL: nowhere. What was printed before comes before it, wherever both go. */
static FILE *begin_report(const run_machine *machine) {
    if (machine->options->report == NULL)
        return NULL;
    run_speak(machine);
    (void)run_lines_flush(machine->options->lines);
    return machine->options->report;
}

/* --- Failures -------------------------------------------------------------------------------- */

static void keep_failure(run_machine *machine, const char *who, const char *what, uint32_t place) {
    if (machine->result.failure_count++ >= RUN_FAILURES_KEPT)
        return;
    run_failure *failure = &machine->result.failures[machine->result.failure_count - 1];
    failure->who = base_strndup(who, strlen(who));
    failure->what = base_strndup(what, strlen(what));
    failure->place = place;
}

static void trace_failure(run_machine *machine, const cad_task *task, int code,
                          const cad_exception *exception, const char *where) {
    if (machine->trace != NULL)
        trace_stream_error(machine->trace, cad_loop_time(machine->loop), task,
                           prog_error_name(machine->program, code),
                           exception != NULL ? cad_exception_message(exception) : NULL, where);
}

/* The members of an ExceptionGroup, each on a line of its own. */
static void report_members(const run_machine *machine, const cad_exception *exception, int depth,
                           base_buffer *buffer) {
    size_t count = exception != NULL && depth < 8 ? cad_exception_count(exception) : 0;
    for (size_t i = 0; i < count; i++) {
        const cad_exception *member = cad_exception_at(exception, i);
        (void)base_buffer_format(buffer, "\n    %*s- ", depth * 2, "");
        (void)prog_error_show(machine->program, cad_exception_code(member), member, buffer);
        report_members(machine, member, depth + 1, buffer);
    }
}

void run_note_failure(run_machine *machine, const cad_task *task, const char *who, int code,
                      const cad_exception *exception, uint32_t at) {
    base_buffer what = {0}, where = {0}, members = {0};
    uint32_t place = place_of(machine, at);
    if (exception != NULL && cad_exception_code(exception) != code)
        exception = NULL;
    (void)prog_error_show(machine->program, code, exception, &what);
    format_place(machine, place, &where);
    report_members(machine, exception, 0, &members);
    const char *said = what.data != NULL ? what.data : "an exception";
    keep_failure(machine, who, said, place);
    trace_failure(machine, task, code, exception, where.data);
    bool kept = machine->result.failure_count <= RUN_FAILURES_KEPT;
    FILE *report = kept ? begin_report(machine) : NULL;
    if (report != NULL)
        fprintf(report, "%s%s%s%s: %s%s\n", where.data != NULL ? where.data : "",
                where.data != NULL ? ": " : "",
                task != NULL ? "exception never retrieved in " : "exception in ", who, said,
                members.data != NULL ? members.data : "");
    base_buffer_free(&what);
    base_buffer_free(&where);
    base_buffer_free(&members);
}

void run_note_end(run_machine *machine, const char *who, run_job *job, int result) {
    if (result < 0 && result != CAD_PENDING)
        run_note_failure(machine, NULL, who, result, cad_error_exception(), job->frame.pc);
}

void run_note_unretrieved(cad_future *future, int code, const cad_exception *exception,
                          void *context) {
    run_machine *machine = context;
    if (!run_is_task(future))
        return; /* a future of the document may fail without anybody asking */
    const run_job *job = cad_task_state(future);
    base_buffer who = {0};
    (void)base_buffer_format(&who, "task %s", cad_task_name(future));
    run_note_failure(machine, future, who.data != NULL ? who.data : "a task", code, exception,
                     job->frame.pc);
    base_buffer_free(&who);
}

/* --- Slow turns ------------------------------------------------------------------------------ */

void run_note_slow(run_machine *machine, uint32_t from, int64_t busy_ns) {
    const cad_task *task = cad_current_task();
    char busy[TIME_TEXT], at[TIME_TEXT];
    base_buffer where = {0};
    FILE *report = begin_report(machine);
    if (report == NULL)
        return;
    uint32_t pc = machine->busiest != PROG_NO_PC ? machine->busiest : from;
    format_place(machine, place_of(machine, pc), &where);
    fprintf(report, "%s%sslow: %s%s kept the loop busy for %s, until %s\n",
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

void run_note_running(const run_job *job) {
    run_machine *machine = job->machine;
    const cad_task *task = cad_current_task();
    base_buffer who = {0}, where = {0};
    (void)base_buffer_format(&who, "%s%s", task != NULL ? "task " : "",
                             task != NULL ? cad_task_name(task) : running_body(machine));
    machine->result.running = who.data;
    machine->result.running_place = place_of(machine, job->top->pc);
    FILE *report = begin_report(machine);
    if (report == NULL)
        return;
    format_place(machine, machine->result.running_place, &where);
    fprintf(report, "%s: still running: %s\n", where.data != NULL ? where.data : "somewhere",
            who.data != NULL ? who.data : "a task");
    base_buffer_free(&where);
}

/* --- Who waits for what ---------------------------------------------------------------------- */

enum { WIDTH = 80 };

/* A text whose lines are no longer than a terminal is wide, if its words are not. */
static void print_wrapped(FILE *report, const char *text, int indent) {
    int column = fprintf(report, "%*s", indent, "");
    for (const char *word = text; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        bool first = word == text;
        if (!first && column + 1 + length > WIDTH)
            column = fprintf(report, "\n%*s", indent + 4, "") - 1;
        else if (!first)
            column += fprintf(report, " ");
        column += fprintf(report, "%.*s", length, word);
        word += length;
        word += *word == ' ';
    }
    fputc('\n', report);
}

/* `, with at file.json:3:20`: the verb where it is not the one that was said. */
static int append_step(const run_machine *machine, const run_wait *wait, base_buffer *text) {
    if (wait->place == DOC_NOWHERE)
        return 0;
    bool said = wait->verb != NULL && strcmp(wait->verb, wait->step) == 0;
    int error = base_buffer_format(text, "%s%sat ", said ? "" : wait->step, said ? "" : " ");
    return error != 0 ? error : doc_format_position(machine->program->document, wait->place, text);
}

/* `job1 waits for lock a, held by job2 (acquire, since 1s, with at file.json:3:20)`. */
static int append_wait(const run_machine *machine, const run_wait *wait, base_buffer *text) {
    static const char *const standings[] = {[RUN_WAITS] = "waits for ",
                                            [RUN_SLEEPS] = "sleeps until ",
                                            [RUN_RUNS] = "does not wait",
                                            [RUN_NOT_BEGUN] = "has not begun"};
    int error = base_buffer_format(text, "%s %s", wait->task, standings[wait->standing]);
    if (error == 0 && wait->standing == RUN_WAITS)
        error = run_wait_words(wait, text);
    if (error == 0 && wait->standing == RUN_SLEEPS)
        error = run_append_time(text, wait->until_ns);
    if (error == 0 && wait->standing == RUN_NOT_BEGUN)
        return 0;
    error = error != 0 ? error : base_buffer_format(text, " (");
    if (error == 0 && wait->verb != NULL) {
        error = base_buffer_format(text, "%s, since ", wait->verb);
        error = error != 0 ? error : run_append_time(text, wait->since_ns);
        error = error != 0 ? error : base_buffer_format(text, ", ");
    }
    error = error != 0 ? error : append_step(machine, wait, text);
    return error != 0 ? error : base_buffer_format(text, ")");
}

/* `job2 took it at file.json:4:20 (with)`. */
static void print_taken(const run_machine *machine, FILE *report, const run_wait *wait,
                        const run_parties *parties, int indent) {
    for (size_t i = 0; i < parties->kept; i++) {
        const run_party *party = &parties->items[i];
        base_buffer text = {0};
        if (party->place == DOC_NOWHERE)
            continue;
        int error = base_buffer_format(&text, "%s took %s at ", party->name,
                                       wait->relation == RUN_TAKERS ? "an item" : "it");
        if (error == 0)
            error = doc_format_position(machine->program->document, party->place, &text);
        if (error == 0)
            error = base_buffer_format(&text, " (%s)%s%s", party->step,
                                       party->error != NULL ? " and ended with " : "",
                                       party->error != NULL ? party->error : "");
        if (error == 0)
            print_wrapped(report, text.data, indent);
        base_buffer_free(&text);
    }
}

static void print_wait(const run_machine *machine, FILE *report, const run_wait *wait) {
    base_buffer text = {0};
    if (append_wait(machine, wait, &text) == 0)
        print_wrapped(report, text.data, 2);
    print_taken(machine, report, wait, &wait->living, 6);
    print_taken(machine, report, wait, &wait->ended, 6);
    base_buffer_free(&text);
}

/* `circle: a -> b -> a`, those who stand in it, and all others that wait for one another with
 * them. */
static void print_circle(const run_machine *machine, FILE *report, const run_wait_list *ring) {
    const run_wait_list *tasks = &machine->result.waits.tasks;
    base_buffer text = {0};
    int error = base_buffer_format(&text, "circle:");
    for (size_t i = 0; i < ring->count && error == 0; i++)
        error = base_buffer_format(&text, " %s ->", ring->items[i].task);
    if (error == 0 && ring->left_out > 0)
        error = base_buffer_format(&text, " %" PRIu64 " more ->", ring->left_out);
    if (error == 0 && base_buffer_format(&text, " %s", ring->items[0].task) == 0)
        print_wrapped(report, text.data, 0);
    base_buffer_free(&text);
    for (size_t i = 0; i < ring->count; i++)
        print_wait(machine, report, &ring->items[i]);
    for (size_t i = 0; i < tasks->count; i++)
        if (tasks->items[i].circle == ring->items[0].circle && !tasks->items[i].on_ring)
            print_wait(machine, report, &tasks->items[i]);
}

/* Those who stand in no circle that was told of; `behind`: who waits for one. */
static uint64_t print_others(const run_machine *machine, FILE *report, bool behind,
                             const char *title) {
    const run_waits *waits = &machine->result.waits;
    uint64_t printed = 0;
    for (size_t i = 0; i < waits->tasks.count; i++) {
        const run_wait *wait = &waits->tasks.items[i];
        bool told = wait->circle != 0 && wait->circle <= waits->ring_count;
        if (told || (wait->behind != 0) != behind)
            continue;
        if (printed++ == 0 && waits->ring_count > 0)
            fprintf(report, "%s:\n", title);
        print_wait(machine, report, wait);
    }
    return printed;
}

static void print_waits(const run_machine *machine, FILE *report) {
    const run_waits *waits = &machine->result.waits;
    for (size_t i = 0; i < waits->ring_count; i++)
        print_circle(machine, report, &waits->rings[i]);
    if (waits->more_rings > 0)
        fprintf(report, "... and %" PRIu64 " more circles\n", waits->more_rings);
    (void)print_others(machine, report, true, "waiting for a circle");
    (void)print_others(machine, report, false, "beside that");
    if (waits->tasks.left_out > 0)
        fprintf(report, "  ... and %" PRIu64 " more tasks\n", waits->tasks.left_out);
}

void run_report_waits(run_machine *machine, const run_survey *survey, enum run_outcome outcome) {
    run_waits *waits = &machine->result.waits;
    run_survey_keep(survey, waits);
    FILE *report = waits->task_count > 0 ? begin_report(machine) : NULL;
    base_buffer time = {0};
    if (report != NULL && run_append_time(&time, cad_loop_time(machine->loop)) == 0) {
        if (outcome == RUN_DEADLOCK)
            fprintf(report, "deadlock at %s: nothing can wake the tasks that remain\n", time.data);
        else
            fprintf(report, "%s at %s: %" PRIu64 " task%s not ended\n", run_outcome_name(outcome),
                    time.data, waits->task_count, waits->task_count == 1 ? " has" : "s have");
        print_waits(machine, report);
    }
    base_buffer_free(&time);
}
