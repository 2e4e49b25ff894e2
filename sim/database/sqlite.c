/* Finds SQLite where the system has it, and what is used of it in there. It stays. */
#ifdef CADRAN_SQLITE

#include "database/sqlite.h"

#include <dlfcn.h>
#include <string.h>

struct db_sqlite db_sqlite;

/* POSIX has a function's address in a void *, which ISO C has no conversion for. */
static bool find(void *library, const char *name, void *function, size_t size) {
    void *found = dlsym(library, name);
    memcpy(function, &found, size);
    return found != NULL;
}

bool db_sqlite_load(void) {
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return false;
#define DB_X(name)                                                                                 \
    if (!find(library, "sqlite3_" #name, &db_sqlite.name, sizeof db_sqlite.name))                  \
        return false;
    DB_SQLITE_FUNCTIONS(DB_X)
#undef DB_X
    /* One thread uses it: nothing is locked, for no value and no piece of memory. Once it is in use
     * it is past changing, and as it was made. */
    (void)db_sqlite.config(SQLITE_CONFIG_SINGLETHREAD);
    (void)db_sqlite.config(SQLITE_CONFIG_MEMSTATUS, 0);
    return true;
}

#else

/* An empty file is none to ISO C. */
typedef int db_sqlite_is_left_out;

#endif
