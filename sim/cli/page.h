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

#endif
