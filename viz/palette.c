/* The colours of both themes, role by role. */
#include "palette.h"

#define HEX(rgb)                                                                                   \
    { (rgb) >> 16 & 0xFF, (rgb) >> 8 & 0xFF, (rgb)&0xFF }

static const struct viz_colour palettes[VIZ_THEME_COUNT][VIZ_ROLE_COUNT] =
    {
        [VIZ_DARK] =
            {
                [VIZ_BACKGROUND] = HEX(0x0F1319),
                [VIZ_PANEL] = HEX(0x141921),
                [VIZ_OUTSIDE] = HEX(0x0C0F14),
                [VIZ_BORDER] = HEX(0x252C37),
                [VIZ_GRID] = HEX(0x1C222C),
                [VIZ_HIGHLIGHT] = HEX(0x161C25),
                [VIZ_TEXT] = HEX(0xE8ECF2),
                [VIZ_MUTED] = HEX(0x929DAD),
                [VIZ_LIFE] = HEX(0x343D4A),
                [VIZ_WAIT] = HEX(0x8E98A5),
                [VIZ_WAIT_FILL] = HEX(0x141921),
                [VIZ_SLEEP] = HEX(0x2B3442),
                [VIZ_SLEEP_EDGE] = HEX(0x606A77),
                [VIZ_RUN] = HEX(0x95ADD6),
                [VIZ_STRIP] = HEX(0x7FA8E8),
                [VIZ_WAKE] = HEX(0xC3CBD8),
                [VIZ_ACCENT] = HEX(0xFFFFFF),
                [VIZ_ALERT] = HEX(0xFF7A6B),
                [VIZ_MARK] = HEX(0xB9C3D1),
                [VIZ_INK] = HEX(0x0F1319),
                [VIZ_TIP] = HEX(0x1E2530),
                [VIZ_TIP_EDGE] = HEX(0x3A4554),
                [VIZ_SPAN_FIRST + 0] = HEX(0x56D3BE),
                [VIZ_SPAN_FIRST + 1] = HEX(0x5994EE),
                [VIZ_SPAN_FIRST + 2] = HEX(0xFBC95F),
                [VIZ_SPAN_FIRST + 3] = HEX(0xD76B7F),
                [VIZ_SPAN_FIRST + 4] = HEX(0xE6DDFA),
                [VIZ_SPAN_FIRST + 5] = HEX(0xAC743C),
                [VIZ_SPAN_EDGE_FIRST + 0] = HEX(0x56D3BE),
                [VIZ_SPAN_EDGE_FIRST + 1] = HEX(0x5994EE),
                [VIZ_SPAN_EDGE_FIRST + 2] = HEX(0xFBC95F),
                [VIZ_SPAN_EDGE_FIRST + 3] = HEX(0xD76B7F),
                [VIZ_SPAN_EDGE_FIRST + 4] = HEX(0xE6DDFA),
                [VIZ_SPAN_EDGE_FIRST + 5] = HEX(0xAC743C),
            },
        [VIZ_LIGHT] =
            {
                [VIZ_BACKGROUND] = HEX(0xFFFFFF),
                [VIZ_PANEL] = HEX(0xF7F8FA),
                [VIZ_OUTSIDE] = HEX(0xF4F5F7),
                [VIZ_BORDER] = HEX(0xDDE1E7),
                [VIZ_GRID] = HEX(0xECEEF2),
                [VIZ_HIGHLIGHT] = HEX(0xF4F7FB),
                [VIZ_TEXT] = HEX(0x171B22),
                [VIZ_MUTED] = HEX(0x5D6877),
                [VIZ_LIFE] = HEX(0xCDD3DB),
                [VIZ_WAIT] = HEX(0x6A7481),
                [VIZ_WAIT_FILL] = HEX(0xFBFBFC),
                [VIZ_SLEEP] = HEX(0xE3E7ED),
                [VIZ_SLEEP_EDGE] = HEX(0x88929F),
                [VIZ_RUN] = HEX(0x4D648D),
                [VIZ_STRIP] = HEX(0x3568B8),
                [VIZ_WAKE] = HEX(0x3D4653),
                [VIZ_ACCENT] = HEX(0x11151B),
                [VIZ_ALERT] = HEX(0xC7311F),
                [VIZ_MARK] = HEX(0x4A5564),
                [VIZ_INK] = HEX(0x14181F),
                [VIZ_TIP] = HEX(0xFFFFFF),
                [VIZ_TIP_EDGE] = HEX(0xC3CAD4),
                [VIZ_SPAN_FIRST + 0] = HEX(0x62CDBC),
                [VIZ_SPAN_FIRST + 1] = HEX(0x71A6FF),
                [VIZ_SPAN_FIRST + 2] = HEX(0xFED366),
                [VIZ_SPAN_FIRST + 3] = HEX(0xBD65BD),
                [VIZ_SPAN_FIRST + 4] = HEX(0xDAD6FF),
                [VIZ_SPAN_FIRST + 5] = HEX(0xCE7445),
                [VIZ_SPAN_EDGE_FIRST + 0] = HEX(0x007E73),
                [VIZ_SPAN_EDGE_FIRST + 1] = HEX(0x275496),
                [VIZ_SPAN_EDGE_FIRST + 2] = HEX(0xA68000),
                [VIZ_SPAN_EDGE_FIRST + 3] = HEX(0x7A2F7A),
                [VIZ_SPAN_EDGE_FIRST + 4] = HEX(0x8580B8),
                [VIZ_SPAN_EDGE_FIRST + 5] = HEX(0x6F2500),
            },
};

struct viz_colour viz_palette(enum viz_theme theme, int role) {
    return palettes[theme][role];
}

uint32_t viz_palette_pixel(enum viz_theme theme, int role) {
    struct viz_colour colour = viz_palette(theme, role);
    return UINT32_C(0xFF) << 24 | (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
}
