/* Datagrams over real sockets on loopback. */
#include <sys/socket.h>
#include <unistd.h>

#include "support/world_test.h"

/* A protocol that writes down what it is told. */
typedef struct peer {
    cad_endpoint *endpoint;
    cad_event *called;
    char log[512];
    size_t received, datagrams;
    int sender;
} peer;

static void add(peer *self, const char *word) {
    size_t length = strlen(self->log);
    (void)snprintf(self->log + length, sizeof self->log - length, "%s%s", length > 0 ? " " : "",
                   word);
    cad_event_set(self->called);
}

static void made(void *self, cad_endpoint *endpoint) {
    assert_true(cad_endpoint_port(endpoint) > 0);
    add(self, "made");
}

static void received(void *self, const char *data, size_t size, const char *host, int port) {
    peer *of = self;
    char word[64];
    assert_string_equal(host, "127.0.0.1");
    of->sender = port;
    of->received += size;
    of->datagrams++;
    (void)snprintf(word, sizeof word, "[%.*s]", (int)(size < 20 ? size : 20), data);
    add(of, word);
}

static void failed(void *self, int error, cad_exception *exception) {
    char word[64];
    (void)snprintf(word, sizeof word, "%s(%s)", cad_error_name(error),
                   cad_exception_message(exception));
    add(self, word);
}

static void lost(void *self, int error, cad_exception *exception) {
    assert_int_equal(error, 0);
    assert_null(exception);
    add(self, "lost");
}

static void paused(void *self) {
    add(self, "pause");
}

static void resumed(void *self) {
    add(self, "resume");
}

static const cad_datagram_protocol protocol = {made, received, failed, lost, paused, resumed};

static void open_peer(peer *self, const cad_datagram_options *options) {
    *self = (peer){.called = cad_event_new(world_loop)};
    assert_int_equal(
        cad_create_datagram_endpoint(world_loop, options, &protocol, self, &self->endpoint), 0);
    assert_string_equal(self->log, "made");
    self->log[0] = '\0';
}

/* Until it has been called with these, since the last time. */
static void expect(peer *self, const char *log) {
    while (strlen(self->log) < strlen(log)) {
        cad_event_clear(self->called);
        assert_int_equal(cad_event_wait(self->called), 0);
    }
    assert_string_equal(self->log, log);
    self->log[0] = '\0';
}

static void close_peer(peer *self) {
    cad_endpoint_close(self->endpoint);
    cad_endpoint_close(self->endpoint);
    expect(self, "lost");
    assert_int_equal(cad_endpoint_descriptor(self->endpoint), -1);
    assert_int_equal(cad_endpoint_port(self->endpoint), 0);
    cad_endpoint_abort(self->endpoint);
    cad_endpoint_unref(self->endpoint);
    cad_event_free(self->called);
}

static const cad_datagram_options any = {.local_host = "127.0.0.1"};

static void send_to(peer *self, const char *text, int port) {
    assert_int_equal(cad_endpoint_sendto(self->endpoint, text, strlen(text), "localhost", port), 0);
}

static int there_and_back(void *arg) {
    peer here, there;
    (void)arg;
    open_peer(&here, &any);
    open_peer(&there, &any);
    send_to(&here, "hello", cad_endpoint_port(there.endpoint));
    expect(&there, "[hello]");
    assert_int_equal(there.sender, cad_endpoint_port(here.endpoint));
    send_to(&there, "back", there.sender);
    expect(&here, "[back]");
    send_to(&here, "", cad_endpoint_port(there.endpoint));
    send_to(&here, "one", cad_endpoint_port(there.endpoint));
    send_to(&here, "two", cad_endpoint_port(there.endpoint));
    expect(&there, "[] [one] [two]"); /* each by itself */
    assert_int_equal(cad_endpoint_sendto(here.endpoint, "x", 1, NULL, 0), CAD_EINVAL);
    assert_int_equal(cad_endpoint_sendto(here.endpoint, "x", 1, "example.org", 1), CAD_EINVAL);
    cad_endpoint_close(here.endpoint);
    send_to(&here, "dropped", cad_endpoint_port(there.endpoint));
    close_peer(&here);
    close_peer(&there);
    return 0;
}

static void test_datagram__keeps_its_bounds_and_comes_from_somebody(void **state) {
    (void)state;
    world_run(there_and_back, NULL);
}

static int fixed_peer(void *arg) {
    peer here, there;
    char message[64];
    (void)arg;
    open_peer(&there, &any);
    int port = cad_endpoint_port(there.endpoint);
    const cad_datagram_options to = {.remote_host = "localhost", .remote_port = port};
    open_peer(&here, &to);
    assert_int_equal(cad_endpoint_sendto(here.endpoint, "one", 3, NULL, 0), 0);
    send_to(&here, "two", port);
    expect(&there, "[one] [two]");
    assert_int_equal(cad_endpoint_sendto(here.endpoint, "x", 1, "127.0.0.1", port - 1), CAD_EINVAL);
    (void)snprintf(message, sizeof message, "Invalid address: must be None or ('127.0.0.1', %d)",
                   port);
    assert_string_equal(cad_error_message(), message);
    close_peer(&there);
    assert_int_equal(cad_endpoint_sendto(here.endpoint, "three", 5, NULL, 0), 0);
    expect(&here, "ConnectionRefusedError(Connection refused)");
    assert_false(cad_endpoint_is_closing(here.endpoint));
    close_peer(&here);
    return 0;
}

static void test_datagram__hears_that_its_fixed_peer_is_gone(void **state) {
    (void)state;
    world_run(fixed_peer, NULL);
}

static int too_large(void *arg) {
    static char much[70 * 1000];
    peer here, there;
    (void)arg;
    open_peer(&here, &any);
    open_peer(&there, &any);
    int port = cad_endpoint_port(there.endpoint);
    assert_int_equal(cad_endpoint_sendto(here.endpoint, much, sizeof much, "127.0.0.1", port), 0);
    expect(&here, "OSError(Message too long)");
    assert_int_equal(cad_endpoint_sendto(here.endpoint, much, 60000, "127.0.0.1", port), 0);
    expect(&there, "[]"); /* it begins with a zero */
    assert_int_equal(there.received, 60000);
    close_peer(&here);
    close_peer(&there);
    return 0;
}

static void test_datagram__that_cannot_be_sent_is_an_error_and_no_end(void **state) {
    (void)state;
    world_run(too_large, NULL);
}

/* A socket at a path makes the sender wait, where loopback would drop what nobody takes: the
 * endpoint's own is replaced by one. */
static int rise_and_fall(void *arg) {
    enum { SIZE = 1000, COUNT = 3000 };
    static char block[SIZE];
    peer here;
    int pair[2], size = 4096;
    (void)arg;
    const cad_datagram_options to = {.remote_host = "127.0.0.1", .remote_port = 9};
    open_peer(&here, &to);
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    assert_int_equal(dup2(pair[0], cad_endpoint_descriptor(here.endpoint)),
                     cad_endpoint_descriptor(here.endpoint));
    (void)close(pair[0]);
    assert_int_equal(cad_endpoint_set_write_buffer_limits(here.endpoint, 10 * SIZE, SIZE), 0);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(cad_endpoint_sendto(here.endpoint, block, SIZE, NULL, 0), 0);
    expect(&here, "pause");
    size_t kept = cad_endpoint_get_write_buffer_size(here.endpoint);
    assert_true(kept > 0 && kept % (SIZE + 8) == 0);
    int count = 0;
    while (count < COUNT) {
        if (recv(pair[1], block, SIZE, 0) == SIZE)
            count++;
        else
            assert_int_equal(cad_sleep(0), 0);
    }
    expect(&here, "resume");
    assert_int_equal(cad_endpoint_get_write_buffer_size(here.endpoint), 0);
    /* What is kept is sent before the end. */
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(cad_endpoint_sendto(here.endpoint, block, SIZE, NULL, 0), 0);
    cad_endpoint_close(here.endpoint);
    assert_true(cad_endpoint_get_write_buffer_size(here.endpoint) > 0);
    for (count = 0; count < COUNT;) {
        if (recv(pair[1], block, SIZE, 0) == SIZE)
            count++;
        else
            assert_int_equal(cad_sleep(0), 0);
    }
    while (cad_endpoint_descriptor(here.endpoint) >= 0)
        assert_int_equal(cad_sleep(0), 0);
    assert_non_null(strstr(here.log, "lost"));
    (void)close(pair[1]);
    cad_endpoint_unref(here.endpoint);
    cad_event_free(here.called);
    return 0;
}

static void test_datagram__is_kept_while_the_kernel_takes_none(void **state) {
    (void)state;
    world_run(rise_and_fall, NULL);
}

static int refused(void *arg) {
    const cad_datagram_options nowhere = {.local_port = 1}, far = {.local_host = "example.org"};
    const cad_datagram_options taken = {.local_host = "192.0.2.1"};
    cad_endpoint *endpoint;
    peer here;
    (void)arg;
    here = (peer){.called = cad_event_new(world_loop)};
    assert_int_equal(
        cad_create_datagram_endpoint(world_loop, &nowhere, &protocol, &here, &endpoint),
        CAD_EINVAL);
    assert_int_equal(cad_create_datagram_endpoint(world_loop, &far, &protocol, &here, &endpoint),
                     CAD_EINVAL);
    assert_int_equal(cad_create_datagram_endpoint(world_loop, &taken, &protocol, &here, &endpoint),
                     CAD_ESYSTEM);
    assert_string_equal(cad_error_message(), "Cannot assign requested address");
    assert_string_equal(here.log, "");
    return 0;
}

static void test_datagram__without_an_address_there_is_none(void **state) {
    (void)state;
    world_run(refused, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_datagram__keeps_its_bounds_and_comes_from_somebody),
        WORLD_TEST(test_datagram__hears_that_its_fixed_peer_is_gone),
        WORLD_TEST(test_datagram__that_cannot_be_sent_is_an_error_and_no_end),
        WORLD_TEST(test_datagram__is_kept_while_the_kernel_takes_none),
        WORLD_TEST(test_datagram__without_an_address_there_is_none),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}
