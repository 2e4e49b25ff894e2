/* Programs: what one is started with. */
#include "run/world_process.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "program/exceptions.h"
#include "run/leave.h"
#include "run/objects.h"
#include "run/values.h"

/* --- Words ----------------------------------------------------------------------------------- */

/* Texts as a program gets them: one behind the other, each with its end, then pointers to them and
 * a NULL. */
typedef struct word_list {
    base_buffer text;
    const char **items;
} word_list;

static void free_words(word_list *words) {
    base_buffer_free(&words->text);
    base_free((void *)(uintptr_t)words->items);
}

static int add_word(run_job *job, const struct prog_text *item, base_buffer *into) {
    int error = run_say(job, item->text);
    const base_buffer *said = &job->machine->text;
    if (error == 0 && memchr(said->data, '\0', said->length) != NULL)
        return prog_raise(CAD_EINVAL, "embedded null byte");
    if (error == 0 && item->name != NULL)
        error = base_buffer_format(into, "%s=", item->name);
    return error != 0 ? error : base_buffer_append(into, said->data, said->length + 1);
}

static int make_words(run_job *job, const prog_texts *texts, word_list *words) {
    int error = 0;
    words->items = base_zalloc((size_t)texts->count + 1, sizeof *words->items);
    if (words->items == NULL)
        return CAD_ENOMEM;
    for (uint32_t i = 0; i < texts->count && error == 0; i++)
        error = add_word(job, &texts->items[i], &words->text);
    const char *at = words->text.data;
    for (uint32_t i = 0; i < texts->count && error == 0; i++, at += strlen(at) + 1)
        words->items[i] = at;
    return error;
}

/* --- Starting -------------------------------------------------------------------------------- */

static const prog_object process_object = {.name = "process", .type = PROG_PROCESS};

static int evaluate_limit(run_job *job, const prog_exec *exec, size_t *limit) {
    int64_t whole = 0;
    if (exec->limit == NULL)
        return 0;
    int error = run_evaluate_whole(job, exec->limit, "limit", &whole);
    if (error == 0 && whole <= 0)
        return prog_raise(CAD_EINVAL, "Limit cannot be <= 0");
    *limit = (size_t)whole;
    return error;
}

static int refuse(const char *program) {
    base_buffer message = {0};
    int error = base_buffer_format(
        &message, "\"%s\" is none of the programs that --allow-exec names", program);
    if (error == 0)
        error = prog_raise(CAD_EPERMISSION, message.data);
    base_buffer_free(&message);
    return error;
}

/* Where only some programs may be started, a name means what it means to the run, and not what the
 * scenario's PATH makes of it. */
static int start(run_job *job, const word_list *argv, const cad_process_options *options,
                 expr_value *value) {
    run_machine *machine = job->machine;
    cad_process *process;
    if (!run_may_exec(&machine->options->leave, argv->items[0]))
        return refuse(argv->items[0]);
    (void)run_lines_flush(machine->options->lines); /* what it prints comes after that */
    int error = cad_create_subprocess_exec(machine->loop, argv->items, options, &process);
    return error != 0 ? error : run_instance_new(machine, &process_object, process, value);
}

int run_exec(run_job *job, const prog_exec *exec, expr_value *process) {
    word_list argv = {{0}, NULL}, env = {{0}, NULL};
    base_buffer cwd = {0};
    cad_process_options options = {.stdin_as = (enum cad_stdio)exec->stdin_as,
                                   .stdout_as = (enum cad_stdio)exec->stdout_as,
                                   .stderr_as = (enum cad_stdio)exec->stderr_as,
                                   .own_path = job->machine->options->leave.programs != NULL,
                                   .process_group = true};
    int error = make_words(job, exec->arguments, &argv);
    if (error == 0 && exec->env != NULL)
        error = make_words(job, exec->env, &env);
    if (error == 0 && exec->cwd != NULL)
        error = run_say_into(job, exec->cwd, &cwd);
    if (error == 0)
        error = evaluate_limit(job, exec, &options.limit);
    if (error == 0) {
        options.env = env.items;
        options.cwd = exec->cwd != NULL ? cwd.data : NULL;
        error = start(job, &argv, &options, process);
    }
    free_words(&argv);
    free_words(&env);
    base_buffer_free(&cwd);
    return error;
}

/* --- Its pipes ------------------------------------------------------------------------------- */

static int refuse_no_pipe(const char *name) {
    char note[128];
    int code = prog_raise(CAD_EINVAL, "not a pipe");
    (void)snprintf(note, sizeof note,
                   "%s of the process is none: in its \"exec\" \"%s\": \"pipe\" makes it one", name,
                   name);
    if (code != CAD_ENOMEM)
        (void)cad_exception_add_note(cad_error_exception(), note);
    return code;
}

int run_process_stream(const run_instance *instance, unsigned number, cad_stream **stream) {
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    const cad_process *process = instance->primitive;
    *stream = number == 0   ? cad_process_stdin(process)
              : number == 1 ? cad_process_stdout(process)
                            : cad_process_stderr(process);
    return *stream != NULL ? 0 : refuse_no_pipe(names[number]);
}
