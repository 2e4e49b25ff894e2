/* What all objects of a loop have in common: their memory, their names and numbers, and what is
 * said of them in reports and traces. */
#include <string.h>

#include "object.h"
#include "task.h"

void *cad__object_new(cad_loop *loop, const cad__type *type, size_t size) {
    unsigned size_class;
    cad__object *object = cad__pool_alloc(&loop->pool, size, &size_class);
    if (object == NULL)
        return NULL;
    object->size_class = (uint8_t)size_class;
    object->type = type;
    object->loop = loop;
    /* Tasks have numbers of their own, and those that have not ended a list. */
    bool is_task = type == &cad__task_type;
    object->id = CAD__ID(is_task ? ++loop->last_task : ++loop->last_object);
    cad__append(is_task ? &loop->tasks : &loop->objects, &object->all);
    CAD__TRACE(loop, cad__trace_new(object));
    return object;
}

void cad__object_free(cad__object *object) {
    if (object == NULL || object->loop->closing)
        return;
    CAD__TRACE(object->loop, cad__trace_free(object));
    if (object->type->clear != NULL)
        object->type->clear(object);
    cad__object_release(object);
}

void cad__object_release(cad__object *object) {
    cad__unlink(&object->all);
    cad__free(object->name);
    cad__pool_free(&object->loop->pool, object, object->size_class);
}

/* As snprintf() would, with "%s-%llu": a trace asks for the name of each task, and that would be a
 * twelfth of all that it costs. */
static int put_numbered(char *buffer, size_t size, const char *word, uint64_t number) {
    char digits[24];
    char *end = digits + sizeof digits, *first = end;
    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    *--first = '-';
    size_t front = strlen(word), length = front + (size_t)(end - first);
    if (size > 0) {
        size_t shown = length < size ? length : size - 1;
        size_t shown_front = front < shown ? front : shown;
        memcpy(buffer, word, shown_front);
        memcpy(buffer + shown_front, first, shown - shown_front);
        buffer[shown] = '\0';
    }
    return (int)length;
}

int cad__object_own_name(const cad__object *object, char *buffer, size_t size) {
    const cad_loop *loop = object->loop;
    if (object->type == &cad__task_type && loop->namer != NULL) {
        const cad_task *task = CAD__CONTAINER(object, const cad_task, object);
        int length = loop->namer(task, buffer, size, loop->namer_arg);
        if (length > 0)
            return length;
    }
    return put_numbered(buffer, size, object->type->name, object->id);
}

const char *cad__object_name(cad__object *object) {
    if (object->name == NULL) {
        int length = cad__object_own_name(object, NULL, 0);
        object->name = cad_realloc(NULL, (size_t)length + 1);
        if (object->name == NULL)
            return object->type->name;
        (void)cad__object_own_name(object, object->name, (size_t)length + 1);
    }
    return object->name;
}

bool cad__object_awaited(const cad__object *object) {
    return object != NULL && !object->loop->closing && cad_waiters(object) > 0;
}

bool cad__object_in_use(const cad__object *object) {
    if (object == NULL)
        return false;
    const cad__link *tasks = &object->loop->tasks;
    for (const cad__link *link = tasks->next; link != tasks && !object->loop->closing;
         link = link->next) {
        const cad__object *task = CAD__CONTAINER(link, const cad__object, all);
        const cad__wait *wait = &CAD__CONTAINER(task, const cad__task, future.object)->wait;
        if (wait->operation != NULL && wait->object == object)
            return true;
    }
    return false;
}

int cad_set_name(void *pointer, const char *name) {
    cad__object *object = pointer;
    char *copy = cad__strdup(name);
    if (copy == NULL)
        return CAD_ENOMEM;
    cad__free(object->name);
    object->name = copy;
    CAD__TRACE(object->loop, cad__trace_name(object));
    return 0;
}

void cad__object_describe(const cad__object *object, bool details, cad_object_info *info) {
    info->count = 0; /* and not all of it, for what is not in use: a trace asks at each change */
    info->type = object->type->name;
    /* The name is made when it is first asked for, which changes nothing that can be seen. */
    info->name = cad__object_name((cad__object *)(uintptr_t)object);
    info->id = object->id;
    info->lane = object->type->lane != NULL ? object->type->lane(object) : NULL;
    if (object->type->describe != NULL)
        object->type->describe(object, info);
    if (details && object->type->describe_details != NULL)
        object->type->describe_details(object, info);
}

void cad_object_describe(const void *pointer, cad_object_info *info) {
    cad__object_describe(pointer, true, info);
}

size_t cad_waiters(const void *pointer) {
    const cad__object *object = pointer;
    return object->type->waiters != NULL ? object->type->waiters(object) : 0;
}
