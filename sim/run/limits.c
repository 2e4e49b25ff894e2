/* The gauge of a run: looked at now and then, so that instructions cost nothing for it. */
#include "run/limits.h"

#include <inttypes.h>

#include "base/number.h"
#include "run/report.h"

enum { LOOK_EVERY = 1 << 16 };

/* Whether nothing but instructions has passed since the last look: under the virtual clock no
 * time, under the real one not even an iteration of the loop. */
static bool stands_still(run_machine *machine) {
    struct run_gauge *gauge = &machine->gauge;
    int64_t now_ns = machine->options->real ? gauge->still_ns : cad_loop_time(machine->loop);
    bool still =
        machine->options->real ? gauge->turns == gauge->still_turn : now_ns == gauge->still_ns;
    gauge->still_ns = now_ns;
    gauge->still_turn = gauge->turns;
    return still;
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* The job that runs has done the last step that there is. */
static void stop_at_steps(const run_job *job, enum run_limit limit, uint64_t steps,
                          const char *when) {
    (void)run_machine_limit(job->machine, limit, "%" PRIu64 " steps were run%s", steps, when);
    run_note_running(job, job->top->pc);
}

bool run_machine_refuel(const run_job *job) {
    run_machine *machine = job->machine;
    const run_machine_options *options = machine->options;
    struct run_gauge *gauge = &machine->gauge;
    gauge->steps += gauge->given;
    gauge->still_steps = stands_still(machine) ? gauge->still_steps + gauge->given : 0;
    gauge->given = gauge->fuel = 0;
    if (options->lines->prompt)
        (void)run_lines_flush(options->lines);
    run_machine_show(machine);
    if (machine->stopping)
        return false;
    bool main_takes_it = machine->main_runs && machine->interrupts == 0;
    if (!machine->ending && !main_takes_it && cad_loop_interrupted(machine->loop))
        return false;
    if (gauge->steps >= options->max_steps)
        stop_at_steps(job, RUN_LIMIT_STEPS, options->max_steps, "");
    else if (gauge->still_steps >= options->max_still)
        stop_at_steps(job, RUN_LIMIT_STILL, options->max_still, " while the clock stood still");
    if (machine->stopping)
        return false;
    gauge->given = least(LOOK_EVERY, options->max_steps - gauge->steps);
    gauge->given = least(gauge->given, options->max_still - gauge->still_steps);
    gauge->fuel = gauge->given - 1; /* one is being run */
    return true;
}

int run_machine_time_limit(run_machine *machine) {
    char seconds[BASE_NUMBER_TEXT];
    (void)base_number_format((double)machine->options->max_time_ns / 1e9, seconds);
    return run_machine_limit(machine, RUN_LIMIT_TIME,
                             "%s seconds of the loop's time were not enough", seconds);
}

int run_compute(const run_job *job, int64_t duration_ns) {
    int64_t most_ns = job->machine->options->max_time_ns,
            now_ns = cad_loop_time(job->machine->loop);
    int64_t left_ns = now_ns < most_ns ? most_ns - now_ns : 0;
    cad_compute(duration_ns < left_ns ? duration_ns : left_ns);
    if (cad_loop_interrupted(job->machine->loop))
        run_gauge_look_soon(&job->machine->gauge);
    if (duration_ns <= left_ns || cad_loop_interrupted(job->machine->loop))
        return 0;
    run_note_running(job, job->top->pc - 1);
    return run_machine_time_limit(job->machine);
}
