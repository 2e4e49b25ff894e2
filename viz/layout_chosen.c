/* What was chosen of the lanes, in words, below the header: how many are hidden, by what the others
 * are grouped and ordered; and a cross at each, which drops it. */
#include "painter.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 384 };

static const char *const orders[VIZ_ORDERING_COUNT] = {
    [VIZ_ORDERING_START] = "by start",
    [VIZ_ORDERING_NAME] = "by name",
    [VIZ_ORDERING_DURATION] = "longest first",
    [VIZ_ORDERING_WAITED] = "by time waiting",
    [VIZ_ORDERING_WORKED] = "by time working",
    [VIZ_ORDERING_CRITICAL] = "by part of the longest way"};

static const char *const groupings[VIZ_GROUPING_COUNT] = {[VIZ_GROUPING_NAME] = "name",
                                                          [VIZ_GROUPING_PARENT] = "who made them",
                                                          [VIZ_GROUPING_WORK] = "first work"};

static void write_filter(const struct viz_painter *painter, char *out) {
    const struct viz_choice *choice = painter->ui->choice;
    char hidden[VIZ_TIME_SIZE];
    char all[VIZ_TIME_SIZE];
    viz_format_count(viz_hidden_lanes(painter->model, choice), hidden);
    viz_format_count(painter->model->lane_count, all);
    snprintf(out, TEXT_SIZE, "Only %s  \xC2\xB7  %s of %s lanes hidden", choice->filter, hidden,
             all);
}

static void write_grouping(const struct viz_painter *painter, char *out) {
    const struct viz_choice *choice = painter->ui->choice;
    char count[VIZ_TIME_SIZE];
    size_t groups = choice->arrangement.group_count;
    viz_format_count(groups, count);
    snprintf(out, TEXT_SIZE, "%s %s by %s", count, groups == 1 ? "group" : "groups",
             groupings[choice->grouping]);
}

/* What is said of a choice; "" where it was not made. */
static void write_chosen(const struct viz_painter *painter, enum viz_chosen chosen, char *out) {
    const struct viz_choice *choice = painter->ui->choice;
    out[0] = '\0';
    if (chosen == VIZ_CHOSEN_FILTER && choice->filter[0] != '\0')
        write_filter(painter, out);
    else if (chosen == VIZ_CHOSEN_GROUPING && choice->grouping != VIZ_GROUPING_NONE)
        write_grouping(painter, out);
    else if (chosen == VIZ_CHOSEN_ORDERING && choice->ordering != VIZ_ORDERING_TRACE)
        snprintf(out, TEXT_SIZE, "Order: %s", orders[choice->ordering]);
}

/* A chip with a text and, in a window, a cross; returns where the next one begins. */
static int paint_chip(struct viz_painter *painter, enum viz_chosen chosen, int x,
                      const char *text) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *band = &frame->chosen;
    int pad = viz_px(frame, 9);
    int cross = painter->ui->interactive ? viz_px(frame, 7) : 0;
    int gap = cross > 0 ? viz_px(frame, 8) : 0;
    int room = frame->width - viz_px(frame, 16) - x - 2 * pad - cross - gap;
    char shown[TEXT_SIZE];
    int width = viz_elide(painter->measure, VIZ_FONT_SMALL, text, room, true, shown, sizeof shown);
    if (width <= 0)
        return x;
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 4);
    struct viz_rect at = {x, band->y + (band->h - height) / 2, width + 2 * pad + cross + gap,
                          height};
    viz_shows(painter->scene, VIZ_ID_CHOSEN, chosen);
    viz_round(painter->scene, VIZ_HIGHLIGHT, 255, height / 2, at);
    viz_stroke(painter->scene, VIZ_STRIP, 255, height / 2, viz_px(frame, 1), at);
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_TEXT, at.x + pad, at.y + viz_px(frame, 2), shown);
    if (cross > 0)
        viz_cross(
            painter->scene, VIZ_MUTED, viz_px(frame, 1),
            (struct viz_rect){at.x + at.w - pad - cross, at.y + (at.h - cross) / 2, cross, cross});
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    return at.x + at.w + viz_px(frame, 8);
}

void viz_paint_chosen(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    if (frame->chosen.h == 0)
        return;
    int x = viz_px(frame, frame->compact ? 10 : 16);
    viz_fill(painter->scene, VIZ_PANEL, frame->chosen);
    viz_fill(painter->scene, VIZ_BORDER,
             (struct viz_rect){0, frame->chosen.y + frame->chosen.h - 1, frame->width, 1});
    for (int i = 0; i < VIZ_CHOSEN_COUNT; i++) {
        char text[TEXT_SIZE];
        write_chosen(painter, (enum viz_chosen)i, text);
        if (text[0] != '\0')
            x = paint_chip(painter, (enum viz_chosen)i, x, text);
    }
}
