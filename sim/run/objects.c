/* Objects: those of the document, one by one or in lists, and those that steps make. */
#include "run/objects.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/kinds.h"

void run_drop_item(void *item) {
    expr_value_unref(expr_value_unpack(item));
}

const prog_object_member *run_object_size(enum prog_object_type type) {
    const prog_object_member *member = prog_object_kinds[type].members;
    while (member->name != NULL && member->kind != PROG_OBJECT_MEMBER_COUNT)
        member++;
    return member->name != NULL ? member : NULL;
}

/* A condition's own lock is another object, and so has another name. */
static int name_lock(cad_condition *condition, const char *name) {
    base_buffer text = {0};
    int error = base_buffer_format(&text, "%s.lock", name);
    if (error == 0)
        error = cad_set_name(cad_condition_lock(condition), text.data);
    base_buffer_free(&text);
    return error;
}

int run_object_create(run_machine *machine, const prog_object *object, int64_t size,
                      run_instance *lock, const char *name, void **primitive) {
    const prog_object_kind *kind = &prog_object_kinds[object->type];
    if (object->lock != NULL)
        lock = &machine->objects[object->lock->index];
    *primitive =
        kind->create(machine->loop, object, (size_t)size, lock != NULL ? lock->primitive : NULL);
    if (*primitive == NULL)
        return CAD_ENOMEM;
    int error = 0;
    if (object->type == PROG_CONDITION && lock == NULL)
        error = name_lock(*primitive, name);
    if (error == 0)
        error = cad_set_name(*primitive, name);
    if (error != 0) {
        kind->free(*primitive);
        *primitive = NULL;
    }
    return error;
}

static void link_instance(run_machine *machine, run_instance *instance) {
    instance->next = machine->made;
    instance->link = &machine->made;
    if (instance->next != NULL)
        instance->next->link = &instance->next;
    machine->made = instance;
}

int run_object_new(run_machine *machine, const prog_object *object, int64_t size,
                   run_instance *lock, const char *name, expr_value *value) {
    void *primitive;
    *value = EXPR_NONE;
    int error = run_object_create(machine, object, size, lock, name, &primitive);
    if (error != 0)
        return error;
    if (object->type == PROG_FUTURE) {
        *value = expr_reference(PROG_KIND_FUTURE, primitive);
        return 0;
    }
    error = run_instance_new(machine, object, primitive, value);
    if (error != 0 || lock == NULL)
        return error;
    run_object_of(machine, *value)->lock = lock;
    if (lock->reference.counted)
        lock->references++;
    return 0;
}

int run_instance_new(run_machine *machine, const prog_object *object, void *primitive,
                     expr_value *value) {
    run_instance *instance = base_alloc(sizeof *instance);
    if (instance == NULL) {
        prog_object_kinds[object->type].free(primitive);
        return CAD_ENOMEM;
    }
    *instance = (run_instance){.reference.counted = true,
                               .primitive = primitive,
                               .object = object,
                               .machine = machine,
                               .references = 1};
    link_instance(machine, instance);
    *value = expr_reference(PROG_KIND_OBJECT, instance);
    return 0;
}

const void *run_primitive_held(const run_instance *instance) {
    if (instance->object->type == PROG_CONDITION)
        return cad_condition_lock(instance->primitive);
    return instance->primitive;
}

bool run_has_own_lock(const run_instance *instance) {
    return instance->object->type == PROG_CONDITION && instance->object->lock == NULL &&
           instance->lock == NULL;
}

run_held *run_held_of(run_instance *instance) {
    const prog_object *lock = instance->object->lock;
    if (instance->lock != NULL)
        return &instance->lock->held;
    return lock != NULL ? &instance->machine->objects[lock->index].held : &instance->held;
}

static void empty(run_instance *instance) {
    if (instance->object->type == PROG_QUEUE)
        cad_queue_shutdown(instance->primitive, true, run_drop_item);
}

void run_instance_unref(run_instance *instance) {
    if (--instance->references > 0)
        return;
    *instance->link = instance->next;
    if (instance->next != NULL)
        instance->next->link = instance->link;
    empty(instance);
    run_holds_forget(&instance->machine->holds, &instance->held);
    if (!instance->machine->keeps_objects)
        prog_object_kinds[instance->object->type].free(instance->primitive);
    if (instance->lock != NULL && instance->lock->reference.counted)
        run_instance_unref(instance->lock);
    base_free(instance);
}

void run_objects_empty(run_machine *machine) {
    run_instance *next;
    for (run_instance *instance = machine->made; instance != NULL; instance = next) {
        instance->references++; /* what it holds may hold it */
        empty(instance);
        next = instance->next;
        run_instance_unref(instance);
    }
}

run_instance *run_object_of(const run_machine *machine, expr_value value) {
    if (!expr_is_reference(value) || expr_to_kind(value) != PROG_KIND_OBJECT)
        return NULL;
    prog_reference *reference = expr_to_pointer(value);
    if (reference->counted)
        return (run_instance *)(void *)reference;
    return &machine->objects[((const prog_object *)(const void *)reference)->index];
}
