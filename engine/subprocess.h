/* subprocess.h - a process whose pipes are transports of a protocol: what process.c needs of it.
 */
#ifndef CADRAN_SUBPROCESS_H
#define CADRAN_SUBPROCESS_H

#include "entry.h"
#include "transport.h"

typedef struct cad__subprocess cad__subprocess;

enum { CAD__STANDARD = 3 }; /* streams of a program: stdin, stdout, stderr, by number */

/* The protocol's side of a process. NULL: no memory. */
cad__subprocess *cad__subprocess_new(cad_loop *loop, cad_process *process,
                                     const cad_subprocess_protocol *protocol, void *self);
/* This end of one of its standard streams, which it takes over, also on failure. 0 or an error. */
int cad__subprocess_open(cad__subprocess *subprocess, int number, enum cad__transport_kind kind,
                         int descriptor);
/* The program runs: connection_made(), and its pipes are read. The protocol may free the process.
 */
void cad__subprocess_start(cad__subprocess *subprocess);
/* The program has ended. Likewise. */
void cad__subprocess_exited(cad__subprocess *subprocess);
/* NULL: it has no such pipe, or has lost it. Borrowed. */
cad_transport *cad__subprocess_pipe(const cad__subprocess *subprocess, int number);
void cad__subprocess_close(cad__subprocess *subprocess);
/* The protocol hears nothing any more; what is unsent is sent. Takes NULL. */
void cad__subprocess_end(cad__subprocess *subprocess);
/* Of a program that was never started. Takes NULL. */
void cad__subprocess_destroy(cad__subprocess *subprocess);
/* Its memory, after that or with the loop. Takes NULL. */
void cad__subprocess_free(cad__subprocess *subprocess);

#endif
