/* Jobs in processes (sim/suite/pool.c): one that crashes or hangs is lost alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cadran.h"
#include "suite/pool.h"

enum { JOBS = 60 };

/* How long a job may take: where one hangs, as long as none of the others does on a busy machine.
 */
#define HANGS_NS (2 * CAD_SECOND)
#define NEVER_NS (1000 * CAD_SECOND)

/* What the jobs do, by their numbers: 'a' answers, and anything else does not. */
struct jobs {
    const char *kinds;
    suite_answer answers[JOBS];
    char texts[JOBS][64];
};

static enum suite_worker work(void *context, size_t job, base_buffer *answer) {
    const struct jobs *jobs = context;
    switch (jobs->kinds[job]) {
    case 'c':
        fputs("what a crash leaves\n", stderr);
        (void)signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would exit */
        (void)raise(SIGSEGV);
        break;
    case 'h':
        for (;;)
            (void)pause();
    case 's':
        (void)raise(SIGSTOP);
        break;
    case 'x':
        _exit(7);
    case 'l':
        for (int i = 0; i < 1000000; i++)
            (void)base_buffer_append(answer, "x", 1);
        return SUITE_WORKER_GOES_ON;
    default:
        break;
    }
    (void)base_buffer_format(answer, "%zu by %ld", job, (long)getpid());
    return jobs->kinds[job] == 'e' ? SUITE_WORKER_ENDS : SUITE_WORKER_GOES_ON;
}

static void done(void *context, size_t job, const suite_answer *answer) {
    struct jobs *jobs = context;
    assert_int_equal(jobs->answers[job].text, NULL);
    jobs->answers[job] = *answer;
    (void)snprintf(jobs->texts[job], sizeof jobs->texts[job], "%.*s",
                   answer->length < 60 ? (int)answer->length : 60, answer->text);
    jobs->answers[job].text = jobs->texts[job];
}

static void run(struct jobs *jobs, const char *kinds, unsigned workers) {
    const suite_pool pool = {.jobs = strlen(kinds),
                             .workers = workers,
                             .limit_ns = strpbrk(kinds, "hs") != NULL ? HANGS_NS : NEVER_NS,
                             .context = jobs,
                             .work = work,
                             .done = done};
    *jobs = (struct jobs){.kinds = kinds};
    assert_int_equal(suite_pool_run(&pool), 0);
    for (size_t i = 0; i < pool.jobs; i++) {
        char begin[32];
        (void)snprintf(begin, sizeof begin, "%zu by ", i);
        if (strchr("ae", kinds[i]) == NULL)
            continue;
        assert_int_equal(jobs->answers[i].end, SUITE_ANSWERED);
        assert_memory_equal(jobs->texts[i], begin, strlen(begin));
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}

/* By how many processes the jobs were done. */
static size_t count_workers(const struct jobs *jobs, size_t count) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        for (size_t j = 0; j < i; j++)
            first =
                first && strcmp(strstr(jobs->texts[i], "by"), strstr(jobs->texts[j], "by")) != 0;
        different += first;
    }
    return different;
}

static void test_suite_pool__few_processes_do_many_jobs(void **state) {
    static struct jobs jobs;
    char kinds[JOBS + 1] = {0};
    (void)state;
    memset(kinds, 'a', JOBS);
    run(&jobs, kinds, 1);
    assert_int_equal(count_workers(&jobs, JOBS), 1);
    run(&jobs, kinds, 3);
    assert_uint_in_range(count_workers(&jobs, JOBS), 1, 3);
    run(&jobs, "aa", 40);
    run(&jobs, "", 2);
}

static void test_suite_pool__a_crash_is_lost_alone(void **state) {
    static struct jobs jobs;
    (void)state;
    for (unsigned workers = 1; workers <= 3; workers++) {
        run(&jobs, "acaacccaaaaaaacaaaaaxaaaaac", workers);
        assert_int_equal(jobs.answers[1].end, SUITE_CRASHED);
        assert_int_equal(jobs.answers[1].number, SIGSEGV);
        assert_string_equal(jobs.texts[1], "what a crash leaves\n");
        assert_int_equal(jobs.answers[26].end, SUITE_CRASHED);
        assert_int_equal(jobs.answers[20].end, SUITE_EXITED);
        assert_int_equal(jobs.answers[20].number, 7);
    }
}

static void test_suite_pool__what_takes_too_long_is_lost_alone(void **state) {
    static struct jobs jobs;
    (void)state;
    run(&jobs, "ahaaasaaa", 2);
    assert_int_equal(jobs.answers[1].end, SUITE_TOO_LONG);
    assert_int_equal(jobs.answers[5].end, SUITE_TOO_LONG);
    run(&jobs, "h", 1);
    assert_int_equal(jobs.answers[0].end, SUITE_TOO_LONG);
}

static void test_suite_pool__a_worker_can_end_itself(void **state) {
    static struct jobs jobs;
    (void)state;
    run(&jobs, "aeaaeeaaae", 2);
    run(&jobs, "eeee", 1);
    assert_int_equal(count_workers(&jobs, 4), 4);
}

static void test_suite_pool__answers_may_be_long(void **state) {
    static struct jobs jobs;
    (void)state;
    run(&jobs, "lalalla", 2);
    assert_int_equal(jobs.answers[0].length, 1000000);
    assert_int_equal(jobs.answers[5].length, 1000000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suite_pool__few_processes_do_many_jobs),
        cmocka_unit_test(test_suite_pool__a_crash_is_lost_alone),
        cmocka_unit_test(test_suite_pool__what_takes_too_long_is_lost_alone),
        cmocka_unit_test(test_suite_pool__a_worker_can_end_itself),
        cmocka_unit_test(test_suite_pool__answers_may_be_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
