/* The field in which one searches, and where what was found lies in time. */
#include "painter.h"
#include "search.h"

#include <math.h>
#include <stdio.h>

#define FIELD 340

static void write_count(const struct viz_search *search, char *out, size_t size) {
    char at[VIZ_TIME_SIZE];
    char count[VIZ_TIME_SIZE];
    viz_format_count(search->at, at);
    viz_format_count(search->count, count);
    if (search->fault != NULL || search->text[0] == '\0')
        out[0] = '\0';
    else if (search->count == 0)
        snprintf(out, size, "nothing found");
    else if (search->at == 0)
        snprintf(out, size, "%s found", count);
    else
        snprintf(out, size, "%s of %s", at, count);
}

static void paint_field(struct viz_painter *painter, const struct viz_search *search,
                        struct viz_rect at) {
    const struct viz_frame *frame = painter->frame;
    int pad = viz_px(frame, 10);
    int middle = at.y + at.h / 2;
    char count[3 * VIZ_TIME_SIZE];
    write_count(search, count, sizeof count);
    viz_round(painter->scene, VIZ_TIP, 255, viz_px(frame, 6), at);
    viz_stroke(painter->scene, search->typing ? VIZ_ACCENT : VIZ_TIP_EDGE, 255, viz_px(frame, 6),
               viz_px(frame, 1), at);
    int right = at.x + at.w - pad;
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_MUTED, VIZ_RIGHT, 0, middle - small / 2,
                     right, count);
    int room = right - viz_text_width(painter, VIZ_FONT_SMALL, count) - viz_px(frame, 22) - at.x;
    int x = at.x + pad +
            viz_text_in(painter, VIZ_FONT_BODY, VIZ_MUTED, at.x + pad, middle, room, "/") +
            viz_px(frame, 4);
    const char *hint = "words, wait:window, by:job3, >1s";
    bool empty = search->text[0] == '\0';
    int taken = viz_text_in(painter, VIZ_FONT_BODY, empty ? VIZ_MUTED : VIZ_TEXT,
                            x + viz_px(frame, 2), middle, room, empty ? hint : search->text);
    int caret = empty ? x : x + viz_px(frame, 3) + taken;
    if (search->typing)
        viz_fill(painter->scene, VIZ_ACCENT,
                 (struct viz_rect){caret, at.y + viz_px(frame, 6), viz_px(frame, 1),
                                   at.h - 2 * viz_px(frame, 6)});
}

/* The first thing found that begins at a time or later. */
static size_t found_from(const struct viz_painter *painter, double time_ns) {
    const struct viz_search *search = painter->ui->search;
    size_t low = 0;
    size_t high = search->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((double)viz_found_ns(painter->model, search->found[middle]) < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A tick for each column in which something was found, at the foot of the axis. */
static void paint_ticks(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_search *search = painter->ui->search;
    int tall = viz_px(frame, 8);
    int bottom = frame->axis.y + frame->axis.h;
    viz_clip(painter->scene, &frame->axis);
    for (size_t i = found_from(painter, painter->view->begin_ns); i < search->count;) {
        int x = viz_column(painter, (double)viz_found_ns(painter->model, search->found[i]));
        if (x > frame->axis.x + frame->axis.w)
            break;
        viz_shows_id(painter->scene, search->found[i]);
        viz_fill(painter->scene, VIZ_ACCENT,
                 (struct viz_rect){x - viz_px(frame, 1), bottom - tall, viz_px(frame, 2), tall});
        double next_ns = viz_time_at(frame, painter->view, x + 1.5);
        size_t next = found_from(painter, next_ns);
        i = next > i ? next : i + 1;
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}

void viz_paint_search(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_search *search = painter->ui->search;
    if (search == NULL)
        return;
    paint_ticks(painter);
    int margin = viz_px(frame, 12);
    int height = viz_line_height(painter, VIZ_FONT_BODY) + viz_px(frame, 14);
    int width = viz_px(frame, FIELD) < frame->lanes.w - 2 * margin ? viz_px(frame, FIELD)
                                                                   : frame->lanes.w - 2 * margin;
    struct viz_rect at = {frame->lanes.x + frame->lanes.w - width - margin, frame->lanes.y + margin,
                          width, height};
    paint_field(painter, search, at);
    if (search->fault == NULL)
        return;
    struct viz_rect below = {at.x, at.y + at.h + viz_px(frame, 4), at.w, at.h};
    viz_round(painter->scene, VIZ_TIP, 255, viz_px(frame, 6), below);
    viz_stroke(painter->scene, VIZ_ALERT, 255, viz_px(frame, 6), viz_px(frame, 1), below);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_ALERT, below.x + viz_px(frame, 10),
                below.y + below.h / 2, below.w - viz_px(frame, 20), search->fault);
}
