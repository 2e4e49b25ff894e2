/* Checks JSON before cJSON reads it, so that each slip has a message of its own; notes where
 * values stand. */
#include "document/json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cadran.h"
#include "document/fault.h"

/* What may come next. */
enum state {
    VALUE,         /* at the start, after a colon */
    FIRST_ELEMENT, /* after "[" */
    NEXT_ELEMENT,  /* after a comma in an array */
    FIRST_KEY,     /* after "{" */
    NEXT_KEY,      /* after a comma in an object */
    COLON,         /* after a key */
    AFTER,         /* after a value */
};

typedef struct checker {
    const char *text;
    size_t size;
    size_t at;
    enum state state;
    size_t comma; /* where the last comma stands */
    size_t depth;
    size_t max_depth;
    size_t values;
    size_t max_values;
    size_t key; /* where the last key stands */
    bool no_memory;
    doc_json_places *places;
    doc_json_fault *fault;
    size_t opened[DOC_JSON_MAX_DEPTH]; /* where the "[" or "{" of each level stands */
} checker;

/* --- Characters ------------------------------------------------------------------------------ */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static int hex_digit(char c) {
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The code of the four digits after "\u"; -1 when these are not four digits. `size` bytes follow.
 */
static int32_t escape_code(const char *digits, size_t size) {
    int32_t code = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < size ? hex_digit(digits[i]) : -1;
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

size_t doc_json_character(const char *text, char utf8[4], size_t *length) {
    if (text[0] != '\\') {
        *length = base_utf8_length((const unsigned char *)text, 4);
        memcpy(utf8, text, *length);
        return *length;
    }
    if (text[1] != 'u') {
        static const char names[] = "bfnrt";
        static const char controls[] = "\b\f\n\r\t";
        const char *name = strchr(names, text[1]);
        utf8[0] = name != NULL ? controls[name - names] : text[1];
        *length = 1;
        return 2;
    }
    uint32_t code = (uint32_t)escape_code(text + 2, 4);
    if (code < 0xd800 || code > 0xdbff) {
        *length = base_utf8_encode(code, utf8);
        return 6;
    }
    uint32_t low = (uint32_t)escape_code(text + 8, 4);
    *length = base_utf8_encode(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), utf8);
    return 12;
}

size_t doc_json_skip_space(const char *text, size_t at) {
    while (is_space(text[at]))
        at++;
    return at;
}

size_t doc_json_skip_scalar(const char *text, size_t at) {
    if (text[at] == '"') {
        for (at++; text[at] != '"'; at++)
            at += text[at] == '\\';
        return at + 1;
    }
    while (is_letter(text[at]) || is_digit(text[at]) || strchr("+-.", text[at]) != NULL) {
        if (text[at] == '\0')
            break;
        at++;
    }
    return at;
}

/* --- Faults ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static bool fail(checker *c, size_t offset,
                                                       const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->fault->message, sizeof c->fault->message, format, arguments);
    va_end(arguments);
    c->fault->offset = offset;
    return false;
}

static bool at_end(const checker *c) {
    return c->at >= c->size;
}

static char peek(const checker *c, size_t ahead) {
    return c->at + ahead < c->size ? c->text[c->at + ahead] : '\0';
}

static size_t line_of(const checker *c, size_t offset) {
    size_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += c->text[i] == '\n';
    return line;
}

/* The length of the word (letters and digits) that begins here, at most what messages show. */
static int word_length(const checker *c) {
    size_t length = 0;
    while (is_letter(peek(c, length)) || is_digit(peek(c, length)))
        length++;
    size_t shown = length < 40 ? length : 40;
    while (shown < length && ((unsigned char)peek(c, shown) & 0xc0) == 0x80)
        shown--;
    return (int)shown;
}

/* The length of what begins here and was to be a text, a key or an expression: up to what ends a
 * value, at most what messages show. */
static int bare_length(const checker *c) {
    size_t length = 0, end = 0;
    do {
        length += base_utf8_length((const unsigned char *)c->text + c->at + length, 4);
        if (!is_space(peek(c, length - 1)))
            end = length;
    } while (length < 40 && c->at + length < c->size &&
             strchr(",:]}\"\n\r", peek(c, length)) == NULL);
    return (int)end;
}

/* What begins here, in words. */
static const char *found(const checker *c, char *words, size_t size) {
    const char *here = c->text + c->at;
    if (at_end(c))
        return "the end of the document";
    if (*here == '"')
        return "a string";
    if (*here == '{')
        return "an object";
    if (*here == '[')
        return "an array";
    if (is_digit(*here) || *here == '-')
        return "a number";
    if (is_letter(*here))
        snprintf(words, size, "\"%.*s\"", word_length(c), here);
    else if ((unsigned char)*here < 0x20 || *here == 0x7f)
        snprintf(words, size, "the control character U+%04X", (unsigned)*here);
    else
        snprintf(words, size, "\"%c\"", *here);
    return words;
}

/* One of those that word processors make of a quote. */
static bool is_curly_quote(const checker *c) {
    return strncmp(c->text + c->at, "\xe2\x80", 2) == 0 && (unsigned char)peek(c, 2) >= 0x98 &&
           (unsigned char)peek(c, 2) <= 0x9f;
}

/* Something else stands here than what was expected. Slips that people make have a message of
 * their own. */
static bool unexpected(checker *c, const char *expected) {
    char words[64];
    char here = peek(c, 0);
    if (at_end(c) && c->depth > 0) {
        size_t opened = c->opened[c->depth - 1];
        return fail(c, c->at,
                    "the document ends here, but the %s that begins on line %zu is not closed",
                    c->text[opened] == '[' ? "array" : "object", line_of(c, opened));
    }
    if (here == '\'')
        return fail(c, c->at, "a string is written between double quotes, not single ones");
    if (is_curly_quote(c))
        return fail(c, c->at, "a string is written between straight quotes, not typographic ones");
    if (here == '#' || (here == '/' && (peek(c, 1) == '/' || peek(c, 1) == '*')))
        return fail(c, c->at, "JSON has no comments; a member \"//\" is one: {\"//\": \"words\"}");
    if (here == '(')
        return fail(c, c->at,
                    "JSON has no parentheses: a list stands between \"[\" and \"]\", an expression "
                    "between double quotes");
    return fail(c, c->at, "expected %s, found %s", expected, found(c, words, sizeof words));
}

/* A character that looks like a space, or like nothing: its code; 0: what is here is none. */
static uint32_t blank_here(const checker *c) {
    const char *here = c->text + c->at;
    if (at_end(c) || (unsigned char)*here < 0x80)
        return 0;
    uint32_t code = base_utf8_decode(here, base_utf8_length((const unsigned char *)here, 4));
    bool blank = code == 0xa0 || code == 0xad || code == 0x1680 ||
                 (code >= 0x2000 && code <= 0x200f) || (code >= 0x2028 && code <= 0x202f) ||
                 (code >= 0x205f && code <= 0x2064) || code == 0x3000 || code == 0xfeff;
    return blank ? code : 0;
}

/* Not a space to JSON, whatever it looks like. */
static bool check_blank(checker *c) {
    uint32_t blank = blank_here(c);
    return blank == 0 || fail(c, c->at,
                              "the character U+%04X stands here, which looks like a space or like "
                              "nothing: take it out",
                              (unsigned)blank);
}

/* --- Strings, numbers, words ----------------------------------------------------------------- */

static bool check_unicode_escape(checker *c) {
    int32_t code = escape_code(c->text + c->at + 2, c->size - c->at - 2);
    if (code < 0)
        return fail(c, c->at, "\\u is followed by four hexadecimal digits, as in \"\\u00e9\"");
    if (code == 0)
        return fail(c, c->at, "\\u0000 cannot stand in text");
    bool low = code >= 0xdc00 && code <= 0xdfff;
    if (code >= 0xd800 && code <= 0xdbff) {
        int32_t second = -1;
        if (peek(c, 6) == '\\' && peek(c, 7) == 'u')
            second = escape_code(c->text + c->at + 8, c->size - c->at - 8);
        low = second < 0xdc00 || second > 0xdfff;
        c->at += low ? 0 : 6;
    }
    if (low)
        return fail(c, c->at, "\\u%04x is one half of a pair, and the other half is missing",
                    (unsigned)code);
    c->at += 6;
    return true;
}

static bool check_escape(checker *c) {
    char name = peek(c, 1);
    if (name == 'u')
        return check_unicode_escape(c);
    if (name != '\0' && strchr("\"\\/bfnrt", name) != NULL) {
        c->at += 2;
        return true;
    }
    if (name == '\'')
        return fail(c, c->at, "a \"'\" in a string stands without a backslash");
    if (name >= ' ' && name < 0x7f)
        return fail(c, c->at, "\"\\%c\" means nothing; a backslash itself is written \"\\\\\"",
                    name);
    return fail(c, c->at, "a backslash itself is written \"\\\\\"");
}

static bool check_string(checker *c) {
    size_t start = c->at++;
    while (!at_end(c)) {
        unsigned char here = (unsigned char)c->text[c->at];
        if (here == '"') {
            c->at++;
            return true;
        }
        if (here == '\n' || here == '\r')
            return fail(c, start,
                        "the string that begins here is not closed on its line (a line "
                        "break inside a string is written \\n)");
        if (here < 0x20)
            return fail(c, c->at, "the control character U+%04X in a string is written \\u%04x",
                        here, here);
        if (here != '\\')
            c->at++;
        else if (!check_escape(c))
            return false;
    }
    return fail(c, start, "the string that begins here is not closed");
}

/* Reads digits; false when there is none. */
static bool skip_digits(checker *c) {
    size_t start = c->at;
    while (is_digit(peek(c, 0)))
        c->at++;
    return c->at > start;
}

static bool check_number(checker *c) {
    size_t start = c->at;
    c->at += peek(c, 0) == '-';
    if (peek(c, 0) == '0' && is_digit(peek(c, 1)))
        return fail(c, start, "a number does not begin with zeros");
    if (peek(c, 0) == '0' && (peek(c, 1) == 'x' || peek(c, 1) == 'X'))
        return fail(c, start, "JSON has decimal numbers only");
    if (peek(c, 0) == '.')
        return fail(c, start, "a number begins with a digit: write 0.5, not .5");
    if (!skip_digits(c))
        return fail(c, start, "a minus sign is followed by a digit");
    if (peek(c, 0) == '.') {
        c->at++;
        if (!skip_digits(c))
            return fail(c, start, "a decimal point is followed by a digit: write 1.0, not 1.");
    }
    if (peek(c, 0) == 'e' || peek(c, 0) == 'E') {
        c->at++;
        c->at += peek(c, 0) == '+' || peek(c, 0) == '-';
        if (!skip_digits(c))
            return fail(c, start, "the exponent of a number has at least one digit: write 1e3");
    }
    if (is_letter(peek(c, 0)))
        return fail(c, start, "text that begins with a number stands in quotes, too: \"%.*s%.*s\"",
                    c->at - start > 40 ? 40 : (int)(c->at - start), c->text + start, word_length(c),
                    c->text + c->at);
    c->places->long_numbers |= c->at - start > DOC_JSON_SHORT_NUMBER;
    return true;
}

static bool word_is(const checker *c, int length, const char *word) {
    if ((size_t)length != strlen(word))
        return false;
    for (int i = 0; i < length; i++) {
        char here = c->text[c->at + (size_t)i];
        if ((here | 0x20) != (word[i] | 0x20))
            return false;
    }
    return true;
}

static bool check_word(checker *c) {
    static const char *const words[] = {"true", "false", "null"};
    int length = word_length(c);
    const char *here = c->text + c->at;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (base_edit_distance(here, (size_t)length, words[i], strlen(words[i]), 1) == 1)
            return fail(c, c->at, "unknown word \"%.*s\"; did you mean %s?", length, here,
                        words[i]);
        if (!word_is(c, length, words[i]))
            continue;
        if (strncmp(here, words[i], (size_t)length) != 0)
            return fail(c, c->at, "in JSON \"%.*s\" is written %s", length, here, words[i]);
        c->at += (size_t)length;
        return true;
    }
    if (word_is(c, length, "none") || word_is(c, length, "nil") || word_is(c, length, "undefined"))
        return fail(c, c->at, "in JSON \"%.*s\" is written null", length, here);
    if (word_is(c, length, "nan") || word_is(c, length, "infinity") || word_is(c, length, "inf"))
        return fail(c, c->at, "JSON has no number \"%.*s\"", length, here);
    if (peek(c, (size_t)length) == '"' || peek(c, (size_t)length) == '\'')
        return fail(c, c->at, "nothing stands before a string's quotes, as \"%.*s\" does here",
                    length, here);
    return fail(c, c->at, "text stands in double quotes: write \"%.*s\"", bare_length(c), here);
}

/* --- Structure ------------------------------------------------------------------------------- */

static char opener(const checker *c) {
    return c->depth > 0 ? c->text[c->opened[c->depth - 1]] : '\0';
}

static bool open_container(checker *c, enum state next) {
    if (c->depth == c->max_depth)
        return fail(c, c->at, "arrays and objects are nested more than %zu deep", c->max_depth);
    c->opened[c->depth++] = c->at++;
    c->state = next;
    return true;
}

static bool close_container(checker *c) {
    c->at++;
    c->depth--;
    c->state = AFTER;
    return true;
}

static bool note_place(checker *c) {
    doc_json_places *places = c->places;
    bool member = c->state == VALUE && c->depth > 0;
    c->no_memory =
        !base_grow(&places->list, &places->capacity, places->count, sizeof *places->list);
    if (c->no_memory)
        return false;
    places->list[places->count++] =
        (doc_json_place){(uint32_t)(member ? c->key : c->at), (uint32_t)c->at};
    return true;
}

/* Whether a document begins as no JSON does: with a sign, or a word that JSON does not have. Of a
 * comment something else is told. */
static bool is_other_language(const checker *c) {
    char here = peek(c, 0);
    int length = word_length(c);
    if (here == '-')
        return !is_digit(peek(c, 1));
    if (word_is(c, length, "true") || word_is(c, length, "false") || word_is(c, length, "null"))
        return false;
    return strchr("\"'+.#/0123456789", here) == NULL;
}

static bool check_value(checker *c) {
    char here = peek(c, 0);
    if (!note_place(c))
        return false;
    if (++c->values > c->max_values)
        return fail(c, c->at, "the document has more than %zu values", c->max_values);
    if (at_end(c) && c->depth == 0)
        return fail(c, c->at, "the document is empty");
    if (here == '{')
        return open_container(c, FIRST_KEY);
    if (here == '[')
        return open_container(c, FIRST_ELEMENT);
    if (c->depth == 0 && is_other_language(c))
        return fail(c, c->at, "this is no JSON: it begins with \"%.*s\", and not with \"{\"",
                    bare_length(c), c->text + c->at);
    if ((here == ']' || here == '}') && c->state == NEXT_ELEMENT)
        return fail(c, c->comma, "trailing comma: no value follows before \"]\"");
    if (here == '+')
        return fail(c, c->at, "a number does not begin with \"+\"");
    if (here == '.' && is_digit(peek(c, 1)))
        return fail(c, c->at, "a number begins with a digit: write 0.5, not .5");
    c->state = AFTER;
    if (here == '"')
        return check_string(c);
    if (here == '-' || is_digit(here))
        return check_number(c);
    if (is_letter(here) && !is_curly_quote(c))
        return check_word(c);
    return unexpected(c, "a value");
}

static bool check_key(checker *c) {
    char here = peek(c, 0);
    if (here == '"') {
        c->state = COLON;
        c->key = c->at;
        return check_string(c);
    }
    if (here == '}' && c->state == NEXT_KEY)
        return fail(c, c->comma, "trailing comma: no member follows before \"}\"");
    if (is_digit(here) || (is_letter(here) && !is_curly_quote(c)))
        return fail(c, c->at, "a key stands in double quotes: write \"%.*s\"", bare_length(c),
                    c->text + c->at);
    return unexpected(c, c->state == NEXT_KEY ? "a key in double quotes"
                                              : "a key in double quotes, or \"}\"");
}

static bool check_colon(checker *c) {
    if (peek(c, 0) == '=')
        return fail(c, c->at, "between a key and its value stands \":\", not \"=\"");
    if (peek(c, 0) != ':')
        return unexpected(c, "\":\" and a value after the key");
    c->at++;
    c->state = VALUE;
    return true;
}

static bool check_after_value(checker *c) {
    char here = peek(c, 0);
    char open = opener(c);
    char words[64];
    if (open == '\0')
        return fail(c, c->at, "the document is complete before this: found %s",
                    found(c, words, sizeof words));
    if (here == ',') {
        c->comma = c->at++;
        c->state = open == '{' ? NEXT_KEY : NEXT_ELEMENT;
        return true;
    }
    if (here == (open == '{' ? '}' : ']'))
        return close_container(c);
    if (here == ']' || here == '}')
        return fail(c, c->at, "\"%c\" closes the %s that begins on line %zu, found \"%c\"",
                    open == '{' ? '}' : ']', open == '{' ? "object" : "array",
                    line_of(c, c->opened[c->depth - 1]), here);
    if (here == ';')
        return fail(c, c->at, "%s are separated by \",\", not \";\"",
                    open == '{' ? "members" : "values");
    if (here == '"' || here == '{' || here == '[' || here == '-' || is_digit(here))
        return fail(c, c->at, "expected \",\" or \"%c\", found %s: is a comma missing?",
                    open == '{' ? '}' : ']', found(c, words, sizeof words));
    if (c->text[c->at - 1] == '"' && is_letter(here))
        return fail(c, c->at,
                    "the string ends before this: found %s; a double quote inside a string is "
                    "written \\\"",
                    found(c, words, sizeof words));
    return unexpected(c, open == '{' ? "\",\" or \"}\"" : "\",\" or \"]\"");
}

static bool step(checker *c) {
    switch (c->state) {
    case FIRST_ELEMENT:
        if (peek(c, 0) == ']')
            return close_container(c);
        return check_value(c);
    case VALUE:
    case NEXT_ELEMENT:
        return check_value(c);
    case FIRST_KEY:
        if (peek(c, 0) == '}')
            return close_container(c);
        return check_key(c);
    case NEXT_KEY:
        return check_key(c);
    case COLON:
        return check_colon(c);
    case AFTER:
        break;
    }
    return check_after_value(c);
}

static bool check_encoding(checker *c) {
    const char *text = c->text;
    if (c->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return fail(c, 0, "the file begins with a byte order mark; save it as UTF-8 without one");
    if (c->size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return fail(c, 0, "the file is UTF-16, or UTF-32; save it as UTF-8");
    if (c->size >= 4 &&
        (memcmp(text, "\x1f\x8b", 2) == 0 || memcmp(text, "\x28\xb5\x2f\xfd", 4) == 0))
        return fail(c, 0,
                    "the file is packed, by gzip or zstd, as traces may be; what is read here "
                    "is text");
    for (size_t at = 0; at < c->size;) {
        size_t length = base_utf8_length((const unsigned char *)text + at, c->size - at);
        if (length == 0)
            return fail(c, at, "the byte 0x%02x here is not UTF-8; save the file as UTF-8",
                        (unsigned)(unsigned char)text[at]);
        if (text[at] == '\0')
            return fail(c, at, "a zero byte stands here; save the file as UTF-8 text");
        at += length;
    }
    return true;
}

int doc_json_check(const char *text, size_t size, size_t max_depth, size_t max_values,
                   doc_json_places *places, doc_json_fault *fault) {
    *places = (doc_json_places){0};
    assert(max_depth <= DOC_JSON_MAX_DEPTH);
    checker c = {
        .text = text,
        .size = size,
        .max_depth = max_depth,
        .max_values = max_values,
        .places = places,
        .fault = fault,
    };
    if (!check_encoding(&c))
        return CAD_EINVAL;
    for (;;) {
        while (is_space(peek(&c, 0)))
            c.at++;
        if (at_end(&c) && c.state == AFTER && c.depth == 0)
            return 0;
        if (!check_blank(&c) || !step(&c))
            return c.no_memory ? CAD_ENOMEM : CAD_EINVAL;
    }
}
