/* Which functions of SQLite are used. */
#ifdef CADRAN_SQLITE

#include "database/sqlite.h"

#include "base/library.h"

struct db_sqlite db_sqlite;

bool db_sqlite_open(void) {
#define DB_X(name) "sqlite3_" #name,
    static const char *const names[] = {DB_SQLITE_FUNCTIONS(DB_X)};
#undef DB_X
    static struct base_library sqlite = {"libsqlite3.so.0", names, sizeof names / sizeof names[0],
                                         &db_sqlite, false};
    if (!base_library_open(&sqlite))
        return false;
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
