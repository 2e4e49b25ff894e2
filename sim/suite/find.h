/* suite/find.h - which scenarios there are, and which traces are kept without one.
 *
 * A file that is named is a scenario. In a directory, and in those below it, a scenario is a file
 * NAME.json whose outermost object has a member "cadran"; so schemas, traces and other programs'
 * JSON are left out, while one that is broken elsewhere is found, and fails. What begins with a dot
 * is left out; symbolic links to directories are not followed.
 *
 * Beside NAME.json is NAME.trace.json, the trace that is kept of it, its golden; and
 * NAME.trace.new.json, one that waits to be accepted.
 */
#ifndef SUITE_FIND_H
#define SUITE_FIND_H

#include <stdbool.h>
#include <stddef.h>

#define SUITE_GOLDEN ".trace.json"
#define SUITE_NEW ".trace.new.json"

typedef struct suite_found {
    char *path;  /* of the scenario */
    char *shown; /* ... as it is printed (base/show.h) */
    bool alone;  /* there is no such file, only a golden of it */
} suite_found;

/* Zeroed, it is empty. */
typedef struct suite_list {
    suite_found *items; /* by their paths, each once */
    size_t count;
    size_t capacity;
    size_t left_out; /* other files *.json in the directories */
} suite_list;

/* What is found by the names of files and directories; the name of a golden, or of a new one,
 * stands for its scenario, and so does a file NAME.json or a directory that may not be read: it
 * fails when it is run. 0; CAD_ENOMEM; CAD_ESYSTEM with errno where something else cannot be
 * looked at, and *culprit, the name of it, to be freed with base_free(). suite_list_free() is due
 * in any case. */
int suite_find(const char *const *names, size_t count, suite_list *list, char **culprit);

/* The scenarios that have a new trace, in the directories; and those that are named, whatever there
 * is of them; a name can be without its `.json`. As suite_find(). */
int suite_find_new(const char *const *names, size_t count, suite_list *list, char **culprit);

void suite_list_free(suite_list *list);

/* The path of a scenario's golden, or of its new trace (`end`); to be freed with base_free(). NULL:
 * no memory. */
char *suite_beside(const char *scenario, const char *end);

#endif
