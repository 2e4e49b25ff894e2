/* The types of objects. */
#include "program/kinds.h"

#include <assert.h>
#include <stdio.h>

#include "program/exceptions.h"

/* --- Queues ---------------------------------------------------------------------------------- */

static int less(const void *a, const void *b) {
    expr_error error;
    int result = expr_value_less(expr_value_unpack(a), expr_value_unpack(b), &error);
    return result >= 0 || result == CAD_ENOMEM ? result : prog_raise(result, error.message);
}

static void *new_queue(cad_loop *loop, const prog_object *object, size_t size, void *lock) {
    (void)lock;
    switch (object->order) {
    case PROG_LIFO:
        return cad_lifo_queue_new(loop, size);
    case PROG_PRIORITY:
        return cad_priority_queue_new(loop, size, less);
    default:
        return cad_queue_new(loop, size);
    }
}

static void free_queue(void *queue) {
    cad_queue_free(queue);
}

/* --- Locks ----------------------------------------------------------------------------------- */

static void *new_lock(cad_loop *loop, const prog_object *object, size_t size, void *lock) {
    (void)object;
    (void)size;
    (void)lock;
    return cad_lock_new(loop);
}

static void free_lock(void *lock) {
    cad_lock_free(lock);
}

static int acquire_lock(void *lock) {
    return cad_lock_acquire(lock);
}

static int release_lock(void *lock) {
    return cad_lock_release(lock);
}

/* --- Events ---------------------------------------------------------------------------------- */

static void *new_event(cad_loop *loop, const prog_object *object, size_t size, void *lock) {
    (void)object;
    (void)size;
    (void)lock;
    return cad_event_new(loop);
}

static void free_event(void *event) {
    cad_event_free(event);
}

static int wait_event(void *event) {
    return cad_event_wait(event);
}

/* --- Conditions ------------------------------------------------------------------------------ */

static void *new_condition(cad_loop *loop, const prog_object *object, size_t size, void *lock) {
    (void)object;
    (void)size;
    return cad_condition_new(loop, lock);
}

static void free_condition(void *condition) {
    cad_condition_free(condition);
}

static int acquire_condition(void *condition) {
    return cad_lock_acquire(cad_condition_lock(condition));
}

static int release_condition(void *condition) {
    return cad_lock_release(cad_condition_lock(condition));
}

static int wait_condition(void *condition) {
    return cad_condition_wait(condition);
}

/* --- Semaphores ------------------------------------------------------------------------------ */

static void *new_semaphore(cad_loop *loop, const prog_object *object, size_t size, void *lock) {
    (void)lock;
    return object->bounded ? cad_bounded_semaphore_new(loop, size) : cad_semaphore_new(loop, size);
}

static void free_semaphore(void *semaphore) {
    cad_semaphore_free(semaphore);
}

static int acquire_semaphore(void *semaphore) {
    return cad_semaphore_acquire(semaphore);
}

static int release_semaphore(void *semaphore) {
    return cad_semaphore_release(semaphore);
}

/* --- Barriers -------------------------------------------------------------------------------- */

static void *new_barrier(cad_loop *loop, const prog_object *object, size_t size, void *lock) {
    (void)object;
    (void)lock;
    return cad_barrier_new(loop, size);
}

static void free_barrier(void *barrier) {
    cad_barrier_free(barrier);
}

static int wait_barrier(void *barrier) {
    return cad_barrier_wait(barrier);
}

/* --- Futures --------------------------------------------------------------------------------- */

static void drop_value(void *value) {
    expr_value_unref(expr_value_unpack(value));
}

static void *new_future(cad_loop *loop, const prog_object *object, size_t size, void *lock) {
    (void)object;
    (void)size;
    (void)lock;
    return cad_future_new_owning(loop, drop_value);
}

static void free_future(void *future) {
    cad_future_unref(future);
}

/* --- Processes ------------------------------------------------------------------------------- */

/* One that still runs goes on, and is the loop's. */
static void free_process(void *process) {
    int code;
    if (cad_process_returncode(process, &code))
        cad_process_free(process);
}

static int wait_process(void *process) {
    return cad_process_wait(process, NULL);
}

static int process_code(void *process) {
    int code = 0;
    (void)cad_process_returncode(process, &code);
    return code;
}

/* --- Connections ----------------------------------------------------------------------------- */

/* One that is open stays so, and is the loop's: nobody has said that it is to close. */
static void free_connection(void *connection) {
    if (cad_stream_is_closing(connection))
        cad_stream_free(connection);
}

static void free_server(void *server) {
    if (!cad_server_is_serving(server))
        cad_server_free(server);
}

static void free_transport(void *transport) {
    cad_transport_unref(transport);
}

static void free_endpoint(void *endpoint) {
    cad_endpoint_unref(endpoint);
}

/* --- The table ------------------------------------------------------------------------------- */

const prog_object_kind prog_object_kinds[] = {
    [PROG_QUEUE] = {.name = "queue",
                    .article = "a",
                    .python = "Queue",
                    .calls = "asyncio.Queue, LifoQueue, PriorityQueue",
                    .members = {{"maxsize", PROG_OBJECT_MEMBER_COUNT, 0,
                                 "how many items it holds; 0, the default: any number"},
                                {"order", PROG_OBJECT_MEMBER_ORDER, 0,
                                 "which item `get` takes: `fifo`, the default: the one that "
                                 "was put first; `lifo`: last; `priority`: the smallest"}},
                    .create = new_queue,
                    .free = free_queue,
                    .deeds = {{"getters", "puts into", "put into"},
                              {"putters", "gets from", "get from"},
                              {"joiners", "calls task_done for", "call task_done for"}}},
    [PROG_LOCK] = {.name = "lock",
                   .article = "a",
                   .python = "Lock",
                   .calls = "asyncio.Lock",
                   .create = new_lock,
                   .free = free_lock,
                   .deeds = {{NULL, "releases", "release"}},
                   .enter = acquire_lock,
                   .leave = release_lock,
                   .holdable = true},
    [PROG_EVENT] = {.name = "event",
                    .article = "an",
                    .python = "Event",
                    .calls = "asyncio.Event",
                    .create = new_event,
                    .free = free_event,
                    .deeds = {{NULL, "sets", "set"}},
                    .wait = wait_event},
    [PROG_CONDITION] = {.name = "condition",
                        .article = "a",
                        .python = "Condition",
                        .calls = "asyncio.Condition",
                        .members = {{"lock", PROG_OBJECT_MEMBER_LOCK, 0,
                                     "a lock declared before, to share; default: one of its own"}},
                        .create = new_condition,
                        .free = free_condition,
                        .deeds = {{NULL, "notifies", "notify"}},
                        .enter = acquire_condition,
                        .leave = release_condition,
                        .holdable = true,
                        .wait = wait_condition},
    [PROG_SEMAPHORE] = {.name = "semaphore",
                        .article = "a",
                        .python = "Semaphore",
                        .calls = "asyncio.Semaphore, BoundedSemaphore",
                        .members = {{"value", PROG_OBJECT_MEMBER_COUNT, 0,
                                     "how many tasks may hold it; default 1"},
                                    {"bounded", PROG_OBJECT_MEMBER_FLAG, 0,
                                     "whether a release above that value is a ValueError; default "
                                     "false"}},
                        .size = 1,
                        .create = new_semaphore,
                        .free = free_semaphore,
                        .deeds = {{NULL, "releases", "release"}},
                        .enter = acquire_semaphore,
                        .leave = release_semaphore,
                        .holdable = true},
    [PROG_BARRIER] = {.name = "barrier",
                      .article = "a",
                      .python = "Barrier",
                      .calls = "asyncio.Barrier",
                      .members = {{"parties", PROG_OBJECT_MEMBER_COUNT, 1,
                                   "how many tasks it lets through together; default 1"}},
                      .size = 1,
                      .create = new_barrier,
                      .free = free_barrier,
                      .deeds = {{NULL, "comes to", "come to"}},
                      .enter = wait_barrier,
                      .wait = wait_barrier,
                      .wait_counts = true},
    [PROG_FUTURE] = {.name = "future",
                     .article = "a",
                     .python = "Future",
                     .calls = "loop.create_future()",
                     .create = new_future,
                     .free = free_future,
                     .deeds = {{NULL, "sets", "set"}}},
    [PROG_TASK] = {.name = "task",
                   .article = "a",
                   .python = "Task",
                   .step = "\"spawn\": COROUTINE"},
    [PROG_HANDLE] = {.name = "handle",
                     .article = "a",
                     .python = "Handle",
                     .step = "\"call_later\": TIME, \"do\": [...]"},
    [PROG_TIMEOUT] = {.name = "timeout",
                      .article = "a",
                      .python = "Timeout",
                      .step = "\"timeout\": TIME, \"do\": [...]"},
    [PROG_PROCESS] = {.name = "process",
                      .article = "a",
                      .python = "Process",
                      .step = "\"exec\": [PROGRAM, ...]",
                      .free = free_process,
                      .wait = wait_process,
                      .wait_counts = true,
                      .waited = process_code},
    [PROG_CONNECTION] = {.name = "connection",
                         .article = "a",
                         .python = "Connection",
                         .step = "\"open_connection\": PORT",
                         .free = free_connection},
    [PROG_SERVER] = {.name = "server",
                     .article = "a",
                     .python = "Server",
                     .step = "\"start_server\": COROUTINE, \"port\": PORT",
                     .free = free_server},
    [PROG_TRANSPORT] = {.name = "transport",
                        .article = "a",
                        .python = "Transport",
                        .step = "\"create_connection\": PROTOCOL, \"port\": PORT",
                        .free = free_transport},
    [PROG_ENDPOINT] = {.name = "endpoint",
                       .article = "an",
                       .python = "DatagramTransport",
                       .step = "\"create_datagram_endpoint\": PROTOCOL",
                       .free = free_endpoint},
};

static_assert(sizeof prog_object_kinds / sizeof *prog_object_kinds == PROG_OBJECT_TYPES,
              "a row for each type");

uint32_t prog_object_sets(enum prog_object_type type) {
    const prog_object_kind *kind = &prog_object_kinds[type];
    return PROG_IS(type) | (kind->holdable ? PROG_HOLDABLE : 0) |
           (kind->enter != NULL ? PROG_ENTERABLE : 0) | (kind->wait != NULL ? PROG_WAITABLE : 0) |
           (kind->create != NULL ? PROG_DECLARED : 0);
}

/* --- Words ----------------------------------------------------------------------------------- */

const char *prog_object_word(enum prog_object_type type, char word[32]) {
    const prog_object_kind *kind = &prog_object_kinds[type];
    (void)snprintf(word, 32, "%s %s", kind->article, kind->name);
    return word;
}

void prog_describe_types(uint32_t accepts, base_buffer *buffer) {
    unsigned left = 0;
    for (int type = 0; type < PROG_OBJECT_TYPES; type++)
        left += (accepts & prog_object_sets((enum prog_object_type)type)) != 0;
    bool first = true;
    for (int type = 0; type < PROG_OBJECT_TYPES; type++) {
        char word[32];
        if ((accepts & prog_object_sets((enum prog_object_type)type)) == 0)
            continue;
        const char *comma = first ? "" : left == 1 ? " or " : ", ";
        (void)base_buffer_format(buffer, "%s%s", comma,
                                 prog_object_word((enum prog_object_type)type, word));
        first = false;
        left--;
    }
}

const char *prog_made_by(uint32_t accepts) {
    for (int type = PROG_TASK; type < PROG_OBJECT_TYPES; type++)
        if ((accepts & prog_object_sets((enum prog_object_type)type)) != 0)
            return prog_object_kinds[type].step;
    return NULL;
}
