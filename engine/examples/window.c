/* window.c - eight jobs, at most four at a time: a bounded queue as a window.
 *
 *     window            takes its five seconds
 *     window --virtual  the same in no time
 *
 * In Python:
 *
 *     async def job(number, window):
 *         duration = number % 3 + 1
 *         await window.put(number)
 *         await sequence(f"job{number} - duration {duration}", duration)
 *         await window.get()
 *
 *     async def main():
 *         window = asyncio.Queue(4)
 *         start_timer()
 *         await asyncio.gather(*(job(number, window) for number in range(8)))
 */
#include <stdio.h>
#include <string.h>

#include "cadran.h"
#include "sequence.h"

enum { JOBS = 8, WIDTH = 4 };

struct job {
    int number;
    cad_queue *window;
};

static int job(void *arg) {
    struct job *self = arg;
    int duration = self->number % 3 + 1;
    char text[48];
    snprintf(text, sizeof text, "job%d - duration %d", self->number, duration);

    int error = cad_queue_put(self->window, self);
    if (error == 0)
        error = sequence(text, duration * CAD_SECOND);
    if (error == 0)
        error = cad_queue_get(self->window, NULL);
    return error;
}

int main(int argc, char **argv) {
    bool simulated = argc > 1 && strcmp(argv[1], "--virtual") == 0;
    struct job jobs[JOBS];
    cad_loop *loop;

    int error = cad_loop_new(simulated ? cad_virtual_driver() : cad_uv_driver(), &loop);
    if (error != 0)
        return report(error);
    cad_queue *window = cad_queue_new(loop, WIDTH);
    if (window == NULL)
        error = CAD_ENOMEM;
    for (int i = 0; i < JOBS && error == 0; i++) {
        jobs[i] = (struct job){.number = i, .window = window};
        error = cad_task_create(loop, job, &jobs[i], NULL, NULL);
    }
    start_timer(loop);
    if (error == 0)
        error = cad_loop_run(loop);
    cad_loop_free(loop);
    return report(error);
}
