/* The longest way: all else is dimmed, its pieces are painted again, and a thread runs along them,
 * from lane to lane where one task led on to another. */
#include "painter.h"

#include <math.h>

#define THREAD 2
#define HALO 1
#define DIMNESS 176

struct way_painter {
    struct viz_painter *painter;
    int last_column; /* that a piece was painted up to */
    int last_middle; /* the height of the thread there; -1: none yet */
};

/* The place of a piece: that of its span's row, else the first one of its task. */
static bool find_row(const struct viz_painter *painter, const struct why_piece *piece,
                     uint32_t *row, struct viz_id *shows) {
    const struct viz_model *model = painter->model;
    const struct why_run *run = painter->ui->reasons->run;
    uint32_t lane = viz_lane_of_task(model, run, piece->task);
    if (lane == TRACE_NO_INDEX)
        return false;
    *row = model->lanes[lane].first_row;
    *shows = (struct viz_id){.kind = VIZ_ID_LANE, .index = lane};
    if (piece->span != WHY_NONE)
        *shows = viz_bar_of_span(model, run, piece->span);
    else if (piece->wait != WHY_NONE)
        *shows = viz_bar_of_wait(model, run, piece->wait);
    if (shows->kind == VIZ_ID_BAR)
        *row = viz_row_of_bar(model, shows->index);
    *row = viz_place_of_row(painter->frame->arrangement, *row);
    return *row != TRACE_NO_INDEX;
}

static int role_of(const struct viz_painter *painter, const struct why_piece *piece,
                   struct viz_id shows) {
    switch ((enum why_piece_kind)piece->kind) {
    case WHY_WORKS:
        return shows.kind == VIZ_ID_BAR ? VIZ_SPAN_FIRST + painter->model->bars[shows.index].colour
                                        : VIZ_RUN;
    case WHY_COMPUTES:
    case WHY_CLOSES:
        return VIZ_RUN;
    case WHY_SLEEPS:
        return VIZ_SLEEP;
    default:
        return VIZ_WAIT_FILL;
    }
}

static void paint_label(struct viz_painter *painter, const struct why_piece *piece,
                        struct viz_rect at) {
    const struct why_run *run = painter->ui->reasons->run;
    const struct viz_frame *frame = painter->frame;
    int pad = viz_px(frame, 6), left = at.x > frame->lanes.x ? at.x : frame->lanes.x;
    int room = at.x + at.w - left - 2 * pad;
    if (piece->span == WHY_NONE || room < viz_px(frame, 24) ||
        at.h < viz_line_height(painter, VIZ_FONT_NAME))
        return;
    viz_text_in(painter, VIZ_FONT_NAME, VIZ_INK, left + pad, at.y + at.h / 2, room,
                why_text(run, run->spans[piece->span].name));
}

/* A stretch of the thread, with a halo of the ground's colour. */
static void paint_thread(struct viz_painter *painter, struct viz_rect at) {
    int halo = viz_px(painter->frame, HALO);
    viz_fill(painter->scene, VIZ_BACKGROUND,
             (struct viz_rect){at.x - halo, at.y - halo, at.w + 2 * halo, at.h + 2 * halo});
    viz_fill(painter->scene, VIZ_ACCENT, at);
}

/* From the row of the piece before to that of this one. */
static void paint_step(struct way_painter *way, int x, int middle) {
    int width = viz_px(way->painter->frame, THREAD);
    if (way->last_middle < 0 || way->last_middle == middle)
        return;
    int top = way->last_middle < middle ? way->last_middle : middle;
    int bottom = way->last_middle < middle ? middle : way->last_middle;
    viz_shows(way->painter->scene, VIZ_ID_NOTHING, 0);
    paint_thread(way->painter, (struct viz_rect){x - width / 2, top, width, bottom - top + width});
}

static void paint_piece(struct way_painter *way, const struct why_piece *piece) {
    struct viz_painter *painter = way->painter;
    const struct viz_frame *frame = painter->frame;
    struct viz_id shows;
    uint32_t row;
    if (!find_row(painter, piece, &row, &shows))
        return;
    int x0 = viz_column(painter, (double)(piece->begin_ns - painter->model->origin_ns));
    int x1 = viz_column(painter, (double)(piece->end_ns - painter->model->origin_ns));
    struct viz_rect at = viz_bar_rect(painter, row, x0, x1);
    int line = viz_px(frame, 1), thread = viz_px(frame, THREAD);
    int middle = at.y + at.h - thread;
    if (x1 <= way->last_column && middle == way->last_middle)
        return;
    viz_shows_id(painter->scene, shows);
    bool there = piece->kind != WHY_UNBEGUN; /* else it has no bar, and the thread alone is drawn */
    if (there && piece->kind != WHY_READY)
        viz_round(painter->scene, role_of(painter, piece, shows), 255, viz_px(frame, 3), at);
    if (there && piece->kind >= WHY_READY)
        viz_stroke(painter->scene, piece->kind == WHY_READY ? VIZ_MUTED : VIZ_WAIT, 255,
                   viz_px(frame, 3), line, at);
    paint_label(painter, piece, at);
    paint_step(way, x0, middle);
    if (x1 > x0)
        paint_thread(painter, (struct viz_rect){x0, middle, x1 - x0, thread});
    way->last_column = x1;
    way->last_middle = middle;
}

/* The first piece that ends after a time. */
static size_t piece_from(const struct why_path *path, double time_ns) {
    size_t from = 0, to = path->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if ((double)path->pieces[middle].end_ns < time_ns)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

void viz_paint_way(struct viz_painter *painter) {
    const struct viz_ui *ui = painter->ui;
    const struct viz_view *view = painter->view;
    double origin_ns = (double)painter->model->origin_ns;
    struct way_painter way = {painter, -1, -1};
    if (ui->way == NULL)
        return;
    struct viz_rect lanes = painter->frame->lanes;
    viz_clip(painter->scene, &lanes);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_fill_alpha(painter->scene, VIZ_BACKGROUND, DIMNESS, lanes);
    for (size_t i = piece_from(ui->way, view->begin_ns + origin_ns); i < ui->way->count; i++) {
        if ((double)ui->way->pieces[i].begin_ns > view->begin_ns + view->length_ns + origin_ns)
            break;
        paint_piece(&way, &ui->way->pieces[i]);
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}
