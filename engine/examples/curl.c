/* curl.c - fetches many URLs, four at a time, by libcurl's multi-socket interface:
 *
 *     example-curl http://127.0.0.1:8080/ http://127.0.0.1:8080/sleep
 *
 * libcurl says which descriptors are to be watched, and when it wants to be called at the latest;
 * what it does then is done by add_reader, add_writer and call_later. */
#include <curl/curl.h>

#include "service.h"

enum { WIDTH = 4 };

struct client {
    cad_loop *loop;
    CURLM *multi;
    cad_semaphore *window;
    cad_handle *timer; /* NULL: none is set */
    int failed;
};

/* A descriptor of libcurl's that is watched. */
struct watched {
    struct client *client;
    curl_socket_t descriptor;
};

struct transfer {
    struct client *client;
    const char *url;
    cad_future *done;
    CURLcode result;
    size_t size;
};

/* --- libcurl and the loop --------------------------------------------------------------------- */

/* Who waits for what has ended goes on. */
static void collect(struct client *self) {
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(self->multi, &left)) != NULL;) {
        struct transfer *transfer;
        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        transfer->result = message->data.result;
        if (!cad_future_done(transfer->done))
            (void)cad_future_set_result(transfer->done, NULL);
    }
}

static void act(struct client *self, curl_socket_t descriptor, int directions) {
    int running;
    (void)curl_multi_socket_action(self->multi, descriptor, directions, &running);
    collect(self);
}

static void readable(void *arg) {
    const struct watched *watched = arg;
    act(watched->client, watched->descriptor, CURL_CSELECT_IN);
}

static void writable(void *arg) {
    const struct watched *watched = arg;
    act(watched->client, watched->descriptor, CURL_CSELECT_OUT);
}

static void stop_timer(struct client *self) {
    if (self->timer != NULL) {
        cad_handle_cancel(self->timer);
        cad_handle_unref(self->timer);
        self->timer = NULL;
    }
}

static void timed_out(void *arg) {
    struct client *self = arg;
    stop_timer(self);
    act(self, CURL_SOCKET_TIMEOUT, 0);
}

/* CURLMOPT_TIMERFUNCTION */
static int set_timer(CURLM *multi, long delay_ms, void *arg) {
    struct client *self = arg;
    (void)multi;
    stop_timer(self);
    if (delay_ms < 0)
        return 0;
    return cad_call_later(self->loop, delay_ms * CAD_MILLISECOND, timed_out, self, &self->timer);
}

/* CURLMOPT_SOCKETFUNCTION: `arg` is what curl_multi_assign() was given, at first NULL. */
static int watch(CURL *easy, curl_socket_t descriptor, int what, void *client, void *arg) {
    struct client *self = client;
    struct watched *watched = arg;
    (void)easy;
    (void)cad_remove_reader(self->loop, descriptor);
    (void)cad_remove_writer(self->loop, descriptor);
    if (what == CURL_POLL_REMOVE) {
        free(watched);
        return 0;
    }
    if (watched == NULL) {
        if ((watched = malloc(sizeof *watched)) == NULL)
            return -1;
        *watched = (struct watched){.client = self, .descriptor = descriptor};
        (void)curl_multi_assign(self->multi, descriptor, watched);
    }
    int error = 0;
    if ((what & CURL_POLL_IN) != 0)
        error = cad_add_reader(self->loop, descriptor, readable, watched);
    if (error == 0 && (what & CURL_POLL_OUT) != 0)
        error = cad_add_writer(self->loop, descriptor, writable, watched);
    return error == 0 ? 0 : -1;
}

/* --- A transfer, as a coroutine --------------------------------------------------------------- */

static size_t count_bytes(char *data, size_t size, size_t count, void *arg) {
    struct transfer *transfer = arg;
    (void)data;
    transfer->size += size * count;
    return size * count;
}

static int fetch(struct transfer *self, CURL *easy) {
    long status = 0;
    (void)curl_easy_setopt(easy, CURLOPT_URL, self->url);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, self);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, self);
    if (curl_multi_add_handle(self->client->multi, easy) != CURLM_OK)
        return CAD_ENOMEM;
    int error = cad_await(self->done, NULL);
    (void)curl_multi_remove_handle(self->client->multi, easy);
    if (error != 0)
        return error;
    if (self->result != CURLE_OK)
        return cad_raise(CAD_ECONNECTION, curl_easy_strerror(self->result));
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    printf("%ld %zu %s\n", status, self->size, self->url);
    return 0;
}

/* A task: one URL, when there is room in the window. */
static int get_url(void *arg) {
    struct transfer *self = arg;
    int error = cad_semaphore_acquire(self->client->window);
    if (error != 0)
        return error;
    CURL *easy = curl_easy_init();
    self->done = cad_future_new(self->client->loop);
    error = easy != NULL && self->done != NULL ? fetch(self, easy) : CAD_ENOMEM;
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", self->url, cad_error_message());
        self->client->failed++;
    }
    cad_future_unref(self->done);
    curl_easy_cleanup(easy); /* takes NULL */
    return cad_semaphore_release(self->client->window);
}

static int prepare(struct client *self) {
    self->multi = curl_multi_init();
    self->window = cad_semaphore_new(self->loop, WIDTH);
    if (self->multi == NULL || self->window == NULL)
        return CAD_ENOMEM;
    (void)curl_multi_setopt(self->multi, CURLMOPT_SOCKETFUNCTION, watch);
    (void)curl_multi_setopt(self->multi, CURLMOPT_SOCKETDATA, self);
    (void)curl_multi_setopt(self->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(self->multi, CURLMOPT_TIMERDATA, self);
    return 0;
}

static int get_all(struct client *self, char **urls, size_t count) {
    struct transfer *transfers = calloc(count, sizeof *transfers);
    cad_task_group *group;
    int error = transfers != NULL ? cad_task_group_enter(&group) : CAD_ENOMEM;
    if (error == 0) {
        const cad_task_options in_group = {.group = group};
        for (size_t i = 0; i < count && error == 0; i++) {
            transfers[i] = (struct transfer){.client = self, .url = urls[i]};
            error = cad_task_create(self->loop, get_url, &transfers[i], &in_group, NULL);
        }
        error = cad_task_group_leave(group, error);
    }
    free(transfers);
    return error;
}

static int run(void *urls) {
    struct client self = {.loop = cad_running_loop()};
    size_t count = 0;
    while (((char **)urls)[count] != NULL)
        count++;
    int error = prepare(&self);
    if (error == 0)
        error = get_all(&self, urls, count);
    curl_multi_cleanup(self.multi); /* takes NULL */
    stop_timer(&self);
    return error == 0 && self.failed > 0 ? cad_raise(CAD_ECONNECTION, "not all came") : error;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: example-curl URL ...\n", stderr);
        return 2;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return EXIT_FAILURE;
    int status = run_program("example-curl", run, argv + 1);
    curl_global_cleanup();
    return status;
}
