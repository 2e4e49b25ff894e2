/* Tasks that have not ended, told to a trace. A place is a text that takes a look through the
 * document to make, and many tasks stand at one: those that were made last are kept. */
#include "run/closing.h"

#include "trace/stream.h"

enum { PLACES = 64 };

typedef struct closing {
    run_machine *machine;
    struct kept_place {
        uint32_t place;
        base_buffer text;
    } places[PLACES];
    base_buffer why, taken;
} closing;

/* NULL: there is none, or no memory. */
static const char *show_place(closing *self, uint32_t place) {
    const prog_program *program = self->machine->program;
    struct kept_place *kept = &self->places[place % PLACES];
    if (place == DOC_NOWHERE)
        return NULL;
    if (kept->text.length > 0 && kept->place == place)
        return kept->text.data;
    base_buffer_clear(&kept->text);
    kept->place = place;
    int error = doc_format_place_in(program->document, program->name, place, &kept->text);
    return error == 0 ? kept->text.data : NULL;
}

/* `job2 at s:3:20: /tasks/1/do/0 (with)`; those who are awaited have taken nothing. */
static void append_taken(closing *self, const run_parties *parties) {
    for (size_t i = 0; i < parties->kept; i++) {
        const run_party *party = &parties->items[i];
        const char *place = show_place(self, party->place);
        if (place != NULL)
            (void)base_buffer_format(&self->taken, "%s%s at %s (%s)",
                                     self->taken.length > 0 ? "; " : "", party->name, place,
                                     party->step);
    }
}

static const char *text_of(const base_buffer *buffer) {
    return buffer->length > 0 ? buffer->data : NULL;
}

static void close_task(closing *self, const run_survey *survey, uint32_t number) {
    run_machine *machine = self->machine;
    struct trace_pending pending = {0};
    run_wait wait;
    base_buffer_clear(&self->why);
    base_buffer_clear(&self->taken);
    if (!run_survey_describe(survey, number, &wait))
        return; /* no memory: it is ended without a word */
    if (wait.standing == RUN_WAITS && run_wait_words(&wait, &self->why) == 0)
        pending.why = text_of(&self->why);
    append_taken(self, &wait.living);
    append_taken(self, &wait.ended);
    pending.taken = text_of(&self->taken);
    pending.where = show_place(self, wait.place);
    pending.step = wait.step;
    pending.circle = wait.circle;
    pending.next = run_survey_next(survey, number);
    pending.until_ns = wait.standing == RUN_WAITS ? wait.until_ns : CAD_NEVER;
    trace_stream_end_pending(machine->trace, cad_loop_time(machine->loop),
                             run_survey_task(survey, number), &pending);
    run_wait_clear(&wait);
}

void run_close_tasks(run_machine *machine, const run_survey *survey) {
    closing self = {.machine = machine};
    for (uint32_t i = 0; i < run_survey_count(survey); i++)
        close_task(&self, survey, i);
    for (size_t i = 0; i < PLACES; i++)
        base_buffer_free(&self.places[i].text);
    base_buffer_free(&self.why);
    base_buffer_free(&self.taken);
}
