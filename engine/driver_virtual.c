/* A simulated world. Its clock stands still while anything can run, and jumps to the next
 * deadline when nothing can. */
#include "internal.h"

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

static int wait(cad_driver *driver, int64_t deadline_ns) {
    if (deadline_ns == CAD_NEVER)
        return CAD_EDEADLOCK;
    if (deadline_ns > of(driver)->now_ns)
        of(driver)->now_ns = deadline_ns;
    return 0;
}

static void compute(cad_driver *driver, int64_t duration_ns) {
    of(driver)->now_ns = cad__deadline(of(driver)->now_ns, duration_ns);
}

/* A worker's time passes on a timer of the loop's, which is started when the work is. */
typedef struct simulated {
    cad__timer timer;
    cad_work *work;
} simulated;

_Static_assert(sizeof(simulated) <= sizeof(((cad_work *)NULL)->reserved),
               "cad_work.reserved has room for a simulated worker");

void cad__virtual_work_done(cad__entry *entry) {
    simulated *worker = CAD__CONTAINER(entry, simulated, timer.entry);
    worker->work->done(worker->work);
}

static int start_work(cad_driver *driver, cad_work *work) {
    simulated *worker = (simulated *)(void *)work->reserved;
    *worker = (simulated){.timer.entry.kind = CAD__ENTRY_WORK, .work = work};
    int error = cad__timer_start(driver->loop, &worker->timer,
                                 cad__deadline(of(driver)->now_ns, work->virtual_ns));
    if (error == 0)
        work->run(work);
    return error;
}

static void wake(cad_driver *driver) {
    (void)driver; /* it never sleeps */
}

static void destroy(cad_driver *driver) {
    cad__free(of(driver));
}

cad_driver *cad_virtual_driver(void) {
    virtual_driver *self = cad__zalloc(sizeof *self);
    if (self == NULL)
        return NULL;
    self->driver = (cad_driver){.simulated = true,
                                .start = start,
                                .now = now,
                                .wait = wait,
                                .compute = compute,
                                .start_work = start_work,
                                .wake = wake,
                                .free = destroy};
    return &self->driver;
}
