/* Instructions: one flat array, with the blocks around each, and the loops that steps break out of.
 */
#include "program/emit.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "program/flow.h"

/* --- Instructions ---------------------------------------------------------------------------- */

uint32_t prog_here(const prog_compiler *compiler) {
    return compiler->program->code_count;
}

uint32_t prog_emit(prog_compiler *compiler, const prog_operation *operation, const doc_node *node,
                   const prog_operand *operands, size_t count) {
    prog_program *program = compiler->program;
    prog_instruction *code =
        base_grown(program->code, program->code_count, &compiler->code_capacity, sizeof *code);
    if (code == NULL) {
        compiler->no_memory = true;
        return 0;
    }
    program->code = code;
    prog_instruction *in = &code[program->code_count];
    *in = (prog_instruction){.operation = operation,
                             .block = compiler->block,
                             .place = node != NULL ? doc_node_offset(node) : DOC_NOWHERE};
    assert(count <= PROG_OPERANDS);
    if (count > 0)
        memcpy(in->operands, operands, count * sizeof *operands);
    return program->code_count++;
}

void prog_lead_here(prog_compiler *compiler, uint32_t instruction, size_t operand) {
    if (!compiler->no_memory)
        compiler->program->code[instruction].operands[operand].pc = prog_here(compiler);
}

/* --- Blocks and hidden slots ----------------------------------------------------------------- */

uint32_t prog_hidden_slots(prog_compiler *compiler, uint32_t count) {
    uint32_t first = compiler->hidden;
    compiler->hidden += count;
    if (compiler->body->slots < compiler->hidden)
        compiler->body->slots = compiler->hidden;
    return first;
}

void prog_need_scratch(prog_compiler *compiler) {
    compiler->body->scratch = 0;
}

uint32_t prog_open_block(prog_compiler *compiler, prog_leave *leave, const doc_node *node,
                         uint32_t slots) {
    prog_program *program = compiler->program;
    prog_block *blocks = base_grown(program->blocks, program->block_count,
                                    &compiler->block_capacity, sizeof *blocks);
    if (blocks == NULL) {
        compiler->no_memory = true;
        return PROG_NO_BLOCK;
    }
    program->blocks = blocks;
    blocks[program->block_count] = (prog_block){.leave = leave,
                                                .parent = compiler->block,
                                                .slot = prog_hidden_slots(compiler, slots),
                                                .pc = PROG_NO_PC,
                                                .place = doc_node_offset(node)};
    compiler->block = program->block_count;
    return program->block_count++;
}

void prog_close_block(prog_compiler *compiler, uint32_t block) {
    if (compiler->no_memory)
        return;
    compiler->block = compiler->program->blocks[block].parent;
    compiler->hidden = compiler->program->blocks[block].slot;
}

/* --- Loops ----------------------------------------------------------------------------------- */

prog_loop prog_open_loop(prog_compiler *compiler, uint32_t again) {
    prog_loop outer = compiler->loop;
    compiler->loop = (prog_loop){compiler->block, again, PROG_NO_PC};
    return outer;
}

void prog_close_loop(prog_compiler *compiler, prog_loop outer) {
    uint32_t at = compiler->loop.breaks;
    prog_note_round(compiler, compiler->loop.again);
    while (at != PROG_NO_PC && !compiler->no_memory) {
        uint32_t before = compiler->program->code[at].operands[PROG_JUMP_TO].pc;
        prog_lead_here(compiler, at, PROG_JUMP_TO);
        at = before;
    }
    compiler->loop = outer;
}
