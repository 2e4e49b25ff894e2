/* fault.h - what is wrong with a document: every fault of it in one go, each with its place.
 *
 *     window.json:12:25: /tasks/0/do/1/delay: unknown name "duratoin"; did you mean "duration"?
 *         duratoin * 2
 *         ^~~~~~~~
 *
 * Whoever checks a document adds faults and goes on; whoever loaded it prints them at the end,
 * in the order of their places.
 */
#ifndef DOCUMENT_FAULT_H
#define DOCUMENT_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/suggestion.h"

/* The faults of one document. Its members are fault.c's. */
typedef struct doc_faults {
    struct doc_fault *list;
    size_t count;    /* in the list */
    size_t capacity; /* of the list */
    size_t total;    /* reported, kept in the list or not */
    bool out_of_memory;
} doc_faults;

/* A part of an expression, marked under a fault. The text is copied. */
typedef struct doc_excerpt {
    const char *text; /* the whole expression */
    size_t length;    /* of the text, in bytes */
    size_t at;        /* the part, in bytes */
    size_t marked;
} doc_excerpt;

#define DOC_NOWHERE UINT32_MAX /* the place of a fault that concerns the file as a whole */

/* Adds a fault at a byte offset of the document's text. `excerpt` may be NULL. Always returns
 * CAD_EINVAL, so that a check can end with `return doc_faults_add(...)`; when memory runs out that
 * is noted, and doc_faults_status() tells. */
int doc_faults_add(doc_faults *faults, uint32_t offset, const doc_excerpt *excerpt,
                   const char *message);

/* 0: no fault; CAD_EINVAL: there are faults; CAD_ENOMEM: there are, or may be, faults, and no
 * memory was left for noting one. */
int doc_faults_status(const doc_faults *faults);

void doc_faults_free(doc_faults *faults);

/* Appends two lines: what is around the part, and a mark below that. 0 or CAD_ENOMEM. */
int doc_excerpt_format(const doc_excerpt *excerpt, base_buffer *buffer);

/* How many faults are printed before the rest is only counted. */
#define DOC_FAULTS_PRINTED 100

/* Sorts the faults by their places, drops those reported twice, and appends what is printed of
 * them: each as `name:line:column: /json/pointer: message`, with its excerpt. `text` is the
 * document's, ending in '\0'; `json` says that it has passed doc_json_check(), and has pointers.
 * 0 or CAD_ENOMEM. */
int doc_faults_format(doc_faults *faults, const char *name, const char *text, bool json,
                      base_buffer *buffer);

#endif
