/* Goes through instructions; and leaves blocks as Python's try, with and return do. */
#include "scenario/interpreter.h"

#include <assert.h>
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/exceptions.h"
#include "scenario/machine.h"

/* --- Variables ------------------------------------------------------------------------------- */

/* The variables of a body that makes callbacks: these see them even when it has ended. */
typedef struct shared_locals {
    uint32_t references;
    uint32_t count;
    sim_value values[];
} shared_locals;

static shared_locals *shared_of(const sim_frame *frame) {
    char *values = (char *)frame->locals;
    return (shared_locals *)(void *)(values - offsetof(shared_locals, values));
}

static void init_locals(const sim_body *body, sim_value *locals) {
    size_t variables = body->variables.count;
    for (size_t i = 0; i < body->slots; i++)
        locals[i] = i < variables ? SIM_UNSET : SIM_NONE;
}

static void clear_locals(sim_value *locals, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sim_value value = locals[i];
        locals[i] = SIM_NONE;
        sim_value_unref(value);
    }
}

int sim_frame_start(sim_frame *frame, const sim_body *body, sim_value *inside) {
    *frame = (sim_frame){.body = body, .locals = inside, .pc = body->entry};
    if (body->shared) {
        shared_locals *shared = sim_alloc(sizeof *shared + body->slots * sizeof shared->values[0]);
        if (shared == NULL) {
            frame->locals = NULL;
            return CAD_ENOMEM;
        }
        shared->references = 1;
        shared->count = body->slots;
        frame->locals = shared->values;
    }
    init_locals(body, frame->locals);
    return 0;
}

void sim_frame_share(sim_frame *frame, const sim_frame *with) {
    assert(with->body->shared);
    *frame = *with;
    shared_of(frame)->references++;
}

void sim_frame_clear(sim_frame *frame) {
    sim_value *locals = frame->locals;
    if (locals == NULL)
        return;
    shared_locals *shared = frame->body->shared ? shared_of(frame) : NULL;
    frame->locals = NULL;
    if (shared == NULL) {
        clear_locals(locals, frame->body->slots);
    } else if (--shared->references == 0) {
        clear_locals(locals, shared->count);
        sim_free(shared);
    }
}

/* --- Calls ----------------------------------------------------------------------------------- */

enum { MAX_CALLS = 1000 }; /* Python's recursion limit */

/* A coroutine inside another one. */
typedef struct call_frame {
    sim_frame *caller;
    sim_frame frame;
    sim_value locals[];
} call_frame;

static call_frame *call_of(sim_frame *frame) {
    return (call_frame *)(void *)((char *)frame - offsetof(call_frame, frame));
}

int sim_job_call(sim_job *job, const sim_body *body, const sim_arguments *arguments) {
    uint32_t depth = job->top->depth + 1;
    if (depth > MAX_CALLS)
        return sim_raise(CAD_ESTACK, "maximum recursion depth exceeded");
    size_t inside = body->shared ? 0 : body->slots;
    call_frame *call = sim_alloc(sizeof *call + inside * sizeof call->locals[0]);
    if (call == NULL)
        return CAD_ENOMEM;
    int error = sim_frame_start(&call->frame, body, call->locals);
    if (error == 0)
        error = sim_evaluate_arguments(job, arguments, call->frame.locals);
    if (error != 0) {
        sim_frame_clear(&call->frame);
        sim_free(call);
        return error;
    }
    call->caller = job->top;
    call->frame.depth = depth;
    job->top = &call->frame;
    return 0;
}

/* Ends the innermost coroutine; false where it was the outermost. */
static bool pop(sim_job *job) {
    sim_frame *frame = job->top;
    sim_frame_clear(frame);
    if (frame == &job->frame) {
        job->top = NULL;
        return false;
    }
    call_frame *call = call_of(frame);
    job->top = call->caller;
    sim_free(call);
    return true;
}

void sim_job_clear(sim_job *job) {
    while (job->top != NULL)
        (void)pop(job);
    sim_frame_clear(&job->frame);
    sim_value held = job->held;
    job->held = SIM_NONE;
    sim_value_unref(held);
}

/* --- Completions ----------------------------------------------------------------------------- */

/* A completion in two slots. The first is a number: where it began and, in 21 bits, how: 0 for
 * going on, 1 for a return, else the error. */
#define HOW_BITS 21

static sim_value pack(const sim_completion *completion) {
    uint64_t how = completion->code == SIM_RETURN ? 1 : (uint64_t)-completion->code;
    return sim_number((double)((uint64_t)completion->at << HOW_BITS | how));
}

static sim_value exception_value(cad_exception *exception) {
    return exception != NULL ? sim_reference(SIM_KIND_EXCEPTION, exception) : SIM_NONE;
}

/* What was kept in the slots; borrowed from them. */
static sim_completion kept(const sim_job *job, uint32_t slot) {
    const sim_value *slots = &job->top->locals[slot];
    uint64_t packed = (uint64_t)sim_to_double(slots[SIM_SLOT_HOW]);
    uint64_t how = packed & ((UINT64_C(1) << HOW_BITS) - 1);
    sim_completion completion = {.at = (uint32_t)(packed >> HOW_BITS)};
    if (how == 1) {
        completion.code = SIM_RETURN;
        completion.value = slots[SIM_SLOT_WHAT];
    } else {
        completion.code = -(int)how;
        if (slots[SIM_SLOT_WHAT] != SIM_NONE)
            completion.exception = sim_to_pointer(slots[SIM_SLOT_WHAT]);
    }
    return completion;
}

void sim_keep_completion(sim_job *job, uint32_t slot, const sim_completion *completion) {
    static const sim_completion in_order;
    if (completion == NULL)
        completion = &in_order;
    sim_store(job, slot + SIM_SLOT_HOW, pack(completion));
    sim_store(job, slot + SIM_SLOT_WHAT,
              completion->code == SIM_RETURN ? completion->value
                                             : exception_value(completion->exception));
}

void sim_drop_completion(sim_job *job, uint32_t slot) {
    sim_store(job, slot + SIM_SLOT_WHAT, SIM_NONE);
}

int sim_raise_kept(sim_job *job, uint32_t slot) {
    sim_completion completion = kept(job, slot);
    if (completion.code >= 0)
        return 0;
    job->machine->origin = completion.at;
    return cad_raise_exception(completion.code, cad_exception_ref(completion.exception));
}

int sim_take_up_completion(sim_job *job, uint32_t slot) {
    sim_completion completion = kept(job, slot);
    int result = completion.code;
    if (result == SIM_RETURN)
        job->held = sim_value_ref(completion.value);
    else if (result < 0)
        result = sim_raise_kept(job, slot);
    sim_drop_completion(job, slot);
    return result;
}

/* --- Branches of `except` -------------------------------------------------------------------- */

static const sim_handler *find_handler(const sim_program *program, const sim_block *block,
                                       int code) {
    if (code == SIM_RETURN)
        return NULL;
    for (size_t i = 0; i < block->handler_count; i++)
        if (sim_program_catches(program, block->handlers[i].exception, code))
            return &block->handlers[i];
    return NULL;
}

static int enter_branch(sim_job *job, const sim_handler *handler, sim_completion *completion) {
    sim_machine *machine = job->machine;
    const sim_block *block = &machine->program->blocks[handler->block];
    sim_value *locals = job->top->locals;
    sim_value text;
    sim_buffer_clear(&machine->text);
    int error = sim_error_text(completion->code, completion->exception, &machine->text);
    if (error == 0)
        error = sim_string_new(machine->text.data, machine->text.length, &text);
    if (error != 0)
        return error;
    sim_keep_completion(job, block->slot, completion);
    sim_store(job, block->slot + SIM_SLOT_SAVED, locals[block->error]);
    locals[block->error] = text;
    job->top->pc = handler->pc;
    return 0;
}

void sim_leave_branch(sim_job *job, const sim_block *block) {
    sim_value *locals = job->top->locals;
    sim_value saved = locals[block->slot + SIM_SLOT_SAVED];
    locals[block->slot + SIM_SLOT_SAVED] = SIM_NONE;
    sim_store(job, block->error, saved == SIM_UNSET ? SIM_NONE : saved);
    sim_drop_completion(job, block->slot);
}

int sim_raise_again(sim_job *job, const sim_block *block) {
    return sim_raise_kept(job, block->slot);
}

/* --- Leaving --------------------------------------------------------------------------------- */

static void drop(sim_completion *completion) {
    cad_exception_unref(completion->exception);
    sim_value_unref(completion->value);
    *completion = (sim_completion){0};
}

/* The error that was just raised, as how instruction `at` is left. */
static sim_completion raised(sim_job *job, int code, uint32_t at) {
    sim_machine *machine = job->machine;
    sim_completion completion = {.code = code, .at = at};
    cad_exception *exception = cad_error_exception();
    if (exception != NULL && cad_exception_code(exception) == code)
        completion.exception = cad_exception_ref(exception);
    if (machine->origin != SIM_NO_PC)
        completion.at = machine->origin;
    machine->origin = SIM_NO_PC;
    return completion;
}

/* An error on the way out of a block takes the place of how it was being left. */
static void replace(sim_job *job, sim_completion *completion, int error) {
    uint32_t at = completion->at;
    if (error == 0)
        return;
    drop(completion);
    *completion = raised(job, error, at);
}

/* The error with which a timeout leaves its block: that of the block, or its own. */
static void leave_timeout(sim_job *job, const sim_block *block, sim_completion *completion) {
    int code = completion->code < 0 ? completion->code : 0;
    if (code != 0)
        (void)cad_raise_exception(code, cad_exception_ref(completion->exception));
    int error = sim_leave_timeout(job, block->slot, code);
    if (error != code)
        replace(job, completion, error);
}

/* Leaves a block. Returns 1 when that leads to other instructions, which job->top->pc is at; 0
 * when the block is left; or CAD_ENOMEM. */
static int leave_block(sim_job *job, const sim_block *block, sim_completion *completion) {
    const sim_handler *handler;
    int error;
    switch (block->kind) {
    case SIM_BLOCK_TRY:
        handler = find_handler(job->machine->program, block, completion->code);
        if (handler == NULL)
            return 0;
        error = enter_branch(job, handler, completion);
        return error != 0 ? error : 1;
    case SIM_BLOCK_GUARDED:
    case SIM_BLOCK_GROUP:
        sim_keep_completion(job, block->slot, completion);
        job->top->pc = block->pc;
        return 1;
    case SIM_BLOCK_EXCEPT:
        sim_leave_branch(job, block);
        return 0;
    case SIM_BLOCK_FINALLY:
        sim_drop_completion(job, block->slot);
        return 0;
    case SIM_BLOCK_WITH:
        replace(job, completion, sim_leave_with(job, block->slot));
        return 0;
    case SIM_BLOCK_TIMEOUT:
        leave_timeout(job, block, completion);
        return 0;
    case SIM_BLOCK_SPAN:
        sim_span_end(job);
        return 0;
    case SIM_BLOCK_AS_COMPLETED:
        sim_leave_as_completed(job, block->slot);
        return 0;
    }
    return 0;
}

int sim_job_error(const sim_job *job) {
    return (int)sim_to_double(job->held);
}

/* The outermost coroutine is left: what the job ends with. */
static int end_job(sim_job *job, sim_completion *completion) {
    if (completion->code == SIM_RETURN) {
        job->held = completion->value;
        return 0;
    }
    job->frame.pc = completion->at; /* both for the report, should nobody retrieve it */
    job->held = sim_number(completion->code);
    return cad_raise_exception(completion->code, completion->exception);
}

/* Leaves the instruction and its blocks, coroutine by coroutine. Returns 1 where the job goes on,
 * at job->top->pc; CAD_ENOMEM; or 0 where the job has ended, with *end. */
static int leave(sim_job *job, const sim_instruction *in, int result, int *end) {
    const sim_program *program = job->machine->program;
    sim_completion completion = {.code = result, .value = job->held};
    if (result < 0)
        completion = raised(job, result, (uint32_t)(in - program->code));
    else
        job->held = SIM_NONE;
    for (;;) {
        for (uint32_t i = in->block; i != SIM_NO_BLOCK; i = program->blocks[i].parent) {
            int left = leave_block(job, &program->blocks[i], &completion);
            if (left == CAD_ENOMEM)
                drop(&completion);
            if (left != 0)
                return left;
        }
        if (!pop(job)) {
            *end = end_job(job, &completion);
            return 0;
        }
        in = &program->code[job->top->pc - 1]; /* the call */
        if (completion.code == SIM_RETURN) {
            job->held = completion.value;
            (void)in->operation->finish(job, in, 0);
            return 1;
        }
    }
}

/* --- Going on -------------------------------------------------------------------------------- */

/* The run is over: a task stays where it is, waiting for what never comes. */
static int halt(sim_job *job) {
    return cad_current_task() != NULL ? cad_await(job->machine->never, NULL) : CAD_PENDING;
}

static int out_of_memory(sim_job *job) {
    (void)sim_machine_no_memory(job->machine);
    return halt(job);
}

int sim_job_go(sim_job *job, int result) {
    sim_machine *machine = job->machine;
    const sim_instruction *code = machine->program->code;
    bool waited = job->top != NULL;
    if (!waited)
        job->top = &job->frame;
    for (;;) {
        const sim_instruction *in;
        if (waited) {
            in = &code[job->top->pc - 1];
            waited = false;
        } else {
            if (machine->gauge.fuel-- == 0 && !sim_machine_refuel(job))
                return halt(job);
            in = &code[job->top->pc++];
            result = in->operation->begin(job, in);
            if (result == CAD_PENDING || result == SIM_CALLED) {
                if (result == CAD_PENDING)
                    return result;
                continue;
            }
            if (result == SIM_HALT)
                return halt(job);
        }
        if (in->operation->finish != NULL && result != SIM_RETURN)
            result = in->operation->finish(job, in, result);
        if (result >= 0 && result != SIM_RETURN)
            continue;
        int end = 0;
        if (result != CAD_ENOMEM)
            result = leave(job, in, result, &end);
        if (result == CAD_ENOMEM)
            return out_of_memory(job);
        if (result == 0)
            return end;
    }
}
