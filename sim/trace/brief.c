/* Events as numbers, and back. */
#include "trace/brief.h"

#include <string.h>

#include "base/strings.h"

/* What is the same in many events. Compared as bytes: it has no gaps. */
struct shape {
    int64_t pid;
    uint64_t present;
    uint32_t keys[TRACE_FIELDS_MAX];
    uint8_t kind;
    uint8_t phase; /* TRACE_UNKNOWN: as it was read */
    uint8_t field_count;
    bool on_loop; /* its track is the loop's */
    bool has_id;
    bool is_named; /* by a name of its own */
    uint8_t unused[2];
};

_Static_assert(sizeof(struct shape) == 24 + 4 * TRACE_FIELDS_MAX, "a shape has no gaps");

bool trace_brief_init(struct trace_brief *brief, struct base_strings *texts) {
    *brief = (struct trace_brief){.texts = texts, .shapes = base_strings_new()};
    return brief->shapes != NULL;
}

void trace_brief_free(struct trace_brief *brief) {
    base_strings_free(brief->shapes);
    brief->shapes = NULL;
}

size_t trace_brief_memory(const struct trace_brief *brief) {
    return base_strings_memory(brief->shapes);
}

/* --- Numbers ---------------------------------------------------------------------------------- */

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

static unsigned char *put_text(struct trace_brief *brief, unsigned char *at,
                               struct trace_string text) {
    uint32_t number =
        text.text != NULL ? base_strings_add(brief->texts, text.text, text.length) : 0;
    return number != UINT32_MAX ? put(at, number) : NULL;
}

static struct trace_string text_of(const struct base_strings *texts, uint32_t number) {
    return (struct trace_string){base_strings_text(texts, number),
                                 base_strings_length(texts, number)};
}

static bool is_number(enum trace_type type) {
    return type != TRACE_TYPE_TEXT;
}

/* The arguments that are kept one by one. */
static uint64_t without_fields(uint64_t present) {
    return present & ~(TRACE_A(STATE) | TRACE_A(SET));
}

/* --- Writing ---------------------------------------------------------------------------------- */

static bool make_shape(struct trace_brief *brief, const struct trace_event *event,
                       struct shape *shape) {
    const struct trace_kind_row *row = &trace_kinds[event->kind];
    *shape = (struct shape){.pid = event->pid,
                            .present = event->present & ~TRACE_A(SET),
                            .kind = (uint8_t)event->kind,
                            .phase = (uint8_t)event->phase,
                            .on_loop = event->tid == TRACE_LOOP_TID,
                            .has_id = event->id != 0,
                            .is_named = row->name == NULL && event->name.text != NULL};
    if (trace_has(event, TRACE_ARG_STATE))
        shape->field_count = (uint8_t)(event->field_count < TRACE_FIELDS_MAX ? event->field_count
                                                                             : TRACE_FIELDS_MAX);
    for (size_t i = 0; i < shape->field_count; i++) {
        shape->keys[i] =
            base_strings_add(brief->texts, event->fields[i].key.text, event->fields[i].key.length);
        if (shape->keys[i] == UINT32_MAX)
            return false;
    }
    return true;
}

/* Its number; UINT32_MAX: no memory. Most events of a kind are as the last one was. */
static uint32_t number_of_shape(struct trace_brief *brief, const struct shape *shape) {
    uint32_t *likely = &brief->likely[shape->kind];
    if (*likely == 0 ||
        memcmp(base_strings_text(brief->shapes, *likely), shape, sizeof *shape) != 0)
        *likely = base_strings_add(brief->shapes, (const char *)shape, sizeof *shape);
    uint32_t number = *likely;
    if (number == UINT32_MAX)
        *likely = 0;
    return number;
}

static unsigned char *put_arguments(struct trace_brief *brief, unsigned char *at,
                                    const struct trace_event *event) {
    for (uint64_t left = without_fields(event->present); left != 0 && at != NULL;
         left &= left - 1) {
        int i = __builtin_ctzll(left);
        at = is_number(trace_arguments[i].type) ? put_signed(at, event->args[i].number)
                                                : put_text(brief, at, event->args[i].text);
    }
    return at;
}

unsigned char *trace_brief_put(struct trace_brief *brief, unsigned char *at, int64_t before_ns,
                               const struct trace_event *event) {
    struct shape shape;
    uint32_t number =
        make_shape(brief, event, &shape) ? number_of_shape(brief, &shape) : UINT32_MAX;
    if (number == UINT32_MAX)
        return NULL;
    bool moves = event->time_ns != before_ns;
    at = put(at, (uint64_t)number << 1 | moves);
    if (moves)
        at = put_signed(at, event->time_ns - before_ns);
    if (!shape.on_loop)
        at = put_signed(at, event->tid);
    if (shape.has_id)
        at = put(at, event->id);
    if (shape.is_named)
        at = put_text(brief, at, event->name);
    if (at != NULL)
        at = put_arguments(brief, at, event);
    for (size_t i = 0; i < shape.field_count && at != NULL; i++)
        at = put_signed(at, event->fields[i].number);
    return at;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void get_arguments(const struct trace_brief *brief, const unsigned char **at,
                          struct trace_event *event) {
    for (uint64_t left = without_fields(event->present); left != 0; left &= left - 1) {
        int i = __builtin_ctzll(left);
        if (is_number(trace_arguments[i].type))
            event->args[i] = (struct trace_argument){.number = get_signed(at)};
        else
            event->args[i].text = text_of(brief->texts, (uint32_t)get(at));
    }
}

const unsigned char *trace_brief_get(const struct trace_brief *brief, const unsigned char *at,
                                     int64_t before_ns, struct trace_event *event,
                                     struct trace_field *fields) {
    struct shape shape;
    uint64_t head = get(&at);
    memcpy(&shape, base_strings_text(brief->shapes, (uint32_t)(head >> 1)), sizeof shape);
    const char *name = trace_kinds[shape.kind].name;
    event->kind = (enum trace_kind)shape.kind;
    event->phase = (char)shape.phase;
    event->time_ns = before_ns + (head & 1 ? get_signed(&at) : 0);
    event->pid = shape.pid;
    event->tid = shape.on_loop ? TRACE_LOOP_TID : get_signed(&at);
    event->id = shape.has_id ? get(&at) : 0;
    if (shape.is_named)
        event->name = text_of(brief->texts, (uint32_t)get(&at));
    else
        event->name = (struct trace_string){name, name != NULL ? strlen(name) : 0};
    event->present = shape.present;
    get_arguments(brief, &at, event);
    event->fields = fields;
    event->field_count = shape.field_count;
    for (size_t i = 0; i < shape.field_count; i++) {
        fields[i] = (struct trace_field){.key = text_of(brief->texts, shape.keys[i])};
        fields[i].number = get_signed(&at);
    }
    return at;
}
