/* fault.h - what is wrong with a document: every fault of it in one go, each with its place.
 *
 *     window.json:12:25: /tasks/0/do/1/delay: unknown name "duratoin"; did you mean "duration"?
 *         duratoin * 2
 *         ^~~~~~~~
 *
 * Whoever checks a document adds faults and goes on; whoever loaded it prints them at the end,
 * in the order of their places.
 */
#ifndef SIM_SCENARIO_FAULT_H
#define SIM_SCENARIO_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "scenario/alloc.h"

/* The faults of one document. Its members are fault.c's. */
typedef struct sim_faults {
    struct sim_fault *list;
    size_t count;    /* in the list */
    size_t capacity; /* of the list */
    size_t total;    /* reported, kept in the list or not */
    bool out_of_memory;
} sim_faults;

/* A part of an expression, marked under a fault. The text is copied. */
typedef struct sim_excerpt {
    const char *text; /* the whole expression */
    size_t length;    /* of the text, in bytes */
    size_t at;        /* the part, in bytes */
    size_t marked;
} sim_excerpt;

#define SIM_NOWHERE UINT32_MAX /* the place of a fault that concerns the file as a whole */

/* Adds a fault at a byte offset of the document's text. `excerpt` may be NULL. Always returns
 * CAD_EINVAL, so that a check can end with `return sim_faults_add(...)`; when memory runs out that
 * is noted, and sim_faults_status() tells. */
int sim_faults_add(sim_faults *faults, uint32_t offset, const sim_excerpt *excerpt,
                   const char *message);

/* 0: no fault; CAD_EINVAL: there are faults; CAD_ENOMEM: there are, or may be, faults, and no
 * memory was left for noting one. */
int sim_faults_status(const sim_faults *faults);

void sim_faults_free(sim_faults *faults);

/* How many faults are printed before the rest is only counted. */
#define SIM_FAULTS_PRINTED 100

/* Sorts the faults by their places, drops those reported twice, and appends what is printed of
 * them: each as `name:line:column: /json/pointer: message`, with its excerpt. `text` is the
 * document's, ending in '\0'; `json` says that it has passed sim_json_check(), and has pointers.
 * 0 or CAD_ENOMEM. */
int sim_faults_format(sim_faults *faults, const char *name, const char *text, bool json,
                      sim_buffer *buffer);

/* --- Near names ---------------------------------------------------------------------------- */

/* Which of many known names is near to one that is unknown: start, offer each known name, ask. */
typedef struct sim_suggestion {
    const char *wanted;
    size_t length;
    const char *best;  /* NULL: none is near enough */
    unsigned distance; /* of the best; before the first, one more than is near enough */
} sim_suggestion;

/* `wanted` must live as long as the suggestion. */
void sim_suggestion_start(sim_suggestion *suggestion, const char *wanted, size_t length);
/* `name` must live until the suggestion has been used. Of equally near names the first wins. */
void sim_suggestion_offer(sim_suggestion *suggestion, const char *name);

/* How many insertions, removals, replacements and exchanges of neighbours lead from a to b;
 * letters that differ only in case count as equal. `limit` + 1 where it would be more than that. */
unsigned sim_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                           unsigned limit);

#endif
