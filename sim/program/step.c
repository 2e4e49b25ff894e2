/* Rows of the table of steps. */
#include "program/step.h"

#include <string.h>

const prog_member *prog_step_member(const prog_step *step, const char *name, size_t *place) {
    for (size_t i = 0; step->members[i].kind != PROG_MEMBER_NONE; i++) {
        const char *own = step->members[i].name;
        *place = i;
        if (strcmp(own != NULL ? own : step->operation.name, name) == 0)
            return &step->members[i];
    }
    return NULL;
}
