/* cadran table: prints the job-sequencing table of a trace. */
#include "base/limit.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "table/table.h"
#include "trace/reader.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *path;
    struct table_options table;
    enum table_format format;
    bool transpose;
};

/* --- Arguments ------------------------------------------------------------------------------ */

static const char *const formats[] = {[TABLE_MARKDOWN] = "markdown",
                                      [TABLE_TEXT] = "text",
                                      [TABLE_CSV] = "csv",
                                      [TABLE_JSON] = "json"};

static const base_option options[] = {
    {.name = "step",
     .argument = "TIME",
     .help = "length of an interval (default: one that fits the run, 1s for most)",
     BASE_TIME(struct arguments, table.step_ns),
     .least = 1},
    {.name = "tolerance",
     .argument = "TIME",
     .help = "work of at most this length in a row shows no star, unless the row\n"
             "holds most of the span (default: 50ms; at most half a step)",
     BASE_TIME(struct arguments, table.tolerance_ns)},
    {.name = "format",
     .help = "markdown is the default",
     BASE_WORD(struct arguments, format, formats)},
    {.name = "tasks",
     .argument = "PATTERN",
     .help = "only tasks whose names are like it, as in a shell: 'job*'",
     BASE_TEXT(struct arguments, table.tasks),
     .wanted = "a pattern, such as 'job*'"},
    {.name = "transpose",
     .help = "a row for each job, a column for each interval",
     BASE_FLAG(struct arguments, transpose)},
    {.name = NULL},
};

static const cli_command command = {
    .name = "cadran table",
    .usage = "[options] TRACE",
    .about = "Prints who worked when: a row for each interval of time, a column for each job\n"
             "with its duration in seconds, and a star where the job works. TRACE is a file; - is\n"
             "standard input.\n",
    .options = options,
    .notes = "TIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min, 1h.\n",
    .operand = "trace",
    .wanted = CLI_ONE,
};

/* --- The table -------------------------------------------------------------------------------- */

static struct table_part part_of(const struct table *table, const struct arguments *arguments) {
    bool read = arguments->format == TABLE_MARKDOWN || arguments->format == TABLE_TEXT;
    return read ? table_readable(table) : table_whole(table);
}

/* Before the table, which may be long: what is not in it, and what to do. */
static void say_left_out(struct table_part whole, struct table_part part) {
    if (part.columns < whole.columns || part.rows < whole.rows)
        cli_warn(command.name,
                 "%zu of %zu tasks and %" PRId64 " of %" PRId64
                 " intervals are left out: choose with --tasks 'job*' or a larger --step, or "
                 "take all with --format csv",
                 whole.columns - part.columns, whole.columns, whole.rows - part.rows, whole.rows);
}

static int print_table(struct table *table, const struct arguments *arguments) {
    struct table_part whole = table_whole(table), part = part_of(table, arguments);
    if (whole.rows > TABLE_ROWS_MAX)
        return cli_wrong(command.name,
                         "that would be %lld rows, and more than %lld are too many: choose a "
                         "larger --step",
                         (long long)table_row_count(table), (long long)TABLE_ROWS_MAX);
    say_left_out(whole, part);
    if (table_print(table, stdout, arguments->format, arguments->transpose, part) != 0)
        return cli_no_memory_for(command.name, trace_path_name(arguments->path));
    return CLI_STATUS_EXPECTED;
}

static int show(const struct trace_model *trace, struct arguments *arguments) {
    const char *name = trace_path_name(arguments->path);
    struct table *table;
    bool lives;
    for (size_t i = 0; i < trace->warning_count; i++)
        cli_warn(command.name, "%s", trace->warnings[i]);
    if (arguments->table.step_ns == 0) /* none was given */
        arguments->table.step_ns = table_step_for(trace->end_ns);
    arguments->table.rounded = strcmp(trace_text(trace, trace->clock), "real") == 0;
    if (table_new(&arguments->table, &table) != 0)
        return cli_no_memory_for(command.name, name);
    int status;
    if (table_fill(table, trace, &lives) != 0) {
        status = cli_no_memory_for(command.name, name);
    } else {
        if (table_column_count(table) == 0)
            cli_warn(command.name, "%s: no tasks", name);
        else if (lives)
            cli_warn(command.name,
                     "%s: no task has a span (steps \"span\" and "
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
    if (error != 0)
        return cli_unread(command.name, error, message);
    int status = show(trace, arguments);
    trace_model_free(trace);
    return status;
}

int cli_cmd_table(int argc, char **argv) {
    struct arguments arguments = {
        .table = {.tolerance_ns = TABLE_TOLERANCE_DEFAULT},
        .format = TABLE_MARKDOWN,
    };
    cli_operands trace;
    int status;
    if (!cli_begin(&command, &arguments, argc, argv, &trace, &status))
        return status;
    base_limit_memory(base_limit_default());
    arguments.path = trace.items[0];
    return read_and_show(&arguments);
}
