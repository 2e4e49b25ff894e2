/* Runs scenarios and compares the events that their runs told with those that are read from the
 * traces that they left.
 *
 *     events FOLDER ... --real FOLDER ...
 *
 * Each NAME.json of the folders is run twice, with details and without, and leaves one trace
 * as it is and one that is packed; those behind --real under the real clock, with leave to do what
 * they do outside. All of them together have events of every kind.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/limit.h"
#include "base/text.h"
#include "program/load.h"
#include "run/machine.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"
#include "trace/reader.h"
#include "trace/stream.h"

/* --- Events, written down --------------------------------------------------------------------- */

/* A line for each event: all of it but where it was read. */
struct recorder {
    struct trace_consumer consumer;
    base_buffer text;
};

/* As a trace has it: a byte that is no UTF-8 is U+FFFD there. */
static int put_text(base_buffer *to, struct trace_string string) {
    int error = base_buffer_append(to, " \"", 2);
    for (size_t at = 0; at < string.length && error == 0;) {
        const char *from = string.text + at;
        size_t size = base_utf8_length((const unsigned char *)from, string.length - at);
        bool fine = size > 0 && *from != '\0';
        error =
            fine ? base_buffer_append(to, from, size) : base_buffer_append(to, "\xEF\xBF\xBD", 3);
        at += size > 0 ? size : 1;
    }
    return error == 0 ? base_buffer_append(to, "\"", 1) : error;
}

static int put_fields(base_buffer *to, const struct trace_event *event, enum trace_type type) {
    int error = 0;
    for (size_t i = 0; i < event->field_count && error == 0; i++) {
        const struct trace_field *field = &event->fields[i];
        error = put_text(to, field->key);
        if (error == 0)
            error = type == TRACE_TYPE_TEXTS ? put_text(to, field->text)
                                             : base_buffer_format(to, ":%" PRId64, field->number);
    }
    return error;
}

static int put_argument(base_buffer *to, const struct trace_event *event, int index) {
    const struct trace_argument_row *row = &trace_arguments[index];
    const struct trace_argument *argument = &event->args[index];
    int error = base_buffer_format(to, " %s:", row->key);
    if (row->type == TRACE_TYPE_STATE || row->type == TRACE_TYPE_TEXTS)
        return error == 0 ? put_fields(to, event, row->type) : error;
    if (error == 0 && row->type != TRACE_TYPE_TEXT)
        error = base_buffer_format(to, "%" PRId64, argument->number);
    if (error == 0 && (row->type == TRACE_TYPE_TEXT || row->type == TRACE_TYPE_TASK))
        error = put_text(to, argument->text);
    return error;
}

static uint64_t kinds[TRACE_KIND_COUNT]; /* how many of each */

static int record(struct trace_consumer *consumer, const struct trace_event *event) {
    kinds[event->kind]++;
    base_buffer *to = &((struct recorder *)consumer)->text;
    int error = base_buffer_format(
        to, "%" PRIu64 " kind %d '%c' at %" PRId64 " pid %" PRId64 " tid %" PRId64 " id %" PRIu64,
        event->ordinal, event->kind, event->phase, event->time_ns, event->pid, event->tid,
        event->id);
    if (error == 0)
        error = put_text(to, event->name);
    for (int i = 0; i < TRACE_ARG_COUNT && error == 0; i++)
        if (trace_has(event, (enum trace_argument_index)i))
            error = put_argument(to, event, i);
    return error == 0 ? base_buffer_append(to, "\n", 1) : error;
}

/* --- Running --------------------------------------------------------------------------------- */

static bool real; /* the clock */

/* Runs a program with a trace at `path`, and writes down what the trace was told. */
static bool run_traced(const prog_program *program, const char *path, bool detail,
                       struct recorder *told) {
    run_lines lines;
    run_machine *machine = NULL;
    struct trace_stream *stream = NULL;
    FILE *output = tmpfile();
    if (output == NULL || run_lines_open(&lines, fileno(output)) != 0)
        return false;
    const run_machine_options options = {.real = real,
                                         .leave = {.exec = true, .net = true, .folder = "."},
                                         .slow_ns = CAD_NEVER,
                                         .max_steps = 50 * 1000 * 1000,
                                         .max_still = RUN_MAX_STILL,
                                         .max_tasks = 1000 * 1000,
                                         .max_time_ns = RUN_MAX_TIME_NS,
                                         .lines = &lines};
    bool fine = run_machine_new(program, &options, &machine) == 0;
    if (fine) {
        struct trace_override override = {"width", "\"2\\ "};
        struct trace_header header = {.scenario = program->name,
                                      .clock = real ? "real" : "virtual",
                                      .seed = machine->result.seed,
                                      .overrides = &override,
                                      .override_count = 1,
                                      .until_ns = machine->until_ns,
                                      .detail = detail};
        fine = trace_stream_new(&header, &stream) == 0;
        if (fine) {
            trace_stream_add(stream, &told->consumer);
            fine = trace_stream_write(stream, path) == 0;
        }
        if (fine) {
            run_machine_trace(machine, stream);
            run_machine_run(machine);
            fine = machine->result.outcome != RUN_BROKEN;
        }
    }
    fine = run_lines_close(&lines) == 0 && fine;
    run_machine_free(machine);
    trace_stream_free(stream);
    (void)fclose(output);
    return fine;
}

/* --- Comparing ------------------------------------------------------------------------------- */

static bool same(const char *name, const char *told, const char *read) {
    while (*told != '\0' || *read != '\0') {
        size_t told_length = strcspn(told, "\n"), read_length = strcspn(read, "\n");
        if (told_length != read_length || memcmp(told, read, told_length) != 0) {
            fprintf(stderr, "%s: an event was told, and another one read\n  - %.*s\n  + %.*s\n",
                    name, (int)told_length, told, (int)read_length, read);
            return false;
        }
        told += told_length + (told[told_length] == '\n');
        read += read_length + (read[read_length] == '\n');
    }
    return true;
}

static bool check_trace(const prog_program *program, const char *name, const char *path,
                        bool detail) {
    struct recorder told = {.consumer = {.take = record}}, read = {.consumer = {.take = record}};
    char message[TRACE_MESSAGE_SIZE];
    bool complete = false;
    bool fine =
        base_buffer_append(&told.text, "", 0) == 0 && base_buffer_append(&read.text, "", 0) == 0;
    if (fine && !run_traced(program, path, detail, &told)) {
        fprintf(stderr, "%s: could not be run\n", name);
        fine = false;
    }
    if (fine && (trace_read_events(path, &read.consumer, &complete, message) != 0 || !complete)) {
        fprintf(stderr, "%s: %s\n", name, message);
        fine = false;
    }
    fine = fine && same(name, told.text.data, read.text.data);
    base_buffer_free(&told.text);
    base_buffer_free(&read.text);
    (void)unlink(path);
    return fine;
}

static bool check(const char *scenario, const char *name) {
    const char *folder = getenv("TMPDIR");
    char path[512];
    prog_program *program;
    bool fine = prog_load(scenario, &step_language, &program) == 0;
    if (!fine)
        fprintf(stderr, "%s: could not be loaded\n", name);
    for (int i = 0; i < 2 && fine; i++) {
        (void)snprintf(path, sizeof path, "%s/cadran-events-%ld%s",
                       folder != NULL ? folder : "/tmp", (long)getpid(), i == 0 ? "" : ".gz");
        fine = check_trace(program, name, path, i == 0);
    }
    prog_free(program);
    return fine;
}

/* A row of the table that no run tells is forgotten where it should be told. */
static int count_untold(void) {
    int untold = 0;
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++) {
        const struct trace_kind_row *row = &trace_kinds[kind];
        if (kinds[kind] > 0 || kind == TRACE_FAULT) /* no scenario injects one yet */
            continue;
        fprintf(stderr, "no run has an event '%c' %s: %s\n", row->phase,
                trace_categories[row->category], row->meaning);
        untold++;
    }
    return untold;
}

static bool is_scenario(const char *name) {
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0 &&
           strcmp(name, "schema.json") != 0 && strstr(name, ".trace.json") == NULL;
}

int main(int argc, char **argv) {
    int failed = 0, count = 0;
    run_process_start(BASE_UNLIMITED);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--real") == 0) {
            real = true;
            continue;
        }
        DIR *folder = opendir(argv[i]);
        if (folder == NULL) {
            fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
            return 2;
        }
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            char path[512];
            if (!is_scenario(entry->d_name))
                continue;
            (void)snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            failed += !check(path, entry->d_name);
            count++;
        }
        (void)closedir(folder);
    }
    failed += count_untold();
    printf("%d scenarios, of which %d left another trace than was told\n", count, failed);
    return failed > 0 || count == 0;
}
