/* palette.h - what each part of the picture is painted with, in two themes.
 *
 * The layout knows roles, not colours. The six span colours differ in lightness as well as in
 * hue, so that they stay apart for colour-blind eyes; text on them is VIZ_INK. The tests hold
 * both themes to these contrasts.
 */
#ifndef VIZ_PALETTE_H
#define VIZ_PALETTE_H

#include <stdint.h>

enum viz_theme { VIZ_DARK, VIZ_LIGHT, VIZ_THEME_COUNT };

enum viz_role {
    VIZ_BACKGROUND,
    VIZ_PANEL,     /* header and footer */
    VIZ_OUTSIDE,   /* the time before the trace and after it */
    VIZ_BORDER,    /* between the panels */
    VIZ_GRID,      /* time lines, lane lines */
    VIZ_HIGHLIGHT, /* the lane under the pointer */
    VIZ_TEXT,
    VIZ_MUTED,     /* text of the second rank */
    VIZ_LIFE,      /* the line along which a task lives */
    VIZ_WAIT,      /* outline and hatching of a wait */
    VIZ_WAIT_FILL, /* behind them */
    VIZ_SLEEP,
    VIZ_SLEEP_EDGE,
    VIZ_RUN,
    VIZ_STRIP, /* the number of open spans: its line, and pale its area */
    VIZ_WAKE,
    VIZ_ACCENT, /* selection, pointer, the minimap's window */
    VIZ_ALERT,  /* what went wrong */
    VIZ_MARK,   /* a printed line */
    VIZ_INK,    /* text on a span */
    VIZ_TIP,    /* tooltip and help */
    VIZ_TIP_EDGE,
    VIZ_SPAN_FIRST, /* VIZ_COLOUR_COUNT colours of spans */
    VIZ_SPAN_EDGE_FIRST = VIZ_SPAN_FIRST + 6,
    VIZ_ROLE_COUNT = VIZ_SPAN_EDGE_FIRST + 6
};

struct viz_colour {
    uint8_t r, g, b;
};

struct viz_colour viz_palette(enum viz_theme theme, int role);
/* The same as 0xFFRRGGBB. */
uint32_t viz_palette_pixel(enum viz_theme theme, int role);

#endif
