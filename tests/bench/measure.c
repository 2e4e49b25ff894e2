/* Runs a program, and says what it cost:
 *
 *     measure FILE PROGRAM [ARGUMENT ...]
 *
 * writes {"wall_ns":...,"cpu_ns":...,"peak_bytes":...} to FILE and exits as the program did. A
 * process's peak counts what its parent had when it was started, so the parent must be small:
 * that is why bench.py, which is in Python, does not start the programs itself. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static int64_t cpu_ns(const struct rusage *usage) {
    return ((int64_t)usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000000 +
           ((int64_t)usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000;
}

static int write_report(const char *path, int64_t wall_ns, const struct rusage *usage) {
    FILE *report = fopen(path, "w");
    if (report == NULL)
        return bench_fail(path, strerror(errno));
    fprintf(report, "{\"wall_ns\":%" PRId64 ",\"cpu_ns\":%" PRId64 ",\"peak_bytes\":%" PRId64 "}\n",
            wall_ns, cpu_ns(usage), (int64_t)usage->ru_maxrss * 1024);
    return fclose(report) == 0 ? 0 : bench_fail(path, strerror(errno));
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fputs("usage: measure FILE PROGRAM [ARGUMENT ...]\n", stderr);
        return 2;
    }
    int64_t began_ns = bench_clock_ns(CLOCK_MONOTONIC);
    pid_t child = fork();
    if (child < 0)
        return bench_fail("fork", strerror(errno));
    if (child == 0) {
        execvp(argv[2], &argv[2]);
        _exit(bench_fail(argv[2], strerror(errno)) + 126);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0)
        return bench_fail("wait4", strerror(errno));
    int64_t wall_ns = bench_clock_ns(CLOCK_MONOTONIC) - began_ns;
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "%s: %s\n", argv[2], strsignal(WTERMSIG(status)));
        return 128 + WTERMSIG(status);
    }
    int error = write_report(argv[1], wall_ns, &usage);
    return error != 0 ? error : WEXITSTATUS(status);
}
