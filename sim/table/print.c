/* The table as Markdown, text, CSV and JSON. */
#include "table/table.h"

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "table/internal.h"
#include "trace/output.h"

#include <stdlib.h>
#include <string.h>

/* Both orientations are printed by the same code, which knows lines of cells. A cell is looked up
 * by a cursor a column: rows are printed from the first to the last, so that none has to be looked
 * for. */
struct printer {
    const struct table *table;
    FILE *file;
    enum table_format format;
    bool transpose;
    bool aligned; /* the cells of a column are as wide as the widest */
    struct table_part part;
    struct taker *taker;
    uint32_t *cursors; /* one a job: the stretch at or after the row that is printed */
    size_t *widths;    /* of the columns, for the aligned formats */
    size_t label_width;
    char *head; /* where the name of a job, with its duration, is put together */
    size_t head_size;
};

/* Who takes the lines one by one, instead of a file: each is what has been written since. */
struct taker {
    int (*line)(void *context, const char *text);
    void *context;
    char *text;
    size_t size;
};

enum { SECONDS_SIZE = 48 };

/* --- Texts ------------------------------------------------------------------------------------ */

/* Seconds in the shortest form. */
static void format_seconds(int64_t time_ns, char text[SECONDS_SIZE]) {
    snprintf(text, SECONDS_SIZE, "%lld.%09lld", (long long)(time_ns / CAD_SECOND),
             (long long)(time_ns % CAD_SECOND));
    char *end = text + strlen(text);
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        end[-1] = '\0';
}

/* The same as people read it: to the millisecond, and of what is shorter four digits. */
static void format_duration(int64_t time_ns, char text[SECONDS_SIZE]) {
    int64_t unit_ns = CAD_MILLISECOND;
    if (time_ns < CAD_SECOND)
        for (unit_ns = 1; time_ns / unit_ns >= 10000;)
            unit_ns *= 10;
    format_seconds((time_ns + unit_ns / 2) / unit_ns * unit_ns, text);
}

void table_interval(const struct table *table, int64_t row, char text[TABLE_INTERVAL_SIZE]) {
    char from[SECONDS_SIZE];
    char to[SECONDS_SIZE];
    format_seconds(row * table->options.step_ns, from);
    format_seconds((row + 1) * table->options.step_ns, to);
    snprintf(text, TABLE_INTERVAL_SIZE, "%s-%s", from, to);
}

/* One character of a job's name, UTF-8 of that length, as a table shows it: nothing in it may end
 * the cell or the line, or do anything else to who looks at it. */
static char *put_name_character(const struct printer *printer, char *at, const char *character,
                                size_t length) {
    if (base_is_control(base_utf8_decode(character, length))) {
        *at++ = ' ';
        return at;
    }
    if (printer->format == TABLE_MARKDOWN &&
        (*character == '|' || *character == '\\' || *character == '<'))
        *at++ = '\\';
    memcpy(at, character, length);
    return at + length;
}

/* "job0 (1)", in printer->head. */
static int format_job(struct printer *printer, size_t column) {
    const char *name = table_job_name(printer->table, column);
    size_t size = 2 * strlen(name) + SECONDS_SIZE + 4;
    if (size > printer->head_size) {
        char *head = base_realloc(printer->head, 2 * size);
        if (head == NULL)
            return CAD_ENOMEM;
        printer->head = head;
        printer->head_size = 2 * size;
    }
    char *at = printer->head;
    for (size_t length, left = strlen(name); left > 0; name += length, left -= length) {
        length = base_utf8_length((const unsigned char *)name, left);
        at = put_name_character(printer, at, length > 0 ? name : " ", length > 0 ? length : 1);
        length += length == 0;
    }
    char seconds[SECONDS_SIZE];
    bool exact = printer->format == TABLE_CSV || printer->format == TABLE_JSON;
    (exact ? format_seconds : format_duration)(table_job_duration(printer->table, column), seconds);
    snprintf(at, SECONDS_SIZE + 4, " (%s)", seconds);
    return 0;
}

/* --- Lines of cells --------------------------------------------------------------------------- */

static void put_spaces(FILE *file, size_t count) {
    static const char spaces[] = "                                                                ";
    while (count > 0) {
        size_t piece = count < sizeof spaces - 1 ? count : sizeof spaces - 1;
        fwrite(spaces, 1, piece, file);
        count -= piece;
    }
}

/* Behind what takes less than its column is wide. */
static void put_padding(struct printer *printer, size_t width, size_t taken) {
    if (width > taken)
        put_spaces(printer->file, width - taken);
}

/* A cell of CSV. One that a spreadsheet would take for a formula, and carry out, has a ' before it:
 * the sign by which spreadsheets tell a text. */
static void put_quoted(FILE *file, const char *text) {
    bool formula = *text != '\0' && strchr("=+-@", *text) != NULL;
    if (!formula && strpbrk(text, ",\"\n\r") == NULL) {
        fputs(text, file);
        return;
    }
    fputs(formula ? "\"'" : "\"", file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

/* The first cell of a line. */
static void put_label(struct printer *printer, const char *text) {
    switch (printer->format) {
    case TABLE_MARKDOWN:
        fprintf(printer->file, "| %s", text);
        put_padding(printer, printer->label_width, base_text_width(text));
        fputs(" |", printer->file);
        break;
    case TABLE_TEXT:
        fputs(text, printer->file);
        break;
    default:
        put_quoted(printer->file, text);
        break;
    }
}

/* What a line of text owes: spaces are put only when something follows them, so that no line ends
 * in any. */
struct line {
    size_t owed;
};

static void start_line(struct printer *printer, struct line *line, const char *label) {
    put_label(printer, label);
    line->owed =
        printer->label_width - (printer->format == TABLE_TEXT ? base_text_width(label) : 0);
}

/* A cell of the head. */
static void put_head(struct printer *printer, struct line *line, size_t width, const char *text) {
    switch (printer->format) {
    case TABLE_MARKDOWN:
        fprintf(printer->file, " %s", text);
        put_padding(printer, width, base_text_width(text));
        fputs(" |", printer->file);
        break;
    case TABLE_TEXT:
        put_spaces(printer->file, line->owed + 2);
        fputs(text, printer->file);
        line->owed = width - base_text_width(text);
        break;
    default:
        putc(',', printer->file);
        put_quoted(printer->file, text);
        break;
    }
}

static void put_cell(struct printer *printer, struct line *line, size_t width, bool star) {
    switch (printer->format) {
    case TABLE_MARKDOWN:
        fputs(star ? " `*`" : "    ", printer->file);
        put_spaces(printer->file, width - 3);
        fputs(" |", printer->file);
        break;
    case TABLE_TEXT: {
        size_t before = (width - 1) / 2;
        if (star) {
            put_spaces(printer->file, line->owed + 2 + before);
            putc('*', printer->file);
            line->owed = width - 1 - before;
        } else {
            line->owed += 2 + width;
        }
        break;
    }
    default:
        fputs(star ? ",*" : ",", printer->file);
        break;
    }
}

/* 0, or what who takes the lines returned. */
static int end_line(struct printer *printer) {
    struct taker *taker = printer->taker;
    if (taker == NULL) {
        putc('\n', printer->file);
        return 0;
    }
    if (fflush(printer->file) != 0 || ferror(printer->file))
        return CAD_ENOMEM;
    taker->text[taker->size] = '\0'; /* of a longer line before it the rest still stands there */
    int result = taker->line(taker->context, taker->text);
    return result != 0 || fseeko(printer->file, 0, SEEK_SET) == 0 ? result : CAD_ENOMEM;
}

/* Between head and body. */
static int put_rule(struct printer *printer, size_t columns) {
    if (printer->format != TABLE_MARKDOWN)
        return 0;
    putc('|', printer->file);
    for (size_t i = 0; i <= columns; i++) {
        size_t width = i == 0 ? printer->label_width : printer->widths[i - 1];
        for (size_t k = 0; k < width + 2; k++)
            putc('-', printer->file);
        putc('|', printer->file);
    }
    return end_line(printer);
}

/* --- The three shapes ------------------------------------------------------------------------- */

/* Whether a job has a star in a row, for rows that rise with each call. */
static bool has_star(struct printer *printer, int64_t row, size_t column) {
    const struct table *table = printer->table;
    uint32_t *cursor = &printer->cursors[column];
    while (*cursor != UINT32_MAX && table->stretches[*cursor].last < row)
        *cursor = table->stretches[*cursor].next;
    return *cursor != UINT32_MAX && table->stretches[*cursor].first <= row;
}

static size_t least_width(const struct printer *printer) {
    return printer->format == TABLE_MARKDOWN ? 3 : 1;
}

static void widen(size_t *width, size_t wanted) {
    if (*width < wanted)
        *width = wanted;
}

/* The label's width: of the longest interval. */
static size_t interval_width(const struct printer *printer) {
    char interval[TABLE_INTERVAL_SIZE];
    size_t width = least_width(printer);
    for (int64_t row = 0; row < printer->part.rows && printer->aligned; row++) {
        table_interval(printer->table, row, interval);
        widen(&width, strlen(interval));
    }
    return width;
}

/* The head of a table with a column a job. */
static int print_jobs(struct printer *printer) {
    struct line line;
    start_line(printer, &line, "");
    for (size_t i = 0; i < printer->part.columns; i++) {
        int error = format_job(printer, i);
        if (error != 0)
            return error;
        printer->widths[i] = least_width(printer);
        if (printer->aligned)
            widen(&printer->widths[i], base_text_width(printer->head));
        put_head(printer, &line, printer->widths[i], printer->head);
    }
    return end_line(printer);
}

/* A row an interval, a column a job. */
static int print_upright(struct printer *printer) {
    char interval[TABLE_INTERVAL_SIZE];
    struct line line;
    printer->label_width = interval_width(printer);
    int error = print_jobs(printer);
    if (error == 0)
        error = put_rule(printer, printer->part.columns);
    for (int64_t row = 0; row < printer->part.rows && error == 0; row++) {
        table_interval(printer->table, row, interval);
        start_line(printer, &line, interval);
        for (size_t i = 0; i < printer->part.columns; i++)
            put_cell(printer, &line, printer->widths[i], has_star(printer, row, i));
        error = end_line(printer);
    }
    return error;
}

/* The head of a table with a column an interval. */
static int print_intervals(struct printer *printer) {
    char interval[TABLE_INTERVAL_SIZE];
    struct line line;
    start_line(printer, &line, "");
    for (int64_t row = 0; row < printer->part.rows; row++) {
        table_interval(printer->table, row, interval);
        printer->widths[row] = least_width(printer);
        widen(&printer->widths[row], strlen(interval));
        put_head(printer, &line, printer->widths[row], interval);
    }
    return end_line(printer);
}

/* A row a job, a column an interval. */
static int print_transposed(struct printer *printer) {
    struct line line;
    int error = 0;
    printer->label_width = least_width(printer);
    for (size_t i = 0; i < printer->part.columns && error == 0; i++) {
        error = format_job(printer, i);
        if (error == 0)
            widen(&printer->label_width, base_text_width(printer->head));
    }
    if (error == 0)
        error = print_intervals(printer);
    if (error == 0)
        error = put_rule(printer, (size_t)printer->part.rows);
    for (size_t i = 0; i < printer->part.columns && error == 0; i++) {
        error = format_job(printer, i);
        if (error != 0)
            break;
        start_line(printer, &line, printer->head);
        for (int64_t row = 0; row < printer->part.rows; row++)
            put_cell(printer, &line, printer->widths[row], has_star(printer, row, i));
        error = end_line(printer);
    }
    return error;
}

static void put_json_text(FILE *file, const char *text) {
    putc('"', file);
    for (; *text != '\0'; text++) {
        /* What comes from a trace is UTF-8 already; one byte at a time leaves it alone. */
        char escaped[8];
        if ((unsigned char)*text >= 0x80) {
            putc(*text, file);
            continue;
        }
        fwrite(escaped, 1, trace_output_escape(escaped, text, 1), file);
    }
    putc('"', file);
}

static void put_json_job(struct printer *printer, size_t column) {
    char seconds[SECONDS_SIZE];
    format_seconds(printer->table->columns[column].duration_ns, seconds);
    fputs("{\"name\": ", printer->file);
    put_json_text(printer->file, table_job_name(printer->table, column));
    fprintf(printer->file, ", \"tid\": %lld, \"duration\": %s",
            (long long)printer->table->columns[column].tid, seconds);
}

static void put_json_interval(struct printer *printer, int64_t row) {
    char from[SECONDS_SIZE];
    char to[SECONDS_SIZE];
    format_seconds(row * printer->table->options.step_ns, from);
    format_seconds((row + 1) * printer->table->options.step_ns, to);
    fprintf(printer->file, "{\"from\": %s, \"to\": %s", from, to);
}

static int print_json(struct printer *printer) {
    const struct table *table = printer->table;
    int64_t jobs = (int64_t)printer->part.columns;
    int64_t columns = printer->transpose ? printer->part.rows : jobs;
    int64_t rows = printer->transpose ? jobs : printer->part.rows;
    char seconds[SECONDS_SIZE];
    format_seconds(table->options.step_ns, seconds);
    fprintf(printer->file, "{\n  \"step\": %s,\n  \"columns\": [", seconds);
    for (int64_t i = 0; i < columns; i++) {
        fputs(i == 0 ? "\n    " : ",\n    ", printer->file);
        if (printer->transpose)
            put_json_interval(printer, i);
        else
            put_json_job(printer, (size_t)i);
        putc('}', printer->file);
    }
    fputs(columns == 0 ? "],\n  \"rows\": [" : "\n  ],\n  \"rows\": [", printer->file);
    for (int64_t i = 0; i < rows; i++) {
        fputs(i == 0 ? "\n    " : ",\n    ", printer->file);
        if (printer->transpose)
            put_json_job(printer, (size_t)i);
        else
            put_json_interval(printer, i);
        fputs(", \"works\": [", printer->file);
        for (int64_t k = 0; k < columns; k++) {
            int64_t row = printer->transpose ? k : i;
            bool star = has_star(printer, row, (size_t)(printer->transpose ? i : k));
            fprintf(printer->file, "%s%s", k == 0 ? "" : ", ", star ? "true" : "false");
        }
        fputs("]}", printer->file);
    }
    fputs(rows == 0 ? "]\n}\n" : "\n  ]\n}\n", printer->file);
    return 0;
}

static int print(struct printer *printer) {
    const struct table *table = printer->table;
    size_t columns = printer->transpose ? (size_t)printer->part.rows : printer->part.columns;
    int error = CAD_ENOMEM;
    printer->cursors = base_zalloc(table->column_count + 1, sizeof *printer->cursors);
    printer->widths = base_zalloc(columns + 1, sizeof *printer->widths);
    if (printer->cursors != NULL && printer->widths != NULL) {
        for (size_t i = 0; i < table->column_count; i++)
            printer->cursors[i] = table->columns[i].first_stretch;
        if (printer->format == TABLE_JSON)
            error = print_json(printer);
        else
            error = printer->transpose ? print_transposed(printer) : print_upright(printer);
    }
    base_free(printer->cursors);
    base_free(printer->widths);
    base_free(printer->head);
    return error;
}

int table_print(struct table *table, FILE *file, enum table_format format, bool transpose,
                struct table_part part) {
    struct printer printer = {.table = table,
                              .file = file,
                              .format = format,
                              .transpose = transpose,
                              .aligned = true,
                              .part = part};
    return print(&printer);
}

int table_each_line(struct table *table, int (*line)(void *context, const char *text),
                    void *context) {
    struct taker taker = {.line = line, .context = context};
    struct printer printer = {.table = table, .part = table_whole(table), .taker = &taker};
    printer.file = open_memstream(&taker.text, &taker.size);
    if (printer.file == NULL)
        return CAD_ENOMEM;
    int error = print(&printer);
    (void)fclose(printer.file);
    free(taker.text);
    return error;
}
