/* Operations, between those who submit them and the driver: which are under way, and what they end
 * with. */
#include "internal.h"

void *cad__operation_new(cad_loop *loop, size_t size, enum cad_operation_kind kind) {
    return cad__zalloc(size + loop->driver->part_size[kind]);
}

int cad__submit(cad_loop *loop, cad_operation *operation) {
    operation->loop = loop;
    int error = loop->driver->submit(loop->driver, operation);
    if (error != 0)
        return error;
    cad__append(&loop->operations, &operation->link);
    if (!operation->background)
        loop->awaited++;
    return 0;
}

void cad__cancel(cad_operation *operation) {
    cad_driver *driver = operation->loop->driver;
    driver->cancel(driver, operation);
}

void cad__complete(cad_operation *operation, int result) {
    cad_loop *loop = operation->loop;
    if (result <= 0) {
        cad__timer_cancel(loop, &operation->timer);
        cad__unlink(&operation->link);
        if (!operation->background)
            loop->awaited--;
    }
    operation->done(operation, result);
}

int cad__complete_at(cad_operation *operation, int64_t when_ns, int result) {
    operation->timer.entry.kind = CAD__ENTRY_OPERATION;
    operation->result = result;
    return cad__timer_start(operation->loop, &operation->timer, when_ns);
}

void cad__operation_ended(cad__entry *entry) {
    cad_operation *operation = CAD__CONTAINER(entry, cad_operation, timer.entry);
    cad__complete(operation, operation->result);
}

/* A driver may take its time over what it cannot stop. */
void cad__operations_end(cad_loop *loop) {
    cad__link *next;
    for (cad__link *link = loop->operations.next; link != &loop->operations; link = next) {
        next = link->next;
        cad__cancel(CAD__CONTAINER(link, cad_operation, link));
    }
    while (!cad__list_empty(&loop->operations))
        (void)loop->driver->wait(loop->driver, CAD_NEVER);
}
