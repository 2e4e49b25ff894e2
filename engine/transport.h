/* transport.h - what moves bytes between a descriptor and a protocol, as asyncio's transports do.
 *
 * A transport reads whenever there is something to read, unless that is paused, and hands it to its
 * protocol. It writes at once as much as the kernel takes, keeps the rest, and tells the protocol
 * to pause, and to resume, as that goes above the high water mark, and down to the low one. When
 * its end has been reached in both directions, or it is closed, or has failed, connection_lost() is
 * called in a turn of its own: once, and as the last one. Then the transport is gone.
 */
#ifndef CADRAN_TRANSPORT_H
#define CADRAN_TRANSPORT_H

#include "watch.h"

typedef struct cad__transport cad__transport;

/* What is called, with the `owner` of the transport. */
typedef struct cad__protocol {
    /* Borrowed bytes. An error ends the transport with that: memory has run out. */
    int (*data_received)(void *owner, const char *data, size_t size);
    /* True: the transport stays open for writing. */
    bool (*eof_received)(void *owner);
    /* `error` is 0 where the end was in order; `exception` is borrowed. */
    void (*connection_lost)(void *owner, int error, cad_exception *exception);
    void (*pause_writing)(void *owner);
    void (*resume_writing)(void *owner);
} cad__protocol;

enum cad__transport_kind { CAD__SOCKET, CAD__READ_PIPE, CAD__WRITE_PIPE };

/* Takes over the descriptor, also on failure. It reads from now on, where it can. */
int cad__transport_new(cad_loop *loop, enum cad__transport_kind kind, int descriptor,
                       const cad__protocol *protocol, void *owner, cad__transport **transport);
/* Transports that belong together: those of a server's connections. */
typedef struct cad__transports {
    cad__link list; /* cad__transport */
    size_t count;
    void (*emptied)(struct cad__transports *group); /* the last one is lost */
} cad__transports;

/* It belongs to the group until it is lost. */
void cad__transport_join(cad__transport *transport, cad__transports *group);
/* Does something to each. */
void cad__transports_each(cad__transports *group, void (*act)(cad__transport *transport));
/* The group goes; they stay. */
void cad__transports_leave(cad__transports *group);

/* The protocol hears nothing any more. The transport goes on by itself to what its end is. */
void cad__transport_forget(cad__transport *transport);
/* At once, whatever it has: for what has never been used, and for the loop's end. Takes NULL. */
void cad__transport_destroy(cad__transport *transport);

/* Transport.write(): 0; CAD_ENOMEM, which ends the connection; or CAD_ERUNTIME after write_eof() of
 * a socket. What is written to one that is closing is dropped. */
int cad__transport_write(cad__transport *transport, const char *data, size_t size);
void cad__transport_write_eof(cad__transport *transport);
void cad__transport_close(cad__transport *transport);
void cad__transport_abort(cad__transport *transport);
bool cad__transport_is_closing(const cad__transport *transport);
void cad__transport_pause_reading(cad__transport *transport);
void cad__transport_resume_reading(cad__transport *transport);
int cad__transport_descriptor(const cad__transport *transport);
/* Bytes that the kernel has not taken yet. */
size_t cad__transport_buffered(const cad__transport *transport);

#endif
