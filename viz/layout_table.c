/* The job-sequencing table in the window: a head of jobs, intervals at the left, and between them a
 * cell for each: full where the job works, hatched where it waits, each as far as it does. */
#include "painter.h"

#include "shares.h"
#include "tabular.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEAD 48
#define NAME_MOST 120
#define INTERVALS 104
#define ROW_LEAST 22
#define ROW_MOST 44
#define COLUMN_MOST 132
#define COLUMN_DRAWN 5 /* in narrower columns a cell is of one kind */
#define STAR_LEAST 12

struct grid {
    struct viz_painter *painter;
    const struct viz_tabular *tabular;
    struct viz_rect cells;
    double column_px, row_px;
    uint32_t first_column, end_column; /* that can be seen, in part at least */
    int64_t first_row, end_row;
};

/* --- Places --------------------------------------------------------------------------------- */

static void size_cells(const struct viz_frame *frame, const struct viz_tabular *tabular,
                       double *column_px, double *row_px) {
    double columns = fmax(1, (double)table_column_count(tabular->table));
    double rows = fmax(1, (double)table_row_count(tabular->table));
    *column_px = fmin(fmax(frame->cells.w / columns, 1), COLUMN_MOST * frame->scale);
    *row_px = fmin(fmax(frame->cells.h / rows, ROW_LEAST * frame->scale), ROW_MOST * frame->scale);
}

void viz_place_table(struct viz_frame *frame, struct viz_tabular *tabular) {
    int top = frame->header.h + frame->chosen.h;
    int left = viz_px(frame, INTERVALS), head = viz_px(frame, HEAD);
    int right = frame->panel.w > 0 && frame->panel.x < frame->width && frame->lanes.w > 1
                    ? frame->lanes.x + frame->lanes.w
                    : frame->width;
    int bottom = frame->bottom;
    frame->table = (struct viz_rect){0, top, right, bottom - top};
    frame->cells = (struct viz_rect){left, top + head, right - left > 1 ? right - left : 1,
                                     bottom - top - head > 1 ? bottom - top - head : 1};
    double column_px, row_px;
    size_cells(frame, tabular, &column_px, &row_px);
    tabular->visible_columns = frame->cells.w / column_px;
    tabular->visible_rows = frame->cells.h / row_px;
    viz_tabular_move(tabular, 0, 0);
}

static struct grid grid_of(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    struct grid grid = {.painter = painter, .tabular = painter->ui->table, .cells = frame->cells};
    const struct viz_tabular *tabular = grid.tabular;
    size_cells(frame, tabular, &grid.column_px, &grid.row_px);
    double columns = (double)table_column_count(tabular->table);
    double rows = (double)table_row_count(tabular->table);
    grid.first_column = (uint32_t)tabular->column;
    grid.end_column = (uint32_t)fmin(columns, ceil(tabular->column + tabular->visible_columns));
    grid.first_row = (int64_t)tabular->row;
    grid.end_row = (int64_t)fmin(rows, ceil(tabular->row + tabular->visible_rows));
    return grid;
}

static int x_of(const struct grid *grid, double column) {
    return grid->cells.x + (int)lround((column - grid->tabular->column) * grid->column_px);
}

static int y_of(const struct grid *grid, double row) {
    double y = (row - grid->tabular->row) * grid->row_px;
    return grid->cells.y + (int)lround(fmin(fmax(y, -10000), 20000));
}

static double row_at(const struct grid *grid, int64_t time_ns) {
    return (double)time_ns / (double)grid->tabular->step_ns;
}

/* --- Cells ---------------------------------------------------------------------------------- */

struct cell {
    uint32_t column;
    int64_t row;
    const struct viz_row *bars;
    uint32_t bar; /* the first of the lane's that is still going on when the interval begins */
    bool star;
    struct viz_rect at;
};

/* The stretch of a cell that the bars of a look take, from the first of them on: as long as all of
 * them are. Returns its first bar; TRACE_NO_INDEX: there is none. */
static uint32_t part_of(const struct grid *grid, const struct cell *cell, enum viz_look look,
                        struct viz_rect *part) {
    const struct viz_model *model = grid->painter->model;
    double from_ns = (double)cell->row * (double)grid->tabular->step_ns;
    double to_ns = from_ns + (double)grid->tabular->step_ns;
    uint32_t end = cell->bars->first_bar + cell->bars->bar_count;
    uint32_t at = cell->bar;
    while (at < end && (double)model->bars[at].begin_ns < to_ns &&
           (model->bars[at].look != look || (double)model->bars[at].end_ns <= from_ns))
        at++;
    if (at == end || (double)model->bars[at].begin_ns >= to_ns)
        return TRACE_NO_INDEX;
    struct viz_shares shares = viz_shares_of_row(model, cell->bars, from_ns, to_ns);
    double begin = fmax((double)model->bars[at].begin_ns - from_ns, 0) / (to_ns - from_ns);
    double length = fmin(shares.ns[look] / (to_ns - from_ns), 1 - begin);
    int y = cell->at.y + (int)lround(begin * cell->at.h);
    int bottom = cell->at.y + (int)lround((begin + length) * cell->at.h);
    *part = (struct viz_rect){cell->at.x, y, cell->at.w, bottom - y > 1 ? bottom - y : 1};
    return at;
}

static void paint_star(const struct grid *grid, const struct cell *cell) {
    struct viz_painter *painter = grid->painter;
    const struct viz_frame *frame = painter->frame;
    int height = viz_line_height(painter, VIZ_FONT_NAME);
    if (cell->at.w < viz_px(frame, STAR_LEAST) || cell->at.h < height)
        return;
    viz_text_aligned(painter->scene, VIZ_FONT_NAME, VIZ_INK, VIZ_CENTRE, cell->at.x,
                     cell->at.y + (cell->at.h - height) / 2, cell->at.w, "*");
}

/* Where a job works for less than all of the interval the rest of the cell is pale. */
static void paint_work(const struct grid *grid, const struct cell *cell) {
    struct viz_painter *painter = grid->painter;
    struct viz_rect part = cell->at;
    uint32_t bar =
        grid->tabular->lives ? TRACE_NO_INDEX : part_of(grid, cell, VIZ_LOOK_SPAN, &part);
    int colour = bar != TRACE_NO_INDEX ? painter->model->bars[bar].colour : 0;
    int radius = viz_px(painter->frame, 3);
    if (bar != TRACE_NO_INDEX)
        viz_shows(painter->scene, VIZ_ID_BAR, bar);
    viz_round(painter->scene, VIZ_SPAN_FIRST + colour, 150, radius, cell->at);
    viz_fill(painter->scene, VIZ_SPAN_FIRST + colour, part);
    viz_stroke(painter->scene, VIZ_SPAN_EDGE_FIRST + colour, 255, radius, viz_px(painter->frame, 1),
               cell->at);
    paint_star(grid, cell);
}

static void paint_wait(const struct grid *grid, const struct cell *cell) {
    struct viz_painter *painter = grid->painter;
    struct viz_rect part;
    uint32_t bar = part_of(grid, cell, VIZ_LOOK_WAIT, &part);
    if (bar == TRACE_NO_INDEX)
        return;
    int line = viz_px(painter->frame, 1);
    bool stuck =
        (painter->model->bars[bar].flags & VIZ_BAR_PENDING) != 0 && painter->model->deadlocked;
    int role = stuck ? VIZ_ALERT : VIZ_WAIT;
    viz_shows(painter->scene, VIZ_ID_BAR, bar);
    viz_fill(painter->scene, VIZ_WAIT_FILL, part);
    viz_paint_hatch(painter, role, 120, part);
    viz_stroke(painter->scene, role, 120, 0, line, part);
}

static void paint_cell(const struct grid *grid, struct cell *cell) {
    const struct viz_model *model = grid->painter->model;
    int gap = viz_px(grid->painter->frame, 2);
    int x0 = x_of(grid, cell->column), x1 = x_of(grid, cell->column + 1.0);
    int y0 = y_of(grid, (double)cell->row), y1 = y_of(grid, (double)cell->row + 1);
    cell->at = (struct viz_rect){x0 + gap, y0 + gap / 2, x1 - x0 - 2 * gap, y1 - y0 - gap};
    int64_t from_ns = cell->row * grid->tabular->step_ns;
    cell->bar = viz_bar_from(model, cell->bars->first_bar, cell->bars->bar_count, from_ns);
    viz_shows(grid->painter->scene, VIZ_ID_LANE, grid->tabular->lanes[cell->column]);
    if (cell->star)
        paint_work(grid, cell);
    else
        paint_wait(grid, cell);
}

/* --- Narrow columns ------------------------------------------------------------------------- */

/* What a cell without room for more shows: the colour of its first work, or, in the middle of it, a
 * wait; nothing: VIZ_BACKGROUND. */
static int role_of(const struct grid *grid, const struct cell *cell) {
    const struct viz_model *model = grid->painter->model;
    int64_t from_ns = cell->row * grid->tabular->step_ns;
    int64_t looked_ns = cell->star ? from_ns + 1 : from_ns + grid->tabular->step_ns / 2;
    uint32_t end = cell->bars->first_bar + cell->bars->bar_count;
    uint32_t at = viz_bar_from(model, cell->bars->first_bar, cell->bars->bar_count, looked_ns);
    if (!cell->star) {
        bool waits = at < end && model->bars[at].begin_ns <= looked_ns &&
                     model->bars[at].look == VIZ_LOOK_WAIT;
        return waits ? VIZ_WAIT_FILL : VIZ_BACKGROUND;
    }
    while (at < end && model->bars[at].look != VIZ_LOOK_SPAN &&
           model->bars[at].begin_ns < from_ns + grid->tabular->step_ns)
        at++;
    bool spans = at < end && model->bars[at].look == VIZ_LOOK_SPAN;
    return VIZ_SPAN_FIRST + (spans ? model->bars[at].colour : 0);
}

/* Cells that look the same, as one. */
static void paint_narrow(const struct grid *grid, uint32_t column, int64_t first, int64_t last,
                         int role) {
    int x0 = x_of(grid, column), x1 = x_of(grid, column + 1.0);
    int y0 = y_of(grid, (double)first), y1 = y_of(grid, (double)last + 1);
    int gap = x1 - x0 >= viz_px(grid->painter->frame, 3) ? viz_px(grid->painter->frame, 1) : 0;
    if (role == VIZ_BACKGROUND)
        return;
    viz_shows(grid->painter->scene, VIZ_ID_LANE, grid->tabular->lanes[column]);
    viz_fill(grid->painter->scene, role,
             (struct viz_rect){x0, y0, x1 > x0 + gap ? x1 - x0 - gap : 1, y1 - y0 - 1});
}

static void paint_column(const struct grid *grid, uint32_t column) {
    const struct viz_model *model = grid->painter->model;
    uint32_t lane = grid->tabular->lanes[column];
    bool drawn = grid->column_px >= COLUMN_DRAWN * grid->painter->frame->scale;
    struct table_stars stars = {0};
    if (lane == TRACE_NO_INDEX)
        return;
    struct cell cell = {.column = column, .bars = &model->rows[model->lanes[lane].first_row]};
    bool more = table_next_stars(grid->tabular->table, column, grid->first_row, &stars);
    int64_t from = grid->first_row;
    int role = VIZ_BACKGROUND;
    for (cell.row = grid->first_row; cell.row < grid->end_row; cell.row++) {
        if (more && stars.last < cell.row)
            more = table_next_stars(grid->tabular->table, column, cell.row, &stars);
        cell.star = more && stars.first <= cell.row;
        int next = drawn ? VIZ_BACKGROUND : role_of(grid, &cell);
        if (drawn)
            paint_cell(grid, &cell);
        if (next == role)
            continue;
        paint_narrow(grid, column, from, cell.row - 1, role);
        from = cell.row;
        role = next;
    }
    paint_narrow(grid, column, from, grid->end_row - 1, role);
}

/* --- Head, intervals ------------------------------------------------------------------------ */

/* Where columns are narrow a name has what it takes, for it ends in what tells it from others. */
static int room_of_name(const struct grid *grid, uint32_t column, int least) {
    struct viz_painter *painter = grid->painter;
    int most = viz_px(painter->frame, NAME_MOST);
    int whole =
        viz_text_width(painter, VIZ_FONT_NAME, table_job_name(grid->tabular->table, column));
    return whole < least ? least : whole < most ? whole : most;
}

/* Names that have no room beside the one before are left out; that of the job that is meant is
 * there before all others. */
static void paint_head(const struct grid *grid) {
    struct viz_painter *painter = grid->painter;
    const struct viz_frame *frame = painter->frame;
    const struct viz_tabular *tabular = grid->tabular;
    int name_height = viz_line_height(painter, VIZ_FONT_NAME);
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    int y = frame->table.y + (grid->cells.y - frame->table.y - name_height - small) / 2;
    int pad = viz_px(frame, 4), least = viz_px(frame, 44);
    int width = (int)grid->column_px - 2 * pad > least ? (int)grid->column_px - 2 * pad : least;
    uint32_t meant = painter->lane != TRACE_NO_INDEX ? viz_tabular_column(tabular, painter->lane)
                                                     : TRACE_NO_INDEX;
    int own = INT32_MIN / 2, own_width = width;
    if (meant != TRACE_NO_INDEX) {
        int whole = viz_text_width(painter, VIZ_FONT_NAME, table_job_name(tabular->table, meant));
        own = x_of(grid, meant);
        own_width = whole > width ? whole : width;
        own = own + own_width > grid->cells.x + grid->cells.w - pad
                  ? grid->cells.x + grid->cells.w - pad - own_width
                  : own;
    }
    int right = grid->cells.x + grid->cells.w;
    bool narrow = grid->column_px < width + 2 * pad;
    int free_from = INT32_MIN;
    for (uint32_t i = grid->first_column; i < grid->end_column; i++) {
        int x = i == meant ? own : x_of(grid, i);
        int room = i == meant ? own_width : width;
        if (i != meant && narrow)
            room = room_of_name(grid, i, width);
        bool touches = x < free_from || (x > own - room - pad && x < own + own_width + pad) ||
                       (narrow && x + pad + room > right);
        if (i != meant && touches)
            continue;
        free_from = x + room + (narrow ? 3 : 1) * pad;
        char took[VIZ_TIME_SIZE];
        viz_format_duration(table_job_duration(tabular->table, i), took);
        viz_shows(painter->scene, VIZ_ID_LANE, tabular->lanes[i]);
        viz_text_in(painter, VIZ_FONT_NAME, VIZ_TEXT, x + pad, y + name_height / 2, room,
                    table_job_name(tabular->table, i));
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, x + pad, y + name_height + small / 2, room,
                    took);
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

static void paint_corner(const struct grid *grid) {
    struct viz_painter *painter = grid->painter;
    const struct viz_frame *frame = painter->frame;
    int margin = viz_px(frame, frame->compact ? 10 : 16);
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    int middle = (frame->table.y + grid->cells.y) / 2;
    char step[VIZ_TIME_SIZE], text[VIZ_TIME_SIZE + 64];
    int64_t rows = table_row_count(grid->tabular->table);
    viz_format_exact(grid->tabular->step_ns, step);
    int64_t jobs = (int64_t)table_column_count(grid->tabular->table);
    int64_t shown = (int64_t)floor(grid->tabular->visible_columns + 1e-6);
    int lines = shown < jobs ? 3 : 2; /* that there are more jobs to the right is said, too */
    int y = middle - (lines - 1) * small / 2;
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_TEXT, margin, y, grid->cells.x - margin, step);
    (void)snprintf(text, sizeof text, "%" PRId64 " of %" PRId64 " rows",
                   (int64_t)fmin(floor(grid->tabular->visible_rows), (double)rows), rows);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, margin, y + small, grid->cells.x - margin,
                text);
    (void)snprintf(text, sizeof text, "+%" PRId64 " jobs", jobs - shown);
    if (lines > 2)
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, margin, y + 2 * small,
                    grid->cells.x - margin, text);
}

static void paint_intervals(const struct grid *grid) {
    struct viz_painter *painter = grid->painter;
    const struct viz_frame *frame = painter->frame;
    int margin = viz_px(frame, frame->compact ? 10 : 16);
    for (int64_t row = grid->first_row; row < grid->end_row; row++) {
        char text[TABLE_INTERVAL_SIZE];
        int top = y_of(grid, (double)row), bottom = y_of(grid, (double)row + 1);
        table_interval(grid->tabular->table, row, text);
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, margin, (top + bottom) / 2,
                    grid->cells.x - margin - viz_px(frame, 8), text);
        viz_fill(painter->scene, VIZ_GRID,
                 (struct viz_rect){0, bottom - 1, grid->cells.x + grid->cells.w, 1});
    }
}

/* --- What is meant -------------------------------------------------------------------------- */

static void paint_meant_column(const struct grid *grid) {
    struct viz_painter *painter = grid->painter;
    uint32_t column = painter->lane != TRACE_NO_INDEX
                          ? viz_tabular_column(grid->tabular, painter->lane)
                          : TRACE_NO_INDEX;
    if (column == TRACE_NO_INDEX)
        return;
    int x0 = x_of(grid, column), x1 = x_of(grid, column + 1.0);
    viz_fill(painter->scene, VIZ_HIGHLIGHT,
             (struct viz_rect){x0, painter->frame->table.y, x1 > x0 ? x1 - x0 : 1,
                               painter->frame->table.h});
}

/* A bar that is selected: all of its time. */
static void paint_meant_bar(const struct grid *grid) {
    struct viz_painter *painter = grid->painter;
    struct viz_id selected = painter->ui->selected;
    uint32_t lane = viz_lane_of(painter->model, selected);
    if (selected.kind != VIZ_ID_BAR || lane == TRACE_NO_INDEX)
        return;
    uint32_t column = viz_tabular_column(grid->tabular, lane);
    if (column == TRACE_NO_INDEX)
        return;
    const struct viz_bar *bar = &painter->model->bars[selected.index];
    int origin = y_of(grid, row_at(grid, bar->begin_ns));
    int end = y_of(grid, row_at(grid, bar->end_ns));
    int x0 = x_of(grid, column), x1 = x_of(grid, column + 1.0);
    int line = viz_px(painter->frame, 1.5);
    viz_stroke(painter->scene, VIZ_ACCENT, 255, viz_px(painter->frame, 4), line,
               (struct viz_rect){x0, origin, x1 - x0 > 4 ? x1 - x0 : 4,
                                 end - origin > 4 ? end - origin : 4});
}

/* Below it all is dimmed, as right of it elsewhere. */
static void paint_playhead(const struct grid *grid) {
    struct viz_painter *painter = grid->painter;
    const struct viz_travel *travel = painter->ui->travel;
    if (travel == NULL || travel->ordinal == 0)
        return;
    const struct viz_rect *cells = &grid->cells;
    int y = y_of(grid, row_at(grid, travel->line_ns - painter->model->origin_ns));
    int top = y < cells->y ? cells->y : y;
    int bottom = cells->y + cells->h;
    viz_fill_alpha(painter->scene, VIZ_BACKGROUND, 120,
                   (struct viz_rect){cells->x, top, cells->w, bottom - top});
    if (y < cells->y || y > bottom)
        return;
    char text[VIZ_TIME_SIZE];
    viz_format_exact(travel->time_ns - painter->model->origin_ns, text);
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(painter->frame, 4);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, text) + viz_px(painter->frame, 12);
    viz_fill(painter->scene, VIZ_ACCENT,
             (struct viz_rect){cells->x, y - 1, cells->w, viz_px(painter->frame, 2)});
    struct viz_rect flag = {cells->x - width, y - height / 2, width, height};
    viz_round(painter->scene, VIZ_ACCENT, 255, viz_px(painter->frame, 3), flag);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_BACKGROUND, VIZ_CENTRE,
                     flag.x + viz_px(painter->frame, 6), flag.y + viz_px(painter->frame, 2),
                     width - viz_px(painter->frame, 12), text);
}

void viz_paint_table(struct viz_painter *painter) {
    struct grid grid = grid_of(painter);
    const struct viz_rect *table = &painter->frame->table;
    viz_clip(painter->scene, table);
    paint_meant_column(&grid);
    paint_intervals(&grid);
    viz_clip(painter->scene, &grid.cells);
    for (uint32_t i = grid.first_column; i < grid.end_column; i++)
        paint_column(&grid, i);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    paint_meant_bar(&grid);
    viz_clip(painter->scene, table);
    paint_playhead(&grid);
    struct viz_rect head = {0, table->y, table->w, grid.cells.y - table->y};
    viz_clip(painter->scene, &head);
    paint_corner(&grid);
    head.x = grid.cells.x;
    head.w = grid.cells.w;
    viz_clip(painter->scene, &head);
    paint_head(&grid);
    viz_clip(painter->scene, NULL);
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){0, grid.cells.y - 1, table->w, 1});
    viz_fill(painter->scene, VIZ_BORDER,
             (struct viz_rect){grid.cells.x - 1, table->y, 1, table->h});
}
