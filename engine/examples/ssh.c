/* ssh.c - a command on another machine, by libssh2, with a key that needs no passphrase:
 *
 *     example-ssh 22 me ~/.ssh/id_rsa 'uname -a'
 *
 * on 127.0.0.1. Each call of libssh2 that would wait says so, and in which direction: the coroutine
 * waits for the descriptor, and calls again. The exit status is the command's. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ready.h"
#include "service.h"

struct ssh {
    int port;
    const char *user, *key, *command;
    int descriptor;
    LIBSSH2_SESSION *session;
    LIBSSH2_CHANNEL *channel;
    int status; /* the command's */
};

static int raise_of(struct ssh *self) {
    char *message = NULL;
    (void)libssh2_session_last_error(self->session, &message, NULL, 0);
    return cad_raise(CAD_ECONNECTION, message);
}

/* What a call of libssh2 returned: 0, an error, or CAD_PENDING, when it is to be made again. */
static int after_call(struct ssh *self, int returned) {
    if (returned != LIBSSH2_ERROR_EAGAIN)
        return returned < 0 ? raise_of(self) : 0;
    int directions = libssh2_session_block_directions(self->session);
    int wanted = (directions & LIBSSH2_SESSION_BLOCK_INBOUND) != 0 ? READY_TO_READ : 0;
    if ((directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0)
        wanted |= READY_TO_WRITE;
    int error = wait_ready(self->descriptor, wanted);
    return error != 0 ? error : CAD_PENDING;
}

/* --- The connection --------------------------------------------------------------------------- */

static int raise_errno(int number) {
    return cad_raise(CAD_ECONNECTION, strerror(number));
}

static int connect_socket(struct ssh *self) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)self->port)};
    int failed = 0;
    socklen_t size = sizeof failed;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (self->descriptor < 0)
        return raise_errno(errno);
    if (connect(self->descriptor, (struct sockaddr *)&to, sizeof to) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return raise_errno(errno);
    int error = wait_ready(self->descriptor, READY_TO_WRITE);
    if (error == 0 && getsockopt(self->descriptor, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
        failed = errno;
    return error == 0 && failed != 0 ? raise_errno(failed) : error;
}

static int log_in(struct ssh *self) {
    int error;
    self->session = libssh2_session_init();
    if (self->session == NULL)
        return CAD_ENOMEM;
    libssh2_session_set_blocking(self->session, 0);
    do
        error = after_call(self, libssh2_session_handshake(self->session, self->descriptor));
    while (error == CAD_PENDING);
    if (error != 0)
        return error;
    do
        error = after_call(self, libssh2_userauth_publickey_fromfile(self->session, self->user,
                                                                     NULL, self->key, NULL));
    while (error == CAD_PENDING);
    return error;
}

/* --- The command ------------------------------------------------------------------------------ */

static int start_command(struct ssh *self) {
    int error;
    do {
        self->channel = libssh2_channel_open_session(self->session);
        error =
            after_call(self, self->channel != NULL ? 0 : libssh2_session_last_errno(self->session));
    } while (error == CAD_PENDING);
    if (error != 0)
        return error;
    do
        error = after_call(self, libssh2_channel_exec(self->channel, self->command));
    while (error == CAD_PENDING);
    return error;
}

static int print_output(struct ssh *self) {
    char bytes[4096];
    for (;;) {
        ssize_t size = libssh2_channel_read(self->channel, bytes, sizeof bytes);
        int error = after_call(self, (int)size);
        if (error != 0 && error != CAD_PENDING)
            return error;
        if (size > 0)
            (void)fwrite(bytes, 1, (size_t)size, stdout);
        if (size == 0)
            return 0;
    }
}

static int end_command(struct ssh *self) {
    int error;
    do
        error = after_call(self, libssh2_channel_close(self->channel));
    while (error == CAD_PENDING);
    self->status = libssh2_channel_get_exit_status(self->channel);
    return error;
}

static void hang_up(struct ssh *self) {
    if (self->session != NULL) {
        libssh2_session_set_blocking(self->session, 1); /* what is left is to be freed, not sent */
        (void)shutdown(self->descriptor, SHUT_RDWR);
        (void)libssh2_session_free(self->session); /* and its channel */
    }
    if (self->descriptor >= 0)
        (void)close(self->descriptor);
}

static int run(void *arg) {
    struct ssh *self = arg;
    int error = connect_socket(self);
    if (error == 0)
        error = log_in(self);
    if (error == 0)
        error = start_command(self);
    if (error == 0)
        error = print_output(self);
    if (error == 0)
        error = end_command(self);
    hang_up(self);
    return error;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fputs("usage: example-ssh PORT USER KEY COMMAND\n", stderr);
        return 2;
    }
    struct ssh self = {.port = atoi(argv[1]),
                       .user = argv[2],
                       .key = argv[3],
                       .command = argv[4],
                       .descriptor = -1};
    if (libssh2_init(0) != 0)
        return EXIT_FAILURE;
    int status = run_program("example-ssh", run, &self);
    libssh2_exit();
    return status != 0 ? status : self.status;
}
