/* postgres.c - fifty queries to PostgreSQL through a window of four, by libpq:
 *
 *     example-postgres 'host=/var/run/postgresql dbname=postgres'
 *
 * The window is a queue of four connections: who wants to ask takes one, and puts it back. libpq
 * says, by its descriptor, when there is something for it to do. */
#include <libpq-fe.h>

#include "ready.h"
#include "service.h"

enum { QUERIES = 50, WIDTH = 4 };

struct pool {
    const char *where; /* as PQconnectdb() takes it */
    cad_queue *free;   /* PGconn */
    int sum, busy, most;
};

struct query {
    struct pool *pool;
    int number;
};

static int raise_of(const PGconn *connection) {
    return cad_raise(CAD_ECONNECTION, PQerrorMessage(connection));
}

/* --- libpq, as a coroutine -------------------------------------------------------------------- */

static int finish_connect(PGconn *connection) {
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    int error = 0;
    while (error == 0 && status != PGRES_POLLING_OK) {
        error = wait_ready(PQsocket(connection),
                           status == PGRES_POLLING_READING ? READY_TO_READ : READY_TO_WRITE);
        if (error == 0 && (status = PQconnectPoll(connection)) == PGRES_POLLING_FAILED)
            error = raise_of(connection);
    }
    return error;
}

/* Waits for the next result; NULL: there is none any more. */
static int next_result(PGconn *connection, PGresult **result) {
    while (PQisBusy(connection)) {
        int error = wait_ready(PQsocket(connection), READY_TO_READ);
        if (error != 0)
            return error;
        if (PQconsumeInput(connection) == 0)
            return raise_of(connection);
    }
    *result = PQgetResult(connection);
    return 0;
}

static int send_all(PGconn *connection) {
    int left, error = 0;
    while (error == 0 && (left = PQflush(connection)) != 0)
        error = left < 0 ? raise_of(connection) : wait_ready(PQsocket(connection), READY_TO_WRITE);
    return error;
}

/* --- The queries ------------------------------------------------------------------------------ */

static int ask(PGconn *connection, int number, int *answer) {
    char text[16];
    const char *const parameters[] = {text};
    PGresult *result = NULL;
    (void)snprintf(text, sizeof text, "%d", number);
    if (PQsendQueryParams(connection, "select $1::int * 2, pg_sleep(0.01)", 1, NULL, parameters,
                          NULL, NULL, 0) == 0)
        return raise_of(connection);
    int error = send_all(connection);
    while (error == 0 && (error = next_result(connection, &result)) == 0 && result != NULL) {
        if (PQresultStatus(result) == PGRES_TUPLES_OK)
            *answer = atoi(PQgetvalue(result, 0, 0));
        else
            error = cad_raise(CAD_ECONNECTION, PQresultErrorMessage(result));
        PQclear(result);
    }
    return error;
}

static int query(void *arg) {
    const struct query *self = arg;
    struct pool *pool = self->pool;
    void *connection;
    int answer = 0, error = cad_queue_get(pool->free, &connection);
    if (error != 0)
        return error;
    if (++pool->busy > pool->most)
        pool->most = pool->busy;
    error = ask(connection, self->number, &answer);
    pool->busy--;
    pool->sum += answer;
    int back = cad_queue_put_nowait(pool->free, connection);
    return error != 0 ? error : back;
}

static int connect_all(struct pool *pool, PGconn **connections) {
    int error = 0;
    for (int i = 0; i < WIDTH && error == 0; i++) {
        connections[i] = PQconnectStart(pool->where);
        error = connections[i] != NULL ? 0 : CAD_ENOMEM;
        if (error == 0 && PQstatus(connections[i]) == CONNECTION_BAD)
            error = raise_of(connections[i]);
        if (error == 0)
            error = finish_connect(connections[i]);
        if (error == 0)
            error = cad_queue_put_nowait(pool->free, connections[i]);
    }
    return error;
}

static int ask_all(struct pool *pool) {
    struct query queries[QUERIES];
    cad_task_group *group;
    int error = cad_task_group_enter(&group);
    if (error != 0)
        return error;
    const cad_task_options in_group = {.group = group};
    for (int i = 0; i < QUERIES && error == 0; i++) {
        queries[i] = (struct query){.pool = pool, .number = i};
        error = cad_task_create(cad_running_loop(), query, &queries[i], &in_group, NULL);
    }
    return cad_task_group_leave(group, error);
}

static int run(void *where) {
    struct pool pool = {.where = where, .free = cad_queue_new(cad_running_loop(), WIDTH)};
    PGconn *connections[WIDTH] = {NULL};
    int error = pool.free != NULL ? connect_all(&pool, connections) : CAD_ENOMEM;
    if (error == 0)
        error = ask_all(&pool);
    for (int i = 0; i < WIDTH; i++)
        PQfinish(connections[i]); /* takes NULL */
    if (error == 0)
        printf("%d queries, %d at a time, sum %d\n", QUERIES, pool.most, pool.sum);
    return error;
}

int main(int argc, char **argv) {
    static char anywhere[] = "";
    return run_program("example-postgres", run, argc > 1 ? argv[1] : anywhere);
}
