/* page.h - traces as pages of HTML. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stddef.h>
#include <stdio.h>

#include "cli/command.h"
#include "page/page.h"

/* A trace: a file, which may be packed, "-" for standard input; or, where path is NULL, memory. */
struct cli_trace {
    const char *path;
    const char *name; /* of one in memory */
    const char *data;
    size_t size;
};

/* All of these send messages to standard error, for which `command` is the name, and return an enum
 * cli_status. */

/* Writes the page of a trace, all of it or a stretch (NULL: all), to the file. */
int cli_write_page(const char *command, const char *path, const struct page_stretch *stretch,
                   FILE *file);

/* Writes the page of a comparison to the file. */
int cli_write_comparison(const char *command, const struct cmp_result *result, FILE *file);

/* Add a section to a page, for a trace and for two that were compared; name and text as in
 * page/page.h. */
int cli_add_run(const char *command, struct page *page, const char *name, const char *text,
                const struct cli_trace *trace);
int cli_add_comparison(const char *command, struct page *page, const char *name, const char *text,
                       const struct cmp_result *result);

#endif
