/* Strings, lists and tuples: their memory, and what Python does with all of them. */
#include "expression/sequence.h"

#include <math.h>

#include "base/text.h"

/* --- Memory ---------------------------------------------------------------------------------- */

/* A string of `length` bytes that are still to be filled in. */
static expr_string *allocate_string(size_t length) {
    if (length > EXPR_STRING_MAX_BYTES)
        return NULL;
    expr_string *string = base_alloc(sizeof *string + length + 1);
    if (string == NULL)
        return NULL;
    string->sequence = (expr_sequence){1, EXPR_STRING, (uint32_t)length & 0x3fffffff};
    string->text[length] = '\0';
    return string;
}

/* A list of `count` items that are still to be filled in. */
static expr_list *allocate_list(enum expr_sequence_kind kind, size_t count) {
    if (count > EXPR_LIST_MAX_ITEMS)
        return NULL;
    expr_list *list = base_alloc(sizeof *list + count * sizeof list->items[0]);
    if (list != NULL)
        list->sequence = (expr_sequence){1, kind & 3, (uint32_t)count & 0x3fffffff};
    return list;
}

static expr_value from_sequence(const void *sequence) {
    return (uint64_t)(uintptr_t)sequence + EXPR_VALUE_SEQUENCE_TAG;
}

int expr_string_new(const char *text, size_t length, expr_value *value) {
    expr_string *string = allocate_string(length);
    if (string == NULL)
        return CAD_ENOMEM;
    if (length != 0)
        memcpy(string->text, text, length);
    *value = from_sequence(string);
    return 0;
}

static void copy_items(expr_value *to, const expr_value *from, size_t count) {
    for (size_t i = 0; i < count; i++)
        to[i] = expr_value_ref(from[i]);
}

int expr_list_new(enum expr_sequence_kind kind, const expr_value *items, size_t count,
                  expr_value *value) {
    expr_list *list = allocate_list(kind, count);
    if (list == NULL)
        return CAD_ENOMEM;
    copy_items(list->items, items, count);
    *value = from_sequence(list);
    return 0;
}

int expr_list_blank(size_t count, expr_value *value) {
    expr_list *list = allocate_list(EXPR_LIST, count);
    if (list == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < count; i++)
        list->items[i] = EXPR_NONE;
    *value = from_sequence(list);
    return 0;
}

void expr_list_put(expr_value value, size_t index, expr_value item) {
    expr_list *list = (expr_list *)(void *)expr_sequence_of(value);
    assert(list->sequence.references == 1 && index < list->sequence.length);
    list->items[index] = item;
}

/* A list may hold the last reference to another, and so on without end; or to a task whose result
 * is another. So who gives the last one back only notes it, unless nobody is at it: then it goes on
 * until none is left. Values belong to the program's one thread. */
static void give_back(expr_list *list) {
    static expr_list *left;
    static bool at_it;
    list->next = left;
    left = list;
    if (at_it)
        return;
    at_it = true;
    while (left != NULL) {
        list = left;
        left = list->next;
        for (uint32_t i = 0; i < list->sequence.length; i++)
            expr_value_unref(list->items[i]);
        base_free(list);
    }
    at_it = false;
}

void expr_sequence_free(expr_sequence *sequence) {
    if (sequence->kind == EXPR_STRING)
        base_free(sequence);
    else
        give_back((expr_list *)(void *)sequence);
}

/* --- Strings --------------------------------------------------------------------------------- */

const char *expr_sequence_name(const expr_sequence *sequence) {
    static const char *const names[] = {
        [EXPR_STRING] = "str", [EXPR_LIST] = "list", [EXPR_TUPLE] = "tuple"};
    return names[sequence->kind];
}

int expr_string_order(const expr_string *a, const expr_string *b) {
    uint32_t length_a = a->sequence.length, length_b = b->sequence.length;
    /* The order of UTF-8's bytes is that of the code points. */
    int order = memcmp(a->text, b->text, length_a < length_b ? length_a : length_b);
    return order != 0 ? order : (length_a > length_b) - (length_a < length_b);
}

bool expr_string_contains(const expr_string *text, const expr_string *part) {
    size_t length = part->sequence.length;
    const char *at = text->text;
    const char *end = text->text + text->sequence.length;
    if (length == 0)
        return true;
    while ((size_t)(end - at) >= length) {
        at = memchr(at, part->text[0], (size_t)(end - at) - length + 1);
        if (at == NULL)
            return false;
        if (memcmp(at, part->text, length) == 0)
            return true;
        at++;
    }
    return false;
}

/* The length of the character at `at`, which is not the end. */
static size_t character(const expr_string *string, size_t at) {
    size_t length =
        base_utf8_length((const unsigned char *)string->text + at, string->sequence.length - at);
    return length > 0 ? length : 1;
}

static size_t count_characters(const expr_string *string) {
    size_t count = 0;
    for (size_t at = 0; at < string->sequence.length; at += character(string, at))
        count++;
    return count;
}

/* What Python does not print: controls, formats, spaces, what is for private use. */
static bool is_printable(uint32_t code) {
    static const struct {
        uint32_t first, last;
    } hidden[] = {{0, 0x1f},          {0x7f, 0xa0},       {0xad, 0xad},     {0x600, 0x605},
                  {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},   {0x1680, 0x1680},
                  {0x180e, 0x180e},   {0x2000, 0x200f},   {0x2028, 0x202f}, {0x205f, 0x206f},
                  {0x3000, 0x3000},   {0xe000, 0xf8ff},   {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
                  {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff}};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (code >= hidden[i].first && code <= hidden[i].last)
            return false;
    }
    return true;
}

static int repr_character(const char *text, size_t length, char quote, base_buffer *buffer) {
    static const char named[] = "\n\r\t", names[] = "nrt";
    uint32_t code = length > 0 ? base_utf8_decode(text, length) : (unsigned char)*text;
    const char *name = code != 0 && code < 0x80 ? strchr(named, (int)code) : NULL;
    if (name != NULL)
        return base_buffer_format(buffer, "\\%c", names[name - named]);
    if (code == (unsigned char)quote || code == '\\')
        return base_buffer_format(buffer, "\\%c", (char)code);
    if (length > 0 && is_printable(code))
        return base_buffer_append(buffer, text, length);
    return base_buffer_format(buffer,
                              code < 0x100     ? "\\x%02x"
                              : code < 0x10000 ? "\\u%04x"
                                               : "\\U%08x",
                              code);
}

int expr_repr_text(const char *text, size_t length, base_buffer *buffer) {
    bool single = memchr(text, '\'', length) != NULL, both = memchr(text, '"', length) != NULL;
    char quote = single && !both ? '"' : '\'';
    int error = base_buffer_append(buffer, &quote, 1);
    for (size_t at = 0, size; at < length && error == 0; at += size > 0 ? size : 1) {
        size = base_utf8_length((const unsigned char *)text + at, length - at);
        error = repr_character(text + at, size, quote, buffer);
    }
    return error == 0 ? base_buffer_append(buffer, &quote, 1) : error;
}

/* --- Sums and products ----------------------------------------------------------------------- */

/* A new sequence of the same kind as `like`, as long as `length`; its contents are still to be
 * filled in. None where memory runs out. */
static expr_value allocate_like(const expr_sequence *like, size_t length) {
    void *made = like->kind == EXPR_STRING ? (void *)allocate_string(length)
                                           : (void *)allocate_list(like->kind, length);
    return made != NULL ? from_sequence(made) : EXPR_NONE;
}

/* Fills in `to`, from the byte or item `at` on, with all of `from`. */
static void fill(expr_value to, size_t at, const expr_sequence *from) {
    expr_sequence *sequence = expr_sequence_of(to);
    if (from->kind == EXPR_STRING)
        memcpy(((expr_string *)(void *)sequence)->text + at,
               ((const expr_string *)(const void *)from)->text, from->length);
    else
        copy_items(((expr_list *)(void *)sequence)->items + at,
                   ((const expr_list *)(const void *)from)->items, from->length);
}

int expr_sequence_concatenate(expr_value a, expr_value b, expr_value *result, expr_error *error) {
    const expr_sequence *first = expr_to_sequence(a);
    const char *name = expr_sequence_name(first);
    if (!expr_is_sequence(b) || expr_to_sequence(b)->kind != first->kind)
        return expr_error_set(error, CAD_ETYPE, "can only concatenate %s (not \"%s\") to %s", name,
                              expr_value_type_name(b), name);
    const expr_sequence *second = expr_to_sequence(b);
    expr_value made = allocate_like(first, (size_t)first->length + second->length);
    if (made == EXPR_NONE)
        return expr_error_memory(error);
    fill(made, 0, first);
    fill(made, first->length, second);
    *result = made;
    return 0;
}

static int beyond_index(int code, expr_error *error) {
    return expr_error_set(error, code, "cannot fit 'int' into an index-sized integer");
}

/* Beyond this CPython has no index, on machines of 64 bits. */
#define INDEX_LIMIT 9223372036854775808.0

int expr_sequence_repeat(expr_value a, expr_value times, expr_value *result, expr_error *error) {
    const expr_sequence *sequence = expr_to_sequence(a);
    size_t most = sequence->kind == EXPR_STRING ? EXPR_STRING_MAX_BYTES : EXPR_LIST_MAX_ITEMS;
    double count;
    if (!expr_value_integer(times, &count))
        return expr_error_set(error, CAD_ETYPE, "can't multiply sequence by non-int of type '%s'",
                              expr_value_type_name(times));
    if (fabs(count) >= INDEX_LIMIT)
        return beyond_index(CAD_EOVERFLOW, error);
    if (count < 0 || sequence->length == 0)
        count = 0;
    if (count * sequence->length > (double)most)
        return expr_error_memory(error);
    size_t length = (size_t)count * sequence->length;
    expr_value made = allocate_like(sequence, length);
    if (made == EXPR_NONE)
        return expr_error_memory(error);
    for (size_t at = 0; at < length; at += sequence->length)
        fill(made, at, sequence);
    *result = made;
    return 0;
}

/* --- Items ----------------------------------------------------------------------------------- */

int expr_value_length(expr_value value, size_t *length, expr_error *error) {
    if (!expr_is_sequence(value))
        return expr_error_set(error, CAD_ETYPE, "object of type '%s' has no len()",
                              expr_value_type_name(value));
    *length = expr_is_string(value) ? count_characters(expr_to_string(value))
                                    : expr_to_list(value)->sequence.length;
    return 0;
}

static int wrong_index(expr_value value, expr_value index, expr_error *error) {
    const char *type = expr_value_type_name(index);
    if (expr_is_string(value))
        return expr_error_set(error, CAD_ETYPE, "string indices must be integers, not '%s'", type);
    return expr_error_set(error, CAD_ETYPE, "%s indices must be integers or slices, not %s",
                          expr_value_type_name(value), type);
}

/* Where character `index` begins. */
static size_t find_character(const expr_string *string, size_t index) {
    size_t at = 0;
    while (index-- > 0)
        at += character(string, at);
    return at;
}

static int not_subscriptable(expr_value value, expr_error *error) {
    return expr_error_set(error, CAD_ETYPE, "'%s' object is not subscriptable",
                          expr_value_type_name(value));
}

int expr_value_item(expr_value value, expr_value index, expr_value *result, expr_error *error) {
    size_t length;
    double number;
    if (!expr_is_sequence(value))
        return not_subscriptable(value, error);
    if (!expr_value_integer(index, &number))
        return wrong_index(value, index, error);
    if (fabs(number) >= INDEX_LIMIT)
        return beyond_index(EXPR_EINDEX, error);
    (void)expr_value_length(value, &length, error);
    if (number < 0)
        number += (double)length;
    if (number < 0 || number >= (double)length)
        return expr_error_set(error, EXPR_EINDEX, "%s index out of range",
                              expr_is_string(value) ? "string" : expr_value_type_name(value));
    if (expr_is_list(value)) {
        *result = expr_value_ref(expr_to_list(value)->items[(size_t)number]);
        return 0;
    }
    const expr_string *string = expr_to_string(value);
    size_t at = find_character(string, (size_t)number);
    int code = expr_string_new(string->text + at, character(string, at), result);
    return code == 0 ? 0 : expr_error_memory(error);
}

/* --- Slices ---------------------------------------------------------------------------------- */

/* The items first, first + step, ..., `count` of them. */
typedef struct slice {
    int64_t first, step;
    size_t count;
} slice;

/* A bound as Python counts: None is `none`, what is below 0 counts from the end, and all is brought
 * between `least` and `most`. False where it is no int. */
static bool read_bound(expr_value value, int64_t none, int64_t length, int64_t least, int64_t most,
                       int64_t *bound) {
    double number;
    *bound = none;
    if (value == EXPR_NONE)
        return true;
    if (!expr_value_integer(value, &number))
        return false;
    if (number < 0)
        number += (double)length;
    *bound = number < (double)least ? least : number > (double)most ? most : (int64_t)number;
    return true;
}

static int read_slice(const expr_value bounds[3], size_t length, slice *part, expr_error *error) {
    int64_t all = (int64_t)length, far = INT64_C(1) << 40, end;
    bool fits = read_bound(bounds[2], 1, 0, -far, far, &part->step);
    bool down = fits && part->step < 0;
    int64_t least = down ? -1 : 0, most = down ? all - 1 : all;
    fits &= read_bound(bounds[0], down ? most : least, all, least, most, &part->first);
    fits &= read_bound(bounds[1], down ? least : most, all, least, most, &end);
    if (!fits)
        return expr_error_set(error, CAD_ETYPE,
                              "slice indices must be integers or None or have an __index__ method");
    if (part->step == 0)
        return expr_error_set(error, CAD_EINVAL, "slice step cannot be zero");
    int64_t distance = down ? part->first - end : end - part->first;
    int64_t step = down ? -part->step : part->step;
    part->count = distance > 0 ? (size_t)((distance + step - 1) / step) : 0;
    return 0;
}

static int slice_list(const expr_list *list, const slice *part, expr_value *result,
                      expr_error *error) {
    expr_list *made = allocate_list(list->sequence.kind, part->count);
    if (made == NULL)
        return expr_error_memory(error);
    for (size_t i = 0; i < part->count; i++)
        made->items[i] = expr_value_ref(list->items[part->first + (int64_t)i * part->step]);
    *result = from_sequence(made);
    return 0;
}

static int slice_string(const expr_string *string, size_t length, const slice *part,
                        expr_value *result, expr_error *error) {
    base_buffer made = {0};
    uint32_t *offsets = base_alloc((length + 1) * sizeof *offsets); /* of the characters */
    int code = offsets != NULL ? base_buffer_append(&made, "", 0) : CAD_ENOMEM;
    for (size_t i = 0, at = 0; code == 0 && i <= length; i++) {
        offsets[i] = (uint32_t)at;
        at += i < length ? character(string, at) : 0;
    }
    for (size_t i = 0; i < part->count && code == 0; i++) {
        int64_t at = part->first + (int64_t)i * part->step;
        code = base_buffer_append(&made, string->text + offsets[at], offsets[at + 1] - offsets[at]);
    }
    if (code == 0)
        code = expr_string_new(made.data, made.length, result);
    base_buffer_free(&made);
    base_free(offsets);
    return code == 0 ? 0 : expr_error_memory(error);
}

int expr_value_slice(expr_value value, const expr_value bounds[3], expr_value *result,
                     expr_error *error) {
    size_t length;
    slice part = {0};
    if (!expr_is_sequence(value))
        return not_subscriptable(value, error);
    (void)expr_value_length(value, &length, error);
    int code = read_slice(bounds, length, &part, error);
    if (code != 0)
        return code;
    return expr_is_string(value) ? slice_string(expr_to_string(value), length, &part, result, error)
                                 : slice_list(expr_to_list(value), &part, result, error);
}

/* --- Going through --------------------------------------------------------------------------- */

int expr_value_items(expr_value value, expr_value *list, expr_error *error) {
    if (expr_is_list(value)) {
        *list = expr_value_ref(value);
        return 0;
    }
    if (!expr_is_string(value))
        return expr_error_set(error, CAD_ETYPE, "'%s' object is not iterable",
                              expr_value_type_name(value));
    const expr_string *string = expr_to_string(value);
    expr_list *made = allocate_list(EXPR_LIST, count_characters(string));
    if (made == NULL)
        return expr_error_memory(error);
    uint32_t length = made->sequence.length;
    *list = from_sequence(made);
    made->sequence.length = 0; /* of those that are there */
    for (size_t at = 0; made->sequence.length < length; made->sequence.length++) {
        size_t size = character(string, at);
        if (expr_string_new(string->text + at, size, &made->items[made->sequence.length]) != 0) {
            expr_value_unref(*list);
            *list = EXPR_NONE;
            return expr_error_memory(error);
        }
        at += size;
    }
    return 0;
}

/* Its items, where they are so many; CAD_EINVAL is Python's ValueError. */
int expr_value_parts(expr_value value, size_t count, expr_value *list, expr_error *error) {
    *list = EXPR_NONE;
    if (!expr_is_list(value) && !expr_is_string(value))
        return expr_error_set(error, CAD_ETYPE, "cannot unpack non-iterable %s object",
                              expr_value_type_name(value));
    if (expr_value_items(value, list, error) != 0)
        return error->code;
    size_t length = expr_to_list(*list)->sequence.length;
    if (length == count)
        return 0;
    expr_value_unref(*list);
    *list = EXPR_NONE;
    return length > count ? expr_error_set(error, CAD_EINVAL,
                                           "too many values to unpack (expected %zu)", count)
                          : expr_error_set(error, CAD_EINVAL,
                                           "not enough values to unpack (expected %zu, got %zu)",
                                           count, length);
}
