/* The table of steps, and with it the language. */
#include "steps/language.h"

#include "steps/control.h"
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
    X(new)                                                                                         \
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
    X(call_at)                                                                                     \
    X(on_signal)                                                                                   \
    X(remove_signal_handler)                                                                       \
    X(raise_signal)                                                                                \
    X(exec)                                                                                        \
    X(communicate)                                                                                 \
    X(send_signal)                                                                                 \
    X(terminate)                                                                                   \
    X(kill)                                                                                        \
    X(start_server)                                                                                \
    X(start_unix_server)                                                                           \
    X(open_connection)                                                                             \
    X(open_unix_connection)                                                                        \
    X(close_clients)                                                                               \
    X(abort_clients)                                                                               \
    X(create_server)                                                                               \
    X(create_unix_server)                                                                          \
    X(create_connection)                                                                           \
    X(create_unix_connection)                                                                      \
    X(pause_reading)                                                                               \
    X(resume_reading)                                                                              \
    X(set_write_buffer_limits)                                                                     \
    X(create_datagram_endpoint)                                                                    \
    X(sendto)                                                                                      \
    X(write)                                                                                       \
    X(drain)                                                                                       \
    X(write_eof)                                                                                   \
    X(read)                                                                                        \
    X(readline)                                                                                    \
    X(readexactly)                                                                                 \
    X(readuntil)                                                                                   \
    X(close)                                                                                       \
    X(wait_closed)

#define PROG_X(verb) extern const prog_step step_##verb;
STEPS(PROG_X)
#undef PROG_X

static const prog_step *const rows[] = {
#define PROG_X(verb) &step_##verb,
    STEPS(PROG_X)
#undef PROG_X
};

#define TAKES_A_LOCK "a lock is taken by {\"acquire\": NAME}, or by {\"with\": NAME, \"do\": [...]}"
#define MAKES_ONE                                                                                  \
    "the step is {\"new\": {\"type\": TYPE}, \"as\": NAME}; what lasts is declared in \"objects\""
#define SIDE_BY_SIDE                                                                               \
    "the step is \"task_group\": [{\"spawn\": COROUTINE}, ...], which waits for all of them"
#define ASSERTS                                                                                    \
    "{\"if\": CONDITION, \"else\": [{\"raise\": \"AssertionError\"}]} says it; what must "         \
    "hold all the time is for \"expect\": {\"always\": [...]}"
#define CHANGES                                                                                    \
    "the step is {\"let\": {\"x\": \"x + 1\"}}, or \"assign\" for a variable of the scenario"
#define A_REMARK "a remark is a member \"//\""
#define OF_A_TRY "it belongs to a step {\"try\": [...]}"

/* What people write who know asyncio, or another language of tasks. */
static const expr_foreign foreign[] = {
    {"create_task", "the step is \"spawn\", with the name of a coroutine"},
    {"ensure_future", "the step is \"spawn\", with the name of a coroutine"},
    {"start_soon", "the step is \"spawn\", with the name of a coroutine"},
    {"task", "the step is \"spawn\", with the name of a coroutine"},
    {"start", "the step is \"spawn\", with the name of a coroutine"},
    {"go", "the step is \"spawn\", with the name of a coroutine"},
    {"fork", "the step is \"spawn\", with the name of a coroutine"},
    {"async", SIDE_BY_SIDE},
    {"parallel", SIDE_BY_SIDE},
    {"concurrent", SIDE_BY_SIDE},
    {"all", SIDE_BY_SIDE},
    {"run",
     "the step is \"call\", which awaits a coroutine, or \"spawn\", which makes a task of it"},
    {"time.sleep",
     "the step is \"compute\": it keeps the loop busy; \"sleep\" lets the others run"},
    {"delay", "the step is \"sleep\""},
    {"seconds", "the step is \"sleep\""},
    {"sleep_until", "the step is {\"sleep\": \"TIME - now()\"}"},
    {"wait_until", "of a time it is {\"sleep\": \"TIME - now()\"}, of a condition \"wait_for\""},
    {"pause", "the step is \"sleep\""},
    {"yield", "{\"sleep\": 0} lets the others run"},
    {"block", "the step is \"compute\""},
    {"run_in_executor", "the step is \"to_thread\""},
    {"async with", "the step is \"with\""},
    {"async for", "the step is \"as_completed\", or \"for\" for a list"},
    {"async with timeout", "the step is \"timeout\""},
    {"TaskGroup", "the step is \"task_group\": [...]"},
    {"group", "the step is \"task_group\": [...]"},
    {"nursery", "the step is \"task_group\": [...]"},
    {"lock", TAKES_A_LOCK},
    {"Lock", TAKES_A_LOCK},
    {"semaphore", TAKES_A_LOCK},
    {"queue", MAKES_ONE},
    {"event", MAKES_ONE},
    {"barrier", MAKES_ONE},
    {"condition", MAKES_ONE},
    {"future", MAKES_ONE},
    {"unlock", "the step is \"release\""},
    {"send", "the step is \"put\""},
    {"push", "the step is \"put\""},
    {"enqueue", "the step is \"put\""},
    {"signal",
     "the step is \"notify\", with a condition, or \"raise_signal\", with a signal of the system"},
    {"receive", "the step is \"get\""},
    {"recv", "the step is \"get\", of a connection \"read\""},
    {"pop", "the step is \"get\""},
    {"dequeue", "the step is \"get\""},
    {"broadcast", "the step is \"notify_all\""},
    {"throw", "the step is \"raise\""},
    {"fail", "the step is \"raise\""},
    {"catch", "what is caught stands in \"except\" of a step {\"try\": [...]}"},
    {"except", OF_A_TRY},
    {"except*", OF_A_TRY},
    {"finally", OF_A_TRY},
    {"else", "it belongs to a step {\"if\": ..., \"then\": [...]}; a \"try\" has none: what "
             "stands last in it runs where nothing was raised"},
    {"then", "it belongs to a step {\"if\": ..., \"then\": [...]}"},
    {"elif", "\"else\": [{\"if\": ..., \"then\": [...]}] says it"},
    {"in", "it belongs to a step {\"for\": ..., \"in\": ..., \"do\": [...]}"},
    {"foreach", "the step is \"for\""},
    {"for_each", "the step is \"for\""},
    {"each", "the step is \"for\""},
    {"loop", "the step is \"while\", \"repeat\" or \"for\""},
    {"forever", "the step is {\"repeat\": \"forever\", \"do\": [...]}"},
    {"pass", "a list of steps may be empty"},
    {"assert", ASSERTS},
    {"check", ASSERTS},
    {"increment", CHANGES},
    {"decrement", CHANGES},
    {"inc", CHANGES},
    {"add", CHANGES},
    {"resolve", "the step is \"set_result\""},
    {"reject", "the step is \"set_exception\""},
    {"say", "the step is \"print\""},
    {"printf", "the step is \"print\""},
    {"println", "the step is \"print\""},
    {"description", A_REMARK},
    {"comment", A_REMARK},
    {"note", A_REMARK},
    {"_comment", A_REMARK},
    {"args", "arguments stand beside \"call\" or \"spawn\""},
    {"shell", "the step is \"exec\": [\"sh\", \"-c\", COMMAND]"},
    {"sh", "the step is \"exec\": [\"sh\", \"-c\", COMMAND]"},
    {"var", "the step is \"let\", or \"assign\" for a variable of the scenario"},
    {"echo", "the step is \"print\""},
    {"exit", "the step is \"return\""},
    {"switch", "\"if\" steps, one in the \"else\" of the other, say it"},
    {"do", "steps stand in a step, such as {\"repeat\": 3, \"do\": [...]}"},
    {"as", "it names the result of a step, which stands beside it"},
    {"step", "the verb itself is the member: {\"sleep\": 1}"},
    {"type", "the verb itself is the member: {\"sleep\": 1}"},
    {"action", "the verb itself is the member: {\"sleep\": 1}"},
    {"verb", "the verb itself is the member: {\"sleep\": 1}"},
    {"op", "the verb itself is the member: {\"sleep\": 1}"},
    {"connect", "the step is \"open_connection\": PORT, with \"host\""},
    {"listen", "the step is \"start_server\", with a coroutine for each connection"},
    {"accept", "\"start_server\" runs a coroutine for each connection"},
    {"serve", "the step is \"start_server\", with a coroutine for each connection"},
    {"system", "the step is \"exec\": [PROGRAM, ...]"},
    {"subprocess", "the step is \"exec\": [PROGRAM, ...]"},
    {"popen", "the step is \"exec\": [PROGRAM, ...]"},
    {"Popen", "the step is \"exec\": [PROGRAM, ...]"},
    {"create_subprocess_exec", "the step is \"exec\": [PROGRAM, ...]"},
    {"create_subprocess_shell", "the step is \"exec\": [\"sh\", \"-c\", COMMAND]"},
    {"work", "the step is \"sleep\", or \"compute\", which keeps the loop busy"},
    {"wait_event", "the step is \"wait\""},
    {NULL, NULL},
};

/* The same of functions. */
static const expr_foreign foreign_functions[] = {
    {"print", "\"print\" is a step"},
    {"sleep", "\"sleep\" is a step"},
    {"random", "a random number from 0 to 1 is uniform(0, 1)"},
    {"gauss", "that is normal(mean, sd)"},
    {"expovariate", "that is exponential(mean), of the mean, not of the rate"},
    {"rand", "a whole number is randint(a, b), any other uniform(a, b)"},
    {"randrange", "that is randint(a, b), with both ends"},
    {"choice", "an item of a list by chance is x[randint(0, len(x) - 1)]"},
    {"time", "the loop's time is now()"},
    {"perf_counter", "the loop's time is now()"},
    {"monotonic", "the loop's time is now()"},
    {"float", "a number is one already; of a text int(x) is its whole number"},
    {"bool", "a condition takes any value"},
    {"list", "a list is written [a, b]"},
    {"tuple", "a tuple is written (a, b)"},
    {"sum", "the language has no function for that; a \"for\" step adds up"},
    {"sorted", "the language has no function for that; a queue with \"order\": \"priority\" sorts"},
    {"enumerate", "range(len(x)) gives the numbers of the items of x"},
    {"zip", "range(len(x)) gives the numbers of the items of x"},
    {"pow", "a power is written x ** y"},
    {"sqrt", "a root is written x ** 0.5"},
    {"poisson", "the time between arrivals is exponential(mean)"},
    {"format", "where a text stands, \"{x}\" is the value of x; round(x, 2) has two decimals"},
    {"repr", "str(x) is what is shown of it"},
    {"isinstance", "type(x) == 'int' asks for a type"},
    {"size", "how many items are in a queue is qsize(q)"},
    {"queue", "what tasks share is declared: \"objects\": {\"q\": {\"type\": \"queue\"}}"},
    {"lock", "what tasks share is declared: \"objects\": {\"l\": {\"type\": \"lock\"}}"},
    {"result", "the result of a task is what \"await\" stores, with \"as\""},
    {"exception", "what a task raised, its \"await\" raises; \"try\" and \"except\" take it"},
    {NULL, NULL},
};

const prog_language step_language = {
    .steps = rows,
    .step_count = sizeof rows / sizeof *rows,
    .unpack = &step_unpack_operation,
    .foreign = foreign,
    .functions = step_functions,
    .foreign_functions = foreign_functions,
};
