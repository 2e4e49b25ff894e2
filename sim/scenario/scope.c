/* What names mean where they stand in the document. */
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/compile.h"
#include "scenario/functions.h"

/* --- Types in words -------------------------------------------------------------------------- */

const char *sim_object_type_word(enum sim_object_type type) {
    static const char *const words[SIM_OBJECT_TYPES] = {
        "a queue",   "a lock",   "an event", "a condition", "a semaphore",
        "a barrier", "a future", "a task",   "a handle",
    };
    return words[type];
}

void sim_describe_types(uint32_t types, sim_buffer *buffer) {
    bool first = true;
    for (int type = 0; type < SIM_OBJECT_TYPES; type++) {
        if ((types & SIM_IS(type)) == 0)
            continue;
        types &= ~SIM_IS(type);
        const char *comma = first ? "" : types == 0 ? " or " : ", ";
        (void)sim_buffer_format(buffer, "%s%s", comma,
                                sim_object_type_word((enum sim_object_type)type));
        first = false;
    }
}

/* --- Names that tasks can have --------------------------------------------------------------- */

/* Whether `name` can be what the pattern gives: each {expression} stands for any text. Where a
 * letter does not fit, the last {expression} takes one more. */
static bool matches(const char *pattern, const char *name, const char *end) {
    const char *after = NULL; /* the last expression */
    const char *taken = NULL; /* what it stands for ends here */
    for (;;) {
        const char *letter = pattern;
        if (*pattern == '{' && pattern[1] != '{') {
            const char *close = strchr(pattern, '}');
            if (close == NULL)
                return false;
            pattern = after = close + 1;
            taken = name;
            continue;
        }
        if ((*pattern == '{' || *pattern == '}') && pattern[1] == *pattern)
            letter = ++pattern;
        if (*letter == '\0' && name == end)
            return true;
        if (*letter != '\0' && name < end && *letter == *name) {
            pattern++;
            name++;
        } else if (after != NULL && taken < end) {
            pattern = after;
            name = ++taken;
        } else {
            return false;
        }
    }
}

bool sim_is_task_name(const sim_compiler *compiler, const char *name, size_t length) {
    if (sim_symbols_find(&compiler->task_names, name, length) != SIM_NO_SYMBOL)
        return true;
    for (size_t i = 0; i < compiler->pattern_count; i++)
        if (matches(compiler->patterns[i], name, name + length))
            return true;
    return false;
}

void sim_suggest_tasks(const sim_compiler *compiler, sim_suggestion *suggestion) {
    sim_symbols_suggest(&compiler->task_names, suggestion);
    for (size_t i = 0; i < compiler->pattern_count; i++)
        sim_suggestion_offer(suggestion, compiler->patterns[i]);
}

void sim_declare_pattern(sim_compiler *compiler, const char *pattern) {
    size_t length = strlen(pattern);
    if (strpbrk(pattern, "{}") == NULL) {
        if (sim_symbols_add(&compiler->task_names, pattern, length, NULL) == SIM_NO_SYMBOL)
            compiler->no_memory = true;
        return;
    }
    const char **patterns = sim_grow(compiler->patterns, compiler->pattern_count,
                                     &compiler->pattern_capacity, sizeof *patterns);
    if (patterns == NULL) {
        compiler->no_memory = true;
        return;
    }
    compiler->patterns = patterns;
    patterns[compiler->pattern_count++] = pattern;
}

/* --- Resolving ------------------------------------------------------------------------------- */

static const sim_object *find_object(const sim_compiler *compiler, const char *name,
                                     size_t length) {
    uint32_t index = sim_symbols_find(&compiler->program->object_names, name, length);
    return index != SIM_NO_SYMBOL ? &compiler->program->objects[index] : NULL;
}

/* The order of the language: a task's variables, the scenario's, objects, tasks. */
static int resolve(const sim_scope *scope, const char *name, size_t length, bool behind,
                   sim_name *found) {
    sim_compiler *compiler = scope->context;
    sim_program *program = compiler->program;
    uint32_t slot;
    *found = (sim_name){0};
    if (!behind && compiler->body != NULL &&
        (slot = sim_symbols_find(&compiler->body->variables, name, length)) != SIM_NO_SYMBOL) {
        *found = (sim_name){.kind = SIM_NAME_LOCAL, .slot = slot};
        return 0;
    }
    slot = sim_symbols_find(&program->global_names, name, length);
    if (slot < compiler->variables) {
        *found = (sim_name){.kind = SIM_NAME_GLOBAL, .slot = slot};
        return 0;
    }
    const sim_object *object = find_object(compiler, name, length);
    if (object != NULL) {
        *found = (sim_name){.kind = SIM_NAME_CONSTANT,
                            .value = sim_reference(SIM_KIND_OBJECT, object),
                            .what = SIM_IS(object->type),
                            .label = sim_object_type_word(object->type)};
        return 0;
    }
    if (compiler->before_tasks || !sim_is_task_name(compiler, name, length))
        return CAD_EKEY;
    slot = sim_symbols_add(&program->task_names, name, length, NULL);
    if (slot == SIM_NO_SYMBOL)
        return CAD_ENOMEM;
    *found = (sim_name){.kind = SIM_NAME_LATE,
                        .slot = slot,
                        .what = SIM_IS(SIM_TASK),
                        .label = sim_object_type_word(SIM_TASK)};
    return 0;
}

static void suggest(const sim_scope *scope, sim_suggestion *suggestion) {
    const sim_compiler *compiler = scope->context;
    if (compiler->body != NULL)
        sim_symbols_suggest(&compiler->body->variables, suggestion);
    for (uint32_t i = 0; i < compiler->variables; i++)
        sim_suggestion_offer(suggestion, sim_symbols_name(&compiler->program->global_names, i));
    sim_symbols_suggest(&compiler->program->object_names, suggestion);
    if (!compiler->before_tasks)
        sim_suggest_tasks(compiler, suggestion);
}

void sim_scope_start(sim_compiler *compiler) {
    compiler->scope = (sim_scope){.context = compiler,
                                  .resolve = resolve,
                                  .suggest = suggest,
                                  .functions = sim_functions,
                                  .function_count = sim_function_count};
}

/* --- Variables ------------------------------------------------------------------------------- */

bool sim_check_name(const sim_compiler *compiler, const sim_node *node, const char *name) {
    size_t length = strlen(name);
    bool key = sim_node_key(node) == name;
    int (*fault)(const sim_node *, const char *, ...) = key ? sim_node_key_fault : sim_node_fault;
    if (!sim_is_name(name, length)) {
        (void)fault(node,
                    "\"%s\" cannot be a name: letters, digits and _, no digit first, and "
                    "no word of the expressions",
                    name);
        return false;
    }
    if (sim_is_function(&compiler->scope, name, length)) {
        (void)fault(node, "\"%s\" is the name of a function", name);
        return false;
    }
    return true;
}

uint32_t sim_compile_variable(sim_compiler *compiler, const sim_node *node) {
    const char *name;
    if (sim_node_string(node, &name) != 0 || !sim_check_name(compiler, node, name))
        return SIM_NO_SLOT;
    return sim_symbols_find(&compiler->body->variables, name, strlen(name));
}

void sim_declare_variable(sim_compiler *compiler, sim_body *body, const char *name) {
    size_t length = strlen(name);
    if (!sim_is_name(name, length) || sim_is_function(&compiler->scope, name, length))
        return; /* a fault when it is compiled */
    if (sim_symbols_add(&body->variables, name, length, NULL) == SIM_NO_SYMBOL)
        compiler->no_memory = true;
}

/* --- Targets --------------------------------------------------------------------------------- */

static bool fault_unknown(sim_compiler *compiler, const sim_node *node, const char *name) {
    sim_suggestion suggestion;
    sim_suggestion_start(&suggestion, name, strlen(name));
    suggest(&compiler->scope, &suggestion);
    (void)sim_node_unknown(node, "name", name, &suggestion);
    return false;
}

static bool fault_type(const sim_node *node, const char *verb, uint32_t accepts,
                       const sim_object *object) {
    sim_buffer types = {0};
    sim_describe_types(accepts, &types);
    (void)sim_node_fault(node, "\"%s\" takes %s; \"%s\" is %s", verb,
                         types.data != NULL ? types.data : "something else", object->name,
                         sim_object_type_word(object->type));
    sim_buffer_free(&types);
    return false;
}

bool sim_compile_target(sim_compiler *compiler, const sim_node *node, const char *verb,
                        uint32_t accepts, sim_target *target) {
    const char *name;
    if (sim_node_string(node, &name) != 0)
        return false;
    size_t length = strlen(name);
    *target = (sim_target){.name = name, .slot = SIM_NO_SLOT, .task = SIM_NO_SYMBOL};
    target->slot = sim_symbols_find(&compiler->body->variables, name, length);
    target->object = find_object(compiler, name, length);
    if (target->object != NULL) {
        bool fits = (accepts & SIM_IS(target->object->type)) != 0;
        return fits || target->slot != SIM_NO_SLOT ||
               fault_type(node, verb, accepts, target->object);
    }
    if ((accepts & SIM_IS(SIM_TASK)) != 0 && sim_is_task_name(compiler, name, length)) {
        target->task = sim_symbols_add(&compiler->program->task_names, name, length, NULL);
        compiler->no_memory |= target->task == SIM_NO_SYMBOL;
        return !compiler->no_memory;
    }
    return target->slot != SIM_NO_SLOT || fault_unknown(compiler, node, name);
}

/* --- Declaring ------------------------------------------------------------------------------- */

static void declare_spawn(sim_compiler *compiler, const sim_node *step, const char *coroutine) {
    static const char number[] = "-{n}";
    sim_node name;
    const char *pattern;
    if (sim_node_member(step, "name", &name)) {
        if (sim_node_type(&name) == SIM_STRING && sim_node_string(&name, &pattern) == 0)
            sim_declare_pattern(compiler, pattern);
        return;
    }
    char *numbered = sim_compiler_alloc(compiler, strlen(coroutine) + sizeof number);
    if (numbered == NULL)
        return;
    strcpy(numbered, coroutine);
    strcat(numbered, number);
    sim_declare_pattern(compiler, numbered);
}

static void declare_names(sim_compiler *compiler, sim_body *body, const sim_node *names) {
    sim_node item;
    const char *name;
    if (sim_node_type(names) == SIM_STRING && sim_node_string(names, &name) == 0)
        sim_declare_variable(compiler, body, name);
    for (bool more = sim_node_first(names, &item); more; more = sim_node_next(&item))
        if (sim_node_type(&item) == SIM_STRING && sim_node_string(&item, &name) == 0)
            sim_declare_variable(compiler, body, name);
}

static void declare_keys(sim_compiler *compiler, sim_body *body, const sim_node *bindings) {
    sim_node item;
    for (bool more = sim_node_first(bindings, &item); more; more = sim_node_next(&item))
        if (sim_node_key(&item) != NULL)
            sim_declare_variable(compiler, body, sim_node_key(&item));
}

static void declare_handlers(sim_compiler *compiler, sim_body *body, const sim_node *handlers) {
    sim_node item;
    sim_declare_variable(compiler, body, "error");
    for (bool more = sim_node_first(handlers, &item); more; more = sim_node_next(&item))
        sim_declare_steps(compiler, body, &item);
}

static void declare_member(sim_compiler *compiler, sim_body *body, const sim_node *step,
                           const sim_member *member, const sim_node *value) {
    const char *name;
    switch (member->kind) {
    case SIM_MEMBER_VARIABLE:
    case SIM_MEMBER_VARIABLES:
        declare_names(compiler, body, value);
        break;
    case SIM_MEMBER_BINDINGS:
        declare_keys(compiler, body, value);
        break;
    case SIM_MEMBER_HANDLERS:
        declare_handlers(compiler, body, value);
        break;
    case SIM_MEMBER_STEPS:
    case SIM_MEMBER_CALLBACK:
        sim_declare_steps(compiler, body, value);
        break;
    case SIM_MEMBER_SPAWN:
        if (sim_node_type(value) == SIM_STRING && sim_node_string(value, &name) == 0)
            declare_spawn(compiler, step, name);
        break;
    default:
        break;
    }
}

void sim_declare_steps(sim_compiler *compiler, sim_body *body, const sim_node *steps) {
    sim_node step, value;
    for (bool more = sim_node_first(steps, &step); more; more = sim_node_next(&step)) {
        for (bool next = sim_node_first(&step, &value); next; next = sim_node_next(&value)) {
            const char *key = sim_node_key(&value);
            const sim_step *row = key != NULL ? sim_step_find(key) : NULL;
            body->lasting += row != NULL && row->lasting;
            for (size_t i = 0; row != NULL && row->members[i].kind != SIM_MEMBER_NONE; i++) {
                sim_node member;
                const char *name = row->members[i].name != NULL ? row->members[i].name : key;
                if (sim_node_member(&step, name, &member))
                    declare_member(compiler, body, &step, &row->members[i], &member);
            }
        }
    }
}
