/* Time: the grid, the axis, and the strip that shows one number over time. */
#include "counters.h"
#include "painter.h"

#include <math.h>
#include <stdio.h>

/* Labels of the axis stand at least so far apart, in units of the design. */
#define LABEL_DISTANCE 96

static struct viz_axis axis_of(const struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_view *view = painter->view;
    struct viz_axis axis;
    viz_axis_make(&axis, view->begin_ns + view->length_ns, view->length_ns, frame->lanes.w,
                  viz_px(frame, LABEL_DISTANCE));
    return axis;
}

/* The first tick, of multiples of a step, that can be seen and is not before 0. */
static int64_t first_tick(const struct viz_painter *painter, int64_t step_ns) {
    double first = ceil(painter->view->begin_ns / (double)step_ns);
    return first > 0 ? (int64_t)first * step_ns : 0;
}

static bool in_view(const struct viz_painter *painter, int64_t time_ns) {
    return (double)time_ns <= painter->view->begin_ns + painter->view->length_ns;
}

/* Times before the trace and after it, and the lines at the labelled times. */
void viz_paint_time(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    struct viz_rect area = {frame->lanes.x, frame->strip.y, frame->lanes.w,
                            frame->lanes.y + frame->lanes.h - frame->strip.y};
    viz_clip(painter->scene, &area);
    int begin = viz_column(painter, 0);
    int end = viz_column(painter, (double)painter->model->end_ns);
    viz_fill(painter->scene, VIZ_OUTSIDE,
             (struct viz_rect){area.x, area.y, begin - area.x, area.h});
    viz_fill(painter->scene, VIZ_OUTSIDE,
             (struct viz_rect){end, area.y, area.x + area.w - end, area.h});
    struct viz_axis axis = axis_of(painter);
    for (int64_t t = first_tick(painter, axis.step_ns); in_view(painter, t); t += axis.step_ns) {
        bool base = axis.base_ns != 0 && viz_axis_is_base(&axis, t);
        struct viz_rect line = {viz_column(painter, (double)t), area.y, 1, area.h};
        viz_fill(painter->scene, base ? VIZ_BORDER : VIZ_GRID, line);
    }
    viz_clip(painter->scene, NULL);
}

/* --- Axis --------------------------------------------------------------------------------- */

/* Where labels count from a base that is out of sight on the left, the names' column says it. */
static void paint_base(struct viz_painter *painter, const struct viz_axis *axis) {
    const struct viz_frame *frame = painter->frame;
    if (axis->base_ns == 0 || painter->view->begin_ns < 0)
        return;
    double base_ns = (double)axis->base_ns;
    double before_ns = floor(painter->view->begin_ns / base_ns) * base_ns;
    if (viz_column(painter, before_ns) >= frame->axis.x)
        return;
    char text[VIZ_TIME_SIZE];
    viz_axis_base_label(axis, (int64_t)painter->view->begin_ns, text);
    int y = frame->axis.y + (frame->axis.h - viz_line_height(painter, VIZ_FONT_SMALL)) / 2;
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_TEXT, VIZ_RIGHT, 0, y,
                     frame->axis.x - viz_px(frame, 10), text);
}

static void paint_signal_names(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct trace_model *trace = painter->model->trace;
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 2);
    int taken = frame->axis.x;
    for (size_t i = 0; i < painter->model->signal_count; i++) {
        const struct trace_instant *instant = &trace->instants[painter->model->signals[i]];
        const char *name = trace_text(trace, instant->name);
        int x = viz_column(painter, (double)(instant->time_ns - painter->model->origin_ns));
        int width = viz_text_width(painter, VIZ_FONT_SMALL, name) + viz_px(frame, 12);
        int left = x + width > frame->width ? x - width : x;
        if (left < taken)
            continue;
        struct viz_rect flag = {left, frame->axis.y + (frame->axis.h - height) / 2, width, height};
        viz_shows(painter->scene, VIZ_ID_INSTANT, painter->model->signals[i]);
        viz_round(painter->scene, VIZ_ALERT, 255, viz_px(frame, 3), flag);
        viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_BACKGROUND, VIZ_CENTRE,
                         left + viz_px(frame, 6), flag.y + viz_px(frame, 1),
                         width - viz_px(frame, 12), name);
        taken = left + width;
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

/* What happened outside all lanes, where the loop has none: at the foot of the axis. */
static void paint_free_marks(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_model *model = painter->model;
    int taken = frame->axis.x - 1;
    size_t end;
    for (size_t at = viz_mark_from(model, TRACE_NO_INDEX, painter->view->begin_ns, &end); at < end;
         at++) {
        const struct trace_instant *instant = &model->trace->instants[model->marks[at]];
        int x = viz_column(painter, (double)(instant->time_ns - model->origin_ns));
        if (x > frame->width)
            break;
        if (x <= taken)
            continue;
        bool dot = viz_mark_of(instant->category) == VIZ_MARK_DOT;
        int size = viz_px(frame, dot ? 4 : 9) | !dot;
        int y = frame->axis.y + frame->axis.h - viz_px(frame, 4) - size / 2;
        viz_shows(painter->scene, VIZ_ID_INSTANT, model->marks[at]);
        viz_shape(painter->scene, dot ? VIZ_DOT : VIZ_DIAMOND, viz_mark_role(instant->category),
                  (struct viz_rect){x - size / 2, y, size, size});
        taken = x;
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

void viz_paint_axis(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->axis;
    if (at->h == 0)
        return;
    viz_fill(painter->scene, VIZ_BACKGROUND, (struct viz_rect){0, at->y, frame->width, at->h});
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){0, at->y, frame->width, 1});
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){0, at->y + at->h - 1, frame->width, 1});
    struct viz_axis axis = axis_of(painter);
    paint_base(painter, &axis);
    viz_clip(painter->scene, at);
    int tick = viz_px(frame, 5);
    int line = viz_px(frame, 1);
    int bottom = at->y + at->h;
    if (axis.minor_ns > 0)
        for (int64_t t = first_tick(painter, axis.minor_ns); in_view(painter, t);
             t += axis.minor_ns)
            viz_fill(painter->scene, VIZ_BORDER,
                     (struct viz_rect){viz_column(painter, (double)t), bottom - tick, line, tick});
    int y = at->y + (at->h - viz_line_height(painter, VIZ_FONT_SMALL)) / 2;
    for (int64_t t = first_tick(painter, axis.step_ns); in_view(painter, t); t += axis.step_ns) {
        char text[VIZ_TIME_SIZE];
        viz_axis_label(&axis, t, text);
        int x = viz_column(painter, (double)t);
        int width = viz_text_width(painter, VIZ_FONT_SMALL, text);
        bool whole = axis.base_ns != 0 && viz_axis_is_base(&axis, t);
        int tall = viz_px(frame, 9);
        viz_fill(painter->scene, VIZ_MUTED, (struct viz_rect){x, bottom - tall, line, tall});
        if (x + viz_px(frame, 6) + width <= at->x + at->w)
            viz_text(painter->scene, VIZ_FONT_SMALL, whole ? VIZ_TEXT : VIZ_MUTED,
                     x + viz_px(frame, 6), y, text);
    }
    paint_free_marks(painter);
    viz_clip(painter->scene, NULL);
    paint_signal_names(painter);
}

/* --- Strip -------------------------------------------------------------------------------- */

struct strip_painter {
    struct viz_painter *painter;
    double most; /* the value at the top */
    int top;     /* the row of that */
    int bottom;
};

static int strip_y(const struct strip_painter *strip, double value) {
    double part = strip->most > 0 ? fmax(value, 0) / strip->most : 0;
    return strip->bottom - (int)lround(part * (strip->bottom - strip->top));
}

/* One level of the staircase, from the height of the one before. */
static void paint_level(struct strip_painter *strip, int x0, int x1, double value, double before) {
    struct viz_painter *painter = strip->painter;
    const struct viz_frame *frame = painter->frame;
    int thick = viz_px(frame, 1.5) > 1 ? viz_px(frame, 1.5) : 1;
    int y = strip_y(strip, value);
    int y_before = strip_y(strip, before);
    viz_fill_alpha(painter->scene, VIZ_STRIP, 44,
                   (struct viz_rect){x0, y, x1 - x0, strip->bottom - y});
    viz_fill(painter->scene, VIZ_STRIP, (struct viz_rect){x0, y - thick + 1, x1 - x0, thick});
    int low = y > y_before ? y : y_before;
    int high = y > y_before ? y_before : y;
    if (low > high)
        viz_fill(painter->scene, VIZ_STRIP,
                 (struct viz_rect){x0, high - thick + 1, thick, low - high + thick});
    char text[VIZ_TIME_SIZE];
    viz_format_number(value, text);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, text);
    int height = viz_line_height(painter, VIZ_FONT_SMALL);
    /* Of two runs below the line where there is room, and on a ground of its own: the other run's
     * line may be anywhere. */
    int below = y + thick + height <= strip->bottom ? y + thick : y - height - viz_px(frame, 1);
    int above = y - height - viz_px(frame, 1);
    bool both = painter->model->pair != NULL;
    int text_y = both ? below : above;
    if (value == 0 || x1 - x0 < width + viz_px(frame, 20) || text_y < frame->strip.y)
        return;
    int pad = viz_px(frame, 3);
    if (both)
        viz_fill(
            painter->scene, VIZ_BACKGROUND,
            (struct viz_rect){x0 + (x1 - x0 - width) / 2 - pad, text_y, width + 2 * pad, height});
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_MUTED, VIZ_CENTRE, x0, text_y, x1 - x0,
                     text);
}

/* Where the value went up and down within columns: a mark over all that it was there. Columns that
 * are alike share one. */
struct swing {
    int from;
    double least;
    double most;
};

static void paint_swing(struct strip_painter *strip, const struct swing *swing, int to) {
    int top = strip_y(strip, swing->most);
    int bottom = strip_y(strip, swing->least);
    viz_fill_alpha(strip->painter->scene, VIZ_STRIP, 120,
                   (struct viz_rect){swing->from, top, to - swing->from, bottom - top});
}

static void paint_levels(struct strip_painter *strip) {
    struct viz_painter *painter = strip->painter;
    const struct viz_frame *frame = painter->frame;
    int begin = viz_column(painter, 0);
    int end = viz_column(painter, (double)painter->model->end_ns);
    int left = frame->strip.x > begin ? frame->strip.x : begin;
    int right = frame->strip.x + frame->strip.w < end ? frame->strip.x + frame->strip.w : end;
    double before = 0;
    double level = 0;
    int from = left;
    struct swing swing = {left, 0, 0};
    for (int x = left; x < right; x++) {
        double t0 = viz_time_at(frame, painter->view, x - 0.5);
        double t1 = viz_time_at(frame, painter->view, x + 0.5);
        double least;
        double most;
        viz_counter_range(painter->model, painter->ui->counter, (int64_t)ceil(t0 > 0 ? t0 : 0),
                          (int64_t)ceil(t1) - 1, &least, &most);
        if (x > left && most != level) {
            paint_level(strip, from, x, level, before);
            before = level;
            from = x;
        }
        if (least != swing.least || most != swing.most) {
            paint_swing(strip, &swing, x);
            swing = (struct swing){x, least, most};
        }
        level = most;
        if (x == left)
            before = begin < frame->strip.x ? level : 0;
    }
    paint_swing(strip, &swing, right);
    if (right > left)
        paint_level(strip, from, right, level, before);
    if (right == end && right > left) {
        int y = strip_y(strip, level);
        int thick = viz_px(frame, 1.5);
        viz_fill(painter->scene, VIZ_STRIP,
                 (struct viz_rect){end - thick, y, thick, strip->bottom - y});
    }
}

/* What the strip shows, and below it its greatest value. Where an object's name and what of it is
 * counted have no room side by side, the one stands above the other. */
static void paint_strip_name(const struct strip_painter *strip) {
    struct viz_painter *painter = strip->painter;
    const struct viz_frame *frame = painter->frame;
    const struct viz_model *model = painter->model;
    const struct trace_counter *counter = &model->trace->counters[painter->ui->counter];
    char name[256];
    char value[VIZ_TIME_SIZE];
    char below[VIZ_TIME_SIZE + 80];
    int margin = viz_px(frame, frame->compact ? 10 : 16);
    int room = frame->strip.x - margin - viz_px(frame, 8);
    viz_counter_name(model, painter->ui->counter, name, sizeof name);
    viz_format_number(strip->most, value);
    snprintf(below, sizeof below, "max %s", value);
    if (viz_text_width(painter, VIZ_FONT_NAME, name) > room) {
        viz_copy_text(name, sizeof name, trace_text(model->trace, counter->name));
        snprintf(below, sizeof below, "max %.60s %s", trace_text(model->trace, counter->key),
                 value);
    }
    int name_height = viz_line_height(painter, VIZ_FONT_NAME);
    int small_height = viz_line_height(painter, VIZ_FONT_SMALL);
    int middle = frame->strip.y + frame->strip.h / 2;
    viz_text_in(painter, VIZ_FONT_NAME, VIZ_TEXT, margin, middle - small_height / 2, room, name);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, margin, middle + name_height / 2, room, below);
}

void viz_paint_strip(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    if (frame->strip.h == 0)
        return;
    struct strip_painter strip = {.painter = painter,
                                  .most = viz_counter(painter->model, painter->ui->counter)->max,
                                  .top = frame->strip.y + viz_line_height(painter, VIZ_FONT_SMALL) +
                                         viz_px(frame, 6),
                                  .bottom = frame->strip.y + frame->strip.h};
    if (painter->model->pair != NULL) { /* above it all is the sentence of a difference */
        strip.most = fmax(strip.most, viz_old_strip_max(painter));
        strip.top += viz_flag_height(painter);
    }
    viz_shows(painter->scene, VIZ_ID_COUNTER, painter->ui->counter);
    paint_strip_name(&strip);
    viz_clip(painter->scene, &frame->strip);
    if (painter->model->pair != NULL)
        viz_paint_old_strip(painter, strip.most, strip.top, strip.bottom);
    paint_levels(&strip);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}
