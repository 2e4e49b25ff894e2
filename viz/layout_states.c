/* Where the playhead is: beside the lanes' names, what each task is doing at that event. */
#include "painter.h"

#define SWATCH 9

/* A task that has a span open works, unless it waits or stands in the ready queue. */
enum doing { NOT_THERE, WORKS, RUNS, READY, SLEEPS, WAITS, ENDED };

static enum doing doing_of(const struct trace_state_task *task) {
    static const enum doing doings[TRACE_DOING_COUNT] = {
        [TRACE_DOING_NOTHING] = NOT_THERE, [TRACE_DOING_SOMETHING] = RUNS,
        [TRACE_DOING_READY] = READY,       [TRACE_DOING_RUNS] = RUNS,
        [TRACE_DOING_WAITS] = WAITS,       [TRACE_DOING_SLEEPS] = SLEEPS,
        [TRACE_DOING_ENDED] = ENDED,
    };
    if (task == NULL)
        return NOT_THERE;
    enum doing doing = doings[task->doing];
    return task->spans > 0 && (doing == RUNS || doing == SLEEPS) ? WORKS : doing;
}

bool viz_has_state(const struct viz_painter *painter, uint32_t lane) {
    const struct viz_model *model = painter->model;
    return painter->now != NULL &&
           model->trace->tracks[model->lanes[lane].track].kind == TRACE_TRACK_TASK;
}

static const struct trace_state_task *task_of(const struct viz_painter *painter, uint32_t lane) {
    const struct viz_model *model = painter->model;
    return trace_state_task(painter->now, model->trace->tracks[model->lanes[lane].track].tid);
}

bool viz_is_alive(const struct viz_painter *painter, uint32_t lane) {
    if (!viz_has_state(painter, lane))
        return true;
    enum doing doing = doing_of(task_of(painter, lane));
    return doing != NOT_THERE && doing != ENDED;
}

/* The colour of the outermost span that a lane has open where the playhead is. */
static int colour_at(const struct viz_painter *painter, uint32_t lane) {
    const struct viz_model *model = painter->model;
    const struct viz_row *row = &model->rows[model->lanes[lane].first_row];
    int64_t now_ns = painter->ui->travel->time_ns - model->origin_ns;
    int colour = 0;
    uint32_t end = row->first_bar + row->bar_count;
    for (uint32_t i = viz_bar_from(model, row->first_bar, row->bar_count, now_ns);
         i < end && model->bars[i].begin_ns <= now_ns; i++)
        if (model->bars[i].look == VIZ_LOOK_SPAN)
            colour = model->bars[i].colour;
    return colour;
}

static void paint_swatch(const struct viz_painter *painter, enum doing doing, int colour,
                         struct viz_rect at) {
    const struct {
        int fill, edge;
        bool hatched;
    } looks[] = {[WORKS] = {VIZ_SPAN_FIRST + colour, VIZ_SPAN_EDGE_FIRST + colour, false},
                 [RUNS] = {VIZ_RUN, VIZ_RUN, false},
                 [READY] = {VIZ_BACKGROUND, VIZ_MUTED, false},
                 [SLEEPS] = {VIZ_SLEEP, VIZ_SLEEP_EDGE, false},
                 [WAITS] = {VIZ_WAIT_FILL, VIZ_WAIT, true}};
    int line = viz_px(painter->frame, 1);
    viz_round(painter->scene, looks[doing].fill, 255, viz_px(painter->frame, 2), at);
    if (looks[doing].hatched)
        viz_paint_hatch(
            painter, looks[doing].edge, 120,
            (struct viz_rect){at.x + line, at.y + line, at.w - 2 * line, at.h - 2 * line});
    viz_stroke(painter->scene, looks[doing].edge, 255, viz_px(painter->frame, 2), line, at);
}

static void write_doing(const struct viz_painter *painter, const struct trace_state_task *task,
                        enum doing doing, char *out, size_t size) {
    static const char *const words[] = {
        [NOT_THERE] = "not there yet", [WORKS] = "works", [RUNS] = "runs",   [READY] = "ready",
        [SLEEPS] = "sleeps",           [WAITS] = "waits", [ENDED] = "ended",
    };
    viz_copy_text(out, size,
                  doing == WAITS ? trace_state_text(painter->now, task->wait) : words[doing]);
}

void viz_paint_state(const struct viz_painter *painter, uint32_t lane, struct viz_rect name,
                     bool words) {
    const struct trace_state_task *task = task_of(painter, lane);
    enum doing doing = doing_of(task);
    int size = viz_px(painter->frame, SWATCH);
    if (doing != NOT_THERE && doing != ENDED)
        paint_swatch(
            painter, doing, doing == WORKS ? colour_at(painter, lane) : 0,
            (struct viz_rect){name.x + name.w - size, name.y + (name.h - size) / 2, size, size});
    if (!words)
        return;
    char text[256];
    write_doing(painter, task, doing, text, sizeof text);
    viz_text_in(painter, VIZ_FONT_SMALL, VIZ_MUTED, name.x,
                name.y + name.h + viz_line_height(painter, VIZ_FONT_SMALL) / 2, name.w, text);
}
