/* cadran table: prints the job-sequencing table of a trace. */
#include "base/options.h"
#include "base/quantity.h"
#include "base/show.h"
#include "cadran.h"
#include "cli/commands.h"
#include "table/table.h"
#include "trace/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_OK = 0, STATUS_USAGE = 2, STATUS_ENVIRONMENT = 3 };

struct arguments {
    const char *path;
    struct table_options table;
    enum table_format format;
    bool transpose;
};

/* --- Arguments ------------------------------------------------------------------------------ */

static bool take_step(void *target, const base_option *option, char *text,
                      char message[BASE_OPTIONS_MESSAGE]) {
    int64_t *step_ns = base_option_field(target, option);
    return (base_time_read(text, step_ns) && *step_ns > 0) ||
           base_option_refuse(option, "a time above 0, such as 0.5 or 250ms", text, message);
}

static bool take_format(void *target, const base_option *option, char *text,
                        char message[BASE_OPTIONS_MESSAGE]) {
    static const char *const names[] = {[TABLE_MARKDOWN] = "markdown",
                                        [TABLE_TEXT] = "text",
                                        [TABLE_CSV] = "csv",
                                        [TABLE_JSON] = "json"};
    enum table_format *format = base_option_field(target, option);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *format = (enum table_format)i;
            return true;
        }
    }
    (void)snprintf(message, BASE_OPTIONS_MESSAGE,
                   "--%s is one of markdown, text, csv and json, not \"%s\"", option->name, text);
    return false;
}

static bool take_pattern(void *target, const base_option *option, char *text,
                         char message[BASE_OPTIONS_MESSAGE]) {
    const char **pattern = base_option_field(target, option);
    *pattern = text;
    return *text != '\0' || base_option_refuse(option, "a pattern, such as 'job*'", text, message);
}

static const base_option options[] = {
    {"step", "TIME", "length of an interval (default: one that fits the run, 1s for most)",
     take_step, offsetof(struct arguments, table.step_ns)},
    {"tolerance", "TIME",
     "work of at most this length in a row shows no star, unless the row\n"
     "holds most of the span (default: 50ms; at most half a step)",
     base_take_time, offsetof(struct arguments, table.tolerance_ns)},
    {"format", "FORMAT", "markdown (default), text, csv or json", take_format,
     offsetof(struct arguments, format)},
    {"tasks", "PATTERN", "only tasks whose names are like it, as in a shell: 'job*'", take_pattern,
     offsetof(struct arguments, table.tasks)},
    {"transpose", NULL, "a row for each job, a column for each interval", base_take_flag,
     offsetof(struct arguments, transpose)},
    {.name = NULL},
};

static int print_help(void) {
    fputs("usage: cadran table [options] TRACE\n"
          "\n"
          "Prints who worked when: a row for each interval of time, a column for each job\n"
          "with its duration in seconds, and a star where the job works. TRACE is a file; - is\n"
          "standard input.\n"
          "\n",
          stdout);
    base_options_help(options, stdout);
    fputs("\nTIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min, 1h.\n", stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? STATUS_OK : STATUS_ENVIRONMENT;
}

static int wrong(const char *message) {
    base_show_line(stderr, "cadran table: %s", message);
    return STATUS_USAGE;
}

/* --- The table ----------------------------------------------------------------------------------
 */

static int no_memory(void) {
    fputs("cadran table: out of memory\n", stderr);
    return STATUS_ENVIRONMENT;
}

static struct table_part part_of(const struct table *table, const struct arguments *arguments) {
    bool read = arguments->format == TABLE_MARKDOWN || arguments->format == TABLE_TEXT;
    return read ? table_readable(table) : table_whole(table);
}

/* Before the table, which may be long: what is not in it, and what to do. */
static void say_left_out(struct table_part whole, struct table_part part) {
    if (part.columns < whole.columns || part.rows < whole.rows)
        base_show_line(stderr,
                       "cadran table: warning: %zu of %zu tasks and %" PRId64 " of %" PRId64
                       " intervals are left out: choose with --tasks 'job*' or a larger --step, or "
                       "take all with --format csv",
                       whole.columns - part.columns, whole.columns, whole.rows - part.rows,
                       whole.rows);
}

static int print_table(struct table *table, const struct arguments *arguments) {
    struct table_part whole = table_whole(table), part = part_of(table, arguments);
    if (whole.rows > TABLE_ROWS_MAX) {
        base_show_line(
            stderr,
            "cadran table: that would be %lld rows, and more than %lld are too many: choose a "
            "larger --step",
            (long long)table_row_count(table), (long long)TABLE_ROWS_MAX);
        return STATUS_USAGE;
    }
    say_left_out(whole, part);
    if (table_print(table, stdout, arguments->format, arguments->transpose, part) != 0)
        return no_memory();
    if (fflush(stdout) != 0 || ferror(stdout)) {
        base_show_line(stderr, "cadran table: standard output: %s", strerror(errno));
        return STATUS_ENVIRONMENT;
    }
    return STATUS_OK;
}

static int show(const struct trace_model *trace, struct arguments *arguments) {
    const char *name = trace_path_name(arguments->path);
    struct table *table;
    bool lives;
    for (size_t i = 0; i < trace->warning_count; i++)
        base_show_line(stderr, "cadran table: warning: %s", trace->warnings[i]);
    if (arguments->table.step_ns == 0) /* none was given */
        arguments->table.step_ns = table_step_for(trace->end_ns);
    arguments->table.rounded = strcmp(trace_text(trace, trace->clock), "real") == 0;
    if (table_new(&arguments->table, &table) != 0)
        return no_memory();
    int status;
    if (table_fill(table, trace, &lives) != 0) {
        status = no_memory();
    } else {
        if (table_column_count(table) == 0)
            base_show_line(stderr, "cadran table: warning: %s: no tasks", name);
        else if (lives)
            base_show_line(stderr,
                           "cadran table: warning: %s: no task has a span (steps \"span\" and "
                           "\"sequence\"), so a star stands for as long as a task lives",
                           name);
        status = print_table(table, arguments);
    }
    table_free(table);
    return status;
}

static int read_and_show(struct arguments *arguments) {
    struct trace_model *trace;
    char message[TRACE_MESSAGE_SIZE];
    int error = trace_read(arguments->path, &trace, message);
    if (error != 0) {
        base_show_line(stderr, "cadran table: %s", message);
        return error == CAD_ENOMEM ? STATUS_ENVIRONMENT : STATUS_USAGE;
    }
    int status = show(trace, arguments);
    trace_model_free(trace);
    return status;
}

int cli_cmd_table(int argc, char **argv) {
    struct arguments arguments = {
        .table = {.tolerance_ns = TABLE_TOLERANCE_DEFAULT},
        .format = TABLE_MARKDOWN,
    };
    char message[BASE_OPTIONS_MESSAGE];
    int first;
    switch (base_options_read("cadran table", options, &arguments, argc, argv, &first, message)) {
    case BASE_OPTIONS_HELP:
        return print_help();
    case BASE_OPTIONS_WRONG:
        return wrong(message);
    case BASE_OPTIONS_FINE:
        break;
    }
    if (argc - first != 1)
        return wrong(argc == first ? "no trace is named; see cadran table --help"
                                   : "one trace at a time; see cadran table --help");
    arguments.path = argv[first];
    return read_and_show(&arguments);
}
