/* Where a careless engine turns quadratic: very many tasks at one primitive, at one instant, or
 * cancelled in the middle of the others. bench.py runs each at two sizes and holds the costs of
 * an item against each other. */
#include "bench.h"
#include "cadran.h"

/* --- A corner: many alike, and one who lets them loose --------------------------------------- */

struct corner;

/* One of the many calls these, up to a NULL, going on where a call succeeds. `item` is a place of
 * its own for a pointer. */
typedef int call(struct corner *corner, void **item);
enum { CALLS_MAX = 4 };

struct plan {
    call *calls[CALLS_MAX];
    int (*release)(struct corner *corner); /* a coroutine that runs when all have begun; or NULL */
    int ends;                              /* what each of the many must end with */
    bool from_start;                       /* time everything, not from the release on */
};

struct corner {
    struct bench_run *run;
    const struct plan *plan;
    cad_loop *loop;
    cad_queue *queue;
    cad_lock *lock;
    cad_semaphore *semaphore;
    cad_event *event;
    cad_condition *condition;
    cad_barrier *barrier;
    cad_future *future;
    cad_task **tasks;
    uint64_t random;
    int64_t done;
};

struct one {
    struct corner *corner;
    void *item;
    int next;
};

static int step_one(void *state, int result) {
    struct one *self = state;
    struct corner *corner = self->corner;
    while (result >= 0 && corner->plan->calls[self->next] != NULL)
        result = corner->plan->calls[self->next++](corner, &self->item);
    if (result > 0)
        result = 0; /* a barrier's index */
    if (result != CAD_PENDING && result == corner->plan->ends)
        corner->done++;
    return result;
}

static const cad_step_type one_type = {sizeof(struct one), step_one, NULL};

/* Created after the many, and so runs after their first calls. */
static int let_loose(void *arg) {
    struct corner *corner = arg;
    if (!corner->plan->from_start)
        bench_start(corner->run);
    return corner->plan->release != NULL ? corner->plan->release(corner) : 0;
}

static int make_objects(struct corner *corner) {
    cad_loop *loop = corner->loop;
    corner->queue = cad_queue_new(loop, 0);
    corner->lock = cad_lock_new(loop);
    corner->semaphore = cad_semaphore_new(loop, 0);
    corner->event = cad_event_new(loop);
    corner->condition = cad_condition_new(loop, NULL);
    corner->barrier = cad_barrier_new(loop, (size_t)corner->run->items);
    corner->future = cad_future_new(loop);
    corner->tasks = calloc((size_t)corner->run->items, sizeof *corner->tasks);
    bool made = corner->queue != NULL && corner->lock != NULL && corner->semaphore != NULL &&
                corner->event != NULL && corner->condition != NULL && corner->barrier != NULL &&
                corner->future != NULL && corner->tasks != NULL;
    return made ? 0 : CAD_ENOMEM;
}

static int make_tasks(struct corner *corner) {
    int error = 0;
    for (int64_t i = 0; i < corner->run->items && error == 0; i++) {
        error = cad_step_create(corner->loop, &one_type, NULL, &corner->tasks[i]);
        if (error == 0)
            ((struct one *)cad_task_state(corner->tasks[i]))->corner = corner;
    }
    if (error == 0)
        error = cad_task_create(corner->loop, let_loose, corner, NULL, NULL);
    return error;
}

static void close_corner(struct corner *corner) {
    for (int64_t i = 0; corner->tasks != NULL && i < corner->run->items; i++)
        cad_future_unref(corner->tasks[i]);
    free(corner->tasks);
    cad_future_unref(corner->future);
    cad_loop_free(corner->loop);
}

static int run_plan(struct bench_run *run) {
    const struct plan *plan = run->context;
    struct corner corner = {.run = run, .plan = plan, .random = 1};
    int error = cad_loop_new(cad_virtual_driver(), &corner.loop);
    if (error == 0)
        error = make_objects(&corner);
    if (error == 0)
        error = make_tasks(&corner);
    if (plan->from_start)
        bench_start(run);
    if (error == 0)
        error = cad_loop_run(corner.loop);
    bench_stop(run);
    close_corner(&corner);
    if (error != 0)
        return bench_fail("bench-corners", cad_error_text(error));
    if (corner.done != run->items)
        return bench_fail("bench-corners", "not every task ended as it should");
    return 0;
}

/* --- What the many call ---------------------------------------------------------------------- */

static int get(struct corner *corner, void **item) {
    return cad_queue_get(corner->queue, item);
}

static int acquire_lock(struct corner *corner, void **item) {
    (void)item;
    return cad_lock_acquire(corner->lock);
}

static int release_lock(struct corner *corner, void **item) {
    (void)item;
    return cad_lock_release(corner->lock);
}

static int acquire_semaphore(struct corner *corner, void **item) {
    (void)item;
    return cad_semaphore_acquire(corner->semaphore);
}

static int wait_event(struct corner *corner, void **item) {
    (void)item;
    return cad_event_wait(corner->event);
}

static int acquire_condition(struct corner *corner, void **item) {
    (void)item;
    return cad_lock_acquire(cad_condition_lock(corner->condition));
}

static int wait_condition(struct corner *corner, void **item) {
    (void)item;
    return cad_condition_wait(corner->condition);
}

static int release_condition(struct corner *corner, void **item) {
    (void)item;
    return cad_lock_release(cad_condition_lock(corner->condition));
}

static int wait_barrier(struct corner *corner, void **item) {
    (void)item;
    return cad_barrier_wait(corner->barrier);
}

static int await_future(struct corner *corner, void **item) {
    return cad_await(corner->future, item);
}

static int sleep_one_second(struct corner *corner, void **item) {
    (void)corner;
    (void)item;
    return cad_sleep(CAD_SECOND);
}

static int sleep_at_random(struct corner *corner, void **item) {
    (void)item;
    return cad_sleep(1 + (int64_t)(bench_random(&corner->random) % (uint64_t)CAD_SECOND));
}

static int enter_timeout(struct corner *corner, void **item) {
    cad_timeout *scope;
    int64_t delay_ns = 2 * CAD_SECOND;
    delay_ns += (int64_t)(bench_random(&corner->random) % (uint64_t)CAD_SECOND);
    int error = cad_timeout_enter(delay_ns, &scope);
    *item = scope;
    return error;
}

static int leave_timeout(struct corner *corner, void **item) {
    (void)corner;
    return cad_timeout_leave(*item, 0);
}

/* --- What lets them loose -------------------------------------------------------------------- */

static int put_all(struct corner *corner) {
    int error = 0;
    for (int64_t i = 0; i < corner->run->items && error == 0; i++)
        error = cad_queue_put_nowait(corner->queue, corner);
    return error;
}

static int release_all(struct corner *corner) {
    int error = 0;
    for (int64_t i = 0; i < corner->run->items && error == 0; i++)
        error = cad_semaphore_release(corner->semaphore);
    return error;
}

static int set_event(struct corner *corner) {
    cad_event_set(corner->event);
    return 0;
}

static int notify_all(struct corner *corner) {
    int error = acquire_condition(corner, NULL);
    if (error == 0)
        error = cad_condition_notify_all(corner->condition);
    if (error == 0)
        error = release_condition(corner, NULL);
    return error;
}

static int set_future(struct corner *corner) {
    return cad_future_set_result(corner->future, corner);
}

/* From the middle outwards: before each one cancelled and after it, others wait. */
static int cancel_all(struct corner *corner) {
    int64_t items = corner->run->items, middle = items / 2;
    for (int64_t i = 0; i < items; i++) {
        int64_t at = middle + (i % 2 == 0 ? i / 2 : -(i / 2 + 1));
        if (cad_future_cancel(corner->tasks[at], NULL) != 1)
            return CAD_ESTATE;
    }
    return 0;
}

static int gather_all(struct corner *corner) {
    cad_future *outer;
    int error = cad_gather(corner->loop, corner->tasks, (size_t)corner->run->items, false, &outer);
    if (error == 0) {
        error = cad_await(outer, NULL);
        cad_future_unref(outer);
    }
    return error;
}

static int wait_for_all(struct corner *corner) {
    size_t items = (size_t)corner->run->items;
    int done = cad_wait(corner->tasks, items, CAD_ALL_COMPLETED, CAD_NEVER);
    return done > 0 ? 0 : done;
}

static int take_as_completed(struct corner *corner) {
    cad_as_completed *iterator;
    size_t items = (size_t)corner->run->items;
    int error = cad_as_completed_new(corner->loop, corner->tasks, items, CAD_NEVER, &iterator);
    if (error != 0)
        return error;
    for (size_t i = 0; i < items && error == 0; i++)
        error = cad_as_completed_next(iterator, NULL);
    cad_as_completed_free(iterator);
    return error;
}

/* --- The corners ----------------------------------------------------------------------------- */

#define PLAN(...)                                                                                  \
    .run = run_plan, .context = &(const struct plan) {                                             \
        __VA_ARGS__                                                                                \
    }

int main(int argc, char **argv) {
    const struct bench benches[] = {
        {.name = "queue", PLAN(.calls = {get}, .release = put_all)},
        {.name = "semaphore", PLAN(.calls = {acquire_semaphore}, .release = release_all)},
        {.name = "event", PLAN(.calls = {wait_event}, .release = set_event)},
        {.name = "condition",
         PLAN(.calls = {acquire_condition, wait_condition, release_condition},
              .release = notify_all)},
        {.name = "future", PLAN(.calls = {await_future}, .release = set_future)},
        /* The first one has the lock, and hands it on; the others stand in line. */
        {.name = "lock",
         PLAN(.calls = {acquire_lock, sleep_one_second, release_lock}, .from_start = true)},
        {.name = "barrier", PLAN(.calls = {wait_barrier}, .from_start = true)},
        {.name = "cancel-queue",
         PLAN(.calls = {get}, .release = cancel_all, .ends = CAD_ECANCELLED)},
        {.name = "cancel-semaphore",
         PLAN(.calls = {acquire_semaphore}, .release = cancel_all, .ends = CAD_ECANCELLED)},
        {.name = "cancel-sleep",
         PLAN(.calls = {sleep_at_random}, .release = cancel_all, .ends = CAD_ECANCELLED)},
        {.name = "instant", PLAN(.calls = {sleep_one_second}, .from_start = true)},
        {.name = "timeouts",
         PLAN(.calls = {enter_timeout, sleep_one_second, leave_timeout}, .from_start = true)},
        {.name = "gather", PLAN(.calls = {sleep_at_random}, .release = gather_all)},
        {.name = "wait", PLAN(.calls = {sleep_at_random}, .release = wait_for_all)},
        {.name = "as-completed", PLAN(.calls = {sleep_at_random}, .release = take_as_completed)},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
