/* asyncio.TaskGroup. What it does when a task fails, or is cancelled while it waits, is asyncio's
 * __aexit__() and _on_task_done(), cut into the parts between two waits. */
#include <stdio.h>

#include "group.h"
#include "waiter.h"

typedef struct cad__group_member {
    cad__follower follower; /* follows the task */
    cad__link link;         /* in the group's list, until the task is done */
    cad_task_group *group;
} member;

struct cad_task_group {
    cad__object object;
    cad_task *parent; /* the one that opened the group, and outlives it */
    cad__link tasks;  /* members, in the order of creation */
    size_t running;
    cad__waiters completed; /* the parent, while it waits for the last task */
    bool exiting, aborting, parent_cancel_requested;
    bool no_memory; /* an error could not be kept */
    /* What the block ended with, and what leave() ends with unless a task failed. */
    int block_error;
    bool propagate;
    cad_exception *cancelled;
    cad_exception **errors;
    size_t error_count, error_capacity;
};

static void free_member(member *done) {
    cad__unfollow(&done->follower);
    cad__unlink(&done->link);
    cad_future_unref(done->follower.future);
    cad__free(done);
}

static void clear(cad__object *object) {
    cad_task_group *group = CAD__CONTAINER(object, cad_task_group, object);
    while (!cad__list_empty(&group->tasks))
        free_member(CAD__CONTAINER(group->tasks.next, member, link));
    for (size_t i = 0; i < group->error_count; i++)
        cad_exception_unref(group->errors[i]);
    cad_exception_unref(group->cancelled);
    cad__free(group->errors);
}

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_task_group *group = CAD__CONTAINER(object, const cad_task_group, object);
    info->count = 2;
    info->fields[0] = (cad_object_field){.key = "tasks", .value = (int64_t)group->running};
    info->fields[1] = (cad_object_field){.key = "errors", .value = (int64_t)group->error_count};
}

static void followed(const cad__object *object, cad_followed_visitor *visit, void *arg) {
    const cad_task_group *group = CAD__CONTAINER(object, const cad_task_group, object);
    for (cad__link *link = group->tasks.next; link != &group->tasks; link = link->next)
        visit(CAD__CONTAINER(link, member, link)->follower.future, arg);
}

static const cad__type group_type = {
    .name = "task_group",
    .followed = followed,
    .traced = CAD__TRACED_WHEN_USED,
    .describe = describe,
    .clear = clear,
};

int cad_task_group_enter(cad_task_group **out) {
    cad_task *task = cad__current();
    cad_task_group *group = cad__object_new(task->object.loop, &group_type, sizeof *group);
    *out = group;
    if (group == NULL)
        return CAD_ENOMEM;
    group->parent = task;
    task->scopes++;
    cad__list_init(&group->tasks);
    cad__waiters_init(&group->completed);
    return 0;
}

/* Takes over the exception. */
static void add_error(cad_task_group *group, int code, cad_exception *exception) {
    if (exception == NULL)
        exception = cad_exception_new(code, NULL);
    if (exception != NULL && group->error_count == group->error_capacity) {
        size_t capacity = group->error_capacity > 0 ? group->error_capacity * 2 : 4;
        cad_exception **errors = cad_realloc(group->errors, capacity * sizeof *errors);
        if (errors == NULL) {
            cad_exception_unref(exception);
            exception = NULL;
        } else {
            group->errors = errors;
            group->error_capacity = capacity;
        }
    }
    if (exception == NULL)
        group->no_memory = true;
    else
        group->errors[group->error_count++] = exception;
}

static void abort_tasks(cad_task_group *group) {
    group->aborting = true;
    for (cad__link *link = group->tasks.next; link != &group->tasks; link = link->next) {
        cad_task *task = CAD__CONTAINER(link, member, link)->follower.future;
        if (!cad_future_done(task))
            (void)cad__future_cancel(task, NULL);
    }
}

static void fail(cad_task_group *group, cad_task *task) {
    task->retrieved = true;
    add_error(group, task->error, cad_exception_ref(task->exception));
    if (group->aborting || group->parent_cancel_requested)
        return;
    abort_tasks(group);
    group->parent_cancel_requested = true;
    (void)cad__future_cancel(group->parent, NULL);
}

/* A task that is among the group's no more, or never was. */
static void task_done(cad_task_group *group, cad_task *task) {
    if (group->running == 0)
        (void)cad__wake_first(&group->completed);
    if (!cad_future_cancelled(task) && task->error != 0)
        fail(group, task);
    CAD__CHANGED(group);
}

void cad__task_group_member_done(cad__entry *entry) {
    member *done = CAD__CONTAINER(entry, member, follower.entry);
    cad_task_group *group = done->group;
    cad_loop *loop = group->object.loop;
    cad_task *task = cad_future_ref(done->follower.future);
    free_member(done);
    group->running--;
    loop->cause = task;
    task_done(group, task);
    loop->cause = NULL;
    cad_future_unref(task);
}

static int refuse(const cad_task_group *group, const char *why) {
    char text[160], tasks[32] = "", errors[32] = "";
    if (group->running > 0)
        snprintf(tasks, sizeof tasks, " tasks=%zu", group->running);
    if (group->error_count > 0)
        snprintf(errors, sizeof errors, " errors=%zu", group->error_count);
    snprintf(text, sizeof text, "TaskGroup <TaskGroup%s%s %s> is %s", tasks, errors,
             group->aborting ? "cancelling" : "entered", why);
    return cad_raise(CAD_ERUNTIME, text);
}

int cad__task_group_prepare(cad_task_group *group, member **room) {
    if (group->exiting && group->running == 0)
        return refuse(group, "finished");
    if (group->aborting)
        return refuse(group, "shutting down");
    *room = cad__zalloc(sizeof **room);
    return *room != NULL ? 0 : CAD_ENOMEM;
}

void cad__task_group_add(cad_task_group *group, member *room, cad_task *task) {
    if (cad_future_done(task)) { /* it started eagerly: asyncio does not wait for its callback */
        cad__free(room);
        task_done(group, task);
        return;
    }
    room->follower.entry.kind = CAD__ENTRY_TASK_GROUP;
    room->follower.future = cad_future_ref(task);
    room->group = group;
    cad__append(&group->tasks, &room->link);
    cad__follow(&room->follower);
    group->running++;
    CAD__CHANGED(group);
}

/* --- leave ----------------------------------------------------------------------------------- */

static void begin_leaving(cad_task_group *group, int error) {
    cad_exception *exception = error != 0 ? cad_error_exception() : NULL;
    if (exception != NULL && cad_exception_code(exception) != error)
        exception = NULL;
    group->exiting = true;
    group->block_error = error;
    group->cancelled = cad_exception_ref(exception);
    group->propagate = error == CAD_ECANCELLED;
    if (error != 0 && !group->aborting)
        abort_tasks(group);
}

/* A cancel of the parent while it waits for the tasks is passed on to them, once. */
static void cancelled_while_leaving(cad_task_group *group) {
    if (group->aborting)
        return;
    group->propagate = true;
    cad_exception_unref(group->cancelled);
    group->cancelled = cad_exception_ref(cad_error_exception());
    abort_tasks(group);
}

/* What ends with an exception group has not told of a cancel from outside: its next wait does. */
static void cancel_again(cad_task *parent) {
    if (parent->cancelling == 0)
        return;
    (void)cad_task_uncancel(parent);
    (void)cad__future_cancel(parent, NULL);
}

static int end(cad_task_group *group) {
    int error = group->block_error;
    cad_exception *exception = cad_exception_ref(group->cancelled);
    if (group->parent_cancel_requested)
        (void)cad_task_uncancel(group->parent);
    if (group->propagate && group->error_count == 0) {
        error = CAD_ECANCELLED;
    } else {
        if (error != 0 && error != CAD_ECANCELLED) {
            add_error(group, error, exception);
            exception = NULL;
        }
        if (group->error_count > 0) {
            cancel_again(group->parent);
            cad_exception_unref(exception);
            exception = cad_exception_group("unhandled errors in a TaskGroup", group->errors,
                                            group->error_count);
            error = exception != NULL ? cad_exception_code(exception) : CAD_ENOMEM;
        }
    }
    if (group->no_memory)
        error = CAD_ENOMEM;
    group->parent->scopes--;
    cad__object_free(&group->object);
    return error != 0 ? cad__raise(error, exception) : 0;
}

static int leave_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_task_group *group = wait->object;
    if (wait->phase++ == 0)
        begin_leaving(group, group->block_error);
    else if (wait->error != 0)
        cancelled_while_leaving(group);
    if (group->running > 0) {
        wait->phase = 1;
        return cad__park(task, &group->completed);
    }
    return end(group);
}

static const cad__operation leave_operation = {.verb = "task_group", .poll = leave_poll};

int cad_task_group_leave(cad_task_group *group, int error) {
    CAD__ASSERT(cad__object_is(&group->object, &group_type), "it has been left");
    CAD__ASSERT(group->parent == cad__current(), "another task has entered it");
    CAD__ASSERT(error <= 0 && error != CAD_PENDING, "the code is neither 0 nor an error");
    group->block_error = error;
    return cad__begin(cad__current_wait(), &leave_operation, group);
}
