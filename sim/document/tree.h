/* tree.h - the values of a document, whatever language it is written in: what a parser fills and
 * doc_node walks.
 *
 * The items stand in one array, each before what is in it; the first is the document itself. What
 * is said in a comment, a member with the key "//", is there, and in no object.
 */
#ifndef DOCUMENT_TREE_H
#define DOCUMENT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/json.h"

enum doc_type {
    DOC_NULL,
    DOC_BOOLEAN,
    DOC_NUMBER,
    DOC_STRING,
    DOC_ARRAY,
    DOC_OBJECT,
};

typedef struct doc_item {
    enum doc_type type;
    uint32_t offset;     /* of the value in the text, in bytes */
    uint32_t key_offset; /* of a member's key; of others, of the value */
    uint32_t next;       /* the number of the next item of the same array or object; 0: none */
    uint32_t first;      /* the number of the first item that is in it; 0: none */
    uint32_t count;      /* how many are in it */
    bool floats;         /* a number that has a point or an exponent */
    char *key;           /* NULL: no member of an object */
    union {
        bool truth;
        double number; /* inf where it is too large */
        char *text;
    };
} doc_item;

typedef struct doc_tree {
    doc_item *items;
    size_t count;
} doc_tree;

/* Fills it from JSON that has passed doc_json_check(), which gave the places. 0 or CAD_ENOMEM. */
int doc_tree_read_json(doc_tree *tree, const char *text, size_t size,
                       const doc_json_places *places);

void doc_tree_free(doc_tree *tree);

#endif
