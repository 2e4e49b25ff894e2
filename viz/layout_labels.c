/* The names of bars: inside them where that can be read, else beside them. */
#include "row_painter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

#define BETWEEN "  \xC2\xB7  "

/* Left and right of a label; and so long is what a span does itself, or its wait, at least, for a
 * name that does not fit there. */
#define PAD 7
#define SIGN 14 /* of how a task ended, which comes before a label */
#define ROOM_LEAST 48

/* So many waits of a span are looked at for room between them. */
enum { WAITS_LOOKED_AT = 64 };

/* What a span does itself, between its waits and from a column on: the first piece of `wanted`
 * pixels; where there is none of these the longest. */
static struct viz_columns own_piece(const struct viz_row_painter *rows, const struct viz_bar *bar,
                                    struct viz_columns seen, int wanted) {
    const struct viz_model *model = rows->painter->model;
    uint32_t end = rows->row->first_overlay + rows->row->overlay_count;
    double seen_ns = viz_time_at(rows->painter->frame, rows->painter->view, seen.left);
    double from_ns = fmax(seen_ns, (double)bar->begin_ns);
    uint32_t at =
        viz_bar_from(model, rows->row->first_overlay, rows->row->overlay_count, (int64_t)from_ns);
    struct viz_columns best = {seen.left, seen.left};
    int from = seen.left;
    for (int looked = 0; from < seen.right && best.right - best.left < wanted; looked++, at++) {
        bool last = at >= end || looked == WAITS_LOOKED_AT;
        int x = last ? seen.right : viz_column(rows->painter, (double)model->bars[at].begin_ns);
        x = x < seen.right ? x : seen.right;
        if (x - from > best.right - best.left)
            best = (struct viz_columns){from, x};
        if (last)
            break;
        int after = viz_column(rows->painter, (double)model->bars[at].end_ns);
        from = after > from ? after : from;
    }
    return best;
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

/* What a bar is filled with. */
static int ground_of(const struct viz_bar *bar) {
    switch (bar->look) {
    case VIZ_LOOK_SPAN:
        return VIZ_SPAN_FIRST + bar->colour;
    case VIZ_LOOK_SLEEP:
        return VIZ_SLEEP;
    case VIZ_LOOK_RUN:
        return VIZ_RUN;
    default:
        return VIZ_WAIT_FILL;
    }
}

/* Where a label would stand on hatching it gets a plain ground. */
static void paint_plate(struct viz_row_painter *rows, const struct viz_bar *bar,
                        struct viz_rect rect, int width) {
    int line = viz_px(rows->painter->frame, 1);
    /* The head of the arrow that ends a wait stays. */
    int most = rect.w - (bar->look == VIZ_LOOK_WAIT ? viz_px(rows->painter->frame, 9) : 2 * line);
    struct viz_rect plate = {rect.x + line, rect.y + line, width < most ? width : most,
                             rect.h - 2 * line};
    viz_fill(rows->painter->scene, ground_of(bar), plate);
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

/* The ground of a text of so many pixels that an arrow runs through, within its bar. */
static void part_from_arrows(struct viz_row_painter *rows, const struct label *label, int top,
                             int height) {
    const struct viz_painter *painter = rows->painter;
    const struct viz_rect *rect = &label->rect;
    int line = viz_px(painter->frame, 1), gap = viz_px(painter->frame, 2);
    int upper = top > rect->y + line ? top : rect->y + line;
    int lower = top + height < rect->y + rect->h - line ? top + height : rect->y + rect->h - line;
    struct viz_rect ground = {rect->x + viz_px(painter->frame, PAD) - gap, upper,
                              label->width + 2 * gap, lower - upper};
    if (!label->plate && viz_is_crossed(painter, &ground))
        viz_fill(painter->scene, ground_of(label->bar), ground);
}

static void label_inside(struct viz_row_painter *rows, const struct label *label) {
    struct viz_painter *painter = rows->painter;
    const struct viz_rect *rect = &label->rect;
    int pad = viz_px(painter->frame, PAD);
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
        part_from_arrows(rows, label, middle - height / 2, height);
        viz_text(painter->scene, label->font, ink, x, middle - height / 2, label->text);
        return;
    }
    int top = middle - (height + small) / 2;
    part_from_arrows(rows, label, top, height + small);
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

/* The part of a bar that can be seen. */
static struct viz_columns seen_of(const struct viz_row_painter *rows, struct viz_rect rect) {
    int right = rect.x + rect.w;
    return (struct viz_columns){rect.x > rows->left ? rect.x : rows->left,
                                right < rows->right ? right : rows->right};
}

/* A stuck wait is named before the arrows of its circle, or, where it begins too late for that,
 * behind them. */
static struct viz_columns beside_rings(const struct viz_row_painter *rows, struct viz_columns piece,
                                       int wanted) {
    if (rows->rings.right <= rows->rings.left || piece.right <= rows->rings.left)
        return piece;
    if (piece.left + wanted <= rows->rings.left)
        piece.right = rows->rings.left;
    else if (piece.left < rows->rings.right)
        piece.left = rows->rings.right;
    return piece;
}

/* How wide a bar would be that has all of its name. */
static int wanted_by(const struct viz_row_painter *rows, const struct viz_bar *bar) {
    const char *name = viz_bar_name(rows->painter->model, bar);
    return viz_text_width(rows->painter, font_of(rows, bar), name) +
           2 * viz_px(rows->painter->frame, PAD);
}

/* Where a span does too little itself for its name, the first of its waits that is long enough says
 * it; TRACE_NO_INDEX: none does. */
static uint32_t wait_that_names(const struct viz_row_painter *rows, const struct viz_bar *span,
                                struct viz_columns seen, struct viz_columns own) {
    const struct viz_model *model = rows->painter->model;
    const struct viz_row *row = rows->row;
    int least = viz_px(rows->painter->frame, ROOM_LEAST);
    if (own.right - own.left >= least || own.right - own.left >= wanted_by(rows, span))
        return TRACE_NO_INDEX;
    double seen_ns = viz_time_at(rows->painter->frame, rows->painter->view, seen.left);
    uint32_t at = viz_bar_from(model, row->first_overlay, row->overlay_count,
                               (int64_t)fmax(seen_ns, (double)span->begin_ns));
    uint32_t end = row->first_overlay + row->overlay_count;
    end = end - at > WAITS_LOOKED_AT ? at + WAITS_LOOKED_AT : end;
    for (; at < end && model->bars[at].begin_ns < span->end_ns; at++) {
        int x0 = viz_column(rows->painter, (double)model->bars[at].begin_ns);
        int x1 = viz_column(rows->painter, (double)model->bars[at].end_ns);
        x0 = x0 > seen.left ? x0 : seen.left;
        if ((x1 < seen.right ? x1 : seen.right) - x0 >= least)
            return at;
    }
    return TRACE_NO_INDEX;
}

/* The part of a bar that its label may use; empty where a wait in it bears its name. */
static struct viz_rect label_room(const struct viz_row_painter *rows, const struct viz_bar *bar,
                                  struct viz_rect rect) {
    struct viz_columns piece = seen_of(rows, rect);
    int wanted = wanted_by(rows, bar);
    if (viz_is_stuck(rows->painter, bar))
        piece = beside_rings(rows, piece, wanted);
    if (bar->look == VIZ_LOOK_SPAN) {
        struct viz_columns own = own_piece(rows, bar, piece, wanted);
        if (wait_that_names(rows, bar, piece, own) != TRACE_NO_INDEX)
            own.right = own.left;
        piece = own;
    }
    return (struct viz_rect){piece.left, rect.y, piece.right - piece.left, rect.h};
}

/* The span that a wait is in; NULL: none. */
static const struct viz_bar *span_around(const struct viz_row_painter *rows,
                                         const struct viz_bar *wait) {
    const struct viz_model *model = rows->painter->model;
    const struct viz_row *row = rows->row;
    uint32_t index = (uint32_t)(wait - model->bars);
    if (index < row->first_overlay || index >= row->first_overlay + row->overlay_count)
        return NULL;
    uint32_t at = viz_bar_from(model, row->first_bar, row->bar_count, wait->end_ns);
    bool around = at < row->first_bar + row->bar_count &&
                  model->bars[at].begin_ns <= wait->begin_ns &&
                  model->bars[at].look == VIZ_LOOK_SPAN;
    return around ? &model->bars[at] : NULL;
}

/* The span whose name a wait has to say; NULL: none. */
static const struct viz_bar *span_named_by(const struct viz_row_painter *rows,
                                           const struct viz_bar *wait) {
    const struct viz_bar *span = span_around(rows, wait);
    if (span == NULL)
        return NULL;
    int x0 = viz_column(rows->painter, (double)span->begin_ns);
    int x1 = viz_column(rows->painter, (double)span->end_ns);
    struct viz_columns seen = seen_of(rows, (struct viz_rect){x0, 0, x1 - x0, 0});
    struct viz_columns own = own_piece(rows, span, seen, wanted_by(rows, span));
    uint32_t at = wait_that_names(rows, span, seen, own);
    return at == (uint32_t)(wait - rows->painter->model->bars) ? span : NULL;
}

/* The room that the sign of a task's end takes behind its last bar. */
static int sign_room(const struct viz_row_painter *rows, const struct viz_bar *bar) {
    const struct viz_model *model = rows->painter->model;
    const struct viz_lane *lane = &model->lanes[rows->row->lane];
    uint8_t outcome = model->trace->tracks[lane->track].outcome;
    bool signs = outcome == TRACE_OUTCOME_FAILED || outcome == TRACE_OUTCOME_CANCELLED;
    return signs && bar->end_ns == lane->end_ns ? viz_px(rows->painter->frame, SIGN) : 0;
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
    int pad = viz_px(frame, PAD);
    int right = rect.x + rect.w, left = right + pad + sign_room(rows, bar);
    if (rect.x + rect.w < rows->left || bar->look == VIZ_LOOK_RUN)
        return false; /* behind turns in a row it would be read as the name of all of them */
    char text[256];
    int width = shorten(rows, bar, room - left - pad, text, sizeof text);
    bool enough = strcmp(text, name) == 0 || width >= viz_px(frame, 60);
    if (width <= inside || !enough)
        return false;
    /* The life line makes way for it. */
    bool meant = painter->lane == rows->row->lane;
    struct viz_rect ground = {left - viz_px(frame, 3), rect.y + rect.h / 2 - height / 2,
                              width + viz_px(frame, 6), height};
    if (!viz_is_crossed(painter, &ground)) {
        ground.y = rect.y + rect.h / 2 - viz_px(frame, 2);
        ground.h = viz_px(frame, 4);
    }
    viz_fill(painter->scene, meant ? VIZ_HIGHLIGHT : VIZ_BACKGROUND, ground);
    viz_text(painter->scene, font, bar->look == VIZ_LOOK_SPAN ? VIZ_TEXT : VIZ_MUTED, left,
             rect.y + rect.h / 2 - height / 2, text);
    rows->named = left + width;
    return true;
}

/* The name of a wait's span, and, where it has room, of the wait. */
static int name_span_and_wait(const struct viz_row_painter *rows, const struct label *label,
                              const struct viz_bar *span, int inside, char *out, size_t size) {
    const struct viz_measure *measure = rows->painter->measure;
    const struct viz_model *model = rows->painter->model;
    char both[256];
    (void)snprintf(both, sizeof both, "%.100s" BETWEEN "%.100s", viz_bar_name(model, span),
                   viz_bar_name(model, label->bar));
    int width = viz_elide(measure, label->font, both, inside, true, out, size);
    if (strcmp(out, both) == 0)
        return width;
    return viz_elide(measure, label->font, viz_bar_name(model, span), inside, true, out, size);
}

bool viz_has_label_room(const struct viz_row_painter *rows) {
    const struct viz_painter *painter = rows->painter;
    return viz_line_height(painter, VIZ_FONT_SMALL) <= rows->height + viz_px(painter->frame, 2);
}

void viz_paint_label(struct viz_row_painter *rows, const struct viz_bar *bar, struct viz_rect rect,
                     int room) {
    struct viz_painter *painter = rows->painter;
    const struct viz_frame *frame = painter->frame;
    int pad = viz_px(frame, PAD);
    if (rect.w <= 2 * pad && room - (rect.x + rect.w) <= 2 * pad)
        return; /* for no letter, inside or beside: most of very many bars */
    struct label label = {.bar = bar, .font = font_of(rows, bar)};
    int height = viz_line_height(painter, label.font);
    const char *name = bar->look == VIZ_LOOK_READY ? "" : viz_bar_name(painter->model, bar);
    if (name[0] == '\0' || height > rows->height + viz_px(frame, 2))
        return;
    const struct viz_bar *span = span_named_by(rows, bar);
    label.rect = label_room(rows, bar, rect);
    label.plate = bar->look == VIZ_LOOK_WAIT;
    char text[256];
    int inside = height <= rect.h + viz_px(frame, 2) ? label.rect.w - 2 * pad : 0;
    label.width = span != NULL ? name_span_and_wait(rows, &label, span, inside, text, sizeof text)
                               : shorten(rows, bar, inside, text, sizeof text);
    label.text = text;
    bool good = span != NULL || strcmp(text, name) == 0 || label.width >= viz_px(frame, 90);
    if (label.width > 0 && good)
        label_inside(rows, &label);
    else if (!label_beside(rows, bar, rect, room, label.width) && label.width > 0)
        label_inside(rows, &label);
}

/* "ValueError: out of stock": what is told of a task's lane where it ends; false: nothing. */
static bool write_failure(const struct viz_row_painter *rows, size_t *instant, char *out,
                          size_t size) {
    const struct viz_model *model = rows->painter->model;
    const struct trace_model *trace = model->trace;
    const struct viz_lane *lane = &model->lanes[rows->row->lane];
    char message[160];
    size_t end;
    for (size_t at = viz_mark_from(model, rows->row->lane, (double)lane->end_ns, &end); at < end;
         at++) {
        const struct trace_instant *told = &trace->instants[model->marks[at]];
        if (told->category != TRACE_CATEGORY_ERROR)
            continue;
        bool said = trace_arg_text(trace, told->args, "message", message, sizeof message) &&
                    message[0] != '\0';
        (void)snprintf(out, size, "%.80s%s%s", trace_text(trace, told->name), said ? ": " : "",
                       said ? message : "");
        *instant = model->marks[at];
        return true;
    }
    return false;
}

void viz_paint_failure(struct viz_row_painter *rows) {
    const struct viz_painter *painter = rows->painter;
    const struct viz_frame *frame = painter->frame;
    const struct viz_lane *lane = &painter->model->lanes[rows->row->lane];
    int height = viz_line_height(painter, VIZ_FONT_SMALL), pad = viz_px(frame, PAD);
    int end = viz_column(painter, (double)lane->end_ns);
    int left = end + viz_px(frame, PAD + SIGN);
    size_t instant;
    char text[256];
    left = rows->named > end ? rows->named + 2 * pad : left;
    if (painter->model->trace->tracks[lane->track].outcome != TRACE_OUTCOME_FAILED ||
        end < rows->left || height > rows->height + viz_px(frame, 2) ||
        rows->right - left - pad < viz_px(frame, ROOM_LEAST) ||
        !write_failure(rows, &instant, text, sizeof text))
        return;
    struct viz_rect bar = viz_bar_rect(painter, rows->place, left, rows->right - pad);
    viz_shows(painter->scene, VIZ_ID_INSTANT, instant);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_ALERT, left, bar.y + bar.h / 2, bar.w, text);
}
