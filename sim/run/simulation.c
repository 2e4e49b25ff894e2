/* The loop of a run, and the driver that looks over its shoulder. */
#include "run/simulation.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "driver.h"
#include "run/report.h"

typedef struct watched_driver {
    cad_driver driver;
    cad_driver *inner;
    run_machine *machine;
} watched_driver;

static watched_driver *of(cad_driver *driver) {
    return (watched_driver *)(void *)driver; /* its first member */
}

static void start(cad_driver *driver) {
    cad_driver *inner = of(driver)->inner;
    inner->loop = driver->loop;
    inner->start(inner);
}

static int64_t now(cad_driver *driver) {
    cad_driver *inner = of(driver)->inner;
    return inner->now(inner);
}

static void stop_at_limit(run_machine *machine) {
    char seconds[BASE_NUMBER_TEXT];
    (void)base_number_format((double)machine->options->max_time_ns / 1e9, seconds);
    (void)run_machine_limit(machine, RUN_LIMIT_TIME,
                            "%s seconds of the loop's time were not enough", seconds);
}

/* SIGINT came, or there is no time left: the loop ends at once. */
static bool is_over(run_machine *machine, int64_t until_ns) {
    const run_machine_options *options = machine->options;
    if (options->interrupt != NULL && *options->interrupt != 0)
        cad_loop_interrupt(machine->loop);
    else if (until_ns > options->max_time_ns)
        stop_at_limit(machine);
    else
        return false;
    return true;
}

static int wait(cad_driver *driver, int64_t deadline_ns) {
    const watched_driver *self = of(driver);
    run_machine *machine = self->machine;
    const run_machine_options *options = machine->options;
    cad_driver *inner = self->inner;
    if (deadline_ns != INT64_MIN && options->lines->prompt)
        (void)run_lines_flush(options->lines);
    if (!options->real) { /* it does not wait, so the time to come is known */
        int64_t until_ns = deadline_ns == CAD_NEVER ? INT64_MIN : deadline_ns;
        int64_t now_ns = inner->now(inner);
        return is_over(machine, until_ns > now_ns ? until_ns : now_ns)
                   ? 0
                   : inner->wait(inner, deadline_ns);
    }
    if (is_over(machine, inner->now(inner)))
        return 0;
    bool limited = options->max_time_ns < deadline_ns && deadline_ns != CAD_NEVER;
    int error = inner->wait(inner, limited ? options->max_time_ns + 1 : deadline_ns);
    (void)is_over(machine, INT64_MIN);
    return error;
}

static void compute(cad_driver *driver, int64_t duration_ns) {
    cad_driver *inner = of(driver)->inner;
    if (of(driver)->machine->options->lines->prompt)
        (void)run_lines_flush(of(driver)->machine->options->lines);
    inner->compute(inner, duration_ns);
}

static int start_work(cad_driver *driver, cad_work *work) {
    cad_driver *inner = of(driver)->inner;
    return inner->start_work(inner, work);
}

static void join(cad_driver *driver) {
    cad_driver *inner = of(driver)->inner;
    if (inner->join != NULL)
        inner->join(inner);
}

static void wake(cad_driver *driver) {
    cad_driver *inner = of(driver)->inner;
    inner->wake(inner);
}

static void destroy(cad_driver *driver) {
    cad_driver *inner = of(driver)->inner;
    inner->loop = driver->loop;
    inner->free(inner);
    base_free(driver);
}

int run_simulation_start(run_machine *machine) {
    const run_machine_options *options = machine->options;
    cad_driver *inner = options->real ? cad_uv_driver() : cad_virtual_driver();
    if (inner == NULL)
        return options->real ? CAD_ESYSTEM : CAD_ENOMEM;
    watched_driver *driver = base_zalloc(1, sizeof *driver);
    if (driver == NULL) {
        inner->free(inner);
        return CAD_ENOMEM;
    }
    *driver = (watched_driver){.driver = {.tolerance_ns = inner->tolerance_ns,
                                          .start = start,
                                          .now = now,
                                          .wait = wait,
                                          .compute = compute,
                                          .start_work = start_work,
                                          .join = join,
                                          .wake = wake,
                                          .free = destroy},
                               .inner = inner,
                               .machine = machine};
    int error = cad_loop_new(&driver->driver, &machine->loop);
    if (error != 0)
        return error;
    cad_loop_set_exception_handler(machine->loop, run_note_unretrieved, machine);
    return 0;
}
