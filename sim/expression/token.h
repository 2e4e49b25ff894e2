/* token.h - the words of an expression: numbers, strings, names and signs.
 */
#ifndef EXPRESSION_TOKEN_H
#define EXPRESSION_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/memory.h"

enum expr_token_kind {
    EXPR_TOKEN_END,
    EXPR_TOKEN_NUMBER,
    EXPR_TOKEN_TEXT,
    EXPR_TOKEN_NAME, /* also Python's words, such as "and" */
    EXPR_TOKEN_SIGN, /* + - * / // % ** ( ) [ ] : , < <= > >= == != */
    EXPR_TOKEN_FAULT,
};

typedef struct expr_token {
    enum expr_token_kind kind;
    size_t offset; /* in the expression */
    size_t length;
    double number; /* of a NUMBER, in seconds where it has a unit */
    bool floats;   /* it has a point, an exponent or a unit */
} expr_token;

typedef struct expr_lexer {
    const char *text;
    size_t length;
    size_t at;
    base_buffer string; /* what the last TEXT stands for; the user frees it */
    bool out_of_memory;
    /* Of a FAULT: what is wrong, and with which part. */
    size_t fault_offset;
    size_t fault_length;
    char message[240];
} expr_lexer;

/* Reads the next token. After END and after FAULT it is not called again. */
expr_token expr_lexer_next(expr_lexer *lexer);

/* Whether the token is this name or sign. */
bool expr_token_is(const expr_lexer *lexer, const expr_token *token, const char *word);

/* Whether `name` is a word that Python keeps for itself. */
bool expr_is_keyword(const char *name, size_t length);

/* Whether `name` is a unit that can stand behind a number, such as "ms". */
bool expr_is_unit(const char *name, size_t length);

#endif
