/* Expressions: made from a text, a value or a place in a document; and what can be asked of one
 * before the run. */
#include "expression/compiler.h"

#include <string.h>

/* --- The expression -------------------------------------------------------------------------- */

static void release(expr_compiler *c) {
    for (size_t i = 0; i < c->constant_count; i++)
        expr_value_unref(c->constants[i]);
    base_free(c->constants);
    base_free(c->functions);
    base_free(c->unset);
    base_free(c->code);
    base_free(c->parts);
    base_buffer_free(&c->lexer.string);
}

/* Copies an array to *end, and moves that on. */
static void *copy(char **end, const void *array, size_t size) {
    void *copied = *end;
    if (size > 0)
        memcpy(copied, array, size);
    *end += size;
    return copied;
}

/* Copies the tables into one piece of memory. */
static expr_expression *assemble(const expr_compiler *c) {
    size_t constants = c->constant_count * sizeof *c->constants;
    size_t functions = c->function_count * sizeof *c->functions;
    size_t unset = c->unset_count * sizeof *c->unset;
    size_t parts = c->code_count * sizeof *c->parts;
    size_t code = c->code_count * sizeof *c->code;
    expr_expression *made = base_alloc(sizeof *made + constants + functions + unset + parts + code);
    if (made == NULL)
        return NULL;
    char *end = (char *)(made + 1);
    *made = (expr_expression){
        .constants = copy(&end, c->constants, constants),
        .functions = copy(&end, c->functions, functions),
        .unset = copy(&end, c->unset, unset),
        .parts = copy(&end, c->parts, parts),
        .code = copy(&end, c->code, code),
        .code_count = (uint32_t)c->code_count,
        .constant_count = (uint32_t)c->constant_count,
        .function_count = (uint32_t)c->function_count,
        .unset_count = (uint32_t)c->unset_count,
        .draws = c->draws,
    };
    for (size_t i = 0; i < c->constant_count; i++)
        (void)expr_value_ref(c->constants[i]);
    return made;
}

/* What has been emitted as an expression, where it is `right`; as expr_compile() has it. */
static int finish(expr_compiler *c, bool right, expr_expression **expression) {
    *expression = NULL;
    if (right && expr_emit_part(c, EXPR_OP_RETURN, 0, 0, 0, c->lexer.length) && c->faults == 0)
        *expression = assemble(c);
    release(c);
    if (c->faults > 0)
        return CAD_EINVAL;
    return *expression != NULL ? 0 : CAD_ENOMEM;
}

int expr_compile(const char *text, size_t length, const expr_scope *scope,
                 expr_fault_report *report, void *context, expr_expression **expression) {
    expr_compiler c = {
        .lexer = {.text = text, .length = length},
        .string = DOC_NOWHERE,
        .scope = scope,
        .report = report,
        .context = context,
    };
    return finish(&c, expr_parse_all(&c), expression);
}

int expr_from_value(expr_value value, expr_expression **expression) {
    expr_compiler c = {.string = DOC_NOWHERE};
    return finish(&c, expr_emit_constant(&c, expr_value_ref(value)), expression);
}

static void report_to_node(void *context, size_t offset, size_t length, const char *message) {
    const doc_node *node = context;
    (void)doc_node_string_fault(node, 0, strlen(node->item->text), offset, length, message);
}

expr_value expr_number_of(const doc_node *node) {
    double number = node->item->number;
    return node->item->floats ? expr_float(number) : expr_number(number);
}

static bool emit_node(expr_compiler *c, const doc_node *node, bool inside);

/* An array is a list of what could stand there by itself. */
static bool emit_array(expr_compiler *c, const doc_node *array) {
    doc_node item;
    size_t count = 0;
    bool more = false;
    for (bool next = doc_node_first(array, &item); next; next = doc_node_next(&item)) {
        if (!expr_make_room(c, EXPR_OP_LIST, &count, &more) || !emit_node(c, &item, true))
            return false;
        count++;
    }
    return expr_emit_list(c, EXPR_OP_LIST, count, more);
}

/* `inside` an array. */
static bool emit_node(expr_compiler *c, const doc_node *node, bool inside) {
    enum doc_type type = doc_node_type(node);
    const char *text = node->item->text;
    switch (type) {
    case DOC_NUMBER:
        return expr_emit_constant(c, expr_number_of(node));
    case DOC_BOOLEAN:
        return expr_emit_constant(c, expr_boolean(node->item->truth));
    case DOC_STRING: {
        doc_node copy = *node;
        base_buffer string = c->lexer.string;
        c->lexer = (expr_lexer){.text = text, .length = strlen(text), .string = string};
        c->context = &copy;
        c->string = doc_node_offset(node);
        return expr_parse_all(c);
    }
    case DOC_ARRAY:
        return emit_array(c, node);
    default:
        break;
    }
    if (inside && type == DOC_NULL)
        return expr_emit_constant(c, EXPR_NONE);
    c->faults++;
    (void)doc_node_fault(node, "expected a number or an expression, found %s%s",
                         doc_type_name(type),
                         type == DOC_NULL ? "; nothing is \"None\""
                                          : "; a value of several parts is a list, [1, 2]");
    return false;
}

int expr_from_node(const doc_node *node, const expr_scope *scope, expr_expression **expression) {
    expr_compiler c = {.scope = scope, .report = report_to_node, .string = DOC_NOWHERE};
    return finish(&c, emit_node(&c, node, false), expression);
}

void expr_set_place(expr_expression *expression, const doc_node *string, size_t start) {
    for (uint32_t i = 0; i < expression->code_count; i++) {
        expression->parts[i].string = doc_node_offset(string);
        expression->parts[i].at += (uint32_t)start;
    }
}

const expr_part *expr_whole(const expr_expression *expression) {
    return &expression->parts[expression->code_count - 1];
}

void expr_free(expr_expression *expression) {
    if (expression == NULL)
        return;
    for (uint32_t i = 0; i < expression->constant_count; i++)
        expr_value_unref(expression->constants[i]);
    base_free(expression);
}

bool expr_constant(const expr_expression *expression, expr_value *value) {
    if (expr_opcode_of(expression->code[0]) != EXPR_OP_CONSTANT ||
        expr_opcode_of(expression->code[1]) != EXPR_OP_RETURN)
        return false;
    *value = expression->constants[expr_operand_of(expression->code[0])];
    return true;
}

bool expr_draws(const expr_expression *expression) {
    return expression->draws;
}

bool expr_reads_only(const expr_expression *expression, uint32_t slot) {
    for (const expr_instruction *at = expression->code; expr_opcode_of(*at) != EXPR_OP_RETURN;
         at++) {
        enum expr_opcode opcode = expr_opcode_of(*at);
        bool other = opcode == EXPR_OP_LOCAL && expr_operand_of(*at) != slot;
        if (other || opcode == EXPR_OP_GLOBAL || opcode == EXPR_OP_LATE || opcode == EXPR_OP_CALL)
            return false;
    }
    return true;
}

bool expr_is_variable(const expr_expression *expression, uint32_t slot) {
    return expr_opcode_of(expression->code[0]) == EXPR_OP_LOCAL &&
           expr_operand_of(expression->code[0]) == slot &&
           expr_opcode_of(expression->code[1]) == EXPR_OP_RETURN;
}

bool expr_reads_text(const expr_expression *expression, const expr_value *locals, uint32_t *slot) {
    for (const expr_instruction *at = expression->code; expr_opcode_of(*at) != EXPR_OP_RETURN;
         at++) {
        *slot = expr_operand_of(*at);
        if (expr_opcode_of(*at) == EXPR_OP_LOCAL && locals[*slot] != EXPR_UNSET &&
            expr_is_string(locals[*slot]))
            return true;
    }
    return false;
}

bool expr_indexes(const expr_expression *expression, uint32_t *slot, int64_t *index) {
    const expr_instruction *code = expression->code;
    expr_error error;
    if (expr_opcode_of(code[0]) != EXPR_OP_GLOBAL || expr_opcode_of(code[1]) != EXPR_OP_CONSTANT ||
        expr_opcode_of(code[2]) != EXPR_OP_ITEM || expr_opcode_of(code[3]) != EXPR_OP_RETURN)
        return false;
    *slot = expr_operand_of(code[0]);
    expr_value value = expression->constants[expr_operand_of(code[1])];
    return expr_is_number(value) && expr_value_whole(value, "index", index, &error) == 0;
}
