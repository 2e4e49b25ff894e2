/* The panel at the right: its tabs, and its blocks broken into lines. What is measured is what is
 * painted: the same walk does both, with a pen that is up or down. */
#include "layout_side.h"

#include "painter.h"
#include "tabs.h"

#include <string.h>

#define PAD 14
#define TABS 34
#define NAME_PART 0.34
#define NAME_MOST 110

/* Where the next letter goes. */
struct pen {
    const struct viz_measure *measure;
    const struct viz_frame *frame;
    const struct viz_panel *panel;
    struct viz_scene *scene; /* NULL: it is up */
    enum viz_font font;
    int role;
    int left, right; /* of the block at hand */
    int x, y;
    int behind; /* of the next piece, what may not begin a line */
};

static int line_height(const struct pen *pen) {
    return pen->measure->types[pen->font].height + viz_px(pen->frame, 3);
}

static int width_of(const struct pen *pen, const char *text, size_t length) {
    return pen->measure->width(pen->measure->context, pen->font, text, length);
}

/* --- Lines ---------------------------------------------------------------------------------- */

/* As much of a text as a line may have: more is not measured, as often as a long name has lines. */
enum { LINE_MOST = 511 };

static bool begins_letter(const char *text, size_t i) {
    return ((unsigned char)text[i] & 0xC0) != 0x80;
}

/* As many whole letters as fit into the room, which all of the text does not. */
static size_t letters_fitting(const struct pen *pen, const char *text, size_t length, int room) {
    size_t fits = 0, beyond = length;
    while (beyond - fits > 1) {
        size_t middle = fits + (beyond - fits) / 2, end = middle;
        while (end < beyond && !begins_letter(text, end))
            end++;
        if (end < beyond && width_of(pen, text, end) <= room)
            fits = end;
        else
            beyond = middle;
    }
    return fits;
}

/* Whether a space stands between a number and its unit, which stay together. */
static bool is_before_unit(const char *text, size_t length, size_t space) {
    static const char *const units[] = {"ns", "\xC2\xB5s", "ms", "s", "min", "h", "d", "%"};
    if (space == 0 || text[space - 1] < '0' || text[space - 1] > '9')
        return false;
    size_t end = space + 1;
    while (end < length && strchr(" ,;:.)", text[end]) == NULL)
        end++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i]) == end - space - 1 &&
            memcmp(units[i], text + space + 1, end - space - 1) == 0)
            return true;
    return false;
}

/* How much of a text fits between the pen and the right: whole words; a part of a word only where
 * that is the first of its line. 0: nothing, on to the next line. */
static size_t fitting(const struct pen *pen, const char *text, size_t length) {
    int room = pen->right - pen->x;
    if (length > LINE_MOST) {
        length = LINE_MOST;
        while (length > 1 && !begins_letter(text, length))
            length--;
    }
    int width = width_of(pen, text, length);
    if (width <= room && (width + pen->behind <= room || pen->x == pen->left))
        return length;
    size_t fits = 0;
    for (size_t i = 1; i < length; i++)
        if (text[i] == ' ' && !is_before_unit(text, length, i) && width_of(pen, text, i) <= room)
            fits = i;
    if (fits == 0 && pen->x == pen->left)
        fits = letters_fitting(pen, text, length, room);
    return fits == 0 && pen->x == pen->left ? length : fits;
}

static void write_part(struct pen *pen, const struct viz_piece *piece, const char *text,
                       size_t length) {
    char copy[LINE_MOST + 1];
    int width = width_of(pen, text, length);
    if (length >= sizeof copy)
        length = sizeof copy - 1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (pen->scene != NULL) {
        struct viz_rect under = {pen->x, pen->y + pen->measure->types[pen->font].height, width, 1};
        if (piece->link != 0)
            viz_shows(pen->scene, VIZ_ID_LINK, piece->link - 1);
        viz_text(pen->scene, pen->font, piece->link != 0 ? VIZ_STRIP : pen->role, pen->x, pen->y,
                 copy);
        if (piece->emphasised)
            viz_fill(pen->scene, VIZ_ACCENT, under);
        viz_shows(pen->scene, VIZ_ID_PANEL, 0);
    }
    pen->x += width;
}

static void write_piece(struct pen *pen, const struct viz_piece *piece) {
    const char *text = pen->panel->text.data + piece->text;
    size_t length = piece->length;
    while (length > 0) {
        if (pen->x == pen->left)
            for (; length > 0 && *text == ' '; text++)
                length--;
        size_t part = fitting(pen, text, length);
        write_part(pen, piece, text, part);
        text += part;
        length -= part;
        if (length > 0) {
            pen->x = pen->left;
            pen->y += line_height(pen);
        }
    }
}

/* --- Blocks --------------------------------------------------------------------------------- */

static void end_block(struct pen *pen, int left, double gap) {
    pen->y += line_height(pen) + viz_px(pen->frame, gap);
    pen->left = pen->x = left;
}

static void write_chip(struct pen *pen, const struct viz_piece *piece) {
    const struct viz_frame *frame = pen->frame;
    pen->font = VIZ_FONT_SMALL;
    int pad = viz_px(frame, 7);
    int width = width_of(pen, pen->panel->text.data + piece->text, piece->length) + 2 * pad;
    int height = pen->measure->types[VIZ_FONT_SMALL].height + viz_px(frame, 4);
    if (pen->scene != NULL)
        viz_stroke(pen->scene, VIZ_MUTED, 255, height / 2, viz_px(frame, 1),
                   (struct viz_rect){pen->x, pen->y - viz_px(frame, 1), width, height});
    struct pen inside = *pen;
    inside.x = inside.left = pen->x + pad;
    inside.y += viz_px(frame, 1);
    inside.role = VIZ_MUTED;
    write_piece(&inside, piece);
    pen->x += width + viz_px(frame, 8);
}

/* A comma stays with the word before it. */
static int sign_of(const struct pen *pen, const struct viz_piece *piece) {
    const char *text = pen->panel->text.data + piece->text;
    return piece->length > 0 && strchr(",;:.)", text[0]) != NULL ? width_of(pen, text, 1) : 0;
}

static void write_pieces(struct pen *pen, const struct viz_block *block, uint32_t from) {
    const struct viz_piece *pieces = &pen->panel->pieces[block->first_piece];
    for (uint32_t i = from; i < block->piece_count; i++) {
        pen->behind = i + 1 < block->piece_count ? sign_of(pen, &pieces[i + 1]) : 0;
        write_piece(pen, &pieces[i]);
    }
    pen->behind = 0;
}

static void write_row(struct pen *pen, const struct viz_block *block) {
    const struct viz_piece *name = &pen->panel->pieces[block->first_piece];
    int most = viz_px(pen->frame, NAME_MOST);
    int part = (int)((pen->right - pen->left) * NAME_PART);
    int names = part < most ? part : most;
    struct pen beside = *pen;
    if (name->length > 0) {
        beside.right = pen->left + names - viz_px(pen->frame, 6);
        beside.role = VIZ_MUTED;
        write_piece(&beside, name);
        pen->left = pen->x = pen->left + names;
    }
    write_pieces(pen, block, 1);
    if (name->length > 0 && beside.y > pen->y)
        pen->y = beside.y;
}

static void write_block(struct pen *pen, const struct viz_block *block) {
    int left = pen->left;
    pen->font = VIZ_FONT_SMALL;
    pen->role = VIZ_TEXT;
    if (block->piece_count == 0)
        return;
    switch ((enum viz_block_kind)block->kind) {
    case VIZ_BLOCK_TITLE:
        write_chip(pen, &pen->panel->pieces[block->first_piece]);
        pen->font = VIZ_FONT_NAME;
        write_pieces(pen, block, 1);
        end_block(pen, left, 6);
        break;
    case VIZ_BLOCK_SECTION:
        pen->y += viz_px(pen->frame, 8);
        pen->role = VIZ_MUTED;
        write_pieces(pen, block, 0);
        end_block(pen, left, 2);
        break;
    case VIZ_BLOCK_ROW:
        write_row(pen, block);
        end_block(pen, left, 0);
        break;
    case VIZ_BLOCK_ITEM:
        pen->left = pen->x = left + viz_px(pen->frame, 10);
        write_pieces(pen, block, 0);
        end_block(pen, left, 4);
        break;
    case VIZ_BLOCK_TEXT:
        write_pieces(pen, block, 0);
        end_block(pen, left, 6);
        break;
    }
}

static struct viz_rect body_of(const struct viz_frame *frame) {
    struct viz_rect body = frame->panel;
    int tabs = viz_px(frame, TABS);
    body.y += tabs;
    body.h = body.h > tabs ? body.h - tabs : 0;
    return body;
}

/* From the top down, `scene` NULL: to know how high it is. */
static int write_blocks(const struct viz_frame *frame, const struct viz_measure *measure,
                        const struct viz_panel *panel, struct viz_scene *scene, int top) {
    const struct viz_rect *at = &frame->panel;
    int pad = viz_px(frame, PAD);
    struct pen pen = {.measure = measure,
                      .frame = frame,
                      .panel = panel,
                      .scene = scene,
                      .left = at->x + pad,
                      .right = at->x + at->w - pad,
                      .x = at->x + pad,
                      .y = top + viz_px(frame, 10)};
    for (size_t i = 0; i < panel->block_count; i++)
        write_block(&pen, &panel->blocks[i]);
    return pen.y - top;
}

int viz_panel_overflow(const struct viz_frame *frame, const struct viz_measure *measure,
                       const struct viz_panel *panel) {
    int height = write_blocks(frame, measure, panel, NULL, 0) + viz_px(frame, PAD);
    int room = body_of(frame).h;
    return height > room ? height - room : 0;
}

/* --- The whole ------------------------------------------------------------------------------ */

static void paint_tabs(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->panel;
    int height = viz_px(frame, TABS);
    int x = at->x + viz_px(frame, PAD);
    for (int i = 0; i < viz_tab_count; i++) {
        bool open = i == painter->ui->tab;
        int width = viz_text_width(painter, VIZ_FONT_SMALL, viz_tabs[i].name);
        viz_shows(painter->scene, VIZ_ID_TAB, (size_t)i);
        viz_fill_alpha(
            painter->scene, VIZ_ACCENT, open ? 255 : 0,
            (struct viz_rect){x, at->y + height - viz_px(frame, 2), width, viz_px(frame, 2)});
        viz_text_in(painter, VIZ_FONT_SMALL, open ? VIZ_TEXT : VIZ_MUTED, x, at->y + height / 2,
                    width, viz_tabs[i].name);
        x += width + viz_px(frame, 18);
    }
    viz_shows(painter->scene, VIZ_ID_PANEL, 0);
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){at->x, at->y + height - 1, at->w, 1});
}

void viz_paint_side(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->panel;
    if (at->w == 0)
        return;
    viz_shows(painter->scene, VIZ_ID_PANEL, 0);
    viz_fill(painter->scene, VIZ_PANEL, *at);
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){at->x, at->y, 1, at->h});
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){at->x, at->y, at->w, 1});
    paint_tabs(painter);
    struct viz_rect body = body_of(frame);
    viz_clip(painter->scene, &body);
    (void)write_blocks(frame, painter->measure, painter->ui->panel, painter->scene,
                       body.y - painter->ui->panel_scroll);
    viz_clip(painter->scene, NULL);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}
