/* Two runs: the old one's bars as ghosts below the new one's, what moved, and what else differs. */
#include "painter.h"

#include "pair.h"

#include "base/buffer.h"
#include "cadran.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How much of a ghost's colours there is, of 255: where nothing differs, and where something does.
 */
enum { GHOST = 72, GHOST_DIFFERS = 150 };

/* Rows of less, in units of the design, have of the lines from where things were the length alone,
 * or no points but those of roots: the ghosts say the rest. */
#define LINKED 10
#define POINTED 20

/* A dash of the line at a difference, and the gap after it, in units of the design. */
#define DASH 5
#define DASH_GAP 4

enum { NOTE_SIZE = 256 };

/* What all of this is painted with: the painter of the picture, whose model is the new run's, and
 * another one for the old run's. */
struct pair_painter {
    struct viz_painter *painter;
    const struct viz_pair *pair;
    struct viz_painter old;
    struct viz_ui old_ui;
};

/* A row of the old run's model, and where it stands in the picture. */
typedef void old_row_fn(struct pair_painter *both, uint32_t row, uint32_t index);

static void begin_pair(struct pair_painter *both, struct viz_painter *painter) {
    *both = (struct pair_painter){.painter = painter, .pair = painter->model->pair};
    both->old_ui = *painter->ui;
    bool hovered = painter->ui->hover.kind == VIZ_ID_OLD_BAR;
    both->old_ui.hover.kind = hovered ? VIZ_ID_BAR : VIZ_ID_NOTHING;
    both->old_ui.selected.kind = VIZ_ID_NOTHING;
    both->old = *painter;
    both->old.ui = &both->old_ui;
    both->old.model = both->pair->models[CMP_A];
    both->old.lane = TRACE_NO_INDEX;
    both->old.ghost = true;
}

static bool has_ghosts(const struct viz_painter *painter) {
    return painter->frame->ghosts && !viz_is_dense(painter->frame);
}

/* --- Rows --------------------------------------------------------------------------------- */

/* The lane that the old run has for one of the new run's; NULL. */
static const struct viz_lane *old_lane_of(const struct pair_painter *both,
                                          const struct viz_lane *lane) {
    const struct viz_model *old = both->old.model;
    uint32_t task = both->pair->task_of_track[CMP_B][lane->track];
    uint32_t track = task != CMP_NOBODY ? both->pair->tasks[task].track[CMP_A] : TRACE_NO_INDEX;
    bool has = track != TRACE_NO_INDEX && old->lane_of_track[track] != TRACE_NO_INDEX;
    return has ? &old->lanes[old->lane_of_track[track]] : NULL;
}

/* The row that stands at a row of the new run's; NULL. */
static const struct viz_row *old_row_at(const struct pair_painter *both, uint32_t index) {
    const struct viz_model *model = both->painter->model;
    const struct viz_lane *lane = &model->lanes[model->rows[index].lane];
    const struct viz_lane *before = old_lane_of(both, lane);
    uint32_t depth = index - lane->first_row;
    bool has = before != NULL && depth < before->row_count;
    return has ? &both->old.model->rows[before->first_row + depth] : NULL;
}

/* What the old run has where a row of the new one stands. Below the last row of a lane stand those
 * that the old one has deeper. */
static void for_old_rows(struct pair_painter *both, uint32_t index, old_row_fn *paint) {
    const struct viz_model *model = both->painter->model;
    const struct viz_lane *lane = &model->lanes[model->rows[index].lane];
    const struct viz_lane *before = old_lane_of(both, lane);
    if (before == NULL)
        return;
    uint32_t depth = index - lane->first_row;
    bool last = depth + 1 == lane->row_count;
    for (uint32_t k = depth; k < before->row_count && (k == depth || last); k++)
        paint(both, before->first_row + k, index);
}

/* A lane that the old run has alone. */
static void for_gone_rows(struct pair_painter *both, uint32_t gone, uint32_t index,
                          old_row_fn *paint) {
    const struct viz_model *old = both->old.model;
    const struct viz_lane *lane = &old->lanes[old->lane_of_track[both->pair->gone[gone]]];
    for (uint32_t k = 0; k < lane->row_count; k++)
        paint(both, lane->first_row + k, index);
}

static void for_each_old_row(struct pair_painter *both, old_row_fn *paint) {
    const struct viz_view *view = both->painter->view;
    size_t rows = both->painter->model->row_count;
    double end = ceil(view->first_row + both->painter->frame->extent.visible_rows);
    end = fmin(end, (double)(rows + both->pair->gone_count));
    for (uint32_t i = (uint32_t)view->first_row; i < end; i++) {
        if (i < rows)
            for_old_rows(both, i, paint);
        else
            for_gone_rows(both, i - (uint32_t)rows, i, paint);
    }
}

void viz_fade_ghost(const struct viz_painter *painter, const struct viz_bar *bar) {
    bool differs =
        viz_change_of(painter->model->pair, CMP_A, bar->slice, painter->ui->differing) != NULL;
    viz_fade(painter->scene, differs ? GHOST_DIFFERS : GHOST);
}

static void paint_ghost_row(struct pair_painter *both, uint32_t row, uint32_t index) {
    viz_paint_bars_at(&both->old, row, index);
}

void viz_paint_ghosts(struct viz_painter *painter) {
    struct pair_painter both;
    if (!has_ghosts(painter))
        return;
    begin_pair(&both, painter);
    viz_clip(painter->scene, &painter->frame->lanes);
    for_each_old_row(&both, paint_ghost_row);
    viz_fade(painter->scene, 255);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}

/* --- What moved --------------------------------------------------------------------------- */

static int role_of(const struct viz_change *change) {
    return change->root ? VIZ_ALERT : VIZ_MARK;
}

static bool is_current(const struct pair_painter *both, int side, uint32_t slice) {
    uint32_t current = both->painter->ui->change;
    return current != CMP_NOBODY && both->pair->changes[current].slice[side] == slice;
}

static void paint_ring(const struct pair_painter *both, const struct viz_change *change,
                       bool current, struct viz_rect rect) {
    const struct viz_frame *frame = both->painter->frame;
    int out = viz_px(frame, 2);
    struct viz_rect ring = {rect.x - out, rect.y - out, rect.w + 2 * out, rect.h + 2 * out};
    if (!current && !change->root)
        return;
    viz_stroke(both->painter->scene, change->root ? VIZ_ALERT : VIZ_ACCENT, 255, viz_px(frame, 5),
               viz_px(frame, current ? 2 : 1.5), ring);
}

/* From where it was, on the ghost, to where it is, on the bar. */
static void paint_link(const struct pair_painter *both, uint32_t index, int from_x, int to_x,
                       int role) {
    struct viz_painter *painter = both->painter;
    struct viz_rect above = viz_bar_rect(painter, index, 0, 1);
    struct viz_rect below = viz_bar_rect(&both->old, index, 0, 1);
    int line = viz_px(painter->frame, 1);
    int middle = (above.y + above.h + below.y) / 2;
    int dot = viz_px(painter->frame, 3) | 1;
    int left = from_x < to_x ? from_x : to_x;
    int right = from_x < to_x ? to_x : from_x;
    if (right - left < 2 * line)
        return;
    viz_fill(painter->scene, role, (struct viz_rect){left, middle, right - left + line, line});
    if (painter->frame->row_px < LINKED * painter->frame->scale)
        return;
    viz_fill(painter->scene, role,
             (struct viz_rect){to_x, above.y + above.h - viz_px(painter->frame, 4), line,
                               middle - above.y - above.h + viz_px(painter->frame, 4)});
    viz_fill(painter->scene, role,
             (struct viz_rect){from_x, middle, line, below.y + below.h / 2 - middle});
    viz_shape(painter->scene, VIZ_DOT, role,
              (struct viz_rect){from_x - dot / 2, below.y + below.h / 2 - dot / 2, dot, dot});
}

static void write_shift(int64_t shift_ns, char out[VIZ_TIME_SIZE]) {
    char length[VIZ_TIME_SIZE];
    viz_format_duration(shift_ns < 0 ? -shift_ns : shift_ns, length);
    snprintf(out, VIZ_TIME_SIZE, "%s%.40s", shift_ns < 0 ? "\xE2\x88\x92" : "+", length);
}

/* What stands on a ghost: by how much it moved, or how else it differs. */
static void write_note(const struct pair_painter *both, const struct viz_change *change,
                       uint32_t old_slice, char out[NOTE_SIZE]) {
    const struct trace_model *new_trace = both->painter->model->trace;
    const struct trace_model *old_trace = both->old.model->trace;
    const struct trace_slice *before = &old_trace->slices[old_slice];
    const char *name = trace_text(old_trace, before->name);
    out[0] = '\0';
    if (change->slice[CMP_B] == TRACE_NO_INDEX) {
        snprintf(out, NOTE_SIZE, "gone");
        return;
    }
    const struct trace_slice *after = &new_trace->slices[change->slice[CMP_B]];
    int64_t begin_ns = after->begin_ns - before->begin_ns;
    int64_t end_ns = after->end_ns - before->end_ns;
    char shift[VIZ_TIME_SIZE] = "";
    if (begin_ns != 0 || end_ns != 0)
        write_shift(begin_ns != 0 ? begin_ns : end_ns, shift);
    if (strcmp(name, trace_text(new_trace, after->name)) != 0)
        snprintf(out, NOTE_SIZE, "%s%swas %.150s", shift, shift[0] != '\0' ? "  " : "", name);
    else
        snprintf(out, NOTE_SIZE, "%s", shift);
}

/* In the ghosts' part of a row, from a column on; up to `right`, or it is left to the details. On
 * hatching it gets a plain ground. */
static void paint_note(const struct pair_painter *both, uint32_t index, int role, int left,
                       int right, bool plate, const char *note) {
    struct viz_painter *painter = both->painter;
    int pad = viz_px(painter->frame, 5);
    struct viz_rect strip = viz_bar_rect(&both->old, index, 0, 1);
    int height = viz_line_height(painter, VIZ_FONT_SMALL);
    int width = viz_text_width(painter, VIZ_FONT_SMALL, note);
    if (height > strip.h + viz_px(painter->frame, 2) || note[0] == '\0' ||
        width + 2 * pad > right - left)
        return;
    if (plate)
        viz_fill(painter->scene, VIZ_WAIT_FILL,
                 (struct viz_rect){left + viz_px(painter->frame, 2), strip.y + 2,
                                   width + 2 * pad - viz_px(painter->frame, 4), strip.h - 4});
    viz_text(painter->scene, VIZ_FONT_SMALL, role == VIZ_MARK ? VIZ_TEXT : role, left + pad,
             strip.y + (strip.h - height) / 2, note);
}

/* The columns of a slice. */
static void columns_of(const struct viz_painter *painter, const struct trace_slice *slice, int *x0,
                       int *x1) {
    *x0 = viz_column(painter, (double)slice->begin_ns);
    *x1 = viz_column(painter, (double)slice->end_ns);
}

/* From both ends of a ghost, where they moved, and did not move alike. */
static void paint_links(const struct pair_painter *both, const struct trace_slice *before,
                        const struct trace_slice *after, uint32_t index, int role) {
    int x0, x1, to0, to1;
    columns_of(both->painter, before, &x0, &x1);
    columns_of(both->painter, after, &to0, &to1);
    if (before->begin_ns != after->begin_ns)
        paint_link(both, index, x0, to0, role);
    if (after->end_ns - before->end_ns != after->begin_ns - before->begin_ns)
        paint_link(both, index, x1, to1, role);
}

/* A ghost that differs: lines to where it is now, and a note. `room` is the column up to which
 * nothing follows it. */
static void paint_moved(struct pair_painter *both, const struct viz_bar *bar, uint32_t index,
                        int room) {
    struct viz_painter *painter = both->painter;
    const struct viz_change *change =
        viz_change_of(both->pair, CMP_A, bar->slice, painter->ui->differing);
    if (change == NULL)
        return;
    int x0, x1;
    char note[NOTE_SIZE];
    int role = role_of(change);
    const struct trace_slice *before = &both->old.model->trace->slices[bar->slice];
    columns_of(painter, before, &x0, &x1);
    viz_shows(painter->scene, VIZ_ID_CHANGE, (size_t)(change - both->pair->changes));
    if (change->slice[CMP_B] != TRACE_NO_INDEX)
        paint_links(both, before, &painter->model->trace->slices[change->slice[CMP_B]], index,
                    role);
    else
        paint_ring(both, change, is_current(both, CMP_A, bar->slice),
                   viz_bar_rect(&both->old, index, x0, x1));
    write_note(both, change, bar->slice, note);
    int left = x0 > painter->frame->lanes.x ? x0 : painter->frame->lanes.x;
    int wanted = viz_text_width(painter, VIZ_FONT_SMALL, note) + 2 * viz_px(painter->frame, 5);
    bool inside = x1 - left >= wanted;
    paint_note(both, index, role, inside ? left : x1, inside ? x1 : room,
               inside && bar->look != VIZ_LOOK_SPAN, note);
}

/* Of a row, bars that are wide enough to be seen, one after the other. */
static void paint_moved_row(struct pair_painter *both, uint32_t row_index, uint32_t index) {
    const struct viz_painter *old = &both->old;
    const struct viz_row *row = &old->model->rows[row_index];
    int right = old->frame->lanes.x + old->frame->lanes.w;
    int unit = viz_px(old->frame, 2);
    uint32_t end = row->first_bar + row->bar_count;
    uint32_t at = viz_bar_from(old->model, row->first_bar, row->bar_count,
                               (int64_t)floor(old->view->begin_ns));
    while (at < end) {
        const struct viz_bar *bar = &old->model->bars[at];
        int x0 = viz_column(old, (double)bar->begin_ns);
        int x1 = viz_column(old, (double)bar->end_ns);
        if (x0 > right)
            return;
        uint32_t next = at + 1;
        if (x1 - x0 >= unit) {
            int room =
                next < end ? viz_column(old, (double)old->model->bars[next].begin_ns) : right;
            paint_moved(both, bar, index, room < right ? room : right);
        } else {
            double past_ns = viz_time_at(old->frame, old->view, x0 + unit);
            next = viz_bar_from(old->model, next, end - next, (int64_t)ceil(past_ns));
        }
        at = next;
    }
}

/* --- What is new, and what else differs ----------------------------------------------------- */

/* Whether the old run shows anything below a bar. */
static bool has_ghost(const struct pair_painter *both, uint32_t index, const struct viz_bar *bar) {
    const struct viz_model *old = both->old.model;
    const struct viz_row *row = old_row_at(both, index);
    if (row == NULL)
        return false;
    uint32_t at = viz_bar_from(old, row->first_bar, row->bar_count, bar->begin_ns);
    while (at < row->first_bar + row->bar_count && old->bars[at].end_ns == bar->begin_ns)
        at++;
    return at < row->first_bar + row->bar_count && old->bars[at].begin_ns < bar->end_ns;
}

/* A bar of the new run that differs. */
static void paint_new(struct pair_painter *both, const struct viz_bar *bar, uint32_t index,
                      int room) {
    struct viz_painter *painter = both->painter;
    const struct viz_change *change =
        viz_change_of(both->pair, CMP_B, bar->slice, painter->ui->differing);
    if (change == NULL)
        return;
    int x0 = viz_column(painter, (double)bar->begin_ns);
    int x1 = viz_column(painter, (double)bar->end_ns);
    viz_shows(painter->scene, VIZ_ID_CHANGE, (size_t)(change - both->pair->changes));
    struct viz_rect rect = viz_shape_of(
        painter, bar, viz_bar_rect(painter, index, x0, x1 - viz_px(painter->frame, 1)));
    paint_ring(both, change, is_current(both, CMP_B, bar->slice), rect);
    if (change->slice[CMP_A] == TRACE_NO_INDEX && !has_ghost(both, index, bar))
        paint_note(both, index, role_of(change), x0, room, false, "new");
}

static void paint_new_row(struct pair_painter *both, uint32_t index) {
    const struct viz_painter *painter = both->painter;
    const struct viz_model *model = painter->model;
    const struct viz_row *row = &model->rows[index];
    int right = painter->frame->lanes.x + painter->frame->lanes.w;
    int unit = viz_px(painter->frame, 2);
    uint32_t end = row->first_bar + row->bar_count;
    uint32_t at = viz_bar_from(model, row->first_bar, row->bar_count,
                               (int64_t)floor(painter->view->begin_ns));
    while (at < end) {
        const struct viz_bar *bar = &model->bars[at];
        int x0 = viz_column(painter, (double)bar->begin_ns);
        if (x0 > right)
            return;
        uint32_t next = at + 1;
        if (viz_column(painter, (double)bar->end_ns) - x0 >= unit) {
            int room = next < end ? viz_column(painter, (double)model->bars[next].begin_ns) : right;
            paint_new(both, bar, index, room < right ? room : right);
        } else {
            double past_ns = viz_time_at(painter->frame, painter->view, x0 + unit);
            next = viz_bar_from(model, next, end - next, (int64_t)ceil(past_ns));
        }
        at = next;
    }
}

/* What is no bar's, and does not only follow in time: a diamond between the two runs. */
static void paint_points(struct pair_painter *both, uint32_t task, uint32_t index) {
    struct viz_painter *painter = both->painter;
    const struct viz_pair *pair = both->pair;
    struct viz_rect below = viz_bar_rect(&both->old, index, 0, 1);
    int right = painter->frame->lanes.x + painter->frame->lanes.w;
    int taken = painter->frame->lanes.x - 1;
    uint32_t end = pair->tasks[task].first + pair->tasks[task].count;
    for (uint32_t at = viz_change_from(pair, task, (int64_t)floor(painter->view->begin_ns));
         at < end; at++) {
        const struct viz_change *change = &pair->changes[pair->by_task[at]];
        int x = viz_column(painter, (double)viz_change_time(change));
        bool bar = change->slice[CMP_A] != TRACE_NO_INDEX || change->slice[CMP_B] != TRACE_NO_INDEX;
        bool current = pair->by_task[at] == painter->ui->change;
        if (x > right)
            return;
        bool minor = change->timed || painter->frame->row_px < POINTED * painter->frame->scale;
        if (bar && !change->root && !current)
            continue;
        if ((minor && !change->root && !current) || (x <= taken && !current) ||
            !viz_is_differing(change, painter->ui->differing))
            continue;
        int size = viz_px(painter->frame, change->root || current ? 10 : 7) | 1;
        viz_shows(painter->scene, VIZ_ID_CHANGE, pair->by_task[at]);
        viz_shape(painter->scene, VIZ_DIAMOND,
                  change->root ? VIZ_ALERT
                  : current    ? VIZ_ACCENT
                               : VIZ_MARK,
                  (struct viz_rect){x - size / 2, below.y - size / 2 - 1, size, size});
        taken = x;
    }
}

static void paint_new_rows(struct pair_painter *both) {
    const struct viz_painter *painter = both->painter;
    const struct viz_model *model = painter->model;
    double end = ceil(painter->view->first_row + painter->frame->extent.visible_rows);
    for (uint32_t i = (uint32_t)painter->view->first_row; i < end && i < model->row_count; i++) {
        const struct viz_lane *lane = &model->lanes[model->rows[i].lane];
        uint32_t task = both->pair->task_of_track[CMP_B][lane->track];
        if (task == CMP_NOBODY || both->pair->tasks[task].count == 0)
            continue;
        paint_new_row(both, i);
        if (i == lane->first_row)
            paint_points(both, task, i);
    }
}

void viz_paint_changes(struct viz_painter *painter) {
    struct pair_painter both;
    if (!has_ghosts(painter))
        return;
    begin_pair(&both, painter);
    viz_clip(painter->scene, &painter->frame->lanes);
    for_each_old_row(&both, paint_moved_row);
    paint_new_rows(&both);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
    viz_clip(painter->scene, NULL);
}

/* --- The line at a difference ----------------------------------------------------------------- */

/* "First root: job0 wakes job5, not job2, by queue slots", or with its number. */
static void write_flag(const struct viz_painter *painter, uint32_t index, char *out, size_t size) {
    const struct cmp_result *result = painter->model->pair->result;
    const struct cmp_difference *difference = cmp_difference_at(result, index);
    base_buffer sentence = {0};
    bool written = cmp_sentence(result, difference, &sentence) == 0;
    char head[96];
    if (cmp_root_count(result) > 0 && cmp_root_at(result, 0) == index)
        snprintf(head, sizeof head, "First root");
    else
        snprintf(head, sizeof head, "%u of %zu, %s", index + 1, cmp_difference_count(result),
                 difference->root == index ? "a root" : "follows");
    if (!written)
        painter->scene->error = CAD_ENOMEM;
    snprintf(out, size, "%s: %.*s", head, written ? (int)sentence.length : 0,
             written ? sentence.data : "");
    base_buffer_free(&sentence);
}

static void paint_dashes(const struct viz_painter *painter, int x, int role) {
    const struct viz_frame *frame = painter->frame;
    int bottom = frame->lanes.y + frame->lanes.h;
    int thick = viz_px(frame, 1.5);
    int dash = viz_px(frame, DASH);
    for (int y = frame->strip.y; y < bottom; y += dash + viz_px(frame, DASH_GAP))
        viz_fill(painter->scene, role,
                 (struct viz_rect){x - thick / 2, y, thick, bottom - y < dash ? bottom - y : dash});
}

int viz_flag_height(const struct viz_painter *painter) {
    return viz_line_height(painter, VIZ_FONT_SMALL) + viz_px(painter->frame, 4);
}

/* Beside the line, where there is more room. */
static void paint_flag(const struct viz_painter *painter, int x, int role, const char *text) {
    const struct viz_frame *frame = painter->frame;
    int pad = viz_px(frame, 6);
    int height = viz_flag_height(painter);
    int end = frame->lanes.x + frame->lanes.w;
    int wanted = viz_text_width(painter, VIZ_FONT_SMALL, text) + 2 * pad;
    bool right = end - x >= wanted || end - x >= x - frame->lanes.x;
    int room = right ? end - x : x - frame->lanes.x;
    char shown[512];
    int width = viz_elide(painter->measure, VIZ_FONT_SMALL, text, room - 2 * pad, false, shown,
                          sizeof shown);
    int y = frame->strip.h > 0 ? frame->strip.y : frame->lanes.y;
    struct viz_rect flag = {right ? x : x - width - 2 * pad, y, width + 2 * pad, height};
    if (width == 0)
        return;
    bool root = role == VIZ_ALERT;
    viz_round(painter->scene, root ? VIZ_ALERT : VIZ_TIP, 255, viz_px(frame, 3), flag);
    if (!root)
        viz_stroke(painter->scene, VIZ_TIP_EDGE, 255, viz_px(frame, 3), viz_px(frame, 1), flag);
    viz_text(painter->scene, VIZ_FONT_SMALL, root ? VIZ_BACKGROUND : VIZ_TEXT, flag.x + pad,
             y + viz_px(frame, 2), shown);
}

void viz_paint_change_line(struct viz_painter *painter) {
    const struct viz_pair *pair = painter->model->pair;
    uint32_t index = painter->ui->change;
    if (pair == NULL || index == CMP_NOBODY)
        return;
    double row;
    int64_t time_ns;
    viz_change_place(pair, painter->model, index, &row, &time_ns);
    const struct viz_frame *frame = painter->frame;
    int x = viz_column(painter, (double)time_ns);
    if (x < frame->lanes.x || x >= frame->lanes.x + frame->lanes.w)
        return;
    int role = pair->changes[index].root ? VIZ_ALERT : VIZ_MUTED;
    char text[512];
    write_flag(painter, index, text, sizeof text);
    viz_shows(painter->scene, VIZ_ID_CHANGE, index);
    paint_dashes(painter, x, role);
    paint_flag(painter, x, role, text);
    viz_shows(painter->scene, VIZ_ID_NOTHING, 0);
}
