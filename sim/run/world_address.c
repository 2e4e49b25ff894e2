/* Where a run may connect and listen, and where a step says that it does. */
#include "run/world_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "program/exceptions.h"
#include "run/values.h"

/* --- Leave ----------------------------------------------------------------------------------- */

/* By its number: a name that begins with 127 may be anybody's. */
static bool is_this_machine(const char *host) {
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six) ||
               (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == IN_LOOPBACKNET);
    return strcmp(host, "localhost") == 0;
}

/* An entry is "HOST", "HOST:PORT", "[HOST]" or "[HOST]:PORT"; without brackets a host of more than
 * one colon is one of IPv6, and has no port. */
static bool fits(const char *entry, size_t size, const char *host, int64_t port) {
    char with_port[24];
    size_t length = strlen(host);
    (void)snprintf(with_port, sizeof with_port, ":%" PRId64, port);
    if (size > 2 && entry[0] == '[' && memchr(entry, ']', size) != NULL) {
        const char *end = memchr(entry, ']', size);
        if ((size_t)(end - entry - 1) != length || memcmp(entry + 1, host, length) != 0)
            return false;
        entry = end + 1;
        size -= length + 2;
    } else {
        if (size < length || memcmp(entry, host, length) != 0)
            return false;
        entry += length;
        size -= length;
        if (size > 0 && strchr(host, ':') != NULL)
            return false;
    }
    return size == 0 || (size == strlen(with_port) && memcmp(entry, with_port, size) == 0);
}

static bool may_reach(const run_leave *leave, const char *host, int64_t port) {
    if (leave->hosts == NULL)
        return leave->net && is_this_machine(host);
    for (const char *entry = leave->hosts; *entry != '\0';) {
        size_t size = strcspn(entry, ",");
        if (fits(entry, size, host, port))
            return true;
        entry += size + (entry[size] == ',');
    }
    return false;
}

/* `advice` is shown where the error ends the run, as a note. */
static int refuse(const char *format, const char *what, int64_t port, const char *advice) {
    base_buffer message = {0};
    int error = base_buffer_format(&message, format, what, port);
    if (error == 0)
        error = prog_raise(CAD_EPERMISSION, message.data);
    if (error == CAD_EPERMISSION && advice != NULL)
        (void)cad_exception_add_note(cad_error_exception(), advice);
    base_buffer_free(&message);
    return error;
}

static int refuse_address(const char *host, int64_t port) {
    const char *colon = strchr(host, ':');
    bool with_port = colon != NULL && strchr(colon + 1, ':') == NULL;
    return refuse("\"%s:%" PRId64 "\" is not what --allow-net allows", host, port,
                  with_port ? "\"host\" is a host alone: the port is a member of its own" : NULL);
}

static bool is_below(const char *path, const char *folder) {
    size_t size = strlen(folder);
    return strncmp(path, folder, size) == 0 &&
           (path[size] == '\0' || path[size] == '/' || size == 1);
}

/* Its folder is looked at as it really is, and so is the file, which need not be there: a link may
 * lead to another one, and where that cannot be seen it is none of the folder. */
static bool is_inside(const char *path, const char *folder) {
    char real_folder[PATH_MAX], real[PATH_MAX], parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (length >= sizeof parent || realpath(folder, real_folder) == NULL)
        return false;
    memcpy(parent, path, length);
    parent[length] = '\0';
    if (realpath(length > 0 ? parent : ".", real) == NULL || !is_below(real, real_folder))
        return false;
    return realpath(path, real) == NULL ? errno == ENOENT : is_below(real, real_folder);
}

/* --- Where ----------------------------------------------------------------------------------- */

static int evaluate_port(run_job *job, const expr_expression *port, int *number) {
    int64_t whole;
    int error = run_evaluate_whole(job, port, "port", &whole);
    if (error == 0 && (whole < 0 || whole > UINT16_MAX))
        return prog_raise(CAD_EOVERFLOW, "port must be 0-65535.");
    *number = (int)whole;
    return error;
}

static int say_host(run_job *job, const expr_text *host) {
    static const char here[] = "127.0.0.1";
    base_buffer *text = &job->machine->text;
    if (host != NULL)
        return run_say(job, host);
    base_buffer_clear(text);
    return base_buffer_append(text, here, sizeof here - 1);
}

static int check_address(run_job *job, int port) {
    const char *host = job->machine->text.data;
    return may_reach(&job->machine->options->leave, host, port) ? 0 : refuse_address(host, port);
}

int run_evaluate_address(run_job *job, const expr_text *host, const expr_expression *port,
                         int *number) {
    int error = evaluate_port(job, port, number);
    if (error == 0)
        error = say_host(job, host);
    return error != 0 ? error : check_address(job, *number);
}

/* The host is evaluated once: what is drawn anew could be another one than that which was allowed.
 */
int run_evaluate_ends(run_job *job, const expr_text *host, const expr_expression *const ports[2],
                      int numbers[2]) {
    int error = 0;
    for (int i = 0; i < 2 && error == 0; i++)
        error = ports[i] != NULL ? evaluate_port(job, ports[i], &numbers[i]) : 0;
    if (error == 0)
        error = say_host(job, host);
    for (int i = 0; i < 2 && error == 0; i++)
        error = ports[i] != NULL ? check_address(job, numbers[i]) : 0;
    return error;
}

int run_evaluate_path(run_job *job, const expr_text *path) {
    int error = run_say(job, path);
    const char *text = job->machine->text.data;
    if (error == 0 && !is_inside(text, job->machine->options->leave.folder))
        return refuse("\"%s\" is not in the folder that --allow-unix names", text, 0, NULL);
    return error;
}

int run_evaluate_place(run_job *job, const prog_serve *serve, int *port) {
    return serve->port != NULL ? run_evaluate_address(job, serve->host, serve->port, port)
                               : run_evaluate_path(job, serve->path);
}
