/* Finds libraries where the system has them, and functions in there. */
#include "base/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static bool open_locked(struct base_library *library) {
    void *handle = library->is_open ? NULL : dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return library->is_open;
    char *to = library->functions;
    for (size_t i = 0; i < library->count; i++) {
        void *found = dlsym(handle, library->names[i]);
        if (found == NULL)
            return false;
        /* POSIX has a function's address in a void *, which ISO C has no conversion for. */
        memcpy(to + i * sizeof found, &found, sizeof found);
    }
    library->is_open = true;
    return true;
}

bool base_library_open(struct base_library *library) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    bool is_open = open_locked(library);
    pthread_mutex_unlock(&mutex);
    return is_open;
}
