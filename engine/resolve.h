/* resolve.h - names of hosts, for those who connect to them.
 */
#ifndef CADRAN_RESOLVE_H
#define CADRAN_RESOLVE_H

#include "cadran.h"

typedef struct cad__lookup cad__lookup;

/* Begins loop.getaddrinfo() in a thread; *answered, a reference, is done when it has an answer. One
 * reference to *lookup, to be given back whether or not it has. 0 or an error, and there is
 * neither. */
int cad__lookup_start(cad_loop *loop, const char *host, const char *service,
                      const struct addrinfo *hints, cad__lookup **lookup, cad_future **answered);
/* Once it is answered: 0, or the error, raised; and the addresses, borrowed from it. */
int cad__lookup_error(const cad__lookup *lookup);
struct addrinfo *cad__lookup_found(const cad__lookup *lookup);
void cad__lookup_unref(void *lookup); /* takes NULL */

#endif
