/* exception.h - what goes with an error, for those who return one.
 */
#ifndef CADRAN_EXCEPTION_H
#define CADRAN_EXCEPTION_H

#include "cadran.h"

/* Notes `exception` (a reference that is taken over) as what goes with an error returned to the
 * running task, or to the program; returns code. */
int cad__raise(int code, cad_exception *exception);

/* What carries what a read got, or where a search stopped; NULL: out of memory. */
cad_exception *cad__exception_incomplete(const char *message, const char *partial, size_t size);
cad_exception *cad__exception_overrun(const char *message, size_t consumed);

/* Words for whoever reports the error that was raised last, as cad_exception_add_note() has them:
 * what the system's own leave out. Without memory there are none. */
#ifdef __GNUC__
__attribute__((format(printf, 1, 2)))
#endif
void cad__note(const char *format, ...);

#endif
