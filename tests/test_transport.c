/* Transports and protocols over real sockets on loopback. What others got wrong has a test by name.
 */
#include <dirent.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support/world_test.h"

/* --- A protocol that writes down what it is told ---------------------------------------------- */

typedef struct peer {
    cad_transport *transport;
    cad_event *lost;
    char log[512]; /* a word for each call */
    size_t received;
    int error;         /* what it was lost with */
    int fail_data;     /* what data_received() returns */
    int at_eof;        /* what eof_received() returns */
    bool close_at_low; /* resume_writing() closes */
    bool quiet;        /* data_received() only counts */
} peer;

static void add(peer *self, const char *word) {
    size_t length = strlen(self->log);
    (void)snprintf(self->log + length, sizeof self->log - length, "%s%s", length > 0 ? " " : "",
                   word);
}

static void made(void *self, cad_transport *transport) {
    peer *of = self;
    of->transport = cad_transport_ref(transport);
    add(of, "made");
}

static int received(void *self, const char *data, size_t size) {
    peer *of = self;
    char word[64];
    of->received += size;
    (void)snprintf(word, sizeof word, "[%.*s]", (int)size, data);
    if (!of->quiet)
        add(of, word);
    return of->fail_data != 0 ? cad_raise(of->fail_data, "no") : 0;
}

static int ended(void *self) {
    add(self, "eof");
    return ((peer *)self)->at_eof;
}

static void lost(void *self, int error, cad_exception *exception) {
    peer *of = self;
    (void)exception;
    of->error = error;
    add(of, "lost");
    cad_event_set(of->lost);
}

static void paused(void *self) {
    add(self, "pause");
}

static void resumed(void *self) {
    peer *of = self;
    add(of, "resume");
    if (of->close_at_low)
        cad_transport_close(of->transport);
}

static const cad_protocol protocol = {made, received, ended, lost, paused, resumed};

static void init_peer(peer *self) {
    *self = (peer){.lost = cad_event_new(world_loop)};
}

static void done_with(peer *self) {
    cad_transport_unref(self->transport);
    cad_event_free(self->lost);
}

static cad_server *serve(peer *self) {
    cad_server *server;
    assert_int_equal(cad_create_server(world_loop, "127.0.0.1", 0, &protocol, NULL, self, &server),
                     0);
    return server;
}

static cad_stream *connect_to(cad_server *server) {
    cad_stream *stream;
    assert_int_equal(cad_open_connection(NULL, cad_server_port(server), 0, &stream), 0);
    return stream;
}

static void wait_until_made(const peer *self) {
    while (self->transport == NULL)
        assert_int_equal(cad_sleep(0), 0);
}

static void say(cad_transport *transport, const char *text) {
    assert_int_equal(cad_transport_write(transport, text, strlen(text)), 0);
}

static void hear(cad_stream *stream, const char *text) {
    cad_bytes bytes = {0};
    assert_int_equal(cad_stream_readexactly(stream, strlen(text), &bytes), 0);
    assert_string_equal(bytes.data, text);
    cad_bytes_free(&bytes);
}

/* A connection, one end of which is the protocol's, and the other a stream. The loop's end closes
 * the server. */
static cad_stream *meet(peer *self) {
    init_peer(self);
    cad_stream *stream = connect_to(serve(self));
    wait_until_made(self);
    return stream;
}

/* --- The order of calls ----------------------------------------------------------------------- */

static int call_in_order(void *arg) {
    peer self;
    (void)arg;
    init_peer(&self);
    cad_server *server = serve(&self);
    cad_stream *stream = connect_to(server);
    assert_int_equal(cad_stream_write(stream, "abc", 3), 0);
    while (self.received == 0)
        assert_int_equal(cad_sleep(0), 0);
    cad_stream_write_eof(stream);
    assert_int_equal(cad_event_wait(self.lost), 0);
    assert_string_equal(self.log, "made [abc] eof lost");
    assert_int_equal(self.error, 0);
    /* Who has a reference may go on as if nothing were. */
    assert_true(cad_transport_is_closing(self.transport));
    assert_int_equal(cad_transport_descriptor(self.transport), -1);
    assert_int_equal(cad_transport_write(self.transport, "dropped", 7), 0);
    cad_transport_resume_reading(self.transport);
    cad_transport_close(self.transport);
    cad_transport_abort(self.transport);
    cad_server_close(server);
    assert_int_equal(cad_server_wait_closed(server), 0);
    assert_string_equal(self.log, "made [abc] eof lost");
    done_with(&self);
    return 0;
}

static void test_transport__calls_its_protocol_in_order(void **state) {
    (void)state;
    world_run(call_in_order, NULL);
}

static int stay_open(void *arg) {
    peer self;
    (void)arg;
    cad_stream *stream = meet(&self);
    self.at_eof = 1;
    cad_stream_write_eof(stream);
    while (strstr(self.log, "eof") == NULL)
        assert_int_equal(cad_sleep(0), 0);
    /* CPython would hear of the end again. */
    cad_transport_pause_reading(self.transport);
    cad_transport_resume_reading(self.transport);
    say(self.transport, "still open");
    hear(stream, "still open");
    assert_int_equal(cad_sleep(5 * CAD_MILLISECOND), 0);
    assert_false(cad_transport_is_closing(self.transport));
    cad_transport_write_eof(self.transport);
    assert_int_equal(cad_transport_write(self.transport, "x", 1), CAD_ERUNTIME);
    cad_transport_close(self.transport);
    assert_int_equal(cad_event_wait(self.lost), 0);
    assert_string_equal(self.log, "made eof lost");
    done_with(&self);
    return 0;
}

/* 0 and no other number: a protocol may return it as what it has to say of its data. */
static int write_nothing(void *arg) {
    peer self;
    (void)arg;
    cad_stream *stream = meet(&self);
    assert_int_equal(cad_transport_write(self.transport, NULL, 0), 0);
    assert_int_equal(cad_transport_writelines(self.transport, NULL, 0), 0);
    assert_int_equal(cad_stream_write(stream, NULL, 0), 0);
    cad_transport_write_eof(self.transport);
    assert_int_equal(cad_transport_write(self.transport, NULL, 0), CAD_ERUNTIME);
    cad_transport_close(self.transport);
    assert_int_equal(cad_event_wait(self.lost), 0);
    done_with(&self);
    return 0;
}

static void test_transport__writes_nothing_without_an_error(void **state) {
    (void)state;
    world_run(write_nothing, NULL);
}

static void test_transport__eof_received_can_keep_it_open_for_writing(void **state) {
    (void)state;
    world_run(stay_open, NULL);
}

static int fail_on_data(void *arg) {
    peer self;
    cad_bytes bytes = {0};
    (void)arg;
    cad_stream *stream = meet(&self);
    self.fail_data = CAD_EINVAL;
    assert_int_equal(cad_stream_write(stream, "one", 3), 0);
    assert_int_equal(cad_event_wait(self.lost), 0);
    assert_string_equal(self.log, "made [one] lost");
    assert_int_equal(self.error, CAD_EINVAL);
    assert_int_equal(cad_stream_read(stream, CAD_ALL, &bytes), 0);
    assert_int_equal(bytes.size, 0);
    cad_bytes_free(&bytes);
    done_with(&self);
    return 0;
}

static void test_transport__an_error_of_data_received_ends_the_connection(void **state) {
    (void)state;
    world_run(fail_on_data, NULL);
}

/* --- The other side is killed ----------------------------------------------------------------- */

static int kill_the_peer(void *arg) {
    const struct linger at_once = {.l_onoff = 1};
    peer self;
    (void)arg;
    init_peer(&self);
    self.quiet = true;
    cad_server *server = serve(&self);
    for (int i = 0; i < 20; i++) {
        self.transport = NULL;
        self.log[0] = '\0';
        self.received = 0;
        cad_stream *stream = connect_to(server);
        wait_until_made(&self);
        assert_int_equal(cad_stream_write(stream, "last words", 10), 0);
        while (self.received < 10)
            assert_int_equal(cad_sleep(0), 0);
        int descriptor = cad_transport_descriptor(cad_stream_transport(stream));
        assert_int_equal(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once),
                         0);
        cad_stream_abort(stream);
        cad_event_clear(self.lost);
        assert_int_equal(cad_event_wait(self.lost), 0);
        assert_int_equal(cad_sleep(CAD_MILLISECOND), 0);
        assert_string_equal(self.log, "made lost");
        assert_int_equal(self.error, CAD_ECONNRESET);
        cad_stream_free(stream);
        cad_transport_unref(self.transport);
    }
    self.transport = NULL;
    done_with(&self);
    return 0;
}

static void
test_transport__connection_lost_comes_once_and_after_all_data_also_of_a_killed_peer(void **state) {
    (void)state;
    world_run(kill_the_peer, NULL);
}

/* --- Water marks ------------------------------------------------------------------------------ */

enum { MUCH = 10 * 1000 * 1000 };
static char much[MUCH];

static int rise_and_fall(void *arg) {
    peer self;
    cad_bytes bytes = {0};
    (void)arg;
    cad_stream *stream = meet(&self);
    assert_int_equal(cad_transport_set_write_buffer_limits(self.transport, 1000, CAD_DEFAULT), 0);
    assert_int_equal(cad_transport_write(self.transport, much, MUCH), 0);
    assert_string_equal(self.log, "made pause"); /* inside that call, and once */
    assert_int_equal(cad_transport_write(self.transport, much, MUCH), 0);
    assert_string_equal(self.log, "made pause");
    assert_true(cad_transport_get_write_buffer_size(self.transport) > MUCH);
    assert_int_equal(cad_stream_readexactly(stream, (size_t)2 * MUCH, &bytes), 0);
    while (strstr(self.log, "resume") == NULL)
        assert_int_equal(cad_sleep(0), 0);
    assert_int_equal(cad_transport_get_write_buffer_size(self.transport), 0);
    assert_string_equal(self.log, "made pause resume");
    cad_bytes_free(&bytes);
    cad_transport_abort(self.transport);
    assert_int_equal(cad_event_wait(self.lost), 0);
    done_with(&self);
    return 0;
}

static void test_transport__pauses_its_protocol_between_the_water_marks(void **state) {
    (void)state;
    world_run(rise_and_fall, NULL);
}

static void expect_marks(cad_transport *transport, int64_t high, int64_t low, size_t is_high,
                         size_t is_low) {
    size_t got_high, got_low;
    assert_int_equal(cad_transport_set_write_buffer_limits(transport, high, low), 0);
    cad_transport_get_write_buffer_limits(transport, &got_low, &got_high);
    assert_int_equal(got_high, is_high);
    assert_int_equal(got_low, is_low);
}

static int set_marks(void *arg) {
    peer self;
    (void)arg;
    cad_stream *stream = meet(&self);
    cad_transport *of = cad_stream_transport(stream);
    expect_marks(of, 5, CAD_DEFAULT, 5, 1);
    expect_marks(of, CAD_DEFAULT, 5, 20, 5);
    expect_marks(of, 7, 7, 7, 7);
    expect_marks(of, 0, 0, 0, 0);
    assert_int_equal(cad_transport_set_write_buffer_limits(of, 5, 6), CAD_EINVAL);
    assert_string_equal(cad_error_message(), "high (5) must be >= low (6) must be >= 0");
    assert_int_equal(cad_transport_set_write_buffer_limits(of, -5, CAD_DEFAULT), CAD_EINVAL);
    assert_string_equal(cad_error_message(), "high (-5) must be >= low (-2) must be >= 0");
    expect_marks(of, CAD_DEFAULT, CAD_DEFAULT, 65536, 16384);
    done_with(&self);
    return 0;
}

static void test_transport__water_marks_are_asyncios(void **state) {
    (void)state;
    world_run(set_marks, NULL);
}

static int close_at_low(void *arg) {
    peer self;
    cad_bytes bytes = {0};
    (void)arg;
    cad_stream *stream = meet(&self);
    self.close_at_low = true;
    assert_int_equal(cad_transport_set_write_buffer_limits(self.transport, 1, 0), 0);
    assert_int_equal(cad_transport_write(self.transport, much, MUCH), 0);
    assert_int_equal(cad_stream_read(stream, CAD_ALL, &bytes), 0);
    assert_int_equal(bytes.size, MUCH);
    cad_bytes_free(&bytes);
    assert_int_equal(cad_event_wait(self.lost), 0);
    assert_int_equal(cad_sleep(CAD_MILLISECOND), 0);
    assert_string_equal(self.log, "made pause resume lost");
    assert_int_equal(self.error, 0);
    done_with(&self);
    return 0;
}

static void test_transport__close_in_resume_writing_on_an_emptied_buffer(void **state) {
    (void)state;
    world_run(close_at_low, NULL);
}

static int write_after_close(void *arg) {
    peer self;
    cad_bytes bytes = {0};
    (void)arg;
    cad_stream *stream = meet(&self);
    assert_int_equal(cad_transport_write(self.transport, much, MUCH), 0);
    cad_transport_close(self.transport);
    assert_true(cad_transport_get_write_buffer_size(self.transport) > 0);
    say(self.transport, "never");
    assert_int_equal(cad_stream_read(stream, CAD_ALL, &bytes), 0);
    assert_int_equal(bytes.size, MUCH);
    cad_bytes_free(&bytes);
    assert_int_equal(cad_event_wait(self.lost), 0);
    done_with(&self);
    return 0;
}

static void test_transport__a_write_after_close_is_dropped_while_the_buffer_is_full(void **state) {
    (void)state;
    world_run(write_after_close, NULL);
}

/* --- Several parts ---------------------------------------------------------------------------- */

static int write_lines(void *arg) {
    enum { PARTS = 5000, SIZE = 2500 };
    static struct iovec parts[PARTS];
    peer self;
    cad_bytes bytes = {0};
    (void)arg;
    cad_stream *stream = meet(&self);
    for (size_t i = 0; i < PARTS; i++) {
        parts[i] = (struct iovec){.iov_base = much + i, .iov_len = i % 7 == 0 ? 0 : SIZE};
        much[i] = (char)('a' + i % 26);
    }
    assert_int_equal(cad_transport_writelines(self.transport, parts, PARTS), 0);
    assert_int_equal(cad_transport_writelines(self.transport, parts, 0), 0);
    cad_transport_write_eof(self.transport);
    assert_int_equal(cad_transport_writelines(self.transport, parts, 1), CAD_ERUNTIME);
    assert_int_equal(cad_stream_read(stream, CAD_ALL, &bytes), 0);
    size_t at = 0;
    for (size_t i = 0; i < PARTS; i++) {
        assert_memory_equal(bytes.data + at, parts[i].iov_base, parts[i].iov_len);
        at += parts[i].iov_len;
    }
    assert_int_equal(bytes.size, at);
    /* And of a stream. */
    struct iovec two[] = {{.iov_base = "one ", .iov_len = 4}, {.iov_base = "two", .iov_len = 3}};
    self.received = 0;
    assert_int_equal(cad_stream_writelines(stream, two, 2), 0);
    while (self.received == 0)
        assert_int_equal(cad_sleep(0), 0);
    assert_non_null(strstr(self.log, "[one two]"));
    cad_bytes_free(&bytes);
    cad_transport_close(self.transport);
    assert_int_equal(cad_event_wait(self.lost), 0);
    memset(much, 0, PARTS);
    done_with(&self);
    return 0;
}

static void test_transport__writelines_sends_more_parts_than_a_call_takes(void **state) {
    (void)state;
    world_run(write_lines, NULL);
}

/* --- Reading is paused ------------------------------------------------------------------------ */

static int hold_back(void *arg) {
    peer self;
    (void)arg;
    cad_stream *stream = meet(&self);
    cad_transport_pause_reading(self.transport);
    cad_transport_pause_reading(self.transport);
    assert_false(cad_transport_is_reading(self.transport));
    assert_int_equal(cad_stream_write(stream, "later", 5), 0);
    assert_int_equal(cad_sleep(5 * CAD_MILLISECOND), 0);
    assert_string_equal(self.log, "made");
    cad_transport_resume_reading(self.transport);
    while (self.received == 0)
        assert_int_equal(cad_sleep(0), 0);
    assert_string_equal(self.log, "made [later]");
    cad_transport_close(self.transport);
    assert_int_equal(cad_event_wait(self.lost), 0);
    done_with(&self);
    return 0;
}

static void test_transport__receives_nothing_while_reading_is_paused(void **state) {
    (void)state;
    world_run(hold_back, NULL);
}

/* --- Making one ------------------------------------------------------------------------------- */

static cad_server *wanted;

static void close_server(void *self, cad_transport *transport) {
    made(self, transport);
    cad_transport_close(transport);
    cad_server_free(wanted);
}

static int free_in_the_middle(void *arg) {
    static const cad_protocol closes = {.connection_made = close_server, .connection_lost = lost};
    peer self;
    (void)arg;
    init_peer(&self);
    assert_int_equal(cad_create_server(world_loop, "127.0.0.1", 0, &closes, NULL, &self, &wanted),
                     0);
    cad_stream *stream = connect_to(wanted);
    assert_int_equal(cad_event_wait(self.lost), 0);
    assert_string_equal(self.log, "made lost");
    cad_stream_free(stream);
    done_with(&self);
    return 0;
}

static void test_transport__connection_made_may_free_the_server(void **state) {
    (void)state;
    world_run(free_in_the_middle, NULL);
}

static int connect_once(void *self) {
    cad_transport *transport;
    int error = cad_create_connection(NULL, cad_server_port(wanted), &protocol, self, &transport);
    if (error == 0) {
        assert_non_null(strstr(((peer *)self)->log, "made"));
        cad_transport_abort(transport);
        cad_transport_unref(transport);
    }
    return error;
}

/* Either it was never called, or all of its calls came. */
static int cancel_connects(void *arg) {
    static const cad_protocol quiet;
    (void)arg;
    assert_int_equal(cad_create_server(world_loop, "127.0.0.1", 0, &quiet, NULL, NULL, &wanted), 0);
    for (int turns = 0; turns < 20; turns++) {
        peer self;
        cad_task *task;
        init_peer(&self);
        assert_int_equal(cad_task_create(world_loop, connect_once, &self, NULL, &task), 0);
        for (int i = 0; i < turns; i++)
            assert_int_equal(cad_sleep(0), 0);
        (void)cad_future_cancel(task, NULL);
        int error = cad_await(task, NULL);
        assert_true(error == 0 || error == CAD_ECANCELLED);
        if (self.transport != NULL)
            assert_int_equal(cad_event_wait(self.lost), 0);
        assert_string_equal(self.log, self.transport != NULL ? "made lost" : "");
        cad_future_unref(task);
        done_with(&self);
    }
    return 0;
}

static void test_transport__cancelling_a_connect_at_each_step_leaves_nothing(void **state) {
    (void)state;
    world_run(cancel_connects, NULL);
}

static int meet_at_a_path(void *arg) {
    static const char path[] = "test_transport.sock";
    peer self, other;
    cad_server *server;
    cad_transport *transport;
    (void)arg;
    init_peer(&self);
    init_peer(&other);
    assert_int_equal(cad_create_unix_server(world_loop, path, &protocol, NULL, &self, &server), 0);
    assert_int_equal(cad_create_unix_connection(path, &protocol, &other, &transport), 0);
    assert_ptr_equal(transport, other.transport);
    say(transport, "over a path");
    cad_transport_close(transport);
    assert_int_equal(cad_event_wait(self.lost), 0);
    assert_string_equal(self.log, "made [over a path] eof lost");
    assert_string_equal(other.log, "made lost");
    cad_transport_unref(transport);
    done_with(&self);
    done_with(&other);
    return 0;
}

static void test_transport__goes_over_a_path_too(void **state) {
    (void)state;
    world_run(meet_at_a_path, NULL);
}

/* Every other time it cannot. */
static void *make_every_other(void *arg) {
    static int calls;
    return calls++ % 2 == 0 ? NULL : arg;
}

/* Who comes after one that was turned away does not wait for it. */
static int turn_away(void *arg) {
    peer self;
    cad_server *server;
    cad_bytes bytes = {0};
    (void)arg;
    init_peer(&self);
    assert_int_equal(
        cad_create_server(world_loop, "127.0.0.1", 0, &protocol, make_every_other, &self, &server),
        0);
    int64_t before_ns = cad_loop_time(world_loop);
    cad_stream *first = connect_to(server), *second = connect_to(server);
    assert_int_equal(cad_stream_read(first, CAD_ALL, &bytes), 0);
    assert_int_equal(bytes.size, 0);
    wait_until_made(&self);
    say(self.transport, "welcome");
    hear(second, "welcome");
    assert_true(cad_loop_time(world_loop) - before_ns < CAD_SECOND / 2);
    cad_bytes_free(&bytes);
    done_with(&self);
    return 0;
}

static void test_transport__a_factory_that_cannot_make_one_turns_that_one_away(void **state) {
    (void)state;
    world_run(turn_away, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_transport__calls_its_protocol_in_order),
        WORLD_TEST(test_transport__writes_nothing_without_an_error),
        WORLD_TEST(test_transport__eof_received_can_keep_it_open_for_writing),
        WORLD_TEST(test_transport__an_error_of_data_received_ends_the_connection),
        WORLD_TEST(
            test_transport__connection_lost_comes_once_and_after_all_data_also_of_a_killed_peer),
        WORLD_TEST(test_transport__pauses_its_protocol_between_the_water_marks),
        WORLD_TEST(test_transport__water_marks_are_asyncios),
        WORLD_TEST(test_transport__close_in_resume_writing_on_an_emptied_buffer),
        WORLD_TEST(test_transport__a_write_after_close_is_dropped_while_the_buffer_is_full),
        WORLD_TEST(test_transport__writelines_sends_more_parts_than_a_call_takes),
        WORLD_TEST(test_transport__receives_nothing_while_reading_is_paused),
        WORLD_TEST(test_transport__connection_made_may_free_the_server),
        WORLD_TEST(test_transport__cancelling_a_connect_at_each_step_leaves_nothing),
        WORLD_TEST(test_transport__goes_over_a_path_too),
        WORLD_TEST(test_transport__a_factory_that_cannot_make_one_turns_that_one_away),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}
