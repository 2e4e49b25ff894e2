/* token.h - the words of an expression: numbers, strings, names and signs.
 */
#ifndef SIM_SCENARIO_TOKEN_H
#define SIM_SCENARIO_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario/alloc.h"

enum sim_token_kind {
    SIM_TOKEN_END,
    SIM_TOKEN_NUMBER,
    SIM_TOKEN_TEXT,
    SIM_TOKEN_NAME, /* also Python's words, such as "and" */
    SIM_TOKEN_SIGN, /* + - * / // % ** ( ) , < <= > >= == != */
    SIM_TOKEN_FAULT,
};

typedef struct sim_token {
    enum sim_token_kind kind;
    size_t offset; /* in the expression */
    size_t length;
    double number; /* of a NUMBER, in seconds where it has a unit */
} sim_token;

typedef struct sim_lexer {
    const char *text;
    size_t length;
    size_t at;
    sim_buffer string; /* what the last TEXT stands for; the user frees it */
    bool out_of_memory;
    /* Of a FAULT: what is wrong, and with which part. */
    size_t fault_offset;
    size_t fault_length;
    char message[240];
} sim_lexer;

/* Reads the next token. After END and after FAULT it is not called again. */
sim_token sim_lexer_next(sim_lexer *lexer);

/* Whether the token is this name or sign. */
bool sim_token_is(const sim_lexer *lexer, const sim_token *token, const char *word);

/* Whether `name` is a word that Python keeps for itself. */
bool sim_is_keyword(const char *name, size_t length);

/* Whether `name` is a unit that can stand behind a number, such as "ms". */
bool sim_is_unit(const char *name, size_t length);

#endif
