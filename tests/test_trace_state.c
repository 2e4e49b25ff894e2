/* Whether a detailed trace tells all: after each turn of the loop, the state that is rebuilt from
 * it is compared with the engine's own, asked directly (support/watch.h).
 *
 *     test_trace_state FOLDER ...              runs the scenarios in these folders
 *     test_trace_state --without FOLDER ...    the test of this test: keeps the events of one kind
 *                                              from the state, and then of each other one, which
 *                                              must be noticed
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limit.h"
#include "program/load.h"
#include "run/job.h"
#include "run/machine.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"
#include "support/watch.h"

/* What is watched, as the probe asks for it. */
struct subject {
    run_machine *machine;
    base_buffer text;
};

/* --- What only the scenario knows ------------------------------------------------------------- */

static const char *say_value(struct subject *subject, expr_value value) {
    base_buffer_clear(&subject->text);
    (void)expr_value_show(value, &subject->text);
    return subject->text.length > 0 ? subject->text.data : "";
}

static const char *item_text(void *context, void *item) {
    return say_value(context, expr_value_unpack(item));
}

/* A task's are those of its innermost coroutine. */
static void add_variables(void *context, const cad_task *task, struct probe_names *names) {
    struct subject *subject = context;
    const run_machine *machine = subject->machine;
    const base_symbols *symbols = &machine->program->global_names;
    const expr_value *values = machine->globals;
    if (task != NULL) {
        const run_job *job = cad_task_state((cad_task *)(uintptr_t)task);
        const run_frame *frame = job->top != NULL ? job->top : &job->frame;
        symbols = &frame->body->variables;
        values = frame->locals;
    }
    for (uint32_t i = 0; i < symbols->count; i++)
        if (values[i] != EXPR_UNSET)
            probe_add_name(names, base_symbols_name(symbols, i), say_value(subject, values[i]));
}

/* --- One scenario ----------------------------------------------------------------------------- */

static bool run(struct watch *watch, struct subject *subject, const prog_program *program, int fd) {
    const struct trace_header header = {
        .scenario = watch->name, .clock = "virtual", .until_ns = CAD_NEVER, .detail = true};
    struct trace_stream *stream = NULL;
    run_lines lines;
    if (run_lines_open(&lines, fd) != 0)
        return false;
    const run_machine_options options = {.slow_ns = CAD_NEVER,
                                         .max_steps = 50 * 1000 * 1000,
                                         .max_still = RUN_MAX_STILL,
                                         .max_tasks = 1000 * 1000,
                                         .max_time_ns = RUN_MAX_TIME_NS,
                                         .lines = &lines};
    bool fine = run_machine_new(program, &options, &subject->machine) == 0 &&
                trace_stream_new(&header, &stream) == 0;
    if (fine) {
        watch->loop = subject->machine->loop;
        watch_listen(watch, stream);
        run_machine_trace(subject->machine, stream);
        fine = run_machine_run(subject->machine)->outcome != RUN_BROKEN;
    }
    run_machine_free(subject->machine);
    trace_stream_free(stream);
    return run_lines_close(&lines) == 0 && fine;
}

static bool check(const char *path, enum trace_kind without, size_t *turns) {
    struct subject subject = {0};
    const struct probe_program asked = {&subject, item_text, add_variables};
    struct watch *watch = watch_new(path, &asked);
    FILE *output = tmpfile();
    prog_program *program;
    watch->without = without;
    watch->quiet = without != TRACE_UNKNOWN;
    bool fine = output != NULL && prog_load(path, &step_language, &program) == 0 &&
                run(watch, &subject, program, fileno(output));
    if (!fine) {
        fprintf(stderr, "%s: could not be run\n", path);
        exit(2);
    }
    fine = watch_end(watch);
    *turns += watch->turns;
    prog_free(program);
    (void)fclose(output);
    base_buffer_free(&subject.text);
    watch_free(watch);
    return fine;
}

/* --- All scenarios ---------------------------------------------------------------------------- */

/* What came of them. */
struct account {
    int count, failed;
    size_t turns;
};

static bool is_scenario(const char *name) {
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0 &&
           strcmp(name, "schema.json") != 0 && strstr(name, ".trace.json") == NULL;
}

static void check_folder(const char *folder, enum trace_kind without, struct account *account) {
    char path[4096];
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        perror(folder);
        exit(2);
    }
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (!is_scenario(entry->d_name))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        account->failed += !check(path, without, &account->turns);
        account->count++;
        if (without != TRACE_UNKNOWN && account->failed > 0)
            break;
    }
    (void)closedir(entries);
}

/* Of the kinds that tell the state in a detailed trace. */
static bool must_be_noticed(enum trace_kind kind) {
    switch (kind) {
    case TRACE_TASK_BEGIN:
    case TRACE_TASK_END:
    case TRACE_OBJECT:
    case TRACE_STATE:
        return true;
    default: /* the end of a turn is what asks for the comparison */
        return trace_kinds[kind].mark == TRACE_DETAIL && kind != TRACE_TURN_END;
    }
}

static bool is_noticed(enum trace_kind kind, char **folders, int count) {
    struct account account = {0};
    for (int i = 0; i < count && account.failed == 0; i++)
        check_folder(folders[i], kind, &account);
    if (account.failed == 0)
        printf("%c %s %s: nobody misses it\n", trace_kinds[kind].phase,
               trace_categories[trace_kinds[kind].category],
               trace_kinds[kind].name != NULL ? trace_kinds[kind].name : "");
    return account.failed > 0;
}

int main(int argc, char **argv) {
    struct account account = {0};
    run_process_start(BASE_UNLIMITED);
    if (argc > 2 && strcmp(argv[1], "--without") == 0) {
        int missed = 0;
        for (int kind = TRACE_UNKNOWN + 1; kind < TRACE_KIND_COUNT; kind++)
            missed += must_be_noticed((enum trace_kind)kind) &&
                      !is_noticed((enum trace_kind)kind, argv + 2, argc - 2);
        return missed > 0;
    }
    for (int i = 1; i < argc; i++)
        check_folder(argv[i], TRACE_UNKNOWN, &account);
    printf("%d of %d scenarios, %zu turns\n", account.count - account.failed, account.count,
           account.turns);
    return account.failed > 0 || account.count == 0;
}
