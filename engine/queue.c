/* asyncio.Queue, LifoQueue and PriorityQueue: items, and three lines of tasks that wait to get, to
 * put, and for all items to be done with. */
#include "queue.h"

#include <string.h>

/* --- Life ------------------------------------------------------------------------------------ */

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_queue *queue = CAD__CONTAINER(object, const cad_queue, object);
    info->count = 5;
    info->fields[0] = (cad_object_field){.key = "size", .value = (int64_t)queue->count};
    info->fields[1] =
        (cad_object_field){.key = "maxsize", .value = (int64_t)queue->maxsize, .constant = true};
    info->fields[2] = (cad_object_field){.key = "getters", .value = (int64_t)queue->getters.count};
    info->fields[3] = (cad_object_field){.key = "putters", .value = (int64_t)queue->putters.count};
    info->fields[4] = (cad_object_field){.key = "order", .value = queue->order, .constant = true};
}

static void describe_details(const cad__object *object, cad_object_info *info) {
    const cad_queue *queue = CAD__CONTAINER(object, const cad_queue, object);
    info->count = 8;
    info->fields[5] = (cad_object_field){
        .key = "joiners", .value = (int64_t)queue->joiners.count, .detail = true};
    info->fields[6] = (cad_object_field){
        .key = "unfinished", .value = (int64_t)queue->unfinished, .detail = true};
    info->fields[7] =
        (cad_object_field){.key = "shut_down", .value = queue->shut_down, .detail = true};
}

static const char *line(const cad__object *object, const cad__waiters *waiters) {
    const cad_queue *queue = CAD__CONTAINER(object, const cad_queue, object);
    if (waiters == &queue->joiners)
        return "joiners";
    return waiters == &queue->getters ? "getters" : "putters";
}

static size_t waiters(const cad__object *object) {
    const cad_queue *queue = CAD__CONTAINER(object, const cad_queue, object);
    return queue->getters.count + queue->putters.count + queue->joiners.count;
}

static bool lost(const cad__object *object, const char *of_line, cad_lost_info *info) {
    const cad_queue *queue = CAD__CONTAINER(object, const cad_queue, object);
    bool put = strcmp(of_line, "getters") == 0;
    info->verb = put ? "put" : "get";
    return cad__lost_tell(put ? &queue->lost_put : &queue->lost_get, info);
}

static void clear(cad__object *object) {
    cad_queue *queue = CAD__CONTAINER(object, cad_queue, object);
    cad__free(queue->items);
    cad__lost_forget(&queue->lost_put);
    cad__lost_forget(&queue->lost_get);
}

static const cad__type queue_type = {
    .name = "queue",
    .traced = CAD__TRACED_ALWAYS,
    .describe = describe,
    .describe_details = describe_details,
    .waiters = waiters,
    .line = line,
    .lost = lost,
    .clear = clear,
};

static cad_queue *new_queue(cad_loop *loop, size_t maxsize, enum cad__queue_order order) {
    cad_queue *queue = cad__object_new(loop, &queue_type, sizeof *queue);
    if (queue == NULL)
        return NULL;
    cad__waiters_init(&queue->getters);
    cad__waiters_init(&queue->putters);
    cad__waiters_init(&queue->joiners);
    queue->maxsize = maxsize;
    queue->order = order;
    return queue;
}

cad_queue *cad_queue_new(cad_loop *loop, size_t maxsize) {
    return new_queue(loop, maxsize, CAD__FIFO);
}

cad_queue *cad_lifo_queue_new(cad_loop *loop, size_t maxsize) {
    return new_queue(loop, maxsize, CAD__LIFO);
}

cad_queue *cad_priority_queue_new(cad_loop *loop, size_t maxsize,
                                  int (*less)(const void *a, const void *b)) {
    cad_queue *queue = new_queue(loop, maxsize, CAD__PRIORITY);
    if (queue != NULL)
        queue->less = less;
    return queue;
}

void cad_queue_free(cad_queue *queue) {
    cad__object *object = queue != NULL ? &queue->object : NULL;
    CAD__ASSERT_UNUSED(object, &queue_type);
    cad__object_free(object);
}

/* --- Items ----------------------------------------------------------------------------------- */

static int make_room(cad_queue *queue) {
    if (queue->count < queue->capacity)
        return 0;
    size_t capacity = queue->capacity > 0 ? queue->capacity * 2 : 4;
    void **items = cad_realloc(NULL, capacity * sizeof *items);
    if (items == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < queue->count; i++)
        items[i] = *cad__queue_at(queue, i);
    cad__free(queue->items);
    queue->items = items;
    queue->first = 0;
    queue->capacity = capacity;
    return 0;
}

/* heapq._siftdown: the item at `index` rises to its place, but not above `top`. */
static int rise(cad_queue *queue, size_t top, size_t index, size_t *place) {
    void *item = queue->items[index];
    int less = 0;
    while (index > top) {
        size_t parent = (index - 1) / 2;
        less = queue->less(item, queue->items[parent]);
        if (less <= 0)
            break;
        queue->items[index] = queue->items[parent];
        index = parent;
    }
    queue->items[index] = item;
    *place = index;
    return less < 0 ? less : 0;
}

/* heapq._siftup: the item at the top sinks to a leaf along the smaller children, and rises from
 * there. Equal items come out in Python's order this way, and in no other. */
static int sink(cad_queue *queue, size_t *place) {
    size_t index = 0, child = 1;
    void *item = queue->items[0];
    while (child < queue->count) {
        if (child + 1 < queue->count) {
            int less = queue->less(queue->items[child], queue->items[child + 1]);
            if (less < 0) {
                queue->items[index] = item;
                *place = index;
                return less;
            }
            if (less == 0)
                child++;
        }
        queue->items[index] = queue->items[child];
        index = child;
        child = 2 * index + 1;
    }
    queue->items[index] = item;
    return rise(queue, 0, index, place);
}

/* The item is in the queue also when less() fails, as in Python. */
static int push(cad_queue *queue, void *item, size_t *place) {
    int error = make_room(queue);
    if (error != 0)
        return error;
    *place = queue->count++;
    *cad__queue_at(queue, *place) = item;
    return queue->order == CAD__PRIORITY ? rise(queue, 0, *place, place) : 0;
}

/* It is out of it also when less() fails. */
static int pop(cad_queue *queue, void **item, size_t *place) {
    queue->count--;
    *place = queue->order == CAD__LIFO ? queue->count : 0;
    if (queue->order == CAD__FIFO) {
        *item = queue->items[queue->first];
        queue->first = (queue->first + 1) & (queue->capacity - 1);
        return 0;
    }
    *item = *cad__queue_at(queue, queue->count);
    if (queue->order == CAD__LIFO || queue->count == 0)
        return 0;
    void *last = *item;
    *item = queue->items[0];
    queue->items[0] = last;
    return sink(queue, place);
}

/* Tells the trace of a put or a get; returns its result. `item` is what it gives or has taken. */
static int did(cad_queue *queue, const char *verb, int result, enum cad_item_move move, void *item,
               size_t place) {
    CAD__TRACE_DETAIL(queue->object.loop,
                      cad__trace_item(&queue->object, verb, result, move, item, place));
    return result;
}

/* A wake was of use to nobody, unless another one is. */
static void pass_on(cad_queue *queue, cad__waiters *waiters, cad__lost *lost, cad_task *task) {
    if (!cad__wake_first(waiters))
        cad__lost_note(lost, &queue->object, task);
}

CAD__INLINE void forget(cad__lost *lost) {
    if (__builtin_expect(lost->known, 0))
        cad__lost_forget(lost);
}

/* Whoever puts or gets polls twice where it has to wait: putting and getting are apart from that,
 * so that a poll that parks need not make room for them. */

/* --- put ------------------------------------------------------------------------------------- */

static CAD__APART int put_now(cad_queue *queue, const char *verb, void *item) {
    if (queue->shut_down || cad_queue_full(queue)) {
        int refusal = queue->shut_down ? CAD_EQUEUESHUTDOWN : CAD_EQUEUEFULL;
        return did(queue, verb, cad_raise(refusal, NULL), CAD_ITEM_STAYS, item, 0);
    }
    size_t place = 0, count = queue->count;
    int error = push(queue, item, &place);
    bool is_in = queue->count > count;
    did(queue, verb, error, is_in ? CAD_ITEM_IN : CAD_ITEM_STAYS, item, place);
    if (error == 0) {
        queue->unfinished++;
        forget(&queue->lost_put);
        cad__wake_first(&queue->getters);
    }
    if (is_in)
        CAD__CHANGED(queue);
    return error;
}

int cad_queue_put_nowait(cad_queue *queue, void *item) {
    return put_now(queue, "put_nowait", item);
}

/* A putter was cancelled. It may have been woken for a room that it will not take now: the next one
 * may. */
static CAD__APART int leave_put(cad_queue *queue, cad_task *task) {
    const cad__wait *wait = &cad__task_of(task)->wait;
    did(queue, "put", wait->error, CAD_ITEM_STAYS, wait->item, 0);
    if (!cad_queue_full(queue) && wait->state != CAD__WAIT_CANCELLED)
        pass_on(queue, &queue->putters, &queue->lost_put, task);
    return wait->error;
}

/* A woken putter finds memory for its item, because there was as much when the queue was full.
 * Where less() fails, the item has taken the room; and where it fails a get, the room that there is
 * then wakes nobody. Both as in Python, whose put() and get() pass a wake-up on only when they are
 * left while they wait. */
static int put_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_queue *queue = wait->object;
    if (wait->error != 0)
        return leave_put(queue, task);
    if (cad_queue_full(queue) && !queue->shut_down)
        return cad__park(task, &queue->putters);
    return put_now(queue, "put", wait->item);
}

static const cad__operation put_operation = {.verb = "put", .poll = put_poll, .tells = true};

int cad_queue_put(cad_queue *queue, void *item) {
    cad__wait *wait = cad__current_wait();
    wait->item = item;
    return cad__begin(wait, &put_operation, queue);
}

/* --- get ------------------------------------------------------------------------------------- */

static CAD__APART int get_now(cad_queue *queue, const char *verb, void **item) {
    if (queue->count == 0) {
        int refusal = queue->shut_down ? CAD_EQUEUESHUTDOWN : CAD_EQUEUEEMPTY;
        return did(queue, verb, cad_raise(refusal, NULL), CAD_ITEM_STAYS, NULL, 0);
    }
    void *unwanted;
    void **out = item != NULL ? item : &unwanted;
    size_t place;
    int error = pop(queue, out, &place);
    did(queue, verb, error, CAD_ITEM_OUT, *out, place);
    forget(&queue->lost_get);
    if (error == 0)
        cad__wake_first(&queue->putters);
    CAD__CHANGED(queue);
    return error;
}

int cad_queue_get_nowait(cad_queue *queue, void **item) {
    return get_now(queue, "get_nowait", item);
}

static CAD__APART int leave_get(cad_queue *queue, cad_task *task) {
    const cad__wait *wait = &cad__task_of(task)->wait;
    did(queue, "get", wait->error, CAD_ITEM_STAYS, NULL, 0);
    if (queue->count > 0 && wait->state != CAD__WAIT_CANCELLED)
        pass_on(queue, &queue->getters, &queue->lost_get, task);
    return wait->error;
}

static int get_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_queue *queue = wait->object;
    if (wait->error != 0)
        return leave_get(queue, task);
    if (queue->count == 0 && !queue->shut_down)
        return cad__park(task, &queue->getters);
    return get_now(queue, "get", wait->out);
}

static const cad__operation get_operation = {.verb = "get", .poll = get_poll, .tells = true};

int cad_queue_get(cad_queue *queue, void **item) {
    cad__wait *wait = cad__current_wait();
    wait->out = item;
    return cad__begin(wait, &get_operation, queue);
}

/* --- join ------------------------------------------------------------------------------------ */

int cad_queue_task_done(cad_queue *queue) {
    cad__object *object = &queue->object;
    if (queue->unfinished == 0)
        return cad__did(object, "task_done",
                        cad_raise(CAD_EINVAL, "task_done() called too many times"));
    queue->unfinished--;
    cad__did(object, "task_done", 0);
    if (queue->unfinished == 0)
        cad__wake_all(&queue->joiners);
    CAD__TRACE_DETAIL(object->loop, cad__trace_object(object));
    return 0;
}

static int join_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_queue *queue = wait->object;
    if (wait->phase++ == 0 && queue->unfinished > 0)
        return cad__park(task, &queue->joiners);
    return wait->error;
}

static const cad__operation join_operation = {.verb = "join", .poll = join_poll};

int cad_queue_join(cad_queue *queue) {
    return cad__begin(cad__current_wait(), &join_operation, queue);
}

/* --- The rest -------------------------------------------------------------------------------- */

void cad_queue_shutdown(cad_queue *queue, bool immediate, void (*drop)(void *item)) {
    queue->shut_down = true;
    while (immediate && queue->count > 0) {
        void *item = *cad__queue_at(queue, 0);
        queue->first = (queue->first + 1) & (queue->capacity - 1);
        queue->count--;
        if (queue->unfinished > 0)
            queue->unfinished--;
        if (drop != NULL)
            drop(item);
    }
    did(queue, "shutdown", 0, immediate ? CAD_ITEMS_ALL_OUT : CAD_ITEM_STAYS, NULL, 0);
    if (immediate && queue->unfinished == 0)
        cad__wake_all(&queue->joiners);
    cad__wake_all(&queue->getters);
    cad__wake_all(&queue->putters);
    CAD__CHANGED(queue);
}

size_t cad_queue_size(const cad_queue *queue) {
    return queue->count;
}

size_t cad_queue_maxsize(const cad_queue *queue) {
    return queue->maxsize;
}

bool cad_queue_full(const cad_queue *queue) {
    return queue->maxsize > 0 && queue->count >= queue->maxsize;
}

bool cad_queue_empty(const cad_queue *queue) {
    return queue->count == 0;
}

size_t cad_queue_unfinished(const cad_queue *queue) {
    return queue->unfinished;
}
