/* Floors: the least that work can cost, in a few lines of C without a library, and the raw timers
 * of libuv. Nobody could write a program against these; they say how far away the bottom is. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "bench.h"

#define SECOND INT64_C(1000000000)

/* --- A heap of callbacks --------------------------------------------------------------------- */

struct timer {
    int64_t deadline_ns;
    uint64_t sequence;
    int64_t number; /* what the callback gets */
};

struct heap {
    struct timer *timers;
    size_t count;
    uint64_t sequence;
};

static int timer_before(const struct timer *a, const struct timer *b) {
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns
                                            : a->sequence < b->sequence;
}

static void push(struct heap *heap, int64_t deadline_ns, int64_t number) {
    struct timer timer = {deadline_ns, heap->sequence++, number};
    size_t at = heap->count++;
    for (; at > 0 && timer_before(&timer, &heap->timers[(at - 1) / 2]); at = (at - 1) / 2)
        heap->timers[at] = heap->timers[(at - 1) / 2];
    heap->timers[at] = timer;
}

static struct timer pop(struct heap *heap) {
    struct timer first = heap->timers[0], last = heap->timers[--heap->count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < heap->count) {
        if (child + 1 < heap->count && timer_before(&heap->timers[child + 1], &heap->timers[child]))
            child++;
        if (!timer_before(&heap->timers[child], &last))
            break;
        heap->timers[at] = heap->timers[child];
        at = child;
    }
    heap->timers[at] = last;
    return first;
}

/* The window: at most `parameter` of the jobs have a timer, and each that ends starts one more. */
static int bench_window(struct bench_run *run) {
    bench_start(run);
    struct heap heap = {.timers = malloc((size_t)run->parameter * sizeof(struct timer))};
    if (heap.timers == NULL)
        return bench_fail("bench-floor", strerror(errno));
    int64_t now_ns = 0, next = 0, done = 0;
    while (done < run->items) {
        while (next < run->items && heap.count < (size_t)run->parameter) {
            push(&heap, now_ns + (next % 3 + 1) * SECOND, next);
            next++;
        }
        now_ns = pop(&heap).deadline_ns;
        done++;
    }
    free(heap.timers);
    bench_stop(run);
    run->end_ns = now_ns;
    return 0;
}

/* Each timer that fires is set again, after a random time of up to a millisecond. */
static int bench_sleeps(struct bench_run *run) {
    struct heap heap = {.timers = malloc((size_t)run->parameter * sizeof(struct timer))};
    if (heap.timers == NULL)
        return bench_fail("bench-floor", strerror(errno));
    uint64_t random = 1;
    for (int64_t i = 0; i < run->parameter; i++)
        push(&heap, 1 + (int64_t)(bench_random(&random) % 1000000), i);
    bench_start(run);
    for (int64_t i = 0; i < run->items; i++) {
        struct timer timer = pop(&heap);
        push(&heap, timer.deadline_ns + 1 + (int64_t)(bench_random(&random) % 1000000),
             timer.number);
    }
    bench_stop(run);
    run->end_ns = heap.timers[0].deadline_ns;
    free(heap.timers);
    return 0;
}

/* --- A ring of callbacks --------------------------------------------------------------------- */

struct ring;

struct entry {
    struct entry *next;
    void (*run)(struct ring *ring, struct entry *entry);
};

struct ring {
    struct entry *first, **last;
    int64_t items, done;
    int64_t slot; /* the queue of size one: 0 is empty */
    int64_t made;
    struct entry *waiting;
};

static void append(struct ring *ring, struct entry *entry) {
    entry->next = NULL;
    *ring->last = entry;
    ring->last = &entry->next;
}

static void run_ring(struct ring *ring) {
    while (ring->first != NULL) {
        struct entry *entry = ring->first;
        ring->first = entry->next;
        if (ring->first == NULL)
            ring->last = &ring->first;
        entry->run(ring, entry);
    }
}

static int time_ring(struct bench_run *run, struct ring *ring) {
    ring->items = run->items;
    bench_start(run);
    run_ring(ring);
    bench_stop(run);
    return ring->done == run->items ? 0 : bench_fail("bench-floor", "the work was not done");
}

static void take_turn(struct ring *ring, struct entry *entry) {
    if (ring->done < ring->items) {
        ring->done++;
        append(ring, entry);
    }
}

/* Two callbacks that take turns. */
static int bench_switch(struct bench_run *run) {
    struct entry entries[2] = {{.run = take_turn}, {.run = take_turn}};
    struct ring ring = {.last = &ring.first};
    append(&ring, &entries[0]);
    append(&ring, &entries[1]);
    return time_ring(run, &ring);
}

static void end_at_once(struct ring *ring, struct entry *entry) {
    ring->done++;
    free(entry);
}

static void create_next(struct ring *ring, struct entry *entry) {
    if (ring->made == ring->items)
        return;
    ring->made++;
    struct entry *child = malloc(sizeof *child);
    if (child == NULL)
        return; /* the count will tell */
    child->run = end_at_once;
    append(ring, child);
    append(ring, entry);
}

/* A callback that allocates others, which run once and are freed. */
static int bench_create(struct bench_run *run) {
    struct entry creator = {.run = create_next};
    struct ring ring = {.last = &ring.first};
    append(&ring, &creator);
    return time_ring(run, &ring);
}

static void wake(struct ring *ring) {
    if (ring->waiting != NULL)
        append(ring, ring->waiting);
    ring->waiting = NULL;
}

static void put_next(struct ring *ring, struct entry *entry) {
    if (ring->slot == 0 && ring->made < ring->items) {
        ring->slot = ++ring->made;
        wake(ring);
    }
    if (ring->made < ring->items)
        ring->waiting = entry;
}

static void get_next(struct ring *ring, struct entry *entry) {
    if (ring->slot == ring->done + 1) {
        ring->done++;
        ring->slot = 0;
        wake(ring);
    }
    if (ring->done < ring->items)
        ring->waiting = entry;
}

/* Two callbacks that hand over items through one slot. */
static int bench_queue(struct bench_run *run) {
    struct entry consumer = {.run = get_next}, producer = {.run = put_next};
    struct ring ring = {.last = &ring.first};
    append(&ring, &consumer);
    append(&ring, &producer);
    return time_ring(run, &ring);
}

/* --- Timers of libuv -------------------------------------------------------------------------- */

static int64_t fired;

static void on_timer(uv_timer_t *timer) {
    fired++;
    uv_close((uv_handle_t *)timer, NULL);
}

/* `items` timers of `parameter` milliseconds to twice as many. Measured is all of it. */
static int bench_sleepers(struct bench_run *run) {
    uint64_t random = 1, shortest = (uint64_t)run->parameter;
    uv_loop_t loop;
    bench_start(run);
    uv_timer_t *timers = calloc((size_t)run->items, sizeof *timers);
    if (timers == NULL)
        return bench_fail("bench-floor", strerror(errno));
    int error = uv_loop_init(&loop);
    for (int64_t i = 0; i < run->items && error == 0; i++) {
        uv_timer_init(&loop, &timers[i]);
        error =
            uv_timer_start(&timers[i], on_timer, shortest + bench_random(&random) % shortest, 0);
    }
    if (error == 0)
        error = uv_run(&loop, UV_RUN_DEFAULT);
    if (error == 0)
        error = uv_loop_close(&loop);
    free(timers);
    bench_stop(run);
    if (error != 0)
        return bench_fail("bench-floor", uv_strerror(error));
    return fired == run->items ? 0 : bench_fail("bench-floor", "the work was not done");
}

/* --- A file ----------------------------------------------------------------------------------- */

/* Looks at every byte, and counts the lines and the quotes: no parsing. */
static int scan(struct bench_run *run, const char *data, size_t size) {
    int64_t lines = 0, quotes = 0;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
        quotes += data[i] == '"';
    }
    run->items = lines;
    return quotes % 2 == 0 ? 0 : bench_fail(run->file, "not a trace: a quote is open at its end");
}

static int bench_scan(struct bench_run *run) {
    bench_start(run);
    int file = open(run->file, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0)
        return bench_fail(run->file, strerror(errno));
    size_t size = (size_t)status.st_size;
    char *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED)
        return bench_fail(run->file, strerror(errno));
    int result = scan(run, data, size);
    munmap(data, size);
    close(file);
    bench_stop(run);
    return result;
}

/* Reads a file of a folder whole; returns its size, or -1. */
static ssize_t read_file(int folder, const char *name) {
    static char bytes[1024 * 1024];
    int file = openat(folder, name, O_RDONLY);
    ssize_t size = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    close(file);
    return size;
}

/* Reads every file of a folder; each of the items has two. */
static int bench_files(struct bench_run *run) {
    bench_start(run);
    const struct dirent *entry;
    int64_t files = 0;
    DIR *folder = opendir(run->file);
    if (folder == NULL)
        return bench_fail(run->file, strerror(errno));
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (read_file(dirfd(folder), entry->d_name) < 0)
            return bench_fail(entry->d_name, strerror(errno));
        files++;
    }
    closedir(folder);
    run->items = files / 2;
    bench_stop(run);
    return 0;
}

/* Writes `items` times `parameter` bytes, which nobody had to put together. */
static int bench_write(struct bench_run *run) {
    static char piece[128 * 1024];
    memset(piece, '.', sizeof piece);
    bench_start(run);
    int file = open(run->file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0)
        return bench_fail(run->file, strerror(errno));
    for (int64_t left = run->items * run->parameter; left > 0;) {
        size_t length = left < (int64_t)sizeof piece ? (size_t)left : sizeof piece;
        ssize_t written = write(file, piece, length);
        if (written < 0)
            return bench_fail(run->file, strerror(errno));
        left -= written;
    }
    close(file);
    bench_stop(run);
    return 0;
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {
        {.name = "window", .run = bench_window, .parameter = 1000},
        {.name = "sleeps", .run = bench_sleeps, .parameter = 10000},
        {.name = "switch", .run = bench_switch},
        {.name = "create", .run = bench_create},
        {.name = "queue", .run = bench_queue},
        {.name = "sleepers", .run = bench_sleepers, .parameter = 1000},
        {.name = "scan", .run = bench_scan, .takes_file = 1},
        {.name = "files", .run = bench_files, .takes_file = 1},
        {.name = "write", .run = bench_write, .parameter = 1000, .takes_file = 1},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
