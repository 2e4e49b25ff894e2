/* scenario.h - runs a scenario that stands in a test, and keeps what came of it.
 *
 *     scenario_run run = scenario_play("{'cadran': 1, 'tasks': [...]}", NULL);
 *     assert_string_equal(run.output, "hello\n");
 *     scenario_free(&run);
 *
 * In the text ' stands for ", and ` for '.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdint.h>

#include "run/machine.h"

typedef struct scenario_run {
    int error; /* of loading it, or of making the machine; 0: it was run */
    enum run_outcome outcome;
    int64_t end_ns;
    uint64_t tasks;
    uint64_t pending;
    uint64_t failures;
    uint64_t spans_most;
    size_t unmet; /* expectations */
    char *faults; /* what is wrong with the document; "" */
    char *output; /* what the tasks printed */
    char *report; /* what was said about the run, expectations included */
    char *reason;
} scenario_run;

/* What the options are when nothing is said. */
run_machine_options scenario_options(void);

/* options NULL: these; `lines` and `report` are the function's own. */
scenario_run scenario_play(const char *text, const run_machine_options *options);
void scenario_free(scenario_run *run);

/* Runs it and asserts that it printed this, and the outcome. */
void scenario_check(const char *text, const char *output, const char *outcome);

/* Loads it, makes the machine, and asserts that all of this is said to be wrong: lines without the
 * name of the file. */
void scenario_refuse(const char *text, const char *faults);

#endif
