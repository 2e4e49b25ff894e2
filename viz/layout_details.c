/* What is under the pointer: the line through it, a tooltip; and the list of keys. */
#include "painter.h"

#include "describe.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int most(int a, int b) {
    return a > b ? a : b;
}

/* A panel above everything else, with the shadow of one line. */
static void paint_panel(const struct viz_painter *painter, struct viz_rect at) {
    const struct viz_frame *frame = painter->frame;
    int radius = viz_px(frame, 6);
    int shadow = viz_px(frame, 3);
    viz_round(painter->scene, VIZ_INK, 50, radius,
              (struct viz_rect){at.x - 1, at.y + shadow / 2, at.w + 2, at.h + shadow / 2 + 1});
    viz_round(painter->scene, VIZ_TIP, 255, radius, at);
    viz_stroke(painter->scene, VIZ_TIP_EDGE, 255, radius, viz_px(frame, 1), at);
}

static void paint_tip(struct viz_painter *painter, const struct viz_description *said, int x,
                      int y) {
    const struct viz_frame *frame = painter->frame;
    int pad = viz_px(frame, 12);
    int gap = viz_px(frame, 14);
    int widest = frame->width / 2 < viz_px(frame, 360) ? frame->width / 2 : viz_px(frame, 360);
    int head = viz_line_height(painter, VIZ_FONT_NAME) + viz_px(frame, 4);
    int line = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 3);
    int names = 0;
    int values = 0;
    for (int i = 0; i < said->count; i++) {
        names = most(names, viz_text_width(painter, VIZ_FONT_SMALL, said->facts[i].name));
        values = most(values, viz_text_width(painter, VIZ_FONT_SMALL, said->facts[i].value));
    }
    if (names == 0) { /* whole lines */
        gap = 0;
        widest = frame->width - 2 * pad - viz_px(frame, 8);
    }
    int title = viz_text_width(painter, VIZ_FONT_NAME, said->heading);
    int inner = most(title, names + gap + values);
    inner = inner < widest ? inner : widest;
    struct viz_rect at = {x + viz_px(frame, 14), y + viz_px(frame, 16), inner + 2 * pad,
                          head + said->count * line + 2 * pad - viz_px(frame, 4)};
    if (at.x + at.w > frame->width - viz_px(frame, 4))
        at.x = most(x - viz_px(frame, 14) - at.w, viz_px(frame, 4));
    if (at.y + at.h > frame->height - viz_px(frame, 4))
        at.y = most(frame->height - viz_px(frame, 4) - at.h, viz_px(frame, 4));
    paint_panel(painter, at);
    int top = at.y + pad;
    viz_text_in(painter, VIZ_FONT_NAME, VIZ_TEXT, at.x + pad,
                top + viz_line_height(painter, VIZ_FONT_NAME) / 2, inner, said->heading);
    top += head;
    for (int i = 0; i < said->count; i++, top += line) {
        int middle = top + line / 2;
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, at.x + pad, middle, names,
                    said->facts[i].name);
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_TEXT, at.x + pad + names + gap, middle,
                    inner - names - gap, said->facts[i].value);
    }
}

/* The line through the pointer, and its time on the axis; the stretch that is being marked. */
static void paint_cursor(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_ui *ui = painter->ui;
    int bottom = frame->lanes.y + frame->lanes.h;
    struct viz_rect area = {frame->lanes.x, frame->strip.y, frame->lanes.w,
                            bottom - frame->strip.y};
    int64_t time_ns = llround(viz_time_at(frame, painter->view, ui->x));
    char text[VIZ_TIME_SIZE];
    if (ui->ranging) {
        int x0 = viz_column(painter, fmin(ui->range_from_ns, ui->range_to_ns));
        int x1 = viz_column(painter, fmax(ui->range_from_ns, ui->range_to_ns));
        viz_clip(painter->scene, &area);
        viz_fill_alpha(painter->scene, VIZ_STRIP, 50,
                       (struct viz_rect){x0, area.y, x1 - x0, area.h});
        viz_fill(painter->scene, VIZ_STRIP, (struct viz_rect){x0, area.y, 1, area.h});
        viz_fill(painter->scene, VIZ_STRIP, (struct viz_rect){x1, area.y, 1, area.h});
        viz_clip(painter->scene, NULL);
        viz_format_duration(llround(fabs(ui->range_to_ns - ui->range_from_ns)), text);
    } else {
        /* No more digits than a pixel is worth. */
        double pixel_ns = painter->view->length_ns / frame->lanes.w;
        int64_t grain = 1;
        while ((double)grain * 10 <= pixel_ns)
            grain *= 10;
        viz_format_exact((time_ns + (time_ns < 0 ? -grain : grain) / 2) / grain * grain, text);
    }
    viz_fill_alpha(painter->scene, VIZ_ACCENT, 90, (struct viz_rect){ui->x, area.y, 1, area.h});
    int width = viz_text_width(painter, VIZ_FONT_SMALL, text) + viz_px(frame, 12);
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 4);
    int x = ui->x - width / 2;
    x = x + width > frame->width ? frame->width - width : most(x, frame->lanes.x);
    struct viz_rect flag = {x, frame->axis.y + (frame->axis.h - height) / 2, width, height};
    viz_round(painter->scene, VIZ_TIP, 255, viz_px(frame, 3), flag);
    viz_stroke(painter->scene, VIZ_TIP_EDGE, 255, viz_px(frame, 3), viz_px(frame, 1), flag);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_TEXT, VIZ_CENTRE, x + viz_px(frame, 6),
                     flag.y + viz_px(frame, 2), width - viz_px(frame, 12), text);
}

/* Lanes and counters fill the chart: there their details would be in the way. */
static bool is_told(const struct viz_painter *painter, struct viz_id id) {
    bool wide = id.kind == VIZ_ID_LANE || id.kind == VIZ_ID_COUNTER || id.kind == VIZ_ID_GROUP;
    return painter->ui->pointer && (!wide || painter->ui->x < painter->frame->lanes.x);
}

/* A mark says all of its note, which its flag may cut. */
static bool describe(const struct viz_painter *painter, struct viz_id id,
                     struct viz_description *said) {
    if (id.kind != VIZ_ID_BOOKMARK)
        return viz_describe_arranged(painter->model, painter->frame->arrangement, id, said);
    const struct viz_bookmark *bookmark = &painter->ui->bookmarks->list[id.index];
    *said = (struct viz_description){.count = 1};
    viz_copy_text(said->heading, sizeof said->heading,
                  bookmark->note[0] != '\0' ? bookmark->note : "a mark");
    viz_copy_text(said->facts[0].name, sizeof said->facts[0].name, "at");
    (void)viz_format_exact(bookmark->from_ns, said->facts[0].value);
    if (bookmark->to_ns == bookmark->from_ns)
        return true;
    viz_copy_text(said->facts[1].name, sizeof said->facts[1].name, "to");
    (void)viz_format_exact(bookmark->to_ns, said->facts[1].value);
    said->count = 2;
    return true;
}

void viz_paint_tooltip(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_ui *ui = painter->ui;
    bool over = ui->table == NULL && ui->pointer && ui->x >= frame->lanes.x &&
                ui->y >= frame->strip.y && ui->y < frame->lanes.y + frame->lanes.h &&
                !viz_contains(&frame->panel, ui->x, ui->y);
    if (over)
        paint_cursor(painter);
    if (ui->ranging)
        return;
    struct viz_description said;
    if (is_told(painter, ui->hover) && describe(painter, ui->hover, &said)) {
        paint_tip(painter, &said, ui->x, ui->y);
        return;
    }
    if (ui->panel != NULL || ui->selected.kind != VIZ_ID_BAR ||
        !viz_describe(painter->model, ui->selected, &said))
        return;
    const struct viz_bar *bar = &painter->model->bars[ui->selected.index];
    uint32_t row = viz_row_of_bar(painter->model, ui->selected.index);
    uint32_t place = viz_place_of_row(frame->arrangement, row);
    if (place == TRACE_NO_INDEX)
        return;
    int x = viz_column(painter, (double)bar->begin_ns);
    int y = (int)lround(viz_row_top(frame, painter->view, place + 1.0));
    bool seen = x < frame->width && viz_column(painter, (double)bar->end_ns) >= frame->lanes.x &&
                y > frame->lanes.y && y - frame->row_px < frame->lanes.y + frame->lanes.h;
    if (seen)
        paint_tip(painter, &said, most(x, frame->lanes.x), y - viz_px(frame, 12));
}

/* --- Keys --------------------------------------------------------------------------------- */

enum { HELP_LINE = 256 };

/* Widths: what to press, what is between, what that does. */
struct help_columns {
    int keys;
    int gap;
    int texts;
};

static struct help_columns measure_help(const struct viz_painter *painter) {
    const struct viz_help *help = painter->ui->help;
    struct help_columns columns = {.gap = viz_px(painter->frame, 24)};
    for (size_t i = 0; i < help->count; i++) {
        char inputs[VIZ_INPUTS_SIZE];
        const char *text;
        help->line(i, inputs, &text);
        columns.keys = most(columns.keys, viz_text_width(painter, VIZ_FONT_SMALL, inputs));
        columns.texts = most(columns.texts, viz_text_width(painter, VIZ_FONT_SMALL, text));
    }
    return columns;
}

/* How the list is laid out: columns of lines, side by side where one is too high. What is too wide
 * for its column goes on in the next line; is there no room for that, it is cut. */
struct help_place {
    int count;
    int width; /* of a column, without the room between them, */
    int keys;  /* of what to press in it, */
    int after; /* and where what that does begins */
    int lines; /* in one */
    int line;  /* the height of one */
    bool cut;  /* an entry is one line */
};

/* Columns that are narrower than that are hard to read. */
#define HELP_COLUMN_LEAST 340

/* As many whole words as fit, and at least one. */
static size_t words_fitting(const struct viz_painter *painter, const char *text, int width) {
    const struct viz_measure *measure = painter->measure;
    size_t length = strlen(text), fits = 0;
    for (size_t i = 1; i <= length; i++)
        if ((i == length || text[i] == ' ') &&
            (fits == 0 || measure->width(measure->context, VIZ_FONT_SMALL, text, i) <= width))
            fits = i;
    return fits;
}

/* The next line of a text, which goes on behind it. */
static const char *next_line(const struct viz_painter *painter, const char *text, int width,
                             char line[HELP_LINE]) {
    size_t part = words_fitting(painter, text, width);
    snprintf(line, HELP_LINE, "%.*s", (int)part, text);
    return text[part] == ' ' ? text + part + 1 : text + part;
}

static int count_lines(const struct viz_painter *painter, const char *text, int width) {
    char line[HELP_LINE];
    int count = 0;
    for (; *text != '\0'; count++)
        text = next_line(painter, text, width, line);
    return count;
}

static int lines_of_entry(const struct viz_painter *painter, const struct help_place *place,
                          size_t entry) {
    char inputs[VIZ_INPUTS_SIZE];
    const char *text;
    if (place->cut)
        return 1;
    painter->ui->help->line(entry, inputs, &text);
    return most(count_lines(painter, inputs, place->keys),
                count_lines(painter, text, place->width - place->after));
}

/* How many columns of so many lines the list takes; no entry goes on in another one. */
static int columns_taken(const struct viz_painter *painter, const struct help_place *place) {
    int columns = 1, used = 0;
    for (size_t i = 0; i < painter->ui->help->count; i++) {
        int lines = lines_of_entry(painter, place, i);
        columns += used + lines > place->lines && used > 0;
        used = used + lines > place->lines && used > 0 ? lines : used + lines;
    }
    return columns;
}

static void size_columns(struct help_place *place, const struct help_columns *columns, int wide) {
    int width = columns->keys + columns->gap + columns->texts;
    int share = wide / place->count - columns->gap;
    place->width = width < share ? width : share;
    place->keys = columns->keys < place->width / 3 ? columns->keys : place->width / 3;
    place->after = place->keys + columns->gap / 2;
}

/* As few columns as are high enough; where there is no room for these, lines closer together. */
static struct help_place place_help(const struct viz_painter *painter,
                                    const struct help_columns *columns, int room) {
    const struct viz_frame *frame = painter->frame;
    int wide = frame->width - viz_px(frame, 48);
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    int line = small + viz_px(frame, 6), least = small - viz_px(frame, 1);
    int fitting = most(wide / viz_px(frame, HELP_COLUMN_LEAST), 1);
    struct help_place place = {.line = line, .lines = most(room / line, 1)};
    do {
        place.count++;
        size_columns(&place, columns, wide);
    } while (place.count < fitting && columns_taken(painter, &place) > place.count);
    while (columns_taken(painter, &place) > place.count && !place.cut) {
        place.lines++;
        place.cut = place.lines * least > room;
    }
    if (place.cut)
        place.lines = ((int)painter->ui->help->count + place.count - 1) / place.count;
    place.line = line * place.lines <= room ? line : most(room / place.lines, least);
    return place;
}

static void paint_lines(struct viz_painter *painter, const struct help_place *place, int role,
                        int x, int y, int width, const char *text) {
    char line[HELP_LINE];
    for (y += place->line / 2; *text != '\0'; y += place->line) {
        text = next_line(painter, text, place->cut ? INT_MAX : width, line);
        viz_text_in(painter, VIZ_FONT_SMALL, role, x, y, width, line);
    }
}

static void paint_help_lines(struct viz_painter *painter, const struct help_columns *columns,
                             const struct help_place *place, int x, int y) {
    const struct viz_help *help = painter->ui->help;
    int used = 0;
    for (size_t i = 0; i < help->count; i++) {
        char inputs[VIZ_INPUTS_SIZE];
        const char *text;
        int lines = lines_of_entry(painter, place, i);
        if (used + lines > place->lines && used > 0) {
            x += place->width + columns->gap;
            used = 0;
        }
        int top = y + used * place->line;
        help->line(i, inputs, &text);
        viz_shows(painter->scene, VIZ_ID_ACTION, i);
        paint_lines(painter, place, VIZ_TEXT, x, top, place->keys, inputs);
        paint_lines(painter, place, VIZ_MUTED, x + place->after, top, place->width - place->after,
                    text);
        used += lines;
    }
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

void viz_paint_help(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    viz_fill_alpha(painter->scene, VIZ_BACKGROUND, 150,
                   (struct viz_rect){0, 0, frame->width, frame->height});
    struct help_columns columns = measure_help(painter);
    int pad = viz_px(frame, 20);
    int head = viz_line_height(painter, VIZ_FONT_VALUE) + viz_px(frame, 10);
    struct help_place place =
        place_help(painter, &columns, frame->height - viz_px(frame, 8) - head - 2 * pad);
    int width = place.count * (place.width + columns.gap) - columns.gap + 2 * pad;
    int height = head + place.lines * place.line + 2 * pad;
    struct viz_rect at = {(frame->width - width) / 2, most((frame->height - height) / 2, 0), width,
                          height};
    paint_panel(painter, at);
    viz_text(painter->scene, VIZ_FONT_VALUE, VIZ_TEXT, at.x + pad, at.y + pad, "Keys and mouse");
    paint_help_lines(painter, &columns, &place, at.x + pad, at.y + pad + head);
}
