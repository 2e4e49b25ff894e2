/* The scanner of JSON that readers of traces share: one value after the other, nothing kept. */
#include "trace/scan.h"

#include "base/text.h"
#include "trace/reader.h"

#include <math.h>
#include <string.h>

/* --- Values ------------------------------------------------------------------------------ */

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
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

const char *trace_scan_space(const char *at, const char *end, uint64_t *lines) {
    for (; at < end && is_space(*at); at++)
        *lines += *at == '\n';
    return at;
}

static const char *skip_space(const char *at, const char *end) {
    while (at < end && is_space(*at))
        at++;
    return at;
}

static enum trace_scan scan_escape(const char **at, const char *end) {
    const char *from = *at + 1;
    if (from == end)
        return TRACE_SCAN_MORE;
    if (*from == 'u') {
        for (int i = 0; i < 4; i++) {
            from++;
            if (from == end)
                return TRACE_SCAN_MORE;
            if (hex_digit(*from) < 0)
                return TRACE_SCAN_BAD;
        }
    } else if (*from == '\0' || strchr("\"\\/bfnrt", *from) == NULL) {
        return TRACE_SCAN_BAD;
    }
    *at = from + 1;
    return TRACE_SCAN_OK;
}

static enum trace_scan scan_string(const char **at, const char *end) {
    if (**at != '"')
        return TRACE_SCAN_BAD;
    ++*at;
    while (*at < end) {
        unsigned char byte = (unsigned char)**at;
        if (byte == '"') {
            ++*at;
            return TRACE_SCAN_OK;
        }
        if (byte < 32)
            return TRACE_SCAN_BAD;
        if (byte == '\\') {
            enum trace_scan status = scan_escape(at, end);
            if (status != TRACE_SCAN_OK)
                return status;
        } else {
            ++*at;
        }
    }
    return TRACE_SCAN_MORE;
}

static enum trace_scan scan_digits(const char **at, const char *end) {
    if (*at == end)
        return TRACE_SCAN_MORE;
    if (!is_digit(**at))
        return TRACE_SCAN_BAD;
    while (*at < end && is_digit(**at))
        ++*at;
    return TRACE_SCAN_OK;
}

static enum trace_scan scan_number(const char **at, const char *end) {
    enum trace_scan status;
    if (**at == '-')
        ++*at;
    if (*at < end && **at == '0')
        ++*at;
    else if ((status = scan_digits(at, end)) != TRACE_SCAN_OK)
        return status;
    if (*at < end && **at == '.') {
        ++*at;
        if ((status = scan_digits(at, end)) != TRACE_SCAN_OK)
            return status;
    }
    if (*at < end && (**at == 'e' || **at == 'E')) {
        ++*at;
        if (*at < end && (**at == '+' || **at == '-'))
            ++*at;
        if ((status = scan_digits(at, end)) != TRACE_SCAN_OK)
            return status;
    }
    return TRACE_SCAN_OK;
}

/* On anything else than OK *at is at the first byte that is not the word's. */
static enum trace_scan scan_word(const char **at, const char *end, const char *word) {
    for (; *word != '\0'; word++, ++*at) {
        if (*at == end)
            return TRACE_SCAN_MORE;
        if (**at != *word)
            return TRACE_SCAN_BAD;
    }
    return TRACE_SCAN_OK;
}

/* One of the words; of two that begin alike the longer one comes first. */
static enum trace_scan scan_words(const char **at, const char *end, const char *const *words) {
    const char *furthest = *at;
    for (; *words != NULL; words++) {
        const char *from = *at;
        enum trace_scan status = scan_word(&from, end, *words);
        if (from > furthest)
            furthest = from;
        if (status != TRACE_SCAN_BAD) {
            *at = from;
            return status;
        }
    }
    *at = furthest;
    return TRACE_SCAN_BAD;
}

/* JSON has no numbers that are none or without bound, but Python's json module writes them like
 * JavaScript, and a printf() as C does. */
static enum trace_scan scan_scalar(const char **at, const char *end) {
    static const char *const words[] = {"true",     "false",    "null", "NaN", "nan",
                                        "Infinity", "infinity", "inf",  NULL};
    const char *const *signed_words = words + 3;
    if (**at == '"')
        return scan_string(at, end);
    if (is_digit(**at))
        return scan_number(at, end);
    if (**at != '-')
        return scan_words(at, end, words);
    if (*at + 1 < end && !is_digit((*at)[1])) {
        ++*at;
        return scan_words(at, end, signed_words);
    }
    return scan_number(at, end);
}

/* A member's key and its colon. */
static enum trace_scan scan_key(const char **at, const char *end) {
    *at = skip_space(*at, end);
    if (*at == end)
        return TRACE_SCAN_MORE;
    enum trace_scan status = scan_string(at, end);
    if (status != TRACE_SCAN_OK)
        return status;
    *at = skip_space(*at, end);
    if (*at == end)
        return TRACE_SCAN_MORE;
    return *(*at)++ == ':' ? TRACE_SCAN_OK : TRACE_SCAN_BAD;
}

/* After a value inside `depth` arrays and objects, of which `closers` has the ends: steps over
 * what ends, and over the comma (and key) before the next value. There may be a comma too many at
 * the end. */
static enum trace_scan scan_after_value(const char **at, const char *end, const char *closers,
                                        size_t *depth) {
    while (*depth > 0) {
        *at = skip_space(*at, end);
        if (*at == end)
            return TRACE_SCAN_MORE;
        char closer = closers[*depth - 1];
        if (**at == ',') {
            *at = skip_space(*at + 1, end);
            if (*at == end)
                return TRACE_SCAN_MORE;
            if (**at != closer)
                return closer == '}' ? scan_key(at, end) : TRACE_SCAN_OK;
        }
        if (**at != closer)
            return TRACE_SCAN_BAD;
        ++*at;
        --*depth;
    }
    return TRACE_SCAN_OK;
}

enum trace_scan trace_scan_value(const char **at, const char *end) {
    char closers[TRACE_EVENT_DEPTH_MAX];
    size_t depth = 0;
    do {
        *at = skip_space(*at, end);
        if (*at == end)
            return TRACE_SCAN_MORE;
        enum trace_scan status;
        if (**at == '{' || **at == '[') {
            if (depth == sizeof closers)
                return TRACE_SCAN_DEEP;
            char closer = **at == '{' ? '}' : ']';
            closers[depth++] = closer;
            *at = skip_space(*at + 1, end);
            if (*at == end)
                return TRACE_SCAN_MORE;
            if (**at != closer) {
                status = closer == '}' ? scan_key(at, end) : TRACE_SCAN_OK;
                if (status != TRACE_SCAN_OK)
                    return status;
                continue;
            }
        } else {
            status = scan_scalar(at, end);
            if (status != TRACE_SCAN_OK)
                return status;
        }
        status = scan_after_value(at, end, closers, &depth);
        if (status != TRACE_SCAN_OK)
            return status;
    } while (depth > 0);
    return TRACE_SCAN_OK;
}

bool trace_scan_member(const char **at, const char *end, struct trace_raw *key,
                       struct trace_raw *value) {
    const char *from = skip_space(*at, end);
    if (from == end || (*from != '{' && *from != ','))
        return false;
    from = skip_space(from + 1, end);
    if (from == end || *from != '"')
        return false;
    if (trace_scan_plain_member(&from, key, value)) {
        *at = from;
        return true;
    }
    key->text = from + 1;
    if (scan_key(&from, end) != TRACE_SCAN_OK)
        return false;
    const char *quote = from - 2;
    while (*quote != '"')
        quote--;
    key->length = (size_t)(quote - key->text);
    from = skip_space(from, end);
    value->text = from;
    if (from == end || trace_scan_value(&from, end) != TRACE_SCAN_OK)
        return false;
    value->length = (size_t)(from - value->text);
    *at = from;
    return true;
}

bool trace_raw_member(struct trace_raw object, const char *name, struct trace_raw *value) {
    struct trace_raw key;
    const char *at = object.text;
    while (at != NULL && trace_scan_member(&at, object.text + object.length, &key, value))
        if (trace_raw_is(key, name))
            return true;
    return false;
}

bool trace_raw_argument(const struct trace_raw_event *event, const char *name,
                        struct trace_raw *value) {
    struct trace_members members = trace_arguments_of(event);
    struct trace_raw key;
    while (trace_members_next(&members, &key, value))
        if (trace_raw_is(key, name))
            return true;
    return false;
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
        memcpy(to, BASE_REPLACEMENT, 3);
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
    *size = base_utf8_length((const unsigned char *)from, (size_t)(end - from));
    if (*size == 0) {
        *size = 3;
        memcpy(bytes, BASE_REPLACEMENT, 3);
        return from + 1;
    }
    memcpy(bytes, from, *size);
    return from + *size;
}

size_t trace_scan_decode(struct trace_raw string, char *to, size_t room) {
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

size_t trace_scan_clean(struct trace_raw text, char *to, size_t room) {
    const char *from = text.text;
    const char *end = from + text.length;
    size_t length = 0;
    while (from < end) {
        size_t size = base_utf8_length((const unsigned char *)from, (size_t)(end - from));
        const char *bytes = size == 0 ? BASE_REPLACEMENT : from;
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

static bool read_decimal(struct trace_raw number, struct decimal *decimal) {
    const char *at = number.text;
    const char *end = at + number.length;
    *decimal = (struct decimal){0};
    if (at < end && *at == '-') {
        decimal->negative = true;
        at++;
    }
    if (at == end || !is_digit(*at))
        return false;
    /* As most are: whole, and no more digits than are kept in any case. */
    for (const char *first = at; at < end && is_digit(*at) && at - first < 18; at++)
        decimal->digits = 10 * decimal->digits + (uint64_t)(*at - '0');
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

/* Rounds to nearest; `exact` wants no remainder. */
static bool decimal_to_whole(const struct decimal *decimal, bool exact, int64_t *whole) {
    uint64_t value = decimal->digits;
    for (int64_t e = decimal->exponent; e > 0 && value != 0; e--) {
        if (value > TRACE_SCAN_WHOLE_MAX / 10)
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
    if (value > TRACE_SCAN_WHOLE_MAX)
        return false;
    *whole = decimal->negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool trace_scan_numeral(struct trace_raw value, struct trace_raw *number) {
    *number = value;
    if (value.text[0] == '"')
        *number = (struct trace_raw){value.text + 1, value.length - 2};
    const char *at = number->text;
    const char *end = at + number->length;
    return at < end && scan_number(&at, end) == TRACE_SCAN_OK && at == end;
}

bool trace_raw_id(const struct trace_raw_event *event, int64_t *id) {
    struct trace_raw number;
    return event->id.text != NULL && trace_scan_numeral(event->id, &number) &&
           trace_scan_whole(number, id);
}

bool trace_scan_time(struct trace_raw number, int64_t *time_ns) {
    struct decimal decimal;
    if (!read_decimal(number, &decimal))
        return false;
    decimal.exponent += 3;
    return decimal_to_whole(&decimal, false, time_ns);
}

bool trace_scan_any_whole(struct trace_raw number, int64_t *whole) {
    struct decimal decimal;
    return read_decimal(number, &decimal) && decimal_to_whole(&decimal, true, whole);
}

bool trace_scan_any_integer(struct trace_raw number, int64_t *whole) {
    const char *at = number.text;
    const char *end = at + number.length;
    bool negative = number.length > 0 && *at == '-';
    uint64_t most = negative ? UINT64_C(1) << 63 : INT64_MAX;
    uint64_t value = 0;
    at += negative;
    if (at == end)
        return false;
    for (; at < end && is_digit(*at); at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (most - digit) / 10)
            return false;
        value = 10 * value + digit;
    }
    if (at < end) /* 1e3, 1.0 */
        return trace_scan_whole(number, whole);
    *whole = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool trace_scan_number(struct trace_raw number, double *value) {
    struct decimal decimal;
    int64_t whole;
    if (trace_scan_short_whole(number, &whole)) {
        *value = (double)whole;
        return true;
    }
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
