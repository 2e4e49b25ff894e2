/* What is under the pointer: the line through it, a tooltip; and the list of keys. */
#include "painter.h"

#include "help.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIP_ROWS = 14, TIP_ARGS = 8, TIP_WAKES = 4 };

struct tip_row {
    char name[48];
    char value[160];
};

struct tip {
    char title[200];
    struct tip_row rows[TIP_ROWS];
    int count;
};

/* --- What a tooltip says ------------------------------------------------------------------ */

static void add_row(struct tip *tip, const char *name, const char *value) {
    if (tip->count == TIP_ROWS)
        return;
    struct tip_row *row = &tip->rows[tip->count++];
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->value, sizeof row->value, "%s", value);
}

static void add_time(struct tip *tip, const char *name, int64_t time_ns) {
    char text[VIZ_TIME_SIZE];
    viz_format_exact(time_ns, text);
    add_row(tip, name, text);
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Arguments of our own traces in words: what is a track's number has its name beside it, and an
 * outcome a row of its own. */
static void add_own_arg(struct tip *tip, const char *name, const char *value) {
    char *end;
    double number = strtod(value, &end);
    if (ends_with(name, "_tid") || strcmp(name, "outcome") == 0)
        return;
    if (strcmp(name, "until") == 0 && end != value && fabs(number) < 9e15)
        add_time(tip, name, llround(number * 1000));
    else
        add_row(tip, strcmp(name, "owner") == 0 ? "held by" : name, value);
}

static void add_args(struct tip *tip, const struct trace_model *trace, uint32_t args) {
    if (args == 0)
        return;
    const char *cursor = trace_text(trace, args);
    struct trace_arg arg;
    for (int i = 0; i < TIP_ARGS && trace_args_next(&cursor, &arg); i++) {
        char name[48];
        char value[160];
        int length = arg.key_length < sizeof name - 1 ? (int)arg.key_length : (int)sizeof name - 1;
        snprintf(name, sizeof name, "%.*s", length, arg.key);
        trace_arg_decode(&arg, value, sizeof value);
        if (trace->version > 0)
            add_own_arg(tip, name, value);
        else
            add_row(tip, name, value);
    }
}

static void add_wakes(struct tip *tip, const struct viz_model *model, uint32_t lane,
                      const struct viz_bar *bar) {
    uint32_t wakes[TIP_WAKES];
    size_t count = viz_wakes_by(model, lane, bar->begin_ns, bar->end_ns, wakes, TIP_WAKES);
    char text[160] = "";
    size_t length = 0;
    for (size_t i = 0; i < count && i < TIP_WAKES; i++) {
        const struct trace_wake *wake = &model->trace->wakes[wakes[i]];
        const char *name = trace_text(model->trace, model->trace->tracks[wake->to_track].name);
        int more =
            snprintf(text + length, sizeof text - length, "%s%.28s", i > 0 ? ", " : "", name);
        length += more > 0 ? (size_t)more : 0;
    }
    if (count > TIP_WAKES)
        snprintf(text + length, sizeof text - length, " and %zu more", count - TIP_WAKES);
    if (count > 0)
        add_row(tip, "wakes", text);
}

static void add_woken_by(struct tip *tip, const struct viz_model *model,
                         const struct viz_bar *bar) {
    const struct trace_model *trace = model->trace;
    const struct trace_slice *slice = &trace->slices[bar->slice];
    if (bar->flags & VIZ_BAR_PENDING) {
        add_row(tip, "woken by", "nobody");
        return;
    }
    if (slice->wake == TRACE_NO_INDEX)
        return;
    const struct trace_track *by = &trace->tracks[trace->wakes[slice->wake].from_track];
    bool loop = by->kind == TRACE_TRACK_LOOP;
    const char *timer = bar->look == VIZ_LOOK_SLEEP ? "its timer" : "the loop";
    add_row(tip, "woken by", loop ? timer : trace_text(trace, by->name));
}

static void describe_bar(struct tip *tip, const struct viz_model *model,
                         const struct viz_target *target) {
    const struct viz_bar *bar = &model->bars[target->bar];
    const struct trace_slice *slice = &model->trace->slices[bar->slice];
    static const char *const looks[VIZ_LOOK_COUNT] = {[VIZ_LOOK_SPAN] = "span of",
                                                      [VIZ_LOOK_SLEEP] = "sleep of",
                                                      [VIZ_LOOK_WAIT] = "wait of",
                                                      [VIZ_LOOK_READY] = "ready",
                                                      [VIZ_LOOK_RUN] = "runs on"};
    snprintf(tip->title, sizeof tip->title, "%.190s", viz_bar_name(model, bar));
    char lane[160];
    viz_lane_name(model, target->lane, lane, sizeof lane);
    add_row(tip, looks[bar->look], lane);
    add_time(tip, "from", bar->begin_ns);
    if (bar->flags & VIZ_BAR_PENDING)
        add_row(tip, "to", "the end of the run");
    else if (bar->flags & VIZ_BAR_OPEN)
        add_row(tip, "to", "the end of the trace");
    else
        add_time(tip, "to", bar->end_ns);
    add_time(tip, "took", bar->end_ns - bar->begin_ns);
    if (bar->look == VIZ_LOOK_WAIT || bar->look == VIZ_LOOK_SLEEP)
        add_woken_by(tip, model, bar);
    add_args(tip, model->trace, slice->args);
    add_args(tip, model->trace, slice->end_args);
    if (bar->look == VIZ_LOOK_SPAN)
        add_wakes(tip, model, target->lane, bar);
}

static void describe_lane(struct tip *tip, const struct viz_model *model, uint32_t index) {
    static const char *const outcomes[] = {[TRACE_OUTCOME_UNKNOWN] = "",
                                           [TRACE_OUTCOME_RETURNED] = "returned",
                                           [TRACE_OUTCOME_FAILED] = "failed",
                                           [TRACE_OUTCOME_CANCELLED] = "cancelled",
                                           [TRACE_OUTCOME_PENDING] = "had not ended"};
    const struct viz_lane *lane = &model->lanes[index];
    const struct trace_track *track = &model->trace->tracks[lane->track];
    viz_lane_name(model, index, tip->title, sizeof tip->title);
    add_time(tip, "from", lane->begin_ns);
    add_time(tip, "to", lane->end_ns);
    if (model->looks[VIZ_LOOK_SPAN])
        add_time(tip, "at work", lane->work_ns);
    if (model->looks[VIZ_LOOK_WAIT])
        add_time(tip, "waited", lane->wait_ns);
    if (outcomes[track->outcome][0] != '\0')
        add_row(tip, "outcome", outcomes[track->outcome]);
    if (track->kind != TRACE_TRACK_TASK || track->slice_count == 0)
        return;
    const struct trace_slice *life = &model->trace->slices[track->first_slice];
    add_args(tip, model->trace, life->args);
    add_args(tip, model->trace, life->end_args);
}

static void describe_instant(struct tip *tip, const struct viz_model *model,
                             const struct viz_target *target) {
    const struct trace_model *trace = model->trace;
    const struct trace_instant *instant = &trace->instants[target->instant];
    snprintf(tip->title, sizeof tip->title, "%.190s", trace_text(trace, instant->name));
    if (instant->category != TRACE_CATEGORY_OTHER)
        add_row(tip, "what", trace_category_text(trace, instant->category));
    add_row(tip, "by", trace_text(trace, trace->tracks[instant->track].name));
    add_time(tip, "at", instant->time_ns - model->origin_ns);
    add_args(tip, trace, instant->args);
}

static bool describe(struct tip *tip, const struct viz_model *model,
                     const struct viz_target *target) {
    switch (target->kind) {
    case VIZ_AT_BAR:
        describe_bar(tip, model, target);
        return true;
    case VIZ_AT_LANE:
        describe_lane(tip, model, target->lane);
        return true;
    case VIZ_AT_INSTANT:
        describe_instant(tip, model, target);
        return true;
    default:
        return false;
    }
}

/* --- Where it goes ------------------------------------------------------------------------ */

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

static void paint_tip(struct viz_painter *painter, struct tip *tip, int x, int y) {
    const struct viz_frame *frame = painter->frame;
    int pad = viz_px(frame, 12);
    int gap = viz_px(frame, 14);
    int widest = frame->width / 2 < viz_px(frame, 360) ? frame->width / 2 : viz_px(frame, 360);
    int head = painter->measure->height[VIZ_FONT_NAME] + viz_px(frame, 4);
    int line = painter->measure->height[VIZ_FONT_SMALL] + viz_px(frame, 3);
    int names = 0;
    int values = 0;
    for (int i = 0; i < tip->count; i++) {
        names = most(names, viz_text_width(painter, VIZ_FONT_SMALL, tip->rows[i].name));
        values = most(values, viz_text_width(painter, VIZ_FONT_SMALL, tip->rows[i].value));
    }
    int title = viz_text_width(painter, VIZ_FONT_NAME, tip->title);
    int inner = most(title, names + gap + values);
    inner = inner < widest ? inner : widest;
    struct viz_rect at = {x + viz_px(frame, 14), y + viz_px(frame, 16), inner + 2 * pad,
                          head + tip->count * line + 2 * pad - viz_px(frame, 4)};
    if (at.x + at.w > frame->width - viz_px(frame, 4))
        at.x = most(x - viz_px(frame, 14) - at.w, viz_px(frame, 4));
    if (at.y + at.h > frame->height - viz_px(frame, 4))
        at.y = most(frame->height - viz_px(frame, 4) - at.h, viz_px(frame, 4));
    paint_panel(painter, at);
    int top = at.y + pad;
    viz_text_in(painter, VIZ_FONT_NAME, VIZ_TEXT, at.x + pad,
                top + painter->measure->height[VIZ_FONT_NAME] / 2, inner, tip->title);
    top += head;
    for (int i = 0; i < tip->count; i++, top += line) {
        int middle = top + line / 2;
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, at.x + pad, middle, names,
                    tip->rows[i].name);
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_TEXT, at.x + pad + names + gap, middle,
                    inner - names - gap, tip->rows[i].value);
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
        viz_clip(painter->scene, area);
        viz_fill_alpha(painter->scene, VIZ_STRIP, 50,
                       (struct viz_rect){x0, area.y, x1 - x0, area.h});
        viz_fill(painter->scene, VIZ_STRIP, (struct viz_rect){x0, area.y, 1, area.h});
        viz_fill(painter->scene, VIZ_STRIP, (struct viz_rect){x1, area.y, 1, area.h});
        viz_clip(painter->scene, (struct viz_rect){0, 0, frame->width, frame->height});
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
    int height = painter->measure->height[VIZ_FONT_SMALL] + viz_px(frame, 4);
    int x = ui->x - width / 2;
    x = x + width > frame->width ? frame->width - width : most(x, frame->lanes.x);
    struct viz_rect flag = {x, frame->axis.y + (frame->axis.h - height) / 2, width, height};
    viz_round(painter->scene, VIZ_TIP, 255, viz_px(frame, 3), flag);
    viz_stroke(painter->scene, VIZ_TIP_EDGE, 255, viz_px(frame, 3), viz_px(frame, 1), flag);
    viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_TEXT, x + viz_px(frame, 6),
             flag.y + viz_px(frame, 2), text);
}

void viz_paint_tooltip(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_ui *ui = painter->ui;
    bool over = ui->pointer && ui->x >= frame->lanes.x && ui->y >= frame->strip.y &&
                ui->y < frame->lanes.y + frame->lanes.h;
    if (over)
        paint_cursor(painter);
    if (ui->ranging)
        return;
    struct tip tip = {.count = 0};
    if (ui->pointer && (ui->hover.kind != VIZ_AT_LANE || ui->x < frame->lanes.x) &&
        describe(&tip, painter->model, &ui->hover)) {
        paint_tip(painter, &tip, ui->x, ui->y);
        return;
    }
    if (ui->selected.kind != VIZ_AT_BAR || !describe(&tip, painter->model, &ui->selected))
        return;
    const struct viz_bar *bar = &painter->model->bars[ui->selected.bar];
    int x = viz_column(painter, (double)bar->begin_ns);
    int y = (int)lround(viz_row_top(frame, painter->view, ui->selected.row + 1.0));
    bool seen = x < frame->width && viz_column(painter, (double)bar->end_ns) >= frame->lanes.x &&
                y > frame->lanes.y && y - frame->row_px < frame->lanes.y + frame->lanes.h;
    if (seen)
        paint_tip(painter, &tip, most(x, frame->lanes.x), y - viz_px(frame, 12));
}

/* --- Keys --------------------------------------------------------------------------------- */

void viz_paint_help(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    viz_fill_alpha(painter->scene, VIZ_BACKGROUND, 150,
                   (struct viz_rect){0, 0, frame->width, frame->height});
    int keys = 0;
    int texts = 0;
    for (size_t i = 0; i < viz_help_count; i++) {
        keys = most(keys, viz_text_width(painter, VIZ_FONT_SMALL, viz_help[i].keys));
        texts = most(texts, viz_text_width(painter, VIZ_FONT_SMALL, viz_help[i].text));
    }
    int pad = viz_px(frame, 20);
    int gap = viz_px(frame, 24);
    int head = painter->measure->height[VIZ_FONT_VALUE] + viz_px(frame, 10);
    int line = painter->measure->height[VIZ_FONT_SMALL] + viz_px(frame, 6);
    int room = frame->height - viz_px(frame, 8) - head - 2 * pad;
    int rows = (int)viz_help_count;
    if (rows * line > room)
        line = most(room / rows, painter->measure->height[VIZ_FONT_SMALL] - viz_px(frame, 1));
    int width = keys + gap + texts + 2 * pad;
    width = width < frame->width - viz_px(frame, 8) ? width : frame->width - viz_px(frame, 8);
    int height = head + rows * line + 2 * pad;
    struct viz_rect at = {(frame->width - width) / 2, most((frame->height - height) / 2, 0), width,
                          height};
    paint_panel(painter, at);
    int y = at.y + pad;
    viz_text(painter->scene, VIZ_FONT_VALUE, VIZ_TEXT, at.x + pad, y, "Keys and mouse");
    y += head;
    for (size_t i = 0; i < viz_help_count; i++, y += line) {
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_TEXT, at.x + pad, y + line / 2, keys,
                    viz_help[i].keys);
        viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, at.x + pad + keys + gap, y + line / 2,
                    width - 2 * pad - keys - gap, viz_help[i].text);
    }
}
