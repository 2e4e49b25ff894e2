/* program/signals.h - signals, by their names.
 */
#ifndef PROGRAM_SIGNALS_H
#define PROGRAM_SIGNALS_H

#include "document/document.h"

/* "SIGTERM"; NULL: the language has no name for this one. */
const char *prog_signal_name(int number);

/* The names in an order of their own: that at `index`, and whether a handler can be for it; NULL
 * behind the last. */
const char *prog_signal_at(size_t index, bool *handled);

/* The signal that a document names. Where it is to be `handled`, one that a program cannot handle,
 * or that says that the program itself is broken, is a fault. 0 after a fault. */
int prog_signal_number(const doc_node *node, bool handled);

#endif
