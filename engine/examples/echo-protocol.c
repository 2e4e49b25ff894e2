/* echo-protocol.c - the echo server once more, by callbacks: no coroutine, no stream, and less than
 * a kilobyte for a connection that is open.
 *
 *     example-echo-protocol 8007 &
 *     echo hello | nc -N 127.0.0.1 8007
 *
 * In Python:
 *
 *     class Echo(asyncio.Protocol):
 *         def connection_made(self, transport):
 *             self.transport = transport
 *         def data_received(self, data):
 *             self.transport.write(data)
 *         def pause_writing(self):
 *             self.transport.pause_reading()
 *         def resume_writing(self):
 *             self.transport.resume_reading()
 */
#include "cadran.h"
#include "service.h"

struct echo {
    cad_transport *transport;
};

static void *new_echo(void *arg) {
    (void)arg;
    return calloc(1, sizeof(struct echo));
}

static void connection_made(void *self, cad_transport *transport) {
    ((struct echo *)self)->transport = transport; /* which stays until it is lost */
}

static int data_received(void *self, const char *data, size_t size) {
    return cad_transport_write(((struct echo *)self)->transport, data, size);
}

/* Who sends but does not read is not read from either. */
static void pause_writing(void *self) {
    cad_transport_pause_reading(((struct echo *)self)->transport);
}

static void resume_writing(void *self) {
    cad_transport_resume_reading(((struct echo *)self)->transport);
}

static void connection_lost(void *self, int error, cad_exception *exception) {
    (void)error, (void)exception; /* a reset is the other side's business */
    free(self);
}

int main(int argc, char **argv) {
    static const cad_protocol protocol = {.connection_made = connection_made,
                                          .data_received = data_received,
                                          .connection_lost = connection_lost,
                                          .pause_writing = pause_writing,
                                          .resume_writing = resume_writing};
    struct service service = {
        .name = "example-echo-protocol", .protocol = &protocol, .factory = new_echo};
    return run_service(&service, argc, argv);
}
