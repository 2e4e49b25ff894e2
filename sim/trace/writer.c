/* Events to lines of JSON.
 *
 * A line is put together from pieces that are ready: its head with phase and time, which stays the
 * same while time does; what its kind writes before and behind the name; a piece for the key of
 * each argument. What remains are numbers and texts.
 *
 * A run leaves several lines at each turn, so each costs what it must. Pieces are copied with all
 * the room that they have, whose size the compiler knows: that is a few moves, where a copy of
 * their length would be a call. And what few lines have is in functions of their own (APART), for
 * whose registers the others need not make room. */
#include "trace/writer.h"

#include "base/digits.h"
#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "trace/output.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* `,\n{"ph":"B","ts":0.000,"pid":1,"tid":`, with room behind it, is copied as one. */
enum { HEAD_SIZE = 64, PHASE_AT = sizeof(",\n{\"ph\":\"") - 1 };

#define OPEN_ARGS ",\"args\":{"

#define APART __attribute__((noinline))

/* What lines of a kind have in common. Where each has a name of its own it comes between `before`
 * and `behind`; else `before` has all of it. The sizes make up a power of two, by which one is
 * found without a multiplication. */
struct shape {
    char before[64];
    char behind[32];
    size_t before_length; /* where each has a name of its own */
    size_t last_length;   /* of the last of them */
    uint64_t named;       /* 1: each has a name of its own */
    uint64_t braces;      /* 1: "args" even where there are none */
};

struct trace_writer {
    struct trace_consumer consumer;
    struct trace_output output;
    char *path;
    char *message;

    int64_t now_ns;
    int64_t pid;
    char head[HEAD_SIZE]; /* of an event at that time, whatever its phase */
    size_t head_length;
    struct shape shapes[TRACE_KIND_COUNT];
};

/* `"key":` of each argument; of a text with the quote that opens it. */
struct key {
    char text[24];
    uint32_t length;
    uint32_t type; /* enum trace_type */
};

#define KEY(literal, its_type)                                                                     \
    { .text = literal, .length = sizeof(literal) - 1, .type = its_type }
#define KEY_TEXT(key) KEY("\"" key "\":\"", TRACE_TYPE_TEXT)
#define KEY_TASK(key) KEY("\"" key "\":\"", TRACE_TYPE_TASK)
#define KEY_INTEGER(key) KEY("\"" key "\":", TRACE_TYPE_INTEGER)
#define KEY_TIME(key) KEY("\"" key "\":", TRACE_TYPE_TIME)
#define KEY_TRACK(key) KEY("\"" key "\":", TRACE_TYPE_TRACK)
#define KEY_OBJECT(key) KEY("\"" key "\":", TRACE_TYPE_OBJECT)
#define KEY_STATE(key) KEY(key, TRACE_TYPE_STATE)
#define KEY_TEXTS(key) KEY("\"" key "\":{", TRACE_TYPE_TEXTS)

static const struct key keys[TRACE_ARG_COUNT] = {
#define TRACE_X(constant, key, type, meaning) [constant] = KEY_##type(key),
    TRACE_ARGUMENTS(TRACE_X)
#undef TRACE_X
};

/* --- Shapes ---------------------------------------------------------------------------------- */

static size_t append(char *to, size_t length, size_t size, const char *text) {
    size_t more = strlen(text);
    assert(length + more <= size);
    (void)size;
    memcpy(to + length, text, more);
    return length + more;
}

static void make_shape(const struct trace_kind_row *row, struct shape *shape) {
    *shape = (struct shape){.named = row->name == NULL, .braces = row->mark == TRACE_BRACES};
    char *to = shape->before;
    size_t size = sizeof shape->before;
    size_t length = 0;
    if (row->phase != 'M') {
        length = append(to, length, size, ",\"cat\":\"");
        length = append(to, length, size, trace_categories[row->category]);
        length = append(to, length, size, "\"");
    }
    length = append(to, length, size, ",\"name\":\"");
    shape->before_length = length;
    if (shape->named) {
        assert(length <= 32); /* as much as is copied */
        to = shape->behind;
        size = sizeof shape->behind;
        length = 0;
    } else {
        length = append(to, length, size, row->name);
    }
    shape->last_length = append(to, length, size, row->phase == 'i' ? "\",\"s\":\"t\"" : "\"");
}

/* --- Pieces ---------------------------------------------------------------------------------- */

static APART char *put_any_text(struct trace_writer *writer, char *at, struct trace_string text) {
    return trace_output_text(&writer->output, at, text.text, text.length);
}

/* Most texts are short and need no escape; there is room for all that are in one event. */
static APART char *put_text(struct trace_writer *writer, char *at, struct trace_string text) {
    uint64_t first, last;
    if (text.length >= sizeof first && text.length <= 2 * sizeof first) {
        memcpy(&first, text.text, sizeof first);
        memcpy(&last, text.text + text.length - sizeof last, sizeof last);
        if (base_all_plain(first) && base_all_plain(last)) {
            memcpy(at, &first, sizeof first);
            memcpy(at + text.length - sizeof last, &last, sizeof last);
            return at + text.length;
        }
    } else if (text.length >= 4 && text.length < sizeof first) {
        uint32_t begin, end;
        memcpy(&begin, text.text, sizeof begin);
        memcpy(&end, text.text + text.length - sizeof end, sizeof end);
        if (base_all_plain(begin | (uint64_t)end << 32)) {
            memcpy(at, &begin, sizeof begin);
            memcpy(at + text.length - sizeof end, &end, sizeof end);
            return at + text.length;
        }
    }
    return put_any_text(writer, at, text);
}

static inline char *put_plain(char *at, struct trace_string text) {
    memcpy(at, text.text, TRACE_NAME_PADDING);
    return at + text.length;
}

static inline char *put_name(struct trace_writer *writer, char *at,
                             const struct trace_event *event) {
    if (event->name_is_plain && event->name.length <= TRACE_NAME_PADDING)
        return put_plain(at, event->name);
    return put_text(writer, at, event->name);
}

/* Arguments end with a comma each, the last of which becomes the brace that closes them. */

static char *put_integer(char *at, int64_t number) {
    return TRACE_PUT(base_put_int(at, number), ",");
}

static char *put_field_key(struct trace_writer *writer, char *at, struct trace_string key) {
    return TRACE_PUT(put_text(writer, TRACE_PUT(at, "\""), key), "\":");
}

/* Keys and numbers. */
static char *put_state(struct trace_writer *writer, char *at, const struct trace_event *event) {
    for (size_t i = 0; i < event->field_count; i++) {
        const struct trace_field *field = &event->fields[i];
        at = field->written_key.text != NULL ? put_plain(at, field->written_key)
                                             : put_field_key(writer, at, field->key);
        at = put_integer(at, field->number);
    }
    return at;
}

/* Keys and texts, as an object of their own. */
static char *put_texts(struct trace_writer *writer, char *at, const struct trace_event *event) {
    for (size_t i = 0; i < event->field_count; i++) {
        at = put_text(writer, TRACE_PUT(at, "\""), event->fields[i].key);
        at = put_text(writer, TRACE_PUT(at, "\":\""), event->fields[i].text);
        at = TRACE_PUT(at, "\",");
    }
    at[-1] = '}';
    return TRACE_PUT(at, ",");
}

static char *put_key(char *at, const struct key *key) {
    memcpy(at, key->text, sizeof key->text);
    return at + key->length;
}

static char *put_task(struct trace_writer *writer, char *at, const struct key *key,
                      const struct trace_argument *task) {
    at = TRACE_PUT(put_text(writer, at, task->text), "\",");
    at = put_key(at, key) - (sizeof "\":\"" - 1);
    return put_integer(TRACE_PUT(at, "_tid\":"), task->number);
}

static char *put_argument(struct trace_writer *writer, char *at, const struct trace_event *event,
                          int argument) {
    const struct key *key = &keys[argument];
    const struct trace_argument *value = &event->args[argument];
    at = put_key(at, key);
    switch (key->type) {
    case TRACE_TYPE_TEXT:
        return TRACE_PUT(put_text(writer, at, value->text), "\",");
    case TRACE_TYPE_TIME:
        return TRACE_PUT(base_put_time(at, value->number), ",");
    case TRACE_TYPE_TASK:
        return put_task(writer, at, key, value);
    case TRACE_TYPE_STATE:
        return put_state(writer, at, event);
    case TRACE_TYPE_TEXTS:
        return put_texts(writer, at, event);
    default:
        return put_integer(at, value->number);
    }
}

/* --- Lines ----------------------------------------------------------------------------------- */

static struct trace_writer *of(struct trace_consumer *consumer) {
    return (struct trace_writer *)(void *)consumer; /* its first member */
}

static inline int commit(struct trace_writer *writer, char *at) {
    return trace_output_commit(&writer->output, at) ? 0 : CAD_ESYSTEM;
}

/* Each of these puts what is left of a line, to its end. */

static int put_arguments(struct trace_writer *writer, char *at, const struct trace_event *event) {
    at = TRACE_PUT(at, OPEN_ARGS);
    if (event->present == 0)
        return commit(writer, TRACE_PUT(at, "}}"));
    for (uint64_t left = event->present; left != 0; left &= left - 1)
        at = put_argument(writer, at, event, __builtin_ctzll(left));
    at[-1] = '}';
    return commit(writer, TRACE_PUT(at, "}"));
}

/* A counter's id is a text, as Perfetto has a series for each id that is one. */
static APART int put_change(struct trace_writer *writer, char *at,
                            const struct trace_event *event) {
    if (event->id != 0) {
        at = base_put_uint(TRACE_PUT(at, ",\"id\":\""), event->id);
        at = TRACE_PUT(at, "\"");
    }
    at = put_state(writer, TRACE_PUT(at, OPEN_ARGS), event);
    at[-1] = '}';
    return commit(writer, TRACE_PUT(at, "}"));
}

/* One end of the arrow of a wake. */
static APART int put_arrow(struct trace_writer *writer, char *at, const struct trace_event *event) {
    at = base_put_uint(TRACE_PUT(at, ",\"id\":"), event->id);
    return commit(writer,
                  event->phase == 'f' ? TRACE_PUT(at, ",\"bp\":\"e\"}") : TRACE_PUT(at, "}"));
}

/* Metadata has no time, and some of it no track. */
static APART int take_metadata(struct trace_writer *writer, char *at,
                               const struct trace_event *event) {
    const struct shape *shape = &writer->shapes[event->kind];
    at = event->ordinal == 1 ? TRACE_PUT(at, "[") : TRACE_PUT(at, ",\n");
    at = base_put_int(TRACE_PUT(at, "{\"ph\":\"M\",\"pid\":"), event->pid);
    if (event->tid != 0)
        at = base_put_int(TRACE_PUT(at, ",\"tid\":"), event->tid);
    memcpy(at, shape->before, sizeof shape->before);
    return put_arguments(writer, at + shape->last_length, event);
}

static void set_now(struct trace_writer *writer, int64_t now_ns, int64_t pid) {
    writer->now_ns = now_ns;
    writer->pid = pid;
    char *at = TRACE_PUT(writer->head, ",\n{\"ph\":\" \",\"ts\":");
    at = base_put_time(at, now_ns);
    at = base_put_int(TRACE_PUT(at, ",\"pid\":"), pid);
    at = TRACE_PUT(at, ",\"tid\":");
    writer->head_length = (size_t)(at - writer->head);
}

/* Makes room, and the head anew, where they are not as they are to be. */
static APART char *prepare(struct trace_writer *writer, char *at, const struct trace_event *event) {
    if (event->time_ns != writer->now_ns || event->pid != writer->pid)
        set_now(writer, event->time_ns, event->pid);
    return trace_output_room(&writer->output, at, TRACE_OUTPUT_ROOM);
}

static inline bool is_prepared(const struct trace_writer *writer, const char *at,
                               const struct trace_event *event) {
    return writer->output.end - at >= TRACE_OUTPUT_ROOM && event->time_ns == writer->now_ns &&
           event->pid == writer->pid;
}

/* `,\n{"ph":"B","ts":0.000,"pid":1,"tid":2,"cat":"wait","name":"sleep"`. */
static inline char *put_front(struct trace_writer *writer, char *at,
                              const struct trace_event *event, const struct shape *shape) {
    memcpy(at, writer->head, sizeof writer->head);
    at[PHASE_AT] = event->phase;
    at = base_put_int(at + writer->head_length, event->tid);
    if (shape->named) {
        memcpy(at, shape->before, 32);
        at = put_name(writer, at + shape->before_length, event);
        memcpy(at, shape->behind, sizeof shape->behind);
    } else {
        memcpy(at, shape->before, sizeof shape->before);
    }
    return at + shape->last_length;
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct trace_writer *writer = of(consumer);
    const struct shape *shape = &writer->shapes[event->kind];
    char *at = trace_output_at(&writer->output);
    if (!is_prepared(writer, at, event))
        at = prepare(writer, at, event);
    if (event->phase == 'M')
        return take_metadata(writer, at, event);
    at = put_front(writer, at, event, shape);
    if (event->phase == 'C')
        return put_change(writer, at, event);
    if (event->id != 0)
        return put_arrow(writer, at, event);
    if ((event->present | shape->braces) != 0)
        return put_arguments(writer, at, event);
    return commit(writer, TRACE_PUT(at, "}"));
}

static int end(struct trace_consumer *consumer, bool complete) {
    struct trace_writer *writer = of(consumer);
    char *at = trace_output_at(&writer->output);
    if (complete && writer->output.error == 0)
        (void)trace_output_commit(&writer->output, TRACE_PUT(at, "\n]\n"));
    errno = trace_output_close(&writer->output);
    return errno == 0 ? 0 : CAD_ESYSTEM;
}

/* The first error is the one that is kept, so the words are made once: who has them may have them
 * as long as the writer. */
static const char *failure(const struct trace_consumer *consumer) {
    struct trace_writer *writer = of((struct trace_consumer *)(uintptr_t)consumer);
    if (writer->message != NULL)
        return writer->message;
    const char *reason = strerror(writer->output.error);
    size_t size = strlen(writer->path) + strlen(reason) + 3;
    writer->message = base_alloc(size);
    if (writer->message != NULL)
        snprintf(writer->message, size, "%s: %s", writer->path, reason);
    return writer->message;
}

/* --- Opening and closing --------------------------------------------------------------------- */

int trace_writer_open(const char *path, bool live, struct trace_writer **result) {
    *result = NULL;
    struct trace_writer *writer = base_zalloc(1, sizeof *writer);
    if (writer == NULL)
        return CAD_ENOMEM;
    writer->output.fd = -1;
    writer->consumer = (struct trace_consumer){.take = take, .end = end, .failure = failure};
    for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++)
        make_shape(&trace_kinds[kind], &writer->shapes[kind]);
    set_now(writer, 0, 1);
    size_t size = strlen(path) + 1;
    writer->path = base_alloc(size);
    int error = ENOMEM;
    if (writer->path != NULL)
        error = trace_output_open(&writer->output, memcpy(writer->path, path, size), live);
    if (error != 0) {
        trace_writer_free(writer);
        errno = error;
        return error == ENOMEM ? CAD_ENOMEM : CAD_ESYSTEM;
    }
    *result = writer;
    return 0;
}

struct trace_consumer *trace_writer_consumer(struct trace_writer *writer) {
    return &writer->consumer;
}

void trace_writer_soon(struct trace_writer *writer) {
    trace_output_soon(&writer->output);
}

void trace_writer_free(struct trace_writer *writer) {
    if (writer == NULL)
        return;
    if (writer->output.fd >= 0)
        trace_output_close(&writer->output);
    trace_output_free(&writer->output);
    base_free(writer->path);
    base_free(writer->message);
    base_free(writer);
}
