/* http-client.c - asks a server of HTTP/1.1 on loopback for many pages, four at a time:
 *
 *     example-http-client 8080 / /echo /sleep
 *
 * and prints of each its status, how long it is, and where that was. */
#include "http.h"
#include "service.h"

enum { WIDTH = 4 };

struct client {
    int port, failed;
    cad_semaphore *window;
};

struct page {
    struct client *client;
    const char *target;
};

static int send_request(cad_stream *stream, const struct page *page) {
    char request[HTTP_TARGET + 128];
    int size = snprintf(request, sizeof request,
                        "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n",
                        HTTP_TARGET, page->target, page->client->port);
    int error = cad_stream_write(stream, request, (size_t)size);
    return error == 0 ? cad_stream_drain(stream) : error;
}

static int fetch(const struct page *page, struct http *answer) {
    cad_stream *stream;
    int error = cad_open_connection(NULL, page->client->port, 0, &stream);
    if (error != 0)
        return error;
    http_init(answer, stream, HTTP_RESPONSE);
    error = send_request(stream, page);
    if (error == 0)
        error = http_next(answer);
    if (error == 0 && !answer->complete)
        error = cad_raise(CAD_EINCOMPLETE, "the answer is none, or not whole");
    if (error == 0)
        printf("%d %zu %s\n", answer->parser.status_code, answer->body_size, page->target);
    http_free(answer);
    cad_stream_free(stream);
    return error;
}

/* A task: one page, when there is room in the window. */
static int get_page(void *arg) {
    const struct page *page = arg;
    struct http *answer;
    int error = cad_semaphore_acquire(page->client->window);
    if (error != 0)
        return error;
    answer = cad_realloc(NULL, sizeof *answer);
    error = answer != NULL ? fetch(page, answer) : CAD_ENOMEM;
    if (answer != NULL)
        (void)cad_realloc(answer, 0);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", page->target, cad_error_message());
        page->client->failed++;
    }
    return cad_semaphore_release(page->client->window);
}

static int make_tasks(cad_loop *loop, struct client *client, struct page *pages, char **targets,
                      size_t count) {
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++) {
        pages[i] = (struct page){.client = client, .target = targets[i]};
        error = cad_task_create(loop, get_page, &pages[i], NULL, NULL);
    }
    return error;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fputs("usage: example-http-client PORT TARGET ...\n", stderr);
        return 2;
    }
    struct client client = {.port = atoi(argv[1])};
    size_t count = (size_t)argc - 2;
    struct page *pages = calloc(count, sizeof *pages);
    cad_loop *loop;
    int error = cad_loop_new(cad_uv_driver(), &loop);
    if (error == 0 && (pages == NULL || (client.window = cad_semaphore_new(loop, WIDTH)) == NULL))
        error = CAD_ENOMEM;
    if (error == 0)
        error = make_tasks(loop, &client, pages, argv + 2, count);
    if (error == 0)
        error = cad_loop_run(loop);
    int status = exit_status("example-http-client", error);
    cad_loop_free(loop);
    free(pages);
    return client.failed > 0 ? EXIT_FAILURE : status;
}
