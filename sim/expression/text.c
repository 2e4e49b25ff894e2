/* Texts with {expressions} in them. */
#include "expression/text.h"

#include <assert.h>
#include <string.h>

/* A piece is what stands as it is, or an expression, or a text inside: an item of a list. */
typedef struct piece {
    expr_expression *expression; /* NULL: none */
    expr_text *text;             /* NULL: none */
    expr_value value;
} piece;

/* A text has at least one piece; a single one is the value itself. */
struct expr_text {
    bool list; /* the pieces are its items */
    size_t count;
    piece pieces[];
};

typedef struct builder {
    const char *text;
    size_t length;
    size_t at;
    const expr_scope *scope;
    expr_text_report *report;
    void *context;
    const doc_node *node; /* the string that the text is; NULL: it is of no document */
    base_buffer literal;  /* read, and not yet a piece */
    piece *pieces;
    size_t count;
    size_t capacity;
    size_t start; /* of the expression that is being compiled */
    size_t expression_length;
    bool faulty;
} builder;

static void release_pieces(piece *pieces, size_t count) {
    for (size_t i = 0; i < count; i++) {
        expr_free(pieces[i].expression);
        expr_text_free(pieces[i].text);
        expr_value_unref(pieces[i].value);
    }
}

/* Takes over what the piece holds, also on failure. */
static int add_piece(builder *b, piece added) {
    piece *pieces = base_grown(b->pieces, b->count, &b->capacity, sizeof *pieces);
    if (pieces == NULL) {
        release_pieces(&added, 1);
        return CAD_ENOMEM;
    }
    b->pieces = pieces;
    pieces[b->count++] = added;
    return 0;
}

static int add_literal(builder *b) {
    piece added = {0};
    int error = expr_string_new(b->literal.data, b->literal.length, &added.value);
    base_buffer_clear(&b->literal);
    return error == 0 ? add_piece(b, added) : error;
}

/* Makes a piece of what has been read as it stands, if anything has. */
static int flush(builder *b) {
    if (b->literal.length == 0)
        return 0;
    return add_literal(b);
}

static void report_braces(builder *b, size_t at, size_t marked, const char *message) {
    b->faulty = true;
    b->report(b->context, 0, b->length, at, marked, message);
}

static void report_expression(void *context, size_t offset, size_t length, const char *message) {
    builder *b = context;
    b->report(b->context, b->start, b->expression_length, b->start + offset, length, message);
}

/* Where the expression at `from` ends: at a "}", unless that is inside a text of the expression;
 * or, which is a fault, at the next "{" or the end of all. Where a quote is never closed the first
 * "}" is it, and the expression's fault is the quote. */
static size_t find_end(const builder *b, size_t from) {
    char quote = '\0';
    size_t first = b->length;
    for (size_t i = from; i < b->length; i++) {
        char c = b->text[i];
        if (c == '}' && first == b->length)
            first = i;
        if ((c == '}' || c == '{') && quote == '\0')
            return i;
        if (quote == '\0' && (c == '\'' || c == '"'))
            quote = c;
        else if (quote != '\0' && c == '\\')
            i++;
        else if (c == quote)
            quote = '\0';
    }
    return first;
}

/* An expression in braces, at its "{". */
static int read_expression(builder *b) {
    piece added = {0};
    size_t open = b->at;
    size_t end = find_end(b, open + 1);
    if (end == b->length || b->text[end] != '}') {
        report_braces(b, open, 1, "this \"{\" is not closed; a brace itself is written \"{{\"");
        b->at = end;
        return 0;
    }
    b->at = end + 1;
    b->start = open + 1;
    b->expression_length = end - b->start;
    if (strspn(b->text + b->start, " \t") >= b->expression_length) {
        report_braces(b, open, end + 1 - open,
                      "nothing stands between the braces; braces themselves are written \"{{\" "
                      "and \"}}\"");
        return 0;
    }
    int error = flush(b);
    if (error == 0)
        error = expr_compile(b->text + b->start, b->expression_length, b->scope, report_expression,
                             b, &added.expression);
    if (error == CAD_EINVAL) {
        b->faulty = true;
        return 0;
    }
    if (error == 0 && b->node != NULL)
        expr_set_place(added.expression, b->node, b->start);
    return error == 0 ? add_piece(b, added) : error;
}

static int read_text(builder *b) {
    int error = base_buffer_append(&b->literal, "", 0);
    while (b->at < b->length && error == 0) {
        const char *here = b->text + b->at;
        bool twice = b->at + 1 < b->length && here[0] == here[1];
        if (here[0] == '{' && !twice) {
            error = read_expression(b);
            continue;
        }
        if (here[0] == '}' && !twice && !b->faulty) /* it may belong to what is faulty */
            report_braces(b, b->at, 1,
                          "this \"}\" closes nothing; a brace itself is written \"}}\"");
        b->at += (here[0] == '{' || here[0] == '}') && twice ? 2 : 1;
        error = base_buffer_append(&b->literal, here, 1);
    }
    if (error != 0)
        return error;
    /* An empty text is a piece, too. */
    return b->count == 0 && !b->faulty ? add_literal(b) : flush(b);
}

static int make(bool list, const piece *pieces, size_t count, expr_text **text) {
    expr_text *made = base_alloc(sizeof *made + count * sizeof *pieces);
    *text = made;
    if (made == NULL)
        return CAD_ENOMEM;
    made->list = list;
    made->count = count;
    if (count > 0)
        memcpy(made->pieces, pieces, count * sizeof *pieces);
    return 0;
}

static int compile(builder *b, expr_text **result) {
    *result = NULL;
    int error = read_text(b);
    if (error == 0 && b->faulty)
        error = CAD_EINVAL;
    if (error == 0)
        error = make(false, b->pieces, b->count, result);
    if (error != 0)
        release_pieces(b->pieces, b->count);
    base_free(b->pieces);
    base_buffer_free(&b->literal);
    return error;
}

int expr_text_compile(const char *text, size_t length, const expr_scope *scope,
                      expr_text_report *report, void *context, expr_text **result) {
    builder b = {
        .text = text,
        .length = length,
        .scope = scope,
        .report = report,
        .context = context,
    };
    return compile(&b, result);
}

int expr_text_from_value(expr_value value, expr_text **text) {
    piece single = {.value = expr_value_ref(value)};
    int error = make(false, &single, 1, text);
    if (error != 0)
        expr_value_unref(value);
    return error;
}

static void report_to_node(void *context, size_t start, size_t length, size_t at, size_t marked,
                           const char *message) {
    const doc_node *node = context;
    (void)doc_node_string_fault(node, start, length, at, marked, message);
}

static int from_string(const doc_node *node, const expr_scope *scope, expr_text **text) {
    doc_node copy = *node;
    builder b = {
        .text = node->item->text,
        .length = strlen(node->item->text),
        .scope = scope,
        .report = report_to_node,
        .context = &copy,
        .node = node,
    };
    return compile(&b, text);
}

/* An item of a list, as a text inside it. */
static int add_item(builder *b, const doc_node *node) {
    expr_text *item;
    int error = expr_text_from_node(node, b->scope, &item);
    if (error == CAD_EINVAL) {
        b->faulty = true;
        return 0;
    }
    return error == 0 ? add_piece(b, (piece){.text = item}) : error;
}

/* A list whose items are all known is one value. */
static int fold_list(expr_text **text) {
    expr_text *list = *text;
    expr_value *items = base_alloc(list->count * sizeof *items);
    expr_value value = EXPR_NONE;
    bool known = items != NULL;
    int error = known ? 0 : CAD_ENOMEM;
    for (size_t i = 0; i < list->count && known; i++)
        known = expr_text_constant(list->pieces[i].text, &items[i]);
    if (known)
        error = expr_list_new(EXPR_LIST, items, list->count, &value);
    base_free(items);
    if (error == 0 && known)
        error = expr_text_from_value(value, text);
    expr_value_unref(value);
    if (error != 0)
        *text = NULL;
    if (error != 0 || known)
        expr_text_free(list);
    return error;
}

static int from_array(const doc_node *node, const expr_scope *scope, expr_text **text) {
    builder b = {.scope = scope};
    doc_node item;
    int error = 0;
    for (bool more = doc_node_first(node, &item); more && error == 0; more = doc_node_next(&item))
        error = add_item(&b, &item);
    if (error == 0 && b.faulty)
        error = CAD_EINVAL;
    if (error == 0)
        error = make(true, b.pieces, b.count, text);
    if (error != 0)
        release_pieces(b.pieces, b.count);
    base_free(b.pieces);
    return error == 0 ? fold_list(text) : error;
}

int expr_text_from_node(const doc_node *node, const expr_scope *scope, expr_text **text) {
    *text = NULL;
    switch (doc_node_type(node)) {
    case DOC_NULL:
        return expr_text_from_value(EXPR_NONE, text);
    case DOC_BOOLEAN:
        return expr_text_from_value(expr_boolean(node->item->truth), text);
    case DOC_NUMBER:
        return expr_text_from_value(expr_number_of(node), text);
    case DOC_STRING:
        return from_string(node, scope, text);
    case DOC_ARRAY:
        return from_array(node, scope, text);
    default:
        return doc_node_fault(node,
                              "expected text, a number, true, false, null or an array, "
                              "found %s; what has several parts is an array",
                              doc_type_name(doc_node_type(node)));
    }
}

void expr_text_free(expr_text *text) {
    if (text == NULL)
        return;
    release_pieces(text->pieces, text->count);
    base_free(text);
}

bool expr_text_constant(const expr_text *text, expr_value *value) {
    if (text->list || text->count != 1)
        return false;
    if (text->pieces[0].expression != NULL)
        return expr_constant(text->pieces[0].expression, value);
    *value = text->pieces[0].value;
    return true;
}

bool expr_text_draws(const expr_text *text) {
    for (size_t i = 0; i < text->count; i++) {
        const piece *p = &text->pieces[i];
        if ((p->expression != NULL && expr_draws(p->expression)) ||
            (p->text != NULL && expr_text_draws(p->text)))
            return true;
    }
    return false;
}

bool expr_text_reads_only(const expr_text *text, uint32_t slot) {
    for (size_t i = 0; i < text->count; i++) {
        const piece *p = &text->pieces[i];
        if ((p->expression != NULL && !expr_reads_only(p->expression, slot)) ||
            (p->text != NULL && !expr_text_reads_only(p->text, slot)))
            return false;
    }
    return true;
}

bool expr_text_shows_only(const expr_text *text, uint32_t slot) {
    for (size_t i = 0; i < text->count; i++) {
        const piece *p = &text->pieces[i];
        if (p->text != NULL || (p->expression != NULL && !expr_is_variable(p->expression, slot)))
            return false;
    }
    return true;
}

static int piece_value(const piece *p, const expr_env *env, expr_value *value, expr_error *error) {
    if (p->expression != NULL)
        return expr_evaluate(p->expression, env, value, error);
    if (p->text != NULL)
        return expr_text_evaluate(p->text, env, value, error);
    *value = expr_value_ref(p->value);
    return 0;
}

static int evaluate_list(const expr_text *text, const expr_env *env, expr_value *result,
                         expr_error *error) {
    *result = EXPR_NONE;
    expr_value *items = base_alloc(text->count * sizeof *items);
    size_t count = 0;
    int code = items != NULL ? 0 : expr_error_memory(error);
    while (count < text->count && code == 0) {
        code = piece_value(&text->pieces[count], env, &items[count], error);
        count += code == 0;
    }
    if (code == 0 && expr_list_new(EXPR_LIST, items, count, result) != 0)
        code = expr_error_memory(error);
    while (count > 0)
        expr_value_unref(items[--count]);
    base_free(items);
    return code;
}

static int show(expr_value value, base_buffer *buffer, expr_error *error) {
    int code = expr_value_show(value, buffer);
    if (code == CAD_ENOMEM)
        return expr_error_memory(error);
    if (code != 0)
        return expr_error_set(
            error, code, "maximum recursion depth exceeded while getting the repr of an object");
    return 0;
}

static int append_list(const expr_text *text, const expr_env *env, base_buffer *buffer,
                       expr_error *error) {
    expr_value value;
    int code = evaluate_list(text, env, &value, error);
    if (code == 0)
        code = show(value, buffer, error);
    expr_value_unref(value);
    return code;
}

static int append_piece(const piece *p, const expr_env *env, base_buffer *buffer,
                        expr_error *error) {
    expr_value value;
    if (p->expression == NULL)
        return show(p->value, buffer, error);
    int code = expr_evaluate(p->expression, env, &value, error);
    if (code == 0)
        code = show(value, buffer, error);
    expr_value_unref(value);
    return code;
}

int expr_text_append(const expr_text *text, const expr_env *env, base_buffer *buffer,
                     expr_error *error) {
    size_t before = buffer->length;
    int code = text->list ? append_list(text, env, buffer, error) : 0;
    for (size_t i = 0; !text->list && i < text->count && code == 0; i++)
        code = append_piece(&text->pieces[i], env, buffer, error);
    if (code != 0 && buffer->data != NULL) {
        buffer->length = before;
        buffer->data[before] = '\0';
    }
    return code;
}

int expr_text_evaluate(const expr_text *text, const expr_env *env, expr_value *result,
                       expr_error *error) {
    base_buffer buffer = {0};
    *result = EXPR_NONE;
    if (text->list)
        return evaluate_list(text, env, result, error);
    if (text->count == 1)
        return piece_value(&text->pieces[0], env, result, error);
    int code = expr_text_append(text, env, &buffer, error);
    if (code == 0 && expr_string_new(buffer.data, buffer.length, result) != 0)
        code = expr_error_memory(error);
    base_buffer_free(&buffer);
    return code;
}
