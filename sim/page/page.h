/* page.h - a run, or two that differ, as one file of HTML that opens from disk, asks for nothing
 * from elsewhere, and shows a timeline, details and statistics.
 *
 *     struct page *page = page_new("window", 1);
 *     int error = page_add_run(page, "window", NULL, &run, NULL);
 *     if (error == 0)
 *         error = page_write(page, file);
 *     page_free(page);
 *
 * A page has one section or several, from which its reader chooses. What it shows is beside it in
 * assets/: page.html, page.css and page.js, which the build makes into C. What comes from a trace
 * is data in it, JSON in which no character means anything to HTML; docs/export.md has the rest of
 * what keeps a stranger's trace from doing harm.
 *
 * Of a run with more than PAGE_ITEMS_MAX bars, wakes and marks the first lanes are in the page, at
 * least PAGE_LANES_MIN, and where that is still too much, a stretch of time; the page says which.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include "compare/compare.h"
#include "statistics/statistics.h"
#include "trace/model.h"

enum {
    PAGE_ITEMS_MAX = 20000,
    PAGE_LANES_MIN = 500,
    PAGE_PRIMITIVES_MAX = 200,   /* of connections and programs, too */
    PAGE_ROOTS_MAX = 300,        /* of a comparison */
    PAGE_DIFFERENCES_MAX = 1000, /* roots and consequences */
};

/* A run; all of it is borrowed until the call is over. */
struct page_run {
    const char *name; /* what it is called: a file's name */
    const struct trace_model *trace;
    const struct stat_run *statistics; /* NULL: of another program's trace */
};

/* From when to when a run is to be shown, both 0 or above: since its beginning. */
struct page_stretch {
    int64_t from_ns, to_ns;
};

struct page;

/* A page that is to have so many runs, which share the room that there is in one. NULL: no memory.
 */
struct page *page_new(const char *title, size_t runs);
void page_free(struct page *page); /* takes NULL */

/* Adds a section for a run: all of it, or a stretch; less where that is too much. 0 or CAD_ENOMEM.
 */
int page_add_run(struct page *page, const char *name, const char *text, const struct page_run *run,
                 const struct page_stretch *stretch);

/* Adds a section for two runs that were compared: one above the other, with the differences, each
 * of which is marked in both. `text` stands above them; NULL: none. Of runs that are too large
 * there is what is around the first root, with the tasks that differ first. 0 or CAD_ENOMEM. */
int page_add_comparison(struct page *page, const char *name, const char *text,
                        const struct page_run runs[CMP_SIDES], const struct cmp_result *result);

/* Adds a section of text alone. 0 or CAD_ENOMEM. */
int page_add_text(struct page *page, const char *name, const char *text);

/* 0 or CAD_ENOMEM. The caller checks the file for errors. */
int page_write(struct page *page, FILE *file);

#endif
