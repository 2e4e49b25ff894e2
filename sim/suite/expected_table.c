/* The sequencing table of a run, and the one that its document expects. */
#include "suite/expected_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/show.h"
#include "cadran.h"
#include "table/table.h"

/* --- What is expected ------------------------------------------------------------------------ */

/* The next cell of a row of the table: what stands between bars, without spaces and backquotes
 * around it. False after the last. */
static bool next_cell(const char **row, const char **cell, size_t *length) {
    const char *at = *row;
    while (*at == ' ' || *at == '|')
        if (*at++ == '|')
            break;
    const char *end = at + strcspn(at, "|\n");
    if (at == end)
        return false;
    *row = end;
    while (at < end && (*at == ' ' || *at == '`'))
        at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '`'))
        end--;
    *cell = at;
    *length = (size_t)(end - at);
    return true;
}

static bool same_row(const char *a, const char *b) {
    for (;;) {
        const char *cell_a, *cell_b;
        size_t length_a = 0, length_b = 0;
        bool more_a = next_cell(&a, &cell_a, &length_a), more_b = next_cell(&b, &cell_b, &length_b);
        if (!more_a || !more_b)
            return more_a == more_b;
        if (length_a != length_b || memcmp(cell_a, cell_b, length_a) != 0)
            return false;
    }
}

/* The line under the head of a Markdown table. */
static bool is_rule(const char *row) {
    return strspn(row, "|-: ") == strcspn(row, "\n") && strchr(row, '-') != NULL;
}

/* How a table is compared with the expected rows, line by line; these may leave out the head. */
struct comparison {
    const prog_program *program;
    FILE *report; /* NULL: nobody is told */
    size_t row;   /* the expected one that is next */
    char *head;   /* the table's */
    bool begun;   /* a line has come */
    bool differs;
};

enum { CELLS_TOLD = 12 }; /* of rows with more only the cell that differs is told */

static size_t count_cells(const char *row) {
    const char *cell;
    size_t count = 0, length = 0;
    while (next_cell(&row, &cell, &length))
        count++;
    return count;
}

/* A part of a text; what is no longer there is "". */
struct part {
    const char *text;
    int length;
};

static struct part cell_at(const char *row, size_t index) {
    const char *cell = row;
    size_t length = 0;
    for (size_t i = 0; i <= index; i++)
        if (!next_cell(&row, &cell, &length))
            return (struct part){"", 0};
    return (struct part){cell, (int)length};
}

/* The first cell that differs. */
static size_t differing_cell(const char *one, const char *other) {
    const char *a, *b;
    size_t length_a = 0, length_b = 0, index = 0;
    while (next_cell(&one, &a, &length_a) && next_cell(&other, &b, &length_b) &&
           length_a == length_b && memcmp(a, b, length_a) == 0)
        index++;
    return index;
}

/* A table with many jobs: who reads the whole row? */
static void report_cell(const struct comparison *self, const char *where, const char *expected,
                        const char *found) {
    size_t index = differing_cell(expected, found);
    struct part label = cell_at(found, 0), job = cell_at(self->head, index);
    struct part wanted = cell_at(expected, index), got = cell_at(found, index);
    base_show_line(self->report,
                   "%s: expected the row %.*s to have \"%.*s\" in column %zu, \"%.*s\", found "
                   "\"%.*s\"",
                   where, label.length, label.text, wanted.length, wanted.text, index + 1,
                   job.length, job.text, got.length, got.text);
}

/* `expected` is NULL where the table is longer than expected. Returns 1. */
static int report_row(struct comparison *self, const char *expected, const char *found) {
    base_buffer where = {0};
    self->differs = true;
    if (self->report == NULL)
        return 1;
    (void)doc_format_place(self->program->document, self->program->expect.table_place, &where);
    const char *place = where.data != NULL ? where.data : "";
    if (expected != NULL && (count_cells(expected) > CELLS_TOLD || count_cells(found) > CELLS_TOLD))
        report_cell(self, place, expected, found);
    else
        base_show_line(self->report, "%s: expected the row %s, found %s", place,
                       expected != NULL ? expected : "to be the last", found);
    base_buffer_free(&where);
    return 1;
}

static const char *next_expected(struct comparison *self) {
    const prog_expect *expect = &self->program->expect;
    while (self->row < expect->table_count && is_rule(expect->table[self->row]))
        self->row++;
    return self->row < expect->table_count ? expect->table[self->row] : NULL;
}

static int compare_line(void *context, const char *line) {
    struct comparison *self = context;
    const char *wanted = next_expected(self);
    bool head = !self->begun;
    self->begun = true;
    if (head && (self->head = base_strndup(line, strlen(line))) == NULL)
        return CAD_ENOMEM;
    if (is_rule(line) || (head && wanted != NULL && !same_row(wanted, line)))
        return 0;
    if (wanted == NULL || !same_row(wanted, line))
        return report_row(self, wanted, line);
    self->row++;
    return 0;
}

/* 0 or CAD_ENOMEM. */
static int compare(const prog_program *program, struct table *table, FILE *report, size_t *unmet) {
    struct comparison self = {.program = program, .report = report};
    int error = table_each_line(table, compare_line, &self);
    if (error == 0) {
        const char *missing = next_expected(&self);
        if (missing != NULL)
            (void)report_row(&self, missing, "the end of the table");
    }
    base_free(self.head);
    *unmet += self.differs;
    return error < 0 ? error : 0;
}

/* --- The table ------------------------------------------------------------------------------- */

/* What people can read of it, with what to do about the rest. */
static int print(struct table *table, FILE *report) {
    struct table_part whole = table_whole(table), part = table_readable(table);
    int error = table_print(table, report, TABLE_MARKDOWN, false, part);
    if (error == 0 && (part.columns < whole.columns || part.rows < whole.rows))
        base_show_line(report,
                       "... and %zu more tasks, %" PRId64
                       " more intervals: keep a trace, and choose "
                       "with cadran table --tasks and --step",
                       whole.columns - part.columns, whole.rows - part.rows);
    return error;
}

bool suite_conclude_table(const prog_program *program, const struct table_collector *collector,
                          bool real, bool printed, FILE *report, size_t *unmet,
                          const char **message) {
    const struct table_options options = {
        .step_ns = TABLE_STEP_DEFAULT, .tolerance_ns = TABLE_TOLERANCE_DEFAULT, .rounded = real};
    struct table *table = NULL;
    int error = table_new(&options, &table);
    if (error == 0)
        error = table_collector_fill(collector, table);
    if (error == 0 && printed && report != NULL)
        error = print(table, report);
    if (error == 0 && program->expect.table != NULL)
        error = compare(program, table, report, unmet);
    table_free(table);
    *message = "no memory for the table";
    return error == 0;
}
