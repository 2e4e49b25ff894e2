/* Lanes that stay at the top, below the axis, while the others scroll: the same painters paint them
 * as if they were all there is. */
#include "painter.h"

void viz_paint_pins(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    if (frame->pins.h == 0)
        return;
    struct viz_frame top = viz_frame_of_pins(frame);
    struct viz_view view = *painter->view;
    view.first_row = 0;
    struct viz_painter pins = *painter;
    pins.frame = &top;
    pins.view = &view;
    viz_paint_ground(&pins);
    viz_paint_rows(&pins);
    viz_paint_wakes_and_labels(&pins);
    viz_paint_way(&pins);
    viz_paint_names(&pins);
    int line = viz_px(frame, 2);
    viz_fill(painter->scene, VIZ_BORDER,
             (struct viz_rect){0, frame->pins.y + frame->pins.h - line,
                               frame->lanes.x + frame->pins.w, line});
}
