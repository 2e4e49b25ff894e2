/* What somebody chose of the time: a range, as a tint through all lanes, and marks, as lines with
 * flags on the axis; the same on the map. */
#include "painter.h"

#include <math.h>
#include <string.h>

#define FLAG_MOST 180 /* how wide one may be */
#define FLAG_LEAST 60 /* ... while its note is typed */

/* --- The range ------------------------------------------------------------------------------ */

void viz_paint_range(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_range *range = painter->ui->range;
    if (range == NULL || !range->given || painter->ui->ranging)
        return;
    struct viz_rect area = {frame->lanes.x, frame->strip.y, frame->lanes.w,
                            frame->lanes.y + frame->lanes.h - frame->strip.y};
    int x0 = viz_column(painter, (double)range->from_ns);
    int x1 = viz_column(painter, (double)range->to_ns);
    int line = viz_px(frame, 1);
    viz_clip(painter->scene, &area);
    viz_fill_alpha(painter->scene, VIZ_STRIP, 34, (struct viz_rect){x0, area.y, x1 - x0, area.h});
    viz_fill(painter->scene, VIZ_STRIP, (struct viz_rect){x0, area.y, line, area.h});
    viz_fill(painter->scene, VIZ_STRIP, (struct viz_rect){x1, area.y, line, area.h});
    viz_clip(painter->scene, NULL);
}

/* How long it is, at the foot of the strip, else on the axis, where it has room for that. */
static void paint_length(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_range *range = painter->ui->range;
    if (range == NULL || !range->given || painter->ui->ranging)
        return;
    char text[VIZ_TIME_SIZE];
    int x0 = viz_column(painter, (double)range->from_ns);
    int x1 = viz_column(painter, (double)range->to_ns);
    x0 = x0 > frame->axis.x ? x0 : frame->axis.x;
    x1 = x1 < frame->axis.x + frame->axis.w ? x1 : frame->axis.x + frame->axis.w;
    viz_format_exact(range->to_ns - range->from_ns, text);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, text) + viz_px(frame, 12);
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 2);
    int top = frame->strip.h >= 2 * height ? frame->axis.y - height - viz_px(frame, 3)
                                           : frame->axis.y + (frame->axis.h - height) / 2;
    if (x1 - x0 < width)
        return;
    struct viz_rect at = {(x0 + x1 - width) / 2, top, width, height};
    viz_round(painter->scene, VIZ_TIP, 255, viz_px(frame, 3), at);
    viz_stroke(painter->scene, VIZ_STRIP, 255, viz_px(frame, 3), viz_px(frame, 1), at);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_TEXT, VIZ_CENTRE, at.x + viz_px(frame, 6),
                     at.y + viz_px(frame, 1), width - viz_px(frame, 12), text);
}

/* --- Marks ---------------------------------------------------------------------------------- */

/* The flag of a mark, from its line to the right; returns where it ends. */
static int paint_flag(struct viz_painter *painter, const struct viz_bookmark *bookmark, int x,
                      bool typed) {
    const struct viz_frame *frame = painter->frame;
    char shown[VIZ_NOTE_SIZE];
    int pad = viz_px(frame, 5);
    int width = viz_elide(painter->measure, VIZ_FONT_SMALL, bookmark->note,
                          viz_px(frame, FLAG_MOST), true, shown, sizeof shown);
    int least = typed ? viz_px(frame, FLAG_LEAST) : 0;
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 2);
    struct viz_rect at = {x, frame->axis.y + viz_px(frame, 1),
                          (width > least ? width : least) + 2 * pad, height};
    if (width == 0 && !typed)
        return x;
    viz_fill(painter->scene, VIZ_TIP, at);
    viz_stroke(painter->scene, typed ? VIZ_ACCENT : VIZ_TEXT, 255, 0, viz_px(frame, 1), at);
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_TEXT, x + pad, at.y + viz_px(frame, 1), shown);
    if (typed)
        viz_fill(painter->scene, VIZ_ACCENT,
                 (struct viz_rect){x + pad + width + viz_px(frame, 1), at.y + viz_px(frame, 3),
                                   viz_px(frame, 1), height - viz_px(frame, 6)});
    return at.x + at.w;
}

/* A line through all lanes, and a thicker one on the axis, which for a stretch goes on to its end.
 */
static void paint_line(struct viz_painter *painter, const struct viz_bookmark *bookmark, int x) {
    const struct viz_frame *frame = painter->frame;
    int bottom = frame->lanes.y + frame->lanes.h;
    int line = viz_px(frame, 1), thick = viz_px(frame, 2);
    int end = viz_column(painter, (double)bookmark->to_ns);
    int foot = frame->axis.y + frame->axis.h - thick;
    viz_fill_alpha(painter->scene, VIZ_TEXT, 110,
                   (struct viz_rect){x, frame->strip.y, line, bottom - frame->strip.y});
    viz_fill(painter->scene, VIZ_TEXT, (struct viz_rect){x, frame->axis.y, thick, frame->axis.h});
    if (end == x)
        return;
    viz_fill_alpha(painter->scene, VIZ_TEXT, 110,
                   (struct viz_rect){end, frame->strip.y, line, bottom - frame->strip.y});
    viz_fill(painter->scene, VIZ_TEXT, (struct viz_rect){x, foot, end - x, thick});
}

/* A flag that another one covers is left out; its line is there. */
void viz_paint_bookmarks(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_bookmarks *bookmarks = painter->ui->bookmarks;
    struct viz_rect area = {frame->lanes.x, frame->strip.y, frame->lanes.w,
                            frame->lanes.y + frame->lanes.h - frame->strip.y};
    int taken = frame->axis.x;
    if (bookmarks == NULL || frame->axis.h == 0)
        return;
    viz_clip(painter->scene, &area);
    paint_length(painter);
    for (size_t i = 0; i < bookmarks->count; i++) {
        const struct viz_bookmark *bookmark = &bookmarks->list[i];
        int x = viz_column(painter, (double)bookmark->from_ns);
        bool typed = painter->ui->noting == i + 1;
        viz_shows(painter->scene, VIZ_ID_BOOKMARK, i);
        paint_line(painter, bookmark, x);
        if (x >= taken || typed)
            taken = paint_flag(painter, bookmark, x, typed);
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}

/* --- The map -------------------------------------------------------------------------------- */

static int map_column(const struct viz_painter *painter, const struct viz_rect *map,
                      int64_t time_ns) {
    double end_ns = painter->frame->extent.end_ns;
    return map->x + (int)lround((end_ns > 0 ? (double)time_ns / end_ns : 0) * map->w);
}

void viz_paint_map_marks(struct viz_painter *painter, const struct viz_rect *map) {
    const struct viz_ui *ui = painter->ui;
    int thick = viz_px(painter->frame, 2);
    if (ui->range != NULL && ui->range->given) {
        int x0 = map_column(painter, map, ui->range->from_ns);
        int x1 = map_column(painter, map, ui->range->to_ns);
        viz_fill_alpha(painter->scene, VIZ_STRIP, 70,
                       (struct viz_rect){x0, map->y, x1 > x0 ? x1 - x0 : 1, map->h});
    }
    for (size_t i = 0; ui->bookmarks != NULL && i < ui->bookmarks->count; i++) {
        int x = map_column(painter, map, ui->bookmarks->list[i].from_ns);
        viz_fill(painter->scene, VIZ_TEXT, (struct viz_rect){x, map->y, thick, map->h});
    }
}
