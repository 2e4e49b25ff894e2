/* A peer: State Threads, coroutines with stacks in C. */
#include <st.h>

#include "../bench.h"

struct work {
    struct bench_run *run;
    st_cond_t turn[2]; /* whose turn; for the queue: room, and an item */
    int64_t slot;      /* the queue of size one: 0 is empty */
    int64_t done;
};

struct player {
    struct work *work;
    int number;
};

static int close_work(struct work *work) {
    if (work->done < work->run->items)
        return bench_fail("state_threads", "the work was not done");
    return 0;
}

/* It has no yield: a thread that gives way wakes the other and waits for its own turn. */
static void *take_turns(void *arg) {
    struct player *self = arg;
    struct work *work = self->work;
    while (work->done < work->run->items) {
        work->done++;
        st_cond_signal(work->turn[1 - self->number]);
        st_cond_wait(work->turn[self->number]);
    }
    st_cond_signal(work->turn[1 - self->number]);
    return NULL;
}

static int play(struct bench_run *run, void *(*first)(void *), void *(*second)(void *)) {
    struct work work = {.run = run, .turn = {st_cond_new(), st_cond_new()}};
    struct player players[2] = {{&work, 0}, {&work, 1}};
    bench_start(run);
    st_thread_t other = st_thread_create(second, &players[1], 1, 0);
    if (other == NULL)
        return bench_fail("state_threads", strerror(errno));
    first(&players[0]);
    st_thread_join(other, NULL);
    bench_stop(run);
    return close_work(&work);
}

static int bench_switch(struct bench_run *run) {
    return play(run, take_turns, take_turns);
}

static void *produce(void *arg) {
    struct work *work = ((struct player *)arg)->work;
    for (int64_t i = 1; i <= work->run->items; i++) {
        while (work->slot != 0)
            st_cond_wait(work->turn[0]);
        work->slot = i;
        st_cond_signal(work->turn[1]);
    }
    return NULL;
}

static void *consume(void *arg) {
    struct work *work = ((struct player *)arg)->work;
    while (work->done < work->run->items) {
        while (work->slot == 0)
            st_cond_wait(work->turn[1]);
        work->done += work->slot == work->done + 1;
        work->slot = 0;
        st_cond_signal(work->turn[0]);
    }
    return NULL;
}

static int bench_queue(struct bench_run *run) {
    return play(run, consume, produce);
}

static void *count_one(void *arg) {
    ++*(int64_t *)arg;
    return NULL;
}

static int bench_create(struct bench_run *run) {
    struct work work = {.run = run};
    bench_start(run);
    for (int64_t i = 0; i < run->items; i++) {
        st_thread_t thread = st_thread_create(count_one, &work.done, 1, 0);
        if (thread == NULL)
            return bench_fail("state_threads", strerror(errno));
        st_thread_join(thread, NULL);
    }
    bench_stop(run);
    return close_work(&work);
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {
        {.name = "switch", .run = bench_switch},
        {.name = "queue", .run = bench_queue},
        {.name = "create", .run = bench_create},
    };
    if (st_init() != 0)
        return bench_fail("state_threads", strerror(errno));
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
