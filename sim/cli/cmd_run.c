/* cadran run: runs a scenario. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "expression/expression.h"

static const char usage[] =
    "usage: cadran run [options] SCENARIO\n"
    "\n"
    "Runs a scenario, a JSON document (- is standard input). Standard output is what its tasks\n"
    "print; the outcome and all reports go to standard error.\n"
    "\n"
    "  --clock virtual|real  virtual (default): no waiting, exact times; real: a second takes a\n"
    "                        second\n"
    "  --trace FILE          write the run's trace, for cadran table, cadran view and Perfetto;\n"
    "                        packed where its name ends in .gz or .zst\n"
    "  --detail              ... with each turn of the loop and each operation, too\n"
    "  --report FILE         write what became of the run, as JSON\n"
    "  --table               print the sequencing table on standard error\n"
    "  --seed N              the seed of random draws\n"
    "  --set NAME=VALUE      give a scenario variable another value, an expression; may be "
    "repeated\n"
    "  --until TIME          stop the run at that time\n"
    "  --slow TIME           name tasks that keep the loop busy for longer\n"
    "  --max-steps N         end the run after so many steps (default 10000000000)\n"
    "  --max-still N         ... while the clock stands still (default 500000000)\n"
    "  --max-tasks N         ... when more tasks are created (default 1000000000)\n"
    "  --max-time TIME       ... when the loop's time goes beyond (default: 100 years)\n"
    "  --max-memory SIZE     ... when more is needed, such as 512M (default: 3/4 of what there "
    "is)\n"
    "  -h, --help            this text\n"
    "\n"
    "TIME is in seconds, or has a unit: 250ms, 10us, 1.5s, 2min.\n"
    "\n"
    "Exit status: 0 as expected (without \"expect\": complete, stopped or interrupted), 1 not as\n"
    "expected, 2 bad usage or a bad scenario, 3 the environment failed.\n";

enum option_number {
    OPTION_CLOCK = 256,
    OPTION_TRACE,
    OPTION_DETAIL,
    OPTION_REPORT,
    OPTION_TABLE,
    OPTION_SEED,
    OPTION_SET,
    OPTION_UNTIL,
    OPTION_SLOW,
    OPTION_MAX_STEPS,
    OPTION_MAX_STILL,
    OPTION_MAX_TASKS,
    OPTION_MAX_TIME,
    OPTION_MAX_MEMORY,
};

static const struct option options[] = {
    {"clock", required_argument, NULL, OPTION_CLOCK},
    {"trace", required_argument, NULL, OPTION_TRACE},
    {"detail", no_argument, NULL, OPTION_DETAIL},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"table", no_argument, NULL, OPTION_TABLE},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"set", required_argument, NULL, OPTION_SET},
    {"until", required_argument, NULL, OPTION_UNTIL},
    {"slow", required_argument, NULL, OPTION_SLOW},
    {"max-steps", required_argument, NULL, OPTION_MAX_STEPS},
    {"max-still", required_argument, NULL, OPTION_MAX_STILL},
    {"max-tasks", required_argument, NULL, OPTION_MAX_TASKS},
    {"max-time", required_argument, NULL, OPTION_MAX_TIME},
    {"max-memory", required_argument, NULL, OPTION_MAX_MEMORY},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct arguments {
    cli_run_options run;
    run_override *overrides; /* as many as there are arguments would fit */
    size_t override_count;
    bool help;
};

/* --- Values ---------------------------------------------------------------------------------- */

static void ignore(void *context, size_t offset, size_t length, const char *message) {
    (void)context;
    (void)offset;
    (void)length;
    (void)message;
}

static int no_names(const expr_scope *scope, const char *name, size_t length, bool behind,
                    expr_name *found) {
    (void)scope;
    (void)name;
    (void)length;
    (void)behind;
    (void)found;
    return CAD_EKEY;
}

static void suggest_nothing(const expr_scope *scope, base_suggestion *suggestion) {
    (void)scope;
    (void)suggestion;
}

/* A number as scenarios write it: with a unit, or calculated. */
static bool parse_value(const char *text, expr_value *value) {
    const expr_scope scope = {.resolve = no_names, .suggest = suggest_nothing};
    const expr_env env = {0};
    expr_expression *expression;
    expr_error error;
    if (expr_compile(text, strlen(text), &scope, ignore, NULL, &expression) != 0)
        return false;
    bool fine = !expr_draws(expression) && expr_evaluate(expression, &env, value, &error) == 0;
    expr_free(expression);
    if (fine && expr_is_number(*value))
        return true;
    if (fine)
        expr_value_unref(*value);
    return false;
}

static bool parse_time(const char *option, const char *text, int64_t *time_ns) {
    expr_value value;
    expr_error error;
    if (parse_value(text, &value) && expr_value_nanoseconds(value, time_ns, &error) == 0 &&
        *time_ns >= 0)
        return true;
    fprintf(stderr, "cadran run: %s wants a time, such as 3.5 or 250ms, not \"%s\"\n", option,
            text);
    return false;
}

static bool parse_whole(const char *option, const char *text, int64_t least, int64_t *whole) {
    expr_value value;
    expr_error error;
    if (parse_value(text, &value) && expr_value_whole(value, option, whole, &error) == 0 &&
        *whole >= least)
        return true;
    fprintf(stderr, "cadran run: %s wants a whole number%s, not \"%s\"\n", option,
            least > 0 ? " above 0" : "", text);
    return false;
}

static bool parse_limit(const char *option, const char *text, uint64_t *limit) {
    int64_t whole;
    if (!parse_whole(option, text, 1, &whole))
        return false;
    *limit = (uint64_t)whole;
    return true;
}

static bool parse_size(const char *text, uint64_t *bytes) {
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;
    bool fine = end != text && text[0] >= '0' && text[0] <= '9' && number > 0 && errno == 0 &&
                (*end == '\0' || (unit != NULL && end[1] == '\0')) && number <= UINT64_MAX >> shift;
    if (fine)
        *bytes = (uint64_t)number << shift;
    else
        fprintf(stderr, "cadran run: --max-memory wants a size, such as 512M or 4G, not \"%s\"\n",
                text);
    return fine;
}

/* What takes "-" for a file's name would leave one of that name behind. */
static bool parse_file(const char *option, const char *text, const char **path) {
    *path = text;
    if (strcmp(text, "-") != 0)
        return true;
    fprintf(stderr,
            "cadran run: %s wants a file, not \"-\": standard output is for what the tasks print "
            "(./- is a file of that name)\n",
            option);
    return false;
}

static bool parse_clock(const char *text, bool *real) {
    *real = strcmp(text, "real") == 0;
    if (*real || strcmp(text, "virtual") == 0)
        return true;
    fprintf(stderr, "cadran run: --clock is virtual or real, not \"%s\"\n", text);
    return false;
}

/* The argument is split where it is. */
static bool parse_override(struct arguments *arguments, char *text) {
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        fprintf(stderr, "cadran run: --set wants NAME=VALUE, such as jobs=100, not \"%s\"\n", text);
        return false;
    }
    *equals = '\0';
    arguments->overrides[arguments->override_count++] = (run_override){text, equals + 1};
    return true;
}

/* --- Options --------------------------------------------------------------------------------- */

static bool take_option(struct arguments *arguments, int option, char *value) {
    run_machine_options *machine = &arguments->run.machine;
    switch (option) {
    case OPTION_CLOCK:
        return parse_clock(value, &machine->real);
    case OPTION_TRACE:
        return parse_file("--trace", value, &arguments->run.trace_path);
    case OPTION_REPORT:
        return parse_file("--report", value, &arguments->run.report_path);
    case OPTION_DETAIL:
        arguments->run.detail = true;
        return true;
    case OPTION_TABLE:
        arguments->run.table = true;
        return true;
    case OPTION_SEED:
        machine->seed_given = true;
        return parse_whole("--seed", value, -(INT64_C(1) << 53), &machine->seed);
    case OPTION_SET:
        return parse_override(arguments, value);
    case OPTION_UNTIL:
        machine->until_given = true;
        return parse_time("--until", value, &machine->until_ns);
    case OPTION_SLOW:
        return parse_time("--slow", value, &machine->slow_ns);
    case OPTION_MAX_STEPS:
        return parse_limit("--max-steps", value, &machine->max_steps);
    case OPTION_MAX_STILL:
        return parse_limit("--max-still", value, &machine->max_still);
    case OPTION_MAX_TASKS:
        return parse_limit("--max-tasks", value, &machine->max_tasks);
    case OPTION_MAX_TIME:
        return parse_time("--max-time", value, &machine->max_time_ns);
    case OPTION_MAX_MEMORY:
        return parse_size(value, &arguments->run.max_memory);
    default:
        arguments->help = true;
        return true;
    }
}

static bool fault_option(const char *argument, bool unknown) {
    base_suggestion suggestion;
    const char *name = argument + strspn(argument, "-");
    if (!unknown) {
        fprintf(stderr, "cadran run: a value is missing after \"%s\"\n", argument);
        return false;
    }
    base_suggestion_start(&suggestion, name, strcspn(name, "="));
    for (const struct option *option = options; option->name != NULL; option++)
        base_suggestion_offer(&suggestion, option->name);
    fprintf(stderr, "cadran run: unknown option \"%s\"", argument);
    if (suggestion.best != NULL)
        fprintf(stderr, "; did you mean \"--%s\"?\n", suggestion.best);
    else
        fputs("; see cadran run --help\n", stderr);
    return false;
}

static bool parse_arguments(int argc, char **argv, struct arguments *arguments) {
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == '?' || option == ':')
            return fault_option(argv[optind - 1], option == '?');
        if (!take_option(arguments, option, optarg))
            return false;
        if (arguments->help)
            return true;
    }
    if (argc - optind != 1) {
        fprintf(stderr, "cadran run: %s; see cadran run --help\n",
                argc == optind ? "no scenario is named" : "one scenario at a time");
        return false;
    }
    arguments->run.path = argv[optind];
    arguments->run.machine.overrides = arguments->overrides;
    arguments->run.machine.override_count = arguments->override_count;
    return true;
}

int cli_cmd_run(int argc, char **argv) {
    struct arguments arguments = {0};
    cli_run_defaults(&arguments.run);
    arguments.overrides = calloc((size_t)argc, sizeof *arguments.overrides);
    if (arguments.overrides == NULL) {
        fputs("cadran run: out of memory\n", stderr);
        return CLI_STATUS_ENVIRONMENT;
    }
    int status = CLI_STATUS_USAGE;
    if (parse_arguments(argc, argv, &arguments)) {
        if (arguments.help)
            status = fputs(usage, stdout) >= 0 && fflush(stdout) == 0 ? CLI_STATUS_EXPECTED
                                                                      : CLI_STATUS_ENVIRONMENT;
        else
            status = cli_run(&arguments.run);
    }
    free(arguments.overrides);
    return status;
}
