/* Goes through instructions; and leaves blocks as Python's try, with and return do. */
#include "run/interpreter.h"

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "run/details.h"
#include "run/limits.h"
#include "run/parts.h"
#include "run/report.h"
#include "run/values.h"

/* --- Variables ------------------------------------------------------------------------------- */

/* The variables of a body that makes callbacks: these see them even when it has ended. */
typedef struct shared_locals {
    uint32_t references;
    uint32_t count;
    const cad_task *owner; /* whose innermost coroutine they are of, where details are told; NULL */
    expr_value values[];
} shared_locals;

static shared_locals *shared_of(const run_frame *frame) {
    char *values = (char *)frame->locals;
    return (shared_locals *)(void *)(values - offsetof(shared_locals, values));
}

static void init_locals(const prog_body *body, expr_value *locals) {
    size_t variables = body->variables.count;
    for (size_t i = 0; i < body->slots; i++)
        locals[i] = i < variables ? EXPR_UNSET : EXPR_NONE;
}

static void clear_locals(expr_value *locals, size_t count) {
    for (size_t i = 0; i < count; i++) {
        expr_value value = locals[i];
        locals[i] = EXPR_NONE;
        expr_value_unref(value);
    }
}

int run_frame_start(run_frame *frame, const prog_body *body, expr_value *inside) {
    *frame = (run_frame){.body = body, .locals = inside, .pc = body->entry};
    if (body->shared) {
        shared_locals *shared = base_alloc(sizeof *shared + body->slots * sizeof shared->values[0]);
        if (shared == NULL) {
            frame->locals = NULL;
            return CAD_ENOMEM;
        }
        shared->references = 1;
        shared->count = body->slots;
        shared->owner = NULL;
        frame->locals = shared->values;
    }
    init_locals(body, frame->locals);
    return 0;
}

void run_frame_share(run_frame *frame, const run_frame *with) {
    assert(with->body->shared);
    *frame = *with;
    shared_of(frame)->references++;
}

void run_frame_tell(run_machine *machine, const cad_task *task, const run_frame *frame, bool gone) {
    if (machine->details == NULL || task == NULL)
        return;
    if (frame->body->shared)
        shared_of(frame)->owner = gone ? NULL : task;
    run_tell_frame(machine, task, frame, gone);
}

const cad_task *run_frame_owner(const run_frame *frame) {
    return shared_of(frame)->owner;
}

void run_frame_clear(run_frame *frame) {
    expr_value *locals = frame->locals;
    if (locals == NULL)
        return;
    shared_locals *shared = frame->body->shared ? shared_of(frame) : NULL;
    frame->locals = NULL;
    if (shared == NULL) {
        clear_locals(locals, frame->body->slots);
    } else if (--shared->references == 0) {
        clear_locals(locals, shared->count);
        base_free(shared);
    }
}

/* --- Calls ----------------------------------------------------------------------------------- */

enum { MAX_CALLS = 1000 }; /* Python's recursion limit */

int run_job_call(run_job *job, const prog_body *body, const prog_arguments *arguments) {
    uint32_t depth = job->top != &job->frame ? job->top->depth + 1 : 1;
    if (depth > MAX_CALLS)
        return prog_raise(CAD_ESTACK, "maximum recursion depth exceeded");
    size_t inside = body->shared ? 0 : body->slots;
    run_call *call = base_alloc(sizeof *call + inside * sizeof call->locals[0]);
    if (call == NULL)
        return CAD_ENOMEM;
    int error = run_frame_start(&call->frame, body, call->locals);
    if (error == 0)
        error = run_evaluate_arguments(job, arguments, call->frame.locals);
    if (error != 0) {
        run_frame_clear(&call->frame);
        base_free(call);
        return error;
    }
    run_frame_tell(job->machine, cad_current_task(), job->top, true);
    call->caller = job->top;
    call->frame.depth = depth;
    job->top = &call->frame;
    run_frame_tell(job->machine, cad_current_task(), job->top, false);
    return 0;
}

/* Ends the innermost coroutine; false where it was the outermost. */
static bool pop(run_job *job) {
    run_frame *frame = job->top;
    run_frame_clear(frame);
    if (frame == &job->frame) {
        job->top = NULL;
        return false;
    }
    run_call *call = run_call_of(frame);
    job->top = call->caller;
    base_free(call);
    return true;
}

void run_job_clear(run_job *job) {
    while (job->top != NULL)
        (void)pop(job);
    run_frame_clear(&job->frame);
    expr_value held = job->held;
    job->held = EXPR_NONE;
    expr_value_unref(held);
}

/* --- Completions ----------------------------------------------------------------------------- */

/* While `finally`, or what is behind a `with`, has steps to run, how the block is being left waits
 * in two of the coroutine's slots, as a value like any other: nothing is allocated, and what clears
 * the slots of a coroutine that is cancelled clears it, too. The first slot is a number: where it
 * began and, in 21 bits, how: 0 for going on, 1 for a return, 2 for a jump (memory that runs out
 * leaves no block, so that its code is free), else the error, which is above -2 to the power of 21.
 * With the 32 bits of a place these are the 53 that a double has. The second slot is the value of
 * the return, or the exception. */
#define HOW_BITS 21
enum { HOW_RETURN = 1, HOW_JUMP = 2 };

static expr_value pack(const run_completion *completion) {
    uint64_t how = completion->code == PROG_RETURN ? HOW_RETURN
                   : completion->code == PROG_JUMP ? HOW_JUMP
                                                   : (uint64_t)-completion->code;
    return expr_number((double)((uint64_t)completion->at << HOW_BITS | how));
}

static expr_value exception_value(cad_exception *exception) {
    return exception != NULL ? expr_reference(PROG_KIND_EXCEPTION, exception) : EXPR_NONE;
}

/* What was kept in the slots; borrowed from them. */
static run_completion kept(const run_job *job, uint32_t slot) {
    const expr_value *slots = &job->top->locals[slot];
    uint64_t packed = (uint64_t)expr_to_double(slots[PROG_SLOT_HOW]);
    uint64_t how = packed & ((UINT64_C(1) << HOW_BITS) - 1);
    run_completion completion = {.at = (uint32_t)(packed >> HOW_BITS)};
    if (how == HOW_RETURN) {
        completion.code = PROG_RETURN;
        completion.value = slots[PROG_SLOT_WHAT];
    } else if (how == HOW_JUMP) {
        completion.code = PROG_JUMP;
    } else {
        completion.code = -(int)how;
        if (slots[PROG_SLOT_WHAT] != EXPR_NONE)
            completion.exception = expr_to_pointer(slots[PROG_SLOT_WHAT]);
    }
    return completion;
}

void run_keep_completion(run_job *job, uint32_t slot, const run_completion *completion) {
    static const run_completion in_order;
    if (completion == NULL)
        completion = &in_order;
    run_store(job, slot + PROG_SLOT_HOW, pack(completion));
    run_store(job, slot + PROG_SLOT_WHAT,
              completion->code == PROG_RETURN ? completion->value
                                              : exception_value(completion->exception));
}

void run_drop_completion(run_job *job, uint32_t slot) {
    run_store(job, slot + PROG_SLOT_WHAT, EXPR_NONE);
}

int run_raise_kept(run_job *job, uint32_t slot) {
    run_completion completion = kept(job, slot);
    if (completion.code >= 0)
        return 0;
    job->machine->origin = completion.at;
    return cad_raise_exception(completion.code, cad_exception_ref(completion.exception));
}

int run_take_up_completion(run_job *job, uint32_t slot) {
    run_completion completion = kept(job, slot);
    int result = completion.code;
    if (result == PROG_RETURN)
        job->held = expr_value_ref(completion.value);
    else if (result == PROG_JUMP)
        job->held = expr_number(completion.at);
    else if (result < 0)
        result = run_raise_kept(job, slot);
    run_drop_completion(job, slot);
    return result;
}

/* --- Leaving --------------------------------------------------------------------------------- */

static void drop(run_completion *completion) {
    cad_exception_unref(completion->exception);
    expr_value_unref(completion->value);
    *completion = (run_completion){0};
}

/* The error that was just raised, as how instruction `at` is left. One that is raised again - a
 * bare `raise`, the end of a `finally` - began elsewhere: who does that leaves the place in
 * machine->origin, which holds for this one error. One that ended another task brings its own. */
static run_completion raised(run_job *job, int code, uint32_t at) {
    run_machine *machine = job->machine;
    run_completion completion = {.code = code, .at = at};
    cad_exception *exception = cad_error_exception();
    if (exception != NULL && cad_exception_code(exception) == code)
        completion.exception = cad_exception_ref(exception);
    if (machine->origin != PROG_NO_PC)
        completion.at = machine->origin;
    uint64_t origin;
    const char *task =
        completion.exception != NULL ? cad_exception_origin(completion.exception, &origin) : NULL;
    if (task != NULL && task[0] != '\0')
        completion.at = (uint32_t)(origin >> 32);
    machine->origin = PROG_NO_PC;
    return completion;
}

void run_replace_completion(run_job *job, run_completion *completion, int error) {
    uint32_t at = completion->at;
    if (error == 0)
        return;
    drop(completion);
    *completion = raised(job, error, at);
}

int run_job_error(const run_job *job) {
    return (int)expr_to_double(job->held);
}

/* An exception that ends a task says so, wherever it goes from there, with where it began: by
 * number (parts.h), and, for when the run is over, in the document. A cancellation goes nowhere. */
static int note_origin(const run_job *job, run_completion *completion) {
    const cad_task *task = cad_current_task();
    if (completion->code >= 0 || completion->code == CAD_ECANCELLED)
        return 0;
    if (task == NULL || job->top != &job->frame)
        return 0;
    if (completion->exception == NULL)
        completion->exception = cad_exception_new(completion->code, NULL);
    if (completion->exception == NULL)
        return CAD_ENOMEM;
    uint64_t origin = (uint64_t)completion->at << 32 | run_place_of(job->machine, completion->at);
    return cad_exception_set_origin(completion->exception, cad_task_name(task), origin);
}

/* The outermost coroutine is left: what the job ends with. */
static int end_job(run_job *job, run_completion *completion) {
    if (job->frame.taken != 0)
        run_holds_end(&job->machine->holds, &job->frame.taken, cad_current_task(),
                      completion->code == PROG_RETURN ? 0 : completion->code);
    if (completion->code == PROG_RETURN) {
        job->held = completion->value;
        return 0;
    }
    job->frame.pc = completion->at; /* both for the report, should nobody retrieve it */
    job->held = expr_number(completion->code);
    return cad_raise_exception(completion->code, completion->exception);
}

/* How instruction `in` is left, where its result says so. */
static run_completion leaving(run_job *job, const prog_instruction *in, int result) {
    if (result < 0)
        return raised(job, result, (uint32_t)(in - job->machine->program->code));
    run_completion completion = {.code = result, .value = job->held};
    job->held = EXPR_NONE;
    if (result == PROG_JUMP) {
        completion.at = (uint32_t)expr_to_double(completion.value);
        completion.value = EXPR_NONE;
    }
    return completion;
}

/* Whether a jump leads to what stands directly in `block`: the job goes on there, then. */
static bool arrives(run_job *job, const run_completion *completion, uint32_t block) {
    if (completion->code != PROG_JUMP)
        return false;
    const prog_operand *jump = job->machine->program->code[completion->at].operands;
    if (jump[PROG_JUMP_BLOCK].block != block)
        return false;
    job->top->pc = jump[PROG_JUMP_TO].pc;
    return true;
}

/* Leaves the instruction and its blocks, coroutine by coroutine. Returns 1 where the job goes on,
 * at job->top->pc; CAD_ENOMEM; or 0 where the job has ended, with *end.
 *
 * Each block decides: 0 lets the completion pass to the block around it, perhaps another one than
 * came (an `except` may take an error, a lock's release may raise one); 1 goes on inside the block,
 * in a handler or a `finally`, which has kept the completion and takes it up at its end. So what is
 * left of a completion when a coroutine has no more blocks is what its caller gets: a value, which
 * is the result of the call and ends the search, or an error, with which the search goes on from
 * the call's own blocks. */
static int leave(run_job *job, const prog_instruction *in, int result, int *end) {
    const prog_program *program = job->machine->program;
    run_completion completion = leaving(job, in, result);
    for (;;) {
        for (uint32_t i = in->block;; i = program->blocks[i].parent) {
            if (arrives(job, &completion, i))
                return 1;
            if (i == PROG_NO_BLOCK)
                break;
            const prog_block *block = &program->blocks[i];
            int left = block->leave(job, block, &completion);
            if (left == CAD_ENOMEM)
                drop(&completion);
            if (left != 0)
                return left;
        }
        if (note_origin(job, &completion) != 0) {
            drop(&completion);
            return CAD_ENOMEM;
        }
        run_frame_tell(job->machine, cad_current_task(), job->top, true);
        if (!pop(job)) {
            *end = end_job(job, &completion);
            return 0;
        }
        run_frame_tell(job->machine, cad_current_task(), job->top, false);
        in = &program->code[job->top->pc - 1]; /* the call */
        if (completion.code == PROG_RETURN) {
            job->held = completion.value;
            (void)in->operation->finish(job, in, 0);
            return 1;
        }
    }
}

/* --- Going on -------------------------------------------------------------------------------- */

/* The run is over: a task stays where it is, waiting for what never comes. What runs in the middle
 * of another's instruction leaves that to it, and it has nothing to go on with. */
static int halt(run_job *job) {
    if (job->machine->told > 0) {
        job->machine->gauge.fuel = 0;
        return CAD_PENDING;
    }
    return cad_current_task() != NULL ? cad_await(job->machine->never, NULL) : CAD_PENDING;
}

static int out_of_memory(run_job *job) {
    (void)run_machine_no_memory(job->machine);
    run_note_running(job, job->top->pc - 1);
    return halt(job);
}

int run_job_go(run_job *job, int result) {
    run_machine *machine = job->machine;
    const prog_instruction *code = machine->program->code;
    bool waited = job->top != NULL;
    if (!waited)
        job->top = &job->frame;
    for (;;) {
        const prog_instruction *in;
        if (waited) {
            in = &code[job->top->pc - 1];
            waited = false;
        } else {
            if (machine->gauge.fuel-- == 0 && !run_machine_refuel(job))
                return halt(job);
            in = &code[job->top->pc++];
            result = in->operation->begin(job, in);
            if (result == CAD_PENDING || result == PROG_CALLED) {
                if (result == CAD_PENDING)
                    return result;
                continue;
            }
            if (result == PROG_HALT)
                return halt(job);
        }
        if (in->operation->finish != NULL && result < PROG_RETURN)
            result = in->operation->finish(job, in, result);
        if (result >= 0 && result < PROG_RETURN)
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
