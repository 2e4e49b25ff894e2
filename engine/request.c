/* Requests, between those who submit them and the driver: which are under way, and what they end
 * with. */
#include "internal.h"

void *cad__request_new(cad_loop *loop, size_t size, enum cad_request_kind kind) {
    return cad__zalloc(size + loop->driver->part_size[kind]);
}

int cad__submit(cad_loop *loop, cad_request *request) {
    request->loop = loop;
    int error = loop->driver->submit(loop->driver, request);
    if (error != 0)
        return error;
    cad__append(&loop->requests, &request->link);
    if (!request->background)
        loop->awaited++;
    return 0;
}

void cad__cancel(cad_request *request) {
    cad_driver *driver = request->loop->driver;
    driver->cancel(driver, request);
}

void cad__complete(cad_request *request, int result) {
    cad_loop *loop = request->loop;
    if (result <= 0) {
        cad__timer_cancel(loop, &request->timer);
        cad__unlink(&request->link);
        if (!request->background)
            loop->awaited--;
    }
    request->done(request, result);
}

int cad__complete_at(cad_request *request, int64_t when_ns, int result) {
    request->timer.entry.kind = CAD__ENTRY_REQUEST;
    request->result = result;
    return cad__timer_start(request->loop, &request->timer, when_ns);
}

void cad__request_ended(cad__entry *entry) {
    cad_request *request = CAD__CONTAINER(entry, cad_request, timer.entry);
    cad__complete(request, request->result);
}

/* A driver may take its time over what it cannot stop. */
void cad__requests_end(cad_loop *loop) {
    cad__link *next;
    for (cad__link *link = loop->requests.next; link != &loop->requests; link = next) {
        next = link->next;
        cad__cancel(CAD__CONTAINER(link, cad_request, link));
    }
    while (!cad__list_empty(&loop->requests))
        (void)loop->driver->wait(loop->driver, CAD_NEVER);
}
