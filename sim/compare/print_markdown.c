/* A comparison as Markdown, for a pull request: what one looks at first is open, the rest folded.
 */
#include "compare/compare.h"

#include "cadran.h"
#include "compare/report.h"
#include "compare/words.h"

#include <stdio.h>
#include <string.h>

/* A text of a run is text, whatever is in it. */
static void put_text(struct cmp_writer *out, const char *text) {
    while (*text != '\0') {
        size_t plain = strcspn(text, "\\`*_{}[]()<>#+!|&~\n");
        cmp_write_shown(out, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        if (*text == '&')
            cmp_write(out, "&amp;");
        else if (*text == '<')
            cmp_write(out, "&lt;");
        else if (*text == '\n')
            cmp_write(out, " ");
        else
            cmp_write(out, "\\%c", *text);
        text++;
    }
}

static void put_list(struct cmp_writer *out, const struct cmp_lines *lines) {
    for (const char *line = cmp_next_line(lines, NULL); line != NULL;
         line = cmp_next_line(lines, line)) {
        cmp_write(out, "- ");
        put_text(out, line);
        cmp_write(out, "\n");
    }
}

static void put_part(struct cmp_writer *out, const struct cmp_report *report, int part,
                     const char *heading, bool folded) {
    if (!cmp_has_part(report, part))
        return;
    if (folded)
        cmp_write(out, "\n<details><summary>%s</summary>\n\n", heading);
    else
        cmp_write(out, "\n**%s**\n\n", heading);
    put_list(out, &report->part[part]);
    if (folded)
        cmp_write(out, "\n</details>\n");
}

static void put_verdict(struct cmp_writer *out, const struct cmp_result *result,
                        const struct cmp_report *report) {
    const struct cmp_lines *lines = &report->part[CMP_VERDICT];
    cmp_write(out, "### ");
    put_text(out, cmp_name(result, CMP_A));
    cmp_write(out, " → ");
    put_text(out, cmp_name(result, CMP_B));
    cmp_write(out, "\n");
    for (const char *line = cmp_next_line(lines, NULL); line != NULL;
         line = cmp_next_line(lines, line)) {
        cmp_write(out, "\n");
        put_text(out, line);
        cmp_write(out, "\n");
    }
}

int cmp_print_markdown(const struct cmp_result *result, base_buffer *text,
                       char message[CMP_MESSAGE_SIZE]) {
    struct cmp_writer out = {.out = text};
    struct cmp_report report;
    int error = cmp_make_report(result, false, &report, message);
    bool both = cmp_has_part(&report, CMP_STATE_B);
    if (error == 0) {
        put_verdict(&out, result, &report);
        put_part(&out, &report, CMP_ROOT, "First root", false);
        put_part(&out, &report, CMP_STATE_A, both ? "Just before it, in A" : "Just before it",
                 true);
        put_part(&out, &report, CMP_STATE_B, "Just before it, in B", true);
        put_part(&out, &report, CMP_OTHER_ROOTS, "Other roots", false);
        put_part(&out, &report, CMP_CONSEQUENCES, "Consequences, by task", true);
        put_part(&out, &report, CMP_EFFECTS, "What it meant", false);
        put_part(&out, &report, CMP_SWAPS, "Unrelated events in another order, in B", true);
        if ((error = out.error) != 0)
            snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    }
    cmp_free_report(&report);
    return error;
}
