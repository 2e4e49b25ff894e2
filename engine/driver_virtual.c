/* A simulated world. Its clock stands still while anything can run, and jumps to the next
 * deadline when nothing can. Of the real world it hears signals alone: who runs a simulation wants
 * to be able to interrupt it. */
#include "driver.h"
#include "signals.h"

typedef struct virtual_driver {
    cad_driver driver;
    int64_t now_ns;
} virtual_driver;

static virtual_driver *of(cad_driver *driver) {
    return CAD__CONTAINER(driver, virtual_driver, driver);
}

static void start(cad_driver *driver) {
    of(driver)->now_ns = 0;
}

static int64_t now(cad_driver *driver) {
    return of(driver)->now_ns;
}

static bool wait(cad_driver *driver, int64_t deadline_ns) {
    if (deadline_ns == CAD_NEVER)
        return false;
    if (deadline_ns > of(driver)->now_ns)
        of(driver)->now_ns = deadline_ns;
    return true;
}

static void compute(cad_driver *driver, int64_t duration_ns) {
    of(driver)->now_ns = cad__deadline(of(driver)->now_ns, duration_ns);
}

/* The work is done at once, and is said to take as long as it would. */
static int start_work(cad_driver *driver, cad_request *work) {
    int64_t end_ns = cad__deadline(of(driver)->now_ns, work->of.work.virtual_ns);
    int error = cad__complete_at(work, end_ns, 0);
    if (error == 0)
        work->of.work.run(work);
    return error;
}

static int submit(cad_driver *driver, cad_request *request) {
    switch (request->kind) {
    case CAD_REQUEST_WORK:
        return start_work(driver, request);
    case CAD_REQUEST_SIGNAL:
        return cad__signal_submit(request);
    default:
        return cad_raise(CAD_ESYSTEM, "a simulated world has no programs and descriptors");
    }
}

static void cancel(cad_driver *driver, cad_request *request) {
    (void)driver;
    if (request->kind == CAD_REQUEST_SIGNAL)
        cad__signal_cancel(request);
    else
        cad__complete(request, CAD_ECANCELLED);
}

static void wake(cad_driver *driver) {
    (void)driver; /* it never sleeps */
}

static void destroy(cad_driver *driver) {
    (void)cad_realloc(of(driver), 0);
}

cad_driver *cad_virtual_driver(void) {
    virtual_driver *self = cad_realloc(NULL, sizeof *self);
    if (self == NULL)
        return NULL;
    *self = (virtual_driver){.driver = {.simulated = true,
                                        .part_size[CAD_REQUEST_SIGNAL] = sizeof(cad__signal),
                                        .start = start,
                                        .now = now,
                                        .wait = wait,
                                        .compute = compute,
                                        .submit = submit,
                                        .cancel = cancel,
                                        .wake = wake,
                                        .free = destroy}};
    return &self->driver;
}
