#include "trace/reader.h"

#include "base/memory.h"
#include "cadran.h"
#include "trace/build.h"
#include "trace/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_SIZE = 256 * 1024 };

/* A file, or memory, of which a piece is in the buffer, with zeroes after it. */
struct input {
    int fd; /* -1: memory */
    const char *memory;
    size_t memory_left;
    char *buffer;
    size_t capacity; /* without the zeroes */
    const char *at;  /* what comes next */
    const char *end;
    uint64_t offset; /* in the file, of the buffer's first byte */
    uint64_t line;   /* of `at` */
    bool at_end;     /* nothing follows the buffer */
};

struct reader {
    struct input input;
    struct trace_builder builder;
    bool complete;
    bool has_events; /* the object form has its "traceEvents" */
};

/* --- Input ------------------------------------------------------------------------------- */

static int read_bytes(struct input *input, char *to, size_t size, size_t *got) {
    *got = 0;
    if (input->fd < 0) {
        *got = size < input->memory_left ? size : input->memory_left;
        if (*got > 0)
            memcpy(to, input->memory, *got);
        input->memory += *got;
        input->memory_left -= *got;
        return 0;
    }
    ssize_t length;
    do
        length = read(input->fd, to, size);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return CAD_ESYSTEM;
    *got = (size_t)length;
    return 0;
}

/* Keeps what is from input->at on, and reads more after it. */
static int refill(struct reader *reader) {
    struct input *input = &reader->input;
    size_t kept = (size_t)(input->end - input->at);
    input->offset += (uint64_t)(input->at - input->buffer);
    memmove(input->buffer, input->at, kept);
    if (input->capacity - kept < CHUNK_SIZE / 2) {
        if (kept >= TRACE_EVENT_SIZE_MAX)
            return trace_build_refuse(&reader->builder, input->line, "a value of more than %zu MiB",
                                      TRACE_EVENT_SIZE_MAX >> 20);
        size_t capacity = 2 * input->capacity;
        char *buffer = base_realloc(input->buffer, capacity + TRACE_SCAN_PADDING);
        if (buffer == NULL)
            return CAD_ENOMEM;
        input->buffer = buffer;
        input->capacity = capacity;
    }
    size_t got;
    int error = read_bytes(input, input->buffer + kept, input->capacity - kept, &got);
    if (error != 0)
        return error;
    input->at = input->buffer;
    input->end = input->buffer + kept + got;
    memset(input->buffer + kept + got, 0, TRACE_SCAN_PADDING);
    input->at_end = got == 0;
    return 0;
}

/* Steps over white space; what follows it is in the buffer then, unless the file ends. */
static int skip_space(struct reader *reader) {
    struct input *input = &reader->input;
    for (;;) {
        input->at = trace_scan_space(input->at, input->end, &input->line);
        if (input->at < input->end || input->at_end)
            return 0;
        int error = refill(reader);
        if (error != 0)
            return error;
    }
}

static bool is_next(const struct reader *reader, char byte) {
    return reader->input.at < reader->input.end && *reader->input.at == byte;
}

static bool is_cut(const struct reader *reader) {
    return reader->input.at == reader->input.end && reader->input.at_end;
}

/* --- Refusals ----------------------------------------------------------------------------- */

static uint64_t count_lines(const char *from, const char *to) {
    uint64_t lines = 0;
    for (; from < to; from++)
        lines += *from == '\n';
    return lines;
}

/* `wanted` NULL: anything else would do. */
static int refuse_byte(struct reader *reader, const char *at, const char *wanted) {
    uint64_t line = reader->input.line + count_lines(reader->input.at, at);
    unsigned char byte = (unsigned char)*at;
    char shown[8];
    snprintf(shown, sizeof shown, byte >= 32 && byte < 127 ? "'%c'" : "0x%02X", byte);
    if (wanted == NULL)
        return trace_build_refuse(&reader->builder, line, "not JSON: unexpected %s", shown);
    return trace_build_refuse(&reader->builder, line, "not JSON: %s where %s should be", shown,
                              wanted);
}

/* One value: to its text, in the buffer. Sets *cut, and nothing else, where the file ends in the
 * middle of it. */
static int take_value(struct reader *reader, struct trace_raw *value, bool *cut) {
    struct input *input = &reader->input;
    *cut = false;
    for (;;) {
        const char *at = input->at;
        enum trace_scan status = trace_scan_value(&at, input->end);
        /* A number may go on after the end of the buffer. */
        if (status == TRACE_SCAN_OK && at == input->end && !input->at_end)
            status = TRACE_SCAN_MORE;
        switch (status) {
        case TRACE_SCAN_OK:
            *value = (struct trace_raw){input->at, (size_t)(at - input->at)};
            return 0;
        case TRACE_SCAN_BAD:
            return refuse_byte(reader, at, NULL);
        case TRACE_SCAN_DEEP:
            return trace_build_refuse(&reader->builder, input->line,
                                      "values inside more than %d arrays and objects",
                                      TRACE_EVENT_DEPTH_MAX);
        case TRACE_SCAN_MORE:
            break;
        }
        if (input->at_end) {
            *cut = true;
            return 0;
        }
        int error = refill(reader);
        if (error != 0)
            return error;
    }
}

static void step_over(struct reader *reader, struct trace_raw value) {
    reader->input.line += count_lines(value.text, value.text + value.length);
    reader->input.at = value.text + value.length;
}

/* --- Events --------------------------------------------------------------------------------- */

/* One event that is not, or not wholly in the buffer, as our writer gives it. */
static int take_any_event(struct reader *reader, bool *cut) {
    struct trace_raw object;
    struct trace_raw_event event;
    if (!is_next(reader, '{'))
        return refuse_byte(reader, reader->input.at, "an event, which begins with '{',");
    int error = take_value(reader, &object, cut);
    if (error != 0 || *cut)
        return error;
    reader->builder.line = reader->input.line;
    trace_scan_event(object, &event);
    error = trace_build_event(&reader->builder, &event);
    step_over(reader, object);
    return error;
}

/* Our own events, as long as they come one a line. */
static int take_own_events(struct reader *reader) {
    struct input *input = &reader->input;
    struct trace_raw_event event;
    const char *at = input->at;
    int error = 0;
    while (error == 0 && trace_scan_own_event(&at, &event) && at[0] == ',' && at[1] == '\n') {
        reader->builder.line = input->line;
        error = trace_build_event(&reader->builder, &event);
        at += 2;
        input->at = at;
        input->line++;
    }
    return error;
}

/* The events of an array, after its bracket, up to and with the bracket that ends it; or to the
 * end of the file. */
static int take_events(struct reader *reader, bool *cut) {
    struct input *input = &reader->input;
    *cut = false;
    for (;;) {
        int error = take_own_events(reader);
        if (error == 0)
            error = skip_space(reader);
        if (error != 0)
            return error;
        if (is_next(reader, ']')) { /* after a comma too, as many programs write it */
            input->at++;
            return 0;
        }
        *cut = is_cut(reader);
        if (!*cut)
            error = take_any_event(reader, cut);
        if (error != 0 || *cut)
            return error;
        error = skip_space(reader);
        if (error != 0)
            return error;
        *cut = is_cut(reader);
        if (*cut)
            return 0;
        if (is_next(reader, ','))
            input->at++;
        else if (!is_next(reader, ']'))
            return refuse_byte(reader, input->at, "',' or ']'");
        /* Where our own lines go on. */
        if (is_next(reader, '\n')) {
            input->at++;
            input->line++;
        }
    }
}

/* One member of the object around "traceEvents". */
static int take_top_member(struct reader *reader, bool *cut) {
    struct input *input = &reader->input;
    struct trace_raw key;
    struct trace_raw value;
    if (!is_next(reader, '"'))
        return refuse_byte(reader, input->at, "a name in quotes");
    int error = take_value(reader, &key, cut);
    if (error != 0 || *cut)
        return error;
    bool events = trace_raw_is(key, "\"traceEvents\"");
    reader->has_events |= events;
    step_over(reader, key);
    if ((error = skip_space(reader)) != 0)
        return error;
    if ((*cut = is_cut(reader)))
        return 0;
    if (!is_next(reader, ':'))
        return refuse_byte(reader, input->at, "':'");
    input->at++;
    if ((error = skip_space(reader)) != 0)
        return error;
    if ((*cut = is_cut(reader)))
        return 0;
    if (events && is_next(reader, '[')) {
        input->at++;
        return take_events(reader, cut);
    }
    error = take_value(reader, &value, cut);
    if (error == 0 && !*cut)
        step_over(reader, value);
    return error;
}

static int take_top_object(struct reader *reader, bool *cut) {
    struct input *input = &reader->input;
    bool first = true;
    for (;;) {
        int error = skip_space(reader);
        if (error != 0)
            return error;
        if ((*cut = is_cut(reader)))
            return 0;
        if (is_next(reader, '}')) {
            input->at++;
            if (!reader->has_events)
                return trace_build_refuse(&reader->builder, input->line,
                                          "no trace: an object without \"traceEvents\" (a scenario "
                                          "is run first: cadran run --trace FILE SCENARIO)");
            return 0;
        }
        if (!first) {
            if (!is_next(reader, ','))
                return refuse_byte(reader, input->at, "',' or '}'");
            input->at++;
            if ((error = skip_space(reader)) != 0)
                return error;
            if ((*cut = is_cut(reader)))
                return 0;
        }
        first = false;
        error = take_top_member(reader, cut);
        if (error != 0 || *cut)
            return error;
    }
}

/* --- The whole -------------------------------------------------------------------------------- */

static int refuse_start(struct reader *reader) {
    const unsigned char *at = (const unsigned char *)reader->input.at;
    if (at[0] == 0x1F && at[1] == 0x8B)
        return trace_build_refuse(&reader->builder, 1, "compressed by gzip: decompress it first");
    return trace_build_refuse(
        &reader->builder, reader->input.line,
        "not a trace: a Trace Event file is JSON, and begins with '[' or '{'");
}

/* Some programs begin a file with a byte order mark. */
static int skip_mark(struct reader *reader) {
    static const char mark[] = "\xEF\xBB\xBF";
    struct input *input = &reader->input;
    int error = 0;
    while (error == 0 && input->end - input->at < 3 && !input->at_end)
        error = refill(reader);
    size_t length = (size_t)(input->end - input->at);
    if (length > 3)
        length = 3;
    if (error == 0 && memcmp(input->at, mark, length) == 0)
        input->at += length;
    return error;
}

static int take_file(struct reader *reader) {
    struct input *input = &reader->input;
    bool cut = false;
    int error = skip_mark(reader);
    if (error == 0)
        error = skip_space(reader);
    if (error != 0)
        return error;
    if (is_cut(reader)) {
        cut = true;
    } else if (is_next(reader, '[')) {
        input->at++;
        error = take_events(reader, &cut);
    } else if (is_next(reader, '{')) {
        input->at++;
        error = take_top_object(reader, &cut);
    } else {
        return refuse_start(reader);
    }
    if (error == 0 && !cut)
        error = skip_space(reader);
    if (error != 0)
        return error;
    if (!cut && !is_cut(reader))
        return refuse_byte(reader, input->at, "the end of the file");
    reader->complete = !cut;
    return 0;
}

static int warn_cut(struct reader *reader) {
    const struct input *input = &reader->input;
    uint64_t bytes = input->offset + (uint64_t)(input->end - input->buffer);
    uint64_t line = input->line + count_lines(input->at, input->end);
    unsigned long long events = reader->builder.trace->event_count;
    return trace_build_warn(&reader->builder, line,
                            "cut short at byte %llu: this is what its first %llu event%s tell%s",
                            (unsigned long long)bytes, events, events == 1 ? "" : "s",
                            events == 1 ? "s" : "");
}

static int read_all(struct reader *reader, const char *name, struct trace_model **trace,
                    char *message) {
    struct input *input = &reader->input;
    *trace = NULL;
    message[0] = '\0';
    input->line = 1;
    input->capacity = CHUNK_SIZE;
    input->buffer = base_zalloc(1, CHUNK_SIZE + TRACE_SCAN_PADDING);
    input->at = input->end = input->buffer;
    int error = trace_build_start(&reader->builder, name, message);
    if (input->buffer == NULL)
        error = CAD_ENOMEM;
    if (error == 0)
        error = take_file(reader);
    if (error == 0 && !reader->complete)
        error = warn_cut(reader);
    if (error == 0)
        error = trace_build_finish(&reader->builder, reader->complete, trace);
    if (error == CAD_ENOMEM)
        snprintf(message, TRACE_MESSAGE_SIZE, "%.200s: not enough memory to read it", name);
    trace_build_drop(&reader->builder);
    base_free(input->buffer);
    return error;
}

static bool is_standard_input(const char *path) {
    return strcmp(path, "-") == 0;
}

const char *trace_path_name(const char *path) {
    return is_standard_input(path) ? "<stdin>" : path;
}

static int open_path(const char *path) {
    int fd;
    if (is_standard_input(path))
        return STDIN_FILENO;
    do
        fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    return fd;
}

int trace_read(const char *path, struct trace_model **trace, char message[TRACE_MESSAGE_SIZE]) {
    struct reader reader = {.input = {.fd = open_path(path)}};
    const char *name = trace_path_name(path);
    int error = CAD_ESYSTEM;
    *trace = NULL;
    if (reader.input.fd >= 0)
        error = read_all(&reader, name, trace, message);
    if (error == CAD_ESYSTEM)
        snprintf(message, TRACE_MESSAGE_SIZE, "%.200s: %s", name, strerror(errno));
    if (reader.input.fd > STDIN_FILENO)
        close(reader.input.fd);
    return error;
}

int trace_read_memory(const char *name, const char *data, size_t size, struct trace_model **trace,
                      char message[TRACE_MESSAGE_SIZE]) {
    struct reader reader = {.input = {.fd = -1, .memory = data, .memory_left = size}};
    return read_all(&reader, name, trace, message);
}
