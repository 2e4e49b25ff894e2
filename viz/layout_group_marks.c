/* Failures and waits without an end within folded groups: a stack of shares has no room for one
 * task of a thousand, and that one is what is looked for. */
#include "layout_group_marks.h"

#include "axis.h"

#include <stdio.h>

#define CROSS 9
#define APART 26 /* crosses that are nearer are one, which counts them */

static int cross_size(const struct viz_painter *painter, int height) {
    int size = viz_px(painter->frame, CROSS);
    return size < height ? size : height;
}

/* A cross whose left is there, and a number behind it where that is above 1. */
static void paint_failures(struct viz_painter *painter, int x, uint64_t count, struct viz_rect at) {
    const struct viz_frame *frame = painter->frame;
    int size = cross_size(painter, at.h), pad = viz_px(frame, 2);
    int line = viz_line_height(painter, VIZ_FONT_SMALL), middle = at.y + at.h / 2;
    char text[VIZ_TIME_SIZE] = "";
    if (count > 1 && at.h >= line)
        viz_format_count(count, text);
    int width = text[0] != '\0' ? viz_text_width(painter, VIZ_FONT_SMALL, text) + 2 * pad : 0;
    int height = width > 0 ? line : size + 2 * pad;
    viz_round(painter->scene, VIZ_BACKGROUND, 235, pad,
              (struct viz_rect){x - pad, middle - height / 2, size + 2 * pad + width, height});
    viz_cross(painter->scene, VIZ_ALERT, viz_px(frame, 2),
              (struct viz_rect){x, middle - size / 2, size, size});
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_ALERT, x + size + pad, middle - line / 2, text);
}

/* Those beyond the end go on to the right edge, as their lanes' waits do. */
static void paint_stuck(struct viz_painter *painter, uint32_t count, struct viz_rect at) {
    const struct viz_frame *frame = painter->frame;
    int x = viz_column(painter, (double)painter->model->end_ns), right = at.x + at.w;
    int line = viz_line_height(painter, VIZ_FONT_SMALL), pad = viz_px(frame, 4);
    x = x > at.x ? x : at.x;
    struct viz_rect tail = {x, at.y, right - x, at.h};
    if (tail.w <= 2 * pad)
        return;
    char number[VIZ_TIME_SIZE], text[VIZ_TIME_SIZE + 16];
    viz_format_count(count, number);
    snprintf(text, sizeof text, "%s wait%s", number, count == 1 ? "s" : "");
    viz_fill(painter->scene, VIZ_WAIT_FILL, tail);
    viz_paint_hatch(painter, VIZ_ALERT, 120, tail);
    viz_stroke(painter->scene, VIZ_ALERT, 255, 0, viz_px(frame, 1), tail);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, text);
    if (at.h < line || width + 4 * pad > tail.w)
        return;
    viz_round(painter->scene, VIZ_BACKGROUND, 235, pad,
              (struct viz_rect){x + pad, at.y + (at.h - line) / 2, width + 2 * pad, line});
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_ALERT, x + 2 * pad, at.y + (at.h - line) / 2,
             text);
}

void viz_paint_group_marks(struct viz_painter *painter, uint32_t group,
                           const struct viz_group_cells *cells, struct viz_rect at) {
    const struct viz_group *found = &painter->frame->arrangement->groups[group];
    int apart = viz_px(painter->frame, APART) / VIZ_BAND_CELL_PX;
    if (found->stuck > 0)
        paint_stuck(painter, found->stuck, at);
    for (int c = 0; c < cells->band.columns && found->failed > 0; c++) {
        uint64_t count = cells->failures[c];
        int first = c;
        while (count > 0 && c + 1 < cells->band.columns && c + 1 - first < apart)
            count += cells->failures[++c];
        if (count > 0)
            paint_failures(painter, at.x + first * VIZ_BAND_CELL_PX, count, at);
    }
}

int viz_paint_group_alert(struct viz_painter *painter, uint32_t group, int right, int y) {
    const struct viz_group *found = &painter->frame->arrangement->groups[group];
    uint32_t count = found->failed + found->stuck;
    if (count == 0)
        return right;
    char text[VIZ_TIME_SIZE];
    viz_format_count(count, text);
    int line = viz_line_height(painter, VIZ_FONT_SMALL), size = cross_size(painter, line);
    int x = right - viz_text_width(painter, VIZ_FONT_SMALL, text);
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_ALERT, x, y, text);
    x -= size + viz_px(painter->frame, 3);
    viz_cross(painter->scene, VIZ_ALERT, viz_px(painter->frame, 2),
              (struct viz_rect){x, y + (line - size) / 2, size, size});
    return x;
}
