/* suite/clean.h - texts of anywhere, for terminals, YAML, XML and JSON.
 */
#ifndef SUITE_CLEAN_H
#define SUITE_CLEAN_H

#include <stddef.h>

#include "base/buffer.h"

/* Appends a text of lines as it is shown (base/show.h). 0 or CAD_ENOMEM. */
int suite_clean(const char *text, size_t length, base_buffer *to);

/* Appends a name of a file as a shell takes it: in quotes where it has to be. 0 or CAD_ENOMEM. */
int suite_quote(const char *name, base_buffer *to);

#endif
