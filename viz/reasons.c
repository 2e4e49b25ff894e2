/* From the picture's things to the history's and back: by track, and by begin and end. */
#include "reasons.h"

#include "cadran.h"
#include "loading.h"
#include "trace/reader.h"
#include "why/slack.h"

#include <string.h>

/* --- Reading -------------------------------------------------------------------------------- */

bool viz_reasons_read(struct viz_reasons *reasons) {
    char message[TRACE_MESSAGE_SIZE];
    bool complete;
    if (reasons->tried || reasons->path == NULL)
        return reasons->run != NULL;
    const char *path = viz_path_again(reasons->path);
    reasons->tried = true;
    reasons->collector = why_collector_new();
    if (reasons->collector == NULL ||
        trace_read_events(path, why_collector_consumer(reasons->collector), &complete, message) !=
            0)
        return false;
    struct why_run *run = why_collector_run(reasons->collector);
    if (why_find_slack(run) != 0 || why_find_path(run, &reasons->way) != 0 ||
        why_find_findings(run, &reasons->findings) != 0)
        return false;
    reasons->run = run;
    reasons->said.run = run;
    return true;
}

void viz_reasons_free(struct viz_reasons *reasons) {
    why_collector_free(reasons->collector);
    why_path_free(&reasons->way);
    why_findings_free(&reasons->findings);
    why_said_free(&reasons->said);
    *reasons = (struct viz_reasons){.path = NULL};
}

/* --- Lanes and tasks ------------------------------------------------------------------------ */

uint32_t viz_lane_of_task(const struct viz_model *model, const struct why_run *run, uint32_t task) {
    const struct trace_model *trace = model->trace;
    if (task == WHY_NONE || trace->process_count == 0)
        return TRACE_NO_INDEX;
    uint32_t track = trace_find_track(trace, trace->processes[0].pid, run->tasks[task].tid);
    return track == TRACE_NO_INDEX ? TRACE_NO_INDEX : model->lane_of_track[track];
}

uint32_t viz_task_of_lane(const struct viz_model *model, const struct why_run *run, uint32_t lane) {
    const struct trace_track *track = &model->trace->tracks[model->lanes[lane].track];
    return track->kind == TRACE_TRACK_TASK ? why_find_task(run, track->tid) : WHY_NONE;
}

/* --- Bars ----------------------------------------------------------------------------------- */

/* The bar of a stretch of rows that is a slice from one time to another, of that category. */
static uint32_t find_bar(const struct viz_model *model, uint32_t first, uint32_t count,
                         int64_t begin_ns, int64_t end_ns, uint8_t category) {
    for (uint32_t bar = viz_bar_from(model, first, count, begin_ns); bar < first + count; bar++) {
        const struct viz_bar *found = &model->bars[bar];
        if (found->begin_ns > begin_ns)
            break;
        if (found->begin_ns == begin_ns && found->end_ns == end_ns &&
            model->trace->slices[found->slice].category == category)
            return bar;
    }
    return TRACE_NO_INDEX;
}

static struct viz_id bar_of(const struct viz_model *model, const struct why_run *run, uint32_t task,
                            int64_t begin_ns, int64_t end_ns, uint8_t category) {
    uint32_t lane = viz_lane_of_task(model, run, task);
    if (lane == TRACE_NO_INDEX)
        return (struct viz_id){.kind = VIZ_ID_NOTHING};
    for (uint32_t i = 0; i < model->lanes[lane].row_count; i++) {
        const struct viz_row *row = &model->rows[model->lanes[lane].first_row + i];
        uint32_t bar = find_bar(model, row->first_bar, row->bar_count, begin_ns, end_ns, category);
        if (bar == TRACE_NO_INDEX)
            bar =
                find_bar(model, row->first_overlay, row->overlay_count, begin_ns, end_ns, category);
        if (bar != TRACE_NO_INDEX)
            return (struct viz_id){.kind = VIZ_ID_BAR, .index = bar};
    }
    return (struct viz_id){.kind = VIZ_ID_LANE, .index = lane};
}

struct viz_id viz_bar_of_wait(const struct viz_model *model, const struct why_run *run,
                              uint32_t wait) {
    const struct why_wait *found = &run->waits[wait];
    return bar_of(model, run, found->task, found->begin_ns, found->end_ns, TRACE_CATEGORY_WAIT);
}

struct viz_id viz_bar_of_span(const struct viz_model *model, const struct why_run *run,
                              uint32_t span) {
    const struct why_span *found = &run->spans[span];
    return bar_of(model, run, found->task, found->begin_ns, found->end_ns, TRACE_CATEGORY_SPAN);
}

static uint32_t task_of_bar(const struct viz_model *model, const struct why_run *run,
                            uint32_t bar) {
    return viz_task_of_lane(model, run, model->rows[viz_row_of_bar(model, bar)].lane);
}

uint32_t viz_wait_of_bar(const struct viz_model *model, const struct why_run *run, uint32_t bar) {
    const struct viz_bar *found = &model->bars[bar];
    uint32_t task = task_of_bar(model, run, bar);
    if (task == WHY_NONE || model->trace->slices[found->slice].category != TRACE_CATEGORY_WAIT)
        return WHY_NONE;
    uint32_t wait = why_wait_at(run, task, found->begin_ns);
    return wait != WHY_NONE && run->waits[wait].begin_ns == found->begin_ns ? wait : WHY_NONE;
}

uint32_t viz_span_of_bar(const struct viz_model *model, const struct why_run *run, uint32_t bar) {
    const struct viz_bar *found = &model->bars[bar];
    uint32_t task = task_of_bar(model, run, bar);
    if (task == WHY_NONE || model->trace->slices[found->slice].category != TRACE_CATEGORY_SPAN)
        return WHY_NONE;
    uint32_t span = why_span_from(run, task, found->begin_ns);
    while (span != WHY_NONE && (run->spans[span].begin_ns != found->begin_ns ||
                                run->spans[span].end_ns != found->end_ns))
        span = run->spans[span].outer;
    return span;
}

/* --- Cause and effect ----------------------------------------------------------------------- */

static struct viz_id lane_id(const struct viz_model *model, const struct why_run *run,
                             uint32_t task) {
    uint32_t lane = viz_lane_of_task(model, run, task);
    return lane == TRACE_NO_INDEX ? (struct viz_id){.kind = VIZ_ID_NOTHING}
                                  : (struct viz_id){.kind = VIZ_ID_LANE, .index = lane};
}

/* What a task had just done when it came to an event: its span, else its wait, else its life. */
static struct viz_id done_before(const struct viz_model *model, const struct why_run *run,
                                 uint32_t task, uint64_t ordinal) {
    uint32_t span = why_span_before(run, task, ordinal);
    uint32_t wait = why_wait_before(run, task, ordinal);
    bool later = wait != WHY_NONE &&
                 (span == WHY_NONE || run->waits[wait].end_ordinal > run->spans[span].end_ordinal);
    if (later && run->waits[wait].end_ns > run->waits[wait].begin_ns)
        return viz_bar_of_wait(model, run, wait);
    return span != WHY_NONE ? viz_bar_of_span(model, run, span) : lane_id(model, run, task);
}

struct viz_id viz_cause_of(const struct viz_model *model, const struct why_run *run,
                           struct viz_id id) {
    uint32_t wait = id.kind == VIZ_ID_BAR ? viz_wait_of_bar(model, run, id.index) : WHY_NONE;
    uint32_t span = id.kind == VIZ_ID_BAR ? viz_span_of_bar(model, run, id.index) : WHY_NONE;
    if (wait != WHY_NONE && run->waits[wait].by != WHY_NONE)
        return done_before(model, run, run->waits[wait].by, run->waits[wait].by_ordinal);
    if (wait != WHY_NONE && run->waits[wait].begin_ordinal > 0)
        return done_before(model, run, run->waits[wait].task, run->waits[wait].begin_ordinal);
    if (span != WHY_NONE)
        return done_before(model, run, run->spans[span].task, run->spans[span].begin_ordinal);
    uint32_t task = id.kind == VIZ_ID_LANE ? viz_task_of_lane(model, run, id.index) : WHY_NONE;
    if (task == WHY_NONE || run->tasks[task].by == WHY_NONE)
        return (struct viz_id){.kind = VIZ_ID_NOTHING};
    return done_before(model, run, run->tasks[task].by, run->tasks[task].begin_ordinal);
}

/* The first wait that a task ended from one event on, before another one; WHY_NONE. */
static uint32_t first_ended_by(const struct why_run *run, uint32_t task, uint64_t from,
                               uint64_t to) {
    uint32_t place = why_deed_from(run, task, from);
    if (place == run->tasks[task].first_deed + run->tasks[task].deed_count)
        return WHY_NONE;
    uint32_t wait = run->task_deeds[place];
    return run->waits[wait].by_ordinal < to ? wait : WHY_NONE;
}

struct viz_id viz_effect_of(const struct viz_model *model, const struct why_run *run,
                            struct viz_id id) {
    uint32_t wait = id.kind == VIZ_ID_BAR ? viz_wait_of_bar(model, run, id.index) : WHY_NONE;
    uint32_t span = id.kind == VIZ_ID_BAR ? viz_span_of_bar(model, run, id.index) : WHY_NONE;
    if (wait == WHY_NONE && span == WHY_NONE)
        return (struct viz_id){.kind = VIZ_ID_NOTHING};
    uint32_t task = wait != WHY_NONE ? run->waits[wait].task : run->spans[span].task;
    uint64_t end = wait != WHY_NONE ? run->waits[wait].end_ordinal : run->spans[span].end_ordinal;
    int64_t end_ns = wait != WHY_NONE ? run->waits[wait].end_ns : run->spans[span].end_ns;
    if (end == 0)
        return (struct viz_id){.kind = VIZ_ID_NOTHING};
    uint32_t ended = first_ended_by(run, task, end, why_next_pause(run, task, end + 1));
    if (ended != WHY_NONE)
        return viz_bar_of_wait(model, run, ended);
    uint32_t after = why_span_from(run, task, end_ns);
    if (after != WHY_NONE && run->spans[after].begin_ns >= end_ns)
        return viz_bar_of_span(model, run, after);
    uint32_t next = why_wait_at(run, task, end_ns);
    bool begins = next != WHY_NONE && next != wait && run->waits[next].begin_ns == end_ns;
    return begins ? viz_bar_of_wait(model, run, next) : lane_id(model, run, task);
}
