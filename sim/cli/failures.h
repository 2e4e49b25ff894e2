/* failures.h - the page of all that failed in a run of tests (--html). */
#ifndef CLI_FAILURES_H
#define CLI_FAILURES_H

#include <stdio.h>

#include "cli/command.h"
#include "suite/session.h"

/* Writes a section for each test that failed: what is said of it, and, where the run under the
 * virtual clock can be had once more, its timeline, below that of its golden where there is one.
 * After the tests. Returns an enum cli_status; messages go to standard error. */
int cli_write_failures(const suite_session *session, const suite_rules *rules, FILE *file);

#endif
