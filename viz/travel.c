/* From event to event. */
#include "travel.h"

#include "axis.h"
#include "base/memory.h"
#include "cadran.h"

#include <inttypes.h>
#include <stdio.h>

#define KIND(kind) (UINT64_C(1) << (kind))

uint32_t viz_lane_of_tid(const struct viz_model *model, int64_t tid) {
    const struct trace_model *trace = model->trace;
    if (trace->process_count == 0 || tid == 0)
        return TRACE_NO_INDEX;
    uint32_t track = trace_find_track(trace, trace->processes[0].pid, tid);
    return track != TRACE_NO_INDEX ? model->lane_of_track[track] : TRACE_NO_INDEX;
}

int64_t viz_tid_of(const struct viz_model *model, struct viz_id id) {
    uint32_t lane = viz_lane_of(model, id);
    return lane != TRACE_NO_INDEX ? model->trace->tracks[model->lanes[lane].track].tid : 0;
}

void viz_travel_leave(struct viz_travel *travel) {
    travel->ordinal = 0;
    travel->chosen = (struct trace_subject){.kind = TRACE_SUBJECT_NOTHING};
}

void viz_travel_free(struct viz_travel *travel) {
    base_free(travel->values);
    *travel = (struct viz_travel){0};
}

/* --- Going ---------------------------------------------------------------------------------- */

int viz_travel_go(struct viz_travel *travel, uint64_t ordinal) {
    const struct trace_state *state;
    if (travel->timeline == NULL)
        return 0;
    uint64_t end = trace_timeline_end(travel->timeline);
    ordinal = ordinal < 1 ? 1 : ordinal > end ? end : ordinal;
    if (end == 0)
        return 0;
    if (trace_timeline_seek(travel->timeline, ordinal, &state) != 0)
        return CAD_ENOMEM;
    const struct trace_now *now = trace_state_now(state);
    travel->ordinal = ordinal;
    travel->time_ns = travel->line_ns = now->time_ns;
    travel->iteration = now->iteration;
    travel->detailed = now->detailed;
    travel->first = trace_timeline_find(travel->timeline, now->time_ns - 1) + 1;
    travel->last = trace_timeline_find(travel->timeline, now->time_ns);
    return 0;
}

int viz_travel_go_to_time(struct viz_travel *travel, int64_t time_ns) {
    if (travel->timeline == NULL)
        return 0;
    return viz_travel_go(travel, trace_timeline_find(travel->timeline, time_ns));
}

int viz_travel_go_to_moment(struct viz_travel *travel, const struct viz_moment *moment,
                            int64_t origin_ns) {
    if (!moment->timed)
        return viz_travel_go(travel, moment->number);
    int error = viz_travel_go_to_time(travel, moment->time_ns + origin_ns);
    uint64_t at = travel->first + moment->number - 1;
    if (error != 0 || moment->number == 0 || at > travel->last)
        return error;
    return viz_travel_go(travel, at);
}

bool viz_travel_has(const struct viz_travel *travel, const struct viz_moment *moment,
                    int64_t origin_ns, char fault[VIZ_TRAVEL_FAULT]) {
    char time[VIZ_TIME_SIZE];
    uint64_t end = trace_timeline_end(travel->timeline);
    uint64_t most = moment->timed ? travel->last - travel->first + 1 : end;
    viz_format_exact(travel->time_ns - origin_ns, time);
    bool late =
        moment->timed && travel->last == end && moment->time_ns + origin_ns > travel->time_ns;
    if (late)
        (void)snprintf(fault, VIZ_TRAVEL_FAULT, "--at is beyond the end of the trace, %s", time);
    else if (moment->number > most && moment->timed)
        (void)snprintf(fault, VIZ_TRAVEL_FAULT, "--step: there are %" PRIu64 " events at %s", most,
                       time);
    else if (moment->number > most)
        (void)snprintf(fault, VIZ_TRAVEL_FAULT, "--step: the trace has %" PRIu64 " events", most);
    return !late && moment->number <= most;
}

const struct trace_state *viz_travel_state(const struct viz_travel *travel) {
    const struct trace_state *state;
    if (travel->timeline == NULL || travel->ordinal == 0 ||
        trace_timeline_seek(travel->timeline, travel->ordinal, &state) != 0)
        return NULL;
    return state;
}

/* In a trace without turns: the last event of the time before, or of the next. */
static uint64_t other_time(const struct viz_travel *travel, bool behind) {
    const struct trace_state *state;
    if (!behind)
        return travel->first - 1;
    if (trace_timeline_seek(travel->timeline, travel->last + 1, &state) != 0)
        return 0;
    return trace_timeline_find(travel->timeline, trace_state_now(state)->time_ns);
}

int viz_travel_step(struct viz_travel *travel, enum viz_stride stride, bool behind, int64_t task) {
    struct trace_timeline *timeline = travel->timeline;
    struct trace_subject subject = travel->chosen;
    uint64_t to = 0;
    int error = 0;
    if (timeline == NULL || travel->ordinal == 0)
        return 0;
    switch (stride) {
    case VIZ_STRIDE_EVENT:
        to = behind ? travel->ordinal + 1 : travel->ordinal - 1;
        break;
    case VIZ_STRIDE_TURN:
        to = travel->detailed
                 ? trace_timeline_near(timeline, travel->ordinal, behind, KIND(TRACE_TURN_END))
                 : other_time(travel, behind);
        break;
    case VIZ_STRIDE_ITERATION:
        to = trace_timeline_near(timeline, travel->ordinal, behind, KIND(TRACE_ITERATION));
        break;
    case VIZ_STRIDE_TASK:
        subject = (struct trace_subject){.kind = TRACE_SUBJECT_TASK, .of = (uint64_t)task};
        error = trace_timeline_change(timeline, subject, travel->ordinal, behind, &to);
        break;
    case VIZ_STRIDE_VALUE:
        error = trace_timeline_change(timeline, subject, travel->ordinal, behind, &to);
        break;
    case VIZ_STRIDE_ALL:
        to = behind ? UINT64_MAX : 1;
        break;
    }
    return error != 0 || to == 0 ? error : viz_travel_go(travel, to);
}

/* --- Values --------------------------------------------------------------------------------- */

bool viz_travel_is_chosen(const struct viz_travel *travel, struct trace_subject subject) {
    const struct trace_subject *chosen = &travel->chosen;
    return subject.kind != TRACE_SUBJECT_NOTHING && chosen->kind == subject.kind &&
           chosen->of == subject.of && chosen->key == subject.key;
}

void viz_travel_choose(struct viz_travel *travel, int step) {
    size_t count = travel->value_count, at = 0;
    while (at < count && !viz_travel_is_chosen(travel, travel->values[at]))
        at++;
    if (count == 0)
        return;
    if (at == count)
        at = step > 0 ? count - 1 : 0;
    at = (at + count + (step > 0 ? 1 : count - 1)) % count;
    travel->chosen = travel->values[at];
}

uint32_t viz_travel_add_value(struct viz_travel *travel, struct trace_subject subject) {
    if (!base_grow(&travel->values, &travel->value_capacity, travel->value_count,
                   sizeof *travel->values))
        return UINT32_MAX;
    travel->values[travel->value_count] = subject;
    return (uint32_t)travel->value_count++;
}
