/* compare/report.h - what a comparison says, in the order in which people want to know it, for all
 * who print it. Private to the comparison.
 */
#ifndef CMP_REPORT_H
#define CMP_REPORT_H

#include "compare/compare.h"

struct trace_state;

/* Lines, each with a '\0' at its end. */
struct cmp_lines {
    base_buffer text;
};

/* The line behind `line`; the first where that is NULL; NULL: there is none more. */
const char *cmp_next_line(const struct cmp_lines *lines, const char *line);

/* The parts of it, each some lines. */
enum {
    CMP_VERDICT, /* the level; and what else is to be known of the two */
    CMP_ROOT,    /* the first one: the sentence, and where it is */
    CMP_STATE_A, /* the state before it */
    CMP_STATE_B, /* empty where it is the same as that of A */
    CMP_OTHER_ROOTS,
    CMP_CONSEQUENCES, /* by task */
    CMP_EFFECTS,
    CMP_SWAPS, /* unrelated events in another order */
    CMP_PARTS
};

struct cmp_report {
    struct cmp_lines part[CMP_PARTS];
    bool untold; /* a trace has no details, so that there is more to the state */
};

static inline bool cmp_has_part(const struct cmp_report *report, int part) {
    return report->part[part].text.length > 0;
}

/* As cmp_compare(). The report is to be freed in any case. `all`: each root and each consequence
 * has its line, and each object and task of the state; else there are as many as one looks at. */
int cmp_make_report(const struct cmp_result *result, bool all, struct cmp_report *report,
                    char message[CMP_MESSAGE_SIZE]);
void cmp_free_report(struct cmp_report *report);

#endif
