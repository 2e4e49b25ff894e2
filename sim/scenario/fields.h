/* fields.h - the members of a document outside its steps and objects.
 */
#ifndef SIM_SCENARIO_FIELDS_H
#define SIM_SCENARIO_FIELDS_H

#include "scenario/document.h"

typedef struct sim_field {
    const char *name; /* NULL: the end */
    bool required;
} sim_field;

extern const sim_field sim_document_fields[];
extern const sim_field sim_task_fields[];
extern const sim_field sim_coroutine_fields[];
extern const sim_field sim_signal_fields[];
extern const sim_field sim_expect_fields[];

/* A fault for each member of `node` that is not in the table, and for each required one that is
 * missing. */
void sim_check_fields(const sim_node *node, const sim_field *fields);

#endif
