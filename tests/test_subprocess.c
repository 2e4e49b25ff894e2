/* Subprocesses: real programs, under the real clock. What others got wrong has a test by name. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/world_test.h"

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SHELL(script) ARGV("sh", "-c", script)

static const cad_process_options piped = {
    .stdin_as = CAD_STDIO_PIPE, .stdout_as = CAD_STDIO_PIPE, .stderr_as = CAD_STDIO_PIPE};
static const cad_process_options quiet = {
    .stdin_as = CAD_STDIO_NULL, .stdout_as = CAD_STDIO_NULL, .stderr_as = CAD_STDIO_NULL};

static cad_process *start(const char *const argv[], const cad_process_options *options) {
    cad_process *process;
    assert_int_equal(cad_create_subprocess_exec(world_loop, argv, options, &process), 0);
    return process;
}

static int code_of(cad_process *process) {
    int code = 12345;
    assert_int_equal(cad_process_wait(process, &code), 0);
    return code;
}

/* --- Exit codes and signals ------------------------------------------------------------------- */

static int exit_codes(void *arg) {
    int code;
    (void)arg;
    cad_process *process = start(SHELL("exit 7"), &quiet);
    assert_false(cad_process_returncode(process, &code));
    assert_int_equal(code_of(process), 7);
    assert_int_equal(code_of(process), 7);
    assert_true(cad_process_returncode(process, &code));
    assert_int_equal(code, 7);
    process = start(ARGV("sleep", "60"), &quiet);
    assert_int_equal(cad_process_send_signal(process, SIGTERM), 0);
    assert_int_equal(code_of(process), -SIGTERM);
    process = start(ARGV("sleep", "60"), &quiet);
    assert_int_equal(cad_process_kill(process), 0);
    assert_int_equal(code_of(process), -SIGKILL);
    assert_int_equal(cad_process_kill(process), CAD_EPROCESSLOOKUP);
    assert_string_equal(cad_error_message(), "No such process");
    cad_process_free(process);
    return 0;
}

static void test_subprocess__has_a_code_when_it_has_ended(void **state) {
    (void)state;
    world_run(exit_codes, NULL);
}

static int default_signals(void *arg) {
    cad_bytes out = {0};
    (void)arg;
    (void)signal(SIGPIPE, SIG_IGN);
    cad_process *process = start(SHELL("kill -PIPE $$; echo ignored"), &piped);
    assert_int_equal(cad_process_communicate(process, NULL, 0, &out, NULL), 0);
    assert_int_equal(code_of(process), -SIGPIPE);
    assert_int_equal(out.size, 0);
    (void)signal(SIGPIPE, SIG_DFL);
    cad_bytes_free(&out);
    return 0;
}

static void test_subprocess__begins_with_the_default_signals(void **state) {
    (void)state;
    world_run(default_signals, NULL);
}

/* The shell has those of its own that it opens itself. */
static int inherited(void *arg) {
    cad_bytes out = {0};
    int leaky = dup(0); /* not closed by an exec */
    (void)arg;
    cad_process *process = start(SHELL("ls /proc/$$/fd"), &piped);
    assert_int_equal(cad_process_communicate(process, NULL, 0, &out, NULL), 0);
    assert_string_equal(out.data, "0\n1\n2\n");
    (void)close(leaky);
    cad_bytes_free(&out);
    return 0;
}

static void test_subprocess__has_no_other_descriptors(void **state) {
    (void)state;
    world_run(inherited, NULL);
}

static void child_signal(void *event) {
    cad_event_set(event);
}

static int child_handler(void *arg) {
    cad_event *event = cad_event_new(world_loop);
    (void)arg;
    assert_int_equal(cad_add_signal_handler(world_loop, SIGCHLD, child_signal, event), 0);
    cad_process *process = start(ARGV("true"), &quiet);
    assert_int_equal(cad_event_wait(event), 0);
    assert_int_equal(code_of(process), 0);
    return 0;
}

static void test_subprocess__its_end_is_a_sigchld_for_the_program_too(void **state) {
    (void)state;
    world_run(child_handler, NULL);
}

/* --- The environment -------------------------------------------------------------------------- */

static int environment(void *arg) {
    cad_bytes out = {0};
    cad_process_options options = piped;
    (void)arg;
    options.env = ARGV("A=1", "B=two 2");
    options.cwd = "/usr";
    cad_process *process = start(SHELL("env | grep ^[AB]=; pwd"), &options);
    assert_int_equal(cad_process_communicate(process, NULL, 0, &out, NULL), 0);
    assert_string_equal(out.data, "A=1\nB=two 2\n/usr\n");
    process = start(ARGV("printf", "%s|", "a b", "$HOME", "*", ""), &piped);
    assert_int_equal(cad_process_communicate(process, NULL, 0, &out, NULL), 0);
    assert_string_equal(out.data, "a b|$HOME|*||");
    cad_bytes_free(&out);
    return 0;
}

static void
test_subprocess__has_the_arguments_the_environment_and_the_folder_it_is_given(void **state) {
    (void)state;
    world_run(environment, NULL);
}

static int not_there(void *arg) {
    cad_process *process;
    cad_process_options elsewhere = piped, poor = piped;
    (void)arg;
    elsewhere.cwd = "/no/such/folder";
    poor.env = ARGV("PATH=/no/such/folder");
    assert_int_equal(
        cad_create_subprocess_exec(world_loop, ARGV("no-such-program"), &piped, &process),
        CAD_ENOTFOUND);
    assert_string_equal(cad_error_message(), "No such file or directory");
    assert_int_equal(
        cad_create_subprocess_exec(world_loop, ARGV("/no/such/program"), &piped, &process),
        CAD_ENOTFOUND);
    assert_int_equal(cad_create_subprocess_exec(world_loop, ARGV("true"), &elsewhere, &process),
                     CAD_ENOTFOUND);
    assert_int_equal(cad_create_subprocess_exec(world_loop, ARGV("true"), &poor, &process),
                     CAD_ENOTFOUND);
    assert_int_equal(cad_create_subprocess_exec(world_loop, ARGV("/etc/passwd"), &piped, &process),
                     CAD_EPERMISSION);
    assert_string_equal(cad_error_message(), "Permission denied");
    return 0;
}

static void test_subprocess__that_is_not_there_or_cannot_be_run(void **state) {
    (void)state;
    world_run(not_there, NULL);
}

/* --- communicate ------------------------------------------------------------------------------ */

static int through_cat(void *size_of) {
    size_t size = *(const size_t *)size_of;
    char *input = malloc(size);
    cad_bytes out = {0};
    assert_non_null(input);
    for (size_t i = 0; i < size; i++)
        input[i] = (char)('a' + i % 23);
    cad_process *process = start(ARGV("cat"), &piped);
    assert_int_equal(cad_process_communicate(process, input, size, &out, NULL), 0);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, input, size);
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&out);
    free(input);
    return 0;
}

/* A pipe holds 65,536 bytes. */
static void test_subprocess__passes_65536_65537_and_a_million_bytes_through_cat(void **state) {
    static const size_t sizes[] = {1, 65535, 65536, 65537, 131072, 131073, 1000000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        world_run(through_cat, (void *)(uintptr_t)&sizes[i]);
}

static int both_outputs(void *arg) {
    cad_bytes out = {0}, err = {0};
    (void)arg;
    cad_process *process = start(SHELL("head -c 300000 /dev/zero >&2; head -c 200000 /dev/zero; "
                                       "head -c 300000 /dev/zero >&2"),
                                 &piped);
    assert_int_equal(cad_process_communicate(process, NULL, 0, &out, &err), 0);
    assert_int_equal(out.size, 200000);
    assert_int_equal(err.size, 600000);
    process = start(SHELL("head -c 300000 /dev/zero >&2; head -c 200000 /dev/zero"), &piped);
    assert_int_equal(cad_process_communicate(process, NULL, 0, NULL, NULL), 0);
    cad_bytes_free(&out);
    cad_bytes_free(&err);
    return 0;
}

static void test_subprocess__communicate_takes_both_outputs_as_they_come(void **state) {
    (void)state;
    world_run(both_outputs, NULL);
}

static int closes_early(void *arg) {
    enum { SIZE = 1000000 };
    cad_bytes out = {0};
    char *input = calloc(1, SIZE);
    (void)arg;
    assert_non_null(input);
    cad_process *process = start(SHELL("exec <&-; sleep 0.05; echo done"), &piped);
    assert_int_equal(cad_process_communicate(process, input, SIZE, &out, NULL), 0);
    assert_string_equal(out.data, "done\n");
    assert_int_equal(code_of(process), 0);
    process = start(ARGV("true"), &piped);
    assert_int_equal(cad_process_communicate(process, input, SIZE, &out, NULL), 0);
    free(input);
    cad_bytes_free(&out);
    return 0;
}

static void test_subprocess__that_closes_stdin_early_is_no_error_of_communicate(void **state) {
    (void)state;
    world_run(closes_early, NULL);
}

static int no_pipes(void *arg) {
    cad_bytes out = {0};
    (void)arg;
    cad_process *process = start(ARGV("true"), &quiet);
    assert_int_equal(cad_process_communicate(process, "x", 1, &out, NULL), CAD_EINVAL);
    assert_int_equal(cad_process_communicate(process, NULL, 0, &out, NULL), 0);
    assert_null(out.data);
    process = start(ARGV("cat"), &piped);
    assert_int_equal(cad_stream_read(cad_process_stdin(process), CAD_ALL, &out), CAD_EINVAL);
    assert_int_equal(cad_stream_write(cad_process_stdout(process), "x", 1), CAD_EINVAL);
    assert_int_equal(cad_process_communicate(process, NULL, 0, &out, NULL), 0);
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&out);
    return 0;
}

static void test_subprocess__communicate_without_pipes(void **state) {
    (void)state;
    world_run(no_pipes, NULL);
}

/* --- The pipes as streams --------------------------------------------------------------------- */

static int dialogue(void *arg) {
    cad_bytes line = {0};
    (void)arg;
    cad_process *process = start(ARGV("cat"), &piped);
    cad_stream *in = cad_process_stdin(process), *out = cad_process_stdout(process);
    for (int i = 0; i < 3; i++) {
        char text[16];
        int length = snprintf(text, sizeof text, "line %d\n", i);
        assert_int_equal(cad_stream_write(in, text, (size_t)length), 0);
        assert_int_equal(cad_stream_drain(in), 0);
        assert_int_equal(cad_stream_readline(out, &line), 0);
        assert_string_equal(line.data, text);
    }
    cad_stream_close(in);
    assert_int_equal(cad_stream_wait_closed(in), 0);
    assert_int_equal(cad_stream_readline(out, &line), 0);
    assert_int_equal(line.size, 0);
    assert_true(cad_stream_at_eof(out));
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&line);
    return 0;
}

static void test_subprocess__speaks_line_by_line(void **state) {
    (void)state;
    world_run(dialogue, NULL);
}

static int feed(void *to) {
    static const char block[10000];
    for (int i = 0; i < 100; i++) {
        assert_int_equal(cad_stream_write(to, block, sizeof block), 0);
        assert_int_equal(cad_stream_drain(to), 0);
        assert_true(cad_stream_buffered(to) <= 65536 + sizeof block);
    }
    cad_stream_close(to);
    return 0;
}

static int feed_and_read(void *arg) {
    cad_bytes all = {0};
    cad_task *feeder;
    (void)arg;
    cad_process *process = start(ARGV("cat"), &piped);
    assert_int_equal(cad_task_create(world_loop, feed, cad_process_stdin(process), NULL, &feeder),
                     0);
    assert_int_equal(cad_stream_read(cad_process_stdout(process), CAD_ALL, &all), 0);
    assert_int_equal(all.size, 1000000);
    assert_int_equal(cad_await(feeder, NULL), 0);
    assert_int_equal(code_of(process), 0);
    cad_future_unref(feeder);
    cad_bytes_free(&all);
    return 0;
}

static void test_subprocess__is_fed_by_drain_and_read_meanwhile(void **state) {
    (void)state;
    world_run(feed_and_read, NULL);
}

static int write_to_who_is_gone(void *arg) {
    int error = 0;
    (void)arg;
    cad_process *process = start(ARGV("true"), &piped);
    cad_stream *in = cad_process_stdin(process);
    assert_int_equal(code_of(process), 0);
    while (error == 0) {
        assert_int_equal(cad_stream_write(in, "x", 1), 0);
        error = cad_stream_drain(in);
    }
    assert_int_equal(error, CAD_ECONNRESET);
    return 0;
}

static void test_subprocess__that_is_gone_is_a_reset_for_drain_and_no_sigpipe(void **state) {
    (void)state;
    world_run(write_to_who_is_gone, NULL);
}

static int read_parts(void *arg) {
    cad_bytes part = {0};
    (void)arg;
    cad_process *process = start(ARGV("printf", "abc;defgh"), &piped);
    cad_stream *out = cad_process_stdout(process);
    assert_int_equal(cad_stream_readuntil(out, ";", 1, &part), 0);
    assert_string_equal(part.data, "abc;");
    assert_int_equal(cad_stream_readexactly(out, 3, &part), 0);
    assert_string_equal(part.data, "def");
    assert_int_equal(cad_stream_readexactly(out, 5, &part), CAD_EINCOMPLETE);
    assert_string_equal(cad_error_message(), "2 bytes read on a total of 5 expected bytes");
    assert_string_equal(part.data, "gh");
    size_t size;
    assert_memory_equal(cad_exception_partial(cad_error_exception(), &size), "gh", 2);
    assert_int_equal(size, 2);
    assert_int_equal(cad_stream_read(out, 10, &part), 0);
    assert_int_equal(part.size, 0);
    assert_int_equal(cad_stream_readuntil(out, ";", 1, &part), CAD_EINCOMPLETE);
    assert_int_equal(cad_stream_readuntil(out, "", 0, &part), CAD_EINVAL);
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&part);
    return 0;
}

static void test_subprocess__is_read_in_parts(void **state) {
    (void)state;
    world_run(read_parts, NULL);
}

/* As CPython's of a tuple: the match that ends first, then the shortest. */
static int read_until_any(void *arg) {
    static char semicolon[] = ";", both[] = "b;", end[] = "END", rest[] = "rest";
    const struct iovec separators[] = {{end, 3}, {both, 2}, {semicolon, 1}, {rest, 4}};
    cad_bytes part = {0};
    cad_process_options options = piped;
    (void)arg;
    options.limit = 8;
    cad_process *process = start(ARGV("printf", "ab;cEND;dE;12345678EN"), &options);
    cad_stream *out = cad_process_stdout(process);
    static const char *const parts[] = {"ab;", "cEND", ";", "dE;"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cad_stream_readuntil_any(out, separators, 4, &part), 0);
        assert_string_equal(part.data, parts[i]);
    }
    assert_int_equal(cad_stream_readuntil_any(out, separators, 2, &part), CAD_EINCOMPLETE);
    assert_string_equal(part.data, "12345678EN");
    assert_int_equal(cad_stream_readuntil_any(out, separators, 0, &part), CAD_EINVAL);
    assert_string_equal(cad_error_message(), "Separator should contain at least one element");
    const struct iovec empty[] = {{end, 3}, {end, 0}};
    assert_int_equal(cad_stream_readuntil_any(out, empty, 2, &part), CAD_EINVAL);
    assert_string_equal(cad_error_message(), "Separator should be at least one-byte string");
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&part);
    return 0;
}

static void test_subprocess__is_read_until_any_of_several_separators(void **state) {
    (void)state;
    world_run(read_until_any, NULL);
}

static int limits(void *arg) {
    cad_bytes part = {0};
    cad_process_options options = piped;
    (void)arg;
    options.limit = 4;
    cad_process *process = start(ARGV("printf", "abcdefgh;ij\nklmnopqrstu\nv\n"), &options);
    cad_stream *out = cad_process_stdout(process);
    assert_int_equal(cad_stream_readuntil(out, ";", 1, &part), CAD_ELIMITOVERRUN);
    assert_true(cad_exception_consumed(cad_error_exception()) == 8);
    assert_string_equal(cad_error_message(), "Separator is found, but chunk is longer than limit");
    assert_int_equal(cad_stream_readexactly(out, 9, &part), 0);
    assert_int_equal(cad_stream_readline(out, &part), 0);
    assert_string_equal(part.data, "ij\n");
    assert_int_equal(cad_stream_readline(out, &part), CAD_EINVAL);
    assert_string_equal(cad_error_message(), "Separator is found, but chunk is longer than limit");
    assert_int_equal(cad_stream_readline(out, &part), 0);
    assert_string_equal(part.data, "v\n");
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&part);
    return 0;
}

static void test_subprocess__has_streams_with_limits(void **state) {
    (void)state;
    world_run(limits, NULL);
}

/* --- Who holds what --------------------------------------------------------------------------- */

static int grandchild(void *arg) {
    cad_bytes line = {0};
    cad_process_options options = piped;
    (void)arg;
    options.process_group = true;
    cad_process *process = start(SHELL("sleep 60 & echo $!; exit 5"), &options);
    assert_int_equal(cad_stream_readline(cad_process_stdout(process), &line), 0);
    assert_int_equal(code_of(process), 5);
    assert_int_equal(kill((pid_t)atoi(line.data), SIGKILL), 0); /* it was there all the time */
    cad_bytes_free(&line);
    return 0;
}

static void test_subprocess__wait_returns_though_a_grandchild_holds_its_pipe(void **state) {
    (void)state;
    world_run(grandchild, NULL);
}

static int leave_a_group(void *line) {
    cad_process_options options = piped;
    options.process_group = true;
    cad_process *process = start(SHELL("sleep 60 & echo $!; wait"), &options);
    return cad_stream_readline(cad_process_stdout(process), line);
}

static void test_subprocess__the_end_of_the_loop_kills_every_process_of_its_group(void **state) {
    cad_bytes line = {0};
    int tries = 0;
    (void)state;
    world_run(leave_a_group, &line);
    pid_t child = (pid_t)atoi(line.data);
    assert_true(child > 0);
    cad_bytes_free(&line);
    cad_loop_free(world_loop);
    assert_int_equal(cad_loop_new(cad_uv_driver(), &world_loop), 0);
    /* It is another's to reap, which takes as long as it takes. */
    char path[64];
    char state_of[256] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    while (tries++ < 5000) {
        FILE *file = fopen(path, "r");
        if (file == NULL)
            return;
        bool read_it = fgets(state_of, sizeof state_of, file) != NULL;
        (void)fclose(file);
        if (!read_it || strstr(state_of, ") Z ") != NULL)
            return;
        (void)usleep(1000);
    }
    fail_msg("the grandchild still runs: %s", state_of);
}

static int leave_orphans(void *line) {
    cad_process_options options = piped;
    options.process_group = true;
    cad_process *ended = start(SHELL("(sleep 60 & exec sleep 60) & echo $!; exit 5"), &options);
    cad_process *gone = start(SHELL("sleep 0.02 & exit 6"), &options);
    assert_int_equal(cad_stream_readline(cad_process_stdout(ended), line), 0);
    assert_int_equal(code_of(ended), 5);
    assert_int_equal(code_of(gone), 6);
    assert_int_equal(cad_sleep(100 * CAD_MILLISECOND), 0);
    pid_t group = (pid_t)cad_process_pid(gone);
    assert_int_equal(waitpid(-group, NULL, WNOHANG), -1); /* it has been reaped */
    assert_int_equal(kill((pid_t)atoi(((cad_bytes *)line)->data), 0), 0);
    return 0;
}

static void test_subprocess__the_end_of_the_loop_kills_what_is_left_in_the_group(void **state) {
    cad_bytes line = {0};
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    world_run(leave_orphans, &line);
    cad_loop_free(world_loop);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(kill((pid_t)atoi(line.data), 0), -1);
    cad_bytes_free(&line);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
    assert_int_equal(cad_loop_new(cad_uv_driver(), &world_loop), 0);
}

static int wait_for_it(void *process) {
    return code_of(process);
}

static int wait_twice(void *arg) {
    cad_task *tasks[2];
    (void)arg;
    cad_process *process = start(ARGV("cat"), &piped);
    for (int i = 0; i < 2; i++)
        assert_int_equal(cad_task_create(world_loop, wait_for_it, process, NULL, &tasks[i]), 0);
    assert_int_equal(cad_sleep(0), 0);
    assert_int_equal(cad_waiters(process), 2);
    cad_stream_close(cad_process_stdin(process));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cad_await(tasks[i], NULL), 0);
        cad_future_unref(tasks[i]);
    }
    return 0;
}

static void test_subprocess__may_be_waited_for_twice(void **state) {
    (void)state;
    world_run(wait_twice, NULL);
}

static int free_early(void *arg) {
    cad_process *process;
    (void)arg;
    for (int i = 0; i < 3; i++) {
        process = start(ARGV("cat"), &piped);
        int pid = cad_process_pid(process);
        cad_process_free(process);
        assert_int_equal(kill((pid_t)pid, 0), -1); /* reaped, too */
    }
    process = start(ARGV("sleep", "60"), &quiet); /* left to the loop's end */
    return 0;
}

static void test_subprocess__is_killed_and_reaped_when_it_is_freed(void **state) {
    (void)state;
    world_run(free_early, NULL);
}

static int leave_unwaited(void *arg) {
    (void)arg;
    for (int i = 0; i < 10; i++)
        (void)start(ARGV("true"), &quiet);
    cad_process *last = start(ARGV("cat"), &piped);
    while (waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) == 0) {
        siginfo_t info = {0};
        (void)waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
        if (info.si_pid == 0)
            break; /* no zombie: but some may not have ended yet */
        assert_int_equal(cad_sleep(0), 0);
    }
    cad_process_free(last);
    return 0;
}

static void test_subprocess__is_reaped_also_when_nobody_waits(void **state) {
    (void)state;
    world_run(leave_unwaited, NULL);
}

/* --- Cancel, at each step --------------------------------------------------------------------- */

static int communicate_with_cat(void *input) {
    cad_bytes out = {0};
    cad_process *process = start(ARGV("cat"), &piped);
    int error = cad_process_communicate(process, input, 300000, &out, NULL);
    cad_bytes_free(&out);
    cad_process_free(process);
    return error;
}

static int cancel_after(void *arg) {
    char *input = calloc(1, 300000);
    (void)arg;
    assert_non_null(input);
    for (int turns = 0; turns < 40; turns++) {
        cad_task *task;
        assert_int_equal(cad_task_create(world_loop, communicate_with_cat, input, NULL, &task), 0);
        for (int i = 0; i < turns; i++)
            assert_int_equal(turns % 2 == 0 ? cad_sleep(0) : cad_sleep(CAD_MILLISECOND / 4), 0);
        (void)cad_future_cancel(task, NULL);
        int error = cad_await(task, NULL);
        assert_true(error == 0 || error == CAD_ECANCELLED);
        cad_future_unref(task);
        assert_false(has_children());
    }
    free(input);
    return 0;
}

static void test_subprocess__cancelling_communicate_at_each_step_leaves_nothing(void **state) {
    (void)state;
    world_run(cancel_after, NULL);
}

static int read_all(void *out) {
    cad_bytes bytes = {0};
    int error = cad_stream_read(out, CAD_ALL, &bytes);
    cad_bytes_free(&bytes);
    return error;
}

static int64_t readable(cad_stream *stream) {
    cad_object_info info;
    cad_object_describe(stream, &info);
    assert_string_equal(info.fields[0].key, "readable");
    return info.fields[0].value;
}

static int cancelled_reads(void *arg) {
    cad_bytes bytes = {0};
    cad_timeout *scope;
    cad_task *reader;
    (void)arg;
    cad_process *process = start(SHELL("printf abc; read x; printf def"), &piped);
    cad_stream *out = cad_process_stdout(process);
    assert_int_equal(cad_timeout_enter(50 * CAD_MILLISECOND, &scope), 0);
    assert_int_equal(cad_timeout_leave(scope, cad_stream_readexactly(out, 6, &bytes)),
                     CAD_ETIMEDOUT);
    assert_int_equal(cad_stream_write(cad_process_stdin(process), "\n", 1), 0);
    assert_int_equal(cad_stream_readexactly(out, 6, &bytes), 0);
    assert_string_equal(bytes.data, "abcdef");
    assert_int_equal(code_of(process), 0);
    process = start(SHELL("printf abc; read x; printf def"), &piped);
    out = cad_process_stdout(process);
    assert_int_equal(cad_task_create(world_loop, read_all, out, NULL, &reader), 0);
    while (readable(out) < 3)
        assert_int_equal(cad_sleep(CAD_MILLISECOND), 0);
    (void)cad_future_cancel(reader, NULL);
    assert_int_equal(cad_await(reader, NULL), CAD_ECANCELLED);
    cad_future_unref(reader);
    assert_int_equal(cad_stream_write(cad_process_stdin(process), "\n", 1), 0);
    assert_int_equal(cad_stream_read(out, CAD_ALL, &bytes), 0);
    assert_string_equal(bytes.data, "def");
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&bytes);
    return 0;
}

static void test_subprocess__a_cancelled_read_leaves_all_but_that_of_all(void **state) {
    (void)state;
    world_run(cancelled_reads, NULL);
}

static int read_it(void *out) {
    cad_bytes bytes = {0};
    int error = cad_stream_read(out, 1, &bytes);
    cad_bytes_free(&bytes);
    return error;
}

static int second_reader(void *arg) {
    cad_bytes bytes = {0};
    cad_task *first;
    (void)arg;
    cad_process *process = start(ARGV("cat"), &piped);
    cad_stream *out = cad_process_stdout(process);
    assert_int_equal(cad_task_create(world_loop, read_it, out, NULL, &first), 0);
    assert_int_equal(cad_sleep(0), 0);
    assert_int_equal(cad_stream_read(out, 1, &bytes), CAD_ERUNTIME);
    assert_string_equal(
        cad_error_message(),
        "read() called while another coroutine is already waiting for incoming data");
    assert_int_equal(cad_stream_read(out, CAD_ALL, &bytes), CAD_ERUNTIME);
    assert_int_equal(cad_stream_readline(out, &bytes), CAD_ERUNTIME);
    assert_int_equal(cad_process_communicate(process, "x", 1, &bytes, NULL), CAD_ERUNTIME);
    assert_int_equal(cad_await(first, NULL), 0);
    cad_future_unref(first);
    assert_int_equal(code_of(process), 0);
    cad_bytes_free(&bytes);
    return 0;
}

static void test_subprocess__is_read_by_one_task_at_a_time(void **state) {
    (void)state;
    world_run(second_reader, NULL);
}

/* --- What fails ------------------------------------------------------------------------------- */

static int fail_often(void *arg) {
    cad_process *process;
    (void)arg;
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(
            cad_create_subprocess_exec(world_loop, ARGV("no-such-program"), &piped, &process),
            CAD_ENOTFOUND);
        assert_int_equal(
            cad_create_subprocess_exec(world_loop, ARGV("/no/such/program"), &piped, &process),
            CAD_ENOTFOUND);
        if (i % 100 == 0)
            assert_int_equal(cad_sleep(0), 0);
    }
    return 0;
}

static void test_subprocess__ten_thousand_failed_spawns_leak_nothing(void **state) {
    (void)state;
    world_run(fail_often, NULL);
}

static int run_out_of_descriptors(void *arg) {
    struct rlimit before, few;
    cad_process *process;
    (void)arg;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    for (rlim_t limit = (rlim_t)count_descriptors() + 8; limit > 3; limit--) {
        few.rlim_cur = limit;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        int error = cad_create_subprocess_exec(world_loop, ARGV("true"), &piped, &process);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_true(error == 0 || error == CAD_ESYSTEM);
        if (error == 0)
            assert_int_equal(code_of(process), 0);
        else
            assert_string_equal(cad_error_message(), "Too many open files");
        if (error == 0)
            cad_process_free(process);
        assert_int_equal(cad_sleep(0), 0);
    }
    process = start(ARGV("true"), &piped);
    assert_int_equal(code_of(process), 0);
    return 0;
}

static void test_subprocess__without_descriptors_is_an_error_that_passes(void **state) {
    (void)state;
    world_run(run_out_of_descriptors, NULL);
}

static void test_subprocess__is_refused_where_the_world_is_simulated(void **state) {
    cad_loop *simulated;
    cad_process *process;
    (void)state;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &simulated), 0);
    assert_int_equal(cad_create_subprocess_exec(simulated, ARGV("true"), &quiet, &process),
                     CAD_ESYSTEM);
    assert_int_equal(cad_create_subprocess_exec(simulated, ARGV("true"), &piped, &process),
                     CAD_ESYSTEM);
    assert_string_equal(cad_error_message(), "a simulated world has no programs and descriptors");
    cad_loop_free(simulated);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_subprocess__has_a_code_when_it_has_ended),
        WORLD_TEST(test_subprocess__begins_with_the_default_signals),
        WORLD_TEST(test_subprocess__has_no_other_descriptors),
        WORLD_TEST(test_subprocess__its_end_is_a_sigchld_for_the_program_too),
        WORLD_TEST(test_subprocess__has_the_arguments_the_environment_and_the_folder_it_is_given),
        WORLD_TEST(test_subprocess__that_is_not_there_or_cannot_be_run),
        WORLD_TEST(test_subprocess__passes_65536_65537_and_a_million_bytes_through_cat),
        WORLD_TEST(test_subprocess__communicate_takes_both_outputs_as_they_come),
        WORLD_TEST(test_subprocess__that_closes_stdin_early_is_no_error_of_communicate),
        WORLD_TEST(test_subprocess__communicate_without_pipes),
        WORLD_TEST(test_subprocess__speaks_line_by_line),
        WORLD_TEST(test_subprocess__is_fed_by_drain_and_read_meanwhile),
        WORLD_TEST(test_subprocess__that_is_gone_is_a_reset_for_drain_and_no_sigpipe),
        WORLD_TEST(test_subprocess__is_read_in_parts),
        WORLD_TEST(test_subprocess__is_read_until_any_of_several_separators),
        WORLD_TEST(test_subprocess__has_streams_with_limits),
        WORLD_TEST(test_subprocess__wait_returns_though_a_grandchild_holds_its_pipe),
        WORLD_TEST(test_subprocess__the_end_of_the_loop_kills_every_process_of_its_group),
        WORLD_TEST(test_subprocess__the_end_of_the_loop_kills_what_is_left_in_the_group),
        WORLD_TEST(test_subprocess__may_be_waited_for_twice),
        WORLD_TEST(test_subprocess__is_killed_and_reaped_when_it_is_freed),
        WORLD_TEST(test_subprocess__is_reaped_also_when_nobody_waits),
        WORLD_TEST(test_subprocess__cancelling_communicate_at_each_step_leaves_nothing),
        WORLD_TEST(test_subprocess__a_cancelled_read_leaves_all_but_that_of_all),
        WORLD_TEST(test_subprocess__is_read_by_one_task_at_a_time),
        WORLD_TEST(test_subprocess__ten_thousand_failed_spawns_leak_nothing),
        WORLD_TEST(test_subprocess__without_descriptors_is_an_error_that_passes),
        WORLD_TEST(test_subprocess__is_refused_where_the_world_is_simulated),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}
