/* redis.c - fifty commands to Redis through a window of four, by hiredis:
 *
 *     example-redis 6379
 *
 * hiredis asks its adapter to watch its descriptor, and calls back with a reply; a future makes a
 * coroutine's wait of that. */
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <string.h>

#include "service.h"

enum { COMMANDS = 50, WIDTH = 4 };

/* --- The adapter: what hiredis wants to be told of -------------------------------------------- */

static void readable(void *redis) {
    redisAsyncHandleRead(redis);
}

static void writable(void *redis) {
    redisAsyncHandleWrite(redis);
}

static void add_read(void *redis) {
    (void)cad_add_reader(cad_running_loop(), ((redisAsyncContext *)redis)->c.fd, readable, redis);
}

static void remove_read(void *redis) {
    (void)cad_remove_reader(cad_running_loop(), ((redisAsyncContext *)redis)->c.fd);
}

static void add_write(void *redis) {
    (void)cad_add_writer(cad_running_loop(), ((redisAsyncContext *)redis)->c.fd, writable, redis);
}

static void remove_write(void *redis) {
    (void)cad_remove_writer(cad_running_loop(), ((redisAsyncContext *)redis)->c.fd);
}

static void clean_up(void *redis) {
    remove_read(redis);
    remove_write(redis);
}

static void attach(redisAsyncContext *redis) {
    redis->ev.data = redis;
    redis->ev.addRead = add_read;
    redis->ev.delRead = remove_read;
    redis->ev.addWrite = add_write;
    redis->ev.delWrite = remove_write;
    redis->ev.cleanup = clean_up;
}

/* --- Commands --------------------------------------------------------------------------------- */

struct redis {
    int port;
    redisAsyncContext *context;
    cad_future
        *connected; /* done with the first word of the connection; its error is the future's */
    cad_semaphore *window;
    intptr_t last; /* the highest number that was replied */
};

static void fail(cad_future *future, const char *message) {
    cad_exception *exception = cad_exception_new(CAD_ECONNECTION, message);
    (void)cad_future_set_exception(future, CAD_ECONNECTION, exception);
    cad_exception_unref(exception);
}

/* The future may be done already: its task was cancelled while it waited. */
static void replied(redisAsyncContext *context, void *reply_, void *future) {
    const redisReply *reply = reply_;
    if (!cad_future_done(future)) {
        if (reply != NULL && reply->type == REDIS_REPLY_INTEGER)
            (void)cad_future_set_result(future, (void *)(intptr_t)reply->integer);
        else
            fail(future, reply != NULL ? reply->str : context->errstr);
    }
    cad_future_unref(future);
}

/* Sends it, and waits for the number that it replies. */
static int run_command(struct redis *redis, const char *text, intptr_t *number) {
    void *value = NULL;
    cad_future *reply = cad_future_new(cad_running_loop());
    if (reply == NULL)
        return CAD_ENOMEM;
    int error = 0;
    if (redisAsyncCommand(redis->context, replied, cad_future_ref(reply), text) != REDIS_OK) {
        cad_future_unref(reply);
        error = cad_raise(CAD_ECONNECTION, "the connection is lost");
    }
    if (error == 0)
        error = cad_await(reply, &value);
    cad_future_unref(reply);
    *number = (intptr_t)value;
    return error;
}

static int count_up(void *arg) {
    struct redis *redis = arg;
    intptr_t number = 0;
    int error = cad_semaphore_acquire(redis->window);
    if (error != 0)
        return error;
    error = run_command(redis, "INCR cadran", &number);
    if (number > redis->last)
        redis->last = number;
    int released = cad_semaphore_release(redis->window);
    return error != 0 ? error : released;
}

static int count_all(struct redis *redis) {
    cad_task_group *group;
    intptr_t deleted;
    int error = run_command(redis, "DEL cadran", &deleted);
    if (error == 0)
        error = cad_task_group_enter(&group);
    if (error != 0)
        return error;
    const cad_task_options in_group = {.group = group};
    for (int i = 0; i < COMMANDS && error == 0; i++)
        error = cad_task_create(cad_running_loop(), count_up, redis, &in_group, NULL);
    return cad_task_group_leave(group, error);
}

/* --- The connection --------------------------------------------------------------------------- */

static void connected(const redisAsyncContext *context, int status) {
    struct redis *redis = context->data;
    if (status == REDIS_OK)
        (void)cad_future_set_result(redis->connected, NULL);
    else
        fail(redis->connected, context->errstr);
}

static int connect_to(struct redis *redis) {
    redis->context = redisAsyncConnect("127.0.0.1", redis->port);
    if (redis->context == NULL)
        return CAD_ENOMEM;
    redis->context->data = redis;
    attach(redis->context);
    if (redis->context->err != 0)
        return cad_raise(CAD_ECONNECTION, redis->context->errstr);
    redisAsyncSetConnectCallback(redis->context, connected);
    return cad_await(redis->connected, NULL); /* after an error hiredis frees its context */
}

static int run(void *port) {
    struct redis redis = {.port = atoi(port),
                          .connected = cad_future_new(cad_running_loop()),
                          .window = cad_semaphore_new(cad_running_loop(), WIDTH)};
    int error = redis.connected != NULL && redis.window != NULL ? connect_to(&redis) : CAD_ENOMEM;
    if (error == 0) {
        error = count_all(&redis);
        redisAsyncDisconnect(redis.context);
    }
    cad_future_unref(redis.connected);
    if (error == 0)
        printf("%d commands, counted to %ld\n", COMMANDS, (long)redis.last);
    return error;
}

int main(int argc, char **argv) {
    static char usual[] = "6379";
    return run_program("example-redis", run, argc > 1 ? argv[1] : usual);
}
