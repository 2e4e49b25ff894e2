/* internal.h - between the files of page/. */
#ifndef PAGE_INTERNAL_H
#define PAGE_INTERNAL_H

#include "base/strings.h"
#include "document/write.h"
#include "page/page.h"

struct page {
    doc_writer data;            /* its sections */
    struct base_strings *texts; /* of all of them: numbers in the data */
    base_buffer scratch;        /* a text, while it is cleaned */
    uint32_t title;
    size_t items_max, lanes_min; /* of a run */
};

/* Begins a section; its end is the caller's. */
void page_open_section(struct page *page, const char *name, const char *text);

/* --- What of a run is in the page (choose.c) -------------------------------------------------- */

enum page_kind {
    PAGE_SPAN,
    PAGE_WAIT,
    PAGE_SLEEP,
    PAGE_READY,
    PAGE_RUN,
    PAGE_LANE, /* the life of a connection, an end of a pipe, a program */
    PAGE_NO_KIND
};

/* As what a slice is shown; PAGE_NO_KIND: as no bar. */
enum page_kind page_kind_of(const struct trace_model *trace, const struct trace_slice *slice);

/* A line of output, a signal, an error, what came or went, ...; not what only explains others. */
bool page_is_mark(const struct trace_instant *instant);

/* Whether anything of it is in a stretch. */
static inline bool page_overlaps(const struct page_stretch *stretch, int64_t begin_ns,
                                 int64_t end_ns) {
    return begin_ns <= stretch->to_ns && end_ns >= stretch->from_ns;
}

/* What there is room for: of all that a page could have of a run, these tracks in this stretch. */
struct page_choice {
    bool *tracks; /* one each */
    struct page_stretch stretch;
};

/* Chooses from a stretch of a run: all of it where that is not too much; else the tracks that are
 * `preferred` (NULL: none) and the first of the others, and of the time what there is room for,
 * from the anchor on and half as much before it. 0 or CAD_ENOMEM; the caller frees choice->tracks.
 */
int page_choose(struct page_choice *choice, const struct page *page,
                const struct trace_model *trace, struct page_stretch stretch, int64_t anchor_ns,
                const bool *preferred);

/* --- A run as data (run.c) -------------------------------------------------------------------- */

/* The number of a text in the page, in which characters that are obeyed in place of being shown,
 * but for the end of a line, are U+FFFD. UINT32_MAX: no memory. */
uint32_t page_text(struct page *page, const char *text, size_t length);

/* The next of a list: a number; the number of a text, 0 where that is empty. */
void page_put(struct page *page, int64_t number);
void page_put_text(struct page *page, const char *text, size_t length);
/* A member that is the number of a text. */
void page_put_member(struct page *page, const char *key, const char *text);

/* What is where in the data of a run, so that it can be pointed at; TRACE_NO_INDEX: it is not
 * there. */
struct page_index {
    uint32_t *lane_of_track;
    uint32_t *bar_of_slice;
    uint32_t *mark_of_instant;
};

/* Makes an index of what of a run was chosen. 0 or CAD_ENOMEM; the caller frees it in any case. */
int page_index_make(struct page_index *index, const struct trace_model *trace,
                    const struct page_choice *choice);
void page_index_free(struct page_index *index);

/* Writes a run's lanes, bars, wakes, marks and statistics as one value. */
void page_write_run(struct page *page, const struct page_run *run,
                    const struct page_stretch *stretch, const struct page_index *index);

#endif
