/* library.h - a library of the system's that is opened when it is wanted. What few runs have a use
 * for - SQLite, zlib, libzstd - every start would pay for where it is linked: the dynamic linker
 * then looks up all that it calls, which takes as many instructions as it takes to run a scenario.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct base_library {
    const char *file;         /* as the dynamic linker knows it: "libz.so.1" */
    const char *const *names; /* of the functions that are used */
    size_t count;
    void *functions; /* where their addresses go: a struct of as many pointers, in the same order */
    bool is_open;
};

/* Makes the functions known; any number of times, in any thread. It stays open. False: it is not
 * there, or is another version's, as dlerror() says. */
bool base_library_open(struct base_library *library);

/* For a list of functions, X(name) each: a member, a name. */
#define BASE_LIBRARY_MEMBER(name) __typeof__(name) *name;
#define BASE_LIBRARY_NAME(name) #name,

#endif
