/* The sequencing table of a run, and the one that its document expects. */
#include "cli/run_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run_trace.h"

bool cli_temporary_trace(char *path, size_t size) {
    const char *folder = getenv("TMPDIR");
    int length = snprintf(path, size, "%s/cadran-XXXXXX", folder != NULL ? folder : "/tmp");
    if (length < 0 || (size_t)length >= size)
        (void)snprintf(path, size, "/tmp/cadran-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0) {
        fprintf(stderr, "cadran: %s: %s\n", path, strerror(errno));
        return false;
    }
    (void)close(fd);
    return true;
}

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

static void report_row(const run_machine *machine, const char *expected, const char *found) {
    base_buffer where = {0};
    (void)doc_format_place(machine->program->document, machine->program->expect.table_place,
                           &where);
    fprintf(stderr, "%s: expected the row %s, found %.*s\n", where.data != NULL ? where.data : "",
            expected != NULL ? expected : "to be the last", (int)strcspn(found, "\n"), found);
    base_buffer_free(&where);
}

/* Compares the printed table with the expected rows; these may leave out the head. */
static void compare(const run_machine *machine, const char *printed, size_t *unmet) {
    const prog_expect *expect = &machine->program->expect;
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
            report_row(machine, wanted, line);
            ++*unmet;
            return;
        } else {
            row++;
        }
        head = false;
        line = *next == '\n' ? next + 1 : next;
    }
    if (row < expect->table_count) {
        report_row(machine, expect->table[row], "the end of the table");
        ++*unmet;
    }
}

/* --- The table ------------------------------------------------------------------------------- */

bool cli_conclude_table(const run_machine *machine, const char *trace_path, bool print,
                        size_t *unmet) {
    char *text;
    if (!cli_table_of_trace(trace_path, machine->options->real, &text))
        return false;
    if (print)
        fputs(text, stderr);
    if (machine->program->expect.table != NULL)
        compare(machine, text, unmet);
    free(text);
    return true;
}
