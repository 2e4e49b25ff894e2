/* table.h - the job-sequencing table: a row for each interval of time, a column for each
 * job, and a star where the job works.
 *
 *     |     | job0 (1) | job1 (2) |
 *     |-----|----------|----------|
 *     | 0-1 | `*`      | `*`      |
 *     | 1-2 |          | `*`      |
 *
 * A job works while it has a span open (the scenario's `span` and `sequence` steps). What stands
 * in parentheses is how long it works in all, in seconds.
 *
 * The rule for stars: a job has a star in a row in which it works for longer than the tolerance;
 * and each span gives one to the row that holds most of it, the first of them where there are
 * several, so that no span is lost. The tolerance is what the scenario language allows a real
 * clock, 50 ms, but at most half a row. So a span that ends some milliseconds late does not spill
 * into the next row, and the same scenario has the same table under both clocks.
 *
 * A table can be filled from a trace, or span by span while a run goes on. It keeps a few bytes for
 * each job and for each uninterrupted series of stars.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct trace_model;
struct table;

#define TABLE_STEP_DEFAULT INT64_C(1000000000)
#define TABLE_TOLERANCE_DEFAULT INT64_C(50000000)
/* More rows than this nobody wants; a mistaken step is soon so fine. */
#define TABLE_ROWS_MAX INT64_C(10000000)

struct table_options {
    const char *tasks;    /* only these, as a shell's pattern: "job*"; NULL: all. Not copied */
    int64_t step_ns;      /* of a row; above 0 */
    int64_t tolerance_ns; /* 0 or more; what is above step_ns / 2 counts as that */
    bool rounded;         /* table_job_duration() leaves out a real clock's jitter */
};

enum table_format {
    TABLE_MARKDOWN, /* aligned, so that it reads well as it is */
    TABLE_TEXT,
    TABLE_CSV,
    TABLE_JSON,
};

/* The step that a run of that length is best shown in: a second for one to sixty seconds; for
 * others the finest of 1, 2, 5, 10, ... that makes no more than twelve rows. */
int64_t table_step_for(int64_t end_ns);

/* A table without jobs. 0 or CAD_ENOMEM. */
int table_new(const struct table_options *options, struct table **table);
void table_free(struct table *table); /* takes NULL */

/* A column for one more job. The name is copied; `tid` is its track in the trace. 0 or
 * CAD_ENOMEM. */
int table_add_job(struct table *table, const char *name, int64_t tid, size_t *column);

/* The job worked from begin_ns to end_ns. The spans of one job come in the order of their begin,
 * and do not overlap: of nested ones the outermost alone. 0 or CAD_ENOMEM. */
int table_add_span(struct table *table, size_t column, int64_t begin_ns, int64_t end_ns);

/* Whether options.tasks has the name. */
bool table_wants(const struct table *table, const char *name);

/* Adds a column for each task of a trace that has spans. Where no task has any, a column for each
 * task, which counts as working all its life; *lives says so. 0 or CAD_ENOMEM. */
int table_fill(struct table *table, const struct trace_model *trace, bool *lives);

/* Rows up to the last star, and columns. */
int64_t table_row_count(const struct table *table);
size_t table_column_count(const struct table *table);

/* Whether there is a star. */
bool table_cell(const struct table *table, int64_t row, size_t column);

/* Stars of a job without a gap, from one row to another. */
struct table_stars {
    int64_t first;
    int64_t last;
    uint32_t next; /* private: what comes behind them */
    bool begun;    /* private */
};

/* From stars to those behind them, the first that end at a row or after it; at first all is zero.
 * False: there are none. */
bool table_next_stars(const struct table *table, size_t column, int64_t row,
                      struct table_stars *stars);

/* "0-1": what a row is called, in seconds. */
enum { TABLE_INTERVAL_SIZE = 96 };
void table_interval(const struct table *table, int64_t row, char text[TABLE_INTERVAL_SIZE]);

/* The job's track. */
int64_t table_job_tid(const struct table *table, size_t column);

/* The job's name, and how long it worked. With options.rounded the duration is rounded to what a
 * real clock's jitter leaves: to tenths of a second, below a tenth to milliseconds. */
const char *table_job_name(const struct table *table, size_t column);
int64_t table_job_duration(const struct table *table, size_t column);

/* A part of a table: its first jobs and intervals. */
struct table_part {
    size_t columns;
    int64_t rows;
};

/* What people can read of it, at most; and all of it. */
struct table_part table_readable(const struct table *table);
struct table_part table_whole(const struct table *table);

/* Prints a part of it, row by row; with `transpose`, a row for each job. In JSON durations are
 * never rounded. The caller checks the file for errors. 0 or CAD_ENOMEM. */
int table_print(struct table *table, FILE *file, enum table_format format, bool transpose,
                struct table_part part);

/* Gives the lines of the whole table as Markdown, one by one and not aligned, until line() returns
 * something else than 0, which is returned. 0 or CAD_ENOMEM else. */
int table_each_line(struct table *table, int (*line)(void *context, const char *text),
                    void *context);

#endif
