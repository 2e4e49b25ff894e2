/* pool.c - three workers take eight jobs from a queue; each writes what came of one into a ledger,
 * which one at a time may do.
 *
 *     pool            takes its six seconds
 *     pool --virtual  the same in no time
 *
 * Both leave pool.trace.json, where they are run: `cadran table pool.trace.json` shows who worked
 * when, `cadran view pool.trace.json` also who waited for whom.
 *
 * In Python:
 *
 *     async def worker(jobs, ledger):
 *         while True:
 *             try:
 *                 job = await jobs.get()
 *             except asyncio.QueueShutDown:
 *                 return
 *             await asyncio.sleep(job % 3 + 1)
 *             async with ledger:
 *                 await asyncio.sleep(1)
 *
 *     async def main():
 *         jobs, ledger = asyncio.Queue(), asyncio.Lock()
 *         for job in range(8):
 *             jobs.put_nowait(job)
 *         jobs.shutdown()
 *         await asyncio.gather(*(worker(jobs, ledger) for _ in range(3)))
 */
#include <stdio.h>
#include <string.h>

#include "cadran-trace.h"
#include "cadran.h"

enum { JOBS = 8, WORKERS = 3 };

struct pool {
    cad_queue *jobs;
    cad_lock *ledger;
    int numbers[JOBS]; /* the items of the queue */
};

/* Waits, and calls that `name`. */
static int work(const char *name, int64_t duration_ns) {
    cad_span_begin(name);
    int error = cad_sleep(duration_ns);
    cad_span_end();
    return error;
}

static int do_job(struct pool *pool, int number) {
    char name[24];
    snprintf(name, sizeof name, "job%d", number);
    int error = work(name, (number % 3 + 1) * CAD_SECOND);
    if (error == 0)
        error = cad_lock_acquire(pool->ledger);
    if (error != 0)
        return error;
    error = work("write", CAD_SECOND);
    int released = cad_lock_release(pool->ledger);
    return error != 0 ? error : released;
}

static int worker(void *arg) {
    struct pool *pool = arg;
    void *job;
    int error;
    while ((error = cad_queue_get(pool->jobs, &job)) == 0)
        if ((error = do_job(pool, *(int *)job)) != 0)
            return error;
    return error == CAD_EQUEUESHUTDOWN ? 0 : error;
}

/* The queue, with all jobs in it, and the lock: named, so that the trace says what they are. */
static int make_objects(cad_loop *loop, struct pool *pool) {
    pool->jobs = cad_queue_new(loop, 0);
    pool->ledger = cad_lock_new(loop);
    if (pool->jobs == NULL || pool->ledger == NULL)
        return CAD_ENOMEM;
    int error = cad_set_name(pool->jobs, "jobs");
    if (error == 0)
        error = cad_set_name(pool->ledger, "ledger");
    for (int i = 0; i < JOBS && error == 0; i++) {
        pool->numbers[i] = i;
        error = cad_queue_put_nowait(pool->jobs, &pool->numbers[i]);
    }
    cad_queue_shutdown(pool->jobs, false, NULL); /* no more will come */
    return error;
}

static int make_workers(cad_loop *loop, struct pool *pool) {
    int error = 0;
    for (int i = 0; i < WORKERS && error == 0; i++) {
        char name[24];
        snprintf(name, sizeof name, "worker%d", i);
        error = cad_task_create(loop, worker, pool, &(cad_task_options){.name = name}, NULL);
    }
    return error;
}

static int run(cad_loop *loop) {
    struct pool pool;
    cad_trace *trace;
    int error = cad_trace_open(loop, "pool.trace.json", NULL, &trace);
    if (error != 0)
        return error;
    error = make_objects(loop, &pool);
    if (error == 0)
        error = make_workers(loop, &pool);
    if (error == 0)
        error = cad_loop_run(loop);
    if (error == CAD_EDEADLOCK)
        (void)cad_report_deadlock(loop, stderr);
    int closed = cad_trace_close(trace);
    return error != 0 ? error : closed;
}

int main(int argc, char **argv) {
    bool simulated = argc > 1 && strcmp(argv[1], "--virtual") == 0;
    cad_loop *loop;
    int error = cad_loop_new(simulated ? cad_virtual_driver() : cad_uv_driver(), &loop);
    if (error == 0)
        error = run(loop);
    if (error != 0)
        fprintf(stderr, "pool: %s %s\n", cad_error_text(error), cad_error_message());
    cad_loop_free(loop);
    return error != 0;
}
