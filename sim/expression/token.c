/* Splits an expression into words, and says what cannot be one. */
#include "expression/token.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "expression/expression.h"

/* The number is read into a buffer of its own, and so has a length limit like cJSON's. */
#define NUMBER_MAX_LENGTH 400

static const struct unit {
    const char *name;
    double seconds;
} units[] = {
    {"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", 60}, {"h", 3600},
};

static const struct unit *find_unit(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].name) == length && memcmp(units[i].name, name, length) == 0)
            return &units[i];
    return NULL;
}

bool expr_is_unit(const char *name, size_t length) {
    return find_unit(name, length) != NULL;
}

bool expr_is_keyword(const char *name, size_t length) {
    static const char *const keywords[] = {
        "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
        "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
        "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
        "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield",
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (strlen(keywords[i]) == length && memcmp(keywords[i], name, length) == 0)
            return true;
    }
    return false;
}

/* --- Characters ------------------------------------------------------------------------------ */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static char peek(const expr_lexer *lexer, size_t ahead) {
    size_t at = lexer->at + ahead;
    return at < lexer->length ? lexer->text[at] : '\0';
}

/* The length of the letter, digit or underscore at `text`; 0 when it is none. Beyond ASCII, what
 * is neither a sign nor punctuation counts as a letter. */
static size_t name_character(const char *text, size_t size) {
    char c = size > 0 ? text[0] : '\0';
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c))
        return 1;
    if ((unsigned char)c < 0x80)
        return 0;
    size_t length = base_utf8_length((const unsigned char *)text, size);
    uint32_t code = length > 0 ? base_utf8_decode(text, length) : 0;
    bool sign = code < 0xc0 || code == 0xd7 || code == 0xf7 || (code >= 0x2000 && code <= 0x2bff) ||
                (code >= 0x3000 && code <= 0x303f) || (code >= 0xfe00 && code <= 0xff0f);
    /* The micro sign is what people write before an s. */
    return sign && code != 0xb5 ? 0 : length;
}

static size_t name_length(const char *text, size_t size) {
    size_t length = 0;
    size_t more;
    while ((more = name_character(text + length, size - length)) > 0)
        length += more;
    return length;
}

bool expr_is_name(const char *name, size_t length) {
    return length > 0 && !is_digit(name[0]) && name_length(name, length) == length &&
           !expr_is_keyword(name, length);
}

/* --- Faults ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static expr_token
fault(expr_lexer *lexer, size_t offset, size_t length, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(lexer->message, sizeof lexer->message, format, arguments);
    va_end(arguments);
    size_t rest = lexer->length - offset; /* what is wrong can be that nothing follows */
    lexer->fault_offset = offset;
    lexer->fault_length = length < rest ? length : rest;
    return (expr_token){.kind = EXPR_TOKEN_FAULT, .offset = offset, .length = length};
}

/* For showing a part of the text in a message. */
static int shown(size_t length) {
    return length < 60 ? (int)length : 60;
}

/* --- Numbers --------------------------------------------------------------------------------- */

static bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Reads digits, with single underscores between them. False for an underscore elsewhere. */
static bool skip_digits(expr_lexer *lexer) {
    while (is_digit(peek(lexer, 0))) {
        lexer->at++;
        if (peek(lexer, 0) == '_') {
            if (!is_digit(peek(lexer, 1)))
                return false;
            lexer->at++;
        }
    }
    return peek(lexer, 0) != '_';
}

/* 0xff, 0o17, 0b11. */
static expr_token read_radix(expr_lexer *lexer) {
    size_t start = lexer->at;
    char mark = (char)(peek(lexer, 1) | 0x20);
    unsigned radix = mark == 'x' ? 16 : mark == 'o' ? 8 : 2;
    double number = 0;
    lexer->at += 2;
    size_t first = lexer->at;
    bool right = true;
    for (; is_hex_digit(peek(lexer, 0)) || peek(lexer, 0) == '_'; lexer->at++) {
        char c = peek(lexer, 0);
        unsigned digit = is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
        if (c == '_')
            right = right && is_hex_digit(peek(lexer, 1));
        else
            right = right && digit < radix;
        if (c != '_')
            number = number * radix + digit;
    }
    size_t rest = name_length(lexer->text + lexer->at, lexer->length - lexer->at);
    if (lexer->at == first || rest > 0 || !right)
        return fault(lexer, start, lexer->at + rest - start, "\"%.*s\" is no number",
                     shown(lexer->at + rest - start), lexer->text + start);
    return (expr_token){EXPR_TOKEN_NUMBER, start, lexer->at - start, number, false};
}

/* What people write for a unit; NULL: none is known. */
static const char *unit_meant(const char *name, size_t length) {
    static const char *const others[][2] = {
        {"\xc2\xb5s", "us"}, {"usec", "us"},   {"msec", "ms"}, {"sec", "s"},    {"secs", "s"},
        {"second", "s"},     {"seconds", "s"}, {"m", "min"},   {"mins", "min"}, {"minute", "min"},
        {"minutes", "min"},  {"hr", "h"},      {"hour", "h"},  {"hours", "h"},  {"hrs", "h"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strlen(others[i][0]) == length && memcmp(others[i][0], name, length) == 0)
            return others[i][1];
    return NULL;
}

/* How long the unit is that a name begins with; 0: with none. */
static size_t find_longest_unit(const char *name, size_t length) {
    size_t longest = 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t size = strlen(units[i].name);
        if (size < length && size > longest && memcmp(units[i].name, name, size) == 0)
            longest = size;
    }
    return longest;
}

static expr_token unknown_unit(expr_lexer *lexer, size_t length) {
    base_suggestion suggestion;
    const char *name = lexer->text + lexer->at;
    base_suggestion_start(&suggestion, name, length);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        base_suggestion_offer(&suggestion, units[i].name);
    const char *meant = unit_meant(name, length);
    size_t before = find_longest_unit(name, length);
    if (before > 0 && is_digit(name[before]))
        return fault(lexer, lexer->at, length, "a time of two units is a sum, such as 1h + 30min");
    if (meant != NULL)
        suggestion.best = meant;
    if (suggestion.best != NULL)
        return fault(lexer, lexer->at, length, "unknown unit \"%.*s\"; did you mean \"%s\"?",
                     shown(length), name, suggestion.best);
    return fault(lexer, lexer->at, length, "unknown unit \"%.*s\": units are ns, us, ms, s, min, h",
                 shown(length), name);
}

/* Reads the digits, the point and the exponent of a decimal number; false when it is none. */
static bool skip_decimal(expr_lexer *lexer, size_t *point, size_t *exponent) {
    bool right = skip_digits(lexer);
    if (right && peek(lexer, 0) == '.') {
        *point = lexer->at++;
        right = skip_digits(lexer) && peek(lexer, 0) != '.';
    }
    bool sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-';
    if (right && (peek(lexer, 0) | 0x20) == 'e' && is_digit(peek(lexer, sign ? 2 : 1))) {
        *exponent = lexer->at;
        lexer->at += sign ? 2 : 1;
        right = skip_digits(lexer) && peek(lexer, 0) != '.';
    }
    return right;
}

static double read_decimal(const char *text, size_t length, size_t point, size_t exponent) {
    int power = 0;
    for (size_t i = exponent + 1; i < length; i++) {
        if (is_digit(text[i]) && power < 100000)
            power = power * 10 + (text[i] - '0');
    }
    if (exponent + 1 < length && text[exponent + 1] == '-')
        power = -power;
    for (size_t i = point + 1; i < exponent; i++)
        power -= text[i] != '_';
    return base_number_read(text, exponent < length ? exponent : length, power);
}

/* As in 007; 0 and 00 are right. */
static bool begins_with_zeros(const char *text, size_t length) {
    size_t zeros = 0;
    while (zeros < length && (text[zeros] == '0' || text[zeros] == '_'))
        zeros++;
    return text[0] == '0' && zeros < length;
}

static expr_token read_number(expr_lexer *lexer) {
    size_t start = lexer->at;
    char mark = (char)(peek(lexer, 1) | 0x20);
    if (peek(lexer, 0) == '0' && (mark == 'x' || mark == 'o' || mark == 'b'))
        return read_radix(lexer);
    size_t point = SIZE_MAX;
    size_t exponent = SIZE_MAX;
    bool right = skip_decimal(lexer, &point, &exponent);
    size_t length = lexer->at - start;
    const char *text = lexer->text + start;
    size_t rest = name_length(text + length, lexer->length - lexer->at);
    if (!right || length > NUMBER_MAX_LENGTH) {
        length += rest > 0 ? rest : 1;
        if (length > 2 && memcmp(text + length - 2, "..", 2) == 0)
            return fault(lexer, start, length,
                         "numbers in a row are range(a, b), without b itself");
        return fault(lexer, start, length, "\"%.*s\" is no number", shown(length), text);
    }
    if (rest == 0 && point == SIZE_MAX && exponent == SIZE_MAX && begins_with_zeros(text, length))
        return fault(lexer, start, length, "a number does not begin with zeros");
    size_t digits_end = exponent == SIZE_MAX ? length : exponent - start;
    double number =
        read_decimal(text, length, point == SIZE_MAX ? digits_end : point - start, digits_end);
    if (rest > 0) {
        const struct unit *unit = find_unit(text + length, rest);
        if (unit == NULL)
            return unknown_unit(lexer, rest);
        number *= unit->seconds;
        lexer->at += rest;
    }
    bool floats = point != SIZE_MAX || exponent != SIZE_MAX || rest > 0;
    return (expr_token){EXPR_TOKEN_NUMBER, start, lexer->at - start, number, floats};
}

/* --- Strings --------------------------------------------------------------------------------- */

static bool append(expr_lexer *lexer, const char *text, size_t length) {
    if (base_buffer_append(&lexer->string, text, length) != 0)
        lexer->out_of_memory = true;
    return !lexer->out_of_memory;
}

static bool append_code(expr_lexer *lexer, uint32_t code) {
    char utf8[4];
    return append(lexer, utf8, base_utf8_encode(code, utf8));
}

/* \xhh, \uhhhh, \Uhhhhhhhh: the code point, UINT32_MAX when it is none. */
static uint32_t read_hex_escape(expr_lexer *lexer, size_t digits) {
    uint32_t code = 0;
    for (size_t i = 2; i < 2 + digits; i++) {
        char c = peek(lexer, i);
        if (!is_hex_digit(c))
            return UINT32_MAX;
        code = code * 16 + (uint32_t)(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    lexer->at += 2 + digits;
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? UINT32_MAX : code;
}

static uint32_t read_octal_escape(expr_lexer *lexer) {
    uint32_t code = 0;
    lexer->at++;
    for (int i = 0; i < 3 && peek(lexer, 0) >= '0' && peek(lexer, 0) <= '7'; i++)
        code = code * 8 + (uint32_t)(lexer->text[lexer->at++] - '0');
    return code;
}

/* False after a fault, or when memory runs out. */
static bool read_escape(expr_lexer *lexer) {
    static const char names[] = "\\'\"abfnrtv";
    static const char meanings[] = "\\'\"\a\b\f\n\r\t\v";
    size_t start = lexer->at;
    char c = peek(lexer, 1);
    const char *name = c != '\0' ? strchr(names, c) : NULL;
    if (name != NULL) {
        lexer->at += 2;
        return append(lexer, &meanings[name - names], 1);
    }
    if (c >= '0' && c <= '7')
        return append_code(lexer, read_octal_escape(lexer));
    if (c == 'x' || c == 'u' || c == 'U') {
        size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        uint32_t code = read_hex_escape(lexer, digits);
        if (code != UINT32_MAX)
            return append_code(lexer, code);
        fault(lexer, start, 2, "\\%c is followed by %zu hexadecimal digits of a character", c,
              digits);
        return false;
    }
    fault(lexer, start, 2, "\"\\%.*s\" means nothing; a backslash itself is written \"\\\\\"",
          c >= ' ' && c < 0x7f, lexer->text + start + 1);
    return false;
}

static expr_token read_text(expr_lexer *lexer) {
    size_t start = lexer->at;
    char quote = lexer->text[lexer->at++];
    const expr_token faulty = {.kind = EXPR_TOKEN_FAULT};
    base_buffer_clear(&lexer->string);
    if (!append(lexer, "", 0))
        return faulty;
    while (lexer->at < lexer->length && lexer->text[lexer->at] != quote) {
        if (lexer->text[lexer->at] == '\\') {
            if (!read_escape(lexer))
                return faulty;
        } else if (!append(lexer, &lexer->text[lexer->at++], 1)) {
            return faulty;
        }
    }
    if (lexer->at >= lexer->length)
        return fault(lexer, start, 1, "the text that begins here is not closed");
    lexer->at++;
    return (expr_token){EXPR_TOKEN_TEXT, start, lexer->at - start, 0, false};
}

/* --- Signs ----------------------------------------------------------------------------------- */

#define OF_NO_MODULE "functions stand without a module: "

/* What people write who come from other languages, or from elsewhere in Python. The longest that
 * fits comes first. */
static const struct slip {
    const char *sign;
    const char *message;
} slips[] = {
    {"&&", "\"and\" is written in letters"},
    {"||", "\"or\" is written in letters"},
    {"<>", "\"not equal\" is written \"!=\""},
    {"<<", "the language has no operations on bits"},
    {">>", "the language has no operations on bits"},
    {":=", "an expression assigns nothing; there are the steps \"let\" and \"assign\" for that"},
    {"!r", "there are no conversions; str(x) makes a text of a value"},
    {"!", "\"not\" is written in letters"},
    {"=>", "write \">=\""},
    {"=<", "write \"<=\""},
    {"=", "to compare, write \"==\"; an expression assigns nothing"},
    {"?", "a choice is written \"a if condition else b\""},
    {"&", "the language has no operations on bits; \"and\" is written in letters"},
    {"|", "the language has no operations on bits; \"or\" is written in letters"},
    {"^", "the language has no operations on bits; a power is written \"**\""},
    {"~", "the language has no operations on bits; \"not\" is written in letters"},
    {"{", "\"{\" has no meaning in an expression; it marks one in text"},
    {"}", "\"}\" has no meaning in an expression; it ends one in text"},
    {"..", "numbers in a row are range(a, b), without b itself"},
    {".append", "nothing changes a list; x + [y] is another one"},
    {".time", OF_NO_MODULE "now()"},
    {".monotonic", OF_NO_MODULE "now()"},
    {".perf_counter", OF_NO_MODULE "now()"},
    {".random", OF_NO_MODULE "uniform(0, 1)"},
    {".randint", OF_NO_MODULE "randint(a, b)"},
    {".uniform", OF_NO_MODULE "uniform(a, b)"},
    {".choice", OF_NO_MODULE "x[randint(0, len(x) - 1)] is an item by chance"},
    {".expovariate", OF_NO_MODULE "exponential(mean)"},
    {".sleep", "\"sleep\" is a step, {\"sleep\": 1}"},
    {".", "the language has no attributes: what is known of an object is a function, qsize(q)"},
    {"#", "an expression has no comments"},
    {"\xe2\x80\x9c", "text stands between straight quotes"},
    {"\xe2\x80\x9d", "text stands between straight quotes"},
    {"\xe2\x80\x98", "text stands between straight quotes"},
    {"\xe2\x80\x99", "text stands between straight quotes"},
    {"\xe2\x88\x92", "this is no minus sign; write \"-\""},
    {"\xe2\x80\x93", "this is no minus sign; write \"-\""},
    {"\xc3\x97", "a product is written \"*\""},
    {"\xc3\xb7", "a quotient is written \"/\""},
    {"\xe2\x89\xa4", "write \"<=\""},
    {"\xe2\x89\xa5", "write \">=\""},
    {"\xe2\x89\xa0", "write \"!=\""},
};

static bool starts_with(const expr_lexer *lexer, const char *sign) {
    size_t length = strlen(sign);
    return length <= lexer->length - lexer->at &&
           memcmp(lexer->text + lexer->at, sign, length) == 0;
}

static expr_token read_sign(expr_lexer *lexer) {
    static const char *const signs[] = {
        "**", "//", "<=", ">=", "==", "!=", "+", "-", "*", "/",
        "%",  "(",  ")",  ",",  "<",  ">",  "[", "]", ":",
    };
    size_t start = lexer->at;
    bool comparison = starts_with(lexer, "==") || starts_with(lexer, "!=");
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        if (!comparison && starts_with(lexer, slips[i].sign))
            return fault(lexer, start, strlen(slips[i].sign), "%s", slips[i].message);
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!starts_with(lexer, signs[i]))
            continue;
        lexer->at += strlen(signs[i]);
        return (expr_token){EXPR_TOKEN_SIGN, start, lexer->at - start, 0, false};
    }
    unsigned char c = (unsigned char)lexer->text[start];
    size_t length =
        base_utf8_length((const unsigned char *)lexer->text + start, lexer->length - start);
    if (c < 0x20 || c == 0x7f || length == 0)
        return fault(lexer, start, 1, "the character 0x%02x has no meaning in an expression", c);
    return fault(lexer, start, length, "\"%.*s\" has no meaning in an expression", (int)length,
                 lexer->text + start);
}

expr_token expr_lexer_next(expr_lexer *lexer) {
    while (lexer->at < lexer->length && strchr(" \t\r\n\f", lexer->text[lexer->at]) != NULL) {
        if (lexer->text[lexer->at] == '\0')
            break;
        lexer->at++;
    }
    char c = peek(lexer, 0);
    if (lexer->at >= lexer->length)
        return (expr_token){.kind = EXPR_TOKEN_END, .offset = lexer->length};
    if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1))))
        return read_number(lexer);
    if (c == '\'' || c == '"')
        return read_text(lexer);
    size_t length = name_length(lexer->text + lexer->at, lexer->length - lexer->at);
    if (length == 0)
        return read_sign(lexer);
    expr_token token = {EXPR_TOKEN_NAME, lexer->at, length, 0, false};
    lexer->at += length;
    return token;
}

bool expr_token_is(const expr_lexer *lexer, const expr_token *token, const char *word) {
    return (token->kind == EXPR_TOKEN_NAME || token->kind == EXPR_TOKEN_SIGN) &&
           strlen(word) == token->length &&
           memcmp(lexer->text + token->offset, word, token->length) == 0;
}
