/* watch.h - descriptors that a loop watches: callbacks when one can be read, or written.
 *
 * What asyncio's selector does for its transports and for add_reader(): a callback has its turn in
 * the ready queue, in each iteration in which the descriptor is ready for what it waits for.
 */
#ifndef CADRAN_WATCH_H
#define CADRAN_WATCH_H

#include "driver.h"
#include "entry.h"

/* A failure takes the reader's place: who waits for nothing else, of what has been read to its end,
 * hears that the descriptor is in error, or has ended in both directions. It keeps no loop from
 * finding out that it is deadlocked. */
enum cad__side { CAD__READER, CAD__WRITER, CAD__FAILURE };

typedef struct cad__watch {
    struct cad__watcher {
        cad__entry entry;
        cad_callback *fn; /* NULL: nobody waits */
        void *arg;
    } watchers[2]; /* CAD__READER, CAD__WRITER */
    cad_request request;
} cad__watch;

/* Nobody waits at first. 0; CAD_ENOMEM; an error of the system where the descriptor is none that
 * can be watched, or is watched already. */
int cad__watch_new(cad_loop *loop, int descriptor, cad__watch **watch);
/* From now on fn(arg) runs whenever the descriptor can be read, or written, or has failed; NULL: it
 * no longer does, also where its turn was about to come. */
void cad__watch_set(cad__watch *watch, enum cad__side side, cad_callback *fn, void *arg);
/* Takes NULL. The descriptor can be closed then. */
void cad__watch_free(cad__watch *watch);

#endif
