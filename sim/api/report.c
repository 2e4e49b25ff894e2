/* cad_report_deadlock(): who waits for what, in lines. */
#include "api/cadran-trace.h"

#include <inttypes.h>

#include "api/waits.h"
#include "base/buffer.h"
#include "wait/words.h"

enum { TOLD = 50 };

typedef struct report {
    cad__waits waits;
    base_buffer text; /* all of it, so that it is whole or not there */
    uint32_t told;    /* tasks, so far */
} report;

/* `left waits for lock b, held by right (acquire, since 1 s)`. */
static int append_task(report *self, uint32_t number) {
    const cad_task *task = self->waits.tasks[number];
    cad_wait_info wait;
    if (self->told++ >= TOLD)
        return 0;
    int error = base_buffer_format(&self->text, "  %s ", cad_task_name(task));
    if (error == 0 && !cad_task_waiting(task, &wait))
        return base_buffer_format(&self->text, "is ready to go on\n");
    if (error == 0 && wait.until_ns != CAD_NEVER) {
        error = base_buffer_format(&self->text, "sleeps until ");
        error = error != 0 ? error : wait_append_time(&self->text, wait.until_ns);
    } else if (error == 0) {
        error = base_buffer_format(&self->text, "waits for ");
        error = error != 0 ? error : cad__waits_words(&wait, &self->text);
    }
    error = error != 0 ? error : base_buffer_format(&self->text, " (%s, since ", wait.verb);
    error = error != 0 ? error : wait_append_time(&self->text, wait.since_ns);
    return error != 0 ? error : base_buffer_format(&self->text, ")\n");
}

/* `circle: left -> right -> left`, and what each of these waits for. */
static int append_circle(report *self, uint32_t circle) {
    const cad__waits *waits = &self->waits;
    uint32_t first = waits->firsts[circle], task = first, named = 0;
    int error = base_buffer_format(&self->text, "circle:");
    do {
        if (error == 0 && named++ < TOLD)
            error = base_buffer_format(&self->text, " %s ->", cad_task_name(waits->tasks[task]));
        task = cad__waits_next(waits, task);
    } while (task != first);
    if (error == 0 && named > TOLD)
        error = base_buffer_format(&self->text, " %" PRIu32 " more ->", named - TOLD);
    if (error == 0)
        error = base_buffer_format(&self->text, " %s\n", cad_task_name(waits->tasks[first]));
    for (uint32_t i = first; i < waits->count && error == 0; i++)
        if (waits->circles.stands_in[i] == circle)
            error = append_task(self, i);
    return error;
}

/* Those in no circle; `behind`: who waits for one. */
static int append_others(report *self, bool behind, const char *title) {
    const wait_circles *circles = &self->waits.circles;
    bool first = true;
    int error = 0;
    for (uint32_t i = 0; i < self->waits.count && error == 0; i++) {
        if (circles->stands_in[i] != 0 || (circles->waits_for[i] != 0) != behind)
            continue;
        if (first && circles->count > 0)
            error = base_buffer_format(&self->text, "%s:\n", title);
        first = false;
        error = error != 0 ? error : append_task(self, i);
    }
    return error;
}

static int append_heading(report *self) {
    cad_loop *loop = self->waits.loop;
    bool deadlock = cad_loop_result(loop) == CAD_EDEADLOCK;
    uint32_t count = self->waits.count;
    int error = base_buffer_format(&self->text, deadlock ? "deadlock at " : "at ");
    error = error != 0 ? error : wait_append_time(&self->text, cad_loop_time(loop));
    if (error != 0)
        return error;
    if (deadlock)
        return base_buffer_format(&self->text, ": nothing can wake the tasks that remain\n");
    return base_buffer_format(&self->text, ": %" PRIu32 " task%s not ended\n", count,
                              count == 1 ? " has" : "s have");
}

static int append_all(report *self) {
    int error = append_heading(self);
    for (uint32_t i = 1; i <= self->waits.circles.count && error == 0; i++)
        error = append_circle(self, i);
    error = error != 0 ? error : append_others(self, true, "waiting for a circle");
    error = error != 0 ? error : append_others(self, false, "beside that");
    if (error == 0 && self->told > TOLD)
        error = base_buffer_format(&self->text, "  ... and %" PRIu32 " more tasks\n",
                                   self->told - TOLD);
    return error;
}

int cad_report_deadlock(cad_loop *loop, FILE *file) {
    report self = {.text = {0}};
    if (!cad__waits_find(&self.waits, loop))
        return cad_raise(CAD_ENOMEM, NULL);
    int error = append_all(&self);
    if (error == 0)
        (void)fwrite(self.text.data, 1, self.text.length, file);
    base_buffer_free(&self.text);
    cad__waits_free(&self.waits);
    return error != 0 ? cad_raise(error, NULL) : 0;
}
