/* proxy.c - passes connections on to another port, four at a time, until SIGTERM or Ctrl-C:
 *
 *     example-proxy 8007 8008      what comes to 8008 goes to 8007
 *
 * The others wait in the queue of the semaphore, and nothing of theirs is read meanwhile. */
#include "cadran.h"
#include "service.h"

enum { WIDTH = 4 };

struct proxy {
    int port; /* to which it passes on */
    cad_semaphore *window;
};

struct client {
    struct proxy *proxy;
    cad_stream *near, *far; /* the connection here, and the one beyond */
};

/* One direction, up to its end. */
static int pass(cad_stream *source, cad_stream *target) {
    cad_bytes bytes = {0};
    int error;
    while ((error = cad_stream_read(source, 65536, &bytes)) == 0 && bytes.size > 0) {
        error = cad_stream_write(target, bytes.data, bytes.size);
        if (error == 0)
            error = cad_stream_drain(target); /* no more is read than the other side takes */
        if (error != 0)
            break;
    }
    cad_bytes_free(&bytes);
    cad_stream_write_eof(target);
    return error;
}

/* A task: the other direction. */
static int pass_back(void *arg) {
    const struct client *client = arg;
    return pass(client->far, client->near);
}

/* Both at once: where one fails, the other is cancelled. */
static int pass_both(struct client *client) {
    cad_task_group *group;
    int error = cad_task_group_enter(&group);
    if (error != 0)
        return error;
    error = cad_task_create(cad_running_loop(), pass_back, client,
                            &(cad_task_options){.group = group}, NULL);
    if (error == 0)
        error = pass(client->near, client->far);
    return cad_task_group_leave(group, error);
}

/* A task for each connection. What becomes of it is its own business. */
static int serve_client(void *arg) {
    struct client *client = arg;
    int error = cad_semaphore_acquire(client->proxy->window);
    if (error == 0) {
        error = cad_open_connection(NULL, client->proxy->port, 0, &client->far);
        if (error == 0)
            (void)pass_both(client);
        (void)cad_semaphore_release(client->proxy->window);
    }
    cad_stream_free(client->far); /* takes NULL */
    cad_stream_free(client->near);
    free(client);
    return error == CAD_ENOMEM ? error : 0;
}

static void connected(cad_stream *stream, void *arg) {
    struct client *client = calloc(1, sizeof *client);
    if (client != NULL)
        *client = (struct client){.proxy = arg, .near = stream};
    if (client == NULL ||
        cad_task_create(cad_running_loop(), serve_client, client, NULL, NULL) != 0) {
        free(client);
        cad_stream_free(stream);
    }
}

static int make_window(void *arg) {
    struct proxy *proxy = arg;
    proxy->window = cad_semaphore_new(cad_running_loop(), WIDTH);
    return proxy->window != NULL ? 0 : CAD_ENOMEM;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: example-proxy PORT [PORT]\n", stderr);
        return 2;
    }
    struct proxy proxy = {.port = atoi(argv[1])};
    struct service service = {
        .name = "example-proxy", .prepare = make_window, .connected = connected, .arg = &proxy};
    return run_service(&service, argc - 1, argv + 1);
}
