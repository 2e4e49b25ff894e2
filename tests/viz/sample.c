/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

#include "../support/files_test.h"
#include "trace/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DOCUMENT_SIZE = 8192, COMMAND_SIZE = 1024 };

static void read_sample(struct sample *sample) {
    char message[TRACE_MESSAGE_SIZE] = "";
    int error = trace_read_memory("sample", sample->text, sample->length, &sample->trace, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    assert_int_equal(viz_model_new(sample->trace, "folder/sample.json", &sample->model), 0);
}

/* Whatever becomes of the run, there must be a trace of it. */
void sample_scenario(struct sample *sample, const char *options, const char *file) {
    char folder[] = "/tmp/cadran-sample-XXXXXX";
    char trace[64];
    char command[COMMAND_SIZE];
    assert_non_null(mkdtemp(folder));
    snprintf(trace, sizeof trace, "%s/trace.json", folder);
    int length = snprintf(command, sizeof command, "'%s' run --trace '%s' %s '%s' >'%s/log' 2>&1",
                          SAMPLE_CADRAN, trace, options, file, folder);
    assert_true(length > 0 && (size_t)length < sizeof command);
    int status = system(command);
    bool written = access(trace, R_OK) == 0;
    if (!written)
        print_error("%s: status %d; see %s/log\n", command, status, folder);
    assert_true(written);
    *sample = (struct sample){0};
    sample->text = files_read(trace, &sample->length);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    read_sample(sample);
    assert_true(sample->trace->complete);
}

static void double_quotes(char *text) {
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
}

void sample_run(struct sample *sample, const char *options, const char *document, ...) {
    char text[DOCUMENT_SIZE];
    va_list arguments;
    va_start(arguments, document);
    int length = vsnprintf(text, sizeof text, document, arguments);
    va_end(arguments);
    assert_true(length > 0 && (size_t)length < sizeof text);
    double_quotes(text);
    char path[] = "/tmp/cadran-scenario-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, (size_t)length), length);
    close(fd);
    sample_scenario(sample, options, path);
    unlink(path);
}

static void drop_models(struct sample *sample) {
    viz_model_free(sample->model);
    trace_model_free(sample->trace);
}

void sample_cut(struct sample *sample, const char *text) {
    char *at = strstr(sample->text, text);
    assert_non_null(at);
    drop_models(sample);
    *at = '\0';
    sample->length = (size_t)(at - sample->text);
    read_sample(sample);
    assert_false(sample->trace->complete);
}

void sample_replace(struct sample *sample, const char *text, const char *other) {
    size_t length = strlen(text);
    assert_int_equal(length, strlen(other));
    char *at = strstr(sample->text, text);
    assert_non_null(at);
    drop_models(sample);
    for (; at != NULL; at = strstr(at + length, text))
        memcpy(at, other, length);
    read_sample(sample);
}

void sample_text(struct sample *sample, const char *text) {
    *sample = (struct sample){.length = strlen(text)};
    sample->text = malloc(sample->length + 1);
    assert_non_null(sample->text);
    memcpy(sample->text, text, sample->length + 1);
    double_quotes(sample->text);
    read_sample(sample);
}

void sample_free(struct sample *sample) {
    drop_models(sample);
    free(sample->text);
    *sample = (struct sample){0};
}

void sample_compare(struct sample_pair *both) {
    const struct cmp_source sources[CMP_SIDES] = {
        {.name = "before", .data = both->before.text, .size = both->before.length},
        {.name = "after", .data = both->after.text, .size = both->after.length}};
    const struct cmp_settings settings = {.level = CMP_LEVEL_ORDER, .read_equal = true};
    char message[CMP_MESSAGE_SIZE];
    int error = cmp_compare(sources, &settings, &both->result, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    assert_int_equal(viz_pair_new(both->result, both->before.model, both->after.model, &both->pair),
                     0);
}

void sample_pair_free(struct sample_pair *both) {
    viz_pair_free(both->pair);
    cmp_free(both->result);
    sample_free(&both->before);
    sample_free(&both->after);
}

/* --- Whole traces ---------------------------------------------------------------------------- */

void sample_window(struct sample *sample) {
    sample_scenario(sample, "--seed 7", SAMPLE_SCENARIOS "/window.json");
}

void sample_deadlock(struct sample *sample) {
    sample_run(sample, "",
               "{'cadran': 1, 'name': 'two locks',"
               " 'objects': {'a': {'type': 'lock'}, 'b': {'type': 'lock'}},"
               " 'tasks': ["
               "  {'name': 'job1', 'do': [{'span': 'hold a', 'do':"
               "   [{'acquire': 'a'}, {'sleep': 1}, {'acquire': 'b'}]}]},"
               "  {'name': 'job2', 'do': [{'span': 'hold b', 'do':"
               "   [{'acquire': 'b'}, {'sleep': 2}, {'acquire': 'a'}]}]}]}");
}

void sample_busy(struct sample *sample, int spans, int64_t length_ns) {
    sample_run(sample, "",
               "{'cadran': 1, 'name': 'busy', 'tasks': [{'name': 'worker', 'do': ["
               " {'repeat': %d, 'do': ["
               "  {'span': 'work', 'do': [{'sleep': '%" PRId64 "ns'}]},"
               "  {'sleep': '%" PRId64 "ns'}]}]}]}",
               spans, length_ns, length_ns);
}

void sample_relay(struct sample *sample, int seconds) {
    sample_run(sample, "",
               "{'cadran': 1, 'name': 'relay',"
               " 'objects': {'left': {'type': 'queue'}, 'right': {'type': 'queue'}},"
               " 'tasks': [{'name': 'runner{i}', 'count': %d, 'do': ["
               "  {'if': 'i >= 2 and i %% 2 == 0', 'then': [{'get': 'left'}]},"
               "  {'if': 'i >= 2 and i %% 2 == 1', 'then': [{'get': 'right'}]},"
               "  {'span': 'run', 'do': [{'sleep': 1}]},"
               "  {'if': 'i %% 2 == 0', 'then': [{'put': 'left'}], 'else': [{'put': 'right'}]}]}]}",
               2 * seconds);
}

void sample_lanes(struct sample *sample, int lanes) {
    sample_run(sample, "",
               "{'cadran': 1, 'name': 'lanes', 'tasks': ["
               " {'name': 'task-{i}', 'count': %d, 'do':"
               "  [{'span': 'task-{i}', 'do': [{'sleep': 1}]}]}]}",
               lanes);
}
