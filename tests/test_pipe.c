/* Pipes, and programs with a protocol: nobody waits here for what they say. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/world_test.h"

#define SHELL(script) ((const char *const[]){"sh", "-c", script, NULL})

/* --- A protocol that writes down what it is told ---------------------------------------------- */

enum call { NONE, MADE, DATA, END, PIPE_LOST, EXITED, LOST, PAUSED, RESUMED };

typedef struct watcher {
    cad_process *process;
    cad_transport *transport;
    cad_event *over;
    char log[256]; /* a word for each call but data */
    char data[64]; /* what came first */
    size_t received;
    int error;         /* what it, or its pipe, was lost with */
    int fail_data;     /* what pipe_data_received() returns */
    enum call free_at; /* at which call it frees the process */
} watcher;

static void write_down(watcher *self, enum call call, int number) {
    static const char *const words[] = {"",        "made ", "",       "end ",   "lost",
                                        "exited ", "over ", "pause ", "resume "};
    char digit[] = {(char)('0' + number), ' ', '\0'};
    strcat(self->log, words[call]);
    if (call == PIPE_LOST)
        strcat(self->log, digit);
    assert_true(strlen(self->log) < sizeof self->log - 16);
    if (call == LOST || call == self->free_at)
        cad_event_set(self->over);
    if (call == self->free_at)
        cad_process_free(self->process);
}

static int take(watcher *self, const char *data, size_t size) {
    size_t before = strlen(self->data), room = sizeof self->data - 1 - before;
    strncat(self->data, data, size < room ? size : room);
    self->received += size;
    return self->fail_data != 0 ? cad_raise(self->fail_data, "no") : 0;
}

static void program_made(void *self, cad_process *process) {
    ((watcher *)self)->process = process;
    write_down(self, MADE, 0);
}

static int program_said(void *self, int number, const char *data, size_t size) {
    int error = take(self, data, size);
    assert_uint_in_range(number, 1, 2);
    if (((watcher *)self)->free_at == DATA)
        write_down(self, DATA, number);
    return error;
}

static void program_pipe_lost(void *self, int number, int error, cad_exception *exception) {
    (void)exception;
    if (error != 0)
        ((watcher *)self)->error = error;
    write_down(self, PIPE_LOST, number);
}

static void program_exited(void *self) {
    write_down(self, EXITED, 0);
}

static void program_lost(void *self, int error, cad_exception *exception) {
    assert_int_equal(error, 0);
    assert_null(exception);
    write_down(self, LOST, 0);
}

static void paused(void *self) {
    write_down(self, PAUSED, 0);
}

static void resumed(void *self) {
    write_down(self, RESUMED, 0);
}

static const cad_subprocess_protocol program_protocol = {
    program_made, program_said, program_pipe_lost, program_exited, program_lost, paused, resumed};

static const cad_process_options piped = {
    .stdin_as = CAD_STDIO_PIPE, .stdout_as = CAD_STDIO_PIPE, .stderr_as = CAD_STDIO_PIPE};
static const cad_process_options quiet = {
    .stdin_as = CAD_STDIO_NULL, .stdout_as = CAD_STDIO_NULL, .stderr_as = CAD_STDIO_NULL};

static void start(watcher *self, const char *const argv[], const cad_process_options *options) {
    cad_process *process;
    self->over = cad_event_new(world_loop);
    assert_int_equal(
        cad_subprocess_exec(world_loop, argv, options, &program_protocol, self, &process), 0);
    assert_ptr_equal(process, self->process);
}

static void await(watcher *self) {
    assert_int_equal(cad_event_wait(self->over), 0);
    assert_int_equal(cad_sleep(0), 0);
}

static int code_of(const watcher *self) {
    int code = 12345;
    assert_true(cad_process_returncode(self->process, &code));
    return code;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* --- Programs --------------------------------------------------------------------------------- */

static int calls_of_a_program(void *arg) {
    watcher self = {0};
    (void)arg;
    start(&self, SHELL("read x; echo $x; exec >&-; read y; echo $y >&2; exit 3"), &piped);
    cad_transport *to = cad_process_pipe_transport(self.process, 0);
    assert_int_equal(cad_transport_write(to, "one\n", 4), 0);
    while (strstr(self.log, "lost1") == NULL)
        assert_int_equal(cad_sleep(CAD_MILLISECOND), 0);
    assert_string_equal(self.data, "one\n");
    assert_null(cad_process_pipe_transport(self.process, 1));
    assert_null(cad_process_pipe_transport(self.process, -1));
    assert_null(cad_process_pipe_transport(self.process, 3));
    assert_null(cad_process_stdout(self.process));
    assert_int_equal(cad_transport_write(to, "two\n", 4), 0);
    await(&self);
    assert_string_equal(self.data, "one\ntwo\n");
    /* Each once, and the last of all calls after these. */
    assert_true(strncmp(self.log, "made lost1 ", 11) == 0 && ends_with(self.log, " over "));
    assert_non_null(strstr(self.log, "lost0 "));
    assert_non_null(strstr(self.log, "lost2 "));
    assert_non_null(strstr(self.log, "exited "));
    assert_int_equal(strlen(self.log), strlen("made lost1 lost2 lost0 exited over "));
    assert_int_equal(code_of(&self), 3);
    assert_int_equal(self.error, 0);
    cad_process_free(self.process);
    return 0;
}

static void test_pipe__a_program_calls_its_protocol_until_all_is_over(void **state) {
    (void)state;
    world_run(calls_of_a_program, NULL);
}

static int without_pipes(void *arg) {
    watcher self = {0};
    int code;
    (void)arg;
    start(&self, SHELL("exit 7"), &quiet);
    assert_int_equal(cad_process_wait(self.process, &code), 0);
    assert_int_equal(code, 7);
    await(&self);
    assert_string_equal(self.log, "made exited over ");
    cad_process_free(self.process);
    return 0;
}

static void test_pipe__a_program_without_any_is_over_when_it_has_ended(void **state) {
    (void)state;
    world_run(without_pipes, NULL);
}

static int outlived(void *arg) {
    watcher self = {0};
    (void)arg;
    start(&self, SHELL("sleep 0.1 & exit 4"),
          &(cad_process_options){.stdout_as = CAD_STDIO_PIPE, .stderr_as = CAD_STDIO_NULL});
    await(&self);
    assert_string_equal(self.log, "made exited lost1 over ");
    cad_process_free(self.process);
    return 0;
}

static void test_pipe__a_grandchild_that_holds_one_keeps_it_from_being_over(void **state) {
    (void)state;
    world_run(outlived, NULL);
}

static int close_program(void *arg) {
    watcher self = {0};
    (void)arg;
    start(&self, SHELL("exec sleep 60"), &piped);
    cad_process_close(self.process);
    cad_process_close(self.process);
    await(&self);
    assert_string_equal(self.log, "made lost0 lost1 lost2 exited over ");
    assert_int_equal(code_of(&self), -SIGKILL);
    cad_process_close(self.process);
    cad_process_free(self.process);
    return 0;
}

static void test_pipe__close_kills_the_program_and_tells_of_its_end(void **state) {
    (void)state;
    world_run(close_program, NULL);
}

static int fail_on_data(void *arg) {
    watcher self = {.fail_data = CAD_EINVAL};
    (void)arg;
    start(&self, SHELL("echo x; sleep 60"),
          &(cad_process_options){.stdout_as = CAD_STDIO_PIPE, .process_group = true});
    while (strstr(self.log, "lost1") == NULL)
        assert_int_equal(cad_sleep(CAD_MILLISECOND), 0);
    assert_int_equal(self.error, CAD_EINVAL);
    assert_string_equal(self.log, "made lost1 ");
    cad_process_free(self.process);
    assert_int_equal(cad_sleep(5 * CAD_MILLISECOND), 0);
    assert_string_equal(self.log, "made lost1 ");
    return 0;
}

static void test_pipe__an_error_of_pipe_data_received_ends_that_pipe(void **state) {
    (void)state;
    world_run(fail_on_data, NULL);
}

/* Much goes through it both ways. */
static int pause_and_resume(void *arg) {
    enum { MUCH = 1000000 };
    static char much[MUCH];
    watcher self = {0};
    (void)arg;
    memset(much, 'x', sizeof much);
    start(&self, ((const char *const[]){"cat", NULL}), &piped);
    cad_transport *to = cad_process_pipe_transport(self.process, 0);
    assert_int_equal(cad_transport_write(to, much, MUCH), 0);
    assert_string_equal(self.log, "made pause ");
    cad_transport_write_eof(to);
    await(&self);
    assert_int_equal(self.received, MUCH);
    assert_true(strncmp(self.log, "made pause resume ", 18) == 0);
    assert_int_equal(code_of(&self), 0);
    cad_process_free(self.process);
    return 0;
}

static void test_pipe__pauses_its_protocol_while_the_program_is_slow(void **state) {
    (void)state;
    world_run(pause_and_resume, NULL);
}

/* And nothing more is called. */
static int free_at_each_call(void *arg) {
    static const enum call calls[] = {DATA, PIPE_LOST, EXITED, LOST};
    (void)arg;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        watcher self = {.free_at = calls[i]};
        start(&self, SHELL("echo x"), &piped);
        await(&self);
        size_t length = strlen(self.log);
        assert_int_equal(cad_sleep(10 * CAD_MILLISECOND), 0);
        assert_int_equal(strlen(self.log), length);
    }
    return 0;
}

static void test_pipe__each_call_may_free_the_process(void **state) {
    (void)state;
    world_run(free_at_each_call, NULL);
}

static int fail_to_start(void *arg) {
    watcher self = {0};
    cad_process *process;
    (void)arg;
    assert_int_equal(cad_subprocess_exec(world_loop,
                                         ((const char *const[]){"no-such-program", NULL}), &piped,
                                         &program_protocol, &self, &process),
                     CAD_ENOTFOUND);
    assert_int_equal(cad_subprocess_exec(world_loop, ((const char *const[]){"/", NULL}), &piped,
                                         &program_protocol, &self, &process),
                     CAD_EPERMISSION);
    assert_string_equal(self.log, "");
    return 0;
}

static void test_pipe__a_program_that_cannot_be_started_calls_nothing(void **state) {
    (void)state;
    world_run(fail_to_start, NULL);
}

static int leave_running(void *arg) {
    start(arg, SHELL("echo x; exec sleep 60"), &piped);
    return 0;
}

static void test_pipe__the_end_of_the_loop_ends_a_program_without_a_call(void **state) {
    watcher self = {0};
    (void)state;
    world_run(leave_running, &self);
    assert_true(strncmp(self.log, "made ", 5) == 0);
}

/* --- Pipes of one's own ----------------------------------------------------------------------- */

static void pipe_made(void *self, cad_transport *transport) {
    ((watcher *)self)->transport = transport;
    write_down(self, MADE, 0);
}

static int pipe_said(void *self, const char *data, size_t size) {
    return take(self, data, size);
}

static int pipe_ended(void *self) {
    write_down(self, END, 0);
    return 1; /* which is no word for a pipe: it closes */
}

static void pipe_lost(void *self, int error, cad_exception *exception) {
    (void)exception;
    ((watcher *)self)->error = error;
    write_down(self, LOST, 0);
}

static const cad_protocol pipe_protocol = {pipe_made, pipe_said, pipe_ended,
                                           pipe_lost, paused,    resumed};

static int read_pipe(void *arg) {
    watcher self = {.over = cad_event_new(world_loop)};
    cad_transport *transport;
    int ends[2];
    (void)arg;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(cad_connect_read_pipe(world_loop, ends[0], &pipe_protocol, &self, &transport),
                     0);
    assert_ptr_equal(transport, self.transport);
    assert_int_equal(cad_transport_descriptor(transport), ends[0]);
    assert_int_equal(write(ends[1], "words", 5), 5);
    while (self.received < 5)
        assert_int_equal(cad_sleep(0), 0);
    (void)close(ends[1]);
    await(&self);
    assert_string_equal(self.log, "made end over ");
    assert_string_equal(self.data, "words");
    assert_int_equal(self.error, 0);
    cad_transport_unref(transport);
    return 0;
}

static void test_pipe__is_read_until_its_end(void **state) {
    (void)state;
    world_run(read_pipe, NULL);
}

/* Who reads it is gone, while nothing is written, and while something is. */
static int write_pipe(void *arg) {
    enum { MUCH = 300000 };
    static char much[MUCH];
    (void)arg;
    for (size_t size = 0; size <= MUCH; size += MUCH) {
        watcher self = {.over = cad_event_new(world_loop)};
        cad_transport *transport;
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(
            cad_connect_write_pipe(world_loop, ends[1], &pipe_protocol, &self, &transport), 0);
        assert_int_equal(cad_transport_write(transport, much, size), 0);
        assert_string_equal(self.log, size > 0 ? "made pause " : "made ");
        (void)close(ends[0]);
        await(&self);
        assert_int_equal(self.error, size > 0 ? CAD_EPIPE : 0);
        cad_transport_unref(transport);
    }
    return 0;
}

static void test_pipe__that_nobody_reads_any_more_is_lost(void **state) {
    (void)state;
    world_run(write_pipe, NULL);
}

static int write_and_close(void *arg) {
    watcher self = {.over = cad_event_new(world_loop)};
    cad_transport *transport;
    char read_back[8] = "";
    int ends[2];
    (void)arg;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(cad_connect_write_pipe(world_loop, ends[0], &pipe_protocol, &self, &transport),
                     0);
    assert_int_equal(cad_transport_write(transport, "words", 5), 0);
    cad_transport_write_eof(transport);
    await(&self);
    assert_int_equal(read(ends[1], read_back, sizeof read_back), 5);
    assert_int_equal(read(ends[1], read_back, sizeof read_back), 0);
    assert_string_equal(self.log, "made over ");
    (void)close(ends[1]);
    cad_transport_unref(transport);
    return 0;
}

static void test_pipe__a_socket_can_be_one(void **state) {
    (void)state;
    world_run(write_and_close, NULL);
}

/* What somebody types is no sign that nobody reads. */
static int write_to_a_terminal(void *arg) {
    watcher self = {.over = cad_event_new(world_loop)};
    cad_transport *transport;
    char shown[16] = "";
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    (void)arg;
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(
        cad_connect_write_pipe(world_loop, terminal, &pipe_protocol, &self, &transport), 0);
    assert_int_equal(write(master, "typed\n", 6), 6);
    assert_int_equal(cad_sleep(5 * CAD_MILLISECOND), 0);
    assert_string_equal(self.log, "made ");
    assert_int_equal(cad_transport_write(transport, "shown", 5), 0);
    assert_true(read(master, shown, sizeof shown - 1) > 0);
    assert_non_null(strstr(shown, "shown") != NULL ? shown : strstr(shown, "typed"));
    cad_transport_close(transport);
    await(&self);
    assert_string_equal(self.log, "made over ");
    (void)close(master);
    cad_transport_unref(transport);
    return 0;
}

static void test_pipe__a_terminal_is_written_to(void **state) {
    (void)state;
    world_run(write_to_a_terminal, NULL);
}

static int refuse_what_is_none(void *arg) {
    watcher self = {0};
    cad_transport *transport;
    (void)arg;
    for (int i = 0; i < 2; i++) {
        int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        assert_true(file >= 0);
        assert_int_equal((i == 0 ? cad_connect_read_pipe : cad_connect_write_pipe)(
                             world_loop, file, &pipe_protocol, &self, &transport),
                         CAD_EINVAL);
        assert_int_equal(fcntl(file, F_GETFD), -1);
    }
    assert_int_equal(cad_connect_read_pipe(world_loop, -1, &pipe_protocol, &self, &transport),
                     CAD_ESYSTEM);
    assert_string_equal(cad_error_message(), "Bad file descriptor");
    assert_string_equal(self.log, "");
    return 0;
}

static void test_pipe__a_file_is_none(void **state) {
    (void)state;
    world_run(refuse_what_is_none, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_pipe__a_program_calls_its_protocol_until_all_is_over),
        WORLD_TEST(test_pipe__a_program_without_any_is_over_when_it_has_ended),
        WORLD_TEST(test_pipe__a_grandchild_that_holds_one_keeps_it_from_being_over),
        WORLD_TEST(test_pipe__close_kills_the_program_and_tells_of_its_end),
        WORLD_TEST(test_pipe__an_error_of_pipe_data_received_ends_that_pipe),
        WORLD_TEST(test_pipe__pauses_its_protocol_while_the_program_is_slow),
        WORLD_TEST(test_pipe__each_call_may_free_the_process),
        WORLD_TEST(test_pipe__a_program_that_cannot_be_started_calls_nothing),
        WORLD_TEST(test_pipe__the_end_of_the_loop_ends_a_program_without_a_call),
        WORLD_TEST(test_pipe__is_read_until_its_end),
        WORLD_TEST(test_pipe__that_nobody_reads_any_more_is_lost),
        WORLD_TEST(test_pipe__a_socket_can_be_one),
        WORLD_TEST(test_pipe__a_terminal_is_written_to),
        WORLD_TEST(test_pipe__a_file_is_none),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}
