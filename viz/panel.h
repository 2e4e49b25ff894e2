/* panel.h - what the panel at the right says: blocks of text, some of it links.
 *
 * Who has something to say writes it block by block, and knows neither widths nor fonts:
 *
 *     viz_panel_title(panel, "wait", "put window");
 *     viz_panel_open(panel, VIZ_BLOCK_TEXT);
 *     viz_panel_say(panel, "job5 woke it at ");
 *     viz_panel_link(panel, "1 s", (struct viz_link){.to = bar, .timed = true, .time_ns = t});
 *     viz_panel_section(panel, "Effects");
 *     viz_panel_row(panel, "took", "2 s");
 *
 * The layout breaks it into lines (layout_side.c). What is written by whom is a row of the table of
 * tabs (tabs.h).
 */
#ifndef VIZ_PANEL_H
#define VIZ_PANEL_H

#include "identity.h"

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum viz_block_kind {
    VIZ_BLOCK_TITLE,   /* the first piece is a chip, the rest the title behind it */
    VIZ_BLOCK_SECTION, /* a line of the second rank, with room above it */
    VIZ_BLOCK_TEXT,    /* a paragraph */
    VIZ_BLOCK_ITEM,    /* a paragraph of a list */
    VIZ_BLOCK_ROW,     /* the first piece is a name, the rest its value */
};

/* Where a link leads: what is then selected, and a moment that is then in view. */
struct viz_link {
    struct viz_id to; /* VIZ_ID_NOTHING: the selection stays */
    bool timed;
    int64_t time_ns; /* after the model's origin */
};

struct viz_piece {
    uint32_t text; /* into viz_panel.text */
    uint32_t length;
    uint32_t link;   /* into viz_panel.links, plus 1; 0: none */
    bool emphasised; /* what has just changed */
};

struct viz_block {
    uint8_t kind; /* enum viz_block_kind */
    uint32_t first_piece;
    uint32_t piece_count;
};

/* All zero: empty. */
struct viz_panel {
    struct viz_block *blocks;
    size_t block_count;
    struct viz_piece *pieces;
    size_t piece_count;
    struct viz_link *links;
    size_t link_count;
    base_buffer text;
    int error; /* 0; CAD_ENOMEM: what follows is missing */

    size_t block_capacity; /* private, as all below */
    size_t piece_capacity;
    size_t link_capacity;
};

/* Empties it, and keeps its memory. */
void viz_panel_clear(struct viz_panel *panel);
void viz_panel_free(struct viz_panel *panel);

/* Begins a block, to which the next pieces belong. */
void viz_panel_open(struct viz_panel *panel, enum viz_block_kind kind);
/* Add a piece. Its text is shown, never obeyed, and stays one line (base/show.h). */
void viz_panel_say(struct viz_panel *panel, const char *text);
void viz_panel_say_bytes(struct viz_panel *panel, const char *text, size_t length);
/* The last piece is what has just changed. */
void viz_panel_underline(struct viz_panel *panel);
void viz_panel_link(struct viz_panel *panel, const char *text, struct viz_link link);
void viz_panel_link_bytes(struct viz_panel *panel, const char *text, size_t length,
                          struct viz_link link);

/* Whole blocks. */
void viz_panel_title(struct viz_panel *panel, const char *chip, const char *title);
void viz_panel_section(struct viz_panel *panel, const char *name);
void viz_panel_row(struct viz_panel *panel, const char *name, const char *value);

/* Appends all of it as plain text, a block a line. 0 or CAD_ENOMEM. */
int viz_panel_copy(const struct viz_panel *panel, base_buffer *out);

#endif
