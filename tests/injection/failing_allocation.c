/* Fails one allocation of a program that it is preloaded into: the one whose number is in
 * CADRAN_FAIL_ALLOCATION, from 1; with CADRAN_FAIL_ALLOCATION_ON set, all from there on. Where
 * CADRAN_COUNT_ALLOCATIONS names a file, the number of allocations is written to it at the end. */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* glibc's own, by their other names: there is nothing to look up, and so nothing to allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static atomic_ullong count;
static unsigned long long failing; /* 0: none */
static bool and_all_after;

__attribute__((constructor)) static void begin(void) {
    const char *number = getenv("CADRAN_FAIL_ALLOCATION");
    and_all_after = getenv("CADRAN_FAIL_ALLOCATION_ON") != NULL;
    failing = number != NULL ? strtoull(number, NULL, 10) : 0;
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

static bool fails(void) {
    unsigned long long number = ++count;
    if (failing == 0 || number < failing || (number > failing && !and_all_after))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
    return fails() ? NULL : __libc_calloc(items, size);
}

void *realloc(void *block, size_t size) {
    bool frees = block != NULL && size == 0;
    return !frees && fails() ? NULL : __libc_realloc(block, size);
}
