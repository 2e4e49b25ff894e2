/* The events of a trace, in brief, and states of the run in between. */
#include "trace/timeline.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"
#include "trace/brief.h"
#include "trace/sieve.h"

/* TRACE_TIMELINE_STEP events, and the state before them. */
struct segment {
    struct trace_state *state;  /* NULL: given up */
    uint64_t ordinal;           /* of the event before the first; 0 */
    int64_t time_ns;            /* of the event before the first */
    uint64_t kinds;             /* of its events, as bits */
    struct trace_sieve changed; /* the subjects that they change; empty while more may come */
    unsigned char *bytes;
    size_t size, capacity;
};

/* Between two events. */
struct place {
    size_t segment;
    size_t at; /* in its bytes: the event that comes next */
    uint64_t ordinal;
    int64_t time_ns; /* of the event before */
};

/* What an event may change, and its value before. */
struct candidate {
    struct trace_subject subject;
    uint64_t value;
};

struct trace_timeline {
    struct trace_consumer consumer;
    struct trace_brief brief;
    struct segment *segments;
    size_t count, capacity;
    size_t step;              /* segments from one state that is kept to the next */
    size_t in_segment;        /* events in the last one */
    size_t bytes;             /* of all segments but the last, and of their sieves */
    struct trace_state *head; /* at the last event */
    struct trace_state *seen; /* where the last seek was; NULL: nowhere */
    struct place seen_at;

    struct trace_sifted changed; /* what the events of the last segment change */
    struct candidate *candidates;
    size_t candidate_count, candidate_capacity;
    bool no_memory;
};

/* --- Going through the events ----------------------------------------------------------------- */

static struct place start_of(const struct trace_timeline *timeline, size_t segment) {
    const struct segment *at = &timeline->segments[segment];
    return (struct place){.segment = segment, .ordinal = at->ordinal, .time_ns = at->time_ns};
}

/* The event that comes next; false: there is none. */
static bool next(const struct trace_timeline *timeline, struct place *place,
                 struct trace_event *event, struct trace_field *fields) {
    while (place->segment < timeline->count &&
           place->at == timeline->segments[place->segment].size) {
        if (place->segment + 1 == timeline->count)
            return false;
        place->segment++;
        place->at = 0;
    }
    if (place->segment >= timeline->count)
        return false;
    const unsigned char *bytes = timeline->segments[place->segment].bytes;
    const unsigned char *end =
        trace_brief_get(&timeline->brief, bytes + place->at, place->time_ns, event, fields);
    place->at = (size_t)(end - bytes);
    event->ordinal = ++place->ordinal;
    event->line = 0;
    place->time_ns = event->time_ns;
    return true;
}

/* The last segment that begins behind an event which is not later than the key; 0 where none does.
 */
static size_t find_segment(const struct trace_timeline *timeline, uint64_t ordinal,
                           int64_t time_ns) {
    size_t low = 0, high = timeline->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        const struct segment *segment = &timeline->segments[middle];
        if (segment->ordinal <= ordinal && segment->time_ns <= time_ns)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The segment of the event with that ordinal. */
static size_t segment_of(const struct trace_timeline *timeline, uint64_t ordinal) {
    return find_segment(timeline, ordinal > 0 ? ordinal - 1 : 0, INT64_MAX);
}

/* --- Taking ----------------------------------------------------------------------------------- */

/* What the kept states may take: the one at the end is needed in any case. */
static size_t limit(const struct trace_timeline *timeline) {
    return TRACE_TIMELINE_FREE + trace_state_memory_alone(timeline->head) +
           TRACE_TIMELINE_STATES * (size_t)trace_state_now(timeline->head)->ordinal;
}

/* Gives up every other state. */
static void thin_out(struct trace_timeline *timeline) {
    timeline->step *= 2;
    for (size_t i = 0; i < timeline->count; i++) {
        if (i % timeline->step == 0)
            continue;
        trace_state_free(timeline->segments[i].state);
        timeline->segments[i].state = NULL;
    }
}

/* No more events come to the last segment. */
static bool seal_segment(struct trace_timeline *timeline) {
    if (timeline->count == 0)
        return true;
    struct segment *last = &timeline->segments[timeline->count - 1];
    if (!trace_sifted_seal(&timeline->changed, &last->changed))
        return false;
    unsigned char *bytes = base_realloc(last->bytes, last->size);
    if (bytes == NULL)
        return false;
    last->bytes = bytes;
    last->capacity = last->size;
    timeline->bytes += last->size + last->changed.bits / 8;
    return true;
}

static bool begin_segment(struct trace_timeline *timeline) {
    const struct trace_now *now = trace_state_now(timeline->head);
    if (!base_grow(&timeline->segments, &timeline->capacity, timeline->count,
                   sizeof *timeline->segments) ||
        !seal_segment(timeline))
        return false;
    struct segment *segment = &timeline->segments[timeline->count];
    *segment = (struct segment){.ordinal = now->ordinal, .time_ns = now->time_ns};
    if (timeline->count % timeline->step == 0) {
        segment->state = trace_state_copy(timeline->head);
        if (segment->state == NULL)
            return false;
    }
    timeline->count++;
    timeline->in_segment = 0;
    if (timeline->count > timeline->step && trace_state_memory(timeline->head) > limit(timeline))
        thin_out(timeline);
    return true;
}

static bool append(struct segment *segment, const unsigned char *bytes, size_t size) {
    if (segment->size + size > segment->capacity) {
        size_t capacity = 2 * segment->capacity + size;
        unsigned char *grown = base_realloc(segment->bytes, capacity);
        if (grown == NULL)
            return false;
        segment->bytes = grown;
        segment->capacity = capacity;
    }
    memcpy(segment->bytes + segment->size, bytes, size);
    segment->size += size;
    return true;
}

static void add_candidate(void *context, struct trace_subject subject) {
    struct trace_timeline *timeline = context;
    if (!base_grow(&timeline->candidates, &timeline->candidate_capacity, timeline->candidate_count,
                   sizeof *timeline->candidates)) {
        timeline->no_memory = true;
        return;
    }
    timeline->candidates[timeline->candidate_count++] =
        (struct candidate){subject, trace_subject_value(timeline->head, subject)};
}

/* Takes the event into the state, and notes what that has changed. */
static int change(struct trace_timeline *timeline, const struct trace_event *event) {
    timeline->candidate_count = 0;
    if (trace_changes_state(event->kind))
        trace_subjects_of(timeline->head, event, add_candidate, timeline);
    int error = timeline->no_memory ? CAD_ENOMEM : trace_state_take(timeline->head, event);
    for (size_t i = 0; i < timeline->candidate_count && error == 0; i++) {
        const struct candidate *candidate = &timeline->candidates[i];
        if (trace_subject_value(timeline->head, candidate->subject) != candidate->value &&
            !trace_sifted_add(&timeline->changed, trace_subject_hash(candidate->subject)))
            error = CAD_ENOMEM;
    }
    return error;
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct trace_timeline *timeline = (struct trace_timeline *)(void *)consumer;
    unsigned char bytes[TRACE_BRIEF_SIZE];
    const struct trace_now *now = trace_state_now(timeline->head);
    assert(event->ordinal == now->ordinal + 1);
    if ((timeline->count == 0 || timeline->in_segment == TRACE_TIMELINE_STEP) &&
        !begin_segment(timeline))
        return CAD_ENOMEM;
    struct segment *last = &timeline->segments[timeline->count - 1];
    const unsigned char *end = trace_brief_put(&timeline->brief, bytes, now->time_ns, event);
    if (end == NULL || !append(last, bytes, (size_t)(end - bytes)))
        return CAD_ENOMEM;
    last->kinds |= UINT64_C(1) << event->kind;
    timeline->in_segment++;
    return change(timeline, event);
}

/* --- Life ------------------------------------------------------------------------------------- */

struct trace_timeline *trace_timeline_new(void) {
    struct trace_timeline *timeline = base_zalloc(1, sizeof *timeline);
    if (timeline == NULL)
        return NULL;
    timeline->consumer.take = take;
    timeline->step = 1;
    timeline->head = trace_state_new();
    if (timeline->head == NULL ||
        !trace_brief_init(&timeline->brief, trace_state_strings(timeline->head))) {
        trace_timeline_free(timeline);
        return NULL;
    }
    return timeline;
}

void trace_timeline_free(struct trace_timeline *timeline) {
    if (timeline == NULL)
        return;
    for (size_t i = 0; i < timeline->count; i++) {
        trace_state_free(timeline->segments[i].state);
        trace_sieve_free(&timeline->segments[i].changed);
        base_free(timeline->segments[i].bytes);
    }
    base_free(timeline->segments);
    base_free(timeline->candidates);
    trace_sifted_free(&timeline->changed);
    trace_brief_free(&timeline->brief);
    trace_state_free(timeline->seen);
    trace_state_free(timeline->head);
    base_free(timeline);
}

struct trace_consumer *trace_timeline_consumer(struct trace_timeline *timeline) {
    return &timeline->consumer;
}

size_t trace_timeline_memory(const struct trace_timeline *timeline) {
    size_t last = timeline->count > 0 ? timeline->segments[timeline->count - 1].capacity : 0;
    return sizeof *timeline + timeline->capacity * sizeof *timeline->segments + timeline->bytes +
           last + timeline->changed.capacity * sizeof *timeline->changed.numbers +
           timeline->candidate_capacity * sizeof *timeline->candidates +
           trace_brief_memory(&timeline->brief) + trace_state_memory(timeline->head) +
           base_strings_memory(trace_state_strings(timeline->head));
}

/* --- Seeking ---------------------------------------------------------------------------------- */

uint64_t trace_timeline_end(const struct trace_timeline *timeline) {
    return trace_state_now(timeline->head)->ordinal;
}

uint64_t trace_timeline_find(const struct trace_timeline *timeline, int64_t time_ns) {
    struct trace_event event;
    struct trace_field fields[TRACE_FIELDS_MAX];
    if (timeline->count == 0)
        return 0;
    struct place place = start_of(timeline, find_segment(timeline, UINT64_MAX, time_ns));
    uint64_t found = place.ordinal;
    while (next(timeline, &place, &event, fields) && event.time_ns <= time_ns)
        found = event.ordinal;
    return found;
}

/* Goes back, or ahead, to the kept state before the event, unless it is near where it was. */
static bool jump(struct trace_timeline *timeline, uint64_t ordinal) {
    size_t from = find_segment(timeline, ordinal, INT64_MAX);
    from -= from % timeline->step;
    const struct segment *segment = &timeline->segments[from];
    if (timeline->seen != NULL) {
        uint64_t seen = trace_state_now(timeline->seen)->ordinal;
        if (seen <= ordinal && seen >= segment->ordinal)
            return true;
        trace_state_free(timeline->seen);
        timeline->seen = NULL;
    }
    timeline->seen = trace_state_copy(segment->state);
    timeline->seen_at = start_of(timeline, from);
    return timeline->seen != NULL;
}

/* Nothing is seen any more. */
static int lose(struct trace_timeline *timeline) {
    trace_state_free(timeline->seen);
    timeline->seen = NULL;
    return CAD_ENOMEM;
}

int trace_timeline_seek(struct trace_timeline *timeline, uint64_t ordinal,
                        const struct trace_state **state) {
    struct trace_event event;
    struct trace_field fields[TRACE_FIELDS_MAX];
    *state = timeline->head;
    if (timeline->count == 0)
        return 0;
    if (!jump(timeline, ordinal))
        return CAD_ENOMEM;
    while (timeline->seen_at.ordinal < ordinal &&
           next(timeline, &timeline->seen_at, &event, fields))
        if (trace_state_take(timeline->seen, &event) != 0)
            return lose(timeline);
    *state = timeline->seen;
    return 0;
}

/* --- Going from event to event ---------------------------------------------------------------- */

int trace_timeline_tell(const struct trace_timeline *timeline, uint64_t from, uint64_t to,
                        struct trace_consumer *consumer) {
    struct trace_event event;
    struct trace_field fields[TRACE_FIELDS_MAX];
    int error = 0;
    if (timeline->count == 0)
        return 0;
    struct place place = start_of(timeline, segment_of(timeline, from));
    while (error == 0 && place.ordinal < to && next(timeline, &place, &event, fields))
        if (event.ordinal >= from)
            error = consumer->take(consumer, &event);
    return error;
}

/* Among the events of a segment. */
static uint64_t near_in(const struct trace_timeline *timeline, size_t segment, uint64_t ordinal,
                        bool behind, uint64_t kinds) {
    struct trace_event event;
    struct trace_field fields[TRACE_FIELDS_MAX];
    struct place place = start_of(timeline, segment);
    uint64_t found = 0;
    while (next(timeline, &place, &event, fields) && place.segment == segment) {
        bool fits = (kinds >> event.kind & 1) != 0;
        if (behind && fits && event.ordinal > ordinal)
            return event.ordinal;
        if (!behind && event.ordinal >= ordinal)
            break;
        if (!behind && fits)
            found = event.ordinal;
    }
    return found;
}

uint64_t trace_timeline_near(const struct trace_timeline *timeline, uint64_t ordinal, bool behind,
                             uint64_t kinds) {
    uint64_t found = 0;
    if (timeline->count == 0)
        return 0;
    /* Below 0 lies a number that is no segment's. */
    for (size_t i = segment_of(timeline, ordinal); i < timeline->count && found == 0;
         i += behind ? 1 : (size_t)-1)
        if ((timeline->segments[i].kinds & kinds) != 0)
            found = near_in(timeline, i, ordinal, behind, kinds);
    return found;
}

/* A search for who changed something. */
struct search {
    struct trace_timeline *timeline;
    struct trace_subject subject;
    uint64_t hash;
    uint64_t ordinal;
    bool behind;
    uint64_t found;
};

static bool may_change(const struct search *search, size_t segment) {
    return trace_sieve_may_have(&search->timeline->segments[segment].changed, search->hash);
}

/* Among the events from one kept state to the next; the state is looked at where it may change. */
static int search_from(struct search *search, size_t first) {
    struct trace_timeline *timeline = search->timeline;
    struct trace_event event;
    struct trace_field fields[TRACE_FIELDS_MAX];
    struct place place = start_of(timeline, first);
    struct trace_state *state = trace_state_copy(timeline->segments[first].state);
    int error = state != NULL ? 0 : CAD_ENOMEM;
    uint64_t before = error == 0 ? trace_subject_value(state, search->subject) : 0;
    uint64_t end = search->behind ? UINT64_MAX : search->ordinal - 1;
    while (error == 0 && place.ordinal < end && next(timeline, &place, &event, fields) &&
           place.segment < first + timeline->step) {
        error = trace_state_take(state, &event);
        if (error != 0 || !may_change(search, place.segment))
            continue;
        uint64_t value = trace_subject_value(state, search->subject);
        bool changed = value != before;
        before = value;
        if (changed && (!search->behind || event.ordinal > search->ordinal))
            search->found = event.ordinal;
        if (search->behind && search->found != 0)
            break;
    }
    trace_state_free(state);
    return error;
}

int trace_timeline_change(struct trace_timeline *timeline, struct trace_subject subject,
                          uint64_t ordinal, bool behind, uint64_t *found) {
    struct search search = {.timeline = timeline,
                            .subject = subject,
                            .hash = trace_subject_hash(subject),
                            .ordinal = ordinal,
                            .behind = behind};
    size_t step = timeline->step;
    int error = 0;
    *found = 0;
    if (timeline->count == 0 || (!behind && ordinal <= 1))
        return 0;
    size_t first = segment_of(timeline, ordinal);
    first -= first % step;
    for (; first < timeline->count && search.found == 0 && error == 0;
         first += behind ? step : -step) {
        bool may = false;
        for (size_t i = first; i < first + step && i < timeline->count; i++)
            may = may || may_change(&search, i);
        if (may)
            error = search_from(&search, first);
    }
    *found = search.found;
    return error;
}
