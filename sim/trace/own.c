/* The rules of docs/trace-format.md, which a trace of ours is held to. */
#include "trace/build.h"

#include "cadran.h"
#include "trace/memory.h"
#include "trace/strings.h"

#include <string.h>

/* Deeper than this no scenario nests its spans. */
enum { DEPTH_MAX = 10000 };

static const char *text_of(const struct sim_builder *builder, uint32_t text) {
    return sim_trace_text(builder->trace, text);
}

static const struct sim_slice *innermost(const struct sim_builder *builder, uint32_t track) {
    uint32_t open = builder->lanes[track].open;
    return open == SIM_NO_INDEX ? NULL : &builder->trace->slices[open];
}

static const char *track_name(const struct sim_builder *builder, uint32_t track) {
    return text_of(builder, builder->trace->tracks[track].name);
}

/* How much of a text goes into a message. */
static int shown(struct sim_raw text) {
    return text.length < 100 ? (int)text.length : 100;
}

/* --- Slices --------------------------------------------------------------------------------- */

/* Where a slice of each category may begin. */
static int check_place(struct sim_builder *builder, uint32_t track, int category) {
    const struct sim_slice *outer = innermost(builder, track);
    const char *name = track_name(builder, track);
    bool loop = builder->trace->tracks[track].tid == SIM_TRACE_LOOP_TID;
    switch (category) {
    case SIM_CATEGORY_TASK:
        if (loop)
            return sim_build_refuse(builder, builder->line, "a task on the loop's track");
        if (builder->lanes[track].had_task)
            return sim_build_refuse(builder, builder->line, "task \"%.100s\" begins twice", name);
        break;
    case SIM_CATEGORY_WAIT:
    case SIM_CATEGORY_READY:
    case SIM_CATEGORY_SPAN:
        if (loop || outer == NULL)
            return sim_build_refuse(builder, builder->line,
                                    "a %s slice outside of a task, on track \"%.100s\"",
                                    sim_trace_category(builder->trace, (uint8_t)category), name);
        break;
    case SIM_CATEGORY_LOOP:
    case SIM_CATEGORY_RUN:
        if (!loop)
            return sim_build_refuse(builder, builder->line, "a %s slice on track \"%.100s\"",
                                    sim_trace_category(builder->trace, (uint8_t)category), name);
        break;
    default:
        break;
    }
    if (outer == NULL)
        return 0;
    if (outer->category == SIM_CATEGORY_WAIT && category == SIM_CATEGORY_WAIT)
        return sim_build_refuse(builder, builder->line,
                                "task \"%.100s\" begins to wait while it waits for \"%.100s\"",
                                name, text_of(builder, outer->name));
    if (outer->category == SIM_CATEGORY_WAIT || outer->category == SIM_CATEGORY_READY)
        return sim_build_refuse(builder, builder->line,
                                "task \"%.100s\" does something while it does not run (%s "
                                "\"%.100s\" is open)",
                                name, sim_trace_category(builder->trace, outer->category),
                                text_of(builder, outer->name));
    if (outer->depth >= DEPTH_MAX)
        return sim_build_refuse(builder, builder->line, "more than %d slices inside one another",
                                DEPTH_MAX);
    return 0;
}

static int begin_slice(struct sim_builder *builder, const struct sim_event *event, uint32_t track) {
    int category = sim_build_category(builder, event->category, 0);
    if (category < 0)
        return category;
    int error = check_place(builder, track, category);
    if (error != 0)
        return error;
    struct sim_lane *lane = &builder->lanes[track];
    const struct sim_slice *outer = innermost(builder, track);
    struct sim_slice slice = {
        .begin_ns = event->ts_ns,
        .end_ns = event->ts_ns,
        .name = sim_build_text(builder, event->name),
        .args = sim_build_args(builder, event->args),
        .parent = lane->open,
        .wake = SIM_NO_INDEX,
        .depth = outer == NULL ? 0 : (uint16_t)(outer->depth + 1),
        .category = (uint8_t)category,
    };
    if (slice.name == SIM_NO_INDEX || slice.args == SIM_NO_INDEX)
        return CAD_ENOMEM;
    error = sim_build_slice(builder, track, &slice);
    if (error != 0)
        return error;
    lane->open = (uint32_t)builder->trace->slice_count - 1;
    if (category == SIM_CATEGORY_TASK) {
        lane->had_task = true;
        builder->trace->tracks[track].kind = SIM_TRACK_TASK;
    }
    return 0;
}

static uint8_t outcome_of(struct sim_raw args) {
    static const struct {
        const char *text;
        uint8_t outcome;
    } outcomes[] = {
        {"\"returned\"", SIM_OUTCOME_RETURNED},
        {"\"failed\"", SIM_OUTCOME_FAILED},
        {"\"cancelled\"", SIM_OUTCOME_CANCELLED},
        {"\"pending\"", SIM_OUTCOME_PENDING},
    };
    struct sim_raw value;
    if (!sim_raw_member(args, "outcome", &value))
        return SIM_OUTCOME_UNKNOWN;
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (sim_raw_is(value, outcomes[i].text))
            return outcomes[i].outcome;
    return SIM_OUTCOME_UNKNOWN;
}

static bool same_text(struct sim_builder *builder, struct sim_raw raw, uint32_t text,
                      bool *no_memory) {
    uint32_t number = sim_build_text_like(builder, raw, text);
    *no_memory = number == SIM_NO_INDEX;
    return number == text;
}

static int end_slice(struct sim_builder *builder, const struct sim_event *event, uint32_t track) {
    struct sim_trace *trace = builder->trace;
    struct sim_lane *lane = &builder->lanes[track];
    if (lane->open == SIM_NO_INDEX)
        return sim_build_refuse(builder, builder->line,
                                "an end of %.*s \"%.*s\", but nothing is open on track \"%.100s\"",
                                shown(event->category), event->category.text, shown(event->name),
                                event->name.text, track_name(builder, track));
    struct sim_slice *slice = &trace->slices[lane->open];
    bool no_memory = false;
    uint32_t category = trace->categories[slice->category];
    if (!same_text(builder, event->category, category, &no_memory) ||
        !same_text(builder, event->name, slice->name, &no_memory)) {
        if (no_memory)
            return CAD_ENOMEM;
        return sim_build_refuse(builder, builder->line,
                                "an end of %.*s \"%.*s\", but %s \"%.100s\" is the innermost open "
                                "slice of track \"%.100s\"",
                                shown(event->category), event->category.text, shown(event->name),
                                event->name.text, text_of(builder, category),
                                text_of(builder, slice->name), track_name(builder, track));
    }
    slice->end_ns = event->ts_ns;
    if (event->args.length > 2) {
        slice->end_args = sim_build_args(builder, event->args);
        if (slice->end_args == SIM_NO_INDEX)
            return CAD_ENOMEM;
        uint8_t outcome = outcome_of(event->args);
        if (outcome == SIM_OUTCOME_PENDING)
            slice->flags |= SIM_SLICE_PENDING;
        if (slice->category == SIM_CATEGORY_TASK)
            trace->tracks[track].outcome = outcome;
        if (slice->category == SIM_CATEGORY_LOOP)
            trace->outcome = sim_build_text_member(builder, event->args, "outcome");
        if (trace->outcome == SIM_NO_INDEX)
            return CAD_ENOMEM;
    }
    lane->open = slice->parent;
    lane->wait_woken = false;
    return 0;
}

/* --- Wakes ------------------------------------------------------------------------------------ */

static int wake_id(struct sim_builder *builder, const struct sim_event *event, uint64_t *id) {
    int64_t number;
    if (event->id.text == NULL || !sim_scan_whole(event->id, &number) || number < 1)
        return sim_build_refuse(builder, builder->line, "a wake without an id above 0");
    if (!sim_raw_is(event->category, "wake"))
        return sim_build_refuse(builder, builder->line,
                                "a wake's category is \"wake\", not \"%.*s\"",
                                shown(event->category), event->category.text);
    *id = (uint64_t)number;
    return 0;
}

static int begin_wake(struct sim_builder *builder, const struct sim_event *event, uint32_t track) {
    uint64_t id = 0;
    int error = wake_id(builder, event, &id);
    if (error != 0)
        return error;
    if (id <= builder->last_wake_id)
        return sim_build_refuse(builder, builder->line,
                                "wake %llu after wake %llu: the ids of wakes must rise",
                                (unsigned long long)id, (unsigned long long)builder->last_wake_id);
    builder->last_wake_id = id;
    if (builder->half_wakes_by_id.count == 0)
        builder->half_wake_count = 0;
    if (builder->half_wake_count >= SIM_NO_INDEX - 1 ||
        !sim_trace_grow(&builder->half_wakes, &builder->half_wake_capacity,
                        builder->half_wake_count, sizeof *builder->half_wakes) ||
        !sim_map_put(&builder->half_wakes_by_id, id, (uint32_t)builder->half_wake_count))
        return CAD_ENOMEM;
    struct sim_half_wake *half = &builder->half_wakes[builder->half_wake_count++];
    *half = (struct sim_half_wake){
        .from_ns = event->ts_ns,
        .id = id,
        .line = builder->line,
        .from_track = track,
        .name = sim_build_text(builder, event->name),
    };
    return half->name == SIM_NO_INDEX ? CAD_ENOMEM : 0;
}

static int end_wake(struct sim_builder *builder, const struct sim_event *event, uint32_t track) {
    struct sim_trace *trace = builder->trace;
    struct sim_lane *lane = &builder->lanes[track];
    uint64_t id = 0;
    int error = wake_id(builder, event, &id);
    if (error != 0)
        return error;
    uint32_t found = sim_map_get(&builder->half_wakes_by_id, id);
    if (found == SIM_NO_INDEX)
        return sim_build_refuse(builder, builder->line,
                                "wake %llu ends (\"f\"), but has not begun (\"s\")",
                                (unsigned long long)id);
    const struct sim_half_wake *half = &builder->half_wakes[found];
    bool no_memory = false;
    if (!same_text(builder, event->name, half->name, &no_memory))
        return no_memory ? CAD_ENOMEM
                         : sim_build_refuse(builder, builder->line,
                                            "wake %llu has another name where it begins, in line "
                                            "%llu",
                                            (unsigned long long)id, (unsigned long long)half->line);
    if (!event->binds_enclosing)
        return sim_build_refuse(builder, builder->line, "wake %llu ends without \"bp\":\"e\"",
                                (unsigned long long)id);
    if (lane->open == SIM_NO_INDEX || trace->slices[lane->open].category != SIM_CATEGORY_WAIT ||
        lane->wait_woken)
        return sim_build_refuse(builder, builder->line,
                                "wake %llu of task \"%.100s\", which does not wait",
                                (unsigned long long)id, track_name(builder, track));
    trace->slices[lane->open].wake = (uint32_t)trace->wake_count;
    lane->wait_woken = true;
    struct sim_wake wake = {
        .from_ns = half->from_ns,
        .to_ns = event->ts_ns,
        .from_track = half->from_track,
        .to_track = track,
        .wait = lane->open,
        .name = half->name,
    };
    sim_map_remove(&builder->half_wakes_by_id, id);
    return sim_build_wake(builder, &wake);
}

/* --- Events -------------------------------------------------------------------------------------
 */

static int take_instant(struct sim_builder *builder, const struct sim_event *event,
                        uint32_t track) {
    int category = sim_build_category(builder, event->category, 0);
    if (category < 0)
        return category;
    struct sim_instant instant = {
        .time_ns = event->ts_ns,
        .track = track,
        .name = sim_build_text(builder, event->name),
        .args = sim_build_args(builder, event->args),
        .category = (uint8_t)category,
    };
    if (instant.name == SIM_NO_INDEX || instant.args == SIM_NO_INDEX)
        return CAD_ENOMEM;
    return sim_build_instant(builder, &instant);
}

static int take_counters(struct sim_builder *builder, const struct sim_event *event,
                         uint32_t process) {
    const struct sim_trace *trace = builder->trace;
    uint32_t last = builder->first_counter;
    uint32_t likely = last < trace->counter_count ? trace->counters[last].name : 0;
    uint32_t name = sim_build_text_like(builder, event->name, likely);
    if (name == SIM_NO_INDEX)
        return CAD_ENOMEM;
    return sim_build_counters(builder, process, name, event->args, event->ts_ns);
}

static int check_event(struct sim_builder *builder, const struct sim_event *event) {
    if (event->phase == '\0' || strchr("BEsfiC", event->phase) == NULL)
        return sim_build_refuse(builder, builder->line,
                                "an event with \"ph\":\"%c\", which a trace of ours does not have",
                                event->phase == '\0' ? ' ' : event->phase);
    if (event->odd || event->name.text == NULL)
        return sim_build_refuse(builder, builder->line,
                                "an event whose name, category or phase is not a text");
    if (!event->has_ts)
        return sim_build_refuse(builder, builder->line, "an event without a time (\"ts\")");
    if (event->pid < 1 || event->tid < 1 || event->pid_text.text != NULL ||
        event->tid_text.text != NULL)
        return sim_build_refuse(builder, builder->line,
                                "an event whose \"pid\" or \"tid\" is not a number above 0");
    if (event->ts_ns < builder->trace->end_ns)
        return sim_build_refuse(
            builder, builder->line, "time goes back, from %lld.%03d to %lld.%03d",
            (long long)(builder->trace->end_ns / 1000), (int)(builder->trace->end_ns % 1000),
            (long long)(event->ts_ns / 1000), (int)(event->ts_ns % 1000));
    return 0;
}

int sim_own_event(struct sim_builder *builder, const struct sim_event *event) {
    if (event->phase == 'M')
        return sim_build_metadata(builder, event);
    int error = check_event(builder, event);
    if (error != 0)
        return error;
    builder->trace->end_ns = event->ts_ns;
    uint32_t process = sim_build_process(builder, event);
    if (process == SIM_NO_INDEX)
        return CAD_ENOMEM;
    if (event->phase == 'C')
        return take_counters(builder, event, process);

    enum sim_track_kind kind = event->tid == SIM_TRACE_LOOP_TID ? SIM_TRACK_LOOP : SIM_TRACK_THREAD;
    uint32_t track = sim_build_track(builder, process, event->tid, kind);
    if (track == SIM_NO_INDEX)
        return CAD_ENOMEM;
    switch (event->phase) {
    case 'B':
        return begin_slice(builder, event, track);
    case 'E':
        return end_slice(builder, event, track);
    case 's':
        return begin_wake(builder, event, track);
    case 'f':
        return end_wake(builder, event, track);
    default:
        return take_instant(builder, event, track);
    }
}

int sim_own_finish(struct sim_builder *builder) {
    struct sim_trace *trace = builder->trace;
    if (trace->complete && builder->half_wakes_by_id.count > 0) {
        for (size_t i = 0; i < builder->half_wake_count; i++) {
            const struct sim_half_wake *half = &builder->half_wakes[i];
            if (sim_map_get(&builder->half_wakes_by_id, half->id) == i)
                return sim_build_refuse(builder, half->line, "wake %llu never ends (\"f\")",
                                        (unsigned long long)half->id);
        }
    }
    for (size_t track = 0; track < trace->track_count; track++) {
        if (trace->tracks[track].tid == SIM_TRACE_LOOP_TID)
            trace->tracks[track].kind = SIM_TRACK_LOOP;
        for (uint32_t open = builder->lanes[track].open; open != SIM_NO_INDEX;) {
            struct sim_slice *slice = &trace->slices[open];
            if (trace->complete)
                return sim_build_refuse(builder, builder->line,
                                        "the trace ends, but %s \"%.100s\" of track \"%.100s\" is "
                                        "still open",
                                        sim_trace_category(trace, slice->category),
                                        text_of(builder, slice->name),
                                        track_name(builder, (uint32_t)track));
            slice->end_ns = trace->end_ns;
            slice->flags |= SIM_SLICE_OPEN;
            open = slice->parent;
        }
    }
    return 0;
}
