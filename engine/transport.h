/* transport.h - transports, for those who make them: streams, servers, connections, processes.
 *
 * A transport reads whenever there is something to read, unless that is paused, and hands it to its
 * protocol. It writes at once as much as the kernel takes, keeps the rest, and tells the protocol
 * to pause, and to resume, as that goes above the high water mark, and down to the low one. When
 * its end has been reached in both directions, or it is closed, or has failed, connection_lost() is
 * called in a turn of its own: once, and as the last one. Then it is lost: it has no descriptor any
 * more, and is freed when nobody refers to it.
 */
#ifndef CADRAN_TRANSPORT_H
#define CADRAN_TRANSPORT_H

#include "object.h"
#include "watch.h"

/* Of a device, such as a terminal, what can be read is no sign that nobody reads what is written.
 */
enum cad__transport_kind { CAD__SOCKET, CAD__READ_PIPE, CAD__WRITE_PIPE, CAD__WRITE_DEVICE };

/* Takes over the descriptor, also on failure. *transport has one reference, its own, which it gives
 * back when it is lost. 0, CAD_ENOMEM, or an error of the system, and the protocol hears nothing.
 */
int cad__transport_new(cad_loop *loop, enum cad__transport_kind kind, int descriptor,
                       const cad_protocol *protocol, void *self, cad_transport **transport);
/* connection_made(); then it reads, where it can. */
void cad__transport_start(cad_transport *transport);

/* Whose lane in a trace its bytes go by: a stream's, where there is one above it; else its own. */
void cad__transport_show_as(cad_transport *transport, cad__object *object);
/* What it is, in a word. */
const char *cad__transport_word(const cad_transport *transport);
/* Bytes that the kernel has taken from it and the other side has not read yet, where that is a
 * transport of the same loop, made while a trace was told of both; else 0. */
uint64_t cad__transport_in_flight(const cad_transport *transport);

/* Transports that belong together: those of a server's connections. */
typedef struct cad__transports {
    cad__link list; /* cad_transport */
    size_t count;
    void (*emptied)(struct cad__transports *group); /* the last one is lost */
} cad__transports;

/* It belongs to the group until it is lost. */
void cad__transport_join(cad_transport *transport, cad__transports *group);
/* Does something to each. */
void cad__transports_each(cad__transports *group, void (*act)(cad_transport *transport));
/* The group goes; they stay. */
void cad__transports_leave(cad__transports *group);

/* The protocol hears nothing any more. The transport goes on by itself to what its end is. */
void cad__transport_forget(cad_transport *transport);
/* At once, whatever it has: it was never started. Takes NULL. */
void cad__transport_destroy(cad_transport *transport);

#endif
