/* What a program is made of, and the values in it. */
#include "program/compiler.h"

#include <string.h>

#include "base/memory.h"

void *prog_compiler_alloc(prog_compiler *compiler, size_t size) {
    struct prog_arena *piece = base_zalloc(1, sizeof *piece + size);
    if (piece == NULL) {
        compiler->no_memory = true;
        return NULL;
    }
    piece->next = compiler->program->arena;
    compiler->program->arena = piece;
    return piece->bytes;
}

static bool own(prog_compiler *compiler, expr_expression *expression, expr_text *text) {
    struct prog_owned *owned = prog_compiler_alloc(compiler, sizeof *owned);
    if (owned == NULL)
        return false;
    *owned = (struct prog_owned){compiler->program->owned, expression, text};
    compiler->program->owned = owned;
    return true;
}

static expr_expression *own_expression(prog_compiler *compiler, expr_expression *expression) {
    if (own(compiler, expression, NULL)) {
        compiler->program->draws |= expr_draws(expression);
        return expression;
    }
    expr_free(expression);
    return NULL;
}

expr_expression *prog_compile_expression(prog_compiler *compiler, const doc_node *node) {
    expr_expression *expression;
    int error = expr_from_node(node, &compiler->scope, &expression);
    compiler->no_memory |= error == CAD_ENOMEM;
    return error == 0 ? own_expression(compiler, expression) : NULL;
}

expr_expression *prog_compile_any(prog_compiler *compiler, const doc_node *node) {
    compiler->scope.takes_text = true;
    expr_expression *expression = prog_compile_expression(compiler, node);
    compiler->scope.takes_text = false;
    return expression;
}

expr_expression *prog_compile_constant(prog_compiler *compiler, double number) {
    expr_expression *expression;
    if (expr_from_value(expr_number(number), &expression) == 0)
        return own_expression(compiler, expression);
    compiler->no_memory = true;
    return NULL;
}

expr_text *prog_compile_text(prog_compiler *compiler, const doc_node *node) {
    expr_text *text;
    int error = expr_text_from_node(node, &compiler->scope, &text);
    compiler->no_memory |= error == CAD_ENOMEM;
    if (error != 0)
        return NULL;
    if (own(compiler, NULL, text)) {
        compiler->program->draws |= expr_text_draws(text);
        return text;
    }
    expr_text_free(text);
    return NULL;
}

void prog_compile_setting(prog_compiler *compiler, const doc_node *node, prog_setting *setting) {
    enum doc_type type = doc_node_type(node);
    if (type != DOC_NUMBER &&
        type != DOC_STRING) { /* a boolean, too, which Python counts as 0 or 1 */
        (void)doc_node_fault(node, "expected a number, or an expression in quotes, found %s",
                             doc_type_name(type));
        return;
    }
    compiler->before_tasks = true;
    setting->value = prog_compile_expression(compiler, node);
    compiler->before_tasks = false;
    setting->place = doc_node_offset(node);
}

enum prog_word prog_compile_word(const doc_node *node, const char *word,
                                 const char *const *others) {
    enum { NEAR = 2 };
    const char *text;
    if (doc_node_type(node) != DOC_STRING)
        return PROG_WORD_OTHER;
    (void)doc_node_string(node, &text);
    unsigned distance = base_edit_distance(text, strlen(text), word, strlen(word), NEAR);
    for (; distance > NEAR && *others != NULL; others++)
        if (strcmp(*others, text) == 0)
            distance = NEAR;
    if (distance == 0 && strcmp(text, word) == 0)
        return PROG_WORD_IT;
    if (distance > NEAR)
        return PROG_WORD_OTHER;
    (void)doc_node_fault(node, "unknown name \"%s\"; did you mean \"%s\"?", text, word);
    return PROG_WORD_FAULT;
}
