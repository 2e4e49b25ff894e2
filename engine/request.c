/* Requests, between those who submit them and the driver: which are under way, and what they end
 * with. */
#include "request.h"
#include "entry.h"
#include "ready.h"

void *cad__request_new(cad_loop *loop, size_t size, enum cad_request_kind kind) {
    return cad__zalloc(size + loop->driver->part_size[kind]);
}

/* Its end takes its place among the timers from the beginning, as in a simulated world. Without
 * memory for that it ends when it ends. */
static void end_by_name(cad_loop *loop, cad_request *request) {
    int64_t end_ns = cad_loop_deadline(loop, request->of.work.virtual_ns);
    request->nominal = cad__complete_at(request, end_ns, 0) == 0;
}

int cad__submit(cad_loop *loop, cad_request *request) {
    request->loop = loop;
    int error = loop->driver->submit(loop->driver, request);
    if (error != 0)
        return error;
    if (loop->nominal && request->kind == CAD_REQUEST_WORK)
        end_by_name(loop, request);
    cad__append(&loop->requests, &request->link);
    if (!request->background)
        loop->awaited++;
    return 0;
}

void cad__request_await(cad_request *request, bool awaited) {
    if (request->background != awaited)
        return;
    request->background = !awaited;
    if (awaited)
        request->loop->awaited++;
    else
        request->loop->awaited--;
}

void cad__cancel(cad_request *request) {
    cad_driver *driver = request->loop->driver;
    driver->cancel(driver, request);
}

static void end(cad_request *request, int result) {
    cad_loop *loop = request->loop;
    cad__timer_cancel(loop, &request->timer);
    cad__unlink(&request->link);
    if (!request->background)
        loop->awaited--;
    request->done(request, result);
}

void cad__complete(cad_request *request, int result) {
    if (result > 0) {
        request->done(request, result);
    } else if (request->nominal) {
        request->result = result;
        request->over = true;
    } else {
        end(request, result);
    }
}

int cad__complete_at(cad_request *request, int64_t when_ns, int result) {
    request->timer.entry.kind = CAD__ENTRY_REQUEST;
    request->result = result;
    return cad__timer_start(request->loop, &request->timer, when_ns);
}

/* The time has come at which it was to end. The system ends it a little later: nothing that is to
 * happen after it may happen until then. */
static bool has_ended(cad_request *request) {
    cad_loop *loop = request->loop;
    bool hope = true;
    while (request->nominal && !request->over && hope && loop->interrupted == 0)
        hope = loop->driver->wait(loop->driver, CAD_NEVER);
    return !request->nominal || request->over;
}

void cad__request_ended(cad__entry *entry) {
    cad_request *request = CAD__CONTAINER(entry, cad_request, timer.entry);
    if (has_ended(request))
        end(request, request->result);
    else if (request->loop->interrupted != 0)
        cad__ready(request->loop, entry); /* another run goes on with it */
}

/* A driver may take its time over what it cannot stop. */
void cad__requests_end(cad_loop *loop) {
    cad__link *next;
    for (cad__link *link = loop->requests.next; link != &loop->requests; link = next) {
        cad_request *request = CAD__CONTAINER(link, cad_request, link);
        next = link->next;
        request->nominal = false; /* there is no time left in which it could end */
        if (request->over)
            end(request, CAD_ECANCELLED);
        else
            cad__cancel(request);
    }
    while (!cad__list_empty(&loop->requests))
        (void)loop->driver->wait(loop->driver, CAD_NEVER);
}
