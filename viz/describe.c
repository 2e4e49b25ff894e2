/* What is said of a thing, in words, from the model alone. */
#include "describe.h"

#include "pair.h"

#include "counters.h"
#include "shares.h"
#include "trace/field_words.h"
#include "wakes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Wakes that are named one by one. */
enum { WAKES_NAMED = 4 };

static void add_fact(struct viz_description *out, const char *name, const char *value) {
    struct viz_fact *fact =
        &out->facts[out->count < VIZ_FACTS_MAX ? out->count : VIZ_FACTS_MAX - 1];
    out->count++;
    viz_copy_text(fact->name, sizeof fact->name, name);
    viz_copy_text(fact->value, sizeof fact->value, value);
}

/* Where there were more facts than fit the last one says how many are missing. */
static void close_facts(struct viz_description *out) {
    if (out->count <= VIZ_FACTS_MAX)
        return;
    struct viz_fact *last = &out->facts[VIZ_FACTS_MAX - 1];
    snprintf(last->name, sizeof last->name, "and");
    snprintf(last->value, sizeof last->value, "%d more", out->count - VIZ_FACTS_MAX + 1);
    out->count = VIZ_FACTS_MAX;
}

static void add_time(struct viz_description *out, const char *name, int64_t time_ns) {
    char text[VIZ_TIME_SIZE];
    viz_format_exact(time_ns, text);
    add_fact(out, name, text);
}

static void add_count(struct viz_description *out, const char *name, uint64_t count) {
    char text[VIZ_TIME_SIZE];
    viz_format_count(count, text);
    add_fact(out, name, text);
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Arguments of our own traces in words: what is a track's number has its name beside it, and an
 * object's number its type; an outcome is a row of its own. */
static void add_own_arg(struct viz_description *out, const char *name, const char *value) {
    char *end;
    double number = strtod(value, &end);
    bool is_number = end != value && *end == '\0';
    if (ends_with(name, "_tid") || strcmp(name, "outcome") == 0 ||
        (strcmp(name, "object") == 0 && is_number))
        return;
    if (strcmp(name, "until") == 0 && is_number && fabs(number) < 9e15)
        add_time(out, name, llround(number * 1000));
    else if (strcmp(name, "type") == 0)
        add_fact(out, "object", value);
    else
        add_fact(out, strcmp(name, "owner") == 0 ? "held by" : name, value);
}

static void add_args(struct viz_description *out, const struct trace_model *trace, uint32_t args) {
    if (args == 0)
        return;
    struct trace_args left = trace_args_of(trace, args);
    struct trace_arg arg;
    while (trace_args_next(&left, &arg)) {
        char name[48];
        char value[160];
        int length = arg.key_length < sizeof name - 1 ? (int)arg.key_length : (int)sizeof name - 1;
        snprintf(name, sizeof name, "%.*s", length, arg.key);
        trace_arg_decode(&arg, value, sizeof value);
        if (trace->version > 0)
            add_own_arg(out, name, value);
        else
            add_fact(out, name, value);
    }
}

/* What the object that a wait is for was like when it began. Its owner is told by the wait. */
static void add_object(struct viz_description *out, const struct viz_model *model,
                       const struct trace_slice *slice) {
    const struct trace_model *trace = model->trace;
    double object;
    const struct viz_counter_of *counters;
    if (!trace_arg_number(trace, slice->args, "object", &object) || !(fabs(object) < 9e15))
        return;
    size_t count = viz_counters_of(model, llround(object), &counters);
    for (size_t i = 0; i < count; i++) {
        const struct trace_counter *counter = &trace->counters[counters[i].counter];
        const char *key = trace_text(trace, counter->key);
        char name[48], value[TRACE_FIELD_WORDS];
        if (strcmp(key, "owner") == 0)
            continue;
        trace_field_name(key, name, sizeof name);
        trace_field_value(key, llround(trace_counter_at(counter, slice->begin_ns)), value);
        add_fact(out, name, value);
    }
}

static void add_wakes(struct viz_description *out, const struct viz_model *model, uint32_t bar) {
    uint32_t wakes[WAKES_NAMED];
    size_t count = viz_wakes_by(model, bar, wakes, WAKES_NAMED);
    char text[160] = "";
    size_t length = 0;
    for (size_t i = 0; i < count && i < WAKES_NAMED; i++) {
        const struct trace_wake *wake = &model->trace->wakes[wakes[i]];
        const char *name = trace_text(model->trace, model->trace->tracks[wake->to_track].name);
        int more =
            snprintf(text + length, sizeof text - length, "%s%.28s", i > 0 ? ", " : "", name);
        length += more > 0 ? (size_t)more : 0;
    }
    if (count > WAKES_NAMED)
        snprintf(text + length, sizeof text - length, " and %zu more", count - WAKES_NAMED);
    if (count > 0)
        add_fact(out, "wakes", text);
}

static void add_woken_by(struct viz_description *out, const struct viz_model *model,
                         const struct viz_bar *bar) {
    const struct trace_model *trace = model->trace;
    const struct trace_slice *slice = &trace->slices[bar->slice];
    if (bar->flags & VIZ_BAR_PENDING) {
        add_fact(out, "woken by", "nobody");
        return;
    }
    if (slice->wake == TRACE_NO_INDEX)
        return;
    const struct trace_track *by = &trace->tracks[trace->wakes[slice->wake].from_track];
    bool loop = by->kind == TRACE_TRACK_LOOP;
    const char *timer = bar->look == VIZ_LOOK_SLEEP ? "its timer" : "the loop";
    add_fact(out, "woken by", loop ? timer : trace_text(trace, by->name));
}

static void describe_bar(struct viz_description *out, const struct viz_model *model,
                         uint32_t index) {
    const struct viz_bar *bar = &model->bars[index];
    uint32_t on = model->rows[viz_row_of_bar(model, index)].lane;
    const struct trace_slice *slice = &model->trace->slices[bar->slice];
    static const char *const looks[VIZ_LOOK_COUNT] = {
        [VIZ_LOOK_SPAN] = "span of", [VIZ_LOOK_SLEEP] = "sleep of", [VIZ_LOOK_WAIT] = "wait of",
        [VIZ_LOOK_READY] = "ready",  [VIZ_LOOK_RUN] = "runs on",    [VIZ_LOOK_LANE] = "is"};
    snprintf(out->heading, sizeof out->heading, "%.190s", viz_bar_name(model, bar));
    char lane[160];
    viz_lane_name(model, on, lane, sizeof lane);
    add_fact(out, looks[bar->look], lane);
    add_time(out, "from", bar->begin_ns);
    if (bar->flags & VIZ_BAR_PENDING)
        add_fact(out, "to", "the end of the run");
    else if (bar->flags & VIZ_BAR_OPEN)
        add_fact(out, "to", "the end of the trace");
    else
        add_time(out, "to", bar->end_ns);
    add_time(out, "took", bar->end_ns - bar->begin_ns);
    if (bar->look == VIZ_LOOK_WAIT || bar->look == VIZ_LOOK_SLEEP)
        add_woken_by(out, model, bar);
    add_args(out, model->trace, slice->args);
    add_object(out, model, slice);
    add_args(out, model->trace, slice->end_args);
    if (bar->look == VIZ_LOOK_SPAN)
        add_wakes(out, model, index);
}

static void describe_lane(struct viz_description *out, const struct viz_model *model,
                          uint32_t index) {
    static const char *const outcomes[] = {[TRACE_OUTCOME_UNKNOWN] = "",
                                           [TRACE_OUTCOME_RETURNED] = "returned",
                                           [TRACE_OUTCOME_FAILED] = "failed",
                                           [TRACE_OUTCOME_CANCELLED] = "cancelled",
                                           [TRACE_OUTCOME_PENDING] = "had not ended"};
    const struct viz_lane *lane = &model->lanes[index];
    const struct trace_track *track = &model->trace->tracks[lane->track];
    viz_lane_name(model, index, out->heading, sizeof out->heading);
    add_time(out, "from", lane->begin_ns);
    add_time(out, "to", lane->end_ns);
    if (model->looks[VIZ_LOOK_SPAN])
        add_time(out, "working", lane->work_ns);
    if (model->looks[VIZ_LOOK_WAIT])
        add_time(out, "waiting", lane->wait_ns);
    if (outcomes[track->outcome][0] != '\0')
        add_fact(out, "outcome", outcomes[track->outcome]);
    if (track->kind != TRACE_TRACK_TASK || track->slice_count == 0)
        return;
    const struct trace_slice *life = &model->trace->slices[track->first_slice];
    add_args(out, model->trace, life->args);
    add_args(out, model->trace, life->end_args);
}

static void describe_instant(struct viz_description *out, const struct viz_model *model,
                             uint32_t index) {
    const struct trace_model *trace = model->trace;
    const struct trace_instant *instant = &trace->instants[index];
    snprintf(out->heading, sizeof out->heading, "%.190s", trace_text(trace, instant->name));
    if (instant->category != TRACE_CATEGORY_OTHER)
        add_fact(out, "what", trace_category_text(trace, instant->category));
    add_fact(out, "by", trace_text(trace, trace->tracks[instant->track].name));
    add_time(out, "at", instant->time_ns - model->origin_ns);
    add_args(out, trace, instant->args);
}

/* Bars that are too short to be seen one by one. */
static void describe_bars(struct viz_description *out, const struct viz_model *model,
                          struct viz_id id) {
    static const char *const names[VIZ_LOOK_COUNT] = {
        [VIZ_LOOK_SPAN] = "in spans", [VIZ_LOOK_SLEEP] = "sleeps", [VIZ_LOOK_WAIT] = "waits",
        [VIZ_LOOK_READY] = "ready",   [VIZ_LOOK_RUN] = "runs",     [VIZ_LOOK_LANE] = "there"};
    const struct viz_bar *first = &model->bars[id.index];
    const struct viz_bar *last = &model->bars[id.index + id.more - 1];
    uint32_t on = model->rows[viz_row_of_bar(model, id.index)].lane;
    viz_lane_name(model, on, out->heading, sizeof out->heading);
    add_count(out, "bars", id.more);
    add_time(out, "from", first->begin_ns);
    add_time(out, "to", last->end_ns);
    struct viz_shares shares = viz_shares_of_bars(model, id.index, id.more);
    for (int look = 0; look < VIZ_LOOK_COUNT; look++)
        if (shares.ns[look] > 0)
            add_time(out, names[look], (int64_t)shares.ns[look]);
}

static void describe_wake(struct viz_description *out, const struct viz_model *model,
                          uint32_t index) {
    const struct trace_model *trace = model->trace;
    const struct trace_wake *wake = &trace->wakes[index];
    const char *name = trace_text(trace, wake->name);
    snprintf(out->heading, sizeof out->heading, "%.190s", name[0] != '\0' ? name : "wake");
    add_fact(out, "from", trace_text(trace, trace->tracks[wake->from_track].name));
    add_fact(out, "to", trace_text(trace, trace->tracks[wake->to_track].name));
    add_time(out, "at", wake->from_ns - model->origin_ns);
    if (wake->to_ns != wake->from_ns)
        add_time(out, "until", wake->to_ns - model->origin_ns);
    if (wake->wait != TRACE_NO_INDEX)
        add_fact(out, "ends", trace_text(trace, trace->slices[wake->wait].name));
}

static void add_number(struct viz_description *out, const char *name, double number) {
    char text[VIZ_TIME_SIZE];
    viz_format_number(number, text);
    add_fact(out, name, text);
}

static void describe_counter(struct viz_description *out, const struct viz_model *model,
                             uint32_t index) {
    const struct trace_counter *counter = viz_counter(model, index);
    viz_counter_name(model, index, out->heading, sizeof out->heading);
    add_number(out, "least", counter->min);
    add_number(out, "greatest", counter->max);
    add_count(out, "changes", counter->sample_count);
}

static void describe_object(struct viz_description *out, const struct viz_model *model,
                            uint32_t index) {
    const struct viz_object *object = &model->objects[index];
    const struct trace_model *trace = model->trace;
    (void)snprintf(out->heading, sizeof out->heading, "%.40s %.140s", object->type_text,
                   trace_text(trace, object->name));
    if (object->limit > 0)
        add_number(out, "at most", object->limit);
    if (object->level != TRACE_NO_INDEX) {
        const struct trace_counter *level = &trace->counters[object->level];
        add_number(out, "least", level->min);
        add_number(out, "greatest", level->max);
    }
    if (object->outside == TRACE_NO_INDEX && object->below == TRACE_NO_INDEX)
        return;
    char share[32];
    add_time(out, "waited for, in all", llround(object->waited_ns));
    (void)snprintf(share, sizeof share, "%.1f %% of the time",
                   model->end_ns > 0 ? 100 * object->contended_ns / (double)model->end_ns : 0);
    add_fact(out, "somebody waits", share);
}

static void describe_trace(struct viz_description *out, const struct viz_model *model) {
    snprintf(out->heading, sizeof out->heading, "%.190s", viz_model_title(model));
    add_fact(out, "file", model->file_name);
    add_args(out, model->trace, model->trace->header);
}

/* What the reader had to say, of which each kind of event that it left out is a line, and what is
 * in the trace but not in the picture. */
static bool describe_remark(struct viz_description *out, const struct viz_model *model) {
    const struct trace_model *trace = model->trace;
    if (trace->warning_count == 0 && model->hidden_count == 0)
        return false;
    snprintf(out->heading, sizeof out->heading, "%s",
             trace->warning_count > 0 ? "Warnings" : "Not all is drawn");
    for (size_t i = 0; i < trace->warning_count; i++)
        add_fact(out, "", trace->warnings[i]);
    char text[VIZ_HIDDEN_SIZE];
    viz_hidden_text(model, text);
    if (text[0] != '\0')
        add_fact(out, trace->warning_count > 0 ? "" : "not drawn", text);
    return true;
}

/* A bar of the old one of two runs. */
static void describe_old_bar(struct viz_description *out, const struct viz_pair *pair,
                             uint32_t index) {
    const struct viz_model *old = pair->models[CMP_A];
    add_fact(out, "in", old->file_name);
    describe_bar(out, old, index);
}

/* The sentence of a difference, in a buffer that the caller frees. */
static const char *say(struct viz_description *out, const struct viz_pair *pair,
                       const struct cmp_difference *difference, base_buffer *sentence) {
    if (cmp_sentence(pair->result, difference, sentence) == 0)
        return sentence->data;
    out->cut = true;
    return "not enough memory to say it";
}

static void describe_change(struct viz_description *out, const struct viz_pair *pair,
                            uint32_t index) {
    const struct cmp_difference *difference = cmp_difference_at(pair->result, index);
    const struct viz_change *change = &pair->changes[index];
    base_buffer sentence = {0};
    viz_copy_text(out->heading, sizeof out->heading, say(out, pair, difference, &sentence));
    base_buffer_free(&sentence);
    add_fact(out, "difference", cmp_kind_words[difference->kind]);
    for (int side = 0; side < CMP_SIDES; side++)
        if (change->time_ns[side] != CMP_NO_TIME)
            add_time(out, side == CMP_A ? "in A at" : "in B at", change->time_ns[side]);
    if (change->time_ns[CMP_A] != CMP_NO_TIME && change->time_ns[CMP_B] != CMP_NO_TIME &&
        change->time_ns[CMP_A] != change->time_ns[CMP_B])
        add_time(out, change->time_ns[CMP_B] > change->time_ns[CMP_A] ? "later by" : "earlier by",
                 llabs(change->time_ns[CMP_B] - change->time_ns[CMP_A]));
    if (change->root)
        add_count(out, "root of", difference->consequences);
    else
        add_fact(out, "follows from",
                 say(out, pair, cmp_difference_at(pair->result, difference->root), &sentence));
    base_buffer_free(&sentence);
}

static bool describe(struct viz_description *out, const struct viz_model *model, struct viz_id id) {
    switch ((enum viz_id_kind)id.kind) {
    case VIZ_ID_TRACE:
        describe_trace(out, model);
        return true;
    case VIZ_ID_LANE:
        describe_lane(out, model, id.index);
        return true;
    case VIZ_ID_BAR:
        describe_bar(out, model, id.index);
        return true;
    case VIZ_ID_BARS:
        describe_bars(out, model, id);
        return true;
    case VIZ_ID_INSTANT:
        describe_instant(out, model, id.index);
        return true;
    case VIZ_ID_WAKE:
        describe_wake(out, model, id.index);
        return true;
    case VIZ_ID_COUNTER:
        describe_counter(out, model, id.index);
        return true;
    case VIZ_ID_OBJECT:
        describe_object(out, model, id.index);
        return true;
    case VIZ_ID_REMARK:
        return describe_remark(out, model);
    case VIZ_ID_OLD_BAR:
        describe_old_bar(out, model->pair, id.index);
        return true;
    case VIZ_ID_CHANGE:
        describe_change(out, model->pair, id.index);
        return true;
    default:
        return false;
    }
}

/* What the lanes of a group come to, together, and which of them waited longest. */
static void describe_group(struct viz_description *out, const struct viz_model *model,
                           const struct viz_arrangement *arrangement, uint32_t index) {
    const struct viz_group *group = &arrangement->groups[index];
    const uint32_t *lanes = &arrangement->lanes[group->first];
    int64_t work_ns = 0;
    int64_t wait_ns = 0;
    uint32_t longest = lanes[0];
    for (uint32_t i = 0; i < group->count; i++) {
        const struct viz_lane *lane = &model->lanes[lanes[i]];
        work_ns += lane->work_ns;
        wait_ns += lane->wait_ns;
        longest = lane->wait_ns > model->lanes[longest].wait_ns ? lanes[i] : longest;
    }
    char name[128];
    viz_group_title(arrangement, index, out->heading, sizeof out->heading);
    add_count(out, "lanes", group->count);
    add_time(out, "working, in all", work_ns);
    add_time(out, "waiting, in all", wait_ns);
    viz_lane_name(model, longest, name, sizeof name);
    if (model->lanes[longest].wait_ns > 0) {
        add_fact(out, "waited longest", name);
        add_time(out, "\xE2\x80\xA6 for", model->lanes[longest].wait_ns);
    }
    if (group->failed > 0)
        add_count(out, "failed", group->failed);
    if (group->stuck > 0)
        add_count(out, "nobody can wake", group->stuck);
}

bool viz_describe_arranged(const struct viz_model *model, const struct viz_arrangement *arrangement,
                           struct viz_id id, struct viz_description *description) {
    if (id.kind != VIZ_ID_GROUP)
        return viz_describe(model, id, description);
    *description = (struct viz_description){.count = 0};
    describe_group(description, model, arrangement, id.index);
    return true;
}

bool viz_describe(const struct viz_model *model, struct viz_id id,
                  struct viz_description *description) {
    *description = (struct viz_description){.count = 0};
    bool something = describe(description, model, id);
    close_facts(description);
    return something;
}
