/* What is around the lanes: header, names, minimap, footer. */
#include "painter.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INDENT 14 /* of lanes in a group */

static int margin_of(const struct viz_frame *frame) {
    return viz_px(frame, frame->compact ? 10 : 16);
}

/* --- Header ------------------------------------------------------------------------------- */

static bool went_well(const char *outcome) {
    return strcmp(outcome, "complete") == 0 || strcmp(outcome, "stopped") == 0 ||
           strcmp(outcome, "interrupted") == 0;
}

/* A word in a frame; returns its width. */
static int paint_chip(struct viz_painter *painter, int role, int x, int middle, const char *text) {
    const struct viz_frame *frame = painter->frame;
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 4);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, text) + viz_px(frame, 16);
    struct viz_rect at = {x, middle - height / 2, width, height};
    viz_stroke(painter->scene, role, 255, height / 2, viz_px(frame, 1), at);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, role, VIZ_CENTRE, x + viz_px(frame, 8),
                     at.y + viz_px(frame, 2), width - viz_px(frame, 16), text);
    return width;
}

/* A figure under its name, aligned at the right; returns its width. */
static int paint_figure(struct viz_painter *painter, int right, const char *name,
                        const char *value) {
    const struct viz_frame *frame = painter->frame;
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    int large = viz_line_height(painter, VIZ_FONT_VALUE);
    int name_width = viz_text_width(painter, VIZ_FONT_SMALL, name);
    int value_width = viz_text_width(painter, VIZ_FONT_VALUE, value);
    int width = name_width > value_width ? name_width : value_width;
    int gap = viz_px(frame, 1);
    int top = (frame->header.h - small - gap - large) / 2;
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_MUTED, VIZ_RIGHT, 0, top, right, name);
    viz_text_aligned(painter->scene, VIZ_FONT_VALUE, VIZ_TEXT, VIZ_RIGHT, 0, top + small + gap,
                     right, value);
    return width;
}

enum { FIGURE_SIZE = 2 * VIZ_TIME_SIZE + 8, FIGURES = 4 };

/* Makespan, most at work, tasks or lanes, events. */
static void write_figures(const struct viz_model *model, char values[FIGURES][FIGURE_SIZE]) {
    viz_format_duration(model->end_ns, values[0]);
    viz_format_count((uint64_t)model->at_work.max, values[1]);
    viz_format_count(model->task_count > 0 ? model->task_count : model->lane_count, values[2]);
    viz_format_count(model->trace->event_count, values[3]);
}

/* Of two runs what each figure was, and what it is. */
static void write_both_figures(const struct viz_pair *pair, char values[FIGURES][FIGURE_SIZE]) {
    char before[FIGURES][FIGURE_SIZE];
    write_figures(pair->models[CMP_A], before);
    write_figures(pair->models[CMP_B], values);
    for (int i = 0; i < FIGURES; i++) {
        char now[VIZ_TIME_SIZE];
        viz_copy_text(now, sizeof now, values[i]);
        if (strcmp(before[i], now) != 0)
            snprintf(values[i], FIGURE_SIZE, "%.60s \xE2\x86\x92 %s", before[i], now);
    }
}

/* The figures, the most telling one at the right; returns the column where they begin. */
static int paint_figures(struct viz_painter *painter, int left, int right) {
    const struct viz_model *model = painter->model;
    const struct viz_frame *frame = painter->frame;
    const struct {
        const char *name;
        bool shown;
    } figures[FIGURES] = {{model->deadlocked ? "Still since" : "Makespan", true},
                          {"Most at work", model->trace->open_spans != TRACE_NO_INDEX},
                          {model->task_count > 0 ? "Tasks" : "Lanes", true},
                          {"Events", true}};
    char values[FIGURES][FIGURE_SIZE];
    if (model->pair != NULL)
        write_both_figures(model->pair, values);
    else
        write_figures(model, values);
    for (int i = 0; i < FIGURES; i++) {
        if (!figures[i].shown)
            continue;
        int name = viz_text_width(painter, VIZ_FONT_SMALL, figures[i].name);
        int value = viz_text_width(painter, VIZ_FONT_VALUE, values[i]);
        int width = name > value ? name : value;
        if (right - width < left)
            break;
        paint_figure(painter, right, figures[i].name, values[i]);
        right -= width + viz_px(frame, frame->compact ? 16 : 28);
    }
    return right;
}

/* The line below the title. */
static void write_subtitle(const struct viz_model *model, char *out, size_t size) {
    const struct trace_model *trace = model->trace;
    if (model->pair != NULL) {
        viz_write_pair_names(model->pair, out, size);
        return;
    }
    if (trace->version == 0) {
        snprintf(out, size, "Trace Event file");
        return;
    }
    const char *clock = trace_text(trace, trace->clock);
    snprintf(out, size, "%.32s clock  \xC2\xB7  seed %" PRId64,
             clock[0] != '\0' ? clock : "unknown", trace->seed);
    out[0] = (char)(out[0] >= 'a' && out[0] <= 'z' ? out[0] - 'a' + 'A' : out[0]);
}

/* And behind it the run in a line; that alone where both have no room: which clock it was, pointing
 * at the title says, too. */
static void paint_subtitle(struct viz_painter *painter, int left, int right, int middle) {
    const char *headline = painter->ui->headline;
    int gap = viz_px(painter->frame, 24), least = viz_px(painter->frame, 160);
    char text[256];
    write_subtitle(painter->model, text, sizeof text);
    int behind = viz_text_width(painter, VIZ_FONT_BODY, text) + gap;
    bool shown = headline != NULL && right - left >= least;
    bool both = shown && right - left - behind >= viz_text_width(painter, VIZ_FONT_BODY, headline);
    if (!shown || both)
        viz_text_in(painter, VIZ_FONT_BODY, VIZ_MUTED, left, middle, right - left, text);
    left += both ? behind : 0;
    if (shown)
        viz_text_in(painter, VIZ_FONT_BODY, VIZ_TEXT, left, middle, right - left, headline);
}

static void paint_title(struct viz_painter *painter, int left, int right, int middle) {
    const struct viz_model *model = painter->model;
    const struct viz_frame *frame = painter->frame;
    const char *outcome = trace_text(model->trace, model->trace->outcome);
    const char *chip = !model->trace->complete ? "cut short" : outcome;
    int role =
        model->trace->complete && (went_well(chip) || chip[0] == '\0') ? VIZ_MUTED : VIZ_ALERT;
    char differences[64];
    if (model->pair != NULL) {
        role = viz_write_pair_chip(model->pair, painter->ui->differing, differences,
                                   sizeof differences);
        chip = differences;
    }
    int chip_room =
        chip[0] != '\0' ? viz_text_width(painter, VIZ_FONT_SMALL, chip) + viz_px(frame, 28) : 0;
    char title[256];
    int width = viz_elide(painter->measure, VIZ_FONT_TITLE, viz_model_title(model),
                          right - left - chip_room, false, title, sizeof title);
    viz_text(painter->scene, VIZ_FONT_TITLE, VIZ_TEXT, left,
             middle - viz_line_height(painter, VIZ_FONT_TITLE) / 2, title);
    if (chip_room > 0 && left + width + chip_room <= right + viz_px(frame, 2))
        paint_chip(painter, role, left + width + viz_px(frame, 12), middle, chip);
}

/* What of the header's width is not for figures: the title's, and, up to two thirds, that of the
 * run in a line, which says more than how many events there were. */
static int words_width(const struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const char *headline = painter->ui->headline;
    int title = viz_text_width(painter, VIZ_FONT_TITLE, viz_model_title(painter->model));
    int most = (frame->header.w - 2 * margin_of(frame)) / 2;
    title = (title < most ? title : most) + viz_px(frame, frame->compact ? 16 : 130);
    if (headline == NULL || frame->compact)
        return title;
    int line = viz_text_width(painter, VIZ_FONT_BODY, headline) + viz_px(frame, 28);
    int two_thirds = frame->header.w * 2 / 3;
    line = line < two_thirds ? line : two_thirds;
    return line > title ? line : title;
}

void viz_paint_header(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->header;
    if (at->h == 0)
        return;
    viz_fill(painter->scene, VIZ_PANEL, *at);
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){0, at->h - 1, at->w, 1});
    viz_shows(painter->scene, VIZ_ID_TRACE, 0);
    int margin = margin_of(frame);
    int right = paint_figures(painter, margin + words_width(painter), at->w - margin);
    int title = viz_line_height(painter, VIZ_FONT_TITLE);
    int body = viz_line_height(painter, VIZ_FONT_BODY);
    bool both = at->h >= title + body + viz_px(frame, 10);
    int middle = both ? (at->h - body - viz_px(frame, 2)) / 2 : at->h / 2;
    paint_title(painter, margin, right, middle);
    if (both)
        paint_subtitle(painter, margin, right, middle + title / 2 + viz_px(frame, 2) + body / 2);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

/* --- Names -------------------------------------------------------------------------------- */

/* A place has a name where a lane begins in it, or a group. */
static bool has_name(const struct viz_painter *painter, uint32_t place) {
    const struct viz_model *model = painter->model;
    struct viz_slot slot = viz_slot_at(painter->frame->arrangement, place);
    return slot.group != VIZ_NO_GROUP ||
           slot.row == model->lanes[model->rows[slot.row].lane].first_row;
}

struct name_painter {
    struct viz_painter *painter;
    int height; /* of a name */
    int margin;
    int room;
    bool low; /* names of low rows are left out where they would touch, or not be seen whole */
};

static int top_of_name(const struct name_painter *names, uint32_t place) {
    const struct viz_frame *frame = names->painter->frame;
    double top = viz_row_top(frame, names->painter->view, place);
    int y = (int)lround(top + (frame->row_px - names->height) / 2);
    return names->low && place == 0 && y < frame->names.y ? frame->names.y : y;
}

/* Whether a lane stands in a group, whose name is further left. */
static int indent_of(const struct viz_painter *painter, uint32_t lane) {
    const struct viz_arrangement *arrangement = painter->frame->arrangement;
    bool member = arrangement != NULL && arrangement->group_of[lane] != VIZ_NO_GROUP;
    return member ? viz_px(painter->frame, INDENT) : 0;
}

/* With what the task is doing where the playhead is: below it, where the row is high enough. */
static void paint_name(const struct name_painter *names, uint32_t lane, int y) {
    struct viz_painter *painter = names->painter;
    const struct viz_frame *frame = painter->frame;
    char name[256];
    char shown[256];
    int indent = indent_of(painter, lane);
    struct viz_rect at = {names->margin + indent, y, names->room - indent, names->height};
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    bool state = viz_has_state(painter, lane);
    bool words = state && frame->row_px >= names->height + small + viz_px(frame, 2);
    at.y -= words ? small / 2 : 0;
    viz_lane_name(painter->model, lane, name, sizeof name);
    viz_shows(painter->scene, VIZ_ID_LANE, lane);
    if (state)
        viz_paint_state(painter, lane, at, words);
    viz_elide(painter->measure, VIZ_FONT_NAME, name, at.w - (state ? viz_px(frame, 13) : 0), true,
              shown, sizeof shown);
    viz_text(painter->scene, VIZ_FONT_NAME, viz_is_alive(painter, lane) ? VIZ_TEXT : VIZ_MUTED,
             at.x, at.y, shown);
}

/* The place of the lane that is meant, if it has one of its own; TRACE_NO_INDEX. */
static uint32_t meant_place(const struct viz_painter *painter) {
    const struct viz_arrangement *arrangement = painter->frame->arrangement;
    uint32_t place = painter->lane != TRACE_NO_INDEX ? viz_place_of_lane(painter, painter->lane)
                                                     : TRACE_NO_INDEX;
    bool own = place != TRACE_NO_INDEX && viz_slot_at(arrangement, place).group == VIZ_NO_GROUP;
    return own ? place : TRACE_NO_INDEX;
}

static bool is_head(const struct viz_painter *painter, uint32_t place) {
    return viz_slot_at(painter->frame->arrangement, place).group != VIZ_NO_GROUP;
}

/* Where the name of the next head behind a place stands. */
static int before_head(const struct name_painter *names, uint32_t place, double end,
                       uint32_t *head) {
    const struct viz_arrangement *arrangement = names->painter->frame->arrangement;
    if (!names->low || arrangement == NULL || arrangement->group_count == 0)
        return INT_MAX;
    *head = *head > place ? *head : place + 1;
    while (*head < end && !is_head(names->painter, *head))
        ++*head;
    return *head < end ? top_of_name(names, *head) : INT_MAX;
}

/* From the first lane on whose names have room; heads of groups are there before the lanes around
 * them, and the lane that is meant before all others. */
static void paint_lane_names(const struct name_painter *names) {
    struct viz_painter *painter = names->painter;
    const struct viz_frame *frame = painter->frame;
    const struct viz_view *view = painter->view;
    double end = fmin(ceil(view->first_row + frame->extent.visible_rows),
                      (double)viz_place_count(painter->model, frame->arrangement));
    int bottom = frame->names.y + frame->names.h;
    int step = names->height - viz_px(frame, 1);
    int meant = INT_MIN / 2;
    uint32_t here = meant_place(painter);
    if (names->low && here != TRACE_NO_INDEX)
        meant = top_of_name(names, here);
    meant = meant < bottom && meant > bottom - names->height ? bottom - names->height : meant;
    int free_from = INT_MIN;
    uint32_t head = 0;
    for (uint32_t i = (uint32_t)view->first_row; i < end; i++) {
        if (!has_name(painter, i))
            continue;
        bool is_meant = i == here && names->low;
        int y = is_meant ? meant : top_of_name(names, i);
        if (i == here)
            viz_fill(painter->scene, VIZ_HIGHLIGHT,
                     (struct viz_rect){0, (int)lround(viz_row_top(frame, view, i)), frame->names.w,
                                       (int)ceil(frame->row_px)});
        bool touches = y < free_from || (y > meant - step && y < meant + step) ||
                       (!is_head(painter, i) && y > before_head(names, i, end, &head) - step);
        if ((touches && !is_meant) || (names->low && y + names->height > bottom))
            continue;
        free_from = y + step;
        if (is_head(painter, i))
            viz_paint_group_name(painter, i, names->margin, y, names->room);
        else
            paint_name(names, viz_lane_at(painter->model, frame->arrangement, i), y);
    }
}

void viz_paint_names(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    int margin = margin_of(frame);
    struct name_painter names = {
        .painter = painter, .height = viz_line_height(painter, VIZ_FONT_NAME), .margin = margin};
    names.room = frame->names.w - margin - viz_px(frame, 12) - frame->gutter;
    names.low = frame->row_px < names.height;
    viz_clip(painter->scene, &frame->names);
    viz_fill(painter->scene, VIZ_BACKGROUND, frame->names);
    paint_lane_names(&names);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
    viz_fill(painter->scene, VIZ_BORDER,
             (struct viz_rect){frame->lanes.x - 1, frame->strip.y, 1,
                               frame->lanes.y + frame->lanes.h - frame->strip.y});
}

/* --- Minimap ------------------------------------------------------------------------------ */

static int between(double value, int low, int high) {
    return (int)lround(fmin(fmax(value, low), high));
}

/* Which part of the whole is in view. */
static struct viz_rect window_of(const struct viz_painter *painter, const struct viz_rect *map) {
    const struct viz_view *view = painter->view;
    const struct viz_extent *extent = &painter->frame->extent;
    double total = extent->end_ns > 0 ? extent->end_ns : 1;
    double rows = extent->rows > 0 ? extent->rows : 1;
    double right = map->x + map->w;
    int x0 = between(map->x + view->begin_ns / total * map->w, map->x, (int)right);
    int x1 =
        between(map->x + (view->begin_ns + view->length_ns) / total * map->w, map->x, (int)right);
    int y0 = between(map->y + view->first_row / rows * map->h, map->y, map->y + map->h);
    int y1 = between(map->y + (view->first_row + extent->visible_rows) / rows * map->h, map->y,
                     map->y + map->h);
    int least = viz_px(painter->frame, 4);
    if (x1 - x0 < least)
        x1 = x0 + least;
    if (y1 - y0 < least)
        y1 = y0 + least;
    return (struct viz_rect){x0, y0, x1 - x0, y1 - y0};
}

static void paint_minimap_name(struct viz_painter *painter, const struct viz_rect *map) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_model *model = painter->model;
    double first = painter->view->first_row;
    double last = fmin(first + frame->extent.visible_rows, frame->extent.rows);
    /* Lanes that only the run before has are not counted. */
    double rows = (double)viz_place_count(model, frame->arrangement);
    if (rows == 0)
        return;
    uint32_t first_row = (uint32_t)fmin(first, rows - 1);
    uint32_t last_row = last >= 1 ? (uint32_t)ceil(fmin(last, rows)) - 1 : 0;
    bool arranged = frame->arrangement != NULL; /* places are counted, which may be groups */
    char from[VIZ_TIME_SIZE];
    char to[VIZ_TIME_SIZE];
    char of[VIZ_TIME_SIZE];
    char text[3 * VIZ_TIME_SIZE + 16];
    viz_format_count((arranged ? first_row : model->rows[first_row].lane) + 1, from);
    viz_format_count((arranged ? last_row : model->rows[last_row].lane) + 1, to);
    viz_format_count(arranged ? (uint64_t)rows : model->lane_count, of);
    int margin = margin_of(frame);
    int room = map->x - margin - viz_px(frame, 8);
    int small = viz_line_height(painter, VIZ_FONT_SMALL);
    int middle = map->y + map->h / 2;
    snprintf(text, sizeof text, "%s %s\xE2\x80\x93%s", arranged ? "rows" : "lanes", from, to);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_TEXT, margin, middle - small / 2, room, text);
    snprintf(text, sizeof text, "of %s", of);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, margin, middle + small / 2, room, text);
}

void viz_paint_minimap(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *map = &frame->minimap;
    if (map->h == 0)
        return;
    struct viz_scene *scene = painter->scene;
    viz_fill(scene, VIZ_BACKGROUND,
             (struct viz_rect){0, frame->lanes.y + frame->lanes.h, frame->width,
                               frame->bottom - frame->lanes.y - frame->lanes.h});
    viz_fill(scene, VIZ_BORDER,
             (struct viz_rect){0, frame->lanes.y + frame->lanes.h, frame->width, 1});
    struct viz_rect inner = {map->x, map->y + viz_px(frame, 6), map->w, map->h - viz_px(frame, 6)};
    viz_fill(scene, VIZ_OUTSIDE, inner);
    viz_shows(scene, VIZ_ID_MAP, 0);
    viz_add_density(
        scene, frame->arrangement != NULL ? &frame->arrangement->map : &painter->model->density,
        inner);
    viz_paint_map_marks(painter, &inner);
    struct viz_rect window = window_of(painter, &inner);
    int right = inner.x + inner.w;
    int bottom = inner.y + inner.h;
    struct viz_rect around[] = {
        {inner.x, inner.y, window.x - inner.x, inner.h},
        {window.x + window.w, inner.y, right - window.x - window.w, inner.h},
        {window.x, inner.y, window.w, window.y - inner.y},
        {window.x, window.y + window.h, window.w, bottom - window.y - window.h}};
    for (int i = 0; i < 4; i++)
        viz_fill_alpha(scene, VIZ_BACKGROUND, 130, around[i]);
    viz_fill_alpha(scene, VIZ_ACCENT, 28, window);
    viz_stroke(scene, VIZ_ACCENT, 150, 0, viz_px(frame, 1), window);
    viz_shows(scene, VIZ_ID_NOTHING, 0);
    paint_minimap_name(painter, &inner);
}

/* --- Footer ------------------------------------------------------------------------------- */

struct legend_painter {
    struct viz_painter *painter;
    int x;
    int right;
    int middle;
};

/* Room for a swatch and its word, or nothing at all. */
static bool next_entry(struct legend_painter *legend, const char *text, struct viz_rect *swatch) {
    struct viz_painter *painter = legend->painter;
    const struct viz_frame *frame = painter->frame;
    int size = viz_px(frame, 11);
    int width = size + viz_px(frame, 6) + viz_text_width(painter, VIZ_FONT_SMALL, text);
    if (legend->x + width > legend->right)
        return false;
    *swatch = (struct viz_rect){legend->x, legend->middle - size / 2, size, size};
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_MUTED, legend->x + size + viz_px(frame, 6),
             legend->middle - viz_line_height(painter, VIZ_FONT_SMALL) / 2, text);
    legend->x += width + viz_px(frame, 16);
    return true;
}

static void paint_colours(struct legend_painter *legend) {
    struct viz_painter *painter = legend->painter;
    const struct viz_model *model = painter->model;
    const struct viz_frame *frame = painter->frame;
    static const char *const heads[VIZ_COLOURING_COUNT] = {[VIZ_COLOUR_BY_DURATION] = "Span of",
                                                           [VIZ_COLOUR_BY_NAME] = "Colour by name",
                                                           [VIZ_COLOUR_BY_LANE] = "Colour by task"};
    if (!model->looks[VIZ_LOOK_SPAN])
        return;
    if (model->colouring != VIZ_COLOUR_BY_NAME || model->legend_count == 0)
        legend->x += viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, legend->x, legend->middle,
                                 legend->right - legend->x, heads[model->colouring]) +
                     viz_px(frame, 10);
    for (int i = 0; i < model->legend_count; i++) {
        struct viz_rect swatch;
        viz_shows(painter->scene, VIZ_ID_COLOUR, (size_t)i);
        if (!next_entry(legend, model->legend[i].text, &swatch))
            return;
        viz_round(painter->scene, VIZ_SPAN_FIRST + i, 255, viz_px(frame, 3), swatch);
        viz_stroke(painter->scene, VIZ_SPAN_EDGE_FIRST + i, 255, viz_px(frame, 3), viz_px(frame, 1),
                   swatch);
    }
    legend->x += viz_px(frame, 12);
}

static void paint_looks(struct legend_painter *legend) {
    struct viz_painter *painter = legend->painter;
    const struct viz_frame *frame = painter->frame;
    static const struct {
        enum viz_look look;
        const char *text;
        int fill;
        int edge;
        bool hatched;
    } entries[] = {{VIZ_LOOK_WAIT, "waits", VIZ_WAIT_FILL, VIZ_WAIT, true},
                   {VIZ_LOOK_SLEEP, "sleeps", VIZ_SLEEP, VIZ_SLEEP_EDGE, false},
                   {VIZ_LOOK_READY, "ready, not running", VIZ_BACKGROUND, VIZ_MUTED, false},
                   {VIZ_LOOK_RUN, "keeps the loop busy", VIZ_RUN, VIZ_RUN, false},
                   {VIZ_LOOK_LANE, "connection or program", VIZ_WAIT_FILL, VIZ_STRIP, false}};
    int line = viz_px(frame, 1);
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        struct viz_rect swatch;
        viz_shows(painter->scene, VIZ_ID_LOOK, entries[i].look);
        if (!painter->model->looks[entries[i].look] ||
            !next_entry(legend, entries[i].text, &swatch))
            continue;
        viz_round(painter->scene, entries[i].fill, 255, viz_px(frame, 2), swatch);
        if (entries[i].hatched)
            viz_paint_hatch(painter, entries[i].edge, 120,
                            (struct viz_rect){swatch.x + line, swatch.y + line, swatch.w - 2 * line,
                                              swatch.h - 2 * line});
        viz_stroke(painter->scene, entries[i].edge, 255, viz_px(frame, 2), line, swatch);
    }
}

/* "48 of 240 wakes shown"; "" where all of them are. */
static void write_wakes(const struct viz_painter *painter, char *out, size_t size) {
    char shown[VIZ_TIME_SIZE];
    char worth[VIZ_TIME_SIZE];
    viz_format_count(painter->wakes_shown, shown);
    viz_format_count(painter->wakes_worth, worth);
    out[0] = '\0';
    if (painter->wakes_uncounted && painter->wakes_worth > 0)
        snprintf(out, size, "%s of more than %s wakes shown", shown, worth);
    else if (painter->wakes_shown < painter->wakes_worth)
        snprintf(out, size, "%s of %s wakes shown", shown, worth);
}

/* What the reader had to say, else what is not drawn, else, in a window, how to go on. */
static void write_remark(const struct viz_painter *painter, char *out, size_t size) {
    const struct trace_model *trace = painter->model->trace;
    const char *hint =
        painter->frame->compact
            ? "? help"
            : "drag pans  \xC2\xB7  Ctrl+wheel zooms  \xC2\xB7  F fits  \xC2\xB7  ? help";
    char hidden[VIZ_HIDDEN_SIZE];
    char wakes[160];
    viz_hidden_text(painter->model, hidden);
    write_wakes(painter, wakes, sizeof wakes);
    const char *and = wakes[0] != '\0' ? "  \xC2\xB7  " : "";
    if (trace->warning_count > 1)
        snprintf(out, size, "%s%s%zu warnings: %s", wakes, and, trace->warning_count,
                 trace->warnings[0]);
    else if (trace->warning_count == 1)
        snprintf(out, size, "%s%s%s", wakes, and, trace->warnings[0]);
    else if (hidden[0] != '\0')
        snprintf(out, size, "%s%snot drawn: %s", wakes, and, hidden);
    else if (painter->ui->interactive)
        snprintf(out, size, "%s%s%s", wakes, and, hint);
    else
        snprintf(out, size, "%s", wakes);
}

/* A remark may have the room that the legend leaves; so much of the whole it has in any case, and a
 * warning more. */
#define REMARK_PART 0.2
#define WARNING_PART 0.5

/* Of a list, what has room of its beginning: numbers whole or not at all. */
static void cut_list(const struct viz_painter *painter, int room, char *text) {
    char *end = NULL;
    while (viz_text_width(painter, VIZ_FONT_SMALL, text) > room) {
        if (end != NULL)
            *end = '\0';
        for (end = text + strlen(text); end > text && (end[0] != ',' || end[1] != ' '); end--)
            ;
        if (end == text)
            return;
        memcpy(end, ", \xE2\x80\xA6", sizeof ", \xE2\x80\xA6");
    }
}

static void paint_remark(struct viz_painter *painter, char *text, int middle, int left, int right) {
    bool warned = painter->model->trace->warning_count > 0;
    char shown[512];
    if (!warned)
        cut_list(painter, right - left, text);
    viz_elide(painter->measure, VIZ_FONT_SMALL, text, right - left, false, shown, sizeof shown);
    if (warned || painter->model->hidden_count > 0)
        viz_shows(painter->scene, VIZ_ID_REMARK, 0);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, warned ? VIZ_ALERT : VIZ_MUTED, VIZ_RIGHT, 0,
                     middle - viz_line_height(painter, VIZ_FONT_SMALL) / 2, right, shown);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}

void viz_paint_footer(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->footer;
    if (at->h == 0)
        return;
    viz_fill(painter->scene, VIZ_PANEL, *at);
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){0, at->y, at->w, 1});
    int margin = margin_of(frame);
    int middle = at->y + at->h / 2;
    int right = at->w - margin, gap = viz_px(frame, 24);
    char remark[512];
    write_remark(painter, remark, sizeof remark - 8);
    int least =
        (int)(right * (painter->model->trace->warning_count > 0 ? WARNING_PART : REMARK_PART));
    int width = viz_text_width(painter, VIZ_FONT_SMALL, remark);
    width = width < least ? width : least;
    struct legend_painter legend = {.painter = painter,
                                    .x = margin,
                                    .right = width > 0 ? right - width - gap : right,
                                    .middle = middle};
    paint_colours(&legend);
    paint_looks(&legend);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    if (painter->model->pair != NULL)
        legend.x =
            viz_paint_pair_legend(painter, legend.x + viz_px(frame, 12), middle, legend.right);
    paint_remark(painter, remark, middle, legend.x + viz_px(frame, 8), right);
}
