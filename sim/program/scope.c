/* What names mean where they stand in the document. */
#include "program/scope.h"

#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/hints.h"
#include "program/kinds.h"

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

/* The same where only a number tells the names apart: one that a task of the row has. */
static bool is_of_row(const prog_pattern *pattern, const char *name, size_t length) {
    size_t before = strcspn(pattern->text, "{");
    const char *after = strchr(pattern->text, '}') + 1;
    size_t rest = strlen(after);
    int64_t number = 0;
    if (length <= before + rest || memcmp(name, pattern->text, before) != 0 ||
        memcmp(name + length - rest, after, rest) != 0)
        return false;
    const char *digits = name + before;
    size_t count = length - before - rest;
    if (count > 18 || strspn(digits, "0123456789") < count || (digits[0] == '0' && count > 1))
        return false;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + (digits[i] - '0');
    return number < pattern->count;
}

static bool fits(const prog_pattern *pattern, const char *name, size_t length) {
    return pattern->first != NULL ? is_of_row(pattern, name, length)
                                  : matches(pattern->text, name, name + length);
}

bool prog_is_task_name(const prog_compiler *compiler, const char *name, size_t length) {
    if (base_symbols_find(&compiler->task_names, name, length) != BASE_NO_SYMBOL)
        return true;
    for (size_t i = 0; i < compiler->pattern_count; i++)
        if (fits(&compiler->patterns[i], name, length))
            return true;
    return false;
}

void prog_suggest_tasks(const prog_compiler *compiler, base_suggestion *suggestion) {
    base_symbols_suggest(&compiler->task_names, suggestion);
    for (size_t i = 0; i < compiler->pattern_count; i++)
        base_suggestion_offer(suggestion, compiler->patterns[i].first != NULL
                                              ? compiler->patterns[i].first
                                              : compiler->patterns[i].text);
}

static void add_pattern(prog_compiler *compiler, prog_pattern pattern) {
    prog_pattern *patterns = base_grown(compiler->patterns, compiler->pattern_count,
                                        &compiler->pattern_capacity, sizeof *patterns);
    if (patterns == NULL) {
        compiler->no_memory = true;
        return;
    }
    compiler->patterns = patterns;
    patterns[compiler->pattern_count++] = pattern;
}

void prog_declare_pattern(prog_compiler *compiler, const char *pattern) {
    size_t length = strlen(pattern);
    if (strpbrk(pattern, "{}") != NULL)
        add_pattern(compiler, (prog_pattern){.text = pattern});
    else if (base_symbols_add(&compiler->task_names, pattern, length, NULL) == BASE_NO_SYMBOL)
        compiler->no_memory = true;
}

void prog_declare_row(prog_compiler *compiler, const char *pattern, const char *index,
                      int64_t count) {
    size_t before = strcspn(pattern, "{}"), length = strlen(index);
    const char *inside = pattern + before + 1;
    bool alone = pattern[before] == '{' && strncmp(inside, index, length) == 0 &&
                 inside[length] == '}' && strpbrk(inside + length + 1, "{}") == NULL;
    char *first = alone ? prog_compiler_alloc(compiler, strlen(pattern) + 1) : NULL;
    if (first == NULL) {
        prog_declare_pattern(compiler, pattern);
        return;
    }
    memcpy(first, pattern, before);
    first[before] = '0';
    strcpy(first + before + 1, inside + length + 1);
    add_pattern(compiler, (prog_pattern){pattern, first, count});
}

/* --- Resolving ------------------------------------------------------------------------------- */

static const prog_object *find_object(const prog_compiler *compiler, const char *name,
                                      size_t length) {
    uint32_t index = base_symbols_find(&compiler->program->object_names, name, length);
    return index != BASE_NO_SYMBOL ? &compiler->program->objects[index] : NULL;
}

/* The order of the language: a task's variables, the scenario's, objects, tasks. */
static int resolve(const expr_scope *scope, const char *name, size_t length, bool behind,
                   expr_name *found) {
    prog_compiler *compiler = scope->context;
    prog_program *program = compiler->program;
    uint32_t slot;
    *found = (expr_name){0};
    if (!behind && compiler->body != NULL &&
        (slot = base_symbols_find(&compiler->body->variables, name, length)) != BASE_NO_SYMBOL) {
        *found = (expr_name){.kind = EXPR_NAME_LOCAL, .slot = slot};
        return 0;
    }
    slot = base_symbols_find(&program->global_names, name, length);
    if (slot < compiler->variables) {
        *found = (expr_name){.kind = EXPR_NAME_GLOBAL, .slot = slot};
        return 0;
    }
    const prog_object *object = find_object(compiler, name, length);
    if (object != NULL && object->count.value != NULL) {
        *found = (expr_name){.kind = EXPR_NAME_GLOBAL, .slot = object->list};
        return 0;
    }
    if (object != NULL) {
        program->objects[object->index].passed = true;
        *found = (expr_name){.kind = EXPR_NAME_CONSTANT,
                             .value = expr_reference(PROG_KIND_OBJECT, object),
                             .what = prog_object_sets(object->type),
                             .article = prog_object_kinds[object->type].article,
                             .label = prog_object_kinds[object->type].name};
        return 0;
    }
    if (compiler->before_tasks || !prog_is_task_name(compiler, name, length))
        return CAD_EKEY;
    slot = base_symbols_add(&program->task_names, name, length, NULL);
    if (slot == BASE_NO_SYMBOL)
        return CAD_ENOMEM;
    *found = (expr_name){.kind = EXPR_NAME_LATE,
                         .slot = slot,
                         .what = prog_object_sets(PROG_TASK),
                         .article = prog_object_kinds[PROG_TASK].article,
                         .label = prog_object_kinds[PROG_TASK].name};
    return 0;
}

bool prog_advises(const prog_compiler *compiler) {
    enum { ADVISED = 2 * DOC_FAULTS_PRINTED }; /* some are found later than they stand */
    return compiler->document->faults.total < ADVISED;
}

static void suggest(const expr_scope *scope, base_suggestion *suggestion) {
    const prog_compiler *compiler = scope->context;
    if (!prog_advises(compiler))
        return;
    if (compiler->body != NULL)
        base_symbols_suggest(&compiler->body->variables, suggestion);
    for (uint32_t i = 0; i < compiler->variables; i++)
        base_suggestion_offer(suggestion, base_symbols_name(&compiler->program->global_names, i));
    base_symbols_suggest(&compiler->program->object_names, suggestion);
    if (!compiler->before_tasks)
        prog_suggest_tasks(compiler, suggestion);
}

/* Whether "vars" has a member of that name. */
static bool is_variable(const prog_compiler *compiler, const char *name, size_t length) {
    doc_node root = doc_root(compiler->document), vars, member;
    if (!doc_node_member(&root, "vars", &vars))
        return false;
    for (bool more = doc_node_first(&vars, &member); more; more = doc_node_next(&member)) {
        const char *key = doc_node_key(&member);
        if (key != NULL && strncmp(key, name, length) == 0 && key[length] == '\0')
            return true;
    }
    return false;
}

/* A task is made of a coroutine, and is what can be waited for. Of what is declared wrongly its
 * declaration tells. */
static const char *explain(const expr_scope *scope, const char *name, size_t length) {
    const prog_compiler *compiler = scope->context;
    if (base_symbols_find(&compiler->faulty_objects, name, length) != BASE_NO_SYMBOL)
        return "is an object whose declaration has a fault";
    if (compiler->body == NULL && is_variable(compiler, name, length))
        return "is declared further down, and what stands here sees what stands above it";
    return base_symbols_find(&compiler->program->coroutine_names, name, length) != BASE_NO_SYMBOL
               ? "is a coroutine: \"spawn\" it first, and name the task (\"as\"), or \"call\" it"
               : NULL;
}

void prog_scope_start(prog_compiler *compiler) {
    compiler->scope = (expr_scope){.context = compiler,
                                   .resolve = resolve,
                                   .suggest = suggest,
                                   .explain = explain,
                                   .functions = compiler->language->functions,
                                   .foreign = compiler->language->foreign_functions};
    while (compiler->scope.functions[compiler->scope.function_count].name != NULL)
        compiler->scope.function_count++;
}

/* --- Variables ------------------------------------------------------------------------------- */

bool prog_check_name(const doc_node *node, const char *name) {
    size_t length = strlen(name);
    bool key = doc_node_key(node) == name;
    int (*fault)(const doc_node *, const char *, ...) = key ? doc_node_key_fault : doc_node_fault;
    if (!key && strchr(name, ',') != NULL) {
        (void)fault(node, "\"%s\" cannot be a name; several stand in a list: [\"a\", \"b\"]", name);
        return false;
    }
    if (!expr_is_name(name, length)) {
        (void)fault(node,
                    "\"%s\" cannot be a name: letters, digits and _, no digit first, and "
                    "no word of the expressions",
                    name);
        return false;
    }
    return true;
}

bool prog_check_hides(const prog_compiler *compiler, const doc_node *node, const char *name) {
    const prog_program *program = compiler->program;
    bool key = doc_node_key(node) == name;
    int (*fault)(const doc_node *, const char *, ...) = key ? doc_node_key_fault : doc_node_fault;
    size_t length = strlen(name);
    if (base_symbols_find(&compiler->body->variables, name, length) < compiler->body->given)
        return true;
    if (base_symbols_find(&program->global_names, name, length) != BASE_NO_SYMBOL)
        (void)fault(node, "\"%s\" is a scenario variable%s", name,
                    key ? "; \"assign\" changes it" : ", which a variable of that name would hide");
    else if (!key && base_symbols_find(&program->object_names, name, length) != BASE_NO_SYMBOL)
        (void)fault(node, "\"%s\" is an object, which a variable of that name would hide", name);
    else
        return true;
    return false;
}

uint32_t prog_compile_variable(prog_compiler *compiler, const doc_node *node) {
    const char *name;
    if (doc_node_string_like(node, "\"x\"", &name) != 0 || !prog_check_name(node, name) ||
        !prog_check_hides(compiler, node, name))
        return PROG_NO_SLOT;
    return base_symbols_find(&compiler->body->variables, name, strlen(name));
}

/* Its bit in prog_body.as_objects; 0: it is no parameter, or beyond those that are counted. */
static uint64_t parameter_bit(const prog_body *body, uint32_t slot) {
    return slot < body->parameters && slot < 64 ? UINT64_C(1) << slot : 0;
}

void prog_declare_variable(prog_compiler *compiler, prog_body *body, const char *name) {
    size_t length = strlen(name);
    if (!expr_is_name(name, length))
        return; /* a fault when it is compiled */
    uint32_t slot = base_symbols_add(&body->variables, name, length, NULL);
    if (slot == BASE_NO_SYMBOL)
        compiler->no_memory = true;
    else
        body->changed |= parameter_bit(body, slot);
}

/* --- Targets --------------------------------------------------------------------------------- */

/* `forks2`, where `forks` is a list of objects; NULL: it is nothing of the kind. `at` is where its
 * number begins. */
static const prog_object *list_of(const prog_compiler *compiler, const char *name, size_t *at) {
    size_t length = strlen(name);
    while (length > 0 && strchr("0123456789", name[length - 1]) != NULL)
        length--;
    *at = length;
    const prog_object *object = find_object(compiler, name, length);
    return name[length] != '\0' && object != NULL && object->count.value != NULL ? object : NULL;
}

/* A name that is like no other: what is there in its place, or how it comes to be. */
static void fault_unlike(const prog_compiler *compiler, const doc_node *node, const char *name,
                         uint32_t accepts) {
    const prog_program *program = compiler->program;
    base_buffer types = {0};
    uint32_t wanted = PROG_OBJECT_TYPES;
    prog_describe_types(accepts, &types);
    const char *words = types.data != NULL ? types.data : "something else";
    for (uint32_t i = 0; i < program->object_names.count; i++) {
        const prog_object *object = &program->objects[i];
        if ((accepts & prog_object_sets(object->type)) == 0)
            continue;
        (void)doc_node_fault(node, "unknown name \"%s\": expected %s, such as \"%s%s\"", name,
                             words, object->name, object->count.value != NULL ? "[0]" : "");
        base_buffer_free(&types);
        return;
    }
    for (uint32_t i = PROG_OBJECT_TYPES; i-- > 0;)
        if (prog_object_kinds[i].calls != NULL && (accepts & prog_object_sets(i)) != 0)
            wanted = i;
    const char *maker = prog_made_by(accepts);
    if (maker != NULL && (wanted == PROG_OBJECT_TYPES || (accepts & PROG_AWAITABLE) != 0))
        (void)doc_node_fault(node, "unknown name \"%s\": expected %s, as of {%s, \"as\": \"%s\"}",
                             name, words, maker, name);
    else
        (void)doc_node_fault(node,
                             "unknown name \"%s\"; %s %s is declared: \"objects\": {\"%s\": "
                             "{\"type\": \"%s\"}}",
                             name, prog_object_kinds[wanted].article,
                             prog_object_kinds[wanted].name, name, prog_object_kinds[wanted].name);
    base_buffer_free(&types);
}

/* The row whose tasks `name` would be one of, had it more of them; NULL: none. */
static const prog_pattern *row_of(const prog_compiler *compiler, const char *name) {
    for (size_t i = 0; i < compiler->pattern_count; i++) {
        prog_pattern endless = compiler->patterns[i];
        endless.count = INT64_MAX;
        if (endless.first != NULL && is_of_row(&endless, name, strlen(name)))
            return &compiler->patterns[i];
    }
    return NULL;
}

static bool fault_unknown(prog_compiler *compiler, const doc_node *node, const char *name,
                          uint32_t accepts) {
    base_suggestion suggestion;
    size_t at;
    base_suggestion_start(&suggestion, name, strlen(name));
    suggest(&compiler->scope, &suggestion);
    const char *other = explain(&compiler->scope, name, strlen(name));
    const prog_object *list = list_of(compiler, name, &at);
    const prog_pattern *row = row_of(compiler, name);
    if (other != NULL)
        (void)doc_node_fault(node, "\"%s\" %s", name, other);
    else if (list != NULL)
        (void)doc_node_fault(node, "unknown name \"%s\"; did you mean \"%s[%s]\"?", name,
                             list->name, name + at);
    else if (row != NULL)
        (void)doc_node_fault(
            node, "unknown name \"%s\": of \"%s\" there %s %" PRId64 ", from \"%s\"", name,
            row->text, row->count == 1 ? "is" : "are", row->count, row->first);
    else if (suggestion.best != NULL)
        (void)doc_node_unknown(node, "name", name, &suggestion);
    else
        fault_unlike(compiler, node, name, accepts);
    return false;
}

/* No name stands there. */
static bool fault_nameless(const prog_compiler *compiler, const doc_node *node, const char *verb,
                           uint32_t accepts) {
    base_buffer types = {0};
    prog_describe_types(accepts, &types);
    (void)doc_node_fault(node, "\"%s\" takes %s by its name, not %s%s", verb,
                         types.data != NULL ? types.data : "something else",
                         doc_type_name(doc_node_type(node)),
                         prog_hint_of_value(compiler->language, verb, node));
    base_buffer_free(&types);
    return false;
}

/* The name stands for a thing of another type. */
static bool fault_type(const doc_node *node, const char *verb, uint32_t accepts, const char *name,
                       enum prog_object_type type) {
    base_buffer types = {0};
    char word[32];
    prog_describe_types(accepts, &types);
    (void)doc_node_fault(node, "\"%s\" takes %s; \"%s\" is %s%s", verb,
                         types.data != NULL ? types.data : "something else", name,
                         prog_object_word(type, word), prog_hint_of_type(verb, type));
    base_buffer_free(&types);
    return false;
}

static bool fault_list(const doc_node *node, const char *verb, const prog_object *object) {
    const char *kind = prog_object_kinds[object->type].name;
    (void)doc_node_fault(node,
                         "\"%s\" takes one, and \"%s\" is a list: \"%s[0]\" is its first %s%s",
                         verb, object->name, object->name, kind, prog_hint_of_list(object->type));
    return false;
}

/* What stands in a step is a name or an expression, and no text. */
static bool fault_text(const doc_node *node, const char *verb, const char *text) {
    size_t length = strlen(text);
    if (text[0] == '{' && length > 2 && strchr(text, '}') == text + length - 1)
        (void)doc_node_fault(node,
                             "\"%s\" takes a name, or an expression, without braces: \"%.*s\"",
                             verb, (int)(length - 2), text + 1);
    else
        (void)doc_node_fault(
            node,
            "\"%s\" takes a name, or an expression that gives what is meant, such as "
            "\"tasks[i]\"; \"%s\" is text",
            verb, text);
    return false;
}

/* `forks[5]`, where it is known that there are five. */
static bool check_index(const prog_compiler *compiler, const doc_node *node,
                        const expr_expression *expression) {
    const prog_program *program = compiler->program;
    uint32_t slot;
    int64_t index, count;
    expr_value known;
    expr_error error;
    if (!expr_indexes(expression, &slot, &index))
        return true;
    for (size_t i = 0; i < program->object_names.count; i++) {
        const prog_object *object = &program->objects[i];
        if (object->count.value == NULL || object->list != slot ||
            !expr_constant(object->count.value, &known) ||
            expr_value_whole(known, "count", &count, &error) != 0 ||
            (index < count && index >= -count))
            continue;
        if (count == 0)
            (void)doc_node_fault(node, "\"%s\" is an empty list", object->name);
        else
            (void)doc_node_fault(node, "\"%s\" is a list of %" PRId64 ": %s[0] to %s[%" PRId64 "]",
                                 object->name, count, object->name, object->name, count - 1);
        return false;
    }
    return true;
}

/* An expression; not one that is known to give neither an object nor a list. */
static bool compile_computed(prog_compiler *compiler, const doc_node *node, const char *verb,
                             uint32_t accepts, prog_target *target) {
    base_buffer types = {0};
    expr_value value;
    target->expression = prog_compile_expression(compiler, node);
    if (target->expression != NULL && !check_index(compiler, node, target->expression))
        return false;
    if (target->expression == NULL || !expr_constant(target->expression, &value) ||
        expr_is_reference(value) || expr_is_list(value))
        return target->expression != NULL;
    prog_describe_types(accepts, &types);
    (void)doc_node_fault(node, "\"%s\" takes %s, and this is always %s%s", verb,
                         types.data != NULL ? types.data : "something else",
                         expr_value_type_name(value),
                         expr_is_number(value) ? prog_hint_of_number(verb) : "");
    base_buffer_free(&types);
    return false;
}

/* Whether it is an item of a variable, as is "reply[1]", whatever tasks called "reply{i}" there
 * are: these have a number there, or a text that nobody knows before the run. */
static bool is_item(const prog_compiler *compiler, const char *name) {
    size_t length = strcspn(name, "[");
    return name[length] == '[' &&
           (base_symbols_find(&compiler->body->variables, name, length) != BASE_NO_SYMBOL ||
            base_symbols_find(&compiler->program->global_names, name, length) != BASE_NO_SYMBOL);
}

bool prog_compile_target(prog_compiler *compiler, const doc_node *node, const char *verb,
                         uint32_t accepts, prog_target *target) {
    const char *name;
    if (doc_node_type(node) != DOC_STRING)
        return fault_nameless(compiler, node, verb, accepts);
    (void)doc_node_string(node, &name);
    size_t length = strlen(name);
    *target = (prog_target){.name = name, .slot = PROG_NO_SLOT, .task = BASE_NO_SYMBOL};
    target->slot = base_symbols_find(&compiler->body->variables, name, length);
    compiler->body->as_objects |= parameter_bit(compiler->body, target->slot);
    target->object = find_object(compiler, name, length);
    if (target->object != NULL && target->object->count.value != NULL) {
        bool list = (accepts & PROG_IS(PROG_TASK)) != 0 || target->slot != PROG_NO_SLOT;
        const prog_object *object = target->object;
        target->object = NULL;
        return list ? compile_computed(compiler, node, verb, accepts, target)
                    : fault_list(node, verb, object);
    }
    if (target->object != NULL) {
        bool fits = (accepts & prog_object_sets(target->object->type)) != 0;
        return fits || target->slot != PROG_NO_SLOT ||
               fault_type(node, verb, accepts, name, target->object->type);
    }
    if (strpbrk(name, "{}") != NULL)
        return fault_text(node, verb, name);
    bool task = !is_item(compiler, name) && prog_is_task_name(compiler, name, length);
    if (task && (accepts & PROG_IS(PROG_TASK)) != 0) {
        target->task = base_symbols_add(&compiler->program->task_names, name, length, NULL);
        compiler->no_memory |= target->task == BASE_NO_SYMBOL;
        return !compiler->no_memory;
    }
    if (target->slot != PROG_NO_SLOT)
        return true;
    bool global =
        base_symbols_find(&compiler->program->global_names, name, length) != BASE_NO_SYMBOL;
    if (!global && task)
        return fault_type(node, verb, accepts, name, PROG_TASK);
    if (!global && expr_is_name(name, length))
        return fault_unknown(compiler, node, name, accepts);
    return compile_computed(compiler, node, verb, accepts, target);
}

/* --- Keys of several names ------------------------------------------------------------------- */

bool prog_next_part(const char **key, char name[PROG_NAME_MAX]) {
    const char *from = *key + strspn(*key, " ");
    if (**key == '\0')
        return false;
    size_t length = strcspn(from, ","), shown = length;
    *key = from + length + (from[length] == ',');
    while (shown > 0 && from[shown - 1] == ' ')
        shown--;
    if (shown >= PROG_NAME_MAX)
        shown = PROG_NAME_MAX - 1;
    memcpy(name, from, shown);
    name[shown] = '\0';
    return true;
}

/* --- Declaring ------------------------------------------------------------------------------- */

static void declare_spawn(prog_compiler *compiler, const doc_node *step, const char *coroutine) {
    static const char number[] = "-{n}";
    doc_node name;
    const char *pattern;
    if (doc_node_member(step, "name", &name)) {
        if (doc_node_type(&name) == DOC_STRING && doc_node_string(&name, &pattern) == 0)
            prog_declare_pattern(compiler, pattern);
        return;
    }
    char *numbered = prog_compiler_alloc(compiler, strlen(coroutine) + sizeof number);
    if (numbered == NULL)
        return;
    strcpy(numbered, coroutine);
    strcat(numbered, number);
    prog_declare_pattern(compiler, numbered);
}

static void declare_names(prog_compiler *compiler, prog_body *body, const doc_node *names) {
    doc_node item;
    const char *name;
    if (doc_node_type(names) == DOC_STRING && doc_node_string(names, &name) == 0)
        prog_declare_variable(compiler, body, name);
    for (bool more = doc_node_first(names, &item); more; more = doc_node_next(&item))
        if (doc_node_type(&item) == DOC_STRING && doc_node_string(&item, &name) == 0)
            prog_declare_variable(compiler, body, name);
}

void prog_declare_key(prog_compiler *compiler, prog_body *body, const char *key) {
    char name[PROG_NAME_MAX];
    if (strchr(key, ',') == NULL)
        prog_declare_variable(compiler, body, key);
    else
        while (prog_next_part(&key, name))
            prog_declare_variable(compiler, body, name);
}

static void declare_keys(prog_compiler *compiler, prog_body *body, const doc_node *bindings) {
    doc_node item;
    for (bool more = doc_node_first(bindings, &item); more; more = doc_node_next(&item))
        if (doc_node_key(&item) != NULL)
            prog_declare_key(compiler, body, doc_node_key(&item));
}

static void declare_handlers(prog_compiler *compiler, prog_body *body, const doc_node *handlers) {
    doc_node item;
    prog_declare_variable(compiler, body, "error");
    for (bool more = doc_node_first(handlers, &item); more; more = doc_node_next(&item)) {
        const char *key = doc_node_key(&item);
        if (key != NULL &&
            (strcmp(key, "IncompleteReadError") == 0 || strcmp(key, "EOFError") == 0))
            prog_declare_variable(compiler, body, "partial");
        if (key != NULL && strcmp(key, "LimitOverrunError") == 0)
            prog_declare_variable(compiler, body, "consumed");
        prog_declare_steps(compiler, body, &item);
    }
}

static void declare_member(prog_compiler *compiler, prog_body *body, const doc_node *step,
                           const prog_member *member, const doc_node *value) {
    const char *name;
    switch (member->kind) {
    case PROG_MEMBER_VARIABLE:
    case PROG_MEMBER_VARIABLES:
    case PROG_MEMBER_PARTS:
        declare_names(compiler, body, value);
        break;
    case PROG_MEMBER_BINDINGS:
        declare_keys(compiler, body, value);
        break;
    case PROG_MEMBER_HANDLERS:
        declare_handlers(compiler, body, value);
        break;
    case PROG_MEMBER_STEPS:
    case PROG_MEMBER_CALLBACK:
        prog_declare_steps(compiler, body, value);
        break;
    case PROG_MEMBER_SPAWN:
    case PROG_MEMBER_SERVE:
        if (doc_node_type(value) == DOC_STRING && doc_node_string(value, &name) == 0)
            declare_spawn(compiler, step, name);
        break;
    default:
        break;
    }
}

void prog_declare_steps(prog_compiler *compiler, prog_body *body, const doc_node *steps) {
    doc_node step, value;
    for (bool more = doc_node_first(steps, &step); more; more = doc_node_next(&step)) {
        for (bool next = doc_node_first(&step, &value); next; next = doc_node_next(&value)) {
            const char *key = doc_node_key(&value);
            const prog_step *row = key != NULL ? prog_language_step(compiler->language, key) : NULL;
            body->lasting += row != NULL && row->lasting;
            for (size_t i = 0; row != NULL && row->members[i].kind != PROG_MEMBER_NONE; i++) {
                doc_node member;
                const char *name = row->members[i].name != NULL ? row->members[i].name : key;
                if (doc_node_member(&step, name, &member))
                    declare_member(compiler, body, &step, &row->members[i], &member);
            }
        }
    }
}
