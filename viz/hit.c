/* What the pointer means. The model says it for what lies in time, to the nanosecond and with some
 * pixels' grace; the scene says it for all else that is drawn. */
#include "hit.h"

#include "painter.h"

#include <math.h>

/* How far from a bar or a mark the pointer still means it, in units of the design. */
#define NEAR 4

/* Bars that are looked at around the pointer: more of them are less than a pixel each. */
enum { TRIED_MOST = 64 };

static struct viz_id id_of(enum viz_id_kind kind, uint32_t index) {
    return (struct viz_id){.kind = (uint8_t)kind, .index = index};
}

struct nearness {
    bool is_long; /* longer than what the pointer reaches: it can be hit elsewhere, too */
    double distance;
    int64_t length;
};

static bool is_nearer(const struct nearness *a, const struct nearness *b) {
    if (a->is_long != b->is_long)
        return !a->is_long;
    return a->distance < b->distance || (a->distance == b->distance && a->length < b->length);
}

/* The bar of a list that is meant at a time, at most `reach` away; TRACE_NO_INDEX. A short one is
 * before a long one, then the nearest, and of several equally near the shortest. */
static uint32_t nearest_bar(const struct viz_model *model, uint32_t first, uint32_t count,
                            double time_ns, double reach) {
    uint32_t best = TRACE_NO_INDEX;
    struct nearness nearest = {true, INFINITY, INT64_MAX};
    uint32_t at = viz_bar_from(model, first, count, (int64_t)floor(time_ns - reach));
    for (int tried = 0; at < first + count && tried < TRIED_MOST; at++, tried++) {
        const struct viz_bar *bar = &model->bars[at];
        if ((double)bar->begin_ns > time_ns + reach)
            break;
        struct nearness near = {.length = bar->end_ns - bar->begin_ns};
        near.is_long = (double)near.length > reach;
        near.distance =
            fmax(fmax((double)bar->begin_ns - time_ns, time_ns - (double)bar->end_ns), 0);
        if (near.distance > reach || !is_nearer(&near, &nearest))
            continue;
        best = at;
        nearest = near;
    }
    return best;
}

static uint32_t nearest_instant(const struct viz_model *model, uint32_t lane, double time_ns,
                                double reach) {
    size_t end;
    size_t at = viz_mark_from(model, lane, time_ns - reach, &end);
    if (at == end)
        return TRACE_NO_INDEX;
    int64_t found_ns = model->trace->instants[model->marks[at]].time_ns - model->origin_ns;
    return (double)found_ns <= time_ns + reach ? model->marks[at] : TRACE_NO_INDEX;
}

static uint32_t nearest_signal(const struct viz_model *model, double time_ns, double reach) {
    for (size_t i = 0; i < model->signal_count; i++) {
        const struct trace_instant *instant = &model->trace->instants[model->signals[i]];
        if (fabs((double)(instant->time_ns - model->origin_ns) - time_ns) <= reach)
            return model->signals[i];
    }
    return TRACE_NO_INDEX;
}

static struct viz_id lane_of_row(const struct viz_model *model, uint32_t index) {
    uint32_t lane = model->rows[index].lane;
    struct viz_id id = id_of(VIZ_ID_LANE, lane);
    id.more = index - model->lanes[lane].first_row;
    return id;
}

/* What a row has at a time. A mark is in the lower part of the lane's first row. */
static struct viz_id hit_row(const struct viz_model *model, const struct viz_frame *frame,
                             uint32_t index, double time_ns, double reach, double depth) {
    const struct viz_row *row = &model->rows[index];
    double bar_bottom = (frame->row_px + viz_bar_height(frame)) / 2;
    if (frame->ghosts && depth > bar_bottom) /* the run before: the scene says what is there */
        return lane_of_row(model, index);
    if (depth >= bar_bottom - frame->scale && index == model->lanes[row->lane].first_row) {
        uint32_t instant = nearest_instant(model, row->lane, time_ns, reach);
        if (instant != TRACE_NO_INDEX)
            return id_of(VIZ_ID_INSTANT, instant);
    }
    uint32_t bar = nearest_bar(model, row->first_overlay, row->overlay_count, time_ns, 0);
    if (bar == TRACE_NO_INDEX)
        bar = nearest_bar(model, row->first_bar, row->bar_count, time_ns, reach);
    return bar != TRACE_NO_INDEX ? id_of(VIZ_ID_BAR, bar) : lane_of_row(model, index);
}

/* In the lanes: nothing is hit only below the last of them. */
static struct viz_id hit_lanes(const struct viz_model *model, const struct viz_view *view,
                               const struct viz_frame *frame, int x, double row) {
    double time_ns = viz_time_at(frame, view, x + 0.5);
    /* A wait that nobody ends goes on beyond the end of the trace. */
    if (model->deadlocked)
        time_ns = fmin(time_ns, (double)model->end_ns);
    double reach = NEAR * frame->scale / frame->lanes.w * view->length_ns;
    struct viz_id id = id_of(VIZ_ID_NOTHING, 0);
    if (row >= 0 && row < (double)viz_place_count(model, frame->arrangement)) {
        uint32_t place = (uint32_t)row;
        struct viz_slot slot = viz_slot_at(frame->arrangement, place);
        if (slot.group != VIZ_NO_GROUP)
            return id_of(VIZ_ID_GROUP, slot.group);
        id = hit_row(model, frame, slot.row, time_ns, reach, (row - place) * frame->row_px);
    }
    if (id.kind != VIZ_ID_NOTHING && id.kind != VIZ_ID_LANE)
        return id;
    uint32_t signal = nearest_signal(model, time_ns, reach);
    return signal != TRACE_NO_INDEX ? id_of(VIZ_ID_INSTANT, signal) : id;
}

/* Beside the lanes: the lane, or the group, that a place belongs to. */
static struct viz_id hit_names(const struct viz_model *model, const struct viz_frame *frame,
                               double row) {
    if (row < 0 || row >= (double)viz_place_count(model, frame->arrangement))
        return id_of(VIZ_ID_NOTHING, 0);
    struct viz_slot slot = viz_slot_at(frame->arrangement, (uint32_t)row);
    return slot.group != VIZ_NO_GROUP ? id_of(VIZ_ID_GROUP, slot.group)
                                      : lane_of_row(model, slot.row);
}

struct viz_id viz_hit(const struct viz_model *model, const struct viz_view *view,
                      const struct viz_frame *frame, const struct viz_scene *scene, int x, int y) {
    struct viz_frame pins = viz_frame_of_pins(frame);
    struct viz_view top = *view;
    struct viz_id id = id_of(VIZ_ID_NOTHING, 0);
    if (viz_contains(&frame->panel, x, y) || viz_contains(&frame->table, x, y))
        return viz_scene_at(scene, x, y);
    if (y >= pins.lanes.y && y < pins.lanes.y + pins.lanes.h) {
        frame = &pins;
        view = &top;
        top.first_row = 0;
    }
    double row = (y - frame->lanes.y) / frame->row_px + view->first_row;
    if (viz_contains(&frame->lanes, x, y))
        id = hit_lanes(model, view, frame, x, row);
    else if (viz_contains(&frame->names, x, y))
        id = hit_names(model, frame, row);
    if (id.kind == VIZ_ID_GROUP || (id.kind == VIZ_ID_LANE && x < frame->lanes.x))
        return id;
    if (id.kind != VIZ_ID_NOTHING && id.kind != VIZ_ID_LANE)
        return id;
    struct viz_id drawn = viz_scene_at(scene, x, y);
    return drawn.kind == VIZ_ID_NOTHING ? id : drawn;
}

bool viz_place_of(const struct viz_model *model, struct viz_id id, double *row, double *from_ns,
                  double *to_ns) {
    const struct trace_model *trace = model->trace;
    uint32_t lane = id.kind == VIZ_ID_WAKE ? model->lane_of_track[trace->wakes[id.index].to_track]
                                           : viz_lane_of(model, id);
    if (lane == TRACE_NO_INDEX)
        return false;
    *row = model->lanes[lane].first_row;
    *from_ns = (double)model->lanes[lane].begin_ns;
    *to_ns = (double)model->lanes[lane].end_ns;
    if (id.kind == VIZ_ID_BAR) {
        *row = viz_row_of_bar(model, id.index);
        *from_ns = (double)model->bars[id.index].begin_ns;
        *to_ns = (double)model->bars[id.index].end_ns;
    } else if (id.kind == VIZ_ID_INSTANT) {
        *from_ns = *to_ns = (double)(trace->instants[id.index].time_ns - model->origin_ns);
    } else if (id.kind == VIZ_ID_WAKE) {
        *from_ns = (double)(trace->wakes[id.index].from_ns - model->origin_ns);
        *to_ns = (double)(trace->wakes[id.index].to_ns - model->origin_ns);
    }
    return true;
}

struct viz_id viz_next_bar(const struct viz_model *model, struct viz_id id, int step) {
    uint32_t lane = viz_lane_of(model, id);
    if (lane == TRACE_NO_INDEX)
        return id;
    if (id.kind != VIZ_ID_BAR) {
        uint32_t within = id.kind == VIZ_ID_LANE ? id.more : 0;
        const struct viz_row *row = &model->rows[model->lanes[lane].first_row + within];
        if (row->bar_count == 0)
            return id;
        return id_of(VIZ_ID_BAR, step > 0 ? row->first_bar : row->first_bar + row->bar_count - 1);
    }
    const struct viz_row *row = &model->rows[viz_row_of_bar(model, id.index)];
    bool overlay = id.index >= row->first_overlay && row->overlay_count > 0;
    uint32_t first = overlay ? row->first_overlay : row->first_bar;
    uint32_t count = overlay ? row->overlay_count : row->bar_count;
    if (step > 0 && id.index + 1 < first + count)
        id.index++;
    else if (step < 0 && id.index > first)
        id.index--;
    return id;
}
