#include "layout.h"

#include "painter.h"

#include <math.h>
#include <string.h>

/* The design, in units of 1/96 inch. */
#define MARGIN 16
#define HEADER 68
#define HEADER_COMPACT 46
#define STRIP 60
#define STRIP_COMPACT 40
#define STRIP_MOST 148
#define AXIS 28
#define FOOTER 34
#define MINIMAP 44
#define ROW_LEAST 20
#define ROW_MOST 64
#define ROW_FLOOR 3 /* as far as zooming goes */
#define ROW_CEILING 96
#define NAMES_LEAST 100
#define NAMES_LEAST_TINY 76

/* How far from a bar or a mark the pointer still means it. */
#define NEAR 4

int viz_px(const struct viz_frame *frame, double units) {
    return (int)lround(units * frame->scale);
}

/* A number that stays the same makes no picture, and an owner is the number of a track. */
static bool is_worth_a_strip(const struct trace_model *trace, uint32_t counter) {
    const struct trace_counter *found = &trace->counters[counter];
    if (counter == trace->open_spans)
        return true;
    bool owner = trace->version > 0 && strcmp(trace_text(trace, found->key), "owner") == 0;
    return found->sample_count > 1 && !owner;
}

uint32_t viz_next_counter(const struct viz_model *model, uint32_t counter) {
    const struct trace_model *trace = model->trace;
    uint32_t count = (uint32_t)trace->counter_count;
    uint32_t at = counter == TRACE_NO_INDEX ? count - 1 : counter;
    for (uint32_t tried = 0; tried < count; tried++) {
        at = (at + 1) % count;
        if (is_worth_a_strip(trace, at))
            return at;
    }
    return TRACE_NO_INDEX;
}

uint32_t viz_first_counter(const struct viz_model *model) {
    uint32_t spans = model->trace->open_spans;
    return spans != TRACE_NO_INDEX ? spans : viz_next_counter(model, TRACE_NO_INDEX);
}

/* --- Frame -------------------------------------------------------------------------------- */

static int names_width(const struct viz_frame *frame, const struct viz_model *model,
                       const struct viz_measure *measure) {
    int widest = 0;
    for (int i = 0; i < VIZ_WIDEST_COUNT; i++) {
        if (model->widest[i] == TRACE_NO_INDEX)
            break;
        char name[256];
        viz_lane_name(model, model->widest[i], name, sizeof name);
        int width = measure->width(measure->context, VIZ_FONT_NAME, name, strlen(name));
        widest = width > widest ? width : widest;
    }
    int margins = viz_px(frame, frame->compact ? 20 : MARGIN + 14);
    int least = viz_px(frame, frame->compact ? NAMES_LEAST_TINY : NAMES_LEAST);
    int most = (int)(frame->width * 0.24);
    int width = widest + margins < least ? least : widest + margins;
    return width < most ? width : most > least ? most : least;
}

/* Rows as high as lets all of them be seen, within reason. */
static double row_height(const struct viz_frame *frame, double rows, int room, double row_scale) {
    double fitting = rows > 0 ? room / rows : ROW_MOST * frame->scale;
    double height = fmin(fmax(fitting, ROW_LEAST * frame->scale), ROW_MOST * frame->scale);
    height *= row_scale > 0 ? row_scale : 1;
    height = fmin(fmax(height, ROW_FLOOR * frame->scale), ROW_CEILING * frame->scale);
    return fmax(1, height < 8 * frame->scale ? height : floor(height));
}

/* The parts above and below the lanes; returns what is left for these. */
static int place_panels(struct viz_frame *frame, const struct viz_ui *ui) {
    double height = frame->height / frame->scale;
    int header = height < 160 ? 0 : viz_px(frame, frame->compact ? HEADER_COMPACT : HEADER);
    int strip = ui->counter == TRACE_NO_INDEX || height < 220
                    ? 0
                    : viz_px(frame, frame->compact ? STRIP_COMPACT : STRIP);
    int axis = height < 100 ? 0 : viz_px(frame, AXIS);
    int footer = height < 280 ? 0 : viz_px(frame, FOOTER);
    int minimap = height < 400 ? 0 : viz_px(frame, MINIMAP);
    frame->header = (struct viz_rect){0, 0, frame->width, header};
    frame->strip = (struct viz_rect){0, header, 0, strip};
    frame->axis = (struct viz_rect){0, 0, 0, axis};
    frame->footer = (struct viz_rect){0, frame->height - footer, frame->width, footer};
    frame->minimap = (struct viz_rect){0, 0, 0, minimap};
    return frame->height - header - strip - axis - footer - minimap;
}

void viz_frame_make(struct viz_frame *frame, const struct viz_model *model, struct viz_view *view,
                    const struct viz_ui *ui, const struct viz_measure *measure, int width,
                    int height, double scale) {
    *frame = (struct viz_frame){.width = width, .height = height, .scale = scale};
    frame->compact = width < 600 * scale || height < 400 * scale;
    int room = place_panels(frame, ui);
    double rows = (double)model->row_count;
    frame->row_px = row_height(frame, rows, room, view->row_scale);
    /* What the rows do not need goes, in part, to the strip. */
    int spare = (int)fmax(0, room - rows * frame->row_px);
    bool spans = ui->counter == model->trace->open_spans;
    int strip_more = frame->strip.h > 0 && spans ? (int)(spare * 0.4) : 0;
    int strip_room = viz_px(frame, STRIP_MOST) - frame->strip.h;
    strip_more = strip_more < strip_room ? strip_more : strip_room > 0 ? strip_room : 0;
    frame->strip.h += strip_more;

    int names = names_width(frame, model, measure);
    int chart = width - names > 1 ? width - names : 1;
    frame->strip.x = frame->axis.x = names;
    frame->strip.w = frame->axis.w = chart;
    frame->axis.y = frame->strip.y + frame->strip.h;
    int top = frame->axis.y + frame->axis.h;
    int bottom = frame->footer.y - frame->minimap.h;
    frame->lanes = (struct viz_rect){names, top, chart, bottom > top ? bottom - top : 1};
    frame->names = (struct viz_rect){0, top, names, frame->lanes.h};
    int pad = viz_px(frame, 8);
    frame->minimap.x = names;
    frame->minimap.w = chart - viz_px(frame, MARGIN) > 1 ? chart - viz_px(frame, MARGIN) : 1;
    frame->minimap.y = bottom;
    frame->minimap.h = frame->minimap.h > pad ? frame->minimap.h - pad : 0;

    frame->extent = viz_extent_of(model);
    frame->extent.visible_rows = frame->lanes.h / frame->row_px;
    viz_view_clamp(view, &frame->extent);
    if (frame->extent.rows <= frame->extent.visible_rows + 0.01 &&
        viz_view_shows_all_time(view, &frame->extent)) {
        /* A map of what is in full view says nothing. */
        frame->minimap.h = 0;
        frame->lanes.h = frame->names.h = frame->footer.y - top;
        frame->extent.visible_rows = frame->lanes.h / frame->row_px;
    }
}

struct viz_extent viz_extent_of(const struct viz_model *model) {
    /* Waits that nobody will ever end are drawn beyond the end, and named there. */
    return (struct viz_extent){.end_ns = (double)model->end_ns,
                               .tail = model->deadlocked ? 0.1 : 0,
                               .rows = (double)model->row_count};
}

/* --- Places ------------------------------------------------------------------------------- */

double viz_time_at(const struct viz_frame *frame, const struct viz_view *view, double x) {
    return view->begin_ns + (x - frame->lanes.x) / frame->lanes.w * view->length_ns;
}

double viz_x_of(const struct viz_frame *frame, const struct viz_view *view, double time_ns) {
    return frame->lanes.x + (time_ns - view->begin_ns) / view->length_ns * frame->lanes.w;
}

int viz_column(const struct viz_painter *painter, double time_ns) {
    const struct viz_rect *lanes = &painter->frame->lanes;
    double x = viz_x_of(painter->frame, painter->view, time_ns);
    return (int)lround(fmin(fmax(x, lanes->x - 1000.0), lanes->x + lanes->w + 1000.0));
}

double viz_row_top(const struct viz_frame *frame, const struct viz_view *view, double row) {
    return frame->lanes.y + (row - view->first_row) * frame->row_px;
}

int viz_bar_height(const struct viz_frame *frame) {
    /* The gap between bars grows with them, so that low rows are not all gap. */
    double row = frame->row_px / frame->scale;
    double gap = row < 8 ? 1 : row < 20 ? 4 * (row - 8) / 12 + 1 : 5 + (row - 20) * 0.34;
    return (int)fmax(1, floor((row - gap) * frame->scale));
}

struct viz_rect viz_bar_rect(const struct viz_painter *painter, uint32_t row, int x0, int x1) {
    const struct viz_frame *frame = painter->frame;
    int height = viz_bar_height(frame);
    double top = viz_row_top(frame, painter->view, row) + (frame->row_px - height) / 2;
    return (struct viz_rect){x0, (int)lround(top), x1 - x0, height};
}

int viz_text_width(const struct viz_painter *painter, enum viz_font font, const char *text) {
    return painter->measure->width(painter->measure->context, font, text, strlen(text));
}

int viz_text_in(const struct viz_painter *painter, enum viz_font font, int role, int x, int y,
                int width, const char *text) {
    char shown[256];
    int taken = viz_elide(painter->measure, font, text, width, false, shown, sizeof shown);
    viz_text(painter->scene, font, role, x, y - painter->measure->height[font] / 2, shown);
    return taken;
}

/* --- What is at a point ------------------------------------------------------------------- */

static bool inside(const struct viz_rect *rect, int x, int y) {
    return x >= rect->x && x < rect->x + rect->w && y >= rect->y && y < rect->y + rect->h;
}

/* The bar of a list that is nearest to a time, at most `reach` away; TRACE_NO_INDEX. Of several
 * equally near the shortest is meant: the others can be hit elsewhere. */
static uint32_t nearest_bar(const struct viz_model *model, uint32_t first, uint32_t count,
                            double time_ns, double reach) {
    uint32_t best = TRACE_NO_INDEX;
    double best_distance = reach;
    uint32_t at = viz_bar_from(model, first, count, (int64_t)floor(time_ns - reach));
    for (int tried = 0; at < first + count && tried < 64; at++, tried++) {
        const struct viz_bar *bar = &model->bars[at];
        double distance =
            fmax(fmax((double)bar->begin_ns - time_ns, time_ns - (double)bar->end_ns), 0);
        if ((double)bar->begin_ns > time_ns + reach)
            break;
        bool shorter =
            best != TRACE_NO_INDEX && distance == best_distance &&
            bar->end_ns - bar->begin_ns < model->bars[best].end_ns - model->bars[best].begin_ns;
        if (distance < best_distance || shorter || (best == TRACE_NO_INDEX && distance <= reach)) {
            best = at;
            best_distance = distance;
        }
    }
    return best;
}

static uint32_t nearest_instant(const struct viz_model *model, uint32_t lane, double time_ns,
                                double reach) {
    const struct trace_model *trace = model->trace;
    const struct trace_track *track = &trace->tracks[model->lanes[lane].track];
    const uint32_t *list = &trace->track_instants[track->first_instant];
    double origin = (double)model->origin_ns;
    uint32_t low = 0;
    uint32_t high = track->instant_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((double)trace->instants[list[middle]].time_ns - origin < time_ns - reach)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == track->instant_count)
        return TRACE_NO_INDEX;
    return (double)trace->instants[list[low]].time_ns - origin <= time_ns + reach ? list[low]
                                                                                  : TRACE_NO_INDEX;
}

static uint32_t nearest_signal(const struct viz_model *model, double time_ns, double reach) {
    for (size_t i = 0; i < model->signal_count; i++) {
        const struct trace_instant *instant = &model->trace->instants[model->signals[i]];
        if (fabs((double)(instant->time_ns - model->origin_ns) - time_ns) <= reach)
            return model->signals[i];
    }
    return TRACE_NO_INDEX;
}

/* What a row has at a time. A mark is in the lower part of the lane's first row. */
static struct viz_target target_in_row(const struct viz_model *model, const struct viz_frame *frame,
                                       uint32_t index, double time_ns, double reach, double depth) {
    const struct viz_row *row = &model->rows[index];
    struct viz_target target = {.kind = VIZ_AT_LANE, .lane = row->lane, .row = index};
    double bar_bottom = (frame->row_px + viz_bar_height(frame)) / 2;
    if (depth >= bar_bottom - frame->scale && index == model->lanes[row->lane].first_row) {
        uint32_t instant = nearest_instant(model, row->lane, time_ns, reach);
        if (instant != TRACE_NO_INDEX) {
            target.kind = VIZ_AT_INSTANT;
            target.instant = instant;
            return target;
        }
    }
    uint32_t bar = nearest_bar(model, row->first_overlay, row->overlay_count, time_ns, 0);
    if (bar == TRACE_NO_INDEX)
        bar = nearest_bar(model, row->first_bar, row->bar_count, time_ns, reach);
    if (bar != TRACE_NO_INDEX) {
        target.kind = VIZ_AT_BAR;
        target.bar = bar;
    }
    return target;
}

struct viz_target viz_target_at(const struct viz_model *model, const struct viz_view *view,
                                const struct viz_frame *frame, int x, int y) {
    struct viz_target none = {.kind = VIZ_AT_NOTHING, .lane = TRACE_NO_INDEX};
    bool chart = inside(&frame->lanes, x, y);
    if (!chart && !inside(&frame->names, x, y))
        return none;
    double time_ns = viz_time_at(frame, view, x + 0.5);
    /* A wait that nobody ends goes on beyond the end of the trace. */
    if (model->deadlocked && chart)
        time_ns = fmin(time_ns, (double)model->end_ns);
    double reach = NEAR * frame->scale / frame->lanes.w * view->length_ns;
    double row = (y - frame->lanes.y) / frame->row_px + view->first_row;
    struct viz_target target = none;
    if (row >= 0 && row < (double)model->row_count) {
        uint32_t index = (uint32_t)row;
        double depth = (row - index) * frame->row_px;
        if (chart)
            target = target_in_row(model, frame, index, time_ns, reach, depth);
        else
            target = (struct viz_target){
                .kind = VIZ_AT_LANE, .lane = model->rows[index].lane, .row = index};
    }
    if (chart && (target.kind == VIZ_AT_NOTHING || target.kind == VIZ_AT_LANE)) {
        uint32_t signal = nearest_signal(model, time_ns, reach);
        if (signal != TRACE_NO_INDEX)
            return (struct viz_target){
                .kind = VIZ_AT_INSTANT, .lane = TRACE_NO_INDEX, .instant = signal};
    }
    return target;
}

struct viz_target viz_target_next(const struct viz_model *model, const struct viz_target *target,
                                  int step) {
    struct viz_target next = *target;
    if (target->kind == VIZ_AT_NOTHING || target->lane == TRACE_NO_INDEX)
        return next;
    const struct viz_row *row =
        &model->rows[target->kind == VIZ_AT_INSTANT ? model->lanes[target->lane].first_row
                                                    : target->row];
    if (target->kind != VIZ_AT_BAR) {
        if (row->bar_count == 0)
            return next;
        next.kind = VIZ_AT_BAR;
        next.row = (uint32_t)(row - model->rows);
        next.bar = step > 0 ? row->first_bar : row->first_bar + row->bar_count - 1;
        return next;
    }
    bool overlay = target->bar >= row->first_overlay && row->overlay_count > 0;
    uint32_t first = overlay ? row->first_overlay : row->first_bar;
    uint32_t count = overlay ? row->overlay_count : row->bar_count;
    if (step > 0 && target->bar + 1 < first + count)
        next.bar = target->bar + 1;
    else if (step < 0 && target->bar > first)
        next.bar = target->bar - 1;
    return next;
}

bool viz_same_target(const struct viz_target *a, const struct viz_target *b) {
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VIZ_AT_LANE:
        return a->lane == b->lane;
    case VIZ_AT_BAR:
        return a->bar == b->bar;
    case VIZ_AT_INSTANT:
        return a->instant == b->instant;
    default:
        return true;
    }
}

/* --- The picture -------------------------------------------------------------------------- */

static void paint_nothing(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    bool left_out = painter->model->trace->remark_count > 0;
    const char *const lines[] = {
        left_out ? "Nothing in this trace can be shown" : "Nothing happened in this trace",
        left_out ? "It has no slice and no instant; its warnings say what was left out."
                 : "It is well-formed, and has no task and no event."};
    int y = frame->height / 2 - painter->measure->height[VIZ_FONT_VALUE];
    for (int i = 0; i < 2; i++) {
        enum viz_font font = i == 0 ? VIZ_FONT_VALUE : VIZ_FONT_BODY;
        int width = viz_text_width(painter, font, lines[i]);
        int room = frame->width - 2 * viz_px(frame, MARGIN);
        int x = (frame->width - (width < room ? width : room)) / 2;
        y += viz_text_in(painter, font, i == 0 ? VIZ_TEXT : VIZ_MUTED, x, y, room, lines[i]) > 0
                 ? painter->measure->height[font] + viz_px(frame, 4)
                 : 0;
    }
}

void viz_layout(struct viz_scene *scene, const struct viz_model *model, const struct viz_view *view,
                const struct viz_frame *frame, const struct viz_ui *ui,
                const struct viz_measure *measure) {
    struct viz_painter painter = {.scene = scene,
                                  .model = model,
                                  .view = view,
                                  .frame = frame,
                                  .ui = ui,
                                  .measure = measure,
                                  .target = ui->hover.kind == VIZ_AT_BAR ||
                                                    ui->selected.kind == VIZ_AT_NOTHING
                                                ? &ui->hover
                                                : &ui->selected};
    struct viz_rect all = {0, 0, frame->width, frame->height};
    viz_scene_clear(scene);
    viz_clip(scene, all);
    viz_fill(scene, VIZ_BACKGROUND, all);
    if (model->row_count > 0) {
        viz_paint_ground(&painter);
        viz_paint_time(&painter);
        viz_paint_strip(&painter);
        viz_paint_rows(&painter);
        viz_paint_wakes(&painter);
        viz_paint_labels(&painter);
        viz_paint_axis(&painter);
        viz_paint_names(&painter);
        viz_paint_minimap(&painter);
    }
    viz_clip(scene, all);
    viz_paint_header(&painter);
    viz_paint_footer(&painter);
    if (model->row_count == 0)
        paint_nothing(&painter);
    else
        viz_paint_tooltip(&painter);
    if (ui->help)
        viz_paint_help(&painter);
}
