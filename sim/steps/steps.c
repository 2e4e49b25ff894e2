#include "steps/steps.h"

#include <string.h>

#define STEPS(X)                                                                                   \
    X(sleep)                                                                                       \
    X(compute)                                                                                     \
    X(to_thread)                                                                                   \
    X(print)                                                                                       \
    X(start_timer)                                                                                 \
    X(log)                                                                                         \
    X(sequence)                                                                                    \
    X(span)                                                                                        \
    X(let)                                                                                         \
    X(assign)                                                                                      \
    X(if)                                                                                          \
    X(while)                                                                                       \
    X(repeat)                                                                                      \
    X(try)                                                                                         \
    X(raise)                                                                                       \
    X(return )                                                                                     \
    X(call)                                                                                        \
    X(put)                                                                                         \
    X(get)                                                                                         \
    X(put_nowait)                                                                                  \
    X(get_nowait)                                                                                  \
    X(task_done)                                                                                   \
    X(join)                                                                                        \
    X(shutdown)                                                                                    \
    X(acquire)                                                                                     \
    X(release)                                                                                     \
    X(with)                                                                                        \
    X(set)                                                                                         \
    X(clear)                                                                                       \
    X(wait)                                                                                        \
    X(wait_for)                                                                                    \
    X(notify)                                                                                      \
    X(notify_all)                                                                                  \
    X(reset)                                                                                       \
    X(abort)                                                                                       \
    X(set_result)                                                                                  \
    X(set_exception)                                                                               \
    X(spawn)                                                                                       \
    X(await)                                                                                       \
    X(shield)                                                                                      \
    X(cancel)                                                                                      \
    X(uncancel)                                                                                    \
    X(gather)                                                                                      \
    X(as_completed)                                                                                \
    X(timeout)                                                                                     \
    X(timeout_at)                                                                                  \
    X(reschedule)                                                                                  \
    X(task_group)                                                                                  \
    X(call_soon)                                                                                   \
    X(call_later)                                                                                  \
    X(call_at)

#define PROG_X(verb) extern const prog_step step_##verb;
STEPS(PROG_X)
#undef PROG_X

const prog_step *const step_rows[] = {
#define PROG_X(verb) &step_##verb,
    STEPS(PROG_X)
#undef PROG_X
};
const size_t step_row_count = sizeof step_rows / sizeof *step_rows;

/* Signals, processes and the network: rows of PROG_FAMILY_OUTSIDE one day. */
static const char *const later[] = {
    "on_signal", "exec",      "communicate", "send_signal",  "terminate",       "kill",
    "write",     "drain",     "read",        "start_server", "open_connection", "readline",
    "close",     "readuntil", "write_eof",   "readexactly",  "wait_closed",
};

const prog_step *step_find(const char *verb) {
    for (size_t i = 0; i < step_row_count; i++)
        if (strcmp(step_rows[i]->operation.name, verb) == 0)
            return step_rows[i];
    return NULL;
}

const prog_member *prog_step_member(const prog_step *step, const char *name, size_t *place) {
    for (size_t i = 0; step->members[i].kind != PROG_MEMBER_NONE; i++) {
        const char *own = step->members[i].name;
        *place = i;
        if (strcmp(own != NULL ? own : step->operation.name, name) == 0)
            return &step->members[i];
    }
    return NULL;
}

const char *step_later(const char *verb) {
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(later[i], verb) == 0)
            return later[i];
    return NULL;
}
