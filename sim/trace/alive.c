/* Tasks by their numbers, in pages; spans in one array, linked from the inner to the outer. */
#include "trace/alive.h"

#include "base/memory.h"

#include <assert.h>
#include <string.h>

/* Tasks with neighbouring ids share a page, which is freed with the last of them: most tasks begin
 * and end together. */
enum { PAGE_TASKS = 64 };

struct trace_alive_page {
    uint32_t count; /* of those that are alive */
    struct trace_alive tasks[PAGE_TASKS];
};

static bool grow_pages(struct trace_alive_tasks *tasks, size_t index) {
    size_t count = tasks->page_count == 0 ? 64 : 2 * tasks->page_count;
    while (count <= index)
        count *= 2;
    struct trace_alive_page **pages = base_realloc(tasks->pages, count * sizeof *pages);
    if (pages == NULL)
        return false;
    memset(pages + tasks->page_count, 0, (count - tasks->page_count) * sizeof *pages);
    tasks->pages = pages;
    tasks->page_count = count;
    return true;
}

static void keep_name(struct trace_alive *alive, const char *name, size_t length) {
    alive->name_length = 0;
    if (length > TRACE_ALIVE_NAME)
        return;
    alive->name_length = (uint8_t)length;
    memcpy(alive->name, name, length);
}

bool trace_alive_add(struct trace_alive_tasks *tasks, const cad_task *task, const char *name,
                     size_t length) {
    uint64_t id = cad_task_id(task);
    size_t index = (size_t)(id / PAGE_TASKS);
    if (index >= tasks->page_count && !grow_pages(tasks, index))
        return false;
    struct trace_alive_page *page = tasks->pages[index];
    if (page == NULL) {
        page = base_zalloc(1, sizeof *page);
        if (page == NULL)
            return false;
        tasks->pages[index] = page;
    }
    assert(page->tasks[id % PAGE_TASKS].task == NULL);
    page->tasks[id % PAGE_TASKS].task = task;
    keep_name(&page->tasks[id % PAGE_TASKS], name, length);
    page->count++;
    return true;
}

struct trace_alive *trace_alive_find(const struct trace_alive_tasks *tasks, const cad_task *task) {
    uint64_t id = cad_task_id(task);
    assert(id / PAGE_TASKS < tasks->page_count && tasks->pages[id / PAGE_TASKS] != NULL);
    struct trace_alive *alive = &tasks->pages[id / PAGE_TASKS]->tasks[id % PAGE_TASKS];
    assert(alive->task == task);
    return alive;
}

void trace_alive_remove(struct trace_alive_tasks *tasks, const cad_task *task) {
    size_t index = (size_t)(cad_task_id(task) / PAGE_TASKS);
    *trace_alive_find(tasks, task) = (struct trace_alive){0};
    if (--tasks->pages[index]->count == 0) {
        base_free(tasks->pages[index]);
        tasks->pages[index] = NULL;
    }
}

struct trace_alive *trace_alive_next(const struct trace_alive_tasks *tasks, uint64_t id) {
    for (size_t index = (size_t)(id / PAGE_TASKS); index < tasks->page_count; index++) {
        struct trace_alive_page *page = tasks->pages[index];
        size_t first = index == id / PAGE_TASKS ? (size_t)(id % PAGE_TASKS) : 0;
        for (size_t i = first; page != NULL && i < PAGE_TASKS; i++)
            if (page->tasks[i].task != NULL)
                return &page->tasks[i];
    }
    return NULL;
}

/* 0: no memory. */
static uint32_t take_span(struct trace_alive_tasks *tasks) {
    if (tasks->free_span != 0) {
        uint32_t span = tasks->free_span;
        tasks->free_span = tasks->spans[span].outer;
        return span;
    }
    if (tasks->span_count >= UINT32_MAX - 1 ||
        !base_grow(&tasks->spans, &tasks->span_capacity, tasks->span_count + 1,
                   sizeof *tasks->spans))
        return 0;
    return (uint32_t)++tasks->span_count;
}

bool trace_alive_push_span(struct trace_alive_tasks *tasks, struct trace_alive *alive,
                           uint32_t name) {
    uint32_t span = take_span(tasks);
    if (span == 0)
        return false;
    tasks->spans[span] = (struct trace_open_span){.name = name, .outer = alive->span};
    alive->span = span;
    tasks->open_spans++;
    return true;
}

struct trace_open_span trace_alive_pop_span(struct trace_alive_tasks *tasks,
                                            struct trace_alive *alive) {
    uint32_t number = alive->span;
    assert(number != 0);
    struct trace_open_span span = tasks->spans[number];
    alive->span = span.outer;
    tasks->spans[number].outer = tasks->free_span;
    tasks->free_span = number;
    tasks->open_spans--;
    return span;
}

void trace_alive_free(struct trace_alive_tasks *tasks) {
    for (size_t i = 0; i < tasks->page_count; i++)
        base_free(tasks->pages[i]);
    base_free(tasks->pages);
    base_free(tasks->spans);
    *tasks = (struct trace_alive_tasks){0};
}
