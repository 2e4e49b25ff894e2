/* exceptions.h - Python's exceptions by name: which is a kind of which, and what they say.
 */
#ifndef PROGRAM_EXCEPTIONS_H
#define PROGRAM_EXCEPTIONS_H

#include "program/program.h"

/* Those that Python and asyncio have: their numbers in prog_program.exceptions, where they come
 * first. `parent` is one of the same list; code 0: the engine has none of its own. */
#define PROG_EXCEPTIONS(X)                                                                         \
    X(PROG_EXCEPTION_BASE_EXCEPTION, "BaseException", PROG_EXCEPTION_BASE_EXCEPTION, 0)            \
    X(PROG_EXCEPTION, "Exception", PROG_EXCEPTION_BASE_EXCEPTION, 0)                               \
    X(PROG_EXCEPTION_BASE_GROUP, "BaseExceptionGroup", PROG_EXCEPTION_BASE_EXCEPTION,              \
      CAD_EBASEGROUP)                                                                              \
    X(PROG_EXCEPTION_CANCELLED, "CancelledError", PROG_EXCEPTION_BASE_EXCEPTION, CAD_ECANCELLED)   \
    X(PROG_EXCEPTION_ARITHMETIC, "ArithmeticError", PROG_EXCEPTION, 0)                             \
    X(PROG_EXCEPTION_OVERFLOW, "OverflowError", PROG_EXCEPTION_ARITHMETIC, CAD_EOVERFLOW)          \
    X(PROG_EXCEPTION_ZERO_DIVISION, "ZeroDivisionError", PROG_EXCEPTION_ARITHMETIC,                \
      CAD_EZERODIVISION)                                                                           \
    X(PROG_EXCEPTION_ASSERTION, "AssertionError", PROG_EXCEPTION, 0)                               \
    X(PROG_EXCEPTION_ATTRIBUTE, "AttributeError", PROG_EXCEPTION, 0)                               \
    X(PROG_EXCEPTION_EOF, "EOFError", PROG_EXCEPTION, 0)                                           \
    X(PROG_EXCEPTION_INCOMPLETE, "IncompleteReadError", PROG_EXCEPTION_EOF, CAD_EINCOMPLETE)       \
    X(PROG_EXCEPTION_GROUP, "ExceptionGroup", PROG_EXCEPTION, CAD_EGROUP)                          \
    X(PROG_EXCEPTION_OVERRUN, "LimitOverrunError", PROG_EXCEPTION, CAD_ELIMITOVERRUN)              \
    X(PROG_EXCEPTION_LOOKUP, "LookupError", PROG_EXCEPTION, 0)                                     \
    X(PROG_EXCEPTION_INDEX, "IndexError", PROG_EXCEPTION_LOOKUP, EXPR_EINDEX)                      \
    X(PROG_EXCEPTION_KEY, "KeyError", PROG_EXCEPTION_LOOKUP, CAD_EKEY)                             \
    X(PROG_EXCEPTION_NAME, "NameError", PROG_EXCEPTION, EXPR_ENAME)                                \
    X(PROG_EXCEPTION_OS, "OSError", PROG_EXCEPTION, CAD_ESYSTEM)                                   \
    X(PROG_EXCEPTION_CONNECTION, "ConnectionError", PROG_EXCEPTION_OS, CAD_ECONNECTION)            \
    X(PROG_EXCEPTION_PIPE, "BrokenPipeError", PROG_EXCEPTION_CONNECTION, CAD_EPIPE)                \
    X(PROG_EXCEPTION_ABORTED, "ConnectionAbortedError", PROG_EXCEPTION_CONNECTION,                 \
      CAD_ECONNABORTED)                                                                            \
    X(PROG_EXCEPTION_REFUSED, "ConnectionRefusedError", PROG_EXCEPTION_CONNECTION,                 \
      CAD_ECONNREFUSED)                                                                            \
    X(PROG_EXCEPTION_RESET, "ConnectionResetError", PROG_EXCEPTION_CONNECTION, CAD_ECONNRESET)     \
    X(PROG_EXCEPTION_NOT_FOUND, "FileNotFoundError", PROG_EXCEPTION_OS, CAD_ENOTFOUND)             \
    X(PROG_EXCEPTION_PERMISSION, "PermissionError", PROG_EXCEPTION_OS, CAD_EPERMISSION)            \
    X(PROG_EXCEPTION_PROCESS_LOOKUP, "ProcessLookupError", PROG_EXCEPTION_OS, CAD_EPROCESSLOOKUP)  \
    X(PROG_EXCEPTION_TIMEOUT, "TimeoutError", PROG_EXCEPTION_OS, CAD_ETIMEDOUT)                    \
    X(PROG_EXCEPTION_QUEUE_EMPTY, "QueueEmpty", PROG_EXCEPTION, CAD_EQUEUEEMPTY)                   \
    X(PROG_EXCEPTION_QUEUE_FULL, "QueueFull", PROG_EXCEPTION, CAD_EQUEUEFULL)                      \
    X(PROG_EXCEPTION_QUEUE_SHUT_DOWN, "QueueShutDown", PROG_EXCEPTION, CAD_EQUEUESHUTDOWN)         \
    X(PROG_EXCEPTION_RUNTIME, "RuntimeError", PROG_EXCEPTION, CAD_ERUNTIME)                        \
    X(PROG_EXCEPTION_BARRIER, "BrokenBarrierError", PROG_EXCEPTION_RUNTIME, CAD_EBARRIER)          \
    X(PROG_EXCEPTION_NOT_IMPLEMENTED, "NotImplementedError", PROG_EXCEPTION_RUNTIME, 0)            \
    X(PROG_EXCEPTION_RECURSION, "RecursionError", PROG_EXCEPTION_RUNTIME, CAD_ESTACK)              \
    X(PROG_EXCEPTION_STATE, "InvalidStateError", PROG_EXCEPTION, CAD_ESTATE)                       \
    X(PROG_EXCEPTION_TYPE, "TypeError", PROG_EXCEPTION, CAD_ETYPE)                                 \
    X(PROG_EXCEPTION_VALUE, "ValueError", PROG_EXCEPTION, CAD_EINVAL)

enum prog_exception {
#define PROG_X(name, text, parent, code) name,
    PROG_EXCEPTIONS(PROG_X)
#undef PROG_X
        PROG_EXCEPTIONS_BUILT_IN
};

/* The code of one that the engine has none for. */
#define PROG_EXCEPTION_CODE(exception) (CAD_EUSER - (int)(exception))

/* Makes the built-in exceptions known to a new program; 0 or CAD_ENOMEM. */
int prog_exceptions_start(prog_program *program, size_t *capacity);

/* The Python name of the exception with a code; never NULL. */
const char *prog_error_name(const prog_program *program, int code);
/* Whether one is a kind of another, as Python's issubclass() has it; `of` may be
 * PROG_ANY_EXCEPTION. */
bool prog_is_kind_of(const prog_program *program, uint32_t exception, uint32_t of);
/* True where an exception with this code is caught by a branch for `exception`. */
bool prog_catches(const prog_program *program, uint32_t exception, int code);

/* Python's str(error), which of a KeyError is the repr of its message. Appends; 0 or CAD_ENOMEM.
 * `exception` may be NULL. */
int prog_error_text(int code, const cad_exception *exception, base_buffer *buffer);
/* `Name: text`, or `Name` without one. */
int prog_error_show(const prog_program *program, int code, const cad_exception *exception,
                    base_buffer *buffer);

/* cad_raise(), which tells when there is no memory for the message: CAD_ENOMEM then. */
int prog_raise(int code, const char *message);

#endif
