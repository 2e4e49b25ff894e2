/* The sequencing table of a run, and the one that its document expects. */
#include "suite/expected_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
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

static void report_row(const prog_program *program, FILE *report, const char *expected,
                       const char *found) {
    base_buffer where = {0};
    if (report == NULL)
        return;
    (void)doc_format_place(program->document, program->expect.table_place, &where);
    base_show_line(
        report, "%s: expected the row %s, found %.*s", where.data != NULL ? where.data : "",
        expected != NULL ? expected : "to be the last", (int)strcspn(found, "\n"), found);
    base_buffer_free(&where);
}

/* Compares the printed table with the expected rows; these may leave out the head. */
static void compare(const prog_program *program, const char *printed, FILE *report, size_t *unmet) {
    const prog_expect *expect = &program->expect;
    size_t row = 0;
    const char *line = printed;
    bool head = true;
    while (*line != '\0') {
        const char *next = line + strcspn(line, "\n");
        while (row < expect->table_count && is_rule(expect->table[row]))
            row++;
        const char *wanted = row < expect->table_count ? expect->table[row] : NULL;
        if (is_rule(line) || (head && wanted != NULL && !same_row(wanted, line))) {
            /* nothing to compare */
        } else if (wanted == NULL || !same_row(wanted, line)) {
            report_row(program, report, wanted, line);
            ++*unmet;
            return;
        } else {
            row++;
        }
        head = false;
        line = *next == '\n' ? next + 1 : next;
    }
    if (row < expect->table_count) {
        report_row(program, report, expect->table[row], "the end of the table");
        ++*unmet;
    }
}

/* --- The table ------------------------------------------------------------------------------- */

static bool print(struct table *table, char **text, const char **message) {
    size_t size;
    *message = "the table is too long; \"cadran table --step\" makes it shorter";
    if (table_row_count(table) > TABLE_ROWS_MAX)
        return false;
    *message = "no memory for the table";
    FILE *memory = open_memstream(text, &size);
    bool fine = memory != NULL && table_print(table, memory, TABLE_MARKDOWN, false) == 0;
    if (memory != NULL && fclose(memory) != 0)
        fine = false;
    if (fine)
        return true;
    free(*text);
    *text = NULL;
    return false;
}

/* As Markdown, to be freed with free(). */
static bool make_table(const struct table_collector *collector, bool real, char **text,
                       const char **message) {
    const struct table_options options = {
        .step_ns = TABLE_STEP_DEFAULT, .tolerance_ns = TABLE_TOLERANCE_DEFAULT, .rounded = real};
    struct table *table = NULL;
    *text = NULL;
    *message = "no memory for the table";
    bool fine = table_new(&options, &table) == 0 && table_collector_fill(collector, table) == 0 &&
                print(table, text, message);
    table_free(table);
    return fine;
}

bool suite_conclude_table(const prog_program *program, const struct table_collector *collector,
                          bool real, bool printed, FILE *report, size_t *unmet,
                          const char **message) {
    char *text;
    if (!make_table(collector, real, &text, message))
        return false;
    if (printed && report != NULL)
        fputs(text, report);
    if (program->expect.table != NULL)
        compare(program, text, report, unmet);
    free(text);
    return true;
}
