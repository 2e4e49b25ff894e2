#include "trace/scan.h"

#include "trace/reader.h"
#include "trace/text.h"

#include <math.h>
#include <string.h>

/* --- Values ------------------------------------------------------------------------------ */

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool is_space(char byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static int hex_digit(char byte) {
    if (is_digit(byte))
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

const char *sim_scan_space(const char *at, const char *end, uint64_t *lines) {
    for (; at < end && is_space(*at); at++)
        *lines += *at == '\n';
    return at;
}

static const char *skip_space(const char *at, const char *end) {
    while (at < end && is_space(*at))
        at++;
    return at;
}

static enum sim_scan scan_escape(const char **at, const char *end) {
    const char *from = *at + 1;
    if (from == end)
        return SIM_SCAN_MORE;
    if (*from == 'u') {
        for (int i = 0; i < 4; i++) {
            from++;
            if (from == end)
                return SIM_SCAN_MORE;
            if (hex_digit(*from) < 0)
                return SIM_SCAN_BAD;
        }
    } else if (*from == '\0' || strchr("\"\\/bfnrt", *from) == NULL) {
        return SIM_SCAN_BAD;
    }
    *at = from + 1;
    return SIM_SCAN_OK;
}

static enum sim_scan scan_string(const char **at, const char *end) {
    if (**at != '"')
        return SIM_SCAN_BAD;
    ++*at;
    while (*at < end) {
        unsigned char byte = (unsigned char)**at;
        if (byte == '"') {
            ++*at;
            return SIM_SCAN_OK;
        }
        if (byte < 32)
            return SIM_SCAN_BAD;
        if (byte == '\\') {
            enum sim_scan status = scan_escape(at, end);
            if (status != SIM_SCAN_OK)
                return status;
        } else {
            ++*at;
        }
    }
    return SIM_SCAN_MORE;
}

static enum sim_scan scan_digits(const char **at, const char *end) {
    if (*at == end)
        return SIM_SCAN_MORE;
    if (!is_digit(**at))
        return SIM_SCAN_BAD;
    while (*at < end && is_digit(**at))
        ++*at;
    return SIM_SCAN_OK;
}

static enum sim_scan scan_number(const char **at, const char *end) {
    enum sim_scan status;
    if (**at == '-')
        ++*at;
    if (*at < end && **at == '0')
        ++*at;
    else if ((status = scan_digits(at, end)) != SIM_SCAN_OK)
        return status;
    if (*at < end && **at == '.') {
        ++*at;
        if ((status = scan_digits(at, end)) != SIM_SCAN_OK)
            return status;
    }
    if (*at < end && (**at == 'e' || **at == 'E')) {
        ++*at;
        if (*at < end && (**at == '+' || **at == '-'))
            ++*at;
        if ((status = scan_digits(at, end)) != SIM_SCAN_OK)
            return status;
    }
    return SIM_SCAN_OK;
}

static enum sim_scan scan_word(const char **at, const char *end, const char *word) {
    for (; *word != '\0'; word++, ++*at) {
        if (*at == end)
            return SIM_SCAN_MORE;
        if (**at != *word)
            return SIM_SCAN_BAD;
    }
    return SIM_SCAN_OK;
}

static enum sim_scan scan_scalar(const char **at, const char *end) {
    switch (**at) {
    case '"':
        return scan_string(at, end);
    case 't':
        return scan_word(at, end, "true");
    case 'f':
        return scan_word(at, end, "false");
    case 'n':
        return scan_word(at, end, "null");
    default:
        return **at == '-' || is_digit(**at) ? scan_number(at, end) : SIM_SCAN_BAD;
    }
}

/* A member's key and its colon. */
static enum sim_scan scan_key(const char **at, const char *end) {
    *at = skip_space(*at, end);
    if (*at == end)
        return SIM_SCAN_MORE;
    enum sim_scan status = scan_string(at, end);
    if (status != SIM_SCAN_OK)
        return status;
    *at = skip_space(*at, end);
    if (*at == end)
        return SIM_SCAN_MORE;
    return *(*at)++ == ':' ? SIM_SCAN_OK : SIM_SCAN_BAD;
}

/* After a value inside `depth` arrays and objects, of which `closers` has the ends: steps over
 * what ends, and over the comma (and key) before the next value. */
static enum sim_scan scan_after_value(const char **at, const char *end, const char *closers,
                                      size_t *depth) {
    while (*depth > 0) {
        *at = skip_space(*at, end);
        if (*at == end)
            return SIM_SCAN_MORE;
        char closer = closers[*depth - 1];
        if (**at == ',') {
            ++*at;
            return closer == '}' ? scan_key(at, end) : SIM_SCAN_OK;
        }
        if (**at != closer)
            return SIM_SCAN_BAD;
        ++*at;
        --*depth;
    }
    return SIM_SCAN_OK;
}

enum sim_scan sim_scan_value(const char **at, const char *end) {
    char closers[SIM_TRACE_EVENT_DEPTH_MAX];
    size_t depth = 0;
    do {
        *at = skip_space(*at, end);
        if (*at == end)
            return SIM_SCAN_MORE;
        enum sim_scan status;
        if (**at == '{' || **at == '[') {
            if (depth == sizeof closers)
                return SIM_SCAN_DEEP;
            char closer = **at == '{' ? '}' : ']';
            closers[depth++] = closer;
            *at = skip_space(*at + 1, end);
            if (*at == end)
                return SIM_SCAN_MORE;
            if (**at != closer) {
                status = closer == '}' ? scan_key(at, end) : SIM_SCAN_OK;
                if (status != SIM_SCAN_OK)
                    return status;
                continue;
            }
        } else {
            status = scan_scalar(at, end);
            if (status != SIM_SCAN_OK)
                return status;
        }
        status = scan_after_value(at, end, closers, &depth);
        if (status != SIM_SCAN_OK)
            return status;
    } while (depth > 0);
    return SIM_SCAN_OK;
}

bool sim_scan_member(const char **at, const char *end, struct sim_raw *key, struct sim_raw *value) {
    const char *from = skip_space(*at, end);
    if (from == end || (*from != '{' && *from != ','))
        return false;
    from = skip_space(from + 1, end);
    if (from == end || *from != '"')
        return false;
    key->text = from + 1;
    if (scan_key(&from, end) != SIM_SCAN_OK)
        return false;
    const char *quote = from - 2;
    while (*quote != '"')
        quote--;
    key->length = (size_t)(quote - key->text);
    from = skip_space(from, end);
    value->text = from;
    if (from == end || sim_scan_value(&from, end) != SIM_SCAN_OK)
        return false;
    value->length = (size_t)(from - value->text);
    *at = from;
    return true;
}

/* --- Strings ------------------------------------------------------------------------------- */

static uint32_t hex_word(const char *text) {
    uint32_t word = 0;
    for (int i = 0; i < 4; i++)
        word = word << 4 | (uint32_t)hex_digit(text[i]);
    return word;
}

static char *put_character(char *to, uint32_t code) {
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) {
        memcpy(to, SIM_REPLACEMENT, 3);
        return to + 3;
    }
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    }
    return to;
}

/* The character that the escape at `from` stands for, a pair of escapes beyond U+FFFF. Returns
 * where it ends. */
static const char *decode_escape(const char *from, const char *end, uint32_t *code) {
    static const char from_letters[] = "bfnrt";
    static const char to_codes[] = "\b\f\n\r\t";
    char letter = from[1];
    if (letter != 'u') {
        const char *found = strchr(from_letters, letter);
        *code =
            found == NULL ? (unsigned char)letter : (unsigned char)to_codes[found - from_letters];
        return from + 2;
    }
    *code = hex_word(from + 2);
    from += 6;
    if (*code >= 0xD800 && *code < 0xDC00 && end - from >= 6 && from[0] == '\\' && from[1] == 'u') {
        uint32_t low = hex_word(from + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
            from += 6;
        }
    }
    return from;
}

/* What the next character of a string stands for, as at most 4 bytes. Returns where it ends. */
static const char *decode_character(const char *from, const char *end, char bytes[4],
                                    size_t *size) {
    if (*from == '\\') {
        uint32_t code;
        from = decode_escape(from, end, &code);
        *size = (size_t)(put_character(bytes, code) - bytes);
        return from;
    }
    *size = sim_trace_utf8_length((const unsigned char *)from, (size_t)(end - from));
    if (*size == 0) {
        *size = 3;
        memcpy(bytes, SIM_REPLACEMENT, 3);
        return from + 1;
    }
    memcpy(bytes, from, *size);
    return from + *size;
}

size_t sim_scan_decode(struct sim_raw string, char *to, size_t room) {
    const char *from = string.text;
    const char *end = from + string.length;
    size_t length = 0;
    while (from < end) {
        char bytes[4];
        size_t size;
        from = decode_character(from, end, bytes, &size);
        if (size > room - length)
            break;
        memcpy(to + length, bytes, size);
        length += size;
    }
    return length;
}

size_t sim_scan_clean(struct sim_raw text, char *to, size_t room) {
    const char *from = text.text;
    const char *end = from + text.length;
    size_t length = 0;
    while (from < end) {
        size_t size = sim_trace_utf8_length((const unsigned char *)from, (size_t)(end - from));
        const char *bytes = size == 0 ? SIM_REPLACEMENT : from;
        size_t bytes_length = size == 0 ? 3 : size;
        if (bytes_length > room - length)
            break;
        memcpy(to + length, bytes, bytes_length);
        length += bytes_length;
        from += size == 0 ? 1 : size;
    }
    return length;
}

/* --- Numbers -------------------------------------------------------------------------------- */

/* digits * 10^exponent. */
struct decimal {
    bool negative;
    uint64_t digits; /* the first 19 of them; the rest are cut off */
    int64_t exponent;
};

static bool read_decimal(struct sim_raw number, struct decimal *decimal) {
    const char *at = number.text;
    const char *end = at + number.length;
    *decimal = (struct decimal){0};
    if (at == end || (*at != '-' && !is_digit(*at)))
        return false;
    if (*at == '-') {
        decimal->negative = true;
        at++;
    }
    bool fraction = false;
    for (; at < end && (is_digit(*at) || *at == '.'); at++) {
        if (*at == '.') {
            fraction = true;
        } else if (decimal->digits < UINT64_C(1000000000000000000)) {
            decimal->digits = 10 * decimal->digits + (uint64_t)(*at - '0');
            decimal->exponent -= fraction;
        } else {
            decimal->exponent += !fraction;
        }
    }
    if (at == end)
        return true;
    at++; /* the e */
    bool down = *at == '-';
    at += *at == '-' || *at == '+';
    int64_t exponent = 0;
    for (; at < end; at++)
        if (exponent < 1000000)
            exponent = 10 * exponent + (*at - '0');
    decimal->exponent += down ? -exponent : exponent;
    return true;
}

/* Times and whole numbers stay so far from the ends of int64_t that sums of two do not
 * overflow. */
static const uint64_t whole_max = INT64_MAX / 4;

/* Rounds to nearest; `exact` wants no remainder. */
static bool decimal_to_whole(const struct decimal *decimal, bool exact, int64_t *whole) {
    uint64_t value = decimal->digits;
    for (int64_t e = decimal->exponent; e > 0 && value != 0; e--) {
        if (value > whole_max / 10)
            return false;
        value *= 10;
    }
    uint64_t divisor = 1;
    for (int64_t e = decimal->exponent; e < 0 && divisor != 0; e++)
        divisor = divisor > UINT64_C(1000000000000000000) ? 0 : 10 * divisor;
    uint64_t remainder = divisor == 0 ? value : value % divisor;
    if (exact && remainder != 0)
        return false;
    value = divisor == 0 ? 0 : value / divisor + (remainder >= divisor - remainder);
    if (value > whole_max)
        return false;
    *whole = decimal->negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool sim_scan_time(struct sim_raw number, int64_t *time_ns) {
    struct decimal decimal;
    if (!read_decimal(number, &decimal))
        return false;
    decimal.exponent += 3;
    return decimal_to_whole(&decimal, false, time_ns);
}

bool sim_scan_whole(struct sim_raw number, int64_t *whole) {
    struct decimal decimal;
    return read_decimal(number, &decimal) && decimal_to_whole(&decimal, true, whole);
}

bool sim_scan_number(struct sim_raw number, double *value) {
    struct decimal decimal;
    if (!read_decimal(number, &decimal))
        return false;
    double result = (double)decimal.digits;
    if (decimal.exponent > 0)
        result *= pow(10, (double)decimal.exponent);
    else if (decimal.exponent < 0)
        result /= pow(10, (double)-decimal.exponent);
    *value = decimal.negative ? -result : result;
    return isfinite(result);
}

/* --- Our own events -------------------------------------------------------------------------- */

/* A text that the event must go on with; zeroes follow the text's end, so that it can be compared
 * without asking how much there is. */
#define TAKE(at, literal)                                                                          \
    (memcmp((at), (literal), sizeof(literal) - 1) == 0 && ((at) += sizeof(literal) - 1, true))

static bool take_whole(const char **at, int64_t *value) {
    const char *from = *at;
    int64_t result = 0;
    while (is_digit(*from) && from - *at < 16)
        result = 10 * result + (*from++ - '0');
    if (from == *at || is_digit(*from) || (**at == '0' && from - *at > 1))
        return false;
    *value = result;
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
    if (microseconds > (int64_t)(whole_max / 1000) - 1)
        return false;
    *time_ns = microseconds * 1000 + (from[1] - '0') * 100 + (from[2] - '0') * 10 + (from[3] - '0');
    *at = from + 4;
    return true;
}

/* Up to the closing quote, and over it; without escapes only. */
static bool take_plain_text(const char **at, struct sim_raw *text) {
    const char *from = *at;
    while ((unsigned char)*from >= 32 && *from != '"' && *from != '\\')
        from++;
    *text = (struct sim_raw){*at, (size_t)(from - *at)};
    *at = from + 1;
    return *from == '"';
}

static bool take_text(const char **at, struct sim_raw *text) {
    if (take_plain_text(at, text))
        return true;
    const char *from = text->text + text->length;
    while (*from != '"') {
        if ((unsigned char)*from < 32)
            return false;
        if (*from == '\\') {
            /* No end is known here, but the zeroes after it fit no escape. */
            if (scan_escape(&from, from + SIM_SCAN_PADDING) != SIM_SCAN_OK)
                return false;
        } else {
            from++;
        }
    }
    text->length = (size_t)(from - text->text);
    *at = from + 1;
    return true;
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

/* Arguments that are numbers and texts. */
static bool take_args(const char **at, struct sim_raw *args) {
    const char *from = *at;
    if (*from++ != '{')
        return false;
    for (;;) {
        struct sim_raw ignored;
        if (*from++ != '"' || !take_text(&from, &ignored) || *from++ != ':')
            return false;
        if (*from == '"') {
            from++;
            if (!take_text(&from, &ignored))
                return false;
        } else if (!take_plain_number(&from)) {
            return false;
        }
        if (*from == '}')
            break;
        if (*from++ != ',')
            return false;
    }
    *args = (struct sim_raw){*at, (size_t)(from + 1 - *at)};
    *at = from + 1;
    return true;
}

/* From the name on, which all events have in common. */
static bool take_tail(const char **at, struct sim_event *event) {
    const char *from = *at;
    if (!take_text(&from, &event->name))
        return false;
    if (*from == ',') {
        if (TAKE(from, ",\"s\":\"t\""))
            event->scope = (struct sim_raw){from - 2, 1};
        if (TAKE(from, ",\"id\":")) {
            int64_t id;
            event->id.text = from;
            if (!take_whole(&from, &id))
                return false;
            event->id.length = (size_t)(from - event->id.text);
        }
        if (TAKE(from, ",\"bp\":\"e\""))
            event->binds_enclosing = true;
        if (TAKE(from, ",\"args\":") && !take_args(&from, &event->args))
            return false;
    }
    if (*from != '}')
        return false;
    *at = from + 1;
    return true;
}

bool sim_scan_own_event(const char **at, struct sim_event *event) {
    const char *from = *at;
    if (!TAKE(from, "{\"ph\":\"") || !is_letter(*from) || from[1] != '"')
        return false;
    *event = (struct sim_event){.phase = *from};
    from += 2;
    if (event->phase != 'M') {
        if (!TAKE(from, ",\"ts\":") || !take_time(&from, &event->ts_ns))
            return false;
        event->has_ts = true;
    }
    if (!TAKE(from, ",\"pid\":") || !take_whole(&from, &event->pid))
        return false;
    if (TAKE(from, ",\"tid\":") && !take_whole(&from, &event->tid))
        return false;
    if (TAKE(from, ",\"cat\":\"") && !take_plain_text(&from, &event->category))
        return false;
    if (!TAKE(from, ",\"name\":\"") || !take_tail(&from, event))
        return false;
    *at = from;
    return true;
}

/* --- Events in any form ------------------------------------------------------------------------
 */

static bool raw_is(struct sim_raw raw, const char *text) {
    return raw.length == strlen(text) && memcmp(raw.text, text, raw.length) == 0;
}

/* A text without its quotes; false where the value is something else. */
static bool unquote(struct sim_raw value, struct sim_raw *text) {
    if (value.text[0] != '"')
        return false;
    *text = (struct sim_raw){value.text + 1, value.length - 2};
    return true;
}

/* A pid or a tid: a number, or, in some programs, a text; what is neither is taken as a text. */
static void take_number_or_text(struct sim_raw value, int64_t *number, struct sim_raw *text) {
    *text = (struct sim_raw){0};
    *number = 0;
    if (!sim_scan_whole(value, number) && !unquote(value, text))
        *text = value;
}

static void take_member(struct sim_event *event, struct sim_raw key, struct sim_raw value) {
    struct sim_raw text;
    if (raw_is(key, "ph")) {
        if (unquote(value, &text) && text.length == 1)
            event->phase = text.text[0];
        else
            event->odd = true;
    } else if (raw_is(key, "ts")) {
        event->has_ts = sim_scan_time(value, &event->ts_ns);
    } else if (raw_is(key, "dur")) {
        event->has_duration = sim_scan_time(value, &event->duration_ns) && event->duration_ns >= 0;
    } else if (raw_is(key, "pid")) {
        take_number_or_text(value, &event->pid, &event->pid_text);
    } else if (raw_is(key, "tid")) {
        take_number_or_text(value, &event->tid, &event->tid_text);
    } else if (raw_is(key, "cat")) {
        event->odd |= !unquote(value, &event->category);
    } else if (raw_is(key, "name")) {
        /* Some programs put a number there. */
        if (!unquote(value, &event->name))
            event->name = value;
    } else if (raw_is(key, "id") || raw_is(key, "id2")) {
        event->id = value;
    } else if (raw_is(key, "s") || raw_is(key, "scope")) {
        event->odd |= !unquote(value, &event->scope);
    } else if (raw_is(key, "bp")) {
        event->binds_enclosing = unquote(value, &text) && raw_is(text, "e");
    } else if (raw_is(key, "args") && value.text[0] == '{') {
        event->args = value;
    }
}

void sim_scan_event(struct sim_raw object, struct sim_event *event) {
    const char *at = object.text;
    struct sim_raw key;
    struct sim_raw value;
    *event = (struct sim_event){0};
    while (sim_scan_member(&at, object.text + object.length, &key, &value))
        take_member(event, key, value);
}
