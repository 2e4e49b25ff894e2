/* trace/arguments.h - holds the arguments of a line to what the table of event.h says of its kind:
 * those that it must have are there, and each is of its type. Private to the rules.
 */
#ifndef TRACE_ARGUMENTS_H
#define TRACE_ARGUMENTS_H

#include "trace/event.h"
#include "trace/scan.h"

/* What is wrong with an argument. */
struct trace_argument_fault {
    enum trace_argument_index argument;
    bool missing; /* or else it is no `type` */
    const char *type;
};

/* Whether these arguments are as the kind says; one that the table does not have for it may be
 * anything. False: what is wrong first. True of TRACE_UNKNOWN. */
bool trace_arguments_fit(enum trace_kind kind, struct trace_members members,
                         struct trace_argument_fault *fault);

#endif
