/* Which steps a run may carry out outside itself. */
#include "run/world.h"

#include <stdio.h>

int run_check_world(run_machine *machine) {
    const prog_program *program = machine->program;
    char message[160];
    if (machine->options->real || program->outside_count == 0)
        return 0;
    const prog_outside *first = &program->outside[0];
    (void)snprintf(message, sizeof message,
                   "\"%s\" acts on the world outside, and needs the real one (--clock real); a "
                   "simulated one is to come",
                   first->step->operation.name);
    return doc_faults_add(&program->document->faults, first->place, NULL, message);
}
