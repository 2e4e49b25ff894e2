/* loop.connect_read_pipe(), connect_write_pipe(): transports over descriptors of the program's own.
 */
#include <errno.h>
#include <sys/stat.h>

#include "descriptor.h"
#include "transport.h"

/* What a descriptor has to be. 0 or an error, raised. */
static int look_at(int descriptor, struct stat *info) {
    if (fstat(descriptor, info) != 0)
        return cad__system_error(errno);
    if (!S_ISFIFO(info->st_mode) && !S_ISSOCK(info->st_mode) && !S_ISCHR(info->st_mode))
        return cad_raise(CAD_EINVAL, "Pipe transport is for pipes/sockets only.");
    return 0;
}

static int start(cad_loop *loop, enum cad__transport_kind kind, int descriptor,
                 const cad_protocol *protocol, void *self, cad_transport **out) {
    cad_transport *transport;
    int error = cad__transport_new(loop, kind, descriptor, protocol, self, &transport);
    if (error != 0)
        return error;
    *out = cad_transport_ref(transport);
    cad__transport_start(transport);
    return 0;
}

int cad_connect_read_pipe(cad_loop *loop, int descriptor, const cad_protocol *protocol, void *self,
                          cad_transport **transport) {
    struct stat info;
    int error = look_at(descriptor, &info);
    if (error == 0)
        return start(loop, CAD__READ_PIPE, descriptor, protocol, self, transport);
    cad__descriptor_close(descriptor);
    return error;
}

int cad_connect_write_pipe(cad_loop *loop, int descriptor, const cad_protocol *protocol, void *self,
                           cad_transport **transport) {
    struct stat info;
    int error = look_at(descriptor, &info);
    if (error == 0)
        return start(loop, S_ISCHR(info.st_mode) ? CAD__WRITE_DEVICE : CAD__WRITE_PIPE, descriptor,
                     protocol, self, transport);
    cad__descriptor_close(descriptor);
    return error;
}
