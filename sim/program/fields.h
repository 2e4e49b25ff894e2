/* fields.h - the members of a document outside its steps and objects.
 */
#ifndef PROGRAM_FIELDS_H
#define PROGRAM_FIELDS_H

#include "document/document.h"

typedef struct prog_field {
    const char *name; /* NULL: the end */
    enum {
        PROG_FIELD_MAY,
        PROG_FIELD_MUST,
        PROG_FIELD_LATER /* a fault of its own, until it is there; these come last */
    } presence;
} prog_field;

extern const prog_field prog_document_fields[];
extern const prog_field prog_task_fields[];
extern const prog_field prog_coroutine_fields[];
extern const prog_field prog_protocol_fields[];
extern const prog_field prog_signal_fields[];
extern const prog_field prog_expect_fields[];

/* A fault for each member of `node` that is not in the table, and for each required one that is
 * missing: `such_as` is what one looks like. */
void prog_check_fields(const doc_node *node, const prog_field *fields, const char *such_as);

#endif
