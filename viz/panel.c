/* The text of the panel: it grows, and is emptied for the next without giving up its memory. */
#include "panel.h"

#include "base/memory.h"
#include "base/show.h"
#include "cadran.h"

#include <string.h>

void viz_panel_clear(struct viz_panel *panel) {
    panel->block_count = panel->piece_count = panel->link_count = 0;
    base_buffer_clear(&panel->text);
    panel->error = 0;
}

void viz_panel_free(struct viz_panel *panel) {
    base_free(panel->blocks);
    base_free(panel->pieces);
    base_free(panel->links);
    base_buffer_free(&panel->text);
    *panel = (struct viz_panel){0};
}

void viz_panel_open(struct viz_panel *panel, enum viz_block_kind kind) {
    if (!base_grow(&panel->blocks, &panel->block_capacity, panel->block_count,
                   sizeof *panel->blocks)) {
        panel->error = CAD_ENOMEM;
        return;
    }
    panel->blocks[panel->block_count++] =
        (struct viz_block){.kind = (uint8_t)kind, .first_piece = (uint32_t)panel->piece_count};
}

static void add_piece(struct viz_panel *panel, const char *text, size_t length,
                      struct viz_piece piece) {
    piece.text = (uint32_t)panel->text.length;
    if (panel->error != 0 || panel->block_count == 0)
        return;
    if (base_buffer_append_shown(&panel->text, text, length) != 0 ||
        !base_grow(&panel->pieces, &panel->piece_capacity, panel->piece_count,
                   sizeof *panel->pieces)) {
        panel->error = CAD_ENOMEM;
        return;
    }
    piece.length = (uint32_t)panel->text.length - piece.text;
    panel->pieces[panel->piece_count++] = piece;
    panel->blocks[panel->block_count - 1].piece_count++;
}

void viz_panel_say_bytes(struct viz_panel *panel, const char *text, size_t length) {
    add_piece(panel, text, length, (struct viz_piece){.link = 0});
}

void viz_panel_say(struct viz_panel *panel, const char *text) {
    viz_panel_say_bytes(panel, text, strlen(text));
}

void viz_panel_underline(struct viz_panel *panel) {
    if (panel->error == 0 && panel->piece_count > 0)
        panel->pieces[panel->piece_count - 1].emphasised = true;
}

void viz_panel_link_bytes(struct viz_panel *panel, const char *text, size_t length,
                          struct viz_link link) {
    if (!base_grow(&panel->links, &panel->link_capacity, panel->link_count, sizeof *panel->links)) {
        panel->error = CAD_ENOMEM;
        return;
    }
    panel->links[panel->link_count++] = link;
    add_piece(panel, text, length, (struct viz_piece){.link = (uint32_t)panel->link_count});
}

void viz_panel_link(struct viz_panel *panel, const char *text, struct viz_link link) {
    viz_panel_link_bytes(panel, text, strlen(text), link);
}

void viz_panel_title(struct viz_panel *panel, const char *chip, const char *title) {
    viz_panel_open(panel, VIZ_BLOCK_TITLE);
    viz_panel_say(panel, chip);
    viz_panel_say(panel, title);
}

void viz_panel_section(struct viz_panel *panel, const char *name) {
    viz_panel_open(panel, VIZ_BLOCK_SECTION);
    viz_panel_say(panel, name);
}

void viz_panel_row(struct viz_panel *panel, const char *name, const char *value) {
    viz_panel_open(panel, VIZ_BLOCK_ROW);
    viz_panel_say(panel, name);
    viz_panel_say(panel, value);
}

int viz_panel_copy(const struct viz_panel *panel, base_buffer *out) {
    int error = 0;
    for (size_t i = 0; i < panel->block_count && error == 0; i++) {
        const struct viz_block *block = &panel->blocks[i];
        bool apart = block->kind == VIZ_BLOCK_TITLE || block->kind == VIZ_BLOCK_ROW;
        for (uint32_t k = 0; k < block->piece_count && error == 0; k++) {
            const struct viz_piece *piece = &panel->pieces[block->first_piece + k];
            error = base_buffer_append(out, panel->text.data + piece->text, piece->length);
            if (error == 0 && k == 0 && apart)
                error = base_buffer_append(out, ": ", 2);
        }
        if (error == 0)
            error = base_buffer_append(out, "\n", 1);
    }
    return error;
}
