/* loop.subprocess_exec(): a process whose pipes are transports, and which has a protocol.
 *
 * What is asyncio's SubprocessTransport is the process itself here. Its protocol hears that a pipe
 * is lost, and that the program has ended, in whatever order that comes; after the last of these
 * connection_lost() has its turn in the ready queue. Each function of the protocol's may free the
 * process: nothing of it is touched after a call. */
#include "subprocess.h"

#include "ready.h"
#include "trace.h"

struct cad__subprocess {
    cad_loop *loop;
    cad_process *process;
    const cad_subprocess_protocol *protocol;
    void *self;       /* the protocol's */
    cad__entry lost;  /* the turn of connection_lost() */
    struct pipe_end { /* by number */
        cad__subprocess *of;
        cad_transport *transport; /* a reference; NULL: there is none */
        bool lost;
    } pipes[CAD__STANDARD];
    bool exited;
};

/* --- The end ---------------------------------------------------------------------------------- */

/* asyncio's _try_finish(). It comes before what is called of the protocol, as that may free it. */
static void try_finish(cad__subprocess *self) {
    if (!self->exited)
        return;
    for (int i = 0; i < CAD__STANDARD; i++)
        if (self->pipes[i].transport != NULL && !self->pipes[i].lost)
            return;
    cad__ready(self->loop, &self->lost);
}

void cad__subprocess_lost_turn(cad__entry *entry) {
    cad__subprocess *self = CAD__CONTAINER(entry, cad__subprocess, lost);
    if (self->protocol->connection_lost != NULL)
        self->protocol->connection_lost(self->self, 0, NULL);
}

void cad__subprocess_exited(cad__subprocess *subprocess) {
    const cad_subprocess_protocol *protocol = subprocess->protocol;
    subprocess->exited = true;
    try_finish(subprocess);
    if (protocol->process_exited != NULL)
        protocol->process_exited(subprocess->self);
}

/* --- Its pipes -------------------------------------------------------------------------------- */

static int number_of(const struct pipe_end *pipe) {
    return (int)(pipe - pipe->of->pipes);
}

static int pipe_data_received(void *self, const char *data, size_t size) {
    struct pipe_end *pipe = self;
    const cad_subprocess_protocol *protocol = pipe->of->protocol;
    if (protocol->pipe_data_received == NULL)
        return 0;
    return protocol->pipe_data_received(pipe->of->self, number_of(pipe), data, size);
}

static void pipe_connection_lost(void *self, int error, cad_exception *exception) {
    struct pipe_end *pipe = self;
    const cad_subprocess_protocol *protocol = pipe->of->protocol;
    pipe->lost = true;
    try_finish(pipe->of);
    if (protocol->pipe_connection_lost != NULL)
        protocol->pipe_connection_lost(pipe->of->self, number_of(pipe), error, exception);
}

static void pause_writing(void *self) {
    const cad__subprocess *of = ((struct pipe_end *)self)->of;
    if (of->protocol->pause_writing != NULL)
        of->protocol->pause_writing(of->self);
}

static void resume_writing(void *self) {
    const cad__subprocess *of = ((struct pipe_end *)self)->of;
    if (of->protocol->resume_writing != NULL)
        of->protocol->resume_writing(of->self);
}

static const cad_protocol pipe_protocol = {.data_received = pipe_data_received,
                                           .connection_lost = pipe_connection_lost,
                                           .pause_writing = pause_writing,
                                           .resume_writing = resume_writing};

int cad__subprocess_open(cad__subprocess *subprocess, int number, enum cad__transport_kind kind,
                         int descriptor) {
    struct pipe_end *pipe = &subprocess->pipes[number];
    cad_transport *transport;
    int error =
        cad__transport_new(subprocess->loop, kind, descriptor, &pipe_protocol, pipe, &transport);
    if (error == 0)
        pipe->transport = cad_transport_ref(transport);
    return error;
}

cad_transport *cad__subprocess_pipe(const cad__subprocess *subprocess, int number) {
    const struct pipe_end *pipe = &subprocess->pipes[number];
    return pipe->lost ? NULL : pipe->transport;
}

void cad__subprocess_close(cad__subprocess *subprocess) {
    for (int i = 0; i < CAD__STANDARD; i++)
        if (subprocess->pipes[i].transport != NULL)
            cad_transport_close(subprocess->pipes[i].transport);
}

/* --- Life ------------------------------------------------------------------------------------- */

cad__subprocess *cad__subprocess_new(cad_loop *loop, cad_process *process,
                                     const cad_subprocess_protocol *protocol, void *self) {
    cad__subprocess *subprocess = cad__zalloc(sizeof *subprocess);
    if (subprocess == NULL)
        return NULL;
    *subprocess =
        (cad__subprocess){.loop = loop, .process = process, .protocol = protocol, .self = self};
    subprocess->lost.kind = CAD__ENTRY_PROCESS_LOST;
    for (int i = 0; i < CAD__STANDARD; i++)
        subprocess->pipes[i].of = subprocess;
    return subprocess;
}

/* What its connection_made() does may end a pipe, or all of it: the pipes are asked of who is left.
 */
void cad__subprocess_start(cad__subprocess *subprocess) {
    const cad_subprocess_protocol *protocol = subprocess->protocol;
    for (int i = 0; i < CAD__STANDARD; i++)
        if (subprocess->pipes[i].transport != NULL)
            cad__transport_start(subprocess->pipes[i].transport);
    if (protocol->connection_made != NULL)
        protocol->connection_made(subprocess->self, subprocess->process);
}

void cad__subprocess_end(cad__subprocess *subprocess) {
    if (subprocess == NULL)
        return;
    cad__entry *lost = &subprocess->lost;
    if (cad__linked(&lost->link)) {
        CAD__TRACE(subprocess->loop, cad__trace_leave(subprocess->loop, lost));
        cad__unlink(&lost->link);
    }
    cad__subprocess_close(subprocess);
    for (int i = 0; i < CAD__STANDARD; i++) {
        cad_transport *transport = subprocess->pipes[i].transport;
        if (transport != NULL && !subprocess->pipes[i].lost)
            cad__transport_forget(transport);
        cad_transport_unref(transport);
    }
}

void cad__subprocess_destroy(cad__subprocess *subprocess) {
    for (int i = 0; subprocess != NULL && i < CAD__STANDARD; i++)
        cad__transport_destroy(subprocess->pipes[i].transport);
}

void cad__subprocess_free(cad__subprocess *subprocess) {
    cad__free(subprocess);
}
