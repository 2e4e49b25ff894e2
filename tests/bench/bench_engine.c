/* The engine's own costs, through its public interface. */
#include "bench.h"
#include "cadran.h"
#include "window.h"

/* --- A loop to measure in -------------------------------------------------------------------- */

/* Shared by all tasks of a benchmark. */
struct work {
    struct bench_run *run;
    cad_loop *loop;
    cad_queue *queue;
    int64_t done; /* items whose work has been seen done */
};

static int open_work(struct work *work, struct bench_run *run, cad_driver *driver) {
    *work = (struct work){.run = run};
    return cad_loop_new(driver, &work->loop);
}

/* Ends the benchmark: every item must have been done. */
static int close_work(struct work *work, int error) {
    if (work->loop != NULL)
        work->run->end_ns = cad_loop_time(work->loop);
    cad_loop_free(work->loop);
    if (error != 0)
        return bench_fail("bench-engine", cad_error_text(error));
    if (work->done != work->run->items)
        return bench_fail("bench-engine", "the work was not done");
    return 0;
}

static int run_timed(struct work *work, int error) {
    bench_start(work->run);
    if (error == 0)
        error = cad_loop_run(work->loop);
    bench_stop(work->run);
    return error;
}

/* --- Switching ------------------------------------------------------------------------------- */

static int yield_by_turns(void *arg) {
    struct work *work = arg;
    int error = 0;
    while (error == 0 && work->done < work->run->items) {
        work->done++;
        error = cad_sleep(0);
    }
    return error;
}

/* Two coroutines that take turns. An item: one gives way, the other runs. */
static int bench_switch(struct bench_run *run) {
    struct work work;
    int error = open_work(&work, run, cad_virtual_driver());
    for (int i = 0; i < 2 && error == 0; i++)
        error = cad_task_create(work.loop, yield_by_turns, &work, NULL, NULL);
    return close_work(&work, run_timed(&work, error));
}

/* --- Creating -------------------------------------------------------------------------------- */

static int count_one(void *arg) {
    struct work *work = arg;
    work->done++;
    return 0;
}

static int create_and_yield(void *arg) {
    struct work *work = arg;
    int error = 0;
    for (int64_t i = 0; i < work->run->items && error == 0;) {
        for (int64_t n = 0; n < work->run->parameter && i < work->run->items; n++, i++)
            if (error == 0)
                error = cad_task_create(work->loop, count_one, work, NULL, NULL);
        if (error == 0)
            error = cad_sleep(0);
    }
    return error;
}

/* A coroutine that creates others, `parameter` at a time, which run and end at once. */
static int bench_create(struct bench_run *run) {
    struct work work;
    int error = open_work(&work, run, cad_virtual_driver());
    if (error == 0)
        error = cad_task_create(work.loop, create_and_yield, &work, NULL, NULL);
    return close_work(&work, run_timed(&work, error));
}

/* --- A queue of size one --------------------------------------------------------------------- */

static int produce(void *arg) {
    struct work *work = arg;
    int error = 0;
    for (int64_t i = 1; i <= work->run->items && error == 0; i++)
        error = cad_queue_put(work->queue, (void *)(intptr_t)i);
    return error;
}

static int consume(void *arg) {
    struct work *work = arg;
    void *item;
    int error = 0;
    while (error == 0 && work->done < work->run->items) {
        error = cad_queue_get(work->queue, &item);
        if (error == 0 && (intptr_t)item == work->done + 1)
            work->done++;
    }
    return error;
}

static int bench_queue(struct bench_run *run) {
    struct work work;
    int error = open_work(&work, run, cad_virtual_driver());
    if (error == 0 && (work.queue = cad_queue_new(work.loop, 1)) == NULL)
        error = CAD_ENOMEM;
    if (error == 0)
        error = cad_task_create(work.loop, produce, &work, NULL, NULL);
    if (error == 0)
        error = cad_task_create(work.loop, consume, &work, NULL, NULL);
    return close_work(&work, run_timed(&work, error));
}

/* --- Short random sleeps --------------------------------------------------------------------- */

struct sleeper {
    struct work *work;
    uint64_t random;
    int64_t left;
};

/* Up to a millisecond. */
static int64_t short_time(struct sleeper *self) {
    return 1 + (int64_t)(bench_random(&self->random) % 1000000);
}

static int sleep_often(void *arg) {
    struct sleeper *self = arg;
    int error = 0;
    while (error == 0 && self->left-- > 0) {
        error = cad_sleep(short_time(self));
        self->work->done++;
    }
    return error;
}

static int step_sleep_often(void *state, int result) {
    struct sleeper *self = state;
    if (result != 0 || self->left-- == 0)
        return result;
    self->work->done++;
    return cad_sleep(short_time(self));
}

static const cad_step_type sleep_often_type = {sizeof(struct sleeper), step_sleep_often, NULL};

static struct sleeper sleeper_at(struct work *work, int64_t index, int64_t tasks) {
    int64_t items = work->run->items;
    return (struct sleeper){
        .work = work,
        .random = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(index + 1),
        .left = items / tasks + (index < items % tasks),
    };
}

static int create_step(struct work *work, const cad_step_type *type, const void *state) {
    cad_task *task;
    int error = cad_step_create(work->loop, type, NULL, &task);
    if (error != 0)
        return error;
    memcpy(cad_task_state(task), state, type->state_size);
    cad_future_unref(task);
    return 0;
}

/* `parameter` tasks sleep, `items` times altogether. */
static int bench_sleeps(struct bench_run *run) {
    struct work work;
    int error = open_work(&work, run, cad_virtual_driver());
    struct sleeper *sleepers = calloc((size_t)run->parameter, sizeof *sleepers);
    if (error == 0 && sleepers == NULL)
        error = CAD_ENOMEM;
    for (int64_t i = 0; i < run->parameter && error == 0; i++) {
        sleepers[i] = sleeper_at(&work, i, run->parameter);
        error = cad_task_create(work.loop, sleep_often, &sleepers[i], NULL, NULL);
    }
    error = run_timed(&work, error);
    int status = close_work(&work, error);
    free(sleepers);
    return status;
}

static int bench_sleeps_steps(struct bench_run *run) {
    struct work work;
    int error = open_work(&work, run, cad_virtual_driver());
    for (int64_t i = 0; i < run->parameter && error == 0; i++) {
        struct sleeper sleeper = sleeper_at(&work, i, run->parameter);
        error = create_step(&work, &sleep_often_type, &sleeper);
    }
    return close_work(&work, run_timed(&work, error));
}

/* --- Sleepers under the real clock ----------------------------------------------------------- */

struct napper {
    struct work *work;
    int64_t delay_ns;
};

static int step_nap(void *state, int result) {
    struct napper *self = state;
    if (self->delay_ns == 0 || result != 0)
        return result;
    int64_t delay_ns = self->delay_ns;
    self->delay_ns = 0;
    self->work->done++;
    return cad_sleep(delay_ns);
}

static const cad_step_type nap_type = {sizeof(struct napper), step_nap, NULL};

/* `items` step machines asleep at once, for `parameter` milliseconds to twice as many. Measured
 * is all of it: creating, sleeping, ending, freeing. */
static int bench_sleepers(struct bench_run *run) {
    struct work work;
    uint64_t random = 1;
    bench_start(run);
    int error = open_work(&work, run, cad_uv_driver());
    for (int64_t i = 0; i < run->items && error == 0; i++) {
        int64_t shortest_ns = run->parameter * CAD_MILLISECOND;
        uint64_t more = bench_random(&random) % (uint64_t)shortest_ns;
        struct napper napper = {&work, shortest_ns + (int64_t)more};
        error = create_step(&work, &nap_type, &napper);
    }
    if (error == 0)
        error = cad_loop_run(work.loop);
    int status = close_work(&work, error);
    bench_stop(run);
    return status;
}

/* --- The window ------------------------------------------------------------------------------ */

/* `parameter` wide. Measured is all of it. */
static int bench_window(struct bench_run *run) {
    struct work work;
    bench_start(run);
    int error = open_work(&work, run, cad_virtual_driver());
    if (error == 0)
        error = run_window(work.loop, run->items, run->parameter);
    if (error == 0)
        work.done = run->items;
    int status = close_work(&work, error);
    bench_stop(run);
    return status;
}

/* --- New loops ------------------------------------------------------------------------------- */

enum { TASKS_OF_A_LOOP = 8 };

static int nap_once(void *arg) {
    struct work *work = arg;
    work->done++;
    return cad_sleep(CAD_MILLISECOND);
}

static int create_coroutine(struct work *work) {
    return cad_task_create(work->loop, nap_once, work, NULL, NULL);
}

static int create_napper(struct work *work) {
    struct napper napper = {work, CAD_MILLISECOND};
    return create_step(work, &nap_type, &napper);
}

/* A loop is made, runs eight tasks that all sleep at once, and is freed. */
static int run_loops(struct bench_run *run, int (*create)(struct work *work)) {
    int status = 0;
    struct work work;
    bench_start(run);
    for (int64_t i = 0; i < run->items && status == 0; i++) {
        int error = open_work(&work, run, cad_virtual_driver());
        for (int task = 0; task < TASKS_OF_A_LOOP && error == 0; task++)
            error = create(&work);
        if (error == 0)
            error = cad_loop_run(work.loop);
        /* Of the tasks, not of the loops. */
        work.done = work.done == TASKS_OF_A_LOOP ? run->items : 0;
        status = close_work(&work, error);
    }
    bench_stop(run);
    return status;
}

static int bench_loops(struct bench_run *run) {
    return run_loops(run, create_coroutine);
}

static int bench_loops_steps(struct bench_run *run) {
    return run_loops(run, create_napper);
}

/* --- Callbacks ------------------------------------------------------------------------------- */

static void call_again(void *arg) {
    struct work *work = arg;
    if (++work->done < work->run->items && cad_call_soon(work->loop, call_again, work, NULL) != 0)
        cad_loop_stop(work->loop);
}

/* A callback that schedules itself with call_soon(). */
static int bench_callbacks(struct bench_run *run) {
    struct work work;
    int error = open_work(&work, run, cad_virtual_driver());
    if (error == 0)
        error = cad_call_soon(work.loop, call_again, &work, NULL);
    if (error == 0)
        cad_loop_hold(work.loop);
    error = run_timed(&work, error);
    return close_work(&work, error == CAD_EDEADLOCK ? 0 : error);
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {
        {.name = "switch", .run = bench_switch},
        {.name = "create", .run = bench_create, .parameter = 1},
        {.name = "queue", .run = bench_queue},
        {.name = "callbacks", .run = bench_callbacks},
        {.name = "sleeps", .run = bench_sleeps, .parameter = 10000},
        {.name = "sleeps-steps", .run = bench_sleeps_steps, .parameter = 10000},
        {.name = "sleepers", .run = bench_sleepers, .parameter = 1000},
        {.name = "loops", .run = bench_loops},
        {.name = "loops-steps", .run = bench_loops_steps},
        {.name = "window", .run = bench_window, .parameter = 1000},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
