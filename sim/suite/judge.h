/* suite/judge.h - tests one scenario: runs it, and holds the run against what the document expects
 * and against its golden.
 */
#ifndef SUITE_JUDGE_H
#define SUITE_JUDGE_H

#include "program/language.h"
#include "suite/find.h"
#include "suite/result.h"
#include "suite/trial.h"

/* How all scenarios are tested. */
typedef struct suite_rules {
    const prog_language *language;
    bool real;       /* the clock; times may then differ by as much as `expect` tolerates, and
                        nothing is left beside the golden */
    bool writes;     /* what is not the golden is left beside it, as a new one */
    unsigned repeat; /* so many runs have to be the same; at least 1 */
    unsigned width;  /* of what is said, in columns; 0: as wide as it comes */
    unsigned lines;  /* of what is said of one difference; 0: all */
} suite_rules;

/* Tests one; *result is new. After run_process_start(). 0 or CAD_ENOMEM: what is said is then not
 * whole. */
int suite_judge(suite_stage *stage, const suite_rules *rules, const suite_found *scenario,
                suite_result *result);

#endif
