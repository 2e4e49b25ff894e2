/* Where a coroutine may come to: who wakes others, who starts what, and what is done again. */
#include "program/flow.h"

#include "base/memory.h"

bool prog_note_waker(prog_compiler *compiler, const prog_step *step, const prog_target *target) {
    prog_flow *flow = &compiler->program->flow;
    if (step->wakes == 0)
        return true;
    if (!base_grow(&flow->wakers, &flow->waker_capacity, flow->waker_count, sizeof *flow->wakers)) {
        compiler->no_memory = true;
        return false;
    }
    flow->wakers[flow->waker_count++] = (prog_waker){compiler->program->code_count, target, step};
    return true;
}

bool prog_note_start(prog_compiler *compiler, const prog_body *body,
                     const prog_arguments *arguments) {
    prog_flow *flow = &compiler->program->flow;
    if (!base_grow(&flow->starts, &flow->start_capacity, flow->start_count, sizeof *flow->starts)) {
        compiler->no_memory = true;
        return false;
    }
    flow->starts[flow->start_count++] =
        (prog_start){compiler->program->code_count, body, arguments};
    return true;
}

void prog_note_round(prog_compiler *compiler, uint32_t from) {
    prog_flow *flow = &compiler->program->flow;
    if (!base_grow(&flow->rounds, &flow->round_capacity, flow->round_count, sizeof *flow->rounds))
        compiler->no_memory = true;
    else
        flow->rounds[flow->round_count++] = (prog_round){from, compiler->program->code_count};
}

void prog_note_retry(prog_compiler *compiler, uint32_t slot) {
    prog_flow *flow = &compiler->program->flow;
    if (!base_grow(&flow->retries, &flow->retry_capacity, flow->retry_count, sizeof *flow->retries))
        compiler->no_memory = true;
    else
        flow->retries[flow->retry_count++] = (prog_retry){compiler->program->code_count, slot};
}
