/* The rules of docs/trace-format.md, which a trace of ours is held to. */
#include "trace/build.h"

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"

#include <string.h>

/* Deeper than this no scenario nests its spans. */
enum { DEPTH_MAX = 10000 };

static const char *text_of(const struct trace_builder *builder, uint32_t text) {
    return trace_text(builder->trace, text);
}

static const struct trace_slice *innermost(const struct trace_builder *builder, uint32_t track) {
    uint32_t open = builder->lanes[track].open;
    return open == TRACE_NO_INDEX ? NULL : &builder->trace->slices[open];
}

static const char *track_name(const struct trace_builder *builder, uint32_t track) {
    return text_of(builder, builder->trace->tracks[track].name);
}

/* How much of a text goes into a message. */
static int shown(struct trace_raw text) {
    return text.length < 100 ? (int)text.length : 100;
}

/* --- Slices --------------------------------------------------------------------------------- */

/* Where a slice of each category may begin. */
static int check_place(struct trace_builder *builder, uint32_t track, int category) {
    const struct trace_slice *outer = innermost(builder, track);
    const char *name = track_name(builder, track);
    bool loop = builder->trace->tracks[track].tid == TRACE_LOOP_TID;
    switch (category) {
    case TRACE_CATEGORY_TASK:
        if (loop)
            return trace_build_refuse(builder, builder->line, "a task on the loop's track");
        if (builder->lanes[track].had_task)
            return trace_build_refuse(builder, builder->line, "task \"%.100s\" begins twice", name);
        break;
    case TRACE_CATEGORY_WAIT:
    case TRACE_CATEGORY_READY:
    case TRACE_CATEGORY_SPAN:
        if (loop || outer == NULL)
            return trace_build_refuse(builder, builder->line,
                                      "a %s slice outside of a task, on track \"%.100s\"",
                                      trace_category_text(builder->trace, (uint8_t)category), name);
        break;
    case TRACE_CATEGORY_LOOP:
    case TRACE_CATEGORY_RUN:
        if (!loop)
            return trace_build_refuse(builder, builder->line, "a %s slice on track \"%.100s\"",
                                      trace_category_text(builder->trace, (uint8_t)category), name);
        break;
    default:
        break;
    }
    if (outer == NULL)
        return 0;
    if (outer->category == TRACE_CATEGORY_WAIT && category == TRACE_CATEGORY_WAIT)
        return trace_build_refuse(builder, builder->line,
                                  "task \"%.100s\" begins to wait while it waits for \"%.100s\"",
                                  name, text_of(builder, outer->name));
    if (outer->category == TRACE_CATEGORY_WAIT || outer->category == TRACE_CATEGORY_READY)
        return trace_build_refuse(builder, builder->line,
                                  "task \"%.100s\" does something while it does not run (%s "
                                  "\"%.100s\" is open)",
                                  name, trace_category_text(builder->trace, outer->category),
                                  text_of(builder, outer->name));
    if (outer->depth >= DEPTH_MAX)
        return trace_build_refuse(builder, builder->line, "more than %d slices inside one another",
                                  DEPTH_MAX);
    return 0;
}

/* A slice that begins, inside the one that is open. */
static int add_slice(struct trace_builder *builder, const struct trace_raw_event *event,
                     uint32_t track, int category) {
    int error = check_place(builder, track, category);
    if (error != 0)
        return error;
    const struct trace_slice *outer = innermost(builder, track);
    struct trace_slice slice = {
        .begin_ns = event->ts_ns,
        .end_ns = event->ts_ns,
        .name = trace_build_text(builder, event->name),
        .args = trace_build_args(builder, event->args),
        .parent = builder->lanes[track].open,
        .wake = TRACE_NO_INDEX,
        .depth = outer == NULL ? 0 : (uint16_t)(outer->depth + 1),
        .category = (uint8_t)category,
    };
    if (slice.name == TRACE_NO_INDEX || slice.args == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    return trace_build_slice(builder, track, &slice);
}

static int begin_slice(struct trace_builder *builder, const struct trace_raw_event *event,
                       uint32_t track) {
    int category = trace_build_category(builder, event->category, 0);
    int error = category < 0 ? category : add_slice(builder, event, track, category);
    if (error != 0)
        return error;
    struct trace_lane *lane = &builder->lanes[track];
    lane->open = (uint32_t)builder->trace->slice_count - 1;
    if (category == TRACE_CATEGORY_TASK) {
        lane->had_task = true;
        builder->trace->tracks[track].kind = TRACE_TRACK_TASK;
    }
    return 0;
}

static uint8_t outcome_of(struct trace_raw args) {
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
    if (!trace_raw_member(args, "outcome", &value))
        return TRACE_OUTCOME_UNKNOWN;
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (trace_raw_is(value, outcomes[i].text))
            return outcomes[i].outcome;
    return TRACE_OUTCOME_UNKNOWN;
}

static bool same_text(struct trace_builder *builder, struct trace_raw raw, uint32_t text,
                      bool *no_memory) {
    uint32_t number = trace_build_text_like(builder, raw, text);
    *no_memory = number == TRACE_NO_INDEX;
    return number == text;
}

static int end_slice(struct trace_builder *builder, const struct trace_raw_event *event,
                     uint32_t track) {
    struct trace_model *trace = builder->trace;
    struct trace_lane *lane = &builder->lanes[track];
    if (lane->open == TRACE_NO_INDEX)
        return trace_build_refuse(
            builder, builder->line,
            "an end of %.*s \"%.*s\", but nothing is open on track \"%.100s\"",
            shown(event->category), event->category.text, shown(event->name), event->name.text,
            track_name(builder, track));
    struct trace_slice *slice = &trace->slices[lane->open];
    bool no_memory = false;
    uint32_t category = trace->categories[slice->category];
    if (!same_text(builder, event->category, category, &no_memory) ||
        !same_text(builder, event->name, slice->name, &no_memory)) {
        if (no_memory)
            return CAD_ENOMEM;
        return trace_build_refuse(
            builder, builder->line,
            "an end of %.*s \"%.*s\", but %s \"%.100s\" is the innermost open "
            "slice of track \"%.100s\"",
            shown(event->category), event->category.text, shown(event->name), event->name.text,
            text_of(builder, category), text_of(builder, slice->name), track_name(builder, track));
    }
    slice->end_ns = event->ts_ns;
    if (event->args.length > 2) {
        slice->end_args = trace_build_args(builder, event->args);
        if (slice->end_args == TRACE_NO_INDEX)
            return CAD_ENOMEM;
        uint8_t outcome = outcome_of(event->args);
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
    lane->wait_woken = false;
    return 0;
}

/* --- Wakes ------------------------------------------------------------------------------------ */

static int wake_id(struct trace_builder *builder, const struct trace_raw_event *event,
                   uint64_t *id) {
    int64_t number;
    if (event->id.text == NULL || !trace_scan_whole(event->id, &number) || number < 1)
        return trace_build_refuse(builder, builder->line, "a wake without an id above 0");
    if (!trace_raw_is(event->category, "wake"))
        return trace_build_refuse(builder, builder->line,
                                  "a wake's category is \"wake\", not \"%.*s\"",
                                  shown(event->category), event->category.text);
    *id = (uint64_t)number;
    return 0;
}

static int begin_wake(struct trace_builder *builder, const struct trace_raw_event *event,
                      uint32_t track) {
    uint64_t id = 0;
    int error = wake_id(builder, event, &id);
    if (error != 0)
        return error;
    if (id <= builder->last_wake_id)
        return trace_build_refuse(
            builder, builder->line, "wake %llu after wake %llu: the ids of wakes must rise",
            (unsigned long long)id, (unsigned long long)builder->last_wake_id);
    builder->last_wake_id = id;
    if (builder->half_wakes_by_id.count == 0)
        builder->half_wake_count = 0;
    if (builder->half_wake_count >= TRACE_NO_INDEX - 1 ||
        !base_grow(&builder->half_wakes, &builder->half_wake_capacity, builder->half_wake_count,
                   sizeof *builder->half_wakes) ||
        !base_map_put(&builder->half_wakes_by_id, id, (uint32_t)builder->half_wake_count))
        return CAD_ENOMEM;
    struct trace_half_wake *half = &builder->half_wakes[builder->half_wake_count++];
    *half = (struct trace_half_wake){
        .from_ns = event->ts_ns,
        .id = id,
        .line = builder->line,
        .from_track = track,
        .name = trace_build_text(builder, event->name),
    };
    return half->name == TRACE_NO_INDEX ? CAD_ENOMEM : 0;
}

/* The wait that a wake ends: the one that is open, or one without length, just before. */
static uint32_t wait_of_wake(const struct trace_model *trace, const struct trace_lane *lane,
                             int64_t time_ns) {
    if (lane->point != TRACE_NO_INDEX && trace->slices[lane->point].end_ns == time_ns)
        return lane->point;
    bool waits = lane->open != TRACE_NO_INDEX && !lane->wait_woken &&
                 trace->slices[lane->open].category == TRACE_CATEGORY_WAIT;
    return waits ? lane->open : TRACE_NO_INDEX;
}

static int end_wake(struct trace_builder *builder, const struct trace_raw_event *event,
                    uint32_t track) {
    struct trace_model *trace = builder->trace;
    struct trace_lane *lane = &builder->lanes[track];
    uint64_t id = 0;
    int error = wake_id(builder, event, &id);
    if (error != 0)
        return error;
    uint32_t found = base_map_get(&builder->half_wakes_by_id, id);
    if (found == TRACE_NO_INDEX)
        return trace_build_refuse(builder, builder->line,
                                  "wake %llu ends (\"f\"), but has not begun (\"s\")",
                                  (unsigned long long)id);
    const struct trace_half_wake *half = &builder->half_wakes[found];
    bool no_memory = false;
    if (!same_text(builder, event->name, half->name, &no_memory))
        return no_memory
                   ? CAD_ENOMEM
                   : trace_build_refuse(builder, builder->line,
                                        "wake %llu has another name where it begins, in line "
                                        "%llu",
                                        (unsigned long long)id, (unsigned long long)half->line);
    if (!event->binds_enclosing)
        return trace_build_refuse(builder, builder->line, "wake %llu ends without \"bp\":\"e\"",
                                  (unsigned long long)id);
    uint32_t wait = wait_of_wake(trace, lane, event->ts_ns);
    if (wait == TRACE_NO_INDEX)
        return trace_build_refuse(builder, builder->line,
                                  "wake %llu of task \"%.100s\", which does not wait",
                                  (unsigned long long)id, track_name(builder, track));
    trace->slices[wait].wake = (uint32_t)trace->wake_count;
    lane->wait_woken = wait == lane->open;
    lane->point = TRACE_NO_INDEX;
    struct trace_wake wake = {
        .from_ns = half->from_ns,
        .to_ns = event->ts_ns,
        .from_track = half->from_track,
        .to_track = track,
        .wait = wait,
        .name = half->name,
    };
    base_map_remove(&builder->half_wakes_by_id, id);
    return trace_build_wake(builder, &wake);
}

/* --- Events -------------------------------------------------------------------------------------
 */

/* A slice without length. */
static int take_point(struct trace_builder *builder, const struct trace_raw_event *event,
                      uint32_t track, int category) {
    int error = add_slice(builder, event, track, category);
    if (error == 0 && category == TRACE_CATEGORY_WAIT)
        builder->lanes[track].point = (uint32_t)builder->trace->slice_count - 1;
    return error;
}

/* Whether it is there for other programs, or to declare what counters show. */
static bool is_unseen(int category) {
    return category == TRACE_CATEGORY_WAKE || category == TRACE_CATEGORY_OBJECT;
}

static int take_instant(struct trace_builder *builder, const struct trace_raw_event *event,
                        uint32_t track) {
    int category = trace_build_category(builder, event->category, 0);
    if (category < 0)
        return category;
    if (category == TRACE_CATEGORY_WAIT || category == TRACE_CATEGORY_SPAN)
        return take_point(builder, event, track, category);
    if (is_unseen(category))
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
    if (event->id.text != NULL && !trace_scan_whole(event->id, &object))
        return trace_build_refuse(builder, builder->line, "an object's \"id\" is not a number");
    return trace_build_counters(builder, process, object, name, event->args, event->ts_ns);
}

static int check_event(struct trace_builder *builder, const struct trace_raw_event *event) {
    if (event->phase == '\0' || strchr("BEsfiC", event->phase) == NULL)
        return trace_build_refuse(
            builder, builder->line,
            "an event with \"ph\":\"%c\", which a trace of ours does not have",
            event->phase == '\0' ? ' ' : event->phase);
    if (event->name.text == NULL)
        return trace_build_refuse(builder, builder->line, "an event without a name");
    if (event->odd)
        return trace_build_refuse(builder, builder->line,
                                  "an event with a text where a number is to be, or a number where "
                                  "a text is to be");
    if (!event->has_ts)
        return trace_build_refuse(builder, builder->line, "an event without a time (\"ts\")");
    if (event->pid < 1 || event->tid < 1 || event->pid_text.text != NULL ||
        event->tid_text.text != NULL)
        return trace_build_refuse(builder, builder->line,
                                  "an event whose \"pid\" or \"tid\" is not a number above 0");
    if (event->ts_ns < builder->trace->end_ns)
        return trace_build_refuse(
            builder, builder->line, "time goes back, from %lld.%03d to %lld.%03d",
            (long long)(builder->trace->end_ns / 1000), (int)(builder->trace->end_ns % 1000),
            (long long)(event->ts_ns / 1000), (int)(event->ts_ns % 1000));
    return 0;
}

int trace_own_event(struct trace_builder *builder, const struct trace_raw_event *event) {
    if (event->phase == 'M')
        return trace_build_metadata(builder, event);
    int error = check_event(builder, event);
    if (error != 0)
        return error;
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

int trace_own_finish(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    if (trace->complete && builder->half_wakes_by_id.count > 0) {
        for (size_t i = 0; i < builder->half_wake_count; i++) {
            const struct trace_half_wake *half = &builder->half_wakes[i];
            if (base_map_get(&builder->half_wakes_by_id, half->id) == i)
                return trace_build_refuse(builder, half->line, "wake %llu never ends (\"f\")",
                                          (unsigned long long)half->id);
        }
    }
    for (size_t track = 0; track < trace->track_count; track++) {
        if (trace->tracks[track].tid == TRACE_LOOP_TID)
            trace->tracks[track].kind = TRACE_TRACK_LOOP;
        for (uint32_t open = builder->lanes[track].open; open != TRACE_NO_INDEX;) {
            struct trace_slice *slice = &trace->slices[open];
            if (trace->complete)
                return trace_build_refuse(
                    builder, builder->line,
                    "the trace ends, but %s \"%.100s\" of track \"%.100s\" is "
                    "still open",
                    trace_category_text(trace, slice->category), text_of(builder, slice->name),
                    track_name(builder, (uint32_t)track));
            slice->end_ns = trace->end_ns;
            slice->flags |= TRACE_SLICE_OPEN;
            open = slice->parent;
        }
    }
    return 0;
}
