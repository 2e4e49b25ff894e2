/* entry.h - what has its turn in the ready queue, by kind.
 */
#ifndef CADRAN_ENTRY_H
#define CADRAN_ENTRY_H

#include "cadran.h"
#include "link.h"

/* A row for each kind of entry: what it is called in traces, what runs when its turn comes, and
 * what says which task it is about. Kind and task are what an entry is to anybody but its owner:
 * what a trace tells of it, and what the order of turns may depend on. */
#define CAD__ENTRY_KINDS(X)                                                                        \
    /* a task's turn; its timer while it sleeps; its end, noticed one iteration later */           \
    X(TASK, "task", cad__task_run, cad__entry_own_task)                                            \
    X(TIMER, "timer", cad__slept, cad__entry_own_task)                                             \
    X(END, "end", cad__task_ended, cad__entry_own_task)                                            \
    /* the program's callbacks: call_soon() and its like, from other threads, of a future */       \
    X(CALLBACK, "callback", cad__handle_run, cad__entry_no_task)                                   \
    X(POSTED, "threadsafe_callback", cad__posted_run, cad__entry_no_task)                          \
    X(DONE_CALLBACK, "done_callback", cad__done_callback_run, cad__follower_task)                  \
    /* a timeout's deadline; the done callbacks and the deadlines of what follows futures */       \
    X(TIMEOUT, "timeout", cad__timeout_expire, cad__timeout_task)                                  \
    X(WAIT, "wait", cad__wait_member_done, cad__follower_task)                                     \
    X(WAIT_TIMEOUT, "wait_timeout", cad__wait_expire, cad__wait_task)                              \
    X(AS_COMPLETED, "as_completed", cad__as_completed_member_done, cad__follower_task)             \
    X(AS_COMPLETED_TIMEOUT, "as_completed_timeout", cad__as_completed_expire, cad__entry_no_task)  \
    X(GATHER, "gather", cad__gather_child_done, cad__follower_task)                                \
    X(SHIELD_INNER, "shield_inner", cad__shield_inner_done, cad__follower_task)                    \
    X(SHIELD_OUTER, "shield_outer", cad__shield_outer_done, cad__follower_task)                    \
    X(TASK_GROUP, "task_group", cad__task_group_member_done, cad__follower_task)                   \
    /* what cad_loop_run_until() runs for is done */                                               \
    X(RUN_UNTIL, "run_until", cad__run_until_done, cad__follower_task)                             \
    /* a request to a simulated world has come to its end */                                       \
    X(REQUEST, "request", cad__request_ended, cad__entry_no_task)                                  \
    /* signals have come: they are read, and in the next iteration their callbacks run */          \
    X(SIGNALS, "signals", cad__signals_turn, cad__entry_no_task)                                   \
    /* a descriptor can be read, can be written; a connection is lost */                           \
    X(READER, "reader", cad__watcher_turn, cad__entry_no_task)                                     \
    X(WRITER, "writer", cad__watcher_turn, cad__entry_no_task)                                     \
    X(CONNECTION_LOST, "connection_lost", cad__transport_lost_turn, cad__entry_no_task)            \
    X(ENDPOINT_LOST, "connection_lost", cad__endpoint_lost_turn, cad__entry_no_task)               \
    X(PROCESS_LOST, "connection_lost", cad__subprocess_lost_turn, cad__entry_no_task)

enum cad__entry_kind {
#define CAD__KIND(kind, name, run, task) CAD__ENTRY_##kind,
    CAD__ENTRY_KINDS(CAD__KIND)
#undef CAD__KIND
};

#define CAD__KIND(kind, name, run, task)                                                           \
    void run(cad__entry *entry);                                                                   \
    const cad_task *task(const cad__entry *entry);
CAD__ENTRY_KINDS(CAD__KIND)
#undef CAD__KIND

/* By kind. */
extern const struct cad__entry_row {
    void (*run)(cad__entry *entry);
    const cad_task *(*task)(const cad__entry *entry);
    const char *name;
} cad__entry_rows[];

/* It has been taken from the queue: what it stands for happens. */
static inline void cad__entry_run(cad__entry *entry) {
    cad__entry_rows[entry->kind].run(entry);
}

/* The task that it is about; NULL: none. */
static inline const cad_task *cad__entry_task(const cad__entry *entry) {
    return cad__entry_rows[entry->kind].task(entry);
}

/* A literal. */
static inline const char *cad__entry_name(const cad__entry *entry) {
    return cad__entry_rows[entry->kind].name;
}

#endif
