/* cadran export: what a trace says, for other programs and for people without this one.
 *
 * Every format is made from the events of the trace, in one reading: a row of `formats` says who
 * takes them, and how what they come to is written. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/identity.h"
#include "base/limit.h"
#include "base/replace.h"
#include "cadran.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/page.h"
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

/* --- Arguments -------------------------------------------------------------------------------- */

static const char *const formats[] = {
    [FORMAT_TEXT] = "text", [FORMAT_JSON] = "json",     [FORMAT_MARKDOWN] = "markdown",
    [FORMAT_CSV] = "csv",   [FORMAT_SQLITE] = "sqlite", [FORMAT_HTML] = "html",
    [FORMAT_SVG] = "svg"};

static const base_option options[] = {
    {.name = "format",
     .help = "text (default), json: statistics;\n"
             "markdown, csv: the job-sequencing table; sqlite: a database of all of it;\n"
             "html: a page with a timeline; svg: the viewer's picture",
     BASE_WORD(struct arguments, format, formats)},
    {.name = "output",
     .argument = "FILE",
     .help = "write to FILE, whole or not at all (default: standard output)",
     BASE_OUTPUT(struct arguments, output)},
    {.name = "step",
     .argument = "TIME",
     .help = "of the table: length of an interval (default: one that fits the\n"
             "run, 1s for most)",
     BASE_TIME(struct arguments, table.step_ns),
     .least = 1},
    {.name = "tolerance",
     .argument = "TIME",
     .help = "of the table: work of at most this length in a row shows no star\n"
             "(default: 50ms)",
     BASE_TIME(struct arguments, table.tolerance_ns)},
    {.name = "transpose",
     .help = "of the table: a row for each job",
     BASE_FLAG(struct arguments, transpose)},
    {.name = "from",
     .argument = "TIME",
     .help = "of page and picture: show what is from that time on",
     BASE_TIME(struct arguments, stretch.from_ns)},
    {.name = "to",
     .argument = "TIME",
     .help = "of page and picture: show what is up to that time",
     BASE_TIME(struct arguments, stretch.to_ns)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran export",
    .usage = "[options] TRACE",
    .about = "Writes what a trace of cadran run says in a form for people or for other programs.\n"
             "TRACE is a file; - is standard input.\n",
    .options = options,
    .notes = "TIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min, 1h.\n",
    .operand = "trace",
    .wanted = CLI_ONE,
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

/* --- Formats ---------------------------------------------------------------------------------- */

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
        (void)cli_wrong(command.name, "a database is a file: give --output FILE, too");
        return CAD_EINVAL;
    }
    int error = db_writer_open(export->database, &export->writer);
    if (error == CAD_ESYSTEM)
        (void)cli_failed(command.name, "%s: %s", export->arguments->output,
                         db_writer_failure(export->writer));
    else if (error == 0)
        export->taker = db_writer_consumer(export->writer);
    return error;
}

static int print_table(const struct export *export, struct table *table, enum table_format format) {
    int error = table_collector_fill(export->table, table);
    if (error != 0)
        return error;
    if (table_row_count(table) > TABLE_ROWS_MAX) {
        (void)cli_wrong(command.name,
                        "that would be %lld rows, and more than %lld are too many: choose a "
                        "larger --step",
                        (long long)table_row_count(table), (long long)TABLE_ROWS_MAX);
        return CAD_EINVAL;
    }
    return table_print(table, export->file, format, export->arguments->transpose,
                       table_whole(table));
}

static int write_table_as(const struct export *export, enum table_format format) {
    struct table_options chosen = export->arguments->table;
    struct table *table;
    chosen.rounded = export->real;
    if (chosen.step_ns == 0) /* none was given */
        chosen.step_ns = table_step_for(table_collector_end_ns(export->table));
    int error = table_new(&chosen, &table);
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
    int (*start)(struct export *export);
    int (*write)(const struct export *export);
} makers[] = {
    [FORMAT_TEXT] = {start_statistics, write_text},
    [FORMAT_JSON] = {start_statistics, write_json},
    [FORMAT_MARKDOWN] = {start_table, write_markdown},
    [FORMAT_CSV] = {start_table, write_csv},
    [FORMAT_SQLITE] = {start_database, write_nothing},
    [FORMAT_HTML] = {NULL, NULL}, /* it is made from a model: cli_write_page() */
    [FORMAT_SVG] = {NULL, NULL},  /* the viewer makes it: export_picture() */
};

/* --- Reading ---------------------------------------------------------------------------------- */

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

/* Who takes the events could not: for want of memory, which the message of the reader says with the
 * trace's name, or because the database cannot be written. */
static int refuse_taken(const struct export *export, const char *message) {
    const char *database = export->writer != NULL ? db_writer_failure(export->writer) : "";
    return database[0] != '\0'
               ? cli_failed(command.name, "%s: %s", export->arguments->output, database)
               : cli_failed(command.name, "%s", message);
}

/* Reads the trace to who takes it; a message where that fails. */
static int read_trace(struct export *export) {
    const char *path = export->arguments->path;
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    int error = trace_read_events(path, &export->gate, &complete, message);
    if (export->foreign)
        return cli_wrong(command.name, "%s: %s", trace_path_name(path), message);
    if (export->failed)
        return refuse_taken(export, message);
    if (error != 0)
        return cli_unread(command.name, error, message);
    if (!complete)
        cli_warn(command.name, "%s", message);
    return CLI_STATUS_EXPECTED;
}

/* Of what starting or writing a format returned. */
static int status_of(const struct export *export, int error) {
    if (error == 0)
        return CLI_STATUS_EXPECTED;
    if (error == CAD_ENOMEM)
        return cli_no_memory_for(command.name, trace_path_name(export->arguments->path));
    return error == CAD_EINVAL ? CLI_STATUS_USAGE : CLI_STATUS_ENVIRONMENT;
}

/* Reads the trace and writes what is asked for. */
static int read_and_write(struct export *export) {
    const struct arguments *arguments = export->arguments;
    if (arguments->format == FORMAT_HTML)
        return cli_write_page(command.name, arguments->path, &arguments->stretch, export->file);
    int status = status_of(export, makers[export->arguments->format].start(export));
    if (status == CLI_STATUS_EXPECTED)
        status = read_trace(export);
    if (status == CLI_STATUS_EXPECTED)
        status = status_of(export, makers[export->arguments->format].write(export));
    table_collector_free(export->table);
    stat_collector_free(export->statistics);
    db_writer_free(export->writer);
    return status;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static int cannot_write(const char *name, int reason) {
    return cli_failed(command.name, "%s: %s", name, strerror(reason));
}

static int export_to_stdout(struct export *export) {
    export->file = stdout;
    return read_and_write(export);
}

static int export_to_file(struct export *export) {
    struct base_replacement file;
    const char *name = export->arguments->output;
    if (base_overwrites(name, export->arguments->path))
        return cli_wrong(command.name,
                         "--output %s would overwrite the trace; give it another name", name);
    int reason = base_replace_open(&file, name);
    if (reason != 0)
        return cannot_write(name, reason);
    export->file = file.stream;
    export->database = file.temporary;
    int status = read_and_write(export);
    if (status == CLI_STATUS_EXPECTED)
        reason = base_replace_finish(&file);
    base_replace_drop(&file);
    return reason != 0 ? cannot_write(name, reason) : status;
}

/* The viewer takes this program's place: it writes whole or not at all, too, reads the same traces,
 * and has the same exit statuses. */
static int export_picture(const struct arguments *arguments) {
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
    cli_become_viewer((char **)(uintptr_t)words);
    return cli_viewer_is_missing(errno);
}

static int export_trace(const struct arguments *arguments) {
    if (arguments->format == FORMAT_SVG)
        return export_picture(arguments);
    struct export export = {.gate = {.take = take, .end = end, .failure = failure},
                            .arguments = arguments};
    return arguments->output == NULL ? export_to_stdout(&export) : export_to_file(&export);
}

/* An option that the format has no use for; NULL: none. */
static const char *without_use(const struct arguments *arguments) {
    bool table = arguments->format == FORMAT_MARKDOWN || arguments->format == FORMAT_CSV;
    bool picture = arguments->format == FORMAT_HTML || arguments->format == FORMAT_SVG;
    bool of_table = arguments->table.step_ns != 0 || arguments->transpose ||
                    arguments->table.tolerance_ns != TABLE_TOLERANCE_DEFAULT;
    bool of_picture = arguments->stretch.from_ns != 0 || arguments->stretch.to_ns != EXPORT_END;
    if (of_table && !table)
        return "--step, --tolerance and --transpose are of the table: --format markdown or csv";
    if (of_picture && !picture)
        return "--from and --to are of a page and of a picture: --format html or svg";
    return NULL;
}

int cli_cmd_export(int argc, char **argv) {
    struct arguments arguments = {
        .table = {.tolerance_ns = TABLE_TOLERANCE_DEFAULT},
        .stretch = {.from_ns = 0, .to_ns = EXPORT_END},
    };
    cli_operands trace;
    int status;
    if (!cli_begin(&command, &arguments, argc, argv, &trace, &status))
        return status;
    if (arguments.stretch.from_ns > arguments.stretch.to_ns)
        return cli_wrong(command.name, "--from is a time after --to");
    const char *useless = without_use(&arguments);
    if (useless != NULL)
        return cli_wrong(command.name, "%s", useless);
    base_limit_memory(base_limit_default());
    arguments.path = trace.items[0];
    return export_trace(&arguments);
}
