/* The primitives that a document declares. */
#include "program/objects.h"

#include <string.h>

#include "program/kinds.h"
#include "program/scope.h"

/* What Python, or another language, calls a type. */
static const char *type_meant(const char *name) {
    static const char *const others[][2] = {
        {"PriorityQueue", "{\"type\": \"queue\", \"order\": \"priority\"}"},
        {"LifoQueue", "{\"type\": \"queue\", \"order\": \"lifo\"}"},
        {"stack", "{\"type\": \"queue\", \"order\": \"lifo\"}"},
        {"channel", "{\"type\": \"queue\"}"},
        {"buffer", "{\"type\": \"queue\", \"maxsize\": 3}"},
        {"BoundedSemaphore", "{\"type\": \"semaphore\", \"value\": 1, \"bounded\": true}"},
        {"resource", "{\"type\": \"semaphore\", \"value\": 1}"},
        {"mutex", "{\"type\": \"lock\"}"},
        {"RLock", "{\"type\": \"lock\"}, which a task takes once"},
        {"signal", "{\"type\": \"event\"}"},
        {"flag", "{\"type\": \"event\"}"},
        {"promise", "{\"type\": \"future\"}"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i][0], dot != NULL ? dot + 1 : name) == 0)
            return others[i][1];
    return NULL;
}

/* `asyncio.Queue` without the module, which then is near to "queue". */
static bool fault_module(const doc_node *node, const char *name, const char *const *names,
                         size_t count) {
    base_suggestion suggestion;
    const char *dot = strrchr(name, '.');
    if (dot == NULL)
        return false;
    base_suggestion_start(&suggestion, dot + 1, strlen(dot + 1));
    for (size_t i = 0; i < count; i++)
        base_suggestion_offer(&suggestion, names[i]);
    if (suggestion.best != NULL)
        (void)doc_node_unknown(node, "type", name, &suggestion);
    return suggestion.best != NULL;
}

/* A fault of a type that is called otherwise here; false: nobody knows it. */
static bool fault_other_type(const doc_node *node, const char *const *names, size_t count) {
    const char *name;
    if (doc_node_type(node) != DOC_STRING || doc_node_string(node, &name) != 0)
        return false;
    const char *meant = type_meant(name);
    if (meant != NULL)
        (void)doc_node_fault(node, "unknown type \"%s\"; write %s", name, meant);
    return meant != NULL || fault_module(node, name, names, count);
}

/* False after a fault. */
static bool read_type(const doc_node *node, enum prog_object_type *type) {
    const char *names[PROG_OBJECT_TYPES];
    size_t types[PROG_OBJECT_TYPES], count = 0, index;
    for (size_t i = 0; i < PROG_OBJECT_TYPES; i++) {
        names[count] = prog_object_kinds[i].name;
        types[count] = i;
        count += prog_object_kinds[i].create != NULL;
    }
    doc_node member;
    if (doc_node_object(node, "{\"type\": \"lock\"}") != 0 ||
        doc_node_require(node, "type", "{\"type\": \"queue\"}", &member) != 0 ||
        fault_other_type(&member, names, count) ||
        doc_node_choice(&member, "type", names, count, &index) != 0)
        return false;
    *type = (enum prog_object_type)types[index];
    return true;
}

/* A step's own: a variable that holds one, or an expression. */
static void read_given_lock(prog_compiler *compiler, const doc_node *node, prog_object *object) {
    prog_target *target = prog_compiler_alloc(compiler, sizeof *target);
    if (target != NULL && prog_compile_target(compiler, node, "lock", PROG_IS(PROG_LOCK), target))
        object->given = target;
}

/* It is declared further down, or is no lock. */
static void fault_lock(const prog_compiler *compiler, const doc_node *node, const char *name) {
    const prog_program *program = compiler->program;
    uint32_t index = base_symbols_find(&program->object_names, name, strlen(name));
    char word[32];
    if (index != BASE_NO_SYMBOL && program->objects[index].count.value != NULL)
        (void)doc_node_fault(node, "a condition shares one lock, and \"%s\" is a list", name);
    else if (index != BASE_NO_SYMBOL && program->objects[index].type != PROG_LOCK)
        (void)doc_node_fault(node, "a condition shares a lock; \"%s\" is %s", name,
                             prog_object_word(program->objects[index].type, word));
    else
        (void)doc_node_fault(node, "no lock \"%s\" is declared before this condition", name);
}

static void read_lock(prog_compiler *compiler, const doc_node *node, prog_object *object) {
    const prog_program *program = compiler->program;
    base_suggestion suggestion;
    const char *name;
    if (doc_node_string(node, &name) != 0)
        return;
    base_suggestion_start(&suggestion, name, strlen(name));
    for (uint32_t i = 0; i < object->index; i++) {
        if (program->objects[i].type != PROG_LOCK || program->objects[i].count.value != NULL)
            continue; /* a list is no lock */
        if (strcmp(program->objects[i].name, name) == 0)
            object->lock = &program->objects[i];
        base_suggestion_offer(&suggestion, program->objects[i].name);
    }
    if (object->lock == NULL && compiler->body != NULL)
        read_given_lock(compiler, node, object);
    else if (object->lock == NULL && suggestion.best != NULL)
        (void)doc_node_unknown(node, "lock", name, &suggestion);
    else if (object->lock == NULL)
        fault_lock(compiler, node, name);
}

/* Of an object that a step makes it is evaluated then, over the variables of the task. */
static void read_count(prog_compiler *compiler, const doc_node *node, prog_setting *count) {
    if (compiler->body == NULL)
        prog_compile_setting(compiler, node, count);
    else
        *count = (prog_setting){prog_compile_expression(compiler, node), doc_node_offset(node)};
}

static void read_member(prog_compiler *compiler, const prog_object_member *member,
                        const doc_node *node, prog_object *object) {
    static const char *const orders[] = {
        [PROG_FIFO] = "fifo", [PROG_LIFO] = "lifo", [PROG_PRIORITY] = "priority"};
    size_t order;
    switch (member->kind) {
    case PROG_OBJECT_MEMBER_COUNT:
        read_count(compiler, node, &object->size);
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

/* What people call a member. */
static const char *meant(const char *key) {
    static const char *const synonyms[][2] = {
        {"size", "maxsize"},  {"capacity", "maxsize"}, {"limit", "maxsize"}, {"max", "maxsize"},
        {"permits", "value"}, {"initial", "value"},    {"n", "parties"},     {"kind", "order"},
    };
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcmp(synonyms[i][0], key) == 0)
            return synonyms[i][1];
    return NULL;
}

static const char *advice(const char *key) {
    return strcmp(key, "name") == 0 ? "an object's name is its key: {\"NAME\": {\"type\": ...}}"
                                    : NULL;
}

static void read_members(prog_compiler *compiler, const prog_object_kind *kind,
                         const doc_node *node, prog_object *object) {
    static const doc_words words = {meant, advice};
    const char *names[5] = {"type", "count"};
    size_t count = compiler->body == NULL ? 2 : 1; /* a step makes one */
    doc_node value;
    for (const prog_object_member *member = kind->members; member->name != NULL; member++) {
        names[count++] = member->name;
        if (doc_node_member(node, member->name, &value))
            read_member(compiler, member, &value, object);
    }
    (void)doc_node_only(node, names, count, count, &words);
}

/* It is a list: among the globals, behind the variables. */
static void read_list(prog_compiler *compiler, const doc_node *node, prog_object *object) {
    doc_node count;
    if (!doc_node_member(node, "count", &count))
        return;
    read_count(compiler, &count, &object->count);
    object->list = compiler->program->global_count++;
}

const prog_object *prog_compile_object(prog_compiler *compiler, const doc_node *node) {
    enum prog_object_type type;
    if (!read_type(node, &type))
        return NULL;
    prog_object *object = prog_compiler_alloc(compiler, sizeof *object);
    if (object == NULL)
        return NULL;
    *object = (prog_object){.name = prog_object_kinds[type].name,
                            .type = type,
                            .index = (uint32_t)compiler->program->object_names.count,
                            .place = doc_node_offset(node)};
    read_members(compiler, &prog_object_kinds[type], node, object);
    return object;
}

static bool check_object_name(prog_compiler *compiler, const doc_node *member) {
    const char *name = doc_node_key(member);
    if (!prog_check_name(member, name))
        return false;
    if (base_symbols_find(&compiler->program->global_names, name, strlen(name)) == BASE_NO_SYMBOL)
        return true;
    (void)doc_node_key_fault(member, "\"%s\" is the name of a variable already", name);
    return false;
}

void prog_load_objects(prog_compiler *compiler, const doc_node *root) {
    prog_program *program = compiler->program;
    doc_node objects, member;
    program->global_count = (uint32_t)program->global_names.count;
    if (!doc_node_member(root, "objects", &objects) ||
        doc_node_object(&objects, "{\"NAME\": {\"type\": \"lock\"}}") != 0)
        return;
    program->objects =
        prog_compiler_alloc(compiler, doc_node_count(&objects) * sizeof *program->objects);
    for (bool more = doc_node_first(&objects, &member); more && !compiler->no_memory;
         more = doc_node_next(&member)) {
        enum prog_object_type type;
        const char *name = doc_node_key(&member);
        bool typed = read_type(&member, &type), added;
        if (!typed && base_symbols_add(&compiler->faulty_objects, name, strlen(name), &added) ==
                          BASE_NO_SYMBOL)
            compiler->no_memory = true;
        if (!check_object_name(compiler, &member) || !typed)
            continue;
        uint32_t index = base_symbols_add(&program->object_names, name, strlen(name), &added);
        compiler->no_memory |= index == BASE_NO_SYMBOL;
        if (index == BASE_NO_SYMBOL || !added)
            continue;
        prog_object *object = &program->objects[index];
        *object = (prog_object){
            .name = name, .type = type, .index = index, .place = doc_node_offset(&member)};
        read_members(compiler, &prog_object_kinds[type], &member, object);
        read_list(compiler, &member, object);
    }
}
