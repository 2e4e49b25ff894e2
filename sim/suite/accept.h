/* suite/accept.h - new traces that wait beside their goldens: what each would change, and its
 * becoming the golden, or not.
 *
 * A new trace is bound to its scenario by what makes it: the scenario is run again, and what it
 * leaves has to be the new trace, byte for byte. So one that was made from another version of the
 * scenario, or by another cadran, is found out whatever the change was; one that was made before a
 * comment or an indentation changed is still good; and a trace needs to say nothing of the file
 * that it came from.
 */
#ifndef SUITE_ACCEPT_H
#define SUITE_ACCEPT_H

#include "program/language.h"
#include "suite/find.h"
#include "suite/result.h"

/* How they are looked at. */
typedef struct suite_look {
    const prog_language *language;
    unsigned workers;
    int64_t limit_ns;
    unsigned width; /* of what is said, in columns */
} suite_look;

/* Looks at the new traces of a list, in workers. results[i], new, says of the list's items[i]
 * either why it cannot be accepted, or, passed, what accepting it would change: `sentence`,
 * `details`, and whether it is the form alone. After run_process_start(). 0; CAD_ENOMEM;
 * CAD_ESYSTEM with errno where there are no processes to be had. */
int suite_look_at(const suite_look *look, const suite_list *list, suite_result *results);

/* The new trace of a scenario takes the place of its golden, whole or not at all; it goes away. 0,
 * or an errno value. */
int suite_accept(const char *scenario);
int suite_reject(const char *scenario);

#endif
