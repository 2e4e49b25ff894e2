/* The floor of `cadran export --format sqlite`: as many rows as the events of a trace of the window
 * become, put into a table by SQLite alone. */
#include <sqlite3.h>

#include "bench.h"

/* Of a hundred events: rows. */
enum { ROWS_EACH_100 = 53 };

static int fail(sqlite3 *database) {
    return bench_fail("SQLite", sqlite3_errmsg(database));
}

static int execute(sqlite3 *database, const char *statement) {
    return sqlite3_exec(database, statement, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(database);
}

/* Five values, a name among them, as a counter or a wait has. */
static int insert(sqlite3 *database, int64_t rows) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, "INSERT INTO rows VALUES (?, ?, ?, ?, ?)", -1, &statement,
                           NULL) != SQLITE_OK)
        return fail(database);
    for (int64_t i = 0; i < rows; i++) {
        for (int column = 1; column < 5; column++)
            (void)sqlite3_bind_int64(statement, column, i * column * 1000000);
        (void)sqlite3_bind_text(statement, 5, "window", 6, SQLITE_STATIC);
        if (sqlite3_step(statement) != SQLITE_DONE)
            return fail(database);
        (void)sqlite3_reset(statement);
    }
    (void)sqlite3_finalize(statement);
    return 0;
}

static int bench_rows(struct bench_run *run) {
    sqlite3 *database;
    bench_start(run);
    if (sqlite3_open(run->file, &database) != SQLITE_OK)
        return fail(database);
    int status = execute(database, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
                                   "CREATE TABLE rows (a INTEGER PRIMARY KEY, b INTEGER, c INTEGER,"
                                   " d INTEGER, e TEXT)");
    if (status == 0)
        status = insert(database, (run->items * ROWS_EACH_100 + 99) / 100);
    if (status == 0)
        status = execute(database, "COMMIT");
    (void)sqlite3_close(database);
    bench_stop(run);
    return status;
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {{.name = "rows", .run = bench_rows, .takes_file = 1}};
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
