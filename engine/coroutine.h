/* coroutine.h - tasks with stacks: how one begins, goes on, is left.
 */
#ifndef CADRAN_COROUTINE_H
#define CADRAN_COROUTINE_H

#include "compiler.h"
#include "task.h"

/* Gives the task a stack, on which its wait.fn(wait.arg) will begin. False: out of memory. */
bool cad__coroutine_new(cad__task *task);
/* From the loop: begins it, or goes on with it: its suspended call of cad__coroutine_suspend()
 * returns `result`. Comes back when its turn is over, and those of all coroutines right behind. */
void cad__coroutine_enter(cad__task *task, int result);
/* From anywhere, a coroutine too: begins it, for an eager start. Comes back when it waits or has
 * ended. */
void cad__coroutine_start(cad__task *task);
/* From inside: lets others take their turns. */
int cad__coroutine_suspend(cad__task *task);
/* Gives the stack back without running it to its end. */
void cad__coroutine_drop(cad__task *task);
/* Bytes of the stack that it runs on. */
size_t cad__coroutine_stack_size(const cad__task *task);

/* What it goes on with is at the top of its stack, unless that is a deep one: registers, and the
 * frame of its function. The coroutine itself is above. */
CAD__INLINE void cad__coroutine_fetch(const cad__task *task) {
    enum { FRAMES = 256 };
    if (task->future.stackful)
        cad__fetch((uintptr_t)task->coroutine - FRAMES, FRAMES + 1);
}

void cad__stacks_free(cad_loop *loop);

/* The task of the coroutine that runs, where `address` is in the guard of its stack; else NULL. May
 * be called in a signal handler. */
const cad_task *cad__coroutine_guarded(const void *address);
/* From now until unwatch(), a coroutine of this loop that overflows its stack is named on standard
 * error before the process ends. On the thread that runs the loop; each may be called twice. */
void cad__overflow_watch(cad_loop *loop);
void cad__overflow_unwatch(cad_loop *loop);

#endif
