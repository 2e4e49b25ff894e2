/* A comparison as text, for a terminal. */
#include "compare/compare.h"

#include "base/number.h"
#include "base/text.h"
#include "cadran.h"
#include "compare/report.h"
#include "compare/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Lines that are broken where they are too wide, and cut where there are too many. */
struct page {
    struct cmp_writer writer;
    const struct cmp_layout *layout;
    unsigned lines;    /* that are there */
    uint64_t left_out; /* that there is no room for */
};

/* --- Lines ---------------------------------------------------------------------------------- */

static void put_line(struct page *page, unsigned indent, const char *text, size_t length) {
    unsigned most = page->layout->lines;
    if (most > 0 && page->lines + 1 >= most) { /* the last one says how many there would be */
        page->left_out++;
        return;
    }
    page->lines++;
    cmp_write(&page->writer, "%*s", (int)indent, "");
    cmp_write_bytes(&page->writer, text, length);
    cmp_write(&page->writer, "\n");
}

/* As many bytes as fit into so many columns: up to a space, if there is one. */
static size_t fitting(const char *text, size_t columns) {
    size_t bytes = 0, width = 0, space = 0;
    while (text[bytes] != '\0') {
        /* A character has four bytes at most: of a long text the rest is not counted each time. */
        size_t length =
            base_utf8_length((const unsigned char *)text + bytes, strnlen(text + bytes, 4));
        char character[8] = {0};
        memcpy(character, text + bytes, length);
        width += base_text_width(character);
        if (width > columns)
            return space > 0 ? space : bytes > 0 ? bytes : length;
        if (text[bytes] == ' ')
            space = bytes;
        bytes += length;
    }
    return bytes;
}

/* A text of any length; what does not fit goes on below, four columns further in. */
static void put_wrapped(struct page *page, unsigned indent, const char *text) {
    unsigned width = page->layout->width;
    for (;;) {
        size_t length =
            width == 0 ? strlen(text) : fitting(text, width > indent ? width - indent : 1);
        put_line(page, indent, text, length);
        text += length;
        text += strspn(text, " ");
        if (*text == '\0')
            return;
        if (indent < 6)
            indent += 4;
    }
}

static void put_part(struct page *page, const struct cmp_report *report, int part,
                     const char *heading) {
    const struct cmp_lines *lines = &report->part[part];
    if (!cmp_has_part(report, part))
        return;
    if (heading != NULL)
        put_line(page, 0, heading, strlen(heading));
    for (const char *line = cmp_next_line(lines, NULL); line != NULL;
         line = cmp_next_line(lines, line))
        put_wrapped(page, heading == NULL ? 0 : 2, line);
}

/* --- The page ------------------------------------------------------------------------------- */

static void put_names(struct page *page, const struct cmp_result *result) {
    for (int side = 0; side < CMP_SIDES; side++) {
        base_buffer line = {0};
        struct cmp_writer writer = {.out = &line};
        const char *name = cmp_name(result, side);
        cmp_write(&writer, side == CMP_A ? "A  " : "B  ");
        cmp_write_shown(&writer, name, strlen(name));
        cmp_write_bytes(&writer, "", 1);
        if (writer.error == 0)
            put_wrapped(page, 0, line.data);
        else
            page->writer.error = writer.error;
        base_buffer_free(&line);
    }
}

static void put_states(struct page *page, const struct cmp_report *report) {
    static const char untold[] =
        "(Ready queue, items and variables: record with cadran run --detail.)";
    bool both = cmp_has_part(report, CMP_STATE_B);
    put_part(page, report, CMP_STATE_A,
             both ? "Just before it, in A:" : "Just before it, in both:");
    put_part(page, report, CMP_STATE_B, "Just before it, in B:");
    if (report->untold)
        put_wrapped(page, 2, untold);
}

static void put_all(struct page *page, const struct cmp_result *result,
                    const struct cmp_report *report) {
    char heading[64];
    put_names(page, result);
    put_part(page, report, CMP_VERDICT, NULL);
    put_part(page, report, CMP_ROOT, "First root:");
    put_states(page, report);
    put_part(page, report, CMP_OTHER_ROOTS, "Other roots:");
    snprintf(heading, sizeof heading, "Consequences%s:", page->layout->all ? "" : ", by task");
    put_part(page, report, CMP_CONSEQUENCES, heading);
    put_part(page, report, CMP_EFFECTS, "What it meant:");
    put_part(page, report, CMP_SWAPS, "Unrelated events in another order, in B:");
}

/* The roots and nothing else. */
static void put_roots(struct page *page, const struct cmp_report *report) {
    const struct cmp_lines *root = &report->part[CMP_ROOT];
    if (cmp_has_part(report, CMP_ROOT))
        put_wrapped(page, 0, cmp_next_line(root, NULL));
    put_part(page, report, CMP_OTHER_ROOTS, NULL);
    if (!cmp_has_part(report, CMP_ROOT)) {
        put_part(page, report, CMP_VERDICT, NULL);
        put_part(page, report, CMP_SWAPS, NULL);
    }
}

int cmp_print_text(const struct cmp_result *result, const struct cmp_layout *layout,
                   base_buffer *out, char message[CMP_MESSAGE_SIZE]) {
    struct page page = {.writer = {.out = out}, .layout = layout};
    struct cmp_report report;
    int error = cmp_make_report(result, layout->all, &report, message);
    if (error == 0 && layout->brief)
        put_roots(&page, &report);
    else if (error == 0)
        put_all(&page, result, &report);
    if (page.left_out > 0)
        cmp_write(&page.writer, "... and %" PRIu64 " more line%s\n", page.left_out,
                  base_plural(page.left_out));
    cmp_free_report(&report);
    if (error == 0 && (error = page.writer.error) != 0)
        snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    return error;
}
