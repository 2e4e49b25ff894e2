/* loop.call_soon(), call_later() and call_at(): a callback with its place in the ready queue or
 * among the timers. */
#include "entry.h"
#include "ready.h"

struct cad_handle {
    cad__object object;
    cad__timer timer;
    cad_callback *fn;
    void *arg;
    uint32_t refs; /* the loop's while it is scheduled, the caller's */
    bool cancelled;
};

static const cad__type handle_type = {.name = "handle"};

void cad__handle_run(cad__entry *entry) {
    cad_handle *handle = CAD__CONTAINER(entry, cad_handle, timer.entry);
    handle->fn(handle->arg);
    cad_handle_unref(handle);
}

static cad_handle *new_handle(cad_loop *loop, cad_callback *fn, void *arg) {
    cad_handle *handle = cad__object_new(loop, &handle_type, sizeof *handle);
    if (handle == NULL)
        return NULL;
    handle->timer.entry.kind = CAD__ENTRY_CALLBACK;
    handle->fn = fn;
    handle->arg = arg;
    handle->refs = 1;
    return handle;
}

static void give(cad_handle *handle, cad_handle **out) {
    if (out == NULL)
        return;
    handle->refs++;
    *out = handle;
}

int cad_call_soon(cad_loop *loop, cad_callback *fn, void *arg, cad_handle **out) {
    cad_handle *handle = new_handle(loop, fn, arg);
    if (handle == NULL)
        return CAD_ENOMEM;
    cad__ready(loop, &handle->timer.entry);
    give(handle, out);
    return 0;
}

int cad_call_later(cad_loop *loop, int64_t delay_ns, cad_callback *fn, void *arg,
                   cad_handle **out) {
    return cad_call_at(loop, cad_loop_deadline(loop, delay_ns), fn, arg, out);
}

int cad_call_at(cad_loop *loop, int64_t when_ns, cad_callback *fn, void *arg, cad_handle **out) {
    cad_handle *handle = new_handle(loop, fn, arg);
    if (handle == NULL)
        return CAD_ENOMEM;
    int error = cad__timer_start(loop, &handle->timer, when_ns);
    if (error != 0) {
        cad__object_free(&handle->object);
        return error;
    }
    give(handle, out);
    return 0;
}

void cad_handle_cancel(cad_handle *handle) {
    bool scheduled = handle->timer.running || cad__linked(&handle->timer.entry.link);
    handle->cancelled = true;
    if (!scheduled)
        return;
    cad__timer_cancel(handle->object.loop, &handle->timer);
    cad_handle_unref(handle);
}

bool cad_handle_cancelled(const cad_handle *handle) {
    return handle->cancelled;
}

void cad_handle_unref(cad_handle *handle) {
    if (handle == NULL || handle->object.loop->closing)
        return;
    CAD__ASSERT(handle->refs > 0, "more references are given back than there were");
    if (--handle->refs == 0)
        cad__object_free(&handle->object);
}
