#include "trace/writer.h"

#include "trace/alive.h"
#include "trace/event.h"
#include "trace/memory.h"
#include "trace/names.h"
#include "trace/output.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Room for a number and what is around it: `":-9223372036854775808,`. */
enum { NUMBERS_MAX = 64 };

struct sim_trace_writer {
    struct sim_output output;
    cad_trace_sink sink;
    int failure; /* CAD_ENOMEM, or CAD_ESYSTEM with output.error; 0: none */
    bool closed;

    int64_t now_ns;
    char now[SIM_TIME_DIGITS_MAX]; /* as it is written */
    size_t now_length;
    uint64_t wakes;

    struct sim_alive_tasks tasks;
    struct sim_names names;
    uint32_t run; /* name of the run slice that is open; 0: none */

    char *scenario;
    char *path;
    char *message;
    const char *(*error_name)(void *context, int code);
    void *error_name_context;
    void (*on_failure)(void *arg);
    void *on_failure_arg;
};

static const struct {
    const char *text;
    size_t length;
} categories[] = {
#define SIM_X(constant, text) {text, sizeof(text) - 1},
    SIM_CATEGORIES(SIM_X)
#undef SIM_X
};

/* --- Failure ----------------------------------------------------------------------------- */

static void fail(struct sim_trace_writer *writer, int code) {
    if (writer->failure != 0)
        return;
    writer->failure = code;
    const char *reason = code == CAD_ESYSTEM ? strerror(writer->output.error) : "out of memory";
    size_t size = strlen(writer->path) + strlen(reason) + 3;
    writer->message = sim_trace_alloc(size);
    if (writer->message != NULL)
        snprintf(writer->message, size, "%s: %s", writer->path, reason);
    if (writer->on_failure != NULL)
        writer->on_failure(writer->on_failure_arg);
}

/* After each event: the output tells what it met at its next flush. */
static inline void check(struct sim_trace_writer *writer) {
    if (writer->output.error != 0)
        fail(writer, CAD_ESYSTEM);
}

/* --- Events ------------------------------------------------------------------------------- */

static uint64_t tid_of(const cad_task *task) {
    return task == NULL ? SIM_TRACE_LOOP_TID : cad_task_id(task) + SIM_TRACE_LOOP_TID;
}

/* Time never goes back in a trace. The engine may tell of the past after the scenario has told of
 * the present: that a task was ready since its last event, when the clock has moved since. */
static void set_now(struct sim_trace_writer *writer, int64_t now_ns) {
    if (now_ns <= writer->now_ns && writer->now_length > 0)
        return;
    writer->now_ns = now_ns;
    writer->now_length = (size_t)(sim_put_time(writer->now, now_ns) - writer->now);
}

/* `,\n{"ph":"B","ts":0.000,"pid":1,"tid":2,"cat":"task","name":"`: every event but metadata
 * begins like this, with the name to follow. */
static void begin_event(struct sim_trace_writer *writer, char phase, int64_t now_ns, uint64_t tid,
                        enum sim_category category) {
    if (now_ns != writer->now_ns)
        set_now(writer, now_ns);
    char *at = sim_output_room(&writer->output, 256);
    at = SIM_PUT(at, ",\n{\"ph\":\"");
    *at++ = phase;
    at = SIM_PUT(at, "\",\"ts\":");
    memcpy(at, writer->now, sizeof writer->now);
    at += writer->now_length;
    at = SIM_PUT(at, ",\"pid\":1,\"tid\":");
    at = sim_put_uint(at, tid);
    at = SIM_PUT(at, ",\"cat\":\"");
    memcpy(at, categories[category].text, categories[category].length);
    at += categories[category].length;
    writer->output.at = SIM_PUT(at, "\",\"name\":\"");
}

/* Inline, so that the length of a literal is known. */
static inline void put(struct sim_trace_writer *writer, const char *text) {
    size_t length = strlen(text);
    assert(length <= SIM_OUTPUT_ROOM_MAX);
    char *at = sim_output_room(&writer->output, length);
    memcpy(at, text, length);
    writer->output.at = at + length;
}

static void put_name(struct sim_trace_writer *writer, uint32_t name) {
    const struct sim_name *entry = &writer->names.entries[name];
    sim_output_bytes(&writer->output, entry->text, entry->length);
}

static void put_int(struct sim_trace_writer *writer, int64_t value) {
    char *at = sim_output_room(&writer->output, NUMBERS_MAX);
    writer->output.at = sim_put_int(at, value);
}

static void put_time(struct sim_trace_writer *writer, int64_t time_ns) {
    char *at = sim_output_room(&writer->output, NUMBERS_MAX);
    writer->output.at = sim_put_time(at, time_ns);
}

/* Members of "args": each begins with `*separator`, which is then a comma. The first one's
 * separator is what opens the object, and put_args_end() closes what was opened. */
static const char args_open[] = "\",\"args\":{";

static void put_key(struct sim_trace_writer *writer, const char **separator, const char *key) {
    put(writer, *separator);
    put(writer, "\"");
    put(writer, key);
    put(writer, "\":");
    *separator = ",";
}

static void put_text_arg(struct sim_trace_writer *writer, const char **separator, const char *key,
                         const char *text) {
    put_key(writer, separator, key);
    put(writer, "\"");
    sim_output_text(&writer->output, text);
    put(writer, "\"");
}

static void put_int_arg(struct sim_trace_writer *writer, const char **separator, const char *key,
                        int64_t value) {
    put_key(writer, separator, key);
    put_int(writer, value);
}

static void put_time_arg(struct sim_trace_writer *writer, const char **separator, const char *key,
                         int64_t time_ns) {
    put_key(writer, separator, key);
    put_time(writer, time_ns);
}

/* A task, by its name and by its track. */
static void put_task_args(struct sim_trace_writer *writer, const char **separator,
                          const char *name_key, const char *tid_key, const cad_task *task) {
    if (name_key != NULL)
        put_text_arg(writer, separator, name_key, cad_task_name(task));
    put_int_arg(writer, separator, tid_key, (int64_t)tid_of(task));
}

/* After the name, or after the arguments. */
static void end_event(struct sim_trace_writer *writer, const char *separator) {
    put(writer, separator == args_open ? "\"}" : "}}");
    check(writer);
}

static void outcome_end(struct sim_trace_writer *writer, const char *outcome) {
    const char *separator = args_open;
    if (outcome != NULL)
        put_text_arg(writer, &separator, "outcome", outcome);
    end_event(writer, separator);
}

/* --- What is open -------------------------------------------------------------------------- */

static void count_spans(struct sim_trace_writer *writer, int64_t now_ns) {
    begin_event(writer, 'C', now_ns, SIM_TRACE_LOOP_TID, SIM_CATEGORY_OBJECT);
    const char *separator = args_open;
    put(writer, SIM_TRACE_SPANS_NAME);
    put_int_arg(writer, &separator, SIM_TRACE_SPANS_KEY, (int64_t)writer->tasks.open_spans);
    end_event(writer, separator);
}

static void end_wait(struct sim_trace_writer *writer, int64_t now_ns, struct sim_alive *alive,
                     const char *outcome) {
    begin_event(writer, 'E', now_ns, tid_of(alive->task), SIM_CATEGORY_WAIT);
    put_name(writer, alive->wait);
    outcome_end(writer, outcome);
    sim_names_drop(&writer->names, alive->wait);
    alive->wait = 0;
}

static void end_ready(struct sim_trace_writer *writer, int64_t now_ns, struct sim_alive *alive,
                      const char *outcome) {
    begin_event(writer, 'E', now_ns, tid_of(alive->task), SIM_CATEGORY_READY);
    put(writer, "ready");
    outcome_end(writer, outcome);
    alive->ready = 0;
}

static void end_span(struct sim_trace_writer *writer, int64_t now_ns, struct sim_alive *alive,
                     const char *outcome) {
    uint32_t name = sim_alive_pop_span(&writer->tasks, alive);
    begin_event(writer, 'E', now_ns, tid_of(alive->task), SIM_CATEGORY_SPAN);
    put_name(writer, name);
    outcome_end(writer, outcome);
    sim_names_drop(&writer->names, name);
    count_spans(writer, now_ns);
}

/* All that a task has open inside its own slice. */
static void end_inner(struct sim_trace_writer *writer, int64_t now_ns, struct sim_alive *alive,
                      const char *outcome) {
    if (alive->ready)
        end_ready(writer, now_ns, alive, outcome);
    if (alive->wait != 0)
        end_wait(writer, now_ns, alive, outcome);
    while (alive->span != 0)
        end_span(writer, now_ns, alive, outcome);
}

static void end_run(struct sim_trace_writer *writer, int64_t now_ns, const char *outcome) {
    begin_event(writer, 'E', now_ns, SIM_TRACE_LOOP_TID, SIM_CATEGORY_RUN);
    put_name(writer, writer->run);
    outcome_end(writer, outcome);
    sim_names_drop(&writer->names, writer->run);
    writer->run = 0;
}

/* --- The sink ------------------------------------------------------------------------------ */

/* A task's name as it is asked for most: for a moment. */
typedef struct task_name {
    char text[128];
} task_name;

static const char *name_of(const cad_task *task, task_name *name) {
    int length = cad_task_copy_name(task, name->text, sizeof name->text);
    return length < (int)sizeof name->text ? name->text : cad_task_name(task);
}

static void put_thread(struct sim_trace_writer *writer, uint64_t tid, const char *name) {
    char *at = sim_output_room(&writer->output, 256);
    at = SIM_PUT(at, ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":");
    at = sim_put_uint(at, tid);
    writer->output.at = SIM_PUT(at, ",\"name\":\"thread_name\",\"args\":{\"name\":\"");
    sim_output_text(&writer->output, name);
    at = sim_output_room(&writer->output, 256);
    at = SIM_PUT(at, "\"}},\n{\"ph\":\"M\",\"pid\":1,\"tid\":");
    at = sim_put_uint(at, tid);
    at = SIM_PUT(at, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":");
    at = sim_put_uint(at, tid);
    writer->output.at = SIM_PUT(at, "}}");
}

static void on_task_begin(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    if (!sim_alive_add(&writer->tasks, task)) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    uint64_t tid = tid_of(task);
    task_name buffer;
    const char *name = name_of(task, &buffer);
    put_thread(writer, tid, name);
    begin_event(writer, 'B', now_ns, tid, SIM_CATEGORY_TASK);
    sim_output_text(&writer->output, name);
    const char *separator = args_open;
    if (by != NULL)
        put_task_args(writer, &separator, "by", "by_tid", by);
    end_event(writer, separator);
}

static const char *name_of_error(struct sim_trace_writer *writer, int code) {
    const char *name = NULL;
    if (writer->error_name != NULL)
        name = writer->error_name(writer->error_name_context, code);
    return name != NULL ? name : cad_error_name(code);
}

static void on_task_end(void *context, int64_t now_ns, const cad_task *task, int code,
                        const cad_exception *exception) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    end_inner(writer, now_ns, sim_alive_find(&writer->tasks, task), NULL);
    begin_event(writer, 'E', now_ns, tid_of(task), SIM_CATEGORY_TASK);
    task_name buffer;
    sim_output_text(&writer->output, name_of(task, &buffer));
    const char *separator = args_open;
    if (code == 0) {
        put_text_arg(writer, &separator, "outcome", "returned");
    } else if (code == CAD_ECANCELLED) {
        put_text_arg(writer, &separator, "outcome", "cancelled");
    } else {
        put_text_arg(writer, &separator, "outcome", "failed");
        put_text_arg(writer, &separator, "error", name_of_error(writer, code));
    }
    const char *message = exception == NULL ? "" : cad_exception_message(exception);
    if (message[0] != '\0')
        put_text_arg(writer, &separator, "message", message);
    end_event(writer, separator);
    sim_alive_remove(&writer->tasks, task);
}

/* What explains the wait: the object's type and state, who holds it, who is awaited, until
 * when. */
static void put_wait_args(struct sim_trace_writer *writer, const cad_wait_info *wait,
                          const cad_object_info *object) {
    const char *separator = args_open;
    if (object != NULL) {
        put_text_arg(writer, &separator, "object", object->type);
        for (size_t i = 0; i < object->count; i++)
            if (strcmp(object->fields[i].key, "owner") != 0)
                put_int_arg(writer, &separator, object->fields[i].key, object->fields[i].value);
    }
    if (wait->holder != NULL)
        put_task_args(writer, &separator, "owner", "owner_tid", wait->holder);
    if (wait->task != NULL)
        put_task_args(writer, &separator, NULL, "task_tid", wait->task);
    if (wait->until_ns != CAD_NEVER)
        put_time_arg(writer, &separator, "until", wait->until_ns);
    end_event(writer, separator);
}

static void on_wait_begin(void *context, int64_t now_ns, const cad_task *task,
                          const cad_wait_info *wait) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct sim_alive *alive = sim_alive_find(&writer->tasks, task);
    assert(alive->wait == 0 && !alive->ready);

    cad_object_info object;
    const char *what = NULL;
    bool described = wait->task == NULL && wait->object != NULL;
    if (described) {
        cad_object_describe(wait->object, &object);
        what = object.name;
    } else if (wait->task != NULL) {
        what = cad_task_name(wait->task);
    }
    alive->wait = sim_names_use(&writer->names, wait->verb, what);
    if (alive->wait == 0) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    begin_event(writer, 'B', now_ns, tid_of(task), SIM_CATEGORY_WAIT);
    put_name(writer, alive->wait);
    put_wait_args(writer, wait, described ? &object : NULL);
}

static void put_wake(struct sim_trace_writer *writer, int64_t now_ns, const cad_task *task,
                     const cad_task *by) {
    uint64_t wake = ++writer->wakes;

    begin_event(writer, 's', now_ns, tid_of(by), SIM_CATEGORY_WAKE);
    char *at = sim_output_room(&writer->output, NUMBERS_MAX);
    at = SIM_PUT(at, "wake\",\"id\":");
    at = sim_put_uint(at, wake);
    writer->output.at = SIM_PUT(at, "}");

    begin_event(writer, 'f', now_ns, tid_of(task), SIM_CATEGORY_WAKE);
    at = sim_output_room(&writer->output, NUMBERS_MAX);
    at = SIM_PUT(at, "wake\",\"id\":");
    at = sim_put_uint(at, wake);
    writer->output.at = SIM_PUT(at, ",\"bp\":\"e\"}");
}

static void on_wake(void *context, int64_t now_ns, const cad_task *task, const cad_task *by) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct sim_alive *alive = sim_alive_find(&writer->tasks, task);
    assert(alive->wait != 0);
    if (by != NULL) /* nobody wakes who wakes by a timer, or from outside */
        put_wake(writer, now_ns, task, by);
    end_wait(writer, now_ns, alive, NULL);
}

static void on_ready_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct sim_alive *alive = sim_alive_find(&writer->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    alive->ready = 1;
    begin_event(writer, 'B', now_ns, tid_of(task), SIM_CATEGORY_READY);
    put(writer, "ready");
    end_event(writer, args_open);
}

static void on_ready_end(void *context, int64_t now_ns, const cad_task *task) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    struct sim_alive *alive = sim_alive_find(&writer->tasks, task);
    assert(alive->ready);
    end_ready(writer, now_ns, alive, NULL);
}

static void on_run_begin(void *context, int64_t now_ns, const cad_task *task) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    assert(writer->run == 0);
    const char *name = task == NULL ? "callback" : cad_task_name(task);
    writer->run = sim_names_use(&writer->names, name, NULL);
    if (writer->run == 0) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    begin_event(writer, 'B', now_ns, SIM_TRACE_LOOP_TID, SIM_CATEGORY_RUN);
    put_name(writer, writer->run);
    const char *separator = args_open;
    if (task != NULL)
        put_task_args(writer, &separator, NULL, "task_tid", task);
    end_event(writer, separator);
}

static void on_run_end(void *context, int64_t now_ns, const cad_task *task) {
    struct sim_trace_writer *writer = context;
    (void)task; /* it may have ended meanwhile */
    if (writer->failure != 0)
        return;
    assert(writer->run != 0);
    end_run(writer, now_ns, NULL);
}

/* `i`, on the track of `task`. The caller adds arguments and ends it. */
static void begin_instant(struct sim_trace_writer *writer, int64_t now_ns, const cad_task *task,
                          enum sim_category category, const char *name) {
    begin_event(writer, 'i', now_ns, tid_of(task), category);
    sim_output_text(&writer->output, name);
    put(writer, "\",\"s\":\"t");
}

static void on_cancel(void *context, int64_t now_ns, const cad_task *task, const cad_task *by,
                      const char *message) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    const char *separator = args_open;
    begin_instant(writer, now_ns, task, SIM_CATEGORY_CANCEL, "cancel");
    if (by != NULL)
        put_task_args(writer, &separator, "by", "by_tid", by);
    if (message != NULL)
        put_text_arg(writer, &separator, "message", message);
    end_event(writer, separator);
}

static void on_timeout(void *context, int64_t now_ns, const cad_task *task) {
    sim_trace_writer_timeout(context, now_ns, task, "timeout");
}

static void on_object(void *context, int64_t now_ns, const cad_object_info *info) {
    struct sim_trace_writer *writer = context;
    if (writer->failure != 0)
        return;
    begin_event(writer, 'C', now_ns, SIM_TRACE_LOOP_TID, SIM_CATEGORY_OBJECT);
    sim_output_text(&writer->output, info->name);
    const char *separator = args_open;
    for (size_t i = 0; i < info->count; i++) {
        const char *key = info->fields[i].key;
        int64_t value = info->fields[i].value;
        if (info->fields[i].constant)
            continue;
        /* Readers know tracks, not the engine's numbers; 0 stands for nobody in both. */
        if (strcmp(key, "owner") == 0 && value != 0)
            value += SIM_TRACE_LOOP_TID;
        put_int_arg(writer, &separator, key, value);
    }
    end_event(writer, separator);
}

/* --- Opening -------------------------------------------------------------------------------- */

static char *copy_text(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = sim_trace_alloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

static void put_header(struct sim_trace_writer *writer, const struct sim_trace_header *header) {
    const char *separator = "";
    put(writer, "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{");
    put_int_arg(writer, &separator, "trace", SIM_TRACE_VERSION);
    put_text_arg(writer, &separator, "scenario", header->scenario);
    put_text_arg(writer, &separator, "clock", header->clock);
    put_int_arg(writer, &separator, "seed", header->seed);
    if (header->override_count > 0) {
        const char *inner = "";
        put_key(writer, &separator, "set");
        put(writer, "{");
        for (size_t i = 0; i < header->override_count; i++) {
            put(writer, inner);
            put(writer, "\"");
            sim_output_text(&writer->output, header->overrides[i].name);
            put(writer, "\":\"");
            sim_output_text(&writer->output, header->overrides[i].value);
            put(writer, "\"");
            inner = ",";
        }
        put(writer, "}");
    }
    if (header->until_ns != CAD_NEVER)
        put_time_arg(writer, &separator, "until", header->until_ns);
    if (header->started != NULL)
        put_text_arg(writer, &separator, "started", header->started);
    if (header->host != NULL)
        put_text_arg(writer, &separator, "host", header->host);
    put(writer, "}},\n{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"");
    sim_output_text(&writer->output, header->scenario);
    put(writer, "\"}}");
}

int sim_trace_writer_open(const char *path, const struct sim_trace_header *header,
                          struct sim_trace_writer **result) {
    *result = NULL;
    struct sim_trace_writer *writer = sim_trace_calloc(1, sizeof *writer);
    if (writer == NULL)
        return CAD_ENOMEM;
    writer->output.fd = -1;
    writer->scenario = copy_text(header->scenario);
    writer->path = copy_text(path);
    int error = ENOMEM;
    if (writer->scenario != NULL && writer->path != NULL)
        error = sim_output_open(&writer->output, path);
    if (error != 0) {
        sim_trace_writer_free(writer);
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
    put_thread(writer, SIM_TRACE_LOOP_TID, "loop");
    begin_event(writer, 'B', 0, SIM_TRACE_LOOP_TID, SIM_CATEGORY_LOOP);
    sim_output_text(&writer->output, writer->scenario);
    end_event(writer, args_open);
    *result = writer;
    return 0;
}

const cad_trace_sink *sim_trace_writer_sink(struct sim_trace_writer *writer) {
    return &writer->sink;
}

void sim_trace_writer_set_error_names(struct sim_trace_writer *writer,
                                      const char *(*name)(void *context, int code), void *context) {
    writer->error_name = name;
    writer->error_name_context = context;
}

void sim_trace_writer_on_failure(struct sim_trace_writer *writer, void (*fn)(void *arg),
                                 void *arg) {
    writer->on_failure = fn;
    writer->on_failure_arg = arg;
}

/* --- What only the scenario knows ------------------------------------------------------------ */

void sim_trace_writer_span_begin(struct sim_trace_writer *writer, int64_t now_ns,
                                 const cad_task *task, const char *name) {
    if (writer->failure != 0)
        return;
    struct sim_alive *alive = sim_alive_find(&writer->tasks, task);
    assert(alive->wait == 0 && !alive->ready);
    uint32_t name_id = sim_names_use(&writer->names, name, NULL);
    if (name_id == 0 || !sim_alive_push_span(&writer->tasks, alive, name_id)) {
        fail(writer, CAD_ENOMEM);
        return;
    }
    begin_event(writer, 'B', now_ns, tid_of(task), SIM_CATEGORY_SPAN);
    put_name(writer, name_id);
    end_event(writer, args_open);
    count_spans(writer, now_ns);
}

void sim_trace_writer_span_end(struct sim_trace_writer *writer, int64_t now_ns,
                               const cad_task *task) {
    if (writer->failure != 0)
        return;
    struct sim_alive *alive = sim_alive_find(&writer->tasks, task);
    assert(alive->span != 0 && alive->wait == 0 && !alive->ready);
    end_span(writer, now_ns, alive, NULL);
}

void sim_trace_writer_print(struct sim_trace_writer *writer, int64_t now_ns, const cad_task *task,
                            const char *line) {
    if (writer->failure != 0)
        return;
    begin_instant(writer, now_ns, task, SIM_CATEGORY_PRINT, line);
    end_event(writer, args_open);
}

void sim_trace_writer_signal(struct sim_trace_writer *writer, int64_t now_ns, const cad_task *task,
                             const char *signal) {
    if (writer->failure != 0)
        return;
    begin_instant(writer, now_ns, task, SIM_CATEGORY_SIGNAL, signal);
    end_event(writer, args_open);
}

void sim_trace_writer_timeout(struct sim_trace_writer *writer, int64_t now_ns, const cad_task *task,
                              const char *name) {
    if (writer->failure != 0)
        return;
    begin_instant(writer, now_ns, task, SIM_CATEGORY_TIMEOUT, name);
    end_event(writer, args_open);
}

void sim_trace_writer_error(struct sim_trace_writer *writer, int64_t now_ns, const cad_task *task,
                            const char *error, const char *message, const char *where) {
    if (writer->failure != 0)
        return;
    const char *separator = args_open;
    begin_instant(writer, now_ns, task, SIM_CATEGORY_ERROR, error);
    if (message != NULL)
        put_text_arg(writer, &separator, "message", message);
    if (where != NULL)
        put_text_arg(writer, &separator, "where", where);
    end_event(writer, separator);
}

void sim_trace_writer_fault(struct sim_trace_writer *writer, int64_t now_ns, const char *fault,
                            const char *detail) {
    if (writer->failure != 0)
        return;
    const char *separator = args_open;
    begin_instant(writer, now_ns, NULL, SIM_CATEGORY_FAULT, fault);
    if (detail != NULL)
        put_text_arg(writer, &separator, "detail", detail);
    end_event(writer, separator);
}

/* --- Closing --------------------------------------------------------------------------------- */

static void end_tasks(struct sim_trace_writer *writer, int64_t now_ns) {
    struct sim_alive *alive = NULL;
    for (uint64_t id = 0; writer->failure == 0; id = cad_task_id(alive->task) + 1) {
        alive = sim_alive_next(&writer->tasks, id);
        if (alive == NULL)
            return;
        end_inner(writer, now_ns, alive, "pending");
        begin_event(writer, 'E', now_ns, tid_of(alive->task), SIM_CATEGORY_TASK);
        sim_output_text(&writer->output, cad_task_name(alive->task));
        outcome_end(writer, "pending");
    }
}

int sim_trace_writer_close(struct sim_trace_writer *writer, int64_t now_ns, const char *outcome) {
    assert(!writer->closed);
    writer->closed = true;
    if (writer->failure == 0)
        end_tasks(writer, now_ns);
    if (writer->failure == 0) {
        if (writer->run != 0)
            end_run(writer, now_ns, "pending");
        begin_event(writer, 'E', now_ns, SIM_TRACE_LOOP_TID, SIM_CATEGORY_LOOP);
        sim_output_text(&writer->output, writer->scenario);
        outcome_end(writer, outcome);
        put(writer, "\n]\n");
    }
    int error = sim_output_close(&writer->output);
    if (error != 0)
        fail(writer, CAD_ESYSTEM);
    errno = error;
    return writer->failure;
}

const char *sim_trace_writer_failure(const struct sim_trace_writer *writer) {
    if (writer->failure == 0)
        return NULL;
    return writer->message != NULL ? writer->message : "out of memory";
}

void sim_trace_writer_free(struct sim_trace_writer *writer) {
    if (writer == NULL)
        return;
    if (writer->output.fd >= 0)
        sim_output_close(&writer->output);
    sim_output_free(&writer->output);
    sim_alive_free(&writer->tasks);
    sim_names_free(&writer->names);
    sim_trace_release(writer->scenario);
    sim_trace_release(writer->path);
    sim_trace_release(writer->message);
    sim_trace_release(writer);
}
