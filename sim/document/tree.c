/* JSON becomes a tree: cJSON reads the values, and the places that the check noted are put beside
 * them. cJSON's own nodes last no longer than that, but for their texts, which are taken over. */
#include "document/tree.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cadran.h"

static enum doc_type type_of(const cJSON *item) {
    switch (item->type & 0xff) {
    case cJSON_False:
    case cJSON_True:
        return DOC_BOOLEAN;
    case cJSON_Number:
        return DOC_NUMBER;
    case cJSON_String:
        return DOC_STRING;
    case cJSON_Array:
        return DOC_ARRAY;
    case cJSON_Object:
        return DOC_OBJECT;
    default:
        return DOC_NULL;
    }
}

static char *take_text(char **text) {
    char *taken = *text;
    *text = NULL;
    return taken;
}

/* The length of the number that begins at `at`, where it is one that cJSON does not take; else 0.
 */
static size_t long_number(const char *text, size_t at) {
    if (text[at] != '-' && (text[at] < '0' || text[at] > '9'))
        return 0;
    size_t length = doc_json_skip_scalar(text, at) - at;
    return length > DOC_JSON_SHORT_NUMBER ? length : 0;
}

static double read_number(const char *text, size_t length) {
    enum { FAR = 100000000 }; /* nothing is left of the number, or it is far too large */
    size_t digits = 0;        /* up to the exponent */
    while (digits < length && (text[digits] | 0x20) != 'e')
        digits++;
    const char *point = memchr(text, '.', digits);
    int64_t power = 0;
    for (size_t i = digits + 1; i < length; i++)
        if (text[i] >= '0' && text[i] <= '9' && power < FAR)
            power = power * 10 + (text[i] - '0');
    if (digits + 1 < length && text[digits + 1] == '-')
        power = -power;
    if (point != NULL)
        power -= text + digits - point - 1;
    double number = base_number_read(text, digits, (int)power);
    return text[0] == '-' ? -number : number;
}

/* Long numbers, which stand as 0 in what cJSON gets, are read here. */
static void read_long_numbers(doc_tree *tree, const char *text, const doc_json_places *places) {
    for (size_t i = 0; i < tree->count; i++) {
        size_t length = long_number(text, places->list[i].value);
        if (length > 0)
            tree->items[i].number = read_number(text + places->list[i].value, length);
    }
}

static char *without_long_numbers(const char *text, size_t size, const doc_json_places *places) {
    char *copy = base_strndup(text, size);
    for (size_t i = 0; copy != NULL && i < places->count; i++) {
        size_t at = places->list[i].value, length = long_number(text, at);
        if (length == 0)
            continue;
        memset(copy + at, ' ', length);
        copy[at] = '0';
    }
    return copy;
}

static bool has_point_or_exponent(const char *number) {
    while (*number == '-' || (*number >= '0' && *number <= '9'))
        number++;
    return *number == '.' || *number == 'e' || *number == 'E';
}

static bool is_comment(const cJSON *member) {
    return member->string != NULL && strcmp(member->string, "//") == 0;
}

/* Appends an item, and what is in it: in the order of the text, as the places are. */
static void append(doc_tree *tree, const char *text, const doc_json_places *places, cJSON *from) {
    assert(tree->count < places->count);
    const doc_json_place *place = &places->list[tree->count];
    doc_item *item = &tree->items[tree->count++];
    uint32_t last = 0;
    *item = (doc_item){.type = type_of(from),
                       .offset = place->value,
                       .key_offset = place->key,
                       .key = take_text(&from->string)};
    if (item->type == DOC_BOOLEAN)
        item->truth = cJSON_IsTrue(from);
    else if (item->type == DOC_NUMBER)
        item->number = from->valuedouble;
    else if (item->type == DOC_STRING)
        item->text = take_text(&from->valuestring);
    item->floats = item->type == DOC_NUMBER && has_point_or_exponent(text + place->value);
    cJSON *child;
    cJSON_ArrayForEach(child, from) {
        uint32_t number = (uint32_t)tree->count;
        bool comment = is_comment(child);
        append(tree, text, places, child);
        if (comment)
            continue;
        *(last != 0 ? &tree->items[last].next : &item->first) = number;
        last = number;
        item->count++;
    }
}

int doc_tree_read_json(doc_tree *tree, const char *text, size_t size,
                       const doc_json_places *places) {
    char *copy = places->long_numbers ? without_long_numbers(text, size, places) : NULL;
    if (places->long_numbers && copy == NULL)
        return CAD_ENOMEM;
    cJSON *root = cJSON_ParseWithLength(copy != NULL ? copy : text, size);
    base_free(copy);
    *tree = (doc_tree){.items = base_zalloc(places->count, sizeof *tree->items)};
    if (root == NULL || tree->items == NULL) {
        cJSON_Delete(root); /* of what has passed the check, cJSON refuses nothing */
        doc_tree_free(tree);
        return CAD_ENOMEM;
    }
    append(tree, text, places, root);
    cJSON_Delete(root);
    if (places->long_numbers)
        read_long_numbers(tree, text, places);
    return 0;
}

void doc_tree_free(doc_tree *tree) {
    for (size_t i = 0; i < tree->count; i++) {
        cJSON_free(tree->items[i].key);
        if (tree->items[i].type == DOC_STRING)
            cJSON_free(tree->items[i].text);
    }
    base_free(tree->items);
    *tree = (doc_tree){0};
}
