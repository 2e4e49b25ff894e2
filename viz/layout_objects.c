/* Objects as rows below the lanes: what each of them holds over time, who stands outside, and, of
 * what is held, by whom. */
#include "painter.h"

#include "counters.h"
#include "objects.h"

#include <math.h>
#include <stdio.h>

#define ROW 40
#define HEAD 22
#define HALF 2 /* at most one part in so many of the lanes' room is for objects */

/* The parts of a row, from the top: who stands outside, what it holds, who waits for more of it. */
#define OUTSIDE_PART 0.34
#define BELOW_PART 0.2

int viz_objects_height(const struct viz_frame *frame, const struct viz_model *model, int room) {
    int row = viz_px(frame, ROW), head = viz_px(frame, HEAD);
    int fit = (room / HALF - head) / row;
    int rows = (int)model->object_count < fit ? (int)model->object_count : fit;
    return rows > 0 ? head + rows * row : 0;
}

/* The whole of a row, and what of it a number has for its staircase. */
struct object_row {
    struct viz_painter *painter;
    uint32_t object;
    struct viz_rect at;
};

struct steps {
    uint32_t counter;
    double most; /* at the top */
    int role;
    bool hangs; /* from the top down */
    struct viz_rect at;
};

/* --- Staircases ----------------------------------------------------------------------------- */

static void paint_steps_run(const struct object_row *row, const struct steps *steps, int x0, int x1,
                            double least, double most) {
    struct viz_scene *scene = row->painter->scene;
    const struct viz_rect *at = &steps->at;
    int high = (int)lround(fmin(most / steps->most, 1) * at->h);
    int low = (int)lround(fmin(least / steps->most, 1) * at->h);
    int line = viz_px(row->painter->frame, 1);
    int top = steps->hangs ? at->y : at->y + at->h - high;
    int inner = steps->hangs ? at->y : at->y + at->h - low;
    if (high == 0)
        return;
    viz_fill_alpha(scene, steps->role, 70, (struct viz_rect){x0, top, x1 - x0, high});
    viz_fill_alpha(scene, steps->role, 60, (struct viz_rect){x0, inner, x1 - x0, low});
    viz_fill(scene, steps->role,
             (struct viz_rect){x0, steps->hangs ? at->y + high - line : top, x1 - x0, line});
}

/* Column by column: equal neighbours are one rectangle. */
static void paint_steps(const struct object_row *row, const struct steps *steps) {
    struct viz_painter *painter = row->painter;
    const struct viz_frame *frame = painter->frame;
    if (steps->counter == TRACE_NO_INDEX || steps->most <= 0)
        return;
    int begin = viz_column(painter, 0);
    int end = viz_column(painter, (double)painter->model->end_ns);
    int left = row->at.x > begin ? row->at.x : begin;
    int right = row->at.x + row->at.w < end ? row->at.x + row->at.w : end;
    double run_least = 0, run_most = 0;
    int from = left;
    for (int x = left; x < right; x++) {
        double t0 = viz_time_at(frame, painter->view, x - 0.5);
        double t1 = viz_time_at(frame, painter->view, x + 0.5);
        double least, most;
        viz_counter_range(painter->model, steps->counter, (int64_t)ceil(fmax(t0, 0)),
                          (int64_t)ceil(t1) - 1, &least, &most);
        if (x > left && (least != run_least || most != run_most)) {
            paint_steps_run(row, steps, from, x, run_least, run_most);
            from = x;
        }
        run_least = least;
        run_most = most;
    }
    if (right > left)
        paint_steps_run(row, steps, from, right, run_least, run_most);
}

static double most_of(const struct viz_model *model, uint32_t counter) {
    return counter != TRACE_NO_INDEX ? model->trace->counters[counter].max : 0;
}

static struct viz_rect part(const struct object_row *row, double from, double to) {
    int pad = viz_px(row->painter->frame, 3);
    int room = row->at.h - 2 * pad;
    int y = row->at.y + pad + (int)lround(from * room);
    return (struct viz_rect){row->at.x, y, row->at.w, row->at.y + pad + (int)lround(to * room) - y};
}

/* A dashed line where it is full. */
static void paint_ceiling(const struct object_row *row, const struct viz_rect *level) {
    const struct viz_frame *frame = row->painter->frame;
    int dash = viz_px(frame, 4);
    for (int x = row->at.x; x < row->at.x + row->at.w; x += 2 * dash)
        viz_fill(row->painter->scene, VIZ_MUTED,
                 (struct viz_rect){x, level->y, dash, viz_px(frame, 1)});
}

/* --- Owners --------------------------------------------------------------------------------- */

static void paint_owner(const struct object_row *row, const struct viz_rect *level, int x0, int x1,
                        uint32_t lane) {
    struct viz_painter *painter = row->painter;
    struct viz_rect bar = {x0, level->y, x1 - x0, level->h};
    if (lane == TRACE_NO_INDEX || x1 <= x0)
        return;
    int colour = (int)(lane % VIZ_COLOUR_COUNT);
    viz_fill(painter->scene, VIZ_SPAN_FIRST + colour, bar);
    viz_fill(painter->scene, VIZ_SPAN_EDGE_FIRST + colour,
             (struct viz_rect){x0, level->y, viz_px(painter->frame, 1), level->h});
    char name[128];
    viz_lane_name(painter->model, lane, name, sizeof name);
    int pad = viz_px(painter->frame, 4);
    if (x1 - x0 >= viz_text_width(painter, VIZ_FONT_SMALL, name) + 2 * pad)
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_INK, x0 + pad, level->y + level->h / 2,
                    x1 - x0 - pad, name);
}

/* Where more than one had it within a column, nobody's colour is right. */
static void paint_owners(const struct object_row *row, const struct viz_rect *level) {
    struct viz_painter *painter = row->painter;
    const struct viz_model *model = painter->model;
    const struct trace_counter *counter =
        &model->trace->counters[model->objects[row->object].owner];
    int begin = viz_column(painter, 0), end = viz_column(painter, (double)model->end_ns);
    int left = row->at.x > begin ? row->at.x : begin;
    int right = row->at.x + row->at.w < end ? row->at.x + row->at.w : end;
    int from = left;
    size_t held = SIZE_MAX;
    for (int x = left; x < right; x++) {
        int64_t t0 = llround(fmax(viz_time_at(painter->frame, painter->view, x), 0));
        int64_t t1 = llround(fmax(viz_time_at(painter->frame, painter->view, x + 1.0), 0)) - 1;
        /* The last sample until then; SIZE_MAX: there is none yet. */
        size_t first = trace_samples_until(counter, t0 + model->origin_ns) - 1;
        size_t last = trace_samples_until(counter, (t1 > t0 ? t1 : t0) + model->origin_ns) - 1;
        if (x > left && (last != first || first != held)) {
            int64_t in = counter->samples[held != SIZE_MAX ? held : 0].time_ns - model->origin_ns;
            if (held != SIZE_MAX)
                paint_owner(row, level, from, x, viz_object_owner(model, row->object, in));
            from = x;
        }
        held = first;
        if (last != first && last - first > 1) {
            viz_fill_alpha(painter->scene, VIZ_STRIP, 120,
                           (struct viz_rect){x, level->y, 1, level->h});
            from = x + 1;
        }
        if (last != first)
            held = last;
    }
    if (held != SIZE_MAX)
        paint_owner(row, level, from, right,
                    viz_object_owner(model, row->object,
                                     counter->samples[held].time_ns - model->origin_ns));
}

/* --- Rows ----------------------------------------------------------------------------------- */

static void paint_row_chart(const struct object_row *row) {
    const struct viz_model *model = row->painter->model;
    const struct viz_object *object = &model->objects[row->object];
    double below = object->below != TRACE_NO_INDEX ? BELOW_PART : 0;
    struct viz_rect level = part(row, OUTSIDE_PART, 1 - below);
    double most = fmax(object->limit, most_of(model, object->level));
    viz_fill(row->painter->scene, VIZ_LIFE,
             (struct viz_rect){row->at.x, level.y + level.h, row->at.w, 1});
    if (object->owner != TRACE_NO_INDEX)
        paint_owners(row, &level);
    else
        paint_steps(row, &(struct steps){object->level, most, VIZ_STRIP, false, level});
    if (object->limit > 0)
        paint_ceiling(row, &level);
    paint_steps(row, &(struct steps){object->outside, most_of(model, object->outside), VIZ_WAIT,
                                     false, part(row, 0, OUTSIDE_PART - 0.04)});
    paint_steps(row, &(struct steps){object->below, most_of(model, object->below), VIZ_WAIT, true,
                                     part(row, 1 - below + 0.04, 1)});
}

/* What the values beside the names are of: the playhead's event, the pointer's time, the end. */
static struct viz_when told_moment(const struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_ui *ui = painter->ui;
    const struct viz_travel *travel = ui->travel;
    struct viz_when when = {.time_ns = painter->model->end_ns, .state = painter->now};
    bool over = ui->pointer && ui->x >= frame->lanes.x && ui->x < frame->lanes.x + frame->lanes.w;
    if (travel != NULL && travel->ordinal != 0)
        when.time_ns = travel->time_ns - painter->model->origin_ns;
    else if (over)
        when.time_ns = llround(fmax(viz_time_at(frame, painter->view, ui->x), 0));
    return when;
}

static void paint_row_name(const struct object_row *row) {
    struct viz_painter *painter = row->painter;
    const struct viz_frame *frame = painter->frame;
    char value[160];
    int margin = viz_px(frame, frame->compact ? 10 : 16);
    int room = row->at.x - margin - viz_px(frame, 8);
    int middle = row->at.y + row->at.h / 2;
    int line = viz_line_height(painter, VIZ_FONT_SMALL);
    struct viz_when when = told_moment(painter);
    viz_object_value(painter->model, row->object, &when, value, sizeof value);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_TEXT, margin, middle - line / 2, room,
                trace_text(painter->model->trace, painter->model->objects[row->object].name));
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, margin, middle + line / 2, room, value);
}

static void paint_head(struct viz_painter *painter, size_t shown) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_model *model = painter->model;
    struct viz_rect head = {0, frame->objects.y, frame->objects.x + frame->objects.w,
                            viz_px(frame, HEAD)};
    char text[96];
    viz_fill(painter->scene, VIZ_PANEL, head);
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){0, head.y, head.w, 1});
    (void)snprintf(text, sizeof text,
                   shown < model->object_count ? "Objects: %zu of %zu" : "Objects: %zu", shown,
                   model->object_count);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, viz_px(frame, frame->compact ? 10 : 16),
                head.y + head.h / 2, head.w, text);
}

void viz_paint_objects(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->objects;
    if (at->h == 0)
        return;
    int height = viz_px(frame, ROW), head = viz_px(frame, HEAD);
    size_t shown = (size_t)((at->h - head) / height);
    viz_fill(painter->scene, VIZ_BACKGROUND, (struct viz_rect){0, at->y, at->x + at->w, at->h});
    paint_head(painter, shown);
    for (size_t i = 0; i < shown; i++) {
        size_t object = (painter->ui->first_object + i) % painter->model->object_count;
        struct object_row row = {
            painter, (uint32_t)object, {at->x, at->y + head + (int)i * height, at->w, height}};
        viz_shows(painter->scene, VIZ_ID_OBJECT, object);
        viz_fill_alpha(painter->scene, VIZ_HIGHLIGHT,
                       painter->meant.kind == VIZ_ID_OBJECT && painter->meant.index == object ? 255
                                                                                              : 0,
                       (struct viz_rect){0, row.at.y, at->x + at->w, height});
        paint_row_name(&row);
        viz_clip(painter->scene, &row.at);
        paint_row_chart(&row);
        viz_clip(painter->scene, NULL);
        viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
        viz_fill(painter->scene, VIZ_GRID,
                 (struct viz_rect){0, row.at.y + height - 1, at->x + at->w, 1});
    }
}
