/* schema.h - the tables of the database, and the statements that fill them: a row each, so that a
 * table and what goes into it stand side by side. Private to the writer. */
#ifndef DATABASE_SCHEMA_H
#define DATABASE_SCHEMA_H

/* The table, its columns, and how many values a row has. */
#define DB_TABLES(X)                                                                               \
    X(DB_RUN, "run",                                                                               \
      "scenario TEXT, clock TEXT, seed INTEGER, outcome TEXT, length_ns INTEGER,"                  \
      " at_work_mean REAL, at_work_peak INTEGER",                                                  \
      7)                                                                                           \
    X(DB_TASKS, "tasks",                                                                           \
      "id INTEGER PRIMARY KEY, name TEXT, begin_ns INTEGER, end_ns INTEGER, outcome TEXT,"         \
      " error TEXT, waiting_ns INTEGER, ready_ns INTEGER, working_ns INTEGER,"                     \
      " sleeping_ns INTEGER, computing_ns INTEGER",                                                \
      11)                                                                                          \
    X(DB_OBJECTS, "objects",                                                                       \
      "id INTEGER PRIMARY KEY, type TEXT, name TEXT, begin_ns INTEGER, end_ns INTEGER,"            \
      " capacity INTEGER",                                                                         \
      6)                                                                                           \
    X(DB_SPANS, "spans",                                                                           \
      "id INTEGER PRIMARY KEY, task INTEGER, name TEXT, begin_ns INTEGER, end_ns INTEGER,"         \
      " depth INTEGER",                                                                            \
      6)                                                                                           \
    X(DB_WAITS, "waits",                                                                           \
      "id INTEGER PRIMARY KEY, task INTEGER, name TEXT, sleep INTEGER, object INTEGER,"            \
      " awaited INTEGER, holder INTEGER, begin_ns INTEGER, end_ns INTEGER, depth INTEGER,"         \
      " outcome TEXT",                                                                             \
      11)                                                                                          \
    X(DB_WAKES, "wakes",                                                                           \
      "id INTEGER PRIMARY KEY, time_ns INTEGER, by INTEGER, task INTEGER, wait INTEGER", 5)        \
    X(DB_LANES, "lanes",                                                                           \
      "id INTEGER PRIMARY KEY, object INTEGER, what TEXT, by INTEGER, begin_ns INTEGER,"           \
      " end_ns INTEGER, outcome TEXT, error TEXT, result INTEGER, received INTEGER, sent INTEGER", \
      11)                                                                                          \
    X(DB_DATA, "data", "lane INTEGER, time_ns INTEGER, kind TEXT, bytes INTEGER", 4)               \
    X(DB_COUNTERS, "counters", "object INTEGER, key TEXT, time_ns INTEGER, value INTEGER", 4)      \
    X(DB_EVENTS, "events", "time_ns INTEGER, task INTEGER, kind TEXT, name TEXT, message TEXT", 5)

enum db_table {
#define DB_X(constant, name, columns, count) constant,
    DB_TABLES(DB_X)
#undef DB_X
        DB_TABLE_COUNT
};

#endif
