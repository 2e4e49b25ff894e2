/* cadran export: what a trace says, for other programs and for people without this one.
 *
 * Every format is made from the events of the trace, in one reading: a row of `formats` says who
 * takes them, and how what they come to is written. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/identity.h"
#include "base/options.h"
#include "base/quantity.h"
#include "base/replace.h"
#include "base/show.h"
#include "cadran.h"
#include "cli/commands.h"
#include "cli/page.h"
#include "cli/run.h"
#include "cli/viewer.h"
#include "database/database.h"
#include "document/write.h"
#include "statistics/statistics.h"
#include "table/collect.h"
#include "trace/reader.h"

enum format {
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_MARKDOWN,
    FORMAT_CSV,
    FORMAT_SQLITE,
    FORMAT_HTML,
    FORMAT_SVG
};

/* Later than any trace ends. */
#define EXPORT_END (INT64_MAX / 2)

struct arguments {
    const char *path;
    const char *output; /* NULL: standard output */
    enum format format;
    struct table_options table;
    bool transpose;
    struct page_stretch stretch;
};

/* One export. It stands between the reader and who takes the events, to refuse what is no trace of
 * ours. */
struct export {
    struct trace_consumer gate;
    const struct arguments *arguments;
    FILE *file;           /* what is written goes there, */
    const char *database; /* or to the file of that name; NULL: there is none */
    bool foreign;
    bool failed; /* who takes the events has */
    bool real;   /* the clock */
    struct trace_consumer *taker;
    struct table_collector *table;
    struct stat_collector *statistics;
    struct db_writer *writer;
};

/* --- Formats -----------------------------------------------------------------------------------
 */

static int start_table(struct export *export) {
    export->table = table_collector_new();
    if (export->table == NULL)
        return CAD_ENOMEM;
    export->taker = table_collector_consumer(export->table);
    return 0;
}

static int start_statistics(struct export *export) {
    export->statistics = stat_collector_new();
    if (export->statistics == NULL)
        return CAD_ENOMEM;
    export->taker = stat_collector_consumer(export->statistics);
    return 0;
}

static int start_database(struct export *export) {
    if (export->database == NULL) {
        fputs("cadran export: a database is a file: give --output FILE, too\n", stderr);
        return CAD_EINVAL;
    }
    int error = db_writer_open(export->database, &export->writer);
    if (error == CAD_ESYSTEM)
        base_show_line(stderr, "cadran export: %s", db_writer_failure(export->writer));
    else if (error == 0)
        export->taker = db_writer_consumer(export->writer);
    return error;
}

static int print_table(const struct export *export, struct table *table, enum table_format format) {
    int error = table_collector_fill(export->table, table);
    if (error != 0)
        return error;
    if (table_row_count(table) > TABLE_ROWS_MAX) {
        base_show_line(
            stderr,
            "cadran export: that would be %lld rows, and more than %lld are too many: choose a "
            "larger --step",
            (long long)table_row_count(table), (long long)TABLE_ROWS_MAX);
        return CAD_EINVAL;
    }
    return table_print(table, export->file, format, export->arguments->transpose,
                       table_whole(table));
}

static int write_table_as(const struct export *export, enum table_format format) {
    struct table_options options = export->arguments->table;
    struct table *table;
    options.rounded = export->real;
    if (options.step_ns == 0) /* none was given */
        options.step_ns = table_step_for(table_collector_end_ns(export->table));
    int error = table_new(&options, &table);
    if (error == 0)
        error = print_table(export, table, format);
    table_free(table);
    return error;
}

static int write_markdown(const struct export *export) {
    return write_table_as(export, TABLE_MARKDOWN);
}

static int write_csv(const struct export *export) {
    return write_table_as(export, TABLE_CSV);
}

static int write_text(const struct export *export) {
    return stat_write_text(stat_collector_run(export->statistics), export->file);
}

static int write_json(const struct export *export) {
    doc_writer writer = {0};
    stat_write_json(stat_collector_run(export->statistics), &writer, NULL);
    if (!doc_write_failed(&writer)) {
        fwrite(writer.text.data, 1, writer.text.length, export->file);
        putc('\n', export->file);
    }
    base_buffer_free(&writer.text);
    return writer.error;
}

/* It was written event by event. */
static int write_nothing(const struct export *export) {
    (void)export;
    return 0;
}

/* Each returns 0, CAD_ENOMEM, or another error after a message. */
static const struct {
    const char *name;
    int (*start)(struct export *export);
    int (*write)(const struct export *export);
} formats[] = {
    [FORMAT_TEXT] = {"text", start_statistics, write_text},
    [FORMAT_JSON] = {"json", start_statistics, write_json},
    [FORMAT_MARKDOWN] = {"markdown", start_table, write_markdown},
    [FORMAT_CSV] = {"csv", start_table, write_csv},
    [FORMAT_SQLITE] = {"sqlite", start_database, write_nothing},
    [FORMAT_HTML] = {"html", NULL, NULL}, /* it is made from a model: cli_write_page() */
    [FORMAT_SVG] = {"svg", NULL, NULL},   /* the viewer makes it: export_picture() */
};

enum { FORMATS = sizeof formats / sizeof *formats };

/* --- Arguments ---------------------------------------------------------------------------------
 */

static bool take_format(void *target, const base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]) {
    enum format *format = base_option_field(target, option);
    for (size_t i = 0; i < FORMATS; i++) {
        if (strcmp(text, formats[i].name) == 0) {
            *format = (enum format)i;
            return true;
        }
    }
    (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                   "--%s is one of text, json, markdown, csv, sqlite, html and svg, not \"%s\"",
                   option->name, text);
    return false;
}

static bool take_step(void *target, const base_option *option, char *text,
                      char message[BASE_OPTIONS_MESSAGE]) {
    int64_t *step_ns = base_option_field(target, option);
    return (base_time_read(text, step_ns) && *step_ns > 0) ||
           base_option_refuse(option, "a time above 0, such as 0.5 or 250ms", text, message);
}

static const base_option options[] = {
    {"format", "FORMAT",
     "text (default), json: statistics;\n"
     "markdown, csv: the job-sequencing table; sqlite: a database of all of it;\n"
     "html: a page with a timeline; svg: the viewer's picture",
     take_format, offsetof(struct arguments, format)},
    {"output", "FILE", "write to FILE, whole or not at all (default: standard output)",
     base_take_output, offsetof(struct arguments, output)},
    {"step", "TIME",
     "of the table: length of an interval (default: one that fits the\n"
     "run, 1s for most)",
     take_step, offsetof(struct arguments, table.step_ns)},
    {"tolerance", "TIME",
     "of the table: work of at most this length in a row shows no star\n"
     "(default: 50ms)",
     base_take_time, offsetof(struct arguments, table.tolerance_ns)},
    {"transpose", NULL, "of the table: a row for each job", base_take_flag,
     offsetof(struct arguments, transpose)},
    {"from", "TIME", "of page and picture: show what is from that time on", base_take_time,
     offsetof(struct arguments, stretch.from_ns)},
    {"to", "TIME", "of page and picture: show what is up to that time", base_take_time,
     offsetof(struct arguments, stretch.to_ns)},
    {.name = NULL},
};

static int print_help(void) {
    fputs("usage: cadran export [options] TRACE\n"
          "\n"
          "Writes what a trace of cadran run says in a form for people or for other programs.\n"
          "TRACE is a file; - is standard input.\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\nTIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min, 1h.\n", stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}

/* --- Reading -----------------------------------------------------------------------------------
 */

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct export *export = (struct export *)(void *)consumer;
    if (event->ordinal == 1) {
        export->foreign = event->kind != TRACE_HEADER;
        if (export->foreign)
            return CAD_EINVAL;
        struct trace_string clock = event->args[TRACE_ARG_CLOCK].text;
        export->real = clock.length == 4 && memcmp(clock.text, "real", 4) == 0;
    }
    int error = export->taker->take(export->taker, event);
    export->failed = error != 0;
    return error;
}

static int end(struct trace_consumer *consumer, bool complete) {
    struct export *export = (struct export *)(void *)consumer;
    int error = export->taker->end != NULL ? export->taker->end(export->taker, complete) : 0;
    export->failed |= error != 0;
    return error;
}

static const char *failure(const struct trace_consumer *consumer) {
    const struct export *export = (const struct export *)(const void *)consumer;
    if (export->foreign)
        return "another program's trace, which has no tasks and primitives; cadran view shows it";
    const struct trace_consumer *taker = export->taker;
    const char *words = taker->failure != NULL ? taker->failure(taker) : "";
    return words[0] != '\0' ? words : "out of memory";
}

/* Reads the trace to who takes it; a message where that fails. */
static enum cli_status read_trace(struct export *export) {
    const char *path = export->arguments->path;
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    int error = trace_read_events(path, &export->gate, &complete, message);
    if (error != 0) {
        base_show_line(stderr, "cadran export: %s%s%s",
                       export->foreign ? trace_path_name(path) : "", export->foreign ? ": " : "",
                       message);
        return error == CAD_ENOMEM || export->failed ? CLI_STATUS_ENVIRONMENT : CLI_STATUS_USAGE;
    }
    if (!complete)
        base_show_line(stderr, "cadran export: warning: %s", message);
    return CLI_STATUS_EXPECTED;
}

/* Of what starting or writing a format returned. */
static enum cli_status status_of(int error) {
    if (error == CAD_ENOMEM)
        fputs("cadran export: out of memory\n", stderr);
    if (error == 0)
        return CLI_STATUS_EXPECTED;
    return error == CAD_EINVAL ? CLI_STATUS_USAGE : CLI_STATUS_ENVIRONMENT;
}

/* Reads the trace and writes what is asked for. */
static enum cli_status read_and_write(struct export *export) {
    const struct arguments *arguments = export->arguments;
    if (arguments->format == FORMAT_HTML)
        return cli_write_page("cadran export", arguments->path, &arguments->stretch, export->file);
    enum cli_status status = status_of(formats[export->arguments->format].start(export));
    if (status == CLI_STATUS_EXPECTED)
        status = read_trace(export);
    if (status == CLI_STATUS_EXPECTED)
        status = status_of(formats[export->arguments->format].write(export));
    table_collector_free(export->table);
    stat_collector_free(export->statistics);
    db_writer_free(export->writer);
    return status;
}

/* --- Writing -----------------------------------------------------------------------------------
 */

static enum cli_status cannot_write(const char *name, int reason) {
    base_show_line(stderr, "cadran export: %s: %s", name, strerror(reason));
    return CLI_STATUS_ENVIRONMENT;
}

static enum cli_status export_to_stdout(struct export *export) {
    export->file = stdout;
    enum cli_status status = read_and_write(export);
    if (status == CLI_STATUS_EXPECTED && (fflush(stdout) != 0 || ferror(stdout)))
        return cannot_write("standard output", errno);
    return status;
}

static enum cli_status export_to_file(struct export *export) {
    struct base_replacement file;
    const char *name = export->arguments->output;
    if (base_overwrites(name, export->arguments->path)) {
        base_show_line(stderr,
                       "cadran export: --output %s would overwrite the trace; give it another name",
                       name);
        return CLI_STATUS_USAGE;
    }
    int reason = base_replace_open(&file, name);
    if (reason != 0)
        return cannot_write(name, reason);
    export->file = file.stream;
    export->database = file.temporary;
    enum cli_status status = read_and_write(export);
    if (status == CLI_STATUS_EXPECTED)
        reason = base_replace_finish(&file);
    base_replace_drop(&file);
    return reason != 0 ? cannot_write(name, reason) : status;
}

/* The viewer takes this program's place: it writes whole or not at all, too, reads the same traces,
 * and has the same exit statuses. */
static enum cli_status export_picture(const struct arguments *arguments) {
    const char *output = arguments->output != NULL ? arguments->output : "-";
    char from[32], to[32];
    (void)snprintf(from, sizeof from, "%lldns", (long long)arguments->stretch.from_ns);
    (void)snprintf(to, sizeof to, "%lldns", (long long)arguments->stretch.to_ns);
    const char *words[10] = {"", "--svg", output};
    size_t count = 3;
    if (arguments->stretch.from_ns > 0) {
        words[count++] = "--from";
        words[count++] = from;
    }
    if (arguments->stretch.to_ns < EXPORT_END) {
        words[count++] = "--to";
        words[count++] = to;
    }
    words[count++] = "--";
    words[count] = arguments->path;
    return cli_become_viewer((char **)(uintptr_t)words);
}

static enum cli_status export_trace(const struct arguments *arguments) {
    if (arguments->format == FORMAT_SVG)
        return export_picture(arguments);
    struct export export = {.gate = {.take = take, .end = end, .failure = failure},
                            .arguments = arguments};
    return arguments->output == NULL ? export_to_stdout(&export) : export_to_file(&export);
}

static int wrong(const char *message) {
    base_show_line(stderr, "cadran export: %s", message);
    return CLI_STATUS_USAGE;
}

int cli_cmd_export(int argc, char **argv) {
    struct arguments arguments = {
        .table = {.tolerance_ns = TABLE_TOLERANCE_DEFAULT},
        .stretch = {.from_ns = 0, .to_ns = EXPORT_END},
    };
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran export", options, &arguments, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return wrong(message);
    case BASE_OPTIONS_FINE:
        break;
    }
    if (argc - first != 1)
        return wrong(argc == first ? "no trace is named; see cadran export --help"
                                   : "one trace at a time; see cadran export --help");
    if (arguments.stretch.from_ns > arguments.stretch.to_ns)
        return wrong("--from is a time after --to");
    arguments.path = argv[first];
    return (int)export_trace(&arguments);
}
