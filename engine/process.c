/* Subprocesses: asyncio.create_subprocess_exec() and what its Process does. What a protocol of
 * loop.subprocess_exec() hears is subprocess.c's. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "exception.h"
#include "request.h"
#include "stream.h"
#include "subprocess.h"
#include "trace.h"
#include "waiter.h"

/* The request outlives the process's object where that is freed early. */
typedef struct child_request {
    cad_process *process; /* NULL: nobody asks any more */
    cad_request request;
} child_request;

struct cad_process {
    cad__object object;
    child_request *running;             /* NULL: it has ended, or has never begun */
    cad_stream *streams[CAD__STANDARD]; /* NULL: no pipe */
    cad__subprocess *handler;           /* its protocol's side; NULL: its pipes are streams */
    cad__waiters waiters;
    int pid;
    int code;         /* once it has ended */
    char program[24]; /* its name, as much of it as there is room for */
};

static void describe(const cad__object *object, cad_object_info *info) {
    const cad_process *self = CAD__CONTAINER(object, const cad_process, object);
    info->count = 3;
    info->fields[0] = (cad_object_field){.key = "pid", .value = self->pid, .constant = true};
    info->fields[1] = (cad_object_field){.key = "running", .value = self->running != NULL};
    info->fields[2] = (cad_object_field){.key = "waiters", .value = (int64_t)self->waiters.count};
}

static size_t waiters(const cad__object *object) {
    return CAD__CONTAINER(object, const cad_process, object)->waiters.count;
}

static const char *lane(const cad__object *object) {
    const cad_process *self = CAD__CONTAINER(object, const cad_process, object);
    return self->running != NULL ? self->program : NULL;
}

static void clear(cad__object *object) {
    cad__subprocess_free(CAD__CONTAINER(object, cad_process, object)->handler);
}

static const cad__type process_type = {.name = "process",
                                       .traced = CAD__TRACED_WHEN_USED,
                                       .describe = describe,
                                       .waiters = waiters,
                                       .lane = lane,
                                       .clear = clear};

/* --- Which program ---------------------------------------------------------------------------- */

static bool can_run(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* The PATH of the environment that the program will have. */
static const char *search_path(const char *const *env) {
    const char *path = NULL;
    if (env == NULL)
        path = getenv("PATH");
    for (; env != NULL && *env != NULL; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            path = *env + 5;
    return path != NULL ? path : "/bin:/usr/bin";
}

/* An empty folder is where one is. */
static int join(char **out, const char *folder, size_t length, const char *name) {
    size_t size = length + strlen(name) + 3;
    char *path = cad_realloc(*out, size);
    if (path == NULL)
        return CAD_ENOMEM;
    *out = path;
    if (length == 0)
        (void)snprintf(path, size, "%s", name);
    else
        (void)snprintf(path, size, "%.*s/%s", (int)length, folder, name);
    return 0;
}

/* Sets *reason to an errno, 0 where the path is that of a program. It is looked at from the folder
 * that the program will be in, `cwd`, as it is there that it is started; NULL: ours. */
static int look_at(const char *path, const char *cwd, int *reason) {
    char *there = NULL;
    int error = 0;
    if (cwd != NULL && path[0] != '/')
        error = join(&there, cwd, strlen(cwd), path);
    if (error == 0 && there != NULL)
        path = there;
    if (error == 0)
        *reason = can_run(path) ? 0 : access(path, F_OK) == 0 ? EACCES : ENOENT;
    cad__free(there);
    return error;
}

/* Sets *out to the path of the program, which the caller frees. What is there but cannot be run is
 * a better reason than what is not. */
static int find_program(const char *name, const char *const *env, const char *cwd, char **out) {
    int reason = ENOENT, error = 0;
    for (const char *folder = search_path(env), *end; error == 0; folder = end + 1) {
        int of_this = ENOENT;
        end = folder + strcspn(folder, ":");
        error = join(out, folder, (size_t)(end - folder), name);
        if (error == 0)
            error = look_at(*out, cwd, &of_this);
        if (error == 0 && of_this == 0)
            return 0;
        if (of_this == EACCES)
            reason = EACCES;
        if (*end == '\0')
            break;
    }
    return error != 0 ? error : cad__system_error(reason);
}

/* A path from here leads elsewhere from the folder that the program will be in. *out: the same from
 * anywhere, which the caller frees. */
static int anchor(const char *path, char **out) {
    char *here = getcwd(NULL, 0);
    if (here == NULL)
        return cad__system_error(errno);
    int error = join(out, here, strlen(here), path);
    free(here);
    return error;
}

/* Sets *out to the path of the program, which the caller frees; it stays NULL where that is its
 * name. With `own_path` a name means what it means here. */
static int find(const char *name, const cad_process_options *options, char **out) {
    char *found = NULL;
    bool is_path = strchr(name, '/') != NULL;
    if (is_path && (!options->own_path || name[0] == '/'))
        return 0;
    if (is_path)
        return anchor(name, out);
    int error = options->own_path ? find_program(name, NULL, NULL, &found)
                                  : find_program(name, options->env, options->cwd, &found);
    if (error != 0 || !options->own_path || found[0] == '/') {
        *out = found;
        return error;
    }
    error = anchor(found, out);
    cad__free(found);
    return error;
}

/* --- Its standard descriptors ----------------------------------------------------------------- */

/* Those that the program is given, which are closed here when it has them. */
typedef struct launch_setup {
    cad_program program;
    char *path; /* of the program, where it was looked for */
} launch_setup;

/* For traces and reports. */
static int name_pipe(const cad_process *self, int number) {
    static const char *const names[CAD__STANDARD] = {"stdin", "stdout", "stderr"};
    void *pipe = self->streams[number];
    char name[48];
    if (self->handler != NULL)
        pipe = cad__subprocess_pipe(self->handler, number);
    (void)snprintf(name, sizeof name, "%s of process %llu", names[number],
                   (unsigned long long)self->object.id);
    return cad_set_name(pipe, name);
}

/* The end of a pipe that stays here. */
static int keep_end(cad_process *self, int number, int descriptor, size_t limit) {
    enum cad__transport_kind kind = number == 0 ? CAD__WRITE_PIPE : CAD__READ_PIPE;
    if (self->handler != NULL)
        return cad__subprocess_open(self->handler, number, kind, descriptor);
    return cad__stream_new(self->object.loop, kind, descriptor, limit, &self->streams[number]);
}

static int open_pipe(cad_process *self, launch_setup *setup, int number, size_t limit) {
    bool to_program = number == 0;
    int ends[2];
    int error = cad__pipe_open(ends);
    if (error != 0)
        return cad__system_error(error);
    setup->program.descriptors[number] = ends[to_program ? 0 : 1];
    error = keep_end(self, number, ends[to_program ? 1 : 0], limit);
    return error != 0 ? error : name_pipe(self, number);
}

static int open_null(launch_setup *setup, int number) {
    int error = cad__null_open(&setup->program.descriptors[number]);
    return error != 0 ? cad__system_error(error) : 0;
}

static int open_standard(cad_process *self, launch_setup *setup,
                         const cad_process_options *options) {
    const enum cad_stdio as[] = {options->stdin_as, options->stdout_as, options->stderr_as};
    int error = 0;
    for (int i = 0; i < CAD__STANDARD && error == 0; i++) {
        if (as[i] == CAD_STDIO_PIPE)
            error = open_pipe(self, setup, i, options->limit);
        else if (as[i] == CAD_STDIO_NULL)
            error = open_null(setup, i);
    }
    setup->program.stderr_to_stdout = options->stderr_as == CAD_STDIO_STDOUT;
    return error;
}

static void close_setup(launch_setup *setup) {
    for (int i = 0; i < CAD__STANDARD; i++)
        cad__descriptor_close(setup->program.descriptors[i]);
    cad__free(setup->path);
}

/* --- Starting --------------------------------------------------------------------------------- */

static void ended(cad_process *self, int code) {
    cad_loop *loop = self->object.loop;
    self->running = NULL;
    self->code = code;
    CAD__TRACE(loop, cad__trace_source(loop, &self->object));
    cad__wake_all(&self->waiters);
    CAD__TRACE(loop, cad__trace_source(loop, NULL));
    CAD__CHANGED(self);
    CAD__TRACE(loop, cad__trace_lane_end(&self->object, code, 0, NULL));
    if (self->handler != NULL)
        cad__subprocess_exited(self->handler);
}

static void done(cad_request *request, int result) {
    child_request *self = CAD__CONTAINER(request, child_request, request);
    cad_process *process = self->process;
    (void)result;
    if (process != NULL && !request->loop->closing)
        ended(process, request->of.process.code);
    cad__free(self);
}

static int run(cad_process *self, launch_setup *setup) {
    child_request *running =
        cad__request_new(self->object.loop, sizeof *running, CAD_REQUEST_PROCESS);
    if (running == NULL)
        return CAD_ENOMEM;
    running->process = self;
    running->request.kind = CAD_REQUEST_PROCESS;
    running->request.done = done;
    running->request.of.process.program = &setup->program;
    int error = cad__submit(self->object.loop, &running->request);
    if (error != 0) {
        cad__free(running);
        return error;
    }
    self->running = running;
    self->pid = running->request.of.process.pid;
    return 0;
}

/* A line as one types it is the name of no program. */
static void note_program(const char *name, const char *folder) {
    const char *advice = strchr(name, ' ') != NULL ? "; each argument is an item of its own" : "";
    if (folder != NULL)
        cad__note("starting \"%s\" in the folder \"%s\"%s", name, folder, advice);
    else
        cad__note("starting \"%s\"%s", name, advice);
}

static int start(cad_process *self, const char *const argv[], const cad_process_options *options) {
    launch_setup setup = {.program = {.path = argv[0],
                                      .argv = argv,
                                      .env = options->env,
                                      .cwd = options->cwd,
                                      .descriptors = {-1, -1, -1},
                                      .process_group = options->process_group}};
    int error = find(argv[0], options, &setup.path);
    if (setup.path != NULL)
        setup.program.path = setup.path;
    if (error == 0)
        error = open_standard(self, &setup, options);
    if (error == 0)
        error = run(self, &setup);
    if (error != 0)
        note_program(argv[0], options->cwd);
    close_setup(&setup);
    return error;
}

static cad_process *new_process(cad_loop *loop, const char *path) {
    cad_process *self = cad__object_new(loop, &process_type, sizeof *self);
    if (self == NULL)
        return NULL;
    cad__waiters_init(&self->waiters);
    const char *slash = strrchr(path, '/');
    (void)snprintf(self->program, sizeof self->program, "%s", slash != NULL ? slash + 1 : path);
    return self;
}

/* What was never started goes, with all that it has. */
static void discard(cad_process *self) {
    for (int i = 0; i < CAD__STANDARD; i++)
        cad__stream_destroy(self->streams[i]);
    cad__subprocess_destroy(self->handler);
    cad__object_free(&self->object);
}

/* Where it cannot be started, it is gone. */
static int launch(cad_process *self, const char *const argv[], const cad_process_options *options) {
    static const cad_process_options inherit_all;
    int error = start(self, argv, options != NULL ? options : &inherit_all);
    if (error != 0)
        discard(self);
    else
        CAD__TRACE(self->object.loop, cad__trace_lane_begin(&self->object));
    return error;
}

int cad_create_subprocess_exec(cad_loop *loop, const char *const argv[],
                               const cad_process_options *options, cad_process **process) {
    cad_process *self = new_process(loop, argv[0]);
    if (self == NULL)
        return CAD_ENOMEM;
    int error = launch(self, argv, options);
    if (error == 0)
        *process = self;
    return error;
}

int cad_subprocess_exec(cad_loop *loop, const char *const argv[],
                        const cad_process_options *options, const cad_subprocess_protocol *protocol,
                        void *protocol_self, cad_process **process) {
    cad_process *self = new_process(loop, argv[0]);
    if (self == NULL)
        return CAD_ENOMEM;
    self->handler = cad__subprocess_new(loop, self, protocol, protocol_self);
    if (self->handler == NULL) {
        discard(self);
        return CAD_ENOMEM;
    }
    int error = launch(self, argv, options);
    if (error != 0)
        return error;
    *process = self; /* before the protocol is called, which may free it */
    cad__subprocess_start(self->handler);
    return 0;
}

void cad_process_close(cad_process *process) {
    for (int i = 0; i < CAD__STANDARD; i++)
        if (process->streams[i] != NULL)
            cad_stream_close(process->streams[i]);
    if (process->handler != NULL)
        cad__subprocess_close(process->handler);
    if (process->running != NULL)
        (void)kill((pid_t)process->pid, SIGKILL); /* it may run as somebody else */
}

void cad_process_free(cad_process *process) {
    cad__object *object = process != NULL ? &process->object : NULL;
    CAD__ASSERT_UNUSED(object, &process_type);
    if (process == NULL || object->loop->closing)
        return;
    if (process->running != NULL) {
        process->running->process = NULL;
        cad__cancel(&process->running->request);
    }
    for (int i = 0; i < CAD__STANDARD; i++)
        cad_stream_free(process->streams[i]);
    cad__subprocess_end(process->handler);
    cad__object_free(object);
}

/* --- What it is asked ------------------------------------------------------------------------- */

int cad_process_pid(const cad_process *process) {
    return process->pid;
}

bool cad_process_returncode(const cad_process *process, int *code) {
    if (process->running != NULL)
        return false;
    *code = process->code;
    return true;
}

cad_transport *cad_process_pipe_transport(const cad_process *process, int number) {
    bool standard = number >= 0 && number < CAD__STANDARD;
    return standard && process->handler != NULL ? cad__subprocess_pipe(process->handler, number)
                                                : NULL;
}

cad_stream *cad_process_stdin(const cad_process *process) {
    return process->streams[0];
}

cad_stream *cad_process_stdout(const cad_process *process) {
    return process->streams[1];
}

cad_stream *cad_process_stderr(const cad_process *process) {
    return process->streams[2];
}

/* Nobody else reaps it: as long as it is not known to have ended, the number is its own. */
int cad_process_send_signal(cad_process *process, int signal) {
    if (process->running == NULL)
        return cad__system_error(ESRCH);
    return kill((pid_t)process->pid, signal) != 0 ? cad__system_error(errno) : 0;
}

int cad_process_terminate(cad_process *process) {
    return cad_process_send_signal(process, SIGTERM);
}

int cad_process_kill(cad_process *process) {
    return cad_process_send_signal(process, SIGKILL);
}

static int wait_poll(cad_task *task) {
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_process *self = wait->object;
    if (wait->error != 0)
        return wait->error;
    if (self->running != NULL)
        return cad__park(task, &self->waiters);
    if (wait->out != NULL)
        *(int *)(void *)wait->out = self->code;
    return 0;
}

static const cad__operation wait_operation = {.verb = "wait", .poll = wait_poll};

int cad_process_wait(cad_process *process, int *code) {
    cad__wait *wait = cad__current_wait();
    wait->out = (void **)(void *)code;
    return cad__begin(wait, &wait_operation, process);
}

/* --- communicate ------------------------------------------------------------------------------ */

/* What the program does not read is no error. The pipe closes when all is written. */
static int feed(cad_process *self, const void *input, size_t size) {
    cad_stream *to = self->streams[0];
    int error = size > 0 ? cad_stream_write(to, input, size) : 0;
    if (error == 0)
        cad_stream_close(to);
    return error;
}

static int gather(cad_process *self) {
    int error = 0;
    for (int i = 1; i < CAD__STANDARD && error == 0; i++)
        if (self->streams[i] != NULL)
            error = cad__stream_gather(self->streams[i]);
    return error;
}

/* All of it comes at once, in whatever order the program writes; so one can be waited for after the
 * other. */
static int await_all(cad_task *task, cad_process *self) {
    for (int i = 1; i < CAD__STANDARD; i++) {
        int result = self->streams[i] != NULL ? cad__stream_await_end(task, self->streams[i]) : 0;
        if (result != 0)
            return result;
    }
    return self->running != NULL ? cad__park(task, &self->waiters) : 0;
}

static int hand_over(cad_task *task, cad_process *self, cad_bytes *const outputs[CAD__STANDARD]) {
    int error = 0;
    for (int i = 1; i < CAD__STANDARD; i++) {
        if (self->streams[i] != NULL && outputs[i] != NULL && error == 0)
            error = cad__stream_take(self->streams[i], outputs[i]);
        else if (self->streams[i] != NULL)
            cad__stream_drop(task, self->streams[i]);
    }
    return error;
}

/* What has been gathered goes with a cancel. */
static int communicate_poll(cad_task *task) {
    static cad_bytes *const nothing[CAD__STANDARD];
    cad__wait *wait = &cad__task_of(task)->wait;
    cad_process *self = wait->object;
    cad_bytes *const outputs[CAD__STANDARD] = {NULL, (cad_bytes *)wait->out, wait->item};
    int result = wait->error;
    if (wait->phase++ == 0 && (result = gather(self)) != 0)
        return result;
    if (result == 0)
        result = await_all(task, self);
    if (result == CAD_PENDING)
        return result;
    int error = hand_over(task, self, result == 0 ? outputs : nothing);
    return result != 0 ? result : error;
}

static const cad__operation communicate_operation = {.verb = "communicate",
                                                     .poll = communicate_poll};

int cad_process_communicate(cad_process *process, const void *input, size_t size, cad_bytes *out,
                            cad_bytes *err) {
    cad__wait *wait = cad__current_wait();
    if (input != NULL && process->streams[0] == NULL)
        return cad_raise(CAD_EINVAL, "stdin is not a pipe");
    int error = process->streams[0] != NULL ? feed(process, input, size) : 0;
    if (error != 0)
        return error;
    wait->out = (void **)out;
    wait->item = err;
    return cad__begin(wait, &communicate_operation, process);
}
