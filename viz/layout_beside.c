/* Of two runs, what stands around the lanes: signs beside the names, the old run's line in the
 * strip, the words of the header. */
#include "painter.h"

#include "axis.h"
#include "base/number.h"
#include "counters.h"
#include "pair.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- Beside the lanes --------------------------------------------------------------------- */

static const struct {
    const char *sign;
    const char *meaning;
} signs[VIZ_SIGN_COUNT] = {{"\xE2\x86\x92", "later"}, {"\xE2\x86\x90", "earlier"},
                           {"+", "only in B"},        {"\xE2\x88\x92", "only in A"},
                           {"\xE2\x86\x95", "order"}, {"\xE2\x89\xA0", "other"}};

/* What a place of the gutter says: the lanes whose names share it, where rows are low. */
struct gutter_place {
    int y;
    unsigned all;
    unsigned roots;
};

/* Signs from right to left; those of a root stand out. */
static void paint_signs(const struct viz_painter *painter, const struct gutter_place *place) {
    const struct viz_frame *frame = painter->frame;
    int step = viz_px(frame, 12);
    int x = frame->names.w - viz_px(frame, 6) - step;
    int y =
        place->y +
        (viz_line_height(painter, VIZ_FONT_NAME) - viz_line_height(painter, VIZ_FONT_SMALL)) / 2;
    for (int i = VIZ_SIGN_COUNT - 1; i >= 0 && x >= frame->names.w - frame->gutter; i--) {
        if ((place->all & 1U << i) == 0)
            continue;
        viz_text_aligned(painter->scene, VIZ_FONT_SMALL,
                         (place->roots & 1U << i) != 0 ? VIZ_ALERT : VIZ_MUTED, VIZ_CENTRE, x, y,
                         step, signs[i].sign);
        x -= step;
    }
}

static void paint_gone_name(const struct viz_painter *painter, uint32_t gone, int y) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_model *old = painter->model->pair->models[CMP_A];
    int margin = viz_px(frame, frame->compact ? 10 : 16);
    char name[256];
    char shown[256];
    viz_lane_name(old, old->lane_of_track[painter->model->pair->gone[gone]], name, sizeof name);
    viz_elide(painter->measure, VIZ_FONT_NAME, name,
              frame->names.w - margin - viz_px(frame, 12) - frame->gutter, true, shown,
              sizeof shown);
    viz_text(painter->scene, VIZ_FONT_NAME, VIZ_MUTED, margin, y, shown);
}

/* The task of a row; CMP_NOBODY: none, or the row is not its first. */
static uint32_t task_of_row(const struct viz_painter *painter, uint32_t index) {
    const struct viz_model *model = painter->model;
    const struct viz_pair *pair = model->pair;
    if (index >= model->row_count)
        return pair->task_of_track[CMP_A][pair->gone[index - model->row_count]];
    const struct viz_lane *lane = &model->lanes[model->rows[index].lane];
    int side = model == pair->models[CMP_A] ? CMP_A : CMP_B;
    return index == lane->first_row ? pair->task_of_track[side][lane->track] : CMP_NOBODY;
}

void viz_paint_gutter(struct viz_painter *painter) {
    const struct viz_frame *frame = painter->frame;
    const struct viz_model *model = painter->model;
    if (frame->gutter == 0)
        return;
    enum viz_differing differing = painter->ui->differing;
    int height = viz_line_height(painter, VIZ_FONT_NAME);
    double end =
        fmin(ceil(painter->view->first_row + frame->extent.visible_rows), frame->extent.rows);
    struct gutter_place place = {.y = INT_MIN};
    int free_from = INT_MIN;
    viz_clip(painter->scene, &frame->names);
    for (uint32_t i = (uint32_t)painter->view->first_row; i < end; i++) {
        uint32_t task = task_of_row(painter, i);
        if (task == CMP_NOBODY)
            continue;
        /* As names are left out, and stand. */
        int y = (int)lround(viz_row_top(frame, painter->view, i) + (frame->row_px - height) / 2);
        if (frame->row_px < height && i == 0)
            y = y > frame->names.y ? y : frame->names.y;
        if (y >= free_from) {
            paint_signs(painter, &place);
            place = (struct gutter_place){.y = y};
            free_from = y + height - viz_px(frame, 1);
            if (i >= model->row_count)
                paint_gone_name(painter, i - (uint32_t)model->row_count, y);
        }
        place.all |= viz_signs_of(model->pair, task, false, differing);
        place.roots |= viz_signs_of(model->pair, task, true, differing);
    }
    paint_signs(painter, &place);
    viz_clip(painter->scene, NULL);
}

int viz_paint_pair_legend(struct viz_painter *painter, int x, int middle, int right) {
    const struct viz_frame *frame = painter->frame;
    if (painter->model->pair == NULL)
        return x;
    int y = middle - viz_line_height(painter, VIZ_FONT_SMALL) / 2;
    for (int i = 0; i <= VIZ_SIGN_COUNT; i++) {
        char text[64];
        if (i < VIZ_SIGN_COUNT)
            snprintf(text, sizeof text, "%s %s", signs[i].sign, signs[i].meaning);
        else
            snprintf(text, sizeof text, "%s", painter->frame->ghosts ? "B above A" : "");
        int width = viz_text_width(painter, VIZ_FONT_SMALL, text);
        if (x + width > right)
            return x;
        viz_text(painter->scene, VIZ_FONT_SMALL, VIZ_MUTED, x, y, text);
        x += width + viz_px(frame, 14);
    }
    return x;
}

/* --- The strip ------------------------------------------------------------------------------ */

/* The old run's counter of the same name; TRACE_NO_INDEX. */
static uint32_t old_counter(const struct viz_painter *painter) {
    const struct trace_model *trace = painter->model->trace;
    const struct trace_model *old = painter->model->pair->models[CMP_A]->trace;
    const struct trace_counter *counter = &trace->counters[painter->ui->counter];
    if (painter->ui->counter == trace->open_spans)
        return old->open_spans;
    for (uint32_t i = 0; i < old->counter_count; i++)
        if (strcmp(trace_text(old, old->counters[i].name), trace_text(trace, counter->name)) == 0 &&
            strcmp(trace_text(old, old->counters[i].key), trace_text(trace, counter->key)) == 0)
            return i;
    return TRACE_NO_INDEX;
}

double viz_old_strip_max(const struct viz_painter *painter) {
    uint32_t counter = painter->frame->ghosts ? old_counter(painter) : TRACE_NO_INDEX;
    const struct viz_model *old =
        counter != TRACE_NO_INDEX ? painter->model->pair->models[CMP_A] : NULL;
    return old != NULL ? viz_counter(old, counter)->max : 0;
}

/* The old run's staircase, a line alone. */
void viz_paint_old_strip(struct viz_painter *painter, double most, int top, int bottom) {
    const struct viz_frame *frame = painter->frame;
    uint32_t counter = frame->ghosts ? old_counter(painter) : TRACE_NO_INDEX;
    if (counter == TRACE_NO_INDEX)
        return;
    const struct viz_model *old = painter->model->pair->models[CMP_A];
    int thick = viz_px(frame, 1);
    int end = viz_column(painter, (double)old->end_ns);
    end = end < frame->strip.x + frame->strip.w ? end : frame->strip.x + frame->strip.w;
    int from = viz_column(painter, 0) > frame->strip.x ? viz_column(painter, 0) : frame->strip.x;
    int before_y = bottom;
    for (int x = from; x <= end; x++) {
        double t0 = fmax(viz_time_at(frame, painter->view, x - 0.5), 0);
        double t1 = viz_time_at(frame, painter->view, x + 0.5);
        double least = 0;
        double value = 0; /* after the end */
        if (x < end)
            viz_counter_range(old, counter, (int64_t)ceil(t0), (int64_t)ceil(t1) - 1, &least,
                              &value);
        int y = bottom - (int)lround((most > 0 ? value / most : 0) * (bottom - top));
        if (y == before_y && x < end)
            continue;
        viz_fill(painter->scene, VIZ_MUTED,
                 (struct viz_rect){from, before_y - thick + 1, x - from, thick});
        int high = y < before_y ? y : before_y;
        int low = y < before_y ? before_y : y;
        viz_fill(painter->scene, VIZ_MUTED, (struct viz_rect){x, high, thick, low - high});
        before_y = y;
        from = x;
    }
}

/* --- The header ----------------------------------------------------------------------------- */

/* "A before.json -> B after.json", and by how much times may differ. */
void viz_write_pair_names(const struct viz_pair *pair, char *out, size_t size) {
    const struct cmp_tolerance tolerance = cmp_kept_to(pair->result);
    char within[VIZ_TIME_SIZE + 32] = "";
    if (tolerance.share > 0) {
        snprintf(within, sizeof within, "  \xC2\xB7  within %.4g%%", tolerance.share * 100);
    } else if (tolerance.time_ns > 0) {
        char time[VIZ_TIME_SIZE];
        viz_format_exact(tolerance.time_ns, time);
        snprintf(within, sizeof within, "  \xC2\xB7  within %s", time);
    }
    snprintf(out, size, "A %.100s%s  \xE2\x86\x92  B %.100s%s%s", pair->models[CMP_A]->file_name,
             cmp_is_real(pair->result, CMP_A) ? " (real clock)" : "",
             pair->models[CMP_B]->file_name,
             cmp_is_real(pair->result, CMP_B) ? " (real clock)" : "", within);
}

/* What is the same though something differs that does not count. */
static const char *words_of_rest(enum viz_differing differing) {
    return differing == VIZ_DIFFERING_ORDER ? "same order, other times" : "same times, other order";
}

int viz_write_pair_chip(const struct viz_pair *pair, enum viz_differing differing, char *out,
                        size_t size) {
    size_t roots = 0, followers = 0;
    for (size_t i = 0; i < pair->change_count; i++)
        if (viz_is_differing(&pair->changes[i], differing))
            *(pair->changes[i].root ? &roots : &followers) += 1;
    if (roots + followers == 0) {
        snprintf(out, size, "%s",
                 pair->change_count == 0 ? "no difference" : words_of_rest(differing));
        return VIZ_MUTED;
    }
    snprintf(out, size, "%zu root%s, %zu consequence%s", roots, base_plural(roots), followers,
             base_plural(followers));
    return VIZ_ALERT;
}
