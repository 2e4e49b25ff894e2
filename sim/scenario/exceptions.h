/* exceptions.h - Python's exceptions by name: which is a kind of which, and what they say.
 */
#ifndef SIM_SCENARIO_EXCEPTIONS_H
#define SIM_SCENARIO_EXCEPTIONS_H

#include "scenario/program.h"

/* Those that Python and asyncio have: their numbers in sim_program.exceptions, where they come
 * first. `parent` is one of the same list; code 0: the engine has none of its own. */
#define SIM_EXCEPTIONS(X)                                                                          \
    X(SIM_EXCEPTION_BASE_EXCEPTION, "BaseException", SIM_EXCEPTION_BASE_EXCEPTION, 0)              \
    X(SIM_EXCEPTION, "Exception", SIM_EXCEPTION_BASE_EXCEPTION, 0)                                 \
    X(SIM_EXCEPTION_CANCELLED, "CancelledError", SIM_EXCEPTION_BASE_EXCEPTION, CAD_ECANCELLED)     \
    X(SIM_EXCEPTION_ARITHMETIC, "ArithmeticError", SIM_EXCEPTION, 0)                               \
    X(SIM_EXCEPTION_OVERFLOW, "OverflowError", SIM_EXCEPTION_ARITHMETIC, CAD_EOVERFLOW)            \
    X(SIM_EXCEPTION_ZERO_DIVISION, "ZeroDivisionError", SIM_EXCEPTION_ARITHMETIC,                  \
      CAD_EZERODIVISION)                                                                           \
    X(SIM_EXCEPTION_ASSERTION, "AssertionError", SIM_EXCEPTION, 0)                                 \
    X(SIM_EXCEPTION_ATTRIBUTE, "AttributeError", SIM_EXCEPTION, 0)                                 \
    X(SIM_EXCEPTION_EOF, "EOFError", SIM_EXCEPTION, 0)                                             \
    X(SIM_EXCEPTION_INCOMPLETE, "IncompleteReadError", SIM_EXCEPTION_EOF, CAD_EINCOMPLETE)         \
    X(SIM_EXCEPTION_GROUP, "ExceptionGroup", SIM_EXCEPTION, CAD_EGROUP)                            \
    X(SIM_EXCEPTION_LOOKUP, "LookupError", SIM_EXCEPTION, 0)                                       \
    X(SIM_EXCEPTION_INDEX, "IndexError", SIM_EXCEPTION_LOOKUP, 0)                                  \
    X(SIM_EXCEPTION_KEY, "KeyError", SIM_EXCEPTION_LOOKUP, CAD_EKEY)                               \
    X(SIM_EXCEPTION_NAME, "NameError", SIM_EXCEPTION, SIM_ENAME)                                   \
    X(SIM_EXCEPTION_OS, "OSError", SIM_EXCEPTION, CAD_ESYSTEM)                                     \
    X(SIM_EXCEPTION_CONNECTION, "ConnectionError", SIM_EXCEPTION_OS, CAD_ECONNECTION)              \
    X(SIM_EXCEPTION_PIPE, "BrokenPipeError", SIM_EXCEPTION_CONNECTION, CAD_EPIPE)                  \
    X(SIM_EXCEPTION_ABORTED, "ConnectionAbortedError", SIM_EXCEPTION_CONNECTION, 0)                \
    X(SIM_EXCEPTION_REFUSED, "ConnectionRefusedError", SIM_EXCEPTION_CONNECTION, CAD_ECONNREFUSED) \
    X(SIM_EXCEPTION_RESET, "ConnectionResetError", SIM_EXCEPTION_CONNECTION, CAD_ECONNRESET)       \
    X(SIM_EXCEPTION_TIMEOUT, "TimeoutError", SIM_EXCEPTION_OS, CAD_ETIMEDOUT)                      \
    X(SIM_EXCEPTION_QUEUE_EMPTY, "QueueEmpty", SIM_EXCEPTION, CAD_EQUEUEEMPTY)                     \
    X(SIM_EXCEPTION_QUEUE_FULL, "QueueFull", SIM_EXCEPTION, CAD_EQUEUEFULL)                        \
    X(SIM_EXCEPTION_QUEUE_SHUT_DOWN, "QueueShutDown", SIM_EXCEPTION, CAD_EQUEUESHUTDOWN)           \
    X(SIM_EXCEPTION_RUNTIME, "RuntimeError", SIM_EXCEPTION, CAD_ERUNTIME)                          \
    X(SIM_EXCEPTION_BARRIER, "BrokenBarrierError", SIM_EXCEPTION_RUNTIME, CAD_EBARRIER)            \
    X(SIM_EXCEPTION_NOT_IMPLEMENTED, "NotImplementedError", SIM_EXCEPTION_RUNTIME, 0)              \
    X(SIM_EXCEPTION_RECURSION, "RecursionError", SIM_EXCEPTION_RUNTIME, CAD_ESTACK)                \
    X(SIM_EXCEPTION_STATE, "InvalidStateError", SIM_EXCEPTION, CAD_ESTATE)                         \
    X(SIM_EXCEPTION_TYPE, "TypeError", SIM_EXCEPTION, CAD_ETYPE)                                   \
    X(SIM_EXCEPTION_VALUE, "ValueError", SIM_EXCEPTION, CAD_EINVAL)

enum sim_exception {
#define SIM_X(name, text, parent, code) name,
    SIM_EXCEPTIONS(SIM_X)
#undef SIM_X
        SIM_EXCEPTIONS_BUILT_IN
};

/* The code of one that the engine has none for. */
#define SIM_EXCEPTION_CODE(exception) (CAD_EUSER - (int)(exception))

/* Makes the built-in exceptions known to a new program; 0 or CAD_ENOMEM. */
int sim_exceptions_start(sim_program *program, size_t *capacity);

/* The number of the exception with a code. */
uint32_t sim_exception_of(const sim_program *program, int code);

#endif
