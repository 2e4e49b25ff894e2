/* Descriptors that are watched. */
#include "watch.h"
#include "entry.h"
#include "ready.h"
#include "request.h"

/* An iteration that does not come to an end leaves the turn where it is; it is not told twice. */
static void make_ready(cad__watch *watch, enum cad__side side) {
    struct cad__watcher *watcher = &watch->watchers[side];
    if (watcher->fn != NULL && !cad__linked(&watcher->entry.link))
        cad__ready(watch->request.loop, &watcher->entry);
}

static void done(cad_request *request, int result) {
    cad__watch *self = CAD__CONTAINER(request, cad__watch, request);
    if (result <= 0) {
        cad__free(self);
        return;
    }
    if (request->loop->closing)
        return;
    if ((result & (CAD_READABLE | CAD_FAILED)) != 0)
        make_ready(self, CAD__READER);
    if ((result & CAD_WRITABLE) != 0)
        make_ready(self, CAD__WRITER);
}

void cad__watcher_turn(cad__entry *entry) {
    struct cad__watcher *watcher = CAD__CONTAINER(entry, struct cad__watcher, entry);
    watcher->fn(watcher->arg);
}

int cad__watch_new(cad_loop *loop, int descriptor, cad__watch **out) {
    cad__watch *self = cad__request_new(loop, sizeof *self, CAD_REQUEST_WATCH);
    if (self == NULL)
        return CAD_ENOMEM;
    self->watchers[CAD__READER].entry.kind = CAD__ENTRY_READER;
    self->watchers[CAD__WRITER].entry.kind = CAD__ENTRY_WRITER;
    self->request.kind = CAD_REQUEST_WATCH;
    self->request.background = true; /* as long as nobody waits */
    self->request.done = done;
    self->request.of.watch.descriptor = descriptor;
    int error = cad__submit(loop, &self->request);
    if (error != 0) {
        cad__free(self);
        return error;
    }
    *out = self;
    return 0;
}

static void take_turn_back(cad_loop *loop, struct cad__watcher *watcher) {
    cad__entry *entry = &watcher->entry;
    if (!cad__linked(&entry->link))
        return;
    CAD__TRACE(loop, cad__trace_leave(loop, entry));
    cad__unlink(&entry->link);
}

void cad__watch_set(cad__watch *watch, enum cad__side side, cad_callback *fn, void *arg) {
    static const struct {
        unsigned event, place; /* what it waits for; all that may be waited for in its place */
        enum cad__side watcher;
    } sides[] = {[CAD__READER] = {CAD_READABLE, CAD_READABLE | CAD_FAILED, CAD__READER},
                 [CAD__WRITER] = {CAD_WRITABLE, CAD_WRITABLE, CAD__WRITER},
                 [CAD__FAILURE] = {CAD_FAILED, CAD_READABLE | CAD_FAILED, CAD__READER}};
    cad_request *request = &watch->request;
    cad_driver *driver = request->loop->driver;
    struct cad__watcher *watcher = &watch->watchers[sides[side].watcher];
    unsigned before = request->of.watch.events;
    watcher->fn = fn;
    watcher->arg = arg;
    if (fn == NULL)
        take_turn_back(request->loop, watcher);
    request->of.watch.events =
        (before & ~sides[side].place) | (fn != NULL ? sides[side].event : 0U);
    if (request->of.watch.events == before)
        return;
    cad__request_await(request, (request->of.watch.events & ~(unsigned)CAD_FAILED) != 0);
    driver->change(driver, request);
}

void cad__watch_free(cad__watch *watch) {
    if (watch == NULL)
        return;
    cad__watch_set(watch, CAD__READER, NULL, NULL);
    cad__watch_set(watch, CAD__WRITER, NULL, NULL);
    cad__cancel(&watch->request);
}
