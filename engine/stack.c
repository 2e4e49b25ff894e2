/* Where coroutines get their stacks: mappings with a guard, which outlive the loops that use them.
 */
#define _GNU_SOURCE /* MAP_STACK, MADV_GUARD_INSTALL */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sanitizer.h"
#include "stack.h"

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
    SMALLEST_LOG2 = 14,
    /* More than a page, so that a function with a large frame does not step over it. */
    GUARD = 64 * 1024,
    COLOURS = 16,
    LINE = 64, /* bytes of a cache line */
};

_Static_assert(sizeof(cad__stack) <= CAD__STACK_HEAD, "its user has the rest of the head");

/* --- Mapping --------------------------------------------------------------------------------- */

static size_t round_up(size_t size, size_t unit) {
    return (size + unit - 1) / unit * unit;
}

unsigned cad__stack_class_of(size_t size) {
    /* The logarithm of the size, in smallest stacks, rounded up. */
    unsigned long long beyond = size == 0 ? 0 : (size - 1) >> SMALLEST_LOG2;
    unsigned size_class = beyond == 0 ? 0 : 64 - (unsigned)__builtin_clzll(beyond);
    return size_class < CAD__STACK_CLASSES ? size_class : CAD__STACK_CLASSES;
}

size_t cad__stack_class_size(unsigned size_class) {
    return (size_t)1 << (size_class + SMALLEST_LOG2);
}

/* Guard regions that the kernel keeps in its page tables cost no mapping each, of which a process
 * has 65,530; older kernels take a mapping of its own for each guard. Emulators accept any advice,
 * and follow none that they do not know: a region that can be read is not guarded. */
static bool guard(char *mapping, size_t size) {
    return (madvise(mapping, size, MADV_GUARD_INSTALL) == 0 &&
            madvise(mapping, size, MADV_POPULATE_READ) != 0) ||
           mprotect(mapping, size, PROT_NONE) == 0;
}

static cad__stack *map(unsigned size_class) {
    static _Thread_local unsigned number;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    /* Tops a whole number of pages apart would share a few cache lines among all stacks. */
    size_t head = CAD__STACK_HEAD + number++ % COLOURS * LINE;
    size_t guard_size = round_up(GUARD, page);
    size_t size =
        cad__stack_class_size(size_class) + round_up(CAD__STACK_HEAD + COLOURS * LINE, page);
    char *mapping = mmap(NULL, guard_size + size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    if (!guard(mapping, guard_size)) {
        (void)munmap(mapping, guard_size + size);
        return NULL;
    }
    char *top = mapping + guard_size + size - head;
    cad__stack *stack = (cad__stack *)(void *)top;
    stack->mapping = mapping;
    stack->mapping_size = guard_size + size;
    stack->bottom = mapping + guard_size;
    stack->size_class = size_class;
    stack->valgrind_id = VALGRIND_STACK_REGISTER(stack->bottom, top);
    return stack;
}

static void unmap(cad__stack *stack) {
    VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
    CAD__UNPOISON(stack->bottom, cad__stack_size(stack));
    (void)munmap(stack->mapping, stack->mapping_size);
}

/* --- Keeping ---------------------------------------------------------------------------------

   A stack costs as much as a hundred switches to map, to guard and to unmap, and a suite of tests
   makes a loop a test. So what a loop leaves is kept, for whichever loop of the process comes next,
   up to so many bytes of mappings; of memory they are a part of that, and mostly a page or two
   each. When that is full the size of which most is kept gives up what is too much: a few large
   stacks do not keep the small ones out, nor the other way round.

   Who finds another thread at work here does without: it maps or unmaps by itself. That is no
   slower than waiting, and a process that was forked off meanwhile, in which that thread does not
   exist, waits for nobody. */

#define MOST_KEPT ((size_t)64 << 20)

static atomic_flag busy = ATOMIC_FLAG_INIT;
static struct {
    cad__stack *first[CAD__STACK_CLASSES];
    size_t bytes[CAD__STACK_CLASSES]; /* of each list */
    size_t all;                       /* of them together */
} kept;

static bool enter(void) {
    return !atomic_flag_test_and_set_explicit(&busy, memory_order_acquire);
}

static void leave(void) {
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

static void push(cad__stack *stack) {
    unsigned at = stack->size_class;
    stack->next = kept.first[at];
    kept.first[at] = stack;
    kept.bytes[at] += stack->mapping_size;
    kept.all += stack->mapping_size;
    CAD__POISON(stack->bottom, cad__stack_size(stack));
}

static cad__stack *pop(unsigned at) {
    cad__stack *stack = kept.first[at];
    if (stack == NULL)
        return NULL;
    kept.first[at] = stack->next;
    kept.bytes[at] -= stack->mapping_size;
    kept.all -= stack->mapping_size;
    CAD__UNPOISON(stack->bottom, cad__stack_size(stack));
    return stack;
}

static void unmap_down_to(size_t most) {
    while (kept.all > most) {
        unsigned fullest = 0;
        for (unsigned i = 1; i < CAD__STACK_CLASSES; i++)
            if (kept.bytes[i] > kept.bytes[fullest])
                fullest = i;
        unmap(pop(fullest));
    }
}

cad__stack *cad__stack_obtain(unsigned size_class) {
    cad__stack *stack = NULL;
    if (enter()) {
        stack = pop(size_class);
        leave();
    }
    if (stack == NULL)
        stack = map(size_class);
    if (stack == NULL) { /* perhaps there is room where others are kept */
        cad__stack_drop_kept();
        stack = map(size_class);
    }
    return stack;
}

void cad__stack_release(cad__stack *stack) {
    if (!enter()) {
        unmap(stack);
        return;
    }
    push(stack);
    unmap_down_to(MOST_KEPT);
    leave();
}

/* Also when the library goes, be it out of a process that goes on. */
__attribute__((destructor)) void cad__stack_drop_kept(void) {
    if (!enter())
        return;
    unmap_down_to(0);
    leave();
}
