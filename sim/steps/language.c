/* The table of steps, and with it the language. */
#include "steps/language.h"

#include "steps/functions.h"

/* By family, in the order of the reference. */
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
    X(for)                                                                                         \
    X(break)                                                                                       \
    X(continue)                                                                                    \
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

static const prog_step *const rows[] = {
#define PROG_X(verb) &step_##verb,
    STEPS(PROG_X)
#undef PROG_X
};

/* Signals, processes and the network: rows of PROG_FAMILY_OUTSIDE one day. */
static const char *const later[] = {
    "on_signal", "exec",      "communicate", "send_signal",  "terminate",       "kill",
    "write",     "drain",     "read",        "start_server", "open_connection", "readline",
    "close",     "readuntil", "write_eof",   "readexactly",  "wait_closed",
};

const prog_language step_language = {
    .steps = rows,
    .step_count = sizeof rows / sizeof *rows,
    .later = later,
    .later_count = sizeof later / sizeof *later,
    .functions = step_functions,
};
