/* JSON becomes a tree: cJSON reads the values, and the places that the check noted are put beside
 * them. cJSON's own nodes last no longer than that, but for their texts, which are taken over. */
#include "document/tree.h"

#include <assert.h>
#include <cjson/cJSON.h>

#include "base/memory.h"
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

/* Appends an item, and what is in it: in the order of the text, as the places are. */
static void append(doc_tree *tree, const doc_json_places *places, cJSON *from) {
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
    cJSON *child;
    cJSON_ArrayForEach(child, from) {
        uint32_t number = (uint32_t)tree->count;
        append(tree, places, child);
        if (last != 0)
            tree->items[last].next = number;
        last = number;
        item->count++;
    }
}

int doc_tree_read_json(doc_tree *tree, const char *text, size_t size,
                       const doc_json_places *places) {
    cJSON *root = cJSON_ParseWithLength(text, size);
    *tree = (doc_tree){.items = base_zalloc(places->count, sizeof *tree->items)};
    if (root == NULL || tree->items == NULL) {
        cJSON_Delete(root); /* of what has passed the check, cJSON refuses nothing */
        doc_tree_free(tree);
        return CAD_ENOMEM;
    }
    append(tree, places, root);
    cJSON_Delete(root);
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
