/* ticks.c - a producer, a consumer, and a queue of size one between them, until Ctrl-C.
 *
 *     ticks            a tick a second
 *     ticks --virtual  the same in no time, with a Ctrl-C after three and a half seconds
 *
 * In Python:
 *
 *     async def producer(queue):
 *         for count in itertools.count(1):
 *             await queue.put(f"tick{count}")
 *             await asyncio.sleep(1)
 *
 *     async def consumer(queue):
 *         while True:
 *             print("got", await queue.get())
 *
 *     async def main():
 *         queue = asyncio.Queue(1)
 *         await asyncio.gather(producer(queue), consumer(queue))
 *
 *     try:
 *         asyncio.run(main())
 *     except KeyboardInterrupt:
 *         print("bye")
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cadran.h"

static int producer(void *queue) {
    int error = 0;
    for (int count = 1; error == 0; count++) {
        char *tick = malloc(24);
        if (tick == NULL)
            return CAD_ENOMEM;
        snprintf(tick, 24, "tick%d", count);
        error = cad_queue_put(queue, tick);
        if (error != 0)
            free(tick);
        else
            error = cad_sleep(CAD_SECOND);
    }
    return error;
}

static int consumer(void *queue) {
    void *tick;
    int error;
    while ((error = cad_queue_get(queue, &tick)) == 0) {
        printf("got %s\n", (char *)tick);
        fflush(stdout);
        free(tick);
    }
    return error;
}

static void interrupt(void *loop) {
    cad_loop_interrupt(loop);
}

int main(int argc, char **argv) {
    bool simulated = argc > 1 && strcmp(argv[1], "--virtual") == 0;
    cad_loop *loop;

    int error = cad_loop_new(simulated ? cad_virtual_driver() : cad_uv_driver(), &loop);
    cad_queue *queue = error == 0 ? cad_queue_new(loop, 1) : NULL;
    if (error == 0 && queue == NULL)
        error = CAD_ENOMEM;
    if (error == 0)
        error = cad_task_create(loop, producer, queue, NULL, NULL);
    if (error == 0)
        error = cad_task_create(loop, consumer, queue, NULL, NULL);
    if (error == 0 && simulated)
        error = cad_call_at(loop, 3500 * CAD_MILLISECOND, interrupt, loop, NULL);
    if (error == 0)
        error = cad_loop_run(loop);
    cad_loop_free(loop);

    if (error == CAD_EINTERRUPTED) {
        puts("bye");
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "ticks: %s\n", cad_error_text(error));
    return EXIT_FAILURE;
}
