/* sqlite.h - SQLite, opened when it is wanted. Private to the writer. */
#ifndef DATABASE_SQLITE_H
#define DATABASE_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>

/* What is used of it. */
#define DB_SQLITE_FUNCTIONS(X)                                                                     \
    X(bind_double)                                                                                 \
    X(bind_int64)                                                                                  \
    X(bind_null)                                                                                   \
    X(bind_text)                                                                                   \
    X(close)                                                                                       \
    X(config)                                                                                      \
    X(errcode)                                                                                     \
    X(errmsg)                                                                                      \
    X(exec)                                                                                        \
    X(finalize)                                                                                    \
    X(open)                                                                                        \
    X(prepare_v2)                                                                                  \
    X(reset)                                                                                       \
    X(step)

/* Each under its name, without the "sqlite3_" before it. */
struct db_sqlite {
#define DB_X(name) __typeof__(sqlite3_##name) *name;
    DB_SQLITE_FUNCTIONS(DB_X)
#undef DB_X
};

/* To be called once db_sqlite_open() has succeeded. */
extern struct db_sqlite db_sqlite;

/* As base_library_open(). */
bool db_sqlite_open(void);

#endif
