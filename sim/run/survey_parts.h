/* survey_parts.h - what the files of a survey share: the tasks, the things that they wait for, and
 * who has those. Theirs alone; who asks a survey includes survey.h.
 *
 * A task waits for one thing: another task, or something that others have - a lock, a semaphore,
 * the items of a queue that is joined - or that follows them: a gather, say. Such a thing is a node
 * of its own between those who wait and those who have it, so that a thousand who wait for what a
 * thousand hold are two thousand edges, and not a million. What follows others leads to tasks, and
 * to futures, which are things too. Nodes are numbered: the tasks, then the things.
 */
#ifndef RUN_SURVEY_PARTS_H
#define RUN_SURVEY_PARTS_H

#include "base/map.h"
#include "run/job.h"
#include "run/outlook.h"
#include "run/survey.h"
#include "wait/circles.h"

/* Who has a thing. */
typedef struct run_taker {
    uint32_t task;            /* its number here; WAIT_NO_NODE: it has ended, or is a future */
    const cad_future *future; /* what is awaited, or holds it; NULL where a record names it */
    const run_hold *record;
    uint64_t id; /* of who has taken it, cad_task_id(); 0: a callback */
    uint64_t units;
    const char *step;
    uint32_t place;
} run_taker;

typedef struct run_thing {
    const void *key;    /* the object; or what cad_followed() takes */
    const void *object; /* NULL: it is none */
    const char *line;   /* which of the object's lines; NULL: it has one */
    enum prog_object_type type;
    bool passed;                   /* variables may hold it, or they alone do */
    const run_instance *condition; /* whose own lock it is; NULL */
    bool woken;                    /* nobody has it: the parties are those who could end the wait */
    enum run_relation relation;
    const cad_task *holder; /* of a lock: nobody else holds it */
    const run_held *held;   /* of an object: what was acquired step by step; NULL */
    uint32_t first, count;  /* of survey.parties: those that live come first */
    uint32_t room;
    uint64_t members, done; /* of what follows others */
    uint32_t living;        /* of count; the others have ended, and are behind these */
    uint64_t units[2];      /* that these and those have taken */
} run_thing;

/* Tasks that may come to a step which names its object by a variable. */
typedef struct run_loose {
    uint32_t first, last, count; /* numbers of tasks, in their order; how many there are */
} run_loose;

struct run_survey {
    run_machine *machine;
    uint32_t count; /* of tasks */
    const cad_task **tasks;
    uint32_t *targets; /* by task: the node that it waits for; WAIT_NO_NODE */
    run_thing *things;
    size_t thing_count, thing_capacity;
    struct base_map by_key; /* in things */
    run_taker *parties;
    uint32_t party_count;
    struct base_map by_taker; /* in parties: the one of a task that has taken of a run_thing */
    bool deadlock;            /* nothing happens any more but what the tasks do */
    run_outlook outlook;
    run_loose *loose; /* by waker of the program: a task may come to it that names its object by a
                    variable */
    bool no_memory;
    wait_circles circles;
    uint32_t *firsts; /* by circle */
    uint32_t *sizes;  /* by circle, of tasks */
    bool *on_ring;    /* by task: it is on the way from the first of its circle back to that */
};

/* --- Tasks and things (survey_things.c) ------------------------------------------------------ */

/* What each task waits for. False: no memory. */
bool run_survey_find_targets(run_survey *self);

/* The number of a task, which is among those that have not ended; else WAIT_NO_NODE. */
uint32_t run_survey_number_of(const run_survey *self, uint64_t id);
const run_job *run_survey_job_of(const cad_task *task);

/* The lines of a queue are things of their own. It is known by its joiners, who wait for what
 * others have. */
enum { RUN_SURVEY_LINES = 3 };
extern const char *const run_survey_lines[RUN_SURVEY_LINES];
const void *run_survey_key_of(const void *object, const char *line);

/* False where it does not wait; also where it was stopped in the middle, when the run was. */
bool run_survey_waiting(const run_survey *self, const cad_task *task, cad_wait_info *wait);
/* The number of a future that tasks wait for, alone or among others; UINT32_MAX: none does. */
uint32_t run_survey_thing_of(const run_survey *self, const cad_future *future);
/* When a wait ends by itself. */
int64_t run_survey_until_of(const run_survey *self, const cad_task *task,
                            const cad_wait_info *wait);
/* What it waits for is its own: nobody else has a name for it. */
bool run_survey_in_thread(const cad_wait_info *wait);

/* --- Who has them (survey_parties.c) --------------------------------------------------------- */

/* False: no memory. */
bool run_survey_find_parties(run_survey *self);

/* Whether that step ends waits for such a thing; whether it is for one object, and always that;
 * whether it names this one. */
bool run_survey_may_wake(const prog_waker *waker, const run_thing *what);
bool run_survey_is_fixed(const prog_waker *waker);
/* Whether a task might end a wait for it by that step, where the variable holds it: another than
 * who waits for it alone. */
bool run_survey_might_wake(const run_survey *self, size_t waker, const run_thing *what);
bool run_survey_names(const run_survey *self, const prog_waker *waker, const run_thing *what);

/* --- Circles (survey.c) ---------------------------------------------------------------------- */

/* The task of a circle that one which stands in it waits for. */
uint32_t run_survey_next_of(const run_survey *self, uint32_t number);

/* --- Words (survey_words.c) ----------------------------------------------------------------- */

/* How often a condition did not hold at which a task waits. */
uint64_t run_survey_rounds_of(const run_survey *self, const run_job *job);

#endif
