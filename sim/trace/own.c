/* A model out of the events of a trace of ours, which keep the rules (rules.h): what ends here has
 * begun, and what is woken waits. */
#include "trace/build.h"

#include "cadran.h"

/* --- Slices --------------------------------------------------------------------------------- */

/* The category of an event: the table's, or one of a later version. Negative: an error. */
static int category_of(struct trace_builder *builder, struct trace_found_kind found,
                       const struct trace_raw_event *event) {
    return found.like != TRACE_UNKNOWN ? trace_kinds[found.like].category
                                       : trace_build_category(builder, event->category, 0);
}

/* A slice that begins, inside the one that is open. */
static int add_slice(struct trace_builder *builder, const struct trace_raw_event *event,
                     uint32_t track, int category) {
    uint32_t open = builder->lanes[track].open;
    struct trace_slice slice = {
        .begin_ns = event->ts_ns,
        .end_ns = event->ts_ns,
        .name = trace_build_text(builder, event->name),
        .args = trace_build_args(builder, event->args),
        .parent = open,
        .wake = TRACE_NO_INDEX,
        .depth = open == TRACE_NO_INDEX ? 0 : (uint16_t)(builder->trace->slices[open].depth + 1),
        .category = (uint8_t)category,
    };
    if (slice.name == TRACE_NO_INDEX || slice.args == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    return trace_build_slice(builder, track, &slice);
}

static int begin_slice(struct trace_builder *builder, const struct trace_raw_event *event,
                       uint32_t track, int category) {
    int error = add_slice(builder, event, track, category);
    if (error != 0)
        return error;
    builder->lanes[track].open = (uint32_t)builder->trace->slice_count - 1;
    if (category == TRACE_CATEGORY_TASK)
        builder->trace->tracks[track].kind = TRACE_TRACK_TASK;
    return 0;
}

static uint8_t outcome_of(const struct trace_raw_event *event) {
    static const struct {
        const char *text;
        uint8_t outcome;
    } outcomes[] = {
        {"\"returned\"", TRACE_OUTCOME_RETURNED},
        {"\"failed\"", TRACE_OUTCOME_FAILED},
        {"\"cancelled\"", TRACE_OUTCOME_CANCELLED},
        {"\"pending\"", TRACE_OUTCOME_PENDING},
    };
    struct trace_raw value;
    if (!trace_raw_argument(event, "outcome", &value))
        return TRACE_OUTCOME_UNKNOWN;
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (trace_raw_is(value, outcomes[i].text))
            return outcomes[i].outcome;
    return TRACE_OUTCOME_UNKNOWN;
}

static int end_slice(struct trace_builder *builder, const struct trace_raw_event *event,
                     uint32_t track) {
    struct trace_model *trace = builder->trace;
    struct trace_lane *lane = &builder->lanes[track];
    struct trace_slice *slice = &trace->slices[lane->open];
    slice->end_ns = event->ts_ns;
    if (event->args.length > 2) {
        slice->end_args = trace_build_args(builder, event->args);
        if (slice->end_args == TRACE_NO_INDEX)
            return CAD_ENOMEM;
        uint8_t outcome = outcome_of(event);
        if (outcome == TRACE_OUTCOME_PENDING)
            slice->flags |= TRACE_SLICE_PENDING;
        if (slice->category == TRACE_CATEGORY_TASK)
            trace->tracks[track].outcome = outcome;
        if (slice->category == TRACE_CATEGORY_LOOP)
            trace->outcome = trace_build_text_member(builder, event->args, "outcome");
        if (trace->outcome == TRACE_NO_INDEX)
            return CAD_ENOMEM;
    }
    lane->open = slice->parent;
    return 0;
}

/* --- Wakes ------------------------------------------------------------------------------------ */

/* Where the wake began that the rules have found this to be the end of. */
static uint32_t track_of_begin(struct trace_builder *builder, const struct trace_half_wake *half) {
    const struct trace_raw_event begin = {.pid = half->pid, .tid = half->tid};
    uint32_t process = trace_build_process(builder, &begin);
    return process == TRACE_NO_INDEX
               ? TRACE_NO_INDEX
               : trace_build_track(builder, process, half->tid, TRACE_TRACK_THREAD, 0);
}

/* The rest of what is to be known of it comes with its end. */
static int begin_wake(struct trace_builder *builder, const struct trace_rules *rules,
                      uint32_t track) {
    uint32_t open = builder->lanes[track].open;
    bool kept =
        open == TRACE_NO_INDEX || base_map_put(&builder->half_wakes, rules->last_wake_id, open);
    return kept ? 0 : CAD_ENOMEM;
}

static int end_wake(struct trace_builder *builder, const struct trace_rules *rules,
                    const struct trace_raw_event *event, uint32_t track) {
    struct trace_model *trace = builder->trace;
    const struct trace_lane *lane = &builder->lanes[track];
    uint32_t wait = rules->ends_point ? lane->point : lane->open;
    struct trace_wake wake = {
        .from_ns = rules->wake.time_ns,
        .to_ns = event->ts_ns,
        .from_track = track_of_begin(builder, &rules->wake),
        .to_track = track,
        .from_slice = base_map_get(&builder->half_wakes, rules->wake.id),
        .wait = wait,
        .name = trace_build_text(builder, event->name),
    };
    if (wake.from_track == TRACE_NO_INDEX || wake.name == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    base_map_remove(&builder->half_wakes, rules->wake.id);
    trace->slices[wait].wake = (uint32_t)trace->wake_count;
    return trace_build_wake(builder, &wake);
}

/* --- Events ----------------------------------------------------------------------------------- */

/* A slice without length. */
static int take_point(struct trace_builder *builder, const struct trace_raw_event *event,
                      uint32_t track, int category) {
    int error = add_slice(builder, event, track, category);
    if (error == 0 && category == TRACE_CATEGORY_WAIT)
        builder->lanes[track].point = (uint32_t)builder->trace->slice_count - 1;
    return error;
}

static int take_instant(struct trace_builder *builder, const struct trace_raw_event *event,
                        uint32_t track, int category) {
    if (category == TRACE_CATEGORY_WAIT || category == TRACE_CATEGORY_SPAN)
        return take_point(builder, event, track, category);
    if (category == TRACE_CATEGORY_WAKE) /* it is there for other programs */
        return 0;
    struct trace_instant instant = {
        .time_ns = event->ts_ns,
        .track = track,
        .name = trace_build_text(builder, event->name),
        .args = trace_build_args(builder, event->args),
        .category = (uint8_t)category,
    };
    if (instant.name == TRACE_NO_INDEX || instant.args == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    if (category == TRACE_CATEGORY_OBJECT)
        return trace_build_declaration(
            builder, &(struct trace_declaration){.name = instant.name, .args = instant.args});
    return trace_build_instant(builder, &instant);
}

static int take_counters(struct trace_builder *builder, const struct trace_raw_event *event,
                         uint32_t process) {
    const struct trace_model *trace = builder->trace;
    uint32_t last = builder->first_counter;
    uint32_t likely = last < trace->counter_count ? trace->counters[last].name : 0;
    uint32_t name = trace_build_text_like(builder, event->name, likely);
    if (name == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    int64_t object = 0;
    (void)trace_raw_id(event, &object); /* the rules have looked at it */
    return trace_build_counters(builder, process, object, name, trace_arguments_of(event),
                                event->ts_ns);
}

int trace_own_event(struct trace_builder *builder, const struct trace_rules *rules,
                    struct trace_found_kind found, const struct trace_raw_event *event) {
    if (event->phase == 'M')
        return trace_build_metadata(builder, event);
    builder->trace->end_ns = event->ts_ns;
    uint32_t process = trace_build_process(builder, event);
    if (process == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    if (event->phase == 'C')
        return take_counters(builder, event, process);

    enum trace_track_kind kind =
        event->tid == TRACE_LOOP_TID ? TRACE_TRACK_LOOP : TRACE_TRACK_THREAD;
    uint32_t track = trace_build_track(builder, process, event->tid, kind, 0);
    if (track == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    switch (event->phase) {
    case 'E':
        return end_slice(builder, event, track);
    case 's':
        return begin_wake(builder, rules, track);
    case 'f':
        return end_wake(builder, rules, event, track);
    default:
        break;
    }
    int category = category_of(builder, found, event);
    if (category < 0)
        return category;
    return event->phase == 'B' ? begin_slice(builder, event, track, category)
                               : take_instant(builder, event, track, category);
}

/* What was open where the trace was cut short. */
void trace_own_finish(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    for (size_t track = 0; track < trace->track_count; track++) {
        if (trace->tracks[track].tid == TRACE_LOOP_TID)
            trace->tracks[track].kind = TRACE_TRACK_LOOP;
        for (uint32_t open = builder->lanes[track].open; open != TRACE_NO_INDEX;) {
            struct trace_slice *slice = &trace->slices[open];
            slice->end_ns = trace->end_ns;
            slice->flags |= TRACE_SLICE_OPEN;
            open = slice->parent;
        }
    }
}
