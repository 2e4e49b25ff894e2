/* service.h - what the examples of servers share: a server on loopback, until SIGTERM or Ctrl-C. */
#ifndef SERVICE_H
#define SERVICE_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cadran.h"

struct service {
    const char *name;                /* of the program */
    cad_coroutine *prepare;          /* called first, in the loop; NULL: there is nothing to do */
    cad_client_connected *connected; /* called for each connection; or, where it is NULL, ... */
    const cad_protocol *protocol;    /* ... what calls are made for each, */
    cad_protocol_factory *factory;   /* with what this makes */
    void *arg;                       /* what all of them are called with */
    int port; /* 0: one that is free; the first line that is printed says which */
};

static inline void asked_to_stop(void *event) {
    cad_event_set(event);
}

/* Who is connected has a second to read what is still to be sent. */
static inline int end_clients(cad_server *server) {
    cad_timeout *limit;
    cad_server_close(server);
    cad_server_close_clients(server);
    int error = cad_timeout_enter(CAD_SECOND, &limit);
    if (error == 0)
        error = cad_timeout_leave(limit, cad_server_wait_closed(server));
    if (error == CAD_ETIMEDOUT)
        cad_server_abort_clients(server);
    return error == CAD_ETIMEDOUT ? 0 : error;
}

static inline int start_listening(cad_loop *loop, const struct service *service,
                                  cad_server **server) {
    const cad_server_options options = {.connected = service->connected, .arg = service->arg};
    if (service->connected != NULL)
        return cad_start_server(loop, "127.0.0.1", service->port, &options, server);
    return cad_create_server(loop, "127.0.0.1", service->port, service->protocol, service->factory,
                             service->arg, server);
}

/* A task: listens until it is asked to stop. */
static inline int serve(void *arg) {
    const struct service *service = arg;
    cad_loop *loop = cad_running_loop();
    cad_event *stopping = cad_event_new(loop);
    cad_server *server;
    int error = stopping != NULL ? 0 : CAD_ENOMEM;
    if (error == 0 && service->prepare != NULL)
        error = service->prepare(service->arg);
    if (error == 0)
        error = cad_add_signal_handler(loop, SIGTERM, asked_to_stop, stopping);
    if (error == 0)
        error = cad_add_signal_handler(loop, SIGINT, asked_to_stop, stopping);
    if (error == 0)
        error = start_listening(loop, service, &server);
    if (error != 0)
        return error;
    printf("%d\n", cad_server_port(server));
    (void)fflush(stdout);
    error = cad_event_wait(stopping);
    return error == 0 ? end_clients(server) : error;
}

/* The exit status of a run that ended with `error`, which is said on standard error. */
static inline int exit_status(const char *name, int error) {
    if (error == 0)
        return EXIT_SUCCESS;
    const char *message = cad_error_message();
    fprintf(stderr, "%s: %s\n", name, message[0] != '\0' ? message : cad_error_text(error));
    return EXIT_FAILURE;
}

/* Runs fn(arg) as a task, and all tasks that it makes: the program's exit status. */
static inline int run_program(const char *name, cad_coroutine *fn, void *arg) {
    cad_loop *loop;
    cad_task *task = NULL;
    int error = cad_loop_new(cad_uv_driver(), &loop);
    if (error == 0)
        error = cad_task_create(loop, fn, arg, NULL, &task);
    if (error == 0)
        error = cad_loop_run(loop);
    if (error == 0)
        error = cad_future_result(task, NULL);
    int status = exit_status(name, error);
    cad_future_unref(task);
    cad_loop_free(loop);
    return status;
}

/* Runs the service: the program's exit status. The port is the first argument. */
static inline int run_service(struct service *service, int argc, char **argv) {
    service->port = argc > 1 ? atoi(argv[1]) : 0;
    return run_program(service->name, serve, service);
}

#endif
