/* failures.h - the page of all failures of a test.
 */
#ifndef CLI_FAILURES_H
#define CLI_FAILURES_H

#include <stdio.h>

#include "suite/format.h"

typedef struct cli_failures {
    const char *path; /* of the page */
    FILE *file;
    char copies[4096]; /* a directory for the traces that are on it: suite_rules.copies */
} cli_failures;

/* Opens the file, before the test, so that none is lost for a wrong path. False after a message. */
bool cli_failures_open(cli_failures *failures, const char *path);

/* For suite_options: writes the page, a section for each scenario that has failed; two timelines,
 * where it has another trace than its golden. The context is a cli_failures. */
int cli_failures_write(void *context, const suite_session *session);

/* Removes the directory, closes the file. False after a message where the page is not whole. */
bool cli_failures_close(cli_failures *failures);

#endif
