/* Which steps a run may carry out outside itself. */
#include "run/world.h"

#include <stdio.h>

#include "run/leave.h"

static int refuse(run_machine *machine, const prog_outside *outside, const char *why) {
    char message[400];
    (void)snprintf(message, sizeof message, "\"%s\" %s", outside->step->operation.name, why);
    return doc_faults_add(&machine->program->document->faults, outside->place, NULL, message);
}

/* What a program is called is known only when the step runs, where it is an expression. */
static int check_exec(run_machine *machine, const prog_outside *outside) {
    const run_leave *leave = &machine->options->leave;
    char why[360];
    if (!leave->exec)
        return refuse(machine, outside,
                      "starts a program, which this run may not; --allow-exec allows it");
    for (uint32_t i = 0; outside->env != NULL && i < outside->env->count; i++) {
        const char *variable = outside->env->items[i].name;
        if (run_may_set(leave, variable))
            continue;
        (void)snprintf(why, sizeof why,
                       "sets \"%.100s\", by which a program may be made to run another's code; "
                       "--allow-env=%.100s allows it",
                       variable, variable);
        return refuse(machine, outside, why);
    }
    if (outside->what == NULL || run_may_exec(leave, outside->what))
        return 0;
    (void)snprintf(why, sizeof why,
                   "starts \"%.100s\", which is none of the programs that --allow-exec names",
                   outside->what);
    return refuse(machine, outside, why);
}

/* Where it connects or listens is known only when it runs, too, where it is an expression. */
static int check_net(run_machine *machine, const prog_outside *outside) {
    const run_leave *leave = &machine->options->leave;
    char why[280], with_port[16] = "";
    if (!leave->net)
        return refuse(machine, outside,
                      "uses the network, which this run may not; --allow-net allows it");
    for (size_t i = 0; i < outside->port_count && outside->host != NULL; i++) {
        int port = outside->ports[i];
        if (run_may_reach(leave, outside->host, port))
            continue;
        if (port != PROG_ANY_PORT)
            (void)snprintf(with_port, sizeof with_port, ":%d", port);
        const char *advice = run_host_advice(outside->host);
        (void)snprintf(why, sizeof why,
                       "uses \"%.100s%s\", which is not what --allow-net allows%s%s", outside->host,
                       with_port, advice != NULL ? "; " : "", advice != NULL ? advice : "");
        return refuse(machine, outside, why);
    }
    return 0;
}

static int check_unix(run_machine *machine, const prog_outside *outside) {
    const run_leave *leave = &machine->options->leave;
    char why[280];
    if (leave->folder == NULL)
        return refuse(machine, outside,
                      "makes or uses a file, which this run may not; --allow-unix=DIR allows it "
                      "there");
    if (outside->what == NULL || run_may_use(leave, outside->what))
        return 0;
    (void)snprintf(why, sizeof why,
                   "uses \"%.100s\", which is not in the folder that --allow-unix names",
                   outside->what);
    return refuse(machine, outside, why);
}

static int check(run_machine *machine, const prog_outside *outside) {
    switch (outside->step->needs) {
    case PROG_NEEDS_EXEC:
        return check_exec(machine, outside);
    case PROG_NEEDS_NET:
        return check_net(machine, outside);
    case PROG_NEEDS_UNIX:
        return check_unix(machine, outside);
    case PROG_NEEDS_NOTHING:
        break;
    }
    return 0;
}

int run_check_world(run_machine *machine) {
    const prog_program *program = machine->program;
    int error = 0;
    if (!machine->options->real && program->outside_count > 0)
        return refuse(
            machine, &program->outside[0],
            "acts on the world outside, and needs the real one (--clock real); a simulated "
            "one is to come");
    for (size_t i = 0; i < program->outside_count && error != CAD_ENOMEM; i++) {
        int result = check(machine, &program->outside[i]);
        error = result != 0 ? result : error;
    }
    return error;
}
