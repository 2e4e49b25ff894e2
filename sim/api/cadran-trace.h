/* cadran-trace.h - what happened in a loop, as a file to be looked at; and why it is stuck, in
 * words.
 *
 * The file is the one that `cadran run --trace` leaves of a scenario: `cadran table` makes a table
 * of it and `cadran view` a timeline, Perfetto opens it as it is, and under the virtual clock two
 * runs of one program leave the same bytes. The functions are in libcadran-trace, beside libcadran
 * (with CMake the target cadran::trace, for pkg-config cadran-trace):
 *
 *     cad_loop *loop;
 *     int error = cad_loop_new(cad_virtual_driver(), &loop);
 *     if (error == 0)
 *         error = cad_trace_open(loop, "pool.trace.json", NULL, NULL);
 *     ... queues, tasks ...
 *     if (error == 0)
 *         error = cad_loop_run(loop);
 *     if (error == CAD_EDEADLOCK)
 *         cad_report_deadlock(loop, stderr);
 *     cad_loop_free(loop);
 *
 * The conventions of cadran.h hold here, too. Names make a trace readable: give tasks theirs
 * (cad_task_options.name), and objects (cad_set_name()).
 */
#ifndef CADRAN_TRACE_H
#define CADRAN_TRACE_H

#include <stdio.h>

#include "cadran.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- A trace ----------------------------------------------------------------------------- */

typedef struct cad_trace cad_trace;

/* All members may be 0. The functions are called while events are told, with `arg`. */
typedef struct cad_trace_options {
    const char *name; /* what ran; copied. NULL: the file's, without folder and extensions */
    bool detail;      /* as `cadran run --detail`: all that the state can be rebuilt from at each
                         turn of the loop. Several times the size */
    /* How an error of the program's own (CAD_EUSER and below) is called: a text that stays, or
     * NULL: as cad_error_name() has it. */
    const char *(*error_name)(int code, void *arg);
    /* How an item of a queue reads, where detail is asked for: a text that is there until the next
     * call, or NULL: it is left out. */
    const char *(*item_text)(void *item, void *arg);
    void *arg;
} cad_trace_options;

/* From now on what happens in the loop is written to the file, which is made, or emptied; what
 * there is already is told of first. A name that ends in .gz or .zst is packed so. Under the real
 * clock what has happened is in the file whenever the loop sleeps, and a second later at the
 * latest; under the virtual one when the trace is closed.
 *
 * `options` is borrowed for the call and may be NULL. Where `trace` is not NULL the caller gets the
 * trace there, to be closed with cad_trace_close(); otherwise, and if that does not come, it is
 * closed with the loop. Takes a megabyte of memory, and 40 bytes for each task that is alive.
 *
 * A process that is forked meanwhile writes nothing: the file is its parent's.
 *
 * CAD_ESYSTEM, with errno, where the file cannot be opened; CAD_ERUNTIME where the loop is traced
 * already (cad_loop_set_trace() is what a trace uses); CAD_ENOMEM. cad_error_message() says which
 * file, and what was wrong; *trace is NULL then. asyncio has nothing of the kind: its debug mode
 * logs what takes long. */
CAD_API int cad_trace_open(cad_loop *loop, const char *path, const cad_trace_options *options,
                           cad_trace **trace);

/* Ends the file, and frees the trace. The loop must be there, and may go on. What is open then is
 * marked as not ended, and tasks that wait say for what; how the run ended is what
 * cad_loop_result() says. Takes NULL.
 *
 * CAD_ESYSTEM, with errno, or CAD_ENOMEM: the first failure since it was opened, after which
 * nothing was written. What had been written stays readable; cad_error_message() says which file.
 * Where a trace is closed with its loop, that is a line on standard error. */
CAD_API int cad_trace_close(cad_trace *trace);

/* A span of the running task: from begin to end it works, on what the name says (copied), as a
 * scenario's `span`. Spans nest, inside one another and in a task; one that is open when the task
 * ends, ends with it. They are what `cadran table` has marks for. Nothing happens where the running
 * loop has no trace, so that a program may always call them; an end without a begin that the trace
 * has seen is left out. Called outside a task they are wrong use. */
CAD_API void cad_span_begin(const char *name);
CAD_API void cad_span_end(void);

/* A line of output (copied, without its newline), of the running task or the loop, as a scenario's
 * `print`; to print it is the program's own business. Nothing happens where the running loop has no
 * trace. */
CAD_API void cad_trace_print(const char *line);

/* --- A report ---------------------------------------------------------------------------- */

/* Says who waits for what, which tasks stand in a circle, and since when: of a loop whose run ended
 * with CAD_EDEADLOCK, or before its tasks have, and at any other time. Who holds a lock the library
 * knows, and whom a gather, a wait or a task group awaits; how a queue or a barrier stands, and
 * what became of a notify, a put or a get that would have ended the wait. Who has acquired a
 * semaphore it does not know, as others may release it; nor who could still set an event, put an
 * item or notify: that is in the program's code, of which it sees what was done and not what is to
 * come. (Of a scenario the steps are known, so that `cadran run` says that, too.) Fifty tasks at
 * most are told of, and how many more there are.
 *
 *     deadlock at 1 s: nothing can wake the tasks that remain
 *     circle: left -> right -> left
 *       left waits for lock b, held by right (acquire, since 1 s)
 *       right waits for lock a, held by left (acquire, since 1 s)
 *
 * CAD_ENOMEM where there is no memory for it; what `file` could not take, ferror() says. */
CAD_API int cad_report_deadlock(cad_loop *loop, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
