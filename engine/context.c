/* Coroutines: a stack each, and the switch between them. */
#define _GNU_SOURCE /* MAP_STACK, MADV_GUARD_INSTALL */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"
#include "sanitizer.h"

#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(start, end) 0
#define VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13 */
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif
#ifndef MAP_STACK
#define MAP_STACK 0
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

enum {
    SMALLEST_STACK_LOG2 = 14,
    /* More than a page, so that a function with a large frame does not step over it. */
    GUARD = 64 * 1024,
    COLOURS = 16,
    LINE = 64,                     /* bytes of a cache line */
    MOST_KEPT = 256 * 1024 * 1024, /* bytes of free stacks, most of which were never touched */
};

/* A coroutine lives at the top of its own stack, and is recycled with it. */
struct cad__coroutine {
    void *stack_pointer;         /* while it is suspended */
    const cad_task *task;        /* whose it is */
    char *bottom;                /* of the stack; the guard is below it */
    struct cad__coroutine *next; /* in the list of free ones */
    char *mapping;               /* begins with the guard */
    size_t mapping_size;
    unsigned size_class;
    unsigned valgrind_id;
#ifdef WITH_ASAN
    bool dropped;
    void *fake_stack;
#endif
#ifdef WITH_TSAN
    void *fiber;
#endif
};

/* The stack on which the thread's loop itself runs. Read in signal handlers, too, where nothing
 * must be allocated for it. */
static _Thread_local struct {
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

/* The processor predicts where a ret goes by counting it against the calls. The ret of switch_out()
 * goes elsewhere, which cannot be helped; switch_in() jumps, and is come back to before its own
 * ret, so that the count is right again for all functions further up. The ret of switch_over() goes
 * where its own call came from, if on another stack: all coroutines suspend in one place. */
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
        "    jmp *%rcx\n"
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
        "    movq %rsi, %rsp\n" /* a frame of switch_out() or switch_over() */
        "    movl %edx, %eax\n"
        POP_ALL
        "    ret\n"
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
    context->uc_stack.ss_sp = self->bottom;
    context->uc_stack.ss_size = (size_t)((char *)context - self->bottom);
    context->uc_link = NULL;
    makecontext(context, cad__coroutine_entry, 0);
    self->stack_pointer = context;
}

#endif

/* --- Switching, with the tools told ------------------------------------------------------------
 */

static size_t stack_size(const struct cad__coroutine *self) {
    return (size_t)((const char *)self - self->bottom);
}

/* From the loop into the coroutine, where suspend() returns `value`, until one comes back:
 * CAD_PENDING, or what the function of the one that came back returned. */
static int enter(struct cad__coroutine *self, int value) {
#ifdef WITH_ASAN
    void *fake_stack;
    loop_stack.left = true;
    __sanitizer_start_switch_fiber(&fake_stack, self->bottom, stack_size(self));
#endif
#ifdef WITH_TSAN
    loop_stack.fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(self->fiber, 0);
#endif
    loop_stack.running = self;
    value = cad__switch_in(&loop_stack.stack_pointer, self->stack_pointer, value);
    loop_stack.running = NULL;
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
#endif
    return value;
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

/* Back to the loop with `value`; `last`: for good. */
static int leave(struct cad__coroutine *self, int value, bool last) {
    (void)last;
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &self->fake_stack, loop_stack.bottom,
                                   loop_stack.size);
#endif
#ifdef WITH_TSAN
    __tsan_switch_to_fiber(loop_stack.fiber, 0);
#endif
    value = cad__switch_out(&self->stack_pointer, loop_stack.stack_pointer, value);
#ifdef WITH_ASAN
    arrive(self->fake_stack);
    if (self->dropped) /* back once more, to give up the fake stack, which only its owner can */
        leave(self, 0, true);
#endif
    return value;
}

/* To another coroutine, whose suspend() returns `value`. */
static int cross(struct cad__coroutine *self, struct cad__coroutine *other, int value) {
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(&self->fake_stack, other->bottom, stack_size(other));
#endif
#ifdef WITH_TSAN
    __tsan_switch_to_fiber(other->fiber, 0);
#endif
    loop_stack.running = other;
    value = cad__switch_over(&self->stack_pointer, other->stack_pointer, value);
#ifdef WITH_ASAN
    arrive(self->fake_stack);
    if (self->dropped)
        leave(self, 0, true);
#endif
    return value;
}

void cad__coroutine_entry(void) {
    cad__task *task = cad__task_of(cad__current());
    struct cad__coroutine *self = task->coroutine;
    arrive(NULL);
    cad_coroutine *fn = task->wait.fn;
    void *arg = task->wait.arg;
    task->wait.fn = NULL;
    task->wait.arg = NULL;
    int result = fn(arg);
    assert(result <= 0 && result != CAD_PENDING); /* a coroutine returns 0 or an error */
    (void)leave(self, result, true);
    __builtin_unreachable();
}

/* --- Stacks ---------------------------------------------------------------------------------- */

static size_t round_up(size_t size, size_t unit) {
    return (size + unit - 1) / unit * unit;
}

/* Guard regions that the kernel keeps in its page tables cost no mapping each, of which a process
 * has 65,530; older kernels take a mapping of its own for each guard. Emulators accept any advice,
 * and follow none that they do not know: a region that can be read is not guarded. */
static bool guard(char *mapping, size_t size) {
    return (madvise(mapping, size, MADV_GUARD_INSTALL) == 0 &&
            madvise(mapping, size, MADV_POPULATE_READ) != 0) ||
           mprotect(mapping, size, PROT_NONE) == 0;
}

static struct cad__coroutine *map_stack(cad_loop *loop, unsigned size_class) {
    static _Thread_local unsigned number;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    /* Tops a whole number of pages apart would share a few cache lines among all stacks. */
    size_t head = round_up(sizeof(struct cad__coroutine), LINE) + number++ % COLOURS * LINE;
    size_t guard_size = round_up(GUARD, page);
    size_t size = ((size_t)1 << (size_class + SMALLEST_STACK_LOG2)) +
                  round_up(sizeof(struct cad__coroutine) + COLOURS * LINE, page);
    char *mapping = mmap(NULL, guard_size + size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    if (!guard(mapping, guard_size)) {
        (void)munmap(mapping, guard_size + size);
        return NULL;
    }
    char *top = mapping + guard_size + size - head;
    struct cad__coroutine *self = (struct cad__coroutine *)(void *)top;
    self->mapping = mapping;
    self->mapping_size = guard_size + size;
    self->bottom = mapping + guard_size;
    self->size_class = size_class;
    self->valgrind_id = VALGRIND_STACK_REGISTER(self->bottom, top);
    loop->stacks.mapped++;
    cad__overflow_watch(loop);
    return self;
}

static void unmap_stack(cad_loop *loop, struct cad__coroutine *self) {
    loop->stacks.mapped--;
    VALGRIND_STACK_DEREGISTER(self->valgrind_id);
    CAD__UNPOISON(self->bottom, stack_size(self));
    (void)munmap(self->mapping, self->mapping_size);
}

static unsigned class_of(size_t wanted) {
    unsigned size_class = 0;
    while (size_class < CAD__STACK_CLASSES &&
           (size_t)1 << (size_class + SMALLEST_STACK_LOG2) < wanted)
        size_class++;
    return size_class;
}

static struct cad__coroutine *take_stack(cad_loop *loop, size_t wanted) {
    unsigned size_class = class_of(wanted);
    if (size_class == CAD__STACK_CLASSES) /* nobody has that much */
        return NULL;
    struct cad__coroutine *self = loop->stacks.free[size_class];
    if (self == NULL)
        return map_stack(loop, size_class);
    loop->stacks.free[size_class] = self->next;
    loop->stacks.kept -= self->mapping_size;
    CAD__UNPOISON(self->bottom, stack_size(self));
    return self;
}

static void give_back(cad_loop *loop, struct cad__coroutine *self) {
#ifdef WITH_TSAN
    __tsan_destroy_fiber(self->fiber);
#endif
    if (loop->stacks.kept + self->mapping_size > MOST_KEPT) {
        unmap_stack(loop, self);
        return;
    }
    loop->stacks.kept += self->mapping_size;
    self->next = loop->stacks.free[self->size_class];
    loop->stacks.free[self->size_class] = self;
}

void cad__stacks_free(cad_loop *loop) {
    for (unsigned i = 0; i < CAD__STACK_CLASSES; i++) {
        while (loop->stacks.free[i] != NULL) {
            struct cad__coroutine *self = loop->stacks.free[i];
            loop->stacks.free[i] = self->next;
            unmap_stack(loop, self);
        }
    }
}

/* --- Coroutines ------------------------------------------------------------------------------ */

int cad__coroutine_resume(cad__task *task, int result) {
    cad_loop *loop = task->future.object.loop;
    result = enter(task->coroutine, result);
    if (result == CAD_PENDING)
        return CAD_PENDING;
    cad__task *ended = cad__task_of(loop->current);
    give_back(loop, ended->coroutine);
    ended->coroutine = NULL;
    return result;
}

int cad__coroutine_start(cad__task *task) {
    struct cad__coroutine *self = take_stack(task->future.object.loop, task->wait.stack_size);
    if (self == NULL)
        return CAD_ENOMEM;
#ifdef WITH_ASAN
    self->dropped = false;
#endif
#ifdef WITH_TSAN
    self->fiber = __tsan_create_fiber(0);
#endif
    task->coroutine = self;
    self->task = &task->future;
    prepare(self);
    return cad__coroutine_resume(task, 0);
}

int cad__coroutine_suspend(cad__task *task) {
    int result;
    cad__task *next = cad__task_next(task->future.object.loop, &result);
    if (next == NULL)
        return leave(task->coroutine, CAD_PENDING, false);
    return next == task ? result : cross(task->coroutine, next->coroutine, result);
}

void cad__coroutine_drop(cad__task *task) {
    struct cad__coroutine *self = task->coroutine;
    task->coroutine = NULL;
#ifdef WITH_ASAN
    self->dropped = true;
    (void)enter(self, 0);
#endif
    give_back(task->future.object.loop, self);
}

const cad_task *cad__coroutine_guarded(const void *address) {
    const struct cad__coroutine *self = loop_stack.running;
    uintptr_t at = (uintptr_t)address;
    bool inside = self != NULL && at >= (uintptr_t)self->mapping && at < (uintptr_t)self->bottom;
    return inside ? self->task : NULL;
}

size_t cad__coroutine_stack_size(const cad__task *task) {
    return (size_t)1 << (task->coroutine->size_class + SMALLEST_STACK_LOG2);
}
