/* Other programs' begins and ends, and flows: what belongs together is found by going through the
 * events in the order of time. */
#include "trace/foreign.h"

#include "base/strings.h"
#include "cadran.h"

#include <stdlib.h>
#include <string.h>

struct pairing {
    struct trace_builder *builder;
    struct base_map flows;   /* by its key: the begin, or the last step, of each flow */
    struct base_map open;    /* by track and name: the innermost begin that is open */
    struct base_map waiting; /* by track: the last end of a flow that belongs to what begins next */
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_times(const void *left, const void *right) {
    const struct trace_foreign_event *a = left;
    const struct trace_foreign_event *b = right;
    int order = COMPARE(a->ts_ns, b->ts_ns);
    return order != 0 ? order : COMPARE(a->order, b->order);
}

static int leave_out(struct pairing *pairing, const struct trace_foreign_event *event,
                     const char *what) {
    return trace_build_leave_out(pairing->builder, event->line, what);
}

/* --- Flows ------------------------------------------------------------------------------------ */

static int begin_flow(struct pairing *pairing, uint32_t index) {
    struct trace_foreign_event *event = &pairing->builder->foreign[index];
    event->open = true;
    return base_map_put(&pairing->flows, event->link, index) ? 0 : CAD_ENOMEM;
}

/* A wake from where its flow was last. A producer's slice may end after the consumer's has begun;
 * the arrow then goes straight down. */
static int build_arrow(struct trace_builder *builder, uint32_t last,
                       const struct trace_foreign_event *to, int64_t to_ns) {
    const struct trace_foreign_event *from = &builder->foreign[last];
    struct trace_wake wake = {
        .from_ns = from->end_ns < to_ns ? from->end_ns : to_ns,
        .to_ns = to_ns,
        .from_track = from->track,
        .to_track = to->track,
        .from_slice = TRACE_NO_INDEX,
        .wait = TRACE_NO_INDEX,
        .name = to->name,
    };
    return trace_build_wake(builder, &wake);
}

/* An end without "bp":"e" waits for what begins next on its track. */
static int wait_for_next(struct pairing *pairing, uint32_t index, uint32_t last) {
    struct trace_foreign_event *event = &pairing->builder->foreign[index];
    event->step = last;
    event->same = base_map_get(&pairing->waiting, event->track);
    event->open = true;
    return base_map_put(&pairing->waiting, event->track, index) ? 0 : CAD_ENOMEM;
}

/* What begins, or happens, on a track is what the ends that wait there belong to. */
static int end_flows_at(struct pairing *pairing, const struct trace_foreign_event *next) {
    struct trace_builder *builder = pairing->builder;
    uint32_t index = base_map_get(&pairing->waiting, next->track);
    int error = 0;
    if (index == TRACE_NO_INDEX)
        return 0;
    base_map_remove(&pairing->waiting, next->track);
    for (; index != TRACE_NO_INDEX && error == 0; index = builder->foreign[index].same) {
        struct trace_foreign_event *end = &builder->foreign[index];
        end->open = false;
        error = build_arrow(builder, end->step, end, next->ts_ns);
    }
    return error;
}

/* A step or the end of a flow. What is bound by "bind_id" may have many ends. */
static int go_on_flow(struct pairing *pairing, uint32_t index) {
    struct trace_builder *builder = pairing->builder;
    const struct trace_foreign_event *event = &builder->foreign[index];
    uint32_t last = base_map_get(&pairing->flows, event->link);
    if (last == TRACE_NO_INDEX)
        return leave_out(pairing, event, "steps and ends of flows without a begin");
    builder->foreign[last].open = false;
    if (event->phase == 'f')
        base_map_remove(&pairing->flows, event->link);
    if (event->phase == 't' && !base_map_put(&pairing->flows, event->link, index))
        return CAD_ENOMEM;
    return event->binds_next ? wait_for_next(pairing, index, last)
                             : build_arrow(builder, last, event, event->ts_ns);
}

static int step_flow(struct pairing *pairing, uint32_t index) {
    int error = go_on_flow(pairing, index);
    return error == 0 ? begin_flow(pairing, index) : error;
}

/* --- Begins and ends --------------------------------------------------------------------------
 *
 * An end closes the innermost begin of its name on its track, which need not be the innermost of
 * all: asynchronous slices cross, and a function that is left by an exception has no end. One
 * without a name closes the innermost of all. So there are two lists of what is open on a track:
 * of all, by `link`, from which what is closed in the middle goes when it comes to the top, and of
 * each name, by `same`. */

static uint64_t open_key(const struct trace_foreign_event *event) {
    return (uint64_t)event->track << 32 | event->name;
}

/* The innermost begin that is open on a track. */
static uint32_t innermost(struct trace_builder *builder, uint32_t track) {
    struct trace_lane *lane = &builder->lanes[track];
    while (lane->open != TRACE_NO_INDEX && !builder->foreign[lane->open].open)
        lane->open = builder->foreign[lane->open].link;
    return lane->open;
}

static int begin(struct pairing *pairing, uint32_t index) {
    struct trace_builder *builder = pairing->builder;
    struct trace_foreign_event *event = &builder->foreign[index];
    event->link = innermost(builder, event->track);
    event->same = base_map_get(&pairing->open, open_key(event));
    event->open = true;
    builder->lanes[event->track].open = index;
    return base_map_put(&pairing->open, open_key(event), index) ? 0 : CAD_ENOMEM;
}

/* The last step (ph T) of what ends is over with it. */
static void end_step(struct trace_builder *builder, const struct trace_foreign_event *whole,
                     int64_t end_ns) {
    if (whole->step != TRACE_NO_INDEX && builder->foreign[whole->step].phase == 'T')
        builder->foreign[whole->step].end_ns = end_ns;
}

static int end(struct pairing *pairing, uint32_t index) {
    struct trace_builder *builder = pairing->builder;
    const struct trace_foreign_event *event = &builder->foreign[index];
    uint32_t found = event->name == 0 ? innermost(builder, event->track)
                                      : base_map_get(&pairing->open, open_key(event));
    if (found == TRACE_NO_INDEX && event->name != 0) {
        /* A begin without a name is any end's. */
        uint32_t inner = innermost(builder, event->track);
        if (inner != TRACE_NO_INDEX && builder->foreign[inner].name == 0)
            found = inner;
    }
    if (found == TRACE_NO_INDEX)
        return leave_out(pairing, event, "ends (ph E, e, F) without a begin");
    struct trace_foreign_event *begin = &builder->foreign[found];
    begin->end_ns = event->ts_ns;
    begin->end_args = event->args;
    begin->end_at = index;
    begin->open = false;
    end_step(builder, begin, event->ts_ns);
    if (begin->same != TRACE_NO_INDEX)
        return base_map_put(&pairing->open, open_key(begin), begin->same) ? 0 : CAD_ENOMEM;
    base_map_remove(&pairing->open, open_key(begin));
    return 0;
}

/* A step of an asynchronous slice of the old form: T begins one, which lasts until the next, p
 * ends one, which has lasted since the last. It is called after its argument "step". */
static int step(struct pairing *pairing, uint32_t index) {
    struct trace_builder *builder = pairing->builder;
    struct trace_foreign_event *event = &builder->foreign[index];
    uint32_t found = base_map_get(&pairing->open, open_key(event));
    if (found == TRACE_NO_INDEX) {
        event->phase = TRACE_FOREIGN_NOTHING;
        return leave_out(pairing, event, "steps (ph T, p) of slices that are not open");
    }
    struct trace_foreign_event *whole = &builder->foreign[found];
    const char *text = trace_text(builder->trace, event->args);
    struct trace_raw args = {text, trace_text_length(builder->trace, event->args)};
    uint32_t name = trace_build_text_member(builder, args, "step");
    if (name == TRACE_NO_INDEX)
        return CAD_ENOMEM;
    if (name != 0)
        event->name = name;
    if (event->phase == 'p')
        event->ts_ns =
            whole->step == TRACE_NO_INDEX ? whole->ts_ns : builder->foreign[whole->step].end_ns;
    else
        end_step(builder, whole, event->ts_ns);
    whole->step = index;
    return 0;
}

/* --- All of them ------------------------------------------------------------------------------ */

static int add_counters(struct trace_builder *builder, const struct trace_foreign_event *event) {
    const char *text = trace_text(builder->trace, event->args);
    struct trace_raw args = {text, trace_text_length(builder->trace, event->args)};
    if (event->args == 0)
        return trace_build_leave_out(builder, event->line, "counters (ph C) without a value");
    return trace_build_counters(builder, event->track, 0, event->name, trace_members_of(args),
                                event->ts_ns);
}

static int replay(struct pairing *pairing, uint32_t index) {
    struct trace_builder *builder = pairing->builder;
    const struct trace_foreign_event *event = &builder->foreign[index];
    if (event->phase != TRACE_FOREIGN_NOTHING && strchr("BXiIR", event->phase) != NULL) {
        int error = end_flows_at(pairing, event);
        if (error != 0)
            return error;
    }
    switch (event->phase) {
    case 'B':
    case 'b':
    case 'S':
        return begin(pairing, index);
    case 'E':
    case 'e':
    case 'F':
        return end(pairing, index);
    case 'T':
    case 'p':
        return step(pairing, index);
    case 's':
    case TRACE_FLOW_OUT:
        return begin_flow(pairing, index);
    case 't':
    case 'f':
    case TRACE_FLOW_IN:
        return go_on_flow(pairing, index);
    case TRACE_FLOW_STEP:
        return step_flow(pairing, index);
    case 'C':
        return add_counters(builder, event);
    case 'X':
        return 0;
    default:
        return trace_build_instant(builder, &(struct trace_instant){.time_ns = event->ts_ns,
                                                                    .track = event->track,
                                                                    .name = event->name,
                                                                    .args = event->args,
                                                                    .category = event->category});
    }
}

static void find_trace_ends(struct trace_builder *builder) {
    struct trace_model *trace = builder->trace;
    for (size_t i = 0; i < builder->foreign_count; i++) {
        const struct trace_foreign_event *event = &builder->foreign[i];
        if (i == 0 || event->ts_ns < trace->begin_ns)
            trace->begin_ns = event->ts_ns;
        if (i == 0 || event->end_ns > trace->end_ns)
            trace->end_ns = event->end_ns;
    }
}

/* What was around an open begin: the innermost one before it that had not ended by then. What had
 * is stepped over, and stays so for those that come after. */
static struct trace_foreign_event *outer_of(struct trace_builder *builder, uint32_t index) {
    struct trace_foreign_event *events = builder->foreign;
    uint32_t outer = events[index].link;
    while (outer != TRACE_NO_INDEX && events[outer].end_at < index)
        outer = events[outer].link;
    for (uint32_t i = index, next; i != outer; i = next) {
        next = events[i].link;
        events[i].link = outer;
    }
    return outer == TRACE_NO_INDEX ? NULL : &events[outer];
}

/* What is still open. On a thread a begin without an end is over when what is around it is;
 * everything else goes on to the end of the trace. */
static int end_slice(struct pairing *pairing, uint32_t index) {
    struct trace_builder *builder = pairing->builder;
    struct trace_foreign_event *event = &builder->foreign[index];
    const struct trace_foreign_event *outer = event->phase == 'B' ? outer_of(builder, index) : NULL;
    if (outer == NULL || outer->open) {
        event->end_ns = builder->trace->end_ns;
        end_step(builder, event, event->end_ns);
        return 0;
    }
    event->open = false;
    event->end_ns = outer->end_ns;
    event->end_at = outer->end_at;
    return trace_build_remark(builder, event->line,
                              "begins (ph B) without an end are over when what is around them is");
}

static int compare_ends(const void *left, const void *right) {
    const struct trace_wake *a = left;
    const struct trace_wake *b = right;
    int order = COMPARE(a->to_ns, b->to_ns);
    if (order == 0)
        order = COMPARE(a->from_ns, b->from_ns);
    if (order == 0)
        order = COMPARE(a->from_track, b->from_track);
    if (order == 0)
        order = COMPARE(a->to_track, b->to_track);
    return order != 0 ? order : COMPARE(a->name, b->name);
}

/* Ends of flows before a slice that has not come stay where they are, behind arrows that end later.
 */
static int end_open(struct pairing *pairing) {
    struct trace_builder *builder = pairing->builder;
    size_t in_order = builder->trace->wake_count;
    int error = 0;
    for (uint32_t i = 0; i < builder->foreign_count && error == 0; i++) {
        const struct trace_foreign_event *event = &builder->foreign[i];
        if (event->open)
            error = trace_foreign_is_slice(event) ? end_slice(pairing, i)
                    : event->phase == 'f'
                        ? build_arrow(builder, event->step, event, event->ts_ns)
                        : leave_out(pairing, event, "begins of flows without an end");
    }
    if (builder->trace->wake_count > in_order)
        qsort(builder->trace->wakes, builder->trace->wake_count, sizeof *builder->trace->wakes,
              compare_ends);
    return error;
}

int trace_foreign_pair(struct trace_builder *builder) {
    struct pairing pairing = {.builder = builder};
    int error = 0;
    if (builder->foreign_count > 0)
        qsort(builder->foreign, builder->foreign_count, sizeof *builder->foreign, compare_times);
    for (uint32_t i = 0; i < builder->foreign_count && error == 0; i++) {
        builder->foreign[i].order = i;
        builder->line = builder->foreign[i].line;
        error = replay(&pairing, i);
    }
    if (error == 0) {
        find_trace_ends(builder);
        error = end_open(&pairing);
    }
    base_map_free(&pairing.flows);
    base_map_free(&pairing.open);
    base_map_free(&pairing.waiting);
    return error;
}
