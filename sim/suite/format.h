/* suite/format.h - what is said of many tests: a line each, and what of them all in the end.
 */
#ifndef SUITE_FORMAT_H
#define SUITE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "suite/find.h"
#include "suite/result.h"

/* All tests of one time. */
typedef struct suite_session {
    const suite_list *list;
    suite_result *results; /* by the list */
    size_t failed;         /* of those that are done */
    size_t skipped;
    int64_t took_ns;
    bool writes;       /* what is not the golden was left beside it */
    const char *where; /* the directory of the repository, with a slash, that paths of annotations
                          are under; "" */
    char token[64];    /* a word that nobody else knows */
    FILE *out;
} suite_session;

/* A way to say it. Each function may be NULL. end() returns 0, CAD_ENOMEM, or CAD_ESYSTEM with
 * errno where it writes a file of its own. */
typedef struct suite_format {
    const char *name;
    void (*begin)(const suite_session *session);
    void (*one)(const suite_session *session, size_t number); /* in the order of the list */
    int (*end)(const suite_session *session);
} suite_format;

/* For people. */
extern const suite_format suite_format_text;
/* Test Anything Protocol: valid in versions 13 and 14. */
extern const suite_format suite_format_tap;
/* What the strict schema of Jenkins' xUnit plugin allows. */
extern const suite_format suite_format_junit;
/* Workflow commands of GitHub, and a summary of the step where $GITHUB_STEP_SUMMARY names one. */
extern const suite_format suite_format_github;
/* All that there is to say: docs/testing.md. */
extern const suite_format suite_format_json;

/* --- What several of them say ---------------------------------------------------------------- */

/* "cadran accept scenarios/window.json": what accepts all new traces of the session, or of one
 * test; NULL where there is none, or no memory. To be freed with base_free(). */
char *suite_accept_command(const suite_session *session, size_t number);

/* Prints `2 of 9 scenarios failed, 1 skipped, in 0.04 s`, without its newline. */
void suite_print_sum(const suite_session *session, FILE *file);

/* Prints a text line by line, each after `before`: at most `most` lines, 0: all; how many are left
 * out is said in the last. Whether there are some. */
bool suite_print_lines(const char *text, const char *before, size_t most, FILE *file);

#endif
