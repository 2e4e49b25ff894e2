/* The job-sequencing table (sim/table) and its command (sim/cli/cmd_table.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cadran.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "support/memory_test.h"
#include "table/table.h"
#include "trace/reader.h"

enum { MS = 1000000 };

static const struct table_options one_second = {.step_ns = TABLE_STEP_DEFAULT,
                                                .tolerance_ns = TABLE_TOLERANCE_DEFAULT};

/* --- Stars ------------------------------------------------------------------------------------ */

/* A job's spans, in milliseconds, and its column of the table, read from the top. */
struct column_case {
    int64_t step_ms;
    int64_t tolerance_ms;
    int64_t spans[8]; /* begin, end, begin, end, ...; ends with 0, 0 after the first */
    const char *stars;
};

static void check_column(const struct column_case *wanted) {
    struct table_options options = {.step_ns = wanted->step_ms * MS,
                                    .tolerance_ns = wanted->tolerance_ms * MS};
    struct table *table;
    size_t column;
    char stars[64] = "";
    assert_int_equal(table_new(&options, &table), 0);
    assert_int_equal(table_add_job(table, "a", 2, &column), 0);
    for (size_t i = 0; i < 8 && (i == 0 || wanted->spans[i + 1] != 0); i += 2)
        assert_int_equal(
            table_add_span(table, column, wanted->spans[i] * MS, wanted->spans[i + 1] * MS), 0);
    for (int64_t row = 0; row < table_row_count(table); row++)
        stars[row] = table_cell(table, row, column) ? '*' : '.';
    if (strcmp(stars, wanted->stars) != 0)
        print_error("spans from %lld ms on, step %lld ms\n", (long long)wanted->spans[0],
                    (long long)wanted->step_ms);
    assert_string_equal(stars, wanted->stars);
    table_free(table);
}

static void test_table__stars_stand_where_a_job_works(void **state) {
    (void)state;
    static const struct column_case cases[] = {
        {1000, 50, {0, 1000}, "*"},
        {1000, 50, {1000, 4000}, ".***"},
        {1000, 50, {0, 1400}, "**"},
        {1000, 50, {600, 2400}, "***"},
        {1000, 50, {0, 1000, 3000, 4000}, "*..*"},
        {500, 50, {0, 1000}, "**"},
        {300, 50, {0, 1000}, "****"},       /* a step that does not divide */
        {10000, 50, {0, 1000}, "*"},        /* one that is longer than all */
        {1000, 0, {0, 1001}, "**"},         /* without tolerance nothing is too short */
        {1000, 50, {5000, 5000}, ".....*"}, /* no length at all: where it is */
        {1000, 50, {0, 0}, "*"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_column(&cases[i]);
}

static void test_table__jitter_does_not_spill_into_the_next_row(void **state) {
    (void)state;
    static const struct column_case cases[] = {
        {1000, 50, {3, 1007}, "*"},
        {1000, 50, {1004, 4012}, ".***"},
        {1000, 50, {0, 1050}, "*"},
        {1000, 50, {0, 1051}, "**"},
        {1000, 50, {960, 2010}, ".*"},           /* early, too */
        {1000, 50, {0, 1020, 1030, 1060}, "**"}, /* two spans' parts of a row count together */
        {1000, 50, {0, 1020, 1030, 1040}, "**"}, /* the second one lies in this row alone */
        {100, 50, {3, 107}, "*"},                /* at most half a row: 50 of 100 */
        {20, 50, {3, 27}, "*"},
        {20, 50, {3, 31}, "**"},
        {100, 30, {0, 131}, "**"},
        {100, 30, {0, 130}, "*"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_column(&cases[i]);
}

static void test_table__no_span_is_lost(void **state) {
    (void)state;
    static const struct column_case cases[] = {
        {1000, 50, {200, 201}, "*"},
        {1000, 50, {990, 1040}, ".*"}, /* in the row that holds most of it */
        {1000, 50, {960, 1010}, "*"},
        {1000, 50, {980, 1020}, "*"}, /* as much in both: the first */
        {1000, 50, {2998, 3001, 3500, 3510}, "..**"},
        {1000, 400, {700, 1300}, "*"},
        {1000, 400, {700, 2300}, ".*"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_column(&cases[i]);
}

/* The window as a real clock runs it: everything late, by more the later it is. */
static void test_table__a_real_run_has_the_table_of_the_virtual_one(void **state) {
    (void)state;
    static const int64_t begins[] = {0, 0, 0, 0, 1, 1, 2, 3};
    static const int64_t durations[] = {1, 2, 3, 1, 2, 3, 1, 2};
    static const char *const rows[] = {"****....", ".**.**..", "..*.***.", ".....*.*", ".......*"};
    for (int64_t late = 0; late <= 9; late++) {
        struct table *table;
        struct table_options options = one_second;
        options.rounded = true;
        assert_int_equal(table_new(&options, &table), 0);
        for (size_t i = 0; i < 8; i++) {
            size_t column;
            int64_t begin_ns = begins[i] * 1000 * MS + (begins[i] + 1) * late * MS;
            int64_t end_ns = begin_ns + durations[i] * 1000 * MS + late * MS + 77777;
            assert_int_equal(table_add_job(table, "job", (int64_t)i + 2, &column), 0);
            assert_int_equal(table_add_span(table, column, begin_ns, end_ns), 0);
            assert_int_equal(table_job_duration(table, column), durations[i] * 1000 * MS);
        }
        assert_int_equal(table_row_count(table), 5);
        for (int64_t row = 0; row < 5; row++)
            for (size_t i = 0; i < 8; i++)
                assert_int_equal(table_cell(table, row, i), rows[row][i] == '*');
        table_free(table);
    }
}

/* --- The command ------------------------------------------------------------------------------ */

static char directory[64];
static char trace_path[96];
static char output[16384];
static char errors[4096];

static int redirect(int fd, const char *path) {
    int saved = dup(fd);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(saved >= 0 && file >= 0);
    assert_int_equal(dup2(file, fd), fd);
    close(file);
    return saved;
}

static void restore(int fd, int saved) {
    assert_int_equal(dup2(saved, fd), fd);
    close(saved);
}

static void read_back(const char *path, char *text, size_t size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    unlink(path);
}

/* Runs `cadran table` with these arguments and the trace's path after them. */
static int run_command(const char *const *arguments, const char *path) {
    char *argv[16] = {(char *)(uintptr_t) "table"};
    int argc = 1;
    char out_path[96];
    char error_path[96];
    for (; *arguments != NULL; arguments++)
        argv[argc++] = (char *)(uintptr_t)*arguments;
    if (path != NULL)
        argv[argc++] = (char *)(uintptr_t)path;
    snprintf(out_path, sizeof out_path, "%s/out", directory);
    snprintf(error_path, sizeof error_path, "%s/err", directory);
    fflush(stdout);
    fflush(stderr);
    int saved_out = redirect(STDOUT_FILENO, out_path);
    int saved_error = redirect(STDERR_FILENO, error_path);
    int status = cli_cmd_table(argc, argv);
    fflush(stdout);
    restore(STDOUT_FILENO, saved_out);
    restore(STDERR_FILENO, saved_error);
    read_back(out_path, output, sizeof output);
    read_back(error_path, errors, sizeof errors);
    return status;
}

#define RUN(...) run_command((const char *const[]){__VA_ARGS__, NULL}, trace_path)
#define RUN_PLAIN() run_command((const char *const[]){NULL}, trace_path)

static FILE *trace_file;

static void begin_trace(const char *clock) {
    trace_file = fopen(trace_path, "wb");
    assert_non_null(trace_file);
    fprintf(trace_file,
            "[{\"ph\":\"M\",\"pid\":1,\"name\":\"cadran\",\"args\":{\"trace\":2,\"scenario\":\"s\","
            "\"clock\":\"%s\",\"seed\":0}}",
            clock);
}

static void end_trace(void) {
    fputs("\n]\n", trace_file);
    assert_int_equal(fclose(trace_file), 0);
}

static void put_slice(char phase, int64_t ms, int tid, const char *category, const char *name) {
    fprintf(trace_file,
            ",\n{\"ph\":\"%c\",\"ts\":%lld.000,\"pid\":1,\"tid\":%d,\"cat\":\"%s\","
            "\"name\":\"%s\",\"args\":{%s}}",
            phase, (long long)ms * 1000, tid, category, name,
            phase == 'E' ? "\"outcome\":\"returned\"" : "");
}

static void put_name(int tid, const char *name) {
    fprintf(trace_file,
            ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"name\":\"thread_name\","
            "\"args\":{\"name\":\"%s\"}}",
            tid, name);
}

/* The window's trace, with every time late by so many milliseconds. */
static void write_window(const char *clock, int64_t late_ms) {
    static const struct {
        int64_t time;
        char phase;
        int job;
    } spans[] = {
        {0, 'B', 0}, {0, 'B', 1}, {0, 'B', 2}, {0, 'B', 3}, {1, 'E', 0}, {1, 'E', 3},
        {1, 'B', 4}, {1, 'B', 5}, {2, 'E', 1}, {2, 'B', 6}, {3, 'E', 2}, {3, 'E', 4},
        {3, 'E', 6}, {3, 'B', 7}, {4, 'E', 5}, {5, 'E', 7},
    };
    char name[16];
    begin_trace(clock);
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "job%d", i);
        put_name(i + 2, name);
        put_slice('B', 0, i + 2, "task", name);
    }
    int64_t now_ms = 0;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        now_ms = spans[i].time * 1000 + (spans[i].time + 1) * late_ms;
        put_slice(spans[i].phase, now_ms, spans[i].job + 2, "span", "s");
    }
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "job%d", i);
        put_slice('E', now_ms, i + 2, "task", name);
    }
    end_trace();
}

static const char window_table[] =
    "|     | job0 (1) | job1 (2) | job2 (3) | job3 (1) | job4 (2) | job5 (3) | job6 (1) | job7 (2) "
    "|\n"
    "|-----|----------|----------|----------|----------|----------|----------|----------|----------"
    "|\n"
    "| 0-1 | `*`      | `*`      | `*`      | `*`      |          |          |          |          "
    "|\n"
    "| 1-2 |          | `*`      | `*`      |          | `*`      | `*`      |          |          "
    "|\n"
    "| 2-3 |          |          | `*`      |          | `*`      | `*`      | `*`      |          "
    "|\n"
    "| 3-4 |          |          |          |          |          | `*`      |          | `*`      "
    "|\n"
    "| 4-5 |          |          |          |          |          |          |          | `*`      "
    "|\n";

static void test_table__prints_the_window(void **state) {
    (void)state;
    write_window("virtual", 0);
    assert_int_equal(RUN_PLAIN(), 0);
    assert_string_equal(output, window_table);
    assert_string_equal(errors, "");
    assert_int_equal(RUN("--format", "markdown", "--step", "1s"), 0);
    assert_string_equal(output, window_table);
    /* And from a real run. */
    write_window("real", 5);
    assert_int_equal(RUN_PLAIN(), 0);
    assert_string_equal(output, window_table);
}

/* Two tasks, a works twice and b not at all; c's spans nest. */
static void write_small(const char *clock) {
    begin_trace(clock);
    put_name(2, "a|b");
    put_name(3, "b");
    put_name(4, "c, \\u00e9\\n\\\"");
    put_slice('B', 0, 2, "task", "a|b");
    put_slice('B', 0, 3, "task", "b");
    put_slice('B', 0, 4, "task", "c, \\u00e9\\n\\\"");
    put_slice('B', 0, 2, "span", "s");
    put_slice('B', 0, 4, "span", "outer");
    put_slice('B', 100, 4, "span", "inner");
    put_slice('E', 500, 2, "span", "s");
    put_slice('E', 900, 4, "span", "inner");
    put_slice('B', 1000, 2, "span", "s");
    put_slice('E', 1250, 2, "span", "s");
    put_slice('E', 1500, 4, "span", "outer");
    put_slice('E', 1500, 2, "task", "a|b");
    put_slice('E', 1500, 3, "task", "b");
    put_slice('E', 1500, 4, "task", "c, \\u00e9\\n\\\"");
    end_trace();
}

static void test_table__has_four_formats(void **state) {
    (void)state;
    write_small("virtual");
    assert_int_equal(RUN("--step", "500ms"), 0);
    assert_string_equal(output, "|       | a\\|b (0.75) | c, \xc3\xa9 \" (1.5) |\n"
                                "|-------|-------------|--------------|\n"
                                "| 0-0.5 | `*`         | `*`          |\n"
                                "| 0.5-1 |             | `*`          |\n"
                                "| 1-1.5 | `*`         | `*`          |\n");
    assert_int_equal(RUN("--step=0.5", "--format", "text"), 0);
    assert_string_equal(output, "       a|b (0.75)  c, \xc3\xa9 \" (1.5)\n"
                                "0-0.5      *            *\n"
                                "0.5-1                   *\n"
                                "1-1.5      *            *\n");
    assert_int_equal(RUN("--step", "0.5", "--format", "csv"), 0);
    assert_string_equal(output, ",a|b (0.75),\"c, \xc3\xa9 \"\" (1.5)\"\n"
                                "0-0.5,*,*\n"
                                "0.5-1,,*\n"
                                "1-1.5,*,*\n");
    assert_int_equal(RUN("--step", "0.5", "--format", "json"), 0);
    assert_string_equal(output, "{\n"
                                "  \"step\": 0.5,\n"
                                "  \"columns\": [\n"
                                "    {\"name\": \"a|b\", \"tid\": 2, \"duration\": 0.75},\n"
                                "    {\"name\": \"c, \xc3\xa9\\n\\\"\", \"tid\": 4, "
                                "\"duration\": 1.5}\n"
                                "  ],\n"
                                "  \"rows\": [\n"
                                "    {\"from\": 0, \"to\": 0.5, \"works\": [true, true]},\n"
                                "    {\"from\": 0.5, \"to\": 1, \"works\": [false, true]},\n"
                                "    {\"from\": 1, \"to\": 1.5, \"works\": [true, true]}\n"
                                "  ]\n"
                                "}\n");
}

static void test_table__transposes(void **state) {
    (void)state;
    write_small("virtual");
    assert_int_equal(RUN("--transpose"), 0);
    assert_string_equal(output, "|              | 0-1 | 1-2 |\n"
                                "|--------------|-----|-----|\n"
                                "| a\\|b (0.75)  | `*` | `*` |\n"
                                "| c, \xc3\xa9 \" (1.5) | `*` | `*` |\n");
    assert_int_equal(RUN("--transpose", "--format", "text", "--step", "500ms"), 0);
    assert_string_equal(output, "              0-0.5  0.5-1  1-1.5\n"
                                "a|b (0.75)      *             *\n"
                                "c, \xc3\xa9 \" (1.5)    *      *      *\n");
    assert_int_equal(RUN("--transpose", "--format", "csv"), 0);
    assert_string_equal(output, ",0-1,1-2\na|b (0.75),*,*\n\"c, \xc3\xa9 \"\" (1.5)\",*,*\n");
    assert_int_equal(RUN("--transpose", "--format", "json"), 0);
    assert_non_null(strstr(output, "    {\"from\": 1, \"to\": 2}\n"));
    assert_non_null(strstr(output, "    {\"name\": \"a|b\", \"tid\": 2, \"duration\": 0.75, "
                                   "\"works\": [true, true]},\n"));
}

static void test_table__without_spans_a_task_works_all_its_life(void **state) {
    (void)state;
    begin_trace("virtual");
    put_name(2, "a");
    put_name(3, "b");
    put_slice('B', 0, 2, "task", "a");
    put_slice('B', 1000, 3, "task", "b");
    put_slice('E', 2000, 2, "task", "a");
    put_slice('E', 3000, 3, "task", "b");
    end_trace();
    assert_int_equal(RUN("--format", "text"), 0);
    assert_string_equal(output, "     a (2)  b (2)\n"
                                "0-1    *\n"
                                "1-2    *      *\n"
                                "2-3           *\n");
    assert_non_null(strstr(errors, "no task has a span"));
}

static void test_table__step_fits_the_run(void **state) {
    (void)state;
    static const struct {
        int64_t end_ns, step_ns;
    } cases[] = {
        {0, CAD_SECOND},
        {1, 1},
        {12, 1},
        {13, 2},
        {25, 5},
        {61, 10},
        {10 * CAD_MILLISECOND, CAD_MILLISECOND},
        {CAD_SECOND - 1, 100 * CAD_MILLISECOND},
        {CAD_SECOND, CAD_SECOND},
        {60 * CAD_SECOND, CAD_SECOND},
        {60 * CAD_SECOND + 1, 10 * CAD_SECOND},
        {400 * CAD_SECOND, 50 * CAD_SECOND},
        {INT64_MAX, 1000000000 * CAD_SECOND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(table_step_for(cases[i].end_ns), cases[i].step_ns);
}

static void test_table__durations_are_short_for_people(void **state) {
    (void)state;
    const struct table_options options = {.step_ns = CAD_SECOND};
    static const int64_t durations_ns[] = {133374485333, 3333333, 12, 999999999, 1500000000};
    static const char *const heads[] = {"(133.374)", "(0.003333)", "(0.000000012)", "(1)", "(1.5)"};
    char *text;
    size_t size, column;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct table *table;
        FILE *file = open_memstream(&text, &size);
        assert_int_equal(table_new(&options, &table), 0);
        assert_int_equal(table_add_job(table, "a", 2, &column), 0);
        assert_int_equal(table_add_span(table, column, 0, durations_ns[i]), 0);
        assert_int_equal(table_print(table, file, TABLE_TEXT, false, table_whole(table)), 0);
        assert_int_equal(fclose(file), 0);
        assert_non_null(strstr(text, heads[i]));
        free(text);
        table_free(table);
    }
}

static void test_table__of_no_tasks_is_empty(void **state) {
    (void)state;
    begin_trace("virtual");
    end_trace();
    assert_int_equal(RUN_PLAIN(), 0);
    assert_string_equal(output, "|     |\n|-----|\n");
    assert_non_null(strstr(errors, "no tasks"));
    assert_int_equal(RUN("--format", "json"), 0);
    assert_string_equal(output, "{\n  \"step\": 1,\n  \"columns\": [],\n  \"rows\": []\n}\n");
}

static void test_table__shows_a_cut_trace_with_a_warning(void **state) {
    (void)state;
    write_window("virtual", 0);
    assert_int_equal(truncate(trace_path, 2000), 0);
    assert_int_equal(RUN_PLAIN(), 0);
    assert_non_null(strstr(errors, "cadran table: warning: "));
    assert_non_null(strstr(errors, "cut short at byte 2000"));
}

static void test_table__refuses_wrong_use(void **state) {
    (void)state;
    write_window("virtual", 0);
    static const struct {
        const char *arguments[4];
        const char *error;
    } cases[] = {
        {{"--step", "0"},
         "cadran table: --step wants a time above 0, such as 0.5 or 250ms, not "
         "\"0\"\n"},
        {{"--step", "1x"},
         "cadran table: --step wants a time above 0, such as 0.5 or 250ms, not "
         "\"1x\"\n"},
        {{"--step", "-1"},
         "cadran table: --step wants a time above 0, such as 0.5 or 250ms, not "
         "\"-1\"\n"},
        {{"--step", "1.2.3"},
         "cadran table: --step wants a time above 0, such as 0.5 or 250ms, "
         "not \"1.2.3\"\n"},
        {{"--step", "99999999999999999999h"},
         "cadran table: --step wants a time above 0, such as "
         "0.5 or 250ms, not \"99999999999999999999h\"\n"},
        {{"--step", "0.0000000001"},
         "cadran table: --step wants a time above 0, such as 0.5 or "
         "250ms, not \"0.0000000001\"\n"},
        {{"--tolerance", "much"},
         "cadran table: --tolerance wants a time, such as 3.5 or 250ms, not "
         "\"much\"\n"},
        {{"--format", "html"},
         "cadran table: --format wants markdown, text, csv or json, not \"html\"\n"},
        {{"--color"}, "cadran table: unknown option \"--color\"; see cadran table --help\n"},
        {{"-x"}, "cadran table: unknown option \"-x\"; see cadran table --help\n"},
        {{"other.json"}, "cadran table: one trace at a time; see cadran table --help\n"},
        {{"--step", "1ns"},
         "cadran table: that would be 5000000000 rows, and more than 10000000 "
         "are too many: choose a larger --step\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(run_command(cases[i].arguments, trace_path), 2);
        assert_string_equal(errors, cases[i].error);
        assert_string_equal(output, "");
    }
    assert_int_equal(run_command((const char *const[]){"--step", NULL}, NULL), 2);
    assert_string_equal(errors, "cadran table: a value is missing after \"--step\"\n");
    assert_int_equal(run_command((const char *const[]){NULL}, NULL), 2);
    assert_string_equal(errors, "cadran table: no trace is named; see cadran table --help\n");
    assert_int_equal(run_command((const char *const[]){NULL}, "/nonexistent"), 2);
    assert_string_equal(errors, "cadran table: /nonexistent: No such file or directory\n");
    assert_int_equal(run_command((const char *const[]){"--help", NULL}, NULL), 0);
    assert_non_null(strstr(output, "usage: cadran table"));
}

static void test_table__says_that_its_output_is_not_whole(void **state) {
    (void)state;
    char *argv[] = {(char *)(uintptr_t) "table", trace_path, NULL};
    char error_path[96];
    if (access("/dev/full", W_OK) != 0)
        skip();
    write_window("virtual", 0);
    snprintf(error_path, sizeof error_path, "%s/err", directory);
    fflush(stdout);
    int saved_out = redirect(STDOUT_FILENO, "/dev/full");
    int saved_error = redirect(STDERR_FILENO, error_path);
    int status = cli_end("cadran table", cli_cmd_table(2, argv));
    clearerr(stdout);
    restore(STDOUT_FILENO, saved_out);
    restore(STDERR_FILENO, saved_error);
    read_back(error_path, errors, sizeof errors);
    assert_int_equal(status, 3);
    assert_string_equal(errors, "cadran table: standard output: No space left on device\n");
}

/* --- Memory ----------------------------------------------------------------------------------- */

static void test_table__survives_every_allocation_failure(void **state) {
    (void)state;
    memory_start(base_set_allocator);
    write_window("virtual", 0);
    char wanted[160];
    snprintf(wanted, sizeof wanted, "cadran table: %s: not enough memory ", trace_path);
    int status = 3;
    for (size_t allowed = 0; status != 0; allowed++) {
        assert_true(allowed < 1000);
        memory_allow(allowed);
        status = RUN_PLAIN();
        memory_allow(SIZE_MAX);
        if (status != 0) {
            assert_int_equal(status, 3);
            assert_ptr_equal(strstr(errors, wanted), errors);
        }
    }
    assert_string_equal(output, window_table);
    base_set_allocator(NULL, NULL);
}

static int make_directory(void **state) {
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/cadran-table-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(trace_path, sizeof trace_path, "%s/trace.json", directory);
    return 0;
}

static int remove_directory(void **state) {
    (void)state;
    unlink(trace_path);
    return rmdir(directory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table__stars_stand_where_a_job_works),
        cmocka_unit_test(test_table__jitter_does_not_spill_into_the_next_row),
        cmocka_unit_test(test_table__no_span_is_lost),
        cmocka_unit_test(test_table__a_real_run_has_the_table_of_the_virtual_one),
        cmocka_unit_test(test_table__prints_the_window),
        cmocka_unit_test(test_table__has_four_formats),
        cmocka_unit_test(test_table__transposes),
        cmocka_unit_test(test_table__without_spans_a_task_works_all_its_life),
        cmocka_unit_test(test_table__step_fits_the_run),
        cmocka_unit_test(test_table__durations_are_short_for_people),
        cmocka_unit_test(test_table__of_no_tasks_is_empty),
        cmocka_unit_test(test_table__shows_a_cut_trace_with_a_warning),
        cmocka_unit_test(test_table__refuses_wrong_use),
        cmocka_unit_test(test_table__says_that_its_output_is_not_whole),
        cmocka_unit_test(test_table__survives_every_allocation_failure),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
