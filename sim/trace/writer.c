#include "trace/writer.h"

#include "base/digits.h"
#include "base/memory.h"
#include "trace/alive.h"
#include "trace/event.h"
#include "trace/names.h"
#include "trace/output.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* `,\n{"ph":"B","ts":0.000,"pid":1,"tid":`, with room behind it, is copied as one. */
enum { HEAD_SIZE = 64, PHASE_AT = sizeof(",\n{\"ph\":\"") - 1 };

/* Words that the engine uses for its objects are found by their addresses. */
enum { WORDS = 64 /* a power of two */ };

/* A word as it is written, in quotes. */
struct word {
    const char *address;
    struct trace_fragment quoted;
};

struct trace_writer {
    struct trace_output output;
    cad_trace_sink sink;
    int failure; /* CAD_ENOMEM, or CAD_ESYSTEM with output.error; 0: none */
    bool closed;

    int64_t now_ns;
    char head[HEAD_SIZE]; /* of an event at that time, whatever its phase */
    size_t head_length;
    uint64_t wakes;
    struct word words[WORDS];

    struct trace_alive_tasks tasks;
    struct trace_names names;
    uint32_t run; /* name of the run slice that is open; 0: none */

    char *scenario;
    char *path;
    char *message;
    const char *(*error_name)(void *context, int code);
    void *error_name_context;
    void (*on_failure)(void *arg);
    void *on_failure_arg;
};

static const struct trace_fragment categories[] = {
#define TRACE_X(constant, text) TRACE_FRAGMENT(",\"cat\":\"" text "\",\"name\":\""),
    TRACE_CATEGORIES(TRACE_X)
#undef TRACE_X
};

/* --- Failure ----------------------------------------------------------------------------- */

static void fail(struct trace_writer *writer, int code) {
    if (writer->failure != 0)
        return;
    writer->failure = code;
    const char *reason = code == CAD_ESYSTEM ? strerror(writer->output.error) : "out of memory";
    size_t size = strlen(writer->path) + strlen(reason) + 3;
    writer->message = base_alloc(size);
    if (writer->message != NULL)
        snprintf(writer->message, size, "%s: %s", writer->path, reason);
    if (writer->on_failure != NULL)
        writer->on_failure(writer->on_failure_arg);
}

/* --- Events ------------------------------------------------------------------------------- */

static uint64_t tid_of(const cad_task *task) {
    return task == NULL ? TRACE_LOOP_TID : cad_task_id(task) + TRACE_LOOP_TID;
}

static void set_now(struct trace_writer *writer, int64_t now_ns) {
    writer->now_ns = now_ns;
    char *at = TRACE_PUT(writer->head, ",\n{\"ph\":\" \",\"ts\":");
    at = base_put_time(at, now_ns);
    at = TRACE_PUT(at, ",\"pid\":1,\"tid\":");
    writer->head_length = (size_t)(at - writer->head);
}

/* `,\n{"ph":"B","ts":0.000,"pid":1,"tid":2,"cat":"task","name":"`: every event but metadata
 * begins like this, with the name to follow.
 *
 * Time never goes back in a trace. The engine may tell of the past after the scenario has told of
 * the present: that a task was ready since its last event, when the clock has moved since. */
static char *begin_event(struct trace_writer *writer, char phase, int64_t now_ns, uint64_t tid,
                         enum trace_category category) {
    if (now_ns > writer->now_ns)
        set_now(writer, now_ns);
    char *at = trace_output_room(&writer->output, writer->output.at, TRACE_OUTPUT_ROOM);
    memcpy(at, writer->head, sizeof writer->head);
    at[PHASE_AT] = phase;
    at = base_put_uint(at + writer->head_length, tid);
    return trace_put_fragment(at, &categories[category]);
}

/* The output tells what it met at its next flush. */
static void end_event(struct trace_writer *writer, char *at) {
    writer->output.at = at;
    if (writer->output.error != 0)
        fail(writer, CAD_ESYSTEM);
}

static char *put_text(struct trace_writer *writer, char *at, const char *text) {
    return trace_output_text(&writer->output, at, text, strlen(text));
}

/* One of those that are open, which are escaped already. */
static char *put_name(struct trace_writer *writer, char *at, uint32_t name) {
    const struct trace_name *entry = &writer->names.entries[name];
    if (entry->length > TRACE_NAME_PADDING)
        return trace_output_bytes(&writer->output, at, entry->text, entry->length);
    memcpy(at, entry->text, TRACE_NAME_PADDING);
    return at + entry->length;
}

/* Arguments end with a comma each, the last of which closing turns into a brace. Where none came
 * it takes back what opened them. */
#define ARGS "\",\"args\":{"

static inline char *close_args(char *at) {
    if (at[-1] == '{')
        return TRACE_PUT(at - (sizeof ARGS - 1), "\"}");
    at[-1] = '}';
    return TRACE_PUT(at, "}");
}

static char *put_text_value(struct trace_writer *writer, char *at, const char *text) {
    return TRACE_PUT(put_text(writer, at, text), "\",");
}

static char *put_int_value(char *at, int64_t value) {
    return TRACE_PUT(base_put_int(at, value), ",");
}

static char *put_time_value(char *at, int64_t time_ns) {
    return TRACE_PUT(base_put_time(at, time_ns), ",");
}

/* A key is a literal. */
#define TEXT_ARG(writer, at, key, text)                                                            \
    put_text_value(writer, TRACE_PUT(at, "\"" key "\":\""), text)
#define INT_ARG(at, key, value) put_int_value(TRACE_PUT(at, "\"" key "\":"), value)
#define TIME_ARG(at, key, time_ns) put_time_value(TRACE_PUT(at, "\"" key "\":"), time_ns)

/* The end of an event that has a name and nothing behind it but, perhaps, an outcome. */
static void end_named(struct trace_writer *writer, char *at, const char *outcome) {
    if (outcome == NULL)
        at = TRACE_PUT(at, "\"}");
    else
        at = close_args(TEXT_ARG(writer, TRACE_PUT(at, ARGS), "outcome", outcome));
    end_event(writer, at);
}

/* --- Names of tasks ------------------------------------------------------------------------- */

/* As it is asked for most: for a moment. */
typedef struct task_name {
    char text[128];
} task_name;

static const char *name_of(const cad_task *task, task_name *name) {
    int length = cad_task_copy_name(task, name->text, sizeof name->text);
    return length < (int)sizeof name->text ? name->text : cad_task_name(task);
}

/* A task, by its name and by its track. */
#define TASK_ARGS(writer, at, key, task)                                                           \
    INT_ARG(put_task_name(writer, TRACE_PUT(at, "\"" key "\":\""), task), key "_tid",              \
            (int64_t)tid_of(task))

static char *put_task_name(struct trace_writer *writer, char *at, const cad_task *task) {
    task_name name;
    return put_text_value(writer, at, name_of(task, &name));
}

/* --- What is open -------------------------------------------------------------------------- */

static void count_spans(struct trace_writer *writer, int64_t now_ns) {
    char *at = begin_event(writer, 'C', now_ns, TRACE_LOOP_TID, TRACE_CATEGORY_OBJECT);
    at = TRACE_PUT(at, TRACE_SPANS_NAME ARGS);
    at = INT_ARG(at, TRACE_SPANS_KEY, (int64_t)writer->tasks.open_spans);
    end_event(writer, close_args(at));
}

static void end_wait(struct trace_writer *writer, int64_t now_ns, struct trace_alive *alive,
                     const char *outcome) {
    char *at = begin_event(writer, 'E', now_ns, tid_of(alive->task), TRACE_CATEGORY_WAIT);
    end_named(writer, put_name(writer, at, alive->wait), outcome);
    trace_names_drop(&writer->names, alive->wait);
    alive->wait = 0;
}

static void end_ready(struct trace_writer *writer, int64_t now_ns, struct trace_alive *alive,
                      const char *outcome) {
    char *at = begin_event(writer, 'E', now_ns, tid_of(alive->task), TRACE_CATEGORY_READY);
    end_named(writer, TRACE_PUT(at, "ready"), outcome);
    alive->ready = 0;
}

static void end_span(struct trace_writer *writer, int64_t now_ns, struct trace_alive *alive,
                     const char *outcome) {
    uint32_t name = trace_alive_pop_span(&writer->tasks, alive);
    char *at = begin_event(writer, 'E', now_ns, tid_of(alive->task), TRACE_CATEGORY_SPAN);
    end_named(writer, put_name(writer, at, name), outcome);
    trace_names_drop(&writer->names, name);
    count_spans(writer, now_ns);
}

/* All that a task has open inside its own slice. */
static void end_inner(struct trace_writer *writer, int64_t now_ns, struct trace_alive *alive,
                      const char *outcome) {
    if (alive->ready)
        end_ready(writer, now_ns, alive, outcome);
    if (alive->wait != 0)
        end_wait(writer, now_ns, alive, outcome);
    while (alive->span != 0)
        end_span(writer, now_ns, alive, outcome);
}

static void end_run(struct trace_writer *writer, int64_t now_ns, const char *outcome) {
    char *at = begin_event(writer, 'E', now_ns, TRACE_LOOP_TID, TRACE_CATEGORY_RUN);
    end_named(writer, put_name(writer, at, writer->run), outcome);
    trace_names_drop(&writer->names, writer->run);
    writer->run = 0;
}

/* --- The sink ------------------------------------------------------------------------------ */

static void put_thread(struct trace_writer *writer, uint64_t tid, const char *name) {
    struct trace_fragment number = {.length = 0};
    number.length = (size_t)(base_put_uint(number.text, tid) - number.text);
    char *at = trace_output_room(&writer->output, writer->output.at, TRACE_OUTPUT_ROOM);
    at = TRACE_PUT(at, ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":");
    at = trace_put_fragment(at, &number);
    at = TRACE_PUT(at, ",\"name\":\"thread_name\",\"args\":{\"name\":\"");
    at = put_text(writer, at, name);
    at = TRACE_PUT(at, "\"}},\n{\"ph\":\"M\",\"pid\":1,\"tid\":");
    at = trace_put_fragment(at, &number);
    at = TRACE_PUT(at, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":");
    at = trace_put_fragment(at, &number);
    writer->output.at = TRACE_PUT(at, "}}");
}

static void on_task_begin(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    if (!trace_alive_add(&writer->tasks, task)) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    uint64_t tid = tid_of(task);
    task_name buffer;
    const char *name = name_of(task, &buffer);
    put_thread(writer, tid, name);
    char *at = begin_event(writer, 'B', now_ns, tid, TRACE_CATEGORY_TASK);
    at = TRACE_PUT(put_text(writer, at, name), ARGS);
    if (by != NULL)
        at = TASK_ARGS(writer, at, "by", by);
    end_event(writer, close_args(at));
}

static const char *name_of_error(struct trace_writer *writer, int code) {
    const char *name = NULL;
    if (writer->error_name != NULL)
        name = writer->error_name(writer->error_name_context, code);
    return name != NULL ? name : cad_error_name(code);
}

static void on_task_end(void *context, int64_t now_ns, const cad_task *task, int code,
                        const cad_exception *exception) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    end_inner(writer, now_ns, trace_alive_find(&writer->tasks, task), NULL);
    char *at = begin_event(writer, 'E', now_ns, tid_of(task), TRACE_CATEGORY_TASK);
    task_name buffer;
    at = put_text(writer, at, name_of(task, &buffer));
    if (code == 0) {
        at = TRACE_PUT(at, ARGS "\"outcome\":\"returned\",");
    } else if (code == CAD_ECANCELLED) {
        at = TRACE_PUT(at, ARGS "\"outcome\":\"cancelled\",");
    } else {
        at = TRACE_PUT(at, ARGS "\"outcome\":\"failed\",");
        at = TEXT_ARG(writer, at, "error", name_of_error(writer, code));
    }
    const char *message = exception == NULL ? "" : cad_exception_message(exception);
    if (message[0] != '\0')
        at = TEXT_ARG(writer, at, "message", message);
    end_event(writer, close_args(at));
    trace_alive_remove(&writer->tasks, task);
}

/* A word of the engine's - a type of object, a key of its state - which is a literal: what is at
 * its address never changes. */
static const struct trace_fragment *word_of(struct trace_writer *writer, const char *text) {
    uint64_t mixed = (uintptr_t)text * UINT64_C(0x9E3779B97F4A7C15);
    struct word *word = &writer->words[mixed >> 32 & (WORDS - 1)];
    if (word->address != text) {
        size_t length = strlen(text);
        assert(length + 2 <= sizeof word->quoted.text);
        *word = (struct word){.address = text, .quoted.length = length + 2};
        word->quoted.text[0] = word->quoted.text[length + 1] = '"';
        memcpy(word->quoted.text + 1, text, length);
    }
    return &word->quoted;
}

static bool is_owner(const struct trace_fragment *key) {
    static const char owner[] = "\"owner\"";
    return memcmp(key->text, owner, sizeof owner) == 0;
}

static char *put_state(char *at, const struct trace_fragment *key, int64_t value) {
    at = trace_put_fragment(at, key);
    return put_int_value(TRACE_PUT(at, ":"), value);
}

/* What explains the wait: the object's type and state, who holds it, who is awaited, until
 * when. */
static void put_wait_args(struct trace_writer *writer, char *at, const cad_wait_info *wait,
                          const cad_object_info *object) {
    at = TRACE_PUT(at, ARGS);
    if (object != NULL) {
        at = TRACE_PUT(at, "\"object\":");
        at = trace_put_fragment(at, word_of(writer, object->type));
        at = TRACE_PUT(at, ",");
        for (size_t i = 0; i < object->count; i++) {
            const struct trace_fragment *key = word_of(writer, object->fields[i].key);
            if (!is_owner(key) && !object->fields[i].detail)
                at = put_state(at, key, object->fields[i].value);
        }
    }
    if (wait->holder != NULL)
        at = TASK_ARGS(writer, at, "owner", wait->holder);
    if (wait->task != NULL)
        at = INT_ARG(at, "task_tid", (int64_t)tid_of(wait->task));
    if (wait->until_ns != CAD_NEVER)
        at = TIME_ARG(at, "until", wait->until_ns);
    end_event(writer, close_args(at));
}

static void on_wait_begin(void *context, int64_t now_ns, const cad_task *task,
                          const cad_wait_info *wait) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct trace_alive *alive = trace_alive_find(&writer->tasks, task);
    assert(alive->wait == 0 && !alive->ready);

    cad_object_info object;
    task_name awaited;
    const char *what = NULL;
    bool described = wait->task == NULL && wait->object != NULL;
    if (described) {
        cad_object_describe(wait->object, &object);
        what = object.name;
    } else if (wait->task != NULL) {
        what = name_of(wait->task, &awaited);
    }
    alive->wait = trace_names_use(&writer->names, wait->verb, what);
    if (alive->wait == 0) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    char *at = begin_event(writer, 'B', now_ns, tid_of(task), TRACE_CATEGORY_WAIT);
    at = put_name(writer, at, alive->wait);
    put_wait_args(writer, at, wait, described ? &object : NULL);
}

static void put_wake(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                     const cad_task *by) {
    uint64_t wake = ++writer->wakes;

    char *at = begin_event(writer, 's', now_ns, tid_of(by), TRACE_CATEGORY_WAKE);
    at = TRACE_PUT(at, "wake\",\"id\":");
    at = base_put_uint(at, wake);
    end_event(writer, TRACE_PUT(at, "}"));

    at = begin_event(writer, 'f', now_ns, tid_of(task), TRACE_CATEGORY_WAKE);
    at = TRACE_PUT(at, "wake\",\"id\":");
    at = base_put_uint(at, wake);
    end_event(writer, TRACE_PUT(at, ",\"bp\":\"e\"}"));
}

static void on_wake(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct trace_alive *alive = trace_alive_find(&writer->tasks, task);
    assert(alive->wait != 0);
    if (by != NULL) /* nobody wakes who wakes by a timer, or from outside */
        put_wake(writer, now_ns, task, by);
    end_wait(writer, now_ns, alive, NULL);
}

static void on_ready_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct trace_alive *alive = trace_alive_find(&writer->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    alive->ready = 1;
    char *at = begin_event(writer, 'B', now_ns, tid_of(task), TRACE_CATEGORY_READY);
    end_named(writer, TRACE_PUT(at, "ready"), NULL);
}

static void on_ready_end(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct trace_alive *alive = trace_alive_find(&writer->tasks, task);
    assert(alive->ready);
    end_ready(writer, now_ns, alive, NULL);
}

static void on_run_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    assert(writer->run == 0);
    task_name buffer;
    const char *name = task == NULL ? "callback" : name_of(task, &buffer);
    writer->run = trace_names_use(&writer->names, name, NULL);
    if (writer->run == 0) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    char *at = begin_event(writer, 'B', now_ns, TRACE_LOOP_TID, TRACE_CATEGORY_RUN);
    at = TRACE_PUT(put_name(writer, at, writer->run), ARGS);
    if (task != NULL)
        at = INT_ARG(at, "task_tid", (int64_t)tid_of(task));
    end_event(writer, close_args(at));
}

static void on_run_end(void *context, int64_t now_ns, const cad_task *task) {
    struct trace_writer *writer = context;
    (void)task; /* it may have ended meanwhile */
    if (writer->failure != 0)
        return;
    assert(writer->run != 0);
    end_run(writer, now_ns, NULL);
}

/* `i`, on the track of `task`. The caller adds arguments and ends it. */
static char *begin_instant(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                           enum trace_category category, const char *name) {
    char *at = begin_event(writer, 'i', now_ns, tid_of(task), category);
    at = put_text(writer, at, name);
    return TRACE_PUT(at, "\",\"s\":\"t" ARGS);
}

static void on_cancel(void *context, int64_t now_ns, const cad_task *task, const cad_task *by,
                      const char *message) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    char *at = begin_instant(writer, now_ns, task, TRACE_CATEGORY_CANCEL, "cancel");
    if (by != NULL)
        at = TASK_ARGS(writer, at, "by", by);
    if (message != NULL)
        at = TEXT_ARG(writer, at, "message", message);
    end_event(writer, close_args(at));
}

static void on_timeout(void *context, int64_t now_ns, const cad_task *task) {
    trace_writer_timeout(context, now_ns, task, "timeout");
}

static void on_object(void *context, int64_t now_ns, const cad_object_info *info) {
    struct trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    char *at = begin_event(writer, 'C', now_ns, TRACE_LOOP_TID, TRACE_CATEGORY_OBJECT);
    at = TRACE_PUT(put_text(writer, at, info->name), ARGS);
    for (size_t i = 0; i < info->count; i++) {
        const struct trace_fragment *key = word_of(writer, info->fields[i].key);
        int64_t value = info->fields[i].value;
        if (info->fields[i].constant)
            continue;
        /* Readers know tracks, not the engine's numbers; 0 stands for nobody in both. */
        if (is_owner(key) && value != 0)
            value += TRACE_LOOP_TID;
        at = put_state(at, key, value);
    }
    end_event(writer, close_args(at));
}

/* --- Opening -------------------------------------------------------------------------------- */

static char *copy_text(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = base_alloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

static char *put_overrides(struct trace_writer *writer, char *at,
                           const struct trace_header *header) {
    at = TRACE_PUT(at, "\"set\":{");
    for (size_t i = 0; i < header->override_count; i++) {
        at = put_text(writer, TRACE_PUT(at, "\""), header->overrides[i].name);
        at = put_text_value(writer, TRACE_PUT(at, "\":\""), header->overrides[i].value);
    }
    at[-1] = '}';
    return TRACE_PUT(at, ",");
}

static void put_header(struct trace_writer *writer, const struct trace_header *header) {
    char *at = trace_output_room(&writer->output, writer->output.at, TRACE_OUTPUT_ROOM);
    at = TRACE_PUT(at, "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran" ARGS);
    at = INT_ARG(at, "trace", TRACE_VERSION);
    at = TEXT_ARG(writer, at, "scenario", header->scenario);
    at = TEXT_ARG(writer, at, "clock", header->clock);
    at = INT_ARG(at, "seed", header->seed);
    if (header->override_count > 0)
        at = put_overrides(writer, at, header);
    if (header->until_ns != CAD_NEVER)
        at = TIME_ARG(at, "until", header->until_ns);
    if (header->started != NULL)
        at = TEXT_ARG(writer, at, "started", header->started);
    if (header->host != NULL)
        at = TEXT_ARG(writer, at, "host", header->host);
    at = close_args(at);
    at = TRACE_PUT(at, ",\n{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name" ARGS);
    at = TEXT_ARG(writer, at, "name", header->scenario);
    end_event(writer, close_args(at));
}

int trace_writer_open(const char *path, const struct trace_header *header,
                      struct trace_writer **result) {
    *result = NULL;
    struct trace_writer *writer = base_zalloc(1, sizeof *writer);
    if (writer == NULL)
        return CAD_ENOMEM;
    writer->output.fd = -1;
    writer->scenario = copy_text(header->scenario);
    writer->path = copy_text(path);
    int error = ENOMEM;
    if (writer->scenario != NULL && writer->path != NULL)
        error = trace_output_open(&writer->output, path);
    if (error != 0) {
        trace_writer_free(writer);
        errno = error;
        return error == ENOMEM ? CAD_ENOMEM : CAD_ESYSTEM;
    }
    writer->sink = (cad_trace_sink){
        .context = writer,
        .task_begin = on_task_begin,
        .task_end = on_task_end,
        .wait_begin = on_wait_begin,
        .wake = on_wake,
        .ready_begin = on_ready_begin,
        .ready_end = on_ready_end,
        .run_begin = on_run_begin,
        .run_end = on_run_end,
        .cancel = on_cancel,
        .timeout = on_timeout,
        .object = on_object,
    };
    set_now(writer, 0);
    put_header(writer, header);
    put_thread(writer, TRACE_LOOP_TID, "loop");
    char *at = begin_event(writer, 'B', 0, TRACE_LOOP_TID, TRACE_CATEGORY_LOOP);
    end_named(writer, put_text(writer, at, writer->scenario), NULL);
    *result = writer;
    return 0;
}

const cad_trace_sink *trace_writer_sink(struct trace_writer *writer) {
    return &writer->sink;
}

void trace_writer_set_error_names(struct trace_writer *writer,
                                  const char *(*name)(void *context, int code), void *context) {
    writer->error_name = name;
    writer->error_name_context = context;
}

void trace_writer_on_failure(struct trace_writer *writer, void (*fn)(void *arg), void *arg) {
    writer->on_failure = fn;
    writer->on_failure_arg = arg;
}

/* --- What only the scenario knows ------------------------------------------------------------ */

void trace_writer_span_begin(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                             const char *name) {
    if (writer->failure != 0)
        return;
    struct trace_alive *alive = trace_alive_find(&writer->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    uint32_t name_id = trace_names_use(&writer->names, name, NULL);
    if (name_id == 0 || !trace_alive_push_span(&writer->tasks, alive, name_id)) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    char *at = begin_event(writer, 'B', now_ns, tid_of(task), TRACE_CATEGORY_SPAN);
    end_named(writer, put_name(writer, at, name_id), NULL);
    count_spans(writer, now_ns);
}

void trace_writer_span_end(struct trace_writer *writer, int64_t now_ns, const cad_task *task) {
    if (writer->failure != 0)
        return;
    struct trace_alive *alive = trace_alive_find(&writer->tasks, task);
    assert(alive->span != 0 && alive->wait == 0 && !alive->ready);
    end_span(writer, now_ns, alive, NULL);
}

void trace_writer_print(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                        const char *line) {
    if (writer->failure != 0)
        return;
    char *at = begin_instant(writer, now_ns, task, TRACE_CATEGORY_PRINT, line);
    end_event(writer, close_args(at));
}

void trace_writer_signal(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                         const char *signal) {
    if (writer->failure != 0)
        return;
    char *at = begin_instant(writer, now_ns, task, TRACE_CATEGORY_SIGNAL, signal);
    end_event(writer, close_args(at));
}

void trace_writer_timeout(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                          const char *name) {
    if (writer->failure != 0)
        return;
    char *at = begin_instant(writer, now_ns, task, TRACE_CATEGORY_TIMEOUT, name);
    end_event(writer, close_args(at));
}

void trace_writer_error(struct trace_writer *writer, int64_t now_ns, const cad_task *task,
                        const char *error, const char *message, const char *where) {
    if (writer->failure != 0)
        return;
    char *at = begin_instant(writer, now_ns, task, TRACE_CATEGORY_ERROR, error);
    if (message != NULL)
        at = TEXT_ARG(writer, at, "message", message);
    if (where != NULL)
        at = TEXT_ARG(writer, at, "where", where);
    end_event(writer, close_args(at));
}

void trace_writer_fault(struct trace_writer *writer, int64_t now_ns, const char *fault,
                        const char *detail) {
    if (writer->failure != 0)
        return;
    char *at = begin_instant(writer, now_ns, NULL, TRACE_CATEGORY_FAULT, fault);
    if (detail != NULL)
        at = TEXT_ARG(writer, at, "detail", detail);
    end_event(writer, close_args(at));
}

/* --- Closing --------------------------------------------------------------------------------- */

static void end_tasks(struct trace_writer *writer, int64_t now_ns) {
    struct trace_alive *alive = NULL;
    for (uint64_t id = 0; writer->failure == 0; id = cad_task_id(alive->task) + 1) {
        alive = trace_alive_next(&writer->tasks, id);
        if (alive == NULL)
            return;
        end_inner(writer, now_ns, alive, "pending");
        char *at = begin_event(writer, 'E', now_ns, tid_of(alive->task), TRACE_CATEGORY_TASK);
        task_name buffer;
        end_named(writer, put_text(writer, at, name_of(alive->task, &buffer)), "pending");
    }
}

void trace_writer_flush(struct trace_writer *writer) {
    trace_output_flush(&writer->output);
    if (writer->output.error != 0)
        fail(writer, CAD_ESYSTEM);
}

int trace_writer_close(struct trace_writer *writer, int64_t now_ns, const char *outcome) {
    assert(!writer->closed);
    writer->closed = true;
    if (writer->failure == 0)
        end_tasks(writer, now_ns);
    if (writer->failure == 0) {
        if (writer->run != 0)
            end_run(writer, now_ns, "pending");
        char *at = begin_event(writer, 'E', now_ns, TRACE_LOOP_TID, TRACE_CATEGORY_LOOP);
        end_named(writer, put_text(writer, at, writer->scenario), outcome);
        writer->output.at = TRACE_PUT(writer->output.at, "\n]\n");
    }
    int error = trace_output_close(&writer->output);
    if (error != 0)
        fail(writer, CAD_ESYSTEM);
    errno = error;
    return writer->failure;
}

const char *trace_writer_failure(const struct trace_writer *writer) {
    if (writer->failure == 0)
        return NULL;
    return writer->message != NULL ? writer->message : "out of memory";
}

void trace_writer_free(struct trace_writer *writer) {
    if (writer == NULL)
        return;
    if (writer->output.fd >= 0)
        trace_output_close(&writer->output);
    trace_output_free(&writer->output);
    trace_alive_free(&writer->tasks);
    trace_names_free(&writer->names);
    base_free(writer->scenario);
    base_free(writer->path);
    base_free(writer->message);
    base_free(writer);
}
