/* groups.h - which lanes belong together, and which groups are folded into one lane.
 */
#ifndef VIZ_GROUPS_H
#define VIZ_GROUPS_H

#include "model.h"

#include "base/strings.h"
#include "base/symbols.h"

enum viz_grouping {
    VIZ_GROUPING_NONE,
    VIZ_GROUPING_NAME,   /* one name but for its digits: worker0, worker17 -> worker* */
    VIZ_GROUPING_PARENT, /* made by one task */
    VIZ_GROUPING_WORK,   /* what they do first: of one coroutine all begin alike */
    VIZ_GROUPING_COUNT
};

/* As they are asked for on the command line, and saved: "none", "name", ... */
extern const char *const viz_grouping_words[VIZ_GROUPING_COUNT];

/* The group of a lane, as the number of its name in `names`; UINT32_MAX: no memory. */
uint32_t viz_group_of_lane(const struct viz_model *model, uint32_t lane, enum viz_grouping grouping,
                           struct base_strings *names);

/* All groups are folded, or all are not; but for those that are named. All zero: all are folded. */
struct viz_folds {
    bool unfolded;
    base_symbols names; /* of the groups that were ever named */
    bool *others;       /* by name: it is another than the rest */
    size_t capacity;
};

bool viz_is_folded(const struct viz_folds *folds, const char *group);
/* Folds a group, or unfolds it. 0 or CAD_ENOMEM. */
int viz_fold(struct viz_folds *folds, const char *group, bool folded);
/* All of them. */
void viz_fold_all(struct viz_folds *folds, bool folded);
void viz_folds_free(struct viz_folds *folds);

#endif
