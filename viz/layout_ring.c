/* The circles of a deadlock: an arrow from each task that stands in one to the task that it waits
 * for, beyond the end of the time, where their waits go on. Who waits and stands in none has no
 * arrow. Labels keep out of the columns of the arrows. */
#include "painter.h"

#include <math.h>

#define LINE 2
#define STEP 20 /* from arrow to arrow: a head has room before the next one's line */
#define RING 4  /* arrows of a small one */
#define STUB 9
#define HEAD 7

/* What the trace says of a lane's last wait: the lane of the task of the circle that it waits for;
 * TRACE_NO_INDEX: it stands in none. */
static uint32_t next_of(const struct viz_model *model, uint32_t lane, uint32_t *bar) {
    const struct trace_model *trace = model->trace;
    const struct viz_row *row = &model->rows[model->lanes[lane].first_row];
    const struct trace_track *track = &trace->tracks[model->lanes[lane].track];
    double tid;
    if (row->bar_count == 0)
        return TRACE_NO_INDEX;
    *bar = row->first_bar + row->bar_count - 1;
    const struct viz_bar *last = &model->bars[*bar];
    if ((last->flags & VIZ_BAR_PENDING) == 0 ||
        !trace_arg_number(trace, trace->slices[last->slice].end_args, "next_tid", &tid))
        return TRACE_NO_INDEX;
    uint32_t next = trace_find_track(trace, trace->processes[track->process].pid, (int64_t)tid);
    return next == TRACE_NO_INDEX ? TRACE_NO_INDEX : model->lane_of_track[next];
}

static int middle_of(const struct viz_painter *painter, uint32_t lane) {
    double top = viz_row_top(painter->frame, painter->view, viz_place_of_lane(painter, lane) + 0.5);
    double most = 2.0 * painter->frame->height;
    return (int)lround(fmin(fmax(top, -most), 2 * most));
}

static void paint_line(const struct viz_painter *painter, struct viz_rect at) {
    int halo = viz_px(painter->frame, 1);
    viz_fill(painter->scene, VIZ_BACKGROUND,
             (struct viz_rect){at.x - halo, at.y - halo, at.w + 2 * halo, at.h + 2 * halo});
    viz_fill(painter->scene, VIZ_ALERT, at);
}

/* Below the bar of a wait, where there is room for a line of text; else 0. */
static int below_wait(const struct viz_painter *painter, uint32_t bar, int middle, int height) {
    struct viz_rect whole = {0, 0, 1, viz_bar_height(painter->frame)};
    int half = viz_shape_of(painter, &painter->model->bars[bar], whole).h / 2;
    return half + height <= painter->frame->row_px / 2 ? middle + half : 0;
}

/* The name of who is waited for: before the arrows, where the wait goes that far back. That of who
 * closes the circle begins with the arrows: there it stands below the bar. */
static void paint_name(const struct viz_painter *painter, uint32_t bar, uint32_t to, int middle) {
    const struct viz_frame *frame = painter->frame;
    int pad = viz_px(frame, 3), height = viz_line_height(painter, VIZ_FONT_SMALL);
    char name[128];
    if (frame->row_px < height) /* of thousands of lanes: no text is measured in vain */
        return;
    viz_lane_name(painter->model, to, name, sizeof name);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, name) + 2 * pad;
    int begin = viz_column(painter, (double)painter->model->bars[bar].begin_ns);
    int left = viz_column(painter, (double)painter->model->end_ns) - width;
    int top = middle - height / 2;
    if (begin > left) {
        left = begin;
        top = below_wait(painter, bar, middle, height);
        if (top == 0)
            return;
    }
    viz_round(painter->scene, VIZ_BACKGROUND, 235, pad,
              (struct viz_rect){left, top, width, height});
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_ALERT, left + pad, top, name);
}

/* Down or up at a column, and into the other lane. */
static void paint_arrow(const struct viz_painter *painter, uint32_t bar, uint32_t from, uint32_t to,
                        int x) {
    const struct viz_frame *frame = painter->frame;
    int line = viz_px(frame, LINE), head = viz_px(frame, HEAD), stub = viz_px(frame, STUB);
    int start = middle_of(painter, from), end = middle_of(painter, to);
    int top = start < end ? start : end, bottom = start < end ? end : start;
    viz_shows(painter->scene, VIZ_ID_BAR, bar);
    paint_line(painter, (struct viz_rect){x, top, line, bottom - top + line});
    paint_line(painter, (struct viz_rect){x, end, stub, line});
    viz_shape(painter->scene, VIZ_ARROW_RIGHT, VIZ_ALERT,
              (struct viz_rect){x + stub, end + line / 2 - head / 2, head, head});
    paint_name(painter, bar, to, start);
}

/* Where the places that can be seen end. */
static uint32_t end_of_places(const struct viz_painter *painter) {
    double last = painter->view->first_row + painter->frame->extent.visible_rows + 1;
    return (uint32_t)fmin(ceil(last),
                          (double)viz_place_count(painter->model, painter->frame->arrangement));
}

/* The lane that begins in a place, and the one of its circle that it waits for, where both can be
 * shown; TRACE_NO_INDEX: there is none. */
static uint32_t next_at(const struct viz_painter *painter, uint32_t place, uint32_t *lane,
                        uint32_t *bar) {
    *lane = viz_lane_at(painter->model, painter->frame->arrangement, place);
    uint32_t next = viz_place_of_lane(painter, *lane) == place ? next_of(painter->model, *lane, bar)
                                                               : TRACE_NO_INDEX;
    bool shown = next != TRACE_NO_INDEX && viz_place_of_lane(painter, next) != TRACE_NO_INDEX;
    return shown ? next : TRACE_NO_INDEX;
}

/* The columns that arrows begin at go from the first to the last, and then again. Half of the room
 * is for labels, but a small ring comes before them: arrows of one column lie on one another. */
static int column_of(const struct viz_painter *painter, size_t arrow) {
    const struct viz_frame *frame = painter->frame;
    int least = viz_column(painter, (double)painter->model->end_ns) + viz_px(frame, STEP / 2);
    int room = frame->lanes.x + frame->lanes.w - least - viz_px(frame, STEP);
    int step = viz_px(frame, STEP), columns = room / (2 * step);
    if (columns < RING)
        columns = room / step < RING ? room / step : RING;
    columns = columns < 1 ? 1 : columns;
    return least + (int)(arrow % (size_t)columns) * viz_px(frame, STEP);
}

void viz_find_rings(const struct viz_painter *painter, int *from, int *to) {
    const struct viz_model *model = painter->model;
    uint32_t end = end_of_places(painter);
    size_t count = 0;
    *from = viz_column(painter, (double)model->end_ns);
    *to = *from;
    if (!model->deadlocked || model->row_count == 0)
        return;
    for (uint32_t i = (uint32_t)fmax(0, painter->view->first_row); i < end; i++) {
        uint32_t bar, lane;
        if (next_at(painter, i, &lane, &bar) == TRACE_NO_INDEX)
            continue;
        int right = column_of(painter, count++) + viz_px(painter->frame, STEP);
        if (right <= *to)
            break; /* they begin again */
        *to = right;
    }
}

void viz_paint_rings(struct viz_painter *painter) {
    const struct viz_model *model = painter->model;
    uint32_t end = end_of_places(painter);
    size_t count = 0;
    if (!model->deadlocked || model->row_count == 0)
        return;
    viz_clip(painter->scene, &painter->frame->lanes);
    for (uint32_t i = (uint32_t)fmax(0, painter->view->first_row); i < end; i++) {
        uint32_t bar, lane, next = next_at(painter, i, &lane, &bar);
        if (next != TRACE_NO_INDEX)
            paint_arrow(painter, bar, lane, next, column_of(painter, count++));
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}
