/* Coroutines: a stack each, and the switch between them.
 *
 * A coroutine is entered from the loop (enter()), and leaves for another coroutine or for the loop
 * (leave()). Whichever it is, it goes on with its own call of cad__switch_...(), which returns: so
 * there is nothing to be kept of a suspended coroutine but a stack pointer. The registers that a
 * function must save are on the stack; the others its caller has saved already. */
#include <string.h>

#include "coroutine.h"
#include "sanitizer.h"

#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

enum { LINE = 64 }; /* bytes of a cache line */

/* Bytes of free stacks that a loop keeps. They are addresses: of most stacks a page or two were
 * ever touched, and a new stack costs as much as a hundred switches. */
#define MOST_KEPT ((size_t)2 << 30)

/* A coroutine lives at the top of its own stack, and is recycled with it. */
struct cad__coroutine {
    cad__stack stack;
    void *stack_pointer;  /* while it is suspended */
    const cad_task *task; /* whose it is */
#ifdef WITH_ASAN
    bool dropped;
    void *fake_stack;
#endif
#ifdef WITH_TSAN
    void *fiber;
#endif
};

_Static_assert(sizeof(struct cad__coroutine) <= CAD__STACK_HEAD, "it is the head of its stack");

/* The stack on which the thread's loop itself runs. Read in signal handlers, too, where nothing
 * must be allocated for it. */
static _Thread_local struct loop_stack {
    void *stack_pointer; /* while a coroutine runs */
    struct cad__coroutine *running;
#ifdef WITH_ASAN
    bool left; /* a moment ago, for the coroutine that learns the rest */
    const void *bottom;
    size_t size;
#endif
#ifdef WITH_TSAN
    void *fiber;
#endif
} loop_stack __attribute__((tls_model("initial-exec")));

/* --- The switch ------------------------------------------------------------------------------ */

/* From the loop to a coroutine, back, and from one coroutine to another. All save the callee-saved
 * registers on the stack that is left, and its stack pointer in *from, and take those of `to`;
 * there the call that left it returns `value`, and a new stack begins in cad__coroutine_entry().
 * Floating-point modes are shared by all coroutines of a thread, as they are by functions. */
int cad__switch_in(void **from, void *to, int value);
int cad__switch_out(void **from, void *to, int value);
int cad__switch_over(void **from, void *to, int value);
_Noreturn void cad__coroutine_entry(void);

#if defined(__x86_64__) && defined(__ELF__) && !defined(CADRAN_UCONTEXT)

/* clang-format off */
#define PUSH(name) "pushq %" #name "\n .cfi_adjust_cfa_offset 8\n .cfi_rel_offset %" #name ", 0\n"
#define POP(name) "popq %" #name "\n .cfi_adjust_cfa_offset -8\n .cfi_restore %" #name "\n"
#define PUSH_ALL PUSH(rbp) PUSH(rbx) PUSH(r12) PUSH(r13) PUSH(r14) PUSH(r15)
#define POP_ALL POP(r15) POP(r14) POP(r13) POP(r12) POP(rbx) POP(rbp)

/* What is jumped to stands behind no endbr64, which a processor that tracks indirect branches would
 * ask for: notrack. Shadow stacks know one stack a thread, so nothing here is marked as fit for them.
 *
 * The processor predicts where a ret goes by counting it against the calls. The ret of switch_out()
 * goes elsewhere, which cannot be helped; switch_in() jumps, and is come back to before its own
 * ret, so that the count is right again for all functions further up. switch_over() jumps: where to
 * is seen from where the last ones went, and a ret would be foreseen to go back into the function
 * that is left. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl cad__switch_in\n"
        ".hidden cad__switch_in\n"
        ".type cad__switch_in, @function\n"
        "cad__switch_in:\n"
        "    .cfi_startproc\n"
        PUSH_ALL
        "    leaq 1f(%rip), %rcx\n"
        "    pushq %rcx\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n" /* a frame of switch_out(), or of prepare() */
        "    .cfi_adjust_cfa_offset -8\n"
        "    movl %edx, %eax\n"
        "    .cfi_remember_state\n"
        POP_ALL
        "    popq %rcx\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    notrack jmp *%rcx\n"
        "    .cfi_restore_state\n"
        "1:\n"
        POP_ALL
        "    ret\n"
        "    .cfi_endproc\n"
        ".size cad__switch_in, .-cad__switch_in\n"
        "\n"
        ".p2align 4\n"
        ".globl cad__switch_out\n"
        ".hidden cad__switch_out\n"
        ".type cad__switch_out, @function\n"
        "cad__switch_out:\n"
        "    .cfi_startproc\n"
        PUSH_ALL
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n" /* a frame of switch_in() */
        "    .cfi_adjust_cfa_offset 8\n"
        "    movl %edx, %eax\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size cad__switch_out, .-cad__switch_out\n"
        "\n"
        ".p2align 4\n"
        ".globl cad__switch_over\n"
        ".hidden cad__switch_over\n"
        ".type cad__switch_over, @function\n"
        "cad__switch_over:\n"
        "    .cfi_startproc\n"
        PUSH_ALL
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n" /* a frame of switch_out(), of switch_over(), or of prepare() */
        "    movl %edx, %eax\n"
        POP_ALL
        "    popq %rcx\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    notrack jmp *%rcx\n"
        "    .cfi_endproc\n"
        ".size cad__switch_over, .-cad__switch_over\n");
/* clang-format on */

static void prepare(struct cad__coroutine *self) {
    /* As a call would leave it: the stack 16-byte aligned below a return address that is never
     * used, and a frame pointer of 0, where debuggers stop. */
    void **frame = (void **)(void *)self;
    *--frame = NULL;
    *--frame = (void *)(uintptr_t)cad__coroutine_entry;
    for (int registers = 0; registers < 6; registers++)
        *--frame = NULL;
    self->stack_pointer = frame;
}

#elif defined(__aarch64__) && defined(__ELF__) && !defined(CADRAN_UCONTEXT)

/* By ret alone: a br to where no bti instruction is would be refused. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl cad__switch_in, cad__switch_out, cad__switch_over\n"
        ".hidden cad__switch_in, cad__switch_out, cad__switch_over\n"
        ".type cad__switch_in, %function\n"
        ".type cad__switch_out, %function\n"
        ".type cad__switch_over, %function\n"
        "cad__switch_in:\n"
        "cad__switch_out:\n"
        "cad__switch_over:\n"
        "    .cfi_startproc\n"
        "    sub sp, sp, #160\n"
        "    .cfi_def_cfa_offset 160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    .cfi_offset x29, -80\n"
        "    .cfi_offset x30, -72\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    mov w0, w2\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    .cfi_restore x29\n"
        "    .cfi_restore x30\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    .cfi_def_cfa_offset 0\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size cad__switch_in, .-cad__switch_in\n"
        ".size cad__switch_out, .-cad__switch_out\n"
        ".size cad__switch_over, .-cad__switch_over\n");

static void prepare(struct cad__coroutine *self) {
    enum { WORDS = 20, LINK_REGISTER = 11 };
    void **frame = (void **)(void *)self - WORDS;
    memset(frame, 0, WORDS * sizeof *frame);
    frame[LINK_REGISTER] = (void *)(uintptr_t)cad__coroutine_entry;
    self->stack_pointer = frame;
}

#else /* any other processor: the C library's, which asks the kernel at each switch */

#include <ucontext.h>

static _Thread_local int handed_over;

int cad__switch_out(void **from, void *to, int value) {
    ucontext_t here;
    handed_over = value;
    *from = &here;
    (void)swapcontext(&here, to);
    return handed_over;
}

int cad__switch_in(void **from, void *to, int value) {
    return cad__switch_out(from, to, value);
}

int cad__switch_over(void **from, void *to, int value) {
    return cad__switch_out(from, to, value);
}

static void prepare(struct cad__coroutine *self) {
    size_t size = (sizeof(ucontext_t) + LINE - 1) / LINE * LINE;
    ucontext_t *context = (ucontext_t *)(void *)((char *)self - size);
    (void)getcontext(context);
    context->uc_stack.ss_sp = self->stack.bottom;
    context->uc_stack.ss_size = (size_t)((char *)context - self->stack.bottom);
    context->uc_link = NULL;
    makecontext(context, cad__coroutine_entry, 0);
    self->stack_pointer = context;
}

#endif

/* --- Switching, with the tools told ----------------------------------------------------------- */

/* Where a coroutine goes on, or begins. Only now is its stack written to: until a moment ago
 * another may have run on it, to its end. */
static void *pointer_of(struct cad__coroutine *self) {
    if (self->stack_pointer == NULL) {
#ifdef WITH_TSAN
        if (self->fiber != NULL)
            __tsan_destroy_fiber(self->fiber);
        self->fiber = __tsan_create_fiber(0);
#endif
        prepare(self);
    }
    return self->stack_pointer;
}

/* From the loop into the coroutine, where suspend() returns `value`, until one comes back. */
static void enter(struct cad__coroutine *self, int value) {
    void *pointer = pointer_of(self);
#ifdef WITH_ASAN
    void *fake_stack;
    loop_stack.left = true;
    __sanitizer_start_switch_fiber(&fake_stack, self->stack.bottom, cad__stack_size(&self->stack));
#endif
#ifdef WITH_TSAN
    loop_stack.fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(self->fiber, 0);
#endif
    loop_stack.running = self;
    (void)cad__switch_in(&loop_stack.stack_pointer, pointer, value);
    loop_stack.running = NULL;
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
#endif
}

/* A coroutine has been switched to; `fake_stack` is its own. */
static void arrive(void *fake_stack) {
#ifdef WITH_ASAN
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(fake_stack, &bottom, &size);
    if (loop_stack.left) {
        loop_stack.bottom = bottom;
        loop_stack.size = size;
        loop_stack.left = false;
    }
#else
    (void)fake_stack;
#endif
}

/* Out of the coroutine: to the one whose turn it is, or to the loop; `last`: for good. Returns what
 * it goes on with when it is come back to. Nothing is left to do then, except where the address
 * sanitizer wants to be told: so the switch is this function's last act, and goes on where the
 * caller's caller does. */
CAD__UNSANITIZED static int leave(struct cad__coroutine *self, cad__turn next, bool last) {
    struct cad__coroutine *other = next.task != NULL ? next.task->coroutine : NULL;
    void *pointer = other != NULL ? pointer_of(other) : loop_stack.stack_pointer;
    (void)last;
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(
        last ? NULL : &self->fake_stack, other != NULL ? other->stack.bottom : loop_stack.bottom,
        other != NULL ? cad__stack_size(&other->stack) : loop_stack.size);
#endif
#ifdef WITH_TSAN
    __tsan_switch_to_fiber(other != NULL ? other->fiber : loop_stack.fiber, 0);
#endif
    if (other != NULL)
        loop_stack.running = other;
#ifndef WITH_ASAN
    return other != NULL ? cad__switch_over(&self->stack_pointer, pointer, next.result)
                         : cad__switch_out(&self->stack_pointer, pointer, 0);
#else
    int value = other != NULL ? cad__switch_over(&self->stack_pointer, pointer, next.result)
                              : cad__switch_out(&self->stack_pointer, pointer, 0);
    arrive(self->fake_stack);
    if (self->dropped) /* back once more, to give up the fake stack, which only its owner can */
        leave(self, (cad__turn){NULL, 0}, true);
    return value;
#endif
}

static void give_back(cad_loop *loop, struct cad__coroutine *self);

/* A stack begins here, and stays here: where one coroutine ends and the next in turn has not begun,
 * that one is given the same stack, and runs without a switch.
 *
 * How the stack comes to it: a coroutine that has returned gives its stack back while it still runs
 * on it, so that it is the first of the free ones; cad__task_next() begins the next turn, and
 * cad__coroutine_new() finds that stack for it. Nothing is written to it there (pointer_of() does
 * so later, and only for a stack that is switched to), so the frame of this function stays as it
 * is, and the loop below goes round for the new task. Where the next turn is another's, or the
 * loop's, this frame is left for good: from then on the stack is like any free one. Between
 * give_back() and that nothing may trim the free stacks, which is why only the loop does. */
void cad__coroutine_entry(void) {
    arrive(NULL);
    struct cad__coroutine *self = loop_stack.running;
    cad__turn next;
    do {
        cad__task *task = cad__task_of(cad__current());
        cad_loop *loop = task->future.object.loop;
        cad_coroutine *fn = task->wait.fn;
        void *arg = task->wait.arg;
        task->wait.fn = NULL;
        task->wait.arg = NULL;
        int result = fn(arg);
        task->coroutine = NULL;
        give_back(loop, self);
        cad__task_end(task, result);
        next = cad__task_next(loop);
    } while (next.task != NULL && next.task->coroutine == self);
    (void)leave(self, next, true);
    __builtin_unreachable();
}

/* --- The loop's stacks ----------------------------------------------------------------------- */

static struct cad__coroutine *take_free(cad_loop *loop, unsigned size_class) {
    cad__stack *stack = loop->stacks.free[size_class];
    loop->stacks.free[size_class] = stack->next;
    loop->stacks.kept -= stack->mapping_size;
    return CAD__CONTAINER(stack, struct cad__coroutine, stack);
}

/* To be taken by the next, first of all. It may be the one that runs. */
static void give_back(cad_loop *loop, struct cad__coroutine *self) {
    cad__stack *stack = &self->stack;
    loop->stacks.kept += stack->mapping_size;
    stack->next = loop->stacks.free[stack->size_class];
    loop->stacks.free[stack->size_class] = stack;
}

CAD__APART static struct cad__coroutine *obtain(cad_loop *loop, unsigned size_class) {
    cad__stack *stack = cad__stack_obtain(size_class);
    if (stack == NULL)
        return NULL;
    loop->stacks.count++;
    cad__overflow_watch(loop);
    struct cad__coroutine *self = CAD__CONTAINER(stack, struct cad__coroutine, stack);
#ifdef WITH_TSAN
    self->fiber = NULL;
#endif
    return self;
}

/* Lets go of free stacks until no more than so many bytes of them are kept. None may be running. */
static void trim(cad_loop *loop, size_t most) {
    for (unsigned i = 0; i < CAD__STACK_CLASSES; i++) {
        while (loop->stacks.kept > most && loop->stacks.free[i] != NULL) {
            struct cad__coroutine *self = take_free(loop, i);
#ifdef WITH_TSAN
            if (self->fiber != NULL)
                __tsan_destroy_fiber(self->fiber);
#endif
            loop->stacks.count--;
            cad__stack_release(&self->stack);
        }
    }
}

void cad__stacks_free(cad_loop *loop) {
    trim(loop, 0);
}

/* --- Coroutines ------------------------------------------------------------------------------ */

bool cad__coroutine_new(cad__task *task) {
    cad_loop *loop = task->future.object.loop;
    unsigned size_class = cad__stack_class_of(task->wait.stack_size);
    if (size_class == CAD__STACK_CLASSES) /* nobody has that much */
        return false;
    struct cad__coroutine *self = loop->stacks.free[size_class] != NULL
                                      ? take_free(loop, size_class)
                                      : obtain(loop, size_class);
    if (self == NULL)
        return false;
    CAD__UNPOISON(self->stack.bottom, cad__stack_size(&self->stack));
#ifdef WITH_ASAN
    self->dropped = false;
#endif
    self->stack_pointer = NULL;
    self->task = &task->future;
    task->coroutine = self;
    return true;
}

void cad__coroutine_enter(cad__task *task, int result) {
    cad_loop *loop = task->future.object.loop;
    enter(task->coroutine, result);
    if (loop->stacks.kept > MOST_KEPT)
        trim(loop, MOST_KEPT);
}

/* Where this is a coroutine, it is what the loop's stack is to others: what is entered comes back
 * to it. */
void cad__coroutine_start(cad__task *task) {
    const struct loop_stack outer = loop_stack;
    enter(task->coroutine, 0);
    loop_stack = outer;
}

int cad__coroutine_suspend(cad__task *task) {
    cad__turn next = cad__task_next(task->future.object.loop);
    return next.task == task ? next.result : leave(task->coroutine, next, false);
}

void cad__coroutine_drop(cad__task *task) {
    struct cad__coroutine *self = task->coroutine;
    task->coroutine = NULL;
#ifdef WITH_ASAN
    self->dropped = true;
    enter(self, 0);
#endif
    give_back(task->future.object.loop, self);
}

const cad_task *cad__coroutine_guarded(const void *address) {
    const struct cad__coroutine *self = loop_stack.running;
    uintptr_t at = (uintptr_t)address;
    bool inside =
        self != NULL && at >= (uintptr_t)self->stack.mapping && at < (uintptr_t)self->stack.bottom;
    return inside ? self->task : NULL;
}

size_t cad__coroutine_stack_size(const cad__task *task) {
    return cad__stack_class_size(task->coroutine->stack.size_class);
}
