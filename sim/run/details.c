/* Variables, told to a trace that wants details. */
#include "run/details.h"

#include "base/buffer.h"
#include "trace/stream.h"

/* `gone`: it has no value any more. */
static void tell(run_machine *machine, const cad_task *task, const char *name, expr_value value,
                 bool gone) {
    base_buffer *text = &machine->detail;
    base_buffer_clear(text);
    /* What is nested too deeply is shown as far as it goes. */
    if (!gone && expr_value_show(value, text) == CAD_ENOMEM)
        (void)run_machine_no_memory(machine);
    else
        trace_stream_variable(machine->details, cad_loop_time(machine->loop), task, name,
                              gone ? NULL : text->data);
}

void run_tell_globals(run_machine *machine) {
    for (uint32_t i = 0; i < machine->program->global_names.count; i++)
        run_tell_global(machine, i);
}

void run_tell_global(run_machine *machine, uint32_t number) {
    if (machine->details != NULL)
        tell(machine, NULL, base_symbols_name(&machine->program->global_names, number),
             machine->globals[number], false);
}

void run_tell_frame(run_machine *machine, const cad_task *task, const run_frame *frame, bool gone) {
    const base_symbols *names = &frame->body->variables;
    for (uint32_t i = 0; i < names->count; i++)
        if (frame->locals[i] != EXPR_UNSET)
            tell(machine, task, base_symbols_name(names, i), frame->locals[i], gone);
}

void run_tell_variable(run_job *job, uint32_t slot) {
    const run_frame *frame = job->top;
    const cad_task *task = cad_current_task();
    if (task == NULL && frame == &job->frame)
        task = job->machine->callback_of;
    if (task == NULL || slot >= frame->body->variables.count)
        return;
    expr_value value = frame->locals[slot];
    tell(job->machine, task, base_symbols_name(&frame->body->variables, slot), value,
         value == EXPR_UNSET);
}
