/* layout_side.h - how much of the panel at the right does not fit. */
#ifndef VIZ_LAYOUT_SIDE_H
#define VIZ_LAYOUT_SIDE_H

#include "layout.h"
#include "panel.h"

/* By how many pixels its text is longer than the panel is high. */
int viz_panel_overflow(const struct viz_frame *frame, const struct viz_measure *measure,
                       const struct viz_panel *panel);

#endif
