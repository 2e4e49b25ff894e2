/* The primitives that a document declares. */
#include <string.h>

#include "scenario/load.h"

const sim_object_kind sim_object_kinds[] = {
    {"queue",
     SIM_QUEUE,
     "asyncio.Queue, LifoQueue, PriorityQueue",
     {{"maxsize", SIM_OBJECT_MEMBER_COUNT, 0,
       "how many items it holds; 0, the default: any number"},
      {"order", SIM_OBJECT_MEMBER_ORDER, 0,
       "which item `get` takes: `fifo`, the default: the one that "
       "was put first; `lifo`: last; `priority`: the smallest"}},
     0},
    {"lock", SIM_LOCK, "asyncio.Lock", {{0}}, 0},
    {"event", SIM_EVENT, "asyncio.Event", {{0}}, 0},
    {"condition",
     SIM_CONDITION,
     "asyncio.Condition",
     {{"lock", SIM_OBJECT_MEMBER_LOCK, 0,
       "a lock declared before, to share; default: one of its own"}},
     0},
    {"semaphore",
     SIM_SEMAPHORE,
     "asyncio.Semaphore, BoundedSemaphore",
     {{"value", SIM_OBJECT_MEMBER_COUNT, 0, "how many tasks may hold it; default 1"},
      {"bounded", SIM_OBJECT_MEMBER_FLAG, 0,
       "whether a release above that value is a ValueError; default false"}},
     1},
    {"barrier",
     SIM_BARRIER,
     "asyncio.Barrier",
     {{"parties", SIM_OBJECT_MEMBER_COUNT, 1,
       "how many tasks it lets through together; default 1"}},
     1},
    {"future", SIM_FUTURE, "loop.create_future()", {{0}}, 0},
};
const size_t sim_object_kind_count = sizeof sim_object_kinds / sizeof *sim_object_kinds;

/* NULL after a fault. */
static const sim_object_kind *read_kind(const sim_node *node) {
    const char *names[sizeof sim_object_kinds / sizeof *sim_object_kinds];
    for (size_t i = 0; i < sim_object_kind_count; i++)
        names[i] = sim_object_kinds[i].name;
    sim_node type;
    size_t index;
    if (sim_node_object(node) != 0 || sim_node_require(node, "type", &type) != 0 ||
        sim_node_choice(&type, "type", names, sim_object_kind_count, &index) != 0)
        return NULL;
    return &sim_object_kinds[index];
}

static void read_lock(sim_compiler *compiler, const sim_node *node, sim_object *object) {
    const sim_program *program = compiler->program;
    sim_suggestion suggestion;
    const char *name;
    if (sim_node_string(node, &name) != 0)
        return;
    sim_suggestion_start(&suggestion, name, strlen(name));
    for (uint32_t i = 0; i < object->index; i++) {
        if (program->objects[i].type != SIM_LOCK)
            continue;
        if (strcmp(program->objects[i].name, name) == 0)
            object->lock = &program->objects[i];
        sim_suggestion_offer(&suggestion, program->objects[i].name);
    }
    if (object->lock == NULL && suggestion.best != NULL)
        (void)sim_node_unknown(node, "lock", name, &suggestion);
    else if (object->lock == NULL)
        (void)sim_node_fault(node, "no lock \"%s\" is declared before this condition", name);
}

static void read_member(sim_compiler *compiler, const sim_object_member *member,
                        const sim_node *node, sim_object *object) {
    static const char *const orders[] = {"fifo", "lifo", "priority"};
    size_t order;
    switch (member->kind) {
    case SIM_OBJECT_MEMBER_COUNT:
        sim_load_setting(compiler, node, &object->size);
        break;
    case SIM_OBJECT_MEMBER_ORDER:
        if (sim_node_choice(node, "order", orders, 3, &order) == 0)
            object->order = (enum sim_queue_order)order;
        break;
    case SIM_OBJECT_MEMBER_FLAG:
        (void)sim_node_boolean(node, &object->bounded);
        break;
    case SIM_OBJECT_MEMBER_LOCK:
        read_lock(compiler, node, object);
        break;
    }
}

static void read_members(sim_compiler *compiler, const sim_object_kind *kind, const sim_node *node,
                         sim_object *object) {
    const char *names[4] = {"type"};
    size_t count = 1;
    sim_node value;
    for (const sim_object_member *member = kind->members; member->name != NULL; member++) {
        names[count++] = member->name;
        if (sim_node_member(node, member->name, &value))
            read_member(compiler, member, &value, object);
    }
    (void)sim_node_only(node, names, count);
}

static bool check_object_name(sim_compiler *compiler, const sim_node *member) {
    const char *name = sim_node_key(member);
    if (!sim_check_name(compiler, member, name))
        return false;
    if (sim_symbols_find(&compiler->program->global_names, name, strlen(name)) == SIM_NO_SYMBOL)
        return true;
    (void)sim_node_key_fault(member, "\"%s\" is the name of a variable already", name);
    return false;
}

void sim_load_objects(sim_compiler *compiler, const sim_node *root) {
    sim_program *program = compiler->program;
    sim_node objects, member;
    if (!sim_node_member(root, "objects", &objects) || sim_node_object(&objects) != 0)
        return;
    program->objects =
        sim_compiler_alloc(compiler, sim_node_count(&objects) * sizeof *program->objects);
    for (bool more = sim_node_first(&objects, &member); more && !compiler->no_memory;
         more = sim_node_next(&member)) {
        const sim_object_kind *kind = read_kind(&member);
        if (!check_object_name(compiler, &member) || kind == NULL)
            continue;
        const char *name = sim_node_key(&member);
        bool added;
        uint32_t index = sim_symbols_add(&program->object_names, name, strlen(name), &added);
        compiler->no_memory |= index == SIM_NO_SYMBOL;
        if (index == SIM_NO_SYMBOL || !added)
            continue;
        sim_object *object = &program->objects[index];
        *object = (sim_object){
            .name = name, .type = kind->type, .index = index, .place = sim_node_offset(&member)};
        read_members(compiler, kind, &member, object);
    }
}
