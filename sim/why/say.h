/* why/say.h - sentences about a run, in plain words, in which tasks, objects, waits and times are
 * marked, so that who shows them can make links of them.
 *
 *     struct why_said said = {.run = run};
 *     why_say_wait(&said, wait);
 *     ... said.text.data, said.marks ...
 *     why_said_free(&said);
 *
 * What they say is appended; the first failure is remembered, in `error`, and nothing is appended
 * after it. Names and texts of a run are shown, never obeyed (base/show.h).
 */
#ifndef WHY_SAY_H
#define WHY_SAY_H

#include "why/path.h"
#include "why/why.h"

#include "base/buffer.h"

enum why_mark_kind { WHY_MARK_TASK, WHY_MARK_OBJECT, WHY_MARK_WAIT, WHY_MARK_SPAN, WHY_MARK_TIME };

/* A piece of the text that stands for something. */
struct why_mark {
    size_t from, length;
    uint8_t kind;    /* enum why_mark_kind */
    uint32_t index;  /* of the task, object, wait or span */
    int64_t time_ns; /* of WHY_MARK_TIME */
};

struct why_said {
    const struct why_run *run;
    base_buffer text;
    struct why_mark *marks;
    size_t mark_count;
    size_t mark_capacity; /* private */
    int error;            /* 0 or CAD_ENOMEM */
};

void why_said_clear(struct why_said *said);
void why_said_free(struct why_said *said);

/* --- Words --------------------------------------------------------------------------------------
 */

void why_say(struct why_said *said, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text of the run. */
void why_say_text(struct why_said *said, uint32_t text);
/* The same in quotes, cut where it is long. */
void why_say_quoted(struct why_said *said, uint32_t text);
/* "job1"; the second of that name "job1 #2"; "nobody". */
void why_say_task(struct why_said *said, uint32_t task);
/* "queue window" */
void why_say_object(struct why_said *said, uint32_t object);
/* A moment, "1.25 s", which is marked; and a length, "250 ms". */
void why_say_moment(struct why_said *said, int64_t time_ns);
void why_say_length(struct why_said *said, int64_t time_ns);

/* --- Sentences, without their ends --------------------------------------------------------------
 */

/* "job7 waited 3 s for room in queue window, full: 4 of 4, which job5 made at 3 s; before it in the
 * line were job4, job5 and job6"; "job0 slept 1 s, until 1 s". */
void why_say_wait(struct why_said *said, uint32_t wait);
/* The same without its task: "waited 3 s for ...". */
void why_say_waited(struct why_said *said, uint32_t wait);
/* What a wait that the run says more of is for, and up to whom it is: "for event go, which only
 * main sets; up to main at s:5:37: /tasks/0/do/1 (set)". */
void why_say_stuck(struct why_said *said, uint32_t wait);
/* Why a task was where it was at a time: "job7 began "x" at 3 s: it waited ..."; what it did then.
 */
void why_say_at(struct why_said *said, uint32_t task, int64_t time_ns);
/* What a task did in a piece, "works "x""; and how its end led on: "wakes job5 by queue window". */
void why_say_piece(struct why_said *said, const struct why_piece *piece);
void why_say_lead(struct why_said *said, const struct why_piece *piece, uint32_t next);
/* Whose pieces a way is made of: "5 s = job5 3 s + job3 1 s + 2 more tasks 1 s". */
void why_say_shares(struct why_said *said, const struct why_path *path);
/* "20 % of the tasks' time is waiting for queue window", the object that all of them waited for
 * longest; nothing where that is less than one of a hundred. */
void why_say_most_waited(struct why_said *said);
/* A task's life: "job7, from 0 s to 5 s, returned". */
void why_say_life(struct why_said *said, uint32_t task);
/* How an object stood at a time, and who changed it last. */
void why_say_object_at(struct why_said *said, uint32_t object, int64_t time_ns);
/* A state that it came into, and by whom: "3 of 4, by job1". */
void why_say_change(struct why_said *said, uint32_t change);
/* A wait of a circle, in the words of the run's report: "job1 waits since 2 s: lock b, held by
 * job2". */
void why_say_ring(struct why_said *said, uint32_t wait);

#endif
