/* From a document to a program. */
#include "program/load.h"

#include <signal.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/compile.h"
#include "program/exceptions.h"
#include "program/expect.h"
#include "program/fields.h"
#include "program/objects.h"
#include "program/signals.h"

/* What the parts look like, for who wrote something else. */
#define SCENARIO "{\"cadran\": 1, \"tasks\": [...]}"
#define TASK "{\"name\": \"a\", \"do\": [...]}"
#define COROUTINE "{\"do\": [{\"sleep\": 1}]}"
#define PROTOCOL "{\"data_received\": [...]}"
#define SIGNAL "{\"at\": 1, \"signal\": \"SIGINT\"}"

/* --- The document ---------------------------------------------------------------------------- */

static void read_vars(prog_compiler *compiler, const doc_node *root) {
    prog_program *program = compiler->program;
    doc_node vars, member;
    if (!doc_node_member(root, "vars", &vars) || doc_node_object(&vars, "{\"x\": 1}") != 0)
        return;
    program->variables =
        prog_compiler_alloc(compiler, doc_node_count(&vars) * sizeof *program->variables);
    for (bool more = doc_node_first(&vars, &member); more && !compiler->no_memory;
         more = doc_node_next(&member)) {
        const char *name = doc_node_key(&member);
        if (!prog_check_name(&member, name))
            continue;
        /* The expression comes first: it sees the variables before it. */
        prog_setting variable = {prog_compile_any(compiler, &member), doc_node_offset(&member)};
        bool added;
        uint32_t slot = base_symbols_add(&program->global_names, name, strlen(name), &added);
        if (slot == BASE_NO_SYMBOL)
            compiler->no_memory = true;
        else if (added)
            program->variables[slot] = variable;
        compiler->variables = program->global_names.count;
    }
}

#define SIGNALS "[{\"at\": 1, \"signal\": \"SIGINT\"}]"

static void read_signals(prog_compiler *compiler, const doc_node *root) {
    prog_program *program = compiler->program;
    doc_node signals, item, at, name;
    if (!doc_node_member(root, "signals", &signals) || doc_node_array(&signals, SIGNALS) != 0)
        return;
    program->signals =
        prog_compiler_alloc(compiler, doc_node_count(&signals) * sizeof *program->signals);
    for (bool more = doc_node_first(&signals, &item); more && !compiler->no_memory;
         more = doc_node_next(&item)) {
        if (doc_node_object(&item, SIGNAL) != 0)
            continue;
        prog_check_fields(&item, prog_signal_fields, SIGNAL);
        prog_signal *signal = &program->signals[program->signal_count++];
        if (doc_node_member(&item, "at", &at))
            prog_compile_setting(compiler, &at, &signal->at);
        if (doc_node_member(&item, "signal", &name))
            signal->number = prog_signal_number(&name, true);
    }
}

/* An interrupt ends the run where nothing handles it; any other would end the process. */
static void check_signals_are_handled(prog_compiler *compiler, const doc_node *root) {
    doc_node signals, item, name;
    size_t i = 0;
    if (!doc_node_member(root, "signals", &signals))
        return;
    for (bool more = doc_node_first(&signals, &item); more; more = doc_node_next(&item)) {
        if (!doc_node_member(&item, "signal", &name))
            continue;
        int number = compiler->program->signals[i++].number;
        if (number != 0 && number != SIGINT && (compiler->handled_signals >> number & 1) == 0)
            (void)doc_node_fault(&name, "\"%s\" would end the process: it needs an \"on_signal\"",
                                 prog_signal_name(number));
    }
}

static void check_version(const doc_node *node) {
    double version;
    if (doc_node_number(node, &version) == 0 && version != 1)
        (void)doc_node_fault(node, "this cadran reads documents of version 1");
}

/* Beyond it a number of JSON may not be the one that was written. */
#define MAX_SEED ((INT64_C(1) << 53) - 1)

/* "complete", or a time. */
static void read_until(prog_compiler *compiler, const doc_node *node) {
    static const char *const others[] = {"done", "end", "ended", "finished", "all", "tasks", NULL};
    if (prog_compile_word(node, "complete", others) == PROG_WORD_OTHER)
        prog_compile_setting(compiler, node, &compiler->program->until);
}

static void read_settings(prog_compiler *compiler, const doc_node *root) {
    prog_program *program = compiler->program;
    doc_node member;
    const char *text;
    if (doc_node_member(root, "cadran", &member))
        check_version(&member);
    program->name = "scenario";
    if (doc_node_member(root, "name", &member))
        (void)doc_node_string(&member, &program->name);
    if (doc_node_member(root, "description", &member))
        (void)doc_node_string(&member, &text);
    if (doc_node_member(root, "seed", &member))
        (void)doc_node_whole(&member, -MAX_SEED, MAX_SEED, &program->seed);
    if (doc_node_member(root, "threads", &member))
        prog_compile_setting(compiler, &member, &program->threads);
    if (doc_node_member(root, "eager_tasks", &member))
        (void)doc_node_boolean(&member, &program->eager_tasks);
    if (doc_node_member(root, "until", &member))
        read_until(compiler, &member);
    if (doc_node_member(root, "network", &member))
        (void)doc_node_key_fault(&member, "\"network\" is not supported yet");
}

/* --- Coroutines ------------------------------------------------------------------------------ */

static prog_body *new_body(prog_compiler *compiler) {
    prog_body *body = &compiler->program->bodies[compiler->program->body_count++];
    body->program = compiler->program;
    body->scratch = PROG_NO_SLOT;
    return body;
}

static void declare_parameters(prog_compiler *compiler, prog_body *body,
                               const doc_node *coroutine) {
    doc_node params, item;
    const char *name;
    if (!doc_node_member(coroutine, "params", &params) ||
        doc_node_array(&params, "[\"x\", \"y\"]") != 0)
        return;
    for (bool more = doc_node_first(&params, &item); more; more = doc_node_next(&item)) {
        if (doc_node_string(&item, &name) != 0 || !prog_check_name(&item, name))
            continue;
        size_t length = strlen(name);
        if (base_symbols_find(&body->variables, name, length) != BASE_NO_SYMBOL)
            (void)doc_node_fault(&item, "the parameter \"%s\" stands twice", name);
        prog_declare_variable(compiler, body, name);
    }
    body->parameters = body->given = (uint32_t)body->variables.count;
}

static void declare_coroutines(prog_compiler *compiler, const doc_node *coroutines) {
    prog_program *program = compiler->program;
    doc_node coroutine, steps;
    program->coroutines =
        prog_compiler_alloc(compiler, doc_node_count(coroutines) * sizeof *program->coroutines);
    for (bool more = doc_node_first(coroutines, &coroutine); more && !compiler->no_memory;
         more = doc_node_next(&coroutine)) {
        const char *name = doc_node_key(&coroutine);
        bool added = false;
        uint32_t index = base_symbols_add(&program->coroutine_names, name, strlen(name), &added);
        compiler->no_memory |= index == BASE_NO_SYMBOL;
        if (!added || index == BASE_NO_SYMBOL)
            continue;
        prog_body *body = new_body(compiler);
        body->name = name;
        body->index = index;
        program->coroutines[index] = body;
        if (doc_node_object(&coroutine, COROUTINE) != 0)
            continue;
        prog_check_fields(&coroutine, prog_coroutine_fields, COROUTINE);
        declare_parameters(compiler, body, &coroutine);
        if (doc_node_member(&coroutine, "do", &steps))
            prog_declare_steps(compiler, body, &steps);
    }
}

static void compile_coroutines(prog_compiler *compiler, const doc_node *coroutines) {
    const prog_program *program = compiler->program;
    doc_node coroutine, steps;
    for (bool more = doc_node_first(coroutines, &coroutine); more && !compiler->no_memory;
         more = doc_node_next(&coroutine)) {
        const char *name = doc_node_key(&coroutine);
        uint32_t index = base_symbols_find(&program->coroutine_names, name, strlen(name));
        if (index != BASE_NO_SYMBOL && doc_node_member(&coroutine, "do", &steps))
            prog_compile_body(compiler, program->coroutines[index], &steps, NULL);
    }
}

/* --- Protocols ------------------------------------------------------------------------------- */

/* A variable that an event sets. */
static uint32_t declare_told(prog_compiler *compiler, prog_body *body, const char *name) {
    prog_declare_variable(compiler, body, name);
    return base_symbols_find(&body->variables, name, strlen(name));
}

static void declare_protocol(prog_compiler *compiler, const doc_node *node,
                             prog_protocol *protocol) {
    prog_body *body = protocol->body;
    doc_node steps;
    if (doc_node_object(node, PROTOCOL) != 0)
        return;
    prog_check_fields(node, prog_protocol_fields, PROTOCOL);
    declare_parameters(compiler, body, node);
    protocol->transport = declare_told(compiler, body, "transport");
    protocol->data = declare_told(compiler, body, "data");
    protocol->sender = declare_told(compiler, body, "sender");
    protocol->error = declare_told(compiler, body, "error");
    body->given = (uint32_t)body->variables.count;
    for (int event = 0; event < PROG_EVENTS; event++)
        if (doc_node_member(node, prog_event_names[event], &steps))
            prog_declare_steps(compiler, body, &steps);
}

static void declare_protocols(prog_compiler *compiler, const doc_node *protocols) {
    prog_program *program = compiler->program;
    doc_node node;
    program->protocols =
        prog_compiler_alloc(compiler, doc_node_count(protocols) * sizeof *program->protocols);
    for (bool more = doc_node_first(protocols, &node); more && !compiler->no_memory;
         more = doc_node_next(&node)) {
        const char *name = doc_node_key(&node);
        bool added = false;
        uint32_t index = base_symbols_add(&program->protocol_names, name, strlen(name), &added);
        compiler->no_memory |= index == BASE_NO_SYMBOL;
        if (!added || index == BASE_NO_SYMBOL)
            continue;
        prog_protocol *protocol = &program->protocols[index];
        protocol->body = new_body(compiler);
        protocol->body->name = name;
        protocol->body->shared = true; /* by its events */
        protocol->body->protocol = protocol;
        declare_protocol(compiler, &node, protocol);
    }
}

static void compile_protocols(prog_compiler *compiler, const doc_node *protocols) {
    const prog_program *program = compiler->program;
    doc_node node;
    for (bool more = doc_node_first(protocols, &node); more && !compiler->no_memory;
         more = doc_node_next(&node)) {
        const char *name = doc_node_key(&node);
        uint32_t index = base_symbols_find(&program->protocol_names, name, strlen(name));
        if (index != BASE_NO_SYMBOL && doc_node_type(&node) == DOC_OBJECT)
            prog_compile_protocol(compiler, &program->protocols[index], &node);
    }
}

/* --- Tasks ----------------------------------------------------------------------------------- */

/* A name that two rows of `tasks` give would stand for the later one's task alone. */
static void check_name_is_new(prog_compiler *compiler, const doc_node *node, const char *name) {
    bool added = false;
    uint32_t row = base_symbols_add(&compiler->written_names, name, strlen(name), &added);
    if (row != BASE_NO_SYMBOL && !added)
        (void)doc_node_fault(
            node, "the name \"%s\" is another task's, too; give each a name of its own", name);
}

/* asyncio.run() is given one coroutine, and begins with it. */
static void read_main(prog_compiler *compiler, const doc_node *node, prog_task_spec *spec) {
    doc_node member, start;
    if (!doc_node_member(node, "main", &member) || doc_node_boolean(&member, &spec->main) != 0 ||
        !spec->main)
        return;
    if (compiler->main != NULL)
        (void)doc_node_key_fault(&member, "\"%s\" is the main task already; there is one at most",
                                 compiler->main->pattern != NULL ? compiler->main->pattern : "");
    compiler->main = spec;
    if (doc_node_member(node, "start", &start))
        (void)doc_node_key_fault(&start, "the main task begins at once; it has no \"start\"");
}

/* What the tasks of a row are called. How many there are is known where that is a number; where a
 * `let` may be called as the index is, the names can be any. */
static void declare_names(prog_compiler *compiler, const doc_node *node, const char *pattern,
                          const char *index) {
    doc_node member, item;
    double count = 1;
    bool plain = true;
    if (doc_node_member(node, "let", &member))
        for (bool more = doc_node_first(&member, &item); more; more = doc_node_next(&item))
            plain &= doc_node_key(&item) != NULL && strstr(doc_node_key(&item), index) == NULL;
    if (doc_node_member(node, "count", &member) &&
        (doc_node_type(&member) != DOC_NUMBER || doc_node_number(&member, &count) != 0 ||
         count < 0 || count > 1e15))
        count = 1e15;
    if (plain)
        prog_declare_row(compiler, pattern, index, (int64_t)count);
    else
        prog_declare_pattern(compiler, pattern);
}

static void declare_task(prog_compiler *compiler, const doc_node *node) {
    prog_program *program = compiler->program;
    prog_task_spec *spec = &program->tasks[program->task_count++];
    prog_body *body = spec->body = new_body(compiler);
    doc_node member, item;
    const char *index = "i";
    spec->place = doc_node_offset(node);
    if (doc_node_object(node, TASK) != 0)
        return;
    prog_check_fields(node, prog_task_fields, TASK);
    if (doc_node_member(node, "name", &member) && doc_node_string(&member, &spec->pattern) == 0) {
        check_name_is_new(compiler, &member, spec->pattern);
    }
    if (doc_node_member(node, "index", &member) && doc_node_string(&member, &index) == 0 &&
        !prog_check_name(&member, index))
        index = "i";
    if (spec->pattern != NULL)
        declare_names(compiler, node, spec->pattern, index);
    prog_declare_variable(compiler, body, index);
    spec->index = base_symbols_find(&body->variables, index, strlen(index));
    if (doc_node_member(node, "let", &member) && doc_node_object(&member, "{\"x\": 1}") == 0)
        for (bool more = doc_node_first(&member, &item); more; more = doc_node_next(&item))
            prog_declare_key(compiler, body, doc_node_key(&item));
    body->given = (uint32_t)body->variables.count;
    if (doc_node_member(node, "do", &member))
        prog_declare_steps(compiler, body, &member);
    read_main(compiler, node, spec);
    if (doc_node_member(node, "host", &member))
        (void)doc_node_key_fault(&member, "\"host\" is not supported yet");
}

/* A task either has steps of its own or calls a coroutine. */
static void compile_task_steps(prog_compiler *compiler, const doc_node *node,
                               prog_task_spec *spec) {
    doc_node steps, call, args;
    bool has_steps = doc_node_member(node, "do", &steps);
    bool has_call = doc_node_member(node, "call", &call);
    bool has_args = doc_node_member(node, "args", &args);
    if (has_steps && has_call)
        (void)doc_node_key_fault(&call, "a task has \"do\" or \"call\", not both");
    if (!has_steps && !has_call && doc_node_type(node) == DOC_OBJECT)
        (void)doc_node_fault(node, "a task needs \"do\", its steps, or \"call\", a coroutine");
    if (has_args && !has_call)
        (void)doc_node_key_fault(&args, "\"args\" are for the coroutine that \"call\" names");
    if (has_steps)
        prog_compile_body(compiler, spec->body, &steps, NULL);
    if (!has_call)
        return;
    compiler->body = spec->body;
    spec->body->slots = (uint32_t)spec->body->variables.count;
    spec->call = prog_compile_coroutine(compiler, &call);
    if (spec->call != NULL)
        spec->arguments = prog_compile_arguments(compiler, spec->call, 0, has_args ? &args : NULL,
                                                 has_args ? &args : &call);
    compiler->body = NULL;
}

/* Whether the name can be made again from the task's index, whatever its variables are by then. */
static bool name_is_indexed(const prog_task_spec *spec) {
    for (uint32_t i = 0; spec->let != NULL && i < spec->let->count; i++)
        if (spec->let->items[i].slot == spec->index)
            return false;
    return spec->name != NULL && expr_text_reads_only(spec->name, spec->index);
}

static void compile_task(prog_compiler *compiler, const doc_node *node, prog_task_spec *spec) {
    doc_node member;
    if (doc_node_member(node, "count", &member))
        prog_compile_setting(compiler, &member, &spec->count);
    compiler->body = spec->body;
    if (doc_node_member(node, "let", &member))
        spec->let = prog_compile_bindings(compiler, &member, false);
    if (doc_node_member(node, "name", &member))
        spec->name = prog_compile_text(compiler, &member);
    spec->indexed = name_is_indexed(spec);
    spec->name_is_sure = spec->indexed && expr_text_shows_only(spec->name, spec->index);
    if (doc_node_member(node, "start", &member))
        prog_compile_setting(compiler, &member, &spec->start);
    compiler->body = NULL;
    compile_task_steps(compiler, node, spec);
}

/* --- The whole ------------------------------------------------------------------------------- */

/* Whether the tasks can be created as setup is done, or must be made up before: what reads a clock
 * that has not started, or prints, leaves no mark on them. */
static bool is_quiet(const doc_node *steps) {
    static const char *const quiet[] = {"print", "log", "start_timer"};
    doc_node step, member;
    for (bool more = doc_node_first(steps, &step); more; more = doc_node_next(&step)) {
        bool known = doc_node_first(&step, &member) && doc_node_key(&member) != NULL;
        bool found = false;
        for (size_t i = 0; known && i < sizeof quiet / sizeof *quiet; i++)
            found |= strcmp(doc_node_key(&member), quiet[i]) == 0;
        if (!found)
            return false;
    }
    return true;
}

typedef struct sections {
    doc_node coroutines, protocols, tasks, setup, on_interrupt;
    bool has_coroutines, has_protocols, has_tasks, has_setup, has_on_interrupt;
} sections;

static void find_sections(const doc_node *root, sections *found) {
    found->has_coroutines = doc_node_member(root, "coroutines", &found->coroutines) &&
                            doc_node_object(&found->coroutines, "{\"NAME\": {\"do\": [...]}}") == 0;
    found->has_protocols =
        doc_node_member(root, "protocols", &found->protocols) &&
        doc_node_object(&found->protocols, "{\"NAME\": {\"data_received\": [...]}}") == 0;
    found->has_tasks = doc_node_member(root, "tasks", &found->tasks) &&
                       doc_node_array(&found->tasks, "[{\"name\": \"a\", \"do\": [...]}]") == 0;
    found->has_setup = doc_node_member(root, "setup", &found->setup);
    found->has_on_interrupt = doc_node_member(root, "on_interrupt", &found->on_interrupt);
}

/* Names first, because steps can use what is declared below them. */
static void declare(prog_compiler *compiler, const sections *parts) {
    prog_program *program = compiler->program;
    doc_node task;
    size_t tasks = parts->has_tasks ? doc_node_count(&parts->tasks) : 0;
    size_t coroutines = parts->has_coroutines ? doc_node_count(&parts->coroutines) : 0;
    size_t protocols = parts->has_protocols ? doc_node_count(&parts->protocols) : 0;
    program->tasks = prog_compiler_alloc(compiler, tasks * sizeof *program->tasks);
    program->bodies = prog_compiler_alloc(compiler, (tasks + coroutines + protocols + 2) *
                                                        sizeof *program->bodies);
    if (compiler->no_memory)
        return;
    if (parts->has_coroutines)
        declare_coroutines(compiler, &parts->coroutines);
    if (parts->has_protocols)
        declare_protocols(compiler, &parts->protocols);
    if (parts->has_tasks)
        for (bool more = doc_node_first(&parts->tasks, &task); more; more = doc_node_next(&task))
            declare_task(compiler, &task);
    if (parts->has_setup) {
        program->setup = new_body(compiler);
        prog_declare_steps(compiler, program->setup, &parts->setup);
    }
    if (parts->has_on_interrupt) {
        program->on_interrupt = new_body(compiler);
        prog_declare_steps(compiler, program->on_interrupt, &parts->on_interrupt);
    }
}

static void compile(prog_compiler *compiler, const sections *parts) {
    prog_program *program = compiler->program;
    doc_node task;
    size_t i = 0;
    if (parts->has_coroutines)
        compile_coroutines(compiler, &parts->coroutines);
    if (parts->has_protocols)
        compile_protocols(compiler, &parts->protocols);
    if (parts->has_tasks)
        for (bool more = doc_node_first(&parts->tasks, &task); more; more = doc_node_next(&task))
            compile_task(compiler, &task, &program->tasks[i++]);
    program->setup_is_quiet = !parts->has_setup || is_quiet(&parts->setup);
    if (parts->has_setup)
        prog_compile_body(compiler, program->setup, &parts->setup, "setup");
    if (parts->has_on_interrupt)
        prog_compile_body(compiler, program->on_interrupt, &parts->on_interrupt, "on_interrupt");
}

/* The trace of a run, whoever wrote it: a list of events, or a member that has them. */
static bool is_trace(const doc_node *root) {
    doc_node member;
    if (doc_node_type(root) == DOC_OBJECT)
        return doc_node_member(root, "traceEvents", &member);
    return doc_node_type(root) == DOC_ARRAY && doc_node_first(root, &member) &&
           doc_node_type(&member) == DOC_OBJECT && doc_node_member(&member, "ph", &member);
}

static void read_document(prog_compiler *compiler, const doc_node *root) {
    sections parts;
    if (is_trace(root)) {
        (void)doc_node_fault(root, "this is a trace of a run, and no scenario; \"cadran view\", "
                                   "\"table\", \"diff\" and \"export\" read it");
        return;
    }
    if (doc_node_object(root, SCENARIO) != 0)
        return;
    prog_check_fields(root, prog_document_fields, SCENARIO);
    read_vars(compiler, root);
    prog_load_objects(compiler, root);
    read_settings(compiler, root);
    read_signals(compiler, root);
    find_sections(root, &parts);
    if (!compiler->no_memory)
        declare(compiler, &parts);
    if (!compiler->no_memory)
        compile(compiler, &parts);
    if (!compiler->no_memory)
        prog_load_expect(compiler, root);
    if (!compiler->no_memory)
        prog_check_named(compiler);
    if (!compiler->no_memory)
        prog_check_passed(compiler);
    if (!compiler->no_memory)
        check_signals_are_handled(compiler, root);
}

int prog_compile(doc_document *document, const prog_language *language, prog_program **out) {
    prog_program *program = base_zalloc(1, sizeof *program);
    *out = NULL;
    if (program == NULL) {
        doc_free(document);
        return CAD_ENOMEM;
    }
    program->document = document;
    prog_compiler compiler = {.program = program, .language = language, .document = document};
    doc_node root = doc_root(document);
    prog_scope_start(&compiler);
    if (prog_exceptions_start(program, &compiler.exception_capacity) != 0)
        compiler.no_memory = true;
    else if (doc_is_json(document))
        read_document(&compiler, &root);
    base_free(compiler.pending);
    base_free(compiler.patterns);
    base_symbols_free(&compiler.written_names);
    base_symbols_free(&compiler.faulty_objects);
    base_symbols_free(&compiler.task_names);
    base_free(compiler.named);
    base_free(compiler.passed);
    base_symbols_free(&compiler.raised);
    base_symbols_free(&compiler.taken);
    int error = compiler.no_memory ? CAD_ENOMEM : doc_status(document);
    if (error == CAD_ENOMEM)
        prog_free(program);
    else
        *out = program;
    return error;
}

int prog_load(const char *path, const prog_language *language, prog_program **program) {
    doc_document *document;
    *program = NULL;
    int error = doc_load(path, &document);
    if (error == CAD_ENOMEM)
        return error;
    int compiled = prog_compile(document, language, program);
    return compiled == CAD_ENOMEM ? compiled : error != 0 ? error : compiled;
}
