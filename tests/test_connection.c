/* Connections over real sockets on loopback. What others got wrong has a test by name. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "support/world_test.h"

static cad_task *spawn(cad_coroutine *fn, void *arg) {
    cad_task *task;
    assert_int_equal(cad_task_create(world_loop, fn, arg, NULL, &task), 0);
    return task;
}

static void finish(cad_task *task) {
    assert_int_equal(cad_await(task, NULL), 0);
    cad_future_unref(task);
}

/* --- A server whose connections come in one by one -------------------------------------------- */

static cad_stream *accepted;
static cad_event *arrival;

static void take_in(cad_stream *stream, void *arg) {
    (void)arg;
    accepted = stream;
    cad_event_set(arrival);
}

static cad_server *serve(void) {
    const cad_server_options options = {.connected = take_in};
    cad_server *server;
    arrival = cad_event_new(world_loop);
    assert_int_equal(cad_start_server(world_loop, "127.0.0.1", 0, &options, &server), 0);
    assert_true(cad_server_port(server) > 0);
    return server;
}

/* Both ends of a connection. */
static cad_stream *meet(cad_server *server, cad_stream **other) {
    cad_stream *stream;
    cad_event_clear(arrival);
    assert_int_equal(cad_open_connection("localhost", cad_server_port(server), 0, &stream), 0);
    assert_int_equal(cad_event_wait(arrival), 0);
    *other = accepted;
    return stream;
}

static void say(cad_stream *stream, const char *text) {
    assert_int_equal(cad_stream_write(stream, text, strlen(text)), 0);
}

static void hear(cad_stream *stream, const char *text) {
    cad_bytes bytes = {0};
    assert_int_equal(cad_stream_readexactly(stream, strlen(text), &bytes), 0);
    assert_string_equal(bytes.data, text);
    cad_bytes_free(&bytes);
}

/* The end in order: nothing is left to read. */
static void hear_end(cad_stream *stream) {
    cad_bytes bytes = {0};
    assert_int_equal(cad_stream_read(stream, CAD_ALL, &bytes), 0);
    assert_int_equal(bytes.size, 0);
    assert_true(cad_stream_at_eof(stream));
    cad_bytes_free(&bytes);
}

/* It is lost as by a kill of the other side: with a reset. */
static void reset(int descriptor) {
    const struct linger at_once = {.l_onoff = 1};
    assert_int_equal(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    (void)close(descriptor);
}

/* A peer that is no stream of this library's. */
static int connect_by_hand(cad_server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)cad_server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(descriptor >= 0);
    cad_event_clear(arrival);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(cad_event_wait(arrival), 0);
    return descriptor;
}

/* --- Both directions -------------------------------------------------------------------------- */

static int talk(void *arg) {
    (void)arg;
    cad_server *server = serve();
    cad_stream *there, *here = meet(server, &there);
    say(here, "hello");
    hear(there, "hello");
    say(there, "and ");
    say(there, "back");
    hear(here, "and back");
    cad_stream_write_eof(here);
    hear_end(there);
    assert_int_equal(cad_stream_write(here, "x", 1), CAD_ERUNTIME);
    say(there, "still open");
    hear(here, "still open");
    cad_stream_close(there);
    hear_end(here);
    cad_stream_close(here);
    assert_int_equal(cad_stream_wait_closed(here), 0);
    assert_int_equal(cad_stream_wait_closed(there), 0);
    assert_int_equal(cad_stream_write(here, "dropped", 7), CAD_ERUNTIME);
    assert_int_equal(cad_stream_write(there, "dropped", 7), 0);
    assert_int_equal(cad_stream_drain(there), CAD_ECONNRESET);
    cad_server_close(server);
    assert_int_equal(cad_server_wait_closed(server), 0);
    cad_stream_free(here);
    cad_stream_free(there);
    cad_server_free(server);
    return 0;
}

static void test_connection__goes_both_ways_and_ends_one_way_at_a_time(void **state) {
    (void)state;
    world_run(talk, NULL);
}

static int free_early(void *arg) {
    enum { MUCH = 10 * 1000 * 1000 };
    static char much[MUCH];
    cad_bytes bytes = {0};
    (void)arg;
    cad_server *server = serve();
    cad_stream *there, *here = meet(server, &there);
    assert_int_equal(cad_stream_write(here, much, MUCH), 0);
    assert_true(cad_stream_buffered(here) > 0);
    cad_stream_free(here);
    assert_int_equal(cad_stream_read(there, CAD_ALL, &bytes), 0);
    assert_int_equal(bytes.size, MUCH);
    cad_bytes_free(&bytes);
    return 0;
}

static void test_connection__sends_all_that_was_written_before_it_is_freed(void **state) {
    (void)state;
    world_run(free_early, NULL);
}

/* Of which twice is more than a number can say. */
static int read_with_a_vast_limit(void *arg) {
    cad_stream *here;
    cad_object_info info;
    (void)arg;
    cad_server *server = serve();
    int port = cad_server_port(server);
    assert_int_equal(cad_open_connection("localhost", port, SIZE_MAX / 2 + 1, &here), 0);
    assert_int_equal(cad_event_wait(arrival), 0);
    say(accepted, "x");
    do {
        assert_int_equal(cad_sleep(CAD_MILLISECOND), 0);
        cad_object_describe(here, &info);
        assert_string_equal(info.fields[0].key, "readable");
    } while (info.fields[0].value == 0);
    assert_true(cad_transport_is_reading(cad_stream_transport(here)));
    return 0;
}

static void test_connection__no_limit_is_too_large(void **state) {
    (void)state;
    world_run(read_with_a_vast_limit, NULL);
}

/* --- drain ------------------------------------------------------------------------------------ */

enum { MUCH = 10 * 1000 * 1000 };
static char much[MUCH];

static int drain(void *stream) {
    return cad_stream_drain(stream);
}

static int drain_twice(void *arg) {
    cad_bytes bytes = {0};
    (void)arg;
    cad_server *server = serve();
    cad_stream *there, *here = meet(server, &there);
    assert_int_equal(cad_stream_write(here, much, MUCH), 0);
    cad_task *one = spawn(drain, here), *two = spawn(drain, here);
    assert_int_equal(cad_sleep(0), 0);
    assert_int_equal(cad_waiters(here), 2);
    assert_int_equal(cad_stream_readexactly(there, MUCH, &bytes), 0);
    finish(one);
    finish(two);
    cad_bytes_free(&bytes);
    return 0;
}

static void test_connection__two_tasks_in_drain_at_once(void **state) {
    (void)state;
    world_run(drain_twice, NULL);
}

/* Each drain returns at once: the loop would have no turn to tell of the reset. */
static int write_for_ever(void *arg) {
    int error = 0;
    (void)arg;
    cad_server *server = serve();
    int peer = connect_by_hand(server);
    cad_stream *here = accepted;
    reset(peer);
    while (error == 0) {
        say(here, "x");
        error = cad_stream_drain(here);
    }
    assert_true(error == CAD_ECONNRESET || error == CAD_EPIPE);
    assert_int_equal(cad_stream_wait_closed(here), error);
    assert_int_equal(cad_stream_drain(here), error);
    return 0;
}

static void test_connection__drain_in_a_loop_that_never_yields_sees_the_reset(void **state) {
    (void)state;
    world_run(write_for_ever, NULL);
}

static int reset_during_drain(void *arg) {
    cad_bytes bytes = {0};
    (void)arg;
    cad_server *server = serve();
    int peer = connect_by_hand(server);
    cad_stream *here = accepted;
    assert_int_equal(cad_stream_write(here, much, MUCH), 0);
    cad_task *one = spawn(drain, here), *two = spawn(drain, here);
    assert_int_equal(cad_sleep(0), 0);
    assert_int_equal(cad_waiters(here), 2);
    reset(peer);
    int error = cad_await(one, NULL);
    assert_true(error == CAD_ECONNRESET || error == CAD_EPIPE);
    assert_int_equal(cad_await(two, NULL), error);
    cad_future_unref(one);
    cad_future_unref(two);
    assert_int_equal(cad_stream_read(here, 1, &bytes), error);
    assert_int_equal(cad_stream_readline(here, &bytes), error);
    assert_int_equal(cad_stream_wait_closed(here), error);
    return 0;
}

static void test_connection__a_reset_ends_each_drain_read_and_wait(void **state) {
    (void)state;
    world_run(reset_during_drain, NULL);
}

/* --- What had come ---------------------------------------------------------------------------- */

static int fail_to_write(void *arg) {
    static const char words[] = "the last words";
    (void)arg;
    cad_server *server = serve();
    int peer = connect_by_hand(server);
    cad_stream *here = accepted;
    assert_int_equal(send(peer, words, strlen(words), MSG_NOSIGNAL), (int)strlen(words));
    assert_int_equal(close(peer), 0);
    /* The first of these is answered by a reset, and a later one fails; nothing was read before. */
    while (!cad_stream_is_closing(here)) {
        say(here, "x");
        assert_true(cad_sleep(0) == 0);
    }
    hear(here, words);
    return 0;
}

static void
test_connection__data_that_arrived_before_a_failed_write_is_still_delivered(void **state) {
    (void)state;
    world_run(fail_to_write, NULL);
}

/* While a program writes. */
static int reset_after_end(void *arg) {
    cad_bytes bytes = {0};
    int error = 0;
    (void)arg;
    cad_server *server = serve();
    int peer = connect_by_hand(server);
    cad_stream *here = accepted;
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    hear_end(here);
    say(here, "x");
    reset(peer);
    while (error == 0) {
        say(here, "x");
        error = cad_stream_drain(here);
        assert_true(cad_sleep(0) == 0);
    }
    assert_true(error == CAD_EPIPE || error == CAD_ECONNRESET);
    assert_int_equal(cad_stream_wait_closed(here), error);
    assert_int_equal(cad_stream_read(here, CAD_ALL, &bytes), error);
    cad_bytes_free(&bytes);
    return 0;
}

static void test_connection__a_reset_after_a_fin_is_noticed(void **state) {
    (void)state;
    world_run(reset_after_end, NULL);
}

/* Where asyncio would wait for ever. */
static int reset_in_silence(void *arg) {
    cad_bytes bytes = {0};
    (void)arg;
    cad_server *server = serve();
    for (int paused = 0; paused < 2; paused++) {
        int peer = connect_by_hand(server);
        cad_stream *here = accepted;
        assert_int_equal(shutdown(peer, SHUT_WR), 0);
        hear_end(here);
        if (paused != 0)
            cad_transport_pause_reading(cad_stream_transport(here));
        reset(peer);
        if (paused != 0)
            cad_transport_resume_reading(cad_stream_transport(here));
        int error = cad_stream_wait_closed(here);
        assert_true(error == CAD_EPIPE || error == CAD_ECONNRESET);
        assert_int_equal(cad_stream_read(here, CAD_ALL, &bytes), error);
        assert_int_equal(cad_stream_drain(here), error);
    }
    return 0;
}

static void test_connection__a_reset_after_a_fin_is_noticed_while_nothing_is_written(void **state) {
    (void)state;
    world_run(reset_in_silence, NULL);
}

/* It is no failure, and keeps no loop busy. */
static int end_both_ways(void *arg) {
    (void)arg;
    cad_server *server = serve();
    cad_stream *there, *here = meet(server, &there);
    cad_stream_write_eof(here);
    hear_end(there);
    cad_stream_write_eof(there);
    hear_end(here);
    clock_t before = clock();
    assert_int_equal(cad_sleep(100 * CAD_MILLISECOND), 0);
    assert_true(clock() - before < CLOCKS_PER_SEC / 20);
    assert_false(cad_stream_is_closing(here));
    assert_false(cad_stream_is_closing(there));
    cad_stream_close(here);
    assert_int_equal(cad_stream_wait_closed(here), 0);
    cad_stream_close(there);
    assert_int_equal(cad_stream_wait_closed(there), 0);
    return 0;
}

static void test_connection__that_has_ended_both_ways_stays_until_it_is_closed(void **state) {
    (void)state;
    world_run(end_both_ways, NULL);
}

static int close_and_read(void *arg) {
    (void)arg;
    cad_server *server = serve();
    cad_stream *there, *here = meet(server, &there);
    say(there, "it had come");
    hear(here, "it");
    cad_stream_close(here);
    assert_int_equal(cad_stream_wait_closed(here), 0);
    hear(here, " had come");
    hear_end(here);
    return 0;
}

static void test_connection__what_had_come_can_be_read_after_close(void **state) {
    (void)state;
    world_run(close_and_read, NULL);
}

/* --- The end ---------------------------------------------------------------------------------- */

static int wait_closed(void *stream) {
    return cad_stream_wait_closed(stream);
}

static int always_ends(void *arg) {
    (void)arg;
    cad_server *server = serve();
    for (int how = 0; how < 4; how++) {
        cad_stream *there, *here = meet(server, &there);
        cad_task *waits = spawn(wait_closed, here);
        assert_int_equal(cad_sleep(0), 0);
        if (how == 0)
            cad_stream_close(here);
        else if (how == 1)
            cad_stream_abort(here);
        else if (how == 2)
            cad_server_abort_clients(server);
        else
            cad_server_close_clients(server);
        if (how >= 2) { /* the other side has ended, and this one may still write */
            hear_end(here);
            cad_stream_close(here);
        }
        finish(waits);
        assert_int_equal(cad_stream_wait_closed(here), 0);
        cad_stream_close(there);
        assert_int_equal(cad_stream_wait_closed(there), 0);
    }
    cad_server_close(server);
    assert_int_equal(cad_server_wait_closed(server), 0);
    return 0;
}

static void test_connection__wait_closed_always_ends(void **state) {
    (void)state;
    world_run(always_ends, NULL);
}

static int abort_unsent(void *arg) {
    cad_bytes bytes = {0};
    (void)arg;
    cad_server *server = serve();
    cad_stream *there, *here = meet(server, &there);
    assert_int_equal(cad_stream_write(here, much, MUCH), 0);
    cad_stream_abort(here);
    assert_int_equal(cad_stream_buffered(here), 0);
    assert_true(cad_stream_is_closing(here));
    int error = cad_stream_read(there, CAD_ALL, &bytes);
    assert_true(error == CAD_ECONNRESET || (error == 0 && bytes.size < MUCH));
    cad_bytes_free(&bytes);
    return 0;
}

static void test_connection__abort_drops_what_is_unsent(void **state) {
    (void)state;
    world_run(abort_unsent, NULL);
}

/* --- Connecting ------------------------------------------------------------------------------- */

static int refused(void *arg) {
    cad_stream *stream;
    (void)arg;
    cad_server *server = serve();
    int port = cad_server_port(server);
    cad_server_close(server);
    assert_false(cad_server_is_serving(server));
    for (int i = 0; i < 10000; i++)
        assert_int_equal(cad_open_connection(NULL, port, 0, &stream), CAD_ECONNREFUSED);
    assert_string_equal(cad_error_message(), "Connection refused");
    assert_int_equal(cad_open_connection(NULL, 65536, 0, &stream), CAD_EOVERFLOW);
    assert_int_equal(cad_open_unix_connection("/no/such/socket", 0, &stream), CAD_ENOTFOUND);
    return 0;
}

static void test_connection__ten_thousand_refused_ones_leak_nothing(void **state) {
    (void)state;
    world_run(refused, NULL);
}

static int connect_once(void *server) {
    cad_stream *stream;
    int error = cad_open_connection(NULL, cad_server_port(server), 0, &stream);
    if (error == 0)
        cad_stream_free(stream);
    return error;
}

static int cancel_connects(void *arg) {
    (void)arg;
    cad_server *server = serve();
    for (int turns = 0; turns < 20; turns++) {
        cad_task *task = spawn(connect_once, server);
        for (int i = 0; i < turns; i++)
            assert_int_equal(cad_sleep(0), 0);
        (void)cad_future_cancel(task, NULL);
        int error = cad_await(task, NULL);
        assert_true(error == 0 || error == CAD_ECANCELLED);
        cad_future_unref(task);
    }
    return 0;
}

static void test_connection__cancelling_a_connect_at_each_step_leaves_nothing(void **state) {
    (void)state;
    world_run(cancel_connects, NULL);
}

static int run_out_of_descriptors(void *arg) {
    struct rlimit before, few;
    cad_stream *stream;
    (void)arg;
    cad_server *server = serve();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur =
        (rlim_t)count_descriptors() - 2; /* it has one of its own open, and counts two dots */
    int error = 0, made = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (error == 0 && made++ < 10)
        error = cad_open_connection(NULL, cad_server_port(server), 0, &stream);
    assert_int_equal(error, CAD_ESYSTEM);
    assert_string_equal(cad_error_message(), "Too many open files");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    /* A connection that could not be accepted then is accepted now: the server tries again. */
    cad_event_clear(arrival);
    assert_int_equal(cad_open_connection(NULL, cad_server_port(server), 0, &stream), 0);
    assert_int_equal(cad_event_wait(arrival), 0);
    return 0;
}

static void test_connection__without_descriptors_is_an_error_that_passes(void **state) {
    (void)state;
    world_run(run_out_of_descriptors, NULL);
}

/* --- Paths ------------------------------------------------------------------------------------ */

static int over_a_path(void *arg) {
    static const char path[] = "test_connection.sock";
    const cad_server_options options = {.connected = take_in};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    cad_server *server, *second;
    cad_stream *here;
    struct stat info;
    (void)arg;
    /* One that nobody listens at is in the way. */
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(address.sun_path, path);
    (void)unlink(path);
    assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(dead);
    arrival = cad_event_new(world_loop);
    assert_int_equal(cad_start_unix_server(world_loop, path, &options, &server), 0);
    assert_int_equal(cad_server_port(server), 0);
    assert_int_equal(cad_start_unix_server(world_loop, path, &options, &second), CAD_ESYSTEM);
    assert_string_equal(cad_error_message(), "Address already in use");
    assert_int_equal(cad_open_unix_connection(path, 0, &here), 0);
    assert_int_equal(cad_event_wait(arrival), 0);
    say(here, "by a path");
    hear(accepted, "by a path");
    cad_server_close(server);
    assert_int_not_equal(stat(path, &info), 0);
    return 0;
}

static void test_connection__goes_over_a_path_too(void **state) {
    (void)state;
    world_run(over_a_path, NULL);
}

/* --- Descriptors of other libraries ----------------------------------------------------------- */

typedef struct pipe_ends {
    int from, to;
    int written, read;
    cad_event *over;
} pipe_ends;

static void write_some(void *arg) {
    pipe_ends *ends = arg;
    assert_int_equal(write(ends->to, "x", 1), 1);
    if (++ends->written == 3)
        assert_true(cad_remove_writer(world_loop, ends->to));
}

static void read_some(void *arg) {
    char byte;
    pipe_ends *ends = arg;
    if (read(ends->from, &byte, 1) == 1) {
        if (++ends->read == 3)
            (void)close(ends->to); /* the end makes it readable, too */
        return;
    }
    assert_true(cad_remove_reader(world_loop, ends->from));
    cad_event_set(ends->over);
}

static int watch_a_pipe(void *arg) {
    int ends[2];
    (void)arg;
    assert_int_equal(pipe(ends), 0);
    pipe_ends both = {.from = ends[0], .to = ends[1], .over = cad_event_new(world_loop)};
    assert_int_equal(cad_add_writer(world_loop, both.to, write_some, &both), 0);
    assert_int_equal(cad_add_reader(world_loop, both.from, write_some, &both), 0);
    assert_int_equal(cad_add_reader(world_loop, both.from, read_some, &both), 0);
    assert_int_equal(cad_event_wait(both.over), 0);
    assert_int_equal(both.written, 3);
    assert_int_equal(both.read, 3);
    assert_false(cad_remove_reader(world_loop, both.from));
    assert_false(cad_remove_writer(world_loop, both.to));
    assert_false(cad_remove_reader(world_loop, 12345));
    assert_int_equal(cad_add_reader(world_loop, -1, read_some, &both), CAD_EINVAL);
    assert_int_not_equal(cad_add_reader(world_loop, 12345, read_some, &both), 0);
    (void)close(both.from);
    return 0;
}

static void test_connection__descriptors_of_other_libraries_are_watched(void **state) {
    (void)state;
    world_run(watch_a_pipe, NULL);
}

/* --- Descriptors that are closed while they are watched --------------------------------------- */

/* Counts its calls, and is called no more after the third. */
typedef struct vanished {
    int descriptor, calls;
    cad_event *over;
} vanished;

static void find_out(void *arg) {
    vanished *self = arg;
    if (++self->calls < 3)
        return;
    (void)cad_remove_reader(world_loop, self->descriptor);
    (void)cad_remove_writer(world_loop, self->descriptor);
    cad_event_set(self->over);
}

typedef int add_watcher(cad_loop *loop, int descriptor, cad_callback *fn, void *arg);

/* The kernel has not been told of it yet. */
static int close_what_is_watched(void *arg) {
    add_watcher *const adders[] = {cad_add_reader, cad_add_writer};
    (void)arg;
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        vanished self = {.descriptor = ends[i], .over = cad_event_new(world_loop)};
        assert_int_equal(adders[i](world_loop, ends[i], find_out, &self), 0);
        (void)close(ends[0]);
        (void)close(ends[1]);
        assert_int_equal(cad_event_wait(self.over), 0);
        assert_int_equal(self.calls, 3);
    }
    return 0;
}

static void test_connection__a_watched_descriptor_that_is_closed_is_in_error(void **state) {
    (void)state;
    world_run(close_what_is_watched, NULL);
}

/* Its number is a file's by then, and it is to be watched for something else. */
static int watch_what_has_become_a_file(void *arg) {
    int ends[2];
    (void)arg;
    assert_int_equal(pipe(ends), 0);
    vanished self = {.descriptor = ends[0], .over = cad_event_new(world_loop)};
    assert_int_equal(cad_add_reader(world_loop, ends[0], find_out, &self), 0);
    assert_int_equal(cad_sleep(CAD_MILLISECOND), 0);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_int_equal(dup2(file, ends[0]), ends[0]);
    assert_int_equal(cad_add_writer(world_loop, ends[0], find_out, &self), 0);
    assert_int_equal(cad_event_wait(self.over), 0);
    (void)close(file);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return 0;
}

static void test_connection__a_watched_descriptor_that_is_a_file_is_in_error(void **state) {
    (void)state;
    world_run(watch_what_has_become_a_file, NULL);
}

/* Its number is no reason to make room for as many. */
static int watch_a_number(void *arg) {
    add_watcher *const adders[] = {cad_add_reader, cad_add_writer};
    vanished self = {0};
    size_t before = blocks_live();
    (void)arg;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(adders[i](world_loop, INT_MAX, find_out, &self), CAD_ESYSTEM);
        assert_int_equal(blocks_live(), before);
    }
    return 0;
}

static void test_connection__a_number_that_is_no_descriptor_takes_no_memory(void **state) {
    (void)state;
    world_run(watch_a_number, NULL);
}

static int watch_what_cannot_be(void *arg) {
    static const char *const files[] = {"/proc/self/exe", "/tmp"};
    vanished self = {0};
    (void)arg;
    for (size_t i = 0; i < 2; i++) {
        int file = open(files[i], O_RDONLY | O_CLOEXEC);
        assert_int_equal(cad_add_reader(world_loop, file, find_out, &self), CAD_EPERMISSION);
        assert_int_equal(cad_add_writer(world_loop, file, find_out, &self), CAD_EPERMISSION);
        (void)close(file);
        assert_int_equal(cad_add_reader(world_loop, file, find_out, &self), CAD_ESYSTEM);
        assert_string_equal(cad_error_message(), "Bad file descriptor");
    }
    return 0;
}

static void test_connection__what_cannot_be_watched_is_an_error(void **state) {
    (void)state;
    world_run(watch_what_cannot_be, NULL);
}

/* A program closes what is a stream's, while that waits to write: drain says it. */
static int drain_what_was_closed(void *arg) {
    (void)arg;
    cad_server *server = serve();
    cad_stream *there, *here = meet(server, &there);
    assert_int_equal(cad_stream_write(here, much, MUCH), 0);
    assert_true(cad_stream_buffered(here) > 0);
    (void)close(cad_transport_descriptor(cad_stream_transport(here)));
    assert_int_equal(cad_stream_drain(here), CAD_ESYSTEM);
    assert_string_equal(cad_error_message(), "Bad file descriptor");
    cad_stream_free(here);
    cad_stream_abort(there);
    cad_stream_free(there);
    cad_server_close(server);
    assert_int_equal(cad_server_wait_closed(server), 0);
    cad_server_free(server);
    return 0;
}

static void test_connection__a_stream_whose_descriptor_is_closed_is_lost(void **state) {
    (void)state;
    world_run(drain_what_was_closed, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_connection__goes_both_ways_and_ends_one_way_at_a_time),
        WORLD_TEST(test_connection__sends_all_that_was_written_before_it_is_freed),
        WORLD_TEST(test_connection__no_limit_is_too_large),
        WORLD_TEST(test_connection__two_tasks_in_drain_at_once),
        WORLD_TEST(test_connection__drain_in_a_loop_that_never_yields_sees_the_reset),
        WORLD_TEST(test_connection__a_reset_ends_each_drain_read_and_wait),
        WORLD_TEST(test_connection__data_that_arrived_before_a_failed_write_is_still_delivered),
        WORLD_TEST(test_connection__a_reset_after_a_fin_is_noticed),
        WORLD_TEST(test_connection__a_reset_after_a_fin_is_noticed_while_nothing_is_written),
        WORLD_TEST(test_connection__that_has_ended_both_ways_stays_until_it_is_closed),
        WORLD_TEST(test_connection__what_had_come_can_be_read_after_close),
        WORLD_TEST(test_connection__wait_closed_always_ends),
        WORLD_TEST(test_connection__abort_drops_what_is_unsent),
        WORLD_TEST(test_connection__ten_thousand_refused_ones_leak_nothing),
        WORLD_TEST(test_connection__cancelling_a_connect_at_each_step_leaves_nothing),
        WORLD_TEST(test_connection__without_descriptors_is_an_error_that_passes),
        WORLD_TEST(test_connection__goes_over_a_path_too),
        WORLD_TEST(test_connection__descriptors_of_other_libraries_are_watched),
        WORLD_TEST(test_connection__a_watched_descriptor_that_is_closed_is_in_error),
        WORLD_TEST(test_connection__a_watched_descriptor_that_is_a_file_is_in_error),
        WORLD_TEST(test_connection__what_cannot_be_watched_is_an_error),
        WORLD_TEST(test_connection__a_number_that_is_no_descriptor_takes_no_memory),
        WORLD_TEST(test_connection__a_stream_whose_descriptor_is_closed_is_lost),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}
