/* The primitives that a document declares. */
#include "program/objects.h"

#include <string.h>

#include "program/scope.h"

const prog_object_kind prog_object_kinds[] = {
    {"queue",
     PROG_QUEUE,
     "asyncio.Queue, LifoQueue, PriorityQueue",
     {{"maxsize", PROG_OBJECT_MEMBER_COUNT, 0,
       "how many items it holds; 0, the default: any number"},
      {"order", PROG_OBJECT_MEMBER_ORDER, 0,
       "which item `get` takes: `fifo`, the default: the one that "
       "was put first; `lifo`: last; `priority`: the smallest"}},
     0},
    {"lock", PROG_LOCK, "asyncio.Lock", {{0}}, 0},
    {"event", PROG_EVENT, "asyncio.Event", {{0}}, 0},
    {"condition",
     PROG_CONDITION,
     "asyncio.Condition",
     {{"lock", PROG_OBJECT_MEMBER_LOCK, 0,
       "a lock declared before, to share; default: one of its own"}},
     0},
    {"semaphore",
     PROG_SEMAPHORE,
     "asyncio.Semaphore, BoundedSemaphore",
     {{"value", PROG_OBJECT_MEMBER_COUNT, 0, "how many tasks may hold it; default 1"},
      {"bounded", PROG_OBJECT_MEMBER_FLAG, 0,
       "whether a release above that value is a ValueError; default false"}},
     1},
    {"barrier",
     PROG_BARRIER,
     "asyncio.Barrier",
     {{"parties", PROG_OBJECT_MEMBER_COUNT, 1,
       "how many tasks it lets through together; default 1"}},
     1},
    {"future", PROG_FUTURE, "loop.create_future()", {{0}}, 0},
};
const size_t prog_object_kind_count = sizeof prog_object_kinds / sizeof *prog_object_kinds;

/* NULL after a fault. */
static const prog_object_kind *read_kind(const doc_node *node) {
    const char *names[sizeof prog_object_kinds / sizeof *prog_object_kinds];
    for (size_t i = 0; i < prog_object_kind_count; i++)
        names[i] = prog_object_kinds[i].name;
    doc_node type;
    size_t index;
    if (doc_node_object(node) != 0 || doc_node_require(node, "type", &type) != 0 ||
        doc_node_choice(&type, "type", names, prog_object_kind_count, &index) != 0)
        return NULL;
    return &prog_object_kinds[index];
}

static void read_lock(prog_compiler *compiler, const doc_node *node, prog_object *object) {
    const prog_program *program = compiler->program;
    base_suggestion suggestion;
    const char *name;
    if (doc_node_string(node, &name) != 0)
        return;
    base_suggestion_start(&suggestion, name, strlen(name));
    for (uint32_t i = 0; i < object->index; i++) {
        if (program->objects[i].type != PROG_LOCK)
            continue;
        if (strcmp(program->objects[i].name, name) == 0)
            object->lock = &program->objects[i];
        base_suggestion_offer(&suggestion, program->objects[i].name);
    }
    if (object->lock == NULL && suggestion.best != NULL)
        (void)doc_node_unknown(node, "lock", name, &suggestion);
    else if (object->lock == NULL)
        (void)doc_node_fault(node, "no lock \"%s\" is declared before this condition", name);
}

static void read_member(prog_compiler *compiler, const prog_object_member *member,
                        const doc_node *node, prog_object *object) {
    static const char *const orders[] = {"fifo", "lifo", "priority"};
    size_t order;
    switch (member->kind) {
    case PROG_OBJECT_MEMBER_COUNT:
        prog_compile_setting(compiler, node, &object->size);
        break;
    case PROG_OBJECT_MEMBER_ORDER:
        if (doc_node_choice(node, "order", orders, 3, &order) == 0)
            object->order = (enum prog_queue_order)order;
        break;
    case PROG_OBJECT_MEMBER_FLAG:
        (void)doc_node_boolean(node, &object->bounded);
        break;
    case PROG_OBJECT_MEMBER_LOCK:
        read_lock(compiler, node, object);
        break;
    }
}

static void read_members(prog_compiler *compiler, const prog_object_kind *kind,
                         const doc_node *node, prog_object *object) {
    const char *names[4] = {"type"};
    size_t count = 1;
    doc_node value;
    for (const prog_object_member *member = kind->members; member->name != NULL; member++) {
        names[count++] = member->name;
        if (doc_node_member(node, member->name, &value))
            read_member(compiler, member, &value, object);
    }
    (void)doc_node_only(node, names, count);
}

static bool check_object_name(prog_compiler *compiler, const doc_node *member) {
    const char *name = doc_node_key(member);
    if (!prog_check_name(compiler, member, name))
        return false;
    if (base_symbols_find(&compiler->program->global_names, name, strlen(name)) == BASE_NO_SYMBOL)
        return true;
    (void)doc_node_key_fault(member, "\"%s\" is the name of a variable already", name);
    return false;
}

void prog_load_objects(prog_compiler *compiler, const doc_node *root) {
    prog_program *program = compiler->program;
    doc_node objects, member;
    if (!doc_node_member(root, "objects", &objects) || doc_node_object(&objects) != 0)
        return;
    program->objects =
        prog_compiler_alloc(compiler, doc_node_count(&objects) * sizeof *program->objects);
    for (bool more = doc_node_first(&objects, &member); more && !compiler->no_memory;
         more = doc_node_next(&member)) {
        const prog_object_kind *kind = read_kind(&member);
        if (!check_object_name(compiler, &member) || kind == NULL)
            continue;
        const char *name = doc_node_key(&member);
        bool added;
        uint32_t index = base_symbols_add(&program->object_names, name, strlen(name), &added);
        compiler->no_memory |= index == BASE_NO_SYMBOL;
        if (index == BASE_NO_SYMBOL || !added)
            continue;
        prog_object *object = &program->objects[index];
        *object = (prog_object){
            .name = name, .type = kind->type, .index = index, .place = doc_node_offset(&member)};
        read_members(compiler, kind, &member, object);
    }
}
