/* document.h - a JSON document, its faults, and a way to walk it that reports what is wrong.
 *
 *     doc_document *document;
 *     int error = doc_load("window.json", &document);
 *     if (error == 0) {
 *         doc_node root = doc_root(document), tasks;
 *         if (doc_node_member(&root, "tasks", &tasks) && doc_node_array(&tasks) == 0)
 *             ...
 *         error = doc_status(document);
 *     }
 *     if (error != 0 && document != NULL)
 *         doc_print_faults(document, stderr);
 *     doc_free(document);
 *
 * JSON is taken strictly, as RFC 8259 has it, in UTF-8 without a byte order mark; and no object
 * may have the same key twice. cJSON reads the values. A node is a value of the document; it is
 * two pointers, is passed by address, and lives on the stack of whoever walks.
 *
 * A function that checks a node returns 0, or adds a fault to the document and returns
 * CAD_EINVAL. A check that fails is no reason to stop: what follows may have faults of its own.
 */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "document/fault.h"
#include "document/tree.h"

#define DOC_MAX_BYTES ((size_t)64 << 20)
#define DOC_MAX_DEPTH 200 /* arrays and objects inside one another */

typedef struct doc_document {
    char *name; /* as its faults name it: the path that was given, or "<stdin>" */
    char *text; /* the file's bytes, and a '\0' */
    size_t size;
    doc_tree tree; /* empty when the text is not JSON */
    doc_faults faults;
} doc_document;

typedef struct doc_node {
    doc_document *document;
    const doc_item *item;
} doc_node;

/* Reads and parses a file; "-" is standard input. Returns
 *   0           there is a root; there can be faults already (keys that stand twice)
 *   CAD_EINVAL  there is no such file, or its text is not JSON, too large or too deep: the fault
 *               says what and where
 *   CAD_ESYSTEM the system fails to read it: no descriptors, no memory, a disk; the fault says why
 *   CAD_ENOMEM  *document is NULL
 * Except in the last case the caller owns *document. */
int doc_load(const char *path, doc_document **document);
/* The same for a text in memory, which is copied. */
int doc_parse(const char *name, const char *text, size_t size, doc_document **document);
void doc_free(doc_document *document); /* takes NULL */

/* Whether the text is JSON, so that there is a root. */
bool doc_is_json(const doc_document *document);

doc_node doc_root(doc_document *document);

/* doc_faults_status() of the document's faults. */
int doc_status(const doc_document *document);

/* Prints the first DOC_FAULTS_PRINTED faults in the order of their places, and how many more
 * there are. Returns 0 or CAD_ENOMEM. */
int doc_print_faults(doc_document *document, FILE *file);
int doc_format_faults(doc_document *document, base_buffer *buffer);

/* Appends `file:line:column: /json/pointer` of a byte offset (doc_node_offset); returns 0 or
 * CAD_ENOMEM. It reads the text up to there: for reports, not for every step of a run. */
int doc_format_place(const doc_document *document, uint32_t offset, base_buffer *buffer);
/* The same with another name than the file's, for what is not to depend on where that lies; and
 * without the pointer. */
int doc_format_place_in(const doc_document *document, const char *name, uint32_t offset,
                        base_buffer *buffer);
int doc_format_position(const doc_document *document, uint32_t offset, base_buffer *buffer);

/* The byte offset of what stands `at` bytes into the value of the string at a byte offset. */
uint32_t doc_string_offset(const doc_document *document, uint32_t string, size_t at);
/* Appends that value. 0 or CAD_ENOMEM. */
int doc_string_append(const doc_document *document, uint32_t string, base_buffer *buffer);

/* --- Walking ------------------------------------------------------------------------------- */

enum doc_type doc_node_type(const doc_node *node);
/* "null", "a boolean", "a number", "a string", "an array", "an object". */
const char *doc_type_name(enum doc_type type);

/* The member of that name; false when there is none, or when `object` is no object. */
bool doc_node_member(const doc_node *object, const char *name, doc_node *member);

/* The first child of an array or object, and the one after `child`; false after the last. `child`
 * may be the same node in both places:
 *     for (bool more = doc_node_first(&list, &item); more; more = doc_node_next(&item)) */
bool doc_node_first(const doc_node *parent, doc_node *child);
bool doc_node_next(doc_node *child);
size_t doc_node_count(const doc_node *parent); /* how many children */

/* The key of an object's member; NULL for others. */
const char *doc_node_key(const doc_node *member);

/* The byte offset of a value in the text, and of its key's opening quote (for others than members
 * of objects: of the value). They identify a place for good: doc_format_place(). */
uint32_t doc_node_offset(const doc_node *node);
uint32_t doc_node_key_offset(const doc_node *member);

/* --- Faults -------------------------------------------------------------------------------- */

/* Adds a fault at a value, or at a member's key; returns CAD_EINVAL. */
int doc_node_fault(const doc_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int doc_node_key_fault(const doc_node *member, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `unknown step "slepe"; did you mean "sleep"?`, at a string's value or at a member's key. `what`
 * is the kind of name ("step"); `name` is the one that is unknown; `suggestion` has been offered
 * the known names, or is NULL. */
int doc_node_unknown(const doc_node *node, const char *what, const char *name,
                     const base_suggestion *suggestion);
int doc_node_key_unknown(const doc_node *member, const char *what, const char *name,
                         const base_suggestion *suggestion);

/* The same at a member's key, with all `count` names that there are: `unknown member "into":
 * expected "as"`. For where none of them is near. */
int doc_node_key_expected(const doc_node *member, const char *what, const char *name,
                          const char *const *names, size_t count);

/* A fault inside a string: marks `marked` bytes at `at` of the string's value, of which the part
 * from `start`, `length` bytes long, is the expression to show. Its place is that of the marked
 * part, as written in the file. */
int doc_node_string_fault(const doc_node *string, size_t start, size_t length, size_t at,
                          size_t marked, const char *message);

/* --- Checks -------------------------------------------------------------------------------- */

/* The member of that name, or a fault: `missing member "do", as in {"do": [...]}`, where `such_as`
 * is what would be right. `object` must be an object. */
int doc_node_require(const doc_node *object, const char *name, const char *such_as,
                     doc_node *member);

/* What people write for members. */
typedef struct doc_words {
    /* What an unlike key may stand for, among others' names; NULL: nothing. */
    const char *(*meant)(const char *key);
    /* Where it belongs, or what to do in its place; NULL: nothing is known. */
    const char *(*advice)(const char *key);
} doc_words;

/* A fault for each member whose key is not among the `count` names: `unknown member "dealy"; did
 * you mean "delay"?`, or what `words` say of it, which may be NULL, or what is expected: the first
 * `told` names. Returns CAD_EINVAL if there was one. */
int doc_node_only(const doc_node *object, const char *const *names, size_t count, size_t told,
                  const doc_words *words);

/* Each: 0 when the node is of that type, or `expected an array, found a number`. `such_as`: what
 * would be right, as it is written: `expected an array, such as [1, 2], found a number`. */
int doc_node_object(const doc_node *node, const char *such_as);
int doc_node_array(const doc_node *node, const char *such_as);
int doc_node_string(const doc_node *node, const char **text); /* lives as long as the document */
int doc_node_string_like(const doc_node *node, const char *such_as, const char **text);
int doc_node_boolean(const doc_node *node, bool *value);
int doc_node_number(const doc_node *node, double *value);
/* A whole number from `least` to `most`; both within +-2^53. */
int doc_node_whole(const doc_node *node, int64_t least, int64_t most, int64_t *value);
/* A string that is one of `count` names; `what` is the kind of name for the fault. */
int doc_node_choice(const doc_node *node, const char *what, const char *const *names, size_t count,
                    size_t *index);

#endif
