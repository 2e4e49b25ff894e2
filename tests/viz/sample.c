/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

#include "trace/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(struct sample *sample, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void append(struct sample *sample, const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert_true(length > 0 && (size_t)length < sizeof line);
    if (sample->length + (size_t)length + 1 > sample->capacity) {
        sample->capacity = (sample->capacity + sizeof line) * 2;
        sample->text = realloc(sample->text, sample->capacity);
        assert_non_null(sample->text);
    }
    memcpy(sample->text + sample->length, line, (size_t)length + 1);
    sample->length += (size_t)length;
}

static void event(struct sample *sample, const char *phase, int tid, int64_t time_ns,
                  const char *category, const char *name, const char *rest) {
    append(sample,
           ",\n{\"ph\":\"%s\",\"ts\":%" PRId64 ".%03" PRId64
           ",\"pid\":1,\"tid\":%d,\"cat\":\"%s\",\"name\":\"%s\"%s}",
           phase, time_ns / 1000, time_ns % 1000, tid, category, name, rest);
}

void sample_begin(struct sample *sample, const char *scenario) {
    *sample = (struct sample){.scenario = scenario, .next_wake = 1};
    append(sample,
           "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":1,"
           "\"scenario\":\"%s\",\"clock\":\"virtual\",\"seed\":7}}",
           scenario);
    append(sample, ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"thread_name\","
                   "\"args\":{\"name\":\"loop\"}}");
    event(sample, "B", 1, 0, "loop", scenario, "");
}

void sample_task(struct sample *sample, int tid, int64_t time_ns, const char *name) {
    append(sample,
           ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"name\":\"thread_name\","
           "\"args\":{\"name\":\"%s\"}}",
           tid, name);
    append(sample,
           ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"name\":\"thread_sort_index\","
           "\"args\":{\"sort_index\":%d}}",
           tid, tid);
    event(sample, "B", tid, time_ns, "task", name, "");
}

void sample_slice(struct sample *sample, char phase, int tid, int64_t time_ns, const char *category,
                  const char *name, const char *args) {
    char rest[256] = "";
    if (args != NULL)
        snprintf(rest, sizeof rest, ",\"args\":{%s}", args);
    event(sample, (char[]){phase, '\0'}, tid, time_ns, category, name, rest);
}

void sample_wake(struct sample *sample, int from, int to, int64_t time_ns, const char *wait) {
    char rest[64];
    snprintf(rest, sizeof rest, ",\"id\":%" PRId64, sample->next_wake);
    event(sample, "s", from, time_ns, "wake", "wake", rest);
    snprintf(rest, sizeof rest, ",\"id\":%" PRId64 ",\"bp\":\"e\"", sample->next_wake++);
    event(sample, "f", to, time_ns, "wake", "wake", rest);
    event(sample, "E", to, time_ns, "wait", wait, "");
}

void sample_instant(struct sample *sample, int tid, int64_t time_ns, const char *category,
                    const char *name) {
    event(sample, "i", tid, time_ns, category, name, ",\"s\":\"t\"");
}

void sample_counter(struct sample *sample, int64_t time_ns, const char *name, const char *key,
                    int value) {
    char rest[64];
    snprintf(rest, sizeof rest, ",\"args\":{\"%s\":%d}", key, value);
    event(sample, "C", 1, time_ns, "object", name, rest);
}

void sample_cut(struct sample *sample) {
    char message[TRACE_MESSAGE_SIZE] = "";
    int error = trace_read_memory("sample", sample->text, sample->length, &sample->trace, message);
    if (error != 0)
        print_error("%s\n", message);
    assert_int_equal(error, 0);
    assert_int_equal(viz_model_new(sample->trace, "folder/sample.json", &sample->model), 0);
}

void sample_end(struct sample *sample, int64_t time_ns, const char *outcome) {
    char rest[64];
    snprintf(rest, sizeof rest, ",\"args\":{\"outcome\":\"%s\"}", outcome);
    event(sample, "E", 1, time_ns, "loop", sample->scenario, rest);
    append(sample, "\n]\n");
    sample_cut(sample);
    assert_true(sample->trace->complete);
}

void sample_foreign(struct sample *sample, const char *text) {
    *sample = (struct sample){0};
    append(sample, "%s", text);
    sample_cut(sample);
}

void sample_free(struct sample *sample) {
    viz_model_free(sample->model);
    trace_model_free(sample->trace);
    free(sample->text);
    *sample = (struct sample){0};
}

/* --- Whole traces ---------------------------------------------------------------------------- */

struct job {
    int begin; /* seconds */
    int length;
    int woken_by;
};

static const struct job jobs[] = {{0, 1, -1}, {0, 2, -1}, {0, 3, -1}, {0, 1, -1},
                                  {1, 2, 0},  {1, 3, 3},  {2, 1, 1},  {3, 2, 2}};
enum { JOBS = sizeof jobs / sizeof jobs[0] };

static void span(struct sample *sample, char phase, int job, int *open) {
    char name[64];
    int at = jobs[job].begin + (phase == 'E' ? jobs[job].length : 0);
    snprintf(name, sizeof name, "job%d - duration %d", job, jobs[job].length);
    if (phase == 'E')
        sample_instant(sample, job + 2, at * SAMPLE_SECOND, "print", name);
    sample_slice(sample, phase, job + 2, at * SAMPLE_SECOND, "span", name, NULL);
    *open += phase == 'B' ? 1 : -1;
    sample_counter(sample, at * SAMPLE_SECOND, "spans", "open", *open);
}

void sample_window(struct sample *sample) {
    int open = 0;
    sample_begin(sample, "window");
    for (int i = 0; i < JOBS; i++) {
        char name[16];
        snprintf(name, sizeof name, "job%d", i);
        sample_task(sample, i + 2, 0, name);
        if (jobs[i].begin == 0)
            span(sample, 'B', i, &open);
        else
            sample_slice(sample, 'B', i + 2, 0, "wait", "put window", "\"size\":4,\"maxsize\":4");
    }
    for (int second = 1; second <= 5; second++) {
        for (int i = 0; i < JOBS; i++) {
            if (jobs[i].begin + jobs[i].length != second)
                continue;
            char name[16];
            snprintf(name, sizeof name, "job%d", i);
            span(sample, 'E', i, &open);
            for (int k = 0; k < JOBS; k++)
                if (jobs[k].woken_by == i)
                    sample_wake(sample, i + 2, k + 2, second * SAMPLE_SECOND, "put window");
            sample_slice(sample, 'E', i + 2, second * SAMPLE_SECOND, "task", name,
                         "\"outcome\":\"returned\"");
        }
        for (int i = 0; i < JOBS; i++)
            if (jobs[i].begin == second)
                span(sample, 'B', i, &open);
    }
    sample_end(sample, 5 * SAMPLE_SECOND, "complete");
}

void sample_deadlock(struct sample *sample) {
    static const char pending[] = "\"outcome\":\"pending\"";
    sample_begin(sample, "two locks");
    for (int i = 0; i < 2; i++) {
        sample_task(sample, i + 2, 0, i == 0 ? "job1" : "job2");
        sample_slice(sample, 'B', i + 2, 0, "span", i == 0 ? "hold a" : "hold b", NULL);
    }
    sample_slice(sample, 'B', 2, SAMPLE_SECOND, "wait", "acquire b", "\"owner\":\"job2\"");
    sample_slice(sample, 'B', 3, 2 * SAMPLE_SECOND, "wait", "acquire a", "\"owner\":\"job1\"");
    for (int i = 0; i < 2; i++) {
        int64_t end = 2 * SAMPLE_SECOND;
        sample_slice(sample, 'E', i + 2, end, "wait", i == 0 ? "acquire b" : "acquire a", pending);
        sample_slice(sample, 'E', i + 2, end, "span", i == 0 ? "hold a" : "hold b", pending);
        sample_slice(sample, 'E', i + 2, end, "task", i == 0 ? "job1" : "job2", pending);
    }
    sample_end(sample, 2 * SAMPLE_SECOND, "deadlock");
}

void sample_busy(struct sample *sample, int spans, int64_t length_ns) {
    sample_begin(sample, "busy");
    sample_task(sample, 2, 0, "worker");
    for (int i = 0; i < spans; i++) {
        sample_slice(sample, 'B', 2, 2 * i * length_ns, "span", "work", NULL);
        sample_slice(sample, 'E', 2, (2 * i + 1) * length_ns, "span", "work", NULL);
    }
    int64_t end = 2 * spans * length_ns;
    sample_slice(sample, 'E', 2, end, "task", "worker", "\"outcome\":\"returned\"");
    sample_end(sample, end, "complete");
}

void sample_relay(struct sample *sample, int seconds) {
    int tasks = 2 * seconds;
    sample_begin(sample, "relay");
    for (int i = 0; i < tasks; i++) {
        sample_task(sample, i + 2, 0, "runner");
        if (i >= 2)
            sample_slice(sample, 'B', i + 2, 0, "wait", "get baton", NULL);
    }
    for (int i = 0; i < tasks; i++) {
        int64_t begin = i / 2 * SAMPLE_SECOND;
        sample_slice(sample, 'B', i + 2, begin, "span", "run", NULL);
        if (i % 2 == 0)
            continue;
        for (int runner = i - 1; runner <= i; runner++) {
            int64_t end = begin + SAMPLE_SECOND;
            sample_slice(sample, 'E', runner + 2, end, "span", "run", NULL);
            if (runner + 2 < tasks)
                sample_wake(sample, runner + 2, runner + 4, end, "get baton");
            sample_slice(sample, 'E', runner + 2, end, "task", "runner", NULL);
        }
    }
    sample_end(sample, seconds * SAMPLE_SECOND, "complete");
}

void sample_lanes(struct sample *sample, int lanes) {
    sample_begin(sample, "lanes");
    for (int i = 0; i < lanes; i++) {
        char name[32];
        snprintf(name, sizeof name, "task-%d", i);
        sample_task(sample, i + 2, 0, name);
        sample_slice(sample, 'B', i + 2, 0, "span", name, NULL);
    }
    for (int i = 0; i < lanes; i++) {
        char name[32];
        snprintf(name, sizeof name, "task-%d", i);
        sample_slice(sample, 'E', i + 2, SAMPLE_SECOND, "span", name, NULL);
        sample_slice(sample, 'E', i + 2, SAMPLE_SECOND, "task", name, "\"outcome\":\"returned\"");
    }
    sample_end(sample, SAMPLE_SECOND, "complete");
}
