/* A thread that gives the events of a file to a timeline. */
#include "steps.h"

#include "base/memory.h"
#include "cadran.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct viz_steps {
    struct trace_consumer consumer; /* hands on to the timeline's, until it is to stop */
    struct trace_timeline *timeline;
    pthread_t thread;
    bool joined;
    atomic_bool stops;
    atomic_bool read;
    int error;
    char *path;
    char message[TRACE_MESSAGE_SIZE];
};

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct viz_steps *steps = (struct viz_steps *)(void *)consumer;
    struct trace_consumer *to = trace_timeline_consumer(steps->timeline);
    if (atomic_load_explicit(&steps->stops, memory_order_relaxed))
        return CAD_ECANCELLED;
    return to->take(to, event);
}

static void *read_all(void *context) {
    struct viz_steps *steps = context;
    bool complete;
    steps->error = trace_read_events(steps->path, &steps->consumer, &complete, steps->message);
    atomic_store_explicit(&steps->read, true, memory_order_release);
    return NULL;
}

struct viz_steps *viz_steps_read(const char *path) {
    struct viz_steps *steps = base_zalloc(1, sizeof *steps);
    if (steps == NULL)
        return NULL;
    steps->consumer.take = take;
    steps->joined = true;
    steps->timeline = trace_timeline_new();
    steps->path = base_strndup(path, strlen(path));
    if (steps->timeline == NULL || steps->path == NULL ||
        pthread_create(&steps->thread, NULL, read_all, steps) != 0) {
        viz_steps_free(steps);
        return NULL;
    }
    steps->joined = false;
    return steps;
}

static void join(struct viz_steps *steps) {
    if (!steps->joined)
        (void)pthread_join(steps->thread, NULL);
    steps->joined = true;
}

void viz_steps_free(struct viz_steps *steps) {
    if (steps == NULL)
        return;
    atomic_store_explicit(&steps->stops, true, memory_order_relaxed);
    join(steps);
    trace_timeline_free(steps->timeline);
    base_free(steps->path);
    base_free(steps);
}

bool viz_steps_are_read(const struct viz_steps *steps) {
    return atomic_load_explicit(&steps->read, memory_order_acquire);
}

struct trace_timeline *viz_steps_timeline(struct viz_steps *steps,
                                          char message[TRACE_MESSAGE_SIZE]) {
    join(steps);
    (void)snprintf(message, TRACE_MESSAGE_SIZE, "%s", steps->message);
    return steps->error == 0 ? steps->timeline : NULL;
}
