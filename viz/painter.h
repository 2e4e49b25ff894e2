/* painter.h - private to the layout: what its parts share. */
#ifndef VIZ_PAINTER_H
#define VIZ_PAINTER_H

#include "layout.h"
#include "palette.h"

struct viz_painter {
    struct viz_scene *scene;
    const struct viz_model *model;
    const struct viz_view *view;
    const struct viz_frame *frame;
    const struct viz_ui *ui;
    const struct viz_measure *measure;
    struct viz_id meant;           /* what stands out: what is selected, else what is hovered */
    uint32_t lane;                 /* the lane of that; TRACE_NO_INDEX */
    const struct trace_state *now; /* of the run, at the playhead's event; NULL: there is none */
    bool ghost;                    /* what is painted is the old one of two runs */
    size_t wakes_shown;            /* arrows, of those in view that are worth one */
    size_t wakes_worth;
    bool wakes_uncounted;            /* there are more of these */
    const struct viz_trunks *trunks; /* while labels are painted: lines of the arrows below them */
};

/* The height of a line of a font. */
static inline int viz_line_height(const struct viz_painter *painter, enum viz_font font) {
    return painter->measure->types[font].height;
}

/* The column of a time, kept near the lanes' rectangle so that it fits an int. */
int viz_column(const struct viz_painter *painter, double time_ns);
/* The top of a row, in pixels, and the height of its bars; the room above and below is equal. */
double viz_row_top(const struct viz_frame *frame, const struct viz_view *view, double row);
int viz_bar_height(const struct viz_frame *frame);
/* The rectangle of a bar's full height in a place, between two columns. */
struct viz_rect viz_bar_rect(const struct viz_painter *painter, uint32_t place, int x0, int x1);
/* The place of a lane's first row; TRACE_NO_INDEX: it is not shown. */
static inline uint32_t viz_place_of_lane(const struct viz_painter *painter, uint32_t lane) {
    return viz_place_of_row(painter->frame->arrangement, painter->model->lanes[lane].first_row);
}
/* What of that rectangle a bar takes: a span all of it, what is less than work less. */
struct viz_rect viz_shape_of(const struct viz_painter *painter, const struct viz_bar *bar,
                             struct viz_rect rect);
int viz_text_width(const struct viz_painter *painter, enum viz_font font, const char *text);
/* A text whose middle is at height y, shortened to `width`; returns what it takes. */
int viz_text_in(const struct viz_painter *painter, enum viz_font font, int role, int x, int y,
                int width, const char *text);

/* Hatches a rectangle as waits are. */
void viz_paint_hatch(const struct viz_painter *painter, int role, int alpha, struct viz_rect at);

/* What a mark of an instant is painted with. */
int viz_mark_role(uint8_t category);

void viz_paint_ground(struct viz_painter *painter); /* layout_rows.c: below the grid, bars, */
void viz_paint_rows(struct viz_painter *painter);   /* and, above the wakes, their labels */
void viz_paint_labels(struct viz_painter *painter);
/* Rows so low are painted together, by viz_paint_dense(): they have no names, marks and labels. */
static inline bool viz_is_dense(const struct viz_frame *frame) {
    return frame->row_px < 2 * frame->scale;
}
void viz_paint_dense(struct viz_painter *painter); /* layout_dense.c */
void viz_paint_wakes(struct viz_painter *painter); /* layout_wakes.c */
/* layout_trunks.c: both, the labels above. Whether an arrow runs through where a label is to be. */
void viz_paint_wakes_and_labels(struct viz_painter *painter);
bool viz_is_crossed(const struct viz_painter *painter, const struct viz_rect *at);
void viz_paint_time(struct viz_painter *painter); /* layout_time.c: grid, axis, strip */
void viz_paint_strip(struct viz_painter *painter);
void viz_paint_axis(struct viz_painter *painter);
void viz_paint_names(struct viz_painter *painter); /* layout_panels.c */
void viz_paint_header(struct viz_painter *painter);
void viz_paint_footer(struct viz_painter *painter);
void viz_paint_minimap(struct viz_painter *painter);
void viz_paint_side(struct viz_painter *painter); /* layout_side.c */

/* layout_rows.c: the bars of a row of the model in a place of the picture. */
void viz_paint_bars_at(struct viz_painter *painter, uint32_t row, uint32_t place);

/* layout_pair.c: of two runs, the old one's bars, which go below all else; what moved, and else
 * differs; the line at the difference that is told of. */
void viz_paint_ghosts(struct viz_painter *painter);
/* From here on a bar of the old run is as pale as it is to be. */
void viz_fade_ghost(const struct viz_painter *painter, const struct viz_bar *bar);
void viz_paint_changes(struct viz_painter *painter);
void viz_paint_change_line(struct viz_painter *painter);
/* Of the sentence at that line, which stands at the top of the strip. */
int viz_flag_height(const struct viz_painter *painter);
/* layout_beside.c: of two runs, the signs of lanes, and names of those that the old one has alone.
 */
void viz_paint_gutter(struct viz_painter *painter);
/* Signs and what they mean, from a column on; returns where they end. */
int viz_paint_pair_legend(struct viz_painter *painter, int x, int middle, int right);
/* The old run's greatest value of what the strip shows; 0: there is none. */
double viz_old_strip_max(const struct viz_painter *painter);
void viz_paint_old_strip(struct viz_painter *painter, double most, int top, int bottom);
/* The header's words for two runs; the second returns the role of its text. */
void viz_write_pair_names(const struct viz_pair *pair, char *out, size_t size);
int viz_write_pair_chip(const struct viz_pair *pair, enum viz_differing differing, char *out,
                        size_t size);

/* layout_groups.c: the heads of groups, and what folded ones show of their lanes; the words on one
 * beside them. */
void viz_paint_groups(struct viz_painter *painter);
void viz_paint_group_name(struct viz_painter *painter, uint32_t place, int x, int y, int room);
void viz_paint_pins(struct viz_painter *painter); /* layout_pins.c */
/* layout_range.c: the range as a tint; marks, on the axis and on the map. */
void viz_paint_range(struct viz_painter *painter);
void viz_paint_bookmarks(struct viz_painter *painter);
void viz_paint_map_marks(struct viz_painter *painter, const struct viz_rect *map);
void viz_paint_chosen(struct viz_painter *painter); /* layout_chosen.c */
void viz_paint_rings(struct viz_painter *painter);  /* layout_ring.c */
/* The columns of the arrows of a deadlock's circles, by which labels would be covered; where there
 * are none both are the same. */
void viz_find_rings(const struct viz_painter *painter, int *from, int *to);
void viz_paint_way(struct viz_painter *painter);  /* layout_way.c */
void viz_paint_side(struct viz_painter *painter); /* layout_side.c */
/* layout_table.c: finds the table's place, once all else has its own, and brings what is in view of
 * it within its bounds; paints it. */
void viz_place_table(struct viz_frame *frame, struct viz_tabular *tabular);
void viz_paint_table(struct viz_painter *painter);
void viz_paint_objects(struct viz_painter *painter); /* layout_objects.c */
/* The height that rows of objects take of the lanes' room. */
int viz_objects_height(const struct viz_frame *frame, const struct viz_model *model, int room);
/* layout_states.c: whether it is known what a lane's task is doing where the playhead is; whether
 * it is there then; and that, at the right of the lane's name, and with `words` below it, too. */
bool viz_has_state(const struct viz_painter *painter, uint32_t lane);
bool viz_is_alive(const struct viz_painter *painter, uint32_t lane);
void viz_paint_state(const struct viz_painter *painter, uint32_t lane, struct viz_rect name,
                     bool words);
void viz_paint_notice(struct viz_painter *painter);   /* layout_notice.c */
void viz_paint_playhead(struct viz_painter *painter); /* layout_travel.c */
void viz_paint_instant(struct viz_painter *painter);
void viz_paint_tooltip(struct viz_painter *painter); /* layout_details.c */
void viz_paint_help(struct viz_painter *painter);
void viz_paint_search(struct viz_painter *painter); /* layout_search.c */

#endif
