/* document.h - a JSON document, its faults, and a way to walk it that reports what is wrong.
 *
 *     sim_document *document;
 *     int error = sim_document_load("window.json", &document);
 *     if (error == 0) {
 *         sim_node root = sim_document_root(document), tasks;
 *         if (sim_node_member(&root, "tasks", &tasks) && sim_node_array(&tasks) == 0)
 *             ...
 *         error = sim_document_status(document);
 *     }
 *     if (error != 0 && document != NULL)
 *         sim_document_print_faults(document, stderr);
 *     sim_document_free(document);
 *
 * JSON is taken strictly, as RFC 8259 has it, in UTF-8 without a byte order mark; and no object
 * may have the same key twice. cJSON holds the values. A node is a value of the document; it is
 * two pointers, is passed by address, and lives on the stack of whoever walks.
 *
 * A function that checks a node returns 0, or adds a fault to the document and returns
 * CAD_EINVAL. A check that fails is no reason to stop: what follows may have faults of its own.
 */
#ifndef SIM_SCENARIO_DOCUMENT_H
#define SIM_SCENARIO_DOCUMENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "scenario/fault.h"

#define SIM_DOCUMENT_MAX_BYTES ((size_t)64 << 20)
#define SIM_DOCUMENT_MAX_DEPTH 200 /* arrays and objects inside one another */

typedef struct sim_document {
    char *name; /* as its faults name it: the path that was given, or "<stdin>" */
    char *text; /* the file's bytes, and a '\0' */
    size_t size;
    cJSON *root; /* NULL when the text is not JSON */
    sim_faults faults;
} sim_document;

typedef struct sim_node {
    sim_document *document;
    const cJSON *item;
} sim_node;

/* Reads and parses a file; "-" is standard input. Returns
 *   0           there is a root; there can be faults already (keys that stand twice)
 *   CAD_EINVAL  the text is not JSON, too large or too deep: the fault says what and where
 *   CAD_ESYSTEM the file cannot be read: the fault says why
 *   CAD_ENOMEM  *document is NULL
 * Except in the last case the caller owns *document. */
int sim_document_load(const char *path, sim_document **document);
/* The same for a text in memory, which is copied. */
int sim_document_parse(const char *name, const char *text, size_t size, sim_document **document);
void sim_document_free(sim_document *document); /* takes NULL */

sim_node sim_document_root(sim_document *document);

/* sim_faults_status() of the document's faults. */
int sim_document_status(const sim_document *document);

/* Prints the first SIM_FAULTS_PRINTED faults in the order of their places, and how many more
 * there are. Returns 0 or CAD_ENOMEM. */
int sim_document_print_faults(sim_document *document, FILE *file);
int sim_document_format_faults(sim_document *document, sim_buffer *buffer);

/* Appends `file:line:column: /json/pointer` of a byte offset (sim_node_offset); returns 0 or
 * CAD_ENOMEM. It reads the text up to there: for reports, not for every step of a run. */
int sim_document_format_place(const sim_document *document, uint32_t offset, sim_buffer *buffer);

/* --- Walking ------------------------------------------------------------------------------- */

enum sim_type {
    SIM_NULL,
    SIM_BOOLEAN,
    SIM_NUMBER,
    SIM_STRING,
    SIM_ARRAY,
    SIM_OBJECT,
};

enum sim_type sim_node_type(const sim_node *node);
/* "null", "a boolean", "a number", "a string", "an array", "an object". */
const char *sim_type_name(enum sim_type type);

/* The member of that name; false when there is none, or when `object` is no object. */
bool sim_node_member(const sim_node *object, const char *name, sim_node *member);

/* The first child of an array or object, and the one after `child`; false after the last. `child`
 * may be the same node in both places:
 *     for (bool more = sim_node_first(&list, &item); more; more = sim_node_next(&item)) */
bool sim_node_first(const sim_node *parent, sim_node *child);
bool sim_node_next(sim_node *child);
size_t sim_node_count(const sim_node *parent); /* how many children; reads through them */

/* The key of an object's member; NULL for others. */
const char *sim_node_key(const sim_node *member);

/* The byte offset of a value in the text, and of its key's opening quote (for others than members
 * of objects: of the value). They identify a place for good: sim_document_format_place(). */
uint32_t sim_node_offset(const sim_node *node);
uint32_t sim_node_key_offset(const sim_node *member);

/* --- Faults -------------------------------------------------------------------------------- */

/* Adds a fault at a value, or at a member's key; returns CAD_EINVAL. */
int sim_node_fault(const sim_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int sim_node_key_fault(const sim_node *member, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `unknown step "slepe"; did you mean "sleep"?`, at a string's value or at a member's key. `what`
 * is the kind of name ("step"); `name` is the one that is unknown; `suggestion` has been offered
 * the known names, or is NULL. */
int sim_node_unknown(const sim_node *node, const char *what, const char *name,
                     const sim_suggestion *suggestion);
int sim_node_key_unknown(const sim_node *member, const char *what, const char *name,
                         const sim_suggestion *suggestion);

/* A fault inside a string: marks `marked` bytes at `at` of the string's value, of which the part
 * from `start`, `length` bytes long, is the expression to show. Its place is that of the marked
 * part, as written in the file. */
int sim_node_string_fault(const sim_node *string, size_t start, size_t length, size_t at,
                          size_t marked, const char *message);

/* --- Checks -------------------------------------------------------------------------------- */

/* The member of that name, or a fault: `missing member "do"`. `object` must be an object. */
int sim_node_require(const sim_node *object, const char *name, sim_node *member);

/* A fault for each member whose key is not among the `count` names: `unknown member "dealy"; did
 * you mean "delay"?`. Returns CAD_EINVAL if there was one. */
int sim_node_only(const sim_node *object, const char *const *names, size_t count);

/* Each: 0 when the node is of that type, or `expected an array, found a number`. */
int sim_node_object(const sim_node *node);
int sim_node_array(const sim_node *node);
int sim_node_string(const sim_node *node, const char **text); /* lives as long as the document */
int sim_node_boolean(const sim_node *node, bool *value);
int sim_node_number(const sim_node *node, double *value);
/* A whole number from `least` to `most`; both within +-2^53. */
int sim_node_whole(const sim_node *node, int64_t least, int64_t most, int64_t *value);
/* A string that is one of `count` names; `what` is the kind of name for the fault. */
int sim_node_choice(const sim_node *node, const char *what, const char *const *names, size_t count,
                    size_t *index);

#endif
