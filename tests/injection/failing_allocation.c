/* Fails one allocation of a program that it is preloaded into: the one whose number is in
 * CADRAN_FAIL_ALLOCATION, from 1; with CADRAN_FAIL_ALLOCATION_ON set, all from there on. With
 * CADRAN_FAIL_OWN set, what libraries allocate for themselves is neither counted nor fails. Where
 * CADRAN_COUNT_ALLOCATIONS names a file, the number of allocations is written to it at the end. */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* glibc's own, by their other names: there is nothing to look up, and so nothing to allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static atomic_ullong count;
static unsigned long long failing; /* 0: none */
static bool and_all_after;
static uintptr_t own_begin, own_end; /* of the program's code; 0: that of all counts */

/* The first is the program itself. */
static int find_own(struct dl_phdr_info *object, size_t size, void *data) {
    (void)size;
    (void)data;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
            continue;
        own_begin = object->dlpi_addr + part->p_vaddr;
        own_end = own_begin + part->p_memsz;
    }
    return 1;
}

__attribute__((constructor)) static void begin(void) {
    const char *number = getenv("CADRAN_FAIL_ALLOCATION");
    and_all_after = getenv("CADRAN_FAIL_ALLOCATION_ON") != NULL;
    failing = number != NULL ? strtoull(number, NULL, 10) : 0;
    if (getenv("CADRAN_FAIL_OWN") != NULL)
        (void)dl_iterate_phdr(find_own, NULL);
    count = 0; /* what the loader has allocated is not the program's */
}

__attribute__((destructor)) static void end(void) {
    unsigned long long counted = count;
    const char *name = getenv("CADRAN_COUNT_ALLOCATIONS");
    FILE *file = name != NULL ? fopen(name, "w") : NULL;
    if (file == NULL)
        return;
    fprintf(file, "%llu\n", counted);
    fclose(file);
}

static bool fails(const void *caller) {
    if (own_begin != 0 && ((uintptr_t)caller < own_begin || (uintptr_t)caller >= own_end))
        return false;
    unsigned long long number = ++count;
    if (failing == 0 || number < failing || (number > failing && !and_all_after))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(items, size);
}

void *realloc(void *block, size_t size) {
    bool frees = block != NULL && size == 0;
    return !frees && fails(__builtin_return_address(0)) ? NULL : __libc_realloc(block, size);
}
