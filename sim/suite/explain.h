/* suite/explain.h - what a trace tells otherwise than its golden, in words.
 */
#ifndef SUITE_EXPLAIN_H
#define SUITE_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "suite/files.h"

/* Two traces, and how far apart they may be. */
typedef struct suite_pair {
    const suite_bytes *golden;
    const suite_bytes *trace;
    const char *names[2];
    bool timed;           /* the bytes may differ, and times ... */
    int64_t tolerance_ns; /* ... by so much */
    unsigned width;       /* of the words, in columns; 0: as wide as it comes */
    unsigned lines;       /* so many at most; 0: all */
} suite_pair;

enum suite_likeness {
    SUITE_ALIKE,      /* within what the pair allows */
    SUITE_OTHER_FORM, /* they tell the same, in other bytes */
    SUITE_OTHER,      /* they tell of different runs */
    SUITE_UNREADABLE, /* one of them is no trace that can be compared */
};

/* Compares them. Appends to *sentence what is different, in a line, and to *details the same in
 * full, lines. 0 or CAD_ENOMEM. */
int suite_explain(const suite_pair *pair, enum suite_likeness *likeness, base_buffer *sentence,
                  base_buffer *details);

#endif
