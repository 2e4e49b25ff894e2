/* The playhead, and the instant that it stands in, spread out: what happened at one time, turn by
 * turn, in a band below the axis. */
#include "painter.h"

#include "travel.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* So many events on either side of the playhead are looked at: more than a band has room for. */
enum { REACH = 500, CELLS_MOST = 2 * REACH + 1 };

#define CELL_LEAST 16
#define CELL_MOST 140
#define CELL_PAD 8
#define DIMMED 120

/* A turn, or where the trace tells no turns an event. */
struct cell {
    uint64_t first, last; /* ordinals */
    int64_t tid;
    const char *word; /* where it has no task */
    int x, width;
};

struct gathering {
    struct trace_consumer consumer;
    bool detailed;
    bool in_turn;
    int count;
    struct cell cells[CELLS_MOST];
};

/* --- What happened then --------------------------------------------------------------------- */

static void add_cell(struct gathering *gathering, const struct trace_event *event, int64_t tid,
                     const char *word) {
    if (gathering->count < CELLS_MOST)
        gathering->cells[gathering->count++] = (struct cell){
            .first = event->ordinal, .last = event->ordinal, .tid = tid, .word = word};
}

static bool begins_cell(const struct gathering *gathering, const struct trace_event *event) {
    return gathering->count == 0 || event->kind == TRACE_TURN_BEGIN ||
           (!gathering->in_turn && gathering->detailed && event->kind == TRACE_ITERATION);
}

/* What stands between two turns belongs to the one before. */
static int gather(struct trace_consumer *consumer, const struct trace_event *event) {
    struct gathering *gathering = (struct gathering *)(void *)consumer;
    const char *word = trace_categories[trace_kinds[event->kind].category];
    if (!gathering->detailed) {
        add_cell(gathering, event, event->tid > TRACE_LOOP_TID ? event->tid : 0, word);
        return 0;
    }
    if (begins_cell(gathering, event)) {
        bool turn = event->kind == TRACE_TURN_BEGIN;
        int64_t tid =
            turn && trace_has(event, TRACE_ARG_TASK) ? event->args[TRACE_ARG_TASK].number : 0;
        add_cell(gathering, event, tid,
                 turn                             ? event->args[TRACE_ARG_ENTRY].text.text
                 : event->kind == TRACE_ITERATION ? trace_kinds[event->kind].name
                                                  : word);
    }
    gathering->in_turn =
        event->kind == TRACE_TURN_BEGIN || (gathering->in_turn && event->kind != TRACE_TURN_END);
    gathering->cells[gathering->count - 1].last = event->ordinal;
    return 0;
}

static void gather_instant(const struct viz_painter *painter, struct gathering *gathering) {
    const struct viz_travel *travel = painter->ui->travel;
    uint64_t from =
        travel->ordinal > travel->first + REACH ? travel->ordinal - REACH : travel->first;
    uint64_t to = travel->ordinal + REACH < travel->last ? travel->ordinal + REACH : travel->last;
    gathering->consumer.take = gather;
    gathering->detailed = travel->detailed;
    (void)trace_timeline_tell(travel->timeline, from, to, &gathering->consumer);
}

static void name_of_cell(const struct viz_painter *painter, const struct cell *cell, char *out,
                         size_t size) {
    uint32_t lane = viz_lane_of_tid(painter->model, cell->tid);
    if (lane != TRACE_NO_INDEX)
        viz_lane_name(painter->model, lane, out, size);
    else
        viz_copy_text(out, size, cell->word);
}

/* --- The band ------------------------------------------------------------------------------- */

/* Places the cells side by side; the one of the playhead below it where there is room for that, in
 * the middle where there is not. */
static void place_cells(const struct viz_painter *painter, struct gathering *gathering) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->instant;
    const struct viz_travel *travel = painter->ui->travel;
    int x = 0, middle = 0;
    for (int i = 0; i < gathering->count; i++) {
        struct cell *cell = &gathering->cells[i];
        char name[128];
        name_of_cell(painter, cell, name, sizeof name);
        int width = viz_text_width(painter, VIZ_FONT_SMALL, name) + 2 * viz_px(frame, CELL_PAD);
        int least = viz_px(frame, CELL_LEAST), most = viz_px(frame, CELL_MOST);
        cell->width = width < least ? least : width > most ? most : width;
        cell->x = x;
        if (travel->ordinal >= cell->first && travel->ordinal <= cell->last)
            middle = x + cell->width / 2;
        x += cell->width;
    }
    int below = viz_column(painter, (double)(travel->time_ns - painter->model->origin_ns)) - at->x;
    bool fits = x <= at->w;
    int shift = fits ? below - middle : at->w / 2 - middle;
    int least = fits ? 0 : at->w - x;
    int most = fits ? at->w - x : 0;
    shift = shift < least ? least : shift > most ? most : shift;
    for (int i = 0; i < gathering->count; i++)
        gathering->cells[i].x += at->x + shift;
}

/* A tick for each event of the cell, as far as they fit: that of the playhead is higher. */
static void paint_ticks(struct viz_painter *painter, const struct cell *cell) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->instant;
    uint64_t count = cell->last - cell->first + 1;
    int room = cell->width - viz_px(frame, 6);
    int bottom = at->y + at->h - viz_px(frame, 3);
    for (uint64_t i = 0; i < count && count > 1; i++) {
        bool here = cell->first + i == painter->ui->travel->ordinal;
        int x = cell->x + viz_px(frame, 3) + (int)((double)room * (double)i / (double)(count - 1));
        int height = viz_px(frame, here ? 7 : 3);
        if (count * 2 <= (uint64_t)room || here)
            viz_fill(painter->scene, here ? VIZ_TEXT : VIZ_MUTED,
                     (struct viz_rect){x, bottom - height, viz_px(frame, here ? 2 : 1), height});
    }
}

static void paint_cell(struct viz_painter *painter, const struct cell *cell) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->instant;
    const struct viz_travel *travel = painter->ui->travel;
    bool here = travel->ordinal >= cell->first && travel->ordinal <= cell->last;
    struct viz_rect box = {cell->x + 1, at->y + viz_px(frame, 3), cell->width - 2,
                           at->h - viz_px(frame, 4)};
    char name[128];
    if (box.x >= at->x + at->w || box.x + box.w <= at->x)
        return;
    name_of_cell(painter, cell, name, sizeof name);
    viz_shows(painter->scene, VIZ_ID_STEP, (size_t)cell->last);
    viz_round(painter->scene, here ? VIZ_ACCENT : VIZ_PANEL, here ? 70 : 255, viz_px(frame, 3),
              box);
    viz_stroke(painter->scene, here ? VIZ_ACCENT : VIZ_BORDER, 255, viz_px(frame, 3),
               viz_px(frame, 1), box);
    viz_text_in(painter, VIZ_FONT_SMALL, cell->first > travel->ordinal ? VIZ_MUTED : VIZ_TEXT,
                box.x + viz_px(frame, CELL_PAD) - 1, box.y + box.h / 2 - viz_px(frame, 3),
                box.w - 2 * viz_px(frame, CELL_PAD) + 2, name);
    if (here)
        paint_ticks(painter, cell);
}

void viz_paint_instant(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_rect *at = &frame->instant;
    const struct viz_travel *travel = painter->ui->travel;
    if (at->h == 0)
        return;
    struct gathering gathering;
    gathering.count = 0;
    gathering.in_turn = false;
    gather_instant(painter, &gathering);
    place_cells(painter, &gathering);
    viz_fill(painter->scene, VIZ_BACKGROUND, (struct viz_rect){0, at->y, frame->width, at->h});
    char events[64];
    uint64_t count = travel->last - travel->first + 1;
    (void)snprintf(events, sizeof events, "%" PRIu64 " event%s", count, count == 1 ? "" : "s");
    int margin = viz_px(frame, frame->compact ? 10 : 16);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, margin, at->y + at->h / 2,
                at->x - margin - viz_px(frame, 8), events);
    viz_clip(painter->scene, at);
    for (int i = 0; i < gathering.count; i++)
        paint_cell(painter, &gathering.cells[i]);
    viz_clip(painter->scene, NULL);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_fill(painter->scene, VIZ_BORDER, (struct viz_rect){0, at->y + at->h - 1, frame->width, 1});
}

/* --- The playhead --------------------------------------------------------------------------- */

/* "1 s  12/69", and while it plays how fast that is: "2 s/s". */
static void write_flag(const struct viz_painter *painter, char *out, size_t size) {
    const struct viz_travel *travel = painter->ui->travel;
    char time[VIZ_TIME_SIZE], speed[VIZ_TIME_SIZE];
    viz_format_exact(travel->time_ns - painter->model->origin_ns, time);
    int length = snprintf(out, size, "%s  %" PRIu64 "/%" PRIu64, time,
                          travel->ordinal - travel->first + 1, travel->last - travel->first + 1);
    viz_format_duration((int64_t)(painter->ui->speed * 1e9), speed);
    if (painter->ui->playing)
        (void)snprintf(out + length, size - (size_t)length, "  \xE2\x96\xB6 %s/s", speed);
}

static void paint_flag(struct viz_painter *painter, int x) {
    const struct viz_frame *frame = painter->frame;
    char text[2 * VIZ_TIME_SIZE + 64];
    write_flag(painter, text, sizeof text);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, text) + viz_px(frame, 12);
    int height = viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(frame, 4);
    int left = x - width / 2;
    int right = frame->lanes.x + frame->lanes.w;
    left = left + width > right ? right - width : left < frame->lanes.x ? frame->lanes.x : left;
    struct viz_rect flag = {left, frame->axis.y + (frame->axis.h - height) / 2, width, height};
    viz_round(painter->scene, VIZ_ACCENT, 255, viz_px(frame, 3), flag);
    viz_text_aligned(painter->scene, VIZ_FONT_SMALL, VIZ_BACKGROUND, VIZ_CENTRE,
                     left + viz_px(frame, 6), flag.y + viz_px(frame, 2), width - viz_px(frame, 12),
                     text);
}

void viz_paint_playhead(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_travel *travel = painter->ui->travel;
    if (travel == NULL || travel->ordinal == 0)
        return;
    int x = viz_column(painter, (double)(travel->line_ns - painter->model->origin_ns));
    int right = frame->lanes.x + frame->lanes.w;
    int bottom = frame->lanes.y + frame->lanes.h;
    int from = x < frame->lanes.x ? frame->lanes.x : x;
    const struct viz_rect parts[] = {frame->strip, frame->pins, frame->lanes};
    for (int i = 0; i < 3; i++)
        if (from < right)
            viz_fill_alpha(painter->scene, VIZ_BACKGROUND, DIMMED,
                           (struct viz_rect){from, parts[i].y, right - from, parts[i].h});
    if (x < frame->lanes.x - 1 || x > right)
        return;
    int line = viz_px(frame, 2);
    viz_fill(painter->scene, VIZ_ACCENT,
             (struct viz_rect){x - line / 2, frame->strip.y, line, bottom - frame->strip.y});
    if (frame->axis.h > 0)
        paint_flag(painter, x);
}
