/* link.h - lists, and what stands in them: entries of the ready queue, and timers.
 *
 * All are intrusive: a part of what they stand for (a task, a handle, an operation), so that making
 * something ready, or letting it wait, takes no memory and cannot fail.
 */
#ifndef CADRAN_LINK_H
#define CADRAN_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Lists: circular, doubly linked -------------------------------------------------------- */

typedef struct cad__link {
    struct cad__link *next; /* NULL while in no list */
    struct cad__link *prev;
} cad__link;

#define CAD__CONTAINER(pointer, type, member)                                                      \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void cad__list_init(cad__link *list) {
    list->next = list->prev = list;
}

static inline bool cad__list_empty(const cad__link *list) {
    return list->next == list;
}

static inline bool cad__linked(const cad__link *link) {
    return link->next != NULL;
}

static inline void cad__append(cad__link *list, cad__link *link) {
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

static inline void cad__unlink(cad__link *link) {
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = link->prev = NULL;
}

/* Moves all of `from`, in order, to the end of `to`. */
static inline void cad__splice(cad__link *to, cad__link *from) {
    if (cad__list_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    cad__list_init(from);
}

/* --- Entries of the ready queue, timers ---------------------------------------------------- */

/* What the ready queue holds: a place in it, and what kind of thing has its turn there. */
typedef struct cad__entry {
    cad__link link;
    uint8_t kind; /* enum cad__entry_kind */
} cad__entry;

/* A deadline, and the entry that it makes ready. The two are one because they never are in use at
 * the same time: a timer that has fired is an entry of the ready queue and nothing else, which is
 * why cad__timer_cancel() looks in both places. */
typedef struct cad__timer {
    cad__entry entry; /* goes to the ready queue when the deadline has come */
    uint32_t number;  /* in the table, while it runs */
    bool running;
} cad__timer;

#endif
