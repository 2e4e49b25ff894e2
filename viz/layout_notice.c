/* What is said over the picture, above the footer. */
#include "notice.h"
#include "painter.h"

#define PAD 12
#define BAR 4

void viz_paint_notice(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_notice *notice = painter->ui->notice;
    if (notice == NULL || notice->text[0] == '\0')
        return;
    int pad = viz_px(frame, PAD);
    int most = frame->width - 4 * pad;
    int width = viz_text_width(painter, VIZ_FONT_BODY, notice->text) + 2 * pad;
    int least = viz_px(frame, 320);
    width = width < least && notice->progress >= 0 ? least : width;
    width = width < most ? width : most;
    int height = viz_line_height(painter, VIZ_FONT_BODY) + 2 * pad;
    struct viz_rect at = {(frame->width - width) / 2, frame->footer.y - height - pad, width,
                          height};
    int radius = viz_px(frame, 6);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_round(painter->scene, VIZ_TIP, 255, radius, at);
    viz_stroke(painter->scene, notice->alert ? VIZ_ALERT : VIZ_TIP_EDGE, 255, radius,
               viz_px(frame, 1), at);
    viz_text_in(painter, VIZ_FONT_BODY, VIZ_TEXT, at.x + pad, at.y + height / 2, width - 2 * pad,
                notice->text);
    if (notice->progress < 0)
        return;
    int room = width - 2 * pad;
    struct viz_rect bar = {at.x + pad, at.y + height - viz_px(frame, BAR + 3), room,
                           viz_px(frame, BAR)};
    viz_fill(painter->scene, VIZ_BORDER, bar);
    bar.w = (int)(notice->progress * room);
    viz_fill(painter->scene, VIZ_ACCENT, bar);
}
