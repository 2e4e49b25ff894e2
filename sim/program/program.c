/* The end of a program. */
#include "program/program.h"

#include "base/memory.h"

const char *const prog_event_names[PROG_EVENTS] = {
    [PROG_CONNECTION_MADE] = "connection_made",     [PROG_DATA_RECEIVED] = "data_received",
    [PROG_EOF_RECEIVED] = "eof_received",           [PROG_CONNECTION_LOST] = "connection_lost",
    [PROG_PAUSE_WRITING] = "pause_writing",         [PROG_RESUME_WRITING] = "resume_writing",
    [PROG_DATAGRAM_RECEIVED] = "datagram_received", [PROG_ERROR_RECEIVED] = "error_received",
};

static void free_body(prog_body *body) {
    if (body != NULL)
        base_symbols_free(&body->variables);
}

void prog_free(prog_program *program) {
    if (program == NULL)
        return;
    for (struct prog_owned *owned = program->owned; owned != NULL; owned = owned->next) {
        expr_free(owned->expression);
        expr_text_free(owned->text);
    }
    for (size_t i = 0; i < program->body_count; i++)
        free_body(&program->bodies[i]);
    base_symbols_free(&program->global_names);
    base_symbols_free(&program->object_names);
    base_symbols_free(&program->coroutine_names);
    base_symbols_free(&program->protocol_names);
    base_symbols_free(&program->task_names);
    base_symbols_free(&program->exception_names);
    base_free(program->exceptions);
    base_free(program->code);
    base_free(program->outside);
    base_free(program->blocks);
    base_free(program->flow.wakers);
    base_free(program->flow.starts);
    base_free(program->flow.rounds);
    base_free(program->flow.retries);
    while (program->arena != NULL) {
        struct prog_arena *next = program->arena->next;
        base_free(program->arena);
        program->arena = next;
    }
    doc_free(program->document);
    base_free(program);
}
