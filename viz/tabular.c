/* The table of a run, and which part of it is in view. */
#include "tabular.h"

#include "base/memory.h"
#include "cadran.h"

#include <math.h>
#include <string.h>

/* The lane of each column. */
static int find_lanes(const struct viz_model *model, const struct table *table, uint32_t **lanes) {
    const struct trace_model *trace = model->trace;
    size_t count = table_column_count(table);
    uint32_t track = 0;
    *lanes = base_zalloc(count + 1, sizeof **lanes);
    if (*lanes == NULL)
        return CAD_ENOMEM;
    /* Columns are in the order of the tracks. */
    for (size_t i = 0; i < count; i++) {
        while (track < trace->track_count && (trace->tracks[track].kind != TRACE_TRACK_TASK ||
                                              trace->tracks[track].tid != table_job_tid(table, i)))
            track++;
        (*lanes)[i] = track < trace->track_count ? model->lane_of_track[track] : TRACE_NO_INDEX;
        track++;
    }
    return 0;
}

int viz_tabular_make(struct viz_tabular *tabular, const struct viz_model *model, int64_t step_ns) {
    const struct trace_model *trace = model->trace;
    const struct table_options options = {
        .step_ns = step_ns > 0 ? step_ns : table_step_for(trace->end_ns),
        .tolerance_ns = TABLE_TOLERANCE_DEFAULT,
        .rounded = strcmp(trace_text(trace, trace->clock), "real") == 0};
    if (options.step_ns < 1 || trace->end_ns / options.step_ns >= TABLE_ROWS_MAX)
        return CAD_EINVAL;
    struct viz_tabular made = {.step_ns = options.step_ns};
    int error = table_new(&options, &made.table);
    if (error == 0)
        error = table_fill(made.table, trace, &made.lives);
    if (error == 0)
        error = find_lanes(model, made.table, &made.lanes);
    if (error != 0) {
        viz_tabular_free(&made);
        return error;
    }
    if (tabular->table != NULL) { /* the same time stays at the top */
        made.row = tabular->row * (double)tabular->step_ns / (double)made.step_ns;
        made.column = tabular->column;
    }
    viz_tabular_free(tabular);
    *tabular = made;
    return 0;
}

void viz_tabular_free(struct viz_tabular *tabular) {
    table_free(tabular->table);
    base_free(tabular->lanes);
    *tabular = (struct viz_tabular){0};
}

int64_t viz_tabular_other_step(int64_t step_ns, bool finer) {
    int64_t unit = 1;
    while (step_ns / unit >= 10)
        unit *= 10;
    int64_t lead = step_ns / unit;
    if (finer)
        return lead > 5   ? 5 * unit
               : lead > 2 ? 2 * unit
               : lead > 1 ? unit
               : unit > 1 ? unit / 2
                          : 1;
    return lead < 2 ? 2 * unit : lead < 5 ? 5 * unit : 10 * unit;
}

uint32_t viz_tabular_column(const struct viz_tabular *tabular, uint32_t lane) {
    uint32_t low = 0, high = (uint32_t)table_column_count(tabular->table);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (tabular->lanes[middle] < lane)
            low = middle + 1;
        else
            high = middle;
    }
    bool there = low < table_column_count(tabular->table) && tabular->lanes[low] == lane;
    return there && lane != TRACE_NO_INDEX ? low : TRACE_NO_INDEX;
}

/* --- What is in view ------------------------------------------------------------------------ */

static double within(double value, double count, double visible) {
    return fmax(0, fmin(value, count - visible));
}

void viz_tabular_move(struct viz_tabular *tabular, double columns, double rows) {
    tabular->row =
        within(tabular->row + rows, (double)table_row_count(tabular->table), tabular->visible_rows);
    tabular->column = within(tabular->column + columns, (double)table_column_count(tabular->table),
                             tabular->visible_columns);
}

void viz_tabular_reveal_row(struct viz_tabular *tabular, double row) {
    if (row < tabular->row)
        tabular->row = floor(row);
    else if (row + 1 > tabular->row + tabular->visible_rows)
        tabular->row = row + 1 - tabular->visible_rows;
    viz_tabular_move(tabular, 0, 0);
}

void viz_tabular_reveal_column(struct viz_tabular *tabular, double column) {
    if (column < tabular->column)
        tabular->column = column;
    else if (column + 1 > tabular->column + tabular->visible_columns)
        tabular->column = column + 1 - tabular->visible_columns;
    viz_tabular_move(tabular, 0, 0);
}
