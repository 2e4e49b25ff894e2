/* search.h - what a text that is searched for finds in a model.
 *
 * Terms, all of which must hold:
 *   word         a bar's name, or a lane's, has it in it, in upper or lower case
 *   wait:word    a wait of what has the word in it
 *   by:pattern   a wait that a task of such a name ended
 *   name:pattern a lane of such a name: job*, worker-?
 *   state:word   a task that failed, returned, was cancelled, or is pending
 *   >1s, <10ms   a bar longer, or shorter, than that
 * Terms of lanes alone find lanes; all others find bars.
 */
#ifndef VIZ_SEARCH_H
#define VIZ_SEARCH_H

#include "model.h"

enum { VIZ_SEARCH_SIZE = 128 };

struct viz_search {
    bool typing; /* what is typed goes into it */
    char text[VIZ_SEARCH_SIZE];
    const char *fault;    /* what is wrong with the text, and what would be right; NULL: nothing */
    struct viz_id *found; /* bars and lanes, by the time at which they begin */
    size_t count;
    size_t at; /* the one that was gone to last, from 1 on; 0: none */
};

/* Appends what was typed, in UTF-8, as far as there is room; takes the last character away. Both
 * search again. 0 or CAD_ENOMEM: then nothing is found. */
int viz_search_type(struct viz_search *search, const struct viz_model *model, const char *text);
int viz_search_erase(struct viz_search *search, const struct viz_model *model);

/* The next one that was found after the last, or the one before; after the last comes the first.
 * Nothing where none was. */
struct viz_id viz_search_next(struct viz_search *search, bool forward);

/* What is wrong with a text as a search, and what would be right; NULL: nothing. */
const char *viz_search_fault(const char *text);
/* The lanes on which such a text finds something: shown[] has room for all. 0 or CAD_ENOMEM. */
int viz_search_lanes(const char *text, const struct viz_model *model, bool *shown);

/* When something that was found begins. */
int64_t viz_found_ns(const struct viz_model *model, struct viz_id id);

/* Starts as zeros, and is zeros again. */
void viz_search_clear(struct viz_search *search);

#endif
