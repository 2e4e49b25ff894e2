/* bench.h - what every benchmark program, ours or a peer's, has in common. C and C++.
 *
 *     PROGRAM NAME ITEMS [PARAMETER]            does ITEMS items of the work NAME
 *     PROGRAM NAME FILE [ITEMS [PARAMETER]]     for work on a file
 *
 * and prints what it measured as one line of JSON, which bench.py reads:
 *
 *     {"items":1000,"wall_ns":41250,"cpu_ns":41000}
 *
 * A benchmark checks that the work was done, and fails where it was not: a wrong program is not
 * a fast one.
 */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct bench_run {
    int64_t items;     /* how many; work on a file says here how many it found */
    int64_t parameter; /* what it means is the benchmark's business */
    const char *file;
    const void *context; /* the benchmark's own */
    int64_t wall_ns;     /* bench_start() and bench_stop() fill these two in */
    int64_t cpu_ns;
    int64_t end_ns; /* virtual time at the end of the work; 0: the clock does not matter */
    int64_t bytes;  /* memory that the work's result takes; 0: see the process's peak */
};

struct bench {
    const char *name;
    int (*run)(struct bench_run *run); /* 0, or the program's exit status */
    int64_t parameter;                 /* the default */
    int takes_file;
    const void *context; /* handed to run() */
};

static inline int64_t bench_time_ns(const struct timespec *time) {
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static inline int64_t bench_clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return bench_time_ns(&now);
}

static inline void bench_start(struct bench_run *run) {
    run->cpu_ns = -bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    run->wall_ns = -bench_clock_ns(CLOCK_MONOTONIC);
}

static inline void bench_stop(struct bench_run *run) {
    run->wall_ns += bench_clock_ns(CLOCK_MONOTONIC);
    run->cpu_ns += bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* The next of a stream of random numbers (xorshift64); *state must not be 0. */
static inline uint64_t bench_random(uint64_t *state) {
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

/* Says why the work failed, and returns the exit status for that. */
static inline int bench_fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    return 1;
}

static inline int bench_number(const char *text, int64_t *number) {
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number > 0;
}

static inline void bench_print(const struct bench_run *run) {
    printf("{\"items\":%" PRId64 ",\"wall_ns\":%" PRId64 ",\"cpu_ns\":%" PRId64, run->items,
           run->wall_ns, run->cpu_ns);
    if (run->end_ns > 0)
        printf(",\"end_ns\":%" PRId64, run->end_ns);
    if (run->bytes > 0)
        printf(",\"bytes\":%" PRId64, run->bytes);
    puts("}");
}

static inline int bench_usage(const struct bench *benches, size_t count) {
    fputs("usage: PROGRAM NAME ITEMS [PARAMETER]\n"
          "       PROGRAM NAME FILE [ITEMS [PARAMETER]]\n"
          "where NAME is one of\n",
          stderr);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "    %s%s\n", benches[i].name, benches[i].takes_file ? " FILE" : "");
    return 2;
}

/* What stands behind the benchmark's name. False: it is wrong. */
static inline int bench_arguments(struct bench_run *run, const struct bench *bench, int argc,
                                  char **argv) {
    int64_t *numbers[] = {&run->items, &run->parameter};
    int next = 2, wanted = 0;
    run->parameter = bench->parameter;
    run->context = bench->context;
    if (bench->takes_file) {
        if (next == argc)
            return 0;
        run->file = argv[next++];
    } else if (next == argc) {
        return 0;
    }
    for (; next < argc; next++, wanted++)
        if (wanted == 2 || !bench_number(argv[next], numbers[wanted]))
            return 0;
    return 1;
}

/* main(): runs the benchmark that the arguments name. */
static inline int bench_main(const struct bench *benches, size_t count, int argc, char **argv) {
    struct bench_run run;
    memset(&run, 0, sizeof run);
    for (size_t i = 0; argc >= 2 && i < count; i++) {
        if (strcmp(argv[1], benches[i].name) != 0)
            continue;
        if (!bench_arguments(&run, &benches[i], argc, argv))
            break;
        int status = benches[i].run(&run);
        if (status == 0)
            bench_print(&run);
        return status;
    }
    return bench_usage(benches, count);
}

#endif
