/* Other programs' traces. Their events come in any order (a "complete" event when it ends, often
 * one thread after the other), and many kinds of them have no place in the model. So all are kept
 * until the last has come, then sorted by time, and what does not fit is counted, not refused.
 *
 * What is read here is what is said in the Trace Event Format's description, and what Chromium's
 * trace viewer and Perfetto make of what it does not say. */
#include "trace/foreign.h"

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"

#include <stdio.h>
#include <string.h>

/* A number as it is written in a key: so many digits and "0x". */
enum { PLAIN_ID_SIZE = 24 };

static const char shown_phases[] = "BEXiIRCbenSTpFstf";

/* What cannot be shown, by "ph". */
static int leave_out_phase(struct trace_builder *builder, char phase) {
    static const struct {
        const char *phases;
        const char *what;
    } kinds[] = {
        {"P", "samples (ph P)"},          {"NOD", "objects (ph N, O, D)"},
        {"vV", "memory dumps (ph v, V)"}, {"c", "clock synchronisations (ph c)"},
        {"()", "contexts (ph (, ))"},
    };
    if (phase == '\0')
        return trace_build_leave_out(builder, builder->line, "events without a ph of one letter");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strchr(kinds[i].phases, phase) != NULL)
            return trace_build_leave_out(builder, builder->line, kinds[i].what);
    char what[64];
    snprintf(what, sizeof what, "events of an unknown kind (ph %c)", phase);
    return trace_build_leave_out(builder, builder->line, what);
}

/* --- What belongs together -------------------------------------------------------------------- */

/* Without its quotes. */
static struct trace_raw unquoted(struct trace_raw value) {
    if (value.length >= 2 && value.text[0] == '"')
        return (struct trace_raw){value.text + 1, value.length - 2};
    return value;
}

static bool read_hex(struct trace_raw text, uint64_t *number) {
    *number = 0;
    if (text.length < 3 || text.length > 18 || text.text[0] != '0' || (text.text[1] | 32) != 'x')
        return false;
    for (size_t i = 2; i < text.length; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = memchr(digits, text.text[i] | 32, 16);
        if (digit == NULL)
            return false;
        *number = *number << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

/* An id in the one form that all ways to write it have in common: 18, "18", "0x12" and "0x012" are
 * the same. */
static struct trace_raw plain_id(struct trace_raw id, char room[PLAIN_ID_SIZE]) {
    struct trace_raw text = unquoted(id);
    struct trace_raw numeral;
    int64_t whole;
    uint64_t number;
    if (text.length == 0)
        return text;
    if (trace_scan_numeral(id, &numeral) && trace_scan_whole(numeral, &whole))
        number = (uint64_t)whole;
    else if (!read_hex(text, &number))
        return text;
    int length = snprintf(room, PLAIN_ID_SIZE, "0x%llx", (unsigned long long)number);
    return (struct trace_raw){room, (size_t)length};
}

/* The number of a text that is made of all parts. */
static uint32_t join(struct trace_builder *builder, const struct trace_raw *parts, size_t count) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += parts[i].length + 1;
    char *key = base_alloc(length);
    if (key == NULL)
        return TRACE_NO_INDEX;
    char *at = key;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].length > 0)
            memcpy(at, parts[i].text, parts[i].length);
        at += parts[i].length;
        *at++ = '\n'; /* which no string of JSON has inside */
    }
    uint32_t number = base_strings_add(builder->trace->strings, key, length);
    base_free(key);
    return number;
}

/* The key of a flow: of old by category, name and id; by "bind_id" alone where it has one. */
static uint32_t flow_key(struct trace_builder *builder, const struct trace_raw_event *event,
                         bool bound) {
    char room[PLAIN_ID_SIZE];
    struct trace_raw bind_id[] = {plain_id(event->bind_id, room)};
    if (bound)
        return join(builder, bind_id, 1);
    struct trace_raw parts[] = {event->category, event->scope, plain_id(event->id, room),
                                event->name};
    return join(builder, parts, sizeof parts / sizeof parts[0]);
}

/* The track of the asynchronous events of one category and id. An id is the whole trace's, unless
 * it says that it is the process's; the events of the old form (S, T, p, F) keep to themselves. */
static uint32_t async_track(struct trace_builder *builder, const struct trace_raw_event *event,
                            uint32_t process, uint32_t name) {
    char room[PLAIN_ID_SIZE];
    char family[16];
    int length = snprintf(family, sizeof family, "%c%lu", strchr("ben", event->phase) ? 'b' : 'S',
                          event->id_is_local ? (unsigned long)process + 1 : 0);
    struct trace_raw parts[] = {
        {family, (size_t)length}, event->category, event->scope, plain_id(event->id, room)};
    uint32_t key = join(builder, parts, sizeof parts / sizeof parts[0]);
    if (key == TRACE_NO_INDEX)
        return TRACE_NO_INDEX;
    uint32_t track = base_map_get(&builder->async_tracks, key);
    if (track != TRACE_NO_INDEX)
        return track;
    track = trace_build_track(builder, process, key, TRACE_TRACK_ASYNC, name);
    if (track == TRACE_NO_INDEX || !base_map_put(&builder->async_tracks, key, track))
        return TRACE_NO_INDEX;
    return track;
}

/* A counter's id is a part of its name. */
static uint32_t counter_name(struct trace_builder *builder, const struct trace_raw_event *event) {
    struct trace_raw id = unquoted(event->id);
    if (id.length == 0)
        return trace_build_text(builder, event->name);
    size_t length = event->name.length + 1 + id.length;
    char *joined = base_alloc(length);
    if (joined == NULL)
        return TRACE_NO_INDEX;
    memcpy(joined, event->name.length > 0 ? event->name.text : "", event->name.length);
    joined[event->name.length] = ' ';
    memcpy(joined + event->name.length + 1, id.text, id.length);
    uint32_t number = trace_build_text(builder, (struct trace_raw){joined, length});
    base_free(joined);
    return number;
}

/* --- Taking events ---------------------------------------------------------------------------- */

static int add(struct trace_builder *builder, struct trace_foreign_event *event) {
    if (builder->foreign_count >= TRACE_NO_INDEX - 1)
        return trace_build_refuse(builder, builder->line, "more than 4294967294 events");
    if (!base_grow(&builder->foreign, &builder->foreign_capacity, builder->foreign_count,
                   sizeof *builder->foreign))
        return CAD_ENOMEM;
    event->order = (uint32_t)builder->foreign_count;
    event->line = builder->line < UINT32_MAX ? (uint32_t)builder->line : UINT32_MAX;
    event->same = event->end_at = event->step = TRACE_NO_INDEX;
    builder->foreign[builder->foreign_count++] = *event;
    return 0;
}

/* The flow that an event has beside what it is. */
static int add_bound_flow(struct trace_builder *builder, const struct trace_raw_event *event,
                          const struct trace_foreign_event *bound) {
    struct trace_foreign_event flow = *bound;
    flow.phase = !event->flow_in   ? TRACE_FLOW_OUT
                 : event->flow_out ? TRACE_FLOW_STEP
                                   : TRACE_FLOW_IN;
    flow.link = flow_key(builder, event, true);
    flow.open = false;
    return flow.link == TRACE_NO_INDEX ? CAD_ENOMEM : add(builder, &flow);
}

/* A "complete" event: one without a duration was written before it was over. */
static int take_duration(struct trace_builder *builder, const struct trace_raw_event *event,
                         struct trace_foreign_event *slice) {
    if (!event->has_duration) {
        slice->open = true;
        return trace_build_remark(builder, builder->line,
                                  "slices (ph X) without a duration (dur) are shown up to the end "
                                  "of the trace");
    }
    if (event->bad_duration)
        return trace_build_remark(builder, builder->line,
                                  "slices (ph X) whose duration (dur) is no number, or below 0, "
                                  "are shown without length");
    slice->end_ns += event->duration_ns;
    return 0;
}

/* Where it stands and what it is called. */
static int find_track(struct trace_builder *builder, const struct trace_raw_event *event,
                      struct trace_foreign_event *taken) {
    uint32_t process = trace_build_process(builder, event);
    if (process == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    taken->name =
        event->phase == 'C' ? counter_name(builder, event) : trace_build_text(builder, event->name);
    taken->track = TRACE_NO_INDEX;
    int64_t tid;
    if (event->phase == 'C')
        taken->track = process;
    else if (strchr("benSTpF", event->phase) != NULL)
        taken->track = async_track(builder, event, process, taken->name);
    else if (trace_build_tid(builder, event, &tid))
        taken->track = trace_build_track(builder, process, tid, TRACE_TRACK_THREAD, 0);
    return taken->name == TRACE_NO_INDEX || taken->track == TRACE_NO_INDEX ? CAD_ENOMEM : 0;
}

/* What of an event the model has no place for, though it has one for the event. */
static int leave_out_members(struct trace_builder *builder, const struct trace_raw_event *event,
                             int category) {
    int error = 0;
    if (category == TRACE_CATEGORY_OTHER && event->category.length > 0)
        error = trace_build_leave_out(builder, builder->line,
                                      "categories (cat), of which there are too many,");
    if (error == 0 && event->odd_args)
        error = trace_build_leave_out(builder, builder->line,
                                      "arguments (args) that are not an object");
    if (error == 0 && event->has_stack)
        error = trace_build_leave_out(builder, builder->line, "stacks of events (sf, stack)");
    return error;
}

static int take(struct trace_builder *builder, const struct trace_raw_event *event) {
    int category = trace_build_category(builder, event->category, TRACE_CATEGORY_COUNT);
    if (category < 0)
        return category;
    struct trace_foreign_event taken = {
        .ts_ns = event->ts_ns,
        .end_ns = event->ts_ns,
        .args = trace_build_args(builder, event->args),
        .link = TRACE_NO_INDEX,
        .category = (uint8_t)category,
        .phase = event->phase,
        .binds_next = event->phase == 'f' && !event->binds_enclosing,
    };
    int error = find_track(builder, event, &taken);
    if (error == 0)
        error = leave_out_members(builder, event, category);
    if (error == 0 && event->phase == 'X')
        error = take_duration(builder, event, &taken);
    bool flow = strchr("stf", event->phase) != NULL;
    if (flow)
        taken.link = flow_key(builder, event, false);
    if (taken.args == TRACE_NO_INDEX || (flow && taken.link == TRACE_NO_INDEX))
        return CAD_ENOMEM;
    if (error == 0)
        error = add(builder, &taken);
    bool bound = event->bind_id.text != NULL && (event->flow_in || event->flow_out);
    if (error == 0 && bound && strchr("BXbniIR", event->phase) != NULL)
        error = add_bound_flow(builder, event, &taken);
    return error;
}

int trace_foreign_event(struct trace_builder *builder, const struct trace_raw_event *event) {
    if (event->phase == 'M')
        return trace_build_metadata(builder, event);
    if (event->phase == '\0' || strchr(shown_phases, event->phase) == NULL)
        return leave_out_phase(builder, event->phase);
    if (!event->has_ts)
        return trace_build_leave_out(
            builder, builder->line,
            "events without a time (ts), or with one that is no number or out of range");
    return take(builder, event);
}

int trace_foreign_finish(struct trace_builder *builder) {
    int error = trace_foreign_pair(builder);
    return error == 0 ? trace_foreign_place(builder) : error;
}
