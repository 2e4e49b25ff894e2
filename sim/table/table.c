/* Which job worked in which row: kept as series of stars, column by column. */
#include "table/table.h"

#include "base/memory.h"
#include "cadran.h"
#include "table/internal.h"
#include "trace/model.h"

#include <assert.h>
#include <fnmatch.h>
#include <string.h>

/* Nobody reads on where a table has more. */
enum { READABLE_COLUMNS = 200, READABLE_ROWS = 2000 };

static const uint32_t none = UINT32_MAX;

int64_t table_step_for(int64_t end_ns) {
    enum { ROWS = 12, ROWS_OF_A_SECOND = 60 };
    int64_t unit_ns = 1;
    if (end_ns == 0 || (end_ns >= CAD_SECOND && end_ns <= ROWS_OF_A_SECOND * CAD_SECOND))
        return CAD_SECOND;
    while (unit_ns <= INT64_MAX / 100 && unit_ns * 10 < end_ns / ROWS)
        unit_ns *= 10;
    static const int64_t factors[] = {1, 2, 5};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (unit_ns * factors[i] * ROWS >= end_ns)
            return unit_ns * factors[i];
    return unit_ns * 10;
}

int table_new(const struct table_options *options, struct table **table) {
    assert(options->step_ns > 0 && options->tolerance_ns >= 0);
    *table = base_zalloc(1, sizeof **table);
    if (*table == NULL)
        return CAD_ENOMEM;
    (*table)->options = *options;
    if (options->tolerance_ns > options->step_ns / 2)
        (*table)->options.tolerance_ns = options->step_ns / 2;
    return 0;
}

void table_free(struct table *table) {
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->column_count; i++)
        base_free(table->columns[i].name);
    base_free(table->columns);
    base_free(table->stretches);
    base_free(table);
}

int table_add_job(struct table *table, const char *name, int64_t tid, size_t *column) {
    size_t size = strlen(name) + 1;
    char *copy = base_alloc(size);
    if (copy == NULL || !base_grow(&table->columns, &table->column_capacity, table->column_count,
                                   sizeof *table->columns)) {
        base_free(copy);
        return CAD_ENOMEM;
    }
    memcpy(copy, name, size);
    *column = table->column_count++;
    table->columns[*column] = (struct table_column){
        .name = copy, .tid = tid, .open_row = -1, .first_stretch = none, .last_stretch = none};
    return 0;
}

/* Stars in rows first to last, which are not before those that are there. */
static int add_stars(struct table *table, struct table_column *column, int64_t first,
                     int64_t last) {
    if (last >= table->row_count)
        table->row_count = last + 1;
    if (column->last_stretch != none && table->stretches[column->last_stretch].last + 1 >= first) {
        if (table->stretches[column->last_stretch].last < last)
            table->stretches[column->last_stretch].last = last;
        return 0;
    }
    if (table->stretch_count >= none || !base_grow(&table->stretches, &table->stretch_capacity,
                                                   table->stretch_count, sizeof *table->stretches))
        return CAD_ENOMEM;
    uint32_t stretch = (uint32_t)table->stretch_count++;
    table->stretches[stretch] = (struct table_stretch){first, last, none};
    if (column->first_stretch == none)
        column->first_stretch = stretch;
    else
        table->stretches[column->last_stretch].next = stretch;
    column->last_stretch = stretch;
    return 0;
}

/* The job worked so much in one row, and perhaps more: several short spans make one star. */
static int add_part(struct table *table, struct table_column *column, int64_t row, int64_t part_ns,
                    bool most) {
    if (row != column->open_row) {
        column->open_row = row;
        column->open_ns = 0;
        column->open_star = false;
    }
    column->open_ns += part_ns;
    if (column->open_star || (!most && column->open_ns <= table->options.tolerance_ns))
        return 0;
    column->open_star = true;
    return add_stars(table, column, row, row);
}

int table_add_span(struct table *table, size_t index, int64_t begin_ns, int64_t end_ns) {
    struct table_column *column = &table->columns[index];
    int64_t step_ns = table->options.step_ns;
    assert(begin_ns >= 0 && end_ns >= begin_ns);
    column->duration_ns += end_ns - begin_ns;

    /* The end does not belong to the span: it is in the row before where it is on a border. */
    int64_t first = begin_ns / step_ns;
    int64_t last = end_ns == begin_ns ? first : (end_ns - 1) / step_ns;
    if (first == last)
        return add_part(table, column, first, end_ns - begin_ns, true);

    int64_t in_first_ns = (first + 1) * step_ns - begin_ns;
    int64_t in_last_ns = end_ns - last * step_ns;
    bool whole_between = last - first > 1;
    bool most_in_first = in_first_ns == step_ns || (!whole_between && in_first_ns >= in_last_ns);
    int error = add_part(table, column, first, in_first_ns, most_in_first);
    if (error == 0 && whole_between)
        error = add_stars(table, column, first + 1, last - 1);
    if (error == 0)
        error = add_part(table, column, last, in_last_ns, !most_in_first && !whole_between);
    return error;
}

/* --- From a trace ----------------------------------------------------------------------------- */

/* Not counted where it lies inside another span. */
static bool is_outermost_span(const struct trace_model *trace, const struct trace_slice *slice) {
    if (slice->category != TRACE_CATEGORY_SPAN)
        return false;
    for (uint32_t i = slice->parent; i != TRACE_NO_INDEX; i = trace->slices[i].parent)
        if (trace->slices[i].category == TRACE_CATEGORY_SPAN)
            return false;
    return true;
}

static bool counts(const struct trace_model *trace, const struct trace_slice *slice, bool lives) {
    return lives ? slice->category == TRACE_CATEGORY_TASK : is_outermost_span(trace, slice);
}

bool table_wants(const struct table *table, const char *name) {
    return table->options.tasks == NULL || fnmatch(table->options.tasks, name, 0) == 0;
}

static int fill_job(struct table *table, const struct trace_model *trace,
                    const struct trace_track *track, bool lives) {
    bool added = false;
    size_t column = 0;
    int error = 0;
    for (uint32_t i = 0; i < track->slice_count && error == 0; i++) {
        const struct trace_slice *slice = &trace->slices[track->first_slice + i];
        if (!counts(trace, slice, lives))
            continue;
        if (!added)
            error = table_add_job(table, trace_text(trace, track->name), track->tid, &column);
        added = true;
        if (error == 0)
            error = table_add_span(table, column, slice->begin_ns, slice->end_ns);
    }
    return error;
}

int table_fill(struct table *table, const struct trace_model *trace, bool *lives) {
    *lives = true;
    for (size_t i = 0; i < trace->slice_count && *lives; i++)
        *lives = trace->slices[i].category != TRACE_CATEGORY_SPAN;
    int error = 0;
    for (size_t i = 0; i < trace->track_count && error == 0; i++)
        if (trace->tracks[i].kind == TRACE_TRACK_TASK &&
            table_wants(table, trace_text(trace, trace->tracks[i].name)))
            error = fill_job(table, trace, &trace->tracks[i], *lives);
    return error;
}

/* --- Reading ---------------------------------------------------------------------------------- */

int64_t table_row_count(const struct table *table) {
    return table->row_count;
}

size_t table_column_count(const struct table *table) {
    return table->column_count;
}

struct table_part table_whole(const struct table *table) {
    return (struct table_part){table->column_count, table->row_count};
}

struct table_part table_readable(const struct table *table) {
    struct table_part part = table_whole(table);
    if (part.columns > READABLE_COLUMNS)
        part.columns = READABLE_COLUMNS;
    if (part.rows > READABLE_ROWS)
        part.rows = READABLE_ROWS;
    return part;
}

bool table_cell(const struct table *table, int64_t row, size_t column) {
    uint32_t stretch = table->columns[column].first_stretch;
    while (stretch != none && table->stretches[stretch].last < row)
        stretch = table->stretches[stretch].next;
    return stretch != none && table->stretches[stretch].first <= row;
}

bool table_next_stars(const struct table *table, size_t column, int64_t row,
                      struct table_stars *stars) {
    uint32_t at = stars->begun ? stars->next : table->columns[column].first_stretch;
    stars->begun = true;
    while (at != none && table->stretches[at].last < row)
        at = table->stretches[at].next;
    if (at == none) {
        stars->next = none;
        return false;
    }
    stars->first = table->stretches[at].first;
    stars->last = table->stretches[at].last;
    stars->next = table->stretches[at].next;
    return true;
}

int64_t table_job_tid(const struct table *table, size_t column) {
    return table->columns[column].tid;
}

const char *table_job_name(const struct table *table, size_t column) {
    return table->columns[column].name;
}

int64_t table_job_duration(const struct table *table, size_t column) {
    int64_t duration_ns = table->columns[column].duration_ns;
    if (!table->options.rounded)
        return duration_ns;
    int64_t unit_ns = duration_ns < 100 * CAD_MILLISECOND ? CAD_MILLISECOND : 100 * CAD_MILLISECOND;
    return (duration_ns + unit_ns / 2) / unit_ns * unit_ns;
}
