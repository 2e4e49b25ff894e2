/* why/report.h - what there is to say of a run, a task, an object, or of the longest way, written
 * out: for people, on a screen of 80 columns, and for programs, as docs/why.md has it.
 *
 * All return 0 or CAD_ENOMEM.
 */
#ifndef WHY_REPORT_H
#define WHY_REPORT_H

#include "why/why.h"

#include "base/buffer.h"
#include "document/write.h"

/* No time is asked for. */
#define WHY_NO_TIME INT64_MIN

enum { WHY_WIDTH = 80, WHY_LINES = 40 };

enum why_topic {
    WHY_ABOUT_RUN,    /* what a look at all of it finds */
    WHY_ABOUT_PATH,   /* the longest way, and the slack of what is not on it */
    WHY_ABOUT_TASK,   /* its life, or, at a time, what it does and how that came about */
    WHY_ABOUT_OBJECT, /* how it stood at a time, who waits there, and who changed it last */
};

struct why_question {
    enum why_topic topic;
    uint32_t index;  /* of the task or object */
    int64_t time_ns; /* WHY_NO_TIME */
    bool all;        /* as long as it gets; else at most WHY_LINES lines */
};

/* Slack is filled in where it is asked for (slack.h). */
int why_print(struct why_run *run, const struct why_question *question, base_buffer *out);
int why_write_json(struct why_run *run, const struct why_question *question, doc_writer *writer);

#endif
