/* http-server.c - HTTP/1.1, a coroutine for each connection, until SIGTERM or Ctrl-C:
 *
 *     example-http-server 8080 &
 *     curl http://127.0.0.1:8080/
 *     curl --data 'back again' http://127.0.0.1:8080/echo
 *     curl http://127.0.0.1:8080/sleep      answers after a tenth of a second, and holds nobody up
 */
#include "http.h"
#include "service.h"

static const char *reason(int status) {
    return llhttp_status_name((llhttp_status_t)status);
}

/* All of it, or for HEAD its beginning. */
static int respond(struct http *self, int status, const void *body, size_t size) {
    char head[160];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: "
                          "%zu\r\nConnection: %s\r\n\r\n",
                          status, reason(status), size, self->keep_alive ? "keep-alive" : "close");
    int error = cad_stream_write(self->stream, head, (size_t)length);
    if (error == 0 && self->parser.method != HTTP_HEAD)
        error = cad_stream_write(self->stream, body, size);
    return error == 0 ? cad_stream_drain(self->stream) : error;
}

static int respond_text(struct http *self, int status, const char *text) {
    return respond(self, status, text, strlen(text));
}

static int answer(struct http *self) {
    int error;
    if (strcmp(self->target, "/") == 0)
        return respond_text(self, 200, "hello\n");
    if (strcmp(self->target, "/echo") == 0)
        return respond(self, 200, self->body, self->body_size);
    if (strcmp(self->target, "/sleep") == 0) {
        error = cad_sleep(100 * CAD_MILLISECOND);
        return error == 0 ? respond_text(self, 200, "slept\n") : error;
    }
    return respond_text(self, 404, "there is no such page\n");
}

/* A task: the requests of a connection, in their order. */
static int session(void *stream) {
    struct http *self = cad_realloc(NULL, sizeof *self);
    int error = CAD_ENOMEM;
    if (self != NULL) {
        http_init(self, stream, HTTP_REQUEST);
        do {
            error = http_next(self);
            if (error == 0 && self->complete)
                error = answer(self);
        } while (error == 0 && self->complete && self->keep_alive);
        if (error == 0 && self->refused != 0) {
            self->keep_alive = false;
            error = respond_text(self, self->refused, "not taken\n");
        }
        http_free(self);
        (void)cad_realloc(self, 0);
    }
    cad_stream_free(stream);
    return error == CAD_ENOMEM ? error : 0; /* that the client went away is its own business */
}

static void connected(cad_stream *stream, void *arg) {
    (void)arg;
    if (cad_task_create(cad_running_loop(), session, stream, NULL, NULL) != 0)
        cad_stream_free(stream);
}

int main(int argc, char **argv) {
    struct service service = {.name = "example-http-server", .connected = connected};
    return run_service(&service, argc, argv);
}
