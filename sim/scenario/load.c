/* From a document to a program. */
#include <string.h>

#include "scenario/alloc.h"
#include "scenario/compile.h"
#include "scenario/exceptions.h"
#include "scenario/fields.h"
#include "scenario/load.h"
#include "scenario/machine.h"
#include "scenario/program.h"

/* --- The document ---------------------------------------------------------------------------- */

static void read_vars(sim_compiler *compiler, const sim_node *root) {
    sim_program *program = compiler->program;
    sim_node vars, member;
    if (!sim_node_member(root, "vars", &vars) || sim_node_object(&vars) != 0)
        return;
    program->variables =
        sim_compiler_alloc(compiler, sim_node_count(&vars) * sizeof *program->variables);
    for (bool more = sim_node_first(&vars, &member); more && !compiler->no_memory;
         more = sim_node_next(&member)) {
        const char *name = sim_node_key(&member);
        if (!sim_check_name(compiler, &member, name))
            continue;
        /* The expression comes first: it sees the variables before it. */
        sim_setting variable = {sim_compile_expression(compiler, &member),
                                sim_node_offset(&member)};
        bool added;
        uint32_t slot = sim_symbols_add(&program->global_names, name, strlen(name), &added);
        if (slot == SIM_NO_SYMBOL)
            compiler->no_memory = true;
        else if (added)
            program->variables[slot] = variable;
        compiler->variables = program->global_names.count;
    }
}

void sim_load_setting(sim_compiler *compiler, const sim_node *node, sim_setting *setting) {
    compiler->before_tasks = true;
    setting->value = sim_compile_expression(compiler, node);
    compiler->before_tasks = false;
    setting->place = sim_node_offset(node);
}

static void read_signals(sim_compiler *compiler, const sim_node *root) {
    static const char *const names[] = {"SIGINT"};
    sim_program *program = compiler->program;
    sim_node signals, item, at, name;
    if (!sim_node_member(root, "signals", &signals) || sim_node_array(&signals) != 0)
        return;
    program->signals =
        sim_compiler_alloc(compiler, sim_node_count(&signals) * sizeof *program->signals);
    for (bool more = sim_node_first(&signals, &item); more && !compiler->no_memory;
         more = sim_node_next(&item)) {
        if (sim_node_object(&item) != 0)
            continue;
        sim_check_fields(&item, sim_signal_fields);
        sim_signal *signal = &program->signals[program->signal_count++];
        size_t index;
        if (sim_node_member(&item, "at", &at))
            sim_load_setting(compiler, &at, &signal->at);
        if (sim_node_member(&item, "signal", &name))
            (void)sim_node_choice(&name, "signal", names, 1, &index);
    }
}

static void check_version(const sim_node *node) {
    double version;
    if (sim_node_number(node, &version) == 0 && version != 1)
        (void)sim_node_fault(node, "this cadran reads documents of version 1");
}

static void read_settings(sim_compiler *compiler, const sim_node *root) {
    sim_program *program = compiler->program;
    sim_node member;
    const char *text;
    if (sim_node_member(root, "cadran", &member))
        check_version(&member);
    program->name = "scenario";
    if (sim_node_member(root, "name", &member))
        (void)sim_node_string(&member, &program->name);
    if (sim_node_member(root, "description", &member))
        (void)sim_node_string(&member, &text);
    if (sim_node_member(root, "seed", &member))
        (void)sim_node_whole(&member, -(INT64_C(1) << 53), INT64_C(1) << 53, &program->seed);
    if (sim_node_member(root, "threads", &member))
        sim_load_setting(compiler, &member, &program->threads);
    if (sim_node_member(root, "until", &member) &&
        !(sim_node_type(&member) == SIM_STRING && sim_node_string(&member, &text) == 0 &&
          strcmp(text, "complete") == 0))
        sim_load_setting(compiler, &member, &program->until);
    if (sim_node_member(root, "network", &member))
        (void)sim_node_key_fault(&member, "\"network\" is not supported yet");
}

/* --- Coroutines and tasks -------------------------------------------------------------------- */

static sim_body *new_body(sim_compiler *compiler) {
    sim_body *body = &compiler->program->bodies[compiler->program->body_count++];
    body->program = compiler->program;
    body->scratch = SIM_NO_SLOT;
    return body;
}

static void declare_parameters(sim_compiler *compiler, sim_body *body, const sim_node *coroutine) {
    sim_node params, item;
    const char *name;
    if (!sim_node_member(coroutine, "params", &params) || sim_node_array(&params) != 0)
        return;
    for (bool more = sim_node_first(&params, &item); more; more = sim_node_next(&item)) {
        if (sim_node_string(&item, &name) != 0 || !sim_check_name(compiler, &item, name))
            continue;
        size_t length = strlen(name);
        if (sim_symbols_find(&body->variables, name, length) != SIM_NO_SYMBOL)
            (void)sim_node_fault(&item, "the parameter \"%s\" stands twice", name);
        sim_declare_variable(compiler, body, name);
    }
    body->parameters = (uint32_t)body->variables.count;
}

static void declare_coroutines(sim_compiler *compiler, const sim_node *coroutines) {
    sim_program *program = compiler->program;
    sim_node coroutine, steps;
    program->coroutines =
        sim_compiler_alloc(compiler, sim_node_count(coroutines) * sizeof *program->coroutines);
    for (bool more = sim_node_first(coroutines, &coroutine); more && !compiler->no_memory;
         more = sim_node_next(&coroutine)) {
        const char *name = sim_node_key(&coroutine);
        bool added = false;
        uint32_t index = sim_symbols_add(&program->coroutine_names, name, strlen(name), &added);
        compiler->no_memory |= index == SIM_NO_SYMBOL;
        if (!added || index == SIM_NO_SYMBOL)
            continue;
        sim_body *body = new_body(compiler);
        body->name = name;
        body->index = index;
        program->coroutines[index] = body;
        if (sim_node_object(&coroutine) != 0)
            continue;
        sim_check_fields(&coroutine, sim_coroutine_fields);
        declare_parameters(compiler, body, &coroutine);
        if (sim_node_member(&coroutine, "do", &steps))
            sim_declare_steps(compiler, body, &steps);
    }
}

static void compile_coroutines(sim_compiler *compiler, const sim_node *coroutines) {
    const sim_program *program = compiler->program;
    sim_node coroutine, steps;
    for (bool more = sim_node_first(coroutines, &coroutine); more && !compiler->no_memory;
         more = sim_node_next(&coroutine)) {
        const char *name = sim_node_key(&coroutine);
        uint32_t index = sim_symbols_find(&program->coroutine_names, name, strlen(name));
        if (index != SIM_NO_SYMBOL && sim_node_member(&coroutine, "do", &steps))
            sim_compile_body(compiler, program->coroutines[index], &steps, NULL);
    }
}

/* A name that two rows of `tasks` give would stand for the later one's task alone. */
static void declare_row(sim_compiler *compiler, const sim_node *node, const char *name) {
    bool added = false;
    uint32_t row = sim_symbols_add(&compiler->written_names, name, strlen(name), &added);
    if (row != SIM_NO_SYMBOL && !added)
        (void)sim_node_fault(
            node, "the name \"%s\" is another task's, too; give each a name of its own", name);
}

static void declare_task(sim_compiler *compiler, const sim_node *node) {
    sim_program *program = compiler->program;
    sim_task_spec *spec = &program->tasks[program->task_count++];
    sim_body *body = spec->body = new_body(compiler);
    sim_node member, item;
    const char *index = "i";
    spec->place = sim_node_offset(node);
    if (sim_node_object(node) != 0)
        return;
    sim_check_fields(node, sim_task_fields);
    if (sim_node_member(node, "name", &member) && sim_node_string(&member, &spec->pattern) == 0) {
        declare_row(compiler, &member, spec->pattern);
        sim_declare_pattern(compiler, spec->pattern);
    }
    if (sim_node_member(node, "index", &member) && sim_node_string(&member, &index) == 0 &&
        !sim_check_name(compiler, &member, index))
        index = "i";
    sim_declare_variable(compiler, body, index);
    spec->index = sim_symbols_find(&body->variables, index, strlen(index));
    if (sim_node_member(node, "let", &member) && sim_node_object(&member) == 0)
        for (bool more = sim_node_first(&member, &item); more; more = sim_node_next(&item))
            sim_declare_variable(compiler, body, sim_node_key(&item));
    if (sim_node_member(node, "do", &member))
        sim_declare_steps(compiler, body, &member);
    if (sim_node_member(node, "host", &member))
        (void)sim_node_key_fault(&member, "\"host\" is not supported yet");
}

/* A task either has steps of its own or calls a coroutine. */
static void compile_task_steps(sim_compiler *compiler, const sim_node *node, sim_task_spec *spec) {
    sim_node steps, call, args;
    bool has_steps = sim_node_member(node, "do", &steps);
    bool has_call = sim_node_member(node, "call", &call);
    bool has_args = sim_node_member(node, "args", &args);
    if (has_steps && has_call)
        (void)sim_node_key_fault(&call, "a task has \"do\" or \"call\", not both");
    if (!has_steps && !has_call)
        (void)sim_node_fault(node, "a task needs \"do\", its steps, or \"call\", a coroutine");
    if (has_args && !has_call)
        (void)sim_node_key_fault(&args, "\"args\" are for the coroutine that \"call\" names");
    if (has_steps)
        sim_compile_body(compiler, spec->body, &steps, NULL);
    if (!has_call)
        return;
    compiler->body = spec->body;
    spec->body->slots = (uint32_t)spec->body->variables.count;
    spec->call = sim_compile_coroutine(compiler, &call);
    if (spec->call != NULL)
        spec->arguments = sim_compile_arguments(compiler, spec->call, has_args ? &args : NULL,
                                                has_args ? &args : &call);
    compiler->body = NULL;
}

/* Whether the name can be made again from the task's index, whatever its variables are by then. */
static bool name_is_indexed(const sim_task_spec *spec) {
    for (uint32_t i = 0; spec->let != NULL && i < spec->let->count; i++)
        if (spec->let->items[i].slot == spec->index)
            return false;
    return spec->name != NULL && sim_text_reads_only(spec->name, spec->index);
}

static void compile_task(sim_compiler *compiler, const sim_node *node, sim_task_spec *spec) {
    sim_node member;
    if (sim_node_member(node, "count", &member))
        sim_load_setting(compiler, &member, &spec->count);
    compiler->body = spec->body;
    if (sim_node_member(node, "let", &member))
        spec->let = sim_compile_bindings(compiler, &member, false);
    if (sim_node_member(node, "name", &member))
        spec->name = sim_compile_text(compiler, &member);
    spec->indexed = name_is_indexed(spec);
    if (sim_node_member(node, "start", &member))
        sim_load_setting(compiler, &member, &spec->start);
    compiler->body = NULL;
    compile_task_steps(compiler, node, spec);
}

/* --- The whole ------------------------------------------------------------------------------- */

/* Whether the tasks can be created as setup is done, or must be made up before: what reads a clock
 * that has not started, or prints, leaves no mark on them. */
static bool is_quiet(const sim_node *steps) {
    static const char *const quiet[] = {"print", "log", "start_timer"};
    sim_node step, member;
    for (bool more = sim_node_first(steps, &step); more; more = sim_node_next(&step)) {
        bool known = sim_node_first(&step, &member) && sim_node_key(&member) != NULL;
        bool found = false;
        for (size_t i = 0; known && i < sizeof quiet / sizeof *quiet; i++)
            found |= strcmp(sim_node_key(&member), quiet[i]) == 0;
        if (!found)
            return false;
    }
    return true;
}

typedef struct sections {
    sim_node coroutines, tasks, setup, on_interrupt;
    bool has_coroutines, has_tasks, has_setup, has_on_interrupt;
} sections;

static void find_sections(const sim_node *root, sections *found) {
    found->has_coroutines = sim_node_member(root, "coroutines", &found->coroutines) &&
                            sim_node_object(&found->coroutines) == 0;
    found->has_tasks =
        sim_node_member(root, "tasks", &found->tasks) && sim_node_array(&found->tasks) == 0;
    found->has_setup = sim_node_member(root, "setup", &found->setup);
    found->has_on_interrupt = sim_node_member(root, "on_interrupt", &found->on_interrupt);
}

/* Names first, because steps can use what is declared below them. */
static void declare(sim_compiler *compiler, const sections *parts) {
    sim_program *program = compiler->program;
    sim_node task;
    size_t tasks = parts->has_tasks ? sim_node_count(&parts->tasks) : 0;
    size_t coroutines = parts->has_coroutines ? sim_node_count(&parts->coroutines) : 0;
    program->tasks = sim_compiler_alloc(compiler, tasks * sizeof *program->tasks);
    program->bodies =
        sim_compiler_alloc(compiler, (tasks + coroutines + 2) * sizeof *program->bodies);
    if (compiler->no_memory)
        return;
    if (parts->has_coroutines)
        declare_coroutines(compiler, &parts->coroutines);
    if (parts->has_tasks)
        for (bool more = sim_node_first(&parts->tasks, &task); more; more = sim_node_next(&task))
            declare_task(compiler, &task);
    if (parts->has_setup) {
        program->setup = new_body(compiler);
        sim_declare_steps(compiler, program->setup, &parts->setup);
    }
    if (parts->has_on_interrupt) {
        program->on_interrupt = new_body(compiler);
        sim_declare_steps(compiler, program->on_interrupt, &parts->on_interrupt);
    }
}

static void compile(sim_compiler *compiler, const sections *parts) {
    sim_program *program = compiler->program;
    sim_node task;
    size_t i = 0;
    if (parts->has_coroutines)
        compile_coroutines(compiler, &parts->coroutines);
    if (parts->has_tasks)
        for (bool more = sim_node_first(&parts->tasks, &task); more; more = sim_node_next(&task))
            compile_task(compiler, &task, &program->tasks[i++]);
    program->setup_is_quiet = !parts->has_setup || is_quiet(&parts->setup);
    if (parts->has_setup)
        sim_compile_body(compiler, program->setup, &parts->setup, "setup");
    if (parts->has_on_interrupt)
        sim_compile_body(compiler, program->on_interrupt, &parts->on_interrupt, "on_interrupt");
}

static void read_document(sim_compiler *compiler, const sim_node *root) {
    sections parts;
    if (sim_node_object(root) != 0)
        return;
    sim_check_fields(root, sim_document_fields);
    read_vars(compiler, root);
    sim_load_objects(compiler, root);
    read_settings(compiler, root);
    read_signals(compiler, root);
    find_sections(root, &parts);
    if (!compiler->no_memory)
        declare(compiler, &parts);
    if (!compiler->no_memory)
        compile(compiler, &parts);
    if (!compiler->no_memory)
        sim_load_expect(compiler, root);
    if (!compiler->no_memory)
        sim_check_caught(compiler);
}

int sim_program_compile(sim_document *document, sim_program **out) {
    sim_program *program = sim_zalloc(1, sizeof *program);
    *out = NULL;
    if (program == NULL) {
        sim_document_free(document);
        return CAD_ENOMEM;
    }
    program->document = document;
    sim_compiler compiler = {.program = program, .document = document};
    sim_node root = sim_document_root(document);
    sim_scope_start(&compiler);
    if (sim_exceptions_start(program, &compiler.exception_capacity) != 0)
        compiler.no_memory = true;
    else if (document->root != NULL)
        read_document(&compiler, &root);
    for (size_t i = 0; i < program->body_count; i++)
        sim_body_finish(program, &program->bodies[i]);
    sim_free(compiler.pending);
    sim_free(compiler.patterns);
    sim_symbols_free(&compiler.written_names);
    sim_symbols_free(&compiler.task_names);
    sim_free(compiler.caught);
    sim_symbols_free(&compiler.raised);
    int error = compiler.no_memory ? CAD_ENOMEM : sim_document_status(document);
    if (error == CAD_ENOMEM)
        sim_program_free(program);
    else
        *out = program;
    return error;
}

int sim_program_load(const char *path, sim_program **program) {
    sim_document *document;
    *program = NULL;
    int error = sim_document_load(path, &document);
    if (error == CAD_ENOMEM)
        return error;
    int compiled = sim_program_compile(document, program);
    return compiled == CAD_ENOMEM ? compiled : error != 0 ? error : compiled;
}
