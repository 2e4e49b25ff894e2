/* Reads one event of a trace's file, a member at a time. */
#include "trace/scan.h"

#include <string.h>

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* --- Our own events -------------------------------------------------------------------------- */

/* A text that the event must go on with; zeroes follow the text's end, so that it can be compared
 * without asking how much there is. */
#define TAKE(at, literal)                                                                          \
    (memcmp((at), (literal), sizeof(literal) - 1) == 0 && ((at) += sizeof(literal) - 1, true))

static bool take_whole(const char **at, int64_t *value) {
    const char *from = *at;
    uint64_t result = 0; /* which too many digits may wrap around */
    for (; is_digit(*from); from++)
        result = 10 * result + (uint64_t)(*from - '0');
    if (from == *at || from - *at > 16 || (**at == '0' && from - *at > 1))
        return false;
    *value = (int64_t)result;
    *at = from;
    return true;
}

/* Microseconds with three decimals. */
static bool take_time(const char **at, int64_t *time_ns) {
    int64_t microseconds;
    if (!take_whole(at, &microseconds))
        return false;
    const char *from = *at;
    if (from[0] != '.' || !is_digit(from[1]) || !is_digit(from[2]) || !is_digit(from[3]))
        return false;
    if (microseconds > TRACE_SCAN_WHOLE_MAX / 1000 - 1)
        return false;
    *time_ns = microseconds * 1000 + (from[1] - '0') * 100 + (from[2] - '0') * 10 + (from[3] - '0');
    *at = from + 4;
    return true;
}

/* Up to the closing quote, and over it. One with escapes is left to trace_scan_event(). */
static bool take_text(const char **at, struct trace_raw *text) {
    const char *from = trace_scan_plain(*at);
    *text = (struct trace_raw){*at, (size_t)(from - *at)};
    *at = from + 1;
    return *from == '"';
}

static bool take_plain_number(const char **at) {
    const char *from = *at;
    from += *from == '-';
    const char *first = from;
    while (is_digit(*from))
        from++;
    if (from == first || (*first == '0' && from - first > 1))
        return false;
    if (*from == '.') {
        first = ++from;
        while (is_digit(*from))
            from++;
        if (from == first)
            return false;
    }
    *at = from;
    return true;
}

bool trace_scan_plain_member(const char **at, struct trace_raw *key, struct trace_raw *value) {
    const char *from = *at;
    if (*from++ != '"' || !take_text(&from, key) || *from++ != ':')
        return false;
    value->text = from;
    if (*from == '"') {
        struct trace_raw ignored;
        from++;
        if (!take_text(&from, &ignored))
            return false;
    } else if (!take_plain_number(&from)) {
        return false;
    }
    if (*from != ',' && *from != '}')
        return false;
    value->length = (size_t)(from - value->text);
    *at = from;
    return true;
}

/* Arguments that are numbers and texts. */
static bool take_args(const char **at, struct trace_raw_event *event,
                      struct trace_raw_member *arguments) {
    const char *from = *at;
    struct trace_raw_member extra;
    size_t count = 0;
    if (TAKE(from, "{}")) {
        event->args = (struct trace_raw){*at, 2};
        *at = from;
        return true;
    }
    if (*from != '{')
        return false;
    do {
        struct trace_raw_member *member = count < TRACE_SCAN_ARGUMENTS ? &arguments[count] : &extra;
        from++;
        count++;
        if (!trace_scan_plain_member(&from, &member->key, &member->value))
            return false;
    } while (*from == ',');
    event->args = (struct trace_raw){*at, (size_t)(from + 1 - *at)};
    event->arguments = count <= TRACE_SCAN_ARGUMENTS ? arguments : NULL;
    event->argument_count = count;
    *at = from + 1;
    return true;
}

/* `1` of a wake, `"1"` of a counter. */
static bool take_id(const char **at, struct trace_raw_event *event) {
    const char *from = *at;
    int64_t id;
    bool quoted = *from == '"';
    from += quoted;
    if (!take_whole(&from, &id) || (quoted && *from++ != '"'))
        return false;
    event->id = (struct trace_raw){*at, (size_t)(from - *at)};
    *at = from;
    return true;
}

/* From the name on, which all events have in common. */
static bool take_tail(const char **at, struct trace_raw_event *event,
                      struct trace_raw_member *arguments) {
    const char *from = *at;
    if (!take_text(&from, &event->name))
        return false;
    if (*from == ',') {
        if (TAKE(from, ",\"s\":\"t\""))
            event->scope = (struct trace_raw){from - 2, 1};
        if (TAKE(from, ",\"id\":") && !take_id(&from, event))
            return false;
        if (TAKE(from, ",\"bp\":\"e\""))
            event->binds_enclosing = true;
        if (TAKE(from, ",\"args\":") && !take_args(&from, event, arguments))
            return false;
    }
    if (*from != '}')
        return false;
    *at = from + 1;
    return true;
}

/* Three pieces that overlap are all of a text of 16 to 48 bytes. */
static inline bool is_moment(const char *at, const struct trace_scan_moment *moment) {
    enum { PIECE = 16 };
    const char *text = moment->text;
    size_t last = moment->length - PIECE, middle = last / 2;
    return moment->length >= PIECE && memcmp(at, text, PIECE) == 0 &&
           memcmp(at + last, text + last, PIECE) == 0 &&
           memcmp(at + middle, text + middle, PIECE) == 0;
}

/* As many lines begin as the one before, they are remembered as the writer remembers them. */
static void remember_moment(struct trace_scan_moment *moment, const char *from, const char *to,
                            const struct trace_raw_event *event) {
    size_t length = (size_t)(to - from);
    moment->length = 0;
    if (length > sizeof moment->text)
        return;
    memcpy(moment->text, from, length);
    moment->length = length;
    moment->ts_ns = event->ts_ns;
    moment->pid = event->pid;
}

/* `,"pid":1,"tid":` */
static bool take_process(const char **at, struct trace_raw_event *event) {
    return TAKE(*at, ",\"pid\":") && take_whole(at, &event->pid);
}

/* `,"ts":0.000,"pid":1,"tid":2` */
static bool take_time_and_track(const char **at, struct trace_scan_moment *moment,
                                struct trace_raw_event *event) {
    const char *from = *at;
    event->has_ts = true;
    if (is_moment(from, moment)) {
        event->ts_ns = moment->ts_ns;
        event->pid = moment->pid;
        *at += moment->length;
        return take_whole(at, &event->tid);
    }
    if (!TAKE(*at, ",\"ts\":") || !take_time(at, &event->ts_ns) || !take_process(at, event))
        return false;
    if (!TAKE(*at, ",\"tid\":"))
        return true;
    remember_moment(moment, from, *at, event);
    return take_whole(at, &event->tid);
}

/* `,"pid":1,"tid":2`, of metadata. */
static bool take_track(const char **at, struct trace_raw_event *event) {
    return take_process(at, event) && (!TAKE(*at, ",\"tid\":") || take_whole(at, &event->tid));
}

bool trace_scan_own_event(const char **at, struct trace_scan_moment *moment,
                          struct trace_raw_event *event, struct trace_raw_member *arguments) {
    const char *from = *at;
    if (!TAKE(from, "{\"ph\":\"") || !is_letter(*from) || from[1] != '"')
        return false;
    *event = (struct trace_raw_event){.phase = *from};
    from += 2;
    if (event->phase != 'M' ? !take_time_and_track(&from, moment, event)
                            : !take_track(&from, event))
        return false;
    if (TAKE(from, ",\"cat\":\"") && !take_text(&from, &event->category))
        return false;
    if (!TAKE(from, ",\"name\":\"") || !take_tail(&from, event, arguments))
        return false;
    *at = from;
    return true;
}

/* --- Events in any form ----------------------------------------------------------------------- */

/* A text without its quotes; false where the value is something else. */
static bool unquote(struct trace_raw value, struct trace_raw *text) {
    if (value.text[0] != '"')
        return false;
    *text = (struct trace_raw){value.text + 1, value.length - 2};
    return true;
}

static bool is_null(struct trace_raw value) {
    return trace_raw_is(value, "null");
}

/* A pid or a tid: a number, or, in some programs, a text; what is neither is taken as a text. */
static bool take_number_or_text(struct trace_raw value, int64_t *number, struct trace_raw *text) {
    struct trace_raw numeral;
    *text = (struct trace_raw){0};
    *number = 0;
    if (!is_null(value) &&
        !(trace_scan_numeral(value, &numeral) && trace_scan_whole(numeral, number)) &&
        !unquote(value, text))
        *text = value;
    return value.text[0] != '"';
}

static bool take_time_value(struct trace_raw value, int64_t *time_ns) {
    struct trace_raw numeral;
    return trace_scan_numeral(value, &numeral) && trace_scan_time(numeral, time_ns);
}

/* "id2": {"local": 1} is one of the process's own, {"global": 1} is not. */
static void take_scoped_id(struct trace_raw_event *event, struct trace_raw value) {
    struct trace_raw key;
    struct trace_raw inner;
    const char *at = value.text;
    event->id_is_local = false;
    event->id = value;
    while (trace_scan_member(&at, value.text + value.length, &key, &inner)) {
        event->id_is_local = trace_raw_is(key, "local");
        event->id = inner;
    }
}

static bool is_true(struct trace_raw value) {
    return !trace_raw_is(value, "false") && !trace_raw_is(value, "0") && !is_null(value);
}

/* When, how long, and where. */
static bool take_place(struct trace_raw_event *event, struct trace_raw key,
                       struct trace_raw value) {
    if (trace_raw_is(key, "ts")) {
        event->has_ts = take_time_value(value, &event->ts_ns);
        event->odd |= value.text[0] == '"';
    } else if (trace_raw_is(key, "dur")) {
        event->has_duration = !is_null(value);
        event->bad_duration =
            event->has_duration &&
            (!take_time_value(value, &event->duration_ns) || event->duration_ns < 0);
    } else if (trace_raw_is(key, "pid")) {
        event->odd |= !take_number_or_text(value, &event->pid, &event->pid_text);
    } else if (trace_raw_is(key, "tid")) {
        event->odd |= !take_number_or_text(value, &event->tid, &event->tid_text);
    } else {
        return false;
    }
    return true;
}

/* What it belongs together with. */
static bool take_link(struct trace_raw_event *event, struct trace_raw key, struct trace_raw value) {
    struct trace_raw text;
    if (is_null(value))
        return false;
    if (trace_raw_is(key, "id"))
        event->id = value;
    else if (trace_raw_is(key, "id2"))
        take_scoped_id(event, value);
    else if (trace_raw_is(key, "bp"))
        event->binds_enclosing = unquote(value, &text) && trace_raw_is(text, "e");
    else if (trace_raw_is(key, "bind_id"))
        event->bind_id = value;
    else if (trace_raw_is(key, "flow_in"))
        event->flow_in = is_true(value);
    else if (trace_raw_is(key, "flow_out"))
        event->flow_out = is_true(value);
    else
        return false;
    return true;
}

static void take_member(struct trace_raw_event *event, struct trace_raw key,
                        struct trace_raw value) {
    struct trace_raw text;
    if (take_place(event, key, value) || take_link(event, key, value))
        return;
    if (trace_raw_is(key, "ph")) {
        if (unquote(value, &text) && text.length == 1)
            event->phase = text.text[0];
        else
            event->odd = true;
    } else if (trace_raw_is(key, "cat")) {
        event->odd |= !unquote(value, &event->category);
    } else if (trace_raw_is(key, "name")) {
        /* Some programs put a number there. */
        if (!unquote(value, &event->name))
            event->name = is_null(value) ? (struct trace_raw){0} : value;
    } else if (trace_raw_is(key, "s") || trace_raw_is(key, "scope")) {
        event->odd |= !unquote(value, &event->scope);
    } else if (trace_raw_is(key, "args")) {
        if (value.text[0] == '{')
            event->args = value;
        else
            event->odd_args = !is_null(value);
    } else if (trace_raw_is(key, "sf") || trace_raw_is(key, "stack")) {
        event->has_stack = true;
    }
}

void trace_scan_event(struct trace_raw object, struct trace_raw_event *event) {
    const char *at = object.text;
    struct trace_raw key;
    struct trace_raw value;
    *event = (struct trace_raw_event){0};
    while (trace_scan_member(&at, object.text + object.length, &key, &value))
        take_member(event, key, value);
}
