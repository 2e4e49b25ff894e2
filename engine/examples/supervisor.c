/* supervisor.c - runs a program many times, so many at once, and again what crashes:
 *
 *     example-supervisor 4 12 sh -c 'sleep 0.{}; test {} != 7'
 *
 * runs it twelve times, four at a time; {} in an argument is the number of the job. What ends with
 * something else than 0 is run again, after a pause that grows: three times, then it is given up,
 * and the exit status is 1. Ctrl-C kills what runs.
 *
 * It leaves supervisor.trace.json, where it is run: `cadran view` shows the lane of each job and of
 * each program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cadran-trace.h"
#include "cadran.h"

enum { RESTARTS = 3 };
#define FIRST_PAUSE (100 * CAD_MILLISECOND)

struct supervisor {
    cad_semaphore *window;
    char *const *program; /* and its arguments, and a NULL */
    size_t arguments;
    int given_up;
};

struct job {
    struct supervisor *supervisor;
    int number, runs;
};

/* The argument with each {} as the number: the caller frees it; NULL: no memory. */
static char *fill_in(const char *argument, int number) {
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (file == NULL)
        return NULL;
    for (const char *hole; (hole = strstr(argument, "{}")) != NULL; argument = hole + 2)
        fprintf(file, "%.*s%d", (int)(hole - argument), argument, number);
    fputs(argument, file);
    return fclose(file) == 0 ? text : NULL;
}

static void free_arguments(char **arguments, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(arguments[i]);
    free(arguments);
}

static int start_program(const struct job *job, cad_process **process) {
    const struct supervisor *supervisor = job->supervisor;
    const cad_process_options options = {.stdin_as = CAD_STDIO_NULL, .process_group = true};
    char **argv = calloc(supervisor->arguments + 1, sizeof *argv);
    int error = argv != NULL ? 0 : CAD_ENOMEM;
    for (size_t i = 0; i < supervisor->arguments && error == 0; i++)
        if ((argv[i] = fill_in(supervisor->program[i], job->number)) == NULL)
            error = CAD_ENOMEM;
    if (error == 0)
        error = cad_create_subprocess_exec(cad_running_loop(), (const char *const *)argv, &options,
                                           process);
    if (argv != NULL)
        free_arguments(argv, supervisor->arguments);
    return error;
}

/* For the trace alone: what it is called there. */
static void name_program(struct job *job, cad_process *process) {
    char name[40];
    (void)snprintf(name, sizeof name, "job%d, run %d", job->number, ++job->runs);
    (void)cad_set_name(process, name);
}

/* Once, when there is room in the window. */
static int run_once(struct job *job, int *code) {
    cad_process *process;
    int error = cad_semaphore_acquire(job->supervisor->window);
    if (error != 0)
        return error;
    error = start_program(job, &process);
    if (error == 0) {
        name_program(job, process);
        error = cad_process_wait(process, code);
        cad_process_free(process); /* kills it, where the wait was cancelled */
    }
    int released = cad_semaphore_release(job->supervisor->window);
    return error != 0 ? error : released;
}

static void say(const struct job *job, int code, const char *what) {
    char line[80];
    (void)snprintf(line, sizeof line, "job%d: %s %d%s", job->number, code < 0 ? "signal" : "exit",
                   abs(code), what);
    puts(line);
    (void)fflush(stdout);
    cad_trace_print(line);
}

/* A task: one job, until it has ended well or is given up. */
static int supervise(void *arg) {
    struct job *job = arg;
    int code, error = run_once(job, &code);
    for (int restarts = 0; error == 0 && code != 0 && restarts < RESTARTS; restarts++) {
        say(job, code, ", again");
        error = cad_sleep(FIRST_PAUSE << restarts);
        if (error == 0)
            error = run_once(job, &code);
    }
    if (error != 0)
        return error;
    say(job, code, code != 0 ? ", given up" : "");
    if (code != 0)
        job->supervisor->given_up++;
    return 0;
}

static int make_jobs(cad_loop *loop, struct supervisor *supervisor, struct job *jobs, int count) {
    int error = 0;
    for (int i = 0; i < count && error == 0; i++) {
        char name[24];
        snprintf(name, sizeof name, "job%d", i);
        jobs[i] = (struct job){.supervisor = supervisor, .number = i};
        error = cad_task_create(loop, supervise, &jobs[i], &(cad_task_options){.name = name}, NULL);
    }
    return error;
}

static int run(cad_loop *loop, struct supervisor *supervisor, size_t width, int count) {
    struct job *jobs = calloc((size_t)count, sizeof *jobs);
    int error =
        jobs != NULL ? cad_trace_open(loop, "supervisor.trace.json", NULL, NULL) : CAD_ENOMEM;
    if (error == 0 && (supervisor->window = cad_semaphore_new(loop, width)) == NULL)
        error = CAD_ENOMEM;
    if (error == 0)
        error = cad_set_name(supervisor->window, "window");
    if (error == 0)
        error = make_jobs(loop, supervisor, jobs, count);
    if (error == 0)
        error = cad_loop_run(loop);
    if (error != 0)
        fprintf(stderr, "example-supervisor: %s %s\n", cad_error_text(error), cad_error_message());
    cad_loop_free(loop); /* before what its tasks have */
    free(jobs);
    return error;
}

int main(int argc, char **argv) {
    int width = argc > 3 ? atoi(argv[1]) : 0, count = argc > 3 ? atoi(argv[2]) : 0;
    if (width < 1 || count < 1) {
        fputs("usage: example-supervisor WIDTH COUNT PROGRAM [ARGUMENT ...]\n", stderr);
        return 2;
    }
    struct supervisor supervisor = {.program = argv + 3, .arguments = (size_t)argc - 3};
    cad_loop *loop;
    int error = cad_loop_new(cad_uv_driver(), &loop);
    if (error == 0)
        error = run(loop, &supervisor, (size_t)width, count);
    return error != 0 || supervisor.given_up > 0;
}
