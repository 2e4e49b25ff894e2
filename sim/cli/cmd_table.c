/* cadran table: prints the job-sequencing table of a trace. */
#include "cadran.h"
#include "cli/commands.h"
#include "table/table.h"
#include "trace/reader.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_OK = 0, STATUS_USAGE = 2, STATUS_ENVIRONMENT = 3 };

static const char usage[] =
    "usage: cadran table [options] TRACE\n"
    "\n"
    "Prints who worked when: a row for each interval of time, a column for each job\n"
    "with its duration in seconds, and a star where the job works. TRACE is a file; - is\n"
    "standard input.\n"
    "\n"
    "  --step TIME         length of an interval (default: 1s)\n"
    "  --tolerance TIME    work of at most this length in a row shows no star, unless the row\n"
    "                      holds most of the span (default: 50ms; at most half a step)\n"
    "  --format FORMAT     markdown (default), text, csv or json\n"
    "  --transpose         a row for each job, a column for each interval\n"
    "  -h, --help          this text\n"
    "\n"
    "TIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min, 1h.\n";

struct arguments {
    const char *path;
    struct table_options table;
    enum table_format format;
    bool transpose;
    bool help;
};

/* --- Arguments ---------------------------------------------------------------------------------
 */

static int64_t unit_ns(const char *unit) {
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        {"", CAD_SECOND},         {"s", CAD_SECOND}, {"ms", CAD_MILLISECOND},
        {"us", CAD_MICROSECOND},  {"ns", 1},         {"min", 60 * CAD_SECOND},
        {"h", 3600 * CAD_SECOND},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].ns;
    return 0;
}

/* A decimal number, which is read as it is written, and its unit. */
static bool parse_time(const char *text, int64_t *time_ns) {
    const char *digits = text;
    while ((*text >= '0' && *text <= '9') || *text == '.')
        text++;
    int64_t unit = unit_ns(text);
    if (unit == 0 || text == digits || *digits == '.')
        return false;
    int64_t value = 0;
    int64_t scale = 0; /* of the next digit after the point; 0: before it */
    for (; digits < text; digits++) {
        if (*digits == '.') {
            if (scale != 0 || unit == 0)
                return false;
            scale = unit;
            unit = 0;
            continue;
        }
        int64_t digit = *digits - '0';
        if (unit == 0) {
            scale /= 10;
            value += digit * scale;
            continue;
        }
        if (value > (INT64_MAX / 8 - digit * unit) / 10)
            return false;
        value = 10 * value + digit * unit;
    }
    *time_ns = value;
    return true;
}

static bool parse_format(const char *text, enum table_format *format) {
    static const char *const names[] = {"markdown", "text", "csv", "json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *format = (enum table_format)i;
            return true;
        }
    }
    return false;
}

static bool take_option(struct arguments *arguments, int option, const char *value) {
    switch (option) {
    case 's':
        if (parse_time(value, &arguments->table.step_ns) && arguments->table.step_ns > 0)
            return true;
        fprintf(stderr,
                "cadran table: --step wants a time above 0, such as 0.5 or 250ms, not \"%s\"\n",
                value);
        return false;
    case 'j':
        if (parse_time(value, &arguments->table.tolerance_ns))
            return true;
        fprintf(stderr, "cadran table: --tolerance wants a time, such as 0 or 20ms, not \"%s\"\n",
                value);
        return false;
    case 'f':
        if (parse_format(value, &arguments->format))
            return true;
        fprintf(stderr,
                "cadran table: --format is one of markdown, text, csv and json, not \"%s\"\n",
                value);
        return false;
    case 't':
        arguments->transpose = true;
        return true;
    default:
        arguments->help = true;
        return true;
    }
}

static bool parse_arguments(int argc, char **argv, struct arguments *arguments) {
    static const struct option options[] = {
        {"step", required_argument, NULL, 's'},   {"tolerance", required_argument, NULL, 'j'},
        {"format", required_argument, NULL, 'f'}, {"transpose", no_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            fprintf(stderr, "cadran table: %s \"%s\"; see cadran table --help\n",
                    option == '?' ? "unknown option" : "a value is missing after",
                    argv[optind - 1]);
            return false;
        }
        if (!take_option(arguments, option, optarg))
            return false;
        if (arguments->help)
            return true;
    }
    if (argc - optind != 1) {
        fprintf(stderr, "cadran table: %s; see cadran table --help\n",
                argc == optind ? "no trace is named" : "one trace at a time");
        return false;
    }
    arguments->path = argv[optind];
    return true;
}

/* --- The table ----------------------------------------------------------------------------------
 */

static int no_memory(void) {
    fputs("cadran table: out of memory\n", stderr);
    return STATUS_ENVIRONMENT;
}

static int print_table(struct table *table, const struct arguments *arguments) {
    if (table_row_count(table) > TABLE_ROWS_MAX) {
        fprintf(stderr,
                "cadran table: that would be %lld rows, and more than %lld are too many: choose a "
                "larger --step\n",
                (long long)table_row_count(table), (long long)TABLE_ROWS_MAX);
        return STATUS_USAGE;
    }
    if (table_print(table, stdout, arguments->format, arguments->transpose) != 0)
        return no_memory();
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "cadran table: standard output: %s\n", strerror(errno));
        return STATUS_ENVIRONMENT;
    }
    return STATUS_OK;
}

static int show(const struct trace_model *trace, struct arguments *arguments) {
    const char *name = trace_path_name(arguments->path);
    struct table *table;
    bool lives;
    for (size_t i = 0; i < trace->warning_count; i++)
        fprintf(stderr, "cadran table: warning: %s\n", trace->warnings[i]);
    arguments->table.rounded = strcmp(trace_text(trace, trace->clock), "real") == 0;
    if (table_new(&arguments->table, &table) != 0)
        return no_memory();
    int status;
    if (table_fill(table, trace, &lives) != 0) {
        status = no_memory();
    } else {
        if (table_column_count(table) == 0)
            fprintf(stderr, "cadran table: warning: %s: no tasks\n", name);
        else if (lives)
            fprintf(stderr,
                    "cadran table: warning: %s: no task has a span (steps \"span\" and "
                    "\"sequence\"), so a star stands for as long as a task lives\n",
                    name);
        status = print_table(table, arguments);
    }
    table_free(table);
    return status;
}

int cli_cmd_table(int argc, char **argv) {
    struct arguments arguments = {
        .table = {.step_ns = TABLE_STEP_DEFAULT, .tolerance_ns = TABLE_TOLERANCE_DEFAULT},
        .format = TABLE_MARKDOWN,
    };
    if (!parse_arguments(argc, argv, &arguments))
        return STATUS_USAGE;
    if (arguments.help) {
        fputs(usage, stdout);
        return fflush(stdout) == 0 ? STATUS_OK : STATUS_ENVIRONMENT;
    }
    struct trace_model *trace;
    char message[TRACE_MESSAGE_SIZE];
    int error = trace_read(arguments.path, &trace, message);
    if (error != 0) {
        fprintf(stderr, "cadran table: %s\n", message);
        return error == CAD_ENOMEM ? STATUS_ENVIRONMENT : STATUS_USAGE;
    }
    int status = show(trace, &arguments);
    trace_model_free(trace);
    return status;
}
