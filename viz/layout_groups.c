/* Heads of groups: of a folded one how the time of its lanes is spent, as a stack of levels over
 * time, work at its foot, all to the nanosecond; of an open one a line, and its name. */
#include "layout_group_marks.h"

#include "cadran.h"

#include <math.h>
#include <stdio.h>

/* How strong a level is: a wait is hatched, from near; as a level it is a tint. */
enum { STRONG = 255, TINT = 84 };

static int role_of(int level) {
    static const int roles[VIZ_BAND_LEVELS] = {
        [VIZ_BAND_RUNS] = VIZ_RUN, [VIZ_BAND_SLEEPS] = VIZ_SLEEP, [VIZ_BAND_WAITS] = VIZ_WAIT};
    return level < VIZ_COLOUR_COUNT ? VIZ_SPAN_FIRST + level : roles[level];
}

/* A level as long as it stays where it is. */
struct stretch {
    int x;
    int top;
    int bottom;
};

static void paint_stretch(struct viz_painter *painter, int level, const struct stretch *stretch,
                          int to) {
    viz_fill_alpha(painter->scene, role_of(level), level == VIZ_BAND_WAITS ? TINT : STRONG,
                   (struct viz_rect){stretch->x, stretch->top, to - stretch->x,
                                     stretch->bottom - stretch->top});
}

/* Levels from the foot up; what there is, however little of it, has a pixel. */
static void measure(const float *shares, struct viz_rect at, struct stretch *levels) {
    int bottom = at.y + at.h;
    float sum = 0;
    for (int level = 0; level < VIZ_BAND_LEVELS; level++) {
        sum += shares[level];
        int top = at.y + at.h - (int)lroundf(fminf(sum, 1) * (float)at.h);
        if (shares[level] > 0 && top >= bottom)
            top = bottom - 1;
        top = top < at.y ? at.y : top < bottom ? top : bottom;
        levels[level] = (struct stretch){.top = top, .bottom = bottom};
        bottom = top;
    }
}

static void paint_cells(struct viz_painter *painter, const struct viz_band *band,
                        struct viz_rect at) {
    struct stretch open[VIZ_BAND_LEVELS] = {{0, 0, 0}};
    struct stretch next[VIZ_BAND_LEVELS];
    for (int c = 0; c <= band->columns; c++) {
        int x = at.x + c * VIZ_BAND_CELL_PX;
        static const float nothing[VIZ_BAND_LEVELS];
        measure(c < band->columns ? band->shares[c] : nothing, at, next);
        for (int level = 0; level < VIZ_BAND_LEVELS; level++) {
            bool same =
                open[level].top == next[level].top && open[level].bottom == next[level].bottom;
            if (same && c < band->columns)
                continue;
            paint_stretch(painter, level, &open[level], x);
            open[level] = next[level];
            open[level].x = x;
        }
    }
}

static void paint_folded(struct viz_painter *painter, uint32_t group, struct viz_rect at) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_view *view = painter->view;
    int columns = (frame->lanes.w + VIZ_BAND_CELL_PX - 1) / VIZ_BAND_CELL_PX;
    double pixel_ns = view->length_ns / frame->lanes.w;
    const struct viz_density_source source = {.model = painter->model,
                                              .bars = painter->model->bar_count,
                                              .colouring = (int)painter->model->colouring,
                                              .arranged = frame->arrangement->changes,
                                              .begin_ns = view->begin_ns,
                                              .length_ns =
                                                  pixel_ns * (double)(VIZ_BAND_CELL_PX * columns),
                                              .width = columns};
    const struct viz_group_cells *cells =
        viz_group_cells(painter->scene->groups, frame->arrangement, group, &source, columns);
    if (cells == NULL) {
        painter->scene->error = CAD_ENOMEM;
        return;
    }
    paint_cells(painter, &cells->band, at);
    viz_paint_group_marks(painter, group, cells, at);
}

static void paint_head(struct viz_painter *painter, uint32_t place, uint32_t group) {
    const struct viz_frame *frame = painter->frame;
    int x1 = frame->lanes.x + frame->lanes.w;
    struct viz_rect at = viz_bar_rect(painter, place, frame->lanes.x, x1);
    int line = viz_px(frame, 1);
    int bottom = (int)lround(viz_row_top(frame, painter->view, place + 1.0));
    viz_shows(painter->scene, VIZ_ID_GROUP, group);
    if (frame->arrangement->groups[group].folded)
        paint_folded(painter, group, at);
    else
        viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){at.x, at.y + at.h / 2, at.w, line});
    if (frame->row_px >= 12 * frame->scale)
        viz_fill(painter->scene, VIZ_GRID,
                 (struct viz_rect){frame->lanes.x, bottom - 1, frame->lanes.w, 1});
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

void viz_paint_groups(struct viz_painter *painter) {
    const struct viz_arrangement *arrangement = painter->frame->arrangement;
    if (arrangement == NULL || arrangement->group_count == 0 || viz_is_dense(painter->frame))
        return;
    double last = ceil(painter->view->first_row + painter->frame->extent.visible_rows);
    double end = fmin(last, (double)arrangement->count);
    for (uint32_t i = (uint32_t)painter->view->first_row; i < end; i++)
        if (arrangement->slots[i].group != VIZ_NO_GROUP)
            paint_head(painter, i, arrangement->slots[i].group);
}

void viz_paint_group_name(struct viz_painter *painter, uint32_t place, int x, int y, int room) {
    const struct viz_frame *frame = painter->frame;
    uint32_t index = frame->arrangement->slots[place].group;
    const struct viz_group *group = &frame->arrangement->groups[index];
    char count[VIZ_TIME_SIZE];
    char shown[256];
    char name[256];
    viz_format_count(group->count, count);
    viz_group_title(frame->arrangement, index, name, sizeof name);
    int height = viz_line_height(painter, VIZ_FONT_NAME);
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, count);
    int alert = x + room - width - viz_px(frame, 8);
    int mark = viz_text_width(painter, VIZ_FONT_NAME, "\xE2\x96\xBE") + viz_px(frame, 4);
    viz_shows(painter->scene, VIZ_ID_GROUP, index);
    viz_text(painter->scene, VIZ_FONT_NAME, VIZ_STRIP, x, y,
             group->folded ? "\xE2\x96\xB8" : "\xE2\x96\xBE");
    int right = viz_paint_group_alert(painter, index, alert, y + (height - small) / 2);
    right -= right < alert ? viz_px(frame, 8) : 0;
    viz_elide(painter->measure, VIZ_FONT_NAME, name, right - x - mark, true, shown, sizeof shown);
    viz_text(painter->scene, VIZ_FONT_NAME, VIZ_TEXT, x + mark, y, shown);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_MUTED, VIZ_RIGHT, 0,
                     y + (height - small) / 2, x + room, count);
}
