/* window.h - the window of the lecture as step machines: what a scenario of it costs where it is
 * the engine's cost, and not the interpreter's. */
#ifndef BENCH_WINDOW_H
#define BENCH_WINDOW_H

#include "cadran.h"

/* Runs so many jobs through a window so wide: put, sleep of i % 3 + 1 seconds, get, no printing;
 * all jobs are created before the loop runs. 0 when every job got through, or an error. */
int run_window(cad_loop *loop, int64_t jobs, int64_t width);

#endif
