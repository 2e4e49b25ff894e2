/* What a line of a trace says, as an event: the same that whoever wrote it was given. */
#include "trace/decode.h"

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"

#include <string.h>

/* --- Texts ------------------------------------------------------------------------------------ */

/* Room for all texts of an event at once, so that they stay where they are: they get longer by
 * U+FFFD in the place of a byte. */
static bool reserve_texts(struct trace_decoder *decoder, const struct trace_raw_event *raw) {
    size_t most = 3 * (raw->name.length + raw->category.length + raw->args.length);
    decoder->text_length = 0;
    if (most <= decoder->text_capacity)
        return true;
    char *texts = base_realloc(decoder->texts, 2 * most);
    if (texts == NULL)
        return false;
    decoder->texts = texts;
    decoder->text_capacity = 2 * most;
    return true;
}

/* What stands between the quotes. */
static struct trace_string text_of(struct trace_decoder *decoder, struct trace_raw raw) {
    if (raw.text == NULL || base_is_plain(raw.text, raw.length))
        return (struct trace_string){raw.text, raw.length};
    char *text = decoder->texts + decoder->text_length;
    size_t length = trace_scan_decode(raw, text, decoder->text_capacity - decoder->text_length);
    decoder->text_length += length;
    return (struct trace_string){text, length};
}

/* A text with its quotes; false where the value is something else. */
static bool take_text(struct trace_decoder *decoder, struct trace_raw value,
                      struct trace_string *text) {
    if (value.text[0] != '"')
        return false;
    *text = text_of(decoder, (struct trace_raw){value.text + 1, value.length - 2});
    return true;
}

/* --- Arguments -------------------------------------------------------------------------------- */

static int add_field(struct trace_decoder *decoder, const struct trace_field *field) {
    if (!base_grow(&decoder->fields, &decoder->field_capacity, decoder->field_count,
                   sizeof *decoder->fields))
        return CAD_ENOMEM;
    decoder->fields[decoder->field_count++] = *field;
    return 0;
}

/* An object of texts: what --set has changed. */
static int take_texts(struct trace_decoder *decoder, struct trace_raw value) {
    struct trace_raw key, text;
    const char *at = value.text;
    int error = 0;
    while (error == 0 && trace_scan_member(&at, value.text + value.length, &key, &text)) {
        struct trace_field field = {.key = text_of(decoder, key)};
        if (take_text(decoder, text, &field.text))
            error = add_field(decoder, &field);
    }
    return error;
}

/* Whether the value is of the argument's type; it is in the event then. */
static bool take_value(struct trace_decoder *decoder, enum trace_type type, struct trace_raw value,
                       struct trace_argument *argument) {
    *argument = (struct trace_argument){0};
    switch (type) {
    case TRACE_TYPE_TEXT:
        return take_text(decoder, value, &argument->text);
    case TRACE_TYPE_TIME:
        return trace_scan_time(value, &argument->number);
    case TRACE_TYPE_INTEGER:
    case TRACE_TYPE_TRACK:
    case TRACE_TYPE_OBJECT:
        return trace_scan_integer(value, &argument->number);
    default:
        return false;
    }
}

/* "owner":"job1", "owner_tid":3 */
static bool take_task(struct trace_decoder *decoder, const char *key, struct trace_raw member,
                      struct trace_raw value, struct trace_argument *argument) {
    size_t length = strlen(key);
    if (member.length == length)
        return take_text(decoder, value, &argument->text);
    return trace_scan_integer(value, &argument->number);
}

static bool is_key_of(const struct trace_argument_row *row, struct trace_raw key) {
    if (trace_raw_is(key, row->key))
        return true;
    size_t length = strlen(row->key);
    return row->type == TRACE_TYPE_TASK && key.length == length + sizeof "_tid" - 1 &&
           memcmp(key.text, row->key, length) == 0 && memcmp(key.text + length, "_tid", 4) == 0;
}

static int take_argument(struct trace_decoder *decoder, struct trace_event *event,
                         struct trace_raw key, struct trace_raw value) {
    uint64_t arguments = trace_kinds[event->kind].arguments;
    for (uint64_t left = arguments; left != 0; left &= left - 1) {
        int index = __builtin_ctzll(left);
        const struct trace_argument_row *row = &trace_arguments[index];
        struct trace_argument *argument = &event->args[index];
        bool fits;
        if (!is_key_of(row, key))
            continue;
        if (row->type == TRACE_TYPE_TEXTS) {
            event->present |= UINT64_C(1) << index;
            return take_texts(decoder, value);
        }
        if (row->type == TRACE_TYPE_TASK) {
            if (!trace_has(event, (enum trace_argument_index)index))
                *argument = (struct trace_argument){0};
            fits = take_task(decoder, row->key, key, value, argument);
        } else {
            fits = take_value(decoder, row->type, value, argument);
        }
        if (fits)
            event->present |= UINT64_C(1) << index;
        return 0;
    }
    struct trace_field field = {.key = text_of(decoder, key)};
    if ((arguments & TRACE_A(STATE)) == 0 || !trace_scan_integer(value, &field.number))
        return 0;
    event->present |= TRACE_A(STATE);
    return add_field(decoder, &field);
}

static int take_arguments(struct trace_decoder *decoder, struct trace_event *event,
                          const struct trace_raw_event *raw) {
    struct trace_members members = trace_arguments_of(raw);
    struct trace_raw key, value;
    int error = 0;
    while (error == 0 && trace_members_next(&members, &key, &value))
        error = take_argument(decoder, event, key, value);
    event->fields = decoder->fields;
    event->field_count = decoder->field_count;
    return error;
}

/* --- Events ----------------------------------------------------------------------------------- */

int trace_decode(struct trace_decoder *decoder, enum trace_kind kind,
                 const struct trace_raw_event *raw, struct trace_event *event) {
    if (!reserve_texts(decoder, raw))
        return CAD_ENOMEM;
    int64_t id = 0;
    if (raw->has_ts)
        decoder->time_ns = raw->ts_ns;
    (void)trace_raw_id(raw, &id);
    event->kind = kind;
    event->phase = raw->phase;
    event->time_ns = decoder->time_ns;
    event->pid = raw->pid;
    event->tid = raw->tid;
    event->id = (uint64_t)id;
    event->name = text_of(decoder, raw->name);
    event->name_is_plain = false;
    event->category = text_of(decoder, raw->category);
    event->source = (struct trace_string){raw->args.text, raw->args.length};
    event->present = 0;
    event->fields = NULL;
    event->field_count = decoder->field_count = 0;
    return event->kind == TRACE_UNKNOWN || raw->args.length <= 2
               ? 0
               : take_arguments(decoder, event, raw);
}

void trace_decoder_free(struct trace_decoder *decoder) {
    base_free(decoder->fields);
    base_free(decoder->texts);
    *decoder = (struct trace_decoder){0};
}
