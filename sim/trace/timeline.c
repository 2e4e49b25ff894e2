/* The events of a trace, packed, and states of the run in between.
 *
 * An event is packed as numbers of as many bytes as they need, and its texts as numbers of texts:
 * what the state does not go by is left out. So a trace of a hundred bytes a line takes some
 * fifteen an event. */
#include "trace/timeline.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "cadran.h"

/* TRACE_TIMELINE_STEP events, and the state before them. */
struct segment {
    struct trace_state *state; /* NULL: given up */
    uint64_t ordinal;          /* of the event before the first; 0 */
    int64_t time_ns;           /* of the event before the first */
    unsigned char *bytes;
    size_t size, capacity;
};

struct trace_timeline {
    struct trace_consumer consumer;
    struct base_strings *strings; /* the states' */
    struct segment *segments;
    size_t count, capacity;
    size_t step;              /* segments from one state that is kept to the next */
    size_t in_segment;        /* events in the last one */
    struct trace_state *head; /* at the last event */
    struct trace_state *seen; /* where the last seek was; NULL: nowhere */
    size_t seen_segment;      /* the segment of the event that comes next there, */
    size_t seen_at;           /* and where in its bytes it is */
};

/* --- Packing ---------------------------------------------------------------------------------- */

/* Eight kept numbers of ten bytes each are the fixed part; one or two an argument, and a field. */
enum {
    NUMBER_SIZE = 10,
    PACKED_SIZE = NUMBER_SIZE * (8 + 2 * TRACE_ARG_COUNT + 2 * TRACE_FIELDS_MAX)
};

static unsigned char *put(unsigned char *at, uint64_t number) {
    for (; number >= 0x80; number >>= 7)
        *at++ = (unsigned char)(number | 0x80);
    *at++ = (unsigned char)number;
    return at;
}

static uint64_t get(const unsigned char **at) {
    uint64_t number = 0;
    unsigned shift = 0;
    for (; **at >= 0x80; shift += 7)
        number |= (uint64_t)(*(*at)++ & 0x7F) << shift;
    return number | (uint64_t) * (*at)++ << shift;
}

/* Small numbers of either sign become small ones. */
static unsigned char *put_signed(unsigned char *at, int64_t number) {
    return put(at, (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0));
}

static int64_t get_signed(const unsigned char **at) {
    uint64_t number = get(at);
    return (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

/* NULL: no memory. */
static unsigned char *put_text(struct trace_timeline *timeline, unsigned char *at,
                               struct trace_string text) {
    uint32_t number = 0;
    if (text.text != NULL) {
        number = base_strings_add(timeline->strings, text.text, text.length);
        if (number == UINT32_MAX)
            return NULL;
    }
    return put(at, number);
}

static struct trace_string get_text(const struct trace_timeline *timeline,
                                    const unsigned char **at) {
    uint32_t number = (uint32_t)get(at);
    return (struct trace_string){base_strings_text(timeline->strings, number),
                                 base_strings_length(timeline->strings, number)};
}

static bool has_number(enum trace_type type) {
    return type != TRACE_TYPE_TEXT;
}

static bool has_text(enum trace_type type) {
    return type == TRACE_TYPE_TEXT || type == TRACE_TYPE_TASK;
}

static bool in_fields(enum trace_type type) {
    return type == TRACE_TYPE_STATE || type == TRACE_TYPE_TEXTS;
}

/* What it says beside when. */
static unsigned char *put_content(struct trace_timeline *timeline, unsigned char *at,
                                  const struct trace_event *event) {
    at = put_signed(at, event->tid);
    at = put(at, event->id);
    at = put_text(timeline, at, event->name);
    if (at == NULL)
        return NULL;
    at = put(at, event->present);
    for (int i = 0; i < TRACE_ARG_COUNT && at != NULL; i++) {
        enum trace_type type = trace_arguments[i].type;
        if (!trace_has(event, (enum trace_argument_index)i) || in_fields(type))
            continue;
        if (has_number(type))
            at = put_signed(at, event->args[i].number);
        if (has_text(type))
            at = put_text(timeline, at, event->args[i].text);
    }
    size_t fields = trace_has(event, TRACE_ARG_STATE) ? event->field_count : 0;
    if (fields > TRACE_FIELDS_MAX)
        fields = TRACE_FIELDS_MAX;
    if (at != NULL)
        at = put(at, fields);
    for (size_t i = 0; i < fields && at != NULL; i++) {
        at = put_text(timeline, at, event->fields[i].key);
        if (at != NULL)
            at = put_signed(at, event->fields[i].number);
    }
    return at;
}

/* `fields` is where those of the event go. */
static void get_content(const struct trace_timeline *timeline, const unsigned char **at,
                        struct trace_event *event, struct trace_field *fields) {
    event->tid = get_signed(at);
    event->id = get(at);
    event->name = get_text(timeline, at);
    event->present = get(at);
    for (int i = 0; i < TRACE_ARG_COUNT; i++) {
        enum trace_type type = trace_arguments[i].type;
        if (!trace_has(event, (enum trace_argument_index)i) || in_fields(type))
            continue;
        if (has_number(type))
            event->args[i].number = get_signed(at);
        if (has_text(type))
            event->args[i].text = get_text(timeline, at);
    }
    event->field_count = (size_t)get(at);
    event->fields = fields;
    for (size_t i = 0; i < event->field_count; i++) {
        fields[i].key = get_text(timeline, at);
        fields[i].number = get_signed(at);
    }
}

static unsigned char *pack(struct trace_timeline *timeline, unsigned char *at,
                           const struct trace_event *event) {
    const struct trace_now *before = trace_state_now(timeline->head);
    bool matters = trace_changes_state(event->kind);
    at = put(at, matters ? (uint64_t)event->kind : TRACE_UNKNOWN);
    at = put(at, event->ordinal - before->ordinal);
    at = put_signed(at, event->time_ns - before->time_ns);
    at = put_signed(at, event->pid);
    return matters ? put_content(timeline, at, event) : at;
}

/* `now` is that of the event before. */
static void unpack(const struct trace_timeline *timeline, const unsigned char **at,
                   const struct trace_now *now, struct trace_event *event,
                   struct trace_field *fields) {
    event->kind = (enum trace_kind)get(at);
    event->ordinal = now->ordinal + get(at);
    event->time_ns = now->time_ns + get_signed(at);
    event->pid = get_signed(at);
    event->present = 0;
    event->field_count = 0;
    if (event->kind != TRACE_UNKNOWN)
        get_content(timeline, at, event, fields);
}

/* --- Taking ----------------------------------------------------------------------------------- */

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

static bool begin_segment(struct trace_timeline *timeline) {
    const struct trace_now *now = trace_state_now(timeline->head);
    if (!base_grow(&timeline->segments, &timeline->capacity, timeline->count,
                   sizeof *timeline->segments))
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
    if (trace_state_memory(timeline->head) > TRACE_TIMELINE_MEMORY)
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

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct trace_timeline *timeline = (struct trace_timeline *)(void *)consumer;
    unsigned char packed[PACKED_SIZE];
    if ((timeline->count == 0 || timeline->in_segment == TRACE_TIMELINE_STEP) &&
        !begin_segment(timeline))
        return CAD_ENOMEM;
    const unsigned char *end = pack(timeline, packed, event);
    if (end == NULL ||
        !append(&timeline->segments[timeline->count - 1], packed, (size_t)(end - packed)))
        return CAD_ENOMEM;
    timeline->in_segment++;
    return trace_state_take(timeline->head, event);
}

struct trace_timeline *trace_timeline_new(void) {
    struct trace_timeline *timeline = base_zalloc(1, sizeof *timeline);
    if (timeline == NULL)
        return NULL;
    timeline->consumer.take = take;
    timeline->step = 1;
    timeline->head = trace_state_new();
    if (timeline->head == NULL) {
        base_free(timeline);
        return NULL;
    }
    timeline->strings = trace_state_strings(timeline->head);
    return timeline;
}

void trace_timeline_free(struct trace_timeline *timeline) {
    if (timeline == NULL)
        return;
    for (size_t i = 0; i < timeline->count; i++) {
        trace_state_free(timeline->segments[i].state);
        base_free(timeline->segments[i].bytes);
    }
    base_free(timeline->segments);
    trace_state_free(timeline->seen);
    trace_state_free(timeline->head);
    base_free(timeline);
}

struct trace_consumer *trace_timeline_consumer(struct trace_timeline *timeline) {
    return &timeline->consumer;
}

/* --- Seeking ---------------------------------------------------------------------------------- */

uint64_t trace_timeline_end(const struct trace_timeline *timeline) {
    return trace_state_now(timeline->head)->ordinal;
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

uint64_t trace_timeline_find(const struct trace_timeline *timeline, int64_t time_ns) {
    struct trace_event event;
    struct trace_field fields[TRACE_FIELDS_MAX];
    if (timeline->count == 0)
        return 0;
    const struct segment *segment =
        &timeline->segments[find_segment(timeline, UINT64_MAX, time_ns)];
    struct trace_now now = {.ordinal = segment->ordinal, .time_ns = segment->time_ns};
    const unsigned char *at = segment->bytes, *end = at + segment->size;
    while (at < end) {
        unpack(timeline, &at, &now, &event, fields);
        if (event.time_ns > time_ns)
            break;
        now.ordinal = event.ordinal;
        now.time_ns = event.time_ns;
    }
    return now.ordinal;
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
    timeline->seen_segment = from;
    timeline->seen_at = 0;
    return timeline->seen != NULL;
}

int trace_timeline_seek(struct trace_timeline *timeline, uint64_t ordinal,
                        const struct trace_state **state) {
    struct trace_event event = {.kind = TRACE_UNKNOWN};
    struct trace_field fields[TRACE_FIELDS_MAX];
    *state = timeline->head;
    if (timeline->count == 0)
        return 0;
    if (!jump(timeline, ordinal))
        return CAD_ENOMEM;
    *state = timeline->seen;
    for (;;) {
        const struct segment *segment = &timeline->segments[timeline->seen_segment];
        if (timeline->seen_at == segment->size) {
            if (timeline->seen_segment + 1 == timeline->count)
                break;
            timeline->seen_segment++;
            timeline->seen_at = 0;
            continue;
        }
        const unsigned char *at = segment->bytes + timeline->seen_at;
        unpack(timeline, &at, trace_state_now(timeline->seen), &event, fields);
        if (event.ordinal > ordinal)
            break;
        if (trace_state_take(timeline->seen, &event) != 0) {
            trace_state_free(timeline->seen);
            timeline->seen = NULL;
            return CAD_ENOMEM;
        }
        timeline->seen_at = (size_t)(at - segment->bytes);
    }
    return 0;
}
