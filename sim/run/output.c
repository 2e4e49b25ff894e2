/* Lines and spans. */
#include "run/output.h"

#include <string.h>

#include "base/buffer.h"
#include "run/report.h"
#include "run/world_data.h"
#include "trace/stream.h"

static int print_line(run_machine *machine, base_buffer *line) {
    const prog_program *program = machine->program;
    if (program->outside_count > 0 && run_show_cut(line) != 0)
        return CAD_ENOMEM;
    run_speak(machine);
    run_lines_add(machine->options->lines, line->data, line->length);
    if (machine->trace != NULL)
        trace_stream_print(machine->trace, cad_loop_time(machine->loop), cad_current_task(),
                           line->data);
    if (machine->options->lines->error != 0)
        return run_machine_stop(machine, RUN_BROKEN, "standard output: %s",
                                strerror(machine->options->lines->error));
    if (program->expect.lines == NULL && program->expect.order_count == 0)
        return 0;
    return base_buffer_append(&machine->printed, line->data, line->length + 1);
}

int run_print(run_machine *machine) {
    return print_line(machine, &machine->text);
}

/* `2s + 013ms `, and the mark. */
static int put_elapsed(base_buffer *line, int64_t elapsed_ns, const char *mark) {
    uint64_t seconds = (uint64_t)(elapsed_ns / CAD_SECOND);
    uint64_t milliseconds = (uint64_t)(elapsed_ns % CAD_SECOND / CAD_MILLISECOND);
    int error = base_buffer_append_uint(line, seconds, 1);
    if (error == 0)
        error = base_buffer_append(line, "s + ", 4);
    if (error == 0)
        error = base_buffer_append_uint(line, milliseconds, 3);
    if (error == 0)
        error = base_buffer_append(line, "ms ", 3);
    return error != 0 ? error : base_buffer_append(line, mark, strlen(mark));
}

int run_log(run_machine *machine, const char *mark) {
    base_buffer *line = &machine->line;
    base_buffer_clear(line);
    int error = put_elapsed(line, cad_loop_time(machine->loop) - machine->zero_ns, mark);
    if (error == 0)
        error = base_buffer_append(line, machine->text.data, machine->text.length);
    return error != 0 ? error : print_line(machine, line);
}

void run_span_begin(run_job *job) {
    run_machine *machine = job->machine;
    if (++machine->spans_open > machine->result.spans_most)
        machine->result.spans_most = machine->spans_open;
    if (machine->trace != NULL)
        trace_stream_span_begin(machine->trace, cad_loop_time(machine->loop), cad_current_task(),
                                machine->text.data);
}

void run_span_end(run_job *job) {
    run_machine *machine = job->machine;
    machine->spans_open--;
    if (machine->trace != NULL)
        trace_stream_span_end(machine->trace, cad_loop_time(machine->loop), cad_current_task());
}
