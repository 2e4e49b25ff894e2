/* Coroutines: a stack each, and the switch between them. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
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

/* A coroutine lives at the top of its own stack, and is recycled with it. */
struct cad__coroutine {
    struct cad__coroutine *next; /* in the loop's list of free ones */
    char *mapping;               /* begins with the guard page */
    size_t mapping_size;
    char *bottom;        /* of the stack, above the guard page */
    size_t stack_size;
    void *stack_pointer; /* while it is suspended */
    cad__task *task;
    int result; /* handed over by whoever switches */
    unsigned valgrind_id;
#ifdef WITH_ASAN
    void *fake_stack, *loop_fake_stack;
    const void *loop_bottom;
    size_t loop_size;
#endif
#ifdef WITH_TSAN
    void *fiber, *loop_fiber;
#endif
};

/* --- The switch ------------------------------------------------------------------------------ */

/* Saves the callee-saved registers on the stack that is left and its pointer in *from, takes
 * those of `to`. A new stack begins in cad__coroutine_entry(value). Floating-point modes are
 * shared by all coroutines of a thread, as they are by functions. */
void cad__switch(void **from, void *to, void *value);
_Noreturn void cad__coroutine_entry(struct cad__coroutine *self);

#if defined(__x86_64__) && !defined(CADRAN_UCONTEXT)

__asm__(".text\n"
        ".globl cad__switch\n"
        ".hidden cad__switch\n"
        ".type cad__switch, @function\n"
        "cad__switch:\n"
        "    .cfi_startproc\n"
        "    endbr64\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    movq %rdx, %rdi\n"
        "    popq %rcx\n"
        "    jmp *%rcx\n"
        "    .cfi_endproc\n"
        ".size cad__switch, .-cad__switch\n"
        ".section .note.GNU-stack,\"\",@progbits\n"
        ".text\n");

static void prepare(struct cad__coroutine *self, char *top)
{
    /* As a call would leave it: the stack 16-byte aligned below a return address that is never
     * used, and a frame pointer of 0, where debuggers stop. */
    void **frame = (void **)(void *)top;
    *--frame = NULL;
    *--frame = (void *)(uintptr_t)cad__coroutine_entry;
    for (int registers = 0; registers < 6; registers++)
        *--frame = NULL;
    self->stack_pointer = frame;
}

#elif defined(__aarch64__) && !defined(CADRAN_UCONTEXT)

__asm__(".text\n"
        ".globl cad__switch\n"
        ".hidden cad__switch\n"
        ".type cad__switch, %function\n"
        "cad__switch:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    mov x0, x2\n"
        "    br x30\n"
        ".size cad__switch, .-cad__switch\n"
        ".section .note.GNU-stack,\"\",%progbits\n"
        ".text\n");

static void prepare(struct cad__coroutine *self, char *top)
{
    enum { WORDS = 20, FRAME_POINTER = 10, LINK_REGISTER = 11 };
    void **frame = (void **)(void *)top - WORDS;
    memset(frame, 0, WORDS * sizeof *frame);
    frame[LINK_REGISTER] = (void *)(uintptr_t)cad__coroutine_entry;
    self->stack_pointer = frame;
}

#else /* any other processor: the C library's, which asks the kernel at each switch */

#include <ucontext.h>

void cad__switch(void **from, void *to, void *value)
{
    ucontext_t here;
    (void)value; /* entry() gets it through makecontext() */
    *from = &here;
    (void)swapcontext(&here, to);
}

static void enter(unsigned high, unsigned low)
{
    cad__coroutine_entry((struct cad__coroutine *)(((uintptr_t)high << 16 << 16) | low));
}

static void prepare(struct cad__coroutine *self, char *top)
{
    ucontext_t *context = (ucontext_t *)(void *)(top - ((sizeof *context + 15) & ~(size_t)15));
    uintptr_t value = (uintptr_t)self;
    (void)getcontext(context);
    context->uc_stack.ss_sp = self->bottom;
    context->uc_stack.ss_size = (size_t)((char *)context - self->bottom);
    context->uc_link = NULL;
    makecontext(context, (void (*)(void))(uintptr_t)enter, 2, (unsigned)(value >> 16 >> 16),
                (unsigned)value);
    self->stack_pointer = context;
}

#endif

/* --- Switching, with the tools told ------------------------------------------------------------ */

static cad_loop *loop_of(const struct cad__coroutine *self)
{
    return self->task->future.object.loop;
}

/* From the loop into the coroutine, until it comes back. */
static void switch_in(struct cad__coroutine *self)
{
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(&self->loop_fake_stack, self->bottom, self->stack_size);
#endif
#ifdef WITH_TSAN
    self->loop_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(self->fiber, 0);
#endif
    cad__switch(&loop_of(self)->stack_pointer, self->stack_pointer, self);
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(self->loop_fake_stack, NULL, NULL);
#endif
}

/* Back to the loop; `last`: for good. */
static void switch_out(struct cad__coroutine *self, bool last)
{
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &self->fake_stack, self->loop_bottom,
                                   self->loop_size);
#endif
#ifdef WITH_TSAN
    __tsan_switch_to_fiber(self->loop_fiber, 0);
#endif
    (void)last;
    cad__switch(&self->stack_pointer, loop_of(self)->stack_pointer, NULL);
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(self->fake_stack, &self->loop_bottom, &self->loop_size);
#endif
}

void cad__coroutine_entry(struct cad__coroutine *self)
{
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(NULL, &self->loop_bottom, &self->loop_size);
#endif
    cad__wait *wait = &self->task->wait;
    cad_coroutine *fn = wait->fn;
    void *arg = wait->arg;
    wait->fn = NULL;
    wait->arg = NULL;
    self->result = fn(arg);
    self->task->coroutine = NULL; /* tells that this was the end */
    switch_out(self, true);
    __builtin_unreachable();
}

/* --- Stacks ---------------------------------------------------------------------------------- */

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

static struct cad__coroutine *map_stack(size_t wanted)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t stack_size = round_up(wanted + sizeof(struct cad__coroutine), page);
    char *mapping = mmap(NULL, page + stack_size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    if (mprotect(mapping, page, PROT_NONE) != 0) { /* the guard */
        (void)munmap(mapping, page + stack_size);
        return NULL;
    }
    /* Tops a whole number of pages apart would share a few cache lines among all stacks. */
    static _Thread_local unsigned number;
    size_t offset = sizeof(struct cad__coroutine) + (number++ % 16) * 64;
    char *top = mapping + page + stack_size - round_up(offset, 64);
    struct cad__coroutine *self = (struct cad__coroutine *)(void *)top;
    memset(self, 0, sizeof *self);
    self->mapping = mapping;
    self->mapping_size = page + stack_size;
    self->bottom = mapping + page;
    self->stack_size = (size_t)(top - self->bottom);
    self->valgrind_id = VALGRIND_STACK_REGISTER(self->bottom, top);
    return self;
}

static struct cad__coroutine *take_stack(cad_loop *loop, size_t wanted)
{
    struct cad__coroutine **place = &loop->stacks;
    while (*place != NULL && (*place)->stack_size < wanted)
        place = &(*place)->next;
    struct cad__coroutine *self = *place;
    if (self == NULL)
        return map_stack(wanted + 16 * 64);
    *place = self->next;
#ifdef WITH_ASAN
    ASAN_UNPOISON_MEMORY_REGION(self->bottom, self->stack_size);
#endif
    return self;
}

static void give_back(cad_loop *loop, struct cad__coroutine *self)
{
#ifdef WITH_TSAN
    __tsan_destroy_fiber(self->fiber);
#endif
    self->task = NULL;
    self->next = loop->stacks;
    loop->stacks = self;
}

void cad__stacks_free(cad_loop *loop)
{
    while (loop->stacks != NULL) {
        struct cad__coroutine *self = loop->stacks;
        loop->stacks = self->next;
        VALGRIND_STACK_DEREGISTER(self->valgrind_id);
        (void)munmap(self->mapping, self->mapping_size);
    }
}

/* --- Coroutines ------------------------------------------------------------------------------ */

static int run(cad__task *task, struct cad__coroutine *self)
{
    switch_in(self);
    if (task->coroutine != NULL)
        return CAD_PENDING;
    int result = self->result;
    give_back(task->future.object.loop, self);
    return result;
}

int cad__coroutine_start(cad__task *task)
{
    struct cad__coroutine *self = take_stack(task->future.object.loop, task->stack_size);
    if (self == NULL)
        return CAD_ENOMEM;
    self->task = task;
    task->coroutine = self;
#ifdef WITH_TSAN
    self->fiber = __tsan_create_fiber(0);
#endif
    prepare(self, (char *)self);
    return run(task, self);
}

int cad__coroutine_resume(cad__task *task, int result)
{
    task->coroutine->result = result;
    return run(task, task->coroutine);
}

int cad__coroutine_suspend(cad__task *task)
{
    switch_out(task->coroutine, false);
    return task->coroutine->result;
}

void cad__coroutine_drop(cad__task *task)
{
    struct cad__coroutine *self = task->coroutine;
    task->coroutine = NULL;
    give_back(task->future.object.loop, self);
}
