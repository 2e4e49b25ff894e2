/* The page around the data: what the build has made of assets/, with the title and the data in
 * their places. */
#include "page/page.h"

#include <string.h>

#include "base/memory.h"
#include "cadran.h"
#include "page/internal.h"

/* page_head, page_middle and page_tail: what stands before the title, between title and data, and
 * behind the data. */
#include "page_assets.h"

/* The room for a run; what is more of a page than its reader's patience is shared. */
static size_t share(size_t runs) {
    size_t most = PAGE_ITEMS_MAX * (size_t)4 / (runs > 0 ? runs : 1);
    if (most > PAGE_ITEMS_MAX)
        return PAGE_ITEMS_MAX;
    return most < PAGE_ITEMS_MAX / 20 ? PAGE_ITEMS_MAX / 20 : most;
}

struct page *page_new(const char *title, size_t runs) {
    struct page *page = base_zalloc(1, sizeof *page);
    if (page == NULL)
        return NULL;
    page->data.embedded = true;
    page->items_max = share(runs);
    page->lanes_min = page->items_max / (PAGE_ITEMS_MAX / PAGE_LANES_MIN);
    page->texts = base_strings_new();
    page->title = page->texts == NULL ? UINT32_MAX : page_text(page, title, strlen(title));
    if (page->title == UINT32_MAX) {
        page_free(page);
        return NULL;
    }
    doc_write_open(&page->data, NULL, '{');
    doc_write_open(&page->data, "sections", '[');
    return page;
}

void page_free(struct page *page) {
    if (page == NULL)
        return;
    base_strings_free(page->texts);
    base_buffer_free(&page->scratch);
    base_buffer_free(&page->data.text);
    base_free(page);
}

/* --- Sections --------------------------------------------------------------------------------- */

/* What of a stretch there is in a trace, whose times may begin anywhere. */
static struct page_stretch clip(const struct trace_model *trace,
                                const struct page_stretch *stretch) {
    struct page_stretch all = {trace->begin_ns, trace->end_ns};
    if (stretch == NULL)
        return all;
    int64_t length_ns = all.to_ns - all.from_ns;
    if (stretch->from_ns < length_ns)
        all.from_ns += stretch->from_ns;
    else
        all.from_ns = all.to_ns;
    if (stretch->to_ns < length_ns)
        all.to_ns = trace->begin_ns + stretch->to_ns;
    return all;
}

void page_open_section(struct page *page, const char *name, const char *text) {
    doc_write_open(&page->data, NULL, '{');
    page_put_member(page, "name", name);
    if (text != NULL)
        page_put_member(page, "text", text);
}

int page_add_run(struct page *page, const char *name, const char *text, const struct page_run *run,
                 const struct page_stretch *stretch) {
    struct page_stretch wanted = clip(run->trace, stretch);
    struct page_index index = {NULL, NULL, NULL};
    struct page_choice choice;
    int error = page_choose(&choice, page, run->trace, wanted, wanted.from_ns, NULL);
    if (error == 0)
        error = page_index_make(&index, run->trace, &choice);
    if (error == 0) {
        page_open_section(page, name, text);
        doc_write_open(&page->data, "runs", '[');
        page_write_run(page, run, &choice.stretch, &index);
        doc_write_close(&page->data, ']');
        doc_write_close(&page->data, '}');
        error = page->data.error;
    }
    page_index_free(&index);
    base_free(choice.tracks);
    return error;
}

int page_add_text(struct page *page, const char *name, const char *text) {
    page_open_section(page, name, text);
    doc_write_close(&page->data, '}');
    return page->data.error;
}

/* --- The whole -------------------------------------------------------------------------------- */

static void write_texts(struct page *page) {
    uint32_t count = base_strings_count(page->texts);
    doc_write_open(&page->data, "texts", '[');
    for (uint32_t i = 0; i < count; i++)
        doc_write_text(&page->data, NULL, base_strings_text(page->texts, i));
    doc_write_close(&page->data, ']');
}

/* A text as the content of an element. */
static void put_escaped(FILE *file, const char *text) {
    for (; *text != '\0'; text++) {
        const char *entity = *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&amp;";
        if (*text == '<' || *text == '>' || *text == '&')
            fputs(entity, file);
        else
            putc(*text, file);
    }
}

int page_write(struct page *page, FILE *file) {
    doc_write_close(&page->data, ']');
    write_texts(page);
    doc_write_close(&page->data, '}');
    if (page->data.error != 0)
        return page->data.error;
    fwrite(page_head, 1, sizeof page_head, file);
    put_escaped(file, base_strings_text(page->texts, page->title));
    fwrite(page_middle, 1, sizeof page_middle, file);
    fwrite(page->data.text.data, 1, page->data.text.length, file);
    fwrite(page_tail, 1, sizeof page_tail, file);
    return 0;
}
