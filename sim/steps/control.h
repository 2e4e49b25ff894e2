/* control.h - jumps and rounds, for the steps that repeat.
 */
#ifndef STEPS_CONTROL_H
#define STEPS_CONTROL_H

#include "program/compile.h"
#include "run/job.h"

/* Appends a jump to `pc`, operand 0; returns the instruction's number. */
uint32_t step_emit_jump(prog_compiler *compiler, const doc_node *node, uint32_t pc);

/* Rounds that are counted. */
typedef struct step_rounds {
    uint32_t begun; /* hidden slots: how many have begun, and how many there are */
    uint32_t limit;
    prog_operand index;
    uint32_t top; /* the instruction that begins each */
} step_rounds;

/* Appends what computes their number: an instruction of `operation`, whose begin() is
 * step_begin_rounds(), and whose name says what is no whole number. `count` without an expression:
 * there is no end. */
step_rounds step_open_rounds(prog_compiler *compiler, const prog_operation *operation,
                             const doc_node *node, prog_operand count, prog_operand index);
int step_begin_rounds(run_job *job, const prog_instruction *in);
/* Begins each; what comes between these two are their steps. */
void step_begin_round(prog_compiler *compiler, const doc_node *node, step_rounds *rounds);
void step_end_round(prog_compiler *compiler, const doc_node *node, const step_rounds *rounds);

/* Takes a value apart: prog_language.unpack. */
extern const prog_operation step_unpack_operation;

#endif
