/* page.h - traces as pages of HTML. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdio.h>

#include "cli/run.h"
#include "page/page.h"

/* Writes the page of a trace, all of it or a stretch (NULL: all), to the file. Messages, for which
 * `command` is the name, go to standard error. */
enum cli_status cli_write_page(const char *command, const char *path,
                               const struct page_stretch *stretch, FILE *file);

/* Adds a section for two traces that were compared to a page; `text` as for page_add_comparison().
 */
enum cli_status cli_add_comparison(const char *command, struct page *page, const char *name,
                                   const char *text, const struct cmp_result *result);

/* Writes the page of a comparison to the file. */
enum cli_status cli_write_comparison(const char *command, const struct cmp_result *result,
                                     FILE *file);

#endif
