/* database.h - a run as a SQLite database, for questions that nobody has thought of yet.
 *
 * A writer takes the events of a run and fills tables as they come: spans, waits, wakes, counters
 * and what else happened. Tasks and objects have their statistics, and come last. docs/export.md
 * has the tables, and questions to ask them.
 */
#ifndef DATABASE_DATABASE_H
#define DATABASE_DATABASE_H

#include "trace/event.h"

struct db_writer;

/* Fills the file of that name, which is empty or not there. It is whole after the end of the
 * events. 0, CAD_ENOMEM; CAD_ESYSTEM where SQLite cannot, or is not there: db_writer_failure() says
 * why. In any case *writer, unless it is NULL, is the caller's. */
int db_writer_open(const char *path, struct db_writer **writer);
void db_writer_free(struct db_writer *writer); /* takes NULL */

/* To be given the events of a run. Its functions return 0, CAD_ENOMEM or CAD_ESYSTEM. */
struct trace_consumer *db_writer_consumer(struct db_writer *writer);

/* What has failed, in words; "" where nothing has. */
const char *db_writer_failure(const struct db_writer *writer);

#endif
