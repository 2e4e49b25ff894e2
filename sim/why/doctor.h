/* why/doctor.h - what is not as it should be in a schedule, each with its place and its time.
 *
 * Each is found by a rule (docs/why.md has all of them in words), and what it says holds of the
 * run: whether it is a fault, who wrote the program knows.
 */
#ifndef WHY_DOCTOR_H
#define WHY_DOCTOR_H

#include "why/say.h"
#include "why/why.h"

/* The constant, its word in JSON, and what it says. In the order in which they are told. */
#define WHY_FINDINGS(X)                                                                            \
    X(WHY_FAILED, "failed", "tasks failed, in a run that did not complete")                        \
    X(WHY_DEADLOCK, "deadlock", "tasks wait for one another")                                      \
    X(WHY_LEFT, "left", "tasks wait for what nobody ends any more")                                \
    X(WHY_BUSY, "busy", "a task kept the loop busy, and others whose time had come waited")        \
    X(WHY_STARVED, "starved", "others who came later had their turns before it")                   \
    X(WHY_CONVOY, "convoy", "tasks stand one behind the other at a lock")                          \
    X(WHY_IN_VAIN, "in vain", "several were woken, one went on, others waited again at once")      \
    X(WHY_POLLS, "polls", "a task looks again and again, and nothing has changed")                 \
    X(WHY_NEARLY, "nearly", "a time limit was all but over")

enum why_finding_kind {
#define WHY_X(constant, word, meaning) constant,
    WHY_FINDINGS(WHY_X)
#undef WHY_X
        WHY_FINDING_COUNT
};
extern const char *const why_finding_words[WHY_FINDING_COUNT];

struct why_finding {
    uint8_t kind;    /* enum why_finding_kind */
    uint32_t task;   /* whom it concerns most; WHY_NONE */
    uint32_t other;  /* another one; WHY_NONE */
    uint32_t object; /* WHY_NONE */
    uint32_t wait;   /* an example of it; WHY_NONE */
    uint64_t count;  /* how often, or how many */
    uint64_t of;     /* ... of so many; 0 */
    int64_t begin_ns, end_ns;
    int64_t length_ns; /* what it came to */
};

/* All zero: none. */
struct why_findings {
    struct why_finding *items;
    size_t count;
    size_t capacity; /* private */
};

/* 0 or CAD_ENOMEM. */
int why_find_findings(const struct why_run *run, struct why_findings *findings);
void why_findings_free(struct why_findings *findings);

/* A sentence without its end: "hash kept the loop busy for 350 ms, from 0.15 s on: ...". */
void why_say_finding(struct why_said *said, const struct why_finding *finding);

#endif
