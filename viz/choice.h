/* choice.h - what somebody chose to see of the lanes: a filter, groups and which of them are
 * folded, an order, lanes that stay at the top. What becomes of it is an arrangement.
 */
#ifndef VIZ_CHOICE_H
#define VIZ_CHOICE_H

#include "arrange.h"
#include "order.h"
#include "search.h"

/* All zero: all lanes, as they are in the trace. */
struct viz_choice {
    char filter[VIZ_SEARCH_SIZE]; /* as a search is written; "": all lanes */
    enum viz_grouping grouping;
    enum viz_ordering ordering;
    struct viz_folds folds;
    uint32_t *pins; /* lanes, in the order in which they were pinned */
    size_t pin_count;
    size_t pin_capacity;
    struct viz_arrangement arrangement; /* made by viz_choice_apply(), as the next */
    struct viz_arrangement pinned;
};

/* What is to be drawn; NULL: the model as it is, and no pins. */
const struct viz_arrangement *viz_arrangement_of(const struct viz_choice *choice);
const struct viz_arrangement *viz_pinned_of(const struct viz_choice *choice);
/* There is something to be said of it: more than pins were chosen. Takes NULL. */
bool viz_choice_has_words(const struct viz_choice *choice);
/* Lanes that the filter hides. */
size_t viz_hidden_lanes(const struct viz_model *model, const struct viz_choice *choice);

/* Makes the arrangements. `reasons` are read where the order asks for the longest way. 0 or
 * CAD_ENOMEM: then nothing is chosen any more. */
int viz_choice_apply(struct viz_choice *choice, const struct viz_model *model,
                     struct viz_reasons *reasons);
/* Sets the filter; NULL, or what is wrong with it, and what would be right: then it stays as it
 * was. It is applied afterwards. */
const char *viz_choice_filter(struct viz_choice *choice, const char *filter);
/* Pins a lane, or no longer. 0 or CAD_ENOMEM. */
int viz_choice_pin(struct viz_choice *choice, uint32_t lane);
bool viz_is_pinned(const struct viz_choice *choice, uint32_t lane);

/* Of lanes that there are no more the pins are gone. */
void viz_choice_keep(struct viz_choice *choice, size_t lane_count);

void viz_choice_free(struct viz_choice *choice);

#endif
