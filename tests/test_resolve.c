/* Names of hosts, which the C library answers in a thread; nothing here asks the network. */
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/world_test.h"

static const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};

static int ask(void *arg) {
    struct addrinfo *found;
    cad_name_info name;
    (void)arg;
    assert_int_equal(cad_getaddrinfo("127.0.0.1", "80", &numeric, &found), 0);
    assert_int_equal(found->ai_family, AF_INET);
    assert_int_equal(ntohs(((struct sockaddr_in *)(void *)found->ai_addr)->sin_port), 80);
    assert_int_equal(
        cad_getnameinfo(found->ai_addr, found->ai_addrlen, NI_NUMERICHOST | NI_NUMERICSERV, &name),
        0);
    assert_string_equal(name.host, "127.0.0.1");
    assert_string_equal(name.service, "80");
    freeaddrinfo(found);
    assert_int_equal(cad_getaddrinfo("no-number", NULL, &numeric, &found), CAD_ESYSTEM);
    assert_string_equal(cad_error_message(), gai_strerror(EAI_NONAME));
    assert_int_equal(cad_getaddrinfo("localhost", NULL, NULL, &found), 0);
    freeaddrinfo(found);
    return 0;
}

static void test_resolve__finds_addresses_and_names(void **state) {
    (void)state;
    world_run(ask, NULL);
}

static int ask_once(void *arg) {
    struct addrinfo *found;
    (void)arg;
    int error = cad_getaddrinfo("127.0.0.1", "80", &numeric, &found);
    if (error == 0)
        freeaddrinfo(found);
    return error;
}

/* More of them than there are workers: some have not begun. */
static int cancel_all(void *arg) {
    enum { TASKS = 12 };
    (void)arg;
    for (int turns = 0; turns < 6; turns++) {
        cad_task *tasks[TASKS];
        for (int i = 0; i < TASKS; i++)
            assert_int_equal(cad_task_create(world_loop, ask_once, NULL, NULL, &tasks[i]), 0);
        for (int i = 0; i < turns; i++)
            assert_int_equal(cad_sleep(0), 0);
        for (int i = 0; i < TASKS; i++)
            (void)cad_future_cancel(tasks[i], NULL);
        for (int i = 0; i < TASKS; i++) {
            int error = cad_await(tasks[i], NULL);
            assert_true(error == 0 || error == CAD_ECANCELLED);
            cad_future_unref(tasks[i]);
        }
    }
    return 0;
}

static void test_resolve__cancelling_it_at_each_step_leaves_nothing(void **state) {
    (void)state;
    world_run(cancel_all, NULL);
}

static int ask_and_stop(void *arg) {
    struct addrinfo *found;
    (void)arg;
    cad_loop_stop(world_loop);
    return cad_getaddrinfo("127.0.0.1", "80", &numeric, &found);
}

static void test_resolve__a_loop_that_ends_meanwhile_leaves_nothing(void **state) {
    (void)state;
    for (int i = 0; i < 12; i++)
        assert_int_equal(cad_task_create(world_loop, ask_and_stop, NULL, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(world_loop), CAD_ESTOPPED);
}

static int refused(void *arg) {
    struct addrinfo *found;
    (void)arg;
    assert_int_equal(cad_getaddrinfo("127.0.0.1", "80", &numeric, &found), CAD_ESYSTEM);
    return 0;
}

static void test_resolve__is_refused_where_the_world_is_simulated(void **state) {
    cad_loop *loop;
    (void)state;
    assert_int_equal(cad_loop_new(cad_virtual_driver(), &loop), 0);
    assert_int_equal(cad_task_create(loop, refused, NULL, NULL, NULL), 0);
    assert_int_equal(cad_loop_run(loop), 0);
    cad_loop_free(loop);
}

/* --- Connecting to a name --------------------------------------------------------------------- */

static char own_name[256];
static int port;

static void take_in(cad_stream *stream, void *arg) {
    (void)arg;
    cad_stream_free(stream);
}

static int connect_once(void *arg) {
    cad_stream *stream;
    (void)arg;
    int error = cad_open_connection(own_name, port, 0, &stream);
    if (error == 0)
        cad_stream_free(stream);
    return error;
}

static int connect_to_name(void *arg) {
    const cad_server_options options = {.connected = take_in};
    cad_server *server;
    (void)arg;
    assert_int_equal(cad_start_server(world_loop, NULL, 0, &options, &server), 0);
    port = cad_server_port(server);
    assert_int_equal(connect_once(NULL), 0);
    for (int turns = 0; turns < 20; turns++) {
        cad_task *task;
        assert_int_equal(cad_task_create(world_loop, connect_once, NULL, NULL, &task), 0);
        for (int i = 0; i < turns; i++)
            assert_int_equal(cad_sleep(turns > 10 ? 50 * CAD_MICROSECOND : 0), 0);
        (void)cad_future_cancel(task, NULL);
        int error = cad_await(task, NULL);
        assert_true(error == 0 || error == CAD_ECANCELLED);
        cad_future_unref(task);
    }
    cad_server_close(server);
    assert_int_equal(connect_once(NULL), CAD_ECONNREFUSED);
    assert_string_equal(cad_error_message(), "Connection refused");
    return 0;
}

static void test_resolve__a_connection_to_a_name_tries_its_addresses(void **state) {
    struct addrinfo *found = NULL, hints = {.ai_family = AF_INET};
    (void)state;
    if (gethostname(own_name, sizeof own_name) != 0 ||
        getaddrinfo(own_name, NULL, &hints, &found) != 0)
        skip(); /* the machine has no name of its own */
    freeaddrinfo(found);
    world_run(connect_to_name, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_resolve__finds_addresses_and_names),
        WORLD_TEST(test_resolve__cancelling_it_at_each_step_leaves_nothing),
        WORLD_TEST(test_resolve__a_loop_that_ends_meanwhile_leaves_nothing),
        WORLD_TEST(test_resolve__is_refused_where_the_world_is_simulated),
        WORLD_TEST(test_resolve__a_connection_to_a_name_tries_its_addresses),
    };
    return cmocka_run_group_tests(tests, world_test_begin, NULL);
}
