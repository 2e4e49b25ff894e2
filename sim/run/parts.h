/* parts.h - where errors began that an expression raised: at a part of it. A place where an error
 * began is a number, of an instruction or, beyond these, of such a part.
 */
#ifndef RUN_PARTS_H
#define RUN_PARTS_H

#include "run/machine.h"

/* The number of a part; PROG_NO_PC where there is no memory for it. */
uint32_t run_part_number(run_machine *machine, const expr_part *part);

/* The part; NULL: the number is an instruction's, or PROG_NO_PC. */
const expr_part *run_part_of(const run_machine *machine, uint32_t number);

/* A byte offset of the document, of a part or an instruction; DOC_NOWHERE. */
uint32_t run_place_of(const run_machine *machine, uint32_t number);

void run_parts_free(run_machine *machine);

#endif
