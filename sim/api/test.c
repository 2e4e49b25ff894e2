/* cad_test_golden(): a run of a program's own coroutines, against the trace that is kept of it. */
#include "api/cadran-test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/ci.h"
#include "base/memory.h"
#include "compare/compare.h"

enum { WIDTH = 80, LINES = 40 };

typedef struct test {
    const char *golden;
    const cad_test_options *options;
    char *path;       /* of the new trace; in CI of a file without a name */
    FILE *nameless;   /* this file; NULL: the path is beside the golden */
    base_buffer said; /* what is wrong; empty: nothing */
    bool no_memory;
} test;

/* Says what is wrong. */
#define SAY(self, ...) ((self)->no_memory |= base_buffer_format(&(self)->said, __VA_ARGS__) != 0)

/* --- Where the new trace is ------------------------------------------------------------------- */

/* `golden/pool.trace.new.json` beside `golden/pool.trace.json`. NULL: no memory. */
static char *path_beside(const char *golden) {
    const char *end = NULL;
    for (const char *at = golden; (at = strstr(at, ".json")) != NULL; at++)
        end = at;
    base_buffer path = {0};
    int before = (int)(end != NULL ? (size_t)(end - golden) : strlen(golden));
    (void)base_buffer_format(&path, "%.*s.new%s", before, golden, golden + before);
    return path.data;
}

/* A file that is gone when it is closed, by the name that the kernel has for it. */
static char *path_of_nameless(test *self) {
    base_buffer path = {0};
    self->nameless = tmpfile();
    if (self->nameless != NULL)
        (void)base_buffer_format(&path, "/dev/fd/%d", fileno(self->nameless));
    return path.data;
}

static bool choose_path(test *self) {
    self->path = base_in_ci() ? path_of_nameless(self) : path_beside(self->golden);
    if (self->path == NULL)
        SAY(self, "there is no room for the trace of the run: %s\n", strerror(errno));
    return self->path != NULL;
}

/* --- The run ---------------------------------------------------------------------------------- */

/* The name that the trace gets: `pool` of `golden/pool.trace.json`. NULL: no memory. */
static char *name_of(const test *self) {
    const char *slash = strrchr(self->golden, '/');
    const char *file = slash != NULL ? slash + 1 : self->golden;
    return base_strndup(file, strcspn(file, "."));
}

/* The report of who waits for whom goes behind what is said. */
static void say_report(test *self, cad_loop *loop) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (file == NULL) {
        self->no_memory = true;
        return;
    }
    int error = cad_report_deadlock(loop, file);
    if (fclose(file) != 0 || error != 0)
        self->no_memory = true;
    else
        SAY(self, "%s", text);
    free(text);
}

static void run(test *self, cad_loop *loop, cad_test_start *start, void *arg) {
    int wanted = self->options->result;
    int error = start(loop, arg);
    if (error != 0) {
        SAY(self, "start() returned %d: %s %s\n", error, cad_error_text(error),
            cad_error_message());
        return;
    }
    int result = cad_loop_run(loop);
    if (result == wanted)
        return;
    SAY(self, "the run ended with %d (%s), not with %d (%s)\n", result,
        result == 0 ? "complete" : cad_error_text(result), wanted,
        wanted == 0 ? "complete" : cad_error_text(wanted));
    if (result != 0)
        say_report(self, loop);
}

static void run_traced(test *self, cad_loop *loop, cad_test_start *start, void *arg) {
    char *name = self->options->trace.name == NULL ? name_of(self) : NULL;
    cad_trace_options options = self->options->trace;
    cad_trace *trace;
    if (name != NULL)
        options.name = name;
    int error = cad_trace_open(loop, self->path, &options, &trace);
    if (error == 0) {
        run(self, loop, start, arg);
        error = cad_trace_close(trace);
    }
    if (error != 0)
        SAY(self, "the trace could not be written: %s %s\n", cad_error_text(error),
            cad_error_message());
    base_free(name);
}

/* --- The comparison --------------------------------------------------------------------------- */

static void say_differences(test *self, const struct cmp_result *result) {
    const struct cmp_layout layout = {.width = WIDTH, .lines = LINES};
    char message[CMP_MESSAGE_SIZE];
    int error = cmp_print_text(result, &layout, &self->said, message);
    self->no_memory |= error == CAD_ENOMEM;
    if (error != 0 && error != CAD_ENOMEM)
        SAY(self, "%s\n", message);
}

static void compare(test *self) {
    const struct cmp_source sources[CMP_SIDES] = {{.path = self->golden},
                                                  {.path = self->path, .name = "this run"}};
    const struct cmp_settings settings = {.level = CMP_LEVEL_BYTES};
    struct cmp_result *result;
    char message[CMP_MESSAGE_SIZE];
    if (access(self->golden, F_OK) != 0) {
        SAY(self, "there is no golden %s yet\n", self->golden);
        return;
    }
    int error = cmp_compare(sources, &settings, &result, message);
    if (error != 0)
        SAY(self, "%s\n", message);
    else if (!cmp_same(result))
        say_differences(self, result);
    cmp_free(result);
}

/* What is left beside the golden, and what to do with it. A run that went wrong leaves nothing. */
static void leave(test *self, bool judged) {
    bool wrong = self->said.length > 0;
    if (self->nameless != NULL) {
        if (judged && wrong)
            SAY(self, "(CI is set: the new trace was not written)\n");
        return;
    }
    if (judged && wrong)
        SAY(self, "If that is what is meant: mv %s %s\n", self->path, self->golden);
    else
        (void)unlink(self->path);
}

/* --- The whole -------------------------------------------------------------------------------- */

static char no_memory[] = "out of memory\n";

static void judge(test *self, cad_test_start *start, void *arg) {
    cad_loop *loop;
    int error = cad_loop_new(cad_virtual_driver(), &loop);
    if (error == 0)
        run_traced(self, loop, start, arg);
    else
        SAY(self, "there is no loop: %s\n", cad_error_text(error));
    cad_loop_free(loop);
    bool ran = self->said.length == 0 && !self->no_memory;
    if (ran)
        compare(self);
    leave(self, ran);
}

char *cad_test_golden(const char *golden, cad_test_start *start, void *arg,
                      const cad_test_options *options) {
    static const cad_test_options none;
    test self = {.golden = golden, .options = options != NULL ? options : &none};
    if (choose_path(&self))
        judge(&self, start, arg);
    if (self.nameless != NULL)
        (void)fclose(self.nameless);
    base_free(self.path);
    if (!self.no_memory)
        return self.said.data;
    base_buffer_free(&self.said);
    return no_memory;
}

void cad_test_free(char *text) {
    if (text != no_memory)
        base_free(text);
}
