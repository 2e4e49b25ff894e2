/* Fills the tables. A span and a wait become a row when they end, so that rows are only ever added
 * at the end of their table, which is what SQLite is fastest at; what is open is kept by task. */
#include "database/database.h"

#include "cadran.h"

#ifdef CADRAN_SQLITE

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/strings.h"
#include "database/schema.h"
#include "database/sqlite.h"
#include "statistics/statistics.h"
#include "trace/keep.h"

enum { FAILURE_SIZE = 256, VALUES_MAX = 11, NONE = -1 };

static const uint32_t no_span = UINT32_MAX;

static const struct {
    const char *name;
    const char *columns;
    int count;
} tables[DB_TABLE_COUNT] = {
#define DB_X(constant, name, columns, count) {name, columns, count},
    DB_TABLES(DB_X)
#undef DB_X
};

/* A span that is open. */
struct open_span {
    uint32_t name;
    uint32_t outer; /* of the same task; no_span: none */
    int64_t begin_ns;
};

/* A wait that is open, or was: who has ended it is told before it ends. */
struct wait {
    int64_t begin_ns;
    int64_t object, awaited, holder; /* NONE: none */
    uint32_t name;
    bool open;
};

/* What is open of a task. */
struct course {
    int64_t tid;
    struct wait wait;
    int64_t wake,
        waker; /* what has ended the wait that is open, and its track; NONE: nothing yet */
    uint32_t span;
    uint32_t depth;
};

/* The last told state of an object. */
struct known {
    uint32_t keys[TRACE_FIELDS_MAX];
    int64_t values[TRACE_FIELDS_MAX];
    size_t count;
};

struct db_writer {
    struct trace_consumer consumer;
    struct stat_collector *statistics;
    sqlite3 *database;
    sqlite3_stmt *inserts[DB_TABLE_COUNT];
    char failure[FAILURE_SIZE];
    struct base_strings *strings;
    struct course *courses;
    size_t course_count, course_capacity;
    struct base_map by_tid;
    struct open_span *spans;
    size_t span_count, span_capacity;
    uint32_t free_span; /* linked by `outer` */
    struct known *known;
    size_t known_count, known_capacity;
    struct base_map by_object;
    int64_t span_id, wait_id; /* of the last that was written */
    int64_t waker;            /* the track where the wake begins that is being told */
    int64_t now_ns;
    bool failed;    /* what there is is thrown away */
    uint32_t sleep; /* the text "sleep" */
};

/* --- Rows ------------------------------------------------------------------------------------- */

static int fail(struct db_writer *writer) {
    snprintf(writer->failure, sizeof writer->failure, "SQLite: %s",
             db_sqlite.errmsg(writer->database));
    return db_sqlite.errcode(writer->database) == SQLITE_NOMEM ? CAD_ENOMEM : CAD_ESYSTEM;
}

static int execute(struct db_writer *writer, const char *statement) {
    return db_sqlite.exec(writer->database, statement, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : fail(writer);
}

/* A row is bound value by value, each behind the one before. */
struct row {
    sqlite3_stmt *insert;
    int bound;
};

static struct row begin_row(struct db_writer *writer, enum db_table table) {
    return (struct row){.insert = writer->inserts[table]};
}

static void add_whole(struct row *row, int64_t value) {
    (void)db_sqlite.bind_int64(row->insert, ++row->bound, value);
}

static void add_null(struct row *row) {
    (void)db_sqlite.bind_null(row->insert, ++row->bound);
}

/* NULL where it is NONE. */
static void add_reference(struct row *row, int64_t value) {
    if (value == NONE)
        add_null(row);
    else
        add_whole(row, value);
}

/* Borrowed until the row is written. */
static void add_bytes(struct row *row, const char *text, size_t length) {
    (void)db_sqlite.bind_text(row->insert, ++row->bound, text, (int)length, SQLITE_STATIC);
}

/* NULL where there is none. */
static void add_argument(struct row *row, const struct trace_event *event,
                         enum trace_argument_index argument) {
    if (trace_has(event, argument))
        add_bytes(row, event->args[argument].text.text, event->args[argument].text.length);
    else
        add_null(row);
}

static void add_kept(struct row *row, const struct db_writer *writer, uint32_t text) {
    add_bytes(row, base_strings_text(writer->strings, text),
              base_strings_length(writer->strings, text));
}

static int write_row(struct db_writer *writer, struct row *row) {
    int result = db_sqlite.step(row->insert);
    (void)db_sqlite.reset(row->insert);
    return result == SQLITE_DONE ? 0 : fail(writer);
}

/* --- Tasks ------------------------------------------------------------------------------------ */

/* NULL: the task began before anybody listened. */
static struct course *course_of(const struct db_writer *writer, int64_t tid) {
    uint32_t number = base_map_get(&writer->by_tid, (uint64_t)tid);
    return number == UINT32_MAX ? NULL : &writer->courses[number];
}

static int begin_task(struct db_writer *writer, const struct trace_event *event) {
    uint32_t number = (uint32_t)writer->course_count;
    if (number == UINT32_MAX ||
        !base_grow(&writer->courses, &writer->course_capacity, number, sizeof *writer->courses) ||
        !base_map_put(&writer->by_tid, (uint64_t)event->tid, number))
        return CAD_ENOMEM;
    writer->courses[writer->course_count++] =
        (struct course){.tid = event->tid, .wake = NONE, .span = no_span};
    return 0;
}

/* --- Spans ------------------------------------------------------------------------------------ */

static uint32_t new_span(struct db_writer *writer) {
    uint32_t number = writer->free_span;
    if (number != no_span) {
        writer->free_span = writer->spans[number].outer;
        return number;
    }
    if (writer->span_count >= no_span || !base_grow(&writer->spans, &writer->span_capacity,
                                                    writer->span_count, sizeof *writer->spans))
        return no_span;
    return (uint32_t)writer->span_count++;
}

static int begin_span(struct db_writer *writer, struct course *course,
                      const struct trace_event *event) {
    uint32_t number = new_span(writer);
    if (number == no_span)
        return CAD_ENOMEM;
    struct open_span *span = &writer->spans[number];
    *span = (struct open_span){.outer = course->span, .begin_ns = event->time_ns};
    course->span = number;
    course->depth++;
    return trace_keep_text(writer->strings, event->name, &span->name) ? 0 : CAD_ENOMEM;
}

static int write_span(struct db_writer *writer, const struct course *course, uint32_t name,
                      int64_t begin_ns) {
    struct row row = begin_row(writer, DB_SPANS);
    add_whole(&row, ++writer->span_id);
    add_whole(&row, course->tid);
    add_kept(&row, writer, name);
    add_whole(&row, begin_ns);
    add_whole(&row, writer->now_ns);
    add_whole(&row, course->depth);
    return write_row(writer, &row);
}

/* The innermost one. */
static int end_span(struct db_writer *writer, struct course *course) {
    uint32_t number = course->span;
    struct open_span *span = &writer->spans[number];
    course->span = span->outer;
    course->depth--;
    span->outer = writer->free_span;
    writer->free_span = number;
    return write_span(writer, course, span->name, span->begin_ns);
}

static int take_span_point(struct db_writer *writer, const struct course *course,
                           const struct trace_event *event) {
    uint32_t name;
    return trace_keep_text(writer->strings, event->name, &name)
               ? write_span(writer, course, name, event->time_ns)
               : CAD_ENOMEM;
}

/* --- Waits ------------------------------------------------------------------------------------ */

static int64_t number_in(const struct trace_event *event, enum trace_argument_index argument) {
    return trace_has(event, argument) ? event->args[argument].number : NONE;
}

static int begin_wait(struct db_writer *writer, struct course *course,
                      const struct trace_event *event) {
    course->wait = (struct wait){.begin_ns = event->time_ns,
                                 .object = number_in(event, TRACE_ARG_OBJECT),
                                 .awaited = number_in(event, TRACE_ARG_TASK),
                                 .holder = number_in(event, TRACE_ARG_OWNER),
                                 .open = true};
    return trace_keep_text(writer->strings, event->name, &course->wait.name) ? 0 : CAD_ENOMEM;
}

/* Of the last wait that was written. */
static int write_wake(struct db_writer *writer, const struct course *course) {
    struct row row = begin_row(writer, DB_WAKES);
    add_whole(&row, course->wake);
    add_whole(&row, writer->now_ns);
    add_whole(&row, course->waker);
    add_whole(&row, course->tid);
    add_whole(&row, writer->wait_id);
    return write_row(writer, &row);
}

/* `event` ends it, or says that it has no length; NULL: the trace was cut short. */
static int end_wait(struct db_writer *writer, struct course *course,
                    const struct trace_event *event) {
    struct row row = begin_row(writer, DB_WAITS);
    add_whole(&row, ++writer->wait_id);
    add_whole(&row, course->tid);
    add_kept(&row, writer, course->wait.name);
    add_whole(&row, course->wait.name == writer->sleep);
    add_reference(&row, course->wait.object);
    add_reference(&row, course->wait.awaited);
    add_reference(&row, course->wait.holder);
    add_whole(&row, course->wait.begin_ns);
    add_whole(&row, writer->now_ns);
    add_whole(&row, course->depth);
    if (event == NULL)
        add_null(&row);
    else
        add_argument(&row, event, TRACE_ARG_OUTCOME);
    course->wait.open = false;
    int error = write_row(writer, &row);
    if (error == 0 && course->wake != NONE)
        error = write_wake(writer, course);
    course->wake = NONE;
    return error;
}

/* A wait without length begins and ends. */
static int take_wait_point(struct db_writer *writer, struct course *course,
                           const struct trace_event *event) {
    int error = begin_wait(writer, course, event);
    return error == 0 ? end_wait(writer, course, event) : error;
}

/* It comes before the end of the wait, or right behind one without length. */
static int take_wake(struct db_writer *writer, struct course *course,
                     const struct trace_event *event) {
    int error = 0;
    course->wake = (int64_t)event->id;
    course->waker = writer->waker;
    if (!course->wait.open) {
        error = write_wake(writer, course);
        course->wake = NONE;
    }
    return error;
}

/* --- Counters and the rest -------------------------------------------------------------------- */

static int write_counter(struct db_writer *writer, const struct trace_event *event, uint32_t key,
                         int64_t value) {
    struct row row = begin_row(writer, DB_COUNTERS);
    add_reference(&row, event->id == 0 ? NONE : (int64_t)event->id);
    add_kept(&row, writer, key);
    add_whole(&row, event->time_ns);
    add_whole(&row, value);
    return write_row(writer, &row);
}

static struct known *known_of(struct db_writer *writer, uint64_t object) {
    uint32_t number = base_map_get(&writer->by_object, object);
    if (number != UINT32_MAX)
        return &writer->known[number];
    number = (uint32_t)writer->known_count;
    if (number == UINT32_MAX ||
        !base_grow(&writer->known, &writer->known_capacity, number, sizeof *writer->known) ||
        !base_map_put(&writer->by_object, object, number))
        return NULL;
    writer->known[number] = (struct known){.count = 0};
    writer->known_count++;
    return &writer->known[number];
}

/* What has changed of a state, a row each. The fields of an object are told in one order. */
static int take_counter(struct db_writer *writer, const struct trace_event *event) {
    struct known *known = known_of(writer, event->id);
    if (known == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < event->field_count; i++) {
        const struct trace_field *field = &event->fields[i];
        uint32_t key;
        if (!trace_keep_text(writer->strings, field->key, &key))
            return CAD_ENOMEM;
        if (i < known->count && known->keys[i] == key && known->values[i] == field->number)
            continue;
        known->keys[i] = key;
        known->values[i] = field->number;
        int error = write_counter(writer, event, key, field->number);
        if (error != 0)
            return error;
    }
    known->count = event->field_count;
    return 0;
}

static int take_data(struct db_writer *writer, const struct trace_event *event) {
    struct row row = begin_row(writer, DB_DATA);
    add_whole(&row, event->tid);
    add_whole(&row, event->time_ns);
    add_bytes(&row, event->name.text, event->name.length);
    add_whole(&row, event->args[TRACE_ARG_SIZE].number);
    return write_row(writer, &row);
}

static int take_other(struct db_writer *writer, const struct trace_event *event) {
    const char *kind = trace_categories[trace_kinds[event->kind].category];
    struct row row = begin_row(writer, DB_EVENTS);
    add_whole(&row, event->time_ns);
    add_reference(&row, event->tid == TRACE_LOOP_TID ? NONE : event->tid);
    add_bytes(&row, kind, strlen(kind));
    add_bytes(&row, event->name.text, event->name.length);
    add_argument(&row, event, event->kind == TRACE_FAULT ? TRACE_ARG_FAULT : TRACE_ARG_MESSAGE);
    return write_row(writer, &row);
}

/* --- Taking ----------------------------------------------------------------------------------- */

static int take_of_task(struct db_writer *writer, const struct trace_event *event) {
    struct course *course = course_of(writer, event->tid);
    if (course == NULL)
        return 0;
    switch (event->kind) {
    case TRACE_SPAN_BEGIN:
        return begin_span(writer, course, event);
    case TRACE_SPAN_END:
        return end_span(writer, course);
    case TRACE_SPAN_POINT:
        return take_span_point(writer, course, event);
    case TRACE_WAIT_BEGIN:
        return begin_wait(writer, course, event);
    case TRACE_WAIT_END:
        return end_wait(writer, course, event);
    case TRACE_WAIT_POINT:
        return take_wait_point(writer, course, event);
    case TRACE_WAKE_END:
        return take_wake(writer, course, event);
    default:
        return 0;
    }
}

static int take_event(struct db_writer *writer, const struct trace_event *event) {
    switch (event->kind) {
    case TRACE_TASK_BEGIN:
        return begin_task(writer, event);
    case TRACE_WAKE_BEGIN:
        writer->waker = event->tid;
        return 0;
    case TRACE_STATE:
    case TRACE_SPANS:
        return take_counter(writer, event);
    case TRACE_DATA:
        return take_data(writer, event);
    case TRACE_PRINT:
    case TRACE_SIGNAL:
    case TRACE_CANCEL:
    case TRACE_TIMEOUT:
    case TRACE_ERROR:
    case TRACE_FAULT:
        return take_other(writer, event);
    default:
        return take_of_task(writer, event);
    }
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct db_writer *writer = (struct db_writer *)(void *)consumer;
    struct trace_consumer *statistics = stat_collector_consumer(writer->statistics);
    int error = statistics->take(statistics, event);
    writer->now_ns = event->time_ns;
    if (error == 0)
        error = take_event(writer, event);
    writer->failed = error != 0;
    return error;
}

/* --- The end: what the statistics know -------------------------------------------------------- */

/* A text of the statistics; NULL where there is none. */
static void add_text(struct row *row, const struct stat_run *run, uint32_t text) {
    const char *words = stat_text(run, text);
    if (text == 0)
        add_null(row);
    else
        add_bytes(row, words, strlen(words));
}

static int write_run(struct db_writer *writer, const struct stat_run *run) {
    struct row row = begin_row(writer, DB_RUN);
    add_text(&row, run, run->scenario);
    add_text(&row, run, run->clock);
    add_whole(&row, run->seed);
    add_text(&row, run, run->outcome);
    add_whole(&row, run->end_ns);
    (void)db_sqlite.bind_double(row.insert, ++row.bound, stat_at_work_mean(run));
    add_whole(&row, (int64_t)run->at_work_peak);
    return write_row(writer, &row);
}

static int write_task(struct db_writer *writer, const struct stat_run *run,
                      const struct stat_task *task) {
    struct row row = begin_row(writer, DB_TASKS);
    add_whole(&row, task->tid);
    add_text(&row, run, task->name);
    add_whole(&row, task->begin_ns);
    add_whole(&row, task->end_ns);
    add_text(&row, run, task->outcome);
    add_text(&row, run, task->error);
    for (int part = 0; part < STAT_PART_COUNT; part++)
        add_whole(&row, task->parts_ns[part]);
    return write_row(writer, &row);
}

static int write_object(struct db_writer *writer, const struct stat_run *run,
                        const struct stat_object *object) {
    struct row row = begin_row(writer, DB_OBJECTS);
    add_whole(&row, (int64_t)object->id);
    add_text(&row, run, object->type);
    add_text(&row, run, object->name);
    add_whole(&row, object->begin_ns);
    add_whole(&row, object->end_ns);
    add_reference(&row, object->capacity > 0 ? object->capacity : NONE);
    return write_row(writer, &row);
}

static int write_lane(struct db_writer *writer, const struct stat_run *run,
                      const struct stat_lane *lane) {
    struct row row = begin_row(writer, DB_LANES);
    bool named = lane->object != STAT_NO_INDEX;
    add_whole(&row, lane->tid);
    add_reference(&row, named ? (int64_t)run->objects[lane->object].id : NONE);
    add_text(&row, run, lane->what);
    add_reference(&row, lane->by != 0 ? lane->by : NONE);
    add_whole(&row, lane->begin_ns);
    add_whole(&row, lane->end_ns);
    add_text(&row, run, lane->outcome);
    add_text(&row, run, lane->error);
    if (lane->has_result)
        add_whole(&row, lane->result);
    else
        add_null(&row);
    add_whole(&row, (int64_t)lane->received);
    add_whole(&row, (int64_t)lane->sent);
    return write_row(writer, &row);
}

static int write_statistics(struct db_writer *writer) {
    const struct stat_run *run = stat_collector_run(writer->statistics);
    int error = write_run(writer, run);
    for (size_t i = 0; i < run->task_count && error == 0; i++)
        error = write_task(writer, run, &run->tasks[i]);
    for (size_t i = 0; i < run->object_count && error == 0; i++)
        error = write_object(writer, run, &run->objects[i]);
    for (size_t i = 0; i < run->lane_count && error == 0; i++)
        error = write_lane(writer, run, &run->lanes[i]);
    return error;
}

/* What is open where a trace was cut short is a row as well, up to there. */
static int end_what_is_open(struct db_writer *writer) {
    int error = 0;
    for (size_t i = 0; i < writer->course_count && error == 0; i++) {
        struct course *course = &writer->courses[i];
        if (course->wait.open)
            error = end_wait(writer, course, NULL);
        while (course->span != no_span && error == 0)
            error = end_span(writer, course);
    }
    return error;
}

static int close_database(struct db_writer *writer) {
    if (writer->database == NULL)
        return 0;
    for (int i = 0; i < DB_TABLE_COUNT; i++) {
        (void)db_sqlite.finalize(writer->inserts[i]);
        writer->inserts[i] = NULL;
    }
    int result = db_sqlite.close(writer->database);
    writer->database = NULL;
    return result == SQLITE_OK ? 0 : CAD_ESYSTEM;
}

static int end(struct trace_consumer *consumer, bool complete) {
    struct db_writer *writer = (struct db_writer *)(void *)consumer;
    struct trace_consumer *statistics = stat_collector_consumer(writer->statistics);
    if (writer->failed)
        return 0;
    int error = statistics->end(statistics, complete);
    if (error == 0)
        error = end_what_is_open(writer);
    if (error == 0)
        error = write_statistics(writer);
    if (error == 0)
        error = execute(writer, "COMMIT");
    return error == 0 ? close_database(writer) : error;
}

static const char *failure(const struct trace_consumer *consumer) {
    return db_writer_failure((const struct db_writer *)(const void *)consumer);
}

/* --- Life ------------------------------------------------------------------------------------- */

static int make_table(struct db_writer *writer, enum db_table table) {
    char statement[512];
    snprintf(statement, sizeof statement, "CREATE TABLE %s (%s)", tables[table].name,
             tables[table].columns);
    int error = execute(writer, statement);
    if (error != 0)
        return error;
    int length =
        snprintf(statement, sizeof statement, "INSERT INTO %s VALUES (?", tables[table].name);
    for (int i = 1; i < tables[table].count; i++)
        length += snprintf(statement + length, sizeof statement - (size_t)length, ", ?");
    snprintf(statement + length, sizeof statement - (size_t)length, ")");
    return db_sqlite.prepare_v2(writer->database, statement, -1, &writer->inserts[table], NULL) ==
                   SQLITE_OK
               ? 0
               : fail(writer);
}

/* Nobody else has the file, and one that is not whole is thrown away: no journal is needed. */
static int make_database(struct db_writer *writer, const char *path) {
    if (db_sqlite.open(path, &writer->database) != SQLITE_OK)
        return writer->database == NULL ? CAD_ENOMEM : fail(writer);
    int error = execute(writer, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                                "PRAGMA locking_mode = EXCLUSIVE; BEGIN");
    for (int i = 0; i < DB_TABLE_COUNT && error == 0; i++)
        error = make_table(writer, (enum db_table)i);
    return error;
}

static int refuse_absent(struct db_writer *writer) {
    snprintf(writer->failure, sizeof writer->failure, "SQLite is not there: %s", dlerror());
    return CAD_ESYSTEM;
}

int db_writer_open(const char *path, struct db_writer **result) {
    static const char sleep[] = "sleep";
    struct db_writer *writer = base_zalloc(1, sizeof *writer);
    *result = writer;
    if (writer == NULL)
        return CAD_ENOMEM;
    writer->consumer = (struct trace_consumer){.take = take, .end = end, .failure = failure};
    writer->free_span = no_span;
    writer->statistics = stat_collector_new();
    writer->strings = base_strings_new();
    if (writer->statistics == NULL || writer->strings == NULL)
        return CAD_ENOMEM;
    if (!db_sqlite_open())
        return refuse_absent(writer);
    writer->sleep = base_strings_add(writer->strings, sleep, sizeof sleep - 1);
    return writer->sleep == UINT32_MAX ? CAD_ENOMEM : make_database(writer, path);
}

void db_writer_free(struct db_writer *writer) {
    if (writer == NULL)
        return;
    (void)close_database(writer);
    stat_collector_free(writer->statistics);
    base_strings_free(writer->strings);
    base_free(writer->courses);
    base_free(writer->spans);
    base_free(writer->known);
    base_map_free(&writer->by_tid);
    base_map_free(&writer->by_object);
    base_free(writer);
}

struct trace_consumer *db_writer_consumer(struct db_writer *writer) {
    return &writer->consumer;
}

const char *db_writer_failure(const struct db_writer *writer) {
    return writer->failure;
}

#else

int db_writer_open(const char *path, struct db_writer **writer) {
    (void)path;
    *writer = NULL;
    return CAD_ESYSTEM;
}

void db_writer_free(struct db_writer *writer) {
    (void)writer;
}

struct trace_consumer *db_writer_consumer(struct db_writer *writer) {
    (void)writer;
    return NULL;
}

const char *db_writer_failure(const struct db_writer *writer) {
    (void)writer;
    return "this program was built without SQLite";
}

#endif
