/* clock.h - the loop's time.
 */
#ifndef CADRAN_CLOCK_H
#define CADRAN_CLOCK_H

#include "compiler.h"
#include "loop.h"

/* The loop's time, which moves here and nowhere else, but where the world is simulated. At first;
 * and before the first iteration of a run, the loop's first run or another. */
void cad__clock_init(cad_loop *loop);
void cad__clock_start(cad_loop *loop);
/* Looks at the driver's clock: now_ns. */
void cad__clock_look(cad_loop *loop);
/* A turn of the loop's own is over, which takes no time worth a look: a timer's, a task's end. */
static inline void cad__clock_pass(cad_loop *loop) {
    loop->unseen++;
}
/* When nothing is ready: whether timers are due, and not so long that it is no use to catch up.
 * Where the world is real this looks. */
bool cad__clock_behind(cad_loop *loop);
/* When nothing was ready, and nothing is now or what came from outside, right behind a look: to the
 * first deadline, where that has come, or to now. */
void cad__clock_go_on(cad_loop *loop);
/* Before an iteration for which turns are ready; some of them have come from outside. */
void cad__clock_busy(cad_loop *loop, bool arrived);

/* The deadline of the running task, which begins to sleep; with that its turn ends. */
int64_t cad__clock_sleep(cad_loop *loop, int64_t delay_ns);

CAD__APART void cad__clock_turn_over(cad_loop *loop);

/* cad_loop_time(). A simulated world's clock stands where the loop's time does, and need not be
 * asked; a real one that has not started is at 0. */
CAD__INLINE int64_t cad__clock_time(const cad_loop *loop) {
    if (loop->driver->simulated)
        return loop->due_ns;
    return loop->started ? loop->driver->now(loop->driver) : 0;
}

/* The turn of a coroutine is over. */
CAD__INLINE void cad__clock_turn(cad_loop *loop) {
    if (__builtin_expect(loop->counts_work, 0))
        cad__clock_turn_over(loop);
}

#endif
