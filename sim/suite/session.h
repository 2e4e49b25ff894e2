/* suite/session.h - tests many scenarios, and says what has become of them.
 */
#ifndef SUITE_SESSION_H
#define SUITE_SESSION_H

#include "suite/format.h"
#include "suite/judge.h"

typedef struct suite_options {
    suite_rules rules;
    unsigned workers;
    int64_t limit_ns; /* for one scenario */
    const suite_format *format;
    FILE *out;
    FILE *progress; /* a terminal; NULL: nobody watches */
    void (*after)(void *context, const suite_session *session); /* when all is said; NULL */
    void *context;
} suite_options;

/* Tests all of the list, and prints it. *failed: how many have. After run_process_start(). 0;
 * CAD_ENOMEM; CAD_ESYSTEM with errno where there are no processes to be had, or a file could not be
 * written. */
int suite_run(const suite_options *options, const suite_list *list, size_t *failed);

#endif
