/* Spans are kept in the order of their ends, linked by task: one task's outermost spans follow each
 * other. */
#include "table/collect.h"

#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "cadran.h"

static const uint32_t none = UINT32_MAX;

struct job {
    char *name;
    int64_t tid;
    int64_t begin_ns, end_ns; /* its life */
    int64_t span_ns;          /* since when the outermost span is open */
    uint32_t open;            /* how many spans are */
    uint32_t first, last;     /* of its spans */
};

struct span {
    int64_t begin_ns, end_ns;
    uint32_t next;
};

struct table_collector {
    struct trace_consumer consumer;
    struct job *jobs;
    size_t job_count, job_capacity;
    struct span *spans;
    size_t span_count, span_capacity;
    struct base_map by_track; /* of the jobs */
    int64_t end_ns;           /* the last event's time */
};

static struct job *job_of(struct table_collector *collector, int64_t tid) {
    uint32_t number = base_map_get(&collector->by_track, (uint64_t)tid);
    return number == none ? NULL : &collector->jobs[number];
}

static int begin_job(struct table_collector *collector, const struct trace_event *event) {
    char *name = base_alloc(event->name.length + 1);
    uint32_t number = (uint32_t)collector->job_count;
    if (name == NULL || number == none ||
        !base_grow(&collector->jobs, &collector->job_capacity, number, sizeof *collector->jobs) ||
        !base_map_put(&collector->by_track, (uint64_t)event->tid, number)) {
        base_free(name);
        return CAD_ENOMEM;
    }
    memcpy(name, event->name.text, event->name.length);
    name[event->name.length] = '\0';
    collector->jobs[collector->job_count++] = (struct job){.name = name,
                                                           .tid = event->tid,
                                                           .begin_ns = event->time_ns,
                                                           .end_ns = event->time_ns,
                                                           .first = none,
                                                           .last = none};
    return 0;
}

static int add_span(struct table_collector *collector, struct job *job, int64_t end_ns) {
    uint32_t number = (uint32_t)collector->span_count;
    if (number == none ||
        !base_grow(&collector->spans, &collector->span_capacity, number, sizeof *collector->spans))
        return CAD_ENOMEM;
    collector->spans[collector->span_count++] = (struct span){job->span_ns, end_ns, none};
    if (job->first == none)
        job->first = number;
    else
        collector->spans[job->last].next = number;
    job->last = number;
    return 0;
}

static int begin_span(struct job *job, int64_t now_ns) {
    if (job->open++ == 0)
        job->span_ns = now_ns;
    return 0;
}

static int end_span(struct table_collector *collector, struct job *job, int64_t now_ns) {
    return --job->open == 0 ? add_span(collector, job, now_ns) : 0;
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct table_collector *collector = (struct table_collector *)(void *)consumer;
    struct job *job;
    collector->end_ns = event->time_ns;
    if (event->kind == TRACE_TASK_BEGIN)
        return begin_job(collector, event);
    if (event->kind != TRACE_TASK_END && event->kind != TRACE_SPAN_BEGIN &&
        event->kind != TRACE_SPAN_END && event->kind != TRACE_SPAN_POINT)
        return 0;
    job = job_of(collector, event->tid);
    if (job == NULL) /* the task began before anybody listened */
        return 0;
    switch (event->kind) {
    case TRACE_TASK_END:
        job->end_ns = event->time_ns;
        return 0;
    case TRACE_SPAN_BEGIN:
        return begin_span(job, event->time_ns);
    case TRACE_SPAN_END:
        return end_span(collector, job, event->time_ns);
    default:
        (void)begin_span(job, event->time_ns);
        return end_span(collector, job, event->time_ns);
    }
}

/* --- Life and result ------------------------------------------------------------------------- */

struct table_collector *table_collector_new(void) {
    struct table_collector *collector = base_zalloc(1, sizeof *collector);
    if (collector != NULL)
        collector->consumer.take = take;
    return collector;
}

void table_collector_free(struct table_collector *collector) {
    if (collector == NULL)
        return;
    for (size_t i = 0; i < collector->job_count; i++)
        base_free(collector->jobs[i].name);
    base_free(collector->jobs);
    base_free(collector->spans);
    base_map_free(&collector->by_track);
    base_free(collector);
}

int64_t table_collector_end_ns(const struct table_collector *collector) {
    return collector->end_ns;
}

struct trace_consumer *table_collector_consumer(struct table_collector *collector) {
    return &collector->consumer;
}

int table_collector_fill(const struct table_collector *collector, struct table *table) {
    bool lives = collector->span_count == 0;
    int error = 0;
    for (size_t i = 0; i < collector->job_count && error == 0; i++) {
        const struct job *job = &collector->jobs[i];
        size_t column;
        if ((!lives && job->first == none) || !table_wants(table, job->name))
            continue;
        error = table_add_job(table, job->name, job->tid, &column);
        if (error == 0 && lives)
            error = table_add_span(table, column, job->begin_ns, job->end_ns);
        for (uint32_t at = job->first; at != none && error == 0; at = collector->spans[at].next)
            error = table_add_span(table, column, collector->spans[at].begin_ns,
                                   collector->spans[at].end_ns);
    }
    return error;
}
