/* queue.h - a queue's inside, for the test that compares it with what the trace tells of it. */
#ifndef CADRAN_QUEUE_H
#define CADRAN_QUEUE_H

#include "waiter.h"

enum cad__queue_order { CAD__FIFO, CAD__LIFO, CAD__PRIORITY };

struct cad_queue {
    cad__object object;
    cad__waiters getters, putters, joiners;
    size_t maxsize; /* 0: unbounded */
    size_t unfinished;
    enum cad__queue_order order;
    bool shut_down;
    cad__lost lost_put, lost_get; /* cancelled with room for the item, with an item to take; none
                                     has come to its end since */
    int (*less)(const void *a, const void *b);
    /* The items: a ring for FIFO and LIFO, a binary heap as in Python's heapq for PRIORITY. */
    void **items;
    size_t first, count, capacity; /* capacity is 0 or a power of two */
};

/* Where an item is: 0 is the first. */
static inline void **cad__queue_at(const cad_queue *queue, size_t index) {
    return &queue->items[(queue->first + index) & (queue->capacity - 1)];
}

#endif
