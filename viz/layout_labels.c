/* The names of bars: inside them where that can be read, else beside them. */
#include "row_painter.h"

#include <math.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

/* The column at which the first wait inside a span begins; `right` where there is none. */
static int first_overlay(const struct viz_row_painter *rows, const struct viz_bar *bar, int right) {
    const struct viz_model *model = rows->painter->model;
    uint32_t end = rows->row->first_overlay + rows->row->overlay_count;
    double seen_ns = viz_time_at(rows->painter->frame, rows->painter->view, rows->left);
    double from_ns = fmax(seen_ns, (double)bar->begin_ns);
    uint32_t at =
        viz_bar_from(model, rows->row->first_overlay, rows->row->overlay_count, (int64_t)from_ns);
    if (at == end)
        return right;
    int x = viz_column(rows->painter, (double)model->bars[at].begin_ns);
    return x < right ? x : right;
}

/* Small bars have small labels. */
static enum viz_font font_of(const struct viz_row_painter *rows, const struct viz_bar *bar) {
    bool large = rows->height >= viz_px(rows->painter->frame, 19);
    return bar->look == VIZ_LOOK_SPAN && large ? VIZ_FONT_NAME : VIZ_FONT_SMALL;
}

static int ink_of(const struct viz_painter *painter, const struct viz_bar *bar) {
    if (viz_is_stuck(painter, bar))
        return VIZ_ALERT;
    if (bar->look == VIZ_LOOK_RUN)
        return VIZ_BACKGROUND;
    return bar->look == VIZ_LOOK_SPAN ? VIZ_INK : VIZ_TEXT;
}

/* Where a label would stand on hatching it gets a plain ground. */
static void paint_plate(struct viz_row_painter *rows, const struct viz_bar *bar,
                        struct viz_rect rect, int width) {
    int line = viz_px(rows->painter->frame, 1);
    int ground = bar->look == VIZ_LOOK_SPAN ? VIZ_SPAN_FIRST + bar->colour : VIZ_WAIT_FILL;
    /* The head of the arrow that ends a wait stays. */
    int most = rect.w - (bar->look == VIZ_LOOK_WAIT ? viz_px(rows->painter->frame, 9) : 2 * line);
    struct viz_rect plate = {rect.x + line, rect.y + line, width < most ? width : most,
                             rect.h - 2 * line};
    viz_fill(rows->painter->scene, ground, plate);
}

/* A label inside the part of a bar that can be seen. */
struct label {
    const struct viz_bar *bar;
    struct viz_rect rect;
    enum viz_font font;
    const char *text;
    int width;
    bool plate;
};

static void label_inside(struct viz_row_painter *rows, const struct label *label) {
    struct viz_painter *painter = rows->painter;
    const struct viz_rect *rect = &label->rect;
    int pad = viz_px(painter->frame, 7);
    int height = viz_line_height(painter, label->font);
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    int x = rect->x + pad;
    int middle = rect->y + rect->h / 2;
    int ink = ink_of(painter, label->bar);
    if (label->plate)
        paint_plate(rows, label->bar, *rect, label->width + pad + viz_px(painter->frame, 5));
    bool two =
        label->bar->look == VIZ_LOOK_SPAN && rect->h >= height + small + viz_px(painter->frame, 6);
    char took[VIZ_TIME_SIZE];
    viz_format_duration(label->bar->end_ns - label->bar->begin_ns, took);
    /* A number is shown whole or not at all. */
    if (!two || viz_text_width(painter, VIZ_FONT_SMALL, took) > rect->w - 2 * pad) {
        viz_text(painter->scene, label->font, ink, x, middle - height / 2, label->text);
        return;
    }
    int top = middle - (height + small) / 2;
    viz_text(painter->scene, label->font, ink, x, top, label->text);
    viz_text(painter->scene, VIZ_FONT_SMALL, ink, x, top + height, took);
}

/* A bar's name, of `width` pixels at most: whole; else without what all names of its lane begin
 * with; else without its middle. Its end, by which names differ, is there always. */
static int shorten(const struct viz_row_painter *rows, const struct viz_bar *bar, int width,
                   char *out, size_t size) {
    const struct viz_measure *measure = rows->painter->measure;
    const struct viz_lane *lane = &rows->painter->model->lanes[rows->row->lane];
    enum viz_font font = font_of(rows, bar);
    const char *name = viz_bar_name(rows->painter->model, bar);
    int whole = viz_elide(measure, font, name, width, true, out, size);
    size_t prefix = bar->look == VIZ_LOOK_SPAN   ? lane->span_prefix
                    : bar->look == VIZ_LOOK_WAIT ? lane->wait_prefix
                                                 : 0;
    if (prefix == 0 || strcmp(out, name) == 0)
        return whole;
    char rest[256] = ELLIPSIS;
    size_t used = sizeof ELLIPSIS - 1;
    viz_copy_text(rest + used, sizeof rest - used, name + prefix);
    return viz_elide(measure, font, rest, width, true, out, size);
}

/* The part of a bar that its label may use, and whether hatching is in its way. */
static struct viz_rect label_room(const struct viz_row_painter *rows, const struct viz_bar *bar,
                                  struct viz_rect rect, bool *plate) {
    int left = rect.x > rows->left ? rect.x : rows->left;
    int right = rect.x + rect.w < rows->right ? rect.x + rect.w : rows->right;
    *plate = bar->look == VIZ_LOOK_WAIT;
    if (bar->look == VIZ_LOOK_SPAN) {
        int overlay = first_overlay(rows, bar, right);
        *plate = overlay < right && overlay - left <= viz_px(rows->painter->frame, 48);
        right = *plate ? right : overlay;
    }
    return (struct viz_rect){left, rect.y, right - left, rect.h};
}

/* A label to the right of its bar, up to column `room`; false where more of it, `inside` pixels,
 * can be seen inside the bar, or where little of it can be seen at all. */
static bool label_beside(struct viz_row_painter *rows, const struct viz_bar *bar,
                         struct viz_rect rect, int room, int inside) {
    struct viz_painter *painter = rows->painter;
    const struct viz_frame *frame = painter->frame;
    const char *name = viz_bar_name(painter->model, bar);
    enum viz_font font = font_of(rows, bar);
    int height = viz_line_height(painter, font);
    int pad = viz_px(frame, 7);
    int right = rect.x + rect.w;
    if (right < rows->left)
        return false;
    char text[256];
    int width = shorten(rows, bar, room - right - 2 * pad, text, sizeof text);
    bool enough = strcmp(text, name) == 0 || width >= viz_px(frame, 60);
    if (width <= inside || !enough)
        return false;
    /* The life line makes way for it. */
    bool meant = painter->lane == rows->row->lane;
    struct viz_rect ground = {right + pad - viz_px(frame, 3),
                              rect.y + rect.h / 2 - viz_px(frame, 2), width + viz_px(frame, 6),
                              viz_px(frame, 4)};
    viz_fill(painter->scene, meant ? VIZ_HIGHLIGHT : VIZ_BACKGROUND, ground);
    viz_text(painter->scene, font, bar->look == VIZ_LOOK_SPAN ? VIZ_TEXT : VIZ_MUTED, right + pad,
             rect.y + rect.h / 2 - height / 2, text);
    return true;
}

void viz_paint_label(struct viz_row_painter *rows, const struct viz_bar *bar, struct viz_rect rect,
                     int room) {
    struct viz_painter *painter = rows->painter;
    const struct viz_frame *frame = painter->frame;
    struct label label = {.bar = bar, .font = font_of(rows, bar)};
    int height = viz_line_height(painter, label.font);
    const char *name = bar->look == VIZ_LOOK_READY ? "" : viz_bar_name(painter->model, bar);
    if (name[0] == '\0' || height > rows->height + viz_px(frame, 2))
        return;
    int pad = viz_px(frame, 7);
    label.rect = label_room(rows, bar, rect, &label.plate);
    char text[256];
    int inside = height <= rect.h + viz_px(frame, 2) ? label.rect.w - 2 * pad : 0;
    label.width = shorten(rows, bar, inside, text, sizeof text);
    label.text = text;
    if (label.width > 0 && (strcmp(text, name) == 0 || label.width >= viz_px(frame, 90))) {
        label_inside(rows, &label);
        return;
    }
    if (!label_beside(rows, bar, rect, room, label.width) && label.width > 0)
        label_inside(rows, &label);
}
