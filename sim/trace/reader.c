/* Reads a trace's file, packed or not, and gives its events, one after the other. */
#include "trace/reader.h"

#include "base/memory.h"
#include "base/number.h"
#include "cadran.h"
#include "trace/build.h"
#include "trace/decode.h"
#include "trace/kinds.h"
#include "trace/rules.h"
#include "trace/scan.h"
#include "trace/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_SIZE = 256 * 1024 };

/* A file, or memory, unpacked, of which a piece is in the buffer, with zeroes after it. */
struct input {
    struct trace_source *source;
    char *buffer;
    size_t capacity; /* without the zeroes */
    const char *at;  /* what comes next */
    const char *end;
    uint64_t offset; /* in the whole, of the buffer's first byte */
    uint64_t line;   /* of `at` */
    bool at_end;     /* nothing follows the buffer */
};

/* Where the reader is in the file: it can stop behind each piece, and go on there. */
enum stage {
    AT_START,
    IN_EVENTS,        /* in the array that is the file */
    IN_MEMBERS,       /* in the object around "traceEvents" */
    IN_MEMBER_EVENTS, /* in the array of that member */
    BEHIND,           /* what the file is has ended */
    AT_END,
};

struct reader {
    enum stage stage;
    struct input input;
    struct trace_kind_index kinds;
    struct trace_scan_moment moment;
    struct trace_rules rules;        /* for a trace of ours */
    struct trace_builder builder;    /* of the model; without one, of messages */
    struct trace_consumer *consumer; /* NULL: a model is made */
    struct trace_decoder decoder;    /* for the consumer, as all of these */
    struct trace_event event;
    bool consumer_failed;
    bool complete;
    bool has_members;                /* of the object form one has come */
    bool has_events;                 /* ... and its "traceEvents" has */
    bool is_scenario;                /* ... and its "cadran", which no trace has */
    struct trace_progress *progress; /* NULL: nobody watches */
};

/* --- Input ------------------------------------------------------------------------------- */

static uint64_t count_lines(const char *from, const char *to) {
    uint64_t lines = 0;
    for (; from < to; from++)
        lines += *from == '\n';
    return lines;
}

static int refuse_damaged(struct reader *reader) {
    const struct input *input = &reader->input;
    return trace_build_refuse(&reader->builder, input->line + count_lines(input->at, input->end),
                              "packed by %s, and %s", trace_source_packing(input->source),
                              trace_source_fault(input->source));
}

/* Keeps what is from input->at on, and reads more after it. */
/* Says how far it is, and looks whether it is to end. *over: as if the file did. */
static int look(struct reader *reader, bool *over) {
    struct trace_progress *progress = reader->progress;
    if (progress == NULL)
        return 0;
    uint64_t bytes = trace_source_offset(reader->input.source);
    atomic_store_explicit(&progress->bytes, bytes, memory_order_relaxed);
    *over = progress->most > 0 && bytes >= progress->most;
    return atomic_load_explicit(&progress->stops, memory_order_relaxed) ? CAD_ECANCELLED : 0;
}

static int refill(struct reader *reader) {
    struct input *input = &reader->input;
    size_t kept = (size_t)(input->end - input->at);
    input->offset += (uint64_t)(input->at - input->buffer);
    memmove(input->buffer, input->at, kept);
    if (input->capacity - kept < CHUNK_SIZE / 2) {
        size_t capacity = 2 * input->capacity;
        char *buffer = base_realloc(input->buffer, capacity + TRACE_SCAN_PADDING);
        if (buffer == NULL)
            return CAD_ENOMEM;
        input->buffer = buffer;
        input->capacity = capacity;
    }
    size_t got = 0;
    bool over = false;
    int error = look(reader, &over);
    if (error == 0 && !over)
        error =
            trace_source_read(input->source, input->buffer + kept, input->capacity - kept, &got);
    input->at = input->buffer;
    input->end = input->buffer + kept + got;
    if (error == CAD_EINVAL)
        return refuse_damaged(reader);
    if (error != 0)
        return error;
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

/* Why there is nothing to be had of a value; what has one of these as its result, 0 or an error
 * code says so. */
enum {
    CUT = 1, /* the file ends in the middle of it */
    TOO_LARGE,
    TOO_DEEP,
};

/* One value: to its text, in the buffer. 0, CUT, TOO_LARGE, TOO_DEEP, or an error. */
static int take_value(struct reader *reader, struct trace_raw *value) {
    struct input *input = &reader->input;
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
            return TOO_DEEP;
        case TRACE_SCAN_MORE:
            break;
        }
        if (input->at_end)
            return CUT;
        if ((size_t)(input->end - input->at) >= TRACE_EVENT_SIZE_MAX)
            return TOO_LARGE;
        int error = refill(reader);
        if (error != 0)
            return error;
    }
}

static void step_over(struct reader *reader, struct trace_raw value) {
    reader->input.line += count_lines(value.text, value.text + value.length);
    reader->input.at = value.text + value.length;
}

/* Where a value is that is stepped over unread. */
struct skip {
    uint64_t depth;
    bool quoted;
    bool escaped; /* after a backslash */
};

/* Whether the byte ends the value. */
static bool skip_byte(struct skip *skip, char byte) {
    if (skip->quoted) {
        skip->quoted = byte != '"' || skip->escaped;
        skip->escaped = byte == '\\' && !skip->escaped;
    } else if (byte == '"') {
        skip->quoted = true;
    } else if (byte == '{' || byte == '[') {
        skip->depth++;
    } else if (byte == '}' || byte == ']') {
        skip->depth--;
    }
    return skip->depth == 0 && !skip->quoted;
}

/* Steps over a text, an array or an object of any size and depth, of which nothing is kept, and so
 * nothing is checked but where it ends. 0, CUT, or an error. */
static int skip_large_value(struct reader *reader) {
    struct input *input = &reader->input;
    struct skip skip = {0};
    for (;;) {
        while (input->at < input->end) {
            input->line += *input->at == '\n';
            if (skip_byte(&skip, *input->at++))
                return 0;
        }
        if (input->at_end)
            return CUT;
        int error = refill(reader);
        if (error != 0)
            return error;
    }
}

/* --- Events --------------------------------------------------------------------------------- */

static int to_consumer(struct reader *reader, enum trace_kind kind,
                       const struct trace_raw_event *raw) {
    struct trace_event *event = &reader->event;
    int error = trace_decode(&reader->decoder, kind, raw, event);
    if (error != 0)
        return error;
    event->ordinal = reader->builder.trace->event_count;
    event->line = reader->builder.line;
    error = reader->consumer->take(reader->consumer, event);
    reader->consumer_failed = error != 0;
    return error;
}

/* A rule that was broken, as the rules say it. */
static int refuse_fault(struct reader *reader, int error) {
    const struct trace_rules *rules = &reader->rules;
    return error != CAD_EINVAL
               ? error
               : trace_build_refuse(&reader->builder, rules->fault_line, "%s", rules->fault);
}

/* To the model, or to the consumer, where it keeps the rules. */
static int take_event(struct reader *reader, const struct trace_raw_event *raw) {
    struct trace_builder *builder = &reader->builder;
    int error = 0;
    if (builder->trace->event_count++ == 0 && (error = trace_build_header(builder, raw)) != 0)
        return error;
    struct trace_found_kind found = trace_kind_index_find(&reader->kinds, raw);
    if (builder->own)
        error = trace_rules_take(&reader->rules, found, raw, builder->line);
    if (error != 0)
        return refuse_fault(reader, error);
    return reader->consumer != NULL ? to_consumer(reader, found.kind, raw)
                                    : trace_build_event(builder, &reader->rules, found, raw);
}

/* One that cannot be taken. In a trace of ours there is none; in another program's it may be a
 * snapshot of something, which is not shown in any case. */
static int leave_out_event(struct reader *reader, int why) {
    int error = trace_build_unread(
        &reader->builder, why == TOO_LARGE
                              ? "events of more than 16 MiB"
                              : "events with values inside more than 64 arrays and objects");
    return error != 0 ? error : skip_large_value(reader);
}

/* One event that is not, or not wholly in the buffer, as our writer gives it. */
static int take_any_event(struct reader *reader) {
    struct trace_raw object;
    struct trace_raw_event event;
    bool is_object = is_next(reader, '{');
    if (!is_object && !is_next(reader, 'n'))
        return refuse_byte(reader, reader->input.at, "an event, which begins with '{',");
    reader->builder.line = reader->input.line;
    int error = take_value(reader, &object);
    if (error == TOO_LARGE || error == TOO_DEEP)
        return leave_out_event(reader, error);
    if (error != 0)
        return error;
    if (is_object) {
        trace_scan_event(object, &event);
        error = take_event(reader, &event);
    } else {
        error = trace_build_unread(&reader->builder, "nulls in the place of events");
    }
    step_over(reader, object);
    return error;
}

/* Our own events, as long as they come one a line. */
static int take_own_events(struct reader *reader) {
    struct input *input = &reader->input;
    struct trace_raw_event event;
    struct trace_raw_member arguments[TRACE_SCAN_ARGUMENTS];
    const char *at = input->at;
    int error = 0;
    while (error == 0 && trace_scan_own_event(&at, &reader->moment, &event, arguments) &&
           at[0] == ',' && at[1] == '\n') {
        reader->builder.line = input->line;
        error = take_event(reader, &event);
        at += 2;
        input->at = at;
        input->line++;
    }
    return error;
}

/* Some events of an array, as many as are in the buffer, or one: 0, CUT, or an error. *over: the
 * bracket has come that ends it. */
static int take_events(struct reader *reader, bool *over) {
    struct input *input = &reader->input;
    int error = take_own_events(reader);
    if (error == 0)
        error = skip_space(reader);
    if (error != 0)
        return error;
    if (is_next(reader, ']')) { /* after a comma too, as many programs write it */
        input->at++;
        *over = true;
        return 0;
    }
    error = is_cut(reader) ? CUT : take_any_event(reader);
    if (error == 0)
        error = skip_space(reader);
    if (error == 0 && is_cut(reader))
        error = CUT;
    if (error != 0)
        return error;
    if (is_next(reader, ','))
        input->at++;
    else if (!is_next(reader, ']'))
        return refuse_byte(reader, input->at, "',' or ']'");
    /* Where our own lines go on. */
    if (is_next(reader, '\n')) {
        input->at++;
        input->line++;
    }
    return 0;
}

/* --- The object around them ------------------------------------------------------------------- */

/* Members that tell of the run what the events do not. What else there is describes the recording:
 * units, versions, the computer. */
static int remark_member(struct reader *reader, struct trace_raw key) {
    static const char *const names[] = {
        "\"samples\"",
        "\"stackFrames\"",
        "\"systemTraceEvents\"",
        "\"powerTraceAsString\"",
        "\"traceAnnotations\"",
        "\"cgroupDump\"",
        "\"androidProcessDump\"",
    };
    char what[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!trace_raw_is(key, names[i]))
            continue;
        snprintf(what, sizeof what, "members %s of the file", names[i]);
        return trace_build_leave_out(&reader->builder, reader->input.line, what);
    }
    return 0;
}

/* To what comes next; CUT where nothing does. */
static int next_token(struct reader *reader) {
    int error = skip_space(reader);
    return error == 0 && is_cut(reader) ? CUT : error;
}

static int refuse_large(struct reader *reader) {
    return trace_build_refuse(&reader->builder, reader->input.line,
                              "not a trace: a name or a number of more than 16 MiB");
}

/* The value of a member that is not looked at. */
static int skip_value(struct reader *reader) {
    struct trace_raw value;
    if (is_next(reader, '"') || is_next(reader, '{') || is_next(reader, '['))
        return skip_large_value(reader);
    int error = take_value(reader, &value);
    if (error == TOO_LARGE)
        return refuse_large(reader);
    if (error == 0)
        step_over(reader, value);
    return error;
}

/* To the value of "traceEvents". It may be null: a program that had no event to write. */
static int take_events_member(struct reader *reader) {
    reader->has_events = true;
    if (is_next(reader, 'n'))
        return skip_value(reader);
    if (!is_next(reader, '['))
        return trace_build_refuse(&reader->builder, reader->input.line,
                                  "not a trace: \"traceEvents\" is not an array");
    reader->input.at++;
    reader->stage = IN_MEMBER_EVENTS;
    return 0;
}

/* One member of the object around "traceEvents". */
static int take_top_member(struct reader *reader) {
    struct trace_raw key;
    if (!is_next(reader, '"'))
        return refuse_byte(reader, reader->input.at, "a name in quotes");
    int error = take_value(reader, &key);
    if (error == TOO_LARGE)
        return refuse_large(reader);
    if (error != 0)
        return error;
    bool events = trace_raw_is(key, "\"traceEvents\"");
    reader->is_scenario |= trace_raw_is(key, "\"cadran\"");
    error = remark_member(reader, key);
    step_over(reader, key);
    if (error == 0)
        error = next_token(reader);
    if (error == 0 && !is_next(reader, ':'))
        error = refuse_byte(reader, reader->input.at, "':'");
    if (error != 0)
        return error;
    reader->input.at++;
    if ((error = next_token(reader)) != 0)
        return error;
    return events ? take_events_member(reader) : skip_value(reader);
}

/* One member, or the end of the object. */
static int take_top_object(struct reader *reader) {
    struct input *input = &reader->input;
    int error = next_token(reader);
    if (error == 0 && reader->has_members && is_next(reader, ',')) {
        input->at++;
        error = next_token(reader);
    } else if (error == 0 && reader->has_members && !is_next(reader, '}')) {
        return refuse_byte(reader, input->at, "',' or '}'");
    }
    if (error != 0)
        return error;
    if (is_next(reader, '}')) { /* after a comma too */
        input->at++;
        reader->stage = BEHIND;
        if (reader->has_events)
            return 0;
        if (reader->is_scenario)
            return trace_build_refuse(
                &reader->builder, 1,
                "this is a scenario, and no trace: \"cadran run --trace FILE\" "
                "runs it, and leaves one");
        return trace_build_refuse(&reader->builder, input->line,
                                  "no trace: an object without \"traceEvents\"");
    }
    reader->has_members = true;
    return take_top_member(reader);
}

/* --- The whole -------------------------------------------------------------------------------- */

static int refuse_start(struct reader *reader) {
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

static int take_start(struct reader *reader) {
    struct input *input = &reader->input;
    int error = skip_mark(reader);
    if (error == 0)
        error = skip_space(reader);
    if (error != 0)
        return error;
    if (is_cut(reader)) {
        return trace_source_is_cut(input->source)
                   ? trace_build_refuse(&reader->builder, input->line,
                                        "cut short at byte %llu: nothing of what %s has packed "
                                        "can be read",
                                        (unsigned long long)trace_source_offset(input->source),
                                        trace_source_packing(input->source))
                   : trace_build_refuse(&reader->builder, input->line,
                                        "not a trace: there is nothing in it");
    }
    if (!is_next(reader, '[') && !is_next(reader, '{'))
        return refuse_start(reader);
    reader->stage = is_next(reader, '[') ? IN_EVENTS : IN_MEMBERS;
    input->at++;
    return 0;
}

static int take_behind(struct reader *reader) {
    int error = skip_space(reader);
    reader->complete = true;
    reader->stage = AT_END;
    return error == 0 && !is_cut(reader)
               ? refuse_byte(reader, reader->input.at, "the end of the file")
               : error;
}

/* The next piece of the file. 0, CUT, or an error. */
static int take_piece(struct reader *reader) {
    bool over = false;
    int error;
    switch (reader->stage) {
    case AT_START:
        return take_start(reader);
    case IN_EVENTS:
    case IN_MEMBER_EVENTS:
        error = take_events(reader, &over);
        if (over)
            reader->stage = reader->stage == IN_EVENTS ? BEHIND : IN_MEMBERS;
        return error;
    case IN_MEMBERS:
        return take_top_object(reader);
    default:
        return take_behind(reader);
    }
}

/* Where the file ends, and, where it is packed, what is in it. */
static int warn_cut(struct reader *reader) {
    const struct input *input = &reader->input;
    unsigned long long bytes = input->offset + (uint64_t)(input->end - input->buffer);
    uint64_t line = input->line + count_lines(input->at, input->end);
    unsigned long long events = reader->builder.trace->event_count;
    const char *packing = trace_source_packing(input->source);
    char where[128];
    if (packing == NULL)
        snprintf(where, sizeof where, "at byte %llu", bytes);
    else if (trace_source_is_cut(input->source))
        snprintf(where, sizeof where, "at byte %llu (byte %llu of what %s has packed)",
                 (unsigned long long)trace_source_offset(input->source), bytes, packing);
    else
        snprintf(where, sizeof where, "at byte %llu of what %s has packed", bytes, packing);
    return trace_build_warn(&reader->builder, line,
                            "cut short %s: this is what its first %llu event%s tell%s", where,
                            events, base_plural(events), events == 1 ? "s" : "");
}

/* Begins to read. 0 or CAD_ENOMEM. */
static int begin(struct reader *reader, const char *name, char *message) {
    struct input *input = &reader->input;
    message[0] = '\0';
    input->line = 1;
    input->capacity = CHUNK_SIZE;
    input->buffer = base_zalloc(1, CHUNK_SIZE + TRACE_SCAN_PADDING);
    input->at = input->end = input->buffer;
    int error = trace_build_start(&reader->builder, name, message);
    trace_kind_index_init(&reader->kinds);
    return input->buffer == NULL || input->source == NULL ? CAD_ENOMEM : error;
}

/* The next piece; at the end, whether all is there. */
static int go_on(struct reader *reader) {
    int error = take_piece(reader);
    if (error != 0 && error != CUT)
        return error;
    if (error == CUT)
        reader->stage = AT_END;
    if (reader->stage != AT_END)
        return 0;
    error = reader->complete ? refuse_fault(reader, trace_rules_end(&reader->rules)) : 0;
    if (error == 0 && (!reader->complete || trace_source_is_cut(reader->input.source)))
        error = warn_cut(reader);
    return error;
}

/* Reads all events. */
static int read_all(struct reader *reader, const char *name, char *message) {
    int error = begin(reader, name, message);
    while (error == 0 && reader->stage != AT_END)
        error = go_on(reader);
    return error;
}

static void finish(struct reader *reader, const char *name, int error, char *message) {
    bool said = reader->consumer_failed && message[0] != '\0'; /* in the consumer's own words */
    if (error == CAD_ENOMEM && !said)
        snprintf(message, TRACE_MESSAGE_SIZE, "%.200s: not enough memory to read it", name);
    trace_build_drop(&reader->builder);
    trace_rules_free(&reader->rules);
    trace_decoder_free(&reader->decoder);
    base_free(reader->input.buffer);
    trace_source_free(reader->input.source);
}

static int read_model(struct reader *reader, const char *name, struct trace_model **trace,
                      char *message) {
    *trace = NULL;
    int error = read_all(reader, name, message);
    if (error == 0)
        error = trace_build_finish(&reader->builder, reader->complete, trace);
    finish(reader, name, error, message);
    return error;
}

/* What the consumer has to say of its failure. */
static void quote_consumer(struct reader *reader, char *message) {
    const struct trace_consumer *consumer = reader->consumer;
    const char *words = consumer->failure == NULL ? NULL : consumer->failure(consumer);
    snprintf(message, TRACE_MESSAGE_SIZE, "%s", words == NULL ? "" : words);
}

/* The consumer is told that there is no more, and why. Returns what is to be returned. */
static int end_events(struct reader *reader, int error, bool *complete, char *message) {
    struct trace_consumer *consumer = reader->consumer;
    *complete = error == 0 && reader->complete;
    if (error == 0 && reader->builder.trace->warning_count > 0)
        snprintf(message, TRACE_MESSAGE_SIZE, "%s", reader->builder.trace->warnings[0]);
    int end_error = consumer->end == NULL ? 0 : consumer->end(consumer, *complete);
    if (error == 0 && end_error != 0) {
        error = end_error;
        reader->consumer_failed = true;
    }
    if (reader->consumer_failed)
        quote_consumer(reader, message);
    return error;
}

static int read_events(struct reader *reader, const char *name, bool *complete, char *message) {
    int error = end_events(reader, read_all(reader, name, message), complete, message);
    finish(reader, name, error, message);
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

/* A file is opened for the reader: false, with a message, where that cannot be. */
static bool open_file(struct reader *reader, const char *path, int *fd, char *message) {
    *fd = open_path(path);
    if (*fd < 0) {
        snprintf(message, TRACE_MESSAGE_SIZE, "%.200s: %s", trace_path_name(path), strerror(errno));
        return false;
    }
    reader->input.source = trace_source_new(*fd, NULL, 0);
    return true;
}

static void close_file(const struct reader *reader, const char *path, int fd, int error,
                       char *message) {
    if (error == CAD_ESYSTEM && !reader->consumer_failed)
        snprintf(message, TRACE_MESSAGE_SIZE, "%.200s: %s", trace_path_name(path), strerror(errno));
    if (fd != STDIN_FILENO)
        close(fd);
}

int trace_read(const char *path, struct trace_model **trace, char message[TRACE_MESSAGE_SIZE]) {
    return trace_read_watched(path, NULL, trace, message);
}

int trace_read_watched(const char *path, struct trace_progress *progress,
                       struct trace_model **trace, char message[TRACE_MESSAGE_SIZE]) {
    struct reader reader = {.progress = progress};
    int fd;
    *trace = NULL;
    if (!open_file(&reader, path, &fd, message))
        return CAD_ESYSTEM;
    int error = read_model(&reader, trace_path_name(path), trace, message);
    close_file(&reader, path, fd, error, message);
    return error;
}

int trace_read_events(const char *path, struct trace_consumer *consumer, bool *complete,
                      char message[TRACE_MESSAGE_SIZE]) {
    struct reader reader = {.consumer = consumer};
    int fd;
    *complete = false;
    if (!open_file(&reader, path, &fd, message))
        return CAD_ESYSTEM;
    int error = read_events(&reader, trace_path_name(path), complete, message);
    close_file(&reader, path, fd, error, message);
    return error;
}

int trace_read_memory(const char *name, const char *data, size_t size, struct trace_model **trace,
                      char message[TRACE_MESSAGE_SIZE]) {
    struct reader reader = {.input = {.source = trace_source_new(-1, data, size)}};
    return read_model(&reader, name, trace, message);
}

int trace_read_events_memory(const char *name, const char *data, size_t size,
                             struct trace_consumer *consumer, bool *complete,
                             char message[TRACE_MESSAGE_SIZE]) {
    struct reader reader = {.input = {.source = trace_source_new(-1, data, size)},
                            .consumer = consumer};
    return read_events(&reader, name, complete, message);
}

/* --- A piece at a time ------------------------------------------------------------------------ */

struct trace_reading {
    struct reader reader;
    const char *name;
    const char *path; /* NULL: it is memory */
    char *message;
    int fd, error;
    bool over;
};

/* The source is there; false where memory ran out. */
static int begin_reading(struct trace_reading *reading, const char *name, char *message,
                         struct trace_reading **made) {
    reading->name = name;
    reading->message = message;
    reading->error = begin(&reading->reader, name, message);
    if (reading->error == 0) {
        *made = reading;
        return 0;
    }
    trace_reading_close(reading);
    return CAD_ENOMEM;
}

static struct trace_reading *new_reading(struct trace_consumer *consumer, const char *name,
                                         char *message) {
    struct trace_reading *reading = base_zalloc(1, sizeof *reading);
    if (reading == NULL)
        snprintf(message, TRACE_MESSAGE_SIZE, "%.200s: not enough memory to read it", name);
    else
        reading->reader.consumer = consumer;
    return reading;
}

int trace_reading_open(const char *path, struct trace_consumer *consumer,
                       struct trace_reading **made, char message[TRACE_MESSAGE_SIZE]) {
    struct trace_reading *reading = new_reading(consumer, trace_path_name(path), message);
    *made = NULL;
    if (reading == NULL)
        return CAD_ENOMEM;
    if (!open_file(&reading->reader, path, &reading->fd, message)) {
        base_free(reading);
        return CAD_ESYSTEM;
    }
    reading->path = path;
    return begin_reading(reading, trace_path_name(path), message, made);
}

int trace_reading_open_memory(const char *name, const char *data, size_t size,
                              struct trace_consumer *consumer, struct trace_reading **made,
                              char message[TRACE_MESSAGE_SIZE]) {
    struct trace_reading *reading = new_reading(consumer, name, message);
    *made = NULL;
    if (reading == NULL)
        return CAD_ENOMEM;
    reading->reader.input.source = trace_source_new(-1, data, size);
    return begin_reading(reading, name, message, made);
}

int trace_reading_go_on(struct trace_reading *reading, bool *more) {
    struct reader *reader = &reading->reader;
    bool complete;
    if (!reading->over) {
        reading->error = go_on(reader);
        if (reading->error == 0 && reader->stage != AT_END) {
            *more = true;
            return 0;
        }
        reading->over = true;
        reading->error = end_events(reader, reading->error, &complete, reading->message);
    }
    *more = false;
    return reading->error;
}

void trace_reading_close(struct trace_reading *reading) {
    if (reading == NULL)
        return;
    if (reading->path != NULL)
        close_file(&reading->reader, reading->path, reading->fd, reading->error, reading->message);
    finish(&reading->reader, reading->name, reading->error, reading->message);
    base_free(reading);
}
