/* suite/quote.h - names of files in commands that somebody may copy.
 */
#ifndef SUITE_QUOTE_H
#define SUITE_QUOTE_H

#include "base/buffer.h"

/* Appends a name of a file as a shell takes it: in quotes where it has to be. 0 or CAD_ENOMEM. */
int suite_quote(const char *name, base_buffer *to);

#endif
