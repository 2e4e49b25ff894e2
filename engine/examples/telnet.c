/* telnet.c - a service by lines for a telnet client, by libtelnet, until SIGTERM or Ctrl-C:
 *
 *     example-telnet 8023 &
 *     telnet 127.0.0.1 8023
 *
 * libtelnet does no input and no output: it is given what comes, and calls back with the text in
 * it, with options that were agreed on, and with what is to be sent. */
#include <string.h>

#include "cadran.h"
#include "service.h"

#include <libtelnet.h> /* which uses size_t without a header that has it */

struct session {
    cad_stream *stream;
    telnet_t *telnet;
    char line[256]; /* as far as it has come */
    size_t size;
    int width, height; /* of the client's window; 0: it does not tell */
    char terminal[32];
    bool ended;
};

static const telnet_telopt_t options[] = {
    {TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO},
    {TELNET_TELOPT_TTYPE, TELNET_WONT, TELNET_DO},
    {-1, 0, 0},
};

/* --- Commands --------------------------------------------------------------------------------- */

static void bye(struct session *self) {
    telnet_printf(self->telnet, "bye\n");
    self->ended = true;
}

static void tell_size(struct session *self) {
    if (self->width > 0)
        telnet_printf(self->telnet, "%d x %d\n", self->width, self->height);
    else
        telnet_printf(self->telnet, "your client does not say\n");
}

static void tell_terminal(struct session *self) {
    telnet_printf(self->telnet, "%s\n",
                  self->terminal[0] != '\0' ? self->terminal : "your client does not say");
}

static void tell_time(struct session *self) {
    int64_t now_ns = cad_loop_time(cad_running_loop());
    telnet_printf(self->telnet, "up for %d s\n", (int)(now_ns / CAD_SECOND));
}

static const struct command {
    const char *name;
    void (*run)(struct session *self);
    const char *help;
} commands[] = {
    {"bye", bye, "ends the session"},
    {"size", tell_size, "of your window"},
    {"terminal", tell_terminal, "that you have"},
    {"time", tell_time, "since when this service runs"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void run_line(struct session *self) {
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(self->line, commands[i].name) == 0) {
            commands[i].run(self);
            return;
        }
    for (size_t i = 0; i < COMMANDS && self->line[0] != '\0'; i++)
        telnet_printf(self->telnet, "%-10s%s\n", commands[i].name, commands[i].help);
}

/* --- What libtelnet calls back with ----------------------------------------------------------- */

/* Makes lines of it. What is longer than a line may be is dropped. */
static void take_text(struct session *self, const char *text, size_t size) {
    for (size_t i = 0; i < size && !self->ended; i++) {
        if (text[i] == '\n') {
            self->line[self->size] = '\0';
            self->size = 0;
            run_line(self);
            if (!self->ended)
                telnet_printf(self->telnet, "> ");
        } else if (text[i] != '\r' && self->size + 1 < sizeof self->line) {
            self->line[self->size++] = text[i];
        }
    }
}

static void take_size(struct session *self, const char *bytes, size_t size) {
    const unsigned char *byte = (const unsigned char *)bytes;
    if (size == 4) {
        self->width = byte[0] << 8 | byte[1];
        self->height = byte[2] << 8 | byte[3];
    }
}

static void handle(telnet_t *telnet, telnet_event_t *event, void *arg) {
    struct session *self = arg;
    switch (event->type) {
    case TELNET_EV_DATA:
        take_text(self, event->data.buffer, event->data.size);
        break;
    case TELNET_EV_SEND:
        (void)cad_stream_write(self->stream, event->data.buffer, event->data.size);
        break;
    case TELNET_EV_WILL:
        if (event->neg.telopt == TELNET_TELOPT_TTYPE)
            telnet_ttype_send(telnet);
        break;
    case TELNET_EV_SUBNEGOTIATION:
        if (event->sub.telopt == TELNET_TELOPT_NAWS)
            take_size(self, event->sub.buffer, event->sub.size);
        break;
    case TELNET_EV_TTYPE:
        if (event->ttype.name != NULL)
            (void)snprintf(self->terminal, sizeof self->terminal, "%s", event->ttype.name);
        break;
    case TELNET_EV_ERROR:
        self->ended = true;
        break;
    default: /* options that need no answer, warnings */
        break;
    }
}

/* --- A session -------------------------------------------------------------------------------- */

static int talk(struct session *self, cad_bytes *bytes) {
    int error = 0;
    telnet_negotiate(self->telnet, TELNET_DO, TELNET_TELOPT_NAWS);
    telnet_negotiate(self->telnet, TELNET_DO, TELNET_TELOPT_TTYPE);
    telnet_printf(self->telnet, "type help, or bye\n> ");
    while (!self->ended && error == 0) {
        error = cad_stream_read(self->stream, 4096, bytes);
        if (error != 0 || bytes->size == 0)
            break;
        telnet_recv(self->telnet, bytes->data, bytes->size);
        error = cad_stream_drain(self->stream);
    }
    return error;
}

/* A task for each connection. */
static int session(void *stream) {
    struct session self = {.stream = stream};
    cad_bytes bytes = {0};
    int error = CAD_ENOMEM;
    self.telnet = telnet_init(options, handle, 0, &self);
    if (self.telnet != NULL) {
        error = talk(&self, &bytes);
        telnet_free(self.telnet);
    }
    cad_bytes_free(&bytes);
    cad_stream_free(stream);
    return error == CAD_ENOMEM ? error : 0;
}

static void connected(cad_stream *stream, void *arg) {
    (void)arg;
    if (cad_task_create(cad_running_loop(), session, stream, NULL, NULL) != 0)
        cad_stream_free(stream);
}

int main(int argc, char **argv) {
    struct service service = {.name = "example-telnet", .connected = connected};
    return run_service(&service, argc, argv);
}
