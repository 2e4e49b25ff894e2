/* The lanes: life lines, bars, marks. */
#include "row_painter.h"

#include <math.h>

_Static_assert(VIZ_SPAN_EDGE_FIRST - VIZ_SPAN_FIRST == (int)VIZ_COLOUR_COUNT,
               "a role for each colour of a span");

/* As many bars share one label at most. */
enum { CELL_LABELLED = 4 };

/* A cell that has so many times its width to itself on either side is alone. */
enum { ALONE_UNITS = 4 };

/* --- One bar ------------------------------------------------------------------------------ */

/* The rectangle of a bar that is `part` as high as a span, but at least `least`. */
static struct viz_rect slim(struct viz_rect rect, double part, int least) {
    int height = (int)lround(rect.h * part);
    height = height < least ? least : height;
    height = height > rect.h ? rect.h : height;
    rect.y += (rect.h - height) / 2;
    rect.h = height;
    return rect;
}

bool viz_is_stuck(const struct viz_painter *painter, const struct viz_bar *bar) {
    return bar->look == VIZ_LOOK_WAIT && (bar->flags & VIZ_BAR_PENDING) != 0 &&
           painter->model->deadlocked;
}

/* The column at which a bar ends: a stuck wait has no end. */
static int end_column(const struct viz_row_painter *rows, const struct viz_bar *bar) {
    if (viz_is_stuck(rows->painter, bar))
        return rows->right + viz_px(rows->painter->frame, 16);
    return viz_column(rows->painter, (double)bar->end_ns);
}

/* A wait for the object that is selected or pointed at. */
static bool is_for_meant(const struct viz_painter *painter, const struct viz_bar *bar) {
    double object;
    if (painter->meant.kind != VIZ_ID_OBJECT || bar->look != VIZ_LOOK_WAIT || painter->ghost)
        return false;
    const struct trace_model *trace = painter->model->trace;
    return trace_arg_number(trace, trace->slices[bar->slice].args, "object", &object) &&
           (int64_t)object == painter->model->objects[painter->meant.index].id;
}

static bool is_target(const struct viz_painter *painter, const struct viz_bar *bar) {
    struct viz_id id = {.kind = VIZ_ID_BAR, .index = (uint32_t)(bar - painter->model->bars)};
    return viz_same_id(painter->ui->selected, id) || viz_same_id(painter->ui->hover, id) ||
           is_for_meant(painter, bar);
}

static void paint_span(struct viz_row_painter *rows, const struct viz_bar *bar,
                       struct viz_rect rect) {
    struct viz_scene *scene = rows->painter->scene;
    int fill = VIZ_SPAN_FIRST + bar->colour;
    int edge = VIZ_SPAN_EDGE_FIRST + bar->colour;
    int line = viz_px(rows->painter->frame, 1);
    int radius = viz_px(rows->painter->frame, rect.h > viz_px(rows->painter->frame, 12) ? 4 : 2);
    if (rect.w <= 3 * line || rect.h <= 3 * line) {
        viz_fill(scene, rect.w <= 3 * line ? edge : fill, rect);
        return;
    }
    viz_round(scene, fill, 255, radius, rect);
    viz_stroke(scene, edge, 255, radius, line, rect);
}

static void paint_wait(struct viz_row_painter *rows, const struct viz_bar *bar,
                       struct viz_rect rect) {
    const struct viz_painter *painter = rows->painter;
    struct viz_scene *scene = painter->scene;
    int line = viz_px(painter->frame, 1);
    int role = viz_is_stuck(painter, bar) ? VIZ_ALERT : VIZ_WAIT;
    int radius = viz_px(rows->painter->frame, 3);
    if (rect.w <= 3 * line || rect.h <= 3 * line) {
        viz_fill(scene, role, rect);
        return;
    }
    viz_round(scene, VIZ_WAIT_FILL, 255, radius, rect);
    struct viz_rect inner = {rect.x + line, rect.y + line, rect.w - 2 * line, rect.h - 2 * line};
    viz_paint_hatch(rows->painter, role, 120, inner);
    viz_stroke(scene, role, 255, radius, line, rect);
}

static void paint_plain(struct viz_row_painter *rows, int fill, int edge, struct viz_rect rect) {
    struct viz_scene *scene = rows->painter->scene;
    int line = viz_px(rows->painter->frame, 1);
    int radius = viz_px(rows->painter->frame, 3);
    if (rect.w <= 3 * line || rect.h <= 3 * line) {
        viz_fill(scene, edge, rect);
        return;
    }
    viz_round(scene, fill, 255, radius, rect);
    viz_stroke(scene, edge, 255, radius, line, rect);
}

struct viz_rect viz_shape_of(const struct viz_painter *painter, const struct viz_bar *bar,
                             struct viz_rect rect) {
    int text = viz_line_height(painter, VIZ_FONT_SMALL);
    switch (bar->look) {
    case VIZ_LOOK_SLEEP:
    case VIZ_LOOK_WAIT:
    case VIZ_LOOK_LANE:
        return slim(rect, painter->ghost ? 0.9 : 0.62, text <= rect.h - 2 ? text : 0);
    case VIZ_LOOK_READY:
        return slim(rect, 0.34, 2);
    case VIZ_LOOK_RUN:
        return slim(rect, 0.5, 2);
    default:
        return rect;
    }
}

/* What is cut off by the end of the trace looks torn there. */
static void paint_torn_edge(struct viz_row_painter *rows, struct viz_rect rect) {
    int width = viz_px(rows->painter->frame, 9);
    if (rect.w < 2 * width)
        return;
    struct viz_rect edge = {rect.x + rect.w - width, rect.y, width, rect.h};
    viz_paint_hatch(rows->painter, VIZ_BACKGROUND, 255, edge);
    edge.x += width / 2;
    edge.w -= width / 2;
    viz_fill_alpha(rows->painter->scene, VIZ_BACKGROUND, 110, edge);
}

static void paint_shape(struct viz_row_painter *rows, const struct viz_bar *bar,
                        struct viz_rect rect) {
    switch (bar->look) {
    case VIZ_LOOK_SPAN:
        paint_span(rows, bar, rect);
        break;
    case VIZ_LOOK_WAIT:
        paint_wait(rows, bar, rect);
        break;
    case VIZ_LOOK_SLEEP:
        paint_plain(rows, VIZ_SLEEP, VIZ_SLEEP_EDGE, rect);
        break;
    case VIZ_LOOK_LANE:
        paint_plain(rows, VIZ_WAIT_FILL, VIZ_STRIP, rect);
        break;
    case VIZ_LOOK_READY:
        paint_plain(rows, VIZ_BACKGROUND, VIZ_MUTED, rect);
        break;
    default:
        viz_fill(rows->painter->scene, VIZ_RUN, rect);
        break;
    }
    if (bar->flags & (VIZ_BAR_OPEN | VIZ_BAR_PENDING) && !rows->painter->model->deadlocked)
        paint_torn_edge(rows, rect);
    if (is_target(rows->painter, bar)) {
        int out = viz_px(rows->painter->frame, 2);
        struct viz_rect ring = {rect.x - out, rect.y - out, rect.w + 2 * out, rect.h + 2 * out};
        viz_stroke(rows->painter->scene, VIZ_ACCENT, 255, viz_px(rows->painter->frame, 5),
                   viz_px(rows->painter->frame, 1.5), ring);
    }
}

static enum viz_id_kind bar_kind(const struct viz_painter *painter) {
    return painter->ghost ? VIZ_ID_OLD_BAR : VIZ_ID_BAR;
}

/* --- A row of bars ------------------------------------------------------------------------ */

/* The column up to which there is nothing after a bar. */
static int room_after(const struct viz_row_painter *rows, uint32_t at) {
    if (at + 1 == rows->row->first_bar + rows->row->bar_count)
        return rows->right;
    int next = viz_column(rows->painter, (double)rows->painter->model->bars[at + 1].begin_ns);
    return next < rows->right ? next : rows->right;
}

static void paint_bar(struct viz_row_painter *rows, uint32_t at, int x0, int x1) {
    const struct viz_painter *painter = rows->painter;
    const struct viz_bar *bar = &painter->model->bars[at];
    int line = viz_px(painter->frame, 1);
    int width = x1 - x0;
    /* A hair's breadth between neighbours, where there is room for it. */
    width = width > 4 * line ? width - line : width < rows->unit ? rows->unit : width;
    struct viz_rect whole = viz_bar_rect(painter, rows->place, x0, x0 + width);
    struct viz_rect rect = viz_shape_of(painter, bar, whole);
    viz_shows(painter->scene, bar_kind(painter), at);
    if (painter->ghost)
        viz_fade_ghost(painter, bar);
    if (!rows->labels) {
        paint_shape(rows, bar, rect);
        return;
    }
    viz_paint_label(rows, bar, rect, room_after(rows, at));
}

/* A wait and a span that share a cell are not worth less of a label than a span alone. */
static void label_cell(struct viz_row_painter *rows, uint32_t first, uint32_t end, int x0) {
    const struct viz_bar *bars = rows->painter->model->bars;
    for (uint32_t i = first; end - first <= CELL_LABELLED && i < end; i++) {
        if (bars[i].look != VIZ_LOOK_SPAN)
            continue;
        struct viz_rect rect = viz_bar_rect(rows->painter, rows->place, x0, x0 + rows->unit);
        viz_shows(rows->painter->scene, VIZ_ID_BAR, i);
        viz_paint_label(rows, &bars[i], rect, room_after(rows, end - 1));
        return;
    }
}

/* Too short for an outline. It goes by the bar's length and not by its columns, so that equal bars
 * are drawn alike. */
static bool is_short(const struct viz_row_painter *rows, const struct viz_bar *bar) {
    const struct viz_painter *painter = rows->painter;
    double pixel_ns = painter->view->length_ns / painter->frame->lanes.w;
    return (double)(bar->end_ns - bar->begin_ns) < (rows->unit + 1.5) * pixel_ns &&
           !viz_is_stuck(painter, bar);
}

/* The first bar from `at` on that does not end in the cell from column x0 on; cells have about as
 * many as their neighbours. */
static uint32_t end_of_cell(const struct viz_row_painter *rows, uint32_t at, int x0) {
    const struct viz_painter *painter = rows->painter;
    uint32_t end = rows->row->first_bar + rows->row->bar_count;
    double end_ns = viz_time_at(painter->frame, painter->view, x0 + rows->unit - 0.5);
    return viz_bar_near(painter->model, at, end - at, rows->in_cell, (int64_t)ceil(end_ns));
}

/* Whether nothing is near the cell of some bars. What has no length has no share of the time,
 * either: beside a bar with an outline it stands for itself. */
static bool is_alone(const struct viz_row_painter *rows, uint32_t at, uint32_t after, int x0) {
    const struct viz_painter *painter = rows->painter;
    const struct viz_model *model = painter->model;
    uint32_t end = rows->row->first_bar + rows->row->bar_count;
    int gap = ALONE_UNITS * rows->unit;
    bool instant = after == at + 1 && model->bars[at].end_ns == model->bars[at].begin_ns;
    bool before = at > rows->row->first_bar &&
                  viz_column(painter, (double)model->bars[at - 1].end_ns) > x0 - gap &&
                  !(instant && !is_short(rows, &model->bars[at - 1]));
    bool behind =
        !before && after < end &&
        viz_column(painter, (double)model->bars[after].begin_ns) < x0 + rows->unit + gap &&
        !(instant && !is_short(rows, &model->bars[after]));
    return !before && !behind;
}

/* Paints a cell; returns the first bar after it. */
static uint32_t paint_cell(struct viz_row_painter *rows, uint32_t at, int x0) {
    uint32_t after = end_of_cell(rows, at, x0);
    rows->in_cell = after - at;
    if (rows->labels) { /* the name of a bar in several cells stands at the last of them */
        label_cell(rows, at, after, x0);
        return after;
    }
    struct viz_cell cell = {.x = x0,
                            .first = at,
                            .count = after > at ? after - at : 1, /* of a bar that ends later */
                            .alone = is_alone(rows, at, after, x0)};
    viz_add_cell(rows, &cell);
    return after;
}

static void paint_bars(struct viz_row_painter *rows) {
    const struct viz_painter *painter = rows->painter;
    const struct viz_model *model = painter->model;
    uint32_t end = rows->row->first_bar + rows->row->bar_count;
    double begin_ns = viz_time_at(painter->frame, painter->view, rows->left - rows->unit);
    uint32_t at =
        viz_bar_from(model, rows->row->first_bar, rows->row->bar_count, (int64_t)floor(begin_ns));
    int done = rows->left - 2 * rows->unit; /* up to here there are cells */
    while (at < end) {
        const struct viz_bar *bar = &model->bars[at];
        int x0 = viz_column(painter, (double)bar->begin_ns);
        if (x0 > rows->right || done > rows->right)
            break;
        if (is_short(rows, bar)) {
            int from = x0 > done ? x0 : done;
            done = from + rows->unit;
            at = paint_cell(rows, at, from);
        } else {
            bool above =
                rows->run.alone; /* a mark of its own is not covered by the bar behind it */
            if (!above)
                viz_flush_run(rows);
            paint_bar(rows, at, x0, end_column(rows, bar));
            if (above)
                viz_flush_run(rows);
            at++;
        }
    }
    viz_flush_run(rows);
}

/* Waits inside spans: the span goes pale and hatched there. */
static void paint_overlays(struct viz_row_painter *rows) {
    struct viz_painter *painter = rows->painter;
    const struct viz_model *model = painter->model;
    uint32_t end = rows->row->first_overlay + rows->row->overlay_count;
    double begin_ns = viz_time_at(painter->frame, painter->view, rows->left);
    uint32_t at = viz_bar_from(model, rows->row->first_overlay, rows->row->overlay_count,
                               (int64_t)floor(begin_ns));
    int line = viz_px(painter->frame, 1);
    int done = rows->left - rows->unit;
    for (; at < end; at++) {
        const struct viz_bar *bar = &model->bars[at];
        int x0 = viz_column(painter, (double)bar->begin_ns);
        int x1 = end_column(rows, bar);
        if (x0 > rows->right)
            break;
        if (x1 <= done || x1 - x0 < rows->unit)
            continue;
        done = x1;
        struct viz_rect rect = viz_bar_rect(painter, rows->place, x0, x1 - line);
        viz_shows(painter->scene, bar_kind(painter), at);
        if (rows->labels) {
            viz_paint_label(rows, bar, rect, x1);
            continue;
        }
        struct viz_rect inner = {rect.x + line, rect.y + line, rect.w - 2 * line,
                                 rect.h - 2 * line};
        viz_fill_alpha(painter->scene, VIZ_WAIT_FILL, 255, inner);
        viz_paint_hatch(painter, viz_is_stuck(painter, bar) ? VIZ_ALERT : VIZ_WAIT, 120, inner);
        if (viz_is_stuck(painter, bar) || is_target(painter, bar))
            viz_stroke(painter->scene, viz_is_stuck(painter, bar) ? VIZ_ALERT : VIZ_ACCENT, 255, 0,
                       line, rect);
    }
}

/* --- A lane's life and marks -------------------------------------------------------------- */

static void paint_life(struct viz_row_painter *rows) {
    struct viz_painter *painter = rows->painter;
    const struct viz_lane *lane = &painter->model->lanes[rows->row->lane];
    int x0 = viz_column(painter, (double)lane->begin_ns);
    /* As the last bar, it ends a hair's breadth early. */
    int x1 = viz_column(painter, (double)lane->end_ns) - viz_px(painter->frame, 1);
    int thick = viz_px(painter->frame, 2);
    struct viz_rect bar = viz_bar_rect(painter, rows->place, x0, x1);
    int middle = bar.y + bar.h / 2;
    viz_shows(painter->scene, VIZ_ID_LANE, rows->row->lane);
    viz_fill(painter->scene, VIZ_LIFE, (struct viz_rect){x0, middle - thick / 2, x1 - x0, thick});
}

/* How a task that did not simply return ended: after its bars, so that it is on top. */
static void paint_outcome(struct viz_row_painter *rows) {
    struct viz_painter *painter = rows->painter;
    const struct viz_lane *lane = &painter->model->lanes[rows->row->lane];
    const struct trace_track *track = &painter->model->trace->tracks[lane->track];
    int size = viz_px(painter->frame, 10);
    size = size > rows->height ? rows->height : size;
    int x = viz_column(painter, (double)lane->end_ns) + viz_px(painter->frame, 5);
    struct viz_rect bar = viz_bar_rect(painter, rows->place, x, x);
    struct viz_rect at = {x, bar.y + (bar.h - size) / 2, size, size};
    viz_shows(painter->scene, VIZ_ID_LANE, rows->row->lane);
    if (track->outcome == TRACE_OUTCOME_FAILED)
        viz_cross(painter->scene, VIZ_ALERT, viz_px(painter->frame, 2), at);
    else if (track->outcome == TRACE_OUTCOME_CANCELLED)
        viz_stroke(painter->scene, VIZ_MUTED, 255, size / 2, viz_px(painter->frame, 1.5), at);
}

static void paint_mark(struct viz_row_painter *rows, uint8_t category, int x) {
    struct viz_painter *painter = rows->painter;
    const struct viz_frame *frame = painter->frame;
    struct viz_rect bar = viz_bar_rect(painter, rows->place, x, x);
    int below = bar.y + bar.h;
    int room = (int)((frame->row_px - bar.h) / 2);
    if (viz_mark_of(category) == VIZ_MARK_DOT) {
        int size = viz_px(frame, 4) < room - 1 ? viz_px(frame, 4) : room - 1;
        struct viz_rect dot = {x - size / 2, below + (room - size) / 2, size, size};
        viz_shape(painter->scene, VIZ_DOT, VIZ_MARK, dot);
        return;
    }
    int size = viz_px(frame, 9) | 1;
    struct viz_rect at = {x - size / 2, below - size / 2, size, size};
    viz_shape(painter->scene, VIZ_DIAMOND, viz_mark_role(category), at);
}

static void paint_marks(struct viz_row_painter *rows) {
    struct viz_painter *painter = rows->painter;
    const struct viz_model *model = painter->model;
    double begin_ns = viz_time_at(painter->frame, painter->view, rows->left - rows->unit);
    int taken = rows->left - rows->unit;
    size_t end;
    for (size_t at = viz_mark_from(model, rows->row->lane, begin_ns, &end); at < end; at++) {
        const struct trace_instant *instant = &model->trace->instants[model->marks[at]];
        int x = viz_column(painter, (double)(instant->time_ns - painter->model->origin_ns));
        if (x > rows->right)
            break;
        if (x < taken + rows->unit && instant->category == TRACE_CATEGORY_PRINT)
            continue;
        viz_shows(painter->scene, VIZ_ID_INSTANT, model->marks[at]);
        paint_mark(rows, instant->category, x);
        taken = x;
    }
}

/* --- All rows ----------------------------------------------------------------------------- */

static bool is_first_row(const struct viz_row_painter *rows) {
    const struct viz_model *model = rows->painter->model;
    return rows->row == &model->rows[model->lanes[rows->row->lane].first_row];
}

static void paint_row(struct viz_row_painter *rows) {
    bool first = is_first_row(rows);
    if (first)
        paint_life(rows);
    paint_bars(rows);
    paint_overlays(rows);
    if (!first)
        return;
    if (rows->painter->frame->row_px >= 24 * rows->painter->frame->scale &&
        !rows->painter->frame->ghosts)
        paint_marks(rows);
    paint_outcome(rows);
}

static void paint_row_labels(struct viz_row_painter *rows) {
    if (!viz_has_label_room(rows))
        return;
    rows->labels = true;
    rows->named = rows->left;
    paint_bars(rows);
    paint_overlays(rows);
    if (is_first_row(rows))
        viz_paint_failure(rows);
}

/* The lane that is meant, and the lines between lanes. */
static void paint_ground(struct viz_row_painter *rows) {
    struct viz_painter *painter = rows->painter;
    const struct viz_frame *frame = painter->frame;
    int top = (int)lround(viz_row_top(frame, painter->view, rows->place));
    int bottom = (int)lround(viz_row_top(frame, painter->view, rows->place + 1.0));
    if (painter->lane == rows->row->lane)
        viz_fill(painter->scene, VIZ_HIGHLIGHT,
                 (struct viz_rect){frame->lanes.x, top, frame->lanes.w, bottom - top});
    const struct viz_lane *lane = &painter->model->lanes[rows->row->lane];
    bool last = rows->row == &painter->model->rows[lane->first_row + lane->row_count - 1];
    if (last && frame->row_px >= 12 * frame->scale)
        viz_fill(painter->scene, VIZ_GRID,
                 (struct viz_rect){frame->lanes.x, bottom - 1, frame->lanes.w, 1});
}

static void paint_signals(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    for (size_t i = 0; i < painter->model->signal_count; i++) {
        const struct trace_instant *instant =
            &painter->model->trace->instants[painter->model->signals[i]];
        int x = viz_column(painter, (double)(instant->time_ns - painter->model->origin_ns));
        struct viz_rect line = {x, frame->strip.y, viz_px(frame, 1),
                                frame->lanes.y + frame->lanes.h - frame->strip.y};
        viz_shows(painter->scene, VIZ_ID_INSTANT, painter->model->signals[i]);
        viz_fill_alpha(painter->scene, VIZ_ALERT, 190, line);
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

static struct viz_row_painter row_painter_of(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    struct viz_columns rings;
    viz_find_rings(painter, &rings.left, &rings.right);
    return (struct viz_row_painter){.painter = painter,
                                    .rings = rings,
                                    .left = frame->lanes.x,
                                    .right = frame->lanes.x + frame->lanes.w,
                                    .unit = viz_px(frame, 2) > 1 ? viz_px(frame, 2) : 1,
                                    .height = viz_bar_height(frame)};
}

static void for_each_row(struct viz_painter *painter, void (*paint)(struct viz_row_painter *rows)) {
    const struct viz_view *view = painter->view;
    struct viz_row_painter rows = row_painter_of(painter);
    double last = ceil(view->first_row + painter->frame->extent.visible_rows);
    const struct viz_arrangement *arrangement = painter->frame->arrangement;
    double end = fmin(last, (double)viz_place_count(painter->model, arrangement));
    for (uint32_t i = (uint32_t)view->first_row; i < end; i++) {
        struct viz_slot slot = viz_slot_at(arrangement, i);
        if (slot.group != VIZ_NO_GROUP) /* viz_paint_groups() */
            continue;
        rows.place = i;
        rows.row = &painter->model->rows[slot.row];
        paint(&rows);
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

void viz_paint_bars_at(struct viz_painter *painter, uint32_t row, uint32_t place) {
    struct viz_row_painter rows = row_painter_of(painter);
    rows.place = place;
    rows.row = &painter->model->rows[row];
    paint_bars(&rows);
    paint_overlays(&rows);
}

void viz_paint_rows(struct viz_painter *painter) {
    viz_clip(painter->scene, &painter->frame->lanes);
    if (viz_is_dense(painter->frame))
        viz_paint_dense(painter);
    else
        for_each_row(painter, paint_row);
    viz_paint_groups(painter);
    viz_clip(painter->scene, NULL);
    paint_signals(painter);
}

void viz_paint_ground(struct viz_painter *painter) {
    viz_clip(painter->scene, &painter->frame->lanes);
    for_each_row(painter, paint_ground);
    viz_clip(painter->scene, NULL);
}

void viz_paint_labels(struct viz_painter *painter) {
    viz_clip(painter->scene, &painter->frame->lanes);
    if (!viz_is_dense(painter->frame))
        for_each_row(painter, paint_row_labels);
    viz_clip(painter->scene, NULL);
}
