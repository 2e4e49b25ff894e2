/* What is said about a run that does not go well. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/interpreter.h"
#include "scenario/machine.h"
#include "scenario/number.h"
#include "trace/writer.h"

/* --- Words ----------------------------------------------------------------------------------- */

#define TIME_TEXT (SIM_NUMBER_TEXT + 1)

/* `1.5s`; the caller's buffer is returned. */
static const char *show_time(int64_t time_ns, char text[TIME_TEXT]) {
    size_t length = sim_number_format((double)time_ns / 1e9, text);
    text[length] = 's';
    text[length + 1] = '\0';
    return text;
}

static uint32_t place_of(const sim_machine *machine, uint32_t pc) {
    return pc < machine->program->code_count ? machine->program->code[pc].place : SIM_NOWHERE;
}

static void format_place(const sim_machine *machine, uint32_t place, sim_buffer *buffer) {
    if (place != SIM_NOWHERE)
        (void)sim_document_format_place(machine->program->document, place, buffer);
}

/* --- Failures -------------------------------------------------------------------------------- */

static void keep_failure(sim_machine *machine, const char *who, const char *what, uint32_t place) {
    if (machine->failure_count++ >= SIM_FAILURES_KEPT)
        return;
    sim_failure *failure = &machine->failures[machine->failure_count - 1];
    failure->who = sim_strndup(who, strlen(who));
    failure->what = sim_strndup(what, strlen(what));
    failure->place = place;
}

static void trace_failure(sim_machine *machine, const cad_task *task, int code,
                          const cad_exception *exception, const char *where) {
    if (machine->writer != NULL)
        sim_trace_writer_error(machine->writer, cad_loop_time(machine->loop), task,
                               sim_program_error_name(machine->program, code),
                               exception != NULL ? cad_exception_message(exception) : NULL, where);
}

/* The members of an ExceptionGroup, each on a line of its own. */
static void report_members(const sim_machine *machine, const cad_exception *exception, int depth,
                           sim_buffer *buffer) {
    size_t count = exception != NULL && depth < 8 ? cad_exception_count(exception) : 0;
    for (size_t i = 0; i < count; i++) {
        const cad_exception *member = cad_exception_at(exception, i);
        (void)sim_buffer_format(buffer, "\n    %*s- ", depth * 2, "");
        (void)sim_error_show(machine->program, cad_exception_code(member), member, buffer);
        report_members(machine, member, depth + 1, buffer);
    }
}

void sim_note_failure(sim_machine *machine, const cad_task *task, const char *who, int code,
                      const cad_exception *exception, uint32_t at) {
    FILE *report = machine->options->report;
    sim_buffer what = {0}, where = {0}, members = {0};
    uint32_t place = place_of(machine, at);
    if (exception != NULL && cad_exception_code(exception) != code)
        exception = NULL;
    (void)sim_error_show(machine->program, code, exception, &what);
    format_place(machine, place, &where);
    report_members(machine, exception, 0, &members);
    const char *said = what.data != NULL ? what.data : "an exception";
    keep_failure(machine, who, said, place);
    trace_failure(machine, task, code, exception, where.data);
    sim_speak(machine);
    if (report != NULL && machine->failure_count <= SIM_FAILURES_KEPT)
        fprintf(report, "%s%s%s%s: %s%s\n", where.data != NULL ? where.data : "",
                where.data != NULL ? ": " : "",
                task != NULL ? "exception never retrieved in " : "exception in ", who, said,
                members.data != NULL ? members.data : "");
    sim_buffer_free(&what);
    sim_buffer_free(&where);
    sim_buffer_free(&members);
}

void sim_note_unretrieved(cad_future *future, int code, const cad_exception *exception,
                          void *context) {
    sim_machine *machine = context;
    if (!sim_is_task(future))
        return; /* a future of the document may fail without anybody asking */
    const sim_job *job = cad_task_state(future);
    sim_buffer who = {0};
    (void)sim_buffer_format(&who, "task %s", cad_task_name(future));
    sim_note_failure(machine, future, who.data != NULL ? who.data : "a task", code, exception,
                     job->frame.pc);
    sim_buffer_free(&who);
}

/* --- Slow turns ------------------------------------------------------------------------------ */

void sim_note_slow(sim_machine *machine, uint32_t from, int64_t busy_ns) {
    FILE *report = machine->options->report;
    const cad_task *task = cad_current_task();
    char busy[TIME_TEXT], at[TIME_TEXT];
    sim_buffer where = {0};
    if (report == NULL)
        return;
    uint32_t pc = machine->busiest != SIM_NO_PC ? machine->busiest : from;
    format_place(machine, place_of(machine, pc), &where);
    sim_speak(machine);
    fprintf(report, "%s%sslow: %s%s kept the loop busy for %s, until %s\n",
            where.data != NULL ? where.data : "", where.data != NULL ? ": " : "",
            task != NULL ? "task " : "a callback", task != NULL ? cad_task_name(task) : "",
            show_time(busy_ns, busy), show_time(cad_loop_time(machine->loop), at));
    sim_buffer_free(&where);
}

/* --- Deadlock -------------------------------------------------------------------------------- */

enum { TASKS_SHOWN = 50, CYCLES_SHOWN = 5 };

/* `lock b`; `gather-6`, where the name is the type's and a number. */
static void describe(const void *object, sim_buffer *buffer) {
    cad_object_info info;
    cad_object_describe(object, &info);
    size_t length = strlen(info.type);
    bool named = strncmp(info.name, info.type, length) != 0 || info.name[length] != '-';
    (void)sim_buffer_format(buffer, "%s%s%s", named ? info.type : "", named ? " " : "", info.name);
}

/* What a task waits for, `lock b, held by job2`; returns who that leads to. */
static const cad_task *describe_wait(const cad_wait_info *wait, sim_buffer *buffer) {
    if (wait->task != NULL) {
        (void)sim_buffer_format(buffer, "%s", cad_task_name(wait->task));
        return wait->task;
    }
    if (wait->object != NULL)
        describe(wait->object, buffer);
    else
        (void)sim_buffer_format(buffer, "%s", wait->verb);
    if (wait->holder != NULL)
        (void)sim_buffer_format(buffer, ", held by %s%s", cad_task_name(wait->holder),
                                cad_future_done(wait->holder) ? ", which has ended" : "");
    return wait->holder;
}

static void report_task(FILE *report, const cad_task *task, sim_buffer *buffer) {
    cad_wait_info wait;
    char since[TIME_TEXT];
    if (!cad_task_waiting(task, &wait))
        return;
    sim_buffer_clear(buffer);
    (void)describe_wait(&wait, buffer);
    fprintf(report, "  %s waits for %s (%s, since %s)\n", cad_task_name(task),
            buffer->data != NULL ? buffer->data : "", wait.verb, show_time(wait.since_ns, since));
}

/* Who a task waits for; NULL: nobody in particular. */
static const cad_task *next_of(const cad_task *task) {
    cad_wait_info wait;
    if (!cad_task_waiting(task, &wait))
        return NULL;
    return wait.task != NULL ? wait.task : wait.holder;
}

static void report_cycle(FILE *report, const cad_task *first, sim_buffer *buffer) {
    const cad_task *task = first;
    cad_wait_info wait;
    sim_buffer_clear(buffer);
    (void)sim_buffer_format(buffer, "%s waits for ", cad_task_name(first));
    while (cad_task_waiting(task, &wait)) {
        task = describe_wait(&wait, buffer);
        if (task == first || task == NULL)
            break;
        (void)sim_buffer_format(buffer, ", which waits for ");
    }
    fprintf(report, "  cycle: %s\n", buffer->data != NULL ? buffer->data : "");
}

/* Follows each task to whom it waits for, and on; a walk that comes back to itself is a cycle.
 * `marks` says, by task, which walk has been there. */
static void report_cycles(sim_machine *machine, uint32_t *marks, sim_buffer *buffer) {
    FILE *report = machine->options->report;
    uint32_t walk = 0;
    int found = 0;
    for (const cad_task *from = cad_loop_first_task(machine->loop);
         from != NULL && found < CYCLES_SHOWN;
         from = cad_loop_next_task(machine->loop, (cad_task *)(uintptr_t)from)) {
        const cad_task *task = from;
        walk++;
        while (task != NULL && marks[cad_task_id(task)] == 0) {
            marks[cad_task_id(task)] = walk;
            task = next_of(task);
        }
        if (task != NULL && marks[cad_task_id(task)] == walk) {
            report_cycle(report, task, buffer);
            found++;
        }
    }
}

void sim_report_deadlock(sim_machine *machine) {
    FILE *report = machine->options->report;
    sim_buffer buffer = {0};
    char now[TIME_TEXT];
    uint64_t count = 0;
    if (report == NULL)
        return;
    sim_speak(machine);
    fprintf(report, "deadlock at %s: nothing can wake the tasks that remain\n",
            show_time(cad_loop_time(machine->loop), now));
    for (cad_task *task = cad_loop_first_task(machine->loop); task != NULL;
         task = cad_loop_next_task(machine->loop, task))
        if (count++ < TASKS_SHOWN)
            report_task(report, task, &buffer);
    if (count > TASKS_SHOWN)
        fprintf(report, "  ... and %" PRIu64 " more tasks\n", count - TASKS_SHOWN);
    uint32_t *marks = sim_zalloc((size_t)machine->task_count + 1, sizeof *marks);
    if (marks != NULL)
        report_cycles(machine, marks, &buffer);
    sim_free(marks);
    sim_buffer_free(&buffer);
}
