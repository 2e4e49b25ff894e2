#include "window.h"

struct window {
    cad_queue *queue;
    int64_t done;
};

struct job {
    struct window *window;
    int32_t number;
    int32_t phase;
};

static int step_job(void *state, int result) {
    struct job *self = state;
    while (result == 0) {
        switch (self->phase++) {
        case 0:
            result = cad_queue_put(self->window->queue, self);
            break;
        case 1:
            result = cad_sleep((self->number % 3 + 1) * CAD_SECOND);
            break;
        case 2:
            result = cad_queue_get(self->window->queue, NULL);
            break;
        default:
            self->window->done++;
            return 0;
        }
    }
    return result;
}

static const cad_step_type job_type = {sizeof(struct job), step_job, NULL};

int run_window(cad_loop *loop, int64_t jobs, int64_t width) {
    struct window window = {.queue = cad_queue_new(loop, (size_t)width)};
    if (window.queue == NULL)
        return CAD_ENOMEM;
    for (int64_t i = 0; i < jobs; i++) {
        cad_task *task;
        int error = cad_step_create(loop, &job_type, NULL, &task);
        if (error != 0)
            return error;
        struct job *job = cad_task_state(task);
        job->window = &window;
        job->number = (int32_t)i;
        cad_future_unref(task);
    }
    int error = cad_loop_run(loop);
    return error != 0 || window.done == jobs ? error : CAD_ESTATE;
}
